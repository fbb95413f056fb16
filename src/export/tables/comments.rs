//! Summaries of texts, each with the row whose case it is.
//! Two screeners confirmed them; originals are not known here.

use super::Definition;
use crate::export::{Column, Subject};

pub(super) const TABLE: Definition = Definition {
    id: "comments",
    title: ["意见摘要", "Summaries of texts"],
    purpose: [
        "两名筛查人确认的摘要；原文从不导出",
        "Summaries that two screeners confirmed; original texts are never exported",
    ],
    sheets: Some("group_name"),
    signed: false,
    columns: &[
        Column::text("group_code", "统计组代码"),
        Column::text("group_name", "统计组名称"),
        Column::text("category", "问题类别"),
        Column::text("number", "问题编号"),
        Column::text("problem", "问题表现"),
        Column::text("summary", "意见摘要"),
    ],
    rows: comments,
};

/// Summaries stand with the row whose cases they are; originals are not known here.
fn comments(subject: &Subject) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    for list in subject.lists {
        for problem in &list.problems {
            for summary in subject.cases.get(&problem.number).into_iter().flatten() {
                let name = if subject.marks.is_empty() {
                    list.name.clone()
                } else {
                    format!("{}［{}］", list.name, subject.marks)
                };
                let words =
                    [problem.category.zh(), &problem.number, problem.statement.zh(), summary];
                out.push(
                    [list.code.to_string(), name]
                        .into_iter()
                        .chain(words.map(str::to_owned))
                        .collect(),
                );
            }
        }
    }
    out
}
