//! The pages of screening: progress by question, and one text with its form.
//! Places that may tell who somebody is are marked.

use crate::app::{Decision, Results};
use crate::identity;
use crate::problem::WorkingRow;
use crate::response::Form;
use crate::storage::{Screened, ScreeningState};
use crate::text::{Lang, visible};
use crate::web::desk::Session;
use crate::web::desk::forms::draw::draw;
use crate::web::desk::forms::input::{Input, InputKind, options_or};
use crate::web::desk::forms::inputs::put;
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::lists::screening_overview::name_of;
use crate::web::desk::office::password::percent;
use crate::web::error::WebError;
use crate::web::page::csrf;
use maud::{Markup, html};

/// What a page of a queue shows.
pub(in crate::web::desk) struct Queue {
    pub(in crate::web::desk) results: Results,
    pub(in crate::web::desk) question: String,
    pub(in crate::web::desk) texts: Vec<Screened>,
    pub(in crate::web::desk) names: Vec<String>,
}

pub(in crate::web::desk) fn page(
    session: &Session,
    queue: &Queue,
    text: Option<&Screened>,
    typed: Option<&Decision>,
    error: Option<&str>,
) -> Result<Markup, WebError> {
    let lang = session.lang;
    let base = format!("/desk/rounds/{}/texts", queue.results.round.id);
    let address =
        |t: &Screened| format!("{base}?question={}&text={}", percent(&queue.question), t.id);
    Ok(html! {
        p.noprint { a href=(base) { (lang.pick("← 全部题目", "← All questions")) } }
        h1 { (name_of(&queue.results.survey, &queue.question, lang)) }
        (how_far(queue, &html! {}, lang))
        @if let Some(error) = error {
            div.errors role="alert" { (error) }
        }
        @match text {
            Some(text) => { (one(session, queue, text, typed)?) }
            None => {
                div.card.empty {
                    p { (lang.pick("没有等您处理的文字。", "No text waits for you.")) }
                }
            }
        }
        div.card {
            h2 { (lang.pick("全部文字", "All texts")) }
            div.scroll {
                table {
                    tbody {
                        @for t in &queue.texts {
                            tr.now[text.is_some_and(|x| x.id == t.id)] {
                                td {
                                    @if t.body.is_empty() {
                                        span.soft {
                                            (lang.pick("原文已销毁", "original destroyed"))
                                        }
                                    } @else {
                                        a href=(address(t)) {
                                            bdi dir="auto" {
                                                @let start: String =
                                                    t.body.chars().take(40).collect();
                                                (visible(&start))
                                                @if t.body.chars().count() > 40 { "…" }
                                            }
                                        }
                                    }
                                }
                                td { (state_words(session, t)) }
                            }
                        }
                    }
                }
            }
        }
    })
}

fn group_name(results: &Results, text: &Screened, lang: Lang) -> String {
    results
        .release
        .groups
        .iter()
        .find(|g| g.code == text.group)
        .map_or_else(|| lang.pick("全局（合并）", "Bureau (pooled)").to_owned(), |g| g.name.clone())
}

/// How far a question is, and what more there is to say of it.
pub(in crate::web::desk) fn how_far(queue: &Queue, more: &Markup, lang: Lang) -> Markup {
    let count = |state: ScreeningState| queue.texts.iter().filter(|t| t.state == state).count();
    html! {
        div.row {
            progress
                max=(queue.texts.len())
                value=(count(ScreeningState::Screened))
                aria-label=(lang.pick("已筛查", "Screened")) {}
            span.soft {
                (lang.pick("已筛查 ", "Screened: "))
                (count(ScreeningState::Screened))
                " / "
                (queue.texts.len())
                (lang.pick("，待确认 ", ", to confirm: "))
                (count(ScreeningState::Proposed))
                (lang.pick("，未处理 ", ", open: "))
                (count(ScreeningState::Pending))
                (more)
            }
        }
    }
}

/// The number of a text's row without its group, which no list names.
pub(in crate::web::desk) fn row_alone(text: &Screened) -> &str {
    let number = text.problem.strip_prefix(text.group.as_str()).unwrap_or_default();
    number.trim_start_matches('-')
}

/// How far a text is, without its group.
pub(in crate::web::desk) fn state_words(session: &Session, text: &Screened) -> Markup {
    let lang = session.lang;
    let what = if text.problem.is_empty() {
        lang.pick("不采用", "not used").to_owned()
    } else {
        row_alone(text).to_owned()
    };
    html! {
        @match text.state {
            ScreeningState::Pending => {
                span.soft { (lang.pick("未处理", "open")) }
            }
            ScreeningState::Proposed => {
                (lang.pick("待确认：", "to confirm: "))
                (what)
                span.soft {
                    (lang.pick("（", " ("))
                    (session.people.of(&text.first))
                    (lang.pick("）", ")"))
                }
            }
            ScreeningState::Screened => {
                "✓ "
                (what)
                span.soft {
                    (lang.pick("（", " ("))
                    (session.people.of(&text.first))
                    (lang.pick("、", ", "))
                    (session.people.of(&text.second))
                    (lang.pick("）", ")"))
                }
            }
        }
    }
}

/// The form of one decision.
fn inputs(rows: &[WorkingRow], text: &Screened, anyway: bool, lang: Lang) -> Vec<Input> {
    let summary = lang.pick("摘要（归纳后的情况）", "Summary in your own words");
    let summary = Input::new("summary", summary, InputKind::Lines { rows: 3 }).most(200);
    let named = |row: &WorkingRow| {
        let (number, words) = (&row.problem.number, row.problem.statement.get(lang));
        (number.clone(), format!("{number} {words}"))
    };
    let kind = options_or("", rows.iter().map(named));
    let label = lang.pick("列为哪一行的具体事例", "A case of which row");
    let no_rows = html! {
        p.hint {
            (lang.pick(
                "本组清单在这一类没有列入的问题；确有必要的，先在问题清单中手工加入一行。",
                "This group's list has no row in the category; add one by hand first if it is \
                 needed.",
            ))
        }
    };
    let below = rows.is_empty().then_some(no_rows);
    let mut inputs = vec![
        Input { first: text.state == ScreeningState::Pending, ..summary }.hint(lang.pick(
            "用自己的话归纳，不照抄原文，不写姓名、日期、地点等能认出人的细节。",
            "Say it in your own words: no copied sentence, no name, date or place that tells who \
             it is.",
        )),
        Input { below, ..Input::new("problem", label, kind) },
    ];
    if anyway {
        let label = lang.pick(
            "已核对指出的问题，仍按此提交",
            "I have looked at what is pointed out and keep it",
        );
        inputs.push(Input::new("anyway", label, InputKind::Tick));
    }
    inputs
}

/// One text with its form. Keys: the fields come in the order in which they are filled in, and the
/// button follows them.
#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
fn one(
    session: &Session,
    queue: &Queue,
    text: &Screened,
    typed: Option<&Decision>,
) -> Result<Markup, WebError> {
    let lang = session.lang;
    let rows = queue.results.rows_for(&queue.question, &text.group)?;
    let inputs = inputs(&rows, text, typed.is_some(), lang);
    let (summary, problem) =
        typed.map_or((&text.summary, &text.problem), |d| (&d.summary, &d.problem));
    let mut filled = Form::default();
    put(&mut filled, "summary", summary.clone());
    put(&mut filled, "problem", problem.clone());
    let others_turn = text.state == ScreeningState::Proposed && text.first == session.account;
    let action = format!("/desk/rounds/{}/texts", queue.results.round.id);
    Ok(html! {
        div.card.standing {
            p.soft { (group_name(&queue.results, text, lang)) " · " (state_words(session, text)) }
            @if text.body.is_empty() {
                p { (lang.pick("原文已销毁。", "The original is destroyed.")) }
                @if !text.summary.is_empty() {
                    p {
                        (lang.pick("摘要：", "Summary: "))
                        bdi { (visible(&text.summary)) }
                    }
                }
            } @else {
                blockquote.original { bdi dir="auto" { (marked(&text.body, &queue.names, lang)) } }
                p.hint {
                    (lang.pick(
                        "标出之处可能暴露身份，摘要中请一律不写。",
                        "Marked places may tell who somebody is; leave them out of the summary.",
                    ))
                }
                @if {
                    text.state == ScreeningState::Proposed && !others_turn
                        && typed.is_none()
                } {
                    p {
                        strong { (session.people.of(&text.first)) }
                        (lang.pick(" 的意见：", " proposes: "))
                        @if text.problem.is_empty() { (lang.pick("不采用", "not to use it")) } @else {
                            (text.problem)
                            (lang.pick("，", ", "))
                            bdi { (marked(&text.summary, &queue.names, lang)) }
                        }
                    }
                    form method="post" action=(action) {
                        (hidden(session, queue, text))
                        input type="hidden" name="do" value="confirm";
                        div.row {
                            button type="submit" autofocus { (lang.pick("确认", "Confirm")) }
                            span.hint {
                                (lang.pick(
                                    "不同意的，在下面改写后提交，由另一人再确认。",
                                    "If you disagree, change it below; somebody else then \
                                     confirms.",
                                ))
                            }
                        }
                    }
                }
                @if others_turn {
                    p {
                        (lang.pick(
                            "您已提出意见，等待另一名筛查人确认；也可以在下面修改。",
                            "You proposed this; another screener has to confirm it. You may still \
                             change it below.",
                        ))
                    }
                }
                (proposal(queue, session, text, (&inputs, &filled)))
            }
        }
    })
}

/// What the screener saw, so that nothing that came in between is overwritten unseen.
fn hidden(session: &Session, queue: &Queue, text: &Screened) -> Markup {
    html! {
        (csrf(session))
        input type="hidden" name="question" value=(queue.question);
        input type="hidden" name="text" value=(text.id);
        input type="hidden" name="seen_state" value=(text.state.as_str());
        input type="hidden" name="seen_problem" value=(text.problem);
        input type="hidden" name="seen_first" value=(text.first);
        textarea hidden name="seen_summary" { (text.summary) }
    }
}

/// The form of a proposal.
fn proposal(
    queue: &Queue,
    session: &Session,
    text: &Screened,
    (inputs, filled): (&[Input], &Form),
) -> Markup {
    let lang = session.lang;
    let action = format!("/desk/rounds/{}/texts", queue.results.round.id);
    html! {
        form method="post" action=(action) {
            (hidden(session, queue, text))
            (draw(inputs, filled, &Mistakes::default(), lang))
            div.row {
                button type="submit" name="do" value="propose" {
                    (lang.pick("提出，交另一人确认", "Propose; another confirms"))
                }
                button.quiet type="submit" name="do" value="unused" {
                    (lang.pick("不采用", "Do not use"))
                }
            }
        }
    }
}

/// A text with its marks, each with a word that says what it is.
pub(in crate::web::desk) fn marked(body: &str, names: &[String], lang: Lang) -> Markup {
    let marks = identity::find(body, names);
    // The plain text before each mark begins where the last mark ended.
    let starts = std::iter::once(0).chain(marks.iter().map(|m| m.range.end));
    let last = marks.last().map_or(0, |m| m.range.end);
    html! {
        @for (mark, start) in marks.iter().zip(starts) {
            (visible(&body[start..mark.range.start]))
            mark title=(mark.kind.label(lang)) {
                (visible(&body[mark.range.clone()]))
                sup { (mark.kind.label(lang)) }
            }
        }
        (visible(&body[last..]))
    }
}
