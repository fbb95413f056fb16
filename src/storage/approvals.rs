//! Steps that take two accounts: agreeing, counting who agreed, and doing it are one transaction.
//! Whatever arrives at once, a step has one effect, and its effect is what those who agreed have
//! seen.

use std::collections::{BTreeMap, BTreeSet};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use super::connection::Db;
use super::lists::{add_edition, edits, last_edition_is, last_edition_number};
use super::originals::destroy;
use super::schema::{accounts, approvals, rounds};
use super::screening::screened_cases;
use super::{Edition, Storage, StorageError, Transaction};
use crate::id::{AccountName, RoundId};
use crate::problem::ProblemEdit;
use crate::round::{Hold, RoundState};

/// The lists of a round from what people did to them, as they would be handed over.
pub type ListsOf<'a> = &'a mut dyn FnMut(
    Vec<ProblemEdit>,
    BTreeMap<String, Vec<String>>,
    BTreeMap<String, Hold>,
) -> Result<Edition, StorageError>;

/// What a shared step does.
pub enum SharedDeed<'a> {
    /// Lets results out, and the lists with them.
    Release(ListsOf<'a>),
    /// Hands the lists over anew.
    Lists(ListsOf<'a>),
    /// Destroys original texts and spent codes.
    Destroy {
        /// The day, for the record.
        day: &'a str,
    },
    /// Moves a round on after a restore, or to its end.
    Move(RoundState),
    /// Puts the closing day off.
    Postpone {
        /// The closing day, once it is put off.
        closes: &'a str,
        /// All days that were put off, with this one, as JSON.
        postponed: &'a str,
    },
}

/// Who wants a shared step.
pub struct Sharing<'a> {
    /// The round.
    pub round: &'a RoundId,
    /// The step.
    pub step: &'a str,
    /// The state it starts from.
    pub from: RoundState,
    /// Who agrees; nobody where the command line acts alone.
    pub account: Option<&'a AccountName>,
    /// The digest of what was seen; empty for what is there now.
    pub seen: &'a str,
    /// What the step is to be like, where there is a choice: both have to choose the same.
    pub choice: &'a str,
    /// Roles that may agree, the one without whom nothing happens last, if there is one.
    pub roles: &'a [&'a str],
    /// Whether an account of the last role has to be among them.
    pub needs_last: bool,
    /// Unix seconds now.
    pub now: i64,
}

/// What became of a wish for a shared step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shared {
    /// Noted; another account has to agree.
    Waits,
    /// Done, by these accounts.
    Taken(Vec<AccountName>),
    /// Something else is there now than was seen, or another state.
    Changed,
    /// The account may not agree any more.
    NotAllowed,
    /// The account waits to be vouched for.
    NotVouchedFor,
}

impl Storage {
    /// Who has approved which step of a round.
    pub fn approvals(&self, round: &RoundId) -> Result<Vec<(String, AccountName)>, StorageError> {
        let own = approvals::table.filter(approvals::round.eq(round.as_str()));
        Ok(own
            .order((approvals::step, approvals::account))
            .select((approvals::step, approvals::account))
            .load(&mut *self.connection()?)?)
    }

    /// Every approval that waits for a second one: round, step, account.
    pub fn waiting_approvals(&self) -> Result<Vec<(RoundId, String, AccountName)>, StorageError> {
        let rows: Vec<(String, String, AccountName)> = approvals::table
            .order((approvals::round, approvals::step, approvals::account))
            .select((approvals::round, approvals::step, approvals::account))
            .load(&mut *self.connection()?)?;
        rows.into_iter()
            .map(|(round, step, account)| {
                let id = round.parse().map_err(|_| StorageError::Corrupt("an approval".into()))?;
                Ok((id, step, account))
            })
            .collect()
    }

    /// What those who have agreed to a step so far chose it to be like.
    pub fn chosen(&self, round: &RoundId, step: &str) -> Result<Option<String>, StorageError> {
        let own = approvals::table
            .filter(approvals::round.eq(round.as_str()))
            .filter(approvals::step.eq(step));
        let seen: Option<Option<String>> =
            own.select(approvals::seen).first(&mut *self.connection()?).optional()?;
        Ok(seen.flatten().and_then(|seen| seen.split_once(' ').map(|(_, c)| c.to_owned())))
    }

    /// The digest of what is agreed to where no lists are: the round as everybody reads it.
    pub fn round_digest(&self, round: &RoundId) -> Result<String, StorageError> {
        row_digest(&mut *self.connection()?, round)
    }
}

impl Transaction<'_> {
    /// Takes back what an account agreed to; false if it did not, or the step is taken by now.
    pub fn withdraw_approval(
        &mut self,
        round: &RoundId,
        step: &str,
        account: &AccountName,
    ) -> Result<bool, StorageError> {
        let own = approvals::table.find((round.as_str(), step, account));
        Ok(diesel::delete(own).execute(self.db)? == 1)
    }

    /// Forgets the approvals of a round, of one step or of all.
    pub fn forget_approvals(
        &mut self,
        round: &RoundId,
        step: Option<&str>,
    ) -> Result<(), StorageError> {
        let own = approvals::table.filter(approvals::round.eq(round.as_str()));
        match step {
            Some(step) => diesel::delete(own.filter(approvals::step.eq(step))).execute(self.db)?,
            None => diesel::delete(own).execute(self.db)?,
        };
        Ok(())
    }

    /// Notes that an account agrees to a step, and takes it if that makes enough of them. After a
    /// destruction [`Storage::rewrite_if_due`] has to follow.
    #[expect(clippy::too_many_lines, reason = "steps whose order matters, told in it")]
    pub fn share(&mut self, wish: &Sharing, mut deed: SharedDeed) -> Result<Shared, StorageError> {
        let db = &mut *self.db;
        if let Db::Pg(pg) = db {
            // On SQLite the transaction holds the only write lock; here nobody may change what is
            // agreed to until it is done.
            pg.batch_execute(
                "lock table approvals, comments, screenings, problems in share row exclusive mode",
            )?;
            diesel::sql_query(format!(
                "select 1 from rounds where id = '{}' for update",
                wish.round
            ))
            .execute(pg)?;
        }
        let own = rounds::table.find(wish.round.as_str());
        let (state, destroyed, holds): (String, bool, String) =
            own.select((rounds::state, rounds::destroyed, rounds::holds)).first(db)?;
        if state != wish.from.as_str() {
            return Ok(Shared::Changed);
        }
        let mut edition = None;
        let digest = match &mut deed {
            SharedDeed::Release(lists) | SharedDeed::Lists(lists) => {
                let holds = serde_json::from_str(&holds)
                    .map_err(|_| StorageError::Corrupt(format!("holds of round {}", wish.round)))?;
                let made = lists(edits(db, wish.round)?, screened_cases(db, wish.round)?, holds)?;
                let digest = made.digest();
                edition = Some(made);
                digest
            }
            SharedDeed::Destroy { .. } | SharedDeed::Move(_) | SharedDeed::Postpone { .. } => {
                row_digest(db, wish.round)?
            }
        };
        if !wish.seen.is_empty() && wish.seen != digest {
            return Ok(Shared::Changed);
        }
        if let (SharedDeed::Lists(_), Some(made)) = (&deed, &edition)
            && last_edition_is(db, wish.round, made)?
        {
            // Somebody else's agreement has handed them over a moment ago.
            return Ok(Shared::Changed);
        }
        let by = match wish.account {
            None => Vec::new(),
            Some(account) => match agree(db, wish, account, &with_choice(&digest, wish.choice))? {
                Ok(by) => by,
                Err(answer) => return Ok(answer),
            },
        };
        let own = rounds::table.find(wish.round.as_str());
        let mine = approvals::table.filter(approvals::round.eq(wish.round.as_str()));
        match &deed {
            SharedDeed::Release(_) => {
                if !destroyed {
                    return Ok(Shared::Changed);
                }
                diesel::update(own)
                    .set((
                        rounds::state.eq(RoundState::Released.as_str()),
                        rounds::reach.eq(wish.choice),
                    ))
                    .execute(db)?;
            }
            SharedDeed::Move(to) => {
                diesel::update(own).set(rounds::state.eq(to.as_str())).execute(db)?;
            }
            SharedDeed::Destroy { day } => {
                if !destroy(db, wish.round, day, &by)? {
                    return Ok(Shared::Changed);
                }
            }
            SharedDeed::Postpone { closes, postponed } => {
                let to = (rounds::closes.eq(closes), rounds::postponed.eq(postponed));
                diesel::update(own).set(to).execute(db)?;
            }
            SharedDeed::Lists(_) => {}
        }
        match edition {
            Some(edition) => {
                let number = last_edition_number(db, wish.round)? + 1;
                add_edition(db, wish.round, &Edition { number, accounts: by.clone(), ..edition })?;
                diesel::delete(mine.filter(approvals::step.eq(wish.step))).execute(db)?;
            }
            None => drop(diesel::delete(mine).execute(db)?),
        }
        Ok(Shared::Taken(by))
    }

    /// Ends all approvals of an account, with what it was entitled by.
    pub fn forget_approvals_of(&mut self, account: &AccountName) -> Result<(), StorageError> {
        diesel::delete(approvals::table.filter(approvals::account.eq(account))).execute(self.db)?;
        Ok(())
    }
}

/// Notes an approval; those who make enough, or what there is to say instead. Approvals of
/// something else, or of accounts that may not agree any more, end here.
fn agree(
    db: &mut Db,
    wish: &Sharing,
    account: &AccountName,
    digest: &str,
) -> Result<Result<Vec<AccountName>, Shared>, StorageError> {
    let entitled: Vec<(AccountName, String, Option<i64>)> = accounts::table
        .filter(accounts::active.eq(true))
        .filter(accounts::role.eq_any(wish.roles))
        .select((accounts::name, accounts::role, accounts::waits))
        .load(db)?;
    if !entitled.iter().any(|(name, ..)| name == account) {
        return Ok(Err(Shared::NotAllowed));
    }
    let may: Vec<(AccountName, String)> = entitled
        .into_iter()
        .filter(|(_, _, waits)| waits.is_none_or(|until| wish.now >= until))
        .map(|(name, role, _)| (name, role))
        .collect();
    if !may.iter().any(|(name, _)| name == account) {
        return Ok(Err(Shared::NotVouchedFor));
    }
    let names: Vec<&str> = may.iter().map(|(name, _)| name.as_str()).collect();
    let own = || {
        approvals::table
            .filter(approvals::round.eq(wish.round.as_str()))
            .filter(approvals::step.eq(wish.step))
    };
    diesel::delete(own().filter(approvals::account.eq(account))).execute(db)?;
    diesel::delete(own().filter(approvals::seen.ne(digest).or(approvals::seen.is_null())))
        .execute(db)?;
    diesel::delete(own().filter(approvals::account.ne_all(&names))).execute(db)?;
    diesel::insert_into(approvals::table)
        .values((
            approvals::round.eq(wish.round.as_str()),
            approvals::step.eq(wish.step),
            approvals::account.eq(account),
            approvals::seen.eq(digest),
        ))
        .execute(db)?;
    let by: Vec<AccountName> =
        own().order(approvals::account).select(approvals::account).load(db)?;
    // Two accounts of one person are one; an account whose owner nobody has filled in is its own.
    let owners: Vec<(AccountName, Option<String>)> = accounts::table
        .filter(accounts::name.eq_any(by.iter().map(AccountName::as_str)))
        .select((accounts::name, accounts::person))
        .load(db)?;
    let persons: BTreeSet<String> = owners
        .into_iter()
        .map(|(name, person)| {
            person.filter(|p| !p.is_empty()).unwrap_or_else(|| format!("@{name}"))
        })
        .collect();
    let last = wish.roles.last().copied().unwrap_or_default();
    let enough = persons.len() >= 2
        && (!wish.needs_last || may.iter().any(|(name, role)| role == last && by.contains(name)));
    Ok(if enough { Ok(by) } else { Err(Shared::Waits) })
}

/// What an approval keeps: what was seen, and what was chosen.
fn with_choice(digest: &str, choice: &str) -> String {
    if choice.is_empty() { digest.to_owned() } else { format!("{digest} {choice}") }
}

fn row_digest(db: &mut Db, round: &RoundId) -> Result<String, StorageError> {
    type Row = (String, String, Option<String>, Option<String>, Option<String>);
    let own = rounds::table.find(round.as_str());
    let (state, closes, closing, restored, destruction): Row = own
        .select((
            rounds::state,
            rounds::closes,
            rounds::closing,
            rounds::restored,
            rounds::destruction,
        ))
        .first(db)?;
    let told = format!("{state}\n{closes}\n{closing:?}\n{restored:?}\n{destruction:?}");
    Ok(hex::encode(&Sha256::digest(told)[..8]))
}
