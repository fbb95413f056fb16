//! What is left of options that are kept back together, from outside and to a member who takes the
//! own choices off.
//! At least three values of each from outside, two to a member, or all that its own range has.

use super::band::Class;
use super::room::Range;

/// How many must have chosen an option for it to be named: at least half (S), 40 % (M) or 30 % (L
/// and up) of those who answered.
pub(super) fn enough(answered: u32) -> Option<u32> {
    let percent = match Class::of(answered) {
        Class::None => return None,
        Class::S => 50,
        Class::M => 40,
        _ => 30,
    };
    Some((answered * percent).div_ceil(100))
}

/// Options of one kind: how many, and the range of each.
type Kinds<const N: usize> = [(usize, Range); N];

pub(super) fn bounds<const N: usize>(kinds: &Kinds<N>) -> Range {
    kinds.iter().fold((0, 0), |sum, (count, range)| {
        (sum.0 + *count as i64 * range.0, sum.1 + *count as i64 * range.1)
    })
}

/// Whether every option keeps that many values, or all that its own range has, if all of them
/// together are known to lie in `sum`. What cannot be is no matter.
pub(super) fn leaves<const N: usize>(kinds: &Kinds<N>, sum: Range, values: i64) -> bool {
    let (low, high) = bounds(kinds);
    low > sum.1
        || high < sum.0
        || kinds.iter().filter(|(count, _)| *count > 0).all(|(_, own)| {
            let left = (own.0.max(sum.0 - (high - own.1)), own.1.min(sum.1 - (low - own.0)));
            left.1 - left.0 + 1 >= (own.1 - own.0 + 1).min(values)
        })
}

/// What a member who chose so many options can take off, by how many of each kind he chose: the
/// options he chose, and the others.
pub(super) fn members(kinds: &Kinds<3>, chosen: usize) -> impl Iterator<Item = Kinds<6>> + '_ {
    let [a, b, c] = *kinds;
    (0..=a.0.min(chosen)).flat_map(move |own_a| {
        (0..=b.0.min(chosen - own_a)).filter_map(move |own_b| {
            let own_c = chosen - own_a - own_b;
            let less = |(low, high): Range| ((low - 1).max(0), high - 1);
            (own_c <= c.0).then(|| {
                [
                    (own_a, less(a.1)),
                    (a.0 - own_a, a.1),
                    (own_b, less(b.1)),
                    (b.0 - own_b, b.1),
                    (own_c, less(c.1)),
                    (c.0 - own_c, c.1),
                ]
            })
        })
    })
}

/// The same with no option chosen by more than there are people.
pub(super) fn capped(kinds: Kinds<6>, people: i64) -> Kinds<6> {
    kinds.map(|(count, (low, high))| (count, (low, high.min(people))))
}
