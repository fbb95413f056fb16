//! The desk's first page: rounds and what each of them needs next, for the role that looks.

use actix_web::web::{Data, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::{Permission, demo_mark, enter, html_page};
use crate::app::{App, Role, Session};
use crate::round::{ChineseDay, Round, RoundState};
use crate::text::Lang;
use crate::web::error::WebError;

/// `GET /desk`.
pub async fn show(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, WebError> {
    let session = enter(&request, &app, Permission::SignedIn).await?;
    let reading = app.clone();
    let (rounds, units, own) = {
        let session = session.clone();
        block(move || {
            let rounds = reading.rounds()?;
            let own = own_lists(&reading, &session, &rounds)?;
            Ok::<_, crate::app::AppError>((rounds, reading.units()?.len(), own))
        })
        .await??
    };
    let body = match session.role {
        Role::Clerk | Role::Head => section(&rounds, units),
        Role::Leader | Role::UnitHead => lists(&own),
        Role::Auditor => html! { h1 { "审计" } p { a href="/desk/audit" { "查看审计记录" } "：只含工作台操作，不含任何填写人的行为。" } },
        Role::Admin => html! { h1 { "系统管理" } p { a href="/desk/accounts" { "账号管理" } "。系统管理员看不到任何结果。" } },
    };
    Ok(html_page(&session, "首页", demo_mark(&app), body))
}

/// Lists that a leader or unit head may read: round, title, group code, group name.
fn own_lists(app: &App, session: &Session, rounds: &[Round]) -> Result<Vec<(String, String, String, String)>, crate::app::AppError> {
    let mut own = Vec::new();
    if !matches!(session.role, Role::Leader | Role::UnitHead) {
        return Ok(own);
    }
    for round in rounds.iter().rev().filter(|r| r.state == RoundState::Released) {
        let results = app.results(&round.id)?;
        let mut seen = Vec::new();
        for unit in &session.units {
            if let Some(code) = results.group_of_unit(unit).filter(|c| !seen.contains(c)) {
                seen.push(code);
                own.push((round.id.to_string(), round.title.clone(), code.to_owned(), results.list(code)?.name));
            }
        }
    }
    Ok(own)
}

fn lists(own: &[(String, String, String, String)]) -> Markup {
    html! {
        h1 { "问题清单" }
        @if own.is_empty() { div.card.empty { p { "还没有发布给您的问题清单。发布之前，任何人都看不到本单位的结果。" } } }
        @else {
            div.card {
                table {
                    thead { tr { th { "轮次" } th { "统计组" } th {} } }
                    tbody { @for (round, title, code, name) in own {
                        tr { td { (title) } td { (name) } td { a href={ "/desk/rounds/" (round) "/lists/" (code) } { "查看并打印" } } }
                    } }
                }
            }
        }
        p.soft { "本系统不能按人员、岗位、日期查询，也不保存谁填写了问卷；追查填写人违反保密承诺。对结果有疑问的，请联系政工科。" }
    }
}

fn section(rounds: &[Round], units: usize) -> Markup {
    html! {
        div.row { h1 { "自查轮次" } a.button href="/desk/rounds/new" { "新建一轮" } }
        @if units == 0 {
            div.card { h2 { "第一步：导入单位" } p { "先导入本局的单位和人数，才能新建轮次。" } p { a.button href="/desk/units" { "导入单位" } } }
        }
        @if rounds.is_empty() {
            div.card.empty { p { "还没有轮次。一轮自查的过程：新建 → 开放并印发填写码 → 队员填写 → 截止 → 开箱 → 发布问题清单。" } }
        } @else {
            div.card { div.scroll { table {
                thead { tr { th { "轮次" } th { "日期" } th { "状态" } th { "下一步" } } }
                tbody { @for round in rounds.iter().rev() {
                    tr {
                        td { a href={ "/desk/rounds/" (round.id) } { strong { (round.title) } } br; span.soft { (round.id) } }
                        td { (ChineseDay(round.opens)) "至" (ChineseDay(round.closes)) }
                        td { (round.state.label(Lang::Zh)) @if round.trial { "（试用）" } }
                        td { (next(round)) }
                    }
                } }
            } } }
        }
    }
}

/// What a round needs next.
fn next(round: &Round) -> &'static str {
    match round.state {
        RoundState::Draft => "开放本轮，印发填写码",
        RoundState::Open if round.ended => "等待自动截止",
        RoundState::Open => "等待填写；可看回收区间",
        RoundState::Closed => "组织开箱",
        RoundState::Opened if !round.destroyed => "完成销毁",
        RoundState::Opened => "核实存疑题目，发布结果",
        RoundState::Released => "打印问题清单，转入整改",
        RoundState::Suspended => "核对恢复损失后由两人确认",
        RoundState::Void => "无",
    }
}
