//! A round as a whole: its lists as the Release says them, and those of the round before.
//! Every page of results and every picture is drawn from this, so that they agree.

use crate::app::{Actor, App, AppError, Results};
use crate::id::RoundId;
use crate::problem::ProblemList;
use crate::unit::GroupCode;

/// A round with all its lists.
pub struct Whole {
    /// The round and its Release.
    pub results: Results,
    /// One list for each published group, in their order.
    pub lists: Vec<ProblemList>,
    /// The bureau's.
    pub bureau: ProblemList,
}

impl Whole {
    fn of(results: Results) -> Result<Self, AppError> {
        let lists = results.release.groups.iter().map(|g| results.derived(&g.code));
        Ok(Self {
            lists: lists.collect::<Result<_, _>>()?,
            bureau: results.derived(&GroupCode::bureau())?,
            results,
        })
    }

    /// The round, and the one that it looks back at.
    pub fn read(app: &App, by: &Actor, id: &RoundId) -> Result<(Self, Option<Self>), AppError> {
        let results = app.read_results(by, id)?;
        let before = app.results_before(by, &results)?.map(Self::of).transpose()?;
        Ok((Self::of(results)?, before))
    }
}
