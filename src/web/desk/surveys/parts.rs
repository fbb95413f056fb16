//! One part of a survey of the bureau's own on a page of its own, beside the phone that shows it
//! while it is typed.
//! Two who change different parts are in nobody's way; two who change the same one are shown both.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use crate::app::{Action, AppError, version};
use crate::response::Form;
use crate::survey::{Part, Survey, SurveyFile};
use crate::text::Refusal;
use crate::web::desk::answer::{Answer, Desk, see_other};
use crate::web::desk::forms::conflict;
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::forms::{draw, inputs};
use crate::web::desk::office::password::percent;
use crate::web::desk::surveys::outline::{keep, load};
use crate::web::desk::surveys::preview::{framed, message, specimen};
use crate::web::desk::surveys::{part_forms, part_inputs};
use crate::web::desk::{Posted, Session};
use crate::web::error::WebError;
use crate::web::page::{View, csrf};
use crate::web::{FrameRule, content_policy};

/// How often a change is tried again when somebody changed another part meanwhile.
const TRIES: usize = 5;

/// The category to whose end the question of this address is to be added: it is kept once it is
/// complete, and not before.
fn new_in(request: &HttpRequest) -> Option<usize> {
    let query = Form::decode(request.query_string().as_bytes()).ok()?;
    query.first("new").parse().ok()
}

/// Begins the question that is to be added. Should its id be taken by now, it gets another.
fn begin(file: &mut SurveyFile, part: Part, new: Option<usize>) -> Part {
    match new.and_then(|group| file.begin_item(group)) {
        Some(id) => Part::Question(id),
        None => part,
    }
}

/// `GET /desk/surveys/{id}/part/{part}[?new=…]`.
pub async fn show(desk: Desk, request: HttpRequest, path: Path<(String, String)>) -> Answer {
    let part: Part = path.1.parse().map_err(|()| WebError::NothingHere)?;
    let mut edited = load(&desk, &path.0).await?;
    let new = new_in(&request);
    let part = begin(&mut edited.file, part, new);
    let form = part_forms::fill(&edited.file, &part).ok_or(WebError::NothingHere)?;
    let seen = part.content(&edited.file).map_or_else(String::new, |content| version(&content));
    Ok(answer(
        &desk,
        StatusCode::OK,
        &page(&desk, &edited.file, (&part, new), &form, &seen, &html! {}, &Mistakes::default()),
    ))
}

/// `POST /desk/surveys/{id}/part/{part}[?new=…]`.
#[expect(clippy::too_many_lines, reason = "one request, from its form to its answer")]
pub async fn change(
    desk: Desk,
    request: HttpRequest,
    path: Path<(String, String)>,
    Posted(form): Posted,
) -> Answer {
    let lang = desk.lang;
    let named: Part = path.1.parse().map_err(|()| WebError::NothingHere)?;
    let new = new_in(&request);
    let outline = format!("/desk/surveys/{}/outline", percent(&path.0));
    for _ in 0..TRIES {
        let mut edited = load(&desk, &path.0).await?;
        let part = begin(&mut edited.file, named.clone(), new);
        let Some(content) = part.content(&edited.file) else {
            let said = lang.pick(
                "这一部分刚被他人删除或改了编号，您的修改没有保存，仍在下面。可在“历次版本”中找回，\
                 或把内容复制到别处。",
                "Somebody else has just removed this or given it another id. Your change is not \
                 saved and is still below. “All versions” brings the part back, or copy your words \
                 elsewhere.",
            );
            let versions = format!("/desk/surveys/{}/versions", percent(&path.0));
            let said = html! {
                div.errors role="alert" {
                    p { (said) }
                    p { a href=(versions) { (lang.pick("历次版本", "All versions")) } }
                }
            };
            return Ok(answer(
                &desk,
                StatusCode::CONFLICT,
                &page(&desk, &edited.file, (&part, new), &form, "", &said, &Mistakes::default()),
            ));
        };
        let kept = edited.file.clone();
        let seen = version(&content);
        let (status, said, wrong) = if new.is_some() || form.first("seen") == seen {
            let mut file = edited.file;
            match checked(&form, &mut file, &part) {
                Err(wrong) => {
                    (StatusCode::UNPROCESSABLE_ENTITY, html! {}, Mistakes::list(wrong, lang))
                }
                Ok(part) => match keep(&desk, &file, edited.version).await? {
                    Ok(()) => return Ok(see_other(&format!("{outline}#{part}"))),
                    // Another part was changed in this moment: once more upon that.
                    Err(AppError::Changed) => continue,
                    Err(error) => {
                        (StatusCode::UNPROCESSABLE_ENTITY, html! {}, Mistakes::of(error, lang)?)
                    }
                },
            }
        } else {
            let id = path.0.clone();
            let last = desk
                .run(move |app, _| {
                    app.last_change(Action::SurveySaved, Some(&format!("{id} {}", edited.version)))
                })
                .await??;
            let before = part_forms::fill(&kept, &part).unwrap_or_default();
            let parts =
                inputs::compare(&part_inputs::inputs(&kept, &part, lang), &before, &form, lang);
            (
                StatusCode::CONFLICT,
                conflict::both(&desk, last.as_ref(), &parts, &part_path(&path.0, &part)),
                Mistakes::default(),
            )
        };
        let page = page(&desk, &kept, (&part, new), &form, &seen, &said, &wrong);
        return Ok(answer(&desk, status, &page));
    }
    Err(AppError::Changed.into())
}

/// `POST /desk/surveys/{id}/part/{part}/try`: the survey with what is typed, as a phone shows it.
/// Nothing is kept.
pub async fn attempt(
    desk: Desk,
    request: HttpRequest,
    path: Path<(String, String)>,
    Posted(form): Posted,
) -> Answer {
    let lang = desk.lang;
    let part: Part = path.1.parse().map_err(|()| WebError::NothingHere)?;
    let mut file = load(&desk, &path.0).await?.file;
    let part = begin(&mut file, part, new_in(&request));
    let view = View { lang, ..View::of(&request) };
    let shown = match checked(&form, &mut file, &part) {
        Ok(part) => {
            let survey = desk
                .run(move |_app, _| Survey::parse(&serde_json::to_vec(&file).unwrap_or_default()))
                .await?;
            survey.ok().map(|survey| specimen(&survey, view, anchor(&survey, &part).as_deref()))
        }
        Err(wrong) => Some(message(
            view,
            html! {
                div.errors role="alert" {
                    p { strong { (lang.pick("还不能预览：", "Not ready to be shown:")) } }
                    ul {
                        @for refusal in &wrong {
                            li { (refusal.get(lang)) }
                        }
                    }
                }
            },
        )),
    };
    let page = shown.ok_or(WebError::NothingHere)?;
    Ok(framed(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(page.into_string())))
}

/// Takes over what was typed and checks the whole survey; mistakes in this part know their field.
fn checked(form: &Form, file: &mut SurveyFile, part: &Part) -> Result<Part, Vec<Refusal>> {
    let base = part.pointer(file).unwrap_or_default();
    let part = part_forms::read(form, file, part)?;
    // A part that was renamed may stand elsewhere.
    let base = part.pointer(file).unwrap_or(base);
    let text = serde_json::to_vec(file).unwrap_or_default();
    let Err(errors) = Survey::parse(&text) else { return Ok(part) };
    let placed =
        errors.0.into_iter().map(|error| match part_forms::place(&part, &base, &error.pointer) {
            Some(field) => error.refusal.at(field),
            None => error.refusal,
        });
    Err(placed.collect())
}

/// Where a part begins on the questionnaire, if it is a place there.
fn anchor(survey: &Survey, part: &Part) -> Option<String> {
    let question = match part {
        Part::Question(id) => Some(id.clone()),
        Part::Category(id) => survey
            .sections()
            .iter()
            .find(|s| &s.id == id)
            .and_then(|s| survey.questions().get(s.questions.start))
            .map(|q| q.id.clone()),
        Part::Scale(name) => survey
            .questions()
            .iter()
            .find(|q| matches!(&q.kind, crate::survey::Kind::Scale(scale) if &scale.id == name))
            .map(|q| q.id.clone()),
        Part::General | Part::Options(_) => None,
    };
    question.map(|id| format!("q-{id}"))
}

fn part_path(id: &str, part: &Part) -> String {
    format!("/desk/surveys/{}/part/{part}", percent(id))
}

fn page(
    session: &Session,
    file: &SurveyFile,
    (part, new): (&Part, Option<usize>),
    form: &Form,
    seen: &str,
    said: &Markup,
    wrong: &Mistakes,
) -> Markup {
    let lang = session.lang;
    let here = part_path(&file.id, part);
    let query = new.map_or_else(String::new, |group| format!("?new={group}"));
    let outline = format!("/desk/surveys/{}/outline#{part}", percent(&file.id));
    html! {
        p { a href=(outline) { (lang.pick("← 返回问卷", "← Back to the survey")) } }
        h1 {
            @if new.is_some() { (lang.pick("新的题目", "New question")) } @else {
                (part.heading(file, lang))
            }
        }
        @if new.is_some() {
            p.soft {
                (lang.pick(
                    "填好题目并检查通过后才会加入问卷；现在离开，什么也不会留下。",
                    "It joins the survey once it is complete and checked; leave now and nothing \
                     is kept.",
                ))
            }
        }
        (said)
        (wrong.summary())
        div.editor {
            form.card
                method="post"
                action={ (here) (query) }
                data-live={ (here) "/try" (query) }
            {
                (csrf(session))
                (conflict::seen(seen))
                (draw::draw(&part_inputs::inputs(file, part, lang), form, wrong, lang))
                div.row.sticky {
                    button type="submit" { (lang.pick("检查并保存", "Check and save")) }
                    button
                        .quiet
                        type="submit"
                        formaction={ (here) "/try" (query) }
                        formtarget="preview"
                        formnovalidate
                    { (lang.pick("预览", "Preview")) }
                    a.button.quiet href=(outline) { (lang.pick("取消", "Cancel")) }
                }
            }
            div.beside {
                p.hint { (lang.pick("手机上的样子，随修改更新：", "On a phone, as you type:")) }
                iframe
                    name="preview"
                    src={
                        "/desk/surveys/"
                        (percent(&file.id))
                        "/preview/page?lang="
                        (lang.tag())
                        @if let Some(at) = first_anchor(part) { "&at=" (at) }
                    }
                    title=(lang.pick("手机预览", "Preview on a phone"))
                    width="360"
                    height="700" {}
            }
        }
    }
}

fn first_anchor(part: &Part) -> Option<&str> {
    if let Part::Question(id) = part { Some(id) } else { None }
}

fn answer(desk: &Desk, status: StatusCode, page: &Markup) -> HttpResponse {
    let title = desk.lang.pick("修改问卷", "Change the survey");
    let mut response = desk.page_with(status, "", title, page.clone());
    content_policy(&mut response, FrameRule::MayFrame);
    response
}
