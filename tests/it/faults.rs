//! What goes wrong around a running service: told to stop, out of disk, locked out of its database, held up by slow senders.
//! Nothing that was acknowledged may be lost, nothing may be counted twice, and the service comes back by itself. `scripts/soak` runs them long.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::shell::Shell;
use crate::test_app::{Backend, agent, backends, encode, free_port};

/// A service with an open round, and slips to send.
struct Running {
    zicha: Shell,
    round: String,
    codes: Vec<String>,
    port: u16,
    child: Child,
    next: AtomicUsize,
}

impl Running {
    /// `wrapper` is a shell command that ends with the program and its arguments.
    fn start(backend: Backend, wrapper: Option<&str>) -> Self {
        let zicha = Shell::new(backend);
        std::fs::write(zicha.path("units.csv"), "code,name,kind,headcount\nCY,甲,squad,6000\n").unwrap();
        zicha.ok(&["units", "import", &zicha.path("units.csv")]);
        let today = zicha::round::shanghai_day(time::OffsetDateTime::now_utc()).to_string();
        let round = zicha.ok(&["round", "create", "--survey", "canteen", "--title", "障", "--opens", &today, "--closes", &today]);
        zicha.ok(&["--yes", "round", "open", &round, "--custody", "server"]);
        zicha.ok(&["slips", "issue", "--round", &round, "--spare", "0%", "--format", "csv", "--out", &zicha.path("slips.csv")]);
        let codes =
            std::fs::read_to_string(zicha.path("slips.csv")).unwrap().lines().skip(1).map(|l| l.split("\",\"").nth(3).unwrap().to_owned()).collect();
        let port = free_port();
        let plain = zicha.command(&["serve", "--listen", &format!("127.0.0.1:{port}")]);
        let mut command = match wrapper {
            None => plain,
            Some(shell) => {
                let mut command = std::process::Command::new("sh");
                command.args(["-c", shell, "sh"]).arg(plain.get_program()).args(plain.get_args());
                command
            }
        };
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let running = Self { zicha, round, codes, port, child, next: AtomicUsize::new(0) };
        running.until_ready();
        running
    }

    fn until_ready(&self) {
        let started = Instant::now();
        while !agent().get(format!("http://127.0.0.1:{}/readyz", self.port)).call().is_ok_and(|r| r.status() == 200) {
            assert!(started.elapsed() < Duration::from_secs(30), "the service is not ready");
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// The status of a submission with a slip of its own; 0 if it was not answered.
    fn send_one(&self, agent: &ureq::Agent) -> (usize, u16, bool) {
        let at = self.next.fetch_add(1, Ordering::Relaxed);
        let (status, received) = self.send(agent, at);
        (at, status, received)
    }

    fn send(&self, agent: &ureq::Agent, at: usize) -> (u16, bool) {
        let body = encode(&[("code", &self.codes[at]), ("visit_meal", "lunch")]);
        let sent = agent
            .post(format!("http://127.0.0.1:{}/r/{}", self.port, self.round))
            .header("content-type", "application/x-www-form-urlencoded")
            .send(body.as_bytes());
        match sent {
            Ok(answer) => (answer.status().as_u16(), answer.headers().get("location").is_some_and(|l| l.as_bytes().ends_with(b"/received"))),
            Err(_) => (0, false),
        }
    }

    fn pid(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap()
    }

    /// Ends the service, closes the round and says how many slips were used, each with its ballot.
    fn used(mut self) -> u64 {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.zicha.ok(&["--yes", "round", "close", &self.round]);
        let app = zicha::app::App::open(self.zicha.settings()).unwrap();
        let closing = app.round(&self.round.parse().unwrap()).unwrap().closing.unwrap();
        assert_eq!(closing.used, closing.ballots, "spent without ballot");
        closing.used
    }
}

#[test]
fn told_to_stop_it_answers_what_is_under_way_and_ends_within_ten_seconds() {
    for backend in backends() {
        let mut running = Running::start(backend, None);
        let (stop, answered, broken) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
        let mut took = Duration::ZERO;
        std::thread::scope(|scope| {
            let shared = &running;
            for _ in 0..8 {
                scope.spawn(|| {
                    let agent = agent();
                    while !stop.load(Ordering::Relaxed) {
                        match shared.send_one(&agent) {
                            (_, 303, true) => drop(answered.fetch_add(1, Ordering::Relaxed)),
                            // Refused at the door once it is shutting down, which a phone sees as no answer.
                            _ => drop(broken.fetch_add(1, Ordering::Relaxed)),
                        }
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(600));
            let told = Instant::now();
            rustix::process::kill_process(shared.pid(), rustix::process::Signal::TERM).unwrap();
            while TcpStream::connect(("127.0.0.1", shared.port)).is_ok() && told.elapsed() < Duration::from_secs(15) {
                std::thread::sleep(Duration::from_millis(20));
            }
            took = told.elapsed();
            stop.store(true, Ordering::Relaxed);
        });
        let waited = Instant::now();
        while running.child.try_wait().unwrap().is_none() {
            assert!(waited.elapsed() < Duration::from_secs(10), "still running");
            std::thread::sleep(Duration::from_millis(20));
        }
        took += waited.elapsed();
        let answered = answered.into_inner() as u64;
        assert!(answered > 50, "{answered}");
        let used = running.used();
        println!("fault: {backend:?} SIGTERM under load: {answered} acknowledged, {used} in the box, ended after {:.1} s", took.as_secs_f64());
        // Some may be in the box whose answer was cut off; none the other way round.
        assert!(used >= answered, "{used} in the box, {answered} acknowledged");
        assert!(took < Duration::from_secs(10), "{took:?}");
    }
}

#[test]
fn out_of_disk_it_says_try_again_and_goes_on_when_there_is_room() {
    // A file may not grow beyond this, which is what a full disk does to a process; lifted from outside later.
    let mut running = Running::start(Backend::Sqlite, Some("trap '' XFSZ; ulimit -S -f 3000; exec \"$@\""));
    let agent = agent();
    let (mut received, mut refused) = (0, Vec::new());
    for _ in 0..1_500 {
        match running.send_one(&agent) {
            (_, 303, true) => received += 1,
            (at, 503, _) => refused.push(at),
            other => panic!("{other:?}"),
        }
        if refused.len() >= 5 {
            break;
        }
    }
    assert!(received > 50 && refused.len() >= 5, "{received} received, {} refused", refused.len());
    let page = agent.get(format!("http://127.0.0.1:{}/r/{}", running.port, running.round)).call().unwrap();
    assert_eq!(page.status(), 200, "the questionnaire can still be read");
    let unlimited = format!("--pid={}", running.child.id());
    assert!(std::process::Command::new("prlimit").args([&unlimited, "--fsize=unlimited"]).status().unwrap().success());
    for at in refused.drain(..) {
        let mut tries = 0;
        while running.send(&agent, at).0 != 303 {
            tries += 1;
            assert!(tries < 100, "it does not come back");
            std::thread::sleep(Duration::from_millis(100));
        }
        received += 1;
    }
    assert!(running.child.try_wait().unwrap().is_none(), "the service is still the same process");
    let used = running.used();
    println!("fault: out of disk and healed: {received} acknowledged, {used} in the box");
    assert_eq!(used, received, "nothing lost, nothing doubled");
}

#[test]
fn locked_out_of_its_database_it_says_try_again_and_goes_on_afterwards() {
    for backend in backends() {
        let running = Running::start(backend, None);
        let agent = agent();
        assert_eq!(running.send_one(&agent).1, 303);
        // Longer than a phone waits for its answer.
        let pause = Duration::from_secs(14);
        let (round, path, url) = (running.round.clone(), running.zicha.path(&format!("box-{}.db", running.round)), running.zicha.database.clone());
        let holder = std::thread::spawn(move || match url {
            Some(url) => {
                let table = format!("begin; lock table spent_slips_{round} in access exclusive mode");
                lock(&mut PgConnection::establish(&url).unwrap(), &table, pause);
            }
            None => lock(&mut SqliteConnection::establish(&path).unwrap(), "begin immediate", pause),
        });
        std::thread::sleep(Duration::from_millis(300));
        let asked = Instant::now();
        let (at, status, _) = running.send_one(&agent);
        assert_eq!(status, 503, "{backend:?}");
        assert!(asked.elapsed() < Duration::from_secs(14), "{:?}", asked.elapsed());
        holder.join().unwrap();
        let mut tries = 0;
        while running.send(&agent, at).0 != 303 {
            tries += 1;
            assert!(tries < 100, "it does not come back");
            std::thread::sleep(Duration::from_millis(100));
        }
        let used = running.used();
        println!("fault: {backend:?} locked for {} s: asked to try again, then 2 of 2 in the box", pause.as_secs());
        assert_eq!(used, 2);
    }
}

/// Holds a lock for a while.
fn lock(db: &mut impl SimpleConnection, begin: &str, pause: Duration) {
    db.batch_execute(begin).unwrap();
    std::thread::sleep(pause);
    db.batch_execute("rollback").unwrap();
}

/// `ZICHA_SLOW` sets how many; `scripts/soak` runs 9,500.
#[test]
fn slow_senders_hold_up_nobody_but_themselves() {
    let count: usize = std::env::var("ZICHA_SLOW").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000);
    let running = Running::start(Backend::Sqlite, None);
    let head = format!(
        "POST /r/{} HTTP/1.1\r\nHost: zicha\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n\r\ncode=1",
        running.round
    );
    let mut slow: Vec<TcpStream> = Vec::new();
    for n in 0..count {
        let mut stream = TcpStream::connect(("127.0.0.1", running.port)).unwrap();
        // A third says nothing, a third half a head, a third begins a form and drips.
        match n % 3 {
            0 => {}
            1 => stream.write_all(&head.as_bytes()[..20]).unwrap(),
            _ => stream.write_all(head.as_bytes()).unwrap(),
        }
        slow.push(stream);
    }
    let (agent, mut slowest) = (agent(), Duration::ZERO);
    for _ in 0..30 {
        for stream in slow.iter_mut().skip(2).step_by(3) {
            stream.write_all(b"1").ok();
        }
        let asked = Instant::now();
        assert_eq!(running.send_one(&agent).1, 303);
        slowest = slowest.max(asked.elapsed());
        std::thread::sleep(Duration::from_millis(100));
    }
    // They are not kept for ever either: an unfinished head goes soon, and an unfinished form is told so.
    for (at, what) in [(1, "half a head"), (2, "half a form")] {
        let mut stream = slow[at].try_clone().unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap_or_else(|e| panic!("{what} is kept for ever: {e}"));
        assert!(at == 1 || rest.starts_with(b"HTTP/1.1 408"), "{what}: {}", String::from_utf8_lossy(&rest));
    }
    drop(slow);
    let used = running.used();
    println!("fault: {count} slow senders: 30 of 30 submissions beside them, slowest {:.0} ms", slowest.as_secs_f64() * 1_000.0);
    assert_eq!(used, 30);
}
