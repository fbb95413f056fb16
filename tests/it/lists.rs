//! Problem lists as the section works on them and hands them over: nothing people did is lost,
//! nobody overwrites unseen, and units read the edition that two accounts let out.

use zicha::app::Role;
use zicha::id::RoundId;

use crate::test_app::{Backend, Desk, Page, TestApp, backends, shell, survey};

const UNITS: &str =
    "code,name,kind,headcount\nCY,曹杨中队,squad,40\nCF,长风中队,squad,40\nCS,长寿中队,squad,40\n";

struct Bureau {
    zicha: TestApp,
    round: RoundId,
    clerk: Desk,
    head: Desk,
}

fn bureau(backend: Backend) -> Bureau {
    let zicha = TestApp::start(backend);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("self-check"));
    for codes in zicha.slips(&round).values() {
        for code in codes.iter().take(24) {
            let fields = [
                ("honor_pride", "widespread"),
                ("honor_brand", "widespread"),
                ("lawful_fake", "widespread"),
                ("service_verify", "none"),
            ];
            zicha.answer(&round, code, &fields).assert_received();
        }
    }
    zicha.app.close_round(&shell(), &round).unwrap();
    zicha.app.open_box(&shell(), &round, &mut |_| {}).unwrap();
    let sign = |name: &str, role, units: &[zicha::unit::UnitCode]| {
        let password = zicha
            .app
            .add_account(&shell(), name, role, units, Some(crate::test_app::PASSWORD))
            .unwrap();
        let desk = zicha.desk();
        desk.sign_in(name, &password);
        desk
    };
    let (clerk, head) = (sign("jingban", Role::Clerk, &[]), sign("fuzeren", Role::Head, &[]));
    Bureau { zicha, round, clerk, head }
}

impl Bureau {
    fn base(&self) -> String {
        format!("/desk/rounds/{}", self.round)
    }

    fn row(&self, number: &str) -> String {
        format!("{}/problems/{}/{}", self.base(), number.split('-').next().unwrap(), number)
    }

    /// Changes a row as its form does: everything that is not named stays as the page shows it.
    fn change(&self, desk: &Desk, opened: &Page, number: &str, changes: &[(&str, &str)]) -> Page {
        let texts = ["statement", "example", "harms", "causes", "note", "evidence"];
        let shown = |name: &str| {
            let at = opened.body.find(&format!(" id=\"{name}\"")).unwrap();
            let rest = &opened.body[at..];
            rest[rest.find('>').unwrap() + 1..rest.find("</textarea>").unwrap()]
                .replace("&quot;", "\"")
                .replace("&lt;", "<")
                .replace("&amp;", "&")
        };
        let value = |name: &str| {
            opened
                .body
                .split(&format!("name=\"{name}\" value=\""))
                .nth(1)
                .unwrap()
                .split('"')
                .next()
                .unwrap()
                .to_owned()
        };
        let mut fields: Vec<(String, String)> =
            texts.iter().map(|name| ((*name).to_owned(), shown(name))).collect();
        fields.extend(["csrf", "seen", "cases"].map(|name| (name.to_owned(), value(name))));
        let harm = opened
            .body
            .split("id=\"harm_level\"")
            .nth(1)
            .unwrap()
            .split("value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        fields.extend([
            ("harm_level".to_owned(), harm.to_owned()),
            ("state".to_owned(), "listed".to_owned()),
        ]);
        for (name, value) in changes {
            fields.retain(|(known, _)| known != name);
            fields.push(((*name).to_owned(), (*value).to_owned()));
        }
        let fields: Vec<(&str, &str)> =
            fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        desk.post(&self.row(number), &fields)
    }

    fn edit(&self, number: &str, changes: &[(&str, &str)]) -> Page {
        self.change(&self.clerk, &self.clerk.get(&self.row(number)), number, changes)
    }

    fn add(&self, group: &str, fields: &[(&str, &str)]) -> Page {
        let path = format!("{}/problems/{group}", self.base());
        self.clerk.post_from(&path, &path, fields)
    }

    fn numbers(&self, group: &str) -> Vec<String> {
        self.zicha
            .app
            .results(&shell(), &self.round)
            .unwrap()
            .list(&group.into())
            .unwrap()
            .problems
            .into_iter()
            .map(|p| p.number)
            .collect()
    }

    fn agree(&self, desk: &Desk, step: &str) -> Page {
        let base = self.base();
        desk.post_from(&base, &format!("{base}/do/{step}"), &[("confirm", "yes")])
    }
}

const FOUND: [(&str, &str); 4] = [
    ("category", "1"),
    ("source", "inspection"),
    ("found", "2020-06-10"),
    ("statement", "着装不整，上岗不戴帽"),
];

#[test]
fn rows_are_reworded_set_aside_merged_and_added_and_survive_what_is_derived_anew() {
    for backend in backends() {
        let b = bureau(backend);
        assert_eq!(b.numbers("CY"), ["CY-1.1", "CY-1.2"], "a held question is not listed yet");
        assert_eq!(b.add("CY", &FOUND).status, 303);
        assert_eq!(
            b.edit("CY-1.1", &[("statement", "荣辱观树立不牢（经核实）"), ("note", "已谈话")])
                .status,
            303
        );
        assert_eq!(b.edit("CY-1.2", &[("state", "merged"), ("into", "CY-1.1")]).status, 303);
        assert_eq!(b.edit("CF-1.1", &[("state", "aside"), ("reason", "核实后不属实")]).status, 303);
        assert_eq!(b.numbers("CY"), ["CY-1.1", "CY-1.M1"]);
        assert_eq!(b.numbers("CF"), ["CF-1.2"]);
        // The held question is checked for all: it appears everywhere, and what people did is still
        // there.
        b.clerk.post_from(
            &b.base(),
            &format!("{}/hold", b.base()),
            &[
                ("question", "lawful_fake"),
                ("state", "checked"),
                ("ground", "调阅台账并询问当事人"),
            ],
        );
        let order = survey("self-check").question("lawful_fake").unwrap().order;
        assert_eq!(
            b.numbers("CY"),
            ["CY-1.1".to_owned(), "CY-1.M1".to_owned(), format!("CY-3.{order}")]
        );
        assert_eq!(b.numbers("CF"), ["CF-1.2".to_owned(), format!("CF-3.{order}")]);
        let paper = b.clerk.get(&format!("{}/lists/CY", b.base()));
        for said in ["荣辱观树立不牢（经核实）", "含CY-1.2", "明察暗访", "2020-06-10发现", "已谈话"]
        {
            paper.assert_says(200, said);
        }
        let csv = b.clerk.get(&format!("{}/export/problems?format=csv&group=CY", b.base())).body;
        assert!(
            csv.contains("\"CY-1.M1\"")
                && csv.contains("\"明察暗访\"")
                && csv.contains("含CY-1.2")
                && !csv.contains("\"CY-1.2\""),
            "{csv}"
        );
        // What became of a row is on record, with its author.
        let history = b.clerk.get(&b.row("CY-1.1"));
        history.assert_says(200, "按结果生成的表述");
        history.assert_says(200, "<td>jingban</td>");
        let changes = b.zicha.app.problem_history(&b.round, "CY-1.1").unwrap();
        assert_eq!(
            (changes.len(), changes[0].edit.note.as_deref(), changes[0].edit.harms.as_deref()),
            (1, Some("已谈话"), None),
            "only what was changed"
        );
        // Taken back, the wording returns; the roll-up counts by source.
        let derived =
            survey("self-check").question("honor_pride").unwrap().problem.clone().unwrap();
        assert_eq!(b.edit("CY-1.1", &[("statement", derived.zh())]).status, 303);
        assert_eq!(
            b.zicha.app.problem_history(&b.round, "CY-1.1").unwrap()[1].edit.statement,
            None
        );
        b.clerk.get(&format!("{}/problems", b.base())).assert_says(200, "各组汇总");
        let chain = b.zicha.app.audit(&shell()).unwrap();
        assert_eq!(chain.rows.iter().filter(|r| r.action == "problem_changed").count(), 5);
    }
}

#[test]
fn two_who_change_a_row_are_told_and_shown_both_versions() {
    for backend in backends() {
        let b = bureau(backend);
        let (one, two) = (b.clerk.get(&b.row("CY-1.1")), b.head.get(&b.row("CY-1.1")));
        assert_eq!(b.change(&b.clerk, &one, "CY-1.1", &[("note", "甲的备注")]).status, 303);
        let told = b.change(&b.head, &two, "CY-1.1", &[("note", "乙的备注")]);
        for said in
            ["内容已被他人修改", "jingban", "<td>甲的备注</td>", "<strong>乙的备注</strong>"]
        {
            told.assert_says(409, said);
        }
        assert_eq!(
            b.change(&b.head, &told, "CY-1.1", &[("note", "乙的备注")]).status,
            303,
            "seen, and sent again"
        );
        assert_eq!(b.zicha.app.problem_history(&b.round, "CY-1.1").unwrap().len(), 2);
        // The difference is told in words, not in the codes of the form.
        let (one, two) = (b.clerk.get(&b.row("CY-1.1")), b.head.get(&b.row("CY-1.1")));
        assert_eq!(
            b.change(&b.clerk, &one, "CY-1.1", &[("state", "aside"), ("reason", "已核查")]).status,
            303
        );
        let told = b.change(&b.head, &two, "CY-1.1", &[("note", "丙")]);
        told.assert_says(409, "<td>不列入</td><td><strong>列入清单</strong></td>");
        assert!(
            !told.body.contains("问题来源</th>"),
            "a row from the survey has no source to choose"
        );
        assert_eq!(
            b.change(&b.head, &told, "CY-1.1", &[("state", "listed")]).status,
            303,
            "as typed, over what was kept"
        );
        // Two who add a row at once get two numbers.
        std::thread::scope(|scope| {
            for desk in [&b.clerk, &b.head] {
                let path = format!("{}/problems/CY", b.base());
                scope.spawn(move || assert_eq!(desk.post_from(&path, &path, &FOUND).status, 303));
            }
        });
        assert_eq!(b.numbers("CY"), ["CY-1.1", "CY-1.2", "CY-1.M1", "CY-1.M2"]);
    }
}

#[test]
fn bad_input_is_refused_beside_what_was_typed() {
    let b = bureau(Backend::Sqlite);
    let missing = b.add("CY", &[("category", "9"), ("source", "survey"), ("note", "留着<b>")]);
    for said in
        ["请选择问题类别", "请选择问题来源", "请填写问题表现", "请填写发现日期", "留着&lt;b&gt;"]
    {
        missing.assert_says(422, said);
    }
    b.edit("CY-1.1", &[("state", "aside"), ("reason", " ")]).assert_says(422, "不列入的理由为空");
    b.edit("CY-1.1", &[("state", "merged"), ("into", "CY-1.1")]).assert_says(422, "只能并入");
    b.edit("CY-1.1", &[("state", "merged"), ("into", "CF-1.2")]).assert_says(422, "只能并入");
    b.edit("CY-1.1", &[("statement", "")]).assert_says(422, "请填写问题表现");
    b.edit("CY-1.1", &[("note", &"长".repeat(501))]).assert_says(422, "最多 500 字");
    assert_eq!(b.clerk.get(&b.row("CY-7.9")).status, 404);
    b.edit("CY-1.1", &[("state", "aside"), ("reason", &"长".repeat(201))])
        .assert_says(422, "理由最多 200 字");
    b.add(
        "CY",
        &[
            ("category", "1"),
            ("source", "inspection"),
            ("found", "2099-01-01"),
            ("statement", "将来的事"),
        ],
    )
    .assert_says(422, "不能晚于今天");
    // A row into which others were merged cannot be merged itself.
    b.edit("CY-1.2", &[("state", "merged"), ("into", "CY-1.1")]);
    b.add("CY", &FOUND);
    b.edit("CY-1.1", &[("state", "merged"), ("into", "CY-1.M1")])
        .assert_says(422, "已有其他行并入本行");
    // Names that hide or run are shown harmlessly wherever they appear.
    b.edit("CY-1.1", &[("statement", "甲\u{202E}乙")]).assert_says(422, "U+202E");
    b.edit("CY-1.1", &[("statement", "<script>alert(1)</script>乙")]);
    for page in
        [format!("{}/lists/CY", b.base()), format!("{}/problems/CY", b.base()), b.row("CY-1.1")]
    {
        let body = b.clerk.get(&page).body;
        assert!(
            !body.contains("<script>alert") && body.contains("&lt;script&gt;alert(1)"),
            "{page}"
        );
    }
}

/// The row of a table that holds this text.
fn row_of<'a>(body: &'a str, text: &str) -> &'a str {
    body.split("<tr>").skip(1).find(|row| row.contains(text)).unwrap_or_else(|| panic!("no {text}"))
}

#[test]
fn units_read_the_edition_that_two_accounts_let_out() {
    for backend in backends() {
        let b = bureau(backend);
        let password = b
            .zicha
            .app
            .add_account(
                &shell(),
                "duizhang",
                Role::UnitHead,
                &["CY".into()],
                Some(crate::test_app::PASSWORD),
            )
            .unwrap();
        let squad = b.zicha.desk();
        squad.sign_in("duizhang", &password);
        let paper = format!("{}/lists/CY", b.base());
        b.add("CY", &FOUND);
        assert_eq!(squad.get(&paper).status, 403, "nothing before the release");
        b.agree(&b.clerk, "release");
        // A change between the two agreements asks for both again.
        b.edit("CY-1.1", &[("note", "第一版的备注")]);
        b.agree(&b.head, "release");
        assert_eq!(squad.get(&paper).status, 403);
        b.agree(&b.clerk, "release");
        squad.get(&paper).assert_says(200, "第一版的备注");
        squad.get(&paper).assert_says(200, "CY-1.M1");
        // What is changed afterwards is not theirs until it is handed over anew.
        b.edit("CY-1.1", &[("note", "第二版的备注")]);
        squad.get(&paper).assert_says(200, "第一版的备注");
        b.clerk.get(&paper).assert_says(200, "第二版的备注");
        b.clerk.get(&format!("{}/problems", b.base())).assert_says(200, "此后清单有改动");
        let second = b
            .zicha
            .app
            .add_account(&shell(), "second", Role::Clerk, &[], Some(crate::test_app::PASSWORD))
            .unwrap();
        let other = b.zicha.desk();
        other.sign_in("second", &second);
        b.agree(&b.clerk, "lists");
        b.agree(&other, "lists");
        squad.get(&paper).assert_says(200, "第一版的备注");
        b.agree(&b.head, "lists");
        squad.get(&paper).assert_says(200, "第二版的备注");
        squad.get(&paper).assert_says(200, "第 2 版");
        for table in ["problems?format=csv&group=CY", "problems?format=json&group=CY"] {
            let file = squad.get(&format!("{}/export/{table}", b.base())).body;
            assert!(file.contains("第二版的备注"), "{file}");
        }
        b.agree(&b.head, "lists").assert_says(422, "没有改动");
        // One clerk alone shows no held question to the units: it goes out with the next edition.
        b.clerk.post_from(
            &b.base(),
            &format!("{}/hold", b.base()),
            &[
                ("question", "lawful_fake"),
                ("state", "checked"),
                ("ground", "调阅台账并询问当事人"),
            ],
        );
        let held = survey("self-check").question("lawful_fake").unwrap().text.zh().to_owned();
        let group = format!("{}/groups/CY", b.base());
        assert!(
            !row_of(&squad.get(&group).body, &held).contains("<svg")
                && row_of(&b.clerk.get(&group).body, &held).contains("<svg")
        );
        assert!(!squad.get(&paper).body.contains("CY-3."));
        b.agree(&b.clerk, "lists");
        b.agree(&b.head, "lists");
        assert!(
            row_of(&squad.get(&group).body, &held).contains("<svg")
                && squad.get(&paper).body.contains("CY-3.")
        );
        // A list is a document of the unit: the desk's working pages are not theirs.
        for page in [
            format!("{}/problems", b.base()),
            format!("{}/problems/CY", b.base()),
            b.row("CY-1.1"),
            format!("{}/exports", b.base()),
        ] {
            assert_eq!(squad.get(&page).status, 403, "{page}");
        }
    }
}

#[test]
fn lists_and_their_history_come_back_from_a_backup() {
    for backend in backends() {
        let b = bureau(backend);
        b.add("CY", &FOUND);
        b.edit("CY-1.1", &[("note", "备份前")]);
        let shapes = ["problems", "problem_history"]
            .map(|name| zicha::storage::backup::shape_named(name).unwrap());
        assert!(shapes.iter().all(|s| s.round() == Some(0)), "rows belong to a round");
        assert_eq!(b.zicha.app.results(&shell(), &b.round).unwrap().edits.len(), 2);
    }
}

#[test]
fn a_row_that_somebody_added_is_deleted_only_while_it_was_never_handed_over() {
    for backend in backends() {
        let b = bureau(backend);
        assert_eq!(b.add("CY", &FOUND).status, 303);
        let number = "CY-1.M1";
        let drop = |number: &str, seen: &str| {
            let row = b.row(number);
            let token = crate::desk::token_of(&b.clerk.get(&row).body);
            b.clerk.post(&format!("{row}/drop"), &[("csrf", &token), ("seen", seen)])
        };
        drop("CY-1.1", "0").assert_says(422, "已被他人修改");
        drop(number, "7").assert_says(422, "已被他人修改");
        assert!(b.numbers("CY").contains(&number.to_owned()));
        b.clerk.get(&b.row(number)).assert_says(200, "删除这一行（从未下发）");
        assert_eq!(drop(number, "1").status, 303);
        assert!(!b.numbers("CY").contains(&number.to_owned()));
        // What was done to it stays, so its number is never given to another row.
        assert_eq!(b.zicha.app.problem_history(&b.round, number).unwrap().len(), 1);
        assert_eq!(b.add("CY", &FOUND).status, 303);
        let number = "CY-1.M2";
        b.agree(&b.clerk, "release");
        b.agree(&b.head, "release");
        assert!(!b.clerk.get(&b.row(number)).body.contains("从未下发"));
        drop(number, "1").assert_says(422, "已经下发过，不能删除");
        assert!(b.numbers("CY").contains(&number.to_owned()));
    }
}

#[test]
fn the_last_change_of_a_row_is_taken_back_as_a_change_of_its_own() {
    for backend in backends() {
        let b = bureau(backend);
        let undo = |number: &str, seen: &str| {
            let row = b.row(number);
            let token = crate::desk::token_of(&b.clerk.get(&row).body);
            b.clerk.post(&format!("{row}/undo"), &[("csrf", &token), ("seen", seen)])
        };
        let note = |number: &str| {
            let results = b.zicha.app.results(&shell(), &b.round).unwrap();
            let list = results.list(&"CY".into()).unwrap();
            list.problems.into_iter().find(|p| p.number == number).unwrap().note
        };
        undo("CY-1.1", "0").assert_says(422, "已被他人修改");
        b.edit("CY-1.1", &[("note", "第一次")]);
        b.edit("CY-1.1", &[("note", "第二次")]);
        undo("CY-1.1", "1").assert_says(422, "已被他人修改");
        assert_eq!(undo("CY-1.1", "2").status, 303);
        assert_eq!(note("CY-1.1"), "第一次");
        assert_eq!(
            b.zicha.app.problem_history(&b.round, "CY-1.1").unwrap().len(),
            3,
            "all is kept"
        );
        // Before its first change the row was as the results say.
        b.edit("CY-1.2", &[("note", "只改一次")]);
        assert_eq!(undo("CY-1.2", "1").status, 303);
        assert_eq!(note("CY-1.2"), "");
        b.add("CY", &FOUND);
        undo("CY-1.M1", "1").assert_says(422, "没有更早的版本");
    }
}

#[test]
fn harm_is_one_of_the_steps_that_the_survey_asks_for() {
    let b = bureau(Backend::Sqlite);
    let page = b.clerk.get(&b.row("CY-1.1")).body;
    let survey = survey("self-check");
    let asked = survey
        .questions()
        .iter()
        .find(|q| q.role == zicha::survey::QuestionRole::HarmLevel)
        .unwrap();
    for (_, label) in asked.kind.options() {
        assert!(page.contains(&format!("<option value=\"{}\"", label.zh())), "{}", label.zh());
    }
    let gravest = asked.kind.options()[0].1.zh().to_owned();
    assert_eq!(b.edit("CY-1.1", &[("harm_level", &gravest)]).status, 303);
    b.edit("CY-1.1", &[("harm_level", "天大")]).assert_says(422, "请选择危害程度");
    let list = b.zicha.app.results(&shell(), &b.round).unwrap().list(&"CY".into()).unwrap();
    let row = list.problems.into_iter().find(|p| p.number == "CY-1.1").unwrap();
    assert_eq!(row.harm_level.map(|t| t.zh().to_owned()), Some(gravest));
}

#[test]
fn all_rows_are_found_set_aside_together_and_brought_back() {
    for backend in backends() {
        let b = bureau(backend);
        b.add("CF", &FOUND);
        let rows = format!("{}/rows", b.base());
        let numbers = |query: &str| -> Vec<String> {
            let body = b.clerk.get(&format!("{rows}?{query}")).body;
            let rows = body.split(" id=\"r-").skip(1);
            rows.map(|row| row.split('"').next().unwrap().to_owned()).collect()
        };
        let all = numbers("");
        let pride = ["CY-1.1", "CF-1.1", "CS-1.1", "ALL-1.1"];
        for number in pride.into_iter().chain(["CY-1.2", "CF-1.M1"]) {
            assert!(all.contains(&number.to_owned()), "{number}: {all:?}");
        }
        assert_eq!(numbers("group=CY"), ["CY-1.1", "CY-1.2"]);
        assert_eq!(numbers("source=inspection"), ["CF-1.M1"]);
        assert_eq!(numbers("source=inspection&group=CY"), [""; 0]);
        assert_eq!(numbers("q=cs-1.2"), ["CS-1.2"]);
        assert_eq!(numbers("level=none"), ["CF-1.M1"]);
        assert_eq!(numbers("sort=source").last().unwrap(), "CF-1.M1");
        assert_eq!(numbers("category=7"), [""; 0]);

        // Many at once for one reason, which is asked for; nothing that was ticked is lost.
        let post = |fields: &[(&str, &str)]| b.clerk.post_from(&rows, &rows, fields);
        let ticked = [("do", "aside"), ("view", "group=CY"), ("n", "CY-1.1:0"), ("n", "CY-1.2:0")];
        let refused = post(&ticked);
        refused.assert_says(422, "不列入的理由");
        refused.assert_says(422, "value=\"CY-1.1:0\" aria-label=\"CY-1.1\" checked");
        post(&[("do", "aside"), ("reason", "已查")]).assert_says(422, "请先勾选");
        // Somebody else was quicker with one of them: that one is left, and told.
        assert_eq!(b.edit("CY-1.2", &[("note", "改过")]).status, 303);
        let done = post(&[&ticked[..], &[("reason", "与事实不符")]].concat());
        assert_eq!(done.status, 303);
        let page = b.clerk.get(&done.location);
        page.assert_says(200, "1 行已设为不列入");
        page.assert_says(200, "没有动的：CY-1.2");
        page.assert_says(200, "不列入：<bdi>与事实不符</bdi>");
        assert_eq!(b.numbers("CY"), ["CY-1.2"]);
        assert_eq!(numbers("state=aside"), ["CY-1.1"]);

        // The way back is beside what was done, once.
        let back = [("do", "undo"), ("view", "group=CY"), ("n", "CY-1.1:1")];
        b.clerk.get(&post(&back).location).assert_says(200, "已撤销 1 行的改动");
        assert_eq!(b.numbers("CY"), ["CY-1.1", "CY-1.2"]);
        b.clerk.get(&post(&back).location).assert_says(200, "没有动的：CY-1.1");
        let history = b.zicha.app.problem_history(&b.round, "CY-1.1").unwrap();
        assert_eq!(history.len(), 2, "each step is kept with its author");
    }
}

#[test]
fn a_row_is_changed_in_the_view_of_all_and_shown_there_again() {
    let b = bureau(Backend::Sqlite);
    let view = format!("{}/rows?group=CY&edit=CY-1.1", b.base());
    let opened = b.clerk.get(&view);
    opened.assert_says(200, "name=\"statement\"");
    let saved = b.change(&b.clerk, &opened, "CY-1.1", &[("note", "已约谈"), ("view", "group=CY")]);
    assert_eq!(saved.status, 303);
    assert!(saved.location.starts_with(&format!("{}/rows?", b.base())), "{}", saved.location);
    let page = b.clerk.get(saved.location.split('#').next().unwrap());
    page.assert_says(200, "已保存");
    page.assert_says(200, "name=\"n\" value=\"CY-1.1:1\"");
    assert!(!page.body.contains("CF-1.1"), "what was looked for is still what is shown");
    // A mistake is said beside its field, and the way back to the view is kept.
    let wrong = b.change(&b.clerk, &opened, "CY-1.1", &[("statement", " "), ("view", "group=CY")]);
    wrong.assert_says(422, "请填写问题表现");
    wrong.assert_says(422, "name=\"view\" value=\"group=CY\"");
}
