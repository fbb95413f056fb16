//! What a problem list is worth: `cargo bench --bench truth [-- --plot FILE.svg]`.
//! Known troubles are planted in random bureaus, people answer, exaggerate, keep silent or do not
//! know, the real counting and gate run, and what is listed is held against what was planted.
#![expect(clippy::too_many_lines, reason = "a measurement is one run, told in its order")]

use std::collections::BTreeMap;
use std::fmt::Write;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use zicha::app::App;
use zicha::gate::{Class, GroupCell, Level, protect};
use zicha::response::{Answer, Response};
use zicha::survey::Survey;
use zicha::tally::Tally;
use zicha::unit::{Unit, groups};

const BUREAUS: usize = 150;
const UNITS: usize = 20;
/// Steps of the survey's scale: general, frequent, isolated, none, don't know.
const STEPS: [usize; 5] = [0, 1, 2, 3, 4];

/// What is planted in a group for one question, as the share of its people who see it so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Planted {
    Prominent,
    Tendency,
    Emerging,
    Nothing,
}

/// How people answer.
#[derive(Debug, Clone, Copy)]
struct Behaviour {
    name: &'static str,
    /// Share who call everything general, whatever they saw.
    exaggerate: f64,
    /// Share of those who see a prominent trouble and say "none".
    hush: f64,
    /// How much less likely those who see most troubles are to answer at all.
    stay_away: f64,
    /// Share of answers that are "don't know".
    unsure: f64,
}

const HONEST: Behaviour =
    Behaviour { name: "honest", exaggerate: 0.0, hush: 0.0, stay_away: 0.0, unsure: 0.10 };
const BEHAVIOURS: [Behaviour; 5] = [
    HONEST,
    Behaviour { name: "1 in 20 exaggerates", exaggerate: 0.05, ..HONEST },
    Behaviour { name: "1 in 6 hushes up", hush: 0.17, ..HONEST },
    Behaviour {
        name: "critics stay away (a third less likely to answer)",
        stay_away: 0.33,
        ..HONEST
    },
    Behaviour {
        name: "all of these, 20 % don't know",
        exaggerate: 0.05,
        hush: 0.17,
        stay_away: 0.33,
        unsure: 0.20,
    },
];

/// Of so many planted, how many were listed, and how many with their own level or a graver one.
#[derive(Debug, Default, Clone, Copy)]
struct Found {
    planted: u32,
    listed: u32,
    as_prominent: u32,
}

/// By size class, turnout (in tenths of ten, or all) and what was planted.
type Counts = BTreeMap<(&'static str, &'static str, Planted), Found>;

fn main() {
    let survey = App::shipped_surveys().remove(0);
    let results: Vec<(Behaviour, Counts)> =
        BEHAVIOURS.into_iter().map(|b| (b, simulate(&survey, b))).collect();
    println!(
        "{BUREAUS} bureaus of {UNITS} units for each behaviour, 3 to 50 heads each, turnout 60 to \
         95 %\n"
    );
    println!(
        "| how people answer | planted prominent, listed | listed as prominent | planted nothing, \
         yet listed | yet listed as prominent | of all rows listed, nothing was planted \
         |\n|---|---|---|---|---|---|"
    );
    for (behaviour, counts) in &results {
        let (p, n) = (
            sum(counts, None, None, Planted::Prominent),
            sum(counts, None, None, Planted::Nothing),
        );
        println!(
            "| {} | {} | {} | {} | {} | {} |",
            behaviour.name,
            percent(p.listed, p),
            percent(p.as_prominent, p),
            percent(n.listed, n),
            percent(n.as_prominent, n),
            percent(
                n.listed,
                Found { planted: counts.values().map(|f| f.listed).sum(), ..Found::default() }
            )
        );
    }
    let (worst, counts) = results.last().expect("there are behaviours");
    println!("\nWorst case ({}):\n", worst.name);
    println!(
        "| valid answers | turnout | planted prominent, listed | as prominent | planted tendency, \
         listed | planted emerging, listed | planted nothing, yet listed | yet as prominent \
         |\n|---|---|---|---|---|---|---|---|"
    );
    for class in CLASSES {
        for turnout in TURNOUTS {
            let of = |planted| sum(counts, Some(class), Some(turnout), planted);
            let (p, t, e, n) = (
                of(Planted::Prominent),
                of(Planted::Tendency),
                of(Planted::Emerging),
                of(Planted::Nothing),
            );
            if p.planted > 30 {
                println!(
                    "| {class} | {turnout} | {} of {} | {} | {} | {} | {} | {} |",
                    percent(p.listed, p),
                    p.planted,
                    percent(p.as_prominent, p),
                    percent(t.listed, t),
                    percent(e.listed, e),
                    percent(n.listed, n),
                    percent(n.as_prominent, n)
                );
            }
        }
    }
    let mut arguments = std::env::args().skip_while(|a| a != "--plot").skip(1);
    if let Some(file) = arguments.next() {
        std::fs::write(&file, plot(&results)).expect("the plot can be written");
        println!("\nplot in {file}");
    }
}

const CLASSES: [&str; 3] = ["5 to 7", "8 to 19", "20 to 99"];
const TURNOUTS: [&str; 3] = ["60 to 75 %", "75 to 85 %", "85 to 95 %"];

fn sum(counts: &Counts, class: Option<&str>, turnout: Option<&str>, planted: Planted) -> Found {
    let own = counts.iter().filter(|((c, t, p), _)| {
        *p == planted && class.is_none_or(|x| x == *c) && turnout.is_none_or(|x| x == *t)
    });
    own.fold(Found::default(), |a, (_, f)| Found {
        planted: a.planted + f.planted,
        listed: a.listed + f.listed,
        as_prominent: a.as_prominent + f.as_prominent,
    })
}

fn percent(part: u32, whole: Found) -> String {
    if whole.planted == 0 {
        "–".into()
    } else {
        format!("{:.1} %", 100.0 * f64::from(part) / f64::from(whole.planted))
    }
}

/// What is planted, as shares of people who see it as prominent, and as isolated.
fn plant(rng: &mut StdRng) -> (Planted, f64, f64) {
    match rng.random_range(0..10) {
        0 => (Planted::Prominent, rng.random_range(0.50..0.80), 0.15),
        1 => (Planted::Tendency, rng.random_range(0.25..0.38), 0.20),
        2 => (Planted::Emerging, rng.random_range(0.00..0.12), rng.random_range(0.35..0.50)),
        _ => (Planted::Nothing, rng.random_range(0.00..0.06), rng.random_range(0.00..0.12)),
    }
}

fn simulate(survey: &Survey, how: Behaviour) -> Counts {
    let mut rng = StdRng::seed_from_u64(7);
    let mut counts = Counts::new();
    let items: Vec<usize> = (0..survey.questions().len())
        .filter(|q| survey.questions()[*q].problem.is_some())
        .collect();
    for _ in 0..BUREAUS {
        let units: Vec<Unit> = (0..UNITS)
            .map(|n| {
                let code = format!("U{n}");
                let headcount = rng.random_range(3..=50);
                Unit {
                    code: code.as_str().into(),
                    name: code.clone(),
                    kind: "squad".into(),
                    headcount,
                    group: code.as_str().into(),
                    group_name: code,
                }
            })
            .collect();
        let list = groups(&units);
        let mut tally = Tally::new(survey, &list);
        let mut planted: BTreeMap<(usize, usize), Planted> = BTreeMap::new();
        let mut turnouts = Vec::new();
        for (at, unit) in units.iter().enumerate() {
            let turnout: f64 = rng.random_range(0.60..0.95);
            turnouts.push(turnout);
            let troubles: Vec<(usize, Planted, f64, f64)> = items
                .iter()
                .map(|q| {
                    let (what, prominent, isolated) = plant(&mut rng);
                    planted.insert((at, *q), what);
                    (*q, what, prominent, isolated)
                })
                .collect();
            for _ in 0..unit.headcount {
                let seen: Vec<(usize, usize)> =
                    troubles.iter().map(|(q, _, p, i)| (*q, see(&mut rng, *p, *i))).collect();
                let critical = seen.iter().filter(|(_, step)| *step < 2).count() * 5 > seen.len();
                let willing = turnout * if critical { 1.0 - how.stay_away } else { 1.0 };
                if rng.random_bool(willing) {
                    tally.add(&unit.code, &answer(survey, &seen, how, &mut rng));
                }
            }
        }
        let release = protect(
            &"abcdefgh".parse().expect("a round id"),
            "试",
            survey,
            &list,
            &tally,
            &BTreeMap::new(),
            true,
        );
        for group in release.groups.iter().filter(|g| g.units.len() == 1) {
            let at = units
                .iter()
                .position(|u| u.code.as_str() == group.code.as_str())
                .expect("a unit of this bureau");
            let turnout = TURNOUTS
                [if turnouts[at] < 0.75 { 0 } else { 1 + usize::from(turnouts[at] >= 0.85) }];
            for q in &items {
                let GroupCell::Item(item) = &group.cells[*q] else { continue };
                let class = match item.class {
                    Class::S => CLASSES[0],
                    Class::M => CLASSES[1],
                    Class::L => CLASSES[2],
                    _ => continue,
                };
                let found = counts.entry((class, turnout, planted[&(at, *q)])).or_default();
                found.planted += 1;
                found.listed += u32::from(item.level.is_some());
                found.as_prominent += u32::from(item.level == Some(Level::Prominent));
            }
        }
    }
    counts
}

fn see(rng: &mut StdRng, prominent: f64, isolated: f64) -> usize {
    let x: f64 = rng.random_range(0.0..1.0);
    if x < prominent / 2.0 {
        STEPS[0]
    } else if x < prominent {
        STEPS[1]
    } else if x < prominent + isolated {
        STEPS[2]
    } else {
        STEPS[3]
    }
}

fn answer(survey: &Survey, seen: &[(usize, usize)], how: Behaviour, rng: &mut StdRng) -> Response {
    let mut response = Response::empty(survey);
    response.blank = false;
    let exaggerates = rng.random_bool(how.exaggerate);
    for (q, step) in seen {
        let said = if exaggerates {
            STEPS[0]
        } else if rng.random_bool(how.unsure) {
            STEPS[4]
        } else if *step < 2 && rng.random_bool(how.hush) {
            STEPS[3]
        } else {
            *step
        };
        response.answers[*q] = Answer::One(u8::try_from(said).expect("a step"));
    }
    response
}

/// Bars: of planted prominent problems how many are listed, of planted nothings how many are listed
/// falsely, by class and behaviour.
fn plot(results: &[(Behaviour, Counts)]) -> String {
    let (left, bar, gap, height) = (330.0, 14.0, 26.0, 20.0);
    let rows = results.len() * CLASSES.len();
    let total = 70.0 + (rows as f64) * (2.0 * bar + 4.0) + results.len() as f64 * gap;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 900 {total:.0}\" \
         font-family=\"sans-serif\" font-size=\"13\"><rect width=\"900\" height=\"{total:.0}\" \
         fill=\"#fff\"/><text x=\"12\" y=\"24\" font-size=\"16\" font-weight=\"700\">What a list \
         finds, and what it lists falsely</text><rect x=\"12\" y=\"36\" width=\"12\" height=\"12\" \
         fill=\"#0b6b4f\"/><text x=\"30\" y=\"47\">planted prominent problems that are \
         listed</text><rect x=\"330\" y=\"36\" width=\"12\" height=\"12\" fill=\"#a3271c\"/><text \
         x=\"348\" y=\"47\">listed though nothing was planted</text>"
    );
    let mut y = 70.0;
    for (behaviour, counts) in results {
        write!(
            svg,
            "<text x=\"12\" y=\"{:.0}\" font-weight=\"700\">{}</text>",
            y + 10.0,
            behaviour.name
        )
        .expect("writing to a text");
        y += height;
        for class in CLASSES {
            let (p, n) = (
                sum(counts, Some(class), None, Planted::Prominent),
                sum(counts, Some(class), None, Planted::Nothing),
            );
            write!(
                svg,
                "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\" fill=\"#55605a\">{class} valid \
                 answers</text>",
                left - 12.0,
                y + bar
            )
            .expect("writing to a text");
            for (found, colour, offset) in [(p, "#0b6b4f", 0.0), (n, "#a3271c", bar)] {
                let share = f64::from(found.listed) / f64::from(found.planted.max(1));
                write!(
                    svg,
                    "<rect x=\"{left}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.0}\" \
                     fill=\"{colour}\"/><text x=\"{:.1}\" y=\"{:.1}\" font-size=\"11\">{}</text>",
                    y + offset,
                    500.0 * share,
                    bar - 2.0,
                    left + 500.0 * share + 6.0,
                    y + offset + 10.0,
                    percent(found.listed, found)
                )
                .expect("writing to a text");
            }
            y += 2.0 * bar + 4.0;
        }
        y += gap - height;
    }
    svg.push_str("</svg>\n");
    svg
}
