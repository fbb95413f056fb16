//! A survey: categories, questions, scales and list rules, all checked.
//! Parsing is the only door, so whoever holds a `Survey` holds one that can be shown, sealed, counted and listed.

mod check;
mod condition;
mod edit;
mod exposure;
mod file;
mod kinds;
mod part;
mod position;
mod read_sheets;
mod report;
mod rules;
mod sheets;
mod text_field;

use std::ops::Range;

use sha2::{Digest, Sha256};

pub use check::MAX_FILE_BYTES;
pub use condition::{Condition, Wanted};
pub use exposure::Exposure;
pub use file::{
    AnswerFile, ConditionFile, NumberClassFile, OptionFile, OtherText, PrivacyCondition, PrivacyLine, QuestionFile, QuestionRole, RectificationType,
    StepFile, SurveyFile, Thresholds, UnitKind,
};
pub use kinds::{kind_label, usual_kinds};
pub use part::Part;
pub use read_sheets::from_sheets;
pub use report::{SurveyError, SurveyErrors};
pub use sheets::{Sheet, column_letters, is_survey_sheet, to_sheets};
pub use text_field::TextField;

use crate::text::Text;

/// A checked survey definition.
#[derive(Debug, Clone)]
pub struct Survey {
    file: SurveyFile,
    json: String,
    hash: String,
    sections: Vec<Section>,
    questions: Vec<Question>,
}

/// A run of questions under one heading: a problem category, or the closing section.
#[derive(Debug, Clone)]
pub struct Section {
    /// Name of the category (`closing` for the closing section).
    pub id: String,
    /// Full title.
    pub name: Text,
    /// Short title.
    pub short_name: Text,
    /// Place from 1, in the order of the survey.
    pub order: usize,
    /// Whether it is a problem category.
    pub is_category: bool,
    /// Its questions, as indices into [`Survey::questions`].
    pub questions: Range<usize>,
}

/// A question with everything it refers to resolved.
#[derive(Debug, Clone)]
pub struct Question {
    /// Name, also of the form field.
    pub id: String,
    /// What is asked.
    pub text: Text,
    /// Advice beside it.
    pub hint: Option<Text>,
    /// Whether an answer is demanded.
    pub required: bool,
    /// What it does within its category.
    pub role: QuestionRole,
    /// Statement for the problem list; only scale questions have one.
    pub problem: Option<Text>,
    /// Withheld until checked.
    pub hold: bool,
    /// Statement once it was checked, if it is another one.
    pub checked: Option<Text>,
    /// Suggested rectification type.
    pub suggested: Option<String>,
    /// Kinds of unit whose lists may contain it; empty for all.
    pub scope: Vec<String>,
    /// Shown, and its answer counted, only if all of these hold.
    pub visible_if: Vec<Condition>,
    /// Index of its section.
    pub section: usize,
    /// Place from 1 among the reportable items of its section (0 if it is not reportable).
    pub order: usize,
    /// How it is answered.
    pub kind: Kind,
}

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

impl Question {
    /// Whether it is rated on a scale that can only say both "present" and "prominent", or neither.
    #[must_use]
    pub fn is_twofold(&self) -> bool {
        matches!(&self.kind, Kind::Scale(scale) if scale.is_twofold())
    }
}

impl Scale {
    /// Whether no step lies between "not present" and "prominent", as on a scale of yes and no.
    #[must_use]
    pub fn is_twofold(&self) -> bool {
        !self.steps.iter().any(|step| step.score.is_some_and(|s| s >= self.present_from && s < self.prominent_from))
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

impl Survey {
    /// Reads and checks a definition; all mistakes are reported together.
    pub fn parse(bytes: &[u8]) -> Result<Self, SurveyErrors> {
        check::parse(bytes)
    }

    /// Name of the survey.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.file.id
    }

    /// Title of the questionnaire.
    #[must_use]
    pub fn title(&self) -> &Text {
        &self.file.title
    }

    /// What stands above the first question.
    #[must_use]
    pub fn intro(&self) -> &Text {
        &self.file.intro
    }

    /// What the respondent reads after sending.
    #[must_use]
    pub fn thanks(&self) -> &Text {
        &self.file.thanks
    }

    /// Promises, in order.
    #[must_use]
    pub fn privacy(&self) -> &[PrivacyLine] {
        &self.file.privacy
    }

    /// Thresholds of the problem list.
    #[must_use]
    pub fn thresholds(&self) -> Thresholds {
        self.file.thresholds
    }

    /// Kinds of rectification.
    #[must_use]
    pub fn rectification_types(&self) -> &[RectificationType] {
        &self.file.rectification_types
    }

    /// All sections in order, the closing one last.
    #[must_use]
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The problem categories in order.
    pub fn categories(&self) -> impl Iterator<Item = &Section> {
        self.sections.iter().filter(|s| s.is_category)
    }

    /// All questions in order.
    #[must_use]
    pub fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// The question of that name.
    #[must_use]
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|q| q.id == id)
    }

    /// The question of a section that plays `role`.
    #[must_use]
    pub fn role_in(&self, section: usize, role: QuestionRole) -> Option<&Question> {
        self.questions[self.sections[section].questions.clone()].iter().find(|q| q.role == role)
    }

    /// SHA-256 of the definition, in hexadecimal: what a round freezes.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The definition as compact JSON, the bytes that are hashed and kept.
    #[must_use]
    pub fn to_json(&self) -> &str {
        &self.json
    }

    /// The JSON Schema of survey files, pretty-printed with a final newline.
    #[must_use]
    pub fn json_schema() -> String {
        let schema = schemars::schema_for!(SurveyFile);
        let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
        text.push('\n');
        text
    }

    fn assemble(file: SurveyFile) -> Self {
        let json = serde_json::to_string(&file).expect("a definition is JSON");
        let hash = hex::encode(Sha256::digest(&json));
        let mut survey = Self { file, json, hash, sections: Vec::new(), questions: Vec::new() };
        let file = survey.file.clone();
        for category in &file.categories {
            survey.add_section(&file, &category.id, (&category.name, &category.short_name), &category.questions, true);
        }
        if let Some(closing) = &file.closing {
            survey.add_section(&file, "closing", (&closing.name, &closing.name), &closing.questions, false);
        }
        survey
    }

    fn add_section(&mut self, file: &SurveyFile, id: &str, (name, short_name): (&Text, &Text), questions: &[file::QuestionFile], is_category: bool) {
        let start = self.questions.len();
        let section = self.sections.len();
        let mut order = 0;
        for question in questions {
            let reportable = is_category && question.problem.is_some();
            order += usize::from(reportable);
            let visible_if = condition::resolve(&self.questions, &question.visible_if);
            self.questions.push(Question {
                id: question.id.clone(),
                text: question.text.clone(),
                hint: question.hint.clone(),
                required: question.required,
                role: question.role,
                problem: question.problem.clone().filter(|_| is_category),
                hold: question.hold,
                checked: question.checked.clone(),
                suggested: question.suggested.clone(),
                scope: question.scope.clone(),
                visible_if,
                section,
                order: if reportable { order } else { 0 },
                kind: resolve(file, &question.answer),
            });
        }
        self.sections.push(Section {
            id: id.to_owned(),
            name: name.clone(),
            short_name: short_name.clone(),
            order: section + 1,
            is_category,
            questions: start..self.questions.len(),
        });
    }
}

fn resolve(file: &SurveyFile, answer: &file::AnswerFile) -> Kind {
    use file::AnswerFile as A;
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
                    .map(|s| Step { id: s.id.clone(), label: s.label.clone(), hint: s.hint.clone(), score: s.score })
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
            classes: classes.iter().map(|c| NumberClass { id: c.id.clone(), label: c.label.clone(), range: (c.from, c.to) }).collect(),
        },
        A::Text { max_chars } => Kind::Text { max_chars: usize::from(*max_chars) },
        A::Rank { options, places } => Kind::Rank { choices: choices(options), places: usize::from(*places) },
    }
}

/// The options of a multiple choice, written out or taken from a set in the order of its ids.
fn multi_options(file: &SurveyFile, answer: &file::AnswerFile) -> Vec<file::OptionFile> {
    let file::AnswerFile::Multi { options, option_set, option_ids, .. } = answer else { return Vec::new() };
    let Some(set) = option_set.as_ref().and_then(|name| file.option_sets.get(name)) else { return options.clone() };
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
