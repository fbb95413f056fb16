//! Desk accounts, their sessions and the audit chain.
//! Times stand here, and only here, because these rows are about officials at the desk and never about respondents.

use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::schema::{account_units, accounts, audit, sessions};
use super::{Storage, StorageError};

/// A desk account.
#[derive(Queryable, Selectable, Insertable, Clone)]
#[diesel(table_name = accounts)]
pub struct AccountRow {
    /// Sign-in name.
    pub name: String,
    /// Role.
    pub role: String,
    /// Argon2id hash.
    pub password: String,
    /// May sign in.
    pub active: bool,
}

/// One desk action.
#[derive(Queryable, Selectable, Insertable, Clone)]
#[diesel(table_name = audit)]
pub struct AuditRow {
    /// Place in the chain.
    pub seq: i64,
    /// Unix seconds.
    pub at: i64,
    /// Who.
    pub account: String,
    /// What.
    pub action: String,
    /// On what.
    pub subject: String,
    /// SHA-256 over the previous hash and this row.
    pub hash: String,
}

impl AuditRow {
    /// The hash this row must have after a row with hash `previous`.
    #[must_use]
    pub fn chained(&self, previous: &str) -> String {
        let mut digest = Sha256::new();
        for part in [previous, &self.seq.to_string(), &self.at.to_string(), &self.account, &self.action, &self.subject] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part.as_bytes());
        }
        hex::encode(digest.finalize())
    }
}

impl Storage {
    /// Adds an account with the units it may see.
    pub fn add_account(&self, account: &AccountRow, units: &[String]) -> Result<(), StorageError> {
        self.write(|db| {
            diesel::insert_into(accounts::table).values(account).execute(db)?;
            for unit in units {
                diesel::insert_into(account_units::table)
                    .values((account_units::account.eq(&account.name), account_units::unit.eq(unit)))
                    .execute(db)?;
            }
            Ok(())
        })
    }

    /// An account.
    pub fn account(&self, name: &str) -> Result<Option<AccountRow>, StorageError> {
        Ok(accounts::table.find(name).select(AccountRow::as_select()).first(&mut *self.connection()?).optional()?)
    }

    /// All accounts.
    pub fn accounts(&self) -> Result<Vec<AccountRow>, StorageError> {
        Ok(accounts::table.order(accounts::name).select(AccountRow::as_select()).load(&mut *self.connection()?)?)
    }

    /// Units an account may see.
    pub fn account_units(&self, name: &str) -> Result<Vec<String>, StorageError> {
        Ok(account_units::table.filter(account_units::account.eq(name)).select(account_units::unit).load(&mut *self.connection()?)?)
    }

    /// Starts a session.
    pub fn add_session(&self, hash: &str, account: &str, now: i64) -> Result<(), StorageError> {
        diesel::insert_into(sessions::table)
            .values((sessions::hash.eq(hash), sessions::account.eq(account), sessions::started.eq(now), sessions::seen.eq(now)))
            .execute(&mut *self.connection()?)?;
        Ok(())
    }

    /// The account of a session: account, start and last use.
    pub fn session(&self, hash: &str) -> Result<Option<(String, i64, i64)>, StorageError> {
        Ok(sessions::table.find(hash).select((sessions::account, sessions::started, sessions::seen)).first(&mut *self.connection()?).optional()?)
    }

    /// Notes that a session was used.
    pub fn touch_session(&self, hash: &str, now: i64) -> Result<(), StorageError> {
        diesel::update(sessions::table.find(hash)).set(sessions::seen.eq(now)).execute(&mut *self.connection()?)?;
        Ok(())
    }

    /// Ends a session, and all that started before `oldest`.
    pub fn end_sessions(&self, hash: &str, oldest: i64) -> Result<(), StorageError> {
        diesel::delete(sessions::table.filter(sessions::hash.eq(hash).or(sessions::started.lt(oldest)))).execute(&mut *self.connection()?)?;
        Ok(())
    }

    /// Appends a desk action to the chain.
    pub fn append_audit(&self, at: i64, account: &str, action: &str, subject: &str) -> Result<(), StorageError> {
        // Two nodes may want the same place; the key lets one through and the other tries the next.
        for _ in 0..20 {
            let done = self.write(|db| {
                let last: Option<AuditRow> = audit::table.order(audit::seq.desc()).select(AuditRow::as_select()).first(db).optional()?;
                let (seq, previous) = last.map_or((1, String::new()), |l| (l.seq + 1, l.hash));
                let mut row = AuditRow { seq, at, account: account.into(), action: action.into(), subject: subject.into(), hash: String::new() };
                row.hash = row.chained(&previous);
                diesel::insert_into(audit::table).values(&row).execute(db)?;
                Ok(())
            });
            match done {
                Err(StorageError::Exists) => {}
                other => return other,
            }
        }
        Err(StorageError::Unavailable("the audit chain is busy".into()))
    }

    /// The last row of the chain before a moment.
    pub fn last_audit_before(&self, at: i64) -> Result<Option<AuditRow>, StorageError> {
        Ok(audit::table.filter(audit::at.lt(at)).order(audit::seq.desc()).select(AuditRow::as_select()).first(&mut *self.connection()?).optional()?)
    }

    /// The whole chain, oldest first.
    pub fn audit(&self) -> Result<Vec<AuditRow>, StorageError> {
        Ok(audit::table.order(audit::seq).select(AuditRow::as_select()).load(&mut *self.connection()?)?)
    }
}
