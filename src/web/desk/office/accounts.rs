//! Accounts for the administrator, who sees no results.
//! A password is shown once, when it is made.

use maud::{Markup, html};

use crate::app::{AppError, Role};
use crate::id::AccountName;
use crate::response::Form;
use crate::text::Refusal;
use crate::web::desk::answer::{Answer, Desk};
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::forms::reading::Reading;
use crate::web::desk::office::accounts_page::{inputs, page};
use crate::web::desk::{Posted, Session};
use crate::web::page::csrf;

/// `GET /desk/accounts`.
pub async fn show(desk: Desk) -> Answer {
    answer(&desk, &Form::default(), Ok(None)).await
}

/// `POST /desk/accounts`.
pub async fn add(desk: Desk, Posted(form): Posted) -> Answer {
    let lang = desk.lang;
    let (form, result) = desk
        .run(move |app, by| {
            let result = app.units().and_then(|known| {
                let inputs = inputs(&known, lang);
                let reading = Reading::of(&inputs, &form);
                let (name, role) = (reading.line("name"), reading.line("role").parse::<Role>());
                let units = reading.picked("units").unwrap_or_default();
                let role = reading.done(role.ok())?;
                app.add_account_for(by, name, role, &units).map(Some)
            });
            (form, result)
        })
        .await?;
    answer(&desk, &form, result).await
}

/// `POST /desk/accounts/do`: `do` is `off`, `on`, `password` or `factor`.
pub async fn act(desk: Desk, Posted(form): Posted) -> Answer {
    if form.first("confirm") != "yes"
        && let Some(page) = confirm(&desk, &form)
    {
        return Ok(desk.page(desk.lang.pick("请确认", "Please confirm"), page));
    }

    let result = desk
        .run(move |app, by| {
            let name = &AccountName::from(form.first("name"));
            match form.first("do") {
                "off" => app.set_account_active(by, name, false).map(|()| None),
                "on" => app.set_account_active(by, name, true).map(|()| None),
                "factor" => app.disable_second_factor(by, name).map(|()| None),
                "password" => {
                    app.reset_password(by, name).map(|password| Some((name.to_string(), password)))
                }
                _ => Err(Refusal::new("没有这个操作", "there is no such step").into()),
            }
        })
        .await?;
    answer(&desk, &Form::default(), result).await
}

/// What a grave step does, to be confirmed; turning an account on is none.
fn confirm(session: &Session, form: &Form) -> Option<Markup> {
    let lang = session.lang;
    let (title, consequence) = match form.first("do") {
        "off" => (
            lang.pick("停用账号", "Turn the account off"),
            lang.pick(
                "该账号立即退出，不能再登录；以后可以重新启用。",
                "It is signed out at once and cannot sign in any more. It can be turned on again.",
            ),
        ),
        "password" => (
            lang.pick("重置口令", "Reset the password"),
            lang.pick(
                "原口令立即失效，该账号在各处的登录和接口令牌全部作废；新口令只显示一次。",
                "The old password stops working at once; all its sessions and tokens end. The new \
                 one is shown once.",
            ),
        ),
        "factor" => (
            lang.pick("取消动态口令", "Remove the one-time code"),
            lang.pick(
                "以后只凭口令即可登录，备用码全部作废。请确认是本人当面提出的。",
                "From now on the password alone signs in, and all recovery codes are void. Make \
                 sure that its owner asked for it in person.",
            ),
        ),
        _ => return None,
    };
    Some(html! {
        div.card.narrow {
            h1 { (title) }
            p { strong { (form.first("name")) } }
            p.lead { (consequence) }
            form method="post" action="/desk/accounts/do" {
                (csrf(session))
                @for field in ["name", "do"] {
                    input type="hidden" name=(field) value=(form.first(field));
                }
                input type="hidden" name="confirm" value="yes";
                div.row {
                    button.grave type="submit" { (lang.pick("确认", "Confirm")) }
                    a.button.quiet href="/desk/accounts" { (lang.pick("取消", "Cancel")) }
                }
            }
        }
    })
}

/// A password that was made, with its account.
type Made = Option<(String, String)>;

async fn answer(desk: &Desk, form: &Form, result: Result<Made, AppError>) -> Answer {
    let lang = desk.lang;

    let (list, units) =
        desk.run(|app, by| Ok::<_, AppError>((app.accounts(by)?, app.units()?))).await??;
    let (made, wrong, failed) = match result {
        Ok(made) => (made, Mistakes::default(), false),
        Err(error) => (None, Mistakes::of(error, lang)?, true),
    };
    let keep = if failed { form.clone() } else { Form::default() };
    Ok(desk.answer(
        failed,
        lang.pick("账号", "Accounts"),
        page(desk, (&list, &units), made.as_ref(), &keep, &wrong),
    ))
}
