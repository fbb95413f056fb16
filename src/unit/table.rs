//! Reading a table of units as an office has it: a title above, sums below, columns of its own,
//! people counted in words.
//! What was understood is told, so that it can be looked at before anything is replaced.

use std::collections::HashSet;

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
    let mut out = Reading::default();
    let head = match header::find(raw, chosen) {
        Ok(head) => head,
        Err(errors) => {
            out.columns = raw
                .rows
                .iter()
                .find(|(_, fields)| !fields.iter().all(String::is_empty))
                .map_or_else(Vec::new, |(_, names)| {
                    names.iter().map(|name| Meaning { name: name.clone(), column: None }).collect()
                });
            return Reading { errors, ..out };
        }
    };
    let place = |row: u64, column: Option<usize>| raw.place(row, column);
    let of = |column: usize| header::column(&head.meanings, column);
    for (row, fields) in
        raw.rows[..head.row].iter().filter(|(_, fields)| !fields.iter().all(String::is_empty))
    {
        let title = visible(fields.iter().find(|f| !f.is_empty()).map_or("", String::as_str));
        out.notes.push(at(
            place(*row, None),
            &Refusal::new(
                format!("“{title}”是标题，不读入"),
                format!("`{title}` is a title and is not read"),
            ),
        ));
    }
    let unread: Vec<String> = head
        .meanings
        .iter()
        .filter(|m| m.column.is_none() && !m.name.is_empty())
        .map(|m| visible(&m.name))
        .collect();
    if !unread.is_empty() {
        out.notes.push(Refusal::new(
            format!("没有读入的列：{}", unread.join("、")),
            format!("columns that are not read: {}", unread.join(", ")),
        ));
    }
    let used: HashSet<usize> = (0..6).filter_map(of).collect();
    let head_line = raw.rows[head.row].0;
    out.errors.extend(
        raw.odd
            .iter()
            .filter(|(row, column, _)| *row > head_line && used.contains(column))
            .map(|(row, column, r)| at(place(*row, Some(*column)), r)),
    );
    let mut units: Vec<(u64, Unit)> = Vec::new();
    let mut taken: HashSet<String> = HashSet::new();
    let (mut made, mut guessed) = (Vec::new(), 0);
    let column_of_codes = of(0);
    if let Some(column) = column_of_codes {
        taken.extend(
            raw.rows[head.row + 1..]
                .iter()
                .filter_map(|(_, fields)| fields.get(column))
                .map(|c| code::tidy_code(c))
                .filter(|c| !c.is_empty()),
        );
    }
    for (row, fields) in
        raw.rows[head.row + 1..].iter().filter(|(_, fields)| !fields.iter().all(String::is_empty))
    {
        let filled: Vec<&String> = fields.iter().filter(|f| !f.is_empty()).collect();
        let sum = filled.iter().take(2).find(|f| {
            SUMS.contains(&f.replace([' ', '　', '：', ':'], "").to_lowercase().as_str())
        });
        if let Some(word) = sum {
            let word = visible(word);
            out.notes.push(at(
                place(*row, None),
                &Refusal::new(
                    format!("“{word}”一行不读入"),
                    format!("the row `{word}` is not read"),
                ),
            ));
            continue;
        }
        if let [only] = filled[..]
            && (only.contains('：') || only.contains(':') || only.starts_with('注'))
        {
            let only = visible(only);
            out.notes.push(at(
                place(*row, None),
                &Refusal::new(
                    format!("“{only}”不是单位，不读入"),
                    format!("`{only}` is no unit and is not read"),
                ),
            ));
            continue;
        }
        if let Some((extra, text)) =
            fields.iter().enumerate().skip(head.meanings.len()).find(|(_, f)| !f.is_empty())
        {
            let text = visible(text);
            out.errors.push(at(
                place(*row, Some(extra)),
                &Refusal::new(
                    format!("第 {} 列“{text}”没有列名，请补上列名或删去", extra + 1),
                    format!(
                        "field {} `{text}` has no column; name the column or delete it",
                        extra + 1
                    ),
                ),
            ));
            continue;
        }
        let field = |n: usize| of(n).and_then(|c| fields.get(c)).cloned().unwrap_or_default();
        let mut values: [String; 6] = std::array::from_fn(field);
        if values[0].is_empty() && !values[1].is_empty() {
            values[0] = code::made(&values[1], known, &taken);
            made.push(format!("{} {}", values[0], visible(&values[1])));
        }
        if of(2).is_none()
            && let Some(kind) = rules::kind_of(&values[1])
        {
            kind.clone_into(&mut values[2]);
            guessed += 1;
        }
        match rules::row(values) {
            Ok(unit) => {
                taken.insert(unit.code.clone());
                units.push((*row, unit));
            }
            Err(refusals) => out
                .errors
                .extend(refusals.into_iter().map(|(column, r)| at(place(*row, of(column)), &r))),
        }
    }
    if !made.is_empty() {
        out.notes.push(Refusal::new(
            format!("表中没有代码，按名称首字母生成：{}", made.join("、")),
            format!("codes were made from initials: {}", made.join(", ")),
        ));
    }
    if guessed > 0 {
        out.notes.push(Refusal::new(
            format!("表中没有“{}”列，按单位名称推断", CHINESE_COLUMNS[2]),
            "there is no column for kinds; they were read from the names",
        ));
    }
    rules::check_table(&mut units, &mut out.errors, |row, column| place(row, of(column)));
    out.columns = head.meanings;
    if out.errors.is_empty() {
        out.units = units.into_iter().map(|(_, unit)| unit).collect();
    }
    out
}
