//! Which row of a table is its head, and what its columns mean.
//! An office's table has a title above and columns of its own beside; what is understood is shown,
//! and what is not is said.

use unicode_normalization::UnicodeNormalization;

use super::raw::{Raw, at};
use super::{CHINESE_COLUMNS, COLUMNS};
use crate::text::{Lang, Refusal, is_deceptive, meant, nearest, visible};

/// Other words for the columns, in their order.
const WORDS: [&[&str]; 6] = [
    &["代码", "编号", "单位编号", "单位编码", "部门代码", "部门编号", "编码"],
    &["名称", "单位", "部门", "部门名称", "单位(部门)", "单位(部门)名称", "科室中队", "单位全称"],
    &["类别", "单位类型", "单位类别", "性质", "单位性质"],
    &["人员数", "总人数", "实有人数", "在岗人数", "现有人数", "在册人数", "人数(人)", "实有"],
    &["分组", "组别", "统计组代码", "合并组"],
    &["组名", "组名称", "分组名称"],
];

/// Rows that are looked through for a head.
const LOOKED_THROUGH: usize = 20;

/// A column of a table and what it was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// Its name in the table.
    pub name: String,
    /// Which of [`COLUMNS`] it is; none if it is not read.
    pub column: Option<usize>,
}

/// The head of a table.
pub(super) struct Head {
    /// Its place among the rows.
    pub row: usize,
    pub meanings: Vec<Meaning>,
}

/// A name as it is compared.
fn plain(name: &str) -> String {
    name.nfkc()
        .filter(|c| !c.is_whitespace() && !is_deceptive(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

fn meaning(name: &str) -> Option<usize> {
    let name = plain(name);
    (0..6)
        .find(|k| COLUMNS[*k] == name || CHINESE_COLUMNS[*k] == name)
        .or_else(|| (0..6).find(|k| WORDS[*k].contains(&name.as_str())))
}

/// The column of that meaning.
pub(super) fn column(meanings: &[Meaning], wanted: usize) -> Option<usize> {
    meanings.iter().position(|m| m.column == Some(wanted))
}

/// Finds the head: the first row that names units and their people. `chosen` is what somebody said
/// the columns are.
pub(super) fn find(raw: &Raw, chosen: Option<&[Option<usize>]>) -> Result<Head, Vec<Refusal>> {
    let filled = || {
        raw.rows.iter().enumerate().filter(|(_, (_, fields))| !fields.iter().all(String::is_empty))
    };
    let known = |fields: &[String]| {
        fields
            .iter()
            .filter_map(|name| meaning(name))
            .collect::<std::collections::BTreeSet<_>>()
            .len()
    };
    // The row that says most; of several the first.
    let best = filled()
        .take(LOOKED_THROUGH)
        .max_by_key(|(n, (_, fields))| (known(fields), std::cmp::Reverse(*n)));
    let Some((row, (line, names))) =
        best.filter(|(_, (_, fields))| known(fields) >= 2).or_else(|| filled().next())
    else {
        return Err(vec![Refusal::new("表中没有内容", "the table is empty")]);
    };
    let place = |column: Option<usize>| raw.place(*line, column);
    let column_of = |name: &String| Meaning { name: name.clone(), column: meaning(name) };
    let mut meanings: Vec<Meaning> = names.iter().map(column_of).collect();
    if let Some(chosen) = chosen {
        for (meaning, column) in meanings.iter_mut().zip(chosen) {
            meaning.column = *column;
        }
    }
    let mut wrong = twice(&meanings, &place);
    if chosen.is_none() {
        wrong.extend(mistyped(&meanings, &place));
    }
    wrong.extend(missing(&meanings, &place));
    if wrong.is_empty() { Ok(Head { row, meanings }) } else { Err(wrong) }
}

/// Columns that mean the same.
fn twice(meanings: &[Meaning], place: &impl Fn(Option<usize>) -> Refusal) -> Vec<Refusal> {
    let both = |(n, here): (usize, &Meaning)| {
        let k = here.column?;
        let first = meanings[..n].iter().find(|m| m.column == Some(k))?;
        let (first, here) = (visible(&first.name), visible(&here.name));
        let refusal = Refusal::new(
            format!("“{first}”和“{here}”都是{}，请删去一列，或在下面选定", CHINESE_COLUMNS[k]),
            format!("`{first}` and `{here}` are both the column {}: delete one", COLUMNS[k]),
        );
        Some(at(place(Some(n)), &refusal))
    };
    meanings.iter().enumerate().filter_map(both).collect()
}

/// A column of the office's own is left alone, unless it may be one that is looked for in vain.
fn mistyped(meanings: &[Meaning], place: &impl Fn(Option<usize>) -> Refusal) -> Vec<Refusal> {
    let unknown = |(n, here): (usize, &Meaning)| {
        if here.column.is_some() || here.name.is_empty() {
            return None;
        }
        let missing = (0..6).filter(|k| column(meanings, *k).is_none());
        let missing = missing.flat_map(|k| [COLUMNS[k], CHINESE_COLUMNS[k]]);
        let like = nearest(&plain(&here.name), missing)?;
        let name = visible(&here.name);
        let refusal = Refusal::new(
            format!("不认识列名“{name}”{}", meant(Some(like), Lang::Zh)),
            format!("unknown column `{name}`{}", meant(Some(like), Lang::En)),
        );
        Some(at(place(Some(n)), &refusal))
    };
    meanings.iter().enumerate().filter_map(unknown).collect()
}

/// Codes are made and kinds are read from names where a table has none; names and people it must
/// have.
fn missing(meanings: &[Meaning], place: &impl Fn(Option<usize>) -> Refusal) -> Option<Refusal> {
    let missing = [1, 3].into_iter().filter(|k| column(meanings, *k).is_none());
    let (zh, en): (Vec<&str>, Vec<&str>) =
        missing.map(|k| (CHINESE_COLUMNS[k], COLUMNS[k])).unzip();
    let refusal = Refusal::new(
        format!("缺少列 {}", zh.join("、")),
        format!("missing column {}", en.join(", ")),
    );
    (!zh.is_empty()).then(|| at(place(None), &refusal))
}
