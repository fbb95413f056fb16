//! Follow-ups that are asked of some only (`visible_if`): what an author may write, and that the
//! server never believes a page.

use std::collections::BTreeMap;

use proptest::prelude::*;
use zicha::app::App;
use zicha::response::{Answer, Form, read};

use crate::test_app::{Backend, TestApp, UNITS, survey};

/// The condition of the canteen survey's first follow-up, replaced.
fn with_condition(condition: &str) -> Result<(), String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/surveys/canteen.json");
    let mut file: serde_json::Value =
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let questions = file["categories"][1]["questions"].as_array_mut().unwrap();
    let follow_up = questions.iter_mut().find(|q| q["id"] == "visit_hours").unwrap();
    follow_up["visible_if"] = serde_json::from_str(condition).unwrap();
    App::check_survey(serde_json::to_string_pretty(&file).unwrap().as_bytes())
        .map(drop)
        .map_err(|e| e.to_string())
}

#[test]
fn a_condition_looks_at_an_earlier_question_that_enters_no_list() {
    for fine in [
        r#"[{"question": "visit_meal", "any_of": ["dinner", "lunch"]}]"#,
        r#"[{"question": "food_want", "any_of": ["other"]},
            {"question": "visit_week", "from": 3}]"#,
        r#"[{"question": "visit_week", "to": 0}]"#,
    ] {
        with_condition(fine).unwrap();
    }
    for (wrong, says) in [
        (
            r#"[{"question": "visit_note", "any_of": ["x"]}]"#,
            "there is no question `visit_note` before this one",
        ),
        (
            r#"[{"question": "visit_hours", "any_of": ["early"]}]"#,
            "there is no question `visit_hours` before this one",
        ),
        (
            r#"[{"question": "nowhere", "any_of": ["x"]}]"#,
            "there is no question `nowhere` before this one",
        ),
        (r#"[{"question": "food_cold", "any_of": ["agree"]}]"#, "enters the problem list"),
        (r#"[{"question": "visit_meal", "any_of": ["supper"]}]"#, "has no option `supper`"),
        (r#"[{"question": "visit_meal", "any_of": []}]"#, "list some under any_of"),
        (r#"[{"question": "visit_meal", "from": 1}]"#, "list some under any_of"),
        (r#"[{"question": "visit_week", "any_of": ["few"]}]"#, "give a range within 0 to 21"),
        (r#"[{"question": "visit_week"}]"#, "give a range within 0 to 21"),
        (r#"[{"question": "visit_week", "from": 5, "to": 2}]"#, "give a range within 0 to 21"),
        (r#"[{"question": "visit_week", "to": 22}]"#, "give a range within 0 to 21"),
        (r#"[{"question": "food_order", "any_of": ["taste"]}]"#, "a text or a ranking"),
        (
            r#"[{"question": "visit_meal", "any_of": ["dinner"], "unless": 1}]"#,
            "unknown field `unless`",
        ),
    ] {
        let error = with_condition(wrong).expect_err(wrong);
        assert!(error.contains(says) && error.contains("visit_hours"), "{wrong}: {error}");
        let place: Vec<&str> = error.splitn(3, ':').collect();
        assert!(place[0].parse::<u32>().is_ok_and(|line| line > 1), "line and column in {error}");
    }
}

#[test]
fn the_self_check_asks_the_same_of_everybody() {
    for id in ["self-check", "self-check-short"] {
        assert!(survey(id).questions().iter().all(|q| q.visible_if.is_empty()));
    }
}

#[test]
fn a_question_that_is_not_asked_is_not_demanded_not_checked_and_not_kept() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("canteen"));
    let codes = zicha.slips(&round)["CY"].clone();
    // Wrong values of a follow-up that is not for this person are no mistake.
    let beside = [
        ("visit_meal", "lunch"),
        ("visit_hours", "nonsense"),
        ("visit_week", "12"),
        ("visit_why", "duty"),
        ("visit_why", "queue"),
        ("visit_why", "home"),
    ];
    zicha.answer(&round, &codes[0], &beside).assert_received();
    // For whom it is, they are.
    let asked = [("visit_meal", "dinner"), ("visit_hours", "nonsense")];
    zicha.answer(&round, &codes[1], &asked).assert_says(422, "没有的选项");
    // Its answer alone makes no ballot: nothing that counts was answered.
    zicha.answer(&round, &codes[1], &[("visit_hours", "late")]).assert_says(422, "此题必答");
}

#[test]
fn the_page_says_the_condition_in_words_and_gives_it_to_the_script() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("canteen"));
    let page = zicha.get(&format!("/r/{round}"));
    page.assert_says(200, "仅请“您主要在食堂吃哪一餐”选了“晚餐”的人作答，其他人跳过。");
    page.assert_says(200, "data-if=\"[[&quot;visit_meal&quot;,[&quot;dinner&quot;]]]\"");
    page.assert_says(200, "data-if=\"[[&quot;visit_week&quot;,0,5]]\"");
    zicha.get(&format!("/r/{round}?lang=en")).assert_says(
        200,
        "Only if you answered “Dinner” to “Which meal do you mostly eat there”; others skip it.",
    );
}

proptest! {
    /// Whatever a page sends, a follow-up has an answer only where its condition holds, and then it
    /// is the one that was sent.
    #[test]
    fn what_is_not_asked_is_blank(
        meal in proptest::sample::select(vec!["", "breakfast", "lunch", "dinner"]),
        week in proptest::option::of(0..=21i64),
        hours in proptest::sample::select(vec!["", "early", "fine", "late"]),
        why in proptest::sample::subsequence(vec!["duty", "queue", "home"], 0..=2),
    ) {
        let survey = survey("canteen");
        let owned = |name: &str, values: &[&str]| {
            (name.to_owned(), values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>())
        };
        let weeks = week.map_or_else(String::new, |w| w.to_string());
        let mut fields = BTreeMap::from([
            owned("visit_meal", &[meal]),
            owned("visit_hours", &[hours]),
            owned("visit_week", &[&weeks]),
            owned("visit_why", &why),
            owned("blank", &["1"]), // lets the required question be left out
        ]);
        let place = |id: &str| survey.questions().iter().position(|q| q.id == id).unwrap();
        let response = read(&survey, &Form(fields.clone()));
        let answered = !meal.is_empty() || week.is_some();
        if answered {
            prop_assert!(response.is_err()); // ticked blank, and answered
            fields.remove("blank");
            if meal.is_empty() {
                prop_assert!(read(&survey, &Form(fields)).is_err()); // the required question
                return Ok(());
            }
        }
        let response = read(&survey, &Form(fields));
        let response = response.map_err(|e| TestCaseError::fail(format!("{e:?}")))?;
        let hours_asked = meal == "dinner";
        let why_asked = week.is_some_and(|w| w <= 5);
        let hours_at = ["early", "fine", "late"].iter().position(|h| *h == hours);
        let bit = |w: &str| ["duty", "queue", "home"].iter().position(|known| *known == w).unwrap();
        let mask = why.iter().map(|w| 1u64 << bit(w)).sum::<u64>();
        let hours_kept = match hours_at {
            Some(at) if hours_asked => Answer::One(u8::try_from(at).unwrap()),
            _ => Answer::Blank,
        };
        let why_kept = if why_asked && mask > 0 { Answer::Many(mask) } else { Answer::Blank };
        prop_assert!(response.answers[place("visit_hours")] == hours_kept);
        prop_assert!(response.answers[place("visit_why")] == why_kept);
    }
}
