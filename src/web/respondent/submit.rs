//! `POST /r/{round}`: a response goes in, one of two static pages of equal length comes out.
//! The answer waits for the disk; nothing about the request is kept, logged or counted per person.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{Data, Path, Payload, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::form::shut;
use super::live;
use super::questionnaire::{Questionnaire, marks};
use crate::app::{App, Begun, Live, Reject, Submission};
use crate::response::{FieldErrors, Form};
use crate::round::{Access, Day, Phase};
use crate::storage::Outcome;
use crate::text::Refusal;
use crate::web::body::{MAX_BODY, read_body};
use crate::web::error::WebError;
use crate::web::page::{PageKind, View, respondent};

/// How long a phone waits for the disk.
const LONGEST_WAIT: Duration = Duration::from_secs(12);
/// How long an answer to one wrong code too many waits.
const SLOW: Duration = Duration::from_secs(1);

/// `POST /r/{round}`.
pub async fn post(
    request: HttpRequest,
    app: Data<App>,
    round: Path<String>,
    payload: Payload,
) -> HttpResponse {
    let view = View::of(&request);
    match accept(&request, &app, &round, payload, view).await {
        Ok(response) => response,
        Err(error) => error.page(view),
    }
}

async fn accept(
    request: &HttpRequest,
    app: &Data<App>,
    round: &str,
    payload: Payload,
    view: View,
) -> Result<HttpResponse, WebError> {
    let live = live(app, round).await?;
    let body = read_body(request, payload, MAX_BODY).await?;
    let straight = match app.clone().into_inner().begin_straight(&live, &body) {
        Some(begun) => Some(await_disk(begun).await),
        None => None,
    };
    let (outcome, form) = match straight {
        Some(outcome) if !matches!(outcome, Ok(Outcome::NoSlip)) => (outcome, Form::default()),
        // What is not plain, and a code that is not known, is read field by field by rules that
        // know what to say.
        _ => {
            let form = Form::decode(&body)
                .map_err(|refusal| WebError::Unreadable(StatusCode::BAD_REQUEST, refusal))?;
            let (working, id) = (app.clone(), live.round.id.clone());
            let (begun, form) =
                block(move || (working.into_inner().begin(&id, &form), form)).await?;
            (await_disk(begun).await, form)
        }
    };
    drop(body);
    let id = &live.round.id;
    app.count_submission(match &outcome {
        Ok(Outcome::Stored) => Submission::Stored,
        Ok(Outcome::Again) => Submission::Again,
        Err(Reject::Busy | Reject::App(_)) => Submission::Busy,
        Ok(Outcome::Sealed | Outcome::NoSlip)
        | Err(Reject::Phase(_) | Reject::Fields { .. } | Reject::Usable) => Submission::Refused,
    });
    match outcome {
        Ok(Outcome::Stored) => Ok(see_other(&format!("/r/{id}/received{}", view.query()))),
        Ok(Outcome::Again) => Ok(see_other(&format!("/r/{id}/again{}", view.query()))),
        Ok(Outcome::Sealed) => Ok(closed(&live, view, Phase::Over)),
        // The long way knew the code, so it was voided just now.
        Ok(Outcome::NoSlip) => {
            let refusal = Refusal::new(
                "填写码刚被作废并重新印发，请换领新的纸条",
                "this code has just been replaced; ask for a new slip",
            );
            let errors = [(crate::response::CODE_FIELD.to_owned(), refusal)].into();
            Ok(again_with(Questionnaire::of(app, &live, view.lang).page(view, &form, &errors)))
        }
        Err(Reject::Phase(phase)) => Ok(closed(&live, view, phase)),
        Err(Reject::Fields { errors, slow }) => {
            if slow {
                tokio::time::sleep(SLOW).await;
            }
            Ok(again_with(Questionnaire::of(app, &live, view.lang).page(view, &form, &errors)))
        }
        Err(Reject::Usable) => Ok(again_with(
            Questionnaire { usable: true, ..Questionnaire::of(app, &live, view.lang) }.page(
                view,
                &form,
                &FieldErrors::new(),
            ),
        )),
        Err(Reject::Busy) => Err(WebError::Busy),
        Err(Reject::App(error)) => Err(error.into()),
    }
}

/// Waits until a submission is on the disk.
async fn await_disk(begun: Result<Begun, Reject>) -> Result<Outcome, Reject> {
    match begun? {
        Begun::Again => Ok(Outcome::Again),
        // Nobody is told "received" before it is; whoever waits too long is asked to try again, and
        // a slip counts once.
        // It waits in a task of its own: a phone whose network breaks now has sent its form, and
        // that is stored all the same.
        Begun::Queued(reply) => {
            match actix_web::rt::spawn(tokio::time::timeout(LONGEST_WAIT, reply)).await {
                Ok(Ok(Ok(outcome))) => outcome.map_err(|e| Reject::App(e.into())),
                _ => Err(Reject::Busy),
            }
        }
    }
}

/// 303; the body makes up for the length of the address, so that both answers are equally long.
fn see_other(to: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, to))
        .content_type("text/plain")
        .body(" ".repeat(96 - to.len().min(96)))
}

fn again_with(page: Markup) -> HttpResponse {
    HttpResponse::UnprocessableEntity()
        .content_type("text/html; charset=utf-8")
        .body(page.into_string())
}

fn closed(live: &Live, view: View, phase: Phase) -> HttpResponse {
    let status = match phase {
        Phase::Over | Phase::Grace | Phase::Void => StatusCode::GONE,
        _ => StatusCode::CONFLICT,
    };
    HttpResponse::build(status).content_type("text/html; charset=utf-8").body(equally_long(
        live,
        view,
        shut(live, view, phase, true).into_string(),
    ))
}

/// Makes the page that ends a submission as long as every other such page: somebody on the network
/// sees only lengths.
fn equally_long(live: &Live, view: View, mut page: String) -> String {
    let others = [
        receipt_page(live, view, true),
        receipt_page(live, view, false),
        shut(live, view, Phase::Over, true),
    ];
    let longest = others.into_iter().map(|other| other.into_string().len()).max().unwrap_or(0);
    page.push_str(&"\n".repeat(longest.saturating_sub(page.len())));
    page
}

/// `GET /r/{round}/received`.
pub async fn received(request: HttpRequest, app: Data<App>, round: Path<String>) -> HttpResponse {
    receipt(&request, &app, &round, true)
        .await
        .unwrap_or_else(|error| error.page(View::of(&request)))
}

/// `GET /r/{round}/again`.
pub async fn again(request: HttpRequest, app: Data<App>, round: Path<String>) -> HttpResponse {
    receipt(&request, &app, &round, false)
        .await
        .unwrap_or_else(|error| error.page(View::of(&request)))
}

/// After how many seconds a shared device is ready for the next person.
const NEXT_PERSON: u32 = 10;

async fn receipt(
    request: &HttpRequest,
    app: &Data<App>,
    round: &str,
    received: bool,
) -> Result<HttpResponse, WebError> {
    let view = View::of(request);
    let live = live(app, round).await?;
    let page = equally_long(&live, view, receipt_page(&live, view, received).into_string());
    let mut response = HttpResponse::Ok();
    if view.shared {
        response.insert_header((
            "Refresh",
            format!("{NEXT_PERSON}; url=/r/{}{}", live.round.id, view.query()),
        ));
    }
    Ok(response.content_type("text/html; charset=utf-8").body(page))
}

/// What happens next, from this round's own settings; the same words whether the response counted
/// or not.
#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
fn what_now(live: &Live, view: View) -> Markup {
    let (lang, round) = (view.lang, &live.round);
    html! {
        h2 { (lang.pick("接下来", "What happens next")) }
        ul.plain {
            li {
                (lang.pick("本轮到", "This round runs until "))
                (Day(round.closes, lang))
                (lang.pick(
                    "截止，此前票箱封存，谁也看不到答卷。",
                    "; until then the box stays sealed and nobody sees a response.",
                ))
            }
            li {
                @match App::trustees(round) {
                    Some((quorum, of)) => {
                        (lang.pick(
                            format!(
                                "截止后开箱：{of} 位监督员中至少 {quorum} 位当场输入口令才能开启，\
                                 只开一次。",
                            ),
                            format!(
                                "Then it is opened, once: at least {quorum} of {of} trustees must \
                                 type their passphrases.",
                            ),
                        ))
                    }
                    None => {
                        (lang.pick(
                            "截止后由政工科开箱，只开一次。",
                            "Then the Political Work Section opens it, once.",
                        ))
                    }
                }
            }
            li {
                (lang.pick("结果见", "Results hang on the "))
                a href={ "/bulletin/" (round.id) (view.query()) } {
                    (lang.pick("公示栏", "bulletin"))
                }
                (lang.pick(
                    "：截止后公布发放、使用和答卷数，发布后公布汇总结果。",
                    ": the numbers of slips and responses after closing, the summary after \
                     release.",
                ))
            }
            li {
                @if App::trustees(round).is_some() {
                    (lang.pick(
                        "有疑问，可向政工科或开箱监督员询问；不必说明自己答了什么。",
                        "Questions go to the Political Work Section or the trustees; you need not \
                         say what you answered.",
                    ))
                } @else {
                    (lang.pick(
                        "有疑问，可向政工科询问；不必说明自己答了什么。",
                        "Questions go to the Political Work Section; you need not say what you \
                         answered.",
                    ))
                }
            }
        }
    }
}

#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
fn receipt_page(live: &Live, view: View, received: bool) -> Markup {
    let lang = view.lang;
    let path = format!("/r/{}/{}", live.round.id, if received { "received" } else { "again" });
    let slip = live.round.access == Access::Slip;
    let body = html! {
        (marks(live, lang))
        div.card.settled {
            p.seal aria-hidden="true" { (if received { "✓" } else { "＝" }) }
            @if received {
                h1 tabindex="-1" {
                    (lang.pick("已收到，已投入票箱", "Received and put into the ballot box"))
                }
                p { (live.survey.thanks().get(lang)) }
                @if slip {
                    p {
                        (lang.pick(
                            "想核对的，留着纸条：再输一次显示“此前已收到”，说明这张纸条的答卷已收\
                             到。不想留的，撕掉即可。",
                            "Keep your slip if you want to check: entering its code again says \
                             that its response was received. Otherwise tear it up.",
                        ))
                    }
                }
            } @else {
                h1 tabindex="-1" {
                    (lang.pick(
                        "此码的答卷此前已收到",
                        "A response with this code was received before",
                    ))
                }
                p {
                    (lang.pick(
                        "每码只计一次，本次未计入；因网络中断重复提交的，属正常情况。",
                        "Each code counts once; this one was not counted. After a broken \
                         connection this is normal.",
                    ))
                }
                p {
                    (lang.pick(
                        "本人从未提交的，请向开箱监督员反映。",
                        "If you never submitted, tell the trustees.",
                    ))
                }
            }
            (what_now(live, view))
            @if view.shared {
                p.next data-seconds=(NEXT_PERSON) {
                    (NEXT_PERSON)
                    (lang.pick(
                        " 秒后自动回到空白问卷，供下一位使用。",
                        " seconds from now the empty questionnaire returns for the next person. ",
                    ))
                    a.button href={ "/r/" (live.round.id) (view.query()) } {
                        (lang.pick("现在返回", "Return now"))
                    }
                }
            } @else {
                p.soft.close { (lang.pick("请关闭本页。", "Please close this page.")) }
            }
        }
    };
    respondent(
        PageKind::Settled,
        view,
        if received {
            lang.pick("已收到", "Received")
        } else {
            lang.pick("此前已收到", "Received before")
        },
        &path,
        body,
    )
}
