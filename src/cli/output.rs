//! What commands print and ask.
//! Results go to standard output, everything else to standard error, so that a script reads only
//! results.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use crate::app::{Actor, AppError};
use crate::text::Refusal;

/// How to print and ask.
#[derive(Clone, Copy)]
pub(super) struct Output {
    /// JSON instead of text.
    pub json: bool,
    /// Confirmations are answered with yes.
    pub yes: bool,
}

/// Prints a line.
pub(super) fn say(line: std::fmt::Arguments) {
    print_text(format_args!("{line}\n"));
}

/// Prints a text as it is. Whoever reads may have read enough and gone away; that is no failure.
pub(super) fn print_text(text: std::fmt::Arguments) {
    let mut out = std::io::stdout().lock();
    match out.write_fmt(text).and_then(|()| out.flush()) {
        Err(e) if e.kind() != std::io::ErrorKind::BrokenPipe => {
            panic!("failed printing to stdout: {e}")
        }
        _ => {}
    }
}

impl Output {
    /// Prints a result.
    pub fn result(self, text: &str, json: &serde_json::Value) {
        if self.json { say(format_args!("{json}")) } else { say(format_args!("{text}")) }
    }

    /// Asks before something that cannot be undone; refused without a terminal.
    pub fn confirm(self, consequence: &str) -> Result<(), AppError> {
        if self.yes {
            return Ok(());
        }
        if !std::io::stdin().is_terminal() {
            return Err(Refusal::new(
                "此操作需要确认，请加 --yes",
                format!("{consequence} There is no terminal to confirm this; add --yes"),
            )
            .into());
        }
        eprint!("{consequence} Go on? [y/N] ");
        std::io::stderr().flush().ok();
        let mut answer = String::new();
        std::io::stdin()
            .read_line(&mut answer)
            .map_err(|e| AppError::File(format!("cannot read the answer: {e}")))?;
        if matches!(answer.trim(), "y" | "Y" | "yes") {
            Ok(())
        } else {
            Err(Refusal::new("已取消", "cancelled").into())
        }
    }
}

/// Writes a file, with a sentence if it cannot be written.
pub(super) fn write_file(path: &Path, bytes: &[u8]) -> Result<(), AppError> {
    std::fs::write(path, bytes)
        .map_err(|e| AppError::File(format!("cannot write {}: {e}", path.display())))
}

/// A file that holds codes: readable by its owner only, and put in place whole or not at all.
pub(super) struct SecretFile {
    place: PathBuf,
    pending: PathBuf,
    file: std::fs::File,
}

impl SecretFile {
    /// Makes sure that the file can be written, without touching one that exists.
    pub fn create(place: &Path) -> Result<Self, AppError> {
        use std::os::unix::fs::OpenOptionsExt;
        let mut name = place.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".{}.tmp", std::process::id()));
        let pending = place.with_file_name(name);
        let file = std::fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&pending)
            .map_err(|e| AppError::File(format!("cannot write {}: {e}", place.display())))?;
        Ok(Self { place: place.to_owned(), pending, file })
    }

    /// Writes the content durably and puts the file in place.
    pub fn finish(mut self, bytes: &[u8]) -> Result<(), AppError> {
        self.file
            .write_all(bytes)
            .and_then(|()| self.file.sync_all())
            .and_then(|()| std::fs::rename(&self.pending, &self.place))
            .map_err(|e| AppError::File(format!("cannot write {}: {e}", self.place.display())))
    }
}

impl Drop for SecretFile {
    /// Takes the pending file away if it was not put in place.
    fn drop(&mut self) {
        std::fs::remove_file(&self.pending).ok();
    }
}

/// Who acted, in the audit chain, where nobody signed in to the desk.
pub(super) fn shell() -> Actor {
    Actor::Shell(format!(
        "command line (system user {})",
        whoami::username().unwrap_or_else(|_| "unknown".to_owned())
    ))
}
