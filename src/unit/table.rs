//! Reading a table of units as an office has it: a title above, sums below, columns of its own,
//! people counted in words.
//! What was understood is told, so that it can be looked at before anything is replaced.

use std::collections::{HashMap, HashSet};

use super::header::{self, Meaning};
use super::raw::{Raw, at};
use super::{CHINESE_COLUMNS, Unit, code, rules};
use crate::text::{Refusal, visible};

/// What a table was taken for.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// Its columns.
    pub columns: Vec<Meaning>,
    /// What was left out and made, in words.
    pub notes: Vec<Refusal>,
    /// Its units, if nothing is wrong.
    pub units: Vec<Unit>,
    /// What is wrong.
    pub errors: Vec<Refusal>,
}

impl Reading {
    /// The units, or all mistakes.
    pub fn units(self) -> Result<Vec<Unit>, Vec<Refusal>> {
        if self.errors.is_empty() { Ok(self.units) } else { Err(self.errors) }
    }
}

/// Words by which a table sums up.
const SUMS: [&str; 7] = ["合计", "总计", "小计", "共计", "总人数", "全局合计", "total"];

/// Reads a table. `chosen` says what its columns are, if somebody chose; `known` are the units that
/// there are, whose codes stay.
#[must_use]
pub fn read(raw: &Raw, chosen: Option<&[Option<usize>]>, known: &[Unit]) -> Reading {
    match header::find(raw, chosen) {
        Ok(head) => Reader::new(raw, head, known).read(),
        Err(errors) => {
            let first = raw.rows.iter().find(|(_, fields)| !is_empty(fields));
            let column = |name: &String| Meaning { name: name.clone(), column: None };
            let columns = first.map_or_else(Vec::new, |row| row.1.iter().map(column).collect());
            Reading { columns, errors, ..Reading::default() }
        }
    }
}

fn is_empty(fields: &[String]) -> bool {
    fields.iter().all(String::is_empty)
}

/// What is said of a row that is a sum or a remark.
fn sum(fields: &[String]) -> Option<Refusal> {
    let filled: Vec<&String> = fields.iter().filter(|f| !f.is_empty()).collect();
    let plain = |f: &String| f.replace([' ', '　', '：', ':'], "").to_lowercase();
    let sum = filled.iter().take(2).find(|f| SUMS.contains(&plain(f).as_str()));
    match (sum, &filled[..]) {
        (Some(word), _) => {
            let word = visible(word);
            Some(Refusal::new(
                format!("“{word}”一行不读入"),
                format!("the row `{word}` is not read"),
            ))
        }
        (None, [only]) if only.contains(['：', ':']) || only.starts_with('注') => {
            let only = visible(only);
            Some(Refusal::new(
                format!("“{only}”不是单位，不读入"),
                format!("`{only}` is no unit and is not read"),
            ))
        }
        _ => None,
    }
}

/// A table whose head was found, while its rows are read.
struct Reader<'a> {
    raw: &'a Raw,
    head: header::Head,
    known: &'a [Unit],
    out: Reading,
    units: Vec<(u64, Unit)>,
    /// Codes that stand in the table, or were made for it.
    taken: HashSet<String>,
    /// Groups that only have a name, with the code that was made for them.
    groups: HashMap<String, String>,
    /// Codes that were made, with their units.
    made: Vec<String>,
    /// Kinds that were read from names.
    guessed: usize,
}

impl<'a> Reader<'a> {
    fn new(raw: &'a Raw, head: header::Head, known: &'a [Unit]) -> Self {
        let mut new = Self {
            raw,
            head,
            known,
            out: Reading::default(),
            units: Vec::new(),
            taken: HashSet::new(),
            groups: HashMap::new(),
            made: Vec::new(),
            guessed: 0,
        };
        if let Some(column) = new.of(0) {
            let codes = new.body().iter().filter_map(|(_, fields)| fields.get(column));
            let codes = codes.map(|c| code::tidy_code(c)).filter(|c| !c.is_empty());
            new.taken = codes.collect();
        }
        new
    }

    /// Where a column of units stands in the table.
    fn of(&self, column: usize) -> Option<usize> {
        header::column(&self.head.meanings, column)
    }

    fn body(&self) -> &'a [(u64, Vec<String>)] {
        &self.raw.rows[self.head.row + 1..]
    }

    fn read(mut self) -> Reading {
        self.note_what_is_not_read();
        let used: HashSet<usize> = (0..6).filter_map(|column| self.of(column)).collect();
        let head_line = self.raw.rows[self.head.row].0;
        let rows = self.body().iter().filter(|(_, fields)| !is_empty(fields));
        let sums: HashSet<u64> =
            rows.clone().filter(|(_, fields)| sum(fields).is_some()).map(|(row, _)| *row).collect();
        // A sum is a formula in every office's table; it is not read, so it may stay one.
        for (row, column, odd) in &self.raw.odd {
            if *row > head_line && used.contains(column) && !sums.contains(row) {
                self.out.errors.push(at(self.raw.place(*row, Some(*column)), odd));
            }
        }
        for (row, fields) in rows {
            if let Some(note) = sum(fields) {
                self.out.notes.push(at(self.raw.place(*row, None), &note));
            } else if !self.has_too_much(*row, fields) {
                self.read_unit(*row, fields);
            }
        }
        self.note_what_was_made();
        let (raw, meanings) = (self.raw, &self.head.meanings);
        rules::check_table(&mut self.units, &mut self.out.errors, |row, column| {
            raw.place(row, header::column(meanings, column))
        });
        self.out.columns = self.head.meanings;
        if self.out.errors.is_empty() {
            self.out.units = self.units.into_iter().map(|(_, unit)| unit).collect();
        }
        self.out
    }

    /// Titles above the head, and columns that are none of units.
    fn note_what_is_not_read(&mut self) {
        let above = self.raw.rows[..self.head.row].iter();
        for (row, fields) in above.filter(|(_, fields)| !is_empty(fields)) {
            let title = visible(fields.iter().find(|f| !f.is_empty()).map_or("", String::as_str));
            let note = Refusal::new(
                format!("“{title}”是标题，不读入"),
                format!("`{title}` is a title and is not read"),
            );
            self.out.notes.push(at(self.raw.place(*row, None), &note));
        }
        let unread = self.head.meanings.iter().filter(|m| m.column.is_none() && !m.name.is_empty());
        let unread: Vec<String> = unread.map(|m| visible(&m.name)).collect();
        if !unread.is_empty() {
            self.out.notes.push(Refusal::new(
                format!("没有读入的列：{}", unread.join("、")),
                format!("columns that are not read: {}", unread.join(", ")),
            ));
        }
    }

    /// Whether a row has something beyond the last column.
    fn has_too_much(&mut self, row: u64, fields: &[String]) -> bool {
        let beyond = fields.iter().enumerate().skip(self.head.meanings.len());
        let Some((extra, text)) = beyond.into_iter().find(|(_, f)| !f.is_empty()) else {
            return false;
        };
        let (number, text) = (extra + 1, visible(text));
        let error = Refusal::new(
            format!("第 {number} 列“{text}”没有列名，请补上列名或删去"),
            format!("field {number} `{text}` has no column; name the column or delete it"),
        );
        self.out.errors.push(at(self.raw.place(row, Some(extra)), &error));
        true
    }

    fn read_unit(&mut self, row: u64, fields: &[String]) {
        let field = |n: usize| self.of(n).and_then(|c| fields.get(c)).cloned().unwrap_or_default();
        let mut values: [String; 6] = std::array::from_fn(field);
        values[1] = code::without_padding(&values[1]);
        self.name_group(&mut values);
        if values[0].is_empty() && !values[1].is_empty() {
            values[0] = code::made(&values[1], self.known, &self.taken);
            self.made.push(format!("{} {}", values[0], visible(&values[1])));
        }
        if self.of(2).is_none()
            && let Some(kind) = rules::kind_of(&values[1])
        {
            kind.clone_into(&mut values[2]);
            self.guessed += 1;
        }
        match rules::row(values) {
            Ok(unit) => {
                self.taken.insert(unit.code.to_string());
                self.units.push((row, unit));
            }
            Err(refusals) => {
                for (column, refusal) in refusals {
                    let place = self.raw.place(row, self.of(column));
                    self.out.errors.push(at(place, &refusal));
                }
            }
        }
    }

    /// A group that only has a name, in either of its columns, gets a code from it: the same one on
    /// every row.
    fn name_group(&mut self, values: &mut [String; 6]) {
        if values[5].is_empty() && !code::tidy_code(&values[4]).is_ascii() {
            values.swap(4, 5);
        }
        let name = code::without_padding(&values[5]);
        if !values[4].is_empty() || name.is_empty() || name == values[1] {
            return;
        }
        let known = self.known.iter().find(|unit| unit.group_name == name && !unit.is_alone());
        let made = match (self.groups.get(&name), known) {
            (Some(code), _) => code.clone(),
            (None, Some(unit)) => unit.group.to_string(),
            (None, None) => {
                let made = code::made(&name, self.known, &self.taken);
                self.taken.insert(made.clone());
                made
            }
        };
        values[4].clone_from(&made);
        values[5].clone_from(&name);
        self.groups.insert(name, made);
    }

    fn note_what_was_made(&mut self) {
        if !self.made.is_empty() {
            self.out.notes.push(Refusal::new(
                format!("表中没有代码，按名称首字母生成：{}", self.made.join("、")),
                format!("codes were made from initials: {}", self.made.join(", ")),
            ));
        }
        if self.guessed > 0 {
            self.out.notes.push(Refusal::new(
                format!("表中没有“{}”列，按单位名称推断", CHINESE_COLUMNS[2]),
                "there is no column for kinds; they were read from the names",
            ));
        }
    }
}
