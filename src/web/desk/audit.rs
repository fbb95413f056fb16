//! The audit chain for the auditor: whether it holds, who did what, by account, action and day, and as a file.
//! It holds desk actions only; nothing a respondent did can be in it.

use actix_web::web::{Data, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::{Permission, demo_mark, download, enter, html_page};
use crate::app::{ACTIONS, App, AuditChain, AuditFilter, action_zh, minute_of};
use crate::export::{Headers, to_csv};
use crate::response::Form;
use crate::web::error::WebError;

/// The longest page; older rows are reached by days.
const SHOWN: usize = 500;

/// `GET /desk/audit`.
pub async fn show(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, WebError> {
    let session = enter(&request, &app, Permission::Audit).await?;
    let reading = app.clone();
    let chain = block(move || reading.audit()).await??;
    Ok(html_page(&session, "审计", demo_mark(&app), page(&chain, &filter(&request), request.query_string())))
}

/// `GET /desk/audit.csv`.
pub async fn export(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, WebError> {
    let session = enter(&request, &app, Permission::Audit).await?;
    let filter = filter(&request);
    let table = block(move || {
        app.note(&session.account, "audit_export", "-")?;
        Ok::<_, crate::app::AppError>(app.audit()?.table(&filter))
    })
    .await??;
    Ok(download("审计记录.csv", "text/csv; charset=utf-8", to_csv(&table, Headers::Chinese)))
}

fn filter(request: &HttpRequest) -> AuditFilter {
    let form = Form::decode(request.query_string().as_bytes()).unwrap_or_default();
    let value = |name: &str| form.first(name).to_owned();
    AuditFilter { account: value("account"), action: value("action"), from: value("from"), to: value("to") }
}

fn page(chain: &AuditChain, filter: &AuditFilter, query: &str) -> Markup {
    let mut accounts: Vec<&str> = chain.rows.iter().map(|row| row.account.as_str()).collect();
    accounts.sort_unstable();
    accounts.dedup();
    let rows: Vec<_> = chain.rows.iter().rev().filter(|row| filter.takes(row)).collect();
    html! {
        h1 { "审计记录" }
        @match chain.broken_at {
            None => { p { "链条完整：共 " (chain.rows.len()) " 条，每条都含前一条的散列值，没有增删改动。每日最后一条的散列值公布在公示栏，可据以核对没有被截断。" } }
            Some(place) => { div.errors role="alert" { "链条从第 " (place) " 条起不完整：有记录被改动或删除，请立即调查。" } }
        }
        div.card {
            form.filter method="get" action="/desk/audit" {
                div { label for="account" { "账号" } select #account name="account" { option value="" { "全部" } @for account in &accounts { option value=(account) selected[filter.account == **account] { (account) } } } }
                div { label for="action" { "操作" } select #action name="action" { option value="" { "全部" } @for (id, zh) in ACTIONS { option value=(id) selected[filter.action == id] { (zh) } } } }
                div { label for="from" { "自" } input #from type="date" name="from" value=(filter.from); }
                div { label for="to" { "至" } input #to type="date" name="to" value=(filter.to); }
                div.row { button type="submit" { "查询" } a.button.quiet href={ "/desk/audit.csv?" (query) } { "导出 CSV" } }
            }
        }
        div.card {
            @if rows.is_empty() { p.empty { "没有符合条件的记录。" } }
            @else {
                p.soft { "符合条件的 " (rows.len()) " 条" @if rows.len() > SHOWN { "，只显示最近 " (SHOWN) " 条；更早的请按日期查询或导出" } "。" }
                div.scroll { table {
                    thead { tr { th.n { "序号" } th { "时间" } th { "账号" } th { "操作" } th { "对象" } } }
                    tbody { @for row in rows.iter().take(SHOWN) { tr { td.n { (row.seq) } td { (minute_of(row.at)) } td { (row.account) } td { (action_zh(&row.action)) } td { (row.subject) } } } }
                } }
            }
        }
    }
}
