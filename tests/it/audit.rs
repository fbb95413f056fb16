//! The audit chain: desk actions only, every change, removal or cut is seen, and a head written
//! down from the bulletin stays good.

use diesel::prelude::*;
use diesel::sql_query;
use zicha::app::Role;

use crate::shell::Shell;
use crate::test_app::{Backend, TestApp, UNITS, a_clerk, backends, open_beside, shell, survey};

fn filled(backend: Backend) -> (Shell, String) {
    let zicha = Shell::new(backend);
    for name in ["jia", "yi", "bing"] {
        zicha.ok(&["account", "add", name, "--role", "clerk"]);
    }
    let said = zicha.ok(&["audit", "verify"]);
    assert!(said.starts_with("3 rows, intact; head "), "{said}");
    let head = said.rsplit(' ').next().unwrap().to_owned();
    (zicha, head)
}

fn tamper(zicha: &Shell, sql: &str) {
    match &zicha.database {
        Some(url) => sql_query(sql).execute(&mut PgConnection::establish(url).unwrap()).unwrap(),
        None => sql_query(sql).execute(&mut open_beside(zicha.path("zicha.db"))).unwrap(),
    };
}

#[test]
fn a_changed_a_removed_and_an_added_row_are_seen() {
    for backend in backends() {
        for (sql, place) in [
            ("update audit set subject = 'ding' where seq = 2", 2),
            ("update audit set at = at + 1 where seq = 1", 1),
            ("delete from audit where seq = 2", 2),
            ("delete from audit where seq = 1", 1),
            (
                "insert into audit (seq, at, account, action, subject, hash) values (4, 0, 'jia', \
                 'sign_in', '', 'x')",
                4,
            ),
        ] {
            let (zicha, _) = filled(backend);
            tamper(&zicha, sql);
            zicha.refused(&["audit", "verify"], &format!("broken from row {place} on"));
        }
    }
}

#[test]
fn a_chain_that_was_cut_off_or_rewritten_no_longer_holds_the_published_head() {
    for backend in backends() {
        let (zicha, head) = filled(backend);
        zicha.ok(&["account", "add", "ding", "--role", "clerk"]);
        assert!(
            zicha.ok(&["audit", "verify", "--head", &head]).starts_with("4 rows"),
            "a head stays good when rows are added"
        );
        tamper(&zicha, "delete from audit where seq >= 3");
        assert!(
            zicha.ok(&["audit", "verify"]).starts_with("2 rows, intact"),
            "by itself a shorter chain fits"
        );
        zicha.refused(&["audit", "verify", "--head", &head], "cut off or rewritten");
    }
}

#[test]
fn the_auditor_filters_and_exports_and_the_bulletin_shows_yesterday_s_head() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("canteen"));
    zicha.app.close_round(&shell(), &round).unwrap();
    let password = zicha
        .app
        .add_account(&shell(), "shenji", Role::Auditor, &[], Some(crate::test_app::PASSWORD))
        .unwrap();
    let desk = zicha.desk();
    desk.sign_in("shenji", &password);
    zicha.app.make_token(&a_clerk("keyuan"), "=cmd|calc", 1).unwrap();
    desk.get("/desk/audit").assert_says(200, "链条完整");
    desk.get("/desk/audit?account=keyuan").assert_says(200, "符合条件的 1 条");
    desk.get("/desk/audit?action=export&from=2020-01-01&to=2020-01-02")
        .assert_says(200, "没有符合条件的记录");
    let csv = desk.get("/desk/audit.csv?account=keyuan");
    assert!(
        csv.body.starts_with('\u{FEFF}') && csv.body.contains("\"建立接口令牌\",\"'=cmd|calc\""),
        "{}",
        csv.body
    );
    assert!(!csv.body.contains("shenji"));
    desk.get("/desk/audit").assert_says(200, "导出审计记录");
    // Today's rows are not a head yet: the head of a day is fixed when the day is over.
    assert!(!zicha.get(&format!("/bulletin/{round}")).body.contains("工作台操作记录"));
    let shell = Shell::new(Backend::Sqlite);
    shell.ok(&["account", "add", "jia", "--role", "clerk"]);
    let app = zicha::app::App::open(shell.settings()).unwrap();
    assert_eq!(app.audit_head().unwrap(), None);
    drop(app);
    tamper(&shell, "update audit set at = at - 86400");
    let app = zicha::app::App::open(shell.settings()).unwrap();
    let head = app.audit_head().unwrap().unwrap();
    assert_eq!((head.seq, head.hash.len()), (1, 64));
}

#[test]
fn what_the_command_line_changes_is_a_link_with_the_system_user_and_a_release_from_it_is_told_to_everybody()
 {
    let zicha = crate::shell::Shell::new(crate::test_app::Backend::Sqlite);
    std::fs::write(zicha.path("units.csv"), crate::test_app::UNITS).unwrap();
    zicha.ok(&["units", "import", &zicha.path("units.csv")]);
    let now = time::OffsetDateTime::now_utc();
    let today = zicha::round::shanghai_day(now).to_string();
    let round = zicha.ok(&[
        "round", "create", "--survey", "canteen", "--title", "一", "--opens", &today, "--closes",
        &today,
    ]);
    zicha.ok(&["round", "open", &round, "--custody", "server"]);
    zicha.ok(&[
        "slips",
        "issue",
        "--round",
        &round,
        "--format",
        "csv",
        "--out",
        &zicha.path("slips.csv"),
    ]);
    zicha.ok(&["account", "add", "jingban", "--role", "clerk"]);
    zicha.ok(&["--yes", "round", "close", &round]);
    zicha.ok(&["--yes", "box", "open", "--round", &round]);
    zicha.ok(&["--yes", "round", "release", &round]);
    let rows =
        zicha::app::App::open(zicha.settings()).unwrap().verify_audit(&shell(), None).unwrap().rows;
    let user =
        String::from_utf8(std::process::Command::new("id").arg("-un").output().unwrap().stdout)
            .unwrap()
            .trim()
            .to_owned();
    let by_hand = rows.iter().filter(|row| row.action != "box_destroyed");
    assert!(
        by_hand.into_iter().all(|row| row.account == format!("command line (system user {user})")),
        "{rows:#?}"
    );
    let actions: Vec<&str> = rows.iter().map(|row| row.action.as_str()).collect();
    assert_eq!(
        actions,
        [
            "units_import",
            "round_create",
            "open_begun",
            "round_open",
            "slips_begun",
            "slips_issue",
            "account_add",
            "close_begun",
            "round_close",
            "box_begun",
            "box_open",
            "box_destroyed",
            "round_release_shell"
        ]
    );
    zicha.serve_at(now, &format!("/bulletin/{round}"), "本轮结果由服务器命令行发布");
}
