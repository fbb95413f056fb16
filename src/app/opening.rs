//! The opening (开箱): ballots are opened one by one in memory and added to counts, results are written, box and keys destroyed.
//! It can be killed anywhere and run again: before the one transaction nothing has happened, after it only destruction is left.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel, sync_channel};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::staging::{self, LooseText, Places, Staging, TextCounts};
use super::{Action, Actor, App, AppError, fault, rng};
use crate::ballot::{Layout, RoundPrivateKey, SealedBallot};
use crate::gate::{Release, UnitSlips, protect};
use crate::id::RoundId;
use crate::response::{Answer, Response};
use crate::round::BallotEdition;
use crate::round::{Move, Round, RoundState, shanghai_day};
use crate::storage::StorageError;
use crate::survey::Survey;
use crate::tally::Tally;
use crate::text::Refusal;
use crate::unit::{Group, Unit, groups};

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
        /// Time left at the present rate.
        left: Duration,
    },
    /// Writing results.
    Writing,
    /// Destroying box and keys.
    Destroying,
    /// Done.
    Done,
}

/// Disk that must be free before the box is touched, and as much again for the texts of each ballot.
const FREE_BYTES: (u64, u64) = (64 << 20, 1 << 10);
/// A name of an encapsulation, short enough that a million fit into little memory.
type Encapsulation = [u8; 16];
/// A page of opened ballots: unit, encapsulation, and the response if it opened.
type OpenedPage = Vec<(String, Encapsulation, Option<Response>)>;

impl App {
    /// Opens the box of a closed round; finishes the destruction if that is all that is left.
    pub fn open_box(&self, by: &Actor, id: &RoundId, progress: &mut dyn FnMut(Progress)) -> Result<(), AppError> {
        by.need(Action::BoxOpen.right())?;
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
            self.finish_destruction(id)?;
            progress(Progress::Done);
            return Ok(());
        }
        Move::OpenBox.from(round.state)?;
        round.known_edition()?;
        self.need_quorum(&round)?;
        let turn = self.opener_turn(id)?;
        // Somebody may have opened it while this one waited at the door.
        let round = self.round(id)?;
        Move::OpenBox.from(round.state)?;
        self.tell(by, Action::BoxBegun, id.as_str())?;
        progress(Progress::Checking);
        let sums = self.check_box(&round)?;
        self.check_free_disk(sums.ballots)?;
        fault::at("checked");
        let key = self.round_key(&round)?;
        fault::at("key_unwrapped");
        let survey = self.survey(&round.survey)?;
        let groups = groups(&self.storage.round_units(id)?);
        let mut staging = Staging::new(&self.settings.data, id, &mut rng())?;
        let (tally, texts) = self.count(id, &key, &survey, &groups, sums.ballots, &mut staging, progress)?;
        drop(key);
        fault::at("all_counted");
        progress(Progress::Writing);
        let slips: BTreeMap<String, UnitSlips> = sums
            .issued
            .iter()
            .map(|(unit, issued)| (unit.clone(), UnitSlips { issued: *issued, used: sums.used.get(unit).copied().unwrap_or(0) }))
            .collect();
        let mut release = protect(id, &round.title, &survey, &groups, &tally, &slips, true);
        // Two totals, of which one is of a few more units, are told apart by just these.
        let units = self.round_units(id)?;
        let answering: Vec<&Unit> = units.iter().filter(|unit| release.answering().any(|group| group.units.contains(&unit.code))).collect();
        if self.told_of_others(&round, &survey, &answering)?.is_some() {
            release = protect(id, &round.title, &survey, &groups, &tally, &slips, false);
        }
        let places = Places::new(&texts, &survey, &groups, &release);
        let mut next = || {
            fault::at("writing");
            let texts = staging.take(&mut rng()).map_err(|e| StorageError::Unavailable(e.to_string()))?;
            Ok(texts.map(|texts| texts.into_iter().map(|text| places.comment(text, &survey, &release, &mut rng())).collect()))
        };
        let until = shanghai_day(self.now()) + time::Duration::days(self.settings.keep_originals.into());
        if !self.storage.write_opening(id, &release, until, &mut next)? {
            return Err(Refusal::new("本轮刚在别处完成开箱", "the box was just opened elsewhere").into());
        }
        fault::at("written");
        self.tell(by, Action::BoxOpen, id.as_str())?;
        self.forget_gathered(id);
        self.changed(id);
        progress(Progress::Destroying);
        self.destroy(id)?;
        drop(turn);
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

    fn check_free_disk(&self, ballots: u64) -> Result<(), AppError> {
        let stat =
            rustix::fs::statvfs(&self.settings.data).map_err(|e| AppError::File(format!("cannot read the free space of the data folder: {e}")))?;
        let needed = FREE_BYTES.0 + FREE_BYTES.1 * ballots;
        if stat.f_bavail * stat.f_frsize < needed {
            let mib = needed >> 20;
            return Err(Refusal::new(
                format!("数据盘剩余空间不足 {mib} MiB，请清理后再开箱"),
                format!("less than {mib} MiB are free on the data disk; make room and open the box again"),
            )
            .into());
        }
        Ok(())
    }

    /// Opens all ballots and counts them. Decryption runs on all cores; this thread reads the box and counts, and neither gets far ahead.
    #[expect(clippy::too_many_arguments, reason = "one call, and each is needed")]
    fn count(
        &self,
        id: &RoundId,
        key: &RoundPrivateKey,
        survey: &Survey,
        groups: &[Group],
        of: u64,
        staging: &mut Staging,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<(Tally, TextCounts), AppError> {
        // Reads every edition; which one it would write is of no account here.
        let layout = Layout::of(survey, BallotEdition::default());
        let mut count = Counting::new(survey, groups, staging);
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let (jobs, queue) = sync_channel::<Vec<SealedBallot>>(cores);
        let (results, opened) = channel::<OpenedPage>();
        let queue = Mutex::new(queue);
        std::thread::scope(|scope| {
            for _ in 0..cores {
                let (queue, results, layout) = (&queue, results.clone(), &layout);
                scope.spawn(move || self.open_pages(id, key, layout, queue, &results));
            }
            drop(results);
            let started = Instant::now();
            let mut report = |done: u64| {
                let left = started.elapsed().mul_f64((of.saturating_sub(done)) as f64 / done.max(1) as f64);
                progress(Progress::Opening { done, of, left });
                fault::at("some_counted");
            };
            let read = self.storage.each_ballot(id, |page| {
                // The openers end only when this side is done.
                jobs.send(page).map_err(|_| StorageError::Unavailable("the opening was interrupted".into()))?;
                while let Ok(page) = opened.try_recv() {
                    count.add(page).map_err(|e| StorageError::Unavailable(e.to_string()))?;
                    report(count.done);
                }
                Ok(())
            });
            drop(jobs);
            read?;
            for page in &opened {
                count.add(page)?;
                report(count.done);
            }
            Ok::<_, AppError>(())
        })?;
        Ok((count.tally, count.texts))
    }

    /// One opener: takes pages until there are no more. It yields to whoever submits to another round.
    fn open_pages(
        &self,
        id: &RoundId,
        key: &RoundPrivateKey,
        layout: &Layout,
        queue: &Mutex<Receiver<Vec<SealedBallot>>>,
        results: &std::sync::mpsc::Sender<OpenedPage>,
    ) {
        rustix::process::setpriority_process(Some(rustix::thread::gettid()), 10).ok();
        loop {
            let page = queue.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv();
            let Ok(page) = page else { return };
            let opened = page.into_iter().map(|ballot| {
                let response = key.open(&self.stuffing, id, &ballot).ok().and_then(|plaintext| layout.decode(&plaintext).ok());
                let name = Sha256::digest(&ballot.encapsulation)[..16].try_into().expect("a digest is longer");
                (ballot.unit, name, response)
            });
            if results.send(opened.collect()).is_err() {
                return;
            }
        }
    }

    /// Whether this node holds what is left of the round's custody.
    pub(super) fn may_destroy(&self, id: &RoundId) -> bool {
        self.custody_path(id).with_extension("gone").exists() || !self.custody_files(id).is_empty()
    }

    /// Finishes an interrupted destruction, unless whoever opens the box is still at it.
    pub(super) fn finish_destruction(&self, id: &RoundId) -> Result<(), AppError> {
        let _turn = if self.holds_custody(id) { Some(self.opener_turn(id)?) } else { None };
        if self.round(id)?.destroyed { Ok(()) } else { self.destroy(id) }
    }

    /// Destroys box, custody file and wrapped key, in this order, each step repeatable.
    pub(super) fn destroy(&self, id: &RoundId) -> Result<(), AppError> {
        // A void round has no Release; its box and keys go all the same.
        if self.round(id)?.state.has_results() {
            self.keep_release_file(id)?;
        }
        fault::at("release_kept");
        self.stop_writer(id);
        self.storage.destroy_box(id)?;
        staging::remove_leftovers(&self.settings.data, id)?;
        fault::at("box_gone");
        let gone = self.custody_path(id).with_extension("gone");
        if !gone.exists() {
            super::write_private(&gone, "")?;
        }
        fault::at("marked_gone");
        for path in self.custody_files(id) {
            wipe(&path).map_err(|e| AppError::File(format!("cannot destroy {}: {e}", path.display())))?;
        }
        fault::at("custody_gone");
        self.storage.mark_destroyed(id)?;
        self.tell(&Actor::Service, Action::BoxDestroyed, id.as_str())?;
        fault::at("noted");
        self.remove_marker(id)?;
        self.changed(id);
        fault::at("done");
        Ok(())
    }

    /// Removes the note that this node was destroying a custody file, once all is done.
    pub(super) fn remove_marker(&self, id: &RoundId) -> Result<(), AppError> {
        let gone = self.custody_path(id).with_extension("gone");
        match std::fs::remove_file(&gone) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(AppError::File(format!("cannot delete {}: {e}", gone.display()))),
            _ => Ok(()),
        }
    }

    /// Keeps the Release in a file, so that an older database can take it back.
    fn keep_release_file(&self, id: &RoundId) -> Result<(), AppError> {
        let path = self.release_file(id);
        let kept = super::backup::KeptRelease { closing: self.round(id)?.closing, release: self.storage.release(id)? };
        let json = serde_json::to_string(&kept).expect("a release is JSON");
        if std::fs::read_to_string(&path).is_ok_and(|kept| kept == json) {
            return Ok(());
        }
        // A crash may have left half a file: it is replaced as a whole.
        let pending = path.with_extension("tmp");
        match std::fs::remove_file(&pending) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(AppError::File(format!("cannot replace {}: {e}", pending.display()))),
            _ => {}
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

/// Counts while ballots come in, in whatever order.
struct Counting<'a> {
    group_of: HashMap<&'a str, usize>,
    seen: HashSet<Encapsulation>,
    tally: Tally,
    staging: &'a mut Staging,
    texts: TextCounts,
    done: u64,
}

impl<'a> Counting<'a> {
    fn new(survey: &Survey, groups: &'a [Group], staging: &'a mut Staging) -> Self {
        let group_of = groups.iter().enumerate().flat_map(|(n, g)| g.units.iter().map(move |u| (u.as_str(), n))).collect();
        Self { group_of, seen: HashSet::new(), tally: Tally::new(survey, groups), staging, texts: HashMap::new(), done: 0 }
    }

    fn add(&mut self, page: OpenedPage) -> Result<(), AppError> {
        for (unit, encapsulation, response) in page {
            self.done += 1;
            // Only a ballot that opens claims its encapsulation: a worthless copy must not spoil the original.
            match response.filter(|_| self.seen.insert(encapsulation)) {
                Some(response) if self.tally.knows(&unit) => {
                    self.tally.add(&unit, &response);
                    self.detach_texts(&response, self.group_of[unit.as_str()])?;
                }
                _ => self.tally.spoil(&unit),
            }
        }
        Ok(())
    }

    /// Takes the texts off a response; from here on nothing says that two of them came together.
    fn detach_texts(&mut self, response: &Response, group: usize) -> Result<(), AppError> {
        for (question, (answer, written)) in response.answers.iter().zip(&response.others).enumerate() {
            let text = if let Answer::Text(body) = answer { Some((false, body)) } else { None };
            for (other, body) in text.into_iter().chain(written.as_ref().map(|body| (true, body))) {
                *self.texts.entry((question, other, group)).or_default() += 1;
                self.staging.add(&LooseText { group, question, other, body: body.clone() }, &mut rng())?;
            }
        }
        Ok(())
    }
}
