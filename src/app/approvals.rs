//! What takes two accounts: letting results out, destroying what was kept, going on after a
//! restore.
//! After an opening: original texts and spent codes are kept for a set time and then destroyed.
//! After a restore: a round goes on only if two accept the loss.
//! Steps that cannot be taken back take two accounts; the record of a destruction can be printed.

use crate::app::deeds::link;
use crate::app::{Action, Actor, App, AppError, Role};
use crate::id::AccountName;
use crate::id::RoundId;
use crate::round::{Move, Reach, Round, RoundState, parse_typed_day, shanghai_day};
use crate::storage::{Shared, SharedDeed, Sharing, StorageError, Transaction};
use crate::text::Refusal;
use time::Duration;

/// A step that takes two accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SharedStep {
    /// Let the results out; one of the two must be the head of the section.
    Release,
    /// Hand the problem lists over anew after they were changed; one of the two must be the head of
    /// the section.
    Lists,
    /// Destroy original texts and spent codes.
    Destroy,
    /// Go on after a restore, with the loss that is shown.
    Resume,
    /// Put the closing day off; one of the two must be the head of the section.
    Postpone,
    /// Declare a round void whose restore is not accepted, or whose box cannot be opened any more.
    Void,
}

impl SharedStep {
    /// The name in the database and in an address.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Release => "release",
            Self::Lists => "lists",
            Self::Destroy => "destroy",
            Self::Resume => "resume",
            Self::Postpone => "postpone",
            Self::Void => "void",
        }
    }

    /// What the audit chain calls an approval, and the step once it is taken.
    fn action(self, taken: bool) -> Action {
        match (self, taken) {
            (Self::Release, false) => Action::ReleaseRequested,
            (Self::Release, true) => Action::RoundRelease,
            (Self::Lists, false) => Action::ListsRequested,
            (Self::Lists, true) => Action::ListsIssued,
            (Self::Destroy, false) => Action::DestroyRequested,
            (Self::Destroy, true) => Action::DestroyConfirmed,
            (Self::Resume, false) => Action::ResumeRequested,
            (Self::Resume, true) => Action::ResumeConfirmed,
            (Self::Postpone, false) => Action::PostponeRequested,
            (Self::Postpone, true) => Action::RoundPostponed,
            (Self::Void, false) => Action::VoidRequested,
            (Self::Void, true) => Action::VoidConfirmed,
        }
    }

    /// What the audit chain calls the first agreement.
    pub(in crate::app) fn asked(self) -> Action {
        self.action(false)
    }

    /// What it is called in a sentence.
    #[must_use]
    pub fn label(self) -> [&'static str; 2] {
        match self {
            Self::Release => ["发布结果", "the release"],
            Self::Lists => ["重新下发清单", "handing the lists over anew"],
            Self::Destroy => ["销毁原文", "the destruction of the originals"],
            Self::Resume => ["恢复填写", "going on"],
            Self::Postpone => ["延期截止", "putting the closing day off"],
            Self::Void => ["作废本轮", "voiding the round"],
        }
    }

    /// The page where it is agreed to.
    #[must_use]
    pub fn page(self, id: &RoundId) -> String {
        match self {
            Self::Release | Self::Postpone => format!("/desk/rounds/{id}"),
            Self::Lists => format!("/desk/rounds/{id}/problems"),
            Self::Destroy | Self::Resume | Self::Void => format!("/desk/rounds/{id}/keeping"),
        }
    }

    /// Reads a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Release, Self::Lists, Self::Destroy, Self::Resume, Self::Postpone, Self::Void]
            .into_iter()
            .find(|s| s.as_str() == name)
    }

    /// Whether it can be taken with a round as it is.
    pub(in crate::app) fn check(self, round: &Round) -> Result<(), Refusal> {
        match self {
            Self::Release if !round.destroyed && round.state == RoundState::Opened => {
                Err(not_destroyed_yet())
            }
            Self::Release => Move::Release.from(round.state).map(drop),
            Self::Lists if round.state != RoundState::Released => Err(Refusal::new(
                "结果发布时一并下发清单；发布之后有改动的，才需要重新下发",
                "lists are handed over with the release; only changes after it are handed over \
                 anew",
            )),
            Self::Destroy if round.destruction.is_some() => Err(Refusal::new(
                "原文和已用填写码早已销毁",
                "original texts and spent codes were destroyed before",
            )),
            Self::Destroy if !round.state.has_results() || !round.destroyed => Err(Refusal::new(
                "开箱完成后才有原文可销毁",
                "there is nothing to destroy before the box was opened",
            )),
            Self::Lists | Self::Destroy => Ok(()),
            Self::Resume => Move::Resume.from(round.state).map(drop),
            Self::Postpone => round.check_later(round.closes + Duration::DAY),
            Self::Void => Move::Void.from(round.state).map(drop),
        }
    }
}

fn not_vouched_for() -> Refusal {
    Refusal::new(
        "本账号刚由管理员新建、更改或重置口令，须经政工科另一账号在首页确认是本人，或满三天，才能参与此步\
         骤",
        "an administrator just made, changed or reset this account: another account of the \
         section has to vouch for it on the first page, or three days must pass",
    )
}

fn not_the_sections() -> Refusal {
    Refusal::new(
        "本账号已停用，或不再属于政工科，不能参与此步骤",
        "this account was turned off or is no longer the section's; it cannot take part in this \
         step",
    )
}

/// What a step is to be like: the reach of a release, or the day until which a round goes on.
fn chosen(step: SharedStep, round: &Round, choice: &str) -> Result<String, Refusal> {
    match step {
        SharedStep::Release if choice.is_empty() => Ok(Reach::default().as_str().to_owned()),
        SharedStep::Release => {
            let reach = Reach::parse(choice).ok_or_else(|| {
                Refusal::new("请选择公示栏的公布范围", "choose what the bulletin shows").at("reach")
            })?;
            Ok(reach.as_str().to_owned())
        }
        SharedStep::Postpone => {
            let closes = parse_typed_day(choice).map_err(|refusal| refusal.at("closes"))?;
            round.check_later(closes)?;
            Ok(closes.to_string())
        }
        SharedStep::Lists | SharedStep::Destroy | SharedStep::Resume | SharedStep::Void => {
            Ok(String::new())
        }
    }
}

/// Who agreed to hand lists over agreed to other ones.
pub(in crate::app) fn lists_changed(tx: &mut Transaction, id: &RoundId) -> Result<(), AppError> {
    for step in [SharedStep::Release, SharedStep::Lists] {
        tx.forget_approvals(id, Some(step.as_str()))?;
    }
    Ok(())
}

/// Why results cannot be let out yet.
pub(in crate::app) fn not_destroyed_yet() -> Refusal {
    Refusal::new(
        "票箱和钥匙尚未销毁完毕，请再次执行开箱以完成销毁",
        "box and keys are not destroyed yet; run `zicha box open` again to finish",
    )
}

impl App {
    /// Agrees to a step as one of two accounts, to what is there now; takes it and returns true
    /// once a second one has. Both are links of the audit chain.
    pub fn approve(&self, by: &Actor, id: &RoundId, step: SharedStep) -> Result<bool, AppError> {
        self.approve_seen(by, id, step, ("", ""))
    }

    /// The same, to what was `seen`: anything else is refused, to be looked at. `choice` says what
    /// the step is to be like, where there is a choice; an agreement to another one ends.
    pub fn approve_seen(
        &self,
        by: &Actor,
        id: &RoundId,
        step: SharedStep,
        (seen, choice): (&str, &str),
    ) -> Result<bool, AppError> {
        by.need(step.action(true).right())?;
        if by.session().is_none() {
            return Err(AppError::Forbidden);
        }
        self.share(by, id, step, (seen, choice))
    }

    /// What a step would be agreed to now, in one word.
    pub fn seen_now(&self, id: &RoundId, step: SharedStep) -> Result<String, AppError> {
        match step {
            SharedStep::Release | SharedStep::Lists => self.working_results(id)?.digest(),
            SharedStep::Destroy | SharedStep::Resume | SharedStep::Postpone | SharedStep::Void => {
                Ok(self.storage.round_digest(id)?)
            }
        }
    }

    /// Takes a step if enough accounts agree, or at once where the command line acts alone.
    #[expect(clippy::too_many_lines, reason = "one transaction, from its reading to its link")]
    pub(in crate::app) fn share(
        &self,
        by: &Actor,
        id: &RoundId,
        step: SharedStep,
        (seen, choice): (&str, &str),
    ) -> Result<bool, AppError> {
        let account = by.session().map(|session| &session.account);
        let round = self.round(id)?;
        step.check(&round)?;
        if step == SharedStep::Postpone && self.now() >= round.ends_at() {
            return Err(Refusal::new(
                "截止日已过，不能延期",
                "the closing day is over; it cannot be put off",
            )
            .into());
        }
        if step == SharedStep::Lists {
            self.check_reissue(&round)?;
        }
        let roles = [Role::Clerk.as_str(), Role::Head.as_str()];
        let choice = chosen(step, &round, choice)?;
        let needs_last = !matches!(step, SharedStep::Destroy | SharedStep::Resume);
        let now = self.now().unix_timestamp();
        let wish = Sharing {
            round: id,
            step: step.as_str(),
            from: round.state,
            account,
            seen,
            choice: &choice,
            roles: &roles,
            needs_last,
            now,
        };
        let day = shanghai_day(self.now()).to_string();
        let put_off = round.put_off(&choice, &day);
        let at = self.now().unix_timestamp();
        let mut results = if matches!(step, SharedStep::Release | SharedStep::Lists) {
            Some(self.working_results(id)?)
        } else {
            None
        };
        let taken = self.storage.transaction(|tx| {
            let mut lists = |edits, cases, holds| {
                let results = results
                    .as_mut()
                    .ok_or_else(|| StorageError::Corrupt("a step without lists".into()))?;
                (results.edits, results.cases, results.round.holds) = (edits, cases, holds);
                results
                    .as_edition(day.clone())
                    .map_err(|error| StorageError::Corrupt(error.to_string()))
            };
            let deed = match step {
                SharedStep::Release => SharedDeed::Release(&mut lists),
                SharedStep::Lists => SharedDeed::Lists(&mut lists),
                SharedStep::Destroy => SharedDeed::Destroy { day: &day },
                SharedStep::Resume => SharedDeed::Move(RoundState::Open),
                SharedStep::Postpone => {
                    SharedDeed::Postpone { closes: &choice, postponed: &put_off }
                }
                SharedStep::Void => SharedDeed::Move(RoundState::Void),
            };
            let taken = match tx.share(&wish, deed)? {
                Shared::Waits => false,
                Shared::Taken(_) => true,
                Shared::Changed => return Err(AppError::Changed),
                Shared::NotVouchedFor => return Err(not_vouched_for().into()),
                Shared::NotAllowed => return Err(not_the_sections().into()),
            };
            let action =
                if account.is_none() { Action::RoundReleaseShell } else { step.action(taken) };
            link(tx, at, by.name(), action, id.as_str())?;
            Ok(taken)
        })?;
        if taken {
            self.after(step, id)?;
        }
        self.changed(id);
        Ok(taken)
    }

    /// What a step leaves to be done outside its transaction.
    fn after(&self, step: SharedStep, id: &RoundId) -> Result<(), AppError> {
        match step {
            SharedStep::Destroy => self.storage.rewrite_if_due()?,
            // What nobody may open any more is not kept either.
            SharedStep::Void => self.destroy(id)?,
            SharedStep::Release | SharedStep::Lists | SharedStep::Postpone | SharedStep::Resume => {
            }
        }
        Ok(())
    }

    /// What those who have agreed to a step so far chose it to be like.
    pub fn chosen(&self, id: &RoundId, step: SharedStep) -> Result<Option<String>, AppError> {
        Ok(self.storage.chosen(id, step.as_str())?)
    }

    /// Takes back what whoever acts agreed to, while nobody else has.
    pub fn withdraw(&self, by: &Actor, id: &RoundId, step: SharedStep) -> Result<(), AppError> {
        let account = by.account()?;
        let subject = format!("{id} {}", step.as_str());
        self.deed(by, Action::ApprovalWithdrawn, &subject, |tx| {
            if tx.withdraw_approval(id, step.as_str(), account)? {
                Ok(())
            } else {
                Err(Refusal::new(
                    "没有可撤回的同意：另一人已经同意，或内容已有改动，原来的同意已失效",
                    "there is nothing to take back: somebody else has agreed by now, or what you \
                     agreed to has changed",
                )
                .into())
            }
        })?;
        self.changed(id);
        Ok(())
    }

    /// Who has approved which step of a round.
    pub fn approvals(&self, id: &RoundId) -> Result<Vec<(String, AccountName)>, AppError> {
        Ok(self.storage.approvals(id)?)
    }
}
