//! A survey of the bureau's own in outline: its parts to be opened, moved, added and taken out.
//! Every step keeps a whole new version, checked as any other; earlier ones stay within reach.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, block};
use maud::{Markup, html};

use crate::app::{App, AppError};
use crate::survey::{Part, QuestionFile, SurveyFile};
use crate::text::Refusal;
use crate::web::desk::answer::{demo_mark, html_page, refusal_text, see_other};
use crate::web::desk::forms::conflict;
use crate::web::desk::office::password::percent;
use crate::web::desk::surveys::question::kind_name;
use crate::web::desk::{Posted, Session};
use crate::web::error::WebError;
use crate::web::page::csrf;

/// A survey as it is edited.
pub(in crate::web::desk) struct Edited {
    pub(in crate::web::desk) file: SurveyFile,
    pub(in crate::web::desk) version: i32,
}

pub(in crate::web::desk) async fn load(app: &Data<App>, id: &str) -> Result<Edited, WebError> {
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
pub(in crate::web::desk) async fn keep(app: &Data<App>, session: &Session, file: &SurveyFile, seen: i32) -> Result<Result<(), AppError>, WebError> {
    let text = serde_json::to_string_pretty(file).map_err(|e| AppError::File(format!("a survey cannot be written: {e}")))? + "\n";
    let (working, by, id) = (app.clone(), session.actor(), file.id.clone());
    Ok(block(move || working.save_survey(&by, &text, Some((&id, seen))).map(drop)).await?)
}

/// `GET /desk/surveys/{id}/outline`.
pub async fn outline(session: Session, app: Data<App>, id: Path<String>) -> Result<HttpResponse, WebError> {
    let edited = load(&app, &id).await?;
    Ok(answer(&session, &app, StatusCode::OK, &Outline { session: &session, edited: &edited }.page(&html! {})))
}

/// `POST /desk/surveys/{id}/outline`: one step.
pub async fn step(session: Session, app: Data<App>, id: Path<String>, form: Posted) -> Result<HttpResponse, WebError> {
    let Posted(form) = form;
    let lang = session.lang;
    let mut edited = load(&app, &id).await?;
    let file = &mut edited.file;
    let part: Option<Part> = form.first("part").parse().ok();
    let mut added = None;
    let done = match (form.first("do"), part) {
        ("up" | "down", Some(Part::Question(id))) => file.move_question(&id, form.first("do") == "up"),
        ("up" | "down", Some(Part::Category(id))) => file.move_category(&id, form.first("do") == "up"),
        ("remove", Some(Part::Question(id))) => file.remove_question(&id),
        ("remove", Some(Part::Category(id))) => file.remove_category(&id),
        ("remove", Some(Part::Scale(name))) => file.scales.remove(&name).is_some(),
        ("remove", Some(Part::Options(name))) => file.option_sets.remove(&name).is_some(),
        ("add", _) => {
            added = file.add_item(form.first("group").parse().unwrap_or(usize::MAX)).map(Part::Question);
            added.is_some()
        }
        ("category", _) => {
            added = Some(Part::Category(file.add_category()));
            true
        }
        ("scale", _) => {
            added = Some(Part::Scale(file.add_scale()));
            true
        }
        ("options", _) => {
            added = Some(Part::Options(file.add_option_set()));
            true
        }
        _ => return Err(WebError::NothingHere),
    };
    let outline = format!("/desk/surveys/{}/outline", percent(&id));
    if !done {
        return Ok(see_other(&outline));
    }
    // What is added comes in both languages; a survey may have one.
    if added.is_some() {
        file.keep_to_languages();
    }
    let seen = form.first("seen").parse().unwrap_or(0);
    let (status, said) = match keep(&app, &session, &edited.file, seen).await? {
        Ok(()) => return Ok(see_other(&added.map_or(outline, |part| format!("/desk/surveys/{}/part/{part}", percent(&id))))),
        Err(AppError::Changed) => {
            let said = lang.pick(
                "他人刚修改了这份问卷，下面是现在的样子；请再做一次。",
                "Somebody else has just changed this survey; below is how it is now. Please do it again.",
            );
            (StatusCode::CONFLICT, said.to_owned())
        }
        Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, refusal_text(error, lang)?),
    };
    let now = load(&app, &id).await?;
    Ok(answer(&session, &app, status, &Outline { session: &session, edited: &now }.page(&html! { div.errors role="alert" { (said) } })))
}

fn answer(session: &Session, app: &App, status: StatusCode, page: &Markup) -> HttpResponse {
    let mut response = html_page(session, session.lang.pick("修改问卷", "Change the survey"), demo_mark(app, session.lang), page.clone());
    *response.status_mut() = status;
    response
}

struct Outline<'a> {
    session: &'a Session,
    edited: &'a Edited,
}

impl Outline<'_> {
    fn path(&self, rest: &str) -> String {
        format!("/desk/surveys/{}/{rest}", percent(&self.edited.file.id))
    }

    fn pick(&self, zh: &'static str, en: &'static str) -> &'static str {
        self.session.lang.pick(zh, en)
    }

    /// A button that does one step.
    fn button(&self, fields: &[(&str, &str)], class: &str, label: &str, name: &str) -> Markup {
        html! {
            form.inline method="post" action=(self.path("outline")) {
                (csrf(self.session)) (conflict::seen(&self.edited.version.to_string()))
                @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
                button class=(class) type="submit" aria-label=[Some(name).filter(|n| !n.is_empty())] { (label) }
            }
        }
    }

    /// What can be done with a part: moved, and taken out once that is confirmed.
    fn steps(&self, part: &Part, moves: bool) -> Markup {
        let part = part.to_string();
        html! {
            @if moves {
                (self.button(&[("do", "up"), ("part", &part)], "link", "↑", &format!("{}{part}", self.pick("上移 ", "Move up: "))))
                (self.button(&[("do", "down"), ("part", &part)], "link", "↓", &format!("{}{part}", self.pick("下移 ", "Move down: "))))
            }
            details.sure {
                summary aria-label={ (self.pick("删除 ", "Remove: ")) (part) } { (self.pick("删除", "Remove")) }
                (self.button(&[("do", "remove"), ("part", &part)], "quiet", self.pick("确定删除", "Yes, remove it"), ""))
            }
        }
    }

    fn question(&self, question: &QuestionFile) -> Markup {
        let lang = self.session.lang;
        let part = Part::Question(question.id.clone());
        html! { tr id=(part) {
            td { a href=(self.path(&format!("part/{part}"))) { (question.text.get(lang)) } br; span.soft {
                (question.id) " · " (kind_name(&question.answer, lang))
                @if question.hold { (self.pick(" · 存疑", " · held")) }
                @if !question.visible_if.is_empty() { (self.pick(" · 有显示条件", " · shown on a condition")) }
            } }
            td.steps { (self.steps(&part, true)) }
        } }
    }

    fn page(&self, said: &Markup) -> Markup {
        let lang = self.session.lang;
        let file = &self.edited.file;
        html! {
            p { a href="/desk/surveys" { (self.pick("← 全部问卷", "← All surveys")) } " · " a href=(self.path("preview")) target="_blank" { (self.pick("手机预览", "Preview")) } " · " a href={ "/desk/surveys/edit?id=" (percent(&file.id)) } { (self.pick("以文本修改", "Change as text")) } " · " a href=(self.path("versions")) { (self.pick("历次版本", "All versions")) } }
            h1 { (file.title.get(lang)) }
            p.soft { (file.id) (self.pick(" · 第 ", " · version ")) (self.edited.version) (self.pick(" 版。每一步都作检查并立即保存，旧版可以找回；已用于轮次的不受影响。", ". Every step is checked and kept at once, and earlier versions can be brought back; rounds that use it are not touched.")) }
            (said)
            div.card #general {
                h2 { a href=(self.path("part/general")) { (self.pick("总体设置", "General")) } }
                p.soft { (self.pick("标题、卷首语、致谢、语言、匿名承诺 ", "Title, words above and below, languages, promises (")) (file.privacy.len()) (self.pick(" 条、阈值 ", "), thresholds ")) (file.thresholds.prominent) " / " (file.thresholds.tendency) " / " (file.thresholds.emerging) " %" (self.pick("、整改类型 ", ", kinds of rectification (")) (file.rectification_types.len()) (self.pick(" 种。", ").")) }
            }
            @for group in 0..file.categories.len() + usize::from(file.closing.is_some()) {
                @match file.categories.get(group) {
                    Some(category) => {
                        @let part = Part::Category(category.id.clone());
                        div.card id=(part) {
                            div.row { h2 { (group + 1) (self.pick("、", ". ")) a href=(self.path(&format!("part/{part}"))) { (category.name.get(lang)) } } span.steps { (self.steps(&part, true)) } }
                            (self.questions(group))
                        }
                    }
                    None => { div.card { h2 { a href=(self.path("part/general")) { (file.closing.as_ref().map_or("", |c| c.name.get(lang))) } } (self.questions(group)) } }
                }
            }
            (self.button(&[("do", "category")], "quiet", self.pick("加一类", "Add a category"), ""))
            div.cols {
                div.card {
                    h2 { (self.pick("量表", "Scales")) }
                    div.scroll { table { tbody { @for (name, scale) in &file.scales { @let part = Part::Scale(name.clone()); tr id=(part) {
                        td { a href=(self.path(&format!("part/{part}"))) { (name) } br; span.soft { (scale.options.iter().map(|s| s.label.get(lang)).collect::<Vec<_>>().join(" / ")) } }
                        td.steps { (self.steps(&part, false)) }
                    } } } } }
                    (self.button(&[("do", "scale")], "quiet", self.pick("加一个量表", "Add a scale"), ""))
                }
                div.card {
                    h2 { (self.pick("共用选项组", "Shared options")) }
                    @if file.option_sets.is_empty() { p.soft { (self.pick("没有。多道多选题选项相同时，放在这里只写一次。", "None. Options that several questions have in common are written once here.")) } }
                    div.scroll { table { tbody { @for (name, set) in &file.option_sets { @let part = Part::Options(name.clone()); tr id=(part) {
                        td { a href=(self.path(&format!("part/{part}"))) { (name) } br; span.soft { (set.len()) (self.pick(" 项", " options")) } }
                        td.steps { (self.steps(&part, false)) }
                    } } } } }
                    (self.button(&[("do", "options")], "quiet", self.pick("加一个选项组", "Add a set"), ""))
                }
            }
        }
    }

    fn questions(&self, group: usize) -> Markup {
        html! {
            div.scroll { table { tbody { @for question in self.edited.file.questions_of(group) { (self.question(question)) } } } }
            (self.button(&[("do", "add"), ("group", &group.to_string())], "quiet", self.pick("加一题", "Add a question"), ""))
        }
    }
}
