//! Drafts: what can still be changed or dropped before a round opens, and what printed slips hold
//! fast.
//! Whoever changes or drops one names the version that was seen.

use crate::app::{Action, Actor, App, AppError, NewRound, version};
use crate::id::RoundId;
use crate::round::{Round, RoundState, check_dates, check_title};
use crate::text::Refusal;
use crate::unit::Unit;

impl App {
    /// What a draft is, in one word that changes with it.
    pub fn draft_version(&self, id: &RoundId) -> Result<String, AppError> {
        let round = self.round(id)?;
        Ok(draft_version(&round, &self.storage.round_units(id)?))
    }

    /// Changes a draft that was `seen` when the change began. Slips that were printed stay valid,
    /// so their units and kind stay too.
    pub fn change_draft(
        &self,
        by: &Actor,
        id: &RoundId,
        seen: &str,
        new: &NewRound,
    ) -> Result<(), AppError> {
        by.need(Action::RoundChange.right())?;
        check_title(new.title)?;
        check_dates(new.opens, new.closes)?;
        self.check_base(new, Some(id))?;
        let (old, before) = (self.round(id)?, self.storage.round_units(id)?);
        if old.state != RoundState::Draft {
            return Err(Refusal::new(
                "本轮已开放，不能再改",
                "this round is open; it cannot be changed any more",
            )
            .into());
        }
        if draft_version(&old, &before) != seen {
            return Err(AppError::Changed);
        }
        let codes = |units: &[Unit]| units.iter().map(|u| u.code.clone()).collect::<Vec<_>>();
        // What the form shows of the units as they are is no wish to change them, whatever the
        // table says by now.
        let units = if new.units == codes(&before) {
            before.clone()
        } else {
            self.chosen_units(new.units, new.survey)?
        };
        let printed = [
            old.access != new.access,
            codes(&units) != codes(&before),
            old.title != new.title.trim(),
            old.closes != new.closes,
        ];
        if self.slips_issued(id)? > 0 && printed.contains(&true) {
            return Err(Refusal::new(
                "本轮已印发填写码，纸条上印有名称和截止日期，不能再改名称、截止日期、参加单位和填写\
                 方式；确需修改的，请放弃本草稿，另建一轮",
                "slips of this round are printed with its title and last day: these, its units and \
                 its way of answering stay. To change them, drop this draft and create another",
            )
            .into());
        }
        let round = Round {
            title: new.title.trim().to_owned(),
            survey: new.survey.hash().clone(),
            access: new.access,
            opens: new.opens,
            closes: new.closes,
            looks_back: new.looks_back.clone(),
            ..old.clone()
        };
        self.deed(by, Action::RoundChange, id.as_str(), |tx| {
            tx.keep_survey(new.survey)?;
            if tx.change_draft(&old, &round, &units)? { Ok(()) } else { Err(AppError::Changed) }
        })?;
        self.changed(id);
        Ok(())
    }

    /// A round looks back at another one that has results.
    pub(in crate::app) fn check_base(
        &self,
        new: &NewRound,
        own: Option<&RoundId>,
    ) -> Result<(), AppError> {
        let Some(base) = &new.looks_back else { return Ok(()) };
        if own == Some(base) || !self.round(base)?.state.has_results() {
            return Err(Refusal::new(
                "只能与已开箱的其他轮次对照",
                "a round can only look back at another one whose box was opened",
            )
            .at("looks_back")
            .into());
        }
        Ok(())
    }

    /// Drops a draft, as it was `seen`, with its slips.
    pub fn drop_draft(&self, by: &Actor, id: &RoundId, seen: &str) -> Result<(), AppError> {
        let round = self.round(id)?;
        if round.state == RoundState::Draft && self.draft_version(id)? != seen {
            return Err(AppError::Changed);
        }
        self.deed(by, Action::RoundDrop, id.as_str(), |tx| {
            if tx.delete_draft(id)? {
                Ok(())
            } else {
                Err(Refusal::new(
                    "本轮已开放，不能放弃",
                    "this round is open; it cannot be dropped",
                )
                .into())
            }
        })?;
        self.storage.destroy_box(id)?;
        self.changed(id);
        Ok(())
    }
}

fn draft_version(round: &Round, units: &[Unit]) -> String {
    let base = round.looks_back.as_ref().map_or("", RoundId::as_str);
    let units = units.iter().map(|u| u.code.as_str()).collect::<Vec<_>>().join(",");
    version(
        &[
            &round.title,
            round.survey.as_str(),
            round.access.as_str(),
            &round.opens.to_string(),
            &round.closes.to_string(),
            base,
            &units,
        ]
        .join("\n"),
    )
}
