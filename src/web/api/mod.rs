//! The interface for programs: reading only, by token, through the same gate and the same roles as
//! the desk.
//! Every operation stands in one table, from which routes and the OpenAPI document are both made.

mod document;
mod types;

use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use actix_web::web::{Data, ServiceConfig, block, get, resource};
use actix_web::{HttpRequest, HttpResponse};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::Value;

use crate::app::{Actor, App, AppError, Permission};
use crate::id::RoundId;
use crate::round::RoundState;
use crate::text::Refusal;
use crate::unit::{GroupCode, groups};
use types::{ListView, Problems, ReleaseView, RoundView, Said, TurnoutView, UnitView};

pub use document::{open_api, viewer};

/// Where it all stands.
pub const BASE: &str = "/api/v1";

/// One thing a program can ask for.
pub struct Operation {
    /// Below [`BASE`].
    pub path: &'static str,
    /// Name in generated clients.
    pub id: &'static str,
    /// What it gives, Chinese and English.
    pub summary: (&'static str, &'static str),
    /// Which roles get it.
    pub needed: Permission,
    /// The schema of the answer.
    pub schema: fn(&mut SchemaGenerator) -> Schema,
    run: fn(&App, &Actor, &Asked) -> Result<Value, AppError>,
}

/// What stands in the address.
struct Asked {
    round: Option<RoundId>,
    group: GroupCode,
}

/// All operations.
pub const OPERATIONS: [Operation; 6] = [
    Operation {
        path: "/units",
        id: "units",
        summary: ("单位表", "All units"),
        needed: Permission::RunRounds,
        schema: schema::<Vec<UnitView>>,
        run: units,
    },
    Operation {
        path: "/rounds",
        id: "rounds",
        summary: (
            "轮次；领导和单位负责人只看到已发布的",
            "Rounds; leaders and unit heads see released ones only",
        ),
        needed: Permission::ReadLists,
        schema: schema::<Vec<RoundView>>,
        run: rounds,
    },
    Operation {
        path: "/rounds/{round}",
        id: "round",
        summary: ("一个轮次", "One round"),
        needed: Permission::ReadLists,
        schema: schema::<RoundView>,
        run: round,
    },
    Operation {
        path: "/rounds/{round}/turnout",
        id: "turnout",
        summary: (
            "填写期间的回收区间，每天 18 时更新",
            "Turnout bands while a round is open, taken at 18:00",
        ),
        needed: Permission::RunRounds,
        schema: schema::<TurnoutView>,
        run: turnout,
    },
    Operation {
        path: "/rounds/{round}/release",
        id: "release",
        summary: (
            "发布的结果；领导和单位负责人只看到本单位的",
            "The Release; leaders and unit heads see their own groups only",
        ),
        needed: Permission::ReadLists,
        schema: schema::<ReleaseView>,
        run: release,
    },
    Operation {
        path: "/rounds/{round}/lists/{group}",
        id: "list",
        summary: (
            "一个统计组的问题清单；ALL 为全局",
            "The problem list of a group; ALL is the bureau",
        ),
        needed: Permission::ReadLists,
        schema: schema::<ListView>,
        run: list,
    },
];

fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// Routes of the interface.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource(BASE).route(get().to(viewer)))
        .service(resource(format!("{BASE}/openapi.json")).route(get().to(open_api)));
    for operation in &OPERATIONS {
        let answer = move |request: HttpRequest, app: Data<App>| answer(operation, request, app);
        config.service(resource(format!("{BASE}{}", operation.path)).route(get().to(answer)));
    }
}

async fn answer(
    operation: &'static Operation,
    request: HttpRequest,
    app: Data<App>,
) -> HttpResponse {
    let token = request
        .headers()
        .get(AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.strip_prefix("Bearer "))
        .map(str::to_owned);
    let query = !request.query_string().is_empty();
    let round = request.match_info().get("round").map(str::parse::<RoundId>);
    let group = request.match_info().get("group").unwrap_or_default().to_owned();
    let path = request.path().to_owned();
    let result = block(move || {
        let session = match &token {
            Some(token) => app.token_session(token)?,
            None => None,
        };
        let Some(session) = session else { return Ok(Err((StatusCode::UNAUTHORIZED, no_token()))) };
        let round = match round {
            Some(Err(_)) => {
                return Ok(Err((
                    StatusCode::NOT_FOUND,
                    Refusal::new("没有这个轮次", "there is no such round"),
                )));
            }
            Some(Ok(id)) => Some(id),
            None => None,
        };
        if query {
            let refusal = Refusal::new(
                "本接口没有任何参数；本系统不提供筛选",
                "there are no parameters; results cannot be filtered",
            );
            return Ok(Err((StatusCode::UNPROCESSABLE_ENTITY, refusal)));
        }
        let asked = Asked { round, group: group.into() };
        let by = Actor::Program(session);
        if !by.may(operation.needed) {
            app.refuse_program(&by, &path)?;
        }
        (operation.run)(&app, &by, &asked).map(Ok)
    })
    .await;
    match result {
        Ok(Ok(Ok(value))) => json(StatusCode::OK, &value),
        Ok(Ok(Err((status, refusal)))) => refuse(status, &refusal),
        Ok(Err(error)) => {
            let (status, refusal) = super::WebError::from(error).for_programs();
            refuse(status, &refusal)
        }
        Err(_) => refuse(
            StatusCode::INTERNAL_SERVER_ERROR,
            &Refusal::new("服务暂时不可用", "the service is unavailable for the moment"),
        ),
    }
}

fn no_token() -> Refusal {
    Refusal::new(
        "请在 Authorization 头中给出有效的令牌（Bearer zicha_…），令牌在“我的账号”页建立",
        "give a valid token in the Authorization header (Bearer zicha_…); make one on the page “my \
         account”",
    )
}

fn refuse(status: StatusCode, refusal: &Refusal) -> HttpResponse {
    let mut response =
        json(status, &Problems { error: Said { zh: refusal.zh.clone(), en: refusal.en.clone() } });
    if status == StatusCode::UNAUTHORIZED {
        response
            .headers_mut()
            .insert(WWW_AUTHENTICATE, actix_web::http::header::HeaderValue::from_static("Bearer"));
    }
    response
}

fn json(status: StatusCode, value: &impl Serialize) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("application/json; charset=utf-8")
        .body(serde_json::to_string(value).expect("answers are JSON"))
}

fn give(value: &impl Serialize) -> Value {
    serde_json::to_value(value).expect("answers are JSON")
}

fn units(app: &App, _: &Actor, _: &Asked) -> Result<Value, AppError> {
    Ok(give(&app.units()?.iter().map(UnitView::from).collect::<Vec<_>>()))
}

fn rounds(app: &App, by: &Actor, _: &Asked) -> Result<Value, AppError> {
    let all = app.rounds()?;
    let own =
        all.iter().filter(|r| by.may(Permission::RunRounds) || r.state == RoundState::Released);
    Ok(give(&own.map(RoundView::from).collect::<Vec<_>>()))
}

fn id(asked: &Asked) -> Result<&RoundId, AppError> {
    asked
        .round
        .as_ref()
        .ok_or_else(|| AppError::NotFound(Refusal::new("没有这个轮次", "there is no such round")))
}

fn round(app: &App, by: &Actor, asked: &Asked) -> Result<Value, AppError> {
    let round = app.round(id(asked)?)?;
    if !by.may(Permission::RunRounds) && round.state != RoundState::Released {
        return Err(AppError::NotFound(Refusal::new("没有这个轮次", "there is no such round")));
    }
    Ok(give(&RoundView::from(&round)))
}

fn turnout(app: &App, _: &Actor, asked: &Asked) -> Result<Value, AppError> {
    let round = app.round(id(asked)?)?;
    let groups = groups(&app.round_units(&round.id)?);
    Ok(give(&TurnoutView::new(&round, &groups)))
}

fn release(app: &App, by: &Actor, asked: &Asked) -> Result<Value, AppError> {
    let read = app.read_release(by, id(asked)?)?;
    Ok(give(&ReleaseView::new(&read.results, &read.turnout, &read.wide)))
}

fn list(app: &App, by: &Actor, asked: &Asked) -> Result<Value, AppError> {
    let results = app.read_list(by, id(asked)?, &asked.group)?;
    Ok(give(&ListView::new(&results, &results.list(&asked.group)?)))
}
