//! What a list, a table or a text is about: the bureau as a whole, or one group of it.
//! In an address, a file and a row the bureau has a code that no unit can have.

use super::GroupCode;

/// The bureau or a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// The bureau as a whole.
    Bureau,
    /// A reporting group, by its code.
    Group(&'a GroupCode),
}

/// The code of the bureau, which no unit and no group has.
pub(super) const BUREAU: &str = "ALL";

impl<'a> Scope<'a> {
    /// What a code means.
    #[must_use]
    pub fn of(code: &'a GroupCode) -> Self {
        if *code == BUREAU { Self::Bureau } else { Self::Group(code) }
    }
}

impl GroupCode {
    /// The code of the bureau as a whole.
    #[must_use]
    pub fn bureau() -> Self {
        Self::from(BUREAU)
    }
}
