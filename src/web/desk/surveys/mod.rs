//! Surveys at the desk: the list, the outline, one form for each part, versions and the preview.
//! The JSON text stays one click away.

pub(in crate::web::desk) mod changes;
pub mod list;
pub(in crate::web::desk) mod list_page;
pub mod outline;
pub(in crate::web::desk) mod outline_page;
pub(in crate::web::desk) mod part_forms;
pub(in crate::web::desk) mod part_inputs;
pub(in crate::web::desk) mod part_rows;
pub mod parts;
pub mod preview;
pub(in crate::web::desk) mod question;
pub(in crate::web::desk) mod question_inputs;
pub mod versions;
