//! Which groups are published together.
//! Groups too small to hide a person are merged by ballots counted and kind, never by looking at
//! answers; groups from which no ballot came stay as they are.

use crate::tally::Tally;
use crate::unit::{Group, GroupCode};

use super::K;

/// A published group: one configured group or several merged ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Indices of the configured groups.
    pub members: Vec<usize>,
    /// Code; the members' codes joined by `+`.
    pub code: GroupCode,
    /// Kind, `mixed` if the members differ.
    pub kind: String,
    /// People in it.
    pub headcount: u32,
}

/// The published groups of a round, ordered by head count and code while merging, by configuration
/// in the result.
#[must_use]
pub fn partition(groups: &[Group], tally: &Tally) -> Vec<Part> {
    let alone = |(n, g): (usize, &Group)| Part {
        members: vec![n],
        code: g.code.clone(),
        kind: g.kind.clone(),
        headcount: g.headcount,
    };
    // Where nobody answered there is nothing to protect: such a group stands alone and takes nobody
    // else's list.
    let (silent, mut parts): (Vec<Part>, Vec<Part>) =
        groups.iter().enumerate().map(alone).partition(|p| is_silent(p, tally));
    loop {
        parts.sort_by(|a, b| (a.headcount, &a.code).cmp(&(b.headcount, &b.code)));
        let small = parts.iter().position(|p| too_small(p, groups, tally));
        let (Some(small), true) = (small, parts.len() > 1) else { break };
        let part = parts.remove(small);
        let into = parts.iter().position(|p| p.kind == part.kind).unwrap_or(0);
        let other = parts.remove(into);
        parts.push(merge(&part, &other, groups));
    }
    parts.extend(silent);
    parts.sort_by_key(|p| p.members[0]);
    parts
}

/// Whether no ballot at all came from a part.
fn is_silent(part: &Part, tally: &Tally) -> bool {
    part.members.iter().all(|m| tally.groups[*m].opened.reveal() == 0)
}

/// Answers that the other units of a group must have beside its largest one.
const FEWEST_BESIDE: u32 = 3;

/// From how many answers on bands are wide enough to hide them anyway.
const FROM_M_ON: u32 = 20;

fn too_small(part: &Part, groups: &[Group], tally: &Tally) -> bool {
    let units = part.members.iter().flat_map(|m| &groups[*m].units);
    let counted: Vec<u32> =
        units.map(|u| tally.counted_by_unit.get(u).map_or(0, |c| c.reveal())).collect();
    let total: u32 = counted.iter().sum();
    let largest = counted.iter().copied().max().unwrap_or(0);
    // Beside one large unit, one or two people of another would be alone in what is left.
    let few_beside = counted.len() > 1 && total - largest < FEWEST_BESIDE && total < FROM_M_ON;
    total < K || few_beside
}

fn merge(a: &Part, b: &Part, groups: &[Group]) -> Part {
    let mut members: Vec<usize> = a.members.iter().chain(&b.members).copied().collect();
    members.sort_unstable();
    let mut codes: Vec<&str> = members.iter().map(|m| groups[*m].code.as_str()).collect();
    codes.sort_unstable();
    Part {
        code: codes.join("+").into(),
        kind: if a.kind == b.kind { a.kind.clone() } else { "mixed".to_owned() },
        headcount: a.headcount + b.headcount,
        members,
    }
}
