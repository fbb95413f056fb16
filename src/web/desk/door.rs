//! The door of the desk: who comes in by which route, with which right, and whose forms are taken.
//! It stands before the handlers, so that none of them can forget it; one that nobody came to
//! through the door gets no session.

use std::ops::Deref;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{self, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::Method;
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{Data, Payload, block};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use maud::html;

use super::answer::{Desk, refusal_text};
use super::forms::carried::{self, MAX_FORM};
use super::office::password::{fields, password_page, respond, within_desk};
use crate::app::{self, Actor, App, AppError, People, Permission, Task};
use crate::response::Form;
use crate::text::Lang;
use crate::web::cookies;
use crate::web::error::WebError;

/// Who is signed in, and how the pages are shown to them.
#[derive(Clone)]
pub struct Session {
    pub(in crate::web::desk) user: app::Session,
    /// What pages call those who have an account.
    pub(in crate::web::desk) people: Arc<People>,
    /// What waits for whoever is signed in.
    pub(in crate::web::desk) tasks: Arc<Vec<Task>>,
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

/// The form of whoever came through the door.
pub struct Posted(pub Form);

impl FromRequest for Session {
    type Error = WebError;
    type Future = std::future::Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        std::future::ready(request.extensions().get::<Self>().cloned().ok_or(WebError::Forbidden))
    }
}

impl FromRequest for Posted {
    type Error = WebError;
    type Future = std::future::Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        std::future::ready(
            request.extensions_mut().remove::<Form>().map(Self).ok_or(WebError::Stale),
        )
    }
}

/// What is asked of whoever comes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entrance {
    /// Nothing: signing in, setting up, choosing a language.
    Open,
    /// A right, for a page.
    Page(Permission),
    /// A right, and that the request comes from a page of this desk: a questionnaire that is tried
    /// out has no token, and nothing is kept of it.
    Trial(Permission),
    /// The same for a file; its token is among its parts, and `read_upload` asks for it.
    Upload(Permission),
    /// A right and a form of this session. What was typed comes back after the next sign-in if the
    /// session has ended, unless the form is about the own account.
    Form(Permission),
    /// The same, with a secret in it: nothing of it is ever put on a page again.
    Secret(Permission),
    /// The same and the password, typed a short while ago.
    Grave(Permission),
}

impl Entrance {
    /// Whether what was typed travels through the page of sign-in.
    #[must_use]
    pub fn is_carried(self) -> bool {
        match self {
            Self::Form(right) | Self::Grave(right) => right != Permission::SignedIn,
            Self::Secret(_) | Self::Open | Self::Page(_) | Self::Trial(_) | Self::Upload(_) => {
                false
            }
        }
    }
}

/// Lets a request in, or answers it.
async fn admit(
    entrance: Entrance,
    request: &mut ServiceRequest,
) -> Result<Option<HttpResponse>, WebError> {
    let app = request.app_data::<Data<App>>().cloned().ok_or(WebError::Interrupted)?;
    let (session, form) = match entrance {
        Entrance::Open => return Ok(None),
        Entrance::Page(right) => (enter(request.request(), &app, right).await?, None),
        Entrance::Trial(right) | Entrance::Upload(right) => {
            from_this_site(request.request(), &app)?;
            (enter(request.request(), &app, right).await?, None)
        }
        Entrance::Form(right) | Entrance::Secret(right) | Entrance::Grave(right) => {
            let payload = request.extract::<Payload>().await.map_err(|_| WebError::Interrupted)?;
            let (session, form) =
                enter_form(request.request(), &app, (right, entrance), payload).await?;
            if matches!(entrance, Entrance::Grave(_))
                && let Some(page) = ask_password(request.request(), &app, &session, &form).await?
            {
                return Ok(Some(page));
            }
            (session, Some(form))
        }
    };
    let mut carried = request.extensions_mut();
    carried.insert(session);
    if let Some(form) = form {
        carried.insert(form);
    }
    Ok(None)
}

/// The door before a route.
pub(in crate::web::desk) fn door<S, B>(
    entrance: Entrance,
) -> impl Transform<
    S,
    ServiceRequest,
    Response = ServiceResponse<BoxBody>,
    Error = actix_web::Error,
    InitError = (),
>
where
    S: dev::Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error>
        + 'static,
    B: MessageBody + 'static,
{
    from_fn(move |mut request: ServiceRequest, next: Next<B>| async move {
        match admit(entrance, &mut request).await {
            Ok(None) => next.call(request).await.map(ServiceResponse::map_into_boxed_body),
            Ok(Some(answer)) => Ok(request.into_response(answer)),
            Err(error) => Ok(request.error_response(error)),
        }
    })
}

/// The cookie that keeps the desk's language: no more than that, and never sent with a
/// questionnaire.
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
    HttpResponse::SeeOther()
        .insert_header(("Location", within_desk(query.first("to"))))
        .cookie(cookie)
        .finish()
}

/// The cookie's name: locked to the host where there is TLS.
pub(in crate::web::desk) fn cookie_name(app: &App) -> &'static str {
    if app.settings().is_https() { "__Host-zicha" } else { "zicha" }
}

/// What the session's cookie holds, whatever other cookies the browser sends.
pub(in crate::web::desk) fn cookie_value(request: &HttpRequest, app: &App) -> Option<String> {
    cookies::read(request, cookie_name(app))
}

/// The session of a request, if it may do this.
async fn enter(
    request: &HttpRequest,
    app: &Data<App>,
    needed: Permission,
) -> Result<Session, WebError> {
    let sign_in = || {
        let to = request
            .uri()
            .path_and_query()
            .filter(|_| request.method() == Method::GET)
            .map_or("", |p| p.as_str());
        WebError::SignIn(to.to_owned())
    };
    let cookie = cookie_value(request, app).ok_or_else(sign_in)?;
    let reading = app.clone();
    let read = block(move || {
        let user = reading.session(&cookie)?;
        let Some(user) = user else { return Ok(None) };
        // A round that cannot be read must not shut the pages of all others.
        let tasks = reading.tasks(&Actor::Desk(user.clone())).unwrap_or_default();
        let people = reading.people().unwrap_or_default();
        Ok::<_, AppError>(Some((user, Arc::new(people), Arc::new(tasks))))
    });
    let (user, people, tasks) = read.await??.ok_or_else(sign_in)?;
    if user.temporary && !matches!(request.path(), "/desk/me" | "/desk/sign-out") {
        return Err(WebError::ChangePassword);
    }
    if !needed.allows(user.role) {
        return Err(WebError::Forbidden);
    }
    Ok(Session { user, people, tasks, lang: language(request), here: here(request) })
}

/// Where a page is that can be asked for again.
pub(in crate::web::desk) fn here(request: &HttpRequest) -> String {
    let path = request.uri().path_and_query().filter(|_| request.method() == Method::GET);
    path.map_or("/desk", |p| p.as_str()).to_owned()
}

/// How large a body may be: a stranger has nothing to say that is long.
pub(in crate::web::desk) fn body_limit(request: &HttpRequest, app: &App) -> usize {
    let known = cookie_value(request, app).is_some_and(|cookie| app.issued_here(&cookie));
    if known { MAX_FORM } else { crate::web::body::MAX_BODY }
}

/// The form of a signed-in request, refused without the session's token or from another site.
async fn enter_form(
    request: &HttpRequest,
    app: &Data<App>,
    (needed, entrance): (Permission, Entrance),
    payload: Payload,
) -> Result<(Session, Form), WebError> {
    from_this_site(request, app)?;
    let session = match enter(request, app, needed).await {
        // What was typed is kept, but only if it was typed on a page of this desk: its token was
        // made for the cookie that came with it.
        Err(WebError::SignIn(to)) => {
            let Some(cookie) = cookie_value(request, app).filter(|cookie| app.issued_here(cookie))
            else {
                return Err(WebError::SignIn(to));
            };
            let form = read_form(request, app, payload).await?;
            if form.first("csrf") != app::csrf_token(&cookie) {
                return Err(WebError::SignIn(to));
            }
            let carried = entrance
                .is_carried()
                .then(|| carried::sealed(app, App::tag_of(&cookie), &carried::of(&form)));
            return Err(WebError::SessionOver(request.path().to_owned(), carried));
        }
        other => other?,
    };
    let form = read_form(request, app, payload).await?;
    if form.first("csrf") == session.csrf { Ok((session, form)) } else { Err(WebError::Stale) }
}

pub(in crate::web::desk) async fn read_form(
    request: &HttpRequest,
    app: &App,
    payload: Payload,
) -> Result<Form, WebError> {
    let body = crate::web::body::read_body(request, payload, body_limit(request, app)).await?;
    let form = Form::decode(&body).and_then(Form::without_nul);
    form.map_err(|r| WebError::Unreadable(actix_web::http::StatusCode::BAD_REQUEST, r))
}

/// Refuses posts that come from elsewhere: by what a browser says of them, or, from an old one, by
/// the page they were sent from.
pub(in crate::web::desk) fn from_this_site(
    request: &HttpRequest,
    app: &App,
) -> Result<(), WebError> {
    let header = |name: &str| request.headers().get(name).map(|v| v.to_str().unwrap_or("?"));
    let here = |origin: &str| {
        let host = origin
            .split_once("://")
            .map_or("", |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
        let public = app.settings().public_url();
        let public = public
            .split_once("://")
            .map_or("", |(_, rest)| rest.split('/').next().unwrap_or_default());
        !host.is_empty()
            && (header("host").is_some_and(|own| own.eq_ignore_ascii_case(host))
                || host.eq_ignore_ascii_case(public))
    };
    let fits = match (header("sec-fetch-site"), header("origin"), header("referer")) {
        (Some(site), ..) => matches!(site, "same-origin" | "none"),
        (None, Some(origin), _) => here(origin),
        (None, None, Some(page)) => here(page),
        (None, None, None) => true,
    };
    if fits { Ok(()) } else { Err(WebError::Stale) }
}

/// The page that asks for the password, unless it was typed a short while ago or comes with the
/// form.
async fn ask_password(
    request: &HttpRequest,
    app: &Data<App>,
    session: &Session,
    form: &Form,
) -> Result<Option<HttpResponse>, WebError> {
    if session.confirmed {
        return Ok(None);
    }
    let error = match form.first("confirm_password") {
        "" => None,
        password => {
            let (working, asking, password) = (app.clone(), session.clone(), password.to_owned());
            match block(move || working.confirm(&asking, &password)).await? {
                Ok(()) => return Ok(None),
                Err(error) => Some(refusal_text(error, session.lang)?),
            }
        }
    };
    let kept = html! {
        // The page of a download asks for the password by itself and keeps only where it leads.
        @if request.path() == "/desk/confirm" {
            input type="hidden" name="to" value=(within_desk(form.first("to")));
        } @else { (fields(&carried::of(form))) }
    };
    let page = password_page(session, request.path(), &kept, error.as_deref());
    let desk = Desk::of(session.clone(), app.clone());
    Ok(Some(respond(&desk, page, error.is_some())))
}
