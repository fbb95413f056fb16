//! Everything public together: pages, charts, lists, files, bulletin, turnout, two rounds, and
//! respondents who put their own answers together.
//! `gate_attack.rs` shows that the figures of one Release give no group away; here it is shown that
//! nothing else says more, and where the limits are.

use std::collections::{BTreeMap, BTreeSet};

use zicha::gate::{Bands, Class, Cuts};
use zicha::id::RoundId;
use zicha::round::Access;
use zicha::survey::Thresholds;

use crate::test_app::{Desk, TestApp, backends, shell, survey};

const UNITS: &str = "code,name,kind,headcount\n\
                     CY,春江街道中队,squad,24\n\
                     CF,清源街道中队,squad,22\n\
                     CS,长乐街道中队,squad,12\n";

/// A released round in which so many of each squad say `frequent`, and the others `none`.
fn round(zicha: &TestApp, troubled: [usize; 3]) -> RoundId {
    let round = zicha.open_round(&survey("self-check-short"));
    let codes = zicha.slips(&round);
    for ((unit, troubled), answered) in ["CY", "CF", "CS"].iter().zip(troubled).zip([22, 20, 10]) {
        for (n, code) in codes[*unit].iter().take(answered).enumerate() {
            let step = if n < troubled { "frequent" } else { "none" };
            let item = survey("self-check-short").questions()[0].id.clone();
            zicha.answer(&round, code, &[(&item, step)]).assert_received();
        }
    }
    zicha.app.tick().unwrap();
    zicha.finish(&round);
    round
}

/// Every address that shows something of a round, as a head of the section sees it and as everybody
/// does.
fn everything(zicha: &TestApp, desk: &Desk, round: &RoundId) -> BTreeMap<String, String> {
    let base = format!("/desk/rounds/{round}");
    let mut pages: Vec<String> = [
        "",
        "/results",
        "/lists/ALL",
        "/lists/CY",
        "/lists/CF",
        "/lists/CS",
        "/texts",
        "/keeping",
        "/problems",
        "/problems/CY",
        "/exports",
    ]
    .iter()
    .map(|p| format!("{base}{p}"))
    .collect();
    for table in zicha::export::TableName::ALL.map(zicha::export::TableName::as_str) {
        for query in
            ["format=csv", "format=csv&headers=id", "format=json", "format=xlsx", "format=docx"]
        {
            pages.push(format!("{base}/export/{table}?{query}"));
        }
    }
    // What is packed is compared as it is read.
    let read = |path: &String| {
        let packed =
            (path.contains("=xlsx") || path.contains("=docx")) && desk.get(path).status == 200;
        if packed {
            crate::test_app::unpacked(&desk.file(path))
                .into_iter()
                .flat_map(|(name, body)| [name, body])
                .collect()
        } else {
            desk.get(path).body
        }
    };
    let mut all: BTreeMap<String, String> =
        pages.iter().map(|p| (p.replace(round.as_str(), "ROUND"), read(p))).collect();
    for page in [format!("/bulletin/{round}"), format!("/bulletin/{round}?lang=en"), "/".to_owned()]
    {
        all.insert(page.replace(round.as_str(), "ROUND"), zicha.get(&page).body);
    }
    let digest = zicha.app.round(round).unwrap().closing.unwrap().digest;
    for body in all.values_mut() {
        *body = body.replace(round.as_str(), "ROUND").replace(&digest, "DIGEST");
    }
    all
}

#[test]
fn nothing_public_differs_where_the_bands_do_not() {
    for backend in backends() {
        // Different answers of many people, the same bands: whoever compares all that is public
        // finds no difference.
        let mut seen: Option<(BTreeMap<String, String>, String)> = None;
        for troubled in [[14, 9, 5], [15, 8, 7]] {
            let zicha = TestApp::start(backend);
            zicha.import_units(UNITS);
            let password = zicha
                .app
                .add_account(
                    &shell(),
                    "fuzeren",
                    zicha::app::Role::Head,
                    &[],
                    Some(crate::test_app::PASSWORD),
                )
                .unwrap();
            let desk = zicha.desk();
            desk.sign_in("fuzeren", &password);
            let id = round(&zicha, troubled);
            let release = zicha
                .app
                .results(&shell(), &id)
                .unwrap()
                .release
                .to_json()
                .replace(id.as_str(), "ROUND");
            let mut pages = everything(&zicha, &desk, &id);
            // The token of a form is the session's, not the round's.
            let token = crate::desk::token_of(&desk.get("/desk").body);
            for body in pages.values_mut() {
                *body = body.replace(&token, "TOKEN");
            }
            match &seen {
                None => seen = Some((pages, release)),
                Some((before, frozen)) => {
                    assert_eq!(
                        frozen, &release,
                        "{backend:?}: the two rounds fall into the same bands"
                    );
                    for (page, body) in &pages {
                        assert_eq!(
                            body, &before[page],
                            "{backend:?}: {page} tells two rounds apart"
                        );
                    }
                    assert!(
                        pages.len() > 20 && pages.values().any(|b| b.contains("突出")),
                        "real pages were compared"
                    );
                }
            }
        }
    }
}

#[test]
fn the_comparison_bites_where_a_band_differs() {
    let zicha = TestApp::start(crate::test_app::Backend::Sqlite);
    zicha.import_units(UNITS);
    let releases: Vec<String> = [[14, 9, 5], [5, 9, 5]]
        .into_iter()
        .map(|troubled| {
            let id = round(&zicha, troubled);
            zicha
                .app
                .results(&shell(), &id)
                .unwrap()
                .release
                .to_json()
                .replace(id.as_str(), "ROUND")
        })
        .collect();
    assert_ne!(releases[0], releases[1]);
}

/// Whether insiders who know their own answers and the number of valid ones can be left with one
/// count of the others, and with two of which one is nobody or everybody.
fn insiders_read(cuts: &Cuts, valid: u32, insiders: u32) -> (bool, bool) {
    let others = valid - insiders;
    let mut by_bands: BTreeMap<(bool, Bands), Vec<(u32, u32)>> = BTreeMap::new();
    for twofold in [false, true] {
        for (e, p) in (0..=valid)
            .flat_map(|e| (0..=e).map(move |p| (e, p)))
            .filter(|(e, p)| !twofold || e == p)
        {
            by_bands
                .entry((twofold, cuts.say(e, p, valid, twofold).unwrap()))
                .or_default()
                .push((e, p));
        }
    }
    let (mut exact, mut ends) = (false, false);
    for ((twofold, _), tables) in by_bands {
        for (own_e, own_p) in (0..=insiders)
            .flat_map(|e| (0..=e).map(move |p| (e, p)))
            .filter(|(e, p)| !twofold || e == p)
        {
            let left = tables.iter().filter(|(e, p)| {
                *e >= own_e && *p >= own_p && e - own_e <= others && p - own_p <= e - own_e
            });
            let left: Vec<(u32, u32)> = left.map(|(e, p)| (e - own_e, p - own_p)).collect();
            for pick in [|t: &(u32, u32)| t.0, |t: &(u32, u32)| t.1] {
                let values: BTreeSet<u32> = left.iter().map(pick).collect();
                exact |= values.len() == 1;
                ends |= values.len() == 2 && (values.contains(&0) || values.contains(&others));
            }
        }
    }
    (exact, ends)
}

#[test]
fn one_member_learns_no_count_of_the_others_and_more_than_one_only_in_small_groups() {
    let cuts = Cuts::of(Thresholds::default());
    let read = |insiders: u32| {
        (5..=99).map(|valid| (valid, insiders_read(&cuts, valid, insiders))).collect::<Vec<_>>()
    };
    let (outside, one) = (read(0), read(1));
    assert!(
        outside.iter().chain(&one).all(|(_, (exact, _))| !exact),
        "from outside and with one's own answer no count is exact"
    );
    let span =
        |sizes: Vec<u32>| format!("from {} to {}", sizes.first().unwrap(), sizes.last().unwrap());
    let document =
        std::fs::read_to_string(format!("{}/docs/ANONYMITY.md", env!("CARGO_MANIFEST_DIR")))
            .unwrap();
    let mut lines = vec![format!(
        "two values at an end: {}",
        span(one.iter().filter(|(_, (_, ends))| *ends).map(|(v, _)| *v).collect())
    )];
    for insiders in [2, 3] {
        lines.push(format!(
            "{insiders} insiders, one value: {}",
            span(read(insiders).iter().filter(|(_, (exact, _))| *exact).map(|(v, _)| *v).collect())
        ));
    }
    lines.retain(|line| !document.contains(line.as_str()));
    assert_eq!(lines, Vec::<String>::new(), "the documentation should say this");
}

/// A band as a function of a count and the number of valid answers.
type Cut<'a> = &'a dyn Fn(u32, u32) -> Option<Bands>;

/// Two rounds of one group in which some left, some joined, and up to `changed` of the others
/// changed their minds: how many counts of the first both bands allow.
fn first_counts(
    cut: Cut,
    (x1, v1): (u32, u32),
    (x2, v2): (u32, u32),
    joined: u32,
    left: u32,
    changed: u32,
) -> usize {
    let (first, second) = (cut(x1, v1), cut(x2, v2));
    let reaches = |a: u32| {
        (a.saturating_sub(left + changed)..=(a + joined + changed).min(v2))
            .any(|b| cut(b, v2) == second)
    };
    (0..=v1).filter(|a| cut(*a, v1) == first && reaches(*a)).count()
}

/// 突出 and, where nobody says 突出, 存在: the finest that is said of either.
fn with_both_cuts(mut test: impl FnMut(Cut)) {
    let cuts = Cuts::of(Thresholds::default());
    test(&|x, valid| cuts.say(x, x, valid, true));
    test(&|x, valid| cuts.say(x, 0, valid, false));
}

#[test]
fn two_rounds_of_the_same_people_say_no_more_than_one() {
    with_both_cuts(|cut| {
        for valid in 5..=60 {
            for count in 0..=valid {
                let once = (0..=valid).filter(|x| cut(*x, valid) == cut(count, valid)).count();
                assert_eq!(
                    first_counts(cut, (count, valid), (count, valid), 0, 0, 0),
                    once,
                    "the same people with the same answers show the same band"
                );
            }
        }
    });
}

#[test]
fn joiners_and_leavers_give_nobody_away_unless_everybody_else_is_known_to_have_answered_alike() {
    let (mut pinned_if_alike, mut pinned, mut cases) = (0, 0, 0);
    with_both_cuts(|cut| {
        for valid in 5..=60u32 {
            for (joined, left) in [(1, 0), (0, 1), (1, 1), (2, 0), (2, 2)] {
                let later = valid + joined - left;
                if Class::of(later) == Class::None {
                    continue;
                }
                for count in 0..=valid {
                    for second in count.saturating_sub(left)..=(count + joined).min(later) {
                        cases += 1;
                        pinned_if_alike += u32::from(
                            first_counts(cut, (count, valid), (second, later), joined, left, 0)
                                == 1,
                        );
                        // The attacker cannot know that nobody changed an answer within fifty days;
                        // that a few did is enough.
                        pinned += u32::from(
                            first_counts(cut, (count, valid), (second, later), joined, left, 2)
                                == 1,
                        );
                    }
                }
            }
        }
    });
    assert_eq!(pinned, 0, "of {cases} cases, if two of a group may have changed an answer");
    // And the limit, in the open: whoever knows that all others answered exactly alike learns
    // counts now and then.
    let share = 100 * pinned_if_alike / cases;
    let document =
        std::fs::read_to_string(format!("{}/docs/ANONYMITY.md", env!("CARGO_MANIFEST_DIR")))
            .unwrap();
    assert!(
        document.contains(&format!("in {share} % of such cases")),
        "the documentation should say {share} %"
    );
}

#[test]
fn turnout_over_the_days_tells_bands_of_large_groups_and_no_answer() {
    let zicha = TestApp::start(crate::test_app::Backend::Sqlite);
    zicha.import_units(UNITS);
    // The same people come, with opposite answers: the snapshots are the same, and one day has one
    // snapshot.
    let mut snapshots = Vec::new();
    for meal in ["breakfast", "dinner"] {
        // Since yesterday, so that an evening is over.
        let round = &zicha.draft_since(&survey("canteen"), Access::Slip, 1);
        zicha.app.open_round(&shell(), round, zicha::app::Custody::Server).unwrap();
        let codes = zicha.slips(round);
        for unit in ["CY", "CS"] {
            for code in codes[unit].iter().take(9) {
                zicha.answer(round, code, &[("visit_meal", meal)]).assert_received();
            }
        }
        zicha.app.tick().unwrap();
        let first = zicha.app.round(round).unwrap().turnout;
        zicha.answer(round, &codes["CY"][20], &[("visit_meal", meal)]).assert_received();
        zicha.app.tick().unwrap();
        assert_eq!(
            zicha.app.round(round).unwrap().turnout,
            first,
            "a second look before the next evening shows nothing new"
        );
        assert_eq!(
            first.bands.keys().collect::<Vec<_>>(),
            ["CF", "CY"],
            "nothing of twelve people"
        );
        snapshots.push(first.bands);
    }
    assert_eq!(snapshots[0], snapshots[1]);
}
