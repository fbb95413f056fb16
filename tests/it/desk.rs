//! The desk: who may do what, and that nothing is done without the session's token.

use zicha::app::{Permission, Role};
use zicha::web::desk::{Entrance, rows};

use crate::test_app::{Backend, Desk, TestApp, UNITS, a_clerk, shell, survey};

fn signed_in(zicha: &TestApp, role: Role) -> Desk {
    let units: Vec<zicha::unit::UnitCode> =
        if matches!(role, Role::UnitHead | Role::Leader) { vec!["CY".into()] } else { Vec::new() };
    let password = zicha
        .app
        .add_account(&shell(), role.as_str(), role, &units, Some(crate::test_app::PASSWORD))
        .unwrap();
    let desk = zicha.desk();
    assert_eq!(desk.sign_in(role.as_str(), &password).location, "/desk");
    desk
}

/// The desk's routes of a method that ask for a right, as the table has them.
fn routed(method: &str) -> Vec<(String, Entrance)> {
    let rows = rows()
        .into_iter()
        .filter(|row| row.method.as_str() == method && row.entrance != Entrance::Open);
    rows.map(|row| (format!("/desk{}", row.path), row.entrance)).collect()
}

/// Whoever is not signed in meets these and nothing else; what shows where a round stands looks at
/// its session by itself.
#[test]
fn few_routes_are_open() {
    let open: Vec<String> = rows()
        .iter()
        .filter(|row| row.entrance == Entrance::Open)
        .map(|row| format!("{} {}", row.method, row.path))
        .collect();
    assert_eq!(
        open,
        [
            "GET /sign-in",
            "POST /sign-in",
            "GET /setup/{token}",
            "POST /setup/{token}",
            "GET /language",
            "GET /rounds/{round}/standing"
        ]
    );
}

/// What was typed comes back after the next sign-in, but for what is secret or about the own
/// account.
#[test]
fn few_forms_are_left_behind_when_a_session_ends() {
    let left: Vec<String> = routed("POST")
        .into_iter()
        .filter(|(_, entrance)| {
            !entrance.is_carried() && !matches!(entrance, Entrance::Upload(_) | Entrance::Trial(_))
        })
        .map(|(path, _)| path)
        .collect();
    let own = ["/desk/sign-out", "/desk/me", "/desk/confirm"];
    assert_eq!(left, [&own[..], &["/desk/rounds/{round}/custody"]].concat());
}

fn fits(path: &str, route: &str) -> bool {
    let path = path.split('?').next().unwrap_or_default();
    let (path, route): (Vec<&str>, Vec<&str>) =
        (path.split('/').collect(), route.split('/').collect());
    path.len() == route.len() && path.iter().zip(&route).all(|(p, r)| p == r || r.starts_with('{'))
}

/// A second round that looks back at `base`, with results.
fn looking_back(zicha: &TestApp, base: &zicha::id::RoundId) -> zicha::id::RoundId {
    let (day, survey) = (zicha::round::shanghai_day(zicha.app.now()), survey("self-check"));
    let (units, access, looks_back) = (&[][..], zicha::round::Access::Slip, Some(base.clone()));
    let new = zicha::app::NewRound {
        survey: &survey,
        title: "回头看",
        opens: day,
        closes: day + time::Duration::DAY,
        units,
        access,
        looks_back,
    };
    let id = zicha.app.create_round(&shell(), &new).unwrap();
    zicha.app.open_round(&shell(), &id, zicha::app::Custody::Server).unwrap();
    for code in zicha.slips(&id)["CY"].iter().take(8) {
        zicha.answer(&id, code, &[("honor_pride", "none")]).assert_received();
    }
    zicha.finish(&id);
    id
}

#[test]
fn every_page_is_denied_unless_the_role_allows_it() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("self-check"));
    for code in zicha.slips(&round)["CY"].iter().take(8) {
        zicha.answer(&round, code, &[("honor_pride", "frequent")]).assert_received();
    }
    zicha.finish(&round);
    let code = zicha.app.results(&shell(), &round).unwrap().release.groups[0].code.to_string();
    let (group, number) = (code.replace('+', "%2B"), code + "-1.1");
    let draft = zicha.draft(&survey("canteen"), zicha::round::Access::Slip);
    let second = looking_back(&zicha, &round);
    let own = zicha::app::App::shipped_text("canteen").unwrap().replacen(
        "\"canteen\"",
        "\"canteen-2\"",
        1,
    );
    zicha.app.save_survey(&a_clerk("jingban"), &own, None).unwrap();
    let pages = [
        ("/desk", "clerk head leader unit_head auditor admin"),
        ("/desk/units", "clerk head"),
        ("/desk/units.csv", "clerk head"),
        ("/desk/units/template.csv", "clerk head"),
        ("/desk/calendar", "clerk head"),
        ("/desk/rounds/new", "clerk head"),
        (&format!("/desk/rounds/{round}/frozen"), "clerk head"),
        ("/desk/accounts", "admin"),
        ("/desk/accounts/many", "admin"),
        ("/desk/accounts/change?name=admin", "admin"),
        ("/desk/accounts/template.csv", "admin"),
        ("/desk/help", "clerk head leader unit_head auditor admin"),
        ("/desk/help/section", "clerk head leader unit_head auditor admin"),
        ("/desk/me", "clerk head leader unit_head auditor admin"),
        ("/desk/confirm", "clerk head leader unit_head auditor admin"),
        ("/desk/audit.csv", "auditor"),
        ("/desk/surveys", "clerk head"),
        ("/desk/surveys/edit", "clerk head"),
        ("/desk/surveys/canteen/json", "clerk head"),
        ("/desk/surveys/canteen/xlsx", "clerk head"),
        ("/desk/surveys/canteen-2/outline", "clerk head"),
        ("/desk/surveys/canteen-2/part/question.visit_meal", "clerk head"),
        ("/desk/surveys/canteen-2/versions", "clerk head"),
        ("/desk/surveys/canteen/preview", "clerk head"),
        ("/desk/surveys/canteen/preview/page", "clerk head"),
        ("/desk/surveys/canteen/preview/received", "clerk head"),
        ("/desk/audit", "auditor"),
        (&format!("/desk/rounds/{round}"), "clerk head"),
        (&format!("/desk/rounds/{draft}/edit"), "clerk head"),
        (&format!("/desk/rounds/{round}/results"), "clerk head"),
        (&format!("/desk/rounds/{round}/lists/ALL"), "clerk head leader"),
        (&format!("/desk/rounds/{round}/groups/{group}"), "clerk head leader unit_head"),
        (&format!("/desk/rounds/{second}/compare"), "clerk head"),
        (&format!("/desk/rounds/{round}/export/wide"), "clerk head"),
        (&format!("/desk/rounds/{round}/custody"), "clerk head"),
        (&format!("/desk/rounds/{round}/keeping"), "clerk head"),
        (&format!("/desk/rounds/{round}/texts"), "clerk head"),
        (&format!("/desk/rounds/{round}/exports"), "clerk head"),
        (&format!("/desk/rounds/{round}/results/1"), "clerk head"),
        (&format!("/desk/rounds/{round}/pictures/heat.svg"), "clerk head"),
        (&format!("/desk/rounds/{round}/rows"), "clerk head"),
        (&format!("/desk/rounds/{round}/problems"), "clerk head"),
        (&format!("/desk/rounds/{round}/problems/{group}"), "clerk head"),
        (&format!("/desk/rounds/{round}/problems/{group}/{number}"), "clerk head"),
    ]
    .map(|(p, r)| (p.to_owned(), r));
    for (route, _) in routed("GET") {
        assert!(
            pages.iter().any(|(page, _)| fits(page, &route)),
            "{route} is a page that this test does not ask for"
        );
    }
    for (_, name, _) in Role::ALL {
        let desk = signed_in(&zicha, name.parse().unwrap());
        for (page, allowed) in &pages {
            let wanted = if allowed.split(' ').any(|r| r == name) { 200 } else { 403 };
            let answer = desk.get(page);
            assert_eq!(answer.status, wanted, "{page} as {name}");
            // Whoever may not see a page is still signed in, and keeps the way to the others.
            assert!(
                wanted == 200
                    || answer.body.contains("action=\"/desk/sign-out\"")
                        && answer.body.contains("没有这项权限"),
                "{page} as {name}"
            );
        }
    }
    let nobody = zicha.desk();
    for (page, _) in &pages {
        let answer = nobody.get(page);
        assert_eq!(answer.status, 303, "{page} without a session");
        assert!(
            answer.location.starts_with("/desk/sign-in"),
            "{page} without a session: {}",
            answer.location
        );
    }
}

#[test]
fn no_form_is_accepted_without_the_session_s_token() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.draft(&survey("canteen"), zicha::round::Access::Slip);
    let (clerk, admin) = (signed_in(&zicha, Role::Clerk), signed_in(&zicha, Role::Admin));
    let other = signed_in(&zicha, Role::Head);
    let stolen = crate::desk::token_of(&other.get("/desk").body);
    let base = format!("/desk/rounds/{round}");
    let forms = [
        "/desk/units",
        "/desk/units/one",
        "/desk/units/columns",
        "/desk/clock",
        "/desk/vouch",
        "/desk/calendar",
        "/desk/rounds/new",
        "/desk/surveys/edit",
        "/desk/surveys/copy",
        "/desk/surveys/try",
        "/desk/surveys/canteen-2/outline",
        "/desk/surveys/canteen-2/part/question.visit_meal",
        "/desk/surveys/canteen-2/part/question.visit_meal/try",
        "/desk/surveys/canteen-2/versions",
        "/desk/sign-out",
        "/desk/me",
        "/desk/confirm",
        &format!("{base}/edit"),
        &format!("{base}/do/open"),
        &format!("{base}/slips"),
        &format!("{base}/names"),
        &format!("{base}/do/close"),
        &format!("{base}/do/box"),
        &format!("{base}/do/release"),
        &format!("{base}/do/lists"),
        &format!("{base}/do/postpone"),
        &format!("{base}/hold"),
        &format!("{base}/leftover"),
        &format!("{base}/withdraw"),
        &format!("{base}/lists/CY"),
        &format!("{base}/custody"),
        &format!("{base}/keeping"),
        &format!("{base}/texts"),
        &format!("{base}/texts/many"),
        &format!("{base}/texts/undo"),
        &format!("{base}/rows"),
        &format!("{base}/receipts"),
        &format!("{base}/problems/CY"),
        &format!("{base}/problems/CY/CY-1.1"),
        &format!("{base}/problems/CY/CY-1.1/undo"),
        &format!("{base}/problems/CY/CY-1.1/drop"),
    ];
    for (route, entrance) in routed("POST") {
        // The administrator's are sent below; a file comes as multipart with its token in it, and a
        // preview keeps nothing.
        let elsewhere = matches!(
            entrance,
            Entrance::Grave(Permission::Accounts)
                | Entrance::Form(Permission::Accounts)
                | Entrance::Upload(_)
                | Entrance::Trial(_)
        );
        assert!(
            elsewhere || forms.iter().any(|form| fits(form, &route)),
            "{route} takes a form that this test does not send"
        );
    }
    for path in forms {
        assert_eq!(clerk.post(path, &[("confirm", "yes")]).status, 403, "{path} without token");
        assert_eq!(
            clerk.post(path, &[("csrf", &stolen), ("confirm", "yes")]).status,
            403,
            "{path} with somebody else's token"
        );
    }
    assert_eq!(admin.post("/desk/accounts", &[("name", "x"), ("role", "head")]).status, 403);
    assert_eq!(admin.post("/desk/accounts/do", &[("name", "clerk"), ("do", "off")]).status, 403);
    for path in ["/desk/accounts/change", "/desk/accounts/read", "/desk/accounts/many"] {
        assert_eq!(admin.post(path, &[("name", "clerk"), ("table", "x")]).status, 403, "{path}");
    }
    assert_eq!(zicha.app.round(&round).unwrap().state, zicha::round::RoundState::Draft);
}

#[test]
fn letting_results_out_takes_two_accounts_and_one_of_them_is_the_head() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("self-check"));
    for code in zicha.slips(&round)["CY"].iter().take(8) {
        zicha.answer(&round, code, &[("honor_pride", "frequent")]).assert_received();
    }
    zicha.app.close_round(&shell(), &round).unwrap();
    zicha.app.open_box(&shell(), &round, &mut |_| {}).unwrap();
    let base = format!("/desk/rounds/{round}");
    let (clerk, head) = (signed_in(&zicha, Role::Clerk), signed_in(&zicha, Role::Head));
    let second = zicha
        .app
        .add_account(&shell(), "second", Role::Clerk, &[], Some(crate::test_app::PASSWORD))
        .unwrap();
    let other = zicha.desk();
    other.sign_in("second", &second);
    let agree =
        |desk: &Desk| desk.post_from(&base, &format!("{base}/do/release"), &[("confirm", "yes")]);
    let released = || zicha.app.round(&round).unwrap().state == zicha::round::RoundState::Released;
    agree(&clerk);
    agree(&clerk);
    assert!(!released(), "one account, however often it asks");
    agree(&other);
    assert!(!released(), "two clerks, but not the head");
    assert_eq!(
        clerk.post_from(&base, &format!("{base}/keeping"), &[("step", "release")]).status,
        404,
        "there is one way to it"
    );
    // What was agreed to has changed: all are asked again.
    clerk.post_from(
        &base,
        &format!("{base}/hold"),
        &[("question", "lawful_fake"), ("state", "checked"), ("ground", "调阅台账并询问当事人")],
    );
    agree(&head);
    assert!(!released(), "the head alone, since the clerks had agreed to other results");
    agree(&clerk);
    assert!(released());
    for page in ["unit_head", "leader", "auditor", "admin"] {
        let desk = signed_in(&zicha, page.parse().unwrap());
        assert_eq!(
            desk.post(&format!("{base}/do/release"), &[("confirm", "yes")]).status,
            403,
            "{page}"
        );
    }
}

pub fn token_of(html: &str) -> String {
    html.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

#[test]
fn signing_out_ends_the_session_and_wrong_passwords_are_slowed_down() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let clerk = signed_in(&zicha, Role::Clerk);
    assert_eq!(clerk.get("/desk").status, 200);
    clerk.post_from("/desk", "/desk/sign-out", &[]);
    assert_eq!(clerk.get("/desk").status, 303);
    let stranger = zicha.desk();
    for _ in 0..5 {
        stranger.sign_in("clerk", "wrong").assert_says(422, "账号、口令或动态口令不正确");
    }
    stranger.sign_in("clerk", "wrong").assert_says(422, "尝试次数过多");
    stranger.sign_in("somebody else", "wrong").assert_says(422, "账号、口令或动态口令不正确");
}

#[test]
fn whoever_floods_a_name_with_guesses_does_not_shut_its_owner_out() {
    let zicha = TestApp::start(Backend::Sqlite);
    let password = zicha
        .app
        .add_account(&shell(), "jingban", Role::Clerk, &[], Some(crate::test_app::PASSWORD))
        .unwrap();
    let (own, stranger) = (zicha.desk(), zicha.desk());
    own.sign_in("jingban", &password);
    own.post_from("/desk", "/desk/sign-out", &[]);
    for _ in 0..6 {
        stranger.sign_in("jingban", "a guess");
    }
    stranger.sign_in("jingban", &password).assert_says(422, "尝试次数过多");
    assert_eq!(
        own.sign_in("jingban", &password).location,
        "/desk",
        "from the browser that had signed in before"
    );
    // That browser is throttled too, and knowing it opens nothing by itself.
    own.post_from("/desk", "/desk/sign-out", &[]);
    for _ in 0..5 {
        own.sign_in("jingban", "a guess").assert_says(422, "不正确");
    }
    own.sign_in("jingban", &password).assert_says(422, "尝试次数过多");
    // And what it keeps for one account counts for no other.
    zicha
        .app
        .add_account(&shell(), "other", Role::Clerk, &[], Some(crate::test_app::PASSWORD))
        .unwrap();
    for _ in 0..6 {
        stranger.sign_in("other", "a guess");
    }
    own.sign_in("other", "a guess").assert_says(422, "尝试次数过多");
}

#[test]
fn a_refused_import_keeps_what_was_typed_and_names_every_line() {
    let zicha = TestApp::start(Backend::Sqlite);
    let clerk = signed_in(&zicha, Role::Clerk);
    let table = "code,name,kind,headcount\nC-Y,甲,squad,3\nCF,<script>alert(1)</script>,squad,x\n";
    let refused = clerk.post_from("/desk/units", "/desk/units", &[("table", table)]);
    refused.assert_says(422, "第 2 行");
    refused.assert_says(422, "第 3 行");
    refused.assert_says(422, "&lt;script&gt;alert(1)&lt;/script&gt;");
    assert!(!refused.body.contains("<script>alert"));
    assert!(zicha.app.units().unwrap().is_empty());
}

#[test]
fn a_held_question_is_absent_for_all_until_checked_and_then_there_for_all() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("self-check"));
    let codes = zicha.slips(&round);
    for unit in codes.keys() {
        for code in codes[unit].iter().take(8) {
            zicha
                .answer(
                    &round,
                    code,
                    &[("lawful_fake", "widespread"), ("honor_pride", "widespread")],
                )
                .assert_received();
        }
    }
    zicha.finish(&round);
    let clerk = signed_in(&zicha, Role::Clerk);
    let lists = |code: &str| clerk.get(&format!("/desk/rounds/{round}/lists/{code}")).body;
    let position = survey("self-check").question("lawful_fake").unwrap().order;
    let number = |code: &str| format!("{code}-3.{position}<");
    assert!(
        lists("CY").contains("CY-1.1")
            && !lists("CY").contains(&number("CY"))
            && !lists("CF").contains(&number("CF"))
    );
    let wide = clerk.get(&format!("/desk/rounds/{round}/export/wide?headers=id")).body;
    let held: Vec<&str> = wide.lines().filter(|l| l.contains("\"lawful_fake\"")).collect();
    assert!(
        held.iter()
            .all(|l| l
                .ends_with("\"lawful_fake\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\",\"\"")),
        "{held:?}"
    );
    let desk = format!("/desk/rounds/{round}");
    assert_eq!(
        clerk.get(&format!("{desk}/export/wide?format=pdf")).status,
        422,
        "an unknown format is not silently CSV"
    );
    assert_eq!(
        clerk.get(&format!("{desk}/export/wide?format=docx")).status,
        422,
        "nor is one that this table does not have"
    );
    clerk
        .post_from(
            &desk,
            &format!("{desk}/hold"),
            &[("question", "lawful_fake"), ("state", "checked")],
        )
        .assert_says(422, "核实依据");
    assert!(!lists("CY").contains(&number("CY")), "nothing is checked without a ground");
    clerk.post_from(
        &desk,
        &format!("{desk}/hold"),
        &[("question", "lawful_fake"), ("state", "checked"), ("ground", "调阅台账并询问当事人")],
    );
    assert!(lists("CY").contains(&number("CY")) && lists("CF").contains(&number("CF")));
    // Who checked it and on what ground is recorded and printed, in every form of the list; nothing
    // says that it is still to be checked.
    let word = crate::test_app::unpacked(
        &clerk.file(&format!("{desk}/export/problems?format=docx&group=CY")),
    )["word/document.xml"]
        .clone();
    for text in
        [lists("CY"), word, clerk.get(&format!("{desk}/export/problems?format=csv&group=CY")).body]
    {
        assert!(
            text.contains("核实：调阅台账并询问当事人") && !text.contains("需进一步核实"),
            "{text}"
        );
    }
    let links = zicha.app.audit(&shell()).unwrap();
    assert!(links.rows.iter().any(|link| link.subject.contains("调阅台账并询问当事人")));
}

#[test]
fn a_set_up_link_makes_one_account_however_many_use_it_at_once() {
    let zicha = TestApp::start(Backend::Sqlite);
    let token = zicha.app.setup_token().unwrap().unwrap();
    let password = "一句容易记住而且够长的口令";
    let made = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for n in 0..8 {
            let (zicha, token, made) = (&zicha, &token, &made);
            scope.spawn(move || {
                let name = format!("a{n}");
                let answer = zicha.desk().post(
                    &format!("/desk/setup/{token}"),
                    &[
                        ("bureau", "局"),
                        ("person", "张三"),
                        ("name", &name),
                        ("password", password),
                        ("again", password),
                    ],
                );
                made.fetch_add(
                    usize::from(answer.status == 200),
                    std::sync::atomic::Ordering::Relaxed,
                );
            });
        }
    });
    let accounts = zicha.app.accounts(&shell()).unwrap();
    assert_eq!(
        (made.into_inner(), accounts.len()),
        (1, 2),
        "the head's, and the administrator's beside it"
    );
    assert!(accounts.iter().any(|a| a.role == Role::Admin));
}

#[test]
fn metrics_move_every_fifteen_minutes_and_only_by_fives() {
    let folder = tempfile::tempdir().unwrap();
    let app =
        zicha::app::App::open(crate::test_app::settings(Backend::Sqlite, folder.path())).unwrap();
    let stored = || {
        let text = app.metrics_text();
        text.lines()
            .find(|l| l.contains("outcome=\"stored\""))
            .and_then(|l| l.rsplit(' ').next())
            .unwrap()
            .to_owned()
    };
    for _ in 0..7 {
        app.count_submission(zicha::app::Submission::Stored);
    }
    assert_eq!(stored(), "5", "seven are said as five");
    for _ in 0..40 {
        app.count_submission(zicha::app::Submission::Stored);
    }
    assert_eq!(stored(), "5", "and the next look within a quarter of an hour shows nothing new");
    assert!(!app.metrics_text().contains("round="), "no figure of a round");
}

#[test]
fn metrics_are_on_the_desk_s_address_only() {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = crate::test_app::settings(Backend::Sqlite, folder.path());
    let desk = format!("127.0.0.1:{}", crate::test_app::free_port());
    settings.desk_listen = Some(desk.clone());
    let front = settings.listen.clone();
    let app = std::sync::Arc::new(zicha::app::App::open(settings).unwrap());
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(zicha::web::serve(app, |_| {}))
    });
    let status = |host: &str| {
        crate::test_app::agent()
            .get(format!("http://{host}/metrics"))
            .call()
            .map(|r| r.status().as_u16())
    };
    let started = std::time::Instant::now();
    while status(&desk).is_err() {
        assert!(started.elapsed().as_secs() < 20);
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!((status(&desk).unwrap(), status(&front).unwrap()), (200, 404));
}
