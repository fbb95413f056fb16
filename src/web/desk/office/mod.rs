//! The office around the rounds: coming in, the first page, accounts, units, the calendar and the
//! audit record.
//! What an office has whether a round runs or not.

pub mod accounts;
pub(in crate::web::desk) mod accounts_page;
pub mod audit;
pub(in crate::web::desk) mod audit_page;
pub mod calendar;
pub(in crate::web::desk) mod calendar_page;
pub mod help;
pub mod home;
pub(in crate::web::desk) mod home_page;
pub mod me;
pub(in crate::web::desk) mod me_page;
pub(in crate::web::desk) mod notices_page;
pub mod password;
pub mod roster;
pub(in crate::web::desk) mod roster_page;
pub mod sign_in;
pub(in crate::web::desk) mod sign_in_page;
pub(in crate::web::desk) mod tasks_page;
pub mod units;
pub(in crate::web::desk) mod units_page;
