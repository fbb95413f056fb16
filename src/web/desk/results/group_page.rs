//! The page of one group beside the bureau: bands, never counts.
//! Where two bands overlap no difference is told.

use crate::app::Results;
use crate::gate::{Band, BureauCell, BureauItem, GroupCell, GroupItem, ReleasedGroup};
use crate::problem::{Change, Comparison, is_held, look_back};
use crate::survey::{Question, QuestionRole, Section};
use crate::text::Lang;
use crate::web::desk::office::help::{Term, help};
use crate::web::desk::results::charts::{band_bar, option_label, profile};
use crate::web::desk::results::levels::level_tag;
use crate::web::desk::results::pictures::links;
use maud::{Markup, html};

#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
pub(in crate::web::desk) fn page(
    results: &Results,
    group: &ReleasedGroup,
    base: Option<&Results>,
    back: &str,
    lang: Lang,
) -> Markup {
    let turnout = group.turnout;
    let comparisons = base.map_or_else(Vec::new, |base| look_back(&base.side(), &results.side()));
    let own: Vec<&Comparison> = comparisons.iter().filter(|c| c.group.code == group.code).collect();
    let (above, below) = against(results, group);
    html! {
        p.noprint {
            a href=(back) { (lang.pick("← 返回", "← Back")) }
            " · "
            a href={ "/desk/rounds/" (results.round.id) "/lists/" (percent(group.code.as_str())) } {
                (lang.pick("问题清单", "Problem list"))
            }
        }
        h1 { (group.name) (lang.pick("：与全局对照", ": beside the bureau")) }
        @if group.merged {
            p.soft {
                (lang.pick("样本不足，合并统计（", "Too few responses alone, counted together ("))
                (group.units.join(lang.pick("、", ", ")))
                (lang.pick("）。", ")."))
                (help(Term::Merged, lang))
            }
        }
        p.lead {
            (lang.pick("应参加 ", "Of "))
            (turnout.headcount)
            (lang.pick(" 人，回收有效答卷 ", " people asked, "))
            strong { (turnout.counted) }
            (lang.pick(
                " 份。突出率区间整体高于全局的有 ",
                " valid responses came back. Wholly above the bureau's prominent rate: ",
            ))
            strong { (above) }
            (lang.pick(" 题，整体低于全局的有 ", " questions; wholly below: "))
            strong { (below) }
            (lang.pick(
                " 题；其余与全局重叠，看不出差别。",
                "; the rest overlap and show no difference.",
            ))
        }
        @if !group.is_silent() {
            div.card {
                h2 {
                    (lang.pick("一图看全", "At a glance"))
                    (help(Term::Level, lang))
                }
                div.scroll
                    tabindex="0"
                    role="region"
                    aria-label=(lang.pick("本组各题存在程度图", "Levels of the group's items"))
                {
                    (profile(results, group, lang).on_page("heat"))
                }
                (links(&results.round.id, &format!("unit-{}", group.code), lang))
            }
        }
        p.soft {
            (lang.pick(
                "色条为本组突出率所在区间，竖线（或框）为全局。区间宽度只由作答人数决定：人数少，区\
                 间宽。没有色条的，作答不足 5 份，不公布。",
                "The bar is the band that holds the group's prominent rate, the line (or frame) is \
                 the bureau. The width depends on the number of answers alone: few answers, wide \
                 band. No bar: fewer than 5 answers, not published.",
            ))
        }
        @for section in results.survey.categories() {
            (category(results, group, section, &own, lang))
        }
        @if let Some(base) = base {
            p.soft {
                (lang.pick("回头看：与“", "Look-back: compared with “"))
                (base.round.title)
                (lang.pick(
                    "”比较。两轮成员单位、人数等级相同才比较；20 人以上的组、两轮应答均达七成五、相\
                     差两档以上，才称改善或反弹。",
                    "”. Compared only if member units and size class are the same; called better \
                     or worse only in groups of 20 and more, with 75 % turnout in both rounds and \
                     two steps or more apart.",
                ))
            }
        }
    }
}

fn percent(code: &str) -> String {
    percent_encoding::utf8_percent_encode(code, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// The bureau's 突出率: its exact share, or the band that is published.
fn of_bureau(item: &BureauItem) -> Option<(f64, f64)> {
    match (&item.exact, item.prominent) {
        (Some(exact), _) if exact.valid > 0 => {
            let share = f64::from(exact.prominent) * 100.0 / f64::from(exact.valid);
            Some((share, share))
        }
        (_, Some(band)) => Some((f64::from(band.lo), f64::from(band.hi))),
        _ => None,
    }
}

/// Items whose band lies wholly above or below the bureau's.
fn against(results: &Results, group: &ReleasedGroup) -> (usize, usize) {
    let (mut above, mut below) = (0, 0);
    for (n, question) in results.survey.questions().iter().enumerate() {
        let (GroupCell::Item(own), BureauCell::Item(all)) =
            (&group.cells[n], &results.release.bureau.cells[n])
        else {
            continue;
        };
        let (false, Some(band), Some((low, high))) =
            (is_held(question, &results.round.holds), own.prominent, of_bureau(all))
        else {
            continue;
        };
        above += usize::from(f64::from(band.lo) > high);
        below += usize::from(f64::from(band.hi) <= low);
    }
    (above, below)
}

fn category(
    results: &Results,
    group: &ReleasedGroup,
    section: &Section,
    own: &[&Comparison],
    lang: Lang,
) -> Markup {
    let questions = section.questions.clone();
    let listed = listed(results, group, section);
    html! {
        details.card.more open[listed > 0] {
            summary {
                (section.name.get(lang))
                " "
                span.soft { (lang.pick("列入 ", "listed: ")) (listed) (lang.pick(" 项", "")) }
            }
            div .scroll
                tabindex="0"
                role="region"
                aria-label={ (section.name.get(lang)) (lang.pick("各题", ", questions")) }
            {
                table.bands {
                    thead {
                        tr {
                            th { (lang.pick("题目", "Question")) }
                            th { (lang.pick("本组区间与全局", "Band and bureau")) }
                            th { (lang.pick("突出率", "Prominent")) (help(Term::Prominent, lang)) }
                            th { (lang.pick("存在率", "Present")) (help(Term::Present, lang)) }
                            th { (lang.pick("全局突出率", "Bureau prominent")) (help(Term::Band, lang)) }
                            th { (lang.pick("存在程度", "Level")) }
                            @if !own.is_empty() {
                                th { (lang.pick("回头看", "Look-back")) }
                            }
                        }
                    }
                    tbody {
                        @for at in questions.clone() {
                            @let question = &results.survey.questions()[at];
                            @let cells = (&group.cells[at], &results.release.bureau.cells[at]);
                            @if let (GroupCell::Item(item), BureauCell::Item(all)) = cells {
                                (row(results, group, (item, all), question, own, lang))
                            }
                        }
                    }
                }
            }
            (harm(results, group, section, lang))
        }
    }
}

/// How many questions of a category the group lists.
fn listed(results: &Results, group: &ReleasedGroup, section: &Section) -> usize {
    let lists = |at: &usize| {
        let question = &results.survey.questions()[*at];
        matches!(&group.cells[*at], GroupCell::Item(item) if item.level.is_some() || item.unclear)
            && !is_held(question, &results.round.holds)
            && results.survey.covers(question, &group.kinds)
    };
    section.questions.clone().filter(lists).count()
}

fn row(
    results: &Results,
    group: &ReleasedGroup,
    (item, all): (&GroupItem, &BureauItem),
    question: &Question,
    own: &[&Comparison],
    lang: Lang,
) -> Markup {
    html! {
        tr {
            td { (question.text.get(lang)) }
            @if is_held(question, &results.round.holds) {
                td colspan={ (if own.is_empty() { 5 } else { 6 }) } {
                    span.soft {
                        (lang.pick(
                            "存疑，核实前不显示",
                            "In question; not shown until checked",
                        ))
                    }
                }
            } @else {
                td { (band_bar(item.prominent, of_bureau(all))) }
                td { (words(item.prominent, lang)) }
                td { (wider(item, question, lang)) }
                td {
                    @match of_bureau(all) {
                        Some((low, high))
                            if (high - low).abs() < f64::EPSILON => {
                            (format!("{low:.1}%"))
                        }
                        Some(_) => { (words(all.prominent, lang)) }
                        None => {
                            span.soft {
                                (lang.pick("不公布", "not published"))
                            }
                        }
                    }
                }
                td {
                    @if !results.survey.covers(question, &group.kinds) {
                        span.soft {
                            (lang.pick(
                                "不适用于本类单位，不列入",
                                "not for this kind of unit, not listed",
                            ))
                        }
                    } @else {
                        @if item.level.is_some() {
                            (level_tag(item.level, lang))
                        }
                        @if item.unclear { " " (level_tag(None, lang)) }
                    }
                }
                @let earlier =
                    own.iter().find(|c| c.question.id == question.id);
                @if let Some(comparison) = earlier {
                    td { (changed(comparison, lang)) }
                }
            }
        }
    }
}

/// The band of 存在率, or why there is none beside that of 突出率.
fn wider(item: &GroupItem, question: &Question, lang: Lang) -> Markup {
    html! {
        @match (item.prominent, item.present) {
            (Some(_), None) if question.is_twofold() => {
                span.soft { (lang.pick("与突出率相同", "the same")) }
            }
            (Some(_), None) => {
                span.soft { (lang.pick("突出率已定级，不另列", "level is decided, not given")) }
            }
            _ => { (words(item.present, lang)) }
        }
    }
}

fn words(band: Option<Band>, lang: Lang) -> Markup {
    html! {
        @match band {
            Some(band) => { (band.label(lang)) }
            None => {
                span.soft { (lang.pick("不公布", "not published")) }
            }
        }
    }
}

fn changed(comparison: &Comparison, lang: Lang) -> Markup {
    let class = match comparison.change {
        Change::Better | Change::PerhapsBetter => "better",
        Change::Worse | Change::PerhapsWorse => "worse",
        Change::Same | Change::NotCompared => "soft",
    };
    html! {
        span.(class) { (comparison.change.label(lang)) }
        @let compared = comparison.change != Change::NotCompared;
        @if let (Some(before), true) = (comparison.before, compared) {
            br;
            span.soft { (lang.pick("原 ", "before: ")) (before.label(lang)) }
        }
    }
}

/// How harmful the category's problems are held to be, and why they are there.
fn harm(results: &Results, group: &ReleasedGroup, section: &Section, lang: Lang) -> Markup {
    let said = |role: QuestionRole| -> Vec<String> {
        let found =
            section.questions.clone().find(|at| results.survey.questions()[*at].role == role);
        let Some(at) = found else { return Vec::new() };
        let chosen = match &group.cells[at] {
            GroupCell::Top(options) => options.clone(),
            GroupCell::Median(step) => vec![*step],
            _ => Vec::new(),
        };
        chosen
            .into_iter()
            .filter_map(|n| option_label(&results.survey.questions()[at], n, lang))
            .collect()
    };
    let (level, harms, causes) =
        (said(QuestionRole::HarmLevel), said(QuestionRole::Harm), said(QuestionRole::Cause));
    html! {
        @if !(level.is_empty() && harms.is_empty() && causes.is_empty()) {
            dl.harm {
                @for (name, list, term) in {
                    [
                        (lang.pick("危害程度（中位）", "Harm (median)"), &level, Some(Term::Median)),
                        (lang.pick("主要危害", "Main harms"), &harms, None),
                        (lang.pick("主要原因", "Main causes"), &causes, None),
                    ]
                } {
                    @if !list.is_empty() {
                        div {
                            dt { (name) @if let Some(term) = term { (help(term, lang)) } }
                            dd { (list.join(lang.pick("；", "; "))) }
                        }
                    }
                }
            }
        }
    }
}
