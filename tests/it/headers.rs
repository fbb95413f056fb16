//! What every answer carries, whoever asks and whatever comes of it: pages, refusals, errors,
//! files, the interface for programs.
//! And the cookies: none for respondents, and those of the desk out of every script's and every
//! other site's reach.

use zicha::app::Role;

use crate::test_app::{Backend, Page, TestApp, UNITS, shell, survey};

/// What must be there, and the start of its value.
const ALWAYS: [(&str, &str); 9] = [
    ("content-security-policy", "default-src 'none'; script-src 'self'; style-src 'self'"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-embedder-policy", "require-corp"),
    ("x-robots-tag", "noindex, noarchive"),
    ("permissions-policy", "camera=(), microphone=()"),
    ("cache-control", ""),
];
/// What must not: names of programs, places to send reports to, marks by which a visitor is known
/// again.
const NEVER: [&str; 8] = [
    "server",
    "x-powered-by",
    "etag",
    "last-modified",
    "report-to",
    "reporting-endpoints",
    "x-xss-protection",
    "via",
];

fn check(what: &str, page: &Page) {
    for (name, start) in ALWAYS {
        let value = page.headers.get(name).unwrap_or_else(|| panic!("{what}: no {name}"));
        assert!(value.starts_with(start), "{what}: {name}: {value}");
    }
    for name in NEVER {
        assert!(!page.headers.contains_key(name), "{what}: {name}");
    }
    let policy = &page.headers["content-security-policy"];
    assert!(
        !policy.contains("unsafe")
            && !policy.contains("http")
            && policy.contains("base-uri 'none'"),
        "{what}: {policy}"
    );
    let framed = what.contains("/preview/");
    assert_eq!(
        page.headers["x-frame-options"],
        if framed { "SAMEORIGIN" } else { "DENY" },
        "{what}"
    );
    let kept = what.contains("/assets/") && page.status == 200;
    assert_eq!(
        page.headers["cache-control"],
        if kept { "public, max-age=31536000, immutable" } else { "no-store" },
        "{what}"
    );
    // A page that is not text/html is never taken for one, and a page never holds script or style
    // of its own.
    if page.headers.get("content-type").is_some_and(|t| t.starts_with("text/html")) {
        for inline in ["<script>", " style=\"", " onclick=", " onsubmit=", "javascript:"] {
            assert!(!page.body.contains(inline), "{what}: {inline}");
        }
    }
    assert!(
        !page.body.contains("src/") && !page.body.contains("panicked"),
        "{what}: the inside shows"
    );
}

#[test]
fn every_answer_carries_the_same_headers_errors_too() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let done = zicha.open_round(&survey("self-check"));
    let codes = zicha.slips(&done)["CY"].clone();
    let mut answers: Vec<(String, Page)> = Vec::new();
    let mut note = |what: String, page: Page| answers.push((what, page));
    for path in [
        "/",
        "/privacy",
        "/healthz",
        "/readyz",
        "/worker.js",
        "/unfrozen",
        "/nowhere",
        "/assets/none.css",
        "/r/nowhere2",
        "/bulletin/x",
        "/?lang=en",
    ] {
        note(path.to_owned(), zicha.get(path));
    }
    let form = zicha.get(&format!("/r/{done}"));
    let asset =
        form.body.split("href=\"/assets/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    note(format!("/assets/{asset}"), zicha.get(&format!("/assets/{asset}")));
    note(format!("/r/{done}"), form);
    note("a wrong code".into(), zicha.answer(&done, "1", &[("honor_pride", "none")]));
    note("a response".into(), zicha.answer(&done, &codes[0], &[("honor_pride", "none")]));
    note(
        "a body that is too large".into(),
        zicha.post_raw(&format!("/r/{done}"), &vec![b'a'; 300 << 10]),
    );
    for code in &codes[1..8] {
        zicha.answer(&done, code, &[("honor_pride", "widespread")]).assert_received();
    }
    for respondent in &answers {
        assert!(!respondent.1.headers.contains_key("set-cookie"), "{}: a cookie", respondent.0);
    }
    zicha.finish(&done);
    let mut note = |what: String, page: Page| answers.push((what, page));
    let password = zicha
        .app
        .add_account(&shell(), "fuzeren", Role::Head, &[], Some(crate::test_app::PASSWORD))
        .unwrap();
    let desk = zicha.desk();
    note("/desk without a session".into(), desk.get("/desk"));
    note("a wrong password".into(), desk.sign_in("fuzeren", "wrong"));
    let entered = desk.sign_in("fuzeren", &password);
    let cookies = entered.headers["set-cookie"].clone();
    note("a right password".into(), entered);
    for page in [
        "",
        "/units",
        "/calendar",
        "/me",
        "/audit",
        "/nowhere",
        "/rounds/new",
        "/surveys/canteen/preview",
        "/surveys/canteen/preview/page",
    ] {
        note(format!("/desk{page}"), desk.get(&format!("/desk{page}")));
    }
    for page in [
        "",
        "/results",
        "/lists/ALL",
        "/export/tally?format=csv",
        "/export/tally?format=none",
        "/lists/none",
        "/compare",
    ] {
        note(format!("/desk/rounds/…{page}"), desk.get(&format!("/desk/rounds/{done}{page}")));
    }
    note("a form without its token".into(), desk.post("/desk/units", &[("table", "x")]));
    note("a refused form".into(), desk.post_from("/desk/units", "/desk/units", &[("table", "x")]));
    note("/metrics".into(), desk.get("/metrics"));
    for path in ["/api/v1", "/api/v1/openapi.json", "/api/v1/rounds", "/api/v1/nowhere"] {
        note(path.into(), zicha.get(path));
    }
    for (what, page) in &answers {
        check(what, page);
    }
    for cookie in cookies.lines() {
        assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
        // The session ends with the browser; that this browser is known stays, and opens nothing.
        assert_eq!(cookie.contains("Max-Age"), cookie.starts_with("zicha_known_"), "{cookie}");
    }
    assert_eq!(cookies.lines().count(), 2);
    let file = desk.get(&format!("/desk/rounds/{done}/export/tally?format=csv"));
    assert!(
        file.headers["content-disposition"].starts_with("attachment; filename=\""),
        "{:?}",
        file.headers
    );
}

#[test]
fn a_page_of_another_version_gets_todays_style_and_script_and_nothing_else_does() {
    let zicha = TestApp::start(Backend::Sqlite);
    let page = zicha.get("/");
    for kind in ["css", "js"] {
        let name = page
            .body
            .split("/assets/")
            .map(|rest| rest.split('"').next().unwrap())
            .find(|name| name.ends_with(kind))
            .unwrap()
            .to_owned();
        let today = zicha.get(&format!("/assets/{name}"));
        let before = zicha.get(&format!("/assets/r-0123456789ab.{kind}"));
        assert_eq!((before.status, &before.body), (200, &today.body), "{kind}");
        assert_eq!(before.headers["content-type"], today.headers["content-type"]);
        assert_eq!(
            before.headers["cache-control"], "no-store",
            "a stand-in is not kept under the other one's name"
        );
    }
    for strange in [
        "r-0123456789ab.html",
        "r-.css",
        "r.css",
        "r-0123456789abcd.css",
        "r-zzzzzzzzzzzz.js",
        "x-0123456789ab.js",
    ] {
        assert_eq!(zicha.get(&format!("/assets/{strange}")).status, 404, "{strange}");
    }
}

#[test]
fn pages_to_read_go_out_compressed_to_whoever_takes_that() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("canteen"));
    for path in ["/".to_owned(), "/privacy".to_owned(), format!("/bulletin/{round}")] {
        let plain = zicha.get(&path);
        assert!(
            !plain.headers.contains_key("content-encoding")
                && plain.headers["vary"].contains("Accept-Encoding"),
            "{path}"
        );
        let packed = zicha.get_packed(&path);
        let mut body = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(&packed[..]), &mut body)
            .unwrap();
        assert_eq!(body, plain.body, "{path}");
        assert!(
            packed.len() < plain.body.len() / 2 + 400,
            "{path}: {} of {}",
            packed.len(),
            plain.body.len()
        );
    }
}
