//! Problem lists as the section works on them: changing, setting aside, merging, adding rows, and
//! handing lists over.
//! A list is handed over in editions: units read the last one, whatever the section is doing
//! meanwhile.

use crate::app::approvals::lists_changed;
use crate::app::lists::Results;
use crate::app::lists::screening::{copied_refusal, telling_refusal};
use crate::app::{Action, Actor, App, AppError};
use crate::id::RoundId;
use crate::identity;
use crate::problem::{
    Problem, ProblemEdit, ProblemList, RowState, WorkingRow, copied, next_number, working,
};
use crate::round::{Round, parse_day, shanghai_day};
use crate::storage::{Edition, ProblemChange};
use crate::text::Refusal;
use crate::unit::GroupCode;

/// How often a row is numbered anew because somebody took its number.
const TRIES: usize = 20;

impl App {
    /// Keeps what somebody did to a row. `edit.version` is the version it was made from.
    pub fn save_problem(
        &self,
        by: &Actor,
        id: &RoundId,
        edit: &ProblemEdit,
        anyway: bool,
    ) -> Result<(), AppError> {
        by.need(Action::ProblemChanged.right())?;
        let results = self.working_results(id)?;
        edit.check(&results.survey).map_err(AppError::Mistakes)?;
        self.check_words(id, edit, anyway)?;
        let rows = results.working(&edit.group)?;
        if !rows.iter().any(|row| row.problem.number == edit.number) {
            return Err(AppError::NotFound(Refusal::new(
                "清单中没有这一行",
                "there is no such row in the list",
            )));
        }
        if let RowState::Merged(into) = &edit.state {
            check_merge(&rows, edit, into)?;
        }
        self.keep(by, id, edit)
    }

    /// Adds a row by hand; returns its number.
    pub fn add_problem(
        &self,
        by: &Actor,
        id: &RoundId,
        new: ProblemEdit,
        anyway: bool,
    ) -> Result<String, AppError> {
        by.need(Action::ProblemChanged.right())?;
        let results = self.working_results(id)?;
        results.working(&new.group)?;
        let mut edit = ProblemEdit { question: None, version: 0, ..new };
        edit.check(&results.survey).map_err(AppError::Mistakes)?;
        self.check_words(id, &edit, anyway)?;
        // Two who add at once get two numbers.
        for _ in 0..TRIES {
            let used = self.storage.problem_numbers(id)?;
            edit.number = next_number(&edit.group, edit.category, &used);
            match self.keep(by, id, &edit) {
                Err(AppError::Changed) => {}
                other => return other.map(|()| edit.number),
            }
        }
        Err(AppError::Changed)
    }

    /// What people typed into a row is the section's own words: what repeats an original, or may
    /// tell who somebody is, is pointed out. A day of finding that is still to come is refused.
    fn check_words(&self, id: &RoundId, edit: &ProblemEdit, anyway: bool) -> Result<(), AppError> {
        if edit
            .found
            .as_deref()
            .and_then(|day| parse_day(day).ok())
            .is_some_and(|day| day > shanghai_day(self.now()))
        {
            return Err(Refusal::new("发现日期不能晚于今天", "it cannot be found after today")
                .at("found")
                .into());
        }
        if anyway {
            return Ok(());
        }
        let (originals, names) = (self.storage.originals(id)?, self.known_names()?);
        // Everything that is printed; evidence is the desk's own.
        let fields = [
            ("statement", &edit.statement),
            ("example", &edit.example),
            ("harm_level", &edit.harm_level),
            ("harms", &edit.harms),
            ("causes", &edit.causes),
            ("note", &edit.note),
        ];
        let mut pointed_out = Vec::new();
        for (field, text) in fields {
            let Some(text) = text else { continue };
            if let Some(run) = originals.iter().find_map(|original| copied(original, text)) {
                pointed_out.push(copied_refusal(&run).at(field));
            }
            pointed_out.extend(
                identity::find(text, &names)
                    .into_iter()
                    .map(|mark| telling_refusal(&mark, text).at(field)),
            );
        }
        if pointed_out.is_empty() { Ok(()) } else { Err(AppError::Mistakes(pointed_out)) }
    }

    pub(in crate::app) fn keep(
        &self,
        by: &Actor,
        id: &RoundId,
        edit: &ProblemEdit,
    ) -> Result<(), AppError> {
        let now = self.now().unix_timestamp();
        self.deed(by, Action::ProblemChanged, &format!("{id} {}", edit.number), |tx| {
            if !tx.save_problem(id, edit, by.name(), now)? {
                return Err(AppError::Changed);
            }
            lists_changed(tx, id)
        })
    }

    /// Takes the last change of a row back, as a change of its own.
    pub fn undo_problem(
        &self,
        by: &Actor,
        id: &RoundId,
        group: &GroupCode,
        number: &str,
        version: i32,
    ) -> Result<(), AppError> {
        by.need(Action::ProblemChanged.right())?;
        let rows = self.working_results(id)?.working(group)?;
        self.take_back(by, id, &rows, (number, version))
    }

    pub(in crate::app) fn take_back(
        &self,
        by: &Actor,
        id: &RoundId,
        rows: &[WorkingRow],
        (number, version): (&str, i32),
    ) -> Result<(), AppError> {
        let row = rows.iter().find(|row| row.problem.number == number);
        let Some(edit) = row.and_then(|row| row.edit.as_ref()).filter(|e| e.version == version)
        else {
            return Err(AppError::Changed);
        };
        let history = self.storage.problem_history(id, number)?;
        let before = history.iter().rev().nth(1).map(|change| change.edit.clone());
        let before = match before {
            Some(before) => before,
            // Before its first change a row was as the Release says.
            None if edit.question.is_some() => {
                ProblemEdit { question: edit.question.clone(), ..unchanged(edit) }
            }
            None => {
                return Err(Refusal::new(
                    "这一行没有更早的版本；不需要的，可以删除或不列入",
                    "there is no earlier version of this row; delete it or set it aside",
                )
                .into());
            }
        };
        if let RowState::Merged(into) = &before.state {
            check_merge(rows, &before, into)?;
        }
        self.keep(by, id, &ProblemEdit { version, ..before })
    }

    /// Whether a row stood in any list that was handed over.
    pub fn was_issued(&self, id: &RoundId, number: &str) -> Result<bool, AppError> {
        Ok(self.storage.was_issued(id, number)?)
    }

    /// Deletes a row that somebody added and that was never handed over.
    pub fn drop_problem(
        &self,
        by: &Actor,
        id: &RoundId,
        number: &str,
        version: i32,
    ) -> Result<(), AppError> {
        by.need(Action::ProblemDropped.right())?;
        let edits = self.storage.problem_edits(id)?;
        let Some(edit) = edits.iter().find(|e| e.number == number && e.version == version) else {
            return Err(AppError::Changed);
        };
        if edit.question.is_some() {
            return Err(Refusal::new(
                "由结果生成的行不能删除，可以不列入",
                "a row that follows from the results is not deleted; it can be set aside",
            )
            .into());
        }
        let uses = |e: &&ProblemEdit| e.state == RowState::Merged(number.to_owned());
        if edits.iter().any(|e| uses(&e)) || self.storage.cases(id)?.contains_key(number) {
            return Err(Refusal::new(
                "有别的行并入这一行，或有筛查意见列在这一行，请先改动它们",
                "other rows or texts were put into this one; change them first",
            )
            .into());
        }
        self.deed(by, Action::ProblemDropped, &format!("{id} {number}"), |tx| {
            if tx.was_issued(id, number)? {
                return Err(Refusal::new(
                    "这一行已经下发过，不能删除，可以不列入",
                    "this row was handed over; it can be set aside and not deleted",
                )
                .into());
            }
            if !tx.drop_problem(id, number, version)? {
                return Err(AppError::Changed);
            }
            lists_changed(tx, id)
        })
    }

    /// Every change of a row, the first one first.
    pub fn problem_history(
        &self,
        id: &RoundId,
        number: &str,
    ) -> Result<Vec<ProblemChange>, AppError> {
        Ok(self.storage.problem_history(id, number)?)
    }

    /// Whether lists can be handed over anew: they were before, and have changed since.
    pub(in crate::app) fn check_reissue(&self, round: &Round) -> Result<(), AppError> {
        if self.working_results(&round.id)?.has_unissued_changes()? {
            return Ok(());
        }
        Err(Refusal::new(
            "清单自上次下发后没有改动",
            "the lists have not changed since they were handed over",
        )
        .into())
    }
}

impl Results {
    /// The rows of a list with what was done to them, for those who work on it.
    pub fn working(&self, code: &GroupCode) -> Result<Vec<WorkingRow>, AppError> {
        Ok(working(&self.derived(code)?, &self.survey, &self.edits, &self.cases))
    }

    /// The lists as they would be handed over on a day; the number is given when they are.
    pub(in crate::app) fn as_edition(&self, issued: String) -> Result<Edition, AppError> {
        let (holds, cases) = (self.round.holds.clone(), self.cases.clone());
        Ok(Edition {
            number: 0,
            issued,
            accounts: Vec::new(),
            lists: self.all_lists()?,
            holds,
            cases,
        })
    }

    /// What these lists say, in one word, by which somebody who agrees to them names them.
    pub fn digest(&self) -> Result<String, AppError> {
        Ok(self.as_edition(String::new())?.digest())
    }

    /// Lists of all groups, and the bureau's.
    pub fn all_lists(&self) -> Result<Vec<ProblemList>, AppError> {
        self.release
            .groups
            .iter()
            .map(|g| &g.code)
            .chain([&GroupCode::bureau()])
            .map(|code| self.list(code))
            .collect()
    }

    /// Whether the lists differ from those that were handed over last.
    pub fn has_unissued_changes(&self) -> Result<bool, AppError> {
        Ok(match &self.edition {
            Some(edition) => {
                edition.holds != self.round.holds || edition.lists != self.all_lists()?
            }
            None => false,
        })
    }
}

/// An edit of the same row that changes nothing.
fn unchanged(edit: &ProblemEdit) -> ProblemEdit {
    let problem = Problem {
        number: edit.number.clone(),
        category_order: edit.category,
        ..Problem::default()
    };
    ProblemEdit::of(&problem, &edit.group)
}

fn check_merge(rows: &[WorkingRow], edit: &ProblemEdit, into: &str) -> Result<(), AppError> {
    let target = rows.iter().find(|row| row.problem.number == into);
    let fits = target.is_some_and(|t| {
        t.state() == RowState::Listed
            && t.problem.category_order == edit.category
            && into != edit.number
    });
    if !fits {
        return Err(Refusal::new(
            "只能并入本清单同一类别中仍列入的另一行",
            "a row can only be merged into another listed row of the same category",
        )
        .into());
    }
    let has_merged = rows.iter().any(|row| row.state() == RowState::Merged(edit.number.clone()));
    if has_merged {
        return Err(Refusal::new(
            "已有其他行并入本行，请先把它们分开",
            "other rows are merged into this one; take them apart first",
        )
        .into());
    }
    Ok(())
}
