//! Many accounts at once, from a table of people: uploaded or pasted, looked at, then made all or
//! none.
//! An office has its people in a table already; nobody types sixty forms.

use actix_web::HttpRequest;
use actix_web::web::Payload;

use crate::app::{App, AppError, Roster};
use crate::text::Refusal;
use crate::web::desk::Posted;
use crate::web::desk::answer::{Answer, Desk, download};
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::forms::upload::read_upload;
use crate::web::desk::office::accounts::printed;
use crate::web::desk::office::roster_page::page;

const TEMPLATE: &str = "姓名,职务,角色,单位,账号\r\n\
                        李示例,政工科科员,政工科经办,,\r\n\
                        王示例,示例一中队中队长,单位负责人,示例一中队,\r\n\
                        赵示例,副局长,局领导,示例一中队、示例二科,\r\n";

/// `GET /desk/accounts/many`.
pub async fn show(desk: Desk) -> Answer {
    answer(&desk, "", None, Mistakes::default()).await
}

/// `POST /desk/accounts/file`: a CSV or Excel file, read and shown; nothing is made yet.
pub async fn upload(desk: Desk, request: HttpRequest, payload: Payload) -> Answer {
    let (_, file) = read_upload(&desk, &request, payload).await?;
    let result = desk
        .run(move |app, by| {
            let raw = App::unit_table(&file)?;
            let text = raw.text();
            Ok::<_, AppError>((app.understand_accounts(by, &raw)?, text))
        })
        .await?;
    match result {
        Ok((roster, text)) => answer(&desk, &text, Some(roster), Mistakes::default()).await,
        Err(error) => answer(&desk, "", None, Mistakes::of(error, desk.lang)?).await,
    }
}

/// `POST /desk/accounts/read`: the table as text, read and shown.
pub async fn read(desk: Desk, Posted(form): Posted) -> Answer {
    let text = form.first("table").to_owned();
    let (text, result) = desk
        .run(move |app, by| {
            let read = |text: &str| {
                if text.trim().is_empty() {
                    return Err(Refusal::new(
                        "请粘贴表格，或选择文件",
                        "paste the table, or choose a file",
                    )
                    .at("table")
                    .into());
                }
                app.understand_accounts(by, &App::unit_table(text.as_bytes())?)
            };
            let result = read(&text);
            (text, result)
        })
        .await?;
    match result {
        Ok(roster) => answer(&desk, &text, Some(roster), Mistakes::default()).await,
        Err(error) => answer(&desk, &text, None, Mistakes::of(error, desk.lang)?).await,
    }
}

/// `POST /desk/accounts/many`: makes them, all or none, from the table as it was shown.
pub async fn make(desk: Desk, Posted(form): Posted) -> Answer {
    let text = form.first("table").to_owned();
    let (text, result) = desk
        .run(move |app, by| {
            let make = |text: &str| {
                let roster = app.understand_accounts(by, &App::unit_table(text.as_bytes())?)?;
                if roster.errors.is_empty() {
                    app.add_accounts_for(by, roster.accounts)
                } else {
                    Err(AppError::Mistakes(roster.errors))
                }
            };
            let result = make(&text);
            (text, result)
        })
        .await?;
    match result {
        Ok(made) => printed(&desk, made).await,
        Err(error) => answer(&desk, &text, None, Mistakes::of(error, desk.lang)?).await,
    }
}

async fn answer(desk: &Desk, text: &str, roster: Option<Roster>, wrong: Mistakes) -> Answer {
    let (lang, units) = (desk.lang, desk.run(|app, _| app.units()).await??);
    let wrong = match &roster {
        Some(roster) if !roster.errors.is_empty() => Mistakes::list(roster.errors.clone(), lang),
        _ => wrong,
    };
    let title = lang.pick("批量建立账号", "Many accounts at once");
    Ok(desk.answer(wrong.any(), title, page(desk, text, roster.as_ref(), &units, &wrong)))
}

/// `GET /desk/accounts/template.csv`.
pub async fn template() -> Answer {
    let text = format!("\u{FEFF}{TEMPLATE}");
    Ok(download("人员表模板.csv", "text/csv; charset=utf-8", text.into_bytes()))
}
