//! Cookies read one by one, as bytes.
//! Another program on the same host may set some in any encoding; what cannot be read is not ours
//! and must not hide what is.

use actix_web::HttpRequest;
use actix_web::http::header::COOKIE;

/// What a cookie of this name holds. All of ours are plain letters and digits.
pub fn read(request: &HttpRequest, name: &str) -> Option<String> {
    let pairs = request
        .headers()
        .get_all(COOKIE)
        .flat_map(|header| header.as_bytes().split(|b| *b == b';'));
    pairs.map(<[u8]>::trim_ascii).find_map(|pair| {
        let (key, value) = pair.split_at_checked(pair.iter().position(|b| *b == b'=')?)?;
        let value = value[1..].trim_ascii();
        let value = value.strip_prefix(b"\"").and_then(|v| v.strip_suffix(b"\"")).unwrap_or(value);
        (key.trim_ascii() == name.as_bytes())
            .then(|| String::from_utf8(value.to_vec()).ok())
            .flatten()
    })
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    #[test]
    fn a_cookie_is_found_among_those_of_other_programs() {
        let header = actix_web::http::header::HeaderValue::from_bytes(
            b"oa=\xD5\xC5\xC8\xFD; zicha=abc; caf\xE9=1; zicha_lang=\"en\"; nothing",
        )
        .unwrap();
        let request = TestRequest::default().insert_header((COOKIE, header)).to_http_request();
        assert_eq!(read(&request, "zicha").as_deref(), Some("abc"));
        assert_eq!(read(&request, "zicha_lang").as_deref(), Some("en"));
        assert_eq!(read(&request, "oa"), None);
        assert_eq!(read(&request, "nothing"), None);
    }
}
