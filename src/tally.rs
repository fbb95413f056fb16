//! Counting: opened ballots go in one by one, and only secret counts remain.
//! A count cannot be printed, compared or stored by anything but the gate, so that no page can
//! forget to protect it.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use crate::response::{Answer, Response};
use crate::survey::{Kind, Survey};
use crate::unit::{Group, UnitCode};

/// A secret count. It has no `Display` and no `Serialize`; only the gate may look inside.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Count(u32);

impl Count {
    /// The number itself, for the gate alone (kept so by `tests/it/architecture.rs`).
    #[must_use]
    pub(crate) fn reveal(self) -> u32 {
        self.0
    }

    fn bump(&mut self) {
        self.0 += 1;
    }

    fn absorb(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl fmt::Debug for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Count([secret])")
    }
}

/// The counts of one question.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuestionTally {
    /// By option, step or class; for a rank by option and place.
    pub options: Vec<Count>,
    /// Ballots that answered the question.
    pub answered: Count,
}

/// The counts of one group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupTally {
    /// Ballots taken from the box.
    pub opened: Count,
    /// Ballots that did not open or did not fit.
    pub spoiled: Count,
    /// Deliberately blank ballots.
    pub blank: Count,
    /// Ballots that count.
    pub counted: Count,
    /// By question.
    pub questions: Vec<QuestionTally>,
}

impl GroupTally {
    /// Adds the counts of another group.
    pub fn absorb(&mut self, other: &Self) {
        self.opened.absorb(other.opened);
        self.spoiled.absorb(other.spoiled);
        self.blank.absorb(other.blank);
        self.counted.absorb(other.counted);
        for (mine, theirs) in self.questions.iter_mut().zip(&other.questions) {
            mine.answered.absorb(theirs.answered);
            for (mine, theirs) in mine.options.iter_mut().zip(&theirs.options) {
                mine.absorb(*theirs);
            }
        }
    }
}

/// The counts of a round, by configured group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// In the order of the configured groups.
    pub groups: Vec<GroupTally>,
    /// Ballots that count, by unit.
    pub counted_by_unit: BTreeMap<UnitCode, Count>,
    group_of: HashMap<UnitCode, usize>,
    ranges: Vec<Vec<(i64, i64)>>,
}

impl Tally {
    /// An empty tally.
    #[must_use]
    pub fn new(survey: &Survey, groups: &[Group]) -> Self {
        let questions: Vec<QuestionTally> = survey
            .questions()
            .iter()
            .map(|question| {
                let width = question.kind.counted().len();
                QuestionTally { options: vec![Count::default(); width], answered: Count::default() }
            })
            .collect();
        let ranges = survey
            .questions()
            .iter()
            .map(|q| {
                if let Kind::Number { classes, .. } = &q.kind {
                    classes.iter().map(|c| c.range).collect()
                } else {
                    Vec::new()
                }
            })
            .collect();
        let group_of: HashMap<UnitCode, usize> = groups
            .iter()
            .enumerate()
            .flat_map(|(n, g)| g.units.iter().map(move |u| (u.clone(), n)))
            .collect();
        Self {
            groups: groups
                .iter()
                .map(|_| GroupTally { questions: questions.clone(), ..GroupTally::default() })
                .collect(),
            counted_by_unit: group_of.keys().map(|u| (u.clone(), Count::default())).collect(),
            group_of,
            ranges,
        }
    }

    /// Whether a unit belongs to the round.
    #[must_use]
    pub fn knows(&self, unit: &UnitCode) -> bool {
        self.group_of.contains_key(unit)
    }

    /// Adds one opened ballot of a known unit.
    pub fn add(&mut self, unit: &UnitCode, response: &Response) {
        let Some(&at) = self.group_of.get(unit) else { return };
        let group = &mut self.groups[at];
        group.opened.bump();
        if response.blank {
            group.blank.bump();
            return;
        }
        group.counted.bump();
        if let Some(count) = self.counted_by_unit.get_mut(unit) {
            count.bump();
        }
        for ((tally, answer), ranges) in
            group.questions.iter_mut().zip(&response.answers).zip(&self.ranges)
        {
            tally.add(answer, ranges);
        }
    }

    /// Adds one ballot of a known unit that did not open or did not fit.
    pub fn spoil(&mut self, unit: &UnitCode) {
        if let Some(&at) = self.group_of.get(unit) {
            self.groups[at].opened.bump();
            self.groups[at].spoiled.bump();
        }
    }

    /// Adds the counts of another tally of the same round.
    pub fn absorb(&mut self, other: &Self) {
        for (mine, theirs) in self.groups.iter_mut().zip(&other.groups) {
            mine.absorb(theirs);
        }
        for (unit, count) in &other.counted_by_unit {
            self.counted_by_unit.entry(unit.clone()).or_default().absorb(*count);
        }
    }
}

impl QuestionTally {
    fn add(&mut self, answer: &Answer, ranges: &[(i64, i64)]) {
        match answer {
            Answer::Blank => return,
            Answer::One(index) => self.options[usize::from(*index)].bump(),
            Answer::Many(mask) => {
                for (n, count) in self.options.iter_mut().enumerate() {
                    if mask & (1 << n) != 0 {
                        count.bump();
                    }
                }
            }
            Answer::Number(number) => {
                if let Some(at) =
                    ranges.iter().position(|(from, to)| (*from..=*to).contains(number))
                {
                    self.options[at].bump();
                }
            }
            Answer::Rank(order) => {
                let places = order.len();
                for (place, option) in order.iter().enumerate() {
                    if let Some(option) = option {
                        self.options[usize::from(*option) * places + place].bump();
                    }
                }
            }
            Answer::Text(_) => {}
        }
        self.answered.bump();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_cannot_be_printed() {
        let mut count = Count::default();
        count.bump();
        assert_eq!(format!("{count:?}"), "Count([secret])");
    }
}
