//! What a survey asks that could tell one unit's answers or who gave them, found before anybody
//! answers.
//! The gate protects counts; what an author writes into the options of a question, or asks of a few
//! only, is decided here and shown to everybody.

use super::{Kind, Question, Survey};
use crate::text::{Lang, Refusal, Text};

/// Heads for each option of a question below which most options have too few votes to be told.
const HEADS_PER_OPTION: usize = 5;

/// A question that tells more than it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// Name of the question.
    pub question: String,
    /// Whether no round may ask it; else it is only pointed out.
    pub refused: bool,
    /// What is wrong with it, and what to do.
    pub why: Refusal,
}

impl Survey {
    /// Holds every question against the names and codes of units and groups, and their heads, as
    /// far as these are known.
    #[must_use]
    pub fn exposures(&self, names: &[&str], heads: Option<u32>) -> Vec<Exposure> {
        let names: Vec<String> =
            names.iter().map(|name| plain(name)).filter(|name| name.chars().count() > 1).collect();
        let mut list: Vec<Exposure> = self
            .questions()
            .iter()
            .flat_map(|question| of_question(question, &names, heads))
            .collect();
        list.extend(self.questions().iter().enumerate().filter_map(|(at, question)| {
            let text = plain(question.text.zh());
            let twin =
                self.questions()[..at].iter().find(|other| plain(other.text.zh()) == text)?;
            let refused = question.problem.is_some() || twin.problem.is_some();
            let same_section = question.section == twin.section;
            (refused || same_section).then(|| Exposure {
                question: question.id.clone(),
                refused,
                why: Refusal::new(
                    format!(
                        "题目 {} 与题目 {} 问的是同一句话：同一件事按两种方式公布，合在一起会暴露人\
                         数；请删去一题",
                        question.id, twin.id
                    ),
                    format!(
                        "questions `{}` and `{}` ask the same: published in two ways, the same \
                         thing is told. Take one out",
                        question.id, twin.id
                    ),
                ),
            })
        }));
        list
    }

    /// Whether two surveys ask something in common whose answers are counted.
    #[must_use]
    pub fn asks_like(&self, other: &Self) -> bool {
        self.shared(other).next().is_some()
    }

    /// Whether what two surveys have in common is rated on scales that are cut alike, and where one
    /// lists it under thresholds, under the same.
    #[must_use]
    pub fn cuts_like(&self, other: &Self) -> bool {
        let same_thresholds = self.thresholds() == other.thresholds();
        self.shared(other).all(|(own, theirs)| match (&own.kind, &theirs.kind) {
            (Kind::Scale(a), Kind::Scale(b)) => {
                let cut = |scale: &super::Scale| -> Vec<Option<(bool, bool)>> {
                    scale
                        .steps
                        .iter()
                        .map(|step| {
                            step.score.map(|s| (s >= scale.present_from, s >= scale.prominent_from))
                        })
                        .collect()
                };
                let listed = own.problem.is_some() || theirs.problem.is_some();
                !listed || (same_thresholds && cut(a) == cut(b))
            }
            _ => own.problem.is_none() && theirs.problem.is_none(),
        })
    }

    /// Questions that ask the same words in both.
    fn shared<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = (&'a Question, &'a Question)> {
        let counted = |survey: &'a Self| {
            survey.questions().iter().filter(|q| !matches!(q.kind, Kind::Text { .. }))
        };
        counted(self).filter_map(move |own| {
            counted(other)
                .find(|theirs| plain(theirs.text.zh()) == plain(own.text.zh()))
                .map(|theirs| (own, theirs))
        })
    }
}

fn of_question(question: &Question, names: &[String], heads: Option<u32>) -> Vec<Exposure> {
    let labels = labels(&question.kind);
    let mut list: Vec<Exposure> = named_unit(question, &labels, names).into_iter().collect();
    let chosen = !matches!(question.kind, Kind::Scale(_));
    let crowded = |heads: &u32| chosen && labels.len() * HEADS_PER_OPTION > *heads as usize;
    let others = [
        single_numbers(question),
        heads.filter(crowded).map(|heads| too_many_options(&question.id, labels.len(), heads)),
        (question.required && question.problem.is_some()).then(|| required(&question.id)),
        (!question.visible_if.is_empty()).then(|| of_some_only(question)),
    ];
    let told = others.into_iter().flatten().map(|why| Exposure {
        question: question.id.clone(),
        refused: false,
        why,
    });
    list.extend(told);
    list
}

/// An option that names a unit or group: whoever chooses it tells where they are.
fn named_unit(question: &Question, labels: &[&Text], names: &[String]) -> Option<Exposure> {
    let id = &question.id;
    let hits: Vec<(&String, bool)> = labels.iter().filter_map(|label| hit(label, names)).collect();
    let (name, whole) = hits.first()?;
    let mut different: Vec<&String> = hits.iter().map(|h| h.0).collect();
    different.dedup();
    let refused = *whole || hits.iter().any(|h| h.1) || different.len() > 1;
    let why = Refusal::new(
        format!(
            "题目 {id} 的选项写有单位或统计组“{name}”：选的人等于说出自己的单位，该单位的答案会随选\
             项公布；单位由填写码区分，请删去"
        ),
        format!(
            "question `{id}`: an option names the unit or group “{name}”. Whoever chooses it tells \
             their unit, and the unit's answers are published with the option; slips tell units \
             apart, so take it out"
        ),
    );
    Some(Exposure { question: id.clone(), refused, why })
}

fn single_numbers(question: &Question) -> Option<Refusal> {
    let id = &question.id;
    let Kind::Number { classes, .. } = &question.kind else { return None };
    let single = classes.iter().filter(|class| class.range.0 == class.range.1).count();
    (single > 1).then(|| {
        Refusal::new(
            format!(
                "题目 {id} 有 {single} 个分段只含一个数：像年龄、工号这样的数能认出人；请把分段放宽"
            ),
            format!(
                "question `{id}`: {single} classes hold a single number; a number like an age or a \
                 badge tells who somebody is. Make the classes wider"
            ),
        )
    })
}

fn too_many_options(id: &str, options: usize, heads: u32) -> Refusal {
    Refusal::new(
        format!(
            "题目 {id} 有 {options} 个选项，参加的只有 {heads} 人：多数选项选的人太少，不会公布；请\
             合并选项"
        ),
        format!(
            "question `{id}` has {options} options for {heads} people: most will be chosen by too \
             few to be published. Merge some"
        ),
    )
}

fn required(id: &str) -> Refusal {
    Refusal::new(
        format!(
            "题目 {id} 是必答题：每个单位有几人作答因此人人皆知；公布规则按此设防，但允许跳过更稳妥"
        ),
        format!(
            "question `{id}` is required, so everybody knows how many answered it in each unit. \
             The rules of publication reckon with that, but leaving it optional is safer"
        ),
    )
}

fn of_some_only(question: &Question) -> Refusal {
    let id = &question.id;
    let (zh, en) = if question.problem.is_some() {
        (
            "不会列入任何单位的清单，全局也只公布区间；要列入清单，请让所有人都能作答",
            "it enters no unit's list, and of the bureau only a band is published. If it shall be \
             listed, ask everybody",
        )
    } else {
        (
            "只公布全局区间；作答或未作答的不足 20 人、不足 3 个统计组时不公布",
            "only bands are published, for the bureau; nothing if fewer than 20 people or 3 groups \
             answered it, or did not",
        )
    };
    Refusal::new(
        format!("题目 {id} 只问部分人（有显示条件）：{zh}"),
        format!("question `{id}` is asked of some only (visible_if): {en}"),
    )
}

/// The labels by which people answer: words of options, steps and classes.
fn labels(kind: &Kind) -> Vec<&Text> {
    match kind {
        Kind::Number { classes, .. } => classes.iter().map(|class| &class.label).collect(),
        _ => kind.labels(),
    }
}

/// A name that a label holds, and whether it is all of the label.
fn hit<'a>(label: &Text, names: &'a [String]) -> Option<(&'a String, bool)> {
    Lang::ALL.iter().find_map(|lang| {
        let label = plain(label.get(*lang));
        names.iter().find(|name| holds(&label, name)).map(|name| (name, label == *name))
    })
}

/// Whether a name stands in a label: Latin letters and digits only as a word of their own.
fn holds(label: &str, name: &str) -> bool {
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
    label.match_indices(name).any(|(at, _)| {
        let (before, after) =
            (label[..at].chars().next_back(), label[at + name.len()..].chars().next());
        let inside = letter(name.chars().next()) && letter(before)
            || letter(name.chars().next_back()) && letter(after);
        !inside
    })
}

/// Letters as they are compared: without blanks at the ends, in one case.
fn plain(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_as_words_and_codes_not_inside_other_words() {
        assert!(
            holds("春江街道中队：是", "春江街道中队") && holds("cy 是", "cy") && holds("cy", "cy")
        );
        assert!(!holds("efficiency", "cy") && !holds("cy2", "cy"));
    }
}
