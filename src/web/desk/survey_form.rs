//! A survey of the bureau's own, question by question: an outline to move, add and take out, and a form for one question.
//! Every step keeps a whole new version, checked as any other; the text form beside it stays for those who prefer it.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::again::percent;
use super::question_form::{kind_name, read_text, text_inputs};
use super::{Permission, Session, conflict, demo_mark, enter, enter_form, html_page, refusal_text, see_other};
use crate::app::{App, AppError};
use crate::response::Form;
use crate::survey::SurveyFile;
use crate::text::Refusal;
use crate::web::error::WebError;
use crate::web::page::csrf;

/// A survey as it is edited.
pub(super) struct Edited {
    pub(super) file: SurveyFile,
    pub(super) version: i32,
}

pub(super) async fn load(app: &Data<App>, id: &str) -> Result<Edited, WebError> {
    let (reading, id) = (app.clone(), id.to_owned());
    Ok(block(move || {
        let gone = || {
            AppError::NotFound(Refusal::new(
                "没有这份问卷；自带问卷请先复制",
                "there is no such survey of your own; copy one that comes with zicha first",
            ))
        };
        let own = reading.own_surveys()?.into_iter().find(|o| o.survey.id() == id).ok_or_else(gone)?;
        let file = serde_json::from_str(&own.text).map_err(|e| AppError::File(format!("a kept survey cannot be read: {e}")))?;
        Ok::<_, AppError>(Edited { file, version: own.version })
    })
    .await??)
}

/// Keeps a changed survey that was of version `seen`.
pub(super) async fn keep(app: &Data<App>, session: &Session, file: &SurveyFile, seen: i32) -> Result<Result<(), AppError>, WebError> {
    let text = serde_json::to_string_pretty(file).map_err(|e| AppError::File(format!("a survey cannot be written: {e}")))? + "\n";
    let (working, account, id) = (app.clone(), session.account.clone(), file.id.clone());
    Ok(block(move || working.save_survey(&text, Some((&id, seen)), &account).map(drop)).await?)
}

/// `GET /desk/surveys/{id}/outline`.
pub async fn outline(request: HttpRequest, app: Data<App>, id: Path<String>) -> Result<HttpResponse, WebError> {
    let session = enter(&request, &app, Permission::RunRounds).await?;
    let edited = load(&app, &id).await?;
    Ok(answer(&session, &app, StatusCode::OK, &outline_page(&session, &edited, &html! {})))
}

/// `POST /desk/surveys/{id}/outline`: one step.
pub async fn step(request: HttpRequest, app: Data<App>, id: Path<String>, payload: Payload) -> Result<HttpResponse, WebError> {
    let (session, form) = enter_form(&request, &app, Permission::RunRounds, payload).await?;
    let lang = session.lang;
    let mut edited = load(&app, &id).await?;
    let question = form.first("question");
    let mut added = None;
    let done = match form.first("do") {
        "up" => edited.file.move_question(question, true),
        "down" => edited.file.move_question(question, false),
        "remove" => edited.file.remove_question(question),
        "add" => {
            added = edited.file.add_item(form.first("group").parse().unwrap_or(usize::MAX));
            added.is_some()
        }
        "category" => {
            edited.file.add_category();
            true
        }
        "name" => rename(&mut edited.file, &form),
        _ => return Err(WebError::NothingHere),
    };
    let outline = format!("/desk/surveys/{}/outline", percent(&id));
    if !done {
        return Ok(see_other(&outline));
    }
    let seen = form.first("seen").parse().unwrap_or(0);
    let said = match keep(&app, &session, &edited.file, seen).await? {
        Ok(()) => return Ok(see_other(&added.map_or(outline, |added| format!("/desk/surveys/{}/question/{added}", percent(&id))))),
        Err(AppError::Changed) => lang
            .pick(
                "他人刚修改了这份问卷，下面是现在的样子；请再做一次。",
                "Somebody else has just changed this survey; below is how it is now. Please do it again.",
            )
            .to_owned(),
        Err(error) => refusal_text(error, lang)?,
    };
    let now = load(&app, &id).await?;
    Ok(answer(&session, &app, StatusCode::UNPROCESSABLE_ENTITY, &outline_page(&session, &now, &html! { div.errors role="alert" { (said) } })))
}

/// Takes over the names of a category from its form.
fn rename(file: &mut SurveyFile, form: &Form) -> bool {
    let group = form.first("group").parse().unwrap_or(usize::MAX);
    let Some(category) = file.categories.get_mut(group) else { return false };
    category.name = read_text(form, "name").unwrap_or_default();
    category.short_name = read_text(form, "short").unwrap_or_default();
    true
}

pub(super) fn answer(session: &Session, app: &App, status: StatusCode, page: &Markup) -> HttpResponse {
    let mut response = html_page(session, session.lang.pick("修改问卷", "Change the survey"), demo_mark(app, session.lang), page.clone());
    *response.status_mut() = status;
    response
}

fn outline_page(session: &Session, edited: &Edited, said: &Markup) -> Markup {
    let lang = session.lang;
    let file = &edited.file;
    let path = format!("/desk/surveys/{}/outline", percent(&file.id));
    let step = |what: &str, question: &str, label: &str, name: &str| {
        html! { form.inline method="post" action=(path) { (csrf(session)) (conflict::seen(&edited.version.to_string())) input type="hidden" name="do" value=(what); input type="hidden" name="question" value=(question); button.link type="submit" aria-label={ (name) (question) } { (label) } } }
    };
    html! {
        p { a href="/desk/surveys" { (lang.pick("← 全部问卷", "← All surveys")) } " · " a href={ "/desk/surveys/" (percent(&file.id)) "/preview" } target="_blank" { (lang.pick("手机预览", "Preview")) } " · " a href={ "/desk/surveys/edit?id=" (percent(&file.id)) } { (lang.pick("以文本修改", "Change as text")) } }
        h1 { (file.title.get(lang)) }
        p.soft { (file.id) (lang.pick(" · 第 ", " · version ")) (edited.version) (lang.pick(" 版。每一步都作检查并立即保存；已用于轮次的不受影响。", ". Every step is checked and kept at once; rounds that use it are not touched.")) }
        (said)
        @for group in 0..file.categories.len() + usize::from(file.closing.is_some()) {
            div.card {
                @match file.categories.get(group) {
                    Some(category) => { h2 { (group + 1) (lang.pick("、", ". ")) (category.name.get(lang)) } details { summary { (lang.pick("改类别名称", "Rename the category")) } form method="post" action=(path) {
                        (csrf(session)) (conflict::seen(&edited.version.to_string())) input type="hidden" name="do" value="name"; input type="hidden" name="group" value=(group);
                        (text_inputs(&format!("g{group}_name"), "name", lang.pick("名称", "Name"), Some(&category.name), lang)) (text_inputs(&format!("g{group}_short"), "short", lang.pick("短名（图表用）", "Short name (for charts)"), Some(&category.short_name), lang))
                        div.row { button.quiet type="submit" { (lang.pick("保存", "Save")) } }
                    } } }
                    None => { h2 { (file.closing.as_ref().map_or("", |c| c.name.get(lang))) } }
                }
                div.scroll { table { tbody { @for question in file.questions_of(group) { tr {
                    td { a href={ "/desk/surveys/" (percent(&file.id)) "/question/" (question.id) } { (question.text.get(lang)) } br; span.soft { (question.id) " · " (kind_name(&question.answer, lang)) @if question.hold { (lang.pick(" · 存疑", " · held")) } } }
                    td.steps { (step("up", &question.id, "↑", lang.pick("上移 ", "Move up: "))) (step("down", &question.id, "↓", lang.pick("下移 ", "Move down: "))) (step("remove", &question.id, lang.pick("删除", "Remove"), lang.pick("删除 ", "Remove: "))) }
                } } } } }
                form method="post" action=(path) { (csrf(session)) (conflict::seen(&edited.version.to_string())) input type="hidden" name="do" value="add"; input type="hidden" name="group" value=(group); div.row { button.quiet type="submit" { (lang.pick("加一题", "Add a question")) } } }
            }
        }
        form method="post" action=(path) { (csrf(session)) (conflict::seen(&edited.version.to_string())) input type="hidden" name="do" value="category"; div.row { button.quiet type="submit" { (lang.pick("加一类", "Add a category")) } } }
    }
}
