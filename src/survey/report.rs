//! Mistakes in a survey's file, each with its place.
//! All of them are told at once, in the order in which they stand.

use std::fmt;

use super::position::Positions;
use crate::text::{Lang, Refusal};

/// All mistakes of a survey file, each with its place.
#[derive(Debug, Clone)]
pub struct SurveyErrors(pub Vec<SurveyError>);

/// One mistake.
#[derive(Debug, Clone)]
pub struct SurveyError {
    /// Line and column, from 1.
    pub position: (usize, usize),
    /// The value it is about, as a JSON Pointer.
    pub pointer: String,
    /// What is wrong and what to do.
    pub refusal: Refusal,
}

impl SurveyError {
    /// `line:column: sentence`, in `lang`.
    #[must_use]
    pub fn line(&self, lang: Lang) -> String {
        format!("{}:{}: {}", self.position.0, self.position.1, self.refusal.get(lang))
    }
}

impl fmt::Display for SurveyErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, error) in self.0.iter().enumerate() {
            if n > 0 {
                f.write_str("\n")?;
            }
            f.write_str(&error.line(Lang::En))?;
        }
        Ok(())
    }
}

impl std::error::Error for SurveyErrors {}

pub(super) struct Report {
    pub(super) positions: Positions,
    pub(super) errors: Vec<SurveyError>,
}

impl Report {
    pub(super) fn add(&mut self, pointer: &str, zh: impl Into<String>, en: impl Into<String>) {
        let position = self.positions.of(pointer);
        self.errors.push(SurveyError {
            position,
            pointer: pointer.to_owned(),
            refusal: Refusal::new(zh, en),
        });
    }

    pub(super) fn finish(mut self) -> SurveyErrors {
        self.errors.sort_by_key(|e| e.position);
        SurveyErrors(self.errors)
    }
}
