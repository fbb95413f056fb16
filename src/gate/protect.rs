//! From the secret tally to the Release, question by question.
//! Everything that is said of a group is decided here and nowhere else.

use std::collections::BTreeMap;

use super::band::{Bands, Class, Cuts};
use super::partition::{Part, partition};
use super::release::{
    BureauCell, BureauItem, GATE_VERSION, GroupCell, GroupItem, Release, ReleasedBureau,
    ReleasedGroup, Turnout,
};
use super::sums::{item_sums, level, unclear};
use super::{bureau, named, options};
use crate::id::RoundId;
use crate::survey::{Kind, Question, Scale, Survey, Thresholds};
use crate::tally::{GroupTally, QuestionTally, Tally};
use crate::unit::{Group, UnitCode};

/// Counted ballots and answering groups from which exact counts of the bureau are thought of at
/// all.
const LARGE: u32 = 100;
const GROUPS: usize = 5;

/// Slips of a unit: issued and used.
#[derive(Debug, Clone, Copy, Default)]
pub struct UnitSlips {
    /// Slips issued.
    pub issued: u32,
    /// Slips used.
    pub used: u32,
}

/// The publishable results of a counted round. `alone`: whether no other round has told exact
/// totals of nearly the same units.
#[must_use]
#[expect(clippy::too_many_lines, reason = "steps whose order matters, told in it")]
pub fn protect(
    round: &RoundId,
    title: &str,
    survey: &Survey,
    groups: &[Group],
    tally: &Tally,
    slips: &BTreeMap<UnitCode, UnitSlips>,
    alone: bool,
) -> Release {
    let parts = partition(groups, tally);
    let sums: Vec<GroupTally> =
        parts.iter().map(|part| sum(part.members.iter().map(|m| &tally.groups[*m]))).collect();
    let cuts = Cuts::of(survey.thresholds());
    let released: Vec<ReleasedGroup> = parts
        .iter()
        .zip(&sums)
        .map(|(part, sum)| ReleasedGroup {
            cells: survey
                .questions()
                .iter()
                .zip(&sum.questions)
                .map(|(q, t)| group_cell(q, t, &cuts, survey.thresholds()))
                .collect(),
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
    let answering: Vec<&GroupTally> = sums
        .iter()
        .zip(&released)
        .filter(|(_, group)| !group.is_silent())
        .map(|(sum, _)| sum)
        .collect();
    let large = alone && turnout.counted >= LARGE && answering.len() >= GROUPS;
    let cells = survey
        .questions()
        .iter()
        .enumerate()
        .map(|(n, question)| {
            let parts: Vec<options::Part> = answering
                .iter()
                .map(|s| options::Part { tally: &s.questions[n], counted: s.counted.reveal() })
                .collect();
            let groups: Vec<&QuestionTally> = parts.iter().map(|part| part.tally).collect();
            let beside = bureau::Beside {
                groups: &groups,
                cuts: &cuts,
                thresholds: survey.thresholds(),
                large,
                alone,
                headcount: turnout.headcount,
            };
            bureau_cell(question, &total.questions[n], &parts, &beside)
        })
        .collect();
    Release {
        gate: GATE_VERSION,
        round: round.to_string(),
        title: title.to_owned(),
        survey: survey.hash().clone(),
        groups: released,
        bureau: ReleasedBureau { turnout, exact: large, cells },
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

fn describe(
    part: &Part,
    groups: &[Group],
    sum: &GroupTally,
    slips: &BTreeMap<UnitCode, UnitSlips>,
) -> ReleasedGroup {
    let members: Vec<&Group> = part.members.iter().map(|m| &groups[*m]).collect();
    let units: Vec<UnitCode> = members.iter().flat_map(|g| g.units.clone()).collect();
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
    Turnout {
        opened: sum.opened.reveal(),
        spoiled: sum.spoiled.reveal(),
        blank: sum.blank.reveal(),
        counted: sum.counted.reveal(),
        ..turnout
    }
}

fn group_cell(
    question: &Question,
    tally: &QuestionTally,
    cuts: &Cuts,
    thresholds: Thresholds,
) -> GroupCell {
    match &question.kind {
        Kind::Scale(scale) if question.problem.is_some() => {
            GroupCell::Item(group_item(question, scale, tally, cuts, thresholds))
        }
        _ if !question.visible_if.is_empty() => GroupCell::Nothing,
        _ => named::of_group(question, tally),
    }
}

/// Nothing is said of a group's answers to a follow-up: who was asked would be known, or could be
/// found by subtraction.
fn group_item(
    question: &Question,
    scale: &Scale,
    tally: &QuestionTally,
    cuts: &Cuts,
    thresholds: Thresholds,
) -> GroupItem {
    let sums = item_sums(scale, tally);
    let said = cuts
        .say(sums.present, sums.prominent, sums.valid, scale.is_twofold())
        .filter(|_| question.visible_if.is_empty());
    let Some(Bands { prominent, present }) = said else {
        let unclear = question.visible_if.is_empty() && unclear(sums);
        return GroupItem {
            class: Class::None,
            prominent: None,
            present: None,
            unclear,
            level: None,
            shares: Vec::new(),
        };
    };
    GroupItem {
        class: Class::of(sums.valid),
        prominent: Some(prominent),
        present,
        unclear: unclear(sums),
        level: level(prominent, present, thresholds),
        shares: Vec::new(),
    }
}

/// The bureau's cell for one question.
fn bureau_cell(
    question: &Question,
    total: &QuestionTally,
    parts: &[options::Part],
    beside: &bureau::Beside,
) -> BureauCell {
    let everybody = question.visible_if.is_empty();
    match &question.kind {
        Kind::Scale(scale) if question.problem.is_some() && everybody => {
            BureauCell::Item(bureau::item(scale, total, beside))
        }
        Kind::Scale(scale) if question.problem.is_some() => {
            BureauCell::Item(follow_up_item(scale, total, parts, beside))
        }
        _ if everybody => options::of_bureau(question, total, parts, beside.large),
        _ if beside.alone => options::follow_up(question, total, parts),
        _ => BureauCell::Nothing,
    }
}

/// An item that only some were asked: bands of class L at most, where neither those who were asked
/// nor those who were not are few.
fn follow_up_item(
    scale: &Scale,
    total: &QuestionTally,
    parts: &[options::Part],
    beside: &bureau::Beside,
) -> BureauItem {
    let sums = item_sums(scale, total);
    let nothing = BureauItem {
        exact: None,
        class: Class::None,
        prominent: None,
        present: None,
        unclear: false,
        level: None,
    };
    if sums.valid < 20 || !beside.alone || !options::is_broad(parts) {
        return nothing;
    }
    let Bands { prominent, present } =
        beside.cuts.say_coarsely(sums.present, sums.prominent, sums.valid, scale.is_twofold());
    BureauItem {
        class: Class::L,
        prominent: Some(prominent),
        present,
        level: level(prominent, present, beside.thresholds),
        ..nothing
    }
}
