//! Liveness and readiness, for whatever restarts or routes.
//! They say yes or no and nothing about rounds or people.

use actix_web::HttpResponse;
use actix_web::web::{Data, block};

use crate::app::App;

/// `GET /healthz`: the process runs.
pub async fn live() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("ok\n")
}

/// `GET /readyz`: the database answers.
pub async fn ready(app: Data<App>) -> HttpResponse {
    match block(move || app.ready()).await {
        Ok(Ok(())) => HttpResponse::Ok().content_type("text/plain").body("ready\n"),
        _ => HttpResponse::ServiceUnavailable()
            .insert_header(("Retry-After", "5"))
            .content_type("text/plain")
            .body("not ready\n"),
    }
}
