//! The page of two rounds side by side.
//! Only what can be compared is; the rest says why not.

use crate::app::Results;
use crate::gate::{BureauCell, ExactItem};
use crate::problem::{Change, Comparison, is_held, look_back};
use crate::text::Lang;
use crate::unit::UnitCode;
use crate::web::desk::office::help::{Term, help};
use crate::web::desk::results::charts::{change_bar, colour};
use maud::{Markup, html};

#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
pub(in crate::web::desk) fn page(now: &Results, base: &Results, lang: Lang) -> Markup {
    let list = look_back(&base.side(), &now.side());
    let count = |change: Change| list.iter().filter(|c| c.change == change).count();
    html! {
        p.noprint {
            a href={ "/desk/rounds/" (now.round.id) "/results" } {
                (lang.pick("← 返回结果", "← Results"))
            }
        }
        h1 {
            (lang.pick("两轮对照：", "Two rounds compared: "))
            (base.round.title) " → " (now.round.title)
        }
        p.lead { (summary(&count, lang)) }
        p.soft {
            (lang.pick(
                "只比较成员单位和人数等级都相同的统计组，按突出率所在区间的档数比较。20 人以上、两\
                 轮应答均达七成五、相差两档以上，才称改善或反弹；相差一档只说可能。",
                "Only groups with the same member units and size class are compared, by steps of \
                 the bands of the prominent rate. Better or worse needs groups of 20 heads and \
                 more, 75 % turnout in both rounds and two steps; one step is only perhaps.",
            ))
        }
        div.card {
            h2 { (lang.pick("各统计组", "Groups")) (help(Term::LookBack, lang)) }
            div.legend {
                @for change in Change::ALL {
                    span.swatch {
                        svg width="14" height="14" aria-hidden="true" {
                            rect width="14" height="14" rx="3" fill=(colour(change)) {}
                        }
                        (change.label(lang))
                    }
                }
            }
            div.scroll
                tabindex="0"
                role="region"
                aria-label=(lang.pick("各统计组各题的变化", "Changes by group"))
            {
                (groups(now, &list, lang))
            }
        }
        div.card {
            h2 { (lang.pick("全局各题", "Questions, whole bureau")) }
            @if let Some(why) = not_comparable(now, base, lang) {
                p { (why) }
            } @else {
                p.soft {
                    (lang.pick(
                        "两轮参加单位相同、应答均达七成五，且两轮都公布了全局人数的题目，列出突出率\
                         的变化；其他题目不比较。空心点为上一轮，实心点为本轮。",
                        "With the same units and 75 % turnout in both rounds: questions whose \
                         bureau counts are published in both, with the change of the prominent \
                         rate; others are not compared. Hollow: the round before; full: this \
                         round.",
                    ))
                }
                div.scroll
                    tabindex="0"
                    role="region"
                    aria-label=(lang.pick("全局各题的变化", "Changes of the bureau"))
                {
                    (bureau(now, base, lang))
                }
            }
        }
    }
}

/// Why the bureau as a whole is not compared, if it is not: the rule that holds for groups holds
/// for all of them together.
fn not_comparable(now: &Results, base: &Results, lang: Lang) -> Option<String> {
    let units = |results: &Results| {
        let mut codes: Vec<UnitCode> = results.units.iter().map(|u| u.code.clone()).collect();
        codes.sort();
        codes
    };
    let turned_out = |results: &Results| {
        let turnout = results.release.bureau.turnout;
        u64::from(turnout.counted) * 100 >= u64::from(turnout.headcount) * 75
    };
    if units(now) != units(base) || now.survey.thresholds() != base.survey.thresholds() {
        return Some(
            lang.pick(
                "两轮参加单位或列入标准不同，全局不作比较。",
                "Units or thresholds differ between the rounds; the bureau is not compared.",
            )
            .to_owned(),
        );
    }
    (!turned_out(now) || !turned_out(base)).then(|| {
        lang.pick(
            "有一轮应答不足七成五，全局不作比较。",
            "Turnout was under 75 % in one of the rounds; the bureau is not compared.",
        )
        .to_owned()
    })
}

fn summary(count: &impl Fn(Change) -> usize, lang: Lang) -> String {
    let [better, perhaps_better, same, perhaps_worse, worse, not] = Change::ALL.map(count);
    let compared = better + perhaps_better + same + perhaps_worse + worse;
    if compared == 0 {
        return lang.pick(
            "两轮没有可以比较的统计组和题目。".to_owned(),
            "Nothing can be compared between these rounds.".to_owned(),
        );
    }
    lang.pick(
        format!(
            "可比 {compared} 项（统计组 × 题目）：改善 {better}，可能改善 {perhaps_better}，无明显\
             变化 {same}，可能反弹 {perhaps_worse}，反弹 {worse}；不作比较 {not}。"
        ),
        format!(
            "{compared} items (group × question) can be compared: better {better}, perhaps better \
             {perhaps_better}, no clear change {same}, perhaps worse {perhaps_worse}, worse \
             {worse}; not compared {not}."
        ),
    )
}

fn groups(now: &Results, list: &[Comparison<'_>], lang: Lang) -> Markup {
    html! {
        table {
            thead {
                tr {
                    th { (lang.pick("统计组", "Group")) }
                    th { (lang.pick("变化", "Change")) }
                    @for change in Change::ALL {
                        th.n { (change.label(lang)) }
                    }
                }
            }
            tbody {
                @for group in &now.release.groups {
                    @let own: Vec<&Comparison> = list
                        .iter()
                        .filter(|c| c.group.code == group.code)
                        .collect();
                    @let counts = Change::ALL
                        .map(|change| (
                            change,
                            own.iter().filter(|c| c.change == change).count(),
                        ));
                    tr {
                        td {
                            a   href={
                                    "/desk/rounds/"
                                    (now.round.id)
                                    "/groups/"
                                    (percent_encoding::utf8_percent_encode(
                                        group.code.as_str(),
                                        percent_encoding::NON_ALPHANUMERIC,
                                    ))
                                }
                            { (group.name) }
                        }
                        td { (change_bar(&counts)) }
                        @for (_, n) in counts {
                            td.n { (n) }
                        }
                    }
                }
            }
        }
    }
}

fn bureau(now: &Results, base: &Results, lang: Lang) -> Markup {
    let exact = |results: &Results, id: &str| -> Option<ExactItem> {
        let at = results.survey.questions().iter().position(|q| q.id == id)?;
        match &results.release.bureau.cells[at] {
            BureauCell::Item(item)
                if !is_held(&results.survey.questions()[at], &results.round.holds) =>
            {
                item.exact.clone()
            }
            _ => None,
        }
    };
    let share = |item: &ExactItem| f64::from(item.prominent) * 100.0 / f64::from(item.valid.max(1));
    let both: Vec<_> = now
        .survey
        .questions()
        .iter()
        .filter_map(|q| Some((q, share(&exact(base, &q.id)?), share(&exact(now, &q.id)?))))
        .collect();
    html! {
        @if both.is_empty() {
            p.empty {
                (lang.pick(
                    "没有两轮都公布全局人数的题目。",
                    "No question has published bureau counts in both rounds.",
                ))
            }
        } @else {
            table {
                thead {
                    tr {
                        th { (lang.pick("题目", "Question")) }
                        th { (lang.pick("突出率", "Prominent")) (help(Term::Prominent, lang)) }
                        th.n { (lang.pick("上一轮", "Before")) }
                        th.n { (lang.pick("本轮", "Now")) }
                        th.n { (lang.pick("变化（百分点）", "Change (points)")) }
                    }
                }
                tbody {
                    @for (question, before, after) in both {
                        tr {
                            td {
                                span.soft {
                                    (now.survey.sections()[question.section].short_name.get(lang))
                                }
                                " "
                                (question.text.get(lang))
                            }
                            td { (dumbbell(before, after)) }
                            td.n { (format!("{before:.1}%")) }
                            td.n { (format!("{after:.1}%")) }
                            td.n { (format!("{:+.1}", after - before)) }
                        }
                    }
                }
            }
        }
    }
}

/// Two shares on one line from 0 to 100.
fn dumbbell(before: f64, after: f64) -> Markup {
    let x = |percent: f64| 6.0 + percent * 1.88;
    let colour = if after <= before { "#0b6b4f" } else { "#a3271c" };
    html! {
        svg width="200" height="16" aria-hidden="true" {
            path d="M6 8H194" stroke="#e4e9e6" stroke-width="6" stroke-linecap="round" {}
            path d={ "M" (x(before)) " 8H" (x(after)) } stroke=(colour) stroke-width="2" {}
            circle cx=(x(before)) cy="8" r="4.5" fill="#fff" stroke=(colour) stroke-width="2" {}
            circle cx=(x(after)) cy="8" r="5" fill=(colour) {}
        }
    }
}
