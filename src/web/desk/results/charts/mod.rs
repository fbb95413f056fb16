//! The charts of the desk as SVG: crisp on paper, in the page's own type, each beside a table with
//! the same figures.
//! They are given published cells only, so no chart can show what no table may.

mod categories;
mod heat;
mod profile;

use maud::{Markup, html};

use crate::gate::{Band, ExactItem, Level};
use crate::problem::{Change, Problem, ProblemList};
use crate::survey::Question;
use crate::text::Lang;

pub use categories::categories;
pub use heat::heat_map;
pub use profile::profile;

/// A drawing that stands on a page as well as in a file of its own.
pub struct Chart {
    /// Width in units of its own.
    pub width: usize,
    /// Height, likewise.
    pub height: usize,
    /// What it shows, for those who do not see it.
    pub label: &'static str,
    /// Whether parts of it lead elsewhere.
    pub linked: bool,
    /// The shapes.
    pub shapes: Markup,
}

impl Chart {
    /// As part of a page.
    #[must_use]
    pub fn on_page(&self, class: &str) -> Markup {
        html! {
            svg class=(class)
                viewBox={ "0 0 " (self.width) " " (self.height) }
                role=(if self.linked { "group" } else { "img" })
                aria-label=(self.label)
                xmlns="http://www.w3.org/2000/svg"
            { (self.shapes) }
        }
    }
}

/// The fill of a level, and the ink that is read on it.
#[must_use]
pub fn level_colours(level: Option<Level>) -> (&'static str, &'static str) {
    match level {
        Some(Level::Prominent) => ("#a3271c", "#ffffff"),
        Some(Level::Tendency) => ("#d98324", "#1b1100"),
        Some(Level::Emerging) => ("#f0d58a", "#3a2d00"),
        None => ("#eef2ef", "#55605a"),
    }
}

/// What colours mean, as a row of a drawing.
fn legend(x: usize, y: usize, lang: Lang) -> Markup {
    let step = lang.pick(94, 82);
    html! {
        @for (n, level) in Level::ALL.into_iter().enumerate() {
            @let (x, fill) = (x + n * step, level_colours(Some(level)).0);
            rect x=(x) y=(y) width="12" height="12" rx="3" fill=(fill) {}
            text x=(x + 17) y=(y + 11) font-size="12" fill="#55605a" { (level.label(lang)) }
        }
        @let x = x + 3 * step;
        rect
            x=(x)
            y=(y)
            width="12"
            height="12"
            rx="3"
            fill="#ffffff"
            stroke="#6f7a73"
            stroke-dasharray="2 2" {}
        text x=(x + 17) y=(y + 11) font-size="12" fill="#55605a" {
            (lang.pick("情况不明", "unclear"))
        }
    }
}

const WIDTH: u32 = 220;

/// The rows of a list that belong to a category.
#[must_use]
pub fn rows_of(list: &ProblemList, order: usize) -> Vec<&Problem> {
    list.problems.iter().filter(|p| p.category_order == order).collect()
}

/// How many rows of a list fall into a category, and the gravest level among them.
pub fn in_category(list: &ProblemList, order: usize) -> (usize, Option<Level>) {
    let rows = rows_of(list, order);
    (rows.len(), rows.iter().filter_map(|p| p.level).max())
}

/// A share in tenths of a percent, rounded as everywhere.
#[must_use]
pub fn tenths(part: u32, whole: u32) -> u32 {
    let (part, whole) = (u64::from(part), u64::from(whole.max(1)));
    u32::try_from((part * 2_000 + whole) / (2 * whole)).unwrap_or(1_000)
}

/// The bureau's answers to an item: prominent, merely present, and how far the first could move if
/// the silent had spoken.
pub fn item_bar(item: &ExactItem, lang: Lang) -> Markup {
    let share = |count: u32| tenths(count, item.valid);
    let (prominent, present) = (share(item.prominent), share(item.present));
    let (low, high) = (item.bound_low_tenths, item.bound_high_tenths);
    let x = |tenths: u32| f64::from(tenths) * 0.16;
    html! {
        div.bar-cell {
            svg width="160" height="14" aria-hidden="true" {
                rect x="0" y="3" width="160" height="8" fill="#eef2ef" {}
                rect x="0" y="3" width=(x(present)) height="8" fill="#a9d3c3" {}
                rect x="0" y="3" width=(x(prominent)) height="8" fill="#0b6b4f" {}
                path
                    d={ "M" (x(low)) " 7H" (x(high)) "M" (x(low)) " 3V11M" (x(high)) " 3V11" }
                    stroke="#1b2420"
                    stroke-width="1"
                    fill="none" {}
            }
            span {
                (prominent / 10)
                "."
                (prominent % 10)
                "%"
                span.soft {
                    (lang.pick("（未作答者计入后为 ", " (with the silent: "))
                    (low / 10)
                    (lang.pick("%～", "–"))
                    (high.div_ceil(10))
                    (lang.pick("%）", " %)"))
                }
            }
        }
    }
}

/// A count as a bar: of `all`, which fills the width.
pub fn count_bar(count: u32, all: u32) -> Markup {
    html! {
        svg width="120" height="12" aria-hidden="true" {
            rect x="0" y="2" width="120" height="8" fill="#eef2ef" {}
            rect
                x="0"
                y="2"
                width=(f64::from(count) * 120.0 / f64::from(all.max(1)))
                height="8"
                fill="#0b6b4f" {}
        }
    }
}

/// How many items of a group became better, stayed, became worse: one bar, better to the left.
pub fn change_bar(counts: &[(Change, usize)]) -> Markup {
    let all: usize = counts.iter().map(|c| c.1).sum();
    let mut at = 0.0;
    html! {
        svg width="220" height="14" aria-hidden="true" {
            @for (change, count) in counts {
                @let width = f64::from(u32::try_from(*count).unwrap_or(0)) * 220.0
                    / f64::from(u32::try_from(all.max(1)).unwrap_or(1));
                rect x=(at) y="2" width=(width) height="10" fill=(colour(*change)) {}
                @let () = at += width;
            }
        }
    }
}

/// The colour of a change, green to red; what is not compared is hardly seen.
#[must_use]
pub fn colour(change: Change) -> &'static str {
    match change {
        Change::Better => "#0b6b4f",
        Change::PerhapsBetter => "#a9d3c3",
        Change::Same => "#c4ccc7",
        Change::PerhapsWorse => "#f0b8a8",
        Change::Worse => "#a3271c",
        Change::NotCompared => "#eef2ef",
    }
}

/// A band from 0 to 100, and the bureau's place on it.
pub fn band_bar(band: Option<Band>, bureau: Option<(f64, f64)>) -> Markup {
    let x = |percent: f64| percent * f64::from(WIDTH) / 100.0;
    html! {
        svg width=(WIDTH) height="18" viewBox={ "0 0 " (WIDTH) " 18" } aria-hidden="true" {
            rect x="0" y="6" width=(WIDTH) height="6" rx="3" fill="#e4e9e6" {}
            @if let Some(band) = band {
                rect
                    x=(x(f64::from(band.lo)))
                    y="4"
                    width=(x(f64::from(band.hi) - f64::from(band.lo)))
                    height="10"
                    rx="3"
                    fill="#0b6b4f" {}
            }
            @match bureau {
                Some((low, high)) if (high - low).abs() < f64::EPSILON => {
                    rect x=(x(low) - 1.5) y="0" width="3" height="18" fill="#a3271c" {}
                }
                Some((low, high)) => {
                    rect
                        x=(x(low))
                        y="1"
                        width=(x(high - low))
                        height="16"
                        fill="none"
                        stroke="#a3271c"
                        stroke-width="1.5" {}
                }
                None => {}
            }
        }
    }
}

/// The words of an option or a step.
pub fn option_label(question: &Question, n: usize, lang: Lang) -> Option<String> {
    question.kind.labels().get(n).map(|label| label.get(lang).to_owned())
}
