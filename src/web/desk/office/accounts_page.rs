//! The page of accounts: who there is, what can be done with each, and the form of a new one.
//! A password is shown where it was made, and on no other page.

use crate::app::{AccountInfo, Role};
use crate::response::Form;
use crate::text::Lang;
use crate::unit::Unit;
use crate::web::desk::Session;
use crate::web::desk::forms::draw::draw;
use crate::web::desk::forms::input::{Input, InputKind, options};
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::page::csrf;
use maud::{Markup, html};

/// The form of a new account.
pub(in crate::web::desk) fn inputs(units: &[Unit], lang: Lang) -> Vec<Input> {
    let units = units.iter().map(|unit| (unit.code.to_string(), unit.name.clone())).collect();
    let roles = options(Role::ALL.iter().map(|(role, id, _)| (*id, role.label(lang))));
    vec![
        Input::new("name", lang.pick("账号", "Account"), InputKind::Line).required(),
        Input::new("role", lang.pick("角色", "Role"), roles).required(),
        Input::new("units", lang.pick("单位", "Units"), InputKind::Picks(units))
            .hint(lang.pick("仅单位负责人、局领导勾选。", "For unit heads and leaders only.")),
    ]
}

pub(in crate::web::desk) fn page(
    session: &Session,
    (list, units): (&[AccountInfo], &[Unit]),
    made: Option<&(String, String)>,
    form: &Form,
    wrong: &Mistakes,
) -> Markup {
    let lang = session.lang;
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
        (everybody(session, list))
        div.card {
            h2 { (lang.pick("新建账号", "New account")) }
            form method="post" action="/desk/accounts" {
                (csrf(session))
                (draw(&inputs(units, lang), form, wrong, lang))
                div.row { button type="submit" { (lang.pick("建立", "Create")) } }
            }
        }
    }
}

/// Everybody who has an account, and what can be done with each.
fn everybody(session: &Session, list: &[AccountInfo]) -> Markup {
    let lang = session.lang;
    html! {
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
                            (one(session, account))
                        }
                    }
                }
            }
        }
    }
}

/// A step that is taken with one account.
fn step(session: &Session, name: &str, step: &str, label: &str) -> Markup {
    html! {
        form.inline method="post" action="/desk/accounts/do" {
            (csrf(session))
            input type="hidden" name="name" value=(name);
            input type="hidden" name="do" value=(step);
            button.link type="submit" { (label) }
        }
    }
}

fn one(session: &Session, account: &AccountInfo) -> Markup {
    let lang = session.lang;
    html! {
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
                (step(session, account.name.as_str(), "off", label))
                    } @else {
                        (step(session, account.name.as_str(), "on", lang.pick("启用", "Turn on")))
                    }
                    (step(session, account.name.as_str(),
                        "password",
                        lang.pick("重置口令", "Reset password"),
                    ))
                    @if account.second_factor {
                        (step(session, account.name.as_str(),
                            "factor",
                            lang.pick("取消动态口令", "Remove one-time code"),
                        ))
                    }
                }
            }
        }
    }
}
