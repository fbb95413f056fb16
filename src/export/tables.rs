//! The tables of a released round: tally, wide, problems and turnout.
//! They only arrange what the Release says; whatever the gate withheld is an empty cell with the reason beside it.

use std::str::FromStr;

use super::subject::{Subject, rows};
use super::{Column, Table, figures, list_tables, task_table};
use crate::text::Lang;

/// The tables by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableName {
    /// The problem list (T2).
    Problems,
    /// One row per group and item.
    Wide,
    /// One row per group, question and option.
    Tally,
    /// Slips and ballots by group.
    Turnout,
    /// What screeners wrote of texts.
    Comments,
    /// What became of items since the round before.
    Lookback,
    /// What units do in the five phases (T1).
    Tasks,
}

/// A table's name, title and purpose.
type About = (TableName, &'static str, [&'static str; 2], [&'static str; 2]);

impl TableName {
    /// All tables: on the command line, in Chinese, in English, and what each is for.
    pub const ALL: [About; 7] = [
        (
            Self::Problems,
            "problems",
            ["问题清单", "Problem list"],
            ["各单位问题清单（T2），Word 版可直接盖章下发", "Problem lists of the units (T2); the Word file is ready to be sealed and handed over"],
        ),
        (
            Self::Wide,
            "wide",
            ["分组分题结果", "Results by group and question"],
            ["每个统计组、每道题的区间和存在程度，用于研判和汇报", "Bands and levels of every question in every group, for analysis and reports"],
        ),
        (
            Self::Tally,
            "tally",
            ["选项统计", "Answers by option"],
            ["全局各选项人数和占比；统计组只给出未公布的原因", "Counts and shares of options for the bureau; groups say why nothing is published"],
        ),
        (
            Self::Turnout,
            "turnout",
            ["发放回收统计", "Slips and responses"],
            ["发放、使用、无效、空白和计入的份数，可与公示栏核对", "Slips and responses by group, as on the bulletin"],
        ),
        (
            Self::Comments,
            "comments",
            ["意见摘要", "Summaries of texts"],
            ["两名筛查人确认的摘要；原文从不导出", "Summaries that two screeners confirmed; original texts are never exported"],
        ),
        (
            Self::Lookback,
            "lookback",
            ["回头看对照", "Look-back"],
            ["与上一轮相比各统计组各题的变化", "What became of every question in every group since the round before"],
        ),
        (
            Self::Tasks,
            "tasks",
            ["任务清单", "Task list"],
            [
                "各单位五个阶段的任务清单（T1），由单位填写责任人后报送",
                "Tasks of each unit in the five phases (T1); units fill in who is responsible",
            ],
        ),
    ];

    /// The title.
    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        Self::ALL.iter().find(|t| t.0 == self).map_or("", |t| lang.pick(t.2[0], t.2[1]))
    }

    /// What it is for.
    #[must_use]
    pub fn purpose(self, lang: Lang) -> &'static str {
        Self::ALL.iter().find(|t| t.0 == self).map_or("", |t| lang.pick(t.3[0], t.3[1]))
    }

    /// The name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|t| t.0 == self).map_or("", |t| t.1)
    }

    /// The column whose values each get a sheet of their own in a workbook.
    #[must_use]
    pub fn parts(self) -> Option<&'static str> {
        match self {
            Self::Problems | Self::Tasks => Some("unit"),
            Self::Tally => Some("category"),
            Self::Wide | Self::Lookback | Self::Comments => Some("group_name"),
            Self::Turnout => None,
        }
    }
}

impl FromStr for TableName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().find(|t| t.1 == text).map(|t| t.0).ok_or(())
    }
}

/// Builds a table.
#[must_use]
pub fn table(name: TableName, subject: &Subject) -> Table {
    let (columns, rows) = match name {
        TableName::Tally => (columns(figures::TALLY), figures::tally(subject)),
        TableName::Wide => (columns(figures::WIDE), figures::wide(subject)),
        TableName::Problems => (columns(list_tables::PROBLEMS), list_tables::problems(subject)),
        TableName::Turnout => (columns(TURNOUT), turnout(subject)),
        TableName::Comments => (columns(list_tables::COMMENTS), list_tables::comments(subject)),
        TableName::Lookback => (columns(list_tables::LOOKBACK), list_tables::lookback(subject)),
        TableName::Tasks => return task_table(title(name, subject), subject.units, subject.phases, subject.marks),
    };
    Table { title: title(name, subject), columns, rows }
}

/// What a table of a round is called, also as a file.
fn title(name: TableName, subject: &Subject) -> String {
    // People look for a unit by its name.
    let named = |code: &str| match code {
        "ALL" => subject.bureau.to_owned(),
        code => subject.release.groups.iter().find(|g| g.code == code).map_or_else(|| code.to_owned(), |g| g.name.clone()),
    };
    let group = subject.only.map_or_else(String::new, |code| format!("_{}", named(code)));
    let marks = if subject.marks.is_empty() { String::new() } else { format!("_{}", subject.marks) };
    format!("{}{group}_{}{marks}", name.label(Lang::Zh), subject.round.title)
}

fn columns(list: &'static [(&'static str, &'static str)]) -> Vec<Column> {
    list.iter().map(|(id, zh)| Column::new(id, zh)).collect()
}

const TURNOUT: &[(&str, &str)] = &[
    ("round_id", "轮次编号"),
    ("group_code", "统计组代码"),
    ("group_name", "统计组名称"),
    ("headcount", "人数"),
    ("issued", "发放填写码"),
    ("used", "已用填写码"),
    ("opened", "开箱答卷"),
    ("spoiled", "无效答卷"),
    ("blank", "空白答卷"),
    ("counted", "计入答卷"),
];

fn turnout(subject: &Subject) -> Vec<Vec<String>> {
    rows(subject)
        .into_iter()
        .map(|r| {
            let t = r.turnout;
            let mut row = vec![subject.round.id.to_string(), r.code.to_owned(), r.name];
            row.extend([t.headcount, t.issued, t.used, t.opened, t.spoiled, t.blank, t.counted].map(|n| n.to_string()));
            row
        })
        .collect()
}
