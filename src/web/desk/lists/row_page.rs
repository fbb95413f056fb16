//! The page of one row of a problem list: what the Release says, what the section makes of it, and
//! what was done before.
//! Nothing that was typed is lost when somebody else was quicker.

use crate::app::{AppError, Results, minute_of};
use crate::id::RoundId;
use crate::problem::{RowState, Source, WorkingRow};
use crate::response::Form;
use crate::storage::ProblemChange;
use crate::survey::{QuestionRole, Survey};
use crate::text::{Lang, Text, visible};
use crate::unit::GroupCode;
use crate::web::desk::Session;
use crate::web::desk::forms::conflict;
use crate::web::desk::forms::draw::{draw, fresh};
use crate::web::desk::forms::input::{Input, InputKind, Way, options_or};
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::office::password::percent;
use crate::web::desk::results::levels::level_tag;
use crate::web::page::csrf;
use maud::{Markup, html};

/// The tick that keeps what was pointed out, once something was.
pub(in crate::web::desk) fn anyway(wrong: &Mistakes, lang: Lang) -> Markup {
    let label = lang.pick(
        "已核对指出的照抄或身份信息，仍按此保存",
        "I have looked at what is pointed out as copied or telling, and keep it",
    );
    let tick = Input::new("anyway", label, InputKind::Tick);
    html! {
        @if wrong.any() { (fresh(&[tick], lang)) }
    }
}

/// Where a row that somebody added comes from.
pub(in crate::web::desk) fn source_inputs(lang: Lang) -> [Input; 2] {
    let known = Source::ALL.iter().skip(1).map(|(source, id, _)| (*id, source.label(lang)));
    let kind = options_or("", known);
    [
        Input::new("source", lang.pick("问题来源", "Source"), kind).required(),
        Input::new("found", lang.pick("发现日期", "Found on"), InputKind::Day).required(),
    ]
}

/// The words of a row.
pub(in crate::web::desk) fn text_inputs(survey: &Survey, kept: &str, lang: Lang) -> [Input; 7] {
    let text = |name, label| Input::new(name, label, InputKind::Lines { rows: 2 }).most(500);
    let harm = lang.pick("危害程度", "Harm");
    [
        text("statement", lang.pick("问题表现", "Problem")).required(),
        text("example", lang.pick("具体事例", "Case")).hint(lang.pick(
            "只写归纳后的情况，不照抄原文，不写能认出人的细节。",
            "In the section's own words: no original text, nothing that tells who somebody is.",
        )),
        Input::new("harm_level", harm, options_or("", harm_levels(survey, kept, lang))),
        text("harms", lang.pick("主要危害", "Main harms")),
        text("causes", lang.pick("原因剖析", "Causes")),
        text("evidence", lang.pick("佐证说明", "Evidence")).hint(lang.pick(
            "只在工作台显示，不印在清单上。例：检查记录编号、照片存放处",
            "Shown at the desk only, never printed. E.g. number of the inspection record, where \
             photographs are kept",
        )),
        text("note", lang.pick("备注", "Remarks"))
            .hint(lang.pick("印在清单的备注栏。", "Printed with the list.")),
    ]
}

/// The steps of harm that the survey asks for, and what a row holds besides. Lists are Chinese
/// documents, so a step is kept by its Chinese name.
fn harm_levels(survey: &Survey, kept: &str, lang: Lang) -> Vec<(String, String)> {
    let asked = survey.questions().iter().find(|q| q.role == QuestionRole::HarmLevel);
    let steps = asked.map_or_else(Vec::new, |q| q.kind.options());
    let mut levels: Vec<(String, String)> = steps
        .iter()
        .map(|(_, label)| (label.zh().to_owned(), label.get(lang).to_owned()))
        .collect();
    if levels.is_empty() {
        let usual =
            [("严重", "severe"), ("较大", "considerable"), ("一般", "moderate"), ("较小", "minor")];
        levels.extend(usual.map(|(zh, en)| (zh.to_owned(), lang.pick(zh, en).to_owned())));
    }
    if !kept.is_empty() && levels.iter().all(|(value, _)| value != kept) {
        levels.push((kept.to_owned(), visible(kept)));
    }
    levels
}

/// Whether a row is listed, and what becomes of it otherwise. It can be merged into one of the
/// targets.
fn state_input(targets: &[(String, String)], lang: Lang) -> Input {
    let why = lang.pick("理由", "Reason");
    let reason = Input::new("reason", why, InputKind::Line).most(200);
    let reason = Input { example: why, ..reason };
    let merged = lang.pick("并入", "Merged into");
    let into = Input::new("into", merged, options_or("", targets.iter().cloned()));
    let way = |value, label, with| Way { value, label, with };
    let ways = vec![
        way("listed", lang.pick("列入清单", "Listed"), None),
        way("aside", lang.pick("不列入", "Set aside"), Some(reason)),
        way("merged", lang.pick("并入同类的另一行", "Merged into another row"), Some(into)),
    ];
    Input::new("state", lang.pick("是否列入", "Listed or not"), InputKind::Ways(ways))
}

/// The form of one row.
pub(in crate::web::desk) fn row_inputs(
    (survey, row): (&Survey, &WorkingRow),
    targets: &[(String, String)],
    lang: Lang,
) -> Vec<Input> {
    let by_hand = row.edit.as_ref().is_some_and(|e| e.question.is_none());
    let kept = row.problem.harm_level.as_ref().map_or("", Text::zh);
    let source = by_hand.then(|| source_inputs(lang)).into_iter().flatten();
    source.chain(text_inputs(survey, kept, lang)).chain([state_input(targets, lang)]).collect()
}

/// Rows of the same category that a row can be merged into, each with its words.
pub(in crate::web::desk) fn targets(
    rows: &[WorkingRow],
    row: &WorkingRow,
    lang: Lang,
) -> Vec<(String, String)> {
    let fits = |other: &&WorkingRow| {
        other.problem.number != row.problem.number
            && other.problem.category_order == row.problem.category_order
            && other.state() == RowState::Listed
    };
    let named = |other: &WorkingRow| {
        let (number, words) = (&other.problem.number, other.problem.statement.get(lang));
        (number.clone(), format!("{number} {words}"))
    };
    rows.iter().filter(fits).map(named).collect()
}

/// One row: its form and its history.
#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
pub fn row_page(
    session: &Session,
    results: &Results,
    group: &GroupCode,
    row: &WorkingRow,
    (form, wrong): (&Form, &Mistakes),
    (history, issued): (&[ProblemChange], bool),
    said: &Markup,
) -> Result<Markup, AppError> {
    let lang = session.lang;
    let id = &results.round.id;
    let by_hand = row.edit.as_ref().is_some_and(|e| e.question.is_none());
    let rows = results.working(group)?;
    let inputs = row_inputs((&results.survey, row), &targets(&rows, row, lang), lang);
    let original =
        results.derived(group)?.problems.into_iter().find(|p| p.number == row.problem.number);
    let cases = results.cases.get(&row.problem.number).map_or_else(String::new, |c| c.join("；"));
    Ok(html! {
        p { a href=(list_path(id, group)) { (lang.pick("← 返回清单", "← Back to the list")) } }
        h1 { (row.problem.number) }
        p.soft {
            (row.problem.category.get(lang))
            " · "
            (row.problem.source.label(lang))
            @if row.problem.level.is_some() || row.problem.unclear {
                " · "
                (level_tag(row.problem.level, lang))
            }
        }
        @if let Some(original) = &original {
            p { (lang.pick("按结果生成的表述：", "As derived: ")) (original.statement.get(lang)) }
        }
        (said)
        (wrong.summary())
        div.card {
            form method="post" action=(row_path(id, group, &row.problem.number)) {
                (csrf(session))
                (conflict::seen(form.first("seen")))
                input type="hidden" name="cases" value=(cases);
                @if form.0.contains_key("view") {
                    input type="hidden" name="view" value=(form.first("view"));
                }
                (draw(&inputs, form, wrong, lang))
                (anyway(wrong, lang))
                div.row {
                    button type="submit" { (lang.pick("保存", "Save")) }
                    a.button.quiet href=(list_path(id, group)) { (lang.pick("取消", "Cancel")) }
                }
            }
        }
        (steps_back(session, results, group, row, by_hand && !issued, history))
        div.card {
            h2 { (lang.pick("修改记录", "History")) }
            @if history.is_empty() {
                p.soft { (lang.pick("没有修改过。", "Never changed.")) }
            } @else {
                table {
                    tbody {
                        @for change in history.iter().rev() {
                            tr {
                                td { (minute_of(change.at)) }
                                td { (session.people.of(&change.account)) }
                                td { (what_changed(change, lang)) }
                            }
                        }
                    }
                }
            }
        }
    })
}

/// Taking the last change back, or the row away while it was never handed over.
fn steps_back(
    session: &Session,
    results: &Results,
    group: &GroupCode,
    row: &WorkingRow,
    can_go: bool,
    history: &[ProblemChange],
) -> Markup {
    let lang = session.lang;
    let action = row_path(&results.round.id, group, &row.problem.number);
    let version = row.edit.as_ref().map_or(0, |edit| edit.version).to_string();
    let step = |name: &str, label: &str| {
        html! {
            form.inline method="post" action={ (action) "/" (name) } {
                (csrf(session))
                (conflict::seen(&version))
                button.quiet type="submit" { (label) }
            }
        }
    };
    let by_hand = row.edit.as_ref().is_some_and(|e| e.question.is_none());
    // A row that somebody added was nothing before its first version.
    let can_undo = history.len() > usize::from(by_hand);
    html! {
        @if can_undo || can_go {
            div.row {
                @if can_undo {
                    (step("undo", lang.pick("撤销上一次修改", "Take the last change back")))
                }
                @if can_go {
                    (step("drop", lang.pick("删除这一行（从未下发）", "Delete the row (never handed over)")))
                }
            }
        }
    }
}

/// A change in words.
fn what_changed(change: &ProblemChange, lang: Lang) -> Markup {
    let e = &change.edit;
    let fields = [
        (lang.pick("问题表现", "Problem"), &e.statement),
        (lang.pick("具体事例", "Case"), &e.example),
        (lang.pick("危害程度", "Harm"), &e.harm_level),
        (lang.pick("主要危害", "Main harms"), &e.harms),
        (lang.pick("原因剖析", "Causes"), &e.causes),
        (lang.pick("佐证说明", "Evidence"), &e.evidence),
        (lang.pick("备注", "Remarks"), &e.note),
    ];
    html! {
        @match &e.state {
            RowState::Listed => { (lang.pick("列入", "listed")) }
            RowState::Aside(reason) => {
                (lang.pick("不列入：", "set aside: "))
                bdi { (visible(reason)) }
            }
            RowState::Merged(into) => { (lang.pick("并入 ", "merged into ")) (into) }
        }
        @for (name, text) in fields {
            @if let Some(text) = text {
                br;
                span.soft { (name) (lang.pick("：", ": ")) }
                bdi { (visible(text)) }
            }
        }
    }
}

/// The address of a list.
pub(in crate::web::desk) fn list_path(round: &RoundId, group: &GroupCode) -> String {
    format!("/desk/rounds/{round}/problems/{}", percent(group.as_str()))
}

/// The address of a row.
pub(in crate::web::desk) fn row_path(round: &RoundId, group: &GroupCode, number: &str) -> String {
    format!("{}/{}", list_path(round, group), percent(number))
}
