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
                    // Well formed, and nobody's.
                    let request = agent
                        .post(at(&format!("/r/{}", running.round)))
                        .header("content-type", "application/x-www-form-urlencoded");
                    assert_eq!(
                        request
                            .send(b"code=10000000000000000081&visit_meal=lunch")
                            .unwrap()
                            .status(),
                        422
                    );
                    wrong.fetch_add(1, Ordering::Relaxed);
                }),
            );
        });
        scope.spawn(|| {
            let agent = agent();
            let form = crate::test_app::encode(&[("name", "zhao"), ("password", &password)]);
            let request = agent
                .post(at("/desk/sign-in"))
                .header("content-type", "application/x-www-form-urlencoded");
            assert_eq!(request.send(form.as_bytes()).unwrap().status(), 303);
            // The first password was given by somebody else.
            let page =
                agent.get(at("/desk/me")).call().unwrap().into_body().read_to_string().unwrap();
            let (token, own) = (crate::desk::token_of(&page), crate::test_app::PASSWORD);
            let form = crate::test_app::encode(&[
                ("csrf", &token),
                ("do", "password"),
                ("old", &password),
                ("new", own),
                ("again", own),
            ]);
            let request = agent
                .post(at("/desk/me"))
                .header("content-type", "application/x-www-form-urlencoded");
            assert_eq!(request.send(form.as_bytes()).unwrap().status(), 200);
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
            let mut slow = std::collections::VecDeque::new();
            until_stopped(
                50,
                Box::new(|| {
                    let mut stream = TcpStream::connect(("127.0.0.1", running.port)).unwrap();
                    stream.write_all(b"POST /r/x HTTP/1.1\r\nContent-Le").ok();
                    slow.push_back(stream);
                    if slow.len() > 100 {
                        slow.pop_front();
                    }
                }),
            );
        });
        let started = Instant::now();
        // What is read at first is caches filling: the first third does not count.
        while started.elapsed() < length {
            std::thread::sleep(length / 60);
            readings.push(Reading::of(&running, started));
        }
        stop.store(true, Ordering::Relaxed);
    });
    let stored = running.settle(&sent);
    let received = sent.received.into_inner().unwrap().len() as u64;
    let settled = &readings[readings.len() / 3..];
    let (handles, log) =
        (settled.iter().map(|r| r.handles), settled.iter().map(|r| r.log_bytes).max().unwrap());
    println!(
        "fault: {backend:?} mixed load for {} s: {received} acknowledged ({stored} stored though \
         their answer was lost), {} pages, {} wrong codes, {} desk pages; memory {:.1} MiB, {:+.2} \
         MiB an hour; {} to {} handles; log of the box at most {:.1} MiB",
        length.as_secs(),
        pages.into_inner(),
        wrong.into_inner(),
        desk.into_inner(),
        settled.last().unwrap().resident_kib / 1024.0,
        slope(settled) * 3600.0 / 1024.0,
        handles.clone().min().unwrap(),
        handles.max().unwrap(),
        log as f64 / f64::from(1 << 20),
    );
    assert!(received > 100, "{received}");
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
    assert!(log < 24 << 20, "the log of the box grows");
    assert_eq!(running.used(), received);
}
