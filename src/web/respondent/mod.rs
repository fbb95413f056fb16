//! The questionnaire side: no cookie, no session, no token, no log, and no script needed.

pub mod bulletin;
mod bulletin_cards;
mod bulletin_results;
pub mod form;
pub mod health;
pub mod home;
pub mod privacy;
mod question;
pub mod questionnaire;
mod questionnaire_parts;
pub mod submit;

use std::collections::HashMap;
use std::sync::{Arc, RwLock};

use actix_web::web::{Data, block};

use super::error::WebError;
use super::negotiate::Prepared;
use super::page::View;
use crate::app::{App, Live};
use crate::id::RoundId;
use crate::round::Phase;

/// Questionnaires rendered and compressed once for each round, view and state.
#[derive(Default)]
pub struct Pages(RwLock<HashMap<PageKey, Arc<Prepared>>>);

#[derive(PartialEq, Eq, Hash)]
struct PageKey {
    round: RoundId,
    view: View,
    phase: Phase,
    marks: String,
    code_in_address: bool,
    on_bulletin: bool,
}

/// The round of an address, or a page that says there is none.
async fn live(app: &Data<App>, id: &str) -> Result<Arc<Live>, WebError> {
    let id: RoundId = id.parse().map_err(|_| WebError::NothingHere)?;
    if let Some(fresh) = app.fresh(&id) {
        return Ok(fresh);
    }
    let app = app.clone();
    Ok(block(move || app.live(&id)).await??)
}
