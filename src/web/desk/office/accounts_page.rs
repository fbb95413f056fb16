//! The page of accounts: who there is, what can be done with each, and the form of a new one.
//! Passwords are on no page but the notices.

use crate::app::{AccountInfo, Role};
use crate::response::Form;
use crate::text::Lang;
use crate::unit::{self, Unit};
use crate::web::desk::Session;
use crate::web::desk::forms::draw::draw;
use crate::web::desk::forms::input::{Input, InputKind, options};
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::page::csrf;
use maud::{Markup, html};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// The form of an account; a new one has a sign-in name, too.
pub(in crate::web::desk) fn inputs(units: &[Unit], new: bool, lang: Lang) -> Vec<Input> {
    let units = units.iter().map(|unit| (unit.code.to_string(), unit.name.clone())).collect();
    let roles = options(Role::ALL.iter().map(|(role, id, _)| (*id, role.label(lang))));
    let mut inputs = vec![
        Input::new("person", lang.pick("姓名", "Name"), InputKind::Line).required().most(20),
        Input::new("post", lang.pick("职务", "Post"), InputKind::Line).most(30).hint(lang.pick(
            "如“执法二中队中队长”；打印件上写作：姓名（职务）。",
            "As papers show it beside the name.",
        )),
        Input::new("role", lang.pick("角色", "Role"), roles).required(),
        Input::new("units", lang.pick("单位", "Units"), InputKind::Picks(units)).hint(lang.pick(
            "单位负责人勾选本单位；局领导勾选分管单位，不勾选的看全局。其他角色不勾选。",
            "The unit of its head; the units of a leader, none for the whole bureau. No other role \
             has any.",
        )),
    ];
    if new {
        let name = Input::new("name", lang.pick("账号", "Account"), InputKind::Line).most(40);
        inputs.push(name.hint(lang.pick(
            "登录用。留空则由姓名拼音生成，如 zhangsan。",
            "For signing in; made of the name if left empty.",
        )));
    }
    inputs
}

pub(in crate::web::desk) fn page(
    session: &Session,
    list: &[AccountInfo],
    units: &[Unit],
    form: &Form,
    wrong: &Mistakes,
) -> Markup {
    let lang = session.lang;
    html! {
        div.row {
            h1 { (lang.pick("账号", "Accounts")) }
            a.button href="/desk/accounts/many" {
                (lang.pick("用人员表批量建立", "Many at once from a table"))
            }
        }
        p.soft {
            (lang.pick(
                "系统管理员只管理账号，看不到任何结果。人员变动时停用旧账号、另建新账号，不要共用账\
                 号。",
                "An administrator manages accounts and sees no results. When people change posts, \
                 turn the old account off and make a new one; accounts are never shared.",
            ))
        }
        (wrong.summary())
        (everybody(session, list, units))
        div.card {
            h2 { (lang.pick("新建账号", "New account")) }
            form method="post" action="/desk/accounts" {
                (csrf(session))
                (draw(&inputs(units, true, lang), form, wrong, lang))
                div.row {
                    button type="submit" {
                        (lang.pick("建立并打印告知单", "Create, and print the notice"))
                    }
                }
            }
        }
    }
}

/// The page of one account that is changed.
pub(in crate::web::desk) fn change_page(
    session: &Session,
    account: &AccountInfo,
    units: &[Unit],
    form: &Form,
    wrong: &Mistakes,
) -> Markup {
    let lang = session.lang;
    html! {
        p { a href="/desk/accounts" { (lang.pick("← 账号", "← Accounts")) } }
        h1 { (lang.pick("修改账号 ", "Account ")) (account.name) }
        p.soft {
            (lang.pick(
                "姓名只用来更正写错的字；换了人，请停用本账号、另建新账号。改变政工科账号的姓名或角\
                 色，须由政工科另一账号重新确认本人。",
                "The name is changed to correct it; somebody else gets an account of their own. A \
                 changed name or role of the section's has to be vouched for anew.",
            ))
        }
        (wrong.summary())
        div.card {
            form method="post" action="/desk/accounts/change" {
                (csrf(session))
                input type="hidden" name="name" value=(account.name);
                (draw(&inputs(units, false, lang), form, wrong, lang))
                div.row {
                    button type="submit" { (lang.pick("保存", "Save")) }
                    a.button.quiet href="/desk/accounts" { (lang.pick("取消", "Cancel")) }
                }
            }
        }
    }
}

/// Everybody who has an account, and what can be done with each.
fn everybody(session: &Session, list: &[AccountInfo], units: &[Unit]) -> Markup {
    let lang = session.lang;
    html! {
        div.card {
            div.scroll {
                table {
                    thead {
                        tr {
                            th { (lang.pick("姓名（职务）", "Name (post)")) }
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
                            (one(session, account, units))
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

fn one(session: &Session, account: &AccountInfo, units: &[Unit]) -> Markup {
    let lang = session.lang;
    let own = unit::names(units, &account.units);
    let name = account.name.as_str();
    let change = utf8_percent_encode(name, NON_ALPHANUMERIC);
    html! {
        tr {
            td {
                @if account.official.person.is_empty() {
                    span.soft { (lang.pick("未登记", "Not known")) }
                } @else { (account.official.signed(&account.name)) }
            }
            td { (account.name) }
            td { (account.role.label(lang)) }
            td { (own.join(lang.pick("、", ", "))) }
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
                a href={ "/desk/accounts/change?name=" (change) } { (lang.pick("修改", "Change")) }
                @if account.name == session.account {
                    a href="/desk/me" { (lang.pick("我的账号", "My account")) }
                } @else {
                    @if account.active {
                        (step(session, name, "password", lang.pick("重置口令", "Reset password")))
                        @if account.second_factor {
                            @let label = lang.pick("取消动态口令", "Remove one-time code");
                            (step(session, name, "factor", label))
                        }
                        (step(session, name, "off", lang.pick("离任停用", "Turn off")))
                    } @else {
                        (step(session, name, "on", lang.pick("启用", "Turn on")))
                    }
                }
            }
        }
    }
}
