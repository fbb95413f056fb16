//! A problem list as a page that one prints and hands over: A4 landscape, table T2, places for seal
//! and signature.

use actix_web::web::Path;
use maud::html;

use crate::id::RoundId;
use crate::unit::{GroupCode, Scope};
use crate::web::desk::answer::{Answer, Desk};
use crate::web::desk::lists::paper_page::paper;

/// `GET /desk/rounds/{round}/lists/{group}`.
pub async fn show(desk: Desk, path: Path<(RoundId, GroupCode)>) -> Answer {
    let lang = desk.lang;
    let id = path.0.clone();
    let code = path.1.clone();
    let results = desk.run(move |app, by| app.read_list(by, &id, &code)).await??;
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
        (paper(&results, &list, desk.role.runs_rounds(), lang))
    };
    Ok(desk.marked(
        results.marks.get(lang),
        &format!("{}{}", list.name, lang.pick("问题清单", ": problem list")),
        body,
    ))
}

/// A `+` in an address would be read as a space.
fn encode(code: &str) -> String {
    percent_encoding::utf8_percent_encode(code, percent_encoding::NON_ALPHANUMERIC).to_string()
}
