//! The way of a plaintext into the box: its slip is looked up, it is sealed, and it is committed
//! with others of its batch.
//! A round has one thread that looks up and one that has the box to itself, so the pages of each
//! stay in its cache, and a box that is stuck
//! holds up nobody else; as many threads as there are cores seal, for all rounds.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;

use rand::RngExt;
use rand::seq::SliceRandom;
use tokio::sync::oneshot;
use zeroize::Zeroizing;

use super::{Begun, Reject};
use crate::access::SlipHash;
use crate::app::{App, Live, rng};
use crate::ballot::StuffingKey;
use crate::id::RoundId;
use crate::round::{Access, Phase};
use crate::storage::{Outcome, Posting, StorageError};
use crate::unit::UnitCode;

/// Submissions to one round that may be on their way at once; beyond this people are asked to try
/// again.
const MOST_UNDER_WAY: usize = 4096;
/// Most ballots in one transaction: a part of what is under way, so that others are sealed
/// meanwhile and neither side waits for the other.
const SMALLEST_BATCH: usize = 8;
const LARGEST_BATCH: usize = 256;
/// After how many ballots the box's log is copied into the box, once they are answered: seldom
/// enough to cost little, often enough that those who come meanwhile wait little.
/// Drawn anew each time: whoever tries a used code again and again, and waits for the pause, must
/// not be able to count the others.
const SETTLED_AFTER: std::ops::Range<usize> = 32..97;
/// How far sealing stands back, in the system's scale from 0 to 19; an opening stands back further.
const SEALING_NICE: i32 = 5;

type Answer = Result<Outcome, StorageError>;

/// A submission until it is sealed.
struct Job {
    live: Arc<Live>,
    hash: SlipHash,
    plaintext: Zeroizing<Vec<u8>>,
    reply: Reply,
    /// To the thread that keeps the round's box.
    to_box: Sender<(Posting, Reply)>,
}

/// Where the answer goes. While it exists, its submission counts as under way.
struct Reply {
    to: oneshot::Sender<Answer>,
    _place: Place,
}

impl Reply {
    /// Whoever went away finds a spent slip when trying again.
    fn send(self, answer: Answer) {
        drop(self.to.send(answer));
    }
}

/// One of the places for what is under way.
struct Place(Arc<AtomicUsize>);

impl Place {
    fn take(under_way: Arc<AtomicUsize>) -> Option<Self> {
        let place = Self(under_way);
        (place.0.fetch_add(1, Ordering::AcqRel) < MOST_UNDER_WAY).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The threads of a round: one looks up, one keeps the box.
pub(crate) struct Writer {
    new: Sender<Job>,
    to_box: Sender<(Posting, Reply)>,
    under_way: Arc<AtomicUsize>,
    threads: [JoinHandle<()>; 2],
}

/// The threads that seal, started with the first submission.
#[derive(Default)]
pub(crate) struct Sealers(OnceLock<Sender<(Job, UnitCode)>>);

impl Sealers {
    fn seal(&self, stuffing: &Arc<StuffingKey>, job: Job, unit: UnitCode) {
        let jobs = self.0.get_or_init(|| {
            let (jobs, queue) = channel::<(Job, UnitCode)>();
            let queue = Arc::new(Mutex::new(queue));
            let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
            for _ in 0..cores {
                let (queue, stuffing) = (queue.clone(), stuffing.clone());
                std::thread::Builder::new()
                    .name("sealing".to_owned())
                    .spawn(move || seal_all(&queue, &stuffing))
                    .expect("a thread can be started");
            }
            jobs
        });
        // The threads end only with the program.
        drop(jobs.send((job, unit)));
    }
}

fn seal_all(queue: &Mutex<Receiver<(Job, UnitCode)>>, stuffing: &StuffingKey) {
    // Behind the threads that wait for the disk: those need little, and everybody waits for them.
    rustix::process::setpriority_process(Some(rustix::thread::gettid()), SEALING_NICE).ok();
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((job, unit)) = next else { return };
        // Should sealing panic, its sender is told to try again, and the thread goes on for the
        // others.
        drop(std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| seal(job, &unit, stuffing))));
    }
}

fn seal(job: Job, unit: &UnitCode, stuffing: &StuffingKey) {
    let Job { live, hash, plaintext, reply, to_box } = job;
    // Whoever was told to try again meanwhile does that.
    if reply.to.is_closed() {
        return;
    }
    let Some(key) = &live.public_key else {
        reply.send(Err(StorageError::Corrupt("an open round without a public key".into())));
        return;
    };
    let ballot = key.seal(stuffing, &live.round.id, unit, &plaintext, &mut rng());
    let slip = (live.round.access == Access::Slip).then_some(hash);
    if let Err(failed) = to_box.send((Posting { slip, ballot }, reply)) {
        failed
            .0
            .1
            .send(Err(StorageError::Unavailable("the writer of this round has ended".into())));
    }
}

impl App {
    /// Puts a plaintext on its way, unless too many are.
    pub(super) fn enqueue(
        self: &Arc<Self>,
        live: &Arc<Live>,
        hash: SlipHash,
        plaintext: Zeroizing<Vec<u8>>,
    ) -> Result<Begun, Reject> {
        if live.public_key.is_none() {
            return Err(Reject::Phase(Phase::NotYet));
        }
        let id = &live.round.id;
        let (new, to_box, under_way) = {
            let mut writers = self.intake.writers.lock().unwrap_or_else(PoisonError::into_inner);
            if writers.get(id).is_some_and(|w| w.threads.iter().any(JoinHandle::is_finished)) {
                writers.remove(id);
            }
            let writer = writers.entry(id.clone()).or_insert_with(|| self.start_writer(id));
            (writer.new.clone(), writer.to_box.clone(), writer.under_way.clone())
        };
        let place = Place::take(under_way).ok_or(Reject::Busy)?;
        let (to, answer) = oneshot::channel();
        let job =
            Job { live: live.clone(), hash, plaintext, reply: Reply { to, _place: place }, to_box };
        // A round that was closed in this moment has no thread any more; dropping the job tells its
        // sender to try again.
        new.send(job).map_err(|_| Reject::Busy)?;
        Ok(Begun::Queued(answer))
    }

    fn start_writer(self: &Arc<Self>, id: &RoundId) -> Writer {
        let ((new, arrived), (to_box, sealed)) = (channel(), channel());
        let under_way = Arc::new(AtomicUsize::new(0));
        let start = |name: &str, work: Box<dyn FnOnce() + Send>| {
            std::thread::Builder::new()
                .name(name.to_owned())
                .spawn(work)
                .expect("a thread can be started")
        };
        let (app, round) = (self.clone(), id.clone());
        let slips = start("slips", Box::new(move || app.look_up_all(&round, &arrived)));
        let (app, round, count) = (self.clone(), id.clone(), under_way.clone());
        let keeper = start("box", Box::new(move || app.keep_box(&round, &sealed, &count)));
        Writer { new, to_box, under_way, threads: [slips, keeper] }
    }

    /// Ends the threads of a round after everything under way is answered. Whatever comes later
    /// finds the box sealed.
    pub(in crate::app) fn stop_writer(&self, id: &RoundId) {
        let writer = self.intake.writers.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        if let Some(Writer { new, to_box, threads, .. }) = writer {
            drop((new, to_box));
            // A thread that panicked has dropped its queue; its senders were told to try again.
            threads.map(JoinHandle::join).into_iter().for_each(drop);
        }
    }

    /// Looks up the slips of one round's submissions until nobody can send any more.
    fn look_up_all(&self, id: &RoundId, arrived: &Receiver<Job>) {
        while let Ok(first) = arrived.recv() {
            self.look_up(
                id,
                std::iter::once(first).chain(arrived.try_iter().take(LARGEST_BATCH)).collect(),
            );
        }
    }

    fn look_up(&self, id: &RoundId, jobs: Vec<Job>) {
        let hashes: Vec<&SlipHash> = jobs.iter().map(|job| &job.hash).collect();
        // Once more: a connection may have been lost, and reading changes nothing.
        let units =
            self.storage.slip_units(id, &hashes).or_else(|_| self.storage.slip_units(id, &hashes));
        for job in jobs {
            match &units {
                Ok(units) => match units.get(&job.hash) {
                    Some(unit) => {
                        self.intake.sealers.seal(&self.intake.stuffing, job, unit.clone());
                    }
                    None => job.reply.send(Ok(Outcome::NoSlip)),
                },
                Err(error) => job.reply.send(Err(StorageError::Unavailable(error.to_string()))),
            }
        }
    }

    /// Stores the sealed ballots of one round until nobody can send any more.
    fn keep_box(&self, id: &RoundId, queue: &Receiver<(Posting, Reply)>, under_way: &AtomicUsize) {
        let mut sealed: Vec<(Posting, Reply)> = Vec::new();
        let mut left = rng().random_range(SETTLED_AFTER);
        loop {
            if sealed.is_empty() {
                let Ok(first) = queue.recv() else { return };
                sealed.push(first);
            }
            sealed.extend(queue.try_iter());
            // Whoever was told to try again is not stored behind their back.
            sealed.retain(|(_, reply)| !reply.to.is_closed());
            if !sealed.is_empty() {
                let most = (under_way.load(Ordering::Relaxed) / 2)
                    .clamp(SMALLEST_BATCH, LARGEST_BATCH)
                    .min(sealed.len());
                let rest = sealed.split_off(most);
                self.post(id, std::mem::replace(&mut sealed, rest));
                left = left.saturating_sub(most);
            }
            if left == 0 {
                // A full disk or a lock is met by the next commit, which says so to those who wait.
                self.storage.checkpoint(id).ok();
                left = rng().random_range(SETTLED_AFTER);
            }
        }
    }

    fn post(&self, id: &RoundId, mut batch: Vec<(Posting, Reply)>) {
        batch.shuffle(&mut rng());
        let (postings, replies): (Vec<Posting>, Vec<Reply>) = batch.into_iter().unzip();
        match self.storage.post(id, &postings) {
            Ok(outcomes) => replies
                .into_iter()
                .zip(outcomes)
                .for_each(|(reply, outcome)| reply.send(Ok(outcome))),
            // One bad row must not fail the others; where nothing answers, none is tried again:
            // their senders do that.
            Err(first) => {
                let mut lost = self.storage.ping().is_err();
                for (reply, posting) in replies.into_iter().zip(&postings) {
                    if lost {
                        reply.send(Err(StorageError::Unavailable(first.to_string())));
                        continue;
                    }
                    let outcome = self.storage.post_again(id, posting);
                    lost = outcome.is_err() && self.storage.ping().is_err();
                    reply.send(outcome);
                }
            }
        }
    }
}
