//! One row for each group and item: bands, level and, for the bureau, the counts that the gate let
//! through.
//! For analysis and reports; whatever was withheld is empty or says why.

use super::Definition;
use crate::export::subject::{percent_tenths, rows};
use crate::export::{Column, Subject};
use crate::gate::{Band, BureauCell, GroupCell};
use crate::problem::is_held;
use crate::survey::Question;
use crate::text::Lang;

pub(super) const TABLE: Definition = Definition {
    id: "wide",
    title: ["分组分题结果", "Results by group and question"],
    purpose: [
        "每个统计组、每道题的区间和存在程度，用于研判和汇报",
        "Bands and levels of every question in every group, for analysis and reports",
    ],
    sheets: Some("group_name"),
    signed: false,
    columns: &[
        Column::text("round_id", "轮次编号"),
        Column::text("group_code", "统计组代码"),
        Column::text("group_name", "统计组名称"),
        Column::count("headcount", "人数"),
        Column::count("responses", "有效答卷数"),
        Column::text("category_id", "类别编号"),
        Column::text("question_id", "题目"),
        Column::text("size_class", "规模档"),
        Column::text("prominent_band", "突出率区间"),
        Column::text("present_band", "存在率区间"),
        Column::text("level", "存在程度"),
        Column::text("unclear", "需核实"),
        Column::count("valid", "有效作答数（全局）"),
        Column::count("prominent_count", "突出人数（全局）"),
        Column::count("present_count", "存在人数（全局）"),
        Column::share("bound_low", "突出率下限（全局）"),
        Column::share("bound_high", "突出率上限（全局）"),
    ],
    rows: wide,
};

#[expect(clippy::too_many_lines, reason = "one case after the other")]
fn wide(subject: &Subject) -> Vec<Vec<String>> {
    let band = |b: Option<Band>| b.map_or_else(String::new, |b| b.to_string());
    // 存在率 is said only where a level depends on it; elsewhere the cell says why it is not.
    let present = |prominent: Option<Band>, present: Option<Band>, question: &Question| match (
        prominent, present,
    ) {
        (Some(_), None) if question.is_twofold() => "与突出率相同".to_owned(),
        (Some(_), None) => "突出率已定级，不另列".to_owned(),
        _ => band(present),
    };
    let mut out = Vec::new();
    for r in rows(subject) {
        for (n, question) in
            subject.survey.questions().iter().enumerate().filter(|(_, q)| q.problem.is_some())
        {
            let mut row = vec![
                subject.round.id.to_string(),
                r.code.to_string(),
                r.name.clone(),
                r.turnout.headcount.to_string(),
                r.turnout.counted.to_string(),
                subject.category(question.section),
                subject.question_in_words(question),
            ];
            let held = is_held(question, &subject.round.holds);
            let flag = |unclear: bool| if unclear { "是".to_owned() } else { String::new() };
            let level = |l: Option<crate::gate::Level>| {
                l.map_or_else(String::new, |l| l.label(Lang::Zh).to_owned())
            };
            match r.group {
                Some(g) if !held => {
                    let group = &subject.release.groups[g];
                    if let GroupCell::Item(item) = &group.cells[n] {
                        let (level, unclear) = if subject.survey.covers(question, &group.kinds) {
                            (level(item.level), flag(item.unclear))
                        } else {
                            ("不适用".to_owned(), String::new())
                        };
                        let present = present(item.prominent, item.present, question);
                        row.extend([
                            subject.word(item.class.as_str()),
                            band(item.prominent),
                            present,
                            level,
                            unclear,
                        ]);
                    }
                }
                None if !held => {
                    if let BureauCell::Item(item) = &subject.release.bureau.cells[n] {
                        row.extend([
                            subject.word(item.class.as_str()),
                            band(item.prominent),
                            present(item.prominent, item.present, question),
                            level(item.level),
                            flag(item.unclear),
                        ]);
                        if let Some(exact) = &item.exact {
                            row.extend(
                                [exact.valid, exact.prominent, exact.present]
                                    .map(|n| n.to_string()),
                            );
                            row.extend(
                                [exact.bound_low_tenths, exact.bound_high_tenths]
                                    .map(percent_tenths),
                            );
                        }
                    }
                }
                _ => {}
            }
            row.resize(TABLE.columns.len(), String::new());
            out.push(row);
        }
    }
    out
}
