//! A problem list as the section works on it: what the Release says, with what people changed, set
//! aside, merged or added.
//! What comes from the Release is derived anew each time and never copied, so nothing that people
//! did is lost and nothing that is withheld slips through.

use std::collections::BTreeMap;

use super::edit::{ProblemEdit, RowState};
use super::{Problem, ProblemList};
use crate::survey::Survey;
use crate::text::Text;
use crate::unit::GroupCode;

/// A row with what was done to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkingRow {
    /// The row as it would be handed over.
    pub problem: Problem,
    /// What people did to it.
    pub edit: Option<ProblemEdit>,
}

impl WorkingRow {
    /// How often it was changed.
    #[must_use]
    pub fn version(&self) -> i32 {
        self.edit.as_ref().map_or(0, |edit| edit.version)
    }

    /// Whether it stands in the list.
    #[must_use]
    pub fn state(&self) -> RowState {
        self.edit.as_ref().map(|e| e.state.clone()).unwrap_or_default()
    }
}

/// The rows of a list with what was done to them, those that were set aside or merged included.
/// `cases` are confirmed summaries by number.
#[must_use]
pub fn working(
    list: &ProblemList,
    survey: &Survey,
    edits: &[ProblemEdit],
    cases: &BTreeMap<String, Vec<String>>,
) -> Vec<WorkingRow> {
    let own = |number: &str| edits.iter().find(|e| e.number == number);
    let mut rows: Vec<WorkingRow> = list
        .problems
        .iter()
        .map(|derived| {
            let edit = own(&derived.number).cloned();
            let mut problem = derived.clone();
            problem.example =
                cases.get(&problem.number).map_or_else(String::new, |cases| cases.join("；"));
            if let Some(edit) = &edit {
                change(&mut problem, edit);
            }
            WorkingRow { problem, edit }
        })
        .collect();
    for edit in edits.iter().filter(|e| e.question.is_none() && e.group == list.code) {
        rows.push(WorkingRow { problem: by_hand(edit, survey, cases), edit: Some(edit.clone()) });
    }
    rows.sort_by_key(|row| {
        (row.problem.category_order, row.edit.as_ref().is_some_and(|e| e.question.is_none()))
    });
    // A row says which others were merged into it, and takes their cases along unless the section
    // wrote its own.
    let merged: Vec<(String, String)> = rows
        .iter()
        .filter_map(|row| match row.state() {
            RowState::Merged(into) => Some((into, row.problem.number.clone())),
            _ => None,
        })
        .collect();
    let examples: BTreeMap<String, String> =
        rows.iter().map(|row| (row.problem.number.clone(), row.problem.example.clone())).collect();
    for row in &mut rows {
        let own = row.edit.as_ref().is_some_and(|e| e.example.is_some());
        for (_, number) in merged.iter().filter(|(into, _)| *into == row.problem.number && !own) {
            let more = examples.get(number).map_or("", String::as_str);
            let gap = if row.problem.example.is_empty() || more.is_empty() { "" } else { "；" };
            row.problem.example = format!("{}{gap}{more}", row.problem.example);
        }
        row.problem.merged = merged
            .iter()
            .filter(|(into, _)| *into == row.problem.number)
            .map(|(_, number)| number.clone())
            .collect();
    }
    rows
}

/// The list as it is handed over: without rows that were set aside or merged into one that still
/// stands.
#[must_use]
pub fn finished(list: &ProblemList, rows: Vec<WorkingRow>) -> ProblemList {
    let stands: Vec<String> = rows
        .iter()
        .filter(|row| row.state() == RowState::Listed)
        .map(|row| row.problem.number.clone())
        .collect();
    // What was merged into a row that does not stand (any more) stands for itself again: no problem
    // is lost by it.
    let listed = |row: &WorkingRow| match row.state() {
        RowState::Listed => true,
        RowState::Aside(_) => false,
        RowState::Merged(into) => !stands.contains(&into),
    };
    let problems = rows.into_iter().filter(listed).map(|row| row.problem).collect();
    ProblemList { problems, ..list.clone() }
}

/// The number of the next row added by hand to a category of a group: `CY-3.M1`. Numbers are never
/// used twice, not even those of rows that are gone.
#[must_use]
pub fn next_number(group: &GroupCode, category: usize, used: &[String]) -> String {
    let start = format!("{group}-{category}.M");
    let used = used
        .iter()
        .filter_map(|number| number.strip_prefix(&start)?.parse::<u32>().ok())
        .max()
        .unwrap_or(0);
    format!("{start}{}", used + 1)
}

/// What differs between two states of the lists: numbers that came, and numbers that went.
#[must_use]
pub fn differences(before: &[ProblemList], after: &[ProblemList]) -> (Vec<String>, Vec<String>) {
    let numbers = |lists: &[ProblemList]| -> Vec<String> {
        lists.iter().flat_map(|l| l.problems.iter().map(|p| p.number.clone())).collect()
    };
    let (old, new) = (numbers(before), numbers(after));
    let came = new.iter().filter(|n| !old.contains(n)).cloned().collect();
    let went = old.iter().filter(|n| !new.contains(n)).cloned().collect();
    (came, went)
}

/// A text that people wrote, in the one language they wrote it in.
fn written(text: &str) -> Text {
    Text(BTreeMap::from([(crate::text::Lang::Zh.tag().to_owned(), text.trim().to_owned())]))
}

fn some(text: &str) -> Option<Text> {
    (!text.trim().is_empty()).then(|| written(text))
}

fn change(problem: &mut Problem, edit: &ProblemEdit) {
    if let Some(text) = &edit.statement {
        problem.statement = written(text);
    }
    if let Some(text) = &edit.example {
        text.trim().clone_into(&mut problem.example);
    }
    if let Some(text) = &edit.harm_level {
        problem.harm_level = some(text);
    }
    if let Some(text) = &edit.harms {
        problem.harms = some(text).into_iter().collect();
    }
    if let Some(text) = &edit.causes {
        problem.causes = some(text).into_iter().collect();
    }
    edit.note.as_deref().map(str::trim).unwrap_or_default().clone_into(&mut problem.note);
    edit.evidence.as_deref().map(str::trim).unwrap_or_default().clone_into(&mut problem.evidence);
    problem.found.clone_from(&edit.found);
}

fn by_hand(edit: &ProblemEdit, survey: &Survey, cases: &BTreeMap<String, Vec<String>>) -> Problem {
    let category = survey.categories().find(|c| c.order == edit.category);
    let mut problem = Problem {
        number: edit.number.clone(),
        category: category.map(|c| c.name.clone()).unwrap_or_default(),
        category_order: edit.category,
        source: edit.source,
        example: cases.get(&edit.number).map_or_else(String::new, |cases| cases.join("；")),
        ..Problem::default()
    };
    change(&mut problem, edit);
    problem
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Source;
    use crate::problem::edit::LONGEST;

    fn survey() -> Survey {
        Survey::parse(include_bytes!("../../surveys/self-check.json")).unwrap()
    }

    fn list(numbers: &[&str]) -> ProblemList {
        let problems = numbers.iter().map(|n| Problem {
            number: (*n).to_owned(),
            category_order: n.split(['-', '.']).nth(1).unwrap().parse().unwrap(),
            statement: Text::both("原来的表述", "as derived"),
            ..Problem::default()
        });
        ProblemList {
            code: "CY".into(),
            name: "曹杨".into(),
            merged: false,
            groups: 3,
            silent: false,
            problems: problems.collect(),
        }
    }

    fn edit(number: &str, question: Option<&str>) -> ProblemEdit {
        let problem =
            Problem { number: number.to_owned(), category_order: 1, ..Problem::default() };
        ProblemEdit {
            question: question.map(str::to_owned),
            ..ProblemEdit::of(&problem, &"CY".into())
        }
    }

    #[test]
    fn what_people_did_survives_whatever_is_derived_anew() {
        let by_hand = ProblemEdit {
            source: Source::Inspection,
            statement: Some("着装不整".into()),
            found: Some("2020-06-10".into()),
            ..edit("CY-1.M1", None)
        };
        let worded = ProblemEdit {
            statement: Some("改过的表述".into()),
            ..edit("CY-1.2", Some("second"))
        };
        let edits = [by_hand, worded];
        let finish =
            |list: &ProblemList| finished(list, working(list, &survey(), &edits, &BTreeMap::new()));
        let numbers =
            |list: &ProblemList| list.problems.iter().map(|p| p.number.clone()).collect::<Vec<_>>();
        let first = finish(&list(&["CY-1.1", "CY-1.2", "CY-2.1"]));
        assert_eq!(numbers(&first), ["CY-1.1", "CY-1.2", "CY-1.M1", "CY-2.1"]);
        assert_eq!(first.problems[1].statement.zh(), "改过的表述");
        // The question is withheld for a while and checked again: the wording is still there, the
        // row by hand was never gone.
        let without = finish(&list(&["CY-1.1", "CY-2.1"]));
        assert_eq!(numbers(&without), ["CY-1.1", "CY-1.M1", "CY-2.1"]);
        assert_eq!(
            differences(std::slice::from_ref(&first), &[without]),
            (vec![], vec!["CY-1.2".to_owned()])
        );
        assert_eq!(finish(&list(&["CY-1.1", "CY-1.2", "CY-2.1"])), first);
    }

    #[test]
    fn rows_are_set_aside_and_merged_and_the_one_that_stands_says_so() {
        let aside = ProblemEdit {
            state: RowState::Aside("与事实不符".into()),
            ..edit("CY-1.1", Some("first"))
        };
        let merged = ProblemEdit {
            state: RowState::Merged("CY-1.3".into()),
            ..edit("CY-1.2", Some("second"))
        };
        let list = list(&["CY-1.1", "CY-1.2", "CY-1.3"]);
        let rows = working(&list, &survey(), &[aside, merged], &BTreeMap::new());
        assert_eq!(rows.len(), 3, "the desk still sees them");
        let done = finished(&list, rows);
        assert_eq!(done.problems.len(), 1);
        assert_eq!(
            (done.problems[0].number.as_str(), done.problems[0].merged.as_slice()),
            ("CY-1.3", &["CY-1.2".to_owned()][..])
        );
        // Its target gone, for whatever reason, a merged row stands for itself again.
        let merged = ProblemEdit {
            state: RowState::Merged("CY-1.3".into()),
            ..edit("CY-1.2", Some("second"))
        };
        let aside = ProblemEdit {
            state: RowState::Aside("重复".into()),
            ..edit("CY-1.3", Some("third"))
        };
        let numbers = |list: &ProblemList, edits: &[ProblemEdit]| {
            let done = finished(list, working(list, &survey(), edits, &BTreeMap::new()));
            done.problems.into_iter().map(|p| p.number).collect::<Vec<_>>()
        };
        assert_eq!(numbers(&list, &[merged.clone(), aside]), ["CY-1.1", "CY-1.2"]);
        let withheld = ProblemList { problems: list.problems[..2].to_vec(), ..list.clone() };
        assert_eq!(numbers(&withheld, &[merged]), ["CY-1.1", "CY-1.2"]);
    }

    #[test]
    fn numbers_of_rows_by_hand_are_never_used_twice() {
        let used = ["CY-3.M2".to_owned(), "CY-2.M7".to_owned()];
        assert_eq!(next_number(&"CY".into(), 3, &[]), "CY-3.M1");
        assert_eq!(next_number(&"CY".into(), 3, &used), "CY-3.M3");
    }

    #[test]
    fn a_row_by_hand_needs_what_a_reader_needs() {
        let wrong = edit("CY-9.M1", None).check(&survey()).unwrap_err();
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        let right = ProblemEdit {
            source: Source::Complaint,
            statement: Some("一".into()),
            found: Some("2020-06-10".into()),
            ..edit("CY-1.M1", None)
        };
        assert!(right.check(&survey()).is_ok());
        assert!(
            ProblemEdit { note: Some("长".repeat(LONGEST + 1)), ..right }.check(&survey()).is_err()
        );
    }

    #[test]
    fn confirmed_summaries_are_the_cases_unless_the_section_wrote_its_own() {
        let cases = BTreeMap::from([(
            "CY-1.1".to_owned(),
            vec!["有队员迟到".to_owned(), "有队员脱岗".to_owned()],
        )]);
        let list = list(&["CY-1.1"]);
        assert_eq!(
            working(&list, &survey(), &[], &cases)[0].problem.example,
            "有队员迟到；有队员脱岗"
        );
        let own =
            ProblemEdit { example: Some("早退两次".into()), ..edit("CY-1.1", Some("first")) };
        assert_eq!(working(&list, &survey(), &[own], &cases)[0].problem.example, "早退两次");
    }
}
