//! A list as its reader gets it, on screen and on paper.
//! It follows the order of the notice.

use crate::app::Results;
use crate::problem::{Problem, ProblemList};
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
                "3. 任何单位和个人不得追查填写人。",
                "3. Nobody may trace who answered.",
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
                        (cell(0, html! { (n + 1) }, lang))
                        (cell(1, html! { (p.number) }, lang))
                        (cell(2, html! { (p.category.get(lang)) }, lang))
                        (cell(3, html! { (p.statement.get(lang)) }, lang))
                        (cell(4, html! { (p.source.label(lang)) }, lang))
                        (cell(5, level(p, lang), lang))
                        (cell(6, html! { (visible(&p.example)) }, lang))
                        (cell(7, harm(p, lang), lang))
                        (cell(8, html! { (join(&p.harms)) }, lang))
                        (cell(9, html! { (join(&p.causes)) }, lang))
                        (cell(10, html! { (visible(&p.remarks(list, lang))) }, lang))
                    }
                }
            }
        }
    }
}

fn level(p: &Problem, lang: Lang) -> Markup {
    html! {
        @if p.level.is_some() || p.unclear { (level_tag(p.level, lang)) }
        @else if p.common { (lang.pick("共性问题", "common")) }
    }
}

fn harm(p: &Problem, lang: Lang) -> Markup {
    html! { (p.harm_level.as_ref().map_or("", |t| t.get(lang))) }
}

/// A cell with the name of its column, which stands beside it where a phone is too narrow for a
/// table.
fn cell(column: usize, text: Markup, lang: Lang) -> Markup {
    let [zh, en] = NAMES[column];
    let short = [0, 1, 4, 5, 7].contains(&column);
    html! {
        td.c[short] data-name=(lang.pick(zh, en)) { (text) }
    }
}

/// The columns.
const NAMES: [[&str; 2]; 11] = [
    ["序号", "No."],
    ["问题编号", "Problem no."],
    ["问题类别", "Category"],
    ["问题表现", "Problem"],
    ["问题来源", "Source"],
    ["存在程度", "Level"],
    ["具体事例", "Cases"],
    ["危害程度", "Harm"],
    ["主要危害", "Main harms"],
    ["原因剖析", "Causes"],
    ["备注", "Remarks"],
];

fn head(lang: Lang) -> Markup {
    html! {
        thead {
            tr {
                @for [zh, en] in NAMES { th { (lang.pick(zh, en)) } }
            }
        }
    }
}
