//! What the results say, and to whom: the first screen, one screen a category and one a unit, and
//! charts as pictures, all of them from the Release alone.

use zicha::app::Role;
use zicha::id::RoundId;

use crate::test_app::{Backend, Desk, PASSWORD, TestApp, open_beside, shell, survey};

const FIVE: &str = "code,name,kind,headcount\n\
                    A,甲中队,squad,40\n\
                    B,乙中队,squad,40\n\
                    C,丙中队,squad,40\n\
                    D,丁中队,squad,40\n\
                    E,戊中队,squad,40\n";

fn signed_in(zicha: &TestApp, name: &str, role: Role, units: &[&str]) -> Desk {
    let units: Vec<zicha::unit::UnitCode> = units.iter().map(|unit| (*unit).into()).collect();
    let password = zicha.app.add_account(&shell(), name, role, &units, Some(PASSWORD)).unwrap();
    let desk = zicha.desk();
    desk.sign_in(name, &password);
    desk
}

#[test]
fn the_first_screen_says_where_what_how_bad_and_compared_with_what() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(FIVE);
    let first = finished(&zicha, 30, None);
    let second = finished(&zicha, 2, Some(first.clone()));
    let leader = signed_in(&zicha, "juzhang", Role::Leader, &[]);
    let page = leader.get(&format!("/desk/rounds/{first}/results"));
    for says in [
        "应参加 200 人，有效答卷 180 份",
        "<strong>90.0%</strong>",
        "哪类问题多",
        "全局最突出的问题",
    ] {
        page.assert_says(200, says);
    }
    assert!(!page.body.contains("上轮"), "there is no round before it");
    let page = leader.get(&format!("/desk/rounds/{second}/results"));
    page.assert_says(200, "上轮 90.0%");
    page.assert_says(200, "改善 1");
    page.assert_says(200, "反弹 0");
    // Every category has its screen, and the way there; there is none besides.
    for section in survey("self-check").categories() {
        let path = format!("/desk/rounds/{second}/results/{}", section.order);
        assert!(page.body.contains(&path), "{path}");
        leader.get(&path).assert_says(200, section.name.zh());
    }
    assert_eq!(leader.get(&format!("/desk/rounds/{second}/results/99")).status, 404);
    // What was held stays held on every one of these pages.
    let held = leader.get(&format!("/desk/rounds/{second}/results/3"));
    held.assert_says(200, "存疑，核实前不显示");
}

#[test]
fn a_picture_says_its_title_its_source_and_what_the_page_says() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(FIVE);
    let round = finished(&zicha, 30, None);
    let leader = signed_in(&zicha, "juzhang", Role::Leader, &[]);
    for (name, title) in [
        ("heat", "各单位各类问题分布"),
        ("categories", "各类问题列入项数"),
        ("unit-A", "甲中队：各题存在程度"),
    ] {
        let picture = leader.get(&format!("/desk/rounds/{round}/pictures/{name}.svg"));
        picture.assert_says(200, title);
        picture.assert_says(200, "第一轮　全局应参加 200 人，有效答卷 180 份");
        assert!(picture.headers["content-type"].starts_with("image/svg+xml"));
        assert!(picture.headers["content-disposition"].starts_with("attachment"));
        // A file for slides: nothing in it leads anywhere or runs.
        for foreign in ["href", "<script", "<style", " onload"] {
            assert!(!picture.body.contains(foreign), "{name}: {foreign}");
        }
        let mut reader = quick_xml::Reader::from_str(&picture.body);
        while !matches!(reader.read_event().expect("XML"), quick_xml::events::Event::Eof) {}
    }
    for unknown in ["heat.png", "heat", "unit-ZZ.svg", "unit-ALL.svg", "other.svg"] {
        let page = leader.get(&format!("/desk/rounds/{round}/pictures/{unknown}"));
        assert_eq!(page.status, 404, "{unknown}");
    }
    let chain = zicha.app.audit(&shell()).unwrap();
    let taken = chain.rows.iter().filter(|row| row.action == "export").count();
    assert_eq!(taken, 3, "each picture that left is a link of the chain");
}

/// The head of a unit sees the own unit, by page and by picture, and nothing of any other.
#[test]
fn the_head_of_a_unit_gets_no_picture_and_no_page_but_the_own() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(FIVE);
    let round = finished(&zicha, 30, None);
    let head = signed_in(&zicha, "tou", Role::UnitHead, &["A"]);
    let status = |path: &str| head.get(&format!("/desk/rounds/{round}/{path}")).status;
    assert_eq!((status("groups/A"), status("pictures/unit-A.svg")), (200, 200));
    for other in [
        "results",
        "results/1",
        "groups/B",
        "pictures/heat.svg",
        "pictures/categories.svg",
        "pictures/unit-B.svg",
        "pictures/unit-ALL.svg",
        "rows",
    ] {
        assert_eq!(status(other), 403, "{other}");
    }
    assert!(
        !head.get(&format!("/desk/rounds/{round}/pictures/unit-A.svg")).body.contains("乙中队")
    );
}

#[test]
fn a_group_stands_beside_the_bureau_and_looks_back_at_the_round_before() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(FIVE);
    let round = |often: usize, looks_back: Option<RoundId>| finished(&zicha, often, looks_back);
    let first = round(30, None);
    let second = round(2, Some(first.clone()));
    let clerk = signed_in(&zicha, "jingban", Role::Clerk, &[]);
    let page = clerk.get(&format!("/desk/rounds/{first}/groups/A"));
    page.assert_says(200, "突出率区间整体高于全局的有 <strong>1</strong> 题");
    page.assert_says(200, "80%～100%");
    page.assert_says(200, "危害程度（中位）");
    assert!(!page.body.contains("回头看"), "there is no round before it");
    let wide = clerk.get(&format!("/desk/rounds/{first}/export/wide?headers=id")).body;
    let row = wide.lines().find(|l| l.contains("\"A\"") && l.contains("\"honor_pride\"")).unwrap();
    assert!(row.contains("80%～100%"), "{row}");
    // A good deal fewer in a large group that turned out: better. Where nothing was said before,
    // nothing has changed.
    let page = clerk.get(&format!("/desk/rounds/{second}/groups/A"));
    page.assert_says(200, "<span class=\"better\">改善</span>");
    page.assert_says(200, "原 80%～100%");
    let other = clerk.get(&format!("/desk/rounds/{second}/groups/B"));
    assert!(!other.body.contains("<span class=\"better\">") && other.body.contains("无明显变化"));
    assert_eq!(clerk.get(&format!("/desk/rounds/{second}/groups/ZZ")).status, 404);
    the_desk_offers_a_round_to_look_back_at(&zicha, &clerk, &second);
    let head = signed_in(&zicha, "tou", Role::UnitHead, &["B"]);
    let seen = head.get(&format!("/desk/rounds/{second}/groups/B"));
    seen.assert_says(200, "无明显变化");
    // A round that was never released is not looked back at by a squad head.
    let hidden = round(6, None);
    use diesel::prelude::*;
    let mut db = open_beside(zicha.data().join("zicha.db"));
    diesel::sql_query(format!("update rounds set state = 'opened' where id = '{hidden}'"))
        .execute(&mut db)
        .unwrap();
    let fourth = round(6, Some(hidden));
    let page = head.get(&format!("/desk/rounds/{fourth}/groups/B"));
    assert!(page.status == 200 && !page.body.contains("无明显变化") && !page.body.contains("原 "));
    clerk.get(&format!("/desk/rounds/{fourth}/groups/B")).assert_says(200, "无明显变化");
    assert_eq!(head.get(&format!("/desk/rounds/{second}/groups/A")).status, 403);
}

/// A round in which 36 of 40 of each unit answer; in unit A this many often see a problem, in the
/// others six.
fn finished(zicha: &TestApp, often: usize, looks_back: Option<RoundId>) -> RoundId {
    let day = zicha::round::shanghai_day(zicha.app.now());
    let id = zicha
        .app
        .create_round(
            &shell(),
            &zicha::app::NewRound {
                survey: &survey("self-check"),
                title: if looks_back.is_some() { "回头看" } else { "第一轮" },
                opens: day,
                closes: day + time::Duration::DAY,
                units: &[],
                access: zicha::round::Access::Slip,
                looks_back,
            },
        )
        .unwrap();
    let slips = zicha.app.issue_slips(&shell(), &id, None, 0, true).unwrap();
    zicha.app.open_round(&shell(), &id, zicha::app::Custody::Server).unwrap();
    let mut of: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for slip in &slips {
        let n = of.entry(slip.unit.as_str()).or_default();
        *n += 1;
        if *n <= 36 {
            let step =
                if *n <= if slip.unit == "A" { often } else { 6 } { "frequent" } else { "none" };
            zicha
                .answer(
                    &id,
                    &slip.code.printed(),
                    &[("honor_pride", step), ("honor_harm_level", "major")],
                )
                .assert_received();
        }
    }
    zicha.finish(&id);
    id
}

/// A new round can look back at this one, and at none if nobody says so.
fn the_desk_offers_a_round_to_look_back_at(zicha: &TestApp, clerk: &Desk, round: &RoundId) {
    let day = zicha::round::shanghai_day(zicha.app.now()).to_string();
    clerk.get("/desk/rounds/new").assert_says(200, "<option value=\"\" selected>不对照</option>");
    let made = clerk.post_from(
        "/desk/rounds/new",
        "/desk/rounds/new",
        &[
            ("survey", "self-check"),
            ("title", "再看"),
            ("opens", &day),
            ("closes", &day),
            ("access", "slip"),
            ("looks_back", round.as_str()),
        ],
    );
    let third =
        zicha.app.round(&made.location.rsplit('/').next().unwrap().parse().unwrap()).unwrap();
    assert_eq!(third.looks_back, Some(round.clone()));
}
