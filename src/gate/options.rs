//! What is said of questions that enter no list by themselves: harms and causes, choices, numbers,
//! rankings, follow-ups.
//! An option's total is an equation over the groups as an item's is; and where options add up to a
//! known number, the last one that is kept back is found by subtraction.

use super::band::Band;
use super::members::enough;
use super::named::{LISTED, by_score, counts, has_way_out, median_step, top_hides, top_options};
use super::release::BureauCell;
use super::room::{Range, Room, Rooms};
use crate::survey::{Choice, Kind, Question, QuestionRole, Scale};
use crate::tally::QuestionTally;

/// How far a told count is from nobody and from everybody; options that are kept back together
/// leave twice as much.
pub(super) const FEW: u32 = 5;
/// Fewest ballots that were asked a follow-up, and that were not, for anything to be said of it.
const ASKED: u32 = 20;
/// Fewest groups they come from.
const GROUPS: usize = 3;
/// Most options of a follow-up of which shares are said.
const MOST_SHARES: usize = 31;
/// Where shares of a follow-up are cut, in percent.
const CUTS: [u8; 6] = [0, 20, 40, 60, 80, 100];

/// A group's answers to a question, and its counted ballots.
pub(super) struct Part<'a> {
    pub tally: &'a QuestionTally,
    pub counted: u32,
}

/// What is said of the bureau, asked of everybody.
pub(super) fn of_bureau(
    question: &Question,
    total: &QuestionTally,
    parts: &[Part],
    large: bool,
) -> BureauCell {
    let answered = total.answered.reveal();
    // A question that one group answers almost alone would tell that group's answers.
    let alone = parts.iter().any(|part| {
        part.tally.answered.reveal() > 0 && answered - part.tally.answered.reveal() < FEW
    });
    if !large || alone {
        return BureauCell::Nothing;
    }
    let counts = counts(total);
    let told = match &question.kind {
        Kind::Text { .. } => Vec::new(),
        Kind::Rank { choices, places } => ranked(&counts, choices.len(), *places, answered),
        Kind::Scale(scale) if question.role == QuestionRole::HarmLevel => {
            beside_medians(scale, &counts, parts)
        }
        Kind::Multi { choices, min, max } if *max > 1 => {
            several(choices, &counts, (*min, *max), parts)
        }
        _ => {
            let told = counts.iter().map(|c| *c >= FEW && *c + FEW <= answered).collect();
            pool(&counts, told)
        }
    };
    if told.iter().any(Option::is_some) {
        BureauCell::Options { counts: told, answered }
    } else {
        BureauCell::Nothing
    }
}

/// Whether enough ballots of enough groups were asked a follow-up, and enough were not, that
/// neither narrows anybody down.
pub(super) fn is_broad(parts: &[Part]) -> bool {
    let of = |count: &dyn Fn(&Part) -> u32| {
        (parts.iter().map(count).sum::<u32>(), parts.iter().filter(|part| count(part) > 0).count())
    };
    let asked = of(&|part| part.tally.answered.reveal());
    let others = of(&|part| part.counted - part.tally.answered.reveal());
    [asked, others].iter().all(|(ballots, groups)| *ballots >= ASKED && *groups >= GROUPS)
}

/// What is said of a follow-up that only some were asked: shares in bands of twenty points,
/// whatever the size; nothing where together they leave an option hardly a number.
pub(super) fn follow_up(question: &Question, total: &QuestionTally, parts: &[Part]) -> BureauCell {
    let answered = total.answered.reveal();
    let all = i64::from(answered);
    let sum = match &question.kind {
        Kind::Text { .. } | Kind::Rank { .. } => return BureauCell::Nothing,
        _ if !is_broad(parts) || total.options.len() > MOST_SHARES => return BureauCell::Nothing,
        // Whoever chose an exclusive option chose one thing and others several; bands over that say
        // too much too easily.
        Kind::Multi { choices, .. } if choices.iter().any(|c| c.exclusive) => {
            return BureauCell::Nothing;
        }
        Kind::Multi { min, max, .. } => (all * (*min).max(1) as i64, all * *max as i64),
        _ => (all, all),
    };
    let shares: Vec<Band> = counts(total).into_iter().map(|count| share(count, answered)).collect();
    let count =
        |band: &Band| (i64::from(band.counts(answered).0), i64::from(band.counts(answered).1));
    let row = Row { cells: shares.iter().map(count).collect(), sum };
    let roomy = (0..shares.len()).all(|n| {
        let (low, high) = row.of(1 << n);
        high - low >= 3
    });
    if roomy { BureauCell::Shares(shares) } else { BureauCell::Nothing }
}

fn share(count: u32, answered: u32) -> Band {
    let at = CUTS[1..5]
        .iter()
        .filter(|cut| u64::from(count) * 100 >= u64::from(**cut) * u64::from(answered))
        .count();
    Band { lo: CUTS[at], hi: CUTS[at + 1] }
}

/// Counts of options that several may be chosen of. The groups' three most chosen ones leave each
/// count a range, and how many could be chosen leaves each group's sum one.
/// Which options are told depends on what groups name and on nothing else: those that some group
/// names, all of them or none. An exclusive option is never told: how many chose it would tell how
/// many the others had to share.
fn several(
    choices: &[Choice],
    counts: &[u32],
    (min, max): (usize, usize),
    parts: &[Part],
) -> Vec<Option<u32>> {
    let shared: Vec<usize> = (0..choices.len()).filter(|n| !choices[*n].exclusive).collect();
    let nothing = vec![None; counts.len()];
    if shared.len() > MOST_OPTIONS {
        return nothing;
    }
    let free = has_way_out(choices, min);
    let tops: Vec<Vec<Range>> =
        parts.iter().map(|part| option_ranges(choices, (min, max), part.tally)).collect();
    let rows: Vec<Row> = parts
        .iter()
        .zip(&tops)
        .map(|(part, ranges)| {
            let answered = i64::from(part.tally.answered.reveal());
            let least = if free { 0 } else { min.max(1) as i64 * answered };
            Row {
                cells: shared.iter().map(|n| ranges[*n]).collect(),
                sum: (least, max as i64 * answered),
            }
        })
        .collect();
    let totals: Vec<i64> = shared.iter().map(|n| i64::from(counts[*n])).collect();
    let told: Vec<bool> =
        shared.iter().map(|n| tops.iter().any(|ranges| ranges[*n].0 > 0)).collect();
    let roomy = (0..shared.len()).filter(|at| told[*at]).all(|at| {
        let middle = line(rows.iter().map(|row| row.cells[at])).middle();
        middle.is_some_and(|middle| middle.p.0 <= totals[at] && totals[at] <= middle.p.1)
    });
    if !roomy || !is_inside(&rows, &totals, &told, if free { max } else { 1 }) {
        return nothing;
    }
    let mut out = nothing;
    for (at, n) in shared.iter().enumerate().filter(|(at, _)| told[*at]) {
        out[*n] = u32::try_from(totals[at]).ok();
    }
    out
}

/// What is known of one group: the range of each option, and of all of them together.
struct Row {
    cells: Vec<Range>,
    sum: Range,
}

impl Row {
    /// The smallest and largest sum of the options in `set`.
    fn of(&self, set: u32) -> Range {
        let sums = |inside: bool| {
            let cells =
                self.cells.iter().enumerate().filter(|(n, _)| (set >> n & 1 == 1) == inside);
            cells.fold((0, 0), |sum, (_, cell)| (sum.0 + cell.0, sum.1 + cell.1))
        };
        let (own, rest) = (sums(true), sums(false));
        (own.0.max(self.sum.0 - rest.1), own.1.min(self.sum.1 - rest.0))
    }
}

/// Whether the totals that are told are inside of what all groups together allow: every sum of some
/// of them, for such sets are described by just these sums.
/// Whoever chose an exclusive option leaves up to `each` places of a sum unused, so that much more
/// room is left above.
fn is_inside(rows: &[Row], totals: &[i64], told: &[bool], each: usize) -> bool {
    let all = told.iter().enumerate().fold(0u32, |set, (n, told)| set | u32::from(*told) << n);
    let kept = told.contains(&false);
    let mut set = all;
    while set != 0 {
        let (low, high) = rows
            .iter()
            .map(|row| row.of(set))
            .fold((0, 0), |sum, row| (sum.0 + row.0, sum.1 + row.1));
        let total: i64 = totals
            .iter()
            .enumerate()
            .filter(|(n, _)| set >> n & 1 == 1)
            .map(|(_, total)| *total)
            .sum();
        let room = i64::from(if kept && set == all { 2 * FEW } else { FEW });
        if low < high
            && (total < low + room
                || total + room * i64::from(set.count_ones()).min(each as i64) > high)
        {
            return false;
        }
        set = (set - 1) & all;
    }
    true
}

/// What a group's most chosen options tell about the count of each.
fn option_ranges(choices: &[Choice], limits: (usize, usize), tally: &QuestionTally) -> Vec<Range> {
    let answered = tally.answered.reveal();
    let (all, enough) = (i64::from(answered), i64::from(enough(answered).unwrap_or(0)));
    let top = if top_hides(choices, limits, answered) {
        top_options(choices, &counts(tally), answered)
    } else {
        None
    };
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

/// Counts of the steps of a harm level, all or none: every group's median tells on which side of
/// each step half of it stands.
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
        line(ranges.into_iter())
            .middle()
            .is_some_and(|middle| middle.p.0 <= i64::from(count) && i64::from(count) <= middle.p.1)
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

/// Counts of a ranking, place by place: a place with an option that hardly anybody put there is
/// kept back whole. So are the last places as long as those told hold nearly all answers of an
/// option: its other places, or that it was left out, would be nobody's.
fn ranked(counts: &[u32], choices: usize, places: usize, answered: u32) -> Vec<Option<u32>> {
    let at = |choice: usize, place: usize| counts[choice * places + place];
    let mut told: Vec<bool> = (0..places)
        .map(|p| (0..choices).all(|c| at(c, p) >= FEW && at(c, p) + FEW <= answered))
        .collect();
    let elsewhere = |told: &[bool]| {
        (0..choices).all(|c| {
            (0..places).filter(|p| told[*p]).map(|p| at(c, p)).sum::<u32>() + 2 * FEW <= answered
        })
    };
    for place in (0..places).rev() {
        if elsewhere(&told) {
            break;
        }
        told[place] = false;
    }
    counts.iter().enumerate().map(|(n, count)| told[n % places].then_some(*count)).collect()
}

/// Keeps back more options, in their order, until those kept back leave enough between them that
/// none is found by taking the others from all answers.
fn pool(counts: &[u32], mut told: Vec<bool>) -> Vec<Option<u32>> {
    let roomy = |told: &[bool]| {
        let kept: Vec<u32> =
            counts.iter().zip(told).filter(|(_, told)| !**told).map(|(count, _)| *count).collect();
        kept.is_empty() || (kept.len() > 1 && kept.iter().sum::<u32>() >= 2 * FEW)
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

/// Most options of which sums are looked at; of longer lists nothing is told where several may be
/// chosen.
const MOST_OPTIONS: usize = 16;
