//! Words of a workbook that nobody knows, each with the known one that it is most like.
//! A sheet that is not a survey's is left alone.

use super::sheets::{SETTINGS, SHEETS, Sheet, column_letters};
use crate::text::{Lang, Refusal, Text, is_deceptive, meant, nearest, visible};
use std::collections::{BTreeMap, BTreeSet};

/// One row by its columns, with its place for what is wrong in it.
pub(super) struct Row<'a> {
    pub(super) sheet: &'a str,
    /// Number of the row in its sheet.
    pub(super) number: usize,
    pub(super) head: &'a [String],
    pub(super) cells: &'a [String],
}

pub(super) type Wrong = Vec<Refusal>;

impl Row<'_> {
    pub(super) fn get(&self, column: &str) -> &str {
        self.head
            .iter()
            .position(|c| c == column)
            .and_then(|at| self.cells.get(at))
            .map_or("", String::as_str)
    }

    pub(super) fn text(&self, column: &str) -> Option<Text> {
        let of = |(at, name): (usize, &String)| {
            Some((name.strip_prefix(column)?.to_owned(), self.cells.get(at)?.clone()))
        };
        let texts: BTreeMap<String, String> = self
            .head
            .iter()
            .enumerate()
            .filter_map(of)
            .filter(|(_, text)| !text.is_empty())
            .collect();
        (!texts.is_empty()).then_some(Text(texts))
    }

    pub(super) fn wrong(&self, column: &str, zh: &str, en: &str) -> Refusal {
        let (sheet, row) = (self.sheet, self.number);
        Refusal::new(
            format!("工作表 {sheet} 第 {row} 行 {column} 列：{zh}"),
            format!("sheet {sheet}, row {row}, column {column}: {en}"),
        )
    }

    pub(super) fn is(&self, column: &str, wrong: &mut Wrong) -> bool {
        match self.get(column) {
            "" | "no" | "否" => false,
            "yes" | "是" | "1" | "true" => true,
            _ => {
                wrong.push(self.wrong(column, "应为 yes 或留空", "write yes, or leave it empty"));
                false
            }
        }
    }

    pub(super) fn number<T: std::str::FromStr>(
        &self,
        column: &str,
        wrong: &mut Wrong,
    ) -> Option<T> {
        let text = self.get(column);
        let read = text.parse().ok();
        if !text.is_empty() && read.is_none() {
            wrong.push(self.wrong(column, "应为整数", "a whole number is wanted"));
        }
        read
    }

    pub(super) fn words(&self, column: &str) -> Vec<String> {
        self.get(column).split_whitespace().map(str::to_owned).collect()
    }

    pub(super) fn one_of<T: serde::de::DeserializeOwned>(
        &self,
        column: &str,
        wrong: &mut Wrong,
    ) -> Option<T> {
        let text = self.get(column);
        let read = serde_json::from_value(serde_json::Value::String(text.to_owned())).ok();
        if !text.is_empty() && read.is_none() {
            wrong.push(self.wrong(column, "没有这个值", "there is no such value"));
        }
        read
    }
}

/// The rows of a sheet that hold anything; none if the sheet is missing.
pub(super) fn rows<'a>(sheets: &'a [Sheet], name: &str) -> Vec<Row<'a>> {
    let Some(sheet) = sheets.iter().find(|s| s.name == name) else { return Vec::new() };
    let Some(head) = sheet.rows.first() else { return Vec::new() };
    let filled = sheet
        .rows
        .iter()
        .enumerate()
        .skip(1)
        .filter(|(_, cells)| cells.iter().any(|c| !c.is_empty()));
    filled.map(|(n, cells)| Row { sheet: &sheet.name, number: n + 1, head, cells }).collect()
}

/// Whether two names would be the same but for case, blanks and characters that nobody sees.
fn alike(a: &str, b: &str) -> bool {
    let plain = |name: &str| {
        name.chars()
            .filter(|c| !c.is_whitespace() && !is_deceptive(*c))
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    plain(a) == plain(b)
}

/// Sheets, columns and settings that are not known: each is refused, since what is not read would
/// be lost without a word.
pub(super) fn unknown(sheets: &[Sheet], wrong: &mut Wrong) {
    for sheet in sheets {
        match SHEETS.iter().find(|known| known.0 == sheet.name) {
            Some((_, columns)) => unknown_columns(sheet, columns, wrong),
            None => unknown_sheet(sheet, sheets, wrong),
        }
        if sheet.name == "settings" {
            unknown_settings(sheets, wrong);
        }
    }
}

/// A sheet of the author's own is left alone, unless it may be one that is looked for in vain.
fn unknown_sheet(sheet: &Sheet, sheets: &[Sheet], wrong: &mut Wrong) {
    let names = || SHEETS.iter().map(|known| known.0);
    // Workbooks of earlier versions have no kinds.
    let here = |known: &str| known == "kinds" || sheets.iter().any(|s| s.name == known);
    let missing: Vec<&str> = names().filter(|known| !here(known)).collect();
    let alike = names().find(|known| alike(known, &sheet.name));
    let like = alike.or_else(|| nearest(&sheet.name, missing.iter().copied()));
    let shown = visible(&sheet.name);
    if let Some(like) = like {
        wrong.push(Refusal::new(
            format!("不认识工作表“{shown}”，是否应为“{like}”？请改名；确实无关的，请删去"),
            format!(
                "unknown sheet `{shown}` (did you mean `{like}`?): rename it, or delete it if it \
                 is none of the survey's"
            ),
        ));
    } else if !missing.is_empty() {
        let (zh, en) = (missing.join("、"), missing.join(", "));
        wrong.push(Refusal::new(
            format!("不认识工作表“{shown}”，而缺少 {zh}；请改名，无关的请删去"),
            format!("unknown sheet `{shown}`, while {en} are missing: rename it, or delete it"),
        ));
    }
}

fn unknown_columns(sheet: &Sheet, columns: &[&str], wrong: &mut Wrong) {
    let names = |column: &&str| {
        if column.ends_with("::") {
            Lang::ALL.map(|l| format!("{column}{}", l.tag())).to_vec()
        } else {
            vec![(*column).to_owned()]
        }
    };
    let names: Vec<String> = columns.iter().flat_map(names).collect();
    let mut seen = BTreeSet::new();
    for (at, head) in sheet.rows.first().into_iter().flatten().enumerate() {
        let place = |zh: String, en: String| {
            let (name, letter) = (&sheet.name, column_letters(at));
            Refusal::new(
                format!("工作表 {name} 单元格 {letter}1：{zh}"),
                format!("sheet {name}, cell {letter}1: {en}"),
            )
        };
        let mut below = sheet.rows.iter().skip(1).filter_map(|row| row.get(at));
        if head.is_empty() {
            if below.any(|cell| !cell.is_empty()) {
                wrong.push(place(
                    "这一列没有列名，却有内容".to_owned(),
                    "this column has no name, but something in it".to_owned(),
                ));
            }
        } else if !names.contains(head) {
            let alike = names.iter().map(String::as_str).find(|name| alike(name, head));
            let like = alike.or_else(|| nearest(head, names.iter().map(String::as_str)));
            let shown = visible(head);
            wrong.push(place(
                format!("不认识列名“{shown}”{}", meant(like, Lang::Zh)),
                format!("unknown column `{shown}`{}", meant(like, Lang::En)),
            ));
        } else if !seen.insert(head) {
            wrong.push(place(
                format!("列名 {head} 重复，请删去一列"),
                format!("column {head} occurs twice; delete one"),
            ));
        }
    }
}

fn unknown_settings(sheets: &[Sheet], wrong: &mut Wrong) {
    let mut set = BTreeSet::new();
    for row in rows(sheets, "settings") {
        let name = row.get("setting");
        if !SETTINGS.contains(&name) {
            let like = nearest(name, SETTINGS.into_iter());
            let shown = visible(name);
            wrong.push(row.wrong(
                "setting",
                &format!("不认识设置项“{shown}”{}", meant(like, Lang::Zh)),
                &format!("unknown setting `{shown}`{}", meant(like, Lang::En)),
            ));
        } else if !set.insert(name.to_owned()) {
            wrong.push(row.wrong("setting", "这一项写了两次", "this is set twice"));
        }
    }
}
