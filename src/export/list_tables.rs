//! The tables of words: problem lists (T2), summaries of texts, and what became of items since the round before.
//! They hold what people wrote and what the gate let through, never an original text.

use super::subject::Subject;
use crate::problem::{Problem, ProblemList};
use crate::text::{Lang, Text};

pub(super) const PROBLEMS: &[(&str, &str)] = &[
    ("no", "序号"),
    ("number", "问题编号"),
    ("category", "问题类别"),
    ("problem", "问题表现"),
    ("source", "问题来源"),
    ("level", "存在程度"),
    ("example", "具体事例"),
    ("harm_level", "危害程度"),
    ("harms", "主要危害"),
    ("causes", "原因剖析"),
    ("unit", "责任单位"),
    ("note", "备注"),
];

pub(super) const COMMENTS: &[(&str, &str)] = &[
    ("group_code", "统计组代码"),
    ("group_name", "统计组名称"),
    ("category", "问题类别"),
    ("number", "问题编号"),
    ("problem", "问题表现"),
    ("summary", "意见摘要"),
];

pub(super) const LOOKBACK: &[(&str, &str)] = &[
    ("group_code", "统计组代码"),
    ("group_name", "统计组名称"),
    ("category", "问题类别"),
    ("question_id", "题目编号"),
    ("question", "题目"),
    ("before", "上一轮突出率区间"),
    ("after", "本轮突出率区间"),
    ("change", "变化"),
];

pub(super) fn problems(subject: &Subject) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    for list in subject.lists {
        for (n, problem) in list.problems.iter().enumerate() {
            let join = |texts: &[Text]| texts.iter().map(Text::zh).collect::<Vec<_>>().join("；");
            out.push(vec![
                (n + 1).to_string(),
                problem.number.clone(),
                problem.category.zh().to_owned(),
                problem.statement.zh().to_owned(),
                problem.source.label(Lang::Zh).to_owned(),
                problem.level_label(Lang::Zh).to_owned(),
                problem.example.clone(),
                problem.harm_level.as_ref().map_or_else(String::new, |t| t.zh().to_owned()),
                join(&problem.harms),
                join(&problem.causes),
                list.name.clone(),
                note(list, problem, subject.marks),
            ]);
        }
    }
    out
}

/// The last column of T2: as on the page, with the marks of the installation.
fn note(list: &ProblemList, problem: &Problem, marks: &str) -> String {
    let remarks = problem.remarks(list, Lang::Zh);
    match (remarks.is_empty(), marks.is_empty()) {
        (_, true) => remarks,
        (true, false) => marks.to_owned(),
        (false, false) => format!("{remarks}；{marks}"),
    }
}

/// Summaries stand with the row whose cases they are; originals are not known here.
pub(super) fn comments(subject: &Subject) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    for list in subject.lists {
        for problem in &list.problems {
            for summary in subject.cases.get(&problem.number).into_iter().flatten() {
                let name = if subject.marks.is_empty() { list.name.clone() } else { format!("{}［{}］", list.name, subject.marks) };
                let words = [problem.category.zh(), &problem.number, problem.statement.zh(), summary];
                out.push([list.code.clone(), name].into_iter().chain(words.map(str::to_owned)).collect());
            }
        }
    }
    out
}

pub(super) fn lookback(subject: &Subject) -> Vec<Vec<String>> {
    let own = subject.compared.iter().filter(|c| subject.only.is_none_or(|code| code == c.group_code));
    own.map(|c| {
        let name = if subject.marks.is_empty() { c.group_name.clone() } else { format!("{}［{}］", c.group_name, subject.marks) };
        let id = if subject.people { &c.number } else { &c.question_id };
        [&c.group_code, &name, &c.category, id, &c.question, &c.before, &c.after, &c.change].map(String::clone).into()
    })
    .collect()
}
