//! What every table is made from: a round with its Release, its lists, and whom they are for.
//! Tables take what they need from here and know nothing of each other.

use std::collections::BTreeMap;

use crate::gate::{Release, Turnout};
use crate::problem::ProblemList;
use crate::round::Round;
use crate::survey::{Question, Survey};
use crate::unit::GroupCode;

/// What a table is about.
pub struct Subject<'a> {
    /// The round.
    pub round: &'a Round,
    /// Its survey.
    pub survey: &'a Survey,
    /// Its release.
    pub release: &'a Release,
    /// Name of the bureau.
    pub bureau: &'a str,
    /// Marks such as 演示数据 and 试用, empty for a real round.
    pub marks: &'a str,
    /// Only this published group.
    pub only: Option<&'a GroupCode>,
    /// Problem lists as they are handed over, of the groups that are asked for.
    pub lists: &'a [ProblemList],
    /// Confirmed summaries by the number of their row.
    pub cases: &'a BTreeMap<String, Vec<String>>,
    /// What became of items since the round before, if there is one.
    pub compared: &'a [Compared],
    /// First and last days of the campaign's phases with their names, if they are set.
    pub phases: &'a [(String, String)],
    /// Names of the units that are asked for.
    pub units: &'a [&'a str],
    /// For people, who see numbers and words where programs see ids.
    pub people: bool,
}

impl Subject<'_> {
    /// What a category is called in a column of its own: its number, or its id.
    pub(super) fn category(&self, section: usize) -> String {
        let section = &self.survey.sections()[section];
        if self.people { section.order.to_string() } else { section.id.clone() }
    }

    /// What a question is called in a column of its own: the number by which lists name it, or its
    /// id.
    pub(super) fn question(&self, question: &Question) -> String {
        match (self.people, question.order) {
            (false, _) => question.id.clone(),
            (true, 0) => String::new(),
            (true, order) => format!("{}.{order}", self.survey.sections()[question.section].order),
        }
    }

    /// The same, for people with what was asked.
    pub(super) fn question_in_words(&self, question: &Question) -> String {
        let number = self.question(question);
        if self.people { format!("{number} {}", question.text.zh()) } else { number }
    }

    /// A word from a list of a few, in Chinese for people.
    pub(super) fn word(&self, word: &str) -> String {
        const WORDS: [(&str, &str); 10] = [
            ("few", "选择人数接近零或全体，不公布"),
            ("banded", "只公布区间"),
            ("merged", "合并统计，只公布区间"),
            ("withheld", "不公布"),
            ("–", "不足5份"),
            ("S", "5至7份"),
            ("M", "8至19份"),
            ("L", "20至99份"),
            ("XL", "100至999份"),
            ("XXL", "1000份以上"),
        ];
        let known = WORDS.iter().find(|(id, _)| self.people && *id == word);
        known.map_or(word, |(_, zh)| zh).to_owned()
    }
}

/// An item of a group in two rounds, in words.
pub struct Compared {
    /// Group code.
    pub group_code: GroupCode,
    /// Group.
    pub group_name: String,
    /// Category.
    pub category: String,
    /// Question.
    pub question_id: String,
    /// The number by which lists name it.
    pub number: String,
    /// Its words.
    pub question: String,
    /// Band then.
    pub before: String,
    /// Band now.
    pub after: String,
    /// What became of it.
    pub change: String,
}

/// A published group or the bureau, as the tables see them.
pub(super) struct Row {
    pub(super) code: GroupCode,
    pub(super) name: String,
    pub(super) turnout: Turnout,
    /// Index of the group; `None` for the bureau.
    pub(super) group: Option<usize>,
}

pub(super) fn rows(subject: &Subject) -> Vec<Row> {
    let marked = |name: &str| {
        if subject.marks.is_empty() {
            name.to_owned()
        } else {
            format!("{name}［{}］", subject.marks)
        }
    };
    let mut rows: Vec<Row> = subject
        .release
        .groups
        .iter()
        .enumerate()
        .map(|(n, g)| Row {
            code: g.code.clone(),
            name: marked(&g.name),
            turnout: g.turnout,
            group: Some(n),
        })
        .collect();
    rows.push(Row {
        code: GroupCode::bureau(),
        name: marked(subject.bureau),
        turnout: subject.release.bureau.turnout,
        group: None,
    });
    rows.retain(|r| subject.only.is_none_or(|code| code == r.code));
    rows
}

/// Tenths of a percent as they are written.
pub(super) fn percent_tenths(tenths: u32) -> String {
    format!("{}.{}%", tenths / 10, tenths % 10)
}
