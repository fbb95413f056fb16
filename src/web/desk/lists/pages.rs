//! The pages of the problem list desk.
//! Dense where rows are compared, roomy where one row is decided.

use maud::{Markup, html};

use crate::app::{AppError, Receiver, Results};
use crate::gate::Level;
use crate::id::AccountName;
use crate::problem::{ProblemList, RowState, Source, WorkingRow};
use crate::response::Form;
use crate::text::{Lang, visible};
use crate::unit::{GroupCode, Scope};
use crate::web::desk::Session;
use crate::web::desk::forms::draw::draw;
use crate::web::desk::forms::input::{Input, options_or};
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::lists::issued_page::{issued_card, receipts};
use crate::web::desk::lists::row_page::{anyway, list_path, row_path, source_inputs, text_inputs};
use crate::web::desk::lists::rows_page::state_words;
use crate::web::desk::office::help::{Term, help};
use crate::web::desk::office::password;
use crate::web::desk::results::levels::level_tag;
use crate::web::page::csrf;

/// All lists of a round, what was handed over, and the roll-up.
#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
pub fn overview_page(
    session: &Session,
    results: &Results,
    agreed: &[AccountName],
    receivers: &[Receiver],
    typed: (&Form, &Mistakes),
) -> Result<Markup, AppError> {
    let lang = session.lang;
    let id = &results.round.id;
    let lists: Vec<(ProblemList, Vec<WorkingRow>)> = results
        .release
        .groups
        .iter()
        .map(|g| Ok((results.list(&g.code)?, results.working(&g.code)?)))
        .chain([Ok((results.list(&GroupCode::bureau())?, results.working(&GroupCode::bureau())?))])
        .collect::<Result<_, AppError>>()?;
    Ok(html! {
        p.noprint {
            a href={ "/desk/rounds/" (id) } { (lang.pick("← 返回本轮", "← Back to the round")) }
            " · "
            a href={ "/desk/rounds/" (id) "/texts" } { (lang.pick("筛查文字", "Screen texts")) }
            " · "
            a href={ "/desk/rounds/" (id) "#holds" } { (lang.pick("存疑题目", "Held questions")) }
        }
        h1 { (lang.pick("问题清单：", "Problem lists: ")) (results.round.title) }
        p.soft {
            (lang.pick(
                "清单按发布的区间自动生成。可以修改表述、合并、不列入（写明理由），也可以加入明察暗\
                 访、自评互评等发现的问题；问题编号始终不变，每次修改都有记录。",
                "Lists are derived from the published bands. Rows can be reworded, merged, set \
                 aside with a reason, or added from inspections and other sources; numbers never \
                 change, and every change is kept.",
            ))
        }
        p.noprint {
            a.button href={ "/desk/rounds/" (id) "/rows" } {
                (lang.pick("全部问题一览", "All rows in one view"))
            }
            " "
            span.soft {
                (lang.pick(
                    "查找、筛选、排序，直接修改，批量不列入。",
                    "Search, filter, sort, change in place, set many aside.",
                ))
            }
        }
        (issued_card(session, results, agreed, receivers)?)
        div.card {
            h2 { (lang.pick("各单位清单", "Lists by group")) }
            div.scroll {
                table {
                    thead {
                        tr {
                            th { (lang.pick("统计组", "Group")) }
                            th.n { (lang.pick("列入", "Listed")) }
                            @for level in Level::ALL {
                                th.n { (level.label(lang)) }
                            }
                            th.n { (lang.pick("手工加入", "Added")) }
                            th.n { (lang.pick("已改", "Changed")) }
                            th.n { (lang.pick("不列入或并入", "Set aside, merged")) }
                            th { (lang.pick("打印", "Print")) }
                        }
                    }
                    tbody {
                        @for (list, rows) in &lists {
                            (overview_row(id, list, rows, lang))
                        }
                    }
                }
            }
        }
        (receipts(session, results, receivers, typed))
        (roll_up(results, &lists, lang))
    })
}

fn overview_row(
    id: &crate::id::RoundId,
    list: &ProblemList,
    rows: &[WorkingRow],
    lang: Lang,
) -> Markup {
    html! {
        tr {
            td {
                a href=(list_path(id, &list.code)) { (list.name) }
                @if list.scope() == Scope::Bureau {
                    (lang.pick("（全局汇总）", " (bureau roll-up)"))
                }
                @if list.merged {
                    " "
                    span.soft {
                        (lang.pick("（合并统计）", " (counted together)"))
                    }
                    (help(Term::Merged, lang))
                }
            }
            td.n { strong { (list.problems.len()) } }
            @for level in Level::ALL {
                td.n { (list.count(level)) }
            }
            td.n {
                (rows.iter()
                    .filter(|r| {
                        r.edit.as_ref().is_some_and(|e| e.question.is_none())
                    })
                    .count())
            }
            td.n {
                (rows.iter()
                    .filter(|r| {
                        r.edit.as_ref().is_some_and(|e| e.question.is_some())
                    })
                    .count())
            }
            td.n {
                (rows.iter()
                    .filter(|r| r.state() != RowState::Listed)
                    .count())
            }
            td {
                a   href={
                        "/desk/rounds/"
                        (id)
                        "/lists/"
                        (password::percent(list.code.as_str()))
                    }
                { (lang.pick("打印", "Print")) }
            }
        }
    }
}

/// All groups' rows by category and level, and by category and source.
fn roll_up(results: &Results, lists: &[(ProblemList, Vec<WorkingRow>)], lang: Lang) -> Markup {
    let rows: Vec<_> = lists
        .iter()
        .filter(|(list, _)| list.scope() != Scope::Bureau)
        .flat_map(|(list, _)| &list.problems)
        .collect();
    html! {
        div.card {
            h2 { (lang.pick("各组汇总", "Roll-up of all groups")) }
            p.soft {
                (lang.pick("各统计组清单（含手工加入）合计 ", "Rows of all groups' lists, added ones included: "))
                (rows.len())
                (lang.pick(" 项，按类别、程度和来源。", ", by category, level and source."))
            }
            div.scroll.tight
                tabindex="0"
                role="region"
                aria-label=(lang.pick("各组汇总表", "Roll-up"))
            {
                table {
                    thead {
                        tr {
                            th { (lang.pick("问题类别", "Category")) }
                            th.n { (lang.pick("合计", "All")) }
                            @for level in Level::ALL {
                                th.n { (level.label(lang)) }
                            }
                            th.n { (lang.pick("未定级", "no level")) }
                            @for (source, ..) in Source::ALL {
                                th.n { (source.label(lang)) }
                            }
                        }
                    }
                    tbody {
                        @for category in results.survey.categories() {
                            @let own: Vec<_> = rows
                                .iter()
                                .filter(|p| p.category_order == category.order)
                                .collect();
                            tr {
                                td { (category.name.get(lang)) }
                                td.n { strong { (own.len()) } }
                                @for level in Level::ALL {
                                    td.n { (own.iter().filter(|p| p.level == Some(level)).count()) }
                                }
                                td.n { (own.iter().filter(|p| p.level.is_none()).count()) }
                                @for (source, ..) in Source::ALL {
                                    td.n { (own.iter().filter(|p| p.source == source).count()) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// One list with all its rows, and the form that adds one.
#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
pub fn list_page(
    session: &Session,
    results: &Results,
    list: &ProblemList,
    rows: &[WorkingRow],
    form: &Form,
    wrong: &Mistakes,
) -> Markup {
    let lang = session.lang;
    let id = &results.round.id;
    html! {
        p.noprint {
            a href={ "/desk/rounds/" (id) "/problems" } { (lang.pick("← 全部清单", "← All lists")) }
            " · "
            a href={ "/desk/rounds/" (id) "/lists/" (password::percent(list.code.as_str())) } {
                (lang.pick("打印样式", "As printed"))
            }
        }
        h1 { (list.name) (lang.pick("问题清单", ": problem list")) }
        @if list.merged {
            p.soft {
                (lang.pick(
                    "样本不足，合并统计；本清单送合并各单位负责人。",
                    "Too few responses alone, counted together; this list goes to the head of each \
                     unit.",
                ))
                (help(Term::Merged, lang))
            }
        }
        div.card {
            @if rows.is_empty() {
                p.empty {
                    (lang.pick(
                        "没有达到列入标准的问题，也没有手工加入的问题。",
                        "No problem reaches a threshold, and none was added.",
                    ))
                }
            } @else {
                div.scroll {
                    table.working {
                        thead {
                            tr {
                                th { (lang.pick("编号", "No.")) }
                                th { (lang.pick("问题表现", "Problem")) }
                                th { (lang.pick("来源", "Source")) }
                                th { (lang.pick("程度", "Level")) (help(Term::Level, lang)) }
                                th { (lang.pick("状态", "State")) }
                                th { (lang.pick("操作", "Action")) }
                            }
                        }
                        tbody {
                            @for row in rows { (working_row(id, &list.code, row, lang)) }
                        }
                    }
                }
            }
        }
        div #add.card {
            h2 { (lang.pick("加入一行", "Add a row")) }
            p.soft {
                (lang.pick(
                    "用于明察暗访、自评互评、信访投诉、上级督查等发现的问题。不写填写人、举报人的任\
                     何信息。",
                    "For what inspections, reviews, complaints or supervision found. Nothing about \
                     who answered or reported.",
                ))
            }
            (wrong.summary())
            form method="post" action=(list_path(id, &list.code)) {
                (csrf(session))
                (draw(&new_row_inputs(results, lang), form, wrong, lang))
                (anyway(wrong, lang))
                div.row { button type="submit" { (lang.pick("加入", "Add")) } }
            }
        }
    }
}

/// The form of a row that somebody adds.
pub(in crate::web::desk) fn new_row_inputs(results: &Results, lang: Lang) -> Vec<Input> {
    let categories = results.survey.categories();
    let categories = categories.map(|c| (c.order.to_string(), c.name.get(lang)));
    let label = lang.pick("问题类别", "Category");
    let category = Input::new("category", label, options_or("", categories)).required();
    let source = source_inputs(lang).into_iter();
    std::iter::once(category).chain(source).chain(text_inputs(&results.survey, "", lang)).collect()
}

fn working_row(id: &crate::id::RoundId, group: &GroupCode, row: &WorkingRow, lang: Lang) -> Markup {
    let p = &row.problem;
    let state = row.state();
    html! {
        tr #(password::percent(&p.number)).off[state != RowState::Listed] {
            td { (p.number) }
            td {
                bdi { (visible(p.statement.get(lang))) }
                @if !p.example.is_empty() {
                    br;
                    span.soft {
                        (lang.pick("事例：", "Case: "))
                        bdi { (visible(&p.example)) }
                    }
                }
                @if !p.merged.is_empty() {
                    br;
                    span.soft {
                        (lang.pick("含 ", "includes ")) (p.merged.join(lang.pick("、", ", ")))
                    }
                }
            }
            td {
                (p.source.label(lang))
                @if let Some(found) = &p.found {
                    br;
                    span.soft { (found) }
                }
            }
            td {
                @if p.level.is_some() || p.unclear { (level_tag(p.level, lang)) } @else { "—" }
            }
            td { (state_words(row, lang)) }
            td { a href=(row_path(id, group, &p.number)) { (lang.pick("修改", "Change")) } }
        }
    }
}
