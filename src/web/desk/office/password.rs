//! Signing in again without losing anything: a session that ended while a form was filled in, and
//! the password before grave steps.
//! What was typed travels in the page itself, never in a store; passwords are left out.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use crate::response::Form;
use crate::web::desk::answer::{Answer, Desk, see_other};
use crate::web::desk::forms::draw::fresh;
use crate::web::desk::forms::input::Input;
use crate::web::desk::{Posted, Session};
use crate::web::page::csrf;

/// A part of an address.
pub fn percent(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// An address within the desk, or the desk's first page.
pub fn within_desk(to: &str) -> &str {
    let plain =
        to == "/desk" || to.strip_prefix("/desk/").or_else(|| to.strip_prefix("/desk?")).is_some();
    if plain
        && !to.contains(|c: char| c == '\\' || c.is_control())
        && percent_encoding::percent_decode_str(to).all(|byte| byte >= 0x20)
        && to.len() < 2_000
    {
        to
    } else {
        "/desk"
    }
}

/// The fields of a form, to be sent once more.
pub fn fields(form: &Form) -> Markup {
    html! {
        @for (name, values) in &form.0 {
            @for value in values {
                textarea hidden name=(name) { (value) }
            }
        }
    }
}

/// `GET /desk/confirm?to=…`: the password before a download.
pub async fn show(desk: Desk, request: HttpRequest) -> Answer {
    let query = Form::decode(request.query_string().as_bytes()).unwrap_or_default();
    let page = password_page(
        &desk,
        "/desk/confirm",
        &html! {
            input type="hidden" name="to" value=(within_desk(query.first("to")));
        },
        None,
    );
    Ok(respond(&desk, page, false))
}

/// `POST /desk/confirm`.
pub async fn post(Posted(form): Posted) -> Answer {
    Ok(see_other(within_desk(form.first("to"))))
}

/// Where to type the password before `to` is answered.
pub fn ask_first(to: &str) -> HttpResponse {
    let to = percent_encoding::utf8_percent_encode(to, percent_encoding::NON_ALPHANUMERIC);
    see_other(&format!("/desk/confirm?to={to}"))
}

pub(in crate::web::desk) fn respond(desk: &Desk, page: Markup, failed: bool) -> HttpResponse {
    let lang = desk.lang;
    desk.answer(failed, lang.pick("再次输入口令", "Password again"), page)
}

pub(in crate::web::desk) fn password_page(
    session: &Session,
    action: &str,
    kept: &Markup,
    error: Option<&str>,
) -> Markup {
    // A download leaves this page where it is.
    let file = kept.0.contains("/export/") || kept.0.contains(".csv");
    let lang = session.lang;
    let label = lang.pick("口令", "Password");
    let confirmed = Input::password("confirm_password", label, "current-password");
    html! {
        div.card.narrow {
            h1 { (lang.pick("再次输入口令", "Password again")) }
            p {
                (lang.pick(
                    "这一步关系重大，距上次输入口令已超过十分钟，请再次输入本人口令。",
                    "This step is grave and your password was given more than ten minutes ago. \
                     Please give it again.",
                ))
            }
            @if let Some(error) = error {
                div.errors role="alert" { (error) }
            }
            form method="post" action=(action) data-file[file] {
                (csrf(session))
                (kept)
                (fresh(&[confirmed], lang))
                div.row {
                    button type="submit" { (lang.pick("继续", "Continue")) }
                    a.button.quiet href="/desk" { (lang.pick("取消", "Cancel")) }
                }
            }
        }
    }
}
