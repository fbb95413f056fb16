//! The use cases, one method each, on top of domain and storage.
//! Web and command line call these and nothing below them, so a rule holds wherever somebody comes from.

mod accounts;
mod actor;
mod address;
mod audit;
mod backup;
mod calendar;
mod clock;
mod config;
mod custody;
mod deeds;
mod demo;
mod documents;
mod drafts;
mod event;
mod exports;
pub mod fault;
mod installation;
mod intake;
mod keeping;
mod leftover;
mod lists;
mod metrics;
mod opening;
mod passwords;
mod privacy;
mod results;
mod role;
mod rounds;
mod screening;
mod second_factor;
mod session;
mod sign_in;
mod slips;
mod staging;
mod surveys;
mod throttle;
mod tokens;
mod vouching;
mod warnings;
mod workbook;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use rand::rngs::ThreadRng;
use sha2::{Digest, Sha256};

pub use crate::storage::SurveyVersion;
pub use accounts::AccountInfo;
pub use actor::{Actor, Permission};
pub use address::PublicAddress;
pub use audit::{AuditChain, AuditFilter, AuditHead, LastChange, action_label, minute_of};
pub use backup::{How, Restoration, RestoredRound};
pub use calendar::{Calendar, PHASES, Standing};
pub use clock::ClockDoubt;
pub use config::{Part, SETTINGS, Settings};
pub use custody::{Custody, PreparedSet};
pub use deeds::Action;
pub use demo::{Demo, DemoAccount};
pub use event::{Cause, Event, report};
pub use exports::{Document, ExportFile, FileFormat, Wanted};
pub use intake::{Begun, Reject};
pub use keeping::SharedStep;
pub use metrics::Submission;
pub use opening::Progress;
pub use privacy::{LINES, Line};
pub use results::{Check, Results};
pub use role::Role;
pub use rounds::NewRound;
pub use screening::Decision;
pub use second_factor::NewSecret;
pub use session::{Session, csrf_token};
pub use sign_in::SESSION_IDLE;
pub use slips::PrintedSlip;
pub use surveys::OwnSurvey;
pub use tokens::Token;

use installation::{create_private, create_private_folder, server_key, write_private};

use crate::access::ServerKey;
use crate::ballot::{Layout, RoundPublicKey, Straight, StuffingKey};
use crate::id::RoundId;
use crate::round::Round;
use crate::storage::{Stop, Storage, StorageError};
use crate::survey::Survey;
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
            StorageError::NotFound => Self::NotFound(Refusal::new("没有找到", "there is no such thing")),
            StorageError::Impossible => Self::Refused(Refusal::new(
                "内容中有数据库无法保存的字符（如 NUL），请删去后重试",
                "this holds a character that cannot be kept, such as NUL; take it out and try again",
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

/// A word for what something is, which changes whenever it does: a form carries it, so that nobody overwrites what they have not seen.
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
    stuffing: Arc<StuffingKey>,
    live: RwLock<HashMap<RoundId, (Instant, Arc<Live>)>>,
    surveys: RwLock<HashMap<String, Arc<Survey>>>,
    writers: Mutex<HashMap<RoundId, intake::Writer>>,
    sealers: intake::Sealers,
    latest: AtomicI64,
    wrong_codes: AtomicU64,
    clock_back: AtomicI64,
    /// The last moment of a clock that can be believed, Unix seconds.
    trusted: AtomicI64,
    passwords: passwords::Places,
    /// Secrets of second factors that wait for their first code, by account.
    pending: Mutex<HashMap<String, (totp_rs::Secret, Instant)>>,
    password_turn: Mutex<()>,
    throttle: throttle::Throttle,
    factor_tries: Mutex<vouching::FactorTries>,
    failed: Mutex<Vec<(i64, String, Action)>>,
    /// Refusals of the present minute, by account.
    refused: Mutex<HashMap<String, (i64, u64)>>,
    prepared: Mutex<HashMap<RoundId, custody::Prepared>>,
    gathered: Mutex<HashMap<RoundId, custody::Gathered>>,
    metrics: metrics::Metrics,
}

/// A round with everything that answering it needs, read once a second at most.
pub struct Live {
    /// The round.
    pub round: Round,
    /// Its survey.
    pub survey: Arc<Survey>,
    layout: Layout,
    straight: Straight,
    public_key: Option<RoundPublicKey>,
}

/// How old a [`Live`] may be.
const FRESH: Duration = Duration::from_secs(1);

impl App {
    /// Opens data folder, server key and database.
    pub fn open(mut settings: Settings) -> Result<Self, AppError> {
        // An address that no phone can use is refused before anything else.
        settings.public_address()?;
        create_private_folder(&settings.data)?;
        let storage = Storage::open(&settings.database_url(), settings.opening_database.as_deref(), &settings.data)?;
        let key = server_key(&settings, &storage)?;
        // The installation remembers the address, so that a command without it prints no other.
        if settings.public_url.is_none() {
            settings.public_url = storage.setting(address::PUBLIC_URL)?;
        }
        let demo = settings.demo || storage.setting("demo")?.is_some();
        let app = Self {
            demo,
            stuffing: Arc::new(StuffingKey::of(&key)),
            key,
            storage,
            settings,
            live: RwLock::default(),
            surveys: RwLock::default(),
            writers: Mutex::default(),
            sealers: intake::Sealers::default(),
            latest: AtomicI64::new(i64::MIN),
            wrong_codes: AtomicU64::new(0),
            clock_back: AtomicI64::new(0),
            trusted: AtomicI64::new(i64::MIN),
            passwords: passwords::Places::default(),
            pending: Mutex::default(),
            password_turn: Mutex::default(),
            throttle: throttle::Throttle::default(),
            factor_tries: Mutex::default(),
            failed: Mutex::default(),
            refused: Mutex::default(),
            prepared: Mutex::default(),
            gathered: Mutex::default(),
            metrics: metrics::Metrics::new(),
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

    /// A survey by its id or hash: one that comes with zicha, one of the bureau's own, or the latest of a round.
    pub fn survey_named(&self, name: &str) -> Result<Arc<Survey>, AppError> {
        if let Some(shipped) = Self::shipped_surveys().into_iter().find(|s| s.id() == name) {
            return Ok(Arc::new(shipped));
        }
        if let Some(own) = self.own_surveys()?.into_iter().find(|own| own.survey.id() == name) {
            return Ok(Arc::new(own.survey));
        }
        for round in self.rounds()?.iter().rev() {
            let survey = self.survey(&round.survey)?;
            if survey.id() == name || survey.hash() == name {
                return Ok(survey);
            }
        }
        Err(AppError::NotFound(Refusal::new("没有这份问卷", "there is no such survey")))
    }

    /// A survey by its hash.
    pub fn survey(&self, hash: &str) -> Result<Arc<Survey>, AppError> {
        if let Some(known) = self.surveys.read().unwrap_or_else(PoisonError::into_inner).get(hash) {
            return Ok(known.clone());
        }
        let survey = Arc::new(self.storage.survey(hash)?);
        self.surveys.write().unwrap_or_else(PoisonError::into_inner).insert(hash.to_owned(), survey.clone());
        Ok(survey)
    }

    /// A round as respondents meet it, if it was read within the last second.
    #[must_use]
    pub fn fresh(&self, id: &RoundId) -> Option<Arc<Live>> {
        let live = self.live.read().unwrap_or_else(PoisonError::into_inner);
        live.get(id).filter(|(read, _)| read.elapsed() < FRESH).map(|(_, live)| live.clone())
    }

    /// A round as respondents meet it.
    pub fn live(&self, id: &RoundId) -> Result<Arc<Live>, AppError> {
        let known = self.live.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some((read, live)) = &known
            && read.elapsed() < FRESH
        {
            return Ok(live.clone());
        }
        match self.read_live(id) {
            Ok(live) => {
                let live = Arc::new(live);
                self.live.write().unwrap_or_else(PoisonError::into_inner).insert(id.clone(), (Instant::now(), live.clone()));
                Ok(live)
            }
            // A page that was right a moment ago is better than none.
            Err(AppError::Storage(_)) if known.is_some() => known.map(|k| k.1).ok_or_else(|| AppError::File(String::new())),
            Err(other) => Err(other),
        }
    }

    /// All rounds as respondents meet them.
    pub fn live_rounds(&self) -> Result<Vec<Arc<Live>>, AppError> {
        self.storage.rounds()?.iter().map(|r| self.live(&r.id)).collect()
    }

    fn read_live(&self, id: &RoundId) -> Result<Live, AppError> {
        let round = self.storage.round(id).map_err(|e| match e {
            StorageError::NotFound => AppError::NotFound(Refusal::new("没有这个轮次，请核对地址", "there is no such round; check the address")),
            other => other.into(),
        })?;
        let survey = self.survey(&round.survey)?;
        let public_key = match &round.public_key {
            Some(bytes) => Some(RoundPublicKey::from_bytes(bytes).map_err(|_| StorageError::Corrupt("a round's public key".into()))?),
            None => None,
        };
        let layout = Layout::of(&survey, round.known_edition()?);
        Ok(Live { straight: Straight::of(&survey, &layout), layout, survey, public_key, round })
    }

    /// Forgets what was cached of a round after it changed.
    fn changed(&self, id: &RoundId) {
        self.live.write().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    fn release_file(&self, id: &RoundId) -> PathBuf {
        self.settings.data.join("releases").join(format!("{id}.json"))
    }

    fn custody_path(&self, id: &RoundId) -> PathBuf {
        self.settings.data.join("custody").join(id.as_str())
    }
}

/// The one source of randomness.
#[expect(clippy::disallowed_methods, reason = "the application hands randomness to the domain from here")]
pub(crate) fn rng() -> ThreadRng {
    rand::rng()
}
