//! A round as it stands in a row, and back.
//! What cannot be read is told by its name, and never taken for nothing.

use super::StorageError;
use super::schema::rounds;
use crate::round::BallotEdition;
use crate::round::{Access, ClosingSums, Reach, Round, parse_day};
use crate::survey::SurveyHash;
use diesel::prelude::*;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = rounds)]
pub(super) struct RoundRow {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) survey: String,
    pub(super) access: String,
    pub(super) opens: String,
    pub(super) closes: String,
    pub(super) state: String,
    pub(super) trial: bool,
    pub(super) sealed: bool,
    pub(super) ended: bool,
    pub(super) destroyed: bool,
    pub(super) looks_back: Option<String>,
    pub(super) public_key: Option<Vec<u8>>,
    pub(super) wrapped_key: Option<String>,
    pub(super) suite: Option<String>,
    pub(super) closing: Option<String>,
    pub(super) holds: String,
    pub(super) turnout: String,
    pub(super) code_in_qr: bool,
    pub(super) originals_until: Option<String>,
    pub(super) destruction: Option<String>,
    pub(super) restored: Option<String>,
    pub(super) checks: Option<String>,
    pub(super) leftover: Option<String>,
    pub(super) reach: Option<String>,
    pub(super) postponed: Option<String>,
}

impl From<&Round> for RoundRow {
    fn from(round: &Round) -> Self {
        let json = "these types are JSON";
        Self {
            id: round.id.to_string(),
            title: round.title.clone(),
            survey: round.survey.as_str().to_owned(),
            access: round.access.as_str().to_owned(),
            opens: round.opens.to_string(),
            closes: round.closes.to_string(),
            state: round.state.as_str().to_owned(),
            trial: round.trial,
            sealed: round.sealed,
            ended: round.ended,
            destroyed: round.destroyed,
            looks_back: round.looks_back.as_ref().map(ToString::to_string),
            public_key: round.public_key.clone(),
            wrapped_key: round.wrapped_key.clone(),
            suite: round
                .public_key
                .as_ref()
                .and(round.edition)
                .map(|edition| edition.suite().to_owned()),
            closing: round.closing.as_ref().map(|c| serde_json::to_string(c).expect(json)),
            holds: serde_json::to_string(&round.holds).expect(json),
            turnout: serde_json::to_string(&round.turnout).expect(json),
            code_in_qr: round.code_in_address,
            originals_until: round.originals_until.map(|d| d.to_string()),
            destruction: round.destruction.as_ref().map(|d| serde_json::to_string(d).expect(json)),
            restored: round.restored.as_ref().map(|r| serde_json::to_string(r).expect(json)),
            checks: (!round.checks.is_empty())
                .then(|| serde_json::to_string(&round.checks).expect(json)),
            leftover: (!round.leftover.is_empty())
                .then(|| serde_json::to_string(&round.leftover).expect(json)),
            reach: round.reach.map(|reach| reach.as_str().to_owned()),
            postponed: (!round.postponed.is_empty())
                .then(|| serde_json::to_string(&round.postponed).expect(json)),
        }
    }
}

impl TryFrom<RoundRow> for Round {
    type Error = StorageError;

    #[expect(clippy::too_many_lines, reason = "a list, one entry after the other")]
    fn try_from(row: RoundRow) -> Result<Self, StorageError> {
        let corrupt = |what: &str| StorageError::Corrupt(format!("{what} of round {}", row.id));
        Ok(Self {
            access: Access::parse(&row.access).ok_or_else(|| corrupt("access"))?,
            opens: parse_day(&row.opens).map_err(|_| corrupt("opening day"))?,
            closes: parse_day(&row.closes).map_err(|_| corrupt("closing day"))?,
            state: row.state.parse().map_err(|()| corrupt("state"))?,
            looks_back: row
                .looks_back
                .as_deref()
                .map(str::parse)
                .transpose()
                .map_err(|_| corrupt("base round"))?,
            closing: match &row.closing {
                Some(text) => Some(
                    serde_json::from_str::<ClosingSums>(text)
                        .map_err(|_| corrupt("closing sums"))?,
                ),
                None => None,
            },
            holds: serde_json::from_str(&row.holds).map_err(|_| corrupt("holds"))?,
            turnout: serde_json::from_str(&row.turnout).map_err(|_| corrupt("turnout"))?,
            originals_until: row
                .originals_until
                .as_deref()
                .map(parse_day)
                .transpose()
                .map_err(|_| corrupt("last day of originals"))?,
            destruction: row
                .destruction
                .as_deref()
                .map(serde_json::from_str)
                .transpose()
                .map_err(|_| corrupt("record of destruction"))?,
            restored: row
                .restored
                .as_deref()
                .map(serde_json::from_str)
                .transpose()
                .map_err(|_| corrupt("note of a restore"))?,
            leftover: row
                .leftover
                .as_deref()
                .map(serde_json::from_str)
                .transpose()
                .map_err(|_| corrupt("slips left over"))?
                .unwrap_or_default(),
            reach: match &row.reach {
                Some(name) => Some(Reach::parse(name).ok_or_else(|| corrupt("reach"))?),
                None => None,
            },
            postponed: row
                .postponed
                .as_deref()
                .map(serde_json::from_str)
                .transpose()
                .map_err(|_| corrupt("closing days put off"))?
                .unwrap_or_default(),
            checks: row
                .checks
                .as_deref()
                .map(serde_json::from_str)
                .transpose()
                .map_err(|_| corrupt("checks of held questions"))?
                .unwrap_or_default(),
            edition: row
                .suite
                .as_deref()
                .map_or(Some(BallotEdition::default()), BallotEdition::of_suite),
            id: row.id.parse().map_err(|_| corrupt("name"))?,
            title: row.title,
            survey: SurveyHash::from(row.survey),
            trial: row.trial,
            sealed: row.sealed,
            ended: row.ended,
            destroyed: row.destroyed,
            public_key: row.public_key,
            wrapped_key: row.wrapped_key,
            code_in_address: row.code_in_qr,
        })
    }
}
