//! What handlers work and answer with: the desk itself, pages in its frame, ways on, refusals, and
//! files to keep.
//! One place says how an answer looks, so that pages and errors look alike.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::http::StatusCode;
use actix_web::web::{Data, block};
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse, dev};
use maud::{Markup, html};

use super::Session;
use crate::app::{Actor, App, AppError};
use crate::text::Lang;
use crate::web::error::WebError;
use crate::web::page::{self, Frame};

impl<'a> Frame<'a> {
    pub(in crate::web::desk) fn of(session: &'a Session) -> Self {
        Self {
            session: Some(session),
            lang: session.lang,
            here: &session.here,
            waiting: session.tasks.len(),
        }
    }
}

/// What a handler comes to.
pub(in crate::web::desk) type Answer = Result<HttpResponse, WebError>;

/// What a handler works with: whoever came through the door, and the application they act on.
pub struct Desk {
    pub(in crate::web::desk) session: Session,
    app: Data<App>,
}

impl FromRequest for Desk {
    type Error = WebError;
    type Future = Ready<Result<Self, WebError>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let session = request.extensions().get::<Session>().cloned();
        let app = request.app_data::<Data<App>>().cloned();
        let desk = session.zip(app).map(|(session, app)| Self { session, app });
        ready(desk.ok_or(WebError::Forbidden))
    }
}

impl Deref for Desk {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

impl Desk {
    /// The desk of whoever was let in, for those who answer before a handler does.
    pub(in crate::web::desk) fn of(session: Session, app: Data<App>) -> Self {
        Self { session, app }
    }

    /// The application, for what goes on after the answer.
    pub(in crate::web::desk) fn app(&self) -> &Data<App> {
        &self.app
    }

    /// Does what may take a while, in the name of whoever is signed in.
    pub(in crate::web::desk) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&App, &Actor) -> T + Send + 'static,
    ) -> Result<T, WebError> {
        let (app, by) = (self.app.clone(), self.session.actor());
        Ok(block(move || work(&app, &by)).await?)
    }

    /// A page of the desk.
    pub(in crate::web::desk) fn page(&self, title: &str, body: Markup) -> HttpResponse {
        self.page_with(StatusCode::OK, "", title, body)
    }

    /// A page that says in its status too whether something failed.
    pub(in crate::web::desk) fn answer(
        &self,
        failed: bool,
        title: &str,
        body: Markup,
    ) -> HttpResponse {
        let status = if failed { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        self.page_with(status, "", title, body)
    }

    /// A page of one round, with the round's marks.
    pub(in crate::web::desk) fn marked(
        &self,
        marks: &str,
        title: &str,
        body: Markup,
    ) -> HttpResponse {
        self.page_with(StatusCode::OK, marks, title, body)
    }

    /// A page with all that can be said of it. Without marks of a round it has the installation's.
    pub(in crate::web::desk) fn page_with(
        &self,
        status: StatusCode,
        marks: &str,
        title: &str,
        body: Markup,
    ) -> HttpResponse {
        let marks = if marks.is_empty() { demo_mark(&self.app, self.lang) } else { marks };
        let page = page::desk(&Frame::of(&self.session), title, marks, body);
        HttpResponse::build(status)
            .content_type("text/html; charset=utf-8")
            .body(page.into_string())
    }

    /// The page of a step that was refused, with the way back.
    pub(in crate::web::desk) fn refused(&self, error: AppError, back: &str) -> Answer {
        let lang = self.lang;
        let title = lang.pick("未能完成", "That did not work");
        let page = html! {
            h1 { (title) }
            div.errors role="alert" { (refusal_text(error, lang)?) }
            p { a href=(back) { (lang.pick("返回", "Back")) } }
        };
        Ok(self.answer(true, title, page))
    }
}

pub(in crate::web::desk) fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header(("Location", to)).finish()
}

/// What a refused use case says, line by line, for a box on the page; other errors go their own
/// way.
pub(in crate::web::desk) fn refusal_text(error: AppError, lang: Lang) -> Result<String, WebError> {
    use AppError as E;
    match error {
        E::Refused(refusal) => Ok(refusal.get(lang).to_owned()),
        E::Mistakes(list) => Ok(list.iter().map(|r| r.get(lang)).collect::<Vec<_>>().join("\n")),
        other => Err(other.into()),
    }
}

/// Marks of the whole installation.
pub(in crate::web::desk) fn demo_mark(app: &App, lang: Lang) -> &'static str {
    if app.is_demo() {
        lang.pick(
            "演示数据：单位、人数、答卷全部为虚构",
            "Demo: all units, figures and responses are invented",
        )
    } else {
        ""
    }
}

/// A file to keep, under a Chinese name.
pub(in crate::web::desk) fn download(
    name: &str,
    content_type: &str,
    body: Vec<u8>,
) -> HttpResponse {
    let encoded = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
    let plain: String =
        name.rsplit('.').next().map_or_else(|| "zicha".to_owned(), |ext| format!("zicha.{ext}"));
    HttpResponse::Ok()
        .content_type(content_type.to_owned())
        .insert_header((
            "Content-Disposition",
            format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"),
        ))
        .body(body)
}
