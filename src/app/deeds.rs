//! Deeds: everything that an official does here, each with its right and its link in the audit
//! chain.
//! Right, deed and link are one step, so that no door can be built which forgets one of them.

use std::sync::PoisonError;

use super::{Action, Actor, App, AppError};
use crate::storage::Transaction;
use crate::text::visible;

/// Longest subject of a link, in characters.
const LONGEST_SUBJECT: usize = 200;
/// Refusals of one account within a minute that are links of their own.
const REFUSED: u64 = 5;

impl App {
    /// Does something that takes a right: `work` and its link of the chain are one transaction, or
    /// nothing has happened.
    pub(super) fn deed<T>(
        &self,
        by: &Actor,
        action: Action,
        subject: &str,
        work: impl FnMut(&mut Transaction) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        by.need(action.right())?;
        if matches!(by, Actor::Program(_)) && !action.only_reads() {
            return Err(AppError::Forbidden);
        }
        self.record(by.name(), action, subject, work)
    }

    /// The same where the right was proved otherwise: by a password at the door, by a set-up link,
    /// or by a second account.
    pub(super) fn record<T>(
        &self,
        name: &str,
        action: Action,
        subject: &str,
        mut work: impl FnMut(&mut Transaction) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let at = self.now().unix_timestamp();
        self.storage.transaction(|tx| {
            let done = work(tx)?;
            link(tx, at, name, action, subject)?;
            Ok(done)
        })
    }

    /// Writes a link alone: of a reading, or of a deed outside the main database that is begun or
    /// done.
    pub(super) fn tell(&self, by: &Actor, action: Action, subject: &str) -> Result<(), AppError> {
        self.deed(by, action, subject, |_| Ok(()))
    }

    /// Refuses somebody, which is told in the chain: the first few of a minute one by one, the rest
    /// as a number, so that nobody fills it.
    pub(super) fn refuse<T>(
        &self,
        by: &Actor,
        action: Action,
        subject: &str,
    ) -> Result<T, AppError> {
        let now = self.now().unix_timestamp();
        let account = by.name();
        let more = {
            let mut refused =
                self.doorkeeper.refused.lock().unwrap_or_else(PoisonError::into_inner);
            let (minute, count) = refused.get(account).copied().unwrap_or((now / 60, 0));
            let (minute, count, more) = if minute == now / 60 {
                (minute, count + 1, 0)
            } else {
                (now / 60, 1, u64::saturating_sub(count, REFUSED))
            };
            refused.insert(account.to_owned(), (minute, count));
            // Whose last refusals are long ago are forgotten, but for what is still to be told.
            refused.retain(|_, (at, n)| now / 60 - *at <= 1 || *n > REFUSED);
            if count > REFUSED {
                return Err(AppError::Forbidden);
            }
            more
        };
        if more > 0 {
            self.tell(by, action, &format!("+{more}"))?;
        }
        self.tell(by, action, subject)?;
        Err(AppError::Forbidden)
    }
}

/// Appends a link, as the last thing of a transaction.
pub(super) fn link(
    tx: &mut Transaction,
    at: i64,
    name: &str,
    action: Action,
    subject: &str,
) -> Result<(), AppError> {
    // What comes from an address may be long, and may hold what nobody sees.
    let subject: String = visible(subject).chars().take(LONGEST_SUBJECT).collect();
    Ok(tx.append_audit(at, name, action.code(), &subject)?)
}
