//! Units (squads, sections, offices), the reporting groups they form, and their CSV table.
//! Groups are fixed before a round opens: how finely results are shown must never depend on what people answered.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::text::{Refusal, is_deceptive};

/// Column ids of the unit table, in order.
pub const COLUMNS: [&str; 6] = ["code", "name", "kind", "headcount", "group", "group_name"];
const CHINESE_COLUMNS: [&str; 6] = ["单位代码", "单位名称", "类型", "人数", "统计组", "统计组名称"];
const MAX_BYTES: usize = 5 << 20;
const MAX_UNITS: usize = 20_000;

/// A unit of the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Short code, `[A-Z0-9]{1,16}`.
    pub code: String,
    /// Name.
    pub name: String,
    /// Kind, a free word such as `squad`.
    pub kind: String,
    /// People in it.
    pub headcount: u32,
    /// Code of its reporting group; its own code if it stands alone.
    pub group: String,
    /// Name of the group.
    pub group_name: String,
}

/// A reporting group as configured: one unit or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Code of the group.
    pub code: String,
    /// Name.
    pub name: String,
    /// Kind of its units, `mixed` if they differ.
    pub kind: String,
    /// Kinds of its units, each once.
    pub kinds: Vec<String>,
    /// Codes of its units.
    pub units: Vec<String>,
    /// People in it.
    pub headcount: u32,
}

/// The groups that units form, in the order of their first unit.
#[must_use]
pub fn groups(units: &[Unit]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut index: HashMap<&str, usize> = HashMap::new();
    for unit in units {
        let at = *index.entry(&unit.group).or_insert_with(|| {
            groups.push(Group { code: unit.group.clone(), name: unit.group_name.clone(), kind: unit.kind.clone(), kinds: Vec::new(), units: Vec::new(), headcount: 0 });
            groups.len() - 1
        });
        let group = &mut groups[at];
        group.units.push(unit.code.clone());
        group.headcount += unit.headcount;
        if !group.kinds.contains(&unit.kind) {
            group.kinds.push(unit.kind.clone());
        }
        if group.kind != unit.kind {
            "mixed".clone_into(&mut group.kind);
        }
    }
    groups
}

/// Where a field of a table stands: in words, by line or by cell.
pub type Place = fn(u64, Option<usize>) -> Refusal;

/// The place of a line of text.
#[must_use]
pub fn line_place(line: u64, _: Option<usize>) -> Refusal {
    Refusal::new(format!("第 {line} 行"), format!("line {line}"))
}

/// Reads a unit table: UTF-8 with or without BOM, or GB18030. All mistakes are returned together.
pub fn parse_csv(bytes: &[u8]) -> Result<Vec<Unit>, Vec<Refusal>> {
    if bytes.len() > MAX_BYTES {
        return Err(vec![Refusal::new("文件超过 5 MiB，单位表不应这么大", "the file is over 5 MiB; a unit table cannot be that large")]);
    }
    let text = decode(bytes).ok_or_else(|| {
        vec![Refusal::new(
            "文件既不是 UTF-8 也不是 GB18030 编码，请另存为 CSV（UTF-8）",
            "the file is neither UTF-8 nor GB18030; save it as CSV (UTF-8)",
        )]
    })?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).trim(csv::Trim::All).from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut errors = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => rows.push((record.position().map_or(0, csv::Position::line), record.iter().map(str::to_owned).collect())),
            Err(e) => errors.push(Refusal::new(format!("无法读取：{e}"), format!("cannot be read: {e}"))),
        }
    }
    parse_rows(&rows, line_place, errors)
}

/// Reads a unit table from rows with their numbers, the header first.
pub fn parse_rows(rows: &[(u64, Vec<String>)], place: Place, mut errors: Vec<Refusal>) -> Result<Vec<Unit>, Vec<Refusal>> {
    let mut filled = rows.iter().filter(|(_, fields)| !fields.iter().all(String::is_empty));
    let columns = header(filled.next(), place)?;
    let mut units = Vec::new();
    for (line, fields) in filled {
        let field = |n: usize| columns[n].and_then(|c| fields.get(c)).cloned().unwrap_or_default();
        match row(std::array::from_fn(field)) {
            Ok(unit) => units.push((*line, unit)),
            Err(refusals) => errors.extend(refusals.into_iter().map(|(column, r)| at(place(*line, columns[column]), &r))),
        }
    }
    let of = |column: usize| columns[column];
    check_table(&mut units, &mut errors, |line, column| place(line, of(column)));
    if errors.is_empty() { Ok(units.into_iter().map(|(_, unit)| unit).collect()) } else { Err(errors) }
}

/// A unit's fields in the order of [`COLUMNS`], as a table gives them.
#[must_use]
pub fn fields(unit: &Unit) -> [String; 6] {
    let alone = unit.group == unit.code;
    let (group, name) = if alone { ("", "") } else { (unit.group.as_str(), unit.group_name.as_str()) };
    [unit.code.clone(), unit.name.clone(), unit.kind.clone(), unit.headcount.to_string(), group.to_owned(), name.to_owned()]
}

/// Writes the unit table as `parse_csv` reads it.
#[must_use]
pub fn to_csv(units: &[Unit]) -> Vec<u8> {
    let mut out = "\u{FEFF}".as_bytes().to_vec();
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let expect = "writing to memory cannot fail";
    writer.write_record(COLUMNS).expect(expect);
    for unit in units {
        writer.write_record(fields(unit)).expect(expect);
    }
    out.extend(writer.into_inner().expect(expect));
    out
}

fn decode(bytes: &[u8]) -> Option<String> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text.trim_start_matches('\u{FEFF}').to_owned());
    }
    encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
}

/// Where each known column stands in the file.
fn header(first: Option<&(u64, Vec<String>)>, place: Place) -> Result<[Option<usize>; 6], Vec<Refusal>> {
    let nothing = (1, Vec::new());
    let (line, names) = first.unwrap_or(&nothing);
    let mut columns = [None; 6];
    for (n, name) in names.iter().enumerate() {
        let known = COLUMNS.iter().position(|c| c == name).or_else(|| CHINESE_COLUMNS.iter().position(|c| c == name));
        match known {
            Some(k) => columns[k] = Some(n),
            None if name.is_empty() => {}
            None => {
                let refusal = Refusal::new(
                    format!("不认识列名“{}”，可用列名：{}", crate::text::visible(name), CHINESE_COLUMNS.join("、")),
                    format!("unknown column `{}`; the columns are {}", crate::text::visible(name), COLUMNS.join(", ")),
                );
                return Err(vec![at(place(*line, Some(n)), &refusal)]);
            }
        }
    }
    let missing: Vec<usize> = (0..4).filter(|k| columns[*k].is_none()).collect();
    if missing.is_empty() {
        return Ok(columns);
    }
    let (zh, en): (Vec<&str>, Vec<&str>) = missing.iter().map(|k| (CHINESE_COLUMNS[*k], COLUMNS[*k])).unzip();
    Err(vec![at(place(*line, None), &Refusal::new(format!("缺少列 {}", zh.join("、")), format!("missing column {}", en.join(", "))))])
}

/// A unit, or its mistakes by column.
fn row([code, name, kind, headcount, group, group_name]: [String; 6]) -> Result<Unit, Vec<(usize, Refusal)>> {
    let mut errors = Vec::new();
    if !is_code(&code) {
        let refusal = Refusal::new(
            format!("代码“{code}”应为 1 至 16 位大写字母或数字，且不是 ALL"),
            format!("code `{code}` must match [A-Z0-9]{{1,16}} and not be ALL"),
        );
        errors.push((0, refusal));
    }
    for (column, what_zh, what, value, limit) in
        [(1, "单位名称", "name", &name, 60), (2, "类型", "kind", &kind, 20), (5, "统计组名称", "group_name", &group_name, 60)]
    {
        let empty = value.is_empty() && what != "group_name";
        if empty || value.chars().count() > limit || value.chars().any(|c| is_deceptive(c) || c.is_control()) {
            let refusal = Refusal::new(
                format!("{what_zh}为空、超过 {limit} 字，或含有控制字符、隐形字符"),
                format!("{what} is empty, longer than {limit} characters, or holds control or invisible characters"),
            );
            errors.push((column, refusal));
        }
    }
    let heads = headcount.parse::<u32>().ok().filter(|n| (1..=100_000).contains(n));
    if heads.is_none() {
        let refusal = Refusal::new(
            format!("人数“{headcount}”应为 1 至 100000 的整数"),
            format!("headcount `{headcount}` must be a whole number from 1 to 100000"),
        );
        errors.push((3, refusal));
    }
    if !group.is_empty() && !is_code(&group) {
        let refusal = Refusal::new(
            format!("统计组代码“{group}”应为 1 至 16 位大写字母或数字，且不是 ALL"),
            format!("group `{group}` must match [A-Z0-9]{{1,16}} and not be ALL"),
        );
        errors.push((4, refusal));
    }
    let (true, Some(headcount)) = (errors.is_empty(), heads) else { return Err(errors) };
    let alone = group.is_empty();
    Ok(Unit {
        group: if alone { code.clone() } else { group },
        group_name: if alone { name.clone() } else { group_name },
        code,
        name,
        kind,
        headcount,
    })
}

fn check_table(units: &mut [(u64, Unit)], errors: &mut Vec<Refusal>, place: impl Fn(u64, usize) -> Refusal) {
    if units.is_empty() && errors.is_empty() {
        errors.push(Refusal::new("表中没有单位", "the table holds no unit"));
    }
    if units.len() > MAX_UNITS {
        errors.push(Refusal::new(format!("单位超过 {MAX_UNITS} 个"), format!("there are more than {MAX_UNITS} units")));
    }
    let mut codes = HashSet::new();
    for (line, unit) in units.iter() {
        if !codes.insert(unit.code.clone()) {
            errors.push(at(place(*line, 0), &Refusal::new(format!("代码 {} 重复", unit.code), format!("code {} is used twice", unit.code))));
        }
    }
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (line, unit) in units.iter() {
        if unit.group == unit.code {
            continue;
        }
        if codes.contains(&unit.group) {
            errors.push(at(
                place(*line, 4),
                &Refusal::new(
                    format!("统计组代码 {} 与某个单位的代码相同，请换一个", unit.group),
                    format!("group {} has the code of a unit; choose another", unit.group),
                ),
            ));
        }
        if unit.group_name.is_empty() {
            continue;
        }
        let known = names.entry(unit.group.clone()).or_insert_with(|| unit.group_name.clone());
        if *known != unit.group_name {
            errors.push(at(
                place(*line, 5),
                &Refusal::new(
                    format!("统计组 {} 有两个名称：“{known}”和“{}”", unit.group, unit.group_name),
                    format!("group {} has two names: `{known}` and `{}`", unit.group, unit.group_name),
                ),
            ));
        }
    }
    for (_, unit) in units.iter_mut().filter(|(_, u)| u.group_name.is_empty()) {
        unit.group_name = names.get(&unit.group).unwrap_or(&unit.group).clone();
    }
}

fn at(place: Refusal, refusal: &Refusal) -> Refusal {
    Refusal::new(format!("{}：{}", place.zh, refusal.zh), format!("{}: {}", place.en, refusal.en))
}

fn is_code(code: &str) -> bool {
    (1..=16).contains(&code.len()) && code != "ALL" && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "code,name,kind,headcount,group,group_name\nCY,春江中队,squad,30,,\nBG,办公室,section,8,HQ,局机关\nZG,政工科,section,6,HQ,\n";

    #[test]
    fn units_without_a_group_stand_alone_and_others_share_one() {
        let units = parse_csv(TABLE.as_bytes()).unwrap();
        let groups = groups(&units);
        assert_eq!(groups.iter().map(|g| (g.code.as_str(), g.headcount)).collect::<Vec<_>>(), [("CY", 30), ("HQ", 14)]);
        assert_eq!(groups[1].name, "局机关");
        assert_eq!(units[2].group_name, "局机关", "the name is taken from the row that gives it");
    }

    #[test]
    fn the_table_survives_a_round_trip_and_gb18030() {
        let units = parse_csv(TABLE.as_bytes()).unwrap();
        assert_eq!(parse_csv(&to_csv(&units)).unwrap(), units);
        let (gb, _, _) = encoding_rs::GB18030.encode(TABLE);
        assert_eq!(parse_csv(&gb).unwrap(), units);
    }

    #[test]
    fn every_mistake_is_reported_with_its_line() {
        let table = "code,name,kind,headcount,group\ncy,甲,squad,30,\nALL,乙,squad,0,\nAB,,squad,x,\nAB,丙,squad,3,\nCD,丁,squad,3,AB\n";
        let errors = parse_csv(table.as_bytes()).unwrap_err();
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert!(lines.iter().any(|l| l.starts_with("line 2: code `cy`")), "{lines:?}");
        assert!(lines.iter().any(|l| l.starts_with("line 3: code `ALL`")), "{lines:?}");
        assert!(lines.iter().any(|l| l.starts_with("line 3: headcount `0`")), "{lines:?}");
        assert!(lines.iter().any(|l| l.starts_with("line 4: name")), "{lines:?}");
        assert!(lines.iter().any(|l| l.starts_with("line 6: group AB has the code of a unit")), "{lines:?}");
    }

    #[test]
    fn unknown_and_missing_columns_are_named() {
        assert!(parse_csv(b"code,name,kind\n").unwrap_err()[0].en.contains("missing column headcount"));
        assert!(parse_csv(b"code,name,kind,headcount,phone\n").unwrap_err()[0].en.contains("unknown column `phone`"));
    }
}
