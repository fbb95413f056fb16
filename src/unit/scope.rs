//! What a list, a table or a text is about: the bureau as a whole, or one group of it.
//! In an address, a file and a row the bureau has a code that no unit can have.

/// The bureau or a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// The bureau as a whole.
    Bureau,
    /// A reporting group, by its code.
    Group(&'a str),
}

/// The code of the bureau.
const BUREAU: &str = "ALL";

impl<'a> Scope<'a> {
    /// What a code means.
    #[must_use]
    pub fn of(code: &'a str) -> Self {
        if code == BUREAU { Self::Bureau } else { Self::Group(code) }
    }

    /// Its code.
    #[must_use]
    pub fn code(self) -> &'a str {
        match self {
            Self::Bureau => BUREAU,
            Self::Group(code) => code,
        }
    }
}
