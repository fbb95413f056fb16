//! Results at a glance: the heat map of categories and groups, the bureau's items with their
//! bounds, and the files.
//! Every figure is read from the Release; the same figures stand as a table beside each chart.

use actix_web::web::Path;

use crate::id::RoundId;
use crate::problem::ProblemList;
use crate::unit::GroupCode;
use crate::web::desk::answer::{Answer, Desk};
use crate::web::desk::lists::results_page::page;

/// `GET /desk/rounds/{round}/results`.
pub async fn show(desk: Desk, round: Path<RoundId>) -> Answer {
    let lang = desk.lang;
    let id = round.into_inner();

    let results = desk.run(move |app, by| app.read_results(by, &id)).await??;
    let lists: Vec<ProblemList> = results
        .release
        .groups
        .iter()
        .map(|g| results.derived(&g.code))
        .collect::<Result<_, _>>()?;
    let bureau = results.derived(&GroupCode::bureau())?;
    let body = page(&results, &lists, &bureau, desk.role.runs_rounds(), lang);
    Ok(desk.marked(results.marks.get(lang), lang.pick("结果", "Results"), body))
}
