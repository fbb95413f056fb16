//! The second language: a desk read in English says everything in English, on every page that can
//! be reached, errors too.
//! Names and titles are data and stay as they are, so the bureau of this test has names in Latin
//! letters.

use std::collections::{BTreeSet, VecDeque};

use zicha::app::Role;
use zicha::round::{Access, shanghai_day};

use crate::test_app::{Backend, Desk, TestApp, a_clerk, shell, survey};

const UNITS: &str = "code,name,kind,headcount,group,group_name\n\
                     A,First squad,squad,40,,\n\
                     B,Second squad,squad,24,,\n\
                     C,Offices,section,12,OF,Offices\n\
                     D,Archive,section,9,OF,Offices\n";

fn chinese(text: &str) -> Option<String> {
    // The name of the other language is written in it, and a page of the questionnaire shows what
    // respondents see.
    // Lists are Chinese documents: what is typed into them is, and stands in the fields of their
    // forms.
    let mut text = text.replace("中文</a>", "");
    for (start, end) in [
        ("<textarea", "</textarea>"),
        ("name=\"cases\"", ">"),
        ("<select id=\"harm_level\"", "</select>"),
    ] {
        while let Some(at) = text.find(start) {
            let rest = text[at..].find(end).unwrap();
            text.replace_range(at..at + rest + end.len(), "");
        }
    }
    let inputs: Vec<String> = text
        .split("<input")
        .skip(1)
        .filter_map(|rest| rest.split_once('>'))
        .map(|(tag, _)| tag.to_owned())
        .collect();
    for tag in inputs.iter().filter(|tag| tag.contains("_zh-CN") || tag.contains("lang=\"zh-CN\""))
    {
        text = text.replace(tag, "");
    }
    let at = text.find(|c: char| {
        ('\u{3000}'..='\u{9fff}').contains(&c) || ('\u{ff00}'..='\u{ffef}').contains(&c)
    })?;
    let start = text[..at].char_indices().rev().nth(80).map_or(0, |(n, _)| n);
    Some(text[start..].chars().take(160).collect())
}

fn links(body: &str) -> Vec<String> {
    let addresses = body.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    addresses
        .map(|a| a.replace("&amp;", "&"))
        .filter(|a| a.starts_with("/desk") || a.starts_with("/api/v1"))
        .collect()
}

/// Every page that links lead to, read in English.
fn walk(desk: &Desk) -> BTreeSet<String> {
    let (mut seen, mut waiting) = (BTreeSet::new(), VecDeque::from(["/desk".to_owned()]));
    while let Some(path) = waiting.pop_front() {
        let plain = path.split('#').next().unwrap().to_owned();
        // Downloads are documents and stay Chinese; so does a survey's Chinese preview.
        let not_a_page = [
            "lang=zh",
            "/language",
            "/export/",
            ".csv",
            ".json",
            "/json",
            "/xlsx",
            "/preview",
            ".svg",
        ]
        .iter()
        .any(|part| plain.contains(part));
        if not_a_page || !seen.insert(plain.clone()) {
            continue;
        }
        let page = desk.get(&plain);
        assert_eq!(page.status, 200, "{plain}");
        assert!(page.body.contains("<html lang=\"en\""), "{plain}");
        assert_eq!(chinese(&page.body), None, "{plain}");
        waiting.extend(links(&page.body));
    }
    seen
}

#[test]
fn a_desk_read_in_english_says_everything_in_english() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    zicha.app.set_bureau_name(&shell(), "Demo bureau").unwrap();
    let day = shanghai_day(zicha.app.now());
    let draft = |looks_back| {
        let survey = survey("self-check");
        let new = zicha::app::NewRound {
            survey: &survey,
            title: "Round",
            opens: day,
            closes: day + time::Duration::DAY,
            units: &[],
            access: Access::Slip,
            looks_back,
        };
        zicha.app.create_round(&shell(), &new).unwrap()
    };
    let round = |looks_back| {
        let id = draft(looks_back);
        zicha.app.open_round(&shell(), &id, zicha::app::Custody::Server).unwrap();
        for (unit, codes) in zicha.slips(&id) {
            for (n, code) in codes.iter().enumerate().take(if unit == "A" { 38 } else { 8 }) {
                let how = if n % 3 == 0 { "none" } else { "widespread" };
                let fields = [
                    ("honor_pride", how),
                    ("honor_cause", "cause_training"),
                    ("honor_example", "a text"),
                    ("lawful_fake", "frequent"),
                ];
                zicha.answer(&id, code, &fields).assert_received();
            }
        }
        zicha.finish(&id);
        id
    };
    let first = round(None);
    let second = round(Some(first.clone()));
    let draft = draft(None);
    let own = zicha::app::App::shipped_text("canteen").unwrap().replacen(
        "\"canteen\"",
        "\"canteen-2\"",
        1,
    );
    zicha.app.save_survey(&a_clerk("jingban"), &own, None).unwrap();
    for (_, name, _) in Role::ALL {
        let role: Role = name.parse().unwrap();
        let units: Vec<zicha::unit::UnitCode> = if matches!(role, Role::UnitHead | Role::Leader) {
            vec!["A".into()]
        } else {
            Vec::new()
        };
        let password = zicha
            .app
            .add_account(&shell(), name, role, &units, Some(crate::test_app::PASSWORD))
            .unwrap();
        let desk = zicha.desk();
        assert_eq!(desk.get("/desk/language?lang=en&to=/desk/sign-in").location, "/desk/sign-in");
        let sign_in = desk.get("/desk/sign-in");
        assert_eq!(chinese(&sign_in.body), None, "the page to sign in");
        assert_eq!(chinese(&desk.sign_in(name, "wrong").body), None, "a wrong password");
        desk.sign_in(name, &password);
        let seen = walk(&desk);
        for missing in ["/desk/nowhere", "/desk/rounds/nowhere"] {
            let answer = desk.get(missing);
            assert!(answer.status >= 400 && answer.body.contains("<html lang=\"en\""), "{missing}");
            assert_eq!(chinese(&answer.body), None, "{missing}");
        }
        if role.runs_rounds() {
            for page in [
                format!("/desk/rounds/{second}/groups/A"),
                format!("/desk/rounds/{first}/lists/ALL"),
                format!("/desk/rounds/{draft}/custody"),
                "/desk/surveys/canteen%2D2/part/question.visit_meal".to_owned(),
            ] {
                assert!(seen.contains(&page), "{page} can be reached; seen: {seen:?}");
            }
            let at = format!("/desk/rounds/{draft}");
            for step in ["open", "close", "box", "release"] {
                let asked = desk.post_from(&at, &format!("{at}/do/{step}"), &[]);
                assert_eq!(chinese(&asked.body), None, "{step} is confirmed");
                let refused = desk.post_from(
                    &at,
                    &format!("{at}/do/{step}"),
                    &[("confirm", if step == "open" { "" } else { "yes" })],
                );
                assert_eq!(chinese(&refused.body), None, "{step} is refused");
            }
            assert_eq!(
                chinese(&desk.post_from("/desk/units", "/desk/units", &[("table", "x")]).body),
                None,
                "a refused table"
            );
        }
    }
}

#[test]
fn the_language_of_the_desk_is_a_cookie_that_questionnaires_never_get() {
    let zicha = TestApp::start(Backend::Sqlite);
    let chosen = zicha.desk().get("/desk/language?lang=en&to=https://elsewhere.example");
    let cookie = &chosen.headers["set-cookie"];
    assert!(
        cookie.contains("Path=/desk")
            && cookie.contains("HttpOnly")
            && cookie.contains("SameSite=Strict"),
        "{cookie}"
    );
    assert_eq!(chosen.location, "/desk", "no other site is ever gone to");
}
