//! The rules of a unit and of a table of units.
//! Every mistake is told with its place, all of them at once.

use std::collections::{BTreeMap, HashMap, HashSet};

use unicode_normalization::UnicodeNormalization;

use super::code::{is_code, tidy_code};
use super::raw::at;
use super::{GroupCode, Unit, UnitCode};
use crate::text::{Refusal, Rule};

const MAX_UNITS: usize = 20_000;

/// How many people, as somebody writes it: 36, 36人, 36.0, 1,036, ３６.
pub(super) fn heads(text: &str) -> Option<u32> {
    let plain: String =
        text.nfkc().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '，')).collect();
    let plain = plain.trim_end_matches(['人', '名', '位']);
    let plain = plain.strip_suffix(".0").or_else(|| plain.strip_suffix(".00")).unwrap_or(plain);
    plain.parse::<u32>().ok().filter(|n| (1..=100_000).contains(n))
}

/// A kind, where a table has no column for it: what the name ends with.
pub(super) fn kind_of(name: &str) -> Option<&'static str> {
    [("中队", "中队"), ("大队", "中队"), ("科", "科室"), ("室", "科室"), ("办", "拆违办")]
        .into_iter()
        .find(|(end, _)| name.ends_with(end))
        .map(|(_, kind)| kind)
}

/// A unit, or its mistakes by column.
pub(super) fn row(
    [code, name, kind, headcount, group, group_name]: [String; 6],
) -> Result<Unit, Vec<(usize, Refusal)>> {
    let mut errors = Vec::new();
    let (code, group) = (tidy_code(&code), tidy_code(&group));
    let wrong_code = |what: &str, en: &str, code: &str| {
        Refusal::new(
            format!("{what}“{code}”应为 1 至 16 位字母或数字，且不是 ALL"),
            format!("{en} `{code}` must match [A-Z0-9]{{1,16}} and not be ALL"),
        )
    };
    if !is_code(&code) {
        errors.push((0, wrong_code("代码", "code", &code)));
    }
    let tidy = |text: &str| text.nfc().collect::<String>().trim().to_owned();
    let (name, kind, group_name) = (tidy(&name), tidy(&kind), tidy(&group_name));
    errors.extend(
        Rule::line(60).check(&name).err().map(|unfit| (1, unfit.refusal("单位名称", "name"))),
    );
    errors
        .extend(Rule::line(20).check(&kind).err().map(|unfit| (2, unfit.refusal("类型", "kind"))));
    errors.extend(
        Rule::line(60)
            .check_if_any(&group_name)
            .err()
            .map(|unfit| (5, unfit.refusal("统计组名称", "group_name"))),
    );
    let heads = heads(&headcount);
    if heads.is_none() {
        let refusal = Refusal::new(
            format!("人数“{headcount}”应为 1 至 100000 的整数"),
            format!("headcount `{headcount}` must be a whole number from 1 to 100000"),
        );
        errors.push((3, refusal));
    }
    if !group.is_empty() && !is_code(&group) {
        errors.push((4, wrong_code("统计组代码", "group", &group)));
    }
    let (true, Some(headcount)) = (errors.is_empty(), heads) else { return Err(errors) };
    let alone = group.is_empty();
    Ok(Unit {
        group: GroupCode::from(if alone { code.as_str() } else { group.as_str() }),
        group_name: if alone { name.clone() } else { group_name },
        code: code.into(),
        name,
        kind,
        headcount,
    })
}

/// What is wrong with groups; the names that some row gives them.
fn check_groups(
    units: &[(u64, Unit)],
    codes: &HashSet<UnitCode>,
    errors: &mut Vec<Refusal>,
    place: &impl Fn(u64, usize) -> Refusal,
) -> BTreeMap<GroupCode, String> {
    let mut names: BTreeMap<GroupCode, String> = BTreeMap::new();
    for (line, unit) in units {
        if unit.is_alone() {
            continue;
        }
        if codes.contains(unit.group.as_str()) {
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
                    format!(
                        "group {} has two names: `{known}` and `{}`",
                        unit.group, unit.group_name
                    ),
                ),
            ));
        }
    }
    names
}

/// What is wrong between rows; names of groups are filled in from the row that gives them.
pub(super) fn check_table(
    units: &mut [(u64, Unit)],
    errors: &mut Vec<Refusal>,
    place: impl Fn(u64, usize) -> Refusal,
) {
    if units.is_empty() && errors.is_empty() {
        errors.push(Refusal::new("表中没有单位", "the table holds no unit"));
    }
    if units.len() > MAX_UNITS {
        errors.push(Refusal::new(
            format!("单位超过 {MAX_UNITS} 个"),
            format!("there are more than {MAX_UNITS} units"),
        ));
    }
    let mut codes = HashSet::new();
    let mut looks: HashMap<String, String> = HashMap::new();
    for (line, unit) in units.iter() {
        if !codes.insert(unit.code.clone()) {
            errors.push(at(
                place(*line, 0),
                &Refusal::new(
                    format!("代码 {} 重复", unit.code),
                    format!("code {} is used twice", unit.code),
                ),
            ));
        }
        // Names that differ in width only cannot be told apart on a slip.
        let look: String =
            unit.name.nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
        if let Some(other) = looks.insert(look, unit.name.clone()) {
            errors.push(at(
                place(*line, 1),
                &Refusal::new(
                    format!(
                        "单位名称“{}”与“{other}”相同或只差全角半角，纸条上分不清，请改名",
                        unit.name
                    ),
                    format!(
                        "the name `{}` looks like `{other}`; nobody could tell their slips apart",
                        unit.name
                    ),
                ),
            ));
        }
    }
    let names = check_groups(units, &codes, errors, &place);
    for (_, unit) in units.iter_mut().filter(|(_, u)| u.group_name.is_empty()) {
        unit.group_name = names.get(&unit.group).cloned().unwrap_or_else(|| unit.group.to_string());
    }
}
