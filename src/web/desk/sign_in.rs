//! Signing in and out, and the one-time link that makes the first account.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::web::{Data, Path, Payload, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::{Permission, cookie_name, demo_mark, enter_form, from_this_site, refusal_text, see_other};
use crate::app::App;
use crate::response::Form;
use crate::web::error::WebError;
use crate::web::page;
use crate::web::respondent::submit::read_body;

/// `GET /desk/sign-in`.
pub async fn show(app: Data<App>) -> HttpResponse {
    respond(200, &page(&app, "", None))
}

/// `POST /desk/sign-in`.
pub async fn post(request: HttpRequest, app: Data<App>, payload: Payload) -> Result<HttpResponse, WebError> {
    let form = form(&request, payload).await?;
    let (name, password) = (form.first("name").to_owned(), form.first("password").to_owned());
    let working = app.clone();
    let (asked, result) = block(move || (name.clone(), working.into_inner().sign_in(&name, &password))).await?;
    match result {
        Ok(value) => {
            let cookie = Cookie::build(cookie_name(&app), value)
                .path("/")
                .http_only(true)
                .secure(app.settings().is_https())
                .same_site(SameSite::Strict)
                .finish();
            Ok(HttpResponse::SeeOther().insert_header(("Location", "/desk")).cookie(cookie).finish())
        }
        Err(error) => Ok(respond(422, &page(&app, &asked, Some(&refusal_text(error)?)))),
    }
}

/// `POST /desk/sign-out`.
pub async fn sign_out(request: HttpRequest, app: Data<App>, payload: Payload) -> Result<HttpResponse, WebError> {
    let (session, _) = enter_form(&request, &app, Permission::SignedIn, payload).await?;
    let working = app.clone();
    block(move || working.sign_out(&session)).await??;
    let mut gone = Cookie::build(cookie_name(&app), "").path("/").secure(app.settings().is_https()).finish();
    gone.make_removal();
    Ok(HttpResponse::SeeOther()
        .insert_header(("Location", "/desk/sign-in"))
        .insert_header(("Clear-Site-Data", "\"cache\", \"cookies\", \"storage\""))
        .cookie(gone)
        .finish())
}

/// `GET /desk/setup/{token}`.
pub async fn setup(app: Data<App>, token: Path<String>) -> Result<HttpResponse, WebError> {
    let asked = token.clone();
    let fits = block(move || app.setup_token_fits(&asked)).await??;
    if fits { Ok(respond(200, &setup_page(&token, &Form::default(), None))) } else { Err(WebError::NothingHere) }
}

/// `POST /desk/setup/{token}`.
pub async fn set_up(request: HttpRequest, app: Data<App>, token: Path<String>, payload: Payload) -> Result<HttpResponse, WebError> {
    let form = form(&request, payload).await?;
    let (asked, given) = (token.clone(), form.clone());
    let result = block(move || {
        if given.first("password") != given.first("again") {
            return Err(crate::text::Refusal::new("两次输入的口令不一致", "the two passwords differ").into());
        }
        crate::round::check_title(given.first("bureau"))?;
        app.set_up(&asked, given.first("name"), given.first("password"))?;
        app.set_bureau_name(given.first("bureau"))
    })
    .await?;
    match result {
        Ok(()) => Ok(see_other("/desk/sign-in")),
        Err(error) => Ok(respond(422, &setup_page(&token, &form, Some(&refusal_text(error)?)))),
    }
}

async fn form(request: &HttpRequest, payload: Payload) -> Result<Form, WebError> {
    from_this_site(request)?;
    let body = read_body(request, payload).await?;
    Form::decode(&body).map_err(|r| WebError::Unreadable(actix_web::http::StatusCode::BAD_REQUEST, r))
}

fn respond(status: u16, page: &Markup) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
    HttpResponse::build(status).content_type("text/html; charset=utf-8").body(page.0.clone())
}

fn page(app: &App, name: &str, error: Option<&str>) -> Markup {
    page::desk(
        None,
        "登录",
        demo_mark(app),
        html! {
            div.card.narrow {
                h1 { "工作台登录" }
                p.soft { "供政工科、单位负责人和审计人员使用。填写问卷不需要登录。" }
                @if let Some(error) = error { div.errors role="alert" { (error) } }
                form method="post" action="/desk/sign-in" {
                    label for="name" { "账号" }
                    input #name type="text" name="name" value=(name) autocomplete="username" required;
                    label for="password" { "口令" }
                    input #password type="password" name="password" autocomplete="current-password" required;
                    div.row { button type="submit" { "登录" } }
                }
            }
        },
    )
}

fn setup_page(token: &str, form: &Form, error: Option<&str>) -> Markup {
    page::desk(
        None,
        "首次设置",
        "",
        html! {
            div.card.narrow {
                h1 { "首次设置" }
                p.lead { "建立第一个账号（政工科负责人）。此链接只能使用一次。" }
                @if let Some(error) = error { div.errors role="alert" { (error) } }
                form method="post" action={ "/desk/setup/" (token) } {
                    label for="bureau" { "单位（局）名称" }
                    input #bureau type="text" name="bureau" value=(form.first("bureau")) required;
                    label for="name" { "账号" }
                    input #name type="text" name="name" value=(form.first("name")) autocomplete="username" required;
                    label for="password" { "口令" }
                    p.hint { "至少 12 位；一句容易记住的话最好。" }
                    input #password type="password" name="password" autocomplete="new-password" required;
                    label for="again" { "再输入一次口令" }
                    input #again type="password" name="again" autocomplete="new-password" required;
                    div.row { button type="submit" { "建立账号" } }
                }
            }
        },
    )
}
