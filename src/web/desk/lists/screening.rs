//! Screening of texts: a queue per question, one text at a time, with the places marked that may
//! tell who somebody is.
//! Two people decide: one writes a summary and chooses its row, another confirms. Only that summary
//! ever leaves; the original never does.

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use maud::html;

use crate::app::{AppError, Decision};
use crate::id::AccountName;
use crate::id::RoundId;
use crate::response::Form;
use crate::storage::{Screened, ScreeningState};
use crate::web::desk::Posted;
use crate::web::desk::answer::{Answer, Desk, refusal_text, see_other};
use crate::web::desk::lists::screening_many::{self, load};
use crate::web::desk::lists::screening_overview::{name_of, names_form, overview};
use crate::web::desk::lists::screening_page::{Queue, page};
use crate::web::desk::office::password::percent;
use crate::web::error::WebError;

/// `GET /desk/rounds/{round}/texts[?question=…&text=…]`.
pub async fn show(desk: Desk, request: HttpRequest, round: Path<RoundId>) -> Answer {
    let lang = desk.lang;
    let id = round.into_inner();
    let query = Form::decode(request.query_string().as_bytes()).unwrap_or_default();
    let question = query.first("question").to_owned();
    if question.is_empty() {
        let (results, progress, names) = desk
            .run(move |app, by| {
                Ok::<_, AppError>((
                    app.results(by, &id)?,
                    app.screening_progress(by, &id)?,
                    app.names(by)?,
                ))
            })
            .await??;
        let body = html! {
            (overview(&results, &progress, names.len(), lang))
            (names_form(&desk, &results.round.id))
        };
        let title = format!("{} {}", lang.pick("筛查文字", "Screen texts:"), results.round.title);
        return Ok(desk.marked(results.marks.get(lang), &title, body));
    }
    if query.first("text").is_empty() {
        return screening_many::show(&desk, &id, &query).await;
    }
    let queue = load(&desk, &id, &question, true).await?;
    answer(&desk, &queue, query.first("text"), None, StatusCode::OK, None)
}

/// `POST /desk/rounds/{round}/names`: loads the list of names that are marked in texts.
pub async fn load_names(desk: Desk, round: Path<RoundId>, Posted(form): Posted) -> Answer {
    let back = format!("/desk/rounds/{round}/texts");
    match desk.run(move |app, by| app.set_names(by, form.first("names"))).await? {
        Ok(_) => Ok(see_other(&back)),
        Err(error) => Ok(desk.refused(error, &back)?),
    }
}

/// `POST /desk/rounds/{round}/texts`: keeps a decision about a text.
#[expect(clippy::too_many_lines, reason = "one request, from its form to its answer")]
pub async fn post(desk: Desk, round: Path<RoundId>, Posted(form): Posted) -> Answer {
    let lang = desk.lang;
    let id = round.into_inner();
    let base = format!("/desk/rounds/{id}/texts");
    let question = form.first("question").to_owned();
    let queue = load(&desk, &id, &question, false).await?;
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
        first: form.first("seen_first").into(),
        ..text.clone()
    };
    let decision = Decision {
        summary: form.first("summary").replace("\r\n", "\n"),
        problem: form.first("problem").to_owned(),
        anyway: form.has("anyway", "yes"),
    };
    let (of, confirming) = (id.clone(), form.first("do") == "confirm");
    let unused = form.first("do") == "unused";
    if unused && !decision.summary.trim().is_empty() && decision.summary != text.summary {
        let said = lang.pick(
            "您已写了摘要。确不采用的，请先清空摘要再点“不采用”。",
            "You have written a summary. If the text is really not used, empty it first.",
        );
        return answer(
            &desk,
            &queue,
            &text.id,
            Some(&decision),
            StatusCode::UNPROCESSABLE_ENTITY,
            Some(said),
        );
    }
    let decision = if unused { Decision::default() } else { decision };
    let (asked, decided, field) = (seen.clone(), decision.clone(), question.clone());
    let result = desk
        .run(move |app, by| {
            if confirming {
                app.confirm_screening(by, &of, std::slice::from_ref(&asked))
            } else {
                app.propose(by, &of, &field, std::slice::from_ref(&asked), &decided)
            }
        })
        .await?;
    match result {
        Ok(()) => {
            // On to the next text that waits for this screener.
            let after =
                queue.texts.iter().skip_while(|t| t.id != text.id).skip(1).chain(&queue.texts);
            let next = after.into_iter().find(|t| t.id != text.id && waits_for(t, &desk.account));
            let next = next.map_or_else(String::new, |t| format!("&text={}", t.id));
            Ok(see_other(&format!("{base}?question={}{next}", percent(&question))))
        }
        Err(AppError::Changed) => {
            let queue = load(&desk, &id, &question, false).await?;
            let said = lang.pick(
                "他人刚处理了这一条；下面是现在的情况，您填写的仍在框中。",
                "Somebody else has just dealt with this text; below is how it stands now. What you \
                 typed is still in the field.",
            );
            answer(&desk, &queue, &text.id, Some(&decision), StatusCode::CONFLICT, Some(said))
        }
        Err(error) => {
            let said = refusal_text(error, lang)?;
            answer(
                &desk,
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
fn waits_for(text: &Screened, account: &AccountName) -> bool {
    match text.state {
        ScreeningState::Pending => !text.body.is_empty(),
        ScreeningState::Proposed => text.first != *account,
        ScreeningState::Screened => false,
    }
}

fn answer(
    desk: &Desk,
    queue: &Queue,
    wanted: &str,
    typed: Option<&Decision>,
    status: StatusCode,
    error: Option<&str>,
) -> Answer {
    let lang = desk.lang;
    let waiting = queue.texts.iter().find(|t| waits_for(t, &desk.account));
    let text = queue.texts.iter().find(|t| t.id == wanted).or(waiting);
    let body = page(desk, queue, text, typed, error)?;
    let title = name_of(&queue.results.survey, &queue.question, lang);
    Ok(desk.page_with(status, queue.results.marks.get(lang), &title, body))
}
