//! Closing a round: the box is sealed first, and only then is it said so.
//! Before the last day is over this takes the trustees; whatever crashes in between is made up for
//! by closing again.

use crate::app::{Action, Actor, App, AppError};
use crate::id::RoundId;
use crate::round::{ClosingSums, Move, Round, RoundState};
use crate::text::Refusal;
use crate::unit::Unit;

impl App {
    /// Seals the box and puts the sums on the bulletin. Before the last day is over this takes the
    /// trustees' passphrases.
    pub fn close_round(&self, by: &Actor, id: &RoundId) -> Result<Round, AppError> {
        by.need(Action::RoundClose.right())?;
        let mut round = self.round(id)?;
        round.state = Move::Close.from(round.state)?;
        if !round.sealed {
            // Whether trustees have to come is told by the calendar.
            self.believe_clock()?;
        }
        let early = self.now() < round.ends_at();
        // A box that is sealed already was sealed with the trustees' consent, before a crash.
        if early && !round.sealed {
            self.need_quorum(&self.round(id)?)?;
        }
        self.tell(by, Action::CloseBegun, id.as_str())?;
        self.storage.seal_box(id)?;
        self.stop_writer(id);
        // If somebody is just reading the box, its log cannot be emptied now; it goes when the box
        // is destroyed.
        self.storage.empty_log(id).ok();
        let sums = self.storage.box_sums(id)?;
        let units = self.storage.round_units(id)?;
        let beyond = |unit: &Unit| {
            u64::from(
                sums.used.get(&unit.code).copied().unwrap_or(0).saturating_sub(unit.headcount),
            )
        };
        round.ended = true;
        round.closing = Some(ClosingSums {
            issued: sums.issued.values().map(|n| u64::from(*n)).sum(),
            used: sums.used.values().map(|n| u64::from(*n)).sum(),
            ballots: sums.ballots,
            over: units.iter().map(beyond).sum(),
            digest: sums.digest,
            early,
        });
        self.deed(by, Action::RoundClose, id.as_str(), |tx| {
            if tx.update_round(&round, RoundState::Open)? {
                return Ok(());
            }
            Err(Refusal::new("本轮刚被其他人截止", "somebody else has just closed this round")
                .into())
        })?;
        // The trustees came to close; to open they are asked again, unless they said otherwise.
        if early {
            self.keep_for_the_opening(id);
        } else {
            self.forget_gathered(id);
        }
        self.changed(id);
        Ok(round)
    }
}
