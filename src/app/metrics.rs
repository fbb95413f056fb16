//! Metrics for whoever keeps the machine running: totals of all rounds together, in steps of
//! fifteen minutes, rounded down to five.
//! A finer figure beside a look at the desks would tell who has just answered, so there is none,
//! and none per round.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use prometheus::{IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry, TextEncoder};

use crate::round::RoundState;

use crate::app::App;

/// How often figures change.
const STEP_SECONDS: i64 = 15 * 60;
/// What figures are rounded down to.
const ROUNDED_TO: u64 = 5;

/// Steps in which free space is told.
const FREE_STEP: u64 = 64 << 20;

/// What became of a submission.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Submission {
    /// In the box.
    Stored,
    /// Received before.
    Again,
    /// Something was wrong with it.
    Refused,
    /// Asked to try again later.
    Busy,
}

const OUTCOMES: [(Submission, &str); 4] = [
    (Submission::Stored, "stored"),
    (Submission::Again, "again"),
    (Submission::Refused, "refused"),
    (Submission::Busy, "busy"),
];

/// Counters in memory, and what of them is shown.
pub(super) struct Metrics {
    counts: [AtomicU64; 4],
    step: AtomicI64,
    registry: Registry,
    shown: IntCounterVec,
    memory: IntGauge,
    files: IntGauge,
    free: IntGauge,
    rounds: IntGaugeVec,
    database: IntGauge,
}

impl Metrics {
    pub fn new() -> Self {
        let shown = IntCounterVec::new(
            Opts::new(
                "zicha_submissions_total",
                "Submissions to all rounds together; updated every 15 minutes and rounded down to \
                 5",
            ),
            &["outcome"],
        )
        .expect("the name and label are legal");
        for (_, name) in OUTCOMES {
            shown.with_label_values(&[name]);
        }
        let gauge = |name: &str, help: &str| IntGauge::new(name, help).expect("the name is legal");
        let memory = gauge(
            "process_resident_memory_bytes",
            "Memory of the process; updated every 15 minutes",
        );
        let files = gauge(
            "process_open_fds",
            "Open files and connections of the process; updated every 15 minutes",
        );
        let free = gauge(
            "zicha_data_free_bytes",
            "Free space on the disk of the data folder, in steps of 64 MiB; updated every 15 \
             minutes",
        );
        let database = gauge("zicha_database_up", "Whether the database answers");
        let rounds = IntGaugeVec::new(
            Opts::new("zicha_rounds", "Rounds by state; updated every 15 minutes"),
            &["state"],
        )
        .expect("the name and label are legal");
        for state in RoundState::all() {
            rounds.with_label_values(&[state.as_str()]);
        }
        let build =
            IntGaugeVec::new(Opts::new("zicha_build_info", "Version of the program"), &["version"])
                .expect("the name and label are legal");
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        let registry = Registry::new();
        for all in [&memory, &files, &free, &database] {
            registry.register(Box::new(all.clone())).expect("registered once");
        }
        for all in [&rounds, &build] {
            registry.register(Box::new(all.clone())).expect("registered once");
        }
        registry.register(Box::new(shown.clone())).expect("registered once");
        let counts = [const { AtomicU64::new(0) }; 4];
        Self {
            counts,
            step: AtomicI64::new(i64::MIN),
            registry,
            shown,
            memory,
            files,
            free,
            rounds,
            database,
        }
    }
}

impl App {
    /// Counts a submission.
    pub fn count_submission(&self, outcome: Submission) {
        self.metrics.counts[outcome as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Shows what has been counted, if fifteen minutes have passed.
    pub(super) fn roll_metrics(&self) {
        let step = self.now().unix_timestamp().div_euclid(STEP_SECONDS);
        if self.metrics.step.swap(step, Ordering::Relaxed) == step {
            return;
        }
        for (outcome, name) in OUTCOMES {
            let counted = self.metrics.counts[outcome as usize].load(Ordering::Relaxed)
                / ROUNDED_TO
                * ROUNDED_TO;
            let shown = self.metrics.shown.with_label_values(&[name]);
            shown.inc_by(counted.saturating_sub(shown.get()));
        }
        // Memory, connections and disk move with every submission, so they keep the same step.
        let (memory, files) = process();
        self.metrics.memory.set(memory);
        self.metrics.files.set(files);
        if let Ok(stat) = rustix::fs::statvfs(&self.settings().data) {
            let free = stat.f_bavail * stat.f_frsize / FREE_STEP * FREE_STEP;
            self.metrics.free.set(i64::try_from(free).unwrap_or(i64::MAX));
        }
        if let Ok(rounds) = self.rounds() {
            for state in RoundState::all() {
                let count = rounds.iter().filter(|round| round.state == state).count();
                self.metrics
                    .rounds
                    .with_label_values(&[state.as_str()])
                    .set(i64::try_from(count).unwrap_or(i64::MAX));
            }
        }
    }

    /// All metrics in the text format of Prometheus.
    pub fn metrics_text(&self) -> String {
        self.metrics.database.set(i64::from(self.ready().is_ok()));
        self.roll_metrics();
        TextEncoder::new().encode_to_string(&self.metrics.registry.gather()).unwrap_or_default()
    }
}

/// Memory in bytes and open files of this process.
fn process() -> (i64, i64) {
    let pages = std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split_whitespace().nth(1)?.parse::<i64>().ok())
        .unwrap_or(0);
    let files = std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count);
    (
        pages * i64::try_from(rustix::param::page_size()).unwrap_or(4096),
        i64::try_from(files).unwrap_or(i64::MAX),
    )
}
