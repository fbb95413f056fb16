//! A round's survey as it is asked, with what will be published of each question and what should be
//! known before it opens, on paper.
//! For an officers' representative: whoever signs it has seen that no question can tell who
//! answered.

use actix_web::web::Path;
use maud::html;

use crate::id::RoundId;
use crate::web::desk::answer::{Answer, Desk};
use crate::web::desk::rounds::frozen_page::{Sheet, paper};

/// `GET /desk/rounds/{round}/frozen`.
pub async fn show(desk: Desk, round: Path<RoundId>) -> Answer {
    let lang = desk.lang;
    let id = round.into_inner();
    let sheet = desk
        .run(move |app, _| {
            let round = app.round(&id)?;
            Ok::<_, crate::app::AppError>(Sheet {
                survey: app.survey(&round.survey)?,
                units: app.round_units(&id)?,
                warnings: app.warnings(&id)?,
                marks: app.marks(&round, lang),
                round,
            })
        })
        .await??;
    let body = html! {
        p.noprint {
            a href={ "/desk/rounds/" (sheet.round.id) } {
                (lang.pick("← 返回本轮", "← Back to the round"))
            }
        }
        (paper(&sheet, lang))
    };
    Ok(desk.marked(
        &sheet.marks,
        lang.pick("问卷和公布规则", "The survey and what will be published"),
        body,
    ))
}
