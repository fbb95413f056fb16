//! Every table as rows of JSON, the same on both backends, read in one snapshot and in key order.
//! A copy of files would hold free pages and the order of arrival; a row by its key holds neither.

use std::collections::BTreeSet;

use diesel::connection::{DefaultLoadingMode, SimpleConnection};
use diesel::pg::PgRowByRowLoadingMode;
use diesel::prelude::*;
use diesel::sql_types::Text;

use super::connection::Db;
use super::{Storage, StorageError};
use crate::id::RoundId;

pub use super::backup_shape::Shape;
pub use super::schema::{AUDIT, BOX, MAIN};

/// Takes rows out or hands them in: table and JSON array.
pub type Rows<'a> = &'a mut dyn FnMut(&'static str, &str) -> Result<(), StorageError>;
/// Hands out the next row; `None` after the last.
pub type NextRow<'a> =
    &'a mut dyn FnMut() -> Result<Option<(&'static Shape, String)>, StorageError>;

/// The table of that name.
#[must_use]
pub fn shape_named(name: &str) -> Option<&'static Shape> {
    MAIN.iter().chain(BOX).chain(AUDIT).find(|shape| shape.name == name)
}

impl Storage {
    /// Hands out every row worth keeping: main database first, in one snapshot, then box by box.
    pub fn dump(&self, row: Rows) -> Result<(), StorageError> {
        let postgres = self.is_postgres();
        let rounds = self.rounds()?;
        let mut db = self.connection()?;
        snapshot(&mut db, |db| {
            for shape in MAIN.iter().chain(AUDIT) {
                each(db, &shape.select(postgres, None), &mut |json| row(shape.name, json))?;
            }
            if postgres {
                for round in rounds.iter().filter(|r| !r.state.has_results()) {
                    for shape in BOX {
                        each(db, &shape.select(true, Some(&round.id)), &mut |json| {
                            row(shape.name, json)
                        })?;
                    }
                }
            }
            Ok(())
        })?;
        if !postgres {
            // A box that was opened is about to be destroyed; it is no longer worth keeping, and
            // must not come back.
            for round in rounds.iter().filter(|r| !r.state.has_results() && !r.destroyed) {
                if self.has_box(&round.id)? {
                    let mut db = self.box_connection(&round.id)?;
                    snapshot(&mut db, |db| {
                        BOX.iter().try_for_each(|s| {
                            each(db, &s.select(false, Some(&round.id)), &mut |json| {
                                row(s.name, json)
                            })
                        })
                    })?;
                }
            }
        }
        Ok(())
    }

    /// Adds rows to the box of a round. A row that is there stays as it is, so that nothing spent
    /// becomes unspent.
    pub fn restore_box(
        &self,
        round: &RoundId,
        shape: &Shape,
        rows: &[String],
    ) -> Result<(), StorageError> {
        self.write_box(round, |db| rows.iter().try_for_each(|row| put(db, shape, row)))
    }

    /// Replaces the main database by rows of a backup in one transaction, but for rounds that are
    /// kept as they are.
    /// With `keep_general` all that belongs to no round stays too, and the audit chain.
    pub fn restore_main(
        &self,
        kept: &BTreeSet<RoundId>,
        keep_general: bool,
        next: NextRow,
    ) -> Result<(), StorageError> {
        let list: Vec<String> = kept.iter().map(|id| format!("'{id}'")).collect();
        let others =
            if list.is_empty() { String::new() } else { format!(" not in ({})", list.join(", ")) };
        self.write(|db| {
            let replaced =
                |s: &&Shape| s.name != "surveys" && !(keep_general && s.round().is_none());
            for shape in MAIN.iter().rev().filter(replaced) {
                let only = match shape.round() {
                    Some(at) if !others.is_empty() => {
                        format!(" where {}{others}", shape.columns[at].0)
                    }
                    _ => String::new(),
                };
                run(db, &format!("delete from {}{only}", shape.name))?;
            }
            run(db, "delete from sessions")?;
            run(db, "delete from approvals")?;
            if !keep_general {
                run(db, "delete from audit")?;
            }
            while let Some((shape, row)) = next()? {
                if shape.round().is_some() || shape.name == "surveys" || !keep_general {
                    put(db, shape, &row)?;
                }
            }
            Ok(())
        })
    }
}

/// Runs a reader in one snapshot.
fn snapshot<T>(
    db: &mut Db,
    work: impl FnOnce(&mut Db) -> Result<T, StorageError>,
) -> Result<T, StorageError> {
    db.transaction(|db| {
        if let Db::Pg(pg) = db {
            pg.batch_execute(
                "set transaction isolation level repeatable read read only; set local \
                 statement_timeout = 0",
            )?;
        }
        work(db)
    })
}

/// Streams the rows of a query.
fn each(
    db: &mut Db,
    query: &str,
    row: &mut dyn FnMut(&str) -> Result<(), StorageError>,
) -> Result<(), StorageError> {
    let query = diesel::dsl::sql::<Text>(query);
    match db {
        Db::Sqlite(db) => {
            query.load_iter::<String, DefaultLoadingMode>(db)?.try_for_each(|json| row(&json?))
        }
        Db::Pg(db) => {
            query.load_iter::<String, PgRowByRowLoadingMode>(db)?.try_for_each(|json| row(&json?))
        }
    }
}

fn put(db: &mut Db, shape: &Shape, row: &str) -> Result<(), StorageError> {
    match db {
        Db::Sqlite(db) => {
            diesel::sql_query(shape.insert(false)).bind::<Text, _>(row).execute(db)?
        }
        Db::Pg(db) => diesel::sql_query(shape.insert(true)).bind::<Text, _>(row).execute(db)?,
    };
    Ok(())
}

fn run(db: &mut Db, statement: &str) -> Result<(), StorageError> {
    match db {
        Db::Sqlite(db) => db.batch_execute(statement)?,
        Db::Pg(db) => db.batch_execute(statement)?,
    }
    Ok(())
}
