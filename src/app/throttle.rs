//! How often a password may be tried, so that nobody guesses and nobody is shut out by somebody else's guesses.
//! A browser that has signed in before is known again by a token of its own and counted apart; addresses are never looked at, since one station is one address.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use rand::RngExt;
use sha2::Sha256;

use super::accounts::digest;
use super::{App, AppError, rng};
use crate::text::Refusal;

/// Tries within a minute.
const TRIES: u32 = 5;
/// Names remembered at once: an attacker who invents names does not fill the memory.
const NAMES: usize = 10_000;

impl App {
    /// Counts an attempt before it is verified. `known` is the token of a browser that has signed in as `name` before.
    pub(super) fn may_try(&self, name: &str, known: &str) -> Result<Attempt, AppError> {
        // A browser that is known has tries of its own; whoever floods a name with guesses uses up those of strangers.
        let counted = if self.is_known(name, known) { format!("{name}\0{known}") } else { name.to_owned() };
        let mut tries = self.sign_ins.lock().unwrap_or_else(PoisonError::into_inner);
        tries.retain(|_, (_, since)| since.elapsed() < Duration::from_mins(1));
        let full = tries.len() >= NAMES && !tries.contains_key(&counted);
        let entry = tries.get(&counted).copied().unwrap_or((0, Instant::now()));
        if full || entry.0 >= TRIES {
            return Err(Refusal::new("尝试次数过多，请一分钟后再试", "too many attempts; try again in a minute").into());
        }
        tries.insert(counted.clone(), (entry.0 + 1, Instant::now()));
        Ok(Attempt(counted))
    }

    /// Forgets the attempts that led to the right password.
    pub(super) fn succeeded(&self, attempt: &Attempt) {
        self.sign_ins.lock().unwrap_or_else(PoisonError::into_inner).remove(&attempt.0);
    }

    /// A token by which a browser that signed in as `name` is known again. It opens nothing.
    #[must_use]
    pub fn known_browser(&self, name: &str) -> String {
        let nonce = hex::encode(rng().random::<[u8; 16]>());
        let mac = hex::encode(self.browser_mac(name, &nonce).finalize().into_bytes());
        format!("{nonce}{mac}")
    }

    /// What a browser keeps that token under: one for each account, so that two people at one computer do not forget each other.
    #[must_use]
    pub fn browser_cookie(name: &str) -> String {
        format!("zicha_known_{}", &digest(name)[..12])
    }

    fn is_known(&self, name: &str, token: &str) -> bool {
        let Some((nonce, mac)) = token.split_at_checked(32) else { return false };
        hex::decode(mac).is_ok_and(|mac| self.browser_mac(name, nonce).verify_slice(&mac).is_ok())
    }

    fn browser_mac(&self, name: &str, nonce: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key.derive("zicha/known-browser/1")).expect("any length is a key");
        mac.update(nonce.as_bytes());
        mac.update(name.as_bytes());
        mac
    }
}

/// An attempt that was counted.
pub(super) struct Attempt(String);
