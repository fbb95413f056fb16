//! Surveys of the bureau's own: kept as their JSON text, checked as `zicha check` does, changed
//! only by whoever has seen the last version.
//! A round freezes the survey it uses by its hash, so changing a survey here never changes a round.

use std::sync::{Arc, PoisonError};

use crate::app::{Action, Actor, App, AppError, workbook};
use crate::export::sheets_to_xlsx;
use crate::gate::Cuts;
use crate::storage::SurveyVersion;
use crate::survey::SurveyHash;
use crate::survey::{Sheet, Survey, SurveyFile, from_sheets, is_survey_sheet, to_sheets};
use crate::text::{Lang, Refusal};

/// The surveys that come with zicha.
const SHIPPED: [&[u8]; 3] = [
    include_bytes!("../../surveys/self-check.json"),
    include_bytes!("../../surveys/self-check-short.json"),
    include_bytes!("../../surveys/canteen.json"),
];

/// Largest definition, in bytes.
pub const LARGEST: usize = 512 << 10;

/// A survey of the bureau's own.
#[derive(Debug, Clone)]
pub struct OwnSurvey {
    /// The survey.
    pub survey: Survey,
    /// Counts its changes.
    pub version: i32,
    /// The text as it was written.
    pub text: String,
}

impl App {
    /// Reads and checks a survey definition, thresholds included. Mistakes come as `line:column:
    /// sentence`.
    pub fn check_survey(bytes: &[u8]) -> Result<Survey, AppError> {
        let survey = Survey::parse(bytes).map_err(|errors| {
            AppError::Mistakes(
                errors.0.iter().map(|e| Refusal::new(e.line(Lang::Zh), e.line(Lang::En))).collect(),
            )
        })?;
        Cuts::checked(survey.thresholds()).map_err(|e| {
            Refusal::new(format!("阈值不可用：按此阈值公布的区间会暴露人数（{e}）"), e.to_string())
                .at("prominent")
        })?;
        Ok(survey)
    }

    /// The surveys that come with zicha.
    #[must_use]
    pub fn shipped_surveys() -> Vec<Survey> {
        SHIPPED
            .iter()
            .map(|bytes| Survey::parse(bytes).expect("shipped surveys are tested"))
            .collect()
    }

    /// The text of a survey that comes with zicha.
    #[must_use]
    pub fn shipped_text(id: &str) -> Option<String> {
        let find = |bytes: &&[u8]| Survey::parse(bytes).is_ok_and(|survey| survey.id() == id);
        SHIPPED.iter().copied().find(find).map(|bytes| String::from_utf8_lossy(bytes).into_owned())
    }

    /// A small survey to begin with: one category with one item, and a text.
    #[must_use]
    pub fn blank_survey() -> &'static str {
        include_str!("../../surveys/blank.json")
    }

    /// The text that a new survey begins with: a copy of the one of that id, or the empty one; its
    /// own id is free.
    pub fn survey_to_begin_with(&self, from: &str) -> Result<String, AppError> {
        let own = self.own_surveys()?;
        let text = match own.iter().find(|one| one.survey.id() == from) {
            Some(one) => one.text.clone(),
            None if from.is_empty() => Self::blank_survey().to_owned(),
            None => Self::shipped_text(from).ok_or_else(|| {
                AppError::NotFound(Refusal::new("没有这份问卷", "there is no such survey"))
            })?,
        };
        let survey = Self::check_survey(text.as_bytes())?;
        let taken = |id: &str| {
            Self::shipped_surveys().iter().any(|known| known.id() == id)
                || own.iter().any(|one| one.survey.id() == id)
        };
        Ok(renamed(&text, survey.id(), taken))
    }

    /// A survey by its id or hash: one that comes with zicha, one of the bureau's own, or the
    /// latest of a round.
    pub fn survey_named(&self, name: &str) -> Result<Arc<Survey>, AppError> {
        if let Some(shipped) = Self::shipped_surveys().into_iter().find(|s| s.id() == name) {
            return Ok(Arc::new(shipped));
        }
        if let Some(own) = self.own_surveys()?.into_iter().find(|own| own.survey.id() == name) {
            return Ok(Arc::new(own.survey));
        }
        for round in self.rounds()?.iter().rev() {
            let survey = self.survey(&round.survey)?;
            if survey.id() == name || survey.hash().as_str() == name {
                return Ok(survey);
            }
        }
        Err(AppError::NotFound(Refusal::new("没有这份问卷", "there is no such survey")))
    }

    /// A survey by its hash.
    pub fn survey(&self, hash: &SurveyHash) -> Result<Arc<Survey>, AppError> {
        if let Some(known) = self.surveys.read().unwrap_or_else(PoisonError::into_inner).get(hash) {
            return Ok(known.clone());
        }
        let survey = Arc::new(self.storage.survey(hash)?);
        self.surveys
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(hash.clone(), survey.clone());
        Ok(survey)
    }

    /// All surveys that a round can use: those that come with zicha, and the bureau's own.
    pub fn surveys(&self) -> Result<Vec<Survey>, AppError> {
        Ok(Self::shipped_surveys()
            .into_iter()
            .chain(self.own_surveys()?.into_iter().map(|own| own.survey))
            .collect())
    }

    /// The bureau's own surveys, by name.
    pub fn own_surveys(&self) -> Result<Vec<OwnSurvey>, AppError> {
        let rows = self.storage.own_surveys()?;
        // What an older version wrote and this one does not read is left alone.
        Ok(rows
            .into_iter()
            .filter_map(|(text, version)| {
                Some(OwnSurvey { survey: Survey::parse(text.as_bytes()).ok()?, version, text })
            })
            .collect())
    }

    /// A definition as a workbook to be edited in Excel or WPS.
    pub fn survey_workbook(text: &str) -> Result<Vec<u8>, AppError> {
        Self::check_survey(text.as_bytes())?;
        let file: SurveyFile = serde_json::from_str(text)
            .map_err(|e| AppError::File(format!("a checked survey cannot be read: {e}")))?;
        Ok(sheets_to_xlsx(&to_sheets(&file)))
    }

    /// The definition that an uploaded file holds, a workbook or JSON, as text. Mistakes of a
    /// workbook name sheet, row and column; the survey itself is checked when it is kept.
    pub fn survey_text(bytes: &[u8]) -> Result<String, AppError> {
        if !workbook::is_workbook(bytes) {
            return String::from_utf8(bytes.to_vec())
                .map(|text| text.trim_start_matches('\u{FEFF}').replace("\r\n", "\n"))
                .map_err(|_| {
                    Refusal::new(
                        "文件既不是 Excel 工作簿，也不是 UTF-8 的 JSON 文本",
                        "the file is neither an Excel workbook nor JSON in UTF-8",
                    )
                    .into()
                });
        }
        let rectangular = |rows: workbook::Rows| -> Vec<Vec<String>> {
            let last =
                rows.iter().map(|(n, _)| usize::try_from(*n).unwrap_or(0)).max().unwrap_or(0);
            let mut all = vec![Vec::new(); last];
            for (n, cells) in rows {
                all[usize::try_from(n).unwrap_or(1) - 1] = cells;
            }
            all
        };
        let read = workbook::all_sheets(bytes)?;
        // Cells of sheets that are not the survey's say nothing about it.
        let odd: Vec<Refusal> = read
            .iter()
            .filter(|sheet| is_survey_sheet(&sheet.name))
            .flat_map(|sheet| {
                sheet.odd.iter().map(|(row, column, what)| {
                    let (name, place) = (&sheet.name, workbook::address(*row, *column));
                    Refusal::new(
                        format!("工作表 {name} 单元格 {place}：{}", what.zh),
                        format!("sheet {name}, cell {place}: {}", what.en),
                    )
                })
            })
            .collect();
        let sheets: Vec<Sheet> = read
            .into_iter()
            .map(|sheet| Sheet { name: sheet.name, rows: rectangular(sheet.rows) })
            .collect();
        let file = match from_sheets(&sheets) {
            Ok(file) if odd.is_empty() => file,
            Ok(_) => return Err(AppError::Mistakes(odd)),
            Err(wrong) => return Err(AppError::Mistakes(odd.into_iter().chain(wrong).collect())),
        };
        let mut text = serde_json::to_string_pretty(&file)
            .map_err(|e| AppError::File(format!("a survey cannot be written: {e}")))?;
        text.push('\n');
        Ok(text)
    }

    /// Keeps a survey of the bureau's own: a new one, or the next version of the one that was
    /// changed, named with the version that was seen.
    pub fn save_survey(
        &self,
        by: &Actor,
        text: &str,
        of: Option<(&str, i32)>,
    ) -> Result<String, AppError> {
        by.need(Action::SurveySaved.right())?;
        if text.len() > LARGEST {
            return Err(Refusal::new("问卷文件超过 512 KiB", "the survey is over 512 KiB").into());
        }
        let survey = Self::check_survey(text.as_bytes())?;
        if Self::shipped_surveys().iter().any(|s| s.id() == survey.id()) {
            return Err(Refusal::new(
                format!("编号 {} 是自带问卷的编号，请改用别的编号（id）", survey.id()),
                format!(
                    "{} is the id of a survey that comes with zicha; choose another id",
                    survey.id()
                ),
            )
            .into());
        }
        if of.is_some_and(|(id, _)| id != survey.id()) {
            return Err(Refusal::new(
                "修改问卷时不能改它的编号（id）；要用别的编号，请复制为新问卷",
                "the id of a survey stays while it is changed; to use another, copy it",
            )
            .into());
        }
        let seen = of.map_or(0, |(_, seen)| seen);
        let now = self.now().unix_timestamp();
        self.deed(by, Action::SurveySaved, &format!("{} {}", survey.id(), seen + 1), |tx| {
            if tx.save_own_survey(survey.id(), text, seen, by.name(), now)? {
                Ok(())
            } else {
                Err(AppError::Changed)
            }
        })?;
        Ok(survey.id().to_owned())
    }

    /// The versions of a survey of the bureau's own that are kept, the latest first. Those that an
    /// older zicha wrote are not among them.
    pub fn survey_versions(&self, id: &str) -> Result<Vec<SurveyVersion>, AppError> {
        Ok(self.storage.survey_versions(id)?)
    }

    /// Drops a survey of the bureau's own; rounds that use it keep theirs.
    pub fn drop_survey(&self, by: &Actor, id: &str, seen: i32) -> Result<(), AppError> {
        self.deed(by, Action::SurveyDropped, id, |tx| {
            if tx.drop_own_survey(id, seen)? { Ok(()) } else { Err(AppError::Changed) }
        })
    }
}

/// The text with an id that is not taken: `self-check` becomes `self-check-2`, or the next number
/// that is free.
fn renamed(text: &str, id: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(id) {
        return text.to_owned();
    }
    let stem =
        id.rsplit_once('-').filter(|(_, n)| n.parse::<u32>().is_ok()).map_or(id, |(stem, _)| stem);
    let free = (2..10_000).map(|n| format!("{stem}-{n}")).find(|name| !taken(name));
    text.replacen(&format!("\"{id}\""), &format!("\"{}\"", free.unwrap_or_default()), 1)
}
