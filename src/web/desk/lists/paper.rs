//! A problem list as a page that one prints and hands over: A4 landscape, table T2, places for seal
//! and signature.

use actix_web::web::Path;
use maud::{Markup, html};

use crate::app::{AppError, OwnList, Permission, Role};
use crate::id::RoundId;
use crate::unit::{GroupCode, Scope};
use crate::web::desk::answer::{Answer, Desk, see_other};
use crate::web::desk::lists::paper_page::paper;
use crate::web::desk::{Posted, Session};
use crate::web::page::csrf;

/// `GET /desk/rounds/{round}/lists/{group}`.
pub async fn show(desk: Desk, path: Path<(RoundId, GroupCode)>) -> Answer {
    let lang = desk.lang;
    let id = path.0.clone();
    let code = path.1.clone();
    let (results, own) = desk
        .run(move |app, by| {
            let results = app.read_list(by, &id, &code)?;
            let runs = by.may(Permission::RunRounds);
            let own = if runs { Vec::new() } else { app.own_lists(by)? };
            let own = own.into_iter().find(|own| own.round.id == id && own.group == code);
            Ok::<_, AppError>((results, own))
        })
        .await??;
    let code = &path.1;
    let list = results.list(code)?;
    let body = html! {
        div.row.noprint {
            @if desk.role.runs_rounds() {
                a href={ "/desk/rounds/" (results.round.id) "/results" } {
                    (lang.pick("← 返回结果", "← Results"))
                }
            } @else {
                a href="/desk" { (lang.pick("← 返回", "← Back")) }
            }
            @if Scope::of(code) != Scope::Bureau {
                a href={ "/desk/rounds/" (results.round.id) "/groups/" (encode(code.as_str())) } {
                    (lang.pick("与全局对照", "Beside the bureau"))
                }
            }
            @if desk.role.runs_rounds() {
                a href={ "/desk/rounds/" (results.round.id) "/problems/" (encode(code.as_str())) } {
                    (lang.pick("整理清单", "Work on the list"))
                }
            }
            @for (format, name) in [("docx", "Word"), ("xlsx", "Excel"), ("csv", "CSV")] {
                a   href={
                        "/desk/rounds/"
                        (results.round.id)
                        "/export/problems?format="
                        (format)
                        "&group="
                        (encode(code.as_str()))
                    }
                { (lang.pick("下载 ", "Download ")) (name) }
            }
            span.soft { (lang.pick("打印时选 A4 横向。", "Print on A4, landscape.")) }
        }
        @if let Some(own) = own.filter(|_| desk.role == Role::UnitHead) { (receipt(&desk, &own)) }
        (paper(&results, &list, desk.role.runs_rounds(), lang))
    };
    Ok(desk.marked(
        results.marks.get(lang),
        &format!("{}{}", list.name, lang.pick("问题清单", ": problem list")),
        body,
    ))
}

/// The receipt of a list, for the head of the unit.
fn receipt(session: &Session, own: &OwnList) -> Markup {
    let lang = session.lang;
    html! {
        @if own.received {
            p.done.noprint role="status" {
                (lang.pick("本单位已签收第 ", "Your unit has confirmed receipt of edition "))
                (own.edition)
                (lang.pick(
                    " 版清单。下一步：对照清单逐项核实，制定整改清单（目标、措施、责任人、时限），按通\
                     知要求报政工科；有疑问的直接联系政工科。",
                    ". What comes next: check row by row, plan what to do (aim, measures, who, \
                     until when) and hand the plan to the section; ask it where in doubt.",
                ))
            }
        } @else {
            form.card.noprint method="post" action=(own.page()) {
                (csrf(session))
                input type="hidden" name="edition" value=(own.edition);
                p {
                    (lang.pick(
                        "签收只表示收到清单，不表示认可每一项；对清单有疑问的，请联系政工科。",
                        "This says that the list arrived, not that you agree with every row; ask \
                         the section about it.",
                    ))
                }
                div.row {
                    button type="submit" { (lang.pick("签收清单", "Confirm receipt")) }
                }
            }
        }
    }
}

/// `POST /desk/rounds/{round}/lists/{group}`: the head of a unit confirms that the list arrived.
pub async fn receive(desk: Desk, path: Path<(RoundId, GroupCode)>, Posted(form): Posted) -> Answer {
    let (id, code) = path.into_inner();
    let back = format!("/desk/rounds/{id}/lists/{}", encode(code.as_str()));
    let edition = form.first("edition").parse().unwrap_or(0);
    match desk.run(move |app, by| app.receive_list(by, &id, &code, edition)).await? {
        Ok(()) => Ok(see_other(&back)),
        Err(error) => desk.refused(error, &back),
    }
}

/// A `+` in an address would be read as a space.
fn encode(code: &str) -> String {
    percent_encoding::utf8_percent_encode(code, percent_encoding::NON_ALPHANUMERIC).to_string()
}
