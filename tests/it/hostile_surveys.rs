//! Surveys, rounds and readers that try to get round the gate: refused before anybody answers, or
//! told nothing.
//! What the figures themselves give away is attacked in `gate_attack` and `gate_options`; here are
//! the ways around them.

use serde_json::json;
use zicha::app::{App, Custody, NewRound, Role};
use zicha::gate::BureauCell;
use zicha::id::RoundId;
use zicha::round::{Access, shanghai_day};
use zicha::survey::Survey;

use crate::shell::Shell;
use crate::test_app::{Backend, PASSWORD, TestApp, on_both, shell, survey, survey_of, survey_with};

const UNITS: &str = "code,name,kind,headcount\n\
                     CY,春江街道中队,squad,30\n\
                     CF,清源街道中队,squad,25\n\
                     BG,办公室,section,12\n";

fn single(labels: &[&str]) -> serde_json::Value {
    let options: Vec<_> = labels
        .iter()
        .enumerate()
        .map(|(n, label)| json!({ "id": format!("o{n}"), "label": { "zh-CN": label } }))
        .collect();
    json!({ "type": "single", "options": options })
}

fn asks(answer: serde_json::Value) -> Survey {
    survey_of(&json!([{ "id": "q", "text": { "zh-CN": "问" }, "answer": answer }]))
}

/// Why a round of these units with this survey is refused.
fn refusal(zicha: &TestApp, survey: &Survey) -> Option<String> {
    let today = shanghai_day(zicha.app.now());
    let new = NewRound {
        survey,
        title: "试",
        opens: today,
        closes: today + time::Duration::DAY,
        units: &[],
        access: Access::Slip,
        looks_back: None,
    };
    zicha.app.create_round(&shell(), &new).err().map(|e| e.to_string())
}

#[test]
fn options_that_name_a_unit_are_refused_by_every_round_and_by_check() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let number = json!({ "type": "number", "min": 1, "max": 9, "classes": [
        { "id": "a", "label": { "zh-CN": "BG" }, "from": 1, "to": 4 },
        { "id": "b", "label": { "zh-CN": "其他" }, "from": 5, "to": 9 },
    ] });
    let coded: Vec<(&str, serde_json::Value)> = vec![
        ("春江街道中队", single(&["春江街道中队", "其他"])),
        (
            "春江街道中队",
            single(&[
                "有（春江街道中队）",
                "无（春江街道中队）",
                "有（清源街道中队）",
                "无（清源街道中队）",
            ]),
        ),
        ("cy", single(&["CY", "别的"])),
        ("cf", json!({ "type": "multi", "options": single(&["CF 一", "BG 一", "无"])["options"] })),
        ("bg", number),
        (
            "办公室",
            json!({ "type": "rank", "places": 1, "options": single(&["办公室", "一线"])["options"] }),
        ),
    ];
    let shell = Shell::new(Backend::Sqlite);
    std::fs::write(shell.path("units.csv"), UNITS).unwrap();
    for (name, answer) in coded {
        let survey = asks(answer);
        let said = refusal(&zicha, &survey).unwrap_or_else(|| panic!("{name} was let in"));
        assert!(said.contains(&format!("“{name}”")) && said.contains("`q`"), "{said}");
        std::fs::write(shell.path("s.json"), survey.to_json()).unwrap();
        let checked =
            shell.run(&["check", "--units", &shell.path("units.csv"), &shell.path("s.json")]);
        assert!(
            !checked.status.success()
                && String::from_utf8_lossy(&checked.stderr).contains("refused: question `q`"),
            "{checked:?}"
        );
        assert!(
            shell.run(&["check", &shell.path("s.json")]).status.success(),
            "without a unit table nobody can know"
        );
    }
    // A word that is a unit's name by chance, in one option of many words, is pointed out and goes
    // through.
    let chance = asks(single(&["向办公室反映过", "没有反映过"]));
    assert_eq!(refusal(&zicha, &chance), None);
    assert!(
        App::exposures(&chance, &zicha.app.units().unwrap())
            .iter()
            .any(|e| !e.refused && e.why.zh.contains("“办公室”"))
    );
    for shipped in App::shipped_surveys() {
        let exposures = App::exposures(&shipped, &zicha.app.units().unwrap());
        assert!(exposures.iter().all(|e| !e.refused), "{}: {exposures:?}", shipped.id());
    }
}

#[test]
fn what_is_less_grave_is_pointed_out_at_the_desk_on_paper_and_on_the_command_line() {
    let survey = survey_of(&json!([
        { "id": "age", "text": { "zh-CN": "工龄" }, "answer": {
            "type": "number", "min": 1, "max": 3, "classes": [
                { "id": "a", "label": { "zh-CN": "一" }, "from": 1, "to": 1 },
                { "id": "b", "label": { "zh-CN": "二" }, "from": 2, "to": 2 },
                { "id": "c", "label": { "zh-CN": "三" }, "from": 3, "to": 3 },
            ],
        } },
        {
            "id": "many", "text": { "zh-CN": "多选项" },
            "answer": single(
                &["一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "甲", "乙", "丙", "丁"],
            ),
        },
        {
            "id": "must", "text": { "zh-CN": "必答" }, "required": true, "problem": { "zh-CN": "甲。" },
            "answer": { "type": "scale", "scale": "agree" },
        },
        {
            "id": "some", "text": { "zh-CN": "追问" },
            "visible_if": [{ "question": "many", "any_of": ["o0"] }], "problem": { "zh-CN": "乙。" },
            "answer": { "type": "scale", "scale": "agree" },
        },
    ]));
    let expected = [
        "题目 age 有 3 个分段只含一个数",
        "题目 many 有 14 个选项，参加的只有 67 人",
        "题目 must 是必答题",
        "题目 some 只问部分人（有显示条件）：不会列入任何单位的清单",
    ];
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.draft(&survey, Access::Slip);
    let password =
        zicha.app.add_account(&shell(), "jingban", Role::Clerk, &[], Some(PASSWORD)).unwrap();
    let desk = zicha.desk();
    desk.sign_in("jingban", &password);
    for page in [format!("/desk/rounds/{round}"), format!("/desk/rounds/{round}/frozen")] {
        for words in expected {
            desk.get(&page).assert_says(200, words);
        }
    }
    desk.post_from(&format!("/desk/rounds/{round}"), &format!("/desk/rounds/{round}/do/open"), &[])
        .assert_says(200, expected[3]);
    let paper = desk.get(&format!("/desk/rounds/{round}/frozen"));
    for words in [
        survey.hash().as_str(),
        "general／frequent／isolated",
        "只公布全局区间",
        "干部代表（签名）",
    ] {
        assert!(paper.body.contains(words), "{words}");
    }
    let shell = Shell::new(Backend::Sqlite);
    std::fs::write(shell.path("s.json"), survey.to_json()).unwrap();
    let checked = shell.run(&["check", &shell.path("s.json")]);
    assert!(
        checked.status.success()
            && String::from_utf8_lossy(&checked.stderr)
                .contains("note: question `must` is required"),
        "{checked:?}"
    );
}

/// A round of some units in which all people of some of them answer, opened and released.
fn round(
    zicha: &TestApp,
    survey: &Survey,
    units: &[zicha::unit::UnitCode],
    answering: &[zicha::unit::UnitCode],
) -> RoundId {
    let today = shanghai_day(zicha.app.now());
    let new = NewRound {
        survey,
        title: "一轮",
        opens: today,
        closes: today + time::Duration::DAY,
        units,
        access: Access::Slip,
        looks_back: None,
    };
    let round = zicha.app.create_round(&shell(), &new).unwrap();
    zicha.app.open_round(&shell(), &round, Custody::Server).unwrap();
    for (unit, codes) in zicha
        .slips(&round)
        .into_iter()
        .filter(|(unit, _)| answering.iter().any(|one| one == unit.as_str()))
    {
        for (n, code) in codes.iter().take(20).enumerate() {
            let sees = 6 + usize::from(unit.as_bytes()[1] - b'0');
            let steps = if survey.question("a").is_some_and(|q| q.problem.is_none()) {
                ["o0", "o1", "o2"]
            } else {
                ["frequent", "isolated", "none"]
            };
            let step = steps[usize::from(n >= sees) + usize::from(n >= sees + 3)];
            zicha.answer(&round, code, &[("a", step)]).assert_received();
        }
    }
    zicha.finish(&round);
    round
}

#[test]
fn rounds_of_other_units_have_no_totals_to_subtract() {
    let item = |words: &str| {
        json!([
            {
                "id": "a", "text": { "zh-CN": words }, "problem": { "zh-CN": "甲。" },
                "answer": { "type": "scale", "scale": "agree" },
            },
        ])
    };
    let survey = survey_of(&item("甲"));
    on_both(|zicha| {
        let table: Vec<String> = (0..7).map(|n| format!("U{n},单位{n},squad,20\n")).collect();
        zicha.import_units(&format!("code,name,kind,headcount\n{}", table.concat()));
        let units: Vec<zicha::unit::UnitCode> = (0..7).map(|n| format!("U{n}").into()).collect();
        let total = |round: &RoundId| {
            let BureauCell::Item(item) =
                zicha.app.results(&shell(), round).unwrap().release.bureau.cells[0].clone()
            else {
                panic!("an item")
            };
            item.exact.map(|exact| exact.prominent)
        };
        let first = round(zicha, &survey, &units, &units);
        assert_eq!(total(&first), Some(63), "seven units of 6 to 12 who say so");
        let same = round(zicha, &survey, &units, &units);
        assert!(
            total(&same).is_some(),
            "the same units: the difference is everybody's change of mind"
        );
        let second = round(zicha, &survey, &units[1..], &units);
        assert_eq!(total(&second), None, "63 less its total would be the seventh unit's count");
        let warnings = zicha.app.warnings(&second).unwrap();
        assert!(warnings.iter().any(|w| w.zh.contains("参加单位与本轮有同有异")), "{warnings:?}");
        // A unit that says nothing is as good as one that is not there, and a copy of the survey as
        // good as the survey.
        assert_eq!(total(&round(zicha, &survey, &units, &units[1..])), None);
        let copy =
            Survey::parse(survey.to_json().replace("\"odd\"", "\"copy\"").as_bytes()).unwrap();
        assert_eq!(total(&round(zicha, &copy, &units[1..], &units)), None);
        // Another cut over the same answers.
        for other in [
            survey_with(&item("甲"), [43, 22, 30], (1, 2)),
            survey_with(&item("甲"), [40, 20, 30], (2, 2)),
        ] {
            let said = refusal(zicha, &other).unwrap();
            assert!(said.contains("two bands over one count"), "{said}");
        }
        assert_eq!(
            refusal(zicha, &survey_with(&item("乙"), [43, 22, 30], (1, 2))),
            None,
            "another question"
        );
        // Nor while the first round still runs: a box is never opened on two cuts.
        zicha.open_round(&survey_of(&item("丙")));
        assert!(refusal(zicha, &survey_with(&item("丙"), [45, 22, 30], (1, 2))).is_some());
        // A question that enters no list has totals, too.
        let choice = |id: &str| {
            survey_of(&json!([
                {
                    "id": id, "text": { "zh-CN": "来过几次" },
                    "answer": single(&["没有", "一次", "多次"]),
                },
            ]))
        };
        let asked = |units: &[zicha::unit::UnitCode]| {
            let round = round(zicha, &choice("a"), units, units);
            zicha.app.results(&shell(), &round).unwrap().release.bureau.cells[0].clone()
        };
        assert!(matches!(asked(&units), BureauCell::Options { .. }));
        assert_eq!(asked(&units[1..]), BureauCell::Nothing);
    });
}

#[test]
fn the_same_words_asked_twice_are_refused() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let scale = |id: &str, scale: &str| {
        json!({
            "id": id, "text": { "zh-CN": "有无迟到" }, "problem": { "zh-CN": "甲。" },
            "answer": { "type": "scale", "scale": scale },
        })
    };
    for twin in [
        scale("b", "yes"),
        json!({ "id": "b", "text": { "zh-CN": " 有无迟到" }, "answer": single(&["有", "无"]) }),
    ] {
        let said = refusal(&zicha, &survey_of(&json!([scale("a", "agree"), twin]))).unwrap();
        assert!(said.contains("`b` and `a` ask the same"), "{said}");
    }
}

#[test]
fn texts_to_other_are_of_no_group_and_no_list_of_texts_names_one() {
    on_both(|zicha| {
        zicha.import_units(UNITS);
        let round = zicha.open_round(&survey("canteen"));
        let slips = zicha.slips(&round);
        for (unit, count) in [("CY", 24), ("CF", 22)] {
            for (n, code) in slips[unit].iter().take(count).enumerate() {
                zicha
                    .answer(
                        &round,
                        code,
                        &[
                            ("visit_meal", "lunch"),
                            ("food_want", "other"),
                            ("food_want.other", &format!("想要{unit}{n}")),
                        ],
                    )
                    .assert_received();
            }
        }
        zicha.finish(&round);
        let others = zicha.app.screened(&shell(), &round, "food_want.other").unwrap();
        assert_eq!(others.len(), 46);
        assert!(
            others.iter().all(|text| text.group == "ALL"),
            "24 of them would be the count of “other” in CY"
        );
        let password =
            zicha.app.add_account(&shell(), "jingban", Role::Clerk, &[], Some(PASSWORD)).unwrap();
        let desk = zicha.desk();
        desk.sign_in("jingban", &password);
        for question in zicha.app.screening_progress(&shell(), &round).unwrap().keys() {
            let page = format!("/desk/rounds/{round}/texts?question={question}");
            let many = desk.get(&format!("{page}&show=all")).body;
            assert!(!many.contains("街道中队"), "the page of {question} names a group");
            let text = zicha.app.screened(&shell(), &round, question).unwrap().remove(0).id;
            let alone = desk.get(&format!("{page}&text={text}")).body;
            let list = alone.split("全部文字").nth(1).unwrap();
            assert!(!list.contains("街道中队"), "the list of {question} names a group");
        }
    });
}
