//! Results at a glance, and category by category.
//! The first screen answers where, what, how bad and compared with what; one more screen is one
//! category.

use actix_web::web::Path;

use crate::id::RoundId;
use crate::web::desk::answer::{Answer, Desk};
use crate::web::desk::results::category_page;
use crate::web::desk::results::overview_page::page;
use crate::web::desk::results::whole::Whole;
use crate::web::error::WebError;

/// `GET /desk/rounds/{round}/results`.
pub async fn show(desk: Desk, round: Path<RoundId>) -> Answer {
    let lang = desk.lang;
    let id = round.into_inner();
    let (whole, before) = desk.run(move |app, by| Whole::read(app, by, &id)).await??;
    let body = page(&whole, before.as_ref(), desk.role.runs_rounds(), lang);
    Ok(desk.marked(whole.results.marks.get(lang), lang.pick("结果", "Results"), body))
}

/// `GET /desk/rounds/{round}/results/{category}`: one category, by its place.
pub async fn category(desk: Desk, path: Path<(RoundId, usize)>) -> Answer {
    let lang = desk.lang;
    let (id, order) = path.into_inner();
    let (whole, before) = desk.run(move |app, by| Whole::read(app, by, &id)).await??;
    let section = whole.results.survey.categories().find(|s| s.order == order);
    let section = section.ok_or(WebError::NothingHere)?;
    let body = category_page::page(&whole, before.as_ref(), section, lang);
    Ok(desk.marked(whole.results.marks.get(lang), section.name.get(lang), body))
}
