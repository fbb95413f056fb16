//! Accounts that an administrator has just made or reset, until a colleague has seen who sits
//! before them; and what an owner is told at sign-in.
//! Whoever sets passwords could else be two persons at once. A small office waits three days, or
//! has one colleague say so.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use crate::app::deeds::link;
use crate::app::{AccountInfo, Action, Actor, App, AppError, Permission};
use crate::id::AccountName;
use crate::text::Refusal;

/// For how long such an account takes no part in what takes two, in seconds.
const WAITS: i64 = 3 * 24 * 3600;
/// Wrong codes beside the right password before the pause begins, and the longest pause.
const CODES: u32 = 5;
const LONGEST_PAUSE: Duration = Duration::from_hours(24);

/// The setting that holds when accounts were made or reset by another, and how many of these
/// moments are kept.
pub(in crate::app) const ACCOUNT_CHANGES: &str = "account_changes";
const CHANGES: usize = 500;

/// Wrong codes in a row, and until when the next is not looked at.
pub(in crate::app) type FactorTries = std::collections::HashMap<String, (u32, Option<Instant>)>;

impl App {
    /// Until when an account waits that was made or reset now.
    pub(in crate::app) fn waits_until(&self) -> i64 {
        self.now().unix_timestamp() + WAITS
    }

    /// Accounts of the section that wait to be vouched for.
    pub fn waiting_accounts(&self) -> Result<Vec<AccountInfo>, AppError> {
        let now = self.now().unix_timestamp();
        Ok(self
            .known_accounts()?
            .into_iter()
            .filter(|account| account.active && account.role.runs_rounds() && account.waits(now))
            .collect())
    }

    /// Says that the owner of an account was seen. Whoever waits cannot say so, nor can anybody of
    /// himself.
    pub fn vouch(&self, by: &Actor, name: &AccountName) -> Result<(), AppError> {
        by.need(Permission::RunRounds)?;
        let waiting = self.waiting_accounts()?;
        if !waiting.iter().any(|account| account.name == *name) {
            return Err(Refusal::new(
                format!("账号 {name} 不需要确认"),
                format!("account {name} does not wait for that"),
            )
            .into());
        }
        let own = by.session().map(|session| session.official.person.as_str()).unwrap_or_default();
        let same = |account: &AccountInfo| account.official.person == own && !own.is_empty();
        if waiting.iter().any(|account| account.name == *name && same(account)) {
            return Err(Refusal::new(
                "该账号与您同名：同一人的两个账号不能互相确认",
                "that account is in your own name: two accounts of one person do not vouch for \
                 each other",
            )
            .into());
        }
        if *name == by.name() || waiting.iter().any(|account| account.name == by.name()) {
            return Err(Refusal::new(
                "须由政工科另一个账号确认，且该账号本身不在等待确认",
                "another account of the section has to say so, one that does not wait itself",
            )
            .into());
        }
        self.deed(by, Action::AccountVouched, name.as_str(), |tx| Ok(tx.set_waits(name, None)?))
    }

    /// When accounts were made, changed or reset by another, with those `made` now: for the
    /// bulletin, which does not read the audit chain.
    pub(in crate::app) fn account_changes_with_now(&self, made: usize) -> Result<String, AppError> {
        let mut times = self.account_changes()?;
        times.extend(std::iter::repeat_n(self.now().unix_timestamp(), made));
        let recent: Vec<String> =
            times.iter().skip(times.len().saturating_sub(CHANGES)).map(i64::to_string).collect();
        Ok(recent.join(" "))
    }

    fn account_changes(&self) -> Result<Vec<i64>, AppError> {
        let kept = self.storage.setting(ACCOUNT_CHANGES)?.unwrap_or_default();
        Ok(kept.split(' ').filter_map(|at| at.parse().ok()).collect())
    }

    /// How often accounts of others were made or given a new password since a moment.
    pub fn accounts_changed_since(&self, since: i64) -> Result<usize, AppError> {
        Ok(self.account_changes()?.into_iter().filter(|at| *at >= since).count())
    }

    /// How many wrong codes somebody who knew the password gave between the owner's last two
    /// sign-ins.
    pub fn wrong_codes_before(&self, account: &AccountName) -> Result<u64, AppError> {
        Ok(self.storage.audited_before_sign_in(account.as_str(), Action::CodeFailed.code())?)
    }

    /// Refuses to look at a code while the pause after wrong ones lasts. A browser that has signed
    /// in before does not wait for others' guesses.
    pub(in crate::app) fn may_give_code(&self, name: &str, known: bool) -> Result<(), Refusal> {
        let codes = self.doorkeeper.factor_tries.lock().unwrap_or_else(PoisonError::into_inner);
        match codes.get(name) {
            Some((_, Some(until))) if !known && Instant::now() < *until => Err(Refusal::new(
                "动态口令连续输错，已暂停；请稍后再试，或用登录过的浏览器登录",
                "too many wrong codes in a row: wait, or use a browser that has signed in before",
            )),
            _ => Ok(()),
        }
    }

    /// Counts a wrong code; from the fifth on each doubles the pause.
    pub(in crate::app) fn code_failed(&self, name: &str) {
        let mut codes = self.doorkeeper.factor_tries.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, until) = codes.entry(name.to_owned()).or_insert((0, None));
        *count += 1;
        if *count >= CODES {
            *until = Some(Instant::now() + pause(*count));
        }
    }

    pub(in crate::app) fn code_fits(&self, name: &str) {
        self.doorkeeper.factor_tries.lock().unwrap_or_else(PoisonError::into_inner).remove(name);
    }

    /// Keeps a failed sign-in for the audit chain. It is written a moment later, so that the time
    /// of an answer does not tell whether the name exists.
    pub(in crate::app) fn failed_to_sign_in(&self, name: &str, action: Action) {
        let at = self.now().unix_timestamp();
        self.doorkeeper.failed.lock().unwrap_or_else(PoisonError::into_inner).push((
            at,
            name.to_owned(),
            action,
        ));
    }

    /// Writes failed sign-ins into the chain.
    pub(in crate::app) fn note_failed(&self) -> Result<(), AppError> {
        let failed = std::mem::take(
            &mut *self.doorkeeper.failed.lock().unwrap_or_else(PoisonError::into_inner),
        );
        for (at, name, action) in failed {
            self.storage.transaction(|tx| link(tx, at, &name, action, ""))?;
        }
        Ok(())
    }
}

/// How long codes are not looked at after so many wrong ones in a row.
fn pause(wrong: u32) -> Duration {
    (Duration::from_mins(1) * 2u32.saturating_pow(wrong.saturating_sub(CODES).min(20)))
        .min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wrong_code_doubles_the_pause_up_to_a_day() {
        assert_eq!([5, 6, 8].map(|wrong| pause(wrong).as_secs() / 60), [1, 2, 8]);
        assert_eq!(pause(4_000_000_000), LONGEST_PAUSE);
    }
}
