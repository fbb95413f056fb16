//! Rounds and their units in the main database.
//! Every move of a round names the state it starts from, so that two movers cannot both succeed.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::connection::Db;
use super::round_row::RoundRow;
use super::schema::{round_units, rounds};
use super::units::{UnitTuple, small, unit};
use super::{Storage, StorageError, Transaction};
use crate::id::RoundId;
use crate::round::{Hold, HoldCheck, Round, RoundState, TurnoutSnapshot};
use crate::unit::{Unit, UnitCode};

impl Storage {
    /// A round.
    pub fn round(&self, id: &RoundId) -> Result<Round, StorageError> {
        let row: RoundRow = rounds::table
            .find(id.as_str())
            .select(RoundRow::as_select())
            .first(&mut *self.connection()?)?;
        row.try_into()
    }

    /// All rounds, by first day and name.
    pub fn rounds(&self) -> Result<Vec<Round>, StorageError> {
        let rows: Vec<RoundRow> = rounds::table
            .order((rounds::opens, rounds::id))
            .select(RoundRow::as_select())
            .load(&mut *self.connection()?)?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// The units of a round, in order.
    pub fn round_units(&self, round: &RoundId) -> Result<Vec<Unit>, StorageError> {
        let rows: Vec<UnitTuple> = round_units::table
            .filter(round_units::round.eq(round.as_str()))
            .order(round_units::place)
            .select((
                round_units::code,
                round_units::name,
                round_units::kind,
                round_units::headcount,
                round_units::group_code,
                round_units::group_name,
            ))
            .load(&mut *self.connection()?)?;
        rows.into_iter().map(unit).collect()
    }
}

impl Transaction<'_> {
    /// Adds a round with its units.
    pub fn create_round(&mut self, round: &Round, list: &[Unit]) -> Result<(), StorageError> {
        {
            let db = &mut *self.db;
            diesel::insert_into(rounds::table).values(RoundRow::from(round)).execute(db)?;
            set_units(db, &round.id, list)
        }
    }

    /// Changes a draft that was `from` when the change began; false if it is another or no draft by
    /// now.
    pub fn change_draft(
        &mut self,
        from: &Round,
        to: &Round,
        list: &[Unit],
    ) -> Result<bool, StorageError> {
        let (old, new) = (RoundRow::from(from), RoundRow::from(to));
        {
            let db = &mut *self.db;
            let own = rounds::table
                .find(from.id.as_str())
                .filter(rounds::state.eq(RoundState::Draft.as_str()));
            let same = own
                .filter(
                    rounds::title
                        .eq(&old.title)
                        .and(rounds::survey.eq(old.survey.as_str()))
                        .and(rounds::access.eq(&old.access)),
                )
                .filter(rounds::opens.eq(&old.opens).and(rounds::closes.eq(&old.closes)))
                .filter(rounds::looks_back.eq(&old.looks_back).or(
                    rounds::looks_back.is_null().and(old.looks_back.is_none().into_sql::<Bool>()),
                ));
            let changed = diesel::update(same)
                .set((
                    rounds::title.eq(&new.title),
                    rounds::survey.eq(new.survey.as_str()),
                    rounds::access.eq(&new.access),
                    rounds::opens.eq(&new.opens),
                    rounds::closes.eq(&new.closes),
                    rounds::looks_back.eq(&new.looks_back),
                ))
                .execute(db)?;
            if changed == 1 {
                set_units(db, &from.id, list)?;
            }
            Ok(changed == 1)
        }
    }

    /// Deletes a draft; false if it is no draft any more.
    pub fn delete_draft(&mut self, id: &RoundId) -> Result<bool, StorageError> {
        {
            let db = &mut *self.db;
            let own = rounds::table
                .find(id.as_str())
                .filter(rounds::state.eq(RoundState::Draft.as_str()));
            let gone = diesel::delete(own).execute(db)? == 1;
            if gone {
                diesel::delete(round_units::table.filter(round_units::round.eq(id.as_str())))
                    .execute(db)?;
            }
            Ok(gone)
        }
    }

    /// Replaces the units of a round.
    pub fn set_round_units(&mut self, round: &RoundId, list: &[Unit]) -> Result<(), StorageError> {
        {
            let db = &mut *self.db;
            if let Db::Pg(pg) = db {
                // Of two who replace them at once, one waits here; else both would insert.
                drop(
                    rounds::table
                        .find(round.as_str())
                        .select(rounds::id)
                        .for_update()
                        .first::<String>(pg)?,
                );
            }
            set_units(db, round, list)
        }
    }

    /// Moves a round that was read in state `from`; false if it is no longer in it. Keys are
    /// written by the opening move alone, and what only ever becomes true is never written back.
    pub fn update_round(&mut self, round: &Round, from: RoundState) -> Result<bool, StorageError> {
        let row = RoundRow::from(round);
        {
            let db = &mut *self.db;
            let own = rounds::table.find(round.id.as_str());
            let changed = diesel::update(own.filter(rounds::state.eq(from.as_str())))
                .set((
                    rounds::state.eq(&row.state),
                    rounds::trial.eq(row.trial),
                    rounds::closing.eq(&row.closing),
                ))
                .execute(db)?;
            if changed == 1 && from == RoundState::Draft {
                diesel::update(own)
                    .set((
                        rounds::public_key.eq(&row.public_key),
                        rounds::wrapped_key.eq(&row.wrapped_key),
                        rounds::suite.eq(&row.suite),
                    ))
                    .execute(db)?;
            }
            if changed == 1 && row.ended {
                diesel::update(own).set(rounds::ended.eq(true)).execute(db)?;
            }
            if changed == 1 && row.restored.is_some() {
                diesel::update(own).set(rounds::restored.eq(&row.restored)).execute(db)?;
            }
            Ok(changed == 1)
        }
    }

    /// Sets the state of one held question, with who checked it, leaving the others as they are
    /// now.
    pub fn set_hold(
        &mut self,
        round: &RoundId,
        question: &str,
        check: Option<&HoldCheck>,
    ) -> Result<(), StorageError> {
        {
            let db = &mut *self.db;
            let own = rounds::table.find(round.as_str());
            let (holds, checks): (String, Option<String>) =
                own.select((rounds::holds, rounds::checks)).first(db)?;
            let corrupt = |_| StorageError::Corrupt(format!("holds of round {round}"));
            let mut holds: BTreeMap<String, Hold> =
                serde_json::from_str(&holds).map_err(corrupt)?;
            let mut checks: BTreeMap<String, HoldCheck> = checks
                .as_deref()
                .map(serde_json::from_str)
                .transpose()
                .map_err(corrupt)?
                .unwrap_or_default();
            holds.insert(
                question.to_owned(),
                if check.is_some() { Hold::Checked } else { Hold::Held },
            );
            match check {
                Some(check) => drop(checks.insert(question.to_owned(), check.clone())),
                None => drop(checks.remove(question)),
            }
            let written = (
                serde_json::to_string(&holds).expect("holds are JSON"),
                serde_json::to_string(&checks).expect("checks are JSON"),
            );
            diesel::update(own)
                .set((rounds::holds.eq(written.0), rounds::checks.eq(written.1)))
                .execute(db)?;
            Ok(())
        }
    }

    /// Notes how many slips of each unit were left over; false if it was noted otherwise in the
    /// meantime.
    pub fn set_leftover(
        &mut self,
        round: &RoundId,
        before: &BTreeMap<UnitCode, u32>,
        now: &BTreeMap<UnitCode, u32>,
    ) -> Result<bool, StorageError> {
        let text = |counts: &BTreeMap<UnitCode, u32>| {
            (!counts.is_empty()).then(|| serde_json::to_string(counts).expect("counts are JSON"))
        };
        {
            let db = &mut *self.db;
            let own = rounds::table.find(round.as_str());
            let known: Option<String> = own.select(rounds::leftover).first(db)?;
            if known != text(before) {
                return Ok(false);
            }
            diesel::update(own).set(rounds::leftover.eq(text(now))).execute(db)?;
            Ok(true)
        }
    }

    /// Notes whether slips of a round carry the code in their QR image.
    pub fn set_code_in_qr(
        &mut self,
        round: &RoundId,
        code_in_qr: bool,
    ) -> Result<(), StorageError> {
        diesel::update(rounds::table.find(round.as_str()))
            .set(rounds::code_in_qr.eq(code_in_qr))
            .execute(self.db)?;
        Ok(())
    }

    /// Stores the day's turnout snapshot.
    pub fn set_turnout(
        &mut self,
        round: &RoundId,
        turnout: &TurnoutSnapshot,
    ) -> Result<(), StorageError> {
        let text = serde_json::to_string(turnout).expect("a snapshot is JSON");
        diesel::update(rounds::table.find(round.as_str()))
            .set(rounds::turnout.eq(text))
            .execute(self.db)?;
        Ok(())
    }
}

fn set_units(db: &mut Db, round: &RoundId, list: &[Unit]) -> Result<(), StorageError> {
    diesel::delete(round_units::table.filter(round_units::round.eq(round.as_str()))).execute(db)?;
    for (place, unit) in list.iter().enumerate() {
        diesel::insert_into(round_units::table)
            .values((
                round_units::round.eq(round.as_str()),
                round_units::code.eq(&unit.code),
                round_units::name.eq(&unit.name),
                round_units::kind.eq(&unit.kind),
                round_units::headcount.eq(small(unit.headcount as usize)?),
                round_units::group_code.eq(&unit.group),
                round_units::group_name.eq(&unit.group_name),
                round_units::place.eq(small(place)?),
            ))
            .execute(db)?;
    }
    Ok(())
}
