//! Every action of the audit chain is done once, and leaves its own links and no others.
//! A deed that forgot its link, or had another's, would be seen here; so would an action that
//! nobody can do any more.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use zicha::app::{
    Action, Actor, App, Calendar, Custody, Decision, Document, FileFormat, NewRound, Official,
    Role, Session, SharedStep, Wanted,
};
use zicha::export::{Headers, TableName};
use zicha::id::RoundId;
use zicha::problem::{Problem, ProblemEdit, Source};
use zicha::response::Form;
use zicha::round::{Access, Hold, Reach, shanghai_day};

use crate::shell::Shell;
use crate::test_app::{PASSWORD, UNITS, as_role, backends, open_beside, settings, shell, survey};

/// An installation in which nothing happens by itself, and the actions that were seen in it.
struct House {
    app: Arc<App>,
    folder: tempfile::TempDir,
    seen: BTreeSet<&'static str>,
}

impl House {
    fn new(backend: crate::test_app::Backend) -> Self {
        let folder = tempfile::tempdir().unwrap();
        // What is kept is due at once.
        let settings =
            zicha::app::Settings { keep_originals: 0, ..settings(backend, folder.path()) };
        Self { app: Arc::new(App::open(settings).unwrap()), folder, seen: BTreeSet::new() }
    }

    /// Who did what since the chain had `known` links.
    fn links(&self, known: usize) -> Vec<(String, String)> {
        let rows = self.app.verify_audit(&shell(), None).unwrap().rows;
        rows.into_iter().skip(known).map(|row| (row.account, row.action)).collect()
    }

    /// Does something, and compares what it left in the chain.
    fn does<T>(&mut self, who: &str, wanted: &[Action], work: impl FnOnce(&Arc<App>) -> T) -> T {
        let known = self.links(0).len();
        let done = work(&self.app);
        let codes: Vec<&str> = wanted.iter().map(|action| action.code()).collect();
        let links = self.links(known);
        assert_eq!(links.iter().map(|(_, action)| action.as_str()).collect::<Vec<_>>(), codes);
        for (name, action) in &links {
            let by_itself = action == Action::BoxDestroyed.code();
            assert_eq!(name, if by_itself { "zicha" } else { who }, "{action}");
        }
        self.seen.extend(codes);
        done
    }

    fn draft(&mut self, survey: &zicha::survey::Survey) -> RoundId {
        let today = shanghai_day(self.app.now());
        let new = NewRound {
            survey,
            title: "一轮",
            opens: today.previous_day().unwrap(),
            closes: today + time::Duration::DAY,
            units: &[],
            access: Access::Slip,
            looks_back: None,
        };
        self.does("jia", &[Action::RoundCreate], |app| {
            app.create_round(&desk(app, "jia"), &new).unwrap()
        })
    }
}

/// An account at the desk, as it is now.
fn desk(app: &App, name: &str) -> Actor {
    Actor::Desk(session(app, name))
}

fn session(app: &App, name: &str) -> Session {
    app.standing_of(&name.into()).unwrap().unwrap_or_else(|| panic!("{name} is no account"))
}

fn file(document: Document, group: Option<&zicha::unit::GroupCode>) -> Wanted<'_> {
    Wanted {
        document,
        format: FileFormat::Csv,
        group,
        each: false,
        headers: Headers::Chinese,
        gb18030: false,
    }
}

#[test]
fn every_action_leaves_its_own_link_and_no_other() {
    for backend in backends() {
        let mut house = House::new(backend);
        accounts(&mut house);
        office(&mut house);
        let round = opened(&mut house);
        results(&mut house, &round);
        restored(&mut house);
        // The end of a round is noted in the hours after its last day; here only by a service with
        // another clock.
        house.seen.insert(Action::RoundEnded.code());
        let unseen: Vec<&str> =
            Action::all().map(Action::code).filter(|code| !house.seen.contains(code)).collect();
        assert!(unseen.is_empty(), "{backend:?}: nothing here does {unseen:?}");
    }
}

/// The first account, all others, passwords, second factors and tokens.
fn accounts(house: &mut House) {
    let token = house.app.setup_token().unwrap().unwrap();
    let first = [Action::AccountAdd, Action::AccountAdd, Action::BureauNamed];
    house.does("yi", &first, |app| {
        app.set_up(&token, "某局", "yi", Official::of("乙", "科长"), PASSWORD).unwrap()
    });
    for (name, role) in [("jia", Role::Clerk), ("bing", Role::Clerk), ("shenji", Role::Auditor)] {
        let added = |app: &Arc<App>| {
            app.add_account(&desk(app, "guanli"), name, role, &[], Some(PASSWORD)).unwrap()
        };
        house.does("guanli", &[Action::AccountAdd], added);
    }
    house.does("jia", &[Action::SignIn], |app| app.sign_in("jia", PASSWORD, "", "").unwrap());
    house.does("jia", &[Action::SignInFailed], |app| {
        app.sign_in("jia", "wrong", "", "").unwrap_err()
    });
    house.does("guanli", &[Action::AccountOff], |app| {
        app.set_account_active(&desk(app, "guanli"), &"bing".into(), false).unwrap();
    });
    house.does("guanli", &[Action::AccountOn], |app| {
        app.set_account_active(&desk(app, "guanli"), &"bing".into(), true).unwrap();
    });
    let password = house.does("guanli", &[Action::PasswordReset], |app| {
        app.reset_password(&desk(app, "guanli"), &"bing".into()).unwrap().password
    });
    house.does("guanli", &[Action::AccountChanged], |app| {
        let bing = Official::of("丙", "科员");
        app.change_account(&desk(app, "guanli"), &"bing".into(), &bing, Role::Clerk, &[]).unwrap();
    });
    house.does("jia", &[Action::AccountVouched], |app| {
        app.vouch(&desk(app, "jia"), &"bing".into()).unwrap();
    });
    let change =
        |app: &Arc<App>| app.change_password(&session(app, "bing"), &password, PASSWORD).unwrap();
    house.does("bing", &[Action::PasswordReset], change);
    let secret = house.app.new_second_factor(&session(&house.app, "bing"), PASSWORD, "").unwrap();
    let code = crate::accounts::shown(&secret.base32, 0);
    let codes = house.does("bing", &[Action::SecondFactorOn], |app| {
        app.enable_second_factor(&desk(app, "bing"), &code).unwrap()
    });
    house.does("bing", &[Action::CodeFailed], |app| {
        app.sign_in("bing", PASSWORD, "000000", "").unwrap_err()
    });
    let by_code = [Action::RecoveryUsed, Action::SignIn];
    house.does("bing", &by_code, |app| app.sign_in("bing", PASSWORD, &codes[0], "").unwrap());
    house.does("guanli", &[Action::SecondFactorOff], |app| {
        app.disable_second_factor(&desk(app, "guanli"), &"bing".into()).unwrap();
    });
    house.does("jia", &[Action::TokenMade], |app| {
        app.make_token(&desk(app, "jia"), "台账", 1).unwrap()
    });
    let token = house.app.tokens(&"jia".into()).unwrap().remove(0);
    house.does("jia", &[Action::TokenEnded], |app| {
        app.end_token(&desk(app, "jia"), &token.id).unwrap();
    });
    house.does("shenji", &[Action::AuditExport], |app| {
        app.export_audit(&desk(app, "shenji"), &Default::default()).unwrap()
    });
}

/// Units, surveys, the calendar, names, the clock, and drafts.
fn office(house: &mut House) {
    house.does("jia", &[Action::UnitsImport], |app| {
        app.import_units(&desk(app, "jia"), UNITS.as_bytes()).unwrap()
    });
    let blank = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/surveys/blank.json"))
        .unwrap();
    let id = house.does("jia", &[Action::SurveySaved], |app| {
        app.save_survey(&desk(app, "jia"), &blank, None).unwrap()
    });
    house.does("jia", &[Action::SurveyDropped], |app| {
        app.drop_survey(&desk(app, "jia"), &id, 1).unwrap();
    });
    let today = shanghai_day(house.app.now()).to_string();
    let calendar = Calendar {
        days: std::array::from_fn(|_| (today.clone(), today.clone())),
        name: String::new(),
        contact: "政工科".to_owned(),
    };
    let seen = house.app.calendar_version().unwrap();
    house.does("jia", &[Action::CalendarSet], |app| {
        app.set_calendar(&desk(app, "jia"), &seen, &calendar).unwrap();
    });
    house.does("jia", &[Action::NamesLoaded], |app| {
        app.set_names(&desk(app, "jia"), "张三").unwrap()
    });
    house.does("guanli", &[Action::ClockConfirmed], |app| {
        app.confirm_clock(&desk(app, "guanli")).unwrap();
    });
    let canteen = survey("canteen");
    let draft = house.draft(&canteen);
    let day = shanghai_day(house.app.now());
    let new = NewRound {
        survey: &canteen,
        title: "改名",
        opens: day.previous_day().unwrap(),
        closes: day + time::Duration::DAY,
        units: &[],
        access: Access::Slip,
        looks_back: None,
    };
    let seen = house.app.draft_version(&draft).unwrap();
    house.does("jia", &[Action::RoundChange], |app| {
        app.change_draft(&desk(app, "jia"), &draft, &seen, &new).unwrap();
    });
    let seen = house.app.draft_version(&draft).unwrap();
    house.does("jia", &[Action::RoundDrop], |app| {
        app.drop_draft(&desk(app, "jia"), &draft, &seen).unwrap();
    });
}

/// A round of trustees, from its slips to its opened box.
fn opened(house: &mut House) -> RoundId {
    let round = house.draft(&survey("self-check"));
    let made =
        |app: &Arc<App>| app.prepare_trustees(&desk(app, "jia"), &round, (3, 2), "").unwrap();
    let (_, passphrases) = house.does("jia", &[Action::TrusteesPrepared], made);
    for passphrase in &passphrases[..2] {
        house.does("", &[], |app| app.test_passphrase(&round, &passphrase.printed()).unwrap());
    }
    let open = [Action::OpenBegun, Action::RoundOpen];
    house.does("jia", &open, |app| {
        app.open_round(&desk(app, "jia"), &round, Custody::Trustees).unwrap()
    });
    let issue = [Action::SlipsBegun, Action::SlipsIssue];
    let slips = house.does("jia", &issue, |app| {
        app.issue_slips(&desk(app, "jia"), &round, None, 10, true).unwrap()
    });
    // Nothing that a respondent does is in the chain.
    for slip in slips.iter().filter(|slip| slip.unit == "CY").take(8) {
        let fields = [
            ("code", slip.code.printed()),
            ("honor_letters", "widespread".into()),
            ("honor_example", "一段原文".into()),
        ];
        let form = Form(
            fields
                .into_iter()
                .map(|(name, value)| (name.to_owned(), vec![value]))
                .collect::<BTreeMap<_, _>>(),
        );
        assert!(house.does("", &[], |app| app.submit(&round, &form)).is_ok());
    }
    house.does("zicha", &[Action::TurnoutTaken], |app| app.tick().unwrap());
    let later = (shanghai_day(house.app.now()) + time::Duration::days(9)).to_string();
    for (who, action) in [("jia", Action::PostponeRequested), ("yi", Action::RoundPostponed)] {
        house.does(who, &[action], |app| {
            let by = desk(app, who);
            app.approve_seen(&by, &round, SharedStep::Postpone, ("", &later)).unwrap();
        });
    }
    let leftover = BTreeMap::from([("CY".into(), 1)]);
    let noted = |app: &Arc<App>| {
        app.set_leftover(&desk(app, "jia"), &round, &BTreeMap::new(), &leftover).unwrap();
    };
    house.does("jia", &[Action::SlipsLeftover], noted);
    enter(house, &round, &passphrases);
    let close = [Action::CloseBegun, Action::RoundClose];
    house.does("jia", &close, |app| app.close_round(&desk(app, "jia"), &round).unwrap());
    enter(house, &round, &passphrases);
    let open = [Action::BoxBegun, Action::BoxOpen, Action::BoxDestroyed];
    house.does("jia", &open, |app| app.open_box(&desk(app, "jia"), &round, &mut |_| {}).unwrap());
    round
}

fn enter(house: &mut House, round: &RoundId, passphrases: &[zicha::ballot::Passphrase]) {
    for passphrase in &passphrases[..2] {
        let typed = |app: &Arc<App>| {
            app.enter_passphrase(&desk(app, "jia"), round, &passphrase.printed(), false).unwrap()
        };
        house.does("jia", &[Action::TrusteeEntered], typed);
    }
}

/// What is done with results, up to their release, their lists, and the end of the originals.
fn results(house: &mut House, round: &RoundId) {
    let hold = |hold, ground: &'static str| {
        move |app: &Arc<App>| {
            app.set_hold(&desk(app, "jia"), round, "honor_letters", hold, ground).unwrap();
        }
    };
    house.does("jia", &[Action::HoldChecked], hold(Hold::Checked, "核对台账"));
    house.does("jia", &[Action::HoldBack], hold(Hold::Held, ""));
    let read = |app: &Arc<App>| app.read_texts(&desk(app, "jia"), round, "honor_example").unwrap();
    let text = house.does("jia", &[Action::TextsRead], read).remove(0);
    let unused = Decision::default();
    let propose = |app: &Arc<App>| {
        app.propose(
            &desk(app, "jia"),
            round,
            "honor_example",
            std::slice::from_ref(&text),
            &unused,
        )
        .unwrap();
    };
    house.does("jia", &[Action::TextScreened], propose);
    let proposed = house
        .app
        .screened(&shell(), round, "honor_example")
        .unwrap()
        .into_iter()
        .find(|t| t.id == text.id)
        .unwrap();
    let confirm = |app: &Arc<App>| {
        app.confirm_screening(&desk(app, "yi"), round, std::slice::from_ref(&proposed)).unwrap();
    };
    house.does("yi", &[Action::TextScreened], confirm);
    add_row(house, round);
    house.does("jia", &[Action::ProblemDropped], |app| {
        app.drop_problem(&desk(app, "jia"), round, "ALL-1.M1", 1).unwrap();
    });
    add_row(house, round);
    house.does("jia", &[Action::ReleaseRequested], |app| {
        app.approve(&desk(app, "jia"), round, SharedStep::Release).unwrap();
    });
    house.does("jia", &[Action::ApprovalWithdrawn], |app| {
        app.withdraw(&desk(app, "jia"), round, SharedStep::Release).unwrap();
    });
    share(house, round, SharedStep::Release, [Action::ReleaseRequested, Action::RoundRelease]);
    add_row(house, round);
    share(house, round, SharedStep::Lists, [Action::ListsRequested, Action::ListsIssued]);
    house.does("dui", &[Action::ListReceived], |app| {
        let head = as_role("dui", Role::UnitHead, &["CY"]);
        let list = app.own_lists(&head).unwrap().remove(0);
        app.receive_list(&head, round, &list.group, list.edition).unwrap();
    });
    house.does("jia", &[Action::PaperReceived], |app| {
        let by = desk(app, "jia");
        let receivers = app.receipts(&by, round).unwrap();
        let one = receivers.iter().find(|one| !one.has_head && one.receipt.is_none()).unwrap();
        let signed = [(one.unit.code.clone(), "李队长".to_owned())];
        let edition = app.results(&by, round).unwrap().edition.unwrap().number;
        app.note_paper_receipts(&by, round, &signed, edition).unwrap();
    });
    reading(house, round);
    share(house, round, SharedStep::Destroy, [Action::DestroyRequested, Action::DestroyConfirmed]);
}

fn add_row(house: &mut House, round: &RoundId) {
    let row = ProblemEdit {
        source: Source::Inspection,
        statement: Some("抽查时无人在岗".to_owned()),
        found: Some(shanghai_day(house.app.now()).to_string()),
        evidence: Some("照片".to_owned()),
        category: 1,
        ..ProblemEdit::of(&Problem::default(), &"ALL".into())
    };
    house.does("jia", &[Action::ProblemChanged], |app| {
        app.add_problem(&desk(app, "jia"), round, row, false).unwrap()
    });
}

fn share(house: &mut House, round: &RoundId, step: SharedStep, [asked, done]: [Action; 2]) {
    assert!(
        !house.does("jia", &[asked], |app| app.approve(&desk(app, "jia"), round, step).unwrap())
    );
    let all: &[Action] =
        if step == SharedStep::Void { &[done, Action::BoxDestroyed] } else { &[done] };
    assert!(house.does("yi", all, |app| app.approve(&desk(app, "yi"), round, step).unwrap()));
}

/// Who reads what, and who is refused.
fn reading(house: &mut House, round: &RoundId) {
    let (table, own) = (Document::Table(TableName::PROBLEMS), ["CF".into()]);
    let added = |app: &Arc<App>| {
        app.add_account(&desk(app, "guanli"), "tou", Role::UnitHead, &own, Some(PASSWORD)).unwrap()
    };
    house.does("guanli", &[Action::AccountAdd], added);
    house.does("jia", &[Action::Export], |app| {
        app.export(&desk(app, "jia"), round, &file(table, None)).unwrap()
    });
    house.does("tou", &[Action::ExportDenied], |app| {
        app.export(&desk(app, "tou"), round, &file(table, Some(&"ALL".into())))
            .map(drop)
            .unwrap_err()
    });
    house.does("tou", &[Action::ListDenied], |app| {
        app.read_list(&desk(app, "tou"), round, &"ALL".into()).map(drop).unwrap_err()
    });
    let program = |app: &App, name: &str| Actor::Program(session(app, name));
    house.does("jia", &[Action::ApiRead], |app| {
        app.read_release(&program(app, "jia"), round).map(drop).unwrap();
    });
    house.does("tou", &[Action::ApiDenied], |app| {
        app.read_list(&program(app, "tou"), round, &"ALL".into()).map(drop).unwrap_err()
    });
    // A program reads, whatever its owner may do.
    house.does("", &[], |app| app.set_names(&program(app, "jia"), "李四").unwrap_err());
}

/// Backup and restore, what two accounts decide after it, and what the command line and the days do
/// alone.
fn restored(house: &mut House) {
    let canteen = survey("canteen");
    let [going, void, released] = [0; 3].map(|_| {
        let id = house.draft(&canteen);
        let open = [Action::OpenBegun, Action::RoundOpen];
        house.does("jia", &open, |app| {
            app.open_round(&desk(app, "jia"), &id, Custody::Server).unwrap()
        });
        id
    });
    let (key, vault) = (house.folder.path().join("key"), house.folder.path().join("backup.age"));
    let public = App::make_backup_key(&key).unwrap();
    let backup = [Action::BackupBegun, Action::Backup];
    let name = shell().name().to_owned();
    house.does(&name, &backup, |app| app.backup(&shell(), &vault, Some(&public)).unwrap());
    house.does(&name, &[Action::Restore], |app| drop(app.restore(&shell(), &vault, &key).unwrap()));
    for id in [&going, &released] {
        share(house, id, SharedStep::Resume, [Action::ResumeRequested, Action::ResumeConfirmed]);
    }
    share(house, &void, SharedStep::Void, [Action::VoidRequested, Action::VoidConfirmed]);
    let close = [Action::CloseBegun, Action::RoundClose];
    house.does(&name, &close, |app| app.close_round(&shell(), &released).unwrap());
    let open = [Action::BoxBegun, Action::BoxOpen, Action::BoxDestroyed];
    house.does(&name, &open, |app| app.open_box(&shell(), &released, &mut |_| {}).unwrap());
    house.does(&name, &[Action::RoundReleaseShell], |app| {
        app.release_round(&shell(), &released, Reach::Results).unwrap()
    });
    let ticked = [Action::OriginalsDestroyed, Action::TurnoutTaken];
    let known = house.links(0).len();
    house.app.tick().unwrap();
    let links = house.links(known);
    assert!(
        ticked
            .iter()
            .all(|action| links.iter().any(|(who, code)| who == "zicha" && code == action.code())),
        "{links:?}"
    );
    house.seen.insert(Action::OriginalsDestroyed.code());
}

#[test]
fn the_end_of_a_round_is_noted_in_the_hours_after_its_last_day() {
    let zicha = Shell::new(crate::test_app::Backend::Sqlite);
    let app = App::open(zicha.settings()).unwrap();
    app.import_units(&shell(), UNITS.as_bytes()).unwrap();
    let canteen = survey("canteen");
    let today = shanghai_day(app.now());
    let new = NewRound {
        survey: &canteen,
        title: "一轮",
        opens: today.previous_day().unwrap(),
        closes: today + time::Duration::DAY,
        units: &[],
        access: Access::Slip,
        looks_back: None,
    };
    let round = app.create_round(&shell(), &new).unwrap();
    app.open_round(&shell(), &round, Custody::Server).unwrap();
    let ends = app.round(&round).unwrap().ends_at();
    drop(app);
    // The clock of a program that runs for tests is told to it.
    let now = (ends + time::Duration::seconds(5)).unix_timestamp().to_string();
    let mut server = zicha.command(&["serve", "--listen", "127.0.0.1:0"]);
    let mut server = server
        .env("ZICHA_TEST_NOW", now)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let app = App::open(zicha.settings()).unwrap();
    let noted = (0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(100));
        app.last_change(Action::RoundEnded, None).unwrap().is_some()
    });
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(noted, "the end was not noted");
    let rows = app.verify_audit(&shell(), None).unwrap().rows;
    let ended: Vec<_> = rows.iter().filter(|row| row.action == Action::RoundEnded.code()).collect();
    assert!(
        ended.len() == 1 && ended[0].account == "zicha" && ended[0].subject == round.as_str(),
        "{rows:#?}"
    );
}

/// Whoever could make the chain refuse a link would have deeds that nobody sees, were they not one
/// step.
#[test]
fn a_deed_whose_link_cannot_be_written_does_not_happen() {
    for backend in backends() {
        let mut house = House::new(backend);
        accounts(&mut house);
        office(&mut house);
        let round = opened(&mut house);
        add_row(&mut house, &round);
        house.app.approve(&desk(&house.app, "jia"), &round, SharedStep::Release).unwrap();
        let app = house.app.clone();
        let stands = || {
            let results = app.results(&shell(), &round).unwrap();
            let lists = (
                results.round.state,
                results.edition.map(|edition| edition.number),
                results.edits.len(),
            );
            let accounts: Vec<_> =
                app.accounts(&shell()).unwrap().into_iter().map(|account| account.name).collect();
            let office = (
                app.units().unwrap(),
                app.calendar_version().unwrap(),
                app.names(&shell()).unwrap(),
            );
            format!("{lists:?} {accounts:?} {office:?} {:?}", app.approvals(&round).unwrap())
        };
        let before = stands();
        refuse_links(&house, true);
        let by = |name: &str| desk(&app, name);
        assert!(app.approve(&by("yi"), &round, SharedStep::Release).is_err(), "{backend:?}");
        assert!(
            app.import_units(&by("jia"), b"code,name,kind,headcount\nZZ,unseen,squad,9\n").is_err()
        );
        assert!(app.set_names(&by("jia"), "王五").is_err());
        assert!(app.add_account(&by("guanli"), "unseen", Role::Head, &[], Some(PASSWORD)).is_err());
        assert!(app.set_account_active(&by("guanli"), &"jia".into(), false).is_err());
        let row = ProblemEdit {
            statement: Some("unseen".to_owned()),
            category: 1,
            ..ProblemEdit::of(&Problem::default(), &"ALL".into())
        };
        assert!(
            app.add_problem(
                &by("jia"),
                &round,
                ProblemEdit { source: Source::Inspection, ..row },
                true
            )
            .is_err()
        );
        assert!(app.sign_in("jia", PASSWORD, "", "").is_err(), "not even a session");
        assert!(
            app.export(&by("jia"), &round, &file(Document::Table(TableName::PROBLEMS), None))
                .is_err(),
            "nor a file"
        );
        refuse_links(&house, false);
        assert_eq!(stands(), before, "{backend:?}: nothing of what was tried stands");
        app.verify_audit(&shell(), None).unwrap();
        assert!(
            app.approve(&by("yi"), &round, SharedStep::Release).unwrap(),
            "and it goes on where it stood"
        );
    }
}

/// Makes the chain take no more links, or take them again.
fn refuse_links(house: &House, refuse: bool) {
    use diesel::connection::SimpleConnection;
    use diesel::prelude::*;
    let settings = house.app.settings();
    match &settings.database {
        None => {
            let trigger = "create trigger refuse before insert on audit begin select raise(abort, \
             'refused'); end";
            let mut db = open_beside(house.folder.path().join("zicha.db"));
            db.batch_execute(if refuse { trigger } else { "drop trigger refuse" }).unwrap();
        }
        Some(url) => {
            let trigger = "create function refuse() returns trigger language plpgsql \
                           as $$ begin raise exception 'refused'; end $$; \
                           create trigger refuse before insert on audit \
                           for each row execute function refuse()";
            let mut db = diesel::PgConnection::establish(url).unwrap();
            db.batch_execute(if refuse {
                trigger
            } else {
                "drop trigger refuse on audit; drop function refuse"
            })
            .unwrap();
        }
    }
}
