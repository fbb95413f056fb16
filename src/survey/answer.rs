//! What an answer to a question can be: a step of a scale, choices, a number, a place, a text.
//! The file was checked before; making these from it cannot fail.

use super::file::{self, SurveyFile};
use crate::text::Text;

/// How a question is answered.
#[derive(Debug, Clone)]
pub enum Kind {
    /// One step of a scale.
    Scale(Scale),
    /// One option.
    Single(Vec<Choice>),
    /// Several options.
    Multi {
        /// The options.
        choices: Vec<Choice>,
        /// Fewest, if any.
        min: usize,
        /// Most.
        max: usize,
    },
    /// A whole number.
    Number {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
        /// Classes counted by the tally, without gaps.
        classes: Vec<NumberClass>,
    },
    /// Free text.
    Text {
        /// Longest text in characters.
        max_chars: usize,
    },
    /// Options in order.
    Rank {
        /// The options.
        choices: Vec<Choice>,
        /// Places to fill.
        places: usize,
    },
}

/// A scale, worst step first.
#[derive(Debug, Clone)]
pub struct Scale {
    /// Name of the scale.
    pub id: String,
    /// The question asked of every item on it.
    pub stem: Text,
    /// Reference period.
    pub reference_period: Option<Text>,
    /// Its steps.
    pub steps: Vec<Step>,
    /// Score from which an answer is "present".
    pub present_from: u8,
    /// Score from which it is "prominent".
    pub prominent_from: u8,
}

impl Scale {
    /// Whether no step lies between "not present" and "prominent", as on a scale of yes and no.
    #[must_use]
    pub fn is_twofold(&self) -> bool {
        !self.steps.iter().any(|step| {
            step.score.is_some_and(|s| s >= self.present_from && s < self.prominent_from)
        })
    }

    /// The highest score.
    #[must_use]
    pub fn top_score(&self) -> u8 {
        self.steps.iter().filter_map(|s| s.score).max().unwrap_or(0)
    }
}

/// A step of a scale.
#[derive(Debug, Clone)]
pub struct Step {
    /// Name.
    pub id: String,
    /// Label.
    pub label: Text,
    /// Gloss.
    pub hint: Option<Text>,
    /// Score; `None` stays out of the denominator.
    pub score: Option<u8>,
}

/// An option of a choice.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Name.
    pub id: String,
    /// Label.
    pub label: Text,
    /// Excludes all others.
    pub exclusive: bool,
    /// Longest "other" text, if it has one.
    pub other_chars: Option<usize>,
}

/// A class of numbers.
#[derive(Debug, Clone)]
pub struct NumberClass {
    /// Name.
    pub id: String,
    /// Label.
    pub label: Text,
    /// Smallest and largest value.
    pub range: (i64, i64),
}

pub(super) fn resolve(file: &SurveyFile, answer: &file::AnswerFile) -> Kind {
    use super::file::AnswerFile as A;
    match answer {
        A::Scale { scale } => {
            let found = &file.scales[scale];
            Kind::Scale(Scale {
                id: scale.clone(),
                stem: found.stem.clone(),
                reference_period: found.reference_period.clone(),
                steps: found
                    .options
                    .iter()
                    .map(|s| Step {
                        id: s.id.clone(),
                        label: s.label.clone(),
                        hint: s.hint.clone(),
                        score: s.score,
                    })
                    .collect(),
                present_from: found.present_from,
                prominent_from: found.prominent_from,
            })
        }
        A::Single { options } => Kind::Single(choices(options)),
        A::Multi { min, max, .. } => {
            let choices = choices(&multi_options(file, answer));
            let max = max.map_or(choices.len(), usize::from);
            Kind::Multi { choices, min: usize::from(*min), max }
        }
        A::Number { min, max, classes } => Kind::Number {
            min: *min,
            max: *max,
            classes: classes
                .iter()
                .map(|c| NumberClass {
                    id: c.id.clone(),
                    label: c.label.clone(),
                    range: (c.from, c.to),
                })
                .collect(),
        },
        A::Text { max_chars } => Kind::Text { max_chars: usize::from(*max_chars) },
        A::Rank { options, places } => {
            Kind::Rank { choices: choices(options), places: usize::from(*places) }
        }
    }
}

/// The options of a multiple choice, written out or taken from a set in the order of its ids.
pub(super) fn multi_options(file: &SurveyFile, answer: &file::AnswerFile) -> Vec<file::OptionFile> {
    let file::AnswerFile::Multi { options, option_set, option_ids, .. } = answer else {
        return Vec::new();
    };
    let Some(set) = option_set.as_ref().and_then(|name| file.option_sets.get(name)) else {
        return options.clone();
    };
    if option_ids.is_empty() {
        return set.clone();
    }
    option_ids.iter().filter_map(|id| set.iter().find(|o| &o.id == id).cloned()).collect()
}

fn choices(options: &[file::OptionFile]) -> Vec<Choice> {
    options
        .iter()
        .map(|o| Choice {
            id: o.id.clone(),
            label: o.label.clone(),
            exclusive: o.exclusive,
            other_chars: o.other_text.map(|t| usize::from(t.max_chars)),
        })
        .collect()
}
