//! The table of units: reading it from text or a workbook, replacing it, adding one.
//! Whoever replaces it has seen the one that is replaced, so that two who work at once lose
//! nothing.

use super::{Action, Actor, App, AppError, version, workbook};
use crate::unit::{self, Unit};

impl App {
    /// Replaces the unit table from a CSV file, all or nothing.
    pub fn import_units(&self, by: &Actor, bytes: &[u8]) -> Result<Vec<Unit>, AppError> {
        by.need(Action::UnitsImport.right())?;
        let units = self
            .understand_units(&Self::unit_table(bytes)?, None)?
            .units()
            .map_err(AppError::Mistakes)?;
        self.put_units(by, None, &units, &units.len().to_string())?;
        Ok(units)
    }

    /// Replaces the unit table; with `from`, only if it still is what was read.
    fn put_units(
        &self,
        by: &Actor,
        from: Option<&[Unit]>,
        units: &[Unit],
        subject: &str,
    ) -> Result<(), AppError> {
        self.deed(by, Action::UnitsImport, subject, |tx| {
            if tx.replace_units(from, units)? { Ok(()) } else { Err(AppError::Changed) }
        })
    }

    /// The same, if the table still is the one of [`App::units_version`] `seen`.
    pub fn change_units(
        &self,
        by: &Actor,
        seen: &str,
        bytes: &[u8],
    ) -> Result<Vec<Unit>, AppError> {
        by.need(Action::UnitsImport.right())?;
        let old = self.units()?;
        let units = unit::read(&Self::unit_table(bytes)?, None, &old)
            .units()
            .map_err(AppError::Mistakes)?;
        if units_version(&old) != seen {
            return Err(AppError::Changed);
        }
        self.put_units(by, Some(&old), &units, &units.len().to_string())?;
        Ok(units)
    }

    /// The version of a unit table.
    #[must_use]
    pub fn units_version(units: &[Unit]) -> String {
        units_version(units)
    }

    /// Adds one unit, its fields in the order of [`unit::COLUMNS`].
    pub fn add_unit(&self, by: &Actor, fields: [String; 6]) -> Result<(), AppError> {
        by.need(Action::UnitsImport.right())?;
        let known = self.units()?;
        let code = fields[0].trim().to_owned();
        let table = std::iter::once(unit::COLUMNS.map(str::to_owned))
            .chain(known.iter().map(unit::fields))
            .chain([fields]);
        let raw = unit::Raw {
            rows: (1..).zip(table.map(Vec::from)).collect(),
            spot: unit::Spot::OneUnit,
            ..unit::Raw::default()
        };
        let units = unit::read(&raw, None, &known).units().map_err(AppError::Mistakes)?;
        // What is added to is what was read, so that two who add at once lose nothing.
        self.put_units(by, Some(&known), &units, &code)
    }

    /// Whether a file is a workbook rather than a text.
    #[must_use]
    pub fn is_workbook(bytes: &[u8]) -> bool {
        workbook::is_workbook(bytes)
    }

    /// Reads a unit table, CSV or the first sheet of an Excel workbook, and changes nothing.
    /// Mistakes name line or cell.
    pub fn read_units(bytes: &[u8]) -> Result<Vec<Unit>, AppError> {
        unit::read(&Self::unit_table(bytes)?, None, &[]).units().map_err(AppError::Mistakes)
    }

    /// The rows of a unit table in a file, whatever they mean.
    pub fn unit_table(bytes: &[u8]) -> Result<unit::Raw, AppError> {
        if workbook::is_workbook(bytes) {
            let sheet = workbook::first_sheet(bytes)?;
            return Ok(unit::Raw {
                rows: sheet.rows,
                spot: unit::Spot::Cell,
                sheet: sheet.name,
                odd: sheet.odd,
            });
        }
        unit::text_rows(&unit::decode(bytes)?).map_err(AppError::Mistakes)
    }

    /// What a unit table is taken for, to be looked at. `chosen` says what its columns are, if
    /// somebody chose. Units that are known keep their codes.
    pub fn understand_units(
        &self,
        raw: &unit::Raw,
        chosen: Option<&[Option<usize>]>,
    ) -> Result<unit::Reading, AppError> {
        Ok(unit::read(raw, chosen, &self.units()?))
    }

    /// The current units.
    pub fn units(&self) -> Result<Vec<Unit>, AppError> {
        Ok(self.storage.units()?)
    }
}

fn units_version(units: &[Unit]) -> String {
    version(&String::from_utf8_lossy(&unit::to_csv(units)))
}
