//! Desk accounts: roles, passwords, sessions and the first-start link.
//! Only officials at the desk sign in; respondents have no account and never meet this code.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use rand::RngExt;
use sha2::{Digest, Sha256};

use super::passwords::{self, DUMMY_HASH};
use super::throttle::{Attempt, Trying};
use super::{App, AppError, rng};
use crate::storage::{AccountRow, SessionRow, StorageError};
use crate::text::{Lang, Refusal};

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// 政工科经办: runs rounds, screens, exports.
    Clerk,
    /// 政工科负责人: as the clerk, and approves releases.
    Head,
    /// 局领导: sees assigned units after release.
    Leader,
    /// 单位负责人: sees the own unit after release.
    UnitHead,
    /// 审计员: sees the audit log only.
    Auditor,
    /// 系统管理员: manages accounts, sees no results.
    Admin,
}

impl Role {
    /// All roles: name on the command line, name on a page in Chinese and English.
    pub const ALL: [(Self, &'static str, [&'static str; 2]); 6] = [
        (Self::Clerk, "clerk", ["政工科经办", "clerk of the section"]),
        (Self::Head, "head", ["政工科负责人", "head of the section"]),
        (Self::Leader, "leader", ["局领导", "bureau leader"]),
        (Self::UnitHead, "unit_head", ["单位负责人", "head of a unit"]),
        (Self::Auditor, "auditor", ["审计员", "auditor"]),
        (Self::Admin, "admin", ["系统管理员", "administrator"]),
    ];

    /// The name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|r| r.0 == self).map_or("", |r| r.1)
    }

    /// The name on a page.
    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        Self::ALL.iter().find(|r| r.0 == self).map_or("", |r| lang.pick(r.2[0], r.2[1]))
    }

    /// Whether the role runs rounds.
    #[must_use]
    pub fn runs_rounds(self) -> bool {
        matches!(self, Self::Clerk | Self::Head)
    }
}

impl FromStr for Role {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().find(|r| r.1 == text).map(|r| r.0).ok_or(())
    }
}

/// A signed-in desk user.
#[derive(Debug, Clone)]
pub struct Session {
    /// Account.
    pub account: String,
    /// Role.
    pub role: Role,
    /// Units it may see (leader, unit head).
    pub units: Vec<String>,
    /// Token that every form must carry.
    pub csrf: String,
    /// Whether the password was typed a short while ago, as grave steps ask for.
    pub confirmed: bool,
    /// Whether the password was given by somebody else and has to be changed before anything else.
    pub temporary: bool,
    pub(super) key: String,
}

/// An account as the administrator sees it.
#[derive(Debug, Clone)]
pub struct AccountInfo {
    /// Sign-in name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Units it may see.
    pub units: Vec<String>,
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

/// A session ends after this long without use.
pub const SESSION_IDLE: Duration = Duration::from_mins(30);
const SESSION_LONGEST: i64 = 8 * 3600;
/// For how many seconds a typed password counts for grave steps.
const CONFIRMED: i64 = 10 * 60;
/// Name of the administrator's first account.
const ADMIN: &str = "guanli";
/// Longest name of an account, in characters.
const LONGEST_NAME: usize = 40;
const SETUP: &str = "setup_token";

impl App {
    /// Adds an account; returns its password, made here if none was given.
    pub fn add_account(&self, name: &str, role: Role, units: &[String], password: Option<&str>) -> Result<String, AppError> {
        let name = &passwords::sign_in_name(name);
        let fits = (1..=LONGEST_NAME).contains(&name.chars().count())
            && name.chars().all(|c| (c.is_alphanumeric() && !crate::text::is_deceptive(c)) || "-_.".contains(c));
        if !fits {
            return Err(Refusal::new("账号名应为 1 至 40 个字母、汉字、数字或 - _ .", "an account name has 1 to 40 letters, digits or - _ .")
                .at("name")
                .into());
        }
        if matches!(role, Role::UnitHead | Role::Leader) == units.is_empty() {
            return Err(Refusal::new(
                "单位负责人、局领导须指定单位，其他角色不能指定单位",
                "unit_head and leader need units (--unit); other roles must not have any",
            )
            .at("units")
            .into());
        }
        let known = self.storage.units()?;
        if let Some(unknown) = units.iter().find(|u| !known.iter().any(|k| &k.code == *u)) {
            return Err(Refusal::new(format!("没有代码为 {unknown} 的单位"), format!("there is no unit {unknown}")).at("units").into());
        }
        let temporary = password.is_none();
        let password = match password {
            Some(given) => {
                passwords::check(given, &[name, &self.bureau_name()?])?;
                given.to_owned()
            }
            None => passwords::generate(),
        };
        let row = AccountRow {
            name: name.to_owned(),
            role: role.as_str().to_owned(),
            password: passwords::hash(&password)?,
            active: true,
            totp: None,
            totp_step: None,
            temporary: Some(temporary),
            waits: None,
        };
        if self.account_like(name)?.is_some() {
            return Err(Refusal::new(format!("账号 {name} 已存在"), format!("account {name} exists")).at("name").into());
        }
        match self.storage.add_account(&row, units) {
            Err(StorageError::Exists) => Err(Refusal::new(format!("账号 {name} 已存在"), format!("account {name} exists")).at("name").into()),
            other => Ok(other.map(|()| password)?),
        }
    }

    /// All accounts.
    pub fn accounts(&self) -> Result<Vec<AccountInfo>, AppError> {
        let mut list = Vec::new();
        for row in self.storage.accounts()? {
            let Ok(role) = row.role.parse() else { continue };
            list.push(AccountInfo {
                units: self.storage.account_units(&row.name)?,
                second_factor: row.totp.is_some(),
                waits: row.waits,
                role,
                active: row.active,
                name: row.name,
            });
        }
        Ok(list)
    }

    /// Lets an account sign in or not; its sessions end. Somebody must always be left to manage accounts.
    pub fn set_account_active(&self, by: &str, name: &str, active: bool) -> Result<(), AppError> {
        self.known_account(name)?;
        if !active {
            if by == name {
                return Err(Refusal::new("不能停用自己的账号", "you cannot turn your own account off").into());
            }
            self.storage.end_other_sessions(name, "")?;
            self.storage.end_tokens(name, None)?;
        }
        self.storage.set_active(name, active)?;
        // What it agreed to ends with it.
        self.storage.forget_approvals_of(name)?;
        self.note(by, if active { "account_on" } else { "account_off" }, name)
    }

    /// Gives an account a new password, shown once; its sessions end.
    pub fn reset_password(&self, by: &str, name: &str) -> Result<String, AppError> {
        self.known_account(name)?;
        let password = passwords::generate();
        self.storage.set_password(name, &passwords::hash(&password)?, true)?;
        self.wait(name)?;
        if by != name {
            self.account_changed()?;
        }
        self.storage.forget_approvals_of(name)?;
        self.storage.end_other_sessions(name, "")?;
        self.storage.end_tokens(name, None)?;
        self.note(by, "password_reset", name)?;
        Ok(password)
    }

    /// Changes the own password; all other sessions of the account end, and its tokens.
    pub fn change_password(&self, session: &Session, old: &str, new: &str) -> Result<(), AppError> {
        self.own_password(session, old, Refusal::new("现在的口令不正确", "the present password is wrong"))?;
        passwords::check(new, &[&session.account, &self.bureau_name()?]).map_err(|r| r.at("new"))?;
        if old == new {
            return Err(Refusal::new("新口令与现在的口令相同，请换一个", "the new password is the present one; choose another").at("new").into());
        }
        self.storage.set_password(&session.account, &passwords::hash(new)?, false)?;
        self.storage.end_other_sessions(&session.account, &session.key)?;
        self.storage.end_tokens(&session.account, None)?;
        self.note(&session.account, "password_reset", &session.account)
    }

    /// Takes the password again before a grave step.
    pub fn confirm(&self, session: &Session, password: &str) -> Result<(), AppError> {
        self.own_password(session, password, Refusal::new("口令不正确", "the password is wrong"))?;
        Ok(self.storage.confirm_session(&session.key, self.now().unix_timestamp())?)
    }

    /// Whether somebody who is signed in knows the password: throttled as signing in is.
    fn own_password(&self, session: &Session, password: &str, wrong: Refusal) -> Result<(), AppError> {
        // Whoever holds a session is not shut out by those who have none.
        let attempt = self.may_try(&session.account, Trying::Session(&session.key))?;
        let account = self.known_account(&session.account)?;
        if !self.verify_password(&attempt, &account.password, password)? {
            return Err(wrong.into());
        }
        self.succeeded(&attempt);
        Ok(())
    }

    /// The account that a typed name means. An older version kept capitals as they were typed. The same work whether there is one or not.
    fn account_like(&self, name: &str) -> Result<Option<AccountRow>, AppError> {
        let all = self.storage.accounts()?;
        let exact = all.iter().position(|account| account.name == name);
        let like = all.iter().position(|account| passwords::sign_in_name(&account.name) == name);
        Ok(exact.or(like).and_then(|at| all.into_iter().nth(at)))
    }

    pub(super) fn known_account(&self, name: &str) -> Result<AccountRow, AppError> {
        self.storage.account(name)?.ok_or_else(|| Refusal::new("没有这个账号", "there is no such account").into())
    }

    /// A one-time token for the first account, if there is none yet; a new one voids the last.
    pub fn setup_token(&self) -> Result<Option<String>, AppError> {
        if !self.storage.accounts()?.is_empty() {
            return Ok(None);
        }
        let token = random_hex();
        self.storage.set_setting(SETUP, &digest(&token))?;
        Ok(Some(token))
    }

    /// Whether a set-up token is the current one.
    pub fn setup_token_fits(&self, token: &str) -> Result<bool, AppError> {
        Ok(self.storage.setting(SETUP)?.is_some_and(|known| known == digest(token)))
    }

    /// Makes the first account with a set-up token, which is used up by it, and beside it the administrator's, who makes all others.
    /// Returns the administrator's name and password, which are shown once.
    pub fn set_up(&self, token: &str, name: &str, password: &str) -> Result<(String, String), AppError> {
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
        if !self.storage.take_setting(SETUP)? {
            return Err(gone().into());
        }
        if let Err(error) = self.add_account(name, Role::Head, &[], Some(password)) {
            self.storage.set_setting(SETUP, &digest(token))?;
            return Err(error);
        }
        self.note(name, "account_add", name)?;
        let admin = if name == ADMIN { format!("{ADMIN}2") } else { ADMIN.to_owned() };
        let password = self.add_account(&admin, Role::Admin, &[], None)?;
        self.note(name, "account_add", &admin)?;
        Ok((admin, password))
    }

    /// Signs in; returns the cookie's value. Takes the same time for unknown names. `code` is the second factor of those who have one,
    /// `known` what [`App::known_browser`] gave this browser before, if anything.
    pub fn sign_in(self: &Arc<Self>, name: &str, password: &str, code: &str, known: &str) -> Result<String, AppError> {
        let refused = || AppError::Refused(Refusal::new("账号、口令或动态口令不正确", "name, password or code is wrong"));
        if name.chars().count() > 2 * LONGEST_NAME {
            return Err(refused());
        }
        let name = &passwords::sign_in_name(name);
        let attempt = self.may_try(name, Trying::Browser(known))?;
        let account = self.account_like(name)?.filter(|a| a.active);
        let name = account.as_ref().map_or(name.as_str(), |a| a.name.as_str());
        let hash = account.as_ref().map_or(DUMMY_HASH, |a| a.password.as_str());
        let fits = self.verify_password(&attempt, hash, password)?;
        match &account {
            Some(account) if fits => {
                self.may_give_code(name, attempt.known())?;
                if !self.second_factor_fits(account, code)? {
                    self.code_failed(name);
                    self.failed_to_sign_in(name, "code_failed");
                    return Err(refused());
                }
                self.code_fits(name);
            }
            Some(_) => {
                self.failed_to_sign_in(name, "sign_in_failed");
                return Err(refused());
            }
            None => return Err(refused()),
        }
        self.succeeded(&attempt);
        let cookie = self.new_cookie(name);
        let now = self.now().unix_timestamp();
        self.storage.end_sessions("", now - SESSION_LONGEST)?;
        self.storage.add_session(&digest(&cookie), name, now)?;
        self.note_failed()?;
        self.note(name, "sign_in", "")?;
        Ok(cookie)
    }

    /// Verifies a password in the place of those who are known or of strangers. Who finds it taken has not tried.
    fn verify_password(&self, attempt: &Attempt, hash: &str, password: &str) -> Result<bool, AppError> {
        self.passwords.verify(attempt.known(), hash, password).map_err(|busy| {
            self.not_tried(attempt);
            busy.into()
        })
    }

    /// The session of a cookie, if it is still good. Using it keeps it alive.
    pub fn session(&self, cookie: &str) -> Result<Option<Session>, AppError> {
        self.look_up_session(cookie, true)
    }

    /// The same for a page that asks by itself, which is no use of the session.
    pub fn session_as_it_is(&self, cookie: &str) -> Result<Option<Session>, AppError> {
        self.look_up_session(cookie, false)
    }

    fn look_up_session(&self, cookie: &str, used: bool) -> Result<Option<Session>, AppError> {
        let key = digest(cookie);
        let Some(SessionRow { account: name, started, seen, confirmed }) = self.storage.session(&key)? else { return Ok(None) };
        let now = self.now().unix_timestamp();
        let idle = i64::try_from(SESSION_IDLE.as_secs()).unwrap_or(0);
        let account = self.storage.account(&name)?.filter(|a| a.active);
        let role = account.as_ref().and_then(|a| a.role.parse().ok());
        let (true, Some(role)) = (now - started < SESSION_LONGEST && now - seen < idle, role) else {
            self.storage.end_sessions(&key, now - SESSION_LONGEST)?;
            return Ok(None);
        };
        if used && now - seen >= 60 {
            self.storage.touch_session(&key, now)?;
        }
        let units = self.storage.account_units(&name)?;
        let temporary = account.and_then(|a| a.temporary).unwrap_or(false);
        Ok(Some(Session {
            temporary,
            account: name,
            role,
            units,
            csrf: csrf_token(cookie),
            confirmed: confirmed.is_some_and(|at| now - at < CONFIRMED),
            key,
        }))
    }

    /// Ends a session.
    pub fn sign_out(&self, session: &Session) -> Result<(), AppError> {
        self.storage.end_sessions(&session.key, self.now().unix_timestamp() - SESSION_LONGEST)?;
        Ok(())
    }
}

/// The token that every form of a session carries. It follows from the cookie, so a form can be recognised when its session has ended.
#[must_use]
pub fn csrf_token(cookie: &str) -> String {
    digest(&format!("csrf {cookie}"))
}

pub(super) fn random_hex() -> String {
    hex::encode(rng().random::<[u8; 32]>())
}

pub(super) fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}
