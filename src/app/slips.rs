//! Issuing slips: the only moment at which codes exist in clear.
//! They are shuffled before anybody sees them and stored as hashes, so neither paper nor database
//! knows who holds which.

use rand::seq::SliceRandom;

use crate::access::{SlipCode, slips_for};
use crate::app::{Action, Actor, App, AppError, rng};
use crate::id::RoundId;
use crate::round::{Access, Round, RoundState};
use crate::text::Refusal;
use crate::unit::{Unit, UnitCode};

/// A slip ready for printing.
pub struct PrintedSlip {
    /// Unit code.
    pub unit: UnitCode,
    /// Unit name.
    pub unit_name: String,
    /// The code.
    pub code: SlipCode,
    /// Address for the QR image.
    pub url: String,
    /// Address for people who type.
    pub address: String,
}

/// Whether a round takes slips at all.
fn may_be_issued(round: &Round, spare_percent: u32) -> Result<(), Refusal> {
    if !matches!(round.state, RoundState::Draft | RoundState::Open) || round.sealed {
        return Err(Refusal::new(
            "本轮已截止，不能再印发填写码",
            "the round is closed; no slips can be issued",
        ));
    }
    if spare_percent > 100 {
        return Err(Refusal::new(
            "备用比例应在 0% 至 100% 之间",
            "spare must be between 0% and 100%",
        ));
    }
    Ok(())
}

/// New slips for units. Sheets are cut and boxed unit by unit; within a unit the order is random.
fn shuffled(
    round: &Round,
    units: &[&Unit],
    spare_percent: u32,
    address: &str,
    code_in_qr: bool,
) -> Vec<PrintedSlip> {
    let mut rng = rng();
    let mut slips = Vec::new();
    for unit in units {
        let poster = round.access == Access::Poster;
        let count = if poster { 1 } else { slips_for(unit.headcount, spare_percent) };
        let mut own: Vec<PrintedSlip> = (0..count)
            .map(|_| {
                let code = SlipCode::random(&mut rng);
                let with_code = || format!("{address}#{}", code.digits());
                let url = if code_in_qr { with_code() } else { address.to_owned() };
                let (unit, unit_name) = (unit.code.clone(), unit.name.clone());
                PrintedSlip { unit, unit_name, code, url, address: address.to_owned() }
            })
            .collect();
        own.shuffle(&mut rng);
        slips.append(&mut own);
    }
    slips
}

impl App {
    /// Issues new slips for all units of a round, or for one; earlier ones of those units are void.
    pub fn issue_slips(
        &self,
        by: &Actor,
        id: &RoundId,
        unit: Option<&UnitCode>,
        spare_percent: u32,
        code_in_qr: bool,
    ) -> Result<Vec<PrintedSlip>, AppError> {
        by.need(Action::SlipsIssue.right())?;
        let round = self.round(id)?;
        may_be_issued(&round, spare_percent)?;
        if round.state == RoundState::Draft && unit.is_none() {
            self.refresh_draft_units(id)?;
        }
        let units = self.storage.round_units(id)?;
        let chosen: Vec<_> =
            units.iter().filter(|u| unit.is_none_or(|code| code == u.code)).collect();
        if chosen.is_empty() {
            let code = unit.map_or("", UnitCode::as_str);
            return Err(Refusal::new(
                format!("本轮没有代码为 {code} 的单位"),
                format!("there is no unit {code} in this round"),
            )
            .into());
        }
        let address = format!("{}/r/{id}", self.address_for_slips()?.as_str());
        let slips = shuffled(&round, &chosen, spare_percent, &address, code_in_qr);
        let hashes: Vec<_> =
            slips.iter().map(|s| (s.code.hash(&self.key, id), s.unit.clone())).collect();
        self.tell(by, Action::SlipsBegun, id.as_str())?;
        self.storage.create_box(id)?;
        if !self.storage.replace_slips(id, unit, &hashes)? {
            return Err(Refusal::new(
                "本轮已有人使用填写码，不能重新印发（重印会使已发出的填写码作废）",
                "a slip of this round was already used; issuing again would void the slips that \
                 people hold",
            )
            .into());
        }
        // Slips of other units may still carry their codes, so only a whole issue can take the
        // statement back.
        let issued_before = self.storage.slip_sums(id)?.0.len() > usize::from(unit.is_some());
        let others_carry = unit.is_some() && issued_before && round.code_in_address;
        self.deed(by, Action::SlipsIssue, id.as_str(), |tx| {
            Ok(tx.set_code_in_qr(id, code_in_qr || others_carry)?)
        })?;
        self.changed(id);
        Ok(slips)
    }

    /// How many slips of a round were issued.
    pub fn slips_issued(&self, id: &RoundId) -> Result<u64, AppError> {
        if !self.storage.has_box(id)? {
            return Ok(0);
        }
        Ok(self.storage.slip_sums(id)?.0.values().map(|n| u64::from(*n)).sum())
    }
}
