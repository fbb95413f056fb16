//! Reading a survey from the sheets of a workbook: everything that is wrong is named with sheet, row and column, all at once.
//! What the survey means is checked afterwards, as for any other file.

use std::collections::{BTreeMap, BTreeSet};

use super::file::{
    AnswerFile, CategoryFile, ClosingFile, ConditionFile, NumberClassFile, OptionFile, OtherText, PrivacyLine, QuestionFile, RectificationType,
    ScaleFile, StepFile, SurveyFile, Thresholds, UnitKind,
};
use super::sheets::{SETTINGS, SHEETS, Sheet, column_letters};
use crate::text::{Lang, Refusal, Text, is_deceptive, meant, nearest, visible};

/// One row by its columns, with its place for what is wrong in it.
struct Row<'a> {
    sheet: &'a str,
    /// Number of the row in its sheet.
    number: usize,
    head: &'a [String],
    cells: &'a [String],
}

type Wrong = Vec<Refusal>;

impl Row<'_> {
    fn get(&self, column: &str) -> &str {
        self.head.iter().position(|c| c == column).and_then(|at| self.cells.get(at)).map_or("", String::as_str)
    }

    fn text(&self, column: &str) -> Option<Text> {
        let of = |(at, name): (usize, &String)| Some((name.strip_prefix(column)?.to_owned(), self.cells.get(at)?.clone()));
        let texts: BTreeMap<String, String> = self.head.iter().enumerate().filter_map(of).filter(|(_, text)| !text.is_empty()).collect();
        (!texts.is_empty()).then_some(Text(texts))
    }

    fn wrong(&self, column: &str, zh: &str, en: &str) -> Refusal {
        let (sheet, row) = (self.sheet, self.number);
        Refusal::new(format!("工作表 {sheet} 第 {row} 行 {column} 列：{zh}"), format!("sheet {sheet}, row {row}, column {column}: {en}"))
    }

    fn is(&self, column: &str, wrong: &mut Wrong) -> bool {
        match self.get(column) {
            "" | "no" | "否" => false,
            "yes" | "是" | "1" | "true" => true,
            _ => {
                wrong.push(self.wrong(column, "应为 yes 或留空", "write yes, or leave it empty"));
                false
            }
        }
    }

    fn number<T: std::str::FromStr>(&self, column: &str, wrong: &mut Wrong) -> Option<T> {
        let text = self.get(column);
        let read = text.parse().ok();
        if !text.is_empty() && read.is_none() {
            wrong.push(self.wrong(column, "应为整数", "a whole number is wanted"));
        }
        read
    }

    fn words(&self, column: &str) -> Vec<String> {
        self.get(column).split_whitespace().map(str::to_owned).collect()
    }

    fn one_of<T: serde::de::DeserializeOwned>(&self, column: &str, wrong: &mut Wrong) -> Option<T> {
        let text = self.get(column);
        let read = serde_json::from_value(serde_json::Value::String(text.to_owned())).ok();
        if !text.is_empty() && read.is_none() {
            wrong.push(self.wrong(column, "没有这个值", "there is no such value"));
        }
        read
    }
}

/// The rows of a sheet that hold anything; none if the sheet is missing.
fn rows<'a>(sheets: &'a [Sheet], name: &str) -> Vec<Row<'a>> {
    let Some(sheet) = sheets.iter().find(|s| s.name == name) else { return Vec::new() };
    let Some(head) = sheet.rows.first() else { return Vec::new() };
    let filled = sheet.rows.iter().enumerate().skip(1).filter(|(_, cells)| cells.iter().any(|c| !c.is_empty()));
    filled.map(|(n, cells)| Row { sheet: &sheet.name, number: n + 1, head, cells }).collect()
}

/// Whether two names would be the same but for case, blanks and characters that nobody sees.
fn alike(a: &str, b: &str) -> bool {
    let plain = |name: &str| name.chars().filter(|c| !c.is_whitespace() && !is_deceptive(*c)).flat_map(char::to_lowercase).collect::<String>();
    plain(a) == plain(b)
}

/// Sheets, columns and settings that are not known: each is refused, since what is not read would be lost without a word.
fn unknown(sheets: &[Sheet], wrong: &mut Wrong) {
    // Workbooks of earlier versions have no kinds.
    let missing = || SHEETS.iter().map(|known| known.0).filter(|known| *known != "kinds" && !sheets.iter().any(|s| s.name == *known));
    for sheet in sheets {
        let shown = visible(&sheet.name);
        let Some((_, columns)) = SHEETS.iter().find(|known| known.0 == sheet.name) else {
            // A sheet of the author's own is left alone, unless it may be one that is looked for in vain.
            let like = SHEETS.iter().map(|known| known.0).find(|known| alike(known, &sheet.name)).or_else(|| nearest(&sheet.name, missing()));
            if let Some(like) = like {
                wrong.push(Refusal::new(
                    format!("不认识工作表“{shown}”，是否应为“{like}”？请改名；确实无关的，请删去"),
                    format!("unknown sheet `{shown}` (did you mean `{like}`?): rename it, or delete it if it is none of the survey's"),
                ));
            } else if missing().next().is_some() {
                let names: Vec<&str> = missing().collect();
                wrong.push(Refusal::new(
                    format!("不认识工作表“{shown}”，而缺少 {}；请改名，无关的请删去", names.join("、")),
                    format!("unknown sheet `{shown}`, while {} are missing: rename it, or delete it", names.join(", ")),
                ));
            }
            continue;
        };
        let mut seen = BTreeSet::new();
        for (at, head) in sheet.rows.first().into_iter().flatten().enumerate() {
            let used = sheet.rows.iter().skip(1).any(|row| row.get(at).is_some_and(|cell| !cell.is_empty()));
            let place = |zh: String, en: String| {
                let (name, letter) = (&sheet.name, column_letters(at));
                Refusal::new(format!("工作表 {name} 单元格 {letter}1：{zh}"), format!("sheet {name}, cell {letter}1: {en}"))
            };
            if head.is_empty() {
                if used {
                    wrong.push(place("这一列没有列名，却有内容".to_owned(), "this column has no name, but something in it".to_owned()));
                }
                continue;
            }
            let known = columns.iter().any(|c| {
                if c.ends_with("::") { head.strip_prefix(c).is_some_and(|tag| Lang::ALL.iter().any(|l| l.tag() == tag)) } else { c == head }
            });
            if !known {
                let names: Vec<String> = columns
                    .iter()
                    .flat_map(|c| if c.ends_with("::") { Lang::ALL.map(|l| format!("{c}{}", l.tag())).to_vec() } else { vec![(*c).to_owned()] })
                    .collect();
                let like =
                    names.iter().map(String::as_str).find(|name| alike(name, head)).or_else(|| nearest(head, names.iter().map(String::as_str)));
                let shown = visible(head);
                wrong.push(place(
                    format!("不认识列名“{shown}”{}", meant(like, Lang::Zh)),
                    format!("unknown column `{shown}`{}", meant(like, Lang::En)),
                ));
            } else if !seen.insert(head) {
                wrong.push(place(format!("列名 {head} 重复，请删去一列"), format!("column {head} occurs twice; delete one")));
            }
        }
        if sheet.name == "settings" {
            let mut set = BTreeSet::new();
            for row in rows(sheets, "settings") {
                let name = row.get("setting");
                if !SETTINGS.contains(&name) {
                    let like = nearest(name, SETTINGS.into_iter());
                    let shown = visible(name);
                    wrong.push(row.wrong(
                        "setting",
                        &format!("不认识设置项“{shown}”{}", meant(like, Lang::Zh)),
                        &format!("unknown setting `{shown}`{}", meant(like, Lang::En)),
                    ));
                } else if !set.insert(name.to_owned()) {
                    wrong.push(row.wrong("setting", "这一项写了两次", "this is set twice"));
                }
            }
        }
    }
}

/// The survey that the sheets hold; what the checks of a survey then say is another matter.
pub fn from_sheets(sheets: &[Sheet]) -> Result<SurveyFile, Vec<Refusal>> {
    let mut wrong = Wrong::new();
    unknown(sheets, &mut wrong);
    let known: BTreeSet<&str> = sheets.iter().map(|s| s.name.as_str()).collect();
    for needed in ["survey", "settings"] {
        if !known.contains(needed) {
            wrong.push(Refusal::new(format!("缺少工作表 {needed}"), format!("there is no sheet {needed}")));
        }
    }
    let settings = rows(sheets, "settings");
    let setting = |key: &str| settings.iter().find(|r| r.get("setting") == key);
    let value = |key: &str| setting(key).map(|r| r.get("value").to_owned()).unwrap_or_default();
    let text = |key: &str| setting(key).and_then(|r| r.text("text::")).unwrap_or_default();
    let percent = |key: &str, usual: u8, wrong: &mut Wrong| setting(key).and_then(|r| r.number("value", wrong)).unwrap_or(usual);
    let usual = Thresholds::default();
    let thresholds = Thresholds {
        prominent: percent("prominent", usual.prominent, &mut wrong),
        tendency: percent("tendency", usual.tendency, &mut wrong),
        emerging: percent("emerging", usual.emerging, &mut wrong),
    };
    let choices = read_choices(sheets, &mut wrong);
    let privacy = rows(sheets, "privacy")
        .iter()
        .map(|r| PrivacyLine { id: r.get("name").to_owned(), text: r.text("text::").unwrap_or_default(), requires: r.one_of("requires", &mut wrong) })
        .collect();
    let rectification_types = rows(sheets, "rectification")
        .iter()
        .map(|r| RectificationType {
            id: r.get("name").to_owned(),
            label: r.text("label::").unwrap_or_default(),
            text: r.text("text::").unwrap_or_default(),
        })
        .collect();
    let unit_kinds = rows(sheets, "kinds")
        .iter()
        .map(|r| UnitKind { id: r.get("name").to_owned(), label: r.text("label::").unwrap_or_default(), also: r.words("also") })
        .collect();
    let scales = read_scales(sheets, &mut wrong);
    let (mut categories, closing) = read_groups(sheets, &choices, &mut wrong);
    for row in rows(sheets, "measures") {
        match categories.iter_mut().find(|c| c.id == row.get("category")) {
            Some(category) => {
                category.measure_templates.insert(row.get("rectification").to_owned(), row.text("text::").unwrap_or_default());
            }
            None => wrong.push(row.wrong("category", "没有这个类别", "there is no such category")),
        }
    }
    let sets =
        choices.iter().filter_map(|(list, rows)| Some((list.strip_prefix("set:")?.to_owned(), rows.iter().map(|c| c.option.clone()).collect())));
    let survey = SurveyFile {
        id: value("id"),
        version: Some(value("version")).filter(|v| !v.is_empty()),
        languages: value("languages").split_whitespace().map(str::to_owned).collect(),
        title: text("title"),
        intro: text("intro"),
        thanks: text("thanks"),
        privacy,
        thresholds,
        scales,
        option_sets: sets.collect(),
        rectification_types,
        unit_kinds,
        categories,
        closing,
    };
    if wrong.is_empty() { Ok(survey) } else { Err(wrong) }
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
        let choice = Choice { option, from: row.number("from", wrong), to: row.number("to", wrong) };
        choices.entry(row.get("list_name").to_owned()).or_default().push(choice);
    }
    choices
}

fn read_scales(sheets: &[Sheet], wrong: &mut Wrong) -> BTreeMap<String, ScaleFile> {
    let mut scales: BTreeMap<String, ScaleFile> = BTreeMap::new();
    for row in rows(sheets, "scales") {
        let (scale, label, hint) = (row.get("scale").to_owned(), row.text("label::").unwrap_or_default(), row.text("hint::"));
        if row.get("name").is_empty() {
            let (present, prominent) = (row.number("present_from", wrong).unwrap_or(1), row.number("prominent_from", wrong).unwrap_or(2));
            let head = ScaleFile { stem: label, reference_period: hint, present_from: present, prominent_from: prominent, options: Vec::new() };
            scales.insert(scale, head);
        } else if let Some(known) = scales.get_mut(&scale) {
            known.options.push(StepFile { id: row.get("name").to_owned(), label, hint, score: row.number("score", wrong) });
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

fn read_groups(sheets: &[Sheet], choices: &BTreeMap<String, Vec<Choice>>, wrong: &mut Wrong) -> (Vec<CategoryFile>, Option<ClosingFile>) {
    let (mut categories, mut closing): (Vec<CategoryFile>, Option<ClosingFile>) = (Vec::new(), None);
    let mut open: Option<&str> = None;
    for row in rows(sheets, "survey") {
        let label = row.text("label::").unwrap_or_default();
        match row.get("type") {
            "begin_group" | "begin group" => {
                let short_name = row.text("short::").unwrap_or_else(|| label.clone());
                let (id, questions) = (row.get("name").to_owned(), Vec::new());
                categories.push(CategoryFile { id, name: label, short_name, questions, measure_templates: BTreeMap::new() });
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

fn read_question(row: &Row<'_>, text: Text, choices: &BTreeMap<String, Vec<Choice>>, wrong: &mut Wrong) -> Option<QuestionFile> {
    let (kind, list) = row.get("type").split_once(char::is_whitespace).unwrap_or((row.get("type"), ""));
    let id = row.get("name").to_owned();
    let list = list.trim();
    let options = |wrong: &mut Wrong| {
        let found = choices.get(list).map(|rows| rows.iter().map(|c| c.option.clone()).collect::<Vec<_>>());
        if found.is_none() {
            wrong.push(row.wrong("type", "choices 工作表中没有这个选项表", "the sheet choices has no such list"));
        }
        found.unwrap_or_default()
    };
    let answer = match kind {
        "scale" => AnswerFile::Scale { scale: list.to_owned() },
        "select_one" => AnswerFile::Single { options: options(wrong) },
        "select_multiple" => {
            let set = list.strip_prefix("set:");
            AnswerFile::Multi {
                options: if set.is_some() { Vec::new() } else { options(wrong) },
                option_set: set.map(str::to_owned),
                option_ids: row.words("only"),
                min: row.number("min", wrong).unwrap_or(0),
                max: row.number("max", wrong),
            }
        }
        "integer" => AnswerFile::Number {
            min: row.number("min", wrong).unwrap_or(0),
            max: row.number("max", wrong).unwrap_or(0),
            classes: choices.get(&id).map_or_else(Vec::new, |rows| {
                let class = |c: &Choice| NumberClassFile {
                    id: c.option.id.clone(),
                    label: c.option.label.clone(),
                    from: c.from.unwrap_or(0),
                    to: c.to.unwrap_or(0),
                };
                rows.iter().map(class).collect()
            }),
        },
        "text" => AnswerFile::Text { max_chars: row.number("max_chars", wrong).unwrap_or(200) },
        "rank" => AnswerFile::Rank { options: options(wrong), places: row.number("places", wrong).unwrap_or(1) },
        _ => {
            wrong.push(row.wrong(
                "type",
                "应为 scale、select_one、select_multiple、integer、text、rank 之一，或 begin_group、end_group、begin_closing、end_closing",
                "one of scale, select_one, select_multiple, integer, text, rank, begin_group, end_group, begin_closing, end_closing is wanted",
            ));
            return None;
        }
    };
    Some(QuestionFile {
        id,
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
        visible_if: row.get("relevant").split(';').filter(|c| !c.trim().is_empty()).filter_map(|c| read_condition(row, c, wrong)).collect(),
        answer,
    })
}

fn read_condition(row: &Row<'_>, text: &str, wrong: &mut Wrong) -> Option<ConditionFile> {
    let text = text.trim();
    if let Some((question, values)) = text.split_once('=') {
        let any_of = values.split('|').map(|v| v.trim().to_owned()).filter(|v| !v.is_empty()).collect();
        return Some(ConditionFile { question: question.trim().to_owned(), any_of, from: None, to: None });
    }
    let ends = |range: &str| {
        let (from, to) = range.split_once("..")?;
        let end = |text: &str| if text.trim().is_empty() { Some(None) } else { text.trim().parse().ok().map(Some) };
        Some((end(from)?, end(to)?))
    };
    let read = text.split_once(char::is_whitespace).and_then(|(question, range)| Some((question, ends(range)?)));
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
