//! What two people decide beside the moves of a round: what everybody may see after the release,
//! and that the closing day is put off; and what trustees type once for one sitting.
//! Nothing is shown that two did not choose, and no day is brought forward.

use time::Duration;
use zicha::app::{App, Custody, Role, SharedStep};
use zicha::id::RoundId;
use zicha::round::{Access, Phase, RoundState};

use crate::test_app::{PASSWORD, TestApp, UNITS, a_clerk, as_role, on_both, shell, survey};

fn section(zicha: &TestApp) {
    zicha.import_units(UNITS);
    for (name, role) in [("jia", Role::Clerk), ("bing", Role::Clerk), ("yi", Role::Head)] {
        zicha.app.add_account(&shell(), name, role, &[], Some(PASSWORD)).unwrap();
    }
}

fn opened(zicha: &TestApp) -> RoundId {
    let round = zicha.open_round(&survey("self-check"));
    for code in zicha.slips(&round)["CY"].iter().take(8) {
        zicha.answer(&round, code, &[("honor_pride", "frequent")]).assert_received();
    }
    zicha.app.close_round(&shell(), &round).unwrap();
    zicha.app.open_box(&shell(), &round, &mut |_| {}).unwrap();
    round
}

fn agree(app: &App, who: &str, round: &RoundId, reach: &str) -> bool {
    let by = as_role(who, if who == "yi" { Role::Head } else { Role::Clerk }, &[]);
    app.approve_seen(&by, round, SharedStep::Release, ("", reach)).unwrap()
}

#[test]
fn the_bulletin_shows_results_only_where_both_who_release_chose_that() {
    on_both(|zicha| {
        section(zicha);
        let says = |round: &RoundId| zicha.get(&format!("/bulletin/{round}")).body;
        for (reach, shown) in [("sums", false), ("results", true), ("", false)] {
            let round = opened(zicha);
            assert!(!agree(&zicha.app, "jia", &round, reach));
            assert!(agree(&zicha.app, "yi", &round, reach));
            let page = says(&round);
            assert_eq!(page.contains("大家反映了什么"), shown, "{reach}");
            assert_eq!(page.contains("结果已发布给各单位；本栏只公布核对数字"), !shown);
            assert!(page.contains("开箱后"), "the sums are always there");
        }
    });
}

/// One who wants results on the bulletin and one who wants only sums are no two.
#[test]
fn two_who_chose_differently_do_not_release() {
    on_both(|zicha| {
        section(zicha);
        let (app, round) = (&zicha.app, opened(zicha));
        assert!(!agree(app, "jia", &round, "results"));
        assert!(!agree(app, "yi", &round, "sums"), "another choice is no agreement");
        assert_eq!(app.round(&round).unwrap().state, RoundState::Opened);
        assert_eq!(app.chosen(&round, SharedStep::Release).unwrap().as_deref(), Some("sums"));
        assert!(!agree(app, "bing", &round, "results"), "nor does the first one come back");
        assert!(!agree(app, "yi", &round, "sums"));
        assert!(agree(app, "jia", &round, "sums"));
        let odd = app.approve_seen(&a_clerk("jia"), &round, SharedStep::Release, ("", "all"));
        assert!(odd.is_err());
    });
}

#[test]
fn a_closing_day_is_put_off_by_two_and_everybody_is_told() {
    on_both(|zicha| {
        section(zicha);
        let (app, round) = (&zicha.app, zicha.open_round(&survey("canteen")));
        let before = app.round(&round).unwrap();
        let later = (before.closes + Duration::days(4)).to_string();
        let put_off = |who: &str, day: &str| {
            let by = as_role(who, if who == "yi" { Role::Head } else { Role::Clerk }, &[]);
            app.approve_seen(&by, &round, SharedStep::Postpone, ("", day))
        };
        for (day, says) in [
            (before.closes.to_string(), "must be later"),
            ((before.closes - Duration::DAY).to_string(), "must be later"),
            ((before.closes + Duration::days(400)).to_string(), "one year at most"),
            ("明天".to_owned(), "is not a date"),
        ] {
            let refused = put_off("jia", &day).unwrap_err().to_string();
            assert!(refused.contains(says), "{day}: {refused}");
        }
        assert!(!put_off("jia", &later).unwrap());
        assert!(!put_off("bing", &later).unwrap(), "two clerks are not the head");
        assert_eq!(app.round(&round).unwrap().closes, before.closes, "one of two moves nothing");
        let other = (before.closes + Duration::days(5)).to_string();
        assert!(!put_off("yi", &other).unwrap(), "another day is no agreement");
        assert!(!put_off("jia", &later).unwrap());
        assert!(put_off("yi", &later).unwrap());
        let after = app.round(&round).unwrap();
        assert_eq!(after.closes.to_string(), later);
        assert_eq!(after.phase(before.ends_at()), Phase::Answering, "it goes on that day");
        zicha.get(&format!("/bulletin/{round}")).assert_says(200, "延期截止：原定");
        // Never back again.
        assert!(put_off("jia", &before.closes.to_string()).is_err());
        app.close_round(&shell(), &round).unwrap();
        assert!(put_off("jia", &(after.closes + Duration::DAY).to_string()).is_err(), "closed");
    });
}

/// A round under trustees; their passphrases.
fn held(zicha: &TestApp) -> (RoundId, Vec<String>) {
    let round = zicha.draft(&survey("canteen"), Access::Slip);
    let (_, passphrases) = zicha.app.prepare_trustees(&shell(), &round, (3, 2), "").unwrap();
    let typed: Vec<String> = passphrases.iter().map(|p| p.printed().to_string()).collect();
    for one in &typed {
        zicha.app.test_passphrase(&round, one).unwrap();
    }
    zicha.app.open_round(&shell(), &round, Custody::Trustees).unwrap();
    (round, typed)
}

#[test]
fn one_typing_serves_closing_and_opening_only_for_trustees_who_say_so() {
    on_both(|zicha| {
        zicha.import_units(UNITS);
        let app = &zicha.app;
        for (also, opens) in [([true, true], true), ([true, false], false), ([false, false], false)]
        {
            let (round, typed) = held(zicha);
            for (one, also) in typed.iter().zip(also) {
                app.enter_passphrase(&shell(), &round, one, also).unwrap();
            }
            app.close_round(&shell(), &round).unwrap();
            assert!(app.round(&round).unwrap().closing.unwrap().early);
            let left = also.iter().filter(|also| **also).count();
            assert_eq!(app.gathered(&round), left, "{also:?}");
            let done = app.open_box(&shell(), &round, &mut |_| {});
            assert_eq!(done.is_ok(), opens, "{also:?}");
            if !opens {
                for one in &typed[..2] {
                    app.enter_passphrase(&shell(), &round, one, false).unwrap();
                }
                app.open_box(&shell(), &round, &mut |_| {}).unwrap();
            }
            assert_eq!(app.gathered(&round), 0, "nothing is left of it");
        }
    });
}

/// Who thinks better of it types again without the tick.
#[test]
fn the_last_word_of_a_trustee_counts() {
    on_both(|zicha| {
        zicha.import_units(UNITS);
        let (app, (round, typed)) = (&zicha.app, held(zicha));
        for also in [true, false] {
            for one in &typed[..2] {
                app.enter_passphrase(&shell(), &round, one, also).unwrap();
            }
        }
        app.close_round(&shell(), &round).unwrap();
        assert!(app.open_box(&shell(), &round, &mut |_| {}).is_err());
    });
}
