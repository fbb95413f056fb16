//! A survey of the bureau's own in outline: its parts to be opened, moved, added and taken out.
//! Every step keeps a whole new version, checked as any other; earlier ones stay within reach.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use maud::{Markup, html};

use crate::app::AppError;
use crate::survey::{Part, SurveyFile};
use crate::text::Refusal;
use crate::web::desk::Posted;
use crate::web::desk::answer::{Answer, Desk, refusal_text, see_other};
use crate::web::desk::office::password::percent;
use crate::web::desk::surveys::outline_page::{Edited, Outline};
use crate::web::error::WebError;

pub(in crate::web::desk) async fn load(desk: &Desk, id: &str) -> Result<Edited, WebError> {
    let id = id.to_owned();
    Ok(desk
        .run(move |app, _| {
            let gone = || {
                AppError::NotFound(Refusal::new(
                    "没有这份问卷；自带问卷请先复制",
                    "there is no such survey of your own; copy one that comes with zicha first",
                ))
            };
            let own =
                app.own_surveys()?.into_iter().find(|o| o.survey.id() == id).ok_or_else(gone)?;
            let file = serde_json::from_str(&own.text)
                .map_err(|e| AppError::File(format!("a kept survey cannot be read: {e}")))?;
            Ok::<_, AppError>(Edited { file, version: own.version })
        })
        .await??)
}

/// Keeps a changed survey that was of version `seen`.
pub(in crate::web::desk) async fn keep(
    desk: &Desk,
    file: &SurveyFile,
    seen: i32,
) -> Result<Result<(), AppError>, WebError> {
    let text = serde_json::to_string_pretty(file)
        .map_err(|e| AppError::File(format!("a survey cannot be written: {e}")))?
        + "\n";
    let id = file.id.clone();
    desk.run(move |app, by| app.save_survey(by, &text, Some((&id, seen))).map(drop)).await
}

/// `GET /desk/surveys/{id}/outline`.
pub async fn outline(desk: Desk, id: Path<String>) -> Answer {
    let edited = load(&desk, &id).await?;
    Ok(answer(&desk, StatusCode::OK, &Outline { session: &desk, edited: &edited }.page(&html! {})))
}

/// `POST /desk/surveys/{id}/outline`: one step.
#[expect(clippy::too_many_lines, reason = "one request, from its form to its answer")]
pub async fn step(desk: Desk, id: Path<String>, Posted(form): Posted) -> Answer {
    let lang = desk.lang;
    let mut edited = load(&desk, &id).await?;
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
    let (status, said) = match keep(&desk, &edited.file, seen).await? {
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
    let now = load(&desk, &id).await?;
    Ok(answer(
        &desk,
        status,
        &Outline { session: &desk, edited: &now }.page(&html! {
            div.errors role="alert" { (said) }
        }),
    ))
}

fn answer(desk: &Desk, status: StatusCode, page: &Markup) -> HttpResponse {
    desk.page_with(status, "", desk.lang.pick("修改问卷", "Change the survey"), page.clone())
}
