//! What everybody should know before a round opens: questions that fit no unit or tell too much, and an earlier round that narrows this one.
//! Some of it refuses the round; the rest stands on its page, on the confirmation of opening and on the sheet for the officers' representative.

use super::{App, AppError};
use crate::id::RoundId;
use crate::round::{Round, RoundState, Scopes};
use crate::survey::{Exposure, Survey};
use crate::text::Refusal;
use crate::unit::Unit;

/// By how many units and heads two rounds must differ for both to tell exact totals: the difference is a bureau of its own then.
const APART_UNITS: usize = 5;
const APART_HEADS: u32 = 200;

impl App {
    /// What a survey would tell of these units' people beyond what the gate can keep.
    #[must_use]
    pub fn exposures(survey: &Survey, units: &[Unit]) -> Vec<Exposure> {
        let names: Vec<&str> = units.iter().flat_map(|unit| [&unit.code, &unit.name, &unit.group, &unit.group_name]).map(String::as_str).collect();
        let heads = (!units.is_empty()).then(|| units.iter().map(|unit| unit.headcount).sum());
        survey.exposures(&names, heads)
    }

    /// All of it, for a round.
    pub fn warnings(&self, id: &RoundId) -> Result<Vec<Refusal>, AppError> {
        let round = self.round(id)?;
        let (survey, units) = (self.survey(&round.survey)?, self.round_units(id)?);
        let mut warnings = Scopes::of(&survey, &units).warnings(&survey);
        warnings.extend(Self::exposures(&survey, &units).into_iter().map(|exposure| exposure.why));
        warnings.extend(self.nearly_the_same(&round, &survey, &units)?.map(|(title, heads)| {
            Refusal::new(
                format!("“{title}”问过同一份问卷，参加单位与本轮只差 {heads} 人：两轮全局人数相减会得出这些人的答案，故本轮全局只公布区间"),
                format!("“{title}” asked the same survey of nearly the same units ({heads} people apart). The difference of two totals would be these people's answers, so this round publishes only bands for the bureau"),
            )
        }));
        Ok(warnings)
    }

    /// An opened round of the same survey whose units are others by so few people that the difference of two exact totals would be theirs.
    pub(super) fn nearly_the_same(&self, round: &Round, survey: &Survey, units: &[Unit]) -> Result<Option<(String, u32)>, AppError> {
        for other in
            self.rounds()?.into_iter().filter(|other| other.id != round.id && matches!(other.state, RoundState::Opened | RoundState::Released))
        {
            if self.survey(&other.survey)?.id() != survey.id() {
                continue;
            }
            let before = self.round_units(&other.id)?;
            let missing = |of: &[Unit], among: &[Unit]| -> Vec<u32> {
                of.iter().filter(|unit| among.iter().all(|known| known.code != unit.code)).map(|unit| unit.headcount).collect()
            };
            let apart = [missing(&before, units), missing(units, &before)].concat();
            let heads = apart.iter().sum();
            if !apart.is_empty() && (apart.len() < APART_UNITS || heads < APART_HEADS) {
                return Ok(Some((other.title, heads)));
            }
        }
        Ok(None)
    }
}
