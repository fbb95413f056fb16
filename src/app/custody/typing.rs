//! Trustees who type: trying the own passphrase, or coming together for one step.
//! Nothing that is typed is shown or kept, but in memory for the step that they came for.

use crate::app::{Action, Actor, App, AppError};
use crate::ballot::{CustodyError, Passphrase, Share, WrappedKey};
use crate::id::RoundId;
use crate::round::{Round, RoundState};
use crate::text::Refusal;
use std::collections::HashSet;
use std::sync::PoisonError;
use std::time::Instant;

use super::{
    GATHERED, Gathered, PREPARED, Prepared, custody_refusal, passphrase_refusal, wrapped_key,
};

impl App {
    /// Whether a passphrase fits a round, and nothing else about it. It is not kept; of a draft it
    /// is noted that this trustee's was typed.
    pub fn test_passphrase(&self, id: &RoundId, typed: &str) -> Result<(), AppError> {
        let round = self.round(id)?;
        let waiting = || self.custody.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |p: &&Prepared| round.state == RoundState::Draft && p.at.elapsed() < PREPARED;
        let prepared = waiting()
            .get(id)
            .filter(fresh)
            .map(|p| (p.set.clone(), p.wrapped.clone(), p.voided.clone()));
        let Some((set, wrapped, voided)) = prepared else {
            return self.open_share(&wrapped_key(&round)?, id, typed).map(drop);
        };
        let fits = self.open_share(&wrapped, id, typed);
        match fits {
            Ok(share) => {
                if let Some(prepared) = waiting().get_mut(id).filter(|p| p.set == set) {
                    prepared.tested.insert(share.number());
                }
                Ok(())
            }
            Err(error) => {
                match voided.iter().find(|(_, void)| self.open_share(void, id, typed).is_ok()) {
                    Some((void, _)) => Err(Refusal::new(
                        format!(
                            "这是已作废的一套（{void}）中的口令；现行的是 {set}，请使用印有 {set} \
                             的信封，并销毁旧的"
                        ),
                        format!(
                            "this passphrase is of set {void}, which is void; use the envelope \
                             that says {set} and destroy the old one"
                        ),
                    )
                    .into()),
                    None => Err(error),
                }
            }
        }
    }

    /// Takes one trustee's passphrase for the next step; returns how many different ones are there,
    /// and how many are needed. A trustee who closes a round early may say that the same typing
    /// serves the opening that follows in the same sitting.
    pub fn enter_passphrase(
        &self,
        by: &Actor,
        id: &RoundId,
        typed: &str,
        also_to_open: bool,
    ) -> Result<(usize, usize), AppError> {
        let round = self.round(id)?;
        if !matches!(round.state, RoundState::Open | RoundState::Closed) {
            return Err(Refusal::new(
                "只有已开放或已截止的轮次需要监督员口令",
                "passphrases are needed only while a round is open or closed",
            )
            .into());
        }
        let wrapped = wrapped_key(&round)?;
        let (need, _) = wrapped.trustees().ok_or_else(|| {
            Refusal::new(
                "本轮的钥匙由服务器保管，没有监督员口令",
                "the server holds the key of this round; there are no passphrases",
            )
        })?;
        let share = self.open_share(&wrapped, id, typed)?;
        self.tell(by, Action::TrusteeEntered, id.as_str())?;
        let mut all = self.custody.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, g| g.at.elapsed() < GATHERED);
        let gathered = all.entry(id.clone()).or_insert_with(|| Gathered {
            shares: Vec::new(),
            also_to_open: HashSet::new(),
            at: Instant::now(),
        });
        gathered.at = Instant::now();
        // Who types again may say otherwise.
        if also_to_open {
            gathered.also_to_open.insert(share.number());
        } else {
            gathered.also_to_open.remove(&share.number());
        }
        if !gathered.shares.iter().any(|s| s.is_same_as(&share)) {
            gathered.shares.push(share);
        }
        Ok((gathered.shares.len(), need))
    }

    /// Opens one share, one passphrase at a time, because each try takes 64 MiB.
    fn open_share(
        &self,
        wrapped: &WrappedKey,
        id: &RoundId,
        typed: &str,
    ) -> Result<Share, AppError> {
        let passphrase = Passphrase::parse(typed).map_err(passphrase_refusal)?;
        let _turn = self.custody.turn.lock().unwrap_or_else(PoisonError::into_inner);
        wrapped.share(&passphrase, id).map_err(custody_refusal)
    }

    /// How many different trustees have typed their passphrase within the last minutes.
    pub fn gathered(&self, id: &RoundId) -> usize {
        let mut all = self.custody.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, g| g.at.elapsed() < GATHERED);
        all.get(id).map_or(0, |g| g.shares.len())
    }

    /// After an early closing: what was typed for that alone is forgotten, what was typed for the
    /// opening, too, is kept for it.
    pub(in crate::app) fn keep_for_the_opening(&self, id: &RoundId) {
        let mut all = self.custody.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(gathered) = all.get_mut(id) {
            let kept = &gathered.also_to_open;
            gathered.shares.retain(|share| kept.contains(&share.number()));
        }
    }

    /// Forgets what trustees have typed.
    pub fn forget_gathered(&self, id: &RoundId) {
        self.custody.gathered.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }

    /// Quorum and number of a round's trustees, while there is a key.
    pub fn trustees(round: &Round) -> Option<(usize, usize)> {
        wrapped_key(round).ok().and_then(|w| w.trustees())
    }

    /// Refuses a step that needs the trustees, unless enough of them have typed.
    pub(in crate::app) fn need_quorum(&self, round: &Round) -> Result<(), AppError> {
        let Some((need, _)) = wrapped_key(round)?.trustees() else { return Ok(()) };
        let have = self.gathered(&round.id);
        if let Some(gathered) =
            self.custody.gathered.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&round.id)
        {
            // The step has begun: what was typed must not lapse in the middle of it.
            gathered.at = Instant::now();
        }
        if have < need { Err(custody_refusal(CustodyError::TooFew { have, need })) } else { Ok(()) }
    }
}
