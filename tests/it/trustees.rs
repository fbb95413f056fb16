//! Custody by trustees: what opens a box, what does not, and what nobody is told.

use rand::SeedableRng;
use rand::rngs::StdRng;
use zicha::access::ServerKey;
use zicha::app::Custody;
use zicha::ballot::{CustodyError, CustodySecret, Passphrase, RoundPrivateKey, Share, WrappedKey};
use zicha::id::RoundId;
use zicha::round::Access;

use crate::shell::Shell;
use crate::test_app::{Desk, TestApp, UNITS, backends, on_both, shell, survey};

#[test]
fn any_quorum_and_the_custody_file_open_and_nothing_less_does() {
    let mut rng = StdRng::seed_from_u64(11);
    let (private, _) = RoundPrivateKey::generate(&mut rng).unwrap();
    let round: RoundId = "abcdefgh".parse().unwrap();
    let server = ServerKey::random(&mut rng);
    let (secret, wrong) = (CustodySecret::random(&mut rng), CustodySecret::random(&mut rng));
    let passphrases: Vec<Passphrase> = (0..4).map(|_| Passphrase::random(&mut rng)).collect();
    let wrapped = WrappedKey::by_trustees(&private, &passphrases, 3, &secret, &round, &mut rng);
    assert_eq!(wrapped.trustees(), Some((3, 4)));
    let share = |n: usize| wrapped.share(&passphrases[n], &round).unwrap();
    let open = |holders: &[usize], secret: &CustodySecret| {
        let shares: Vec<Share> = holders.iter().map(|n| share(*n)).collect();
        wrapped.unwrap_key(&server, &shares, secret, &round)
    };
    for quorum in [[0, 1, 2], [3, 1, 0], [2, 3, 0], [1, 2, 3]] {
        assert_eq!(open(&quorum, &secret).unwrap().to_bytes(), private.to_bytes());
    }
    assert_eq!(
        open(&[0, 1, 2, 3], &secret).unwrap().to_bytes(),
        private.to_bytes(),
        "all of them may come"
    );
    assert!(matches!(open(&[0, 1], &secret), Err(CustodyError::TooFew { have: 2, need: 3 })));
    assert!(
        matches!(open(&[0, 1, 1, 0], &secret), Err(CustodyError::TooFew { have: 2, need: 3 })),
        "typing twice is coming once"
    );
    assert!(
        matches!(open(&[0, 1, 2, 3], &wrong), Err(CustodyError::WrongSecret)),
        "all passphrases without the custody file"
    );
    let stranger = Passphrase::random(&mut rng);
    let refused = wrapped.share(&stranger, &round).err().unwrap().to_string();
    assert_eq!(refused, "this passphrase does not belong to this round", "no hint which share");
    assert!(
        wrapped.share(&passphrases[0], &"hgfedcba".parse().unwrap()).is_err(),
        "another round's"
    );
    // The record in the database holds no passphrase and no share in clear.
    let record = serde_json::to_string(&wrapped).unwrap();
    for passphrase in &passphrases {
        assert!(
            !record.contains(passphrase.printed().as_str())
                && !record.contains(&passphrase.printed().replace('-', ""))
        );
    }
}

#[test]
fn a_round_under_trustees_is_no_trial_and_goes_through_on_the_command_line() {
    for backend in backends() {
        let zicha = Shell::new(backend);
        std::fs::write(zicha.path("units.csv"), UNITS).unwrap();
        zicha.ok(&["units", "import", &zicha.path("units.csv")]);
        let today = zicha::round::shanghai_day(time::OffsetDateTime::now_utc()).to_string();
        let round = zicha.ok(&[
            "round", "create", "--survey", "canteen", "--title", "正式", "--opens", &today,
            "--closes", &today,
        ]);
        let file = zicha.path("passphrases.txt");
        // Nobody could test a passphrase without a terminal: that has to be wanted.
        zicha.refused(
            &["round", "open", &round, "--trustees", "4", "--quorum", "3"],
            "add --yes to open the round untested",
        );
        let warned = zicha.run(&[
            "--yes",
            "round",
            "open",
            &round,
            "--trustees",
            "4",
            "--quorum",
            "3",
            "--passphrases-out",
            &file,
        ]);
        assert!(
            warned.status.success()
                && String::from_utf8_lossy(&warned.stderr).contains("this round is lost"),
            "said before opening"
        );
        let text = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().filter(|l| !l.starts_with('#')).collect();
        assert_eq!(lines.len(), 4);
        assert!(!zicha.ok(&["round", "status", &round]).contains("试用"));
        // Each trustee may test; a wrong one is told apart from a mistyped one, and from nothing
        // else.
        assert_eq!(zicha.ok(&["box", "test", "--round", &round, "--passphrases", &file]), "fits");
        let keep = |name: &str, lines: &[&str]| {
            std::fs::write(zicha.path(name), lines.join("\n")).unwrap();
            zicha.path(name)
        };
        let stranger = Passphrase::random(&mut StdRng::seed_from_u64(1)).printed().to_string();
        zicha.refused(
            &["box", "test", "--round", &round, "--passphrases", &keep("a", &[&stranger])],
            "does not belong to this round",
        );
        let slipped =
            lines[0].replacen(&lines[0][..1], if lines[0].starts_with('a') { "b" } else { "a" }, 1);
        zicha.refused(
            &["box", "test", "--round", &round, "--passphrases", &keep("b", &[&slipped])],
            "mistyped",
        );
        // Closing early takes the quorum; two are not enough, and one twice is one.
        zicha.refused(
            &["--yes", "round", "close", &round],
            "needs the passphrases of 3 trustees; 0 are there",
        );
        let two = keep("c", &[lines[0], lines[1], lines[1]]);
        zicha.refused(&["--yes", "round", "close", &round, "--passphrases", &two], "2 are there");
        zicha.ok(&["--yes", "round", "close", &round, "--passphrases", &file]);
        // So does the opening, with the custody file.
        zicha.refused(
            &["--yes", "box", "open", "--round", &round],
            "needs the passphrases of 3 trustees",
        );
        zicha.refused(
            &["--yes", "box", "open", "--round", &round, "--passphrases", &two],
            "2 are there",
        );
        let custody = zicha.folder.path().join("custody").join(&round);
        std::fs::rename(&custody, zicha.path("stolen")).unwrap();
        zicha.refused(
            &["--yes", "box", "open", "--round", &round, "--passphrases", &file],
            "the custody file",
        );
        std::fs::rename(zicha.path("stolen"), &custody).unwrap();
        let three = keep("d", &[lines[3], lines[0], lines[2]]);
        zicha.ok(&["--yes", "box", "open", "--round", &round, "--passphrases", &three]);
        assert!(!custody.exists());
        zicha.refused(
            &["box", "test", "--round", &round, "--passphrases", &file],
            "the key is destroyed",
        );
        zicha.ok(&["round", "release", &round, "--yes"]);
        zicha.ok(&["verify", "--round", &round]);
    }
}

#[test]
fn without_a_file_passphrases_are_printed_once() {
    let zicha = Shell::new(crate::test_app::Backend::Sqlite);
    std::fs::write(zicha.path("units.csv"), UNITS).unwrap();
    zicha.ok(&["units", "import", &zicha.path("units.csv")]);
    let today = zicha::round::shanghai_day(time::OffsetDateTime::now_utc()).to_string();
    let round = zicha.ok(&[
        "round", "create", "--survey", "canteen", "--title", "正式", "--opens", &today, "--closes",
        &today,
    ]);
    zicha.refused(
        &["--yes", "--json", "round", "open", &round, "--trustees", "3", "--quorum", "2"],
        "--passphrases-out",
    );
    // A screen that takes nothing costs nothing: the round stays a draft.
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let lost = zicha
        .command(&["--yes", "round", "open", &round, "--trustees", "3", "--quorum", "2"])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(lost.status.code(), Some(1));
    assert!(zicha.ok(&["round", "status", &round]).contains("state draft"));
    let printed = zicha.ok(&["--yes", "round", "open", &round, "--trustees", "3", "--quorum", "2"]);
    assert_eq!(
        printed.lines().filter(|l| l.len() == 24 && l.contains('-')).count(),
        3,
        "{printed}"
    );
    // A file that cannot be written costs nothing: the draft stays a draft.
    let other = zicha.ok(&[
        "round", "create", "--survey", "canteen", "--title", "二", "--opens", &today, "--closes",
        &today,
    ]);
    zicha.refused(
        &[
            "--yes",
            "round",
            "open",
            &other,
            "--trustees",
            "3",
            "--quorum",
            "2",
            "--passphrases-out",
            "/nowhere/p.txt",
        ],
        "cannot write /nowhere/p.txt",
    );
    assert!(zicha.ok(&["round", "status", &other]).contains("state draft"));
}

/// Passphrases on the printed sheet.
fn printed(html: &str) -> Vec<String> {
    html.split("class=\"passphrase\">")
        .skip(1)
        .map(|part| part.split('<').next().unwrap().to_owned())
        .collect()
}

/// The set that the page would give up for a new one.
fn replaces(html: &str) -> String {
    html.split("name=\"replaces\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[test]
fn pages_follow_a_download_and_another_clerk() {
    let zicha = TestApp::start(crate::test_app::Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.draft(&survey("canteen"), Access::Slip);
    let desk = head(&zicha);
    let (draft, custody) =
        (format!("/desk/rounds/{round}"), format!("/desk/rounds/{round}/custody"));
    let word = |page: &str| {
        desk.get(page)
            .body
            .split("data-standing=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned()
    };
    let standing = || desk.get(&format!("{draft}/standing")).body;
    let before = word(&custody);
    assert!(before == standing() && before == word(&draft), "nothing has happened");
    zicha.app.prepare_trustees(&shell(), &round, (3, 2), "").unwrap();
    assert_ne!(standing(), before, "somebody made passphrases");
    desk.get(&custody).assert_says(200, "第二步");
    let before = word(&draft);
    zicha.slips(&round);
    assert_ne!(standing(), before, "slips were made");
    desk.get(&draft).assert_says(200, "已印发");
    // Asking is no use of a session, and strangers learn nothing.
    let stranger = zicha.desk().get(&format!("{draft}/standing"));
    assert_eq!((stranger.status, stranger.body.as_str()), (204, ""));
}

fn head(zicha: &TestApp) -> Desk {
    let password = zicha
        .app
        .add_account(
            &shell(),
            "fuzeren",
            zicha::app::Role::Head,
            &[],
            Some(crate::test_app::PASSWORD),
        )
        .unwrap();
    let desk = zicha.desk();
    desk.sign_in("fuzeren", &password);
    desk
}

#[test]
fn trustees_type_in_turn_at_the_desk_and_nothing_is_shown_back() {
    on_both(|zicha| {
        zicha.import_units(UNITS);
        let round = zicha.draft(&survey("canteen"), Access::Slip);
        let desk = head(zicha);
        let page = format!("/desk/rounds/{round}/custody");
        desk.get(&page).assert_says(200, "任何人都无法恢复");
        desk.post_from(&page, &page, &[("step", "make"), ("trustees", "4"), ("quorum", "9")])
            .assert_says(422, "建议 4 人中 3 人");
        let sheet =
            desk.post_from(&page, &page, &[("step", "make"), ("trustees", "4"), ("quorum", "3")]);
        let passphrases = printed(&sheet.body);
        assert_eq!(passphrases.len(), 4);
        let passphrases = made_anew(&desk, &page, &passphrases);
        let stranger = Passphrase::random(&mut StdRng::seed_from_u64(2)).printed().to_string();
        desk.post_from(&page, &page, &[("step", "test"), ("passphrase", &stranger)])
            .assert_says(422, "不属于本轮");
        // It opens once a quorum of different passphrases of this set was typed, and not before.
        let draft = format!("/desk/rounds/{round}");
        let open = || {
            desk.post_from(
                &draft,
                &format!("{draft}/do/open"),
                &[("custody", "trustees"), ("confirm", "yes")],
            )
        };
        for typed in [3, 3, 0] {
            desk.post_from(&page, &page, &[("step", "test"), ("passphrase", &passphrases[typed])])
                .assert_says(200, "口令有效");
            open().assert_says(422, "至少要 3 位");
        }
        desk.post_from(&page, &page, &[("step", "test"), ("passphrase", &passphrases[1])])
            .assert_says(200, "已有 3 位监督员核对");
        let asked = desk.post_from(&draft, &format!("{draft}/do/open"), &[("custody", "trustees")]);
        asked.assert_says(200, "永久作废");
        desk.post_from(
            &draft,
            &format!("{draft}/do/open"),
            &[("custody", "trustees"), ("confirm", "yes")],
        );
        assert!(!zicha.app.round(&round).unwrap().is_trial());
        assert!(!zicha.get(&format!("/r/{round}")).body.contains("试用"));
        for code in zicha.slips(&round)["CY"].iter().take(6) {
            zicha.answer(&round, code, &[("visit_meal", "lunch")]).assert_received();
        }
        // Tested while open: kept nowhere, so nothing can be done with it.
        desk.post_from(&page, &page, &[("step", "test"), ("passphrase", &passphrases[0])])
            .assert_says(200, "口令有效");
        assert_eq!(zicha.app.gathered(&round), 0);
        desk.post_from(&draft, &format!("{draft}/do/close"), &[("confirm", "yes")])
            .assert_says(422, "需要 3 位监督员到场输入口令，现有 0 位");
        each_types_in_turn(&desk, &page, &passphrases);
        desk.post_from(&draft, &format!("{draft}/do/close"), &[("confirm", "yes")]);
        assert!(zicha.app.round(&round).unwrap().closing.unwrap().early);
        assert_eq!(
            zicha.app.gathered(&round),
            0,
            "they came to close; to open they are asked again"
        );
        let wait = |says: &str| {
            let started = std::time::Instant::now();
            while !desk.get(&draft).body.contains(says) {
                assert!(started.elapsed().as_secs() < 20, "never said {says}");
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        };
        desk.post_from(&draft, &format!("{draft}/do/box"), &[("confirm", "yes")]);
        wait("需要 3 位监督员到场");
        for passphrase in &passphrases[1..] {
            desk.post_from(&page, &page, &[("step", "enter"), ("passphrase", passphrase)]);
        }
        desk.post_from(&draft, &format!("{draft}/do/box"), &[("confirm", "yes")]);
        TestApp::wait(|| zicha.app.round(&round).unwrap().destroyed);
        assert_eq!(zicha.app.results(&shell(), &round).unwrap().release.bureau.turnout.counted, 6);
        assert_eq!(zicha.app.gathered(&round), 0, "what was typed is forgotten");
    });
}

/// A second click makes nothing. Making anew names what it costs, and voids the first print where
/// everybody sees it.
fn made_anew(desk: &Desk, page: &str, passphrases: &[String]) -> Vec<String> {
    // A second click on a page that a download left where it was makes nothing, and says so.
    desk.post_from(page, page, &[("step", "make"), ("trustees", "4"), ("quorum", "3")])
        .assert_says(422, "没有再次生成");
    desk.post_from(page, page, &[("step", "test"), ("passphrase", &passphrases[0])])
        .assert_says(200, "已有 1 位监督员核对");
    // Making anew names what it costs, and voids the first print where everybody sees it.
    let first = replaces(&desk.get(page).body);
    let again =
        [("step", "make"), ("trustees", "4"), ("quorum", "3"), ("replaces", first.as_str())];
    desk.post_from(page, page, &again).assert_says(200, "已经封好的信封全部打不开票箱");
    desk.post_from(page, page, &[("step", "test"), ("passphrase", &passphrases[1])])
        .assert_says(200, "已有 2 位监督员核对");
    let sheet = desk.post_from(page, page, &[&again[..], &[("confirm", "yes")]].concat());
    desk.get(page).assert_says(200, &format!("已作废的口令：{first}</strong>"));
    desk.post_from(page, page, &[("step", "test"), ("passphrase", &passphrases[0])])
        .assert_says(422, &format!("已作废的一套（{first}）"));
    let passphrases = printed(&sheet.body);
    assert!(sheet.body.contains(&replaces(&desk.get(page).body)), "the set stands on the sheet");
    passphrases
}

/// In turn, forgiving of how it is typed, and never on a page again.
fn each_types_in_turn(desk: &Desk, page: &str, passphrases: &[String]) {
    for (n, typed) in
        [passphrases[0].to_uppercase(), passphrases[2].replace('-', " "), passphrases[1].clone()]
            .iter()
            .enumerate()
    {
        let shown = desk.post_from(page, page, &[("step", "enter"), ("passphrase", typed)]);
        shown.assert_says(200, if n < 2 { "请下一位监督员输入" } else { "口令已齐" });
        for passphrase in passphrases {
            assert!(!shown.body.contains(passphrase.as_str()));
        }
    }
}

#[test]
fn passphrases_that_lapsed_open_no_round() {
    let zicha = TestApp::start(crate::test_app::Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.draft(&survey("canteen"), Access::Slip);
    let refused =
        zicha.app.open_round(&shell(), &round, Custody::Trustees).unwrap_err().to_string();
    assert!(refused.contains("have lapsed or were never made"), "{refused}");
    assert!(zicha.app.round(&round).unwrap().public_key.is_none());
}
