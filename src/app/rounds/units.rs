//! The units of a draft: as they are now in the table, until the round opens and freezes them.
//! Slips that were printed for other head counts are named, not silently kept.

use crate::app::{App, AppError};
use crate::id::RoundId;
use crate::survey::Survey;
use crate::text::Refusal;
use crate::unit::{Unit, UnitCode};

impl App {
    /// Takes the chosen units as they are now into a draft. Slips already printed for other head
    /// counts are named, not silently kept.
    pub(in crate::app) fn freeze_units(&self, id: &RoundId) -> Result<(), AppError> {
        let chosen = self.storage.round_units(id)?;
        let codes: Vec<UnitCode> = chosen.iter().map(|u| u.code.clone()).collect();
        let survey = self.survey(&self.round(id)?.survey)?;
        let current = self.chosen_units(&codes, &survey)?;
        if current == chosen {
            return Ok(());
        }
        let same_kind =
            |(a, b): (&Unit, &Unit)| (Unit { kind: survey.kind_of(&b.kind), ..b.clone() }) == *a;
        let only_words =
            current.len() == chosen.len() && current.iter().zip(&chosen).all(same_kind);
        if !only_words && self.slips_issued(id)? > 0 {
            return Err(Refusal::new(
                "印发填写码之后单位表有改动；请先重新印发填写码，再开放本轮",
                "the unit table changed after slips were issued; issue them again, then open the \
                 round",
            )
            .into());
        }
        self.storage.transaction(|tx| Ok(tx.set_round_units(id, &current)?))
    }

    /// Takes the chosen units as they are now into a draft whose slips are being replaced.
    pub(in crate::app) fn refresh_draft_units(&self, id: &RoundId) -> Result<(), AppError> {
        let codes: Vec<UnitCode> =
            self.storage.round_units(id)?.into_iter().map(|u| u.code).collect();
        let survey = self.survey(&self.round(id)?.survey)?;
        let current = self.chosen_units(&codes, &survey)?;
        self.storage.transaction(|tx| Ok(tx.set_round_units(id, &current)?))
    }

    /// The units of a round, each with its kind as the survey names it.
    pub(in crate::app) fn chosen_units(
        &self,
        codes: &[UnitCode],
        survey: &Survey,
    ) -> Result<Vec<Unit>, AppError> {
        let all = self.storage.units()?;
        if all.is_empty() {
            return Err(Refusal::new(
                "还没有单位，请先导入单位表",
                "there are no units yet; import them first",
            )
            .into());
        }
        if let Some(unknown) = codes.iter().find(|c| !all.iter().any(|u| &u.code == *c)) {
            return Err(Refusal::new(
                format!("没有代码为 {unknown} 的单位"),
                format!("there is no unit {unknown}"),
            )
            .at("units")
            .into());
        }
        let chosen = all.into_iter().filter(|u| codes.is_empty() || codes.contains(&u.code));
        let chosen: Vec<Unit> =
            chosen.map(|unit| Unit { kind: survey.kind_of(&unit.kind), ..unit }).collect();
        match Self::exposures(survey, &chosen).into_iter().find(|found| found.refused) {
            Some(found) => Err(found.why.at("survey").into()),
            None => self.check_cuts(&chosen, survey).map(|()| chosen),
        }
    }
}
