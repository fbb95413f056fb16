//! The campaign's calendar: five phases, set once, shown on the first page.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::{Permission, demo_mark, enter, enter_form, html_page, refusal_text, see_other};
use crate::app::{App, Calendar, PHASES, Session};
use crate::response::Form;
use crate::web::error::WebError;
use crate::web::page::csrf;

/// `GET /desk/calendar`.
pub async fn show(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, WebError> {
    let session = enter(&request, &app, Permission::RunRounds).await?;
    let reading = app.clone();
    let calendar = block(move || reading.calendar()).await??;
    let value = |n: usize, end: usize| {
        let days = calendar.as_ref().map(|c| &c.days[n]);
        days.map_or_else(String::new, |(from, to)| if end == 0 { from.clone() } else { to.clone() })
    };
    Ok(html_page(&session, "活动安排", demo_mark(&app), page(&session, value, None)))
}

/// `POST /desk/calendar`.
pub async fn set(request: HttpRequest, app: Data<App>, payload: Payload) -> Result<HttpResponse, WebError> {
    let (session, form) = enter_form(&request, &app, Permission::RunRounds, payload).await?;
    let (working, account) = (app.clone(), session.account.clone());
    let (form, result) = block(move || {
        let days = std::array::from_fn(|n| (form.first(&format!("from{n}")).to_owned(), form.first(&format!("to{n}")).to_owned()));
        let result = working.set_calendar(&Calendar { days }).and_then(|()| working.note(&account, "calendar_set", ""));
        (form, result)
    })
    .await?;
    match result {
        Ok(()) => Ok(see_other("/desk")),
        Err(error) => {
            let message = refusal_text(error)?;
            let mut response = html_page(&session, "活动安排", demo_mark(&app), page(&session, |n, end| kept(&form, n, end), Some(&message)));
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    }
}

fn kept(form: &Form, n: usize, end: usize) -> String {
    form.first(&format!("{}{n}", if end == 0 { "from" } else { "to" })).to_owned()
}

fn page(session: &Session, value: impl Fn(usize, usize) -> String, error: Option<&str>) -> Markup {
    html! {
        p { a href="/desk" { "← 首页" } }
        h1 { "活动安排" }
        p.soft { "按通知填写五个阶段的起止日期，首页据此提示现在该做什么。随时可以修改，不影响已建立的轮次。" }
        @if let Some(error) = error { div.errors role="alert" { (error) } }
        div.card {
            form method="post" action="/desk/calendar" {
                (csrf(session))
                table.phases {
                    thead { tr { th { "阶段" } th { "开始" } th { "结束" } th { "在本系统做什么" } } }
                    tbody { @for (n, (name, what)) in PHASES.iter().enumerate() { tr {
                        td { (n + 1) "　" (name) }
                        td { input type="date" name={ "from" (n) } value=(value(n, 0)) aria-label={ (name) "开始" } required; }
                        td { input type="date" name={ "to" (n) } value=(value(n, 1)) aria-label={ (name) "结束" } required; }
                        td { (what) }
                    } } }
                }
                div.row { button type="submit" { "保存" } }
            }
        }
    }
}
