//! The desk: what the Political Work Section, leaders, squad heads, auditors and administrators do.
//! Denied unless allowed: every handler names the permission it needs, and every form carries the session's token.

mod answer;
mod door;
mod forms;
pub mod lists;
pub mod office;
pub mod rounds;
pub mod surveys;
mod table;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::{Data, block};
use actix_web::{Error, HttpResponse};

use super::error::WebError;
use super::page::Frame;
use crate::app::App;
use door::{cookie_value, here};

pub use door::{Entrance, Posted, Session, language};
pub use rounds::opening::Openings;
pub use table::{Row, routes, rows};

/// Shows errors of the desk in its own frame and language.
pub async fn errors(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, Error> {
    let (lang, here) = (language(request.request()), here(request.request()));
    let response = next.call(request).await?.map_into_boxed_body();
    let Some(error) = response.response().error().and_then(|e| e.as_error::<WebError>()) else { return Ok(response) };
    // Whoever is signed in keeps the way to the other pages.
    let user = match (response.request().app_data::<Data<App>>(), error) {
        (None, _) | (_, WebError::SignIn(_) | WebError::SessionOver(..)) => None,
        (Some(app), _) => {
            let (app, cookie) = (app.clone(), cookie_value(response.request(), app));
            block(move || cookie.and_then(|cookie| app.session(&cookie).ok().flatten())).await.unwrap_or_default()
        }
    };
    let page = error.desk_page(&Frame { session: user.as_ref(), lang, here: &here });
    Ok(response.into_response(page))
}

/// Any address of the desk that no route knows.
pub async fn nothing_here() -> Result<HttpResponse, WebError> {
    Err(WebError::NothingHere)
}

/// `GET /metrics`, on the desk's listener only.
pub async fn metrics(app: Data<App>) -> Result<HttpResponse, WebError> {
    let text = block(move || app.metrics_text()).await?;
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text))
}
