//! What the service does by itself as days pass: note the end, close, finish a destruction, take
//! the day's turnout.
//! One broken round keeps no other from moving on, and a clock that nobody has looked at moves
//! nothing.

use crate::app::{Action, Actor, App, AppError, Cause, Event, Part, report};
use crate::id::RoundId;
use crate::round::{Access, Round, RoundState, TURNOUT_MIN_HEADS, TurnoutSnapshot, turnout_band};
use crate::unit;

impl App {
    /// What the service does by itself: note the end, close after the grace time, finish a
    /// destruction, take the day's turnout.
    pub fn tick(&self) -> Result<(), AppError> {
        self.roll_metrics();
        if self.settings.part != Part::Intake {
            self.note_failed()?;
        }
        if !self.note_time()? {
            // Far ahead of when it ran last: nothing is moved by a clock that nobody has looked at.
            return Ok(());
        }
        let mut failed = Vec::new();
        for round in self.storage.rounds()? {
            let id = round.id.clone();
            if self.settings.part == Part::Intake {
                self.let_go_if_over(&round);
                continue;
            }
            // One broken round must not keep the others from closing.
            if let Err(error) = self.tick_round(round) {
                failed.push(format!("round {id}: {error}"));
                report(&Event::BackgroundFailed(id, Cause::from(&error)));
            }
        }
        if failed.is_empty() { Ok(()) } else { Err(AppError::File(failed.join("; "))) }
    }

    /// A box may have been destroyed by another process: only when this one lets go is the deleted
    /// file really gone.
    fn let_go_if_over(&self, round: &Round) {
        if round.state.has_results() {
            self.stop_writer(&round.id);
            self.storage.forget_box(&round.id);
        }
    }

    fn tick_round(&self, mut round: Round) -> Result<(), AppError> {
        let now = self.now();
        let id = round.id.clone();
        self.let_go_if_over(&round);
        match round.state {
            RoundState::Open if round.sealed || now >= round.grace_ends_at() => {
                self.close_round(&Actor::Service, &id)?;
            }
            RoundState::Open => {
                if !round.ended && now >= round.ends_at() {
                    round.ended = true;
                    self.deed(&Actor::Service, Action::RoundEnded, id.as_str(), |tx| {
                        Ok(tx.update_round(&round, RoundState::Open)?)
                    })?;
                    self.changed(&id);
                }
                if round.turnout.is_old(round.opens, round.closes, now) {
                    self.take_turnout(&id)?;
                }
            }
            RoundState::Opened | RoundState::Released
                if !round.destroyed && self.may_destroy(&id) =>
            {
                match self.finish_destruction(&id) {
                    // Whoever opens the box is still at it.
                    Err(AppError::Refused(_)) => {}
                    other => other?,
                }
            }
            RoundState::Void if !round.destroyed || self.holds_custody(&id) => {
                self.destroy(&id)?;
            }
            RoundState::Opened | RoundState::Released if round.destroyed => {
                self.remove_marker(&id)?;
                self.destroy_originals_in_time(&round)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes a turnout snapshot: bands, of groups with at least 20 heads only.
    pub(in crate::app) fn take_turnout(&self, id: &RoundId) -> Result<(), AppError> {
        // Poster rounds spend nothing, so there is no turnout to tell.
        if !self.storage.has_box(id)? || self.round(id)?.access == Access::Poster {
            return Ok(());
        }
        let (_, used) = self.storage.slip_sums(id)?;
        let groups = unit::groups(&self.storage.round_units(id)?);
        let bands = groups
            .iter()
            .filter(|g| g.headcount >= TURNOUT_MIN_HEADS)
            .map(|g| {
                let used: u64 =
                    g.units.iter().map(|u| u64::from(used.get(u).copied().unwrap_or(0))).sum();
                (g.code.clone(), turnout_band(used, g.headcount))
            })
            .collect();
        let taken = TurnoutSnapshot::of(self.now(), bands);
        self.deed(&Actor::Service, Action::TurnoutTaken, id.as_str(), |tx| {
            Ok(tx.set_turnout(id, &taken)?)
        })?;
        self.changed(id);
        Ok(())
    }
}
