//! The second factor of desk accounts: time-based codes (RFC 6238) and recovery codes.
//! A secret is sealed under the server key, so that a copy of the database alone signs nobody in.

use chacha20poly1305::ChaCha20Poly1305;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use rand::RngExt;
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

use super::accounts::{digest, generate_password};
use super::{App, AppError, rng};
use crate::storage::AccountRow;
use crate::text::Refusal;

const RECOVERY_CODES: usize = 10;

/// A secret that was just made and is not in use yet.
pub struct NewSecret {
    /// For typing into an app.
    pub base32: String,
    /// For its camera.
    pub url: String,
}

impl App {
    /// A secret for an account, to be confirmed with a first code. Nothing is stored.
    pub fn new_second_factor(&self, account: &str) -> NewSecret {
        let bytes: [u8; 20] = rng().random();
        let base32 = Secret::from(bytes).to_base32();
        let label = percent_encoding::utf8_percent_encode(account, percent_encoding::NON_ALPHANUMERIC);
        NewSecret { url: format!("otpauth://totp/zicha:{label}?secret={base32}&issuer=zicha"), base32 }
    }

    /// Puts a secret into use if `code` is its current one; returns the recovery codes, which are shown once.
    pub fn enable_second_factor(&self, account: &str, base32: &str, code: &str) -> Result<Vec<String>, AppError> {
        let wrong = || Refusal::new("动态口令不正确，请核对手机时间后重试", "the code is not the current one; check the phone's clock and try again");
        let secret = Secret::try_from_base32(base32).map_err(|_| wrong())?;
        let step = totp(&secret).check(&plain(code), self.unix()).ok_or_else(wrong)?;
        let sealed = self.seal_secret(account, &secret);
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| generate_password()).collect();
        let hashes: Vec<String> = codes.iter().map(|c| digest(&plain(c))).collect();
        self.storage.set_second_factor(account, Some(&sealed), step as i64, &hashes)?;
        self.note(account, "second_factor_on", account)?;
        Ok(codes)
    }

    /// Takes the second factor away: by its owner, or by the administrator when phone and codes are lost.
    pub fn disable_second_factor(&self, by: &str, account: &str) -> Result<(), AppError> {
        self.storage.set_second_factor(account, None, 0, &[])?;
        self.note(by, "second_factor_off", account)
    }

    /// Whether an account has a second factor.
    pub fn has_second_factor(&self, account: &str) -> Result<bool, AppError> {
        Ok(self.storage.account(account)?.is_some_and(|a| a.totp.is_some()))
    }

    /// How many recovery codes an account has left.
    pub fn recovery_codes_left(&self, account: &str) -> Result<i64, AppError> {
        Ok(self.storage.recovery_codes_left(account)?)
    }

    /// Whether `code` is the current one of an account, or one of its recovery codes. Each counts once.
    pub(super) fn second_factor_fits(&self, account: &AccountRow, code: &str) -> Result<bool, AppError> {
        let Some(sealed) = &account.totp else { return Ok(true) };
        let code = plain(code);
        if code.len() > 8 {
            let fits = self.storage.take_recovery_code(&account.name, &digest(&code))?;
            if fits {
                self.note(&account.name, "recovery_used", "")?;
            }
            return Ok(fits);
        }
        let Some(secret) = self.open_secret(&account.name, sealed) else {
            return Err(Refusal::new(
                "动态口令的密钥无法读取（服务器密钥已更换），请系统管理员取消动态口令后重新启用",
                "the second factor cannot be read (the server key was replaced); ask an administrator to remove it",
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

    fn seal_secret(&self, account: &str, secret: &Secret) -> String {
        let nonce: [u8; 12] = rng().random();
        let payload = Payload { msg: secret.as_ref(), aad: account.as_bytes() };
        let sealed = self.cipher().encrypt((&nonce).into(), payload).expect("sealing in memory cannot fail");
        hex::encode([nonce.as_slice(), &sealed].concat())
    }

    fn open_secret(&self, account: &str, sealed: &str) -> Option<Secret> {
        let bytes = hex::decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_checked(12)?;
        let nonce: [u8; 12] = nonce.try_into().ok()?;
        let plain = Zeroizing::new(self.cipher().decrypt((&nonce).into(), Payload { msg: sealed, aad: account.as_bytes() }).ok()?);
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
        .map(|c| if ('０'..='９').contains(&c) { char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c) } else { c.to_ascii_lowercase() })
        .collect()
}
