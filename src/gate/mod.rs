//! The gate: the only way from secret counts to figures that may leave the house.
//! Precision depends on public sizes and on what is published anyway, never on answers that stay
//! secret: coarsening where it "matters" would tell what it hides.

mod band;
mod bureau;
mod members;
mod named;
mod options;
mod partition;
mod protect;
mod release;
mod room;
mod sums;

pub use band::{Band, Bands, Class, Cuts, ThresholdError};
pub use named::{median_step, top_options};
pub use partition::{Part, partition};
pub use protect::{UnitSlips, protect};
pub use release::{
    BureauCell, BureauItem, ExactItem, GATE_VERSION, GroupCell, GroupItem, Level, Release,
    ReleasedBureau, ReleasedGroup, Turnout,
};

/// Fewest counted ballots of a published group.
pub const K: u32 = 5;
