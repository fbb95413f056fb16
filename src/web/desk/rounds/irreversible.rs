//! What stands beside every step that cannot be taken back: what comes of it, and what is still
//! open before it.
//! The same on every page, so that whoever has read it once knows it again.

use maud::{Markup, html};

use crate::text::{Lang, Refusal};

/// The box. `open` is what was not done yet, or has to be looked at.
pub(in crate::web::desk) fn irreversible(
    consequence: &str,
    open: &[Refusal],
    lang: Lang,
) -> Markup {
    html! {
        div.irreversible {
            p {
                strong { (lang.pick("执行以后不能撤回。", "Once done this cannot be taken back. ")) }
                (consequence)
            }
            (to_check(open, lang))
        }
    }
}

/// What has to be looked at before a step, whether or not it can be taken back.
pub(in crate::web::desk) fn to_check(open: &[Refusal], lang: Lang) -> Markup {
    html! {
        @if !open.is_empty() {
            p { strong { (lang.pick("请先核对：", "Please check first:")) } }
            ul {
                @for refusal in open { li { (refusal.get(lang)) (lang.pick("。", ".")) } }
            }
        }
    }
}
