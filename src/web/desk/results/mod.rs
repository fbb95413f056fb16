//! Results: what was found, for the bureau, by category and by unit, beside the round before, and
//! as pictures.
//! Nothing here says more than the Release.

pub(in crate::web::desk) mod category_page;
pub(in crate::web::desk) mod charts;
pub mod compare;
pub(in crate::web::desk) mod compare_page;
pub mod group;
pub(in crate::web::desk) mod group_page;
pub(in crate::web::desk) mod levels;
pub mod overview;
pub(in crate::web::desk) mod overview_page;
pub mod pictures;
pub(in crate::web::desk) mod reasons;
pub mod whole;
