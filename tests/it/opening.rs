//! The opening under bad luck: killed at every step, out of disk, the database gone, two openers,
//! other rounds busy. Nothing lost, nothing doubled, nobody held up.

use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use zicha::app::Progress;
use zicha::app::fault::STEPS;
use zicha::id::RoundId;

use crate::shell::Shell;
use crate::test_app::{Backend, TestApp, UNITS, backends, copy_database, on_both, shell, survey};

const NOTE: &str = "别把汤端洒了";

/// A closed round under trustees with answers, texts and a spoiled ballot, as files and database.
struct Closed {
    shell: Shell,
    round: String,
    passphrases: String,
}

impl Closed {
    fn new(backend: Backend) -> Self {
        let shell = Shell::new(backend);
        std::fs::write(shell.path("units.csv"), UNITS).unwrap();
        shell.ok(&["units", "import", &shell.path("units.csv")]);
        let today = zicha::round::shanghai_day(time::OffsetDateTime::now_utc()).to_string();
        let round = shell.ok(&[
            "round", "create", "--survey", "canteen", "--title", "开箱", "--opens", &today,
            "--closes", &today,
        ]);
        let passphrases = shell.path("passphrases.txt");
        shell.ok(&[
            "--yes",
            "round",
            "open",
            &round,
            "--trustees",
            "3",
            "--quorum",
            "2",
            "--passphrases-out",
            &passphrases,
        ]);
        shell.ok(&[
            "slips",
            "issue",
            "--round",
            &round,
            "--format",
            "csv",
            "--out",
            &shell.path("slips.csv"),
        ]);
        let slips = std::fs::read_to_string(shell.path("slips.csv")).unwrap();
        let app = std::sync::Arc::new(zicha::app::App::open(shell.settings()).unwrap());
        let id: RoundId = round.parse().unwrap();
        for (n, line) in slips.lines().skip(1).enumerate().filter(|(n, _)| n % 4 != 0) {
            let code = line.split("\",\"").nth(3).unwrap();
            let meal = ["breakfast", "lunch", "dinner"][n % 3];
            let fields = [
                ("code", code),
                ("visit_meal", meal),
                ("food_cold", "agree"),
                ("visit_note", NOTE),
            ];
            let form =
                zicha::response::Form::decode(crate::test_app::encode(&fields).as_bytes()).unwrap();
            app.submit(&id, &form).unwrap();
        }
        drop(app);
        shell.ok(&["--yes", "round", "close", &round, "--passphrases", &passphrases]);
        Self { shell, round, passphrases }
    }

    /// The same files and rows once more.
    fn copy(&self) -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_folder(self.shell.folder.path(), folder.path());
        let database = self.shell.database.as_deref().map(copy_database);
        let passphrases = folder.path().join("passphrases.txt").to_str().unwrap().to_owned();
        Self { shell: Shell::at(folder, database), round: self.round.clone(), passphrases }
    }

    fn open(&self) -> [&str; 6] {
        ["--yes", "box", "open", "--round", &self.round, "--passphrases"]
    }

    fn open_with(&self, crash: &str) -> std::process::ExitStatus {
        let mut arguments = self.open().to_vec();
        arguments.push(&self.passphrases);
        let output =
            self.shell.command(&arguments).env("ZICHA_TEST_CRASH", crash).output().unwrap();
        output.status
    }

    fn app(&self) -> std::sync::Arc<zicha::app::App> {
        std::sync::Arc::new(zicha::app::App::open(self.shell.settings()).unwrap())
    }

    fn id(&self) -> RoundId {
        self.round.parse().unwrap()
    }

    /// Results, number of texts, and what is left of box and keys.
    fn outcome(&self) -> (String, usize, usize) {
        let app = self.app();
        let results = app.results(&shell(), &self.id()).unwrap();
        assert!(
            app.verify(&self.id()).unwrap().iter().all(|c| c.holds),
            "{:?}",
            app.verify(&self.id())
        );
        let left = std::fs::read_dir(self.shell.folder.path().join("custody")).unwrap().count()
            + std::fs::read_dir(self.shell.folder.path().join("staging"))
                .map_or(0, Iterator::count)
            + usize::from(self.shell.folder.path().join(format!("box-{}.db", self.round)).exists());
        (results.release.to_json(), self.shell.count("comments"), left)
    }
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn killed_at_every_step_and_run_again_it_gives_the_same_result() {
    for backend in backends() {
        let closed = Closed::new(backend);
        let calm = closed.copy();
        assert!(calm.open_with("never").success());
        let expected = calm.outcome();
        assert_eq!(
            (expected.1, expected.2),
            (34, 0),
            "{backend:?}: every text, and nothing left of box and keys"
        );
        for (n, step) in STEPS.iter().enumerate() {
            let struck = closed.copy();
            assert!(!struck.open_with(step).success(), "{backend:?}: it did not die at {step}");
            let app = struck.app();
            let round = app.round(&struck.id()).unwrap();
            // Results appear only when box and keys are gone.
            assert_eq!(
                app.results(&shell(), &struck.id()).is_ok(),
                round.destroyed,
                "{backend:?} after a crash at {step}"
            );
            let written = round.state.has_results();
            drop(app);
            if !written {
                // Before the one transaction nothing has happened.
                assert_eq!(struck.shell.count("comments"), 0, "{step}");
                assert!(struck.open_with("never").success(), "{backend:?}: again after {step}");
            } else if n % 2 == 0 && !round.destroyed {
                assert!(struck.open_with("never").success(), "{backend:?}: finishing after {step}");
            } else {
                // Without anybody's doing, and without any passphrase.
                struck.serve();
            }
            assert_eq!(struck.outcome(), expected, "{backend:?} after a crash at {step}");
        }
    }
}

impl Closed {
    /// Runs the service until the round's keys are gone.
    fn serve(&self) {
        let listen = format!("127.0.0.1:{}", crate::test_app::free_port());
        let mut server = self
            .shell
            .command(&["serve", "--listen", &listen])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let app = self.app();
        let started = Instant::now();
        while !app.round(&self.id()).unwrap().destroyed {
            assert!(
                started.elapsed() < Duration::from_secs(20),
                "serve did not finish the destruction"
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        std::thread::sleep(Duration::from_millis(200));
        server.kill().unwrap();
        server.wait().unwrap();
    }
}

#[test]
fn out_of_disk_is_a_sentence_and_the_same_result_later() {
    // A limit on the size of files is what a full disk looks like to the one who writes.
    let closed = Closed::new(Backend::Sqlite);
    let expected = {
        let calm = closed.copy();
        assert!(calm.open_with("never").success());
        calm.outcome()
    };
    let mut refused = 0;
    for kilobytes in [4, 8, 64, 4096] {
        let full = closed.copy();
        let binary = env!("CARGO_BIN_EXE_zicha");
        let command = format!(
            "trap '' XFSZ; ulimit -f {kilobytes}; exec {binary} --data {} {} {}",
            full.shell.folder.path().display(),
            full.open().join(" "),
            full.passphrases
        );
        let output = std::process::Command::new("bash").args(["-c", &command]).output().unwrap();
        if !output.status.success() {
            refused += 1;
            let error = String::from_utf8_lossy(&output.stderr);
            assert!(error.contains("zicha: ") && !error.contains("panicked"), "{error}");
            let written = full.app().round(&full.id()).unwrap().state.has_results();
            assert!(written || full.shell.count("comments") == 0);
            assert!(full.open_with("never").success(), "after room was made");
        }
        assert_eq!(full.outcome(), expected, "{kilobytes} KiB");
    }
    assert!(refused >= 2, "the limit was felt {refused} times");
}

#[test]
fn the_database_may_go_away_in_the_middle() {
    if !backends().contains(&Backend::Postgres) {
        return;
    }
    let closed = Closed::new(Backend::Postgres);
    let expected = {
        let calm = closed.copy();
        assert!(calm.open_with("never").success());
        calm.outcome()
    };
    let url = closed.shell.database.clone().unwrap();
    let (server, name) = url.rsplit_once('/').unwrap();
    let cut = || {
        let mut db = PgConnection::establish(&format!("{server}/postgres")).unwrap();
        db.batch_execute(&format!(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"
        ))
        .unwrap();
    };
    let app = closed.app();
    for line in std::fs::read_to_string(&closed.passphrases)
        .unwrap()
        .lines()
        .filter(|l| !l.starts_with('#'))
    {
        app.enter_passphrase(&shell(), &closed.id(), line, false).unwrap();
    }
    for at in ["check", "count", "write"] {
        let result = app.open_box(&shell(), &closed.id(), &mut |progress| match (at, progress) {
            ("check", Progress::Checking)
            | ("count", Progress::Opening { .. })
            | ("write", Progress::Writing) => cut(),
            _ => {}
        });
        // A connection of the pool that was cut is noticed and replaced; whatever was under way
        // fails as a whole.
        if let Err(error) = result {
            assert!(matches!(error, zicha::app::AppError::Storage(_)), "{at}: {error}");
            assert!(app.round(&closed.id()).is_ok(), "the pool came back");
        } else {
            break;
        }
    }
    if !app.round(&closed.id()).unwrap().destroyed {
        app.open_box(&shell(), &closed.id(), &mut |_| {}).unwrap();
    }
    drop(app);
    assert_eq!(closed.outcome(), expected);
}

#[test]
fn of_two_openers_one_opens_and_the_other_is_told() {
    for backend in backends() {
        let closed = Closed::new(backend);
        let expected = {
            let calm = closed.copy();
            assert!(calm.open_with("never").success());
            calm.outcome()
        };
        let nodes = [closed.app(), closed.app()];
        for node in &nodes {
            for line in std::fs::read_to_string(&closed.passphrases)
                .unwrap()
                .lines()
                .filter(|l| !l.starts_with('#'))
            {
                node.enter_passphrase(&shell(), &closed.id(), line, false).unwrap();
            }
        }
        let start = std::sync::Barrier::new(2);
        let results: Vec<_> = std::thread::scope(|scope| {
            let running: Vec<_> = nodes
                .iter()
                .map(|node| {
                    scope.spawn(|| {
                        start.wait();
                        node.open_box(&shell(), &closed.id(), &mut |_| {})
                    })
                })
                .collect();
            running.into_iter().map(|r| r.join().unwrap()).collect()
        });
        assert!(results.iter().any(Result::is_ok), "{backend:?}");
        for error in results.iter().filter_map(|r| r.as_ref().err()) {
            let said = error.to_string();
            assert!(
                [
                    "being opened elsewhere",
                    "was opened before",
                    "just opened elsewhere",
                    "is missing"
                ]
                .iter()
                .any(|s| said.contains(s)),
                "{said}"
            );
        }
        drop(nodes);
        assert_eq!(closed.outcome(), expected, "{backend:?}");
    }
}

#[test]
fn other_rounds_take_submissions_while_a_box_is_opened_and_destroyed() {
    on_both(|zicha| {
        zicha.import_units(UNITS);
        let full = zicha.open_round(&survey("canteen"));
        for code in zicha.slips(&full).values().flatten() {
            zicha
                .answer(&full, code, &[("visit_meal", "lunch"), ("visit_note", NOTE)])
                .assert_received();
        }
        zicha.app.close_round(&shell(), &full).unwrap();
        let busy = zicha.open_round(&survey("canteen"));
        let codes: Vec<String> = zicha.slips(&busy).into_values().flatten().collect();
        let opened = AtomicBool::new(false);
        let sent = std::thread::scope(|scope| {
            let sender = scope.spawn(|| {
                let mut sent = 0;
                for code in &codes {
                    zicha.answer(&busy, code, &[("visit_meal", "dinner")]).assert_received();
                    sent += 1;
                    if opened.load(Ordering::Relaxed) && sent > 5 {
                        break;
                    }
                }
                sent
            });
            // Somebody is in the middle of a submission to the other round for as long as the
            // destruction may take:
            // a lock on the whole of the boxes would wait for it, and everybody else for that lock.
            zicha.app.open_box(&shell(), &full, &mut |_| {}).unwrap();
            opened.store(true, Ordering::Relaxed);
            sender.join().unwrap()
        });
        assert!(zicha.app.round(&full).unwrap().destroyed);
        assert_eq!(zicha.app.close_round(&shell(), &busy).unwrap().closing.unwrap().ballots, sent);
    });
}

#[test]
fn destroying_a_box_waits_for_nobody_else_s_transaction_to_be_let_in() {
    if !backends().contains(&Backend::Postgres) {
        return;
    }
    let zicha = TestApp::start(Backend::Postgres);
    zicha.import_units(UNITS);
    let full = zicha.open_round(&survey("canteen"));
    let busy = zicha.open_round(&survey("canteen"));
    let codes: Vec<String> = zicha.slips(&busy).into_values().flatten().collect();
    zicha.app.close_round(&shell(), &full).unwrap();
    // A transaction on the other round's ballots that stays open while the box is destroyed.
    let mut slow = PgConnection::establish(&zicha.app.settings().database_url()).unwrap();
    slow.batch_execute(&format!("begin; select count(*) from ballots where round = '{busy}'"))
        .unwrap();
    std::thread::scope(|scope| {
        let opening = scope.spawn(|| zicha.app.open_box(&shell(), &full, &mut |_| {}));
        std::thread::sleep(Duration::from_millis(300));
        // The destruction may wait for that transaction; a submission may not wait for the
        // destruction.
        zicha.answer(&busy, &codes[0], &[("visit_meal", "dinner")]).assert_received();
        zicha.answer(&busy, &codes[1], &[("visit_meal", "dinner")]).assert_received();
        slow.batch_execute("commit").unwrap();
        opening.join().unwrap().ok();
    });
    zicha.app.tick().unwrap();
    assert!(zicha.app.round(&full).unwrap().destroyed);
}

#[test]
fn progress_tells_how_much_is_left() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("canteen"));
    for code in zicha.slips(&round)["CY"].iter().take(6) {
        zicha.answer(&round, code, &[("visit_meal", "lunch")]).assert_received();
    }
    zicha.app.close_round(&shell(), &round).unwrap();
    let mut seen = Vec::new();
    zicha.app.open_box(&shell(), &round, &mut |p| seen.push(p)).unwrap();
    assert!(
        matches!(
            seen[..],
            [
                Progress::Checking,
                Progress::Opening { done: 6, of: 6, left: Duration::ZERO },
                Progress::Writing,
                Progress::Destroying,
                Progress::Done
            ]
        ),
        "{seen:?}"
    );
}
