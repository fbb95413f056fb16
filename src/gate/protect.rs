//! From the secret tally to the Release, question by question.
//! Everything that is said of a group is decided here and nowhere else.

use std::collections::BTreeMap;

use super::band::{Class, Cuts};
use super::bureau;
use super::partition::{Part, partition};
use super::release::{GATE_VERSION, GroupCell, GroupItem, Level, Release, ReleasedBureau, ReleasedGroup, Turnout};
use super::{Band, K};
use crate::id::RoundId;
use crate::survey::{Choice, Kind, Question, QuestionRole, Scale, Survey, Thresholds};
use crate::tally::{GroupTally, QuestionTally, Tally};
use crate::unit::Group;

/// Slips of a unit: issued and used.
#[derive(Debug, Clone, Copy, Default)]
pub struct UnitSlips {
    /// Slips issued.
    pub issued: u32,
    /// Slips used.
    pub used: u32,
}

/// An item's secret sums in one group.
#[derive(Clone, Copy)]
pub(super) struct ItemSums {
    pub valid: u32,
    pub present: u32,
    pub prominent: u32,
    pub unsure: u32,
}

/// The publishable results of a counted round.
#[must_use]
pub fn protect(round: &RoundId, title: &str, survey: &Survey, groups: &[Group], tally: &Tally, slips: &BTreeMap<String, UnitSlips>) -> Release {
    let parts = partition(groups, tally);
    let sums: Vec<GroupTally> = parts.iter().map(|part| sum(part.members.iter().map(|m| &tally.groups[*m]))).collect();
    let cuts = Cuts::of(survey.thresholds());
    let released: Vec<ReleasedGroup> = parts
        .iter()
        .zip(&sums)
        .map(|(part, sum)| ReleasedGroup {
            cells: survey.questions().iter().zip(&sum.questions).map(|(q, t)| group_cell(q, t, &cuts, survey.thresholds())).collect(),
            ..describe(part, groups, sum, slips)
        })
        .collect();
    let total = sum(sums.iter());
    let mut turnout = Turnout::default();
    for group in &released {
        turnout.headcount += group.turnout.headcount;
        turnout.issued += group.turnout.issued;
        turnout.used += group.turnout.used;
    }
    let turnout = with_ballots(turnout, &total);
    // Groups that are silent hide nobody.
    let answering = || sums.iter().zip(&released).filter(|(_, group)| !group.is_silent()).map(|(sum, _)| sum);
    let exact = turnout.counted >= 100 && answering().count() >= 5;
    let cells = survey
        .questions()
        .iter()
        .enumerate()
        .map(|(n, question)| {
            let by_group: Vec<&QuestionTally> = answering().map(|s| &s.questions[n]).collect();
            bureau::cell(question, &total.questions[n], &by_group, &cuts, survey.thresholds(), exact, turnout.headcount)
        })
        .collect();
    Release {
        gate: GATE_VERSION,
        round: round.to_string(),
        title: title.to_owned(),
        survey: survey.hash().to_owned(),
        groups: released,
        bureau: ReleasedBureau { turnout, exact, cells },
    }
}

fn sum<'a>(tallies: impl Iterator<Item = &'a GroupTally>) -> GroupTally {
    let mut tallies = tallies;
    let mut sum = tallies.next().cloned().unwrap_or_default();
    for tally in tallies {
        sum.absorb(tally);
    }
    sum
}

fn describe(part: &Part, groups: &[Group], sum: &GroupTally, slips: &BTreeMap<String, UnitSlips>) -> ReleasedGroup {
    let members: Vec<&Group> = part.members.iter().map(|m| &groups[*m]).collect();
    let units: Vec<String> = members.iter().flat_map(|g| g.units.clone()).collect();
    let mut kinds: Vec<String> = members.iter().flat_map(|g| g.kinds.clone()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let mut turnout = Turnout { headcount: part.headcount, ..Turnout::default() };
    for unit in &units {
        let slips = slips.get(unit).copied().unwrap_or_default();
        turnout.issued += slips.issued;
        turnout.used += slips.used;
    }
    ReleasedGroup {
        code: part.code.clone(),
        name: members.iter().map(|g| g.name.as_str()).collect::<Vec<_>>().join("、"),
        kind: part.kind.clone(),
        kinds,
        units,
        merged: members.len() > 1,
        turnout: with_ballots(turnout, sum),
        cells: Vec::new(),
    }
}

fn with_ballots(turnout: Turnout, sum: &GroupTally) -> Turnout {
    Turnout { opened: sum.opened.reveal(), spoiled: sum.spoiled.reveal(), blank: sum.blank.reveal(), counted: sum.counted.reveal(), ..turnout }
}

fn group_cell(question: &Question, tally: &QuestionTally, cuts: &Cuts, thresholds: Thresholds) -> GroupCell {
    match &question.kind {
        Kind::Scale(scale) if question.problem.is_some() => GroupCell::Item(group_item(scale, tally, cuts, thresholds)),
        Kind::Scale(scale) if question.role == QuestionRole::HarmLevel => median(scale, tally).map_or(GroupCell::Nothing, GroupCell::Median),
        Kind::Multi { choices, .. } => top(choices, tally).map_or(GroupCell::Nothing, GroupCell::Top),
        _ => GroupCell::Nothing,
    }
}

fn group_item(scale: &Scale, tally: &QuestionTally, cuts: &Cuts, thresholds: Thresholds) -> GroupItem {
    let sums = item_sums(scale, tally);
    let class = Class::of(sums.valid);
    let prominent = cuts.prominent(sums.prominent, sums.valid);
    let present = cuts.present(sums.present, sums.valid);
    let answered = tally.answered.reveal();
    let shares = if class >= Class::Xl { tally.options.iter().filter_map(|c| cuts.prominent(c.reveal(), answered)).collect() } else { Vec::new() };
    GroupItem { class, prominent, present, unclear: unclear(sums), level: level(prominent, present, thresholds), shares }
}

/// An item's sums from the counts of its steps.
pub(super) fn item_sums(scale: &Scale, tally: &QuestionTally) -> ItemSums {
    let mut sums = ItemSums { valid: 0, present: 0, prominent: 0, unsure: 0 };
    for (step, count) in scale.steps.iter().zip(&tally.options) {
        let count = count.reveal();
        match step.score {
            None => sums.unsure += count,
            Some(score) => {
                sums.valid += count;
                sums.present += if score >= scale.present_from { count } else { 0 };
                sums.prominent += if score >= scale.prominent_from { count } else { 0 };
            }
        }
    }
    sums
}

pub(super) fn unclear(sums: ItemSums) -> bool {
    let answered = sums.valid + sums.unsure;
    answered >= K && 2 * sums.unsure >= answered
}

/// The level by the lower ends of the published bands; the one cut of class S serves both bands.
pub(super) fn level(prominent: Option<Band>, present: Option<Band>, thresholds: Thresholds) -> Option<Level> {
    let (prominent, present) = (prominent?, present?);
    if prominent.lo >= thresholds.prominent {
        Some(Level::Prominent)
    } else if prominent.lo >= thresholds.tendency {
        Some(Level::Tendency)
    } else if present.lo >= thresholds.emerging {
        Some(Level::Emerging)
    } else {
        None
    }
}

pub(super) fn top(choices: &[Choice], tally: &QuestionTally) -> Option<Vec<usize>> {
    let counts: Vec<u32> = tally.options.iter().map(|c| c.reveal()).collect();
    top_options(choices, &counts, tally.answered.reveal())
}

pub(super) fn median(scale: &Scale, tally: &QuestionTally) -> Option<usize> {
    let counts: Vec<u32> = tally.options.iter().map(|c| c.reveal()).collect();
    median_step(scale, &counts)
}

/// The options chosen by at least half (S), 40 % (M) or 30 % (L and up) of those who answered: the first three in the questionnaire's order.
/// An exclusive option such as 说不清 is no harm and no cause, and must not take the place of one.
#[must_use]
pub fn top_options(choices: &[Choice], counts: &[u32], answered: u32) -> Option<Vec<usize>> {
    let percent = match Class::of(answered) {
        Class::None => return None,
        Class::S => 50,
        Class::M => 40,
        _ => 30,
    };
    let many = |n: &usize| !choices[*n].exclusive && u64::from(counts[*n]) * 100 >= u64::from(answered) * percent;
    Some((0..counts.len()).filter(many).take(3).collect())
}

/// The median step among scored answers; the milder of two middle ones. Nothing below class S.
#[must_use]
pub fn median_step(scale: &Scale, counts: &[u32]) -> Option<usize> {
    let mut scored: Vec<(u8, usize, u32)> =
        scale.steps.iter().zip(counts).enumerate().filter_map(|(n, (s, c))| s.score.map(|score| (score, n, *c))).collect();
    scored.sort_unstable();
    let valid: u32 = scored.iter().map(|s| s.2).sum();
    if Class::of(valid) == Class::None {
        return None;
    }
    let mut seen = 0;
    scored
        .into_iter()
        .find(|(_, _, count)| {
            seen += count;
            2 * seen >= valid
        })
        .map(|(_, n, _)| n)
}
