//! The unit table: uploaded, pasted or typed in, and replaced as a whole or not at all.

use std::collections::BTreeSet;

use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::Payload;

use crate::app::{Action, App, AppError};
use crate::text::Lang;
use crate::unit::{self, Reading, Unit};
use crate::web::desk::Posted;
use crate::web::desk::answer::{Answer, Desk, download, refusal_text, see_other};
use crate::web::desk::forms::conflict::{self, Part};
use crate::web::desk::forms::upload::read_upload;
use crate::web::desk::office::units_page::{Said, joined, page};

/// `GET /desk/units`.
pub async fn show(desk: Desk, request: HttpRequest) -> Answer {
    let saved = request.query_string() == "saved";
    answer(&desk, Said { saved, ..Said::default() }).await
}

async fn answer(desk: &Desk, mut said: Said) -> Answer {
    let lang = desk.lang;
    let units = desk.run(move |app, _| app.units()).await??;
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
    Ok(desk.page_with(status, "", lang.pick("单位", "Units"), page(desk, &units, &said)))
}

/// `POST /desk/units`: the table as text, replaced as a whole.
pub async fn import(desk: Desk, Posted(form): Posted) -> Answer {
    let lang = desk.lang;
    let seen = form.first("seen").to_owned();
    let from = seen.clone();
    let (text, result) = desk
        .run(move |app, by| {
            let text = together(form.first("table"), form.has("join", "yes"), lang);
            let result = app.change_units(by, &from, text.as_bytes()).map(drop);
            (text, result)
        })
        .await?;
    match result {
        Ok(()) => Ok(see_other("/desk/units?saved")),
        Err(AppError::Changed) => {
            let (kept, last) = desk
                .run(move |app, _| {
                    Ok::<_, AppError>((app.units()?, app.last_change(Action::UnitsImport, None)?))
                })
                .await??;
            let parts = parts(&kept, &App::read_units(text.as_bytes())?, lang);
            answer(
                &desk,
                Said {
                    text,
                    both: Some(conflict::both(&desk, last.as_ref(), &parts, "/desk/units")),
                    ..Said::default()
                },
            )
            .await
        }
        Err(error) => {
            answer(
                &desk,
                Said { text, seen, error: Some(refusal_text(error, lang)?), ..Said::default() },
            )
            .await
        }
    }
}

/// The table, with its small units joined if that was ticked.
fn together(text: &str, join: bool, lang: Lang) -> String {
    match App::read_units(text.as_bytes()) {
        Ok(units) if join => table_text(&joined(units, lang)),
        _ => text.to_owned(),
    }
}

/// `POST /desk/units/one`: one more unit, typed in.
pub async fn add(desk: Desk, Posted(form): Posted) -> Answer {
    let lang = desk.lang;
    let fields = unit::COLUMNS.map(|column| form.first(column).trim().to_owned());

    let result = desk.run(move |app, by| app.add_unit(by, fields)).await?;
    match result {
        Ok(()) => Ok(see_other("/desk/units")),
        Err(error) => {
            answer(
                &desk,
                Said { error: Some(refusal_text(error, lang)?), one: form, ..Said::default() },
            )
            .await
        }
    }
}

/// `POST /desk/units/file`: a CSV or Excel file, read and shown; nothing is replaced yet.
pub async fn upload(desk: Desk, request: HttpRequest, payload: Payload) -> Answer {
    let (_, file) = read_upload(&desk, &request, payload).await?;
    let lang = desk.lang;
    let result = desk
        .run(move |app, _| {
            let raw = App::unit_table(&file)?;
            let understood = app.understand_units(&raw, None)?;
            Ok::<_, AppError>((understood, raw.text()))
        })
        .await?;
    let said = match result {
        Ok((understood, text)) => shown(understood, text, lang),
        Err(error) => Said { error: Some(refusal_text(error, lang)?), ..Said::default() },
    };
    answer(&desk, said).await
}

/// `POST /desk/units/columns`: the same table with its columns chosen by hand.
pub async fn columns(desk: Desk, Posted(form): Posted) -> Answer {
    let lang = desk.lang;
    let result = desk
        .run(move |app, _| {
            let text = form.first("raw").to_owned();
            let raw = App::unit_table(text.as_bytes())?;
            let widest = raw.rows.iter().map(|(_, fields)| fields.len()).max().unwrap_or(0);
            let chosen: Vec<Option<usize>> = (0..widest)
                .map(|n| unit::COLUMNS.iter().position(|c| *c == form.first(&format!("column{n}"))))
                .collect();
            Ok::<_, AppError>((app.understand_units(&raw, Some(&chosen))?, text))
        })
        .await?;
    let said = match result {
        Ok((understood, text)) => shown(understood, text, lang),
        Err(error) => Said { error: Some(refusal_text(error, lang)?), ..Said::default() },
    };
    answer(&desk, said).await
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
pub async fn template() -> Answer {
    Ok(download(
        "单位表模板.csv",
        "text/csv; charset=utf-8",
        format!("\u{FEFF}{TEMPLATE}").into_bytes(),
    ))
}

const TEMPLATE: &str = "单位代码,单位名称,类型,人数,统计组,统计组名称\r\n\
                        YP,示例一中队,中队,30,,\r\n\
                        EP,示例二科,科室,6,JG,局机关\r\n\
                        SP,示例三科,科室,8,JG,\r\n";

/// `GET /desk/units.csv`.
pub async fn export(desk: Desk) -> Answer {
    let units = desk.run(|app, _| app.units()).await??;
    Ok(download("单位表.csv", "text/csv; charset=utf-8", unit::to_csv(&units)))
}
