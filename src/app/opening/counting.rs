//! Opening ballots on all cores and adding them up, one by one, in memory.
//! No ballot outlives its page: what is left is the tally, and texts in places that say nothing of
//! whose they were.

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel, sync_channel};
use std::time::Instant;

use sha2::{Digest, Sha256};

use super::Progress;
use super::staging::{LooseText, Staging, TextCounts};
use crate::app::{App, AppError, fault, rng};
use crate::ballot::{Layout, RoundPrivateKey, SealedBallot};
use crate::id::RoundId;
use crate::response::{Answer, Response};
use crate::round::BallotEdition;
use crate::storage::StorageError;
use crate::survey::Survey;
use crate::tally::Tally;
use crate::unit::{Group, UnitCode};

/// A name of an encapsulation, short enough that a million fit into little memory.
type Encapsulation = [u8; 16];
/// A page of opened ballots: unit, encapsulation, and the response if it opened.
type OpenedPage = Vec<(UnitCode, Encapsulation, Option<Response>)>;

impl App {
    /// Opens all ballots and counts them. Decryption runs on all cores; this thread reads the box
    /// and counts, and neither gets far ahead.
    #[expect(clippy::too_many_arguments, reason = "one call, and each is needed")]
    pub(super) fn count(
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
                let left = started
                    .elapsed()
                    .mul_f64((of.saturating_sub(done)) as f64 / done.max(1) as f64);
                progress(Progress::Opening { done, of, left });
                fault::at("some_counted");
            };
            let read = self.storage.each_ballot(id, |page| {
                // The openers end only when this side is done.
                jobs.send(page)
                    .map_err(|_| StorageError::Unavailable("the opening was interrupted".into()))?;
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

    /// One opener: takes pages until there are no more. It yields to whoever submits to another
    /// round.
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
                let response = key
                    .open(&self.intake.stuffing, id, &ballot)
                    .ok()
                    .and_then(|plaintext| layout.decode(&plaintext).ok());
                let name = Sha256::digest(&ballot.encapsulation)[..16]
                    .try_into()
                    .expect("a digest is longer");
                (ballot.unit, name, response)
            });
            if results.send(opened.collect()).is_err() {
                return;
            }
        }
    }
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
        let group_of = groups
            .iter()
            .enumerate()
            .flat_map(|(n, g)| g.units.iter().map(move |u| (u.as_str(), n)))
            .collect();
        Self {
            group_of,
            seen: HashSet::new(),
            tally: Tally::new(survey, groups),
            staging,
            texts: HashMap::new(),
            done: 0,
        }
    }

    fn add(&mut self, page: OpenedPage) -> Result<(), AppError> {
        for (unit, encapsulation, response) in page {
            self.done += 1;
            // Only a ballot that opens claims its encapsulation: a worthless copy must not spoil
            // the original.
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
        for (question, (answer, written)) in
            response.answers.iter().zip(&response.others).enumerate()
        {
            let text = if let Answer::Text(body) = answer { Some((false, body)) } else { None };
            for (other, body) in text.into_iter().chain(written.as_ref().map(|body| (true, body))) {
                *self.texts.entry((question, other, group)).or_default() += 1;
                self.staging
                    .add(&LooseText { group, question, other, body: body.clone() }, &mut rng())?;
            }
        }
        Ok(())
    }
}
