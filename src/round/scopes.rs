//! Which questions apply to which units of a round, before it opens.
//! A scope that no unit fits, or a unit that no scope fits, is a mistake more often than a wish;
//! afterwards it would only be a row that is missing.

use crate::survey::Survey;
use crate::text::Refusal;
use crate::unit::Unit;

/// Units of one kind, and how many questions are only for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindScope {
    /// Kind, as the survey names it.
    pub kind: String,
    /// Names of the units.
    pub units: Vec<String>,
    /// Questions that are limited to some kinds, this one among them.
    pub limited: usize,
}

/// How a round's questions and units fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scopes {
    /// Questions for every unit.
    pub general: usize,
    /// The kinds of the round's units.
    pub kinds: Vec<KindScope>,
    /// Kinds that questions are limited to though the round has no such unit, with the number of
    /// these questions.
    pub idle: Vec<(String, usize)>,
}

impl Scopes {
    /// Holds the units of a round against the scopes of its survey.
    #[must_use]
    pub fn of(survey: &Survey, units: &[Unit]) -> Self {
        let limited = |kind: &str| {
            survey
                .questions()
                .iter()
                .filter(|q| q.scope.iter().any(|word| survey.kind_of(word) == kind))
                .count()
        };
        let mut kinds: Vec<KindScope> = Vec::new();
        for unit in units {
            let kind = survey.kind_of(&unit.kind);
            match kinds.iter_mut().find(|known| known.kind == kind) {
                Some(known) => known.units.push(unit.name.clone()),
                None => kinds.push(KindScope {
                    limited: limited(&kind),
                    units: vec![unit.name.clone()],
                    kind,
                }),
            }
        }
        let missing = survey
            .scoped_kinds()
            .into_iter()
            .filter(|kind| kinds.iter().all(|known| known.kind != *kind));
        Self {
            general: survey.questions().iter().filter(|q| q.scope.is_empty()).count(),
            idle: missing.map(|kind| (kind.clone(), limited(&kind))).collect(),
            kinds,
        }
    }

    /// What does not fit, said before the round opens.
    #[must_use]
    pub fn warnings(&self, survey: &Survey) -> Vec<Refusal> {
        use crate::text::Lang::{En, Zh};
        let name = |kind: &str, lang| survey.kind_name(kind, lang).to_owned();
        let idle = self.idle.iter().map(|(kind, questions)| {
            Refusal::new(
                format!(
                    "有 {questions} 道题只适用于“{}”，但本轮没有这类单位，这些题不会列入任何清单",
                    name(kind, Zh)
                ),
                format!(
                    "{questions} questions are only for {}, but no unit of this round is one: they \
                     will be in no list",
                    name(kind, En)
                ),
            )
        });
        let scoped = !survey.scoped_kinds().is_empty();
        let bare = self.kinds.iter().filter(|kind| scoped && kind.limited == 0).map(|kind| {
            Refusal::new(
                format!(
                    "类型为“{}”的 {} 个单位（{}）没有专门适用的题目，只适用 {} 道通用题",
                    name(&kind.kind, Zh),
                    kind.units.len(),
                    kind.units.join("、"),
                    self.general
                ),
                format!(
                    "{} units of kind {} ({}) are in no question's scope; only the {} questions \
                     for all units apply",
                    kind.units.len(),
                    name(&kind.kind, En),
                    kind.units.join(", "),
                    self.general
                ),
            )
        });
        idle.chain(bare).collect()
    }
}
