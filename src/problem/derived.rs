//! Lists as the Release alone says them: one for each group, and the bureau's.
//! A question that is held is absent, whatever it says.

use super::named::named;
use super::{Problem, ProblemList, Source, is_held};
use crate::gate::{BureauCell, GroupCell, Level, Release, ReleasedGroup};
use crate::round::{Hold, HoldCheck};
use crate::survey::{Question, QuestionRole, Survey};
use crate::text::Text;
use crate::unit::GroupCode;
use std::collections::BTreeMap;

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
            let listed = (item.level.is_some() || item.unclear)
                && !is_held(question, holds)
                && survey.covers(question, &group.kinds);
            listed.then(|| {
                let context = Context::of_group(survey, question, group);
                with_check(
                    row(survey, question, &group.code, item.level, item.unclear, context),
                    question,
                    checks,
                )
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
            let listed_in = release
                .groups
                .iter()
                .filter(|g| survey.covers(question, &g.kinds) && lists(&g.cells[n]))
                .count();
            let common = listed_in > 0 && 3 * listed_in >= answering;
            (item.level.is_some() || item.unclear || common).then(|| Problem {
                listed_in: Some(listed_in),
                common,
                ..with_check(
                    row(
                        survey,
                        question,
                        &GroupCode::bureau(),
                        item.level,
                        item.unclear,
                        Context::of_bureau(survey, question, release),
                    ),
                    question,
                    checks,
                )
            })
        })
        .collect();
    ProblemList {
        code: GroupCode::bureau(),
        name: name.into(),
        merged: false,
        groups: answering,
        silent: false,
        problems,
    }
}

/// A row of a held question, once it was checked: in its own words, with who checked it and on what
/// ground.
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
    pub fn of_group(survey: &Survey, question: &Question, group: &ReleasedGroup) -> Self {
        Self::read(survey, question, |at, role| match (&group.cells[at], role) {
            (GroupCell::Median(step), QuestionRole::HarmLevel) => vec![*step],
            (GroupCell::Top(options), QuestionRole::Harm | QuestionRole::Cause) => options.clone(),
            _ => Vec::new(),
        })
    }

    pub fn of_bureau(survey: &Survey, question: &Question, release: &Release) -> Self {
        Self::read(survey, question, |at, role| match role {
            QuestionRole::HarmLevel | QuestionRole::Harm | QuestionRole::Cause => {
                named(survey, release, at)
            }
            _ => Vec::new(),
        })
    }

    pub fn read(
        survey: &Survey,
        question: &Question,
        indices: impl Fn(usize, QuestionRole) -> Vec<usize>,
    ) -> Self {
        let mut context = Self::default();
        for at in survey.sections()[question.section].questions.clone() {
            let other = &survey.questions()[at];
            let labels: Vec<Text> = indices(at, other.role)
                .into_iter()
                .filter_map(|n| other.kind.labels().get(n).map(|l| (*l).clone()))
                .collect();
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

fn row(
    survey: &Survey,
    question: &Question,
    code: &GroupCode,
    level: Option<Level>,
    unclear: bool,
    context: Context,
) -> Problem {
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
        suggested: question
            .suggested
            .as_ref()
            .and_then(|id| survey.rectification_types().iter().find(|t| &t.id == id))
            .map(|t| t.label.clone()),
        ..Problem::default()
    }
}
