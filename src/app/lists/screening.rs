//! Screening of texts: one person proposes what becomes of a text, another one confirms it, and
//! only the summary they agree on ever leaves.
//! A summary becomes a case (具体事例) of a row in the list of the text's group, or of the bureau
//! where
//! texts are pooled.

use crate::app::approvals::lists_changed;
use crate::app::lists::Results;
use crate::app::{Action, Actor, App, AppError, Permission};
use crate::id::RoundId;
use crate::identity::{self, Mark};
use crate::problem::{RowState, WorkingRow, copied};
use crate::storage::{Screened, ScreeningState};
use crate::survey::TextField;
use crate::text::{Lang, Refusal, Rule};
use crate::unit::GroupCode;

/// Longest summary, in characters.
const LONGEST: usize = 200;

/// The setting that holds the section's list of names.
const NAMES: &str = "names";

/// What a screener makes of a text.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// The summary; empty if the text is not used.
    pub summary: String,
    /// Number of the row it becomes a case of; empty if the text is not used.
    pub problem: String,
    /// What was pointed out has been looked at.
    pub anyway: bool,
}

impl App {
    /// Names that are marked in texts, as the section has loaded them.
    pub fn names(&self, by: &Actor) -> Result<Vec<String>, AppError> {
        by.need(Permission::RunRounds)?;
        self.known_names()
    }

    pub(in crate::app) fn known_names(&self) -> Result<Vec<String>, AppError> {
        Ok(self
            .storage
            .setting(NAMES)?
            .map(|text| identity::parse_names(&text))
            .unwrap_or_default())
    }

    /// Loads the names that are marked in texts; returns how many.
    pub fn set_names(&self, by: &Actor, text: &str) -> Result<usize, AppError> {
        let names = identity::parse_names(text);
        if names.len() > 10_000 {
            return Err(Refusal::new("姓名最多一万个", "at most ten thousand names").into());
        }
        self.deed(by, Action::NamesLoaded, &names.len().to_string(), |tx| {
            Ok(tx.set_setting(NAMES, &names.join("\n"))?)
        })?;
        Ok(names.len())
    }

    /// How many texts to each question are pending, proposed and screened.
    pub fn screening_progress(
        &self,
        by: &Actor,
        id: &RoundId,
    ) -> Result<std::collections::BTreeMap<String, [u64; 3]>, AppError> {
        by.need(Permission::RunRounds)?;
        self.frozen(id)?;
        Ok(self.storage.screening_progress(id)?)
    }

    /// The texts to one question with what was decided about them, for somebody who reads them: a
    /// link of the chain.
    pub fn read_texts(
        &self,
        by: &Actor,
        id: &RoundId,
        question: &str,
    ) -> Result<Vec<Screened>, AppError> {
        self.tell(by, Action::TextsRead, &format!("{id} {question}"))?;
        self.screened(by, id, question)
    }

    /// The same for a page that was read before.
    pub fn screened(
        &self,
        by: &Actor,
        id: &RoundId,
        question: &str,
    ) -> Result<Vec<Screened>, AppError> {
        by.need(Action::TextsRead.right())?;
        self.frozen(id)?;
        Ok(self.storage.screened(id, question)?)
    }

    /// Proposes what becomes of a text, which was as `seen` when the screener decided. Another
    /// account has to confirm it.
    pub fn propose(
        &self,
        by: &Actor,
        id: &RoundId,
        question: &str,
        seen: &Screened,
        decision: &Decision,
    ) -> Result<(), AppError> {
        by.need(Action::TextScreened.right())?;
        let results = self.working_results(id)?;
        let unused = decision.problem.is_empty();
        let summary = decision.summary.trim();
        if unused != summary.is_empty() {
            return Err(Refusal::new(
                "采用的，请写摘要并选择列入哪一行；不采用的，两项都不填",
                "to use a text, write a summary and choose its row; else leave both empty",
            )
            .into());
        }
        if !unused {
            self.check_summary(&seen.body, summary, decision.anyway)?;
            let rows = results.rows_for(question, &seen.group)?;
            if !rows.iter().any(|row| row.problem.number == decision.problem) {
                return Err(Refusal::new(
                    "请选择清单中同一类别的一行",
                    "choose a row of the same category",
                )
                .into());
            }
        }
        let to = Screened {
            state: ScreeningState::Proposed,
            summary: summary.to_owned(),
            problem: decision.problem.clone(),
            first: by.account()?.clone(),
            second: "".into(),
            ..seen.clone()
        };
        self.screen(by, id, seen, &to)
    }

    /// Confirms what somebody else proposed.
    pub fn confirm_screening(
        &self,
        by: &Actor,
        id: &RoundId,
        seen: &Screened,
    ) -> Result<(), AppError> {
        by.need(Action::TextScreened.right())?;
        if seen.state != ScreeningState::Proposed {
            return Err(
                Refusal::new("这一条没有待确认的处理意见", "there is nothing to confirm").into()
            );
        }
        if seen.first == by.name() {
            return Err(Refusal::new(
                "提出的人不能自己确认，请另一名筛查人确认",
                "whoever proposed it cannot confirm it; another screener has to",
            )
            .into());
        }
        let proposer = self
            .storage
            .account(&seen.first)?
            .filter(|a| a.active && a.role.parse().is_ok_and(crate::app::Role::runs_rounds));
        if proposer.is_none() {
            return Err(Refusal::new(
                format!("提出人 {} 的账号已停用或不再属于政工科，请重新提出处理意见", seen.first),
                format!(
                    "the account {} that proposed this was turned off or is no longer the \
                     section's; propose it anew",
                    seen.first
                ),
            )
            .into());
        }
        let to = Screened {
            state: ScreeningState::Screened,
            second: by.account()?.clone(),
            ..seen.clone()
        };
        self.screen(by, id, seen, &to)
    }

    fn screen(
        &self,
        by: &Actor,
        id: &RoundId,
        from: &Screened,
        to: &Screened,
    ) -> Result<(), AppError> {
        if self.round(id)?.destruction.is_some() {
            return Err(Refusal::new(
                "原文已销毁，不能再筛查",
                "the originals are destroyed; nothing can be screened any more",
            )
            .into());
        }
        // Which text it was would tie an account's reading to a text; the round says enough.
        self.deed(by, Action::TextScreened, id.as_str(), |tx| {
            if !tx.screen(id, from, to)? {
                return Err(AppError::Changed);
            }
            lists_changed(tx, id)
        })
    }

    fn check_summary(&self, original: &str, summary: &str, anyway: bool) -> Result<(), AppError> {
        Rule::lines(LONGEST)
            .check(summary)
            .map_err(|unfit| unfit.refusal("摘要", "the summary"))?;
        if anyway {
            return Ok(());
        }
        let mut pointed_out: Vec<Refusal> =
            copied(original, summary).map(|run| copied_refusal(&run)).into_iter().collect();
        pointed_out.extend(
            identity::find(summary, &self.known_names()?)
                .into_iter()
                .map(|mark| telling_refusal(&mark, summary)),
        );
        if pointed_out.is_empty() { Ok(()) } else { Err(AppError::Mistakes(pointed_out)) }
    }
}

/// What repeats an original.
pub(in crate::app) fn copied_refusal(run: &str) -> Refusal {
    Refusal::new(
        format!(
            "摘要照抄了原文“{run}”，文风可能暴露填写人，请换一种说法；确需保留的，请勾选“已核对”"
        ),
        format!(
            "this repeats “{run}” of an original; its style may tell who wrote it. Say it in other \
             words, or tick that you have looked at it"
        ),
    )
}

/// What may tell who somebody is.
pub(in crate::app) fn telling_refusal(mark: &Mark, text: &str) -> Refusal {
    let (zh, en) = (mark.kind.label(Lang::Zh), mark.kind.label(Lang::En));
    let words = &text[mark.range.clone()];
    Refusal::new(
        format!("疑似{zh}“{words}”，请删去；确非身份信息的，请勾选“已核对”"),
        format!("this may be a {en}: “{words}”; take it out, or tick that you have looked at it"),
    )
}

impl Results {
    /// The rows that a text of this group, to this question, can become a case of: of its category,
    /// if it has one.
    pub fn rows_for(&self, field: &str, group: &GroupCode) -> Result<Vec<WorkingRow>, AppError> {
        let id = TextField::of(field).question;
        let section = self.survey.question(id).map(|q| &self.survey.sections()[q.section]);
        let order = section.filter(|s| s.is_category).map(|s| s.order);
        let rows = self.working(group)?;
        Ok(rows
            .into_iter()
            .filter(|row| {
                row.state() == RowState::Listed
                    && order.is_none_or(|o| row.problem.category_order == o)
            })
            .collect())
    }
}
