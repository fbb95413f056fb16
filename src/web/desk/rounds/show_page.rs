//! The page of a round: where it stands, what can be done now and why other things cannot.
//! One card for each part, in the order in which a round is lived.

use crate::app::{App, Progress};
use crate::round::{Access, ClosingSums, Day, Round, RoundState};
use crate::text::Lang;
use crate::web::desk::Session;
use crate::web::desk::rounds::cards::{holds_card, results_card, slips_card, turnout_card};
use crate::web::desk::rounds::facts::Facts;
use crate::web::desk::rounds::leftover;
use crate::web::desk::rounds::opening;
use crate::web::desk::rounds::scopes_card::scopes_card;
use crate::web::desk::rounds::shared_page::{opened_now, postpone_form};
use crate::web::page::csrf;
use maud::{Markup, html};

pub(in crate::web::desk) fn page(session: &Session, facts: &Facts) -> Markup {
    let lang = session.lang;
    let round = &facts.round;
    html! {
        p.noprint { a href="/desk" { (lang.pick("← 全部轮次", "← All rounds")) } }
        h1 { (round.title) }
        p.soft {
            (facts.survey.title().get(lang))
            " · "
            (round.days(lang))
            (lang.pick(" · 编号 ", " · id "))
            (round.id)
            " · "
            a href={ "/desk/surveys/" (facts.survey.hash()) "/preview" } {
                (lang.pick("手机预览", "preview"))
            }
        }
        (path(round, lang))
        @match &facts.opening {
            Some(Err(refusal)) => {
                div.errors role="alert" { (refusal.get(lang)) }
            }
            Some(Ok(progress)) if *progress != Progress::Done => {
                div.card { p.lead { (opening::progress_text(*progress, lang)) } }
            }
            _ => {}
        }
        (now_card(session, facts))
        div.cols {
            @if matches!(round.state, RoundState::Draft | RoundState::Open) {
                (slips_card(session, facts))
            }
            @if round.state == RoundState::Open { (turnout_card(facts, lang)) }
            @if matches!(round.state, RoundState::Open | RoundState::Closed) {
                (leftover::card(session, facts))
            }
            @if let Some(scopes) = &facts.scopes {
                (scopes_card(&facts.round.id, &scopes.0, &scopes.1, &facts.survey, lang))
            }
            @if let Some(closing) = &round.closing {
                (bulletin_card(round, closing, lang))
            }
            @if round.state.has_results() && round.destroyed {
                (results_card(round, lang))
                (holds_card(session, facts))
            }
        }
    }
}

/// What the bulletin says.
fn bulletin_card(round: &Round, closing: &ClosingSums, lang: Lang) -> Markup {
    html! {
        div.card {
            h2 { (lang.pick("公示", "Bulletin")) }
            @if closing.early {
                p {
                    strong { (lang.pick("本轮提前截止。", "This round was closed early.")) }
                }
            }
            table {
                @if round.access == Access::Slip {
                    tr {
                        th { (lang.pick("发放填写码", "Slips issued")) }
                        td.n { (closing.issued) }
                    }
                    tr {
                        th { (lang.pick("已使用", "Slips used")) }
                        td.n { (closing.used) }
                    }
                    @if closing.over > 0 {
                        tr {
                            th {
                                (lang.pick(
                                    "其中超出单位人数",
                                    "of these beyond head counts",
                                ))
                            }
                            td.n.error { (closing.over) }
                        }
                    }
                }
                tr {
                    th { (lang.pick("票箱中答卷", "Responses in the box")) }
                    td.n { (closing.ballots) }
                }
            }
            p.digest { (closing.digest) }
            p {
                a href={ "/bulletin/" (round.id) } {
                    (lang.pick("打开公示栏", "Open the bulletin"))
                }
            }
        }
    }
}

fn path(round: &Round, lang: Lang) -> Markup {
    let states = [
        RoundState::Draft,
        RoundState::Open,
        RoundState::Closed,
        RoundState::Opened,
        RoundState::Released,
    ];
    let at = states.iter().position(|s| *s == round.state);
    html! {
        ol.path {
            @for (n, state) in states.iter().enumerate() {
                li  .({
                    if at == Some(n) {
                        "now"
                    } else if at.is_some_and(|a| n < a) {
                        "done"
                    } else {
                        "later"
                    }
                })
                    aria-current=[(at == Some(n)).then_some("step")]
                { (state.label(lang)) }
            }
        }
        @if at.is_none() {
            p.error { (lang.pick("本轮", "This round: ")) (round.state.label(lang)) }
        }
    }
}

/// The way to the trustees' page.
fn custody(round: &Round, lang: Lang) -> Markup {
    html! {
        a.button href={ "/desk/rounds/" (round.id) "/custody" } {
            (lang.pick("钥匙保管", "Custody of the key"))
        }
    }
}

/// A step that needs nothing but to be taken.
fn button(session: &Session, round: &Round, step: &str, label: &str, quiet: bool) -> Markup {
    html! {
        form method="post" action={ "/desk/rounds/" (round.id) "/do/" (step) } {
            (csrf(session))
            button.(if quiet { "quiet" } else { "main" }) type="submit" { (label) }
        }
    }
}

/// What can be done now, and why nothing else can.
#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
fn now_card(session: &Session, facts: &Facts) -> Markup {
    let lang = session.lang;
    let round = &facts.round;
    html! {
        div.card {
            h2 { (lang.pick("现在可以做什么", "What can be done now")) }
            @match round.state {
                RoundState::Draft => { (draft_now(session, facts)) }
                RoundState::Open => { (open_now(session, facts)) }
                RoundState::Closed => { (closed_now(session, facts)) }
                RoundState::Opened if !round.destroyed => {
                    p {
                        (lang.pick(
                            "结果已生成，票箱和钥匙尚未销毁完毕；销毁完成后才显示结果。",
                            "Results are made, but box and key are not destroyed yet; results show \
                             only afterwards.",
                        ))
                    }
                    div.row {
                        @let label = lang.pick("继续完成销毁", "Finish the destruction");
                (button(session, round, "box", label, false))
                    }
                }
                RoundState::Opened => { (opened_now(session, facts)) }
                RoundState::Released => {
                    p {
                        (lang.pick(
                            "已发布。各单位负责人可以看到本单位的问题清单。",
                            "Released. Heads of units can see their lists.",
                        ))
                    }
                    div.row {
                        a.button href={ "/desk/rounds/" (round.id) "/results" } {
                            (lang.pick("查看结果", "See the results"))
                        }
                    }
                }
                RoundState::Suspended => {
                    p {
                        (lang.pick(
                            "本轮因恢复备份而暂停，填写页面已关闭。请核对差异后，由两个账号决定继续\
                             或作废。",
                            "Suspended because a backup was restored; the questionnaire is closed. \
                             Compare, then two accounts go on or void it.",
                        ))
                    }
                    div.row {
                        a.button href={ "/desk/rounds/" (round.id) "/keeping" } {
                            (lang.pick("查看差异并决定", "Compare and decide"))
                        }
                    }
                }
                RoundState::Void => {
                    p {
                        (lang.pick(
                            "本轮已作废，不再接受任何操作。",
                            "This round is void; nothing more can be done.",
                        ))
                    }
                }
            }
        }
    }
}

fn closed_now(session: &Session, facts: &Facts) -> Markup {
    let (lang, round) = (session.lang, &facts.round);
    let trustees = App::trustees(round);
    html! {
        p {
            (lang.pick(
                "票箱已封存。开箱前没有任何结果；开箱只能进行一次。",
                "The box is sealed. There are no results before the opening, and it \
                 happens once.",
            ))
        }
        @if let Some((need, of)) = trustees {
            p {
                (lang.pick("由 ", "Of "))
                (of)
                (lang.pick(" 位监督员中的 ", " trustees, "))
                (need)
                (lang.pick(
                    " 位到场，依次输入口令后开箱。",
                    " come and enter their passphrases in turn; then the box opens.",
                ))
            }
            div.row { (custody(round, lang)) }
        } @else {
            div.row { (button(session, round, "box", lang.pick("开箱", "Open the box"), false)) }
        }
        p.soft {
            (lang.pick(
                "口令或钥匙文件丢失、永远无法开箱的，可由两个账号确认",
                "If passphrases or key file are lost and it can never be opened, two \
                 accounts may ",
            ))
            a href={ "/desk/rounds/" (round.id) "/keeping" } {
                (lang.pick("作废", "void it"))
            }
            (lang.pick("。", "."))
        }

    }
}

fn open_now(session: &Session, facts: &Facts) -> Markup {
    let (lang, round) = (session.lang, &facts.round);
    let trustees = App::trustees(round);
    html! {
        p {
            (lang.pick(
                "填写进行中。任何人都看不到答案；回收情况只显示区间。",
                "Officers are answering. Nobody can see an answer; turnout is shown in \
                 bands. It closes after ",
            ))
            (Day(round.closes, lang))
            (lang.pick(
                "二十四点截止，之后自动封存票箱。",
                " by itself, and the box is sealed.",
            ))
        }
        p.soft {
            (lang.pick("共用平板填写，请打开 ", "For a tablet that many use, open "))
            a href={ "/r/" (round.id) "?device=shared" } {
                "/r/"
                (round.id)
                "?device=shared"
            }
            (lang.pick(
                "：不提供暂存，提交后 10 秒自动回到空白问卷。",
                ": nothing is kept on it, and it returns to an empty form 10 seconds \
                 after each submission.",
            ))
        }
        @if let Some((need, of)) = trustees {
            p.soft {
                (lang.pick("钥匙由 ", "The key is kept by "))
                (of)
                (lang.pick(" 位监督员保管，", " trustees, "))
                (need)
                (lang.pick(
                    " 位到场可开箱；提前截止也须 ",
                    " can open the box; closing early also needs ",
                ))
                (need)
                (lang.pick(" 位到场。", "."))
            }
            div.row { (custody(round, lang)) }
        } @else {
            div.row {
                (button(session, round, "close", lang.pick("截止本轮", "Close the round"), true))
            }
        }
        @if !round.ended { (postpone_form(session, facts)) }
    }
}

fn draft_now(session: &Session, facts: &Facts) -> Markup {
    let (lang, round) = (session.lang, &facts.round);
    html! {
        p {
            (lang.pick("开放后，队员从", "Once open, officers can answer from "))
            (Day(round.opens, lang))
            (lang.pick(
                "零点起可以填写。填写码可以现在印，也可以开放后印。",
                " on. Slips can be printed now or after opening.",
            ))
        }
        p {
            (lang.pick(
                "正式轮次由监督员共同保管票箱钥匙：口令封存后开放。只是试用的，可由服务\
                 器保管，全程标注“试用”。",
                "In a formal round trustees keep the key together: seal the \
                 passphrases, then open. For a trial the server may keep it, and the \
                 round is marked as a trial throughout.",
            ))
        }
        div.row {
            a.button href={ "/desk/rounds/" (round.id) "/custody" } {
                (lang.pick("由监督员保管并开放", "Give the key to trustees and open"))
            }
            (button(session, round, "open", lang.pick("试用开放", "Open as a trial"), true))
            a href={ "/desk/rounds/" (round.id) "/edit" } {
                (lang.pick("修改或放弃草稿", "Change or drop the draft"))
            }
        }

    }
}
