//! The audit chain: each row bound to the one before it by its hash.
//! Appended to in the transaction of the deed it tells of, and never changed.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::connection::Db;
use super::schema::audit;
use super::{Storage, StorageError, Transaction, counted};

/// One desk action.
#[derive(Debug, Queryable, Selectable, Insertable, Clone)]
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
        for part in [
            previous,
            &self.seq.to_string(),
            &self.at.to_string(),
            &self.account,
            &self.action,
            &self.subject,
        ] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part.as_bytes());
        }
        hex::encode(digest.finalize())
    }
}

impl Storage {
    /// How often an action of an account was noted between its last two sign-ins.
    pub fn audited_before_sign_in(&self, account: &str, action: &str) -> Result<u64, StorageError> {
        let mut db = self.connection()?;
        let own = || audit::table.filter(audit::account.eq(account.to_owned()));
        let signed: Vec<i64> = own()
            .filter(audit::action.eq("sign_in"))
            .order(audit::seq.desc())
            .limit(2)
            .select(audit::seq)
            .load(&mut *db)?;
        let Some(last) = signed.first() else { return Ok(0) };
        let before = signed.get(1).copied().unwrap_or(0);
        let count: i64 = own()
            .filter(audit::action.eq(action.to_owned()))
            .filter(audit::seq.gt(before))
            .filter(audit::seq.lt(*last))
            .count()
            .get_result(&mut *db)?;
        counted(count, "links")
    }

    /// Place, time and hash of the last row of the chain before a moment; who did what is not read
    /// for it.
    pub fn last_audit_before(&self, at: i64) -> Result<Option<(i64, i64, String)>, StorageError> {
        let rows = audit::table.filter(audit::at.lt(at)).order(audit::seq.desc());
        Ok(rows
            .select((audit::seq, audit::at, audit::hash))
            .first(&mut *self.connection()?)
            .optional()?)
    }

    /// The last row of one action on one subject, or on any.
    pub fn last_audit_of(
        &self,
        action: &str,
        subject: Option<&str>,
    ) -> Result<Option<AuditRow>, StorageError> {
        let mut rows = audit::table.filter(audit::action.eq(action)).into_boxed();
        if let Some(subject) = subject {
            rows = rows.filter(audit::subject.eq(subject.to_owned()));
        }
        Ok(rows
            .order(audit::seq.desc())
            .select(AuditRow::as_select())
            .first(&mut *self.connection()?)
            .optional()?)
    }

    /// The whole chain, oldest first.
    pub fn audit(&self) -> Result<Vec<AuditRow>, StorageError> {
        Ok(audit::table
            .order(audit::seq)
            .select(AuditRow::as_select())
            .load(&mut *self.connection()?)?)
    }
}

impl Transaction<'_> {
    /// Appends a desk action to the chain, as the last thing that a transaction does.
    pub fn append_audit(
        &mut self,
        at: i64,
        account: &str,
        action: &str,
        subject: &str,
    ) -> Result<(), StorageError> {
        if let Db::Pg(pg) = &mut *self.db {
            // On SQLite the transaction holds the only write lock; here two nodes would want the
            // same place in the chain.
            pg.batch_execute("select pg_advisory_xact_lock(7311645)")?;
        }
        let last: Option<AuditRow> = audit::table
            .order(audit::seq.desc())
            .select(AuditRow::as_select())
            .first(self.db)
            .optional()?;
        let (seq, previous) = last.map_or((1, String::new()), |l| (l.seq + 1, l.hash));
        let mut row = AuditRow {
            seq,
            at,
            account: account.into(),
            action: action.into(),
            subject: subject.into(),
            hash: String::new(),
        };
        row.hash = row.chained(&previous);
        diesel::insert_into(audit::table).values(&row).execute(self.db)?;
        Ok(())
    }
}
