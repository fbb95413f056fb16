//! The pages of units: the table, what a file was taken for, and what is wrong with it.
//! What was understood is looked at before anything is replaced.

use crate::response::Form;
use crate::survey::kind_label;
use crate::text::{Lang, visible};
use crate::unit::{self, Group, Reading, SMALL, Unit};
use crate::web::desk::Session;
use crate::web::desk::forms::conflict::{self};
use crate::web::desk::forms::draw::{cell, draw, fresh};
use crate::web::desk::forms::input::{Cell, Column, Input, InputKind, options, options_or};
use crate::web::desk::forms::inputs::put;
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::office::help::{Term, help};
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
    /// Whether the table was just kept.
    pub(in crate::web::desk) saved: bool,
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
        @if said.saved {
            p.done role="status" {
                (lang.pick("已保存。下一步见", "Saved. What comes next is on the "))
                a href="/desk" { (lang.pick("首页", "first page")) }
                (lang.pick("。", "."))
            }
        }
        @if let Some(both) = &said.both { (both) }
        @if let Some(error) = &said.error {
            div.errors role="alert" { (error) }
        }
        @if let Some(preview) = &said.preview { (preview_card(session, preview, said)) }
        @if let Some((reading, raw)) = &said.reading { (reading_card(session, reading, raw)) }
        @if said.preview.is_none() && !units.is_empty() {
            div.card {
                (table(units, lang))
                (join_later(session, units, said))
                p {
                    a href="/desk/units.csv" {
                        (lang.pick("下载单位表", "Download the table (CSV)"))
                    }
                }
            }
        }
        @if said.preview.is_none() {
            div.cols {
                (upload_card(session))
                (one_card(session, units, &said.one))
            }
        }
        (whole_card(session, said, units.is_empty()))
    }
}

fn whole_card(session: &Session, said: &Said, empty: bool) -> Markup {
    let lang = session.lang;
    let mut typed = Form::default();
    put(&mut typed, "table", said.text.clone());
    html! {
        details.card.more open[said.error.is_some() || said.both.is_some()] {
            summary {
                @if empty { (lang.pick("粘贴一张表", "Paste a table")) } @else {
                    (lang.pick("整张表一起修改", "Change the whole table"))
                }
            }
            p.hint {
                (lang.pick(
                    "从 Excel、WPS 复制后粘贴即可，须有“单位名称”“人数”两列；类型看名称，没有代码的\
                     自动生成。合并统计的，加“统计组名称”一列，同组写同一个名称。",
                    "Copied from a spreadsheet: columns for names and heads are needed; kinds \
                     follow from names, and codes are made. For units that are counted together, a \
                     column `group_name` holds the same name.",
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
            h2 { (lang.pick("上传 Excel 表", "Upload a spreadsheet")) }
            p.hint {
                (lang.pick(
                    "手头的人员情况表即可（Excel、WPS 的表，读第一张）：有单位名称和人数就行，标题、合计\
                     行不用删。先显示核对，确认后才保存。",
                    "The table you have will do (the first sheet of an .xlsx, or a CSV): names and \
                     heads are enough, titles and sums may stay. It is shown for checking first. ",
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
                        th { (lang.pick("统计组", "Group")) (help(Term::Group, lang)) }
                        th { (lang.pick("类型", "Kind")) }
                        th.n { (lang.pick("人数", "Heads")) }
                        th { (lang.pick("包含单位", "Units")) }
                        th { (lang.pick("代码", "Code")) }
                    }
                }
                tbody {
                    @for g in &groups {
                        tr {
                            td { (g.name) }
                            td { (kind_label(&g.kind, lang)) }
                            td.n { (g.headcount) }
                            td {
                                @if g.units.len() > 1 { (names(g, units, lang)) }
                                @if g.headcount < SMALL {
                                    " "
                                    span.soft {
                                        (lang.pick(
                                            "（少于 20 人，区间较粗）",
                                            "(under 20 heads, coarser bands)",
                                        ))
                                    }
                                }
                            }
                            td.soft { (g.code) }
                        }
                    }
                }
            }
        }
    }
}

/// The units of a group by their names.
fn names(group: &Group, units: &[Unit], lang: Lang) -> String {
    let own = units.iter().filter(|unit| unit.group == group.code);
    own.map(|unit| unit.name.as_str()).collect::<Vec<_>>().join(lang.pick("、", ", "))
}

fn preview_card(session: &Session, preview: &[Unit], said: &Said) -> Markup {
    let lang = session.lang;
    html! {
        div.card.standing {
            p {
                strong {
                    (lang.pick(
                        "核对：表已读取，没有错误，尚未保存。",
                        "Check: the table is read, there is no error, nothing is saved yet.",
                    ))
                }
            }
            (table(preview, lang))
            form method="post" action="/desk/units" {
                (csrf(session))
                (conflict::seen(&said.seen))
                textarea hidden name="table" { (said.text) }
                (join_tick(preview, lang))
                div.row {
                    button type="submit" { (lang.pick("确认保存", "Save it")) }
                    a.button.quiet href="/desk/units" { (lang.pick("不保存", "Do not save")) }
                }
            }
        }
    }
}

/// The same for a table that is kept already.
fn join_later(session: &Session, units: &[Unit], said: &Said) -> Markup {
    let tick = join_tick(units, session.lang);
    html! {
        @if !tick.0.is_empty() {
            form.row method="post" action="/desk/units" {
                (csrf(session))
                (conflict::seen(&said.seen))
                textarea hidden name="table" { (said.text) }
                (tick)
                button.quiet type="submit" { (session.lang.pick("合为一组", "Join them")) }
            }
        }
    }
}

/// Small units of one kind are better counted together; whoever confirms decides.
fn join_tick(preview: &[Unit], lang: Lang) -> Markup {
    let after = joined(preview.to_vec(), lang);
    let small = preview.iter().zip(&after).filter(|(a, b)| a.group != b.group).count();
    let label = lang.pick(
        format!(
            "把少于 {SMALL} 人、单独统计的 {small} 个单位按类型合为一组（人太少的单位，区间很宽，看\
             不出问题）"
        ),
        format!(
            "Count the {small} units under {SMALL} heads together by kind (bands of so few are too \
             wide to say anything)"
        ),
    );
    html! {
        @if small > 0 { (fresh(&[Input::new("join", label, InputKind::Tick)], lang)) }
    }
}

/// The table with its small units joined, groups named as an office does.
pub(in crate::web::desk) fn joined(units: Vec<Unit>, lang: Lang) -> Vec<Unit> {
    unit::joined(units, |kind| {
        let kind = kind_label(kind, lang);
        lang.pick(format!("{kind}（合并统计）"), format!("{kind} (together)"))
    })
}

/// The whole table as text.
fn whole(lang: Lang) -> Input {
    let label = lang.pick("单位表", "Table of units");
    Input::new("table", label, InputKind::Code { rows: 0 })
}

/// The form of one unit.
fn one_inputs(units: &[Unit], lang: Lang) -> Vec<Input> {
    let kinds = options(["squad", "section", "office"].map(|kind| (kind, kind_label(kind, lang))));
    let line = |name, label| Input::new(name, label, InputKind::Line);
    let groups = unit::groups(units).into_iter().filter(|group| group.units.len() > 1);
    let groups = groups.map(|group| (group.code.to_string(), group.name));
    vec![
        line("name", lang.pick("名称", "Name")).most(60).required(),
        Input::new("kind", lang.pick("类型", "Kind"), kinds),
        Input::new("headcount", lang.pick("人数", "Heads"), InputKind::Number).required(),
        Input::new(
            "group",
            lang.pick("统计", "Counted"),
            options_or(lang.pick("单独统计", "alone"), groups),
        ),
        line("group_name", lang.pick("或与别的单位合成新的一组，组名", "Or in a new group named"))
            .most(60)
            .hint(lang.pick(
                "可空。不足 20 人的科室建议合为一组。",
                "May be empty. Sections under 20 heads are better grouped.",
            )),
        line("code", lang.pick("代码", "Code")).most(16).hint(lang.pick(
            "可空，按名称首字母生成；印在清单的问题编号里。",
            "May be empty: made from the name's initials. It begins the numbers of the list.",
        )),
    ]
}

fn one_card(session: &Session, units: &[Unit], one: &Form) -> Markup {
    let lang = session.lang;
    html! {
        div.card {
            h2 { (lang.pick("逐个录入", "Add one")) }
            form method="post" action="/desk/units/one" {
                (csrf(session))
                (draw(&one_inputs(units, lang), one, &Mistakes::default(), lang))
                div.row { button.quiet type="submit" { (lang.pick("加入", "Add")) } }
            }
        }
    }
}
