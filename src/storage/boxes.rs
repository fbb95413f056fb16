//! Ballot boxes: slips, spent slips and sealed ballots of a round.
//! A box is a store of its own (a file on SQLite, partitions on PostgreSQL), so that destroying it is deleting it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::connection::{self, Db, Lease, Target};
use super::schema::{ballots, placed_ballots, rounds, slips, spent_slips};
use super::{Storage, StorageError, transaction};
use crate::access::SlipHash;
use crate::ballot::{BallotId, SealedBallot, place};
use crate::id::RoundId;

/// Sums over a box.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BoxSums {
    /// Slips issued, by unit.
    pub issued: BTreeMap<String, u32>,
    /// Slips used, by unit.
    pub used: BTreeMap<String, u32>,
    /// Ballots in the box.
    pub ballots: u64,
    /// Digest over all ballots in the order of their random names.
    pub digest: String,
}

/// The connections to a box, a file on SQLite.
#[derive(Clone)]
pub(super) struct BoxPools {
    all: connection::Pool,
    /// One that only looks up slips: were it to take turns with the one that writes, each would find its pages outdated by the other.
    slips: connection::Pool,
}

/// Slips by unit.
pub type SlipCounts = BTreeMap<String, u32>;
/// A row of `ballots` without its round.
type BallotTuple = (Vec<u8>, String, Vec<u8>, Vec<u8>);

const PAGE: i64 = 256;
/// The place of a ballot by its name, in the words of SQLite; the box's own check says the same.
pub const PLACE: &str = "((instr('123456789ABCDEF', substr(hex(id), 1, 1)) - 8) << 60) + (instr('123456789ABCDEF', substr(hex(id), 2, 1)) << 56) + (instr('123456789ABCDEF', substr(hex(id), 3, 1)) << 52) + (instr('123456789ABCDEF', substr(hex(id), 4, 1)) << 48) + (instr('123456789ABCDEF', substr(hex(id), 5, 1)) << 44) + (instr('123456789ABCDEF', substr(hex(id), 6, 1)) << 40) + (instr('123456789ABCDEF', substr(hex(id), 7, 1)) << 36) + (instr('123456789ABCDEF', substr(hex(id), 8, 1)) << 32) + (instr('123456789ABCDEF', substr(hex(id), 9, 1)) << 28) + (instr('123456789ABCDEF', substr(hex(id), 10, 1)) << 24) + (instr('123456789ABCDEF', substr(hex(id), 11, 1)) << 20) + (instr('123456789ABCDEF', substr(hex(id), 12, 1)) << 16) + (instr('123456789ABCDEF', substr(hex(id), 13, 1)) << 12) + (instr('123456789ABCDEF', substr(hex(id), 14, 1)) << 8) + (instr('123456789ABCDEF', substr(hex(id), 15, 1)) << 4) + (instr('123456789ABCDEF', substr(hex(id), 16, 1)) << 0)";
/// Takes the box's write lock. It also writes a page, so that a batch of spent slips takes as long to commit as one of new ballots.
const BOX_LOCK: &str = "update seal set closed = closed";

impl Storage {
    /// Makes the box of a round if it is missing.
    pub fn create_box(&self, round: &RoundId) -> Result<(), StorageError> {
        if self.is_postgres() {
            let Db::Pg(db) = &mut *self.opening_connection()? else { return Ok(()) };
            // Where roles have least rights, only the owner of all tables makes one, and this is how to ask (`deploy/postgres/roles.sql`).
            if diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>("to_regproc('make_box') is not null")).get_result(db)? {
                let made = diesel::sql_query("select make_box($1)").bind::<diesel::sql_types::Text, _>(round.as_str()).execute(db);
                return made.map(drop).or_else(|error| made_by_another(db, round, error));
            }
            for (table, key) in [("slips", "hash"), ("spent_slips", "hash"), ("ballots", "id")] {
                if !pg_exists(db, &format!("{table}_{round}"))? {
                    // Attaching, unlike creating a partition in place, does not wait for those who submit to other rounds.
                    let made = db.batch_execute(&format!(
                        "begin; create table {table}_{round} (like {table} including all); \
                         alter table {table}_{round} alter column {key} set statistics 0; \
                         alter table {table} attach partition {table}_{round} for values in ('{round}'); commit"
                    ));
                    made.or_else(|error| made_by_another(db, round, error))?;
                }
            }
            return Ok(());
        }
        let target = self.box_target(round);
        let pool = connection::pool(target.clone(), 1)?;
        connection::migrate(&mut *connection::lease(&pool)?, &target)
    }

    /// Whether the box of a round exists.
    pub fn has_box(&self, round: &RoundId) -> Result<bool, StorageError> {
        if self.is_postgres() {
            let Db::Pg(db) = &mut *self.connection()? else { return Ok(false) };
            return pg_exists(db, &format!("ballots_{round}"));
        }
        Ok(self.box_path(round).exists())
    }

    /// Destroys the box of a round; nothing to do if it is gone.
    pub fn destroy_box(&self, round: &RoundId) -> Result<(), StorageError> {
        if self.is_postgres() {
            let Db::Pg(db) = &mut *self.opening_connection()? else { return Ok(()) };
            for table in ["ballots", "spent_slips", "slips"] {
                pg_drop_partition(db, table, &format!("{table}_{round}"))?;
            }
            return Ok(());
        }
        self.forget_box(round);
        for suffix in ["", "-wal", "-shm"] {
            let path = format!("{}{suffix}", self.box_path(round).display());
            // Another process may still have the file open; emptied first, it holds nothing there either. The shared-memory index has no ballots.
            if suffix != "-shm"
                && let Ok(file) = std::fs::OpenOptions::new().write(true).open(&path)
            {
                file.set_len(0).and_then(|()| file.sync_all()).map_err(|e| StorageError::Unavailable(format!("cannot empty {path}: {e}")))?;
            }
            match std::fs::remove_file(&path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StorageError::Unavailable(format!("cannot delete {path}: {e}")));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Lets go of the connections to a box, so that a deleted file is really freed.
    pub fn forget_box(&self, round: &RoundId) {
        self.boxes.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(round);
    }

    /// Replaces all slips of a round, or of one unit. Refused once a slip was spent; returns false then.
    pub fn replace_slips(&self, round: &RoundId, unit: Option<&str>, new: &[(SlipHash, String)]) -> Result<bool, StorageError> {
        let mut sorted: Vec<&(SlipHash, String)> = new.iter().collect();
        sorted.sort_by_key(|s| s.0);
        self.write_box(round, |db| {
            lock_round(db, round, true)?;
            let spent: i64 = spent_slips::table.filter(spent_slips::round.eq(round.as_str())).count().get_result(db)?;
            if spent > 0 {
                return Ok(false);
            }
            match unit {
                None => diesel::delete(slips::table.filter(slips::round.eq(round.as_str()))).execute(db)?,
                Some(unit) => diesel::delete(slips::table.filter(slips::round.eq(round.as_str())).filter(slips::unit.eq(unit))).execute(db)?,
            };
            for (hash, unit) in &sorted {
                diesel::insert_into(slips::table)
                    .values((slips::round.eq(round.as_str()), slips::hash.eq(&hash.0[..]), slips::unit.eq(unit)))
                    .execute(db)?;
            }
            Ok(true)
        })
    }

    /// The unit of an issued slip, and whether it was spent.
    pub fn look_up_slip(&self, round: &RoundId, hash: &SlipHash) -> Result<Option<(String, bool)>, StorageError> {
        let mut db = self.box_connection(round)?;
        let unit: Option<String> = slips::table.find((round.as_str(), &hash.0[..])).select(slips::unit).first(&mut *db).optional()?;
        let Some(unit) = unit else { return Ok(None) };
        let spent: Option<String> = spent_slips::table.find((round.as_str(), &hash.0[..])).select(spent_slips::round).first(&mut *db).optional()?;
        Ok(Some((unit, spent.is_some())))
    }

    /// Seals a box: no ballot enters after this.
    pub fn seal_box(&self, round: &RoundId) -> Result<(), StorageError> {
        if !self.is_postgres() {
            let mut lease = self.box_connection(round)?;
            let Db::Sqlite(db) = &mut *lease else { return Ok(()) };
            db.batch_execute("update seal set closed = 1")?;
        }
        // On PostgreSQL the writers hold this row shared, so the update waits for them.
        diesel::update(rounds::table.find(round.as_str())).set(rounds::sealed.eq(true)).execute(&mut *self.connection()?)?;
        Ok(())
    }

    /// Counts a box and digests its ballots, in bounded memory.
    pub fn box_sums(&self, round: &RoundId) -> Result<BoxSums, StorageError> {
        let (issued, used) = self.slip_sums(round)?;
        let mut digest = Sha256::new();
        let mut count = 0;
        self.each_ballot(round, |page| {
            for ballot in page {
                count += 1;
                for part in [&ballot.id[..], ballot.unit.as_bytes(), &ballot.encapsulation, &ballot.ciphertext] {
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
        let count: i64 = ballots::table.filter(ballots::round.eq(round.as_str())).count().get_result(&mut *self.ballot_connection(round)?)?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Slips issued and used, by unit.
    pub fn slip_sums(&self, round: &RoundId) -> Result<(SlipCounts, SlipCounts), StorageError> {
        let mut db = self.box_connection(round)?;
        let count = |rows: Vec<(String, i64)>| rows.into_iter().map(|(unit, n)| (unit, u32::try_from(n).unwrap_or(u32::MAX))).collect();
        let issued = slips::table
            .filter(slips::round.eq(round.as_str()))
            .group_by(slips::unit)
            .select((slips::unit, diesel::dsl::count_star()))
            .load(&mut *db)?;
        let used = slips::table
            .inner_join(spent_slips::table.on(slips::round.eq(spent_slips::round).and(slips::hash.eq(spent_slips::hash))))
            .filter(slips::round.eq(round.as_str()))
            .group_by(slips::unit)
            .select((slips::unit, diesel::dsl::count_star()))
            .load(&mut *db)?;
        Ok((count(issued), count(used)))
    }

    /// Hands out the hashes of all spent slips, page by page in their own order.
    pub fn each_spent_hash(&self, round: &RoundId, mut page: impl FnMut(Vec<Vec<u8>>) -> Result<(), StorageError>) -> Result<(), StorageError> {
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
    pub fn each_ballot(&self, round: &RoundId, mut page: impl FnMut(Vec<SealedBallot>) -> Result<(), StorageError>) -> Result<(), StorageError> {
        let mut db = self.ballot_connection(round)?;
        let mut after: Option<BallotId> = None;
        loop {
            let sealed = next_ballots(&mut db, round, after.as_ref())?;
            let Some(last) = sealed.last() else { return Ok(()) };
            after = Some(last.id);
            page(sealed)?;
        }
    }

    fn box_path(&self, round: &RoundId) -> PathBuf {
        self.data.join(format!("box-{round}.db"))
    }

    fn box_target(&self, round: &RoundId) -> Target {
        Target::SqliteBox(self.box_path(round).display().to_string())
    }

    /// A connection to the box of a round that exists.
    pub(super) fn box_connection(&self, round: &RoundId) -> Result<Lease, StorageError> {
        if self.is_postgres() { self.connection() } else { connection::lease(&self.box_pools(round)?.all) }
    }

    /// A connection to the box of a round that may read ballots.
    fn ballot_connection(&self, round: &RoundId) -> Result<Lease, StorageError> {
        if self.is_postgres() { self.opening_connection() } else { self.box_connection(round) }
    }

    /// A connection for looking up slips.
    pub(super) fn slip_connection(&self, round: &RoundId) -> Result<Lease, StorageError> {
        if self.is_postgres() { self.connection() } else { connection::lease(&self.box_pools(round)?.slips) }
    }

    fn box_pools(&self, round: &RoundId) -> Result<BoxPools, StorageError> {
        if !self.box_path(round).exists() {
            return Err(StorageError::NotFound);
        }
        let mut boxes = self.boxes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(pools) = boxes.get(round) {
            return Ok(pools.clone());
        }
        let target = self.box_target(round);
        let pools = BoxPools { all: connection::pool(target.clone(), 4)?, slips: connection::pool(target.clone(), 1)? };
        // A box that an older version made is brought to the current shape first.
        connection::migrate(&mut *connection::lease(&pools.all)?, &target)?;
        boxes.insert(round.clone(), pools.clone());
        Ok(pools)
    }

    pub(super) fn write_box<T>(&self, round: &RoundId, work: impl FnMut(&mut Db) -> Result<T, StorageError>) -> Result<T, StorageError> {
        transaction::write(&mut *self.box_connection(round)?, BOX_LOCK, work)
    }
}

/// Of two who make a box at once one is refused, and finds it made.
fn made_by_another(db: &mut PgConnection, round: &RoundId, error: diesel::result::Error) -> Result<(), StorageError> {
    drop(db.batch_execute("rollback"));
    for _ in 0..50 {
        if pg_exists(db, &format!("ballots_{round}"))? {
            return Ok(());
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    Err(error.into())
}

/// The ballots that follow one, in the order of their names.
fn next_ballots(db: &mut Db, round: &RoundId, after: Option<&BallotId>) -> Result<Vec<SealedBallot>, StorageError> {
    let rows: Vec<BallotTuple> = match db {
        Db::Sqlite(db) => {
            use placed_ballots as b;
            let all = b::table.order(b::place).limit(PAGE).select((b::id, b::unit, b::encapsulation, b::ciphertext));
            match after {
                Some(id) => all.filter(b::place.gt(place(id))).load(db)?,
                None => all.load(db)?,
            }
        }
        Db::Pg(db) => {
            let after = after.map_or(&[][..], |id| &id[..]);
            let own = ballots::table.filter(ballots::round.eq(round.as_str())).filter(ballots::id.gt(after));
            own.order(ballots::id).limit(PAGE).select((ballots::id, ballots::unit, ballots::encapsulation, ballots::ciphertext)).load(db)?
        }
    };
    let read = |(id, unit, encapsulation, ciphertext): BallotTuple| {
        let id = id.try_into().map_err(|_| StorageError::Corrupt("a ballot's name".into()))?;
        Ok(SealedBallot { id, unit, encapsulation, ciphertext })
    };
    rows.into_iter().map(read).collect()
}

fn pg_exists(db: &mut PgConnection, table: &str) -> Result<bool, StorageError> {
    Ok(diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>(&format!("to_regclass('{table}') is not null"))).get_result(db)?)
}

/// Drops a partition without a lock that those who submit to other rounds would wait for. Repeatable after a crash at any point.
fn pg_drop_partition(db: &mut PgConnection, parent: &str, table: &str) -> Result<(), StorageError> {
    use diesel::sql_types::Bool;
    if !pg_exists(db, table)? {
        return Ok(());
    }
    let pending: Option<bool> = diesel::dsl::sql::<Bool>(&format!("select inhdetachpending from pg_inherits where inhrelid = '{table}'::regclass"))
        .get_result(db)
        .optional()?;
    match pending {
        Some(true) => db.batch_execute(&format!("alter table {parent} detach partition {table} finalize"))?,
        Some(false) => db.batch_execute(&format!("alter table {parent} detach partition {table} concurrently"))?,
        None => {}
    }
    db.batch_execute(&format!("drop table {table}"))?;
    Ok(())
}

/// Whether the box takes no more ballots, as this transaction sees it until it ends.
pub(super) fn is_sealed(db: &mut Db, round: &RoundId) -> Result<bool, StorageError> {
    match db {
        Db::Sqlite(db) => {
            let closed: i32 = diesel::dsl::sql::<diesel::sql_types::Integer>("select closed from seal").get_result(db)?;
            Ok(closed != 0)
        }
        Db::Pg(_) => lock_round(db, round, false),
    }
}

/// Locks the round's row on PostgreSQL (the box file itself is the lock on SQLite); says whether the box is sealed.
fn lock_round(db: &mut Db, round: &RoundId, exclusive: bool) -> Result<bool, StorageError> {
    let Db::Pg(db) = db else { return Ok(false) };
    let row = rounds::table.find(round.as_str()).select(rounds::sealed);
    Ok(if exclusive { row.for_update().first(db)? } else { row.for_share().first(db)? })
}
