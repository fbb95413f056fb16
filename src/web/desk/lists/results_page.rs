//! Parts of the results: which lists there are, what they say, and the bureau's figures.
//! Everything shown has passed the gate.

use crate::app::Results;
use crate::gate::{BureauCell, GATE_VERSION, Level};
use crate::problem::{ProblemList, is_held};
use crate::text::Lang;
use crate::web::desk::lists::charts::{heat_map, in_category, item_bar};
use crate::web::desk::lists::reasons::reasons;
use crate::web::desk::office::help::{Term, help};
use maud::{Markup, html};

/// The page: what came out for the bureau, for its groups, and why.
pub(in crate::web::desk) fn page(
    results: &Results,
    lists: &[ProblemList],
    bureau: &ProblemList,
    works: bool,
    lang: Lang,
) -> Markup {
    let id = results.round.id.clone();
    html! {
        p.noprint {
            @if works {
                a href={ "/desk/rounds/" (id) } { (lang.pick("← 返回本轮", "← Back to the round")) }
            } @else { a href="/desk" { (lang.pick("← 返回", "← Back")) } }
        }
        h1 { (lang.pick("结果：", "Results: ")) (results.round.title) }
        (lead(results, bureau, lang))
        p { (meaning(results, lists, lang)) }
        p.soft {
            (lang.pick("公布规则第 ", "Rules of publication, version "))
            (results.release.gate)
            (lang.pick(" 版。", "."))
            @if results.release.gate < GATE_VERSION {
                (lang.pick(
                    "本轮按旧规则公布，保持原样。",
                    " This round was published under earlier rules and stays as it was.",
                ))
            }
        }
        @if results.round.looks_back.is_some() {
            p.noprint {
                a href={ "/desk/rounds/" (id) "/compare" } {
                    (lang.pick(
                        "与上一轮对照（回头看）",
                        "Compare with the round before (look-back)",
                    ))
                }
            }
        }
        @for group in results.release.groups.iter().filter(|g| g.merged) {
            p.soft {
                (group.name)
                (lang.pick(
                    "：样本不足，合并统计。",
                    ": too few responses alone, counted together.",
                ))
                (help(Term::Merged, lang))
            }
        }
        (gathering(results, lists, lang))
        div.card {
            h2 { (lang.pick("各组问题清单", "Lists by group")) }
            div.scroll.tight { (list_table(results, lists, lang)) }
        }
        (bureau_card(results, lang))
        (reasons(results, lang))
    }
}

fn lead(results: &Results, bureau: &ProblemList, lang: Lang) -> Markup {
    let turnout = results.release.bureau.turnout;
    html! {
        p.lead {
            (lang.pick("应参加 ", "Of "))
            (turnout.headcount)
            (lang.pick(" 人，回收有效答卷 ", " people asked, "))
            strong { (turnout.counted) }
            (lang.pick(" 份；公布 ", " valid responses came back; published in "))
            strong { (results.release.groups.len()) }
            (lang.pick(" 个统计组。全局列入 ", " groups. Listed for the bureau: "))
            @for level in Level::ALL {
                (level.label(lang))
                " "
                strong { (bureau.count(level)) }
                (lang.pick(" 项", ""))
                @if level != Level::Emerging { (lang.pick("、", ", ")) }
            }
            (lang.pick("，其中共性问题 ", "; common problems among them: "))
            strong { (bureau.problems.iter().filter(|p| p.common).count()) }
            (lang.pick(" 项。", "."))
        }
    }
}

fn gathering(results: &Results, lists: &[ProblemList], lang: Lang) -> Markup {
    html! {
        div.card {
            h2 {
                (lang.pick("各单位各类问题分布", "Problems by unit and category"))
                (help(Term::Level, lang))
            }
            p.soft {
                (lang.pick(
                    "每格为该统计组在该类中列入清单的题数，颜色为其中最重的程度。空格表示没有达到列\
                     入标准；这不等于没有问题。",
                    "Each cell is the number of questions listed for the group in the category, \
                     its colour the gravest level among them. An empty cell reached no threshold, \
                     which does not mean there is no problem.",
                ))
            }
            div.legend {
                @for level in Level::ALL { (level_tag(Some(level), lang)) }
                span.soft {
                    (lang.pick("数字为列入题数", "The figure is the number of questions listed"))
                }
            }
            div.scroll
                tabindex="0"
                role="region"
                aria-label=(lang.pick("各组各类列入题数", "Listed questions"))
            {
                (heat_map(results, lists, lang))
            }
        }
    }
}

fn bureau_card(results: &Results, lang: Lang) -> Markup {
    html! {
        div.card {
            h2 { (lang.pick("全局各题", "Questions, whole bureau")) }
            p.soft {
                (lang.pick(
                    "深色为突出率：回答“普遍”“较多”的占有效作答的比例（不含不清楚）；浅色为其余认为\
                     存在的。横线为未作答者全部答否或全部答是时突出率的上下限。人数过少或接近两端的\
                     题目只公布区间或不公布。",
                    "Dark: the prominent rate, the share of valid answers (without “don't know”) \
                     that say “general” or “frequent”; light: the others who say it is present. \
                     The line shows how far the prominent rate could move if everybody who was \
                     silent had said no or yes. Where few answered or a figure lies near an end, \
                     only a band or nothing is published.",
                ))
            }
            div.scroll
                tabindex="0"
                role="region"
                aria-label=(lang.pick("全局各题表", "Table of questions"))
            {
                (bureau_table(results, lang))
            }
        }
    }
}

/// A level as a coloured word; without one, 情况不明.
pub fn level_tag(level: Option<Level>, lang: Lang) -> Markup {
    let class = level.map_or("unclear", Level::as_str);
    html! {
        span.level.(class) { (level.map_or(lang.pick("情况不明", "unclear"), |l| l.label(lang))) }
    }
}

fn list_table(results: &Results, lists: &[ProblemList], lang: Lang) -> Markup {
    let id = &results.round.id;
    html! {
        table {
            thead {
                tr {
                    th { (lang.pick("统计组", "Group")) (help(Term::Group, lang)) }
                    th.n { (lang.pick("有效答卷", "Valid")) }
                    @for level in Level::ALL {
                        th.n { (level.label(lang)) }
                    }
                    @for c in results.survey.categories() {
                        th.n { (c.short_name.get(lang)) }
                    }
                    th { (lang.pick("打印", "Print")) }
                }
            }
            tbody {
                @for (list, group) in lists.iter().zip(&results.release.groups) {
                    tr {
                        td {
                            a   href={
                                    "/desk/rounds/"
                                    (id)
                                    "/groups/"
                                    (percent_encoding::utf8_percent_encode(
                                        list.code.as_str(),
                                        percent_encoding::NON_ALPHANUMERIC,
                                    ))
                                }
                            { (list.name) }
                            @if list.merged {
                                " "
                                span.soft { (lang.pick("（合并统计）", " (counted together)")) }
                            }
                        }
                        td.n { (group.turnout.counted) }
                        @for level in Level::ALL {
                            td.n { (list.count(level)) }
                        }
                        @for c in results.survey.categories() {
                            td.n { (in_category(list, c.order).0) }
                        }
                        td {
                            @if list.silent {
                                span.soft {
                                    (lang.pick("无答卷，不列清单", "nobody answered, no list"))
                                }
                            } @else {
                                a href={ "/desk/rounds/" (id) "/lists/" (list.code) } {
                                    (lang.pick("清单", "List"))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The heat map in a sentence: which category is listed by most groups, and which group lists most.
pub(in crate::web::desk) fn meaning(
    results: &Results,
    lists: &[ProblemList],
    lang: Lang,
) -> String {
    let total = lists.len();
    let categories = results
        .survey
        .categories()
        .map(|c| (lists.iter().filter(|l| in_category(l, c.order).0 > 0).count(), c));
    let worst = categories.max_by_key(|(groups, c)| (*groups, std::cmp::Reverse(c.order)));
    let most = lists
        .iter()
        .map(|l| (l.problems.iter().filter(|p| p.level.is_some()).count(), l))
        .max_by(|a, b| a.0.cmp(&b.0).then(b.1.code.cmp(&a.1.code)));
    match (worst, most) {
        (Some((groups, category)), Some((rows, list))) if groups > 0 => lang.pick(
            format!(
                "“{}”最普遍：{total} 个统计组中有 {groups} 个列出；列入最多的是{}，{rows} 题。区间\
                 宽度因人数而异，题数多少不宜直接排名。",
                category.short_name.get(lang),
                list.name
            ),
            format!(
                "“{}” is the most common: {groups} of {total} groups list it. {} lists most, \
                 {rows} questions. Bands differ in width with the number of people, so these \
                 numbers are no ranking.",
                category.short_name.get(lang),
                list.name
            ),
        ),
        _ => lang.pick(
            "没有统计组达到列入标准。这不等于没有问题，请结合明察暗访研判。".to_owned(),
            "No group reaches a threshold. That does not mean there is no problem; weigh it with \
             inspections."
                .to_owned(),
        ),
    }
}

#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
fn bureau_table(results: &Results, lang: Lang) -> Markup {
    html! {
        table {
            thead {
                tr {
                    th { (lang.pick("题目", "Question")) }
                    th { (lang.pick("突出率", "Prominent rate")) (help(Term::Prominent, lang)) }
                    th.n { (lang.pick("突出人数", "Prominent")) }
                    th.n { (lang.pick("存在人数", "Present")) }
                    th.n { (lang.pick("有效", "Valid")) }
                    th { (lang.pick("存在程度", "Level")) }
                }
            }
            tbody {
                @let questions = results.survey.questions().iter();
                @for (question, cell) in questions.zip(&results.release.bureau.cells) {
                    @if let BureauCell::Item(item) = cell {
                        tr {
                            td {
                                span.soft {
                                    (results
                                        .survey
                                        .sections()[question.section]
                                        .short_name
                                        .get(lang))
                                }
                                " "
                                (question.text.get(lang))
                            }
                            @if is_held(question, &results.round.holds) {
                                td colspan="5" {
                                    span.soft {
                                        (lang.pick(
                                            "存疑，核实前不显示",
                                            "In question; not shown until checked",
                                        ))
                                    }
                                }
                            } @else {
                                td {
                                    @match &item.exact {
                                        Some(e) => { (item_bar(e, lang)) }
                                        None => {
                                            @if let Some(band) = item.prominent {
                                                (band.label(lang))
                                            } @else {
                                                span.soft { (lang.pick("不公布", "not published")) }
                                            }
                                        }
                                    }
                                }
                                @match &item.exact {
                                    Some(e) => {
                                        td.n { (e.prominent) }
                                        td.n { (e.present) }
                                        td.n { (e.valid) }
                                    }
                                    None => {
                                        td.n { "—" }
                                        td.n { "—" }
                                        td.n { "—" }
                                    }
                                }
                                td {
                                    @if item.level.is_some() { (level_tag(item.level, lang)) }
                                    @if item.unclear { " " (level_tag(None, lang)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
