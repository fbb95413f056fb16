//! The first page: which questionnaires can be answered, and how.

use actix_web::web::{Data, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::html;

use crate::app::App;
use crate::round::{Access, Day, Phase, RoundState};
use crate::web::error::WebError;
use crate::web::negotiate::quick;
use crate::web::page::{PageKind, View, respondent};

/// `GET /`.
#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
pub async fn show(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, WebError> {
    let view = View::of(&request);
    let lang = view.lang;
    let reading = app.clone();
    let rounds = block(move || reading.live_rounds()).await??;
    let now = app.now();
    let mut open: Vec<_> =
        rounds.iter().filter(|l| l.round.phase(now) == Phase::Answering).collect();
    open.sort_by_key(|l| (l.round.closes, l.round.title.clone()));
    let bulletins: Vec<_> = rounds
        .iter()
        .filter(|l| l.round.closing.is_some() && l.round.state != RoundState::Void)
        .collect();
    let body = html! {
        h1 { (lang.pick("不记名自查问卷", "Anonymous self-check")) }
        @if open.is_empty() {
            div.card {
                p {
                    (lang.pick(
                        "现在没有可以填写的问卷。开放时，请扫描抽取的纸条上的二维码。",
                        "There is no questionnaire to answer now. When one opens, scan the QR code \
                         on the slip you drew.",
                    ))
                }
            }
        }
        @for live in &open {
            div.card {
                h2 { (live.round.title) }
                p.soft { (lang.pick("截止日期：", "Closes: ")) (Day(live.round.closes, lang)) }
                p {
                    (if live.round.access == Access::Slip {
                        lang.pick(
                            "请准备好抽取的纸条。不登录，不留姓名，每张纸条只能用一次。",
                            "Have your slip ready. No login, no names; each slip can be used once.",
                        )
                    } else {
                        lang.pick(
                            "试用：使用单位填写码，不能保证每人只交一份。",
                            "Trial: a unit code is used, so once-each cannot be kept.",
                        )
                    })
                }
                p {
                    a.button href={ "/r/" (live.round.id) (view.query()) } {
                        (lang.pick("开始填写", "Start"))
                    }
                }
            }
        }
        @if !bulletins.is_empty() {
            div.card {
                h2 { (lang.pick("公示栏", "Bulletin")) }
                ul {
                    @for live in &bulletins {
                        li {
                            a href={ "/bulletin/" (live.round.id) (view.query()) } {
                                (live.round.title)
                            }
                        }
                    }
                }
            }
        }
    };
    let title = lang.pick("自查问卷", "Self-check");
    Ok(quick(&request, respondent(PageKind::Reading, view, title, "/", body)))
}
