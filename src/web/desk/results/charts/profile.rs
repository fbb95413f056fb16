//! The profile of a group: every item as a square in the colour of its level, and the bureau's in a
//! strip below it.
//! One look tells in which categories a unit stands out from the whole.

use maud::{Markup, html};

use super::{Chart, legend, level_colours};
use crate::app::Results;
use crate::gate::{BureauCell, GroupCell, Level, ReleasedGroup};
use crate::problem::is_held;
use crate::survey::Section;
use crate::text::Lang;

const LEFT: usize = 150;
const CELL: usize = 52;
const ROW: usize = 46;

/// What is told of an item in a square.
enum Square {
    /// In question, or not for this kind of unit.
    Out(&'static str),
    /// What the list says.
    In(Option<Level>, bool),
}

/// The chart.
#[must_use]
pub fn profile(results: &Results, group: &ReleasedGroup, lang: Lang) -> Chart {
    let sections: Vec<&Section> = results.survey.categories().collect();
    let widest = sections.iter().map(|s| items(results, s).len()).max().unwrap_or(0);
    let bottom = ROW * sections.len();
    let shapes = html! {
        @for (r, section) in sections.iter().enumerate() {
            @let y = r * ROW;
            text x=(LEFT - 12) y=(y + 23) text-anchor="end" font-size="13" fill="#1b2420" {
                (section.short_name.get(lang))
            }
            @for (c, at) in items(results, section).into_iter().enumerate() {
                (square(results, group, section, at, (LEFT + c * CELL, y), lang))
            }
        }
        (legend(LEFT + 2, bottom + 8, lang))
        text x=(LEFT + 2) y=(bottom + 42) font-size="12" fill="#55605a" {
            (lang.pick(
                "方格为本组，下面的细条为全局；数字为题号，“—”为存疑或不适用。",
                "Squares: this group; strips below: the bureau. Figures are the questions' \
                 numbers; — is in question, or not for this kind of unit.",
            ))
        }
    };
    Chart {
        width: LEFT + (CELL * widest).max(400),
        height: bottom + 52,
        linked: false,
        label: lang.pick("本组各题存在程度", "Levels of the group's items"),
        shapes,
    }
}

/// Items of a category, as indices of questions.
fn items(results: &Results, section: &Section) -> Vec<usize> {
    let is_item = |at: &usize| results.survey.questions()[*at].problem.is_some();
    section.questions.clone().filter(is_item).collect()
}

fn square(
    results: &Results,
    group: &ReleasedGroup,
    section: &Section,
    at: usize,
    (x, y): (usize, usize),
    lang: Lang,
) -> Markup {
    let question = &results.survey.questions()[at];
    let held = is_held(question, &results.round.holds);
    let own = match &group.cells[at] {
        _ if held => Square::Out(lang.pick("存疑，核实前不显示", "in question, not shown")),
        _ if !results.survey.covers(question, &group.kinds) => {
            Square::Out(lang.pick("不适用于本类单位", "not for this kind of unit"))
        }
        GroupCell::Item(item) => Square::In(item.level, item.unclear),
        _ => Square::In(None, false),
    };
    let bureau = match &results.release.bureau.cells[at] {
        BureauCell::Item(item) if !held => item.level,
        _ => None,
    };
    let number = format!("{}.{}", section.order, question.order);
    let (level, unclear, told) = match own {
        Square::Out(why) => (None, false, why),
        Square::In(Some(level), _) => (Some(level), false, level.label(lang)),
        Square::In(None, true) => (None, true, lang.pick("情况不明", "unclear")),
        Square::In(None, false) => (None, false, lang.pick("未列入", "not listed")),
    };
    let (fill, ink) = level_colours(level);
    html! {
        rect x=(x + 2) y=(y + 4) width=(CELL - 4) height="28" rx="4"
            fill=(if unclear { "#ffffff" } else { fill })
            stroke=[unclear.then_some("#6f7a73")]
            stroke-dasharray=[unclear.then_some("3 2")]
        {
            title { (number) " " (question.text.get(lang)) (lang.pick("：", ": ")) (told) }
        }
        text x=(x + CELL / 2) y=(y + 23) text-anchor="middle" font-size="12" fill=(ink) {
            @if matches!(own, Square::Out(_)) { "—" } @else { (number) }
        }
        rect
            x=(x + 2)
            y=(y + 34)
            width=(CELL - 4)
            height="5"
            rx="2"
            fill=(level_colours(bureau).0) {}
    }
}
