//! Accounts for the administrator, who sees no results.
//! A password is shown once, when it is made.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::again::enter_confirmed;
use super::{Permission, demo_mark, enter, html_page, refusal_text};
use crate::app::{AccountInfo, App, AppError, Role, Session};
use crate::response::Form;
use crate::text::Refusal;
use crate::web::error::WebError;
use crate::web::page::csrf;

/// `GET /desk/accounts`.
pub async fn show(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, WebError> {
    let session = enter(&request, &app, Permission::Accounts).await?;
    answer(&session, &app, &Form::default(), Ok(None)).await
}

/// `POST /desk/accounts`.
pub async fn add(request: HttpRequest, app: Data<App>, payload: Payload) -> Result<HttpResponse, WebError> {
    let (session, form) = match enter_confirmed(&request, &app, Permission::Accounts, payload).await? {
        Ok(entered) => entered,
        Err(page) => return Ok(page),
    };
    let (working, account) = (app.clone(), session.account.clone());
    let (form, result) = block(move || {
        let name = form.first("name").to_owned();
        let units: Vec<String> = form.first("units").split([',', '，', '、', ' ']).filter(|u| !u.is_empty()).map(str::to_owned).collect();
        let result = form
            .first("role")
            .parse::<Role>()
            .map_err(|()| AppError::Refused(Refusal::new("请选择角色", "choose a role")))
            .and_then(|role| working.add_account(&name, role, &units, None))
            .and_then(|password| working.note(&account, "account_add", &name).map(|()| Some((name, password))));
        (form, result)
    })
    .await?;
    answer(&session, &app, &form, result).await
}

/// `POST /desk/accounts/do`: `do` is `off`, `on`, `password` or `factor`.
pub async fn act(request: HttpRequest, app: Data<App>, payload: Payload) -> Result<HttpResponse, WebError> {
    let (session, form) = match enter_confirmed(&request, &app, Permission::Accounts, payload).await? {
        Ok(entered) => entered,
        Err(page) => return Ok(page),
    };
    let (working, by) = (app.clone(), session.account.clone());
    let result = block(move || {
        let name = form.first("name");
        match form.first("do") {
            "off" => working.set_account_active(&by, name, false).map(|()| None),
            "on" => working.set_account_active(&by, name, true).map(|()| None),
            "factor" => working.disable_second_factor(&by, name).map(|()| None),
            "password" => working.reset_password(&by, name).map(|password| Some((name.to_owned(), password))),
            _ => Err(Refusal::new("没有这个操作", "there is no such step").into()),
        }
    })
    .await?;
    answer(&session, &app, &Form::default(), result).await
}

/// A password that was made, with its account.
type Made = Option<(String, String)>;

async fn answer(session: &Session, app: &Data<App>, form: &Form, result: Result<Made, AppError>) -> Result<HttpResponse, WebError> {
    let reading = app.clone();
    let list = block(move || reading.accounts()).await??;
    let (made, error) = match result {
        Ok(made) => (made, None),
        Err(error) => (None, Some(refusal_text(error)?)),
    };
    let keep = if error.is_some() { form.clone() } else { Form::default() };
    let mut response = html_page(session, "账号", demo_mark(app), page(session, &list, made.as_ref(), &keep, error.as_deref()));
    if error.is_some() {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

fn page(session: &Session, list: &[AccountInfo], made: Option<&(String, String)>, form: &Form, error: Option<&str>) -> Markup {
    let step = |name: &str, step: &str, label: &str| {
        html! { form.inline method="post" action="/desk/accounts/do" { (csrf(session)) input type="hidden" name="name" value=(name); input type="hidden" name="do" value=(step); button.link type="submit" { (label) } } }
    };
    html! {
        h1 { "账号" }
        p.soft { "系统管理员只管理账号，看不到任何结果。人员变动时停用旧账号、另建新账号，不要共用账号。" }
        @if let Some((name, password)) = made {
            div.done role="status" { p { "账号 " strong { (name) } " 的口令（只显示这一次，请当面交给本人，首次登录后自行修改）：" } p.digest { strong { (password) } } }
        }
        @if let Some(error) = error { div.errors role="alert" { (error) } }
        div.card { div.scroll { table {
            thead { tr { th { "账号" } th { "角色" } th { "单位" } th { "状态" } th { "动态口令" } th { "操作" } } }
            tbody { @for account in list {
                tr {
                    td { (account.name) } td { (account.role.zh()) } td { (account.units.join("、")) }
                    td { @if account.active { "启用" } @else { span.soft { "已停用" } } }
                    td { @if account.second_factor { "已启用" } @else { span.soft { "未启用" } } }
                    td.steps {
                        @if account.name == session.account { a href="/desk/me" { "我的账号" } }
                        @else {
                            @if account.active { (step(&account.name, "off", "停用")) } @else { (step(&account.name, "on", "启用")) }
                            (step(&account.name, "password", "重置口令"))
                            @if account.second_factor { (step(&account.name, "factor", "取消动态口令")) }
                        }
                    }
                }
            } }
        } } }
        div.card {
            h2 { "新建账号" }
            form method="post" action="/desk/accounts" {
                (csrf(session))
                label for="name" { "账号" } input #name type="text" name="name" value=(form.first("name")) required;
                label for="role" { "角色" }
                select #role name="role" { @for (_, id, zh) in Role::ALL { option value=(id) selected[form.first("role") == id] { (zh) } } }
                label for="units" { "单位代码" } p.hint { "仅单位负责人、局领导填写；多个用逗号隔开。" }
                input #units type="text" name="units" value=(form.first("units"));
                div.row { button type="submit" { "建立" } }
            }
        }
    }
}
