//! Steps that take two accounts, attacked: at once, after an account is gone, and with words
//! changed in between.

use std::sync::Barrier;

use zicha::app::{App, NewAccount, Official, Role, SharedStep};
use zicha::id::RoundId;
use zicha::problem::{Problem, ProblemEdit, Source};
use zicha::round::RoundState;

use crate::test_app::{
    PASSWORD, TestApp, UNITS, a_clerk, an_admin, backends, on_both, open_beside, shell, survey,
};

fn opened(zicha: &TestApp) -> RoundId {
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("self-check"));
    for codes in zicha.slips(&round).values() {
        for code in codes.iter().take(6) {
            zicha
                .answer(&round, code, &[("honor_pride", "frequent"), ("honor_example", "某事")])
                .assert_received();
        }
    }
    zicha.app.close_round(&shell(), &round).unwrap();
    zicha.app.open_box(&shell(), &round, &mut |_| {}).unwrap();
    for (name, role) in [("jia", Role::Clerk), ("bing", Role::Clerk), ("yi", Role::Head)] {
        zicha.app.add_account(&shell(), name, role, &[], Some(PASSWORD)).unwrap();
    }
    round
}

/// A session of one of the accounts that keep their password.
fn row(app: &App, words: &str) -> ProblemEdit {
    ProblemEdit {
        source: Source::Inspection,
        statement: Some(words.to_owned()),
        found: Some(zicha::round::shanghai_day(app.now()).to_string()),
        category: 1,
        ..ProblemEdit::of(&Problem::default(), &"CY".into())
    }
}

fn editions(zicha: &TestApp, round: &RoundId) -> i32 {
    zicha.app.results(&shell(), round).unwrap().edition.map_or(0, |edition| edition.number)
}

/// Runs the same thing from many threads at once.
fn at_once(times: usize, work: impl Fn(usize) + Sync) {
    let barrier = Barrier::new(times);
    std::thread::scope(|scope| {
        for n in 0..times {
            let (barrier, work) = (&barrier, &work);
            scope.spawn(move || {
                barrier.wait();
                work(n);
            });
        }
    });
}

#[test]
fn one_step_has_one_effect_whatever_arrives_at_once() {
    on_both(|zicha| {
        let backend = zicha.backend;
        let round = opened(zicha);
        let both = |step: SharedStep| {
            zicha.app.approve(&a_clerk("jia"), &round, step).unwrap();
            at_once(16, |n| drop(zicha.app.approve(&a_clerk(["yi", "bing"][n % 2]), &round, step)));
        };
        both(SharedStep::Release);
        assert_eq!(
            (zicha.app.round(&round).unwrap().state, editions(zicha, &round)),
            (RoundState::Released, 1),
            "{backend:?}"
        );
        for wanted in 2..4 {
            zicha
                .app
                .add_problem(
                    &a_clerk("jia"),
                    &round,
                    row(&zicha.app, &format!("第{wanted}项")),
                    false,
                )
                .unwrap();
            both(SharedStep::Lists);
            assert_eq!(editions(zicha, &round), wanted, "{backend:?}: one agreement, one edition");
        }
        both(SharedStep::Destroy);
        let record = zicha.app.round(&round).unwrap().destruction.unwrap();
        assert_eq!(record.by.len(), 2, "{backend:?}: {record:?}");
    });
}

#[test]
fn nobody_reads_words_that_the_head_has_not_seen() {
    on_both(|zicha| {
        let backend = zicha.backend;
        let round = opened(zicha);
        let mut slipped = 0;
        for n in 0..12 {
            // Eleven things at the same moment: ten times "agree", and a new row.
            let step = if zicha.app.round(&round).unwrap().state == RoundState::Released {
                SharedStep::Lists
            } else {
                SharedStep::Release
            };
            if step == SharedStep::Lists
                && !zicha.app.results(&shell(), &round).unwrap().has_unissued_changes().unwrap()
            {
                zicha
                    .app
                    .add_problem(
                        &a_clerk("jia"),
                        &round,
                        row(&zicha.app, &format!("先有的第{n}项")),
                        false,
                    )
                    .unwrap();
            }
            let seen = zicha.app.seen_now(&round, step).unwrap();
            zicha.app.approve_seen(&a_clerk("yi"), &round, step, (&seen, "")).unwrap();
            let before = editions(zicha, &round);
            let words = format!("夹带的第{n}项");
            at_once(11, |k| {
                if k == 5 {
                    zicha
                        .app
                        .add_problem(&a_clerk("jia"), &round, row(&zicha.app, &words), false)
                        .unwrap();
                } else {
                    drop(zicha.app.approve_seen(&a_clerk("jia"), &round, step, (&seen, "")));
                }
            });
            let edition = zicha.app.results(&shell(), &round).unwrap().edition;
            if let Some(edition) = edition.filter(|e| e.number > before) {
                assert_eq!(edition.number, before + 1);
                assert_eq!(
                    edition.digest(),
                    seen,
                    "{backend:?}: what was handed over is what the head has seen"
                );
                let told = edition
                    .lists
                    .iter()
                    .flat_map(|l| &l.problems)
                    .any(|p| p.statement.zh().contains(&words));
                slipped += usize::from(told);
            }
        }
        assert_eq!(slipped, 0, "{backend:?}");
        // What has moved since it was seen is refused.
        let step = if zicha.app.round(&round).unwrap().state == RoundState::Released {
            SharedStep::Lists
        } else {
            SharedStep::Release
        };
        assert!(matches!(
            zicha.app.approve_seen(&a_clerk("yi"), &round, step, ("0000000000000000", "")),
            Err(zicha::app::AppError::Changed)
        ));
    });
}

#[test]
fn an_approval_ends_with_its_account() {
    on_both(|zicha| {
        let backend = zicha.backend;
        let round = opened(zicha);
        for end in ["off", "reset", "database"] {
            zicha.app.vouch(&a_clerk("bing"), &"jia".into()).ok();
            zicha.app.approve(&a_clerk("jia"), &round, SharedStep::Destroy).unwrap();
            match end {
                "off" => {
                    zicha
                        .app
                        .set_account_active(&an_admin("guanli"), &"jia".into(), false)
                        .unwrap();
                }
                "reset" => {
                    drop(zicha.app.reset_password(&an_admin("guanli"), &"jia".into()).unwrap());
                }
                // Whoever turned it off did not do so here.
                _ => {
                    use diesel::prelude::*;
                    let off = diesel::sql_query(
                        "update accounts set role = 'auditor' where name = 'jia'",
                    );
                    match zicha.app.settings().database.as_deref() {
                        Some(url) => {
                            off.execute(&mut PgConnection::establish(url).unwrap()).unwrap()
                        }
                        None => {
                            off.execute(&mut open_beside(zicha.data().join("zicha.db"))).unwrap()
                        }
                    };
                }
            }
            assert!(
                !zicha.app.approve(&a_clerk("yi"), &round, SharedStep::Destroy).unwrap(),
                "{backend:?} {end}: one account is left"
            );
            assert!(zicha.app.round(&round).unwrap().destruction.is_none(), "{backend:?} {end}");
            if end != "database" {
                zicha.app.set_account_active(&an_admin("guanli"), &"jia".into(), true).unwrap();
                zicha.app.set_account_active(&an_admin("guanli"), &"yi".into(), true).unwrap();
            }
        }
        // An account that was never there, or may not, agrees to nothing.
        for name in ["jia", "nobody"] {
            let refused = zicha
                .app
                .approve(&a_clerk(name), &round, SharedStep::Destroy)
                .unwrap_err()
                .to_string();
            assert!(refused.contains("cannot take part"), "{refused}");
        }
        assert!(
            zicha.app.approve(&a_clerk("bing"), &round, SharedStep::Destroy).unwrap(),
            "two who may do it"
        );
    });
}

#[test]
fn refused_reads_fill_the_chain_slowly_and_hide_nothing() {
    let zicha = TestApp::start(crate::test_app::Backend::Sqlite);
    let round = opened(&zicha);
    zicha.app.add_account(&shell(), "tou", Role::UnitHead, &["CY".into()], Some(PASSWORD)).unwrap();
    let head = zicha.desk();
    head.sign_in("tou", PASSWORD);
    let links = || {
        zicha
            .app
            .audit(&shell())
            .unwrap()
            .rows
            .into_iter()
            .filter(|row| row.account == "tou")
            .collect::<Vec<_>>()
    };
    let before = links().len();
    for n in 0..60 {
        assert_eq!(
            head.get(&format!("/desk/rounds/{round}/lists/%E2%80%AE{n}{}", "x".repeat(3_000)))
                .status,
            403
        );
    }
    let own = links();
    assert!(own.len() - before <= 12, "{} links for sixty refusals", own.len() - before);
    assert!(
        own.iter()
            .all(|row| row.subject.chars().count() <= 200 && !row.subject.contains('\u{202E}'))
    );
    assert!(own.iter().any(|row| row.subject.contains("⟨U+202E⟩")), "what hides is shown");
}

#[test]
fn what_no_database_can_hold_is_the_sender_s_mistake_on_both() {
    on_both(|zicha| {
        let backend = zicha.backend;
        let round = opened(zicha);
        let token = zicha.app.make_token(&a_clerk("jia"), "x", 1).unwrap();
        let desk = zicha.desk();
        desk.sign_in("jia", PASSWORD);
        for path in [
            format!("/desk/rounds/{round}/lists/%00"),
            format!("/desk/rounds/{round}/groups/a%00b"),
            format!("/desk/rounds/{round}/problems/CY%00"),
            format!("/desk/rounds/{round}/problems/CY/CY-1.1%00"),
            format!("/desk/rounds/{round}/texts?question=a%00&text=b%00"),
            format!("/desk/rounds/{round}/export/tally%00?format=csv"),
            "/desk/surveys/a%00b/json".to_owned(),
            "/desk/surveys/a%00b/versions".to_owned(),
            "/r/abc%00defg".to_owned(),
            "/bulletin/%00".to_owned(),
        ] {
            let status = desk.get(&path).status;
            assert!((400..500).contains(&status), "{backend:?} {path}: {status}");
        }
        for path in ["/api/v1/rounds/a%00b", &format!("/api/v1/rounds/{round}/lists/%00")] {
            let status = zicha.get_as(&token, path).status;
            assert!((400..500).contains(&status), "{backend:?} {path}: {status}");
        }
        for (path, fields) in [
            ("/desk/sign-in".to_owned(), vec![("name", "a\0b"), ("password", "x\0")]),
            (
                "/desk/units/one".to_owned(),
                vec![("code", "A\0"), ("name", "甲\0"), ("kind", "squad"), ("headcount", "3")],
            ),
            (
                format!("/desk/rounds/{round}/problems/CY"),
                vec![
                    ("category", "1"),
                    ("statement", "甲\0"),
                    ("source", "inspection"),
                    ("found", "2026-01-01"),
                ],
            ),
            (format!("/desk/rounds/{round}/names"), vec![("names", "张\0三")]),
            ("/desk/surveys/edit".to_owned(), vec![("definition", "{\0}")]),
        ] {
            let status = desk.post_from("/desk/me", &path, &fields).status;
            assert!((400..500).contains(&status), "{backend:?} {path}: {status}");
        }
        let fields = [("code", "10000000000000000081\0"), ("honor_example", "甲\0乙")];
        let status = zicha.post(&format!("/r/{round}"), &fields).status;
        assert!((400..500).contains(&status), "{backend:?}: {status}");
    });
}

#[test]
fn a_server_that_writes_parameters_into_its_log_is_refused() {
    use diesel::connection::SimpleConnection;
    use diesel::prelude::*;
    for _ in backends().into_iter().filter(|b| *b == crate::test_app::Backend::Postgres) {
        for setting in [
            "log_statement = 'all'",
            "log_statement = 'mod'",
            "log_min_duration_statement = 0",
            "log_parameter_max_length_on_error = -1",
        ] {
            let url = crate::test_app::new_postgres_database();
            let name = url.rsplit_once('/').unwrap().1.to_owned();
            PgConnection::establish(&url)
                .unwrap()
                .batch_execute(&format!("alter database {name} set {setting}"))
                .unwrap();
            let folder = tempfile::tempdir().unwrap();
            let open = || {
                App::open(zicha::app::Settings {
                    database: Some(url.clone()),
                    data: folder.path().to_owned(),
                    ..Default::default()
                })
                .map(drop)
            };
            let refused = open().unwrap_err().to_string();
            assert!(refused.contains("log_parameter_max_length"), "{setting}: {refused}");
            if !setting.contains("on_error") {
                PgConnection::establish(&url)
                    .unwrap()
                    .batch_execute(&format!(
                        "alter database {name} set log_parameter_max_length = 0"
                    ))
                    .unwrap();
                open().unwrap_or_else(|e| panic!("{setting} without parameters: {e}"));
            }
        }
    }
}

#[test]
fn whoever_sets_passwords_is_not_two_persons_at_once() {
    on_both(|zicha| {
        let backend = zicha.backend;
        let round = opened(zicha);
        let app = &zicha.app;
        app.add_account(&shell(), "guanli", Role::Admin, &[], Some(PASSWORD)).unwrap();
        // The administrator resets head and clerk and would release with them.
        app.reset_password(&an_admin("guanli"), &"yi".into()).unwrap();
        app.reset_password(&an_admin("guanli"), &"jia".into()).unwrap();
        for name in ["yi", "jia"] {
            let said =
                app.approve(&a_clerk(name), &round, SharedStep::Release).unwrap_err().to_string();
            assert!(said.contains("has to vouch"), "{backend:?}: {said}");
        }
        // Nor with an account made for that.
        let xin = NewAccount {
            official: Official::of("新人", ""),
            ..NewAccount::new("xin", Role::Clerk)
        };
        app.add_accounts_for(&an_admin("guanli"), vec![xin]).unwrap();
        assert!(app.approve(&a_clerk("xin"), &round, SharedStep::Release).is_err());
        // One who waits vouches for nobody, nobody for himself, and the administrator for nobody.
        assert!(
            app.vouch(&a_clerk("jia"), &"yi".into()).is_err()
                && app.vouch(&a_clerk("yi"), &"yi".into()).is_err()
                && app.vouch(&an_admin("guanli"), &"yi".into()).is_err()
        );
        let desk = zicha.desk();
        desk.sign_in("bing", PASSWORD);
        desk.get("/desk").assert_says(200, "请确认账号本人");
        assert_eq!(desk.post_from("/desk", "/desk/vouch", &[("name", "yi")]).status, 303);
        assert_eq!(
            desk.post_from("/desk", "/desk/vouch", &[("name", "yi")]).status,
            422,
            "once is enough"
        );
        assert!(
            !app.approve(&a_clerk("yi"), &round, SharedStep::Release).unwrap(),
            "now the head takes part"
        );
        assert!(app.approve(&a_clerk("bing"), &round, SharedStep::Release).unwrap());
        let bulletin = zicha.get(&format!("/bulletin/{round}"));
        bulletin.assert_says(200, "管理员新建账号、更改他人账号的姓名或角色、重置他人口令共");
    });
}

#[test]
fn a_closed_round_is_not_voided_without_the_head() {
    on_both(|zicha| {
        let backend = zicha.backend;
        zicha.import_units(UNITS);
        let round = zicha.open_round(&survey("canteen"));
        zicha.app.close_round(&shell(), &round).unwrap();
        for (name, role) in [("jia", Role::Clerk), ("bing", Role::Clerk), ("yi", Role::Head)] {
            zicha.app.add_account(&shell(), name, role, &[], Some(PASSWORD)).unwrap();
        }
        let agrees = |name: &str| {
            zicha.app.approve(&a_clerk(name), &round, SharedStep::Void).unwrap_or(false)
        };
        assert!(!agrees("jia") && !agrees("bing"), "{backend:?}: two clerks are not enough");
        assert_eq!(zicha.app.round(&round).unwrap().state, RoundState::Closed);
    });
}

#[test]
fn approvals_destruction_and_slips_at_once_are_all_answered() {
    // On PostgreSQL such transactions wait for each other's tables and rows; the database gives one
    // up, and it is tried again.
    on_both(|zicha| {
        let backend = zicha.backend;
        let round = opened(zicha);
        let draft = zicha.draft(&survey("canteen"), zicha::round::Access::Slip);
        zicha.app.approve(&a_clerk("jia"), &round, SharedStep::Release).unwrap();
        zicha.app.approve(&a_clerk("yi"), &round, SharedStep::Release).unwrap();
        let failed = std::sync::Mutex::new(Vec::new());
        at_once(24, |n| {
            let who = ["jia", "yi", "bing"][n % 3];
            let done = match n % 4 {
                0 => zicha.app.approve(&a_clerk(who), &round, SharedStep::Destroy).map(drop),
                1 => zicha.app.issue_slips(&shell(), &draft, None, 10, true).map(drop),
                2 => zicha.app.approve(&a_clerk(who), &round, SharedStep::Lists).map(drop),
                _ => zicha
                    .app
                    .add_problem(&a_clerk(who), &round, row(&zicha.app, &format!("第{n}项")), false)
                    .map(drop),
            };
            match done {
                Ok(()) | Err(zicha::app::AppError::Refused(_) | zicha::app::AppError::Changed) => {}
                Err(error) => failed.lock().unwrap().push(format!("{n}: {error}")),
            }
        });
        assert_eq!(failed.into_inner().unwrap(), Vec::<String>::new(), "{backend:?}");
        assert!(
            zicha.app.round(&round).unwrap().destruction.is_some(),
            "{backend:?}: two of three agreed to it"
        );
    });
}
