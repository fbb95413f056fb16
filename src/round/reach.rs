//! What two people decide about a round beside its moves: what the bulletin shows after the
//! release, and that the closing day is put off.
//! Both are seen by everybody who answered, so neither is one person's to decide.

use serde::{Deserialize, Serialize};
use time::Date;

use super::{Day, Round, RoundState, check_dates};
use crate::text::{Lang, Refusal};

/// What everybody without an account may see of a released round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// The sums by which everybody can check the count.
    #[default]
    Sums,
    /// The bureau's results, too.
    Results,
}

impl Reach {
    /// All of them, with their names: in the database and in forms, in Chinese, in English.
    pub const ALL: [(Self, &'static str, [&'static str; 2]); 2] = [
        (
            Self::Sums,
            "sums",
            [
                "只公布核对数字（发放、使用、答卷数和摘要）",
                "only the sums by which the count can be checked",
            ],
        ),
        (
            Self::Results,
            "results",
            [
                "并公布全局结果（全体人员凭网址可看，不含各单位结果）",
                "the bureau's results, too, for everybody who has the address; nothing of units",
            ],
        ),
    ];

    /// The name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|r| r.0 == self).map_or("", |r| r.1)
    }

    /// Reads a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|r| r.1 == name).map(|r| r.0)
    }

    /// What it means, in words.
    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        Self::ALL.iter().find(|r| r.0 == self).map_or("", |r| lang.pick(r.2[0], r.2[1]))
    }
}

/// A closing day that was put off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Postponed {
    /// The closing day before.
    pub from: String,
    /// The closing day since.
    pub to: String,
    /// The day on which two people decided it.
    pub day: String,
}

impl Round {
    /// Whether everybody may see the bureau's results. A round that was released before anybody
    /// was asked shows them, as it always did.
    #[must_use]
    pub fn shows_results(&self) -> bool {
        self.state == RoundState::Released && self.reach.is_none_or(|reach| reach == Reach::Results)
    }

    /// All days that were put off, with one more, as the database keeps them.
    #[must_use]
    pub fn put_off(&self, closes: &str, day: &str) -> String {
        let one =
            Postponed { from: self.closes.to_string(), to: closes.to_owned(), day: day.to_owned() };
        let all: Vec<&Postponed> = self.postponed.iter().chain([&one]).collect();
        serde_json::to_string(&all).expect("this type is JSON")
    }

    /// Why the round cannot go on until this day: it only ever closes later, and only while it can
    /// still be answered.
    pub fn check_later(&self, closes: Date) -> Result<(), Refusal> {
        if self.state != RoundState::Open || self.ended || self.sealed {
            return Err(Refusal::new(
                "只有正在填写的轮次可以延期",
                "only a round that can be answered now can be put off",
            ));
        }
        if closes <= self.closes {
            return Err(Refusal::new(
                format!(
                    "新的截止日须晚于现在的截止日（{}）；提前截止须监督员到场",
                    Day(self.closes, Lang::Zh)
                ),
                format!(
                    "the new closing day must be later than {}; closing early takes the trustees",
                    Day(self.closes, Lang::En)
                ),
            )
            .at("closes"));
        }
        check_dates(self.opens, closes)
    }
}
