//! Problem lists: what the section makes of the results, and every form in which it leaves the
//! house.
//! Nothing here says more than the Release, but for what people wrote and answer for.

pub mod exports;
pub(in crate::web::desk) mod exports_page;
pub(in crate::web::desk) mod issued_page;
pub(in crate::web::desk) mod pages;
pub mod paper;
pub(in crate::web::desk) mod paper_page;
pub mod problems;
pub(in crate::web::desk) mod row_form;
pub(in crate::web::desk) mod row_page;
pub mod rows;
pub(in crate::web::desk) mod rows_page;
pub(in crate::web::desk) mod rows_view;
pub mod screening;
pub mod screening_many;
pub(in crate::web::desk) mod screening_many_page;
pub(in crate::web::desk) mod screening_overview;
pub(in crate::web::desk) mod screening_page;
