//! Any survey as an officer's phone shows it, before a round exists or while one runs.
//! The frames hold the very page that respondents get; what is filled in is checked by the same
//! rules, then dropped.

use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use crate::access::SlipCode;
use crate::app::Line;
use crate::response::{BLANK_FIELD, CODE_FIELD, FieldErrors, Form, read};
use crate::round::Access;
use crate::survey::Survey;
use crate::text::{Lang, Refusal};
use crate::web::body::{MAX_BODY, read_body};
use crate::web::desk::answer::{Answer, Desk, see_other};
use crate::web::error::WebError;
use crate::web::journey::Key;
use crate::web::page::{PageKind, View, respondent};
use crate::web::respondent::questionnaire::Questionnaire;
use crate::web::{FrameRule, content_policy};

/// Widths of real phones, in CSS pixels.
const PHONES: [(u32, [&str; 2]); 2] =
    [(360, ["常见手机", "Common phone"]), (320, ["小屏手机", "Small phone"])];
const HEIGHT: u32 = 720;

/// `GET /desk/surveys/{id}/preview`: the page in frames of a phone's size.
pub async fn show(desk: Desk, request: HttpRequest, id: Path<String>) -> Answer {
    let lang = desk.lang;
    let survey = survey(&desk, &id).await?;
    let view = View::of(&request);
    let base = format!("/desk/surveys/{}/preview", *id);
    let body = html! {
        p { a href="/desk/surveys" { (lang.pick("← 全部问卷", "← All surveys")) } }
        h1 { (lang.pick("预览：", "Preview: ")) (survey.title().get(view.lang)) }
        p.soft {
            (survey.questions().len())
            (lang.pick(
                " 题。下面就是队员手机上看到的页面，可以试填、试提交；不计入任何轮次，填写内容不保\
                 存。",
                " questions. Below is the page officers see on their phones. Fill it in and submit \
                 it: it counts in no round and nothing is kept.",
            ))
        }
        p {
            @if view.lang == Lang::Zh {
                strong { "中文" }
                " · "
                a href={ (base) "?lang=en" } { "English" }
            } @else {
                a href=(base) { "中文" }
                " · "
                strong { "English" }
            }
        }
        div.phones tabindex="0" role="region" aria-label=(lang.pick("手机画面", "Phones")) {
            @for (width, name) in PHONES {
                @for large in [false, true] {
                    @let name = lang.pick(name[0], name[1]);
                    @let frame = View { large, ..view };
                    figure {
                        figcaption {
                            (name)
                            @if large { (lang.pick("，大字版", ", large print")) }
                        }
                        iframe
                            src={ (base) "/page" (frame.query()) }
                            width=(width)
                            height=(HEIGHT)
                            title={
                                (name)
                                @if large { (lang.pick("，大字版", ", large print")) }
                            }
                            loading="lazy" {}
                    }
                }
            }
        }
    };
    let mut response = desk.page(lang.pick("预览问卷", "Preview of the survey"), body);
    content_policy(&mut response, FrameRule::MayFrame);
    Ok(response)
}

/// `GET /desk/surveys/{id}/preview/page`: what is in a frame.
pub async fn page(desk: Desk, request: HttpRequest, id: Path<String>) -> Answer {
    let survey = survey(&desk, &id).await?;
    let mut form = Form::default();
    form.0.insert(CODE_FIELD.to_owned(), vec![SlipCode::specimen().printed()]);
    let query = Form::decode(request.query_string().as_bytes()).unwrap_or_default();
    let at = survey.question(query.first("at")).map(|q| format!("q-{}", q.id));
    let page = questionnaire(
        &survey,
        &id,
        View::of(&request),
        (&form, &FieldErrors::new()),
        at.as_deref(),
    );
    Ok(framed(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page.into_string())))
}

/// `POST /desk/surveys/{id}/preview/page`: checked as a response is, and dropped.
pub async fn post(desk: Desk, request: HttpRequest, id: Path<String>, payload: Payload) -> Answer {
    // The questionnaire's own form, which has no token; nothing is kept of it, and it is taken from
    // this desk only.
    let survey = survey(&desk, &id).await?;
    let view = View::of(&request);
    let body = read_body(&request, payload, MAX_BODY).await?;
    let form = Form::decode(&body)
        .map_err(|r| WebError::Unreadable(actix_web::http::StatusCode::BAD_REQUEST, r))?;
    let errors = match read(&survey, &form) {
        Ok(response) if !response.blank || form.has(BLANK_FIELD, "1") => {
            return Ok(framed(see_other(&format!(
                "/desk/surveys/{}/preview/received{}",
                *id,
                view.query()
            ))));
        }
        Ok(_) => [(
            BLANK_FIELD.to_owned(),
            Refusal::new(
                "还没有作答；空白提交请勾选",
                "nothing is answered yet; tick for a blank ballot",
            ),
        )]
        .into(),
        Err(errors) => errors,
    };
    let page = questionnaire(&survey, &id, view, (&form, &errors), None);
    Ok(framed(
        HttpResponse::UnprocessableEntity()
            .content_type("text/html; charset=utf-8")
            .body(page.into_string()),
    ))
}

/// `GET /desk/surveys/{id}/preview/received`.
pub async fn received(desk: Desk, request: HttpRequest, id: Path<String>) -> Answer {
    let survey = survey(&desk, &id).await?;
    let view = View::of(&request);
    let lang = view.lang;
    let base = format!("/desk/surveys/{}/preview", *id);
    let body = html! {
        (mark(lang))
        div.card.settled {
            p.seal aria-hidden="true" { "✓" }
            h1 tabindex="-1" { (lang.pick("预览到此结束", "The preview ends here")) }
            p { (survey.thanks().get(lang)) }
            p {
                (lang.pick(
                    "真实轮次中，此处显示“已收到，已投入票箱”。",
                    "In a real round this says that the response was received and put into the \
                     ballot box.",
                ))
            }
            p {
                a.button href={ (base) "/page" (view.query()) } {
                    (lang.pick("再看一遍", "Once more"))
                }
            }
        }
    };
    let title = lang.pick("预览", "Preview");
    let page = respondent(PageKind::Settled, view, title, &format!("{base}/received"), body);
    Ok(framed(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page.into_string())))
}

async fn survey(desk: &Desk, name: &str) -> Result<std::sync::Arc<Survey>, WebError> {
    let name = name.to_owned();
    Ok(desk.run(move |app, _| app.survey_named(&name)).await??)
}

fn questionnaire(
    survey: &Survey,
    id: &str,
    view: View,
    filled: (&Form, &FieldErrors),
    at: Option<&str>,
) -> Markup {
    let questionnaire = Questionnaire {
        about: html! {},
        survey,
        title: survey.title().get(view.lang),
        access: Access::Slip,
        marks: mark(view.lang),
        key: Key::Undecided,
        promise: survey
            .privacy()
            .iter()
            .map(|l| Line { id: l.id.clone(), text: l.text.clone() })
            .collect(),
        path: format!("/desk/surveys/{id}/preview/page"),
        preview: true,
        usable: false,
        at,
    };
    questionnaire.page(view, filled.0, filled.1)
}

fn mark(lang: Lang) -> Markup {
    html! {
        p.mark {
            (lang.pick(
                "预览：不计入任何轮次，填写内容不保存。",
                "Preview: counts in no round, and nothing is kept.",
            ))
        }
    }
}

pub(in crate::web::desk) fn framed(mut response: HttpResponse) -> HttpResponse {
    content_policy(&mut response, FrameRule::MayBeFramed);
    response
}

/// A survey that is not kept, as a phone shows it: to look at, not to send.
/// The place named is where it opens.
pub(in crate::web::desk) fn specimen(survey: &Survey, view: View, at: Option<&str>) -> Markup {
    questionnaire(survey, survey.id(), view, (&Form::default(), &FieldErrors::new()), at)
}

/// A page in a frame that only says something.
pub(in crate::web::desk) fn message(view: View, body: Markup) -> Markup {
    respondent(
        PageKind::Reading,
        view,
        view.lang.pick("预览", "Preview"),
        "/desk/surveys/try",
        body,
    )
}
