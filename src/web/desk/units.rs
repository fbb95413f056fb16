//! The unit table: paste or replace it as a whole, all or nothing.

use actix_web::web::{Data, Payload, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::{Permission, demo_mark, download, enter, enter_form, html_page, refusal_text, see_other};
use crate::app::App;
use crate::unit::{self, Unit};
use crate::web::error::WebError;

/// `GET /desk/units`.
pub async fn show(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, WebError> {
    let session = enter(&request, &app, Permission::RunRounds).await?;
    let reading = app.clone();
    let units = block(move || reading.units()).await??;
    let text = String::from_utf8_lossy(&unit::to_csv(&units)).trim_start_matches('\u{FEFF}').to_owned();
    let text = if units.is_empty() { "code,name,kind,headcount,group,group_name\n".to_owned() } else { text };
    let body = page(&units, &text, None, &super::page::csrf(&session));
    Ok(html_page(&session, "单位", demo_mark(&app), body))
}

/// `POST /desk/units`.
pub async fn import(request: HttpRequest, app: Data<App>, payload: Payload) -> Result<HttpResponse, WebError> {
    let (session, form) = enter_form(&request, &app, Permission::RunRounds, payload).await?;
    let text = form.first("table").to_owned();
    let working = app.clone();
    let account = session.account.clone();
    let (text, result) = block(move || {
        let result = working.import_units(text.as_bytes()).and_then(|units| working.note(&account, "units_import", &units.len().to_string()));
        (text, result)
    })
    .await?;
    match result {
        Ok(()) => Ok(see_other("/desk/units")),
        Err(error) => {
            let message = refusal_text(error)?;
            let reading = app.clone();
            let units = block(move || reading.units()).await??;
            let body = page(&units, &text, Some(&message), &super::page::csrf(&session));
            let mut response = html_page(&session, "单位", demo_mark(&app), body);
            *response.status_mut() = actix_web::http::StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    }
}

/// `GET /desk/units.csv`.
pub async fn export(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, WebError> {
    enter(&request, &app, Permission::RunRounds).await?;
    let units = block(move || app.units()).await??;
    Ok(download("单位表.csv", "text/csv; charset=utf-8", unit::to_csv(&units)))
}

fn page(units: &[Unit], text: &str, error: Option<&str>, csrf: &Markup) -> Markup {
    let groups = unit::groups(units);
    let heads: u32 = units.iter().map(|u| u.headcount).sum();
    html! {
        h1 { "单位和统计组" }
        p.soft { "统计组在开放前确定并公示：结果按统计组公布，与答案无关。少于 20 人的组，区间较粗；计入答卷不足 5 份的组，截止后自动与同类合并。" }
        @if !units.is_empty() {
            div.card {
                h2 { (units.len()) " 个单位，" (groups.len()) " 个统计组，共 " (heads) " 人" }
                div.scroll { table {
                    thead { tr { th { "统计组" } th { "名称" } th { "类型" } th.n { "人数" } th { "单位" } } }
                    tbody { @for g in &groups {
                        tr { td { (g.code) } td { (g.name) } td { (Unit::kind_zh(&g.kind)) } td.n { (g.headcount) }
                            td { (g.units.join("、")) @if g.headcount < 20 { " " span.soft { "（少于 20 人，区间较粗）" } } } }
                    } }
                } }
                p { a href="/desk/units.csv" { "下载单位表（CSV）" } }
            }
        }
        div.card {
            h2 { @if units.is_empty() { "导入单位" } @else { "替换单位表" } }
            p.hint { "每行一个单位：代码（大写字母或数字）、名称、类型（squad 中队、section 科室、office 办公室）、人数、统计组代码（可空，空则单独统计）、统计组名称。可从 Excel 另存为 CSV 后粘贴。" }
            @if let Some(error) = error { div.errors role="alert" { (error) } }
            form method="post" action="/desk/units" {
                (csrf)
                label for="table" { "单位表（CSV）" }
                textarea #table name="table" spellcheck="false" { (text) }
                div.row { button type="submit" { "导入并替换" } span.hint { "有任何一处错误则全部不导入；已建立的轮次不受影响。" } }
            }
        }
    }
}
