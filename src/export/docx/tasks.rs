//! The task list (T1) that a unit fills in for the five phases: what is to be done and by when
//! stands there, who does it is written in by the unit.
//! A form for the whole campaign, so it can be printed at any time.

use docx_rs::Paragraph;

use super::{BODY, Grid, LANDSCAPE_WIDTH, XIAOSI, landscape, pack, pitch, run, title};
use crate::export::Table;

/// Task lists of units, each on a page of its own. Marks stand above the table, so that the last
/// column stays free to write in.
#[must_use]
pub fn task_list(units: &[&str], table: &Table, marks: &str) -> Vec<u8> {
    let mut document = landscape();
    for (n, unit) in units.iter().enumerate() {
        let mut head = title("作风纪律教育整顿任务清单");
        if n > 0 {
            head = head.page_break_before(true);
        }
        let marks =
            if marks.is_empty() { String::new() } else { format!("　　　　【{marks}】") };
        let line =
            format!("填报单位（盖章）：{unit}　　　　填报日期：　　　　年　　月　　日{marks}");
        document = document
            .add_paragraph(head)
            .add_paragraph(pitch(Paragraph::new(), 420).add_run(run(&line, BODY, XIAOSI)));
        let own: Vec<Vec<String>> = table
            .rows
            .iter()
            .filter(|row| row[0] == **unit)
            .map(|row| row[1..row.len() - 1].iter().cloned().chain([String::new()]).collect())
            .collect();
        let columns: Vec<&str> = table.columns[1..].iter().map(|c| c.zh).collect();
        let grid = Grid {
            head: &columns,
            widths: &[4, 9, 15, 26, 8, 8, 11, 9, 9, 7],
            centred: &[0, 1, 6],
            merged: &[],
            rows: own,
            width: LANDSCAPE_WIDTH,
        };
        document = document.add_table(grid.table());
        let note = "注：完成情况填“未启动”“推进中”或“已完成”；责任领导、责任人为本单位人员。";
        document = document.add_paragraph(pitch(Paragraph::new(), 360).add_run(run(
            note,
            BODY,
            XIAOSI - 3,
        )));
    }
    pack(document)
}
