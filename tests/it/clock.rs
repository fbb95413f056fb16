//! A server whose clock is wrong for a moment: what cannot be undone waits until a person has
//! looked at a calendar.

use std::time::Duration;

use time::OffsetDateTime;
use zicha::app::{App, Role};
use zicha::round::RoundState;

use crate::shell::Shell;
use crate::test_app::{UNITS, agent, backends, free_port, open_beside, shell};

/// Runs the service with its clock at `now` for a while, long enough for what it does by itself.
fn serve_for_a_while(zicha: &Shell, now: OffsetDateTime) {
    let port = free_port();
    let mut server = zicha
        .command(&["serve", "--listen", &format!("127.0.0.1:{port}")])
        .env("ZICHA_TEST_NOW", now.unix_timestamp().to_string())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let up = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        agent().get(format!("http://127.0.0.1:{port}/healthz")).call().is_ok()
    });
    std::thread::sleep(Duration::from_millis(1500));
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(up, "it serves, whatever its clock says");
}

#[test]
fn one_start_with_a_wrong_clock_closes_and_destroys_nothing_until_somebody_says_that_it_is_right() {
    for backend in backends() {
        let zicha = Shell::new(backend);
        std::fs::write(zicha.path("units.csv"), UNITS).unwrap();
        zicha.ok(&["units", "import", &zicha.path("units.csv")]);
        let now = OffsetDateTime::now_utc();
        // An evening is over, at which turnout is taken.
        let (since, today, later) = (
            zicha::round::shanghai_day(now - Duration::from_hours(24)),
            zicha::round::shanghai_day(now),
            zicha::round::shanghai_day(now + Duration::from_hours(24 * 9)),
        );
        let create = |title: &str, last: &str| {
            let days = format!("--opens {since} --closes {last}");
            zicha.runs(&format!("round create --survey canteen --title {title} {days}"))
        };
        let open = create("进行中", &later.to_string());
        let done = create("已开箱", &today.to_string());
        for round in [&open, &done] {
            zicha.ok(&["round", "open", round, "--custody", "server"]);
        }
        zicha.ok(&["--yes", "round", "close", &done]);
        zicha.ok(&["--yes", "box", "open", "--round", &done]);
        serve_for_a_while(&zicha, now);

        // Ten years ahead: the page may say what it likes, but nothing happens for good.
        let wrong = now + Duration::from_hours(24 * 365 * 10);
        serve_for_a_while(&zicha, wrong);
        let app = App::open(zicha.settings()).unwrap();
        let state = |id: &str| app.round(&id.parse().unwrap()).unwrap();
        assert!(
            state(&open).state == RoundState::Open && !state(&open).ended && !state(&open).sealed,
            "{backend:?}"
        );
        assert!(
            state(&done).destruction.is_none(),
            "{backend:?}: used codes and originals are kept"
        );
        let links = |app: &App, action: &str| {
            app.audit(&shell())
                .unwrap()
                .rows
                .iter()
                .filter(|row| row.account == "zicha" && row.action == action)
                .count()
        };
        assert_eq!(links(&app, "round_close") + links(&app, "originals_destroyed"), 0);

        // By that clock nobody closes early without the trustees either.
        let at = |now: OffsetDateTime, arguments: &[&str]| {
            zicha
                .command(arguments)
                .env("ZICHA_TEST_NOW", now.unix_timestamp().to_string())
                .output()
                .unwrap()
        };
        let refused = at(wrong, &["--yes", "round", "close", &open]);
        assert!(String::from_utf8_lossy(&refused.stderr).contains("clock confirm"), "{refused:?}");
        assert_eq!(at(wrong, &["clock"]).status.code(), Some(1));

        // The right clock goes on by itself; one that is really far on takes a person.
        serve_for_a_while(&zicha, now + Duration::from_hours(3));
        assert!(at(now + Duration::from_hours(3), &["clock"]).status.success());
        let real = now + Duration::from_hours(24 * 70);
        assert!(!at(real, &["clock"]).status.success());
        assert!(at(real, &["--yes", "clock", "confirm"]).status.success());
        serve_for_a_while(&zicha, real);
        let app = App::open(zicha.settings()).unwrap();
        assert_eq!(
            app.round(&open.parse().unwrap()).unwrap().state,
            RoundState::Closed,
            "{backend:?}"
        );
        assert!(app.round(&done.parse().unwrap()).unwrap().destruction.is_some());
        // All of it are links of the chain.
        for action in ["round_close", "originals_destroyed", "turnout_taken"] {
            assert!(links(&app, action) >= 1, "{backend:?}: {action}");
        }
        let confirmed = app
            .audit(&shell())
            .unwrap()
            .rows
            .into_iter()
            .find(|row| row.action == "clock_confirmed")
            .unwrap();
        assert!(
            confirmed.account.starts_with("command line (system user "),
            "{}",
            confirmed.account
        );
        app.verify_audit(&shell(), None).unwrap();
    }
}

#[test]
fn the_desk_says_that_the_clock_waits_and_takes_the_word_of_the_section_or_the_administrator() {
    let zicha = crate::test_app::TestApp::start(crate::test_app::Backend::Sqlite);
    let sign_in = |name: &str, role: Role| {
        let password = zicha
            .app
            .add_account(&shell(), name, role, &[], Some(crate::test_app::PASSWORD))
            .unwrap();
        let desk = zicha.desk();
        desk.sign_in(name, &password);
        desk
    };
    let (clerk, auditor) = (sign_in("jingban", Role::Clerk), sign_in("shenji", Role::Auditor));
    assert!(!clerk.get("/desk").body.contains("核对服务器时间"));
    // As if the service had last run three days ago.
    let mut db = open_beside(zicha.data().join("zicha.db"));
    let last = OffsetDateTime::now_utc().unix_timestamp() - 3 * 24 * 3600;
    diesel::connection::SimpleConnection::batch_execute(
        &mut db,
        &format!(
            "update settings set value = '{last}' where key = 'clock'; insert into settings values \
             ('clock', '{last}') on conflict do nothing"
        ),
    )
    .unwrap();
    clerk.get("/desk").assert_says(200, "请核对服务器时间");
    assert!(!auditor.get("/desk").body.contains("请核对服务器时间"));
    assert_eq!(auditor.post_from("/desk/me", "/desk/clock", &[]).status, 403);
    clerk.get("/desk").assert_says(200, "请核对服务器时间");
    assert_eq!(clerk.post_from("/desk", "/desk/clock", &[]).location, "/desk");
    assert!(!clerk.get("/desk").body.contains("请核对服务器时间"));
}
