//! The opening at size: `cargo bench --bench opening -- 100000 [self-check|canteen] [FOLDER]`.
//! Fills a box through storage, opens it, and beside it submits to another round all the time: rate
//! against pure decryption, peak memory, longest stall of a submission.
#![expect(clippy::too_many_lines, reason = "a measurement is one run, told in its order")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;
use zicha::access::ServerKey;
use zicha::access::{SlipCode, SlipHash};
use zicha::app::{Actor, App, Custody, NewRound, Progress, Settings};
use zicha::ballot::{Layout, RoundPublicKey, StuffingKey};
use zicha::response::{Answer, Form, Response};
use zicha::round::BallotEdition;
use zicha::round::shanghai_day;
use zicha::storage::{Posting, Storage};
use zicha::survey::{Kind, Survey};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let ballots: usize = arguments.first().and_then(|a| a.parse().ok()).unwrap_or(20_000);
    let name = arguments.get(1).map_or("self-check", String::as_str);
    let folder =
        tempfile::tempdir_in(arguments.get(2).map_or(".", String::as_str)).expect("a folder");
    let database = std::env::var("ZICHA_BENCH_DATABASE").ok();
    let settings = Settings {
        data: folder.path().to_owned(),
        database,
        public_url: Some("http://127.0.0.1".into()),
        ..Settings::default()
    };
    let app = Arc::new(App::open(settings.clone()).expect("an empty installation"));
    let survey =
        App::shipped_surveys().into_iter().find(|s| s.id() == name).expect("a shipped survey");
    app.import_units(
        &Actor::Service,
        format!("code,name,kind,headcount\nCY,甲,squad,{}\n", ballots.min(100_000)).as_bytes(),
    )
    .expect("one unit");
    let (full, busy) = (round(&app, &survey), round(&app, &survey));
    let code = app.issue_slips(&Actor::Service, &busy, None, 0, true).expect("slips");

    let storage =
        Storage::open(&settings.database_url(), None, folder.path()).expect("the same database");
    let hashes: Vec<SlipHash> = (0..ballots as u64)
        .map(|n| SlipHash(std::array::from_fn(|b| if b < 8 { n.to_be_bytes()[b] } else { 7 })))
        .collect();
    let slips: Vec<_> = hashes.iter().map(|h| (*h, "CY".into())).collect();
    assert!(storage.replace_slips(&full, None, &slips).expect("slips"));
    let key = ServerKey::parse(
        &std::fs::read_to_string(folder.path().join("server.key")).expect("a key"),
    )
    .expect("a key");
    let stuffing = StuffingKey::of(&key);
    let public =
        RoundPublicKey::from_bytes(&app.round(&full).expect("the round").public_key.expect("open"))
            .expect("a key");
    let plaintext =
        Layout::of(&survey, BallotEdition::default()).encode(&answered(&survey)).expect("it fits");
    let filling = Instant::now();
    let (send, receive) = std::sync::mpsc::sync_channel::<Vec<Posting>>(8);
    std::thread::scope(|scope| {
        for part in hashes.chunks(ballots.div_ceil(2)) {
            let (send, public, stuffing, full, plaintext) =
                (send.clone(), &public, &stuffing, &full, &plaintext);
            scope.spawn(move || {
                let mut rng = StdRng::seed_from_u64(u64::from(part[0].0[7]));
                for chunk in part.chunks(256) {
                    let batch = chunk.iter().map(|h| Posting {
                        slip: Some(*h),
                        ballot: public.seal(stuffing, full, &"CY".into(), plaintext, &mut rng),
                    });
                    send.send(batch.collect()).expect("the writer runs");
                }
            });
        }
        drop(send);
        for batch in receive {
            storage.post(&full, &batch).expect("stored");
        }
    });
    println!("sealed_and_stored {ballots} in_ms {}", filling.elapsed().as_millis());
    drop(slips);
    drop(hashes);
    app.close_round(&Actor::Service, &full).expect("closed");

    let pure = pure_rate(&survey, &plaintext);
    std::fs::write("/proc/self/clear_refs", "5").ok();
    let at_rest = memory("VmRSS");
    let opened = AtomicBool::new(false);
    let (took, stalls) = std::thread::scope(|scope| {
        let submitting = scope.spawn(|| {
            let mut stalls = Vec::new();
            for slip in &code {
                if opened.load(Ordering::Relaxed) {
                    break;
                }
                let form = form(&survey, &slip.code);
                let started = Instant::now();
                app.submit(&busy, &form).expect("accepted");
                stalls.push(started.elapsed());
                std::thread::sleep(Duration::from_millis(5));
            }
            stalls
        });
        let started = Instant::now();
        let mut phase = started;
        app.open_box(&Actor::Service, &full, &mut |progress| {
            if !matches!(progress, Progress::Opening { done, of, .. } if done < of) {
                eprintln!("{progress:?} after {} ms", phase.elapsed().as_millis());
                phase = Instant::now();
            }
        })
        .expect("opened");
        let took = started.elapsed();
        opened.store(true, Ordering::Relaxed);
        (took, submitting.join().expect("the other round"))
    });
    let rate = ballots as f64 / took.as_secs_f64();
    let mut sorted = stalls.clone();
    sorted.sort();
    println!(
        "opened {ballots} in_ms {} per_s {rate:.0} pure_decryption_per_s {pure:.0} ratio {:.2}",
        took.as_millis(),
        rate / pure
    );
    println!("peak_mib {} of which at rest {}", memory("VmHWM"), at_rest);
    println!(
        "submissions_meanwhile {} p50_ms {:.1} longest_ms {:.1}",
        stalls.len(),
        sorted[sorted.len() / 2].as_secs_f64() * 1e3,
        sorted.last().map_or(0.0, Duration::as_secs_f64) * 1e3
    );
}

fn round(app: &App, survey: &Survey) -> zicha::id::RoundId {
    let day = shanghai_day(app.now());
    let new = NewRound {
        survey,
        title: "bench",
        opens: day,
        closes: day,
        units: &[],
        access: zicha::round::Access::Slip,
        looks_back: None,
    };
    let id = app.create_round(&Actor::Service, &new).expect("a draft");
    app.open_round(&Actor::Service, &id, Custody::Server).expect("open");
    id
}

/// A response with every scale answered and one text.
fn answered(survey: &Survey) -> Response {
    let mut response = Response::empty(survey);
    response.blank = false;
    let mut texts = 0;
    for (question, answer) in survey.questions().iter().zip(&mut response.answers) {
        match question.kind {
            Kind::Scale(_) | Kind::Single(_) => *answer = Answer::One(1),
            Kind::Text { .. } if texts == 0 => {
                texts += 1;
                *answer = Answer::Text("某次活动集合时队容不整齐，希望多提醒。".into());
            }
            _ => {}
        }
    }
    response
}

fn form(survey: &Survey, code: &SlipCode) -> Form {
    let mut form = Form::default();
    form.0.insert("code".into(), vec![code.digits().to_string()]);
    for question in survey.questions() {
        match &question.kind {
            Kind::Scale(scale) => {
                drop(form.0.insert(question.id.clone(), vec![scale.steps[1].id.clone()]));
            }
            Kind::Single(options) => {
                drop(form.0.insert(question.id.clone(), vec![options[0].id.clone()]));
            }
            _ => {}
        }
    }
    form
}

/// Decryption alone on all cores, from memory.
fn pure_rate(survey: &Survey, plaintext: &[u8]) -> f64 {
    let mut rng = StdRng::seed_from_u64(9);
    let key = StuffingKey::of(&ServerKey::random(&mut rng));
    let round: zicha::id::RoundId = "abcdefgh".parse().expect("a round id");
    let (private, public) =
        zicha::ballot::RoundPrivateKey::generate(&mut rng).expect("memory can be locked");
    let ballots: Vec<_> =
        (0..4000).map(|_| public.seal(&key, &round, &"CY".into(), plaintext, &mut rng)).collect();
    let layout = Layout::of(survey, BallotEdition::default());
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let started = Instant::now();
    std::thread::scope(|scope| {
        for part in ballots.chunks(ballots.len().div_ceil(cores)) {
            let (private, key, round, layout) = (&private, &key, &round, &layout);
            scope.spawn(move || {
                for ballot in part {
                    layout.decode(&private.open(key, round, ballot).expect("ours")).expect("ours");
                }
            });
        }
    });
    ballots.len() as f64 / started.elapsed().as_secs_f64()
}

fn memory(what: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with(what)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).map_or(0, |kib| kib / 1024)
}
