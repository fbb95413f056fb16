//! The problem list as the notice has it (T2): one row a problem, with the unit that answers for
//! it.
//! It holds what the gate let through and what the section wrote, never an original text.

use super::Definition;
use crate::export::{Column, Subject};
use crate::problem::{Problem, ProblemList};
use crate::text::{Lang, Text};

pub(super) const TABLE: Definition = Definition {
    id: "problems",
    title: ["问题清单", "Problem list"],
    purpose: [
        "各单位问题清单（T2），Word 版可直接盖章下发",
        "Problem lists of the units (T2); the Word file is ready to be sealed and handed over",
    ],
    sheets: Some("unit"),
    signed: true,
    columns: &[
        Column::count("no", "序号"),
        Column::text("number", "问题编号"),
        Column::text("category", "问题类别"),
        Column::text("problem", "问题表现"),
        Column::text("source", "问题来源"),
        Column::text("level", "存在程度"),
        Column::text("example", "具体事例"),
        Column::text("harm_level", "危害程度"),
        Column::text("harms", "主要危害"),
        Column::text("causes", "原因剖析"),
        Column::text("unit", "责任单位"),
        Column::text("note", "备注"),
    ],
    rows: problems,
};

fn problems(subject: &Subject) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    for list in subject.lists {
        for (n, problem) in list.problems.iter().enumerate() {
            let join = |texts: &[Text]| texts.iter().map(Text::zh).collect::<Vec<_>>().join("；");
            out.push(vec![
                (n + 1).to_string(),
                problem.number.clone(),
                problem.category.zh().to_owned(),
                problem.statement.zh().to_owned(),
                problem.source.label(Lang::Zh).to_owned(),
                problem.level_label(Lang::Zh).to_owned(),
                problem.example.clone(),
                problem.harm_level.as_ref().map_or_else(String::new, |t| t.zh().to_owned()),
                join(&problem.harms),
                join(&problem.causes),
                list.name.clone(),
                note(list, problem, subject.marks),
            ]);
        }
    }
    out
}

/// The last column of T2: as on the page, with the marks of the installation.
fn note(list: &ProblemList, problem: &Problem, marks: &str) -> String {
    let remarks = problem.remarks(list, Lang::Zh);
    match (remarks.is_empty(), marks.is_empty()) {
        (_, true) => remarks,
        (true, false) => marks.to_owned(),
        (false, false) => format!("{remarks}；{marks}"),
    }
}
