//! What goes wrong around a running service: told to stop, out of disk, locked out of its database,
//! held up by slow senders.
//! Nothing that was acknowledged may be lost, nothing may be counted twice, and the service comes
//! back by itself. `scripts/soak` runs them long.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::running::{Running, Sent};
use crate::shell::Shell;
use crate::test_app::{Backend, agent, backends, open_beside, shell, tool};

#[test]
fn told_to_stop_it_answers_what_is_under_way_and_ends_within_ten_seconds() {
    for backend in backends() {
        let running = Running::start(backend, None);
        let (stop, answered, broken) =
            (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
        let mut took = Duration::ZERO;
        std::thread::scope(|scope| {
            let shared = &running;
            for _ in 0..8 {
                scope.spawn(|| {
                    let agent = agent();
                    while !stop.load(Ordering::Relaxed) {
                        match shared.send_one(&agent) {
                            (_, 303, true) => drop(answered.fetch_add(1, Ordering::Relaxed)),
                            // Refused at the door once it is shutting down, which a phone sees as
                            // no answer.
                            _ => drop(broken.fetch_add(1, Ordering::Relaxed)),
                        }
                    }
                });
            }
            std::thread::sleep(Duration::from_millis(600));
            let told = Instant::now();
            rustix::process::kill_process(shared.pid(), rustix::process::Signal::TERM).unwrap();
            while TcpStream::connect(("127.0.0.1", shared.port)).is_ok()
                && told.elapsed() < Duration::from_secs(15)
            {
                std::thread::sleep(Duration::from_millis(20));
            }
            took = told.elapsed();
            stop.store(true, Ordering::Relaxed);
        });
        let waited = Instant::now();
        while running.child.lock().unwrap().try_wait().unwrap().is_none() {
            assert!(waited.elapsed() < Duration::from_secs(10), "still running");
            std::thread::sleep(Duration::from_millis(20));
        }
        took += waited.elapsed();
        let answered = answered.into_inner() as u64;
        assert!(answered > 50, "{answered}");
        let used = running.used();
        println!(
            "fault: {backend:?} SIGTERM under load: {answered} acknowledged, {used} in the box, \
             ended after {:.1} s",
            took.as_secs_f64()
        );
        // Some may be in the box whose answer was cut off; none the other way round.
        assert!(used >= answered, "{used} in the box, {answered} acknowledged");
        assert!(took < Duration::from_secs(10), "{took:?}");
    }
}

#[test]
fn out_of_disk_it_says_try_again_and_goes_on_when_there_is_room() {
    // A file may not grow beyond this, which is what a full disk does to a process; lifted from
    // outside later.
    let running =
        Running::start(Backend::Sqlite, Some("trap '' XFSZ; ulimit -S -f 3000; exec \"$@\""));
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
    let page =
        agent.get(format!("http://127.0.0.1:{}/r/{}", running.port, running.round)).call().unwrap();
    assert_eq!(page.status(), 200, "the questionnaire can still be read");
    let unlimited = format!("--pid={}", running.child.lock().unwrap().id());
    assert!(
        std::process::Command::new("prlimit")
            .args([&unlimited, "--fsize=unlimited"])
            .status()
            .unwrap()
            .success()
    );
    for at in refused.drain(..) {
        let mut tries = 0;
        while running.send(&agent, at).0 != 303 {
            tries += 1;
            assert!(tries < 100, "it does not come back");
            std::thread::sleep(Duration::from_millis(100));
        }
        received += 1;
    }
    assert!(
        running.child.lock().unwrap().try_wait().unwrap().is_none(),
        "the service is still the same process"
    );
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
        let (round, path, url) = (
            running.round.clone(),
            running.zicha.path(&format!("box-{}.db", running.round)),
            running.zicha.database.clone(),
        );
        let holder = std::thread::spawn(move || match url {
            Some(url) => {
                let table =
                    format!("begin; lock table spent_slips_{round} in access exclusive mode");
                lock(&mut PgConnection::establish(&url).unwrap(), &table, pause);
            }
            None => {
                lock(&mut open_beside(&path), "begin immediate", pause);
            }
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
        println!(
            "fault: {backend:?} locked for {} s: asked to try again, then 2 of 2 in the box",
            pause.as_secs()
        );
        assert_eq!(used, 2);
    }
}

/// Everything goes on while the clock of the machine is set an hour on and back; at the end of the
/// round it is over, and stays over when the clock goes back.
#[test]
fn a_clock_that_jumps_under_load_loses_nothing_and_reopens_nothing() {
    let Some(_) = tool("faketime") else { return };
    let place = tempfile::tempdir().unwrap();
    let offset = place.path().join("offset");
    let jump = |by: &str| {
        std::fs::write(offset.with_extension("new"), format!("{by}\n")).unwrap();
        std::fs::rename(offset.with_extension("new"), &offset).unwrap();
        // The library looks again after a while, and the service may have the round in its cache
        // for a second.
        std::thread::sleep(Duration::from_millis(2_300));
    };
    jump("+0");
    let library = std::fs::read_dir("/usr/lib")
        .unwrap()
        .flatten()
        .map(|e| e.path().join("faketime/libfaketimeMT.so.1"))
        .find(|p| p.exists())
        .unwrap();
    // Only the time of day: a clock that somebody sets does not change how long things take.
    let wrapper = format!(
        "export LD_PRELOAD={} FAKETIME_TIMESTAMP_FILE={} FAKETIME_CACHE_DURATION=1 \
         FAKETIME_DONT_FAKE_MONOTONIC=1; exec \"$@\"",
        library.display(),
        offset.display()
    );
    let running = Running::start(Backend::Sqlite, Some(&wrapper));
    let (stop, sent) = (AtomicBool::new(false), Sent::default());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                running.keep_sending(running.port, Duration::from_millis(5), &stop, &sent);
            });
        }
        for by in ["-1h", "+0", "+1s", "-25h"] {
            jump(by);
        }
        stop.store(true, Ordering::Relaxed);
    });
    assert_eq!(sent.unsure.lock().unwrap().len(), 0, "nobody is asked to try again");
    let agent = agent();
    // A clock that is suddenly two days on ends nothing for good: it is believed only once a person
    // has looked at it.
    jump("+49h");
    let (_, status, _) = running.send_one(&agent);
    assert!((400..500).contains(&status), "by that clock the round is over: {status}");
    jump("+0");
    let (_, status, _) = running.send_one(&agent);
    assert_eq!(status, 303, "and goes on when the clock is right again");
    // Time that passes while the service runs is believed, and what has ended stays so.
    for by in ["+20h", "+40h", "+49h"] {
        jump(by);
        std::thread::sleep(Duration::from_secs(6));
    }
    let (_, status, _) = running.send_one(&agent);
    assert!((400..500).contains(&status), "the round is over: {status}");
    jump("+0");
    let (_, status, _) = running.send_one(&agent);
    assert!((400..500).contains(&status), "it stays over: {status}");
    let received = sent.received.into_inner().unwrap().len() as u64 + 1;
    println!(
        "fault: clock set an hour and a day back and two days on under load: {received} \
         acknowledged"
    );
    assert_eq!(running.used(), received);
}

/// `ZICHA_BEFORE` names a program of an earlier version, which `scripts/soak` builds; without it
/// the same one is started again.
#[test]
fn restarts_and_upgrades_under_load_lose_nothing() {
    let new = env!("CARGO_BIN_EXE_zicha");
    for backend in backends() {
        // The round is made, opened and first answered with the earlier version.
        let mut place = Shell::new(backend);
        place.program = std::env::var("ZICHA_BEFORE").unwrap_or_else(|_| new.to_owned());
        let running = Running::of(place, 6_000, None);
        let (stop, sent) = (AtomicBool::new(false), Sent::default());
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| {
                    running.keep_sending(running.port, Duration::from_millis(5), &stop, &sent);
                });
            }
            for _ in 0..3 {
                std::thread::sleep(Duration::from_millis(500));
                running.restart(new);
            }
            std::thread::sleep(Duration::from_millis(500));
            stop.store(true, Ordering::Relaxed);
        });
        let stored = running.settle(&sent);
        let received = sent.received.into_inner().unwrap().len() as u64;
        assert!(received > 50, "{received}");
        assert_eq!(running.used(), received);
        let app = zicha::app::App::open(running.zicha.settings()).unwrap();
        let id = running.round.parse().unwrap();
        app.open_box(&shell(), &id, &mut |_| {}).unwrap();
        let bureau = app.results(&shell(), &id).unwrap().release.bureau.turnout;
        assert_eq!(
            (u64::from(bureau.counted), bureau.spoiled),
            (received, 0),
            "{backend:?}: what both versions took in is counted"
        );
        println!(
            "fault: {backend:?} restarted three times under load: {received} acknowledged, \
             {stored} of them stored though their answer was lost, all counted"
        );
    }
}

/// Holds a lock for a while.
fn lock(db: &mut impl SimpleConnection, begin: &str, pause: Duration) {
    db.batch_execute(begin).unwrap();
    std::thread::sleep(pause);
    db.batch_execute("rollback").unwrap();
}

/// `ZICHA_SLOW` sets how many; `scripts/soak` runs 10,000.
/// Memory of a process in KiB.
fn memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .and_then(|line| line.split_whitespace().nth(1))
        .unwrap()
        .parse()
        .unwrap()
}

#[test]
fn readers_who_do_not_read_hold_little_and_are_let_go() {
    let running = Running::with_slips(Backend::Sqlite, 10, None);
    let count = std::env::var("ZICHA_SLOW").map_or(300, |n| n.parse().unwrap());
    let (agent, page) = (agent(), format!("http://127.0.0.1:{}/r/{}", running.port, running.round));
    assert_eq!(agent.get(&page).call().unwrap().status().as_u16(), 200);
    let process = running.child.lock().unwrap().id();
    let rest = memory(process);
    let request = format!("GET /r/{} HTTP/1.1\r\nHost: zicha\r\n\r\n", running.round).repeat(50);
    let mut readers: Vec<TcpStream> = Vec::new();
    for _ in 0..count {
        let mut stream = TcpStream::connect(("127.0.0.1", running.port)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        readers.push(stream);
    }
    std::thread::sleep(Duration::from_secs(3));
    let each = memory(process).saturating_sub(rest) / count;
    assert_eq!(agent.get(&page).call().unwrap().status().as_u16(), 200, "others are served");
    println!("fault: {count} readers who do not read: {each} KiB each");
    assert!(each < 128, "{each} KiB are held for every reader who does not read");
    // Twenty seconds without a byte taken, and the connection is ended.
    std::thread::sleep(Duration::from_secs(27));
    let ended = |stream: &mut TcpStream| {
        stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
        let mut taken = Vec::new();
        let end = stream.read_to_end(&mut taken);
        // What had been sent is still here; 50 whole pages are not.
        end.map_or_else(|e| e.kind() == std::io::ErrorKind::ConnectionReset, |_| true)
            && taken.len() < 50 * 30_000
    };
    assert!(readers.iter_mut().take(20).all(ended), "connections go on being held");
}

#[test]
fn slow_senders_hold_up_nobody_but_themselves() {
    let count: usize =
        std::env::var("ZICHA_SLOW").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000);
    let running = Running::start(Backend::Sqlite, None);
    let head = format!(
        "POST /r/{} HTTP/1.1\r\nHost: zicha\r\nContent-Type: \
         application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n\r\ncode=1",
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
    // They are not kept for ever either: an unfinished head goes soon, and an unfinished form is
    // told so.
    for (at, what) in [(1, "half a head"), (2, "half a form")] {
        let mut stream = slow[at].try_clone().unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap_or_else(|e| panic!("{what} is kept for ever: {e}"));
        assert!(
            at == 1 || rest.starts_with(b"HTTP/1.1 408"),
            "{what}: {}",
            String::from_utf8_lossy(&rest)
        );
    }
    drop(slow);
    let used = running.used();
    println!(
        "fault: {count} slow senders: 30 of 30 submissions beside them, slowest {:.0} ms",
        slowest.as_secs_f64() * 1_000.0
    );
    assert_eq!(used, 30);
}
