//! What is said of the whole bureau beside what is said of its groups.
//! A total is dangerous near the ends that the groups' bands leave possible: there it pins every group at once. Whether a total is near an end is itself hidden, by rules that look only at what is published anyway.

use super::band::{Band, Class, Cuts};
use super::protect::{ItemSums, item_sums, level, median, top, unclear};
use super::release::{BureauCell, BureauItem, ExactItem, Level};
use crate::survey::{Kind, Question, QuestionRole, Scale, Thresholds};
use crate::tally::QuestionTally;

/// An exact total must stay this far from both ends of what the groups' bands leave possible. The fewer-than-5 rule follows: no group has fewer than none.
const SLACK: u32 = 5;

/// The bureau's cell for one question.
pub(super) fn cell(
    question: &Question,
    total: &QuestionTally,
    by_group: &[&QuestionTally],
    cuts: &Cuts,
    thresholds: Thresholds,
    exact: bool,
    headcount: u32,
) -> BureauCell {
    match &question.kind {
        Kind::Scale(scale) if question.problem.is_some() => BureauCell::Item(item(scale, total, by_group, cuts, thresholds, exact, headcount)),
        Kind::Text { .. } => BureauCell::Nothing,
        _ if exact => BureauCell::Options { counts: total.options.iter().map(|c| c.reveal()).collect(), answered: total.answered.reveal() },
        Kind::Scale(scale) if question.role == QuestionRole::HarmLevel => median(scale, total).map_or(BureauCell::Nothing, BureauCell::Median),
        Kind::Multi { choices, .. } => top(choices, total).map_or(BureauCell::Nothing, BureauCell::Top),
        _ => BureauCell::Nothing,
    }
}

fn item(
    scale: &Scale,
    total: &QuestionTally,
    by_group: &[&QuestionTally],
    cuts: &Cuts,
    thresholds: Thresholds,
    exact: bool,
    headcount: u32,
) -> BureauItem {
    let sums = item_sums(scale, total);
    let groups: Vec<ItemSums> = by_group.iter().map(|t| item_sums(scale, t)).collect();
    let [present_ends, prominent_ends] = ends(&groups, cuts);
    let roomy = |x: u32, (low, high): (u32, u32)| x >= low + SLACK && x + SLACK <= high;
    let class = Class::of(sums.valid);
    let unclear = unclear(sums);
    if exact && roomy(sums.present, present_ends) && roomy(sums.prominent, prominent_ends) {
        let counted = exact_item(scale, total, sums, headcount);
        let level = exact_level(sums, thresholds);
        return BureauItem { exact: Some(counted), class, prominent: None, present: None, unclear, level };
    }
    let safe = by_group.len() == 1
        || (hides(&cuts.bands(class, false), sums.valid, present_ends, exact) && hides(&cuts.bands(class, true), sums.valid, prominent_ends, exact));
    let prominent = cuts.prominent(sums.prominent, sums.valid).filter(|_| safe);
    let present = cuts.present(sums.present, sums.valid).filter(|_| safe);
    BureauItem { exact: None, class, prominent, present, unclear, level: level(prominent, present, thresholds) }
}

/// The smallest and largest totals of "present" and "prominent" that the groups' published bands leave possible.
fn ends(groups: &[ItemSums], cuts: &Cuts) -> [(u32, u32); 2] {
    let mut ends = [(0, 0), (0, 0)];
    for group in groups {
        let whole = (0, group.valid);
        let e = cuts.present(group.present, group.valid).map_or(whole, |b| b.counts(group.valid));
        let p = cuts.prominent(group.prominent, group.valid).map_or(whole, |b| b.counts(group.valid));
        ends[0] = (ends[0].0 + e.0.max(p.0), ends[0].1 + e.1);
        ends[1] = (ends[1].0 + p.0, ends[1].1 + p.1.min(e.1));
    }
    ends
}

/// Whether every band the total could fall into leaves the groups room at both ends. Looks at the bands and the ends, never at the total: withholding then tells nothing.
///
/// Where exact counts are usual, seeing a band tells that the total is near an end; then what is left of the band near the ends must have room, too.
fn hides(bands: &[Band], valid: u32, (low, high): (u32, u32), near_ends_only: bool) -> bool {
    bands.iter().all(|band| {
        let (from, to) = band.counts(valid);
        let (from, to) = (from.max(low), to.min(high));
        if from > to {
            return true;
        }
        let room = |from: u32, to: u32| to - low >= 2 && high - from >= 2;
        if !room(from, to) {
            return false;
        }
        if !near_ends_only {
            return true;
        }
        let near: Vec<u32> = (from..=to).filter(|t| *t < low + SLACK || t + SLACK > high).collect();
        near.first().zip(near.last()).is_none_or(|(first, last)| room(*first, *last))
    })
}

fn exact_item(scale: &Scale, total: &QuestionTally, sums: ItemSums, headcount: u32) -> ExactItem {
    let steps: Vec<u32> = total.options.iter().map(|c| c.reveal()).collect();
    let answered = total.answered.reveal();
    let score: u64 = scale.steps.iter().zip(&steps).map(|(s, n)| u64::from(s.score.unwrap_or(0)) * u64::from(*n)).sum();
    let silent = headcount.saturating_sub(answered);
    let universe = sums.valid + silent;
    ExactItem {
        index_tenths: tenths(score * 100, u64::from(scale.top_score()) * u64::from(sums.valid)),
        bound_low_tenths: tenths(u64::from(sums.prominent) * 100, u64::from(universe)),
        bound_high_tenths: tenths(u64::from(sums.prominent + silent) * 100, u64::from(universe)),
        steps,
        answered,
        valid: sums.valid,
        prominent: sums.prominent,
        present: sums.present,
    }
}

/// `part / whole` in tenths, rounded half up.
fn tenths(part: u64, whole: u64) -> u32 {
    if whole == 0 { 0 } else { ((part * 20 + whole) / (2 * whole)) as u32 }
}

fn exact_level(sums: ItemSums, thresholds: Thresholds) -> Option<Level> {
    let reaches = |x: u32, percent: u8| u64::from(x) * 100 >= u64::from(percent) * u64::from(sums.valid);
    if reaches(sums.prominent, thresholds.prominent) {
        Some(Level::Prominent)
    } else if reaches(sums.prominent, thresholds.tendency) {
        Some(Level::Tendency)
    } else if reaches(sums.present, thresholds.emerging) {
        Some(Level::Emerging)
    } else {
        None
    }
}
