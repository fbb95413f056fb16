//! Word and Excel files as they are measured, not as they are meant: page, margins, fonts, sizes,
//! line pitch, repeated heads; real types; the same cells as CSV; no maker, no time, no place.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use zicha::app::{Document, FileFormat, Role, Wanted};
use zicha::export::{Headers, TableName};
use zicha::id::RoundId;
use zicha::problem::{ProblemEdit, Source};

use crate::test_app::{Backend, TestApp, a_clerk, open_beside, shell, survey, unpacked};

const UNITS: &str =
    "code,name,kind,headcount\nCY,曹杨新村街道中队,squad,40\nCF,长风新村街道中队,squad,40\n";
/// Formulas, a rare character of GB 18030, a full-width digit, a mark that reorders.
const HOSTILE: &str = "=cmd|'/c calc'!A1 @某 𠮷田㐂 １２ 乙";
/// The same with a character that no form takes any more, as an older version let it in.
const HIDDEN: &str = "=cmd|'/c calc'!A1 @某 𠮷田㐂 １２ \u{202E}乙\u{FFFF}";

fn bureau() -> (TestApp, RoundId) {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    zicha.app.set_bureau_name(&shell(), "江湾区城市管理行政执法局").unwrap();
    let round = zicha.open_round(&survey("self-check"));
    for codes in zicha.slips(&round).values() {
        for code in codes.iter().take(30) {
            let fields = [
                ("honor_pride", "widespread"),
                ("service_verify", "frequent"),
                ("honor_harm_level", "severe"),
                ("honor_harm", "harm_image"),
            ];
            zicha.answer(&round, code, &fields).assert_received();
        }
    }
    zicha.finish(&round);
    let new = ProblemEdit {
        source: Source::Inspection,
        statement: Some(HOSTILE.into()),
        found: Some("2020-06-10".into()),
        category: 1,
        question: None,
        ..ProblemEdit::of(&zicha::problem::Problem::default(), &"CY".into())
    };
    zicha.app.add_problem(&a_clerk("jingban"), &round, new, true).unwrap();
    use diesel::prelude::*;
    let mut db = open_beside(zicha.data().join("zicha.db"));
    diesel::sql_query("update problems set statement = ? where statement = ?")
        .bind::<diesel::sql_types::Text, _>(HIDDEN)
        .bind::<diesel::sql_types::Text, _>(HOSTILE)
        .execute(&mut db)
        .unwrap();
    (zicha, round)
}

/// A document of the whole bureau.
fn document(zicha: &TestApp, round: &RoundId, document: Document) -> Vec<u8> {
    let wanted = Wanted {
        document,
        format: FileFormat::Docx,
        group: None,
        each: false,
        headers: Headers::Chinese,
        gb18030: false,
    };
    zicha.app.export(&shell(), round, &wanted).unwrap().bytes
}

fn file(
    zicha: &TestApp,
    round: &RoundId,
    table: TableName,
    format: FileFormat,
    group: Option<&str>,
) -> Vec<u8> {
    let group = group.map(zicha::unit::GroupCode::from);
    let wanted = Wanted {
        document: Document::Table(table),
        format,
        group: group.as_ref(),
        each: false,
        headers: Headers::Chinese,
        gb18030: false,
    };
    zicha.app.export(&shell(), round, &wanted).unwrap().bytes
}

/// Attributes of the first element of that name.
fn attribute<'a>(xml: &'a str, element: &str, name: &str) -> &'a str {
    let at = xml.find(&format!("<{element} ")).unwrap_or_else(|| panic!("no {element}"));
    let tag = &xml[at..at + xml[at..].find('>').unwrap()];
    tag.split(&format!("{name}=\""))
        .nth(1)
        .unwrap_or_else(|| panic!("no {name} in {tag}"))
        .split('"')
        .next()
        .unwrap()
}

/// Millimetres to twentieths of a point, within one tenth of a millimetre.
fn is_mm(twips: &str, mm: f64) -> bool {
    (twips.parse::<f64>().unwrap() - mm * 1440.0 / 25.4).abs() < 6.0
}

#[test]
fn a_list_is_a4_turned_with_the_standard_s_margins_fonts_and_sizes_and_its_head_on_every_page() {
    let (zicha, round) = bureau();
    let parts = unpacked(&file(&zicha, &round, TableName::PROBLEMS, FileFormat::Docx, Some("CY")));
    let document = &parts["word/document.xml"];
    for (element, name, mm) in [
        ("w:pgSz", "w:w", 297.0),
        ("w:pgSz", "w:h", 210.0),
        ("w:pgMar", "w:top", 28.0),
        ("w:pgMar", "w:bottom", 26.0),
        ("w:pgMar", "w:left", 37.0),
        ("w:pgMar", "w:right", 35.0),
        ("w:tblW", "w:w", 225.0),
    ] {
        assert!(
            is_mm(attribute(document, element, name), mm),
            "{element} {name} is {}",
            attribute(document, element, name)
        );
    }
    assert_eq!(attribute(document, "w:pgSz", "w:orient"), "landscape");
    let title = &document[..document.find("作风纪律自查问题清单").unwrap()];
    let run = &title[title.rfind("<w:r>").unwrap()..];
    assert!(
        run.contains("w:eastAsia=\"方正小标宋简体\"") && run.contains("<w:sz w:val=\"44\""),
        "二号小标宋: {run}"
    );
    let table = &document[document.find("<w:tbl>").unwrap()..];
    let first_row = &table[..table.find("</w:tr>").unwrap()];
    assert!(
        first_row.contains("<w:tblHeader />")
            && first_row.contains("w:eastAsia=\"黑体\"")
            && first_row.contains("<w:sz w:val=\"21\""),
        "{first_row}"
    );
    assert_eq!(document.matches("<w:tblHeader />").count(), 1, "one head, on every page");
    assert!(table.contains("w:eastAsia=\"仿宋_GB2312\"") && table.contains("<w:cantSplit />"));
    for place in [
        "政工科（盖章）：",
        "责任单位负责人签收：",
        "责任单位：曹杨新村街道中队",
        "任何单位和个人不得追查填写人",
    ] {
        assert!(document.contains(place), "{place}");
    }
    for column in [
        "序号",
        "问题编号",
        "问题类别",
        "问题表现",
        "问题来源",
        "存在程度",
        "具体事例",
        "危害程度",
        "主要危害",
        "原因剖析",
        "责任单位",
        "备注",
    ] {
        assert!(first_row.contains(&format!(">{column}<")), "{column}");
    }
    // Page numbers: outside right on odd pages, left on even ones, 四号 between dashes.
    let feet: Vec<&String> = parts
        .iter()
        .filter(|(name, _)| name.starts_with("word/footer"))
        .map(|(_, body)| body)
        .collect();
    assert_eq!(feet.len(), 2);
    assert!(
        feet.iter().any(|f| f.contains("w:val=\"right\""))
            && feet.iter().any(|f| f.contains("w:val=\"left\""))
    );
    assert!(
        feet.iter()
            .all(|f| f.contains("PAGE") && f.contains("<w:sz w:val=\"28\"") && f.contains("— "))
    );
    assert!(parts["word/settings.xml"].contains("<w:evenAndOddHeaders"));
    let fonts = &parts["word/fontTable.xml"];
    let (_, after) = fonts.split_once("<w:font w:name=\"仿宋_GB2312\">").unwrap();
    assert!(
        after.trim_start().starts_with("<w:altName w:val=\"仿宋\"/>"),
        "a fallback where the font is missing"
    );
}

#[test]
fn a_letter_has_the_standard_s_page_and_pitch() {
    let (zicha, round) = bureau();
    let document = &unpacked(&document(&zicha, &round, Document::Letter))["word/document.xml"];
    for (name, mm) in [("w:top", 37.0), ("w:bottom", 35.0), ("w:left", 28.0), ("w:right", 26.0)] {
        assert!(is_mm(attribute(document, "w:pgMar", name), mm), "{name}");
    }
    assert!(
        is_mm(attribute(document, "w:pgSz", "w:w"), 210.0)
            && is_mm(attribute(document, "w:pgSz", "w:h"), 297.0)
    );
    let body = &document[document.find("各单位参加了").unwrap() - 900..];
    assert!(
        body.contains("w:line=\"580\" w:lineRule=\"exact\"")
            || body.contains("w:lineRule=\"exact\" w:line=\"580\""),
        "29 pt: {}",
        &body[..900]
    );
    assert!(
        body.contains("<w:sz w:val=\"32\"") && body.contains("w:eastAsia=\"仿宋_GB2312\""),
        "三号仿宋"
    );
    assert!(body.contains("w:firstLine=\"640\""), "two characters of 16 pt in");
    assert!(document.contains("江湾区城市管理行政执法局政工科"));
}

#[test]
fn the_report_has_six_parts_with_the_figures_of_bulletin_and_lists_and_the_catalogue_as_its_annex()
{
    let (zicha, round) = bureau();
    let results = zicha.app.results(&shell(), &round).unwrap();
    let document = &unpacked(&document(&zicha, &round, Document::Report))["word/document.xml"];
    for (name, mm) in [("w:top", 37.0), ("w:bottom", 35.0), ("w:left", 28.0), ("w:right", 26.0)] {
        assert!(is_mm(attribute(document, "w:pgMar", name), mm), "{name}");
    }
    let text = regex_lite::Regex::new("<[^>]*>").unwrap().replace_all(document, "").into_owned();
    let headings = [
        "一、活动开展情况",
        "二、问题查摆情况",
        "三、整改落实情况",
        "四、主要成效和经验做法",
        "五、存在不足",
        "六、下一步打算",
    ];
    let places: Vec<usize> =
        headings.iter().map(|h| text.find(h).unwrap_or_else(|| panic!("{h}"))).collect();
    assert!(places.is_sorted());
    let run_of = |words: &str| {
        document[..document.find(words).unwrap()].rsplit("<w:r>").next().unwrap().to_owned()
    };
    assert!(
        run_of("一、活动开展").contains("w:eastAsia=\"黑体\"")
            && run_of("（一）问卷发放").contains("w:eastAsia=\"楷体_GB2312\"")
    );
    assert!(
        run_of("关于开展百日作风").contains("w:eastAsia=\"方正小标宋简体\"")
            && run_of("采用不记名问卷").contains("w:eastAsia=\"仿宋_GB2312\"")
    );
    let turnout = results.release.bureau.turnout;
    let rows: usize =
        results.release.groups.iter().map(|g| results.list(&g.code).unwrap().problems.len()).sum();
    for figure in [
        format!("回收答卷{}份", turnout.opened),
        format!("有效答卷{}份", turnout.counted),
        format!("共列出问题{rows}项"),
    ] {
        assert!(text.contains(&figure), "{figure}");
    }
    // Every category of the survey, none counted in words.
    for category in results.survey.categories() {
        assert!(text.contains(category.name.zh()));
    }
    assert!(
        text.contains("台账目录")
            && text.contains("卷内序号")
            && text.contains("没有列入的不等于没有问题")
    );
    assert!(
        text.contains(
            &zicha::round::Day(zicha::round::shanghai_day(zicha.app.now()), zicha::text::Lang::Zh)
                .to_string()
        )
    );
}

/// The text of the Word file of a group's list.
fn list_on_paper(zicha: &TestApp, round: &RoundId, group: &str) -> String {
    let made = file(zicha, round, TableName::PROBLEMS, FileFormat::Docx, Some(group));
    unpacked(&made)["word/document.xml"].clone()
}

#[test]
fn a_printed_list_says_which_edition_it_is_of() {
    let (zicha, round) = bureau();
    let printed = |group| list_on_paper(&zicha, &round, group);
    let day = zicha::round::Day(zicha::round::shanghai_day(zicha.app.now()), zicha::text::Lang::Zh);
    assert!(printed("CF").contains(&format!("第1版，{day}印发")));
    // A row was added after that: what is printed is not what was handed over.
    assert!(printed("CY").contains("工作稿（已印发第1版）"));
}

#[test]
fn files_tell_nothing_of_who_made_them_when_or_where_and_are_the_same_bytes_each_time() {
    let (zicha, round) = bureau();
    for (table, format) in [
        (TableName::PROBLEMS, FileFormat::Docx),
        (TableName::TASKS, FileFormat::Docx),
        (TableName::PROBLEMS, FileFormat::Xlsx),
        (TableName::TALLY, FileFormat::Xlsx),
        (TableName::WIDE, FileFormat::Csv),
    ] {
        let first = file(&zicha, &round, table, format, None);
        std::thread::sleep(std::time::Duration::from_millis(1_100));
        // Others are made meanwhile: counters of the program must not show.
        file(&zicha, &round, TableName::PROBLEMS, FileFormat::Docx, Some("CF"));
        assert!(first == file(&zicha, &round, table, format, None), "{table:?} {format:?} differs");
        if format == FileFormat::Csv {
            continue;
        }
        for (name, body) in unpacked(&first) {
            let folder = zicha.data().display().to_string();
            for word in [
                env!("CARGO_MANIFEST_DIR"),
                folder.as_str(),
                "/home/",
                "unknown",
                "paraId",
                "TargetMode=\"External\"",
                "<f>",
                "macro",
            ] {
                assert!(!body.contains(word), "{table:?} {name}: {word}");
            }
            let this_year = zicha::round::shanghai_day(zicha.app.now()).year().to_string();
            assert!(
                !name.starts_with("docProps/") || !body.contains(&this_year),
                "{name} has a time: {body}"
            );
        }
        let mut archive = zip::ZipArchive::new(Cursor::new(&first)).unwrap();
        for n in 0..archive.len() {
            let part = archive.by_index(n).unwrap();
            assert_eq!(
                part.last_modified().map(|t| t.year()),
                Some(1980),
                "{}",
                part.name().unwrap()
            );
        }
    }
}

#[test]
fn a_workbook_says_cell_by_cell_what_csv_says_in_real_types_and_never_a_formula() {
    let (zicha, round) = bureau();
    for table in TableName::ALL.into_iter().filter(|t| *t != TableName::LOOKBACK) {
        let csv = file(&zicha, &round, table, FileFormat::Csv, None);
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&csv[3..]);
        let rows: Vec<Vec<String>> =
            reader.records().map(|r| r.unwrap().iter().map(str::to_owned).collect()).collect();
        let bytes = file(&zicha, &round, table, FileFormat::Xlsx, None);
        for (name, body) in unpacked(&bytes) {
            assert!(
                !name.contains("worksheets/sheet")
                    || !body.contains("<f>") && body.contains("state=\"frozen\""),
                "{table:?} {name}"
            );
        }
        let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
        let sheets = book.sheet_names();
        let whole = book.worksheet_range(&sheets[0]).unwrap();
        let mut numbers = 0;
        for (r, row) in rows.iter().enumerate() {
            for (c, text) in row.iter().enumerate() {
                // CSV guards against formulas with a mark; a cell that is a text needs none.
                let wanted = text
                    .strip_prefix('\'')
                    .filter(|t| t.starts_with(['=', '+', '-', '@']))
                    .unwrap_or(text);
                let found =
                    match whole.get_value((u32::try_from(r).unwrap(), u32::try_from(c).unwrap())) {
                        Some(Data::Float(n)) => {
                            numbers += 1;
                            if wanted.ends_with('%') {
                                format!("{:.1}%", n * 100.0)
                            } else {
                                n.to_string()
                            }
                        }
                        Some(Data::String(s)) => s.clone(),
                        Some(Data::Empty) | None => String::new(),
                        Some(other) => panic!("{table:?} {r} {c}: {other:?}"),
                    };
                assert_eq!(found, wanted, "{table:?} row {r} column {c}");
            }
        }
        assert!(
            rows.len() == 1 || numbers > 0 || table == TableName::COMMENTS,
            "{table:?} holds real numbers"
        );
        if table.parts().is_some() && rows.len() > 1 && table != TableName::COMMENTS {
            assert!(sheets.len() > 2, "{table:?}: a sheet for each part: {sheets:?}");
        }
    }
}

#[test]
fn harms_and_causes_that_are_a_category_s_own_stand_once_beside_its_rows() {
    let (zicha, round) = bureau();
    for codes in ["CY", "CF"] {
        let word = unpacked(&file(
            &zicha,
            &round,
            TableName::PROBLEMS,
            FileFormat::Docx,
            Some(codes),
        ))["word/document.xml"]
            .clone();
        let rows: Vec<&str> = word.split("<w:tr>").chain(word.split("<w:tr ")).collect();
        assert!(rows.len() > 2);
        let (starts, goes_on) = (
            word.matches("w:vMerge w:val=\"restart\"").count(),
            word.matches("w:vMerge w:val=\"continue\"").count(),
        );
        // CY has two rows of the first category (one was added): four columns are merged over them;
        // CF has one row of each and merges nothing.
        assert_eq!(
            (starts > 0, goes_on > 0),
            (codes == "CY", codes == "CY"),
            "{codes}: {starts} {goes_on}"
        );
        assert_eq!(starts, goes_on, "{codes}");
    }
}

#[test]
fn rare_characters_survive_and_what_hides_is_made_visible() {
    let (zicha, round) = bureau();
    let word = list_on_paper(&zicha, &round, "CY");
    assert!(
        word.contains("𠮷田㐂 １２") && word.contains("⟨U+202E⟩") && !word.contains('\u{202E}')
    );
    let document = Document::Table(TableName::PROBLEMS);
    let wanted = Wanted {
        document,
        format: FileFormat::Csv,
        group: Some(&"CY".into()),
        each: false,
        headers: Headers::Chinese,
        gb18030: true,
    };
    let old = zicha.app.export(&shell(), &round, &wanted).unwrap().bytes;
    let (text, _, wrong) = encoding_rs::GB18030.decode(&old);
    assert!(
        !wrong && text.contains("𠮷田㐂") && text.contains("\"'=cmd"),
        "GB 18030 holds every character"
    );
}

#[test]
fn the_export_page_names_every_table_and_gives_each_unit_its_own_file() {
    let (zicha, round) = bureau();
    let password = zicha
        .app
        .add_account(&shell(), "fuzeren", Role::Head, &[], Some(crate::test_app::PASSWORD))
        .unwrap();
    let desk = zicha.desk();
    desk.sign_in("fuzeren", &password);
    let page = desk.get(&format!("/desk/rounds/{round}/exports"));
    for table in TableName::ALL.into_iter().filter(|t| *t != TableName::LOOKBACK) {
        page.assert_says(200, table.purpose(zicha::text::Lang::Zh));
    }
    for link in page
        .body
        .split("href=\"")
        .skip(1)
        .map(|l| l.split('"').next().unwrap().replace("&amp;", "&"))
        .filter(|l| l.contains("/export/"))
    {
        let answer = desk.get(&link);
        assert_eq!(answer.status, 200, "{link}");
        assert!(answer.headers["content-disposition"].contains("filename*=UTF-8''"), "{link}");
    }
    let archive = unpacked(
        &desk.file(&format!("/desk/rounds/{round}/export/problems?format=docx&each=unit")),
    );
    assert_eq!(archive.len(), 3, "two units and the bureau: {:?}", archive.keys());
    assert!(archive.keys().all(|name| name.starts_with("问题清单_")
        && std::path::Path::new(name).extension().is_some_and(|e| e == "docx")));
    // A draft has nothing but its tasks.
    let draft = zicha.draft(&survey("canteen"), zicha::round::Access::Slip);
    let tasks = desk.file(&format!("/desk/rounds/{draft}/export/tasks?format=docx"));
    assert!(unpacked(&tasks)["word/document.xml"].contains("曹杨新村街道中队"));
    assert_eq!(desk.get(&format!("/desk/rounds/{draft}/export/wide?format=csv")).status, 422);
}
