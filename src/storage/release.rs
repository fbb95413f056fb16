//! What the opening writes: the Release, the free texts and the spent codes, in one transaction.
//! After it, no record of a single response exists anywhere.

use diesel::prelude::*;
use time::Date;

use super::connection::Db;
use super::schema::{comments, releases, rounds, spent_codes};
use super::units::small;
use super::{MAIN_LOCK, Storage, StorageError, counted, transaction};
use crate::access::SlipHash;
use crate::gate::Release;
use crate::id::RoundId;
use crate::round::RoundState;
use crate::unit::GroupCode;

/// A free text, detached from the response it came with.
pub struct Comment {
    /// Random name.
    pub id: String,
    /// Published group, or `ALL`.
    pub group: GroupCode,
    /// Question.
    pub question: String,
    /// The text.
    pub body: String,
}

/// Hands out the next texts of an opening; `None` after the last.
pub type NextTexts<'a> = &'a mut dyn FnMut() -> Result<Option<Vec<Comment>>, StorageError>;

/// Rows of one statement.
const ROWS: usize = 500;

impl Storage {
    /// Writes the results of an opening and moves the round on; false if somebody else did.
    /// Original texts and spent codes are kept `until` then. `next` hands out texts in fresh random
    /// order, a part at a time.
    pub fn write_opening(
        &self,
        round: &RoundId,
        release: &Release,
        until: Date,
        next: NextTexts,
    ) -> Result<bool, StorageError> {
        transaction::write(&mut *self.opening_connection()?, MAIN_LOCK, |db| {
            let moved = diesel::update(
                rounds::table
                    .find(round.as_str())
                    .filter(rounds::state.eq(RoundState::Closed.as_str())),
            )
            .set((
                rounds::state.eq(RoundState::Opened.as_str()),
                rounds::originals_until.eq(until.to_string()),
            ))
            .execute(db)?;
            if moved == 0 {
                return Ok(false);
            }
            diesel::insert_into(releases::table)
                .values((
                    releases::round.eq(round.as_str()),
                    releases::gate.eq(small(release.gate as usize)?),
                    releases::body.eq(release.to_json()),
                ))
                .execute(db)?;
            while let Some(texts) = next()? {
                for part in texts.chunks(ROWS) {
                    insert_comments(db, round, part)?;
                }
            }
            self.each_spent_hash(round, |hashes| {
                let rows: Vec<_> = hashes
                    .iter()
                    .map(|hash| (spent_codes::round.eq(round.as_str()), spent_codes::hash.eq(hash)))
                    .collect();
                match db {
                    Db::Sqlite(db) => {
                        diesel::insert_into(spent_codes::table).values(&rows).execute(db)?
                    }
                    Db::Pg(db) => {
                        diesel::insert_into(spent_codes::table).values(&rows).execute(db)?
                    }
                };
                Ok(())
            })?;
            Ok(true)
        })
    }

    /// Forgets the wrapped key and notes that box and keys are gone.
    pub fn mark_destroyed(&self, round: &RoundId) -> Result<(), StorageError> {
        diesel::update(rounds::table.find(round.as_str()))
            .set((rounds::destroyed.eq(true), rounds::wrapped_key.eq(None::<String>)))
            .execute(&mut *self.opening_connection()?)?;
        Ok(())
    }

    /// The release of a round.
    pub fn release(&self, round: &RoundId) -> Result<Release, StorageError> {
        let body: String = releases::table
            .find(round.as_str())
            .select(releases::body)
            .first(&mut *self.connection()?)?;
        serde_json::from_str(&body)
            .map_err(|e| StorageError::Corrupt(format!("release of round {round}: {e}")))
    }

    /// Whether a code was spent in a round whose box is gone.
    pub fn was_spent(&self, round: &RoundId, hash: &SlipHash) -> Result<bool, StorageError> {
        let found: Option<String> = spent_codes::table
            .find((round.as_str(), &hash.0[..]))
            .select(spent_codes::round)
            .first(&mut *self.connection()?)
            .optional()?;
        Ok(found.is_some())
    }

    /// How many spent codes are kept of a round whose box is gone.
    pub fn spent_count(&self, round: &RoundId) -> Result<u64, StorageError> {
        let count: i64 = spent_codes::table
            .filter(spent_codes::round.eq(round.as_str()))
            .count()
            .get_result(&mut *self.connection()?)?;
        counted(count, "spent codes")
    }
}

fn insert_comments(db: &mut Db, round: &RoundId, texts: &[Comment]) -> Result<(), StorageError> {
    let rows: Vec<_> = texts
        .iter()
        .map(|text| {
            (
                comments::id.eq(&text.id),
                comments::round.eq(round.as_str()),
                comments::group_code.eq(&text.group),
                comments::question.eq(&text.question),
                comments::body.eq(&text.body),
                comments::state.eq("pending"),
                comments::summary.eq(""),
            )
        })
        .collect();
    match db {
        Db::Sqlite(db) => diesel::insert_into(comments::table).values(&rows).execute(db)?,
        Db::Pg(db) => diesel::insert_into(comments::table).values(&rows).execute(db)?,
    };
    Ok(())
}
