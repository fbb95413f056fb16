//! Everything at once for a while: ballots, pages, wrong codes, a desk user, exports, slow senders;
//! what the process takes must not grow with time.
//! `ZICHA_MIXED` sets the seconds; `scripts/soak` runs ten minutes.

use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::running::{Running, Sent};
use crate::test_app::{Backend, agent, backends};

/// What the process takes at one moment.
struct Reading {
    at: f64,
    resident_kib: f64,
    handles: usize,
    log_bytes: u64,
}

impl Reading {
    fn of(running: &Running, started: Instant) -> Self {
        let pid = running.child.lock().unwrap().id();
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
        let resident = status
            .lines()
            .find_map(|l| l.strip_prefix("VmRSS:"))
            .unwrap()
            .split_whitespace()
            .next()
            .unwrap()
            .parse()
            .unwrap();
        let log = std::fs::metadata(running.zicha.path(&format!("box-{}.db-wal", running.round)))
            .map_or(0, |m| m.len());
        let handles = std::fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count();
        Self {
            at: started.elapsed().as_secs_f64(),
            resident_kib: resident,
            handles,
            log_bytes: log,
        }
    }
}

/// Kibibytes a second by which memory grows, least squares.
fn slope(readings: &[Reading]) -> f64 {
    let n = readings.len() as f64;
    let (x, y) =
        readings.iter().fold((0.0, 0.0), |(x, y), r| (x + r.at / n, y + r.resident_kib / n));
    let (above, below) = readings.iter().fold((0.0, 0.0), |(a, b), r| {
        ((r.at - x).mul_add(r.resident_kib - y, a), (r.at - x).mul_add(r.at - x, b))
    });
    above / below
}

#[test]
fn under_mixed_load_nothing_grows_with_time() {
    let seconds: u64 = std::env::var("ZICHA_MIXED").ok().and_then(|n| n.parse().ok()).unwrap_or(6);
    std::thread::scope(|scope| {
        for backend in backends() {
            scope.spawn(move || run(backend, Duration::from_secs(seconds)));
        }
    });
}

fn run(backend: Backend, length: Duration) {
    // Four senders, each at most a hundred a second.
    let running =
        Running::with_slips(backend, 500 + 450 * usize::try_from(length.as_secs()).unwrap(), None);
    let password = running.zicha.ok(&["--json", "account", "add", "zhao", "--role", "clerk"]);
    let password =
        password.split("\"password\"").nth(1).unwrap().split('"').nth(1).unwrap().to_owned();
    let (stop, sent) = (AtomicBool::new(false), Sent::default());
    let (pages, wrong, desk) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let at = |path: &str| format!("http://127.0.0.1:{}{path}", running.port);
    let until_stopped = |pause: u64, mut work: Box<dyn FnMut() + '_>| {
        while !stop.load(Ordering::Relaxed) {
            work();
            std::thread::sleep(Duration::from_millis(pause));
        }
    };
    let mut readings = Vec::new();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                running.keep_sending(running.port, Duration::from_millis(10), &stop, &sent);
            });
        }
        scope.spawn(|| {
            let agent = agent();
            until_stopped(
                2,
                Box::new(|| {
                    let page = agent
                        .get(at(&format!("/r/{}", running.round)))
                        .header("accept-encoding", "br")
                        .call()
                        .unwrap();
                    assert_eq!(page.status(), 200);
                    pages.fetch_add(1, Ordering::Relaxed);
                }),
            );
        });
        scope.spawn(|| {
            let agent = agent();
            until_stopped(
                200,
                Box::new(|| {
                    guess(&agent, &at(&format!("/r/{}", running.round)));
                    wrong.fetch_add(1, Ordering::Relaxed);
                }),
            );
        });
        scope.spawn(|| {
            let agent = signed_in(&at, &password);
            until_stopped(
                100,
                Box::new(|| {
                    for path in [
                        "/desk",
                        &format!("/desk/rounds/{}", running.round),
                        "/desk/units",
                        "/metrics",
                    ] {
                        assert_eq!(agent.get(at(path)).call().unwrap().status(), 200, "{path}");
                    }
                    desk.fetch_add(4, Ordering::Relaxed);
                }),
            );
        });
        scope.spawn(|| {
            let mut held = std::collections::VecDeque::new();
            until_stopped(50, Box::new(|| send_slowly(running.port, &mut held)));
        });
        // What is read at first is caches filling: what counts begins after so much work, however
        // long a busy machine takes for it.
        warm_up(&|| {
            let received = sent.received.lock().unwrap().len();
            received >= 150 && desk.load(Ordering::Relaxed) >= 24
        });
        let started = Instant::now();
        while started.elapsed() < length {
            std::thread::sleep(length / 60);
            readings.push(Reading::of(&running, started));
        }
        stop.store(true, Ordering::Relaxed);
    });
    let stored = running.settle(&sent);
    let received = sent.received.into_inner().unwrap().len() as u64;
    let settled = &readings;
    println!(
        "fault: {backend:?} mixed load for {} s: {received} acknowledged ({stored} stored though \
         their answer was lost), {} pages, {} wrong codes, {} desk pages; {}",
        length.as_secs(),
        pages.into_inner(),
        wrong.into_inner(),
        desk.into_inner(),
        told(settled)
    );
    assert!(received > 100, "{received}");
    nothing_grows(settled, length);
    assert_eq!(running.used(), received);
}

/// Waits until it has worked for a while, most a minute.
fn warm_up(done: &dyn Fn() -> bool) {
    let started = Instant::now();
    while !done() && started.elapsed() < Duration::from_mins(1) {
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A code that is well formed, and nobody's.
fn guess(agent: &ureq::Agent, page: &str) {
    let request = agent.post(page).header("content-type", "application/x-www-form-urlencoded");
    let answer = request.send(b"code=10000000000000000081&visit_meal=lunch").unwrap();
    assert_eq!(answer.status(), 422);
}

/// Begins a submission and does not go on with it; a hundred of them are held.
fn send_slowly(port: u16, held: &mut std::collections::VecDeque<TcpStream>) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(b"POST /r/x HTTP/1.1\r\nContent-Le").ok();
    held.push_back(stream);
    if held.len() > 100 {
        held.pop_front();
    }
}

/// What the process took once it had warmed up, in words.
fn told(settled: &[Reading]) -> String {
    let handles = settled.iter().map(|r| r.handles);
    format!(
        "memory {:.1} MiB, {:+.2} MiB an hour; {} to {} handles; log of the box at most {:.1} MiB",
        settled.last().unwrap().resident_kib / 1024.0,
        slope(settled) * 3600.0 / 1024.0,
        handles.clone().min().unwrap(),
        handles.max().unwrap(),
        longest_log(settled) as f64 / f64::from(1 << 20),
    )
}

fn longest_log(settled: &[Reading]) -> u64 {
    settled.iter().map(|r| r.log_bytes).max().unwrap()
}

/// It does not grow.
fn nothing_grows(settled: &[Reading], length: Duration) {
    // A leak of a hundred bytes a request would be more than this.
    assert!(
        length < Duration::from_mins(2) || slope(settled) * 3600.0 / 1024.0 < 60.0,
        "memory grows with time"
    );
    assert!(
        settled.last().unwrap().resident_kib - settled[0].resident_kib < 16.0 * 1024.0,
        "memory grows"
    );
    assert!(settled.iter().all(|r| r.handles < 400), "handles grow");
    assert!(longest_log(settled) < 24 << 20, "the log of the box grows");
}

/// The agent of a clerk, who has changed the first password, which was given by somebody else.
fn signed_in(at: &dyn Fn(&str) -> String, password: &str) -> ureq::Agent {
    let agent = agent();
    let form = crate::test_app::encode(&[("name", "zhao"), ("password", password)]);
    let request =
        agent.post(at("/desk/sign-in")).header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(request.send(form.as_bytes()).unwrap().status(), 303);
    let page = agent.get(at("/desk/me")).call().unwrap().into_body().read_to_string().unwrap();
    let (token, own) = (crate::desk::token_of(&page), crate::test_app::PASSWORD);
    let form = crate::test_app::encode(&[
        ("csrf", &token),
        ("do", "password"),
        ("old", password),
        ("new", own),
        ("again", own),
    ]);
    let request =
        agent.post(at("/desk/me")).header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(request.send(form.as_bytes()).unwrap().status(), 200);
    agent
}
