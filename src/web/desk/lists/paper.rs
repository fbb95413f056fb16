//! A problem list as a page that one prints and hands over: A4 landscape, table T2, places for seal
//! and signature.

use actix_web::web::Path;
use maud::{Markup, html};

use crate::app::Results;
use crate::id::RoundId;
use crate::problem::ProblemList;
use crate::round::Day;
use crate::text::{Lang, Text, visible};
use crate::unit::Scope;
use crate::web::desk::answer::{Answer, Desk};
use crate::web::desk::lists::results::level_tag;

/// `GET /desk/rounds/{round}/lists/{group}`.
pub async fn show(desk: Desk, path: Path<(RoundId, String)>) -> Answer {
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
                a href={ "/desk/rounds/" (results.round.id) "/groups/" (encode(code)) } {
                    (lang.pick("与全局对照", "Beside the bureau"))
                }
            }
            @if desk.role.runs_rounds() {
                a href={ "/desk/rounds/" (results.round.id) "/problems/" (encode(code)) } {
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
                        (encode(code))
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

fn paper(results: &Results, list: &ProblemList, worked_on: bool, lang: Lang) -> Markup {
    let bureau = list.scope() == Scope::Bureau;
    let join = |texts: &[Text]| {
        texts.iter().map(|t| t.get(lang)).collect::<Vec<_>>().join(lang.pick("；", "; "))
    };
    html! {
        article.paper {
            h1 {
                (lang.pick("作风纪律自查问题清单", "Problem list of the self-check"))
                @if bureau { (lang.pick("（全局汇总）", " (bureau roll-up)")) }
            }
            div.meta {
                span {
                    (lang.pick("责任单位：", "Unit: "))
                    (list.name)
                    @if list.merged { (lang.pick("（合并统计）", " (counted together)")) }
                }
                span { (lang.pick("自查轮次：", "Round: ")) (results.round.title) }
                @if let (false, Some(edition)) = (worked_on, &results.edition) {
                    span {
                        (lang.pick("第 ", "Edition "))
                        (edition.number)
                        (lang.pick(" 版　", ", "))
                        (edition.issued)
                        (lang.pick("下发", ""))
                    }
                }
                span {
                    (lang.pick("填写日期：", "Answered: "))
                    (Day(results.round.opens, lang))
                    (lang.pick("至", " to "))
                    (Day(results.round.closes, lang))
                }
            }
            @if list.problems.is_empty() {
                p { (list.nothing(lang)) }
            } @else {
                table {
                    colgroup {
                        @for width in {
                            lang.pick(
                                [
                                    "4%",
                                    "7%",
                                    "8%",
                                    "15%",
                                    "6%",
                                    "8%",
                                    "14%",
                                    "5%",
                                    "12%",
                                    "12%",
                                    "9%",
                                ],
                                [
                                    "4%",
                                    "7%",
                                    "10%",
                                    "14%",
                                    "7%",
                                    "8%",
                                    "11%",
                                    "8%",
                                    "11%",
                                    "11%",
                                    "9%",
                                ],
                            )
                        } {
                            col width=(width);
                        }
                    }
                    thead {
                        tr {
                            th { (lang.pick("序号", "No.")) }
                            th { (lang.pick("问题编号", "Problem no.")) }
                            th { (lang.pick("问题类别", "Category")) }
                            th { (lang.pick("问题表现", "Problem")) }
                            th { (lang.pick("问题来源", "Source")) }
                            th { (lang.pick("存在程度", "Level")) }
                            th { (lang.pick("具体事例", "Cases")) }
                            th { (lang.pick("危害程度", "Harm")) }
                            th { (lang.pick("主要危害", "Main harms")) }
                            th { (lang.pick("原因剖析", "Causes")) }
                            th { (lang.pick("备注", "Remarks")) }
                        }
                    }
                    tbody {
                        @for (n, p) in list.problems.iter().enumerate() {
                            tr {
                                td.c { (n + 1) }
                                td.c { (p.number) }
                                td { (p.category.get(lang)) }
                                td { (p.statement.get(lang)) }
                                td.c { (p.source.label(lang)) }
                                td.c {
                                    @if p.level.is_some() || p.unclear {
                                        (level_tag(p.level, lang))
                                    }
                                }
                                td { (visible(&p.example)) }
                                td.c { (p.harm_level.as_ref().map_or("", |t| t.get(lang))) }
                                td { (join(&p.harms)) }
                                td { (join(&p.causes)) }
                                td { (visible(&p.remarks(list, lang))) }
                            }
                        }
                    }
                }
            }
            p.note {
                (lang.pick(
                    "注：1. 存在程度按突出率、存在率所在区间判定（突出问题、倾向性问题、苗头性问\
                     题），区间宽度只由作答人数决定，不公布人数。",
                    "Notes: 1. The level follows the bands of the prominent and present rates; the \
                     width of bands depends on the number of answers alone, and numbers are not \
                     published. ",
                ))
                @if list.merged {
                    (lang.pick(
                        "2. 样本不足，合并统计，本清单送合并各单位负责人。",
                        "2. Too few responses alone, counted together; this list goes to the head \
                         of each unit. ",
                    ))
                } @else {
                    (lang.pick(
                        "2. 结果为不记名看法，列入事项须结合明察暗访等核实。",
                        "2. Results are anonymous opinions; what is listed has to be checked by \
                         inspections and the like. ",
                    ))
                }
                (lang.pick(
                    "3. 追查填写人违反保密承诺。",
                    "3. Tracing respondents breaks the promise of secrecy.",
                ))
                @if !results.marks.get(lang).is_empty() {
                    (lang.pick("【", "["))
                    (results.marks.get(lang))
                    (lang.pick("】", "]"))
                }
            }
            div.sign {
                span { (lang.pick("政工科（盖章）：", "Political Work Section (seal):")) }
                span { (lang.pick("责任单位负责人签收：", "Received by the unit's head:")) }
                span { (lang.pick("日期：　　　　年　　月　　日", "Date:")) }
            }
        }
    }
}
