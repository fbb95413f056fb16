//! When a question is shown (`visible_if`): conditions on earlier answers, all of which must hold.
//! They look only at questions that enter no problem list: how many answered a follow-up would else
//! narrow a protected count.

use super::file::{AnswerFile, ConditionFile, QuestionFile, QuestionRole, SurveyFile};
use super::report::Report;
use super::{Kind, Question};
use crate::text::Refusal;

/// One condition of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Index of the earlier question in [`Survey::questions`](super::Survey::questions).
    pub question: usize,
    /// The answers for which it holds.
    pub wanted: Wanted,
}

/// The answers for which a condition holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// At least one of these options, as a bit mask of their indices.
    AnyOf(u64),
    /// A number in this range, both ends included.
    Range(i64, i64),
}

/// The conditions of a checked question; `earlier` are all questions before it.
pub(super) fn resolve(earlier: &[Question], conditions: &[ConditionFile]) -> Vec<Condition> {
    conditions
        .iter()
        .filter_map(|condition| {
            let question = earlier.iter().position(|q| q.id == condition.question)?;
            Some(Condition { question, wanted: wanted(&earlier[question].kind, condition).ok()? })
        })
        .collect()
}

/// Checks the conditions of all questions.
pub(super) fn check(file: &SurveyFile, report: &mut Report) {
    let categories = file
        .categories
        .iter()
        .enumerate()
        .map(|(n, c)| (format!("/categories/{n}/questions"), &c.questions));
    let closing = file.closing.iter().map(|c| ("/closing/questions".to_owned(), &c.questions));
    let mut earlier: Vec<&QuestionFile> = Vec::new();
    for (pointer, questions) in categories.chain(closing) {
        for (n, question) in questions.iter().enumerate() {
            for (c, condition) in question.visible_if.iter().enumerate() {
                if let Err((part, refusal)) = check_one(file, &earlier, condition) {
                    let id = &question.id;
                    report.add(
                        &format!("{pointer}/{n}/visible_if/{c}{part}"),
                        format!("题目 {id} 的显示条件：{}", refusal.zh),
                        format!("question `{id}`: visible_if: {}", refusal.en),
                    );
                }
            }
            earlier.push(question);
        }
    }
}

fn check_one(
    file: &SurveyFile,
    earlier: &[&QuestionFile],
    condition: &ConditionFile,
) -> Result<(), (&'static str, Refusal)> {
    let id = &condition.question;
    let Some(asked) = earlier.iter().find(|q| q.id == *id) else {
        return Err((
            "/question",
            Refusal::new(
                format!("前面没有题目 {id}；条件只能依据排在前面的题目"),
                format!(
                    "there is no question `{id}` before this one; a condition can only look at an \
                     earlier question"
                ),
            ),
        ));
    };
    if asked.problem.is_some() || asked.role != QuestionRole::Item {
        return Err((
            "/question",
            Refusal::new(
                format!(
                    "题目 {id} 进入问题清单，不能作条件：后续题的作答人数会暴露它的人数；请改用不进\
                     清单的题目"
                ),
                format!(
                    "question `{id}` enters the problem list, and the number of people who answer \
                     a follow-up would tell its counts; use a question without `problem` and `role`"
                ),
            ),
        ));
    }
    if matches!(&asked.answer, AnswerFile::Scale { scale } if !file.scales.contains_key(scale)) {
        return Ok(()); // reported where the scale is named
    }
    wanted(&super::resolve(file, &asked.answer), condition)
        .map(drop)
        .map_err(|refusal| ("", refusal))
}

fn wanted(kind: &Kind, condition: &ConditionFile) -> Result<Wanted, Refusal> {
    let id = &condition.question;
    let ids = kind.option_ids();
    match kind {
        Kind::Number { min, max, .. } => {
            let (from, to) = (condition.from.unwrap_or(*min), condition.to.unwrap_or(*max));
            let given = condition.from.is_some() || condition.to.is_some();
            if !given || !condition.any_of.is_empty() || from > to || from < *min || to > *max {
                return Err(Refusal::new(
                    format!(
                        "题目 {id} 是数字题，请用 from、to 写出 {min} 至 {max} 之内的范围，不用 \
                         any_of"
                    ),
                    format!(
                        "`{id}` is a number: give a range within {min} to {max} by from and to, \
                         without any_of"
                    ),
                ));
            }
            Ok(Wanted::Range(from, to))
        }
        Kind::Text { .. } | Kind::Rank { .. } => Err(Refusal::new(
            format!("题目 {id} 是文字题或排序题，不能作条件"),
            format!(
                "`{id}` is a text or a ranking; a condition can look at a scale, a choice or a \
                 number"
            ),
        )),
        _ => {
            if condition.any_of.is_empty() || condition.from.is_some() || condition.to.is_some() {
                return Err(Refusal::new(
                    format!("题目 {id} 是选择题，请用 any_of 列出选项编号，不用 from、to"),
                    format!(
                        "`{id}` is answered with options: list some under any_of, without from and \
                         to"
                    ),
                ));
            }
            condition
                .any_of
                .iter()
                .try_fold(0u64, |mask, option| match ids.iter().position(|known| known == option) {
                    Some(index) => Ok(mask | 1 << index),
                    None => Err(Refusal::new(
                        format!("题目 {id} 没有选项 {option}"),
                        format!("`{id}` has no option `{option}`"),
                    )),
                })
                .map(Wanted::AnyOf)
        }
    }
}
