//! The unit table: uploaded, pasted or typed in, and replaced as a whole or not at all.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::upload::enter_upload;
use super::{Permission, demo_mark, download, enter, enter_form, html_page, refusal_text, see_other};
use crate::app::{App, Session};
use crate::response::Form;
use crate::unit::{self, Unit};
use crate::web::error::WebError;
use crate::web::page::csrf;

/// What the page has to say besides the units.
#[derive(Default)]
struct Said {
    /// The table in the text field.
    text: String,
    /// Mistakes, one a line.
    error: Option<String>,
    /// A table that was read without a mistake and waits for a yes.
    preview: Option<Vec<Unit>>,
    /// The unit that was being typed in.
    one: Form,
}

/// `GET /desk/units`.
pub async fn show(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, WebError> {
    let session = enter(&request, &app, Permission::RunRounds).await?;
    answer(&session, &app, Said::default()).await
}

async fn answer(session: &Session, app: &Data<App>, mut said: Said) -> Result<HttpResponse, WebError> {
    let reading = app.clone();
    let units = block(move || reading.units()).await??;
    if said.text.is_empty() {
        let kept = if units.is_empty() { TEMPLATE.to_owned() } else { table_text(&units) };
        said.text = kept;
    }
    let failed = said.error.is_some();
    let mut response = html_page(session, "单位", demo_mark(app), page(session, &units, &said));
    if failed {
        *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// `POST /desk/units`: the table as text, replaced as a whole.
pub async fn import(request: HttpRequest, app: Data<App>, payload: Payload) -> Result<HttpResponse, WebError> {
    let (session, form) = enter_form(&request, &app, Permission::RunRounds, payload).await?;
    let text = form.first("table").to_owned();
    let (working, account) = (app.clone(), session.account.clone());
    let (text, result) = block(move || {
        let result = working.import_units(text.as_bytes()).and_then(|units| working.note(&account, "units_import", &units.len().to_string()));
        (text, result)
    })
    .await?;
    match result {
        Ok(()) => Ok(see_other("/desk/units")),
        Err(error) => answer(&session, &app, Said { text, error: Some(refusal_text(error)?), ..Said::default() }).await,
    }
}

/// `POST /desk/units/one`: one more unit, typed in.
pub async fn add(request: HttpRequest, app: Data<App>, payload: Payload) -> Result<HttpResponse, WebError> {
    let (session, form) = enter_form(&request, &app, Permission::RunRounds, payload).await?;
    let fields = unit::COLUMNS.map(|column| form.first(column).trim().to_owned());
    let (working, account) = (app.clone(), session.account.clone());
    let result = block(move || {
        let code = fields[0].clone();
        working.add_unit(fields)?;
        working.note(&account, "units_import", &code)
    })
    .await?;
    match result {
        Ok(()) => Ok(see_other("/desk/units")),
        Err(error) => answer(&session, &app, Said { error: Some(refusal_text(error)?), one: form, ..Said::default() }).await,
    }
}

/// `POST /desk/units/file`: a CSV or Excel file, read and shown; nothing is replaced yet.
pub async fn upload(request: HttpRequest, app: Data<App>, payload: Payload) -> Result<HttpResponse, WebError> {
    let (session, _, file) = enter_upload(&request, &app, Permission::RunRounds, payload).await?;
    let (result, text) = block(move || {
        let text = if App::is_workbook(&file) { String::new() } else { String::from_utf8_lossy(&file).chars().take(200_000).collect() };
        (App::read_units(&file), text)
    })
    .await?;
    let said = match result {
        Ok(units) => Said { text: table_text(&units), preview: Some(units), ..Said::default() },
        Err(error) => Said { text, error: Some(refusal_text(error)?), ..Said::default() },
    };
    answer(&session, &app, said).await
}

fn table_text(units: &[Unit]) -> String {
    String::from_utf8_lossy(&unit::to_csv(units)).trim_start_matches('\u{FEFF}').to_owned()
}

/// `GET /desk/units/template.csv`.
pub async fn template(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, WebError> {
    enter(&request, &app, Permission::RunRounds).await?;
    Ok(download("单位表模板.csv", "text/csv; charset=utf-8", format!("\u{FEFF}{TEMPLATE}").into_bytes()))
}

const TEMPLATE: &str =
    "单位代码,单位名称,类型,人数,统计组,统计组名称\r\nYP,示例一中队,squad,30,,\r\nEP,示例二科,section,6,JG,局机关\r\nSP,示例三科,section,8,JG,\r\n";

/// `GET /desk/units.csv`.
pub async fn export(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, WebError> {
    enter(&request, &app, Permission::RunRounds).await?;
    let units = block(move || app.units()).await??;
    Ok(download("单位表.csv", "text/csv; charset=utf-8", unit::to_csv(&units)))
}

fn page(session: &Session, units: &[Unit], said: &Said) -> Markup {
    html! {
        h1 { "单位和统计组" }
        p.soft { "统计组在开放前确定并公示：结果按统计组公布，与答案无关。少于 20 人的组，区间较粗；计入答卷不足 5 份的组，截止后自动与同类合并。" }
        @if let Some(error) = &said.error { div.errors role="alert" { (error) } }
        @if let Some(preview) = &said.preview { (preview_card(session, preview, said)) }
        @else if !units.is_empty() { div.card { (table(units)) p { a href="/desk/units.csv" { "下载单位表（CSV）" } } } }
        div.cols {
            div.card {
                h2 { "上传文件" }
                p.hint { "CSV 或 Excel（.xlsx）的第一张表，先显示核对，确认后才替换。" a href="/desk/units/template.csv" { "下载模板" } }
                form method="post" action="/desk/units/file" enctype="multipart/form-data" {
                    (csrf(session))
                    label for="file" { "文件" } input #file type="file" name="file" accept=".csv,.xlsx" required;
                    div.row { button.quiet type="submit" { "上传并核对" } }
                }
            }
            (one_card(session, &said.one))
        }
        div.card {
            h2 { @if units.is_empty() { "录入单位表" } @else { "修改单位表" } }
            p.hint { "每行一个单位：代码（大写字母或数字）、名称、类型（squad 中队、section 科室、office 办公室）、人数、统计组代码（可空，空则单独统计）、统计组名称。" }
            form method="post" action="/desk/units" {
                (csrf(session))
                label for="table" { "单位表（CSV）" }
                textarea #table name="table" spellcheck="false" { (said.text) }
                div.row { button type="submit" { "导入并替换" } span.hint { "有任何一处错误则全部不导入；已建立的轮次不受影响。" } }
            }
        }
    }
}

fn table(units: &[Unit]) -> Markup {
    let groups = unit::groups(units);
    let heads: u32 = units.iter().map(|u| u.headcount).sum();
    html! {
        h2 { (units.len()) " 个单位，" (groups.len()) " 个统计组，共 " (heads) " 人" }
        div.scroll { table {
            thead { tr { th { "统计组" } th { "名称" } th { "类型" } th.n { "人数" } th { "单位" } } }
            tbody { @for g in &groups {
                tr { td { (g.code) } td { (g.name) } td { (Unit::kind_zh(&g.kind)) } td.n { (g.headcount) }
                    td { (g.units.join("、")) @if g.headcount < 20 { " " span.soft { "（少于 20 人，区间较粗）" } } } }
            } }
        } }
    }
}

fn preview_card(session: &Session, preview: &[Unit], said: &Said) -> Markup {
    html! {
        div.card.standing {
            p { strong { "核对：文件已读取，没有错误，尚未替换。" } }
            (table(preview))
            form method="post" action="/desk/units" {
                (csrf(session))
                textarea hidden name="table" { (said.text) }
                div.row { button type="submit" { "确认替换" } a.button.quiet href="/desk/units" { "不替换" } }
            }
        }
    }
}

fn one_card(session: &Session, one: &Form) -> Markup {
    html! {
        div.card {
            h2 { "逐个录入" }
            form method="post" action="/desk/units/one" {
                (csrf(session))
                label for="code" { "代码" } input #code type="text" name="code" value=(one.first("code")) maxlength="16" required;
                label for="name" { "名称" } input #name type="text" name="name" value=(one.first("name")) maxlength="60" required;
                label for="kind" { "类型" }
                select #kind name="kind" { @for (id, zh) in [("squad", "中队"), ("section", "科室"), ("office", "办公室")] { option value=(id) selected[one.first("kind") == id] { (zh) } } }
                label for="headcount" { "人数" } input #headcount type="text" name="headcount" inputmode="numeric" value=(one.first("headcount")) required;
                label for="group" { "统计组代码" } p.hint { "可空，空则单独统计；不足 20 人的科室建议合为一组。" } input #group type="text" name="group" value=(one.first("group")) maxlength="16";
                label for="group_name" { "统计组名称" } input #group_name type="text" name="group_name" value=(one.first("group_name")) maxlength="60";
                div.row { button.quiet type="submit" { "加入" } }
            }
        }
    }
}
