//! What a survey asks of whom, as a card of a draft: what does not fit is seen before it is frozen.
//! Counts by part and kind of unit, with the questions that are limited and everything to be warned
//! of.

use maud::{Markup, html};

use crate::id::RoundId;
use crate::round::Scopes;
use crate::survey::{Question, Survey};
use crate::text::{Lang, Refusal};

/// What the survey asks of whom, before the round opens.
pub(in crate::web::desk) fn scopes_card(
    round: &RoundId,
    scopes: &Scopes,
    warnings: &[Refusal],
    survey: &Survey,
    lang: Lang,
) -> Markup {
    html! {
        div #scopes.card {
            h2 { (lang.pick("本轮问谁什么", "What is asked of whom")) }
            p.soft {
                (lang.pick(
                    "所有人看到同样的题目。限定单位类型的题目，其他单位也可以填写，但不列入它们的清\
                     单。",
                    "Everybody is shown the same questions. Those limited to some kinds of units \
                     can be answered by others, but are listed for these kinds only.",
                ))
            }
            div.scroll tabindex="0" role="region" aria-label=(lang.pick("各类题数", "Questions")) {
                (asked_table(scopes, survey, lang))
            }
            (limited(survey, lang))
            @for warning in warnings {
                p.warn { (warning.get(lang)) (lang.pick("。", ".")) }
            }
            p {
                a href={ "/desk/rounds/" (round) "/frozen" } {
                    (lang.pick(
                        "问卷和公布规则（可打印，供干部代表查阅）",
                        "The survey and what will be published of it (to print, for an officers' \
                         representative)",
                    ))
                }
            }
        }
    }
}

/// Questions of each part, and how many of them count for each kind of unit.
fn asked_table(scopes: &Scopes, survey: &Survey, lang: Lang) -> Markup {
    let counts = |kind: &str, question: &Question| {
        question.scope.is_empty() || question.scope.iter().any(|word| survey.kind_of(word) == kind)
    };
    let all = survey.questions();
    let of = |kind: &str, part: &[Question]| part.iter().filter(|q| counts(kind, q)).count();
    html! {
        table {
            thead {
                tr {
                    th { (lang.pick("部分", "Part")) }
                    th.n { (lang.pick("题数", "Questions")) }
                    @for kind in &scopes.kinds {
                        th.n {
                            (survey.kind_name(&kind.kind, lang))
                            (lang.pick(
                                format!("（{}个）", kind.units.len()),
                                format!(" ({})", kind.units.len()),
                            ))
                        }
                    }
                }
            }
            tbody {
                @for section in survey.sections() {
                    @let part = &all[section.questions.clone()];
                    tr {
                        td { (section.name.get(lang)) }
                        td.n { (part.len()) }
                        @for kind in &scopes.kinds { td.n { (of(&kind.kind, part)) } }
                    }
                }
                tr {
                    th scope="row" { (lang.pick("合计", "All")) }
                    td.n { strong { (all.len()) } }
                    @for kind in &scopes.kinds {
                        td.n { strong { (of(&kind.kind, all)) } }
                    }
                }
            }
        }
    }
}

/// The questions that are limited to some kinds of units.
fn limited(survey: &Survey, lang: Lang) -> Markup {
    let limited: Vec<&Question> =
        survey.questions().iter().filter(|q| !q.scope.is_empty()).collect();
    let kinds = |question: &Question| {
        let kinds = question.scope.iter().map(|word| survey.kind_of(word));
        let names: Vec<String> =
            kinds.map(|kind| survey.kind_name(&kind, lang).to_owned()).collect();
        names.join(lang.pick("、", ", "))
    };
    html! {
        @if !limited.is_empty() {
            details.more {
                summary {
                    (lang.pick(
                        format!("限定单位类型的 {} 道题", limited.len()),
                        format!("{} questions limited to some kinds", limited.len()),
                    ))
                }
                ul {
                    @for question in limited {
                        li {
                            (question.text.get(lang))
                            " "
                            span.soft { (kinds(question)) }
                        }
                    }
                }
            }
        }
    }
}
