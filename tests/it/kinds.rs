//! Kinds of units: a table in the section's own words and a survey in its ids mean the same, and
//! nothing is dropped in between.

use zicha::app::NewRound;
use zicha::gate::GroupCell;
use zicha::round::{Access, shanghai_day};
use zicha::survey::Survey;

use crate::shell::Shell;
use crate::test_app::{Backend, TestApp, backends, shell, survey};

/// The same units in an office's words: 中队, Ｓｑｕａｄ, 科室, and a group of two kinds.
const UNITS: &str = "单位代码,单位名称,类型,人数,统计组,统计组名称\n\
                     CY,春江街道中队,中队,12,,\n\
                     CF,清源街道中队,Ｓｑｕａｄ,10,,\n\
                     BG,办公室,科室,8,HQ,局机关\n\
                     CW,拆违办,拆违办,5,HQ,局机关\n";

#[test]
fn an_item_is_listed_for_the_kind_it_is_meant_for_whatever_the_table_calls_it() {
    for backend in backends() {
        let zicha = TestApp::start(backend);
        zicha.import_units(UNITS);
        let survey = survey("self-check");
        let limited = |kind: &str| {
            survey
                .questions()
                .iter()
                .filter(|q| q.scope == [kind])
                .map(|q| q.id.clone())
                .collect::<Vec<_>>()
        };
        let (for_squads, for_sections) = (limited("squad"), limited("section"));
        assert!(
            for_squads.len() == 3 && for_sections.len() == 1,
            "{for_squads:?} {for_sections:?}"
        );
        let round = zicha.open_round(&survey);
        let kinds: Vec<String> =
            zicha.app.round_units(&round).unwrap().into_iter().map(|u| u.kind).collect();
        assert_eq!(kinds, ["squad", "squad", "section", "office"], "{backend:?}");
        let worst = |id: &str| {
            survey.question(id).map(|q| match &q.kind {
                zicha::survey::Kind::Scale(scale) => scale.steps[0].id.clone(),
                _ => String::new(),
            })
        };
        let answers: Vec<(String, String)> = for_squads
            .iter()
            .chain(&for_sections)
            .map(|id| (id.clone(), worst(id).unwrap()))
            .collect();
        let fields: Vec<(&str, &str)> =
            answers.iter().map(|(id, step)| (id.as_str(), step.as_str())).collect();
        for codes in zicha.slips(&round).values() {
            for code in codes.iter().take(8) {
                zicha.answer(&round, code, &fields).assert_received();
            }
        }
        zicha.finish(&round);
        let results = zicha.app.results(&shell(), &round).unwrap();
        let listed = |code: &str| {
            results
                .derived(&code.into())
                .unwrap()
                .problems
                .into_iter()
                .map(|p| p.question)
                .collect::<Vec<_>>()
        };
        assert_eq!(listed("CY"), for_squads, "{backend:?}");
        assert_eq!(listed("CF"), for_squads);
        assert_eq!(
            listed("HQ"),
            for_sections,
            "a group of two kinds keeps what is meant for one of them"
        );
        // Page, list and file give one answer about what applies.
        let password = zicha
            .app
            .add_account(
                &shell(),
                "jingban",
                zicha::app::Role::Clerk,
                &[],
                Some(crate::test_app::PASSWORD),
            )
            .unwrap();
        let desk = zicha.desk();
        desk.sign_in("jingban", &password);
        let page = desk.get(&format!("/desk/rounds/{round}/groups/HQ")).body;
        let wide =
            desk.get(&format!("/desk/rounds/{round}/export/wide?format=csv&headers=id")).body;
        for group in &results.release.groups {
            for (question, cell) in survey.questions().iter().zip(&group.cells) {
                let GroupCell::Item(item) = cell else { continue };
                if item.level.is_some() {
                    assert_eq!(
                        listed(group.code.as_str()).contains(&question.id),
                        survey.covers(question, &group.kinds),
                        "{} {}",
                        group.code,
                        question.id
                    );
                }
            }
        }
        assert_eq!(page.matches("不适用于本类单位，不列入").count(), for_squads.len());
        assert_eq!(
            wide.lines().filter(|l| l.contains("\"HQ\"") && l.contains("\"不适用\"")).count(),
            for_squads.len()
        );
    }
}

#[test]
fn a_draft_shows_what_applies_and_warns_before_opening_where_nothing_fits() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha
        .import_units("code,name,kind,headcount\nCY,春江街道中队,中队,12\nJD,机动分队,机动队,10\n");
    let round = zicha.draft(&survey("self-check"), Access::Slip);
    let password = zicha
        .app
        .add_account(
            &shell(),
            "jingban",
            zicha::app::Role::Clerk,
            &[],
            Some(crate::test_app::PASSWORD),
        )
        .unwrap();
    let desk = zicha.desk();
    desk.sign_in("jingban", &password);
    let page = format!("/desk/rounds/{round}");
    desk.get(&page).assert_says(200, "有 1 道题只适用于“科室”，但本轮没有这类单位");
    desk.get(&page).assert_says(200, "类型为“机动队”的 1 个单位（机动分队）没有专门适用的题目");
    desk.post_from(&page, &format!("{page}/do/open"), &[])
        .assert_says(200, "有 1 道题只适用于“科室”");
    // On the command line too.
    let shell = Shell::new(Backend::Sqlite);
    std::fs::write(shell.path("units.csv"), "code,name,kind,headcount\nCY,春江街道中队,中队,12\n")
        .unwrap();
    shell.ok(&["units", "import", &shell.path("units.csv")]);
    let today = shanghai_day(zicha.app.now()).to_string();
    let made = shell.run(&[
        "round",
        "create",
        "--survey",
        "self-check",
        "--title",
        "一",
        "--opens",
        &today,
        "--closes",
        &today,
    ]);
    assert!(
        String::from_utf8_lossy(&made.stderr).contains("warning: 1 questions are only for section"),
        "{made:?}"
    );
}

#[test]
fn a_survey_names_its_kinds_and_a_scope_that_names_none_is_a_mistake() {
    let text =
        std::fs::read_to_string(format!("{}/surveys/self-check.json", env!("CARGO_MANIFEST_DIR")))
            .unwrap();
    let wrong = text.replacen("\"scope\": [\n      \"squad\"", "\"scope\": [\n      \"squda\"", 1);
    let said = Survey::parse(wrong.as_bytes()).unwrap_err().to_string();
    assert!(said.contains("no kind of units `squda` (did you mean `squad`?)"), "{said}");
    // A kind of the bureau's own, by any of its words.
    let own = text.replacen(
        "\"unit_kinds\": [",
        "\"unit_kinds\": \
         [{\"id\": \"mobile\", \"label\": {\"zh-CN\": \"机动队\", \"en\": \"mobile unit\"}, \
         \"also\": [\"机动\"]},",
        1,
    );
    let survey = Survey::parse(own.as_bytes()).unwrap();
    assert_eq!(
        ["机动队", " 机动 ", "MOBILE UNIT", "mobile"].map(|word| survey.kind_of(word)),
        ["mobile"; 4]
    );
    assert_eq!(survey.kind_of("水上队"), "水上队", "other words stay");
    // A definition of before, without kinds, is read as ever.
    let old = survey_without_kinds(&text);
    let survey = Survey::parse(old.as_bytes()).unwrap();
    assert_eq!(survey.kind_of("中队"), "squad");
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units("code,name,kind,headcount\nCY,春江街道中队,中队,12\n");
    let today = shanghai_day(zicha.app.now());
    let new = NewRound {
        survey: &survey,
        title: "旧卷",
        opens: today,
        closes: today + time::Duration::DAY,
        units: &[],
        access: Access::Slip,
        looks_back: None,
    };
    assert_eq!(
        zicha.app.round_units(&zicha.app.create_round(&shell(), &new).unwrap()).unwrap()[0].kind,
        "squad"
    );
}

fn survey_without_kinds(text: &str) -> String {
    let mut tree: serde_json::Value = serde_json::from_str(text).unwrap();
    tree.as_object_mut().unwrap().remove("unit_kinds");
    tree.to_string()
}
