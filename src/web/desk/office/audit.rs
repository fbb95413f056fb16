//! The audit chain for the auditor: whether it holds, who did what, by account, action and day, and
//! as a file.
//! It holds desk actions only; nothing a respondent did can be in it.

use actix_web::HttpRequest;

use crate::export::{Headers, to_csv};
use crate::response::Form;
use crate::web::desk::answer::{Answer, Desk, download};
use crate::web::desk::office::audit_page::{filter, page};

/// `GET /desk/audit`.
pub async fn show(desk: Desk, request: HttpRequest) -> Answer {
    let lang = desk.lang;

    let chain = desk.run(crate::app::App::audit).await??;
    Ok(desk.page(
        lang.pick("审计", "Audit"),
        page(&desk, &chain, &query(&request), request.query_string()),
    ))
}

/// `GET /desk/audit.csv`.
pub async fn export(desk: Desk, request: HttpRequest) -> Answer {
    let lang = desk.lang;
    let filter = filter(&query(&request));
    let table = desk.run(move |app, by| app.export_audit(by, &filter)).await??;
    Ok(download(
        lang.pick("审计记录.csv", "审计记录.csv"),
        "text/csv; charset=utf-8",
        to_csv(&table, Headers::Chinese),
    ))
}

fn query(request: &HttpRequest) -> Form {
    Form::decode(request.query_string().as_bytes()).unwrap_or_default()
}
