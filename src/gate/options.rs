//! What is said of questions that enter no list by themselves: harms and causes, choices, numbers, rankings, follow-ups.
//! An option's total is an equation over the groups as an item's is; and where options add up to a known number, the last one that is kept back is found by subtraction.

use super::band::{Band, Class};
use super::release::{BureauCell, GroupCell};
use super::room::{Range, Room, Rooms};
use crate::survey::{Choice, Kind, Question, QuestionRole, Scale};
use crate::tally::QuestionTally;

/// How far a told count is from nobody and from everybody; options that are kept back together leave twice as much.
const FEW: u32 = 5;
/// Fewest ballots that were asked a follow-up, and that were not, for anything to be said of it.
const ASKED: u32 = 20;
/// Fewest groups they come from.
const GROUPS: usize = 3;
/// Where shares of a follow-up are cut, in percent.
const CUTS: [u8; 6] = [0, 20, 40, 60, 80, 100];

/// A group's answers to a question, and its counted ballots.
pub(super) struct Part<'a> {
    pub tally: &'a QuestionTally,
    pub counted: u32,
}

/// What is said of a group.
pub(super) fn of_group(question: &Question, tally: &QuestionTally) -> GroupCell {
    match &question.kind {
        Kind::Scale(scale) if question.role == QuestionRole::HarmLevel => {
            median_step(scale, &counts(tally)).map_or(GroupCell::Nothing, GroupCell::Median)
        }
        Kind::Multi { choices, min, max } if *max > 1 && top_hides(choices, (*min, *max), tally.answered.reveal()) => {
            top_options(choices, &counts(tally), tally.answered.reveal()).map_or(GroupCell::Nothing, GroupCell::Top)
        }
        _ => GroupCell::Nothing,
    }
}

/// What is said of the bureau, asked of everybody.
pub(super) fn of_bureau(question: &Question, total: &QuestionTally, parts: &[Part], large: bool) -> BureauCell {
    let answered = total.answered.reveal();
    // A question that one group answers almost alone would tell that group's answers.
    let alone = parts.iter().any(|part| part.tally.answered.reveal() > 0 && answered - part.tally.answered.reveal() < FEW);
    if !large || alone {
        return BureauCell::Nothing;
    }
    let counts = counts(total);
    let told = match &question.kind {
        Kind::Text { .. } => Vec::new(),
        Kind::Rank { choices, places } => ranked(&counts, choices.len(), *places, answered),
        Kind::Scale(scale) if question.role == QuestionRole::HarmLevel => beside_medians(scale, &counts, parts),
        Kind::Multi { choices, min, max } if *max > 1 => several(choices, &counts, (*min, *max), answered, parts),
        _ => {
            let told = counts.iter().map(|c| *c >= FEW && *c + FEW <= answered).collect();
            let ends = vec![(0, i64::from(answered)); counts.len()];
            pool(&counts, told, &ends)
        }
    };
    if told.iter().any(Option::is_some) { BureauCell::Options { counts: told, answered } } else { BureauCell::Nothing }
}

/// Whether enough ballots of enough groups were asked a follow-up, and enough were not, that neither narrows anybody down.
pub(super) fn is_broad(parts: &[Part]) -> bool {
    let of = |count: &dyn Fn(&Part) -> u32| (parts.iter().map(count).sum::<u32>(), parts.iter().filter(|part| count(part) > 0).count());
    let asked = of(&|part| part.tally.answered.reveal());
    let others = of(&|part| part.counted - part.tally.answered.reveal());
    [asked, others].iter().all(|(ballots, groups)| *ballots >= ASKED && *groups >= GROUPS)
}

/// What is said of a follow-up that only some were asked: shares in bands of twenty points, whatever the size.
pub(super) fn follow_up(question: &Question, total: &QuestionTally, parts: &[Part]) -> BureauCell {
    let answered = total.answered.reveal();
    match &question.kind {
        Kind::Text { .. } | Kind::Rank { .. } => BureauCell::Nothing,
        _ if !is_broad(parts) => BureauCell::Nothing,
        _ => BureauCell::Shares(counts(total).into_iter().map(|count| share(count, answered)).collect()),
    }
}

fn share(count: u32, answered: u32) -> Band {
    let at = CUTS[1..5].iter().filter(|cut| u64::from(count) * 100 >= u64::from(**cut) * u64::from(answered)).count();
    Band { lo: CUTS[at], hi: CUTS[at + 1] }
}

fn counts(tally: &QuestionTally) -> Vec<u32> {
    tally.options.iter().map(|c| c.reveal()).collect()
}

/// Counts of options that several may be chosen of. The groups' three most chosen ones leave each count a range.
fn several(choices: &[Choice], counts: &[u32], (min, max): (usize, usize), answered: u32, parts: &[Part]) -> Vec<Option<u32>> {
    let ranges: Vec<Vec<Range>> = parts.iter().map(|part| option_ranges(choices, (min, max), part.tally)).collect();
    let (mut told, mut ends) = (Vec::new(), Vec::new());
    for (n, count) in counts.iter().enumerate() {
        let rooms = line(ranges.iter().map(|r| r[n]));
        let count = i64::from(*count);
        told.push(rooms.middle().is_some_and(|middle| middle.p.0 <= count && count <= middle.p.1));
        ends.push(rooms.all.p);
    }
    // If nearly everybody used every choice, the counts add up as if one could be chosen.
    let unused = u64::from(answered) * max as u64 - counts.iter().map(|c| u64::from(*c)).sum::<u64>();
    if min == max || unused < u64::from(4 * FEW) {
        pool(counts, told, &ends)
    } else {
        counts.iter().zip(told).map(|(count, told)| told.then_some(*count)).collect()
    }
}

/// What a group's most chosen options tell about the count of each.
fn option_ranges(choices: &[Choice], limits: (usize, usize), tally: &QuestionTally) -> Vec<Range> {
    let answered = tally.answered.reveal();
    let (all, enough) = (i64::from(answered), i64::from(enough(answered).unwrap_or(0)));
    let top = if top_hides(choices, limits, answered) { top_options(choices, &counts(tally), answered) } else { None };
    let Some(top) = top else { return vec![(0, all); choices.len()] };
    let range = |n: usize| {
        if top.contains(&n) {
            (enough, all)
        } else if choices[n].exclusive || (top.len() == LISTED && n > top[LISTED - 1]) {
            (0, all)
        } else {
            (0, enough - 1)
        }
    };
    (0..choices.len()).map(range).collect()
}

/// Counts of the steps of a harm level, all or none: every group's median tells on which side of each step half of it stands.
fn beside_medians(scale: &Scale, counts: &[u32], parts: &[Part]) -> Vec<Option<u32>> {
    let order = by_score(scale);
    let scored = |counts: &[u32]| order.iter().map(|n| counts[*n]).collect::<Vec<u32>>();
    let total = scored(counts);
    let groups: Vec<(Vec<u32>, Option<usize>)> = parts
        .iter()
        .map(|part| {
            let own = self::counts(part.tally);
            let median = median_step(scale, &own).and_then(|m| order.iter().position(|n| *n == m));
            (scored(&own), median)
        })
        .collect();
    let far = |count: u32, ranges: Vec<Range>| {
        line(ranges.into_iter()).middle().is_some_and(|middle| middle.p.0 <= i64::from(count) && i64::from(count) <= middle.p.1)
    };
    // Up to each step, and at each step.
    let up_to = (1..total.len()).all(|step| {
        let ranges = groups.iter().map(|(own, median)| {
            let valid: i64 = own.iter().map(|c| i64::from(*c)).sum();
            match median {
                None => (0, valid),
                Some(median) if step <= *median => (0, (valid + 1) / 2 - 1),
                Some(_) => ((valid + 1) / 2, valid),
            }
        });
        far(total[..step].iter().sum(), ranges.collect())
    });
    let at = (0..total.len()).all(|step| {
        let ranges = groups.iter().map(|(own, median)| {
            let valid: i64 = own.iter().map(|c| i64::from(*c)).sum();
            match median {
                None => (0, valid),
                Some(median) if step < *median => (0, (valid + 1) / 2 - 1),
                Some(median) if step > *median => (0, valid / 2),
                Some(_) => (1, valid),
            }
        });
        far(total[step], ranges.collect())
    });
    counts.iter().map(|count| (up_to && at).then_some(*count)).collect()
}

/// Counts of a ranking, place by place: a place with an option that hardly anybody put there is kept back whole; where all options are ranked, all places are, for each option's places add up.
fn ranked(counts: &[u32], choices: usize, places: usize, answered: u32) -> Vec<Option<u32>> {
    let at = |choice: usize, place: usize| counts[choice * places + place];
    let mut told: Vec<bool> = (0..places).map(|p| (0..choices).all(|c| at(c, p) >= FEW && at(c, p) + FEW <= answered)).collect();
    if places == choices && told.contains(&false) {
        told = vec![false; places];
    }
    counts.iter().enumerate().map(|(n, count)| told[n % places].then_some(*count)).collect()
}

/// Keeps back more options, in their order, until those kept back leave enough between them that none is found by adding the others up.
fn pool(counts: &[u32], mut told: Vec<bool>, ends: &[Range]) -> Vec<Option<u32>> {
    let roomy = |told: &[bool]| {
        let kept: Vec<usize> = (0..counts.len()).filter(|n| !told[*n]).collect();
        let sum = |distance: &dyn Fn(usize) -> i64| kept.iter().map(|n| distance(*n)).sum::<i64>() >= i64::from(2 * FEW);
        kept.is_empty() || (kept.len() > 1 && sum(&|n| i64::from(counts[n]) - ends[n].0) && sum(&|n| ends[n].1 - i64::from(counts[n])))
    };
    for n in 0..counts.len() {
        if roomy(&told) {
            break;
        }
        told[n] = false;
    }
    if !roomy(&told) {
        told.fill(false);
    }
    counts.iter().zip(told).map(|(count, told)| told.then_some(*count)).collect()
}

/// Ranges of a single count as rooms.
fn line(ranges: impl Iterator<Item = Range>) -> Rooms {
    Rooms::new(ranges.map(|range| Room { e: range, p: range, d: (0, 0) }).collect())
}

/// How many must have chosen an option for it to be named: at least half (S), 40 % (M) or 30 % (L and up) of those who answered.
fn enough(answered: u32) -> Option<u32> {
    let percent = match Class::of(answered) {
        Class::None => return None,
        Class::S => 50,
        Class::M => 40,
        _ => 30,
    };
    Some((answered * percent).div_ceil(100))
}

/// Whether the most chosen options may be named in a group of this size, whatever it chose: everybody chose at least `min` and at most `max`, so what is named and what is not can leave hardly a way to share them out.
fn top_hides(choices: &[Choice], (min, max): (usize, usize), answered: u32) -> bool {
    let Some(enough) = enough(answered) else { return true };
    let (all, enough) = (i64::from(answered), i64::from(enough));
    let exclusive = choices.iter().filter(|c| c.exclusive).count();
    let least = all * if exclusive > 0 { 1 } else { min.max(1) as i64 };
    let most = all * max as i64;
    let outcomes = (0..=LISTED.min(choices.len())).flat_map(|named| {
        let rest = choices.len() - named;
        // Those after the third are as free as exclusive ones.
        let free = if named == LISTED { exclusive.min(rest)..=rest } else { exclusive.min(rest)..=exclusive.min(rest) };
        free.map(move |free| [(named, (enough, all)), (rest - free, (0, enough - 1)), (free, (0, all))])
    });
    outcomes.into_iter().all(|kinds| {
        let sum = |pick: fn(&Range) -> i64| kinds.iter().map(|(count, range)| *count as i64 * pick(range)).sum::<i64>();
        let (low, high) = (sum(|r| r.0), sum(|r| r.1));
        let possible = low <= most && high >= least;
        !possible
            || kinds.iter().filter(|(count, _)| *count > 0).all(|(_, range)| {
                let left = (range.0.max(least - (high - range.1)), range.1.min(most - (low - range.0)));
                left.1 - left.0 + 1 >= if left.0 == 0 || left.1 == all { 3 } else { 2 }
            })
    })
}

/// Most options that are named.
const LISTED: usize = 3;

/// The options chosen by many: the first three in the questionnaire's order.
/// An exclusive option such as 说不清 is no harm and no cause, and must not take the place of one.
#[must_use]
pub fn top_options(choices: &[Choice], counts: &[u32], answered: u32) -> Option<Vec<usize>> {
    let enough = enough(answered)?;
    let many = |n: &usize| !choices[*n].exclusive && counts[*n] >= enough;
    Some((0..counts.len()).filter(many).take(LISTED).collect())
}

/// Scored steps, the mildest first.
fn by_score(scale: &Scale) -> Vec<usize> {
    let mut scored: Vec<(u8, usize)> = scale.steps.iter().enumerate().filter_map(|(n, s)| s.score.map(|score| (score, n))).collect();
    scored.sort_unstable();
    scored.into_iter().map(|s| s.1).collect()
}

/// The median step among scored answers; the milder of two middle ones. Nothing below class S.
#[must_use]
pub fn median_step(scale: &Scale, counts: &[u32]) -> Option<usize> {
    let order = by_score(scale);
    let valid: u32 = order.iter().map(|n| counts[*n]).sum();
    if Class::of(valid) == Class::None {
        return None;
    }
    let mut seen = 0;
    order.into_iter().find(|n| {
        seen += counts[*n];
        2 * seen >= valid
    })
}
