//! The tables that leave the house, each in a file of its own: what it is called, its columns, and
//! its rows.
//! They only arrange what the Release says; whatever the gate withheld is an empty cell with the
//! reason beside it.

mod comments;
mod lookback;
mod problems;
mod tally;
mod tasks;
mod turnout;
mod wide;

use std::str::FromStr;

use super::{Column, Subject, Table};
use crate::text::Lang;
use crate::unit::{GroupCode, Scope};

/// All that is known of a table before there is a round.
struct Definition {
    /// Name in an address and on the command line.
    id: &'static str,
    title: [&'static str; 2],
    /// What it is for.
    purpose: [&'static str; 2],
    /// The column whose values each get a sheet of their own in a workbook.
    sheets: Option<&'static str>,
    /// Whether it is sealed and handed over: then it is a Word file, too.
    signed: bool,
    columns: &'static [Column],
    /// Rows, as wide as the columns.
    rows: fn(&Subject) -> Vec<Vec<String>>,
}

/// One of the tables.
#[derive(Clone, Copy)]
pub struct TableName(&'static Definition);

impl TableName {
    /// All tables, in the order in which they are offered.
    pub const ALL: [Self; 7] = [
        Self(&problems::TABLE),
        Self(&wide::TABLE),
        Self(&tally::TABLE),
        Self(&turnout::TABLE),
        Self(&comments::TABLE),
        Self(&lookback::TABLE),
        Self(&tasks::TABLE),
    ];
    /// The problem list (T2).
    pub const PROBLEMS: Self = Self(&problems::TABLE);
    /// One row for each group and item.
    pub const WIDE: Self = Self(&wide::TABLE);
    /// One row for each group, question and option.
    pub const TALLY: Self = Self(&tally::TABLE);
    /// Slips and ballots by group.
    pub const TURNOUT: Self = Self(&turnout::TABLE);
    /// What screeners wrote of texts.
    pub const COMMENTS: Self = Self(&comments::TABLE);
    /// What became of items since the round before.
    pub const LOOKBACK: Self = Self(&lookback::TABLE);
    /// What units do in the five phases (T1).
    pub const TASKS: Self = Self(&tasks::TABLE);

    /// The title.
    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        lang.pick(self.0.title[0], self.0.title[1])
    }

    /// What it is for.
    #[must_use]
    pub fn purpose(self, lang: Lang) -> &'static str {
        lang.pick(self.0.purpose[0], self.0.purpose[1])
    }

    /// The name in an address and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        self.0.id
    }

    /// The column whose values each get a sheet of their own in a workbook.
    #[must_use]
    pub fn parts(self) -> Option<&'static str> {
        self.0.sheets
    }

    /// Whether it is sealed and handed over.
    #[must_use]
    pub fn is_signed(self) -> bool {
        self.0.signed
    }
}

impl PartialEq for TableName {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for TableName {}

impl std::fmt::Debug for TableName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.id)
    }
}

impl FromStr for TableName {
    type Err = ();

    fn from_str(id: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|table| table.0.id == id).ok_or(())
    }
}

/// Builds a table.
#[must_use]
pub fn table(name: TableName, subject: &Subject) -> Table {
    Table {
        title: title(name, subject),
        columns: name.0.columns.to_vec(),
        rows: (name.0.rows)(subject),
    }
}

/// The task lists of units in a round that may have no results yet.
#[must_use]
pub fn task_table(
    title: String,
    units: &[&str],
    phases: &[(String, String)],
    marks: &str,
) -> Table {
    let TableName(definition) = TableName::TASKS;
    Table { title, columns: definition.columns.to_vec(), rows: tasks::rows(units, phases, marks) }
}

/// What a table of a round is called, also as a file.
fn title(name: TableName, subject: &Subject) -> String {
    // People look for a unit by its name.
    let named = |code: &GroupCode| match Scope::of(code) {
        Scope::Bureau => subject.bureau.to_owned(),
        Scope::Group(code) => subject
            .release
            .groups
            .iter()
            .find(|g| code == g.code)
            .map_or_else(|| code.to_string(), |g| g.name.clone()),
    };
    let group = subject.only.map_or_else(String::new, |code| format!("_{}", named(code)));
    let marks =
        if subject.marks.is_empty() { String::new() } else { format!("_{}", subject.marks) };
    format!("{}{group}_{}{marks}", name.label(Lang::Zh), subject.round.title)
}
