//! Desk accounts: the second factor, the password before grave steps, and a session that ends in
//! the middle of work.

use diesel::prelude::*;
use diesel::sql_query;
use totp_rs::{Builder, Secret};
use zicha::app::Role;

use crate::test_app::{
    Backend, Desk, Page, TestApp, UNITS, a_clerk, on_both, open_beside, shell, survey,
};

fn signed_in(zicha: &TestApp, name: &str, role: Role) -> (Desk, String) {
    let password =
        zicha.app.add_account(&shell(), name, role, &[], Some(crate::test_app::PASSWORD)).unwrap();
    let desk = zicha.desk();
    assert_eq!(desk.sign_in(name, &password).location, "/desk");
    (desk, password)
}

fn sql(zicha: &TestApp, query: &str) {
    let file = zicha.data().join("zicha.db");
    let mut db = open_beside(file);
    sql_query(query).execute(&mut db).unwrap();
}

/// What the phone shows, `steps` time steps from now.
pub fn shown(base32: &str, steps: i64) -> String {
    let totp =
        Builder::new().with_secret(Secret::try_from_base32(base32).unwrap()).build().unwrap();
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    totp.generate(u64::try_from(now + 30 * steps).unwrap()).to_string()
}

fn between<'a>(page: &'a Page, before: &str, after: &str) -> &'a str {
    page.body
        .split(before)
        .nth(1)
        .unwrap_or_else(|| panic!("no {before} in {}", page.body))
        .split(after)
        .next()
        .unwrap()
}

#[test]
fn a_second_factor_is_asked_for_counts_once_and_has_recovery_codes() {
    let zicha = TestApp::start(Backend::Sqlite);
    let (desk, password) = signed_in(&zicha, "keyuan", Role::Clerk);
    // A session alone makes none.
    desk.post_from("/desk/me", "/desk/me", &[("do", "prepare")]).assert_says(422, "口令不正确");
    let prepared =
        desk.post_from("/desk/me", "/desk/me", &[("do", "prepare"), ("password", &password)]);
    let base32 = between(&prepared, "<code>", "<").to_owned();
    assert!(prepared.body.contains("class=\"qr\""));
    // A wrong code keeps the secret that the phone has already scanned.
    let refused = desk.post_from("/desk/me", "/desk/me", &[("do", "enable"), ("totp", "000000")]);
    refused.assert_says(422, "动态口令不正确");
    refused.assert_says(422, &base32);
    let first = shown(&base32, 0);
    let enabled = desk.post_from("/desk/me", "/desk/me", &[("do", "enable"), ("totp", &first)]);
    enabled.assert_says(200, "动态口令已启用");
    let codes: Vec<String> = enabled
        .body
        .split("<code>")
        .skip(1)
        .map(|c| c.split('<').next().unwrap().to_owned())
        .collect();
    assert_eq!(codes.len(), 10);
    assert!(!desk.get("/desk/me").body.contains(&codes[0]), "shown once");

    let with = |code: &str| {
        zicha
            .desk()
            .post("/desk/sign-in", &[("name", "keyuan"), ("password", &password), ("code", code)])
    };
    with("").assert_says(422, "账号、口令或动态口令不正确");
    with(&first).assert_says(422, "不正确"); // used for enabling
    let next = shown(&base32, 1);
    assert_eq!(with(&next).location, "/desk");
    with(&next).assert_says(422, "不正确");
    // The throttle is per name and a minute long; the right code went in, so counting began anew.
    assert_eq!(with(&codes[3].to_uppercase().replace('-', " ")).location, "/desk");
    with(&codes[3]).assert_says(422, "不正确");
    desk.get("/desk/me").assert_says(200, "备用码还剩 <strong>9</strong> 个");

    // A copy of the database holds no secret that an app could use, and no recovery code.
    let bytes = std::fs::read(zicha.data().join("zicha.db")).unwrap();
    let secret = Secret::try_from_base32(&base32).unwrap();
    let held: &[u8] = secret.as_ref();
    assert!(memchr::memmem::find(&bytes, held).is_none());
    assert!(memchr::memmem::find(&bytes, hex::encode(held).as_bytes()).is_none());
    assert!(codes.iter().all(|c| memchr::memmem::find(&bytes, c.as_bytes()).is_none()));

    desk.post_from(
        "/desk/me",
        "/desk/me",
        &[("do", "disable"), ("password", "wrong"), ("totp", &codes[4])],
    )
    .assert_says(422, "口令不正确");
    // Whoever has a session, and even the password, neither replaces the factor nor takes it away
    // without a code of it.
    for step in ["prepare", "disable"] {
        desk.post_from("/desk/me", "/desk/me", &[("do", step), ("password", &password)])
            .assert_says(422, "现在的动态口令或一个备用码");
    }
    desk.post_from(
        "/desk/me",
        "/desk/me",
        &[("do", "prepare"), ("password", &password), ("totp", &codes[5])],
    )
    .assert_says(200, "密钥");
    // A secret of somebody's own is not taken, whatever its shape: the one that was made here is
    // confirmed, or none.
    for secret in ["", "A", "ABCD", &"A".repeat(2_500)] {
        let forged = desk.post_from(
            "/desk/me",
            "/desk/me",
            &[
                ("do", "enable"),
                ("secret", secret),
                ("url", &"u".repeat(2_500)),
                ("totp", "123456"),
            ],
        );
        forged.assert_says(422, "动态口令不正确");
    }
    desk.post_from(
        "/desk/me",
        "/desk/me",
        &[("do", "disable"), ("password", &password), ("totp", &codes[4])],
    )
    .assert_says(200, "动态口令已取消");
    assert_eq!(with("").location, "/desk");
}

#[test]
fn grave_steps_ask_for_the_password_again_and_then_go_on() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("self-check"));
    for code in zicha.slips(&round)["CY"].iter().take(8) {
        zicha.answer(&round, code, &[("honor_pride", "frequent")]).assert_received();
    }
    let base = format!("/desk/rounds/{round}");
    let (desk, password) = signed_in(&zicha, "keyuan", Role::Clerk);
    zicha.app.close_round(&shell(), &round).unwrap();
    let stale = || sql(&zicha, "update sessions set confirmed = confirmed - 601");
    stale();
    let step = format!("{base}/do/box");
    desk.post_from(&base, &step, &[("confirm", "yes")]).assert_says(200, "再次输入口令");
    assert_eq!(
        zicha.app.round(&round).unwrap().state,
        zicha::round::RoundState::Closed,
        "nothing was opened"
    );
    let wrong = desk.post_from(&base, &step, &[("confirm", "yes"), ("confirm_password", "wrong")]);
    wrong.assert_says(422, "口令不正确");
    assert!(!wrong.body.contains(">wrong<"), "a password is not carried along");
    assert!(
        wrong.body.contains("<textarea hidden name=\"confirm\">yes</textarea>"),
        "what was asked for is"
    );
    assert_eq!(
        desk.post_from(&base, &step, &[("confirm", "yes"), ("confirm_password", &password)]).status,
        303
    );
    TestApp::wait(|| zicha.app.round(&round).unwrap().destroyed);

    stale();
    let export = format!("{base}/export/wide?format=csv");
    let asked = desk.get(&export);
    assert_eq!(asked.status, 303);
    desk.get(&asked.location).assert_says(200, "再次输入口令");
    let back = desk.post_from(
        &asked.location,
        "/desk/confirm",
        &[("to", &export), ("confirm_password", &password)],
    );
    assert_eq!((back.status, back.location.as_str()), (303, export.as_str()));
    assert_eq!(desk.get(&export).status, 200);
    for to in ["https://example.org/", "//example.org/", "/desk\\..\\x", "/r/x", "/deskx"] {
        let back = desk.post_from(
            "/desk",
            "/desk/confirm",
            &[("to", to), ("confirm_password", &password)],
        );
        assert_eq!(back.location, "/desk", "{to} is not of the desk");
    }

    stale();
    for path in [format!("{base}/do/release"), format!("{base}/keeping")] {
        desk.post_from(&base, &path, &[("confirm", "yes"), ("step", "destroy")])
            .assert_says(200, "再次输入口令");
    }
    assert!(zicha.app.approvals(&round).unwrap().is_empty());
}

#[test]
fn a_session_that_ends_in_the_middle_of_work_loses_nothing() {
    let zicha = TestApp::start(Backend::Sqlite);
    let (desk, password) = signed_in(&zicha, "keyuan", Role::Clerk);
    let page = desk.get("/desk/units");
    let token = crate::desk::token_of(&page.body);
    let seen = between(&page, "name=\"seen\" value=\"", "\"").to_owned();
    sql(&zicha, "delete from sessions");
    // A page is asked for again after signing in.
    let asked = desk.get("/desk/rounds/new?x=1");
    assert_eq!(
        (asked.status, asked.location.as_str()),
        (303, "/desk/sign-in?to=%2Fdesk%2Frounds%2Fnew%3Fx%3D1")
    );
    desk.get(&asked.location).assert_says(200, "value=\"/desk/rounds/new?x=1\"");
    // A table that took an hour to type is still there.
    let table = "code,name,kind,headcount\nCY,曹杨<中队>,squad,30\n";
    let over = desk.post_as(
        "same-origin",
        "/desk/units",
        &[("csrf", &token), ("seen", &seen), ("table", table)],
    );
    over.assert_says(401, "您填写的内容都还在");
    let shown = between(&over, "name=\"kept\">", "</textarea>").to_owned();
    let kept = shown.replace("&amp;", "&");
    assert!(
        !kept.contains("csrf") && kept.bytes().all(|b| b.is_ascii_hexdigit() || b == b'.'),
        "sealed: {kept}"
    );
    let wrong = desk.post(
        "/desk/sign-in",
        &[("name", "keyuan"), ("password", "wrong"), ("to", "/desk/units"), ("kept", &kept)],
    );
    wrong.assert_says(422, &shown);
    let again = desk.post(
        "/desk/sign-in",
        &[("name", "keyuan"), ("password", &password), ("to", "/desk/units"), ("kept", &kept)],
    );
    again.assert_says(200, "已重新登录");
    again.assert_says(200, "曹杨&lt;中队&gt;");
    // What somebody else typed is not brought into another account, and a form that was not sealed
    // here into none.
    let (other, _) = signed_in(&zicha, "lisi", Role::Clerk);
    let kept_by_other = other.post(
        "/desk/sign-in",
        &[("name", "lisi"), ("password", &password), ("to", "/desk/units"), ("kept", &kept)],
    );
    kept_by_other.assert_says(200, "另一个账号填写的，没有带入");
    assert!(!kept_by_other.body.contains("曹杨"));
    let forged = kept.replacen(|c: char| c.is_ascii_hexdigit(), "0", 1);
    let forged = if forged == kept { kept.replacen('0', "1", 1) } else { forged };
    assert_eq!(
        zicha
            .desk()
            .post(
                "/desk/sign-in",
                &[
                    ("name", "keyuan"),
                    ("password", &password),
                    ("to", "/desk/units"),
                    ("kept", &forged)
                ]
            )
            .location,
        "/desk/units"
    );
    assert!(zicha.app.units().unwrap().is_empty(), "it goes on when the person says so");
    let token = crate::desk::token_of(&again.body);
    assert_eq!(
        desk.post("/desk/units", &[("csrf", &token), ("seen", &seen), ("table", table)]).status,
        303
    );
    assert_eq!(zicha.app.units().unwrap().len(), 1);
    // Another site's form is not taken along.
    sql(&zicha, "delete from sessions");
    for site in ["cross-site", "same-site"] {
        assert_eq!(
            desk.post_as(site, "/desk/units", &[("csrf", &token), ("table", "x")]).status,
            403,
            "{site}"
        );
    }
    // Nor one without the token that belongs to this browser's cookie; that is all it takes, also
    // where a browser says nothing of sites.
    assert_eq!(desk.post_as("none", "/desk/units", &[("table", "x")]).status, 303);
    assert_eq!(desk.post("/desk/units", &[("csrf", "made up"), ("table", "x")]).status, 303);
    desk.post("/desk/units", &[("csrf", &token), ("table", table)])
        .assert_says(401, "您填写的内容都还在");
}

#[test]
fn the_administrator_turns_accounts_off_and_resets_them_and_their_sessions_end() {
    let zicha = TestApp::start(Backend::Sqlite);
    let (admin, _) = signed_in(&zicha, "guanli", Role::Admin);
    let (clerk, password) = signed_in(&zicha, "keyuan", Role::Clerk);
    let act = |step: &str, name: &str| {
        admin.post_from(
            "/desk/accounts",
            "/desk/accounts/do",
            &[("do", step), ("name", name), ("confirm", "yes")],
        )
    };
    act("off", "keyuan").assert_says(200, "已停用");
    assert_eq!(clerk.get("/desk").status, 303);
    zicha.desk().sign_in("keyuan", &password).assert_says(422, "不正确");
    act("on", "keyuan");
    assert_eq!(clerk.sign_in("keyuan", &password).location, "/desk");
    let made = act("password", "keyuan");
    let fresh = made.password();
    assert_eq!(clerk.get("/desk").status, 303);
    assert_eq!(clerk.sign_in("keyuan", &fresh).location, "/desk");
    // The administrator has seen this password: nothing goes on before it is changed.
    for page in ["/desk", "/desk/units", "/desk/rounds/new"] {
        assert_eq!(
            (clerk.get(page).status, clerk.get(page).location.as_str()),
            (303, "/desk/me"),
            "{page}"
        );
    }
    clerk.get("/desk/me").assert_says(200, "请先修改口令");
    assert_eq!(
        clerk
            .post_from(
                "/desk/me",
                "/desk/units/one",
                &[("code", "X"), ("name", "甲"), ("kind", "squad"), ("headcount", "3")]
            )
            .location,
        "/desk/me"
    );
    clerk
        .post_from(
            "/desk/me",
            "/desk/me",
            &[("do", "token"), ("password", &fresh), ("label", "x"), ("days", "1")],
        )
        .assert_says(422, "请先修改口令");
    let own = "第一句只有自己知道的话";
    let mine = |old: &str, new: &str| {
        clerk.post_from(
            "/desk/me",
            "/desk/me",
            &[("do", "password"), ("old", old), ("new", new), ("again", new)],
        )
    };
    mine(&fresh, &fresh).assert_says(422, "新口令与现在的口令相同");
    for common in ["123456789012", "qwertyuiopas", "keyuankeyuan"] {
        mine(&fresh, common).assert_says(422, "太常见");
    }
    mine(&fresh, &format!("{own}甲")).assert_says(200, "口令已修改");
    let fresh = format!("{own}甲");
    clerk.get("/desk").assert_says(200, "开始使用");
    act("off", "guanli").assert_says(422, "不能停用自己的账号");
    act("off", "nobody").assert_says(422, "没有这个账号");
    assert_eq!(
        clerk.post_from("/desk", "/desk/accounts/do", &[("do", "off"), ("name", "guanli")]).status,
        403
    );
    // The own password: the old one is asked for, and sessions elsewhere end.
    let elsewhere = zicha.desk();
    elsewhere.sign_in("keyuan", &fresh);
    let change = |old: &str, new: &str| {
        clerk.post_from(
            "/desk/me",
            "/desk/me",
            &[("do", "password"), ("old", old), ("new", new), ("again", new)],
        )
    };
    let token = zicha.app.make_token(&a_clerk("keyuan"), "试", 1).unwrap();
    change("wrong", "一句容易记住而且够长的口令").assert_says(422, "现在的口令不正确");
    change(&fresh, "太短").assert_says(422, "口令至少 12 位");
    change(&fresh, "一句容易记住而且够长的口令").assert_says(200, "口令已修改");
    assert_eq!(clerk.get("/desk").status, 200);
    assert_eq!(elsewhere.get("/desk").status, 303);
    assert_eq!(zicha.get_as(&token, "/api/v1/units").status, 401, "its tokens end too");
    // Whoever sits at a desk that was left open cannot guess the password; whoever knows it is not
    // kept out.
    let disable = |password: &str| {
        clerk.post_from("/desk/me", "/desk/me", &[("do", "disable"), ("password", password)])
    };
    for _ in 0..7 {
        assert_eq!(disable("一句容易记住而且够长的口令").status, 200);
    }
    for _ in 0..5 {
        change("wrong", "另一句容易记住而且够长的口令").assert_says(422, "现在的口令不正确");
    }
    change("一句容易记住而且够长的口令", "另一句容易记住而且够长的口令")
        .assert_says(422, "尝试次数过多");
}

#[test]
fn a_passphrase_or_password_that_was_typed_is_never_on_a_page_again() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.draft(&survey("canteen"), zicha::round::Access::Slip);
    let (desk, password) = signed_in(&zicha, "keyuan", Role::Clerk);
    let secret = "abcde-fghjk-mnpqr-stuvw";
    for (path, field) in [
        (format!("/desk/rounds/{round}/custody"), "passphrase"),
        ("/desk/me".to_owned(), "totp"),
        ("/desk/me".to_owned(), "secret"),
    ] {
        let token = crate::desk::token_of(&desk.get("/desk/me").body);
        sql(&zicha, "delete from sessions");
        let over = desk.post_as(
            "same-origin",
            &path,
            &[("csrf", &token), ("step", "enter"), (field, secret)],
        );
        over.assert_says(401, "不会保留，需要重新输入");
        assert!(!over.body.contains(secret) && !over.body.contains("name=\"kept\""), "{path}");
        let back = desk
            .post("/desk/sign-in", &[("name", "keyuan"), ("password", &password), ("to", &path)]);
        assert!(back.status == 303 && !back.body.contains(secret), "{path}");
    }
}

#[test]
fn the_largest_form_of_the_desk_outlives_its_session() {
    let zicha = TestApp::start(Backend::Sqlite);
    let (desk, password) = signed_in(&zicha, "keyuan", Role::Clerk);
    let rows: Vec<String> =
        (0..4_000).map(|n| format!("C{n},第{n}号派出执法中队（含协管员）,squad,30,,\n")).collect();
    let table = format!("code,name,kind,headcount,group,group_name\n{}", rows.concat());
    let page = desk.get("/desk/units");
    let (token, seen) = (
        crate::desk::token_of(&page.body),
        between(&page, "name=\"seen\" value=\"", "\"").to_owned(),
    );
    sql(&zicha, "delete from sessions");
    let over = desk.post_as(
        "same-origin",
        "/desk/units",
        &[("csrf", &token), ("seen", &seen), ("table", &table)],
    );
    over.assert_says(401, "您填写的内容都还在");
    let kept = between(&over, "name=\"kept\">", "</textarea>").to_owned();
    let again = desk.post(
        "/desk/sign-in",
        &[("name", "keyuan"), ("password", &password), ("to", "/desk/units"), ("kept", &kept)],
    );
    again.assert_says(200, "第3999号派出执法中队");
    let token = crate::desk::token_of(&again.body);
    assert_eq!(
        desk.post("/desk/units", &[("csrf", &token), ("seen", &seen), ("table", &table)]).status,
        303
    );
    assert_eq!(zicha.app.units().unwrap().len(), 4_000);
    // A stranger has nothing to say that is long.
    let long = "x".repeat(300 << 10);
    assert_eq!(
        zicha
            .desk()
            .post("/desk/sign-in", &[("name", "keyuan"), ("password", "x"), ("kept", &long)])
            .status,
        413
    );
}

#[test]
fn a_form_from_elsewhere_is_refused_also_where_a_browser_says_nothing_of_sites() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha
        .app
        .add_account(&shell(), "keyuan", Role::Clerk, &[], Some(crate::test_app::PASSWORD))
        .unwrap();
    let send = |path: &str, headers: &[(&str, &str)]| {
        let form =
            crate::test_app::encode(&[("name", "keyuan"), ("password", crate::test_app::PASSWORD)]);
        let mut request = crate::test_app::agent()
            .post(format!("{}{path}", zicha.base))
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send(form.as_bytes()).unwrap().status().as_u16()
    };
    let own = zicha.base.clone();
    for (name, value, status) in [
        ("origin", own.as_str(), 303),
        ("origin", "https://example.org", 403),
        ("origin", "null", 403),
        ("referer", "https://example.org/x", 403),
        ("referer", &format!("{own}/desk/sign-in"), 303),
    ] {
        assert_eq!(send("/desk/sign-in", &[(name, value)]), status, "{name}: {value}");
    }
    assert_eq!(
        send("/desk/surveys/canteen/preview/page", &[("origin", "https://example.org")]),
        403
    );
    assert_eq!(send("/desk/units", &[("origin", "https://example.org")]), 403);
}

#[test]
fn a_cookie_of_another_program_does_not_hide_the_session() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha
        .app
        .add_account(&shell(), "keyuan", Role::Clerk, &[], Some(crate::test_app::PASSWORD))
        .unwrap();
    let desk = zicha.desk();
    let cookie = desk.sign_in("keyuan", crate::test_app::PASSWORD).headers["set-cookie"]
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let value = ureq::http::HeaderValue::from_bytes(
        &[b"oa=\xD5\xC5\xC8\xFD; ", cookie.as_bytes()].concat(),
    )
    .unwrap();
    let answer = crate::test_app::agent()
        .get(format!("{}/desk", zicha.base))
        .header("cookie", value)
        .call()
        .unwrap();
    assert_eq!(answer.status().as_u16(), 200);
}

#[test]
fn a_name_is_signed_in_with_whatever_keyboard_wrote_it() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha
        .app
        .add_account(&shell(), "keyuan", Role::Clerk, &[], Some("Cafe\u{301} au lait 十二位口令"))
        .unwrap();
    for (name, password) in [
        ("keyuan", "Café au lait 十二位口令"),
        ("Keyuan", "Ｃａｆé　ａｕ　ｌａｉｔ　十二位口令"),
        (" keyuan ", "Cafe\u{301} au lait 十二位口令"),
        ("ＫＥＹＵＡＮ", "Café au lait 十二位口令"),
    ] {
        assert_eq!(zicha.desk().sign_in(name, password).location, "/desk", "{name} {password}");
    }
    let twice = zicha
        .app
        .add_account(&shell(), "ＫＥＹＵＡＮ", Role::Clerk, &[], Some(crate::test_app::PASSWORD))
        .unwrap_err()
        .to_string();
    assert!(twice.contains("keyuan exists"), "{twice}");
    for unseen in ["\u{3164}", "\u{2800}", "\u{AD}", "key\u{200B}uan2"] {
        assert!(
            zicha
                .app
                .add_account(&shell(), unseen, Role::Clerk, &[], Some(crate::test_app::PASSWORD))
                .is_err(),
            "{unseen:?}"
        );
    }
}

#[test]
fn guesses_of_the_code_by_who_knows_the_password_are_slowed_down_and_told_to_the_owner() {
    let zicha = TestApp::start(Backend::Sqlite);
    let (desk, password) = signed_in(&zicha, "keyuan", Role::Clerk);
    let prepared =
        desk.post_from("/desk/me", "/desk/me", &[("do", "prepare"), ("password", &password)]);
    let base32 = between(&prepared, "<code>", "<").to_owned();
    desk.post_from("/desk/me", "/desk/me", &[("do", "enable"), ("totp", &shown(&base32, 0))])
        .assert_says(200, "动态口令已启用");
    let stranger =
        |code: &str| zicha.app.sign_in("keyuan", &password, code, "").map_err(|e| e.to_string());
    for _ in 0..5 {
        assert!(stranger("000000").unwrap_err().contains("code is wrong"));
    }
    // The throttle lets five through in a minute; the pause is beside it, and the right code does
    // not end it either.
    let said = stranger(&shown(&base32, 1)).unwrap_err();
    assert!(said.contains("too many"), "{said}");
    // The owner's own browser is not held up, and its owner reads what happened.
    assert_eq!(
        desk.post(
            "/desk/sign-in",
            &[("name", "keyuan"), ("password", &password), ("code", &shown(&base32, 1))]
        )
        .location,
        "/desk"
    );
    desk.get("/desk").assert_says(200, "输错动态口令 5 次");
    let noted = zicha
        .app
        .audit(&shell())
        .unwrap()
        .rows
        .iter()
        .filter(|row| row.action == "code_failed")
        .count();
    assert_eq!(noted, 5);
}

#[test]
fn a_failed_sign_in_is_noted_after_its_answer_and_costs_the_same_for_every_name() {
    // What differed was a row of the audit chain for names that exist: it is written when nobody
    // waits for it.
    on_both(|zicha| {
        let backend = zicha.backend;
        zicha
            .app
            .add_account(&shell(), "keyuan", Role::Clerk, &[], Some(crate::test_app::PASSWORD))
            .unwrap();
        let rows = |at: &str| {
            zicha
                .app
                .audit(&shell())
                .unwrap()
                .rows
                .iter()
                .filter(|row| row.action == "sign_in_failed" && row.account == at)
                .count()
        };
        for name in ["keyuan", "nobody"] {
            assert!(zicha.app.sign_in(name, "wrong-password", "", "").is_err());
        }
        assert_eq!((rows("keyuan"), rows("nobody")), (1, 0), "{backend:?}");
        assert!(zicha.app.audit(&shell()).unwrap().broken_at.is_none());
    });
}
