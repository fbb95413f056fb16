//! Results and lists: what was found, what is made of it, and every form in which it leaves the
//! house.
//! Nothing here says more than the Release.

pub(in crate::web::desk) mod charts;
pub mod compare;
pub(in crate::web::desk) mod compare_page;
pub mod exports;
pub(in crate::web::desk) mod exports_page;
pub mod group;
pub(in crate::web::desk) mod group_page;
pub(in crate::web::desk) mod issued_page;
pub(in crate::web::desk) mod pages;
pub mod paper;
pub(in crate::web::desk) mod paper_page;
pub mod problems;
pub(in crate::web::desk) mod reasons;
pub mod results;
pub(in crate::web::desk) mod results_page;
pub(in crate::web::desk) mod row_page;
pub mod screening;
pub mod screening_many;
pub(in crate::web::desk) mod screening_many_page;
pub(in crate::web::desk) mod screening_overview;
pub(in crate::web::desk) mod screening_page;
