//! The way of a plaintext into the box: its slip is looked up, it is sealed, and it is committed with others of its batch.
//! One thread a round has the box to itself, so its pages stay in its cache; as many threads as there are cores seal.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::JoinHandle;

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

/// Submissions to one round that may be on their way at once; beyond this people are asked to try again.
const MOST_UNDER_WAY: usize = 4096;
/// Most ballots in one transaction: a part of what is under way, so that others are sealed meanwhile and neither side waits for the other.
const SMALLEST_BATCH: usize = 8;
const LARGEST_BATCH: usize = 256;

type Answer = Result<Outcome, StorageError>;

/// A submission until it is sealed.
struct Job {
    live: Arc<Live>,
    hash: SlipHash,
    plaintext: Zeroizing<Vec<u8>>,
    reply: Reply,
    /// Back to the round's own thread.
    back: Sender<Step>,
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

/// What the thread of a round does next.
enum Step {
    LookUp(Job),
    Post(Posting, Reply),
}

/// The thread of a round.
pub(crate) struct Writer {
    steps: Sender<Step>,
    under_way: Arc<AtomicUsize>,
    thread: JoinHandle<()>,
}

/// The threads that seal, started with the first submission.
#[derive(Default)]
pub(crate) struct Sealers(OnceLock<Sender<(Job, String)>>);

impl Sealers {
    fn seal(&self, stuffing: &Arc<StuffingKey>, job: Job, unit: String) {
        let jobs = self.0.get_or_init(|| {
            let (jobs, queue) = channel::<(Job, String)>();
            let queue = Arc::new(Mutex::new(queue));
            let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
            for _ in 0..cores {
                let (queue, stuffing) = (queue.clone(), stuffing.clone());
                std::thread::Builder::new().name("sealing".to_owned()).spawn(move || seal_all(&queue, &stuffing)).expect("a thread can be started");
            }
            jobs
        });
        // The threads end only with the program.
        drop(jobs.send((job, unit)));
    }
}

fn seal_all(queue: &Mutex<Receiver<(Job, String)>>, stuffing: &StuffingKey) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok((job, unit)) = next else { return };
        let Job { live, hash, plaintext, reply, back } = job;
        let Some(key) = &live.public_key else {
            reply.send(Err(StorageError::Corrupt("an open round without a public key".into())));
            continue;
        };
        let ballot = key.seal(stuffing, &live.round.id, &unit, &plaintext, &mut rng());
        let slip = (live.round.access == Access::Slip).then_some(hash);
        if let Err(failed) = back.send(Step::Post(Posting { slip, ballot }, reply))
            && let Step::Post(_, reply) = failed.0
        {
            reply.send(Err(StorageError::Unavailable("the writer of this round has ended".into())));
        }
    }
}

impl App {
    /// Puts a plaintext on its way, unless too many are.
    pub(super) fn enqueue(self: &Arc<Self>, live: &Arc<Live>, hash: SlipHash, plaintext: Zeroizing<Vec<u8>>) -> Result<Begun, Reject> {
        if live.public_key.is_none() {
            return Err(Reject::Phase(Phase::NotYet));
        }
        let id = &live.round.id;
        let (steps, under_way) = {
            let mut writers = self.writers.lock().unwrap_or_else(PoisonError::into_inner);
            if writers.get(id).is_some_and(|w| w.thread.is_finished()) {
                writers.remove(id);
            }
            let writer = writers.entry(id.clone()).or_insert_with(|| self.start_writer(id));
            (writer.steps.clone(), writer.under_way.clone())
        };
        let place = Place::take(under_way).ok_or(Reject::Busy)?;
        let (to, answer) = oneshot::channel();
        let job = Job { live: live.clone(), hash, plaintext, reply: Reply { to, _place: place }, back: steps.clone() };
        // A round that was closed in this moment has no thread any more; dropping the job tells its sender to try again.
        steps.send(Step::LookUp(job)).map_err(|_| Reject::Busy)?;
        Ok(Begun::Queued(answer))
    }

    fn start_writer(self: &Arc<Self>, id: &RoundId) -> Writer {
        let (steps, queue) = channel();
        let under_way = Arc::new(AtomicUsize::new(0));
        let (app, round, count) = (self.clone(), id.clone(), under_way.clone());
        let thread =
            std::thread::Builder::new().name("box".to_owned()).spawn(move || app.keep_box(&round, &queue, &count)).expect("a thread can be started");
        Writer { steps, under_way, thread }
    }

    /// Ends the thread of a round after everything under way is answered. Whatever comes later finds the box sealed.
    pub(in crate::app) fn stop_writer(&self, id: &RoundId) {
        let writer = self.writers.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        if let Some(Writer { steps, thread, .. }) = writer {
            drop(steps);
            // A thread that panicked has dropped its queue; its senders were told to try again.
            drop(thread.join());
        }
    }

    /// Looks up and stores for one round until nobody can send any more.
    fn keep_box(&self, id: &RoundId, queue: &Receiver<Step>, under_way: &AtomicUsize) {
        let mut sealed: Vec<(Posting, Reply)> = Vec::new();
        loop {
            let first = if sealed.is_empty() { queue.recv().ok() } else { None };
            if first.is_none() && sealed.is_empty() {
                return;
            }
            let mut new = Vec::new();
            for step in first.into_iter().chain(queue.try_iter()) {
                match step {
                    Step::LookUp(job) => new.push(job),
                    Step::Post(posting, reply) => sealed.push((posting, reply)),
                }
            }
            // New ones first: they are sealed while the disk is busy with the others.
            self.look_up(id, new);
            // Whoever was told to try again is not stored behind their back.
            sealed.retain(|(_, reply)| !reply.to.is_closed());
            if !sealed.is_empty() {
                let most = (under_way.load(Ordering::Relaxed) / 2).clamp(SMALLEST_BATCH, LARGEST_BATCH).min(sealed.len());
                let rest = sealed.split_off(most);
                self.post(id, std::mem::replace(&mut sealed, rest));
            }
        }
    }

    fn look_up(&self, id: &RoundId, jobs: Vec<Job>) {
        if jobs.is_empty() {
            return;
        }
        let hashes: Vec<&SlipHash> = jobs.iter().map(|job| &job.hash).collect();
        // Once more: a connection may have been lost, and reading changes nothing.
        let units = self.storage.slip_units(id, &hashes).or_else(|_| self.storage.slip_units(id, &hashes));
        let units = match units {
            Ok(units) => units,
            Err(error) => {
                for job in jobs {
                    job.reply.send(Err(StorageError::Unavailable(error.to_string())));
                }
                return;
            }
        };
        for job in jobs {
            match units.get(&job.hash) {
                Some(unit) => self.sealers.seal(&self.stuffing, job, unit.clone()),
                None => job.reply.send(Ok(Outcome::Unknown)),
            }
        }
    }

    fn post(&self, id: &RoundId, mut batch: Vec<(Posting, Reply)>) {
        batch.shuffle(&mut rng());
        let (postings, replies): (Vec<Posting>, Vec<Reply>) = batch.into_iter().unzip();
        match self.storage.post(id, &postings) {
            Ok(outcomes) => replies.into_iter().zip(outcomes).for_each(|(reply, outcome)| reply.send(Ok(outcome))),
            // One bad row must not fail the others; where nothing answers, none is tried again: their senders do that.
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
