//! The form of a round: survey, dates, units, and how people answer.
//! It holds what slips will be printed with.

use crate::app::{App, LastChange};
use crate::id::RoundId;
use crate::response::Form;
use crate::round::Round;
use crate::survey::Survey;
use crate::text::Lang;
use crate::web::desk::Session;
use crate::web::desk::forms::conflict::{self, Part};
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::page::csrf;
use maud::{Markup, html};

/// What can be chosen from.
pub(in crate::web::desk) struct Choices {
    pub(in crate::web::desk) surveys: Vec<Survey>,
    /// Rounds with results, the latest first: those that a new one can look back at.
    pub(in crate::web::desk) earlier: Vec<Round>,
}

pub(in crate::web::desk) fn both(
    lang: Lang,
    last: Option<&LastChange>,
    kept: &Form,
    typed: &Form,
    id: &RoundId,
) -> Markup {
    let parts = [
        ("title", lang.pick("名称", "Title")),
        ("survey", lang.pick("问卷", "Survey")),
        ("opens", lang.pick("开放日期", "First day")),
        ("closes", lang.pick("截止日期", "Last day")),
        ("units", lang.pick("参加单位代码", "Codes of the units taking part")),
        ("looks_back", lang.pick("回头看", "Look-back")),
        ("access", lang.pick("填写方式", "How people answer")),
    ]
    .map(|(field, what)| Part {
        what: what.to_owned(),
        kept: words(field, kept.first(field), lang),
        typed: words(field, typed.first(field), lang),
    });
    conflict::both(lang, last, &parts, &format!("/desk/rounds/{id}/edit"))
}

/// A choice as the form says it.
fn words(field: &str, value: &str, lang: Lang) -> String {
    match (field, value) {
        ("survey", id) => App::shipped_surveys()
            .iter()
            .find(|s| s.id() == id)
            .map_or_else(|| id.to_owned(), |s| s.title().get(lang).to_owned()),
        ("access", "poster") => lang.pick("海报（试用）", "Poster (trial)").to_owned(),
        ("access", _) => lang.pick("纸条", "Slips").to_owned(),
        ("units", "") => lang.pick("全部单位", "All units").to_owned(),
        _ => value.to_owned(),
    }
}

pub(in crate::web::desk) fn page(
    session: &Session,
    choices: &Choices,
    draft: Option<&RoundId>,
    form: &Form,
    said: &Markup,
    wrong: &Mistakes,
) -> Markup {
    let lang = session.lang;
    let action =
        draft.map_or_else(|| "/desk/rounds/new".to_owned(), |id| format!("/desk/rounds/{id}/edit"));
    html! {
        @if let Some(id) = draft {
            p {
                a href={ "/desk/rounds/" (id) } { (lang.pick("← 返回本轮", "← Back to the round")) }
            }
        }
        h1 {
            @if draft.is_some() { (lang.pick("修改草稿", "Change the draft")) } @else {
                (lang.pick("新建一轮", "New round"))
            }
        }
        (said)
        (wrong.summary())
        div.card {
            form method="post" action=(action) {
                (csrf(session))
                @if draft.is_some() { (conflict::seen(form.first("seen"))) }
                (fields(lang, choices, form, wrong))
                div.row {
                    @if draft.is_some() {
                        button type="submit" { (lang.pick("保存", "Save")) }
                    } @else {
                        button type="submit" { (lang.pick("建立草稿", "Create the draft")) }
                    }
                    span.hint {
                        (lang.pick(
                            "开放之前都可以修改或放弃；开放时才冻结问卷、单位和统计组。",
                            "Until it opens a draft can be changed or dropped; survey, units and \
                             groups freeze at opening.",
                        ))
                    }
                }
            }
        }
        @if draft.is_some() {
            div.card {
                h2 { (lang.pick("放弃草稿", "Drop the draft")) }
                p {
                    (lang.pick(
                        "草稿删除后不能恢复；已印发的填写码全部作废。",
                        "A dropped draft cannot be brought back; slips printed for it stop \
                         working.",
                    ))
                }
                form method="post" action=(action) {
                    (csrf(session))
                    (conflict::seen(form.first("seen")))
                    label.inline {
                        input type="checkbox" name="drop" value="yes" required;
                        (lang.pick("确定放弃本草稿", "Drop this draft"))
                    }
                    div.row {
                        button.quiet type="submit" { (lang.pick("放弃草稿", "Drop the draft")) }
                    }
                }
            }
        }
    }
}

fn fields(lang: Lang, choices: &Choices, form: &Form, wrong: &Mistakes) -> Markup {
    html! {
        label for="title" { (lang.pick("名称", "Title")) }
        (wrong.beside("title"))
        input
            #title
            type="text"
            name="title"
            aria-describedby=[wrong.describes("title")]
            aria-invalid=[wrong.describes("title").map(|_| "true")]
            value=(form.first("title"))
            placeholder=(lang.pick("例：第一轮对照检查", "e.g. First self-check"))
            required;
        label for="survey" { (lang.pick("问卷", "Survey")) }
        (wrong.beside("survey"))
        select #survey name="survey" aria-describedby=[wrong.describes("survey")] {
            @for s in &choices.surveys {
                option value=(s.id()) selected[form.first("survey") == s.id()] {
                    (s.title().get(lang))
                    (lang.pick("（", " ("))
                    (s.questions().len())
                    (lang.pick(" 题）", " questions)"))
                }
            }
        }
        p.hint {
            (lang.pick("手机预览：", "Preview: "))
            @for (n, s) in choices.surveys.iter().enumerate() {
                @if n > 0 { " · " }
                a href={ "/desk/surveys/" (s.id()) "/preview" } target="_blank" {
                    (s.title().get(lang))
                }
            }
        }
        label for="opens" { (lang.pick("开放日期", "First day")) }
        (wrong.beside("opens"))
        input
            #opens
            type="date"
            name="opens"
            aria-describedby=[wrong.describes("opens")]
            aria-invalid=[wrong.describes("opens").map(|_| "true")]
            value=(form.first("opens"))
            required;
        label for="closes" {
            (lang.pick("截止日期（当天全天有效，北京时间）", "Last day (whole day, Beijing time)"))
        }
        (wrong.beside("closes"))
        input
            #closes
            type="date"
            name="closes"
            aria-describedby=[wrong.describes("closes")]
            aria-invalid=[wrong.describes("closes").map(|_| "true")]
            value=(form.first("closes"))
            required;
        label for="units" { (lang.pick("参加单位代码", "Codes of the units taking part")) }
        p.hint {
            (lang.pick(
                "留空为全部单位；多个用逗号隔开。",
                "Empty: all units. Several are separated by commas.",
            ))
        }
        (wrong.beside("units"))
        input
            #units
            type="text"
            name="units"
            aria-describedby=[wrong.describes("units")]
            aria-invalid=[wrong.describes("units").map(|_| "true")]
            value=(form.first("units"));
        @if !choices.earlier.is_empty() {
            label for="looks_back" { (lang.pick("回头看", "Look-back")) }
            p.hint {
                (lang.pick(
                    "与以前的一轮对照：成员单位、人数等级相同的统计组才比较。",
                    "Compares with an earlier round; only groups with the same member units and \
                     size class are compared.",
                ))
            }
            (wrong.beside("looks_back"))
            select #looks_back name="looks_back" aria-describedby=[wrong.describes("looks_back")] {
                option value="" { (lang.pick("不对照", "None")) }
                @for r in &choices.earlier {
                    option value=(r.id) selected[form.first("looks_back") == r.id.as_str()] {
                        (r.title)
                    }
                }
            }
        }
        label for="access" { (lang.pick("填写方式", "How people answer")) }
        select #access name="access" {
            option value="slip" {
                (lang.pick(
                    "纸条：每人抽一张，一张只能用一次",
                    "Slips: everybody draws one, each works once",
                ))
            }
            option value="poster" selected[form.first("access") == "poster"] {
                (lang.pick(
                    "海报（试用）：全单位一个码，不能保证每人一份",
                    "Poster (trial): one code for a unit, cannot ensure one response each",
                ))
            }
        }
    }
}
