//! The promise, as far as the running configuration keeps it, on one page that can be printed and
//! hung up.

use actix_web::web::{Data, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::html;

use crate::app::App;
use crate::round::Phase;
use crate::web::error::WebError;
use crate::web::journey::{Key, journey};
use crate::web::negotiate::quick;
use crate::web::page::{PageKind, View, respondent};

/// `GET /privacy`.
#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
pub async fn show(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, WebError> {
    let view = View::of(&request);
    let lang = view.lang;
    let reading = app.clone();
    let rounds = block(move || reading.live_rounds()).await??;
    let now = app.now();
    let promise = app.promise(&rounds);
    let trial = promise.iter().any(|line| line.id == "server_custody");
    let key = if trial { Key::Server } else { Key::Trustees };
    let body = html! {
        h1 { (lang.pick("匿名承诺", "The promise")) }
        div.card.promise {
            @for line in promise.iter().take(1) {
                p.big id=(line.id) { (line.text.get(lang)) }
            }
            (journey(key, lang))
            ul {
                @for line in promise.iter().skip(1) {
                    li.but[line.is_caveat()] id=(line.id) { (line.text.get(lang)) }
                }
            }
        }
        @for live in rounds.iter().filter(|l| l.round.phase(now) == Phase::Answering) {
            div.card.promise {
                h2 { (live.round.title) }
                ul {
                    @for line in app.round_promise(live) {
                        li.but[line.is_caveat()] { (line.text.get(lang)) }
                    }
                }
            }
        }
        div.card.promise {
            h2 { (lang.pick("哪些要靠信任", "What rests on trust")) }
            ul.trust {
                li {
                    (lang.pick(
                        "运行的程序就是公开的这一份。",
                        "That the running program is the published one.",
                    ))
                }
                li {
                    (lang.pick(
                        "填写时没有人盯着屏幕；手机本身没有被监控。",
                        "That nobody watches the screen, and that the phone itself is not spied \
                         on.",
                    ))
                }
                li {
                    (lang.pick(
                        "文字的写法可能被熟人认出，请用平常话、不写细节。",
                        "That a style of writing can be recognised: write plainly and without \
                         details.",
                    ))
                }
                li {
                    (lang.pick(
                        "开箱后钥匙文件确已销毁，磁盘快照没有留下它。",
                        "That the custody file was really destroyed after the opening, and that no \
                         disk snapshot kept it.",
                    ))
                }
                li {
                    (lang.pick(
                        "监督员没有凑齐口令私下开箱：开箱只能一次，私自开箱会被公示的数字和销毁的票\
                         箱暴露。",
                        "That the trustees do not open the box among themselves: it opens once, \
                         and the bulletin and the destroyed box would show it.",
                    ))
                }
            }
        }
        p.soft.noprint {
            (lang.pick(
                "本页可直接打印张贴。每一条由程序的测试逐条验证，对照表见项目文档。",
                "This page can be printed. Each line is checked by a test of the program; the \
                 table is in its documentation.",
            ))
        }
    };
    let title = lang.pick("匿名承诺", "The promise");
    Ok(quick(&request, respondent(PageKind::Reading, view, title, "/privacy", body)))
}
