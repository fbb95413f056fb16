//! Exports: the tables that leave the house, and the CSV and JSON they are written in.
//! A table is built once from the Release and rendered in any format, so formats cannot differ in
//! what they say.

mod csv;
pub mod docx;
mod subject;
mod tables;
mod xlsx;

pub use self::csv::{to_csv, to_gb18030};
pub use subject::{Compared, Subject};
pub use tables::{TableName, table, task_table};
pub use xlsx::{sheets_to_xlsx, to_xlsx};

/// A column: its machine name and its Chinese header.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Machine name.
    pub id: &'static str,
    /// Chinese header.
    pub zh: &'static str,
    /// What its cells hold.
    pub kind: Kind,
}

/// What the cells of a column hold, for formats that know types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Text,
    /// Whole numbers.
    Count,
    /// Percentages, or bands in words.
    Share,
}

impl Column {
    /// A column of words.
    #[must_use]
    pub const fn text(id: &'static str, zh: &'static str) -> Self {
        Self { id, zh, kind: Kind::Text }
    }

    /// A column of whole numbers.
    #[must_use]
    pub const fn count(id: &'static str, zh: &'static str) -> Self {
        Self { id, zh, kind: Kind::Count }
    }

    /// A column of percentages, or of bands in words.
    #[must_use]
    pub const fn share(id: &'static str, zh: &'static str) -> Self {
        Self { id, zh, kind: Kind::Share }
    }
}

/// A table of finished texts.
#[derive(Debug, Clone)]
pub struct Table {
    /// Title, also the file's name.
    pub title: String,
    /// Columns.
    pub columns: Vec<Column>,
    /// Rows, as wide as the columns.
    pub rows: Vec<Vec<String>>,
}

/// Which headers a file gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Headers {
    /// Chinese, for people.
    Chinese,
    /// Column ids, for machines.
    Ids,
}

impl Table {
    /// The headers.
    #[must_use]
    pub fn headers(&self, headers: Headers) -> Vec<&'static str> {
        self.columns.iter().map(|c| if headers == Headers::Ids { c.id } else { c.zh }).collect()
    }

    /// The rows as objects keyed by column id.
    #[must_use]
    pub fn objects(&self) -> Vec<serde_json::Map<String, serde_json::Value>> {
        self.rows
            .iter()
            .map(|row| {
                self.columns
                    .iter()
                    .zip(row)
                    .map(|(c, v)| (c.id.to_owned(), v.clone().into()))
                    .collect()
            })
            .collect()
    }

    /// The table as a JSON array of objects keyed by column id.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(&self.objects()).expect("texts are JSON");
        text.push('\n');
        text
    }
}
