//! The page of many texts: those that say nearly the same together, what differs marked, and one
//! bar for what is done with the ticked ones.
//! Keys are a help and no condition: everything is a box, a field or a button.

use std::collections::BTreeSet;

use maud::{Markup, html};
use sha2::{Digest, Sha256};

use crate::id::RoundId;
use crate::identity;
use crate::problem::{alike, differs};
use crate::response::Form;
use crate::storage::{Screened, ScreeningState};
use crate::text::{Lang, visible};
use crate::unit::GroupCode;
use crate::web::desk::Session;
use crate::web::desk::forms::draw::draw;
use crate::web::desk::forms::input::{Input, InputKind, options, options_or};
use crate::web::desk::forms::inputs::put;
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::lists::screening_overview::name_of;
use crate::web::desk::lists::screening_page::{Queue, how_far, marked, row_alone, state_words};
use crate::web::desk::office::password::percent;
use crate::web::error::WebError;
use crate::web::page::csrf;

/// How many texts a page shows.
const SHOWN: usize = 60;
/// Seconds that a text takes before an account has a pace of its own.
const USUAL: f64 = 8.0;

/// Which texts are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::web::desk) struct Filter {
    /// `all`, `pending`, `proposed` or `screened`; else those that wait for whoever looks.
    state: String,
    /// `yes` for texts with marks, `no` for those without.
    marks: String,
}

/// What the page has to say.
pub(in crate::web::desk) struct Said<'a> {
    pub(in crate::web::desk) typed: &'a Form,
    pub(in crate::web::desk) wrong: &'a Mistakes,
    /// How many texts can be taken back.
    pub(in crate::web::desk) undo: usize,
    /// Seconds for a text so far.
    pub(in crate::web::desk) pace: Option<f64>,
    /// How many texts of the round wait for whoever looks.
    pub(in crate::web::desk) waits: u64,
}

impl Filter {
    pub(in crate::web::desk) fn of(form: &Form) -> Self {
        Self { state: form.first("show").to_owned(), marks: form.first("marks").to_owned() }
    }

    /// Where these texts are shown.
    pub(in crate::web::desk) fn address(&self, id: &RoundId, question: &str) -> String {
        format!(
            "/desk/rounds/{id}/texts?question={}&show={}&marks={}",
            percent(question),
            percent(&self.state),
            percent(&self.marks)
        )
    }

    fn takes(&self, text: &Screened, queue: &Queue, session: &Session) -> bool {
        let state = match self.state.as_str() {
            "all" => true,
            "pending" => text.state == ScreeningState::Pending,
            "proposed" => text.state == ScreeningState::Proposed,
            "screened" => text.state == ScreeningState::Screened,
            _ => match text.state {
                ScreeningState::Pending => true,
                ScreeningState::Proposed => text.first != session.account,
                ScreeningState::Screened => false,
            },
        };
        let marks = || !identity::find(&text.body, &queue.names).is_empty();
        state
            && match self.marks.as_str() {
                "yes" => marks(),
                "no" => !marks(),
                _ => true,
            }
    }

    fn inputs(lang: Lang) -> Vec<Input> {
        let states = [
            ("", lang.pick("等我处理的", "those that wait for me")),
            ("all", lang.pick("全部", "all")),
            ("pending", lang.pick("未处理", "open")),
            ("proposed", lang.pick("待确认", "to confirm")),
            ("screened", lang.pick("已筛查", "screened")),
        ];
        let marks = [
            ("", lang.pick("不限", "any")),
            ("yes", lang.pick("有身份标注的", "with marks")),
            ("no", lang.pick("没有标注的", "without marks")),
        ];
        vec![
            Input::new("show", lang.pick("状态", "State"), options(states)),
            Input::new("marks", lang.pick("标注", "Marks"), options(marks)),
        ]
    }
}

/// How a text stood when it was looked at, in one word.
pub(in crate::web::desk) fn seen(text: &Screened) -> String {
    let told =
        format!("{}\n{}\n{}\n{}", text.state.as_str(), text.summary, row_alone(text), text.first);
    hex::encode(&Sha256::digest(told)[..8])
}

pub(in crate::web::desk) fn page(
    session: &Session,
    queue: &Queue,
    filter: &Filter,
    said: &Said,
) -> Result<Markup, WebError> {
    let (lang, id) = (session.lang, &queue.results.round.id);
    let base = format!("/desk/rounds/{id}/texts");
    let texts: Vec<&Screened> = queue
        .texts
        .iter()
        .filter(|text| !text.body.is_empty() && filter.takes(text, queue, session))
        .collect();
    let shown = &texts[..texts.len().min(SHOWN)];
    let bodies: Vec<&str> = shown.iter().map(|text| text.body.as_str()).collect();
    let rows = rows(queue, lang)?;
    Ok(html! {
        p.noprint { a href=(base) { (lang.pick("← 全部题目", "← All questions")) } }
        h1 { (name_of(&queue.results.survey, &queue.question, lang)) }
        (progress(queue, said, lang))
        (filters(&base, queue, filter, lang))
        (said.wrong.summary())
        @if said.undo > 0 { (undo(session, queue, filter, said.undo)) }
        @if shown.is_empty() {
            div.card.empty { p { (lang.pick("没有等您处理的文字。", "No text waits for you.")) } }
        } @else {
            form.screening method="post" action={ (base) "/many" } {
                (csrf(session))
                input type="hidden" name="question" value=(queue.question);
                input type="hidden" name="show" value=(filter.state);
                input type="hidden" name="marks" value=(filter.marks);
                div.card {
                    @for cluster in alike(&bodies) {
                        (alike_ones(session, queue, shown, &cluster, said))
                    }
                }
                (bar(texts.len(), &rows, said, lang))
            }
        }
    })
}

/// The rows that texts to this question can become cases of: those that every group lists, so that
/// none tells whose a text is. A group is named at the one text that is read alone, and in no list.
pub(in crate::web::desk) fn rows(
    queue: &Queue,
    lang: Lang,
) -> Result<Vec<(String, String)>, WebError> {
    let groups: BTreeSet<&GroupCode> = queue.texts.iter().map(|text| &text.group).collect();
    let mut common: Option<Vec<(String, String)>> = None;
    for group in groups {
        let rows = queue.results.rows_for(&queue.question, group)?;
        let own = rows.into_iter().filter_map(|row| {
            // Rows added by hand are of one group alone.
            let number = row.problem.number.strip_prefix(group.as_str())?;
            let words = visible(row.problem.statement.get(lang));
            let derived = !row.problem.question.is_empty();
            derived.then(|| (format!("*{number}"), format!("{} {words}", &number[1..])))
        });
        let own: Vec<(String, String)> = own.collect();
        common = Some(match common {
            None => own,
            Some(before) => {
                before.into_iter().filter(|(known, _)| own.iter().any(|o| o.0 == *known)).collect()
            }
        });
    }
    Ok(common.unwrap_or_default())
}

fn progress(queue: &Queue, said: &Said, lang: Lang) -> Markup {
    let minutes = (said.pace.unwrap_or(USUAL) * said.waits as f64 / 60.0).ceil();
    let left = html! {
        @if said.waits > 0 {
            (lang.pick("。本轮等您处理 ", ". In this round, waiting for you: "))
            (said.waits)
            (lang.pick(" 条，约需 ", "; about "))
            (minutes)
            (lang.pick(" 分钟", " minutes"))
        }
    };
    how_far(queue, &left, lang)
}

fn filters(base: &str, queue: &Queue, filter: &Filter, lang: Lang) -> Markup {
    let mut form = Form::default();
    put(&mut form, "show", filter.state.clone());
    put(&mut form, "marks", filter.marks.clone());
    html! {
        form.filter.noprint method="get" action=(base) {
            input type="hidden" name="question" value=(queue.question);
            (draw(&Filter::inputs(lang), &form, &Mistakes::default(), lang))
            div { button.quiet type="submit" { (lang.pick("筛选", "Filter")) } }
        }
    }
}

fn undo(session: &Session, queue: &Queue, filter: &Filter, count: usize) -> Markup {
    let lang = session.lang;
    html! {
        form.done method="post" action={ "/desk/rounds/" (queue.results.round.id) "/texts/undo" } {
            (csrf(session))
            input type="hidden" name="question" value=(queue.question);
            input type="hidden" name="show" value=(filter.state);
            input type="hidden" name="marks" value=(filter.marks);
            (lang.pick("上一步处理了 ", "Your last step dealt with "))
            (count)
            (lang.pick(" 条。", " texts. "))
            button.link type="submit" data-key="u" { (lang.pick("撤销上一步", "Take it back")) }
        }
    }
}

/// Texts that say nearly the same, or one alone.
fn alike_ones(
    session: &Session,
    queue: &Queue,
    shown: &[&Screened],
    cluster: &[usize],
    said: &Said,
) -> Markup {
    let lang = session.lang;
    html! {
        div.cluster.many[cluster.len() > 1] {
            @if cluster.len() > 1 {
                p.soft {
                    (cluster.len())
                    (lang.pick(
                        " 条意思相近，不同之处标出",
                        " texts say nearly the same; what differs is marked",
                    ))
                    " "
                    button.link type="button" data-tick hidden { (lang.pick("全部勾选", "Tick all")) }
                }
            }
            @for n in cluster { (text(session, queue, shown[*n], shown[cluster[0]], said)) }
        }
    }
}

fn text(
    session: &Session,
    queue: &Queue,
    text: &Screened,
    first: &Screened,
    said: &Said,
) -> Markup {
    let lang = session.lang;
    let single = format!(
        "/desk/rounds/{}/texts?question={}&text={}",
        queue.results.round.id,
        percent(&queue.question),
        text.id
    );
    html! {
        div.text {
            label {
                input
                    type="checkbox"
                    name="t"
                    value=(text.id)
                    checked[said.typed.has("t", &text.id)];
                bdi dir="auto" {
                    // A mark is never cut in two: where there is any, it is what is shown.
                    @let telling = !identity::find(&text.body, &queue.names).is_empty();
                    @let part = if telling || text.id == first.id {
                        0..0
                    } else {
                        differs(&text.body, &first.body)
                    };
                    (marked(&text.body[..part.start], &queue.names, lang))
                    @if !part.is_empty() {
                        em.differs { (marked(&text.body[part.clone()], &queue.names, lang)) }
                    }
                    (marked(&text.body[part.end..], &queue.names, lang))
                }
            }
            input type="hidden" name={ "seen_" (text.id) } value=(seen(text));
            div.soft.state {
                (state_words(session, text))
                @if text.state != ScreeningState::Pending && !text.summary.is_empty() {
                    (lang.pick("：", ": "))
                    bdi { (visible(&text.summary)) }
                }
                " "
                a href=(single) { (lang.pick("单条处理", "alone")) }
            }
        }
    }
}

/// The summary of the ticked texts, and its row.
fn summing_up(rows: &[(String, String)], said: &Said, lang: Lang) -> Markup {
    let typed = said.typed.first("summary");
    let summary = lang.pick("摘要（归纳后的情况）", "Summary in your own words");
    let problem = lang.pick("列为哪一行的具体事例", "A case of which row");
    let mut inputs = vec![
        Input::new("summary", summary, InputKind::Lines { rows: 2 }).most(200),
        Input::new("problem", problem, options_or("", rows.iter().cloned())),
    ];
    if said.wrong.any() && !typed.is_empty() {
        let label = lang.pick(
            "已核对指出的问题，仍按此提交",
            "I have looked at what is pointed out and keep it",
        );
        inputs.push(Input::new("anyway", label, InputKind::Tick));
    }
    html! {
        details.summing open[!typed.is_empty()] {
            summary {
                (lang.pick("把勾选的归纳为一条具体事例", "Sum the ticked ones up as one case"))
            }
            (draw(&inputs, said.typed, &Mistakes::default(), lang))
            div.row {
                button.quiet type="submit" name="do" value="propose" {
                    (lang.pick("提出，交另一人确认", "Propose; another confirms"))
                }
            }
        }
    }
}

/// What is done with the ticked texts, always in sight.
fn bar(count: usize, rows: &[(String, String)], said: &Said, lang: Lang) -> Markup {
    html! {
        div.stays.noprint {
            (summing_up(rows, said, lang))
            button type="submit" name="do" value="confirm" data-key="c" {
                (lang.pick("确认所选", "Confirm the ticked"))
            }
            button.quiet type="submit" name="do" value="unused" data-key="n" {
                (lang.pick("不采用所选", "Do not use the ticked"))
            }
            button.link type="button" data-every hidden {
                (lang.pick("勾选本页全部", "Tick all on this page"))
            }
            span.hint data-keys hidden {
                (lang.pick(
                    "键盘：J、K 上下移动，空格勾选，A 勾选相近的，N 不采用，C 确认，U 撤销",
                    "Keys: J, K up and down, space ticks, A ticks alike ones, N not used, C \
                     confirm, U undo",
                ))
            }
            @if count > SHOWN {
                span.hint {
                    (lang.pick("先显示 ", "The first "))
                    (SHOWN)
                    (lang.pick(" 条，处理后显示其余；共 ", " are shown; the rest follow. All: "))
                    (count)
                    (lang.pick(" 条。", "."))
                }
            }
        }
    }
}
