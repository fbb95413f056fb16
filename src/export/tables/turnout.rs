//! Slips and ballots of every group, as they stand on the bulletin.
//! Whoever adds them up finds the bulletin again.

use super::Definition;
use crate::export::subject::rows;
use crate::export::{Column, Subject};

pub(super) const TABLE: Definition = Definition {
    id: "turnout",
    title: ["发放回收统计", "Slips and responses"],
    purpose: [
        "发放、使用、无效、空白和有效的份数，可与公示栏核对",
        "Slips and responses by group, as on the bulletin",
    ],
    sheets: None,
    signed: false,
    columns: &[
        Column::text("round_id", "轮次编号"),
        Column::text("group_code", "统计组代码"),
        Column::text("group_name", "统计组名称"),
        Column::count("headcount", "人数"),
        Column::count("issued", "发放填写码"),
        Column::count("used", "已用填写码"),
        Column::count("opened", "开箱答卷"),
        Column::count("spoiled", "无效答卷"),
        Column::count("blank", "空白答卷"),
        Column::count("counted", "有效答卷"),
    ],
    rows: turnout,
};

fn turnout(subject: &Subject) -> Vec<Vec<String>> {
    rows(subject)
        .into_iter()
        .map(|r| {
            let t = r.turnout;
            let mut row = vec![subject.round.id.to_string(), r.code.to_string(), r.name];
            row.extend(
                [t.headcount, t.issued, t.used, t.opened, t.spoiled, t.blank, t.counted]
                    .map(|n| n.to_string()),
            );
            row
        })
        .collect()
}
