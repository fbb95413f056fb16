//! Forms said as lists of inputs, from which they are drawn, read and compared.
//! A page with thirty fields keeps one description of each, and two versions of it can be laid side
//! by side without naming them again.

use std::collections::BTreeMap;

use crate::response::Form;
use crate::text::{Lang, Text};
use crate::web::desk::forms::conflict;
use crate::web::desk::forms::draw::{MOST_ROWS, cell_name};
use crate::web::desk::forms::input::{Cell, Column, Input, InputKind, LANGUAGES};

/// Fills a text in both languages into a form.
pub fn put_text(form: &mut Form, name: &str, text: Option<&Text>) {
    for (tag, words) in text.into_iter().flat_map(|t| &t.0) {
        put(form, &format!("{name}_{tag}"), words.clone());
    }
}

/// Fills one field.
pub fn put(form: &mut Form, name: &str, value: String) {
    form.0.entry(name.to_owned()).or_default().push(value);
}

/// Fills rows, each with its cells by column.
pub fn put_rows(
    form: &mut Form,
    field: &str,
    rows: impl IntoIterator<Item = Vec<(&'static str, String)>>,
) {
    for (n, cells) in rows.into_iter().enumerate() {
        put(form, &cell_name(field, n, "no"), (n + 1).to_string());
        for (column, value) in cells.into_iter().filter(|(_, value)| !value.is_empty()) {
            put(form, &cell_name(field, n, column), value);
        }
    }
}

/// The cells of a text in both languages.
pub fn text_cells(zh: &'static str, en: &'static str, text: &Text) -> [(&'static str, String); 2] {
    let of = |tag: &str| text.0.get(tag).cloned().unwrap_or_default();
    [(zh, of("zh-CN")), (en, of("en"))]
}

/// A text in both languages; none if both are empty.
pub fn read_text(form: &Form, name: &str) -> Option<Text> {
    let of =
        |tag: &str| form.first(&format!("{name}_{tag}")).replace("\r\n", "\n").trim().to_owned();
    let texts: BTreeMap<String, String> = LANGUAGES
        .iter()
        .map(|(tag, _)| ((*tag).to_owned(), of(tag)))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    (!texts.is_empty()).then_some(Text(texts))
}

/// A filled row.
pub struct Row {
    /// Where it stands in the form, from 0.
    pub at: usize,
    cells: BTreeMap<String, String>,
}

impl Row {
    pub fn get(&self, column: &str) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    pub fn text(&self, zh: &str, en: &str) -> Text {
        let texts = [("zh-CN", self.get(zh)), ("en", self.get(en))];
        Text(
            texts
                .into_iter()
                .filter(|(_, t)| !t.is_empty())
                .map(|(tag, t)| (tag.to_owned(), t.to_owned()))
                .collect(),
        )
    }
}

/// The rows that hold anything, in the order that their numbers say. Ticks and choices alone make
/// no row.
pub fn read_rows(form: &Form, field: &str, columns: &[Column]) -> Vec<Row> {
    let mut rows: Vec<(i64, Row)> = Vec::new();
    for n in (0..MOST_ROWS).take_while(|n| form.0.contains_key(&cell_name(field, *n, "no"))) {
        let cell = |column: &Column| {
            (
                column.name.to_owned(),
                form.first(&cell_name(field, n, column.name))
                    .replace("\r\n", "\n")
                    .trim()
                    .to_owned(),
            )
        };
        let written = columns
            .iter()
            .any(|c| !matches!(c.cell, Cell::Tick | Cell::Choice(_)) && !cell(c).1.is_empty());
        if written {
            let place = form.first(&cell_name(field, n, "no")).trim().parse().unwrap_or(i64::MAX);
            rows.push((place, Row { at: n, cells: columns.iter().map(cell).collect() }));
        }
    }
    rows.sort_by_key(|(place, _)| *place);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// Both versions of a form, input by input. What is secret is not compared.
pub fn compare(inputs: &[Input], kept: &Form, typed: &Form, lang: Lang) -> Vec<conflict::Part> {
    inputs.iter().flat_map(|input| both(input, kept, typed, lang)).collect()
}

fn both(input: &Input, kept: &Form, typed: &Form, lang: Lang) -> Vec<conflict::Part> {
    let (name, label) = (input.name, &input.label);
    let part = |what: String, read: &dyn Fn(&Form) -> String| conflict::Part {
        what,
        kept: read(kept),
        typed: read(typed),
    };
    let one = |read: &dyn Fn(&Form) -> String| vec![part(label.to_string(), read)];
    match &input.kind {
        InputKind::Words { .. } => LANGUAGES
            .iter()
            .map(|(tag, language)| {
                let (zh, en) = (format!("（{}）", language[0]), format!(" ({})", language[1]));
                let field = format!("{name}_{tag}");
                part(format!("{label}{}", lang.pick(zh, en)), &|form| {
                    form.first(&field).trim().to_owned()
                })
            })
            .collect(),
        InputKind::Choice(options) => one(&|form| {
            let value = form.first(name);
            options.iter().find(|o| o.0 == value).map_or(value, |o| &o.1).to_owned()
        }),
        InputKind::Picks(options) => one(&|form| {
            let ticked = options.iter().filter(|(value, _)| form.has(name, value));
            ticked.map(|(_, label)| label.as_str()).collect::<Vec<_>>().join(lang.pick("、", ", "))
        }),
        InputKind::Tick => one(&|form| {
            let ticked = form.has(name, "yes");
            if ticked { lang.pick("是", "yes") } else { lang.pick("否", "no") }.to_owned()
        }),
        InputKind::Ways(ways) => {
            let chosen = |form: &Form| {
                let way = ways.iter().find(|way| way.value == form.first(name));
                way.map_or("", |way| way.label).to_owned()
            };
            let beside = ways.iter().filter_map(|way| way.with.as_ref());
            let beside = beside.flat_map(|with| both(with, kept, typed, lang));
            one(&chosen).into_iter().chain(beside).collect()
        }
        InputKind::Rows(columns) => one(&|form| {
            let line = |row: &Row| {
                let cells = columns.iter().map(|c| row.get(c.name)).filter(|v| !v.is_empty());
                cells.collect::<Vec<_>>().join(" | ")
            };
            read_rows(form, name, columns).iter().map(line).collect::<Vec<_>>().join("\n")
        }),
        InputKind::Line
        | InputKind::Lines { .. }
        | InputKind::Code { .. }
        | InputKind::Number
        | InputKind::Day => one(&|form| form.first(name).replace("\r\n", "\n").trim().to_owned()),
        InputKind::Secret | InputKind::File(_) => Vec::new(),
    }
}
