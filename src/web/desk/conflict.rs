//! Two people who change the same thing: the second is told, and shown both versions, before anything is overwritten.
//! A form carries the version it was filled in from, and is kept as it was typed.

use maud::{Markup, html};

use crate::app::{LastChange, minute_of};
use crate::text::Lang;

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
    html! { input type="hidden" name="seen" value=(version); }
}

/// Both versions side by side, where they differ. Saving the form below once more overwrites what is kept.
pub fn both(lang: Lang, last: Option<&LastChange>, parts: &[Part], again: &str) -> Markup {
    html! {
        div.errors role="alert" {
            p { strong { (lang.pick("您打开本页之后，内容已被他人修改；您的修改还没有保存。", "This was changed by somebody else after you opened the page; your change is not saved yet.")) } }
            @if let Some(last) = last { p { (lang.pick("最近一次修改：", "Last change: ")) (last.account) (lang.pick("，", ", ")) (minute_of(last.at)) } }
        }
        div.card {
            h2 { (lang.pick("两个版本的不同之处", "Where the two versions differ")) }
            div.scroll { table.both {
                thead { tr { th { (lang.pick("内容", "Part")) } th { (lang.pick("现在保存的", "Kept now")) } th { (lang.pick("您填写的", "Typed by you")) } } }
                tbody { @for part in parts.iter().filter(|p| p.kept != p.typed) {
                    tr { th scope="row" { (part.what) } td { (filled(&part.kept, lang)) } td { strong { (filled(&part.typed, lang)) } } }
                } }
            } }
            p.soft { (lang.pick("下面的表单保留了您填写的内容：再次保存，即以您的为准；", "The form below holds what you typed: saving it again overwrites what is kept. ")) a href=(again) { (lang.pick("放弃我的修改，看现在保存的。", "Drop my change and see what is kept.")) } }
        }
    }
}

fn filled(text: &str, lang: Lang) -> Markup {
    html! { @if text.is_empty() { span.soft { (lang.pick("（空）", "(empty)")) } } @else { (text) } }
}
