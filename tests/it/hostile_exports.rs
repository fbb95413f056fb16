//! Whatever data was let in, every export is made and opened by an independent reader: names that a
//! spreadsheet thinks equal, that look like formulas, that are as long as allowed.

use std::collections::BTreeSet;
use std::io::Cursor;

use calamine::Reader;
use proptest::prelude::*;
use quick_xml::events::Event;
use zicha::app::{Document, FileFormat, Wanted};
use zicha::export::{Headers, TableName};
use zicha::survey::Kind;
use zicha::text::Rule;

use crate::test_app::{Backend, TestApp, shell, survey};

/// Pieces of names that broke something somewhere.
const PIECES: [&str; 22] = [
    "Ａ队",
    "ａ队",
    "É",
    "é",
    "Σ",
    "σ",
    "ς",
    "ß",
    "İ",
    "ı",
    "=HYPERLINK(\"http://x\")",
    "+1",
    "-2",
    "@x",
    "[1]",
    "a:b",
    "c/d\\e",
    "?*",
    "'",
    "𠮷田",
    "👮🏽‍♂️",
    "<b>&amp;]]>",
];

fn name() -> impl Strategy<Value = String> {
    let pieces = proptest::collection::vec(proptest::sample::select(&PIECES[..]), 1..12);
    pieces
        .prop_map(|p| p.concat().chars().take(60).collect::<String>())
        .prop_filter("a name that is let in", |n| Rule::line(60).check(n).is_ok() && n.trim() == n)
}

/// Every part of a Word file is XML that a strict reader reads to its end, and holds no character
/// that XML forbids.
fn assert_reads(name: &str, xml: &str) {
    let mut reader = quick_xml::Reader::from_str(xml);
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => panic!("{name}: {error}"),
        }
    }
    assert!(
        !xml.chars().any(|c| matches!(c, '\u{FFFE}' | '\u{FFFF}')
            || c.is_control() && !matches!(c, '\n' | '\r' | '\t')),
        "{name}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 5,
        max_shrink_iters: 12,
        ..ProptestConfig::default()
    })]
    #[test]
    fn no_export_fails_for_names_that_were_let_in(
        names in proptest::collection::hash_set(name(), 3..5),
        title in name(),
        bureau in name(),
    ) {
        let zicha = TestApp::start(Backend::Sqlite);
        let mut table = csv::Writer::from_writer(Vec::new());
        table.write_record(["code", "name", "kind", "headcount"]).unwrap();
        for (n, name) in names.iter().enumerate() {
            table.write_record([&format!("U{n}"), name, "squad", "20"]).unwrap();
        }
        if zicha.app.import_units(&shell(), &table.into_inner().unwrap()).is_err() {
            return Ok(()); // two names that look the same are refused at the door
        }
        zicha.app.set_bureau_name(&shell(), &bureau).unwrap();
        let survey = survey("self-check-short");
        let today = zicha::round::shanghai_day(zicha.app.now());
        let new = zicha::app::NewRound {
            survey: &survey,
            title: &title,
            opens: today,
            closes: today + time::Duration::DAY,
            units: &[],
            access: zicha::round::Access::Slip,
            looks_back: None,
        };
        let round = zicha.app.create_round(&shell(), &new).unwrap();
        zicha.app.open_round(&shell(), &round, zicha::app::Custody::Server).unwrap();
        let is_scale = |q: &&zicha::survey::Question| matches!(q.kind, Kind::Scale(_));
        let first = survey.questions().iter().find(is_scale).unwrap().id.clone();
        for codes in zicha.slips(&round).values() {
            for code in codes.iter().take(12) {
                zicha.answer(&round, code, &[(&first, "widespread")]).assert_received();
            }
        }
        zicha.finish(&round);
        let release = zicha.app.results(&shell(), &round).unwrap().release;
        let groups: Vec<_> = release.groups.iter().map(|g| g.code.clone()).collect();
        for table in TableName::ALL.into_iter().filter(|t| *t != TableName::LOOKBACK) {
            for group in std::iter::once(None).chain(groups.iter().map(Some)) {
                use FileFormat::{Csv, Docx, Json, Xlsx};
                for format in [Csv, Xlsx, Docx, Json] {
                    let wanted = Wanted {
                        document: Document::Table(table),
                        format,
                        group,
                        each: false,
                        headers: Headers::Chinese,
                        gb18030: false,
                    };
                    // A table that has no such form says so; what is made must open.
                    let Ok(file) = zicha.app.export(&shell(), &round, &wanted) else { continue };
                    match format {
                        Xlsx => {
                            let mut book: calamine::Xlsx<_> =
                                calamine::open_workbook_from_rs(Cursor::new(&file.bytes))
                                    .unwrap_or_else(|e| panic!("{table:?} {group:?}: {e}"));
                            let sheets = book.sheet_names();
                            let folded: BTreeSet<String> =
                                sheets.iter().map(|s| s.to_lowercase()).collect();
                            prop_assert_eq!(folded.len(), sheets.len());
                            for sheet in sheets {
                                prop_assert!(sheet.encode_utf16().count() <= 31);
                                book.worksheet_range(&sheet).unwrap();
                            }
                        }
                        Docx => {
                            for (name, body) in crate::test_app::unpacked(&file.bytes) {
                                assert_reads(&name, &body);
                            }
                        }
                        Json => {
                            serde_json::from_slice::<serde_json::Value>(&file.bytes).unwrap();
                        }
                        Csv => {
                            let mut rows = csv::Reader::from_reader(&file.bytes[3..]);
                            for row in rows.records() {
                                for cell in &row.unwrap() {
                                    let formula = cell.starts_with(['=', '@', '＝']);
                                    prop_assert!(!formula, "{table:?}: {cell}");
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
