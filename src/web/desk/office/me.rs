//! The own account: password and second factor.
//! Secrets and recovery codes are shown once, on the page that makes them.

use crate::app::{App, AppError, NewSecret};
use crate::response::Form;
use crate::text::Refusal;
use crate::web::desk::answer::{Answer, Desk, refusal_text};
use crate::web::desk::office::me_page::{Facts, Said, page};
use crate::web::desk::{Posted, Session};

/// `GET /desk/me`.
pub async fn show(desk: Desk) -> Answer {
    answer(&desk, Said::default()).await
}

/// `POST /desk/me`: `do` is `password`, `prepare`, `enable`, `disable`, `token` or `end_token`.
pub async fn post(desk: Desk, Posted(form): Posted) -> Answer {
    let lang = desk.lang;
    let acting = desk.session.clone();
    let result = desk.run(move |app, _| act(app, &acting, &form)).await?;
    let said = match result {
        Ok(said) => said,
        Err((secret, error)) => {
            Said { error: Some(refusal_text(error, lang)?), secret, ..Said::default() }
        }
    };
    answer(&desk, said).await
}

#[expect(clippy::too_many_lines, reason = "one case after the other")]
fn act(app: &App, session: &Session, form: &Form) -> Result<Said, (Option<NewSecret>, AppError)> {
    let lang = session.lang;
    let plain = |error: AppError| (None, error);
    match form.first("do") {
        other if session.temporary && other != "password" => {
            Err(plain(Refusal::new("请先修改口令", "change your password first").into()))
        }
        "password" => {
            if form.first("new") != form.first("again") {
                return Err(plain(
                    Refusal::new("两次输入的新口令不一致", "the two new passwords differ").into(),
                ));
            }
            app.change_password(session, form.first("old"), form.first("new")).map_err(plain)?;
            Ok(Said {
                done: Some(lang.pick(
                    "口令已修改，本账号在其他地方的登录已全部退出。",
                    "Password changed; this account was signed out everywhere else.",
                )),
                ..Said::default()
            })
        }
        "prepare" => {
            let secret = app.new_second_factor(session, form.first("password"), form.first("totp"));
            Ok(Said { secret: Some(secret.map_err(plain)?), ..Said::default() })
        }
        "enable" => {
            // A mistyped code does not cost a new secret: it waits on the server, and no other can
            // be put in its place.
            let codes = app
                .enable_second_factor(&session.actor(), form.first("totp"))
                .map_err(|error| (app.pending_second_factor(&session.account), error))?;
            Ok(Said {
                done: Some(lang.pick(
                    "动态口令已启用，下次登录起需要填写。",
                    "One-time codes are on and asked for from the next sign-in.",
                )),
                codes,
                ..Said::default()
            })
        }
        "disable" => {
            app.drop_second_factor(session, form.first("password"), form.first("totp"))
                .map_err(plain)?;
            Ok(Said {
                done: Some(lang.pick("动态口令已取消。", "One-time codes are off.")),
                ..Said::default()
            })
        }
        "token" => {
            app.confirm(session, form.first("password")).map_err(plain)?;
            let days = form.first("days").trim().parse().unwrap_or(0);
            let token =
                app.make_token(&session.actor(), form.first("label"), days).map_err(plain)?;
            Ok(Said { token: Some(token), ..Said::default() })
        }
        "end_token" => {
            app.end_token(&session.actor(), form.first("token")).map_err(plain)?;
            Ok(Said {
                done: Some(lang.pick("令牌已撤销。", "The token is revoked.")),
                ..Said::default()
            })
        }
        _ => Err(plain(Refusal::new("没有这个操作", "there is no such step").into())),
    }
}

async fn answer(desk: &Desk, said: Said) -> Answer {
    let lang = desk.lang;
    let account = desk.account.clone();
    let facts = desk
        .run(move |app, _| {
            Ok::<_, AppError>(Facts {
                second_factor: app.has_second_factor(&account)?,
                codes_left: app.recovery_codes_left(&account)?,
                tokens: app.tokens(&account)?,
            })
        })
        .await??;
    let failed = said.error.is_some();
    Ok(desk.answer(failed, lang.pick("我的账号", "My account"), page(desk, &facts, &said)))
}
