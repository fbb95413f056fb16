//! Stuffing, copying, swapping: what somebody with the database or with spare slips can do to a
//! box, and who sees it.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use rand::SeedableRng;
use rand::rngs::StdRng;
use zicha::access::ServerKey;
use zicha::ballot::{RoundPublicKey, StuffingKey};
use zicha::id::RoundId;

use crate::test_app::{Backend, TestApp, UNITS, backends, on_both, open_beside, shell, survey};

/// Somebody who can write into the box.
fn tamper(zicha: &TestApp, backend: Backend, round: &RoundId, sqlite: &str, postgres: &str) {
    match backend {
        Backend::Sqlite => {
            let path = zicha.data().join(format!("box-{round}.db"));
            open_beside(path).batch_execute(sqlite).unwrap();
        }
        Backend::Postgres => {
            let sql = postgres.replace("ROUND", round.as_str());
            PgConnection::establish(&zicha.app.settings().database_url())
                .unwrap()
                .batch_execute(&sql)
                .unwrap();
        }
    }
}

fn answered(zicha: &TestApp, count: usize) -> RoundId {
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("canteen"));
    for code in zicha.slips(&round)["CY"].iter().take(count) {
        zicha.answer(&round, code, &[("visit_meal", "lunch")]).assert_received();
    }
    round
}

#[test]
fn forged_copied_and_swapped_ballots_are_spoiled_and_the_bulletin_says_so() {
    on_both(|zicha| {
        let backend = zicha.backend;
        let round = answered(zicha, 6);
        // Forged with the public key, which is no secret, by somebody who lacks the server key.
        let mut rng = StdRng::seed_from_u64(5);
        let public =
            RoundPublicKey::from_bytes(&zicha.app.round(&round).unwrap().public_key.unwrap())
                .unwrap();
        let size =
            zicha::ballot::Layout::of(&survey("canteen"), zicha::round::BallotEdition::default())
                .size();
        let forged = public.seal(
            &StuffingKey::of(&ServerKey::random(&mut rng)),
            &round,
            &"CY".into(),
            &vec![0xFF; size],
            &mut rng,
        );
        let (id, encapsulation, ciphertext) = (
            hex::encode(forged.id),
            hex::encode(&forged.encapsulation),
            hex::encode(&forged.ciphertext),
        );
        tamper(
            zicha,
            backend,
            &round,
            &format!(
                "insert into ballots values ({}, '{round}', x'{id}', 'CY', x'{encapsulation}', \
                 x'{ciphertext}')",
                zicha::ballot::place(&forged.id)
            ),
            &format!(
                "insert into ballots values ('ROUND', '\\x{id}', 'CY', '\\x{encapsulation}', \
                 '\\x{ciphertext}')"
            ),
        );
        // A copy of a ballot under another name, and one moved to another unit.
        tamper(
            zicha,
            backend,
            &round,
            &format!(
                "insert into ballots with copy as materialized (
                     select round, randomblob(16) as id, unit, encapsulation, ciphertext
                     from ballots limit 1)
                 select {}, copy.* from copy;
                 update ballots set unit = 'CF' where id = (select max(id) from ballots);",
                zicha::storage::place_of()
            ),
            "insert into ballots
                 select round, decode(md5(random()::text), 'hex'), unit, encapsulation, ciphertext
                 from ballots limit 1;
             update ballots set unit = 'CF'
                 where id = (select id from ballots order by id desc limit 1);",
        );
        let closed = zicha.app.close_round(&shell(), &round).unwrap().closing.unwrap();
        assert_eq!((closed.used, closed.ballots), (6, 8), "{backend:?}");
        zicha.get(&format!("/bulletin/{round}")).assert_says(200, "已使用的填写码与答卷数不一致");
        zicha.app.open_box(&shell(), &round, &mut |_| {}).unwrap();
        let turnout = zicha.app.results(&shell(), &round).unwrap().release.bureau.turnout;
        // The moved ballot may be the forged one or one of the copies' twins: then that many fewer
        // are spoiled.
        assert_eq!(turnout.opened, 8);
        assert!(
            (2..=3).contains(&turnout.spoiled) && turnout.counted == 8 - turnout.spoiled,
            "{backend:?}: {turnout:?}"
        );
        assert!(zicha.app.verify(&round).unwrap().iter().any(|c| !c.holds));
    });
}

#[test]
fn a_box_that_changed_between_closing_and_opening_stays_shut() {
    for backend in backends() {
        for (sqlite, postgres, undo) in [
            (
                "update ballots set unit = 'CF' where id = (select min(id) from ballots)",
                "update ballots set unit = 'CF' where id = (select id from ballots order by id \
                 limit 1)",
                "update ballots set unit = 'CY'",
            ),
            (
                "create table aside as select * from ballots limit 1; delete from ballots where id \
                 in (select id from aside)",
                "create table aside as select * from ballots limit 1; delete from ballots where id \
                 in (select id from aside)",
                "insert into ballots select * from aside; drop table aside",
            ),
            (
                "insert into ballots select -9223372036854775808, round, zeroblob(16), unit, \
                 encapsulation, ciphertext from ballots limit 1",
                "insert into ballots select round, decode(repeat('00', 16), 'hex'), unit, \
                 encapsulation, ciphertext from ballots limit 1",
                "",
            ),
        ] {
            let zicha = TestApp::start(backend);
            let round = answered(&zicha, 6);
            zicha.app.close_round(&shell(), &round).unwrap();
            tamper(&zicha, backend, &round, sqlite, postgres);
            let refused =
                zicha.app.open_box(&shell(), &round, &mut |_| {}).unwrap_err().to_string();
            assert!(refused.contains("not the one on the bulletin"), "{backend:?}: {refused}");
            assert!(zicha.app.verify(&round).unwrap().iter().any(|c| !c.holds));
            if !undo.is_empty() {
                tamper(&zicha, backend, &round, undo, undo);
                zicha.app.open_box(&shell(), &round, &mut |_| {}).unwrap();
            }
        }
    }
}

#[test]
fn spare_slips_used_beyond_the_head_count_are_counted_on_the_bulletin() {
    on_both(|zicha| {
        let backend = zicha.backend;
        // Twelve heads and two spares, all used.
        let round = answered(zicha, 14);
        let closed = zicha.app.close_round(&shell(), &round).unwrap().closing.unwrap();
        assert_eq!((closed.used, closed.ballots, closed.over), (14, 14, 2), "{backend:?}");
        zicha.get(&format!("/bulletin/{round}")).assert_says(200, "有单位使用的填写码多于人数");
        let checks = zicha.app.verify(&round).unwrap();
        assert!(
            checks.iter().any(|c| !c.holds && c.what.en.contains("beyond a unit's head count"))
        );
    });
}

#[test]
fn a_swapped_slip_table_is_caught_by_the_sums() {
    on_both(|zicha| {
        let backend = zicha.backend;
        let round = answered(zicha, 6);
        zicha.app.close_round(&shell(), &round).unwrap();
        let sql = "delete from spent_slips where hash = (select hash from spent_slips order by \
         hash limit 1)";
        tamper(zicha, backend, &round, sql, sql);
        assert!(
            zicha
                .app
                .open_box(&shell(), &round, &mut |_| {})
                .unwrap_err()
                .to_string()
                .contains("now: used 5")
        );
    });
}

#[test]
fn slips_left_over_are_noted_by_unit_and_stand_on_the_bulletin_beside_issued_and_used() {
    on_both(|zicha| {
        zicha.import_units(UNITS);
        let round = zicha.open_round(&survey("canteen"));
        let slips = zicha.slips(&round);
        for unit in ["CY", "CF"] {
            for code in slips[unit].iter().take(9) {
                zicha
                    .answer(&round, code, &[("visit_meal", "lunch"), ("food_cold", "agree")])
                    .assert_received();
            }
        }
        let password = zicha
            .app
            .add_account(
                &shell(),
                "jingban",
                zicha::app::Role::Clerk,
                &[],
                Some(crate::test_app::PASSWORD),
            )
            .unwrap();
        let desk = zicha.desk();
        desk.sign_in("jingban", &password);
        let page = format!("/desk/rounds/{round}");
        let note = |fields: &[(&str, &str)]| {
            let token = crate::desk::token_of(&desk.get(&page).body);
            desk.post(&format!("{page}/leftover"), &[&[("csrf", token.as_str())], fields].concat())
        };
        desk.get(&page).assert_says(200, "剩余纸条");
        note(&[("seen", "{}"), ("n.CY", "99")])
            .assert_says(422, "CY 只印发了 14 张，剩余不能是 99 张");
        note(&[("seen", "{}"), ("n.CY", "三")])
            .assert_says(422, "剩余张数应为整数，您填写的是“三”");
        assert_eq!(note(&[("seen", "{}"), ("n.CY", "2"), ("n.CF", "")]).status, 303);
        // Whoever opened the page before that is told that it has changed; nothing is overwritten.
        assert_ne!(note(&[("seen", "{}"), ("n.CY", "1")]).status, 303);
        assert_eq!(zicha.app.round(&round).unwrap().leftover["CY"], 2);
        assert_eq!(note(&[("seen", r#"{"CY":2}"#), ("n.CF", "4")]).status, 303);
        zicha.finish(&round);
        let bulletin = zicha.get(&format!("/bulletin/{round}"));
        bulletin.assert_says(200, "剩余销毁");
        bulletin.assert_says(200, "未登记");
        bulletin.assert_says(200, "发出");
        bulletin.assert_says(200, "清源街道中队：已用和剩余之和超过发放数");
        assert!(!bulletin.body.contains("春江街道中队：已用和剩余"));
        assert_eq!(
            note(&[("seen", "{}"), ("n.CY", "1")]).status,
            422,
            "after the opening the record stands"
        );
    });
}
