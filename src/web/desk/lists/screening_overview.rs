//! How far screening is, question by question, and the names that are marked.
//! The first page of whoever screens.

use crate::app::Results;
use crate::id::RoundId;
use crate::survey::{Survey, TextField};
use crate::text::Lang;
use crate::web::desk::Session;
use crate::web::desk::forms::draw::fresh;
use crate::web::desk::forms::input::{Input, InputKind};
use crate::web::desk::office::password::percent;
use crate::web::page::csrf;
use maud::{Markup, html};

/// A question's words, also of its "other" texts.
pub(in crate::web::desk) fn name_of(survey: &Survey, field: &str, lang: Lang) -> String {
    let TextField { question: id, other } = TextField::of(field);
    let other = if other { lang.pick("（其他）", " (other)") } else { "" };
    survey.question(id).map_or_else(
        || field.to_owned(),
        |q| {
            format!(
                "{}{}{}{other}",
                survey.sections()[q.section].short_name.get(lang),
                lang.pick("：", ": "),
                q.text.get(lang)
            )
        },
    )
}

#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
pub(in crate::web::desk) fn overview(
    results: &Results,
    progress: &std::collections::BTreeMap<String, [u64; 3]>,
    names: usize,
    lang: Lang,
) -> Markup {
    let base = format!("/desk/rounds/{}", results.round.id);
    let place = |field: &str| {
        results.survey.questions().iter().position(|q| q.id == TextField::of(field).question)
    };
    let mut rows: Vec<_> = progress.iter().collect();
    rows.sort_by_key(|(field, _)| (place(field), (*field).clone()));
    html! {
        p.noprint {
            a href=(base) { (lang.pick("← 返回本轮", "← Back to the round")) }
            " · "
            a href={ (base) "/problems" } { (lang.pick("问题清单", "Problem lists")) }
        }
        h1 { (lang.pick("筛查文字", "Screen texts")) }
        p.soft {
            (lang.pick(
                "原文已与答卷分离并打乱，同一人的各段文字不会出现在一起。一人写摘要、选定列入哪一\
                 行，另一人确认后，摘要才成为清单中的具体事例；原文不外传、不导出。",
                "Texts are detached from responses and shuffled; one person's texts never lie \
                 together. One screener writes a summary and chooses its row, another confirms it; \
                 only then is it a case in a list. Originals are not passed on and not exported.",
            ))
        }
        @if !rows.is_empty() {
            @let all: u64 = rows.iter().map(|(_, counts)| counts.iter().sum::<u64>()).sum();
            @let done: u64 = rows.iter().map(|(_, counts)| counts[2]).sum();
            p.lead {
                (lang.pick(
                    format!("共 {all} 条文字，已筛查 {done} 条。"),
                    format!("{all} texts, {done} of them screened."),
                ))
            }
        }
        p.soft {
            (lang.pick("已载入姓名 ", "Names loaded for marking: "))
            (names)
            (lang.pick(" 个用于标注。", "."))
        }
        div.card {
            @if results.round.destruction.is_some() {
                p.empty {
                    (lang.pick(
                        "没有原文：已销毁。已确认的摘要仍在清单中。",
                        "No originals: they are destroyed. Confirmed summaries stay in the lists.",
                    ))
                }
            } @else if rows.is_empty() {
                p.empty { (lang.pick("没有文字：无人填写。", "No texts: nobody wrote any.")) }
            } @else {
                div.scroll {
                    table {
                        thead {
                            tr {
                                th { (lang.pick("题目", "Question")) }
                                th { (lang.pick("进度", "Progress")) }
                                th.n { (lang.pick("未处理", "Open")) }
                                th.n { (lang.pick("待确认", "To confirm")) }
                                th.n { (lang.pick("已筛查", "Screened")) }
                            }
                        }
                        tbody {
                            @for (field, [pending, proposed, done]) in rows {
                                tr {
                                    td {
                                        a href={ (base) "/texts?question=" (percent(field)) } {
                                            (name_of(&results.survey, field, lang))
                                        }
                                    }
                                    td {
                                        progress
                                            max=(pending + proposed + done)
                                            value=(done)
                                            aria-label=(lang.pick("已筛查", "Screened")) {}
                                    }
                                    td.n { (pending) }
                                    td.n { (proposed) }
                                    td.n { (done) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

pub(in crate::web::desk) fn names_form(session: &Session, round: &RoundId) -> Markup {
    let lang = session.lang;
    let label = lang.pick("姓名", "Names");
    let names = Input::new("names", label, InputKind::Lines { rows: 4 }).most(u16::MAX);
    html! {
        div.card.noprint {
            h2 { (lang.pick("姓名标注", "Marking names")) }
            p {
                (lang.pick(
                    "载入本局人员姓名（一行一个，或用顿号隔开），原文中出现的会标出。名单只用于标\
                     注，替换上一次载入的。",
                    "Load the names of the bureau's people (one a line, or separated by commas); \
                     they are marked where they occur. The list serves marking only and replaces \
                     the one before.",
                ))
            }
            form method="post" action={ "/desk/rounds/" (round) "/names" } {
                (csrf(session))
                (fresh(&[names], lang))
                div.row { button.quiet type="submit" { (lang.pick("载入", "Load")) } }
            }
        }
    }
}
