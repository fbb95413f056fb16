//! What people did to a row of a list, and whether it can be kept.
//! Only what was changed is kept; the rest follows from the Release.

use super::{Problem, Source};
use crate::survey::Survey;
use crate::text::{Refusal, Rule, is_blank};
use crate::unit::GroupCode;
use serde::{Deserialize, Serialize};

/// Longest text of a field, in characters.
pub const LONGEST: usize = 500;

/// What people did to one row, or a row that they added. Fields that are `None` stay as the Release
/// says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProblemEdit {
    /// Stable number of the row.
    pub number: String,
    /// Group, or `ALL`.
    pub group: GroupCode,
    /// Question it comes from; `None` if it was added by hand.
    pub question: Option<String>,
    /// Place of its category.
    pub category: usize,
    /// Where it was learned of.
    pub source: Source,
    /// 问题表现.
    pub statement: Option<String>,
    /// 具体事例.
    pub example: Option<String>,
    /// 危害程度.
    pub harm_level: Option<String>,
    /// 主要危害.
    pub harms: Option<String>,
    /// 原因剖析.
    pub causes: Option<String>,
    /// 备注.
    pub note: Option<String>,
    /// Day on which it was found, `YYYY-MM-DD`.
    pub found: Option<String>,
    /// What supports it.
    pub evidence: Option<String>,
    /// Whether it stands in the list.
    pub state: RowState,
    /// Counts changes.
    pub version: i32,
}

/// Whether a row stands in its list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "snake_case")]
pub enum RowState {
    /// It does.
    #[default]
    Listed,
    /// Set aside, with the reason.
    Aside(String),
    /// Merged into the row of that number.
    Merged(String),
}

impl ProblemEdit {
    /// An edit that changes nothing yet.
    #[must_use]
    pub fn of(problem: &Problem, group: &GroupCode) -> Self {
        Self {
            number: problem.number.clone(),
            group: group.to_owned(),
            question: Some(problem.question.clone()),
            category: problem.category_order,
            source: Source::Survey,
            statement: None,
            example: None,
            harm_level: None,
            harms: None,
            causes: None,
            note: None,
            found: None,
            evidence: None,
            state: RowState::Listed,
            version: 0,
        }
    }

    /// Checks what was typed: a row added by hand needs a category, a wording and a day; nothing is
    /// too long or hides something.
    pub fn check(&self, survey: &Survey) -> Result<(), Vec<Refusal>> {
        let mut wrong = Vec::new();
        let by_hand = self.question.is_none();
        if by_hand && !survey.categories().any(|c| c.order == self.category) {
            wrong.push(Refusal::new("请选择问题类别", "choose a category").at("category"));
        }
        if by_hand && self.source == Source::Survey {
            wrong.push(Refusal::new("请选择问题来源", "choose a source").at("source"));
        }
        if self.statement.as_ref().is_some_and(|s| is_blank(s))
            || (by_hand && self.statement.is_none())
        {
            wrong.push(Refusal::new("请填写问题表现", "say what the problem is").at("statement"));
        }
        if by_hand
            && self.found.as_deref().is_none_or(|day| crate::round::parse_typed_day(day).is_err())
        {
            wrong.push(
                Refusal::new("请填写发现日期", "give the day on which it was found").at("found"),
            );
        }
        if let RowState::Aside(reason) = &self.state {
            wrong.extend(
                Rule::line(200)
                    .check(reason)
                    .err()
                    .map(|unfit| unfit.refusal("不列入的理由", "the reason").at("reason")),
            );
        }
        let texts = [
            ("statement", "问题表现", "problem", &self.statement),
            ("example", "具体事例", "case", &self.example),
            ("harm_level", "危害程度", "harm", &self.harm_level),
            ("harms", "主要危害", "main harms", &self.harms),
            ("causes", "原因剖析", "causes", &self.causes),
            ("note", "备注", "remarks", &self.note),
            ("evidence", "佐证说明", "evidence", &self.evidence),
        ];
        for (field, zh, en, text) in texts {
            let Some(text) = text else { continue };
            wrong.extend(
                Rule::lines(LONGEST)
                    .check_if_any(text)
                    .err()
                    .map(|unfit| unfit.refusal(zh, en).at(field)),
            );
        }
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }
}
