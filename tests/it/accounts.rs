//! Desk accounts: the second factor, the password before grave steps, and a session that ends in the middle of work.

use diesel::prelude::*;
use diesel::sql_query;
use totp_rs::{Builder, Secret};
use zicha::app::Role;

use crate::test_app::{Backend, Desk, Page, TestApp, UNITS, survey};

fn signed_in(zicha: &TestApp, name: &str, role: Role) -> (Desk, String) {
    let password = zicha.app.add_account(name, role, &[], None).unwrap();
    let desk = zicha.desk();
    assert_eq!(desk.sign_in(name, &password).location, "/desk");
    (desk, password)
}

fn sql(zicha: &TestApp, query: &str) {
    let file = zicha.data().join("zicha.db");
    let mut db = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    sql_query("pragma busy_timeout = 5000").execute(&mut db).unwrap();
    sql_query(query).execute(&mut db).unwrap();
}

/// What the phone shows, `steps` time steps from now.
fn shown(base32: &str, steps: i64) -> String {
    let totp = Builder::new().with_secret(Secret::try_from_base32(base32).unwrap()).build().unwrap();
    let now = time::OffsetDateTime::now_utc().unix_timestamp();
    totp.generate(u64::try_from(now + 30 * steps).unwrap()).to_string()
}

fn between<'a>(page: &'a Page, before: &str, after: &str) -> &'a str {
    page.body.split(before).nth(1).unwrap_or_else(|| panic!("no {before} in {}", page.body)).split(after).next().unwrap()
}

#[test]
fn a_second_factor_is_asked_for_counts_once_and_has_recovery_codes() {
    let zicha = TestApp::start(Backend::Sqlite);
    let (desk, password) = signed_in(&zicha, "keyuan", Role::Clerk);
    let prepared = desk.post_from("/desk/me", "/desk/me", &[("do", "prepare")]);
    let base32 = between(&prepared, "name=\"secret\" value=\"", "\"").to_owned();
    let url = between(&prepared, "name=\"url\" value=\"", "\"").replace("&amp;", "&");
    assert!(prepared.body.contains("class=\"qr\"") && url.starts_with("otpauth://totp/zicha:keyuan?secret="), "{url}");
    // A wrong code keeps the secret that the phone has already scanned.
    let refused = desk.post_from("/desk/me", "/desk/me", &[("do", "enable"), ("secret", &base32), ("url", &url), ("code", "000000")]);
    refused.assert_says(422, "动态口令不正确");
    refused.assert_says(422, &base32);
    let first = shown(&base32, 0);
    let enabled = desk.post_from("/desk/me", "/desk/me", &[("do", "enable"), ("secret", &base32), ("url", &url), ("code", &first)]);
    enabled.assert_says(200, "动态口令已启用");
    let codes: Vec<String> = enabled.body.split("<code>").skip(1).map(|c| c.split('<').next().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), 10);
    assert!(!desk.get("/desk/me").body.contains(&codes[0]), "shown once");

    let with = |code: &str| zicha.desk().post("/desk/sign-in", &[("name", "keyuan"), ("password", &password), ("code", code)]);
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

    desk.post_from("/desk/me", "/desk/me", &[("do", "disable"), ("password", "wrong")]).assert_says(422, "口令不正确");
    desk.post_from("/desk/me", "/desk/me", &[("do", "disable"), ("password", &password)]).assert_says(200, "动态口令已取消");
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
    zicha.app.close_round(&round).unwrap();
    let stale = || sql(&zicha, "update sessions set confirmed = confirmed - 601");
    stale();
    let step = format!("{base}/do/box");
    desk.post_from(&base, &step, &[("confirm", "yes")]).assert_says(200, "再次输入口令");
    assert_eq!(zicha.app.round(&round).unwrap().state, zicha::round::RoundState::Closed, "nothing was opened");
    let wrong = desk.post_from(&base, &step, &[("confirm", "yes"), ("confirm_password", "wrong")]);
    wrong.assert_says(422, "口令不正确");
    assert!(!wrong.body.contains(">wrong<"), "a password is not carried along");
    assert!(wrong.body.contains("<textarea hidden name=\"confirm\">yes</textarea>"), "what was asked for is");
    assert_eq!(desk.post_from(&base, &step, &[("confirm", "yes"), ("confirm_password", &password)]).status, 303);
    TestApp::wait(|| zicha.app.round(&round).unwrap().destroyed);

    stale();
    let export = format!("{base}/export/wide?format=csv");
    let asked = desk.get(&export);
    assert_eq!(asked.status, 303);
    desk.get(&asked.location).assert_says(200, "再次输入口令");
    let back = desk.post_from(&asked.location, "/desk/confirm", &[("to", &export), ("confirm_password", &password)]);
    assert_eq!((back.status, back.location.as_str()), (303, export.as_str()));
    assert_eq!(desk.get(&export).status, 200);
    for to in ["https://example.org/", "//example.org/", "/desk\\..\\x", "/r/x", "/deskx"] {
        let back = desk.post_from("/desk", "/desk/confirm", &[("to", to), ("confirm_password", &password)]);
        assert_eq!(back.location, "/desk", "{to} is not of the desk");
    }

    stale();
    for path in [format!("{base}/do/release"), format!("{base}/keeping")] {
        desk.post_from(&base, &path, &[("confirm", "yes"), ("step", "destroy")]).assert_says(200, "再次输入口令");
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
    assert_eq!((asked.status, asked.location.as_str()), (303, "/desk/sign-in?to=%2Fdesk%2Frounds%2Fnew%3Fx%3D1"));
    desk.get(&asked.location).assert_says(200, "value=\"/desk/rounds/new?x=1\"");
    // A table that took an hour to type is still there.
    let table = "code,name,kind,headcount\nCY,曹杨<中队>,squad,30\n";
    let over = desk.post_as("same-origin", "/desk/units", &[("csrf", &token), ("seen", &seen), ("table", table)]);
    over.assert_says(401, "您填写的内容都还在");
    let shown = between(&over, "name=\"kept\">", "</textarea>").to_owned();
    let kept = shown.replace("&amp;", "&");
    assert!(!kept.contains("csrf="), "{kept}");
    let wrong = desk.post("/desk/sign-in", &[("name", "keyuan"), ("password", "wrong"), ("to", "/desk/units"), ("kept", &kept)]);
    wrong.assert_says(422, &shown);
    let again = desk.post("/desk/sign-in", &[("name", "keyuan"), ("password", &password), ("to", "/desk/units"), ("kept", &kept)]);
    again.assert_says(200, "已重新登录");
    again.assert_says(200, "曹杨&lt;中队&gt;");
    assert!(zicha.app.units().unwrap().is_empty(), "it goes on when the person says so");
    let token = crate::desk::token_of(&again.body);
    assert_eq!(desk.post("/desk/units", &[("csrf", &token), ("seen", &seen), ("table", table)]).status, 303);
    assert_eq!(zicha.app.units().unwrap().len(), 1);
    // Another site's form is not taken along.
    sql(&zicha, "delete from sessions");
    for site in ["cross-site", "same-site"] {
        assert_eq!(desk.post_as(site, "/desk/units", &[("csrf", &token), ("table", "x")]).status, 403, "{site}");
    }
    // Nor one without the token that belongs to this browser's cookie; that is all it takes, also where a browser says nothing of sites.
    assert_eq!(desk.post_as("none", "/desk/units", &[("table", "x")]).status, 303);
    assert_eq!(desk.post("/desk/units", &[("csrf", "made up"), ("table", "x")]).status, 303);
    desk.post("/desk/units", &[("csrf", &token), ("table", table)]).assert_says(401, "您填写的内容都还在");
}

#[test]
fn the_administrator_turns_accounts_off_and_resets_them_and_their_sessions_end() {
    let zicha = TestApp::start(Backend::Sqlite);
    let (admin, _) = signed_in(&zicha, "guanli", Role::Admin);
    let (clerk, password) = signed_in(&zicha, "keyuan", Role::Clerk);
    let act = |step: &str, name: &str| admin.post_from("/desk/accounts", "/desk/accounts/do", &[("do", step), ("name", name), ("confirm", "yes")]);
    act("off", "keyuan").assert_says(200, "已停用");
    assert_eq!(clerk.get("/desk").status, 303);
    zicha.desk().sign_in("keyuan", &password).assert_says(422, "不正确");
    act("on", "keyuan");
    assert_eq!(clerk.sign_in("keyuan", &password).location, "/desk");
    let made = act("password", "keyuan");
    let fresh = between(&made, "<p class=\"digest\"><strong>", "<").to_owned();
    assert_eq!(clerk.get("/desk").status, 303);
    assert_eq!(clerk.sign_in("keyuan", &fresh).location, "/desk");
    act("off", "guanli").assert_says(422, "不能停用自己的账号");
    act("off", "nobody").assert_says(422, "没有这个账号");
    assert_eq!(clerk.post_from("/desk", "/desk/accounts/do", &[("do", "off"), ("name", "guanli")]).status, 403);
    // The own password: the old one is asked for, and sessions elsewhere end.
    let elsewhere = zicha.desk();
    elsewhere.sign_in("keyuan", &fresh);
    let change = |old: &str, new: &str| clerk.post_from("/desk/me", "/desk/me", &[("do", "password"), ("old", old), ("new", new), ("again", new)]);
    let token = zicha.app.make_token("keyuan", "试", 1).unwrap();
    change("wrong", "一句容易记住而且够长的口令").assert_says(422, "现在的口令不正确");
    change(&fresh, "太短").assert_says(422, "口令至少 12 位");
    change(&fresh, "一句容易记住而且够长的口令").assert_says(200, "口令已修改");
    assert_eq!(clerk.get("/desk").status, 200);
    assert_eq!(elsewhere.get("/desk").status, 303);
    assert_eq!(zicha.get_as(&token, "/api/v1/units").status, 401, "its tokens end too");
    // Whoever sits at a desk that was left open cannot guess the password; whoever knows it is not kept out.
    let disable = |password: &str| clerk.post_from("/desk/me", "/desk/me", &[("do", "disable"), ("password", password)]);
    for _ in 0..7 {
        assert_eq!(disable("一句容易记住而且够长的口令").status, 200);
    }
    for _ in 0..5 {
        change("wrong", "另一句容易记住而且够长的口令").assert_says(422, "现在的口令不正确");
    }
    change("一句容易记住而且够长的口令", "另一句容易记住而且够长的口令").assert_says(422, "尝试次数过多");
}
