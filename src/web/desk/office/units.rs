//! The unit table: uploaded, pasted or typed in, and replaced as a whole or not at all.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload, block};
use actix_web::{HttpRequest, HttpResponse};

use crate::app::{Action, App, AppError};
use crate::text::Lang;
use crate::unit::{self, Reading, Unit};
use crate::web::desk::answer::{demo_mark, download, html_page, refusal_text, see_other};
use crate::web::desk::forms::conflict::{self, Part};
use crate::web::desk::forms::upload::read_upload;
use crate::web::desk::office::units_page::{Said, page};
use crate::web::desk::{Posted, Session};
use crate::web::error::WebError;

/// `GET /desk/units`.
pub async fn show(session: Session, app: Data<App>) -> Result<HttpResponse, WebError> {
    answer(&session, &app, Said::default()).await
}

async fn answer(
    session: &Session,
    app: &Data<App>,
    mut said: Said,
) -> Result<HttpResponse, WebError> {
    let lang = session.lang;
    let reading = app.clone();
    let units = block(move || reading.units()).await??;
    if said.text.is_empty() {
        let kept = if units.is_empty() { TEMPLATE.to_owned() } else { table_text(&units) };
        said.text = kept;
    }
    let status = match (&said.both, &said.error) {
        (Some(_), _) => StatusCode::CONFLICT,
        (None, Some(_)) => StatusCode::UNPROCESSABLE_ENTITY,
        (None, None) => StatusCode::OK,
    };
    if said.seen.is_empty() {
        said.seen = App::units_version(&units);
    }
    let mut response = html_page(
        session,
        lang.pick("单位", "Units"),
        demo_mark(app, lang),
        page(session, &units, &said),
    );
    *response.status_mut() = status;
    Ok(response)
}

/// `POST /desk/units`: the table as text, replaced as a whole.
pub async fn import(
    session: Session,
    app: Data<App>,
    form: Posted,
) -> Result<HttpResponse, WebError> {
    let Posted(form) = form;
    let lang = session.lang;
    let text = form.first("table").to_owned();
    let seen = form.first("seen").to_owned();
    let (working, by, from) = (app.clone(), session.actor(), seen.clone());
    let (text, result) = block(move || {
        let result = working.change_units(&by, &from, text.as_bytes()).map(drop);
        (text, result)
    })
    .await?;
    match result {
        Ok(()) => Ok(see_other("/desk/units")),
        Err(AppError::Changed) => {
            let reading = app.clone();
            let (kept, last) = block(move || {
                Ok::<_, AppError>((
                    reading.units()?,
                    reading.last_change(Action::UnitsImport, None)?,
                ))
            })
            .await??;
            let parts = parts(&kept, &App::read_units(text.as_bytes())?, lang);
            answer(
                &session,
                &app,
                Said {
                    text,
                    both: Some(conflict::both(lang, last.as_ref(), &parts, "/desk/units")),
                    ..Said::default()
                },
            )
            .await
        }
        Err(error) => {
            answer(
                &session,
                &app,
                Said { text, seen, error: Some(refusal_text(error, lang)?), ..Said::default() },
            )
            .await
        }
    }
}

/// `POST /desk/units/one`: one more unit, typed in.
pub async fn add(session: Session, app: Data<App>, form: Posted) -> Result<HttpResponse, WebError> {
    let Posted(form) = form;
    let lang = session.lang;
    let fields = unit::COLUMNS.map(|column| form.first(column).trim().to_owned());
    let (working, by) = (app.clone(), session.actor());
    let result = block(move || working.add_unit(&by, fields)).await?;
    match result {
        Ok(()) => Ok(see_other("/desk/units")),
        Err(error) => {
            answer(
                &session,
                &app,
                Said { error: Some(refusal_text(error, lang)?), one: form, ..Said::default() },
            )
            .await
        }
    }
}

/// `POST /desk/units/file`: a CSV or Excel file, read and shown; nothing is replaced yet.
pub async fn upload(
    session: Session,
    request: HttpRequest,
    app: Data<App>,
    payload: Payload,
) -> Result<HttpResponse, WebError> {
    let (_, file) = read_upload(&session, &request, payload).await?;
    let lang = session.lang;
    let reading = app.clone();
    let result = block(move || {
        let raw = App::unit_table(&file)?;
        let understood = reading.understand_units(&raw, None)?;
        Ok::<_, AppError>((understood, raw_text(&raw)))
    })
    .await?;
    let said = match result {
        Ok((understood, text)) => shown(understood, text, lang),
        Err(error) => Said { error: Some(refusal_text(error, lang)?), ..Said::default() },
    };
    answer(&session, &app, said).await
}

/// `POST /desk/units/columns`: the same table with its columns chosen by hand.
pub async fn columns(
    session: Session,
    app: Data<App>,
    form: Posted,
) -> Result<HttpResponse, WebError> {
    let Posted(form) = form;
    let lang = session.lang;
    let reading = app.clone();
    let result = block(move || {
        let text = form.first("raw").to_owned();
        let raw = App::unit_table(text.as_bytes())?;
        let widest = raw.rows.iter().map(|(_, fields)| fields.len()).max().unwrap_or(0);
        let chosen: Vec<Option<usize>> = (0..widest)
            .map(|n| unit::COLUMNS.iter().position(|c| *c == form.first(&format!("column{n}"))))
            .collect();
        Ok::<_, AppError>((reading.understand_units(&raw, Some(&chosen))?, text))
    })
    .await?;
    let said = match result {
        Ok((understood, text)) => shown(understood, text, lang),
        Err(error) => Said { error: Some(refusal_text(error, lang)?), ..Said::default() },
    };
    answer(&session, &app, said).await
}

/// What the page says of a table that was understood, or not.
fn shown(understood: Reading, text: String, lang: Lang) -> Said {
    if understood.errors.is_empty() {
        let units = understood.units.clone();
        return Said {
            text: table_text(&units),
            preview: Some(units),
            reading: Some((understood, text)),
            ..Said::default()
        };
    }
    let error = understood.errors.iter().map(|r| r.get(lang)).collect::<Vec<_>>().join("\n");
    Said {
        text: text.clone(),
        error: Some(error),
        reading: Some((understood, text)),
        ..Said::default()
    }
}

/// The rows of a file as text that can be corrected, each on its line.
fn raw_text(raw: &unit::Raw) -> String {
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
    let last = raw.rows.last().map_or(0, |(n, _)| *n);
    let mut rows = raw.rows.iter().peekable();
    for line in 1..=last {
        let fields =
            rows.next_if(|(n, _)| *n == line).map(|(_, fields)| fields.clone()).unwrap_or_default();
        // An empty line stays one, so that lines keep their numbers.
        let fields = if fields.is_empty() { vec![String::new()] } else { fields };
        writer.write_record(&fields).expect("writing to memory cannot fail");
    }
    let bytes = writer.into_inner().expect("writing to memory cannot fail");
    String::from_utf8_lossy(&bytes).replace("\"\"\n", "\n")
}

/// Units of two tables side by side, by code.
fn parts(kept: &[Unit], typed: &[Unit], lang: Lang) -> Vec<Part> {
    let line = |units: &[Unit], code: &str| {
        units.iter().find(|u| u.code == code).map_or_else(String::new, |u| {
            unit::fields(u)[1..]
                .iter()
                .filter(|f| !f.is_empty())
                .cloned()
                .collect::<Vec<_>>()
                .join(lang.pick("，", ", "))
        })
    };
    let codes: BTreeSet<&str> = kept.iter().chain(typed).map(|u| u.code.as_str()).collect();
    codes
        .into_iter()
        .map(|code| Part {
            what: code.to_owned(),
            kept: line(kept, code),
            typed: line(typed, code),
        })
        .collect()
}

fn table_text(units: &[Unit]) -> String {
    String::from_utf8_lossy(&unit::to_csv(units)).trim_start_matches('\u{FEFF}').to_owned()
}

/// `GET /desk/units/template.csv`.
pub async fn template() -> Result<HttpResponse, WebError> {
    Ok(download(
        "单位表模板.csv",
        "text/csv; charset=utf-8",
        format!("\u{FEFF}{TEMPLATE}").into_bytes(),
    ))
}

const TEMPLATE: &str = "单位代码,单位名称,类型,人数,统计组,统计组名称\r\n\
                        YP,示例一中队,squad,30,,\r\n\
                        EP,示例二科,section,6,JG,局机关\r\n\
                        SP,示例三科,section,8,JG,\r\n";

/// `GET /desk/units.csv`.
pub async fn export(app: Data<App>) -> Result<HttpResponse, WebError> {
    let units = block(move || app.units()).await??;
    Ok(download("单位表.csv", "text/csv; charset=utf-8", unit::to_csv(&units)))
}
