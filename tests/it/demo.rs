//! The demo is what a newcomer sees first: complete, believable, and marked as invented everywhere.

use crate::test_app::shell;
use std::sync::Arc;

use zicha::app::{App, Settings};
use zicha::gate::Level;
use zicha::round::RoundState;

#[test]
fn the_demo_is_complete_and_says_that_it_is_invented() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        data: folder.path().to_owned(),
        listen: "127.0.0.1:1".into(),
        public_url: Some("http://127.0.0.1:1".into()),
        demo: true,
        ..Settings::default()
    };
    let app = Arc::new(App::open(settings).unwrap());
    let demo = app.fill_demo().unwrap();
    assert_eq!(app.units().unwrap().iter().map(|u| u.headcount).sum::<u32>(), 431);
    assert!((360..=400).contains(&demo.ballots), "{} ballots", demo.ballots);
    assert_eq!(demo.accounts.len(), 6, "one account for each role");
    assert_eq!(app.round(&demo.open).unwrap().state, RoundState::Open);
    let past = app.results(&shell(), &demo.past).unwrap();
    assert!(
        past.round.state == RoundState::Released && !past.round.closing.as_ref().unwrap().early
    );
    assert!(app.verify(&demo.past).unwrap().iter().all(|c| c.holds));
    let merged: Vec<&str> =
        past.release.groups.iter().filter(|g| g.merged).map(|g| g.code.as_str()).collect();
    assert_eq!(merged, ["CB+HQ+JJ"], "two small sections fall under the floor");
    let listed: Vec<usize> = past
        .release
        .groups
        .iter()
        .map(|g| past.list(&g.code).unwrap().count(Level::Prominent))
        .collect();
    assert!(
        listed.iter().max() > Some(&3) && listed.iter().min() == Some(&0),
        "units differ in their troubles: {listed:?}"
    );
    for name in zicha::export::TableName::ALL {
        let table = past.table(name, None).unwrap();
        assert!(
            table.title.contains("演示数据") && table.title.contains("试用"),
            "{}",
            table.title
        );
        assert!(
            table.rows.iter().all(|row| row.iter().any(|cell| cell.contains("演示数据"))),
            "{} marks every row",
            table.title
        );
    }
}
