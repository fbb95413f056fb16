//! The problem list desk: the lists of a round with their roll-up, one list with all its rows, and
//! the form in which a row is changed or added.
//! What comes from the Release stays beside what was typed, and every change is kept with its
//! author.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use maud::{Markup, html};

use crate::app::{Action, AppError, Results, SharedStep};
use crate::id::RoundId;
use crate::problem::{Problem, ProblemEdit, RowState, Source, WorkingRow};
use crate::response::Form;
use crate::text::{Lang, Refusal, Text};
use crate::web::desk::Posted;
use crate::web::desk::answer::{Answer, Desk, see_other};
use crate::web::desk::forms::conflict::{self, Part};
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::lists::pages::{list_page, overview_page};
use crate::web::desk::lists::row_page::{list_path, row_page, row_path};
use crate::web::desk::office::password::percent;
use crate::web::error::WebError;

/// `GET /desk/rounds/{round}/problems`.
pub async fn overview(desk: Desk, round: Path<RoundId>) -> Answer {
    let id = round.into_inner();
    let (results, agreed) = desk
        .run(move |app, by| {
            let agreed: Vec<String> = app
                .approvals(&id)?
                .into_iter()
                .filter(|(step, _)| step == SharedStep::Lists.as_str())
                .map(|(_, account)| account)
                .collect();
            Ok::<_, AppError>((app.results(by, &id)?, agreed))
        })
        .await??;
    let body = overview_page(&desk, &results, &agreed)?;
    Ok(desk.marked(results.marks.get(desk.lang), desk.lang.pick("问题清单", "Problem lists"), body))
}

/// `GET /desk/rounds/{round}/problems/{group}`.
pub async fn list(desk: Desk, path: Path<(RoundId, String)>) -> Answer {
    let results = results(&desk, &path.0.clone()).await?;
    answer_list(&desk, &results, &path.1, &Form::default(), None)
}

/// `POST /desk/rounds/{round}/problems/{group}`: adds a row.
pub async fn add(desk: Desk, path: Path<(RoundId, String)>, Posted(form): Posted) -> Answer {
    let id = path.0.clone();
    let new = ProblemEdit {
        category: form.first("category").parse().unwrap_or(0),
        ..read(
            &form,
            &ProblemEdit { question: None, ..ProblemEdit::of(&Problem::default(), &path.1) },
            None,
        )
    };
    let (of, anyway) = (id.clone(), form.has("anyway", "1"));
    match desk.run(move |app, by| app.add_problem(by, &of, new, anyway)).await? {
        Ok(number) => Ok(see_other(&format!("{}#{}", list_path(&id, &path.1), percent(&number)))),
        Err(error) => {
            let wrong = Mistakes::of(error, desk.lang)?;
            let results = results(&desk, &id).await?;
            answer_list(&desk, &results, &path.1, &form, Some(&wrong))
        }
    }
}

fn answer_list(
    desk: &Desk,
    results: &Results,
    group: &str,
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
pub async fn row(desk: Desk, path: Path<(RoundId, String, String)>) -> Answer {
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
    path: Path<(RoundId, String, String)>,
    Posted(mut form): Posted,
) -> Answer {
    let lang = desk.lang;
    let id = path.0.clone();
    let before = results(&desk, &id).await?;
    let row = find(&before, &path.1, &path.2)?;
    let derived = before.derived(&path.1)?.problems.into_iter().find(|p| p.number == path.2);
    let base = row.edit.clone().unwrap_or_else(|| ProblemEdit::of(&row.problem, &path.1));
    let edit = ProblemEdit {
        version: form.first("seen").parse().unwrap_or(-1),
        ..read(&form, &base, derived.as_ref())
    };
    let (of, anyway) = (id.clone(), form.has("anyway", "1"));
    let said = match desk.run(move |app, by| app.save_problem(by, &of, &edit, anyway)).await? {
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
            let both = conflict::both(
                lang,
                last.as_ref(),
                &parts(&kept, &form, lang),
                &row_path(&id, &path.1, &path.2),
            );
            form.0.insert("seen".to_owned(), vec![kept.first("seen").to_owned()]);
            (StatusCode::CONFLICT, both, Mistakes::default())
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, html! {}, Mistakes::of(error, lang)?),
    };
    answer_row(&desk, &before, (&path.1, &row), &form, said).await
}

async fn answer_row(
    desk: &Desk,
    results: &Results,
    (group, row): (&str, &WorkingRow),
    form: &Form,
    (status, said, wrong): (StatusCode, Markup, Mistakes),
) -> Answer {
    let (id, number) = (results.round.id.clone(), row.problem.number.clone());
    let history = desk.run(move |app, _| app.problem_history(&id, &number)).await??;
    let body = row_page(desk, results, group, row, (form, &wrong), &history, &said)?;
    Ok(desk.page_with(status, results.marks.get(desk.lang), &row.problem.number, body))
}

async fn results(desk: &Desk, id: &RoundId) -> Result<Results, WebError> {
    let id = id.clone();
    Ok(desk.run(move |app, by| app.results(by, &id)).await??)
}

fn find(results: &Results, group: &str, number: &str) -> Result<WorkingRow, WebError> {
    let gone = || {
        AppError::NotFound(Refusal::new(
            "清单中没有这一行，可能因存疑题目重新撤下",
            "there is no such row; its question may have been taken back",
        ))
    };
    Ok(results.working(group)?.into_iter().find(|r| r.problem.number == number).ok_or_else(gone)?)
}

fn joined(texts: &[Text]) -> String {
    texts.iter().map(Text::zh).collect::<Vec<_>>().join("；")
}

/// The texts of a row under the names of their fields.
fn texts(problem: &Problem) -> [(&'static str, String); 7] {
    [
        ("statement", problem.statement.zh().to_owned()),
        ("example", problem.example.clone()),
        ("harm_level", problem.harm_level.as_ref().map_or_else(String::new, |t| t.zh().to_owned())),
        ("harms", joined(&problem.harms)),
        ("causes", joined(&problem.causes)),
        ("note", problem.note.clone()),
        ("evidence", problem.evidence.clone()),
    ]
}

/// A row as its form. Lists are Chinese documents, so the form holds Chinese texts whatever the
/// language of the page.
fn form_of(row: &WorkingRow) -> Form {
    let mut fields: Vec<(&str, String)> = texts(&row.problem).into();
    let (state, reason, into) = match row.state() {
        RowState::Listed => ("listed", String::new(), String::new()),
        RowState::Aside(reason) => ("aside", reason, String::new()),
        RowState::Merged(into) => ("merged", String::new(), into),
    };
    fields.extend([("state", state.to_owned()), ("reason", reason), ("into", into)]);
    fields.extend([
        ("source", row.problem.source.as_str().to_owned()),
        ("found", row.problem.found.clone().unwrap_or_default()),
    ]);
    fields.push(("seen", row.edit.as_ref().map_or(0, |e| e.version).to_string()));
    Form(fields.into_iter().map(|(name, value)| (name.to_owned(), vec![value])).collect())
}

/// What a form makes of a row. What is as the Release says is not kept as a change.
fn read(form: &Form, base: &ProblemEdit, derived: Option<&Problem>) -> ProblemEdit {
    let original = derived.map(texts);
    let field = |name: &str| -> Option<String> {
        let typed = form.first(name).replace("\r\n", "\n");
        let same = original
            .as_ref()
            .is_some_and(|texts| texts.iter().any(|(n, text)| *n == name && *text == typed));
        (!same).then_some(typed)
    };
    let by_hand = base.question.is_none();
    ProblemEdit {
        source: if by_hand {
            Source::parse(form.first("source")).unwrap_or_default()
        } else {
            Source::Survey
        },
        statement: field("statement"),
        // The cases that screeners confirmed are shown in the field: they are no change, and taking
        // them out is one.
        example: Some(form.first("example").replace("\r\n", "\n"))
            .filter(|typed| typed != form.first("cases")),
        harm_level: field("harm_level"),
        harms: field("harms"),
        causes: field("causes"),
        note: field("note").filter(|t| !t.is_empty()),
        evidence: field("evidence").filter(|t| !t.is_empty()),
        found: by_hand.then(|| form.first("found").to_owned()),
        state: match form.first("state") {
            "aside" => RowState::Aside(form.first("reason").trim().to_owned()),
            "merged" => RowState::Merged(form.first("into").to_owned()),
            _ => RowState::Listed,
        },
        ..base.clone()
    }
}

fn parts(kept: &Form, typed: &Form, lang: Lang) -> Vec<Part> {
    let names = [
        ("statement", lang.pick("问题表现", "Problem")),
        ("example", lang.pick("具体事例", "Case")),
        ("harm_level", lang.pick("危害程度", "Harm")),
        ("harms", lang.pick("主要危害", "Main harms")),
        ("causes", lang.pick("原因剖析", "Causes")),
        ("note", lang.pick("备注", "Remarks")),
        ("evidence", lang.pick("佐证说明", "Evidence")),
        ("source", lang.pick("问题来源", "Source")),
        ("found", lang.pick("发现日期", "Found on")),
        ("state", lang.pick("是否列入", "Listed")),
        ("reason", lang.pick("理由", "Reason")),
        ("into", lang.pick("并入", "Merged into")),
    ];
    // What a row from the survey has no field for is not typed, and no difference.
    let shown = |(field, what): (&str, &str)| Part {
        what: what.to_owned(),
        kept: spoken(kept, field, lang),
        typed: spoken(typed, field, lang),
    };
    names.into_iter().filter(|(field, _)| typed.0.contains_key(*field)).map(shown).collect()
}

/// What a field holds, in the words of the page.
fn spoken(form: &Form, field: &str, lang: Lang) -> String {
    let value = form.first(field);
    match (field, value) {
        ("source", id) => Source::parse(id).map_or("", |source| source.label(lang)),
        ("state", "aside") => lang.pick("不列入", "set aside"),
        ("state", "merged") => lang.pick("并入另一行", "merged into another row"),
        ("state", _) => lang.pick("列入", "listed"),
        _ => value,
    }
    .to_owned()
}
