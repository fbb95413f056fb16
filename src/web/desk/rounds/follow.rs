//! Pages that show where a round stands follow it by themselves: after a download, which leaves a
//! page where it is, and when somebody else acts.
//! The script asks for a word that changes whenever the page would; asking keeps no session alive.

use actix_web::web::{Data, Path, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use std::sync::PoisonError;

use crate::app::{App, AppError, version};
use crate::id::RoundId;
use crate::web::desk::Openings;
use crate::web::desk::door::cookie_value;
use crate::web::error::WebError;

/// The word for where a round stands now.
pub(in crate::web::desk) fn standing(
    app: &App,
    openings: &Openings,
    id: &RoundId,
) -> Result<String, AppError> {
    let opening = openings
        .0
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .get(id)
        .map(|running| format!("{running:?}"));
    Ok(version(&format!("{} {opening:?}", app.round_standing(id)?)))
}

/// What the script looks for: the word that the page was made with.
pub(in crate::web::desk) fn mark(id: &RoundId, standing: &str) -> Markup {
    html! {
        div hidden data-follow={ "/desk/rounds/" (id) "/standing" } data-standing=(standing) {}
    }
}

/// `GET /desk/rounds/{round}/standing`.
pub async fn show(
    request: HttpRequest,
    app: Data<App>,
    openings: Data<Openings>,
    round: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: RoundId = round.parse().map_err(|_| WebError::NothingHere)?;
    let cookie = cookie_value(&request, &app);
    let word = block(move || {
        let runs = match cookie {
            Some(cookie) => app.session_as_it_is(&cookie)?.is_some_and(|s| s.role.runs_rounds()),
            None => false,
        };
        if runs { standing(&app, &openings, &id).map(Some) } else { Ok(None) }
    })
    .await??;
    // Whoever is not signed in any more is told so by the page itself, when it is used next.
    Ok(word.map_or_else(
        || HttpResponse::NoContent().finish(),
        |word| HttpResponse::Ok().content_type("text/plain").body(word),
    ))
}
