//! What was handed over, what would differ if it were handed over anew, and who confirmed receipt.
//! Two people agree to a difference that they have seen.

use maud::{Markup, html};

use crate::app::{AppError, Receiver, Results, SharedStep};
use crate::id::AccountName;
use crate::problem::{Problem, ProblemList};
use crate::response::Form;
use crate::round::RoundState;
use crate::storage::Edition;
use crate::text::{Lang, visible};
use crate::web::desk::Session;
use crate::web::desk::forms::conflict;
use crate::web::desk::forms::draw::cell;
use crate::web::desk::forms::input::{Cell, Column};
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::office::help::{Term, help};
use crate::web::desk::rounds::steps::withdrawal;
use crate::web::page::csrf;

#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
pub(in crate::web::desk) fn issued_card(
    session: &Session,
    results: &Results,
    agreed: &[AccountName],
    receivers: &[Receiver],
) -> Result<Markup, AppError> {
    let lang = session.lang;
    let changed = results.has_unissued_changes()?;
    Ok(html! {
        div.card.standing {
            @match &results.edition {
                None => {
                    p {
                        strong { (lang.pick("尚未下发。", "Not handed over yet.")) }
                        (lang.pick(
                            "两个账号同意发布结果时，清单一并下发给各单位。",
                            " Lists go to the units with the release, to which two accounts agree.",
                        ))
                    }
                }
                Some(edition) if results.round.state == RoundState::Released => {
                    p {
                        strong {
                            (lang.pick("已下发第 ", "Handed over: edition "))
                            (edition.number)
                            (lang.pick(" 版", ""))
                        }
                        (lang.pick("（", " ("))
                        (edition.issued)
                        @if !edition.accounts.is_empty() {
                            (lang.pick("，", ", "))
                            (session.people.all(&edition.accounts, lang))
                        }
                        (lang.pick("）。各单位看到的是这一版。", "). This is what the units see."))
                    }
                    p { a href="#receipts" { (received(receivers, lang)) } }
                    @if changed {
                        p {
                            (lang.pick(
                                "此后清单有改动，重新下发后各单位才能看到。须两个账号同意，其中一个\
                                 是政工科负责人。",
                                "The lists have changed since. Units see that only when they are \
                                 handed over anew, which takes two accounts, one of them the head \
                                 of the section.",
                            ))
                        }
                        (differences(edition, results, lang)?)
                        @if !agreed.is_empty() {
                            p {
                                (lang.pick("已同意重新下发：", "Agreed: "))
                                strong { (session.people.all(agreed, lang)) }
                                (lang.pick("，等待另一个账号。", "; another account has to agree."))
                            }
                        }
                        @if agreed.contains(&session.account) {
                            p.soft {
                                (lang.pick("您已同意。", "You agreed."))
                                " "
                                (withdrawal(session, &results.round.id, SharedStep::Lists))
                            }
                        } @else {
                            form
                                method="post"
                                action={ "/desk/rounds/" (results.round.id) "/do/lists" }
                            {
                                (csrf(session))
                                (conflict::seen(&results.digest()?))
                                div.row {
                                    button type="submit" {
                                        (lang.pick("同意重新下发", "Agree to hand them over"))
                                    }
                                }
                            }
                        }
                    }
                }
                Some(_) => {
                    p {
                        (lang.pick(
                            "清单已备妥，等待发布。",
                            "Lists are ready and wait for the release.",
                        ))
                    }
                }
            }
        }
    })
}

/// A row that differs: the list, the row, and what becomes of it.
type Difference = (String, String, String);

/// What units would see anew, row by row.
fn differences(edition: &Edition, results: &Results, lang: Lang) -> Result<Markup, AppError> {
    let mut rows: Vec<Difference> = Vec::new();
    for now in results.all_lists()? {
        let before = edition.lists.iter().find(|list| list.code == now.code);
        compare(before, &now, lang, &mut rows);
    }
    Ok(html! {
        details.differences open[rows.len() <= 12] {
            summary {
                (lang.pick("重新下发后，各单位看到的不同之处（", "What units would see anew ("))
                (rows.len())
                (lang.pick(" 处）", ")"))
            }
            div.scroll tabindex="0" role="region" aria-label=(lang.pick("不同之处", "Differences")) {
                table {
                    thead {
                        tr {
                            th { (lang.pick("清单", "List")) }
                            th { (lang.pick("编号", "No.")) }
                            th { (lang.pick("变化", "Change")) }
                        }
                    }
                    tbody {
                        @for (list, number, change) in &rows {
                            tr { td { (list) } td { (number) } td { (change) } }
                        }
                    }
                }
            }
        }
    })
}

fn compare(
    before: Option<&ProblemList>,
    now: &ProblemList,
    lang: Lang,
    rows: &mut Vec<Difference>,
) {
    let old = before.map_or(&[][..], |list| &list.problems);
    let mut tell = |problem: &Problem, change: String| {
        rows.push((now.name.clone(), problem.number.clone(), change));
    };
    for problem in &now.problems {
        match old.iter().find(|p| p.number == problem.number) {
            None => tell(
                problem,
                format!(
                    "{}{}",
                    lang.pick("新列入：", "added: "),
                    visible(problem.statement.get(lang))
                ),
            ),
            Some(was) if was != problem => tell(problem, changed(was, problem, lang)),
            Some(_) => {}
        }
    }
    for gone in old.iter().filter(|p| now.problems.iter().all(|n| n.number != p.number)) {
        tell(
            gone,
            format!(
                "{}{}",
                lang.pick("不再列入：", "taken out: "),
                visible(gone.statement.get(lang))
            ),
        );
    }
}

/// Which parts of a row are others now.
fn changed(was: &Problem, now: &Problem, lang: Lang) -> String {
    let join = |texts: &[crate::text::Text]| {
        texts.iter().map(|t| t.get(lang)).collect::<Vec<_>>().join(lang.pick("；", "; "))
    };
    let level = |p: &Problem| p.harm_level.as_ref().map_or("", |t| t.get(lang)).to_owned();
    let parts = [
        (
            ["问题表现", "problem"],
            was.statement.get(lang).to_owned(),
            now.statement.get(lang).to_owned(),
        ),
        (["具体事例", "cases"], was.example.clone(), now.example.clone()),
        (["危害程度", "harm"], level(was), level(now)),
        (["主要危害", "main harms"], join(&was.harms), join(&now.harms)),
        (["原因剖析", "causes"], join(&was.causes), join(&now.causes)),
        (["备注", "remarks"], was.note.clone(), now.note.clone()),
    ];
    let told: Vec<String> = parts
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(name, old, new)| {
            let empty =
                |text: String| if text.is_empty() { "—".to_owned() } else { visible(&text) };
            format!(
                "{}{}{} → {}",
                lang.pick(name[0], name[1]),
                lang.pick("：", ": "),
                empty(old),
                empty(new)
            )
        })
        .collect();
    if told.is_empty() {
        lang.pick("来源、程度、合并或核实有变化", "source, level, merging or checks").to_owned()
    } else {
        told.join(lang.pick("；", "; "))
    }
}

/// How many units have their list, in words.
fn received(receivers: &[Receiver], lang: Lang) -> String {
    let all = receivers.len();
    let done = receivers.iter().filter(|one| one.receipt.is_some()).count();
    let missing = |desk: bool| {
        receivers.iter().filter(|one| one.receipt.is_none() && one.has_head == desk).count()
    };
    let (desk, paper) = (missing(true), missing(false));
    if all == done {
        return lang.pick("各单位均已签收", "All units have confirmed receipt").to_owned();
    }
    let mut told =
        vec![lang.pick(format!("已签收 {done} 个单位"), format!("{done} units have confirmed"))];
    if desk > 0 {
        told.push(lang.pick(format!("未签收单位：{desk}"), format!("not confirmed: {desk}")));
    }
    if paper > 0 {
        told.push(
            lang.pick(
                format!("送纸质清单后登记：{paper}"),
                format!("on paper, to be noted: {paper}"),
            ),
        );
    }
    told.join(lang.pick("；", "; "))
}

/// Who confirmed that the list arrived, and who has not; where paper is signed, by whom.
pub(in crate::web::desk) fn receipts(
    session: &Session,
    results: &Results,
    receivers: &[Receiver],
    (typed, wrong): (&Form, &Mistakes),
) -> Markup {
    let lang = session.lang;
    let on_paper = receivers.iter().any(|one| one.receipt.is_none() && !one.has_head);
    let edition = results.edition.as_ref().map_or(0, |edition| edition.number);
    html! {
        @if !receivers.is_empty() {
            div #receipts.card {
                h2 { (lang.pick("签收情况", "Receipts")) (help(Term::Receipt, lang)) }
                (wrong.summary())
                @if on_paper {
                    p.soft {
                        (lang.pick(
                            "负责人没有账号的，送纸质清单，把在回执上签字的人填在下面；还没送到的先不\
                             填。",
                            "For heads without an account: hand over the paper and note who \
                             signed; leave the others empty.",
                        ))
                    }
                    form method="post" action={ "/desk/rounds/" (results.round.id) "/receipts" } {
                        (csrf(session))
                        input type="hidden" name="seen" value=(edition);
                        (receipts_table(session, receivers, typed))
                        div.row {
                            button.quiet type="submit" {
                                (lang.pick("登记纸质签收", "Note who signed"))
                            }
                        }
                    }
                } @else { (receipts_table(session, receivers, typed)) }
            }
        }
    }
}

fn receipts_table(session: &Session, receivers: &[Receiver], typed: &Form) -> Markup {
    let lang = session.lang;
    html! {
        div.scroll tabindex="0" role="region" aria-label=(lang.pick("签收情况", "Receipts")) {
            table {
                thead {
                    tr {
                        th { (lang.pick("单位", "Unit")) }
                        th { (lang.pick("签收", "Received")) }
                        th { (lang.pick("日期", "Day")) }
                    }
                }
                tbody {
                    @for one in receivers { (receiver(session, one, typed)) }
                }
            }
        }
    }
}

fn receiver(session: &Session, one: &Receiver, typed: &Form) -> Markup {
    let lang = session.lang;
    let signer = Column { name: "", label: "", cell: Cell::Name };
    let spoken = lang.pick("纸质签收人：", "Signed on paper by: ");
    html! {
        tr {
            td { (one.unit.name) }
            @match &one.receipt {
                Some(receipt) => {
                    @if let Some(signer) = &receipt.paper {
                        td {
                            bdi { (visible(signer)) }
                            " "
                            span.soft {
                                (lang.pick("（纸质，", " (on paper, noted by "))
                                (session.people.of(&receipt.account))
                                (lang.pick("登记）", ")"))
                            }
                        }
                    } @else { td { (session.people.of(&receipt.account)) } }
                    td { (receipt.day) }
                }
                None if one.has_head => {
                    td { strong { (lang.pick("未签收", "Not confirmed")) } }
                    td {}
                }
                None => {
                    td {
                        (cell(
                            &signer,
                            &format!("signed.{}", one.unit.code),
                            typed,
                            &format!("{spoken}{}", one.unit.name),
                        ))
                    }
                    td {}
                }
            }
        }
    }
}
