//! zicha (自查): an anonymous organisational self-check that cannot tell who said what.
//! The modules below stand in the order of the story, and each uses only those above it.

pub mod text;
pub mod survey;
pub mod id;
pub mod unit;
pub mod round;
pub mod access;
pub mod response;
pub mod ballot;
pub mod tally;
pub mod gate;
pub mod problem;
pub mod export;
pub mod storage;
pub mod app;
pub mod web;
pub mod cli;
