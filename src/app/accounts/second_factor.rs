//! The second factor of desk accounts: time-based codes (RFC 6238) and recovery codes.
//! A secret is sealed under the server key, so that a copy of the database alone signs nobody in.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use rand::RngExt;
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

use crate::app::accounts::passwords;
use crate::app::accounts::session::digest;
use crate::app::{Action, Actor, App, AppError, Permission, Session, rng};
use crate::id::AccountName;
use crate::storage::AccountRow;
use crate::text::Refusal;

const RECOVERY_CODES: usize = 10;
/// How long a secret waits for its first code.
const PENDING: Duration = Duration::from_mins(15);

/// A secret that was just made and is not in use yet.
pub struct NewSecret {
    /// For typing into an app.
    pub base32: String,
    /// For its camera.
    pub url: String,
}

impl NewSecret {
    fn of(account: &AccountName, secret: &Secret) -> Self {
        let base32 = secret.to_base32();
        let label = percent_encoding::utf8_percent_encode(
            account.as_str(),
            percent_encoding::NON_ALPHANUMERIC,
        );
        Self { url: format!("otpauth://totp/zicha:{label}?secret={base32}&issuer=zicha"), base32 }
    }
}

impl App {
    /// Makes a secret for an account, to be confirmed with a first code. It waits here, in memory:
    /// nobody else's can be put in its place.
    /// It takes the password, and where one is in use already, a code of that too.
    pub fn new_second_factor(
        &self,
        session: &Session,
        password: &str,
        code: &str,
    ) -> Result<NewSecret, AppError> {
        self.prove_both(session, password, code)?;
        let bytes: [u8; 20] = rng().random();
        let secret = Secret::from(bytes);
        let shown = NewSecret::of(&session.account, &secret);
        self.doorkeeper
            .pending
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(session.account.clone(), (secret, Instant::now()));
        Ok(shown)
    }

    /// The secret that waits for its first code.
    pub fn pending_second_factor(&self, account: &AccountName) -> Option<NewSecret> {
        let mut pending = self.doorkeeper.pending.lock().unwrap_or_else(PoisonError::into_inner);
        pending.retain(|_, (_, since)| since.elapsed() < PENDING);
        pending.get(account).map(|(secret, _)| NewSecret::of(account, secret))
    }

    /// Puts the secret that waits into use if `code` is its current one; returns the recovery
    /// codes, which are shown once.
    pub fn enable_second_factor(&self, by: &Actor, code: &str) -> Result<Vec<String>, AppError> {
        let account = by.account()?;
        let waiting = || self.doorkeeper.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let secret = waiting()
            .get(account)
            .filter(|(_, since)| since.elapsed() < PENDING)
            .map(|(secret, _)| secret.clone());
        let secret = secret.ok_or_else(|| {
            Refusal::new("密钥已过期，请重新生成", "the secret has lapsed; make another")
        })?;
        let step = totp(&secret).check(&plain(code), self.unix()).ok_or_else(|| {
            Refusal::new(
                "动态口令不正确，请核对手机时间后重试",
                "the code is not the current one; check the phone's clock and try again",
            )
        })?;
        let sealed = self.seal_secret(account, &secret);
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| passwords::generate()).collect();
        let hashes: Vec<String> = codes.iter().map(|c| digest(&plain(c))).collect();
        self.deed(by, Action::SecondFactorOn, account.as_str(), |tx| {
            Ok(tx.set_second_factor(account, Some(&sealed), step as i64, &hashes)?)
        })?;
        waiting().remove(account);
        Ok(codes)
    }

    /// Takes the own second factor away, with the password and a code of it.
    pub fn drop_second_factor(
        &self,
        session: &Session,
        password: &str,
        code: &str,
    ) -> Result<(), AppError> {
        self.prove_both(session, password, code)?;
        let account = &session.account;
        self.record(account.as_str(), Action::SecondFactorOff, account.as_str(), |tx| {
            Ok(tx.set_second_factor(account, None, 0, &[])?)
        })
    }

    /// The password, and a code where there is a second factor: what a session alone must not
    /// change.
    fn prove_both(&self, session: &Session, password: &str, code: &str) -> Result<(), AppError> {
        self.confirm(session, password)?;
        let account = self.known_account(&session.account)?;
        if self.second_factor_fits(&account, code)? {
            return Ok(());
        }
        Err(Refusal::new(
            "请填写现在的动态口令或一个备用码",
            "give a current code of the second factor, or a recovery code",
        )
        .into())
    }

    /// Takes the second factor of an account away, when phone and codes are lost.
    pub fn disable_second_factor(&self, by: &Actor, account: &AccountName) -> Result<(), AppError> {
        by.need(Permission::Accounts)?;
        self.deed(by, Action::SecondFactorOff, account.as_str(), |tx| {
            tx.set_second_factor(account, None, 0, &[])?;
            if *account != by.name() {
                tx.forget_approvals_of(account)?;
            }
            Ok(())
        })
    }

    /// Whether an account has a second factor.
    pub fn has_second_factor(&self, account: &AccountName) -> Result<bool, AppError> {
        Ok(self.storage.account(account)?.is_some_and(|a| a.totp.is_some()))
    }

    /// How many recovery codes an account has left.
    pub fn recovery_codes_left(&self, account: &AccountName) -> Result<i64, AppError> {
        Ok(self.storage.recovery_codes_left(account)?)
    }

    /// Whether `code` is the current one of an account, or one of its recovery codes. Each counts
    /// once.
    pub(in crate::app) fn second_factor_fits(
        &self,
        account: &AccountRow,
        code: &str,
    ) -> Result<bool, AppError> {
        let Some(sealed) = &account.totp else { return Ok(true) };
        let code = plain(code);
        if code.len() > 8 {
            let used = self.record(account.name.as_str(), Action::RecoveryUsed, "", |tx| {
                if tx.take_recovery_code(&account.name, &digest(&code))? {
                    Ok(())
                } else {
                    Err(AppError::Changed)
                }
            });
            return match used {
                Err(AppError::Changed) => Ok(false),
                other => other.map(|()| true),
            };
        }
        let Some(secret) = self.open_secret(&account.name, sealed) else {
            return Err(Refusal::new(
                "动态口令的密钥无法读取（服务器密钥已更换），请系统管理员取消动态口令后重新启用",
                "the second factor cannot be read (the server key was replaced); ask an \
                 administrator to remove it",
            )
            .into());
        };
        match totp(&secret).check(&code, self.unix()) {
            Some(step) => Ok(self.storage.use_totp_step(&account.name, step as i64)?),
            None => Ok(false),
        }
    }

    fn unix(&self) -> u64 {
        u64::try_from(self.now().unix_timestamp()).unwrap_or(0)
    }

    fn cipher(&self) -> ChaCha20Poly1305 {
        ChaCha20Poly1305::new((&self.key.derive("zicha/totp/1")).into())
    }

    fn seal_secret(&self, account: &AccountName, secret: &Secret) -> String {
        let nonce: [u8; 12] = rng().random();
        let payload = Payload { msg: secret.as_ref(), aad: account.as_str().as_bytes() };
        let sealed =
            self.cipher().encrypt((&nonce).into(), payload).expect("sealing in memory cannot fail");
        hex::encode([nonce.as_slice(), &sealed].concat())
    }

    fn open_secret(&self, account: &AccountName, sealed: &str) -> Option<Secret> {
        let bytes = hex::decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(12)?;
        let nonce: [u8; 12] = nonce.try_into().ok()?;
        let plain = Zeroizing::new(
            self.cipher()
                .decrypt((&nonce).into(), Payload { msg: sealed, aad: account.as_str().as_bytes() })
                .ok()?,
        );
        Some(Secret::from(plain.as_slice()))
    }
}

fn totp(secret: &Secret) -> Totp {
    Builder::new().with_secret(secret.clone()).build().expect("twenty bytes are a secret")
}

/// A code as it was meant: without spaces and dashes, full-width digits in half width.
fn plain(code: &str) -> String {
    code.chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| {
            if ('０'..='９').contains(&c) {
                char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c)
            } else {
                c.to_ascii_lowercase()
            }
        })
        .collect()
}
