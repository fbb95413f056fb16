//! The opening (开箱): ballots are opened one by one in memory and added to counts, results are
//! written, box and keys destroyed.
//! It can be killed anywhere and run again: before the one transaction nothing has happened, after
//! it only destruction is left.

mod counting;
mod destruction;
pub(in crate::app) mod staging;

use std::collections::BTreeMap;
use std::time::Duration;

use crate::app::opening::staging::{Places, Staging};
use crate::app::{Action, Actor, App, AppError, fault, rng};
use crate::gate::{Release, UnitSlips, protect};
use crate::id::RoundId;
use crate::round::{Move, Round, RoundState, shanghai_day};
use crate::storage::{BoxSums, StorageError};
use crate::survey::Survey;
use crate::tally::Tally;
use crate::text::Refusal;
use crate::unit::{Group, Unit, UnitCode, groups};

/// How far an opening is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Comparing the box with the bulletin.
    Checking,
    /// Ballots opened so far, of how many.
    Opening {
        /// Opened.
        done: u64,
        /// Of.
        of: u64,
        /// Time left at the present rate.
        left: Duration,
    },
    /// Writing results.
    Writing,
    /// Destroying box and keys.
    Destroying,
    /// Done.
    Done,
}

/// Disk that must be free before the box is touched, and as much again for the texts of each
/// ballot.
const FREE_BYTES: (u64, u64) = (64 << 20, 1 << 10);

impl App {
    /// Opens the box of a closed round; finishes the destruction if that is all that is left.
    pub fn open_box(
        &self,
        by: &Actor,
        id: &RoundId,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), AppError> {
        by.need(Action::BoxOpen.right())?;
        let round = self.round(id)?;
        if round.state.has_results() {
            return self.go_on_destroying(&round, progress);
        }
        Move::OpenBox.from(round.state)?;
        round.known_edition()?;
        self.need_quorum(&round)?;
        let turn = self.opener_turn(id)?;
        // Waiting for the turn takes a while: somebody else may have opened the box by now.
        let round = self.round(id)?;
        Move::OpenBox.from(round.state)?;
        self.tell(by, Action::BoxBegun, id.as_str())?;
        progress(Progress::Checking);
        let sums = self.check_box(&round)?;
        self.check_free_disk(sums.ballots)?;
        fault::at("checked");
        let key = self.round_key(&round)?;
        fault::at("key_unwrapped");
        let survey = self.survey(&round.survey)?;
        let groups = groups(&self.storage.round_units(id)?);
        let mut staging = Staging::new(&self.settings.data, id, &mut rng())?;
        let (tally, texts) =
            self.count(id, &key, &survey, &groups, sums.ballots, &mut staging, progress)?;
        drop(key);
        fault::at("all_counted");
        progress(Progress::Writing);
        let release = self.publishable(&round, &survey, &groups, &tally, &sums)?;
        let places = Places::new(&texts, &survey, &groups, &release);
        let mut next = || {
            fault::at("writing");
            let texts =
                staging.take(&mut rng()).map_err(|e| StorageError::Unavailable(e.to_string()))?;
            Ok(texts.map(|texts| {
                texts
                    .into_iter()
                    .map(|text| places.comment(text, &survey, &release, &mut rng()))
                    .collect()
            }))
        };
        let until =
            shanghai_day(self.now()) + time::Duration::days(self.settings.keep_originals.into());
        if !self.storage.write_opening(id, &release, until, &mut next)? {
            return Err(
                Refusal::new("本轮刚在别处完成开箱", "the box was just opened elsewhere").into()
            );
        }
        fault::at("written");
        self.tell(by, Action::BoxOpen, id.as_str())?;
        self.forget_gathered(id);
        self.changed(id);
        progress(Progress::Destroying);
        self.destroy(id)?;
        drop(turn);
        progress(Progress::Done);
        Ok(())
    }

    /// An opened round whose box was not destroyed to the end.
    fn go_on_destroying(
        &self,
        round: &Round,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(), AppError> {
        if round.destroyed {
            return Err(Refusal::new(
                "本轮已开箱，票箱和钥匙已销毁",
                "the box was opened before; box and keys are destroyed",
            )
            .into());
        }
        if !self.may_destroy(&round.id) {
            return Err(Refusal::new(
                "票箱应在保管钥匙文件的那台服务器上完成销毁",
                "finish the destruction on the node that holds the custody file",
            )
            .into());
        }
        progress(Progress::Destroying);
        self.finish_destruction(&round.id)?;
        progress(Progress::Done);
        Ok(())
    }

    /// What the gate lets out of the counts, beside what other rounds have told.
    fn publishable(
        &self,
        round: &Round,
        survey: &Survey,
        groups: &[Group],
        tally: &Tally,
        sums: &BoxSums,
    ) -> Result<Release, AppError> {
        let (id, title) = (&round.id, &round.title);
        let slips = sums.issued.iter().map(|(unit, issued)| {
            let used = sums.used.get(unit).copied().unwrap_or(0);
            (unit.clone(), UnitSlips { issued: *issued, used })
        });
        let slips: BTreeMap<UnitCode, UnitSlips> = slips.collect();
        let release = protect(id, title, survey, groups, tally, &slips, true);
        // Two totals, of which one is of a few more units, are told apart by just these.
        let units = self.round_units(id)?;
        let answers =
            |unit: &&Unit| release.answering().any(|group| group.units.contains(&unit.code));
        let answering: Vec<&Unit> = units.iter().filter(answers).collect();
        Ok(if self.told_of_others(round, survey, &answering)?.is_some() {
            protect(id, title, survey, groups, tally, &slips, false)
        } else {
            release
        })
    }

    /// Refuses a box that is not the one on the bulletin.
    fn check_box(&self, round: &Round) -> Result<BoxSums, AppError> {
        let closing = round
            .closing
            .as_ref()
            .ok_or_else(|| StorageError::Corrupt("closing sums are missing".into()))?;
        let sums = self.storage.box_sums(&round.id)?;
        let used: u64 = sums.used.values().map(|n| u64::from(*n)).sum();
        if sums.digest != closing.digest || sums.ballots != closing.ballots || used != closing.used
        {
            return Err(Refusal::new(
                format!(
                    "票箱与截止时公示的不一致（公示：已用 {}、答卷 {}；现在：已用 {used}、答卷 \
                     {}），拒绝开箱；请保留现场并报告监督员",
                    closing.used, closing.ballots, sums.ballots
                ),
                format!(
                    "the box is not the one on the bulletin (bulletin: used {}, ballots {}; now: \
                     used {used}, ballots {}); it stays shut: keep everything as it is and tell \
                     the trustees",
                    closing.used, closing.ballots, sums.ballots
                ),
            )
            .into());
        }
        Ok(sums)
    }

    fn check_free_disk(&self, ballots: u64) -> Result<(), AppError> {
        let stat = rustix::fs::statvfs(&self.settings.data).map_err(|e| {
            AppError::File(format!("cannot read the free space of the data folder: {e}"))
        })?;
        let needed = FREE_BYTES.0 + FREE_BYTES.1 * ballots;
        if stat.f_bavail * stat.f_frsize < needed {
            let mib = needed >> 20;
            return Err(Refusal::new(
                format!("数据盘剩余空间不足 {mib} MiB，请清理后再开箱"),
                format!(
                    "less than {mib} MiB are free on the data disk; make room and open the box \
                     again"
                ),
            )
            .into());
        }
        Ok(())
    }

    /// The frozen results of a round; only once box and keys are gone.
    pub(in crate::app) fn frozen(&self, id: &RoundId) -> Result<(Round, Release), AppError> {
        let round = self.round(id)?;
        if !round.state.has_results() {
            let zh = if round.state == RoundState::Closed {
                "本轮尚未开箱，没有结果"
            } else {
                "本轮尚未截止，任何人都不能查看答卷或结果"
            };
            return Err(Refusal::new(
                zh,
                format!(
                    "the round is {}; there are no results before the box is opened",
                    round.state.as_str()
                ),
            )
            .into());
        }
        if !round.destroyed {
            return Err(Refusal::new(
                "票箱和钥匙正在销毁，销毁完成后才有结果",
                "box and keys are being destroyed; results appear when they are gone",
            )
            .into());
        }
        let release = self.storage.release(id)?;
        Ok((round, release))
    }
}
