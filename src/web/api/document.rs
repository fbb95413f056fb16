//! The OpenAPI document, made from the table of operations and the types they answer with, and a
//! page that shows it without script.
//! Nothing here is written twice: what is documented is what is routed.

use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::types::Problems;
use super::{BASE, OPERATIONS, Operation};
use crate::web::page::Frame;
use crate::web::page::{self, View};

/// The document.
#[must_use]
pub fn document() -> Value {
    let mut generator = SchemaSettings::draft2020_12()
        .with(|s| s.definitions_path = "/components/schemas".into())
        .into_generator();
    let problems = generator.subschema_for::<Problems>();
    let mut paths = Map::new();
    for operation in &OPERATIONS {
        let schema = (operation.schema)(&mut generator);
        let mut responses = Map::new();
        responses.insert("200".into(), content(operation.summary.1, &json!(schema)));
        for (status, why) in failures(operation) {
            responses.insert(status.into(), content(why, &json!(problems)));
        }
        let get = json!({
            "operationId": operation.id,
            "summary": operation.summary.1,
            "description": format!("{}。{}", operation.summary.0, roles(operation)),
            "parameters": parameters(operation),
            "responses": responses,
            "security": [{ "token": [] }],
        });
        paths.insert(operation.path.into(), json!({ "get": get }));
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "zicha (自查)",
            "version": "1",
            "description": "Reading only, through the same gate and the same roles as the desk. \
             There are no filters: every answer is fixed by the Release.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": BASE }],
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "securitySchemes": { "token": {
                "type": "http",
                "scheme": "bearer",
                "description": "Made on the page “my account” of the desk; it has the role and \
                 units of its owner.",
            } },
        },
    })
}

/// The shape of what an operation answers with.
fn answer<'a>(document: &'a Value, operation: &Operation) -> &'a Value {
    let responses = &document["paths"][operation.path]["get"]["responses"];
    &responses["200"]["content"]["application/json"]["schema"]
}

fn content(description: &str, schema: &Value) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}

fn failures(operation: &Operation) -> Vec<(&'static str, &'static str)> {
    let mut list = vec![
        ("401", "No valid token"),
        ("403", "The role may not read this"),
        ("422", "Not possible now, or a parameter was given"),
        ("503", "Busy; try again later"),
    ];
    if operation.path.contains('{') {
        list.insert(2, ("404", "There is no such round or group"));
    }
    list
}

fn parameters(operation: &Operation) -> Vec<Value> {
    let names =
        operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names
        .map(|name| {
            let (pattern, example) = match name {
                "round" => ("^[a-z0-9]{8}$", "abcd2345"),
                _ => ("^[A-Z0-9]+(\\+[A-Z0-9]+)*$", "CY"),
            };
            json!({
                "name": name, "in": "path", "required": true,
                "schema": { "type": "string", "pattern": pattern, "examples": [example] },
            })
        })
        .collect()
}

fn roles(operation: &Operation) -> String {
    let allowed: Vec<&str> = crate::app::Role::ALL
        .iter()
        .filter(|r| operation.needed.allows(r.0))
        .map(|r| r.1)
        .collect();
    format!("Roles: {}.", allowed.join(", "))
}

/// `GET /api/v1/openapi.json`.
pub async fn open_api() -> HttpResponse {
    let text = serde_json::to_string_pretty(&document()).expect("a document is JSON");
    HttpResponse::Ok().content_type("application/json; charset=utf-8").body(text)
}

/// `GET /api/v1`: the same to read.
pub async fn viewer(request: HttpRequest) -> HttpResponse {
    let lang = View::of(&request).lang;
    let document = document();
    let schemas = document["components"]["schemas"].as_object().cloned().unwrap_or_default();
    let body = html! {
        h1 { (lang.pick("程序接口（API v1）", "API v1")) }
        p {
            (lang.pick(
                "只读；与工作台使用同一道发布把关、同一套角色。没有任何筛选参数。OpenAPI 文件：",
                "Read only, behind the same gate and with the same roles as the desk. There are no \
                 filters. OpenAPI document: ",
            ))
            a href={ (BASE) "/openapi.json" } { "openapi.json" }
            (lang.pick("。", "."))
        }
        p.soft {
            (lang.pick(
                "先登录工作台，在“我的账号”页建立令牌，再在请求头中写 ",
                "Sign in to the desk, make a token on the page “My account”, and send the header ",
            ))
            code { "Authorization: Bearer zicha_…" }
            (lang.pick(
                "。令牌具有本人的角色和单位，最长 90 天，账号停用即失效。",
                ". A token has your role and units, lasts 90 days at most, and ends with the \
                 account.",
            ))
        }
        @for operation in &OPERATIONS {
            div.card {
                h2 { code { "GET " (BASE) (operation.path) } }
                p { (lang.pick(operation.summary.0, operation.summary.1)) }
                p.soft { (roles(operation)) }
                p {
                    (lang.pick("返回：", "Returns: "))
                    (type_of(answer(&document, operation)))
                }
            }
        }
        h2 { (lang.pick("数据结构", "Shapes")) }
        @for (name, schema) in &schemas {
            div.card id={ "schema-" (name) } {
                h3 { (name) }
                @if let Some(text) = schema["description"].as_str() {
                    p.soft { (text) }
                }
                (fields(schema))
            }
        }
    };
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(
        page::desk(
            &Frame { session: None, lang, here: BASE, waiting: 0 },
            lang.pick("程序接口", "API"),
            "",
            body,
        )
        .into_string(),
    )
}

fn fields(schema: &Value) -> Markup {
    html! {
        @if let Some(properties) = schema["properties"].as_object() {
            div.scroll {
                table {
                    tbody {
                        @for (name, field) in properties {
                            tr {
                                td { code { (name) } }
                                td { (type_of(field)) }
                                td { (field["description"].as_str().unwrap_or("")) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A type in a word or two, with a link where it has a card of its own.
fn type_of(schema: &Value) -> Markup {
    let named = |reference: &str| {
        let name = reference.rsplit('/').next().unwrap_or(reference).to_owned();
        html! {
            a href={ "#schema-" (name) } { (name) }
        }
    };
    if let Some(reference) = schema["$ref"].as_str() {
        return named(reference);
    }
    if let Some(any) = schema["anyOf"].as_array() {
        return html! {
            @for (n, one) in any.iter().enumerate() {
                @if n > 0 { " / " }
                (type_of(one))
            }
        };
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => html! {
            "array of "
            (type_of(&schema["items"]))
        },
        Value::String(kind) => html! {
            (kind)
        },
        Value::Array(kinds) => html! {
            (kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" / "))
        },
        _ => html! {
            "object"
        },
    }
}
