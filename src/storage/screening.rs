//! What screeners decided about texts. A decision names the one it was made from.
//! An order among texts would say whose they were, so they come by their random names.

use std::collections::BTreeMap;

use diesel::prelude::*;

use super::connection::Db;
use super::schema::{comments, screenings};
use super::{Storage, StorageError, Transaction, counted};
use crate::id::{AccountName, RoundId};
use crate::unit::GroupCode;

/// A detached text and what screeners decided about it.
#[derive(Debug, Clone)]
pub struct Screened {
    /// Random name of the text.
    pub id: String,
    /// Published group, or `ALL`.
    pub group: GroupCode,
    /// The text; empty once it is destroyed.
    pub body: String,
    /// How far it is.
    pub state: ScreeningState,
    /// The summary.
    pub summary: String,
    /// Number of the row that the summary becomes a case of; empty if it is not used.
    pub problem: String,
    /// Who proposed it; empty before.
    pub first: AccountName,
    /// Who confirmed it; empty before.
    pub second: AccountName,
}

/// How far a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScreeningState {
    /// Nobody has dealt with it.
    Pending,
    /// One screener has proposed what becomes of it.
    Proposed,
    /// Another one has confirmed that.
    Screened,
}

impl ScreeningState {
    const ALL: [(Self, &'static str); 3] =
        [(Self::Pending, "pending"), (Self::Proposed, "proposed"), (Self::Screened, "screened")];

    /// The name in the database and in a form.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// Reads a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|known| known.1 == name).map(|known| known.0)
    }

    fn read(name: &str) -> Result<Self, StorageError> {
        Self::parse(name).ok_or_else(|| StorageError::Corrupt(format!("a text that is “{name}”")))
    }
}

impl Storage {
    /// The texts to one question with what was decided about them, in an order that says nothing.
    pub fn screened(&self, round: &RoundId, question: &str) -> Result<Vec<Screened>, StorageError> {
        type Row =
            (String, GroupCode, String, String, String, Option<(String, AccountName, AccountName)>);
        let of_text =
            screenings::comment.eq(comments::id).and(screenings::round.eq(comments::round));
        let rows: Vec<Row> = comments::table
            .left_join(screenings::table.on(of_text))
            .filter(comments::round.eq(round.as_str()).and(comments::question.eq(question)))
            .order(comments::id)
            .select((
                comments::id,
                comments::group_code,
                comments::body,
                comments::state,
                comments::summary,
                (screenings::problem, screenings::first, screenings::second).nullable(),
            ))
            .load(&mut *self.connection()?)?;
        let of = |(id, group, body, state, summary, decided): Row| {
            let (problem, first, second) =
                decided.unwrap_or_else(|| (String::new(), "".into(), "".into()));
            Ok(Screened {
                id,
                group,
                body,
                state: ScreeningState::read(&state)?,
                summary,
                problem,
                first,
                second,
            })
        };
        rows.into_iter().map(of).collect()
    }

    /// How many texts to each question are pending, proposed and screened.
    pub fn screening_progress(
        &self,
        round: &RoundId,
    ) -> Result<BTreeMap<String, [u64; 3]>, StorageError> {
        let rows: Vec<(String, String, i64)> = comments::table
            .filter(comments::round.eq(round.as_str()))
            .group_by((comments::question, comments::state))
            .select((comments::question, comments::state, diesel::dsl::count_star()))
            .load(&mut *self.connection()?)?;
        let mut progress: BTreeMap<String, [u64; 3]> = BTreeMap::new();
        for (question, state, count) in rows {
            progress.entry(question).or_default()[ScreeningState::read(&state)? as usize] +=
                counted::<u64>(count, "texts")?;
        }
        Ok(progress)
    }

    /// How many texts of a round nobody has dealt with, and how many this account may confirm.
    pub fn screening_waits(
        &self,
        round: &RoundId,
        account: &AccountName,
    ) -> Result<[u64; 2], StorageError> {
        let db = &mut *self.connection()?;
        let own = || comments::table.filter(comments::round.eq(round.as_str()));
        let of = |state: ScreeningState| comments::state.eq(state.as_str());
        let pending: i64 = own().filter(of(ScreeningState::Pending)).count().get_result(db)?;
        let of_text =
            screenings::comment.eq(comments::id).and(screenings::round.eq(comments::round));
        let proposed: i64 = own()
            .inner_join(screenings::table.on(of_text))
            .filter(of(ScreeningState::Proposed).and(screenings::first.ne(account)))
            .count()
            .get_result(db)?;
        Ok([counted(pending, "texts")?, counted(proposed, "texts")?])
    }

    /// All original texts of a round that are still kept.
    pub fn originals(&self, round: &RoundId) -> Result<Vec<String>, StorageError> {
        let own =
            comments::table.filter(comments::round.eq(round.as_str()).and(comments::body.ne("")));
        Ok(own.order(comments::id).select(comments::body).load(&mut *self.connection()?)?)
    }

    /// Confirmed summaries by the number of their row, in an order that says nothing about who
    /// wrote what.
    pub fn cases(&self, round: &RoundId) -> Result<BTreeMap<String, Vec<String>>, StorageError> {
        screened_cases(&mut *self.connection()?, round)
    }
}

impl Transaction<'_> {
    /// Keeps what a screener decided about a text that was as `from` when the decision was made;
    /// false if it is not any more.
    pub fn screen(
        &mut self,
        round: &RoundId,
        from: &Screened,
        to: &Screened,
    ) -> Result<bool, StorageError> {
        {
            let db = &mut *self.db;
            let decided: Option<(String, AccountName)> = screenings::table
                .find((round.as_str(), &from.id))
                .select((screenings::problem, screenings::first))
                .first(db)
                .optional()?;
            let decided = decided.unwrap_or_else(|| (String::new(), "".into()));
            if decided != (from.problem.clone(), from.first.clone()) {
                return Ok(false);
            }
            let own = comments::table.find(&from.id).filter(comments::round.eq(round.as_str()));
            let same = own.filter(
                comments::state.eq(from.state.as_str()).and(comments::summary.eq(&from.summary)),
            );
            let changed = diesel::update(same)
                .set((comments::state.eq(to.state.as_str()), comments::summary.eq(&to.summary)))
                .execute(db)?;
            if changed == 0 {
                return Ok(false);
            }
            diesel::delete(screenings::table.find((round.as_str(), &from.id))).execute(db)?;
            if to.state == ScreeningState::Pending {
                return Ok(true);
            }
            diesel::insert_into(screenings::table)
                .values((
                    screenings::round.eq(round.as_str()),
                    screenings::comment.eq(&to.id),
                    screenings::problem.eq(&to.problem),
                    screenings::first.eq(&to.first),
                    screenings::second.eq(&to.second),
                ))
                .execute(db)?;
            Ok(true)
        }
    }
}

/// Confirmed summaries by the number of their row.
pub(super) fn screened_cases(
    db: &mut Db,
    round: &RoundId,
) -> Result<BTreeMap<String, Vec<String>>, StorageError> {
    let rows: Vec<(String, String)> =
        comments::table
            .inner_join(screenings::table.on(
                screenings::comment.eq(comments::id).and(screenings::round.eq(comments::round)),
            ))
            .filter(
                comments::round
                    .eq(round.as_str())
                    .and(comments::state.eq(ScreeningState::Screened.as_str()))
                    .and(screenings::problem.ne("")),
            )
            .order((screenings::problem, comments::summary))
            .select((screenings::problem, comments::summary))
            .load(db)?;
    let mut cases: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (problem, summary) in rows {
        let own = cases.entry(problem).or_default();
        // Several who tell of the same thing are one case.
        if !own.contains(&summary) {
            own.push(summary);
        }
    }
    Ok(cases)
}
