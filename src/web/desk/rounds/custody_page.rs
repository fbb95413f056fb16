//! The page of the key: passphrases made, sealed, tested, typed.
//! What is lost for ever is said before it can be.

use crate::app::{App, LastChange, PreparedSet, minute_of};
use crate::response::Form;
use crate::round::{Round, RoundState};
use crate::text::Lang;
use crate::web::desk::Session;
use crate::web::desk::forms::draw::draw;
use crate::web::desk::forms::input::{Input, InputKind};
use crate::web::desk::forms::inputs::put;
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::office::help::{Term, help};
use crate::web::desk::rounds::custody_held_page::{held, typing, warning};
use crate::web::page::csrf;
use maud::{Markup, html};

/// What the page says about the last step.
#[derive(Default)]
pub(in crate::web::desk) struct Said {
    pub(in crate::web::desk) good: Option<String>,
    pub(in crate::web::desk) bad: Option<String>,
    /// The set that is about to be voided waits for a yes.
    pub(in crate::web::desk) voiding: bool,
}

pub(in crate::web::desk) fn page(
    session: &Session,
    app: &App,
    round: &Round,
    printed: Option<&LastChange>,
    said: &Said,
) -> Markup {
    let lang = session.lang;
    html! {
        p.noprint {
            a href={ "/desk/rounds/" (round.id) } { "← " (round.title) }
        }
        h1 { (lang.pick("钥匙保管", "Custody of the key")) (help(Term::Trustee, lang)) }
        @if let Some(good) = &said.good {
            div.card.good role="status" { p { (good) } }
        }
        @if let Some(bad) = &said.bad {
            div.errors role="alert" { (bad) }
        }
        @match round.state {
            RoundState::Draft => (draft(session, app, round, printed, said)),
            RoundState::Open | RoundState::Closed => (held(session, app, round)),
            _ => {
                div.card {
                    p {
                        (lang.pick(
                            "本轮已开箱，口令和钥匙已作废。",
                            "This box was opened; passphrases and key are void.",
                        ))
                    }
                }
            }
        }
    }
}

/// The form that makes the passphrases.
pub(in crate::web::desk) fn trustee_inputs(lang: Lang) -> [Input; 2] {
    let all = lang.pick("监督员共几人", "Trustees in all");
    let needed = lang.pick("其中几人到场即可开箱", "How many of them can open");
    [
        Input::new("trustees", all, InputKind::Number).required(),
        Input::new("quorum", needed, InputKind::Number).required(),
    ]
}

#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
fn draft(
    session: &Session,
    app: &App,
    round: &Round,
    printed: Option<&LastChange>,
    said: &Said,
) -> Markup {
    let lang = session.lang;
    let action = format!("/desk/rounds/{}/custody", round.id);
    let mut begun = Form::default();
    put(&mut begun, "trustees", "4".to_owned());
    put(&mut begun, "quorum", "3".to_owned());
    html! {
        @match app.prepared(&round.id) {
            None => {
                @if let Some(last) = printed {
                    div.errors {
                        p {
                            strong {
                                (lang.pick(
                                    "先前打印的口令已失效。",
                                    "The passphrases printed before have lapsed. ",
                                ))
                            }
                            (minute_of(last.at))
                            (lang.pick(" 由 ", " made by "))
                            (last.account)
                            (lang.pick(
                                " 生成的一套口令，因超过两小时未开放或服务重启而作废。请当场销毁那\
                                 些信封，重新生成。",
                                ": the round was not opened within two hours, or the service was \
                                 restarted. Destroy those envelopes and make new ones.",
                            ))
                        }
                    }
                }
                div.card {
                    h2 {
                        (lang.pick(
                            "第一步：生成监督员口令",
                            "Step 1: make the trustees' passphrases",
                        ))
                    }
                    (warning(3, 4, lang))
                    p {
                        (lang.pick(
                            "建议四位监督员、三位到场即可开箱，其中两位为队员代表。口令由系统生成，\
                             只在下载的打印件上出现一次；打印后当场封入各人信封，并删除下载的文\
                             件。",
                            "Four trustees of whom three can open the box are a good choice, two \
                             of them officers' representatives. The passphrases are made by the \
                             system and appear once, on the sheet you download. Print it, seal \
                             each into its envelope at once, and delete the file.",
                        ))
                    }
                    form method="post" action=(action) data-file autocomplete="off" {
                        (csrf(session))
                        input type="hidden" name="step" value="make";
                        (draw(&trustee_inputs(lang), &begun, &Mistakes::default(), lang))
                        div.row {
                            button type="submit" {
                                (lang.pick("生成并下载打印件", "Make and download the sheet"))
                            }
                        }
                    }
                }
            }
            Some(waiting) if said.voiding => (voiding(session, &action, &waiting)),
            Some(waiting) => (seal(session, round, &action, &waiting)),
        }
    }
}

/// Passphrases are printed: sealed, tested by their holders, and then the round opens.
fn seal(session: &Session, round: &Round, action: &str, waiting: &PreparedSet) -> Markup {
    let lang = session.lang;
    let PreparedSet { set, need, of, tested, voided } = waiting;
    html! {
        @if !voided.is_empty() {
            div.errors {
                p {
                    strong {
                        (lang.pick("已作废的口令：", "Void passphrases: "))
                        (voided.join(lang.pick("、", ", ")))
                    }
                    (lang.pick(
                        "。印有上述编号的信封打不开票箱，请当众销毁；现行的是 ",
                        ". Envelopes with these marks open nothing: destroy them before witnesses. \
                         The set that counts is ",
                    ))
                    strong { (set) }
                    (lang.pick("。", "."))
                }
            }
        }
        div.card {
            h2 { (lang.pick("第二步：核对并封存", "Step 2: check and seal")) }
            p {
                (lang.pick("打印件已生成，编号 ", "The sheet is made, set "))
                strong { (set) }
                (lang.pick("（", " ("))
                (of)
                (lang.pick(" 份，", " passphrases, "))
                (need)
                (lang.pick(
                    " 份可开箱）。请各位监督员依次对照自己那一张在下面输入一次，核对无误后当场装进信封、\
                     封口签名。两小时内有效。",
                    " open the box). Let each trustee type the own passphrase below, from the own \
                     sheet; then it goes into its envelope, sealed and signed. Valid for two \
                     hours.",
                ))
            }
            p.lead {
                (lang.pick("已核对 ", "Tested: "))
                strong { (tested) }
                " / "
                (of)
                (lang.pick(" 位，至少须 ", ", at least "))
                (need)
                (lang.pick(" 位", ""))
            }
            (typing(
                session,
                action,
                "test",
                lang.pick("核对口令", "Check a passphrase"),
                lang.pick("核对", "Check"),
            ))
        }
        (open_card(session, round, action, waiting))
    }
}

/// The round opens once enough of them were tested.
fn open_card(session: &Session, round: &Round, action: &str, waiting: &PreparedSet) -> Markup {
    let lang = session.lang;
    let PreparedSet { need, of, tested, .. } = waiting;
    html! {
        div.card {
            h2 { (lang.pick("第三步：开放本轮", "Step 3: open the round")) }
            (warning(*need, *of, lang))
            @if tested < need {
                p.soft {
                    (lang.pick("至少 ", "The round can be opened once "))
                    (need)
                    (lang.pick(
                        " 位监督员本人核对无误后，才能开放。",
                        " trustees have tested their own passphrase.",
                    ))
                }
            } @else {
                form method="post" action={ "/desk/rounds/" (round.id) "/do/open" } {
                    (csrf(session))
                    input type="hidden" name="custody" value="trustees";
                    div.row {
                        button type="submit" {
                            (lang.pick(
                                "口令已封存，开放本轮",
                                "Passphrases are sealed, open the round",
                            ))
                        }
                    }
                }
            }
            form method="post" action=(action) {
                (remake(session, waiting))
                button.link type="submit" {
                    (lang.pick("打印件丢失，重新生成……", "Sheet lost: make new ones …"))
                }
            }
        }
    }
}

fn remake(session: &Session, PreparedSet { set, need, of, .. }: &PreparedSet) -> Markup {
    html! {
        (csrf(session))
        input type="hidden" name="step" value="make";
        input type="hidden" name="trustees" value=(of);
        input type="hidden" name="quorum" value=(need);
        input type="hidden" name="replaces" value=(set);
    }
}

/// Before printed passphrases are voided: what that means.
fn voiding(session: &Session, action: &str, waiting: &PreparedSet) -> Markup {
    let lang = session.lang;
    let set = &waiting.set;
    html! {
        div.card.narrow {
            h2 { (lang.pick("重新生成监督员口令", "Make the passphrases anew")) }
            p.lead {
                (lang.pick(
                    format!(
                        "编号 {set} 的 {} 份口令将立即作废：已经封好的信封全部打不开票箱，必须当众\
                         收回、销毁，由各位监督员重新封存、重新核对。",
                        waiting.of,
                    ),
                    format!(
                        "The {} passphrases of set {set} become void at once: no sealed envelope \
                         of that set will open the box. They have to be collected and destroyed \
                         before witnesses, and every trustee seals and tests anew.",
                        waiting.of,
                    ),
                ))
            }
            form method="post" action=(action) data-file {
                (remake(session, waiting))
                input type="hidden" name="confirm" value="yes";
                div.row {
                    button.grave type="submit" {
                        (lang.pick(
                            "作废旧的，生成并下载新的",
                            "Void them, make and download new ones",
                        ))
                    }
                    a.button.quiet href=(action) { (lang.pick("取消", "Cancel")) }
                }
            }
        }
    }
}
