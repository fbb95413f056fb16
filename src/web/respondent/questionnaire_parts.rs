//! What stands around the questions: the way through, the overview before sending, and the button.
//! All of it works without script.

use super::question::Filled;
use crate::response::{BLANK_FIELD, CODE_FIELD, FieldErrors};
use crate::survey::{Section, Survey};
use crate::text::Lang;
use maud::{Markup, html};

/// What is wrong, at the top, with links to the places.
pub(super) fn summary(survey: &Survey, errors: &FieldErrors, lang: Lang) -> Markup {
    let name = |field: &str| {
        let id = field.split('.').next().unwrap_or(field);
        match id {
            CODE_FIELD => lang.pick("填写码", "Code").to_owned(),
            BLANK_FIELD => lang.pick("提交", "Submit").to_owned(),
            _ => survey.question(id).map_or_else(
                || crate::text::visible(&id.chars().take(40).collect::<String>()),
                |q| q.text.get(lang).chars().take(24).collect(),
            ),
        }
    };
    let place = |field: &str| {
        let id = field.split('.').next().unwrap_or(field);
        (id != CODE_FIELD, survey.questions().iter().position(|q| q.id == id).unwrap_or(usize::MAX))
    };
    let mut errors: Vec<_> = errors.iter().collect();
    errors.sort_by_key(|(field, _)| place(field));
    html! {
        @if !errors.is_empty() {
            div #errors.errors role="alert" tabindex="-1" {
                p {
                    strong {
                        (lang.pick(
                            "尚未提交，您的答案都还在。请修改以下 ",
                            "Not submitted yet; all your answers are kept. Please mend ",
                        ))
                        (errors.len())
                        (lang.pick(" 处：", if errors.len() == 1 { " thing:" } else { " things:" }))
                    }
                }
                ul {
                    @for (field, refusal) in errors.iter().take(20) {
                        li {
                            a href={ "#q-" (field.split('.').next().unwrap_or(field)) } {
                                (name(field))
                            }
                            (lang.pick("：", ": "))
                            (refusal.get(lang))
                        }
                    }
                }
            }
        }
    }
}

/// All sections with a way to each; the script makes it the overview before sending.
pub(super) fn contents(survey: &Survey, lang: Lang) -> Markup {
    html! {
        details #contents.card.contents {
            summary { (lang.pick("目录", "Contents")) }
            ol {
                @for section in survey.sections() {
                    li {
                        a href={ "#s-" (section.id) } { (section_name(section, lang)) }
                    }
                }
                li { a href="#send" { (lang.pick("提交", "Submit")) } }
            }
        }
    }
}

pub(super) fn sending(filled: &Filled) -> Markup {
    let lang = filled.lang;
    html! {
        section #send.card.step aria-labelledby="s-send" {
            h2 id="s-send" { (lang.pick("核对与提交", "Check and submit")) }
            div.wrong[filled.errors.contains_key(BLANK_FIELD)] id={ "q-" (BLANK_FIELD) } {
                (filled.error(BLANK_FIELD))
                label.tick {
                    input
                        type="checkbox"
                        name=(BLANK_FIELD)
                        value="1"
                        checked[filled.form.has(BLANK_FIELD, "1")];
                    span {
                        (lang.pick(
                            "空白提交（不作答）：我一题都不答，只把空白答卷投入票箱",
                            "Blank ballot: I answer nothing and put an empty ballot into the box",
                        ))
                    }
                }
            }
            p.hint {
                (lang.pick(
                    "提交后任何人都不能查看或修改这份答卷，也不能再用同一张纸条提交。",
                    "After this nobody can look up or change the response, and the slip is used.",
                ))
            }
            button.wide type="submit" { (lang.pick("提交", "Submit")) }
        }
    }
}

pub(super) fn section_name(section: &Section, lang: Lang) -> Markup {
    html! {
        @if section.is_category {
            (lang.pick(ordinal(section.order), format!("{}. ", section.order)))
        }
        (section.name.get(lang))
    }
}

/// 一、二、… as an official numbers categories.
fn ordinal(n: usize) -> String {
    const DIGITS: [&str; 11] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    match n {
        0..=10 => format!("{}、", DIGITS[n]),
        11..=19 => format!("十{}、", DIGITS[n - 10]),
        20..=99 => format!("{}十{}、", DIGITS[n / 10], DIGITS[n % 10]),
        _ => format!("{n}、"),
    }
}
