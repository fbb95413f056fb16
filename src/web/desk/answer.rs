//! What handlers answer with: pages in the desk's frame, ways on, refusals, and files to keep.
//! One place says how an answer looks, so that pages and errors look alike.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use maud::{Markup, html};

use super::Session;
use crate::app::{App, AppError};
use crate::text::Lang;
use crate::web::error::WebError;
use crate::web::page::{self, Frame};

impl<'a> Frame<'a> {
    pub(in crate::web::desk) fn of(session: &'a Session) -> Self {
        Self { session: Some(session), lang: session.lang, here: &session.here }
    }
}

/// A desk page.
pub(in crate::web::desk) fn html_page(
    session: &Session,
    title: &str,
    marks: &str,
    body: Markup,
) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .body(page::desk(&Frame::of(session), title, marks, body).into_string())
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

/// The page of a step that was refused, with the way back.
pub(in crate::web::desk) fn refused(
    session: &Session,
    app: &App,
    error: AppError,
    back: &str,
) -> Result<HttpResponse, WebError> {
    let lang = session.lang;
    let title = lang.pick("未能完成", "That did not work");
    let page = html! {
        h1 { (title) }
        div.errors role="alert" { (refusal_text(error, lang)?) }
        p { a href=(back) { (lang.pick("返回", "Back")) } }
    };
    let mut response = html_page(session, title, demo_mark(app, lang), page);
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    Ok(response)
}
