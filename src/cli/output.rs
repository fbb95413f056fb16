//! What commands print and ask.
//! Results go to standard output, everything else to standard error, so that a script reads only results.

use std::io::{IsTerminal, Write};

use crate::app::AppError;
use crate::text::Refusal;

/// How to print and ask.
#[derive(Clone, Copy)]
pub(super) struct Output {
    /// JSON instead of text.
    pub json: bool,
    /// Confirmations are answered with yes.
    pub yes: bool,
}

impl Output {
    /// Prints a result.
    pub fn result(self, text: &str, json: &serde_json::Value) {
        if self.json { println!("{json}") } else { println!("{text}") }
    }

    /// Asks before something that cannot be undone; refused without a terminal.
    pub fn confirm(self, consequence: &str) -> Result<(), AppError> {
        if self.yes {
            return Ok(());
        }
        if !std::io::stdin().is_terminal() {
            return Err(Refusal::new("此操作需要确认，请加 --yes", format!("{consequence} There is no terminal to confirm this; add --yes")).into());
        }
        eprint!("{consequence} Go on? [y/N] ");
        std::io::stderr().flush().ok();
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer).map_err(|e| AppError::File(format!("cannot read the answer: {e}")))?;
        if matches!(answer.trim(), "y" | "Y" | "yes") { Ok(()) } else { Err(Refusal::new("已取消", "cancelled").into()) }
    }
}

/// Writes a file, with a sentence if it cannot be written.
pub(super) fn write_file(path: &std::path::Path, bytes: &[u8]) -> Result<(), AppError> {
    std::fs::write(path, bytes).map_err(|e| AppError::File(format!("cannot write {}: {e}", path.display())))
}

/// Writes a file that holds codes: readable by its owner only.
pub(super) fn write_secret_file(path: &std::path::Path, bytes: &[u8]) -> Result<(), AppError> {
    use std::os::unix::fs::OpenOptionsExt;
    let failed = |e: std::io::Error| AppError::File(format!("cannot write {}: {e}", path.display()));
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(bytes).map_err(failed)
}
