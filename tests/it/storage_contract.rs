//! What storage promises, on both backends.

use rand::SeedableRng;
use rand::rngs::StdRng;
use zicha::access::SlipHash;
use zicha::ballot::SealedBallot;
use zicha::round::RoundState;
use zicha::storage::{AccountRow, Outcome, Posting, Storage, StorageError, Transaction};
use zicha::unit;

use crate::test_app::{
    Backend, TestApp, UNITS, a_clerk, backends, open_beside, settings, shell, survey,
};

fn on_every_storage(check: impl Fn(&Storage, Backend)) {
    for backend in backends() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(backend, folder.path());
        let storage = Storage::open(&settings.database_url(), None, folder.path()).unwrap();
        check(&storage, backend);
    }
}

/// One transaction.
fn write<T>(
    storage: &Storage,
    work: impl FnMut(&mut Transaction) -> Result<T, StorageError>,
) -> Result<T, StorageError> {
    storage.transaction(work)
}

fn ballot(n: u8) -> SealedBallot {
    SealedBallot {
        id: [n; 16],
        unit: "CY".into(),
        encapsulation: vec![n; 1120],
        ciphertext: vec![n; 528],
    }
}

/// A round with a box and slips 1 to 9 of unit CY.
fn round(storage: &Storage) -> zicha::round::Round {
    let survey = survey("canteen");
    write(storage, |tx| tx.keep_survey(&survey)).unwrap();
    let day = time::macros::date!(2026 - 06 - 01);
    let id = zicha::id::RoundId::random(&mut StdRng::seed_from_u64(1));
    let draft =
        zicha::round::Round::draft(id, "试", survey.hash(), zicha::round::Access::Slip, (day, day));
    let round = zicha::round::Round { state: RoundState::Open, ..draft };
    write(storage, |tx| tx.create_round(&round, &unit::parse_csv(UNITS.as_bytes()).unwrap()))
        .unwrap();
    storage.create_box(&round.id).unwrap();
    storage.create_box(&round.id).unwrap();
    let slips: Vec<(SlipHash, unit::UnitCode)> =
        (1..10).map(|n| (SlipHash([n; 32]), "CY".into())).collect();
    assert!(storage.replace_slips(&round.id, None, &slips).unwrap());
    round
}

fn post(storage: &Storage, round: &zicha::round::Round, slip: u8, name: u8) -> Outcome {
    storage
        .post(&round.id, &[Posting { slip: Some(SlipHash([slip; 32])), ballot: ballot(name) }])
        .unwrap()[0]
}

#[test]
fn a_slip_is_spent_once_and_only_with_its_ballot() {
    on_every_storage(|storage, backend| {
        let round = round(storage);
        assert_eq!(post(storage, &round, 1, 1), Outcome::Stored, "{backend:?}");
        assert_eq!(post(storage, &round, 1, 2), Outcome::Again);
        assert_eq!(post(storage, &round, 77, 3), Outcome::NoSlip);
        // One batch with good, spent and unknown slips: each gets its own answer.
        let batch = [(2, 4), (1, 5), (88, 6), (2, 7)]
            .map(|(slip, name)| Posting { slip: Some(SlipHash([slip; 32])), ballot: ballot(name) });
        assert_eq!(
            storage.post(&round.id, &batch).unwrap(),
            [Outcome::Stored, Outcome::Again, Outcome::NoSlip, Outcome::Again]
        );
        let sums = storage.box_sums(&round.id).unwrap();
        assert_eq!((sums.ballots, sums.issued["CY"], sums.used["CY"]), (2, 9, 2));
        // A ballot that cannot be stored does not spend its slip.
        assert!(
            storage
                .post(&round.id, &[Posting { slip: Some(SlipHash([3; 32])), ballot: ballot(1) }])
                .is_err()
        );
        assert_eq!(
            storage.look_up_slip(&round.id, &SlipHash([3; 32])).unwrap(),
            Some(("CY".into(), false))
        );
        assert_eq!(
            storage.look_up_slip(&round.id, &SlipHash([1; 32])).unwrap(),
            Some(("CY".into(), true))
        );
        assert_eq!(storage.look_up_slip(&round.id, &SlipHash([99; 32])).unwrap(), None);
    });
}

#[test]
fn a_sealed_box_takes_nothing_and_a_used_one_gets_no_new_slips() {
    on_every_storage(|storage, _| {
        let round = round(storage);
        assert_eq!(post(storage, &round, 1, 1), Outcome::Stored);
        assert!(!storage.replace_slips(&round.id, None, &[]).unwrap(), "a slip was spent");
        storage.seal_box(&round.id).unwrap();
        storage.seal_box(&round.id).unwrap();
        assert_eq!(post(storage, &round, 2, 2), Outcome::Sealed);
        assert!(storage.round(&round.id).unwrap().sealed);
        assert_eq!(storage.box_sums(&round.id).unwrap().ballots, 1);
    });
}

#[test]
fn the_digest_does_not_depend_on_the_order_of_arrival() {
    on_every_storage(|storage, _| {
        let round = round(storage);
        for n in [3, 1, 2] {
            post(storage, &round, n, n);
        }
        let first = storage.box_sums(&round.id).unwrap().digest;
        storage.destroy_box(&round.id).unwrap();
        storage.destroy_box(&round.id).unwrap();
        assert!(!storage.has_box(&round.id).unwrap());
        assert!(matches!(
            storage.look_up_slip(&round.id, &SlipHash([1; 32])),
            Err(StorageError::NotFound) | Ok(None)
        ));
        storage.create_box(&round.id).unwrap();
        let slips: Vec<(SlipHash, unit::UnitCode)> =
            (1..4).map(|n| (SlipHash([n; 32]), "CY".into())).collect();
        storage.replace_slips(&round.id, None, &slips).unwrap();
        for n in [2, 3, 1] {
            post(storage, &round, n, n);
        }
        assert_eq!(storage.box_sums(&round.id).unwrap().digest, first);
    });
}

#[test]
fn a_round_moves_only_from_the_state_it_was_read_in() {
    on_every_storage(|storage, _| {
        let mut round = round(storage);
        round.state = RoundState::Closed;
        assert!(write(storage, |tx| tx.update_round(&round, RoundState::Open)).unwrap());
        assert!(
            !write(storage, |tx| tx.update_round(&round, RoundState::Open)).unwrap(),
            "the second mover loses"
        );
        let read = storage.round(&round.id).unwrap();
        assert_eq!(
            (read.state, read.opens, read.title.as_str()),
            (RoundState::Closed, round.opens, "试")
        );
        assert_eq!(storage.round_units(&round.id).unwrap().len(), 5);
        assert!(matches!(storage.round(&"zzzzzzzz".parse().unwrap()), Err(StorageError::NotFound)));
        assert_eq!(storage.survey(&round.survey).unwrap().id(), "canteen");
    });
}

#[test]
fn an_opening_is_written_once() {
    on_every_storage(|storage, _| {
        let mut round = round(storage);
        assert_eq!(
            [post(storage, &round, 1, 1), post(storage, &round, 2, 2)],
            [Outcome::Stored; 2]
        );
        round.state = RoundState::Closed;
        write(storage, |tx| tx.update_round(&round, RoundState::Open)).unwrap();
        let survey = survey("canteen");
        let groups = unit::groups(&storage.round_units(&round.id).unwrap());
        let tally = zicha::tally::Tally::new(&survey, &groups);
        let release = zicha::gate::protect(
            &round.id,
            "试",
            &survey,
            &groups,
            &tally,
            &Default::default(),
            true,
        );
        let text = zicha::storage::Comment {
            id: "a".into(),
            group: "ALL".into(),
            question: "visit_note".into(),
            body: "文".into(),
        };
        let mut texts = vec![vec![text]];
        assert!(
            storage
                .write_opening(
                    &round.id,
                    &release,
                    time::macros::date!(2026 - 08 - 01),
                    &mut || Ok(texts.pop())
                )
                .unwrap()
        );
        assert!(
            !storage
                .write_opening(
                    &round.id,
                    &release,
                    time::macros::date!(2026 - 08 - 01),
                    &mut || Ok(None)
                )
                .unwrap(),
            "the second opener writes nothing"
        );
        assert_eq!(storage.release(&round.id).unwrap(), release);
        assert!(
            storage.was_spent(&round.id, &SlipHash([1; 32])).unwrap()
                && !storage.was_spent(&round.id, &SlipHash([9; 32])).unwrap()
        );
        assert_eq!(storage.spent_count(&round.id).unwrap(), 2);
        storage.mark_destroyed(&round.id).unwrap();
        let read = storage.round(&round.id).unwrap();
        assert!(read.destroyed && read.wrapped_key.is_none());
    });
}

#[test]
fn accounts_sessions_settings_and_the_audit_chain_work_alike() {
    on_every_storage(|storage, _| {
        let account = AccountRow {
            name: "甲".into(),
            role: "clerk".into(),
            password: "x".into(),
            active: true,
            totp: None,
            totp_step: None,
            waits: None,
            temporary: None,
            person: Some("张三".to_owned()),
            post: None,
        };
        write(storage, |tx| tx.add_account(&account, &["CY".into()])).unwrap();
        assert!(matches!(
            write(storage, |tx| tx.add_account(&account, &[])),
            Err(StorageError::Exists)
        ));
        assert_eq!(storage.account_units(&"甲".into()).unwrap(), ["CY"]);
        write(storage, |tx| tx.add_session("h", &"甲".into(), 100)).unwrap();
        storage.touch_session("h", 150).unwrap();
        let session = |hash: &str| {
            storage.session(hash).unwrap().map(|s| (s.account, s.started, s.seen, s.confirmed))
        };
        assert_eq!(session("h"), Some(("甲".into(), 100, 150, Some(100))));
        storage.confirm_session("h", 160).unwrap();
        assert_eq!(session("h"), Some(("甲".into(), 100, 150, Some(160))));
        // A time step and a recovery code count once.
        write(storage, |tx| {
            tx.set_second_factor(&"甲".into(), Some("sealed"), 7, &["a".into(), "b".into()])
        })
        .unwrap();
        assert!(
            !storage.use_totp_step(&"甲".into(), 7).unwrap()
                && storage.use_totp_step(&"甲".into(), 8).unwrap()
                && !storage.use_totp_step(&"甲".into(), 8).unwrap()
        );
        assert!(
            write(storage, |tx| tx.take_recovery_code(&"甲".into(), "a")).unwrap()
                && !write(storage, |tx| tx.take_recovery_code(&"甲".into(), "a")).unwrap()
        );
        assert_eq!(storage.recovery_codes_left(&"甲".into()).unwrap(), 1);
        write(storage, |tx| tx.set_second_factor(&"甲".into(), None, 0, &[])).unwrap();
        assert_eq!(storage.recovery_codes_left(&"甲".into()).unwrap(), 0);
        storage.end_sessions("h", 0).unwrap();
        assert_eq!(session("h"), None);
        write(storage, |tx| tx.set_setting("k", "v")).unwrap();
        write(storage, |tx| tx.set_setting("k", "w")).unwrap();
        assert_eq!(storage.setting("k").unwrap().as_deref(), Some("w"));
        assert!(
            write(storage, |tx| tx.take_setting("k")).unwrap()
                && !write(storage, |tx| tx.take_setting("k")).unwrap()
        );
        for n in 0..3 {
            write(storage, |tx| tx.append_audit(n, "甲", "did", "something")).unwrap();
        }
        let chain = storage.audit().unwrap();
        assert_eq!(chain[2].hash, chain[2].chained(&chain[1].hash));
    });
}

#[test]
fn a_changed_audit_row_breaks_the_chain() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.app.set_names(&a_clerk("甲"), "张三").unwrap();
    zicha.app.set_names(&a_clerk("甲"), "李四").unwrap();
    assert_eq!(zicha.app.audit(&shell()).unwrap().broken_at, None);
    use diesel::connection::SimpleConnection;
    let path = zicha.data().join("zicha.db");
    let mut db = open_beside(path);
    db.batch_execute("update audit set account = '乙' where seq = 1").unwrap();
    assert!(zicha.app.audit(&shell()).unwrap().broken_at.is_some());
}

/// Nodes that start at once write the same facts; neither may fail because of the other.
#[test]
fn several_who_set_one_fact_at_once_all_succeed() {
    on_every_storage(|storage, _| {
        std::thread::scope(|scope| {
            for n in 0..8 {
                scope.spawn(move || {
                    for _ in 0..20 {
                        write(storage, |tx| tx.set_setting("bureau", &format!("{n}"))).unwrap();
                    }
                });
            }
        });
        assert!(storage.setting("bureau").unwrap().is_some());
    });
}

#[test]
fn what_cannot_be_read_is_told_and_never_taken_for_nothing() {
    use diesel::connection::SimpleConnection;
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("canteen"));
    for code in zicha.slips(&round)["CY"].iter().take(6) {
        zicha
            .answer(&round, code, &[("visit_meal", "lunch"), ("visit_note", "一段原文")])
            .assert_received();
    }
    zicha.finish(&round);
    let mut db = open_beside(zicha.data().join("zicha.db"));
    let corrupt = |told: String| assert!(told.contains("unreadable value"), "{told}");
    // A head count that cannot be would be 0 for the gate and the turnout.
    db.batch_execute(
        "pragma ignore_check_constraints = on; update units set headcount = -1 where code = 'CY'",
    )
    .unwrap();
    corrupt(zicha.app.units().map(drop).unwrap_err().to_string());
    db.batch_execute("update round_units set headcount = -1 where code = 'CY'").unwrap();
    corrupt(zicha.app.round_units(&round).map(drop).unwrap_err().to_string());
    db.batch_execute("update round_units set headcount = 12 where code = 'CY'").unwrap();
    // A text of an unknown state would wait to be screened again.
    db.batch_execute("update comments set state = 'somehow'").unwrap();
    corrupt(zicha.app.screened(&shell(), &round, "visit_note").map(drop).unwrap_err().to_string());
    corrupt(zicha.app.screening_progress(&shell(), &round).map(drop).unwrap_err().to_string());
}
