//! One row for each group, question and option: counts and shares of the bureau.
//! Of groups it says only why nothing is published.

use super::Definition;
use crate::export::subject::{Row, percent_tenths, rows};
use crate::export::{Column, Subject};
use crate::gate::{BureauCell, GroupCell};
use crate::problem::is_held;
use crate::survey::Question;
use crate::text::Text;

pub(super) const TABLE: Definition = Definition {
    id: "tally",
    title: ["选项统计", "Answers by option"],
    purpose: [
        "全局各选项人数和占比；统计组只给出未公布的原因",
        "Counts and shares of options for the bureau; groups say why nothing is published",
    ],
    sheets: Some("category"),
    signed: false,
    columns: &[
        Column::text("round_id", "轮次编号"),
        Column::text("round_title", "轮次名称"),
        Column::text("group_code", "统计组代码"),
        Column::text("group_name", "统计组名称"),
        Column::count("headcount", "人数"),
        Column::count("responses", "有效答卷数"),
        Column::text("category_id", "类别编号"),
        Column::text("category", "问题类别"),
        Column::text("question_id", "题目编号"),
        Column::text("question", "题目"),
        Column::text("option_id", "选项编号"),
        Column::text("option", "选项"),
        Column::count("count", "人数（全局）"),
        Column::share("share", "占比"),
        Column::text("suppressed", "未公布原因"),
    ],
    rows: tally,
};

fn tally(subject: &Subject) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    for r in rows(subject) {
        for (n, question) in subject.survey.questions().iter().enumerate() {
            let section = &subject.survey.sections()[question.section];
            let options = question.kind.counted();
            if options.is_empty() {
                continue;
            }
            let figures = figures(subject, &r, n, question, options.len());
            let blank = ("blank".to_owned(), Text::both("未作答", "blank"));
            let last = options.len();
            for (place, ((id, label), (count, share, suppressed))) in
                options.into_iter().chain([blank]).zip(figures).enumerate()
            {
                // For people an option has its place; nothing at all has none.
                let id = match (subject.people, place == last) {
                    (false, _) => id,
                    (true, false) => (place + 1).to_string(),
                    (true, true) => String::new(),
                };
                out.push(vec![
                    subject.round.id.to_string(),
                    if subject.marks.is_empty() {
                        subject.round.title.clone()
                    } else {
                        format!("{}［{}］", subject.round.title, subject.marks)
                    },
                    r.code.to_string(),
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
fn figures(
    subject: &Subject,
    row: &Row,
    at: usize,
    question: &Question,
    options: usize,
) -> Vec<(String, String, &'static str)> {
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
                let mut out: Vec<_> =
                    bands.iter().map(|band| (String::new(), band.to_string(), "banded")).collect();
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

fn percent(part: u32, whole: u32) -> String {
    if whole == 0 { String::new() } else { percent_tenths((part * 2000 + whole) / (2 * whole)) }
}
