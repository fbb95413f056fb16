//! Survey files: the shipped ones are complete, the schema is the generated one, and every mistake
//! of an author gets a line.

use std::path::Path;
use std::process::Command;

use zicha::app::App;
use zicha::ballot::Layout;
use zicha::round::BallotEdition;
use zicha::survey::Survey;

use crate::test_app::survey;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_seven_category_questionnaire_is_complete() {
    let full = survey("self-check");
    let items = full.questions().iter().filter(|q| q.problem.is_some()).count();
    assert_eq!((full.categories().count(), items, full.questions().len()), (7, 47, 85));
    assert_eq!(full.questions().iter().filter(|q| q.hold).count(), 5);
    assert_eq!(
        BallotEdition::ALL.map(|edition| Layout::of(&full, edition).size()),
        [16 << 10, 7_464]
    );
    let short = survey("self-check-short");
    assert_eq!(short.questions().iter().filter(|q| q.problem.is_some()).count(), 28);
}

#[test]
fn no_source_file_knows_the_seven_categories() {
    for name in ["honor", "learning", "lawful", "org", "service", "discipline", "zeal"] {
        let found = Command::new("grep")
            .args(["-rlE", &format!("\"{name}(_|\")"), "src"])
            .current_dir(root())
            .output()
            .unwrap();
        let files = String::from_utf8(found.stdout).unwrap();
        // The demo's invented people have opinions; nothing else may.
        assert!(files.lines().eq(["src/app/demo.rs"]), "{name} in {files}");
    }
}

#[test]
fn the_schema_file_is_the_generated_one() {
    let kept =
        std::fs::read_to_string(root().join("surveys/survey.schema.json")).unwrap_or_default();
    assert!(kept == Survey::json_schema(), "run: cargo run -- schema > surveys/survey.schema.json");
}

#[test]
fn a_survey_survives_its_own_json() {
    for one in App::shipped_surveys() {
        assert_eq!(Survey::parse(one.to_json().as_bytes()).unwrap().hash(), one.hash());
    }
}

/// The third shipped survey with one thing changed.
fn broken(from: &str, to: &str) -> String {
    let text = std::fs::read_to_string(root().join("surveys/canteen.json")).unwrap();
    assert!(text.contains(from), "{from}");
    let changed = text.replacen(from, to, 1);
    match App::check_survey(changed.as_bytes()) {
        Ok(_) => panic!("accepted with {to}"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn every_mistake_of_an_author_is_one_clear_line_with_its_place() {
    let cases = [
        ("\"id\": \"food_choice\"", "\"id\": \"food_cold\"", "used twice"),
        ("\"id\": \"food_choice\"", "\"id\": \"Food Choice\"", "must match"),
        ("\"id\": \"food_choice\"", "\"id\": \"code\"", "must match"),
        ("\"scale\": \"agree\"", "\"scale\": \"agreed\"", "there is no scale `agreed`"),
        ("\"en\": \"Food\"", "\"fr\": \"Nourriture\"", "the en text is missing"),
        ("\"required\": true", "\"requird\": true", "unknown field `requird`"),
        ("\"max\": 2", "\"max\": 9", "min ≤ max"),
        ("\"places\": 2", "\"places\": 7", "places must be"),
        ("\"from\": 1", "\"from\": 2", "without gaps"),
        ("\"max_chars\": 100", "\"max_chars\": 100000", "invalid value"),
        ("\"prominent\": 40", "\"prominent\": 21", "would give a count away"),
        (
            "\"suggested\": \"immediate\"",
            "\"suggested\": \"tomorrow\"",
            "no rectification type `tomorrow`",
        ),
        ("\"id\": \"noodles\"", "\"id\": \"soup\"", "occurs twice"),
        ("\"id\": \"canteen\"", "\"id\": \"canteen\", \"id\": \"canteen\"", "occurs twice here"),
        ("\"zh-CN\": \"菜式选择太少\"", "\"zh-CN\": \"菜式\u{202E}太少\"", "holds U+202E"),
    ];
    for (from, to, says) in cases {
        let error = broken(from, to);
        assert!(error.contains(says), "{to}: {error}");
        if !says.contains("give a count") {
            let place: Vec<&str> = error.lines().next().unwrap().splitn(3, ':').collect();
            assert!(
                place[0].parse::<u32>().is_ok() && place[1].parse::<u32>().is_ok(),
                "line and column in {error}"
            );
        }
    }
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let text = std::fs::read_to_string(root().join("surveys/canteen.json")).unwrap();
    let text = text.replacen("\"required\": true", "\"requird\": true", 1).replacen(
        "\"places\": 2",
        "\"place\": 2",
        1,
    );
    let error = App::check_survey(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(error.lines().count(), 2, "{error}");
}

#[test]
fn hostile_files_are_refused_in_a_sentence() {
    let deep = "[".repeat(100_000);
    let large = format!("{{\"id\": \"{}\"}}", "a".repeat(5 << 20));
    for (bytes, says) in [
        (deep.as_bytes(), "not valid JSON"),
        (large.as_bytes(), "1 MiB at most"),
        (b"{\"id\": \"\xFF\"}".as_slice(), "not UTF-8"),
        (b"".as_slice(), "not valid JSON"),
        (b"[]".as_slice(), "invalid type"),
        (b"{}".as_slice(), "missing field"),
        (b"null".as_slice(), "invalid type"),
    ] {
        let error = App::check_survey(bytes).unwrap_err().to_string();
        assert!(error.contains(says) && error.len() < 500, "{error}");
    }
}
