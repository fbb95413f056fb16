//! What is kept of an opened round, and its destruction by two accounts with a record to print;
//! what a restored round has lost, and whether it goes on.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, block};

use crate::app::{Actor, App, AppError, SharedStep};
use crate::id::RoundId;
use crate::text::Refusal;
use crate::web::desk::answer::{demo_mark, html_page, refusal_text, see_other};
use crate::web::desk::rounds::keeping_page::{Facts, page};
use crate::web::desk::{Posted, Session};
use crate::web::error::WebError;

/// `GET /desk/rounds/{round}/keeping`.
pub async fn show(
    session: Session,
    app: Data<App>,
    round: Path<RoundId>,
) -> Result<HttpResponse, WebError> {
    let id = round.into_inner();
    answer(&session, &app, id, None).await
}

async fn answer(
    session: &Session,
    app: &Data<App>,
    id: RoundId,
    error: Option<String>,
) -> Result<HttpResponse, WebError> {
    let lang = session.lang;
    let reading = app.clone();
    let unscreened = match app.round(&id) {
        Ok(round) if round.state.has_results() && round.destroyed => {
            unscreened(app, session.actor(), &id).await?
        }
        _ => None,
    };
    let facts = block(move || {
        let round = reading.round(&id)?;
        let texts = if round.state.has_results() && round.destroyed {
            reading.text_counts(&id)?.values().sum()
        } else {
            0
        };
        Ok::<_, AppError>(Facts { texts, approvals: reading.approvals(&id)?, unscreened, round })
    })
    .await??;
    let mut response = html_page(
        session,
        lang.pick("留存与销毁", "Keeping and destroying"),
        demo_mark(app, lang),
        page(session, &facts, error.as_deref()),
    );
    if error.is_some() {
        *response.status_mut() = actix_web::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// `POST /desk/rounds/{round}/keeping`.
pub async fn post(
    session: Session,
    app: Data<App>,
    round: Path<RoundId>,
    form: Posted,
) -> Result<HttpResponse, WebError> {
    let Posted(form) = form;
    let lang = session.lang;
    let id = round.into_inner();
    let step = SharedStep::parse(form.first("step"))
        .filter(|step| *step != SharedStep::Release)
        .ok_or(WebError::NothingHere)?;
    let (working, of, by) = (app.clone(), id.clone(), session.actor());
    let result = block(move || working.approve(&by, &of, step)).await?;
    match result {
        Ok(_) => Ok(see_other(&format!("/desk/rounds/{id}/keeping"))),
        Err(error) => {
            let error = refusal_text(error, lang)?;
            answer(&session, &app, id, Some(error)).await
        }
    }
}

/// Said before results are let out or originals destroyed: how many texts nobody has dealt with.
pub(in crate::web::desk) async fn unscreened(
    app: &Data<App>,
    by: Actor,
    id: &RoundId,
) -> Result<Option<Refusal>, WebError> {
    let (reading, of) = (app.clone(), id.clone());
    let progress = block(move || reading.screening_progress(&by, &of)).await??;
    let (waiting, all) = progress
        .values()
        .fold((0, 0), |(waiting, all), n| (waiting + n[0] + n[1], all + n.iter().sum::<u64>()));
    Ok((waiting > 0).then(|| {
        Refusal::new(
            format!(
                "{all} 条文字意见中还有 {waiting} 条没有筛查完，它们反映的情况不会出现在清单中"
            ),
            format!(
                "{waiting} of {all} texts are not screened yet; what they tell will be in no list"
            ),
        )
    }))
}
