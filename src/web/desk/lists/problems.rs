//! The problem list desk: the lists of a round with their roll-up, one list with all its rows, and
//! the form in which a row is changed or added.
//! What comes from the Release stays beside what was typed, and every change is kept with its
//! author.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use maud::{Markup, html};

use crate::app::{Action, AppError, Results, SharedStep, Stepped};
use crate::id::AccountName;
use crate::id::RoundId;
use crate::problem::{Problem, ProblemEdit, WorkingRow};
use crate::response::Form;
use crate::round::RoundState;
use crate::text::Refusal;
use crate::unit::{GroupCode, UnitCode};
use crate::web::desk::Posted;
use crate::web::desk::answer::{Answer, Desk, see_other};
use crate::web::desk::forms::conflict;
use crate::web::desk::forms::inputs::compare;
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::forms::reading::Reading;
use crate::web::desk::lists::pages::new_row_inputs;
use crate::web::desk::lists::pages::{list_page, overview_page};
use crate::web::desk::lists::row_form::{form_of, read, read_state};
use crate::web::desk::lists::row_page::{list_path, row_page, row_path};
use crate::web::desk::lists::row_page::{row_inputs, targets};
use crate::web::desk::lists::rows_view::after;
use crate::web::desk::office::password::percent;
use crate::web::error::WebError;

/// `GET /desk/rounds/{round}/problems`.
pub async fn overview(desk: Desk, round: Path<RoundId>) -> Answer {
    answer_overview(&desk, round.into_inner(), &Form::default(), None).await
}

/// `POST /desk/rounds/{round}/receipts`: who signed on paper, unit by unit.
pub async fn note_receipts(desk: Desk, round: Path<RoundId>, Posted(form): Posted) -> Answer {
    let id = round.into_inner();
    let seen = form.first("seen").parse().unwrap_or(0);
    let typed = form.0.iter().filter_map(|(name, values)| {
        let who = values.first()?.trim();
        let unit = name.strip_prefix("signed.")?;
        (!who.is_empty()).then(|| (unit.into(), who.to_owned()))
    });
    let (signed, of): (Vec<(UnitCode, String)>, _) = (typed.collect(), id.clone());
    match desk.run(move |app, by| app.note_paper_receipts(by, &of, &signed, seen)).await? {
        Ok(()) => Ok(see_other(&format!("/desk/rounds/{id}/problems#receipts"))),
        Err(error) => {
            let wrong = Mistakes::of(error, desk.lang)?;
            answer_overview(&desk, id, &form, Some(&wrong)).await
        }
    }
}

async fn answer_overview(
    desk: &Desk,
    id: RoundId,
    typed: &Form,
    wrong: Option<&Mistakes>,
) -> Answer {
    let (results, agreed, receivers) = desk
        .run(move |app, by| {
            let agreed: Vec<AccountName> = app
                .approvals(&id)?
                .into_iter()
                .filter(|(step, _)| step == SharedStep::Lists.as_str())
                .map(|(_, account)| account)
                .collect();
            let results = app.results(by, &id)?;
            let released = results.round.state == RoundState::Released;
            let receivers = if released { app.receipts(by, &id)? } else { Vec::new() };
            Ok::<_, AppError>((results, agreed, receivers))
        })
        .await??;
    let none = Mistakes::default();
    let body = overview_page(desk, &results, &agreed, &receivers, (typed, wrong.unwrap_or(&none)))?;
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let title = desk.lang.pick("问题清单", "Problem lists");
    Ok(desk.page_with(status, results.marks.get(desk.lang), title, body))
}

/// `GET /desk/rounds/{round}/problems/{group}`.
pub async fn list(desk: Desk, path: Path<(RoundId, GroupCode)>) -> Answer {
    let results = results(&desk, &path.0.clone()).await?;
    answer_list(&desk, &results, &path.1, &Form::default(), None)
}

/// `POST /desk/rounds/{round}/problems/{group}`: adds a row.
pub async fn add(desk: Desk, path: Path<(RoundId, GroupCode)>, Posted(form): Posted) -> Answer {
    let id = path.0.clone();
    let results = results(&desk, &id).await?;
    let inputs = new_row_inputs(&results, desk.lang);
    let mut reading = Reading::of(&inputs, &form);
    let base = ProblemEdit { question: None, ..ProblemEdit::of(&Problem::default(), &path.1) };
    let category = reading.line("category").parse().unwrap_or(0);
    let new = ProblemEdit { category, ..read(&reading, &base, None) };
    reading.also(new.check(&results.survey).err().into_iter().flatten());
    let anyway = form.has("anyway", "yes");
    let of = id.clone();
    let result = match reading.done(Some(new)) {
        Ok(new) => desk.run(move |app, by| app.add_problem(by, &of, new, anyway)).await?,
        Err(error) => Err(error),
    };
    match result {
        Ok(number) => Ok(see_other(&format!("{}#{}", list_path(&id, &path.1), percent(&number)))),
        Err(error) => {
            let wrong = Mistakes::of(error, desk.lang)?;
            answer_list(&desk, &results, &path.1, &form, Some(&wrong))
        }
    }
}

fn answer_list(
    desk: &Desk,
    results: &Results,
    group: &GroupCode,
    form: &Form,
    wrong: Option<&Mistakes>,
) -> Answer {
    let list = results.derived(group)?;
    let rows = results.working(group)?;
    let body = list_page(desk, results, &list, &rows, form, wrong.unwrap_or(&Mistakes::default()));
    let status = if wrong.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let title = format!("{}{}", list.name, desk.lang.pick("问题清单", ": problem list"));
    Ok(desk.page_with(status, results.marks.get(desk.lang), &title, body))
}

/// `GET /desk/rounds/{round}/problems/{group}/{number}`.
pub async fn row(desk: Desk, path: Path<(RoundId, GroupCode, String)>) -> Answer {
    let id = path.0.clone();
    let results = results(&desk, &id).await?;
    let row = find(&results, &path.1, &path.2)?;
    let form = form_of(&row);
    answer_row(
        &desk,
        &results,
        (&path.1, &row),
        &form,
        (StatusCode::OK, html! {}, Mistakes::default()),
    )
    .await
}

/// `POST /desk/rounds/{round}/problems/{group}/{number}`.
pub async fn change(
    desk: Desk,
    path: Path<(RoundId, GroupCode, String)>,
    Posted(mut form): Posted,
) -> Answer {
    let lang = desk.lang;
    let id = path.0.clone();
    let before = results(&desk, &id).await?;
    let row = find(&before, &path.1, &path.2)?;
    let derived = before.derived(&path.1)?.problems.into_iter().find(|p| p.number == path.2);
    let base = row.edit.clone().unwrap_or_else(|| ProblemEdit::of(&row.problem, &path.1));
    let targets = targets(&before.working(&path.1)?, &row, lang);
    let inputs = row_inputs((&before.survey, &row), &targets, lang);
    let mut reading = Reading::of(&inputs, &form);
    let version = form.first("seen").parse().unwrap_or(-1);
    let state = read_state(&reading);
    let edit = ProblemEdit { state, version, ..read(&reading, &base, derived.as_ref()) };
    reading.also(edit.check(&before.survey).err().into_iter().flatten());
    let (of, anyway) = (id.clone(), form.has("anyway", "yes"));
    let result = match reading.done(Some(edit)) {
        Ok(edit) => desk.run(move |app, by| app.save_problem(by, &of, &edit, anyway)).await?,
        Err(error) => Err(error),
    };
    let said = match result {
        Ok(()) if form.0.contains_key("view") => {
            // It was changed in the view of all rows, and is shown there again.
            let query = Form::decode(form.first("view").as_bytes()).unwrap_or_default();
            let taken = vec![(path.2.clone(), version + 1)];
            let stepped = Stepped { taken, left: Vec::new() };
            let to = after(&id, &query, "save", &stepped);
            return Ok(see_other(&format!("{to}#r-{}", percent(&path.2))));
        }
        Ok(()) => {
            return Ok(see_other(&format!("{}#{}", list_path(&id, &path.1), percent(&path.2))));
        }
        Err(AppError::Changed) => {
            let kept = form_of(&row);
            let (of, number) = (id.clone(), path.2.clone());
            let last = desk
                .run(move |app, _| {
                    app.last_change(Action::ProblemChanged, Some(&format!("{of} {number}")))
                })
                .await??;
            let parts = compare(&inputs, &kept, &form, lang);
            let address = row_path(&id, &path.1, &path.2);
            let both = conflict::both(&desk, last.as_ref(), &parts, &address);
            form.0.insert("seen".to_owned(), vec![kept.first("seen").to_owned()]);
            (StatusCode::CONFLICT, both, Mistakes::default())
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, html! {}, Mistakes::of(error, lang)?),
    };
    answer_row(&desk, &before, (&path.1, &row), &form, said).await
}

/// `POST /desk/rounds/{round}/problems/{group}/{number}/undo`: the last change is taken back.
pub async fn undo(
    desk: Desk,
    path: Path<(RoundId, GroupCode, String)>,
    Posted(form): Posted,
) -> Answer {
    let (id, group, number) = path.into_inner();
    let version = form.first("seen").parse().unwrap_or(-1);
    let back = row_path(&id, &group, &number);
    let done = desk.run(move |app, by| app.undo_problem(by, &id, &group, &number, version)).await?;
    stepped(&desk, done, &back, &back)
}

/// `POST /desk/rounds/{round}/problems/{group}/{number}/drop`: a row that somebody added, and that
/// was never handed over, goes.
pub async fn remove(
    desk: Desk,
    path: Path<(RoundId, GroupCode, String)>,
    Posted(form): Posted,
) -> Answer {
    let (id, group, number) = path.into_inner();
    let version = form.first("seen").parse().unwrap_or(-1);
    let (list, back) = (list_path(&id, &group), row_path(&id, &group, &number));
    let done = desk.run(move |app, by| app.drop_problem(by, &id, &number, version)).await?;
    stepped(&desk, done, &list, &back)
}

/// The answer to a step with a row that may have changed since it was looked at.
fn stepped(desk: &Desk, done: Result<(), AppError>, to: &str, back: &str) -> Answer {
    let changed = Refusal::new(
        "您打开页面之后，这一行已被他人修改，没有执行；请重新查看",
        "somebody else has changed this row after you opened the page; nothing was done",
    );
    match done {
        Ok(()) => Ok(see_other(to)),
        Err(AppError::Changed) => desk.refused(changed.into(), back),
        Err(error) => desk.refused(error, back),
    }
}

async fn answer_row(
    desk: &Desk,
    results: &Results,
    (group, row): (&GroupCode, &WorkingRow),
    form: &Form,
    (status, said, wrong): (StatusCode, Markup, Mistakes),
) -> Answer {
    let (id, number) = (results.round.id.clone(), row.problem.number.clone());
    let (history, issued) = desk
        .run(move |app, _| {
            Ok::<_, AppError>((app.problem_history(&id, &number)?, app.was_issued(&id, &number)?))
        })
        .await??;
    let body = row_page(desk, results, group, row, (form, &wrong), (&history, issued), &said)?;
    Ok(desk.page_with(status, results.marks.get(desk.lang), &row.problem.number, body))
}

async fn results(desk: &Desk, id: &RoundId) -> Result<Results, WebError> {
    let id = id.clone();
    Ok(desk.run(move |app, by| app.results(by, &id)).await??)
}

fn find(results: &Results, group: &GroupCode, number: &str) -> Result<WorkingRow, WebError> {
    let gone = || {
        AppError::NotFound(Refusal::new(
            "清单中没有这一行，可能因存疑题目重新撤下",
            "there is no such row; its question may have been taken back",
        ))
    };
    Ok(results.working(group)?.into_iter().find(|r| r.problem.number == number).ok_or_else(gone)?)
}
