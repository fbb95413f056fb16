//! The pages of units: the table, what a file was taken for, and what is wrong with it.
//! What was understood is looked at before anything is replaced.

use crate::response::Form;
use crate::survey::kind_label;
use crate::text::{Lang, visible};
use crate::unit::{self, Reading, Unit};
use crate::web::desk::Session;
use crate::web::desk::forms::conflict::{self};
use crate::web::desk::forms::draw::{cell, draw, fresh};
use crate::web::desk::forms::input::{Cell, Column, Input, InputKind, options};
use crate::web::desk::forms::inputs::put;
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::page::csrf;
use maud::{Markup, html};

/// What the page has to say besides the units.
#[derive(Default)]
pub(in crate::web::desk) struct Said {
    /// The table in the text field.
    pub(in crate::web::desk) text: String,
    /// Mistakes, one a line.
    pub(in crate::web::desk) error: Option<String>,
    /// A table that was read without a mistake and waits for a yes.
    pub(in crate::web::desk) preview: Option<Vec<Unit>>,
    /// What a file was taken for, with its rows as text.
    pub(in crate::web::desk) reading: Option<(Reading, String)>,
    /// The unit that was being typed in.
    pub(in crate::web::desk) one: Form,
    /// The version of the table that was changed; the present one if empty.
    pub(in crate::web::desk) seen: String,
    /// Both versions, if somebody else has changed the table.
    pub(in crate::web::desk) both: Option<Markup>,
}

/// What a file was taken for: its columns, each of which can be chosen otherwise, and what was left
/// out or made.
#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
fn reading_card(session: &Session, reading: &Reading, raw: &str) -> Markup {
    let lang = session.lang;
    let names = if lang == Lang::Zh { unit::CHINESE_COLUMNS } else { unit::COLUMNS };
    let columns =
        unit::COLUMNS.iter().zip(names).map(|(id, name)| ((*id).to_owned(), name.to_owned()));
    let none = (String::new(), lang.pick("不读入", "Not read").to_owned());
    let options = std::iter::once(none).chain(columns).collect();
    let read_as = Column { name: "", label: "", cell: Cell::Choice(options) };
    let mut chosen = Form::default();
    for (n, column) in reading.columns.iter().enumerate() {
        let id = column.column.map_or("", |at| unit::COLUMNS[at]);
        put(&mut chosen, &format!("column{n}"), id.to_owned());
    }
    html! {
        @if !reading.columns.is_empty() {
            div #reading.card {
                h2 { (lang.pick("文件是这样理解的", "What the file was taken for")) }
                @if !reading.notes.is_empty() {
                    ul {
                        @for note in &reading.notes {
                            li { (note.get(lang)) }
                        }
                    }
                }
                form method="post" action="/desk/units/columns" {
                    (csrf(session))
                    textarea hidden name="raw" { (raw) }
                    div.scroll {
                        table {
                            thead {
                                tr {
                                    th { (lang.pick("文件中的列", "Column of the file")) }
                                    th { (lang.pick("读作", "Read as")) }
                                }
                            }
                            tbody {
                                @for (n, column) in reading.columns.iter().enumerate() {
                                    tr {
                                        td {
                                            @if column.name.is_empty() {
                                                (lang.pick("（无列名）", "(no name)"))
                                            } @else { (visible(&column.name)) }
                                        }
                                        td {
                                            @let spoken = lang.pick("读作：", "Read as: ");
                                            (cell(
                                                &read_as,
                                                &format!("column{n}"),
                                                &chosen,
                                                &format!("{spoken}{}", column.name),
                                            ))
                                        }
                                    }
                                }
                            }
                        }
                    }
                    div.row {
                        button.quiet type="submit" {
                            (lang.pick("按以上选择重新读入", "Read it again like this"))
                        }
                    }
                }
            }
        }
    }
}

pub(in crate::web::desk) fn page(session: &Session, units: &[Unit], said: &Said) -> Markup {
    let lang = session.lang;
    html! {
        h1 { (lang.pick("单位和统计组", "Units and groups")) }
        p.soft {
            (lang.pick(
                "统计组在开放前确定并公示：结果按统计组公布，与答案无关。少于 20 人的组，区间较粗；\
                 计入答卷不足 5 份的组，截止后自动与同类合并。",
                "Groups are fixed and shown before a round opens: results are published per group, \
                 whatever the answers. Groups under 20 heads get coarser bands; groups with fewer \
                 than 5 counted responses are merged with their kind after closing.",
            ))
        }
        @if let Some(both) = &said.both { (both) }
        @if let Some(error) = &said.error {
            div.errors role="alert" { (error) }
        }
        @if let Some((reading, raw)) = &said.reading { (reading_card(session, reading, raw)) }
        @if let Some(preview) = &said.preview {
            (preview_card(session, preview, said))
        } @else if !units.is_empty() {
            div.card {
                (table(units, lang))
                p {
                    a href="/desk/units.csv" {
                        (lang.pick("下载单位表（CSV）", "Download the table (CSV)"))
                    }
                }
            }
        }
        div.cols {
            (upload_card(session))
            (one_card(session, &said.one))
        }
        (whole_card(session, said, units.is_empty()))
    }
}

fn whole_card(session: &Session, said: &Said, empty: bool) -> Markup {
    let lang = session.lang;
    let mut typed = Form::default();
    put(&mut typed, "table", said.text.clone());
    html! {
        div.card {
            h2 {
                @if empty { (lang.pick("录入单位表", "Type the table")) } @else {
                    (lang.pick("修改单位表", "Change the table"))
                }
            }
            p.hint {
                (lang.pick(
                    "每行一个单位：代码（大写字母或数字）、名称、类型（中队、科室、办公室等）、\
                     人数、统计组代码（可空，空则单独统计）、统计组名称。",
                    "One unit a line: code (capitals or digits), name, kind (squad, section, \
                     office …), heads, group code (empty: stands alone), group name.",
                ))
            }
            form method="post" action="/desk/units" {
                (csrf(session))
                (conflict::seen(&said.seen))
                (draw(&[whole(lang)], &typed, &Mistakes::default(), lang))
                div.row {
                    button type="submit" { (lang.pick("导入并替换", "Import and replace")) }
                    span.hint {
                        (lang.pick(
                            "有任何一处错误则全部不导入；已建立的轮次不受影响。",
                            "With a single error nothing is imported; rounds that exist are not \
                             touched.",
                        ))
                    }
                }
            }
        }
    }
}

fn upload_card(session: &Session) -> Markup {
    let lang = session.lang;
    let kind = InputKind::File(".csv,.xlsx");
    let file = Input::new("file", lang.pick("文件", "File"), kind).required();
    html! {
        div.card {
            h2 { (lang.pick("上传文件", "Upload a file")) }
            p.hint {
                (lang.pick(
                    "CSV 或 Excel（.xlsx）的第一张表，先显示核对，确认后才替换。",
                    "CSV or the first sheet of an Excel file (.xlsx); shown for checking \
                     first, replaced only after you confirm. ",
                ))
                a href="/desk/units/template.csv" {
                    (lang.pick("下载模板", "Download a template"))
                }
            }
            form method="post" action="/desk/units/file" enctype="multipart/form-data" {
                (csrf(session))
                (fresh(&[file], lang))
                div.row {
                    button.quiet type="submit" { (lang.pick("上传并核对", "Upload and check")) }
                }
            }
        }
    }
}

fn table(units: &[Unit], lang: Lang) -> Markup {
    let groups = unit::groups(units);
    let heads: u32 = units.iter().map(|u| u.headcount).sum();
    html! {
        h2 {
            (units.len())
            (lang.pick(" 个单位，", " units, "))
            (groups.len())
            (lang.pick(" 个统计组，共 ", " groups, "))
            (heads)
            (lang.pick(" 人", " heads"))
        }
        div.scroll
            tabindex="0"
            role="region"
            aria-label=(lang.pick("统计组表", "Table of groups"))
        {
            table {
                thead {
                    tr {
                        th { (lang.pick("统计组", "Group")) }
                        th { (lang.pick("名称", "Name")) }
                        th { (lang.pick("类型", "Kind")) }
                        th.n { (lang.pick("人数", "Heads")) }
                        th { (lang.pick("单位", "Units")) }
                    }
                }
                tbody {
                    @for g in &groups {
                        tr {
                            td { (g.code) }
                            td { (g.name) }
                            td { (kind_label(&g.kind, lang)) }
                            td.n { (g.headcount) }
                            td {
                                (g.units.join(lang.pick("、", ", ")))
                                @if g.headcount < 20 {
                                    " "
                                    span.soft {
                                        (lang.pick(
                                            "（少于 20 人，区间较粗）",
                                            "(under 20 heads, coarser bands)",
                                        ))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn preview_card(session: &Session, preview: &[Unit], said: &Said) -> Markup {
    let lang = session.lang;
    html! {
        div.card.standing {
            p {
                strong {
                    (lang.pick(
                        "核对：文件已读取，没有错误，尚未替换。",
                        "Check: the file is read, there is no error, nothing is replaced yet.",
                    ))
                }
            }
            (table(preview, lang))
            form method="post" action="/desk/units" {
                (csrf(session))
                (conflict::seen(&said.seen))
                textarea hidden name="table" { (said.text) }
                div.row {
                    button type="submit" { (lang.pick("确认替换", "Replace")) }
                    a.button.quiet href="/desk/units" { (lang.pick("不替换", "Do not replace")) }
                }
            }
        }
    }
}

/// The whole table as text.
fn whole(lang: Lang) -> Input {
    let label = lang.pick("单位表（CSV）", "Table of units (CSV)");
    Input::new("table", label, InputKind::Code { rows: 0 })
}

/// The form of one unit.
fn one_inputs(lang: Lang) -> Vec<Input> {
    let kinds = options([
        ("squad", lang.pick("中队", "squad")),
        ("section", lang.pick("科室", "section")),
        ("office", lang.pick("办公室", "office")),
    ]);
    let line = |name, label| Input::new(name, label, InputKind::Line);
    vec![
        line("code", lang.pick("代码", "Code")).most(16).required(),
        line("name", lang.pick("名称", "Name")).most(60).required(),
        Input::new("kind", lang.pick("类型", "Kind"), kinds),
        Input::new("headcount", lang.pick("人数", "Heads"), InputKind::Number).required(),
        line("group", lang.pick("统计组代码", "Group code")).most(16).hint(lang.pick(
            "可空，空则单独统计；不足 20 人的科室建议合为一组。",
            "Empty: stands alone. Sections under 20 heads are better grouped.",
        )),
        line("group_name", lang.pick("统计组名称", "Group name")).most(60),
    ]
}

fn one_card(session: &Session, one: &Form) -> Markup {
    let lang = session.lang;
    html! {
        div.card {
            h2 { (lang.pick("逐个录入", "Add one")) }
            form method="post" action="/desk/units/one" {
                (csrf(session))
                (draw(&one_inputs(lang), one, &Mistakes::default(), lang))
                div.row { button.quiet type="submit" { (lang.pick("加入", "Add")) } }
            }
        }
    }
}
