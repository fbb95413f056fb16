//! When turnout is looked at while a round is open, and what is kept of it.
//! Bands of large groups at fixed hours: late enough in the day to be of use, and so seldom that
//! nobody can follow single people by them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};

use super::day::{Day, SHANGHAI, midnight, parse_day, shanghai_day};
use crate::text::Lang;
use crate::unit::GroupCode;

/// Hours at which it is looked at, Asia/Shanghai: at the end of a working day.
const DAILY: &[u8] = &[18];
/// The same for a round of a single day, in which a reminder at the end would come too late.
const OF_A_SINGLE_DAY: &[u8] = &[12, 18];

/// A turnout snapshot: bands only, for groups that are large enough.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TurnoutSnapshot {
    /// Day of the snapshot, empty before the first.
    pub day: String,
    /// Its hour; none if an older version took it at the day's beginning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hour: Option<u8>,
    /// Group code to band (0: <25 %, 1: 25–50 %, 2: 50–75 %, 3: ≥75 %).
    pub bands: BTreeMap<GroupCode, u8>,
}

impl TurnoutSnapshot {
    /// When it was taken, in words; nothing before the first.
    #[must_use]
    pub fn taken(&self, lang: Lang) -> Option<String> {
        let day = Day(parse_day(&self.day).ok()?, lang);
        let hour = self.hour.unwrap_or(0);
        Some(lang.pick(format!("{day} {hour} 时"), format!("{day}, {hour}:00")))
    }

    /// Whether a moment to look has come since this was taken, in a round from `opens` to `closes`.
    #[must_use]
    pub fn is_old(&self, opens: Date, closes: Date, now: OffsetDateTime) -> bool {
        last_moment(opens, closes, now).is_some_and(|(day, hour)| {
            (self.day.as_str(), self.hour.unwrap_or(0)) < (day.to_string().as_str(), hour)
        })
    }

    /// A snapshot of this moment.
    #[must_use]
    pub fn of(now: OffsetDateTime, bands: BTreeMap<GroupCode, u8>) -> Self {
        let hour = now.to_offset(SHANGHAI).hour();
        Self { day: shanghai_day(now).to_string(), hour: Some(hour), bands }
    }
}

/// The hours at which turnout is looked at on each day of a round from `opens` to `closes`.
#[must_use]
pub fn turnout_hours(opens: Date, closes: Date) -> &'static [u8] {
    if opens == closes { OF_A_SINGLE_DAY } else { DAILY }
}

/// The latest of the fixed moments that is over.
fn last_moment(opens: Date, closes: Date, now: OffsetDateTime) -> Option<(Date, u8)> {
    let over = |(day, hour): &(Date, u8)| {
        *day >= opens && midnight(*day) + Duration::hours(i64::from(*hour)) <= now
    };
    let today = shanghai_day(now).min(closes);
    let of = |day: Date| turnout_hours(opens, closes).iter().rev().map(move |hour| (day, *hour));
    of(today).chain(today.previous_day().into_iter().flat_map(of)).find(over)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    /// Looks whenever it is due, every ten minutes; the moments at which it did.
    fn looks(opens: Date, closes: Date, until: OffsetDateTime) -> Vec<String> {
        let (mut moments, mut seen) = (Vec::new(), TurnoutSnapshot::default());
        let mut now = midnight(opens);
        while now < until {
            if seen.is_old(opens, closes, now) {
                seen = TurnoutSnapshot::of(now, BTreeMap::new());
                moments.push(seen.taken(Lang::Zh).unwrap());
            }
            now += Duration::minutes(10);
        }
        moments
    }

    #[test]
    fn it_is_looked_at_when_a_working_day_ends_and_twice_where_there_is_one_day_only() {
        let (first, last) = (date!(2026 - 06 - 08), date!(2026 - 06 - 10));
        assert_eq!(
            looks(first, last, datetime!(2026-06-11 0:30 +8)),
            ["2026年6月8日 18 时", "2026年6月9日 18 时", "2026年6月10日 18 时"]
        );
        assert_eq!(
            looks(first, first, datetime!(2026-06-09 0:30 +8)),
            ["2026年6月8日 12 时", "2026年6月8日 18 时"]
        );
    }

    #[test]
    fn a_service_that_was_down_looks_once_and_says_when() {
        let old = |seen: &TurnoutSnapshot, now| {
            seen.is_old(date!(2026 - 06 - 08), date!(2026 - 06 - 10), now)
        };
        let mut seen = TurnoutSnapshot::default();
        assert!(!old(&seen, datetime!(2026-06-08 17:59 +8)), "nothing is known yet");
        let late = datetime!(2026-06-09 9:20 +8);
        assert!(old(&seen, late));
        seen = TurnoutSnapshot::of(late, BTreeMap::new());
        assert_eq!(seen.taken(Lang::En).as_deref(), Some("2026-06-09, 9:00"));
        assert!(!old(&seen, datetime!(2026-06-09 17:50 +8)));
        assert!(old(&seen, datetime!(2026-06-09 18:00 +8)));
        // What an older version took at the beginning of a day is taken again at its end.
        let morning = TurnoutSnapshot { hour: None, ..seen };
        assert!(old(&morning, datetime!(2026-06-09 18:00 +8)));
    }
}
