//! Storage on SQLite or PostgreSQL behind one type. diesel lives here and nowhere else.
//! The two backends differ in the connection, the migrations and how a ballot box comes and goes;
//! everything else is one code path.

mod accounts;
mod approvals;
mod audit;
pub mod backup;
mod backup_shape;
mod boxes;
mod connection;
mod lists;
mod names;
mod originals;
mod receipts;
mod release;
mod round_row;
mod rounds;
mod schema;
mod screening;
mod servers;
mod surveys;
mod transaction;
mod units;

use std::path::Path;

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};

use boxes::{Boxes, Files, Partitions};
use connection::{Db, Pool, Target};

pub use accounts::{AccountRow, SessionRow, TokenRow};
pub use approvals::{ListsOf, Shared, SharedDeed, Sharing};
pub use audit::AuditRow;
pub use boxes::posting::{Outcome, Posting};
pub use boxes::{BoxSums, place_of};
pub use lists::{Edition, ProblemChange};
pub use receipts::Receipt;
pub use release::{Comment, NextTexts};
pub use screening::{Screened, ScreeningState};
pub use surveys::SurveyVersion;
pub use transaction::{Stop, Transaction};

/// Why storage could not do something.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// There is no such row.
    #[error("not found")]
    NotFound,
    /// A row with that key exists.
    #[error("already exists")]
    Exists,
    /// The database cannot be used now: missing, locked, read-only, full, or of a newer version.
    #[error("the database cannot be used: {0}")]
    Unavailable(String),
    /// The database gave this transaction up in favour of another that wanted the same rows;
    /// nothing was done.
    #[error("the database was busy with another change; try again")]
    Crossed,
    /// What was given can never be kept: a NUL in a text, or bytes that are none.
    #[error("it holds a character that no database keeps")]
    Impossible,
    /// The database holds something that zicha did not write.
    #[error("the database holds an unreadable value: {0}")]
    Corrupt(String),
}

impl From<DieselError> for StorageError {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::Exists,
            DieselError::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Self::Crossed,
            DieselError::DatabaseError(_, told)
                if told.message().starts_with("deadlock detected") =>
            {
                Self::Crossed
            }
            DieselError::DatabaseError(_, told)
                if told.message().starts_with("invalid byte sequence") =>
            {
                Self::Impossible
            }
            DieselError::DatabaseError(_, told)
                if told.message().starts_with("permission denied")
                    || told.message().starts_with("must be owner") =>
            {
                Self::Unavailable(format!(
                    "its role may not do this ({}); boxes are made, opened and destroyed over \
                     ZICHA_OPENING_DATABASE, and deploy/postgres/roles.sql says who may do what",
                    told.message()
                ))
            }
            other => Self::Unavailable(other.to_string()),
        }
    }
}

/// Takes the main database's write lock on SQLite.
const MAIN_LOCK: &str = "delete from settings where key = ''";

/// Everything that zicha keeps.
pub struct Storage {
    target: Target,
    main: Pool,
    /// Connections that may make, read and destroy boxes and write what comes out of them: those of
    /// `main` unless PostgreSQL has a role for it.
    opening: Pool,
    boxes: Boxes,
}

impl Storage {
    /// Opens the database, creates what is missing and migrates. What only an opening does goes to
    /// `opening`, if that is given.
    pub fn open(url: &str, opening: Option<&str>, data: &Path) -> Result<Self, StorageError> {
        let target = Target::parse(url, data)?;
        target.prepare()?;
        let main = connection::pool(target.clone(), 8)?;
        let opening = match opening.map(|url| target.with_other_rights(url, data)).transpose()? {
            Some(target) => connection::pool(target, 4)?,
            None => main.clone(),
        };
        let boxes = match target {
            Target::Sqlite(_) | Target::SqliteBox(_) => Boxes::Files(Files::new(data.to_owned())),
            Target::Postgres(_) => {
                Boxes::Partitions(Partitions::new(main.clone(), opening.clone()))
            }
        };
        let storage = Self { target, main, opening, boxes };
        connection::migrate(&mut *storage.connection()?, &storage.target)?;
        connection::check_same_database(
            &mut *storage.connection()?,
            &mut *storage.opening_connection()?,
        )?;
        // Boxes that an older version made are brought to shape before anybody waits for them.
        if let Boxes::Files(files) = &storage.boxes {
            for round in storage.rounds()? {
                if storage.has_box(&round.id)? {
                    drop(files.connection(&round.id)?);
                }
            }
        }
        Ok(storage)
    }

    /// Whether this is PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        matches!(self.target, Target::Postgres(_))
    }

    /// Whether the database answers.
    pub fn ping(&self) -> Result<(), StorageError> {
        use schema::settings::dsl as s;
        s::settings
            .count()
            .get_result::<i64>(&mut *self.connection()?)
            .map(drop)
            .map_err(Into::into)
    }

    /// A fact about this installation.
    pub fn setting(&self, key: &str) -> Result<Option<String>, StorageError> {
        use schema::settings::dsl as s;
        Ok(s::settings.find(key).select(s::value).first(&mut *self.connection()?).optional()?)
    }

    fn connection(&self) -> Result<connection::Lease, StorageError> {
        connection::lease(&self.main)
    }

    /// Whether boxes can be made, read and destroyed from here.
    pub fn may_open_boxes(&self) -> Result<bool, StorageError> {
        use diesel::sql_types::Bool;
        let Db::Pg(db) = &mut *self.opening_connection()? else { return Ok(true) };
        Ok(diesel::select(diesel::dsl::sql::<Bool>("has_table_privilege('ballots', 'select')"))
            .get_result(db)?)
    }

    /// A connection that may do what an opening does.
    fn opening_connection(&self) -> Result<connection::Lease, StorageError> {
        connection::lease(&self.opening)
    }

    /// Runs a write transaction on the main database.
    fn write<T>(
        &self,
        work: impl FnMut(&mut Db) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        transaction::write(&mut *self.connection()?, MAIN_LOCK, work)
    }
}

impl Transaction<'_> {
    /// Sets a fact about this installation.
    pub fn set_setting(&mut self, key: &str, value: &str) -> Result<(), StorageError> {
        use schema::settings::dsl as s;
        loop {
            let done = self.nested(|db| {
                diesel::delete(s::settings.find(key)).execute(db)?;
                diesel::insert_into(s::settings)
                    .values((s::key.eq(key), s::value.eq(value)))
                    .execute(db)?;
                Ok(())
            });
            // Two nodes that start at once set the same fact: the later one finds the other's row
            // only when it is there.
            if !matches!(done, Err(StorageError::Exists)) {
                return done;
            }
        }
    }

    /// Sets a fact that was `from` when its change began; false if it is something else by now.
    pub fn change_setting(
        &mut self,
        key: &str,
        from: Option<&str>,
        to: &str,
    ) -> Result<bool, StorageError> {
        use schema::settings::dsl as s;
        let changed = self.nested(|db| {
            Ok(match from {
                Some(from) => diesel::update(s::settings.find(key).filter(s::value.eq(from)))
                    .set(s::value.eq(to))
                    .execute(db)?,
                None => diesel::insert_into(s::settings)
                    .values((s::key.eq(key), s::value.eq(to)))
                    .execute(db)?,
            })
        });
        match changed {
            Ok(rows) => Ok(rows == 1),
            Err(StorageError::Exists) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Deletes a fact; true if it was there. Of several at once exactly one sees it.
    pub fn take_setting(&mut self, key: &str) -> Result<bool, StorageError> {
        use schema::settings::dsl as s;
        Ok(diesel::delete(s::settings.find(key)).execute(self.db)? == 1)
    }
}

/// A count as the database has it. One below nothing is a damaged row or a fault, and never none.
fn counted<N: TryFrom<i64>>(count: i64, what: &str) -> Result<N, StorageError> {
    N::try_from(count).map_err(|_| StorageError::Corrupt(format!("a count of {what}: {count}")))
}
