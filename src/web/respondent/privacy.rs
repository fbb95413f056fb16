//! The promise, as far as the running configuration keeps it.
//! A line whose condition does not hold is not shown; the honest weaker one is.

use actix_web::web::{Data, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::html;

use crate::app::{App, Live};
use crate::round::Access;
use crate::survey::PrivacyCondition;
use crate::text::Text;
use crate::web::error::WebError;
use crate::web::page::{View, respondent};

/// The promises of a round that hold, and what has to be said instead of those that do not.
#[must_use]
pub fn lines(app: &App, live: &Live) -> Vec<Text> {
    let holds = |condition: Option<PrivacyCondition>| match condition {
        None => true,
        Some(PrivacyCondition::Trustees) => !live.round.trial,
        Some(PrivacyCondition::Slips) => live.round.access == Access::Slip,
    };
    let mut lines: Vec<Text> = live.survey.privacy().iter().filter(|l| holds(l.requires)).map(|l| l.text.clone()).collect();
    if live.round.trial {
        lines.push(Text::both(
            "试用轮次：答卷收到即加密，但钥匙由服务器保管，掌握服务器的人在开箱前有能力解开；开箱后不留存任何一份答卷。",
            "Trial round: responses are sealed on arrival, but the server holds the key, so whoever controls the server could open them before the opening; after it no single response exists.",
        ));
    }
    if live.round.access == Access::Slip && live.round.code_in_address {
        lines.push(Text::both(
            "纸条的二维码含有填写码，扫码软件可能留有记录；在意的，可手工输入网址和填写码。",
            "The QR code on the slip holds the code, and a scanning app may keep a record; if that matters to you, type address and code.",
        ));
    }
    if !app.settings().is_https() {
        lines.push(Text::both(
            "当前网址没有加密传输（http），同一网络上的人可能看到您提交的内容；正式使用必须启用 https。",
            "This address is not encrypted (http): somebody on the same network could see what you send. Real use needs https.",
        ));
    }
    lines
}

/// `GET /privacy`.
pub async fn show(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, WebError> {
    let view = View::of(&request);
    let lang = view.lang;
    let reading = app.clone();
    let rounds = block(move || reading.live_rounds()).await??;
    let now = app.now();
    let body = html! {
        h1 { (lang.pick("匿名承诺", "The promise")) }
        div.card {
            p.big { (lang.pick("任何人，不论是政工科、数据库管理员，还是偷走备份的人，都不能知道谁说了什么。", "Nobody, not the Political Work Section, not the database administrator, not whoever steals a backup, can find out who said what.")) }
            ul {
                li { (lang.pick("填写码不保存，只保存带密钥的散列值，用来识别是否用过。", "Codes are not stored; a keyed hash of each tells whether it was used.")) }
                li { (lang.pick("答卷一收到就加密，每份密文一样长；不保存时间、顺序、网络地址和设备信息。", "A response is sealed on arrival, all to the same length; no time, order, address or device is kept.")) }
                li { (lang.pick("截止后一次开箱：逐份解密、计入合计，随后销毁票箱和钥匙，不留存任何一份答卷。", "After closing the box is opened once: ballots are decrypted one by one and added to counts, then box and keys are destroyed. No single response is kept.")) }
                li { (lang.pick("各单位只公布占比区间，不公布人数；不足 5 份的合并统计。", "For units only bands are published, never counts; fewer than five responses are merged with others.")) }
                li { (lang.pick("本网站不用 Cookie，不写访问日志，不联系任何第三方网站。", "This site uses no cookies, writes no access log and contacts no other site.")) }
            }
        }
        div.card {
            h2 { (lang.pick("哪些要靠信任", "What rests on trust")) }
            ul {
                li { (lang.pick("运行的程序就是公开的这一份。", "That the running program is the published one.")) }
                li { (lang.pick("填写时没有人盯着屏幕；手机本身没有被监控。", "That nobody watches the screen, and that the phone itself is not spied on.")) }
                li { (lang.pick("文字的写法可能被熟人认出，请用平常话、不写细节。", "That a style of writing can be recognised: write plainly and without details.")) }
                li { (lang.pick("开箱后钥匙文件确已销毁。", "That the custody file was really destroyed after the opening.")) }
            }
        }
        @for live in rounds.iter().filter(|l| l.round.phase(now) == crate::round::Phase::Answering) {
            div.card.promise {
                h2 { (live.round.title) }
                ul { @for line in lines(&app, live) { li { (line.get(lang)) } } }
            }
        }
    };
    let title = lang.pick("匿名承诺", "The promise");
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(respondent(view, title, "/privacy", body).into_string()))
}
