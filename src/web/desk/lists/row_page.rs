//! The page of one row of a problem list: what the Release says, what the section makes of it, and
//! what was done before.
//! Nothing that was typed is lost when somebody else was quicker.

use crate::app::{AppError, Results, minute_of};
use crate::id::RoundId;
use crate::problem::{RowState, Source, WorkingRow};
use crate::response::Form;
use crate::storage::ProblemChange;
use crate::text::{Lang, visible};
use crate::web::desk::Session;
use crate::web::desk::forms::conflict;
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::lists::results::level_tag;
use crate::web::desk::office::password::percent;
use crate::web::page::csrf;
use maud::{Markup, html};

/// The tick that keeps what was pointed out, once something was.
pub(in crate::web::desk) fn anyway(wrong: &Mistakes, lang: Lang) -> Markup {
    html! {
        @if wrong.any() {
            label.inline {
                input type="checkbox" name="anyway" value="1";
                (lang.pick(
                    "已核对指出的照抄或身份信息，仍按此保存",
                    "I have looked at what is pointed out as copied or telling, and keep it",
                ))
            }
        }
    }
}

pub(in crate::web::desk) fn source_fields(form: &Form, wrong: &Mistakes, lang: Lang) -> Markup {
    html! {
        label for="source" { (lang.pick("问题来源", "Source")) }
        (wrong.beside("source"))
        select #source name="source" required {
            option value="" {}
            @for (source, id, _) in Source::ALL.iter().skip(1) {
                option value=(id) selected[form.first("source") == *id] { (source.label(lang)) }
            }
        }
        label for="found" { (lang.pick("发现日期", "Found on")) }
        (wrong.beside("found"))
        input #found type="date" name="found" value=(form.first("found")) required;
    }
}

pub(in crate::web::desk) fn text_fields(form: &Form, wrong: &Mistakes, lang: Lang) -> Markup {
    let fields = [
        ("statement", lang.pick("问题表现", "Problem"), "", true),
        (
            "example",
            lang.pick("具体事例", "Case"),
            lang.pick(
                "只写归纳后的情况，不照抄原文，不写能认出人的细节。",
                "In the section's own words: no original text, nothing that tells who somebody is.",
            ),
            false,
        ),
        (
            "harm_level",
            lang.pick("危害程度", "Harm"),
            lang.pick("严重、较大、一般、较小", "severe, considerable, moderate, minor"),
            false,
        ),
        ("harms", lang.pick("主要危害", "Main harms"), "", false),
        ("causes", lang.pick("原因剖析", "Causes"), "", false),
        (
            "evidence",
            lang.pick("佐证说明", "Evidence"),
            lang.pick(
                "只在工作台显示，不印在清单上。例：检查记录编号、照片存放处",
                "Shown at the desk only, never printed. E.g. number of the inspection record, \
                 where photographs are kept",
            ),
            false,
        ),
        (
            "note",
            lang.pick("备注", "Remarks"),
            lang.pick("印在清单的备注栏。", "Printed with the list."),
            false,
        ),
    ];
    html! {
        @for (name, label, hint, required) in fields {
            label for=(name) { (label) }
            (wrong.beside(name))
            @if !hint.is_empty() {
                p.hint id={ "h-" (name) } { (hint) }
            }
            @if name == "harm_level" {
                input
                    id=(name)
                    type="text"
                    name=(name)
                    value=(form.first(name))
                    maxlength="20"
                    aria-describedby={ "h-" (name) };
            } @else {
                textarea
                    .short
                    id=(name)
                    name=(name)
                    rows="2"
                    maxlength="500"
                    required[required]
                    aria-describedby=[(!hint.is_empty()).then(|| format!("h-{name}"))]
                { (form.first(name)) }
            }
        }
    }
}

/// One row: its form and its history.
pub fn row_page(
    session: &Session,
    results: &Results,
    group: &str,
    row: &WorkingRow,
    (form, wrong): (&Form, &Mistakes),
    history: &[ProblemChange],
    said: &Markup,
) -> Result<Markup, AppError> {
    let lang = session.lang;
    let id = &results.round.id;
    let by_hand = row.edit.as_ref().is_some_and(|e| e.question.is_none());
    let rows = results.working(group)?;
    let targets = rows.iter().filter(|r| {
        r.problem.number != row.problem.number
            && r.problem.category_order == row.problem.category_order
            && r.state() == RowState::Listed
    });
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
                @if by_hand { (source_fields(form, wrong, lang)) }
                (text_fields(form, wrong, lang))
                fieldset {
                    legend { (lang.pick("是否列入", "Listed or not")) }
                    (wrong.beside("reason"))
                    label.inline {
                        input
                            type="radio"
                            name="state"
                            value="listed"
                            checked[form.first("state") == "listed"];
                        (lang.pick("列入清单", "Listed"))
                    }
                    label.inline {
                        input
                            type="radio"
                            name="state"
                            value="aside"
                            checked[form.first("state") == "aside"];
                        (lang.pick("不列入，理由：", "Set aside, because: "))
                        input
                            #reason
                            type="text"
                            name="reason"
                            value=(form.first("reason"))
                            aria-label=(lang.pick("理由", "Reason"))
                            maxlength="200";
                    }
                    label.inline {
                        input
                            type="radio"
                            name="state"
                            value="merged"
                            checked[form.first("state") == "merged"];
                        (lang.pick("并入同类的另一行：", "Merged into another row: "))
                        select name="into" aria-label=(lang.pick("并入", "Merged into")) {
                            option value="" {}
                            @for target in targets {
                                option
                                    value=(target.problem.number)
                                    selected[form.first("into") == target.problem.number]
                                { (target.problem.number) " " (target.problem.statement.get(lang)) }
                            }
                        }
                    }
                }
                (anyway(wrong, lang))
                div.row {
                    button type="submit" { (lang.pick("保存", "Save")) }
                    a.button.quiet href=(list_path(id, group)) { (lang.pick("取消", "Cancel")) }
                }
            }
        }
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
                                td { (change.account) }
                                td { (what_changed(change, lang)) }
                            }
                        }
                    }
                }
            }
        }
    })
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
pub(in crate::web::desk) fn list_path(round: &RoundId, group: &str) -> String {
    format!("/desk/rounds/{round}/problems/{}", percent(group))
}

/// The address of a row.
pub(in crate::web::desk) fn row_path(round: &RoundId, group: &str, number: &str) -> String {
    format!("{}/{}", list_path(round, group), percent(number))
}
