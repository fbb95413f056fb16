//! Screening: one proposes, another confirms, and only the summary they agree on becomes a case of
//! a list; the original leaves by no way.

use zicha::app::{Decision, Role};
use zicha::id::RoundId;
use zicha::problem::{ProblemEdit, RowState};
use zicha::storage::{Screened, ScreeningState};

use crate::test_app::{Backend, Desk, TestApp, a_clerk, backends, shell, survey};

const ORIGINAL: &str = "去年冬天夜班巡查时有两名队员在车里睡觉被群众拍到";

fn sign(zicha: &TestApp, name: &str, role: Role) -> Desk {
    let password =
        zicha.app.add_account(&shell(), name, role, &[], Some(crate::test_app::PASSWORD)).unwrap();
    let desk = zicha.desk();
    desk.sign_in(name, &password);
    desk
}

fn bureau(backend: Backend) -> (TestApp, RoundId, Desk, Desk) {
    let zicha = TestApp::start(backend);
    zicha.import_units("code,name,kind,headcount\nCY,曹杨中队,squad,40\nCF,长风中队,squad,40\n");
    let round = zicha.open_round(&survey("self-check"));
    for codes in zicha.slips(&round).values() {
        for (n, code) in codes.iter().enumerate().take(24) {
            let text = format!("{ORIGINAL}第{n}次");
            zicha
                .answer(&round, code, &[("honor_pride", "widespread"), ("honor_example", &text)])
                .assert_received();
        }
    }
    zicha.finish(&round);
    let (one, two) = (sign(&zicha, "jia", Role::Clerk), sign(&zicha, "yi", Role::Head));
    (zicha, round, one, two)
}

fn first_of(zicha: &TestApp, round: &RoundId, group: &str) -> Screened {
    zicha
        .app
        .screened(&shell(), round, "honor_example")
        .unwrap()
        .into_iter()
        .find(|t| t.group == group && t.state == ScreeningState::Pending)
        .unwrap()
}

fn send(
    desk: &Desk,
    round: &RoundId,
    text: &Screened,
    fields: &[(&str, &str)],
) -> crate::test_app::Page {
    let path = format!("/desk/rounds/{round}/texts");
    let state = match text.state {
        ScreeningState::Pending => "pending",
        ScreeningState::Proposed => "proposed",
        ScreeningState::Screened => "screened",
    };
    let mut all = vec![
        ("question", "honor_example"),
        ("text", text.id.as_str()),
        ("seen_state", state),
        ("seen_summary", text.summary.as_str()),
        ("seen_problem", text.problem.as_str()),
        ("seen_first", text.first.as_str()),
    ];
    all.extend_from_slice(fields);
    desk.post_from(&path, &path, &all)
}

#[test]
fn a_summary_becomes_a_case_when_a_second_person_confirms_it_and_never_before() {
    for backend in backends() {
        let (zicha, round, one, two) = bureau(backend);
        let cases = || {
            zicha.app.results(&shell(), &round).unwrap().list(&"CY".into()).unwrap().problems[0]
                .example
                .clone()
        };
        let text = first_of(&zicha, &round, "CY");
        let proposal =
            [("do", "propose"), ("summary", "夜间巡查有人脱岗休息"), ("problem", "CY-1.1")];
        assert_eq!(send(&one, &round, &text, &proposal).status, 303);
        assert_eq!(cases(), "");
        let text = zicha
            .app
            .screened(&shell(), &round, "honor_example")
            .unwrap()
            .into_iter()
            .find(|t| t.id == text.id)
            .unwrap();
        assert_eq!((text.state, text.first.as_str()), (ScreeningState::Proposed, "jia"));
        send(&one, &round, &text, &[("do", "confirm")]).assert_says(422, "提出的人不能自己确认");
        assert_eq!(send(&two, &round, &text, &[("do", "confirm")]).status, 303);
        assert_eq!(cases(), "夜间巡查有人脱岗休息");
        let paper = two.get(&format!("/desk/rounds/{round}/lists/CY"));
        paper.assert_says(200, "夜间巡查有人脱岗休息");
        // Summaries are exported, originals are not: by no table, in no format.
        for table in ["problems", "comments", "wide", "tally"] {
            for format in ["csv", "json"] {
                let body =
                    two.get(&format!("/desk/rounds/{round}/export/{table}?format={format}")).body;
                assert!(!body.contains("车里睡觉"), "{table} {format}");
                assert_eq!(
                    body.contains("夜间巡查有人脱岗休息"),
                    matches!(table, "problems" | "comments"),
                    "{table} {format}"
                );
            }
        }
        let edition = zicha.app.results(&shell(), &round).unwrap();
        assert!(edition.has_unissued_changes().unwrap(), "the units do not have it yet");
        let password = zicha
            .app
            .add_account(
                &shell(),
                "duizhang",
                Role::UnitHead,
                &["CY".into()],
                Some(crate::test_app::PASSWORD),
            )
            .unwrap();
        let squad = zicha.desk();
        squad.sign_in("duizhang", &password);
        for table in ["comments", "problems"] {
            let file =
                squad.get(&format!("/desk/rounds/{round}/export/{table}?format=csv&group=CY"));
            assert!(
                file.status == 200 && !file.body.contains("夜间巡查有人脱岗休息"),
                "{table} before it is handed over: {}",
                file.body
            );
        }
        assert_eq!(
            squad.get(&format!("/desk/rounds/{round}/export/letter?format=docx&group=CY")).status,
            403,
            "the letter tells the whole bureau's figures"
        );
        // Destroying the originals leaves the summaries.
        for desk in [&one, &two] {
            let keeping = format!("/desk/rounds/{round}/keeping");
            desk.post_from(&keeping, &keeping, &[("step", "destroy")]);
        }
        assert_eq!(cases(), "夜间巡查有人脱岗休息");
        let gone = zicha.app.screened(&shell(), &round, "honor_example").unwrap();
        assert!(
            gone.iter().all(|t| t.body.is_empty())
                && gone.iter().any(|t| t.summary == "夜间巡查有人脱岗休息")
        );
        send(&one, &round, &gone[0], &[("do", "unused")]).assert_says(422, "原文已销毁");
    }
}

#[test]
fn a_copied_sentence_and_what_tells_a_person_are_pointed_out() {
    let (zicha, round, one, _) = bureau(Backend::Sqlite);
    let text = first_of(&zicha, &round, "CY");
    let copied = send(
        &one,
        &round,
        &text,
        &[
            ("do", "propose"),
            ("summary", "有两名队员在车里睡觉，被群众拍到"),
            ("problem", "CY-1.1"),
        ],
    );
    copied.assert_says(422, "摘要照抄了原文");
    copied.assert_says(422, "有两名队员在车里睡觉被群众拍到");
    copied.assert_says(422, "name=\"anyway\"");
    send(
        &one,
        &round,
        &text,
        &[("do", "propose"), ("summary", "请找 13812345678 核实"), ("problem", "CY-1.1")],
    )
    .assert_says(422, "疑似电话号码");
    assert_eq!(first_of(&zicha, &round, "CY").id, text.id, "nothing was kept");
    let kept = [
        ("do", "propose"),
        ("summary", "有两名队员在车里睡觉，被群众拍到"),
        ("problem", "CY-1.1"),
        ("anyway", "yes"),
    ];
    assert_eq!(send(&one, &round, &text, &kept).status, 303, "looked at, and kept on purpose");
    let text = first_of(&zicha, &round, "CY");
    send(&one, &round, &text, &[("do", "propose"), ("summary", "只有摘要"), ("problem", "")])
        .assert_says(422, "两项都不填");
    send(
        &one,
        &round,
        &text,
        &[("do", "propose"), ("summary", "别组的一行"), ("problem", "CF-1.1")],
    )
    .assert_says(422, "本组清单中列入的一行");
    send(
        &one,
        &round,
        &text,
        &[("do", "propose"), ("summary", &"长".repeat(201)), ("problem", "CY-1.1")],
    )
    .assert_says(422, "最多 200 字");
}

#[test]
fn two_screeners_at_one_text_do_not_overwrite_each_other() {
    for backend in backends() {
        let (zicha, round, one, two) = bureau(backend);
        let text = first_of(&zicha, &round, "CF");
        assert_eq!(
            send(
                &one,
                &round,
                &text,
                &[("do", "propose"), ("summary", "夜间有人脱岗"), ("problem", "CF-1.1")]
            )
            .status,
            303
        );
        let late = send(
            &two,
            &round,
            &text,
            &[("do", "propose"), ("summary", "巡查纪律松散"), ("problem", "CF-1.1")],
        );
        late.assert_says(409, "他人刚处理了这一条");
        late.assert_says(409, "巡查纪律松散");
        late.assert_says(409, "夜间有人脱岗");
        // A confirmation is of what was seen: if it was changed meanwhile, it does not count.
        let seen = zicha
            .app
            .screened(&shell(), &round, "honor_example")
            .unwrap()
            .into_iter()
            .find(|t| t.id == text.id)
            .unwrap();
        zicha
            .app
            .propose(
                &a_clerk("jia"),
                &round,
                "honor_example",
                std::slice::from_ref(&seen),
                &Decision {
                    summary: "改过的摘要".into(), problem: "CF-1.1".into(), anyway: false
                },
            )
            .unwrap();
        send(&two, &round, &seen, &[("do", "confirm")]).assert_says(409, "他人刚处理了这一条");
        // The same words for another row are another proposal, too.
        let seen = zicha
            .app
            .screened(&shell(), &round, "honor_example")
            .unwrap()
            .into_iter()
            .find(|t| t.id == text.id)
            .unwrap();
        let other = Screened { problem: "CF-1.2".into(), ..seen.clone() };
        send(&two, &round, &other, &[("do", "confirm")]).assert_says(409, "他人刚处理了这一条");
        assert!(zicha.app.results(&shell(), &round).unwrap().cases.is_empty());
    }
}

#[test]
fn the_queue_leads_from_text_to_text_and_shows_how_far_it_is() {
    let (zicha, round, one, two) = bureau(Backend::Sqlite);
    let page = format!("/desk/rounds/{round}/texts");
    one.get(&page)
        .assert_says(200, "<td class=\"n\">48</td><td class=\"n\">0</td><td class=\"n\">0</td>");
    let first = zicha.app.screened(&shell(), &round, "honor_example").unwrap().remove(0);
    let mut next = format!("{page}?question=honor_example&text={}", first.id);
    for _ in 0..48 {
        let shown = one.get(&next);
        shown.assert_says(200, "class=\"original\"");
        let id = shown
            .body
            .split("name=\"text\" value=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap()
            .to_owned();
        let text = zicha
            .app
            .screened(&shell(), &round, "honor_example")
            .unwrap()
            .into_iter()
            .find(|t| t.id == id)
            .unwrap();
        assert_eq!(text.state, ScreeningState::Pending, "each text once");
        next = send(&one, &round, &text, &[("do", "unused")]).location;
    }
    one.get(&next).assert_says(200, "没有等您处理的文字");
    two.get(&page)
        .assert_says(200, "<td class=\"n\">0</td><td class=\"n\">48</td><td class=\"n\">0</td>");
    two.get(&format!("{page}?question=honor_example&text={}", first.id))
        .assert_says(200, "的意见：");
}

#[test]
fn what_is_typed_into_a_row_is_held_against_the_originals_too() {
    let (zicha, round, one, _) = bureau(Backend::Sqlite);
    let row = format!("/desk/rounds/{round}/problems/CY/CY-1.1");
    let typed = |example: &str, more: &[(&str, &str)]| {
        let mut fields = vec![
            ("statement", "荣辱观树立不牢"),
            ("example", example),
            ("cases", ""),
            ("state", "listed"),
        ];
        fields.extend_from_slice(more);
        one.post_from(&row, &row, &fields)
    };
    let pasted = typed("有两名队员在车里睡觉，被群众拍到", &[]);
    pasted.assert_says(422, "照抄了原文");
    pasted.assert_says(422, "id=\"e-example\"");
    typed("请找 13812345678 核实", &[]).assert_says(422, "疑似电话号码");
    for field in ["harms", "causes", "note"] {
        typed("", &[(field, "请找 13812345678 核实")]).assert_says(422, "疑似电话号码");
    }
    assert!(zicha.app.results(&shell(), &round).unwrap().edits.is_empty(), "nothing was kept");
    assert_eq!(typed("夜间有脱岗", &[]).status, 303);
    assert_eq!(
        typed("有两名队员在车里睡觉，被群众拍到", &[("anyway", "yes")]).status,
        303,
        "looked at, and kept on purpose"
    );
}

#[test]
fn what_is_not_screened_yet_is_said_before_results_go_out_and_before_originals_are_destroyed() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units("code,name,kind,headcount\nCY,曹杨中队,squad,40\n");
    let round = zicha.open_round(&survey("self-check"));
    for (n, code) in zicha.slips(&round)["CY"].iter().enumerate().take(24) {
        zicha
            .answer(
                &round,
                code,
                &[("honor_pride", "widespread"), ("honor_example", &format!("{ORIGINAL}{n}"))],
            )
            .assert_received();
    }
    zicha.app.close_round(&shell(), &round).unwrap();
    zicha.app.open_box(&shell(), &round, &mut |_| {}).unwrap();
    let (head, clerk) = (sign(&zicha, "fuzeren", Role::Head), sign(&zicha, "jingban", Role::Clerk));
    let base = format!("/desk/rounds/{round}");
    let said = "24 条文字意见中还有 24 条没有筛查完";
    head.post_from(&base, &format!("{base}/do/release"), &[]).assert_says(200, said);
    head.get(&format!("{base}/keeping")).assert_says(200, said);
    for text in zicha.app.screened(&shell(), &round, "honor_example").unwrap() {
        assert_eq!(send(&head, &round, &text, &[("do", "unused")]).status, 303);
        let proposed = zicha
            .app
            .screened(&shell(), &round, "honor_example")
            .unwrap()
            .into_iter()
            .find(|t| t.id == text.id)
            .unwrap();
        assert_eq!(
            proposed.state,
            ScreeningState::Proposed,
            "not to use a text takes two people, too"
        );
        assert_eq!(send(&clerk, &round, &proposed, &[("do", "confirm")]).status, 303);
    }
    assert!(!head.post_from(&base, &format!("{base}/do/release"), &[]).body.contains("没有筛查完"));
    assert!(!head.get(&format!("{base}/keeping")).body.contains("没有筛查完"));
}

#[test]
fn a_summary_of_pooled_texts_is_in_the_export_of_the_whole_bureau() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units("code,name,kind,headcount\nCY,曹杨中队,squad,40\nCF,长风中队,squad,40\n");
    let round = zicha.open_round(&survey("self-check"));
    // A single text from each group stands alone in none of them: they are pooled.
    for codes in zicha.slips(&round).values() {
        for (n, code) in codes.iter().enumerate().take(24) {
            let text = if n == 0 { ORIGINAL } else { "" };
            zicha
                .answer(&round, code, &[("honor_pride", "widespread"), ("honor_example", text)])
                .assert_received();
        }
    }
    zicha.finish(&round);
    let (one, two) = (sign(&zicha, "jia", Role::Clerk), sign(&zicha, "yi", Role::Head));
    let text = first_of(&zicha, &round, "ALL");
    let proposal = [("do", "propose"), ("summary", "夜间巡查有人脱岗休息"), ("problem", "ALL-1.1")];
    assert_eq!(send(&one, &round, &text, &proposal).status, 303);
    let text = zicha
        .app
        .screened(&shell(), &round, "honor_example")
        .unwrap()
        .into_iter()
        .find(|t| t.id == text.id)
        .unwrap();
    assert_eq!(send(&two, &round, &text, &[("do", "confirm")]).status, 303);
    for format in ["csv", "json"] {
        let whole = two.get(&format!("/desk/rounds/{round}/export/comments?format={format}")).body;
        assert!(whole.contains("夜间巡查有人脱岗休息"), "{format}: {whole}");
        let squad =
            two.get(&format!("/desk/rounds/{round}/export/comments?format={format}&group=CY")).body;
        assert!(!squad.contains("夜间巡查有人脱岗休息"), "{format}: it is no unit's own");
    }
}

#[test]
fn summaries_that_look_like_formulas_are_exported_as_text_for_a_group_and_for_the_whole_bureau() {
    const FORMULAS: [&str; 4] = ["=HYPERLINK(1)", "+SUM(1)", "-SUM(A1:A9)", "@cmd"];
    for backend in backends() {
        let (zicha, round, one, two) = bureau(backend);
        for (n, (group, number)) in [("CY", "CY-1.1"), ("CF", "CF-1.1")].into_iter().enumerate() {
            for summary in &FORMULAS[2 * n..2 * n + 2] {
                let text = first_of(&zicha, &round, group);
                let proposal = [
                    ("do", "propose"),
                    ("summary", summary),
                    ("problem", number),
                    ("anyway", "yes"),
                ];
                assert_eq!(send(&one, &round, &text, &proposal).status, 303, "{summary}");
                let text = zicha
                    .app
                    .screened(&shell(), &round, "honor_example")
                    .unwrap()
                    .into_iter()
                    .find(|t| t.id == text.id)
                    .unwrap();
                assert_eq!(
                    send(&two, &round, &text, &[("do", "confirm")]).status,
                    303,
                    "{summary}"
                );
            }
        }
        let export = |format: &str, group: &str| {
            two.file(&format!("/desk/rounds/{round}/export/comments?format={format}{group}"))
        };
        let whole = String::from_utf8(export("csv", "")).unwrap();
        assert!(
            FORMULAS.iter().all(|f| whole.contains(&format!("\"'{f}\""))),
            "{backend:?}: {whole}"
        );
        let squad = String::from_utf8(export("csv", "&group=CY")).unwrap();
        assert!(
            squad.contains("'=HYPERLINK(1)") && !squad.contains("@cmd"),
            "{backend:?}: {squad}"
        );
        let book = export("xlsx", "");
        let parts = crate::test_app::unpacked(&book);
        assert!(!parts.values().any(|part| part.contains("<f>")), "no cell is a formula");
        assert!(
            FORMULAS.iter().all(|f| parts.values().any(|part| part.contains(f))),
            "{backend:?}"
        );
    }
}

/// What the page of many texts sends: the ticked ones, each as it was seen there.
fn tick<'a>(page: &'a str, ids: &[&'a str]) -> Vec<(String, String)> {
    let seen = |id: &str| {
        let field = format!("name=\"seen_{id}\" value=\"");
        page.split(&field).nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    ids.iter()
        .flat_map(|id| [("t".to_owned(), (*id).to_owned()), (format!("seen_{id}"), seen(id))])
        .collect()
}

struct Many<'a> {
    zicha: &'a TestApp,
    round: &'a RoundId,
}

impl Many<'_> {
    fn page(&self, desk: &Desk) -> String {
        desk.get(&format!("/desk/rounds/{}/texts?question=honor_example", self.round)).body
    }

    fn of(&self, group: &str) -> Vec<String> {
        let texts = self.zicha.app.screened(&shell(), self.round, "honor_example").unwrap();
        texts.into_iter().filter(|t| t.group == *group).map(|t| t.id).collect()
    }

    fn send(
        &self,
        desk: &Desk,
        ticked: &[(String, String)],
        fields: &[(&str, &str)],
    ) -> crate::test_app::Page {
        let from = format!("/desk/rounds/{}/texts", self.round);
        let mut all = vec![("question", "honor_example")];
        all.extend(ticked.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        all.extend_from_slice(fields);
        desk.post_from(&from, &format!("{from}/many"), &all)
    }

    fn states(&self) -> [usize; 3] {
        let texts = self.zicha.app.screened(&shell(), self.round, "honor_example").unwrap();
        [ScreeningState::Pending, ScreeningState::Proposed, ScreeningState::Screened]
            .map(|state| texts.iter().filter(|t| t.state == state).count())
    }
}

#[test]
fn many_texts_are_put_aside_at_once_taken_back_and_confirmed_by_another() {
    for backend in backends() {
        let (zicha, round, one, two) = bureau(backend);
        let many = Many { zicha: &zicha, round: &round };
        let page = many.page(&one);
        assert!(page.contains("条意思相近，不同之处标出"), "alike ones lie together");
        let ids = many.of("CY");
        let ids: Vec<&str> = ids.iter().map(String::as_str).take(20).collect();
        let ticked = tick(&page, &ids);
        many.send(&one, &[], &[("do", "unused")]).assert_says(422, "请先勾选文字");
        assert_eq!(many.send(&one, &ticked, &[("do", "unused")]).status, 303);
        assert_eq!(many.states(), [28, 20, 0]);

        // The whole step is taken back, once.
        let undo = |desk: &Desk| {
            let from = format!("/desk/rounds/{round}/texts");
            desk.post_from(&from, &format!("{from}/undo"), &[("question", "honor_example")])
        };
        assert!(many.page(&one).contains("上一步处理了 20 条"));
        assert_eq!(undo(&one).status, 303);
        assert_eq!(many.states(), [48, 0, 0]);
        undo(&one).assert_says(422, "没有可撤销的操作");

        many.send(&one, &ticked, &[("do", "unused")]);
        let mine = many.send(
            &one,
            &tick(
                &one.get(&format!(
                    "/desk/rounds/{round}/texts?question=honor_example&show=proposed"
                ))
                .body,
                &ids,
            ),
            &[("do", "confirm")],
        );
        mine.assert_says(422, "提出的人不能自己确认");
        let theirs = tick(&many.page(&two), &ids);
        assert_eq!(many.send(&two, &theirs, &[("do", "confirm")]).status, 303);
        assert_eq!(many.states(), [28, 0, 20]);
        undo(&one).assert_says(422, "没有可撤销的操作");
        assert_eq!(undo(&two).status, 303, "a confirmation, too");
        assert_eq!(many.states(), [28, 20, 0]);
    }
}

#[test]
fn one_summary_stands_for_several_texts_and_no_list_of_texts_names_a_group() {
    for backend in backends() {
        let (zicha, round, one, two) = bureau(backend);
        let many = Many { zicha: &zicha, round: &round };
        let (cy, cf) = (many.of("CY"), many.of("CF"));
        let mine =
            |summary: &'static str| [("do", "propose"), ("summary", summary), ("problem", "*-1.1")];
        let page = many.page(&one);
        assert!(!page.contains("CY-1.1") && !page.contains("曹杨中队"), "no group is named");
        let ticked = tick(&page, &[&cy[0], &cy[1], &cf[0]]);
        let told = many.send(&one, &ticked, &mine("夜班巡查时有两名队员在车里睡觉"));
        told.assert_says(422, "照抄了原文");
        told.assert_says(422, "夜班巡查时有两名队员在车里睡觉</textarea>");
        assert!(told.body.contains(&format!("name=\"t\" value=\"{}\" checked", cy[0])));
        many.send(&one, &ticked, &[("do", "propose")]).assert_says(422, "请写摘要");
        assert_eq!(many.states(), [48, 0, 0], "nothing was noted");
        assert_eq!(many.send(&one, &ticked, &mine("夜间巡查有人脱岗休息")).status, 303);
        let theirs = many.page(&two);
        assert!(!theirs.contains("CY-1.1"), "nor is it where a proposal is shown");
        let theirs = tick(&theirs, &[&cy[0], &cy[1], &cf[0]]);
        assert_eq!(many.send(&two, &theirs, &[("do", "confirm")]).status, 303);
        for group in ["CY", "CF"] {
            let list = zicha.app.results(&shell(), &round).unwrap().list(&group.into()).unwrap();
            let told: Vec<&str> = list
                .problems
                .iter()
                .map(|p| p.example.as_str())
                .filter(|e| !e.is_empty())
                .collect();
            assert_eq!(told, ["夜间巡查有人脱岗休息"], "{group}: each in its own list, once");
        }
    }
}

/// A row that not every group lists would tell whose the texts are that it takes: it is not
/// offered, and refused with the same words whatever is ticked.
#[test]
fn a_row_that_not_every_group_lists_is_no_way_to_learn_whose_a_text_is() {
    for backend in backends() {
        let (zicha, round, one, _) = bureau(backend);
        let many = Many { zicha: &zicha, round: &round };
        assert!(many.page(&one).contains("value=\"*-1.1\""));
        let row = zicha.app.results(&shell(), &round).unwrap().working(&"CF".into()).unwrap();
        let row = row.into_iter().find(|row| row.problem.number == "CF-1.1").unwrap();
        let aside = ProblemEdit {
            state: RowState::Aside("另行核实".into()),
            ..ProblemEdit::of(&row.problem, &"CF".into())
        };
        zicha.app.save_problem(&a_clerk("jia"), &round, &aside, false).unwrap();
        let page = many.page(&one);
        assert!(!page.contains("value=\"*-1.1\""));
        let words = [("do", "propose"), ("summary", "夜间巡查有人脱岗休息"), ("problem", "*-1.1")];
        for ids in [many.of("CY"), many.of("CF")] {
            let sent = many.send(&one, &tick(&page, &[&ids[0], &ids[1]]), &words);
            sent.assert_says(422, "请选择所列的一行");
        }
        assert_eq!(many.states(), [48, 0, 0]);
        // Nor does the list below a text that is read alone.
        let text = first_of(&zicha, &round, "CY");
        let alone = [("do", "propose"), ("summary", "夜间巡查有人脱岗休息"), ("problem", "CY-1.1")];
        assert_eq!(send(&one, &round, &text, &alone).status, 303);
        let read =
            one.get(&format!("/desk/rounds/{round}/texts?question=honor_example&text={}", text.id));
        assert!(!read.body.split("全部文字").nth(1).unwrap().contains("CY-"));
    }
}

#[test]
fn a_batch_that_somebody_came_before_notes_nothing_and_keeps_what_was_ticked() {
    for backend in backends() {
        let (zicha, round, one, two) = bureau(backend);
        let many = Many { zicha: &zicha, round: &round };
        let ids = many.of("CY");
        let ids: Vec<&str> = ids.iter().map(String::as_str).take(3).collect();
        let ticked = tick(&many.page(&one), &ids);
        many.send(&two, &tick(&many.page(&two), &ids[..1]), &[("do", "unused")]);
        let late = many.send(&one, &ticked, &[("do", "unused")]);
        late.assert_says(409, "有他人刚处理过的");
        assert_eq!(many.states(), [47, 1, 0]);
        let forged: Vec<_> = [("t".to_owned(), "0000".to_owned())].into();
        assert_eq!(many.send(&one, &forged, &[("do", "unused")]).status, 409);
    }
}

/// Somebody who wrote two texts is not to be found by their style: never are texts to two questions
/// on one page, and what is remembered for undoing holds no text.
#[test]
fn no_page_shows_texts_to_two_questions() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units("code,name,kind,headcount\nCY,曹杨中队,squad,40\n");
    let round = zicha.open_round(&survey("self-check"));
    for (n, code) in zicha.slips(&round)["CY"].iter().enumerate().take(24) {
        let (a, b) = (format!("甲题第{n}条意见"), format!("乙题第{n}条意见"));
        let fields =
            [("honor_pride", "widespread"), ("honor_example", &*a), ("lawful_example", &*b)];
        zicha.answer(&round, code, &fields).assert_received();
    }
    zicha.finish(&round);
    let one = sign(&zicha, "jia", Role::Clerk);
    for (question, own, other) in
        [("honor_example", "甲题", "乙题"), ("lawful_example", "乙题", "甲题")]
    {
        for show in ["", "all", "pending", "proposed", "screened"] {
            let path = format!("/desk/rounds/{round}/texts?question={question}&show={show}");
            let page = one.get(&path).body;
            assert!(!page.contains(other), "{path}");
            assert_eq!(page.contains(own), matches!(show, "" | "all" | "pending"), "{path}");
        }
    }
}
