//! Boxes as partitions of PostgreSQL's tables: destroying one is detaching and dropping it.
//! Nothing here takes a lock that those who submit to other rounds would wait for.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Text};

use crate::id::RoundId;
use crate::storage::StorageError;
use crate::storage::connection::{self, Lease, Pool};

/// All boxes of a database.
pub(in crate::storage) struct Partitions {
    /// Connections that may do what everybody may.
    main: Pool,
    /// Connections that may have boxes made, read and destroy them.
    opening: Pool,
}

impl Partitions {
    pub(in crate::storage) fn new(main: Pool, opening: Pool) -> Self {
        Self { main, opening }
    }

    fn opening(&self) -> Result<Lease, StorageError> {
        connection::lease(&self.opening)
    }

    /// A migration made the function; where roles have least rights it acts for the owner of all
    /// tables (`deploy/postgres/roles.sql`).
    pub(super) fn create(&self, round: &RoundId) -> Result<(), StorageError> {
        diesel::sql_query("select make_box($1)")
            .bind::<Text, _>(round.as_str())
            .execute(self.opening()?.postgres()?)?;
        Ok(())
    }

    pub(super) fn has(&self, round: &RoundId) -> Result<bool, StorageError> {
        exists(connection::lease(&self.main)?.postgres()?, &format!("ballots_{round}"))
    }

    pub(super) fn destroy(&self, round: &RoundId) -> Result<(), StorageError> {
        let mut lease = self.opening()?;
        let db = lease.postgres()?;
        for table in ["ballots", "spent_slips", "slips"] {
            drop_partition(db, table, &format!("{table}_{round}"))?;
        }
        Ok(())
    }
}

fn exists(db: &mut PgConnection, table: &str) -> Result<bool, StorageError> {
    Ok(diesel::select(diesel::dsl::sql::<Bool>(&format!("to_regclass('{table}') is not null")))
        .get_result(db)?)
}

/// Drops a partition without a lock that those who submit to other rounds would wait for.
/// Repeatable after a crash at any point.
fn drop_partition(db: &mut PgConnection, parent: &str, table: &str) -> Result<(), StorageError> {
    if !exists(db, table)? {
        return Ok(());
    }
    let pending: Option<bool> = diesel::dsl::sql::<Bool>(&format!(
        "select inhdetachpending from pg_inherits where inhrelid = '{table}'::regclass"
    ))
    .get_result(db)
    .optional()?;
    match pending {
        Some(true) => {
            db.batch_execute(&format!("alter table {parent} detach partition {table} finalize"))?;
        }
        Some(false) => db.batch_execute(&format!(
            "alter table {parent} detach partition {table} concurrently"
        ))?,
        None => {}
    }
    db.batch_execute(&format!("drop table {table}"))?;
    Ok(())
}
