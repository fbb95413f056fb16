//! The interface for programs: what is documented is what is answered, for every role, and nothing
//! that is sent makes it fail.

use std::collections::BTreeMap;

use serde_json::Value;
use zicha::app::Role;
use zicha::round::Reach;

use crate::test_app::{Backend, Page, TestApp, UNITS, a_clerk, an_admin, shell, survey};

struct Bureau {
    zicha: TestApp,
    round: String,
    tokens: BTreeMap<&'static str, String>,
}

/// A bureau with an opened round, a draft, and a token of every role.
fn bureau() -> Bureau {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("self-check"));
    let codes = zicha.slips(&round);
    for unit in codes.keys() {
        for code in codes[unit].iter().take(9) {
            zicha
                .answer(
                    &round,
                    code,
                    &[("honor_pride", "widespread"), ("honor_harm_level", "major")],
                )
                .assert_received();
        }
    }
    zicha.app.close_round(&shell(), &round).unwrap();
    zicha.app.open_box(&shell(), &round, &mut |_| {}).unwrap();
    zicha.draft(&survey("canteen"), zicha::round::Access::Slip);
    let mut tokens = BTreeMap::new();
    for (role, name, _) in Role::ALL {
        let units: Vec<zicha::unit::UnitCode> = if matches!(role, Role::UnitHead | Role::Leader) {
            vec!["CY".into()]
        } else {
            Vec::new()
        };
        zicha
            .app
            .add_account(&shell(), name, role, &units, Some(crate::test_app::PASSWORD))
            .unwrap();
        tokens.insert(name, zicha.app.make_token(&a_clerk(name), "试", 1).unwrap());
    }
    Bureau { round: round.to_string(), tokens, zicha }
}

impl Bureau {
    fn ask(&self, role: &str, path: &str) -> (u16, Value) {
        answer(&self.zicha.get_as(&self.tokens[role], &format!("/api/v1{path}")))
    }
}

fn answer(page: &Page) -> (u16, Value) {
    (
        page.status,
        serde_json::from_str(&page.body).unwrap_or_else(|_| panic!("not JSON: {}", page.body)),
    )
}

/// Every operation of the document with real values in its path.
fn operations(document: &Value, round: &str) -> Vec<(String, Value)> {
    let paths = document["paths"].as_object().unwrap();
    paths
        .iter()
        .map(|(path, item)| {
            (path.replace("{round}", round).replace("{group}", "CY"), item["get"].clone())
        })
        .collect()
}

/// A schema that can be used by itself.
fn validator(document: &Value, schema: &Value) -> jsonschema::Validator {
    let mut whole = schema.clone();
    whole["components"] = document["components"].clone();
    jsonschema::validator_for(&whole).unwrap()
}

#[test]
fn every_answer_to_every_role_is_one_that_the_document_describes() {
    let bureau = bureau();
    let (_, document) = answer(&bureau.zicha.get("/api/v1/openapi.json"));
    assert_eq!(document["openapi"], "3.1.0");
    let mut allowed = 0;
    for released in [false, true] {
        if released {
            bureau
                .zicha
                .app
                .release_round(&shell(), &bureau.round.parse().unwrap(), Reach::Results)
                .unwrap();
        }
        for (path, get) in operations(&document, &bureau.round) {
            for role in bureau.tokens.keys() {
                let (status, body) = bureau.ask(role, &path);
                let described = &get["responses"][status.to_string()];
                assert!(!described.is_null(), "{path} as {role}: {status} is not documented");
                let validator =
                    validator(&document, &described["content"]["application/json"]["schema"]);
                let errors: Vec<String> =
                    validator.iter_errors(&body).map(|e| e.to_string()).collect();
                assert!(errors.is_empty(), "{path} as {role}: {errors:?} in {body}");
                // Whom the document names is let in, whom it does not is not.
                let named = get["description"]
                    .as_str()
                    .unwrap()
                    .rsplit("Roles: ")
                    .next()
                    .unwrap()
                    .trim_end_matches('.')
                    .split(", ")
                    .any(|r| r == *role);
                let in_time = released || ["clerk", "head"].contains(role) || path == "/rounds";
                match (named, in_time) {
                    (false, _) => assert_eq!(status, 403, "{path} as {role}"),
                    (true, true) => assert_eq!(status, 200, "{path} as {role}: {body}"),
                    (true, false) => assert!(
                        [403, 404].contains(&status),
                        "{path} as {role} before the release: {status}"
                    ),
                }
                allowed += u32::from(status == 200);
            }
        }
    }
    assert!(allowed > 20, "{allowed}");
}

#[test]
fn figures_are_those_of_the_exports_and_others_groups_are_not_in_them() {
    let bureau = bureau();
    let (_, release) = bureau.ask("clerk", &format!("/rounds/{}/release", bureau.round));
    let results = bureau.zicha.app.results(&shell(), &bureau.round.parse().unwrap()).unwrap();
    let export = results.table(zicha::export::TableName::WIDE, None).unwrap().to_json();
    assert_eq!(release["cells"], serde_json::from_str::<Value>(&export).unwrap());
    bureau
        .zicha
        .app
        .release_round(&shell(), &bureau.round.parse().unwrap(), Reach::Results)
        .unwrap();
    for role in ["unit_head", "leader"] {
        let (status, own) = bureau.ask(role, &format!("/rounds/{}/release", bureau.round));
        assert_eq!(status, 200);
        let groups: Vec<&str> = own["cells"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["group_code"].as_str().unwrap())
            .collect();
        assert!(!groups.is_empty() && groups.iter().all(|g| *g == "CY"), "{role}: {groups:?}");
        assert_eq!(own["turnout"].as_array().unwrap().len(), 1, "{role}");
        assert_eq!(
            bureau.ask(role, &format!("/rounds/{}/lists/CF", bureau.round)).0,
            403,
            "{role}"
        );
        // A leader reads the own units beside the bureau.
        let whole = if role == "leader" { 200 } else { 403 };
        let bureaus = bureau.ask(role, &format!("/rounds/{}/lists/ALL", bureau.round));
        assert_eq!(bureaus.0, whole, "{role}");
    }
    let noted = bureau.zicha.app.audit(&shell()).unwrap().rows;
    assert_eq!(noted.iter().filter(|r| r.action == "api_denied").count(), 3);
    assert_eq!(noted.iter().filter(|r| r.action == "api_read").count(), 4);
}

#[test]
fn without_a_valid_token_nothing_is_answered() {
    let bureau = bureau();
    let (_, document) = answer(&bureau.zicha.get("/api/v1/openapi.json"));
    let now = bureau.zicha.app.tokens(&"clerk".into()).unwrap()[0].id.clone();
    for (path, _) in operations(&document, &bureau.round) {
        let path = format!("/api/v1{path}");
        assert_eq!(bureau.zicha.get(&path).status, 401, "{path}");
        let half = &bureau.tokens["clerk"][..40];
        for wrong in ["", "zicha_", half, "Bearer", &now, "x".repeat(9000).as_str()] {
            assert!(
                [401, 431, 400].contains(&bureau.zicha.get_as(wrong, &path).status),
                "{path} with {wrong:.20}"
            );
        }
    }
    // A token dies with its account, at its owner's word, and with a new password.
    bureau.zicha.app.set_account_active(&an_admin("admin"), &"clerk".into(), false).unwrap();
    assert_eq!(bureau.ask("clerk", "/units").0, 401);
    bureau.zicha.app.set_account_active(&an_admin("admin"), &"clerk".into(), true).unwrap();
    assert_eq!(
        bureau.ask("clerk", "/units").0,
        401,
        "turning an account on again does not revive its tokens"
    );
    let head = bureau.zicha.app.tokens(&"head".into()).unwrap()[0].id.clone();
    assert!(bureau.zicha.app.end_token(&a_clerk("leader"), &head).is_err(), "only one's own");
    bureau.zicha.app.end_token(&a_clerk("head"), &head).unwrap();
    assert_eq!(bureau.ask("head", "/units").0, 401);
    bureau.zicha.app.reset_password(&an_admin("admin"), &"leader".into()).unwrap();
    assert_eq!(bureau.ask("leader", "/rounds").0, 401);
    for (label, days) in [("", 5), ("好", 0), ("好", 91), ("好\u{202E}", 5)] {
        assert!(
            bureau.zicha.app.make_token(&a_clerk("clerk"), label, days).is_err(),
            "{label} {days}"
        );
    }
}

#[test]
fn whatever_stands_in_an_address_gets_a_clear_answer() {
    let bureau = bureau();
    let pieces = [
        "%00",
        "..%2f..",
        "%F0%9F%98%80",
        "'%20or%201=1--",
        "%3Cscript%3E",
        "ALL",
        "CY+CF",
        "zzzzzzzz",
        "%E2%80%AE",
        "a",
        &"x".repeat(2000),
        "%25s%25n",
    ];
    for piece in pieces {
        for path in [
            format!("/rounds/{piece}"),
            format!("/rounds/{piece}/release"),
            format!("/rounds/{}/lists/{piece}", bureau.round),
            format!("/rounds/{piece}/turnout"),
            format!("/units?{piece}"),
            format!("/rounds?group={piece}"),
        ] {
            let page = bureau.zicha.get_as(&bureau.tokens["clerk"], &format!("/api/v1{path}"));
            assert!(
                [200, 400, 404, 414, 422].contains(&page.status),
                "{path}: {} {}",
                page.status,
                page.body
            );
            assert!(
                !page.body.contains("panicked") && !page.body.contains("sqlite"),
                "{path}: {}",
                page.body
            );
        }
    }
    for (path, method) in [("/units", "POST"), ("/rounds", "DELETE"), ("/rounds", "PUT")] {
        let status =
            bureau.zicha.method(method, &format!("/api/v1{path}"), &bureau.tokens["clerk"]);
        assert!([404, 405].contains(&status), "{method} {path}: {status}");
    }
}

#[test]
fn a_token_is_made_on_the_own_page_with_the_password_and_shown_once() {
    let zicha = TestApp::start(Backend::Sqlite);
    let password = zicha
        .app
        .add_account(&shell(), "keyuan", Role::Clerk, &[], Some(crate::test_app::PASSWORD))
        .unwrap();
    let desk = zicha.desk();
    desk.sign_in("keyuan", &password);
    let make = |password: &str| {
        desk.post_from(
            "/desk/me",
            "/desk/me",
            &[("do", "token"), ("label", "大屏"), ("days", "7"), ("password", password)],
        )
    };
    make("wrong").assert_says(422, "口令不正确");
    let page = make(&password);
    let token = page.body.split("zicha_").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert_eq!(zicha.get_as(&format!("zicha_{token}"), "/api/v1/units").status, 200);
    let later = desk.get("/desk/me");
    assert!(later.body.contains("大屏") && !later.body.contains(&token));
    zicha.get("/api/v1").assert_says(200, "GET /api/v1/rounds/{round}/lists/{group}");
}
