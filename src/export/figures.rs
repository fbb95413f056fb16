//! The tables of figures: one row per group and item (`wide`), one per group, question and option (`tally`).
//! Groups have bands and reasons, the bureau has counts where the gate let them through.

use super::subject::{Row, Subject, rows};
use crate::gate::{Band, BureauCell, GroupCell};
use crate::problem::is_held;
use crate::survey::{Kind, Question};
use crate::text::{Lang, Text};

pub(super) const TALLY: &[(&str, &str)] = &[
    ("round_id", "轮次编号"),
    ("round_title", "轮次名称"),
    ("group_code", "统计组代码"),
    ("group_name", "统计组名称"),
    ("headcount", "人数"),
    ("responses", "计入答卷数"),
    ("category_id", "类别编号"),
    ("category", "问题类别"),
    ("question_id", "题目编号"),
    ("question", "题目"),
    ("option_id", "选项编号"),
    ("option", "选项"),
    ("count", "人数（全局）"),
    ("share", "占比"),
    ("suppressed", "未公布原因"),
];

pub(super) const WIDE: &[(&str, &str)] = &[
    ("round_id", "轮次编号"),
    ("group_code", "统计组代码"),
    ("group_name", "统计组名称"),
    ("headcount", "人数"),
    ("responses", "计入答卷数"),
    ("category_id", "类别编号"),
    ("question_id", "题目编号"),
    ("size_class", "规模档"),
    ("prominent_band", "突出率区间"),
    ("present_band", "存在率区间"),
    ("level", "存在程度"),
    ("unclear", "需核实"),
    ("valid", "有效作答数（全局）"),
    ("prominent_count", "突出人数（全局）"),
    ("present_count", "存在人数（全局）"),
    ("bound_low", "突出率下限（全局）"),
    ("bound_high", "突出率上限（全局）"),
];

pub(super) fn wide(subject: &Subject) -> Vec<Vec<String>> {
    let band = |b: Option<Band>| b.map_or_else(String::new, |b| b.to_string());
    // 存在率 is said only where a level depends on it; elsewhere the cell says why it is not.
    let present = |prominent: Option<Band>, present: Option<Band>, question: &Question| match (prominent, present) {
        (Some(_), None) if question.is_twofold() => "与突出率相同".to_owned(),
        (Some(_), None) => "突出率已定级，不另列".to_owned(),
        _ => band(present),
    };
    let mut out = Vec::new();
    for r in rows(subject) {
        for (n, question) in subject.survey.questions().iter().enumerate().filter(|(_, q)| q.problem.is_some()) {
            let mut row = vec![
                subject.round.id.to_string(),
                r.code.to_owned(),
                r.name.clone(),
                r.turnout.headcount.to_string(),
                r.turnout.counted.to_string(),
                subject.category(question.section),
                subject.question(question),
            ];
            let held = is_held(question, &subject.round.holds);
            let flag = |unclear: bool| if unclear { "是".to_owned() } else { String::new() };
            let level = |l: Option<crate::gate::Level>| l.map_or_else(String::new, |l| l.label(Lang::Zh).to_owned());
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
                        row.extend([subject.word(item.class.as_str()), band(item.prominent), present, level, unclear]);
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
                            row.extend([exact.valid, exact.prominent, exact.present].map(|n| n.to_string()));
                            row.extend([exact.bound_low_tenths, exact.bound_high_tenths].map(percent_tenths));
                        }
                    }
                }
                _ => {}
            }
            row.resize(WIDE.len(), String::new());
            out.push(row);
        }
    }
    out
}

pub(super) fn tally(subject: &Subject) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    for r in rows(subject) {
        for (n, question) in subject.survey.questions().iter().enumerate() {
            let section = &subject.survey.sections()[question.section];
            let options = options(question);
            if options.is_empty() {
                continue;
            }
            let figures = figures(subject, &r, n, question, options.len());
            let blank = ("blank".to_owned(), Text::both("未作答", "blank"));
            let last = options.len();
            for (place, ((id, label), (count, share, suppressed))) in options.into_iter().chain([blank]).zip(figures).enumerate() {
                // For people an option has its place; nothing at all has none.
                let id = match (subject.people, place == last) {
                    (false, _) => id,
                    (true, false) => (place + 1).to_string(),
                    (true, true) => String::new(),
                };
                out.push(vec![
                    subject.round.id.to_string(),
                    if subject.marks.is_empty() { subject.round.title.clone() } else { format!("{}［{}］", subject.round.title, subject.marks) },
                    r.code.to_owned(),
                    r.group.map_or(subject.bureau, |g| &subject.release.groups[g].name).to_owned(),
                    r.turnout.headcount.to_string(),
                    r.turnout.counted.to_string(),
                    subject.category(question.section),
                    section.name.zh().to_owned(),
                    subject.question(question),
                    question.text.zh().to_owned(),
                    id,
                    label.zh().to_owned(),
                    count,
                    share,
                    subject.word(suppressed),
                ]);
            }
        }
    }
    out
}

/// Count, share and reason for each option of a question, and for blank at the end.
fn figures(subject: &Subject, row: &Row, at: usize, question: &Question, options: usize) -> Vec<(String, String, &'static str)> {
    let nothing = |reason: &'static str| vec![(String::new(), String::new(), reason); options + 1];
    if is_held(question, &subject.round.holds) {
        return nothing("withheld");
    }
    let Some(group) = row.group.map(|g| &subject.release.groups[g]) else {
        let counted = row.turnout.counted;
        let one = |count: &Option<u32>, answered: u32| match count {
            Some(count) => (count.to_string(), percent(*count, answered), ""),
            None => (String::new(), String::new(), "few"),
        };
        let exact = |counts: &[Option<u32>], answered: u32| {
            let mut out: Vec<_> = counts.iter().map(|count| one(count, answered)).collect();
            let blank = counted.saturating_sub(answered);
            out.push((blank.to_string(), percent(blank, counted), ""));
            out
        };
        return match &subject.release.bureau.cells[at] {
            BureauCell::Item(item) => match &item.exact {
                Some(e) => exact(&e.steps, e.answered),
                None => nothing(if item.prominent.is_some() { "banded" } else { "withheld" }),
            },
            BureauCell::Shares(bands) => {
                let mut out: Vec<_> = bands.iter().map(|band| (String::new(), band.to_string(), "banded")).collect();
                out.push((String::new(), String::new(), "withheld"));
                out
            }
            BureauCell::Options { counts, answered } => exact(counts, *answered),
            _ => nothing("withheld"),
        };
    };
    match &group.cells[at] {
        GroupCell::Item(item) if item.prominent.is_some() => {
            let mut out = nothing(if group.merged { "merged" } else { "banded" });
            for (cell, share) in out.iter_mut().zip(&item.shares) {
                cell.1 = share.to_string();
            }
            out
        }
        _ => nothing("withheld"),
    }
}

fn options(question: &Question) -> Vec<(String, Text)> {
    match &question.kind {
        Kind::Scale(scale) => scale.steps.iter().map(|s| (s.id.clone(), s.label.clone())).collect(),
        Kind::Single(choices) | Kind::Multi { choices, .. } => choices.iter().map(|c| (c.id.clone(), c.label.clone())).collect(),
        Kind::Number { classes, .. } => classes.iter().map(|c| (c.id.clone(), c.label.clone())).collect(),
        Kind::Rank { choices, places } => choices
            .iter()
            .flat_map(|c| {
                (1..=*places).map(move |p| {
                    let label = Text::both(format!("{}（第{p}位）", c.label.zh()), format!("{} (place {p})", c.label.get(Lang::En)));
                    (format!("{}.{p}", c.id), label)
                })
            })
            .collect(),
        Kind::Text { .. } => Vec::new(),
    }
}

fn percent(part: u32, whole: u32) -> String {
    if whole == 0 { String::new() } else { percent_tenths((part * 2000 + whole) / (2 * whole)) }
}

fn percent_tenths(tenths: u32) -> String {
    format!("{}.{}%", tenths / 10, tenths % 10)
}
