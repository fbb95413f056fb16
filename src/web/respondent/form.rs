//! The questionnaire: one document, the same bytes for everybody who reads it in the same language
//! and print.
//! Errors render the same document again with every answer kept.

use std::sync::{Arc, PoisonError};

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::questionnaire::{Questionnaire, marks};
use super::{PageKey, Pages, live};
use crate::app::{App, Live};
use crate::response::{FieldErrors, Form};
use crate::round::{Day, Phase, Round};
use crate::text::{Lang, Refusal};
use crate::web::error::WebError;
use crate::web::negotiate::Prepared;
use crate::web::page::{PageKind, View, respondent};

/// `GET /r/{round}`.
pub async fn show(
    request: HttpRequest,
    app: Data<App>,
    pages: Data<Pages>,
    round: Path<String>,
) -> Result<HttpResponse, WebError> {
    let view = View::of(&request);
    let live = match live(&app, &round).await {
        Ok(live) => live,
        Err(error) => return Ok(error.page(view)),
    };
    let key = PageKey {
        round: live.round.id.clone(),
        view,
        phase: live.round.phase(app.now()),
        marks: app.marks(&live.round, view.lang),
        code_in_address: live.round.code_in_address,
        on_bulletin: live.round.closing.is_some(),
    };
    let known = pages.0.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    let page = if let Some(page) = known {
        page
    } else {
        let html = if key.phase == Phase::Answering {
            Questionnaire::of(&app, &live, view.lang).page(
                view,
                &Form::default(),
                &FieldErrors::new(),
            )
        } else {
            shut(&live, view, key.phase, false)
        };
        let page = Arc::new(Prepared::new(html.into_string().into_bytes()));
        pages.0.write().unwrap_or_else(PoisonError::into_inner).insert(key, page.clone());
        page
    };
    Ok(page.respond(&request, "text/html; charset=utf-8"))
}

/// Why a round cannot be answered.
fn why_shut(round: &Round, phase: Phase) -> Refusal {
    let closed = round.closing.as_ref().map(|closing| closing.early);
    match phase {
        Phase::NotYet => Refusal::new("本轮问卷尚未开放", "This questionnaire is not open yet"),
        Phase::Answering => Refusal::new("本轮问卷可以填写", "This questionnaire can be answered"),
        Phase::Grace | Phase::Over => match closed {
            Some(true) => Refusal::new("本轮已提前截止", "This round was closed early"),
            Some(false) => Refusal::new(
                format!("本轮已于{}截止", Day(round.closes, Lang::Zh)),
                format!("This round closed on {}", Day(round.closes, Lang::En)),
            ),
            // Over, or closed by somebody a moment ago.
            None => Refusal::new("本轮已截止", "This round is closed"),
        },
        Phase::Suspended => Refusal::new(
            "本轮暂停，恢复后会另行通知；纸条请保留",
            "This round is suspended; keep your slip",
        ),
        Phase::Void => Refusal::new("本轮已作废", "This round was declared void"),
    }
}

/// The page of a round that cannot be answered; after answers were `sent`, it says what became of
/// them.
#[must_use]
pub fn shut(live: &Live, view: View, phase: Phase, sent: bool) -> Markup {
    let lang = view.lang;
    let round = &live.round;
    let body = html! {
        (marks(live, lang))
        h1 { (round.title) }
        div.card {
            p.big { (why_shut(round, phase).get(lang)) }
            @if sent {
                p {
                    (lang.pick(
                        "刚才的答卷没有收到，也没有保存。",
                        "The response you just sent was not received and not kept.",
                    ))
                }
            }
            @if matches!(phase, Phase::Grace | Phase::Over) {
                p {
                    (lang.pick(
                        "如有话要说，请在下一轮填写，或向政工科反映。",
                        "If there is something to say, use the next round or tell the Political \
                         Work Section.",
                    ))
                }
            }
            @if phase == Phase::NotYet {
                p { (lang.pick("开放日期：", "Opens: ")) (Day(round.opens, lang)) }
            }
            @if phase == Phase::Grace {
                p {
                    (lang.pick(
                        "截止前已打开的页面，可在三十分钟内提交。",
                        "A page opened before the end may still be sent for thirty minutes.",
                    ))
                }
            }
            @if round.closing.is_some() {
                p {
                    a href={ "/bulletin/" (round.id) (view.query()) } {
                        (lang.pick("查看公示栏", "See the bulletin"))
                    }
                }
            }
        }
    };
    let kind = if matches!(phase, Phase::Grace | Phase::Over | Phase::Void) {
        PageKind::Closed
    } else {
        PageKind::Paused
    };
    respondent(kind, view, &round.title, &format!("/r/{}", round.id), body)
}
