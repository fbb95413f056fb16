//! Where a round stands and which moves are legal.
//! A move names the state it starts from, so that none happens twice and none is skipped.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::text::{Lang, Refusal};

/// Where a round stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoundState {
    /// Being prepared.
    Draft,
    /// Frozen; can be answered inside its dates.
    Open,
    /// The box is sealed.
    Closed,
    /// The box was opened and counted.
    Opened,
    /// Results are out.
    Released,
    /// Halted after a restore, until accepted.
    Suspended,
    /// Declared void.
    Void,
}

impl RoundState {
    const NAMES: [(Self, &'static str, &'static str); 7] = [
        (Self::Draft, "draft", "草稿"),
        (Self::Open, "open", "已开放"),
        (Self::Closed, "closed", "已截止"),
        (Self::Opened, "opened", "已开箱"),
        (Self::Released, "released", "已发布"),
        (Self::Suspended, "suspended", "已暂停"),
        (Self::Void, "void", "已作废"),
    ];

    /// All states.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::NAMES.iter().map(|state| state.0)
    }

    /// The name in the database and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|n| n.0 == self).map_or("", |n| n.1)
    }

    /// The name on a page.
    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        Self::NAMES.iter().find(|n| n.0 == self).map_or("", |n| lang.pick(n.2, n.1))
    }

    /// Whether the box was opened, so that there are results.
    #[must_use]
    pub fn has_results(self) -> bool {
        matches!(self, Self::Opened | Self::Released)
    }
}

impl FromStr for RoundState {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::NAMES.iter().find(|n| n.1 == text).map(|n| n.0).ok_or(())
    }
}

/// A move of a round.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    /// Freeze and open for answers.
    Open,
    /// Seal the box.
    Close,
    /// Open the box and count.
    OpenBox,
    /// Let results out.
    Release,
    /// Go on after a restore.
    Resume,
    /// Declare void after a restore.
    Void,
}

impl Move {
    /// The state a move leads to, or why it is not possible from `state`.
    pub fn from(self, state: RoundState) -> Result<RoundState, Refusal> {
        use RoundState as S;
        match (self, state) {
            (Self::Open, S::Draft) | (Self::Resume, S::Suspended) => Ok(S::Open),
            (Self::Close, S::Open) => Ok(S::Closed),
            (Self::OpenBox, S::Closed) => Ok(S::Opened),
            (Self::Release, S::Opened) => Ok(S::Released),
            (Self::Void, S::Suspended | S::Closed) => Ok(S::Void),
            _ => Err(self.refusal(state)),
        }
    }

    fn refusal(self, state: RoundState) -> Refusal {
        let (zh, en, from_zh, from_en) = match self {
            Self::Open => ("开放", "opened for answers", "草稿", "draft"),
            Self::Close => ("截止", "closed", "已开放", "open"),
            Self::OpenBox => ("开箱", "counted (box open)", "已截止", "closed"),
            Self::Release => ("发布", "released", "已开箱", "opened"),
            Self::Resume => ("恢复填写", "resumed", "已暂停", "suspended"),
            Self::Void => ("作废", "declared void", "已暂停或已截止", "suspended or closed"),
        };
        Refusal::new(
            format!("本轮当前状态为“{}”，只有“{from_zh}”的轮次才能{zh}", state.label(Lang::Zh)),
            format!("the round is {}; only a round that is {from_en} can be {en}", state.as_str()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_next_state_can_be_reached() {
        use RoundState as S;
        let states = [S::Draft, S::Open, S::Closed, S::Opened, S::Released, S::Suspended, S::Void];
        let legal = [
            (Move::Open, S::Draft),
            (Move::Close, S::Open),
            (Move::OpenBox, S::Closed),
            (Move::Release, S::Opened),
            (Move::Resume, S::Suspended),
            (Move::Void, S::Suspended),
            (Move::Void, S::Closed),
        ];
        for state in states {
            for step in
                [Move::Open, Move::Close, Move::OpenBox, Move::Release, Move::Resume, Move::Void]
            {
                assert_eq!(
                    step.from(state).is_ok(),
                    legal.contains(&(step, state)),
                    "{step:?} from {state:?}"
                );
            }
        }
    }
}
