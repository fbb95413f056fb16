//! PostgreSQL with a role for each part: the whole story runs with the rights of
//! `deploy/postgres/roles.sql`, and no part can do more than its own.
//! What a part may not do is tried as somebody would who has stolen its password.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::running::{codes_of, start};
use crate::test_app::{agent, copy_database, encode, free_port, new_postgres_database};

const ROLES: &str = include_str!("../../deploy/postgres/roles.sql");

/// A database that its owner has made, and an address of it for each role.
struct Divided {
    folder: tempfile::TempDir,
    superuser: String,
}

impl Divided {
    fn new() -> Self {
        let divided =
            Self { folder: tempfile::tempdir().unwrap(), superuser: new_postgres_database() };
        // The tables are made once, by any command.
        divided.run(&[("ZICHA_DATABASE", divided.superuser.clone())], &["round", "list"]).unwrap();
        divided.apply_roles();
        divided
    }

    fn apply_roles(&self) {
        PgConnection::establish(&self.superuser).unwrap().batch_execute(ROLES).unwrap();
    }

    /// The address of a role; the servers of tests trust everybody.
    fn address(&self, role: &str) -> String {
        let (_, rest) = self.superuser.split_once('@').unwrap();
        format!("postgres://{role}@{rest}")
    }

    fn connect(&self, role: &str) -> PgConnection {
        PgConnection::establish(&self.address(role)).unwrap()
    }

    fn desk(&self) -> [(&'static str, String); 3] {
        [
            ("ZICHA_DATABASE", self.address("zicha_desk")),
            ("ZICHA_OPENING_DATABASE", self.address("zicha_opening")),
            ("ZICHA_PART", "desk".to_owned()),
        ]
    }

    fn intake(&self) -> [(&'static str, String); 2] {
        [("ZICHA_DATABASE", self.address("zicha_intake")), ("ZICHA_PART", "intake".to_owned())]
    }

    fn command(&self, environment: &[(&str, String)], arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_zicha"));
        command
            .args(["--yes", "--data", self.folder.path().to_str().unwrap()])
            .args(arguments)
            .envs(environment.iter().map(|(k, v)| (k, v)));
        command.env("ZICHA_PUBLIC_URL", "http://127.0.0.1:8080");
        command
    }

    fn run(&self, environment: &[(&str, String)], arguments: &[&str]) -> Result<String, String> {
        let output = self.command(environment, arguments).output().unwrap();
        if output.status.success() {
            Ok(String::from_utf8(output.stdout).unwrap().trim().to_owned())
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// A command of the desk as it is typed.
    fn desk_runs(&self, line: &str) -> String {
        self.run(&self.desk(), &line.split_whitespace().collect::<Vec<_>>()).unwrap()
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }
}

/// A node, ended with the test.
struct Node {
    child: Child,
    base: String,
}

impl Node {
    fn start(divided: &Divided, environment: &[(&str, String)]) -> Self {
        let port = free_port();
        let command =
            divided.command(environment, &["serve", "--listen", &format!("127.0.0.1:{port}")]);
        let node = Self { child: start(command), base: format!("http://127.0.0.1:{port}") };
        let started = Instant::now();
        while node.get("/readyz").0 != 200 {
            assert!(started.elapsed() < Duration::from_secs(20), "the node is not ready");
            std::thread::sleep(Duration::from_millis(30));
        }
        node
    }

    fn get(&self, path: &str) -> (u16, String) {
        let Ok(answer) = agent().get(format!("{}{path}", self.base)).call() else {
            return (0, String::new());
        };
        (answer.status().as_u16(), answer.into_body().read_to_string().unwrap_or_default())
    }

    fn answer(&self, round: &str, code: &str) -> String {
        let request = agent()
            .post(format!("{}/r/{round}", self.base))
            .header("content-type", "application/x-www-form-urlencoded");
        let answer =
            request.send(encode(&[("code", code), ("visit_meal", "lunch")]).as_bytes()).unwrap();
        answer.headers().get("location").map_or_else(
            || answer.status().to_string(),
            |to| to.to_str().unwrap().rsplit('/').next().unwrap().to_owned(),
        )
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn every_part_does_its_work_with_its_own_rights_and_no_others() {
    if std::env::var("TEST_POSTGRES_URL").is_err() {
        return;
    }
    let zicha = Divided::new();
    let desk = |line: &str| zicha.desk_runs(line);
    std::fs::write(
        zicha.path("units.csv"),
        "code,name,kind,headcount\nCY,甲,squad,8\nCF,乙,squad,8\n",
    )
    .unwrap();
    desk(&format!("units import {}", zicha.path("units.csv")));
    let today = zicha::round::shanghai_day(time::OffsetDateTime::now_utc()).to_string();
    let create =
        format!("round create --survey canteen --title 分 --opens {today} --closes {today}");
    let (round, unwanted) = (desk(&create), desk(&create));
    a_desk_needs_the_opening_of_the_same_database(&zicha, &round);
    desk(&format!("round open {round} --custody server"));
    let slips = zicha.path("slips.csv");
    desk(&format!("slips issue --round {round} --spare 0% --format csv --out {slips}"));
    let codes = codes_of(&slips);

    let intake = Node::start(&zicha, &zicha.intake());
    for code in &codes[..14] {
        assert_eq!(intake.answer(&round, code), "received");
    }
    assert_eq!(intake.answer(&round, &codes[0]), "again");
    for page in ["/", "/privacy", &format!("/r/{round}"), "/healthz"] {
        assert_eq!(intake.get(page).0, 200, "{page}");
    }
    assert_eq!(intake.get("/desk").0, 404, "a node for phones has no desk");

    let running_desk = Node::start(&zicha, &zicha.desk());
    assert!(matches!(running_desk.get("/desk/sign-in").0, 200 | 303));
    assert_eq!(running_desk.get(&format!("/r/{round}")).0, 404, "the desk's node takes no ballots");

    attack(&zicha, &round);
    names_stay_with_the_desk(&zicha);
    // It can be run while all of this works.
    zicha.apply_roles();
    assert_eq!(intake.answer(&round, &codes[1]), "again");

    desk(&format!("round close {round}"));
    desk(&format!("box open --round {round}"));
    desk(&format!("verify --round {round}"));
    let tally = zicha.path("tally.csv");
    desk(&format!("export tally --round {round} --format csv --headers id --out {tally}"));
    assert!(std::fs::read_to_string(&tally).unwrap().contains("visit_meal"));
    // A round is read once a second.
    std::thread::sleep(Duration::from_millis(1_200));
    let bulletin = intake.get(&format!("/bulletin/{round}"));
    assert!(bulletin.0 == 200 && bulletin.1.contains("14"), "{}", bulletin.1);
    assert_eq!(
        intake.answer(&round, &codes[0]),
        "again",
        "a spent slip says so after the opening, too"
    );
    assert!(
        zicha
            .connect("zicha_opening")
            .batch_execute(&format!("select from ballots_{round}"))
            .is_err(),
        "the box is gone"
    );

    originals_are_destroyed_in_time(&zicha, &round);

    // A box that is open goes into the backup.
    desk(&format!("round open {unwanted} --custody server"));

    a_box_half_destroyed(&zicha, &unwanted);

    backup_and_restore(&zicha, (intake, running_desk));
}

/// Backup and restore are the owner's.
fn backup_and_restore(zicha: &Divided, nodes: (Node, Node)) {
    let owner = [("ZICHA_DATABASE", zicha.address("zicha_owner"))];
    zicha.run(&owner, &["backup-key", &zicha.path("key")]).unwrap();
    let key = std::fs::read_to_string(zicha.path("key")).unwrap();
    let recipient = key
        .split(|c: char| !c.is_ascii_alphanumeric())
        .find(|word| word.starts_with("age1"))
        .unwrap();
    zicha.run(&owner, &["backup", &zicha.path("backup"), "--to", recipient]).unwrap();
    drop(nodes);
    zicha.run(&owner, &["restore", &zicha.path("backup"), "--key", &zicha.path("key")]).unwrap();
    let opening = "select count(*) from pg_tables where schemaname = 'public' and tablename like \
     'ballots%' and tableowner <> 'zicha_opening'";
    let foreign: i64 = diesel::dsl::sql::<diesel::sql_types::BigInt>(opening)
        .get_result(&mut zicha.connect("zicha_owner"))
        .unwrap();
    assert_eq!(foreign, 0, "boxes that the owner restores belong to whoever opens them");
}

/// A box whose destruction stopped half-way, when it is no part of anything any more, still belongs
/// to whoever opens it.
fn a_box_half_destroyed(zicha: &Divided, round: &str) {
    zicha
        .connect("zicha_opening")
        .batch_execute(&format!("alter table ballots detach partition ballots_{round}"))
        .unwrap();
    zicha.apply_roles();
    zicha
        .connect("zicha_opening")
        .batch_execute(&format!(
            "alter table ballots attach partition ballots_{round} for values in ('{round}')"
        ))
        .unwrap();
}

/// Originals are destroyed by the desk's service itself when their time is over; only a debug build
/// can be told another time.
fn originals_are_destroyed_in_time(zicha: &Divided, round: &str) {
    if cfg!(debug_assertions) {
        let later = (time::OffsetDateTime::now_utc() + time::Duration::days(70))
            .unix_timestamp()
            .to_string();
        let mut environment = zicha.desk().to_vec();
        environment.push(("ZICHA_TEST_NOW", later));
        // Seventy days on, somebody says that the clock is right.
        zicha.run(&environment, &["clock", "confirm"]).unwrap();
        let node = Node::start(zicha, &environment);
        let done = format!(
            "select count(*) from rounds where id = '{round}' and destruction is not null and not \
             exists (select from settings where key = 'rewrite')"
        );
        let started = Instant::now();
        while diesel::dsl::sql::<diesel::sql_types::BigInt>(&done)
            .get_result::<i64>(&mut zicha.connect("zicha_owner"))
            .unwrap()
            == 0
        {
            assert!(started.elapsed() < Duration::from_secs(20), "originals are not destroyed");
            std::thread::sleep(Duration::from_millis(100));
        }
        drop(node);
    }
}

/// People's names and the set-up link stay with the desk, also from a role that reads the other
/// facts.
fn names_stay_with_the_desk(zicha: &Divided) {
    let facts = "select count(*) from settings where key not in ('bureau', 'calendar', 'demo', \
     'server_key_fingerprint', 'public_url', 'account_changes')";
    PgConnection::establish(&zicha.superuser)
        .unwrap()
        .batch_execute("insert into settings (key, value) values ('names', '张三')")
        .unwrap();
    let seen = |role: &str| {
        diesel::dsl::sql::<diesel::sql_types::BigInt>(facts)
            .get_result::<i64>(&mut zicha.connect(role))
            .unwrap()
    };
    assert!(seen("zicha_desk") > 0 && seen("zicha_intake") == 0);
}

/// A desk without the right to open boxes, or with that of another database, says so.
fn a_desk_needs_the_opening_of_the_same_database(zicha: &Divided, round: &str) {
    let without_opening = [zicha.desk()[0].clone()];
    let error =
        zicha.run(&without_opening, &["round", "open", round, "--custody", "server"]).unwrap_err();
    assert!(error.contains("ZICHA_OPENING_DATABASE"), "{error}");
    let desk_without = [zicha.desk()[0].clone(), zicha.desk()[2].clone()];
    let error = zicha.run(&desk_without, &["serve", "--listen", "127.0.0.1:0"]).unwrap_err();
    assert!(error.contains("ZICHA_OPENING_DATABASE"), "{error}");
    let mut elsewhere = zicha.desk().to_vec();
    elsewhere[1].1 = new_postgres_database();
    zicha.run(&[("ZICHA_DATABASE", elsewhere[1].1.clone())], &["round", "list"]).unwrap();
    let error = zicha.run(&elsewhere, &["round", "list"]).unwrap_err();
    assert!(error.contains("another database"), "{error}");
}

/// What somebody would do who has the password of one part.
fn attack(zicha: &Divided, round: &str) {
    let table = |name: &str| format!("{name}_{round}");
    let refused: [(&str, Vec<String>); 3] = [
        (
            "zicha_intake",
            vec![
                "select ciphertext from ballots".into(),
                format!("select ciphertext from {}", table("ballots")),
                "delete from ballots".into(),
                format!("delete from {}", table("ballots")),
                "delete from spent_slips".into(),
                "update slips set unit = 'CF'".into(),
                "insert into slips (round, hash, unit) values ('x', 'x', 'x')".into(),
                "update rounds set sealed = true".into(),
                "update rounds set turnout = 'x'".into(),
                "update rounds set closes = '2099-01-01'".into(),
                "select body from comments".into(),
                "select password from accounts".into(),
                "select hash from sessions".into(),
                "select account from audit".into(),
                "select statement from problems".into(),
                "insert into releases (round, gate, body) values ('x', 1, '{}')".into(),
                "update settings set value = 'x'".into(),
                "create table t (a int)".into(),
                "create temporary table t (a int)".into(),
                format!("drop table {}", table("ballots")),
                "set role zicha_opening".into(),
            ],
        ),
        (
            "zicha_desk",
            vec![
                "select id from ballots".into(),
                format!("select id from {}", table("ballots")),
                "delete from ballots".into(),
                format!("drop table {}", table("ballots")),
                "insert into spent_slips (round, hash) values ('x', 'x')".into(),
                "delete from spent_slips".into(),
                "insert into comments (id, round, group_code, question, body, state, summary) \
                 values ('x', 'x', 'x', 'x', 'x', 'x', 'x')"
                    .into(),
                "insert into releases (round, gate, body) values ('x', 1, '{}')".into(),
                "update releases set body = '{}'".into(),
                "delete from releases".into(),
                "update audit set account = 'x'".into(),
                "delete from audit".into(),
                "create table t (a int)".into(),
                "set role zicha_owner".into(),
            ],
        ),
        (
            "zicha_opening",
            vec![
                "select password from accounts".into(),
                "select hash from sessions".into(),
                "update releases set body = '{}'".into(),
                "delete from releases".into(),
                "delete from rounds".into(),
                "update rounds set closing = null".into(),
                "update rounds set sealed = false".into(),
                "create table t (a int)".into(),
                "create function format(text, text) returns text language sql as 'select 1::text'"
                    .into(),
                "select value from settings".into(),
                "update settings set value = 'x'".into(),
                "select account from audit".into(),
                "update problems set statement = 'x'".into(),
                "drop table rounds".into(),
            ],
        ),
    ];
    for (role, statements) in refused {
        let mut db = zicha.connect(role);
        for statement in statements {
            let error = db
                .batch_execute(&statement)
                .expect_err(&format!("{role} may: {statement}"))
                .to_string();
            assert!(
                error.contains("permission denied") || error.contains("must be owner"),
                "{role}: {statement}: {error}"
            );
        }
    }
}

#[test]
fn a_node_without_the_right_to_upgrade_says_who_has_it() {
    if std::env::var("TEST_POSTGRES_URL").is_err() {
        return;
    }
    let zicha = Divided::new();
    zicha.run(&zicha.desk(), &["round", "list"]).unwrap();
    let last = "delete from __diesel_schema_migrations where version = (select max(version) from \
     __diesel_schema_migrations)";
    PgConnection::establish(&zicha.superuser).unwrap().batch_execute(last).unwrap();
    for environment in [&zicha.desk()[..], &zicha.intake()[..]] {
        let error = zicha.run(environment, &["round", "list"]).unwrap_err();
        assert!(error.contains("roles.sql") && error.contains("owner"), "{error}");
    }
}

/// Roles belong to the server and not to a database: two installations on one server may be set up
/// at the same moment.
#[test]
fn several_databases_of_one_server_are_given_their_roles_at_once() {
    if std::env::var("TEST_POSTGRES_URL").is_err() {
        return;
    }
    let zicha = Divided::new();
    for turn in 0..5 {
        let roles = ROLES.replace("zicha_", &format!("at_once_{}_{turn}_", std::process::id()));
        let databases: Vec<String> = (0..4).map(|_| copy_database(&zicha.superuser)).collect();
        let start = std::sync::Barrier::new(databases.len());
        std::thread::scope(|scope| {
            for database in &databases {
                scope.spawn(|| {
                    let mut db = PgConnection::establish(database).unwrap();
                    start.wait();
                    db.batch_execute(&roles).unwrap();
                });
            }
        });
    }
}

/// A table that is made later must not be forgotten in the roles.
#[test]
fn every_table_has_its_rights_said() {
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/postgres"))
        .unwrap()
        .flatten()
    {
        let sql = std::fs::read_to_string(entry.path().join("up.sql")).unwrap();
        // A box has its rights from the tables that it is a part of.
        let tables = sql
            .split("create table ")
            .skip(1)
            .map(|rest| rest.split_whitespace().next().unwrap())
            .filter(|table| !table.contains('%'));
        for table in tables {
            let said = ROLES.split("grant ").skip(1).any(|grant| {
                grant
                    .split(';')
                    .next()
                    .unwrap()
                    .split(|c: char| !(c.is_alphanumeric() || c == '_'))
                    .any(|word| word == table)
            });
            assert!(said, "nobody may use {table}");
        }
    }
}
