//! zicha (自查): an anonymous organisational self-check that cannot tell who said what.
//! The modules below stand in the order of the story, and each uses only those above it.

pub mod access;
pub mod app;
pub mod ballot;
pub mod cli;
pub mod export;
pub mod gate;
pub mod id;
pub mod identity;
pub mod problem;
pub mod response;
pub mod round;
pub mod storage;
pub mod survey;
pub mod tally;
pub mod text;
pub mod unit;
pub mod web;
