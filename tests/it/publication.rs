//! Everything public together: pages, charts, lists, files, bulletin, turnout, two rounds, and respondents who put their own answers together.
//! `gate_attack.rs` shows that the figures of one Release give no group away; here it is shown that nothing else says more, and where the limits are.

use std::collections::{BTreeMap, BTreeSet};

use zicha::gate::{Class, Cuts};
use zicha::id::RoundId;
use zicha::survey::Thresholds;

use crate::test_app::{Desk, TestApp, backends, survey};

const UNITS: &str = "code,name,kind,headcount\nCY,春江街道中队,squad,24\nCF,清源街道中队,squad,22\nCS,长乐街道中队,squad,12\n";

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

/// Every address that shows something of a round, as a head of the section sees it and as everybody does.
fn everything(zicha: &TestApp, desk: &Desk, round: &RoundId) -> BTreeMap<String, String> {
    let base = format!("/desk/rounds/{round}");
    let mut pages: Vec<String> =
        ["", "/results", "/lists/ALL", "/lists/CY", "/lists/CF", "/lists/CS", "/texts", "/keeping", "/problems", "/problems/CY", "/exports"]
            .iter()
            .map(|p| format!("{base}{p}"))
            .collect();
    for (_, table, ..) in zicha::export::TableName::ALL {
        for query in ["format=csv", "format=csv&headers=id", "format=json", "format=xlsx", "format=docx"] {
            pages.push(format!("{base}/export/{table}?{query}"));
        }
    }
    // What is packed is compared as it is read.
    let read = |path: &String| {
        let packed = (path.contains("=xlsx") || path.contains("=docx")) && desk.get(path).status == 200;
        if packed {
            crate::test_app::unpacked(&desk.file(path)).into_iter().flat_map(|(name, body)| [name, body]).collect()
        } else {
            desk.get(path).body
        }
    };
    let mut all: BTreeMap<String, String> = pages.iter().map(|p| (p.replace(round.as_str(), "ROUND"), read(p))).collect();
    for page in [format!("/bulletin/{round}"), format!("/bulletin/{round}?lang=en"), "/".to_owned()] {
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
        // Different answers of many people, the same bands: whoever compares all that is public finds no difference.
        let mut seen: Option<(BTreeMap<String, String>, String)> = None;
        for troubled in [[14, 9, 5], [15, 8, 7]] {
            let zicha = TestApp::start(backend);
            zicha.import_units(UNITS);
            let password = zicha.app.add_account("fuzeren", zicha::app::Role::Head, &[], Some(crate::test_app::PASSWORD)).unwrap();
            let desk = zicha.desk();
            desk.sign_in("fuzeren", &password);
            let id = round(&zicha, troubled);
            let release = zicha.app.results(&id).unwrap().release.to_json().replace(id.as_str(), "ROUND");
            let mut pages = everything(&zicha, &desk, &id);
            // The token of a form is the session's, not the round's.
            let token = crate::desk::token_of(&desk.get("/desk").body);
            for body in pages.values_mut() {
                *body = body.replace(&token, "TOKEN");
            }
            match &seen {
                None => seen = Some((pages, release)),
                Some((before, frozen)) => {
                    assert_eq!(frozen, &release, "{backend:?}: the two rounds fall into the same bands");
                    for (page, body) in &pages {
                        assert_eq!(body, &before[page], "{backend:?}: {page} tells two rounds apart");
                    }
                    assert!(pages.len() > 20 && pages.values().any(|b| b.contains("突出")), "real pages were compared");
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
            zicha.app.results(&id).unwrap().release.to_json().replace(id.as_str(), "ROUND")
        })
        .collect();
    assert_ne!(releases[0], releases[1]);
}

/// Whether members who put their answers together could learn an exact count of a group, with some answers of theirs and some bands.
/// They even know how many answers were valid.
fn gives_away(valid: u32, colluders: u32) -> bool {
    let cuts = Cuts::of(Thresholds::default());
    let class = Class::of(valid);
    for (present, prominent) in cuts.bands(class, false).into_iter().flat_map(|e| cuts.bands(class, true).into_iter().map(move |p| (e, p))) {
        let (e, p) = (present.counts(valid), prominent.counts(valid));
        for (own_e, own_p) in (0..=colluders).flat_map(|e| (0..=e).map(move |p| (e, p))) {
            // What is left once the colluders have taken their own answers off must be possible for the others.
            let tables: Vec<(u32, u32)> = (e.0.max(own_e)..=e.1)
                .flat_map(|a| (p.0.max(own_p)..=p.1).map(move |b| (a, b)))
                .filter(|(a, b)| a - own_e <= valid - colluders && b - own_p <= a - own_e)
                .collect();
            if [|t: &(u32, u32)| t.0, |t: &(u32, u32)| t.1].iter().any(|pick| tables.iter().map(pick).collect::<BTreeSet<_>>().len() == 1) {
                return true;
            }
        }
    }
    false
}

#[test]
fn nobody_from_outside_learns_a_count_and_one_member_only_in_a_small_group() {
    for valid in 5..=200 {
        assert!(!gives_away(valid, 0), "nobody colludes in {valid}");
        assert!(valid < 29 || !gives_away(valid, 1), "one member of {valid}");
    }
}

#[test]
fn how_many_may_collude_before_a_count_is_given_away_is_what_the_documentation_says() {
    // For each number of colluders the smallest group from which on no table of answers gives a count away.
    let safe_from = |colluders: u32| (5..=99).rev().take_while(|valid| !gives_away(*valid, colluders)).last();
    let found: Vec<Option<u32>> = (1..=3).map(safe_from).collect();
    let document = std::fs::read_to_string(format!("{}/docs/ANONYMITY.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let words: Vec<String> = found
        .iter()
        .zip(1..)
        .map(|(from, n)| match from {
            Some(from) => format!("{n} colluder{}: {from}", if n == 1 { "" } else { "s" }),
            None => format!("{n} colluders: no size up to 99"),
        })
        .filter(|words| !document.contains(words))
        .collect();
    assert_eq!(words, Vec::<String>::new(), "the documentation should say this");
}

/// Two rounds of one group in which some left, some joined, and up to `changed` of the others changed their minds: how many counts of the first both bands allow.
fn first_counts(cuts: &Cuts, (x1, v1): (u32, u32), (x2, v2): (u32, u32), joined: u32, left: u32, changed: u32) -> usize {
    let (first, second) = (cuts.present(x1, v1), cuts.present(x2, v2));
    let reaches = |a: u32| (a.saturating_sub(left + changed)..=(a + joined + changed).min(v2)).any(|b| cuts.present(b, v2) == second);
    (0..=v1).filter(|a| cuts.present(*a, v1) == first && reaches(*a)).count()
}

#[test]
fn two_rounds_of_the_same_people_say_no_more_than_one() {
    let cuts = Cuts::of(Thresholds::default());
    for valid in 5..=60 {
        for count in 0..=valid {
            let once = (0..=valid).filter(|x| cuts.present(*x, valid) == cuts.present(count, valid)).count();
            assert_eq!(
                first_counts(&cuts, (count, valid), (count, valid), 0, 0, 0),
                once,
                "the same people with the same answers show the same band"
            );
        }
    }
}

#[test]
fn joiners_and_leavers_give_nobody_away_unless_everybody_else_is_known_to_have_answered_alike() {
    let cuts = Cuts::of(Thresholds::default());
    let (mut pinned_if_alike, mut pinned, mut cases) = (0, 0, 0);
    for valid in 5..=60u32 {
        for (joined, left) in [(1, 0), (0, 1), (1, 1), (2, 0), (2, 2)] {
            let later = valid + joined - left;
            if Class::of(later) == Class::None {
                continue;
            }
            for count in 0..=valid {
                for second in count.saturating_sub(left)..=(count + joined).min(later) {
                    cases += 1;
                    pinned_if_alike += u32::from(first_counts(&cuts, (count, valid), (second, later), joined, left, 0) == 1);
                    // The attacker cannot know that nobody changed an answer within fifty days; that a few did is enough.
                    pinned += u32::from(first_counts(&cuts, (count, valid), (second, later), joined, left, 2) == 1);
                }
            }
        }
    }
    assert_eq!(pinned, 0, "of {cases} cases, if two of a group may have changed an answer");
    // And the limit, in the open: whoever knows that all others answered exactly alike learns counts now and then.
    let share = 100 * pinned_if_alike / cases;
    let document = std::fs::read_to_string(format!("{}/docs/ANONYMITY.md", env!("CARGO_MANIFEST_DIR"))).unwrap();
    assert!(document.contains(&format!("in {share} % of such cases")), "the documentation should say {share} %");
}

#[test]
fn turnout_over_the_days_tells_bands_of_large_groups_and_no_answer() {
    let zicha = TestApp::start(crate::test_app::Backend::Sqlite);
    zicha.import_units(UNITS);
    // The same people come, with opposite answers: the snapshots are the same, and one day has one snapshot.
    let mut snapshots = Vec::new();
    for meal in ["breakfast", "dinner"] {
        let round = &zicha.open_round(&survey("canteen"));
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
        assert_eq!(zicha.app.round(round).unwrap().turnout, first, "a second look on the same day shows nothing new");
        assert_eq!(first.bands.keys().collect::<Vec<_>>(), ["CF", "CY"], "nothing of twelve people");
        snapshots.push(first.bands);
    }
    assert_eq!(snapshots[0], snapshots[1]);
}
