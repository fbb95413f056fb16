//! The desk: what the Political Work Section, leaders, squad heads, auditors and administrators do.
//! Denied unless allowed: every handler names the permission it needs, and every form carries the session's token.

pub mod accounts;
pub mod again;
pub mod audit;
pub mod calendar;
mod carried;
mod charts;
pub mod compare;
mod conflict;
pub mod custody;
pub mod exports;
pub mod follow;
pub mod frozen;
pub mod group;
pub mod home;
mod inputs;
pub mod keeping;
pub mod leftover;
pub mod lists;
pub mod me;
mod mistakes;
mod opening;
mod part_forms;
mod part_rows;
pub mod preview;
mod problem_pages;
pub mod problems;
mod question_form;
mod reasons;
pub mod results;
pub mod round;
mod round_cards;
pub mod rounds;
pub mod screening;
pub mod sign_in;
mod survey_changes;
pub mod survey_form;
pub mod survey_parts;
pub mod survey_versions;
pub mod surveys;
pub mod units;
mod upload;

use std::ops::Deref;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::web::{Data, Payload, block};
use actix_web::{Error, HttpRequest, HttpResponse};
use maud::Markup;

use super::cookies;
use super::error::WebError;
use super::page;
pub use crate::app::Permission;
use crate::app::{self, Actor, App};
use crate::response::Form;
use crate::text::Lang;
pub use opening::Openings;

/// Who is signed in, and how the pages are shown to them.
#[derive(Clone)]
pub struct Session {
    user: app::Session,
    /// The language of the pages.
    pub lang: Lang,
    /// The page to come back to after choosing another language.
    pub here: String,
}

impl Session {
    /// Who acts, for the use cases.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Desk(self.user.clone())
    }
}

impl Deref for Session {
    type Target = app::Session;

    fn deref(&self) -> &app::Session {
        &self.user
    }
}

/// The cookie that keeps the desk's language: no more than that, and never sent with a questionnaire.
const LANGUAGE: &str = "zicha_lang";

/// The language that this browser chose for the desk.
#[must_use]
pub fn language(request: &HttpRequest) -> Lang {
    cookies::read(request, LANGUAGE).map_or(Lang::Zh, |tag| Lang::from_query(&tag))
}

/// `GET /desk/language?lang=…&to=…`: chooses the desk's language for this browser.
pub async fn choose_language(request: HttpRequest, app: Data<App>) -> HttpResponse {
    let query = Form::decode(request.query_string().as_bytes()).unwrap_or_default();
    let cookie = Cookie::build(LANGUAGE, Lang::from_query(query.first("lang")).tag())
        .path("/desk")
        .max_age(actix_web::cookie::time::Duration::days(365))
        .http_only(true)
        .secure(app.settings().is_https())
        .same_site(SameSite::Strict)
        .finish();
    HttpResponse::SeeOther().insert_header(("Location", again::within_desk(query.first("to")))).cookie(cookie).finish()
}

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

/// The cookie's name: locked to the host where there is TLS.
fn cookie_name(app: &App) -> &'static str {
    if app.settings().is_https() { "__Host-zicha" } else { "zicha" }
}

/// What the session's cookie holds, whatever other cookies the browser sends.
fn cookie_value(request: &HttpRequest, app: &App) -> Option<String> {
    cookies::read(request, cookie_name(app))
}

/// The session of a request, if it may do this.
pub async fn enter(request: &HttpRequest, app: &Data<App>, needed: Permission) -> Result<Session, WebError> {
    let sign_in = || {
        let to = request.uri().path_and_query().filter(|_| request.method() == Method::GET).map_or("", |p| p.as_str());
        WebError::SignIn(to.to_owned())
    };
    let cookie = cookie_value(request, app).ok_or_else(sign_in)?;
    let reading = app.clone();
    let user = block(move || reading.session(&cookie)).await??.ok_or_else(sign_in)?;
    if user.temporary && !matches!(request.path(), "/desk/me" | "/desk/sign-out") {
        return Err(WebError::ChangePassword);
    }
    if !needed.allows(user.role) {
        return Err(WebError::Forbidden);
    }
    Ok(Session { user, lang: language(request), here: here(request) })
}

/// Where a page is that can be asked for again.
fn here(request: &HttpRequest) -> String {
    let path = request.uri().path_and_query().filter(|_| request.method() == Method::GET);
    path.map_or("/desk", |p| p.as_str()).to_owned()
}

/// Largest form of the desk: a table of all units a bureau may have, or the longest survey, as text.
pub const MAX_FORM: usize = 8 << 20;

/// How large a body may be: a stranger has nothing to say that is long.
fn body_limit(request: &HttpRequest, app: &App) -> usize {
    let known = cookie_value(request, app).is_some_and(|cookie| app.issued_here(&cookie));
    if known { MAX_FORM } else { super::respondent::submit::MAX_BODY }
}

/// The form of a signed-in request, refused without the session's token or from another site.
pub async fn enter_form(request: &HttpRequest, app: &Data<App>, needed: Permission, payload: Payload) -> Result<(Session, Form), WebError> {
    from_this_site(request, app)?;
    let session = match enter(request, app, needed).await {
        // What was typed is kept, but only if it was typed on a page of this desk: its token was made for the cookie that came with it.
        Err(WebError::SignIn(to)) => {
            let Some(cookie) = cookie_value(request, app).filter(|cookie| app.issued_here(cookie)) else { return Err(WebError::SignIn(to)) };
            let form = read_form(request, app, payload).await?;
            if form.first("csrf") != app::csrf_token(&cookie) {
                return Err(WebError::SignIn(to));
            }
            let carried = carried::of(request.path(), &form).map(|form| carried::sealed(app, App::tag_of(&cookie), &form));
            return Err(WebError::SessionOver(request.path().to_owned(), carried));
        }
        other => other?,
    };
    let form = read_form(request, app, payload).await?;
    if form.first("csrf") == session.csrf { Ok((session, form)) } else { Err(WebError::Stale) }
}

async fn read_form(request: &HttpRequest, app: &App, payload: Payload) -> Result<Form, WebError> {
    let body = super::respondent::submit::read_body(request, payload, body_limit(request, app)).await?;
    let form = Form::decode(&body).and_then(Form::without_nul);
    form.map_err(|r| WebError::Unreadable(actix_web::http::StatusCode::BAD_REQUEST, r))
}

/// Refuses posts that come from elsewhere: by what a browser says of them, or, from an old one, by the page they were sent from.
fn from_this_site(request: &HttpRequest, app: &App) -> Result<(), WebError> {
    let header = |name: &str| request.headers().get(name).map(|v| v.to_str().unwrap_or("?"));
    let here = |origin: &str| {
        let host = origin.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
        let public = app.settings().public_url();
        let public = public.split_once("://").map_or("", |(_, rest)| rest.split('/').next().unwrap_or_default());
        !host.is_empty() && (header("host").is_some_and(|own| own.eq_ignore_ascii_case(host)) || host.eq_ignore_ascii_case(public))
    };
    let fits = match (header("sec-fetch-site"), header("origin"), header("referer")) {
        (Some(site), ..) => matches!(site, "same-origin" | "none"),
        (None, Some(origin), _) => here(origin),
        (None, None, Some(page)) => here(page),
        (None, None, None) => true,
    };
    if fits { Ok(()) } else { Err(WebError::Stale) }
}

/// `GET /metrics`, on the desk's listener only.
pub async fn metrics(app: Data<App>) -> Result<HttpResponse, WebError> {
    let text = block(move || app.metrics_text()).await?;
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text))
}

/// What surrounds a page.
pub struct Frame<'a> {
    /// Who is signed in.
    pub session: Option<&'a app::Session>,
    /// The language.
    pub lang: Lang,
    /// The page itself, for the language switch.
    pub here: &'a str,
}

impl<'a> Frame<'a> {
    fn of(session: &'a Session) -> Self {
        Self { session: Some(session), lang: session.lang, here: &session.here }
    }
}

/// A desk page.
fn html_page(session: &Session, title: &str, marks: &str, body: Markup) -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page::desk(&Frame::of(session), title, marks, body).into_string())
}

fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header(("Location", to)).finish()
}

/// What a refused use case says, line by line, for a box on the page; other errors go their own way.
fn refusal_text(error: crate::app::AppError, lang: Lang) -> Result<String, WebError> {
    use crate::app::AppError as E;
    match error {
        E::Refused(refusal) => Ok(refusal.get(lang).to_owned()),
        E::Mistakes(list) => Ok(list.iter().map(|r| r.get(lang)).collect::<Vec<_>>().join("\n")),
        other => Err(other.into()),
    }
}

/// Marks of the whole installation.
fn demo_mark(app: &App, lang: Lang) -> &'static str {
    if app.is_demo() {
        lang.pick("演示数据：单位、人数、答卷全部为虚构", "Demo: all units, figures and responses are invented")
    } else {
        ""
    }
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
