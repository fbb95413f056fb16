//! What published figures leave possible for two sums, 存在 and 突出, and for what lies between
//! them.
//! The gate asks it before it publishes, so that it knows exactly what an attacker with integers
//! would know.

/// Values that must be left of every group's sums, or all that its own bands leave if those are
/// fewer.
const LEFT: i64 = 5;

/// A range of whole numbers, both ends included; empty if the first is the larger.
pub(super) type Range = (i64, i64);

/// Bounds of 存在 (`e`), of 突出 (`p`) and of their difference (`d`); between them every whole pair
/// is
/// possible.
///
/// Such sets stay such sets when they are added, taken from each other or cut, and their bounds
/// then just add up (they are generalized polymatroids), so what follows is exact and not a
/// relaxation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    pub e: Range,
    pub p: Range,
    pub d: Range,
}

impl Room {
    /// Exactly one pair.
    pub(super) fn point(e: i64, p: i64) -> Self {
        Self { e: (e, e), p: (p, p), d: (e - p, e - p) }
    }

    /// The same pairs with bounds that are all reached; nothing if no pair is left.
    pub(super) fn tight(self) -> Option<Self> {
        let Self { e, p, d } = self;
        let tight = Self {
            e: (e.0.max(p.0 + d.0), e.1.min(p.1 + d.1)),
            p: (p.0.max(e.0 - d.1), p.1.min(e.1 - d.0)),
            d: (d.0.max(e.0 - p.1), d.1.min(e.1 - p.0)),
        };
        [tight.e, tight.p, tight.d].iter().all(|r| r.0 <= r.1).then_some(tight)
    }

    /// The pairs that are in both.
    pub(super) fn meet(self, other: Self) -> Option<Self> {
        let both = |a: Range, b: Range| (a.0.max(b.0), a.1.min(b.1));
        Self { e: both(self.e, other.e), p: both(self.p, other.p), d: both(self.d, other.d) }
            .tight()
    }

    /// All sums of pairs, one from each of these tight rooms.
    pub(super) fn sum(rooms: &[Self]) -> Self {
        rooms.iter().fold(Self::point(0, 0), |a, b| {
            let add = |a: Range, b: Range| (a.0 + b.0, a.1 + b.1);
            Self { e: add(a.e, b.e), p: add(a.p, b.p), d: add(a.d, b.d) }
        })
    }

    /// What is left for `own`, one of the rooms of which `all` is the sum, if the total is known to
    /// lie in `total`.
    fn left(own: Self, all: Self, total: Self) -> Option<Self> {
        // The others' bounds are what `all` has more than `own`.
        let rest = |total: Range, all: Range, own: Range| {
            (total.0 - (all.1 - own.1), total.1 - (all.0 - own.0))
        };
        own.meet(Self {
            e: rest(total.e, all.e, own.e),
            p: rest(total.p, all.p, own.p),
            d: rest(total.d, all.d, own.d),
        })
    }

    /// The corners of a tight room; what is left for a group is least at one of them, for it is a
    /// concave function of the total.
    fn corners(self) -> [Self; 8] {
        let Self { e, p, d } = self;
        [
            (e.0, p.0.max(e.0 - d.1)),
            (e.0, p.1.min(e.0 - d.0)),
            (e.1, p.0.max(e.1 - d.1)),
            (e.1, p.1.min(e.1 - d.0)),
            (e.0.max(p.0 + d.0), p.0),
            (e.1.min(p.0 + d.1), p.0),
            (e.0.max(p.1 + d.0), p.1),
            (e.1.min(p.1 + d.1), p.1),
        ]
        .map(|(e, p)| Self::point(e, p))
    }
}

/// The rooms of all groups of a question, and their sum.
pub(super) struct Rooms {
    groups: Vec<Room>,
    pub(super) all: Room,
}

impl Rooms {
    pub(super) fn new(groups: Vec<Room>) -> Self {
        Self { all: Room::sum(&groups), groups }
    }

    /// Whether every group keeps its room if it comes out that the total lies in `total`.
    pub(super) fn hide(&self, total: Room) -> bool {
        self.groups.iter().all(|own| {
            let kept = |left: Range, own: Range| left.1 - left.0 + 1 >= LEFT.min(own.1 - own.0 + 1);
            Room::left(*own, self.all, total)
                .is_none_or(|left| kept(left.e, own.e) && kept(left.p, own.p))
        })
    }

    /// The totals that may be told exactly, if all of them may: far enough from every end. Asks
    /// nothing of the true total, so that saying nothing tells nothing.
    pub(super) fn middle(&self) -> Option<Room> {
        let middle = self.inner().tight()?;
        middle.corners().into_iter().all(|corner| self.hide(corner)).then_some(middle)
    }

    /// The totals outside the middle, each margin near one end; none of them if one would leave a
    /// group too little.
    pub(super) fn margins(&self) -> Vec<Room> {
        let (Room { e, p, d }, inner) = (self.all, self.inner());
        let below = |all: Range, inner: Range| (all.0, inner.0 - 1);
        let above = |all: Range, inner: Range| (inner.1 + 1, all.1);
        let margins: Vec<Room> = [
            Room { p: below(p, inner.p), ..self.all },
            Room { p: above(p, inner.p), ..self.all },
            Room { e: below(e, inner.e), p: inner.p, d },
            Room { e: above(e, inner.e), p: inner.p, d },
            Room { d: below(d, inner.d), ..inner },
            Room { d: above(d, inner.d), ..inner },
        ]
        .into_iter()
        .filter_map(Room::tight)
        .collect();
        if margins.iter().all(|margin| self.hide(*margin)) { margins } else { Vec::new() }
    }

    /// The bounds of the middle, not yet tight. A sum that everybody knows anyway has no ends.
    fn inner(&self) -> Room {
        let inner =
            |(low, high): Range| if low == high { (low, high) } else { (low + LEFT, high - LEFT) };
        Room { e: inner(self.all.e), p: inner(self.all.p), d: inner(self.all.d) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pairs(room: Room) -> Vec<(i64, i64)> {
        let inside = |(low, high): Range, x: i64| low <= x && x <= high;
        (room.e.0..=room.e.1)
            .flat_map(|e| (room.p.0..=room.p.1).map(move |p| (e, p)))
            .filter(|(e, p)| inside(room.d, e - p))
            .collect()
    }

    fn room() -> impl Strategy<Value = Room> {
        let range = |low: i64, width: i64| {
            (low..low + 4, 0..width).prop_map(|(low, width)| (low, low + width))
        };
        (range(0, 6), range(0, 6), range(0, 5))
            .prop_filter_map("empty", |(e, p, d)| Room { e, p, d }.tight())
    }

    proptest! {
        /// The claim on which everything here rests, against plain enumeration.
        #[test]
        fn sums_and_what_is_left_are_exact(a in room(), b in room(), c in room(), total in room()) {
            let all = Room::sum(&[a, b, c]);
            let mut sums: Vec<(i64, i64)> = Vec::new();
            let mut left: Vec<(i64, i64)> = Vec::new();
            let told = Room {
                e: (total.e.0 + 4, total.e.1 + 5),
                p: (total.p.0 + 4, total.p.1 + 5),
                d: (total.d.0, total.d.1 + 2),
            };
            let told_pairs = pairs(told);
            for x in pairs(a) {
                for y in pairs(b) {
                    for z in pairs(c) {
                        let sum = (x.0 + y.0 + z.0, x.1 + y.1 + z.1);
                        sums.push(sum);
                        if told_pairs.contains(&sum) {
                            left.push(x);
                        }
                    }
                }
            }
            for list in [&mut sums, &mut left] {
                list.sort_unstable();
                list.dedup();
            }
            prop_assert_eq!(sums, pairs(all));
            let exact = told.tight().and_then(|told| Room::left(a, all, told));
            prop_assert_eq!(left, exact.map_or_else(Vec::new, pairs));
        }
    }

    #[test]
    fn a_total_near_an_end_and_an_item_of_one_group_are_never_told_exactly() {
        let wide = Room { e: (0, 20), p: (0, 20), d: (0, 20) };
        assert_eq!(
            Rooms::new(vec![wide; 6]).middle(),
            Some(Room { e: (10, 115), p: (5, 110), d: (5, 110) })
        );
        let alone = Rooms::new(vec![wide, Room::point(0, 0), Room::point(0, 0)]);
        assert_eq!(alone.middle(), None, "the total is that group's count");
        let pinned = Rooms::new(vec![Room { e: (4, 7), p: (4, 7), d: (0, 3) }; 7]);
        assert!(!pinned.hide(Room::point(28, 28)), "all seven of them would be known");
    }
}
