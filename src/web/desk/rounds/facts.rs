//! What the page of a round shows, read in one go.
//! The page, its cards and the form for slips left over all draw from it.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError};

use actix_web::web::Data;
use time::Date;

use super::follow;
use crate::app::{AppError, Progress, SharedStep};
use crate::id::AccountName;
use crate::id::RoundId;
use crate::round::{Reach, Round, RoundState, Scopes, parse_day};
use crate::survey::Survey;
use crate::text::{Lang, Refusal};
use crate::unit::{Group, Unit, UnitCode, groups};
use crate::web::desk::Openings;
use crate::web::desk::answer::Desk;
use crate::web::error::WebError;

/// What the page shows.
pub(in crate::web::desk) struct Facts {
    pub(in crate::web::desk) round: Round,
    pub(in crate::web::desk) survey: Arc<Survey>,
    pub(in crate::web::desk) groups: Vec<Group>,
    pub(in crate::web::desk) issued: Option<u64>,
    /// Code, name and slips of each unit, while slips left over can be noted.
    pub(in crate::web::desk) issued_by_unit: Vec<(UnitCode, String, u32)>,
    pub(in crate::web::desk) marks: String,
    pub(in crate::web::desk) opening: Option<Result<Progress, Refusal>>,
    /// Who has agreed to let the results out, and what the bulletin is to show then.
    pub(in crate::web::desk) released_by: Vec<AccountName>,
    pub(in crate::web::desk) reach: Option<Reach>,
    /// Who has agreed to put the closing day off, and until when.
    pub(in crate::web::desk) postponed_by: Vec<AccountName>,
    pub(in crate::web::desk) postponed_to: Option<Date>,
    /// What a release would be agreed to.
    pub(in crate::web::desk) seen: String,
    /// What slips lead to, or why they cannot be printed.
    pub(in crate::web::desk) address: Result<String, Refusal>,
    /// How questions and units of a draft fit.
    pub(in crate::web::desk) scopes: Option<(Scopes, Vec<Refusal>)>,
    /// The word that changes when this page would.
    pub(in crate::web::desk) standing: String,
}

#[expect(clippy::too_many_lines, reason = "a list, one entry after the other")]
pub(in crate::web::desk) async fn facts(
    desk: &Desk,
    openings: &Data<Openings>,
    id: RoundId,
    lang: Lang,
) -> Result<Facts, WebError> {
    let opening = openings.0.lock().unwrap_or_else(PoisonError::into_inner).get(&id).cloned();
    let running = openings.clone();
    Ok(desk
        .run(move |app, _| {
            let standing = follow::standing(app, &running, &id)?;
            let round = app.round(&id)?;
            let issued = if matches!(round.state, RoundState::Draft | RoundState::Open) {
                Some(app.slips_issued(&id)?)
            } else {
                None
            };
            let units = app.round_units(&id)?;
            let by_unit = if matches!(round.state, RoundState::Open | RoundState::Closed) {
                app.slips_by_unit(&id)?
            } else {
                BTreeMap::default()
            };
            let issued_of = |unit: &Unit| {
                by_unit
                    .get(&unit.code)
                    .map(|issued| (unit.code.clone(), unit.name.clone(), *issued))
            };
            let approvals = app.approvals(&id)?;
            let agreed = |step: SharedStep| {
                let own = approvals.iter().filter(|(name, _)| name == step.as_str());
                own.map(|(_, account)| account.clone()).collect::<Vec<_>>()
            };
            Ok::<_, AppError>(Facts {
                survey: app.survey(&round.survey)?,
                issued_by_unit: units.iter().filter_map(issued_of).collect(),
                groups: groups(&units),
                issued,
                marks: app.marks(&round, lang),
                opening,
                released_by: agreed(SharedStep::Release),
                reach: app.chosen(&id, SharedStep::Release)?.as_deref().and_then(Reach::parse),
                postponed_by: agreed(SharedStep::Postpone),
                postponed_to: app
                    .chosen(&id, SharedStep::Postpone)?
                    .and_then(|day| parse_day(&day).ok()),
                address: match app.address_for_slips() {
                    Ok(address) => Ok(address.as_str().to_owned()),
                    Err(AppError::Refused(refusal)) => Err(refusal),
                    Err(other) => return Err(other),
                },
                scopes: if round.state == RoundState::Draft {
                    Some((app.scopes(&id)?, app.warnings(&id)?))
                } else {
                    None
                },
                seen: if round.state == RoundState::Opened && round.destroyed {
                    app.seen_now(&id, SharedStep::Release)?
                } else {
                    String::new()
                },
                standing,
                round,
            })
        })
        .await??)
}
