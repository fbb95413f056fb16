//! An answer as forms and workbooks write it: its type, a few values by name, and rows of what can
//! be chosen.
//! The editor and Excel read and write the same thing in different clothes; a new type is told here
//! once, for both.

use std::ops::RangeInclusive;

use super::file::{AnswerFile, NumberClassFile, OptionFile, default_chars};

/// A type of answer, as people choose it.
#[derive(Debug)]
pub struct AnswerType {
    /// In files and forms.
    pub id: &'static str,
    /// In a workbook, after XLSForm.
    pub sheet: &'static str,
    /// What it is called, Chinese and English.
    pub label: [&'static str; 2],
    /// What else has to be said of it, by name.
    pub parts: &'static [&'static str],
}

/// All types, in the order in which they are offered.
pub const ANSWER_TYPES: &[AnswerType] = &[
    AnswerType {
        id: "scale", sheet: "scale", label: ["量表（程度）", "scale"], parts: &["scale"]
    },
    AnswerType {
        id: "single",
        sheet: "select_one",
        label: ["单选", "one of several"],
        parts: &["options"],
    },
    AnswerType {
        id: "multi",
        sheet: "select_multiple",
        label: ["多选", "some of several"],
        parts: &["option_set", "option_ids", "options", "min", "max"],
    },
    AnswerType {
        id: "number",
        sheet: "integer",
        label: ["数字", "number"],
        parts: &["min", "max", "classes"],
    },
    AnswerType { id: "text", sheet: "text", label: ["文字", "text"], parts: &["max_chars"] },
    AnswerType {
        id: "rank",
        sheet: "rank",
        label: ["排序", "ranking"],
        parts: &["options", "places"],
    },
];

/// An answer's type and what else is said of it.
#[derive(Debug, Default)]
pub struct FlatAnswer {
    /// The id of its type.
    pub id: &'static str,
    /// Values by name; an empty one says nothing.
    pub values: Vec<(&'static str, String)>,
    /// What can be chosen.
    pub options: Vec<OptionFile>,
    /// Classes of numbers.
    pub classes: Vec<NumberClassFile>,
}

impl FlatAnswer {
    /// The type.
    #[must_use]
    pub fn kind(&self) -> &'static AnswerType {
        let known = ANSWER_TYPES.iter().find(|known| known.id == self.id);
        known.expect("every answer has a type of the list")
    }

    /// A value; empty if there is none of that name.
    #[must_use]
    pub fn value(&self, name: &str) -> &str {
        self.values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }
}

/// Where an answer is read from. What is wrong is noted there, in the words of the place.
pub trait AnswerSource {
    /// A word or several; empty if nothing was written.
    fn words(&self, name: &str) -> String;
    /// A number in a range that may be left out.
    fn optional(&mut self, name: &'static str, range: RangeInclusive<i64>) -> Option<i64>;
    /// A number in a range. Where nothing need be written, `usual` stands for it.
    fn number(&mut self, name: &'static str, range: RangeInclusive<i64>, usual: i64) -> i64;
    /// What can be chosen.
    fn options(&mut self) -> Vec<OptionFile>;
    /// Classes of numbers.
    fn classes(&mut self) -> Vec<NumberClassFile>;
}

impl AnswerFile {
    /// The answer as it is written in forms and tables.
    #[must_use]
    pub fn flat(&self) -> FlatAnswer {
        let flat = FlatAnswer::default();
        match self {
            Self::Scale { scale } => {
                FlatAnswer { id: "scale", values: vec![("scale", scale.clone())], ..flat }
            }
            Self::Single { options } => {
                FlatAnswer { id: "single", options: options.clone(), ..flat }
            }
            Self::Multi { options, option_set, option_ids, min, max } => FlatAnswer {
                id: "multi",
                values: vec![
                    ("option_set", option_set.clone().unwrap_or_default()),
                    ("option_ids", option_ids.join(" ")),
                    ("min", min.to_string()),
                    ("max", max.map_or_else(String::new, |max| max.to_string())),
                ],
                options: options.clone(),
                ..flat
            },
            Self::Number { min, max, classes } => FlatAnswer {
                id: "number",
                values: vec![("min", min.to_string()), ("max", max.to_string())],
                classes: classes.clone(),
                ..flat
            },
            Self::Text { max_chars } => FlatAnswer {
                id: "text",
                values: vec![("max_chars", max_chars.to_string())],
                ..flat
            },
            Self::Rank { options, places } => FlatAnswer {
                id: "rank",
                values: vec![("places", places.to_string())],
                options: options.clone(),
                ..flat
            },
        }
    }

    /// Reads an answer of the type with that id; nothing if there is no such type. The bounds of
    /// numbers are those of their fields; what a survey allows is narrower and checked afterwards.
    pub fn read(id: &str, from: &mut impl AnswerSource) -> Option<Self> {
        const SMALL: RangeInclusive<i64> = 0..=255;
        const ANY: RangeInclusive<i64> = i64::MIN..=i64::MAX;
        let byte = |n: i64| u8::try_from(n).unwrap_or(0);
        Some(match id {
            "scale" => Self::Scale { scale: from.words("scale") },
            "single" => Self::Single { options: from.options() },
            "multi" => Self::Multi {
                option_set: Some(from.words("option_set")).filter(|set| !set.is_empty()),
                option_ids: from
                    .words("option_ids")
                    .split_whitespace()
                    .map(str::to_owned)
                    .collect(),
                options: from.options(),
                min: from.optional("min", SMALL).map_or(0, byte),
                max: from.optional("max", 1..=255).map(byte),
            },
            "number" => Self::Number {
                min: from.number("min", ANY, 0),
                max: from.number("max", ANY, 0),
                classes: from.classes(),
            },
            "text" => {
                let usual = default_chars();
                let chars = from.number("max_chars", 1..=2_000, usual.into());
                Self::Text { max_chars: u16::try_from(chars).unwrap_or(0) }
            }
            "rank" => Self::Rank {
                options: from.options(),
                places: byte(from.number("places", 1..=255, 1)),
            },
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::SurveyFile;

    /// What stands in no vector is tested by none of those who read it.
    #[test]
    fn the_vector_has_an_answer_of_every_type() {
        let kinds: SurveyFile =
            serde_json::from_str(include_str!("../../tests/vectors/kinds.json")).unwrap();
        let questions = (0..=kinds.categories.len()).flat_map(|group| kinds.questions_of(group));
        let mut missing: Vec<&str> = ANSWER_TYPES.iter().map(|known| known.id).collect();
        for question in questions {
            let flat = question.answer.flat();
            missing.retain(|id| *id != flat.kind().id);
            for (name, _) in &flat.values {
                assert!(flat.kind().parts.contains(name), "{name} of {}", flat.id);
            }
        }
        assert_eq!(missing, Vec::<&str>::new());
    }
}
