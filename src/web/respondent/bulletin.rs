//! The bulletin (公示栏): figures by which everybody can check that each slip counted once and that
//! the sums add up.
//! After release it also shows the bureau's results to those who answered.

use actix_web::web::{Data, Path, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::bulletin_cards::{
    audit_card, closing_card, destruction_card, opening_card, postponed_card, restored_card,
};
use super::bulletin_results::results_card;
use super::live;
use crate::app::{App, Results};
use crate::round::{RoundState, SHANGHAI};
use crate::text::Lang;
use crate::web::error::WebError;
use crate::web::negotiate::quick;
use crate::web::page::{PageKind, View, respondent};

/// `GET /bulletin/{round}`.
pub async fn show(request: HttpRequest, app: Data<App>, round: Path<String>) -> HttpResponse {
    let view = View::of(&request);
    bulletin(&request, &app, &round, view).await.unwrap_or_else(|error| error.page(view))
}

#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
async fn bulletin(
    request: &HttpRequest,
    app: &Data<App>,
    round: &str,
    view: View,
) -> Result<HttpResponse, WebError> {
    let lang = view.lang;
    let live = live(app, round).await?;
    let id = live.round.id.clone();
    let reading = app.clone();
    let results = if live.round.state.has_results() && live.round.destroyed {
        Some(block(move || reading.published(&id)).await??)
    } else {
        None
    };
    // The round before stands beside this one where everybody may see both.
    let before = live.round.looks_back.clone().filter(|_| live.round.shows_results());
    let reading = app.clone();
    let base = match before {
        Some(before) => {
            let base = block(move || reading.published(&before)).await?;
            base.ok().filter(|base| base.round.shows_results())
        }
        None => None,
    };
    let reading = app.clone();
    let opens = live.round.opens;
    let (head, changed) = block(move || {
        let since = opens.midnight().assume_offset(SHANGHAI).unix_timestamp();
        Ok::<_, crate::app::AppError>((
            reading.audit_head()?,
            reading.accounts_changed_since(since)?,
        ))
    })
    .await??;
    let round = &live.round;
    let marks = app.marks(round, lang);
    let body = html! {
        @if !marks.is_empty() {
            p.mark { (marks) }
        }
        h1 { (lang.pick("公示栏", "Bulletin")) "：" (round.title) }
        p.soft {
            (lang.pick("问卷填写时间：", "Answered: "))
            (round.days(lang))
            "。"
            (lang.pick("状态：", " State: "))
            (round.state.label(lang))
        }
        @for put_off in &round.postponed { (postponed_card(put_off, lang)) }
        @if results.as_ref().is_some_and(Results::released_on_the_command_line) {
            p.mark {
                (lang.pick(
                    "本轮结果由服务器命令行发布，没有经过工作台两个账号同意。",
                    "These results were released on the server's command line, without two \
                     accounts of the desk agreeing.",
                ))
            }
        }
        @if let Some(results) = results.as_ref().filter(|_| round.shows_results()) {
            (results_card(results, base.as_ref(), lang)?)
        }
        @let sums = html! {
        @match &round.closing {
            None => {
                div.card {
                    p {
                        (lang.pick(
                            "截止后公布发放、使用和答卷数；截止前不公布任何数字。",
                            "Figures appear after closing; nothing is published before.",
                        ))
                    }
                }
            }
            Some(closing) => { (closing_card(round, closing, lang)) }
        }
        @if let Some(restored) = &round.restored { (restored_card(restored, lang)) }
        @if let Some(results) = &results { (opening_card(results, lang)) }
        @if let Some(record) = &round.destruction { (destruction_card(record, lang)) }
        @if let Some(head) = &head { (audit_card(head, lang)) }
        @if changed > 0 { (accounts_card(changed, lang)) }
        };
        @if round.shows_results() {
            details.sums {
                summary {
                    (lang.pick(
                        "核对计票：发放、使用、答卷数和摘要",
                        "Check the count: slips, ballots and digests",
                    ))
                }
                (sums)
            }
        } @else {
            (sums)
            @if round.state == RoundState::Released {
                p.soft {
                    (lang.pick(
                        "本轮结果已发布给各单位；本栏只公布核对数字。",
                        "The results were released to the units; the bulletin shows only the sums.",
                    ))
                }
            }
        }
    };
    let title = lang.pick("公示栏", "Bulletin");
    Ok(quick(
        request,
        respondent(PageKind::Reading, view, title, &format!("/bulletin/{}", round.id), body),
    ))
}

/// How many accounts could have been made to take part in what takes two people.
fn accounts_card(changed: usize, lang: Lang) -> Markup {
    html! {
        div.card {
            p {
                (lang.pick(
                    "本轮开始以来，管理员新建账号、更改他人账号的姓名或角色、重置他人口令共 ",
                    "Since this round began, accounts were made, or owners, roles or passwords \
                     of others changed, times: ",
                ))
                (changed)
                (lang.pick(
                    " 次。政工科的这类账号经政工科另一账号确认是本人（或满三天）之后，才能参与\
                     须两人同意的步骤。",
                    ". Such an account takes part in what takes two people only when a \
                     colleague has vouched for it, or after three days.",
                ))
            }
        }
    }
}
