//! Receipts (签收): the head of a unit confirms which edition of the list arrived, and the section
//! sees who has not.
//! A list that is handed over anew is received anew.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::app::{Action, Actor, App, AppError, Permission, Role};
use crate::id::{AccountName, RoundId};
use crate::round::{Round, RoundState, shanghai_day};
use crate::storage::Receipt;
use crate::text::{Refusal, Rule};
use crate::unit::{GroupCode, Unit, UnitCode};

/// A unit whose list was handed over, and whether its head has confirmed that.
#[derive(Debug, Clone)]
pub struct Receiver {
    /// The unit.
    pub unit: Unit,
    /// The published group whose list it is.
    pub group: GroupCode,
    /// Whether the unit has a head with an account.
    pub has_head: bool,
    /// The receipt of the last edition.
    pub receipt: Option<Receipt>,
}

/// A list that somebody who does not run rounds may read.
#[derive(Debug, Clone)]
pub struct OwnList {
    /// Its round.
    pub round: Round,
    /// The published group, or the bureau's.
    pub group: GroupCode,
    /// Name of the group.
    pub group_name: String,
    /// Edition that was handed over last, and its day.
    pub edition: i32,
    /// The day of it.
    pub issued: String,
    /// Whether receipt was confirmed; always where that is not asked of whoever reads.
    pub received: bool,
    /// Whether there is an earlier round to look back at.
    pub looks_back: bool,
}

impl OwnList {
    /// Where it is read.
    #[must_use]
    pub fn page(&self) -> String {
        let code = percent_encoding::utf8_percent_encode(
            self.group.as_str(),
            percent_encoding::NON_ALPHANUMERIC,
        );
        format!("/desk/rounds/{}/lists/{code}", self.round.id)
    }
}

/// A published group: what becomes known with the release, and never changes.
#[derive(Debug)]
pub(in crate::app) struct Published {
    code: GroupCode,
    name: String,
    units: Vec<UnitCode>,
}

/// Published groups of rounds, kept while the process runs: a Release is long, and asked for on
/// every page of the desk.
pub(in crate::app) type PublishedGroups = Mutex<HashMap<RoundId, Arc<Vec<Published>>>>;

impl App {
    fn published_groups(&self, id: &RoundId) -> Result<Arc<Vec<Published>>, AppError> {
        let known = || self.published.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(groups) = known().get(id) {
            return Ok(groups.clone());
        }
        let (_, release) = self.frozen(id)?;
        let groups = release.groups.into_iter();
        let groups = groups.map(|g| Published { code: g.code, name: g.name, units: g.units });
        let groups = Arc::new(groups.collect::<Vec<_>>());
        known().insert(id.clone(), groups.clone());
        Ok(groups)
    }

    /// Who should have received the lists of a released round.
    pub fn receipts(&self, by: &Actor, id: &RoundId) -> Result<Vec<Receiver>, AppError> {
        by.need(Permission::RunRounds)?;
        let Some((edition, _)) = self.storage.last_issue(id)? else { return Ok(Vec::new()) };
        let groups = self.published_groups(id)?;
        let receipts = self.storage.receipts(id)?;
        let heads: Vec<UnitCode> = self
            .known_accounts()?
            .into_iter()
            .filter(|account| account.active && account.role == Role::UnitHead)
            .flat_map(|account| account.units)
            .collect();
        let receiver = |unit: Unit| {
            let group = groups.iter().find(|g| g.units.contains(&unit.code))?;
            Some(Receiver {
                group: group.code.clone(),
                has_head: heads.contains(&unit.code),
                receipt: receipts
                    .iter()
                    .find(|r| r.unit == unit.code && r.edition == edition)
                    .cloned(),
                unit,
            })
        };
        Ok(self.round_units(id)?.into_iter().filter_map(receiver).collect())
    }

    /// The lists that somebody may read who does not run rounds, the latest round first: the
    /// bureau's, and those of the own units.
    pub fn own_lists(&self, by: &Actor) -> Result<Vec<OwnList>, AppError> {
        by.need(Permission::ReadLists)?;
        let Some(session) = by.session() else { return Ok(Vec::new()) };
        let mut own = Vec::new();
        for round in self.rounds()?.into_iter().rev() {
            if round.state != RoundState::Released {
                continue;
            }
            let Some((edition, issued)) = self.storage.last_issue(&round.id)? else { continue };
            let groups = self.published_groups(&round.id)?;
            let receipts = self.storage.receipts(&round.id)?;
            let looks_back = match &round.looks_back {
                Some(base) => self.round(base)?.state == RoundState::Released,
                None => false,
            };
            let mut add = |group: GroupCode, group_name: String, received: bool| {
                let (round, issued) = (round.clone(), issued.clone());
                own.push(OwnList {
                    round,
                    group,
                    group_name,
                    edition,
                    issued,
                    received,
                    looks_back,
                });
            };
            if session.role == Role::Leader {
                add(GroupCode::bureau(), self.bureau_name()?, true);
            }
            let whole = session.reads_the_bureau();
            for group in groups.iter() {
                let units: Vec<&UnitCode> =
                    session.units.iter().filter(|unit| group.units.contains(unit)).collect();
                if whole || !units.is_empty() {
                    let received = session.role != Role::UnitHead
                        || units.iter().all(|unit| {
                            receipts.iter().any(|r| r.unit == **unit && r.edition == edition)
                        });
                    add(group.code.clone(), group.name.clone(), received);
                }
            }
        }
        Ok(own)
    }

    /// Confirms that the list of a group arrived, for those units in it that are one's own. What
    /// is confirmed is the edition that was seen.
    pub fn receive_list(
        &self,
        by: &Actor,
        id: &RoundId,
        group: &GroupCode,
        seen: i32,
    ) -> Result<(), AppError> {
        by.need(Action::ListReceived.right())?;
        let session = by.session().filter(|session| session.role == Role::UnitHead);
        let Some(session) = session else { return Err(AppError::Forbidden) };
        let own = self.own_lists(by)?;
        let Some(list) = own.iter().find(|list| list.round.id == *id && list.group == *group)
        else {
            return self.refuse(by, Action::ListDenied, &format!("{id} {group}"));
        };
        if list.edition != seen {
            return Err(Refusal::new(
                "您打开之后清单又下发了新的一版，请重新查看后签收",
                "the list was handed over anew after you opened it; look at it, then confirm",
            )
            .into());
        }
        let groups = self.published_groups(id)?;
        let units = groups.iter().find(|g| g.code == *group).map(|g| &g.units);
        let day = shanghai_day(self.now()).to_string();
        self.deed(by, Action::ListReceived, &format!("{id} {group} {seen}"), |tx| {
            for unit in units.into_iter().flatten().filter(|u| session.units.contains(u)) {
                tx.add_receipt(&Receipt {
                    round: id.to_string(),
                    unit: unit.clone(),
                    edition: seen,
                    account: session.account.clone(),
                    day: day.clone(),
                    paper: None,
                })?;
            }
            Ok(())
        })
    }

    /// Notes who signed on paper for the list of a unit whose head has no account. What was signed
    /// for is the edition that was seen.
    pub fn note_paper_receipts(
        &self,
        by: &Actor,
        id: &RoundId,
        signed: &[(UnitCode, String)],
        seen: i32,
    ) -> Result<(), AppError> {
        by.need(Action::PaperReceived.right())?;
        let receivers = self.receipts(by, id)?;
        let edition = self.storage.last_issue(id)?.map_or(0, |(edition, _)| edition);
        if edition != seen {
            return Err(Refusal::new(
                "您打开之后清单又下发了新的一版，没有登记；请核对签的是哪一版",
                "the lists were handed over anew after you opened the page: nothing was noted; \
                 see which edition was signed for",
            )
            .into());
        }
        if signed.is_empty() {
            return Err(Refusal::new("请先填写签收人", "say who signed first").into());
        }
        let mut wrong = Vec::new();
        for (unit, who) in signed {
            let receiver = receivers.iter().find(|r| r.unit.code == *unit);
            let name = receiver.map_or(unit.as_str(), |r| r.unit.name.as_str());
            if !receiver.is_some_and(|r| r.receipt.is_none() && !r.has_head) {
                wrong.push(Refusal::new(
                    format!("{name}：已签收，或负责人有账号、由本人签收"),
                    format!("{name}: received already, or its head has an account and confirms"),
                ));
            }
            if let Err(unfit) = Rule::line(40).check(who) {
                wrong.push(unfit.refusal(&format!("{name}的签收人"), "who signed"));
            }
        }
        if !wrong.is_empty() {
            return Err(AppError::Mistakes(wrong));
        }
        let (account, day) = (AccountName::from(by.name()), shanghai_day(self.now()).to_string());
        let units: Vec<&str> = signed.iter().map(|(unit, _)| unit.as_str()).collect();
        let subject = format!("{id} {seen} {}", units.join(" "));
        self.deed(by, Action::PaperReceived, &subject, |tx| {
            for (unit, who) in signed {
                tx.add_receipt(&Receipt {
                    round: id.to_string(),
                    unit: unit.clone(),
                    edition: seen,
                    account: account.clone(),
                    day: day.clone(),
                    paper: Some(who.clone()),
                })?;
            }
            Ok(())
        })
    }
}
