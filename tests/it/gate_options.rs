//! The second proof for everything that is not an item: choices, several options, rankings,
//! numbers, harm levels, follow-ups.
//! The attacker solves flows: which counts of an option in a group are consistent with all that is
//! published, the groups' numbers of answers, and how many options each person could choose.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;
use zicha::gate::{BureauCell, GroupCell, Release, protect};
use zicha::response::{Answer, Response};
use zicha::survey::Survey;
use zicha::tally::Tally;
use zicha::unit::{Unit, groups};

use crate::test_app::survey_of;

/// A number of people in a network of choices, from one node to another, between two bounds.
type Edge = (usize, usize, i64, i64);

/// Whether whole numbers within all bounds exist so that in every node as many come in as go out.
fn is_possible(nodes: usize, edges: &[Edge]) -> bool {
    if edges.iter().any(|(_, _, low, high)| low > high) {
        return false;
    }
    let (source, sink) = (nodes, nodes + 1);
    let mut capacity = vec![vec![0i64; nodes + 2]; nodes + 2];
    let mut excess = vec![0i64; nodes];
    for (from, to, low, high) in edges {
        capacity[*from][*to] += high - low;
        excess[*to] += low;
        excess[*from] -= low;
    }
    let mut missing = 0;
    for (node, excess) in excess.into_iter().enumerate() {
        if excess > 0 {
            capacity[source][node] += excess;
            missing += excess;
        } else {
            capacity[node][sink] -= excess;
        }
    }
    // Augment along shortest paths until nothing more fits.
    while missing > 0 {
        let mut before = vec![usize::MAX; nodes + 2];
        before[source] = source;
        let mut queue = std::collections::VecDeque::from([source]);
        while let Some(node) = queue.pop_front() {
            for next in 0..nodes + 2 {
                if before[next] == usize::MAX && capacity[node][next] > 0 {
                    before[next] = node;
                    queue.push_back(next);
                }
            }
        }
        if before[sink] == usize::MAX {
            return false;
        }
        let path: Vec<(usize, usize)> =
            std::iter::successors(Some(sink), |node| (*node != source).then(|| before[*node]))
                .collect::<Vec<_>>()
                .windows(2)
                .map(|w| (w[1], w[0]))
                .collect();
        let fits = path.iter().map(|(a, b)| capacity[*a][*b]).min().unwrap();
        for (a, b) in path {
            capacity[a][b] -= fits;
            capacity[b][a] += fits;
        }
        missing -= fits;
    }
    true
}

/// What is known of one question: per group how many chose how many options and the range of each
/// option, and the range of each total.
struct Known {
    rows: Vec<(i64, i64)>,
    cells: Vec<Vec<(i64, i64)>>,
    totals: Vec<(i64, i64)>,
}

impl Known {
    /// Whether option `option` of group `group` can have been chosen `count` times.
    fn allows(&self, group: usize, option: usize, count: i64) -> bool {
        let (groups, options) = (self.rows.len(), self.totals.len());
        let (start, end) = (groups + options, groups + options + 1);
        let mut edges: Vec<Edge> = vec![(end, start, 0, 1_000_000)];
        for (g, (low, high)) in self.rows.iter().enumerate() {
            edges.push((start, g, *low, *high));
            for (o, (low, high)) in self.cells[g].iter().enumerate() {
                edges.push(if (g, o) == (group, option) {
                    (g, groups + o, count, count)
                } else {
                    (g, groups + o, *low, *high)
                });
            }
        }
        edges.extend(
            self.totals.iter().enumerate().map(|(o, (low, high))| (groups + o, end, *low, *high)),
        );
        is_possible(groups + options + 2, &edges)
    }

    /// The counts that are possible, up to the three that are needed.
    fn values(&self, group: usize, option: usize) -> BTreeSet<i64> {
        let (low, high) = self.cells[group][option];
        (low..=high).filter(|count| self.allows(group, option, *count)).take(4).collect()
    }

    /// No group with five answers or more gives an option away.
    fn assert_hidden(&self, answered: &[i64], what: &str) {
        for (g, answered) in answered.iter().enumerate().filter(|(_, answered)| **answered >= 5) {
            for o in 0..self.totals.len() {
                let values = self.values(g, o);
                let ends = values.contains(&0) || values.contains(answered);
                assert!(
                    values.len() >= if ends { 3 } else { 2 },
                    "option {o} of a group with {answered} answers is in {values:?}: {what}"
                );
            }
        }
    }
}

fn unit(n: usize, headcount: u32) -> Unit {
    let code = format!("U{n}");
    Unit {
        code: code.as_str().into(),
        name: code.clone(),
        kind: "squad".into(),
        headcount,
        group: code.as_str().into(),
        group_name: code,
    }
}

/// Counts by group and option, and who answered.
struct Truth {
    counts: Vec<Vec<i64>>,
    answered: Vec<i64>,
}

/// Lets everybody answer one question, and releases it.
fn bureau(survey: &Survey, question: usize, answers: &[Vec<Answer>]) -> (Release, Truth) {
    let units: Vec<Unit> =
        answers.iter().enumerate().map(|(n, a)| unit(n, a.len() as u32)).collect();
    let list = groups(&units);
    let mut tally = Tally::new(survey, &list);
    let mut truth = Truth { counts: Vec::new(), answered: Vec::new() };
    for (unit, answers) in units.iter().zip(answers) {
        let mut counts = vec![0; 12];
        for answer in answers {
            let mut response = Response::empty(survey);
            response.answers[question] = answer.clone();
            response.blank = false;
            tally.add(&unit.code, &response);
            match answer {
                Answer::One(n) => counts[usize::from(*n)] += 1,
                Answer::Many(mask) => {
                    (0..12).filter(|n| mask & (1 << n) != 0).for_each(|n| counts[n] += 1);
                }
                _ => {}
            }
        }
        truth.answered.push(answers.iter().filter(|a| !matches!(a, Answer::Blank)).count() as i64);
        truth.counts.push(counts);
    }
    let release =
        protect(&"abcdefgh".parse().unwrap(), "试", survey, &list, &tally, &BTreeMap::new(), true);
    assert!(release.groups.iter().all(|g| !g.merged), "merging is tested apart");
    (release, truth)
}

fn options(kind: &str, count: usize, more: serde_json::Value) -> serde_json::Value {
    let list: Vec<_> = (0..count)
        .map(|n| json!({ "id": format!("o{n}"), "label": { "zh-CN": format!("选项{n}") } }))
        .collect();
    let mut answer = json!({ "type": kind, "options": list });
    answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    answer
}

fn plain(answer: serde_json::Value) -> Survey {
    survey_of(&json!([{ "id": "q", "text": { "zh-CN": "问" }, "answer": answer }]))
}

/// Sizes of five to nine groups, of which most are large enough together for exact counts.
fn sizes(rng: &mut StdRng) -> Vec<usize> {
    (0..rng.random_range(2..=9)).map(|_| rng.random_range(5..=34)).collect()
}

/// How attractive each option is in each group; rare and unanimous ones are where figures give
/// people away.
fn temper(rng: &mut StdRng, options: usize) -> Vec<f64> {
    let weights: Vec<f64> =
        (0..options).map(|_| [0.0, 0.01, 0.05, 1.0, 1.0, 20.0][rng.random_range(0..6)]).collect();
    if weights.iter().sum::<f64>() > 0.0 { weights } else { vec![1.0; options] }
}

fn pick(rng: &mut StdRng, weights: &[f64]) -> usize {
    let mut at = rng.random_range(0.0..weights.iter().sum::<f64>());
    weights
        .iter()
        .position(|w| {
            at -= w;
            at < 0.0
        })
        .unwrap_or(0)
}

#[test]
fn one_choice_gives_no_group_away() {
    let mut rng = StdRng::seed_from_u64(3);
    let (mut told, mut pooled) = (0, 0);
    for _ in 0..crate::test_app::trials(150) {
        let count = rng.random_range(2..=6);
        let survey = plain(options("single", count, json!({})));
        let common = temper(&mut rng, count);
        let answers: Vec<Vec<Answer>> = sizes(&mut rng)
            .into_iter()
            .map(|size| {
                let own =
                    if rng.random_bool(0.7) { common.clone() } else { temper(&mut rng, count) };
                (0..size)
                    .map(|_| {
                        if rng.random_bool(0.05) {
                            Answer::Blank
                        } else {
                            Answer::One(pick(&mut rng, &own) as u8)
                        }
                    })
                    .collect()
            })
            .collect();
        let (release, truth) = bureau(&survey, 0, &answers);
        assert!(release.groups.iter().all(|g| g.cells[0] == GroupCell::Nothing));
        let BureauCell::Options { counts, answered } = &release.bureau.cells[0] else { continue };
        told += 1;
        pooled += u32::from(counts.contains(&None));
        // Every way in which the options that were kept back can share what is left, and be kept
        // back by the rule.
        let ways = alike(&survey, counts, i64::from(*answered), &answers);
        for (g, size) in truth.answered.iter().enumerate().filter(|(_, size)| **size >= 5) {
            for o in 0..count {
                // With one choice each, a cell lies just between what the others can and must take.
                let values: BTreeSet<i64> = ways
                    .iter()
                    .flat_map(|way| {
                        (way[o] - (i64::from(*answered) - size)).max(0)..=way[o].min(*size)
                    })
                    .collect();
                assert!(values.contains(&truth.counts[g][o]), "the attacker's reasoning is sound");
                let ends = values.contains(&0) || values.contains(size);
                assert!(
                    values.len() >= if ends { 3 } else { 2 },
                    "option {o} of {size}: {values:?}, {counts:?}"
                );
            }
        }
    }
    assert!(told > 40 && pooled > 15, "{told} told, {pooled} with options kept back");
}

/// All totals that would be published as these are: the attacker runs the gate on each.
fn alike(
    survey: &Survey,
    counts: &[Option<u32>],
    answered: i64,
    answers: &[Vec<Answer>],
) -> Vec<Vec<i64>> {
    let kept: Vec<usize> = (0..counts.len()).filter(|n| counts[*n].is_none()).collect();
    let rest = answered - counts.iter().flatten().map(|c| i64::from(*c)).sum::<i64>();
    let mut ways: Vec<Vec<i64>> = vec![Vec::new()];
    for n in 0..kept.len() {
        ways = ways
            .into_iter()
            .flat_map(|way| {
                let left = rest - way.iter().sum::<i64>();
                let last = n + 1 == kept.len();
                (if last { left..=left } else { 0..=left })
                    .map(move |c| [way.as_slice(), &[c]].concat())
                    .collect::<Vec<_>>()
            })
            .collect();
        if ways.len() > 3000 {
            break;
        }
    }
    let full = |way: &Vec<i64>| {
        let mut next = way.iter();
        counts
            .iter()
            .map(|c| c.map_or_else(|| *next.next().unwrap_or(&0), i64::from))
            .collect::<Vec<i64>>()
    };
    if ways.len() > 3000 {
        // Too many to try: each option kept back may be anything between nobody and all that is
        // left.
        let extremes = kept.iter().flat_map(|k| (0..=rest).map(|c| (*k, c)).collect::<Vec<_>>());
        return extremes
            .map(|(k, c)| {
                (0..counts.len())
                    .map(|n| if n == k { c } else { counts[n].map_or(0, i64::from) })
                    .collect()
            })
            .collect();
    }
    let told = |totals: &Vec<i64>| {
        let mut left = totals.clone();
        let answers: Vec<Vec<Answer>> = answers
            .iter()
            .map(|group| {
                let mut next = || {
                    left.iter().position(|c| *c > 0).map(|n| {
                        left[n] -= 1;
                        Answer::One(n as u8)
                    })
                };
                group
                    .iter()
                    .map(|a| {
                        if matches!(a, Answer::Blank) {
                            Answer::Blank
                        } else {
                            next().unwrap_or(Answer::Blank)
                        }
                    })
                    .collect()
            })
            .collect();
        match &bureau(survey, 0, &answers).0.bureau.cells[0] {
            BureauCell::Options { counts: other, .. } => other == counts,
            _ => false,
        }
    };
    ways.iter().map(full).filter(told).collect()
}

#[test]
fn several_choices_give_no_group_away_beside_the_groups_most_chosen_ones() {
    let mut rng = StdRng::seed_from_u64(5);
    let (mut exact, mut kept, mut nothing) = (0, 0, 0);
    for _ in 0..crate::test_app::trials(120) {
        let count = rng.random_range(2..=6);
        let max = rng.random_range(1..=count.min(3));
        // Whoever must choose everything says nothing.
        let max = if max == count { max - 1 } else { max };
        let min = if rng.random_bool(0.3) { max } else { 1 };
        let survey = plain(options("multi", count, json!({ "min": min, "max": max })));
        let common = temper(&mut rng, count);
        let answers: Vec<Vec<Answer>> = sizes(&mut rng)
            .into_iter()
            .map(|size| {
                let own =
                    if rng.random_bool(0.7) { common.clone() } else { temper(&mut rng, count) };
                (0..size)
                    .map(|_| {
                        let wanted = rng.random_range(min..=max);
                        let mut mask = 1u64 << pick(&mut rng, &own);
                        for _ in 0..20 {
                            if mask.count_ones() as usize >= wanted {
                                break;
                            }
                            mask |= 1 << pick(&mut rng, &own);
                        }
                        while (mask.count_ones() as usize) < min {
                            mask |= 1 << rng.random_range(0..count);
                        }
                        Answer::Many(mask)
                    })
                    .collect()
            })
            .collect();
        let (release, truth) = bureau(&survey, 0, &answers);
        let cells: Vec<Vec<(i64, i64)>> = release
            .groups
            .iter()
            .zip(&truth.answered)
            .map(|(g, size)| named(&g.cells[0], *size, count))
            .collect();
        let all: i64 = truth.answered.iter().sum();
        let totals: Vec<(i64, i64)> = match &release.bureau.cells[0] {
            BureauCell::Options { counts, .. } => {
                exact += counts.iter().flatten().count();
                kept += counts.iter().filter(|c| c.is_none()).count();
                counts
                    .iter()
                    .map(|c| c.map_or((0, all), |c| (i64::from(c), i64::from(c))))
                    .collect()
            }
            other => {
                assert_eq!(other, &BureauCell::Nothing);
                nothing += 1;
                vec![(0, all); count]
            }
        };
        let rows =
            truth.answered.iter().map(|size| (size * min as i64, size * max as i64)).collect();
        let known = Known { rows, cells, totals };
        for (g, counts) in truth.counts.iter().enumerate() {
            assert!(
                (0..count).all(|o| known.allows(g, o, counts[o])),
                "the attacker's reasoning is sound"
            );
        }
        known.assert_hidden(&truth.answered, &release.to_json());
    }
    assert!(
        exact > 60 && kept > 40 && nothing > 20,
        "{exact} told, {kept} kept back, {nothing} questions not told"
    );
}

/// What a group's most chosen options tell of each, by the contract: at least half, 40 or 30
/// percent of those who answered, the first three.
fn named(cell: &GroupCell, answered: i64, options: usize) -> Vec<(i64, i64)> {
    let GroupCell::Top(top) = cell else { return vec![(0, answered); options] };
    let percent = match answered {
        ..8 => 50,
        8..20 => 40,
        _ => 30,
    };
    let enough = (answered * percent + 99) / 100;
    (0..options)
        .map(|o| match (top.contains(&o), top.len() == 3 && o > top[2]) {
            (true, _) => (enough, answered),
            (false, true) => (0, answered),
            (false, false) => (0, enough - 1),
        })
        .collect()
}

#[test]
fn the_attacker_bites() {
    // `max: 1` and both of two options named in a group of six: three and three.
    let known = Known {
        rows: vec![(6, 6)],
        cells: vec![vec![(3, 6), (3, 6)]],
        totals: vec![(0, 6), (0, 6)],
    };
    assert_eq!(known.values(0, 0), BTreeSet::from([3]));
    // Groups of five and five: each one's most chosen options beside the bureau's.
    let known = Known {
        rows: vec![(5, 10), (5, 10)],
        cells: vec![vec![(3, 5), (0, 2)], vec![(0, 2), (3, 5)]],
        totals: vec![(3, 3), (0, 10)],
    };
    assert_eq!(known.values(0, 0), BTreeSet::from([3]));
    // A total of nobody is nobody in every group.
    let known = Known {
        rows: vec![(5, 5); 4],
        cells: vec![vec![(0, 5); 3]; 4],
        totals: vec![(0, 0), (10, 10), (10, 10)],
    };
    assert_eq!(known.values(2, 0), BTreeSet::from([0]));
    // Four options of which none is named by 20 people who all chose something: five each.
    let known =
        Known { rows: vec![(20, 40)], cells: vec![vec![(0, 5); 4]], totals: vec![(0, 20); 4] };
    assert_eq!(known.values(0, 3), BTreeSet::from([5]));
}

#[test]
fn harm_levels_give_no_group_away_beside_the_groups_medians() {
    let survey = survey_of(&json!([
        {
            "id": "i", "text": { "zh-CN": "甲" }, "problem": { "zh-CN": "甲。" },
            "answer": { "type": "scale", "scale": "agree" },
        },
        {
            "id": "q", "text": { "zh-CN": "危害" }, "role": "harm_level",
            "answer": { "type": "scale", "scale": "agree" },
        },
    ]));
    let mut rng = StdRng::seed_from_u64(9);
    let mut told = 0;
    for _ in 0..crate::test_app::trials(150) {
        let common = temper(&mut rng, 4);
        let answers: Vec<Vec<Answer>> = sizes(&mut rng)
            .into_iter()
            .map(|size| {
                let own = if rng.random_bool(0.6) { common.clone() } else { temper(&mut rng, 4) };
                (0..size).map(|_| Answer::One(pick(&mut rng, &own) as u8)).collect()
            })
            .collect();
        let (release, truth) = bureau(&survey, 1, &answers);
        let all: i64 = truth.answered.iter().sum();
        let totals: Vec<(i64, i64)> = match &release.bureau.cells[1] {
            BureauCell::Options { counts, .. } => {
                told += 1;
                counts[..4]
                    .iter()
                    .map(|c| c.map_or((0, all), |c| (i64::from(c), i64::from(c))))
                    .collect()
            }
            _ => vec![(0, all); 4],
        };
        // A median says on which side of it at most half of a group stands: nodes for those above
        // and below it.
        let size = truth.answered.len();
        for (g, answered) in truth.answered.iter().enumerate() {
            for step in 0..4usize {
                let values: BTreeSet<i64> = (0..=*answered)
                    .filter(|count| {
                        let (start, end) = (3 * size + 4, 3 * size + 5);
                        let mut edges: Vec<Edge> = vec![(end, start, 0, 1_000_000)];
                        for (n, group) in release.groups.iter().enumerate() {
                            let answered = truth.answered[n];
                            let GroupCell::Median(median) = group.cells[1] else {
                                panic!("a median of {answered}")
                            };
                            edges.push((start, n, answered, answered));
                            // Steps are worst first; the milder of two middle ones is the median.
                            edges.push((n, size + n, 0, answered / 2));
                            edges.push((n, 2 * size + n, 0, (answered + 1) / 2 - 1));
                            for s in 0..4 {
                                let from = match s.cmp(&median) {
                                    std::cmp::Ordering::Less => size + n,
                                    std::cmp::Ordering::Greater => 2 * size + n,
                                    std::cmp::Ordering::Equal => n,
                                };
                                let bounds = if (n, s) == (g, step) {
                                    (*count, *count)
                                } else {
                                    (0, answered)
                                };
                                edges.push((from, 3 * size + s, bounds.0, bounds.1));
                            }
                        }
                        edges.extend(
                            totals
                                .iter()
                                .enumerate()
                                .map(|(s, (low, high))| (3 * size + s, end, *low, *high)),
                        );
                        is_possible(3 * size + 6, &edges)
                    })
                    .take(4)
                    .collect();
                let ends = values.contains(&0) || values.contains(answered);
                assert!(
                    values.len() >= if ends { 3 } else { 2 },
                    "step {step} of {answered}: {values:?} in {}",
                    release.to_json()
                );
            }
        }
    }
    assert!(told > 5, "{told} told exactly");
}

#[test]
fn a_follow_up_says_nothing_of_few_and_nothing_exact_of_many() {
    let survey = survey_of(&json!([
        { "id": "ask", "text": { "zh-CN": "是否参加" }, "answer": options("single", 2, json!({})) },
        {
            "id": "item", "text": { "zh-CN": "甲" }, "problem": { "zh-CN": "甲。" },
            "visible_if": [{ "question": "ask", "any_of": ["o0"] }],
            "answer": { "type": "scale", "scale": "agree" },
        },
        {
            "id": "why", "text": { "zh-CN": "为何" },
            "visible_if": [{ "question": "ask", "any_of": ["o0"] }],
            "answer": options("single", 3, json!({})),
        },
    ]));
    let release = |asked: [usize; 6]| {
        let units: Vec<Unit> = (0..6).map(|n| unit(n, 30)).collect();
        let list = groups(&units);
        let mut tally = Tally::new(&survey, &list);
        for (unit, asked) in units.iter().zip(asked) {
            for n in 0..30 {
                let mut response = Response::empty(&survey);
                response.blank = false;
                response.answers[0] = Answer::One(u8::from(n >= asked));
                if n < asked {
                    response.answers[1] = Answer::One((n % 4) as u8);
                    response.answers[2] = Answer::One((n % 3) as u8);
                }
                tally.add(&unit.code, &response);
            }
        }
        protect(&"abcdefgh".parse().unwrap(), "试", &survey, &list, &tally, &BTreeMap::new(), true)
    };
    let nothing = |release: &Release| {
        let BureauCell::Item(item) = &release.bureau.cells[1] else { panic!("an item") };
        item.exact.is_none()
            && item.prominent.is_none()
            && item.level.is_none()
            && release.bureau.cells[2] == BureauCell::Nothing
    };
    // Too few in enough groups, who were asked or who were not; then too few groups.
    let few = [
        [5, 5, 5, 4, 0, 0],
        [25, 25, 25, 26, 30, 30],
        [1, 0, 0, 0, 0, 0],
        [30, 0, 0, 0, 0, 0],
        [10, 9, 0, 0, 0, 0],
        [30, 30, 30, 30, 30, 29],
        [30, 30, 30, 30, 15, 15],
        [15, 15, 0, 0, 0, 0],
    ];
    for few in few {
        assert!(nothing(&release(few)), "asked: {few:?}");
    }
    let broad = release([10, 12, 9, 8, 15, 20]);
    let BureauCell::Item(item) = &broad.bureau.cells[1] else { panic!("an item") };
    assert!(item.exact.is_none() && item.prominent.is_some());
    let BureauCell::Shares(shares) = &broad.bureau.cells[2] else { panic!("shares") };
    assert!(shares.iter().all(|band| band.hi - band.lo == 20), "{shares:?}");
    for group in broad.groups.iter().chain(&release([30, 0, 0, 0, 0, 0]).groups) {
        let GroupCell::Item(item) = &group.cells[1] else { panic!("an item") };
        assert!(
            item.prominent.is_none() && item.level.is_none() && !item.unclear,
            "nothing of a group, not even how many it was"
        );
        assert_eq!(item.class, zicha::gate::Class::None);
        assert_eq!(group.cells[2], GroupCell::Nothing);
    }
}

#[test]
fn a_ranking_is_told_place_by_place_and_never_so_that_a_place_is_found_by_adding_up() {
    let rank = |places: usize, rare: u8| {
        let survey = plain(options("rank", 3, json!({ "places": places })));
        let answers: Vec<Vec<Answer>> = (0..6u8)
            .map(|g| {
                (0..30u8)
                    .map(|n| {
                        let first = if g == 0 && n < rare { 2 } else { n % 2 };
                        let second =
                            if first == 2 { n % 2 } else { [1 - first, 2][usize::from(n % 4 < 2)] };
                        let order = [first, second, 3 - first - second];
                        Answer::Rank(order[..places].iter().map(|o| Some(*o)).collect())
                    })
                    .collect()
            })
            .collect();
        let BureauCell::Options { counts, .. } =
            bureau(&survey, 0, &answers).0.bureau.cells[0].clone()
        else {
            return vec![None; 3 * places];
        };
        counts
    };
    assert!(rank(2, 8).iter().all(Option::is_some), "{:?}", rank(2, 8));
    let rare = rank(2, 2);
    assert!(
        rare.iter().step_by(2).all(Option::is_none)
            && rare.iter().skip(1).step_by(2).all(Option::is_some),
        "the first place is kept back: {rare:?}"
    );
    let all = rank(3, 2);
    assert!(
        all.iter().step_by(3).all(Option::is_none) && all.iter().flatten().count() <= 3,
        "two places would tell the first: {all:?}"
    );
}

#[test]
fn the_longest_lists_of_options_are_counted_too() {
    let survey = survey_of(&json!([
        { "id": "ask", "text": { "zh-CN": "是否参加" }, "answer": options("single", 2, json!({})) },
        { "id": "one", "text": { "zh-CN": "选一" }, "answer": options("single", 60, json!({})) },
        {
            "id": "more", "text": { "zh-CN": "选几" },
            "answer": options("multi", 60, json!({ "min": 1, "max": 3 })),
        },
        {
            "id": "why", "text": { "zh-CN": "为何" },
            "visible_if": [{ "question": "ask", "any_of": ["o0"] }],
            "answer": options("single", 60, json!({})),
        },
    ]));
    let units: Vec<Unit> = (0..6).map(|n| unit(n, 50)).collect();
    let list = groups(&units);
    let mut tally = Tally::new(&survey, &list);
    for unit in &units {
        for n in 0..50u8 {
            let mut response = Response::empty(&survey);
            response.blank = false;
            response.answers[0] = Answer::One(n % 2);
            response.answers[1] = Answer::One(59 - n % 3);
            response.answers[2] = Answer::Many(1 << 59 | 1 << (n % 60));
            if n % 2 == 0 {
                response.answers[3] = Answer::One(59);
            }
            tally.add(&unit.code, &response);
        }
    }
    let release =
        protect(&"abcdefgh".parse().unwrap(), "试", &survey, &list, &tally, &BTreeMap::new(), true);
    let BureauCell::Options { counts, .. } = &release.bureau.cells[1] else { panic!("counts") };
    assert_eq!(
        counts[57..],
        [None, Some(102), Some(102)],
        "one that is well chosen is kept back with those that nobody chose"
    );
    assert_eq!(release.bureau.cells[2..], [BureauCell::Nothing, BureauCell::Nothing]);
}

/// How many people of a group choose which options.
type Ticks<'a> = &'a [(u32, u64)];

/// Several may be chosen: so many of the people of each group choose these options.
fn ticked(survey: &Survey, groups: &[Ticks]) -> Release {
    let answers: Vec<Vec<Answer>> = groups
        .iter()
        .map(|people| {
            people
                .iter()
                .flat_map(|(count, mask)| vec![Answer::Many(*mask); *count as usize])
                .collect()
        })
        .collect();
    bureau(survey, 0, &answers).0
}

fn multi(count: usize, min: usize, max: usize, exclusive: bool) -> Survey {
    let mut answer = options("multi", count, json!({ "min": min, "max": max }));
    if exclusive {
        answer["options"][count - 1]["exclusive"] = json!(true);
    }
    plain(answer)
}

fn told(release: &Release) -> Vec<Option<u32>> {
    match &release.bureau.cells[0] {
        BureauCell::Options { counts, .. } => counts.clone(),
        BureauCell::Nothing => Vec::new(),
        other => panic!("{other:?}"),
    }
}

/// What an independent attacker found by hand where random search finds nothing: sums at their
/// ends.
#[test]
fn sums_of_options_at_their_ends_are_not_told() {
    let none = |told: Vec<Option<u32>>, at: &[usize]| {
        at.iter().all(|n| told.get(*n).copied().flatten().is_none())
    };
    // An exclusive option at its most fixes the option that every group names.
    let survey = multi(4, 1, 3, true);
    let people: Ticks = &[(3, 0b0001), (3, 0b0011), (14, 0b1000)];
    assert!(none(told(&ticked(&survey, &[people; 5])), &[3]), "exclusive options are never told");
    // Nobody chose the third and the fourth: with all choices of the others used up, that would be
    // found by adding up.
    let survey = multi(5, 1, 2, true);
    let people: Ticks = &[(12, 0b00011), (8, 0b10000)];
    let shown = told(&ticked(&survey, &[people; 5]));
    assert!(none(shown.clone(), &[2, 3, 4]), "{shown:?}");
    // Everybody chose the first beside another one.
    let survey = multi(4, 2, 3, false);
    let people: Ticks = &[(7, 0b0011), (7, 0b0101), (6, 0b1001)];
    assert_eq!(told(&ticked(&survey, &[people; 5])), []);
    // One choice of two that were possible, everywhere.
    let survey = multi(3, 1, 2, false);
    let (a, b): (Ticks, Ticks) = (&[(6, 1), (7, 2), (7, 4)], &[(10, 1), (5, 2), (5, 4)]);
    assert!(told(&ticked(&survey, &[a, a, a, b, b])).iter().flatten().count() < 3);
    // Two choices of two, and what two thirds of the groups name.
    let survey = multi(4, 2, 2, false);
    let (a, b): (Ticks, Ticks) =
        (&[(10, 0b0011), (5, 0b0110), (5, 0b1010)], &[(3, 0b0110), (3, 0b1010), (14, 0b1100)]);
    let shown = told(&ticked(&survey, &[a, a, a, b, b]));
    assert!(shown.iter().flatten().count() < 3, "{shown:?}");
}

/// What is kept back must not say why: which options are told follows from what groups name.
#[test]
fn options_that_are_kept_back_do_not_tell_that_they_are_at_an_end() {
    // Two of four; the second is hardly chosen, the third by everybody: each alone near an end, and
    // their sum is known.
    let (most, last): (Ticks, Ticks) =
        (&[(1, 0b0110), (10, 0b0101), (9, 0b1100)], &[(10, 0b0101), (10, 0b1100)]);
    assert_eq!(told(&ticked(&multi(4, 2, 2, false), &[most, most, most, most, last])), []);
    // Nearly all of six places are used: whoever chose the exclusive option would have left six of
    // them.
    let people: Vec<(u32, u64)> = (0..20u64).map(|n| (1, 0b111_1111 & !(1 << (n % 7)))).collect();
    let shown = told(&ticked(&multi(8, 1, 6, true), &[people.as_slice(); 5]));
    assert!(
        shown.iter().flatten().sum::<u32>() <= 3 * 90,
        "of the three that are named there is room for whoever chose none of them: {shown:?}"
    );
    // The same with three places, as in the shipped survey.
    let people: Vec<(u32, u64)> = (0..20u64).map(|n| (1, 0b111 << (n % 4))).collect();
    let shown = told(&ticked(&multi(7, 1, 3, true), &[people.as_slice(); 5]));
    assert!(shown.iter().flatten().sum::<u32>() <= 3 * 90, "{shown:?}");
    // Where all are named, so little is left for the exclusive one that none is told.
    let people: Vec<(u32, u64)> =
        (0..20u64).map(|n| (1, if n < 19 { 0b111 } else { 0b011 })).collect();
    assert_eq!(told(&ticked(&multi(4, 1, 3, true), &[people.as_slice(); 5])), []);
    // Well inside, they are told.
    let people: Ticks = &[(6, 0b0011), (5, 0b0001), (5, 0b0010), (4, 0b1000)];
    assert_eq!(told(&ticked(&multi(4, 1, 2, true), &[people; 6])).iter().flatten().count(), 2);
}

#[test]
fn what_a_small_group_chose_most_is_not_named_where_a_member_could_work_out_the_rest() {
    // Six people, at most two each, three options named by half: hardly anybody can have chosen the
    // exclusive one.
    let release = ticked(
        &multi(4, 1, 2, true),
        &[&[(1, 0b0011), (1, 0b0101), (1, 0b0110), (1, 0b0011), (1, 0b0100), (1, 0b1000)]],
    );
    assert_eq!(release.groups[0].cells[0], GroupCell::Nothing);
    // Eight people, three options, none named: three, three and two or three; whoever ticked two
    // knows which.
    let release =
        ticked(&multi(3, 1, 2, false), &[&[(1, 0b011), (2, 0b001), (2, 0b010), (3, 0b100)]]);
    assert_eq!(release.groups[0].cells[0], GroupCell::Nothing);
    // An option that excludes all others cannot be chosen where two have to be: then the others
    // share all places.
    let people: Vec<(u32, u64)> = (0..20u64).map(|n| (1, 1 | 1 << (1 + n % 4))).collect();
    assert_eq!(
        ticked(&multi(6, 2, 2, true), &[people.as_slice()]).groups[0].cells[0],
        GroupCell::Nothing
    );
    // Six people, four options, three at most, none named: whoever chose three knows the rest.
    let release = ticked(
        &multi(4, 1, 3, false),
        &[&[(1, 0b0111), (1, 0b0001), (1, 0b0010), (1, 0b0100), (2, 0b1000)]],
    );
    assert_eq!(release.groups[0].cells[0], GroupCell::Nothing);
    // The harms and causes of the shipped survey are named at every size.
    let survey = crate::test_app::survey("self-check");
    let at = survey.questions().iter().position(|q| q.id == "honor_harm").unwrap();
    for size in [5, 6, 7, 8, 9, 12, 19, 20, 23, 50] {
        let answers = [vec![Answer::Many(0b011); size]];
        let units = vec![unit(0, size as u32)];
        let mut tally = Tally::new(&survey, &groups(&units));
        for answer in &answers[0] {
            let mut response = Response::empty(&survey);
            response.answers[at] = answer.clone();
            response.blank = false;
            tally.add(&"U0".into(), &response);
        }
        let release = protect(
            &"abcdefgh".parse().unwrap(),
            "试",
            &survey,
            &groups(&units),
            &tally,
            &BTreeMap::new(),
            true,
        );
        assert_eq!(release.groups[0].cells[at], GroupCell::Top(vec![0, 1]), "{size} answers");
    }
}

#[test]
fn rankings_and_follow_ups_whose_parts_add_up_are_not_told() {
    // The first option is always first or second: its third place would be nobody's.
    let survey = plain(options("rank", 4, json!({ "places": 3 })));
    let order = |n: u8| -> Vec<Option<u8>> {
        if n.is_multiple_of(2) {
            vec![Some(0), Some(1 + n % 3), Some(1 + (n + 1) % 3)]
        } else {
            vec![Some(1 + n % 3), Some(0), Some(1 + (n + 1) % 3)]
        }
    };
    let answers: Vec<Vec<Answer>> =
        (0..5).map(|_| (0..20).map(|n| Answer::Rank(order(n))).collect()).collect();
    let shown = told(&bureau(&survey, 0, &answers).0);
    let first: u32 = shown.chunks(3).next().map_or(0, |places| places.iter().flatten().sum());
    assert!(first + 10 <= 100, "{shown:?}");
    // Shares of a follow-up that add up to all of it.
    let survey = survey_of(&json!([
        { "id": "ask", "text": { "zh-CN": "是否参加" }, "answer": options("single", 2, json!({})) },
        {
            "id": "why", "text": { "zh-CN": "为何" },
            "visible_if": [{ "question": "ask", "any_of": ["o0"] }],
            "answer": options("single", 3, json!({})),
        },
    ]));
    let units: Vec<Unit> = (0..4).map(|n| unit(n, 10)).collect();
    let list = groups(&units);
    let mut tally = Tally::new(&survey, &list);
    for unit in &units {
        for n in 0..10 {
            let mut response = Response::empty(&survey);
            response.blank = false;
            response.answers[0] = Answer::One(u8::from(n >= 5));
            if n < 5 {
                response.answers[1] = Answer::One(u8::from(n == 4));
            }
            tally.add(&unit.code, &response);
        }
    }
    let release =
        protect(&"abcdefgh".parse().unwrap(), "试", &survey, &list, &tally, &BTreeMap::new(), true);
    assert_eq!(
        release.bureau.cells[1],
        BureauCell::Nothing,
        "16, 4 and nobody of 20 follow from the bands"
    );
}
