//! All rows of all lists in one view: searched, filtered, sorted, set aside many at once, changed
//! in place, and the last step taken back.
//! What is looked at stands in the address, so it can be kept, sent on, and come back to.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Path;

use crate::app::{AppError, SeenRow};
use crate::id::RoundId;
use crate::problem::RowState;
use crate::response::Form;
use crate::web::desk::Posted;
use crate::web::desk::answer::{Answer, Desk, see_other};
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::lists::rows_page::page;
use crate::web::desk::lists::rows_view::{Listed, View, after};
use crate::web::error::WebError;

/// `GET /desk/rounds/{round}/rows`.
pub async fn show(desk: Desk, request: HttpRequest, round: Path<RoundId>) -> Answer {
    let query = Form::decode(request.query_string().as_bytes())
        .map_err(|r| WebError::Unreadable(StatusCode::BAD_REQUEST, r))?;
    answer(&desk, round.into_inner(), &query, &Form::default(), None).await
}

async fn answer(
    desk: &Desk,
    id: RoundId,
    query: &Form,
    typed: &Form,
    wrong: Option<&Mistakes>,
) -> Answer {
    let (results, rows) = desk
        .run(move |app, by| {
            let results = app.results(by, &id)?;
            let mut rows = Vec::new();
            for (group, own) in results.all_rows()? {
                let own_name = results.release.groups.iter().find(|g| g.code == group);
                let name = own_name.map_or(&results.bureau, |g| &g.name).clone();
                rows.extend(own.into_iter().map(|row| Listed {
                    group: group.clone(),
                    name: name.clone(),
                    row,
                }));
            }
            Ok::<_, AppError>((results, rows))
        })
        .await??;
    let none = Mistakes::default();
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let body =
        page(desk, &results, rows, &View::of(query), (query, typed, wrong.unwrap_or(&none)))?;
    let title = desk.lang.pick("问题一览", "All rows");
    Ok(desk.page_with(status, results.marks.get(desk.lang), title, body))
}

/// `POST /desk/rounds/{round}/rows`: sets the ticked rows aside, lists them again, or takes the
/// last change of some back.
pub async fn step(desk: Desk, round: Path<RoundId>, Posted(form): Posted) -> Answer {
    let id = round.into_inner();
    let query = Form::decode(form.first("view").as_bytes()).unwrap_or_default();
    let rows: Vec<SeenRow> =
        form.0.get("n").into_iter().flatten().filter_map(|row| seen(row)).collect();
    let (to, action) = (id.clone(), form.first("do").to_owned());
    let reason = form.first("reason").trim().to_owned();
    let did = action.clone();
    let done = desk
        .run(move |app, by| match action.as_str() {
            "undo" => app.undo_rows(by, &id, &rows),
            "back" => app.set_rows(by, &id, &rows, &RowState::Listed),
            _ => app.set_rows(by, &id, &rows, &RowState::Aside(reason)),
        })
        .await?;
    match done {
        Ok(stepped) => Ok(see_other(&format!("{}#rows", after(&to, &query, &did, &stepped)))),
        Err(error) => {
            let wrong = Mistakes::of(error, desk.lang)?;
            answer(&desk, to, &query, &form, Some(&wrong)).await
        }
    }
}

/// `CS-3.1:2`: a row and the version that was looked at.
fn seen(told: &str) -> Option<SeenRow> {
    let (number, version) = told.rsplit_once(':')?;
    Some((number.to_owned(), version.parse().ok()?))
}
