//! Many rows of all lists at once: set aside for one reason, listed again, and the way back.
//! Each row is a change of its own with its author, so whatever somebody else changed meanwhile is
//! left as it is.

use crate::app::lists::Results;
use crate::app::{Action, Actor, App, AppError};
use crate::id::RoundId;
use crate::problem::{ProblemEdit, RowState, WorkingRow};
use crate::text::Refusal;
use crate::unit::GroupCode;

/// A row by its number, and the version that was looked at.
pub type SeenRow = (String, i32);

/// What a step with many rows did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Stepped {
    /// Rows that were changed, each with its version now.
    pub taken: Vec<SeenRow>,
    /// Rows that were left: changed by somebody else meanwhile, or without a way back.
    pub left: Vec<String>,
}

impl Results {
    /// The rows of every list, the bureau's last, as the section works on them.
    pub fn all_rows(&self) -> Result<Vec<(GroupCode, Vec<WorkingRow>)>, AppError> {
        let groups = self.release.groups.iter().map(|g| g.code.clone());
        groups
            .chain([GroupCode::bureau()])
            .map(|code| self.working(&code).map(|rows| (code, rows)))
            .collect()
    }
}

impl App {
    /// Sets rows aside for one reason, or lists them again.
    pub fn set_rows(
        &self,
        by: &Actor,
        id: &RoundId,
        rows: &[SeenRow],
        state: &RowState,
    ) -> Result<Stepped, AppError> {
        by.need(Action::ProblemChanged.right())?;
        need_some(rows)?;
        let results = self.working_results(id)?;
        let all = results.all_rows()?;
        let mut edits = Vec::new();
        let mut stepped = Stepped::default();
        for (number, version) in rows {
            let found = all.iter().find_map(|(group, rows)| {
                rows.iter().find(|row| row.problem.number == *number).map(|row| (group, row))
            });
            match found {
                Some((group, row)) if row.version() == *version => {
                    let edit = row.edit.clone();
                    let edit = edit.unwrap_or_else(|| ProblemEdit::of(&row.problem, group));
                    let edit = ProblemEdit { state: state.clone(), version: *version, ..edit };
                    edit.check(&results.survey).map_err(AppError::Mistakes)?;
                    if row.state() != *state {
                        edits.push(edit);
                    }
                }
                _ => stepped.left.push(number.clone()),
            }
        }
        for edit in edits {
            stepped.note(edit.number.clone(), edit.version, self.keep(by, id, &edit))?;
        }
        Ok(stepped)
    }

    /// Takes the last change of each of these rows back.
    pub fn undo_rows(
        &self,
        by: &Actor,
        id: &RoundId,
        rows: &[SeenRow],
    ) -> Result<Stepped, AppError> {
        by.need(Action::ProblemChanged.right())?;
        need_some(rows)?;
        let all = self.working_results(id)?.all_rows()?;
        let mut stepped = Stepped::default();
        for (number, version) in rows {
            let list = all.iter().map(|(_, rows)| rows.as_slice());
            let own = list.into_iter().find(|l| l.iter().any(|r| r.problem.number == *number));
            let done = self.take_back(by, id, own.unwrap_or_default(), (number, *version));
            stepped.note(number.clone(), *version, done)?;
        }
        Ok(stepped)
    }
}

impl Stepped {
    fn note(
        &mut self,
        number: String,
        version: i32,
        done: Result<(), AppError>,
    ) -> Result<(), AppError> {
        match done {
            Ok(()) => self.taken.push((number, version + 1)),
            Err(AppError::Changed | AppError::Refused(_)) => self.left.push(number),
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

fn need_some(rows: &[SeenRow]) -> Result<(), AppError> {
    if rows.is_empty() {
        return Err(Refusal::new("请先勾选要处理的行", "tick the rows first").into());
    }
    Ok(())
}
