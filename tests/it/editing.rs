//! Two people at one desk: the second who saves is told and shown both versions, and nothing is
//! overwritten unseen.

use zicha::app::Role;
use zicha::round::{Access, RoundState, shanghai_day};

use crate::test_app::{Desk, Page, TestApp, UNITS, on_both, shell, survey};

fn pair(zicha: &TestApp) -> (Desk, Desk) {
    let sign = |name: &str, role| {
        let password = zicha
            .app
            .add_account(&shell(), name, role, &[], Some(crate::test_app::PASSWORD))
            .unwrap();
        let desk = zicha.desk();
        desk.sign_in(name, &password);
        desk
    };
    (sign("jingban", Role::Clerk), sign("fuzeren", Role::Head))
}

/// The value of a hidden field.
fn field(page: &Page, name: &str) -> String {
    let at = page
        .body
        .find(&format!("name=\"{name}\" value=\""))
        .unwrap_or_else(|| panic!("no {name} in {}", page.body));
    page.body[at..].split('"').nth(3).unwrap().to_owned()
}

/// Sends what was typed on a page that was opened earlier.
fn send(desk: &Desk, opened: &Page, to: &str, fields: &[(&str, &str)]) -> Page {
    let (csrf, seen) = (field(opened, "csrf"), field(opened, "seen"));
    let mut all = vec![("csrf", csrf.as_str()), ("seen", seen.as_str())];
    all.extend_from_slice(fields);
    desk.post(to, &all)
}

#[test]
fn a_unit_table_changed_by_two_shows_both_and_takes_the_second_only_when_sent_again() {
    on_both(|zicha| {
        zicha.import_units("code,name,kind,headcount\nA,甲中队,squad,30\nB,乙中队,squad,30\n");
        let (one, two) = pair(zicha);
        let (first, second) = (one.get("/desk/units"), two.get("/desk/units"));
        let of_one = "code,name,kind,headcount\nA,甲中队,squad,31\nB,乙中队,squad,30\n";
        let of_two = "code,name,kind,headcount\nA,甲中队,squad,33\nB,乙中队,squad,30\n";
        assert_eq!(send(&one, &first, "/desk/units", &[("table", of_one)]).status, 303);
        let told = send(&two, &second, "/desk/units", &[("table", of_two)]);
        told.assert_says(409, "内容已被他人修改");
        told.assert_says(409, "jingban");
        told.assert_says(409, "甲中队，squad，31");
        told.assert_says(409, "甲中队，squad，33");
        assert!(!told.body.contains("乙中队，squad，30</td><td>"), "only what differs");
        assert_eq!(zicha.app.units().unwrap()[0].headcount, 31, "nothing was overwritten");
        assert_eq!(
            send(&two, &told, "/desk/units", &[("table", of_two)]).status,
            303,
            "seen, and sent again"
        );
        assert_eq!(zicha.app.units().unwrap()[0].headcount, 33);
    });
}

#[test]
fn a_calendar_changed_by_two_shows_both() {
    on_both(|zicha| {
        let (one, two) = pair(zicha);
        let (first, second) = (one.get("/desk/calendar"), two.get("/desk/calendar"));
        let days = |last: &'static str| {
            let names =
                ["from0", "to0", "from1", "to1", "from2", "to2", "from3", "to3", "from4", "to4"];
            let values = [
                "2020-04-20",
                "2020-04-30",
                "2020-05-01",
                "2020-05-31",
                "2020-06-01",
                "2020-06-15",
                "2020-06-16",
                "2020-07-15",
                "2020-07-16",
                last,
            ];
            names.into_iter().zip(values).collect::<Vec<_>>()
        };
        assert_eq!(send(&one, &first, "/desk/calendar", &days("2020-07-31")).status, 303);
        let told = send(&two, &second, "/desk/calendar", &days("2020-08-05"));
        told.assert_says(
            409,
            "总结提高结束</th><td>2020-07-31</td><td><strong>2020-08-05</strong>",
        );
        told.assert_says(409, "value=\"2020-08-05\"");
        assert_eq!(send(&two, &told, "/desk/calendar", &days("2020-08-05")).status, 303);
        assert_eq!(zicha.app.calendar().unwrap().unwrap().days[4].1, "2020-08-05");
    });
}

#[test]
fn a_draft_can_be_changed_and_dropped_until_it_opens() {
    on_both(|zicha| {
        zicha.import_units(UNITS);
        let id = zicha.draft(&survey("self-check"), Access::Slip);
        let (one, two) = pair(zicha);
        let path = format!("/desk/rounds/{id}/edit");
        let today = shanghai_day(zicha.app.now()).to_string();
        let fields = |title: &'static str, units: &'static str| {
            vec![
                ("title", title.to_owned()),
                ("survey", "canteen".to_owned()),
                ("opens", today.clone()),
                ("closes", today.clone()),
                ("units", units.to_owned()),
            ]
        };
        let send = |desk: &Desk, page: &Page, of: &[(&str, String)]| {
            let plain: Vec<(&str, &str)> = of.iter().map(|(n, v)| (*n, v.as_str())).collect();
            send(desk, page, &path, &plain)
        };
        let (first, second) = (one.get(&path), two.get(&path));
        first.assert_says(200, "测试轮次");
        assert_eq!(send(&one, &first, &fields("食堂", "CY")).status, 303);
        let round = zicha.app.round(&id).unwrap();
        assert_eq!(
            (round.title.as_str(), zicha.app.survey(&round.survey).unwrap().id()),
            ("食堂", "canteen")
        );
        assert_eq!(zicha.app.round_units(&id).unwrap().len(), 1);
        let told = send(&two, &second, &fields("伙食", "CY"));
        told.assert_says(409, "食堂");
        told.assert_says(409, "value=\"伙食\"");
        assert_eq!(send(&two, &told, &fields("伙食", "CY")).status, 303);
        // A table that changed meanwhile does not change the units of a draft whose form was left
        // alone.
        zicha.import_units(&UNITS.replace("CF,", "CX,"));
        assert_eq!(send(&one, &one.get(&path), &fields("饭菜", "CY")).status, 303);
        assert_eq!(zicha.app.round_units(&id).unwrap()[0].code, "CY");
        // A unit that has left the table keeps its box: it is not dropped unseen.
        zicha.import_units(&UNITS.replace("CY,", "CZ,"));
        let left = one.get(&path);
        left.assert_says(200, "value=\"CY\" checked");
        assert_eq!(send(&one, &left, &fields("饭菜", "CY")).status, 303);
        assert_eq!(zicha.app.round_units(&id).unwrap()[0].code, "CY");
        zicha.import_units(&UNITS.replace("CF,", "CX,"));
        // None ticked is a mistake beside the boxes; where there are none, units come first.
        send(&one, &one.get(&path), &fields("饭菜", "")).assert_says(422, "id=\"e-units\"");
        // Slips are printed: what stands on them stays, all else can still change.
        zicha.app.issue_slips(&shell(), &id, None, 10, true).unwrap();
        send(&one, &one.get(&path), &fields("饭菜", "CS")).assert_says(422, "已印发填写码");
        send(&one, &one.get(&path), &fields("另一个名称", "CY")).assert_says(422, "已印发填写码");
        let mut other = fields("饭菜", "CY");
        other[1].1 = "self-check-short".to_owned();
        assert_eq!(send(&one, &one.get(&path), &other).status, 303);
        // A round looks back at another one that has results, never at itself.
        let mut back = fields("饭菜", "CY");
        back.push(("looks_back", id.to_string()));
        send(&one, &one.get(&path), &back).assert_says(422, "只能与已开箱的其他轮次对照");
        // An open round can be neither changed nor dropped.
        let other = zicha.open_round(&survey("canteen"));
        assert_eq!(one.get(&format!("/desk/rounds/{other}/edit")).status, 422);
        let refused =
            one.post_from("/desk", &format!("/desk/rounds/{other}/edit"), &[("drop", "yes")]);
        refused.assert_says(422, "本轮已开放");
        assert_eq!(zicha.app.round(&other).unwrap().state, RoundState::Open);
        // Who drops what somebody else has just changed is told; who saves what was dropped keeps
        // what was typed.
        let (stale, late) = (one.get(&path), two.get(&path));
        assert_eq!(send(&two, &late, &fields("饭菜", "CY")).status, 303);
        send(&one, &stale, &[("drop", "yes".to_owned())]).assert_says(409, "内容已被他人修改");
        let late = two.get(&path);
        assert_eq!(one.post_from(&path, &path, &[("drop", "yes")]).status, 303);
        let kept = send(&two, &late, &fields("写了很久的名称", "CY"));
        kept.assert_says(409, "这份草稿已由 jingban");
        kept.assert_says(409, "value=\"写了很久的名称\"");
        assert!(zicha.app.rounds().unwrap().iter().all(|r| r.id != id));
        assert_eq!(one.get(&path).status, 404);
        assert!(!zicha.data().join(format!("box-{id}.db")).exists(), "nor are its slips kept");
    });
}

#[test]
fn what_is_wrong_is_said_above_the_form_and_beside_its_field_all_at_once() {
    let zicha = TestApp::start(crate::test_app::Backend::Sqlite);
    zicha.import_units(UNITS);
    let (clerk, _) = pair(&zicha);
    let told = clerk.post_from(
        "/desk/rounds/new",
        "/desk/rounds/new",
        &[
            ("title", ""),
            ("survey", "none"),
            ("opens", "2026-02-30"),
            ("closes", ""),
            ("units", "XX"),
        ],
    );
    for (field, said) in [
        ("title", "名称为空"),
        ("survey", "请选择问卷"),
        ("opens", "日期“2026-02-30”应写作"),
        ("closes", "请填写日期"),
    ] {
        told.assert_says(422, &format!("<a href=\"#{field}\">{said}"));
        told.assert_says(422, &format!("<p class=\"error\" id=\"e-{field}\">{said}"));
    }
    told.assert_says(422, "aria-describedby=\"e-title\"");
    told.assert_says(422, "value=\"2026-02-30\"");
    let admin = zicha
        .app
        .add_account(&shell(), "guanli", Role::Admin, &[], Some(crate::test_app::PASSWORD))
        .unwrap();
    let desk = zicha.desk();
    desk.sign_in("guanli", &admin);
    let told = desk.post_from(
        "/desk/accounts",
        "/desk/accounts",
        &[("name", "squad"), ("person", "张三"), ("role", "unit_head"), ("units", "XX")],
    );
    told.assert_says(422, "<p class=\"error\" id=\"e-units\">没有代码为 XX 的单位");
    told.assert_says(422, "value=\"squad\"");
}

#[test]
fn a_workbook_with_anything_that_is_not_understood_is_refused_by_name() {
    let read = |name: &str| {
        let bytes =
            std::fs::read(format!("{}/tests/tables/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        zicha::app::App::survey_text(&bytes)
            .and_then(|text| zicha::app::App::check_survey(text.as_bytes()))
            .map(|s| s.questions().len())
            .map_err(|e| e.to_string())
    };
    for (name, says) in [
        ("survey-header-relevent.xlsx", "unknown column `relevent` (did you mean `relevant`?)"),
        ("survey-header-Required.xlsx", "unknown column `Required` (did you mean `required`?)"),
        (
            "survey-header-exclusive-typo.xlsx",
            "unknown column `exclusiv` (did you mean `exclusive`?)",
        ),
        (
            "survey-header-relevant-zwsp.xlsx",
            "unknown column `rele⟨U+200B⟩vant` (did you mean `relevant`?)",
        ),
        ("survey-dup-column-relevant-empty.xlsx", "column relevant occurs twice"),
        ("survey-sheet-choices-typo.xlsx", "unknown sheet `choices ` (did you mean `choices`?)"),
        ("survey-sheet-scales-typo.xlsx", "unknown sheet `scales ` (did you mean `scales`?)"),
    ] {
        let said = read(name).unwrap_err();
        assert!(said.contains(says), "{name}: {said}");
    }
    assert!(
        read("survey-extra-sheet-with-formula.xlsx").unwrap() > 0,
        "a sheet of the author's own refuses nothing"
    );
    for (name, says) in
        [("survey-invisible.json", "nothing that can be seen"), ("survey-nonchar.json", "U+FFFF")]
    {
        let bytes =
            std::fs::read(format!("{}/tests/tables/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let said = zicha::app::App::check_survey(&bytes).map(drop).unwrap_err().to_string();
        assert!(
            said.contains(says) || (name.contains("invisible") && said.contains("text is missing")),
            "{name}: {said}"
        );
    }
}
