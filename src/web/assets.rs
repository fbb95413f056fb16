//! Styles and scripts, built into the binary and named by their content.
//! Also the only place that puts finished markup (QR images) into a page unescaped.

use std::sync::LazyLock;

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, PreEscaped};
use sha2::{Digest, Sha256};

use super::error::WebError;
use super::negotiate::Prepared;

/// A built-in file.
pub struct Asset {
    name: String,
    content_type: &'static str,
    body: Prepared,
}

/// Style of the questionnaire side.
pub static RESPONDENT_CSS: LazyLock<Asset> = LazyLock::new(|| asset("r", "css", include_str!("../../assets/respondent.css")));
/// Script of the questionnaire side: one file, put together in the order in which its parts build on each other.
pub static PHONE_JS: LazyLock<Asset> = LazyLock::new(|| {
    asset(
        "r",
        "js",
        concat!(
            "(function () {\n\"use strict\";\n",
            include_str!("../../assets/phone/words.js"),
            include_str!("../../assets/phone/code.js"),
            include_str!("../../assets/phone/fields.js"),
            include_str!("../../assets/phone/steps.js"),
            include_str!("../../assets/phone/storage.js"),
            include_str!("../../assets/phone/send.js"),
            include_str!("../../assets/phone/start.js"),
            "})();\n",
        ),
    )
});
/// The service worker that gives back an opened questionnaire when there is no network.
static WORKER_JS: LazyLock<Prepared> = LazyLock::new(|| Prepared::new(include_bytes!("../../assets/phone/worker.js").to_vec()));
/// Style of the desk.
pub static DESK_CSS: LazyLock<Asset> = LazyLock::new(|| asset("desk", "css", include_str!("../../assets/desk.css")));
/// Script of the desk.
pub static DESK_JS: LazyLock<Asset> = LazyLock::new(|| asset("desk", "js", include_str!("../../assets/desk.js")));
/// Style of printed slips.
pub static SHEET_CSS: &str = include_str!("../../assets/sheet.css");

fn asset(stem: &str, kind: &str, text: &'static str) -> Asset {
    let hash = hex::encode(&Sha256::digest(text)[..6]);
    let content_type = if kind == "css" { "text/css; charset=utf-8" } else { "text/javascript; charset=utf-8" };
    Asset { name: format!("{stem}-{hash}.{kind}"), content_type, body: Prepared::new(text.as_bytes().to_vec()) }
}

impl Asset {
    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("/assets/{}", self.name)
    }
}

/// `GET /assets/{name}`.
pub async fn serve(request: HttpRequest, name: Path<String>) -> Result<HttpResponse, WebError> {
    let known: [&Asset; 4] = [&RESPONDENT_CSS, &PHONE_JS, &DESK_CSS, &DESK_JS];
    let Some(asset) = known.into_iter().find(|a| a.name == *name) else {
        // While nodes are brought up to date one by one, a page of one version asks a node of another for its files: today's do for both.
        let (stem, rest) = name.split_once('-').unwrap_or_default();
        let (hash, kind) = rest.split_once('.').unwrap_or_default();
        let theirs = |a: &&Asset| a.name.starts_with(&format!("{stem}-")) && a.name.ends_with(&format!(".{kind}"));
        let asset = known.into_iter().find(theirs).filter(|_| hash.len() == 12 && hash.bytes().all(|b| b.is_ascii_hexdigit()));
        return Ok(asset.ok_or(WebError::NothingHere)?.body.respond(&request, asset.map_or("", |a| a.content_type)));
    };
    let mut response = asset.body.respond(&request, asset.content_type);
    response
        .headers_mut()
        .insert(actix_web::http::header::CACHE_CONTROL, actix_web::http::header::HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(response)
}

/// `GET /worker.js`: at the root, since a worker serves only what lies below it. Browsers look for a newer one by themselves.
pub async fn worker(request: HttpRequest) -> HttpResponse {
    WORKER_JS.respond(&request, "text/javascript; charset=utf-8")
}

/// `GET /unfrozen`: nothing, and never to be stored. The page that asks for it is then not frozen either.
pub async fn unfrozen() -> HttpResponse {
    HttpResponse::Ok().content_type("video/mp4").finish()
}

/// A QR image, read even where a quarter of it is creased or soiled.
#[must_use]
pub fn qr(text: &str) -> Markup {
    let of = |level| qrcode::QrCode::with_error_correction_level(text, level);
    let code = of(qrcode::EcLevel::Q).or_else(|_| of(qrcode::EcLevel::L)).expect("an address fits a QR code");
    let width = code.width();
    let mut path = String::new();
    for (n, color) in code.to_colors().iter().enumerate() {
        if *color == qrcode::Color::Dark {
            path.push_str(&format!("M{} {}h1v1h-1z", n % width + 4, n / width + 4));
        }
    }
    let side = width + 8;
    PreEscaped(format!(
        r##"<svg class="qr" viewBox="0 0 {side} {side}" shape-rendering="crispEdges" role="img" aria-label="QR"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>"##
    ))
}

/// A style sheet inside a file that must stand alone.
#[must_use]
pub fn inline_style(css: &'static str) -> Markup {
    PreEscaped(format!("<style>{css}</style>"))
}
