//! What people did to problem lists: edits with their history, and editions that were handed over.
//! Every change names the version it was made from, so that of two who change a row at once only
//! one succeeds unseen.

use std::collections::BTreeMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::connection::Db;
use super::schema::{list_editions, problem_history, problems, screenings};
use super::units::small;
use super::{Storage, StorageError, Transaction};
use crate::id::{AccountName, RoundId};
use crate::problem::{ProblemEdit, ProblemList, RowState, Source};
use crate::round::Hold;
use crate::unit::GroupCode;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = problems, treat_none_as_null = true)]
struct ProblemRow {
    round: String,
    number: String,
    group_code: GroupCode,
    question: Option<String>,
    category: i32,
    source: String,
    statement: Option<String>,
    example: Option<String>,
    harm_level: Option<String>,
    harms: Option<String>,
    causes: Option<String>,
    note: Option<String>,
    found: Option<String>,
    evidence: Option<String>,
    state: String,
    reason: String,
    version: i32,
}

/// One change of a row.
#[derive(Debug, Clone)]
pub struct ProblemChange {
    /// Who.
    pub account: String,
    /// Unix seconds.
    pub at: i64,
    /// The row after it.
    pub edit: ProblemEdit,
}

/// Lists as they were handed to the units.
#[derive(Debug, Clone)]
pub struct Edition {
    /// First, second …
    pub number: i32,
    /// Day of its release.
    pub issued: String,
    /// Accounts that released it.
    pub accounts: Vec<AccountName>,
    /// The lists.
    pub lists: Vec<ProblemList>,
    /// Held questions and whether they were checked, as they were then.
    pub holds: BTreeMap<String, Hold>,
    /// Confirmed summaries by the number of their row, as they were then.
    pub cases: BTreeMap<String, Vec<String>>,
}

/// What an edition holds in the database.
#[derive(Serialize, Deserialize)]
struct Body {
    lists: Vec<ProblemList>,
    holds: BTreeMap<String, Hold>,
    cases: BTreeMap<String, Vec<String>>,
}

impl Storage {
    /// What people did to the lists of a round, by number.
    pub fn problem_edits(&self, round: &RoundId) -> Result<Vec<ProblemEdit>, StorageError> {
        let own = problems::table.filter(problems::round.eq(round.as_str()));
        let rows: Vec<ProblemRow> = own
            .order(problems::number)
            .select(ProblemRow::as_select())
            .load(&mut *self.connection()?)?;
        rows.into_iter().map(TryInto::try_into).collect()
    }

    /// Every change of a row, the first one first.
    pub fn problem_history(
        &self,
        round: &RoundId,
        number: &str,
    ) -> Result<Vec<ProblemChange>, StorageError> {
        let rows: Vec<(String, i64, String)> = problem_history::table
            .filter(
                problem_history::round.eq(round.as_str()).and(problem_history::number.eq(number)),
            )
            .order(problem_history::version)
            .select((problem_history::account, problem_history::at, problem_history::body))
            .load(&mut *self.connection()?)?;
        let read = |body: &str| {
            serde_json::from_str(body)
                .map_err(|e| StorageError::Corrupt(format!("history of {number}: {e}")))
        };
        rows.into_iter()
            .map(|(account, at, body)| Ok(ProblemChange { account, at, edit: read(&body)? }))
            .collect()
    }

    /// Numbers of all rows that were ever changed or added.
    pub fn problem_numbers(&self, round: &RoundId) -> Result<Vec<String>, StorageError> {
        Ok(problem_history::table
            .filter(problem_history::round.eq(round.as_str()))
            .select(problem_history::number)
            .distinct()
            .load(&mut *self.connection()?)?)
    }

    /// Whether a row stood in any list that was handed over.
    pub fn was_issued(&self, round: &RoundId, number: &str) -> Result<bool, StorageError> {
        issued(&mut *self.connection()?, round, number)
    }

    /// Number and day of the lists that were handed over last.
    pub fn last_issue(&self, round: &RoundId) -> Result<Option<(i32, String)>, StorageError> {
        Ok(list_editions::table
            .filter(list_editions::round.eq(round.as_str()))
            .order(list_editions::edition.desc())
            .select((list_editions::edition, list_editions::issued))
            .first(&mut *self.connection()?)
            .optional()?)
    }

    /// The lists that were handed over last.
    pub fn last_edition(&self, round: &RoundId) -> Result<Option<Edition>, StorageError> {
        let row: Option<(i32, String, String, String)> = list_editions::table
            .filter(list_editions::round.eq(round.as_str()))
            .order(list_editions::edition.desc())
            .select((
                list_editions::edition,
                list_editions::issued,
                list_editions::accounts,
                list_editions::body,
            ))
            .first(&mut *self.connection()?)
            .optional()?;
        let Some((number, issued, accounts, body)) = row else { return Ok(None) };
        let corrupt =
            |e: serde_json::Error| StorageError::Corrupt(format!("lists of round {round}: {e}"));
        let accounts = serde_json::from_str(&accounts).map_err(corrupt)?;
        let Body { lists, holds, cases } = serde_json::from_str(&body).map_err(corrupt)?;
        Ok(Some(Edition { number, issued, accounts, lists, holds, cases }))
    }
}

/// Whether a row stood in any list that was handed over.
fn issued(db: &mut Db, round: &RoundId, number: &str) -> Result<bool, StorageError> {
    let bodies: Vec<String> = list_editions::table
        .filter(list_editions::round.eq(round.as_str()))
        .select(list_editions::body)
        .load(db)?;
    for body in bodies {
        let body: Body = serde_json::from_str(&body)
            .map_err(|e| StorageError::Corrupt(format!("lists of round {round}: {e}")))?;
        if body.lists.iter().flat_map(|list| &list.problems).any(|p| p.number == number) {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Transaction<'_> {
    /// Whether a row stood in any list that was handed over.
    pub fn was_issued(&mut self, round: &RoundId, number: &str) -> Result<bool, StorageError> {
        issued(self.db, round, number)
    }

    /// Deletes a row of this version with its history; false if it is of another one by now.
    pub fn drop_problem(
        &mut self,
        round: &RoundId,
        number: &str,
        version: i32,
    ) -> Result<bool, StorageError> {
        let own = problems::table
            .find((round.as_str(), number))
            .filter(problems::version.eq(version).and(problems::question.is_null()));
        let waiting: i64 = screenings::table
            .filter(screenings::round.eq(round.as_str()).and(screenings::problem.eq(number)))
            .count()
            .get_result(self.db)?;
        let merged: i64 = problems::table
            .filter(problems::round.eq(round.as_str()))
            .filter(problems::state.eq("merged").and(problems::reason.eq(number)))
            .count()
            .get_result(self.db)?;
        // Its history stays, so that its number is never given to another one.
        Ok(waiting + merged == 0 && diesel::delete(own).execute(self.db)? > 0)
    }

    /// Keeps a change that was made from version `edit.version`; false if the row is of another
    /// version by now.
    pub fn save_problem(
        &mut self,
        round: &RoundId,
        edit: &ProblemEdit,
        account: &str,
        at: i64,
    ) -> Result<bool, StorageError> {
        let from = edit.version;
        let edit = ProblemEdit { version: from + 1, ..edit.clone() };
        let row = ProblemRow::of(round, &edit)?;
        let kept = self.nested(|db| {
            let changed = if from == 0 {
                diesel::insert_into(problems::table).values(&row).execute(db)?
            } else {
                let same = problems::table
                    .find((round.as_str(), &edit.number))
                    .filter(problems::version.eq(from));
                diesel::update(same).set(&row).execute(db)?
            };
            if changed == 1 {
                diesel::insert_into(problem_history::table)
                    .values((
                        problem_history::round.eq(round.as_str()),
                        problem_history::number.eq(&edit.number),
                        problem_history::version.eq(edit.version),
                        problem_history::account.eq(account),
                        problem_history::at.eq(at),
                        problem_history::body
                            .eq(serde_json::to_string(&edit).expect("an edit is JSON")),
                    ))
                    .execute(db)?;
            }
            Ok(changed == 1)
        });
        match kept {
            Err(StorageError::Exists) => Ok(false),
            other => other,
        }
    }
}

impl Edition {
    fn body(&self) -> String {
        let body = Body {
            lists: self.lists.clone(),
            holds: self.holds.clone(),
            cases: self.cases.clone(),
        };
        serde_json::to_string(&body).expect("lists are JSON")
    }

    /// What it says, in one word.
    #[must_use]
    pub fn digest(&self) -> String {
        hex::encode(&Sha256::digest(self.body())[..8])
    }
}

/// Keeps lists as they are handed over.
pub(super) fn add_edition(
    db: &mut Db,
    round: &RoundId,
    edition: &Edition,
) -> Result<(), StorageError> {
    diesel::insert_into(list_editions::table)
        .values((
            list_editions::round.eq(round.as_str()),
            list_editions::edition.eq(edition.number),
            list_editions::issued.eq(&edition.issued),
            list_editions::accounts
                .eq(serde_json::to_string(&edition.accounts).expect("names are JSON")),
            list_editions::body.eq(edition.body()),
        ))
        .execute(db)?;
    Ok(())
}

/// Number of the edition that was handed over last; 0 before the first.
pub(super) fn last_edition_number(db: &mut Db, round: &RoundId) -> Result<i32, StorageError> {
    let own = list_editions::table.filter(list_editions::round.eq(round.as_str()));
    let last: Option<i32> = own
        .order(list_editions::edition.desc())
        .select(list_editions::edition)
        .first(db)
        .optional()?;
    Ok(last.unwrap_or(0))
}

/// Whether these are the lists that were handed over last.
pub(super) fn last_edition_is(
    db: &mut Db,
    round: &RoundId,
    edition: &Edition,
) -> Result<bool, StorageError> {
    let own = list_editions::table.filter(list_editions::round.eq(round.as_str()));
    let last: Option<String> = own
        .order(list_editions::edition.desc())
        .select(list_editions::body)
        .first(db)
        .optional()?;
    let Some(last) = last else { return Ok(false) };
    // As `has_unissued_changes` has it: summaries that became no case are no change.
    let last: Body = serde_json::from_str(&last)
        .map_err(|e| StorageError::Corrupt(format!("lists of round {round}: {e}")))?;
    Ok(last.holds == edition.holds && last.lists == edition.lists)
}

/// What people did to the rows of a round.
pub(super) fn edits(db: &mut Db, round: &RoundId) -> Result<Vec<ProblemEdit>, StorageError> {
    let own = problems::table.filter(problems::round.eq(round.as_str()));
    let rows: Vec<ProblemRow> =
        own.order(problems::number).select(ProblemRow::as_select()).load(db)?;
    rows.into_iter().map(ProblemEdit::try_from).collect()
}

impl ProblemRow {
    fn of(round: &RoundId, edit: &ProblemEdit) -> Result<Self, StorageError> {
        let (state, reason) = match &edit.state {
            RowState::Listed => ("listed", ""),
            RowState::Aside(reason) => ("aside", reason.as_str()),
            RowState::Merged(into) => ("merged", into.as_str()),
        };
        Ok(Self {
            round: round.to_string(),
            number: edit.number.clone(),
            group_code: edit.group.clone(),
            question: edit.question.clone(),
            category: small(edit.category)?,
            source: edit.source.as_str().to_owned(),
            statement: edit.statement.clone(),
            example: edit.example.clone(),
            harm_level: edit.harm_level.clone(),
            harms: edit.harms.clone(),
            causes: edit.causes.clone(),
            note: edit.note.clone(),
            found: edit.found.clone(),
            evidence: edit.evidence.clone(),
            state: state.to_owned(),
            reason: reason.to_owned(),
            version: edit.version,
        })
    }
}

impl TryFrom<ProblemRow> for ProblemEdit {
    type Error = StorageError;

    fn try_from(row: ProblemRow) -> Result<Self, StorageError> {
        let corrupt = |what: &str| StorageError::Corrupt(format!("{what} of row {}", row.number));
        Ok(Self {
            source: Source::parse(&row.source).ok_or_else(|| corrupt("source"))?,
            state: match row.state.as_str() {
                "listed" => RowState::Listed,
                "aside" => RowState::Aside(row.reason),
                "merged" => RowState::Merged(row.reason),
                _ => return Err(corrupt("state")),
            },
            category: usize::try_from(row.category).map_err(|_| corrupt("category"))?,
            number: row.number,
            group: row.group_code,
            question: row.question,
            statement: row.statement,
            example: row.example,
            harm_level: row.harm_level,
            harms: row.harms,
            causes: row.causes,
            note: row.note,
            found: row.found,
            evidence: row.evidence,
            version: row.version,
        })
    }
}
