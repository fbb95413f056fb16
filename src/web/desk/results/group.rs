//! One group beside the bureau: every item's band as a bar, harm and causes by category, and what
//! became of it since an earlier round.
//! Each chart stands beside its figures, which are those of the exports.

use actix_web::web::Path;

use crate::app::AppError;
use crate::id::RoundId;
use crate::unit::GroupCode;
use crate::web::desk::answer::{Answer, Desk};
use crate::web::desk::results::group_page::page;
use crate::web::error::WebError;

/// `GET /desk/rounds/{round}/groups/{group}`.
pub async fn show(desk: Desk, path: Path<(RoundId, GroupCode)>) -> Answer {
    let lang = desk.lang;
    let id = path.0.clone();
    let code = path.1.clone();
    let (results, base) = desk
        .run(move |app, by| {
            let results = app.read_list(by, &id, &code)?;
            let base = app.results_before(by, &results)?;
            Ok::<_, AppError>((results, base))
        })
        .await??;
    let code = path.1.as_str();
    let group =
        results.release.groups.iter().find(|g| g.code == code).ok_or(WebError::NothingHere)?;
    let back = if desk.role.runs_rounds() {
        format!("/desk/rounds/{}/results", results.round.id)
    } else {
        "/desk".to_owned()
    };
    let body = page(&results, group, base.as_ref(), &back, lang);
    Ok(desk.marked(results.marks.get(lang), &group.name, body))
}
