//! The schema as it is: no column that nobody has given a reason for, and nothing that could be a
//! time, an order or an address where respondents write.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::test_app::{Backend, TestApp, UNITS, backends, on_both, open_beside, survey};

/// Tables that a respondent's tap writes to, or that come out of it.
const RESPONDENTS: [&str; 5] = ["slips", "spent_slips", "ballots", "comments", "spent_codes"];
/// Tables about officials at the desk, the only ones with times.
const OFFICIALS: [&str; 7] = [
    "accounts",
    "account_units",
    "sessions",
    "api_tokens",
    "audit",
    "problem_history",
    "survey_versions",
];

/// The allow-list: column to type, each with a reason.
fn allowed() -> BTreeMap<String, String> {
    let path = format!("{}/tests/columns.txt", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|l| !l.starts_with('#') && !l.is_empty());
    lines
        .map(|line| {
            let parts: Vec<&str> = line.split('\t').collect();
            assert!(parts.len() == 3 && parts[2].len() > 5, "a column without a reason: {line}");
            (parts[0].to_owned(), parts[1].to_owned())
        })
        .collect()
}

/// The columns there are, with their types.
fn live(zicha: &TestApp, backend: Backend, round: &str) -> BTreeMap<String, String> {
    let own = |name: &str| !name.starts_with("__diesel") && !name.ends_with(&format!("_{round}"));
    match backend {
        Backend::Postgres => {
            let mut db = PgConnection::establish(&zicha.app.settings().database_url()).unwrap();
            let rows: Vec<(String, String)> = diesel::dsl::sql::<(Text, Text)>(
                "select table_name || '.' || column_name, data_type || coalesce(' default ' || \
                 column_default, '') from information_schema.columns where table_schema = 'public'",
            )
            .load(&mut db)
            .unwrap();
            rows.into_iter().filter(|(c, _)| own(c.split('.').next().unwrap())).collect()
        }
        Backend::Sqlite => {
            let mut all = BTreeMap::new();
            for file in ["zicha.db".to_owned(), format!("box-{round}.db")] {
                let mut db = open_beside(zicha.data().join(file));
                let rows: Vec<(String, String)> = diesel::dsl::sql::<(Text, Text)>(
                    "select m.name || '.' || c.name, lower(c.type) || coalesce(' default ' || \
                     c.dflt_value, '') from sqlite_master m join pragma_table_info(m.name) c where \
                     m.type = 'table'",
                )
                .load(&mut db)
                .unwrap();
                all.extend(
                    rows.into_iter()
                        .filter(|(c, _)| own(c.split('.').next().unwrap()))
                        .map(|(c, t)| (c, t.replace("blob", "bytea"))),
                );
            }
            all
        }
    }
}

#[test]
fn every_column_has_a_reason_and_none_is_there_without_one() {
    on_both(|zicha| {
        let backend = zicha.backend;
        zicha.import_units(UNITS);
        let round = zicha.open_round(&survey("canteen"));
        let mut allowed = allowed();
        if backend == Backend::Postgres {
            allowed.remove("seal.closed");
            allowed.remove("ballots.place");
        }
        assert_eq!(live(zicha, backend, round.as_str()), allowed, "{backend:?}");
    });
}

#[test]
fn postgresql_does_not_try_to_compress_what_is_sealed() {
    for backend in backends().into_iter().filter(|b| *b == Backend::Postgres) {
        let zicha = TestApp::start(backend);
        zicha.import_units(UNITS);
        let round = zicha.open_round(&survey("canteen"));
        let mut db = PgConnection::establish(&zicha.app.settings().database_url()).unwrap();
        let query = format!(
            "select string_agg(attname || ' ' || attstorage::text, ', ' order by attname) from \
             pg_attribute where attrelid = 'ballots_{round}'::regclass and attname in \
             ('ciphertext', 'encapsulation')"
        );
        let storage: String = diesel::select(diesel::dsl::sql::<Text>(&format!("({query})")))
            .get_result(&mut db)
            .unwrap();
        assert_eq!(storage, "ciphertext e, encapsulation e");
    }
}

#[test]
fn no_type_can_hold_a_time_or_an_order_where_respondents_write() {
    let allowed = allowed();
    for (column, kind) in &allowed {
        let table = column.split('.').next().unwrap();
        // The one number is refused by the schema unless it is the name's own bits, see below.
        let plain = if RESPONDENTS.contains(&table) && column != "ballots.place" {
            &["text", "bytea"][..]
        } else {
            &["text", "bytea", "integer", "bigint", "boolean"][..]
        };
        assert!(plain.contains(&kind.as_str()), "{column} is {kind}");
        for word in [
            "time", "date", "created", "updated", "addr", "agent", "ip", "seq", "serial", "order",
            "session",
        ] {
            let named = column.split('.').nth(1).unwrap().split('_').any(|part| part == word);
            assert!(!named || OFFICIALS.contains(&table), "{column} is named like a {word}");
        }
    }
    // No row of a respondent refers to another but by round, unit, group and question.
    let columns = |table: &str| {
        allowed
            .keys()
            .filter(|c| c.starts_with(&format!("{table}.")))
            .map(|c| c.split('.').nth(1).unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(columns("spent_slips"), ["hash", "round"]);
    assert_eq!(columns("ballots"), ["ciphertext", "encapsulation", "id", "place", "round", "unit"]);
    assert_eq!(
        columns("comments"),
        ["body", "group_code", "id", "question", "round", "state", "summary"]
    );
    assert_eq!(columns("spent_codes"), ["hash", "round"]);
}

#[test]
fn a_backup_knows_every_table_worth_keeping() {
    use zicha::storage::backup::shape_named;
    for column in allowed().keys() {
        let (table, name) = column.split_once('.').unwrap();
        if ["sessions", "api_tokens", "approvals", "seal"].contains(&table)
            || ["ballots.place", "rounds.guard"].contains(&column.as_str())
        {
            continue;
        }
        let shape = shape_named(table).unwrap_or_else(|| panic!("no backup of {table}"));
        assert!(shape.columns.iter().any(|c| c.0 == name), "no backup of {column}");
    }
}

#[test]
fn tables_that_respondents_write_have_no_hidden_order_of_rows() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("canteen"));
    for (file, tables) in
        [("zicha.db".to_owned(), &RESPONDENTS[3..]), (format!("box-{round}.db"), &RESPONDENTS[..3])]
    {
        let mut db = open_beside(zicha.data().join(file));
        for table in tables {
            let sql: String = diesel::dsl::sql::<Text>(&format!(
                "select lower(sql) from sqlite_master where name = '{table}'"
            ))
            .get_result(&mut db)
            .unwrap();
            assert!(
                sql.contains("without rowid") || *table == "ballots",
                "{table} numbers its rows"
            );
        }
    }
    // Ballots do have a number, and it can only be their random name's: one that counts arrivals is
    // refused by the file itself.
    let mut db = open_beside(zicha.data().join(format!("box-{round}.db")));
    let mut put = |place: &str, id: &str| {
        diesel::sql_query(format!(
            "insert into ballots (place, round, id, unit, encapsulation, ciphertext) values \
             ({place}, 'r', x'{id}', 'CY', x'', x'')"
        ))
        .execute(&mut db)
    };
    let ids = [
        "0102030405060708090a0b0c0d0e0f10",
        "80000000000000000000000000000000",
        "ff02030405060708090a0b0c0d0e0f10",
        "7fffffffffffffff0000000000000000",
    ];
    for id in ids {
        let name = hex::decode(id).unwrap().try_into().unwrap();
        let place = zicha::ballot::place(&name);
        for wrong in [
            "null".to_owned(),
            "1".to_owned(),
            (place ^ 1).to_string(),
            (place ^ i64::MIN).to_string(),
        ] {
            assert!(put(&wrong, id).is_err(), "{wrong} for {id}");
        }
        put(&place.to_string(), id).unwrap();
    }
    // Both orders are one.
    let mut names: Vec<[u8; 16]> =
        ids.iter().map(|id| hex::decode(id).unwrap().try_into().unwrap()).collect();
    names.sort_unstable();
    assert!(names.is_sorted_by_key(zicha::ballot::place));
}

/// Every migration with the digest of what it does. A database that ran it does not run it again.
#[test]
fn a_migration_that_has_landed_is_never_edited() {
    use sha2::{Digest, Sha256};
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let known = std::fs::read_to_string(root.join("tests/migrations.txt")).unwrap();
    let mut found = Vec::new();
    for database in ["postgres", "sqlite", "sqlite_box"] {
        for entry in std::fs::read_dir(root.join("migrations").join(database)).unwrap().flatten() {
            let sql = std::fs::read(entry.path().join("up.sql")).unwrap();
            found.push(format!(
                "{} {database}/{}",
                &hex::encode(Sha256::digest(sql))[..16],
                entry.file_name().to_string_lossy()
            ));
        }
    }
    found.sort_by(|a, b| a[17..].cmp(&b[17..]));
    let known: Vec<&str> = known.lines().filter(|line| !line.starts_with('#')).collect();
    assert_eq!(
        known, found,
        "a new migration gets a line; one that has landed stays as it is, and another one mends it"
    );
}
