//! Creating a round, and changing or dropping it while it is a draft: survey, title, dates, units, mode.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, block};
use maud::{Markup, html};

use crate::app::{Action, App, AppError, LastChange, NewRound};
use crate::id::RoundId;
use crate::response::Form;
use crate::round::{Access, Round, RoundState, check_title, parse_typed_day};
use crate::survey::Survey;
use crate::text::{Lang, Refusal};
use crate::web::desk::answer::{demo_mark, html_page, see_other};
use crate::web::desk::forms::conflict::{self, Part};
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::{Posted, Session};
use crate::web::error::WebError;
use crate::web::page::csrf;

/// What can be chosen from.
struct Choices {
    surveys: Vec<Survey>,
    /// Rounds with results, the latest first: those that a new one can look back at.
    earlier: Vec<Round>,
}

async fn choices(app: &Data<App>) -> Result<Choices, WebError> {
    let reading = app.clone();
    let (rounds, surveys) = block(move || Ok::<_, AppError>((reading.rounds()?, reading.surveys()?))).await??;
    Ok(Choices { surveys, earlier: rounds.into_iter().rev().filter(|r| r.state.has_results()).collect() })
}

/// `GET /desk/rounds/new`.
pub async fn new(session: Session, app: Data<App>) -> Result<HttpResponse, WebError> {
    let choices = choices(&app).await?;
    Ok(answer(&session, &app, StatusCode::OK, &page(&session, &choices, None, &Form::default(), &html! {}, &Mistakes::default())))
}

/// `POST /desk/rounds/new`.
pub async fn create(session: Session, app: Data<App>, form: Posted) -> Result<HttpResponse, WebError> {
    let Posted(form) = form;
    let working = app.clone();
    let by = session.actor();
    let (form, result) = block(move || {
        let result = with_new(&working, &form, |new| working.create_round(&by, new));
        (form, result)
    })
    .await?;
    match result {
        Ok(id) => Ok(see_other(&format!("/desk/rounds/{id}"))),
        Err(error) => {
            let wrong = Mistakes::of(error, session.lang)?;
            let page = page(&session, &choices(&app).await?, None, &form, &html! {}, &wrong);
            Ok(answer(&session, &app, StatusCode::UNPROCESSABLE_ENTITY, &page))
        }
    }
}

/// `GET /desk/rounds/{round}/edit`.
pub async fn edit(session: Session, app: Data<App>, round: Path<RoundId>) -> Result<HttpResponse, WebError> {
    let id = round.into_inner();
    let choices = choices(&app).await?;
    let kept = kept(&app, &id).await?;
    Ok(answer(&session, &app, StatusCode::OK, &page(&session, &choices, Some(&id), &kept, &html! {}, &Mistakes::default())))
}

/// `POST /desk/rounds/{round}/edit`.
pub async fn change(session: Session, app: Data<App>, round: Path<RoundId>, form: Posted) -> Result<HttpResponse, WebError> {
    let Posted(mut form) = form;
    let lang = session.lang;
    let id = round.into_inner();
    let (working, by, of, given) = (app.clone(), session.actor(), id.clone(), form.clone());
    let result = block(move || {
        if given.first("drop") == "yes" {
            return working.drop_draft(&by, &of, given.first("seen"));
        }
        with_new(&working, &given, |new| working.change_draft(&by, &of, given.first("seen"), new))
    })
    .await?;
    let mut wrong = Mistakes::default();
    let (status, said) = match result {
        Ok(()) if form.first("drop") == "yes" => return Ok(see_other("/desk")),
        Ok(()) => return Ok(see_other(&format!("/desk/rounds/{id}"))),
        Err(AppError::Changed) => {
            let kept = match kept(&app, &id).await {
                Ok(kept) => kept,
                Err(error) => return gone(&session, &app, &id, &form, error).await,
            };
            let (reading, of) = (app.clone(), id.clone());
            let last = block(move || reading.last_change(Action::RoundChange, Some(of.as_str()))).await??;
            let both = both(lang, last.as_ref(), &kept, &form, &id);
            form.0.insert("seen".to_owned(), vec![kept.first("seen").to_owned()]);
            (StatusCode::CONFLICT, both)
        }
        Err(error @ AppError::NotFound(_)) => return gone(&session, &app, &id, &form, error.into()).await,
        Err(error) => {
            if form.first("drop") == "yes" {
                return Err(error.into());
            }
            wrong = Mistakes::of(error, lang)?;
            (StatusCode::UNPROCESSABLE_ENTITY, html! {})
        }
    };
    let page = page(&session, &choices(&app).await?, Some(&id), &form, &said, &wrong);
    Ok(answer(&session, &app, status, &page))
}

/// Somebody else has dropped or opened the draft: what was typed is shown for another one.
async fn gone(session: &Session, app: &Data<App>, id: &RoundId, form: &Form, error: WebError) -> Result<HttpResponse, WebError> {
    let lang = session.lang;
    let (reading, of) = (app.clone(), id.clone());
    let last = block(move || {
        Ok::<_, AppError>((reading.last_change(Action::RoundDrop, Some(of.as_str()))?, reading.last_change(Action::RoundOpen, Some(of.as_str()))?))
    })
    .await??;
    let Some(last) = last.0.or(last.1) else { return Err(error) };
    let said = html! { div.errors role="alert" { (lang.pick("这份草稿已由 ", "This draft was dropped or opened by ")) (last.account) (lang.pick(" 放弃或开放。下面保留了您填写的内容，可另建一轮。", ". What you typed is kept below, for another round.")) } };
    Ok(answer(session, app, StatusCode::CONFLICT, &page(session, &choices(app).await?, None, form, &said, &Mistakes::default())))
}

/// A draft as its form.
async fn kept(app: &Data<App>, id: &RoundId) -> Result<Form, WebError> {
    let (reading, id) = (app.clone(), id.clone());
    let (round, survey, codes, all, seen) = block(move || {
        let round = reading.round(&id)?;
        if round.state != RoundState::Draft {
            return Err(Refusal::new("本轮已开放，不能再改", "this round is open; it cannot be changed any more").into());
        }
        let survey = reading.survey(&round.survey)?;
        let codes: Vec<String> = reading.round_units(&id)?.into_iter().map(|u| u.code).collect();
        let all: Vec<String> = reading.units()?.into_iter().map(|u| u.code).collect();
        Ok::<_, AppError>((round, survey, codes, all, reading.draft_version(&id)?))
    })
    .await??;
    let units = if codes == all { String::new() } else { codes.join(",") };
    let fields = [
        ("title", round.title),
        ("survey", survey.id().to_owned()),
        ("opens", round.opens.to_string()),
        ("closes", round.closes.to_string()),
        ("units", units),
        ("looks_back", round.looks_back.map_or_else(String::new, |r| r.to_string())),
        ("access", round.access.as_str().to_owned()),
        ("seen", seen),
    ];
    Ok(Form(fields.into_iter().map(|(name, value)| (name.to_owned(), vec![value])).collect()))
}

fn both(lang: Lang, last: Option<&LastChange>, kept: &Form, typed: &Form, id: &RoundId) -> Markup {
    let parts = [
        ("title", lang.pick("名称", "Title")),
        ("survey", lang.pick("问卷", "Survey")),
        ("opens", lang.pick("开放日期", "First day")),
        ("closes", lang.pick("截止日期", "Last day")),
        ("units", lang.pick("参加单位代码", "Codes of the units taking part")),
        ("looks_back", lang.pick("回头看", "Look-back")),
        ("access", lang.pick("填写方式", "How people answer")),
    ]
    .map(|(field, what)| Part {
        what: what.to_owned(),
        kept: words(field, kept.first(field), lang),
        typed: words(field, typed.first(field), lang),
    });
    conflict::both(lang, last, &parts, &format!("/desk/rounds/{id}/edit"))
}

/// A choice as the form says it.
fn words(field: &str, value: &str, lang: Lang) -> String {
    match (field, value) {
        ("survey", id) => App::shipped_surveys().iter().find(|s| s.id() == id).map_or_else(|| id.to_owned(), |s| s.title().get(lang).to_owned()),
        ("access", "poster") => lang.pick("海报（试用）", "Poster (trial)").to_owned(),
        ("access", _) => lang.pick("纸条", "Slips").to_owned(),
        ("units", "") => lang.pick("全部单位", "All units").to_owned(),
        _ => value.to_owned(),
    }
}

/// The round that a form describes.
fn with_new<T>(app: &App, form: &Form, work: impl FnOnce(&NewRound<'_>) -> Result<T, AppError>) -> Result<T, AppError> {
    let surveys = app.surveys()?;
    let mut wrong = Vec::new();
    let survey = surveys.iter().find(|s| s.id() == form.first("survey"));
    if survey.is_none() {
        wrong.push(Refusal::new("请选择问卷", "choose a survey").at("survey"));
    }
    wrong.extend(check_title(form.first("title")).err());
    let day = |field: &'static str, wrong: &mut Vec<Refusal>| parse_typed_day(form.first(field)).map_err(|r| wrong.push(r.at(field))).ok();
    let (opens, closes) = (day("opens", &mut wrong), day("closes", &mut wrong));
    let looks_back = match form.first("looks_back") {
        "" => None,
        id => id.parse().map_err(|_| wrong.push(Refusal::new("请选择对照的轮次", "choose the round to look back at").at("looks_back"))).ok(),
    };
    let (Some(survey), Some(opens), Some(closes), true) = (survey, opens, closes, wrong.is_empty()) else { return Err(AppError::Mistakes(wrong)) };
    let units: Vec<String> = form.first("units").split([',', '，', '、', ' ']).filter(|u| !u.is_empty()).map(str::to_owned).collect();
    let access = if form.first("access") == "poster" { Access::Poster } else { Access::Slip };
    work(&NewRound { survey, title: form.first("title"), opens, closes, units: &units, access, looks_back })
}

fn answer(session: &Session, app: &App, status: StatusCode, page: &Markup) -> HttpResponse {
    let lang = session.lang;
    let mut response = html_page(session, lang.pick("轮次设置", "Round"), demo_mark(app, lang), page.clone());
    *response.status_mut() = status;
    response
}

fn page(session: &Session, choices: &Choices, draft: Option<&RoundId>, form: &Form, said: &Markup, wrong: &Mistakes) -> Markup {
    let lang = session.lang;
    let action = draft.map_or_else(|| "/desk/rounds/new".to_owned(), |id| format!("/desk/rounds/{id}/edit"));
    html! {
        @if let Some(id) = draft { p { a href={ "/desk/rounds/" (id) } { (lang.pick("← 返回本轮", "← Back to the round")) } } }
        h1 { @if draft.is_some() { (lang.pick("修改草稿", "Change the draft")) } @else { (lang.pick("新建一轮", "New round")) } }
        (said) (wrong.summary())
        div.card {
            form method="post" action=(action) {
                (csrf(session)) @if draft.is_some() { (conflict::seen(form.first("seen"))) }
                (fields(lang, choices, form, wrong))
                div.row {
                    @if draft.is_some() { button type="submit" { (lang.pick("保存", "Save")) } }
                    @else { button type="submit" { (lang.pick("建立草稿", "Create the draft")) } }
                    span.hint { (lang.pick("开放之前都可以修改或放弃；开放时才冻结问卷、单位和统计组。", "Until it opens a draft can be changed or dropped; survey, units and groups freeze at opening.")) }
                }
            }
        }
        @if draft.is_some() {
            div.card {
                h2 { (lang.pick("放弃草稿", "Drop the draft")) }
                p { (lang.pick("草稿删除后不能恢复；已印发的填写码全部作废。", "A dropped draft cannot be brought back; slips printed for it stop working.")) }
                form method="post" action=(action) {
                    (csrf(session)) (conflict::seen(form.first("seen")))
                    label.inline { input type="checkbox" name="drop" value="yes" required; (lang.pick("确定放弃本草稿", "Drop this draft")) }
                    div.row { button.quiet type="submit" { (lang.pick("放弃草稿", "Drop the draft")) } }
                }
            }
        }
    }
}

fn fields(lang: Lang, choices: &Choices, form: &Form, wrong: &Mistakes) -> Markup {
    html! {
        label for="title" { (lang.pick("名称", "Title")) }
        (wrong.beside("title")) input #title type="text" name="title" aria-describedby=[wrong.describes("title")] aria-invalid=[wrong.describes("title").map(|_| "true")] value=(form.first("title")) placeholder=(lang.pick("例：第一轮对照检查", "e.g. First self-check")) required;
        label for="survey" { (lang.pick("问卷", "Survey")) }
        (wrong.beside("survey")) select #survey name="survey" aria-describedby=[wrong.describes("survey")] { @for s in &choices.surveys { option value=(s.id()) selected[form.first("survey") == s.id()] { (s.title().get(lang)) (lang.pick("（", " (")) (s.questions().len()) (lang.pick(" 题）", " questions)")) } } }
        p.hint { (lang.pick("手机预览：", "Preview: ")) @for (n, s) in choices.surveys.iter().enumerate() { @if n > 0 { " · " } a href={ "/desk/surveys/" (s.id()) "/preview" } target="_blank" { (s.title().get(lang)) } } }
        label for="opens" { (lang.pick("开放日期", "First day")) } (wrong.beside("opens")) input #opens type="date" name="opens" aria-describedby=[wrong.describes("opens")] aria-invalid=[wrong.describes("opens").map(|_| "true")] value=(form.first("opens")) required;
        label for="closes" { (lang.pick("截止日期（当天全天有效，北京时间）", "Last day (whole day, Beijing time)")) } (wrong.beside("closes")) input #closes type="date" name="closes" aria-describedby=[wrong.describes("closes")] aria-invalid=[wrong.describes("closes").map(|_| "true")] value=(form.first("closes")) required;
        label for="units" { (lang.pick("参加单位代码", "Codes of the units taking part")) } p.hint { (lang.pick("留空为全部单位；多个用逗号隔开。", "Empty: all units. Several are separated by commas.")) }
        (wrong.beside("units")) input #units type="text" name="units" aria-describedby=[wrong.describes("units")] aria-invalid=[wrong.describes("units").map(|_| "true")] value=(form.first("units"));
        @if !choices.earlier.is_empty() {
            label for="looks_back" { (lang.pick("回头看", "Look-back")) } p.hint { (lang.pick("与以前的一轮对照：成员单位、人数等级相同的统计组才比较。", "Compares with an earlier round; only groups with the same member units and size class are compared.")) }
            (wrong.beside("looks_back")) select #looks_back name="looks_back" aria-describedby=[wrong.describes("looks_back")] { option value="" { (lang.pick("不对照", "None")) } @for r in &choices.earlier { option value=(r.id) selected[form.first("looks_back") == r.id.as_str()] { (r.title) } } }
        }
        label for="access" { (lang.pick("填写方式", "How people answer")) }
        select #access name="access" {
            option value="slip" { (lang.pick("纸条：每人抽一张，一张只能用一次", "Slips: everybody draws one, each works once")) }
            option value="poster" selected[form.first("access") == "poster"] { (lang.pick("海报（试用）：全单位一个码，不能保证每人一份", "Poster (trial): one code for a unit, cannot ensure one response each")) }
        }
    }
}
