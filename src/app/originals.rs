//! What is kept after an opening until its day comes: original texts and spent codes.
//! After a destruction the database is rewritten, so that no free page or dead row holds what was
//! deleted.

use std::collections::BTreeMap;

use super::{Action, Actor, App, AppError};
use crate::id::RoundId;
use crate::round::{Round, shanghai_day};

impl App {
    /// Destroys what was kept, if its day has come.
    pub(super) fn destroy_originals_in_time(&self, round: &Round) -> Result<(), AppError> {
        let due = round.originals_until.is_some_and(|day| shanghai_day(self.now()) >= day);
        if due && round.destruction.is_none() {
            let today = shanghai_day(self.now()).to_string();
            self.deed(&Actor::Service, Action::OriginalsDestroyed, round.id.as_str(), |tx| {
                if tx.destroy_originals(&round.id, &today, &[])? {
                    Ok(())
                } else {
                    Err(AppError::Changed)
                }
            })?;
            self.changed(&round.id);
        }
        // A rewrite that was interrupted is made up for.
        Ok(self.storage.rewrite_if_due()?)
    }

    /// How many original texts there are to each question of an opened round.
    pub fn text_counts(&self, id: &RoundId) -> Result<BTreeMap<String, u64>, AppError> {
        self.frozen(id)?;
        Ok(self.storage.text_counts(id)?)
    }
}
