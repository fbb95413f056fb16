//! The rows that forms of surveys have in common: options, steps, promises, kinds of rectification,
//! and how numbers are read.
//! Columns stand here once, for drawing, reading and comparing alike.

use crate::response::Form;
use crate::survey::{OptionFile, OtherText, PrivacyCondition, SurveyFile};
use crate::text::{Lang, Refusal};
use crate::web::desk::forms::input::{Cell, Column};
use crate::web::desk::forms::inputs::{put_rows, read_rows, text_cells};

/// Fills options into a form.
pub fn put_options(form: &mut Form, options: &[OptionFile]) {
    put_rows(
        form,
        "options",
        options.iter().map(|option| {
            let [zh, en] = text_cells("zh", "en", &option.label);
            let exclusive = if option.exclusive { "yes" } else { "" }.to_owned();
            vec![
                ("id", option.id.clone()),
                zh,
                en,
                ("exclusive", exclusive),
                ("other", option.other_text.map_or_else(String::new, |o| o.max_chars.to_string())),
            ]
        }),
    );
}

/// The options of a form.
pub fn read_options(form: &Form, wrong: &mut Vec<Refusal>) -> Vec<OptionFile> {
    let mut options = Vec::new();
    for row in &read_rows(form, "options", &option_columns(Lang::Zh)) {
        let other = row.get("other");
        let max_chars = other.parse().ok();
        if max_chars.is_none() && !other.is_empty() {
            wrong.push(at_row(
                "options",
                row.at,
                "“附文字”应填字数，或留空",
                "the text that goes with it is given by its length, or left empty",
            ));
        }
        options.push(OptionFile {
            id: row.get("id").to_owned(),
            label: row.text("zh", "en"),
            exclusive: row.get("exclusive") == "yes",
            other_text: max_chars.map(|max_chars| OtherText { max_chars }),
        });
    }
    options
}

/// A whole number in a range; what is not one is told beside its field.
pub fn number(
    form: &Form,
    name: &'static str,
    range: std::ops::RangeInclusive<i64>,
    wrong: &mut Vec<Refusal>,
) -> Option<i64> {
    let read = form.first(name).trim().parse().ok().filter(|n| range.contains(n));
    if read.is_none() {
        let (low, high) = range.into_inner();
        wrong.push(
            Refusal::new(
                format!("请填 {low} 至 {high} 之间的整数"),
                format!("a whole number from {low} to {high} is wanted"),
            )
            .at(name),
        );
    }
    read
}

/// A number that fits a byte; 0 if there is none.
pub fn small(number: Option<i64>) -> u8 {
    number.and_then(|n| u8::try_from(n).ok()).unwrap_or(0)
}

/// A mistake in a row.
pub fn at_row(field: &'static str, row: usize, zh: &str, en: &str) -> Refusal {
    Refusal::new(format!("第 {} 行：{zh}", row + 1), format!("row {}: {en}", row + 1)).at(field)
}

/// Conditions of promises, with their names and labels.
pub const CONDITIONS: [(Option<PrivacyCondition>, &str, [&str; 2]); 4] = [
    (None, "", ["总是显示", "always"]),
    (Some(PrivacyCondition::Trustees), "trustees", ["钥匙由监督员掌握", "key held by trustees"]),
    (Some(PrivacyCondition::Slips), "slips", ["一人一张纸条", "one slip each"]),
    (
        Some(PrivacyCondition::Unlinked),
        "unlinked",
        ["纸条与答卷对不上", "codes cannot be tied to responses"],
    ),
];

/// The name of a promise's condition.
pub fn requires(condition: Option<PrivacyCondition>) -> &'static str {
    CONDITIONS.iter().find(|(known, ..)| *known == condition).map_or("", |(_, name, _)| name)
}

/// The languages a survey can have.
pub fn languages(lang: Lang) -> Vec<(String, String)> {
    [
        ("zh-CN en", ["中文和英文，默认中文", "Chinese and English, Chinese first"]),
        ("en zh-CN", ["英文和中文，默认英文", "English and Chinese, English first"]),
        ("zh-CN", ["只有中文", "Chinese only"]),
        ("en", ["只有英文", "English only"]),
    ]
    .into_iter()
    .map(|(tags, label)| (tags.to_owned(), lang.pick(label[0], label[1]).to_owned()))
    .collect()
}

fn column(name: &'static str, label: &'static str, cell: Cell) -> Column {
    Column { name, label, cell }
}

/// The columns of promises.
pub fn privacy_columns(lang: Lang) -> Vec<Column> {
    let conditions = CONDITIONS
        .iter()
        .map(|(_, name, label)| ((*name).to_owned(), lang.pick(label[0], label[1]).to_owned()))
        .collect();
    vec![
        column("id", lang.pick("编号", "Id"), Cell::Name),
        column("requires", lang.pick("何时显示", "When"), Cell::Choice(conditions)),
        column("zh", lang.pick("中文", "Chinese"), Cell::Long),
        column("en", lang.pick("英文", "English"), Cell::Long),
    ]
}

/// The columns of kinds of rectification.
pub fn type_columns(lang: Lang) -> Vec<Column> {
    vec![
        column("id", lang.pick("编号", "Id"), Cell::Name),
        column("zh", lang.pick("名称", "Label, Chinese"), Cell::Words),
        column("en", lang.pick("英文名称", "Label, English"), Cell::Words),
        column("text_zh", lang.pick("含义", "Meaning, Chinese"), Cell::Long),
        column("text_en", lang.pick("英文含义", "Meaning, English"), Cell::Long),
    ]
}

/// The columns of kinds of units.
pub fn kind_columns(lang: Lang) -> Vec<Column> {
    let mut columns = named(lang);
    columns.push(column("also", lang.pick("别名", "Other words"), Cell::Words));
    columns
}

/// The columns of model measures.
pub fn measure_columns(file: &SurveyFile, lang: Lang) -> Vec<Column> {
    let kinds = file
        .rectification_types
        .iter()
        .map(|t| (t.id.clone(), t.label.get(lang).to_owned()))
        .collect();
    vec![
        column("kind", lang.pick("整改类型", "Kind"), Cell::Choice(kinds)),
        column("zh", lang.pick("中文", "Chinese"), Cell::Long),
        column("en", lang.pick("英文", "English"), Cell::Long),
    ]
}

/// The same columns, for reading only.
pub fn measure_columns_read() -> [Column; 3] {
    [
        column("kind", "", Cell::Choice(Vec::new())),
        column("zh", "", Cell::Words),
        column("en", "", Cell::Words),
    ]
}

/// The columns that most rows begin with: a name, and a text in both languages.
pub fn named(lang: Lang) -> Vec<Column> {
    vec![
        column("id", lang.pick("编号", "Id"), Cell::Name),
        column("zh", lang.pick("中文", "Chinese"), Cell::Words),
        column("en", lang.pick("英文", "English"), Cell::Words),
    ]
}

/// The columns of a scale's steps.
pub fn step_columns(lang: Lang) -> Vec<Column> {
    let mut columns = named(lang);
    columns.extend([
        column("score", lang.pick("得分", "Score"), Cell::Number),
        column("hint_zh", lang.pick("中文说明", "Gloss, Chinese"), Cell::Words),
        column("hint_en", lang.pick("英文说明", "Gloss, English"), Cell::Words),
    ]);
    columns
}

/// The columns of options.
pub fn option_columns(lang: Lang) -> Vec<Column> {
    let mut columns = named(lang);
    columns.extend([
        column("exclusive", lang.pick("独选", "Excludes others"), Cell::Tick),
        column("other", lang.pick("附文字（字数）", "With text (length)"), Cell::Number),
    ]);
    columns
}
