//! Passwords: what is accepted, how they are written, and how many are verified at once.
//! Each verification needs 19 MiB; it has a place of its own that is used again, so that a flood of
//! strangers costs waiting and no memory. Those who are known here have their own place.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use argon2::password_hash::PasswordHasher;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Block, Params, Version};
use precis_profiles::precis_core::profile::PrecisFastInvocation;
use precis_profiles::{OpaqueString, UsernameCaseMapped};
use rand::RngExt;
use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, Zeroizing};

use crate::app::{AppError, rng};
use crate::text::Refusal;

const SHORTEST: usize = 12;
/// More than anybody types, and little enough to be normalised at once.
const LONGEST: usize = 256;
/// How many may wait for a place; the rest is asked to try again.
const WAITING: u64 = 16;
/// Memory in KiB and passes.
const ARGON: (u32, u32) = (19_456, 2);

/// An Argon2id hash of nothing that anybody can enter, so that unknown names cost the same time.
pub(in crate::app) const DUMMY_HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1\
     $c29tZXNhbHRzb21lc2FsdA$lDMK8cPnpXQDjsIDAGtVCRx5QYuXLAMRRIKYVa8tEeM";

/// Where passwords are verified: one place for those who are known, one for strangers.
#[derive(Default)]
pub(in crate::app) struct Places {
    known: Place,
    strangers: Place,
}

/// One verification at a time, in memory that is kept for the next.
#[derive(Default)]
struct Place {
    waiting: AtomicU64,
    memory: Mutex<Vec<Block>>,
}

/// There are too many who wait for a place.
pub(in crate::app) struct Busy;

impl From<Busy> for AppError {
    fn from(_: Busy) -> Self {
        Refusal::new(
            "登录的人较多，请稍等几秒再试",
            "many people are signing in; wait a few seconds and try again",
        )
        .into()
    }
}

impl Places {
    /// Whether a password fits a hash.
    pub(in crate::app) fn verify(
        &self,
        known: bool,
        hash: &str,
        password: &str,
    ) -> Result<bool, Busy> {
        let place = if known { &self.known } else { &self.strangers };
        if place.waiting.fetch_add(1, Ordering::Relaxed) >= WAITING {
            place.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Busy);
        }
        let fits = {
            let mut memory = place.memory.lock().unwrap_or_else(PoisonError::into_inner);
            let written = written(password);
            // A hash of before was made of the password as it was typed.
            fits(hash, &written, &mut memory)
                || (*written != password && fits(hash, password, &mut memory))
        };
        place.waiting.fetch_sub(1, Ordering::Relaxed);
        Ok(fits)
    }
}

fn fits(hash: &str, password: &str, memory: &mut Vec<Block>) -> bool {
    let Ok(parsed) = PasswordHash::new(hash) else { return false };
    let (Ok(params), Some(salt), Some(wanted)) =
        (Params::try_from(&parsed), parsed.salt, parsed.hash)
    else {
        return false;
    };
    if memory.len() < params.block_count() {
        memory.resize(params.block_count(), Block::default());
    }
    let mut out = Zeroizing::new(vec![0u8; wanted.len()]);
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let done = argon.hash_password_into_with_memory(
        password.as_bytes(),
        salt.as_ref(),
        &mut out,
        memory.as_mut_slice(),
    );
    // What a password left behind is not kept with the place.
    memory.iter_mut().for_each(Zeroize::zeroize);
    done.is_ok() && same(&out, wanted.as_bytes())
}

/// Compares in the same time wherever the difference is.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |different, (x, y)| different | (x ^ y)) == 0
}

/// Full-width letters and blanks as plain ones: an input method that was left on is no other
/// password.
fn narrow(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            '\u{3000}' => ' ',
            other => other,
        })
        .collect()
}

/// A password as it is hashed (RFC 8265, OpaqueString), whatever keyboard wrote it.
fn written(password: &str) -> Zeroizing<String> {
    let narrow = Zeroizing::new(narrow(password));
    let opaque = OpaqueString::enforce(narrow.as_str()).map(std::borrow::Cow::into_owned);
    Zeroizing::new(opaque.unwrap_or_else(|_| narrow.nfc().collect()))
}

/// A sign-in name as it is kept (RFC 8265, UsernameCaseMapped): blanks around it, case, width and
/// composition make no difference.
pub(in crate::app) fn sign_in_name(name: &str) -> String {
    let name = narrow(name);
    let name = name.trim();
    UsernameCaseMapped::enforce(name).map_or_else(
        |_| name.nfc().collect::<String>().to_lowercase(),
        std::borrow::Cow::into_owned,
    )
}

/// Hashes a password.
pub(in crate::app) fn hash(password: &str) -> Result<String, AppError> {
    let params = Params::new(ARGON.0, ARGON.1, 1, None).expect("these parameters are valid");
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon
        .hash_password(written(password).as_bytes())
        .map(|h| h.to_string())
        .map_err(|e| AppError::File(format!("cannot hash a password: {e}")))
}

/// Refuses what is short, or among the first that anybody would try. `about` are words that
/// everybody knows of the owner.
pub(in crate::app) fn check(password: &str, about: &[&str]) -> Result<(), Refusal> {
    let written = written(password);
    let length = written.chars().count();
    if length < SHORTEST {
        return Err(Refusal::new(
            format!("口令至少 {SHORTEST} 位"),
            format!("a password has {SHORTEST} characters or more"),
        )
        .at("password"));
    }
    if length > LONGEST {
        return Err(Refusal::new(
            format!("口令最多 {LONGEST} 位"),
            format!("a password has {LONGEST} characters at most"),
        )
        .at("password"));
    }
    let about: Vec<&str> =
        about.iter().copied().chain(["zicha", "自查", "chengguan", "zhifaju"]).collect();
    let lower = written.to_lowercase();
    // The owner's name, once or several times, and little else.
    let rest = about
        .iter()
        .filter(|word| word.chars().count() >= 2)
        .fold(lower, |rest, word| rest.replace(&word.to_lowercase(), ""));
    if rest.chars().count() * 2 < length
        || zxcvbn::zxcvbn(&written, &about).score() < zxcvbn::Score::Three
    {
        return Err(Refusal::new(
            "这个口令太常见，或含有账号、单位名称，很容易被猜中；请换一句只有您知道的话",
            "this password is among the first that anybody would try, or holds the account's name; \
             choose a sentence that only you know",
        )
        .at("password"));
    }
    Ok(())
}

/// Four groups of five letters and digits: 98 bits that can be read out.
pub(in crate::app) fn generate() -> String {
    const LETTERS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let mut rng = rng();
    let group = |rng: &mut rand::rngs::ThreadRng| {
        (0..5).map(|_| char::from(LETTERS[rng.random_range(0..LETTERS.len())])).collect::<String>()
    };
    (0..4).map(|_| group(&mut rng)).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verify(hash: &str, password: &str) -> bool {
        Places::default().verify(false, hash, password).is_ok_and(|fits| fits)
    }

    #[test]
    fn an_unknown_name_costs_a_real_verification() {
        assert!(PasswordHash::new(DUMMY_HASH).is_ok());
        assert!(!verify(DUMMY_HASH, "anything at all"));
    }

    #[test]
    fn a_password_is_the_same_whatever_keyboard_wrote_it() {
        let kept = hash("Café au lait 十二位").unwrap();
        for typed in [
            "Café au lait 十二位",
            "Cafe\u{301} au lait 十二位",
            "Ｃａｆé\u{3000}ａｕ　ｌａｉｔ 十二位",
        ] {
            assert!(verify(&kept, typed), "{typed}");
        }
        assert!(!verify(&kept, "café au lait 十二位"), "case counts");
        // A hash that was made before passwords were normalised.
        let old = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(ARGON.0, ARGON.1, 1, None).unwrap(),
        );
        let old = old.hash_password("ｆｕｌｌ　ｗｉｄｔｈ口令".as_bytes()).unwrap().to_string();
        assert!(verify(&old, "ｆｕｌｌ　ｗｉｄｔｈ口令"));
    }

    #[test]
    fn a_name_is_the_same_with_a_capital_a_blank_or_full_width() {
        for typed in ["fuzeren", "Fuzeren", " fuzeren ", "ＦＵＺＥＲＥＮ", "fuzeren\u{3000}"]
        {
            assert_eq!(sign_in_name(typed), "fuzeren", "{typed:?}");
        }
        assert_eq!(sign_in_name("张三"), "张三");
    }

    #[test]
    fn what_anybody_would_try_first_is_refused() {
        for weak in [
            "123456789012",
            "qwertyuiopas",
            "jingbanjingban",
            "password1234",
            "aaaaaaaaaaaaaa",
            "jingban.zicha",
        ] {
            assert!(check(weak, &["jingban"]).is_err(), "{weak}");
        }
        for good in [
            "一句容易记住而且够长的口令",
            "k3fwa-x9q2m-hrt7c-vbn4e",
            "correct horse battery staple",
        ] {
            assert!(check(good, &["jingban"]).is_ok(), "{good}");
        }
    }
}
