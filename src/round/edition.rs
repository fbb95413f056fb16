//! Editions of a ballot's plaintext.
//! What a round was opened with is settled with its key, so that its ballots stay of one kind and
//! one size when the program is replaced.

use super::Round;
use crate::text::Refusal;

/// How a plaintext is written; its first byte says it. A round keeps the one it was opened with,
/// and all are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum BallotEdition {
    /// Texts in UTF-8, room for four bytes a character.
    Utf8 = 1,
    /// Texts in UTF-16: two bytes for a character, so that a ballot is half as large. Rare ones
    /// take four, for which there is room once over.
    #[default]
    Utf16 = 2,
}

impl BallotEdition {
    /// Every edition there was.
    pub const ALL: [Self; 2] = [Self::Utf8, Self::Utf16];

    /// What a round is sealed with: KEM, KDF and AEAD numbers of RFC 9180 and its successors, and
    /// how plaintexts are written.
    #[must_use]
    pub fn suite(self) -> &'static str {
        match self {
            Self::Utf8 => "hpke:647a-0001-0003:psk",
            Self::Utf16 => "hpke:647a-0001-0003:psk:utf16",
        }
    }

    /// The edition of a suite; none if it is of a later version.
    #[must_use]
    pub fn of_suite(suite: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|edition| edition.suite() == suite)
    }
}

impl Round {
    /// How its ballots are written; refused if only a later version knows.
    pub fn known_edition(&self) -> Result<BallotEdition, Refusal> {
        self.edition.ok_or_else(|| {
            Refusal::new(
                "本轮由更新版本的程序开放，本机程序版本过旧，请先升级",
                "this round was opened by a newer version of zicha; upgrade this node first",
            )
        })
    }
}
