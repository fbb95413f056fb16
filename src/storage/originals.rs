//! What is kept after an opening, until it is destroyed: original texts and spent codes.
//! After a destruction the database is rewritten, so that no free page or dead row holds what was
//! deleted.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::connection::Db;
use super::schema::{approvals, comments, rounds, settings, spent_codes};
use super::{Storage, StorageError, Transaction, counted};
use crate::id::{AccountName, RoundId};
use crate::round::Destruction;

/// Set while a rewrite has to follow a destruction.
const REWRITE: &str = "rewrite";

impl Storage {
    /// Original texts of a round that still exist, by question.
    pub fn text_counts(&self, round: &RoundId) -> Result<BTreeMap<String, u64>, StorageError> {
        let rows: Vec<(String, i64)> = comments::table
            .filter(comments::round.eq(round.as_str()))
            .filter(comments::body.ne(""))
            .group_by(comments::question)
            .select((comments::question, diesel::dsl::count_star()))
            .load(&mut *self.connection()?)?;
        rows.into_iter().map(|(question, n)| Ok((question, counted(n, "texts")?))).collect()
    }

    /// Rewrites the database if a destruction has not been followed by that yet.
    pub fn rewrite_if_due(&self) -> Result<(), StorageError> {
        if self.setting(REWRITE)?.is_some() {
            // Two people may destroy at once; then one waits for the other and finds it done.
            let mut done = self.rewrite();
            for _ in 0..4 {
                if !matches!(done, Err(StorageError::Crossed)) {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(50));
                done = self.rewrite();
            }
            done?;
            self.transaction::<_, StorageError>(|tx| tx.take_setting(REWRITE))?;
        }
        Ok(())
    }

    /// Rewrites what deleted rows may have left behind. PostgreSQL's write-ahead log keeps traces
    /// until it is recycled.
    fn rewrite(&self) -> Result<(), StorageError> {
        match &mut *self.opening_connection()? {
            Db::Sqlite(db) => {
                db.batch_execute("vacuum")?;
                let busy: i32 = diesel::dsl::sql::<diesel::sql_types::Integer>(
                    "pragma wal_checkpoint(truncate)",
                )
                .get_result(db)?;
                if busy != 0 {
                    return Err(StorageError::Unavailable(
                        "the database is locked by a reader; its log is emptied as soon as that \
                         ends"
                            .into(),
                    ));
                }
            }
            Db::Pg(db) => {
                db.batch_execute("set statement_timeout = 0")?;
                // A vacuum keeps dead rows that any open transaction could still see; emptying the
                // table and filling it again does not.
                let done = db.transaction(|db| {
                    db.batch_execute(
                        "lock table comments, spent_codes in access exclusive mode;
                         create temporary table kept_comments on commit drop
                             as select * from comments;
                         create temporary table kept_codes on commit drop
                             as select * from spent_codes;
                         truncate comments, spent_codes;
                         insert into comments select * from kept_comments order by id;
                         insert into spent_codes select * from kept_codes order by round, hash;",
                    )
                });
                db.batch_execute("set statement_timeout = '120s'")?;
                done?;
            }
        }
        Ok(())
    }
}

impl Transaction<'_> {
    /// Destroys original texts and spent codes of a round and keeps the record; false if that was
    /// done before. [`Storage::rewrite_if_due`] has to follow.
    pub fn destroy_originals(
        &mut self,
        round: &RoundId,
        day: &str,
        by: &[AccountName],
    ) -> Result<bool, StorageError> {
        destroy(self.db, round, day, by)
    }
}

/// Destroys original texts and spent codes of a round in a transaction, after which the database
/// has to be rewritten; false if that was done before.
pub(super) fn destroy(
    db: &mut Db,
    round: &RoundId,
    day: &str,
    by: &[AccountName],
) -> Result<bool, StorageError> {
    let known: Option<String> =
        rounds::table.find(round.as_str()).select(rounds::destruction).first(db)?;
    if known.is_some() {
        return Ok(false);
    }
    let own = comments::table.filter(comments::round.eq(round.as_str()));
    let texts =
        diesel::update(own.filter(comments::body.ne(""))).set(comments::body.eq("")).execute(db)?;
    let codes = diesel::delete(spent_codes::table.filter(spent_codes::round.eq(round.as_str())))
        .execute(db)?;
    let record = Destruction {
        day: day.to_owned(),
        by: by.to_vec(),
        texts: texts as u64,
        codes: codes as u64,
    };
    let record = serde_json::to_string(&record).expect("a record is JSON");
    diesel::update(rounds::table.find(round.as_str()))
        .set(rounds::destruction.eq(record))
        .execute(db)?;
    diesel::delete(approvals::table.filter(approvals::round.eq(round.as_str()))).execute(db)?;
    diesel::delete(settings::table.find(REWRITE)).execute(db)?;
    diesel::insert_into(settings::table)
        .values((settings::key.eq(REWRITE), settings::value.eq("due")))
        .execute(db)?;
    Ok(true)
}
