//! The campaign's calendar: five phases, set once, shown on the first page.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use maud::{Markup, html};

use crate::app::{Action, AppError, Calendar, PHASES};
use crate::text::Lang;
use crate::web::desk::answer::{Answer, Desk, refusal_text, see_other};
use crate::web::desk::forms::conflict::{self, Part};
use crate::web::desk::{Posted, Session};
use crate::web::error::WebError;
use crate::web::page::csrf;

/// What the page is filled in with.
struct Shown {
    /// Days by phase: first and last.
    days: [(String, String); 5],
    /// The version that was seen.
    seen: String,
    /// What is wrong, or both versions.
    said: Markup,
}

/// `GET /desk/calendar`.
pub async fn show(desk: Desk) -> Answer {
    let (days, seen) = stored(&desk).await?;
    Ok(answer(&desk, StatusCode::OK, &Shown { days, seen, said: html! {} }))
}

async fn stored(desk: &Desk) -> Result<([(String, String); 5], String), WebError> {
    let (calendar, version) = desk
        .run(move |app, _| Ok::<_, AppError>((app.calendar()?, app.calendar_version()?)))
        .await??;
    Ok((calendar.map(|c| c.days).unwrap_or_default(), version))
}

fn answer(desk: &Desk, status: StatusCode, shown: &Shown) -> HttpResponse {
    let lang = desk.lang;
    desk.page_with(status, "", lang.pick("活动安排", "Calendar"), page(desk, shown))
}

/// `POST /desk/calendar`.
pub async fn set(desk: Desk, Posted(form): Posted) -> Answer {
    let lang = desk.lang;
    let days: [(String, String); 5] = std::array::from_fn(|n| {
        (form.first(&format!("from{n}")).to_owned(), form.first(&format!("to{n}")).to_owned())
    });
    let seen = form.first("seen").to_owned();
    let (typed, from) = (days.clone(), seen.clone());
    let result = desk.run(move |app, by| app.set_calendar(by, &from, &Calendar { days })).await?;
    match result {
        Ok(()) => Ok(see_other("/desk")),
        Err(AppError::Changed) => {
            let (kept, version) = stored(&desk).await?;
            let last = desk.run(|app, _| app.last_change(Action::CalendarSet, None)).await??;
            let parts = parts(&kept, &typed, lang);
            let said = conflict::both(lang, last.as_ref(), &parts, "/desk/calendar");
            let shown = Shown { days: typed, seen: version, said };
            Ok(answer(&desk, StatusCode::CONFLICT, &shown))
        }
        Err(error) => {
            let said = html! {
                div.errors role="alert" { (refusal_text(error, lang)?) }
            };
            Ok(answer(&desk, StatusCode::UNPROCESSABLE_ENTITY, &Shown { days: typed, seen, said }))
        }
    }
}

fn parts(kept: &[(String, String); 5], typed: &[(String, String); 5], lang: Lang) -> Vec<Part> {
    let span = |days: &(String, String)| format!("{}{}{}", days.0, lang.pick("至", " to "), days.1);
    let pairs = PHASES.iter().zip(kept.iter().zip(typed));
    pairs
        .map(|(phase, (kept, typed))| Part {
            what: lang.pick(phase.0[0], phase.0[1]).to_owned(),
            kept: span(kept),
            typed: span(typed),
        })
        .collect()
}

fn page(session: &Session, shown: &Shown) -> Markup {
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
        (shown.said)
        div.card {
            form method="post" action="/desk/calendar" {
                (csrf(session))
                (conflict::seen(&shown.seen))
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
                        @for (n, (name, what)) in {
                            PHASES
                                .iter()
                                .map(|(name, what)| (
                                    lang.pick(name[0], name[1]),
                                    lang.pick(what[0], what[1]),
                                ))
                                .enumerate()
                        } {
                            tr {
                                td { (n + 1) "　" (name) }
                                td {
                                    input
                                        type="date"
                                        name={ "from" (n) }
                                        value=(shown.days[n].0)
                                        aria-label={ (name) (lang.pick("开始", ", first day")) }
                                        required;
                                }
                                td {
                                    input
                                        type="date"
                                        name={ "to" (n) }
                                        value=(shown.days[n].1)
                                        aria-label={ (name) (lang.pick("结束", ", last day")) }
                                        required;
                                }
                                td { (what) }
                            }
                        }
                    }
                }
                div.row { button type="submit" { (lang.pick("保存", "Save")) } }
            }
        }
    }
}
