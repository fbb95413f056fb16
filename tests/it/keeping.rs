//! What is kept and for how long: backups and what a restore may not do, original texts and their
//! marks, destruction by two accounts.

use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use zicha::app::{App, How, Role, Settings};
use zicha::id::RoundId;
use zicha::round::RoundState;

use crate::shell::Shell;
use crate::test_app::{
    Backend, Desk, TestApp, UNITS, a_clerk, all_files, files_with, new_postgres_database, on_both,
    open_beside, shell, survey,
};

struct Vault {
    folder: tempfile::TempDir,
    public: String,
}

impl Vault {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let public = App::make_backup_key(&folder.path().join("key")).unwrap();
        Self { folder, public }
    }

    fn key(&self) -> std::path::PathBuf {
        self.folder.path().join("key")
    }

    fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("backup.age")
    }

    /// What is inside the encryption.
    fn plain(&self) -> String {
        decrypted(&self.file(), &self.key())
    }
}

/// A backup in clear.
pub fn decrypted(file: &Path, key: &Path) -> String {
    let key = std::fs::read_to_string(key).unwrap();
    let identity: age::x25519::Identity = key.lines().last().unwrap().parse().unwrap();
    let decryptor = age::Decryptor::new(std::fs::File::open(file).unwrap()).unwrap();
    let reader = decryptor.decrypt(std::iter::once(&identity as &dyn age::Identity)).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(reader).read_to_string(&mut text).unwrap();
    text
}

/// An empty installation with the server key of another.
fn fresh(backend: Backend, like: &Path) -> (tempfile::TempDir, Arc<App>) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(like.join("server.key"), folder.path().join("server.key")).unwrap();
    let database = (backend == Backend::Postgres).then(new_postgres_database);
    let settings = Settings { database, data: folder.path().to_owned(), ..Settings::default() };
    let app = Arc::new(App::open(settings).unwrap());
    (folder, app)
}

fn sign_in(zicha: &TestApp, name: &str, role: Role) -> Desk {
    let password =
        zicha.app.add_account(&shell(), name, role, &[], Some(crate::test_app::PASSWORD)).unwrap();
    let desk = zicha.desk();
    desk.sign_in(name, &password);
    desk
}

const NOTE: &str = "食堂的汤总是凉的，记号甲乙丙丁";

fn open_round(zicha: &TestApp) -> (RoundId, Vec<String>) {
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("canteen"));
    let codes = zicha.slips(&round)["CY"].clone();
    (round, codes)
}

fn answer(zicha: &TestApp, round: &RoundId, codes: &[String]) {
    for code in codes {
        zicha
            .answer(round, code, &[("visit_meal", "lunch"), ("visit_note", NOTE)])
            .assert_received();
    }
}

fn form(code: &str) -> zicha::response::Form {
    zicha::response::Form::decode(
        crate::test_app::encode(&[("code", code), ("visit_meal", "lunch")]).as_bytes(),
    )
    .unwrap()
}

#[test]
fn a_backup_is_sealed_to_a_key_and_holds_neither_server_key_nor_custody() {
    on_both(|zicha| {
        let backend = zicha.backend;
        let (round, codes) = open_round(zicha);
        answer(zicha, &round, &codes[..5]);
        sign_in(zicha, "jingban", Role::Clerk);
        let vault = Vault::new();
        let refused = zicha.app.backup(&shell(), &vault.file(), None).unwrap_err().to_string();
        assert!(refused.contains("to which public key"), "{refused}");
        assert!(
            zicha
                .app
                .backup(&shell(), &vault.file(), Some("age1nonsense"))
                .unwrap_err()
                .to_string()
                .contains("not a public key")
        );
        zicha.app.backup(&shell(), &vault.file(), Some(&vault.public)).unwrap();
        let sealed = std::fs::read(vault.file()).unwrap();
        assert!(sealed.starts_with(b"age-encryption.org/v1"), "any age tool can open it");
        let plain = vault.plain();
        assert_eq!(plain.lines().filter(|l| l.starts_with("ballots\t")).count(), 5, "{backend:?}");
        let server_key = std::fs::read_to_string(zicha.data().join("server.key")).unwrap();
        let custody =
            std::fs::read_to_string(zicha.data().join("custody").join(round.as_str())).unwrap();
        for secret in [
            server_key.trim(),
            custody.trim(),
            NOTE,
            "sessions\t",
            &codes[0],
            &codes[0].replace(' ', ""),
        ] {
            assert!(!plain.contains(secret), "{backend:?}: {secret}");
            assert!(!sealed.windows(secret.len()).any(|w| w == secret.as_bytes()));
        }
        // Two backups around one answer show that it came, as a ciphertext among others in the
        // order of random names, and nothing else.
        let before: Vec<String> = plain.lines().map(str::to_owned).collect();
        answer(zicha, &round, &codes[5..6]);
        zicha.app.backup(&shell(), &vault.file(), Some(&vault.public)).unwrap();
        let plain = vault.plain();
        let told = |line: &str| line.starts_with("end\t") || line.contains("\"backup");
        let added: Vec<&str> =
            plain.lines().filter(|l| !before.iter().any(|b| b == l) && !told(l)).collect();
        let tables: Vec<&str> = added.iter().map(|l| l.split('\t').next().unwrap()).collect();
        assert_eq!(tables, ["spent_slips", "ballots"], "{backend:?}");
    });
}

#[test]
fn a_restore_suspends_what_was_open_and_never_revives_a_spent_code() {
    on_both(|zicha| {
        let backend = zicha.backend;
        let (round, codes) = open_round(zicha);
        answer(zicha, &round, &codes[..5]);
        let vault = Vault::new();
        zicha.app.backup(&shell(), &vault.file(), Some(&vault.public)).unwrap();
        answer(zicha, &round, &codes[5..8]);
        // Over the database it was taken from: what came later is kept, and its codes stay spent.
        let report = zicha.app.restore(&shell(), &vault.file(), &vault.key()).unwrap().rounds;
        let [one] = &report[..] else { panic!("{report:?}") };
        assert_eq!(
            (one.how, one.state, one.in_backup, one.before, one.now),
            (How::Restored, RoundState::Suspended, 5, Some(8), 8),
            "{backend:?}"
        );
        zicha.get(&format!("/r/{round}")).assert_says(200, "本轮暂停");
        zicha.answer(&round, &codes[9], &[("visit_meal", "lunch")]).assert_says(409, "本轮暂停");
        // Two different accounts accept; one alone does not, however often.
        let (first, second) =
            (sign_in(zicha, "jia", Role::Clerk), sign_in(zicha, "yi", Role::Head));
        let page = format!("/desk/rounds/{round}/keeping");
        first.get(&page).assert_says(200, "没有缺少答卷");
        for _ in 0..2 {
            first.post_from(&page, &page, &[("step", "resume")]);
        }
        assert_eq!(zicha.app.round(&round).unwrap().state, RoundState::Suspended);
        second.get(&page).assert_says(200, "jia 已提出");
        second.post_from(&page, &page, &[("step", "resume")]);
        assert_eq!(zicha.app.round(&round).unwrap().state, RoundState::Open);
        for code in &codes[..8] {
            zicha.answer(&round, code, &[("visit_meal", "lunch")]).assert_again();
        }
        zicha.answer(&round, &codes[9], &[("visit_meal", "lunch")]).assert_received();
        zicha.get(&format!("/bulletin/{round}")).assert_says(200, "从备份恢复");
        zicha.finish(&round);
        assert_eq!(zicha.app.results(&shell(), &round).unwrap().release.bureau.turnout.counted, 9);
    });
}

#[test]
fn a_restore_into_an_empty_database_says_what_it_cannot_know_and_keeps_spent_codes_spent() {
    on_both(|zicha| {
        let backend = zicha.backend;
        let (round, codes) = open_round(zicha);
        answer(zicha, &round, &codes[..5]);
        let vault = Vault::new();
        zicha.app.backup(&shell(), &vault.file(), Some(&vault.public)).unwrap();
        let (folder, app) = fresh(backend, &zicha.data());
        let report = app.restore(&shell(), &vault.file(), &vault.key()).unwrap().rounds;
        let [one] = &report[..] else { panic!("{report:?}") };
        assert_eq!(
            (one.state, one.in_backup, one.before, one.now, one.can_be_opened),
            (RoundState::Suspended, 5, None, 5, false),
            "{backend:?}"
        );
        assert_eq!(app.units().unwrap().len(), 5);
        assert!(
            !folder.path().join("custody").join(round.as_str()).exists(),
            "the custody file was in no backup"
        );
        for account in ["jia", "yi"] {
            app.add_account(&shell(), account, Role::Clerk, &[], Some(crate::test_app::PASSWORD))
                .unwrap();
        }
        app.approve(&a_clerk("jia"), &round, zicha::app::SharedStep::Resume).unwrap();
        assert!(app.approve(&a_clerk("yi"), &round, zicha::app::SharedStep::Resume).unwrap());
        for code in &codes[..5] {
            assert!(matches!(app.submit(&round, &form(code)), Ok(zicha::storage::Outcome::Again)));
        }
        assert!(matches!(
            app.submit(&round, &form(&codes[6])),
            Ok(zicha::storage::Outcome::Stored)
        ));
        // Without the custody file nothing opens it.
        app.close_round(&shell(), &round).unwrap();
        assert!(
            app.open_box(&shell(), &round, &mut |_| {})
                .unwrap_err()
                .to_string()
                .contains("custody file")
        );
    });
}

#[test]
fn an_older_database_takes_the_release_back_from_its_file_and_no_ballot() {
    on_both(|zicha| {
        let backend = zicha.backend;
        let (round, codes) = open_round(zicha);
        answer(zicha, &round, &codes[..6]);
        zicha.app.close_round(&shell(), &round).unwrap();
        let vault = Vault::new();
        zicha.app.backup(&shell(), &vault.file(), Some(&vault.public)).unwrap();
        zicha.app.open_box(&shell(), &round, &mut |_| {}).unwrap();
        let release = zicha.app.results(&shell(), &round).unwrap().release;
        // Over the database that is further on: nothing goes back.
        let report = zicha.app.restore(&shell(), &vault.file(), &vault.key()).unwrap().rounds;
        assert_eq!(
            (report[0].how, report[0].state),
            (How::Kept, RoundState::Opened),
            "{backend:?}"
        );
        assert_eq!(zicha.app.text_counts(&round).unwrap()["visit_note"], 6);
        // Into an empty one, with the file that the opening left.
        let (folder, app) = fresh(backend, &zicha.data());
        std::fs::create_dir_all(folder.path().join("releases")).unwrap();
        let name = format!("releases/{round}.json");
        std::fs::copy(zicha.data().join(&name), folder.path().join(&name)).unwrap();
        let report = app.restore(&shell(), &vault.file(), &vault.key()).unwrap().rounds;
        assert_eq!(
            (report[0].how, report[0].state, report[0].now),
            (How::ReleaseFromFile, RoundState::Opened, 0)
        );
        assert_eq!(app.results(&shell(), &round).unwrap().release, release);
        assert!(
            app.round(&round).unwrap().closing.is_some_and(|c| c.digest.len() == 64),
            "the bulletin's sums came with it"
        );
        assert!(
            app.round(&round).unwrap().wrapped_key.is_none()
                && !folder.path().join(format!("box-{round}.db")).exists()
        );
        assert!(matches!(app.submit(&round, &form(&codes[0])), Ok(zicha::storage::Outcome::Again)));
        assert!(app.verify(&round).unwrap().iter().all(|c| c.holds), "{:?}", app.verify(&round));
    });
}

#[test]
fn a_second_restore_does_not_hide_what_the_first_one_lost() {
    let zicha = TestApp::start(Backend::Sqlite);
    let (round, codes) = open_round(&zicha);
    answer(&zicha, &round, &codes[..5]);
    let vault = Vault::new();
    zicha.app.backup(&shell(), &vault.file(), Some(&vault.public)).unwrap();
    answer(&zicha, &round, &codes[5..8]);
    zicha.app.restore(&shell(), &vault.file(), &vault.key()).unwrap();
    // The box is emptied after that, and the same backup is restored twice more.
    let path = zicha.data().join(format!("box-{round}.db"));
    let mut db = open_beside(path);
    diesel::connection::SimpleConnection::batch_execute(
        &mut db,
        "delete from ballots; delete from spent_slips",
    )
    .unwrap();
    let before = |report: Vec<zicha::app::RestoredRound>| (report[0].before, report[0].now);
    assert_eq!(
        before(zicha.app.restore(&shell(), &vault.file(), &vault.key()).unwrap().rounds).1,
        5
    );
    zicha.app.restore(&shell(), &vault.file(), &vault.key()).unwrap();
    let note = zicha.app.round(&round).unwrap().restored.unwrap();
    assert!(note.before.is_none_or(|before| before > note.now), "the loss is still said: {note:?}");
}

#[test]
fn a_backup_taken_in_the_middle_of_an_opening_brings_back_no_box() {
    on_both(|zicha| {
        let backend = zicha.backend;
        let (round, codes) = open_round(zicha);
        answer(zicha, &round, &codes[..6]);
        zicha.app.close_round(&shell(), &round).unwrap();
        let vault = Vault::new();
        // Results are written, box and keys are about to go.
        zicha
            .app
            .open_box(&shell(), &round, &mut |p| {
                if p == zicha::app::Progress::Destroying {
                    zicha.app.backup(&shell(), &vault.file(), Some(&vault.public)).unwrap();
                }
            })
            .unwrap();
        assert!(!vault.plain().contains("\nballots\t"), "{backend:?}");
        let report = zicha.app.restore(&shell(), &vault.file(), &vault.key()).unwrap().rounds;
        assert_eq!(report[0].how, How::Kept);
        let (_folder, app) = fresh(backend, &zicha.data());
        app.restore(&shell(), &vault.file(), &vault.key()).unwrap();
        assert!(
            app.round(&round).unwrap().destroyed
                && app.round(&round).unwrap().wrapped_key.is_none()
        );
        assert_eq!(
            app.results(&shell(), &round).unwrap().release,
            zicha.app.results(&shell(), &round).unwrap().release,
            "{backend:?}"
        );
    });
}

#[test]
fn a_round_that_can_never_be_opened_is_declared_void_by_two_and_leaves_nothing() {
    on_both(|zicha| {
        let backend = zicha.backend;
        let (round, codes) = open_round(zicha);
        answer(zicha, &round, &codes[..3]);
        let (first, second) =
            (sign_in(zicha, "jia", Role::Clerk), sign_in(zicha, "yi", Role::Head));
        let page = format!("/desk/rounds/{round}/keeping");
        first.post_from(&page, &page, &[("step", "void")]).assert_says(422, "只有“已暂停或已截止”");
        zicha.app.close_round(&shell(), &round).unwrap();
        first.post_from(&page, &page, &[("step", "void")]);
        assert_eq!(zicha.app.round(&round).unwrap().state, RoundState::Closed);
        second.post_from(&page, &page, &[("step", "void")]);
        assert_eq!(zicha.app.round(&round).unwrap().state, RoundState::Void, "{backend:?}");
        assert!(
            zicha.app.round(&round).unwrap().wrapped_key.is_none()
                && !zicha.app.holds_custody(&round)
        );
        assert!(
            !all_files(&zicha.data()).iter().any(|f| f.contains(round.as_str())),
            "{backend:?}: {:?}",
            all_files(&zicha.data())
        );
        zicha.get(&format!("/r/{round}")).assert_says(200, "本轮已作废");
    });
}

#[test]
fn a_backup_that_is_damaged_foreign_or_for_another_key_changes_nothing() {
    let zicha = TestApp::start(Backend::Sqlite);
    let (round, codes) = open_round(&zicha);
    answer(&zicha, &round, &codes[..3]);
    let vault = Vault::new();
    zicha.app.backup(&shell(), &vault.file(), Some(&vault.public)).unwrap();
    let whole = std::fs::read(vault.file()).unwrap();
    let says = |result: Result<zicha::app::Restoration, zicha::app::AppError>, what: &str| {
        let error = result.map(drop).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
        assert_eq!(zicha.app.round(&round).unwrap().state, RoundState::Open);
    };
    for cut in [whole.len() - 1, whole.len() / 2, 300, 10] {
        std::fs::write(vault.file(), &whole[..cut]).unwrap();
        let error = zicha
            .app
            .restore(&shell(), &vault.file(), &vault.key())
            .map(drop)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("cut short")
                || error.contains("not a backup")
                || error.contains("cannot read"),
            "{cut}: {error}"
        );
        assert_eq!(zicha.app.round(&round).unwrap().state, RoundState::Open);
    }
    let mut changed = whole.clone();
    let middle = changed.len() - 60;
    changed[middle] ^= 1;
    std::fs::write(vault.file(), &changed).unwrap();
    assert!(zicha.app.restore(&shell(), &vault.file(), &vault.key()).is_err());
    std::fs::write(vault.file(), &whole).unwrap();
    let other = Vault::new();
    says(zicha.app.restore(&shell(), &vault.file(), &other.key()), "this key does not open");
    says(zicha.app.restore(&shell(), &vault.file(), &vault.file()), "cannot read");
    let stranger = TestApp::start(Backend::Sqlite);
    let error = stranger
        .app
        .restore(&shell(), &vault.file(), &vault.key())
        .map(drop)
        .unwrap_err()
        .to_string();
    assert!(error.contains("needs another server key"), "{error}");
}

#[test]
fn backup_and_restore_work_from_the_command_line() {
    let zicha = Shell::new(Backend::Sqlite);
    std::fs::write(zicha.path("units.csv"), UNITS).unwrap();
    zicha.ok(&["units", "import", &zicha.path("units.csv")]);
    let today = zicha::round::shanghai_day(time::OffsetDateTime::now_utc()).to_string();
    let round = zicha.ok(&[
        "round", "create", "--survey", "canteen", "--title", "备份", "--opens", &today, "--closes",
        &today,
    ]);
    zicha.ok(&["round", "open", &round, "--custody", "server"]);
    let public = zicha.ok(&["backup-key", &zicha.path("backup.key")]);
    assert!(public.starts_with("age1"));
    zicha.ok(&["backup", &zicha.path("b.age"), "--to", &public]);
    zicha.refused(
        &["restore", &zicha.path("b.age"), "--key", &zicha.path("backup.key")],
        "add --yes",
    );
    let said =
        zicha.ok(&["--yes", "restore", &zicha.path("b.age"), "--key", &zicha.path("backup.key")]);
    assert!(said.contains("suspended until two accounts accept this"), "{said}");
    zicha.refused(&["--yes", "round", "close", &round], "the round is suspended");
}

#[test]
fn texts_are_shown_by_question_with_their_marks_and_nobody_s_side_by_side() {
    let zicha = TestApp::start(Backend::Sqlite);
    let (round, codes) = open_round(&zicha);
    for (n, code) in codes.iter().enumerate() {
        let note = format!("联系 1381234567{} <b>{n}</b>，张三丰知道", n % 10);
        zicha
            .answer(
                &round,
                code,
                &[
                    ("visit_meal", "lunch"),
                    ("visit_note", &note),
                    ("food_want", "other"),
                    ("food_want.other", "饺子"),
                ],
            )
            .assert_received();
    }
    let desk = sign_in(&zicha, "jia", Role::Clerk);
    let texts = format!("/desk/rounds/{round}/texts");
    desk.get(&texts).assert_says(422, "本轮尚未截止");
    zicha.finish(&round);
    desk.post_from(&texts, &format!("/desk/rounds/{round}/names"), &[("names", "张三丰\n李四")]);
    let id = zicha
        .app
        .screened(&shell(), &round, "visit_note")
        .unwrap()
        .into_iter()
        .find(|t| t.body.contains("13812345670"))
        .unwrap()
        .id;
    let list = desk.get(&format!("{texts}?question=visit_note&text={id}"));
    list.assert_says(200, "<mark title=\"电话号码\">13812345670<sup>");
    list.assert_says(200, "<mark title=\"姓名\">张三丰<sup>");
    list.assert_says(200, "&lt;b&gt;");
    assert!(!list.body.contains("饺子"), "texts of one person stand on different pages");
    desk.get(&format!("{texts}?question=food_want.other")).assert_says(200, "饺子");
    let unit_head = zicha
        .app
        .add_account(
            &shell(),
            "tou",
            Role::UnitHead,
            &["CY".into()],
            Some(crate::test_app::PASSWORD),
        )
        .unwrap();
    let head = zicha.desk();
    head.sign_in("tou", &unit_head);
    assert_eq!(head.get(&texts).status, 403);
}

#[test]
fn destruction_takes_two_accounts_and_leaves_no_trace_in_any_file() {
    on_both(|zicha| {
        let backend = zicha.backend;
        let (round, codes) = open_round(zicha);
        answer(zicha, &round, &codes[..8]);
        let (first, second) =
            (sign_in(zicha, "jia", Role::Clerk), sign_in(zicha, "yi", Role::Head));
        let page = format!("/desk/rounds/{round}/keeping");
        first.post_from(&page, &page, &[("step", "destroy")]).assert_says(422, "开箱完成后");
        zicha.finish(&round);
        assert!(traces(zicha, backend, NOTE) > 0, "{backend:?}: the search finds what is there");
        for _ in 0..2 {
            first.post_from(&page, &page, &[("step", "destroy")]);
        }
        assert_eq!(
            zicha.app.text_counts(&round).unwrap()["visit_note"],
            8,
            "one account is not enough"
        );
        zicha.answer(&round, &codes[0], &[]).assert_again();
        // Somebody else's transaction, open since before, keeps no dead row alive.
        let _open = (backend == Backend::Postgres).then(|| {
            use diesel::prelude::*;
            let mut other =
                PgConnection::establish(zicha.app.settings().database.as_ref().unwrap()).unwrap();
            diesel::sql_query("begin isolation level repeatable read").execute(&mut other).unwrap();
            diesel::sql_query("select count(*) from settings").execute(&mut other).unwrap();
            other
        });
        second.post_from(&page, &page, &[("step", "destroy")]);
        let record = first.get(&page);
        record.assert_says(200, "填写的原文 8 条；已用填写码的散列值 8 个");
        record.assert_says(200, "jia、yi，两个账号先后确认");
        assert_eq!(traces(zicha, backend, NOTE), 0, "{backend:?}");
        assert!(zicha.app.text_counts(&round).unwrap().is_empty());
        zicha.answer(&round, &codes[0], &[]).assert_says(410, "本轮已提前截止");
        assert!(zicha.app.verify(&round).unwrap().iter().all(|c| c.holds));
        zicha.get(&format!("/bulletin/{round}")).assert_says(200, "填写的原文和已用填写码已销毁");
        second.post_from(&page, &page, &[("step", "destroy")]).assert_says(422, "早已销毁");
    });
}

/// How many files of the installation hold a text; on PostgreSQL those of its tables.
fn traces(zicha: &TestApp, backend: Backend, text: &str) -> usize {
    use diesel::prelude::*;
    let files = files_with(&zicha.data(), text.as_bytes()).len();
    if backend == Backend::Sqlite {
        return files;
    }
    let mut db = PgConnection::establish(&zicha.app.settings().database_url()).unwrap();
    diesel::connection::SimpleConnection::batch_execute(&mut db, "checkpoint").unwrap();
    let relations: Vec<(String, Option<Vec<u8>>)> = diesel::dsl::sql::<(
        diesel::sql_types::Text,
        diesel::sql_types::Nullable<diesel::sql_types::Binary>,
    )>(
        "select relname::text, pg_read_binary_file(pg_relation_filepath(oid), 0, 100000000, true) \
         from pg_class where relkind in ('r', 'i', 't') and relnamespace in \
         ('public'::regnamespace, 'pg_toast'::regnamespace) and pg_relation_filepath(oid) is not \
         null",
    )
    .load(&mut db)
    .unwrap();
    files
        + relations
            .iter()
            .filter(|(_, bytes)| {
                bytes.as_ref().is_some_and(|b| b.windows(text.len()).any(|w| w == text.as_bytes()))
            })
            .count()
}

#[test]
fn a_backup_from_before_a_destruction_does_not_undo_it() {
    on_both(|zicha| {
        let backend = zicha.backend;
        let (round, codes) = open_round(zicha);
        answer(zicha, &round, &codes[..8]);
        zicha.finish(&round);
        let vault = Vault::new();
        zicha.app.backup(&shell(), &vault.file(), Some(&vault.public)).unwrap();
        for account in ["jia", "yi"] {
            zicha
                .app
                .add_account(&shell(), account, Role::Clerk, &[], Some(crate::test_app::PASSWORD))
                .unwrap();
            zicha.app.approve(&a_clerk(account), &round, zicha::app::SharedStep::Destroy).unwrap();
        }
        let report = zicha.app.restore(&shell(), &vault.file(), &vault.key()).unwrap().rounds;
        assert_eq!(report[0].how, How::Kept);
        assert!(zicha.app.text_counts(&round).unwrap().is_empty(), "{backend:?}");
    });
}

#[test]
fn originals_are_destroyed_by_the_service_itself_when_their_day_is_over() {
    let zicha = Shell::new(Backend::Sqlite);
    std::fs::write(zicha.path("units.csv"), UNITS).unwrap();
    zicha.ok(&["units", "import", &zicha.path("units.csv")]);
    let now = time::OffsetDateTime::now_utc();
    let today = zicha::round::shanghai_day(now).to_string();
    let round = zicha.ok(&[
        "round", "create", "--survey", "canteen", "--title", "期限", "--opens", &today, "--closes",
        &today,
    ]);
    zicha.ok(&["round", "open", &round, "--custody", "server"]);
    zicha.ok(&["--yes", "round", "close", &round]);
    zicha.ok(&["--yes", "box", "open", "--round", &round]);
    zicha.serve_at(
        now + time::Duration::days(61),
        &format!("/bulletin/{round}"),
        "填写的原文和已用填写码已销毁",
    );
    let app = App::open(zicha.settings()).unwrap();
    assert!(app.round(&round.parse().unwrap()).unwrap().destruction.unwrap().by.is_empty());
}

/// Deeds of many kinds after a backup, each a link of the chain or a row that only grows.
fn deeds(zicha: &TestApp, round: &RoundId) {
    let (clerk, head) = (sign_in(zicha, "jia", Role::Clerk), sign_in(zicha, "yi", Role::Head));
    let admin = sign_in(zicha, "guanli", Role::Admin);
    let today = zicha::round::shanghai_day(zicha.app.now()).to_string();
    let does = |who: &Desk, from: &str, to: &str, fields: &[(&str, &str)]| {
        let page = who.post_from(from, to, fields);
        assert!(matches!(page.status, 200 | 303), "{to} {fields:?}: {} {}", page.status, page.body);
    };
    does(
        &clerk,
        "/desk/units",
        "/desk/units/one",
        &[("code", "XD"), ("name", "新单位"), ("kind", "squad"), ("headcount", "9")],
    );
    let days: Vec<(String, &str)> = (0..5)
        .flat_map(|n| [(format!("from{n}"), today.as_str()), (format!("to{n}"), today.as_str())])
        .collect();
    let days: Vec<(&str, &str)> = days.iter().map(|(name, day)| (name.as_str(), *day)).collect();
    does(&clerk, "/desk/calendar", "/desk/calendar", &days);
    for (name, role) in [("shenji", "auditor"), ("bing", "clerk")] {
        let account = [("name", name), ("person", "张三"), ("role", role)];
        does(&admin, "/desk/accounts", "/desk/accounts", &account);
    }
    does(
        &admin,
        "/desk/accounts",
        "/desk/accounts/do",
        &[("name", "bing"), ("do", "off"), ("confirm", "yes")],
    );
    let list = format!("/desk/rounds/{round}/problems/ALL");
    for n in 0..20 {
        let statement = format!("明察暗访发现第{n}项问题");
        let row = [
            ("category", "1"),
            ("statement", &*statement),
            ("source", "inspection"),
            ("found", &today),
            ("evidence", "照片"),
        ];
        does(&clerk, &list, &list, &row);
    }
    for _ in 0..2 {
        for who in [&clerk, &head] {
            who.post_from(
                &format!("/desk/rounds/{round}"),
                &format!("/desk/rounds/{round}/do/lists"),
                &[("confirm", "yes")],
            );
        }
    }
    for title in ["第二轮", "第三轮"] {
        does(
            &clerk,
            "/desk/rounds/new",
            "/desk/rounds/new",
            &[
                ("title", title),
                ("survey", "canteen"),
                ("opens", &today),
                ("closes", &today),
                ("access", "slip"),
            ],
        );
    }
    let blank =
        std::fs::read_to_string(format!("{}/surveys/blank.json", env!("CARGO_MANIFEST_DIR")))
            .unwrap();
    does(&clerk, "/desk/surveys/edit", "/desk/surveys/edit", &[("definition", &blank)]);
}

/// Every row that a backup would hold.
fn rows(zicha: &App, vault: &Vault) -> Vec<String> {
    let path = vault.folder.path().join("now.age");
    zicha.backup(&shell(), &path, Some(&vault.public)).unwrap();
    // That it was looked at by way of a backup is a link, too.
    let own = |line: &&str| !line.starts_with("end\t") && !line.contains("\"backup");
    let mut rows: Vec<String> =
        decrypted(&path, &vault.key()).lines().skip(1).filter(own).map(str::to_owned).collect();
    rows.sort();
    rows
}

#[test]
fn a_restore_of_an_older_backup_undoes_no_deed_and_names_what_it_kept() {
    on_both(|zicha| {
        let backend = zicha.backend;
        let (round, codes) = open_round(zicha);
        answer(zicha, &round, &codes[..8]);
        zicha.finish(&round);
        let vault = Vault::new();
        zicha.app.backup(&shell(), &vault.file(), Some(&vault.public)).unwrap();
        let count = || zicha.app.audit(&shell()).unwrap().rows.len();
        // The link that the backup is done is not in it.
        let known = count() - 1;
        deeds(zicha, &round);
        let before = rows(&zicha.app, &vault);
        let links = count() - known;
        assert!(links >= 30, "{backend:?}: {links} links");
        let done = zicha.app.restore(&shell(), &vault.file(), &vault.key()).unwrap();
        assert!(
            done.kept_database && done.kept.len() == links,
            "{backend:?}: {} of {links}",
            done.kept.len()
        );
        for deed in [
            "units_import",
            "account_add bing",
            "account_off bing",
            &format!("problem_changed {round} ALL-1."),
            "lists_issued",
            "survey_saved my-survey 1",
        ] {
            assert!(
                done.kept.iter().any(|kept| kept.contains(deed)),
                "{backend:?}: {deed} in {:#?}",
                done.kept
            );
        }
        let after = rows(&zicha.app, &vault);
        let lost: Vec<&String> = before.iter().filter(|row| !after.contains(row)).collect();
        assert!(lost.is_empty(), "{backend:?}: {lost:#?}");
        zicha.app.verify_audit(&shell(), None).unwrap();
    });
}

#[test]
fn a_restore_that_would_lose_one_side_is_refused_and_names_both() {
    on_both(|zicha| {
        let backend = zicha.backend;
        open_round(zicha);
        let vault = Vault::new();
        zicha.app.backup(&shell(), &vault.file(), Some(&vault.public)).unwrap();
        // A copy that went its own way; then both did something.
        let (_folder, copy) = fresh(backend, &zicha.data());
        copy.restore(&shell(), &vault.file(), &vault.key()).unwrap();
        copy.add_account(&shell(), "bing", Role::Clerk, &[], Some(crate::test_app::PASSWORD))
            .unwrap();
        zicha.app.set_names(&a_clerk("yi"), "张三").unwrap();
        zicha.app.backup(&shell(), &vault.file(), Some(&vault.public)).unwrap();
        let before = rows(&copy, &vault);
        let refused =
            copy.restore(&shell(), &vault.file(), &vault.key()).map(drop).unwrap_err().to_string();
        assert!(
            refused.contains("account_add bing")
                && refused.contains("yi names_loaded")
                && refused.contains("nothing was changed"),
            "{refused}"
        );
        assert_eq!(rows(&copy, &vault), before, "{backend:?}");
    });
}

#[test]
fn a_newer_backup_goes_over_one_that_was_restored_by_mistake_and_the_chain_grows() {
    let zicha = TestApp::start(Backend::Sqlite);
    open_round(&zicha);
    let (older, newer) = (Vault::new(), Vault::new());
    zicha.app.backup(&shell(), &older.file(), Some(&older.public)).unwrap();
    zicha
        .app
        .add_account(&shell(), "bing", Role::Clerk, &[], Some(crate::test_app::PASSWORD))
        .unwrap();
    zicha.app.backup(&shell(), &newer.file(), Some(&newer.public)).unwrap();
    let (_folder, app) = fresh(Backend::Sqlite, &zicha.data());
    app.restore(&shell(), &older.file(), &older.key()).unwrap();
    assert!(app.accounts(&shell()).unwrap().is_empty());
    assert!(!app.restore(&shell(), &newer.file(), &newer.key()).unwrap().kept_database);
    assert_eq!(app.accounts(&shell()).unwrap()[0].name, "bing");
    let actions: Vec<String> =
        app.verify_audit(&shell(), None).unwrap().rows.into_iter().map(|row| row.action).collect();
    let begun = [
        "units_import",
        "round_create",
        "open_begun",
        "round_open",
        "slips_begun",
        "slips_issue",
        "backup_begun",
        "backup",
    ];
    let since = ["account_add", "backup_begun", "restore", "restore"];
    assert_eq!(
        actions,
        [&begun[..], &since].concat(),
        "what was done here stays a link, behind the backup's"
    );
}
