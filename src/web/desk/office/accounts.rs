//! Accounts for the administrator, who sees no results.
//! A password is shown once, when it is made.

use maud::{Markup, html};

use crate::app::{AccountInfo, AppError, Role};
use crate::response::Form;
use crate::text::{Lang, Refusal};
use crate::web::desk::answer::{Answer, Desk};
use crate::web::desk::forms::draw::draw;
use crate::web::desk::forms::input::{Input, InputKind, options};
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::forms::reading::Reading;
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
            let inputs = inputs(lang);
            let reading = Reading::of(&inputs, &form);
            let (name, role) = (reading.line("name"), reading.line("role").parse::<Role>());
            let units = reading.list("units");
            let result = reading
                .done(role.ok())
                .and_then(|role| app.add_account_for(by, name, role, &units).map(Some));
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
            let name = form.first("name");
            match form.first("do") {
                "off" => app.set_account_active(by, name, false).map(|()| None),
                "on" => app.set_account_active(by, name, true).map(|()| None),
                "factor" => app.disable_second_factor(by, name).map(|()| None),
                "password" => {
                    app.reset_password(by, name).map(|password| Some((name.to_owned(), password)))
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

/// The form of a new account.
fn inputs(lang: Lang) -> Vec<Input> {
    let roles = options(Role::ALL.iter().map(|(role, id, _)| (*id, role.label(lang))));
    vec![
        Input::new("name", lang.pick("账号", "Account"), InputKind::Line).required(),
        Input::new("role", lang.pick("角色", "Role"), roles).required(),
        Input::new("units", lang.pick("单位代码", "Unit codes"), InputKind::Line).hint(lang.pick(
            "仅单位负责人、局领导填写；多个用逗号隔开。",
            "For unit heads and leaders only; several are separated by commas.",
        )),
    ]
}

/// A password that was made, with its account.
type Made = Option<(String, String)>;

async fn answer(desk: &Desk, form: &Form, result: Result<Made, AppError>) -> Answer {
    let lang = desk.lang;

    let list = desk.run(crate::app::App::accounts).await??;
    let (made, wrong, failed) = match result {
        Ok(made) => (made, Mistakes::default(), false),
        Err(error) => (None, Mistakes::of(error, lang)?, true),
    };
    let keep = if failed { form.clone() } else { Form::default() };
    Ok(desk.answer(
        failed,
        lang.pick("账号", "Accounts"),
        page(desk, &list, made.as_ref(), &keep, &wrong),
    ))
}

fn page(
    session: &Session,
    list: &[AccountInfo],
    made: Option<&(String, String)>,
    form: &Form,
    wrong: &Mistakes,
) -> Markup {
    let lang = session.lang;
    let step = |name: &str, step: &str, label: &str| {
        html! {
            form.inline method="post" action="/desk/accounts/do" {
                (csrf(session))
                input type="hidden" name="name" value=(name);
                input type="hidden" name="do" value=(step);
                button.link type="submit" { (label) }
            }
        }
    };
    html! {
        h1 { (lang.pick("账号", "Accounts")) }
        p.soft {
            (lang.pick(
                "系统管理员只管理账号，看不到任何结果。人员变动时停用旧账号、另建新账号，不要共用账\
                 号。",
                "An administrator manages accounts and sees no results. When people change posts, \
                 turn the old account off and make a new one; accounts are never shared.",
            ))
        }
        @if let Some((name, password)) = made {
            div.done role="status" {
                p {
                    (lang.pick("账号 ", "Password of "))
                    strong { (name) }
                    (lang.pick(
                        " 的口令（只显示这一次，请当面交给本人，首次登录后自行修改）：",
                        " (shown this once; hand it over in person, to be changed after the first \
                         sign-in):",
                    ))
                }
                p.digest { strong { (password) } }
            }
        }
        (wrong.summary())
        div.card {
            div.scroll {
                table {
                    thead {
                        tr {
                            th { (lang.pick("账号", "Account")) }
                            th { (lang.pick("角色", "Role")) }
                            th { (lang.pick("单位", "Units")) }
                            th { (lang.pick("状态", "State")) }
                            th { (lang.pick("动态口令", "One-time code")) }
                            th { (lang.pick("操作", "Action")) }
                        }
                    }
                    tbody {
                        @for account in list {
                            tr {
                                td { (account.name) }
                                td { (account.role.label(lang)) }
                                td { (account.units.join(lang.pick("、", ", "))) }
                                td {
                                    @if account.active { (lang.pick("启用", "Active")) } @else {
                                        span.soft { (lang.pick("已停用", "Off")) }
                                    }
                                }
                                td {
                                    @if account.second_factor { (lang.pick("已启用", "On")) } @else {
                                        span.soft { (lang.pick("未启用", "Not set up")) }
                                    }
                                }
                                td.steps {
                                    @if account.name == session.account {
                                        a href="/desk/me" { (lang.pick("我的账号", "My account")) }
                                    } @else {
                                        @if account.active {
                                            @let label = lang.pick("停用", "Turn off");
                                    (step(&account.name, "off", label))
                                        } @else {
                                            (step(&account.name, "on", lang.pick("启用", "Turn on")))
                                        }
                                        (step(
                                            &account.name,
                                            "password",
                                            lang.pick("重置口令", "Reset password"),
                                        ))
                                        @if account.second_factor {
                                            (step(
                                                &account.name,
                                                "factor",
                                                lang.pick("取消动态口令", "Remove one-time code"),
                                            ))
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
        div.card {
            h2 { (lang.pick("新建账号", "New account")) }
            form method="post" action="/desk/accounts" {
                (csrf(session))
                (draw(&inputs(lang), form, wrong, lang))
                div.row { button type="submit" { (lang.pick("建立", "Create")) } }
            }
        }
    }
}
