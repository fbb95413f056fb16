//! The form of a round: survey, dates, units, and how people answer.
//! It holds what slips will be printed with.

use crate::id::RoundId;
use crate::response::Form;
use crate::round::{Access, Round};
use crate::survey::Survey;
use crate::text::Lang;
use crate::unit::Unit;
use crate::web::desk::Session;
use crate::web::desk::forms::conflict;
use crate::web::desk::forms::draw::{draw, fresh};
use crate::web::desk::forms::input::{Input, InputKind, options, options_or};
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::page::csrf;
use maud::{Markup, html};

/// What can be chosen from.
pub(in crate::web::desk) struct Choices {
    pub(in crate::web::desk) surveys: Vec<Survey>,
    /// Rounds with results, the latest first: those that a new one can look back at.
    pub(in crate::web::desk) earlier: Vec<Round>,
    /// The units there are.
    pub(in crate::web::desk) units: Vec<Unit>,
}

/// The form of a round.
pub(in crate::web::desk) fn inputs(choices: &Choices, lang: Lang) -> Vec<Input> {
    let title = lang.pick("名称", "Title");
    let opens = lang.pick("开放日期", "First day");
    let closes =
        lang.pick("截止日期（当天全天有效，北京时间）", "Last day (whole day, Beijing time)");
    let named = |unit: &Unit| {
        let (name, heads) = (&unit.name, unit.headcount);
        let label = lang.pick(format!("{name}（{heads} 人）"), format!("{name} ({heads})"));
        (unit.code.to_string(), label)
    };
    let units = InputKind::Picks(choices.units.iter().map(named).collect());
    let title = Input {
        example: lang.pick("例：第一轮对照检查", "e.g. First self-check"),
        ..Input::new("title", title, InputKind::Line).required()
    };
    let mut inputs = vec![
        title,
        survey(choices, lang),
        Input::new("opens", opens, InputKind::Day).required(),
        Input::new("closes", closes, InputKind::Day).required(),
        taking_part(units, choices.units.is_empty(), lang),
    ];
    if !choices.earlier.is_empty() {
        let rounds = choices.earlier.iter().map(|r| (r.id.to_string(), r.title.clone()));
        let kind = options_or(lang.pick("不对照", "None"), rounds);
        inputs.push(Input::new("looks_back", lang.pick("回头看", "Look-back"), kind).hint(
            lang.pick(
                "与以前的一轮对照：成员单位、人数等级相同的统计组才比较。",
                "Compares with an earlier round; only groups with the same member units and size \
                 class are compared.",
            ),
        ));
    }
    inputs.push(access(lang));
    inputs
}

/// The units that take part, or the way to import some.
fn taking_part(units: InputKind, none: bool, lang: Lang) -> Input {
    let below = html! {
        p.warn {
            (lang.pick("还没有单位，请先", "There are no units yet; first "))
            a href="/desk/units" { (lang.pick("导入单位和人数", "import units and heads")) }
            (lang.pick("。", "."))
        }
    };
    let input = Input::new("units", lang.pick("参加单位", "Units taking part"), units);
    Input { below: none.then_some(below), ..input }
}

fn survey(choices: &Choices, lang: Lang) -> Input {
    let named = |s: &Survey| {
        let (title, count) = (s.title().get(lang), s.questions().len());
        lang.pick(format!("{title}（{count} 题）"), format!("{title} ({count} questions)"))
    };
    let kind = options(choices.surveys.iter().map(|s| (s.id(), named(s))));
    let below = html! {
        p.hint {
            (lang.pick("手机预览：", "Preview: "))
            @for (n, s) in choices.surveys.iter().enumerate() {
                @if n > 0 { " · " }
                a href={ "/desk/surveys/" (s.id()) "/preview" } target="_blank" {
                    (s.title().get(lang))
                }
            }
        }
    };
    let input = Input::new("survey", lang.pick("问卷", "Survey"), kind).required();
    Input { below: Some(below), ..input }
}

fn access(lang: Lang) -> Input {
    let (slip, poster) = (
        lang.pick(
            "纸条：每人抽一张，一张只能用一次",
            "Slips: everybody draws one, each works once",
        ),
        lang.pick(
            "海报（试用）：全单位一个码，不能保证每人一份",
            "Poster (trial): one code for a unit, cannot ensure one response each",
        ),
    );
    let kind = options([(Access::Slip.as_str(), slip), (Access::Poster.as_str(), poster)]);
    Input::new("access", lang.pick("填写方式", "How people answer"), kind)
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
    let label = lang.pick("确定放弃本草稿", "Drop this draft");
    let dropped = Input::new("drop", label, InputKind::Tick).required();
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
                (draw(&inputs(choices, lang), form, wrong, lang))
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
                    (fresh(&[dropped], lang))
                    div.row {
                        button.quiet type="submit" { (lang.pick("放弃草稿", "Drop the draft")) }
                    }
                }
            }
        }
    }
}
