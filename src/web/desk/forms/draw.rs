//! Drawing the inputs of a form, from the same description by which they are read.
//! Every mistake stands beside its field.

use crate::response::Form;
use crate::text::Lang;
use crate::web::desk::forms::mistakes::Mistakes;
use maud::{Markup, html};
use std::borrow::Cow;

/// Most rows that are read of a table.
pub(in crate::web::desk) const MOST_ROWS: usize = 200;

/// Empty rows that are offered below the filled ones.
const SPARE_ROWS: usize = 3;

/// Languages of a text, with their names.
pub(in crate::web::desk) const LANGUAGES: [(&str, [&str; 2]); 2] =
    [("zh-CN", ["中文", "Chinese"]), ("en", ["英文", "English"])];

/// An input of a form.
pub struct Input {
    /// Name of its field, or the stem of its fields' names.
    pub name: &'static str,
    /// What it is.
    pub label: &'static str,
    /// Advice, or nothing.
    pub hint: Cow<'static, str>,
    /// What is filled in.
    pub kind: InputKind,
    /// Values of the field `kind` for which it matters; empty for all.
    pub only: &'static str,
}

/// What is filled in.
pub enum InputKind {
    /// A text in both languages.
    Words {
        /// Whether it takes more than a line.
        long: bool,
    },
    /// One line.
    Line,
    /// A whole number.
    Number,
    /// Yes or no.
    Tick,
    /// One of these values, each with its label.
    Choice(Vec<(String, String)>),
    /// Rows of cells, in an order that can be changed.
    Rows(Vec<Column>),
}

/// A column of rows.
pub struct Column {
    /// Name of the cell.
    pub name: &'static str,
    /// What it is.
    pub label: &'static str,
    /// What is filled in.
    pub cell: Cell,
}

/// What is filled in a cell.
pub enum Cell {
    /// A short name.
    Name,
    /// Words.
    Words,
    /// Words of more than a line.
    Long,
    /// A whole number.
    Number,
    /// Yes or no.
    Tick,
    /// One of these values, each with its label.
    Choice(Vec<(String, String)>),
}

impl Input {
    pub fn new(name: &'static str, label: &'static str, kind: InputKind) -> Self {
        Self { name, label, hint: Cow::Borrowed(""), kind, only: "" }
    }

    pub fn hint(self, hint: impl Into<Cow<'static, str>>) -> Self {
        Self { hint: hint.into(), ..self }
    }

    pub fn only(self, only: &'static str) -> Self {
        Self { only, ..self }
    }
}

/// A cell of a row, as a form names it.
pub(in crate::web::desk) fn cell_name(field: &str, row: usize, column: &str) -> String {
    format!("{field}.{row}.{column}")
}

/// Draws the inputs, each with what is filled in and what is wrong with it.
pub fn draw(inputs: &[Input], form: &Form, wrong: &Mistakes, lang: Lang) -> Markup {
    html! {
        @for input in inputs {
            div.input data-only=[Some(input.only).filter(|only| !only.is_empty())] {
                (draw_one(input, form, wrong, lang))
            }
        }
    }
}

fn draw_one(input: &Input, form: &Form, wrong: &Mistakes, lang: Lang) -> Markup {
    let Input { name, label, hint, .. } = input;
    let (name, label) = (*name, *label);
    let (described, invalid) = (wrong.describes(name), wrong.describes(name).map(|_| "true"));
    let advice = html! {
        @if !hint.is_empty() {
            p.hint { (hint) }
        }
        (wrong.beside(name))
    };
    match &input.kind {
        InputKind::Words { long } => html! {
            fieldset.pair id=(name) aria-describedby=[described] {
                legend { (label) }
                (advice)
                @for (tag, language) in LANGUAGES {
                    @let field = format!("{name}_{tag}");
                    label for=(field) { (lang.pick(language[0], language[1])) }
                    // A line would lose the line breaks of a text that has some.
                    @if *long || form.first(&field).contains('\n') {
                        textarea
                            .short
                            id=(field)
                            name=(field)
                            rows="3"
                            lang=(tag)
                            aria-invalid=[invalid]
                        { (form.first(&field)) }
                    } @else {
                        input
                            id=(field)
                            type="text"
                            name=(field)
                            value=(form.first(&field))
                            maxlength="2000"
                            lang=(tag)
                            aria-invalid=[invalid];
                    }
                }
            }
        },
        InputKind::Line => {
            html! {
                label for=(name) { (label) }
                (advice)
                input
                    id=(name)
                    type="text"
                    name=(name)
                    value=(form.first(name))
                    maxlength="400"
                    aria-describedby=[described]
                    aria-invalid=[invalid];
            }
        }
        InputKind::Number => {
            html! {
                label for=(name) { (label) }
                (advice)
                input
                    .brief
                    id=(name)
                    type="text"
                    inputmode="numeric"
                    name=(name)
                    value=(form.first(name))
                    maxlength="20"
                    aria-describedby=[described]
                    aria-invalid=[invalid];
            }
        }
        InputKind::Tick => {
            html! {
                label.inline {
                    input
                        id=(name)
                        type="checkbox"
                        name=(name)
                        value="yes"
                        checked[form.has(name, "yes")]
                        aria-describedby=[described];
                    (label)
                }
                (advice)
            }
        }
        InputKind::Choice(options) => html! {
            label for=(name) { (label) }
            (advice)
            select id=(name) name=(name) aria-describedby=[described] aria-invalid=[invalid] {
                (choices(options, form.first(name)))
            }
        },
        InputKind::Rows(columns) => html! {
            fieldset.pair id=(name) aria-describedby=[described] {
                legend { (label) }
                (advice)
                div.scroll {
                    table.rows {
                        thead {
                            tr {
                                th { (lang.pick("序", "No.")) }
                                @for column in columns {
                                    th { (column.label) }
                                }
                            }
                        }
                        tbody {
                            @for n in 0..filled(form, name) + SPARE_ROWS {
                                tr {
                                    td {
                                        input
                                            .place
                                            type="text"
                                            inputmode="numeric"
                                            name=(cell_name(name, n, "no"))
                                            value=(place(form, name, n))
                                            maxlength="4"
                                            aria-label={
                                                (label) " " (n + 1) " " (lang.pick("序", "No."))
                                            };
                                    }
                                    @for column in columns {
                                        td {
                                            (cell(
                                                column,
                                                &cell_name(name, n, column.name),
                                                form,
                                                &format!("{label} {} {}", n + 1, column.label),
                                            ))
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        },
    }
}

pub(in crate::web::desk) fn place(form: &Form, field: &str, row: usize) -> String {
    match form.first(&cell_name(field, row, "no")) {
        "" => (row + 1).to_string(),
        typed => typed.to_owned(),
    }
}

pub(in crate::web::desk) fn cell(column: &Column, name: &str, form: &Form, label: &str) -> Markup {
    let value = form.first(name);
    match &column.cell {
        Cell::Name => html! {
            input
                .name
                type="text"
                name=(name)
                value=(value)
                maxlength="64"
                aria-label=(label)
                spellcheck="false";
        },
        Cell::Words if !value.contains('\n') => {
            html! {
                input
                    .words
                    type="text"
                    name=(name)
                    value=(value)
                    maxlength="2000"
                    aria-label=(label)
                    lang=[language_of(column.name)];
            }
        }
        Cell::Words | Cell::Long => html! {
            textarea.cell name=(name) rows="2" aria-label=(label) lang=[language_of(column.name)] {
                (value)
            }
        },
        Cell::Number => html! {
            input
                .brief
                type="text"
                inputmode="numeric"
                name=(name)
                value=(value)
                maxlength="20"
                aria-label=(label);
        },
        Cell::Tick => html! {
            input
                type="checkbox"
                name=(name)
                value="yes"
                checked[value == "yes"]
                aria-label=(label);
        },
        Cell::Choice(options) => html! {
            select.brief name=(name) aria-label=(label) { (choices(options, value)) }
        },
    }
}

/// The language that a cell is written in, by the end of its column's name.
fn language_of(column: &str) -> Option<&'static str> {
    match column.rsplit('_').next() {
        Some("zh") => Some("zh-CN"),
        Some("en") => Some("en"),
        _ => None,
    }
}

fn choices(options: &[(String, String)], chosen: &str) -> Markup {
    html! {
        @for (value, label) in options {
            option value=(value) selected[value == chosen] { (label) }
        }
    }
}

/// How many rows of a form are there; empty ones at the end were spare ones.
pub(in crate::web::desk) fn filled(form: &Form, field: &str) -> usize {
    let row = |key: &String| {
        let (n, column) = key.strip_prefix(field)?.strip_prefix('.')?.split_once('.')?;
        n.parse::<usize>().ok().filter(|n| column != "no" && *n < MOST_ROWS)
    };
    let written = form.0.iter().filter(|(_, values)| values.iter().any(|v| !v.is_empty()));
    written.filter_map(|(key, _)| row(key)).max().map_or(0, |n| n + 1)
}
