//! CSV that opens in Excel and WPS by double-click and runs nothing.
//! UTF-8 with BOM, CRLF, every field quoted, and every text that a spreadsheet could take for a
//! formula made harmless, headers included.

use super::{Headers, Table};
use crate::text::guard;

/// The table as CSV.
#[must_use]
pub fn to_csv(table: &Table, headers: Headers) -> Vec<u8> {
    let mut writer = ::csv::WriterBuilder::new()
        .quote_style(::csv::QuoteStyle::Always)
        .terminator(::csv::Terminator::CRLF)
        .from_writer("\u{FEFF}".as_bytes().to_vec());
    let expect = "writing to memory cannot fail";
    writer.write_record(table.headers(headers).iter().map(|h| guard(h))).expect(expect);
    for row in &table.rows {
        writer.write_record(row.iter().map(|cell| guard(cell))).expect(expect);
    }
    writer.into_inner().expect(expect)
}

/// The same file in GB18030, for software that cannot read UTF-8.
#[must_use]
pub fn to_gb18030(csv: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(csv);
    encoding_rs::GB18030.encode(text.trim_start_matches('\u{FEFF}')).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::Column;

    #[test]
    fn cells_that_look_like_formulas_are_made_harmless() {
        for cell in ["=1+1", "+cmd", "-2+3", "@sum", "＝1", " =1", "\t=1", "\u{200B}=1", "％不是"]
        {
            let guarded = guard(cell);
            assert!(
                guarded.starts_with('\'') || !guarded.starts_with(['=', '+', '-', '@', '＝']),
                "{cell:?} -> {guarded:?}"
            );
        }
        assert_eq!(guard("-3.5"), "-3.5", "a number stays a number");
        assert_eq!(guard("春江街道中队"), "春江街道中队");
    }

    #[test]
    fn a_file_has_a_bom_crlf_and_quotes_everywhere() {
        let table = Table {
            title: "试".into(),
            columns: vec![Column::text("a", "=甲")],
            rows: vec![vec!["乙\"丙".into()]],
        };
        assert_eq!(
            String::from_utf8(to_csv(&table, Headers::Chinese)).unwrap(),
            "\u{FEFF}\"'=甲\"\r\n\"乙\"\"丙\"\r\n"
        );
        assert_eq!(
            String::from_utf8(to_csv(&table, Headers::Ids)).unwrap(),
            "\u{FEFF}\"a\"\r\n\"乙\"\"丙\"\r\n"
        );
    }
}
