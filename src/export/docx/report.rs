//! The summary report of the campaign in six parts, with the catalogue of the ledger (T8) as its
//! annex.
//! What the service counted is written out; what only the section knows is left open in brackets,
//! for them to write in Word.

use docx_rs::{AlignmentType, Docx, Paragraph};

use super::{
    BODY, Grid, HEADING, KAI, PITCH, PORTRAIT_WIDTH, SANHAO, XIAOSI, pack, pitch, portrait, run,
    title,
};

/// A report.
pub struct Report {
    /// Title.
    pub title: String,
    /// What stands in it, in order.
    pub parts: Vec<ReportPart>,
    /// Who signs.
    pub from: String,
    /// Day, as it is written.
    pub day: String,
    /// Annexes by name; the first is the catalogue that is added.
    pub annexes: Vec<String>,
}

/// A part of a report.
pub enum ReportPart {
    /// 一、…
    Heading(String),
    /// （一）…
    Subheading(String),
    /// A paragraph.
    Text(String),
    /// A table: head, widths in parts of the whole, rows.
    Table(Vec<&'static str>, Vec<u32>, Vec<Vec<String>>),
}

/// Folders that a campaign's papers are kept in.
const FOLDERS: [&str; 9] = [
    "方案计划、任务清单",
    "动员部署材料",
    "学习教育（计划、签到、记录、照片）",
    "对照检查（自评互评、问卷汇总、问题清单）",
    "重点整改（整改清单、销号表、佐证）",
    "制度建设材料",
    "回头看材料",
    "总结报告",
    "宣传信息",
];

/// The report as a file.
#[must_use]
pub fn report(report: &Report) -> Vec<u8> {
    let line = || pitch(Paragraph::new(), PITCH);
    let indented =
        || line().indent(None, Some(docx_rs::SpecialIndentType::FirstLine(640)), None, None);
    let mut document = portrait().add_paragraph(title(&report.title)).add_paragraph(line());
    for part in &report.parts {
        document = match part {
            ReportPart::Heading(text) => document
                .add_paragraph(indented().keep_next(true).add_run(run(text, HEADING, SANHAO))),
            ReportPart::Subheading(text) => {
                document.add_paragraph(indented().keep_next(true).add_run(run(text, KAI, SANHAO)))
            }
            ReportPart::Text(text) => {
                document.add_paragraph(indented().add_run(run(text, BODY, SANHAO)))
            }
            ReportPart::Table(head, widths, rows) => table(document, head, widths, rows.clone()),
        };
    }
    document = document.add_paragraph(line());
    for (n, annex) in report.annexes.iter().enumerate() {
        let head = if n == 0 { "附件：" } else { "　　　" };
        document = document.add_paragraph(indented().add_run(run(
            &format!("{head}{}.{annex}", n + 1),
            BODY,
            SANHAO,
        )));
    }
    let signed = |text: &str, edge: i32| {
        line()
            .align(AlignmentType::Right)
            .indent(None, None, Some(edge), None)
            .add_run(run(text, BODY, SANHAO))
    };
    document = document
        .add_paragraph(line())
        .add_paragraph(signed(&report.from, 640))
        .add_paragraph(signed(&report.day, 1_280));
    document = document
        .add_paragraph(line().page_break_before(true).add_run(run("附件1", HEADING, SANHAO)))
        .add_paragraph(title("台账目录"));
    let rows = FOLDERS.iter().enumerate().map(|(n, name)| {
        let mut row = vec![(n + 1).to_string(), (*name).to_owned()];
        row.resize(6, String::new());
        row
    });
    document = table(
        document,
        &["卷内序号", "材料名称", "形成日期", "页数/份数", "责任人", "备注"],
        &[7, 24, 10, 9, 8, 8],
        rows.collect(),
    );
    pack(document)
}

fn table(document: Docx, head: &[&str], widths: &[u32], rows: Vec<Vec<String>>) -> Docx {
    let centred: Vec<usize> =
        (0..head.len()).filter(|n| *n != usize::from(head[0] == "卷内序号")).collect();
    let grid = Grid { head, widths, centred: &centred, merged: &[], rows, width: PORTRAIT_WIDTH };
    document.add_table(grid.table()).add_paragraph(pitch(Paragraph::new(), 280).size(XIAOSI))
}
