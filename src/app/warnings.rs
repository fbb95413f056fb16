//! What everybody should know before a round opens: questions that fit no unit or tell too much,
//! and an earlier round that narrows this one.
//! Some of it refuses the round; the rest stands on its page, on the confirmation of opening and on
//! the sheet for the officers' representative.

use crate::app::{App, AppError};
use crate::id::RoundId;
use crate::problem::is_held;
use crate::round::{Access, Round, RoundState, Scopes};
use crate::survey::{Exposure, Survey};
use crate::text::Refusal;
use crate::unit::{Unit, UnitCode};

impl App {
    /// What is still to be done before the step that comes next, which cannot be taken back: told
    /// where that step is confirmed.
    pub fn still_open(&self, id: &RoundId) -> Result<Vec<Refusal>, AppError> {
        let round = self.round(id)?;
        let slips = round.access == Access::Slip;
        let mut open = Vec::new();
        match round.state {
            RoundState::Draft => {
                if slips && self.slips_issued(id)? == 0 {
                    open.push(Refusal::new(
                        "本轮还没有印发填写码；开放以后没有纸条就无人能填",
                        "no slips were issued yet; without them nobody can answer an open round",
                    ));
                }
                if let Some(set) = self.prepared(id).filter(|set| set.tested < set.of) {
                    let (left, of) = (set.of - set.tested, set.of);
                    open.push(Refusal::new(
                        format!(
                            "{of} 份监督员口令中还有 {left} 份没有试过；抄错的要到开箱时才会发现"
                        ),
                        format!(
                            "{left} of {of} passphrases were not tried; one that was copied \
                             wrongly would be found at the opening only"
                        ),
                    ));
                }
            }
            RoundState::Closed if slips && round.leftover.is_empty() => open.push(Refusal::new(
                "剩余纸条还没有登记；开箱以后公示栏会写明“未登记”",
                "slips left over were not noted; the bulletin will say so",
            )),
            RoundState::Opened => {
                let survey = self.survey(&round.survey)?;
                let held = survey.questions().iter().filter(|q| is_held(q, &round.holds)).count();
                if held > 0 {
                    open.push(Refusal::new(
                        format!("还有 {held} 道存疑题目没有核实，发布后对所有单位都不显示"),
                        format!(
                            "{held} held questions were not checked and will be shown to nobody"
                        ),
                    ));
                }
            }
            _ => {}
        }
        Ok(open)
    }

    /// What a survey would tell of these units' people beyond what the gate can keep.
    #[must_use]
    pub fn exposures(survey: &Survey, units: &[Unit]) -> Vec<Exposure> {
        let names: Vec<&str> = units
            .iter()
            .flat_map(|unit| {
                [unit.code.as_str(), &unit.name, unit.group.as_str(), &unit.group_name]
            })
            .collect();
        let heads = (!units.is_empty()).then(|| units.iter().map(|unit| unit.headcount).sum());
        survey.exposures(&names, heads)
    }

    /// All of it, for a round.
    pub fn warnings(&self, id: &RoundId) -> Result<Vec<Refusal>, AppError> {
        let round = self.round(id)?;
        let (survey, units) = (self.survey(&round.survey)?, self.round_units(id)?);
        let mut warnings = Scopes::of(&survey, &units).warnings(&survey);
        warnings.extend(Self::exposures(&survey, &units).into_iter().map(|exposure| exposure.why));
        let asked: Vec<&Unit> = units.iter().collect();
        warnings.extend(self.told_of_others(&round, &survey, &asked)?.map(|title| {
            Refusal::new(
                format!(
                    "“{title}”问过同样的题，参加单位与本轮有同有异：两轮全局人数相减会得出差的那几\
                     个单位的答案，故本轮全局只给出由各组区间推出的范围"
                ),
                format!(
                    "“{title}” asked the same of some of these units and of others. The difference \
                     of two totals would be the answers of those in one round only, so of the \
                     bureau this round publishes only what its groups' bands say together"
                ),
            )
        }));
        Ok(warnings)
    }

    /// Title of an opened round that has told totals of some of the same questions, of some of
    /// these units but not of just these: the difference would be told, too.
    pub(super) fn told_of_others(
        &self,
        round: &Round,
        survey: &Survey,
        answering: &[&Unit],
    ) -> Result<Option<String>, AppError> {
        let told = |other: &Round| {
            other.id != round.id && matches!(other.state, RoundState::Opened | RoundState::Released)
        };
        for (other, asked) in self.asked(survey)?.into_iter().filter(|(other, _)| told(other)) {
            let results = self.working_results(&other.id)?;
            let silent: Vec<&UnitCode> = results
                .release
                .groups
                .iter()
                .filter(|g| g.is_silent())
                .flat_map(|g| &g.units)
                .collect();
            let before: Vec<&Unit> =
                asked.iter().filter(|unit| !silent.contains(&&unit.code)).collect();
            let again = answering
                .iter()
                .filter(|unit| before.iter().any(|known| is_same(known, unit)))
                .count();
            let still = before
                .iter()
                .filter(|known| answering.iter().any(|unit| is_same(known, unit)))
                .count();
            if again > 0 && (again < answering.len() || still < before.len() || again != still) {
                return Ok(Some(other.title));
            }
        }
        Ok(None)
    }

    /// Refuses to ask the same items of the same units with other cuts: two bands over one count
    /// tell it.
    pub(super) fn check_cuts(&self, units: &[Unit], survey: &Survey) -> Result<(), AppError> {
        for (other, asked) in self.asked(survey)? {
            let before = self.survey(&other.survey)?;
            let shares = asked.iter().any(|known| units.iter().any(|unit| is_same(known, unit)));
            if shares && !survey.cuts_like(&before) {
                return Err(Refusal::new(
                    format!(
                        "“{}”问过同样的题，列入标准或量表的起算档与本问卷不同：两轮的区间叠在一起会\
                         暴露人数。请沿用原来的标准，或换一种问法",
                        other.title
                    ),
                    format!(
                        "“{}” asked the same with other thresholds, or another scale: two bands \
                         over one count tell it. Keep the thresholds and the scale, or ask \
                         something else",
                        other.title
                    ),
                )
                .at("survey")
                .into());
            }
        }
        Ok(())
    }

    /// Rounds beyond drafts that ask some of the same, with their units.
    fn asked(&self, survey: &Survey) -> Result<Vec<(Round, Vec<Unit>)>, AppError> {
        let mut list = Vec::new();
        for other in self.rounds()? {
            if !matches!(other.state, RoundState::Draft | RoundState::Void)
                && survey.asks_like(&*self.survey(&other.survey)?)
            {
                let units = self.round_units(&other.id)?;
                list.push((other, units));
            }
        }
        Ok(list)
    }
}

/// A unit is the same under another code or another name, not under both.
fn is_same(a: &Unit, b: &Unit) -> bool {
    a.code == b.code || a.name == b.name
}
