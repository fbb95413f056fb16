//! One code counted once however many use it, and nothing lost or doubled when the process is
//! killed.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::running::{Running, Sent};
use crate::test_app::{
    Backend, TestApp, UNITS, agent, backends, encode, on_both, open_beside, shell, survey,
};

#[test]
fn a_thousand_uses_of_one_code_count_once() {
    on_both(|zicha| {
        let backend = zicha.backend;
        zicha.import_units(UNITS);
        let round = zicha.open_round(&survey("canteen"));
        let code = zicha.slips(&round)["CY"][0].clone();
        let (received, again) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let body = encode(&[("code", &code), ("visit_meal", "lunch")]);
        let started = AtomicBool::new(false);
        std::thread::scope(|scope| {
            for _ in 0..100 {
                scope.spawn(|| {
                    let agent = agent();
                    while !started.load(Ordering::Acquire) {
                        std::thread::yield_now();
                    }
                    for _ in 0..10 {
                        let answer = agent
                            .post(format!("{}/r/{round}", zicha.base))
                            .header("content-type", "application/x-www-form-urlencoded")
                            .send(body.as_bytes())
                            .unwrap();
                        let to =
                            answer.headers().get("location").unwrap().to_str().unwrap().to_owned();
                        if to.ends_with("/received") { &received } else { &again }
                            .fetch_add(1, Ordering::Relaxed);
                        assert_eq!(answer.status().as_u16(), 303);
                    }
                });
            }
            started.store(true, Ordering::Release);
        });
        assert_eq!(
            (received.load(Ordering::Relaxed), again.load(Ordering::Relaxed)),
            (1, 999),
            "{backend:?}"
        );
        let closed = zicha.app.close_round(&shell(), &round).unwrap().closing.unwrap();
        assert_eq!((closed.used, closed.ballots), (1, 1));
    });
}

/// `ZICHA_KILLS` sets how often; 200 were run for the record in `docs/PERFORMANCE.md`.
#[test]
fn killing_the_service_loses_nothing_and_doubles_nothing() {
    let kills: usize = std::env::var("ZICHA_KILLS").ok().and_then(|n| n.parse().ok()).unwrap_or(8);
    for backend in backends() {
        kill_again_and_again(backend, kills);
    }
}

fn kill_again_and_again(backend: Backend, kills: usize) {
    let running = Running::with_slips(backend, 400 + kills * 60, None);
    let (stop, sent) = (AtomicBool::new(false), Sent::default());
    let acknowledged = || sent.received.lock().unwrap().len();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            // A phone tries again until it has seen the server's answer.
            scope.spawn(|| running.keep_sending(running.port, Duration::ZERO, &stop, &sent));
        }
        for n in 0..kills {
            let (before, waiting) = (acknowledged(), Instant::now());
            while acknowledged() < before + 5
                && waiting.elapsed() < Duration::from_secs(10)
                && running.has_slips()
            {
                std::thread::sleep(Duration::from_millis(2));
            }
            std::thread::sleep(Duration::from_millis((n * 7 % 13) as u64));
            running.kill_and_start();
        }
        stop.store(true, Ordering::Relaxed);
    });
    running.until_ready();
    let unsure = sent.unsure.lock().unwrap().len();
    let rescued = running.settle(&sent);
    let counted = acknowledged();
    assert!(counted > kills * 3, "the load was real: {counted}");
    running.used();
    let (zicha, round) = (&running.zicha, &running.round);
    zicha.runs(&format!("--yes box open --round {round}"));
    zicha.runs(&format!("verify --round {round}"));
    let table = zicha.path("turnout.csv");
    zicha.runs(&format!("export turnout --round {round} --headers id --out {table}"));
    let text = std::fs::read_to_string(&table).unwrap();
    let all: Vec<&str> = text.lines().last().unwrap().trim_matches('"').split("\",\"").collect();
    let sums: Vec<usize> = all[5..].iter().map(|n| n.parse().unwrap()).collect();
    assert_eq!(
        sums,
        [counted, counted, 0, 0, counted],
        "{backend:?}: used, opened, spoiled, blank, counted"
    );
    println!(
        "{backend:?}: {kills} kills, {counted} acknowledged, {unsure} unsure, {rescued} rescued by \
         the slip, 0 lost, 0 doubled"
    );
}

#[test]
fn a_database_that_cannot_be_used_is_a_503_in_chinese_and_comes_back() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("canteen"));
    let codes = zicha.slips(&round);
    zicha.answer(&round, &codes["CY"][0], &[("visit_meal", "lunch")]).assert_received();
    use diesel::connection::SimpleConnection;
    let path = zicha.data().join(format!("box-{round}.db"));
    let mut lock = open_beside(path);
    lock.batch_execute("begin immediate").unwrap();
    let started = Instant::now();
    let locked = zicha.answer(&round, &codes["CY"][1], &[("visit_meal", "lunch")]);
    locked.assert_says(503, "服务暂时不可用");
    assert!(
        locked.headers.contains_key("retry-after") && started.elapsed() < Duration::from_secs(15)
    );
    lock.batch_execute("rollback").unwrap();
    zicha.answer(&round, &codes["CY"][1], &[("visit_meal", "lunch")]).assert_received();
}

#[test]
fn one_broken_round_does_not_keep_the_others_from_closing() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let broken = zicha.open_round(&survey("canteen"));
    let healthy = zicha.open_round(&survey("canteen"));
    use diesel::connection::SimpleConnection;
    let mut db = open_beside(zicha.data().join("zicha.db"));
    db.batch_execute("update rounds set sealed = 1").unwrap();
    std::fs::remove_file(zicha.data().join(format!("box-{broken}.db"))).unwrap();
    let error = zicha.app.tick().unwrap_err().to_string();
    assert!(error.contains(broken.as_str()) && !error.contains(healthy.as_str()), "{error}");
    assert_eq!(zicha.app.round(&healthy).unwrap().state, zicha::round::RoundState::Closed);
}

#[test]
fn a_box_destroyed_by_another_process_is_let_go_by_the_service() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("canteen"));
    for code in zicha.slips(&round)["CY"].iter().take(6) {
        zicha.answer(&round, code, &[("visit_meal", "lunch")]).assert_received();
    }
    // The command line closes and opens the box while this process holds connections to it.
    for arguments in
        [vec!["round", "close", round.as_str()], vec!["box", "open", "--round", round.as_str()]]
    {
        let done = Command::new(env!("CARGO_BIN_EXE_zicha"))
            .args(["--yes", "--data", zicha.data().to_str().unwrap()])
            .args(arguments)
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
    let name = format!("box-{round}.db");
    let held = || -> Vec<std::path::PathBuf> {
        let open = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
        open.filter(|e| {
            std::fs::read_link(e.path()).is_ok_and(|to| to.to_string_lossy().contains(&name))
        })
        .map(|e| e.path())
        .collect()
    };
    for descriptor in held() {
        let left = std::fs::metadata(&descriptor).map_or(0, |m| m.len());
        let index =
            std::fs::read_link(&descriptor).is_ok_and(|to| to.to_string_lossy().contains("-shm"));
        assert!(
            left == 0 || index,
            "a deleted box must hold no ballot: {left} bytes in {descriptor:?}"
        );
    }
    zicha.app.tick().unwrap();
    assert_eq!(held(), Vec::<std::path::PathBuf>::new());
}

/// The log holds the last ballots in the order in which they came, sealed: it begins anew often,
/// whether or not anybody is in a hurry.
#[test]
fn the_log_of_a_box_stays_short() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("canteen"));
    let code = zicha.slips(&round)["CY"][0].clone();
    let log = || std::fs::metadata(zicha.data().join(format!("box-{round}.db-wal"))).unwrap().len();
    zicha.answer(&round, &code, &[("visit_meal", "lunch")]).assert_received();
    // What comes with a spent slip is written as any other, and taken back.
    let again = |times: usize| {
        (0..times)
            .for_each(|_| zicha.answer(&round, &code, &[("visit_meal", "lunch")]).assert_again());
    };
    let before = log();
    again(20);
    let each = (log() - before) / 20;
    again(300);
    assert!(each >= 8 << 10 && log() < 150 * each, "{} bytes of log, {each} for a ballot", log());
    zicha.app.close_round(&shell(), &round).unwrap();
    assert_eq!(log(), 0, "nothing of the order is left in a closed box");
}

/// A row that the database refuses, whatever the reason, must not take those with it that came at
/// the same moment.
#[test]
fn one_bad_row_fails_alone() {
    on_both(|zicha| {
        let backend = zicha.backend;
        zicha.import_units(UNITS);
        let round = zicha.open_round(&survey("canteen"));
        let codes: Vec<String> = zicha.slips(&round).into_values().flatten().collect();
        let key = zicha::access::ServerKey::parse(
            &std::fs::read_to_string(zicha.data().join("server.key")).unwrap(),
        )
        .unwrap();
        let bad = zicha::access::SlipCode::parse(&codes[7]).unwrap().hash(&key, &round);
        let bad = hex::encode(bad.0);
        match backend {
            Backend::Sqlite => {
                let refuse = format!(
                    "create trigger bad before insert on spent_slips when new.hash = x'{bad}' \
                     begin select raise(abort, 'bad'); end"
                );
                let path = zicha.data().join(format!("box-{round}.db"));
                open_beside(path).batch_execute(&refuse).unwrap();
            }
            Backend::Postgres => {
                let refuse =
                    format!("alter table spent_slips_{round} add check (hash <> '\\x{bad}')");
                PgConnection::establish(zicha.app.settings().database.as_deref().unwrap())
                    .unwrap()
                    .batch_execute(&refuse)
                    .unwrap();
            }
        }
        let (next, started) = (AtomicUsize::new(0), AtomicBool::new(false));
        let outcomes = Mutex::new(BTreeMap::new());
        std::thread::scope(|scope| {
            for _ in 0..codes.len() {
                scope.spawn(|| {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    while !started.load(Ordering::Acquire) {
                        std::thread::yield_now();
                    }
                    let page = zicha.answer(&round, &codes[at], &[("visit_meal", "lunch")]);
                    outcomes.lock().unwrap().insert(at, (page.status, page.location));
                });
            }
            started.store(true, Ordering::Release);
        });
        for (at, (status, location)) in outcomes.into_inner().unwrap() {
            if at == 7 {
                assert!(status >= 500, "{backend:?}: the bad one: {status}");
            } else {
                assert!(
                    status == 303 && location.ends_with("/received"),
                    "{backend:?}: {at}: {status} {location}"
                );
            }
        }
        let closed = zicha.app.close_round(&shell(), &round).unwrap().closing.unwrap();
        assert_eq!((closed.used, closed.ballots), (codes.len() as u64 - 1, codes.len() as u64 - 1));
    });
}
