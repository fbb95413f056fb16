//! Versions side by side: an old node goes on while a newer version has changed the database, and
//! none starts on what it does not know.
//! That holds only while migrations add and take nothing away, which is held here too.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::running::Running;
use crate::shell::Shell;
use crate::test_app::{agent, backends, open_beside, shell};

/// What a later version would do: a table, columns that the old one does not fill, and a line that
/// says so.
const LATER: &str = "create table later (id text primary key not null);
    alter table rounds add column later text;
    alter table accounts add column later integer not null default 0;
    insert into __diesel_schema_migrations (version) values ('20990101000000')";

fn change(zicha: &Shell, sql: &str) {
    match &zicha.database {
        Some(url) => PgConnection::establish(url).unwrap().batch_execute(sql).unwrap(),
        None => open_beside(zicha.path("zicha.db")).batch_execute(sql).unwrap(),
    }
}

#[test]
fn an_old_node_goes_on_when_a_newer_version_has_changed_the_database_and_does_not_start_on_it() {
    for backend in backends() {
        let running = Running::start(backend, None);
        let agent = agent();
        assert_eq!(running.send_one(&agent).1, 303);
        change(&running.zicha, LATER);
        // Longer than a round is cached.
        std::thread::sleep(std::time::Duration::from_millis(1_200));
        for _ in 0..20 {
            assert_eq!(running.send_one(&agent).1, 303, "{backend:?}");
        }
        let page = agent
            .get(format!("http://127.0.0.1:{}/r/{}", running.port, running.round))
            .call()
            .unwrap();
        assert_eq!(page.status(), 200);
        running.zicha.refused(&["round", "list"], "newer version");
        // The newer version undone, as a restored backup would.
        change(
            &running.zicha,
            "delete from __diesel_schema_migrations where version = '20990101000000'",
        );
        assert_eq!(running.used(), 21);
    }
}

#[test]
fn migrations_only_add() {
    // The first one makes everything. After that an old node must find what it knows, and fill what
    // is new without knowing it.
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres"))
        .unwrap()
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        let sql = std::fs::read_to_string(entry.path().join("up.sql")).unwrap();
        let plain: String = sql
            .lines()
            .map(|line| line.split("--").next().unwrap_or(""))
            .collect::<Vec<_>>()
            .join(" ");
        // What a function does is no statement of the migration; a new one is in nobody's way.
        let plain: String = plain.split("$$").step_by(2).collect();
        for statement in plain
            .split(';')
            .map(|s| s.split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|s| !s.is_empty())
        {
            let filled = statement
                .strip_prefix("insert into ")
                .and_then(|rest| rest.split_whitespace().next());
            let adds = statement.starts_with("create table ")
                || statement.starts_with("create or replace function ")
                || filled.is_some_and(|table| plain.contains(&format!("create table {table} ")))
                || statement.starts_with("create index ")
                || (statement.starts_with("alter table ")
                    && statement.contains(" add column ")
                    && (!statement.contains(" not null") || statement.contains(" default ")))
                || (statement.starts_with("alter table ")
                    && (statement.contains(" set statistics ")
                        || statement.contains(" set storage ")));
            assert!(adds, "{name}: an old node might not survive: {statement}");
        }
    }
}

#[test]
fn a_box_of_the_edition_before_is_opened_and_taken_further() {
    // What a round was opened with is settled: a node of this version writes its ballots as the one
    // before did, and both are counted.
    for backend in backends() {
        let running = Running::start(backend, None);
        let agent = agent();
        assert_eq!(running.send_one(&agent).1, 303);
        change(&running.zicha, "update rounds set suite = 'hpke:647a-0001-0003:psk'");
        std::thread::sleep(std::time::Duration::from_millis(1_200));
        assert_eq!(running.send_one(&agent).1, 303);
        // One that only a later version could write stops nothing but itself.
        change(&running.zicha, "update rounds set suite = 'hpke:647a-0001-0003:psk:later'");
        std::thread::sleep(std::time::Duration::from_millis(1_200));
        running.zicha.ok(&["round", "list"]);
        assert!(running.send_one(&agent).1 >= 400);
        change(&running.zicha, "update rounds set suite = 'hpke:647a-0001-0003:psk'");
        assert_eq!(running.used(), 2);
        let app = zicha::app::App::open(running.zicha.settings()).unwrap();
        let id = running.round.parse().unwrap();
        change(&running.zicha, "update rounds set suite = 'hpke:647a-0001-0003:psk:later'");
        let refused = app.open_box(&shell(), &id, &mut |_| {}).unwrap_err().to_string();
        assert!(refused.contains("newer version"), "{refused}");
        change(&running.zicha, "update rounds set suite = 'hpke:647a-0001-0003:psk'");
        app.open_box(&shell(), &id, &mut |_| {}).unwrap();
        let bureau = app.results(&shell(), &id).unwrap().release.bureau.turnout;
        assert_eq!((bureau.opened, bureau.spoiled, bureau.counted), (2, 0, 2), "{backend:?}");
    }
}
