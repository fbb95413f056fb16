//! Two rounds side by side: what became of every group by steps of published bands, and of the
//! whole bureau by its published shares.
//! Nothing is compared that the look-back rule does not allow, and what is not certain is not
//! called a change.

use actix_web::web::Path;

use crate::app::{AppError, Permission};
use crate::id::RoundId;
use crate::round::RoundState;
use crate::text::Refusal;
use crate::web::desk::answer::{Answer, Desk};
use crate::web::desk::results::compare_page::page;

/// `GET /desk/rounds/{round}/compare`.
pub async fn show(desk: Desk, round: Path<RoundId>) -> Answer {
    let lang = desk.lang;
    let id = round.into_inner();
    let (results, base) = desk
        .run(move |app, by| {
            let results = app.read_results(by, &id)?;
            let base = results.round.looks_back.as_ref().ok_or_else(|| {
                Refusal::new(
                    "本轮没有设定对照的轮次；新建轮次时可以选择",
                    "this round looks back at none; choose one when a round is created",
                )
            })?;
            if app.round(base)?.state != RoundState::Released && !by.may(Permission::RunRounds) {
                let refusal =
                    Refusal::new("对照的轮次尚未发布", "the round before is not released");
                return Err(refusal.into());
            }
            let base = app.read_results(by, base)?;
            Ok::<_, AppError>((results, base))
        })
        .await??;
    let body = page(&results, &base, lang);
    Ok(desk.marked(results.marks.get(lang), lang.pick("两轮对照", "Two rounds compared"), body))
}
