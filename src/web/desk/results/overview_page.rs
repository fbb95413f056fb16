//! The first screen of the results: where, what, how bad, and compared with the round before.
//! Everything shown has passed the gate.

use crate::app::Results;
use crate::gate::{BureauCell, GATE_VERSION, Level};
use crate::problem::{Change, Problem, ProblemList, look_back};
use crate::text::Lang;
use crate::web::desk::office::help::{Term, help};
use crate::web::desk::office::password::percent;
use crate::web::desk::results::charts::{categories, heat_map, in_category, tenths};
use crate::web::desk::results::levels::level_tag;
use crate::web::desk::results::pictures::links;
use crate::web::desk::results::whole::Whole;
use maud::{Markup, html};

/// How many of the bureau's problems the first screen names.
const MOST: usize = 8;

/// The page: what came out for the bureau and for its groups.
#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
pub(in crate::web::desk) fn page(
    whole: &Whole,
    before: Option<&Whole>,
    works: bool,
    lang: Lang,
) -> Markup {
    let Whole { results, lists, bureau } = whole;
    let id = &results.round.id;
    let then = before.map(|before| before.lists.as_slice());
    html! {
        p.noprint {
            @if works {
                a href={ "/desk/rounds/" (id) } { (lang.pick("← 返回本轮", "← Back to the round")) }
            } @else { a href="/desk" { (lang.pick("← 返回", "← Back")) } }
        }
        h1 { (lang.pick("结果：", "Results: ")) (results.round.title) }
        (places(results, None, lang))
        p.lead { (meaning(results, lists, lang)) }
        (figures(whole, before, lang))
        div.cols {
            div.card {
                h2 { (lang.pick("哪类问题多", "What")) (help(Term::Level, lang)) }
                (categories(results, lists, then, lang).on_page("drawn"))
                (links(id, "categories", lang))
            }
            div.card {
                h2 {
                    (lang.pick("全局最突出的问题", "Gravest for the whole bureau"))
                    (help(Term::Level, lang))
                }
                (gravest(results, bureau, lang))
            }
        }
        div.card {
            h2 { (lang.pick("各单位各类问题分布", "Where: problems by unit and category")) }
            p.soft {
                (lang.pick(
                    "数字为列入清单的题数（含情况不明），颜色为其中最重的程度；点单位、点类别可看详\
                     情。空格为没有达到列入标准，不等于没有问题。",
                    "Figures: questions listed, unclear ones included; colour: the gravest level \
                     among them. Units and categories lead to their own pages. An empty cell \
                     reached no threshold, which does not mean there is no problem.",
                ))
            }
            div.scroll
                tabindex="0"
                role="region"
                aria-label=(lang.pick("各组各类列入题数", "Listed questions"))
            {
                (heat_map(results, lists, true, lang).on_page("heat"))
            }
            (links(id, "heat", lang))
        }
        details.card.more {
            summary { (lang.pick("各组问题清单和各类题数（表）", "Lists by group, as a table")) }
            div.scroll.tight
                tabindex="0"
                role="region"
                aria-label=(lang.pick("各组问题清单表", "Lists by group"))
            {
                (list_table(results, lists, lang))
            }
        }
        (rules(results, lang))
        p.noprint {
            button.quiet type="button" data-print hidden { (lang.pick("打印本页", "Print this page")) }
        }
    }
}

/// The way through the results: the whole, and each category.
pub(in crate::web::desk) fn places(results: &Results, here: Option<usize>, lang: Lang) -> Markup {
    let id = &results.round.id;
    let current = |at: Option<usize>| (here == at).then_some("page");
    html! {
        nav.places.noprint aria-label=(lang.pick("结果各页", "Pages of the results")) {
            a href={ "/desk/rounds/" (id) "/results" } aria-current=[current(None)] {
                (lang.pick("总览", "Overview"))
            }
            @for section in results.survey.categories() {
                a href={ "/desk/rounds/" (id) "/results/" (section.order) }
                    aria-current=[current(Some(section.order))]
                { (section.short_name.get(lang)) }
            }
            @if results.round.looks_back.is_some() {
                a href={ "/desk/rounds/" (id) "/compare" } { (lang.pick("回头看", "Look-back")) }
            }
        }
    }
}

/// A figure with what it was before.
fn tile(
    name: impl maud::Render,
    value: impl maud::Render,
    before: Option<impl maud::Render>,
    lang: Lang,
) -> Markup {
    html! {
        div {
            dt { (name) }
            dd {
                strong { (value) }
                @if let Some(before) = before {
                    span.soft { (lang.pick("上轮 ", "before: ")) (before) }
                }
            }
        }
    }
}

fn figures(whole: &Whole, before: Option<&Whole>, lang: Lang) -> Markup {
    let rate = |whole: &Whole| {
        let turnout = whole.results.release.bureau.turnout;
        let rate = tenths(turnout.counted, turnout.headcount);
        format!("{}.{}%", rate / 10, rate % 10)
    };
    let rows = |whole: &Whole| whole.lists.iter().map(|list| list.problems.len()).sum::<usize>();
    let grave =
        |whole: &Whole| whole.lists.iter().map(|l| l.count(Level::Prominent)).sum::<usize>();
    let common = |whole: &Whole| whole.bureau.problems.iter().filter(|p| p.common).count();
    let turnout = whole.results.release.bureau.turnout;
    let answered = lang.pick(
        format!("有效回收率（应参加 {} 人，有效答卷 {} 份）", turnout.headcount, turnout.counted),
        format!("valid responses: {} of {} people", turnout.counted, turnout.headcount),
    );
    html! {
        dl.tiles {
            (tile(answered, rate(whole), before.map(rate), lang))
            (tile(
                lang.pick(
                    format!("{} 个统计组列入问题", whole.lists.len()),
                    format!("rows listed in {} groups", whole.lists.len()),
                ),
                rows(whole),
                before.map(rows),
                lang,
            ))
            (tile(
                lang.pick("其中突出问题", "prominent among them"),
                grave(whole),
                before.map(grave),
                lang,
            ))
            (tile(
                html! { (lang.pick("全局共性问题", "common to many groups")) (help(Term::Common, lang)) },
                common(whole),
                before.map(common),
                lang,
            ))
            @if let Some(before) = before { (change(whole, before, lang)) }
        }
    }
}

/// What became of the items of the round before, as far as it is certain.
fn change(whole: &Whole, before: &Whole, lang: Lang) -> Markup {
    let list = look_back(&before.results.side(), &whole.results.side());
    let count = |change: Change| list.iter().filter(|c| c.change == change).count();
    html! {
        div {
            dt {
                (lang.pick("与上轮相比（能判定的）", "since the round before, where certain"))
                (help(Term::LookBack, lang))
            }
            dd {
                span.better { (lang.pick("改善 ", "better ")) (count(Change::Better)) }
                " "
                span.worse { (lang.pick("反弹 ", "worse ")) (count(Change::Worse)) }
            }
        }
    }
}

/// The bureau's problems, the gravest first, and among equals the one that most reported.
fn gravest(results: &Results, bureau: &ProblemList, lang: Lang) -> Markup {
    let mut rows: Vec<(&Problem, Option<u32>)> =
        bureau.problems.iter().map(|p| (p, share(results, p))).collect();
    rows.sort_by_key(|(p, share)| std::cmp::Reverse((p.level, *share, p.listed_in)));
    html! {
        @if rows.is_empty() {
            p.empty {
                (lang.pick(
                    "全局没有达到列入标准的问题；各单位的见下图。",
                    "Nothing reaches a threshold for the whole bureau; see the units below.",
                ))
            }
        } @else {
            ol.gravest {
                @for (problem, share) in rows.iter().take(MOST) {
                    li {
                        @if problem.level.is_some() || problem.unclear {
                            (level_tag(problem.level, lang))
                            " "
                        }
                        a href={
                            "/desk/rounds/" (results.round.id) "/results/" (problem.category_order)
                        } { (problem.statement.get(lang)) }
                        " "
                        span.soft { (told(problem, *share, bureau, lang)) }
                    }
                }
            }
            p.noprint {
                a href={ "/desk/rounds/" (results.round.id) "/lists/ALL" } {
                    (lang.pick(
                        format!("全局问题清单（{} 项）", rows.len()),
                        format!("The bureau's list ({})", rows.len()),
                    ))
                }
            }
        }
    }
}

/// 突出率 in tenths of a percent, where it is told.
fn share(results: &Results, problem: &Problem) -> Option<u32> {
    let at = results.survey.questions().iter().position(|q| q.id == problem.question)?;
    match &results.release.bureau.cells[at] {
        BureauCell::Item(item) => {
            let exact = item.exact.as_ref()?;
            Some(tenths(exact.prominent, exact.valid))
        }
        _ => None,
    }
}

fn told(problem: &Problem, share: Option<u32>, bureau: &ProblemList, lang: Lang) -> String {
    let share = share.map(|tenths| {
        let (whole, tenth) = (tenths / 10, tenths % 10);
        lang.pick(format!("突出率 {whole}.{tenth}%"), format!("prominent {whole}.{tenth}%"))
    });
    let listed = problem.listed_in.map(|n| {
        let groups = bureau.groups;
        lang.pick(format!("{groups} 个组中 {n} 个列出"), format!("{n} of {groups} groups"))
    });
    share.into_iter().chain(listed).collect::<Vec<_>>().join(lang.pick("，", ", "))
}

/// What the rules of publication left out or joined.
fn rules(results: &Results, lang: Lang) -> Markup {
    html! {
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
                    th.n { (lang.pick("情况不明", "unclear")) }
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
                                    (percent(list.code.as_str()))
                                }
                            { (list.name) }
                            @if list.merged {
                                " "
                                span.soft { (lang.pick("（合并统计）", " (counted together)")) }
                                (help(Term::Merged, lang))
                            }
                        }
                        td.n { (group.turnout.counted) }
                        @for level in Level::ALL {
                            td.n { (list.count(level)) }
                        }
                        td.n { (list.problems.iter().filter(|p| p.level.is_none()).count()) }
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
fn meaning(results: &Results, lists: &[ProblemList], lang: Lang) -> String {
    let total = lists.len();
    let categories = results
        .survey
        .categories()
        .map(|c| (lists.iter().filter(|l| in_category(l, c.order).0 > 0).count(), c));
    let worst = categories.max_by_key(|(groups, c)| (*groups, std::cmp::Reverse(c.order)));
    let most = lists
        .iter()
        .map(|l| (l.problems.len(), l))
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
