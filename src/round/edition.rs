//! Editions of a ballot's plaintext.
//! What a round was opened with is settled with its key, so that its ballots stay of one kind and one size when the program is replaced.

/// How a plaintext is written; its first byte says it. A round keeps the one it was opened with, and all are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum BallotEdition {
    /// Texts in UTF-8, room for four bytes a character.
    Utf8 = 1,
    /// Texts in UTF-16: two bytes for a character, so that a ballot is half as large. Rare ones take four, for which there is room once over.
    #[default]
    Utf16 = 2,
}

impl BallotEdition {
    /// Every edition there was.
    pub const ALL: [Self; 2] = [Self::Utf8, Self::Utf16];

    /// What a round is sealed with: KEM, KDF and AEAD numbers of RFC 9180 and its successors, and how plaintexts are written.
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
