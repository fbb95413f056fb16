//! How names of things stand in columns: as text.
//! Storage alone knows the database, so the types themselves stay free of it.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::expression::AsExpression;
use diesel::sql_types::{SingleValue, Text};

use crate::id::AccountName;
use crate::survey::SurveyHash;
use crate::unit::{GroupCode, UnitCode};

macro_rules! names_are_text {
    ($($name:ident),+) => {$(
        impl<DB: Backend> FromSql<Text, DB> for $name
        where
            String: FromSql<Text, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                String::from_sql(bytes).map(Self::from)
            }
        }

        impl<ST: SingleValue, DB: Backend> Queryable<ST, DB> for $name
        where
            Self: FromSql<ST, DB>,
        {
            type Row = Self;

            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }

        // Bound as the text that it is.
        impl<'a> AsExpression<Text> for &'a $name {
            type Expression = <&'a str as AsExpression<Text>>::Expression;

            fn as_expression(self) -> Self::Expression {
                <&str as AsExpression<Text>>::as_expression(self.as_str())
            }
        }

        impl AsExpression<Text> for $name {
            type Expression = <String as AsExpression<Text>>::Expression;

            fn as_expression(self) -> Self::Expression {
                <String as AsExpression<Text>>::as_expression(self.as_str().to_owned())
            }
        }
    )+};
}

names_are_text!(AccountName, GroupCode, SurveyHash, UnitCode);
