//! A list as its reader gets it, on screen and on paper.
//! It follows the order of the notice.

use crate::app::Results;
use crate::problem::ProblemList;
use crate::text::{Lang, Text, visible};
use crate::unit::Scope;
use crate::web::desk::results::levels::level_tag;
use maud::{Markup, html};

/// Shares of the columns, in Chinese and in English.
const WIDTHS: [[&str; 11]; 2] = [
    ["4%", "7%", "8%", "15%", "6%", "8%", "14%", "5%", "12%", "12%", "9%"],
    ["4%", "7%", "10%", "14%", "7%", "8%", "11%", "8%", "11%", "11%", "9%"],
];

pub(in crate::web::desk) fn paper(
    results: &Results,
    list: &ProblemList,
    worked_on: bool,
    lang: Lang,
) -> Markup {
    let bureau = list.scope() == Scope::Bureau;
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
                    (lang.pick("问卷填写时间：", "Answered: "))
                    (results.round.days(lang))
                }
            }
            @if list.problems.is_empty() {
                p { (list.nothing(lang)) }
            } @else {
                (table(list, lang))
            }
            (notes(results, list, lang))
            div.sign {
                span { (lang.pick("政工科（盖章）：", "Political Work Section (seal):")) }
                span { (lang.pick("责任单位负责人签收：", "Received by the unit's head:")) }
                span { (lang.pick("日期：　　　　年　　月　　日", "Date:")) }
            }
        }
    }
}

/// How the list is to be read.
fn notes(results: &Results, list: &ProblemList, lang: Lang) -> Markup {
    html! {
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
    }
}

/// The rows.
fn table(list: &ProblemList, lang: Lang) -> Markup {
    let join = |texts: &[Text]| {
        texts.iter().map(|t| t.get(lang)).collect::<Vec<_>>().join(lang.pick("；", "; "))
    };
    let widths = lang.pick(WIDTHS[0], WIDTHS[1]);
    html! {
        table {
            colgroup {
                @for width in widths {
                    col width=(width);
                }
            }
            (head(lang))
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
}

fn head(lang: Lang) -> Markup {
    html! {
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
    }
}
