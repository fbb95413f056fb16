//! Whether the bulletin adds up: its sums, the box while there is one, and the Release are
//! recomputed and held together.
//! Everybody may ask; nothing is read for it but what is published.

use crate::app::{App, AppError};
use crate::gate::Release;
use crate::id::RoundId;
use crate::round::{Access, ClosingSums, Round};
use crate::text::Refusal;

/// One line of `zicha verify`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What is compared.
    pub what: Refusal,
    /// The two figures.
    pub figures: (String, String),
    /// Whether they agree.
    pub holds: bool,
}

impl App {
    /// Recomputes the bulletin's sums.
    pub fn verify(&self, id: &RoundId) -> Result<Vec<Check>, AppError> {
        let round = self.round(id)?;
        let Some(closing) = &round.closing else {
            return Err(Refusal::new(
                "本轮尚未截止，公示栏还没有数字",
                "the round is not closed yet; the bulletin has no figures",
            )
            .into());
        };
        let mut checks = Vec::new();
        let mut check = |zh: &str, en: &str, a: String, b: String| {
            checks.push(Check { what: Refusal::new(zh, en), holds: a == b, figures: (a, b) });
        };
        let slips = round.access == Access::Slip;
        if slips {
            check(
                "公示：已用填写码 = 票箱答卷",
                "bulletin: slips used = ballots",
                closing.used.to_string(),
                closing.ballots.to_string(),
            );
        }
        if slips {
            check(
                "没有超出单位人数使用的填写码",
                "no slips used beyond a unit's head count",
                closing.over.to_string(),
                "0".to_owned(),
            );
        }
        if self.storage.has_box(id)? {
            let sums = self.storage.box_sums(id)?;
            check(
                "票箱摘要与公示一致",
                "digest of the box as on the bulletin",
                sums.digest,
                closing.digest.clone(),
            );
            check(
                "票箱答卷数与公示一致",
                "ballots in the box as on the bulletin",
                sums.ballots.to_string(),
                closing.ballots.to_string(),
            );
        }
        if round.state.has_results() {
            self.verify_release(&round, closing, &mut check)?;
        }
        Ok(checks)
    }

    /// What came out must add up to what went in.
    fn verify_release(
        &self,
        round: &Round,
        closing: &ClosingSums,
        check: &mut impl FnMut(&str, &str, String, String),
    ) -> Result<(), AppError> {
        let id = &round.id;
        let release = self.storage.release(id)?;
        let sum = |pick: fn(&crate::gate::Turnout) -> u32| {
            release.groups.iter().map(|g| u64::from(pick(&g.turnout))).sum::<u64>()
        };
        let bureau = release.bureau.turnout;
        check(
            "各统计组开箱答卷之和 = 公示答卷",
            "ballots opened in all groups = ballots on the bulletin",
            sum(|t| t.opened).to_string(),
            closing.ballots.to_string(),
        );
        check(
            "无效 + 空白 + 有效 = 开箱",
            "spoiled + blank + counted = opened",
            sum(|t| t.spoiled + t.blank + t.counted).to_string(),
            u64::from(bureau.opened).to_string(),
        );
        check(
            "各统计组发放之和 = 公示发放",
            "slips issued in all groups = slips on the bulletin",
            sum(|t| t.issued).to_string(),
            closing.issued.to_string(),
        );
        check(
            "各统计组已用之和 = 公示已用",
            "slips used in all groups = slips used on the bulletin",
            sum(|t| t.used).to_string(),
            closing.used.to_string(),
        );
        if round.access == Access::Slip && round.destruction.is_none() {
            check(
                "留存的已用码（仅散列） = 公示已用",
                "spent codes kept (hashes only) = slips used on the bulletin",
                self.storage.spent_count(id)?.to_string(),
                closing.used.to_string(),
            );
        }
        check(
            "票箱和钥匙已销毁",
            "box and keys are destroyed",
            (round.destroyed && !self.storage.has_box(id)? && round.wrapped_key.is_none())
                .to_string(),
            true.to_string(),
        );
        self.verify_cells(&release, round, check)?;
        Ok(())
    }

    /// Exact bureau counts must add up to the ballots counted.
    fn verify_cells(
        &self,
        release: &Release,
        round: &Round,
        check: &mut impl FnMut(&str, &str, String, String),
    ) -> Result<(), AppError> {
        let survey = self.survey(&round.survey)?;
        let mut wrong = Vec::new();
        for (question, cell) in survey.questions().iter().zip(&release.bureau.cells) {
            if let crate::gate::BureauCell::Item(item) = cell
                && let Some(exact) = &item.exact
            {
                let told: u32 = exact.steps.iter().flatten().sum();
                let fits = (told == exact.answered
                    || (told < exact.answered && exact.steps.contains(&None)))
                    && exact.answered <= release.bureau.turnout.counted
                    && exact.prominent <= exact.present
                    && exact.present <= exact.valid
                    && exact.valid <= exact.answered;
                if !fits {
                    wrong.push(question.id.clone());
                }
            }
        }
        check(
            "全局各题选项之和与作答数一致",
            "bureau counts of every item add up",
            wrong.join(", "),
            String::new(),
        );
        Ok(())
    }
}
