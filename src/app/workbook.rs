//! Reads an Excel workbook that somebody uploads, and trusts nothing in it.
//! Size is counted while it is unpacked, cells are streamed, and what is not plain text or number is refused with its cell.

use std::io::{Cursor, Read};

use calamine::{DataRef, Reader, Xlsx};
use zip::ZipArchive;

use crate::text::Refusal;

const MAX_ENTRIES: usize = 1_000;
const MAX_INFLATED: u64 = 50 << 20;
const MAX_ROWS: u32 = 20_000;
const MAX_COLUMNS: u32 = 50;
const MAX_SHEETS: usize = 20;

/// Rows of a sheet with their numbers, each as wide as it is filled.
pub type Rows = Vec<(u64, Vec<String>)>;

/// Whether a file is a workbook rather than a text.
#[must_use]
pub fn is_workbook(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0])
}

/// The first sheet.
pub fn first_sheet(bytes: &[u8]) -> Result<Rows, Refusal> {
    let mut book = open(bytes)?;
    let name = book.sheet_names().first().cloned().ok_or_else(damaged)?;
    rows_of(&mut book, &name)
}

/// All sheets by name, in their order.
pub fn all_sheets(bytes: &[u8]) -> Result<Vec<(String, Rows)>, Refusal> {
    let mut book = open(bytes)?;
    let names = book.sheet_names();
    if names.len() > MAX_SHEETS {
        return Err(Refusal::new(format!("工作表超过 {MAX_SHEETS} 个"), format!("there are more than {MAX_SHEETS} sheets")));
    }
    names.into_iter().map(|name| rows_of(&mut book, &name).map(|rows| (name, rows))).collect()
}

type Book<'a> = Xlsx<Cursor<&'a [u8]>>;

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

fn rows_of(book: &mut Book<'_>, name: &str) -> Result<Rows, Refusal> {
    let mut cells = book.worksheet_cells_reader(name).map_err(|_| damaged())?;
    let mut rows: Rows = Vec::new();
    while let Some(cell) = cells.next_cell().map_err(|_| damaged())? {
        let (row, column) = cell.get_position();
        if row >= MAX_ROWS || column >= MAX_COLUMNS {
            return Err(Refusal::new(
                format!("单元格 {}：超出 {MAX_ROWS} 行、{MAX_COLUMNS} 列，请删去多余内容", address(u64::from(row) + 1, column as usize)),
                format!("cell {}: beyond {MAX_ROWS} rows or {MAX_COLUMNS} columns", address(u64::from(row) + 1, column as usize)),
            ));
        }
        let text = text_of(cell.get_value()).ok_or_else(|| {
            let place = address(u64::from(row) + 1, column as usize);
            Refusal::new(
                format!("单元格 {place}：只接受文字和数字，这里是日期、错误值或其他内容"),
                format!("cell {place}: only texts and numbers are accepted"),
            )
        })?;
        let number = u64::from(row) + 1;
        if rows.last().is_none_or(|last| last.0 != number) {
            rows.push((number, Vec::new()));
        }
        let fields = &mut rows.last_mut().expect("just pushed").1;
        fields.resize((column as usize).max(fields.len()), String::new());
        if (column as usize) < fields.len() {
            fields[column as usize] = text;
        } else {
            fields.push(text);
        }
    }
    Ok(rows)
}

fn damaged() -> Refusal {
    Refusal::new("文件损坏或不是 Excel 工作簿（.xlsx）", "the file is damaged or no Excel workbook (.xlsx)")
}

fn text_of(value: &DataRef) -> Option<String> {
    match value {
        DataRef::Empty => Some(String::new()),
        DataRef::String(text) => Some(text.trim().to_owned()),
        DataRef::SharedString(text) => Some(text.trim().to_owned()),
        DataRef::Int(number) => Some(number.to_string()),
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => Some(format!("{number:.0}")),
        DataRef::Float(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Unpacks every entry once, counting, before anything is parsed.
fn look_through(bytes: &[u8]) -> Result<(), Refusal> {
    let bomb = || Refusal::new("文件解开后过大，不是正常的表格", "the file is too large once unpacked");
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    if archive.len() > MAX_ENTRIES {
        return Err(bomb());
    }
    let mut left = MAX_INFLATED;
    for n in 0..archive.len() {
        let entry = archive.by_index(n).map_err(|_| damaged())?;
        let name = entry.name().map_err(|_| damaged())?.into_owned();
        let mut text = Vec::new();
        entry.take(left + 1).read_to_end(&mut text).map_err(|_| damaged())?;
        left = left.checked_sub(text.len() as u64).ok_or_else(bomb)?;
        if memchr::memmem::find(&text, b"<!DOCTYPE").is_some() || memchr::memmem::find(&text, b"<!ENTITY").is_some() {
            return Err(Refusal::new("文件含有不允许的 XML 声明", "the file holds an XML declaration that is not allowed"));
        }
        if name.starts_with("xl/worksheets/")
            && let Some(at) = [b"<f>".as_slice(), b"<f "].iter().filter_map(|f| memchr::memmem::find(&text, f)).min()
        {
            let place = memchr::memmem::rfind(&text[..at], b"<c ").map_or("", |c| reference(&text[c..at]));
            return Err(Refusal::new(
                format!("单元格 {place}：含有公式，请改为数值（复制后“选择性粘贴—数值”）"),
                format!("cell {place}: holds a formula; paste it as a value"),
            ));
        }
    }
    Ok(())
}

/// The reference of a cell's tag, such as `D5`.
fn reference(tag: &[u8]) -> &str {
    let text = std::str::from_utf8(tag).unwrap_or("");
    let found = text.split("r=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("");
    if found.len() <= 10 && found.bytes().all(|b| b.is_ascii_alphanumeric()) { found } else { "" }
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
        assert_eq!([address(1, 0), address(5, 3), address(9, 25), address(2, 26), address(2, 701)], ["A1", "D5", "Z9", "AA2", "ZZ2"]);
    }
}
