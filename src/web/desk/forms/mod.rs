//! Forms: what they are made of, what was wrong with them, and what two people wrote at once.
//! Every form of the desk is drawn, read and compared from one description.

pub(in crate::web::desk) mod carried;
pub(in crate::web::desk) mod conflict;
pub(in crate::web::desk) mod draw;
pub(in crate::web::desk) mod input;
pub(in crate::web::desk) mod inputs;
pub(in crate::web::desk) mod mistakes;
pub(in crate::web::desk) mod reading;
pub(in crate::web::desk) mod upload;
