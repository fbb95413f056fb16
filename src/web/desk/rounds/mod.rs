//! Rounds at the desk: drafts, custody, slips, closing, opening, and what is kept.
//! A round has one page, from which every step leads on.

pub(in crate::web::desk) mod cards;
pub mod custody;
pub(in crate::web::desk) mod custody_held_page;
pub(in crate::web::desk) mod custody_page;
pub mod draft;
pub(in crate::web::desk) mod draft_page;
pub(in crate::web::desk) mod facts;
pub mod follow;
pub mod frozen;
pub(in crate::web::desk) mod frozen_page;
pub(in crate::web::desk) mod irreversible;
pub mod keeping;
pub(in crate::web::desk) mod keeping_page;
pub mod leftover;
pub(in crate::web::desk) mod opening;
pub(in crate::web::desk) mod scopes_card;
pub(in crate::web::desk) mod shared_page;
pub mod show;
pub(in crate::web::desk) mod show_page;
pub mod steps;
