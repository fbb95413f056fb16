//! Who is signed in, as every use case sees it.
//! A session lives under the digest of its cookie, so that the database signs nobody in.

use crate::id::AccountName;
use crate::unit::UnitCode;
use rand::RngExt;
use sha2::{Digest, Sha256};

use crate::app::accounts::official::Official;
use crate::app::accounts::role::Role;
use crate::app::rng;

/// A signed-in desk user.
#[derive(Debug, Clone)]
pub struct Session {
    /// Account.
    pub account: AccountName,
    /// Who owns it.
    pub official: Official,
    /// Role.
    pub role: Role,
    /// Units it may see (leader, unit head).
    pub units: Vec<UnitCode>,
    /// Token that every form must carry.
    pub csrf: String,
    /// Whether the password was typed a short while ago, as grave steps ask for.
    pub confirmed: bool,
    /// Whether the password was given by somebody else and has to be changed before anything else.
    pub temporary: bool,
    pub(in crate::app) key: String,
}

impl Session {
    /// Whether somebody who does not run rounds reads all of a released round: a leader to whom no
    /// units were given.
    #[must_use]
    pub fn reads_the_bureau(&self) -> bool {
        self.role == Role::Leader && self.units.is_empty()
    }

    /// What pages call whoever is signed in: the person, where one is known.
    #[must_use]
    pub fn shown(&self) -> &str {
        let person = self.official.person.as_str();
        if person.is_empty() { self.account.as_str() } else { person }
    }

    /// What an account is entitled to, without anybody being signed in: for its programs.
    #[must_use]
    pub fn standing(account: AccountName, role: Role, units: Vec<UnitCode>) -> Self {
        Self {
            account,
            official: Official::default(),
            role,
            units,
            csrf: String::new(),
            confirmed: false,
            temporary: false,
            key: String::new(),
        }
    }
}

/// The token that every form of a session carries. It follows from the cookie, so a form can be
/// recognised when its session has ended.
#[must_use]
pub fn csrf_token(cookie: &str) -> String {
    digest(&format!("csrf {cookie}"))
}

pub(in crate::app) fn random_hex() -> String {
    hex::encode(rng().random::<[u8; 32]>())
}

pub(in crate::app) fn digest(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}
