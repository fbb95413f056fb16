//! The page of all rows: what is looked for, what was found, and what is done with what is ticked.
//! Dense, so that a list of a hundred rows is read without turning pages.

use maud::{Markup, html};

use crate::app::Results;
use crate::gate::Level;
use crate::id::RoundId;
use crate::problem::{RowState, Source, WorkingRow};
use crate::response::Form;
use crate::text::{Lang, visible};
use crate::web::desk::Session;
use crate::web::desk::forms::conflict;
use crate::web::desk::forms::draw::draw;
use crate::web::desk::forms::input::{Input, InputKind, options, options_or};
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::lists::row_form::form_of;
use crate::web::desk::lists::row_page::{row_inputs, row_path, targets};
use crate::web::desk::lists::rows_view::{Listed, View};
use crate::web::desk::office::help::{Term, help};
use crate::web::desk::results::levels::level_tag;
use crate::web::error::WebError;
use crate::web::page::csrf;

/// Most rows that are shown at once.
const MOST: usize = 300;

fn filters(results: &Results, rows: &[Listed], lang: Lang) -> Vec<Input> {
    let all = lang.pick("全部", "all");
    let mut groups: Vec<(String, String)> =
        rows.iter().map(|l| (l.group.to_string(), l.name.clone())).collect();
    groups.dedup();
    let categories = results
        .survey
        .categories()
        .map(|c| (c.order.to_string(), c.short_name.get(lang).to_owned()));
    let levels = Level::ALL.map(|level| (level.as_str(), level.label(lang)));
    let other =
        [("unclear", lang.pick("情况不明", "unclear")), ("none", lang.pick("无程度", "none"))];
    let sources = Source::ALL.iter().map(|(source, id, _)| (*id, source.label(lang)));
    let states = [
        ("listed", lang.pick("列入", "listed")),
        ("aside", lang.pick("不列入", "set aside")),
        ("merged", lang.pick("并入别行", "merged")),
        ("changed", lang.pick("改动过", "changed")),
    ];
    let orders = [
        ("", lang.pick("单位", "unit")),
        ("level", lang.pick("程度", "level")),
        ("category", lang.pick("类别", "category")),
        ("source", lang.pick("来源", "source")),
    ];
    vec![
        Input::new("q", lang.pick("查找", "Search"), InputKind::Line).most(60),
        Input::new("group", lang.pick("单位", "Unit"), options_or(all, groups)),
        Input::new("category", lang.pick("类别", "Category"), options_or(all, categories)),
        Input::new(
            "level",
            lang.pick("程度", "Level"),
            options_or(all, levels.into_iter().chain(other)),
        ),
        Input::new("source", lang.pick("来源", "Source"), options_or(all, sources)),
        Input::new("state", lang.pick("状态", "State"), options_or(all, states)),
        Input::new("sort", lang.pick("排序", "Order"), options(orders)),
    ]
}

/// The page. `query` is the whole address; `typed` what a refused step had.
pub(in crate::web::desk) fn page(
    session: &Session,
    results: &Results,
    rows: Vec<Listed>,
    view: &View,
    (query, typed, wrong): (&Form, &Form, &Mistakes),
) -> Result<Markup, WebError> {
    let lang = session.lang;
    let id = &results.round.id;
    let all = rows.len();
    let inputs = filters(results, &rows, lang);
    let mut shown: Vec<Listed> = rows.into_iter().filter(|l| view.takes(l, lang)).collect();
    view.sort(&mut shown);
    let found = shown.len();
    shown.truncate(MOST);
    Ok(html! {
        p.noprint {
            a href={ "/desk/rounds/" (id) "/problems" } { (lang.pick("← 全部清单", "← All lists")) }
        }
        h1 { (lang.pick("全部问题一览：", "All rows: ")) (results.round.title) }
        (said(session, id, view, query))
        div.card.noprint {
            form.filter method="get" action={ "/desk/rounds/" (id) "/rows" } {
                (draw(&inputs, &view.form(), &Mistakes::default(), lang))
                div.row {
                    button type="submit" { (lang.pick("查看", "Show")) }
                    @if !view.is_all() {
                        a href={ "/desk/rounds/" (id) "/rows" } { (lang.pick("清除条件", "Clear")) }
                    }
                }
            }
        }
        div #rows.card {
            p.soft { (counted(found, all, lang)) }
            @if shown.is_empty() {
                p.empty {
                    @if all == 0 {
                        (lang.pick("各清单都没有问题。", "No list has any row."))
                    } @else {
                        (lang.pick(
                            "没有符合条件的行，请放宽条件。",
                            "No row matches; ask for less.",
                        ))
                    }
                }
            } @else {
                (table(session, results, &shown, view, (query, typed))?)
            }
        }
        @if !shown.is_empty() && query.first("edit").is_empty() {
            (bulk(session, id, view, (typed, wrong)))
        }
    })
}

fn counted(found: usize, all: usize, lang: Lang) -> String {
    let cut = if found > MOST {
        lang.pick(
            format!("；只显示前 {MOST} 行，请缩小范围"),
            format!("; the first {MOST} are shown, ask for less"),
        )
    } else {
        String::new()
    };
    lang.pick(
        format!("共 {all} 行，符合条件 {found} 行{cut}。"),
        format!("{found} of {all} rows{cut}."),
    )
}

/// What the last step did, and the way back.
fn said(session: &Session, id: &RoundId, view: &View, query: &Form) -> Markup {
    let lang = session.lang;
    let none = Vec::new();
    let taken = query.0.get("n").unwrap_or(&none);
    let left = query.0.get("left").unwrap_or(&none);
    let count = taken.len();
    let told = match query.first("did") {
        "aside" => {
            lang.pick(format!("{count} 行已设为不列入。"), format!("{count} rows set aside. "))
        }
        "back" => {
            lang.pick(format!("{count} 行恢复列入。"), format!("{count} rows listed again. "))
        }
        "undo" => {
            lang.pick(format!("已撤销 {count} 行的改动。"), format!("{count} changes taken back. "))
        }
        "save" => lang.pick("已保存。".to_owned(), "Saved. ".to_owned()),
        _ => return html! {},
    };
    html! {
        form.done.noprint method="post" action={ "/desk/rounds/" (id) "/rows" } {
            (csrf(session))
            input type="hidden" name="view" value=(view.form().encode());
            (told)
            @if !left.is_empty() {
                (lang.pick(
                    "已被他人修改或不能撤销、没有动的：",
                    "Left, as others changed them or there is no way back: ",
                ))
                (visible(&left.join(lang.pick("、", ", "))))
                (lang.pick("。", ". "))
            }
            @if count > 0 && query.first("did") != "undo" {
                @for row in taken { input type="hidden" name="n" value=(row); }
                button.link type="submit" name="do" value="undo" {
                    (lang.pick("撤销", "Take it back"))
                }
            }
        }
    }
}

fn table(
    session: &Session,
    results: &Results,
    shown: &[Listed],
    view: &View,
    (query, typed): (&Form, &Form),
) -> Result<Markup, WebError> {
    let lang = session.lang;
    let opened = query.first("edit");
    let rows = shown
        .iter()
        .map(|listed| {
            if listed.row.problem.number == opened {
                opened_row(session, results, listed, view)
            } else {
                Ok(row(&results.round.id, listed, view, typed, lang))
            }
        })
        .collect::<Result<Vec<_>, WebError>>()?;
    Ok(html! {
        div.scroll {
            table.working {
                thead {
                    tr {
                        th {
                            button.link type="button" data-all hidden { (lang.pick("全选", "All")) }
                        }
                        th { (lang.pick("编号", "No.")) }
                        th { (lang.pick("单位", "Unit")) }
                        th { (lang.pick("问题表现", "Problem")) }
                        th { (lang.pick("来源", "Source")) }
                        th { (lang.pick("程度", "Level")) (help(Term::Level, lang)) }
                        th { (lang.pick("状态", "State")) }
                        th { (lang.pick("操作", "Action")) }
                    }
                }
                tbody {
                    @for row in rows { (row) }
                }
            }
        }
    })
}

fn row(id: &RoundId, listed: &Listed, view: &View, typed: &Form, lang: Lang) -> Markup {
    let p = &listed.row.problem;
    let told = format!("{}:{}", p.number, listed.row.version());
    let mut opened = view.form();
    opened.0.insert("edit".to_owned(), vec![p.number.clone()]);
    html! {
        tr id={ "r-" (p.number) } .off[listed.row.state() != RowState::Listed] {
            td {
                input type="checkbox" form="bulk" name="n" value=(told)
                    aria-label=(p.number) checked[typed.has("n", &told)];
            }
            td { (p.number) }
            td { (listed.name) }
            td {
                bdi { (visible(p.statement.get(lang))) }
                @if !p.example.is_empty() {
                    br;
                    span.soft {
                        (lang.pick("事例：", "Case: "))
                        bdi { (visible(&p.example)) }
                    }
                }
            }
            td {
                (p.source.label(lang))
                @if let Some(found) = &p.found { br; span.soft { (found) } }
            }
            td { @if p.level.is_some() || p.unclear { (level_tag(p.level, lang)) } @else { "—" } }
            td { (state_words(&listed.row, lang)) }
            td {
                a href={ "/desk/rounds/" (id) "/rows?" (opened.encode()) "#r-" (p.number) } {
                    (lang.pick("修改", "Change"))
                }
            }
        }
    }
}

/// Whether a row stands in its list, in words.
pub(in crate::web::desk) fn state_words(row: &WorkingRow, lang: Lang) -> Markup {
    let changed = row.edit.as_ref().is_some_and(|e| e.question.is_some());
    html! {
        @match row.state() {
            RowState::Listed if changed => { (lang.pick("列入，已改", "listed, changed")) }
            RowState::Listed => { (lang.pick("列入", "listed")) }
            RowState::Aside(reason) => {
                (lang.pick("不列入：", "set aside: "))
                bdi { (visible(&reason)) }
            }
            RowState::Merged(into) => { (lang.pick("并入 ", "merged into ")) (into) }
        }
    }
}

/// A row with its form in its place.
fn opened_row(
    session: &Session,
    results: &Results,
    listed: &Listed,
    view: &View,
) -> Result<Markup, WebError> {
    let lang = session.lang;
    let id = &results.round.id;
    let number = &listed.row.problem.number;
    let form = form_of(&listed.row);
    let others = targets(&results.working(&listed.group)?, &listed.row, lang);
    let inputs = row_inputs((&results.survey, &listed.row), &others, lang);
    let cases = results.cases.get(number).map_or_else(String::new, |cases| cases.join("；"));
    let address = row_path(id, &listed.group, number);
    Ok(html! {
        tr.now id={ "r-" (number) } {
            td colspan="8" {
                h2 { (number) " " span.soft { (listed.name) } }
                form.opened method="post" action=(address) {
                    (csrf(session))
                    (conflict::seen(form.first("seen")))
                    input type="hidden" name="view" value=(view.form().encode());
                    input type="hidden" name="cases" value=(cases);
                    (draw(&inputs, &form, &Mistakes::default(), lang))
                    div.row {
                        button type="submit" { (lang.pick("保存", "Save")) }
                        a.button.quiet href={ (view.address(id)) "#r-" (number) } {
                            (lang.pick("取消", "Cancel"))
                        }
                        a href=(address) { (lang.pick("修改记录", "History")) }
                    }
                }
            }
        }
    })
}

/// What is done with the ticked rows, always in sight.
fn bulk(
    session: &Session,
    id: &RoundId,
    view: &View,
    (typed, wrong): (&Form, &Mistakes),
) -> Markup {
    let lang = session.lang;
    let reason =
        Input::new("reason", lang.pick("不列入的理由", "Reason"), InputKind::Line).most(200);
    html! {
        form #bulk.stays.noprint method="post" action={ "/desk/rounds/" (id) "/rows" } {
            (csrf(session))
            input type="hidden" name="view" value=(view.form().encode());
            (wrong.summary())
            (draw(&[reason], typed, wrong, lang))
            button.quiet type="submit" name="do" value="aside" {
                (lang.pick("勾选的不列入", "Set the ticked aside"))
            }
            button.quiet type="submit" name="do" value="back" {
                (lang.pick("勾选的恢复列入", "List the ticked again"))
            }
        }
    }
}
