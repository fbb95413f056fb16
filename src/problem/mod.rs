//! Problem lists (问题清单): what each group, and the bureau, should look into.
//! Derived from the Release alone, so a list can say nothing that the gate did not let through.

mod alike;
mod derived;
mod edit;
mod lookback;
mod named;
mod summary;
mod working;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::gate::Level;
use crate::round::{Hold, HoldCheck};
use crate::survey::Question;
use crate::text::{Lang, Text};
use crate::unit::{GroupCode, Scope};

pub use alike::{alike, differs};
pub use derived::{bureau_list, group_list};

pub use edit::{ProblemEdit, RowState};
pub use lookback::{Change, Comparison, Side, look_back};
pub use named::named;
pub use summary::copied;
pub use working::{WorkingRow, differences, finished, next_number, working};

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
    pub code: GroupCode,
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
        match (self.unclear, self.level) {
            (true, None) => {
                notes
                    .push(lang.pick("情况不明，先核实", "unclear, to be checked first").to_owned());
            }
            (true, Some(_)) => notes.push(
                lang.pick(
                    "半数以上答“不清楚”，请一并核实",
                    "half or more do not know; check that, too",
                )
                .to_owned(),
            ),
            (false, _) => {}
        }
        if let Some(HoldCheck { by, day, ground }) = &self.checked {
            notes.push(lang.pick(
                format!("{day}由{by}核实：{ground}"),
                format!("checked by {by} on {day}: {ground}"),
            ));
        }
        if list.merged {
            notes.push(
                lang.pick("样本不足，合并统计", "too few responses alone, counted together")
                    .to_owned(),
            );
        }
        match (self.listed_in, &self.suggested) {
            (Some(listed), _) => {
                let common =
                    if self.common { lang.pick("共性问题，", "common problem, ") } else { "" };
                notes.push(lang.pick(
                    format!("{common}{}个统计组中有{listed}个列出", list.groups),
                    format!("{common}listed by {listed} of {} groups", list.groups),
                ));
            }
            // What is only unclear is checked before anybody plans what to do.
            (None, Some(_)) if self.level.is_none() && self.unclear => {}
            (None, Some(kind)) => {
                notes.push(lang.pick(
                    format!("建议整改类型：{}", kind.zh()),
                    format!("suggested: {}", kind.get(Lang::En)),
                ));
            }
            (None, None) => {}
        }
        if !self.merged.is_empty() {
            notes.push(lang.pick(
                format!("含{}", self.merged.join("、")),
                format!("includes {}", self.merged.join(", ")),
            ));
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
                "本轮没有达到列入标准的问题。没有列入不等于没有问题，请结合明察暗访和自评互评研\
                 判。",
                "No problem reaches the threshold in this round. That does not mean there is none; \
                 weigh it with inspections and reviews.",
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
