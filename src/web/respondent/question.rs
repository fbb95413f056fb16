//! One question as form controls, for every type the engine has.
//! Nothing is preselected, every single choice can be taken back, and labels are whole touch
//! targets.

use maud::{Markup, html};
use serde_json::json;

use crate::response::{FieldErrors, Form};
use crate::survey::{Choice, Condition, Kind, Question, Survey, TextField, Wanted};
use crate::text::Lang;

/// What was typed before and what is wrong with it.
pub struct Filled<'a> {
    /// The form as it was sent; empty at first.
    pub form: &'a Form,
    /// Errors by field.
    pub errors: &'a FieldErrors,
    /// The survey that is answered.
    pub survey: &'a Survey,
    /// Language.
    pub lang: Lang,
}

impl Filled<'_> {
    /// The error beside a field.
    pub fn error(&self, field: &str) -> Markup {
        html! {
            @if let Some(refusal) = self.errors.get(field) {
                p.error id={ "e-" (field) } {
                    b { (self.lang.pick("请修改：", "To mend: ")) }
                    (refusal.get(self.lang))
                }
            }
        }
    }

    /// What describes a field: its advice and its error.
    pub fn described(&self, field: &str, hint: bool) -> Option<String> {
        let hint = hint.then(|| format!("h-{field}"));
        let error = self.errors.contains_key(field).then(|| format!("e-{field}"));
        let parts: Vec<String> = hint.into_iter().chain(error).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    /// The value of `aria-invalid`, if a field is wrong.
    pub fn invalid(&self, field: &str) -> Option<&'static str> {
        self.errors.contains_key(field).then_some("true")
    }

    fn class(&self, question: &Question) -> &'static str {
        let wrong = self.errors.contains_key(&question.id)
            || self.errors.contains_key(&TextField::other(&question.id).to_string());
        if wrong { "item wrong" } else { "item" }
    }
}

/// A question. `number` stands before it.
pub fn question(question: &Question, number: &str, filled: &Filled) -> Markup {
    let lang = filled.lang;
    let ask = html! {
        @if !number.is_empty() {
            span.num { (number) }
            " "
        }
        (question.text.get(lang))
        @if question.required {
            span.num { (lang.pick("（必答）", " (required)")) }
        }
    };
    let hint = html! {
        @if !question.visible_if.is_empty() {
            p.hint.only { (only_if(&question.visible_if, filled)) }
        }
        @if let Some(hint) = &question.hint {
            p.hint id={ "h-" (question.id) } { (hint.get(lang)) }
        }
    };
    let shown_if =
        (!question.visible_if.is_empty()).then(|| shown_if(&question.visible_if, filled.survey));
    let asked = Asked { question, ask, hint, shown_if };
    match &question.kind {
        Kind::Text { max_chars } => asked.text(*max_chars, filled),
        Kind::Number { min, max, .. } => asked.number(*min, *max, filled),
        Kind::Multi { max, choices, .. } => {
            asked.choice((*max < choices.len()).then_some(*max), filled)
        }
        _ => asked.choice(None, filled),
    }
}

/// A question with what stands above its answer.
struct Asked<'a> {
    question: &'a Question,
    ask: Markup,
    hint: Markup,
    shown_if: Option<String>,
}

impl Asked<'_> {
    fn text(&self, max_chars: usize, filled: &Filled) -> Markup {
        let (question, lang, id) = (self.question, filled.lang, &self.question.id);
        let described = filled.described(id, question.hint.is_some());
        html! {
            div class=(filled.class(question))
                id={ "q-" (id) }
                data-if=[&self.shown_if]
                data-free[!question.required]
            {
                label.ask for={ "f-" (id) } { (self.ask) }
                (self.hint)
                (filled.error(id))
                textarea
                    id={ "f-" (id) }
                    name=(id)
                    maxlength=(max_chars)
                    rows="3"
                    autocomplete="off"
                    spellcheck="false"
                    aria-describedby={
                        @if let Some(d) = &described { (d) " " }
                        "m-"
                        (id)
                    }
                    aria-invalid=[filled.invalid(id)]
                { (filled.form.first(id)) }
                p.hint id={ "m-" (id) } {
                    (lang.pick("最多 ", "At most "))
                    (max_chars)
                    (lang.pick(
                        " 字。请勿写姓名、执法证号、工号、电话、车牌等能认出人的内容。",
                        " characters. Leave out names, numbers and plates that tell who somebody \
                         is.",
                    ))
                }
            }
        }
    }

    fn number(&self, min: i64, max: i64, filled: &Filled) -> Markup {
        let (question, lang, id) = (self.question, filled.lang, &self.question.id);
        let described = filled.described(id, question.hint.is_some());
        html! {
            div class=(filled.class(question))
                id={ "q-" (id) }
                data-if=[&self.shown_if]
                data-low=(min)
                data-high=(max)
            {
                label.ask for={ "f-" (id) } { (self.ask) }
                (self.hint)
                (filled.error(id))
                input
                    .short
                    type="text"
                    inputmode="numeric"
                    id={ "f-" (id) }
                    name=(id)
                    value=(filled.form.first(id))
                    maxlength="20"
                    autocomplete="off"
                    aria-describedby={
                        @if let Some(d) = &described { (d) " " }
                        "m-"
                        (id)
                    }
                    aria-invalid=[filled.invalid(id)];
                p.hint id={ "m-" (id) } {
                    (min)
                    (lang.pick(" 至 ", " to "))
                    (max)
                    (lang.pick(" 之间的整数", ", whole numbers"))
                    @if !question.required { (lang.pick("，可不填", ", optional")) }
                }
            }
        }
    }

    fn choice(&self, most: Option<usize>, filled: &Filled) -> Markup {
        let (question, id) = (self.question, &self.question.id);
        let described = filled.described(id, question.hint.is_some());
        html! {
            fieldset
                class=(filled.class(question))
                id={ "q-" (id) }
                data-if=[&self.shown_if]
                data-most=[most]
                aria-describedby=[described]
            {
                legend { (self.ask) }
                (self.hint)
                (filled.error(id))
                (choices(question, filled))
            }
        }
    }
}

/// The conditions for the script: field and values, or field and range.
fn shown_if(conditions: &[Condition], survey: &Survey) -> String {
    let list: Vec<_> = conditions
        .iter()
        .map(|condition| {
            let asked = &survey.questions()[condition.question];
            match condition.wanted {
                Wanted::AnyOf(mask) => {
                    let ids = asked.kind.option_ids();
                    json!([
                        asked.id,
                        ids.iter()
                            .enumerate()
                            .filter(|(n, _)| mask >> n & 1 == 1)
                            .map(|(_, id)| id)
                            .collect::<Vec<_>>()
                    ])
                }
                Wanted::Range(from, to) => json!([asked.id, from, to]),
            }
        })
        .collect();
    json!(list).to_string()
}

/// The conditions in words, for who reads without script.
fn only_if(conditions: &[Condition], filled: &Filled) -> String {
    let lang = filled.lang;
    let each: Vec<String> = conditions
        .iter()
        .map(|condition| {
            let asked = &filled.survey.questions()[condition.question];
            let name = asked.text.get(lang);
            match condition.wanted {
                Wanted::AnyOf(mask) => {
                    let chosen = asked
                        .kind
                        .labels()
                        .into_iter()
                        .enumerate()
                        .filter(|(n, _)| mask >> n & 1 == 1);
                    let chosen: Vec<&str> = chosen.map(|(_, label)| label.get(lang)).collect();
                    lang.pick(
                        format!("“{name}”选了“{}”", chosen.join("”或“")),
                        format!("you answered “{}” to “{name}”", chosen.join("” or “")),
                    )
                }
                Wanted::Range(from, to) => lang.pick(
                    format!("“{name}”填了 {from} 至 {to}"),
                    format!("you entered {from} to {to} for “{name}”"),
                ),
            }
        })
        .collect();
    lang.pick(
        format!("仅请{}的人作答，其他人跳过。", each.join("、并且")),
        format!("Only if {}; others skip it.", each.join(" and ")),
    )
}

fn choices(question: &Question, filled: &Filled) -> Markup {
    let (id, lang) = (&question.id, filled.lang);
    match &question.kind {
        Kind::Scale(scale) => html! {
            div.picks {
                @for step in &scale.steps {
                    (pick("radio", id, &step.id, step.label.get(lang), false, filled))
                }
                (no_answer(id, filled))
            }
        },
        Kind::Single(options) => html! {
            div.picks.list {
                @for option in options {
                    (pick("radio", id, &option.id, option.label.get(lang), false, filled))
                }
                (no_answer(id, filled))
            }
            (other(question, options, filled))
        },
        Kind::Multi { choices: options, .. } => html! {
            div.picks.list {
                @for option in options {
                    (pick(
                        "checkbox",
                        id,
                        &option.id,
                        option.label.get(lang),
                        option.exclusive,
                        filled,
                    ))
                }
            }
            (other(question, options, filled))
        },
        Kind::Rank { choices: options, places } => html! {
            @for place in 1..=*places {
                @let field = format!("{id}.{place}");
                label.field for={ "f-" (field) } {
                    (lang.pick(format!("第{place}位"), format!("Place {place}")))
                }
                select id={ "f-" (field) } name=(field) {
                    option value="" { (lang.pick("不作答", "No answer")) }
                    @for option in options {
                        option value=(option.id) selected[filled.form.has(&field, &option.id)] {
                            (option.label.get(lang))
                        }
                    }
                }
            }
        },
        Kind::Text { .. } | Kind::Number { .. } => html! {},
    }
}

fn pick(kind: &str, name: &str, value: &str, label: &str, alone: bool, filled: &Filled) -> Markup {
    html! {
        label.pick {
            input
                type=(kind)
                name=(name)
                value=(value)
                checked[filled.form.has(name, value)]
                data-alone[alone];
            span { (label) }
        }
    }
}

/// The way back to no answer; not preselected either.
fn no_answer(name: &str, filled: &Filled) -> Markup {
    html! {
        label.pick.skip {
            input type="radio" name=(name) value="" checked[filled.form.has(name, "")];
            span { (filled.lang.pick("不作答", "No answer")) }
        }
    }
}

fn other(question: &Question, options: &[Choice], filled: &Filled) -> Markup {
    let Some((option, max)) = options.iter().find_map(|o| o.other_chars.map(|max| (o, max))) else {
        return html! {};
    };
    let field = TextField::other(&question.id).to_string();
    let lang = filled.lang;
    html! {
        div.other data-option=(option.id) {
            label.field for={ "f-" (field) } {
                (option.label.get(lang))
                (lang.pick("（请说明，最多 ", " (please say; at most "))
                (max)
                (lang.pick(" 字）", " characters)"))
            }
            (filled.error(&field))
            input
                type="text"
                id={ "f-" (field) }
                name=(field)
                maxlength=(max)
                value=(filled.form.first(&field))
                autocomplete="off"
                spellcheck="false"
                aria-describedby=[filled.described(&field, false)]
                aria-invalid=[filled.invalid(&field)];
        }
    }
}
