//! A survey as the sheets of a workbook, and back without loss, so that it can be written where
//! officials write: in Excel or WPS.
//! Columns follow XLSForm where it has a word for the thing (`type`, `name`, `label::zh-CN`,
//! `hint::…`, `required`, `list_name`, `begin_group`); what it lacks has columns of its own.

use super::file::{ConditionFile, OptionFile, QuestionFile, QuestionRole, SurveyFile};
use crate::text::Text;

/// A sheet of texts; the first row is its head.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// Rows as wide as the head.
    pub rows: Vec<Vec<String>>,
}

/// Collects the rows of a sheet.
struct Writer<'a> {
    languages: &'a [String],
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl<'a> Writer<'a> {
    /// Columns that end in `::` come once for each language.
    fn new(languages: &'a [String], columns: &[&str]) -> Self {
        let head = columns.iter().flat_map(|c| {
            if c.ends_with("::") {
                languages.iter().map(|l| format!("{c}{l}")).collect()
            } else {
                vec![(*c).to_owned()]
            }
        });
        Self { languages, head: head.collect(), rows: Vec::new() }
    }

    fn row(&mut self, fields: &[(&str, String)], texts: &[(&str, Option<&Text>)]) {
        let mut row = vec![String::new(); self.head.len()];
        let mut put = |column: &str, value: String| {
            let at = self.head.iter().position(|c| c == column).expect("a column of this sheet");
            row[at] = value;
        };
        for (column, value) in fields {
            put(column, value.clone());
        }
        for (column, text) in texts {
            for language in self.languages {
                put(
                    &format!("{column}{language}"),
                    text.and_then(|t| t.0.get(language)).cloned().unwrap_or_default(),
                );
            }
        }
        self.rows.push(row);
    }

    fn sheet(self, name: &str) -> Sheet {
        Sheet { name: name.to_owned(), rows: std::iter::once(self.head).chain(self.rows).collect() }
    }
}

fn yes(value: bool) -> String {
    if value { "yes".to_owned() } else { String::new() }
}

fn number<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |v| v.to_string())
}

/// The survey as sheets.
#[must_use]
pub fn to_sheets(survey: &SurveyFile) -> Vec<Sheet> {
    let [questions, choices, measures] = question_sheets(survey);
    let [types, kinds] = kind_sheets(survey);
    let (settings, privacy) = (settings_sheet(survey), privacy_sheet(survey));
    vec![questions, choices, scales_sheet(survey), settings, privacy, types, measures, kinds]
}

fn settings_sheet(survey: &SurveyFile) -> Sheet {
    let mut settings = Writer::new(&survey.languages, columns("settings"));
    let plain = |key: &str, value: String| [("setting", key.to_owned()), ("value", value)];
    settings.row(&plain("id", survey.id.clone()), &[]);
    settings.row(&plain("version", survey.version.clone().unwrap_or_default()), &[]);
    settings.row(&plain("languages", survey.languages.join(" ")), &[]);
    for (key, value) in [
        ("prominent", survey.thresholds.prominent),
        ("tendency", survey.thresholds.tendency),
        ("emerging", survey.thresholds.emerging),
    ] {
        settings.row(&plain(key, value.to_string()), &[]);
    }
    for (key, text) in
        [("title", &survey.title), ("intro", &survey.intro), ("thanks", &survey.thanks)]
    {
        settings.row(&plain(key, String::new()), &[("text::", Some(text))]);
    }
    settings.sheet("settings")
}

fn privacy_sheet(survey: &SurveyFile) -> Sheet {
    let mut privacy = Writer::new(&survey.languages, columns("privacy"));
    for line in &survey.privacy {
        let requires = line.requires.map_or_else(String::new, |r| word(&r));
        privacy.row(
            &[("name", line.id.clone()), ("requires", requires)],
            &[("text::", Some(&line.text))],
        );
    }
    privacy.sheet("privacy")
}

fn scales_sheet(survey: &SurveyFile) -> Sheet {
    let mut scales = Writer::new(&survey.languages, columns("scales"));
    for (name, scale) in &survey.scales {
        let fields = [
            ("scale", name.clone()),
            ("present_from", scale.present_from.to_string()),
            ("prominent_from", scale.prominent_from.to_string()),
        ];
        let period = scale.reference_period.as_ref();
        scales.row(&fields, &[("label::", Some(&scale.stem)), ("hint::", period)]);
        for step in &scale.options {
            let fields =
                [("scale", name.clone()), ("name", step.id.clone()), ("score", number(step.score))];
            scales.row(&fields, &[("label::", Some(&step.label)), ("hint::", step.hint.as_ref())]);
        }
    }
    scales.sheet("scales")
}

/// Kinds of rectification and of units.
fn kind_sheets(survey: &SurveyFile) -> [Sheet; 2] {
    let mut types = Writer::new(&survey.languages, columns("rectification"));
    for kind in &survey.rectification_types {
        let texts = [("label::", Some(&kind.label)), ("text::", Some(&kind.text))];
        types.row(&[("name", kind.id.clone())], &texts);
    }
    let mut kinds = Writer::new(&survey.languages, columns("kinds"));
    for kind in &survey.unit_kinds {
        let fields = [("name", kind.id.clone()), ("also", kind.also.join(" "))];
        kinds.row(&fields, &[("label::", Some(&kind.label))]);
    }
    [types.sheet("rectification"), kinds.sheet("kinds")]
}

/// Questions in their groups, what can be chosen in them, and the measures of categories.
fn question_sheets(survey: &SurveyFile) -> [Sheet; 3] {
    let languages = &survey.languages;
    let mut measures = Writer::new(languages, columns("measures"));
    let mut choices = Writer::new(languages, columns("choices"));
    for (set, options) in &survey.option_sets {
        write_options(&mut choices, &format!("set:{set}"), options);
    }
    let mut questions = Writer::new(languages, &QUESTION_COLUMNS);
    let bracket = |kind: &str| ("type", kind.to_owned());
    for category in &survey.categories {
        for (kind, text) in &category.measure_templates {
            let fields = [("category", category.id.clone()), ("rectification", kind.clone())];
            measures.row(&fields, &[("text::", Some(text))]);
        }
        questions.row(
            &[bracket("begin_group"), ("name", category.id.clone())],
            &[("label::", Some(&category.name)), ("short::", Some(&category.short_name))],
        );
        for question in &category.questions {
            write_question(&mut questions, &mut choices, question);
        }
        questions.row(&[bracket("end_group")], &[]);
    }
    if let Some(closing) = &survey.closing {
        questions.row(&[bracket("begin_closing")], &[("label::", Some(&closing.name))]);
        for question in &closing.questions {
            write_question(&mut questions, &mut choices, question);
        }
        questions.row(&[bracket("end_closing")], &[]);
    }
    [questions.sheet("survey"), choices.sheet("choices"), measures.sheet("measures")]
}

/// The sheets of a survey's workbook and their columns; whatever else a workbook has is refused by
/// name.
pub(super) const SHEETS: [(&str, &[&str]); 8] = [
    ("survey", &QUESTION_COLUMNS),
    ("choices", &["list_name", "name", "label::", "exclusive", "other_chars", "from", "to"]),
    ("scales", &["scale", "name", "label::", "hint::", "score", "present_from", "prominent_from"]),
    ("settings", &["setting", "value", "text::"]),
    ("privacy", &["name", "text::", "requires"]),
    ("rectification", &["name", "label::", "text::"]),
    ("measures", &["category", "rectification", "text::"]),
    ("kinds", &["name", "label::", "also"]),
];

/// Whether a sheet of this name is a survey's.
#[must_use]
pub fn is_survey_sheet(name: &str) -> bool {
    SHEETS.iter().any(|known| known.0 == name)
}

/// What the sheet `settings` may set.
pub(super) const SETTINGS: [&str; 9] =
    ["id", "version", "languages", "prominent", "tendency", "emerging", "title", "intro", "thanks"];

/// The letters of a column of a spreadsheet, such as `AB`.
#[must_use]
pub fn column_letters(column: usize) -> String {
    let (mut out, mut n) = (String::new(), column + 1);
    while n > 0 {
        out.insert(0, char::from(b'A' + u8::try_from((n - 1) % 26).unwrap_or(0)));
        n = (n - 1) / 26;
    }
    out
}

fn columns(sheet: &str) -> &'static [&'static str] {
    SHEETS.iter().find(|known| known.0 == sheet).map_or(&[], |known| known.1)
}

const QUESTION_COLUMNS: [&str; 19] = [
    "type",
    "name",
    "label::",
    "hint::",
    "short::",
    "problem::",
    "checked::",
    "required",
    "relevant",
    "role",
    "core",
    "hold",
    "suggested",
    "scope",
    "only",
    "min",
    "max",
    "max_chars",
    "places",
];

/// How a question is answered: its type, what else its row says, and its choices.
fn write_answer(
    choices: &mut Writer<'_>,
    question: &QuestionFile,
) -> (String, Vec<(&'static str, String)>) {
    let (id, flat) = (&question.id, question.answer.flat());
    let (kind, set) = (flat.kind(), flat.value("option_set"));
    let list = if kind.parts.contains(&"scale") {
        format!(" {}", flat.value("scale"))
    } else if !set.is_empty() {
        format!(" set:{set}")
    } else if kind.parts.contains(&"options") {
        write_options(choices, id, &flat.options);
        format!(" {id}")
    } else {
        String::new()
    };
    for class in &flat.classes {
        let fields = [
            ("list_name", id.clone()),
            ("name", class.id.clone()),
            ("from", class.from.to_string()),
            ("to", class.to.to_string()),
        ];
        choices.row(&fields, &[("label::", Some(&class.label))]);
    }
    let kind = format!("{}{list}", kind.sheet);
    // What stands beside the type already has no column of its own.
    let columns = flat.values.into_iter().filter_map(|(name, value)| match name {
        "scale" | "option_set" => None,
        "option_ids" => Some(("only", value)),
        name => Some((name, value)),
    });
    (kind, columns.collect())
}

fn write_question(questions: &mut Writer<'_>, choices: &mut Writer<'_>, question: &QuestionFile) {
    let (kind, mut more) = write_answer(choices, question);
    let role =
        if question.role == QuestionRole::Item { String::new() } else { word(&question.role) };
    let mut fields = vec![
        ("type", kind),
        ("name", question.id.clone()),
        ("required", yes(question.required)),
        ("relevant", question.visible_if.iter().map(condition).collect::<Vec<_>>().join("; ")),
        ("role", role),
        ("core", yes(question.core)),
        ("hold", yes(question.hold)),
        ("suggested", question.suggested.clone().unwrap_or_default()),
        ("scope", question.scope.join(" ")),
    ];
    fields.append(&mut more);
    questions.row(
        &fields,
        &[
            ("label::", Some(&question.text)),
            ("hint::", question.hint.as_ref()),
            ("problem::", question.problem.as_ref()),
            ("checked::", question.checked.as_ref()),
        ],
    );
}

fn write_options(choices: &mut Writer<'_>, list: &str, options: &[OptionFile]) {
    for option in options {
        let other = number(option.other_text.map(|o| o.max_chars));
        let fields = [
            ("list_name", list.to_owned()),
            ("name", option.id.clone()),
            ("exclusive", yes(option.exclusive)),
            ("other_chars", other),
        ];
        choices.row(&fields, &[("label::", Some(&option.label))]);
    }
}

/// `meal = lunch | dinner`, `week 1 .. 5`.
fn condition(condition: &ConditionFile) -> String {
    if condition.any_of.is_empty() {
        format!("{} {} .. {}", condition.question, number(condition.from), number(condition.to))
    } else {
        format!("{} = {}", condition.question, condition.any_of.join(" | "))
    }
}

/// A word of the file format.
fn word<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::from_sheets;

    /// The surveys that come with zicha, and one that has every type of answer in every form.
    fn shipped() -> Vec<SurveyFile> {
        let surveys = "surveys/{}.json";
        let kinds = "tests/vectors/kinds.json";
        ["self-check", "self-check-short", "canteen", "blank"]
            .map(|name| surveys.replace("{}", name))
            .into_iter()
            .chain([kinds.to_owned()])
            .map(|file| {
                let file = format!("{}/{file}", env!("CARGO_MANIFEST_DIR"));
                serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
            })
            .collect()
    }

    #[test]
    fn a_survey_comes_back_from_its_sheets_as_it_was() {
        for survey in shipped() {
            let back = from_sheets(&to_sheets(&survey)).unwrap();
            assert_eq!(
                serde_json::to_value(&back).unwrap(),
                serde_json::to_value(&survey).unwrap(),
                "{}",
                survey.id
            );
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_sheet_row_and_column_all_at_once() {
        let mut sheets = to_sheets(&shipped().remove(2));
        let survey = &mut sheets[0];
        let at = |column: &str| survey.rows[0].iter().position(|c| c == column).unwrap();
        let (kind, required, relevant) = (at("type"), at("required"), at("relevant"));
        survey.rows[2][kind] = "checkbox".into();
        survey.rows[3][required] = "maybe".into();
        survey.rows[4][relevant] = "whenever".into();
        sheets.retain(|s| s.name != "settings");
        let wrong = from_sheets(&sheets).unwrap_err();
        let said: Vec<&str> = wrong.iter().map(|r| r.en.as_str()).collect();
        assert_eq!(wrong.len(), 4, "{said:?}");
        for place in [
            "no sheet settings",
            "sheet survey, row 3, column type",
            "row 4, column required",
            "row 5, column relevant",
        ] {
            assert!(said.iter().any(|s| s.contains(place)), "{place}: {said:?}");
        }
    }
}
