//! What differs between two versions of a survey, part by part and input by input.
//! An official reads which question says what now; lines of text are compared only where one of the
//! two is no survey.

use crate::survey::{Part, SurveyFile};
use crate::text::Lang;
use crate::web::desk::forms::conflict::{self, Part as Difference};
use crate::web::desk::forms::inputs;
use crate::web::desk::surveys::{part_forms, part_inputs};

/// The differences between two survey texts.
pub fn between(kept: &str, typed: &str, lang: Lang) -> Vec<Difference> {
    let read = |text: &str| serde_json::from_str::<SurveyFile>(text).ok();
    let (Some(before), Some(after)) = (read(kept), read(typed)) else {
        return conflict::lines(kept, typed, lang);
    };
    let (old, new) = (parts(&before), parts(&after));
    let mut found = Vec::new();
    for part in new.iter().chain(old.iter().filter(|part| !new.contains(part))) {
        match (part.content(&before), part.content(&after)) {
            (Some(was), Some(is)) if was != is => found.extend(within(&before, &after, part, lang)),
            (None, Some(_)) => {
                found.push(Difference {
                    what: part.heading(&after, lang),
                    kept: String::new(),
                    typed: lang.pick("新增", "added").to_owned(),
                });
            }
            (Some(_), None) => {
                found.push(Difference {
                    what: part.heading(&before, lang),
                    kept: lang.pick("删除", "removed").to_owned(),
                    typed: String::new(),
                });
            }
            _ => {}
        }
    }
    // Parts that both have, in the order that each gives them.
    let order = |of: &[Part], other: &[Part]| {
        of.iter()
            .filter(|part| other.contains(part))
            .map(|part| part.name().to_owned())
            .collect::<Vec<_>>()
            .join("\n")
    };
    let (was, is) = (order(&old, &new), order(&new, &old));
    if was != is {
        found.push(Difference {
            what: lang.pick("顺序", "Order").to_owned(),
            kept: was,
            typed: is,
        });
    }
    found
}

fn within(before: &SurveyFile, after: &SurveyFile, part: &Part, lang: Lang) -> Vec<Difference> {
    let (was, is) = (
        part_forms::fill(before, part).unwrap_or_default(),
        part_forms::fill(after, part).unwrap_or_default(),
    );
    let differences = inputs::compare(&part_inputs::inputs(after, part, lang), &was, &is, lang);
    let heading = part.heading(after, lang);
    differences
        .into_iter()
        .filter(|d| d.kept != d.typed)
        .map(|d| Difference { what: format!("{heading}\n{}", d.what), ..d })
        .collect()
}

/// All parts of a survey in their order.
fn parts(file: &SurveyFile) -> Vec<Part> {
    let mut parts = vec![Part::General];
    for group in 0..=file.categories.len() {
        parts.extend(file.categories.get(group).map(|c| Part::Category(c.id.clone())));
        parts.extend(file.questions_of(group).iter().map(|q| Part::Question(q.id.clone())));
    }
    parts.extend(file.scales.keys().map(|name| Part::Scale(name.clone())));
    parts.extend(file.option_sets.keys().map(|name| Part::Options(name.clone())));
    parts
}
