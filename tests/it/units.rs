//! The unit table at the desk: uploaded as CSV or Excel, typed in or pasted; shown before it
//! replaces anything; hostile files are refused.

use std::io::Write;
use std::time::Instant;

use zicha::app::Role;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::test_app::{Backend, Desk, Page, TestApp, shell};

fn clerk(zicha: &TestApp) -> Desk {
    let password = zicha
        .app
        .add_account(&shell(), "keyuan", Role::Clerk, &[], Some(crate::test_app::PASSWORD))
        .unwrap();
    let desk = zicha.desk();
    desk.sign_in("keyuan", &password);
    desk
}

fn upload(desk: &Desk, file: &[u8]) -> Page {
    let token = crate::desk::token_of(&desk.get("/desk/units").body);
    desk.upload("/desk/units/file", &[("csrf", &token)], "../../etc/passwd", file)
}

/// A workbook of entries.
fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in entries {
        writer
            .start_file(
                *name,
                SimpleFileOptions::default().compression_method(CompressionMethod::Deflated),
            )
            .unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A minimal workbook whose first sheet has these rows.
/// Address space of the program in a test, in bytes: an ordinary import runs with 160 MiB, and what
/// an upload may take comes on top.
const LIMIT: u64 = (160 + 64) << 20;

fn workbook(sheet: &str) -> Vec<u8> {
    workbook_with(
        sheet,
        r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>"#,
    )
}

/// With a table of shared texts.
fn workbook_with(sheet: &str, shared: &str) -> Vec<u8> {
    let types = br#"<?xml version="1.0"?>
        <Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
          <Default
              Extension="rels"
              ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
          <Default Extension="xml" ContentType="application/xml"/>
          <Override
              PartName="/xl/workbook.xml"
              ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
          <Override
              PartName="/xl/worksheets/sheet1.xml"
              ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>
        </Types>"#;
    let rels = br#"<?xml version="1.0"?>
        <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
          <Relationship
              Id="rId1"
              Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
              Target="xl/workbook.xml"/>
        </Relationships>"#;
    let book = r#"<?xml version="1.0"?>
        <workbook
            xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
            xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
          <sheets>
            <sheet name="单位" sheetId="1" r:id="rId1"/>
          </sheets>
        </workbook>"#;
    let book_rels = br#"<?xml version="1.0"?>
        <Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
          <Relationship
              Id="rId1"
              Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
              Target="worksheets/sheet1.xml"/>
          <Relationship
              Id="rId2"
              Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
              Target="sharedStrings.xml"/>
        </Relationships>"#;
    let sheet = format!(
        r#"<?xml version="1.0"?>
        <worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
          <dimension ref="A1:XFD1048576"/>
          <sheetData>{sheet}</sheetData>
        </worksheet>"#
    );
    zip(&[
        ("[Content_Types].xml", types),
        ("_rels/.rels", rels),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", book_rels),
        ("xl/sharedStrings.xml", shared.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ])
}

fn row(number: usize, cells: &[&str]) -> String {
    let cells = cells.iter().enumerate().map(|(n, text)| {
        let place = format!("{}{number}", char::from(b'A' + u8::try_from(n).unwrap()));
        match text.parse::<u32>() {
            Ok(number) => format!(r#"<c r="{place}"><v>{number}</v></c>"#),
            Err(_) if text.is_empty() => String::new(),
            Err(_) => format!(r#"<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>"#),
        }
    });
    format!(r#"<row r="{number}">{}</row>"#, cells.collect::<String>())
}

const HEADER: [&str; 6] = ["单位代码", "单位名称", "类型", "人数", "统计组", "统计组名称"];

/// A table of staff as an office keeps it: a title, merged kinds, sums as formulas, names spread to
/// one width, people counted in words, a remark below.
#[test]
fn the_office_s_own_table_is_read_as_it_is() {
    let bytes = std::fs::read("tests/tables/office.xlsx").unwrap();
    let units = zicha::app::App::read_units(&bytes).unwrap();
    assert_eq!(units.len(), 20);
    assert_eq!(units.iter().map(|unit| unit.headcount).sum::<u32>(), 431);
    assert!(units.iter().any(|unit| unit.name == "政工科" && unit.kind == "科室"));
    // Whoever wants small ones together has them together, by kind, and nothing else moved.
    let joined = zicha::unit::joined(units.clone(), |kind| format!("{kind}（合并统计）"));
    for (before, after) in units.iter().zip(&joined) {
        let small = before.headcount < 20 && before.kind == "科室";
        assert_eq!(after.group_name == "科室（合并统计）", small, "{}", before.name);
        assert_eq!(after.group == before.group, !small, "{}", before.name);
        assert_eq!(after.name, before.name);
    }
    // A formula where people are counted is still told, by its cell.
    let raw = zicha::app::App::unit_table(&bytes).unwrap();
    assert!(!raw.odd.is_empty(), "sums are formulas");
    let mut counted = raw;
    let squad = counted.rows.iter().find(|(_, fields)| fields.contains(&"机动中队".into()));
    let row = squad.unwrap().0;
    counted.odd.push((row, 4, zicha::text::Refusal::new("含有公式", "holds a formula")));
    let told = zicha::unit::read(&counted, None, &[]).units().unwrap_err();
    assert!(told.iter().any(|r| r.zh.contains(&format!("E{row}"))), "{told:?}");
}

/// Units that are counted together need a name, no code: one name is one group, on every row and at
/// every import.
#[test]
fn a_group_is_named_and_its_code_is_made() {
    let read = |table: &str, known: &[zicha::unit::Unit]| {
        let raw = zicha::app::App::unit_table(table.as_bytes()).unwrap();
        zicha::unit::read(&raw, None, known).units().unwrap()
    };
    let by_name = "单位名称,人数,统计组名称\n办公室,6,局机关\n法制科,7,局机关\n机动中队,30,\n";
    let units = read(by_name, &[]);
    assert_eq!(units[0].group, units[1].group);
    assert_eq!(units[0].group_name, "局机关");
    assert!(units[2].is_alone());
    assert_eq!(read(by_name, &units), units, "the same table gives the same codes");
    // The name may stand in the column of codes.
    let mixed = "单位名称,人数,统计组\n办公室,6,局机关\n法制科,7,局机关\n机动中队,30,\n";
    assert_eq!(read(mixed, &[]), units);
}

#[test]
fn a_workbook_is_shown_before_it_replaces_anything() {
    let zicha = TestApp::start(Backend::Sqlite);
    let desk = clerk(&zicha);
    // An empty row in between, and a dimension that claims the largest sheet there is.
    let sheet = [
        row(1, &HEADER),
        row(2, &["CY", "曹杨中队", "squad", "30"]),
        row(4, &["BG", "办公室", "section", "8", "JG", "局机关"]),
    ]
    .concat();
    let page = upload(&desk, &workbook(&sheet));
    page.assert_says(200, "没有错误，尚未保存");
    page.assert_says(200, "2 个单位，2 个统计组，共 38 人");
    assert!(zicha.app.units().unwrap().is_empty());
    let text = page
        .body
        .split("<textarea hidden name=\"table\">")
        .nth(1)
        .unwrap()
        .split("</textarea>")
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(desk.post_from("/desk/units", "/desk/units", &[("table", &text)]).status, 303);
    assert_eq!(zicha.app.units().unwrap().len(), 2);
}

#[test]
fn mistakes_in_a_workbook_name_their_cells_all_at_once() {
    let zicha = TestApp::start(Backend::Sqlite);
    let desk = clerk(&zicha);
    let sheet = [
        row(1, &HEADER),
        row(2, &["C-Y", "甲", "squad", "30"]),
        row(3, &["CF", "", "squad", "零"]),
        row(4, &["CF2", "丙", "squad", "3", "j-g"]),
        row(5, &["CF2", "丁", "squad", "3"]),
    ]
    .concat();
    let page = upload(&desk, &workbook(&sheet));
    for place in ["工作表 单位 单元格 A2：", "单元格 B3：", "单元格 D3：", "单元格 E4："]
    {
        page.assert_says(422, place);
    }
    let wrong = upload(&desk, &workbook(&row(1, &["单位代码", "姓名"])));
    wrong.assert_says(422, "缺少列 单位名称、人数");
    for (cell, says) in [
        (r#"<c r="D2"><f>SUM(1,2)</f><v>3</v></c>"#, "单元格 D2：含有公式"),
        (r#"<c r="D2" t="e"><v>#REF!</v></c>"#, "单元格 D2：只接受文字和数字"),
        (r#"<c r="XFD2"><v>1</v></c>"#, "单元格 XFD2：超出"),
    ] {
        let sheet = format!("{}<row r=\"2\">{cell}</row>", row(1, &HEADER));
        upload(&desk, &workbook(&sheet)).assert_says(422, says);
    }
    assert!(zicha.app.units().unwrap().is_empty());
}

#[test]
fn hostile_files_are_refused_quickly_and_write_nothing() {
    let zicha = TestApp::start(Backend::Sqlite);
    let desk = clerk(&zicha);
    let bomb = zip(&[("xl/workbook.xml", &vec![b' '; 80 << 20])]);
    assert!(bomb.len() < 1 << 20);
    let entity = br#"<?xml version="1.0"?>
        <!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>
        <workbook>&a;</workbook>"#;
    let many: Vec<(String, Vec<u8>)> =
        (0..1_500).map(|n| (format!("xl/{n}.xml"), Vec::new())).collect();
    let many: Vec<(&str, &[u8])> =
        many.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let cells: String = (1..=25_000).map(|n| row(n, &["A", "b", "c", "1"])).collect();
    let huge_text =
        format!("{}{}", row(1, &HEADER), row(2, &["CY", &"长".repeat(100_000), "squad", "30"]));
    for (name, file, says) in [
        ("zip bomb", bomb, "解开后过大"),
        ("entity", zip(&[("xl/workbook.xml", entity)]), "不允许的 XML 声明"),
        ("too many entries", zip(&many), "解开后过大"),
        ("zip slip", zip(&[("../../../../tmp/zicha-slipped", b"x")]), "不是 Excel 工作簿"),
        ("too many cells", workbook(&cells), "超出 20000 行"),
        ("a text without end", workbook(&huge_text), "最多 60 字"),
        ("half a file", workbook(&row(1, &HEADER))[..300].to_vec(), "不是 Excel 工作簿"),
        ("old Excel", vec![0xD0, 0xCF, 0x11, 0xE0, 1, 2, 3], "另存为不加密的 .xlsx"),
        ("no table", b"\x89PNG\r\n\x1a\n".to_vec(), ""),
    ] {
        let started = Instant::now();
        let page = upload(&desk, &file);
        assert!([400, 422].contains(&page.status), "{name}: {}", page.status);
        assert!(page.body.contains(says), "{name}: {}", page.body);
        assert!(started.elapsed().as_secs() < 20, "{name} took {:?}", started.elapsed());
    }
    assert!(!std::path::Path::new("/tmp/zicha-slipped").exists());
    assert_eq!(upload(&desk, &vec![b'x'; 6 << 20]).status, 413);
    assert!(zicha.app.units().unwrap().is_empty());
    // Without the token a file is not even looked at.
    assert_eq!(desk.upload("/desk/units/file", &[("csrf", "0")], "x.csv", b"code").status, 403);
}

/// The program under a limit of address space: a workbook that wants more is refused, not died of.
#[test]
fn no_workbook_takes_more_memory_than_it_is_worth() {
    let shell = crate::shell::Shell::new(Backend::Sqlite);
    let import = |file: &[u8]| {
        std::fs::write(shell.path("u.xlsx"), file).unwrap();
        let limited = format!(
            "prlimit --as={LIMIT} {} --data {} units import {}",
            shell.program,
            shell.folder.path().display(),
            shell.path("u.xlsx")
        );
        std::process::Command::new("sh").args(["-c", &limited]).output().unwrap()
    };
    let good = import(&workbook(&format!(
        "{}{}",
        row(1, &HEADER),
        row(2, &["CY", "春江街道中队", "squad", "30"])
    )));
    assert!(good.status.success(), "the limit lets an ordinary table in: {good:?}");
    let strings = |shared: &str| {
        format!(
            "<sst \
             xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\">{shared}</sst>"
        )
    };
    let rows = |list: &mut dyn Iterator<Item = u32>, cell: &dyn Fn(u32) -> String| -> String {
        list.map(|n| format!("<row r=\"{n}\">{}</row>", cell(n))).collect::<Vec<_>>().concat()
    };
    let pointing = rows(&mut (1..=15_000), &|n| format!("<c r=\"A{n}\" t=\"s\"><v>0</v></c>"));
    let descending = rows(&mut (1..=20_000).rev(), &|n| format!("<c r=\"AX{n}\"><v>1</v></c>"));
    let far = rows(&mut (1..=1_000).rev().map(|n| n * 1_000), &|n| {
        format!("<c r=\"XFD{n}\"><v>1</v></c>")
    });
    for (name, file) in [
        (
            "one long text in every cell",
            workbook_with(
                &pointing,
                &strings(&format!("<si><t>{}</t></si>", "长".repeat(300_000))),
            ),
        ),
        (
            "a million short texts",
            workbook_with(&pointing, &strings(&"<si><t/></si>".repeat(900_000))),
        ),
        ("rows from the last to the first", workbook_with(&descending, &strings(""))),
        ("cells at the end of the world", workbook_with(&far, &strings(""))),
    ] {
        let refused = import(&file);
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{name}: {said}");
        assert!(said.starts_with("zicha: "), "{name}: {said}");
    }
}

#[test]
fn units_are_typed_in_one_by_one_and_a_mistake_keeps_what_was_typed() {
    let zicha = TestApp::start(Backend::Sqlite);
    let desk = clerk(&zicha);
    let add = |code: &str, name: &str, heads: &str| {
        desk.post_from(
            "/desk/units",
            "/desk/units/one",
            &[
                ("code", code),
                ("name", name),
                ("kind", "squad"),
                ("headcount", heads),
                ("group", ""),
                ("group_name", ""),
            ],
        )
    };
    assert_eq!(add("CY", "曹杨,\"中队\"", "30").status, 303);
    assert_eq!(add("CF", "=1+1", "34").status, 303);
    let refused = add("CF", "长寿<中队>", "x");
    refused.assert_says(422, "新单位：人数“x”");
    refused.assert_says(422, "value=\"长寿&lt;中队&gt;\"");
    add("CF", "又一个", "3").assert_says(422, "新单位：代码 CF 重复");
    let units = zicha.app.units().unwrap();
    assert_eq!(
        units.iter().map(|u| u.name.as_str()).collect::<Vec<_>>(),
        ["曹杨,\"中队\"", "=1+1"]
    );
    let template = desk.get("/desk/units/template.csv");
    assert!(
        zicha::app::App::read_units(template.body.as_bytes()).is_ok(),
        "the template is a table that can be read"
    );
}

#[test]
fn the_first_page_leads_to_the_first_round_and_says_which_phase_it_is() {
    let zicha = TestApp::start(Backend::Sqlite);
    let desk = clerk(&zicha);
    let home = desk.get("/desk");
    home.assert_says(200, "开始使用");
    assert_eq!(home.body.matches("　已完成").count(), 0);
    desk.post_from("/desk/units", "/desk/units", &[("table", crate::test_app::UNITS)]);
    assert_eq!(desk.get("/desk").body.matches("　已完成").count(), 1);
    let today = zicha::round::shanghai_day(zicha.app.now());
    let day = |offset: i64| (today + time::Duration::days(offset)).to_string();
    let days: Vec<(String, String)> =
        (0..5).map(|n| (day(-50 + 20 * n), day(-31 + 20 * n))).collect();
    let mut fields: Vec<(String, String)> = Vec::new();
    for (n, (from, to)) in days.iter().enumerate() {
        fields.push((format!("from{n}"), from.clone()));
        fields.push((format!("to{n}"), to.clone()));
    }
    let set = |fields: &[(String, String)]| {
        let pairs: Vec<(&str, &str)> =
            fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        desk.post_from("/desk/calendar", "/desk/calendar", &pairs)
    };
    let mut wrong = fields.clone();
    wrong[1].1 = day(-60);
    wrong[4].1 = String::new();
    let refused = set(&wrong);
    refused.assert_says(422, "思想动员：结束日期早于开始日期");
    refused.assert_says(422, "对照检查：请填写开始和结束日期");
    refused.assert_says(422, &format!("value=\"{}\"", day(-60)));
    assert_eq!(set(&fields).status, 303);
    let home = desk.get("/desk");
    home.assert_says(200, "第3阶段　对照检查");
    home.assert_says(200, "下一阶段：重点整改");
    zicha.draft(&crate::test_app::survey("canteen"), zicha::round::Access::Slip);
    assert_eq!(desk.get("/desk").body.matches("　已完成").count(), 3);
    zicha.open_round(&crate::test_app::survey("canteen"));
    assert!(
        !desk.get("/desk").body.contains("开始使用"),
        "once a round was opened the way is known"
    );
}

fn case(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/tables/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn read(name: &str) -> Result<Vec<zicha::unit::Unit>, String> {
    zicha::app::App::read_units(&case(name)).map_err(|error| error.to_string())
}

#[test]
fn an_office_s_own_table_is_read_as_it_is_meant() {
    let codes = |name: &str| {
        read(name)
            .unwrap_or_else(|e| panic!("{name}: {e}"))
            .into_iter()
            .map(|u| (u.code, u.headcount, u.group))
            .collect::<Vec<_>>()
    };
    let four = [("CY", 36, "CY"), ("BG", 8, "JG"), ("ZG", 6, "JG"), ("FG", 9, "JG")]
        .map(|(c, n, g)| (c.into(), n, g.into()));
    for name in [
        "title-row.csv",
        "title-row-merged.xlsx",
        "total-row.csv",
        "tab.csv",
        "utf16le-bom.csv",
        "hidden-first.xlsx",
        "chartsheet-first.xlsx",
        "formula-in-second-sheet.xlsx",
    ] {
        assert_eq!(codes(name), four, "{name}");
    }
    assert_eq!(
        codes("headcount-words.csv").iter().map(|u| u.1).collect::<Vec<_>>(),
        [36, 36, 1036]
    );
    assert_eq!(codes("fullwidth-code.csv")[0].0, "CY");
    assert_eq!(codes("zwsp-code.csv")[0].0, "CY");
    assert_eq!(
        codes("zwsp-group.csv").iter().map(|u| u.2.as_str()).collect::<Vec<_>>(),
        ["JG", "JG"]
    );
    assert_eq!(codes("number-format-000.xlsx")[0].0, "007", "as the cell shows it");
    let merged = read("merged-kind.xlsx").unwrap();
    assert_eq!(
        merged.iter().map(|u| u.kind.as_str()).collect::<Vec<_>>(),
        ["squad", "squad"],
        "a merged cell belongs to all its rows"
    );
}

#[test]
fn what_cannot_be_meant_is_refused_by_name() {
    for (name, says) in [
        ("dup-header.csv", "line 1: `人数` and `人数` are both the column headcount"),
        ("dup-header-two-languages.csv", "`code` and `单位代码` are both the column code"),
        ("extra-fields.csv", "line 2: field 5 `东片` has no column"),
        (
            "dup-names-width.csv",
            "line 3: the name `春江街道中队（东）` looks like `春江街道中队(东)`",
        ),
        (
            "name-invisible-braille-blank.csv",
            "line 2: name is empty, or holds nothing that can be seen",
        ),
        (
            "name-invisible-hangul-filler.csv",
            "line 2: name is empty, or holds nothing that can be seen",
        ),
        (
            "name-invisible-soft-hyphen.csv",
            "line 2: name is empty, or holds nothing that can be seen",
        ),
        ("name-nonchar.csv", "line 2: name holds U+FFFF"),
        ("gb18030-with-one-mistake.csv", "line 3: headcount `三十`"),
        ("gb18030-english-header-one-mistake.csv", "line 3: headcount `三十`"),
    ] {
        let said = read(name).unwrap_err();
        assert!(said.contains(says), "{name}: {said}");
    }
    assert!(
        read("name-nonchar.csv").unwrap_err().contains("line 3: name holds U+FFFE"),
        "all at once"
    );
    let unread = zicha::app::App::read_units(
        "code,name,kind,headcount\nCY,春江\u{FFFD}中队,squad,3\n".as_bytes(),
    )
    .unwrap_err()
    .to_string();
    assert!(unread.contains("U+FFFD"), "{unread}");
}

#[test]
fn a_line_keeps_its_number_whatever_ends_it_and_whatever_is_blank() {
    for (ends, name) in [("\n", "LF"), ("\r\n", "CRLF"), ("\r", "CR")] {
        for blank in ["", ends, &ends.repeat(3)] {
            let table = ["code,name,kind,headcount", "CY,甲,squad,30", "CF,乙,squad,x"]
                .join(&format!("{blank}{ends}"));
            let wanted = 3 + 2 * blank.len() / ends.len();
            let said = zicha::app::App::read_units(table.as_bytes()).unwrap_err().to_string();
            assert!(
                said.starts_with(&format!("line {wanted}: headcount")),
                "{name} {blank:?}: {said}"
            );
        }
    }
}

#[test]
fn a_file_is_shown_as_it_was_understood_and_its_columns_can_be_chosen() {
    let zicha = TestApp::start(Backend::Sqlite);
    let desk = clerk(&zicha);
    let office = "江湾区城管局人员表,,,,\n\
                  序号,单位,编制数,实有人数,备注\n\
                  1,春江街道中队,40,36人,\n\
                  2,政工科,8,６,有借调\n\
                  合计,,48,42,\n\
                  填表人：王某,,,,\n";
    let page = upload(&desk, office.as_bytes());
    page.assert_says(200, "2 个单位，2 个统计组，共 42 人");
    for said in [
        "“江湾区城管局人员表”是标题，不读入",
        "“合计”一行不读入",
        "没有读入的列：序号、编制数、备注",
        "CJJDZD 春江街道中队",
        "按单位名称推断",
    ] {
        page.assert_says(200, said);
    }
    // The clerk says that another column counts.
    let raw = page
        .body
        .split("<textarea hidden name=\"raw\">")
        .nth(1)
        .unwrap()
        .split("</textarea>")
        .next()
        .unwrap()
        .to_owned();
    let token = crate::desk::token_of(&page.body);
    let chosen = desk.post(
        "/desk/units/columns",
        &[("csrf", &token), ("raw", &raw), ("column1", "name"), ("column2", "headcount")],
    );
    chosen.assert_says(200, "2 个单位，2 个统计组，共 48 人");
    let text = chosen
        .body
        .split("<textarea hidden name=\"table\">")
        .nth(1)
        .unwrap()
        .split("</textarea>")
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(desk.post_from("/desk/units", "/desk/units", &[("table", &text)]).status, 303);
    // The same table again gives the same codes, also after somebody gave another one.
    zicha.import_units(&text.replace("CJJDZD", "CY"));
    let again = upload(&desk, office.as_bytes());
    again.assert_says(200, "CY 春江街道中队");
    // A table in GBK with a mistake comes back as it can be read.
    let gbk = upload(&desk, &case("gb18030-with-one-mistake.csv"));
    gbk.assert_says(422, "第 3 行：人数“三十”");
    gbk.assert_says(422, "银城中队");
    assert!(!gbk.body.contains('\u{FFFD}'));
    // A file keeps what could be taken for a formula, harmless.
    desk.post_from(
        "/desk/units",
        "/desk/units/one",
        &[("code", "HL"), ("name", "=HYPERLINK(1)"), ("kind", "squad"), ("headcount", "3")],
    );
    let csv = desk.get("/desk/units.csv").body;
    assert!(csv.contains("'=HYPERLINK(1)") && !csv.contains(",=HYPERLINK"), "{csv}");
    assert_eq!(
        zicha::app::App::read_units(csv.as_bytes()).unwrap().last().unwrap().name,
        "=HYPERLINK(1)"
    );
}
