//! What the gate lets through, beside what plain suppression of groups under five would: `cargo bench --bench publishing`.
//! On the demo's bureau and on 25 random ones; and how much of what plain suppression hides comes out of its own totals.

use std::collections::BTreeMap;
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use zicha::app::{App, Settings};
use zicha::gate::{GroupCell, Release, protect};
use zicha::response::{Answer, Response};
use zicha::survey::{Kind, Survey};
use zicha::tally::Tally;
use zicha::unit::{Unit, groups};

/// Cells of groups and reportable questions.
#[derive(Default)]
struct Cells {
    all: u32,
    banded: u32,
    levelled: u32,
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = Arc::new(App::open(Settings { data: folder.path().to_owned(), ..Settings::default() }).expect("an empty installation"));
    let demo = app.fill_demo().expect("the demo");
    let release = app.results(&demo.past).expect("released").release;
    let mut cells = Cells::default();
    count(&release, &mut cells);
    print("demo bureau", &cells);

    let survey = App::shipped_surveys().remove(0);
    let mut rng = StdRng::seed_from_u64(25);
    let (mut cells, mut plain) = (Cells::default(), Plain::default());
    for _ in 0..25 {
        let units: Vec<Unit> = (0..20)
            .map(|n| {
                let code = format!("U{n}");
                Unit {
                    code: code.clone(),
                    name: code.clone(),
                    kind: "squad".into(),
                    headcount: rng.random_range(3..=50),
                    group: code.clone(),
                    group_name: code,
                }
            })
            .collect();
        let list = groups(&units);
        let mut tally = Tally::new(&survey, &list);
        let mut truth: BTreeMap<(usize, usize), (u32, u32)> = BTreeMap::new();
        for (at, unit) in units.iter().enumerate() {
            let turnout = rng.random_range(0.60..0.95);
            let troubles: Vec<f64> = survey
                .questions()
                .iter()
                .map(|_| if rng.random_bool(0.2) { rng.random_range(0.3..0.9) } else { rng.random_range(0.0..0.25) })
                .collect();
            for _ in 0..unit.headcount {
                if !rng.random_bool(turnout) {
                    continue;
                }
                let mut response = Response::empty(&survey);
                response.blank = false;
                for (q, question) in survey.questions().iter().enumerate() {
                    let Kind::Scale(_) = &question.kind else { continue };
                    if question.problem.is_none() || rng.random_bool(0.08) {
                        continue;
                    }
                    let prominent = rng.random_bool(troubles[q]);
                    response.answers[q] = Answer::One(if prominent { 1 } else { 3 });
                    let entry = truth.entry((at, q)).or_default();
                    entry.0 += 1;
                    entry.1 += u32::from(prominent);
                }
                tally.add(&unit.code, &response);
            }
        }
        let release = protect(&"abcdefgh".parse().expect("a round id"), "试", &survey, &list, &tally, &BTreeMap::new(), true);
        count(&release, &mut cells);
        plain.add(&survey, units.len(), &truth);
    }
    print("25 random bureaus of 20 units", &cells);
    println!(
        "plain suppression under 5: {} of {} cells published with their count ({:.0} %); of the {} hidden ones {} come out by subtraction from the total ({:.0} %); {} published cells say that nobody or everybody did ({:.0} %)",
        plain.published,
        plain.all,
        share(plain.published, plain.all),
        plain.all - plain.published,
        plain.recovered,
        share(plain.recovered, plain.all - plain.published),
        plain.unanimous,
        share(plain.unanimous, plain.published)
    );
}

fn share(a: u32, b: u32) -> f64 {
    100.0 * f64::from(a) / f64::from(b.max(1))
}

fn count(release: &Release, cells: &mut Cells) {
    for cell in release.groups.iter().flat_map(|g| &g.cells) {
        if let GroupCell::Item(item) = cell {
            cells.all += 1;
            cells.banded += u32::from(item.prominent.is_some());
            cells.levelled += u32::from(item.level.is_some());
        }
    }
}

fn print(what: &str, cells: &Cells) {
    println!(
        "{what}: {} cells of published group and item, {} with bands ({:.0} %), {} with a level ({:.0} %), 0 with a count",
        cells.all,
        cells.banded,
        share(cells.banded, cells.all),
        cells.levelled,
        share(cells.levelled, cells.all)
    );
}

/// What the usual rule publishes: exact counts of every group with five valid answers, and the bureau's total.
#[derive(Default)]
struct Plain {
    all: u32,
    published: u32,
    recovered: u32,
    unanimous: u32,
}

impl Plain {
    fn add(&mut self, survey: &Survey, units: usize, truth: &BTreeMap<(usize, usize), (u32, u32)>) {
        for q in (0..survey.questions().len()).filter(|q| survey.questions()[*q].problem.is_some()) {
            let groups: Vec<(u32, u32)> = (0..units).map(|u| truth.get(&(u, q)).copied().unwrap_or_default()).collect();
            let hidden: Vec<_> = groups.iter().filter(|g| g.0 < 5).collect();
            self.all += units as u32;
            self.published += (units - hidden.len()) as u32;
            self.unanimous += groups.iter().filter(|g| g.0 >= 5 && (g.1 == 0 || g.1 == g.0)).count() as u32;
            // Total minus what is shown: exact if one group is hidden, or if the hidden ones all or none did.
            let rest: (u32, u32) = hidden.iter().fold((0, 0), |a, g| (a.0 + g.0, a.1 + g.1));
            if hidden.len() == 1 || rest.1 == 0 || rest.1 == rest.0 {
                self.recovered += hidden.len() as u32;
            }
        }
    }
}
