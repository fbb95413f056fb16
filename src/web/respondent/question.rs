//! One question as form controls, for every type the engine has.
//! Nothing is preselected, every single choice can be taken back, and labels are whole touch targets.

use maud::{Markup, html};

use crate::response::{FieldErrors, Form};
use crate::survey::{Choice, Kind, Question};
use crate::text::Lang;

/// What was typed before and what is wrong with it.
pub struct Filled<'a> {
    /// The form as it was sent; empty at first.
    pub form: &'a Form,
    /// Errors by field.
    pub errors: &'a FieldErrors,
    /// Language.
    pub lang: Lang,
}

impl Filled<'_> {
    /// The error beside a field.
    pub fn error(&self, field: &str) -> Markup {
        html! { @if let Some(refusal) = self.errors.get(field) { p.error id={ "e-" (field) } { (refusal.get(self.lang)) } } }
    }

    fn class(&self, question: &Question) -> &'static str {
        let wrong = self.errors.contains_key(&question.id) || self.errors.contains_key(&format!("{}.other", question.id));
        if wrong { "item wrong" } else { "item" }
    }
}

/// A question. `number` stands before it; `stem_shown` says that the scale's question was asked above.
pub fn question(question: &Question, number: &str, filled: &Filled) -> Markup {
    let lang = filled.lang;
    let id = &question.id;
    let ask = html! {
        @if !number.is_empty() { span.num { (number) } }
        (question.text.get(lang))
        @if question.required { span.num { (lang.pick("（必答）", " (required)")) } }
    };
    let hint = html! { @if let Some(hint) = &question.hint { p.hint id={ "h-" (id) } { (hint.get(lang)) } } };
    let described = question.hint.as_ref().map(|_| format!("h-{id}"));
    match &question.kind {
        Kind::Text { max_chars } => html! {
            div class=(filled.class(question)) id={ "q-" (id) } {
                label.ask for={ "f-" (id) } { (ask) }
                (hint) (filled.error(id))
                textarea id={ "f-" (id) } name=(id) maxlength=(max_chars) autocomplete="off" spellcheck="false" aria-describedby=[described] { (filled.form.first(id)) }
                p.hint { (lang.pick("最多", "At most ")) (max_chars) (lang.pick("字。请勿写姓名、警号、电话、车牌等能认出人的内容。", " characters. Leave out names, numbers and plates that tell who somebody is.")) }
            }
        },
        Kind::Number { min, max, .. } => html! {
            div class=(filled.class(question)) id={ "q-" (id) } {
                label.ask for={ "f-" (id) } { (ask) }
                (hint) (filled.error(id))
                input type="text" inputmode="numeric" id={ "f-" (id) } name=(id) value=(filled.form.first(id)) autocomplete="off";
                p.hint { (min) (lang.pick("至", " to ")) (max) (lang.pick("之间的整数，可不填", ", whole numbers, optional")) }
            }
        },
        _ => html! {
            fieldset class=(filled.class(question)) id={ "q-" (id) } {
                legend { (ask) }
                (hint) (filled.error(id))
                (choices(question, filled))
            }
        },
    }
}

fn choices(question: &Question, filled: &Filled) -> Markup {
    let (id, lang) = (&question.id, filled.lang);
    match &question.kind {
        Kind::Scale(scale) => html! {
            div.steps {
                @for step in &scale.steps { (pick("radio", id, &step.id, step.label.get(lang), filled)) }
                (no_answer(id, filled))
            }
        },
        Kind::Single(options) => html! {
            div.steps.list {
                @for option in options { (pick("radio", id, &option.id, option.label.get(lang), filled)) }
                (no_answer(id, filled))
            }
            (other(question, options, filled))
        },
        Kind::Multi { choices: options, .. } => html! {
            div.steps.list { @for option in options { (pick("checkbox", id, &option.id, option.label.get(lang), filled)) } }
            (other(question, options, filled))
        },
        Kind::Rank { choices: options, places } => html! {
            @for place in 1..=*places {
                @let field = format!("{id}.{place}");
                label.field for={ "f-" (field) } { (lang.pick(format!("第{place}位"), format!("Place {place}"))) }
                select id={ "f-" (field) } name=(field) {
                    option value="" { (lang.pick("不作答", "No answer")) }
                    @for option in options { option value=(option.id) selected[filled.form.has(&field, &option.id)] { (option.label.get(lang)) } }
                }
            }
        },
        Kind::Text { .. } | Kind::Number { .. } => html! {},
    }
}

fn pick(kind: &str, name: &str, value: &str, label: &str, filled: &Filled) -> Markup {
    html! { label.pick { input type=(kind) name=(name) value=(value) checked[filled.form.has(name, value)]; span { (label) } } }
}

/// The way back to no answer; not preselected either.
fn no_answer(name: &str, filled: &Filled) -> Markup {
    html! { label.pick.skip { input type="radio" name=(name) value="" checked[filled.form.has(name, "")]; span { (filled.lang.pick("不作答", "No answer")) } } }
}

fn other(question: &Question, options: &[Choice], filled: &Filled) -> Markup {
    let Some((option, max)) = options.iter().find_map(|o| o.other_chars.map(|max| (o, max))) else { return html! {} };
    let field = format!("{}.other", question.id);
    let lang = filled.lang;
    html! {
        div.other {
            label.field for={ "f-" (field) } { (option.label.get(lang)) (lang.pick("（请说明，最多", " (please say; at most ")) (max) (lang.pick("字）", " characters)")) }
            (filled.error(&field))
            input type="text" id={ "f-" (field) } name=(field) maxlength=(max) value=(filled.form.first(&field)) autocomplete="off" spellcheck="false";
        }
    }
}
