//! The primary dies: two nodes on a primary with a synchronous standby, whose replication is cut
//! before the kill.
//! A plain kill on one machine proves nothing, since the standby has everything by then; with the
//! link cut first, an acknowledgement that did not wait for it would be lost here.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::running::{codes_of, start, submit};
use crate::test_app::agent;

const UNITS: &str = "code,name,kind,headcount\nCY,甲,squad,20000\n";
/// A failover is over when somebody gets an acknowledgement again.
const BACK_WITHIN: Duration = Duration::from_secs(15);

/// A free port below those that outgoing connections get: between choosing and using it seconds
/// pass, and other tests connect all the time.
fn quiet_port() -> u16 {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let from = 21_000 + std::process::id() as usize % 800 * 10;
    loop {
        let port = u16::try_from(from + NEXT.fetch_add(1, Ordering::Relaxed)).unwrap();
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A PostgreSQL server of its own.
struct Cluster {
    folder: PathBuf,
    port: u16,
}

/// Where the programs of PostgreSQL are.
fn programs() -> Option<PathBuf> {
    let told = std::env::var("TEST_POSTGRES_BIN").ok().map(PathBuf::from);
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|e| e.path().join("bin"))
        .collect();
    found.sort();
    told.or_else(|| found.pop()).filter(|folder| folder.join("initdb").exists())
}

/// Runs a program of PostgreSQL, which refuses to run as root.
fn run(program: &str, arguments: &[&str]) -> bool {
    let program = programs().unwrap().join(program).display().to_string();
    let status = if rustix::process::getuid().is_root() {
        let line: Vec<String> = std::iter::once(&*program)
            .chain(arguments.iter().copied())
            .map(|a| format!("'{a}'"))
            .collect();
        Command::new("su")
            .args(["-s", "/bin/sh", "postgres", "-c", &line.join(" ")])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
    } else {
        Command::new(&program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status()
    };
    status.unwrap().success()
}

impl Cluster {
    fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), port: quiet_port() }
    }

    fn data(&self) -> String {
        self.folder.join("db").display().to_string()
    }

    fn start(&self) {
        let folder = self.folder.display();
        let options = format!(
            "-p {} -k {folder} -c listen_addresses=127.0.0.1 -c wal_sender_timeout=2s -c \
             wal_receiver_timeout=2s",
            self.port
        );
        assert!(
            run(
                "pg_ctl",
                &[
                    "-D",
                    &self.data(),
                    "-w",
                    "-l",
                    &format!("{folder}/log"),
                    "-o",
                    &options,
                    "start"
                ]
            ),
            "{}",
            self.log()
        );
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    fn stop(&self) {
        run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "stop"]);
    }

    /// Ends the server and all its processes at once.
    fn kill(&self) {
        let pid = std::fs::read_to_string(format!("{}/postmaster.pid", self.data())).unwrap();
        let pid = pid.lines().next().unwrap();
        // Stopped first, so that it does not start new ones for those that die.
        Command::new("kill").args(["-STOP", pid]).status().unwrap();
        Command::new("pkill").args(["-9", "-P", pid]).status().unwrap();
        Command::new("kill").args(["-9", pid]).status().unwrap();
        std::thread::sleep(Duration::from_millis(300));
        // Nobody may have reaped it yet, and the next one would take it for alive.
        for left in [
            format!("{}/postmaster.pid", self.data()),
            format!("{}/.s.PGSQL.{}.lock", self.folder.display(), self.port),
        ] {
            std::fs::remove_file(left).ok();
        }
    }

    fn connect(&self, name: &str) -> PgConnection {
        PgConnection::establish(&format!("postgres://zicha@127.0.0.1:{}/{name}", self.port))
            .unwrap()
    }

    /// Becomes a standby of the server behind `port`, from nothing.
    fn follow(&self, port: u16) {
        std::fs::remove_dir_all(self.data()).ok();
        assert!(run(
            "pg_basebackup",
            &[
                "-h",
                "127.0.0.1",
                "-p",
                &port.to_string(),
                "-U",
                "zicha",
                "-D",
                &self.data(),
                "-R",
                "-c",
                "fast"
            ]
        ));
        self.start();
    }

    /// From now on no commit is told before the standby has it.
    fn wait_for_standby(&self) {
        let mut db = self.connect("postgres");
        db.batch_execute("alter system set synchronous_standby_names = '*'").unwrap();
        db.batch_execute("select pg_reload_conf()").unwrap();
        let started = Instant::now();
        let ready = "select count(*) from pg_stat_replication where sync_state = 'sync'";
        while diesel::dsl::sql::<BigInt>(ready).get_result::<i64>(&mut db).unwrap() == 0 {
            assert!(started.elapsed() < Duration::from_secs(20), "the standby does not follow");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

/// The wire between primary and standby, which can be cut.
struct Wire {
    port: u16,
    ends: Arc<Mutex<Vec<TcpStream>>>,
    whole: Arc<AtomicBool>,
}

impl Wire {
    fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let wire = Self {
            port: listener.local_addr().unwrap().port(),
            ends: Arc::default(),
            whole: Arc::new(AtomicBool::new(true)),
        };
        let (ends, whole) = (wire.ends.clone(), wire.whole.clone());
        std::thread::spawn(move || {
            for one in listener.incoming().flatten() {
                let Ok(other) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                if !whole.load(Ordering::SeqCst) {
                    continue;
                }
                for (mut from, mut into) in [
                    (one.try_clone().unwrap(), other.try_clone().unwrap()),
                    (other.try_clone().unwrap(), one.try_clone().unwrap()),
                ] {
                    std::thread::spawn(move || {
                        let mut bytes = [0; 16384];
                        while let Ok(n @ 1..) = from.read(&mut bytes) {
                            if into.write_all(&bytes[..n]).is_err() {
                                break;
                            }
                        }
                        into.shutdown(Shutdown::Both).ok();
                    });
                }
                ends.lock().unwrap().extend([one, other]);
            }
        });
        wire
    }

    fn cut(&self) {
        self.whole.store(false, Ordering::SeqCst);
        for end in self.ends.lock().unwrap().drain(..) {
            end.shutdown(Shutdown::Both).ok();
        }
    }
}

/// Two nodes of one installation on two database servers, with an open round and its slips.
struct Bureau {
    place: tempfile::TempDir,
    url: String,
    round: String,
    codes: Vec<String>,
    ports: [u16; 2],
    nodes: Vec<Child>,
}

impl Bureau {
    /// On servers of which the first one runs.
    fn new(place: tempfile::TempDir, clusters: &[Cluster; 2]) -> Self {
        let url = format!(
            "postgres://zicha@127.0.0.1:{},127.0.0.1:{}/zicha",
            clusters[0].port, clusters[1].port
        );
        let ports = [quiet_port(), quiet_port()];
        let mut bureau =
            Self { place, url, round: String::new(), codes: Vec::new(), ports, nodes: Vec::new() };
        std::fs::write(bureau.path("units.csv"), UNITS).unwrap();
        bureau.ok(&format!("units import {}", bureau.path("units.csv")));
        let today = zicha::round::shanghai_day(time::OffsetDateTime::now_utc()).to_string();
        bureau.round = bureau.ok(&format!(
            "round create --survey canteen --title 换 --opens {today} --closes {today}"
        ));
        let (round, slips) = (bureau.round.clone(), bureau.path("slips.csv"));
        bureau.ok(&format!("round open {round} --custody server"));
        bureau.ok(&format!("slips issue --round {round} --spare 0% --format csv --out {slips}"));
        bureau.codes = codes_of(&slips);
        std::fs::copy(bureau.path("node1/server.key"), bureau.path("node2/server.key")).unwrap();
        bureau.nodes =
            vec![bureau.node("node1", bureau.ports[0]), bureau.node("node2", bureau.ports[1])];
        bureau
    }

    fn path(&self, name: &str) -> String {
        self.place.path().join(name).to_str().unwrap().to_owned()
    }

    fn command(&self, node: &str, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zicha"));
        command
            .args(["--yes", "--database", &self.url, "--data", &self.path(node)])
            .args(line.split_whitespace())
            .env("ZICHA_PUBLIC_URL", "http://127.0.0.1:8080");
        command
    }

    fn ok(&self, line: &str) -> String {
        let output = self.command("node1", line).output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    fn node(&self, name: &str, port: u16) -> Child {
        start(self.command(name, &format!("serve --listen 127.0.0.1:{port}")))
    }

    /// Whether a slip was received now, or before; nothing if a phone would have to try again.
    fn send(&self, agent: &ureq::Agent, port: u16, code: &str) -> Option<bool> {
        match submit(agent, port, &self.round, code) {
            (303, received) => Some(received),
            (0 | 503, _) => None,
            (other, _) => panic!("{other} for a good slip"),
        }
    }

    /// The same, tried until it is answered.
    fn insist(&self, port: u16, code: &str, what: &str) -> bool {
        let (agent, mut answer) = (agent(), None);
        wait(
            || {
                answer = self.send(&agent, port, code);
                answer.is_some()
            },
            what,
        );
        answer.unwrap()
    }
}

/// What phones sent, and what they were told.
#[derive(Default)]
struct Phones {
    next: AtomicUsize,
    stop: AtomicBool,
    /// Whether each slip was received for the first time.
    acknowledged: Mutex<BTreeMap<String, bool>>,
    unsure: Mutex<Vec<String>>,
}

impl Phones {
    fn acknowledged(&self) -> usize {
        self.acknowledged.lock().unwrap().len()
    }

    fn slip<'a>(&self, bureau: &'a Bureau) -> Option<&'a String> {
        bureau.codes.get(self.next.fetch_add(1, Ordering::Relaxed))
    }

    fn keep_sending(&self, bureau: &Bureau, port: u16) {
        let agent = agent();
        while !self.stop.load(Ordering::Relaxed) {
            let Some(code) = self.slip(bureau) else { break };
            match bureau.send(&agent, port, code) {
                Some(received) => {
                    self.acknowledged.lock().unwrap().insert(code.clone(), received);
                }
                None => self.unsure.lock().unwrap().push(code.clone()),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// `ZICHA_FAILOVERS` sets how many; `scripts/soak` runs twenty.
#[test]
fn a_primary_that_dies_loses_nothing_that_was_acknowledged() {
    if programs().is_none() {
        assert!(std::env::var("ZICHA_TEST_ALL").is_err(), "the programs of PostgreSQL are missing");
        return;
    }
    let failovers: usize =
        std::env::var("ZICHA_FAILOVERS").ok().and_then(|n| n.parse().ok()).unwrap_or(1);
    let (place, clusters) = two_servers();
    let mut bureau = Bureau::new(place, &clusters);
    let phones = Phones::default();
    let mut slowest = Duration::ZERO;
    let mut nodes = std::mem::take(&mut bureau.nodes);
    std::thread::scope(|scope| {
        for worker in 0..6 {
            let (bureau, phones) = (&bureau, &phones);
            scope.spawn(move || phones.keep_sending(bureau, bureau.ports[worker % 2]));
        }
        let ending = StopOnPanic(&phones.stop);
        for n in 0..failovers {
            let (primary, standby) = (&clusters[n % 2], &clusters[(n + 1) % 2]);
            slowest = slowest.max(fail_over(primary, standby, &phones));
            // Both nodes, not one of them.
            for (port, node) in bureau.ports.into_iter().zip(&mut nodes) {
                until_back(port, node);
            }
            the_old_primary_is_not_used(primary, standby, &bureau, &phones);
            primary.stop();
        }
        drop(ending);
    });
    // Whoever was not answered tries again, as a phone does.
    let unsure = phones.unsure.into_inner().unwrap();
    let again = unsure
        .iter()
        .map(|code| bureau.insist(bureau.ports[0], code, "a submission is never answered"));
    let rescued = again.filter(|received| !received).count();
    for node in &mut nodes {
        node.kill().unwrap();
        node.wait().unwrap();
    }
    let acknowledged = phones.acknowledged.into_inner().unwrap();
    let total = (acknowledged.len() + unsure.len()) as u64;
    assert!(
        acknowledged.values().all(|received| *received),
        "a slip that was used once is told to have been used before"
    );
    bureau.ok(&format!("round close {}", bureau.round));
    let app = zicha::app::App::open(zicha::app::Settings {
        database: Some(bureau.url.clone()),
        data: bureau.place.path().join("node1"),
        ..Default::default()
    })
    .unwrap();
    let closing = app.round(&bureau.round.parse().unwrap()).unwrap().closing.unwrap();
    println!(
        "{failovers} failovers: {} acknowledged, {} asked to try again of which {rescued} had been \
         stored, 0 lost, 0 doubled, {} spent without ballot; back within {:.1} s",
        acknowledged.len(),
        unsure.len(),
        closing.used - closing.ballots,
        slowest.as_secs_f64()
    );
    assert_eq!(
        (closing.used, closing.ballots),
        (total, total),
        "each slip that was sent counts once, with its ballot"
    );
    assert!(slowest < BACK_WITHIN, "back after {slowest:?}");
    drop(app);
    clusters.iter().for_each(Cluster::stop);
}

/// Two servers, of which the first one runs and has a database.
fn two_servers() -> (tempfile::TempDir, [Cluster; 2]) {
    let place = tempfile::tempdir().unwrap();
    for name in ["one", "two", "node1", "node2"] {
        std::fs::create_dir(place.path().join(name)).unwrap();
    }
    if rustix::process::getuid().is_root() {
        Command::new("chmod").args(["755", place.path().to_str().unwrap()]).status().unwrap();
        Command::new("chown")
            .arg("postgres")
            .args(["one", "two"].map(|n| place.path().join(n)))
            .status()
            .unwrap();
    }
    let clusters = ["one", "two"].map(|name| Cluster::new(&place.path().join(name)));
    assert!(run(
        "initdb",
        &["-D", &clusters[0].data(), "-U", "zicha", "-A", "trust", "-E", "UTF8", "--locale=C"]
    ));
    clusters[0].start();
    clusters[0].connect("postgres").batch_execute("create database zicha").unwrap();
    (place, clusters)
}

/// Cuts the standby off, kills the primary and promotes the standby; how long it took until
/// somebody got an acknowledgement again.
fn fail_over(primary: &Cluster, standby: &Cluster, phones: &Phones) -> Duration {
    let acks = || phones.acknowledged();
    let wire = Wire::to(primary.port);
    standby.follow(wire.port);
    primary.wait_for_standby();
    let before = acks();
    wait(|| acks() > before + 30, "submissions do not get through with the standby in place");
    wire.cut();
    let cut = settled(&acks);
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(acks(), cut, "acknowledged though the standby did not have it");
    primary.kill();
    let promoted = Instant::now();
    assert!(run("pg_ctl", &["-D", &standby.data(), "-w", "promote"]));
    wait(|| acks() > cut, "no acknowledgement after the failover");
    promoted.elapsed()
}

/// The old primary wakes up and takes writes: nobody uses it, also when the new one is away for a
/// moment, nor does a node that starts only now.
fn the_old_primary_is_not_used(
    primary: &Cluster,
    standby: &Cluster,
    bureau: &Bureau,
    phones: &Phones,
) {
    let acks = || phones.acknowledged();
    primary.start();
    primary
        .connect("postgres")
        .batch_execute("alter system reset synchronous_standby_names; ")
        .unwrap();
    primary.connect("postgres").batch_execute("select pg_reload_conf()").unwrap();
    let before = acks();
    wait(|| acks() > before + 50, "submissions stop when the old primary is back");
    standby.kill();
    let away = settled(&acks);
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(acks(), away, "the old primary took ballots");
    standby.start();
    wait(|| acks() > away + 20, "no acknowledgement after the new primary was away");
    let late = quiet_port();
    let mut node = bureau.node("node2", late);
    let code = phones.slip(bureau).expect("a slip is left");
    let received = bureau.insist(late, code, "a node that starts late does not answer");
    phones.acknowledged.lock().unwrap().insert(code.clone(), received);
    node.kill().unwrap();
    node.wait().unwrap();
    let strays = diesel::dsl::sql::<BigInt>(&format!(
        "select count(*) from ballots where round = '{}'",
        bureau.round
    ));
    let (old, new): (i64, i64) = (
        strays.clone().get_result(&mut primary.connect("zicha")).unwrap(),
        strays.get_result(&mut standby.connect("zicha")).unwrap(),
    );
    assert!(old < new, "the old primary has {old} ballots, the new one {new}");
}

/// Lets the senders end when this side is done or gives up.
struct StopOnPanic<'a>(&'a AtomicBool);

impl Drop for StopOnPanic<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The count once it has stood still for a second: what was on its way when something was cut may
/// still arrive.
fn settled(count: &impl Fn() -> usize) -> usize {
    let (began, mut last) = (Instant::now(), (count(), Instant::now()));
    while last.1.elapsed() < Duration::from_secs(1) {
        std::thread::sleep(Duration::from_millis(20));
        assert!(
            began.elapsed() < Duration::from_secs(15),
            "acknowledgements go on though nobody may give any"
        );
        let now = count();
        if now != last.0 {
            last = (now, Instant::now());
        }
    }
    last.0
}

/// Asks a node until it is ready, each time with patience of its own; if it never is, says what it
/// answers.
fn until_back(port: u16, node: &mut Child) {
    let patient: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(6)))
        .build()
        .into();
    let started = Instant::now();
    loop {
        let asked = Instant::now();
        let answer = patient
            .get(format!("http://127.0.0.1:{port}/readyz"))
            .call()
            .map(|r| r.status().as_u16())
            .map_err(|e| e.to_string());
        if answer == Ok(200) {
            return;
        }
        let ended = node.try_wait().unwrap();
        let told = format!(
            "ended: {ended:?}; it answers {answer:?} after {:.1} s",
            asked.elapsed().as_secs_f64()
        );
        assert!(
            ended.is_none() && started.elapsed() < Duration::from_mins(1),
            "a node does not come back; {told}"
        );
        std::thread::sleep(Duration::from_millis(500));
    }
}

fn wait(mut until: impl FnMut() -> bool, what: &str) {
    let started = Instant::now();
    while !until() {
        assert!(started.elapsed() < Duration::from_secs(40), "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
