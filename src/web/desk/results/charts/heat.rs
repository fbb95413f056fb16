//! The heat map: how many questions each group lists in each category, and how grave they are.
//! Where a problem sits is seen before any table is read.

use maud::{Markup, html};

use super::{Chart, in_category, legend, level_colours};
use crate::app::Results;
use crate::gate::Level;
use crate::problem::ProblemList;
use crate::survey::Section;
use crate::text::Lang;
use crate::web::desk::office::password::percent;

const LEFT: usize = 250;
const TOP: usize = 58;
const CELL: usize = 112;
const ROW: usize = 30;

/// The number of questions listed by group and category; on a page names lead to their own.
#[must_use]
pub fn heat_map(results: &Results, lists: &[ProblemList], linked: bool, lang: Lang) -> Chart {
    let sections: Vec<&Section> = results.survey.categories().collect();
    let bottom = TOP + ROW * lists.len();
    let to = |path: String| format!("/desk/rounds/{}/{path}", results.round.id);
    let shapes = html! {
        @for (c, section) in sections.iter().enumerate() {
            @if linked {
                a href=(to(format!("results/{}", section.order))) { (column(c, section, lang)) }
            } @else { (column(c, section, lang)) }
        }
        @for (r, list) in lists.iter().enumerate() {
            @let name = name(r, list);
            @if linked {
                a href=(to(format!("groups/{}", percent(list.code.as_str())))) { (name) }
            } @else { (name) }
            @for (c, section) in sections.iter().enumerate() {
                (cell(r, c, list, section, lang))
            }
        }
        (legend(LEFT + 2, bottom + 10, lang))
    };
    Chart {
        width: LEFT + CELL * sections.len(),
        height: bottom + 30,
        linked,
        label: lang.pick("各统计组各类问题列入题数", "Questions listed by group and category"),
        shapes,
    }
}

fn column(c: usize, section: &Section, lang: Lang) -> Markup {
    let head = lines(section.short_name.get(lang));
    html! {
        @for (n, line) in head.iter().enumerate() {
            text
                x=(LEFT + c * CELL + CELL / 2)
                y=(TOP + 2 - 16 * (head.len() - n))
                text-anchor="middle"
                font-size="13"
                fill="currentColor"
            { (line) }
        }
    }
}

fn name(r: usize, list: &ProblemList) -> Markup {
    let name: String = list.name.chars().take(16).collect();
    html! {
        text
            x=(LEFT - 12)
            y=(TOP + r * ROW + 20)
            text-anchor="end"
            font-size="13"
            fill="currentColor"
        {
            (name)
            @if list.name.chars().count() > 16 { "…" }
        }
    }
}

fn cell(r: usize, c: usize, list: &ProblemList, section: &Section, lang: Lang) -> Markup {
    let (count, level) = in_category(list, section.order);
    let (fill, ink) = level_colours(level);
    let y = TOP + r * ROW;
    let unclear = count > 0 && level.is_none();
    html! {
        rect
            x=(LEFT + c * CELL + 2)
            y=(y + 2)
            width=(CELL - 4)
            height=(ROW - 4)
            rx="4"
            fill=(if unclear { "#ffffff" } else { fill })
            stroke=[unclear.then_some("#6f7a73")]
            stroke-dasharray=[unclear.then_some("3 2")]
        {
            title { (told(count, level, list, section, lang)) }
        }
        @if count > 0 {
            text
                x=(LEFT + c * CELL + CELL / 2)
                y=(y + 20)
                text-anchor="middle"
                font-size="13"
                font-weight="700"
                fill=(ink)
            { (count) }
        }
    }
}

fn told(
    count: usize,
    level: Option<Level>,
    list: &ProblemList,
    section: &Section,
    lang: Lang,
) -> String {
    let (name, category) = (&list.name, section.name.get(lang));
    let gravest = match level {
        Some(level) => format!("{}{}", lang.pick("，最重为", ", gravest: "), level.label(lang)),
        None if count > 0 => lang.pick("，情况不明", ", unclear").to_owned(),
        None => String::new(),
    };
    lang.pick(
        format!("{name}，{category}：列入 {count} 题{gravest}"),
        format!("{name}, {category}: {count} listed{gravest}"),
    )
}

/// The name of a column in as many short lines as it takes: Chinese by characters, English by
/// words.
fn lines(name: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in name.split_inclusive(' ').flat_map(|word| {
        if word.is_ascii() {
            vec![word.to_owned()]
        } else {
            word.chars().map(String::from).collect()
        }
    }) {
        let room = if piece.is_ascii() { 15 } else { 8 };
        let full = lines.last().is_some_and(|line| {
            !line.is_empty() && line.chars().count() + piece.trim_end().chars().count() > room
        });
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(&piece);
        }
    }
    lines
}
