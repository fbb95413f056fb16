//! Behaviour of the whole product. Read `story.rs` first.

mod architecture;
mod bad_input;
mod command_line;
mod deployment;
mod desk;
mod durability;
mod gate_attack;
mod sealing;
mod storage_contract;
mod story;
mod surveys;
mod test_app;
