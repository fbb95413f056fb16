//! Desk accounts: roles, who has one, and the first-start link.
//! Only officials at the desk sign in; respondents have no account and never meet this code.

pub(in crate::app) mod making;
pub(in crate::app) mod official;
pub(in crate::app) mod passwords;
pub(in crate::app) mod role;
pub(in crate::app) mod roster;
pub(in crate::app) mod second_factor;
pub(in crate::app) mod session;
pub(in crate::app) mod sign_in;
pub(in crate::app) mod throttle;
pub(in crate::app) mod tokens;
pub(in crate::app) mod vouching;

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Instant;

use crate::app::accounts::making::{MadeAccount, NewAccount};
use crate::app::accounts::official::Official;
use crate::app::accounts::role::Role;
use crate::app::accounts::session::{digest, random_hex};
use crate::app::accounts::vouching::ACCOUNT_CHANGES;
use crate::app::{Action, Actor, App, AppError, Permission};
use crate::id::AccountName;
use crate::storage::{AccountRow, StorageError};
use crate::text::Refusal;
use crate::unit::UnitCode;

/// What a running process keeps in memory of those who come in: places for passwords, guesses, and
/// what waits to be told.
#[derive(Default)]
pub(in crate::app) struct Doorkeeper {
    pub(in crate::app) passwords: passwords::Places,
    /// Secrets of second factors that wait for their first code, by account.
    pub(in crate::app) pending: Mutex<HashMap<AccountName, (totp_rs::Secret, Instant)>>,
    pub(in crate::app) throttle: throttle::Throttle,
    pub(in crate::app) factor_tries: Mutex<vouching::FactorTries>,
    /// Failed sign-ins that are to be told in the chain: when, by whom, and what failed.
    pub(in crate::app) failed: Mutex<Vec<(i64, String, Action)>>,
    /// Refusals of the present minute, by account.
    pub(in crate::app) refused: Mutex<HashMap<String, (i64, u64)>>,
}

/// An account as the administrator sees it.
#[derive(Debug, Clone)]
pub struct AccountInfo {
    /// Sign-in name.
    pub name: AccountName,
    /// Who owns it.
    pub official: Official,
    /// Role.
    pub role: Role,
    /// Units it may see.
    pub units: Vec<UnitCode>,
    /// Whether it may sign in.
    pub active: bool,
    /// Whether it has a second factor.
    pub second_factor: bool,
    /// Until when it waits to be vouched for (Unix seconds).
    pub waits: Option<i64>,
}

impl AccountInfo {
    /// Whether it waits to be vouched for.
    #[must_use]
    pub fn waits(&self, now: i64) -> bool {
        self.waits.is_some_and(|until| now < until)
    }
}

/// Name of the administrator's first account.
const ADMIN: &str = "guanli";
/// Longest name of an account, in characters.
pub(in crate::app) const LONGEST_NAME: usize = 40;
const SETUP: &str = "setup_token";

impl App {
    /// All accounts, for those who manage them.
    pub fn accounts(&self, by: &Actor) -> Result<Vec<AccountInfo>, AppError> {
        by.need(Permission::Accounts)?;
        self.known_accounts()
    }

    /// How many accounts the section has that may sign in.
    pub fn accounts_of_the_section(&self) -> Result<usize, AppError> {
        Ok(self
            .known_accounts()?
            .iter()
            .filter(|account| account.active && account.role.runs_rounds())
            .count())
    }

    pub(in crate::app) fn known_accounts(&self) -> Result<Vec<AccountInfo>, AppError> {
        let mut units: HashMap<AccountName, Vec<UnitCode>> = HashMap::new();
        for (account, unit) in self.storage.all_account_units()? {
            units.entry(account).or_default().push(unit);
        }
        let mut list = Vec::new();
        for row in self.storage.accounts()? {
            let Ok(role) = row.role.parse() else { continue };
            list.push(AccountInfo {
                units: units.remove(&row.name).unwrap_or_default(),
                second_factor: row.totp.is_some(),
                waits: row.waits,
                official: row.official(),
                role,
                active: row.active,
                name: row.name,
            });
        }
        Ok(list)
    }

    /// Lets an account sign in or not; its sessions end. Somebody must always be left to manage
    /// accounts.
    pub fn set_account_active(
        &self,
        by: &Actor,
        name: &AccountName,
        active: bool,
    ) -> Result<(), AppError> {
        by.need(Permission::Accounts)?;
        self.known_account(name)?;
        if !active && *name == by.name() {
            return Err(
                Refusal::new("不能停用自己的账号", "you cannot turn your own account off").into()
            );
        }
        self.deed(
            by,
            if active { Action::AccountOn } else { Action::AccountOff },
            name.as_str(),
            |tx| {
                if !active {
                    tx.end_other_sessions(name, "")?;
                    tx.end_tokens(name, None)?;
                }
                tx.set_active(name, active)?;
                // What it agreed to ends with it.
                Ok(tx.forget_approvals_of(name)?)
            },
        )
    }

    /// Gives an account a new password, shown once; its sessions end.
    pub fn reset_password(&self, by: &Actor, name: &AccountName) -> Result<MadeAccount, AppError> {
        by.need(Permission::Accounts)?;
        let row = self.known_account(name)?;
        let password = passwords::generate();
        let hash = passwords::hash(&password)?;
        let (waits, changes) = (self.waits_until(), self.account_changes_with_now(1)?);
        self.deed(by, Action::PasswordReset, name.as_str(), |tx| {
            tx.set_password(name, &hash, true)?;
            tx.set_waits(name, Some(waits))?;
            if *name != by.name() {
                tx.set_setting(ACCOUNT_CHANGES, &changes)?;
            }
            tx.forget_approvals_of(name)?;
            tx.end_other_sessions(name, "")?;
            tx.end_tokens(name, None)?;
            Ok(())
        })?;
        let account = NewAccount {
            official: row.official(),
            units: self.storage.account_units(name)?,
            ..NewAccount::new(name.as_str(), row.role.parse().unwrap_or(Role::UnitHead))
        };
        Ok(MadeAccount { name: name.clone(), account, password })
    }

    /// The account that a typed name means. An older version kept capitals as they were typed. The
    /// same work whether there is one or not.
    pub(in crate::app) fn account_like(&self, name: &str) -> Result<Option<AccountRow>, AppError> {
        let all = self.storage.accounts()?;
        let exact = all.iter().position(|account| account.name == name);
        let like =
            all.iter().position(|account| passwords::sign_in_name(account.name.as_str()) == name);
        Ok(exact.or(like).and_then(|at| all.into_iter().nth(at)))
    }

    pub(in crate::app) fn known_account(&self, name: &AccountName) -> Result<AccountRow, AppError> {
        self.storage
            .account(name)?
            .ok_or_else(|| Refusal::new("没有这个账号", "there is no such account").into())
    }

    /// A one-time token for the first account, if there is none yet; a new one voids the last.
    pub fn setup_token(&self) -> Result<Option<String>, AppError> {
        if !self.storage.accounts()?.is_empty() {
            return Ok(None);
        }
        let token = random_hex();
        self.set_setting(SETUP, &digest(&token))?;
        Ok(Some(token))
    }

    /// Whether a set-up token is the current one.
    pub fn setup_token_fits(&self, token: &str) -> Result<bool, AppError> {
        Ok(self.storage.setting(SETUP)?.is_some_and(|known| known == digest(token)))
    }

    /// Names the bureau and makes the first account with a set-up token, which is used up by it,
    /// and beside it the administrator's, who makes all others.
    /// Returns the administrator's name and password, which are shown once.
    pub fn set_up(
        &self,
        token: &str,
        bureau: &str,
        name: &str,
        official: Official,
        password: &str,
    ) -> Result<(String, String), AppError> {
        crate::round::check_title(bureau).map_err(|refusal| refusal.at("bureau"))?;
        let wrong = official.mistakes();
        if !wrong.is_empty() {
            return Err(AppError::Mistakes(wrong));
        }
        let gone = || {
            Refusal::new(
                "设置链接无效或已使用；重新启动服务会打印新的链接",
                "the set-up link is void or used; restarting the service prints a new one",
            )
        };
        if !self.setup_token_fits(token)? || !self.storage.accounts()?.is_empty() {
            return Err(gone().into());
        }
        // Of several who post at once exactly one takes the token.
        if !self.storage.transaction::<_, StorageError>(|tx| tx.take_setting(SETUP))? {
            return Err(gone().into());
        }
        let head = NewAccount { official, ..NewAccount::new(name, Role::Head) };
        if let Err(error) = self.put_account(name, &head, Some(password)) {
            self.set_setting(SETUP, &digest(token))?;
            return Err(error);
        }
        let admin = if name == ADMIN { format!("{ADMIN}2") } else { ADMIN.to_owned() };
        let password = self.put_account(name, &NewAccount::new(&admin, Role::Admin), None)?;
        self.put_bureau_name(name, bureau)?;
        Ok((admin, password))
    }
}
