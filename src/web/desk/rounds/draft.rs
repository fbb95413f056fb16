//! Creating a round, and changing or dropping it while it is a draft: survey, title, dates, units,
//! mode.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, block};
use maud::{Markup, html};

use crate::app::{Action, App, AppError, NewRound};
use crate::id::RoundId;
use crate::response::Form;
use crate::round::{Access, RoundState, check_title, parse_typed_day};
use crate::text::Refusal;
use crate::web::desk::answer::{demo_mark, html_page, see_other};
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::rounds::draft_page::{Choices, both, page};
use crate::web::desk::{Posted, Session};
use crate::web::error::WebError;

async fn choices(app: &Data<App>) -> Result<Choices, WebError> {
    let reading = app.clone();
    let (rounds, surveys) =
        block(move || Ok::<_, AppError>((reading.rounds()?, reading.surveys()?))).await??;
    Ok(Choices {
        surveys,
        earlier: rounds.into_iter().rev().filter(|r| r.state.has_results()).collect(),
    })
}

/// `GET /desk/rounds/new`.
pub async fn new(session: Session, app: Data<App>) -> Result<HttpResponse, WebError> {
    let choices = choices(&app).await?;
    Ok(answer(
        &session,
        &app,
        StatusCode::OK,
        &page(&session, &choices, None, &Form::default(), &html! {}, &Mistakes::default()),
    ))
}

/// `POST /desk/rounds/new`.
pub async fn create(
    session: Session,
    app: Data<App>,
    form: Posted,
) -> Result<HttpResponse, WebError> {
    let Posted(form) = form;
    let working = app.clone();
    let by = session.actor();
    let (form, result) = block(move || {
        let result = with_new(&working, &form, |new| working.create_round(&by, new));
        (form, result)
    })
    .await?;
    match result {
        Ok(id) => Ok(see_other(&format!("/desk/rounds/{id}"))),
        Err(error) => {
            let wrong = Mistakes::of(error, session.lang)?;
            let page = page(&session, &choices(&app).await?, None, &form, &html! {}, &wrong);
            Ok(answer(&session, &app, StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
    }
}

/// `GET /desk/rounds/{round}/edit`.
pub async fn edit(
    session: Session,
    app: Data<App>,
    round: Path<RoundId>,
) -> Result<HttpResponse, WebError> {
    let id = round.into_inner();
    let choices = choices(&app).await?;
    let kept = kept(&app, &id).await?;
    Ok(answer(
        &session,
        &app,
        StatusCode::OK,
        &page(&session, &choices, Some(&id), &kept, &html! {}, &Mistakes::default()),
    ))
}

/// `POST /desk/rounds/{round}/edit`.
pub async fn change(
    session: Session,
    app: Data<App>,
    round: Path<RoundId>,
    form: Posted,
) -> Result<HttpResponse, WebError> {
    let Posted(mut form) = form;
    let lang = session.lang;
    let id = round.into_inner();
    let (working, by, of, given) = (app.clone(), session.actor(), id.clone(), form.clone());
    let result = block(move || {
        if given.first("drop") == "yes" {
            return working.drop_draft(&by, &of, given.first("seen"));
        }
        with_new(&working, &given, |new| working.change_draft(&by, &of, given.first("seen"), new))
    })
    .await?;
    let mut wrong = Mistakes::default();
    let (status, said) = match result {
        Ok(()) if form.first("drop") == "yes" => return Ok(see_other("/desk")),
        Ok(()) => return Ok(see_other(&format!("/desk/rounds/{id}"))),
        Err(AppError::Changed) => {
            let kept = match kept(&app, &id).await {
                Ok(kept) => kept,
                Err(error) => return gone(&session, &app, &id, &form, error).await,
            };
            let (reading, of) = (app.clone(), id.clone());
            let last = block(move || reading.last_change(Action::RoundChange, Some(of.as_str())))
                .await??;
            let both = both(lang, last.as_ref(), &kept, &form, &id);
            form.0.insert("seen".to_owned(), vec![kept.first("seen").to_owned()]);
            (StatusCode::CONFLICT, both)
        }
        Err(error @ AppError::NotFound(_)) => {
            return gone(&session, &app, &id, &form, error.into()).await;
        }
        Err(error) => {
            if form.first("drop") == "yes" {
                return Err(error.into());
            }
            wrong = Mistakes::of(error, lang)?;
            (StatusCode::UNPROCESSABLE_ENTITY, html! {})
        }
    };
    let page = page(&session, &choices(&app).await?, Some(&id), &form, &said, &wrong);
    Ok(answer(&session, &app, status, &page))
}

/// Somebody else has dropped or opened the draft: what was typed is shown for another one.
async fn gone(
    session: &Session,
    app: &Data<App>,
    id: &RoundId,
    form: &Form,
    error: WebError,
) -> Result<HttpResponse, WebError> {
    let lang = session.lang;
    let (reading, of) = (app.clone(), id.clone());
    let last = block(move || {
        Ok::<_, AppError>((
            reading.last_change(Action::RoundDrop, Some(of.as_str()))?,
            reading.last_change(Action::RoundOpen, Some(of.as_str()))?,
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
        session,
        app,
        StatusCode::CONFLICT,
        &page(session, &choices(app).await?, None, form, &said, &Mistakes::default()),
    ))
}

/// A draft as its form.
async fn kept(app: &Data<App>, id: &RoundId) -> Result<Form, WebError> {
    let (reading, id) = (app.clone(), id.clone());
    let (round, survey, codes, all, seen) = block(move || {
        let round = reading.round(&id)?;
        if round.state != RoundState::Draft {
            return Err(Refusal::new(
                "本轮已开放，不能再改",
                "this round is open; it cannot be changed any more",
            )
            .into());
        }
        let survey = reading.survey(&round.survey)?;
        let codes: Vec<String> = reading.round_units(&id)?.into_iter().map(|u| u.code).collect();
        let all: Vec<String> = reading.units()?.into_iter().map(|u| u.code).collect();
        Ok::<_, AppError>((round, survey, codes, all, reading.draft_version(&id)?))
    })
    .await??;
    let units = if codes == all { String::new() } else { codes.join(",") };
    let fields = [
        ("title", round.title),
        ("survey", survey.id().to_owned()),
        ("opens", round.opens.to_string()),
        ("closes", round.closes.to_string()),
        ("units", units),
        ("looks_back", round.looks_back.map_or_else(String::new, |r| r.to_string())),
        ("access", round.access.as_str().to_owned()),
        ("seen", seen),
    ];
    Ok(Form(fields.into_iter().map(|(name, value)| (name.to_owned(), vec![value])).collect()))
}

/// The round that a form describes.
fn with_new<T>(
    app: &App,
    form: &Form,
    work: impl FnOnce(&NewRound<'_>) -> Result<T, AppError>,
) -> Result<T, AppError> {
    let surveys = app.surveys()?;
    let mut wrong = Vec::new();
    let survey = surveys.iter().find(|s| s.id() == form.first("survey"));
    if survey.is_none() {
        wrong.push(Refusal::new("请选择问卷", "choose a survey").at("survey"));
    }
    wrong.extend(check_title(form.first("title")).err());
    let day = |field: &'static str, wrong: &mut Vec<Refusal>| {
        parse_typed_day(form.first(field)).map_err(|r| wrong.push(r.at(field))).ok()
    };
    let (opens, closes) = (day("opens", &mut wrong), day("closes", &mut wrong));
    let looks_back = match form.first("looks_back") {
        "" => None,
        id => id
            .parse()
            .map_err(|_| {
                wrong.push(
                    Refusal::new("请选择对照的轮次", "choose the round to look back at")
                        .at("looks_back"),
                );
            })
            .ok(),
    };
    let (Some(survey), Some(opens), Some(closes), true) = (survey, opens, closes, wrong.is_empty())
    else {
        return Err(AppError::Mistakes(wrong));
    };
    let units: Vec<String> = form
        .first("units")
        .split([',', '，', '、', ' '])
        .filter(|u| !u.is_empty())
        .map(str::to_owned)
        .collect();
    let access = if form.first("access") == "poster" { Access::Poster } else { Access::Slip };
    work(&NewRound {
        survey,
        title: form.first("title"),
        opens,
        closes,
        units: &units,
        access,
        looks_back,
    })
}

fn answer(session: &Session, app: &App, status: StatusCode, page: &Markup) -> HttpResponse {
    let lang = session.lang;
    let mut response =
        html_page(session, lang.pick("轮次设置", "Round"), demo_mark(app, lang), page.clone());
    *response.status_mut() = status;
    response
}
