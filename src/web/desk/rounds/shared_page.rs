//! What two people agree to on the page of a round: the release with its reach, and a later closing
//! day.
//! The second one sees what the first one chose, and chooses the same or begins anew.

use crate::app::SharedStep;
use crate::response::Form;
use crate::round::{Day, Reach};
use crate::web::desk::Session;
use crate::web::desk::forms::conflict::seen;
use crate::web::desk::forms::draw::draw;
use crate::web::desk::forms::input::{Input, InputKind, options};
use crate::web::desk::forms::inputs::put;
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::rounds::facts::Facts;
use crate::web::desk::rounds::steps::withdrawal;
use crate::web::page::csrf;
use maud::{Markup, html};

pub(in crate::web::desk) fn opened_now(session: &Session, facts: &Facts) -> Markup {
    let (lang, round) = (session.lang, &facts.round);
    html! {
        p {
            (lang.pick(
                "结果只有政工科能看到。核实带“存疑”标记的题目后，发布给各单位。发布须两\
                 个账号先后同意，其中一个是政工科负责人。",
                "Only the section sees the results. Check the held questions, then \
                 release. A release needs two accounts, one of them the head of the \
                 section.",
            ))
        }
        @if !facts.released_by.is_empty() {
            p {
                (lang.pick("已同意发布：", "Agreed: "))
                strong { (session.people.all(&facts.released_by, lang)) }
                (lang.pick("，等待另一个账号", "; another account has to agree"))
                @if facts.released_by.len() > 1 {
                    (lang.pick("（政工科负责人）", " (the head of the section)"))
                }
                (lang.pick("。", "."))
            }
        }
        div.row {
            a.button.quiet href={ "/desk/rounds/" (round.id) "/results" } {
                (lang.pick("查看结果", "See the results"))
            }
            @if facts.released_by.contains(&session.account) {
                span.soft { (lang.pick("您已同意。", "You agreed.")) }
                (withdrawal(session, &round.id, SharedStep::Release))
            } @else {
                (release_form(session, facts))
            }
        }

    }
}

/// The form of an agreement to the release, with what the bulletin is to show.
fn release_form(session: &Session, facts: &Facts) -> Markup {
    let (lang, round) = (session.lang, &facts.round);
    let label = lang.pick("公示栏的公布范围", "What the bulletin shows");
    let reaches = options(Reach::ALL.iter().map(|(reach, id, _)| (*id, reach.label(lang))));
    let mut form = Form::default();
    put(&mut form, "reach", facts.reach.unwrap_or_default().as_str().to_owned());
    let hint = match facts.reach {
        Some(_) => lang.pick(
            "先同意的人选了这一项；您改选别的，须对方重新同意。",
            "Whoever agreed first chose this. If you choose otherwise, they have to agree anew.",
        ),
        None => lang.pick(
            "公示栏凭网址即可打开。两人须选同一项，发布后不能改。",
            "The bulletin opens for everybody who has its address. Both choose the same; it stays.",
        ),
    };
    let input = Input::new("reach", label, reaches).hint(hint);
    html! {
        form method="post" action={ "/desk/rounds/" (round.id) "/do/release" } {
            (csrf(session))
            (seen(&facts.seen))
            (draw(&[input], &form, &Mistakes::default(), lang))
            button.main type="submit" { (lang.pick("同意发布", "Agree to the release")) }
        }
    }
}

/// The closing day is put off by two people, never brought forward.
pub(in crate::web::desk) fn postpone_form(session: &Session, facts: &Facts) -> Markup {
    let (lang, round) = (session.lang, &facts.round);
    let label = lang.pick("新的截止日期", "New closing day");
    let mut form = Form::default();
    if let Some(day) = facts.postponed_to {
        put(&mut form, "closes", day.to_string());
    }
    let input = Input::new("closes", label, InputKind::Day).required();
    html! {
        details.more open[!facts.postponed_by.is_empty()] {
            summary { (lang.pick("延期截止……", "Put the closing day off …")) }
            p.soft {
                (lang.pick(
                    "只能推后，须两个账号同意，其中一个是政工科负责人；公示栏写明。",
                    "Only to a later day. It takes two accounts, one of them the head of the \
                     section, and the bulletin says so.",
                ))
            }
            @if let (Some(day), false) = (facts.postponed_to, facts.postponed_by.is_empty()) {
                p {
                    strong { (session.people.all(&facts.postponed_by, lang)) }
                    (lang.pick(" 已同意延期至 ", " agreed to put it off until "))
                    (Day(day, lang))
                    (lang.pick("，等待另一个账号。", "; another account has to agree."))
                    @if facts.postponed_by.contains(&session.account) {
                        " "
                        (withdrawal(session, &round.id, SharedStep::Postpone))
                    }
                }
            }
            form method="post" action={ "/desk/rounds/" (round.id) "/do/postpone" } {
                (csrf(session))
                (draw(&[input], &form, &Mistakes::default(), lang))
                div.row {
                    button.quiet type="submit" { (lang.pick("同意延期", "Agree to it")) }
                }
            }
        }
    }
}
