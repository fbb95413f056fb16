//! Which options of a group are named: its most chosen ones, or the step in its middle.
//! Names only, never a count; whether they may be named does not depend on what was chosen.

use super::band::Class;
use super::members::{bounds, capped, enough, leaves, members};
use super::release::GroupCell;
use crate::survey::{Choice, Kind, Question, QuestionRole, Scale};
use crate::tally::QuestionTally;

/// What is said of a group.
pub(super) fn of_group(question: &Question, tally: &QuestionTally) -> GroupCell {
    match &question.kind {
        Kind::Scale(scale) if question.role == QuestionRole::HarmLevel => {
            median_step(scale, &counts(tally)).map_or(GroupCell::Nothing, GroupCell::Median)
        }
        Kind::Multi { choices, min, max }
            if *max > 1 && top_hides(choices, (*min, *max), tally.answered.reveal()) =>
        {
            top_options(choices, &counts(tally), tally.answered.reveal())
                .map_or(GroupCell::Nothing, GroupCell::Top)
        }
        _ => GroupCell::Nothing,
    }
}

pub(super) fn counts(tally: &QuestionTally) -> Vec<u32> {
    tally.options.iter().map(|c| c.reveal()).collect()
}

/// Whether an option can be chosen that excludes all others; where at least two have to be chosen,
/// none can.
pub(super) fn has_way_out(choices: &[Choice], min: usize) -> bool {
    min <= 1 && choices.iter().any(|c| c.exclusive)
}

/// Whether the most chosen options may be named in a group of this size, whatever it chose:
/// everybody chose at least `min` and at most `max`, so what is named and what is not can leave
/// hardly a way to share them out.
/// From outside at least three values of each option have to be left, or all that its own range
/// has; to a member who takes the own choices off, two.
pub(super) fn top_hides(choices: &[Choice], (min, max): (usize, usize), answered: u32) -> bool {
    let Some(enough) = enough(answered) else { return true };
    let (all, enough) = (i64::from(answered), i64::from(enough));
    let shared = choices.iter().filter(|c| !c.exclusive).count();
    let way_out = has_way_out(choices, min);
    let sums =
        |people: i64| (if way_out { 0 } else { people * min.max(1) as i64 }, people * max as i64);
    let outcomes = (0..=LISTED.min(shared)).flat_map(|named| {
        let rest = shared - named;
        // Those after the third named one may have any number.
        let free = if named == LISTED { 0..=rest } else { 0..=0 };
        free.map(move |free| {
            [(named, (enough, all)), (rest - free, (0, enough - 1)), (free, (0, all))]
        })
    });
    outcomes.into_iter().all(|kinds| {
        let (low, high) = bounds(&kinds);
        if low > sums(all).1 || high < sums(all).0 {
            return true;
        }
        let busy = if kinds[0].0 > 0 { enough.max((low + max as i64 - 1) / max as i64) } else { 0 };
        let idle = (all - high).max(0);
        let exclusive = !way_out || all - busy - idle >= 2;
        exclusive
            && leaves(&kinds, sums(all), 3)
            && (min.max(1)..=max).all(|chosen| {
                members(&kinds, chosen).all(|left| leaves(&capped(left, all - 1), sums(all - 1), 2))
            })
    })
}

/// Most options that are named.
pub(super) const LISTED: usize = 3;

/// The options chosen by many: the first three in the questionnaire's order.
/// An exclusive option such as 说不清 is no harm and no cause, and must not take the place of one.
#[must_use]
pub fn top_options(choices: &[Choice], counts: &[u32], answered: u32) -> Option<Vec<usize>> {
    let enough = enough(answered)?;
    let many = |n: &usize| !choices[*n].exclusive && counts[*n] >= enough;
    Some((0..counts.len()).filter(many).take(LISTED).collect())
}

/// Scored steps, the mildest first.
pub(super) fn by_score(scale: &Scale) -> Vec<usize> {
    let mut scored: Vec<(u8, usize)> = scale
        .steps
        .iter()
        .enumerate()
        .filter_map(|(n, s)| s.score.map(|score| (score, n)))
        .collect();
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
