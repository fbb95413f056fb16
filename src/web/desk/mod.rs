//! The desk: what the Political Work Section, leaders, squad heads, auditors and administrators do.
//! Denied unless allowed: every handler names the permission it needs, and every form carries the
//! session's token.

mod answer;
mod door;
mod errors;
mod forms;
pub mod lists;
pub mod office;
pub mod results;
pub mod rounds;
pub mod surveys;
mod table;

use actix_web::HttpResponse;
use actix_web::web::{Data, block};

use super::error::WebError;
use crate::app::App;

pub use answer::Desk;
pub use door::{Entrance, Posted, Session, language};
pub use errors::errors;
pub use rounds::opening::Openings;
pub use table::{Row, routes, rows};

/// Any address of the desk that no route knows.
pub async fn nothing_here() -> Result<HttpResponse, WebError> {
    Err(WebError::NothingHere)
}

/// `GET /metrics`, on the desk's listener only.
pub async fn metrics(app: Data<App>) -> Result<HttpResponse, WebError> {
    let text = block(move || app.metrics_text()).await?;
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text))
}
