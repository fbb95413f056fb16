//! Coming in and staying in: password and second factor, sessions, and the password again before
//! grave steps.
//! Every refusal says the same and takes the same time, whether there is such an account or not.

use std::sync::Arc;
use std::time::Duration;

use crate::app::accounts::LONGEST_NAME;
use crate::app::accounts::passwords::{self, DUMMY_HASH};
use crate::app::accounts::session::{Session, csrf_token, digest};
use crate::app::accounts::throttle::{Attempt, Trying};
use crate::app::{Action, App, AppError};
use crate::storage::SessionRow;
use crate::text::Refusal;

/// A session ends after this long without use.
pub const SESSION_IDLE: Duration = Duration::from_mins(30);
const SESSION_LONGEST: i64 = 8 * 3600;
/// For how many seconds a typed password counts for grave steps.
const CONFIRMED: i64 = 10 * 60;
impl App {
    /// Signs in; returns the cookie's value. Takes the same time for unknown names. `code` is the
    /// second factor of those who have one,
    /// `known` what [`App::known_browser`] gave this browser before, if anything.
    pub fn sign_in(
        self: &Arc<Self>,
        name: &str,
        password: &str,
        code: &str,
        known: &str,
    ) -> Result<String, AppError> {
        let refused = || {
            AppError::Refused(Refusal::new(
                "账号、口令或动态口令不正确",
                "name, password or code is wrong",
            ))
        };
        if name.chars().count() > 2 * LONGEST_NAME {
            return Err(refused());
        }
        let name = &passwords::sign_in_name(name);
        let attempt = self.may_try(name, Trying::Browser(known))?;
        let account = self.account_like(name)?.filter(|a| a.active);
        let name = account.as_ref().map_or(name.as_str(), |a| a.name.as_str());
        let hash = account.as_ref().map_or(DUMMY_HASH, |a| a.password.as_str());
        let fits = self.verify_password(&attempt, hash, password)?;
        let owner = match &account {
            Some(account) if fits => {
                self.may_give_code(name, attempt.known())?;
                if !self.second_factor_fits(account, code)? {
                    self.code_failed(name);
                    self.failed_to_sign_in(name, Action::CodeFailed);
                    return Err(refused());
                }
                self.code_fits(name);
                &account.name
            }
            Some(_) => {
                self.failed_to_sign_in(name, Action::SignInFailed);
                return Err(refused());
            }
            None => return Err(refused()),
        };
        self.succeeded(&attempt);
        let cookie = self.new_cookie(name);
        let now = self.now().unix_timestamp();
        self.storage.end_sessions("", now - SESSION_LONGEST)?;
        self.note_failed()?;
        self.record(name, Action::SignIn, "", |tx| {
            Ok(tx.add_session(&digest(&cookie), owner, now)?)
        })?;
        Ok(cookie)
    }

    /// Verifies a password in the place of those who are known or of strangers. Who finds it taken
    /// has not tried.
    fn verify_password(
        &self,
        attempt: &Attempt,
        hash: &str,
        password: &str,
    ) -> Result<bool, AppError> {
        self.doorkeeper.passwords.verify(attempt.known(), hash, password).map_err(|busy| {
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
        let Some(SessionRow { account: name, started, seen, confirmed }) =
            self.storage.session(&key)?
        else {
            return Ok(None);
        };
        let now = self.now().unix_timestamp();
        let idle = i64::try_from(SESSION_IDLE.as_secs()).unwrap_or(0);
        let account = self.storage.account(&name)?.filter(|a| a.active);
        let role = account.as_ref().and_then(|a| a.role.parse().ok());
        let (true, Some(role)) = (now - started < SESSION_LONGEST && now - seen < idle, role)
        else {
            self.storage.end_sessions(&key, now - SESSION_LONGEST)?;
            return Ok(None);
        };
        if used && now - seen >= 60 {
            self.storage.touch_session(&key, now)?;
        }
        let units = self.storage.account_units(&name)?;
        let temporary = account.as_ref().and_then(|a| a.temporary).unwrap_or(false);
        Ok(Some(Session {
            official: account.map(|a| a.official()).unwrap_or_default(),
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

    /// Changes the own password; all other sessions of the account end, and its tokens.
    pub fn change_password(&self, session: &Session, old: &str, new: &str) -> Result<(), AppError> {
        self.own_password(
            session,
            old,
            Refusal::new("现在的口令不正确", "the present password is wrong"),
        )?;
        passwords::check(new, &[session.account.as_str(), &self.bureau_name()?])
            .map_err(|r| r.at("new"))?;
        if old == new {
            return Err(Refusal::new(
                "新口令与现在的口令相同，请换一个",
                "the new password is the present one; choose another",
            )
            .at("new")
            .into());
        }
        let (account, hash) = (&session.account, passwords::hash(new)?);
        self.record(account.as_str(), Action::PasswordReset, account.as_str(), |tx| {
            tx.set_password(account, &hash, false)?;
            tx.end_other_sessions(account, &session.key)?;
            tx.end_tokens(account, None)?;
            Ok(())
        })
    }

    /// Takes the password again before a grave step.
    pub fn confirm(&self, session: &Session, password: &str) -> Result<(), AppError> {
        self.own_password(session, password, Refusal::new("口令不正确", "the password is wrong"))?;
        Ok(self.storage.confirm_session(&session.key, self.now().unix_timestamp())?)
    }

    /// Whether somebody who is signed in knows the password: throttled as signing in is.
    fn own_password(
        &self,
        session: &Session,
        password: &str,
        wrong: Refusal,
    ) -> Result<(), AppError> {
        // Whoever holds a session is not shut out by those who have none.
        let attempt = self.may_try(session.account.as_str(), Trying::Session(&session.key))?;
        let account = self.known_account(&session.account)?;
        if !self.verify_password(&attempt, &account.password, password)? {
            return Err(wrong.into());
        }
        self.succeeded(&attempt);
        Ok(())
    }
}
