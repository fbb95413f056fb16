//! The unit table at the desk: uploaded as CSV or Excel, typed in or pasted; shown before it replaces anything; hostile files are refused.

use std::io::Write;
use std::time::Instant;

use zicha::app::Role;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::test_app::{Backend, Desk, Page, TestApp};

fn clerk(zicha: &TestApp) -> Desk {
    let password = zicha.app.add_account("keyuan", Role::Clerk, &[], None).unwrap();
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
        writer.start_file(*name, SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A minimal workbook whose first sheet has these rows.
fn workbook(sheet: &str) -> Vec<u8> {
    let types = br#"<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;
    let rels = br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
    let book = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="单位" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
    let book_rels = br#"<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
    let sheet = format!(
        r#"<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1:XFD1048576"/><sheetData>{sheet}</sheetData></worksheet>"#
    );
    zip(&[
        ("[Content_Types].xml", types),
        ("_rels/.rels", rels),
        ("xl/workbook.xml", book.as_bytes()),
        ("xl/_rels/workbook.xml.rels", book_rels),
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

#[test]
fn a_workbook_is_shown_before_it_replaces_anything() {
    let zicha = TestApp::start(Backend::Sqlite);
    let desk = clerk(&zicha);
    // An empty row in between, and a dimension that claims the largest sheet there is.
    let sheet = [row(1, &HEADER), row(2, &["CY", "曹杨中队", "squad", "30"]), row(4, &["BG", "办公室", "section", "8", "JG", "局机关"])].concat();
    let page = upload(&desk, &workbook(&sheet));
    page.assert_says(200, "没有错误，尚未替换");
    page.assert_says(200, "2 个单位，2 个统计组，共 38 人");
    assert!(zicha.app.units().unwrap().is_empty());
    let text = page.body.split("<textarea hidden name=\"table\">").nth(1).unwrap().split("</textarea>").next().unwrap().to_owned();
    assert_eq!(desk.post_from("/desk/units", "/desk/units", &[("table", &text)]).status, 303);
    assert_eq!(zicha.app.units().unwrap().len(), 2);
}

#[test]
fn mistakes_in_a_workbook_name_their_cells_all_at_once() {
    let zicha = TestApp::start(Backend::Sqlite);
    let desk = clerk(&zicha);
    let sheet = [
        row(1, &HEADER),
        row(2, &["cy", "甲", "squad", "30"]),
        row(3, &["CF", "", "squad", "零"]),
        row(4, &["CF2", "丙", "squad", "3", "jg"]),
        row(5, &["CF2", "丁", "squad", "3"]),
    ]
    .concat();
    let page = upload(&desk, &workbook(&sheet));
    for place in ["单元格 A2：", "单元格 B3：", "单元格 D3：", "单元格 E4："] {
        page.assert_says(422, place);
    }
    let wrong = upload(&desk, &workbook(&row(1, &["单位代码", "姓名"])));
    wrong.assert_says(422, "单元格 B1：不认识列名“姓名”");
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
    let entity = br#"<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><workbook>&a;</workbook>"#;
    let many: Vec<(String, Vec<u8>)> = (0..1_500).map(|n| (format!("xl/{n}.xml"), Vec::new())).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let cells: String = (1..=25_000).map(|n| row(n, &["A", "b", "c", "1"])).collect();
    let huge_text = format!("{}{}", row(1, &HEADER), row(2, &["CY", &"长".repeat(100_000), "squad", "30"]));
    for (name, file, says) in [
        ("zip bomb", bomb, "解开后过大"),
        ("entity", zip(&[("xl/workbook.xml", entity)]), "不允许的 XML 声明"),
        ("too many entries", zip(&many), "解开后过大"),
        ("zip slip", zip(&[("../../../../tmp/zicha-slipped", b"x")]), "不是 Excel 工作簿"),
        ("too many cells", workbook(&cells), "超出 20000 行"),
        ("a text without end", workbook(&huge_text), "超过 60 字"),
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

#[test]
fn units_are_typed_in_one_by_one_and_a_mistake_keeps_what_was_typed() {
    let zicha = TestApp::start(Backend::Sqlite);
    let desk = clerk(&zicha);
    let add = |code: &str, name: &str, heads: &str| {
        desk.post_from(
            "/desk/units",
            "/desk/units/one",
            &[("code", code), ("name", name), ("kind", "squad"), ("headcount", heads), ("group", ""), ("group_name", "")],
        )
    };
    assert_eq!(add("CY", "曹杨,\"中队\"", "30").status, 303);
    assert_eq!(add("CF", "=1+1", "34").status, 303);
    let refused = add("CF", "长寿<中队>", "x");
    refused.assert_says(422, "新单位：人数“x”");
    refused.assert_says(422, "value=\"长寿&lt;中队&gt;\"");
    add("CF", "又一个", "3").assert_says(422, "新单位：代码 CF 重复");
    let units = zicha.app.units().unwrap();
    assert_eq!(units.iter().map(|u| u.name.as_str()).collect::<Vec<_>>(), ["曹杨,\"中队\"", "=1+1"]);
    let template = desk.get("/desk/units/template.csv");
    assert!(zicha::app::App::read_units(template.body.as_bytes()).is_ok(), "the template is a table that can be read");
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
    let days: Vec<(String, String)> = (0..5).map(|n| (day(-50 + 20 * n), day(-31 + 20 * n))).collect();
    let mut fields: Vec<(String, String)> = Vec::new();
    for (n, (from, to)) in days.iter().enumerate() {
        fields.push((format!("from{n}"), from.clone()));
        fields.push((format!("to{n}"), to.clone()));
    }
    let set = |fields: &[(String, String)]| {
        let pairs: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
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
    assert!(!desk.get("/desk").body.contains("开始使用"), "once a round was opened the way is known");
}
