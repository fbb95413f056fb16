//! The opening (开箱): ballots are opened one by one in memory and added to counts, results are written, box and keys destroyed.
//! It can be killed anywhere and run again: before the one transaction nothing has happened, after it only destruction is left.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;

use rand::seq::SliceRandom;
use rand::{CryptoRng, RngExt};
use sha2::{Digest, Sha256};

use super::{App, AppError, rng};
use crate::ballot::{CustodySecret, Layout, RoundPrivateKey, SealedBallot, WrappedKey};
use crate::gate::{Release, UnitSlips, protect};
use crate::id::RoundId;
use crate::response::{Answer, Response};
use crate::round::{Move, Round, RoundState};
use crate::storage::{Comment, StorageError};
use crate::survey::Survey;
use crate::tally::Tally;
use crate::text::Refusal;
use crate::unit::{Group, groups};

/// How far an opening is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Comparing the box with the bulletin.
    Checking,
    /// Ballots opened so far, of how many.
    Opening {
        /// Opened.
        done: u64,
        /// Of.
        of: u64,
    },
    /// Writing results.
    Writing,
    /// Destroying box and keys.
    Destroying,
    /// Done.
    Done,
}

/// Disk that must be free before the box is touched.
const FREE_BYTES: u64 = 64 << 20;

/// A text with the configured group it came from; never kept longer than the opening.
struct LooseText {
    group: usize,
    question: String,
    body: String,
}

impl App {
    /// Opens the box of a closed round; finishes the destruction if that is all that is left.
    pub fn open_box(&self, id: &RoundId, progress: &mut dyn FnMut(Progress)) -> Result<(), AppError> {
        let round = self.round(id)?;
        if round.state.has_results() {
            if round.destroyed {
                return Err(Refusal::new("本轮已开箱，票箱和钥匙已销毁", "the box was opened before; box and keys are destroyed").into());
            }
            if !self.may_destroy(id) {
                return Err(Refusal::new(
                    "票箱应在保管钥匙文件的那台服务器上完成销毁",
                    "finish the destruction on the node that holds the custody file",
                )
                .into());
            }
            progress(Progress::Destroying);
            self.destroy(id)?;
            progress(Progress::Done);
            return Ok(());
        }
        Move::OpenBox.from(round.state)?;
        self.check_free_disk()?;
        progress(Progress::Checking);
        let sums = self.check_box(&round)?;
        let key = self.round_key(&round)?;
        let survey = self.survey(&round.survey)?;
        let groups = groups(&self.storage.round_units(id)?);
        let (tally, texts) = self.count(id, &key, &survey, &groups, sums.ballots, progress)?;
        drop(key);
        progress(Progress::Writing);
        let slips: BTreeMap<String, UnitSlips> = sums
            .issued
            .iter()
            .map(|(unit, issued)| (unit.clone(), UnitSlips { issued: *issued, used: sums.used.get(unit).copied().unwrap_or(0) }))
            .collect();
        let release = protect(id, &round.title, &survey, &groups, &tally, &slips);
        let comments = place_texts(texts, &groups, &release, &mut rng());
        let spent = self.storage.spent_hashes(id)?;
        if !self.storage.write_opening(id, &release, &comments, &spent)? {
            return Err(Refusal::new("本轮刚在别处完成开箱", "the box was just opened elsewhere").into());
        }
        self.changed(id);
        progress(Progress::Destroying);
        self.destroy(id)?;
        progress(Progress::Done);
        Ok(())
    }

    /// Refuses a box that is not the one on the bulletin.
    fn check_box(&self, round: &Round) -> Result<crate::storage::BoxSums, AppError> {
        let closing = round.closing.as_ref().ok_or_else(|| StorageError::Corrupt("closing sums are missing".into()))?;
        let sums = self.storage.box_sums(&round.id)?;
        let used: u64 = sums.used.values().map(|n| u64::from(*n)).sum();
        if sums.digest != closing.digest || sums.ballots != closing.ballots || used != closing.used {
            return Err(Refusal::new(
                format!(
                    "票箱与截止时公示的不一致（公示：已用 {}、答卷 {}；现在：已用 {used}、答卷 {}），拒绝开箱；请保留现场并报告监督员",
                    closing.used, closing.ballots, sums.ballots
                ),
                format!(
                    "the box is not the one on the bulletin (bulletin: used {}, ballots {}; now: used {used}, ballots {}); it stays shut: keep everything as it is and tell the trustees",
                    closing.used, closing.ballots, sums.ballots
                ),
            )
            .into());
        }
        Ok(sums)
    }

    /// Unwraps the private key with the custody file.
    fn round_key(&self, round: &Round) -> Result<RoundPrivateKey, AppError> {
        let wrapped: WrappedKey = round
            .wrapped_key
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok())
            .ok_or_else(|| StorageError::Corrupt("the wrapped key is missing or damaged".into()))?;
        let files = self.custody_files(&round.id);
        if files.is_empty() {
            return Err(Refusal::new(
                format!("找不到钥匙文件 {}，没有它票箱无法开启；请在开放本轮的那台服务器上执行", self.custody_path(&round.id).display()),
                format!(
                    "the custody file {} is missing; the box cannot be opened without it: run this on the node that opened the round",
                    self.custody_path(&round.id).display()
                ),
            )
            .into());
        }
        for path in files {
            let text = std::fs::read_to_string(&path).map_err(|e| AppError::File(format!("cannot read {}: {e}", path.display())))?;
            let text = zeroize::Zeroizing::new(text);
            if let Ok(key) = CustodySecret::parse(&text).and_then(|secret| wrapped.unwrap_by_server(&self.key, &secret, &round.id)) {
                return Ok(key);
            }
        }
        Err(Refusal::new("钥匙文件已损坏，或不属于本轮，票箱无法开启", "the custody file is damaged or not this round's; the box cannot be opened")
            .into())
    }

    /// The round's custody file, or those that a crash at opening left under their first names.
    fn custody_files(&self, id: &RoundId) -> Vec<PathBuf> {
        let path = self.custody_path(id);
        let folder = self.settings.data.join("custody");
        let own = |p: &PathBuf| p.file_stem().is_some_and(|s| s == id.as_str()) && p.extension().is_none_or(|e| e != "gone");
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder).map(|d| d.flatten().map(|e| e.path()).filter(own).collect()).unwrap_or_default();
        files.sort_by_key(|p| *p != path);
        files
    }

    fn check_free_disk(&self) -> Result<(), AppError> {
        let stat =
            rustix::fs::statvfs(&self.settings.data).map_err(|e| AppError::File(format!("cannot read the free space of the data folder: {e}")))?;
        if stat.f_bavail * stat.f_frsize < FREE_BYTES {
            return Err(Refusal::new(
                "数据盘剩余空间不足 64 MiB，请清理后再开箱",
                "less than 64 MiB are free on the data disk; make room and open the box again",
            )
            .into());
        }
        Ok(())
    }

    /// Opens all ballots and counts them; decryption runs on all cores.
    fn count(
        &self,
        id: &RoundId,
        key: &RoundPrivateKey,
        survey: &Survey,
        groups: &[Group],
        of: u64,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(Tally, Vec<LooseText>), AppError> {
        let layout = Layout::of(survey);
        let mut tally = Tally::new(survey, groups);
        let group_of: HashMap<&str, usize> = groups.iter().enumerate().flat_map(|(n, g)| g.units.iter().map(move |u| (u.as_str(), n))).collect();
        let mut texts = Vec::new();
        let mut seen: HashSet<[u8; 32]> = HashSet::new();
        let mut done = 0;
        self.storage.each_ballot(id, |page| {
            let opened = self.open_page(id, key, &layout, &page);
            for (ballot, response) in page.iter().zip(opened) {
                done += 1;
                // Only a ballot that opens claims its encapsulation: a worthless copy must not spoil the original.
                match response.filter(|_| seen.insert(Sha256::digest(&ballot.encapsulation).into())) {
                    Some(response) if tally.knows(&ballot.unit) => {
                        tally.add(&ballot.unit, &response);
                        collect_texts(survey, &response, group_of[ballot.unit.as_str()], &mut texts);
                    }
                    _ => tally.spoil(&ballot.unit),
                }
            }
            progress(Progress::Opening { done, of });
            Ok(())
        })?;
        Ok((tally, texts))
    }

    fn open_page(&self, id: &RoundId, key: &RoundPrivateKey, layout: &Layout, page: &[SealedBallot]) -> Vec<Option<Response>> {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let open = |ballot: &SealedBallot| key.open(&self.stuffing, id, ballot).ok().and_then(|plaintext| layout.decode(&plaintext).ok());
        std::thread::scope(|scope| {
            let parts: Vec<_> =
                page.chunks(page.len().div_ceil(cores).max(1)).map(|chunk| scope.spawn(move || chunk.iter().map(open).collect::<Vec<_>>())).collect();
            parts.into_iter().flat_map(|part| part.join().expect("opening a ballot does not panic")).collect()
        })
    }

    /// Whether this node holds what is left of the round's custody.
    pub(super) fn may_destroy(&self, id: &RoundId) -> bool {
        self.custody_path(id).with_extension("gone").exists() || !self.custody_files(id).is_empty()
    }

    /// Destroys box, custody file and wrapped key, in this order, each step repeatable.
    pub(super) fn destroy(&self, id: &RoundId) -> Result<(), AppError> {
        self.keep_release_file(id)?;
        self.stop_writer(id);
        self.storage.destroy_box(id)?;
        let gone = self.custody_path(id).with_extension("gone");
        if !gone.exists() {
            super::write_private(&gone, "")?;
        }
        for path in self.custody_files(id) {
            wipe(&path).map_err(|e| AppError::File(format!("cannot destroy {}: {e}", path.display())))?;
        }
        self.storage.mark_destroyed(id)?;
        std::fs::remove_file(&gone).map_err(|e| AppError::File(format!("cannot delete {}: {e}", gone.display())))?;
        self.changed(id);
        Ok(())
    }

    /// Keeps the Release in a file, so that an older database can take it back.
    fn keep_release_file(&self, id: &RoundId) -> Result<(), AppError> {
        let path = self.settings.data.join("releases").join(format!("{id}.json"));
        let json = self.storage.release(id)?.to_json();
        if std::fs::read_to_string(&path).is_ok_and(|kept| kept == json) {
            return Ok(());
        }
        // A crash may have left half a file: it is replaced as a whole.
        let pending = path.with_extension("tmp");
        if pending.exists() {
            std::fs::remove_file(&pending).map_err(|e| AppError::File(format!("cannot replace {}: {e}", pending.display())))?;
        }
        super::write_private(&pending, &json)?;
        std::fs::rename(&pending, &path).map_err(|e| AppError::File(format!("cannot write {}: {e}", path.display())))
    }

    /// The frozen results of a round; only once box and keys are gone.
    pub(super) fn frozen(&self, id: &RoundId) -> Result<(Round, Release), AppError> {
        let round = self.round(id)?;
        if !round.state.has_results() {
            let zh = if round.state == RoundState::Closed {
                "本轮尚未开箱，没有结果"
            } else {
                "本轮尚未截止，任何人都不能查看答卷或结果"
            };
            return Err(Refusal::new(zh, format!("the round is {}; there are no results before the box is opened", round.state.as_str())).into());
        }
        if !round.destroyed {
            return Err(Refusal::new(
                "票箱和钥匙正在销毁，销毁完成后才有结果",
                "box and keys are being destroyed; results appear when they are gone",
            )
            .into());
        }
        let release = self.storage.release(id)?;
        Ok((round, release))
    }
}

/// Overwrites and deletes a file.
fn wipe(path: &std::path::Path) -> std::io::Result<()> {
    use std::io::Write;
    let length = std::fs::metadata(path)?.len();
    let mut file = std::fs::OpenOptions::new().write(true).open(path)?;
    file.write_all(&vec![b'0'; usize::try_from(length).unwrap_or(0)])?;
    file.sync_all()?;
    std::fs::remove_file(path)
}

fn collect_texts(survey: &Survey, response: &Response, group: usize, texts: &mut Vec<LooseText>) {
    for ((question, answer), other) in survey.questions().iter().zip(&response.answers).zip(&response.others) {
        if let Answer::Text(body) = answer {
            texts.push(LooseText { group, question: question.id.clone(), body: body.clone() });
        }
        if let Some(body) = other {
            texts.push(LooseText { group, question: format!("{}.other", question.id), body: body.clone() });
        }
    }
}

/// Gives each text the published group it may be read under, in fresh random order over all texts of the round.
fn place_texts(texts: Vec<LooseText>, groups: &[Group], release: &Release, rng: &mut impl CryptoRng) -> Vec<Comment> {
    let part_of: Vec<usize> = groups
        .iter()
        .map(|g| release.groups.iter().position(|r| r.units.contains(&g.units[0])).expect("every group is published in some part"))
        .collect();
    let mut counts: HashMap<(String, usize), usize> = HashMap::new();
    for text in &texts {
        *counts.entry((text.question.clone(), part_of[text.group])).or_default() += 1;
    }
    let own = |question: &str, part: usize| release.groups[part].turnout.counted >= 20 && counts[&(question.to_owned(), part)] >= 5;
    let mut pooled: HashMap<String, (usize, HashSet<usize>)> = HashMap::new();
    for text in texts.iter().filter(|t| !own(&t.question, part_of[t.group])) {
        let rest = pooled.entry(text.question.clone()).or_default();
        rest.0 += 1;
        rest.1.insert(part_of[text.group]);
    }
    // A rest that is too small, or all of one group, would be that group's under another name: then all are pooled.
    let all_pooled = |question: &str| pooled.get(question).is_some_and(|(count, parts)| *count < 5 || parts.len() < 2);
    let mut comments: Vec<Comment> = texts
        .iter()
        .map(|text| {
            let part = part_of[text.group];
            let alone = own(&text.question, part) && !all_pooled(&text.question);
            Comment {
                id: format!("{:032x}", rng.random::<u128>()),
                group: if alone { release.groups[part].code.clone() } else { "ALL".to_owned() },
                question: text.question.clone(),
                body: text.body.clone(),
            }
        })
        .collect();
    comments.shuffle(rng);
    comments
}
