//! What an answer to a question can be: a step of a scale, choices, a number, a place, a text.
//! The file was checked before; making these from it cannot fail.

use super::file::{self, SurveyFile};
use crate::text::{Lang, Text};

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

impl Kind {
    /// What can be chosen, worst or first one first: its name and its label. Nothing where people
    /// write.
    #[must_use]
    pub fn options(&self) -> Vec<(&str, &Text)> {
        match self {
            Self::Scale(scale) => scale.steps.iter().map(|s| (s.id.as_str(), &s.label)).collect(),
            Self::Single(choices) | Self::Multi { choices, .. } | Self::Rank { choices, .. } => {
                choices.iter().map(|c| (c.id.as_str(), &c.label)).collect()
            }
            Self::Number { .. } | Self::Text { .. } => Vec::new(),
        }
    }

    /// Names of what can be chosen, in order.
    #[must_use]
    pub fn option_ids(&self) -> Vec<&str> {
        self.options().into_iter().map(|(id, _)| id).collect()
    }

    /// Labels of what can be chosen, in order.
    #[must_use]
    pub fn labels(&self) -> Vec<&Text> {
        self.options().into_iter().map(|(_, label)| label).collect()
    }

    /// What the tally counts, in order: name and label of each option, class or option in a place.
    #[must_use]
    pub fn counted(&self) -> Vec<(String, Text)> {
        match self {
            Self::Number { classes, .. } => {
                classes.iter().map(|c| (c.id.clone(), c.label.clone())).collect()
            }
            Self::Rank { choices, places } => {
                let placed = |c: &Choice, place| {
                    let zh = format!("{}（第{place}位）", c.label.zh());
                    let en = format!("{} (place {place})", c.label.get(Lang::En));
                    (format!("{}.{place}", c.id), Text::both(zh, en))
                };
                choices.iter().flat_map(|c| (1..=*places).map(move |p| placed(c, p))).collect()
            }
            _ => self
                .options()
                .into_iter()
                .map(|(id, label)| (id.to_owned(), label.clone()))
                .collect(),
        }
    }

    /// Most bytes that an answer takes in a form, as it comes over the wire; `name` is the length
    /// of the question's.
    #[must_use]
    pub fn form_size(&self, name: usize) -> usize {
        // A character takes twelve bytes at most once encoded.
        let field = |name: usize, value: usize| name + value + 2;
        let ids = || self.options().into_iter().map(|(id, _)| id.len());
        let one = || field(name, ids().max().unwrap_or(0));
        let other = |choices: &[Choice]| {
            let chars = choices.iter().filter_map(|c| c.other_chars).max();
            chars.map_or(0, |chars| field(name + 6, 12 * chars))
        };
        match self {
            Self::Scale(_) => one(),
            Self::Single(choices) => one() + other(choices),
            Self::Multi { choices, .. } => {
                ids().map(|id| field(name, id)).sum::<usize>() + other(choices)
            }
            Self::Number { .. } => field(name, 20),
            Self::Text { max_chars } => field(name, 12 * max_chars),
            Self::Rank { places, .. } => places * field(name + 3, ids().max().unwrap_or(0)),
        }
    }

    /// How it is answered, in words.
    #[must_use]
    pub fn in_words(&self, lang: Lang) -> String {
        let labels: Vec<&str> = self.labels().into_iter().map(|label| label.get(lang)).collect();
        let labels = labels.join(lang.pick("／", " / "));
        match self {
            Self::Scale(_) => labels,
            Self::Single(_) => lang.pick(format!("选一项：{labels}"), format!("one of: {labels}")),
            Self::Multi { max, .. } => {
                lang.pick(format!("最多选 {max} 项：{labels}"), format!("up to {max} of: {labels}"))
            }
            Self::Rank { places, .. } => lang.pick(
                format!("排出前 {places} 位：{labels}"),
                format!("the first {places} of: {labels}"),
            ),
            Self::Number { classes, .. } => {
                let classes: Vec<&str> = classes.iter().map(|c| c.label.get(lang)).collect();
                let classes = classes.join(lang.pick("／", " / "));
                lang.pick(
                    format!("数字，按段统计：{classes}"),
                    format!("a number, counted in: {classes}"),
                )
            }
            Self::Text { max_chars } => lang.pick(
                format!("文字，最多 {max_chars} 字"),
                format!("text, {max_chars} characters at most"),
            ),
        }
    }
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
