//! A field that takes a text: a question's own, or that of its option "other".
//! Forms, rows of texts and files know it by one name.

use std::fmt;

/// Which text of which question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextField<'a> {
    /// The question.
    pub question: &'a str,
    /// Whether it is the text of its option "other".
    pub other: bool,
}

/// What the name of such a field ends with.
const OTHER: &str = ".other";

impl<'a> TextField<'a> {
    /// What a name means.
    #[must_use]
    pub fn of(name: &'a str) -> Self {
        match name.strip_suffix(OTHER) {
            Some(question) => Self { question, other: true },
            None => Self { question: name, other: false },
        }
    }

    /// The text of a question's option "other".
    #[must_use]
    pub fn other(question: &'a str) -> Self {
        Self { question, other: true }
    }
}

impl fmt::Display for TextField<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.question, if self.other { OTHER } else { "" })
    }
}
