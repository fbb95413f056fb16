//! A round: one running of a survey, its dates and the moves it may make.
//! All dates are calendar days in Asia/Shanghai, and no clock that jumps back can undo a move.

mod day;
mod edition;
mod reach;
mod scopes;
mod state;
mod turnout;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};

pub use edition::BallotEdition;
pub use reach::{Postponed, Reach};
pub use scopes::{KindScope, Scopes};
pub use state::{Move, RoundState};
pub use turnout::{TurnoutSnapshot, turnout_hours};

use crate::id::{AccountName, RoundId};
use crate::survey::SurveyHash;
use crate::text::{Lang, Refusal, Rule};
use crate::unit::UnitCode;
pub use day::{
    Day, Days, SHANGHAI, check_dates, midnight, parse_day, parse_typed_day, shanghai_day,
};

/// How long after the closing day a form that was already open may still be sent.
pub const GRACE: Duration = Duration::minutes(30);

/// How respondents prove that they may answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// One-time slips drawn from a box.
    Slip,
    /// One open code per unit; a trial mode that cannot count each person once.
    Poster,
}

impl Access {
    /// The name in the database and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Slip => "slip",
            Self::Poster => "poster",
        }
    }

    /// Reads a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Slip, Self::Poster].into_iter().find(|access| access.as_str() == name)
    }
}

/// Whether a held question's results may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// Absent everywhere until checked.
    Held,
    /// Checked: shown for all groups.
    Checked,
}

/// How a held question was checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HoldCheck {
    /// Who says so, as papers show it since: the official, or the account where none was known.
    pub by: String,
    /// The day.
    pub day: String,
    /// What it rests on.
    pub ground: String,
}

/// What the bulletin says at closing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClosingSums {
    /// Slips issued.
    pub issued: u64,
    /// Slips used.
    pub used: u64,
    /// Ballots in the box.
    pub ballots: u64,
    /// SHA-256 over all ballots in the order of their random names, hexadecimal.
    pub digest: String,
    /// Whether the round was closed before its last day was over.
    pub early: bool,
    /// Slips used beyond a unit's head count, summed over all units: spares that somebody used
    /// besides the own slip.
    #[serde(default)]
    pub over: u64,
}

/// The record of a destruction of what was kept after an opening.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Destruction {
    /// The day.
    pub day: String,
    /// The two accounts; empty if the set day had come.
    pub by: Vec<AccountName>,
    /// Original texts destroyed.
    pub texts: u64,
    /// Spent codes destroyed.
    pub codes: u64,
}

/// What a restore changed in a round, for everybody to see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// The day.
    pub day: String,
    /// Ballots in the backup.
    pub in_backup: u64,
    /// Ballots in the database that the backup replaced; `None` if it could not be read.
    pub before: Option<u64>,
    /// Ballots now.
    pub now: u64,
}

/// Names of the turnout bands.
const TURNOUT_BANDS: [[&str; 2]; 4] = [
    ["不足25%", "under 25%"],
    ["25%～50%", "25% to 50%"],
    ["50%～75%", "50% to 75%"],
    ["75%及以上", "75% and more"],
];

/// The words of a turnout band.
#[must_use]
pub fn turnout_label(band: u8, lang: Lang) -> &'static str {
    let words = TURNOUT_BANDS[usize::from(band.min(3))];
    lang.pick(words[0], words[1])
}
/// Groups smaller than this show no turnout while a round is open.
pub const TURNOUT_MIN_HEADS: u32 = 20;

/// The turnout band of `used` out of `heads`.
#[must_use]
pub fn turnout_band(used: u64, heads: u32) -> u8 {
    match used * 100 / u64::from(heads.max(1)) {
        0..25 => 0,
        25..50 => 1,
        50..75 => 2,
        _ => 3,
    }
}

/// A round as stored.
#[derive(Debug, Clone)]
pub struct Round {
    /// Name.
    pub id: RoundId,
    /// Title.
    pub title: String,
    /// Content hash of its survey.
    pub survey: SurveyHash,
    /// How people prove that they may answer.
    pub access: Access,
    /// First day.
    pub opens: Date,
    /// Last day, which counts whole.
    pub closes: Date,
    /// Where it stands.
    pub state: RoundState,
    /// Custody is by the server alone, so everything is marked as a trial.
    pub trial: bool,
    /// Whether the box takes no more ballots.
    pub sealed: bool,
    /// Whether the end was once seen, so that a clock set back changes nothing.
    pub ended: bool,
    /// The round that this one looks back on.
    pub looks_back: Option<RoundId>,
    /// Encoded public key, from opening on.
    pub public_key: Option<Vec<u8>>,
    /// Wrapped private key, until it is destroyed.
    pub wrapped_key: Option<String>,
    /// How its plaintexts are written, settled when it is opened; none if only a later version
    /// knows.
    pub edition: Option<BallotEdition>,
    /// Sums at closing.
    pub closing: Option<ClosingSums>,
    /// Held questions and whether they were checked.
    pub holds: BTreeMap<String, Hold>,
    /// Who checked which of them, and on what ground.
    pub checks: BTreeMap<String, HoldCheck>,
    /// Slips that nobody drew and that were destroyed, by unit; empty until somebody counts them.
    pub leftover: BTreeMap<UnitCode, u32>,
    /// Latest turnout snapshot.
    pub turnout: TurnoutSnapshot,
    /// Whether box and keys are gone.
    pub destroyed: bool,
    /// Codes can be read out of the QR image's address.
    pub code_in_address: bool,
    /// The day on which original texts and spent codes are destroyed; known from the opening on.
    pub originals_until: Option<Date>,
    /// The record of that destruction.
    pub destruction: Option<Destruction>,
    /// What a restore changed.
    pub restored: Option<Restored>,
    /// What the bulletin shows after the release; none where nobody was asked.
    pub reach: Option<Reach>,
    /// Closing days that were put off.
    pub postponed: Vec<Postponed>,
}

/// What a respondent can do at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Before the first day, or still a draft.
    NotYet,
    /// Can be answered.
    Answering,
    /// Past the end: the page says closed, but a form that was open may still be sent.
    Grace,
    /// Closed for good.
    Over,
    /// Halted after a restore.
    Suspended,
    /// Declared void.
    Void,
}

impl Round {
    /// From when to when it can be answered.
    #[must_use]
    pub fn days(&self, lang: Lang) -> Days {
        Days(self.opens, self.closes, lang)
    }

    /// A new draft of a survey with this content hash.
    #[must_use]
    pub fn draft(
        id: RoundId,
        title: &str,
        survey: &SurveyHash,
        access: Access,
        (opens, closes): (Date, Date),
    ) -> Self {
        Self {
            id,
            title: title.to_owned(),
            survey: survey.clone(),
            access,
            opens,
            closes,
            state: RoundState::Draft,
            trial: false,
            sealed: false,
            ended: false,
            looks_back: None,
            public_key: None,
            wrapped_key: None,
            edition: Some(BallotEdition::default()),
            closing: None,
            holds: BTreeMap::new(),
            checks: BTreeMap::new(),
            leftover: BTreeMap::new(),
            turnout: TurnoutSnapshot::default(),
            destroyed: false,
            code_in_address: true,
            originals_until: None,
            destruction: None,
            restored: None,
            reach: None,
            postponed: Vec::new(),
        }
    }

    /// Whether anything about this round is only a trial.
    #[must_use]
    pub fn is_trial(&self) -> bool {
        self.trial || self.access == Access::Poster
    }

    /// The first moment of answering.
    #[must_use]
    pub fn starts_at(&self) -> OffsetDateTime {
        midnight(self.opens)
    }

    /// The first moment after the last day. The end of all days, should a stored one be the last
    /// that a calendar has.
    #[must_use]
    pub fn ends_at(&self) -> OffsetDateTime {
        midnight(self.closes).saturating_add(Duration::DAY)
    }

    /// The first moment at which no form is taken any more.
    #[must_use]
    pub fn grace_ends_at(&self) -> OffsetDateTime {
        self.ends_at().saturating_add(GRACE)
    }

    /// What a respondent can do at `now`.
    #[must_use]
    pub fn phase(&self, now: OffsetDateTime) -> Phase {
        match self.state {
            RoundState::Draft => Phase::NotYet,
            RoundState::Suspended => Phase::Suspended,
            RoundState::Void => Phase::Void,
            RoundState::Closed | RoundState::Opened | RoundState::Released => Phase::Over,
            RoundState::Open if self.sealed || now >= self.grace_ends_at() => Phase::Over,
            RoundState::Open if self.ended || now >= self.ends_at() => Phase::Grace,
            RoundState::Open if now < self.starts_at() => Phase::NotYet,
            RoundState::Open => Phase::Answering,
        }
    }
}

/// Checks a title.
pub fn check_title(title: &str) -> Result<(), Refusal> {
    Rule::line(80)
        .check(title.trim())
        .map_err(|unfit| unfit.refusal("名称", "the title").at("title"))
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    fn round(state: RoundState) -> Round {
        let dates = (date!(2026 - 06 - 01), date!(2026 - 06 - 08));
        Round {
            state,
            ..Round::draft(
                "abcdefgh".parse().unwrap(),
                "测试",
                &SurveyHash::from(String::new()),
                Access::Slip,
                dates,
            )
        }
    }

    #[test]
    fn a_round_is_answered_from_the_first_midnight_to_the_last_in_shanghai() {
        let round = round(RoundState::Open);
        assert_eq!(round.phase(datetime!(2026-05-31 23:59:59 +8)), Phase::NotYet);
        assert_eq!(round.phase(datetime!(2026-05-31 16:00:00 UTC)), Phase::Answering);
        assert_eq!(round.phase(datetime!(2026-06-08 23:59:59 +8)), Phase::Answering);
        assert_eq!(round.phase(datetime!(2026-06-09 00:00:00 +8)), Phase::Grace);
        assert_eq!(round.phase(datetime!(2026-06-09 00:29:59 +8)), Phase::Grace);
        assert_eq!(round.phase(datetime!(2026-06-09 00:30:00 +8)), Phase::Over);
    }

    #[test]
    fn a_clock_that_jumps_back_never_reopens() {
        let mut round = round(RoundState::Open);
        round.ended = true;
        assert_eq!(
            round.phase(datetime!(2026-06-03 12:00:00 +8)),
            Phase::Grace,
            "the page says closed"
        );
        round.sealed = true;
        assert_eq!(round.phase(datetime!(2026-06-03 12:00:00 +8)), Phase::Over);
    }
}
