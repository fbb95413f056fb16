//! What a backup holds: every table that is worth keeping, column by column.
//! What is left out is said, so that nothing is left out by accident.

use crate::id::RoundId;
use Holds::{Bytes as B, Flag as F, Number as N, Text as T};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// A text.
    Text,
    /// A whole number.
    Number,
    /// Yes or no, as 1 or 0.
    Flag,
    /// Bytes, in hexadecimal.
    Bytes,
}

/// A table as it stands in a backup.
#[derive(Debug)]
pub struct Shape {
    /// Its name.
    pub name: &'static str,
    /// Its columns in order.
    pub columns: &'static [(&'static str, Holds)],
    /// Which column names the round, if rows belong to one.
    pub round: Option<usize>,
}

/// Tables of the main database, those that others refer to first. Sessions, tokens and approvals
/// are not worth keeping.
pub const MAIN: [Shape; 17] = [
    Shape { name: "settings", columns: &[("key", T), ("value", T)], round: None },
    Shape { name: "surveys", columns: &[("hash", T), ("id", T), ("definition", T)], round: None },
    Shape {
        name: "units",
        columns: &[
            ("code", T),
            ("name", T),
            ("kind", T),
            ("headcount", N),
            ("group_code", T),
            ("group_name", T),
            ("place", N),
        ],
        round: None,
    },
    Shape {
        name: "rounds",
        columns: &[
            ("id", T),
            ("title", T),
            ("survey", T),
            ("access", T),
            ("opens", T),
            ("closes", T),
            ("state", T),
            ("trial", F),
            ("sealed", F),
            ("ended", F),
            ("destroyed", F),
            ("looks_back", T),
            ("public_key", B),
            ("wrapped_key", T),
            ("suite", T),
            ("closing", T),
            ("holds", T),
            ("turnout", T),
            ("code_in_qr", F),
            ("originals_until", T),
            ("destruction", T),
            ("restored", T),
            ("checks", T),
            ("leftover", T),
        ],
        round: Some(0),
    },
    Shape {
        name: "round_units",
        columns: &[
            ("round", T),
            ("code", T),
            ("name", T),
            ("kind", T),
            ("headcount", N),
            ("group_code", T),
            ("group_name", T),
            ("place", N),
        ],
        round: Some(0),
    },
    Shape { name: "releases", columns: &[("round", T), ("gate", N), ("body", T)], round: Some(0) },
    Shape {
        name: "comments",
        columns: &[
            ("id", T),
            ("round", T),
            ("group_code", T),
            ("question", T),
            ("body", T),
            ("state", T),
            ("summary", T),
        ],
        round: Some(1),
    },
    Shape {
        name: "problems",
        columns: &[
            ("round", T),
            ("number", T),
            ("group_code", T),
            ("question", T),
            ("category", N),
            ("source", T),
            ("statement", T),
            ("example", T),
            ("harm_level", T),
            ("harms", T),
            ("causes", T),
            ("note", T),
            ("found", T),
            ("evidence", T),
            ("state", T),
            ("reason", T),
            ("version", N),
        ],
        round: Some(0),
    },
    Shape {
        name: "problem_history",
        columns: &[
            ("round", T),
            ("number", T),
            ("version", N),
            ("account", T),
            ("at", N),
            ("body", T),
        ],
        round: Some(0),
    },
    Shape {
        name: "list_editions",
        columns: &[("round", T), ("edition", N), ("issued", T), ("accounts", T), ("body", T)],
        round: Some(0),
    },
    Shape {
        name: "screenings",
        columns: &[("round", T), ("comment", T), ("problem", T), ("first", T), ("second", T)],
        round: Some(0),
    },
    Shape {
        name: "own_surveys",
        columns: &[("id", T), ("definition", T), ("version", N)],
        round: None,
    },
    Shape {
        name: "survey_versions",
        columns: &[("id", T), ("version", N), ("definition", T), ("account", T), ("at", N)],
        round: None,
    },
    Shape { name: "spent_codes", columns: &[("round", T), ("hash", B)], round: Some(0) },
    Shape {
        name: "accounts",
        columns: &[
            ("name", T),
            ("role", T),
            ("password", T),
            ("active", F),
            ("totp", T),
            ("totp_step", N),
            ("temporary", F),
            ("waits", N),
        ],
        round: None,
    },
    Shape { name: "account_units", columns: &[("account", T), ("unit", T)], round: None },
    Shape { name: "recovery_codes", columns: &[("account", T), ("hash", T)], round: None },
];

/// The audit chain, which a restore must not shorten.
pub const AUDIT: Shape = Shape {
    name: "audit",
    columns: &[("seq", N), ("at", N), ("account", T), ("action", T), ("subject", T), ("hash", T)],
    round: None,
};

/// Tables of a ballot box.
pub const BOX: [Shape; 3] = [
    Shape { name: "slips", columns: &[("round", T), ("hash", B), ("unit", T)], round: Some(0) },
    Shape { name: "spent_slips", columns: &[("round", T), ("hash", B)], round: Some(0) },
    Shape {
        name: "ballots",
        columns: &[("round", T), ("id", B), ("unit", T), ("encapsulation", B), ("ciphertext", B)],
        round: Some(0),
    },
];

impl Shape {
    /// The table of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        static AUDIT_SHAPE: Shape = AUDIT;
        static MAIN_SHAPES: [Shape; 17] = MAIN;
        static BOX_SHAPES: [Shape; 3] = BOX;
        MAIN_SHAPES.iter().chain(&BOX_SHAPES).chain([&AUDIT_SHAPE]).find(|s| s.name == name)
    }

    /// The place of a column.
    ///
    /// # Panics
    /// If there is no such column.
    #[must_use]
    pub fn place(&self, column: &str) -> usize {
        self.columns.iter().position(|c| c.0 == column).expect("a column of this table")
    }

    /// A query for all rows as JSON arrays. The first two columns hold the key of every table, so
    /// the order is total and says nothing.
    pub fn select(&self, postgres: bool, round: Option<&RoundId>) -> String {
        let parts: Vec<String> = self
            .columns
            .iter()
            .map(|(column, holds)| match (holds, postgres) {
                (Holds::Bytes, false) => {
                    format!("case when {column} is null then null else lower(hex({column})) end")
                }
                (Holds::Bytes, true) => format!("encode({column}, 'hex')"),
                (Holds::Flag, true) => format!("{column}::int"),
                _ => column.to_string(),
            })
            .collect();
        let array = if postgres { "json_build_array" } else { "json_array" };
        let cast = if postgres { "::text" } else { "" };
        let only = round.map_or_else(String::new, |r| {
            format!(" where {} = '{r}'", self.columns[self.round.unwrap_or(0)].0)
        });
        let order: Vec<&str> = self.columns.iter().take(2).map(|c| c.0).collect();
        // In a box file the place is the name in the same order, and the key of the table.
        let order = if self.name == "ballots" && !postgres { vec!["place"] } else { order };
        format!(
            "select {array}({}){cast} from {}{only} order by {}",
            parts.join(", "),
            self.name,
            order.join(", ")
        )
    }

    /// A statement that inserts one such row unless its key is there.
    pub fn insert(&self, postgres: bool) -> String {
        let columns: Vec<&str> = self.columns.iter().map(|c| c.0).collect();
        let values: Vec<String> = self
            .columns
            .iter()
            .enumerate()
            .map(|(n, (_, holds))| match (holds, postgres) {
                (Holds::Bytes, false) => format!("unhex(json_extract(?1, '$[{n}]'))"),
                (_, false) => format!("json_extract(?1, '$[{n}]')"),
                (Holds::Text, true) => format!("j->>{n}"),
                (Holds::Number, true) => format!("(j->>{n})::bigint"),
                (Holds::Flag, true) => format!("(j->>{n})::int::boolean"),
                (Holds::Bytes, true) => format!("decode(j->>{n}, 'hex')"),
            })
            .collect();
        if self.name == "ballots" && !postgres {
            // Where a ballot stands in the file follows from its name.
            let named = self
                .columns
                .iter()
                .zip(&values)
                .map(|((column, _), value)| format!("{value} as {column}"))
                .collect::<Vec<_>>()
                .join(", ");
            let columns = columns.join(", ");
            return format!(
                "insert into ballots (place, {columns}) select {}, {columns} from (select {named}) \
                 where true on conflict do nothing",
                super::place_of()
            );
        }
        let from = if postgres { " from (select $1::json j) one" } else { "" };
        format!(
            "insert into {} ({}) select {}{from} where true on conflict do nothing",
            self.name,
            columns.join(", "),
            values.join(", ")
        )
    }
}
