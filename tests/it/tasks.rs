//! What waits for somebody, agreements that are taken back, receipts of lists, and what a leader of
//! the whole bureau reads.
//! Nobody reads before the release, and nobody confirms for another unit.

use zicha::app::{Actor, App, NewAccount, Official, Role, SharedStep};
use zicha::id::RoundId;
use zicha::problem::ProblemEdit;
use zicha::unit::{GroupCode, UnitCode};

use crate::test_app::{PASSWORD, TestApp, UNITS, a_clerk, as_role, on_both, shell, survey};

/// A bureau with two of the section, and a round whose box was opened.
fn opened(zicha: &TestApp) -> RoundId {
    zicha.import_units(UNITS);
    for (name, role) in [("jia", Role::Clerk), ("yi", Role::Head)] {
        zicha.app.add_account(&shell(), name, role, &[], Some(PASSWORD)).unwrap();
    }
    let round = zicha.open_round(&survey("self-check"));
    for code in zicha.slips(&round)["CY"].iter().take(8) {
        zicha.answer(&round, code, &[("honor_pride", "frequent")]).assert_received();
    }
    zicha.app.close_round(&shell(), &round).unwrap();
    zicha.app.open_box(&shell(), &round, &mut |_| {}).unwrap();
    round
}

fn waits(app: &App, by: &Actor) -> Vec<String> {
    app.tasks(by).unwrap().into_iter().map(|task| task.what.zh().to_owned()).collect()
}

fn has(app: &App, by: &Actor, says: &str) -> bool {
    waits(app, by).iter().any(|task| task.contains(says))
}

fn release(app: &App, round: &RoundId) {
    assert!(!app.approve(&a_clerk("jia"), round, SharedStep::Release).unwrap());
    assert!(app.approve(&as_role("yi", Role::Head, &[]), round, SharedStep::Release).unwrap());
}

#[test]
fn the_second_of_two_is_told_what_the_first_asked_for_and_the_first_may_take_it_back() {
    on_both(|zicha| {
        let (round, app) = (opened(zicha), &zicha.app);
        let (jia, yi) = (a_clerk("jia"), as_role("yi", Role::Head, &[]));
        assert!(has(app, &jia, "查看结果，同意发布") && has(app, &yi, "查看结果，同意发布"));
        app.approve(&jia, &round, SharedStep::Release).unwrap();
        assert!(has(app, &yi, "jia已同意发布结果，等您审定"), "{:?}", waits(app, &yi));
        assert!(!has(app, &jia, "等您审定"), "nobody waits for himself");

        app.withdraw(&jia, &round, SharedStep::Release).unwrap();
        assert!(!has(app, &yi, "等您审定"));
        assert!(app.withdraw(&jia, &round, SharedStep::Release).is_err(), "once");
        assert!(app.withdraw(&yi, &round, SharedStep::Release).is_err(), "and nobody else's");
        assert!(!app.approve(&yi, &round, SharedStep::Release).unwrap(), "one is not two");
        assert!(app.approve(&jia, &round, SharedStep::Release).unwrap());
        let late = app.withdraw(&jia, &round, SharedStep::Release).unwrap_err().to_string();
        assert!(late.contains("nothing to take back"), "{late}");
    });
}

#[test]
fn a_unit_confirms_each_edition_of_its_own_list_and_the_section_sees_who_has_not() {
    on_both(|zicha| {
        let (round, app) = (opened(zicha), &zicha.app);
        let own: Vec<UnitCode> = vec!["CY".into()];
        app.add_account(&shell(), "dui", Role::UnitHead, &own, Some(PASSWORD)).unwrap();
        let head = as_role("dui", Role::UnitHead, &["CY"]);
        assert!(waits(app, &head).is_empty(), "nothing before the release");
        release(app, &round);
        assert!(has(app, &head, "签收问题清单"));
        let missing = |app: &App| {
            let all = app.receipts(&shell(), &round).unwrap();
            let cy = all.iter().find(|one| one.unit.code == *"CY").unwrap();
            assert!(cy.has_head);
            cy.receipt.is_none()
        };
        assert!(missing(app) && has(app, &a_clerk("jia"), "未签收"));

        let list = app.own_lists(&head).unwrap().remove(0);
        let refused = app.receive_list(&head, &round, &list.group, 7).unwrap_err().to_string();
        assert!(refused.contains("handed over anew"), "{refused}");
        for other in [GroupCode::bureau(), "CF".into()] {
            assert!(app.receive_list(&head, &round, &other, 1).is_err(), "{other}");
        }
        for wrong in
            [as_role("x", Role::UnitHead, &["CF"]), a_clerk("jia"), as_role("l", Role::Leader, &[])]
        {
            assert!(app.receive_list(&wrong, &round, &list.group, 1).is_err(), "{}", wrong.name());
        }
        assert!(missing(app));
        app.receive_list(&head, &round, &list.group, 1).unwrap();
        app.receive_list(&head, &round, &list.group, 1).unwrap();
        assert!(!missing(app) && waits(app, &head).is_empty());

        // A list that is handed over anew is received anew.
        let row = app.results(&shell(), &round).unwrap().working(&list.group).unwrap().remove(0);
        let edit = ProblemEdit {
            note: Some("补充".into()),
            ..ProblemEdit::of(&row.problem, &list.group)
        };
        app.save_problem(&a_clerk("jia"), &round, &edit, false).unwrap();
        app.approve(&a_clerk("jia"), &round, SharedStep::Lists).unwrap();
        app.approve(&as_role("yi", Role::Head, &[]), &round, SharedStep::Lists).unwrap();
        assert!(missing(app) && has(app, &head, "签收问题清单"));
    });
}

/// A head without an account signs on paper: the section notes who, once, for the edition that was
/// signed; where a head has an account, only the head confirms.
#[test]
fn receipts_on_paper_are_noted_by_the_section_for_heads_without_an_account() {
    on_both(|zicha| {
        let (round, app) = (opened(zicha), &zicha.app);
        let own: Vec<UnitCode> = vec!["CY".into()];
        app.add_account(&shell(), "dui", Role::UnitHead, &own, Some(PASSWORD)).unwrap();
        release(app, &round);
        let by = a_clerk("jia");
        let note = |units: &[(&str, &str)], seen: i32| {
            let signed: Vec<_> =
                units.iter().map(|(unit, who)| ((*unit).into(), (*who).to_owned())).collect();
            app.note_paper_receipts(&by, &round, &signed, seen).map_err(|error| error.to_string())
        };
        assert!(has(app, &by, "送纸质清单，登记签收"));
        assert!(note(&[], 1).unwrap_err().contains("who signed first"));
        assert!(note(&[("CF", "李队长")], 2).unwrap_err().contains("handed over anew"));
        assert!(note(&[("XX", "李队长")], 1).is_err(), "no such unit");
        assert!(note(&[("CY", "李队长")], 1).unwrap_err().contains("confirms"), "has an account");
        // One mistake keeps all of it from being noted.
        assert!(note(&[("CF", "李队长"), ("CY", "王队长")], 1).is_err());
        let paper = |unit: &str| {
            let all = app.receipts(&by, &round).unwrap();
            let one = all.into_iter().find(|one| one.unit.code == unit).unwrap();
            one.receipt.and_then(|receipt| receipt.paper)
        };
        assert_eq!(paper("CF"), None);
        note(&[("CF", "李队长")], 1).unwrap();
        assert_eq!(paper("CF").as_deref(), Some("李队长"));
        assert!(note(&[("CF", "赵队长")], 1).is_err(), "it was signed for already");
        assert_eq!(paper("CF").as_deref(), Some("李队长"));
        let head = as_role("tou", Role::UnitHead, &["CY"]);
        assert!(app.note_paper_receipts(&head, &round, &[("CF".into(), "我".into())], 1).is_err());
    });
}

#[test]
fn what_would_differ_is_shown_before_two_hand_lists_over_anew() {
    on_both(|zicha| {
        let (round, app) = (opened(zicha), &zicha.app);
        release(app, &round);
        let desk = zicha.desk();
        desk.sign_in("jia", PASSWORD);
        let page = format!("/desk/rounds/{round}/problems");
        assert!(!desk.get(&page).body.contains("不同之处"));
        let group: GroupCode =
            app.results(&shell(), &round).unwrap().release.groups[0].code.clone();
        let row = app.results(&shell(), &round).unwrap().working(&group).unwrap().remove(0);
        let edit =
            ProblemEdit { note: Some("已约谈".into()), ..ProblemEdit::of(&row.problem, &group) };
        app.save_problem(&a_clerk("jia"), &round, &edit, false).unwrap();
        let told = desk.get(&page);
        told.assert_says(200, "各单位看到的不同之处（1 处）");
        told.assert_says(200, "备注：— → 已约谈");
    });
}

#[test]
fn a_leader_of_the_bureau_reads_all_of_a_released_round_and_nothing_before() {
    on_both(|zicha| {
        let (round, app) = (opened(zicha), &zicha.app);
        let leader = NewAccount {
            official: Official::of("丙领导", "局长"),
            ..NewAccount::new("juzhang", Role::Leader)
        };
        app.add_account_of(&shell(), &leader, Some(PASSWORD)).unwrap();
        let own: Vec<UnitCode> = vec!["CY".into()];
        app.add_account(&shell(), "fuju", Role::Leader, &own, Some(PASSWORD)).unwrap();
        let (whole, part) = (zicha.desk(), zicha.desk());
        whole.sign_in("juzhang", PASSWORD);
        part.sign_in("fuju", PASSWORD);
        let group = app.results(&shell(), &round).unwrap().release.groups[0].code.clone();
        let base = format!("/desk/rounds/{round}");
        let bureau = [format!("{base}/results"), format!("{base}/exports")];
        let lists = [
            format!("{base}/lists/ALL"),
            format!("{base}/lists/{}", group.as_str().replace('+', "%2B")),
        ];
        for page in bureau.iter().chain(&lists) {
            assert_eq!(whole.get(page).status, 403, "{page} before the release");
        }
        release(app, &round);
        for page in bureau.iter().chain(&lists) {
            assert_eq!(whole.get(page).status, 200, "{page} after the release");
        }
        for page in &bureau {
            assert_eq!(part.get(page).status, 403, "{page} for a leader of some units");
        }
        for page in &lists {
            assert_eq!(part.get(page).status, 200, "{page}, beside the bureau");
        }
        // What the section works on is none of a leader's.
        for page in ["/problems", "/texts", "/keeping", "/custody", ""] {
            assert_eq!(whole.get(&format!("{base}{page}")).status, 403, "{page}");
        }
        whole.get("/desk").assert_says(200, "全局结果");
        for table in ["report", "problems"] {
            let path = format!("{base}/export/{table}?format=docx");
            assert!(whole.file(&path).starts_with(b"PK"), "{table}");
            assert_eq!(part.get(&path).status, 403, "{table} for a leader of some units");
        }
    });
}
