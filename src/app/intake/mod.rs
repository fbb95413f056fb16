//! Intake: parse and check, look up, seal, commit in groups, and only then reply.
//! A plain form goes straight from its bytes to a plaintext; whatever is not plain is read slowly
//! here, by rules that know what to say about it.

pub(in crate::app) mod live;
mod pipeline;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, RwLock};
use std::time::Instant;

use tokio::sync::oneshot;
use zeroize::Zeroizing;

use pipeline::{Sealers, Writer};

use crate::access::{CodeError, ServerKey, SlipCode, SlipHash};
use crate::app::{App, AppError, Live};
use crate::ballot::{NoRoom, StuffingKey};
use crate::id::RoundId;
use crate::response::{BLANK_FIELD, CHECK_FIELD, CODE_FIELD, FieldErrors, Form, Response, read};
use crate::round::{Access, Phase, RoundState};
use crate::storage::{Outcome, StorageError};
use crate::survey::{Survey, TextField};
use crate::text::{Refusal, visible};

/// What a running process holds of its intake: rounds as they were read, their writers, and the
/// sealers of all.
pub(super) struct Intake {
    live: RwLock<HashMap<RoundId, (Instant, Arc<Live>)>>,
    writers: Mutex<HashMap<RoundId, Writer>>,
    sealers: Sealers,
    pub(super) stuffing: Arc<StuffingKey>,
    wrong_codes: AtomicU64,
}

impl Intake {
    pub(super) fn new(key: &ServerKey) -> Self {
        Self {
            live: RwLock::default(),
            writers: Mutex::default(),
            sealers: Sealers::default(),
            stuffing: Arc::new(StuffingKey::of(key)),
            wrong_codes: AtomicU64::new(0),
        }
    }
}

/// Wrong codes a second, of all respondents together, before answers to wrong codes are slowed
/// down.
const WRONG_CODES: u32 = 100;

/// A submission that passed all checks.
pub enum Begun {
    /// The slip had been spent before.
    Again,
    /// It is on its way to the disk.
    Queued(oneshot::Receiver<Result<Outcome, StorageError>>),
}

/// Why a submission was not accepted.
#[derive(Debug)]
pub enum Reject {
    /// The round cannot be answered now.
    Phase(Phase),
    /// Something is wrong beside these fields.
    Fields {
        /// What is wrong, by field.
        errors: FieldErrors,
        /// Too many wrong codes were tried; the answer should come slowly.
        slow: bool,
    },
    /// Only the code was to be tried: it is this round's and unused.
    Usable,
    /// Too many at once.
    Busy,
    /// Storage failed.
    App(AppError),
}

impl From<AppError> for Reject {
    fn from(error: AppError) -> Self {
        Self::App(error)
    }
}

impl From<StorageError> for Reject {
    fn from(error: StorageError) -> Self {
        Self::App(error.into())
    }
}

impl App {
    /// Sends a form on its way by its bytes alone; nothing if it must be read slowly, to be refused
    /// or to be understood.
    pub fn begin_straight(
        self: &Arc<Self>,
        live: &Arc<Live>,
        body: &[u8],
    ) -> Option<Result<Begun, Reject>> {
        if !matches!(live.round.phase(self.now()), Phase::Answering | Phase::Grace) {
            return None;
        }
        let form = live.straight.read(body)?;
        let hash = form.code.hash(&self.key, &live.round.id);
        Some(self.enqueue(live, hash, form.plaintext))
    }

    /// Checks a submission field by field and sends it on its way.
    pub fn begin(self: &Arc<Self>, id: &RoundId, form: &Form) -> Result<Begun, Reject> {
        let live = self.live(id)?;
        let phase = live.round.phase(self.now());
        if matches!(phase, Phase::NotYet | Phase::Suspended | Phase::Void) {
            return Err(Reject::Phase(phase));
        }
        let over = phase == Phase::Over;
        if form.0.get(CODE_FIELD).is_some_and(|values| values.len() > 1) {
            let refusal = Refusal::new("只能填写一个填写码", "enter one code only");
            return Err(Self::with_answers(&live, form, refusal, false));
        }
        let code = match SlipCode::parse(form.first(CODE_FIELD)) {
            Ok(code) => code,
            Err(_) if over => return Err(Reject::Phase(phase)),
            Err(error) => return Err(Self::with_answers(&live, form, code_refusal(error), false)),
        };
        let hash = code.hash(&self.key, id);
        if over {
            return if self.was_spent(&live, id, &hash)? {
                Ok(Begun::Again)
            } else {
                Err(Reject::Phase(phase))
            };
        }
        // Spent or not, and known or not, a form is read and looked up in the same way, so that the
        // time of an answer tells no more than its words.
        let slip = self.storage.look_up_slip(id, &hash)?;
        let answers = read(&live.survey, form);
        // The code alone: whatever else came with it is neither judged nor kept
        let trying = form.has(CHECK_FIELD, "1");
        let silent = trying
            || answers.as_ref().is_ok_and(Response::has_no_answer) && !form.has(BLANK_FIELD, "1");
        let elsewhere =
            if slip.is_none() || silent { self.is_of_another_round(id, &code)? } else { false };
        let Some((_, spent)) = slip else {
            return Err(Self::with_answers(
                &live,
                form,
                unknown_code(elsewhere),
                self.too_many_wrong_codes(),
            ));
        };
        if spent && (silent || answers.is_err()) {
            return Ok(Begun::Again);
        }
        if trying {
            return Err(Reject::Usable);
        }
        let response = answers.map_err(|errors| Reject::Fields { errors, slow: false })?;
        if silent {
            return Err(nothing_answered());
        }
        // A spent code goes the same way, through sealing, queue and disk; only the writer tells
        // them apart.
        let plaintext = match live.layout.encode(&response) {
            Ok(plaintext) => Zeroizing::new(plaintext),
            Err(_) if spent => return Ok(Begun::Again),
            Err(full) => return Err(too_long(&live.survey, full)),
        };
        self.enqueue(&live, hash, plaintext)
    }

    /// Accepts a submission and waits until the disk has it.
    pub fn submit(self: &Arc<Self>, id: &RoundId, form: &Form) -> Result<Outcome, Reject> {
        match self.begin(id, form)? {
            Begun::Again => Ok(Outcome::Again),
            Begun::Queued(reply) => Ok(reply.blocking_recv().map_err(|_| Reject::Busy)??),
        }
    }

    /// Errors of the code together with those of the answers, so that both are mended at once.
    fn with_answers(live: &Live, form: &Form, code: Refusal, slow: bool) -> Reject {
        let mut errors = read(&live.survey, form).err().unwrap_or_default();
        errors.insert(CODE_FIELD.to_owned(), code);
        Reject::Fields { errors, slow }
    }

    /// Whether a slip was spent, wherever the round's spent slips are now.
    fn was_spent(&self, live: &Live, id: &RoundId, hash: &SlipHash) -> Result<bool, Reject> {
        if live.round.access == Access::Poster {
            return Ok(false);
        }
        if live.round.state.has_results() {
            return Ok(self.storage.was_spent(id, hash)?);
        }
        Ok(self.storage.look_up_slip(id, hash)?.is_some_and(|(_, spent)| spent))
    }

    /// Whether a code is another round's.
    fn is_of_another_round(&self, id: &RoundId, code: &SlipCode) -> Result<bool, Reject> {
        for other in self.storage.rounds()? {
            let has_box =
                matches!(other.state, RoundState::Draft | RoundState::Open | RoundState::Closed)
                    && self.storage.has_box(&other.id)?;
            if &other.id != id
                && has_box
                && self.storage.look_up_slip(&other.id, &code.hash(&self.key, &other.id))?.is_some()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Counts a wrong code; true if there were too many in this second.
    fn too_many_wrong_codes(&self) -> bool {
        let second = u64::try_from(self.now().unix_timestamp()).unwrap_or(0) & 0xFFFF_FFFF;
        let bump = |packed: u64| {
            let count = if packed >> 32 == second { packed & 0xFFFF_FFFF } else { 0 };
            Some(second << 32 | (count + 1))
        };
        let before = self
            .intake
            .wrong_codes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, bump)
            .unwrap_or(0);
        before >> 32 == second && before & 0xFFFF_FFFF >= u64::from(WRONG_CODES)
    }
}

/// A well-formed code that this round does not know: another round's, or nobody's.
fn unknown_code(elsewhere: bool) -> Refusal {
    if elsewhere {
        Refusal::new(
            "这是另一轮问卷的填写码，不能在本轮使用；请扫描手中纸条上的二维码",
            "this code belongs to another questionnaire; scan the QR code on your slip",
        )
    } else {
        Refusal::new(
            "填写码不存在或已作废，请核对；如确认无误，请向发放人换领一张",
            "this code is not known or has been replaced; check it, or ask for another slip",
        )
    }
}

/// Texts that each keep their limit, but hold too many rare characters between them.
fn too_long(survey: &Survey, full: NoRoom) -> Reject {
    let id = &survey.questions()[full.question].id;
    let field = TextField { question: id, other: full.other }.to_string();
    let refusal = Refusal::new(
        "各题文字中表情符号和罕用字过多，合起来超出了票的容量，请从这里开始删减一些",
        "your texts hold too many emoji and rare characters to fit a ballot together; shorten them \
         from here on",
    );
    Reject::Fields { errors: FieldErrors::from([(field, refusal)]), slow: false }
}

fn code_refusal(error: CodeError) -> Refusal {
    match error {
        CodeError::Empty => Refusal::new("请输入填写码", "enter the code"),
        CodeError::Length(n) => Refusal::new(
            format!("填写码应为 20 位，现在是 {n} 位"),
            format!("the code has 20 digits; there are {n} now"),
        ),
        CodeError::Strange(c) => {
            let c = visible(&c.to_string());
            Refusal::new(
                format!("填写码只有数字，其中的“{c}”请核对改正"),
                format!("the code has digits only; correct the “{c}” in it"),
            )
        }
        CodeError::Typo => Refusal::new(
            "填写码有误：请逐组核对，是否错了一位或颠倒了两位",
            "the code is mistyped: compare it group by group for a wrong or swapped digit",
        ),
    }
}

/// A blank ballot has to be meant.
fn nothing_answered() -> Reject {
    let refusal = Refusal::new(
        "此填写码尚未使用，请作答后再提交；如确实不想作答，请勾选“空白提交”",
        "this code has not been used yet; answer before you submit, or tick “blank ballot” if you \
         really do not want to answer",
    );
    let errors = FieldErrors::from([(BLANK_FIELD.to_owned(), refusal)]);
    Reject::Fields { errors, slow: false }
}
