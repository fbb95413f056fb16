//! What a form is made of: each input said once, with its name, its label and what is filled in.
//! Drawing, reading, checking and comparing follow from this, so that none of them can forget one.

use maud::Markup;
use std::borrow::Cow;

/// Languages of a text, with their names.
pub(in crate::web::desk) const LANGUAGES: [(&str, [&str; 2]); 2] =
    [("zh-CN", ["中文", "Chinese"]), ("en", ["英文", "English"])];

/// An input of a form.
pub struct Input {
    /// Name of its field, or the stem of its fields' names.
    pub name: &'static str,
    /// Its id on the page: the name, unless another form of the page has the same.
    pub id: &'static str,
    /// What it is.
    pub label: Cow<'static, str>,
    /// Advice, or nothing.
    pub hint: Cow<'static, str>,
    /// What is filled in.
    pub kind: InputKind,
    /// Values of the field `kind` for which it matters; empty for all.
    pub only: String,
    /// Whether a browser asks for it. That it is needed, the use case says.
    pub required: bool,
    /// Longest text in characters.
    pub most: u16,
    /// What a browser may fill in by itself; empty for its own choice.
    pub autocomplete: &'static str,
    /// An example, shown while nothing is typed.
    pub example: &'static str,
    /// Whether typing begins here.
    pub first: bool,
    /// What stands below it.
    pub below: Option<Markup>,
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
    /// Some lines.
    Lines {
        /// How many are shown.
        rows: u8,
    },
    /// Lines that a machine reads: a table, a definition.
    Code {
        /// How many are shown; 0 for the style sheet's choice.
        rows: u8,
    },
    /// A whole number.
    Number,
    /// A day.
    Day,
    /// What is not shown while it is typed, and never comes back on a page.
    Secret,
    /// A file of one of these kinds.
    File(&'static str),
    /// Yes or no.
    Tick,
    /// One of these values, each with its label.
    Choice(Vec<(String, String)>),
    /// Any of these values, each with its label.
    Picks(Vec<(String, String)>),
    /// One of these, some of which need a word more.
    Ways(Vec<Way>),
    /// Rows of cells, in an order that can be changed.
    Rows(Vec<Column>),
}

/// One of the ways to answer, with what it needs beside.
pub struct Way {
    /// Its value.
    pub value: &'static str,
    /// What it says.
    pub label: &'static str,
    /// What is filled in beside it.
    pub with: Option<Input>,
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
    pub fn new(name: &'static str, label: impl Into<Cow<'static, str>>, kind: InputKind) -> Self {
        let most = match kind {
            InputKind::Number => 20,
            InputKind::Words { .. } | InputKind::Lines { .. } => 2_000,
            _ => 400,
        };
        Self {
            name,
            id: name,
            label: label.into(),
            hint: Cow::Borrowed(""),
            kind,
            only: String::new(),
            required: false,
            most,
            autocomplete: "",
            example: "",
            first: false,
            below: None,
        }
    }

    /// A password: the present one, or a new one.
    pub fn password(name: &'static str, label: &'static str, autocomplete: &'static str) -> Self {
        Self { autocomplete, required: true, ..Self::new(name, label, InputKind::Secret) }
    }

    pub fn hint(self, hint: impl Into<Cow<'static, str>>) -> Self {
        Self { hint: hint.into(), ..self }
    }

    pub fn only(self, only: &str) -> Self {
        Self { only: only.to_owned(), ..self }
    }

    pub fn required(self) -> Self {
        Self { required: true, ..self }
    }

    pub fn most(self, most: u16) -> Self {
        Self { most, ..self }
    }

    pub fn id(self, id: &'static str) -> Self {
        Self { id, ..self }
    }
}

/// Values of a choice with their labels.
pub fn options<V: Into<String>, L: Into<String>>(
    list: impl IntoIterator<Item = (V, L)>,
) -> InputKind {
    InputKind::Choice(list.into_iter().map(|(value, label)| (value.into(), label.into())).collect())
}

/// The same, of which none may be chosen.
pub fn options_or<V: Into<String>, L: Into<String>>(
    none: &str,
    list: impl IntoIterator<Item = (V, L)>,
) -> InputKind {
    let list = list.into_iter().map(|(value, label)| (value.into(), label.into()));
    InputKind::Choice(std::iter::once((String::new(), none.to_owned())).chain(list).collect())
}
