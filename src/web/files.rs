//! The addresses of styles and scripts, and of what a browser asks for by itself.
//! Files are named by their content and kept for ever; what must never be kept says so.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};

use super::assets::{Asset, DESK_CSS, DESK_JS, PHONE_JS, RESPONDENT_CSS, WORKER_JS};
use super::error::WebError;

/// `GET /assets/{name}`.
pub async fn serve(request: HttpRequest, name: Path<String>) -> Result<HttpResponse, WebError> {
    let known: [&Asset; 4] = [&RESPONDENT_CSS, &PHONE_JS, &DESK_CSS, &DESK_JS];
    let Some(asset) = known.into_iter().find(|a| a.name == *name) else {
        // While nodes are brought up to date one by one, a page of one version asks a node of
        // another for its files: today's do for both.
        let (stem, rest) = name.split_once('-').unwrap_or_default();
        let (hash, kind) = rest.split_once('.').unwrap_or_default();
        let theirs = |a: &&Asset| {
            a.name.starts_with(&format!("{stem}-")) && a.name.ends_with(&format!(".{kind}"))
        };
        let asset = known
            .into_iter()
            .find(theirs)
            .filter(|_| hash.len() == 12 && hash.bytes().all(|b| b.is_ascii_hexdigit()));
        return Ok(asset
            .ok_or(WebError::NothingHere)?
            .body
            .respond(&request, asset.map_or("", |a| a.content_type)));
    };
    let mut response = asset.body.respond(&request, asset.content_type);
    response.headers_mut().insert(
        actix_web::http::header::CACHE_CONTROL,
        actix_web::http::header::HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    Ok(response)
}

/// `GET /worker.js`: at the root, since a worker serves only what lies below it. Browsers look for
/// a newer one by themselves.
pub async fn worker(request: HttpRequest) -> HttpResponse {
    WORKER_JS.respond(&request, "text/javascript; charset=utf-8")
}

/// `GET /unfrozen`: nothing, and never to be stored. The page that asks for it is then not frozen
/// either.
pub async fn unfrozen() -> HttpResponse {
    HttpResponse::Ok().content_type("video/mp4").finish()
}
