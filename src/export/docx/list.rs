//! The problem list (T2) as it is signed and handed over: A4 turned, with places for the seal and the signature.
//! One list a section, so that the bureau can print all in one go.

use docx_rs::{AlignmentType, Docx, Paragraph};

use super::{BODY, Grid, SIHAO, XIAOSI, landscape, pack, pitch, run, title};
use crate::export::Table;

/// What stands around the rows of one list.
pub struct ListFacts {
    /// Title.
    pub title: String,
    /// Unit, round and dates, from left to right.
    pub above: [String; 3],
    /// Remarks below.
    pub notes: String,
}

/// One list, or several, each on a page of its own. Rows come from the same table as every other format.
#[must_use]
pub fn problem_list(lists: &[(ListFacts, Table)]) -> Vec<u8> {
    let mut document = landscape();
    for (n, (facts, table)) in lists.iter().enumerate() {
        let mut head = title(&facts.title);
        if n > 0 {
            head = head.page_break_before(true);
        }
        document = document.add_paragraph(head).add_paragraph(three(&facts.above, XIAOSI));
        document = rows(document, table);
        document = document.add_paragraph(pitch(Paragraph::new(), 340).add_run(run(&facts.notes, BODY, XIAOSI - 3)));
        let signs = ["政工科（盖章）：", "责任单位负责人签收：", "日期：　　　　年　　月　　日"].map(str::to_owned);
        document = document.add_paragraph(pitch(Paragraph::new(), 400)).add_paragraph(three(&signs, SIHAO));
    }
    pack(document)
}

fn rows(document: Docx, table: &Table) -> Docx {
    if table.rows.is_empty() {
        let text = "本轮没有达到列入标准的问题。没有列入不等于没有问题，请结合明察暗访和自评互评研判。";
        return document.add_paragraph(pitch(Paragraph::new(), 460).add_run(run(text, BODY, SIHAO)));
    }
    let head: Vec<&str> = table.columns.iter().map(|c| c.zh).collect();
    let grid = Grid { head: &head, widths: &[4, 8, 9, 16, 7, 8, 14, 6, 13, 13, 9, 10], centred: &[0, 1, 4, 5, 7], rows: table.rows.clone() };
    document.add_table(grid.table())
}

/// Three texts on one line: left, middle, right, set apart by full-width spaces where they would touch.
fn three(texts: &[String; 3], size: usize) -> Paragraph {
    use docx_rs::{Tab, TabValueType};
    let line = Paragraph::new()
        .align(AlignmentType::Left)
        .add_tab(Tab::new().val(TabValueType::Center).pos(super::LANDSCAPE_WIDTH / 2))
        .add_tab(Tab::new().val(TabValueType::Right).pos(super::LANDSCAPE_WIDTH));
    let [left, middle, right] = texts;
    pitch(line, 420)
        .add_run(run(left, BODY, size))
        .add_run(docx_rs::Run::new().add_tab())
        .add_run(run(middle, BODY, size))
        .add_run(docx_rs::Run::new().add_tab())
        .add_run(run(right, BODY, size))
}
