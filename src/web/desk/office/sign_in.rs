//! Signing in and out, and the one-time link that makes the first account.

use std::sync::Arc;

use actix_web::cookie::{Cookie, SameSite};
use actix_web::web::{Data, Path, Payload, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use crate::app::{App, Official};
use crate::response::Form;
use crate::text::Lang;
use crate::web::body::read_body;
use crate::web::cookies;
use crate::web::desk::answer::{Desk, demo_mark, refusal_text, see_other};
use crate::web::desk::door::{body_limit, cookie_name, from_this_site};
use crate::web::desk::forms::carried;
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::office::password::{fields, within_desk};
use crate::web::desk::office::sign_in_page::{Waiting, page, set_up_page, setup_page};
use crate::web::desk::{Session, language};
use crate::web::error::WebError;
use crate::web::page;

/// `GET /desk/sign-in`.
pub async fn show(request: HttpRequest, app: Data<App>) -> HttpResponse {
    let lang = language(&request);
    let query = Form::decode(request.query_string().as_bytes()).unwrap_or_default();
    let waiting = Waiting { to: within_desk(query.first("to")).to_owned(), form: None };
    respond(200, &page(lang, demo_mark(&app, lang), "", &waiting, None))
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
pub fn over(path: &str, form: Option<&str>, lang: Lang) -> HttpResponse {
    let waiting = Waiting { to: within_desk(path).to_owned(), form: form.map(str::to_owned) };
    let said = if form.is_some() {
        lang.pick(
            "登录已超时，请重新登录；您填写的内容都还在。",
            "The session ended. Please sign in again; what you filled in is kept.",
        )
    } else {
        lang.pick(
            "登录已超时，请重新登录。口令一类的内容不会保留，需要重新输入；什么都没有执行。",
            "The session ended. Please sign in again. Passwords and the like are not kept and have \
             to be typed anew; nothing was done.",
        )
    };
    respond(401, &page(lang, "", "", &waiting, Some(said)))
}

/// `POST /desk/sign-in`.
#[expect(clippy::too_many_lines, reason = "one request, from its form to its answer")]
pub async fn post(
    request: HttpRequest,
    app: Data<App>,
    payload: Payload,
) -> Result<HttpResponse, WebError> {
    let lang = language(&request);
    let form = form(&request, &app, payload).await?;
    let value = |name: &str| form.first(name).to_owned();
    let (name, password, code) = (value("name"), value("password"), value("code"));
    let known = cookies::read(&request, &App::browser_cookie(&name)).unwrap_or_default();
    let kept = form.first("kept").to_owned();
    let waiting = Waiting {
        to: within_desk(form.first("to")).to_owned(),
        form: Some(kept).filter(|kept| !kept.is_empty()),
    };
    let working = app.clone();
    let (asked, result) = block(move || {
        let result =
            working.clone().into_inner().sign_in(&name, &password, &code, &known).and_then(
                |cookie| {
                    let session = working.session(&cookie)?;
                    Ok((cookie, session))
                },
            );
        (name, result)
    })
    .await?;
    match result {
        Ok((value, user)) => {
            let cookie = Cookie::build(cookie_name(&app), value)
                .path("/")
                .http_only(true)
                .secure(app.settings().is_https())
                .same_site(SameSite::Strict)
                .finish();
            let known = Cookie::build(App::browser_cookie(&asked), app.known_browser(&asked))
                .path("/desk/sign-in")
                .max_age(actix_web::cookie::time::Duration::days(180))
                .http_only(true)
                .secure(app.settings().is_https())
                .same_site(SameSite::Strict)
                .finish();
            let typed = waiting.form.as_deref().and_then(|field| carried::opened(&app, field));
            if let (Some((owner, typed)), Some(user)) = (typed, user) {
                // What somebody else typed stays with the page that was left.
                let typed = Some(typed).filter(|_| app.is_owner(user.account.as_str(), &owner));
                let here = "/desk".to_owned();
                let (people, tasks) = (Arc::default(), Arc::default());
                let session = Session { user, people, tasks, lang, here };
                let page = go_on(&session, &waiting.to, typed.as_ref());
                let desk = Desk::of(session, app.clone());
                let mut response = desk.page(lang.pick("继续", "Continue"), page);
                drop(response.add_cookie(&cookie));
                drop(response.add_cookie(&known));
                return Ok(response);
            }
            Ok(HttpResponse::SeeOther()
                .insert_header(("Location", waiting.to))
                .cookie(cookie)
                .cookie(known)
                .finish())
        }
        Err(error) => Ok(respond(
            422,
            &page(lang, demo_mark(&app, lang), &asked, &waiting, Some(&refusal_text(error, lang)?)),
        )),
    }
}

/// Signed in again: what was filled in is sent once more, by the person and not by itself.
fn go_on(session: &Session, to: &str, typed: Option<&Form>) -> Markup {
    let lang = session.lang;
    html! {
        div.card.narrow {
            h1 { (lang.pick("已重新登录", "Signed in again")) }
            @match typed {
                Some(typed) => {
                    p {
                        (lang.pick(
                            "登录超时之前填写的内容都还在，请确认继续提交。",
                            "What you filled in before the session ended is still here. Please \
                             submit it.",
                        ))
                    }
                    form method="post" action=(to) {
                        (page::csrf(session))
                        (fields(typed))
                        div.row {
                            button type="submit" { (lang.pick("继续提交", "Submit it")) }
                            a.button.quiet href="/desk" { (lang.pick("放弃", "Drop it")) }
                        }
                    }
                }
                None => {
                    p {
                        (lang.pick(
                            "登录超时之前的内容是用另一个账号填写的，没有带入您的账号。",
                            "What was filled in before belongs to another account and was not \
                             brought into yours.",
                        ))
                    }
                    div.row { a.button href="/desk" { (lang.pick("去首页", "Home")) } }
                }
            }
        }
    }
}

/// `POST /desk/sign-out`.
pub async fn sign_out(session: Session, app: Data<App>) -> Result<HttpResponse, WebError> {
    let working = app.clone();
    block(move || working.sign_out(&session)).await??;
    let mut gone =
        Cookie::build(cookie_name(&app), "").path("/").secure(app.settings().is_https()).finish();
    gone.make_removal();
    Ok(HttpResponse::SeeOther()
        .insert_header(("Location", "/desk/sign-in"))
        .insert_header(("Clear-Site-Data", "\"cache\", \"storage\""))
        .cookie(gone)
        .finish())
}

/// `GET /desk/setup/{token}`.
pub async fn setup(
    request: HttpRequest,
    app: Data<App>,
    token: Path<String>,
) -> Result<HttpResponse, WebError> {
    let lang = language(&request);
    let asked = token.clone();
    let fits = block(move || app.setup_token_fits(&asked)).await??;
    if fits {
        Ok(respond(200, &setup_page(lang, &token, &Form::default(), &Mistakes::default())))
    } else {
        Err(WebError::NothingHere)
    }
}

/// `POST /desk/setup/{token}`.
pub async fn set_up(
    request: HttpRequest,
    app: Data<App>,
    token: Path<String>,
    payload: Payload,
) -> Result<HttpResponse, WebError> {
    let lang = language(&request);
    let form = form(&request, &app, payload).await?;
    let (asked, given) = (token.clone(), form.clone());
    let result = block(move || {
        if given.first("password") != given.first("again") {
            return Err(crate::text::Refusal::new(
                "两次输入的口令不一致",
                "the two passwords differ",
            )
            .at("again")
            .into());
        }
        let official = Official::of(given.first("person"), given.first("post"));
        let (bureau, name) = (given.first("bureau"), given.first("name"));
        app.set_up(&asked, bureau, name, official, given.first("password"))
    })
    .await?;
    match result {
        Ok((admin, password)) => {
            Ok(respond(200, &set_up_page(lang, form.first("name"), &admin, &password)))
        }
        Err(error) => {
            Ok(respond(422, &setup_page(lang, &token, &form, &Mistakes::of(error, lang)?)))
        }
    }
}

async fn form(request: &HttpRequest, app: &App, payload: Payload) -> Result<Form, WebError> {
    from_this_site(request, app)?;
    let body = read_body(request, payload, body_limit(request, app)).await?;
    Form::decode(&body)
        .and_then(Form::without_nul)
        .map_err(|r| WebError::Unreadable(actix_web::http::StatusCode::BAD_REQUEST, r))
}

fn respond(status: u16, page: &Markup) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(status).unwrap_or_default();
    HttpResponse::build(status).content_type("text/html; charset=utf-8").body(page.0.clone())
}
