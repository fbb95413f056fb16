//! Excel files: real numbers and percentages, a head that stays, widths that fit Chinese, a first
//! sheet with the whole table and one for each part of it.
//! Every text is written as a text, so nothing in it is ever a formula; neither a name nor a time
//! is kept.

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization;

use super::{Headers, Kind, Table};
use crate::survey::Sheet;
use crate::text::visible;

/// Widest column, in characters of the standard width.
const WIDEST: f64 = 30.0;
/// Rows of a sheet below its head; what is more goes on in another one. Excel takes 1,048,576.
const MOST_ROWS: usize = 1_000_000;
/// Longest text of a cell in UTF-16 units; what is more goes on in a row below. Excel takes 32,767.
const LONGEST_CELL: usize = 32_000;
/// Tallest row in points. Excel takes 409.
const TALLEST: f64 = 400.0;
/// Sheets of a workbook beside the first; a program that opens thousands is of no use to anybody.
const MOST_SHEETS: usize = 500;

/// A table as a workbook. `parts` names a column whose values each get a sheet of their own.
#[must_use]
pub fn to_xlsx(table: &Table, headers: Headers, parts: Option<&str>) -> Vec<u8> {
    build(table, headers, parts).expect("a workbook in memory within its limits")
}

/// Sheets of texts as a workbook, to be edited: everything is a text, the head stays, long cells
/// are wrapped.
#[must_use]
pub fn sheets_to_xlsx(sheets: &[Sheet]) -> Vec<u8> {
    let written = || -> Result<Vec<u8>, XlsxError> {
        let mut book = neutral()?;
        let cell = Format::new()
            .set_font_name("宋体")
            .set_align(FormatAlign::Top)
            .set_text_wrap()
            .set_num_format("@");
        let head = cell.clone().set_bold().set_background_color("#E2F1EA");
        for one in sheets {
            let sheet = book.add_worksheet();
            sheet.set_name(&one.name)?;
            sheet.set_freeze_panes(1, 0)?;
            for (r, row) in one.rows.iter().enumerate() {
                for (c, text) in row.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                    let (r, c) = (
                        u32::try_from(r).unwrap_or(u32::MAX),
                        u16::try_from(c).unwrap_or(u16::MAX),
                    );
                    sheet.write_string_with_format(
                        r,
                        c,
                        text,
                        if r == 0 { &head } else { &cell },
                    )?;
                }
            }
            for c in 0..one.rows.first().map_or(0, Vec::len) {
                let widest = one.rows.iter().map(|row| width(&row[c])).fold(8.0, f64::max);
                sheet.set_column_width(
                    u16::try_from(c).unwrap_or(u16::MAX),
                    (widest + 2.0).min(44.0),
                )?;
            }
        }
        book.save_to_buffer()
    };
    written().expect("a workbook in memory within its limits")
}

/// A workbook that tells neither a maker nor a time.
fn neutral() -> Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    let midnight = ExcelDateTime::from_ymd(1980, 1, 1)?;
    book.set_properties(&DocProperties::new().set_author("zicha").set_creation_datetime(&midnight));
    Ok(book)
}

fn build(table: &Table, headers: Headers, parts: Option<&str>) -> Result<Vec<u8>, XlsxError> {
    let mut book = neutral()?;
    let mut names = Vec::new();
    let whole = continued(&table.rows);
    let all: Vec<&Vec<String>> = whole.iter().collect();
    for rows in parts_of(&all) {
        sheet(book.add_worksheet(), &sheet_name("全部", &mut names), table, headers, rows)?;
    }
    if let Some(at) = parts.and_then(|id| table.columns.iter().position(|c| c.id == id)) {
        let mut places: HashMap<&str, usize> = HashMap::new();
        let mut values: Vec<(&str, Vec<&Vec<String>>)> = Vec::new();
        for row in &table.rows {
            let n = *places.entry(&row[at]).or_insert_with(|| {
                values.push((&row[at], Vec::new()));
                values.len() - 1
            });
            values[n].1.push(row);
        }
        // One part would be the same sheet again.
        for (value, rows) in values.iter().filter(|_| (2..=MOST_SHEETS).contains(&values.len())) {
            let own = continued(rows.iter().copied());
            let own: Vec<&Vec<String>> = own.iter().collect();
            for rows in parts_of(&own) {
                sheet(book.add_worksheet(), &sheet_name(value, &mut names), table, headers, rows)?;
            }
        }
    }
    book.save_to_buffer()
}

/// Rows as sheets take them; a table without rows is a sheet, too.
fn parts_of<'a>(rows: &'a [&'a Vec<String>]) -> Vec<&'a [&'a Vec<String>]> {
    if rows.is_empty() { vec![rows] } else { rows.chunks(MOST_ROWS).collect() }
}

/// Rows whose cells fit: what is longer goes on in rows below, and nothing is cut off.
fn continued<'a>(rows: impl IntoIterator<Item = &'a Vec<String>>) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    for row in rows {
        // Shown as they are written, hidden characters included.
        let mut rest: Vec<String> = row.iter().map(|cell| visible(cell)).collect();
        loop {
            let mut next = vec![String::new(); rest.len()];
            for (cell, more) in rest.iter_mut().zip(&mut next) {
                let mut units = 0;
                let cut = cell.char_indices().find(|(_, c)| {
                    units += c.len_utf16();
                    units > LONGEST_CELL
                });
                if let Some((at, _)) = cut {
                    *more = cell.split_off(at);
                }
            }
            let done = next.iter().all(String::is_empty);
            out.push(rest);
            if done {
                break;
            }
            rest = next;
        }
    }
    out
}

fn sheet(
    sheet: &mut Worksheet,
    name: &str,
    table: &Table,
    headers: Headers,
    rows: &[&Vec<String>],
) -> Result<(), XlsxError> {
    let base = Format::new()
        .set_font_name("宋体")
        .set_font_size(11)
        .set_align(FormatAlign::Top)
        .set_text_wrap()
        .set_border(FormatBorder::Thin);
    let head = base
        .clone()
        .set_bold()
        .set_background_color("#E2F1EA")
        .set_align(FormatAlign::VerticalCenter);
    let percent = base.clone().set_num_format("0.0%").set_align(FormatAlign::Right);
    sheet.set_name(name)?;
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_landscape();
    sheet.set_paper_size(9);
    sheet.set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(0, 0)?;
    for (c, title) in table.headers(headers).iter().enumerate() {
        let column = u16::try_from(c).unwrap_or(u16::MAX);
        sheet.write_string_with_format(0, column, *title, &head)?;
        let widest =
            rows.iter().map(|row| width(&row[c])).chain([width(title)]).fold(6.0, f64::max);
        sheet.set_column_width(column, (widest + 2.0).min(WIDEST))?;
    }
    for (r, row) in rows.iter().enumerate() {
        let line = u32::try_from(r + 1).unwrap_or(u32::MAX);
        // Not every program finds the height of wrapped lines by itself.
        let lines = row.iter().map(|v| (width(v) / (WIDEST - 2.0)).ceil()).fold(1.0, f64::max);
        sheet.set_row_height(line, (16.5 * lines).min(TALLEST))?;
        for (c, (value, column)) in row.iter().zip(&table.columns).enumerate() {
            let c = u16::try_from(c).unwrap_or(u16::MAX);
            match (column.kind, number(value)) {
                (_, _) if value.is_empty() => sheet.write_blank(line, c, &base)?,
                (Kind::Count, Some(n)) => sheet.write_number_with_format(line, c, n, &base)?,
                (Kind::Share, _) => match value.strip_suffix('%').and_then(number) {
                    // Rounded once, as it is written everywhere.
                    Some(n) => sheet.write_number_with_format(
                        line,
                        c,
                        (n * 10.0).round() / 1000.0,
                        &percent,
                    )?,
                    None => sheet.write_string_with_format(line, c, value, &base)?,
                },
                _ => sheet.write_string_with_format(line, c, value, &base)?,
            };
        }
    }
    if !rows.is_empty() {
        let last = (
            u32::try_from(rows.len()).unwrap_or(u32::MAX),
            u16::try_from(table.columns.len() - 1).unwrap_or(u16::MAX),
        );
        sheet.autofilter(0, 0, last.0, last.1)?;
    }
    Ok(())
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// The widest line of a cell, a Chinese character counting as two.
fn width(text: &str) -> f64 {
    let line = |line: &str| line.chars().map(|c| if c.is_ascii() { 1.0 } else { 2.0 }).sum::<f64>();
    text.lines().map(line).fold(0.0, f64::max)
}

/// A name that Excel accepts and no other sheet has: 31 UTF-16 units, and told apart whatever is a
/// capital, full-width or composed.
fn sheet_name(text: &str, taken: &mut Vec<String>) -> String {
    let plain = visible(text)
        .chars()
        .filter(|c| !"[]:*?/\\'".contains(*c) && !c.is_control())
        .collect::<String>();
    let plain = if plain.trim().is_empty() || alike(&plain) == alike("History") {
        "表".to_owned()
    } else {
        plain.trim().to_owned()
    };
    let cut = |units: usize| {
        let mut left = units;
        let fits = |c: &char| {
            left.checked_sub(c.len_utf16()).is_some_and(|rest| {
                left = rest;
                true
            })
        };
        plain.chars().take_while(fits).collect::<String>()
    };
    let mut name = cut(31);
    let mut n = 2;
    while taken.contains(&alike(&name)) {
        name = format!("{}_{n}", cut(24));
        n += 1;
    }
    taken.push(alike(&name));
    name
}

/// A name as Excel compares it, or more strictly.
fn alike(name: &str) -> String {
    name.nfkc()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect::<String>()
        .nfkc()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_sheets_are_short_plain_and_different() {
        let mut taken = Vec::new();
        assert_eq!(sheet_name("三、依法办案/意识[不强]?*", &mut taken), "三、依法办案意识不强");
        assert_eq!(sheet_name("三、依法办案意识不强", &mut taken), "三、依法办案意识不强_2");
        assert_eq!(sheet_name("'", &mut taken), "表");
        for long in ["长".repeat(40), "𠮷".repeat(40), "é".repeat(40)] {
            assert!(sheet_name(&long, &mut taken).encode_utf16().count() <= 31);
            assert!(sheet_name(&long, &mut taken).encode_utf16().count() <= 31, "and once more");
        }
        let mut taken = Vec::new();
        for (a, b) in [
            ("Ａ队", "ａ队"),
            ("É", "é"),
            ("Σας", "ΣΑΣ"),
            ("e\u{301}x", "éx"),
            ("History", "HISTORY"),
        ] {
            let (a, b) = (sheet_name(a, &mut taken), sheet_name(b, &mut taken));
            assert_ne!(alike(&a), alike(&b));
        }
    }
}
