//! Whether the time of a reply tells an unspent, a spent and an unknown code apart: `cargo bench
//! --bench replies`.
//! Like is compared with like: full forms with unspent and spent codes, empty forms with unspent
//! and unknown ones, in turn, over real HTTP.
#![expect(clippy::too_many_lines, reason = "a measurement is one run, told in its order")]

use std::sync::Arc;
use std::time::{Duration, Instant};

use zicha::app::{Actor, App, Custody, NewRound, Settings};
use zicha::round::{Access, shanghai_day};

const REQUESTS: usize = 2000;

fn main() {
    let folder = tempfile::tempdir_in(".").expect("a folder");
    let listen = format!(
        "127.0.0.1:{}",
        std::net::TcpListener::bind("127.0.0.1:0")
            .expect("a port")
            .local_addr()
            .expect("an address")
            .port()
    );
    let settings = Settings {
        data: folder.path().to_owned(),
        listen: listen.clone(),
        public_url: Some("http://127.0.0.1".into()),
        ..Settings::default()
    };
    let app = Arc::new(App::open(settings).expect("an empty installation"));
    app.import_units(
        &Actor::Service,
        format!("code,name,kind,headcount\nCY,甲,squad,{}\n", REQUESTS + 10).as_bytes(),
    )
    .expect("one unit");
    let survey = App::shipped_surveys().remove(0);
    let day = shanghai_day(app.now());
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
    let codes: Vec<String> = app
        .issue_slips(&Actor::Service, &round, None, 0, true)
        .expect("slips")
        .iter()
        .map(|s| s.code.digits().to_string())
        .collect();
    let unknown: Vec<String> = app
        .issue_slips(&Actor::Service, &round, None, 0, true)
        .map(|new| new.iter().map(|s| s.code.digits().to_string()).collect())
        .expect("slips");
    // The second issue voided the first: its codes are well formed and unknown.
    let (codes, unknown) = (unknown, codes);
    let serving = app.clone();
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(zicha::web::serve(serving, |_| {}))
    });
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
    let url = format!("http://{listen}/r/{round}");
    while agent.get(&url).call().is_err() {
        std::thread::sleep(Duration::from_millis(10));
    }
    let send = |body: String| -> f64 {
        let started = Instant::now();
        let mut answer = agent
            .post(&url)
            .header("content-type", "application/x-www-form-urlencoded")
            .send(body.as_bytes())
            .expect("an answer");
        answer.body_mut().read_to_vec().expect("a body");
        started.elapsed().as_secs_f64() * 1e3
    };
    let item = &survey.questions()[0].id;
    let full = |code: &str| format!("code={code}&{item}=none");
    send(full(&codes[0]));
    let mut times: [Vec<f64>; 4] = Default::default();
    for n in 0..REQUESTS {
        // More than a hundred wrong codes a second are slowed down on purpose.
        std::thread::sleep(Duration::from_millis(8));
        times[0].push(send(full(&codes[n + 1])));
        times[1].push(send(full(&codes[0])));
        times[2].push(send(format!("code={}", codes[REQUESTS + 5])));
        times[3].push(send(format!("code={}", unknown[n])));
    }
    compare("full form: unspent / spent", &times[0], &times[1]);
    compare("empty form: unspent / unknown", &times[2], &times[3]);
}

/// Medians, their difference, and how often one of the first is slower than one of the second (one
/// half: nothing to tell).
fn compare(what: &str, a: &[f64], b: &[f64]) {
    let median = |values: &[f64]| {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    };
    let slower =
        a.iter().flat_map(|x| b.iter().map(move |y| if x > y { 1.0 } else { 0.0 })).sum::<f64>()
            / (a.len() * b.len()) as f64;
    println!(
        "{what}: medians {:.3} / {:.3} ms, difference {:+.3} ms, first slower in {:.1} % of pairs",
        median(a),
        median(b),
        median(a) - median(b),
        slower * 100.0
    );
}
