//! The office around the rounds: coming in, the first page, accounts, units, the calendar and the audit record.
//! What an office has whether a round runs or not.

pub mod accounts;
pub mod audit;
pub mod calendar;
pub mod home;
pub mod me;
pub mod password;
pub mod sign_in;
pub mod units;
