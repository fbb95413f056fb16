//! A survey of the bureau's own in outline: its parts to be opened, moved, added and taken out.
//! Every step keeps a whole new version, checked as any other; earlier ones stay within reach.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, block};
use maud::{Markup, html};

use crate::app::{App, AppError};
use crate::survey::{Part, SurveyFile};
use crate::text::Refusal;
use crate::web::desk::answer::{demo_mark, html_page, refusal_text, see_other};
use crate::web::desk::office::password::percent;
use crate::web::desk::surveys::outline_page::{Edited, Outline};
use crate::web::desk::{Posted, Session};
use crate::web::error::WebError;

pub(in crate::web::desk) async fn load(app: &Data<App>, id: &str) -> Result<Edited, WebError> {
    let (reading, id) = (app.clone(), id.to_owned());
    Ok(block(move || {
        let gone = || {
            AppError::NotFound(Refusal::new(
                "没有这份问卷；自带问卷请先复制",
                "there is no such survey of your own; copy one that comes with zicha first",
            ))
        };
        let own =
            reading.own_surveys()?.into_iter().find(|o| o.survey.id() == id).ok_or_else(gone)?;
        let file = serde_json::from_str(&own.text)
            .map_err(|e| AppError::File(format!("a kept survey cannot be read: {e}")))?;
        Ok::<_, AppError>(Edited { file, version: own.version })
    })
    .await??)
}

/// Keeps a changed survey that was of version `seen`.
pub(in crate::web::desk) async fn keep(
    app: &Data<App>,
    session: &Session,
    file: &SurveyFile,
    seen: i32,
) -> Result<Result<(), AppError>, WebError> {
    let text = serde_json::to_string_pretty(file)
        .map_err(|e| AppError::File(format!("a survey cannot be written: {e}")))?
        + "\n";
    let (working, by, id) = (app.clone(), session.actor(), file.id.clone());
    Ok(block(move || working.save_survey(&by, &text, Some((&id, seen))).map(drop)).await?)
}

/// `GET /desk/surveys/{id}/outline`.
pub async fn outline(
    session: Session,
    app: Data<App>,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let edited = load(&app, &id).await?;
    Ok(answer(
        &session,
        &app,
        StatusCode::OK,
        &Outline { session: &session, edited: &edited }.page(&html! {}),
    ))
}

/// `POST /desk/surveys/{id}/outline`: one step.
pub async fn step(
    session: Session,
    app: Data<App>,
    id: Path<String>,
    form: Posted,
) -> Result<HttpResponse, WebError> {
    let Posted(form) = form;
    let lang = session.lang;
    let mut edited = load(&app, &id).await?;
    let file = &mut edited.file;
    let part: Option<Part> = form.first("part").parse().ok();
    let mut added = None;
    let done = match (form.first("do"), part) {
        ("up" | "down", Some(Part::Question(id))) => {
            file.move_question(&id, form.first("do") == "up")
        }
        ("up" | "down", Some(Part::Category(id))) => {
            file.move_category(&id, form.first("do") == "up")
        }
        ("remove", Some(Part::Question(id))) => file.remove_question(&id),
        ("remove", Some(Part::Category(id))) => file.remove_category(&id),
        ("remove", Some(Part::Scale(name))) => file.scales.remove(&name).is_some(),
        ("remove", Some(Part::Options(name))) => file.option_sets.remove(&name).is_some(),
        ("add", _) => {
            added = file
                .add_item(form.first("group").parse().unwrap_or(usize::MAX))
                .map(Part::Question);
            added.is_some()
        }
        ("category", _) => {
            added = Some(Part::Category(file.add_category()));
            true
        }
        ("scale", _) => {
            added = Some(Part::Scale(file.add_scale()));
            true
        }
        ("options", _) => {
            added = Some(Part::Options(file.add_option_set()));
            true
        }
        _ => return Err(WebError::NothingHere),
    };
    let outline = format!("/desk/surveys/{}/outline", percent(&id));
    if !done {
        return Ok(see_other(&outline));
    }
    // What is added comes in both languages; a survey may have one.
    if added.is_some() {
        file.keep_to_languages();
    }
    let seen = form.first("seen").parse().unwrap_or(0);
    let (status, said) = match keep(&app, &session, &edited.file, seen).await? {
        Ok(()) => {
            return Ok(see_other(
                &added
                    .map_or(outline, |part| format!("/desk/surveys/{}/part/{part}", percent(&id))),
            ));
        }
        Err(AppError::Changed) => {
            let said = lang.pick(
                "他人刚修改了这份问卷，下面是现在的样子；请再做一次。",
                "Somebody else has just changed this survey; below is how it is now. Please do it \
                 again.",
            );
            (StatusCode::CONFLICT, said.to_owned())
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, refusal_text(error, lang)?),
    };
    let now = load(&app, &id).await?;
    Ok(answer(
        &session,
        &app,
        status,
        &Outline { session: &session, edited: &now }.page(&html! {
            div.errors role="alert" { (said) }
        }),
    ))
}

fn answer(session: &Session, app: &App, status: StatusCode, page: &Markup) -> HttpResponse {
    let mut response = html_page(
        session,
        session.lang.pick("修改问卷", "Change the survey"),
        demo_mark(app, session.lang),
        page.clone(),
    );
    *response.status_mut() = status;
    response
}
