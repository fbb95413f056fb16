//! Slips that nobody drew: counted and destroyed before witnesses, and said on the bulletin beside
//! those issued and used.
//! Whoever holds spare slips can cast ballots of his own, so a slip that was not drawn must not be
//! anybody's.

use std::collections::BTreeMap;

use crate::app::{Action, Actor, App, AppError};
use crate::id::RoundId;
use crate::round::{Access, RoundState};
use crate::text::Refusal;
use crate::unit::UnitCode;

impl App {
    /// Slips issued, by unit.
    pub fn slips_by_unit(&self, id: &RoundId) -> Result<BTreeMap<UnitCode, u32>, AppError> {
        Ok(if self.storage.has_box(id)? { self.storage.slip_sums(id)?.0 } else { BTreeMap::new() })
    }

    /// Notes how many slips of each unit were left over. `before` is what was noted when the person
    /// began; units that are not named stay as they were.
    pub fn set_leftover(
        &self,
        by: &Actor,
        id: &RoundId,
        before: &BTreeMap<UnitCode, u32>,
        counts: &BTreeMap<UnitCode, u32>,
    ) -> Result<(), AppError> {
        by.need(Action::SlipsLeftover.right())?;
        let round = self.round(id)?;
        if round.access == Access::Poster
            || !matches!(round.state, RoundState::Open | RoundState::Closed)
            || round.destroyed
        {
            return Err(Refusal::new(
                "剩余纸条在开放之后、开箱之前登记",
                "slips left over are noted after a round opens and before its box does",
            )
            .into());
        }
        let issued = self.slips_by_unit(id)?;
        for (unit, count) in counts {
            let all = issued.get(unit).copied().unwrap_or(0);
            if *count > all {
                return Err(Refusal::new(
                    format!("{unit} 只印发了 {all} 张，剩余不能是 {count} 张"),
                    format!("{unit} was issued {all} slips; {count} cannot be left over"),
                )
                .at("leftover")
                .into());
            }
        }
        let mut now = before.clone();
        now.extend(counts.clone());
        self.deed(
            by,
            Action::SlipsLeftover,
            &format!("{id} {}", counts.values().sum::<u32>()),
            |tx| {
                if tx.set_leftover(id, before, &now)? { Ok(()) } else { Err(AppError::Changed) }
            },
        )?;
        self.changed(id);
        Ok(())
    }
}
