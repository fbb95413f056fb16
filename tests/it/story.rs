//! One round from definition to problem list, through real HTTP, on both backends. Read this first.

use std::collections::BTreeMap;

use zicha::id::RoundId;

use crate::test_app::{Backend, Desk, Page, TestApp, UNITS, backends, shell};

#[test]
fn a_round_goes_from_a_set_up_link_to_a_problem_list() {
    for backend in backends() {
        tell(backend);
    }
}

fn tell(backend: Backend) {
    let zicha = TestApp::start(backend);
    let (section, admin) = the_first_accounts(&zicha);
    let round = a_round_is_prepared(&zicha, &section);
    let codes = slips_are_printed(&section, &round);
    let story = Story { zicha, section, admin, round, codes };
    officers_answer(&story);
    the_slip_is_the_receipt(&story);
    the_round_is_closed(&story);
    the_box_is_opened_once(&story);
    the_section_reads_the_lists(&story);
    two_let_the_results_out_and_a_squad_head_reads_the_own_list(&story);
    the_tables_say_the_same(&story);
}

/// What has come about so far.
struct Story {
    zicha: TestApp,
    /// The head of the section, signed in.
    section: Desk,
    /// The administrator, signed in.
    admin: Desk,
    round: RoundId,
    /// What is printed on the slips, by unit.
    codes: BTreeMap<String, Vec<String>>,
}

impl Story {
    /// Where a page of the round is at the desk.
    fn at_desk(&self, path: &str) -> String {
        format!("/desk/rounds/{}{path}", self.round)
    }

    /// A step of the round, taken by somebody on its page.
    fn step(&self, desk: &Desk, step: &str) -> Page {
        desk.post_from(
            &self.at_desk(""),
            &self.at_desk(&format!("/do/{step}")),
            &[("confirm", "yes")],
        )
    }

    fn answer(&self, code: &str, fields: &[(&str, &str)]) -> Page {
        self.zicha.answer(&self.round, code, fields)
    }

    /// Somebody for whom the administrator makes an account.
    fn colleague(&self, name: &str, person: &str, role: &str, units: &str) -> Desk {
        let made = self.admin.post_from(
            "/desk/accounts",
            "/desk/accounts",
            &[("name", name), ("person", person), ("role", role), ("units", units)],
        );
        let desk = self.zicha.desk();
        own_password(&desk, name, &made.password());
        desk
    }
}

/// Somebody else has seen a first password: it is changed before anything else.
fn own_password(desk: &Desk, name: &str, first: &str) {
    let mine = format!("{name}自己才知道的一句话");
    desk.sign_in(name, first);
    desk.post_from(
        "/desk/me",
        "/desk/me",
        &[("do", "password"), ("old", first), ("new", &mine), ("again", &mine)],
    )
    .assert_says(200, "口令已修改");
}

/// IT starts the service; the printed link makes the first accounts, once: the head's, and the
/// administrator's, who makes all others.
fn the_first_accounts(zicha: &TestApp) -> (Desk, Desk) {
    let section = zicha.desk();
    let link = format!("/desk/setup/{}", zicha.app.setup_token().unwrap().unwrap());
    let password = "一句容易记住而且够长的口令";
    let made = section.post(
        &link,
        &[
            ("bureau", "江湾区局"),
            ("person", "乙负责"),
            ("post", "政工科科长"),
            ("name", "fuzeren"),
            ("password", password),
            ("again", password),
        ],
    );
    made.assert_says(200, "口令只显示这一次");
    let admin = zicha.desk();
    assert_eq!(admin.sign_in("guanli", &made.password()).location, "/desk");
    own_password(&admin, "guanli", &made.password());
    assert_eq!(section.get(&link).status, 404, "the link works once");
    assert_eq!(section.sign_in("fuzeren", password).location, "/desk");
    (section, admin)
}

/// The section imports its units and creates a round on the seven-category questionnaire.
fn a_round_is_prepared(zicha: &TestApp, section: &Desk) -> RoundId {
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
    let round: RoundId = created.location.rsplit('/').next().unwrap().parse().unwrap();
    zicha.get(&format!("/r/{round}")).assert_says(200, "尚未开放");
    round
}

/// Opening freezes it; slips come as a printable sheet, the only place where codes exist.
fn slips_are_printed(section: &Desk, round: &RoundId) -> BTreeMap<String, Vec<String>> {
    let page = format!("/desk/rounds/{round}");
    section.post_from(&page, &format!("{page}/do/open"), &[("confirm", "yes")]);
    let sheet =
        section.post_from(&page, &format!("{page}/slips"), &[("spare", "10"), ("qr", "code")]);
    assert!(sheet.body.contains("春江街道中队") && sheet.body.contains("沿虚线裁开"));
    let codes = codes_by_unit(&sheet.body);
    assert_eq!(codes["春江街道中队"].len(), 14, "12 heads and 10 % spare");
    codes
}

/// Officers open the questionnaire: seven categories, nothing preselected, the same bytes for
/// everybody. In 春江 ten of twelve answer; most see a problem of service, hardly anybody one of
/// honour.
fn officers_answer(story: &Story) {
    let page = format!("/r/{}", story.round);
    let form = story.zicha.get(&page);
    form.assert_says(200, "七、工作热情不高");
    assert!(!form.body.contains("checked"), "nothing is preselected");
    assert!(!form.headers.contains_key("set-cookie") && !form.headers.contains_key("etag"));
    assert_eq!(form.body, story.zicha.get(&page).body);

    for (n, code) in story.codes["春江街道中队"].iter().take(10).enumerate() {
        let service = if n < 6 { "frequent" } else { "none" };
        let honor = if n < 1 { "isolated" } else { "none" };
        let sent = story.answer(
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
        for code in story.codes[unit].iter().take(7) {
            story
                .answer(code, &[("service_verify", "none"), ("honor_pride", "none")])
                .assert_received();
        }
    }
    for unit in ["办公室", "政工科"] {
        for code in story.codes[unit].iter().take(4) {
            story.answer(code, &[("service_verify", "isolated")]).assert_received();
        }
    }
}

/// The slip itself is the receipt; looking is free; a blank ballot needs the tick.
fn the_slip_is_the_receipt(story: &Story) {
    let used = &story.codes["春江街道中队"][0];
    story.answer(used, &[("honor_pride", "none")]).assert_again();
    story.answer(used, &[]).assert_again();
    let spare = &story.codes["春江街道中队"][12];
    story.answer(spare, &[]).assert_says(422, "此填写码尚未使用");
    story.answer(spare, &[("blank", "1")]).assert_received();
}

/// While it is open nobody can see a result, and turnout of small groups is not shown. Closing
/// seals the box: slips used equal ballots, for everybody to see.
fn the_round_is_closed(story: &Story) {
    let Story { section, codes, .. } = story;
    section.get(&story.at_desk("/results")).assert_says(422, "本轮尚未截止");
    assert!(
        !section.get(&story.at_desk("")).body.contains("class=\"band\""),
        "no group here has twenty heads"
    );
    story.step(section, "close");
    let bulletin = story.zicha.get(&format!("/bulletin/{}", story.round));
    bulletin.assert_says(200, "本轮提前截止");
    bulletin.assert_says(200, "每码计一次");
    story.answer(&codes["春江街道中队"][0], &[("honor_pride", "none")]).assert_again();
    story
        .answer(&codes["春江街道中队"][13], &[("honor_pride", "none")])
        .assert_says(410, "本轮已提前截止");
}

/// The box is opened once; box and key are gone afterwards.
fn the_box_is_opened_once(story: &Story) {
    let (app, round) = (&story.zicha.app, &story.round);
    story.step(&story.section, "box");
    TestApp::wait(|| app.round(round).unwrap().destroyed);
    assert!(app.verify(round).unwrap().iter().all(|c| c.holds), "{:?}", app.verify(round));
    assert!(app.open_box(&shell(), round, &mut |_| {}).is_err(), "only once");
    story.answer(&story.codes["春江街道中队"][0], &[]).assert_again();
}

/// 春江's list: service is a prominent problem, honour is not on it.
fn the_section_reads_the_lists(story: &Story) {
    let list = story.section.get(&story.at_desk("/lists/CY"));
    list.assert_says(200, "CY-5.1");
    list.assert_says(200, "突出问题");
    list.assert_says(200, "职责分工不清，责任压得不实");
    assert!(!list.body.contains("CY-1.1"));
    assert!(!list.body.contains("某次投诉反复"), "no original text on a list");
    story.section.get(&story.at_desk("/lists/CF")).assert_says(200, "没有达到列入标准");
}

/// A squad head sees the own list, after release only, and no other. Letting results out takes two
/// accounts of the section.
fn two_let_the_results_out_and_a_squad_head_reads_the_own_list(story: &Story) {
    let section = &story.section;
    let head = story.colleague("zhongdui", "丁队长", "unit_head", "CY");
    assert_eq!(head.get(&story.at_desk("/lists/CY")).status, 403);
    story.step(section, "release");
    section.get(&story.at_desk("")).assert_says(200, "您已同意。");
    assert_eq!(head.get(&story.at_desk("/lists/CY")).status, 403);
    // The administrator has just made that account: it counts as somebody else's once the head says
    // who sits before it.
    let clerk = story.colleague("jingban", "甲经办", "clerk", "");
    story.step(&clerk, "release").assert_says(422, "须经政工科另一账号");
    assert_eq!(section.post_from("/desk", "/desk/vouch", &[("name", "jingban")]).status, 303);
    story.step(&clerk, "release");
    head.get(&story.at_desk("/lists/CY")).assert_says(200, "CY-5.1");
    assert_eq!(head.get(&story.at_desk("/lists/CF")).status, 403);
    assert_eq!(head.get(&story.at_desk("/results")).status, 403);
}

/// The tables say the same, and the sums add up.
fn the_tables_say_the_same(story: &Story) {
    let table = |name: &str| story.section.get(&story.at_desk(&format!("/export/{name}")));
    let csv = table("problems?format=csv&headers=id");
    assert!(csv.body.starts_with('\u{FEFF}') && csv.body.contains("\"CY-5.1\""), "{}", csv.body);
    let turnout = table("turnout?format=csv&headers=id");
    assert!(
        turnout.body.contains(
            "\"ALL\",\"江湾区局［试用］\",\"40\",\"46\",\"33\",\"33\",\"0\",\"1\",\"32\""
        ),
        "{}",
        turnout.body
    );
    assert!(table("wide?unit_head=x").status == 422, "there are no filters");
}

fn codes_by_unit(sheet: &str) -> BTreeMap<String, Vec<String>> {
    let mut codes: BTreeMap<String, Vec<String>> = BTreeMap::new();
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
