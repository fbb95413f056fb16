//! Styles and scripts, built into the binary and named by their content.
//! Also the only place that puts finished markup (QR images) into a page unescaped.

use std::sync::LazyLock;

use maud::{Markup, PreEscaped};
use sha2::{Digest, Sha256};

use super::negotiate::Prepared;

/// A built-in file.
pub struct Asset {
    pub(super) name: String,
    pub(super) content_type: &'static str,
    pub(super) body: Prepared,
}

/// Style of the questionnaire side.
pub static RESPONDENT_CSS: LazyLock<Asset> =
    LazyLock::new(|| asset("r", "css", include_str!("../../assets/respondent.css")));
/// Script of the questionnaire side: one file, put together in the order in which its parts build
/// on each other.
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
pub(super) static WORKER_JS: LazyLock<Prepared> =
    LazyLock::new(|| Prepared::new(include_bytes!("../../assets/phone/worker.js").to_vec()));
/// Style of the desk.
pub static DESK_CSS: LazyLock<Asset> =
    LazyLock::new(|| asset("desk", "css", include_str!("../../assets/desk.css")));
/// Script of the desk.
pub static DESK_JS: LazyLock<Asset> =
    LazyLock::new(|| asset("desk", "js", include_str!("../../assets/desk.js")));
/// Style of printed slips.
pub static SHEET_CSS: &str = include_str!("../../assets/sheet.css");

fn asset(stem: &str, kind: &str, text: &'static str) -> Asset {
    let hash = hex::encode(&Sha256::digest(text)[..6]);
    let content_type =
        if kind == "css" { "text/css; charset=utf-8" } else { "text/javascript; charset=utf-8" };
    Asset {
        name: format!("{stem}-{hash}.{kind}"),
        content_type,
        body: Prepared::new(text.as_bytes().to_vec()),
    }
}

impl Asset {
    /// Its address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("/assets/{}", self.name)
    }
}

/// A QR image, read even where a quarter of it is creased or soiled.
#[must_use]
pub fn qr(text: &str) -> Markup {
    let of = |level| qrcode::QrCode::with_error_correction_level(text, level);
    let code = of(qrcode::EcLevel::Q)
        .or_else(|_| of(qrcode::EcLevel::L))
        .expect("an address fits a QR code");
    let width = code.width();
    let mut path = String::new();
    for (n, color) in code.to_colors().iter().enumerate() {
        if *color == qrcode::Color::Dark {
            path.push_str(&format!("M{} {}h1v1h-1z", n % width + 4, n / width + 4));
        }
    }
    let side = width + 8;
    PreEscaped(format!(
        "<svg class=\"qr\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\" \
         role=\"img\" aria-label=\"QR\"><path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/>\
         <path d=\"{path}\"/></svg>"
    ))
}

/// A style sheet inside a file that must stand alone.
#[must_use]
pub fn inline_style(css: &'static str) -> Markup {
    PreEscaped(format!("<style>{css}</style>"))
}

/// A guide that is part of this program, as it was rendered from its text; nothing that anybody
/// typed comes here.
#[must_use]
pub fn guide_markup(rendered: String) -> Markup {
    PreEscaped(rendered)
}
