//! Errors of the desk, in its own frame and language.
//! Whoever was refused something is still signed in and keeps the way to the other pages.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::{Data, block};
use actix_web::{Error, HttpResponse};
use maud::html;

use super::door::{cookie_value, here, language};
use super::office::sign_in;
use crate::app::{Actor, App};
use crate::web::error::WebError;
use crate::web::page::{self, Frame};

/// Shows errors of the desk in its own frame and language.
pub async fn errors(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (lang, here) = (language(request.request()), here(request.request()));
    let response = next.call(request).await?.map_into_boxed_body();
    let Some(error) = response.response().error().and_then(|e| e.as_error::<WebError>()) else {
        return Ok(response);
    };
    // Whoever is signed in keeps the way to the other pages.
    let user = match (response.request().app_data::<Data<App>>(), error) {
        (None, _) | (_, WebError::SignIn(_) | WebError::SessionOver(..)) => None,
        (Some(app), _) => {
            let (app, cookie) = (app.clone(), cookie_value(response.request(), app));
            block(move || {
                let user = cookie.and_then(|cookie| app.session(&cookie).ok().flatten())?;
                let waiting = app.tasks(&Actor::Desk(user.clone())).map_or(0, |tasks| tasks.len());
                Some((user, waiting))
            })
            .await
            .unwrap_or_default()
        }
    };
    let waiting = user.as_ref().map_or(0, |(_, waiting)| *waiting);
    let session = user.as_ref().map(|(session, _)| session);
    let page = page_of(error, &Frame { session, lang, here: &here, waiting });
    Ok(response.into_response(page))
}

/// The page of an error; it was reported when it became an answer.
fn page_of(error: &WebError, frame: &Frame<'_>) -> HttpResponse {
    let lang = frame.lang;
    match error {
        WebError::SignIn(to) => return sign_in::ask(to),
        WebError::SessionOver(path, form) => return sign_in::over(path, form.as_deref(), lang),
        WebError::ChangePassword => {
            return HttpResponse::SeeOther().insert_header(("Location", "/desk/me")).finish();
        }
        _ => {}
    }
    let body = html! {
        div.card.narrow { (error.body(lang, "/desk")) }
    };
    error.response(page::desk(frame, lang.pick("未能完成", "That did not work"), "", body))
}
