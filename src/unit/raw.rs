//! A table as it was read, before anybody knows what it means, and how a place in it is told.
//! Whoever makes a mistake is told the line or the cell that they see.

use crate::survey::column_letters;
use crate::text::{Refusal, visible};

/// How a place in a table is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Spot {
    /// By line.
    #[default]
    Line,
    /// By cell.
    Cell,
    /// It is one unit that was typed in; nothing else could be meant.
    OneUnit,
}

/// A table as it was read, before anybody knows what it means.
#[derive(Debug, Clone, Default)]
pub struct Raw {
    /// Rows with their numbers.
    pub rows: Vec<(u64, Vec<String>)>,
    /// How a place in it is told.
    pub spot: Spot,
    /// Name of the sheet, if it is one.
    pub sheet: String,
    /// Cells that hold something else than text or number: row, column, what to say.
    pub odd: Vec<(u64, usize, Refusal)>,
}

impl Raw {
    /// Where a row, or a field of it, stands.
    #[must_use]
    pub fn place(&self, row: u64, column: Option<usize>) -> Refusal {
        let sheet = if self.sheet.is_empty() {
            [String::new(), String::new()]
        } else {
            [
                format!("工作表 {} ", visible(&self.sheet)),
                format!("sheet {}, ", visible(&self.sheet)),
            ]
        };
        match (self.spot, column) {
            (Spot::OneUnit, _) => Refusal::new("新单位", "the new unit"),
            (Spot::Cell, Some(column)) => {
                let letters = column_letters(column);
                Refusal::new(
                    format!("{}单元格 {letters}{row}", sheet[0]),
                    format!("{}cell {letters}{row}", sheet[1]),
                )
            }
            _ => {
                Refusal::new(format!("{}第 {row} 行", sheet[0]), format!("{}line {row}", sheet[1]))
            }
        }
    }
}

impl Raw {
    /// The rows as text that can be corrected, each on its line.
    #[must_use]
    pub fn text(&self) -> String {
        const MEMORY: &str = "writing to memory cannot fail";
        let last = self.rows.last().map_or(0, |(n, _)| *n);
        let mut rows = self.rows.iter().peekable();
        let mut text = String::new();
        for line in 1..=last {
            let fields = rows.next_if(|(n, _)| *n == line).map(|(_, fields)| fields);
            // An empty line stays one, so that lines keep their numbers.
            if let Some(fields) = fields.filter(|f| f.iter().any(|field| !field.is_empty())) {
                let mut writer = csv::Writer::from_writer(Vec::new());
                writer.write_record(fields).expect(MEMORY);
                text += &String::from_utf8_lossy(&writer.into_inner().expect(MEMORY));
            } else {
                text.push('\n');
            }
        }
        text
    }
}

pub(super) fn at(place: Refusal, refusal: &Refusal) -> Refusal {
    Refusal::new(format!("{}：{}", place.zh, refusal.zh), format!("{}: {}", place.en, refusal.en))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_as_text_keeps_its_lines_and_its_quotes() {
        let row = |cells: &[&str]| cells.iter().map(|c| (*c).to_owned()).collect::<Vec<_>>();
        let raw = Raw {
            rows: vec![
                (1, row(&["姓名", "职务"])),
                (3, row(&["", ""])),
                (4, row(&["甲", "说\"好\""])),
            ],
            ..Raw::default()
        };
        assert_eq!(raw.text(), "姓名,职务\n\n\n甲,\"说\"\"好\"\"\"\n");
    }
}
