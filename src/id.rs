//! Names of rounds and other things that zicha numbers itself.
//! They are random, because a serial number would be an order.

use std::fmt;
use std::str::FromStr;

use rand::{CryptoRng, RngExt};
use serde::{Deserialize, Serialize};

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
