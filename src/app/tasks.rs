//! What waits for somebody (待办): one list for every role, oldest first, each with the page where it
//! is done.
//! Nobody has to remember where to look, and a second person sees what the first one asked for.

use time::{Date, OffsetDateTime};

use crate::app::{Actor, App, AppError, Permission, Receiver, Role, SharedStep};
use crate::id::RoundId;
use crate::problem::is_held;
use crate::round::{Round, RoundState, midnight, parse_day};
use crate::text::Text;

/// Something that waits for somebody.
#[derive(Debug, Clone)]
pub struct Task {
    /// Since when, for the order: Unix seconds.
    pub since: i64,
    /// What is to be done.
    pub what: Text,
    /// Where it is done, below the desk.
    pub to: String,
}

/// Tasks while they are collected.
struct Tasks(Vec<Task>);

impl Tasks {
    fn add(&mut self, since: i64, what: (String, String), to: String) {
        self.0.push(Task { since, what: Text::both(what.0, what.1), to });
    }
}

fn start(day: Date) -> i64 {
    midnight(day).unix_timestamp()
}

impl App {
    /// What waits for whoever acts, oldest first.
    pub fn tasks(&self, by: &Actor) -> Result<Vec<Task>, AppError> {
        let Some(session) = by.session() else { return Ok(Vec::new()) };
        let mut tasks = Tasks(Vec::new());
        if by.may(Permission::Clock) && self.clock_doubt()?.is_some() {
            let what = ("核对服务器时间", "check the server's clock");
            tasks.add(0, (what.0.into(), what.1.into()), "/desk#clock".into());
        }
        if by.may(Permission::RunRounds) {
            self.accounts_to_vouch(by, &mut tasks)?;
            self.agreements_that_wait(by, &mut tasks)?;
            for round in self.rounds()? {
                self.of_round(by, &round, &mut tasks)?;
            }
        }
        match session.role {
            Role::UnitHead => self.lists_to_receive(by, &mut tasks)?,
            Role::Admin => self.owners_to_name(&mut tasks)?,
            Role::Clerk | Role::Head | Role::Leader | Role::Auditor => {}
        }
        tasks.0.sort_by(|a, b| (a.since, &a.to).cmp(&(b.since, &b.to)));
        Ok(tasks.0)
    }

    fn accounts_to_vouch(&self, by: &Actor, tasks: &mut Tasks) -> Result<(), AppError> {
        let waiting = self.waiting_accounts()?;
        if waiting.iter().any(|account| account.name == by.name()) {
            return Ok(());
        }
        for account in waiting {
            let who = account.official.signed(&account.name);
            let what = (format!("确认账号本人：{who}"), format!("vouch for the account of {who}"));
            tasks.add(account.waits.unwrap_or(0) - 3 * 24 * 3600, what, "/desk#waiting".into());
        }
        Ok(())
    }

    /// What colleagues asked for and this account can agree to.
    fn agreements_that_wait(&self, by: &Actor, tasks: &mut Tasks) -> Result<(), AppError> {
        let waiting = self.storage.waiting_approvals()?;
        let people = self.people()?;
        for (id, name, account) in &waiting {
            let Some(step) = SharedStep::parse(name) else { continue };
            let own = |w: &&(RoundId, String, crate::id::AccountName)| {
                w.0 == *id && w.1 == *name && w.2 == by.name()
            };
            // The first of those who agreed stands for all of them.
            let first = waiting.iter().find(|w| w.0 == *id && w.1 == *name);
            if waiting.iter().any(|w| own(&w)) || first.is_none_or(|f| f.2 != *account) {
                continue;
            }
            let round = self.round(id)?;
            // What cannot be done any more waits for nobody.
            if step.check(&round).is_err() {
                continue;
            }
            let since = self.storage.last_audit_of(step.asked().code(), Some(id.as_str()))?;
            let (who, title) = (people.of(account), &round.title);
            let [zh, en] = step.label();
            let what = (
                format!("{who}已同意{zh}，等您审定：{title}"),
                format!("{who} agreed to {en} and waits for you: {title}"),
            );
            tasks.add(since.map_or(0, |row| row.at), what, step.page(id));
        }
        Ok(())
    }

    fn of_round(&self, by: &Actor, round: &Round, tasks: &mut Tasks) -> Result<(), AppError> {
        let (id, title) = (&round.id, &round.title);
        let page = format!("/desk/rounds/{id}");
        let over = start(round.closes) + 24 * 3600;
        let mut add = |since: i64, zh: &str, en: &str, to: &str| {
            tasks.add(since, (format!("{zh}：{title}"), format!("{en}: {title}")), to.to_owned());
        };
        match round.state {
            RoundState::Draft if self.slips_issued(id)? == 0 => {
                add(
                    start(round.opens),
                    "检查草稿，印制纸条",
                    "check the draft, print slips",
                    &page,
                );
            }
            RoundState::Draft => {
                let custody = format!("{page}/custody");
                add(
                    start(round.opens),
                    "监督员封存口令，开放本轮",
                    "seal the passphrases and open the round",
                    &custody,
                );
            }
            RoundState::Suspended => {
                let to = format!("{page}/keeping");
                add(over, "核对恢复的差异", "look at what a restore has lost", &to);
            }
            RoundState::Closed => add(over, "组织开箱", "open the box", &page),
            RoundState::Opened if !round.destroyed => {
                add(over, "完成开箱后的销毁", "finish the destruction after the opening", &page);
            }
            RoundState::Opened | RoundState::Released => {
                self.after_opening(by, round, &mut add)?;
            }
            RoundState::Open | RoundState::Void => {}
        }
        Ok(())
    }

    fn after_opening(
        &self,
        by: &Actor,
        round: &Round,
        add: &mut impl FnMut(i64, &str, &str, &str),
    ) -> Result<(), AppError> {
        let (id, over) = (&round.id, start(round.closes) + 24 * 3600);
        let page = format!("/desk/rounds/{id}");
        if round.destruction.is_none() {
            let [pending, proposed] = self.storage.screening_waits(id, by.account()?)?;
            if pending + proposed > 0 {
                add(
                    over,
                    &format!("筛查文字（{pending} 条待处理，{proposed} 条待您确认）"),
                    &format!("screen texts ({pending} pending, {proposed} for you to confirm)"),
                    &format!("{page}/texts"),
                );
            }
        }
        if round.state == RoundState::Opened {
            let survey = self.survey(&round.survey)?;
            let held = survey.questions().iter().filter(|q| is_held(q, &round.holds)).count();
            if held > 0 {
                let (zh, en) = (
                    format!("核实存疑题目（{held} 道）"),
                    format!("check held questions ({held})"),
                );
                add(over, &zh, &en, &format!("{page}#holds"));
            }
            let agreed = self.approvals(id)?;
            if !agreed.iter().any(|(step, _)| step == SharedStep::Release.as_str()) {
                add(over, "查看结果，同意发布", "see the results, agree to the release", &page);
            }
        } else {
            let receivers = self.receipts(by, id)?;
            let missing = |desk: bool| {
                let waits = |one: &&Receiver| one.receipt.is_none() && one.has_head == desk;
                receivers.iter().filter(waits).count()
            };
            let issued = self.storage.last_issue(id)?.map(|(_, day)| day).unwrap_or_default();
            let since = parse_day(&issued).map_or(over, start);
            let to = format!("{page}/problems#receipts");
            let (desk, paper) = (missing(true), missing(false));
            if desk > 0 {
                add(
                    since,
                    &format!("催签问题清单（{desk} 个单位未签收）"),
                    &format!("receipts of the lists ({desk} units have not confirmed)"),
                    &to,
                );
            }
            // Whose head has no account receives on paper.
            if paper > 0 {
                add(
                    since,
                    &format!("送纸质清单，登记签收（{paper} 个单位）"),
                    &format!("hand over lists on paper, note who signed ({paper} units)"),
                    &to,
                );
            }
        }
        Ok(())
    }

    fn lists_to_receive(&self, by: &Actor, tasks: &mut Tasks) -> Result<(), AppError> {
        for list in self.own_lists(by)?.into_iter().filter(|list| !list.received) {
            let since = parse_day(&list.issued).map_or(0, start);
            let (group, title) = (&list.group_name, &list.round.title);
            let what = (
                format!("签收问题清单：{group}（{title}）"),
                format!("confirm that you received the list: {group} ({title})"),
            );
            tasks.add(since, what, list.page());
        }
        Ok(())
    }

    fn owners_to_name(&self, tasks: &mut Tasks) -> Result<(), AppError> {
        let nameless = self
            .known_accounts()?
            .into_iter()
            .filter(|account| account.active && account.official.person.is_empty())
            .count();
        if nameless > 0 {
            let what = (
                format!("登记账号的姓名和职务（{nameless} 个账号未登记）"),
                format!("fill in names and posts ({nameless} accounts have none)"),
            );
            tasks.add(OffsetDateTime::UNIX_EPOCH.unix_timestamp(), what, "/desk/accounts".into());
        }
        Ok(())
    }
}
