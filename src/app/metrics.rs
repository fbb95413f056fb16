//! Metrics for whoever keeps the machine running: totals of all rounds together, in steps of fifteen minutes, rounded down to five.
//! A finer figure beside a look at the desks would tell who has just answered, so there is none, and none per round.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use prometheus::{IntCounterVec, Opts, Registry, TextEncoder};

use super::App;

/// How often figures change.
const STEP_SECONDS: i64 = 15 * 60;
/// What figures are rounded down to.
const ROUNDED_TO: u64 = 5;

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

const OUTCOMES: [(Submission, &str); 4] =
    [(Submission::Stored, "stored"), (Submission::Again, "again"), (Submission::Refused, "refused"), (Submission::Busy, "busy")];

/// Counters in memory, and what of them is shown.
pub(super) struct Metrics {
    counts: [AtomicU64; 4],
    step: AtomicI64,
    registry: Registry,
    shown: IntCounterVec,
}

impl Metrics {
    pub fn new() -> Self {
        let shown = IntCounterVec::new(
            Opts::new("zicha_submissions_total", "Submissions to all rounds together; updated every 15 minutes and rounded down to 5"),
            &["outcome"],
        )
        .expect("the name and label are legal");
        for (_, name) in OUTCOMES {
            shown.with_label_values(&[name]);
        }
        let registry = Registry::new();
        registry.register(Box::new(shown.clone())).expect("registered once");
        Self { counts: [const { AtomicU64::new(0) }; 4], step: AtomicI64::new(i64::MIN), registry, shown }
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
            let counted = self.metrics.counts[outcome as usize].load(Ordering::Relaxed) / ROUNDED_TO * ROUNDED_TO;
            let shown = self.metrics.shown.with_label_values(&[name]);
            shown.inc_by(counted.saturating_sub(shown.get()));
        }
    }

    /// All metrics in the text format of Prometheus.
    pub fn metrics_text(&self) -> String {
        self.roll_metrics();
        TextEncoder::new().encode_to_string(&self.metrics.registry.gather()).unwrap_or_default()
    }
}
