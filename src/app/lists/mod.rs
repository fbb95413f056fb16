//! Results after the opening: problem lists, exports, and the check that the bulletin adds up.
//! Everything is read from the frozen Release, so page, file and bulletin agree.

pub(in crate::app) mod documents;
pub(in crate::app) mod files;
pub(in crate::app) mod receipts;
pub(in crate::app) mod rows;
pub(in crate::app) mod screening;
pub(in crate::app) mod wanted;
pub(in crate::app) mod working;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::app::{Action, Actor, App, AppError, PHASES, Permission, Role};
use crate::export::{Compared, Subject, Table, TableName, table};
use crate::gate::Release;
use crate::id::RoundId;
use crate::problem::{ProblemEdit, ProblemList, bureau_list, finished, group_list};
use crate::round::{Access, Day, Round, RoundState};
use crate::storage::Edition;
use crate::survey::Survey;
use crate::text::{Lang, Refusal, Text};
use crate::unit::{GroupCode, Scope, Unit, UnitCode};

/// A round with its results.
pub struct Results {
    /// The round.
    pub round: Round,
    /// Its survey.
    pub survey: Arc<Survey>,
    /// Its release.
    pub release: Release,
    /// Name of the bureau.
    pub bureau: String,
    /// Marks such as 演示数据 and 试用.
    pub marks: Text,
    /// What people did to the lists.
    pub edits: Vec<ProblemEdit>,
    /// Confirmed summaries by the number of their row.
    pub cases: BTreeMap<String, Vec<String>>,
    /// The lists that were handed over last.
    pub edition: Option<Edition>,
    /// Units of the round.
    pub units: Vec<Unit>,
    /// Phases of the campaign: name, and last day in words.
    pub phases: Vec<(String, String)>,
    /// What became of items since the round before; filled in where it is asked for.
    pub compared: Vec<Compared>,
    /// Whether the reader sees lists as they were handed over, and not as they are being worked on.
    as_issued: bool,
}

impl Results {
    /// The same for somebody who sees lists as they were handed over.
    #[must_use]
    pub fn as_issued(mut self) -> Self {
        self.as_issued = true;
        // A question that was checked or taken back since then is as it was when two accounts let
        // the lists out.
        if let Some(edition) = &self.edition {
            self.round.holds.clone_from(&edition.holds);
            self.cases.clone_from(&edition.cases);
        }
        self.edits.clear();
        self
    }

    /// Whether the last lists were let out by the command line alone.
    #[must_use]
    pub fn released_on_the_command_line(&self) -> bool {
        self.round.state == RoundState::Released
            && self.edition.as_ref().is_some_and(|edition| edition.accounts.is_empty())
    }

    pub(in crate::app) fn reads_issued(&self) -> bool {
        self.as_issued
    }

    /// The list of one published group, or the bureau's for `ALL`: as it is handed over, with what
    /// people did to it.
    pub fn list(&self, code: &GroupCode) -> Result<ProblemList, AppError> {
        let derived = self.derived(code)?;
        if self.as_issued {
            let list =
                self.edition.iter().flat_map(|e| &e.lists).find(|l| l.code == *code).cloned();
            return list.ok_or_else(|| {
                AppError::NotFound(Refusal::new(
                    "没有下发这份清单",
                    "that list was not handed over",
                ))
            });
        }
        Ok(finished(&derived, self.working(code)?))
    }

    /// The list as the Release alone says it.
    pub fn derived(&self, code: &GroupCode) -> Result<ProblemList, AppError> {
        if Scope::of(code) == Scope::Bureau {
            return Ok(bureau_list(
                &self.release,
                &self.survey,
                &self.round.holds,
                &self.round.checks,
                &self.bureau,
            ));
        }
        let group = self.release.groups.iter().find(|g| g.code == *code).ok_or_else(|| {
            let codes: Vec<&str> = self.release.groups.iter().map(|g| g.code.as_str()).collect();
            let whole = GroupCode::bureau();
            AppError::NotFound(Refusal::new(
                format!("没有公布代码为 {code} 的统计组；可用：{}、{whole}", codes.join("、")),
                format!("no group {code} is published; there are {} and {whole}", codes.join(", ")),
            ))
        })?;
        Ok(group_list(&self.release, &self.survey, &self.round.holds, &self.round.checks, group))
    }

    /// A table as programs read it, of all groups or of one.
    pub fn table(&self, name: TableName, only: Option<&GroupCode>) -> Result<Table, AppError> {
        self.table_for(name, only, false)
    }

    /// A table for people or for programs.
    pub fn table_for(
        &self,
        name: TableName,
        only: Option<&GroupCode>,
        people: bool,
    ) -> Result<Table, AppError> {
        if let Some(code) = only {
            self.list(code)?;
        }
        let lists = if let Some(code) = only {
            vec![self.list(code)?]
        } else {
            // Where texts are pooled, summaries are cases of the bureau's rows.
            let bureau = GroupCode::bureau();
            let bureau = [&bureau].into_iter().filter(|_| name == TableName::COMMENTS);
            self.release
                .groups
                .iter()
                .map(|g| &g.code)
                .chain(bureau)
                .map(|code| self.list(code))
                .collect::<Result<_, _>>()?
        };
        let subject = Subject {
            round: &self.round,
            survey: &self.survey,
            release: &self.release,
            bureau: &self.bureau,
            marks: self.marks.zh(),
            only,
            lists: &lists,
            cases: &self.cases,
            compared: &self.compared,
            phases: &self.phases,
            units: &self.unit_names(only),
            people,
        };
        Ok(table(name, &subject))
    }

    /// Whether somebody may read the list of a group: their own units' after release, or all for
    /// those who run rounds.
    #[must_use]
    pub fn may_be_read(&self, by: &Actor, group: &GroupCode) -> bool {
        self.readable(by).is_none_or(|own| own.contains(group))
    }

    /// The groups whose lists somebody may read; none at all stands for every one.
    fn readable(&self, by: &Actor) -> Option<BTreeSet<GroupCode>> {
        if by.may(Permission::RunRounds) {
            return None;
        }
        if self.round.state != RoundState::Released {
            return Some(BTreeSet::new());
        }
        let session = by.session()?;
        if session.reads_the_bureau() {
            return None;
        }
        let own = session.units.iter().filter_map(|unit| self.group_of_unit(unit)).cloned();
        let bureau = (session.role == Role::Leader).then(GroupCode::bureau);
        Some(own.chain(bureau).collect())
    }

    /// Whether somebody may read all of a round: its results, and every list.
    #[must_use]
    pub fn may_be_read_whole(&self, by: &Actor) -> bool {
        self.readable(by).is_none()
    }

    /// Names of all units, or of those in one published group.
    #[must_use]
    pub fn unit_names(&self, only: Option<&GroupCode>) -> Vec<&str> {
        let own = |unit: &Unit| {
            only.is_none_or(|code| {
                Scope::of(code) == Scope::Bureau || self.group_of_unit(&unit.code) == Some(code)
            })
        };
        self.units.iter().filter(|unit| own(unit)).map(|unit| unit.name.as_str()).collect()
    }

    /// The published group that a unit belongs to.
    #[must_use]
    pub fn group_of_unit(&self, unit: &UnitCode) -> Option<&GroupCode> {
        self.release.groups.iter().find(|g| g.units.contains(unit)).map(|g| &g.code)
    }
}

/// What somebody may read of a round's results.
pub struct ReadRelease {
    /// Where the tables are from.
    pub results: Results,
    /// Turnout, of every group or of the own ones.
    pub turnout: Vec<Table>,
    /// The items, of every group or of the own ones.
    pub wide: Vec<Table>,
}

impl App {
    /// The results of an opened round, with its lists as they are being worked on.
    pub fn results(&self, by: &Actor, id: &RoundId) -> Result<Results, AppError> {
        by.need(Permission::RunRounds)?;
        self.working_results(id)
    }

    pub(in crate::app) fn working_results(&self, id: &RoundId) -> Result<Results, AppError> {
        let released = self.released(id)?;
        Ok(Results {
            edits: self.storage.problem_edits(id)?,
            cases: self.storage.cases(id)?,
            ..released
        })
    }

    /// The results of an opened round as everybody may read them. Nothing of what the desk works on
    /// is read for it.
    pub fn published(&self, id: &RoundId) -> Result<Results, AppError> {
        self.released(id).map(Results::as_issued)
    }

    fn released(&self, id: &RoundId) -> Result<Results, AppError> {
        let (round, release) = self.frozen(id)?;
        let survey = self.survey(&round.survey)?;
        let marks = Text::both(self.marks(&round, Lang::Zh), self.marks(&round, Lang::En));
        Ok(Results {
            bureau: self.bureau_name()?,
            edits: Vec::new(),
            cases: BTreeMap::new(),
            edition: self.storage.last_edition(id)?,
            units: self.storage.round_units(id)?,
            phases: self.phases()?,
            compared: Vec::new(),
            as_issued: false,
            marks,
            survey,
            release,
            round,
        })
    }

    /// All results of a round for somebody who may read them: whoever runs rounds, or a leader of
    /// the whole bureau after the release.
    pub fn read_results(&self, by: &Actor, id: &RoundId) -> Result<Results, AppError> {
        let results = self.results_for(by, id)?;
        if results.may_be_read_whole(by) {
            Ok(results)
        } else {
            self.refuse(by, Action::ListDenied, &format!("{id} results"))
        }
    }

    /// The results of the round that another one looks back at, where this desk user may see them:
    /// what was never released is compared for the section only.
    pub fn results_before(&self, by: &Actor, now: &Results) -> Result<Option<Results>, AppError> {
        let Some(base) = &now.round.looks_back else { return Ok(None) };
        match self.results_for(by, base) {
            Ok(base) => Ok(Some(base).filter(|base| {
                by.may(Permission::RunRounds) || base.round.state == RoundState::Released
            })),
            Err(AppError::Refused(_) | AppError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The results of an opened round as this desk user sees them: those who do not run rounds read
    /// lists as they were handed over.
    pub fn results_for(&self, by: &Actor, id: &RoundId) -> Result<Results, AppError> {
        by.need(Permission::ReadLists)?;
        let results = self.working_results(id)?;
        Ok(if by.may(Permission::RunRounds) { results } else { results.as_issued() })
    }

    /// What a program may read of a round's results, in one: a link of the chain.
    pub fn read_release(&self, by: &Actor, id: &RoundId) -> Result<ReadRelease, AppError> {
        let results = self.results_for(by, id)?;
        let subject = format!("{id} release");
        if !by.may(Permission::RunRounds) && results.round.state != RoundState::Released {
            return self.refuse(by, Action::ApiDenied, &subject);
        }
        self.tell(by, Action::ApiRead, &subject)?;
        let own: Vec<Option<GroupCode>> = match results.readable(by) {
            None => vec![None],
            // The bureau's figures are a list of their own.
            Some(own) => {
                own.into_iter().filter(|code| Scope::of(code) != Scope::Bureau).map(Some).collect()
            }
        };
        let tables = |name: TableName| {
            own.iter().map(|only| results.table(name, only.as_ref())).collect::<Result<Vec<_>, _>>()
        };
        let (turnout, wide) = (tables(TableName::TURNOUT)?, tables(TableName::WIDE)?);
        Ok(ReadRelease { results, turnout, wide })
    }

    /// Refuses a program that asks for something which its owner may not read.
    pub fn refuse_program(&self, by: &Actor, path: &str) -> Result<(), AppError> {
        self.refuse(by, Action::ApiDenied, path)
    }

    /// The results of an opened round for somebody who reads the list of one group, or of the
    /// bureau (`ALL`).
    pub fn read_list(
        &self,
        by: &Actor,
        id: &RoundId,
        group: &GroupCode,
    ) -> Result<Results, AppError> {
        let results = self.results_for(by, id)?;
        let subject = format!("{id} {group}");
        match (results.may_be_read(by, group), by) {
            (true, Actor::Program(_)) => self.tell(by, Action::ApiRead, &subject)?,
            (true, _) => {}
            (false, Actor::Program(_)) => return self.refuse(by, Action::ApiDenied, &subject),
            (false, _) => return self.refuse(by, Action::ListDenied, &subject),
        }
        Ok(results)
    }

    /// The published group that a unit belongs to, or what was given if it is none: a group's own
    /// code.
    pub fn group_named(&self, by: &Actor, id: &RoundId, code: &str) -> Result<GroupCode, AppError> {
        by.need(Permission::RunRounds)?;
        if !self.round(id)?.state.has_results() {
            return Ok(code.into());
        }
        let (_, release) = self.frozen(id)?;
        let group =
            release.groups.into_iter().find(|group| group.units.iter().any(|unit| unit == code));
        Ok(group.map_or_else(|| code.into(), |group| group.code))
    }

    pub(in crate::app) fn phases(&self) -> Result<Vec<(String, String)>, AppError> {
        let calendar = self.calendar()?;
        let day = |n: usize| {
            let last = calendar.as_ref().and_then(|c| crate::round::parse_day(&c.days[n].1).ok());
            last.map_or_else(String::new, |day| Day(day, Lang::Zh).to_string())
        };
        Ok(PHASES.iter().enumerate().map(|(n, phase)| (phase.0[0].to_owned(), day(n))).collect())
    }

    /// Marks that every page and file of a round carries.
    #[must_use]
    pub fn marks(&self, round: &Round, lang: Lang) -> String {
        let marks = [
            (self.is_demo(), "演示数据", "demo data"),
            (round.state != RoundState::Draft && round.is_trial(), "试用", "trial"),
            (round.access == Access::Poster, "未核验", "unverified"),
        ];
        marks
            .iter()
            .filter(|m| m.0)
            .map(|m| lang.pick(m.1, m.2))
            .collect::<Vec<_>>()
            .join(lang.pick("、", ", "))
    }
}
