//! The page of the key while a round is open or closed: trustees type in turn, or try their
//! passphrase.
//! Nothing that is typed is shown, then or later.

use crate::app::App;
use crate::round::{Round, RoundState};
use crate::text::Lang;
use crate::web::desk::Session;
use crate::web::desk::forms::draw::fresh;
use crate::web::desk::forms::input::Input;
use crate::web::page::csrf;
use maud::{Markup, html};

/// What is lost for ever, said before a round is opened and while it is open.
pub(in crate::web::desk) fn warning(need: usize, of: usize, lang: Lang) -> Markup {
    html! {
        p.warn {
            strong { (lang.pick("请务必知悉：", "Be sure to know: ")) }
            (lang.pick(
                format!(
                    "开箱须同时具备两样：{of} 位监督员中任意 {need} 位的口令，和服务器数据目录里的\
                     钥匙文件。口令不足 {need} 份，或钥匙文件丢失，本轮全部答卷即永久作废，任何人都\
                     无法恢复。",
                ),
                format!(
                    "opening needs two things together: the passphrases of any {need} of the {of} \
                     trustees, and the key file in the server's data folder. With fewer than \
                     {need} passphrases, or without the key file, every response of this round is \
                     lost for good and nobody can bring it back.",
                ),
            ))
        }
    }
}

pub(in crate::web::desk) fn held(session: &Session, app: &App, round: &Round) -> Markup {
    let lang = session.lang;
    let action = format!("/desk/rounds/{}/custody", round.id);
    let Some((need, of)) = App::trustees(round) else {
        return html! {
            div.card {
                p {
                    (lang.pick(
                        "本轮为试用：钥匙由服务器保管，没有监督员口令。",
                        "This round is a trial: the server keeps the key and there are no \
                         trustees.",
                    ))
                }
            }
        };
    };
    html! {
        div.card {
            (warning(need, of, lang))
            @if app.holds_custody(&round.id) {
                p {
                    (lang.pick(
                        "钥匙文件：在本服务器上，完好待用。",
                        "Key file: on this server, ready.",
                    ))
                }
            } @else {
                p.error {
                    (lang.pick(
                        "本服务器上没有本轮的钥匙文件。请在开放本轮的那台服务器上操作。",
                        "This server does not hold the round's key file. Work on the server that \
                         opened the round.",
                    ))
                }
            }
        }
        (gathering(session, app, round, need))
        div.card {
            h2 { (lang.pick("核对口令", "Check a passphrase")) }
            p {
                (lang.pick(
                    "监督员可随时核对自己的口令是否仍然有效。核对不保存口令，也不开启任何东西。",
                    "A trustee may check the own passphrase at any time. Checking keeps nothing \
                     and opens nothing.",
                ))
            }
            (typing(
                session,
                &action,
                "test",
                lang.pick("本人口令", "Own passphrase"),
                lang.pick("核对", "Check"),
            ))
        }
    }
}

/// Trustees come together for one step.
#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
fn gathering(session: &Session, app: &App, round: &Round, need: usize) -> Markup {
    let lang = session.lang;
    let action = format!("/desk/rounds/{}/custody", round.id);
    let have = app.gathered(&round.id);
    let early = round.state == RoundState::Open && app.now() < round.ends_at();
    let (step, name) = if round.state == RoundState::Open {
        ("close", lang.pick("提前截止", "Close early"))
    } else {
        ("box", lang.pick("开箱", "Open the box"))
    };
    html! {
        div.card {
            h2 { (lang.pick("监督员依次输入口令", "Trustees enter their passphrases in turn")) }
            p {
                @if round.state == RoundState::Open {
                    (lang.pick(
                        "到期自动截止不需要口令；提前截止需要 ",
                        "Closing on time needs no passphrase; closing early needs ",
                    ))
                    (need)
                    (lang.pick(" 位监督员到场。", " trustees present. "))
                } @else {
                    (lang.pick("开箱需要 ", "Opening needs "))
                    (need)
                    (lang.pick(
                        " 位监督员到场，依次在下面输入各自的口令。",
                        " trustees present, each entering a passphrase below. ",
                    ))
                }
                (lang.pick(
                    "输入的口令不显示、不保存，十五分钟内有效。",
                    "What is typed is neither shown nor stored and lasts fifteen minutes.",
                ))
            }
            p.lead {
                (lang.pick("已输入 ", "Entered: "))
                strong { (have) }
                " / "
                (need)
                (lang.pick(" 位", ""))
            }
            @if have < need {
                (typing(
                    session,
                    &action,
                    if early { "enter-early" } else { "enter" },
                    lang.pick("本人口令", "Own passphrase"),
                    lang.pick("确认输入", "Enter"),
                ))
            } @else {
                form method="post" action={ "/desk/rounds/" (round.id) "/do/" (step) } {
                    (csrf(session))
                    div.row { button type="submit" { (name) } }
                }
            }
            @if have > 0 {
                form method="post" action=(action) {
                    (csrf(session))
                    input type="hidden" name="step" value="forget";
                    button.link type="submit" {
                        (lang.pick("清除已输入的口令", "Forget what was entered"))
                    }
                }
            }
        }
    }
}

/// A field for one passphrase, shown neither while nor after it is typed.
pub(in crate::web::desk) fn typing(
    session: &Session,
    action: &str,
    step: &'static str,
    label: &'static str,
    button: &str,
) -> Markup {
    let lang = session.lang;
    // Two of these stand on one page.
    let id = if step == "test" { "passphrase-test" } else { "passphrase-enter" };
    let early = step == "enter-early";
    let step = if early { "enter" } else { step };
    let typed = Input::password("passphrase", label, "off").id(id).hint(lang.pick(
        "20 个字母和数字，横线、空格和大小写不限。",
        "20 letters and digits; dashes, spaces and case do not matter.",
    ));
    html! {
        form method="post" action=(action) autocomplete="off" {
            (csrf(session))
            input type="hidden" name="step" value=(step);
            (fresh(&[typed], lang))
            @if early {
                label.inline {
                    input type="checkbox" name="opening" value="yes";
                    (lang.pick(
                        "本次输入也用于随后的开箱（十五分钟内，由本人决定）",
                        "What I type serves the opening that follows, too (within fifteen minutes)",
                    ))
                }
            }
            div.row { button.quiet type="submit" { (button) } }
        }
    }
}
