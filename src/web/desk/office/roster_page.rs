//! The page of many accounts: the table, what was understood of it, and the step that makes them.
//! Everything can be corrected in the table itself before anybody has an account.

use crate::app::Roster;
use crate::response::Form;
use crate::text::Lang;
use crate::unit::{self, Unit};
use crate::web::desk::Session;
use crate::web::desk::forms::draw::draw;
use crate::web::desk::forms::input::{Input, InputKind};
use crate::web::desk::forms::inputs::put;
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::page::csrf;
use maud::{Markup, html};

fn table_input(lang: Lang) -> Vec<Input> {
    let label = lang.pick("表格", "Table");
    let table = Input::new("table", label, InputKind::Code { rows: 10 }).most(u16::MAX);
    vec![table.hint(lang.pick(
        "从 Excel 复制整块区域粘贴即可。须有“姓名”列，“职务”“角色”“单位”按需要；账号可不填，由姓名\
         拼音生成。角色不填的，按职务推断（如“中队长”为单位负责人）。",
        "Copy the cells in Excel and paste them here. There is a column for names, and those for \
         post, role and unit as needed; account names may be left out.",
    ))]
}

fn file_input(lang: Lang) -> Vec<Input> {
    let label = lang.pick("Excel 或 CSV 文件", "Excel or CSV file");
    vec![Input::new("file", label, InputKind::File(".xlsx,.csv,.txt"))]
}

pub(in crate::web::desk) fn page(
    session: &Session,
    text: &str,
    roster: Option<&Roster>,
    units: &[Unit],
    wrong: &Mistakes,
) -> Markup {
    let lang = session.lang;
    let mut form = Form::default();
    put(&mut form, "table", text.to_owned());
    let ready = roster.filter(|roster| roster.errors.is_empty());
    html! {
        p { a href="/desk/accounts" { (lang.pick("← 账号", "← Accounts")) } }
        h1 { (lang.pick("批量建立账号", "Many accounts at once")) }
        (wrong.summary())
        @if let Some(roster) = ready { (understood(session, text, roster, units)) }
        div.card {
            h2 {
                @if ready.is_some() {
                    (lang.pick("不对？改好再读一次", "Not right? Correct and read again"))
                }
                @else { (lang.pick("粘贴人员表", "Paste the table of people")) }
            }
            form method="post" action="/desk/accounts/read" {
                (csrf(session))
                (draw(&table_input(lang), &form, wrong, lang))
                div.row {
                    button.quiet[ready.is_some()] type="submit" {
                        (lang.pick("读取表格", "Read the table"))
                    }
                }
            }
        }
        div.card {
            h2 { (lang.pick("或者上传文件", "Or upload a file")) }
            form method="post" action="/desk/accounts/file" enctype="multipart/form-data" {
                (csrf(session))
                (draw(&file_input(lang), &Form::default(), &Mistakes::default(), lang))
                div.row {
                    button.quiet type="submit" { (lang.pick("上传并读取", "Upload and read")) }
                    a href="/desk/accounts/template.csv" { (lang.pick("下载模板", "Template")) }
                }
            }
        }
    }
}

/// Whom the table would give an account, before anything is made.
fn understood(session: &Session, text: &str, roster: &Roster, units: &[Unit]) -> Markup {
    let lang = session.lang;
    let count = roster.accounts.len();
    html! {
        div.card {
            h2 {
                (lang.pick("将建立 ", "To be made: ")) (count) (lang.pick(" 个账号", " accounts"))
            }
            @for note in &roster.notes { p.soft { (note.get(lang)) } }
            div.scroll {
                table {
                    thead {
                        tr {
                            th { (lang.pick("姓名", "Name")) }
                            th { (lang.pick("职务", "Post")) }
                            th { (lang.pick("角色", "Role")) }
                            th { (lang.pick("单位", "Units")) }
                            th { (lang.pick("账号", "Account")) }
                        }
                    }
                    tbody {
                        @for account in &roster.accounts {
                            tr {
                                td { (account.official.person) }
                                td { (account.official.post) }
                                td { (account.role.label(lang)) }
                                td {
                                    @if account.units.is_empty() && account.role.is_leader() {
                                        (lang.pick("全局", "the whole bureau"))
                                    }
                                    (unit::names(units, &account.units).join(lang.pick("、", ", ")))
                                }
                                td { (account.name) }
                            }
                        }
                    }
                }
            }
            form method="post" action="/desk/accounts/many" {
                (csrf(session))
                textarea hidden name="table" { (text) }
                div.row {
                    button type="submit" {
                        (lang.pick("建立并打印告知单", "Make them and print the notices"))
                    }
                }
                p.soft {
                    (lang.pick(
                        "口令只在下一页显示一次，请先接好打印机。",
                        "Passwords are shown once, on the next page: have a printer ready.",
                    ))
                }
            }
        }
    }
}
