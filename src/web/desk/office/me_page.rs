//! The page of the own account: password, one-time codes, tokens.
//! What is shown once is shown large.

use crate::app::{NewSecret, Token, minute_of};
use crate::response::Form;
use crate::text::Lang;
use crate::web::assets::qr;
use crate::web::desk::Session;
use crate::web::desk::forms::draw::{draw, fresh};
use crate::web::desk::forms::input::{Input, InputKind};
use crate::web::desk::forms::inputs::put;
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::page::csrf;
use maud::{Markup, html};

/// What the page has to say.
#[derive(Default)]
pub(in crate::web::desk) struct Said {
    pub(in crate::web::desk) done: Option<&'static str>,
    pub(in crate::web::desk) error: Option<String>,
    /// A secret to be confirmed.
    pub(in crate::web::desk) secret: Option<NewSecret>,
    /// Recovery codes, shown once.
    pub(in crate::web::desk) codes: Vec<String>,
    /// A token, shown once.
    pub(in crate::web::desk) token: Option<String>,
}

/// What the page shows of the account.
pub(in crate::web::desk) struct Facts {
    pub(in crate::web::desk) second_factor: bool,
    pub(in crate::web::desk) codes_left: i64,
    pub(in crate::web::desk) tokens: Vec<Token>,
}

#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
pub(in crate::web::desk) fn page(session: &Session, facts: &Facts, said: &Said) -> Markup {
    let lang = session.lang;
    html! {
        h1 { (lang.pick("我的账号", "My account")) }
        p.soft {
            (session.account)
            " · "
            (session.role.label(lang))
            @if !session.units.is_empty() { " · " (session.units.join(lang.pick("、", ", "))) }
        }
        @if session.temporary && said.done.is_none() {
            div.errors role="alert" {
                p { strong { (lang.pick("请先修改口令", "Please change your password first")) } }
                p {
                    (lang.pick(
                        "现在的口令是别人交给您的，至少还有一个人知道。改成只有您自己知道的口令之\
                         后，才能使用工作台。",
                        "Your present password was given to you, so somebody else knows it. The \
                         desk opens once you have one that only you know.",
                    ))
                }
            }
        }
        @if session.temporary && said.done.is_some() {
            p { a.button href="/desk" { (lang.pick("进入工作台", "Go to the desk")) } }
        }
        @if let Some(done) = said.done {
            div.done role="status" { (done) }
        }
        @if let Some(error) = &said.error {
            div.errors role="alert" { (error) }
        }
        @if let Some(token) = &said.token {
            div.done role="status" {
                p {
                    (lang.pick(
                        "令牌已建立，只显示这一次，请立即存入使用它的程序：",
                        "The token is made and shown this once; put it into the program that uses \
                         it:",
                    ))
                }
                p.digest { strong { (token) } }
            }
        }
        @if !said.codes.is_empty() {
            (codes_card(&said.codes, lang))
        }
        div.cols {
            div.card {
                h2 { (lang.pick("修改口令", "Change password")) }
                form method="post" action="/desk/me" {
                    (csrf(session))
                    input type="hidden" name="do" value="password";
                    (fresh(&password_inputs(lang), lang))
                    div.row { button type="submit" { (lang.pick("修改", "Change")) } }
                }
            }
            @if !session.temporary {
                (factor_card(session, facts, said))
            }
            @if !session.temporary { (tokens(session, facts)) }
        }
    }
}

fn codes_card(codes: &[String], lang: Lang) -> Markup {
    html! {
        div.card {
            h2 { (lang.pick("备用码（只显示这一次）", "Recovery codes (shown this once)")) }
            p {
                (lang.pick(
                    "手机丢失时，可用一个备用码代替动态口令登录；每个只能用一次。请抄写或打印后\
                     锁好，不要与口令放在一起。",
                    "If the phone is lost, a recovery code signs in instead, each once. Write \
                     them down or print them, lock them away, not beside the password.",
                ))
            }
            ol.codes {
                @for code in codes {
                    li { code { (code) } }
                }
            }
        }
    }
}

/// One-time codes: off, being turned on, or on.
fn factor_card(session: &Session, facts: &Facts, said: &Said) -> Markup {
    let lang = session.lang;
    html! {
        div.card {
            h2 { (lang.pick("动态口令（第二重验证）", "One-time code (second factor)")) }
            @if let Some(secret) = &said.secret {
                (confirm_secret(session, secret))
            } @else if facts.second_factor {
                p {
                    (lang.pick("已启用。备用码还剩 ", "On. Recovery codes left: "))
                    strong { (facts.codes_left) }
                    (lang.pick(" 个。", "."))
                }
                form method="post" action="/desk/me" {
                    (csrf(session))
                    input type="hidden" name="do" value="disable";
                    (fresh(&[password(lang), either_code(lang)], lang))
                    div.row {
                        button.quiet type="submit" {
                            (lang.pick("取消动态口令", "Remove one-time code"))
                        }
                        button.quiet type="submit" name="do" value="prepare" {
                            (lang.pick("换手机", "New phone"))
                        }
                    }
                }
                p.hint {
                    (lang.pick(
                        "手机和备用码都丢失的，请系统管理员取消。",
                        "If phone and recovery codes are both lost, ask the administrator \
                         to remove it.",
                    ))
                }
            } @else {
                p {
                    (lang.pick(
                        "启用后，登录时除口令外，还要填写手机验证器显示的 6 位数字。口令泄\
                         露时，他人仍不能登录。",
                        "When on, signing in also asks for the 6 digits that an \
                         authenticator shows on your phone. A stolen password alone then \
                         signs nobody in.",
                    ))
                }
                form method="post" action="/desk/me" {
                    (csrf(session))
                    input type="hidden" name="do" value="prepare";
                    (fresh(&[password(lang)], lang))
                    div.row { button type="submit" { (lang.pick("启用", "Turn on")) } }
                }
            }
        }
    }
}

fn password_inputs(lang: Lang) -> Vec<Input> {
    let new = lang.pick("新口令", "New password");
    let again = lang.pick("再输入一次新口令", "New password again");
    vec![
        Input::password("old", lang.pick("现在的口令", "Present password"), "current-password"),
        Input::password("new", new, "new-password").hint(lang.pick(
            "至少 12 位；一句容易记住的话最好。",
            "12 characters or more; a sentence you remember is best.",
        )),
        Input::password("again", again, "new-password"),
    ]
}

fn password(lang: Lang) -> Input {
    Input::password("password", lang.pick("口令", "Password"), "current-password")
}

fn either_code(lang: Lang) -> Input {
    let label = lang.pick("现在的动态口令或一个备用码", "Current code, or a recovery code");
    let input = Input::new("totp", label, InputKind::Line).most(40).required();
    Input { autocomplete: "one-time-code", ..input }
}

fn token_inputs(lang: Lang) -> Vec<Input> {
    let days = lang.pick("有效天数（1 至 90）", "Days valid (1 to 90)");
    vec![
        Input::new("label", lang.pick("用途", "Purpose"), InputKind::Line).most(40).required(),
        Input::new("days", days, InputKind::Number).required(),
        password(lang).id("token_password"),
    ]
}

fn tokens(session: &Session, facts: &Facts) -> Markup {
    let lang = session.lang;
    let mut begun = Form::default();
    put(&mut begun, "days", "30".to_owned());
    html! {
        details.card.more open[!facts.tokens.is_empty()] {
            summary { (lang.pick("供其他程序读取（技术人员用）", "For other programs (API tokens)")) }
            p {
                (lang.pick(
                    "供其他程序读取本人有权查看的内容，只读。说明见",
                    "Let other programs read what you may read, nothing more. See ",
                ))
                a href={ "/api/v1" (lang.pick("", "?lang=en")) } {
                    (lang.pick("程序接口", "the API"))
                }
                (lang.pick("。", "."))
            }
            @if !facts.tokens.is_empty() {
                table {
                    tbody {
                        @for token in &facts.tokens {
                            tr {
                                td { (token.label) }
                                td { (minute_of(token.ends)) (lang.pick(" 到期", " (last day)")) }
                                td {
                                    form.inline method="post" action="/desk/me" {
                                        (csrf(session))
                                        input type="hidden" name="do" value="end_token";
                                        input type="hidden" name="token" value=(token.id);
                                        button.link type="submit" { (lang.pick("撤销", "Revoke")) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
            form method="post" action="/desk/me" {
                (csrf(session))
                input type="hidden" name="do" value="token";
                (draw(&token_inputs(lang), &begun, &Mistakes::default(), lang))
                div.row { button.quiet type="submit" { (lang.pick("建立令牌", "Make a token")) } }
            }
        }
    }
}

fn confirm_secret(session: &Session, secret: &NewSecret) -> Markup {
    let lang = session.lang;
    let code = Input {
        autocomplete: "one-time-code",
        ..Input::new("totp", lang.pick("6 位数字", "6 digits"), InputKind::Number)
    };
    let code = code.id("code").most(12).required();
    html! {
        p {
            (lang.pick(
                "用手机上的验证器（支持 TOTP 的任何一种）扫描，或手工输入密钥，然后填写它显示的 6 \
                 位数字。",
                "Scan this with an authenticator on your phone (any that knows TOTP) or type the \
                 secret, then give the 6 digits it shows.",
            ))
        }
        div.factor { (qr(&secret.url)) }
        p {
            (lang.pick("密钥：", "Secret: "))
            code { (secret.base32) }
        }
        form method="post" action="/desk/me" {
            (csrf(session))
            input type="hidden" name="do" value="enable";
            (fresh(&[code], lang))
            div.row {
                button type="submit" { (lang.pick("确认启用", "Turn on")) }
                a.button.quiet href="/desk/me" { (lang.pick("取消", "Cancel")) }
            }
        }
    }
}
