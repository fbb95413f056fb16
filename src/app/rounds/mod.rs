//! Rounds: create, open, close, release, and what the service does by itself as days pass.
//! Every move is safe to repeat after a crash; closing first seals the box and only then says so.

mod closing;
pub(in crate::app) mod drafts;
mod tick;
mod units;

use time::Date;

use crate::app::approvals::lists_changed;
use crate::app::{Action, Actor, App, AppError, SharedStep, rng};
use crate::id::RoundId;
use crate::round::{
    Access, Hold, HoldCheck, Reach, Round, RoundState, Scopes, check_dates, check_title,
    shanghai_day,
};
use crate::storage::StorageError;
use crate::survey::Survey;
use crate::text::Refusal;
use crate::unit::{Unit, UnitCode};

/// What a new round is made of.
pub struct NewRound<'a> {
    /// Its survey.
    pub survey: &'a Survey,
    /// Its title.
    pub title: &'a str,
    /// First day.
    pub opens: Date,
    /// Last day.
    pub closes: Date,
    /// Only these units; empty for all.
    pub units: &'a [UnitCode],
    /// How people prove that they may answer.
    pub access: Access,
    /// Round to compare with.
    pub looks_back: Option<RoundId>,
}

impl App {
    /// All rounds.
    pub fn rounds(&self) -> Result<Vec<Round>, AppError> {
        Ok(self.storage.rounds()?)
    }

    /// A round, read afresh.
    pub fn round(&self, id: &RoundId) -> Result<Round, AppError> {
        self.storage.round(id).map_err(|e| match e {
            StorageError::NotFound => AppError::NotFound(Refusal::new(
                format!("没有编号为 {id} 的轮次"),
                format!("there is no round {id}; `zicha round list` shows them"),
            )),
            other => other.into(),
        })
    }

    /// Everything about a round that its pages at the desk show and that somebody else, or a
    /// download, may change.
    pub fn round_standing(&self, id: &RoundId) -> Result<String, AppError> {
        let round = self.round(id)?;
        let issued = if matches!(round.state, RoundState::Draft | RoundState::Open) {
            self.slips_issued(id)?
        } else {
            0
        };
        let (approvals, waiting, typed) =
            (self.approvals(id)?, self.prepared(id), self.gathered(id));
        let kept = (
            round.state.as_str(),
            round.sealed,
            round.destroyed,
            &round.holds,
            (&round.turnout.day, round.turnout.hour),
            &round.title,
            round.opens,
            round.closes,
        );
        Ok(format!("{kept:?} {issued} {approvals:?} {waiting:?} {typed}"))
    }

    /// Units of a round.
    pub fn round_units(&self, id: &RoundId) -> Result<Vec<Unit>, AppError> {
        Ok(self.storage.round_units(id)?)
    }

    /// Creates a draft.
    pub fn create_round(&self, by: &Actor, new: &NewRound) -> Result<RoundId, AppError> {
        by.need(Action::RoundCreate.right())?;
        check_title(new.title)?;
        check_dates(new.opens, new.closes)?;
        self.check_base(new, None)?;
        let units = self.chosen_units(new.units, new.survey)?;
        let id = RoundId::random(&mut rng());
        let draft = Round::draft(
            id,
            new.title.trim(),
            new.survey.hash(),
            new.access,
            (new.opens, new.closes),
        );
        let round = Round { looks_back: new.looks_back.clone(), ..draft };
        self.deed(by, Action::RoundCreate, round.id.as_str(), |tx| {
            tx.keep_survey(new.survey)?;
            Ok(tx.create_round(&round, &units)?)
        })?;
        Ok(round.id)
    }

    /// Which questions apply to which units of a round.
    pub fn scopes(&self, id: &RoundId) -> Result<Scopes, AppError> {
        let survey = self.survey(&self.round(id)?.survey)?;
        Ok(Scopes::of(&survey, &self.round_units(id)?))
    }

    /// Releases results, and with them the lists as they are now, without two accounts of the desk:
    /// the command line's way, which everybody is told of.
    pub fn release_round(&self, by: &Actor, id: &RoundId, reach: Reach) -> Result<Round, AppError> {
        by.need(Action::RoundReleaseShell.right())?;
        if !self.share(by, id, SharedStep::Release, ("", reach.as_str()))? {
            return Err(AppError::Changed);
        }
        self.round(id)
    }

    /// Sets whether held questions are shown, for all groups at once.
    /// To show one, somebody says that it was checked, and on what ground.
    pub fn set_hold(
        &self,
        by: &Actor,
        id: &RoundId,
        question: &str,
        hold: Hold,
        ground: &str,
    ) -> Result<(), AppError> {
        by.need(Action::HoldChecked.right())?;
        let round = self.round(id)?;
        let survey = self.survey(&round.survey)?;
        if !survey.question(question).is_some_and(|q| q.hold) {
            return Err(Refusal::new("这道题不需要核实", "this question is not a held one").into());
        }
        if !round.state.has_results() || !round.destroyed {
            return Err(Refusal::new(
                "开箱并销毁票箱之后才能核实",
                "questions are checked after the opening",
            )
            .into());
        }
        let ground = ground.trim();
        let check = match hold {
            Hold::Held => None,
            Hold::Checked => {
                crate::text::Rule::line(100).check(ground).map_err(|unfit| {
                    unfit.refusal("核实依据", "the ground of the check").at("ground")
                })?;
                Some(HoldCheck {
                    by: by.signed(),
                    day: shanghai_day(self.now()).to_string(),
                    ground: ground.to_owned(),
                })
            }
        };
        let action = if hold == Hold::Checked { Action::HoldChecked } else { Action::HoldBack };
        self.deed(by, action, &format!("{id} {question} {ground}"), |tx| {
            tx.set_hold(id, question, check.as_ref())?;
            lists_changed(tx, id)
        })?;
        self.changed(id);
        Ok(())
    }
}
