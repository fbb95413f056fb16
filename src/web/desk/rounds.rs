//! Creating a round: survey, title, dates, units, mode.

use actix_web::web::{Data, Payload, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::{Permission, demo_mark, enter, enter_form, html_page, refusal_text, see_other};
use crate::app::{App, AppError, NewRound, Session};
use crate::response::Form;
use crate::round::{Access, Round, parse_day};
use crate::survey::Survey;
use crate::text::Refusal;
use crate::web::error::WebError;
use crate::web::page::csrf;

/// `GET /desk/rounds/new`.
pub async fn new(request: HttpRequest, app: Data<App>) -> Result<HttpResponse, WebError> {
    let session = enter(&request, &app, Permission::RunRounds).await?;
    let earlier = earlier(&app).await?;
    let page = page(&session, &App::shipped_surveys(), &earlier, &Form::default(), None);
    Ok(html_page(&session, "新建一轮", demo_mark(&app), page))
}

/// `POST /desk/rounds/new`.
pub async fn create(request: HttpRequest, app: Data<App>, payload: Payload) -> Result<HttpResponse, WebError> {
    let (session, form) = enter_form(&request, &app, Permission::RunRounds, payload).await?;
    let working = app.clone();
    let account = session.account.clone();
    let (form, result) = block(move || {
        let result = create_from(&working, &account, &form);
        (form, result)
    })
    .await?;
    match result {
        Ok(id) => Ok(see_other(&format!("/desk/rounds/{id}"))),
        Err(error) => {
            let message = refusal_text(error)?;
            let earlier = earlier(&app).await?;
            let page = page(&session, &App::shipped_surveys(), &earlier, &form, Some(&message));
            let mut response = html_page(&session, "新建一轮", demo_mark(&app), page);
            *response.status_mut() = actix_web::http::StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        }
    }
}

fn create_from(app: &App, account: &str, form: &Form) -> Result<crate::id::RoundId, AppError> {
    let surveys = App::shipped_surveys();
    let survey = surveys.iter().find(|s| s.id() == form.first("survey")).ok_or_else(|| Refusal::new("请选择问卷", "choose a survey"))?;
    let units: Vec<String> = form.first("units").split([',', '，', '、', ' ']).filter(|u| !u.is_empty()).map(str::to_owned).collect();
    let id = app.create_round(&NewRound {
        survey,
        title: form.first("title"),
        opens: parse_day(form.first("opens"))?,
        closes: parse_day(form.first("closes"))?,
        units: &units,
        access: if form.first("access") == "poster" { Access::Poster } else { Access::Slip },
        looks_back: match form.first("looks_back") {
            "" => None,
            id => Some(id.parse().map_err(|_| Refusal::new("请选择对照的轮次", "choose the round to look back at"))?),
        },
    })?;
    app.note(account, "round_create", id.as_str())?;
    Ok(id)
}

/// Rounds with results, the latest first: those that a new one can look back at.
async fn earlier(app: &Data<App>) -> Result<Vec<Round>, WebError> {
    let reading = app.clone();
    let rounds = block(move || reading.rounds()).await??;
    Ok(rounds.into_iter().rev().filter(|r| r.state.has_results()).collect())
}

fn page(session: &Session, surveys: &[Survey], earlier: &[Round], form: &Form, error: Option<&str>) -> Markup {
    html! {
        h1 { "新建一轮" }
        div.card {
            @if let Some(error) = error { div.errors role="alert" { (error) } }
            form method="post" action="/desk/rounds/new" {
                (csrf(session))
                label for="title" { "名称" }
                input #title type="text" name="title" value=(form.first("title")) placeholder="例：第一轮对照检查" required;
                label for="survey" { "问卷" }
                select #survey name="survey" { @for s in surveys { option value=(s.id()) selected[form.first("survey") == s.id()] { (s.title().zh()) "（" (s.questions().len()) " 题）" } } }
                p.hint { "手机预览：" @for (n, s) in surveys.iter().enumerate() { @if n > 0 { " · " } a href={ "/desk/surveys/" (s.id()) "/preview" } target="_blank" { (s.title().zh()) } } }
                label for="opens" { "开放日期" } input #opens type="date" name="opens" value=(form.first("opens")) required;
                label for="closes" { "截止日期（当天全天有效，北京时间）" } input #closes type="date" name="closes" value=(form.first("closes")) required;
                label for="units" { "参加单位代码" } p.hint { "留空为全部单位；多个用逗号隔开。" }
                input #units type="text" name="units" value=(form.first("units"));
                @if !earlier.is_empty() {
                    label for="looks_back" { "回头看" } p.hint { "与以前的一轮对照：成员单位、人数等级相同的统计组才比较。" }
                    select #looks_back name="looks_back" { option value="" { "不对照" } @for r in earlier { option value=(r.id) selected[form.first("looks_back") == r.id.as_str()] { (r.title) } } }
                }
                label for="access" { "填写方式" }
                select #access name="access" {
                    option value="slip" { "纸条：每人抽一张，一张只能用一次" }
                    option value="poster" selected[form.first("access") == "poster"] { "海报（试用）：全单位一个码，不能保证每人一份" }
                }
                div.row { button type="submit" { "建立草稿" } span.hint { "建立后仍可放弃；开放时才冻结问卷、单位和统计组。" } }
            }
        }
    }
}
