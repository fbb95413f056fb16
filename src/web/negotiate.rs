//! Bodies that are compressed once and served many times.
//! A questionnaire is the same bytes for everybody, so nothing is computed per request.

use std::io::Write;

use actix_web::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use maud::Markup;

/// A body in three encodings.
pub struct Prepared {
    plain: Bytes,
    gzip: Bytes,
    brotli: Bytes,
}

impl Prepared {
    /// Compresses a body at the best level.
    #[must_use]
    pub fn new(plain: Vec<u8>) -> Self {
        let expect = "compressing in memory cannot fail";
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(&plain).expect(expect);
        let mut brotli = Vec::new();
        let params =
            brotli::enc::BrotliEncoderParams { quality: 10, lgwin: 18, ..Default::default() };
        brotli::BrotliCompress(&mut plain.as_slice(), &mut brotli, &params).expect(expect);
        Self {
            gzip: gzip.finish().expect(expect).into(),
            brotli: brotli.into(),
            plain: plain.into(),
        }
    }

    /// Answers with the smallest encoding that the client takes.
    #[must_use]
    pub fn respond(&self, request: &HttpRequest, content_type: &'static str) -> HttpResponse {
        let takes = |name: &str| takes(request, name);
        let mut response = HttpResponse::Ok();
        response.content_type(content_type).insert_header((VARY, "Accept-Encoding"));
        if takes("br") {
            response.insert_header((CONTENT_ENCODING, "br")).body(self.brotli.clone())
        } else if takes("gzip") {
            response.insert_header((CONTENT_ENCODING, "gzip")).body(self.gzip.clone())
        } else {
            response.body(self.plain.clone())
        }
    }
}

/// Whether a client takes an encoding.
fn takes(request: &HttpRequest, name: &str) -> bool {
    let accepted =
        request.headers().get(ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).unwrap_or("");
    accepted.split(',').any(|part| {
        let mut words = part.trim().split(';');
        words.next() == Some(name) && words.next().is_none_or(|q| q.trim() != "q=0")
    })
}

/// A page that is made for each request and is the same for all: compressed quickly, since it is
/// sent once.
#[must_use]
pub fn quick(request: &HttpRequest, page: Markup) -> HttpResponse {
    let plain = page.into_string().into_bytes();
    let mut response = HttpResponse::Ok();
    response.content_type("text/html; charset=utf-8").insert_header((VARY, "Accept-Encoding"));
    if !takes(request, "gzip") {
        return response.body(plain);
    }
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let packed = gzip
        .write_all(&plain)
        .and_then(|()| gzip.finish())
        .expect("compressing in memory cannot fail");
    response.insert_header((CONTENT_ENCODING, "gzip")).body(packed)
}
