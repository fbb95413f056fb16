//! Size classes and bands: how precisely a share may be said, by the number of valid answers alone.
//! A band is an interval of shares wide enough that it never pins the count behind it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::room::{Range, Room};
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
        if self.hi == 100 {
            write!(f, "{}%～100%", self.lo)
        } else {
            write!(f, "{}%～{}%（不含）", self.lo, self.hi)
        }
    }
}

/// Where the bands of each class are cut, for one survey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cuts {
    thresholds: Thresholds,
    prominent: Vec<u8>,
}

/// What is said of a group's or the bureau's ratings of one item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bands {
    /// Band of 突出率.
    pub prominent: Band,
    /// Band of 存在率: only where 突出率 alone decides no level, and on no scale where both are the
    /// same.
    pub present: Option<Band>,
}

/// Thresholds with which some published band would give a count away.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "with thresholds prominent {prominent}, tendency {tendency}, emerging {emerging} a group with \
     {valid} valid answers would give a count away; keep prominent and tendency at least 20 points \
     apart and all three from 0 and 100 (40, 20, 30 are proven)"
)]
pub struct ThresholdError {
    prominent: u8,
    tendency: u8,
    emerging: u8,
    valid: u32,
}

impl Cuts {
    /// The cuts for a survey's thresholds. In class L 突出率 is cut at the thresholds and every 20
    /// points above, 存在率 once; S and M are fixed.
    #[must_use]
    pub fn of(thresholds: Thresholds) -> Self {
        let mut prominent = vec![thresholds.tendency, thresholds.prominent];
        prominent.extend(
            (1..5).map(|n| thresholds.prominent.saturating_add(20 * n)).take_while(|c| *c <= 80),
        );
        Self { thresholds, prominent }
    }

    /// The cuts, refused if the enumeration of all answer tables finds a count that a band gives
    /// away.
    pub fn checked(thresholds: Thresholds) -> Result<Self, ThresholdError> {
        let cuts = Self::of(thresholds);
        match (5..200).chain(1000..1100).find(|valid| !cuts.safe_for(*valid)) {
            None => Ok(cuts),
            Some(valid) => Err(ThresholdError {
                prominent: thresholds.prominent,
                tendency: thresholds.tendency,
                emerging: thresholds.emerging,
                valid,
            }),
        }
    }

    /// What is said where `present` and `prominent` of `valid` answers were counted; `None` below
    /// class S. `twofold`: a scale that can only say both or neither.
    #[must_use]
    pub fn say(&self, present: u32, prominent: u32, valid: u32, twofold: bool) -> Option<Bands> {
        let class = Class::of(valid);
        if class == Class::None {
            return None;
        }
        let prominent = find(prominent, valid, &self.at(class, true));
        let present = (!twofold && self.asks_more(prominent))
            .then(|| find(present, valid, &self.at(class, false)));
        Some(Bands { prominent, present })
    }

    /// The same as if at most 99 had answered: for answers of people who are chosen by what they
    /// answered before.
    pub(super) fn say_coarsely(
        &self,
        present: u32,
        prominent: u32,
        valid: u32,
        twofold: bool,
    ) -> Bands {
        let cut = |x: u32, cuts: &[u8]| find(x, valid, cuts);
        let prominent = cut(prominent, &self.prominent);
        let present = (!twofold && self.asks_more(prominent))
            .then(|| cut(present, &[self.thresholds.emerging]));
        Bands { prominent, present }
    }

    /// Everything that may be said in a class, lowest first.
    #[must_use]
    pub fn all(&self, class: Class, twofold: bool) -> Vec<Bands> {
        let mut all = Vec::new();
        for prominent in self.bands(class, true) {
            if !twofold && self.asks_more(prominent) {
                all.extend(
                    self.bands(class, false)
                        .into_iter()
                        .map(|band| Bands { prominent, present: Some(band) }),
                );
            } else {
                all.push(Bands { prominent, present: None });
            }
        }
        all
    }

    /// Whether a level depends on 存在率 where 突出率 is in this band. Nothing else is worth saying
    /// of
    /// it, and nothing else is said.
    fn asks_more(&self, prominent: Band) -> bool {
        prominent.lo < self.thresholds.tendency
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
            Class::L => vec![self.thresholds.emerging],
            Class::Xl => (1..20).map(|n| n * 5).collect(),
            Class::Xxl => (1..100).collect(),
        }
    }

    /// The criterion for one group whose number of valid answers is known: whatever it answered on
    /// whatever scale, what is said leaves at least two possible counts, and three where nobody or
    /// everybody is possible.
    #[must_use]
    pub fn safe_for(&self, valid: u32) -> bool {
        [false, true].into_iter().all(|twofold| {
            let rooms = self
                .all(Class::of(valid), twofold)
                .into_iter()
                .filter_map(|bands| bands.room(valid, twofold).tight());
            rooms.into_iter().all(|room| wide_enough(room.p, valid) && wide_enough(room.e, valid))
        })
    }
}

impl Bands {
    /// The pairs of sums that these bands leave `valid` answers.
    pub(super) fn room(self, valid: u32, twofold: bool) -> Room {
        let range = |band: Option<Band>| {
            band.map_or((0, i64::from(valid)), |b| {
                (i64::from(b.counts(valid).0), i64::from(b.counts(valid).1))
            })
        };
        Room {
            e: range(self.present),
            p: range(Some(self.prominent)),
            d: if twofold { (0, 0) } else { (0, i64::from(valid)) },
        }
    }
}

/// Whether a range of counts hides the count.
fn wide_enough((low, high): Range, valid: u32) -> bool {
    high - low + 1 >= if low == 0 || high == i64::from(valid) { 3 } else { 2 }
}

/// The band between two cuts that holds `x` of `valid`.
fn find(x: u32, valid: u32, cuts: &[u8]) -> Band {
    let reached = |cut: &&u8| u64::from(x) * 100 >= u64::from(**cut) * u64::from(valid);
    let below = cuts.iter().filter(reached).count();
    Band {
        lo: if below == 0 { 0 } else { cuts[below - 1] },
        hi: cuts.get(below).copied().unwrap_or(100),
    }
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
        assert_eq!(cuts.at(Class::L, false), [30]);
        assert_eq!(
            [4, 5, 7, 8, 19, 20, 99, 100, 999, 1000].map(|v| Class::of(v).as_str()),
            ["–", "S", "S", "M", "M", "L", "L", "XL", "XL", "XXL"]
        );
        let all = Bands { prominent: Band { lo: 50, hi: 100 }, present: None };
        assert_eq!(
            cuts.say(6, 6, 6, false),
            Some(all),
            "a unanimous cell shows the top band, never 6/6"
        );
        assert_eq!(cuts.say(12, 9, 20, false).unwrap().prominent.to_string(), "40%～60%（不含）");
        assert_eq!(cuts.say(4, 4, 4, false), None);
    }

    #[test]
    fn the_wider_share_is_said_only_where_a_level_depends_on_it() {
        let cuts = standard();
        assert_eq!(
            cuts.say(12, 9, 20, false).unwrap().present,
            None,
            "突出率 alone makes it prominent"
        );
        assert_eq!(cuts.say(12, 3, 20, false).unwrap().present, Some(Band { lo: 30, hi: 100 }));
        assert_eq!(
            cuts.say(3, 3, 20, true).unwrap().present,
            None,
            "yes and no: both shares are the same"
        );
    }

    /// The first proof: every answer table for 5 to 60 valid answers, with an attacker who even
    /// knows how many were valid.
    #[test]
    fn no_answer_table_of_a_group_is_given_away_by_its_bands() {
        let cuts = standard();
        for valid in 5..=60 {
            for twofold in [false, true] {
                let tables: Vec<(u32, u32)> = (0..=valid)
                    .flat_map(|e| (0..=e).map(move |p| (e, p)))
                    .filter(|(e, p)| !twofold || e == p)
                    .collect();
                let mut by_bands: std::collections::BTreeMap<Bands, Vec<(u32, u32)>> =
                    std::collections::BTreeMap::new();
                for (present, prominent) in tables {
                    by_bands
                        .entry(cuts.say(present, prominent, valid, twofold).unwrap())
                        .or_default()
                        .push((present, prominent));
                }
                for (bands, tables) in by_bands {
                    for pick in [|t: &(u32, u32)| t.0, |t: &(u32, u32)| t.1] {
                        let mut values: Vec<u32> = tables.iter().map(pick).collect();
                        values.sort_unstable();
                        values.dedup();
                        let ends = values.contains(&0) || values.contains(&valid);
                        assert!(
                            values.len() >= if ends { 3 } else { 2 },
                            "valid {valid}, {bands:?}: {values:?}"
                        );
                    }
                }
            }
            assert!(cuts.safe_for(valid));
        }
    }

    #[test]
    fn the_sizes_that_are_not_enumerated_are_proven_by_ranges() {
        assert!((5..200).chain(1000..2000).all(|valid| standard().safe_for(valid)));
    }

    #[test]
    fn thresholds_that_would_give_a_count_away_are_refused() {
        let t = |prominent, tendency, emerging| Thresholds { prominent, tendency, emerging };
        assert!(Cuts::checked(t(40, 20, 30)).is_ok());
        assert!(
            Cuts::checked(t(40, 20, 39)).is_ok(),
            "存在率 is cut once, so this cut is as good as another"
        );
        assert!(Cuts::checked(t(40, 38, 30)).is_err(), "two points are no band for twenty people");
        assert!(Cuts::checked(t(40, 5, 30)).is_err(), "below 5 % of twenty there is one value");
        assert!(Cuts::checked(t(40, 20, 97)).is_err());
    }

    #[test]
    fn a_band_and_its_counts_agree() {
        let cuts = standard();
        for valid in 5..1200 {
            for x in [0, 1, valid / 3, valid / 2, valid - 1, valid] {
                let (low, high) = cuts.say(x, x, valid, false).unwrap().prominent.counts(valid);
                assert!(low <= x && x <= high);
            }
        }
    }
}
