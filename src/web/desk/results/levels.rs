//! A level as everybody reads it: one word in one colour.
//! The same on every page, so that a colour is learned once.

use maud::{Markup, html};

use crate::gate::Level;
use crate::text::Lang;

/// A level as a coloured word; without one, 情况不明.
#[must_use]
pub fn level_tag(level: Option<Level>, lang: Lang) -> Markup {
    let class = level.map_or("unclear", Level::as_str);
    html! {
        span.level.(class) { (level.map_or(lang.pick("情况不明", "unclear"), |l| l.label(lang))) }
    }
}
