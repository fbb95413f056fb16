//! The secret sums of one item, and what they come to: its level, and whether most are unsure.
//! Groups and bureau are judged by the same few lines.

use super::K;
use super::band::Band;
use super::release::Level;
use crate::survey::{Scale, Thresholds};
use crate::tally::QuestionTally;

/// An item's secret sums in one group.
#[derive(Clone, Copy)]
pub(super) struct ItemSums {
    pub valid: u32,
    pub present: u32,
    pub prominent: u32,
    pub unsure: u32,
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

/// The level by the lower ends of the published bands; the one cut of class S serves both bands,
/// and whatever is prominent is present.
pub(super) fn level(
    prominent: Band,
    present: Option<Band>,
    thresholds: Thresholds,
) -> Option<Level> {
    if prominent.lo >= thresholds.prominent {
        Some(Level::Prominent)
    } else if prominent.lo >= thresholds.tendency {
        Some(Level::Tendency)
    } else if present.map_or(prominent.lo, |band| band.lo.max(prominent.lo)) >= thresholds.emerging
    {
        Some(Level::Emerging)
    } else {
        None
    }
}
