//! Problem lists (问题清单): what each group, and the bureau, should look into.
//! Derived from the Release alone, so a list can say nothing that the gate did not let through.

mod lookback;
mod named;
mod summary;
mod working;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::gate::{BureauCell, GroupCell, Level, Release, ReleasedGroup};
use crate::round::{Hold, HoldCheck};
use crate::survey::{Kind, Question, QuestionRole, Survey};
use crate::text::{Lang, Text};
use crate::unit::Scope;

pub use lookback::{Change, Comparison, Side, look_back};
pub use named::named;
pub use summary::copied;
pub use working::{ProblemEdit, RowState, WorkingRow, differences, finished, next_number, working};

/// Where a problem was learned of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// 问卷调查.
    #[default]
    Survey,
    /// 明察暗访.
    Inspection,
    /// 自评互评.
    Review,
    /// 信访投诉.
    Complaint,
    /// 上级督查.
    Supervision,
    /// 其他.
    Other,
}

impl Source {
    /// All sources with their names: in the database and in addresses, in Chinese, in English.
    pub const ALL: [(Self, &'static str, [&'static str; 2]); 6] = [
        (Self::Survey, "survey", ["问卷调查", "survey"]),
        (Self::Inspection, "inspection", ["明察暗访", "inspection"]),
        (Self::Review, "review", ["自评互评", "self- and peer-review"]),
        (Self::Complaint, "complaint", ["信访投诉", "complaint"]),
        (Self::Supervision, "supervision", ["上级督查", "supervision"]),
        (Self::Other, "other", ["其他", "other"]),
    ];

    /// The name as an official writes it.
    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        Self::ALL.iter().find(|s| s.0 == self).map_or("", |s| lang.pick(s.2[0], s.2[1]))
    }

    /// The name in the database and in addresses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|s| s.0 == self).map_or("", |s| s.1)
    }

    /// Reads such a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|s| s.1 == name).map(|s| s.0)
    }
}

/// One row of a problem list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Problem {
    /// Stable number, such as `CY-3.4`.
    pub number: String,
    /// Title of the category.
    pub category: Text,
    /// Place of the category.
    pub category_order: usize,
    /// Question.
    pub question: String,
    /// What is wrong.
    pub statement: Text,
    /// Where it was learned of.
    pub source: Source,
    /// How widespread it is; `None` if it is only unclear.
    pub level: Option<Level>,
    /// Half or more said they do not know.
    pub unclear: bool,
    /// How harmful the category's problems are held to be.
    pub harm_level: Option<Text>,
    /// Main harms.
    pub harms: Vec<Text>,
    /// Main causes.
    pub causes: Vec<Text>,
    /// Suggested rectification type.
    pub suggested: Option<Text>,
    /// Groups that list it, for the bureau's roll-up.
    pub listed_in: Option<usize>,
    /// 共性问题: listed in a third of the groups or more.
    pub common: bool,
    /// 具体事例: the section's own summary, never an original text.
    pub example: String,
    /// 备注 of the section.
    pub note: String,
    /// Day on which another source found it.
    pub found: Option<String>,
    /// What supports it.
    pub evidence: String,
    /// Numbers of rows that were merged into this one.
    pub merged: Vec<String>,
    /// Who checked a held question, when and on what ground.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checked: Option<HoldCheck>,
}

impl Problem {
    /// How widespread it is, in words; empty for a common problem without a level of its own.
    #[must_use]
    pub fn level_label(&self, lang: Lang) -> &'static str {
        match self.level {
            Some(level) => level.label(lang),
            None if self.unclear => lang.pick("情况不明", "unclear"),
            None => "",
        }
    }
}

/// The problem list of a group, or the bureau's roll-up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemList {
    /// Group code; `ALL` for the bureau.
    pub code: String,
    /// Name.
    pub name: String,
    /// Whether several groups were merged.
    pub merged: bool,
    /// How many groups answered and were published.
    pub groups: usize,
    /// Whether nobody answered here, so that there is no list.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub silent: bool,
    /// The rows, in the order of the survey.
    pub problems: Vec<Problem>,
}

impl Problem {
    /// What stands in the last column of a list, on a page as in every file.
    #[must_use]
    pub fn remarks(&self, list: &ProblemList, lang: Lang) -> String {
        let mut notes = Vec::new();
        if self.unclear {
            notes.push(lang.pick("情况不明，需核实", "unclear, to be checked").to_owned());
        }
        if let Some(HoldCheck { by, day, ground }) = &self.checked {
            notes.push(lang.pick(format!("{day}由{by}核实：{ground}"), format!("checked by {by} on {day}: {ground}")));
        }
        if list.merged {
            notes.push(lang.pick("样本不足，合并统计", "too few responses alone, counted together").to_owned());
        }
        match (self.listed_in, &self.suggested) {
            (Some(listed), _) => {
                let common = if self.common { lang.pick("共性问题，", "common problem, ") } else { "" };
                notes.push(lang.pick(
                    format!("{common}{}个统计组中有{listed}个列出", list.groups),
                    format!("{common}listed by {listed} of {} groups", list.groups),
                ));
            }
            (None, Some(kind)) => notes.push(lang.pick(format!("建议{}", kind.zh()), format!("suggested: {}", kind.get(Lang::En)))),
            (None, None) => {}
        }
        if !self.merged.is_empty() {
            notes.push(lang.pick(format!("含{}", self.merged.join("、")), format!("includes {}", self.merged.join(", "))));
        }
        if let Some(found) = &self.found {
            notes.push(lang.pick(format!("{found}发现"), format!("found on {found}")));
        }
        notes.extend(Some(&self.note).filter(|text| !text.is_empty()).cloned());
        notes.join(lang.pick("；", "; "))
    }
}

impl ProblemList {
    /// What it is about.
    #[must_use]
    pub fn scope(&self) -> Scope<'_> {
        Scope::of(&self.code)
    }

    /// What a list without rows says.
    #[must_use]
    pub fn nothing(&self, lang: Lang) -> &'static str {
        if self.silent {
            lang.pick("本单位无答卷，不列清单。", "Nobody answered here; there is no list.")
        } else {
            lang.pick(
                "本轮没有达到列入标准的问题。没有列入不等于没有问题，请结合明察暗访和自评互评研判。",
                "No problem reaches the threshold in this round. That does not mean there is none; weigh it with inspections and reviews.",
            )
        }
    }

    /// How many rows have that level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.problems.iter().filter(|p| p.level == Some(level)).count()
    }
}

/// Whether a question's results are withheld for now.
#[must_use]
pub fn is_held(question: &Question, holds: &BTreeMap<String, Hold>) -> bool {
    question.hold && holds.get(&question.id) != Some(&Hold::Checked)
}

/// The list of one published group.
#[must_use]
pub fn group_list(
    release: &Release,
    survey: &Survey,
    holds: &BTreeMap<String, Hold>,
    checks: &BTreeMap<String, HoldCheck>,
    group: &ReleasedGroup,
) -> ProblemList {
    let problems = survey
        .questions()
        .iter()
        .zip(&group.cells)
        .filter_map(|(question, cell)| {
            let GroupCell::Item(item) = cell else { return None };
            let listed = (item.level.is_some() || item.unclear) && !is_held(question, holds) && survey.covers(question, &group.kinds);
            listed.then(|| {
                let context = Context::of_group(survey, question, group);
                with_check(row(survey, question, &group.code, item.level, item.unclear, context), question, checks)
            })
        })
        .collect();
    ProblemList {
        code: group.code.clone(),
        name: group.name.clone(),
        merged: group.merged,
        groups: release.answering().count(),
        silent: group.is_silent(),
        problems,
    }
}

/// The bureau's roll-up: everything that the bureau as a whole or any group lists.
#[must_use]
pub fn bureau_list(
    release: &Release,
    survey: &Survey,
    holds: &BTreeMap<String, Hold>,
    checks: &BTreeMap<String, HoldCheck>,
    name: &str,
) -> ProblemList {
    let answering = release.answering().count();
    let problems = survey
        .questions()
        .iter()
        .enumerate()
        .filter(|(_, question)| question.problem.is_some() && !is_held(question, holds))
        .filter_map(|(n, question)| {
            let BureauCell::Item(item) = &release.bureau.cells[n] else { return None };
            let listed_in = release.groups.iter().filter(|g| survey.covers(question, &g.kinds) && lists(&g.cells[n])).count();
            let common = listed_in > 0 && 3 * listed_in >= answering;
            (item.level.is_some() || item.unclear || common).then(|| Problem {
                listed_in: Some(listed_in),
                common,
                ..with_check(
                    row(survey, question, Scope::Bureau.code(), item.level, item.unclear, Context::of_bureau(survey, question, release)),
                    question,
                    checks,
                )
            })
        })
        .collect();
    ProblemList { code: Scope::Bureau.code().into(), name: name.into(), merged: false, groups: answering, silent: false, problems }
}

/// A row of a held question, once it was checked: in its own words, with who checked it and on what ground.
fn with_check(row: Problem, question: &Question, checks: &BTreeMap<String, HoldCheck>) -> Problem {
    if !question.hold {
        return row;
    }
    let statement = question.checked.clone().unwrap_or_else(|| row.statement.clone());
    Problem { statement, checked: checks.get(&question.id).cloned(), ..row }
}

fn lists(cell: &GroupCell) -> bool {
    matches!(cell, GroupCell::Item(item) if item.level.is_some())
}

/// Harm level, harms and causes of a category.
#[derive(Default)]
struct Context {
    harm_level: Option<Text>,
    harms: Vec<Text>,
    causes: Vec<Text>,
}

impl Context {
    fn of_group(survey: &Survey, question: &Question, group: &ReleasedGroup) -> Self {
        Self::read(survey, question, |at, role| match (&group.cells[at], role) {
            (GroupCell::Median(step), QuestionRole::HarmLevel) => vec![*step],
            (GroupCell::Top(options), QuestionRole::Harm | QuestionRole::Cause) => options.clone(),
            _ => Vec::new(),
        })
    }

    fn of_bureau(survey: &Survey, question: &Question, release: &Release) -> Self {
        Self::read(survey, question, |at, role| match role {
            QuestionRole::HarmLevel | QuestionRole::Harm | QuestionRole::Cause => named(survey, release, at),
            _ => Vec::new(),
        })
    }

    fn read(survey: &Survey, question: &Question, indices: impl Fn(usize, QuestionRole) -> Vec<usize>) -> Self {
        let mut context = Self::default();
        for at in survey.sections()[question.section].questions.clone() {
            let other = &survey.questions()[at];
            let labels: Vec<Text> = indices(at, other.role).into_iter().filter_map(|n| label(&other.kind, n)).collect();
            match other.role {
                QuestionRole::HarmLevel => context.harm_level = labels.into_iter().next(),
                QuestionRole::Harm => context.harms = labels,
                QuestionRole::Cause => context.causes = labels,
                _ => {}
            }
        }
        context
    }
}

/// The label of an option or step.
fn label(kind: &Kind, index: usize) -> Option<Text> {
    match kind {
        Kind::Scale(scale) => scale.steps.get(index).map(|s| s.label.clone()),
        Kind::Multi { choices, .. } => choices.get(index).map(|c| c.label.clone()),
        _ => None,
    }
}

fn row(survey: &Survey, question: &Question, code: &str, level: Option<Level>, unclear: bool, context: Context) -> Problem {
    let section = &survey.sections()[question.section];
    Problem {
        number: format!("{code}-{}.{}", section.order, question.order),
        category: section.name.clone(),
        category_order: section.order,
        question: question.id.clone(),
        statement: question.problem.clone().unwrap_or_default(),
        source: Source::Survey,
        level,
        unclear,
        harm_level: context.harm_level,
        harms: context.harms,
        causes: context.causes,
        suggested: question.suggested.as_ref().and_then(|id| survey.rectification_types().iter().find(|t| &t.id == id)).map(|t| t.label.clone()),
        ..Problem::default()
    }
}
