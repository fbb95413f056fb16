//! What the process says about itself: a fixed list of events with typed fields, and no other line.
//! A field is a name from a list, so that no text of a request, an answer or a database error can
//! reach a log. Times are cut to the hour.

use std::fmt;

use crate::app::AppError;
use crate::id::RoundId;
use crate::storage::StorageError;

/// Something that IT should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A request could not be served.
    RequestFailed(Cause),
    /// Something that the service does by itself failed and will be tried again.
    BackgroundFailed(RoundId, Cause),
    /// An opening stopped; it can be repeated.
    OpeningFailed(RoundId, Cause),
}

/// Why, as far as a log may know. The command line says more to whoever repeats the step there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The database does not answer.
    Unreachable,
    /// The database is locked for too long.
    Locked,
    /// The disk is full.
    DiskFull,
    /// The database or its folder cannot be written.
    ReadOnly,
    /// The database holds something that zicha did not write.
    Corrupt,
    /// A file of the data folder cannot be read or written.
    File,
    /// A rule refused it.
    Refused,
    /// A worker thread was lost.
    Interrupted,
    /// None of these.
    Other,
}

impl Cause {
    const NAMES: [(Self, &'static str); 9] = [
        (Self::Unreachable, "unreachable"),
        (Self::Locked, "locked"),
        (Self::DiskFull, "disk_full"),
        (Self::ReadOnly, "read_only"),
        (Self::Corrupt, "corrupt"),
        (Self::File, "file"),
        (Self::Refused, "refused"),
        (Self::Interrupted, "interrupted"),
        (Self::Other, "other"),
    ];

    fn name(self) -> &'static str {
        Self::NAMES.iter().find(|n| n.0 == self).map_or("other", |n| n.1)
    }
}

impl From<&AppError> for Cause {
    fn from(error: &AppError) -> Self {
        match error {
            AppError::Refused(_)
            | AppError::Mistakes(_)
            | AppError::NotFound(_)
            | AppError::Changed
            | AppError::Forbidden => Self::Refused,
            AppError::File(_) => Self::File,
            AppError::Storage(StorageError::Corrupt(_)) => Self::Corrupt,
            AppError::Storage(StorageError::Unavailable(text)) => {
                let has = |words: &[&str]| words.iter().any(|w| text.contains(w));
                match () {
                    () if has(&["locked", "lock timeout", "timed out waiting"]) => Self::Locked,
                    () if has(&["is full", "No space"]) => Self::DiskFull,
                    () if has(&["readonly", "read-only", "Permission denied"]) => Self::ReadOnly,
                    () if has(&["connect", "server closed", "terminating", "shut down", "SSL"]) => {
                        Self::Unreachable
                    }
                    () => Self::Other,
                }
            }
            AppError::Storage(StorageError::Crossed) => Self::Locked,
            AppError::Storage(
                StorageError::NotFound | StorageError::Exists | StorageError::Impossible,
            ) => Self::Other,
        }
    }
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RequestFailed(cause) => write!(f, "event=request_failed cause={}", cause.name()),
            Self::BackgroundFailed(round, cause) => {
                write!(f, "event=background_failed round={round} cause={}", cause.name())
            }
            Self::OpeningFailed(round, cause) => {
                write!(f, "event=opening_failed round={round} cause={}", cause.name())
            }
        }
    }
}

/// Writes an event to standard error, with the hour in Shanghai.
pub fn report(event: &Event) {
    let now = crate::app::config::system_now().to_offset(crate::round::SHANGHAI);
    eprintln!("zicha: {}T{:02} {event}", now.date(), now.hour());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_names_from_a_list_and_nothing_of_the_cause_s_text() {
        let error = AppError::Storage(StorageError::Unavailable(
            "connection to 10.0.0.7 failed: duplicate 12345678901234567890".into(),
        ));
        assert_eq!(
            Event::RequestFailed(Cause::from(&error)).to_string(),
            "event=request_failed cause=unreachable"
        );
        let file = AppError::File("/data/x".into());
        let line =
            Event::BackgroundFailed("abcdefgh".parse().unwrap(), Cause::from(&file)).to_string();
        assert_eq!(line, "event=background_failed round=abcdefgh cause=file");
        for (cause, name) in Cause::NAMES {
            assert_eq!(cause.name(), name);
        }
    }
}
