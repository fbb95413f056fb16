//! Behaviour of the whole product. Read `story.rs` first.
#![expect(clippy::too_many_lines, reason = "a test is a story, told in its order")]
#![expect(clippy::disallowed_methods, reason = "tests own their clock and randomness")]
#![expect(
    clippy::items_after_statements,
    clippy::default_trait_access,
    reason = "a test reads from top to bottom"
)]

mod accounts;
mod api;
mod architecture;
mod audit;
mod bad_input;
mod branching;
mod canary;
mod circles;
mod clock;
mod command_line;
mod deeds;
mod demo;
mod deployment;
mod desk;
mod durability;
mod editing;
mod english;
mod failover;
mod faults;
mod files;
mod forensics;
mod gate_attack;
mod gate_options;
mod headers;
mod hostile_exports;
mod hostile_surveys;
mod keeping;
mod kinds;
mod lists;
mod mixed;
mod opening;
mod own_surveys;
mod promises;
mod proxies;
mod publication;
mod reach;
mod results;
mod roles;
mod roster;
mod running;
mod schema;
mod screening;
mod sealing;
mod sharing;
mod shell;
mod storage_contract;
mod story;
mod stuffing;
mod surveys;
mod syncing;
mod tasks;
mod test_app;
mod trustees;
mod units;
mod upgrade;
