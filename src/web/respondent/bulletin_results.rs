//! The bureau's results for everybody who answered, in words and bars, where the two who released
//! them chose so.
//! Officers come first here: what was found, how grave, and how it was last time; nothing of any
//! unit.

use crate::app::Results;
use crate::gate::Level;
use crate::problem::{Problem, ProblemList};
use crate::survey::Section;
use crate::text::Lang;
use crate::unit::GroupCode;
use crate::web::error::WebError;
use maud::{Markup, html};

pub(super) fn results_card(
    results: &Results,
    base: Option<&Results>,
    lang: Lang,
) -> Result<Markup, WebError> {
    let bureau = GroupCode::bureau();
    let list = results.derived(&bureau)?;
    let before = base.map(|base| base.derived(&bureau)).transpose()?;
    Ok(html! {
        div.card.results {
            h2 { (lang.pick("大家反映了什么", "What you told us")) }
            (in_words(results, &list, lang))
            @if list.problems.is_empty() {
                p { (lang.pick("没有达到列入标准的问题。", "No problem reached the thresholds.")) }
            } @else {
                (bars(results, &list, before.as_ref(), lang))
            }
        }
        @for category in results.survey.categories() {
            (one_category(category, &list, before.as_ref(), lang))
        }
    })
}

/// The whole in two sentences.
fn in_words(results: &Results, list: &ProblemList, lang: Lang) -> Markup {
    let common = list.problems.iter().filter(|p| p.common).count();
    html! {
        p.lead {
            strong { (results.release.bureau.turnout.counted) }
            (lang.pick(" 份有效答卷，全局列出 ", " valid responses; listed for the bureau: "))
            strong { (list.problems.len()) }
            (lang.pick(" 项问题：", " problems: "))
            @for (n, level) in Level::ALL.into_iter().enumerate() {
                @if n > 0 { (lang.pick("，", ", ")) }
                (level.label(lang))
                " "
                (list.count(level))
                (lang.pick(" 项", ""))
            }
            @let other = list.problems.iter().filter(|p| p.level.is_none()).count();
            @if other > 0 {
                (lang.pick("，未定级（共性问题或情况不明） ", ", without a level (common, or unclear) "))
                (other)
                (lang.pick(" 项", ""))
            }
            @if common > 0 {
                (lang.pick("；多个单位共有的 ", "; common to many units: "))
                (common)
                (lang.pick(" 项", ""))
            }
            (lang.pick("。", "."))
        }
        p.soft {
            (lang.pick(
                "程度由规则算出，不由人评定；人少的选项不单独公布。没有列出不等于没有问题。",
                "Levels follow from rules, not from anybody's judgement; what few chose is not \
                 told. What is not listed may still be there.",
            ))
        }
    }
}

fn own<'a>(list: &'a ProblemList, category: &Section) -> Vec<&'a Problem> {
    list.problems.iter().filter(|p| p.category_order == category.order).collect()
}

/// How many problems each category has, as bars, and last time beside it.
fn bars(results: &Results, list: &ProblemList, before: Option<&ProblemList>, lang: Lang) -> Markup {
    let counts = |list: &ProblemList| -> Vec<usize> {
        results.survey.categories().map(|category| own(list, category).len()).collect()
    };
    let (now, then) = (counts(list), before.map(counts));
    let most = now.iter().chain(then.iter().flatten()).copied().max().unwrap_or(0).max(1);
    html! {
        ul.bars {
            @for (n, category) in results.survey.categories().enumerate() {
                li {
                    span.name { (category.name.get(lang)) }
                    span.count {
                        (now[n])
                        (lang.pick(" 项", ""))
                        @if let Some(then) = &then {
                            span.soft {
                                (lang.pick("（上轮 ", " (before: "))
                                (then[n])
                                (lang.pick("）", ")"))
                            }
                        }
                    }
                    (bar(&own(list, category), most, lang))
                }
            }
        }
        div.legend {
            @for level in Level::ALL {
                span { i class={ "swatch " (level.as_str()) } {} (level.label(lang)) }
            }
            span {
                i.swatch.other {}
                (lang.pick("共性问题或情况不明", "common, or unclear"))
            }
        }
    }
}

/// One bar: the gravest first.
fn bar(problems: &[&Problem], most: usize, lang: Lang) -> Markup {
    let unit = 100.0 / most as f64;
    let of = |level: Option<Level>| problems.iter().filter(|p| p.level == level).count();
    let mut x = 0.0;
    let mut parts = Vec::new();
    for level in Level::ALL.map(Some).into_iter().chain([None]) {
        let count = of(level);
        let width = count as f64 * unit;
        if count > 0 {
            parts.push((x, width, level.map_or("other", Level::as_str)));
        }
        x += width;
    }
    html! {
        svg.bar
            viewBox="0 0 100 10"
            preserveAspectRatio="none"
            role="img"
            aria-label=(lang.pick("列出的项数", "Problems listed"))
        {
            @for (x, width, class) in parts {
                rect class=(class) x=(format!("{x:.2}")) y="0" width=(format!("{width:.2}"))
                    height="10" {}
            }
        }
    }
}

/// The problems of a category in words, and what became of those of last time.
fn one_category(
    category: &Section,
    list: &ProblemList,
    before: Option<&ProblemList>,
    lang: Lang,
) -> Markup {
    let (now, then) = (own(list, category), before.map(|before| own(before, category)));
    let gone: Vec<&&Problem> = then
        .iter()
        .flatten()
        .filter(|was| now.iter().all(|p| p.question != was.question))
        .collect();
    let was = |p: &Problem| {
        let then = then.as_ref()?;
        Some(then.iter().find(|was| was.question == p.question).map(|was| was.level_label(lang)))
    };
    html! {
        @if !now.is_empty() || !gone.is_empty() {
            div.card {
                h2 { (category.name.get(lang)) }
                ul.found {
                    @for p in now {
                        li {
                            span class={ "level " (p.level.map_or("other", Level::as_str)) } {
                                (p.level_label(lang))
                                @if p.level.is_none() && !p.unclear {
                                    (lang.pick("共性问题", "common"))
                                }
                            }
                            " "
                            (p.statement.get(lang))
                            @if p.common && p.level.is_some() {
                                span.soft { (lang.pick("（共性问题）", " (common)")) }
                            }
                            @match was(p) {
                                Some(Some(label)) => {
                                    span.soft {
                                        (lang.pick("（上轮：", " (before: ")) (label)
                                        (lang.pick("）", ")"))
                                    }
                                }
                                Some(None) => {
                                    span.soft {
                                        (lang.pick("（上轮未列出）", " (not listed before)"))
                                    }
                                }
                                None => {}
                            }
                        }
                    }
                    @for p in gone {
                        li.gone {
                            span.soft { (lang.pick("上轮列出，本轮未列出：", "Listed before, not now: ")) }
                            (p.statement.get(lang))
                        }
                    }
                }
            }
        }
    }
}
