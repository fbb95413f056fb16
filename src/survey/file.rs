//! The survey file as an author writes it (`surveys/*.json`), field for field.
//! Its JSON Schema is generated from these types, so that the file format is described in one place
//! only.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::Text;

/// A survey definition as written in a file.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SurveyFile {
    /// Name of the survey in commands: lower-case letters, digits, `_` and `-`, starting with a
    /// letter.
    pub id: String,
    /// Version of the content, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Language tags of every text; the first one is the default.
    pub languages: Vec<String>,
    /// Title of the questionnaire.
    pub title: Text,
    /// What stands above the first question.
    pub intro: Text,
    /// What the respondent reads after sending.
    pub thanks: Text,
    /// Promises shown before the first question.
    #[serde(default)]
    pub privacy: Vec<PrivacyLine>,
    /// Thresholds of the problem list, in percent.
    #[serde(default)]
    pub thresholds: Thresholds,
    /// Named scales.
    #[serde(default)]
    pub scales: BTreeMap<String, ScaleFile>,
    /// Named option sets for multiple-choice questions.
    #[serde(default)]
    pub option_sets: BTreeMap<String, Vec<OptionFile>>,
    /// Kinds of rectification that a question may suggest.
    #[serde(default)]
    pub rectification_types: Vec<RectificationType>,
    /// Kinds of units that `scope` may name. A unit table may use the id, a label or one of the
    /// other words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unit_kinds: Vec<UnitKind>,
    /// Categories in the order of the questionnaire.
    pub categories: Vec<CategoryFile>,
    /// Questions after the last category; they never enter a problem list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closing: Option<ClosingFile>,
}

/// One promise to the respondent.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PrivacyLine {
    /// Name of the promise.
    pub id: String,
    /// The promise.
    pub text: Text,
    /// What has to hold for the promise to be shown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requires: Option<PrivacyCondition>,
}

/// A condition of a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PrivacyCondition {
    /// The round's key is held by trustees, not by the server alone.
    Trustees,
    /// The round is answered with one-time slips.
    Slips,
    /// Nobody can tie a code to a response: one-time slips, and a key that the server alone does
    /// not hold.
    Unlinked,
}

/// Shares in percent from which a problem is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Thresholds {
    /// Share of "prominent" answers (突出率) from which a problem is prominent (突出问题).
    pub prominent: u8,
    /// Share of "prominent" answers from which it is a tendency (倾向性问题).
    pub tendency: u8,
    /// Share of "present" answers (存在率) from which it is emerging (苗头性问题).
    pub emerging: u8,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { prominent: 40, tendency: 20, emerging: 30 }
    }
}

/// A scale, worst answer first.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScaleFile {
    /// The question asked of every item on this scale.
    pub stem: Text,
    /// Which period the answer is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference_period: Option<Text>,
    /// Score from which an answer counts as "present" (存在).
    #[serde(default = "present_from")]
    pub present_from: u8,
    /// Score from which an answer counts as "prominent" (突出).
    #[serde(default = "prominent_from")]
    pub prominent_from: u8,
    /// Steps in the order shown.
    pub options: Vec<StepFile>,
}

fn present_from() -> u8 {
    1
}

fn prominent_from() -> u8 {
    2
}

/// One step of a scale.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepFile {
    /// Name of the step.
    pub id: String,
    /// Label shown.
    pub label: Text,
    /// Gloss shown once above the items.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Text>,
    /// Score; `null` keeps the answer out of the denominator.
    pub score: Option<u8>,
}

/// One option of a choice.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OptionFile {
    /// Name of the option.
    pub id: String,
    /// Label shown.
    pub label: Text,
    /// Choosing it excludes all others.
    #[serde(default)]
    pub exclusive: bool,
    /// A short text that belongs to this option.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_text: Option<OtherText>,
}

/// The text field of an "other" option.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OtherText {
    /// Longest text in characters.
    pub max_chars: u16,
}

/// A kind of rectification.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RectificationType {
    /// Name of the type.
    pub id: String,
    /// Label.
    pub label: Text,
    /// What it means.
    pub text: Text,
}

/// A kind of units, such as squads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitKind {
    /// Name of the kind, as `scope` uses it.
    pub id: String,
    /// What people call it.
    pub label: Text,
    /// Other words for it that unit tables use.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
}

/// A problem category.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CategoryFile {
    /// Name of the category.
    pub id: String,
    /// Full title.
    pub name: Text,
    /// Short title for charts and narrow tables.
    pub short_name: Text,
    /// Questions in order.
    pub questions: Vec<QuestionFile>,
    /// Model measures by rectification type.
    #[serde(default)]
    pub measure_templates: BTreeMap<String, Text>,
}

/// The questions after the last category.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClosingFile {
    /// Title of the section.
    pub name: Text,
    /// Questions in order.
    pub questions: Vec<QuestionFile>,
}

/// A question.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionFile {
    /// Name of the question, also the name of its form field.
    pub id: String,
    /// What is asked.
    pub text: Text,
    /// Advice beside the question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<Text>,
    /// Whether an answer is demanded. The promise to let people skip argues against it.
    #[serde(default)]
    pub required: bool,
    /// What the question does within its category.
    #[serde(default)]
    pub role: QuestionRole,
    /// The statement that enters the problem list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Text>,
    /// The statement once a held question was checked; the same one if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<Text>,
    /// Part of the short form.
    #[serde(default)]
    pub core: bool,
    /// Withheld from every group until checked.
    #[serde(default)]
    pub hold: bool,
    /// Suggested rectification type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub suggested: Option<String>,
    /// Kinds of unit whose lists may contain this item; empty for all.
    #[serde(default)]
    pub scope: Vec<String>,
    /// Conditions on earlier answers, all of which must hold for the question to be shown and its
    /// answer to count.
    /// They may look only at questions that enter no problem list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub visible_if: Vec<ConditionFile>,
    /// How it is answered.
    pub answer: AnswerFile,
}

/// A condition on an earlier answer: options of a scale or choice, or a range of a number.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConditionFile {
    /// The earlier question.
    pub question: String,
    /// Holds if at least one of these options was chosen.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<String>,
    /// Holds from this number on …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
    /// … up to this one, both included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<i64>,
}

/// What a question does within its category.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuestionRole {
    /// An item that is rated.
    #[default]
    Item,
    /// How harmful the category's problems are.
    HarmLevel,
    /// What harm they do.
    Harm,
    /// What causes them.
    Cause,
    /// A concrete example, in words.
    Example,
    /// A suggested measure, in words.
    Measure,
}

/// How a question is answered.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum AnswerFile {
    /// One step of a named scale.
    Scale {
        /// Name of the scale.
        scale: String,
    },
    /// One of several options.
    Single {
        /// The options.
        options: Vec<OptionFile>,
    },
    /// Several options.
    Multi {
        /// Options written out here …
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        options: Vec<OptionFile>,
        /// … or taken from this named set,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        option_set: Option<String>,
        /// narrowed to and ordered by these ids (all of the set if empty).
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        option_ids: Vec<String>,
        /// Fewest options, if any is chosen.
        #[serde(default)]
        min: u8,
        /// Most options.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<u8>,
    },
    /// A whole number.
    Number {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
        /// Classes that the tally counts; they must cover min..=max without gaps.
        classes: Vec<NumberClassFile>,
    },
    /// Free text.
    Text {
        /// Longest text in characters.
        #[serde(default = "default_chars")]
        max_chars: u16,
    },
    /// Options put in order.
    Rank {
        /// The options.
        options: Vec<OptionFile>,
        /// How many places are filled, first place first.
        places: u8,
    },
}

pub(super) fn default_chars() -> u16 {
    200
}

/// A class of a number question.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NumberClassFile {
    /// Name of the class.
    pub id: String,
    /// Label.
    pub label: Text,
    /// Smallest value of the class.
    pub from: i64,
    /// Largest value of the class.
    pub to: i64,
}
