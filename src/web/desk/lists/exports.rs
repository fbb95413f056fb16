//! Files: a page that says what each table is for, and the downloads themselves, behind the
//! password and the audit chain.
//! There are no filters: a table leaves whole, or as the part that a published group is.

use actix_web::HttpRequest;
use actix_web::web::Path;
use maud::{Markup, html};

use crate::app::{AppError, Document, FileFormat, Results, Wanted};
use crate::export::{Headers, TableName};
use crate::id::RoundId;
use crate::response::Form;
use crate::text::{Lang, Refusal};
use crate::web::desk::answer::{Answer, Desk, download};
use crate::web::desk::office::password::{ask_first, percent};
use crate::web::error::WebError;

/// `GET /desk/rounds/{round}/exports`.
pub async fn show(desk: Desk, round: Path<RoundId>) -> Answer {
    let lang = desk.lang;
    let id = round.into_inner();
    let results = desk.run(move |app, by| app.results(by, &id)).await??;
    Ok(desk.marked(results.marks.get(lang), lang.pick("导出", "Export"), page(&results, lang)))
}

fn page(results: &Results, lang: Lang) -> Markup {
    let base = format!("/desk/rounds/{}/export", results.round.id);
    html! {
        p {
            a href={ "/desk/rounds/" (results.round.id) } {
                (lang.pick("← 返回本轮", "← Back to the round"))
            }
        }
        h1 { (lang.pick("导出：", "Export: ")) (results.round.title) }
        p.soft {
            (lang.pick(
                "所有文件都取自同一份发布结果，内容与页面一致；没有任何单份答卷、时间、地址。导出须\
                 再次输入口令，并记入审计。",
                "All files come from the same Release and say what the pages say; no single \
                 response, time or address is in any. Exports ask for the password again and are \
                 audited.",
            ))
        }
        div.card {
            div.scroll {
                table {
                    thead {
                        tr {
                            th { (lang.pick("表", "Table")) }
                            th { (lang.pick("用途", "What it is for")) }
                            th { (lang.pick("全部", "All")) }
                            th { (lang.pick("各单位分别（压缩包）", "Each unit (archive)")) }
                        }
                    }
                    tbody {
                        @for table in {
                            TableName::ALL
                                .into_iter()
                                .filter(|t| {
                                    *t != TableName::LOOKBACK
                                        || results.round.looks_back.is_some()
                                })
                        } {
                            tr {
                                td { strong { (table.label(lang)) } }
                                td { (table.purpose(lang)) }
                                td {
                                    (formats(
                                        &base,
                                        table.as_str(),
                                        FileFormat::of(table),
                                        "",
                                        lang,
                                    ))
                                    @if table == TableName::PROBLEMS {
                                        br;
                                        (lang.pick("全局汇总：", "Bureau: "))
                                        (formats(
                                            &base,
                                            table.as_str(),
                                            FileFormat::of(table),
                                            "&group=ALL",
                                            lang,
                                        ))
                                    }
                                }
                                td {
                                    @if table != TableName::TURNOUT {
                                        (formats(
                                            &base,
                                            table.as_str(),
                                            FileFormat::of(table),
                                            "&each=unit",
                                            lang,
                                        ))
                                    }
                                }
                            }
                        }
                        tr {
                            td { strong { (lang.pick("印发通知", "Letter")) } }
                            td {
                                (lang.pick(
                                    "随问题清单印发的通知（Word），按公文格式",
                                    "The letter that lists go with (Word), as an official letter",
                                ))
                            }
                            td {
                                a href={ (base) "/letter?format=docx" } { "Word" }
                            }
                            td {}
                        }
                        tr {
                            td { strong { (lang.pick("总结报告", "Report")) } }
                            td {
                                (lang.pick(
                                    "六部分的总结报告（Word），数字已填好，其余由政工科补写；附台账\
                                     目录",
                                    "The summary report in six parts (Word): figures filled in, \
                                     the rest for the section to write; with the catalogue of the \
                                     ledger",
                                ))
                            }
                            td {
                                a href={ (base) "/report?format=docx" } { "Word" }
                            }
                            td {}
                        }
                    }
                }
            }
        }
        div.card {
            h2 { (lang.pick("单个统计组", "One group")) }
            div.scroll {
                table {
                    tbody {
                        @for group in &results.release.groups {
                            tr {
                                td { (group.name) }
                                td {
                                    (formats(
                                        &base,
                                        "problems",
                                        FileFormat::of(TableName::PROBLEMS),
                                        &format!("&group={}", percent(&group.code)),
                                        lang,
                                    ))
                                }
                            }
                        }
                    }
                }
            }
        }
        p.soft {
            (lang.pick(
                "CSV 可直接用 Excel 或 WPS 双击打开；供程序读取的，列名可用英文（headers=id）。旧系\
                 统需要国标编码的，加 encoding=gb18030。",
                "CSV opens in Excel and WPS by double-click. For programs there are column ids \
                 (headers=id), for old systems the national encoding (encoding=gb18030).",
            ))
        }
    }
}

/// Links to the formats of a table. CSV comes in two more kinds.
fn formats(base: &str, table: &str, formats: &[FileFormat], more: &str, lang: Lang) -> Markup {
    html! {
        @for (n, format) in formats.iter().enumerate() {
            @if n > 0 { " · " }
            a href={ (base) "/" (table) "?format=" (format.as_str()) (more) } {
                (match format {
                    FileFormat::Docx => "Word",
                    FileFormat::Xlsx => "Excel",
                    FileFormat::Csv => "CSV",
                    FileFormat::Json => "JSON",
                })
            }
            @if *format == FileFormat::Csv && more.is_empty() {
                " · "
                a href={ (base) "/" (table) "?format=csv&headers=id" } {
                    (lang.pick("CSV（英文列名）", "CSV (column ids)"))
                }
                " · "
                a href={ (base) "/" (table) "?format=csv&encoding=gb18030" } {
                    (lang.pick("CSV（国标编码）", "CSV (GB 18030)"))
                }
            }
        }
    }
}

/// What an address asks for.
struct Asked {
    format: FileFormat,
    headers: Headers,
    gb18030: bool,
    group: Option<String>,
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
        group: Some(query.first("group").to_owned()).filter(|g| !g.is_empty()),
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
            let group = asked.group.as_deref();
            let Asked { format, headers, gb18030, each, .. } = asked;
            app.export(by, &id, &Wanted { document, format, group, each, headers, gb18030 })
        })
        .await??;
    Ok(download(&file.name, file.content_type, file.bytes))
}
