//! A round as respondents meet it, read once a second at most.
//! A move made on another node, or on the command line, is seen without a message between them.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use crate::app::{App, AppError};
use crate::ballot::{Layout, RoundPublicKey, Straight};
use crate::id::RoundId;
use crate::round::Round;
use crate::storage::StorageError;
use crate::survey::Survey;
use crate::text::Refusal;

/// A round with everything that answering it needs, read once a second at most.
pub struct Live {
    /// The round.
    pub round: Round,
    /// Its survey.
    pub survey: Arc<Survey>,
    /// Name of the bureau, and whom to ask about the survey; empty where nobody has said so.
    pub organiser: String,
    /// Whom to ask.
    pub contact: String,
    pub(super) layout: Layout,
    pub(super) straight: Straight,
    pub(super) public_key: Option<RoundPublicKey>,
}

/// How old a [`Live`] may be.
const FRESH: Duration = Duration::from_secs(1);

impl App {
    /// A round as respondents meet it, if it was read within the last second.
    #[must_use]
    pub fn fresh(&self, id: &RoundId) -> Option<Arc<Live>> {
        let live = self.intake.live.read().unwrap_or_else(PoisonError::into_inner);
        live.get(id).filter(|(read, _)| read.elapsed() < FRESH).map(|(_, live)| live.clone())
    }

    /// A round as respondents meet it.
    pub fn live(&self, id: &RoundId) -> Result<Arc<Live>, AppError> {
        let known =
            self.intake.live.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some((read, live)) = &known
            && read.elapsed() < FRESH
        {
            return Ok(live.clone());
        }
        match self.read_live(id) {
            Ok(live) => {
                let live = Arc::new(live);
                self.intake
                    .live
                    .write()
                    .unwrap_or_else(PoisonError::into_inner)
                    .insert(id.clone(), (Instant::now(), live.clone()));
                Ok(live)
            }
            // A page that was right a moment ago is better than none.
            Err(AppError::Storage(_)) if known.is_some() => {
                known.map(|k| k.1).ok_or_else(|| AppError::File(String::new()))
            }
            Err(other) => Err(other),
        }
    }

    /// All rounds as respondents meet them.
    pub fn live_rounds(&self) -> Result<Vec<Arc<Live>>, AppError> {
        self.storage.rounds()?.iter().map(|r| self.live(&r.id)).collect()
    }

    fn read_live(&self, id: &RoundId) -> Result<Live, AppError> {
        let round = self.storage.round(id).map_err(|e| match e {
            StorageError::NotFound => AppError::NotFound(Refusal::new(
                "没有这个轮次，请核对地址",
                "there is no such round; check the address",
            )),
            other => other.into(),
        })?;
        let survey = self.survey(&round.survey)?;
        let public_key = match &round.public_key {
            Some(bytes) => Some(
                RoundPublicKey::from_bytes(bytes)
                    .map_err(|_| StorageError::Corrupt("a round's public key".into()))?,
            ),
            None => None,
        };
        let layout = Layout::of(&survey, round.known_edition()?);
        let organiser = self.storage.setting("bureau")?.unwrap_or_default();
        let contact = self.calendar()?.map(|calendar| calendar.contact).unwrap_or_default();
        let straight = Straight::of(&survey, &layout);
        Ok(Live { round, survey, organiser, contact, layout, straight, public_key })
    }

    /// Forgets what was cached of a round after it changed.
    pub(in crate::app) fn changed(&self, id: &RoundId) {
        self.intake.live.write().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}
