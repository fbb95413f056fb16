//! What waits for whoever is signed in, and what a leader or the head of a unit reads.
//! The first thing that everybody sees is what is theirs to do.

use crate::app::{OwnList, Task};
use crate::round::RoundState;
use crate::text::Lang;
use crate::unit::Scope;
use crate::web::desk::Session;
use maud::{Markup, html};

/// The list of what waits, oldest first.
pub(in crate::web::desk) fn tasks(tasks: &[Task], lang: Lang) -> Markup {
    html! {
        div #tasks.card.tasks {
            h2 {
                (lang.pick("待办", "To do"))
                @if !tasks.is_empty() { " " span.badge { (tasks.len()) } }
            }
            @if tasks.is_empty() {
                p.soft { (lang.pick("现在没有等您办理的事项。", "Nothing waits for you now.")) }
            } @else {
                ol {
                    @for task in tasks { li { a href=(task.to) { (task.what.get(lang)) } } }
                }
            }
        }
    }
}

/// Released rounds with the lists that somebody may read.
pub(in crate::web::desk) fn lists(session: &Session, own: &[OwnList]) -> Markup {
    let lang = session.lang;
    html! {
        @if own.is_empty() {
            div.card.empty {
                p {
                    (lang.pick(
                        "还没有发布给您的结果。发布之前，任何人都看不到本单位的结果。",
                        "Nothing is released to you yet. Before the release nobody sees your \
                         unit's results.",
                    ))
                }
            }
        }
        @for lists in own.chunk_by(|a, b| a.round.id == b.round.id) { (round(session, lists)) }
        p.soft {
            (lang.pick(
                "本系统不能按人员、岗位、日期查询，也不保存谁填写了问卷；任何单位和个人不得追查填写人。对\
                 结果有疑问的，请联系政工科。",
                "Nothing here can be searched by person, post or day, and nobody knows who \
                 answered; tracing respondents breaks the promise of secrecy. Ask the Political \
                 Work Section about results.",
            ))
        }
    }
}

fn round(session: &Session, lists: &[OwnList]) -> Markup {
    let (lang, of) = (session.lang, &lists[0].round);
    let base = format!("/desk/rounds/{}", of.id);
    html! {
        div.card {
            h2 { (of.title) }
            p.soft {
                (lang.pick("问卷填写时间：", "Answered: ")) (of.days(lang))
                @if of.state == RoundState::Released {
                    (lang.pick("　清单下发：", " · lists handed over: ")) (lists[0].issued)
                }
            }
            @if session.reads_the_bureau() {
                p.row {
                    a.button href={ (base) "/results" } {
                        (lang.pick("全局结果", "The bureau's results"))
                    }
                    @if lists[0].looks_back {
                        a.button.quiet href={ (base) "/compare" } {
                            (lang.pick("回头看：与上一轮对照", "Look-back: beside the round before"))
                        }
                    }
                    a.button.quiet href={ (base) "/exports" } {
                        (lang.pick("导出表格和报告", "Tables and report"))
                    }
                }
            }
            div.scroll tabindex="0" role="region" aria-label=(of.title) {
                table {
                    thead {
                        tr {
                            th { (lang.pick("统计组", "Group")) }
                            th { (lang.pick("问题清单", "Problem list")) }
                            th { (lang.pick("对照", "Compared")) }
                            @if !session.role.is_leader() {
                                th { (lang.pick("签收", "Received")) }
                            }
                        }
                    }
                    tbody {
                        @for list in lists { (row(session, list)) }
                    }
                }
            }
        }
    }
}

fn row(session: &Session, list: &OwnList) -> Markup {
    let lang = session.lang;
    let group = list.page().replace("/lists/", "/groups/");
    html! {
        tr {
            td {
                (list.group_name)
                @if Scope::of(&list.group) == Scope::Bureau {
                    (lang.pick("（全局汇总）", " (bureau roll-up)"))
                }
            }
            td { a href=(list.page()) { (lang.pick("查看并打印", "Read and print")) } }
            td {
                @if Scope::of(&list.group) != Scope::Bureau {
                    a href=(group) {
                        @if list.looks_back {
                            (lang.pick("与全局对照、回头看", "Beside the bureau, look-back"))
                        } @else { (lang.pick("与全局对照", "Beside the bureau")) }
                    }
                }
            }
            @if !session.role.is_leader() {
                td {
                    @if list.received { (lang.pick("已签收", "Confirmed")) } @else {
                        a href=(list.page()) { strong { (lang.pick("待签收", "To be confirmed")) } }
                    }
                }
            }
        }
    }
}
