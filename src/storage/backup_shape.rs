//! How a table stands in a backup: column by column, in the order of the schema.
//! Both backends write and read the same rows.

use crate::id::RoundId;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A text.
    Text,
    /// A whole number.
    Number,
    /// Yes or no, as 1 or 0.
    Flag,
    /// Bytes, in hexadecimal.
    Bytes,
}

/// A table as it stands in a backup.
#[derive(Debug)]
pub struct Shape {
    /// Its name.
    pub name: &'static str,
    /// Its columns in order.
    pub columns: &'static [(&'static str, Holds)],
}

impl Shape {
    /// Which column names the round, if rows belong to one.
    #[must_use]
    pub fn round(&self) -> Option<usize> {
        let name = if self.name == "rounds" { "id" } else { "round" };
        self.columns.iter().position(|(column, _)| *column == name)
    }

    /// The place of a column.
    ///
    /// # Panics
    /// If there is no such column.
    #[must_use]
    pub fn place(&self, column: &str) -> usize {
        self.columns.iter().position(|c| c.0 == column).expect("a column of this table")
    }

    /// A query for all rows as JSON arrays. The first two columns hold the key of every table, so
    /// the order is total and says nothing.
    pub fn select(&self, postgres: bool, round: Option<&RoundId>) -> String {
        let parts: Vec<String> = self
            .columns
            .iter()
            .map(|(column, holds)| match (holds, postgres) {
                (Holds::Bytes, false) => {
                    format!("case when {column} is null then null else lower(hex({column})) end")
                }
                (Holds::Bytes, true) => format!("encode({column}, 'hex')"),
                (Holds::Flag, true) => format!("{column}::int"),
                _ => column.to_string(),
            })
            .collect();
        let array = if postgres { "json_build_array" } else { "json_array" };
        let cast = if postgres { "::text" } else { "" };
        let only = round.map_or_else(String::new, |r| {
            format!(" where {} = '{r}'", self.columns[self.round().unwrap_or(0)].0)
        });
        let order: Vec<&str> = self.columns.iter().take(2).map(|c| c.0).collect();
        // In a box file the place is the name in the same order, and the key of the table.
        let order = if self.name == "ballots" && !postgres { vec!["place"] } else { order };
        format!(
            "select {array}({}){cast} from {}{only} order by {}",
            parts.join(", "),
            self.name,
            order.join(", ")
        )
    }

    /// A statement that inserts one such row unless its key is there.
    pub fn insert(&self, postgres: bool) -> String {
        let columns: Vec<&str> = self.columns.iter().map(|c| c.0).collect();
        let values: Vec<String> = self
            .columns
            .iter()
            .enumerate()
            .map(|(n, (_, holds))| match (holds, postgres) {
                (Holds::Bytes, false) => format!("unhex(json_extract(?1, '$[{n}]'))"),
                (_, false) => format!("json_extract(?1, '$[{n}]')"),
                (Holds::Text, true) => format!("j->>{n}"),
                (Holds::Number, true) => format!("(j->>{n})::bigint"),
                (Holds::Flag, true) => format!("(j->>{n})::int::boolean"),
                (Holds::Bytes, true) => format!("decode(j->>{n}, 'hex')"),
            })
            .collect();
        if self.name == "ballots" && !postgres {
            // Where a ballot stands in the file follows from its name.
            let named = self
                .columns
                .iter()
                .zip(&values)
                .map(|((column, _), value)| format!("{value} as {column}"))
                .collect::<Vec<_>>()
                .join(", ");
            let columns = columns.join(", ");
            return format!(
                "insert into ballots (place, {columns}) select {}, {columns} from (select {named}) \
                 where true on conflict do nothing",
                super::place_of()
            );
        }
        let from = if postgres { " from (select $1::json j) one" } else { "" };
        format!(
            "insert into {} ({}) select {}{from} where true on conflict do nothing",
            self.name,
            columns.join(", "),
            values.join(", ")
        )
    }
}
