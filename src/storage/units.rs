//! The table of units.
//! It is replaced as a whole, and only by somebody who has seen the one that is replaced.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::connection::Db;
use super::schema::units;
use super::{Storage, StorageError, Transaction};
use crate::unit::{GroupCode, Unit, UnitCode};

/// Code, name, kind, head count, group and its name.
pub(super) type UnitTuple = (UnitCode, String, String, i32, GroupCode, String);

impl Storage {
    /// All units in the order of their table.
    pub fn units(&self) -> Result<Vec<Unit>, StorageError> {
        load_units(&mut *self.connection()?)
    }
}

impl Transaction<'_> {
    /// Replaces the unit table; with `from`, only if it still is what it was when the change began.
    pub fn replace_units(
        &mut self,
        from: Option<&[Unit]>,
        list: &[Unit],
    ) -> Result<bool, StorageError> {
        {
            let db = &mut *self.db;
            if let Db::Pg(pg) = db {
                // On SQLite the transaction holds the only write lock; here two of them must not
                // read at once.
                pg.batch_execute("lock table units in share row exclusive mode")?;
            }
            if let Some(from) = from
                && load_units(db)? != from
            {
                return Ok(false);
            }
            diesel::delete(units::table).execute(db)?;
            for (place, unit) in list.iter().enumerate() {
                diesel::insert_into(units::table)
                    .values((
                        units::code.eq(&unit.code),
                        units::name.eq(&unit.name),
                        units::kind.eq(&unit.kind),
                        units::headcount.eq(small(unit.headcount as usize)?),
                        units::group_code.eq(&unit.group),
                        units::group_name.eq(&unit.group_name),
                        units::place.eq(small(place)?),
                    ))
                    .execute(db)?;
            }
            Ok(true)
        }
    }
}

fn load_units(db: &mut Db) -> Result<Vec<Unit>, StorageError> {
    let rows: Vec<UnitTuple> = units::table
        .order(units::place)
        .select((
            units::code,
            units::name,
            units::kind,
            units::headcount,
            units::group_code,
            units::group_name,
        ))
        .load(db)?;
    rows.into_iter().map(unit).collect()
}

/// A number as a column takes it.
pub(super) fn small(n: usize) -> Result<i32, StorageError> {
    i32::try_from(n)
        .map_err(|_| StorageError::Unavailable(format!("{n} is more than a column takes")))
}

/// A unit as it stands in a row. A head count that cannot be is told, not taken for none: the gate
/// and the turnout go by it.
pub(super) fn unit(
    (code, name, kind, headcount, group, group_name): UnitTuple,
) -> Result<Unit, StorageError> {
    let headcount = u32::try_from(headcount)
        .map_err(|_| StorageError::Corrupt(format!("head count of unit {code}")))?;
    Ok(Unit { code, name, kind, headcount, group, group_name })
}
