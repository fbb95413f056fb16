//! What is said of the whole bureau's ratings of an item, beside what is said of its groups.
//! A total is an equation over the groups: near an end of what their bands leave possible it pins
//! them all at once. So before anything is said, the gate asks of all totals that may be, never of
//! the true one, whether every group would keep its room.

use super::band::{Band, Bands, Class, Cuts};
use super::options::FEW;
use super::release::{BureauItem, ExactItem, Level};
use super::room::{Range, Room, Rooms};
use super::sums::{ItemSums, item_sums, level, unclear};
use crate::survey::{Scale, Thresholds};
use crate::tally::QuestionTally;

/// What an item's totals are held against.
pub(super) struct Beside<'a> {
    /// Answers of each group.
    pub groups: &'a [&'a QuestionTally],
    /// Where bands are cut.
    pub cuts: &'a Cuts,
    /// Thresholds of the lists.
    pub thresholds: Thresholds,
    /// Whether the bureau is large enough for exact counts.
    pub large: bool,
    /// Whether anything may be said of its totals at all: else only what its groups' bands say
    /// together.
    pub alone: bool,
    /// People in the bureau.
    pub headcount: u32,
}

/// The bureau's cell for an item that everybody was asked.
pub(super) fn item(scale: &Scale, total: &QuestionTally, beside: &Beside) -> BureauItem {
    let sums = item_sums(scale, total);
    let class = Class::of(sums.valid);
    let unclear = unclear(sums);
    let nothing =
        BureauItem { exact: None, class, prominent: None, present: None, unclear, level: None };
    if class == Class::None {
        return nothing;
    }
    let rooms =
        Rooms::new(beside.groups.iter().map(|t| group_room(scale, t, beside.cuts)).collect());
    let truth = Room::point(i64::from(sums.present), i64::from(sums.prominent));
    let middle = beside.large.then(|| rooms.middle()).flatten();
    if middle.is_some_and(|middle| middle.meet(truth).is_some()) {
        let level = exact_level(sums, beside.thresholds);
        return BureauItem {
            exact: Some(exact_item(scale, total, sums, beside.headcount)),
            level,
            ..nothing
        };
    }
    let said = if middle.is_some() || !beside.alone {
        None
    } else {
        banded(scale, sums, beside.cuts, &rooms)
    };
    let (prominent, present) = said.unwrap_or_else(|| {
        // Near an end: which one, if that may be told; else what the groups' bands say together.
        let margin = middle
            .and_then(|_| rooms.margins().into_iter().find(|margin| margin.meet(truth).is_some()));
        let room = margin.unwrap_or(rooms.all);
        (as_band(room.p, sums.valid), Some(as_band(room.e, sums.valid)))
    });
    BureauItem {
        prominent: Some(prominent),
        present,
        level: level(prominent, present, beside.thresholds),
        ..nothing
    }
}

/// The bureau's bands, if every pair of bands that the totals could fall into leaves every group
/// its room.
fn banded(
    scale: &Scale,
    sums: ItemSums,
    cuts: &Cuts,
    rooms: &Rooms,
) -> Option<(Band, Option<Band>)> {
    let twofold = scale.is_twofold();
    let safe = cuts
        .all(Class::of(sums.valid), twofold)
        .into_iter()
        .filter_map(|bands| bands.room(sums.valid, twofold).meet(rooms.all))
        .all(|totals| rooms.hide(totals));
    cuts.say(sums.present, sums.prominent, sums.valid, twofold)
        .filter(|_| safe)
        .map(|Bands { prominent, present }| (prominent, present))
}

/// What a group's published bands leave possible for it.
fn group_room(scale: &Scale, tally: &QuestionTally, cuts: &Cuts) -> Room {
    let (sums, twofold) = (item_sums(scale, tally), scale.is_twofold());
    let valid = i64::from(sums.valid);
    let whole = Room { e: (0, valid), p: (0, valid), d: if twofold { (0, 0) } else { (0, valid) } };
    let said = cuts.say(sums.present, sums.prominent, sums.valid, twofold);
    said.and_then(|bands| bands.room(sums.valid, twofold).tight()).unwrap_or(whole)
}

/// The narrowest band of whole percents around a range of counts.
fn as_band((low, high): Range, valid: u32) -> Band {
    let valid = i64::from(valid);
    let percent = |share: i64| u8::try_from(share.clamp(0, 100)).unwrap_or(100);
    Band { lo: percent(100 * low / valid), hi: percent((100 * (high + 1) + valid - 1) / valid) }
}

fn exact_item(scale: &Scale, total: &QuestionTally, sums: ItemSums, headcount: u32) -> ExactItem {
    let steps: Vec<u32> = total.options.iter().map(|c| c.reveal()).collect();
    let answered = total.answered.reveal();
    let score: u64 = scale
        .steps
        .iter()
        .zip(&steps)
        .map(|(s, n)| u64::from(s.score.unwrap_or(0)) * u64::from(*n))
        .sum();
    let silent = headcount.saturating_sub(answered);
    let universe = sums.valid + silent;
    let told = tell_steps(scale, &steps);
    ExactItem {
        // The index is a sum over the steps, so it would tell a step that is not told.
        index_tenths: told
            .iter()
            .all(Option::is_some)
            .then(|| tenths(score * 100, u64::from(scale.top_score()) * u64::from(sums.valid))),
        bound_low_tenths: tenths(u64::from(sums.prominent) * 100, u64::from(universe)),
        bound_high_tenths: tenths(u64::from(sums.prominent + silent) * 100, u64::from(universe)),
        steps: told,
        answered,
        valid: sums.valid,
        prominent: sums.prominent,
        present: sums.present,
    }
}

/// The counts of single steps. Steps that count alike (prominent, merely present, neither) form a
/// family whose sum is told anyway; a family with a step that hardly anybody chose keeps its steps
/// to itself.
fn tell_steps(scale: &Scale, counts: &[u32]) -> Vec<Option<u32>> {
    let family = |at: usize| {
        scale.steps[at].score.map(|s| (s >= scale.present_from, s >= scale.prominent_from))
    };
    let told = |at: usize| {
        let members: Vec<usize> =
            (0..counts.len()).filter(|other| family(*other) == family(at)).collect();
        members.len() == 1 || members.iter().all(|member| counts[*member] >= FEW)
    };
    counts.iter().enumerate().map(|(at, count)| told(at).then_some(*count)).collect()
}

/// `part / whole` in tenths, rounded half up.
fn tenths(part: u64, whole: u64) -> u32 {
    if whole == 0 { 0 } else { ((part * 20 + whole) / (2 * whole)) as u32 }
}

fn exact_level(sums: ItemSums, thresholds: Thresholds) -> Option<Level> {
    let reaches =
        |x: u32, percent: u8| u64::from(x) * 100 >= u64::from(percent) * u64::from(sums.valid);
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
