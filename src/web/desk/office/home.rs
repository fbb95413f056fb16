//! The desk's first page: rounds and what each of them needs next, for the role that looks.

use maud::html;

use crate::app::{Permission, Role};
use crate::web::desk::answer::{Answer, Desk, see_other};
use crate::web::desk::office::home_page::{clock_card, section, start, waiting_card};
use crate::web::desk::office::tasks_page::{lists, tasks};
use crate::web::desk::{Posted, Session};

/// `GET /desk`.
#[expect(clippy::too_many_lines, reason = "one request, from its form to its answer")]
pub async fn show(desk: Desk) -> Answer {
    let lang = desk.lang;
    let session = desk.session.clone();
    let (rounds, own, start, doubt, waiting, codes) = desk
        .run(move |app, by| {
            let rounds = app.rounds()?;
            let reads = matches!(session.role, Role::Leader | Role::UnitHead);
            let own = if reads { app.own_lists(by)? } else { Vec::new() };
            let runs = session.role.runs_rounds();
            let start = if runs { Some(start(app, &rounds, lang)?) } else { None };
            let asked = Permission::Clock.allows(session.role);
            let doubt = if asked { app.clock_doubt()? } else { None };
            let waiting = if runs { app.waiting_accounts()? } else { Vec::new() };
            let codes = app.wrong_codes_before(&session.account)?;
            Ok::<_, crate::app::AppError>((rounds, own, start, doubt, waiting, codes))
        })
        .await??;
    let body = match desk.role {
        Role::Clerk | Role::Head => html! {
            @if let Some(start) = &start { (section(&rounds, start, lang)) }
        },
        Role::Leader | Role::UnitHead => lists(&desk, &own),
        Role::Auditor => {
            html! {
                h2 { (lang.pick("审计", "Audit")) }
                p {
                    a href="/desk/audit" { (lang.pick("查看审计记录", "See the audit record")) }
                    (lang.pick(
                        "：只含工作台操作，不含任何填写人的行为。",
                        ": desk actions only, nothing any respondent did.",
                    ))
                }
            }
        }
        Role::Admin => {
            html! {
                h2 { (lang.pick("系统管理", "Administration")) }
                p {
                    a href="/desk/accounts" { (lang.pick("账号管理", "Accounts")) }
                    (lang.pick(
                        "。系统管理员看不到任何结果。",
                        ". An administrator sees no results.",
                    ))
                }
            }
        }
    };
    let body = html! {
        @if let Some(doubt) = doubt { (clock_card(&desk, doubt)) }
        @if codes > 0 {
            div.errors role="alert" {
                p {
                    (lang.pick(
                        "上次登录之后，有人用您的口令登录，输错动态口令 ",
                        "Since your last sign-in somebody gave your password and a wrong code, \
                         times: ",
                    ))
                    (codes)
                    (lang.pick(
                        " 次。不是您本人的，说明口令已被他人知道，请立即",
                        ". If it was not you, your password is known to others: ",
                    ))
                    a href="/desk/me" { (lang.pick("修改口令", "change it")) }
                    (lang.pick("。", "."))
                }
            }
        }
        h1 { (greeting(&desk)) }
        (tasks(&desk.tasks, lang))
        @if !waiting.is_empty() { (waiting_card(&desk, &waiting)) }
        (body)
    };
    Ok(desk.page(lang.pick("首页", "Home"), body))
}

/// Who is looked at, in the words of the role.
fn greeting(session: &Session) -> String {
    session.lang.pick(format!("{}，您好", session.shown()), format!("Welcome, {}", session.shown()))
}

/// `POST /desk/vouch`: a colleague was seen.
pub async fn vouch(desk: Desk, Posted(form): Posted) -> Answer {
    match desk.run(move |app, by| app.vouch(by, &form.first("name").into())).await? {
        Ok(()) => Ok(see_other("/desk")),
        Err(error) => desk.refused(error, "/desk"),
    }
}

/// `POST /desk/clock`: somebody has looked at a calendar.
pub async fn confirm_clock(desk: Desk) -> Answer {
    desk.run(crate::app::App::confirm_clock).await??;
    Ok(see_other("/desk"))
}
