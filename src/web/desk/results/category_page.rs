//! One category on one screen: the bureau's figures, which groups list which question, harm and
//! causes.
//! Whoever is responsible for a matter across all units reads this page alone.

use crate::app::Results;
use crate::gate::{Band, BureauCell, BureauItem, GroupCell, ReleasedGroup};
use crate::problem::{Problem, is_held};
use crate::survey::{Question, Section};
use crate::text::Lang;
use crate::web::desk::office::help::{Term, help};
use crate::web::desk::office::password::percent;
use crate::web::desk::results::charts::{item_bar, rows_of};
use crate::web::desk::results::levels::level_tag;
use crate::web::desk::results::overview_page::places;
use crate::web::desk::results::reasons::reasons;
use crate::web::desk::results::whole::Whole;
use maud::{Markup, html};

pub(in crate::web::desk) fn page(
    whole: &Whole,
    before: Option<&Whole>,
    section: &Section,
    lang: Lang,
) -> Markup {
    let results = &whole.results;
    html! {
        p.noprint {
            a href={ "/desk/rounds/" (results.round.id) "/results" } {
                (lang.pick("← 返回总览", "← Overview"))
            }
        }
        h1 { (section.name.get(lang)) }
        (places(results, Some(section.order), lang))
        p.lead { (lead(whole, section, lang)) }
        (gone(whole, before, section, lang))
        (questions(whole, before, section, lang))
        (groups(results, section, lang))
        (reasons(results, section, lang))
        p.noprint {
            button.quiet type="button" data-print hidden { (lang.pick("打印本页", "Print this page")) }
        }
    }
}

fn lead(whole: &Whole, section: &Section, lang: Lang) -> String {
    let bureau = rows_of(&whole.bureau, section.order).len();
    let own: Vec<usize> =
        whole.lists.iter().map(|list| rows_of(list, section.order).len()).collect();
    let (all, groups, rows) =
        (own.len(), own.iter().filter(|n| **n > 0).count(), own.iter().sum::<usize>());
    lang.pick(
        format!("全局列入 {bureau} 项；{all} 个统计组中有 {groups} 个列出本类问题，共 {rows} 项。"),
        format!(
            "Listed for the bureau: {bureau}. {groups} of {all} groups list this category, {rows} \
             rows in all."
        ),
    )
}

/// What the bureau listed in the round before and does not list now.
fn gone(whole: &Whole, before: Option<&Whole>, section: &Section, lang: Lang) -> Markup {
    let now = rows_of(&whole.bureau, section.order);
    let then = before.map_or_else(Vec::new, |before| rows_of(&before.bureau, section.order));
    let gone: Vec<&Problem> =
        then.into_iter().filter(|was| now.iter().all(|p| p.question != was.question)).collect();
    html! {
        @if !gone.is_empty() {
            p.soft {
                (lang.pick("上轮全局列入、本轮未列入：", "Listed for the bureau before, not now: "))
                @for problem in gone { (problem.statement.get(lang)) " " }
            }
        }
    }
}

/// The items of a category, with their places.
fn items<'a>(results: &'a Results, section: &Section) -> Vec<(usize, &'a Question)> {
    let all = section.questions.clone().map(|at| (at, &results.survey.questions()[at]));
    all.filter(|(_, question)| question.problem.is_some()).collect()
}

fn held(question: &Question, results: &Results) -> bool {
    is_held(question, &results.round.holds)
}

#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
fn questions(whole: &Whole, before: Option<&Whole>, section: &Section, lang: Lang) -> Markup {
    let results = &whole.results;
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
                table {
                    thead {
                        tr {
                            th { (lang.pick("题目", "Question")) }
                            th {
                                (lang.pick("突出率", "Prominent rate"))
                                (help(Term::Prominent, lang))
                            }
                            th.n { (lang.pick("突出人数", "Prominent")) }
                            th.n {
                                (lang.pick("存在人数", "Present"))
                                (help(Term::Present, lang))
                            }
                            th.n { (lang.pick("有效", "Valid")) }
                            th { (lang.pick("存在程度", "Level")) (help(Term::Level, lang)) }
                            @if before.is_some() { th { (lang.pick("上轮", "Before")) } }
                        }
                    }
                    tbody {
                        @for (at, question) in items(results, section) {
                            @if let BureauCell::Item(item) = &results.release.bureau.cells[at] {
                                tr {
                                    td {
                                        span.soft { (section.order) "." (question.order) }
                                        " "
                                        (question.text.get(lang))
                                    }
                                    @if held(question, results) {
                                        td colspan={ (if before.is_some() { 6 } else { 5 }) } {
                                            span.soft {
                                                (lang.pick(
                                                    "存疑，核实前不显示",
                                                    "In question; not shown until checked",
                                                ))
                                            }
                                        }
                                    } @else {
                                        (figures(item, lang))
                                        @if let Some(before) = before {
                                            td { (level_before(before, question, lang)) }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn figures(item: &BureauItem, lang: Lang) -> Markup {
    let count = |count: Option<u32>| count.map_or_else(|| "—".to_owned(), |n| n.to_string());
    let exact = item.exact.as_ref();
    html! {
        td {
            @match (exact, item.prominent) {
                (Some(exact), _) => { (item_bar(exact, lang)) }
                (None, Some(band)) => { (band.label(lang)) }
                (None, None) => { span.soft { (lang.pick("不公布", "not published")) } }
            }
        }
        td.n { (count(exact.map(|e| e.prominent))) }
        td.n { (count(exact.map(|e| e.present))) }
        td.n { (count(exact.map(|e| e.valid))) }
        td {
            @if item.level.is_some() { (level_tag(item.level, lang)) }
            @if item.unclear { " " (level_tag(None, lang)) }
        }
    }
}

/// What the bureau's list of the round before said of a question.
fn level_before(before: &Whole, question: &Question, lang: Lang) -> Markup {
    let asked = before.results.survey.questions().iter().find(|q| q.id == question.id);
    let row = before.bureau.problems.iter().find(|p| p.question == question.id);
    html! {
        @match (asked, row) {
            (_, Some(row)) if row.level.is_some() || row.unclear => { (level_tag(row.level, lang)) }
            (_, Some(_)) => { (lang.pick("共性问题", "common")) }
            (Some(asked), None) if !held(asked, &before.results) => {
                span.soft { (lang.pick("未列入", "not listed")) }
            }
            _ => { span.soft { "—" } }
        }
    }
}

/// Which groups list which question: a table, so that it is read aloud and printed as it stands.
fn groups(results: &Results, section: &Section, lang: Lang) -> Markup {
    let items = items(results, section);
    html! {
        div.card {
            h2 { (lang.pick("各统计组", "Groups")) (help(Term::Group, lang)) }
            p.soft {
                (lang.pick(
                    "比例为突出率所在区间，含下限、不含上限（100% 除外）",
                    "Shares are bands of the prominent rate, with their lower end and without \
                     their upper one (but for 100 %)",
                ))
                (help(Term::Band, lang))
            }
            div.scroll.tight
                tabindex="0"
                role="region"
                aria-label=(lang.pick("各统计组各题程度", "Levels by group and question"))
            {
                table.grid {
                    thead {
                        tr {
                            th { (lang.pick("统计组", "Group")) }
                            @for (_, question) in &items {
                                th {
                                    span.soft { (section.order) "." (question.order) }
                                    " "
                                    (question.text.get(lang))
                                }
                            }
                        }
                    }
                    tbody {
                        @for group in &results.release.groups {
                            tr {
                                th scope="row" {
                                    a href={
                                        "/desk/rounds/"
                                        (results.round.id)
                                        "/groups/"
                                        (percent(group.code.as_str()))
                                    } { (group.name) }
                                }
                                @for (at, question) in &items {
                                    (cell(results, group, *at, question, lang))
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn cell(
    results: &Results,
    group: &ReleasedGroup,
    at: usize,
    question: &Question,
    lang: Lang,
) -> Markup {
    let out = if held(question, results) {
        Some(lang.pick("存疑", "held"))
    } else {
        (!results.survey.covers(question, &group.kinds)).then_some(lang.pick("不适用", "n/a"))
    };
    html! {
        td {
            @match (&group.cells[at], out) {
                (_, Some(why)) => { span.soft { (why) } }
                (GroupCell::Item(item), None) if item.level.is_some() || item.unclear => {
                    (level_tag(item.level, lang))
                    @if let Some(band) = item.prominent { br; (short(band, lang)) }
                }
                (GroupCell::Item(item), None) => {
                    @if let Some(band) = item.prominent { (short(band, lang)) } @else {
                        span.soft { (lang.pick("不公布", "not published")) }
                    }
                }
                _ => {}
            }
        }
    }
}

/// A band where little room is.
fn short(band: Band, lang: Lang) -> Markup {
    html! { span.soft { (band.lo) (lang.pick("%～", "–")) (band.hi) "%" } }
}
