//! Receipts of lists: which head of a unit confirmed which edition at the desk, or signed for it on
//! paper, and on which day.
//! Rows are about officials and what was handed to them, never about respondents.

use diesel::prelude::*;

use super::schema::receipts;
use super::{Storage, StorageError, Transaction};
use crate::id::{AccountName, RoundId};
use crate::unit::UnitCode;

/// A confirmation that a list was received.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = receipts)]
pub struct Receipt {
    /// Round.
    pub round: String,
    /// Unit whose head received it.
    pub unit: UnitCode,
    /// Edition of the lists.
    pub edition: i32,
    /// The head's account, or that of the section which noted a signature on paper.
    pub account: AccountName,
    /// Day.
    pub day: String,
    /// Who signed on paper; none where the head confirmed at the desk.
    pub paper: Option<String>,
}

impl Storage {
    /// Receipts of a round's lists, of all editions.
    pub fn receipts(&self, round: &RoundId) -> Result<Vec<Receipt>, StorageError> {
        Ok(receipts::table
            .filter(receipts::round.eq(round.as_str()))
            .order((receipts::unit, receipts::edition))
            .select(Receipt::as_select())
            .load(&mut *self.connection()?)?)
    }
}

impl Transaction<'_> {
    /// Keeps a receipt; one that is there stays as it is.
    pub fn add_receipt(&mut self, receipt: &Receipt) -> Result<(), StorageError> {
        let own = receipts::table.find((&receipt.round, &receipt.unit, receipt.edition));
        let known: i64 = own.count().get_result(self.db)?;
        if known == 0 {
            diesel::insert_into(receipts::table).values(receipt).execute(self.db)?;
        }
        Ok(())
    }
}
