//! Accounts as an office has them: from a table of people, printed, changed, and left behind.
//! Whoever sets passwords must not become a second person by changing whose an account is.

use zicha::app::{App, NewAccount, Official, Role, SharedStep};
use zicha::id::RoundId;

use crate::test_app::{
    Backend, Desk, PASSWORD, TestApp, UNITS, a_clerk, an_admin, as_role, on_both, shell, survey,
};

const PEOPLE: &str = "2026年作风纪律自查工作人员名单,,,,\n\
    序号,姓名,职务,部门,角色\n\
    1,张　三,执法一中队中队长,执法一中队,\n\
    2,李四,副局长,\"执法一中队、JG\",\n\
    3,王五,局长,全局,\n\
    4,赵六,政工科科员,政工科,政工科经办\n\
    ,,,,\n\
    合计,,,4人,\n";

/// A bureau with an administrator who is signed in.
fn office(zicha: &TestApp) -> Desk {
    zicha.import_units(UNITS);
    zicha.app.add_account(&shell(), "guanli", Role::Admin, &[], Some(PASSWORD)).unwrap();
    let desk = zicha.desk();
    assert_eq!(desk.sign_in("guanli", PASSWORD).location, "/desk");
    desk
}

/// The table with the units of this bureau.
fn people(zicha: &TestApp) -> String {
    let units = zicha.app.units().unwrap();
    PEOPLE.replace("执法一中队", &units[0].name).replace("JG", units[1].code.as_str())
}

fn many(desk: &Desk, path: &str, table: &str) -> crate::test_app::Page {
    desk.post_from("/desk/accounts/many", path, &[("table", table)])
}

#[test]
fn a_table_of_people_becomes_accounts_with_printed_notices() {
    on_both(|zicha| {
        let (desk, table) = (office(zicha), people(zicha));
        let shown = many(&desk, "/desk/accounts/read", &table);
        for says in ["将建立 4 个账号", "zhangsan", "按单位授权", "“合计”一行没有姓名，不读入"]
        {
            shown.assert_says(200, says);
        }
        assert_eq!(zicha.app.accounts(&shell()).unwrap().len(), 1, "nothing is made by looking");

        let notices = many(&desk, "/desk/accounts/many", &table);
        for says in ["自查工作台账号告知单", "李四（副局长）", "/desk</dd>"] {
            notices.assert_says(200, says);
        }
        assert_eq!(notices.body.matches("class=\"notice\"").count(), 4);
        let known = zicha.app.accounts(&shell()).unwrap();
        let of = |name: &str| known.iter().find(|a| a.name == *name).unwrap();
        assert_eq!((of("zhangsan").role, of("zhangsan").units.len()), (Role::UnitHead, 1));
        assert_eq!((of("lisi").role, of("lisi").units.len()), (Role::Leader, 2));
        assert_eq!((of("wangwu").role, of("wangwu").units.len()), (Role::Leader, 0));
        assert_eq!((of("zhaoliu").role, of("zhaoliu").units.len()), (Role::Clerk, 0));
        // The first password opens nothing but the change of itself.
        let first = zicha.desk();
        assert_eq!(first.sign_in("zhangsan", &notices.password()).location, "/desk");
        first.get("/desk").assert_says(303, "");

        // The same table again makes nobody twice.
        many(&desk, "/desk/accounts/read", &table).assert_says(422, "没有要建立账号的人");
    });
}

/// The table of units that was imported names their heads, too: it makes their accounts.
#[test]
fn a_table_of_units_makes_accounts_for_their_heads() {
    let zicha = TestApp::start(Backend::Sqlite);
    let bytes = std::fs::read("tests/tables/office.xlsx").unwrap();
    zicha.app.import_units(&shell(), &bytes).unwrap();
    let raw = App::unit_table(&bytes).unwrap();
    let read = zicha.app.understand_accounts(&an_admin("guanli"), &raw).unwrap();
    assert_eq!(read.errors.iter().map(|r| r.zh.as_str()).collect::<Vec<_>>(), [""; 0]);
    assert_eq!(read.accounts.len(), 20);
    for account in &read.accounts {
        assert_eq!((account.role, account.units.len()), (Role::UnitHead, 1), "{:?}", account.name);
        assert_eq!(account.official.post, "负责人");
    }
    let all: std::collections::BTreeSet<_> =
        read.accounts.iter().flat_map(|account| &account.units).collect();
    assert_eq!(all.len(), 20, "each of another unit");
}

#[test]
fn what_is_wrong_with_a_table_is_told_with_its_line_and_nothing_is_made() {
    let zicha = TestApp::start(Backend::Sqlite);
    let desk = office(&zicha);
    for (table, says) in [
        ("", "请粘贴表格"),
        ("部门,人数\n一中队,3\n", "没有找到表头"),
        ("姓名,职务\n张三,厨师\n", "第 2 行：看不出张三的角色"),
        ("姓名,角色,单位\n张三,单位负责人,无此中队\n", "没有名为“无此中队”的单位"),
        ("姓名,角色,单位\n张三,单位负责人,\n", "单位负责人须指定单位"),
        ("姓名,角色,账号\n张三,经办,guanli\n", "账号 guanli 已有人用"),
        ("姓名,角色,账号\n张三,经办,a b\n", "账号名应为"),
        ("姓名,角色\n张\u{202E}三,经办\n", "U+202E"),
    ] {
        let read = many(&desk, "/desk/accounts/read", table);
        let made = many(&desk, "/desk/accounts/many", table);
        let told = if read.status == 422 { &read } else { &made };
        told.assert_says(422, says);
        assert_eq!(zicha.app.accounts(&shell()).unwrap().len(), 1, "{table}");
    }
    // One mistake keeps everybody out.
    let table = "姓名,角色\n张三,经办\n李四,厨师\n";
    many(&desk, "/desk/accounts/many", table).assert_says(422, "第 3 行");
    assert_eq!(zicha.app.accounts(&shell()).unwrap().len(), 1);
}

#[test]
fn two_of_one_name_get_different_accounts() {
    let zicha = TestApp::start(Backend::Sqlite);
    let desk = office(&zicha);
    let table = "姓名,职务,角色\n张三,甲科员,政工科经办\n章三,乙科员,政工科经办\n";
    many(&desk, "/desk/accounts/many", table).assert_says(200, "zhangsan2");
}

#[test]
fn owner_role_and_units_can_be_changed() {
    on_both(|zicha| {
        let desk = office(zicha);
        zicha.app.add_account(&shell(), "jia", Role::Clerk, &[], Some(PASSWORD)).unwrap();
        let (page, code) =
            ("/desk/accounts/change?name=jia", zicha.app.units().unwrap()[0].code.clone());
        let change =
            |fields: &[(&str, &str)]| desk.post_from(page, "/desk/accounts/change", fields);
        let moved = [
            ("name", "jia"),
            ("person", "张三"),
            ("post", "中队长"),
            ("role", "unit_head"),
            ("units", code.as_str()),
        ];
        assert_eq!(change(&moved).location, "/desk/accounts");
        let jia = desk.get("/desk/accounts");
        jia.assert_says(200, "张三（中队长）");
        let unknown = [("name", "jia"), ("person", ""), ("role", "unit_head")];
        let refused = change(&unknown);
        refused.assert_says(422, "姓名为空");
        assert_eq!(change(&[("name", "nobody"), ("person", "张"), ("role", "clerk")]).status, 404);
        // Nobody becomes somebody else by his own hand.
        let own = [("name", "guanli"), ("person", "己"), ("role", "head")];
        change(&own).assert_says(422, "不能改变自己的角色");
    });
}

/// An administrator who turns a clerk's account into his own, or a unit head's into a clerk's,
/// agrees to nothing with it before a colleague has seen the owner.
#[test]
fn an_account_of_the_section_that_changes_its_owner_waits_and_agrees_to_nothing() {
    on_both(|zicha| {
        zicha.import_units(UNITS);
        let app = &zicha.app;
        for (name, role) in [("jia", Role::Clerk), ("yi", Role::Head), ("bing", Role::Auditor)] {
            app.add_account(&shell(), name, role, &[], Some(PASSWORD)).unwrap();
        }
        let round = finished(zicha);
        let admin = an_admin("guanli");
        // Names that were missing are filled in, and nobody is another for that.
        for (name, role) in [("jia", Role::Clerk), ("yi", Role::Head), ("bing", Role::Auditor)] {
            app.change_account(&admin, &name.into(), &Official::of(name, ""), role, &[]).unwrap();
        }
        assert!(app.waiting_accounts().unwrap().is_empty());
        assert_eq!(app.accounts_changed_since(0).unwrap(), 0);
        assert!(!app.approve(&a_clerk("jia"), &round, SharedStep::Release).unwrap());
        for (name, role) in [("jia", Role::Clerk), ("bing", Role::Clerk)] {
            let before = app.accounts_changed_since(0).unwrap();
            let owner = Official::of(&format!("换人{name}"), "");
            app.change_account(&admin, &name.into(), &owner, role, &[]).unwrap();
            assert_eq!(app.accounts_changed_since(0).unwrap(), before + 1, "the bulletin tells it");
            assert!(app.approve(&a_clerk(name), &round, SharedStep::Release).is_err(), "{name}");
        }
        assert!(app.approvals(&round).unwrap().is_empty(), "what jia agreed to has ended");
        // A post that is spelled better changes nothing of that.
        app.vouch(&a_clerk("yi"), &"jia".into()).unwrap();
        app.change_account(
            &admin,
            &"jia".into(),
            &Official::of("换人jia", "科员"),
            Role::Clerk,
            &[],
        )
        .unwrap();
        assert!(!app.approve(&a_clerk("jia"), &round, SharedStep::Release).unwrap());
    });
}

fn finished(zicha: &TestApp) -> RoundId {
    let round = zicha.open_round(&survey("canteen"));
    for code in zicha.slips(&round)["CY"].iter().take(8) {
        zicha.answer(&round, code, &[("visit_meal", "no")]);
    }
    let app: &App = &zicha.app;
    app.close_round(&shell(), &round).unwrap();
    app.open_box(&shell(), &round, &mut |_| {}).unwrap();
    round
}

/// One person with two accounts is one: nothing that takes two is done with both.
#[test]
fn two_accounts_of_one_person_neither_vouch_nor_agree_for_each_other() {
    on_both(|zicha| {
        zicha.import_units(UNITS);
        let app = &zicha.app;
        for (name, role) in [("jia", Role::Clerk), ("yi", Role::Head), ("bing", Role::Head)] {
            let person = if name == "bing" { "李四" } else { "张三" };
            let account =
                NewAccount { official: Official::of(person, ""), ..NewAccount::new(name, role) };
            app.add_account_of(&shell(), &account, Some(PASSWORD)).unwrap();
        }
        let round = finished(zicha);
        let by = |name: &str, role| as_role(name, role, &[]);
        assert!(!app.approve(&by("jia", Role::Clerk), &round, SharedStep::Release).unwrap());
        assert!(!app.approve(&by("yi", Role::Head), &round, SharedStep::Release).unwrap());
        assert!(app.approve(&by("bing", Role::Head), &round, SharedStep::Release).unwrap());
        // At the desk whoever is signed in is known by name.
        app.reset_password(&an_admin("guanli"), &"yi".into()).unwrap();
        let desk = zicha.desk();
        desk.sign_in("jia", PASSWORD);
        desk.post_from("/desk", "/desk/vouch", &[("name", "yi")]).assert_says(422, "与您同名");
        desk.sign_in("bing", PASSWORD);
        assert_eq!(desk.post_from("/desk", "/desk/vouch", &[("name", "yi")]).status, 303);
    });
}

/// A cell that Excel computes is no empty one: whose units are not known would read all of them.
#[test]
fn a_guess_never_gives_more_than_the_table_says() {
    let zicha = TestApp::start(Backend::Sqlite);
    let desk = office(&zicha);
    for post in ["档案管理员", "副中队长", "执法大队政委"] {
        let table = format!("姓名,职务,单位\n张三,{post},\n");
        many(&desk, "/desk/accounts/read", &table).assert_says(422, "看不出张三的角色");
    }
    many(&desk, "/desk/accounts/read", "姓名,职务,单位\n张三,局长,\n").assert_says(200, "全局");
}
