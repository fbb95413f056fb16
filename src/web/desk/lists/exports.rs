//! Files: a page that says what each table is for, and the downloads themselves, behind the
//! password and the audit chain.
//! There are no filters: a table leaves whole, or as the part that a published group is.

use actix_web::HttpRequest;
use actix_web::web::Path;

use crate::app::{AppError, Document, FileFormat, Wanted};
use crate::export::Headers;
use crate::id::RoundId;
use crate::response::Form;
use crate::text::Refusal;
use crate::unit::GroupCode;
use crate::web::desk::answer::{Answer, Desk, download};
use crate::web::desk::lists::exports_page::page;
use crate::web::desk::office::password::ask_first;
use crate::web::error::WebError;

/// `GET /desk/rounds/{round}/exports`.
pub async fn show(desk: Desk, round: Path<RoundId>) -> Answer {
    let lang = desk.lang;
    let id = round.into_inner();
    let results = desk.run(move |app, by| app.read_results(by, &id)).await??;
    Ok(desk.marked(
        results.marks.get(lang),
        lang.pick("导出", "Export"),
        page(&results, desk.role.runs_rounds(), lang),
    ))
}

/// What an address asks for.
struct Asked {
    format: FileFormat,
    headers: Headers,
    gb18030: bool,
    group: Option<GroupCode>,
    each: bool,
}

fn read(request: &HttpRequest) -> Result<Asked, WebError> {
    let query = Form::decode(request.query_string().as_bytes())
        .map_err(|r| WebError::Unreadable(actix_web::http::StatusCode::BAD_REQUEST, r))?;
    let known: [(&str, &[&str]); 5] = [
        ("format", &["csv", "xlsx", "docx", "json"]),
        ("headers", &["zh", "id"]),
        ("encoding", &["utf8", "gb18030"]),
        ("each", &["unit"]),
        ("group", &[]),
    ];
    for (key, values) in &query.0 {
        let Some((_, allowed)) = known.iter().find(|(name, _)| name == key) else {
            let refusal = Refusal::new(
                format!("不支持的参数 {}；本系统不提供任何筛选", crate::text::visible(key)),
                "unknown parameter; there are no filters",
            );
            return Err(AppError::Refused(refusal).into());
        };
        if !allowed.is_empty() && values.iter().any(|v| !allowed.contains(&v.as_str())) {
            let refusal = Refusal::new(
                format!("参数 {key} 可为 {}", allowed.join("、")),
                format!("{key} is one of {}", allowed.join(", ")),
            );
            return Err(AppError::Refused(refusal).into());
        }
    }
    Ok(Asked {
        format: query.first("format").parse().unwrap_or(FileFormat::Csv),
        headers: if query.first("headers") == "id" { Headers::Ids } else { Headers::Chinese },
        gb18030: query.first("encoding") == "gb18030",
        group: Some(query.first("group")).filter(|g| !g.is_empty()).map(GroupCode::from),
        each: query.first("each") == "unit",
    })
}

/// `GET /desk/rounds/{round}/export/{table}`.
pub async fn export(desk: Desk, request: HttpRequest, path: Path<(RoundId, String)>) -> Answer {
    let id = path.0.clone();
    let document: Document = path.1.parse().map_err(|()| WebError::NothingHere)?;
    let asked = read(&request)?;
    if !desk.confirmed {
        return Ok(ask_first(request.uri().path_and_query().map_or("", |p| p.as_str())));
    }
    let file = desk
        .run(move |app, by| {
            let group = asked.group.as_ref();
            let Asked { format, headers, gb18030, each, .. } = asked;
            app.export(by, &id, &Wanted { document, format, group, each, headers, gb18030 })
        })
        .await??;
    Ok(download(&file.name, file.content_type, file.bytes))
}
