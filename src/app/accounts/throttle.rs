//! How often a password may be tried, so that nobody guesses and nobody is shut out by somebody
//! else's guesses.
//! A browser that has signed in before is known again by a token of its own and counted apart, as
//! is whoever holds a session; addresses are never looked at, since one station is one address.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use rand::RngExt;
use sha2::Sha256;

use crate::app::accounts::session::digest;
use crate::app::{App, AppError, rng};
use crate::text::Refusal;

/// Tries within a minute.
const TRIES: u32 = 5;
const MINUTE: Duration = Duration::from_mins(1);
/// Strangers' names remembered at once. An attacker who invents more pushes out the oldest, never
/// those who are known.
const STRANGERS: usize = 10_000;

/// Length of a session's cookie: secret, tag of its owner, proof.
const COOKIE: usize = 64 + 96 + 32;

type Tries = Mutex<HashMap<String, (u32, Instant)>>;

/// Attempts of the last minute: by strangers, and by those who are known.
#[derive(Default)]
pub(in crate::app) struct Throttle {
    strangers: Tries,
    known: Tries,
}

/// Who tries.
#[derive(Debug, Clone, Copy)]
pub(in crate::app) enum Trying<'a> {
    /// Somebody at the page to sign in, with the token of this browser, if it has one.
    Browser(&'a str),
    /// Whoever holds this session.
    Session(&'a str),
}

impl App {
    /// Counts an attempt before it is verified; refused if there were too many.
    pub(in crate::app) fn may_try(&self, name: &str, who: Trying<'_>) -> Result<Attempt, AppError> {
        let (known, counted) = match who {
            Trying::Session(key) => (true, digest(&format!("session {key}"))),
            // The token as it is made and in no other spelling, or one token would count as many.
            Trying::Browser(token) if self.is_known(name, token) => {
                (true, digest(&format!("browser {token}")))
            }
            Trying::Browser(_) => (false, digest(&format!("name {name}"))),
        };
        let mut tries =
            self.doorkeeper.throttle.of(known).lock().unwrap_or_else(PoisonError::into_inner);
        tries.retain(|_, (_, since)| since.elapsed() < MINUTE);
        if !known && tries.len() >= STRANGERS && !tries.contains_key(&counted) {
            let oldest =
                tries.iter().min_by_key(|(_, (_, since))| *since).map(|(key, _)| key.clone());
            oldest.map(|key| tries.remove(&key));
        }
        let (count, _) = tries.get(&counted).copied().unwrap_or((0, Instant::now()));
        if count >= TRIES {
            return Err(Refusal::new(
                "尝试次数过多，请一分钟后再试",
                "too many attempts; try again in a minute",
            )
            .into());
        }
        tries.insert(counted.clone(), (count + 1, Instant::now()));
        Ok(Attempt { known, counted })
    }

    /// Forgets the attempts that led to the right password.
    pub(in crate::app) fn succeeded(&self, attempt: &Attempt) {
        self.doorkeeper
            .throttle
            .of(attempt.known)
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&attempt.counted);
    }

    /// Takes an attempt back that was not made, because nobody had time for it.
    pub(in crate::app) fn not_tried(&self, attempt: &Attempt) {
        let mut tries = self
            .doorkeeper
            .throttle
            .of(attempt.known)
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((count, _)) = tries.get_mut(&attempt.counted) {
            *count = count.saturating_sub(1);
        }
    }

    /// What a session's cookie ends with: by it alone nobody tells whose it is, but whoever signs
    /// in next is told apart from its owner.
    pub(in crate::app) fn owner_tag(&self, name: &str) -> String {
        let nonce = hex::encode(rng().random::<[u8; 16]>());
        let mac = hex::encode(self.owner_mac(name, &nonce).finalize().into_bytes());
        format!("{nonce}{mac}")
    }

    /// A cookie for a new session: a secret, whose it is, and a proof that it was made here.
    pub(in crate::app) fn new_cookie(&self, name: &str) -> String {
        let told =
            format!("{}{}", crate::app::accounts::session::random_hex(), self.owner_tag(name));
        let proof = self.seal_of(&told);
        told + &proof
    }

    /// Whether a cookie was once given to somebody who signed in, however long ago.
    #[must_use]
    pub fn issued_here(&self, cookie: &str) -> bool {
        cookie.len() == COOKIE
            && cookie
                .split_at_checked(COOKIE - 32)
                .is_some_and(|(told, proof)| self.seal_of(told) == proof)
    }

    /// A seal on what travels through a browser and comes back.
    #[must_use]
    pub fn seal_of(&self, text: &str) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key.derive("zicha/carried/1"))
            .expect("any length is a key");
        mac.update(text.as_bytes());
        hex::encode(&mac.finalize().into_bytes()[..16])
    }

    /// The tag of a session's cookie.
    #[must_use]
    pub fn tag_of(cookie: &str) -> &str {
        cookie.get(64..COOKIE - 32).unwrap_or_default()
    }

    /// Whether a cookie with this tag was an account's.
    #[must_use]
    pub fn is_owner(&self, name: &str, tag: &str) -> bool {
        let Some((nonce, mac)) = tag.split_at_checked(32) else { return false };
        hex::decode(mac).is_ok_and(|mac| {
            self.owner_mac(&crate::app::accounts::passwords::sign_in_name(name), nonce)
                .verify_slice(&mac)
                .is_ok()
        })
    }

    fn owner_mac(&self, name: &str, nonce: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key.derive("zicha/session-owner/1"))
            .expect("any length is a key");
        mac.update(nonce.as_bytes());
        mac.update(name.as_bytes());
        mac
    }

    /// A token by which a browser that signed in as `name` is known again. It opens nothing.
    #[must_use]
    pub fn known_browser(&self, name: &str) -> String {
        let nonce = hex::encode(rng().random::<[u8; 16]>());
        let mac = hex::encode(self.browser_mac(name, &nonce).finalize().into_bytes());
        format!("{nonce}{mac}")
    }

    /// What a browser keeps that token under: one for each account, so that two people at one
    /// computer do not forget each other.
    #[must_use]
    pub fn browser_cookie(name: &str) -> String {
        format!(
            "zicha_known_{}",
            &digest(&crate::app::accounts::passwords::sign_in_name(name))[..12]
        )
    }

    fn is_known(&self, name: &str, token: &str) -> bool {
        let lower = token.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
        let Some((nonce, mac)) = token.split_at_checked(32).filter(|_| lower) else { return false };
        hex::decode(mac).is_ok_and(|mac| self.browser_mac(name, nonce).verify_slice(&mac).is_ok())
    }

    fn browser_mac(&self, name: &str, nonce: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key.derive("zicha/known-browser/1"))
            .expect("any length is a key");
        mac.update(nonce.as_bytes());
        mac.update(name.as_bytes());
        mac
    }
}

impl Throttle {
    fn of(&self, known: bool) -> &Tries {
        if known { &self.known } else { &self.strangers }
    }
}

/// An attempt that was counted.
pub(in crate::app) struct Attempt {
    known: bool,
    counted: String,
}

impl Attempt {
    /// Whether it was made by a browser or a session that is known.
    pub(in crate::app) fn known(&self) -> bool {
        self.known
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::Settings;

    fn app() -> (tempfile::TempDir, App) {
        let folder = tempfile::tempdir().unwrap();
        let app =
            App::open(Settings { data: folder.path().to_owned(), ..Settings::default() }).unwrap();
        (folder, app)
    }

    #[test]
    fn invented_names_push_out_nobody_who_is_known() {
        let (_folder, app) = app();
        let token = app.known_browser("jingban");
        for n in 0..STRANGERS + 50 {
            assert!(app.may_try(&format!("invented {n}"), Trying::Browser("")).is_ok());
        }
        assert!(app.may_try("jingban", Trying::Browser(&token)).is_ok());
        assert!(app.may_try("jingban", Trying::Session("a session")).is_ok());
        assert!(
            app.doorkeeper.throttle.strangers.lock().unwrap().len() <= STRANGERS,
            "nor do they fill the memory"
        );
    }

    #[test]
    fn a_token_counts_in_one_spelling_only() {
        let (_folder, app) = app();
        let token = app.known_browser("jingban");
        for _ in 0..TRIES {
            app.may_try("jingban", Trying::Browser(&token)).unwrap();
        }
        assert!(app.may_try("jingban", Trying::Browser(&token)).is_err());
        // In capitals it is a stranger's, and strangers have tries of their own, together.
        for _ in 0..TRIES {
            app.may_try("jingban", Trying::Browser(&token.to_uppercase())).unwrap();
        }
        assert!(app.may_try("jingban", Trying::Browser(&token.replace('a', "A"))).is_err());
        assert!(
            app.may_try("other", Trying::Browser(&token)).is_ok(),
            "a stranger to every other account"
        );
    }
}
