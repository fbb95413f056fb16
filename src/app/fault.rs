//! Places where a test may kill the process, so that an opening is tried against a crash at every
//! step.
//! Debug builds only: a release build holds none of it.

/// The steps of an opening at which the process can be made to die, in order.
pub const STEPS: [&str; 12] = [
    "checked",
    "key_unwrapped",
    "some_counted",
    "all_counted",
    "writing",
    "written",
    "release_kept",
    "box_gone",
    "marked_gone",
    "custody_gone",
    "noted",
    "done",
];

/// Dies here if a test asked for it.
pub(super) fn at(step: &str) {
    debug_assert!(STEPS.contains(&step));
    #[cfg(debug_assertions)]
    if std::env::var("ZICHA_TEST_CRASH").is_ok_and(|wanted| wanted == step) {
        std::process::abort();
    }
}
