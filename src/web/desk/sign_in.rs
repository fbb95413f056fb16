//! Signing in and out, and the one-time link that makes the first account.

use actix_web::cookie::{Cookie, SameSite};
use actix_web::web::{Data, Path, Payload, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::again::{kept, kept_fields, within_desk};
use super::{Permission, cookie_name, demo_mark, enter_form, from_this_site, refusal_text, see_other};
use crate::app::{App, Session};
use crate::response::Form;
use crate::web::error::WebError;
use crate::web::page;
use crate::web::respondent::submit::read_body;

/// What waits until somebody has signed in.
struct Waiting {
    /// The address to go to, or to send a form to.
    to: String,
    /// The form that was filled in when the session ended.
    form: Option<Form>,
}

/// `GET /desk/sign-in`.
pub async fn show(request: HttpRequest, app: Data<App>) -> HttpResponse {
    let query = Form::decode(request.query_string().as_bytes()).unwrap_or_default();
    let waiting = Waiting { to: within_desk(query.first("to")).to_owned(), form: None };
    respond(200, &page(demo_mark(&app), "", &waiting, None))
}

/// The way to sign in before `to` is shown.
pub fn ask(to: &str) -> HttpResponse {
    if within_desk(to) == "/desk" {
        return see_other("/desk/sign-in");
    }
    let to = percent_encoding::utf8_percent_encode(to, percent_encoding::NON_ALPHANUMERIC);
    see_other(&format!("/desk/sign-in?to={to}"))
}

/// The page of a session that ended while a form was filled in.
pub fn over(path: &str, form: &Form) -> HttpResponse {
    let waiting = Waiting { to: within_desk(path).to_owned(), form: Some(kept(form)) };
    respond(401, &page("", "", &waiting, Some("登录已超时，请重新登录；您填写的内容都还在。")))
}

/// `POST /desk/sign-in`.
pub async fn post(request: HttpRequest, app: Data<App>, payload: Payload) -> Result<HttpResponse, WebError> {
    let form = form(&request, payload).await?;
    let value = |name: &str| form.first(name).to_owned();
    let (name, password, code) = (value("name"), value("password"), value("code"));
    let carried = form.first("kept").as_bytes();
    let waiting = Waiting { to: within_desk(form.first("to")).to_owned(), form: Form::decode(carried).ok().filter(|_| !carried.is_empty()) };
    let working = app.clone();
    let (asked, result) = block(move || {
        let result = working.clone().into_inner().sign_in(&name, &password, &code).and_then(|cookie| {
            let session = working.session(&cookie)?;
            Ok((cookie, session))
        });
        (name, result)
    })
    .await?;
    match result {
        Ok((value, session)) => {
            let cookie = Cookie::build(cookie_name(&app), value)
                .path("/")
                .http_only(true)
                .secure(app.settings().is_https())
                .same_site(SameSite::Strict)
                .finish();
            if let (Some(kept), Some(session)) = (&waiting.form, &session) {
                let mut response = super::html_page(session, "继续", demo_mark(&app), go_on(session, &waiting.to, kept));
                drop(response.add_cookie(&cookie));
                return Ok(response);
            }
            Ok(HttpResponse::SeeOther().insert_header(("Location", waiting.to)).cookie(cookie).finish())
        }
        Err(error) => Ok(respond(422, &page(demo_mark(&app), &asked, &waiting, Some(&refusal_text(error)?)))),
    }
}

/// Signed in again: what was filled in is sent once more, by the person and not by itself.
fn go_on(session: &Session, to: &str, kept: &Form) -> Markup {
    html! {
        div.card.narrow {
            h1 { "已重新登录" }
            p { "登录超时之前填写的内容都还在，请确认继续提交。" }
            form method="post" action=(to) {
                (page::csrf(session)) (kept_fields(kept))
                div.row { button type="submit" { "继续提交" } a.button.quiet href="/desk" { "放弃" } }
            }
        }
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

fn page(mark: &str, name: &str, waiting: &Waiting, error: Option<&str>) -> Markup {
    let kept = waiting.form.as_ref().map(Form::encode);
    page::desk(
        None,
        "登录",
        mark,
        html! {
            div.card.narrow {
                h1 { "工作台登录" }
                p.soft { "供政工科、单位负责人和审计人员使用。填写问卷不需要登录。" }
                @if let Some(error) = error { div.errors role="alert" { (error) } }
                form method="post" action="/desk/sign-in" {
                    @if waiting.to != "/desk" { input type="hidden" name="to" value=(waiting.to); }
                    @if let Some(kept) = kept { textarea hidden name="kept" { (kept) } }
                    label for="name" { "账号" }
                    input #name type="text" name="name" value=(name) autocomplete="username" required;
                    label for="password" { "口令" }
                    input #password type="password" name="password" autocomplete="current-password" required;
                    label for="code" { "动态口令" }
                    p.hint { "没有启用的不填；手机丢失的，可填一个备用码。" }
                    input #code type="text" name="code" autocomplete="one-time-code" maxlength="40";
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
