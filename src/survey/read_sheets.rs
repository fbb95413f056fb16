//! Reading a survey from the sheets of a workbook: everything that is wrong is named with sheet,
//! row and column, all at once.
//! What the survey means is checked afterwards, as for any other file.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use super::file::{
    AnswerFile, CategoryFile, ClosingFile, ConditionFile, NumberClassFile, OptionFile, OtherText,
    PrivacyLine, QuestionFile, RectificationType, ScaleFile, StepFile, SurveyFile, Thresholds,
    UnitKind,
};
use super::flat::{ANSWER_TYPES, AnswerSource};
use super::sheets::Sheet;
use super::unknown::{Row, Wrong, rows, unknown};
use crate::text::{Refusal, Text};

/// The survey that the sheets hold; what the checks of a survey then say is another matter.
pub fn from_sheets(sheets: &[Sheet]) -> Result<SurveyFile, Vec<Refusal>> {
    let mut wrong = Wrong::new();
    unknown(sheets, &mut wrong);
    let known: BTreeSet<&str> = sheets.iter().map(|s| s.name.as_str()).collect();
    for needed in ["survey", "settings"] {
        if !known.contains(needed) {
            wrong.push(Refusal::new(
                format!("缺少工作表 {needed}"),
                format!("there is no sheet {needed}"),
            ));
        }
    }
    let settings = rows(sheets, "settings");
    let setting = |key: &str| settings.iter().find(|r| r.get("setting") == key);
    let value = |key: &str| setting(key).map(|r| r.get("value").to_owned()).unwrap_or_default();
    let text = |key: &str| setting(key).and_then(|r| r.text("text::")).unwrap_or_default();
    let percent = |key: &str, usual: u8, wrong: &mut Wrong| {
        setting(key).and_then(|r| r.number("value", wrong)).unwrap_or(usual)
    };
    let usual = Thresholds::default();
    let thresholds = Thresholds {
        prominent: percent("prominent", usual.prominent, &mut wrong),
        tendency: percent("tendency", usual.tendency, &mut wrong),
        emerging: percent("emerging", usual.emerging, &mut wrong),
    };
    let choices = read_choices(sheets, &mut wrong);
    let scales = read_scales(sheets, &mut wrong);
    let (mut categories, closing) = read_groups(sheets, &choices, &mut wrong);
    read_measures(sheets, &mut categories, &mut wrong);
    let sets = choices.iter().filter_map(|(list, rows)| {
        Some((
            list.strip_prefix("set:")?.to_owned(),
            rows.iter().map(|c| c.option.clone()).collect(),
        ))
    });
    let survey = SurveyFile {
        id: value("id"),
        version: Some(value("version")).filter(|v| !v.is_empty()),
        languages: value("languages").split_whitespace().map(str::to_owned).collect(),
        title: text("title"),
        intro: text("intro"),
        thanks: text("thanks"),
        privacy: read_privacy(sheets, &mut wrong),
        thresholds,
        scales,
        option_sets: sets.collect(),
        rectification_types: read_types(sheets),
        unit_kinds: read_kinds(sheets),
        categories,
        closing,
    };
    if wrong.is_empty() { Ok(survey) } else { Err(wrong) }
}

fn read_privacy(sheets: &[Sheet], wrong: &mut Wrong) -> Vec<PrivacyLine> {
    let line = |r: &Row<'_>| PrivacyLine {
        id: r.get("name").to_owned(),
        text: r.text("text::").unwrap_or_default(),
        requires: r.one_of("requires", wrong),
    };
    rows(sheets, "privacy").iter().map(line).collect()
}

fn read_types(sheets: &[Sheet]) -> Vec<RectificationType> {
    let kind = |r: &Row<'_>| RectificationType {
        id: r.get("name").to_owned(),
        label: r.text("label::").unwrap_or_default(),
        text: r.text("text::").unwrap_or_default(),
    };
    rows(sheets, "rectification").iter().map(kind).collect()
}

fn read_kinds(sheets: &[Sheet]) -> Vec<UnitKind> {
    let kind = |r: &Row<'_>| UnitKind {
        id: r.get("name").to_owned(),
        label: r.text("label::").unwrap_or_default(),
        also: r.words("also"),
    };
    rows(sheets, "kinds").iter().map(kind).collect()
}

fn read_measures(sheets: &[Sheet], categories: &mut [CategoryFile], wrong: &mut Wrong) {
    for row in rows(sheets, "measures") {
        match categories.iter_mut().find(|c| c.id == row.get("category")) {
            Some(category) => {
                let kind = row.get("rectification").to_owned();
                let text = row.text("text::").unwrap_or_default();
                category.measure_templates.insert(kind, text);
            }
            None => wrong.push(row.wrong("category", "没有这个类别", "there is no such category")),
        }
    }
}

/// A choice as an option, and as a class of numbers.
struct Choice {
    option: OptionFile,
    from: Option<i64>,
    to: Option<i64>,
}

fn read_choices(sheets: &[Sheet], wrong: &mut Wrong) -> BTreeMap<String, Vec<Choice>> {
    let mut choices: BTreeMap<String, Vec<Choice>> = BTreeMap::new();
    for row in rows(sheets, "choices") {
        let option = OptionFile {
            id: row.get("name").to_owned(),
            label: row.text("label::").unwrap_or_default(),
            exclusive: row.is("exclusive", wrong),
            other_text: row.number("other_chars", wrong).map(|max_chars| OtherText { max_chars }),
        };
        let choice =
            Choice { option, from: row.number("from", wrong), to: row.number("to", wrong) };
        choices.entry(row.get("list_name").to_owned()).or_default().push(choice);
    }
    choices
}

fn read_scales(sheets: &[Sheet], wrong: &mut Wrong) -> BTreeMap<String, ScaleFile> {
    let mut scales: BTreeMap<String, ScaleFile> = BTreeMap::new();
    for row in rows(sheets, "scales") {
        let (scale, label, hint) = (
            row.get("scale").to_owned(),
            row.text("label::").unwrap_or_default(),
            row.text("hint::"),
        );
        if row.get("name").is_empty() {
            let (present, prominent) = (
                row.number("present_from", wrong).unwrap_or(1),
                row.number("prominent_from", wrong).unwrap_or(2),
            );
            let head = ScaleFile {
                stem: label,
                reference_period: hint,
                present_from: present,
                prominent_from: prominent,
                options: Vec::new(),
            };
            scales.insert(scale, head);
        } else if let Some(known) = scales.get_mut(&scale) {
            known.options.push(StepFile {
                id: row.get("name").to_owned(),
                label,
                hint,
                score: row.number("score", wrong),
            });
        } else {
            wrong.push(row.wrong(
                "scale",
                "先写量表本身的一行（name 留空），再写各档",
                "the scale's own row, without a name, comes before its steps",
            ));
        }
    }
    scales
}

fn read_groups(
    sheets: &[Sheet],
    choices: &BTreeMap<String, Vec<Choice>>,
    wrong: &mut Wrong,
) -> (Vec<CategoryFile>, Option<ClosingFile>) {
    let (mut categories, mut closing): (Vec<CategoryFile>, Option<ClosingFile>) =
        (Vec::new(), None);
    let mut open: Option<&str> = None;
    for row in rows(sheets, "survey") {
        let label = row.text("label::").unwrap_or_default();
        match row.get("type") {
            "begin_group" | "begin group" => {
                let short_name = row.text("short::").unwrap_or_else(|| label.clone());
                let (id, questions) = (row.get("name").to_owned(), Vec::new());
                categories.push(CategoryFile {
                    id,
                    name: label,
                    short_name,
                    questions,
                    measure_templates: BTreeMap::new(),
                });
                open = Some("group");
            }
            "begin_closing" => {
                closing = Some(ClosingFile { name: label, questions: Vec::new() });
                open = Some("closing");
            }
            "end_group" | "end group" | "end_closing" => open = None,
            _ => {
                let Some(question) = read_question(&row, label, choices, wrong) else { continue };
                match (open, categories.last_mut(), closing.as_mut()) {
                    (Some("group"), Some(category), _) => category.questions.push(question),
                    (Some("closing"), _, Some(closing)) => closing.questions.push(question),
                    _ => wrong.push(row.wrong(
                        "type",
                        "题目应写在 begin_group 和 end_group 之间",
                        "a question stands between begin_group and end_group",
                    )),
                }
            }
        }
    }
    (categories, closing)
}

/// An answer in the row of its question, with what the sheet `choices` has for it.
struct RowAnswer<'a> {
    row: &'a Row<'a>,
    /// What follows the type: a scale, a list, a set.
    list: &'a str,
    choices: &'a BTreeMap<String, Vec<Choice>>,
    wrong: &'a mut Wrong,
}

impl AnswerSource for RowAnswer<'_> {
    fn words(&self, name: &str) -> String {
        match name {
            "scale" => self.list,
            "option_set" => self.list.strip_prefix("set:").unwrap_or(""),
            "option_ids" => self.row.get("only"),
            column => self.row.get(column),
        }
        .to_owned()
    }

    fn optional(&mut self, name: &'static str, range: RangeInclusive<i64>) -> Option<i64> {
        let number = self.row.number(name, self.wrong)?;
        if range.contains(&number) {
            return Some(number);
        }
        let (low, high) = range.into_inner();
        self.wrong.push(self.row.wrong(
            name,
            &format!("应为 {low} 至 {high} 之间的整数"),
            &format!("a whole number from {low} to {high} is wanted"),
        ));
        None
    }

    fn number(&mut self, name: &'static str, range: RangeInclusive<i64>, usual: i64) -> i64 {
        self.optional(name, range).unwrap_or(usual)
    }

    fn options(&mut self) -> Vec<OptionFile> {
        if self.list.starts_with("set:") {
            return Vec::new();
        }
        let Some(rows) = self.choices.get(self.list) else {
            self.wrong.push(self.row.wrong(
                "type",
                "choices 工作表中没有这个选项表",
                "the sheet choices has no such list",
            ));
            return Vec::new();
        };
        rows.iter().map(|choice| choice.option.clone()).collect()
    }

    fn classes(&mut self) -> Vec<NumberClassFile> {
        let rows = self.choices.get(self.row.get("name")).into_iter().flatten();
        rows.map(|choice| NumberClassFile {
            id: choice.option.id.clone(),
            label: choice.option.label.clone(),
            from: choice.from.unwrap_or(0),
            to: choice.to.unwrap_or(0),
        })
        .collect()
    }
}

fn read_answer(
    row: &Row<'_>,
    choices: &BTreeMap<String, Vec<Choice>>,
    wrong: &mut Wrong,
) -> Option<AnswerFile> {
    let (word, list) =
        row.get("type").split_once(char::is_whitespace).unwrap_or((row.get("type"), ""));
    if let Some(known) = ANSWER_TYPES.iter().find(|known| known.sheet == word) {
        return AnswerFile::read(
            known.id,
            &mut RowAnswer { row, list: list.trim(), choices, wrong },
        );
    }
    let words: Vec<&str> = ANSWER_TYPES.iter().map(|known| known.sheet).collect();
    wrong.push(row.wrong(
        "type",
        &format!(
            "应为 {} 之一，或 begin_group、end_group、begin_closing、end_closing",
            words.join("、")
        ),
        &format!(
            "one of {}, begin_group, end_group, begin_closing, end_closing is wanted",
            words.join(", ")
        ),
    ));
    None
}

fn read_question(
    row: &Row<'_>,
    text: Text,
    choices: &BTreeMap<String, Vec<Choice>>,
    wrong: &mut Wrong,
) -> Option<QuestionFile> {
    let answer = read_answer(row, choices, wrong)?;
    Some(QuestionFile {
        id: row.get("name").to_owned(),
        text,
        hint: row.text("hint::"),
        required: row.is("required", wrong),
        role: row.one_of("role", wrong).unwrap_or_default(),
        problem: row.text("problem::"),
        checked: row.text("checked::"),
        core: row.is("core", wrong),
        hold: row.is("hold", wrong),
        suggested: Some(row.get("suggested").to_owned()).filter(|s| !s.is_empty()),
        scope: row.words("scope"),
        visible_if: row
            .get("relevant")
            .split(';')
            .filter(|c| !c.trim().is_empty())
            .filter_map(|c| read_condition(row, c, wrong))
            .collect(),
        answer,
    })
}

fn read_condition(row: &Row<'_>, text: &str, wrong: &mut Wrong) -> Option<ConditionFile> {
    let text = text.trim();
    if let Some((question, values)) = text.split_once('=') {
        let any_of =
            values.split('|').map(|v| v.trim().to_owned()).filter(|v| !v.is_empty()).collect();
        return Some(ConditionFile {
            question: question.trim().to_owned(),
            any_of,
            from: None,
            to: None,
        });
    }
    let ends = |range: &str| {
        let (from, to) = range.split_once("..")?;
        let end = |text: &str| {
            if text.trim().is_empty() { Some(None) } else { text.trim().parse().ok().map(Some) }
        };
        Some((end(from)?, end(to)?))
    };
    let read = text
        .split_once(char::is_whitespace)
        .and_then(|(question, range)| Some((question, ends(range)?)));
    let Some((question, (from, to))) = read else {
        wrong.push(row.wrong(
            "relevant",
            "应写作“题目 = 选项 | 选项”或“题目 1 .. 5”，几个条件用分号隔开",
            "write `question = option | option` or `question 1 .. 5`, several with semicolons",
        ));
        return None;
    };
    Some(ConditionFile { question: question.to_owned(), any_of: Vec::new(), from, to })
}
