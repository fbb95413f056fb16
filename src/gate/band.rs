//! Size classes and bands: how precisely a share may be said, by the number of valid answers alone.
//! A band is an interval of shares wide enough that it never pins the count behind it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::survey::Thresholds;
use crate::text::Lang;

/// A size class by the number of valid answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Class {
    /// Fewer than 5: nothing is said.
    #[serde(rename = "–")]
    None,
    /// 5 to 7.
    S,
    /// 8 to 19.
    M,
    /// 20 to 99.
    L,
    /// 100 to 999.
    #[serde(rename = "XL")]
    Xl,
    /// 1000 and more.
    #[serde(rename = "XXL")]
    Xxl,
}

impl Class {
    /// The class of `valid` answers.
    #[must_use]
    pub fn of(valid: u32) -> Self {
        match valid {
            0..5 => Self::None,
            5..8 => Self::S,
            8..20 => Self::M,
            20..100 => Self::L,
            100..1000 => Self::Xl,
            _ => Self::Xxl,
        }
    }

    /// The name in exports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "–",
            Self::S => "S",
            Self::M => "M",
            Self::L => "L",
            Self::Xl => "XL",
            Self::Xxl => "XXL",
        }
    }
}

/// An interval of shares in percent: `lo` included, `hi` excluded unless it is 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Band {
    /// Lower end.
    pub lo: u8,
    /// Upper end.
    pub hi: u8,
}

impl Band {
    /// The smallest and largest count that `valid` answers can hide behind this band.
    #[must_use]
    pub fn counts(self, valid: u32) -> (u32, u32) {
        let ceil = |percent: u8| (u64::from(percent) * u64::from(valid)).div_ceil(100) as u32;
        let high = if self.hi == 100 { valid } else { ceil(self.hi).saturating_sub(1) };
        (ceil(self.lo), high)
    }

    /// The band in words, as a page says it.
    #[must_use]
    pub fn label(self, lang: Lang) -> String {
        match lang {
            Lang::Zh => self.to_string(),
            Lang::En if self.hi == 100 => format!("{}% to 100%", self.lo),
            Lang::En => format!("{}% to under {}%", self.lo, self.hi),
        }
    }
}

impl fmt::Display for Band {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.hi == 100 { write!(f, "{}%～100%", self.lo) } else { write!(f, "{}%～{}%（不含）", self.lo, self.hi) }
    }
}

/// Where the bands of each class are cut, for one survey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cuts {
    prominent: Vec<u8>,
    present: Vec<u8>,
}

/// Thresholds with which some published band would give a count away.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "with thresholds prominent {prominent}, tendency {tendency}, emerging {emerging} a group with {valid} valid answers would give a count away; keep them at least 20 points apart and from 0 and 100 (40, 20, 30 are proven)"
)]
pub struct ThresholdError {
    prominent: u8,
    tendency: u8,
    emerging: u8,
    valid: u32,
}

impl Cuts {
    /// The cuts for a survey's thresholds; class L is cut at the thresholds and every 20 points above, S and M are fixed.
    #[must_use]
    pub fn of(thresholds: Thresholds) -> Self {
        let mut prominent = vec![thresholds.tendency, thresholds.prominent];
        prominent.extend((1..5).map(|n| thresholds.prominent.saturating_add(20 * n)).take_while(|c| *c <= 80));
        let mut present = vec![thresholds.emerging];
        present.extend((1..5).map(|n| thresholds.emerging.saturating_add(20 * n)).take_while(|c| *c <= 90));
        Self { prominent, present }
    }

    /// The cuts, refused if the enumeration of all answer tables finds a count that a band gives away.
    pub fn checked(thresholds: Thresholds) -> Result<Self, ThresholdError> {
        let cuts = Self::of(thresholds);
        match (5..100).find(|valid| !cuts.safe_for(*valid)) {
            None => Ok(cuts),
            Some(valid) => {
                Err(ThresholdError { prominent: thresholds.prominent, tendency: thresholds.tendency, emerging: thresholds.emerging, valid })
            }
        }
    }

    /// The band of 突出率 for `x` of `valid`; `None` below class S.
    #[must_use]
    pub fn prominent(&self, x: u32, valid: u32) -> Option<Band> {
        find(x, valid, &self.at(Class::of(valid), true))
    }

    /// The band of 存在率 for `x` of `valid`; `None` below class S.
    #[must_use]
    pub fn present(&self, x: u32, valid: u32) -> Option<Band> {
        find(x, valid, &self.at(Class::of(valid), false))
    }

    /// All bands of a class, lowest first.
    #[must_use]
    pub fn bands(&self, class: Class, prominent: bool) -> Vec<Band> {
        if class == Class::None {
            return Vec::new();
        }
        let mut ends = vec![0];
        ends.extend(self.at(class, prominent));
        ends.push(100);
        ends.windows(2).map(|w| Band { lo: w[0], hi: w[1] }).collect()
    }

    fn at(&self, class: Class, prominent: bool) -> Vec<u8> {
        match class {
            Class::None => Vec::new(),
            Class::S => vec![50],
            Class::M => vec![if prominent { 40 } else { 30 }],
            Class::L if prominent => self.prominent.clone(),
            Class::L => self.present.clone(),
            Class::Xl => (1..20).map(|n| n * 5).collect(),
            Class::Xxl => (1..100).collect(),
        }
    }

    /// The criterion for one group whose number of valid answers is known: whatever it answered, both bands together leave at least two possible counts, and three where nobody or everybody is possible.
    #[must_use]
    pub fn safe_for(&self, valid: u32) -> bool {
        let class = Class::of(valid);
        for prominent in self.bands(class, true) {
            for present in self.bands(class, false) {
                let (p, e) = (prominent.counts(valid), present.counts(valid));
                let (p, e) = ((p.0, p.1.min(e.1)), (e.0.max(p.0), e.1));
                let possible = p.0 <= p.1 && e.0 <= e.1;
                if possible && !(wide_enough(p, valid) && wide_enough(e, valid)) {
                    return false;
                }
            }
        }
        true
    }
}

/// Whether an interval of counts hides the count.
#[must_use]
pub(super) fn wide_enough((low, high): (u32, u32), valid: u32) -> bool {
    let values = high - low + 1;
    values >= if low == 0 || high == valid { 3 } else { 2 }
}

fn find(x: u32, valid: u32, cuts: &[u8]) -> Option<Band> {
    if Class::of(valid) == Class::None {
        return None;
    }
    let reached = |cut: &&u8| u64::from(x) * 100 >= u64::from(**cut) * u64::from(valid);
    let below = cuts.iter().filter(reached).count();
    Some(Band { lo: if below == 0 { 0 } else { cuts[below - 1] }, hi: cuts.get(below).copied().unwrap_or(100) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standard() -> Cuts {
        Cuts::of(Thresholds::default())
    }

    #[test]
    fn classes_and_cuts_are_those_of_the_contract() {
        let cuts = standard();
        assert_eq!(cuts.at(Class::L, true), [20, 40, 60, 80]);
        assert_eq!(cuts.at(Class::L, false), [30, 50, 70, 90]);
        assert_eq!([4, 5, 7, 8, 19, 20, 99, 100, 999, 1000].map(|v| Class::of(v).as_str()), ["–", "S", "S", "M", "M", "L", "L", "XL", "XL", "XXL"]);
        assert_eq!(cuts.prominent(6, 6), Some(Band { lo: 50, hi: 100 }), "a unanimous cell shows the top band, never 6/6");
        assert_eq!(cuts.prominent(9, 20).unwrap().to_string(), "40%～60%（不含）");
        assert_eq!(cuts.prominent(4, 4), None);
    }

    /// The first proof: every answer table for 5 to 60 valid answers, with an attacker who even knows how many were valid.
    #[test]
    fn no_answer_table_of_a_group_is_given_away_by_its_bands() {
        let cuts = standard();
        for valid in 5..=60 {
            for present in 0..=valid {
                for prominent in 0..=present {
                    let p = cuts.prominent(prominent, valid).unwrap();
                    let e = cuts.present(present, valid).unwrap();
                    let tables: Vec<(u32, u32)> = (0..=valid)
                        .flat_map(|e| (0..=e).map(move |p| (e, p)))
                        .filter(|(x, y)| cuts.present(*x, valid) == Some(e) && cuts.prominent(*y, valid) == Some(p))
                        .collect();
                    for pick in [|t: &(u32, u32)| t.0, |t: &(u32, u32)| t.1] {
                        let mut values: Vec<u32> = tables.iter().map(pick).collect();
                        values.sort_unstable();
                        values.dedup();
                        let ends = values.contains(&0) || values.contains(&valid);
                        assert!(values.len() >= if ends { 3 } else { 2 }, "valid {valid}, present {present}, prominent {prominent}: {values:?}");
                    }
                }
            }
            assert!(cuts.safe_for(valid));
        }
    }

    #[test]
    fn thresholds_that_would_give_a_count_away_are_refused() {
        let t = |prominent, tendency, emerging| Thresholds { prominent, tendency, emerging };
        assert!(Cuts::checked(t(40, 20, 30)).is_ok());
        assert!(Cuts::checked(t(40, 38, 30)).is_err(), "two points are no band for twenty people");
        assert!(Cuts::checked(t(40, 5, 30)).is_err(), "below 5 % of twenty there is one value");
        assert!(Cuts::checked(t(40, 20, 97)).is_err());
    }

    #[test]
    fn a_band_and_its_counts_agree() {
        let cuts = standard();
        for valid in 5..1200 {
            for x in [0, 1, valid / 3, valid / 2, valid - 1, valid] {
                let (low, high) = cuts.prominent(x, valid).unwrap().counts(valid);
                assert!(low <= x && x <= high);
            }
        }
    }
}
