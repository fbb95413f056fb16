//! Settings: one table for command line, environment and file.
//! The table is also what `--help`, the settings page of the docs and a test read, so it cannot
//! drift.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use time::OffsetDateTime;

use crate::app::{AppError, PublicAddress};
use crate::text::Refusal;

/// Every setting: name in the file, environment variable, default, meaning.
pub const SETTINGS: [(&str, &str, &str, &str); 11] = [
    (
        "database",
        "ZICHA_DATABASE",
        "sqlite://DATA/zicha.db",
        "Database address: sqlite://FILE or postgres://USER:PASSWORD@HOST/NAME",
    ),
    (
        "data",
        "ZICHA_DATA",
        "data",
        "Folder for the server key, custody files, ballot boxes (SQLite) and release files",
    ),
    ("listen", "ZICHA_LISTEN", "127.0.0.1:8080", "Address of the questionnaire side"),
    (
        "desk_listen",
        "ZICHA_DESK_LISTEN",
        "(as listen)",
        "Address of the desk, if it should be reachable elsewhere than the questionnaires",
    ),
    (
        "public_url",
        "ZICHA_PUBLIC_URL",
        "http://LISTEN",
        "Address that officers' phones use; printed on slips; https makes desk cookies Secure",
    ),
    (
        "server_key",
        "ZICHA_SERVER_KEY",
        "DATA/server.key",
        "File with the server key; made on first start; losing it loses every unopened box",
    ),
    (
        "keep_originals_days",
        "ZICHA_KEEP_ORIGINALS_DAYS",
        "60",
        "Days after an opening until original texts and spent codes are destroyed (1 to 90)",
    ),
    (
        "backup_recipient",
        "ZICHA_BACKUP_RECIPIENT",
        "(none)",
        "Public key (age1…) that backups are encrypted to; `zicha backup-key` makes one",
    ),
    ("workers", "ZICHA_WORKERS", "(cores)", "Threads that serve requests"),
    ("part", "ZICHA_PART", "all", "What `serve` serves: all, intake (questionnaires only) or desk"),
    (
        "opening_database",
        "ZICHA_OPENING_DATABASE",
        "(as database)",
        "Address with the rights to make, open and destroy boxes (PostgreSQL with roles)",
    ),
];

/// The settings of a running zicha.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Database address, if given.
    pub database: Option<String>,
    /// Data folder.
    pub data: PathBuf,
    /// Questionnaire address.
    pub listen: String,
    /// Desk address, if separate.
    pub desk_listen: Option<String>,
    /// Public address, if given.
    pub public_url: Option<String>,
    /// Server key file, if given.
    pub server_key: Option<PathBuf>,
    /// Threads, if given.
    pub workers: Option<usize>,
    /// Days that original texts and spent codes are kept after an opening.
    pub keep_originals: u16,
    /// Public key of backups, if given.
    pub backup_recipient: Option<String>,
    /// What is served.
    pub part: Part,
    /// Database address for what only an opening does, if it is another one.
    pub opening_database: Option<String>,
    /// Everything is invented.
    pub demo: bool,
}

/// What a node serves. On PostgreSQL each part can have a role of its own that may do no more
/// (`deploy/postgres/roles.sql`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Part {
    /// Questionnaires and desk.
    #[default]
    All,
    /// Questionnaires: takes ballots in, and never moves a round on.
    Intake,
    /// The desk, and what the days ask for: closing, turnout, destruction.
    Desk,
}

impl std::str::FromStr for Part {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        match text.trim() {
            "all" => Ok(Self::All),
            "intake" => Ok(Self::Intake),
            "desk" => Ok(Self::Desk),
            _ => Err(Refusal::new(
                "ZICHA_PART 应为 all、intake 或 desk",
                "ZICHA_PART must be all, intake or desk",
            )),
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct SettingsFile {
    database: Option<String>,
    data: Option<PathBuf>,
    listen: Option<String>,
    desk_listen: Option<String>,
    public_url: Option<String>,
    server_key: Option<PathBuf>,
    workers: Option<usize>,
    keep_originals_days: Option<u16>,
    backup_recipient: Option<String>,
    part: Option<String>,
    opening_database: Option<String>,
}

/// Days that originals are kept unless said otherwise.
const KEEP_ORIGINALS: u16 = 60;

impl Default for Settings {
    fn default() -> Self {
        Self {
            database: None,
            data: PathBuf::from("data"),
            listen: "127.0.0.1:8080".to_owned(),
            desk_listen: None,
            public_url: None,
            server_key: None,
            workers: None,
            keep_originals: KEEP_ORIGINALS,
            backup_recipient: None,
            part: Part::All,
            opening_database: None,
            demo: false,
        }
    }
}

impl Settings {
    /// Settings from a file (if given), overridden by the environment; the command line comes on
    /// top.
    pub fn load(
        file: Option<&Path>,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, AppError> {
        let file = match file {
            None => SettingsFile::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|e| {
                    AppError::File(format!("cannot read the settings file {}: {e}", path.display()))
                })?;
                toml::from_str(&text).map_err(|e| {
                    Refusal::new(
                        format!("设置文件 {} 有误：{}", path.display(), e.message()),
                        format!("the settings file {}: {}", path.display(), e.message()),
                    )
                })?
            }
        };
        let workers = number(env("ZICHA_WORKERS"), file.workers, "ZICHA_WORKERS", 1..=256)?;
        let keep = number(
            env("ZICHA_KEEP_ORIGINALS_DAYS"),
            file.keep_originals_days,
            "ZICHA_KEEP_ORIGINALS_DAYS",
            1..=90,
        )?;
        let default = Self::default();
        Ok(Self {
            database: env("ZICHA_DATABASE").or(file.database),
            data: env("ZICHA_DATA").map(PathBuf::from).or(file.data).unwrap_or(default.data),
            listen: env("ZICHA_LISTEN").or(file.listen).unwrap_or(default.listen),
            desk_listen: env("ZICHA_DESK_LISTEN").or(file.desk_listen),
            public_url: env("ZICHA_PUBLIC_URL").or(file.public_url),
            server_key: env("ZICHA_SERVER_KEY").map(PathBuf::from).or(file.server_key),
            workers,
            keep_originals: keep.unwrap_or(default.keep_originals),
            backup_recipient: env("ZICHA_BACKUP_RECIPIENT").or(file.backup_recipient),
            part: env("ZICHA_PART").or(file.part).map_or(Ok(Part::All), |part| part.parse())?,
            opening_database: env("ZICHA_OPENING_DATABASE").or(file.opening_database),
            demo: false,
        })
    }

    /// The database address.
    #[must_use]
    pub fn database_url(&self) -> String {
        self.database
            .clone()
            .unwrap_or_else(|| format!("sqlite://{}", self.data.join("zicha.db").display()))
    }

    /// The public address, checked. Without one it is where the service listens, as this machine
    /// reaches it.
    pub fn public_address(&self) -> Result<PublicAddress, Refusal> {
        match &self.public_url {
            Some(typed) => PublicAddress::parse(typed),
            None => PublicAddress::parse(&format!(
                "http://{}",
                self.listen.replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]")
            )),
        }
    }

    /// The public address without a final slash.
    #[must_use]
    pub fn public_url(&self) -> String {
        self.public_address().map_or_else(
            |_| format!("http://{}", self.listen),
            |address| address.as_str().to_owned(),
        )
    }

    /// Whether phones reach the service over TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_address().is_ok_and(|address| address.is_https())
    }

    /// The server key file.
    #[must_use]
    pub fn key_path(&self) -> PathBuf {
        self.server_key.clone().unwrap_or_else(|| self.data.join("server.key"))
    }
}

/// A number from the environment or the file, within its range.
fn number<N: std::str::FromStr + PartialOrd + std::fmt::Display>(
    env: Option<String>,
    file: Option<N>,
    name: &str,
    range: std::ops::RangeInclusive<N>,
) -> Result<Option<N>, AppError> {
    let wrong = || {
        Refusal::new(
            format!("{name} 应为 {} 至 {} 的整数", range.start(), range.end()),
            format!("{name} must be a whole number from {} to {}", range.start(), range.end()),
        )
    };
    let number = match env {
        Some(text) => Some(text.trim().parse().map_err(|_| wrong())?),
        None => file,
    };
    if number.as_ref().is_some_and(|n| !range.contains(n)) {
        Err(wrong().into())
    } else {
        Ok(number)
    }
}

/// The system clock. `ZICHA_TEST_NOW` (Unix seconds) replaces it in debug builds, so that tests can
/// jump through a campaign.
#[expect(
    clippy::disallowed_methods,
    reason = "the application hands the time to the domain from here"
)]
pub(crate) fn system_now() -> OffsetDateTime {
    #[cfg(debug_assertions)]
    if let Some(now) = std::env::var("ZICHA_TEST_NOW")
        .ok()
        .and_then(|t| t.parse().ok())
        .and_then(|t| OffsetDateTime::from_unix_timestamp(t).ok())
    {
        return now;
    }
    OffsetDateTime::now_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_overrides_the_file_and_unknown_keys_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("zicha.toml");
        std::fs::write(&path, "listen = \"127.0.0.1:1\"\ndata = \"a\"\n").unwrap();
        let env = |name: &str| (name == "ZICHA_LISTEN").then(|| "127.0.0.1:2".to_owned());
        let settings = Settings::load(Some(&path), env).unwrap();
        assert_eq!(
            (settings.listen.as_str(), settings.database_url().as_str()),
            ("127.0.0.1:2", "sqlite://a/zicha.db")
        );
        std::fs::write(&path, "port = 3\n").unwrap();
        assert!(
            Settings::load(Some(&path), |_| None)
                .unwrap_err()
                .to_string()
                .contains("unknown field")
        );
    }
}
