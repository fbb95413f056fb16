//! What each step of a ballot costs on one core: parse, seal, open, count, and the gate; and how
//! each grows with the questionnaire and the bureau.
//! `cargo bench --bench steps`: microseconds a ballot, milliseconds a gate.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::Instant;

use rand::SeedableRng;
use rand::rngs::StdRng;
use zicha::access::ServerKey;
use zicha::ballot::{Layout, RoundPrivateKey, Straight, StuffingKey};
use zicha::gate::protect;
use zicha::id::RoundId;
use zicha::response::{Form, read};
use zicha::round::BallotEdition;
use zicha::survey::{Survey, SurveyFile};
use zicha::tally::Tally;
use zicha::unit::{groups, parse_csv};

const CODE: &str = "96373146640977629564";
const RUNS: usize = 7;

fn main() {
    println!(
        "questions  form_bytes  plaintext_bytes  parse_us  slow_parse_us  seal_us  open_us  \
         count_us"
    );
    for count in [10, 50, 85, 200] {
        questionnaire(count);
    }
    println!("groups  gate_ms");
    for count in [20, 100, 300, 600] {
        bureau(count);
    }
}

/// The survey of that many questions: rated items, and a text for every ten.
fn survey(count: usize) -> Survey {
    let mut file: SurveyFile =
        serde_json::from_str(include_str!("../surveys/self-check.json")).expect("a shipped survey");
    let item = file.categories[0].questions[0].clone();
    let text = file
        .categories
        .iter()
        .flat_map(|c| &c.questions)
        .find(|q| serde_json::to_value(&q.answer).expect("JSON")["type"] == "text")
        .expect("a text")
        .clone();
    file.closing = None;
    file.categories.truncate(1);
    file.categories[0].questions = (0..count)
        .map(|n| {
            let mut question = if n % 10 == 9 { text.clone() } else { item.clone() };
            question.id = format!("question{n}");
            question
        })
        .collect();
    Survey::parse(&serde_json::to_vec(&file).expect("JSON")).expect("a good survey")
}

fn questionnaire(count: usize) {
    let survey = survey(count);
    let layout = Layout::of(&survey, BallotEdition::default());
    let straight = Straight::of(&survey, &layout);
    let mut body = format!("code={CODE}");
    for (n, question) in survey.questions().iter().enumerate() {
        let ids = question.kind.option_ids();
        let value = if ids.is_empty() {
            "%E6%9F%90%E6%AC%A1%E9%9B%86%E5%90%88%E6%97%B6%E9%98%9F%E5%AE%B9%E4%B8%8D%E6%95%B4%E9%BD%90"
        } else {
            ids[n % ids.len()]
        };
        body.push_str(&format!("&{}={value}", question.id));
    }
    let mut rng = StdRng::seed_from_u64(1);
    let psk = StuffingKey::of(&ServerKey::random(&mut rng));
    let round: RoundId = "abcdefgh".parse().expect("a round id");
    let (private, public) = RoundPrivateKey::generate(&mut rng).expect("memory can be locked");
    let plaintext = straight.read(body.as_bytes()).expect("a plain form").plaintext;
    let ballot = public.seal(&psk, &round, &"CY".into(), &plaintext, &mut rng);
    let response = layout.decode(&plaintext).expect("our own");
    let units =
        parse_csv("code,name,kind,headcount\nCY,甲,squad,1000\n".as_bytes()).expect("one unit");
    let mut tally = Tally::new(&survey, &groups(&units));
    let parse = each(2_000, || drop(black_box(straight.read(body.as_bytes()))));
    let slow = each(500, || {
        let form = Form::decode(body.as_bytes()).expect("a form");
        black_box(layout.encode(&read(&survey, &form).expect("good answers")).expect("they fit"));
    });
    let seal = each(200, || {
        drop(black_box(public.seal(&psk, &round, &"CY".into(), &plaintext, &mut rng)));
    });
    let open = each(200, || drop(black_box(private.open(&psk, &round, &ballot).expect("our own"))));
    let add = each(2_000, || tally.add(&"CY".into(), &response));
    println!(
        "{count:9}  {:10}  {:15}  {parse:8.1}  {slow:13.1}  {seal:7.1}  {open:7.1}  {add:8.2}",
        body.len(),
        layout.size()
    );
}

fn bureau(count: usize) {
    let survey = zicha::app::App::shipped_surveys().remove(0);
    let layout = Layout::of(&survey, BallotEdition::default());
    let mut table = String::from("code,name,kind,headcount\n");
    for n in 0..count {
        table.push_str(&format!("U{n},单位{n},squad,20\n"));
    }
    let units = parse_csv(table.as_bytes()).expect("units");
    let groups = groups(&units);
    let mut tally = Tally::new(&survey, &groups);
    let mut plaintext = layout.encode(&zicha::response::Response::empty(&survey)).expect("it fits");
    plaintext[1] = 0;
    for (n, unit) in units.iter().enumerate() {
        for person in 0..15usize {
            for at in 0..40 {
                plaintext[2 + at] = ((n * 7 + person * 3 + at) % 4) as u8;
            }
            if let Ok(response) = layout.decode(&plaintext) {
                tally.add(&unit.code, &response);
            }
        }
    }
    let round: RoundId = "abcdefgh".parse().expect("a round id");
    let gate = each(1, || {
        drop(black_box(protect(&round, "试", &survey, &groups, &tally, &BTreeMap::new(), true)));
    });
    println!("{count:6}  {:7.1}", gate / 1_000.0);
}

/// Median microseconds of one run among `times`.
fn each(times: usize, mut run: impl FnMut()) -> f64 {
    let mut medians: Vec<f64> = (0..RUNS)
        .map(|_| {
            let started = Instant::now();
            for _ in 0..times {
                run();
            }
            started.elapsed().as_secs_f64() * 1e6 / times as f64
        })
        .collect();
    medians.sort_by(f64::total_cmp);
    medians[RUNS / 2]
}
