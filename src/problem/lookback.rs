//! Looking back (回头看): what two rounds say of the same group, compared by steps of published
//! bands
//! and by nothing else.
//! A band is wide, so one step may be one person; only what is certain is called better or worse.

use super::is_held;
use crate::gate::{Band, Class, Cuts, GroupCell, GroupItem, Release, ReleasedGroup};
use crate::round::Round;
use crate::survey::{Question, Survey};
use crate::text::Lang;

/// Share of heads whose ballots must count, in percent, for a change to be called one.
const TURNOUT: u32 = 75;

/// What became of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// 改善.
    Better,
    /// 可能改善.
    PerhapsBetter,
    /// 无明显变化.
    Same,
    /// 可能反弹.
    PerhapsWorse,
    /// 反弹.
    Worse,
    /// 不作比较: other units, another class, or nothing published in one of the rounds.
    NotCompared,
}

impl Change {
    /// All, from better to worse, and what is not compared.
    pub const ALL: [Self; 6] = [
        Self::Better,
        Self::PerhapsBetter,
        Self::Same,
        Self::PerhapsWorse,
        Self::Worse,
        Self::NotCompared,
    ];

    /// The name as an official writes it.
    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Better => lang.pick("改善", "better"),
            Self::PerhapsBetter => lang.pick("可能改善", "perhaps better"),
            Self::Same => lang.pick("无明显变化", "no clear change"),
            Self::PerhapsWorse => lang.pick("可能反弹", "perhaps worse"),
            Self::Worse => lang.pick("反弹", "worse"),
            Self::NotCompared => lang.pick("不作比较", "not compared"),
        }
    }
}

/// An item of a group in both rounds.
#[derive(Debug, Clone, Copy)]
pub struct Comparison<'a> {
    /// The group, as it is now.
    pub group: &'a ReleasedGroup,
    /// The question, as it is asked now.
    pub question: &'a Question,
    /// Band of 突出率 then.
    pub before: Option<Band>,
    /// Band of 突出率 now.
    pub after: Option<Band>,
    /// What became of it.
    pub change: Change,
}

/// A round with what it published.
pub struct Side<'a> {
    /// The round.
    pub round: &'a Round,
    /// Its survey.
    pub survey: &'a Survey,
    /// Its release.
    pub release: &'a Release,
}

/// Compares every item of every group that is published now.
#[must_use]
pub fn look_back<'a>(base: &Side<'_>, now: &Side<'a>) -> Vec<Comparison<'a>> {
    let mut list = Vec::new();
    for group in &now.release.groups {
        let then = base.release.groups.iter().find(|g| same_units(g, group));
        for (question, cell) in now.survey.questions().iter().zip(&group.cells) {
            let GroupCell::Item(item) = cell else { continue };
            if !now.survey.covers(question, &group.kinds) || is_held(question, &now.round.holds) {
                continue;
            }
            let earlier = then.and_then(|g| item_of(base, g, question));
            let change = match (then, earlier) {
                (Some(g), Some(earlier)) if base.survey.thresholds() == now.survey.thresholds() => {
                    let cuts = Cuts::of(now.survey.thresholds());
                    judge(&cuts, earlier, item, turned_out(g) && turned_out(group))
                }
                _ => Change::NotCompared,
            };
            list.push(Comparison {
                group,
                question,
                before: earlier.and_then(|i| i.prominent),
                after: item.prominent,
                change,
            });
        }
    }
    list
}

/// The same item of the earlier round, if it was published then.
fn item_of<'a>(
    base: &Side<'a>,
    group: &'a ReleasedGroup,
    question: &Question,
) -> Option<&'a GroupItem> {
    let at =
        base.survey.questions().iter().position(|q| q.id == question.id && q.problem.is_some())?;
    if is_held(&base.survey.questions()[at], &base.round.holds) {
        return None;
    }
    match &group.cells[at] {
        GroupCell::Item(item) => Some(item),
        _ => None,
    }
}

fn same_units(a: &ReleasedGroup, b: &ReleasedGroup) -> bool {
    let sorted = |group: &ReleasedGroup| {
        let mut units = group.units.clone();
        units.sort();
        units
    };
    sorted(a) == sorted(b)
}

fn turned_out(group: &ReleasedGroup) -> bool {
    u64::from(group.turnout.counted) * 100
        >= u64::from(TURNOUT) * u64::from(group.turnout.headcount)
}

fn judge(cuts: &Cuts, before: &GroupItem, after: &GroupItem, turnout: bool) -> Change {
    let (Some(b), Some(a)) = (before.prominent, after.prominent) else {
        return Change::NotCompared;
    };
    if before.class != after.class {
        return Change::NotCompared;
    }
    let bands = cuts.bands(after.class, true);
    let place = |band: Band| bands.iter().position(|known| *known == band);
    let (Some(from), Some(to)) = (place(b), place(a)) else { return Change::NotCompared };
    let steps = from.abs_diff(to);
    let certain = steps >= 2 && turnout && matches!(after.class, Class::L | Class::Xl | Class::Xxl);
    match (to.cmp(&from), certain) {
        (std::cmp::Ordering::Equal, _) => Change::Same,
        (std::cmp::Ordering::Less, true) => Change::Better,
        (std::cmp::Ordering::Less, false) => Change::PerhapsBetter,
        (std::cmp::Ordering::Greater, true) => Change::Worse,
        (std::cmp::Ordering::Greater, false) => Change::PerhapsWorse,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::Thresholds;

    fn item(class: Class, band: Option<(u8, u8)>) -> GroupItem {
        let prominent = band.map(|(lo, hi)| Band { lo, hi });
        GroupItem {
            class,
            prominent,
            present: None,
            unclear: false,
            level: None,
            shares: Vec::new(),
        }
    }

    #[test]
    fn a_change_is_called_one_only_from_two_steps_in_a_large_group_that_turned_out() {
        let cuts = Cuts::of(Thresholds::default());
        let change = |class: Class, from: (u8, u8), to: (u8, u8), turnout: bool| {
            judge(&cuts, &item(class, Some(from)), &item(class, Some(to)), turnout)
        };
        assert_eq!(change(Class::L, (40, 60), (0, 20), true), Change::Better);
        assert_eq!(
            change(Class::L, (40, 60), (0, 20), false),
            Change::PerhapsBetter,
            "too few turned out"
        );
        assert_eq!(
            change(Class::L, (40, 60), (20, 40), true),
            Change::PerhapsBetter,
            "one step may be one person"
        );
        assert_eq!(change(Class::L, (20, 40), (80, 100), true), Change::Worse);
        assert_eq!(change(Class::L, (20, 40), (20, 40), true), Change::Same);
        assert_eq!(
            change(Class::M, (0, 40), (40, 100), true),
            Change::PerhapsWorse,
            "a small group has one cut only"
        );
        assert_eq!(change(Class::S, (50, 100), (0, 50), true), Change::PerhapsBetter);
        assert_eq!(
            judge(&cuts, &item(Class::M, Some((0, 40))), &item(Class::L, Some((40, 60))), true),
            Change::NotCompared,
            "another class"
        );
        assert_eq!(
            judge(&cuts, &item(Class::None, None), &item(Class::L, Some((40, 60))), true),
            Change::NotCompared
        );
    }
}
