//! Backup and restore. A backup is an age file to a public key whose secret half is kept elsewhere;
//! it never holds the server key or a custody file.
//! So a stolen backup is unreadable, and one that is read holds ballots that nobody can open. A
//! restore suspends open rounds, never makes a spent code good again, and says what is missing.

mod file;
mod restore;
mod side;

use std::io::{BufWriter, Write};
use std::path::Path;
use std::str::FromStr;

use age::secrecy::ExposeSecret;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use file::Header;

use crate::app::{Action, Actor, App, AppError};
use crate::gate::Release;
use crate::round::{ClosingSums, shanghai_day};
use crate::storage::StorageError;
use crate::text::Refusal;
pub use restore::{How, Restoration, RestoredRound};

impl App {
    /// Makes a pair of keys for backups: the secret half into a file, the public half to be told.
    pub fn make_backup_key(path: &Path) -> Result<String, AppError> {
        let identity = age::x25519::Identity::generate();
        let public = identity.to_public().to_string();
        let text = format!(
            "# zicha backup key; keep it away from the server. Public key: {public}\n{}\n",
            identity.to_string().expose_secret()
        );
        crate::app::write_private(path, &text)?;
        Ok(public)
    }

    /// Writes a backup to `path`, encrypted to a public key. Returns its number of rows.
    pub fn backup(
        &self,
        by: &Actor,
        path: &Path,
        recipient: Option<&str>,
    ) -> Result<u64, AppError> {
        by.need(Action::Backup.right())?;
        let recipient = recipient.or(self.settings.backup_recipient.as_deref()).ok_or_else(|| {
            Refusal::new(
                "请指明备份公钥：--to age1…，或设置 ZICHA_BACKUP_RECIPIENT；zicha backup-key FILE \
                 可生成一对",
                "say to which public key: --to age1…, or set ZICHA_BACKUP_RECIPIENT; `zicha \
                 backup-key FILE` makes a pair",
            )
        })?;
        let recipient = age::x25519::Recipient::from_str(recipient).map_err(|e| {
            Refusal::new(
                format!("“{recipient}”不是备份公钥：{e}"),
                format!("`{recipient}` is not a public key of a backup: {e}"),
            )
        })?;
        self.tell(by, Action::BackupBegun, "-")?;
        let failed =
            |e: std::io::Error| AppError::File(format!("cannot write {}: {e}", path.display()));
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(format!(".{}.tmp", std::process::id()));
        let pending = path.with_file_name(name);
        let file = crate::app::create_private(&pending).map_err(failed)?;
        let written = self.write_backup(file, &recipient);
        let result = match written {
            Ok(rows) => std::fs::rename(&pending, path).map(|()| rows).map_err(failed),
            Err(error) => Err(error),
        };
        if result.is_err() {
            std::fs::remove_file(&pending).ok();
        }
        let rows = result?;
        self.tell(by, Action::Backup, "-")?;
        Ok(rows)
    }

    fn write_backup(
        &self,
        file: std::fs::File,
        recipient: &age::x25519::Recipient,
    ) -> Result<u64, AppError> {
        let failed = |e: std::io::Error| AppError::File(format!("cannot write the backup: {e}"));
        let encryptor =
            age::Encryptor::with_recipients(std::iter::once(recipient as &dyn age::Recipient))
                .map_err(|e| AppError::File(format!("cannot encrypt the backup: {e}")))?;
        let sealed = encryptor.wrap_output(BufWriter::new(file)).map_err(failed)?;
        let mut out = GzEncoder::new(sealed, Compression::fast());
        let header = Header::new(shanghai_day(self.now()), self.key.fingerprint());
        writeln!(out, "{}", serde_json::to_string(&header).expect("a header is JSON"))
            .map_err(failed)?;
        let mut rows = 0;
        self.storage.dump(&mut |table, row| {
            rows += 1;
            writeln!(out, "{table}\t{row}")
                .map_err(|e| StorageError::Unavailable(format!("cannot write the backup: {e}")))
        })?;
        writeln!(out, "end\t{rows}").map_err(failed)?;
        let file = out.finish().and_then(age::stream::StreamWriter::finish).map_err(failed)?;
        file.into_inner().map_err(|e| failed(e.into_error()))?.sync_all().map_err(failed)?;
        Ok(rows)
    }
}

/// A Release in its file, with what the bulletin said at closing.
#[derive(Serialize, Deserialize)]
pub(super) struct KeptRelease {
    /// Sums and digest at closing.
    pub closing: Option<ClosingSums>,
    /// The Release.
    pub release: Release,
}
