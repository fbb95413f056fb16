//! Drawing the inputs of a form, from the same description by which they are read.
//! Every mistake stands beside its field.

use crate::response::Form;
use crate::text::Lang;
use crate::web::desk::forms::input::{Cell, Column, Input, InputKind, LANGUAGES, Way};
use crate::web::desk::forms::mistakes::Mistakes;
use maud::{Markup, html};

/// Most rows that are read of a table.
pub(in crate::web::desk) const MOST_ROWS: usize = 200;

/// Empty rows that are offered below the filled ones.
const SPARE_ROWS: usize = 3;

/// A cell of a row, as a form names it.
pub(in crate::web::desk) fn cell_name(field: &str, row: usize, column: &str) -> String {
    format!("{field}.{row}.{column}")
}

/// Draws the inputs, each with what is filled in and what is wrong with it.
pub fn draw(inputs: &[Input], form: &Form, wrong: &Mistakes, lang: Lang) -> Markup {
    html! {
        @for input in inputs {
            div.input data-only=[Some(&input.only).filter(|only| !only.is_empty())] {
                (draw_one(input, form, wrong, lang))
                @if let Some(below) = &input.below { (below) }
            }
        }
    }
}

/// Draws inputs that always begin empty, and whose mistakes stand above the form alone.
pub fn fresh(inputs: &[Input], lang: Lang) -> Markup {
    draw(inputs, &Form::default(), &Mistakes::default(), lang)
}

/// What a screen reader is told of an input beside its label.
struct Told<'a> {
    id: Option<&'a str>,
    described: Option<String>,
    invalid: Option<&'static str>,
    label: Option<&'a str>,
}

impl<'a> Told<'a> {
    fn of(input: &'a Input, wrong: &Mistakes) -> Self {
        let error = wrong.describes(input.name);
        let invalid = error.is_some().then_some("true");
        let hint = (!input.hint.is_empty()).then(|| format!("h-{}", input.id));
        let described: Vec<String> = error.into_iter().chain(hint).collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        Self { id: Some(input.id), described, invalid, label: None }
    }

    /// What stands in a table, where no label does and others have the same name.
    fn alone(input: &'a Input, wrong: &Mistakes) -> Self {
        Self { id: None, label: Some(&input.label), ..Self::of(input, wrong) }
    }
}

fn draw_one(input: &Input, form: &Form, wrong: &Mistakes, lang: Lang) -> Markup {
    let told = Told::of(input, wrong);
    let advice = html! {
        @if !input.hint.is_empty() {
            p.hint id={ "h-" (input.id) } { (input.hint) }
        }
        (wrong.beside(input.name))
    };
    match &input.kind {
        InputKind::Words { long } => html! {
            fieldset.pair id=(input.id) aria-describedby=[told.described] {
                legend { (input.label) }
                (advice)
                (words(input, *long, form, told.invalid, lang))
            }
        },
        InputKind::Tick => html! {
            label.inline { (control(input, form, &told)) (input.label) }
            (advice)
        },
        InputKind::Picks(options) => html! {
            fieldset.several id=(input.id) aria-describedby=[told.described] {
                legend { (input.label) }
                (advice)
                // That none was ticked is said by this, too.
                input type="hidden" name=(input.name) value="";
                div.picks { (picks(input.name, options, form)) }
            }
        },
        InputKind::Ways(list) => html! {
            fieldset id=(input.id) {
                legend { (input.label) }
                (advice)
                @for one in list { (way(input.name, one, form, wrong, lang)) }
            }
        },
        InputKind::Rows(columns) => html! {
            fieldset.pair id=(input.id) aria-describedby=[told.described] {
                legend { (input.label) }
                (advice)
                (rows(input, columns, form, lang))
            }
        },
        _ => html! {
            label for=(input.id) { (input.label) }
            (advice)
            (control(input, form, &told))
        },
    }
}

/// A text in both languages.
fn words(input: &Input, lines: bool, form: &Form, wrong: Option<&str>, lang: Lang) -> Markup {
    html! {
        @for (tag, language) in LANGUAGES {
            @let field = format!("{}_{tag}", input.name);
            label for=(field) { (lang.pick(language[0], language[1])) }
            // A line would lose the line breaks of a text that has some.
            @if lines || form.first(&field).contains('\n') {
                textarea.short id=(field) name=(field) rows="3" lang=(tag) aria-invalid=[wrong] {
                    (form.first(&field))
                }
            } @else {
                input
                    id=(field)
                    type="text"
                    name=(field)
                    value=(form.first(&field))
                    maxlength=(input.most)
                    lang=(tag)
                    aria-invalid=[wrong];
            }
        }
    }
}

/// What is typed into, without what stands around it.
#[expect(clippy::too_many_lines, reason = "one case after the other")]
fn control(input: &Input, form: &Form, told: &Told<'_>) -> Markup {
    let Input { name, most, required, first, .. } = input;
    let Told { id, described, invalid, label } = told;
    let some = |text: &'static str| Some(text).filter(|text| !text.is_empty());
    let line = |kind: &str, class: Option<&str>, mode: Option<&str>| {
        html! {
            input
                class=[class]
                id=[id]
                type=(kind)
                inputmode=[mode]
                name=(name)
                value=[(kind != "password").then(|| form.first(name))]
                maxlength=[(kind != "date").then_some(most)]
                placeholder=[some(input.example)]
                autocomplete=[some(input.autocomplete)]
                spellcheck=[(kind == "password").then_some("false")]
                autofocus[*first]
                required[*required]
                aria-label=[label]
                aria-describedby=[described]
                aria-invalid=[invalid];
        }
    };
    match &input.kind {
        InputKind::Number => line("text", Some("brief"), Some("numeric")),
        InputKind::Day => line("date", None, None),
        InputKind::Secret => line("password", None, None),
        InputKind::Lines { rows } => html! {
            textarea
                .short
                id=[id]
                name=(name)
                rows=(rows)
                maxlength=(most)
                autofocus[*first]
                required[*required]
                aria-describedby=[described]
                aria-invalid=[invalid]
            { (form.first(name)) }
        },
        InputKind::Code { rows } => html! {
            textarea
                id=[id]
                name=(name)
                rows=[Some(rows).filter(|rows| **rows > 0)]
                spellcheck="false"
                aria-describedby=[described]
                aria-invalid=[invalid]
            { (form.first(name)) }
        },
        InputKind::File(accept) => html! {
            input id=[id] type="file" name=(name) accept=(accept) required[*required];
        },
        InputKind::Tick => html! {
            input
                id=[id]
                type="checkbox"
                name=(name)
                value="yes"
                checked[form.has(name, "yes")]
                required[*required]
                aria-describedby=[described];
        },
        InputKind::Choice(options) => html! {
            select
                id=[id]
                name=(name)
                required[*required]
                aria-label=[label]
                aria-describedby=[described]
                aria-invalid=[invalid]
            { (choices(options, form.first(name))) }
        },
        _ => line("text", None, None),
    }
}

/// An input in a table, whose head says what it is.
pub(in crate::web::desk) fn bare(input: &Input, form: &Form, wrong: &Mistakes) -> Markup {
    control(input, form, &Told::alone(input, wrong))
}

/// A way to answer, with what is filled in beside it.
fn way(name: &str, way: &Way, form: &Form, wrong: &Mistakes, lang: Lang) -> Markup {
    html! {
        @if let Some(with) = &way.with { (wrong.beside(with.name)) }
        label.inline {
            input
                type="radio"
                name=(name)
                value=(way.value)
                checked[form.first(name) == way.value];
            (way.label)
            @if let Some(with) = &way.with {
                (lang.pick("：", ": "))
                (control(with, form, &Told { id: Some(with.id), ..Told::alone(with, wrong) }))
            }
        }
    }
}

/// Boxes to tick, one for each value. What was chosen and is not offered any more keeps a box, so
/// that saving does not drop it unseen.
fn picks(name: &str, options: &[(String, String)], form: &Form) -> Markup {
    let chosen = form.0.get(name).into_iter().flatten().filter(|value| !value.is_empty());
    let gone = chosen.filter(|value| options.iter().all(|(known, _)| known != *value));
    html! {
        @for (value, label) in options.iter().map(|(v, l)| (v, l)).chain(gone.map(|v| (v, v))) {
            label.inline {
                input type="checkbox" name=(name) value=(value) checked[form.has(name, value)];
                (label)
            }
        }
    }
}

fn rows(input: &Input, columns: &[Column], form: &Form, lang: Lang) -> Markup {
    let (name, label, no) = (input.name, &input.label, lang.pick("序", "No."));
    html! {
        div.scroll {
            table.rows {
                thead {
                    tr {
                        th { (no) }
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
                                    aria-label={ (label) " " (n + 1) " " (no) };
                            }
                            @for column in columns {
                                @let spoken = format!("{label} {} {}", n + 1, column.label);
                                td {
                                    (cell(column, &cell_name(name, n, column.name), form, &spoken))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn place(form: &Form, field: &str, row: usize) -> String {
    match form.first(&cell_name(field, row, "no")) {
        "" => (row + 1).to_string(),
        typed => typed.to_owned(),
    }
}

/// What is typed into in a table.
pub(in crate::web::desk) fn cell(column: &Column, name: &str, form: &Form, label: &str) -> Markup {
    let value = form.first(name);
    let line = |class: &str, mode: Option<&str>, most: u16| {
        html! {
            input
                .(class)
                type="text"
                inputmode=[mode]
                name=(name)
                value=(value)
                maxlength=(most)
                aria-label=(label)
                lang=[language_of(column.name)]
                spellcheck=[(class == "name").then_some("false")];
        }
    };
    match &column.cell {
        Cell::Name => line("name", None, 64),
        Cell::Words if !value.contains('\n') => line("words", None, 2_000),
        Cell::Words | Cell::Long => html! {
            textarea.cell name=(name) rows="2" aria-label=(label) lang=[language_of(column.name)] {
                (value)
            }
        },
        Cell::Number => line("brief", Some("numeric"), 20),
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
fn filled(form: &Form, field: &str) -> usize {
    let row = |key: &String| {
        let (n, column) = key.strip_prefix(field)?.strip_prefix('.')?.split_once('.')?;
        n.parse::<usize>().ok().filter(|n| column != "no" && *n < MOST_ROWS)
    };
    let written = form.0.iter().filter(|(_, values)| values.iter().any(|v| !v.is_empty()));
    written.filter_map(|(key, _)| row(key)).max().map_or(0, |n| n + 1)
}
