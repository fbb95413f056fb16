//! Two people who change the same thing: the second is told, and shown both versions, before
//! anything is overwritten.
//! A form carries the version it was filled in from, and is kept as it was typed.

use maud::{Markup, html};

use crate::app::{LastChange, minute_of};
use crate::text::Lang;
use crate::web::desk::Session;

/// A part of the thing in both versions.
pub struct Part {
    /// What it is.
    pub what: String,
    /// As it is kept now.
    pub kept: String,
    /// As it was typed.
    pub typed: String,
}

/// The field that carries the version a form was filled in from.
pub fn seen(version: &str) -> Markup {
    html! {
        input type="hidden" name="seen" value=(version);
    }
}

/// Both versions side by side, where they differ. Saving the form below once more overwrites what
/// is kept.
pub fn both(session: &Session, last: Option<&LastChange>, parts: &[Part], again: &str) -> Markup {
    let lang = session.lang;
    html! {
        div.errors role="alert" {
            p {
                strong {
                    (lang.pick(
                        "您打开本页之后，内容已被他人修改；您的修改还没有保存。",
                        "This was changed by somebody else after you opened the page; your change \
                         is not saved yet.",
                    ))
                }
            }
            @if let Some(last) = last {
                p {
                    (lang.pick("最近一次修改：", "Last change: "))
                    (session.people.of(&last.account))
                    (lang.pick("，", ", "))
                    (minute_of(last.at))
                }
            }
        }
        div.card {
            h2 { (lang.pick("两个版本的不同之处", "Where the two versions differ")) }
            (table(lang, parts, [["现在保存的", "Kept now"], ["您填写的", "Typed by you"]]))
            p.soft {
                (lang.pick(
                    "下面的表单保留了您填写的内容：再次保存，即以您的为准；",
                    "The form below holds what you typed: saving it again overwrites what is \
                     kept. ",
                ))
                a href=(again) {
                    (lang.pick(
                        "放弃我的修改，看现在保存的。",
                        "Drop my change and see what is kept.",
                    ))
                }
            }
        }
    }
}

/// Two versions side by side, where they differ.
pub fn table(lang: Lang, parts: &[Part], heads: [[&'static str; 2]; 2]) -> Markup {
    html! {
        div.scroll
            tabindex="0"
            role="region"
            aria-label=(lang.pick("两个版本对照", "Two versions"))
        {
            table.both {
                thead {
                    tr {
                        th { (lang.pick("内容", "Part")) }
                        @for head in heads {
                            th { (lang.pick(head[0], head[1])) }
                        }
                    }
                }
                tbody {
                    @for part in parts.iter().filter(|p| p.kept != p.typed) {
                        tr {
                            th scope="row" { (part.what) }
                            td { (filled(&part.kept, lang)) }
                            td { strong { (filled(&part.typed, lang)) } }
                        }
                    }
                }
            }
        }
    }
}

/// Runs of lines that differ between two texts, up to some screenfuls.
pub fn lines(kept: &str, typed: &str, lang: Lang) -> Vec<Part> {
    const MOST: usize = 60;
    let diff = similar::TextDiff::from_lines(kept, typed);
    let (old, new): (Vec<&str>, Vec<&str>) = (kept.lines().collect(), typed.lines().collect());
    let run = |lines: &[&str], range: std::ops::Range<usize>| {
        lines[range].iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n")
    };
    let changed = diff.ops().iter().filter(|op| op.tag() != similar::DiffTag::Equal);
    changed
        .take(MOST)
        .map(|op| Part {
            what: format!(
                "{}{}{}",
                lang.pick("第 ", "line "),
                op.new_range().start + 1,
                lang.pick(" 行", "")
            ),
            kept: run(&old, op.old_range()),
            typed: run(&new, op.new_range()),
        })
        .collect()
}

fn filled(text: &str, lang: Lang) -> Markup {
    html! {
        @if text.is_empty() {
            span.soft { (lang.pick("（空）", "(empty)")) }
        } @else { (text) }
    }
}
