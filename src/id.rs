//! Names of things, each of a type of its own: rounds, accounts, and what other files make here.
//! As plain text they would be mixed up, and the mistake would look like an empty result. Round
//! names are random, because a serial number would be an order.

use std::fmt;
use std::str::FromStr;

use rand::{CryptoRng, RngExt};
use serde::{Deserialize, Serialize};

/// Makes the type of one kind of name: text that is passed on, compared and shown, never taken for
/// another kind. Whether a name is a good one is checked where people type it.
macro_rules! typed_name {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[derive(serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }

        impl PartialEq<str> for $name {
            fn eq(&self, text: &str) -> bool {
                self.0 == text
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, text: &&str) -> bool {
                self.0 == *text
            }
        }

        impl PartialEq<$name> for &$name {
            fn eq(&self, other: &$name) -> bool {
                self.0 == other.0
            }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}
pub(crate) use typed_name;

typed_name! {
    /// The name that somebody signs in with.
    AccountName
}

/// Letters and digits that cannot be mistaken for one another in print.
const ALPHABET: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";

/// The name of a round: eight letters and digits, short enough to be typed from a poster.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoundId(String);

impl RoundId {
    /// A new random name.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        Self((0..8).map(|_| char::from(ALPHABET[rng.random_range(0..ALPHABET.len())])).collect())
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RoundId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A round name that is not eight of the known letters and digits.
#[derive(Debug, thiserror::Error)]
#[error("a round id has eight lower-case letters and digits; `zicha round list` shows them")]
pub struct BadRoundId;

impl FromStr for RoundId {
    type Err = BadRoundId;

    fn from_str(text: &str) -> Result<Self, BadRoundId> {
        let fits = text.len() == 8 && text.bytes().all(|b| ALPHABET.contains(&b));
        if fits { Ok(Self(text.to_owned())) } else { Err(BadRoundId) }
    }
}

impl TryFrom<String> for RoundId {
    type Error = BadRoundId;

    fn try_from(text: String) -> Result<Self, BadRoundId> {
        text.parse()
    }
}

impl From<RoundId> for String {
    fn from(id: RoundId) -> Self {
        id.0
    }
}
