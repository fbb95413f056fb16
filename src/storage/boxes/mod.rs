//! Ballot boxes: slips, spent slips and sealed ballots of a round.
//! A box is a store of its own (a file on SQLite, partitions on PostgreSQL), so that destroying it
//! is deleting it.

mod file;
mod partition;
pub(super) mod posting;

use std::collections::BTreeMap;

use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::connection::{Db, Lease};
use super::schema::{ballots, placed_ballots, rounds, slips, spent_slips};
use super::{Storage, StorageError, counted, transaction};
use crate::access::SlipHash;
use crate::ballot::{BallotId, SealedBallot, place};
use crate::id::RoundId;
use crate::unit::UnitCode;
pub(super) use file::Files;
pub use file::place_of;
pub(super) use partition::Partitions;

/// Sums over a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxSums {
    /// Slips issued, by unit.
    pub issued: BTreeMap<UnitCode, u32>,
    /// Slips used, by unit.
    pub used: BTreeMap<UnitCode, u32>,
    /// Ballots in the box.
    pub ballots: u64,
    /// Digest over all ballots in the order of their random names.
    pub digest: String,
}

/// Slips by unit.
pub type SlipCounts = BTreeMap<UnitCode, u32>;
/// A row of `ballots` without its round.
type BallotTuple = (Vec<u8>, UnitCode, Vec<u8>, Vec<u8>);

const PAGE: i64 = 256;
/// Takes the box's write lock. It also writes a page, so that a batch of spent slips takes as long
/// to commit as one of new ballots.
const BOX_LOCK: &str = "update seal set closed = closed";

/// Where boxes are: a file each on SQLite, partitions of three tables on PostgreSQL.
pub(super) enum Boxes {
    Files(Files),
    Partitions(Partitions),
}

impl Storage {
    /// Makes the box of a round if it is missing.
    pub fn create_box(&self, round: &RoundId) -> Result<(), StorageError> {
        match &self.boxes {
            Boxes::Files(files) => files.create(round),
            Boxes::Partitions(partitions) => partitions.create(round),
        }
    }

    /// Whether the box of a round exists.
    pub fn has_box(&self, round: &RoundId) -> Result<bool, StorageError> {
        match &self.boxes {
            Boxes::Files(files) => Ok(files.has(round)),
            Boxes::Partitions(partitions) => partitions.has(round),
        }
    }

    /// Destroys the box of a round; nothing to do if it is gone.
    pub fn destroy_box(&self, round: &RoundId) -> Result<(), StorageError> {
        match &self.boxes {
            Boxes::Files(files) => files.destroy(round),
            Boxes::Partitions(partitions) => partitions.destroy(round),
        }
    }

    /// Lets go of the connections to a box, so that a deleted file is really freed. Partitions have
    /// none of their own.
    pub fn forget_box(&self, round: &RoundId) {
        match &self.boxes {
            Boxes::Files(files) => files.forget(round),
            Boxes::Partitions(_) => {}
        }
    }

    /// Seals a box: no ballot enters after this.
    pub fn seal_box(&self, round: &RoundId) -> Result<(), StorageError> {
        match &self.boxes {
            Boxes::Files(files) => files.seal(round)?,
            // The writers hold the round's row shared, so the update below waits for them.
            Boxes::Partitions(_) => {}
        }
        diesel::update(rounds::table.find(round.as_str()))
            .set(rounds::sealed.eq(true))
            .execute(&mut *self.connection()?)?;
        Ok(())
    }

    /// Copies what SQLite has in a box's log into the box, so that the log begins anew. Nothing
    /// depends on it: a log that stays is longer.
    pub fn checkpoint(&self, round: &RoundId) -> Result<(), StorageError> {
        match &self.boxes {
            Boxes::Files(files) => files.checkpoint(round, "pragma wal_checkpoint(passive)"),
            // PostgreSQL sees to its log by itself.
            Boxes::Partitions(_) => Ok(()),
        }
    }

    /// Empties the log of a box that takes no more ballots: it tells the order in which the last
    /// ones came.
    pub fn empty_log(&self, round: &RoundId) -> Result<(), StorageError> {
        match &self.boxes {
            Boxes::Files(files) => files.checkpoint(round, "pragma wal_checkpoint(truncate)"),
            // Its log is the server's, and is recycled by it.
            Boxes::Partitions(_) => Ok(()),
        }
    }

    /// Replaces all slips of a round, or of one unit. Refused once a slip was spent; returns false
    /// then.
    pub fn replace_slips(
        &self,
        round: &RoundId,
        unit: Option<&UnitCode>,
        new: &[(SlipHash, UnitCode)],
    ) -> Result<bool, StorageError> {
        let mut sorted: Vec<&(SlipHash, UnitCode)> = new.iter().collect();
        sorted.sort_by_key(|s| s.0);
        self.write_box(round, |db| {
            lock_round(db, round, true)?;
            let spent: i64 = spent_slips::table
                .filter(spent_slips::round.eq(round.as_str()))
                .count()
                .get_result(db)?;
            if spent > 0 {
                return Ok(false);
            }
            match unit {
                None => diesel::delete(slips::table.filter(slips::round.eq(round.as_str())))
                    .execute(db)?,
                Some(unit) => diesel::delete(
                    slips::table
                        .filter(slips::round.eq(round.as_str()))
                        .filter(slips::unit.eq(unit)),
                )
                .execute(db)?,
            };
            for (hash, unit) in &sorted {
                diesel::insert_into(slips::table)
                    .values((
                        slips::round.eq(round.as_str()),
                        slips::hash.eq(&hash.0[..]),
                        slips::unit.eq(unit),
                    ))
                    .execute(db)?;
            }
            Ok(true)
        })
    }

    /// The unit of an issued slip, and whether it was spent.
    pub fn look_up_slip(
        &self,
        round: &RoundId,
        hash: &SlipHash,
    ) -> Result<Option<(UnitCode, bool)>, StorageError> {
        let mut db = self.box_connection(round)?;
        let unit: Option<UnitCode> = slips::table
            .find((round.as_str(), &hash.0[..]))
            .select(slips::unit)
            .first(&mut *db)
            .optional()?;
        let Some(unit) = unit else { return Ok(None) };
        let spent: Option<String> = spent_slips::table
            .find((round.as_str(), &hash.0[..]))
            .select(spent_slips::round)
            .first(&mut *db)
            .optional()?;
        Ok(Some((unit, spent.is_some())))
    }

    /// Counts a box and digests its ballots, in bounded memory.
    pub fn box_sums(&self, round: &RoundId) -> Result<BoxSums, StorageError> {
        let (issued, used) = self.slip_sums(round)?;
        let mut digest = Sha256::new();
        let mut count = 0;
        self.each_ballot(round, |page| {
            for ballot in page {
                count += 1;
                for part in [
                    &ballot.id[..],
                    ballot.unit.as_str().as_bytes(),
                    &ballot.encapsulation,
                    &ballot.ciphertext,
                ] {
                    digest.update((part.len() as u64).to_be_bytes());
                    digest.update(part);
                }
            }
            Ok(())
        })?;
        let digest = hex::encode(digest.finalize());
        Ok(BoxSums { issued, used, ballots: count, digest })
    }

    /// How many ballots are in a box.
    pub fn ballot_count(&self, round: &RoundId) -> Result<u64, StorageError> {
        let count: i64 = ballots::table
            .filter(ballots::round.eq(round.as_str()))
            .count()
            .get_result(&mut *self.ballot_connection(round)?)?;
        counted(count, "ballots")
    }

    /// Slips issued and used, by unit.
    pub fn slip_sums(&self, round: &RoundId) -> Result<(SlipCounts, SlipCounts), StorageError> {
        let mut db = self.box_connection(round)?;
        let count = |rows: Vec<(UnitCode, i64)>| {
            rows.into_iter()
                .map(|(unit, n)| Ok((unit, counted(n, "slips")?)))
                .collect::<Result<_, StorageError>>()
        };
        let issued = slips::table
            .filter(slips::round.eq(round.as_str()))
            .group_by(slips::unit)
            .select((slips::unit, diesel::dsl::count_star()))
            .load(&mut *db)?;
        let used = slips::table
            .inner_join(
                spent_slips::table
                    .on(slips::round.eq(spent_slips::round).and(slips::hash.eq(spent_slips::hash))),
            )
            .filter(slips::round.eq(round.as_str()))
            .group_by(slips::unit)
            .select((slips::unit, diesel::dsl::count_star()))
            .load(&mut *db)?;
        Ok((count(issued)?, count(used)?))
    }

    /// Hands out the hashes of all spent slips, page by page in their own order.
    pub fn each_spent_hash(
        &self,
        round: &RoundId,
        mut page: impl FnMut(Vec<Vec<u8>>) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        let mut db = self.ballot_connection(round)?;
        let mut after: Vec<u8> = Vec::new();
        loop {
            let hashes: Vec<Vec<u8>> = spent_slips::table
                .filter(spent_slips::round.eq(round.as_str()))
                .filter(spent_slips::hash.gt(&after))
                .order(spent_slips::hash)
                .limit(PAGE)
                .select(spent_slips::hash)
                .load(&mut *db)?;
            let Some(last) = hashes.last() else { return Ok(()) };
            after.clone_from(last);
            page(hashes)?;
        }
    }

    /// Hands out all ballots, page by page in the order of their random names.
    pub fn each_ballot(
        &self,
        round: &RoundId,
        mut page: impl FnMut(Vec<SealedBallot>) -> Result<(), StorageError>,
    ) -> Result<(), StorageError> {
        let mut db = self.ballot_connection(round)?;
        let mut after: Option<BallotId> = None;
        loop {
            let sealed = next_ballots(&mut db, round, after.as_ref())?;
            let Some(last) = sealed.last() else { return Ok(()) };
            after = Some(last.id);
            page(sealed)?;
        }
    }

    /// A connection to the box of a round that exists.
    pub(super) fn box_connection(&self, round: &RoundId) -> Result<Lease, StorageError> {
        match &self.boxes {
            Boxes::Files(files) => files.connection(round),
            Boxes::Partitions(_) => self.connection(),
        }
    }

    /// A connection to the box of a round that may read ballots.
    fn ballot_connection(&self, round: &RoundId) -> Result<Lease, StorageError> {
        match &self.boxes {
            Boxes::Files(files) => files.connection(round),
            Boxes::Partitions(_) => self.opening_connection(),
        }
    }

    /// A connection for looking up slips.
    pub(super) fn slip_connection(&self, round: &RoundId) -> Result<Lease, StorageError> {
        match &self.boxes {
            Boxes::Files(files) => files.connection_for_slips(round),
            Boxes::Partitions(_) => self.connection(),
        }
    }

    pub(super) fn write_box<T>(
        &self,
        round: &RoundId,
        work: impl FnMut(&mut Db) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        transaction::write(&mut *self.box_connection(round)?, BOX_LOCK, work)
    }
}

/// The ballots that follow one, in the order of their names.
fn next_ballots(
    db: &mut Db,
    round: &RoundId,
    after: Option<&BallotId>,
) -> Result<Vec<SealedBallot>, StorageError> {
    let rows: Vec<BallotTuple> = match db {
        Db::Sqlite(db) => {
            use placed_ballots as b;
            let all = b::table.order(b::place).limit(PAGE).select((
                b::id,
                b::unit,
                b::encapsulation,
                b::ciphertext,
            ));
            match after {
                Some(id) => all.filter(b::place.gt(place(id))).load(db)?,
                None => all.load(db)?,
            }
        }
        Db::Pg(db) => {
            let after = after.map_or(&[][..], |id| &id[..]);
            let own = ballots::table
                .filter(ballots::round.eq(round.as_str()))
                .filter(ballots::id.gt(after));
            own.order(ballots::id)
                .limit(PAGE)
                .select((ballots::id, ballots::unit, ballots::encapsulation, ballots::ciphertext))
                .load(db)?
        }
    };
    let read = |(id, unit, encapsulation, ciphertext): BallotTuple| {
        let id = id.try_into().map_err(|_| StorageError::Corrupt("a ballot's name".into()))?;
        Ok(SealedBallot { id, unit, encapsulation, ciphertext })
    };
    rows.into_iter().map(read).collect()
}

/// Whether the box takes no more ballots, as this transaction sees it until it ends.
pub(super) fn is_sealed(db: &mut Db, round: &RoundId) -> Result<bool, StorageError> {
    match db {
        Db::Sqlite(db) => {
            let closed: i32 =
                diesel::dsl::sql::<diesel::sql_types::Integer>("select closed from seal")
                    .get_result(db)?;
            Ok(closed != 0)
        }
        Db::Pg(_) => lock_round(db, round, false),
    }
}

/// Locks the round's row on PostgreSQL (the box file itself is the lock on SQLite); says whether
/// the box is sealed.
fn lock_round(db: &mut Db, round: &RoundId, exclusive: bool) -> Result<bool, StorageError> {
    let Db::Pg(db) = db else { return Ok(false) };
    let row = rounds::table.find(round.as_str()).select(rounds::sealed);
    Ok(if exclusive { row.for_update().first(db)? } else { row.for_share().first(db)? })
}
