//! Who can open a box: the server alone (a trial), or trustees who come together with the custody
//! file.
//! Passphrases exist in clear only when they are printed and while a trustee types; nothing that is
//! typed is shown or stored.

mod file;
mod typing;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use rand::Rng;

use crate::app::{Action, Actor, App, AppError, rng};
use crate::ballot::{
    CustodyError, CustodySecret, MOST_TRUSTEES, Passphrase, PassphraseError, RoundPrivateKey,
    RoundPublicKey, SMALLEST_QUORUM, Share, WrappedKey,
};
use crate::id::RoundId;
use crate::round::{Move, Round, RoundState, shanghai_day};
use crate::storage::StorageError;
use crate::text::Refusal;

/// Who holds a round's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Custody {
    /// The server alone: a trial.
    Server,
    /// Trustees, with the passphrases that [`App::prepare_trustees`] has just made and a quorum has
    /// tested.
    Trustees,
    /// The same on the word of whoever works on the command line: nobody has typed a passphrase
    /// yet.
    UntestedTrustees,
}

/// A round's key, wrapped and waiting for the round to open.
pub(in crate::app) struct Prepared {
    /// Tells one print from another: stands on every sheet of this set.
    set: String,
    public: RoundPublicKey,
    wrapped: WrappedKey,
    secret: CustodySecret,
    /// Numbers of the trustees whose passphrase was typed.
    tested: BTreeSet<u8>,
    /// Earlier sets of this draft, which are void, the last one first.
    voided: Vec<(String, WrappedKey)>,
    at: Instant,
}

/// Passphrases that were printed for a draft and wait for it to open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreparedSet {
    /// What stands on its sheets.
    pub set: String,
    /// How many open the box.
    pub need: usize,
    /// How many there are.
    pub of: usize,
    /// How many different ones were typed.
    pub tested: usize,
    /// Earlier sets, which are void.
    pub voided: Vec<String>,
}

/// Shares that trustees have typed for one round.
pub(in crate::app) struct Gathered {
    shares: Vec<Share>,
    /// Numbers of those that serve the opening after an early closing, too.
    also_to_open: HashSet<u8>,
    at: Instant,
}

/// What is in trustees' hands and in memory only: passphrases that wait for their round, and those
/// that were typed.
#[derive(Default)]
pub(in crate::app) struct Hands {
    prepared: Mutex<HashMap<RoundId, Prepared>>,
    gathered: Mutex<HashMap<RoundId, Gathered>>,
    /// One passphrase is tried at a time.
    turn: Mutex<()>,
}

/// How long prepared passphrases wait for the round to open.
const PREPARED: Duration = Duration::from_hours(2);
/// How many void sets are still told by their name.
const VOIDED: usize = 3;
/// How long typed passphrases wait for the next trustee.
const GATHERED: Duration = Duration::from_mins(15);

impl App {
    /// Refuses numbers of trustees with whom no round opens.
    pub fn check_quorum(trustees: u8, quorum: u8) -> Result<(), Refusal> {
        if (SMALLEST_QUORUM..=MOST_TRUSTEES).contains(&quorum)
            && (quorum..=MOST_TRUSTEES).contains(&trustees)
        {
            return Ok(());
        }
        Err(Refusal::new(
            format!(
                "监督员最多 {MOST_TRUSTEES} 人，开箱所需人数为 {SMALLEST_QUORUM} 人至监督员总数，建\
                 议 4 人中 3 人"
            ),
            format!(
                "at most {MOST_TRUSTEES} trustees, and a quorum from {SMALLEST_QUORUM} to all of \
                 them; 3 of 4 is a good choice"
            ),
        ))
    }

    /// Makes a round's key and the passphrases of its trustees. They exist in clear only in what
    /// this returns; the key opens with the round.
    /// `replaces` names the set that is given up for it, empty if there should be none: nobody
    /// voids sealed envelopes without having seen that they exist.
    pub fn prepare_trustees(
        &self,
        by: &Actor,
        id: &RoundId,
        (trustees, quorum): (u8, u8),
        replaces: &str,
    ) -> Result<(String, Vec<Passphrase>), AppError> {
        by.need(Action::TrusteesPrepared.right())?;
        Self::check_quorum(trustees, quorum)?;
        self.check_may_open(&self.round(id)?)?;
        let passphrases: Vec<Passphrase> =
            (0..trustees).map(|_| Passphrase::random(&mut rng())).collect();
        let (private, public) = new_keys()?;
        let secret = CustodySecret::random(&mut rng());
        let wrapped =
            WrappedKey::by_trustees(&private, &passphrases, quorum, &secret, id, &mut rng());
        let set = RoundId::random(&mut rng()).as_str()[..4].to_uppercase();
        let mut waiting = self.custody.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        let before = waiting.get(id).filter(|p| p.at.elapsed() < PREPARED);
        if before.map_or("", |p| p.set.as_str()) != replaces {
            return Err(AppError::Changed);
        }
        let mut voided: Vec<_> =
            before.map(|p| (p.set.clone(), p.wrapped.clone())).into_iter().collect();
        voided.extend(before.into_iter().flat_map(|p| p.voided.clone()).take(VOIDED - 1));
        self.tell(by, Action::TrusteesPrepared, id.as_str())?;
        waiting.insert(
            id.clone(),
            Prepared {
                set: set.clone(),
                public,
                wrapped,
                secret,
                tested: BTreeSet::new(),
                voided,
                at: Instant::now(),
            },
        );
        Ok((set, passphrases))
    }

    /// The passphrases that were printed for a draft and wait for it to open.
    pub fn prepared(&self, id: &RoundId) -> Option<PreparedSet> {
        let mut prepared = self.custody.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        prepared.retain(|_, p| p.at.elapsed() < PREPARED);
        let waiting = prepared.get(id)?;
        let (need, of) = waiting.wrapped.trustees()?;
        let voided = waiting.voided.iter().map(|(set, _)| set.clone()).collect();
        Some(PreparedSet {
            set: waiting.set.clone(),
            need,
            of,
            tested: waiting.tested.len(),
            voided,
        })
    }

    /// Freezes a draft and puts its key into custody; the private key is wrapped at once and kept
    /// nowhere else.
    pub fn open_round(
        &self,
        by: &Actor,
        id: &RoundId,
        custody: Custody,
    ) -> Result<Round, AppError> {
        by.need(Action::RoundOpen.right())?;
        let round = self.round(id)?;
        self.check_may_open(&round)?;
        self.freeze_units(id)?;
        let how = match custody {
            Custody::Server => "server",
            Custody::Trustees => "trustees",
            Custody::UntestedTrustees => "trustees untested",
        };
        match custody {
            Custody::Server => {
                let (private, public) = new_keys()?;
                let secret = CustodySecret::random(&mut rng());
                let wrapped = WrappedKey::by_server(&private, &self.key, &secret, id, &mut rng());
                self.open_with(by, round, how, (&public, &wrapped, &secret))
            }
            Custody::Trustees | Custody::UntestedTrustees => {
                let waiting =
                    || self.custody.prepared.lock().unwrap_or_else(PoisonError::into_inner);
                if let (Custody::Trustees, Some(waiting)) = (custody, self.prepared(id))
                    && waiting.tested < waiting.need
                {
                    return Err(untested(&waiting).into());
                }
                let prepared = waiting().remove(id).filter(|p| p.at.elapsed() < PREPARED);
                let prepared = prepared.ok_or_else(|| {
                    Refusal::new(
                        "监督员口令已过期，或不是在这台服务器上生成的（服务重启或超过两小时也会失\
                         效），请重新生成并封存；先前打印的作废",
                        "the trustees' passphrases have lapsed or were never made on this server \
                         (a restart, or two hours); make and seal new ones, those printed before \
                         are void",
                    )
                })?;
                let opened = self.open_with(
                    by,
                    round,
                    how,
                    (&prepared.public, &prepared.wrapped, &prepared.secret),
                );
                if opened.is_err() {
                    // The envelopes are sealed; a full disk must not void them.
                    waiting().insert(id.clone(), prepared);
                }
                opened
            }
        }
    }

    fn open_with(
        &self,
        by: &Actor,
        mut round: Round,
        how: &str,
        (public, wrapped, secret): (&RoundPublicKey, &WrappedKey, &CustodySecret),
    ) -> Result<Round, AppError> {
        let id = &round.id.clone();
        self.tell(by, Action::OpenBegun, id.as_str())?;
        self.storage.create_box(id)?;
        // Written under a name of its own first: of two who open at once, the loser must not
        // replace the winner's secret.
        let pending = self.custody_path(id).with_extension(format!("{:016x}", rng().next_u64()));
        crate::app::write_private(&pending, &secret.to_file())?;
        round.state = RoundState::Open;
        round.trial = wrapped.trustees().is_none();
        round.public_key = Some(public.to_bytes());
        round.wrapped_key = Some(serde_json::to_string(wrapped).expect("a wrapped key is JSON"));
        let opened = self.deed(by, Action::RoundOpen, &format!("{id} {how}"), |tx| {
            if tx.update_round(&round, RoundState::Draft)? {
                return Ok(());
            }
            Err(Refusal::new("本轮刚被其他人开放", "somebody else has just opened this round")
                .into())
        });
        if let Err(AppError::Refused(_)) = opened {
            std::fs::remove_file(&pending)
                .map_err(|e| AppError::File(format!("cannot delete {}: {e}", pending.display())))?;
        }
        opened?;
        std::fs::rename(&pending, self.custody_path(id))
            .map_err(|e| AppError::File(format!("cannot rename {}: {e}", pending.display())))?;
        self.changed(id);
        Ok(round)
    }

    fn check_may_open(&self, round: &Round) -> Result<(), AppError> {
        Move::Open.from(round.state)?;
        if shanghai_day(self.now()) > round.closes {
            return Err(Refusal::new(
                "截止日期已过，不能开放；请另建一轮",
                "the closing day is past; create another round",
            )
            .into());
        }
        Ok(())
    }
}

/// Why a round does not open yet.
fn untested(waiting: &PreparedSet) -> Refusal {
    let (tested, need) = (waiting.tested, waiting.need);
    Refusal::new(
        format!(
            "已有 {tested} 位监督员核对过口令，至少要 {need} 位各自对照信封试输一次，才能开放本轮"
        ),
        format!(
            "{tested} trustees have typed their passphrase; at least {need} have to test theirs \
             before the round opens"
        ),
    )
}

/// A new pair of keys, made where it cannot be swapped.
fn new_keys() -> Result<(RoundPrivateKey, RoundPublicKey), AppError> {
    RoundPrivateKey::generate(&mut rng()).map_err(|e| custody_refusal(e.into()))
}

/// A round's wrapped key.
fn wrapped_key(round: &Round) -> Result<WrappedKey, AppError> {
    let text = round.wrapped_key.as_deref().ok_or_else(|| {
        Refusal::new(
            "本轮没有可用的钥匙（尚未开放，或已销毁）",
            "the round has no key: it is a draft, or the key is destroyed",
        )
    })?;
    serde_json::from_str(text)
        .map_err(|_| StorageError::Corrupt("the wrapped key is damaged".into()).into())
}

fn passphrase_refusal(error: PassphraseError) -> AppError {
    match error {
        PassphraseError::Length(n) => Refusal::new(
            format!("口令应为 20 个字母和数字，您输入了 {n} 个，请核对"),
            error.to_string(),
        ),
        PassphraseError::Typo => {
            Refusal::new("口令有误，可能输错了一位，请逐字对照信封核对", error.to_string())
        }
    }
    .into()
}

fn custody_refusal(error: CustodyError) -> AppError {
    let zh = match &error {
        CustodyError::WrongPassphrase => "该口令不属于本轮，请核对信封上的轮次".to_owned(),
        CustodyError::TooFew { have, need } => {
            return Refusal::new(
                format!("此步骤需要 {need} 位监督员到场输入口令，现有 {have} 位"),
                format!(
                    "this step needs the passphrases of {need} trustees; {have} are there (on the \
                     command line: --passphrases FILE)"
                ),
            )
            .into();
        }
        CustodyError::Lock(_) => "存放钥匙的内存无法锁定，可能被换出到磁盘；请提高锁定内存上限\
         （ulimit -l、LimitMEMLOCK）后重试"
            .to_owned(),
        CustodyError::BadFile | CustodyError::BadRecord | CustodyError::WrongSecret => "钥匙记录已\
         损坏，票箱无法开启"
            .to_owned(),
    };
    Refusal::new(zh, error.to_string()).into()
}
