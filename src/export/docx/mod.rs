//! Word files after GB/T 9704: fonts by name with fallbacks, sizes, margins, line pitch, page
//! numbers, tables whose head repeats.
//! Built by `docx-rs`; what it cannot say (repeated heads, fallback fonts, neutral names) is added
//! to its parts before they are packed, so that the same list gives the same bytes.

mod letter;
mod list;
mod report;
mod tasks;

use std::io::{Cursor, Write};

use docx_rs::{
    AlignmentType, Docx, Footer, HeightRule, LineSpacing, LineSpacingType, PageMargin, PageNum,
    PageOrientationType, Paragraph, Run, RunFonts, Table, TableCell, TableCellMargins,
    TableLayoutType, TableRow, VAlignType, VMergeType, WidthType,
};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

pub use letter::{Letter, letter};
pub use list::{ListFacts, problem_list};
pub use report::{Report, ReportPart, report};
pub use tasks::task_list;

/// Fonts as the standard names them.
const TITLE: &str = "方正小标宋简体";
const HEADING: &str = "黑体";
const KAI: &str = "楷体_GB2312";
const BODY: &str = "仿宋_GB2312";
const SONG: &str = "宋体";
const LATIN: &str = "Times New Roman";
/// Sizes in half points: 二号, 三号, 四号, 小四, 五号.
const ERHAO: usize = 44;
const SANHAO: usize = 32;
const SIHAO: usize = 28;
const XIAOSI: usize = 24;
const WUHAO: usize = 21;
/// Line pitch of 22 lines on 225 mm, in twentieths of a point: 29 pt.
const PITCH: i32 = 580;

/// Twentieths of a point in so many tenths of a millimetre.
const fn twips(tenths_of_mm: i64) -> i32 {
    ((tenths_of_mm * 14_400 + 1_270) / 2_540) as i32
}

/// Page of a letter: margins of 37, 35, 28 and 26 mm.
fn portrait() -> Docx {
    page(twips(370), twips(350), twips(280), twips(260))
        .page_size(twips(2_100) as u32, twips(2_970) as u32)
}

/// The same page turned: the binding side is above.
fn landscape() -> Docx {
    page(twips(280), twips(260), twips(370), twips(350))
        .page_size(twips(2_970) as u32, twips(2_100) as u32)
        .page_orient(PageOrientationType::Landscape)
}

/// Width of the text on a turned page and on an upright one, in twentieths of a point.
const LANDSCAPE_WIDTH: usize = twips(2_250) as usize;
const PORTRAIT_WIDTH: usize = twips(1_560) as usize;

fn page(top: i32, bottom: i32, left: i32, right: i32) -> Docx {
    let margin = PageMargin::new()
        .top(top)
        .bottom(bottom)
        .left(left)
        .right(right)
        .header(twips(150))
        .footer(twips(280))
        .gutter(0);
    Docx::new()
        .page_margin(margin)
        .default_fonts(fonts(BODY))
        .default_size(SANHAO)
        .footer(number(AlignmentType::Right))
        .even_footer(number(AlignmentType::Left))
}

/// 四号 half-width page number between dashes, one character from the edge.
fn number(side: AlignmentType) -> Footer {
    let dash = |text: &str| Run::new().add_text(text).fonts(fonts(SONG)).size(SIHAO);
    let edge = Some(twips(49));
    let (left, right) =
        if matches!(side, AlignmentType::Left) { (edge, None) } else { (None, edge) };
    let line =
        Paragraph::new().align(side).indent(left, None, right, None).size(SIHAO).fonts(fonts(SONG));
    Footer::new()
        .add_paragraph(line.add_run(dash("— ")).add_page_num(PageNum::new()).add_run(dash(" —")))
}

fn fonts(east_asia: &str) -> RunFonts {
    RunFonts::new().ascii(LATIN).hi_ansi(LATIN).cs(LATIN).east_asia(east_asia)
}

fn run(text: &str, font: &str, size: usize) -> Run {
    let mut run = Run::new().fonts(fonts(font)).size(size);
    for (n, line) in clean(text).split('\n').enumerate() {
        if n > 0 {
            run = run.add_break(docx_rs::BreakType::TextWrapping);
        }
        run = run.add_text(line);
    }
    run
}

/// Without characters that XML cannot hold, and with those that hide or reorder text made visible.
fn clean(text: &str) -> String {
    crate::text::visible(text).chars().filter(|c| !c.is_control() || *c == '\n').collect()
}

fn pitch(paragraph: Paragraph, line: i32) -> Paragraph {
    paragraph
        .line_spacing(LineSpacing::new().line(line).line_rule(LineSpacingType::Exact))
        .snap_to_grid(false)
}

/// The title: 二号小标宋, centred, a line below it.
fn title(text: &str) -> Paragraph {
    let spacing = LineSpacing::new().line(660).line_rule(LineSpacingType::Exact).after(200);
    Paragraph::new()
        .align(AlignmentType::Center)
        .line_spacing(spacing)
        .add_run(run(text, TITLE, ERHAO))
}

/// A table over the whole width of a page. The first row is its head.
struct Grid<'a> {
    head: &'a [&'a str],
    /// Widths in parts of the whole.
    widths: &'a [u32],
    /// Columns whose cells are centred.
    centred: &'a [usize],
    /// Columns whose cells are one where rows follow that say the same, the first of them deciding
    /// for all.
    merged: &'a [usize],
    rows: Vec<Vec<String>>,
    /// Width of the text on the page.
    width: usize,
}

impl Grid<'_> {
    fn table(&self) -> Table {
        let all: u32 = self.widths.iter().sum();
        let widths: Vec<usize> =
            self.widths.iter().map(|w| self.width * *w as usize / all as usize).collect();
        let cell = |text: &str, n: usize, font: &str, centred: bool| {
            let align = if centred { AlignmentType::Center } else { AlignmentType::Left };
            let line = pitch(Paragraph::new().align(align), 300).add_run(run(text, font, WUHAO));
            TableCell::new()
                .width(widths[n], WidthType::Dxa)
                .vertical_align(VAlignType::Center)
                .add_paragraph(line)
        };
        let head = TableRow::new(
            self.head.iter().enumerate().map(|(n, text)| cell(text, n, HEADING, true)).collect(),
        )
        .cant_split();
        let same = |a: usize, b: usize, column: usize| {
            let decides = |n: &usize| self.rows[a][*n] == self.rows[b][*n];
            self.merged.contains(&column)
                && self.merged.first().is_some_and(decides)
                && self.rows[a][column] == self.rows[b][column]
        };
        let rows = self.rows.iter().enumerate().map(|(r, row)| {
            let cells = row
                .iter()
                .enumerate()
                .map(|(n, text)| {
                    let (goes_on, begins) =
                        (r > 0 && same(r - 1, r, n), r + 1 < self.rows.len() && same(r, r + 1, n));
                    // What was said above is not said again.
                    let cell =
                        cell(if goes_on { "" } else { text }, n, BODY, self.centred.contains(&n));
                    match (goes_on, begins) {
                        (true, _) => cell.vertical_merge(VMergeType::Continue),
                        (false, true) => cell.vertical_merge(VMergeType::Restart),
                        (false, false) => cell,
                    }
                })
                .collect();
            TableRow::new(cells).row_height(28.0).height_rule(HeightRule::AtLeast).cant_split()
        });
        Table::new(std::iter::once(head).chain(rows).collect())
            .set_grid(widths.clone())
            .width(self.width, WidthType::Dxa)
            .margins(TableCellMargins::new().margin(20, 60, 20, 60))
            .layout(TableLayoutType::Fixed)
    }
}

/// Packs a document: what `docx-rs` cannot say is added, and nothing tells who made it, when or
/// where.
fn pack(document: Docx) -> Vec<u8> {
    let mut parts = document.build();
    parts.document = with_repeated_heads(&without_ids(&parts.document)).into_bytes();
    for footer in &mut parts.footers {
        *footer = without_ids(footer).into_bytes();
    }
    parts.font_table = FONT_TABLE.as_bytes().to_vec();
    parts.doc_props.core = CORE.as_bytes().to_vec();
    parts.doc_props.app = APP.as_bytes().to_vec();
    let mut built = Cursor::new(Vec::new());
    parts.pack(&mut built).expect("packing into memory does not fail");
    repack(built.into_inner())
}

/// Ids of paragraphs count on from document to document; nobody refers to them.
fn without_ids(part: &[u8]) -> String {
    let text = String::from_utf8_lossy(part);
    regex_lite::Regex::new(r#" w14:paraId="[0-9A-Fa-f]*""#)
        .expect("a valid pattern")
        .replace_all(&text, "")
        .into_owned()
}

/// The first row of each table stands at the top of each page.
fn with_repeated_heads(document: &str) -> String {
    let mut out = String::with_capacity(document.len() + 200);
    for (n, piece) in document.split("<w:tbl>").enumerate() {
        if n > 0 {
            out.push_str("<w:tbl>");
            out.push_str(&piece.replacen("<w:trPr>", "<w:trPr><w:tblHeader />", 1));
        } else {
            out.push_str(piece);
        }
    }
    out
}

/// The same parts again, compressed and without a time.
fn repack(bytes: Vec<u8>) -> Vec<u8> {
    let mut old = zip::ZipArchive::new(Cursor::new(bytes)).expect("the archive was just made");
    let mut new = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for n in 0..old.len() {
        let mut part = old.by_index(n).expect("a part that was just written");
        if part.is_dir() {
            continue;
        }
        let mut body = Vec::new();
        std::io::Read::read_to_end(&mut part, &mut body).expect("a part that was just written");
        let name = part.name().expect("a name that was just written").into_owned();
        new.start_file(name, options)
            .and_then(|()| new.write_all(&body).map_err(Into::into))
            .expect("writing into memory does not fail");
    }
    new.finish().expect("writing into memory does not fail").into_inner()
}

const CORE: &str = include_str!("../../../assets/docx/core.xml");
const APP: &str = include_str!("../../../assets/docx/app.xml");
/// Where an office computer lacks a font, the one that stands nearest is named.
const FONT_TABLE: &str = include_str!("../../../assets/docx/fonts.xml");
