//! What is kept of an opened round, and its destruction by two accounts with a record to print; what a restored round has lost, and whether it goes on.

use actix_web::web::{Data, Path, Payload, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::again::enter_confirmed;
use super::{Permission, demo_mark, enter, html_page, refusal_text, see_other};
use crate::app::{App, AppError, Session, SharedStep};
use crate::id::RoundId;
use crate::round::{ChineseDay, Destruction, Round, RoundState};
use crate::web::error::WebError;
use crate::web::page::csrf;

struct Facts {
    round: Round,
    texts: u64,
    approvals: Vec<(String, String)>,
}

/// `GET /desk/rounds/{round}/keeping`.
pub async fn show(request: HttpRequest, app: Data<App>, round: Path<String>) -> Result<HttpResponse, WebError> {
    let session = enter(&request, &app, Permission::RunRounds).await?;
    let id = round.parse().map_err(|_| WebError::NothingHere)?;
    answer(&session, &app, id, None).await
}

async fn answer(session: &Session, app: &Data<App>, id: RoundId, error: Option<String>) -> Result<HttpResponse, WebError> {
    let reading = app.clone();
    let facts = block(move || {
        let round = reading.round(&id)?;
        let texts = if round.state.has_results() && round.destroyed { reading.text_counts(&id)?.values().sum() } else { 0 };
        Ok::<_, AppError>(Facts { texts, approvals: reading.approvals(&id)?, round })
    })
    .await??;
    let mut response = html_page(session, "留存与销毁", demo_mark(app), page(session, &facts, error.as_deref()));
    if error.is_some() {
        *response.status_mut() = actix_web::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// `POST /desk/rounds/{round}/keeping`.
pub async fn post(request: HttpRequest, app: Data<App>, round: Path<String>, payload: Payload) -> Result<HttpResponse, WebError> {
    let (session, form) = match enter_confirmed(&request, &app, Permission::RunRounds, payload).await? {
        Ok(entered) => entered,
        Err(page) => return Ok(page),
    };
    let id: RoundId = round.parse().map_err(|_| WebError::NothingHere)?;
    let step = SharedStep::parse(form.first("step")).filter(|step| *step != SharedStep::Release).ok_or(WebError::NothingHere)?;
    let (working, of, account) = (app.clone(), id.clone(), session.account.clone());
    let result = block(move || working.approve(&of, step, &account)).await?;
    match result {
        Ok(_) => Ok(see_other(&format!("/desk/rounds/{id}/keeping"))),
        Err(error) => {
            let error = refusal_text(error)?;
            answer(&session, &app, id, Some(error)).await
        }
    }
}

fn page(session: &Session, facts: &Facts, error: Option<&str>) -> Markup {
    let round = &facts.round;
    html! {
        p.noprint { a href={ "/desk/rounds/" (round.id) } { "← " (round.title) } }
        h1 { "留存与销毁" }
        @if let Some(error) = error { div.errors role="alert" { (error) } }
        @if let Some(record) = &round.destruction { (printed_record(round, record)) }
        @else if round.state == RoundState::Suspended { (suspended(session, facts)) }
        @else if round.state == RoundState::Closed {
            div.card {
                h2 { "无法开箱时：作废" }
                p { "监督员口令不足或钥匙文件丢失，票箱便永远打不开。此时可由两个账号先后确认作废，票箱随即销毁，公示栏写明。能够开箱的，请勿作废。" }
                (shared(session, facts, SharedStep::Void, "本轮作废"))
            }
        }
        @else if round.state.has_results() && round.destroyed { (kept(session, facts)) }
        @else { div.card { p { "开箱完成后，这里管理原文和已用填写码的留存与销毁。" } } }
    }
}

fn kept(session: &Session, facts: &Facts) -> Markup {
    let round = &facts.round;
    html! {
        div.card {
            h2 { "本轮尚留存" }
            table { tbody {
                tr { th scope="row" { "填写的原文（已与答卷分离、打乱）" } td.n { (facts.texts) " 条" } }
                tr { th scope="row" { "已用填写码的散列值（用于提示“此前已收到”）" } td.n { "全部" } }
            } }
            @if let Some(day) = round.originals_until { p { "最迟于 " strong { (ChineseDay(day)) } " 由系统自动销毁。" } }
        }
        div.card {
            h2 { "立即销毁" }
            p { "销毁后：原文不可恢复，已整理的摘要不受影响；再次输入用过的填写码，将只提示本轮已截止。须由两个账号先后确认，并生成可打印的销毁记录。" }
            (shared(session, facts, SharedStep::Destroy, "销毁原文和已用填写码"))
        }
    }
}

fn suspended(session: &Session, facts: &Facts) -> Markup {
    html! {
        div.card {
            h2 { "本轮因恢复备份而暂停" }
            @if let Some(restored) = &facts.round.restored {
                table { tbody {
                    tr { th scope="row" { "恢复日期" } td { (restored.day) } }
                    tr { th scope="row" { "备份中的答卷" } td.n { (restored.in_backup) } }
                    tr { th scope="row" { "恢复前数据库中的答卷" } td.n { @if let Some(before) = restored.before { (before) } @else { "无法读取" } } }
                    tr { th scope="row" { "现在票箱中的答卷" } td.n { (restored.now) } }
                } }
                p { @match restored.before {
                    Some(before) if before > restored.now => { strong.error { "缺少 " (before - restored.now) " 份答卷。" } }
                    Some(_) => { "没有缺少答卷。" }
                    None => { strong.error { "备份之后收到的答卷已丢失，份数无法得知。" } }
                } }
            }
            p { "继续填写，即接受上述差异，并在公示栏写明；作废，则本轮不再开箱。均须两个账号先后确认。" }
            (shared(session, facts, SharedStep::Resume, "接受差异，继续填写"))
            (shared(session, facts, SharedStep::Void, "本轮作废"))
        }
    }
}

/// The form of a step that takes two accounts, with who has approved it.
fn shared(session: &Session, facts: &Facts, step: SharedStep, label: &str) -> Markup {
    let first = facts.approvals.iter().find(|(s, _)| s == step.as_str()).map(|(_, account)| account.as_str());
    html! {
        form method="post" action={ "/desk/rounds/" (facts.round.id) "/keeping" } {
            (csrf(session)) input type="hidden" name="step" value=(step.as_str());
            div.row {
                @match first {
                    None => { button.quiet type="submit" { (label) "（第一人）" } span.hint { "提出后，须另一账号确认才执行。" } }
                    Some(account) if account == session.account => { span.soft { "您已提出“" (label) "”，请另一账号登录后确认。" } }
                    Some(account) => { button.grave type="submit" { "确认" (label) "（第二人）" } span.hint { (account) " 已提出。确认后立即执行，不可恢复。" } }
                }
            }
        }
    }
}

/// The record of a destruction, for the file.
fn printed_record(round: &Round, record: &Destruction) -> Markup {
    html! {
        div.card.paper {
            h2 { "销毁记录" }
            table { tbody {
                tr { th scope="row" { "轮次" } td { (round.title) "（编号 " (round.id) "）" } }
                tr { th scope="row" { "销毁日期" } td { (record.day) } }
                tr { th scope="row" { "销毁内容" } td { "填写的原文 " (record.texts) " 条；已用填写码的散列值 " (record.codes) " 个" } }
                tr { th scope="row" { "执行" } td { @if record.by.is_empty() { "到期由系统自动销毁" } @else { (record.by.join("、")) "，两个账号先后确认" } } }
                tr { th scope="row" { "票箱和钥匙" } td { "已于开箱时销毁" } }
            } }
            p { "数据库文件随即重写，不留删除痕迹；使用 PostgreSQL 的，其预写日志待循环覆盖后消失。此前所做的备份如含原文，须按备份保管规定一并销毁。" }
            p { "经办人（签名）：＿＿＿＿＿＿＿＿　　监督人（签名）：＿＿＿＿＿＿＿＿　　日期：＿＿＿＿年＿＿月＿＿日" }
        }
    }
}
