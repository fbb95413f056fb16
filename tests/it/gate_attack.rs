//! The second proof: an exact integer attacker on whole random bureaus, with everything that is published.
//! He even knows how many valid answers every group gave; still no group's count of 存在 or 突出 is ever exact, and wherever "nobody" or "everybody" is possible at least three values are.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use zicha::gate::{Band, BureauCell, Class, GroupCell, Release, protect};
use zicha::response::{Answer, Response};
use zicha::survey::{Kind, Survey};
use zicha::tally::Tally;
use zicha::unit::{Unit, groups};

/// What really happened in a group, for one question.
#[derive(Clone, Copy, Default)]
struct Truth {
    valid: u32,
    present: u32,
    prominent: u32,
}

/// Inclusive ranges of two sums.
type Ranges = ((i64, i64), (i64, i64));

#[test]
fn no_random_bureau_gives_a_group_away() {
    let survey = crate::test_app::survey("canteen");
    let mut rng = StdRng::seed_from_u64(7);
    let (mut exact, mut banded, mut withheld) = (0, 0, 0);
    for _ in 0..1500 {
        let (release, truths) = random_bureau(&survey, &mut rng);
        for question in [0, 1] {
            match &release.bureau.cells[question] {
                BureauCell::Item(item) if item.exact.is_some() => exact += 1,
                BureauCell::Item(item) if item.present.is_some() => banded += 1,
                _ => withheld += 1,
            }
            attack(&release, &truths[question], question);
        }
    }
    assert!(exact > 300 && banded > 300 && withheld > 10, "every kind of cell was attacked: {exact} exact, {banded} banded, {withheld} withheld");
}

#[test]
fn the_attacker_bites_where_totals_are_published_without_the_rule() {
    // Seven groups of seven, all just above the cut: a published total of 28 pins every one of them.
    let groups = vec![Truth { valid: 7, present: 4, prominent: 4 }; 7];
    let band = Some(Band { lo: 50, hi: 100 });
    let bands = vec![(band, band); 7];
    let pinned = possible(&groups, &bands, &[((28, 28), (28, 28))], 0);
    assert_eq!(pinned.0.len(), 1, "without the rule the count is exact");
}

#[test]
fn a_group_cell_holds_no_number_but_band_ends_and_indices() {
    let survey = crate::test_app::survey("canteen");
    let (release, _) = random_bureau(&survey, &mut StdRng::seed_from_u64(1));
    let allowed = ["item", "class", "prominent", "present", "lo", "hi", "unclear", "level", "shares", "top", "median", "nothing"];
    fn keys(value: &serde_json::Value, out: &mut BTreeSet<String>) {
        match value {
            serde_json::Value::Object(map) => map.iter().for_each(|(k, v)| {
                out.insert(k.clone());
                keys(v, out);
            }),
            serde_json::Value::Array(list) => list.iter().for_each(|v| keys(v, out)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    for group in &release.groups {
        keys(&serde_json::to_value(&group.cells).unwrap(), &mut found);
    }
    assert!(found.iter().all(|k| allowed.contains(&k.as_str())), "{found:?}");
}

#[test]
fn groups_that_are_too_small_are_merged_without_a_look_at_answers() {
    let survey = crate::test_app::survey("canteen");
    let units = vec![unit("JJ", 3, "section"), unit("CB", 4, "section"), unit("HQ", 20, "section"), unit("CY", 30, "squad")];
    let configured = groups(&units);
    let mut tally = Tally::new(&survey, &configured);
    for (code, count) in [("JJ", 2), ("CB", 4), ("HQ", 18), ("CY", 25)] {
        for _ in 0..count {
            tally.add(code, &response(&survey, &[Answer::One(0), Answer::One(3)]));
        }
    }
    let release = release(&survey, &units, &tally);
    let codes: Vec<&str> = release.groups.iter().map(|g| g.code.as_str()).collect();
    assert_eq!(codes, ["CB+HQ+JJ", "CY"], "JJ falls short, with CB it is still too small a pair, so both join HQ");
    assert!(release.groups[0].merged && release.groups[0].turnout.counted == 24);
}

#[test]
fn a_group_without_a_ballot_stands_alone_and_takes_nobody_s_list() {
    let survey = crate::test_app::survey("canteen");
    let units = vec![unit("CY", 30, "squad"), unit("WL", 25, "squad"), unit("JJ", 4, "section")];
    let configured = groups(&units);
    let mut tally = Tally::new(&survey, &configured);
    for (code, count) in [("CY", 20), ("JJ", 3)] {
        for _ in 0..count {
            tally.add(code, &response(&survey, &[Answer::One(0), Answer::One(3)]));
        }
    }
    let release = release(&survey, &units, &tally);
    let codes: Vec<&str> = release.groups.iter().map(|g| g.code.as_str()).collect();
    assert_eq!(codes, ["CY+JJ", "WL"], "the small one hides behind those who answered, not behind those who did not");
    let silent = &release.groups[1];
    assert!(silent.is_silent() && !silent.merged && silent.turnout.counted == 0);
    assert!(silent.cells.iter().all(|cell| !matches!(cell, GroupCell::Item(item) if item.present.is_some() || item.level.is_some() || item.unclear)));
    let none = std::collections::BTreeMap::new();
    let list = zicha::problem::group_list(&release, &survey, &none, &std::collections::BTreeMap::new(), silent);
    assert!(list.silent && list.problems.is_empty());
}

fn unit(code: &str, headcount: u32, kind: &str) -> Unit {
    Unit { code: code.into(), name: code.into(), kind: kind.into(), headcount, group: code.into(), group_name: code.into() }
}

fn response(survey: &Survey, first: &[Answer]) -> Response {
    let mut response = Response::empty(survey);
    response.answers[..first.len()].clone_from_slice(first);
    response.blank = false;
    // A vote on another question keeps the ballot from being blank.
    let other = survey.questions().iter().position(|q| matches!(q.kind, Kind::Single(_))).unwrap();
    response.answers[other] = Answer::One(0);
    response
}

fn release(survey: &Survey, units: &[Unit], tally: &Tally) -> Release {
    protect(&"abcdefgh".parse().unwrap(), "试", survey, &groups(units), tally, &BTreeMap::new())
}

/// A bureau with groups of one unit each (merging is tested above), and the truth by question and published group.
fn random_bureau(survey: &Survey, rng: &mut StdRng) -> (Release, Vec<Vec<Truth>>) {
    let count = rng.random_range(2..=16);
    let units: Vec<Unit> = (0..count).map(|n| unit(&format!("U{n}"), rng.random_range(5..=60), "squad")).collect();
    let mut tally = Tally::new(survey, &groups(&units));
    let mut truths = vec![BTreeMap::<String, Truth>::new(); 2];
    // Extremes are where figures give people away, so they are over-represented.
    let tempers = [0.0, 0.02, 0.1, 0.3, 0.5, 0.9, 1.0];
    let bureau = tempers[rng.random_range(0..tempers.len())];
    for unit in &units {
        // Some do not answer at all.
        if rng.random_bool(0.15) {
            continue;
        }
        let own = if rng.random_bool(0.6) { bureau } else { tempers[rng.random_range(0..tempers.len())] };
        for _ in 0..unit.headcount {
            let mut answers = Vec::new();
            for truths in &mut truths {
                let step = if rng.random_bool(0.05) {
                    4
                } else if rng.random_bool(own) {
                    rng.random_range(0..3)
                } else {
                    3
                };
                let truth = truths.entry(unit.code.clone()).or_default();
                truth.valid += u32::from(step < 4);
                truth.present += u32::from(step < 3);
                truth.prominent += u32::from(step < 2);
                answers.push(Answer::One(step));
            }
            tally.add(&unit.code, &response(survey, &answers));
        }
    }
    let release = release(survey, &units, &tally);
    let truths = truths
        .into_iter()
        .map(|by_unit| {
            release
                .groups
                .iter()
                .map(|g| {
                    g.units.iter().map(|u| by_unit.get(u).copied().unwrap_or_default()).fold(Truth::default(), |a, b| Truth {
                        valid: a.valid + b.valid,
                        present: a.present + b.present,
                        prominent: a.prominent + b.prominent,
                    })
                })
                .collect()
        })
        .collect();
    (release, truths)
}

fn attack(release: &Release, truths: &[Truth], question: usize) {
    let bands: Vec<(Option<Band>, Option<Band>)> = release
        .groups
        .iter()
        .map(|g| match &g.cells[question] {
            GroupCell::Item(item) => (item.present, item.prominent),
            _ => (None, None),
        })
        .collect();
    let valid: u32 = truths.iter().map(|t| t.valid).sum();
    let cases = bureau_cases(release, truths, &bands, question, valid);
    for (n, truth) in truths.iter().enumerate() {
        if Class::of(truth.valid) == Class::None {
            continue;
        }
        let (present, prominent) = possible(truths, &bands, &cases, n);
        assert!(present.contains(&truth.present) && prominent.contains(&truth.prominent), "the attacker's reasoning is sound");
        for values in [present, prominent] {
            let ends = values.contains(&0) || values.contains(&truth.valid);
            assert!(values.len() >= if ends { 3 } else { 2 }, "{values:?} of {} in {}", truth.valid, release.to_json());
        }
    }
}

/// What the bureau's cell tells about the two totals: a union of ranges.
fn bureau_cases(release: &Release, truths: &[Truth], bands: &[(Option<Band>, Option<Band>)], question: usize, valid: u32) -> Vec<Ranges> {
    let BureauCell::Item(item) = &release.bureau.cells[question] else { panic!("an item") };
    let whole = (0, i64::from(valid));
    if let Some(exact) = &item.exact {
        let (e, p) = (i64::from(exact.present), i64::from(exact.prominent));
        return vec![((e, e), (p, p))];
    }
    let range = |band: Option<Band>| band.map_or(whole, |b| wide(b.counts(valid)));
    let (e, p) = (range(item.present), range(item.prominent));
    if !release.bureau.exact {
        return vec![(e, p)];
    }
    // Exact counts are usual here, so their absence tells that one total is near an end of what the bands allow.
    let (mut e_ends, mut p_ends) = ((0, 0), (0, 0));
    for (truth, (present, prominent)) in truths.iter().zip(bands) {
        let (b, a) = boxes(*truth, *present, *prominent);
        e_ends = (e_ends.0 + b.0, e_ends.1 + b.1);
        p_ends = (p_ends.0 + a.0, p_ends.1 + a.1);
    }
    let near = |(low, high): (i64, i64)| [(low, low + 4), (high - 4, high)];
    let meet = |a: (i64, i64), b: (i64, i64)| (a.0.max(b.0), a.1.min(b.1));
    let mut cases: Vec<Ranges> = near(e_ends).map(|n| (meet(e, n), p)).to_vec();
    cases.extend(near(p_ends).map(|n| (e, meet(p, n))));
    cases
}

fn wide((a, b): (u32, u32)) -> (i64, i64) {
    (i64::from(a), i64::from(b))
}

/// A group's own ranges of present and prominent, tightened by prominent ≤ present.
fn boxes(truth: Truth, present: Option<Band>, prominent: Option<Band>) -> Ranges {
    let whole = (0, i64::from(truth.valid));
    let e = present.map_or(whole, |b| wide(b.counts(truth.valid)));
    let p = prominent.map_or(whole, |b| wide(b.counts(truth.valid)));
    ((e.0.max(p.0), e.1), (p.0, p.1.min(e.1)))
}

/// All values of present and prominent in group `at` that some table consistent with everything published has.
fn possible(truths: &[Truth], bands: &[(Option<Band>, Option<Band>)], cases: &[Ranges], at: usize) -> (BTreeSet<u32>, BTreeSet<u32>) {
    let others: Vec<Ranges> = (0..truths.len()).filter(|n| *n != at).map(|n| boxes(truths[n], bands[n].0, bands[n].1)).collect();
    let e_low: i64 = others.iter().map(|o| o.0.0).sum();
    let e_high: i64 = others.iter().map(|o| o.0.1).sum();
    let p_low: i64 = others.iter().map(|o| o.1.0).sum();
    // With the others' present at its least, prominent reaches `base`; each further present allows one more, up to `slack`.
    let base: i64 = others.iter().map(|o| o.1.1.min(o.0.0)).sum();
    let slack: i64 = others.iter().map(|o| (o.1.1 - o.0.0).max(0)).sum();
    let own = boxes(truths[at], bands[at].0, bands[at].1);
    let (mut present, mut prominent) = (BTreeSet::new(), BTreeSet::new());
    for e in own.0.0..=own.0.1 {
        for p in own.1.0..=own.1.1.min(e) {
            let feasible = cases.iter().any(|(te, tp)| {
                let most = (te.1 - e).min(e_high);
                let least = (te.0 - e).max(e_low);
                if least > most || te.0 > te.1 || tp.0 > tp.1 {
                    return false;
                }
                let p_high = base + (most - e_low).min(slack);
                (tp.0 - p).max(p_low) <= (tp.1 - p).min(p_high)
            });
            if feasible {
                present.insert(u32::try_from(e).unwrap());
                prominent.insert(u32::try_from(p).unwrap());
            }
        }
    }
    (present, prominent)
}
