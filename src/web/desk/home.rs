//! The desk's first page: rounds and what each of them needs next, for the role that looks.

use actix_web::web::{Data, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::{Permission, demo_mark, enter, html_page};
use crate::app::{App, PHASES, Role, Session, Standing};
use crate::round::{ChineseDay, Round, RoundState};
use crate::text::Lang;
use crate::web::error::WebError;

/// `GET /desk`.
pub async fn show(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, WebError> {
    let session = enter(&request, &app, Permission::SignedIn).await?;
    let reading = app.clone();
    let (rounds, own, start) = {
        let session = session.clone();
        block(move || {
            let rounds = reading.rounds()?;
            let own = own_lists(&reading, &session, &rounds)?;
            let start = if session.role.runs_rounds() { Some(start(&reading, &rounds)?) } else { None };
            Ok::<_, crate::app::AppError>((rounds, own, start))
        })
        .await??
    };
    let body = match session.role {
        Role::Clerk | Role::Head => html! { @if let Some(start) = &start { (section(&rounds, start)) } },
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
                    thead { tr { th { "轮次" } th { "统计组" } th { "清单" } } }
                    tbody { @for (round, title, code, name) in own {
                        tr { td { (title) } td { (name) } td { a href={ "/desk/rounds/" (round) "/lists/" (code) } { "查看并打印" } } }
                    } }
                }
            }
        }
        p.soft { "本系统不能按人员、岗位、日期查询，也不保存谁填写了问卷；追查填写人违反保密承诺。对结果有疑问的，请联系政工科。" }
    }
}

/// What the first page of the section says besides its rounds.
struct Start {
    standing: Option<Standing>,
    /// Steps up to the first open round: whether done, what, and where.
    steps: Vec<(bool, &'static str, &'static str, String)>,
}

fn start(app: &App, rounds: &[Round]) -> Result<Start, crate::app::AppError> {
    let standing = app.standing()?;
    let begun = rounds.iter().any(|r| !matches!(r.state, RoundState::Draft | RoundState::Void));
    if begun {
        return Ok(Start { standing, steps: Vec::new() });
    }
    let accounts = app.accounts()?;
    let section = accounts.iter().filter(|a| a.active && a.role.runs_rounds()).count();
    let draft = rounds.iter().rev().find(|r| r.state == RoundState::Draft);
    let issued = match draft {
        Some(round) => app.slips_issued(&round.id)? > 0,
        None => false,
    };
    let of_draft = |part: &str| draft.map_or_else(|| "/desk/rounds/new".to_owned(), |r| format!("/desk/rounds/{}{part}", r.id));
    let steps = vec![
        (!app.units()?.is_empty(), "导入单位和人数", "结果按统计组公布；人数定了，区间就定了。", "/desk/units".to_owned()),
        (standing.is_some(), "填写活动安排", "五个阶段的起止日期，首页据此提示。", "/desk/calendar".to_owned()),
        (
            section >= 2,
            "政工科有两个以上账号",
            "发布结果、销毁原文须两个账号先后确认。账号由系统管理员建立（命令行 zicha account add，或系统管理员登录后建立）。",
            "/desk/me".to_owned(),
        ),
        (draft.is_some(), "新建一轮，选定问卷和日期", "可先用手机预览问卷。", "/desk/rounds/new".to_owned()),
        (issued, "印制填写码纸条", "填写码只在下载的文件里出现一次，服务器不保存。", of_draft("")),
        (false, "监督员封存口令，开放本轮", "口令当场封入信封；开放后问卷、单位和统计组不能再改。", of_draft("/custody")),
    ];
    Ok(Start { standing, steps })
}

fn standing(standing: &Standing) -> Markup {
    html! {
        div.card.standing {
            @match standing.now {
                Some((n, to)) => { p { strong { "第" (n + 1) "阶段　" (PHASES[n].0) } span.soft { "（至" (ChineseDay(to)) "）" } } p { (PHASES[n].1) } }
                None => { p { strong { "现在不在任何阶段内" } } }
            }
            @if let Some((n, from)) = standing.next { p.soft { "下一阶段：" (PHASES[n].0) "，" (ChineseDay(from)) "开始。" } }
            p { a href="/desk/calendar" { "修改安排" } }
        }
    }
}

/// The way to the first open round. It can be left and taken up again at any step.
fn steps(start: &Start) -> Markup {
    let next = start.steps.iter().position(|step| !step.0);
    html! {
        div.card {
            h2 { "开始使用" }
            p.soft { "依次完成下面各步，随时可以离开，回来接着做。" }
            ol.start { @for (n, (done, what, why, to)) in start.steps.iter().enumerate() {
                li.done[*done].now[next == Some(n)] {
                    @if *done { strong { (what) } } @else { strong { a href=(to) { (what) } } }
                    @if *done { span.soft { "　已完成" } }
                    p.soft { (why) }
                }
            } }
        }
    }
}

fn section(rounds: &[Round], start: &Start) -> Markup {
    html! {
        div.row { h1 { "自查轮次" } a.button href="/desk/rounds/new" { "新建一轮" } }
        @if let Some(now) = &start.standing { (standing(now)) }
        @if !start.steps.is_empty() { (steps(start)) }
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
