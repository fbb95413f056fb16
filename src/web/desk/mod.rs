//! The desk: what the Political Work Section, leaders, squad heads, auditors and administrators do.
//! Denied unless allowed: every handler names the permission it needs, and every form carries the session's token.

pub mod accounts;
pub mod again;
pub mod audit;
pub mod calendar;
pub mod custody;
pub mod group;
pub mod home;
pub mod keeping;
pub mod lists;
pub mod me;
mod opening;
pub mod preview;
pub mod results;
pub mod round;
mod round_cards;
pub mod rounds;
pub mod sign_in;
pub mod texts;
pub mod units;
mod upload;

use actix_web::http::Method;
use actix_web::web::{Data, Payload, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::Markup;

use super::error::WebError;
use super::page;
use crate::app::{App, Role, Session};
use crate::response::Form;
use crate::text::Lang;
pub use opening::Openings;

/// What a page needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Being signed in.
    SignedIn,
    /// Running rounds: units, slips, moves, all results.
    RunRounds,
    /// Reading lists: one's own units after release, or all for those who run rounds.
    ReadLists,
    /// The audit chain.
    Audit,
    /// Accounts.
    Accounts,
}

impl Permission {
    /// Whether a role has it.
    #[must_use]
    pub fn allows(self, role: Role) -> bool {
        match self {
            Self::SignedIn => true,
            Self::RunRounds => role.runs_rounds(),
            Self::ReadLists => role.runs_rounds() || matches!(role, Role::Leader | Role::UnitHead),
            Self::Audit => role == Role::Auditor,
            Self::Accounts => role == Role::Admin,
        }
    }
}

/// The cookie's name: locked to the host where there is TLS.
fn cookie_name(app: &App) -> &'static str {
    if app.settings().is_https() { "__Host-zicha" } else { "zicha" }
}

/// The session of a request, if it may do this.
pub async fn enter(request: &HttpRequest, app: &Data<App>, needed: Permission) -> Result<Session, WebError> {
    let sign_in = || {
        let to = request.uri().path_and_query().filter(|_| request.method() == Method::GET).map_or("", |p| p.as_str());
        WebError::SignIn(to.to_owned())
    };
    let cookie = request.cookie(cookie_name(app)).ok_or_else(sign_in)?.value().to_owned();
    let reading = app.clone();
    let session = block(move || reading.session(&cookie)).await??.ok_or_else(sign_in)?;
    if needed.allows(session.role) { Ok(session) } else { Err(WebError::Forbidden) }
}

/// The form of a signed-in request, refused without the session's token or from another site.
pub async fn enter_form(request: &HttpRequest, app: &Data<App>, needed: Permission, payload: Payload) -> Result<(Session, Form), WebError> {
    let session = match enter(request, app, needed).await {
        // What was typed is kept, but only if it was typed on a page of this desk.
        Err(WebError::SignIn(_)) if is_same_origin(request) => {
            let form = read_form(request, payload).await?;
            return Err(WebError::SessionOver(request.path().to_owned(), Box::new(form)));
        }
        other => other?,
    };
    from_this_site(request)?;
    let form = read_form(request, payload).await?;
    if form.first("csrf") == session.csrf { Ok((session, form)) } else { Err(WebError::Stale) }
}

async fn read_form(request: &HttpRequest, payload: Payload) -> Result<Form, WebError> {
    let body = super::respondent::submit::read_body(request, payload).await?;
    Form::decode(&body).map_err(|r| WebError::Unreadable(actix_web::http::StatusCode::BAD_REQUEST, r))
}

/// Whether the browser says that a request comes from a page of this site.
fn is_same_origin(request: &HttpRequest) -> bool {
    request.headers().get("Sec-Fetch-Site").is_some_and(|v| v == "same-origin")
}

/// Refuses posts that a browser says come from elsewhere.
fn from_this_site(request: &HttpRequest) -> Result<(), WebError> {
    let site = request.headers().get("Sec-Fetch-Site").and_then(|v| v.to_str().ok());
    match site {
        None | Some("same-origin" | "none") => Ok(()),
        Some(_) => Err(WebError::Stale),
    }
}

/// `GET /metrics`, on the desk's listener only.
pub async fn metrics(app: Data<App>) -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(app.metrics_text())
}

/// A desk page.
fn html_page(session: &Session, title: &str, marks: &str, body: Markup) -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page::desk(Some(session), title, marks, body).into_string())
}

fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header(("Location", to)).finish()
}

/// What a refused use case says, line by line, for a box on the page; other errors go their own way.
fn refusal_text(error: crate::app::AppError) -> Result<String, WebError> {
    use crate::app::AppError as E;
    match error {
        E::Refused(refusal) => Ok(refusal.get(Lang::Zh).to_owned()),
        E::Mistakes(list) => Ok(list.iter().map(|r| r.zh.as_str()).collect::<Vec<_>>().join("\n")),
        other => Err(other.into()),
    }
}

/// Marks of the whole installation.
fn demo_mark(app: &App) -> &'static str {
    if app.is_demo() { "演示数据：单位、人数、答卷全部为虚构" } else { "" }
}

/// A file to keep, under a Chinese name.
fn download(name: &str, content_type: &str, body: Vec<u8>) -> HttpResponse {
    let encoded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    let plain: String = name.rsplit('.').next().map_or_else(|| "zicha".to_owned(), |ext| format!("zicha.{ext}"));
    HttpResponse::Ok()
        .content_type(content_type.to_owned())
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}")))
        .body(body)
}
