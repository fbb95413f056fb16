//! Every line of the promise, and the test that proves it. A line without a proof, a proof that
//! does not exist, or a line that stands where it does not hold, fails.

use zicha::app::{App, LINES, Settings};
use zicha::round::Access;

use crate::test_app::{Backend, TestApp, UNITS, shell, survey};

/// What carries a line.
enum Proof {
    /// Tests of this folder, as `module::name`.
    Tests(&'static [&'static str]),
    /// Tests in a real browser, as file and title.
    Browser(&'static [(&'static str, &'static str)]),
    /// What people do; the software can only say so.
    People(&'static str),
}
use Proof::{Browser, People, Tests};

const PROOFS: [(&str, Proof); 24] = [
    (
        "nobody",
        Tests(&[
            "forensics::sqlite_files_tell_an_order_before_the_opening_and_nothing_after_it",
            "forensics::postgresql_tells_which_slip_made_which_ciphertext_before_the_opening_and_nothing_after_it",
            "gate_attack::no_random_bureau_gives_a_group_away",
        ]),
    ),
    ("not_yet_nobody", Tests(&["promises::lines_that_do_not_hold_give_way_to_weaker_ones"])),
    (
        "codes",
        Tests(&[
            "canary::nothing_a_phone_sends_is_found_anywhere",
            "schema::every_column_has_a_reason_and_none_is_there_without_one",
        ]),
    ),
    (
        "sealed",
        Tests(&[
            "sealing::whatever_is_answered_the_plaintext_has_one_size_and_reads_back",
            "schema::no_type_can_hold_a_time_or_an_order_where_respondents_write",
            "canary::nothing_a_phone_sends_is_found_anywhere",
        ]),
    ),
    ("trustees", Tests(&["trustees::any_quorum_and_the_custody_file_open_and_nothing_less_does"])),
    ("server_custody", Tests(&["promises::lines_that_do_not_hold_give_way_to_weaker_ones"])),
    (
        "opening",
        Tests(&[
            "opening::killed_at_every_step_and_run_again_it_gives_the_same_result",
            "sealing::after_the_opening_no_file_holds_a_readable_answer",
        ]),
    ),
    (
        "bands",
        Tests(&[
            "gate_attack::no_random_bureau_gives_a_group_away",
            "gate_attack::groups_that_are_too_small_are_merged_without_a_look_at_answers",
        ]),
    ),
    (
        "site",
        Tests(&[
            "bad_input::every_answer_carries_the_headers_of_a_page_that_leaks_nothing",
            "canary::the_service_writes_to_its_data_folder_and_nowhere_else_and_leaves_no_core",
        ]),
    ),
    (
        "device",
        Browser(&[
            ("storage", "unasked, no answer is stored anywhere"),
            (
                "storage",
                "a draft by choice holds the answers for a day, never the code, and comes back \
                 when asked for",
            ),
            ("storage", "a draft is gone after 24 hours, from whichever page is opened then"),
            (
                "storage",
                "an opened questionnaire survives a reload without network, and what is stored for \
                 that is what everybody gets",
            ),
            (
                "story",
                "an officer scans a slip, answers in eight steps, submits, and leaves nothing on \
                 the phone",
            ),
        ]),
    ),
    (
        "https",
        Tests(&[
            "bad_input::received_again_and_closed_are_equal_in_length",
            "promises::lines_that_do_not_hold_give_way_to_weaker_ones",
        ]),
    ),
    ("http", Tests(&["promises::lines_that_do_not_hold_give_way_to_weaker_ones"])),
    (
        "backups",
        Tests(&[
            "keeping::a_backup_is_sealed_to_a_key_and_holds_neither_server_key_nor_custody",
            "keeping::an_older_database_takes_the_release_back_from_its_file_and_no_ballot",
        ]),
    ),
    (
        "originals",
        Tests(&[
            "keeping::originals_are_destroyed_by_the_service_itself_when_their_day_is_over",
            "keeping::destruction_takes_two_accounts_and_leaves_no_trace_in_any_file",
        ]),
    ),
    ("round_server_custody", Tests(&["promises::lines_that_do_not_hold_give_way_to_weaker_ones"])),
    ("round_code_in_qr", Tests(&["promises::lines_that_do_not_hold_give_way_to_weaker_ones"])),
    ("round_http", Tests(&["promises::lines_that_do_not_hold_give_way_to_weaker_ones"])),
    ("p_noname", Tests(&["promises::the_questionnaire_asks_for_no_name"])),
    (
        "p_stored",
        Tests(&[
            "schema::no_type_can_hold_a_time_or_an_order_where_respondents_write",
            "sealing::after_the_opening_no_file_holds_a_readable_answer",
        ]),
    ),
    (
        "p_code",
        Tests(&[
            "forensics::sqlite_files_tell_an_order_before_the_opening_and_nothing_after_it",
            "forensics::postgresql_tells_which_slip_made_which_ciphertext_before_the_opening_and_nothing_after_it",
        ]),
    ),
    (
        "p_min",
        Tests(&[
            "gate_attack::groups_that_are_too_small_are_merged_without_a_look_at_answers",
            "gate_attack::a_group_cell_holds_no_number_but_band_ends_and_indices",
        ]),
    ),
    (
        "p_text",
        People(
            "two designated officers read and summarise; the originals' destruction is tested \
             under `originals`",
        ),
    ),
    (
        "p_final",
        Tests(&[
            "trustees::any_quorum_and_the_custody_file_open_and_nothing_less_does",
            "durability::a_thousand_uses_of_one_code_count_once",
        ]),
    ),
    ("p_channel", People("advice on where reports of violations belong")),
];

#[test]
fn every_line_names_a_proof_that_exists() {
    let shipped = App::shipped_surveys();
    let of_surveys = shipped.iter().flat_map(|s| s.privacy().iter().map(|l| l.id.as_str()));
    for id in LINES.iter().copied().chain(of_surveys) {
        let proof =
            PROOFS.iter().find(|p| p.0 == id).unwrap_or_else(|| panic!("{id} has no proof"));
        match proof.1 {
            Tests(tests) => {
                assert!(!tests.is_empty());
                for test in tests {
                    let (module, name) = test.split_once("::").unwrap();
                    let path = format!("{}/tests/it/{module}.rs", env!("CARGO_MANIFEST_DIR"));
                    let source =
                        std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{path} of {id}"));
                    assert!(
                        source.contains(&format!("fn {name}(")),
                        "{id}: there is no test {test}"
                    );
                }
            }
            Browser(tests) => {
                for (file, title) in tests {
                    let path =
                        format!("{}/tests/browser/{file}.spec.mjs", env!("CARGO_MANIFEST_DIR"));
                    let source =
                        std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{path} of {id}"));
                    assert!(
                        source.contains(&format!("test(\"{title}\"")),
                        "{id}: there is no test {title}"
                    );
                }
            }
            People(why) => assert!(why.len() > 20, "{id}"),
        }
    }
}

fn app(public_url: &str) -> (tempfile::TempDir, std::sync::Arc<App>) {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        data: folder.path().to_owned(),
        public_url: Some(public_url.into()),
        ..Settings::default()
    };
    let app = std::sync::Arc::new(App::open(settings).unwrap());
    app.import_units(&shell(), UNITS.as_bytes()).unwrap();
    (folder, app)
}

fn round(app: &App, trustees: bool, code_in_qr: bool, access: Access) -> zicha::id::RoundId {
    let day = zicha::round::shanghai_day(app.now());
    let new = zicha::app::NewRound {
        survey: &survey("self-check"),
        title: "试",
        opens: day,
        closes: day + time::Duration::DAY,
        units: &[],
        access,
        looks_back: None,
    };
    let id = app.create_round(&shell(), &new).unwrap();
    app.issue_slips(&shell(), &id, None, 0, code_in_qr).unwrap();
    if trustees {
        app.prepare_trustees(&shell(), &id, (4, 3), "").unwrap();
    }
    app.open_round(
        &shell(),
        &id,
        if trustees { zicha::app::Custody::UntestedTrustees } else { zicha::app::Custody::Server },
    )
    .unwrap();
    id
}

/// The four pictures say of the key what is so, before and after a round opens.
#[test]
fn the_pictures_of_a_response_s_way_never_say_more_than_is_so() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let says = |round: &zicha::id::RoundId| zicha.get(&format!("/r/{round}")).body;
    let trial = zicha.open_round(&survey("canteen"));
    assert!(says(&trial).contains("试用：钥匙在服务器"));
    assert!(!says(&trial).contains("监督员共同开箱"));
    let held = zicha.draft(&survey("canteen"), Access::Slip);
    let (_, passphrases) = zicha.app.prepare_trustees(&shell(), &held, (3, 2), "").unwrap();
    for one in &passphrases {
        zicha.app.test_passphrase(&held, &one.printed()).unwrap();
    }
    // On paper that is printed before anybody has decided, neither is said.
    let slips = zicha.app.issue_slips(&shell(), &held, None, 0, true).unwrap();
    let paper =
        |round: &zicha::round::Round| zicha::web::sheet::sheet(round, &slips, "").into_string();
    let draft = paper(&zicha.app.round(&held).unwrap());
    assert!(draft.contains("截止后开箱，只开一次") && !draft.contains("监督员共同"));
    zicha.app.open_round(&shell(), &held, zicha::app::Custody::Trustees).unwrap();
    assert!(says(&held).contains("截止后监督员共同开箱"));
    assert!(!says(&held).contains("钥匙在服务器"));
    assert!(paper(&zicha.app.round(&held).unwrap()).contains("截止后监督员共同开箱"));
}

#[test]
fn lines_that_do_not_hold_give_way_to_weaker_ones() {
    let ids = |lines: Vec<zicha::app::Line>| lines.into_iter().map(|l| l.id).collect::<Vec<_>>();
    // As it should be: https, trustees, codes typed by hand.
    let (_folder, good) = app("https://survey.example.org");
    let id = round(&good, true, false, Access::Slip);
    let lines = ids(good.promise(&good.live_rounds().unwrap()));
    assert_eq!(
        lines,
        [
            "nobody",
            "codes",
            "sealed",
            "trustees",
            "opening",
            "bands",
            "site",
            "device",
            "https",
            "backups",
            "originals"
        ]
    );
    let own = ids(good.round_promise(&good.live(&id).unwrap()));
    assert_eq!(own, ["p_noname", "p_stored", "p_code", "p_min", "p_text", "p_final", "p_channel"]);
    // The server holds the key: what needs trustees is gone, and the weaker line is there.
    let id = round(&good, false, false, Access::Slip);
    let lines = ids(good.promise(&good.live_rounds().unwrap()));
    assert!(lines.contains(&"not_yet_nobody".into()) && lines.contains(&"server_custody".into()));
    assert!(!lines.contains(&"nobody".into()) && !lines.contains(&"trustees".into()));
    let own = ids(good.round_promise(&good.live(&id).unwrap()));
    assert_eq!(own, ["p_noname", "p_min", "p_text", "p_channel", "round_server_custody"]);
    // Closed, but not yet opened: the server could still open it.
    good.close_round(&shell(), &id).unwrap();
    assert!(!ids(good.promise(&good.live_rounds().unwrap())).contains(&"nobody".into()));
    good.open_box(&shell(), &id, &mut |_| {}).unwrap();
    assert!(ids(good.promise(&good.live_rounds().unwrap())).contains(&"nobody".into()));
    // A poster keeps no "once each", and a code in the image is said.
    let own =
        ids(good.round_promise(&good.live(&round(&good, true, true, Access::Poster)).unwrap()));
    assert!(!own.contains(&"p_code".into()));
    let own = ids(good.round_promise(&good.live(&round(&good, true, true, Access::Slip)).unwrap()));
    assert!(own.contains(&"round_code_in_qr".into()));
    // Plain http: said on both, and nothing claims that nobody can know.
    let (_folder, plain) = app("http://survey.example.org");
    let id = round(&plain, true, false, Access::Slip);
    let lines = ids(plain.promise(&plain.live_rounds().unwrap()));
    assert!(
        lines.contains(&"http".into())
            && lines.contains(&"not_yet_nobody".into())
            && !lines.contains(&"https".into())
    );
    assert!(ids(plain.round_promise(&plain.live(&id).unwrap())).contains(&"round_http".into()));
}

#[test]
fn the_page_shows_exactly_the_lines_that_hold() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    zicha.open_round(&survey("self-check"));
    let page = zicha.get("/privacy");
    for line in zicha.app.promise(&zicha.app.live_rounds().unwrap()) {
        page.assert_says(200, &format!("id=\"{}\"", line.id));
        page.assert_says(200, line.text.zh());
    }
    for id in ["nobody", "trustees", "https"] {
        assert!(!page.body.contains(&format!("id=\"{id}\"")), "{id} does not hold here");
    }
    zicha.get("/privacy?lang=en").assert_says(200, "What rests on trust");
}

#[test]
fn the_questionnaire_asks_for_no_name() {
    for survey in App::shipped_surveys() {
        for question in survey.questions() {
            for word in ["您的姓名", "您的职务", "您的年龄", "手机号", "微信号", "工号"]
            {
                assert!(
                    !question.text.zh().contains(word),
                    "{}: {}",
                    survey.id(),
                    question.text.zh()
                );
            }
        }
    }
}
