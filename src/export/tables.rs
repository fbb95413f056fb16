//! The tables of a released round: tally, wide, problems and turnout.
//! They only arrange what the Release says; whatever the gate withheld is an empty cell with the reason beside it.

use std::str::FromStr;

use super::{Column, Table};
use crate::gate::{Band, BureauCell, GroupCell, Release, Turnout};
use crate::problem::{ProblemList, bureau_list, group_list, is_held};
use crate::round::Round;
use crate::survey::{Kind, Question, Survey};
use crate::text::{Lang, Text};

/// The tables that can be exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableName {
    /// One row per group, question and option.
    Tally,
    /// One row per group and item.
    Wide,
    /// The problem list (T2).
    Problems,
    /// Slips and ballots by group.
    Turnout,
}

impl TableName {
    /// All tables with their names: on the command line, in Chinese, in English.
    pub const ALL: [(Self, &'static str, [&'static str; 2]); 4] = [
        (Self::Problems, "problems", ["问题清单", "Problem list"]),
        (Self::Wide, "wide", ["分组分题结果", "Results by group and question"]),
        (Self::Tally, "tally", ["选项统计", "Answers by option"]),
        (Self::Turnout, "turnout", ["发放回收统计", "Slips and responses"]),
    ];

    /// The title.
    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        Self::ALL.iter().find(|t| t.0 == self).map_or("", |t| lang.pick(t.2[0], t.2[1]))
    }

    /// The name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|t| t.0 == self).map_or("", |t| t.1)
    }
}

impl FromStr for TableName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().find(|t| t.1 == text).map(|t| t.0).ok_or(())
    }
}

/// What a table is about.
pub struct Subject<'a> {
    /// The round.
    pub round: &'a Round,
    /// Its survey.
    pub survey: &'a Survey,
    /// Its release.
    pub release: &'a Release,
    /// Name of the bureau.
    pub bureau: &'a str,
    /// Marks such as 演示数据 and 试用, empty for a real round.
    pub marks: &'a str,
    /// Only this published group.
    pub only: Option<&'a str>,
}

/// Builds a table.
#[must_use]
pub fn table(name: TableName, subject: &Subject) -> Table {
    let (columns, rows) = match name {
        TableName::Tally => (columns(TALLY), tally(subject)),
        TableName::Wide => (columns(WIDE), wide(subject)),
        TableName::Problems => (columns(PROBLEMS), problems(subject)),
        TableName::Turnout => (columns(TURNOUT), turnout(subject)),
    };
    let group = subject.only.map_or_else(String::new, |code| format!("_{code}"));
    let marks = if subject.marks.is_empty() { String::new() } else { format!("_{}", subject.marks) };
    Table { title: format!("{}{group}_{}{marks}", name.label(Lang::Zh), subject.round.title), columns, rows }
}

fn columns(list: &'static [(&'static str, &'static str)]) -> Vec<Column> {
    list.iter().map(|(id, zh)| Column { id, zh }).collect()
}

const TALLY: &[(&str, &str)] = &[
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
const WIDE: &[(&str, &str)] = &[
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
const PROBLEMS: &[(&str, &str)] = &[
    ("no", "序号"),
    ("number", "问题编号"),
    ("category", "问题类别"),
    ("problem", "问题表现"),
    ("source", "问题来源"),
    ("level", "存在程度"),
    ("example", "具体事例"),
    ("harm_level", "危害程度"),
    ("harms", "主要危害"),
    ("causes", "原因剖析"),
    ("unit", "责任单位"),
    ("note", "备注"),
];
const TURNOUT: &[(&str, &str)] = &[
    ("round_id", "轮次编号"),
    ("group_code", "统计组代码"),
    ("group_name", "统计组名称"),
    ("headcount", "人数"),
    ("issued", "发放填写码"),
    ("used", "已用填写码"),
    ("opened", "开箱答卷"),
    ("spoiled", "无效答卷"),
    ("blank", "空白答卷"),
    ("counted", "计入答卷"),
];

/// A published group or the bureau, as the tables see them.
struct Row<'a> {
    code: &'a str,
    name: String,
    turnout: Turnout,
    /// Index of the group; `None` for the bureau.
    group: Option<usize>,
}

fn rows<'a>(subject: &'a Subject) -> Vec<Row<'a>> {
    let marked = |name: &str| if subject.marks.is_empty() { name.to_owned() } else { format!("{name}［{}］", subject.marks) };
    let mut rows: Vec<Row> = subject
        .release
        .groups
        .iter()
        .enumerate()
        .map(|(n, g)| Row { code: &g.code, name: marked(&g.name), turnout: g.turnout, group: Some(n) })
        .collect();
    rows.push(Row { code: "ALL", name: marked(subject.bureau), turnout: subject.release.bureau.turnout, group: None });
    rows.retain(|r| subject.only.is_none_or(|code| code == r.code));
    rows
}

fn turnout(subject: &Subject) -> Vec<Vec<String>> {
    rows(subject)
        .into_iter()
        .map(|r| {
            let t = r.turnout;
            let mut row = vec![subject.round.id.to_string(), r.code.to_owned(), r.name];
            row.extend([t.headcount, t.issued, t.used, t.opened, t.spoiled, t.blank, t.counted].map(|n| n.to_string()));
            row
        })
        .collect()
}

fn wide(subject: &Subject) -> Vec<Vec<String>> {
    let band = |b: Option<Band>| b.map_or_else(String::new, |b| b.to_string());
    let mut out = Vec::new();
    for r in rows(subject) {
        for (n, question) in subject.survey.questions().iter().enumerate().filter(|(_, q)| q.problem.is_some()) {
            let mut row = vec![
                subject.round.id.to_string(),
                r.code.to_owned(),
                r.name.clone(),
                r.turnout.headcount.to_string(),
                r.turnout.counted.to_string(),
                subject.survey.sections()[question.section].id.clone(),
                question.id.clone(),
            ];
            let held = is_held(question, &subject.round.holds);
            let flag = |unclear: bool| if unclear { "是".to_owned() } else { String::new() };
            let level = |l: Option<crate::gate::Level>| l.map_or_else(String::new, |l| l.label(Lang::Zh).to_owned());
            match r.group {
                Some(g) if !held => {
                    if let GroupCell::Item(item) = &subject.release.groups[g].cells[n] {
                        row.extend([item.class.as_str().to_owned(), band(item.prominent), band(item.present), level(item.level), flag(item.unclear)]);
                    }
                }
                None if !held => {
                    if let BureauCell::Item(item) = &subject.release.bureau.cells[n] {
                        row.extend([item.class.as_str().to_owned(), band(item.prominent), band(item.present), level(item.level), flag(item.unclear)]);
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

fn tally(subject: &Subject) -> Vec<Vec<String>> {
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
            for ((id, label), (count, share, suppressed)) in options.into_iter().chain([blank]).zip(figures) {
                out.push(vec![
                    subject.round.id.to_string(),
                    if subject.marks.is_empty() { subject.round.title.clone() } else { format!("{}［{}］", subject.round.title, subject.marks) },
                    r.code.to_owned(),
                    r.group.map_or(subject.bureau, |g| &subject.release.groups[g].name).to_owned(),
                    r.turnout.headcount.to_string(),
                    r.turnout.counted.to_string(),
                    section.id.clone(),
                    section.name.zh().to_owned(),
                    question.id.clone(),
                    question.text.zh().to_owned(),
                    id,
                    label.zh().to_owned(),
                    count,
                    share,
                    suppressed.to_owned(),
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
        let exact = |counts: &[u32], answered: u32| {
            let mut out: Vec<_> = counts.iter().map(|c| (c.to_string(), percent(*c, answered), "")).collect();
            let blank = counted.saturating_sub(answered);
            out.push((blank.to_string(), percent(blank, counted), ""));
            out
        };
        return match &subject.release.bureau.cells[at] {
            BureauCell::Item(item) => match &item.exact {
                Some(e) => exact(&e.steps, e.answered),
                None => nothing(if item.present.is_some() { "banded" } else { "withheld" }),
            },
            BureauCell::Options { counts, answered } => exact(counts, *answered),
            _ => nothing("withheld"),
        };
    };
    match &group.cells[at] {
        GroupCell::Item(item) if item.present.is_some() => {
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

fn problems(subject: &Subject) -> Vec<Vec<String>> {
    let holds = &subject.round.holds;
    let mut lists: Vec<ProblemList> = Vec::new();
    for group in &subject.release.groups {
        if subject.only.is_none_or(|code| code == group.code) {
            lists.push(group_list(subject.release, subject.survey, holds, group));
        }
    }
    if subject.only == Some("ALL") {
        lists.push(bureau_list(subject.release, subject.survey, holds, subject.bureau));
    }
    let mut out = Vec::new();
    for list in &lists {
        for (n, problem) in list.problems.iter().enumerate() {
            let join = |texts: &[Text]| texts.iter().map(Text::zh).collect::<Vec<_>>().join("；");
            out.push(vec![
                (n + 1).to_string(),
                problem.number.clone(),
                problem.category.zh().to_owned(),
                problem.statement.zh().to_owned(),
                problem.source.label(Lang::Zh).to_owned(),
                problem.level_label(Lang::Zh).to_owned(),
                String::new(),
                problem.harm_level.as_ref().map_or_else(String::new, |t| t.zh().to_owned()),
                join(&problem.harms),
                join(&problem.causes),
                list.name.clone(),
                note(list, problem, subject.marks),
            ]);
        }
    }
    out
}

/// The last column of T2.
fn note(list: &ProblemList, problem: &crate::problem::Problem, marks: &str) -> String {
    let mut notes = Vec::new();
    if problem.unclear {
        notes.push("情况不明，需核实".to_owned());
    }
    if list.merged {
        notes.push("样本不足，合并统计".to_owned());
    }
    if let Some(listed) = problem.listed_in {
        let common = if problem.common { "共性问题，" } else { "" };
        notes.push(format!("{common}{}个统计组中有{listed}个列出", list.groups));
    }
    if !marks.is_empty() {
        notes.push(marks.to_owned());
    }
    notes.join("；")
}
