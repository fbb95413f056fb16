//! Screening of texts: a queue per question, one text at a time, with the places marked that may
//! tell who somebody is.
//! Two people decide: one writes a summary and chooses its row, another confirms. Only that summary
//! ever leaves; the original never does.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::html;

use crate::app::{Actor, App, AppError, Decision};
use crate::id::RoundId;
use crate::response::Form;
use crate::storage::{Screened, ScreeningState};
use crate::survey::TextField;
use crate::text::Refusal;
use crate::web::desk::answer::{html_page, refusal_text, refused, see_other};
use crate::web::desk::lists::screening_overview::{name_of, names_form, overview};
use crate::web::desk::lists::screening_page::{Queue, page};
use crate::web::desk::office::password::percent;
use crate::web::desk::{Posted, Session};
use crate::web::error::WebError;

/// `GET /desk/rounds/{round}/texts[?question=…&text=…]`.
pub async fn show(
    session: Session,
    request: HttpRequest,
    app: Data<App>,
    round: Path<RoundId>,
) -> Result<HttpResponse, WebError> {
    let lang = session.lang;
    let id = round.into_inner();
    let query = Form::decode(request.query_string().as_bytes()).unwrap_or_default();
    let question = query.first("question").to_owned();
    if question.is_empty() {
        let (reading, by) = (app.clone(), session.actor());
        let (results, progress, names) = block(move || {
            Ok::<_, AppError>((
                reading.results(&by, &id)?,
                reading.screening_progress(&by, &id)?,
                reading.names(&by)?,
            ))
        })
        .await??;
        let body = html! {
            (overview(&results, &progress, names.len(), lang))
            (names_form(&session, &results.round.id))
        };
        let title = format!("{} {}", lang.pick("筛查文字", "Screen texts:"), results.round.title);
        return Ok(html_page(&session, &title, results.marks.get(lang), body));
    }
    let queue = load(&app, &id, &question, session.actor(), true).await?;
    answer(&session, &queue, query.first("text"), None, StatusCode::OK, None)
}

/// A queue for somebody who opens it, or to whom it was shown before.
async fn load(
    app: &Data<App>,
    id: &RoundId,
    question: &str,
    by: Actor,
    opens: bool,
) -> Result<Queue, WebError> {
    let (reading, id, question) = (app.clone(), id.clone(), question.to_owned());
    Ok(block(move || {
        let results = reading.results(&by, &id)?;
        if results.survey.question(TextField::of(&question).question).is_none() {
            return Err(AppError::NotFound(Refusal::new(
                "本问卷没有这道题",
                "this survey has no such question",
            )));
        }
        let texts = if opens {
            reading.read_texts(&by, &id, &question)?
        } else {
            reading.screened(&by, &id, &question)?
        };
        Ok::<_, AppError>(Queue { results, texts, names: reading.names(&by)?, question })
    })
    .await??)
}

/// `POST /desk/rounds/{round}/names`: loads the list of names that are marked in texts.
pub async fn load_names(
    session: Session,
    app: Data<App>,
    round: Path<RoundId>,
    form: Posted,
) -> Result<HttpResponse, WebError> {
    let Posted(form) = form;
    let (working, by) = (app.clone(), session.actor());
    let back = format!("/desk/rounds/{round}/texts");
    match block(move || working.set_names(&by, form.first("names"))).await? {
        Ok(_) => Ok(see_other(&back)),
        Err(error) => Ok(refused(&session, &app, error, &back)?),
    }
}

/// `POST /desk/rounds/{round}/texts`: keeps a decision about a text.
pub async fn post(
    session: Session,
    app: Data<App>,
    round: Path<RoundId>,
    form: Posted,
) -> Result<HttpResponse, WebError> {
    let Posted(form) = form;
    let lang = session.lang;
    let id = round.into_inner();
    let base = format!("/desk/rounds/{id}/texts");
    let question = form.first("question").to_owned();
    let queue = load(&app, &id, &question, session.actor(), false).await?;
    let text = queue
        .texts
        .iter()
        .find(|t| t.id == form.first("text"))
        .cloned()
        .ok_or(WebError::NothingHere)?;
    // What the screener saw: a decision that came in between is not overwritten unseen.
    let seen = Screened {
        summary: form.first("seen_summary").replace("\r\n", "\n"),
        state: ScreeningState::parse(form.first("seen_state")).ok_or(WebError::NothingHere)?,
        problem: form.first("seen_problem").to_owned(),
        first: form.first("seen_first").to_owned(),
        ..text.clone()
    };
    let decision = Decision {
        summary: form.first("summary").replace("\r\n", "\n"),
        problem: form.first("problem").to_owned(),
        anyway: form.has("anyway", "1"),
    };
    let (working, of, by, confirming) =
        (app.clone(), id.clone(), session.actor(), form.first("do") == "confirm");
    let unused = form.first("do") == "unused";
    if unused && !decision.summary.trim().is_empty() && decision.summary != text.summary {
        let said = lang.pick(
            "您已写了摘要。确不采用的，请先清空摘要再点“不采用”。",
            "You have written a summary. If the text is really not used, empty it first.",
        );
        return answer(
            &session,
            &queue,
            &text.id,
            Some(&decision),
            StatusCode::UNPROCESSABLE_ENTITY,
            Some(said),
        );
    }
    let decision = if unused { Decision::default() } else { decision };
    let (asked, decided, field) = (seen.clone(), decision.clone(), question.clone());
    let result = block(move || {
        if confirming {
            working.confirm_screening(&by, &of, &asked)
        } else {
            working.propose(&by, &of, &field, &asked, &decided)
        }
    })
    .await?;
    match result {
        Ok(()) => {
            // On to the next text that waits for this screener.
            let after =
                queue.texts.iter().skip_while(|t| t.id != text.id).skip(1).chain(&queue.texts);
            let next =
                after.into_iter().find(|t| t.id != text.id && waits_for(t, &session.account));
            let next = next.map_or_else(String::new, |t| format!("&text={}", t.id));
            Ok(see_other(&format!("{base}?question={}{next}", percent(&question))))
        }
        Err(AppError::Changed) => {
            let queue = load(&app, &id, &question, session.actor(), false).await?;
            let said = lang.pick(
                "他人刚处理了这一条；下面是现在的情况，您填写的仍在框中。",
                "Somebody else has just dealt with this text; below is how it stands now. What you \
                 typed is still in the field.",
            );
            answer(&session, &queue, &text.id, Some(&decision), StatusCode::CONFLICT, Some(said))
        }
        Err(error) => {
            let said = refusal_text(error, lang)?;
            answer(
                &session,
                &queue,
                &text.id,
                Some(&decision),
                StatusCode::UNPROCESSABLE_ENTITY,
                Some(&said),
            )
        }
    }
}

/// Whether a text waits for this screener: nobody has dealt with it, or somebody else has proposed
/// something.
fn waits_for(text: &Screened, account: &str) -> bool {
    match text.state {
        ScreeningState::Pending => !text.body.is_empty(),
        ScreeningState::Proposed => text.first != account,
        ScreeningState::Screened => false,
    }
}

fn answer(
    session: &Session,
    queue: &Queue,
    wanted: &str,
    typed: Option<&Decision>,
    status: StatusCode,
    error: Option<&str>,
) -> Result<HttpResponse, WebError> {
    let lang = session.lang;
    let waiting = queue.texts.iter().find(|t| waits_for(t, &session.account));
    let text = queue.texts.iter().find(|t| t.id == wanted).or(waiting);
    let body = page(session, queue, text, typed, error)?;
    let mut response = html_page(
        session,
        &name_of(&queue.results.survey, &queue.question, lang),
        queue.results.marks.get(lang),
        body,
    );
    *response.status_mut() = status;
    Ok(response)
}
