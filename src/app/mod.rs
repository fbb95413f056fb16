//! The use cases, one method each, on top of domain and storage.
//! Web and command line call these and nothing below them, so a rule holds wherever somebody comes
//! from.

mod accounts;
mod action;
mod actor;
mod address;
mod approvals;
mod audit;
mod backup;
mod calendar;
mod clock;
mod config;
mod custody;
mod deeds;
mod demo;
mod event;
pub mod fault;
mod installation;
mod intake;
mod leftover;
mod lists;
mod metrics;
mod opening;
mod originals;
mod privacy;
mod rounds;
mod slips;
mod surveys;
mod tasks;
mod units;
mod verify;
mod warnings;
mod workbook;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, RwLock};

use rand::rngs::ThreadRng;
use sha2::{Digest, Sha256};

pub use crate::storage::SurveyVersion;
pub use accounts::AccountInfo;
pub use accounts::making::{MadeAccount, NewAccount};
pub use accounts::official::{Official, People};
pub use accounts::role::Role;
pub use accounts::roster::Roster;
pub use accounts::second_factor::NewSecret;
pub use accounts::session::{Session, csrf_token};
pub use accounts::sign_in::SESSION_IDLE;
pub use accounts::tokens::Token;
pub use action::Action;
pub use actor::{Actor, Permission};
pub use address::PublicAddress;
pub use approvals::SharedStep;
pub use audit::{AuditChain, AuditFilter, AuditHead, LastChange, action_label, minute_of};
pub use backup::{How, Restoration, RestoredRound};
pub use calendar::{Calendar, PHASES, Standing};
pub use clock::ClockDoubt;
pub use config::{Part, SETTINGS, Settings};
pub use custody::{Custody, PreparedSet};
pub use demo::{Demo, DemoAccount};
pub use event::{Cause, Event, report};
pub use intake::live::Live;
pub use intake::{Begun, Reject};
pub use lists::Results;
pub use lists::files::ExportFile;
pub use lists::receipts::{OwnList, Receiver};
pub use lists::rows::{SeenRow, Stepped};
pub use lists::screening::Decision;
pub use lists::wanted::{Document, FileFormat, Wanted};
pub use metrics::Submission;
pub use opening::Progress;
pub use privacy::{LINES, Line};
pub use rounds::NewRound;
pub use slips::PrintedSlip;
pub use surveys::OwnSurvey;
pub use tasks::Task;
pub use verify::Check;

use installation::{create_private, create_private_folder, server_key, write_private};

use crate::access::ServerKey;
use crate::id::{AccountName, RoundId};
use crate::storage::{Stop, Storage, StorageError};
use crate::survey::{Survey, SurveyHash};
use crate::text::Refusal;

/// Why a use case did not happen.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// Refused, with what to do.
    #[error("{0}")]
    Refused(Refusal),
    /// Several mistakes in what was given.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Mistakes(Vec<Refusal>),
    /// Somebody else has changed the thing since it was looked at.
    #[error("somebody else has changed this meanwhile")]
    Changed,
    /// Whoever acts may not do this.
    #[error("this is not permitted")]
    Forbidden,
    /// The thing does not exist.
    #[error("{0}")]
    NotFound(Refusal),
    /// The database cannot be used now.
    #[error(transparent)]
    Storage(StorageError),
    /// A file cannot be read or written.
    #[error("{0}")]
    File(String),
}

impl From<Refusal> for AppError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<StorageError> for AppError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::NotFound => {
                Self::NotFound(Refusal::new("没有找到", "there is no such thing"))
            }
            StorageError::Impossible => Self::Refused(Refusal::new(
                "内容中有数据库无法保存的字符（如 NUL），请删去后重试",
                "this holds a character that cannot be kept, such as NUL; take it out and try \
                 again",
            )),
            other => Self::Storage(other),
        }
    }
}

impl Stop for AppError {
    fn is_crossed(&self) -> bool {
        matches!(self, Self::Storage(error) if error.is_crossed())
    }
}

/// A word for what something is, which changes whenever it does: a form carries it, so that nobody
/// overwrites what they have not seen.
#[must_use]
pub fn version(content: &str) -> String {
    hex::encode(&Sha256::digest(content)[..8])
}

/// The running product.
pub struct App {
    settings: Settings,
    demo: bool,
    storage: Storage,
    key: ServerKey,
    surveys: RwLock<HashMap<SurveyHash, Arc<Survey>>>,
    clock: clock::Clock,
    doorkeeper: accounts::Doorkeeper,
    custody: custody::Hands,
    intake: intake::Intake,
    metrics: metrics::Metrics,
    published: lists::receipts::PublishedGroups,
    screeners: Mutex<HashMap<AccountName, lists::screening::Last>>,
}

impl App {
    /// Opens data folder, server key and database.
    pub fn open(mut settings: Settings) -> Result<Self, AppError> {
        // An address that no phone can use is refused before anything else.
        settings.public_address()?;
        create_private_folder(&settings.data)?;
        let storage = Storage::open(
            &settings.database_url(),
            settings.opening_database.as_deref(),
            &settings.data,
        )?;
        let key = server_key(&settings, &storage)?;
        // The installation remembers the address, so that a command without it prints no other.
        if settings.public_url.is_none() {
            settings.public_url = storage.setting(address::PUBLIC_URL)?;
        }
        let demo = settings.demo || storage.setting("demo")?.is_some();
        let app = Self {
            demo,
            intake: intake::Intake::new(&key),
            key,
            storage,
            settings,
            surveys: RwLock::default(),
            clock: clock::Clock::default(),
            doorkeeper: accounts::Doorkeeper::default(),
            custody: custody::Hands::default(),
            metrics: metrics::Metrics::new(),
            published: Mutex::default(),
            screeners: Mutex::default(),
        };
        Ok(app)
    }

    /// The settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Whether boxes can be made, opened and destroyed from here.
    pub fn may_open_boxes(&self) -> Result<bool, AppError> {
        Ok(self.storage.may_open_boxes()?)
    }

    /// Whether the database answers.
    pub fn ready(&self) -> Result<(), AppError> {
        Ok(self.storage.ping()?)
    }

    /// Whether everything here is invented.
    #[must_use]
    pub fn is_demo(&self) -> bool {
        self.demo
    }

    fn release_file(&self, id: &RoundId) -> PathBuf {
        self.settings.data.join("releases").join(format!("{id}.json"))
    }

    fn custody_path(&self, id: &RoundId) -> PathBuf {
        self.settings.data.join("custody").join(id.as_str())
    }
}

/// The one source of randomness.
#[expect(
    clippy::disallowed_methods,
    reason = "the application hands randomness to the domain from here"
)]
pub(crate) fn rng() -> ThreadRng {
    rand::rng()
}
