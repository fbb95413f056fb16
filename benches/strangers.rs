//! What strangers at the door cost: `cargo bench --bench strangers [-- SECONDS [STRANGERS]]` (60
//! and 40 unless told).
//! They sign in without end with invented names; meanwhile somebody known signs in, officers open
//! the questionnaire, and the service's memory is read from the system (Linux).
#![expect(clippy::too_many_lines, reason = "a measurement is one run, told in its order")]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use zicha::app::{Actor, App, Custody, NewRound, Role, Settings};
use zicha::round::{Access, shanghai_day};

/// More over rest than this, and the run fails.
const CEILING: u64 = 150;
const PASSWORD: &str = "chun-jiang-lu-17-hao";

fn main() {
    let numbers: Vec<u64> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let (seconds, strangers) =
        (numbers.first().copied().unwrap_or(60), numbers.get(1).copied().unwrap_or(40));
    let folder = tempfile::tempdir_in(".").expect("a folder");
    let listen = format!(
        "127.0.0.1:{}",
        std::net::TcpListener::bind("127.0.0.1:0")
            .expect("a port")
            .local_addr()
            .expect("an address")
            .port()
    );
    let round = {
        let app = App::open(Settings {
            data: folder.path().to_owned(),
            listen: listen.clone(),
            ..Settings::default()
        })
        .expect("an installation");
        app.import_units(&Actor::Service, b"code,name,kind,headcount\nCY,A,squad,30\n")
            .expect("one unit");
        app.add_account(&Actor::Service, "keyuan", Role::Clerk, &[], Some(PASSWORD))
            .expect("an account");
        let (survey, day) = (App::shipped_surveys().remove(0), shanghai_day(app.now()));
        let new = NewRound {
            survey: &survey,
            title: "bench",
            opens: day,
            closes: day,
            units: &[],
            access: Access::Slip,
            looks_back: None,
        };
        let round = app.create_round(&Actor::Service, &new).expect("a draft");
        app.open_round(&Actor::Service, &round, Custody::Server).expect("open");
        round
    };
    let mut service = std::process::Command::new(env!("CARGO_BIN_EXE_zicha"))
        .args(["--data", folder.path().to_str().expect("a path"), "serve", "--listen", &listen])
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the service starts");
    let agent = || -> ureq::Agent {
        ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into()
    };
    let base = format!("http://{listen}");
    while agent().get(format!("{base}/healthz")).call().is_err() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let sign_in = |agent: &ureq::Agent, name: &str, password: &str| -> u16 {
        let form = format!("name={name}&password={password}");
        let sent = agent
            .post(format!("{base}/desk/sign-in"))
            .header("content-type", "application/x-www-form-urlencoded")
            .send(form.as_bytes());
        sent.map_or(0, |answer| answer.status().as_u16())
    };
    let known = agent();
    assert_eq!(sign_in(&known, "keyuan", PASSWORD), 303, "a browser that has been here before");
    let pages = |count: usize| -> Vec<f64> {
        let officer = agent();
        (0..count)
            .map(|_| {
                let started = Instant::now();
                officer
                    .get(format!("{base}/r/{round}"))
                    .call()
                    .expect("the questionnaire")
                    .body_mut()
                    .read_to_vec()
                    .expect("a page");
                started.elapsed().as_secs_f64() * 1e3
            })
            .collect()
    };
    pages(20);
    let rest = memory(service.id());
    let (over, tried, let_in) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    let (mut at_door, mut most, mut opened, mut samples) = (0, 0, Vec::new(), Vec::new());
    std::thread::scope(|scope| {
        for stranger in 0..strangers {
            let (over, tried, let_in, sign_in) = (&over, &tried, &let_in, &sign_in);
            scope.spawn(move || {
                let own = agent();
                for n in 0.. {
                    if over.load(Ordering::Relaxed) {
                        break;
                    }
                    let_in.fetch_add(
                        u64::from(
                            sign_in(&own, &format!("nobody{stranger}x{n}"), "whatever-it-may-be")
                                == 303,
                        ),
                        Ordering::Relaxed,
                    );
                    tried.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(seconds) {
            let started = Instant::now();
            if sign_in(&known, "keyuan", PASSWORD) == 303 {
                at_door += 1;
                samples.push(started.elapsed().as_secs_f64() * 1e3);
            }
            most += 1;
            opened.extend(pages(10));
            std::thread::sleep(Duration::from_millis(500));
        }
        over.store(true, Ordering::Relaxed);
    });
    let peak = peak(service.id());
    std::thread::sleep(Duration::from_secs(5));
    let after = memory(service.id());
    let middle = |values: &mut Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    println!(
        "strangers {} in {seconds} s, let in {}\nknown browser let in {at_door} of {most}, median \
         {:.0} ms\nquestionnaire opened {} times, median {:.1} ms\nmemory at rest {rest} MiB, most \
         {peak} MiB (+{}), afterwards {after} MiB",
        tried.load(Ordering::Relaxed),
        let_in.load(Ordering::Relaxed),
        middle(&mut samples),
        opened.len(),
        middle(&mut opened),
        peak.saturating_sub(rest)
    );
    assert!(peak.saturating_sub(rest) <= CEILING, "more than {CEILING} MiB over rest");
    service.kill().expect("the service ends");
    service.wait().expect("the service has ended");
}

fn memory(process: u32) -> u64 {
    field(process, "VmRSS:")
}

fn peak(process: u32) -> u64 {
    field(process, "VmHWM:")
}

/// A field of the process in MiB.
fn field(process: u32, name: &str) -> u64 {
    let status =
        std::fs::read_to_string(format!("/proc/{process}/status")).expect("a Linux system");
    let line = status.lines().find(|line| line.starts_with(name)).expect("memory is told");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<u64>().ok()).expect("a number") >> 10
}
