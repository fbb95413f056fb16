//! Surveys at the desk: which there are, and the page on which one is written, checked and tried
//! out at the size of a phone.
//! The text is the JSON of `zicha check`; a survey that a round uses is never changed, since the
//! round has its own.

use actix_web::http::StatusCode;
use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use crate::app::{Action, App, AppError, OwnSurvey};
use crate::response::Form;
use crate::text::Refusal;
use crate::web::desk::Posted;
use crate::web::desk::answer::{Answer, Desk, download, see_other};
use crate::web::desk::forms::conflict;
use crate::web::desk::forms::draw::{draw, fresh};
use crate::web::desk::forms::input::{Input, InputKind};
use crate::web::desk::forms::inputs::put;
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::forms::upload::read_upload;
use crate::web::desk::surveys::changes;
use crate::web::desk::surveys::list_page::{list_page, mistakes};
use crate::web::desk::surveys::preview::{framed, specimen};
use crate::web::error::WebError;
use crate::web::page::{View, csrf};
use crate::web::{FrameRule, content_policy};

/// `GET /desk/surveys`.
pub async fn list(desk: Desk) -> Answer {
    let lang = desk.lang;
    let own = desk.run(move |app, _| app.own_surveys()).await??;
    let shipped = App::shipped_surveys();
    let body = list_page(&desk, &own, &shipped);
    Ok(desk.page(lang.pick("问卷", "Surveys"), body))
}

/// What the page of one survey shows.
struct Shown {
    text: String,
    /// The version that was changed; 0 for a new survey.
    seen: i32,
    /// The survey's name, if it is kept already.
    id: Option<String>,
    said: Markup,
}

/// `GET /desk/surveys/edit[?id=…|?from=…]`.
pub async fn edit(desk: Desk, request: HttpRequest) -> Answer {
    let query = Form::decode(request.query_string().as_bytes()).unwrap_or_default();
    let (id, from) = (query.first("id").to_owned(), query.first("from").to_owned());
    let shown = desk
        .run(move |app, _| {
            let own = app.own_surveys()?;
            let find = |id: &str| own.iter().find(|o| o.survey.id() == id).cloned();
            let gone =
                || AppError::NotFound(Refusal::new("没有这份问卷", "there is no such survey"));
            let said = html! {};
            if !id.is_empty() {
                let OwnSurvey { text, version, .. } = find(&id).ok_or_else(gone)?;
                return Ok(Shown { text, seen: version, id: Some(id), said });
            }
            let text = app.survey_to_begin_with(&from)?;
            Ok::<_, AppError>(Shown { text, seen: 0, id: None, said })
        })
        .await??;
    Ok(answer(&desk, StatusCode::OK, &shown))
}

/// `POST /desk/surveys/copy`: a copy, or an empty survey, opens in the editor.
pub async fn copy(desk: Desk, Posted(form): Posted) -> Answer {
    let copied = desk
        .run(move |app, by| {
            let text = app.survey_to_begin_with(form.first("from"))?;
            app.save_survey(by, &text, None)
        })
        .await?;
    match copied {
        Ok(id) => Ok(see_other(&format!("/desk/surveys/{id}/outline"))),
        Err(error) => desk.refused(error, "/desk/surveys"),
    }
}

/// `POST /desk/surveys/edit`.
pub async fn save(desk: Desk, Posted(form): Posted) -> Answer {
    let lang = desk.lang;
    let text = form.first("definition").replace("\r\n", "\n");
    let seen: i32 = form.first("seen").parse().unwrap_or(0);
    let mut id = Some(form.first("id").to_owned()).filter(|id| !id.is_empty());
    let (typed, of, dropping) = (text.clone(), id.clone(), form.first("drop") == "yes");
    let result = desk
        .run(move |app, by| match (dropping, of) {
            (true, Some(id)) => app.drop_survey(by, &id, seen),
            (_, of) => app.save_survey(by, &typed, of.as_deref().map(|id| (id, seen))).map(drop),
        })
        .await?;
    let (status, said, seen) = match result {
        Ok(()) => return Ok(see_other("/desk/surveys")),
        Err(AppError::Changed) => {
            let (own, last) = desk
                .run(move |app, _| {
                    Ok::<_, AppError>((
                        app.own_surveys()?,
                        app.last_change(Action::SurveySaved, None)?,
                    ))
                })
                .await??;
            let named = serde_json::from_str::<serde_json::Value>(&text)
                .ok()
                .and_then(|v| v["id"].as_str().map(str::to_owned));
            let kept = own.into_iter().find(|o| named.as_deref() == Some(o.survey.id()));
            let version = kept.as_ref().map_or(0, |k| k.version);
            let said = conflict::both(
                &desk,
                last.as_ref(),
                &changes::between(kept.as_ref().map_or("", |k| &k.text), &text, lang),
                "/desk/surveys",
            );
            id = kept.map(|k| k.survey.id().to_owned());
            (StatusCode::CONFLICT, said, version)
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, mistakes(error, lang)?, seen),
    };
    Ok(answer(&desk, status, &Shown { text, seen, id, said }))
}

/// `POST /desk/surveys/try`: the typed text as a phone would show it, or what is wrong with it.
/// Nothing is kept.
pub async fn attempt(desk: Desk, request: HttpRequest, Posted(form): Posted) -> Answer {
    let lang = desk.lang;
    let text = form.first("definition").replace("\r\n", "\n");
    let view = View { lang, ..View::of(&request) };
    let page = match desk.run(move |_, _| App::check_survey(text.as_bytes())).await? {
        Ok(survey) => specimen(&survey, view, None),
        Err(error) => crate::web::desk::surveys::preview::message(view, mistakes(error, lang)?),
    };
    Ok(framed(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page.into_string())))
}

/// `POST /desk/surveys/import`: a workbook or a JSON file, shown on the page of a survey; nothing
/// is kept yet.
#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
pub async fn import(desk: Desk, request: HttpRequest, payload: Payload) -> Answer {
    let (_, file) = read_upload(&desk, &request, payload).await?;
    let lang = desk.lang;
    let read = desk
        .run(move |app, _| {
            let text = App::survey_text(&file)?;
            let checked = App::check_survey(text.as_bytes());
            let own = app.own_surveys()?;
            let known = checked
                .as_ref()
                .ok()
                .and_then(|survey| own.into_iter().find(|o| o.survey.id() == survey.id()));
            Ok::<_, AppError>((
                text,
                known.map(|k| (k.survey.id().to_owned(), k.version)),
                checked.err(),
            ))
        })
        .await?;
    let (status, shown) = match read {
        Ok((text, known, None)) => {
            let version = known.as_ref().map(|k| k.1);
            let kept = lang.pick(
                "文件已读入，没有错误，尚未保存。",
                "The file is read, there is no error, nothing is kept yet.",
            );
            let said = html! {
                div.done role="status" {
                    p { strong { (kept) } }
                    @if let Some(version) = version {
                        p {
                            (lang.pick(
                                "已有同一编号的问卷，保存后成为第 ",
                                "There is a survey of that id; saved, it becomes version ",
                            ))
                            (version + 1)
                            (lang.pick(" 版。", "."))
                        }
                    }
                }
            };
            (
                StatusCode::OK,
                Shown { text, seen: version.unwrap_or(0), id: known.map(|k| k.0), said },
            )
        }
        Ok((text, _, Some(error))) => (
            StatusCode::UNPROCESSABLE_ENTITY,
            Shown { text, seen: 0, id: None, said: mistakes(error, lang)? },
        ),
        Err(error) => {
            let said = html! {
                div.errors role="alert" { (crate::web::desk::answer::refusal_text(error, lang)?) }
            };
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                Shown { text: App::blank_survey().to_owned(), seen: 0, id: None, said },
            )
        }
    };
    Ok(answer(&desk, status, &shown))
}

/// `GET /desk/surveys/{id}/xlsx`.
pub async fn xlsx(desk: Desk, id: Path<String>) -> Answer {
    let text = text_of(&desk, &id).await?;
    let bytes = desk.run(move |_, _| App::survey_workbook(&text)).await??;
    Ok(download(
        &format!("{id}.xlsx"),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        bytes,
    ))
}

/// `GET /desk/surveys/{id}/json`.
pub async fn json(desk: Desk, id: Path<String>) -> Answer {
    let text = text_of(&desk, &id).await?;
    Ok(download(&format!("{id}.json"), "application/json", text.into_bytes()))
}

async fn text_of(desk: &Desk, id: &str) -> Result<String, WebError> {
    let name = id.to_owned();
    let text = desk
        .run(move |app, _| {
            let own =
                app.own_surveys()?.into_iter().find(|o| o.survey.id() == name).map(|o| o.text);
            Ok::<_, AppError>(own.or_else(|| App::shipped_text(&name)))
        })
        .await??;
    text.ok_or(WebError::NothingHere)
}

#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
fn answer(desk: &Desk, status: StatusCode, shown: &Shown) -> HttpResponse {
    let lang = desk.lang;
    let title = if shown.id.is_some() {
        lang.pick("修改问卷", "Change the survey")
    } else {
        lang.pick("新问卷", "New survey")
    };
    let label = lang.pick("问卷文本（JSON）", "Survey (JSON)");
    let definition = Input::new("definition", label, InputKind::Code { rows: 34 });
    let dropped = Input::new("drop", lang.pick("确定删除", "Drop it"), InputKind::Tick).required();
    let mut typed = Form::default();
    put(&mut typed, "definition", shown.text.clone());
    let body = html! {
        p { a href="/desk/surveys" { (lang.pick("← 全部问卷", "← All surveys")) } }
        h1 { (title) }
        p.soft {
            (lang.pick(
                "问卷是一份 JSON 文本，各项含义见 surveys/survey.schema.json。左边修改，右边按手机\
                 大小随时显示；保存时作同样的检查，有任何一处错误都不保存。",
                "A survey is a JSON text; surveys/survey.schema.json says what each part means. \
                 Write on the left, the right shows it at the size of a phone; saving makes the \
                 same checks, and keeps nothing that has a mistake.",
            ))
        }
        (shown.said)
        div.editor {
            form method="post" action="/desk/surveys/edit" data-live="/desk/surveys/try" data-file {
                (csrf(desk))
                (conflict::seen(&shown.seen.to_string()))
                @if let Some(id) = &shown.id {
                    input type="hidden" name="id" value=(id);
                }
                (draw(&[definition], &typed, &Mistakes::default(), lang))
                div.row {
                    button.quiet type="submit" formaction="/desk/surveys/try" formtarget="preview" {
                        (lang.pick("检查并预览", "Check and preview"))
                    }
                    button type="submit" { (lang.pick("保存", "Save")) }
                }
            }
            iframe
                name="preview"
                title=(lang.pick("手机预览", "Preview on a phone"))
                width="360"
                height="740" {}
        }
        @if let Some(id) = &shown.id {
            div.card {
                h2 { (lang.pick("删除问卷", "Drop the survey")) }
                p { (lang.pick("已用它的轮次不受影响。", "Rounds that use it keep theirs.")) }
                form method="post" action="/desk/surveys/edit" {
                    (csrf(desk))
                    (conflict::seen(&shown.seen.to_string()))
                    input type="hidden" name="id" value=(id);
                    (fresh(&[dropped], lang))
                    div.row { button.quiet type="submit" { (lang.pick("删除", "Drop")) } }
                }
            }
        }
    };
    let mut response = desk.page_with(status, "", title, body);
    content_policy(&mut response, FrameRule::MayFrame);
    response
}
