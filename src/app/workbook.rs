//! Reads an Excel workbook that somebody uploads, and trusts nothing in it.
//! Size is counted while it is unpacked, cells are streamed, and what is not plain text or number
//! is refused with its cell.

use std::collections::{BTreeMap, HashSet};
use std::io::{Cursor, Read};
use std::sync::{Mutex, PoisonError};

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx};
use zip::ZipArchive;

use crate::text::{Refusal, visible};

const MAX_ENTRIES: usize = 1_000;
/// A table of two thousand units unpacks to a tenth of this.
const MAX_INFLATED: u64 = 12 << 20;
/// Texts in its table of shared ones, each of which costs more than it looks.
const MAX_STRINGS: usize = 200_000;
/// All texts of a workbook together: one text may stand in many cells.
const MAX_TEXT: usize = 8 << 20;
const MAX_ROWS: u32 = 20_000;
const MAX_COLUMNS: u32 = 50;
const MAX_SHEETS: usize = 20;

/// One workbook is read at a time, so that many at once need no more memory than one.
static TURN: Mutex<()> = Mutex::new(());

/// Rows of a sheet with their numbers, each as wide as it is filled.
pub type Rows = Vec<(u64, Vec<String>)>;

/// A sheet as it was read.
pub struct SheetRows {
    /// Its name.
    pub name: String,
    /// Its rows.
    pub rows: Rows,
    /// Cells that hold something else than text or number: row, column, what to say.
    pub odd: Vec<(u64, usize, Refusal)>,
}

/// Whether a file is a workbook rather than a text.
#[must_use]
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0])
}

/// The first sheet that holds cells and can be seen.
pub fn first_sheet(bytes: &[u8]) -> Result<SheetRows, Refusal> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut book = open(bytes)?;
    let name = sheets(&book).next().ok_or_else(damaged)?;
    read_sheet(&mut book, &name, &mut { MAX_TEXT })
}

/// All such sheets, in their order.
pub fn all_sheets(bytes: &[u8]) -> Result<Vec<SheetRows>, Refusal> {
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut book = open(bytes)?;
    let mut left = MAX_TEXT;
    let names: Vec<String> = sheets(&book).collect();
    if names.len() > MAX_SHEETS {
        return Err(Refusal::new(
            format!("工作表超过 {MAX_SHEETS} 个"),
            format!("there are more than {MAX_SHEETS} sheets"),
        ));
    }
    names.into_iter().map(|name| read_sheet(&mut book, &name, &mut left)).collect()
}

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

fn sheets(book: &Book<'_>) -> impl Iterator<Item = String> {
    let seen = |sheet: &&calamine::Sheet| {
        sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible
    };
    book.sheets_metadata()
        .iter()
        .filter(seen)
        .map(|sheet| sheet.name.clone())
        .collect::<Vec<_>>()
        .into_iter()
}

fn open(bytes: &[u8]) -> Result<Book<'_>, Refusal> {
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(Refusal::new(
            "这是旧版 Excel（.xls）或加了密码的文件，请另存为不加密的 .xlsx",
            "this is an old or encrypted workbook; save it as .xlsx without a password",
        ));
    }
    look_through(bytes)?;
    calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(|_: calamine::XlsxError| damaged())
}

/// Reads a sheet. What cannot be read as text or number is told by its cell, and does not hide what
/// else is wrong.
fn read_sheet(book: &mut Book<'_>, name: &str, room: &mut usize) -> Result<SheetRows, Refusal> {
    let merged = book.merge_cells_by_sheet_name(name).map_err(|_| damaged())?;
    // Rows and cells are counted, whatever order they come in and whatever numbers they claim.
    let mut rows: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    let mut odd = Vec::new();
    let formulas = formulas(book, name)?;
    let mut cells = book.worksheet_cells_reader(name).map_err(|_| damaged())?;
    while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(|_| damaged())? {
        let (row, column) = cell.get_position();
        let place = (u64::from(row) + 1, column as usize);
        if row >= MAX_ROWS || column >= MAX_COLUMNS {
            return Err(beyond(name, &address(place.0, place.1)));
        }
        let text = if formulas.contains(&(row, column)) {
            let refusal = Refusal::new(
                "含有公式，请改为数值（复制后“选择性粘贴—数值”）",
                "holds a formula; paste it as a value",
            );
            odd.push((place.0, place.1, refusal));
            String::new()
        } else if let Some(text) = text_of(cell.get_value()) {
            padded(
                text,
                cells
                    .styles()
                    .get(style)
                    .and_then(|s| s.number_format.as_ref())
                    .map(|f| f.format_code.as_str()),
            )
        } else {
            odd.push((
                place.0,
                place.1,
                Refusal::new(
                    "只接受文字和数字，这里是日期、错误值或其他内容",
                    "only texts and numbers are accepted",
                ),
            ));
            String::new()
        };
        *room = room.checked_sub(text.len()).ok_or_else(too_large)?;
        put(rows.entry(row).or_default(), column as usize, text);
    }
    spread(&mut rows, merged, room)?;
    let rows = rows.into_iter().map(|(row, fields)| (u64::from(row) + 1, fields)).collect();
    Ok(SheetRows { name: name.to_owned(), rows, odd })
}

/// What stands beside several rows belongs to each of them.
fn spread(
    rows: &mut BTreeMap<u32, Vec<String>>,
    merged: Vec<calamine::Dimensions>,
    room: &mut usize,
) -> Result<(), Refusal> {
    for area in merged {
        let ((top, left), (bottom, _)) = (area.start, area.end);
        let Some(text) = rows
            .get(&top)
            .and_then(|row| row.get(left as usize))
            .cloned()
            .filter(|text| !text.is_empty())
        else {
            continue;
        };
        for row in top + 1..=bottom.min(MAX_ROWS) {
            if let Some(fields) = rows.get_mut(&row) {
                *room = room.checked_sub(text.len()).ok_or_else(too_large)?;
                put(fields, left as usize, text.clone());
            }
        }
    }
    Ok(())
}

fn beyond(sheet: &str, cell: &str) -> Refusal {
    let sheet = visible(sheet);
    Refusal::new(
        format!(
            "工作表 {sheet} 单元格 {cell}：超出 {MAX_ROWS} 行、{MAX_COLUMNS} 列，请删去多余内容"
        ),
        format!("sheet {sheet}, cell {cell}: beyond {MAX_ROWS} rows or {MAX_COLUMNS} columns"),
    )
}

/// Cells with formulas.
fn formulas(book: &mut Book<'_>, name: &str) -> Result<HashSet<(u32, u32)>, Refusal> {
    let mut cells = book.worksheet_cells_reader(name).map_err(|_| damaged())?;
    let mut found = HashSet::new();
    while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(|_| damaged())? {
        if cell.formula.is_some() {
            found.insert(cell.pos);
        }
    }
    Ok(found)
}

fn put(fields: &mut Vec<String>, column: usize, text: String) {
    if fields.len() <= column {
        fields.resize(column + 1, String::new());
    }
    fields[column] = text;
}

/// A number as it is shown where its format is nothing but zeros: 7 as 007.
fn padded(text: String, format: Option<&str>) -> String {
    let zeros = format.filter(|f| f.len() > 1 && f.bytes().all(|b| b == b'0')).map_or(0, str::len);
    if text.bytes().all(|b| b.is_ascii_digit()) && !text.is_empty() {
        format!("{text:0>zeros$}")
    } else {
        text
    }
}

fn too_large() -> Refusal {
    Refusal::new("文件解开后过大，不是正常的表格", "the file is too large once unpacked")
}

fn damaged() -> Refusal {
    Refusal::new(
        "文件损坏或不是 Excel 工作簿（.xlsx）",
        "the file is damaged or no Excel workbook (.xlsx)",
    )
}

fn text_of(value: &DataRef) -> Option<String> {
    match value {
        DataRef::Empty => Some(String::new()),
        DataRef::String(text) => Some(text.trim().to_owned()),
        DataRef::SharedString(text) => Some(text.trim().to_owned()),
        DataRef::Int(number) => Some(number.to_string()),
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            Some(format!("{number:.0}"))
        }
        DataRef::Float(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Unpacks every entry once, counting, before anything is parsed.
fn look_through(bytes: &[u8]) -> Result<(), Refusal> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    if archive.len() > MAX_ENTRIES {
        return Err(too_large());
    }
    let mut left = MAX_INFLATED;
    for n in 0..archive.len() {
        let entry = archive.by_index(n).map_err(|_| damaged())?;
        let mut text = Vec::new();
        entry.take(left + 1).read_to_end(&mut text).map_err(|_| damaged())?;
        left = left.checked_sub(text.len() as u64).ok_or_else(too_large)?;
        if memchr::memmem::find_iter(&text, b"<si").count() > MAX_STRINGS {
            return Err(too_large());
        }
        if memchr::memmem::find(&text, b"<!DOCTYPE").is_some()
            || memchr::memmem::find(&text, b"<!ENTITY").is_some()
        {
            return Err(Refusal::new(
                "文件含有不允许的 XML 声明",
                "the file holds an XML declaration that is not allowed",
            ));
        }
    }
    Ok(())
}

/// A cell's address, such as `D5`.
#[must_use]
pub fn address(row: u64, column: usize) -> String {
    format!("{}{row}", crate::survey::column_letters(column))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_those_of_a_spreadsheet() {
        assert_eq!(
            [address(1, 0), address(5, 3), address(9, 25), address(2, 26), address(2, 701)],
            ["A1", "D5", "Z9", "AA2", "ZZ2"]
        );
    }
}
