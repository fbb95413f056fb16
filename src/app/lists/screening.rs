//! Screening of texts: one person proposes what becomes of a text, another one confirms it, and
//! only the summary they agree on ever leaves.
//! A summary becomes a case (具体事例) of a row in the list of the text's group, or of the bureau
//! where
//! texts are pooled.

use std::collections::{BTreeSet, HashMap};
use std::sync::{MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::app::approvals::lists_changed;
use crate::app::lists::Results;
use crate::app::{Action, Actor, App, AppError, Permission};
use crate::id::{AccountName, RoundId};
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

/// After so many texts an account has a pace, and after so long a pause it begins anew.
const PACED: usize = 5;
const FASTEST: f64 = 3.0;
const PAUSE: Duration = Duration::from_mins(30);

/// What an account did last, while the process runs.
pub(in crate::app) struct Last {
    round: RoundId,
    since: Instant,
    at: Instant,
    done: usize,
    /// How texts stood before the last step and after it, without what they say.
    moves: Vec<(Screened, Screened)>,
}

impl Last {
    fn new(round: &RoundId) -> Self {
        let (round, now) = (round.clone(), Instant::now());
        Self { round, since: now, at: now, done: 0, moves: Vec::new() }
    }
}

/// What a screener makes of a text.
#[derive(Debug, Clone, Default)]
pub struct Decision {
    /// The summary; empty if the text is not used.
    pub summary: String,
    /// Number of the row it becomes a case of; empty if the text is not used. `*` in place of the
    /// group stands for the group of each text, so that none has to be named.
    pub problem: String,
    /// What was pointed out has been looked at.
    pub anyway: bool,
}

impl Decision {
    /// The row in the list of this group.
    #[must_use]
    pub fn row_of(&self, group: &GroupCode) -> String {
        self.problem
            .strip_prefix('*')
            .map_or_else(|| self.problem.clone(), |rest| format!("{group}{rest}"))
    }
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

    /// Proposes what becomes of texts to one question, which were as `seen` when the screener
    /// decided: one summary may stand for several. Another account has to confirm it.
    pub fn propose(
        &self,
        by: &Actor,
        id: &RoundId,
        question: &str,
        seen: &[Screened],
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
            self.check_summary(seen, summary, decision.anyway)?;
            let groups: BTreeSet<&GroupCode> = seen.iter().map(|text| &text.group).collect();
            for group in groups {
                let rows = results.rows_for(question, group)?;
                let number = decision.row_of(group);
                if !rows.iter().any(|row| row.problem.number == number) {
                    return Err(Refusal::new(
                        "请选择本组清单中列入的一行",
                        "choose a listed row of the group's own list",
                    )
                    .into());
                }
            }
        }
        let first = by.account()?;
        let to = |seen: &Screened| Screened {
            state: ScreeningState::Proposed,
            summary: summary.to_owned(),
            problem: decision.row_of(&seen.group),
            first: first.clone(),
            second: "".into(),
            ..seen.clone()
        };
        self.screen(by, id, seen.iter().map(|seen| (seen.clone(), to(seen))).collect())
    }

    /// Confirms what somebody else proposed.
    pub fn confirm_screening(
        &self,
        by: &Actor,
        id: &RoundId,
        seen: &[Screened],
    ) -> Result<(), AppError> {
        by.need(Action::TextScreened.right())?;
        for text in seen {
            self.may_be_confirmed(by, text)?;
        }
        let second = by.account()?;
        let to = |seen: &Screened| Screened {
            state: ScreeningState::Screened,
            second: second.clone(),
            ..seen.clone()
        };
        self.screen(by, id, seen.iter().map(|seen| (seen.clone(), to(seen))).collect())
    }

    /// Takes back what this account did last, if all of it still stands.
    pub fn undo_screening(&self, by: &Actor, id: &RoundId) -> Result<usize, AppError> {
        by.need(Action::TextScreened.right())?;
        let account = by.account()?;
        let nothing = || {
            Refusal::new(
                "没有可撤销的操作：上一步已被他人处理，或服务重新启动过",
                "there is nothing to undo: somebody else has dealt with it, or the service began \
                 anew",
            )
        };
        let last = self.screeners().remove(account).filter(|last| last.round == *id);
        let Some(last) = last else { return Err(nothing().into()) };
        let count = last.moves.len();
        let back: Vec<_> = last.moves.into_iter().map(|(from, to)| (to, from)).collect();
        match self.screen_all(by, id, &back) {
            Ok(()) => Ok(count),
            Err(AppError::Changed) => Err(nothing().into()),
            Err(other) => Err(other),
        }
    }

    /// How many texts of a round nobody has dealt with, and how many this account may confirm.
    pub fn screening_waits(&self, by: &Actor, id: &RoundId) -> Result<[u64; 2], AppError> {
        by.need(Action::TextsRead.right())?;
        Ok(self.storage.screening_waits(id, by.account()?)?)
    }

    /// How many texts this account dealt with in one go last, and can take back.
    pub fn can_undo_screening(&self, by: &Actor, id: &RoundId) -> usize {
        let Ok(account) = by.account() else { return 0 };
        self.screeners().get(account).filter(|last| last.round == *id).map_or(0, |l| l.moves.len())
    }

    /// How many seconds this account took for a text on average, since it began.
    pub fn screening_pace(&self, by: &Actor, id: &RoundId) -> Option<f64> {
        let account = by.account().ok()?;
        let known = self.screeners();
        let last = known.get(account).filter(|last| last.round == *id && last.done >= PACED)?;
        // Nobody reads faster for long.
        Some((last.since.elapsed().as_secs_f64() / last.done as f64).max(FASTEST))
    }

    /// Forgets what everybody did last.
    pub(in crate::app) fn forget_steps(&self) {
        self.screeners().clear();
    }

    fn screeners(&self) -> MutexGuard<'_, HashMap<AccountName, Last>> {
        self.screeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn may_be_confirmed(&self, by: &Actor, seen: &Screened) -> Result<(), AppError> {
        if seen.state != ScreeningState::Proposed {
            return Err(
                Refusal::new("这一条没有待确认的处理意见", "there is nothing to confirm").into()
            );
        }
        let own = by.session().map(|session| session.official.person.as_str()).unwrap_or_default();
        let theirs = self.storage.account(&seen.first)?.and_then(|a| a.person).unwrap_or_default();
        if seen.first == by.name() || (!own.is_empty() && own == theirs) {
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
        Ok(())
    }

    /// Keeps decisions, all of them or none, and remembers them to be taken back.
    fn screen(
        &self,
        by: &Actor,
        id: &RoundId,
        moves: Vec<(Screened, Screened)>,
    ) -> Result<(), AppError> {
        if moves.is_empty() {
            return Err(Refusal::new("请先勾选文字", "tick some texts first").into());
        }
        self.screen_all(by, id, &moves)?;
        let account = by.account()?.clone();
        let mut known = self.screeners();
        let last = known.entry(account).or_insert_with(|| Last::new(id));
        if last.round != *id || last.at.elapsed() > PAUSE {
            *last = Last::new(id);
        }
        last.done += moves.len();
        last.at = Instant::now();
        // What becomes of a text is remembered, never the text.
        let bare = |text: Screened| Screened { body: String::new(), ..text };
        last.moves = moves.into_iter().map(|(from, to)| (bare(from), bare(to))).collect();
        Ok(())
    }

    fn screen_all(
        &self,
        by: &Actor,
        id: &RoundId,
        moves: &[(Screened, Screened)],
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
            for (from, to) in moves {
                if !tx.screen(id, from, to)? {
                    return Err(AppError::Changed);
                }
            }
            lists_changed(tx, id)
        })
    }

    fn check_summary(
        &self,
        originals: &[Screened],
        summary: &str,
        anyway: bool,
    ) -> Result<(), AppError> {
        Rule::lines(LONGEST)
            .check(summary)
            .map_err(|unfit| unfit.refusal("摘要", "the summary"))?;
        if anyway {
            return Ok(());
        }
        let mut pointed_out: Vec<Refusal> = originals
            .iter()
            .find_map(|text| copied(&text.body, summary))
            .iter()
            .map(|run| copied_refusal(run))
            .collect();
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
    /// The rows that a text of this group, to this question, can become a case of: those of its
    /// category first.
    pub fn rows_for(&self, field: &str, group: &GroupCode) -> Result<Vec<WorkingRow>, AppError> {
        let id = TextField::of(field).question;
        let section = self.survey.question(id).map(|q| &self.survey.sections()[q.section]);
        let order = section.filter(|s| s.is_category).map(|s| s.order);
        let mut rows = self.working(group)?;
        rows.retain(|row| row.state() == RowState::Listed);
        rows.sort_by_key(|row| order.is_some_and(|o| row.problem.category_order != o));
        Ok(rows)
    }
}
