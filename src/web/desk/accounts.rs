//! Accounts for the administrator, who sees no results.
//! A password is shown once, when it is made.

use actix_web::web::{Data, Payload, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::{Permission, demo_mark, enter, enter_form, html_page, refusal_text};
use crate::app::{App, AppError, Role};
use crate::web::error::WebError;
use crate::web::page::csrf;

/// `GET /desk/accounts`.
pub async fn show(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, WebError> {
    let session = enter(&request, &app, Permission::Accounts).await?;
    let reading = app.clone();
    let list = block(move || reading.accounts()).await??;
    Ok(html_page(&session, "账号", demo_mark(&app), page(&list, None, None, &csrf(&session))))
}

/// `POST /desk/accounts`.
pub async fn add(request: HttpRequest, app: Data<App>, payload: Payload) -> Result<HttpResponse, WebError> {
    let (session, form) = enter_form(&request, &app, Permission::Accounts, payload).await?;
    let working = app.clone();
    let account = session.account.clone();
    let (result, list) = block(move || {
        let name = form.first("name").to_owned();
        let units: Vec<String> = form.first("units").split([',', '，', '、', ' ']).filter(|u| !u.is_empty()).map(str::to_owned).collect();
        let result = form
            .first("role")
            .parse::<Role>()
            .map_err(|()| AppError::Refused(crate::text::Refusal::new("请选择角色", "choose a role")))
            .and_then(|role| working.add_account(&name, role, &units, None))
            .and_then(|password| working.note(&account, "account_add", &name).map(|()| (name, password)));
        working.accounts().map(|list| (result, list))
    })
    .await??;
    let body = match result {
        Ok((name, password)) => page(&list, Some((&name, &password)), None, &csrf(&session)),
        Err(error) => page(&list, None, Some(&refusal_text(error)?), &csrf(&session)),
    };
    Ok(html_page(&session, "账号", demo_mark(&app), body))
}

fn page(list: &[(String, String)], made: Option<(&str, &str)>, error: Option<&str>, csrf: &Markup) -> Markup {
    html! {
        h1 { "账号" }
        @if let Some((name, password)) = made {
            div.card { p.lead { "账号 " strong { (name) } " 已建立。口令只显示这一次：" } p.digest { strong { (password) } } }
        }
        div.card { table {
            thead { tr { th { "账号" } th { "角色" } } }
            tbody { @for (name, role) in list { tr { td { (name) } td { (role.parse::<Role>().map_or_else(|()| role.clone(), |r| r.zh().to_owned())) } } } }
        } }
        div.card {
            h2 { "新建账号" }
            @if let Some(error) = error { div.errors role="alert" { (error) } }
            form method="post" action="/desk/accounts" {
                (csrf)
                label for="name" { "账号" } input #name type="text" name="name" required;
                label for="role" { "角色" }
                select #role name="role" { @for (_, id, zh) in Role::ALL { option value=(id) { (zh) } } }
                label for="units" { "单位代码" } p.hint { "仅单位负责人、局领导填写；多个用逗号隔开。" }
                input #units type="text" name="units";
                div.row { button type="submit" { "建立" } }
            }
        }
    }
}
