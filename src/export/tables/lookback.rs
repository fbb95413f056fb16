//! What became of every question in every group since the round before.
//! Bands are compared, never counts.

use super::Definition;
use crate::export::{Column, Subject};

pub(super) const TABLE: Definition = Definition {
    id: "lookback",
    title: ["回头看对照", "Look-back"],
    purpose: [
        "与上一轮相比各统计组各题的变化",
        "What became of every question in every group since the round before",
    ],
    sheets: Some("group_name"),
    signed: false,
    columns: &[
        Column::text("group_code", "统计组代码"),
        Column::text("group_name", "统计组名称"),
        Column::text("category", "问题类别"),
        Column::text("question_id", "题目编号"),
        Column::text("question", "题目"),
        Column::text("before", "上一轮突出率区间"),
        Column::text("after", "本轮突出率区间"),
        Column::text("change", "变化"),
    ],
    rows: lookback,
};

fn lookback(subject: &Subject) -> Vec<Vec<String>> {
    let own =
        subject.compared.iter().filter(|c| subject.only.is_none_or(|code| code == c.group_code));
    own.map(|c| {
        let name = if subject.marks.is_empty() {
            c.group_name.clone()
        } else {
            format!("{}［{}］", c.group_name, subject.marks)
        };
        let id = if subject.people { &c.number } else { &c.question_id };
        [c.group_code.as_str(), &name, &c.category, id, &c.question, &c.before, &c.after, &c.change]
            .map(str::to_owned)
            .into()
    })
    .collect()
}
