//! A batch of ballots on its way into the box: each slip spent and its ballot stored in one
//! transaction, or neither.
//! SQLite runs prepared statements row by row, which costs no trip; PostgreSQL gets each step as
//! one statement for the whole batch.

use std::collections::{HashMap, HashSet};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, Binary, Text};

use super::is_sealed;
use crate::access::SlipHash;
use crate::ballot::{SealedBallot, place};
use crate::id::RoundId;
use crate::storage::connection::Db;
use crate::storage::schema::{ballots, placed_ballots, slips, spent_slips};
use crate::storage::{Storage, StorageError};
use crate::unit::UnitCode;

/// A ballot on its way into the box, with the slip that pays for it (`None` in poster rounds).
pub struct Posting {
    /// Slip to spend.
    pub slip: Option<SlipHash>,
    /// The sealed ballot.
    pub ballot: SealedBallot,
}

/// What became of a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Slip spent and ballot stored, in one transaction.
    Stored,
    /// The slip had been spent before; nothing was stored.
    Again,
    /// The box is sealed; nothing was stored.
    Sealed,
    /// There is no such slip, or not any more: voided since it was looked up. Nothing was stored.
    NoSlip,
}

impl Storage {
    /// The units of those of some slips that were issued.
    pub fn slip_units(
        &self,
        round: &RoundId,
        hashes: &[&SlipHash],
    ) -> Result<HashMap<SlipHash, UnitCode>, StorageError> {
        known(&mut *self.slip_connection(round)?, round, hashes)
    }

    /// Stores a batch of postings in one transaction: each slip spent and its ballot stored, or
    /// neither.
    pub fn post(
        &self,
        round: &RoundId,
        postings: &[Posting],
    ) -> Result<Vec<Outcome>, StorageError> {
        self.write_box(round, |db| {
            if is_sealed(db, round)? {
                // Closed by another process a moment ago: a slip that was counted is told so as
                // ever.
                let hashes: Vec<&SlipHash> =
                    postings.iter().filter_map(|p| p.slip.as_ref()).collect();
                let spent = already_spent(db, round, &hashes)?;
                let outcome = |p: &Posting| {
                    if p.slip.as_ref().is_some_and(|slip| spent.contains(slip)) {
                        Outcome::Again
                    } else {
                        Outcome::Sealed
                    }
                };
                return Ok(postings.iter().map(outcome).collect());
            }
            let hashes: Vec<&SlipHash> = postings.iter().filter_map(|p| p.slip.as_ref()).collect();
            let known = known(db, round, &hashes)?;
            // A slip that comes twice in a batch pays once, for the first.
            let mut paid =
                spend(db, round, hashes.into_iter().filter(|hash| known.contains_key(hash)))?;
            let outcomes: Vec<Outcome> = postings
                .iter()
                .map(|posting| match &posting.slip {
                    None => Outcome::Stored,
                    Some(slip) if !known.contains_key(slip) => Outcome::NoSlip,
                    Some(slip) if paid.remove(slip) => Outcome::Stored,
                    Some(_) => Outcome::Again,
                })
                .collect();
            let with = |wanted: &[Outcome]| {
                postings
                    .iter()
                    .zip(&outcomes)
                    .filter(|(_, outcome)| wanted.contains(outcome))
                    .map(|(p, _)| &p.ballot)
                    .collect::<Vec<_>>()
            };
            // Those of spent slips are written and taken back in the same transaction: they cost
            // the disk what others do, so the time of the reply does not tell.
            put(db, round, &with(&[Outcome::Stored]))?;
            put_and_take_back(db, round, &with(&[Outcome::Again]))?;
            Ok(outcomes)
        })
    }
}

impl Storage {
    /// Stores one posting of a batch that failed. The failure may have been of the answer only: a
    /// ballot that is there was stored by its own batch.
    pub fn post_again(&self, round: &RoundId, posting: &Posting) -> Result<Outcome, StorageError> {
        let there: i64 = match &mut *self.box_connection(round)? {
            Db::Sqlite(db) => placed_ballots::table
                .filter(placed_ballots::place.eq(place(&posting.ballot.id)))
                .count()
                .get_result(db)?,
            Db::Pg(db) => {
                let own = ballots::table
                    .filter(ballots::round.eq(round.as_str()))
                    .filter(ballots::id.eq(&posting.ballot.id[..]));
                own.count().get_result(db)?
            }
        };
        if there == 1 {
            Ok(Outcome::Stored)
        } else {
            self.post(round, std::slice::from_ref(posting)).map(|outcomes| outcomes[0])
        }
    }
}

fn known(
    db: &mut Db,
    round: &RoundId,
    hashes: &[&SlipHash],
) -> Result<HashMap<SlipHash, UnitCode>, StorageError> {
    match db {
        Db::Sqlite(db) => {
            let mut found = HashMap::with_capacity(hashes.len());
            for hash in hashes {
                // Not `first`: it binds a limit, and SQLite plans a statement anew whenever a bound
                // limit changes hands.
                let unit: Option<UnitCode> = slips::table
                    .find((round.as_str(), &hash.0[..]))
                    .select(slips::unit)
                    .get_result(db)
                    .optional()?;
                found.extend(unit.map(|unit| (**hash, unit)));
            }
            Ok(found)
        }
        Db::Pg(db) => {
            let wanted: Vec<&[u8]> = hashes.iter().map(|hash| &hash.0[..]).collect();
            let own = slips::table
                .filter(slips::round.eq(round.as_str()))
                .filter(slips::hash.eq_any(wanted));
            let rows: Vec<(Vec<u8>, UnitCode)> = own.select((slips::hash, slips::unit)).load(db)?;
            rows.into_iter().map(|(hash, unit)| Ok((read_hash(hash)?, unit))).collect()
        }
    }
}

fn read_hash(bytes: Vec<u8>) -> Result<SlipHash, StorageError> {
    bytes.try_into().map(SlipHash).map_err(|_| StorageError::Corrupt("a slip's hash".into()))
}

#[derive(QueryableByName)]
struct Spent {
    #[diesel(sql_type = Binary)]
    hash: Vec<u8>,
}

/// Those of some slips that were spent before.
fn already_spent(
    db: &mut Db,
    round: &RoundId,
    hashes: &[&SlipHash],
) -> Result<HashSet<SlipHash>, StorageError> {
    let wanted: Vec<&[u8]> = hashes.iter().map(|hash| &hash.0[..]).collect();
    let own = spent_slips::table
        .filter(spent_slips::round.eq(round.as_str()))
        .filter(spent_slips::hash.eq_any(wanted));
    let rows: Vec<Vec<u8>> = own.select(spent_slips::hash).load(db)?;
    rows.into_iter().map(read_hash).collect()
}

/// Spends slips, in the order of their hashes, so that two nodes never wait for each other; returns
/// those that were not spent before.
fn spend<'a>(
    db: &mut Db,
    round: &RoundId,
    hashes: impl Iterator<Item = &'a SlipHash>,
) -> Result<HashSet<SlipHash>, StorageError> {
    let mut hashes: Vec<&SlipHash> = hashes.collect();
    hashes.sort_unstable();
    hashes.dedup();
    match db {
        Db::Sqlite(db) => {
            let mut paid = HashSet::with_capacity(hashes.len());
            for hash in hashes {
                let row =
                    (spent_slips::round.eq(round.as_str()), spent_slips::hash.eq(&hash.0[..]));
                if diesel::insert_or_ignore_into(spent_slips::table).values(row).execute(db)? == 1 {
                    paid.insert(*hash);
                }
            }
            Ok(paid)
        }
        Db::Pg(_) if hashes.is_empty() => Ok(HashSet::new()),
        Db::Pg(db) => {
            let rows: Vec<Spent> = diesel::sql_query(
                "insert into spent_slips (round, hash) select $1, hash from unnest($2) as hash \
                 order by hash on conflict do nothing returning hash",
            )
            .bind::<Text, _>(round.as_str())
            .bind::<Array<Binary>, _>(hashes.iter().map(|hash| &hash.0[..]).collect::<Vec<_>>())
            .load(db)?;
            rows.into_iter().map(|row| read_hash(row.hash)).collect()
        }
    }
}

/// One column of a batch, as PostgreSQL takes it.
fn column<'a, T: ?Sized>(
    batch: &[&'a SealedBallot],
    of: impl Fn(&'a SealedBallot) -> &'a T,
) -> Vec<&'a T> {
    batch.iter().map(|ballot| of(ballot)).collect()
}

/// Writes ballots in the order of their random names.
fn put(db: &mut Db, round: &RoundId, batch: &[&SealedBallot]) -> Result<(), StorageError> {
    let mut batch = batch.to_vec();
    batch.sort_unstable_by_key(|ballot| ballot.id);
    match db {
        Db::Sqlite(db) => {
            for ballot in batch {
                use placed_ballots as b;
                let row = (
                    b::place.eq(place(&ballot.id)),
                    b::round.eq(round.as_str()),
                    b::id.eq(&ballot.id[..]),
                    b::unit.eq(&ballot.unit),
                    b::encapsulation.eq(&ballot.encapsulation),
                    b::ciphertext.eq(&ballot.ciphertext),
                );
                diesel::insert_into(b::table).values(row).execute(db)?;
            }
        }
        // Also where there is none: both answers take the same trips to the server.
        Db::Pg(db) => {
            diesel::sql_query(
                "insert into ballots (round, id, unit, encapsulation, ciphertext) \
                 select $1, b.* from \
                 unnest($2, $3, $4, $5) as b (id, unit, encapsulation, ciphertext)",
            )
            .bind::<Text, _>(round.as_str())
            .bind::<Array<Binary>, _>(column(&batch, |b| &b.id[..]))
            .bind::<Array<Text>, _>(column(&batch, |b| b.unit.as_str()))
            .bind::<Array<Binary>, _>(column(&batch, |b| &b.encapsulation[..]))
            .bind::<Array<Binary>, _>(column(&batch, |b| &b.ciphertext[..]))
            .execute(db)?;
        }
    }
    Ok(())
}

/// Writes ballots as [`put`] does and takes them back. On PostgreSQL by a savepoint, so that intake
/// needs no right to delete ballots.
fn put_and_take_back(
    db: &mut Db,
    round: &RoundId,
    batch: &[&SealedBallot],
) -> Result<(), StorageError> {
    if let Db::Pg(pg) = db {
        pg.batch_execute("savepoint again")?;
        put(db, round, batch)?;
        let Db::Pg(pg) = db else { return Ok(()) };
        return Ok(pg.batch_execute("rollback to savepoint again")?);
    }
    put(db, round, batch)?;
    let Db::Sqlite(db) = db else { return Ok(()) };
    for ballot in batch {
        diesel::delete(placed_ballots::table.find(place(&ballot.id))).execute(db)?;
    }
    Ok(())
}
