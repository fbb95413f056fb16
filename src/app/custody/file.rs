//! The custody file of a round: the second half of what opens its box, and the turn of whoever
//! opens it.
//! It never leaves the node that opened the round, and is in no backup.

use crate::app::{App, AppError};
use crate::ballot::{CustodyError, CustodySecret, RoundPrivateKey};
use crate::id::RoundId;
use crate::round::Round;
use crate::text::Refusal;
use rustix::fs::FlockOperation;
use std::fs::File;
use std::path::PathBuf;
use std::sync::PoisonError;

use super::{custody_refusal, wrapped_key};

impl App {
    /// Unwraps the private key with the custody file and what the trustees have typed.
    pub(in crate::app) fn round_key(&self, round: &Round) -> Result<RoundPrivateKey, AppError> {
        let wrapped = wrapped_key(round)?;
        self.need_quorum(round)?;
        let all = self.custody.gathered.lock().unwrap_or_else(PoisonError::into_inner);
        let shares = all.get(&round.id).map_or(&[][..], |g| &g.shares);
        for path in self.custody_files(&round.id) {
            let text = std::fs::read_to_string(&path)
                .map_err(|e| AppError::File(format!("cannot read {}: {e}", path.display())))?;
            let text = zeroize::Zeroizing::new(text);
            match CustodySecret::parse(&text)
                .and_then(|secret| wrapped.unwrap_key(&self.key, shares, &secret, &round.id))
            {
                Ok(key) => return Ok(key),
                Err(CustodyError::BadFile | CustodyError::WrongSecret) => {}
                Err(other) => return Err(custody_refusal(other)),
            }
        }
        Err(Refusal::new(
            "钥匙文件已损坏，或不属于本轮，票箱无法开启",
            "the custody file is damaged or not this round's; the box cannot be opened",
        )
        .into())
    }

    /// The round's custody file, or those that a crash at opening left under their first names.
    pub(in crate::app) fn custody_files(&self, id: &RoundId) -> Vec<PathBuf> {
        let path = self.custody_path(id);
        let folder = self.settings.data.join("custody");
        let own = |p: &PathBuf| {
            p.file_stem().is_some_and(|s| s == id.as_str())
                && p.extension().is_none_or(|e| e != "gone")
        };
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
            .map(|d| d.flatten().map(|e| e.path()).filter(own).collect())
            .unwrap_or_default();
        files.sort_by_key(|p| *p != path);
        files
    }

    /// Whether this node holds the custody file of a round.
    pub fn holds_custody(&self, id: &RoundId) -> bool {
        !self.custody_files(id).is_empty()
    }

    /// Whether whoever has the turn to open this box is at it now.
    pub fn is_being_opened(&self, id: &RoundId) -> Result<bool, AppError> {
        let round = self.round(id)?;
        if round.state.has_results() && !round.destroyed {
            return Ok(true);
        }
        let Some(path) = self.custody_files(id).into_iter().next() else { return Ok(false) };
        // Gone since: it is over.
        let Ok(file) = File::open(&path) else { return Ok(false) };
        Ok(matches!(
            rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive),
            Err(rustix::io::Errno::WOULDBLOCK)
        ))
    }

    /// The turn to open this box: whoever has it holds a lock on the custody file, wherever else
    /// the same data folder is used.
    pub(in crate::app) fn opener_turn(&self, id: &RoundId) -> Result<File, AppError> {
        let files = self.custody_files(id);
        let Some(path) = files.first() else {
            if self.round(id)?.state.has_results() {
                return Err(Refusal::new(
                    "本轮刚在别处完成开箱",
                    "the box was just opened elsewhere",
                )
                .into());
            }
            let path = self.custody_path(id);
            return Err(Refusal::new(
                format!(
                    "找不到钥匙文件 {}，没有它票箱无法开启；请在开放本轮的那台服务器上执行",
                    path.display()
                ),
                format!(
                    "the custody file {} is missing; the box cannot be opened without it: run this \
                     on the node that opened the round",
                    path.display()
                ),
            )
            .into());
        };
        let file = File::open(path)
            .map_err(|e| AppError::File(format!("cannot read {}: {e}", path.display())))?;
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(file),
            Err(rustix::io::Errno::WOULDBLOCK) => Err(Refusal::new(
                "本轮正在别处开箱，请等待其完成",
                "the box is being opened elsewhere; wait for it to finish",
            )
            .into()),
            Err(e) => Err(AppError::File(format!("cannot lock {}: {e}", path.display()))),
        }
    }
}
