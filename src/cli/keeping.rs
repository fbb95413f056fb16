//! What keeps an installation: backup, restore, and the clock that the calendar goes by.
//! Whatever a restore keeps, loses or does not know is said line by line.

use std::path::Path;

use serde_json::json;

use super::output::{Output, shell};
use crate::app::{App, AppError, minute_of};
use crate::round::RoundState;

/// `zicha backup`.
pub(super) fn backup(
    app: &App,
    file: &Path,
    to: Option<&str>,
    out: Output,
) -> Result<(), AppError> {
    let rows = app.backup(&shell(), file, to)?;
    out.result(&format!("{rows} rows in {}", file.display()), &json!({ "rows": rows }));
    Ok(())
}

/// `zicha restore`.
pub(super) fn restore(app: &App, file: &Path, key: &Path, out: Output) -> Result<(), AppError> {
    if !app.rounds()?.is_empty() || !app.accounts(&shell())?.is_empty() {
        out.confirm(
            "The service must be stopped. Units, accounts and rounds are replaced by the backup's, \
             but for rounds that are further on here.",
        )?;
    }
    let done = app.restore(&shell(), file, key)?;
    let mut text = String::from("restored");
    if done.kept_database {
        text.push_str(
            "\nthe database is further on than the backup: units, accounts, lists, settings and \
             the audit chain stay as they are here",
        );
        for deed in &done.kept {
            text.push_str(&format!("\n  kept: {deed}"));
        }
    }
    for r in &done.rounds {
        let before = r.before.map_or_else(|| "unknown".to_owned(), |n| n.to_string());
        text.push_str(&format!(
            "\n{}  {:<9} {:?}: ballots in backup {}, before {before}, now {}",
            r.round,
            r.state.as_str(),
            r.how,
            r.in_backup,
            r.now
        ));
        match r.before {
            Some(before) if before > r.now => {
                text.push_str(&format!("; {} are missing", before - r.now));
            }
            None if r.state == RoundState::Suspended => {
                text.push_str("; ballots received after the backup are lost, how many is unknown");
            }
            _ => {}
        }
        if r.state == RoundState::Suspended {
            text.push_str("; suspended until two accounts accept this at the desk");
        }
        if !r.can_be_opened {
            text.push_str(
                "; WARNING: its custody file is not here, so its box cannot be opened; restore on \
                 the node that opened the round",
            );
        }
    }
    out.result(&text, &json!(done));
    Ok(())
}

/// `zicha clock`, `zicha clock confirm`.
pub(super) fn clock(app: &App, confirm: bool, out: Output) -> Result<(), AppError> {
    if confirm {
        out.confirm(&format!(
            "The clock says {}. Closing and destruction go by it from now on.",
            minute_of(app.now().unix_timestamp())
        ))?;
        app.confirm_clock(&shell())?;
    }
    if let Some(doubt) = app.clock_doubt()? {
        Err(doubt.refusal().into())
    } else {
        let now = minute_of(app.now().unix_timestamp());
        out.result(&format!("believed; it says {now}"), &json!({ "believed": true, "now": now }));
        Ok(())
    }
}
