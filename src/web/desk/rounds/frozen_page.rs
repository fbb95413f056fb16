//! What a round froze: every question, whom it asks, and what will be published of it.
//! It can be printed and signed before the first slip is drawn.

use crate::gate::GATE_VERSION;
use crate::round::{Access, Round, RoundState};
use crate::survey::{Kind, Question, QuestionRole, Section, Survey};
use crate::text::{Lang, Refusal};
use crate::unit::Unit;
use maud::{Markup, html};

/// What stands on the sheet.
pub(in crate::web::desk) struct Sheet {
    pub(in crate::web::desk) round: Round,
    pub(in crate::web::desk) survey: std::sync::Arc<Survey>,
    pub(in crate::web::desk) units: Vec<Unit>,
    pub(in crate::web::desk) warnings: Vec<Refusal>,
    pub(in crate::web::desk) marks: String,
}

pub(in crate::web::desk) fn paper(sheet: &Sheet, lang: Lang) -> Markup {
    let (round, survey) = (&sheet.round, &sheet.survey);
    html! {
        article.paper {
            h1 {
                (survey.title().get(lang))
                (lang.pick("：问卷和公布规则", ": the survey and what will be published"))
            }
            (asked(sheet, lang))
            p.soft {
                @if round.state == RoundState::Draft {
                    (lang.pick(
                        "本轮尚未开放，问卷还可以改。开放后问卷冻结，指纹不变：",
                        "Not open yet: the survey may still change. Once open it is frozen and its \
                         fingerprint stays: ",
                    ))
                } @else {
                    (lang.pick("问卷已冻结，指纹：", "The survey is frozen. Fingerprint: "))
                }
                span.digest { (survey.hash()) }
            }
            h2 { (lang.pick("开放前应当知道的", "What should be known before it opens")) }
            @if sheet.warnings.is_empty() {
                p {
                    (lang.pick(
                        "没有会认出单位或个人的题目。",
                        "No question tells a unit or a person.",
                    ))
                }
            } @else {
                ul {
                    @for warning in &sheet.warnings {
                        li { (warning.get(lang)) (lang.pick("。", ".")) }
                    }
                }
            }
            h2 { (lang.pick("怎样公布", "How results are published")) }
            (rules(lang))
            @for section in survey.sections() { (part(survey, section, lang)) }
            p.signature {
                (lang.pick(
                    "干部代表（签名）：________________　　日期：________________",
                    "Officers' representative (signature): ________________   Date: \
                     ________________",
                ))
            }
        }
    }
}

/// The rules of publication in a few sentences.
fn rules(lang: Lang) -> Markup {
    html! {
        ul {
            li {
                (lang.pick(
                    "各单位（统计组）只公布区间，不公布人数；有效作答不足 5 份的题不公布；区间\
                     宽度只由作答人数决定。",
                    "Of a unit (group) only bands are published, never a number of people; \
                     nothing where fewer than 5 answered. How wide a band is depends on how \
                     many answered and on nothing else.",
                ))
            }
            li {
                (lang.pick(
                    "突出率足以定级的，不另列存在率；只有“是、否”两档的，只公布一个区间。",
                    "Where the prominent rate decides the level, the present rate is not given \
                     beside it; on a scale of yes and no there is one band only.",
                ))
            }
            li {
                (lang.pick(
                    "全局人数只在推不出任何一组时公布；接近零或全体的选项不公布人数。",
                    "Counts of the bureau are published only where they tell no group's; an \
                     option that is near nobody or everybody has none.",
                ))
            }
            li {
                (lang.pick(
                    "文字意见打散，两人筛查，只用归纳后的摘要；“其他”的文字不分单位。",
                    "Texts are shuffled, two people screen them, and only a summary is used; \
                     texts to “other” are not sorted by unit.",
                ))
            }
            li {
                (lang.pick("公布规则第 ", "Rules of publication, version "))
                (GATE_VERSION)
                (lang.pick(
                    " 版，程序自动执行，任何人不能例外。",
                    ", applied by the program, with no exception for anybody.",
                ))
            }
        }
    }
}

/// Who is asked, when, and how they come in.
fn asked(sheet: &Sheet, lang: Lang) -> Markup {
    let round = &sheet.round;
    let heads: u32 = sheet.units.iter().map(|unit| unit.headcount).sum();
    html! {
        div.meta {
            span { (lang.pick("轮次：", "Round: ")) (round.title) }
            span {
                (lang.pick("填写时间：", "Open: "))
                (round.days(lang))
            }
            span {
                (lang.pick("参加：", "Asked: "))
                (sheet.units.len())
                (lang.pick(" 个单位 ", " units, "))
                (heads)
                (lang.pick(" 人", " people"))
            }
            span {
                (lang.pick("填写码：", "Access: "))
                @if round.access == Access::Poster {
                    (lang.pick("海报，不核验", "poster, not checked"))
                } @else {
                    (lang.pick(
                        "纸质填写码，随机抽取、不登记",
                        "paper slips, drawn and not noted",
                    ))
                }
            }
        }
    }
}

fn part(survey: &Survey, section: &Section, lang: Lang) -> Markup {
    html! {
        h2 { (section.name.get(lang)) }
        table.frozen {
            thead {
                tr {
                    th { (lang.pick("题目", "Question")) }
                    th { (lang.pick("怎样作答", "How it is answered")) }
                    th { (lang.pick("公布什么", "What is published")) }
                }
            }
            tbody {
                @for question in &survey.questions()[section.questions.clone()] {
                    tr {
                        td {
                            (question.text.get(lang))
                            @if question.required {
                                " "
                                span.soft { (lang.pick("（必答）", "(required)")) }
                            }
                        }
                        td { (question.kind.in_words(lang)) }
                        td { (published(survey, question, lang)) }
                    }
                }
            }
        }
    }
}

fn published(survey: &Survey, question: &Question, lang: Lang) -> Markup {
    let few = !question.visible_if.is_empty();
    html! {
        @match &question.kind {
            Kind::Text { .. } => {
                (lang.pick("经两人筛查的摘要", "summaries that two people agreed on"))
            }
            _ if few => { (lang.pick("只公布全局区间", "bands of the bureau only")) }
            Kind::Scale(_) if question.problem.is_some() => {
                (lang.pick(
                    "各组区间和存在程度，全局人数；列入问题清单",
                    "bands and levels of groups, counts of the bureau; problem list",
                ))
                @if question.hold {
                    br;
                    (lang.pick("列入前须经核实", "checked before it is listed"))
                }
                @if !question.scope.is_empty() {
                    br;
                    (lang.pick("只列入：", "listed only for: "))
                    (question
                        .scope
                        .iter()
                        .map(|k| survey.kind_name(k, lang))
                        .collect::<Vec<_>>()
                        .join(lang.pick("、", ", ")))
                }
            }
            Kind::Scale(_) if question.role == QuestionRole::HarmLevel => {
                (lang.pick(
                    "各组中位档，全局人数",
                    "the median step of groups, counts of the bureau",
                ))
            }
            Kind::Multi { max, .. } if *max > 1 => {
                (lang.pick(
                    "各组选得最多的至多三项（不列人数），全局人数",
                    "the three most chosen of groups (no counts), counts of the bureau",
                ))
            }
            _ => {
                (lang.pick("只公布全局人数，不分组", "counts of the bureau, not of groups"))
            }
        }
    }
}
