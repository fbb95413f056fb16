//! What the interface for programs answers with. The schemas in its document are made from these
//! types.
//! Figures come from the Release alone; texts are given in both languages.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::app::Results;
use crate::export::Table;
use crate::problem::{Problem, ProblemList};
use crate::round::{Round, TURNOUT_MIN_HEADS, TurnoutSnapshot, turnout_label};
use crate::text::{Lang, Text};
use crate::unit::{Group, Unit};

/// Why something did not happen.
#[derive(Serialize, JsonSchema)]
pub struct Problems {
    /// The reason and what to do.
    pub error: Said,
}

/// A sentence in both languages.
#[derive(Serialize, JsonSchema)]
pub struct Said {
    /// Simplified Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

impl From<&Text> for Said {
    fn from(text: &Text) -> Self {
        Self { zh: text.get(Lang::Zh).to_owned(), en: text.get(Lang::En).to_owned() }
    }
}

/// A unit of the bureau.
#[derive(Serialize, JsonSchema)]
pub struct UnitView {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Kind: squad, section, office or another word.
    pub kind: String,
    /// People in it.
    pub headcount: u32,
    /// Code of its reporting group.
    pub group: String,
}

impl From<&Unit> for UnitView {
    fn from(unit: &Unit) -> Self {
        Self {
            code: unit.code.to_string(),
            name: unit.name.clone(),
            kind: unit.kind.clone(),
            headcount: unit.headcount,
            group: unit.group.to_string(),
        }
    }
}

/// A round.
#[derive(Serialize, JsonSchema)]
pub struct RoundView {
    /// Name in addresses.
    pub id: String,
    /// Title.
    pub title: String,
    /// draft, open, closed, opened, released, suspended or void.
    pub state: String,
    /// First day, `YYYY-MM-DD`, Asia/Shanghai.
    pub opens: String,
    /// Last day, counts whole.
    pub closes: String,
    /// slip or poster.
    pub access: String,
    /// Whether the server alone holds the key.
    pub trial: bool,
    /// SHA-256 of the frozen survey.
    pub survey: String,
    /// Sums at closing, as on the bulletin.
    pub closing: Option<ClosingView>,
}

/// Sums at closing.
#[derive(Serialize, JsonSchema)]
pub struct ClosingView {
    /// Slips issued.
    pub issued: u64,
    /// Slips used.
    pub used: u64,
    /// Ballots in the box.
    pub ballots: u64,
    /// SHA-256 over the box.
    pub digest: String,
}

impl From<&Round> for RoundView {
    fn from(round: &Round) -> Self {
        Self {
            id: round.id.to_string(),
            title: round.title.clone(),
            state: round.state.as_str().to_owned(),
            opens: round.opens.to_string(),
            closes: round.closes.to_string(),
            access: round.access.as_str().to_owned(),
            trial: round.trial,
            survey: round.survey.to_string(),
            closing: round.closing.as_ref().map(|c| ClosingView {
                issued: c.issued,
                used: c.used,
                ballots: c.ballots,
                digest: c.digest.clone(),
            }),
        }
    }
}

/// Turnout while a round is open: bands of large groups, once a day.
#[derive(Serialize, JsonSchema)]
pub struct TurnoutView {
    /// Day of the snapshot; empty before the first one.
    pub day: String,
    /// Its hour, 0 to 23, Asia/Shanghai.
    pub hour: Option<u8>,
    /// Groups of twenty heads and more.
    pub groups: Vec<BandView>,
}

/// A group's band.
#[derive(Serialize, JsonSchema)]
pub struct BandView {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Band of the share of slips used, as the exports write it.
    pub band: String,
}

impl TurnoutView {
    /// The snapshot of a round.
    pub fn new(round: &Round, groups: &[Group]) -> Self {
        let large = groups.iter().filter(|g| g.headcount >= TURNOUT_MIN_HEADS);
        let bands = large.filter_map(|g| {
            let band = round.turnout.bands.get(&g.code)?;
            Some(BandView {
                code: g.code.to_string(),
                name: g.name.clone(),
                band: turnout_label(*band, Lang::Zh).to_owned(),
            })
        });
        let TurnoutSnapshot { day, hour, .. } = &round.turnout;
        Self { day: day.clone(), hour: *hour, groups: bands.collect() }
    }
}

/// The Release of a round, as far as its reader may see it.
#[derive(Serialize, JsonSchema)]
pub struct ReleaseView {
    /// Round.
    pub round: RoundView,
    /// Marks that every copy must carry, in Chinese.
    pub marks: String,
    /// Version of the gate's rules.
    pub gate: u32,
    /// Slips and ballots: the rows of the export `turnout`.
    pub turnout: Vec<Map<String, Value>>,
    /// Bands by group and item: the rows of the export `wide`.
    pub cells: Vec<Map<String, Value>>,
}

impl ReleaseView {
    /// From the tables of one group each, or of all.
    pub fn new(results: &Results, turnout: &[Table], cells: &[Table]) -> Self {
        let rows = |tables: &[Table]| tables.iter().flat_map(Table::objects).collect();
        Self {
            round: (&results.round).into(),
            marks: results.marks.zh().to_owned(),
            gate: results.release.gate,
            turnout: rows(turnout),
            cells: rows(cells),
        }
    }
}

/// A problem list.
#[derive(Serialize, JsonSchema)]
pub struct ListView {
    /// Round.
    pub round: String,
    /// Code of the group, `ALL` for the bureau.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Whether it was merged from several units.
    pub merged: bool,
    /// Marks that every copy must carry.
    pub marks: String,
    /// Rows.
    pub problems: Vec<ProblemView>,
}

/// A row of a problem list.
#[derive(Serialize, JsonSchema)]
pub struct ProblemView {
    /// Stable number, such as `CY-3.4`.
    pub number: String,
    /// Category.
    pub category: Said,
    /// What is wrong.
    pub statement: Said,
    /// prominent, tendency, emerging, or nothing if it is only unclear.
    pub level: Option<String>,
    /// Half or more said they do not know.
    pub unclear: bool,
    /// How harmful the category's problems are held to be.
    pub harm_level: Option<Said>,
    /// Main harms.
    pub harms: Vec<Said>,
    /// Main causes.
    pub causes: Vec<Said>,
    /// Where it was learned of: survey, inspection, review, complaint, supervision, other.
    pub source: String,
    /// Day on which another source found it, `YYYY-MM-DD`.
    pub found: Option<String>,
    /// The section's own summary of cases, in Chinese; empty if there is none.
    pub example: String,
    /// The section's remarks, in Chinese.
    pub note: String,
}

impl From<&Problem> for ProblemView {
    fn from(p: &Problem) -> Self {
        let all = |texts: &[Text]| texts.iter().map(Said::from).collect();
        Self {
            number: p.number.clone(),
            category: (&p.category).into(),
            statement: (&p.statement).into(),
            level: p.level.map(|l| l.label(Lang::En).to_owned()),
            unclear: p.unclear,
            harm_level: p.harm_level.as_ref().map(Said::from),
            harms: all(&p.harms),
            causes: all(&p.causes),
            source: p.source.as_str().to_owned(),
            found: p.found.clone(),
            example: p.example.clone(),
            note: p.note.clone(),
        }
    }
}

impl ListView {
    /// The list of a group.
    pub fn new(results: &Results, list: &ProblemList) -> Self {
        Self {
            round: results.round.id.to_string(),
            code: list.code.to_string(),
            name: list.name.clone(),
            merged: list.merged,
            marks: results.marks.zh().to_owned(),
            problems: list.problems.iter().map(ProblemView::from).collect(),
        }
    }
}
