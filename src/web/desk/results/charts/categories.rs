//! Which categories are most listed: one bar each, by level, with the round before as a line under
//! it.
//! Rows of all groups' lists are counted, so that a problem of many weighs more than one of few.

use maud::{Markup, html};

use super::{Chart, legend, level_colours, rows_of};
use crate::app::Results;
use crate::gate::Level;
use crate::problem::ProblemList;
use crate::survey::Section;
use crate::text::Lang;

const WIDTH: usize = 420;
const ROW: usize = 46;

/// The chart. `before` holds the lists of the round that is looked back at.
#[must_use]
pub fn categories(
    results: &Results,
    lists: &[ProblemList],
    before: Option<&[ProblemList]>,
    lang: Lang,
) -> Chart {
    let sections: Vec<&Section> = results.survey.categories().collect();
    let sum = |lists: &[ProblemList], section: &Section| {
        lists.iter().map(|list| rows_of(list, section.order).len()).sum::<usize>()
    };
    let most = sections
        .iter()
        .flat_map(|s| [sum(lists, s), before.map_or(0, |lists| sum(lists, s))])
        .max()
        .unwrap_or(0)
        .max(1);
    let bottom = ROW * sections.len();
    let shapes = html! {
        @for (n, section) in sections.iter().enumerate() {
            @let y = n * ROW;
            text x="0" y=(y + 15) font-size="14" fill="#1b2420" { (section.name.get(lang)) }
            text x=(WIDTH) y=(y + 15) text-anchor="end" font-size="13" fill="#55605a" {
                (told(lists, before.map(|lists| sum(lists, section)), section, lang))
            }
            rect x="0" y=(y + 22) width=(WIDTH) height="12" rx="3" fill="#eef2ef" {}
            (bar(lists, section, y + 22, most))
            @if let Some(before) = before {
                @let width = length(sum(before, section), most);
                rect x="0" y=(y + 36) width=(width) height="3" fill="#8a958f" {}
            }
        }
        (legend(0, bottom + 8, lang))
    };
    Chart {
        width: WIDTH,
        height: bottom + 28,
        linked: false,
        label: lang.pick("各类问题列入项数", "Rows listed by category"),
        shapes,
    }
}

fn length(count: usize, most: usize) -> String {
    format!("{:.1}", count as f64 * WIDTH as f64 / most as f64)
}

fn told(lists: &[ProblemList], before: Option<usize>, section: &Section, lang: Lang) -> String {
    let own: Vec<usize> = lists.iter().map(|list| rows_of(list, section.order).len()).collect();
    let (rows, groups) = (own.iter().sum::<usize>(), own.iter().filter(|n| **n > 0).count());
    let before = before.map_or_else(String::new, |n| {
        lang.pick(format!("（上轮 {n} 项）"), format!(" (before: {n})"))
    });
    lang.pick(
        format!("{rows} 项，{groups} 个组{before}"),
        format!("{rows} in {groups} groups{before}"),
    )
}

/// One bar: the gravest first.
fn bar(lists: &[ProblemList], section: &Section, y: usize, most: usize) -> Markup {
    let rows: Vec<_> = lists.iter().flat_map(|list| rows_of(list, section.order)).collect();
    let mut done = 0;
    let mut parts = Vec::new();
    for level in Level::ALL.map(Some).into_iter().chain([None]) {
        let count = rows.iter().filter(|row| row.level == level).count();
        if count > 0 {
            parts.push((level, length(done, most), length(count, most)));
        }
        done += count;
    }
    html! {
        @for (level, x, width) in parts {
            @let unclear = level.is_none();
            rect x=(x) y=(y) width=(width) height="12"
                fill=(if unclear { "#ffffff" } else { level_colours(level).0 })
                stroke=[unclear.then_some("#6f7a73")]
                stroke-dasharray=[unclear.then_some("2 2")] {}
        }
    }
}
