//! What is kept of an opened round, and its destruction by two accounts with a record to print;
//! what a restored round has lost, and whether it goes on.

use std::collections::BTreeMap;

use actix_web::web::Path;

use crate::app::{AppError, SharedStep};
use crate::id::RoundId;
use crate::text::Refusal;
use crate::web::desk::Posted;
use crate::web::desk::answer::{Answer, Desk, refusal_text, see_other};
use crate::web::desk::rounds::keeping_page::{Facts, page};
use crate::web::error::WebError;

/// `GET /desk/rounds/{round}/keeping`.
pub async fn show(desk: Desk, round: Path<RoundId>) -> Answer {
    let id = round.into_inner();
    answer(&desk, id, None).await
}

async fn answer(desk: &Desk, id: RoundId, error: Option<String>) -> Answer {
    let lang = desk.lang;
    let facts = desk
        .run(move |app, by| {
            let round = app.round(&id)?;
            let keeps_texts = round.state.has_results() && round.destroyed;
            let (texts, unscreened) = if keeps_texts {
                (app.text_counts(&id)?.values().sum(), left_over(&app.screening_progress(by, &id)?))
            } else {
                (0, None)
            };
            Ok::<_, AppError>(Facts { texts, approvals: app.approvals(&id)?, unscreened, round })
        })
        .await??;
    Ok(desk.answer(
        error.is_some(),
        lang.pick("留存与销毁", "Keeping and destroying"),
        page(desk, &facts, error.as_deref()),
    ))
}

/// `POST /desk/rounds/{round}/keeping`.
pub async fn post(desk: Desk, round: Path<RoundId>, Posted(form): Posted) -> Answer {
    let lang = desk.lang;
    let id = round.into_inner();
    let step = SharedStep::parse(form.first("step"))
        .filter(|step| *step != SharedStep::Release)
        .ok_or(WebError::NothingHere)?;
    let of = id.clone();
    let result = desk.run(move |app, by| app.approve(by, &of, step)).await?;
    match result {
        Ok(_) => Ok(see_other(&format!("/desk/rounds/{id}/keeping"))),
        Err(error) => {
            let error = refusal_text(error, lang)?;
            answer(&desk, id, Some(error)).await
        }
    }
}

/// Said before results are let out or originals destroyed: how many texts nobody has dealt with.
pub(in crate::web::desk) async fn unscreened(
    desk: &Desk,
    id: &RoundId,
) -> Result<Option<Refusal>, WebError> {
    let of = id.clone();
    Ok(left_over(&desk.run(move |app, by| app.screening_progress(by, &of)).await??))
}

fn left_over(progress: &BTreeMap<String, [u64; 3]>) -> Option<Refusal> {
    let (waiting, all) = progress
        .values()
        .fold((0, 0), |(waiting, all), n| (waiting + n[0] + n[1], all + n.iter().sum::<u64>()));
    (waiting > 0).then(|| {
        Refusal::new(
            format!(
                "{all} 条文字意见中还有 {waiting} 条没有筛查完，它们反映的情况不会出现在清单中"
            ),
            format!(
                "{waiting} of {all} texts are not screened yet; what they tell will be in no list"
            ),
        )
    })
}
