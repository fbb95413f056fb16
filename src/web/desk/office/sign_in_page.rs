//! The pages before anybody has signed in: the sign-in itself and the first set-up.
//! They stand alone, so that whoever knows no account learns nothing else of the desk.

use maud::{Markup, html};

use crate::response::Form;
use crate::text::Lang;
use crate::web::desk::forms::draw::draw;
use crate::web::desk::forms::input::{Input, InputKind};
use crate::web::desk::forms::inputs::put;
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::page;
use crate::web::page::Frame;

/// What waits until somebody has signed in.
pub(super) struct Waiting {
    /// The address to go to, or to send a form to.
    pub(super) to: String,
    /// The form that was filled in when the session ended, sealed with whose it is.
    pub(super) form: Option<String>,
}

fn inputs(lang: Lang) -> Vec<Input> {
    let name = Input::new("name", lang.pick("账号", "Account"), InputKind::Line).required();
    let code = lang.pick("动态口令", "One-time code");
    let code = Input::new("code", code, InputKind::Line).most(40).hint(lang.pick(
        "没有启用的不填；手机丢失的，可填一个备用码。",
        "Leave empty if not set up; if the phone is lost, a recovery code does.",
    ));
    vec![
        Input { autocomplete: "username", ..name },
        Input::password("password", lang.pick("口令", "Password"), "current-password"),
        Input { autocomplete: "one-time-code", ..code },
    ]
}

fn setup_inputs(lang: Lang) -> Vec<Input> {
    let bureau = lang.pick("单位（局）名称", "Name of the bureau");
    let name = Input::new("name", lang.pick("账号", "Account"), InputKind::Line)
        .required()
        .hint(lang.pick("登录用，如姓名拼音。", "For signing in."));
    let again = lang.pick("再输入一次口令", "Password again");
    vec![
        Input::new("bureau", bureau, InputKind::Line).required(),
        Input::new("person", lang.pick("您的姓名", "Your name"), InputKind::Line)
            .required()
            .most(20),
        Input::new("post", lang.pick("职务", "Post"), InputKind::Line).most(30),
        Input { autocomplete: "username", ..name },
        Input::password("password", lang.pick("口令", "Password"), "new-password").hint(lang.pick(
            "至少 12 位；一句容易记住的话最好。",
            "12 characters or more; a sentence you remember is best.",
        )),
        Input::password("again", again, "new-password"),
    ]
}

pub(super) fn page(
    lang: Lang,
    mark: &str,
    name: &str,
    waiting: &Waiting,
    error: Option<&str>,
) -> Markup {
    let kept = &waiting.form;
    let mut typed = Form::default();
    put(&mut typed, "name", name.to_owned());
    page::desk(
        &Frame { session: None, lang, here: "/desk/sign-in", waiting: 0 },
        lang.pick("登录", "Sign in"),
        mark,
        html! {
            div.card.narrow {
                h1 { (lang.pick("工作台登录", "Sign in to the desk")) }
                p.soft {
                    (lang.pick(
                        "供政工科、单位负责人和审计人员使用。填写问卷不需要登录。",
                        "For the Political Work Section, heads of units and auditors. Answering a \
                         survey needs no sign-in.",
                    ))
                }
                @if let Some(error) = error {
                    div.errors role="alert" { (error) }
                }
                form method="post" action="/desk/sign-in" {
                    @if waiting.to != "/desk" {
                        input type="hidden" name="to" value=(waiting.to);
                    }
                    @if let Some(kept) = kept {
                        textarea hidden name="kept" { (kept) }
                    }
                    (draw(&inputs(lang), &typed, &Mistakes::default(), lang))
                    div.row { button type="submit" { (lang.pick("登录", "Sign in")) } }
                }
            }
        },
    )
}

pub(super) fn setup_page(lang: Lang, token: &str, form: &Form, wrong: &Mistakes) -> Markup {
    page::desk(
        &Frame { session: None, lang, here: &format!("/desk/setup/{token}"), waiting: 0 },
        lang.pick("首次设置", "First set-up"),
        "",
        html! {
            div.card.narrow {
                h1 { (lang.pick("首次设置", "First set-up")) }
                p.lead {
                    (lang.pick(
                        "建立政工科负责人的账号，请负责人本人操作；此链接只能使用一次。随后显示系统管理员的首次口\
                         令，请抄下当面交给管理员，不要由一人兼用。",
                        "Make the first account (head of the Political Work Section). This link \
                         works once.",
                    ))
                }
                (wrong.summary())
                form method="post" action={ "/desk/setup/" (token) } {
                    (draw(&setup_inputs(lang), form, wrong, lang))
                    div.row { button type="submit" { (lang.pick("建立账号", "Make the account")) } }
                }
            }
        },
    )
}

/// The accounts are made: the administrator's password is shown, once.
pub(super) fn set_up_page(lang: Lang, name: &str, admin: &str, password: &str) -> Markup {
    page::desk(
        &Frame { session: None, lang, here: "/desk/sign-in", waiting: 0 },
        lang.pick("首次设置", "First set-up"),
        "",
        html! {
            div.card.narrow {
                h1 { (lang.pick("账号已建立", "The accounts are made")) }
                p {
                    (lang.pick("政工科负责人：", "Head of the section: "))
                    strong { (name) }
                }
                div.done role="status" {
                    p {
                        (lang.pick("系统管理员：", "Administrator: "))
                        strong { (admin) }
                        (lang.pick(
                            "，口令只显示这一次，请抄下并当面交给系统管理员：",
                            "; the password is shown this once. Write it down and hand it to the \
                             administrator in person:",
                        ))
                    }
                    p.digest { strong { (password) } }
                }
                p {
                    (lang.pick(
                        "系统管理员建立其他账号（经办、单位负责人、审计员），看不到任何结果。发布结\
                         果须两个账号，请先建立一个经办账号。",
                        "The administrator makes all other accounts (clerks, heads of units, \
                         auditors) and sees no results. A release takes two accounts, so have a \
                         clerk's account made first.",
                    ))
                }
                p { a.button href="/desk/sign-in" { (lang.pick("去登录", "Sign in")) } }
            }
        },
    )
}
