//! What an installation is by itself: its name, its server key, and the files that nobody but its
//! owner reads.
//! A database without its key opens no box, so the two are held together from the first start on.

use crate::access::ServerKey;
use crate::app::{Action, Actor, App, AppError, Settings, rng};
use crate::storage::{Storage, StorageError};
use crate::text::Refusal;

impl App {
    /// Name of the bureau, for pages and exports.
    pub fn bureau_name(&self) -> Result<String, AppError> {
        Ok(self.storage.setting("bureau")?.unwrap_or_else(|| "全局".to_owned()))
    }

    /// Sets the name of the bureau.
    pub fn set_bureau_name(&self, by: &Actor, name: &str) -> Result<(), AppError> {
        by.need(Action::BureauNamed.right())?;
        crate::round::check_title(name)?;
        self.put_bureau_name(by.name(), name)
    }

    pub(super) fn put_bureau_name(&self, by: &str, name: &str) -> Result<(), AppError> {
        self.record(by, Action::BureauNamed, name.trim(), |tx| {
            Ok(tx.set_setting("bureau", name.trim())?)
        })
    }

    /// Sets a fact about this installation by itself.
    pub(super) fn set_setting(&self, key: &str, value: &str) -> Result<(), AppError> {
        self.storage.transaction(|tx| Ok(tx.set_setting(key, value)?))
    }
}

/// Reads the server key, or makes it on the first start of all.
pub(super) fn server_key(settings: &Settings, storage: &Storage) -> Result<ServerKey, AppError> {
    let path = settings.key_path();
    let known = storage.setting("server_key_fingerprint")?;
    let key = match std::fs::read_to_string(&path) {
        Ok(text) => ServerKey::parse(&text).map_err(|r| {
            Refusal::new(
                format!("{}：{}", path.display(), r.zh),
                format!("{}: {}", path.display(), r.en),
            )
        })?,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound && known.is_none() => {
            let key = ServerKey::random(&mut rng());
            write_private(&path, &key.to_file())?;
            key
        }
        Err(e) => {
            return Err(Refusal::new(
                format!(
                    "服务器密钥文件 {} 无法读取（{e}）。没有它，已有轮次的票箱无法开启；请从备份恢\
                     复该文件",
                    path.display()
                ),
                format!(
                    "the server key file {} cannot be read ({e}); without it no box of this \
                     database can be opened: restore the file from its backup",
                    path.display()
                ),
            )
            .into());
        }
    };
    match known {
        None => storage.transaction::<_, StorageError>(|tx| {
            tx.set_setting("server_key_fingerprint", &key.fingerprint())
        })?,
        Some(known) if known != key.fingerprint() => {
            return Err(Refusal::new(
                format!(
                    "服务器密钥 {} 与数据库不匹配（数据库记录 {known}，文件为 {}）；请使用与该数据\
                     库配套的密钥文件",
                    path.display(),
                    key.fingerprint()
                ),
                format!(
                    "the server key {} does not belong to this database (expected {known}, found \
                     {}); use the key file that does",
                    path.display(),
                    key.fingerprint()
                ),
            )
            .into());
        }
        Some(_) => {}
    }
    Ok(key)
}

/// Creates a folder that only its owner can enter.
pub(super) fn create_private_folder(path: &std::path::Path) -> Result<(), AppError> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(|e| AppError::File(format!("cannot create the folder {}: {e}", path.display())))
}

/// Creates a file that only its owner can read, and never over an existing one.
pub(super) fn create_private(path: &std::path::Path) -> std::io::Result<std::fs::File> {
    use std::os::unix::fs::OpenOptionsExt;
    std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Writes a file that only its owner can read, durably, and never over an existing one.
pub(super) fn write_private(path: &std::path::Path, text: &str) -> Result<(), AppError> {
    use std::io::Write;
    let failed =
        |e: std::io::Error| AppError::File(format!("cannot write {}: {e}", path.display()));
    let folder = folder_of(path);
    create_private_folder(folder)?;
    let mut file = create_private(path).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.sync_all().map_err(failed)?;
    std::fs::File::open(folder).and_then(|f| f.sync_all()).map_err(failed)
}

/// The folder of a file, also of one that is named without any.
fn folder_of(path: &std::path::Path) -> &std::path::Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(std::path::Path::new("."))
}
