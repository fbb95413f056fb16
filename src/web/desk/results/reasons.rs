//! Harm and causes of a category as the whole bureau sees them: what is published of them, as bars
//! and as figures.
//! Where only the most frequent may be named, they are named without a figure.

use maud::{Markup, html};

use crate::app::Results;
use crate::gate::BureauCell;
use crate::problem::named;
use crate::survey::{Question, QuestionRole, Section};
use crate::text::Lang;
use crate::web::desk::results::charts::{count_bar, option_label};

/// The card of a category; nothing if the survey asks nothing of the kind.
pub fn reasons(results: &Results, section: &Section, lang: Lang) -> Markup {
    let asked = [QuestionRole::HarmLevel, QuestionRole::Harm, QuestionRole::Cause];
    let found: Vec<_> = asked.into_iter().filter_map(|role| find(results, section, role)).collect();
    html! {
        @if !found.is_empty() {
            div.card {
                h2 { (lang.pick("危害与原因（全局）", "Harm and causes, whole bureau")) }
                p.soft {
                    (lang.pick(
                        "按选择人数从多到少；可多选，合计可超过作答人数。",
                        "Most chosen first. Several could be chosen, so they may add up to more \
                         than answered.",
                    ))
                }
                div.cols {
                    @for (at, question) in found { (one(results, question, at, lang)) }
                }
            }
        }
    }
}

fn find<'a>(
    results: &'a Results,
    section: &Section,
    role: QuestionRole,
) -> Option<(usize, &'a Question)> {
    section
        .questions
        .clone()
        .map(|at| (at, &results.survey.questions()[at]))
        .find(|(_, q)| q.role == role)
}

#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
fn one(results: &Results, question: &Question, at: usize, lang: Lang) -> Markup {
    let name = |n: usize| option_label(question, n, lang).unwrap_or_default();
    let from_groups = named(&results.survey, &results.release, at);
    html! {
        div.reason {
            h3 { (question.text.get(lang)) }
            @match &results.release.bureau.cells[at] {
                BureauCell::Options { counts, answered } => {
                    table {
                        tbody {
                            @for (n, count) in ranked(counts, question) {
                                tr {
                                    td { (name(n)) }
                                    @match count {
                                        Some(count) => {
                                            td { (count_bar(count, *answered)) }
                                            td.n { (count) }
                                        }
                                        None => {
                                            td colspan="2" {
                                                span.soft {
                                                    (lang.pick(
                                                        "接近零或全体，不公布",
                                                        "near nobody or everybody, not published",
                                                    ))
                                                }
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                    p.hint { (lang.pick("作答 ", "Answered: ")) (answered) (lang.pick(" 人", "")) }
                }
                BureauCell::Shares(bands) => {
                    table {
                        tbody {
                            @for (n, band) in bands.iter().enumerate() {
                                tr {
                                    td { (name(n)) }
                                    td { (band.label(lang)) }
                                }
                            }
                        }
                    }
                }
                BureauCell::Top(chosen) => {
                    ol {
                        @for n in chosen {
                            li { (name(*n)) }
                        }
                    }
                    p.hint {
                        (lang.pick(
                            "作答人数少，只列最多的几项，不公布人数。",
                            "Few answered: the most chosen only, without figures.",
                        ))
                    }
                }
                BureauCell::Median(step) => {
                    p {
                        (lang.pick("中位：", "Median: "))
                        strong { (name(*step)) }
                    }
                }
                BureauCell::Item(_) | BureauCell::Nothing if from_groups.is_empty() => {
                    p.soft { (lang.pick("不公布", "not published")) }
                }
                BureauCell::Item(_) | BureauCell::Nothing => {
                    ol {
                        @for n in from_groups {
                            li { (name(n)) }
                        }
                    }
                    p.hint {
                        (lang.pick(
                            "按各统计组已公布的结果归纳；公布全局人数会推出某一组的人数，故不公\
                             布。",
                            "Gathered from what is published of the groups; counts of the bureau \
                             would tell a group's.",
                        ))
                    }
                }
            }
        }
    }
}

/// Options by count, for a scale in its own order.
fn ranked(counts: &[Option<u32>], question: &Question) -> Vec<(usize, Option<u32>)> {
    let mut list: Vec<(usize, Option<u32>)> = counts.iter().copied().enumerate().collect();
    if question.role != QuestionRole::HarmLevel {
        list.sort_by_key(|(n, count)| (std::cmp::Reverse(*count), *n));
    }
    list
}
