//! One round from definition to problem list, through real HTTP, on both backends. Read this first.

use crate::test_app::{Backend, TestApp, UNITS, backends, shell};

#[test]
fn a_round_goes_from_a_set_up_link_to_a_problem_list() {
    for backend in backends() {
        tell(backend);
    }
}

fn tell(backend: Backend) {
    let zicha = TestApp::start(backend);
    let section = zicha.desk();

    // IT starts the service; the printed link makes the first accounts, once: the head's, and the
    // administrator's, who makes all others.
    let link = format!("/desk/setup/{}", zicha.app.setup_token().unwrap().unwrap());
    let password = "一句容易记住而且够长的口令";
    let made = section.post(
        &link,
        &[("bureau", "江湾区局"), ("name", "fuzeren"), ("password", password), ("again", password)],
    );
    made.assert_says(200, "口令只显示这一次");
    let for_admin = made
        .body
        .split("class=\"digest\"><strong>")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap()
        .to_owned();
    let admin = zicha.desk();
    assert_eq!(admin.sign_in("guanli", &for_admin).location, "/desk");
    // Somebody else has seen that password: it is changed before anything else.
    let own = |desk: &crate::test_app::Desk, name: &str, first: &str| {
        let mine = format!("{name}自己才知道的一句话");
        desk.sign_in(name, first);
        desk.post_from(
            "/desk/me",
            "/desk/me",
            &[("do", "password"), ("old", first), ("new", &mine), ("again", &mine)],
        )
        .assert_says(200, "口令已修改");
    };
    own(&admin, "guanli", &for_admin);
    let account = |name: &str, role: &str, units: &str| {
        let made = admin.post_from(
            "/desk/accounts",
            "/desk/accounts",
            &[("name", name), ("role", role), ("units", units)],
        );
        made.body
            .split("class=\"digest\"><strong>")
            .nth(1)
            .unwrap_or_else(|| panic!("{}", made.body))
            .split('<')
            .next()
            .unwrap()
            .to_owned()
    };
    assert_eq!(section.get(&link).status, 404, "the link works once");
    assert_eq!(section.sign_in("fuzeren", password).location, "/desk");

    // The section imports its units and creates a round on the seven-category questionnaire.
    section.post_from("/desk/units", "/desk/units", &[("table", UNITS)]);
    let today = zicha::round::shanghai_day(zicha.app.now()).to_string();
    let created = section.post_from(
        "/desk/rounds/new",
        "/desk/rounds/new",
        &[
            ("title", "第一轮"),
            ("survey", "self-check"),
            ("opens", &today),
            ("closes", &today),
            ("access", "slip"),
        ],
    );
    let desk_page = created.location.clone();
    let round: zicha::id::RoundId = desk_page.rsplit('/').next().unwrap().parse().unwrap();
    let page = format!("/r/{round}");
    zicha.get(&page).assert_says(200, "尚未开放");

    // Opening freezes it; slips come as a printable sheet, the only place where codes exist.
    section.post_from(&desk_page, &format!("{desk_page}/do/open"), &[("confirm", "yes")]);
    let sheet = section.post_from(
        &desk_page,
        &format!("{desk_page}/slips"),
        &[("spare", "10"), ("qr", "code")],
    );
    assert!(sheet.body.contains("春江街道中队") && sheet.body.contains("沿虚线裁开"));
    let codes = codes_by_unit(&sheet.body);
    assert_eq!(codes["春江街道中队"].len(), 14, "12 heads and 10 % spare");

    // Officers open the questionnaire: seven categories, nothing preselected, the same bytes for
    // everybody.
    let form = zicha.get(&page);
    form.assert_says(200, "七、工作热情不高");
    assert!(!form.body.contains("checked"), "nothing is preselected");
    assert!(!form.headers.contains_key("set-cookie") && !form.headers.contains_key("etag"));
    assert_eq!(form.body, zicha.get(&page).body);

    // In 春江 ten of twelve answer; most see a problem of service, hardly anybody one of honour.
    for (n, code) in codes["春江街道中队"].iter().take(10).enumerate() {
        let service = if n < 6 { "frequent" } else { "none" };
        let honor = if n < 1 { "isolated" } else { "none" };
        let sent = zicha.answer(
            &round,
            code,
            &[
                ("service_verify", service),
                ("honor_pride", honor),
                ("service_harm_level", "major"),
                ("service_cause", "cause_duty"),
                ("service_example", "某次投诉反复"),
            ],
        );
        sent.assert_received();
    }
    for unit in ["清源街道中队", "长乐街道中队"] {
        for code in codes[unit].iter().take(7) {
            zicha
                .answer(&round, code, &[("service_verify", "none"), ("honor_pride", "none")])
                .assert_received();
        }
    }
    for unit in ["办公室", "政工科"] {
        for code in codes[unit].iter().take(4) {
            zicha.answer(&round, code, &[("service_verify", "isolated")]).assert_received();
        }
    }

    // The slip itself is the receipt; looking is free; a blank ballot needs the tick.
    let used = &codes["春江街道中队"][0];
    zicha.answer(&round, used, &[("honor_pride", "none")]).assert_again();
    zicha.answer(&round, used, &[]).assert_again();
    let spare = &codes["春江街道中队"][12];
    zicha.answer(&round, spare, &[]).assert_says(422, "此填写码尚未使用");
    zicha.answer(&round, spare, &[("blank", "1")]).assert_received();

    // While it is open nobody can see a result, and turnout of small groups is not shown.
    section.get(&format!("{desk_page}/results")).assert_says(422, "本轮尚未截止");
    assert!(
        !section.get(&desk_page).body.contains("class=\"band\""),
        "no group here has twenty heads"
    );

    // Closing seals the box: slips used equal ballots, for everybody to see.
    section.post_from(&desk_page, &format!("{desk_page}/do/close"), &[("confirm", "yes")]);
    let bulletin = zicha.get(&format!("/bulletin/{round}"));
    bulletin.assert_says(200, "本轮提前截止");
    bulletin.assert_says(200, "每码计一次");
    zicha.answer(&round, used, &[("honor_pride", "none")]).assert_again();
    zicha
        .answer(&round, &codes["春江街道中队"][13], &[("honor_pride", "none")])
        .assert_says(410, "本轮已截止");

    // The box is opened once; box and key are gone afterwards.
    section.post_from(&desk_page, &format!("{desk_page}/do/box"), &[("confirm", "yes")]);
    TestApp::wait(|| zicha.app.round(&round).unwrap().destroyed);
    assert!(
        zicha.app.verify(&round).unwrap().iter().all(|c| c.holds),
        "{:?}",
        zicha.app.verify(&round)
    );
    assert!(zicha.app.open_box(&shell(), &round, &mut |_| {}).is_err(), "only once");
    zicha.answer(&round, used, &[]).assert_again();

    // 春江's list: service is a prominent problem, honour is not on it.
    let list = section.get(&format!("{desk_page}/lists/CY"));
    list.assert_says(200, "CY-5.1");
    list.assert_says(200, "突出问题");
    list.assert_says(200, "职责分工不清，责任压得不实");
    assert!(!list.body.contains("CY-1.1"));
    assert!(!list.body.contains("某次投诉反复"), "no original text on a list");
    section.get(&format!("{desk_page}/lists/CF")).assert_says(200, "没有达到列入标准");

    // A squad head sees the own list, after release only, and no other.
    let password = account("zhongdui", "unit_head", "CY");
    let head = zicha.desk();
    own(&head, "zhongdui", &password);
    assert_eq!(head.get(&format!("{desk_page}/lists/CY")).status, 403);
    // Letting results out takes two accounts of the section.
    section.post_from(&desk_page, &format!("{desk_page}/do/release"), &[("confirm", "yes")]);
    section.get(&desk_page).assert_says(200, "您已同意。");
    assert_eq!(head.get(&format!("{desk_page}/lists/CY")).status, 403);
    let password = account("jingban", "clerk", "");
    let clerk = zicha.desk();
    own(&clerk, "jingban", &password);
    // The administrator has just made that account: it counts as somebody else's once the head says
    // who sits before it.
    clerk
        .post_from(&desk_page, &format!("{desk_page}/do/release"), &[("confirm", "yes")])
        .assert_says(422, "须经政工科另一账号");
    assert_eq!(section.post_from("/desk", "/desk/vouch", &[("name", "jingban")]).status, 303);
    clerk.post_from(&desk_page, &format!("{desk_page}/do/release"), &[("confirm", "yes")]);
    head.get(&format!("{desk_page}/lists/CY")).assert_says(200, "CY-5.1");
    assert_eq!(head.get(&format!("{desk_page}/lists/CF")).status, 403);
    assert_eq!(head.get(&format!("{desk_page}/results")).status, 403);

    // The tables say the same, and the sums add up.
    let csv = section.get(&format!("{desk_page}/export/problems?format=csv&headers=id"));
    assert!(csv.body.starts_with('\u{FEFF}') && csv.body.contains("\"CY-5.1\""), "{}", csv.body);
    let turnout = section.get(&format!("{desk_page}/export/turnout?format=csv&headers=id"));
    assert!(
        turnout.body.contains(
            "\"ALL\",\"江湾区局［试用］\",\"40\",\"46\",\"33\",\"33\",\"0\",\"1\",\"32\""
        ),
        "{}",
        turnout.body
    );
    assert!(
        section.get(&format!("{desk_page}/export/wide?unit_head=x")).status == 422,
        "there are no filters"
    );
}

fn codes_by_unit(sheet: &str) -> std::collections::BTreeMap<String, Vec<String>> {
    let mut codes: std::collections::BTreeMap<String, Vec<String>> =
        std::collections::BTreeMap::new();
    for slip in sheet.split("<div class=\"slip\">").skip(1) {
        let text = |class: &str| {
            slip.split(&format!("<div class=\"{class}\">"))
                .nth(1)
                .unwrap()
                .split('<')
                .next()
                .unwrap()
                .to_owned()
        };
        codes.entry(text("unit")).or_default().push(text("code"));
    }
    codes
}

impl TestApp {
    /// Waits for background work.
    pub fn wait(done: impl Fn() -> bool) {
        for _ in 0..600 {
            if done() {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("background work did not finish");
    }
}
