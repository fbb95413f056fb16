//! What the gate lets through, beside what plain suppression of groups under five would: `cargo
//! bench --bench publishing`.
//! On the demo's bureau and on 25 random ones; and how much of what plain suppression hides comes
//! out of its own totals.
#![expect(clippy::too_many_lines, reason = "a measurement is one run, told in its order")]

use std::collections::BTreeMap;
use std::sync::Arc;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use zicha::app::{Actor, App, Settings};
use zicha::gate::{BureauCell, GroupCell, Release, protect};
use zicha::response::{Answer, Response};
use zicha::survey::{Kind, Survey};
use zicha::tally::Tally;
use zicha::unit::{Unit, groups};

/// Cells of groups and reportable questions, and the bureau's.
#[derive(Default)]
struct Cells {
    all: u32,
    banded: u32,
    /// With a band of the wider share, too.
    wider: u32,
    levelled: u32,
    bureau: u32,
    exact: u32,
    /// Widths of the bureau's intervals of the prominent share, in points.
    widths: Vec<u8>,
    /// Options of other questions, and how many of them have a count.
    options: u32,
    told: u32,
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let app = Arc::new(
        App::open(Settings {
            data: folder.path().to_owned(),
            public_url: Some("http://127.0.0.1".into()),
            ..Settings::default()
        })
        .expect("an empty installation"),
    );
    let demo = app.fill_demo().expect("the demo");
    let release = app.results(&Actor::Service, &demo.past).expect("released").release;
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
                    code: code.as_str().into(),
                    name: code.clone(),
                    kind: "squad".into(),
                    headcount: rng.random_range(3..=50),
                    group: code.as_str().into(),
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
                .map(|_| {
                    if rng.random_bool(0.2) {
                        rng.random_range(0.3..0.9)
                    } else {
                        rng.random_range(0.0..0.25)
                    }
                })
                .collect();
            for _ in 0..unit.headcount {
                if !rng.random_bool(turnout) {
                    continue;
                }
                let mut response = Response::empty(&survey);
                response.blank = false;
                for (q, question) in survey.questions().iter().enumerate() {
                    if rng.random_bool(0.08) {
                        continue;
                    }
                    if let Kind::Multi { choices, max, .. } = &question.kind {
                        // The first are chosen more often than the last.
                        let chosen = (0..*max).map(|_| {
                            rng.random_range(0..choices.len())
                                .min(rng.random_range(0..choices.len()))
                        });
                        response.answers[q] = Answer::Many(chosen.fold(0, |mask, n| mask | 1 << n));
                    }
                    let Kind::Scale(_) = &question.kind else { continue };
                    if question.problem.is_none() {
                        response.answers[q] = Answer::One(rng.random_range(0..4));
                        continue;
                    }
                    let prominent = rng.random_bool(troubles[q]);
                    response.answers[q] = Answer::One(if prominent {
                        1
                    } else if rng.random_bool(0.15) {
                        2
                    } else {
                        3
                    });
                    let entry = truth.entry((at, q)).or_default();
                    entry.0 += 1;
                    entry.1 += u32::from(prominent);
                }
                tally.add(&unit.code, &response);
            }
        }
        let release = protect(
            &"abcdefgh".parse().expect("a round id"),
            "试",
            &survey,
            &list,
            &tally,
            &BTreeMap::new(),
            true,
        );
        count(&release, &mut cells);
        plain.add(&survey, units.len(), &truth);
    }
    print("25 random bureaus of 20 units", &cells);
    println!(
        "plain suppression under 5: {} of {} cells published with their count ({:.0} %); of the {} \
         hidden ones {} come out by subtraction from the total ({:.0} %); {} published cells say \
         that nobody or everybody did ({:.0} %)",
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
            cells.wider += u32::from(item.present.is_some());
            cells.levelled += u32::from(item.level.is_some());
        }
    }
    for cell in &release.bureau.cells {
        match cell {
            BureauCell::Item(item) => {
                cells.bureau += 1;
                cells.exact += u32::from(item.exact.is_some());
                cells.widths.extend(item.prominent.map(|band| band.hi - band.lo));
            }
            BureauCell::Options { counts, .. } => {
                cells.options += counts.len() as u32;
                cells.told += counts.iter().flatten().count() as u32;
            }
            _ => cells.options += 1,
        }
    }
}

fn print(what: &str, cells: &Cells) {
    println!(
        "{what}: {} cells of published group and item, {} with bands ({:.0} %), {} of both shares \
         ({:.0} %), {} with a level ({:.0} %), 0 with a count",
        cells.all,
        cells.banded,
        share(cells.banded, cells.all),
        cells.wider,
        share(cells.wider, cells.all),
        cells.levelled,
        share(cells.levelled, cells.all)
    );
    let width =
        cells.widths.iter().map(|w| f64::from(*w)).sum::<f64>() / cells.widths.len().max(1) as f64;
    println!(
        "  bureau: {} of {} items with counts ({:.0} %), {} with an interval (mean width \
         {width:.0} points); {} of {} options with a count ({:.0} %)",
        cells.exact,
        cells.bureau,
        share(cells.exact, cells.bureau),
        cells.widths.len(),
        cells.told,
        cells.options,
        share(cells.told, cells.options)
    );
}

/// What the usual rule publishes: exact counts of every group with five valid answers, and the
/// bureau's total.
#[derive(Default)]
struct Plain {
    all: u32,
    published: u32,
    recovered: u32,
    unanimous: u32,
}

impl Plain {
    fn add(&mut self, survey: &Survey, units: usize, truth: &BTreeMap<(usize, usize), (u32, u32)>) {
        for q in (0..survey.questions().len()).filter(|q| survey.questions()[*q].problem.is_some())
        {
            let groups: Vec<(u32, u32)> =
                (0..units).map(|u| truth.get(&(u, q)).copied().unwrap_or_default()).collect();
            let hidden: Vec<_> = groups.iter().filter(|g| g.0 < 5).collect();
            self.all += units as u32;
            self.published += (units - hidden.len()) as u32;
            self.unanimous +=
                groups.iter().filter(|g| g.0 >= 5 && (g.1 == 0 || g.1 == g.0)).count() as u32;
            // Total minus what is shown: exact if one group is hidden, or if the hidden ones all or
            // none did.
            let rest: (u32, u32) = hidden.iter().fold((0, 0), |a, g| (a.0 + g.0, a.1 + g.1));
            if hidden.len() == 1 || rest.1 == 0 || rest.1 == rest.0 {
                self.recovered += hidden.len() as u32;
            }
        }
    }
}
