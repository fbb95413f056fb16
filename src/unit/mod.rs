//! Units (squads, sections, offices), the reporting groups they form, and their CSV table.
//! Groups are fixed before a round opens: how finely results are shown must never depend on what
//! people answered.

mod code;
mod decode;
mod header;
mod raw;
mod rules;
mod scope;
mod table;

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

pub use code::{GroupCode, UnitCode, tidy_code};
pub use decode::{decode, text_rows};
pub use header::Meaning;
pub use raw::{Raw, Spot};
pub use scope::Scope;
pub use table::{Reading, read};

use crate::text::{Refusal, guard};

/// Column ids of the unit table, in order.
pub const COLUMNS: [&str; 6] = ["code", "name", "kind", "headcount", "group", "group_name"];
/// What these columns are called in Chinese.
pub const CHINESE_COLUMNS: [&str; 6] =
    ["单位代码", "单位名称", "类型", "人数", "统计组", "统计组名称"];

/// A unit of the organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unit {
    /// Short code, `[A-Z0-9]{1,16}`.
    pub code: UnitCode,
    /// Name.
    pub name: String,
    /// Kind, a free word such as `squad`.
    pub kind: String,
    /// People in it.
    pub headcount: u32,
    /// Code of its reporting group; its own code if it stands alone.
    pub group: GroupCode,
    /// Name of the group.
    pub group_name: String,
}

impl Unit {
    /// Whether it is a group of its own.
    #[must_use]
    pub fn is_alone(&self) -> bool {
        self.group.as_str() == self.code.as_str()
    }
}

/// A reporting group as configured: one unit or several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Code of the group.
    pub code: GroupCode,
    /// Name.
    pub name: String,
    /// Kind of its units, `mixed` if they differ.
    pub kind: String,
    /// Kinds of its units, each once.
    pub kinds: Vec<String>,
    /// Codes of its units.
    pub units: Vec<UnitCode>,
    /// People in it.
    pub headcount: u32,
}

/// Heads under which a unit alone is said little of.
pub const SMALL: u32 = 20;

/// Units that stand alone and are small, of one kind each, as one group: what is said of it says
/// more, and of fewer people each.
#[must_use]
pub fn joined(mut units: Vec<Unit>, name: impl Fn(&str) -> String) -> Vec<Unit> {
    let small = |unit: &Unit| unit.is_alone() && unit.headcount < SMALL;
    let mut kinds: Vec<String> = Vec::new();
    for unit in units.iter().filter(|unit| small(unit)) {
        if !kinds.contains(&unit.kind) {
            kinds.push(unit.kind.clone());
        }
    }
    for kind in kinds {
        if units.iter().filter(|unit| small(unit) && unit.kind == kind).count() < 2 {
            continue;
        }
        let taken = units.iter().flat_map(|u| [u.code.to_string(), u.group.to_string()]).collect();
        let name = name(&kind);
        let code = code::made(&name, &[], &taken);
        for unit in units.iter_mut().filter(|unit| small(unit) && unit.kind == kind) {
            unit.group = code.as_str().into();
            unit.group_name.clone_from(&name);
        }
    }
    units
}

/// The groups that units form, in the order of their first unit.
#[must_use]
pub fn groups(units: &[Unit]) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut index: HashMap<&GroupCode, usize> = HashMap::new();
    for unit in units {
        let at = *index.entry(&unit.group).or_insert_with(|| {
            groups.push(Group {
                code: unit.group.clone(),
                name: unit.group_name.clone(),
                kind: unit.kind.clone(),
                kinds: Vec::new(),
                units: Vec::new(),
                headcount: 0,
            });
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

/// The names of units, the code where there is none of that code.
#[must_use]
pub fn names<'a>(units: &'a [Unit], codes: &'a [UnitCode]) -> Vec<&'a str> {
    let name = |code: &'a UnitCode| {
        units.iter().find(|unit| unit.code == *code).map_or(code.as_str(), |u| u.name.as_str())
    };
    codes.iter().map(name).collect()
}

/// Reads a unit table as text: UTF-8 with or without BOM, UTF-16 or GB18030. All mistakes are
/// returned together.
pub fn parse_csv(bytes: &[u8]) -> Result<Vec<Unit>, Vec<Refusal>> {
    let text = decode(bytes).map_err(|refusal| vec![refusal])?;
    read(&text_rows(&text)?, None, &[]).units()
}

/// A unit's fields in the order of [`COLUMNS`], as a table gives them.
#[must_use]
pub fn fields(unit: &Unit) -> [String; 6] {
    let alone = unit.is_alone();
    let (group, name) =
        if alone { ("", "") } else { (unit.group.as_str(), unit.group_name.as_str()) };
    [
        unit.code.to_string(),
        unit.name.clone(),
        unit.kind.clone(),
        unit.headcount.to_string(),
        group.to_owned(),
        name.to_owned(),
    ]
}

/// Writes the unit table as `parse_csv` reads it.
#[must_use]
pub fn to_csv(units: &[Unit]) -> Vec<u8> {
    let mut out = "\u{FEFF}".as_bytes().to_vec();
    let mut writer =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let expect = "writing to memory cannot fail";
    writer.write_record(CHINESE_COLUMNS).expect(expect);
    for unit in units {
        writer.write_record(fields(unit).map(|field| guard(&field))).expect(expect);
    }
    out.extend(writer.into_inner().expect(expect));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "code,name,kind,headcount,group,group_name\n\
                         CY,春江中队,squad,30,,\n\
                         BG,办公室,section,8,HQ,局机关\n\
                         ZG,政工科,section,6,HQ,\n";

    #[test]
    fn units_without_a_group_stand_alone_and_others_share_one() {
        let units = parse_csv(TABLE.as_bytes()).unwrap();
        let groups = groups(&units);
        assert_eq!(
            groups.iter().map(|g| (g.code.as_str(), g.headcount)).collect::<Vec<_>>(),
            [("CY", 30), ("HQ", 14)]
        );
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
        let table = "code,name,kind,headcount,group\n\
                     c y-,甲,squad,30,\n\
                     ALL,乙,squad,0,\n\
                     AB,,squad,x,\n\
                     AB,丙,squad,3,\n\
                     CD,丁,squad,3,AB\n";
        let errors = parse_csv(table.as_bytes()).unwrap_err();
        let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert!(lines.iter().any(|l| l.starts_with("line 2: code `CY-`")), "{lines:?}");
        assert!(lines.iter().any(|l| l.starts_with("line 3: code `ALL`")), "{lines:?}");
        assert!(lines.iter().any(|l| l.starts_with("line 3: headcount `0`")), "{lines:?}");
        assert!(lines.iter().any(|l| l.starts_with("line 4: name")), "{lines:?}");
        assert!(
            lines.iter().any(|l| l.starts_with("line 6: group AB has the code of a unit")),
            "{lines:?}"
        );
    }

    #[test]
    fn unknown_and_missing_columns_are_named() {
        assert!(
            parse_csv(b"code,name,kind\n").unwrap_err()[0].en.contains("missing column headcount")
        );
        // What is like a known column may be one; what is not is left alone.
        assert!(
            parse_csv(b"code,name,kind,headcount,gruop\nCY,a,squad,3,HQ\n").unwrap_err()[0]
                .en
                .contains("`gruop` (did you mean `group`?)")
        );
        assert_eq!(
            parse_csv("code,name,kind,headcount,备注\nCY,a,squad,3,x\n".as_bytes()).unwrap().len(),
            1
        );
    }
}
