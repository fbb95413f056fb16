//! What bad input gets: its own clear message in the reader's language, 4xx, nothing stored,
//! answers kept.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use zicha::round::Access;

use crate::test_app::{Backend, Desk, TestApp, UNITS, encode, open_beside, shell, survey};

#[test]
fn every_wrong_answer_has_its_own_message_and_all_answers_are_kept() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("canteen"));
    let code = zicha.slips(&round)["CY"][0].clone();
    let good = [("visit_meal", "lunch"), ("visit_note", "留着我")];
    let long = "长".repeat(101);
    let cases: [(&[(&str, &str)], &str); 13] = [
        (&[("nonsense", "1")], "没有的题目"),
        (&[("food_cold", "whatever")], "没有的选项"),
        (&[("food_cold", "agree"), ("food_cold", "disagree")], "只能有一个答案"),
        (
            &[("food_want", "noodles"), ("food_want", "soup"), ("food_want", "vegetables")],
            "最多选 2 项",
        ),
        (&[("food_want", "noodles"), ("food_want", "nothing")], "不能与其他选项同时选"),
        (&[("visit_week", "二十")], "0 至 21"),
        (&[("visit_week", "22")], "0 至 21"),
        (&[("food_order.1", "taste"), ("food_order.2", "taste")], "不能占两个位次"),
        (&[("food_order.3", "taste")], "没有的题目"),
        (&[("food_order.1", "service")], "没有的选项"),
        (&[("blank", "1")], "空白提交"),
        (&[("visit_note.other", "x")], "没有的题目"),
        (&[("food_cold.other", "x")], "没有的题目"),
    ];
    for (fields, says) in cases {
        let mut all = good.to_vec();
        all.extend_from_slice(fields);
        let page = zicha.answer(&round, &code, &all);
        page.assert_says(422, says);
        page.assert_says(422, "留着我");
    }
    let page = zicha.answer(&round, &code, &[("visit_meal", "lunch"), ("visit_note", &long)]);
    page.assert_says(422, "最多 100 字，您写了 101 字");
    page.assert_says(422, &long);
    zicha.answer(&round, &code, &[("visit_note", "少了必答题")]).assert_says(422, "此题必答");
    let english = zicha.post(
        &format!("/r/{round}?lang=en"),
        &[("code", &code), ("visit_week", "99"), ("visit_meal", "lunch")],
    );
    english.assert_says(422, "enter a whole number from 0 to 21");
    // Nothing of all this spent the slip.
    zicha.answer(&round, &code, &good).assert_received();
}

#[test]
fn every_wrong_code_has_its_own_message() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("canteen"));
    let other = zicha.open_round(&survey("canteen"));
    let code = zicha.slips(&round)["CY"][0].clone();
    let others = zicha.slips(&other)["CY"][0].clone();
    let typo: String = code
        .chars()
        .enumerate()
        .map(|(n, c)| if n == 3 { char::from(b'0' + (c as u8 - b'0' + 1) % 10) } else { c })
        .collect();
    let unknown = zicha::access::SlipCode::random(&mut rand::rng()).printed();
    let answer = [("visit_meal", "lunch")];
    for (entered, says) in [
        ("", "请输入填写码"),
        ("12345", "现在是 5 位"),
        ("abc", "其中的“a”"),
        (&typo, "是否错了一位"),
        (&unknown, "填写码不存在"),
        (&others, "另一轮问卷"),
    ] {
        zicha.answer(&round, entered, &answer).assert_says(422, says);
    }
    zicha
        .answer(&round, &code, &[("code", &others), ("visit_meal", "lunch")])
        .assert_says(422, "只能填写一个填写码");
    zicha.get("/bulletin/zzzzzzzz?lang=en").assert_says(404, "there is no such");
    zicha.answer(&round, &code.replace(' ', " - "), &answer).assert_received();
    zicha.answer(&round, &code, &answer).assert_again();
}

#[test]
fn bodies_that_are_not_forms_are_refused() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("canteen"));
    let path = format!("/r/{round}");
    zicha.post_raw(&path, b"code=%FF%FE").assert_says(400, "UTF-8");
    zicha.post_raw(&path, &vec![b'a'; 300 << 10]).assert_says(413, "256 KiB");
    let many: String = (0..9000).map(|n| format!("f{n}=1")).collect::<Vec<_>>().join("&");
    zicha.post_raw(&path, many.as_bytes()).assert_says(400, "项目过多");
    // Exactly at the limit a body is read.
    let mut full = encode(&[("code", "1")]).into_bytes();
    full.extend(b"&pad=");
    full.resize(256 << 10, b'x');
    assert_eq!(zicha.post_raw(&path, &full).status, 422);
    for path in ["/r/zzzzzzzz", "/r/..%2f..", "/r/x", "/desk/rounds/zzzzzzzz", "/bulletin/abc"] {
        assert!([404, 303].contains(&zicha.get(path).status), "{path}");
    }
}

#[test]
fn a_body_that_never_ends_is_let_go() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("canteen"));
    let mut stream =
        std::net::TcpStream::connect(zicha.base.trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    write!(
        stream,
        "POST /r/{round} HTTP/1.1\r\nHost: x\r\nContent-Type: \
         application/x-www-form-urlencoded\r\nContent-Length: 4000\r\n\r\ncode="
    )
    .unwrap();
    let started = Instant::now();
    let mut answer = [0; 512];
    let read = stream.read(&mut answer).unwrap_or(0);
    assert!(started.elapsed() < Duration::from_secs(25), "held for {:?}", started.elapsed());
    assert!(
        String::from_utf8_lossy(&answer[..read]).starts_with("HTTP/1.1 408"),
        "{}",
        String::from_utf8_lossy(&answer[..read])
    );
}

#[test]
fn rounds_that_cannot_be_answered_say_why() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let draft = zicha.draft(&survey("canteen"), Access::Slip);
    zicha.get(&format!("/r/{draft}")).assert_says(200, "尚未开放");
    zicha.answer(&draft, "", &[]).assert_says(409, "尚未开放");
    let round = zicha.open_round(&survey("canteen"));
    let code = zicha.slips(&round)["CY"][0].clone();
    zicha.app.close_round(&shell(), &round).unwrap();
    std::thread::sleep(Duration::from_millis(1100));
    zicha.get(&format!("/r/{round}")).assert_says(200, "本轮已提前截止");
    zicha.answer(&round, &code, &[("visit_meal", "lunch")]).assert_says(410, "本轮已提前截止");
    zicha.get(&format!("/r/{round}?lang=en")).assert_says(200, "This round was closed early");
}

#[test]
fn a_poster_round_is_marked_and_spends_nothing() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.draft(&survey("canteen"), Access::Poster);
    zicha.app.open_round(&shell(), &round, zicha::app::Custody::Server).unwrap();
    let codes = zicha.slips(&round);
    assert!(codes.values().all(|c| c.len() == 1), "one code for each unit");
    for unit in codes.values() {
        for _ in 0..6 {
            zicha
                .answer(&round, &unit[0], &[("food_cold", "agree"), ("visit_meal", "lunch")])
                .assert_received();
        }
    }
    zicha.get(&format!("/r/{round}")).assert_says(200, "不能保证每人只交一份");
    assert!(
        !zicha.get(&format!("/r/{round}/received")).body.contains("这就是凭证"),
        "no receipt is promised that does not hold"
    );
    zicha.finish(&round);
    let bulletin = zicha.get(&format!("/bulletin/{round}"));
    bulletin.assert_says(200, "试用、未核验");
    assert!(!bulletin.body.contains("每码计一次"));
    assert!(
        zicha.app.verify(&round).unwrap().iter().all(|c| c.holds),
        "{:?}",
        zicha.app.verify(&round).unwrap()
    );
}

#[test]
fn received_again_and_closed_are_equal_in_length() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("canteen"));
    let code = zicha.slips(&round)["CY"][0].clone();
    let size = |page: &crate::test_app::Page| {
        page.body.len() + page.headers.iter().map(|(k, v)| k.len() + v.len()).sum::<usize>()
    };
    let first = zicha.answer(&round, &code, &[("visit_meal", "lunch")]);
    let second = zicha.answer(&round, &code, &[("visit_meal", "lunch")]);
    first.assert_received();
    second.assert_again();
    assert_eq!(size(&first), size(&second));
    for query in ["", "?lang=en", "?view=large"] {
        let pages = ["received", "again"].map(|p| zicha.get(&format!("/r/{round}/{p}{query}")));
        assert_eq!(pages[0].body.len(), pages[1].body.len(), "{query}");
    }
    let unused = zicha.slips(&zicha.open_round(&survey("canteen")))["CY"][0].clone();
    zicha.app.close_round(&shell(), &round).unwrap();
    for query in ["", "?lang=en", "?view=large"] {
        let body = encode(&[("code", unused.as_str()), ("visit_meal", "lunch")]);
        let closed = zicha.post_raw(&format!("/r/{round}{query}"), body.as_bytes());
        assert_eq!(closed.status, 410);
        let pages =
            ["received", "again"].map(|p| zicha.get(&format!("/r/{round}/{p}{query}")).body.len());
        assert_eq!(pages, [closed.body.len(); 2], "{query}");
    }
}

#[test]
fn the_size_that_forms_are_padded_to_holds_the_longest_one_and_padding_is_ignored() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let survey = survey("canteen");
    let size = zicha::response::form_size(&survey);
    let round = zicha.open_round(&survey);
    zicha.get(&format!("/r/{round}")).assert_says(200, &format!("data-size=\"{size}\""));
    // The longest answers there are, in characters that take most room.
    let mut longest = String::new();
    for question in survey.questions() {
        use zicha::survey::Kind;
        let wide = |chars: usize| "%F0%A0%80%80".repeat(chars);
        let add =
            |out: &mut String, name: &str, value: &str| out.push_str(&format!("&{name}={value}"));
        match &question.kind {
            Kind::Text { max_chars } => add(&mut longest, &question.id, &wide(*max_chars)),
            Kind::Multi { choices, .. } | Kind::Single(choices) => {
                for choice in choices {
                    add(&mut longest, &question.id, &choice.id);
                    if let Some(chars) = choice.other_chars {
                        add(&mut longest, &format!("{}.other", question.id), &wide(chars));
                    }
                }
            }
            Kind::Scale(scale) => add(&mut longest, &question.id, &scale.steps[0].id),
            _ => {}
        }
    }
    assert!(
        longest.len() + 80 < size && size < zicha::web::body::MAX_BODY,
        "{} in {size}",
        longest.len()
    );
    let code = zicha.slips(&round)["CY"][0].clone();
    let mut body = encode(&[("code", code.as_str()), ("visit_meal", "lunch"), ("pad", "")]);
    body.push_str(&"0".repeat(size - body.len()));
    zicha.post_raw(&format!("/r/{round}"), body.as_bytes()).assert_received();
}

#[test]
fn every_answer_carries_the_headers_of_a_page_that_leaks_nothing() {
    let zicha = TestApp::start(Backend::Sqlite);
    for path in
        ["/", "/privacy", "/nothing", "/desk", "/desk/sign-in", "/r/zzzzzzzz", "/assets/none.css"]
    {
        let page = zicha.get(path);
        for (name, value) in [
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
            ("x-frame-options", "DENY"),
        ] {
            assert_eq!(page.headers.get(name).map(String::as_str), Some(value), "{name} of {path}");
        }
        assert!(page.headers["content-security-policy"].starts_with("default-src 'none'"));
        for absent in ["etag", "last-modified", "server"] {
            assert!(!page.headers.contains_key(absent), "{absent} of {path}");
        }
    }
}

#[test]
fn emoji_count_as_one_character_and_only_a_form_full_of_them_is_asked_to_be_shorter() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let survey = survey("self-check");
    let round = zicha.open_round(&survey);
    let codes = zicha.slips(&round)["CY"].clone();
    let texts: Vec<(String, usize)> = survey
        .questions()
        .iter()
        .filter_map(|q| {
            if let zicha::survey::Kind::Text { max_chars } = q.kind {
                Some((q.id.clone(), max_chars))
            } else {
                None
            }
        })
        .collect();
    let filled = |letter: &dyn Fn(usize) -> &'static str| -> Vec<(String, String)> {
        texts
            .iter()
            .enumerate()
            .map(|(n, (id, chars))| (id.clone(), letter(n).repeat(*chars)))
            .collect()
    };
    let send = |code: &str, fields: &[(String, String)]| {
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        zicha.answer(&round, code, &fields)
    };
    // All texts at their longest, and one of them of rare characters alone.
    send(&codes[0], &filled(&|_| "长")).assert_received();
    send(&codes[1], &filled(&|n| if n == 3 { "𠮷" } else { "长" })).assert_received();
    // One character too many is too many, however it is written.
    let (id, chars) = texts[0].clone();
    send(&codes[2], &[(id.clone(), "😀".repeat(chars))]).assert_received();
    send(&codes[3], &[(id, "😀".repeat(chars + 1))]).assert_says(422, "最多");
    // Nothing but rare characters everywhere: told where it gets too long, and everything kept.
    let page = send(&codes[3], &filled(&|_| "😀"));
    page.assert_says(422, "表情符号和罕用字过多");
    assert!(
        page.body.matches(&"😀".repeat(texts[0].1)).count() >= texts.len(),
        "every text is still there"
    );
    send(&codes[3], &filled(&|_| "长")).assert_received();
    zicha.finish(&round);
    let bureau = zicha.app.results(&shell(), &round).unwrap().release.bureau.turnout;
    assert_eq!((bureau.opened, bureau.spoiled), (4, 0));
}

#[test]
fn no_date_that_a_form_accepts_breaks_a_page_or_a_move() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    zicha
        .app
        .add_account(
            &shell(),
            "jingban",
            zicha::app::Role::Clerk,
            &[],
            Some(crate::test_app::PASSWORD),
        )
        .unwrap();
    let desk = zicha.desk();
    desk.sign_in("jingban", crate::test_app::PASSWORD);
    let taken = drafts_of_all_days(&zicha, &desk);
    assert!(taken > 5, "{taken} were taken");
    a_round_without_end(&zicha, &desk);
    more_than_can_be_held(&zicha, &desk);
}

/// The calendar, head counts and spares take no more than they can hold.
fn more_than_can_be_held(zicha: &TestApp, desk: &Desk) {
    // The calendar, the rows of a list and what is counted take no more than they can hold.
    let far: Vec<(String, String)> = (0..5)
        .flat_map(|n| {
            [
                (format!("from{n}"), "9999-12-31".to_owned()),
                (format!("to{n}"), "9999-12-31".to_owned()),
            ]
        })
        .collect();
    let far: Vec<(&str, &str)> = far.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(desk.post_from("/desk/calendar", "/desk/calendar", &far).status, 422);
    for heads in ["0", "100001", "4294967296", "-1", "99999999999999999999"] {
        let fields = [("code", "Z"), ("name", "极端单位"), ("kind", "squad"), ("headcount", heads)];
        assert_eq!(
            desk.post_from("/desk/units", "/desk/units/one", &fields).status,
            422,
            "{heads}"
        );
    }
    for spare in ["101", "4294967296", "-1"] {
        let draft = zicha.draft(&survey("canteen"), zicha::round::Access::Slip);
        let page = format!("/desk/rounds/{draft}");
        assert_eq!(
            desk.post_from(&page, &format!("{page}/slips"), &[("spare", spare)]).status,
            422,
            "{spare}"
        );
    }
}

/// A day at the end of all calendars, as an older version let it in.
fn a_round_without_end(zicha: &TestApp, desk: &Desk) {
    // A day at the end of all calendars that an older version let in.
    let id = zicha.draft(&survey("canteen"), zicha::round::Access::Slip);
    let mut db = open_beside(zicha.data().join("zicha.db"));
    diesel::connection::SimpleConnection::batch_execute(
        &mut db,
        &format!("update rounds set closes = '9999-12-31' where id = '{id}'"),
    )
    .unwrap();
    zicha.app.open_round(&shell(), &id, zicha::app::Custody::Server).unwrap();
    for path in [
        "/",
        "/privacy",
        &format!("/r/{id}"),
        &format!("/bulletin/{id}"),
        &format!("/desk/rounds/{id}"),
        "/desk",
    ] {
        assert_eq!(desk.get(path).status, 200, "{path}");
    }
    zicha.app.tick().unwrap();
    zicha.app.close_round(&shell(), &id).unwrap();
}

/// Rounds of every pair of these days: taken or refused, and every page of them can be read.
/// How many were taken.
fn drafts_of_all_days(zicha: &TestApp, desk: &Desk) -> usize {
    let today = zicha::round::shanghai_day(zicha.app.now());
    let day = |offset: i64| (today + time::Duration::days(offset)).to_string();
    let days = [
        "-9999-01-01",
        "0000-01-01",
        "0001-01-01",
        "1969-12-31",
        "1999-12-31",
        "2000-01-01",
        "2199-12-31",
        "2200-01-01",
        "9999-12-31",
        "99999-01-01",
        "2026-02-29",
        "",
        "x",
    ];
    let mut taken = 0;
    for opens in days.iter().map(ToString::to_string).chain([day(-300), day(0)]) {
        for closes in days.iter().map(ToString::to_string).chain([day(0), day(60)]) {
            let fields = [
                ("title", "极端"),
                ("survey", "canteen"),
                ("opens", &*opens),
                ("closes", &*closes),
                ("access", "slip"),
            ];
            let made = desk.post_from("/desk/rounds/new", "/desk/rounds/new", &fields);
            assert!([303, 422].contains(&made.status), "{opens} to {closes}: {}", made.status);
            if made.status == 422 {
                continue;
            }
            taken += 1;
            let page = made.location;
            let id: zicha::id::RoundId = page.rsplit('/').next().unwrap().parse().unwrap();
            let opened = zicha.app.open_round(&shell(), &id, zicha::app::Custody::Server).is_ok();
            for path in [
                "/",
                "/privacy",
                &format!("/r/{id}"),
                &format!("/bulletin/{id}"),
                &page,
                &format!("{page}/custody"),
                "/desk",
                "/desk/calendar",
            ] {
                assert_eq!(desk.get(path).status, 200, "{opens} to {closes}: {path}");
            }
            if opened {
                zicha.app.close_round(&shell(), &id).unwrap();
            } else {
                desk.post_from(
                    &format!("{page}/edit"),
                    &format!("{page}/edit"),
                    &[("drop", "yes")],
                );
            }
        }
    }
    taken
}

#[test]
fn addresses_are_forgiving_and_heads_are_answered() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("canteen"));
    let page = format!("/r/{round}");
    for (typed, wanted) in [
        (format!("{page}/"), page.clone()),
        (format!("/r/{}", round.as_str().to_uppercase()), page.clone()),
        (format!("/r/{}/?lang=en", round.as_str().to_uppercase()), format!("{page}?lang=en")),
        (format!("/bulletin/{}", round.as_str().to_uppercase()), format!("/bulletin/{round}")),
        ("/privacy/".to_owned(), "/privacy".to_owned()),
        ("/desk/".to_owned(), "/desk".to_owned()),
    ] {
        let moved = zicha.get(&typed);
        assert_eq!((moved.status, moved.location.as_str()), (308, wanted.as_str()), "{typed}");
    }
    for odd in ["//example.org/", "/\\example.org/", "/r/"] {
        let answer = zicha.get(odd);
        assert!(!answer.location.contains("example.org"), "{odd}: {}", answer.location);
    }
    for path in ["/", &page, "/privacy", &format!("/bulletin/{round}"), "/desk/sign-in", "/healthz"]
    {
        assert_eq!(zicha.method("HEAD", path, "x"), 200, "{path}");
    }
}

#[test]
fn a_slip_that_was_counted_says_so_also_in_the_second_after_another_process_closed_the_round() {
    for backend in crate::test_app::backends() {
        let zicha = TestApp::start(backend);
        zicha.import_units(UNITS);
        let round = zicha.open_round(&survey("canteen"));
        let codes = zicha.slips(&round)["CY"].clone();
        zicha.answer(&round, &codes[0], &[("visit_meal", "lunch")]).assert_received();
        // This process has just read the round as open; another one closes it.
        zicha.get(&format!("/r/{round}")).assert_says(200, "name=\"code\"");
        let other = zicha::app::App::open(zicha.app.settings().clone()).unwrap();
        other.close_round(&shell(), &round).unwrap();
        zicha.answer(&round, &codes[0], &[("visit_meal", "lunch")]).assert_again();
        zicha.answer(&round, &codes[1], &[("visit_meal", "lunch")]).assert_says(410, "本轮已截止");
    }
}
