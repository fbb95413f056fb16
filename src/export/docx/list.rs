//! The problem list (T2) as it is signed and handed over: A4 turned, with places for the seal and
//! the signature.
//! One list a section, so that the bureau can print all in one go.

use docx_rs::{AlignmentType, Docx, Paragraph, Run, Tab, TabValueType};

use super::{BODY, Grid, LANDSCAPE_WIDTH, SIHAO, XIAOSI, landscape, pack, pitch, run, title};
use crate::export::Table;

/// What stands around the rows of one list.
pub struct ListFacts {
    /// Title.
    pub title: String,
    /// What stands above the table, left and right, line by line.
    pub above: Vec<[String; 2]>,
    /// Remarks below.
    pub notes: String,
    /// What a list without rows says.
    pub nothing: String,
}

/// One list, or several, each on a page of its own. Rows come from the same table as every other
/// format.
#[must_use]
pub fn problem_list(lists: &[(ListFacts, Table)]) -> Vec<u8> {
    let mut document = landscape();
    for (n, (facts, table)) in lists.iter().enumerate() {
        let mut head = title(&facts.title);
        if n > 0 {
            head = head.page_break_before(true);
        }
        document = document.add_paragraph(head);
        for line in &facts.above {
            document = document.add_paragraph(spread(line, XIAOSI));
        }
        document = rows(document, table, &facts.nothing);
        document = document.add_paragraph(pitch(Paragraph::new(), 340).add_run(run(
            &facts.notes,
            BODY,
            XIAOSI - 3,
        )));
        let signs = ["政工科（盖章）：", "责任单位负责人签收：", "日期：　　　　年　　月　　日"]
            .map(str::to_owned);
        document = document
            .add_paragraph(pitch(Paragraph::new(), 400))
            .add_paragraph(spread(&signs, SIHAO));
    }
    pack(document)
}

fn rows(document: Docx, table: &Table, nothing: &str) -> Docx {
    if table.rows.is_empty() {
        return document
            .add_paragraph(pitch(Paragraph::new(), 460).add_run(run(nothing, BODY, SIHAO)));
    }
    let head: Vec<&str> = table.columns.iter().map(|c| c.zh).collect();
    // An empty column of cases leaves its room to the causes; these are merged over rows and may be
    // narrow, remarks may not.
    let cases = if table.rows.iter().any(|row| !row[CASES].is_empty()) { 14 } else { 7 };
    let widths = [4, 8, 7, 17, 6, 7, cases, 6, 14, 26 - cases, 7, 18];
    let grid = Grid {
        head: &head,
        widths: &widths,
        centred: &[0, 1, 4, 5, 7],
        merged: &[2, 7, 8, 9],
        rows: table.rows.clone(),
        width: LANDSCAPE_WIDTH,
    };
    document.add_table(grid.table())
}

/// Texts spread over one line: the first on the left, the last on the right, one between them in
/// the middle.
fn spread(texts: &[String], size: usize) -> Paragraph {
    let stop = |kind: TabValueType, at: usize| Tab::new().val(kind).pos(at);
    let mut line = pitch(Paragraph::new().align(AlignmentType::Left), 420);
    if texts.len() > 2 {
        line = line.add_tab(stop(TabValueType::Center, LANDSCAPE_WIDTH / 2));
    }
    line = line.add_tab(stop(TabValueType::Right, LANDSCAPE_WIDTH));
    for (n, text) in texts.iter().enumerate() {
        if n > 0 {
            line = line.add_run(Run::new().add_tab());
        }
        line = line.add_run(run(text, BODY, size));
    }
    line
}

/// Place of 具体事例 among the columns.
const CASES: usize = 6;
