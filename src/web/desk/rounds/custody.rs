//! The trustees' page: passphrases made and printed once, tested while a round is open, typed in turn before the box is opened.
//! Nothing that is typed comes back on any page, and no error says whose passphrase it was.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, block};
use maud::{Markup, html};

use crate::app::{Action, Actor, App, AppError, LastChange, PreparedSet, minute_of};
use crate::id::RoundId;
use crate::response::Form;
use crate::round::{Round, RoundState};
use crate::text::{Lang, Refusal};
use crate::web::desk::answer::{demo_mark, download, html_page, refusal_text};
use crate::web::desk::rounds::follow;
use crate::web::desk::{Openings, Posted, Session};
use crate::web::error::WebError;
use crate::web::page::csrf;
use crate::web::sheet;

/// What the page says about the last step.
#[derive(Default)]
struct Said {
    good: Option<String>,
    bad: Option<String>,
    /// The set that is about to be voided waits for a yes.
    voiding: bool,
}

/// `GET /desk/rounds/{round}/custody`.
pub async fn show(session: Session, app: Data<App>, openings: Data<Openings>, round: Path<RoundId>) -> Result<HttpResponse, WebError> {
    let id = round.into_inner();
    answer(&session, &app, &openings, id, Said::default()).await
}

async fn answer(session: &Session, app: &Data<App>, openings: &Data<Openings>, id: RoundId, said: Said) -> Result<HttpResponse, WebError> {
    let lang = session.lang;
    let (reading, running) = (app.clone(), openings.clone());
    let (round, standing, printed) = block(move || {
        let standing = follow::standing(&reading, &running, &id)?;
        let printed = reading.last_change(Action::TrusteesPrepared, Some(id.as_str()))?;
        Ok::<_, AppError>((reading.round(&id)?, standing, printed))
    })
    .await??;
    let bad = said.bad.is_some();
    let body = html! { (follow::mark(&round.id, &standing)) (page(session, app, &round, printed.as_ref(), &said)) };
    let mut response = html_page(session, lang.pick("钥匙保管", "Custody of the key"), demo_mark(app, lang), body);
    if bad {
        *response.status_mut() = actix_web::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// `POST /desk/rounds/{round}/custody`.
pub async fn post(session: Session, app: Data<App>, openings: Data<Openings>, round: Path<RoundId>, form: Posted) -> Result<HttpResponse, WebError> {
    let Posted(form) = form;
    let lang = session.lang;
    let id = round.into_inner();
    let (working, of, by) = (app.clone(), id.clone(), session.actor());
    let step = form.first("step").to_owned();
    if step == "make" {
        let replaces = form.first("replaces").to_owned();
        if !replaces.is_empty() && form.first("confirm") != "yes" {
            return answer(&session, &app, &openings, id, Said { voiding: true, ..Said::default() }).await;
        }
        let made = block(move || make(&working, &of, &by, &form)).await?;
        let bad = match made {
            Ok((round, html)) => return Ok(download(&format!("监督员口令_{}.html", round.title), "text/html; charset=utf-8", html)),
            Err(AppError::Changed) => lang
                .pick(
                    "口令刚才已经生成（您的另一次点击，或另一位经办），见下。没有再次生成，已打印的仍然有效。",
                    "The passphrases were made a moment ago, by another click of yours or by somebody else; see below. Nothing was made anew, and what was printed still counts.",
                )
                .to_owned(),
            Err(error) => refusal_text(error, lang)?,
        };
        return answer(&session, &app, &openings, id, Said { bad: Some(bad), ..Said::default() }).await;
    }
    let result = block(move || {
        let typed = zeroize::Zeroizing::new(form.first("passphrase").to_owned());
        match step.as_str() {
            "test" => working.test_passphrase(&of, &typed).map(|()| match working.prepared(&of) {
                Some(PreparedSet { tested, need, .. }) => lang.pick(
                    format!("口令有效，未作保存。已有 {tested} 位监督员核对，至少须 {need} 位。"),
                    format!("The passphrase is valid; it was not kept. {tested} trustees have tested theirs, at least {need} must."),
                ),
                None => lang
                    .pick("口令有效。未作保存，也未作其他任何操作。", "The passphrase is valid. Nothing was kept and nothing else was done.")
                    .to_owned(),
            }),
            "enter" => {
                let (have, need) = working.enter_passphrase(&by, &of, &typed)?;
                Ok(if have >= need {
                    lang.pick(format!("{have} 位监督员的口令已齐，可以进行下一步。"), format!("All {have} passphrases are in; go on."))
                } else {
                    lang.pick(
                        format!("已收到 {have} 位，还需 {} 位。请下一位监督员输入。", need - have),
                        format!("{have} received, {} to come. Next trustee, please.", need - have),
                    )
                })
            }
            "forget" => {
                working.forget_gathered(&of);
                Ok(lang.pick("已清除输入的口令。", "The passphrases entered are forgotten.").to_owned())
            }
            _ => Err(AppError::NotFound(Refusal::new("没有这一步", "there is no such step"))),
        }
    })
    .await?;
    let said = match result {
        Ok(good) => Said { good: Some(good), ..Said::default() },
        Err(error) => Said { bad: Some(refusal_text(error, lang)?), ..Said::default() },
    };
    answer(&session, &app, &openings, id, said).await
}

fn make(app: &App, id: &RoundId, by: &Actor, form: &Form) -> Result<(Round, Vec<u8>), AppError> {
    let number =
        |text: &str| text.trim().parse::<u8>().map_err(|_| Refusal::new("人数应为整数，例如 4 人中 3 人", "numbers are needed, such as 3 of 4"));
    let (trustees, quorum) = (number(form.first("trustees"))?, number(form.first("quorum"))?);
    let (set, passphrases) = app.prepare_trustees(by, id, (trustees, quorum), form.first("replaces"))?;
    let round = app.round(id)?;
    let html = sheet::envelopes(&round, &set, &passphrases, quorum, &app.marks(&round, Lang::Zh)).into_string().into_bytes();
    Ok((round, html))
}

fn page(session: &Session, app: &App, round: &Round, printed: Option<&LastChange>, said: &Said) -> Markup {
    let lang = session.lang;
    html! {
        p.noprint { a href={ "/desk/rounds/" (round.id) } { "← " (round.title) } }
        h1 { (lang.pick("钥匙保管", "Custody of the key")) }
        @if let Some(good) = &said.good { div.card.good role="status" { p { (good) } } }
        @if let Some(bad) = &said.bad { div.errors role="alert" { (bad) } }
        @match round.state {
            RoundState::Draft => (draft(session, app, round, printed, said)),
            RoundState::Open | RoundState::Closed => (held(session, app, round)),
            _ => { div.card { p { (lang.pick("本轮已开箱，口令和钥匙已作废。", "This box was opened; passphrases and key are void.")) } } }
        }
    }
}

/// What is lost for ever, said before a round is opened and while it is open.
fn warning(need: usize, of: usize, lang: Lang) -> Markup {
    html! {
        p.warn {
            strong { (lang.pick("请务必知悉：", "Be sure to know: ")) }
            (lang.pick(
                format!("开箱须同时具备两样：{of} 位监督员中任意 {need} 位的口令，和服务器数据目录里的钥匙文件。口令不足 {need} 份，或钥匙文件丢失，本轮全部答卷即永久作废，任何人都无法恢复。"),
                format!("opening needs two things together: the passphrases of any {need} of the {of} trustees, and the key file in the server's data folder. With fewer than {need} passphrases, or without the key file, every response of this round is lost for good and nobody can bring it back."),
            ))
        }
    }
}

fn draft(session: &Session, app: &App, round: &Round, printed: Option<&LastChange>, said: &Said) -> Markup {
    let lang = session.lang;
    let action = format!("/desk/rounds/{}/custody", round.id);
    html! {
        @match app.prepared(&round.id) {
            None => {
                @if let Some(last) = printed { div.errors { p {
                    strong { (lang.pick("先前打印的口令已失效。", "The passphrases printed before have lapsed. ")) }
                    (minute_of(last.at)) (lang.pick(" 由 ", " made by ")) (last.account)
                    (lang.pick(" 生成的一套口令，因超过两小时未开放或服务重启而作废。请当场销毁那些信封，重新生成。", ": the round was not opened within two hours, or the service was restarted. Destroy those envelopes and make new ones."))
                } } }
                div.card {
                    h2 { (lang.pick("第一步：生成监督员口令", "Step 1: make the trustees' passphrases")) }
                    (warning(3, 4, lang))
                    p { (lang.pick("建议四位监督员、三位到场即可开箱，其中两位为队员代表。口令由系统生成，只在下载的打印件上出现一次；打印后当场封入各人信封，并删除下载的文件。", "Four trustees of whom three can open the box are a good choice, two of them officers' representatives. The passphrases are made by the system and appear once, on the sheet you download. Print it, seal each into its envelope at once, and delete the file.")) }
                    form method="post" action=(action) data-file autocomplete="off" {
                        (csrf(session)) input type="hidden" name="step" value="make";
                        div.numbers {
                            label { (lang.pick("监督员共", "Trustees in all")) input type="text" name="trustees" value="4" inputmode="numeric"; (lang.pick("人", "")) }
                            label { (lang.pick("到场", "Needed to open")) input type="text" name="quorum" value="3" inputmode="numeric"; (lang.pick("人即可开箱", "")) }
                        }
                        div.row { button type="submit" { (lang.pick("生成并下载打印件", "Make and download the sheet")) } }
                    }
                }
            }
            Some(waiting) if said.voiding => (voiding(session, &action, &waiting)),
            Some(waiting) => (seal(session, round, &action, &waiting)),
        }
    }
}

/// Passphrases are printed: sealed, tested by their holders, and then the round opens.
fn seal(session: &Session, round: &Round, action: &str, waiting: &PreparedSet) -> Markup {
    let lang = session.lang;
    let PreparedSet { set, need, of, tested, voided } = waiting;
    html! {
        @if !voided.is_empty() { div.errors { p {
            strong { (lang.pick("已作废的口令：", "Void passphrases: ")) (voided.join(lang.pick("、", ", "))) }
            (lang.pick("。印有上述编号的信封打不开票箱，请当众销毁；现行的是 ", ". Envelopes with these marks open nothing: destroy them before witnesses. The set that counts is ")) strong { (set) } (lang.pick("。", "."))
        } } }
        div.card {
            h2 { (lang.pick("第二步：封存并核对", "Step 2: seal and check")) }
            p {
                (lang.pick("打印件已生成，编号 ", "The sheet is made, set ")) strong { (set) } (lang.pick("（", " (")) (of) (lang.pick(" 份，", " passphrases, ")) (need) (lang.pick(" 份可开箱）。请各位监督员当场封存，并由本人对照自己信封里的口令在下面试输一次。两小时内有效。", " open the box). Let the trustees seal them now, and let each type the own passphrase below, from the own envelope. Valid for two hours."))
            }
            p.lead { (lang.pick("已核对 ", "Tested: ")) strong { (tested) } " / " (of) (lang.pick(" 位，至少须 ", ", at least ")) (need) (lang.pick(" 位", "")) }
            (typing(session, action, "test", lang.pick("核对口令", "Check a passphrase"), lang.pick("核对", "Check")))
        }
        div.card {
            h2 { (lang.pick("第三步：开放本轮", "Step 3: open the round")) }
            (warning(*need, *of, lang))
            @if tested < need { p.soft { (lang.pick("至少 ", "The round can be opened once ")) (need) (lang.pick(" 位监督员本人核对无误后，才能开放。", " trustees have tested their own passphrase.")) } }
            @else {
                form method="post" action={ "/desk/rounds/" (round.id) "/do/open" } {
                    (csrf(session)) input type="hidden" name="custody" value="trustees";
                    div.row { button type="submit" { (lang.pick("口令已封存，开放本轮", "Passphrases are sealed, open the round")) } }
                }
            }
            form method="post" action=(action) { (remake(session, waiting)) button.link type="submit" { (lang.pick("打印件丢失，重新生成……", "Sheet lost: make new ones …")) } }
        }
    }
}

fn remake(session: &Session, PreparedSet { set, need, of, .. }: &PreparedSet) -> Markup {
    html! { (csrf(session)) input type="hidden" name="step" value="make"; input type="hidden" name="trustees" value=(of); input type="hidden" name="quorum" value=(need); input type="hidden" name="replaces" value=(set); }
}

/// Before printed passphrases are voided: what that means.
fn voiding(session: &Session, action: &str, waiting: &PreparedSet) -> Markup {
    let lang = session.lang;
    let set = &waiting.set;
    html! {
        div.card.narrow {
            h2 { (lang.pick("重新生成监督员口令", "Make the passphrases anew")) }
            p.lead { (lang.pick(
                format!("编号 {set} 的 {} 份口令将立即作废：已经封好的信封全部打不开票箱，必须当众收回、销毁，由各位监督员重新封存、重新核对。", waiting.of),
                format!("The {} passphrases of set {set} become void at once: no sealed envelope of that set will open the box. They have to be collected and destroyed before witnesses, and every trustee seals and tests anew.", waiting.of),
            )) }
            form method="post" action=(action) data-file {
                (remake(session, waiting)) input type="hidden" name="confirm" value="yes";
                div.row { button.grave type="submit" { (lang.pick("作废旧的，生成并下载新的", "Void them, make and download new ones")) } a.button.quiet href=(action) { (lang.pick("取消", "Cancel")) } }
            }
        }
    }
}

fn held(session: &Session, app: &App, round: &Round) -> Markup {
    let lang = session.lang;
    let action = format!("/desk/rounds/{}/custody", round.id);
    let Some((need, of)) = App::trustees(round) else {
        return html! { div.card { p { (lang.pick("本轮为试用：钥匙由服务器保管，没有监督员口令。", "This round is a trial: the server keeps the key and there are no trustees.")) } } };
    };
    let have = app.gathered(&round.id);
    let (step, name) = if round.state == RoundState::Open {
        ("close", lang.pick("提前截止", "Close early"))
    } else {
        ("box", lang.pick("开箱", "Open the box"))
    };
    html! {
        div.card {
            (warning(need, of, lang))
            @if app.holds_custody(&round.id) { p { (lang.pick("钥匙文件：在本服务器上，完好待用。", "Key file: on this server, ready.")) } }
            @else { p.error { (lang.pick("本服务器上没有本轮的钥匙文件。请在开放本轮的那台服务器上操作。", "This server does not hold the round's key file. Work on the server that opened the round.")) } }
        }
        div.card {
            h2 { (lang.pick("监督员依次输入口令", "Trustees enter their passphrases in turn")) }
            p { @if round.state == RoundState::Open { (lang.pick("到期自动截止不需要口令；提前截止需要 ", "Closing on time needs no passphrase; closing early needs ")) (need) (lang.pick(" 位监督员到场。", " trustees present. ")) } @else { (lang.pick("开箱需要 ", "Opening needs ")) (need) (lang.pick(" 位监督员到场，依次在下面输入各自的口令。", " trustees present, each entering a passphrase below. ")) } (lang.pick("输入的口令不显示、不保存，十五分钟内有效。", "What is typed is neither shown nor stored and lasts fifteen minutes.")) }
            p.lead { (lang.pick("已输入 ", "Entered: ")) strong { (have) } " / " (need) (lang.pick(" 位", "")) }
            @if have < need { (typing(session, &action, "enter", lang.pick("本人口令", "Own passphrase"), lang.pick("确认输入", "Enter"))) }
            @else {
                form method="post" action={ "/desk/rounds/" (round.id) "/do/" (step) } { (csrf(session)) div.row { button type="submit" { (name) } } }
            }
            @if have > 0 {
                form method="post" action=(action) { (csrf(session)) input type="hidden" name="step" value="forget"; button.link type="submit" { (lang.pick("清除已输入的口令", "Forget what was entered")) } }
            }
        }
        div.card {
            h2 { (lang.pick("核对口令", "Check a passphrase")) }
            p { (lang.pick("监督员可随时核对自己的口令是否仍然有效。核对不保存口令，也不开启任何东西。", "A trustee may check the own passphrase at any time. Checking keeps nothing and opens nothing.")) }
            (typing(session, &action, "test", lang.pick("本人口令", "Own passphrase"), lang.pick("核对", "Check")))
        }
    }
}

/// A field for one passphrase, shown neither while nor after it is typed.
fn typing(session: &Session, action: &str, step: &str, label: &str, button: &str) -> Markup {
    let lang = session.lang;
    let id = format!("passphrase-{step}");
    html! {
        form method="post" action=(action) autocomplete="off" {
            (csrf(session)) input type="hidden" name="step" value=(step);
            label for=(id) { (label) } p.hint { (lang.pick("20 个字母和数字，横线、空格和大小写不限。", "20 letters and digits; dashes, spaces and case do not matter.")) }
            input id=(id) type="password" name="passphrase" autocomplete="off" spellcheck="false" required;
            div.row { button.quiet type="submit" { (button) } }
        }
    }
}
