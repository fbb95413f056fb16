//! The Release: everything about a round that may ever leave the house, frozen.
//! Pages, charts, lists, exports and the bulletin read nothing else, so they cannot disagree and
//! cannot leak.

use serde::{Deserialize, Serialize};

use super::band::{Band, Class};
use crate::survey::SurveyHash;
use crate::text::Lang;
use crate::unit::{GroupCode, UnitCode};

/// Version of the gate's rules, kept with every release.
pub const GATE_VERSION: u32 = 2;

/// How widespread a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// 苗头性问题.
    Emerging,
    /// 倾向性问题.
    Tendency,
    /// 突出问题.
    Prominent,
}

impl Level {
    /// The name in the code and in style sheets.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Prominent => "prominent",
            Self::Tendency => "tendency",
            Self::Emerging => "emerging",
        }
    }

    /// All levels, the gravest first.
    pub const ALL: [Self; 3] = [Self::Prominent, Self::Tendency, Self::Emerging];

    /// The name as an official writes it.
    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Prominent => lang.pick("突出问题", "prominent"),
            Self::Tendency => lang.pick("倾向性问题", "tendency"),
            Self::Emerging => lang.pick("苗头性问题", "emerging"),
        }
    }
}

/// The publishable results of a round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// [`GATE_VERSION`] of the gate that made it.
    pub gate: u32,
    /// Round.
    pub round: String,
    /// Title of the round.
    pub title: String,
    /// Content hash of the survey.
    pub survey: SurveyHash,
    /// Published groups in the order of the unit table.
    pub groups: Vec<ReleasedGroup>,
    /// The whole bureau.
    pub bureau: ReleasedBureau,
}

/// Slips and ballots of a published group, or of the bureau.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turnout {
    /// People.
    pub headcount: u32,
    /// Slips issued.
    pub issued: u32,
    /// Slips used.
    pub used: u32,
    /// Ballots taken from the box.
    pub opened: u32,
    /// Ballots that did not open, were copies or did not fit.
    pub spoiled: u32,
    /// Deliberately blank ballots.
    pub blank: u32,
    /// Ballots that count.
    pub counted: u32,
}

/// A published group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasedGroup {
    /// Code.
    pub code: GroupCode,
    /// Name.
    pub name: String,
    /// Kind.
    pub kind: String,
    /// Kinds of its units.
    pub kinds: Vec<String>,
    /// Codes of its units.
    pub units: Vec<UnitCode>,
    /// Whether it was merged from several configured groups.
    pub merged: bool,
    /// Slips and ballots.
    pub turnout: Turnout,
    /// One cell for each question, in order.
    pub cells: Vec<GroupCell>,
}

/// What is said of a group's answers to one question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupCell {
    /// An item that can be listed.
    Item(GroupItem),
    /// The options chosen by many, by index, at most three.
    Top(Vec<usize>),
    /// The median step of a harm level, by index.
    Median(usize),
    /// Nothing; suppressed and empty look the same.
    Nothing,
}

/// What is said of a group's ratings of one item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupItem {
    /// Size class of the valid answers.
    pub class: Class,
    /// Band of 突出率.
    pub prominent: Option<Band>,
    /// Band of 存在率.
    pub present: Option<Band>,
    /// Half or more said they do not know.
    pub unclear: bool,
    /// Level for the problem list.
    pub level: Option<Level>,
    /// Bands of the steps' shares among all answers, from class XL up (first version of the gate
    /// only).
    pub shares: Vec<Band>,
}

/// What is said of the whole bureau.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleasedBureau {
    /// Slips and ballots.
    pub turnout: Turnout,
    /// Whether it is large enough for exact counts.
    pub exact: bool,
    /// One cell for each question, in order.
    pub cells: Vec<BureauCell>,
}

/// What is said of the bureau's answers to one question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BureauCell {
    /// An item that can be listed.
    Item(BureauItem),
    /// Counts of options, answers and blanks of any other question.
    Options {
        /// By option, step or class; for a rank by option and place. Kept back where it, or what it
        /// would tell of another one, is too near nobody or everybody.
        counts: Vec<Option<u32>>,
        /// Ballots that answered.
        answered: u32,
    },
    /// Bands of the options' shares, of a follow-up that only some were asked.
    Shares(Vec<Band>),
    /// The options chosen by many, where counts could not be said (first version of the gate only).
    Top(Vec<usize>),
    /// The median step, where counts could not be said (first version of the gate only).
    Median(usize),
    /// Nothing.
    Nothing,
}

/// What is said of the bureau's ratings of one item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BureauItem {
    /// Exact counts, where they pin nobody.
    pub exact: Option<ExactItem>,
    /// Size class of the valid answers.
    pub class: Class,
    /// Band of 突出率, if there are no exact counts and the band pins nobody.
    pub prominent: Option<Band>,
    /// Band of 存在率, likewise.
    pub present: Option<Band>,
    /// Half or more said they do not know.
    pub unclear: bool,
    /// Level for the roll-up.
    pub level: Option<Level>,
}

/// Exact counts of an item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExactItem {
    /// By step; kept back where hardly anybody chose it or a step that counts alike.
    pub steps: Vec<Option<u32>>,
    /// Ballots that rated the item, "don't know" included.
    pub answered: u32,
    /// Valid answers: the denominator of both shares.
    pub valid: u32,
    /// Answers that count as prominent.
    pub prominent: u32,
    /// Answers that count as present.
    pub present: u32,
    /// 100 × sum of scores ÷ (top score × valid), in tenths; only if all steps are told.
    pub index_tenths: Option<u32>,
    /// 突出率 in tenths of a percent if all who kept silent had said no.
    pub bound_low_tenths: u32,
    /// 突出率 in tenths of a percent if all who kept silent had said yes.
    pub bound_high_tenths: u32,
}

impl ReleasedGroup {
    /// Whether no ballot came from it: it has no list, and nothing is said of it but that.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.turnout.opened == 0 && !self.merged
    }
}

impl Release {
    /// Groups from which ballots came.
    pub fn answering(&self) -> impl Iterator<Item = &ReleasedGroup> {
        self.groups.iter().filter(|group| !group.is_silent())
    }

    /// The release as JSON, the bytes that are kept and digested.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("a release is JSON")
    }
}
