//! The campaign's calendar: five phases, set once, shown on the first page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use maud::{Markup, html};

use crate::app::{Action, AppError, Calendar, PHASES};
use crate::response::Form;
use crate::text::Lang;
use crate::web::desk::answer::{Answer, Desk, see_other};
use crate::web::desk::forms::conflict;
use crate::web::desk::forms::draw::bare;
use crate::web::desk::forms::input::{Input, InputKind};
use crate::web::desk::forms::inputs::{compare, put};
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::{Posted, Session};
use crate::web::error::WebError;
use crate::web::page::csrf;

/// Names of the fields: first and last day of each phase.
const FIELDS: [(&str, &str); 5] =
    [("from0", "to0"), ("from1", "to1"), ("from2", "to2"), ("from3", "to3"), ("from4", "to4")];

/// The form: two days for each phase, in their order.
fn inputs(lang: Lang) -> Vec<Input> {
    let fields = PHASES.iter().zip(FIELDS).flat_map(|((name, _), (from, to))| {
        let name = lang.pick(name[0], name[1]);
        let first = format!("{name}{}", lang.pick("开始", ", first day"));
        let last = format!("{name}{}", lang.pick("结束", ", last day"));
        [Input::new(from, first, InputKind::Day), Input::new(to, last, InputKind::Day)]
    });
    fields.map(Input::required).collect()
}

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
    for ((from, to), days) in FIELDS.iter().zip(calendar.map(|c| c.days).unwrap_or_default()) {
        put(&mut form, from, days.0);
        put(&mut form, to, days.1);
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
            app.set_calendar(by, given.first("seen"), &Calendar { days })
        })
        .await?;
    match result {
        Ok(()) => Ok(see_other("/desk")),
        Err(AppError::Changed) => {
            let kept = stored(&desk).await?;
            let last = desk.run(|app, _| app.last_change(Action::CalendarSet, None)).await??;
            let parts = compare(&inputs(lang), &kept, &form, lang);
            let said = conflict::both(lang, last.as_ref(), &parts, "/desk/calendar");
            form.0.insert("seen".to_owned(), vec![kept.first("seen").to_owned()]);
            Ok(answer(&desk, StatusCode::CONFLICT, &form, &said, &Mistakes::default()))
        }
        Err(error) => {
            let wrong = Mistakes::of(error, lang)?;
            Ok(answer(&desk, StatusCode::UNPROCESSABLE_ENTITY, &form, &html! {}, &wrong))
        }
    }
}

fn page(session: &Session, form: &Form, said: &Markup, wrong: &Mistakes) -> Markup {
    let lang = session.lang;
    html! {
        p { a href="/desk" { (lang.pick("← 首页", "← Home")) } }
        h1 { (lang.pick("活动安排", "Calendar")) }
        p.soft {
            (lang.pick(
                "按通知填写五个阶段的起止日期，首页据此提示现在该做什么。随时可以修改，不影响已建立\
                 的轮次。",
                "Give the first and last day of the five phases as the notice sets them; the home \
                 page then says what is due. They can be changed at any time and do not touch \
                 rounds that exist.",
            ))
        }
        (said)
        (wrong.summary())
        div.card {
            form method="post" action="/desk/calendar" {
                (csrf(session))
                (conflict::seen(form.first("seen")))
                (phases(form, wrong, lang))
                div.row { button type="submit" { (lang.pick("保存", "Save")) } }
            }
        }
    }
}

fn phases(form: &Form, wrong: &Mistakes, lang: Lang) -> Markup {
    let inputs = inputs(lang);
    let rows = PHASES.iter().zip(inputs.chunks(2)).enumerate();
    html! {
        table.phases {
            thead {
                tr {
                    th { (lang.pick("阶段", "Phase")) }
                    th { (lang.pick("开始", "First day")) }
                    th { (lang.pick("结束", "Last day")) }
                    th { (lang.pick("在本系统做什么", "What to do here")) }
                }
            }
            tbody {
                @for (n, ((name, what), days)) in rows {
                    tr {
                        td { (n + 1) "　" (lang.pick(name[0], name[1])) }
                        @for day in days {
                            td { (bare(day, form, wrong)) }
                        }
                        td { (lang.pick(what[0], what[1])) }
                    }
                }
            }
        }
    }
}
