//! What may be asked for: which document, in which form, of whom.
//! Words of addresses and of the command line are read here and nowhere else.

use crate::export::{Headers, TableName};
use crate::unit::GroupCode;
use std::str::FromStr;

/// A format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// Comma-separated values.
    Csv,
    /// Excel.
    Xlsx,
    /// Word.
    Docx,
    /// JSON.
    Json,
}

impl FileFormat {
    /// All formats with their names, which are also the ends of file names.
    pub const ALL: [(Self, &'static str); 4] =
        [(Self::Csv, "csv"), (Self::Xlsx, "xlsx"), (Self::Docx, "docx"), (Self::Json, "json")];

    /// The name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|f| f.0 == self).map_or("", |f| f.1)
    }

    /// The formats that a table has.
    #[must_use]
    pub fn of(table: TableName) -> &'static [Self] {
        if table.is_signed() {
            &[Self::Docx, Self::Xlsx, Self::Csv, Self::Json]
        } else {
            &[Self::Xlsx, Self::Csv, Self::Json]
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Docx => WORD,
            Self::Json => "application/json",
        }
    }
}

impl FromStr for FileFormat {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().find(|f| f.1 == text).map(|f| f.0).ok_or(())
    }
}

pub(in crate::app) const WORD: &str =
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document";

/// What can be asked for as a file: a table, or a document of the whole bureau.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Document {
    /// A table.
    Table(TableName),
    /// The letter that goes with the lists.
    Letter,
    /// The report on the self-check.
    Report,
}

impl Document {
    /// The name in an address and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Table(table) => table.as_str(),
            Self::Letter => "letter",
            Self::Report => "report",
        }
    }
}

impl FromStr for Document {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        match name {
            "letter" => Ok(Self::Letter),
            "report" => Ok(Self::Report),
            name => name.parse().map(Self::Table).map_err(drop),
        }
    }
}

/// A file as it is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// What it holds.
    pub document: Document,
    /// Its format, where there is a choice.
    pub format: FileFormat,
    /// Only this published group, or `ALL` for the bureau.
    pub group: Option<&'a GroupCode>,
    /// A file for each published group, in one archive.
    pub each: bool,
    /// Headers for people or for machines.
    pub headers: Headers,
    /// In the old Chinese encoding instead of UTF-8 (CSV only).
    pub gb18030: bool,
}

impl Wanted<'_> {
    pub(in crate::app) fn content_type(&self) -> &'static str {
        if self.gb18030 && self.format == FileFormat::Csv {
            "text/csv; charset=gb18030"
        } else {
            self.format.content_type()
        }
    }
}
