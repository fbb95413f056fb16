//! Which harms, causes and harm level are named for the whole bureau.
//! From its own counts where they are told, else from what is published of the groups: nothing is
//! derived that was not said.

use crate::gate::{BureauCell, GroupCell, Release, median_step, top_options};
use crate::survey::{Kind, Survey};

/// Indices of the options (or of the one step) of the question at `at`, most three of a choice, in
/// the questionnaire's order.
#[must_use]
pub fn named(survey: &Survey, release: &Release, at: usize) -> Vec<usize> {
    match (&release.bureau.cells[at], &survey.questions()[at].kind) {
        (BureauCell::Median(step), _) => vec![*step],
        (BureauCell::Top(options), _) => options.clone(),
        (BureauCell::Options { counts, .. }, Kind::Scale(scale))
            if counts.iter().all(Option::is_some) =>
        {
            median_step(scale, &counts.iter().flatten().copied().collect::<Vec<_>>())
                .into_iter()
                .collect()
        }
        (BureauCell::Options { counts, answered }, Kind::Multi { choices, .. }) => {
            let often = by_most_groups(release, at);
            let counts: Vec<u32> = counts
                .iter()
                .enumerate()
                .map(|(n, count)| count.unwrap_or(if often.contains(&n) { *answered } else { 0 }))
                .collect();
            top_options(choices, &counts, *answered).unwrap_or_default()
        }
        (_, Kind::Multi { .. }) => by_most_groups(release, at).into_iter().take(3).collect(),
        (_, Kind::Scale(_)) => middle_of_groups(release, at).into_iter().collect(),
        _ => Vec::new(),
    }
}

/// Options that groups with half of the ballots name, of those groups of which options are named at
/// all.
fn by_most_groups(release: &Release, at: usize) -> Vec<usize> {
    let groups: Vec<(&Vec<usize>, u32)> = release
        .answering()
        .filter_map(|group| {
            if let GroupCell::Top(options) = &group.cells[at] {
                Some((options, group.turnout.counted))
            } else {
                None
            }
        })
        .collect();
    let all: u32 = groups.iter().map(|g| g.1).sum();
    let mut options: Vec<usize> = groups.iter().flat_map(|g| g.0.iter().copied()).collect();
    options.sort_unstable();
    options.dedup();
    options.retain(|option| {
        2 * groups.iter().filter(|g| g.0.contains(option)).map(|g| g.1).sum::<u32>() >= all
    });
    options
}

/// The middle one of the groups' medians, each weighing as much as its ballots.
fn middle_of_groups(release: &Release, at: usize) -> Option<usize> {
    let mut medians: Vec<(usize, u32)> = release
        .answering()
        .filter_map(|group| {
            if let GroupCell::Median(step) = &group.cells[at] {
                Some((*step, group.turnout.counted))
            } else {
                None
            }
        })
        .collect();
    medians.sort_unstable();
    let all: u32 = medians.iter().map(|m| m.1).sum();
    let mut seen = 0;
    medians.into_iter().find_map(|(step, counted)| {
        seen += counted;
        (2 * seen >= all).then_some(step)
    })
}
