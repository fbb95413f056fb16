//! The campaign's calendar: five phases, set once, shown on the first page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use maud::{Markup, html};

use crate::app::{Action, AppError, Calendar};
use crate::response::Form;
use crate::web::desk::Posted;
use crate::web::desk::answer::{Answer, Desk, see_other};
use crate::web::desk::forms::conflict;
use crate::web::desk::forms::inputs::{compare, put};
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::office::calendar_page::{FIELDS, further, inputs, page};
use crate::web::error::WebError;

/// `GET /desk/calendar`.
pub async fn show(desk: Desk) -> Answer {
    let kept = stored(&desk).await?;
    Ok(answer(&desk, StatusCode::OK, &kept, &html! {}, &Mistakes::default()))
}

/// The calendar as its form.
async fn stored(desk: &Desk) -> Result<Form, WebError> {
    let (calendar, version) =
        desk.run(|app, _| Ok::<_, AppError>((app.calendar()?, app.calendar_version()?))).await??;
    let mut form = Form::default();
    if let Some(calendar) = calendar {
        for ((from, to), days) in FIELDS.iter().zip(calendar.days) {
            put(&mut form, from, days.0);
            put(&mut form, to, days.1);
        }
        put(&mut form, "name", calendar.name);
        put(&mut form, "contact", calendar.contact);
    }
    put(&mut form, "seen", version);
    Ok(form)
}

fn answer(
    desk: &Desk,
    status: StatusCode,
    form: &Form,
    said: &Markup,
    wrong: &Mistakes,
) -> HttpResponse {
    let title = desk.lang.pick("活动安排", "Calendar");
    desk.page_with(status, "", title, page(desk, form, said, wrong))
}

/// `POST /desk/calendar`.
pub async fn set(desk: Desk, Posted(mut form): Posted) -> Answer {
    let lang = desk.lang;
    let given = form.clone();
    let result = desk
        .run(move |app, by| {
            let day = |name: &str| given.first(name).to_owned();
            let days = FIELDS.map(|(from, to)| (day(from), day(to)));
            let line = |name: &str| given.first(name).trim().to_owned();
            let calendar = Calendar { days, name: line("name"), contact: line("contact") };
            app.set_calendar(by, given.first("seen"), &calendar)
        })
        .await?;
    match result {
        Ok(()) => Ok(see_other("/desk")),
        Err(AppError::Changed) => {
            let kept = stored(&desk).await?;
            let last = desk.run(|app, _| app.last_change(Action::CalendarSet, None)).await??;
            let asked: Vec<_> = inputs(lang).into_iter().chain(further(lang)).collect();
            let parts = compare(&asked, &kept, &form, lang);
            let said = conflict::both(&desk, last.as_ref(), &parts, "/desk/calendar");
            form.0.insert("seen".to_owned(), vec![kept.first("seen").to_owned()]);
            Ok(answer(&desk, StatusCode::CONFLICT, &form, &said, &Mistakes::default()))
        }
        Err(error) => {
            let wrong = Mistakes::of(error, lang)?;
            Ok(answer(&desk, StatusCode::UNPROCESSABLE_ENTITY, &form, &html! {}, &wrong))
        }
    }
}
