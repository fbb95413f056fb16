//! A transaction on the main database: what is written through one stands as a whole, or not at
//! all.
//! Reading is the storage's, writing is a transaction's; so what belongs together cannot be written
//! apart by accident.

use std::time::Duration;

use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::result::Error as DieselError;

use super::connection::Db;
use super::{MAIN_LOCK, Storage, StorageError};

/// Writes of one transaction.
pub struct Transaction<'a> {
    pub(super) db: &'a mut Db,
}

/// Why work inside a transaction stopped, and with it the transaction.
pub trait Stop: From<StorageError> {
    /// Whether the database gave it up in favour of another one, so that it can be tried again.
    fn is_crossed(&self) -> bool;
}

impl Stop for StorageError {
    fn is_crossed(&self) -> bool {
        matches!(self, Self::Crossed)
    }
}

/// How often a transaction is tried that was given up in favour of another one which wanted the
/// same rows.
const TRIES: u32 = 6;
/// How long the first of them waits; the pause doubles.
const PAUSE: Duration = Duration::from_millis(10);

impl Storage {
    /// Runs a transaction on the main database. Whatever error `work` returns, nothing of what it
    /// wrote stands.
    pub fn transaction<T, E: Stop>(
        &self,
        mut work: impl FnMut(&mut Transaction) -> Result<T, E>,
    ) -> Result<T, E> {
        write(&mut *self.connection()?, MAIN_LOCK, |db| work(&mut Transaction { db }))
    }
}

impl Transaction<'_> {
    /// Part of the work that may fail by itself: what it wrote is taken back, and the transaction
    /// goes on.
    pub(super) fn nested<T>(
        &mut self,
        work: impl FnOnce(&mut Db) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        self.db.transaction(work)
    }
}

/// An error of the work, or of the transaction around it.
enum Ended<E> {
    Work(E),
    Database(DieselError),
}

impl<E> From<DieselError> for Ended<E> {
    fn from(error: DieselError) -> Self {
        Self::Database(error)
    }
}

/// Runs a transaction that takes SQLite's write lock with its first statement: one that reads first
/// fails as soon as somebody else writes.
pub(super) fn write<T, E: Stop>(
    db: &mut Db,
    lock: &str,
    mut work: impl FnMut(&mut Db) -> Result<T, E>,
) -> Result<T, E> {
    let mut pause = PAUSE;
    for _ in 1..TRIES {
        match once(db, lock, &mut work) {
            Err(error) if error.is_crossed() => std::thread::sleep(pause),
            done => return done,
        }
        pause *= 2;
    }
    once(db, lock, &mut work)
}

fn once<T, E: Stop>(
    db: &mut Db,
    lock: &str,
    work: &mut impl FnMut(&mut Db) -> Result<T, E>,
) -> Result<T, E> {
    let done = db.transaction(|db| {
        if let Db::Sqlite(sqlite) = db {
            sqlite.batch_execute(lock)?;
        }
        work(db).map_err(Ended::Work)
    });
    done.map_err(|ended| match ended {
        Ended::Work(error) => error,
        Ended::Database(error) => StorageError::from(error).into(),
    })
}
