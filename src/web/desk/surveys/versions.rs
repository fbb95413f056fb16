//! All versions of a survey of the bureau's own: who changed what and when, and the way back to any
//! of them.
//! Going back keeps a new version with the old text, so that nothing is lost by it either.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use maud::{Markup, html};

use crate::app::{AppError, SurveyVersion, minute_of};
use crate::web::desk::answer::{Answer, Desk, refusal_text, see_other};
use crate::web::desk::forms::conflict;
use crate::web::desk::office::password::percent;
use crate::web::desk::surveys::changes;
use crate::web::desk::{Posted, Session};
use crate::web::error::WebError;
use crate::web::page::csrf;

/// Versions that are listed.
const MOST: usize = 40;

/// `GET /desk/surveys/{id}/versions`.
pub async fn show(desk: Desk, id: Path<String>) -> Answer {
    answer(&desk, &id, StatusCode::OK, &html! {}).await
}

/// `POST /desk/surveys/{id}/versions`: an earlier version becomes the newest.
pub async fn restore(desk: Desk, id: Path<String>, Posted(form): Posted) -> Answer {
    let lang = desk.lang;
    let (seen, wanted) = (
        form.first("seen").parse().unwrap_or(0),
        form.first("version").parse::<i32>().unwrap_or(0),
    );
    let of = id.clone();
    let result = desk
        .run(move |app, by| {
            let version = app.survey_versions(&of)?.into_iter().find(|v| v.version == wanted);
            version
                .map(|version| app.save_survey(by, &version.definition, Some((&of, seen))))
                .transpose()
        })
        .await?;
    let (status, said) = match result {
        Ok(Some(_)) => return Ok(see_other(&format!("/desk/surveys/{}/outline", percent(&id)))),
        Ok(None) => return Err(WebError::NothingHere),
        Err(AppError::Changed) => {
            let said = lang.pick(
                "他人刚修改了这份问卷，下面是现在的各版；请再选一次。",
                "Somebody else has just changed this survey; below is how it is now. Please choose \
                 again.",
            );
            (StatusCode::CONFLICT, said.to_owned())
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, refusal_text(error, lang)?),
    };
    answer(
        &desk,
        &id,
        status,
        &html! {
            div.errors role="alert" { (said) }
        },
    )
    .await
}

async fn answer(desk: &Desk, id: &str, status: StatusCode, said: &Markup) -> Answer {
    let lang = desk.lang;
    let of = id.to_owned();
    // Comparing forty surveys takes longer than a request thread should be held.
    let (own, versions, changes) = desk
        .run(move |app, _| {
            let own = app.own_surveys()?.into_iter().find(|o| o.survey.id() == of);
            let versions = app.survey_versions(&of)?;
            let pairs = versions.iter().zip(versions.iter().skip(1)).take(MOST);
            let changes: Vec<_> = pairs
                .map(|(after, before)| {
                    changes::between(&before.definition, &after.definition, lang)
                })
                .collect();
            Ok::<_, AppError>((own, versions, changes))
        })
        .await??;
    let own = own.ok_or(WebError::NothingHere)?;
    let body = html! {
        p {
            a href={ "/desk/surveys/" (percent(id)) "/outline" } {
                (lang.pick("← 返回问卷", "← Back to the survey"))
            }
        }
        h1 { (lang.pick("历次版本：", "All versions: ")) (own.survey.title().get(lang)) }
        p.soft {
            (lang.pick(
                "最新的在前。恢复某一版，就是把它再保存为最新的一版；各轮次用的是各自留存的问卷，不\
                 受影响。",
                "The latest first. To go back to one keeps it once more as the latest; rounds have \
                 surveys of their own and are not touched.",
            ))
        }
        (said)
        @for (n, version) in versions.iter().enumerate().take(MOST) {
            (one(desk, id, own.version, version, changes.get(n)))
        }
        @if versions.len() > MOST {
            p.soft {
                (lang.pick("只列最近的 ", "Only the latest "))
                (MOST)
                (lang.pick(
                    " 版，更早的仍留存在数据库中。",
                    " are listed; earlier ones are kept in the database.",
                ))
            }
        }
        @if versions.last().is_none_or(|v| v.version > 1) {
            p.soft {
                (lang.pick(
                    "更早的版本写于旧版程序，没有留存。",
                    "Earlier versions were written before versions were kept.",
                ))
            }
        }
    };
    Ok(desk.page_with(status, "", lang.pick("历次版本", "All versions"), body))
}

fn one(
    session: &Session,
    id: &str,
    latest: i32,
    version: &SurveyVersion,
    changes: Option<&Vec<conflict::Part>>,
) -> Markup {
    let lang = session.lang;
    html! {
        div.card {
            div.row {
                h2 { (lang.pick("第 ", "Version ")) (version.version) (lang.pick(" 版", "")) }
                span.soft {
                    @if version.account.is_empty() {
                        (lang.pick("开始留存版本之前", "before versions were kept"))
                    } @else {
                        (session.people.of(&version.account))
                        (lang.pick("，", ", "))
                        (minute_of(version.at))
                    }
                }
                @if version.version == latest {
                    span.level.unclear { (lang.pick("现在的版本", "the latest")) }
                } @else {
                    @let to = format!("/desk/surveys/{}/versions", percent(id));
                    form.inline method="post" action=(to) {
                        (csrf(session))
                        (conflict::seen(&latest.to_string()))
                        input type="hidden" name="version" value=(version.version);
                        button.quiet type="submit" { (lang.pick("恢复这一版", "Go back to this")) }
                    }
                }
            }
            @match changes {
                None => {
                    p.soft { (lang.pick("留存的最早一版。", "The earliest that is kept.")) }
                }
                Some(parts) if parts.is_empty() => {
                    p.soft { (lang.pick("内容没有变化。", "No difference.")) }
                }
                Some(parts) => {
                    details {
                        summary {
                            (parts.len())
                            (lang.pick(
                                " 处改动",
                                if parts.len() == 1 { " change" } else { " changes" },
                            ))
                        }
                        (conflict::table(lang, parts, [["上一版", "Before"], ["这一版", "After"]]))
                    }
                }
            }
        }
    }
}
