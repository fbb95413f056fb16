//! Rounds: create, open, close, release, and what the service does by itself as days pass.
//! Every move is safe to repeat after a crash; closing first seals the box and only then says so.

use time::Date;

use super::keeping::lists_changed;
use super::{Action, Actor, App, AppError, Cause, Event, Part, SharedStep, report, rng, version, workbook};
use crate::gate::Cuts;
use crate::id::RoundId;
use crate::round::{
    Access, ClosingSums, Hold, HoldCheck, Move, Round, RoundState, Scopes, TURNOUT_MIN_HEADS, TurnoutSnapshot, check_dates, check_title,
    shanghai_day, turnout_band,
};
use crate::storage::StorageError;
use crate::survey::Survey;
use crate::text::{Lang, Refusal};
use crate::unit::{self, Unit};

fn units_version(units: &[Unit]) -> String {
    version(&String::from_utf8_lossy(&unit::to_csv(units)))
}

/// The surveys that come with zicha.
const SHIPPED: [&[u8]; 3] = [
    include_bytes!("../../surveys/self-check.json"),
    include_bytes!("../../surveys/self-check-short.json"),
    include_bytes!("../../surveys/canteen.json"),
];

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
    pub units: &'a [String],
    /// How people prove that they may answer.
    pub access: Access,
    /// Round to compare with.
    pub looks_back: Option<RoundId>,
}

impl App {
    /// Reads and checks a survey definition, thresholds included. Mistakes come as `line:column: sentence`.
    pub fn check_survey(bytes: &[u8]) -> Result<Survey, AppError> {
        let survey = Survey::parse(bytes)
            .map_err(|errors| AppError::Mistakes(errors.0.iter().map(|e| Refusal::new(e.line(Lang::Zh), e.line(Lang::En))).collect()))?;
        Cuts::checked(survey.thresholds())
            .map_err(|e| Refusal::new(format!("阈值不可用：按此阈值公布的区间会暴露人数（{e}）"), e.to_string()).at("prominent"))?;
        Ok(survey)
    }

    /// The surveys that come with zicha.
    #[must_use]
    pub fn shipped_surveys() -> Vec<Survey> {
        SHIPPED.iter().map(|bytes| Survey::parse(bytes).expect("shipped surveys are tested")).collect()
    }

    /// The text of a survey that comes with zicha.
    #[must_use]
    pub fn shipped_text(id: &str) -> Option<String> {
        let find = |bytes: &&[u8]| Survey::parse(bytes).is_ok_and(|survey| survey.id() == id);
        SHIPPED.iter().copied().find(find).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// The current units.
    pub fn units(&self) -> Result<Vec<Unit>, AppError> {
        Ok(self.storage.units()?)
    }

    /// Replaces the unit table from a CSV file, all or nothing.
    pub fn import_units(&self, by: &Actor, bytes: &[u8]) -> Result<Vec<Unit>, AppError> {
        by.need(Action::UnitsImport.right())?;
        let units = self.understand_units(&Self::unit_table(bytes)?, None)?.units().map_err(AppError::Mistakes)?;
        self.put_units(by, None, &units, &units.len().to_string())?;
        Ok(units)
    }

    /// Replaces the unit table; with `from`, only if it still is what was read.
    fn put_units(&self, by: &Actor, from: Option<&[Unit]>, units: &[Unit], subject: &str) -> Result<(), AppError> {
        self.deed(by, Action::UnitsImport, subject, |tx| if tx.replace_units(from, units)? { Ok(()) } else { Err(AppError::Changed) })
    }

    /// The same, if the table still is the one of [`App::units_version`] `seen`.
    pub fn change_units(&self, by: &Actor, seen: &str, bytes: &[u8]) -> Result<Vec<Unit>, AppError> {
        by.need(Action::UnitsImport.right())?;
        let old = self.units()?;
        let units = unit::read(&Self::unit_table(bytes)?, None, &old).units().map_err(AppError::Mistakes)?;
        if units_version(&old) != seen {
            return Err(AppError::Changed);
        }
        self.put_units(by, Some(&old), &units, &units.len().to_string())?;
        Ok(units)
    }

    /// The version of a unit table.
    #[must_use]
    pub fn units_version(units: &[Unit]) -> String {
        units_version(units)
    }

    /// Adds one unit, its fields in the order of [`unit::COLUMNS`].
    pub fn add_unit(&self, by: &Actor, fields: [String; 6]) -> Result<(), AppError> {
        by.need(Action::UnitsImport.right())?;
        let known = self.units()?;
        let code = fields[0].trim().to_owned();
        let table = std::iter::once(unit::COLUMNS.map(str::to_owned)).chain(known.iter().map(unit::fields)).chain([fields]);
        let raw = unit::Raw { rows: (1..).zip(table.map(Vec::from)).collect(), spot: unit::Spot::OneUnit, ..unit::Raw::default() };
        let units = unit::read(&raw, None, &known).units().map_err(AppError::Mistakes)?;
        // What is added to is what was read, so that two who add at once lose nothing.
        self.put_units(by, Some(&known), &units, &code)
    }

    /// Whether a file is a workbook rather than a text.
    #[must_use]
    pub fn is_workbook(bytes: &[u8]) -> bool {
        workbook::is_workbook(bytes)
    }

    /// Reads a unit table, CSV or the first sheet of an Excel workbook, and changes nothing. Mistakes name line or cell.
    pub fn read_units(bytes: &[u8]) -> Result<Vec<Unit>, AppError> {
        unit::read(&Self::unit_table(bytes)?, None, &[]).units().map_err(AppError::Mistakes)
    }

    /// The rows of a unit table in a file, whatever they mean.
    pub fn unit_table(bytes: &[u8]) -> Result<unit::Raw, AppError> {
        if workbook::is_workbook(bytes) {
            let sheet = workbook::first_sheet(bytes)?;
            return Ok(unit::Raw { rows: sheet.rows, spot: unit::Spot::Cell, sheet: sheet.name, odd: sheet.odd });
        }
        unit::text_rows(&unit::decode(bytes)?).map_err(AppError::Mistakes)
    }

    /// What a unit table is taken for, to be looked at. `chosen` says what its columns are, if somebody chose. Units that are known keep their codes.
    pub fn understand_units(&self, raw: &unit::Raw, chosen: Option<&[Option<usize>]>) -> Result<unit::Reading, AppError> {
        Ok(unit::read(raw, chosen, &self.units()?))
    }

    /// All rounds.
    pub fn rounds(&self) -> Result<Vec<Round>, AppError> {
        Ok(self.storage.rounds()?)
    }

    /// A round, read afresh.
    pub fn round(&self, id: &RoundId) -> Result<Round, AppError> {
        self.storage.round(id).map_err(|e| match e {
            StorageError::NotFound => {
                AppError::NotFound(Refusal::new(format!("没有编号为 {id} 的轮次"), format!("there is no round {id}; `zicha round list` shows them")))
            }
            other => other.into(),
        })
    }

    /// Everything about a round that its pages at the desk show and that somebody else, or a download, may change.
    pub fn round_standing(&self, id: &RoundId) -> Result<String, AppError> {
        let round = self.round(id)?;
        let issued = if matches!(round.state, RoundState::Draft | RoundState::Open) { self.slips_issued(id)? } else { 0 };
        let (approvals, waiting, typed) = (self.approvals(id)?, self.prepared(id), self.gathered(id));
        let kept = (round.state.as_str(), round.sealed, round.destroyed, &round.holds, &round.turnout.day, &round.title, round.opens, round.closes);
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
        let draft = Round::draft(id, new.title.trim(), new.survey.hash(), new.access, (new.opens, new.closes));
        let round = Round { looks_back: new.looks_back.clone(), ..draft };
        self.deed(by, Action::RoundCreate, round.id.as_str(), |tx| {
            tx.keep_survey(new.survey)?;
            Ok(tx.create_round(&round, &units)?)
        })?;
        Ok(round.id)
    }

    /// The units of a round, each with its kind as the survey names it.
    pub(super) fn chosen_units(&self, codes: &[String], survey: &Survey) -> Result<Vec<Unit>, AppError> {
        let all = self.storage.units()?;
        if all.is_empty() {
            return Err(Refusal::new("还没有单位，请先导入单位表", "there are no units yet; import them first").into());
        }
        if let Some(unknown) = codes.iter().find(|c| !all.iter().any(|u| &u.code == *c)) {
            return Err(Refusal::new(format!("没有代码为 {unknown} 的单位"), format!("there is no unit {unknown}")).at("units").into());
        }
        let chosen = all.into_iter().filter(|u| codes.is_empty() || codes.contains(&u.code));
        let chosen: Vec<Unit> = chosen.map(|unit| Unit { kind: survey.kind_of(&unit.kind), ..unit }).collect();
        match Self::exposures(survey, &chosen).into_iter().find(|found| found.refused) {
            Some(found) => Err(found.why.at("survey").into()),
            None => self.check_cuts(&chosen, survey).map(|()| chosen),
        }
    }

    /// Takes the chosen units as they are now into a draft. Slips already printed for other head counts are named, not silently kept.
    pub(super) fn freeze_units(&self, id: &RoundId) -> Result<(), AppError> {
        let chosen = self.storage.round_units(id)?;
        let codes: Vec<String> = chosen.iter().map(|u| u.code.clone()).collect();
        let survey = self.survey(&self.round(id)?.survey)?;
        let current = self.chosen_units(&codes, &survey)?;
        if current == chosen {
            return Ok(());
        }
        let same_kind = |(a, b): (&Unit, &Unit)| (Unit { kind: survey.kind_of(&b.kind), ..b.clone() }) == *a;
        let only_words = current.len() == chosen.len() && current.iter().zip(&chosen).all(same_kind);
        if !only_words && self.slips_issued(id)? > 0 {
            return Err(Refusal::new(
                "印发填写码之后单位表有改动；请先重新印发填写码，再开放本轮",
                "the unit table changed after slips were issued; issue them again, then open the round",
            )
            .into());
        }
        self.storage.transaction(|tx| Ok(tx.set_round_units(id, &current)?))
    }

    /// Takes the chosen units as they are now into a draft whose slips are being replaced.
    pub(super) fn refresh_draft_units(&self, id: &RoundId) -> Result<(), AppError> {
        let codes: Vec<String> = self.storage.round_units(id)?.into_iter().map(|u| u.code).collect();
        let survey = self.survey(&self.round(id)?.survey)?;
        let current = self.chosen_units(&codes, &survey)?;
        self.storage.transaction(|tx| Ok(tx.set_round_units(id, &current)?))
    }

    /// Which questions apply to which units of a round.
    pub fn scopes(&self, id: &RoundId) -> Result<Scopes, AppError> {
        let survey = self.survey(&self.round(id)?.survey)?;
        Ok(Scopes::of(&survey, &self.round_units(id)?))
    }

    /// Seals the box and puts the sums on the bulletin. Before the last day is over this takes the trustees' passphrases.
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
        // A reader in the way leaves the log to the destruction of the box.
        self.storage.settle_for_good(id).ok();
        let sums = self.storage.box_sums(id)?;
        let units = self.storage.round_units(id)?;
        let beyond = |unit: &Unit| u64::from(sums.used.get(&unit.code).copied().unwrap_or(0).saturating_sub(unit.headcount));
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
            Err(Refusal::new("本轮刚被其他人截止", "somebody else has just closed this round").into())
        })?;
        // The trustees came to close; to open they are asked again.
        self.forget_gathered(id);
        self.changed(id);
        Ok(round)
    }

    /// Releases results, and with them the lists as they are now, without two accounts of the desk: the command line's way, which everybody is told of.
    pub fn release_round(&self, by: &Actor, id: &RoundId) -> Result<Round, AppError> {
        by.need(Action::RoundReleaseShell.right())?;
        if !self.share(by, id, SharedStep::Release, "")? {
            return Err(AppError::Changed);
        }
        self.round(id)
    }

    /// Sets whether held questions are shown, for all groups at once.
    /// To show one, somebody says that it was checked, and on what ground.
    pub fn set_hold(&self, by: &Actor, id: &RoundId, question: &str, hold: Hold, ground: &str) -> Result<(), AppError> {
        by.need(Action::HoldChecked.right())?;
        let round = self.round(id)?;
        let survey = self.survey(&round.survey)?;
        if !survey.question(question).is_some_and(|q| q.hold) {
            return Err(Refusal::new("这道题不需要核实", "this question is not a held one").into());
        }
        if !round.state.has_results() || !round.destroyed {
            return Err(Refusal::new("开箱并销毁票箱之后才能核实", "questions are checked after the opening").into());
        }
        let ground = ground.trim();
        let check = match hold {
            Hold::Held => None,
            Hold::Checked => {
                crate::text::Rule::line(100).check(ground).map_err(|unfit| unfit.refusal("核实依据", "the ground of the check").at("ground"))?;
                Some(HoldCheck { by: by.name().to_owned(), day: shanghai_day(self.now()).to_string(), ground: ground.to_owned() })
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

    /// What the service does by itself: note the end, close after the grace time, finish a destruction, take the day's turnout.
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

    /// A box may have been destroyed by another process: only when this one lets go is the deleted file really gone.
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
                    self.deed(&Actor::Service, Action::RoundEnded, id.as_str(), |tx| Ok(tx.update_round(&round, RoundState::Open)?))?;
                    self.changed(&id);
                }
                if round.turnout.day != shanghai_day(now).to_string() {
                    self.take_turnout(&id)?;
                }
            }
            RoundState::Opened | RoundState::Released if !round.destroyed && self.may_destroy(&id) => match self.finish_destruction(&id) {
                // Whoever opens the box is still at it.
                Err(AppError::Refused(_)) => {}
                other => other?,
            },
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
    pub(super) fn take_turnout(&self, id: &RoundId) -> Result<(), AppError> {
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
                let used: u64 = g.units.iter().map(|u| u64::from(used.get(u).copied().unwrap_or(0))).sum();
                (g.code.clone(), turnout_band(used, g.headcount))
            })
            .collect();
        let taken = TurnoutSnapshot { day: shanghai_day(self.now()).to_string(), bands };
        self.deed(&Actor::Service, Action::TurnoutTaken, id.as_str(), |tx| Ok(tx.set_turnout(id, &taken)?))?;
        self.changed(id);
        Ok(())
    }
}
