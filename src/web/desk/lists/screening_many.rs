//! Many texts to one question on a page: ticked, then put aside, summed up or confirmed in one go.
//! Only one question is ever on a page: nobody writes two texts to it, so nothing leads from one
//! text of a person to another.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::web::Path;

use crate::app::{AppError, Decision};
use crate::id::RoundId;
use crate::response::Form;
use crate::storage::Screened;
use crate::survey::TextField;
use crate::text::Refusal;
use crate::web::desk::Posted;
use crate::web::desk::answer::{Answer, Desk, see_other};
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::lists::screening_many_page::{Filter, Said, page, rows, seen};
use crate::web::desk::lists::screening_overview::name_of;
use crate::web::desk::lists::screening_page::Queue;
use crate::web::error::WebError;

/// A queue for somebody who opens it, or to whom it was shown before.
pub(in crate::web::desk) async fn load(
    desk: &Desk,
    id: &RoundId,
    question: &str,
    opens: bool,
) -> Result<Queue, WebError> {
    let (id, question) = (id.clone(), question.to_owned());
    Ok(desk
        .run(move |app, by| {
            let results = app.results(by, &id)?;
            if results.survey.question(TextField::of(&question).question).is_none() {
                return Err(AppError::NotFound(Refusal::new(
                    "本问卷没有这道题",
                    "this survey has no such question",
                )));
            }
            let texts = if opens {
                app.read_texts(by, &id, &question)?
            } else {
                app.screened(by, &id, &question)?
            };
            Ok::<_, AppError>(Queue { results, texts, names: app.names(by)?, question })
        })
        .await??)
}

/// The page of a question, as it is asked for.
pub(in crate::web::desk) async fn show(desk: &Desk, id: &RoundId, query: &Form) -> Answer {
    let question = query.first("question").to_owned();
    let queue = load(desk, id, &question, true).await?;
    answer(desk, &queue, &Filter::of(query), &Form::default(), Mistakes::default(), StatusCode::OK)
        .await
}

async fn answer(
    desk: &Desk,
    queue: &Queue,
    filter: &Filter,
    typed: &Form,
    wrong: Mistakes,
    status: StatusCode,
) -> Answer {
    let id = queue.results.round.id.clone();
    let (undo, pace, waits) = desk
        .run(move |app, by| {
            let waits = app.screening_waits(by, &id)?;
            Ok::<_, AppError>((
                app.can_undo_screening(by, &id),
                app.screening_pace(by, &id),
                waits.iter().sum::<u64>(),
            ))
        })
        .await??;
    let said = Said { typed, wrong: &wrong, undo, pace, waits };
    let body = page(desk, queue, filter, &said)?;
    let title = name_of(&queue.results.survey, &queue.question, desk.lang);
    Ok(desk.page_with(status, queue.results.marks.get(desk.lang), &title, body))
}

/// `POST /desk/rounds/{round}/texts/many`: `do` is `unused`, `confirm` or `propose`.
pub async fn post(desk: Desk, round: Path<RoundId>, Posted(form): Posted) -> Answer {
    let (lang, id) = (desk.lang, round.into_inner());
    let queue = load(&desk, &id, form.first("question"), false).await?;
    let filter = Filter::of(&form);
    match decide(&desk, &queue, &form).await? {
        Ok(()) => Ok(see_other(&filter.address(&id, &queue.question))),
        Err(AppError::Changed) => {
            let refusal = Refusal::new(
                "勾选的文字中有他人刚处理过的，本次没有记入；下面是现在的情况，您的勾选和填写仍在",
                "somebody else has just dealt with some of these; nothing was noted. Below is how \
                 they stand now, with what you ticked and typed",
            );
            let queue = load(&desk, &id, &queue.question, false).await?;
            let wrong = Mistakes::list(vec![refusal], lang);
            answer(&desk, &queue, &filter, &form, wrong, StatusCode::CONFLICT).await
        }
        Err(error) => {
            let wrong = Mistakes::of(error, lang)?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            answer(&desk, &queue, &filter, &form, wrong, status).await
        }
    }
}

/// Does what was decided about the ticked texts.
async fn decide(desk: &Desk, queue: &Queue, form: &Form) -> Result<Result<(), AppError>, WebError> {
    let ticked: BTreeSet<&str> =
        form.0.get("t").into_iter().flatten().map(String::as_str).collect();
    let chosen: Vec<Screened> =
        queue.texts.iter().filter(|text| ticked.contains(text.id.as_str())).cloned().collect();
    let stale = |text: &Screened| form.first(&format!("seen_{}", text.id)) != seen(text);
    if chosen.len() != ticked.len() || chosen.iter().any(stale) {
        return Ok(Err(AppError::Changed));
    }
    let step = form.first("do");
    let decision = match step {
        "propose" => Decision {
            summary: form.first("summary").replace("\r\n", "\n"),
            problem: form.first("problem").to_owned(),
            anyway: form.has("anyway", "yes"),
        },
        "unused" | "confirm" => Decision::default(),
        _ => return Err(WebError::NothingHere),
    };
    if step == "propose" && decision.summary.trim().is_empty() {
        let refusal = Refusal::new(
            "请写摘要并选择列入哪一行；不采用的，点“不采用所选”",
            "write a summary and choose its row; what is not used is put aside with the other \
             button",
        );
        return Ok(Err(refusal.into()));
    }
    // Only what every group of the question lists: else a row would tell whose a text is.
    let offered = rows(queue, desk.lang)?;
    if step == "propose" && offered.iter().all(|(number, _)| *number != decision.problem) {
        let refusal = Refusal::new(
            "请选择所列的一行；各组清单不都列入的，请“单条处理”",
            "choose one of the rows; what not every group lists is decided about alone",
        );
        return Ok(Err(refusal.into()));
    }
    let (id, field) = (queue.results.round.id.clone(), queue.question.clone());
    let confirms = step == "confirm";
    desk.run(move |app, by| {
        if confirms {
            app.confirm_screening(by, &id, &chosen)
        } else {
            app.propose(by, &id, &field, &chosen, &decision)
        }
    })
    .await
}

/// `POST /desk/rounds/{round}/texts/undo`: takes back what was done last.
pub async fn undo(desk: Desk, round: Path<RoundId>, Posted(form): Posted) -> Answer {
    let id = round.into_inner();
    let back = Filter::of(&form).address(&id, form.first("question"));
    match desk.run(move |app, by| app.undo_screening(by, &id)).await? {
        Ok(_) => Ok(see_other(&back)),
        Err(error) => desk.refused(error, &back),
    }
}
