//! Accounts for the administrator, who sees no results.
//! A password is shown once, when it is made.

use actix_web::HttpRequest;
use maud::{Markup, html};

use crate::app::{AccountInfo, App, AppError, MadeAccount, NewAccount, Official, Role};
use crate::id::AccountName;
use crate::response::Form;
use crate::text::Refusal;
use crate::web::desk::answer::{Answer, Desk, see_other};
use crate::web::desk::forms::inputs::put;
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::forms::reading::Reading;
use crate::web::desk::office::accounts_page::{change_page, inputs, page};
use crate::web::desk::office::notices_page::notices;
use crate::web::desk::{Posted, Session};
use crate::web::error::WebError;
use crate::web::page::csrf;

/// `GET /desk/accounts`.
pub async fn show(desk: Desk) -> Answer {
    answer(&desk, &Form::default(), Ok(())).await
}

/// `POST /desk/accounts`.
pub async fn add(desk: Desk, Posted(form): Posted) -> Answer {
    let lang = desk.lang;
    let (form, result) = desk
        .run(move |app, by| {
            let result = app.units().and_then(|known| {
                let inputs = inputs(&known, true, lang);
                let reading = Reading::of(&inputs, &form);
                let name = reading.line("name").to_owned();
                let account = account(name, reading)?;
                app.add_accounts_for(by, vec![account])
            });
            (form, result)
        })
        .await?;
    match result {
        Ok(made) => printed(&desk, made).await,
        Err(error) => answer(&desk, &form, Err(error)).await,
    }
}

/// What a form says of an account.
fn account(name: String, mut reading: Reading) -> Result<NewAccount, AppError> {
    let role = reading.line("role").parse::<Role>().ok();
    let official = Official::of(reading.line("person"), reading.line("post"));
    let units = reading.picked("units").unwrap_or_default();
    reading.also(official.mistakes());
    let role = reading.done(role)?;
    Ok(NewAccount { name, official, role, units })
}

/// The notices of accounts that were made: the only page with their passwords.
pub(in crate::web::desk) async fn printed(desk: &Desk, made: Vec<MadeAccount>) -> Answer {
    let lang = desk.lang;
    let (bureau, units, url) = desk
        .run(|app, _| {
            let url = app.settings().public_url().clone();
            Ok::<_, AppError>((app.bureau_name()?, app.units()?, url))
        })
        .await??;
    let title = lang.pick("账号告知单", "Notices of accounts");
    Ok(desk.page(title, notices(desk, &made, &units, &bureau, &url)))
}

/// `GET /desk/accounts/change?name=…`.
pub async fn edit(desk: Desk, request: HttpRequest) -> Answer {
    let query = Form::decode(request.query_string().as_bytes()).unwrap_or_default();
    let known = find(&desk, query.first("name")).await?;
    let mut form = Form::default();
    put(&mut form, "person", known.official.person.clone());
    put(&mut form, "post", known.official.post.clone());
    put(&mut form, "role", known.role.as_str().to_owned());
    for unit in &known.units {
        put(&mut form, "units", unit.to_string());
    }
    changing(&desk, &known, &form, &Mistakes::default()).await
}

/// `POST /desk/accounts/change`.
pub async fn change(desk: Desk, Posted(form): Posted) -> Answer {
    let lang = desk.lang;
    let known = find(&desk, form.first("name")).await?;
    let name = known.name.clone();
    let (form, result) = desk
        .run(move |app, by| {
            let result = app.units().and_then(|all| {
                let inputs = inputs(&all, false, lang);
                let new = account(name.to_string(), Reading::of(&inputs, &form))?;
                app.change_account(by, &name, &new.official, new.role, &new.units)
            });
            (form, result)
        })
        .await?;
    match result {
        Ok(()) => Ok(see_other("/desk/accounts")),
        Err(error) => changing(&desk, &known, &form, &Mistakes::of(error, lang)?).await,
    }
}

async fn find(desk: &Desk, name: &str) -> Result<AccountInfo, WebError> {
    let name = AccountName::from(name);
    let all = desk.run(App::accounts).await??;
    all.into_iter().find(|account| account.name == name).ok_or(WebError::NothingHere)
}

async fn changing(desk: &Desk, known: &AccountInfo, form: &Form, wrong: &Mistakes) -> Answer {
    let units = desk.run(|app, _| app.units()).await??;
    let title = desk.lang.pick("修改账号", "Change an account");
    Ok(desk.answer(wrong.any(), title, change_page(desk, known, &units, form, wrong)))
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
                "password" => app.reset_password(by, name).map(Some),
                _ => Err(Refusal::new("没有这个操作", "there is no such step").into()),
            }
        })
        .await?;
    match result {
        Ok(Some(made)) => printed(&desk, vec![made]).await,
        Ok(None) => answer(&desk, &Form::default(), Ok(())).await,
        Err(error) => answer(&desk, &Form::default(), Err(error)).await,
    }
}

/// What a grave step does, to be confirmed; turning an account on is none.
fn confirm(session: &Session, form: &Form) -> Option<Markup> {
    let lang = session.lang;
    let (title, consequence) = match form.first("do") {
        "off" => (
            lang.pick("停用账号（离任）", "Turn the account off (its owner leaves)"),
            lang.pick(
                "该账号立即退出，不能再登录；已办事项和审计记录仍署其姓名。接任的人另建账号，不沿\
                 用旧账号。以后可以重新启用。",
                "It is signed out at once and cannot sign in any more; what was done with it keeps \
                 the owner's name. Whoever follows gets an account of their own. It can be turned \
                 on again.",
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

async fn answer(desk: &Desk, form: &Form, result: Result<(), AppError>) -> Answer {
    let lang = desk.lang;

    let (list, units) =
        desk.run(|app, by| Ok::<_, AppError>((app.accounts(by)?, app.units()?))).await??;
    let (wrong, failed) = match result {
        Ok(()) => (Mistakes::default(), false),
        Err(error) => (Mistakes::of(error, lang)?, true),
    };
    let keep = if failed { form.clone() } else { Form::default() };
    let title = lang.pick("账号", "Accounts");
    Ok(desk.answer(failed, title, page(desk, &list, &units, &keep, &wrong)))
}
