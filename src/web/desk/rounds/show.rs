//! One round: where it stands, what can be done now and why other things cannot.
//! Every grave step is confirmed on a page that names its consequence.

use actix_web::web::{Data, Path};
use maud::html;

use crate::app::{AppError, Progress};
use crate::id::RoundId;
use crate::problem::differences;
use crate::round::Hold;
use crate::text::{Lang, Refusal};
use crate::web::desk::answer::{Answer, Desk, download};
use crate::web::desk::forms::reading::Reading;
use crate::web::desk::rounds::cards::slip_inputs;
use crate::web::desk::rounds::facts::facts;
use crate::web::desk::rounds::follow;
use crate::web::desk::rounds::show_page::page;
use crate::web::desk::{Openings, Posted};
use crate::web::sheet;

/// `GET /desk/rounds/{round}`.
pub async fn show(desk: Desk, openings: Data<Openings>, round: Path<RoundId>) -> Answer {
    let lang = desk.lang;
    let id = round.into_inner();
    let facts = facts(&desk, &openings, id, lang).await?;
    let page = html! {
        (follow::mark(&facts.round.id, &facts.standing))
        (page(&desk, &facts))
    };
    let mut response = desk.marked(&facts.marks, &facts.round.title, page);
    if matches!(facts.opening, Some(Ok(progress)) if progress != Progress::Done) {
        response.headers_mut().insert(
            actix_web::http::header::HeaderName::from_static("refresh"),
            actix_web::http::header::HeaderValue::from_static("1"),
        );
    }
    Ok(response)
}

/// `POST /desk/rounds/{round}/slips`.
pub async fn slips(desk: Desk, round: Path<RoundId>, Posted(form): Posted) -> Answer {
    let lang = desk.lang;
    let id = round.into_inner();
    let of = id.clone();
    let result = desk
        .run(move |app, by| {
            let issued = app.slips_issued(&of)?;
            let inputs = slip_inputs(issued > 0, lang);
            let mut reading = Reading::of(&inputs, &form);
            let spare = reading.number("spare", Refusal::new(
                "备用比例应为 0 至 100 的整数",
                "spare must be 0 to 100",
            ));
            if issued > 0 && !reading.ticked("again") {
                reading.also(Some(Refusal::new(
                    "本轮已印发过填写码。重新印发会使已发出的全部作废；确需重印，请勾选“作废并重印”",
                    "slips were issued before; tick to void them",
                )));
            }
            let with_code = reading.line("qr") != "address";
            let slips = app.issue_slips(by, &of, None, reading.done(spare)?, with_code)?;
            let round = app.round(&of)?;
            let marks = app.marks(&round, Lang::Zh);
            Ok::<_, AppError>((round.clone(), sheet::sheet(&round, &slips, &marks).into_string()))
        })
        .await?;
    match result {
        Ok((round, html)) => Ok(download(
            &format!("填写码_{}.html", round.title),
            "text/html; charset=utf-8",
            html.into_bytes(),
        )),
        Err(error) => desk.refused(error, &format!("/desk/rounds/{id}")),
    }
}

/// `POST /desk/rounds/{round}/hold`.
pub async fn hold(desk: Desk, round: Path<RoundId>, Posted(form): Posted) -> Answer {
    let id = round.into_inner();
    let of = id.clone();
    let result = desk
        .run(move |app, by| {
            let question = form.first("question").to_owned();
            let hold = if form.first("state") == "checked" { Hold::Checked } else { Hold::Held };
            let before = app.results(by, &of)?.all_lists()?;
            app.set_hold(by, &of, &question, hold, form.first("ground"))?;
            Ok::<_, AppError>(differences(&before, &app.results(by, &of)?.all_lists()?))
        })
        .await?;
    match result {
        Ok((came, went)) => {
            let lang = desk.lang;
            let page = html! {
                h1 { (lang.pick("清单已重新生成", "The lists are derived anew")) }
                div.done role="status" {
                    @if came.is_empty() && went.is_empty() {
                        p { (lang.pick("各单位清单没有变化。", "No list has changed.")) }
                    }
                    @if !came.is_empty() {
                        p {
                            (lang.pick("新增 ", "New rows: "))
                            (came.len())
                            (lang.pick(" 行：", ": "))
                            (came.join(lang.pick("、", ", ")))
                        }
                    }
                    @if !went.is_empty() {
                        p {
                            (lang.pick("撤下 ", "Rows gone: "))
                            (went.len())
                            (lang.pick(" 行：", ": "))
                            (went.join(lang.pick("、", ", ")))
                        }
                    }
                    p {
                        (lang.pick(
                            "改过的表述、不列入的决定和手工加入的行都保留着。",
                            "Wordings, decisions to set aside and rows added by hand are kept.",
                        ))
                    }
                }
                p {
                    a href={ "/desk/rounds/" (id) "#holds" } {
                        (lang.pick("返回存疑题目", "Back to held questions"))
                    }
                    " · "
                    a href={ "/desk/rounds/" (id) "/problems" } {
                        (lang.pick("看问题清单", "See the lists"))
                    }
                }
            };
            Ok(desk.page(lang.pick("清单已重新生成", "The lists are derived anew"), page))
        }
        Err(error) => desk.refused(error, &format!("/desk/rounds/{id}")),
    }
}
