//! Rounds at the desk: drafts, custody, slips, closing, opening, and what is kept.
//! A round has one page, from which every step leads on.

pub(in crate::web::desk) mod cards;
pub mod custody;
pub mod draft;
pub(in crate::web::desk) mod facts;
pub mod follow;
pub mod frozen;
pub mod keeping;
pub mod leftover;
pub(in crate::web::desk) mod opening;
pub mod show;
pub mod steps;
