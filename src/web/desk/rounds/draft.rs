//! Creating a round, and changing or dropping it while it is a draft: survey, title, dates, units,
//! mode.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use maud::{Markup, html};

use crate::app::{Action, App, AppError, NewRound};
use crate::id::RoundId;
use crate::response::Form;
use crate::round::{Access, RoundState, check_title};
use crate::text::{Lang, Refusal};
use crate::unit::UnitCode;
use crate::web::desk::Posted;
use crate::web::desk::answer::{Answer, Desk, see_other};
use crate::web::desk::forms::conflict;
use crate::web::desk::forms::inputs::{compare, put};
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::forms::reading::Reading;
use crate::web::desk::rounds::draft_page::{Choices, inputs, page};
use crate::web::error::WebError;

/// What a round can be made of.
fn offered(app: &App) -> Result<Choices, AppError> {
    let earlier = app.rounds()?.into_iter().rev().filter(|r| r.state.has_results()).collect();
    Ok(Choices { surveys: app.surveys()?, earlier, units: app.units()? })
}

async fn choices(desk: &Desk) -> Result<Choices, WebError> {
    Ok(desk.run(|app, _| offered(app)).await??)
}

/// `GET /desk/rounds/new`.
pub async fn new(desk: Desk) -> Answer {
    let choices = choices(&desk).await?;
    let mut form = Form::default();
    for unit in &choices.units {
        put(&mut form, "units", unit.code.to_string());
    }
    Ok(answer(
        &desk,
        StatusCode::OK,
        &page(&desk, &choices, None, &form, &html! {}, &Mistakes::default()),
    ))
}

/// `POST /desk/rounds/new`.
pub async fn create(desk: Desk, Posted(form): Posted) -> Answer {
    let lang = desk.lang;
    let (form, result) = desk
        .run(move |app, by| {
            let result = with_new(app, &form, lang, |new| app.create_round(by, new));
            (form, result)
        })
        .await?;
    match result {
        Ok(id) => Ok(see_other(&format!("/desk/rounds/{id}"))),
        Err(error) => {
            let wrong = Mistakes::of(error, desk.lang)?;
            let page = page(&desk, &choices(&desk).await?, None, &form, &html! {}, &wrong);
            Ok(answer(&desk, StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
    }
}

/// `GET /desk/rounds/{round}/edit`.
pub async fn edit(desk: Desk, round: Path<RoundId>) -> Answer {
    let id = round.into_inner();
    let choices = choices(&desk).await?;
    let kept = kept(&desk, &id).await?;
    Ok(answer(
        &desk,
        StatusCode::OK,
        &page(&desk, &choices, Some(&id), &kept, &html! {}, &Mistakes::default()),
    ))
}

/// `POST /desk/rounds/{round}/edit`.
pub async fn change(desk: Desk, round: Path<RoundId>, Posted(mut form): Posted) -> Answer {
    let lang = desk.lang;
    let id = round.into_inner();
    let (of, given) = (id.clone(), form.clone());
    let result = desk
        .run(move |app, by| {
            if given.first("drop") == "yes" {
                return app.drop_draft(by, &of, given.first("seen"));
            }
            with_new(app, &given, lang, |new| app.change_draft(by, &of, given.first("seen"), new))
        })
        .await?;
    let mut wrong = Mistakes::default();
    let (status, said) = match result {
        Ok(()) if form.first("drop") == "yes" => return Ok(see_other("/desk")),
        Ok(()) => return Ok(see_other(&format!("/desk/rounds/{id}"))),
        Err(AppError::Changed) => {
            let kept = match kept(&desk, &id).await {
                Ok(kept) => kept,
                Err(error) => return gone(&desk, &id, &form, error).await,
            };
            let of = id.clone();
            let last = desk
                .run(move |app, _| app.last_change(Action::RoundChange, Some(of.as_str())))
                .await??;
            let parts = compare(&inputs(&choices(&desk).await?, lang), &kept, &form, lang);
            let address = format!("/desk/rounds/{id}/edit");
            let both = conflict::both(&desk, last.as_ref(), &parts, &address);
            form.0.insert("seen".to_owned(), vec![kept.first("seen").to_owned()]);
            (StatusCode::CONFLICT, both)
        }
        Err(error @ AppError::NotFound(_)) => {
            return gone(&desk, &id, &form, error.into()).await;
        }
        Err(error) => {
            if form.first("drop") == "yes" {
                return Err(error.into());
            }
            wrong = Mistakes::of(error, lang)?;
            (StatusCode::UNPROCESSABLE_ENTITY, html! {})
        }
    };
    let page = page(&desk, &choices(&desk).await?, Some(&id), &form, &said, &wrong);
    Ok(answer(&desk, status, &page))
}

/// Somebody else has dropped or opened the draft: what was typed is shown for another one.
async fn gone(desk: &Desk, id: &RoundId, form: &Form, error: WebError) -> Answer {
    let lang = desk.lang;
    let of = id.clone();
    let last = desk
        .run(move |app, _| {
            Ok::<_, AppError>((
                app.last_change(Action::RoundDrop, Some(of.as_str()))?,
                app.last_change(Action::RoundOpen, Some(of.as_str()))?,
            ))
        })
        .await??;
    let Some(last) = last.0.or(last.1) else { return Err(error) };
    let said = html! {
        div.errors role="alert" {
            (lang.pick("这份草稿已由 ", "This draft was dropped or opened by "))
            (last.account)
            (lang.pick(
                " 放弃或开放。下面保留了您填写的内容，可另建一轮。",
                ". What you typed is kept below, for another round.",
            ))
        }
    };
    Ok(answer(
        desk,
        StatusCode::CONFLICT,
        &page(desk, &choices(desk).await?, None, form, &said, &Mistakes::default()),
    ))
}

/// A draft as its form.
async fn kept(desk: &Desk, id: &RoundId) -> Result<Form, WebError> {
    let id = id.clone();
    let (round, survey, codes, seen) = desk
        .run(move |app, _| {
            let round = app.round(&id)?;
            if round.state != RoundState::Draft {
                return Err(Refusal::new(
                    "本轮已开放，不能再改",
                    "this round is open; it cannot be changed any more",
                )
                .into());
            }
            let survey = app.survey(&round.survey)?;
            let codes: Vec<UnitCode> = app.round_units(&id)?.into_iter().map(|u| u.code).collect();
            Ok::<_, AppError>((round, survey, codes, app.draft_version(&id)?))
        })
        .await??;
    let fields = [
        ("title", round.title),
        ("survey", survey.id().to_owned()),
        ("opens", round.opens.to_string()),
        ("closes", round.closes.to_string()),
        ("looks_back", round.looks_back.map_or_else(String::new, |r| r.to_string())),
        ("access", round.access.as_str().to_owned()),
        ("seen", seen),
    ];
    let mut form = Form::default();
    let units = codes.iter().map(|code| ("units", code.to_string()));
    for (name, value) in fields.into_iter().chain(units) {
        put(&mut form, name, value);
    }
    Ok(form)
}

/// The round that a form describes.
fn with_new<T>(
    app: &App,
    form: &Form,
    lang: Lang,
    work: impl FnOnce(&NewRound<'_>) -> Result<T, AppError>,
) -> Result<T, AppError> {
    let choices = offered(app)?;
    let inputs = inputs(&choices, lang);
    let mut reading = Reading::of(&inputs, form);
    let title = reading.line("title");
    reading.also(check_title(title).err());
    let (opens, closes) = (reading.day("opens"), reading.day("closes"));
    let back = Some(reading.beside("looks_back")).filter(|id| !id.is_empty());
    let looks_back = back.and_then(|id| id.parse().ok());
    let unknown = back.is_some() && looks_back.is_none();
    reading.also(unknown.then(|| {
        Refusal::new("请选择对照的轮次", "choose the round to look back at").at("looks_back")
    }));
    let survey = choices.surveys.iter().find(|s| s.id() == reading.line("survey"));
    let units = reading.picked("units");
    // Where there are no units at all, the use case says what to do first.
    let none = !choices.units.is_empty() && units.as_ref().is_some_and(Vec::is_empty);
    reading.also(
        none.then(|| Refusal::new("请至少勾选一个单位", "tick one unit at least").at("units")),
    );
    // A form without that field means all of them.
    let units: Vec<UnitCode> = units.unwrap_or_default();
    let access = Access::parse(reading.line("access")).unwrap_or(Access::Slip);
    let ((survey, opens), closes) = reading.done(survey.zip(opens).zip(closes))?;
    work(&NewRound { survey, title, opens, closes, units: &units, access, looks_back })
}

fn answer(desk: &Desk, status: StatusCode, page: &Markup) -> HttpResponse {
    let lang = desk.lang;
    desk.page_with(status, "", lang.pick("轮次设置", "Round"), page.clone())
}
