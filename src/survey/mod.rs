//! A survey: categories, questions, scales and list rules, all checked.
//! Parsing is the only door, so whoever holds a `Survey` holds one that can be shown, sealed,
//! counted and listed.

mod answer;
mod answer_rules;
mod check;
mod condition;
mod edit;
mod exposure;
mod file;
mod flat;
mod kinds;
mod part;
mod position;
mod read_sheets;
mod report;
mod rules;
mod sheets;
mod text_field;
mod unknown;

use std::ops::Range;

use schemars::transform::{RecursiveTransform, Transform};
use sha2::{Digest, Sha256};

pub use check::MAX_FILE_BYTES;
pub use condition::{Condition, Wanted};
pub use exposure::Exposure;
pub use file::{
    AnswerFile, ConditionFile, NumberClassFile, OptionFile, OtherText, PrivacyCondition,
    PrivacyLine, QuestionFile, QuestionRole, RectificationType, ScaleFile, StepFile, SurveyFile,
    Thresholds, UnitKind,
};
pub use flat::{ANSWER_TYPES, AnswerSource, AnswerType, FlatAnswer};
pub use kinds::{kind_label, usual_kinds};
pub use part::Part;
pub use read_sheets::from_sheets;
pub use report::{SurveyError, SurveyErrors};
pub use sheets::{Sheet, column_letters, is_survey_sheet, to_sheets};
pub use text_field::TextField;

use crate::id::typed_name;
use crate::text::Text;
pub use answer::{Choice, Kind, NumberClass, Scale, Step};
use answer::{multi_options, resolve};

typed_name! {
    /// Which definition it is: the SHA-256 of its bytes, in hexadecimal. A survey's id is another
    /// thing: a bureau may change what it calls by one id, never what a round froze.
    SurveyHash
}

/// A checked survey definition.
#[derive(Debug, Clone)]
pub struct Survey {
    file: SurveyFile,
    json: String,
    hash: SurveyHash,
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

impl Question {
    /// Whether it is rated on a scale that can only say both "present" and "prominent", or neither.
    #[must_use]
    pub fn is_twofold(&self) -> bool {
        matches!(&self.kind, Kind::Scale(scale) if scale.is_twofold())
    }
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
    pub fn hash(&self) -> &SurveyHash {
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
        let mut schema = schemars::schema_for!(SurveyFile);
        // A comment's lines are as long as the source's; a reader of the schema has a window.
        let mut unfold = RecursiveTransform(|part: &mut schemars::Schema| {
            if let Some(serde_json::Value::String(said)) = part.get_mut("description") {
                *said = said.replace('\n', " ");
            }
        });
        unfold.transform(&mut schema);
        let mut text = serde_json::to_string_pretty(&schema).expect("a schema is JSON");
        text.push('\n');
        text
    }

    fn assemble(file: SurveyFile) -> Self {
        let json = serde_json::to_string(&file).expect("a definition is JSON");
        let hash = SurveyHash::from(hex::encode(Sha256::digest(&json)));
        let mut survey = Self { file, json, hash, sections: Vec::new(), questions: Vec::new() };
        let file = survey.file.clone();
        for category in &file.categories {
            survey.add_section(
                &file,
                &category.id,
                (&category.name, &category.short_name),
                &category.questions,
                true,
            );
        }
        if let Some(closing) = &file.closing {
            survey.add_section(
                &file,
                "closing",
                (&closing.name, &closing.name),
                &closing.questions,
                false,
            );
        }
        survey
    }

    fn add_section(
        &mut self,
        file: &SurveyFile,
        id: &str,
        (name, short_name): (&Text, &Text),
        questions: &[file::QuestionFile],
        is_category: bool,
    ) {
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
