//! What a database administrator finds who looks below the tables: page offsets, write-ahead logs,
//! dead rows, transaction ids, old copies.
//! Before the opening he may put ciphertexts in order and tell which slip made which; after it,
//! with every earlier copy and all passphrases, he gets nothing.
//! Each attack is first shown to succeed where a table is written as most software would write it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Binary, Nullable, Text};
use zicha::access::{ServerKey, SlipCode};
use zicha::app::{App, Custody, NewRound};
use zicha::ballot::{CustodySecret, Passphrase, Share, WrappedKey};
use zicha::id::RoundId;
use zicha::round::{Access, shanghai_day};

use crate::test_app::{
    Backend, all_files, backends, encode, files_with, open_beside, settings, shell, survey,
};

const SEEDS: usize = 20;
const ANSWERS: usize = 40;

/// Kendall's rank correlation between places and the order of arrival.
fn tau(places: &[usize]) -> f64 {
    let pairs = (0..places.len()).flat_map(|a| (a + 1..places.len()).map(move |b| (a, b)));
    correlation(pairs.map(|(a, b)| places[a] < places[b]))
}

/// The same over pairs that lie in one page only: cells of a page are laid down in order of arrival
/// even where keys are random.
fn tau_within_pages(places: &[usize], page: usize) -> f64 {
    let pairs = (0..places.len()).flat_map(|a| (a + 1..places.len()).map(move |b| (a, b)));
    correlation(
        pairs
            .filter(|(a, b)| places[*a] / page == places[*b] / page)
            .map(|(a, b)| places[a] < places[b]),
    )
}

fn correlation(concordant: impl Iterator<Item = bool>) -> f64 {
    let (mut yes, mut all) = (0.0, 0.0);
    for pair in concordant {
        yes += f64::from(u8::from(pair));
        all += 1.0;
    }
    if all == 0.0 { 0.0 } else { 2.0 * yes / all - 1.0 }
}

/// Where each mark first stands in some bytes.
fn places(bytes: &[u8], marks: &[Vec<u8>]) -> Option<Vec<usize>> {
    marks.iter().map(|mark| find(bytes, mark)).collect()
}

/// The same where a page boundary may cut a mark in two now and then.
fn places_but_few(bytes: &[u8], marks: &[Vec<u8>]) -> Vec<usize> {
    let found: Vec<usize> = marks.iter().filter_map(|mark| find(bytes, mark)).collect();
    assert!(found.len() * 10 >= marks.len() * 9, "{} of {}", found.len(), marks.len());
    found
}

fn find(bytes: &[u8], mark: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, mark)
}

struct Bureau {
    app: Arc<App>,
    folder: tempfile::TempDir,
}

struct Answered {
    round: RoundId,
    passphrases: Vec<Passphrase>,
    custody: String,
    /// Hashes of the used codes, in order of arrival.
    hashes: Vec<Vec<u8>>,
    /// Words of the texts, in order of arrival.
    words: Vec<Vec<u8>>,
    /// Length of the box's log when slips had been issued (SQLite).
    issued: usize,
}

impl Bureau {
    fn new(backend: Backend) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = Arc::new(App::open(settings(backend, folder.path())).unwrap());
        app.import_units(
            &shell(),
            format!("code,name,kind,headcount\nCY,甲,squad,{ANSWERS}\n").as_bytes(),
        )
        .unwrap();
        Self { app, folder }
    }

    /// A round under trustees that forty people have answered one after the other.
    fn answered(&self, seed: usize) -> Answered {
        let day = shanghai_day(self.app.now());
        let new = NewRound {
            survey: &survey("canteen"),
            title: "验",
            opens: day,
            closes: day,
            units: &[],
            access: Access::Slip,
            looks_back: None,
        };
        let round = self.app.create_round(&shell(), &new).unwrap();
        let (_, passphrases) = self.app.prepare_trustees(&shell(), &round, (3, 2), "").unwrap();
        for passphrase in &passphrases[..2] {
            self.app.test_passphrase(&round, &passphrase.printed()).unwrap();
        }
        self.app.open_round(&shell(), &round, Custody::Trustees).unwrap();
        let slips = self.app.issue_slips(&shell(), &round, None, 0, true).unwrap();
        let log = self.folder.path().join(format!("box-{round}.db-wal"));
        let issued = std::fs::metadata(log).map_or(0, |m| usize::try_from(m.len()).unwrap());
        let key = ServerKey::parse(
            &std::fs::read_to_string(self.folder.path().join("server.key")).unwrap(),
        )
        .unwrap();
        let (mut hashes, mut words) = (Vec::new(), Vec::new());
        for (n, slip) in slips.iter().take(ANSWERS).enumerate() {
            let word = format!("{}第{seed:03}轮{n:03}号", std::process::id());
            let code = slip.code.printed();
            let fields =
                [("code", code.as_str()), ("visit_meal", "lunch"), ("visit_note", word.as_str())];
            let form = zicha::response::Form::decode(encode(&fields).as_bytes()).unwrap();
            self.app.submit(&round, &form).unwrap();
            hashes.push(SlipCode::parse(&code).unwrap().hash(&key, &round).0.to_vec());
            words.push(word.into_bytes());
        }
        let custody =
            std::fs::read_to_string(self.folder.path().join("custody").join(round.as_str()))
                .unwrap();
        Answered { round, passphrases, custody: custody.trim().to_owned(), hashes, words, issued }
    }

    fn finish(&self, answered: &Answered) {
        // The trustees are asked for each step anew.
        let enter = || {
            for passphrase in &answered.passphrases[..2] {
                self.app
                    .enter_passphrase(&shell(), &answered.round, &passphrase.printed(), false)
                    .unwrap();
            }
        };
        enter();
        self.app.close_round(&shell(), &answered.round).unwrap();
        enter();
        self.app.open_box(&shell(), &answered.round, &mut |_| {}).unwrap();
    }

    fn sqlite(&self, name: &str) -> SqliteConnection {
        open_beside(self.folder.path().join(name))
    }

    fn postgres(&self) -> PgConnection {
        PgConnection::establish(&self.app.settings().database_url()).unwrap()
    }

    /// Everything on disk but the custody files: what an operator copies.
    fn copy(&self, to: &Path) {
        for name in all_files(self.folder.path()).iter().filter(|n| !n.starts_with("custody/")) {
            let target = to.join(name);
            std::fs::create_dir_all(target.parent().unwrap()).unwrap();
            std::fs::copy(self.folder.path().join(name), target).unwrap();
        }
    }
}

/// With the wrapped key of an old copy, all passphrases and the server key, but without the custody
/// file: every 32 bytes that any file holds are tried.
fn nothing_opens(answered: &Answered, wrapped: &str, server: &ServerKey, files: &[PathBuf]) {
    let wrapped: WrappedKey = serde_json::from_str(wrapped).unwrap();
    let shares: Vec<Share> =
        answered.passphrases.iter().map(|p| wrapped.share(p, &answered.round).unwrap()).collect();
    let real = CustodySecret::parse(&answered.custody).unwrap();
    assert!(
        wrapped.unwrap_key(server, &shares, &real, &answered.round).is_ok(),
        "with the custody file it would open: the attack is a real one"
    );
    let raw = hex::decode(&answered.custody).unwrap();
    for file in files {
        let bytes = std::fs::read(file).unwrap();
        assert!(
            find(&bytes, answered.custody.as_bytes()).is_none() && find(&bytes, &raw).is_none(),
            "the secret is still in {}",
            file.display()
        );
    }
    for line in std::fs::read_to_string(files.iter().find(|f| f.ends_with("server.key")).unwrap())
        .unwrap()
        .lines()
    {
        if let Ok(secret) = CustodySecret::parse(line) {
            assert!(wrapped.unwrap_key(server, &shares, &secret, &answered.round).is_err());
        }
    }
}

#[test]
fn sqlite_files_tell_an_order_before_the_opening_and_nothing_after_it() {
    let bureau = Bureau::new(Backend::Sqlite);
    let copies = tempfile::tempdir().unwrap();
    let server = ServerKey::parse(
        &std::fs::read_to_string(bureau.folder.path().join("server.key")).unwrap(),
    )
    .unwrap();
    let mut sums = [0.0; 4];
    let mut ordered = false;
    for seed in 0..SEEDS {
        let answered = bureau.answered(seed);
        let wrapped = bureau.app.round(&answered.round).unwrap().wrapped_key.unwrap();
        // Before: the log of the box orders the spent slips exactly, unless it was copied into the
        // box meanwhile. Nobody can read what they made.
        let log =
            std::fs::read(bureau.folder.path().join(format!("box-{}.db-wal", answered.round)))
                .unwrap();
        let order = log.get(answered.issued..).and_then(|log| places(log, &answered.hashes));
        ordered |= order.is_some_and(|order| tau(&order) > 0.99);
        bureau.copy(&copies.path().join(format!("{seed}-open")));
        for name in all_files(bureau.folder.path()) {
            let bytes = std::fs::read(bureau.folder.path().join(&name)).unwrap();
            assert!(
                answered.words.iter().all(|w| find(&bytes, w).is_none()),
                "a word of an open round in {name}"
            );
        }
        bureau.finish(&answered);
        bureau.copy(&copies.path().join(format!("{seed}-opened")));
        // After: texts in the main database, by offset, within pages, in the log, and by key.
        let file = std::fs::read(bureau.folder.path().join("zicha.db")).unwrap();
        let log = std::fs::read(bureau.folder.path().join("zicha.db-wal")).unwrap();
        let in_log = places(&log, &answered.words).expect("the opening was just written");
        let by_key: Vec<String> = diesel::dsl::sql::<Text>(&format!(
            "select body from comments where round = '{}' order by id",
            answered.round
        ))
        .load(&mut bureau.sqlite("zicha.db"))
        .unwrap();
        let rank: Vec<usize> = answered
            .words
            .iter()
            .map(|w| by_key.iter().position(|b| b.as_bytes() == w).unwrap())
            .collect();
        bureau.sqlite("zicha.db").batch_execute("pragma wal_checkpoint(truncate)").unwrap();
        let settled = std::fs::read(bureau.folder.path().join("zicha.db")).unwrap();
        let offsets = places(&settled, &answered.words).expect("texts are in the file");
        drop(file);
        for (sum, value) in sums.iter_mut().zip([
            tau(&in_log),
            tau_within_pages(&in_log, 4096 + 24),
            tau(&rank),
            tau_within_pages(&offsets, 4096),
        ]) {
            *sum += value;
        }
        if seed == 0 {
            let mut files: Vec<PathBuf> = all_files(bureau.folder.path())
                .iter()
                .map(|n| bureau.folder.path().join(n))
                .collect();
            files.extend(all_files(copies.path()).iter().map(|n| copies.path().join(n)));
            nothing_opens(&answered, &wrapped, &server, &files);
        }
    }
    assert!(ordered, "the attack finds the order of arrival in no log of an open round");
    for (name, sum) in
        ["order in the log", "within pages of the log", "order of keys", "within pages of the file"]
            .iter()
            .zip(sums)
    {
        let mean = sum / SEEDS as f64;
        assert!(mean.abs() < 0.1, "{name}: mean rank correlation {mean:.3} over {SEEDS} rounds");
    }
    // All files of all times together hold no readable answer but the detached texts of opened
    // rounds, and no trace of a box is left.
    let now = all_files(bureau.folder.path());
    assert!(
        !now.iter().any(|n| n.starts_with("box-")
            || n.starts_with("custody/")
            || n.starts_with("staging/")),
        "{now:?}"
    );
    for name in files_with(copies.path(), "号".as_bytes()).iter().filter(|n| n.contains("-open/"))
    {
        let seed: usize = name.split('-').next().unwrap().parse().unwrap();
        let word = format!("{}第{seed:03}轮", std::process::id());
        assert!(
            find(&std::fs::read(copies.path().join(name)).unwrap(), word.as_bytes()).is_none(),
            "{name}"
        );
    }
}

#[test]
fn the_sqlite_attack_bites_where_texts_are_written_as_they_come() {
    // Random keys, no rowid, secure deletion: as careful as most would be, but one row after the
    // other.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("weak.db");
    let mut db = open_beside(&path);
    db.batch_execute(
        "pragma journal_mode = wal; pragma secure_delete = on; create table comments (id text \
         primary key not null, body text not null) without rowid",
    )
    .unwrap();
    let words: Vec<Vec<u8>> =
        (0..ANSWERS).map(|n| format!("第000轮{n:03}号").into_bytes()).collect();
    for word in &words {
        let body = String::from_utf8(word.clone()).unwrap();
        db.batch_execute(&format!(
            "insert into comments values (lower(hex(randomblob(16))), '{body}')"
        ))
        .unwrap();
    }
    let log = std::fs::read(folder.path().join("weak.db-wal")).unwrap();
    assert!(tau(&places(&log, &words).unwrap()) > 0.99);
    db.batch_execute("pragma wal_checkpoint(truncate)").unwrap();
    let file = std::fs::read(&path).unwrap();
    assert!(
        tau_within_pages(&places(&file, &words).unwrap(), 4096) < -0.99,
        "cells grow downwards"
    );
}

fn texts(db: &mut PgConnection, query: &str) -> Vec<String> {
    diesel::dsl::sql::<Text>(query).load(db).unwrap()
}

/// Keeps the server from recycling its write-ahead log, as an archive or a replica would.
struct KeptLog(PgConnection, String);

impl KeptLog {
    fn new(name: &str) -> Self {
        let name = format!("{name}_{}", std::process::id());
        let mut db = PgConnection::establish(&std::env::var("TEST_POSTGRES_URL").unwrap()).unwrap();
        texts(
            &mut db,
            &format!(
                "select slot_name::text from pg_create_physical_replication_slot('{name}', true)"
            ),
        );
        Self(db, name)
    }
}

impl Drop for KeptLog {
    fn drop(&mut self) {
        self.0.batch_execute(&format!("select pg_drop_replication_slot('{}')", self.1)).unwrap();
    }
}

/// Everything the write-ahead log holds since a position.
fn log_since(db: &mut PgConnection, start: &str) -> Vec<u8> {
    let first: String =
        diesel::dsl::sql::<Text>(&format!("select pg_walfile_name('{start}'::pg_lsn)"))
            .get_result(db)
            .unwrap();
    let segments = texts(
        db,
        &format!(
            "select name from pg_ls_waldir() where name >= '{first}' and name <= \
             pg_walfile_name(pg_current_wal_lsn()) order by name"
        ),
    );
    let mut bytes = Vec::new();
    for segment in segments {
        let part: Option<Vec<u8>> = diesel::dsl::sql::<Nullable<Binary>>(&format!(
            "select pg_read_binary_file('pg_wal/{segment}', 0, 1000000000, true)"
        ))
        .get_result(db)
        .unwrap();
        bytes.extend(part.unwrap_or_default());
    }
    bytes
}

#[test]
fn postgresql_tells_which_slip_made_which_ciphertext_before_the_opening_and_nothing_after_it() {
    if !backends().contains(&Backend::Postgres) {
        return;
    }
    let bureau = Bureau::new(Backend::Postgres);
    let mut db = bureau.postgres();
    db.batch_execute("create extension if not exists pageinspect").unwrap();
    let kept = KeptLog::new("after_opening");
    let mut sums = [0.0; 3];
    for seed in 0..SEEDS {
        let start: String = diesel::dsl::sql::<Text>("select pg_current_wal_lsn()::text")
            .get_result(&mut db)
            .unwrap();
        let answered = bureau.answered(seed);
        let wrapped = bureau.app.round(&answered.round).unwrap().wrapped_key.unwrap();
        let round = &answered.round;
        if seed == 0 {
            before_the_opening_slips_and_ciphertexts_pair(&mut db, &answered);
            let log = log_since(&mut db, &start);
            assert!(
                answered.words.iter().all(|w| find(&log, w).is_none()),
                "a word of an open round in the write-ahead log"
            );
        }
        bureau.finish(&answered);
        let [place, rows] = order_of_rows(&mut db, &answered);
        let log = log_since(&mut db, &start);
        let in_log = places_but_few(&log, &answered.words);
        for (sum, value) in sums.iter_mut().zip([place, rows, tau(&in_log)]) {
            *sum += value;
        }
        // Of the box nothing is left, in tables, statistics or files.
        for query in [
            format!("select relname::text from pg_class where relname like '%{round}%'"),
            format!("select relname::text from pg_stat_all_tables where relname like '%{round}%'"),
        ] {
            assert_eq!(texts(&mut db, &query), Vec::<String>::new(), "{query}");
        }
        if seed == 0 {
            let server = ServerKey::parse(
                &std::fs::read_to_string(bureau.folder.path().join("server.key")).unwrap(),
            )
            .unwrap();
            let files: Vec<PathBuf> = all_files(bureau.folder.path())
                .iter()
                .map(|n| bureau.folder.path().join(n))
                .collect();
            nothing_opens(&answered, &wrapped, &server, &files);
            assert!(find(&log, answered.custody.as_bytes()).is_none());
        }
    }
    for (name, sum) in
        ["order of rows", "order of rows, dead ones included", "order in the log"].iter().zip(sums)
    {
        let mean = sum / SEEDS as f64;
        assert!(mean.abs() < 0.1, "{name}: mean rank correlation {mean:.3} over {SEEDS} rounds");
    }
    // The planner's statistics copy no text and no code, even when somebody asks for them.
    db.batch_execute("analyze").unwrap();
    let copied: i64 = diesel::dsl::sql::<BigInt>(
        "select count(*) from pg_stats where (tablename, attname) in (('comments', 'body'), \
         ('comments', 'id'), ('spent_codes', 'hash')) or tablename like 'slips\\_%' or tablename \
         like 'ballots\\_%'",
    )
    .get_result(&mut db)
    .unwrap();
    assert_eq!(copied, 0);
    drop(kept);
}

/// One transaction number for all, and rows, dead ones included, in an order that says nothing.
fn order_of_rows(db: &mut PgConnection, answered: &Answered) -> [f64; 2] {
    let round = &answered.round;
    let numbers = texts(
        db,
        &format!(
            "select distinct xmin::text from (select xmin from comments where round = \
             '{round}' union all select xmin from spent_codes where round = '{round}') x"
        ),
    );
    assert_eq!(
        numbers.len(),
        1,
        "texts and spent codes came in one transaction, so joining them pairs all with all"
    );
    let by_place =
        texts(db, &format!("select body from comments where round = '{round}' order by ctid"));
    let place: Vec<usize> = answered
        .words
        .iter()
        .map(|w| by_place.iter().position(|b| b.as_bytes() == w).unwrap())
        .collect();
    let raw: Vec<Vec<u8>> = diesel::dsl::sql::<Binary>(
        "select t_data from generate_series(0, pg_relation_size('comments') / 8192 - 1) page, \
         heap_page_items(get_raw_page('comments', page::int)) where t_data is not null",
    )
    .load(db)
    .unwrap();
    let rows: Vec<usize> = answered
        .words
        .iter()
        .map(|w| raw.iter().position(|r| find(r, w).is_some()).unwrap())
        .collect();
    [tau(&place), tau(&rows)]
}

/// One transaction spends the slip and stores the ballot, so they share its number; and numbers
/// order them.
fn before_the_opening_slips_and_ciphertexts_pair(db: &mut PgConnection, answered: &Answered) {
    let round = &answered.round;
    let joined = texts(
        db,
        &format!(
            "select encode(s.hash, 'hex') from spent_slips_{round} s join ballots_{round} \
             b on s.xmin = b.xmin order by s.xmin::text::bigint"
        ),
    );
    let order: Vec<usize> = answered
        .hashes
        .iter()
        .map(|h| joined.iter().position(|j| *j == hex::encode(h)).unwrap())
        .collect();
    assert_eq!(
        (joined.len(), order),
        (ANSWERS, (0..ANSWERS).collect()),
        "the attack pairs every slip with its ciphertext"
    );
}

#[test]
fn the_postgresql_attack_bites_where_rows_are_written_as_they_come() {
    if !backends().contains(&Backend::Postgres) {
        return;
    }
    let bureau = Bureau::new(Backend::Postgres);
    let _kept = KeptLog::new("weak");
    let mut db = bureau.postgres();
    let start: String =
        diesel::dsl::sql::<Text>("select pg_current_wal_lsn()::text").get_result(&mut db).unwrap();
    db.batch_execute(
        "create table weak_spent (hash text primary key); create table weak_comments (id uuid \
         primary key, body text)",
    )
    .unwrap();
    let words: Vec<String> =
        (0..ANSWERS).map(|n| format!("{}第999轮{n:03}号", std::process::id())).collect();
    for (n, word) in words.iter().enumerate() {
        db.batch_execute(&format!(
            "begin; insert into weak_spent values (md5('{n}')); insert into weak_comments values \
             (gen_random_uuid(), '{word}'); commit"
        ))
        .unwrap();
    }
    db.batch_execute("vacuum freeze weak_spent").unwrap();
    db.batch_execute("vacuum freeze weak_comments").unwrap();
    let pairs: Vec<String> = texts(
        &mut db,
        "select c.body from weak_spent s join weak_comments c on s.xmin = c.xmin order by \
         s.xmin::text::bigint",
    );
    assert_eq!(pairs, words, "every code is paired with its text, even after freezing");
    let log = log_since(&mut db, &start);
    let marks: Vec<Vec<u8>> = words.iter().map(|w| w.clone().into_bytes()).collect();
    assert!(tau(&places_but_few(&log, &marks)) > 0.99);
}
