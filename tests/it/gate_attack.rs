//! The second proof: an exact integer attacker on whole random bureaus, with everything that is
//! published.
//! He even knows how many valid answers every group gave; still no group's count of 存在 or 突出 is
//! ever exact, and wherever "nobody" or "everybody" is possible at least three values are.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use zicha::gate::{Band, BureauCell, Class, Cuts, GroupCell, Release, ReleasedGroup, protect};
use zicha::response::{Answer, Response};
use zicha::survey::{Kind, Survey, Thresholds};
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
    let survey = odd_survey();
    let mut rng = StdRng::seed_from_u64(7);
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for n in 0..crate::test_app::trials(600) {
        // Most are ordinary; some have units that must be merged, some are of the size where shares
        // go in steps of five points.
        let bureau = match n % 10 {
            8 => Bureau::random(&mut rng, 1..=16, 2..=9),
            9 => Bureau::random(&mut rng, 1..=6, 90..=130),
            _ => Bureau::random(&mut rng, 1..=16, 5..=60),
        };
        let release = bureau.release(&survey);
        for question in [0, 1] {
            *seen.entry(kind_of_cell(&release, question)).or_default() += 1;
            let truths = bureau.truth(&release, question);
            let totals = published(&release, question, truths.iter().map(|t| t.valid).sum());
            attack(&release, &truths, &[totals], question, question == 1);
        }
    }
    for kind in ["exact", "banded"] {
        assert!(seen[kind] > 100, "every kind of cell was attacked: {seen:?}");
    }
}

/// Whatever thresholds `zicha check` lets in, and however a scale is cut.
#[test]
fn no_survey_that_is_let_in_gives_a_group_away() {
    let mut rng = StdRng::seed_from_u64(13);
    let (mut tried, mut refused) = (0, 0);
    while tried < crate::test_app::trials(300) {
        let thresholds =
            [rng.random_range(21..=95), rng.random_range(1..=60), rng.random_range(1..=99)];
        let [prominent, tendency, emerging] = thresholds;
        if tendency >= prominent
            || Cuts::checked(Thresholds { prominent, tendency, emerging }).is_err()
        {
            refused += 1;
            continue;
        }
        tried += 1;
        let present_from = rng.random_range(1..=3);
        let from = (present_from, rng.random_range(present_from..=3));
        let survey = crate::test_app::survey_with(&questions(), thresholds, from);
        let bureau = Bureau { from, ..Bureau::random(&mut rng, 1..=14, 5..=50) };
        let release = bureau.release(&survey);
        for question in [0, 1] {
            let truths = bureau.truth(&release, question);
            let totals = published(&release, question, truths.iter().map(|t| t.valid).sum());
            attack(&release, &truths, &[totals], question, question == 1 || from.0 == from.1);
        }
    }
    assert!(refused > 20, "{refused} refused");
}

/// The strongest attacker: he runs the gate itself on every pair of totals that the groups' bands
/// allow and keeps those for which it would have published just this.
#[test]
fn an_attacker_who_runs_the_gate_himself_learns_no_count_either() {
    let survey = odd_survey();
    let mut rng = StdRng::seed_from_u64(11);
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    for n in 0..crate::test_app::trials(60) {
        // Small bureaus, and just large enough ones in which the totals lie near their ends.
        let bureau = if n % 2 == 0 {
            Bureau::random(&mut rng, 2..=4, 5..=12)
        } else {
            Bureau::random(&mut rng, 6..=8, 18..=24)
        };
        let release = bureau.release(&survey);
        for question in [0, 1] {
            let totals = match exact(&release, question) {
                Some(exact) => vec![exact],
                None => bureau.totals_that_look_alike(&survey, &release, question),
            };
            let totals: Vec<Ranges> = totals.into_iter().map(|(e, p)| ((e, e), (p, p))).collect();
            *seen.entry(kind_of_cell(&release, question)).or_default() += 1;
            attack(&release, &bureau.truth(&release, question), &totals, question, question == 1);
        }
    }
    assert!(seen["exact"] > 10 && seen["banded"] > 20, "every kind of cell was attacked: {seen:?}");
}

#[test]
fn an_item_that_one_group_answers_alone_has_no_total_of_its_own() {
    let survey = odd_survey();
    let mut bureau = Bureau {
        units: (0..6).map(|n| unit(&format!("U{n}"), 40, "squad")).collect(),
        answers: Vec::new(),
        from: (1, 2),
    };
    for n in 0..6 {
        for head in 0..40 {
            let answer =
                if n == 0 { Answer::One(if head < 11 { 0 } else { 3 }) } else { Answer::Blank };
            bureau.answers.push((n, [answer, Answer::One(u8::from(head % 2 == 0))]));
        }
    }
    let release = bureau.release(&survey);
    let BureauCell::Item(item) = &release.bureau.cells[0] else { panic!("an item") };
    let GroupCell::Item(own) = &release.groups[0].cells[0] else { panic!("an item") };
    assert!(
        release.bureau.exact && item.exact.is_none(),
        "the bureau is large enough, the item is not"
    );
    assert_eq!(item.prominent, own.prominent, "the bureau says what the group says");
}

#[test]
fn the_attacker_bites_where_totals_are_published_without_the_rule() {
    // Seven groups of seven, all just above the cut: a published total of 28 pins every one of
    // them.
    let own = vec![((4, 7), (4, 7)); 7];
    let pinned = possible(&own, &[((28, 28), (28, 28))], 0, false);
    assert_eq!(pinned.0.len(), 1, "without the rule the count is exact");
    // A group that answers alone: the total is its count.
    assert_eq!(
        possible(&[((8, 40), (8, 15)), ((0, 0), (0, 0))], &[((11, 11), (11, 11))], 0, false)
            .0
            .len(),
        1
    );
    // A scale of yes and no with two bands over one count, as it was: at least 30 % of 8 and under
    // 40 % is 3.
    assert_eq!(possible(&[((3, 8), (0, 3))], &[((0, 8), (0, 8))], 0, true).0, BTreeSet::from([3]));
}

#[test]
fn a_group_cell_holds_no_number_but_band_ends_and_indices() {
    let survey = crate::test_app::survey("canteen");
    let mut tally = Tally::new(&survey, &groups(&[unit("CY", 30, "squad")]));
    for n in 0..25 {
        tally.add(&"CY".into(), &response(&survey, &[Answer::One(n % 5), Answer::One(3)]));
    }
    let release = release(&survey, &[unit("CY", 30, "squad")], &tally);
    let allowed = [
        "item",
        "class",
        "prominent",
        "present",
        "lo",
        "hi",
        "unclear",
        "level",
        "shares",
        "top",
        "median",
        "nothing",
    ];
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
    let units = vec![
        unit("JJ", 3, "section"),
        unit("CB", 4, "section"),
        unit("HQ", 20, "section"),
        unit("CY", 30, "squad"),
    ];
    let configured = groups(&units);
    let mut tally = Tally::new(&survey, &configured);
    for (code, count) in [("JJ", 2), ("CB", 4), ("HQ", 18), ("CY", 25)] {
        for _ in 0..count {
            tally.add(&code.into(), &response(&survey, &[Answer::One(0), Answer::One(3)]));
        }
    }
    let release = release(&survey, &units, &tally);
    let codes: Vec<&str> = release.groups.iter().map(|g| g.code.as_str()).collect();
    assert_eq!(
        codes,
        ["CB+HQ+JJ", "CY"],
        "JJ falls short, with CB it is still too small a pair, so both join HQ"
    );
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
            tally.add(&code.into(), &response(&survey, &[Answer::One(0), Answer::One(3)]));
        }
    }
    let release = release(&survey, &units, &tally);
    let codes: Vec<&str> = release.groups.iter().map(|g| g.code.as_str()).collect();
    assert_eq!(
        codes,
        ["CY+JJ", "WL"],
        "the small one hides behind those who answered, not behind those who did not"
    );
    let silent = &release.groups[1];
    assert!(silent.is_silent() && !silent.merged && silent.turnout.counted == 0);
    assert!(silent.cells.iter().all(|cell| match cell {
        GroupCell::Item(item) => item.present.is_none() && item.level.is_none() && !item.unclear,
        _ => true,
    }));
    let none = std::collections::BTreeMap::new();
    let list = zicha::problem::group_list(
        &release,
        &survey,
        &none,
        &std::collections::BTreeMap::new(),
        silent,
    );
    assert!(list.silent && list.problems.is_empty());
}

fn unit(code: &str, headcount: u32, kind: &str) -> Unit {
    Unit {
        code: code.into(),
        name: code.into(),
        kind: kind.into(),
        headcount,
        group: code.into(),
        group_name: code.into(),
    }
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
    protect(
        &"abcdefgh".parse().unwrap(),
        "试",
        survey,
        &groups(units),
        tally,
        &BTreeMap::new(),
        true,
    )
}

/// One item on a scale of five steps and one of yes and no.
fn questions() -> serde_json::Value {
    serde_json::json!([
        {
            "id": "a", "text": { "zh-CN": "甲" }, "problem": { "zh-CN": "甲。" },
            "answer": { "type": "scale", "scale": "agree" },
        },
        {
            "id": "b", "text": { "zh-CN": "乙" }, "problem": { "zh-CN": "乙。" },
            "answer": { "type": "scale", "scale": "yes" },
        },
    ])
}

fn odd_survey() -> Survey {
    crate::test_app::survey_of(&questions())
}

/// Who answered what: unit and answers to both items. Groups are of one unit each (merging is
/// tested apart).
struct Bureau {
    units: Vec<Unit>,
    answers: Vec<(usize, [Answer; 2])>,
    /// Scores from which an answer to the first item is present, and prominent.
    from: (u8, u8),
}

impl Bureau {
    fn random(
        rng: &mut StdRng,
        groups: std::ops::RangeInclusive<u32>,
        heads: std::ops::RangeInclusive<u32>,
    ) -> Self {
        let count = rng.random_range(groups);
        let units: Vec<Unit> = (0..count)
            .map(|n| unit(&format!("U{n}"), rng.random_range(heads.clone()), "squad"))
            .collect();
        // Extremes are where figures give people away, so they are over-represented.
        let tempers = [0.0, 0.02, 0.1, 0.3, 0.5, 0.9, 1.0];
        let bureau = tempers[rng.random_range(0..tempers.len())];
        // Sometimes nobody calls anything isolated, and sometimes one group answers an item alone.
        let isolated = rng.random_bool(0.7);
        let alone = rng.random_bool(0.1);
        let mut answers = Vec::new();
        for (n, unit) in units.iter().enumerate() {
            // Some do not answer at all.
            if n > 0 && rng.random_bool(0.1) {
                continue;
            }
            let own = if rng.random_bool(0.6) {
                bureau
            } else {
                tempers[rng.random_range(0..tempers.len())]
            };
            for _ in 0..unit.headcount {
                let five = if alone && n > 0 {
                    Answer::Blank
                } else if rng.random_bool(0.05) {
                    Answer::One(4)
                } else if rng.random_bool(own) {
                    Answer::One(rng.random_range(0..if isolated { 3 } else { 2 }))
                } else {
                    Answer::One(3)
                };
                answers.push((n, [five, Answer::One(u8::from(!rng.random_bool(own)))]));
            }
        }
        Self { units, answers, from: (1, 2) }
    }

    fn release(&self, survey: &Survey) -> Release {
        let mut tally = Tally::new(survey, &groups(&self.units));
        for (unit, answers) in &self.answers {
            let mut response = Response::empty(survey);
            response.answers.clone_from_slice(answers);
            response.blank = false;
            tally.add(&self.units[*unit].code, &response);
        }
        release(survey, &self.units, &tally)
    }

    /// The truth of each published group.
    fn truth(&self, release: &Release, question: usize) -> Vec<Truth> {
        let top = if question == 0 { 4 } else { 2 };
        let of = |group: &ReleasedGroup| {
            let mut truth = Truth::default();
            for (unit, answers) in &self.answers {
                let Answer::One(step) = answers[question] else { continue };
                if group.units.contains(&self.units[*unit].code) && usize::from(step) < top {
                    truth.valid += 1;
                    let says = |from: u8| if question == 0 { 3 - step >= from } else { step == 0 };
                    truth.present += u32::from(says(self.from.0));
                    truth.prominent += u32::from(says(self.from.1));
                }
            }
            truth
        };
        release.groups.iter().map(of).collect()
    }

    /// All totals with which the groups' cells and the bureau's would be the same, found by running
    /// the gate.
    fn totals_that_look_alike(
        &self,
        survey: &Survey,
        release: &Release,
        question: usize,
    ) -> Vec<(i64, i64)> {
        let truths = self.truth(release, question);
        let tables: Vec<Vec<(u32, u32)>> = truths
            .iter()
            .zip(&release.groups)
            .map(|(t, g)| tables(*t, &g.cells[question], question == 1))
            .collect();
        // A way to reach each total, group by group.
        let mut reached: BTreeMap<(u32, u32), Vec<(u32, u32)>> =
            BTreeMap::from([((0, 0), Vec::new())]);
        for tables in &tables {
            let mut next = BTreeMap::new();
            for ((e, p), way) in &reached {
                for table in tables {
                    next.entry((e + table.0, p + table.1))
                        .or_insert_with(|| [way.as_slice(), &[*table]].concat());
                }
            }
            reached = next;
        }
        let alike = |way: &Vec<(u32, u32)>| {
            let mut tally = Tally::new(survey, &groups(&self.units));
            for (((present, prominent), truth), group) in
                way.iter().zip(&truths).zip(&release.groups)
            {
                for n in 0..truth.valid {
                    let step = if n < *prominent {
                        0
                    } else if n < *present {
                        2
                    } else {
                        3
                    };
                    let mut response = Response::empty(survey);
                    response.answers[question] =
                        Answer::One(if question == 0 { step } else { u8::from(n >= *prominent) });
                    response.blank = false;
                    tally.add(&group.units[0], &response);
                }
                // Who left this item blank answers the other one.
                for _ in truth.valid..group.turnout.counted {
                    let mut response = Response::empty(survey);
                    response.answers[1 - question] = Answer::One(0);
                    response.blank = false;
                    tally.add(&group.units[0], &response);
                }
            }
            let other = protect(
                &"abcdefgh".parse().unwrap(),
                "试",
                survey,
                &groups(&self.units),
                &tally,
                &BTreeMap::new(),
                true,
            );
            let said = |release: &Release| match &release.bureau.cells[question] {
                BureauCell::Item(item) => (item.exact.is_some(), item.prominent, item.present),
                _ => panic!("an item"),
            };
            said(&other) == said(release)
        };
        reached
            .into_iter()
            .filter(|(_, way)| alike(way))
            .map(|((e, p), _)| (i64::from(e), i64::from(p)))
            .collect()
    }
}

/// All pairs of sums that a group's cell leaves possible, by the contract: bands as published,
/// nothing beside them.
fn tables(truth: Truth, cell: &GroupCell, twofold: bool) -> Vec<(u32, u32)> {
    let GroupCell::Item(item) = cell else { panic!("an item") };
    let inside = |band: Option<Band>, x: u32| {
        band.is_none_or(|b| b.counts(truth.valid).0 <= x && x <= b.counts(truth.valid).1)
    };
    (0..=truth.valid)
        .flat_map(|e| (0..=e).map(move |p| (e, p)))
        .filter(|(e, p)| {
            inside(item.present, *e) && inside(item.prominent, *p) && (!twofold || e == p)
        })
        .collect()
}

fn kind_of_cell(release: &Release, question: usize) -> &'static str {
    match &release.bureau.cells[question] {
        BureauCell::Item(item) if item.exact.is_some() => "exact",
        BureauCell::Item(item) if item.prominent.is_some() => "banded",
        _ => "withheld",
    }
}

fn exact(release: &Release, question: usize) -> Option<(i64, i64)> {
    let BureauCell::Item(item) = &release.bureau.cells[question] else { panic!("an item") };
    item.exact.as_ref().map(|exact| (i64::from(exact.present), i64::from(exact.prominent)))
}

/// What the bureau's cell says of the two totals, read as it stands.
fn published(release: &Release, question: usize, valid: u32) -> Ranges {
    let BureauCell::Item(item) = &release.bureau.cells[question] else { panic!("an item") };
    if let Some((e, p)) = exact(release, question) {
        return ((e, e), (p, p));
    }
    let range = |band: Option<Band>| {
        band.map_or((0, i64::from(valid)), |b| {
            (i64::from(b.counts(valid).0), i64::from(b.counts(valid).1))
        })
    };
    (range(item.present), range(item.prominent))
}

fn attack(release: &Release, truths: &[Truth], totals: &[Ranges], question: usize, twofold: bool) {
    let own: Vec<Ranges> = truths
        .iter()
        .zip(&release.groups)
        .map(|(t, g)| bounds(&tables(*t, &g.cells[question], twofold)))
        .collect();
    for (n, truth) in truths.iter().enumerate() {
        if Class::of(truth.valid) == Class::None {
            continue;
        }
        let (present, prominent) = possible(&own, totals, n, twofold);
        assert!(
            present.contains(&truth.present) && prominent.contains(&truth.prominent),
            "the attacker's reasoning is sound"
        );
        for values in [present, prominent] {
            let ends = values.contains(&0) || values.contains(&truth.valid);
            assert!(
                values.len() >= if ends { 3 } else { 2 },
                "{values:?} of {} in {}",
                truth.valid,
                release.to_json()
            );
        }
    }
}
/// The ranges of present and prominent over some tables.
fn bounds(tables: &[(u32, u32)]) -> Ranges {
    let range = |pick: fn(&(u32, u32)) -> u32| {
        let values = || tables.iter().map(pick);
        (i64::from(values().min().unwrap()), i64::from(values().max().unwrap()))
    };
    (range(|t| t.0), range(|t| t.1))
}

/// All values of present and prominent in group `at` that some table consistent with everything
/// published has.
fn possible(
    own: &[Ranges],
    totals: &[Ranges],
    at: usize,
    twofold: bool,
) -> (BTreeSet<u32>, BTreeSet<u32>) {
    let others: Vec<Ranges> = (0..own.len()).filter(|n| *n != at).map(|n| own[n]).collect();
    let sum = |pick: fn(&Ranges) -> i64| others.iter().map(pick).sum::<i64>();
    let (e_low, e_high, p_low) = (sum(|o| o.0.0), sum(|o| o.0.1), sum(|o| o.1.0));
    // With the others' present at its least, prominent reaches `base`; each further present allows
    // one more, up to `slack`.
    let base: i64 = others.iter().map(|o| o.1.1.min(o.0.0)).sum();
    let slack: i64 = others.iter().map(|o| (o.1.1 - o.0.0).max(0)).sum();
    let (mut present, mut prominent) = (BTreeSet::new(), BTreeSet::new());
    for e in own[at].0.0..=own[at].0.1 {
        for p in own[at].1.0..=own[at].1.1.min(e) {
            if twofold && e != p {
                continue;
            }
            let feasible = totals.iter().any(|(te, tp)| {
                let most = (te.1 - e).min(e_high);
                let least = (te.0 - e).max(e_low);
                if least > most || te.0 > te.1 || tp.0 > tp.1 {
                    return false;
                }
                if twofold {
                    return (tp.0 - p).max(p_low).max(least) <= (tp.1 - p).min(most);
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
