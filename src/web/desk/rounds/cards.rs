//! The cards of a round's page: slips, turnout, files and held questions.
//! Each says why it has nothing to show where it has nothing.

use maud::{Markup, html};

use crate::problem::is_held;
use crate::response::Form;
use crate::round::{Access, Round, TURNOUT_MIN_HEADS, turnout_hours, turnout_label};
use crate::survey::Question;
use crate::text::Lang;
use crate::web::desk::Session;
use crate::web::desk::forms::draw::{bare, draw};
use crate::web::desk::forms::input::{Input, InputKind, options};
use crate::web::desk::forms::inputs::put;
use crate::web::desk::forms::mistakes::Mistakes;
use crate::web::desk::office::help::{Term, help};
use crate::web::desk::rounds::facts::Facts;
use crate::web::page::csrf;

/// The form that makes the slips.
pub(in crate::web::desk) fn slip_inputs(again: bool, lang: Lang) -> Vec<Input> {
    let holds = options([
        ("code", lang.pick("网址和填写码（扫码自动填好）", "Address and code (fills itself in)")),
        ("address", lang.pick("只有网址（填写码手工输入）", "Address only (code typed by hand)")),
    ]);
    let mut inputs = vec![
        Input::new("spare", lang.pick("备用比例（%）", "Spare (%)"), InputKind::Number),
        Input::new("qr", lang.pick("二维码内容", "QR code holds"), holds),
    ];
    if again {
        let label = lang.pick(
            "作废并重印：已发出的纸条全部失效",
            "Void and print again: all slips handed out stop working",
        );
        inputs.push(Input::new("again", label, InputKind::Tick));
    }
    inputs
}

pub(in crate::web::desk) fn slips_card(session: &Session, facts: &Facts) -> Markup {
    let lang = session.lang;
    let round = &facts.round;
    let issued = facts.issued.unwrap_or(0);
    let mut begun = Form::default();
    put(&mut begun, "spare", "10".to_owned());
    html! {
        div.card {
            h2 {
                @if round.access == Access::Poster { (lang.pick("海报", "Poster")) } @else {
                    (lang.pick("填写码纸条", "Slips"))
                    (help(Term::Slip, lang))
                }
            }
            p {
                @if issued == 0 { (lang.pick("尚未印发。", "None issued yet. ")) } @else {
                    (lang.pick("已印发 ", "Issued: "))
                    strong { (issued) }
                    (lang.pick(" 张。", ". "))
                }
                (lang.pick(
                    "填写码只在下载的文件里出现一次，服务器不保存。",
                    "Codes appear once, in the file you download; the server keeps none.",
                ))
            }
            @match &facts.address {
                Ok(address) => {
                    p {
                        (lang.pick("纸条上的地址：", "Address on the slips: "))
                        strong { (address) }
                        (lang.pick("。请先用手机打开试一下。", ". Try it with a phone first."))
                    }
                }
                Err(refusal) => {
                    p.error { (refusal.get(lang)) }
                }
            }
            form method="post" action={ "/desk/rounds/" (round.id) "/slips" } data-file {
                (csrf(session))
                (draw(&slip_inputs(issued > 0, lang), &begun, &Mistakes::default(), lang))
                div.row {
                    button.quiet type="submit" {
                        (lang.pick("生成打印文件", "Make the file to print"))
                    }
                }
            }
        }
    }
}

#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
pub(in crate::web::desk) fn turnout_card(facts: &Facts, lang: Lang) -> Markup {
    let (round, turnout) = (&facts.round, &facts.round.turnout);
    let hours = turnout_hours(round.opens, round.closes);
    let hours: Vec<String> = hours.iter().map(ToString::to_string).collect();
    let hours = hours.join(lang.pick("、", " and "));
    html! {
        div.card {
            h2 { (lang.pick("回收情况", "Turnout")) (help(Term::Turnout, lang)) }
            @if facts.round.access == Access::Poster {
                p {
                    (lang.pick(
                        "海报轮次不核验填写人，没有回收情况。",
                        "A poster round does not check who answers; there is no turnout.",
                    ))
                }
            } @else if let Some(taken) = turnout.taken(lang) {
                p.soft {
                    (lang.pick("截至 ", "As of "))
                    (taken)
                    (lang.pick("（每天 ", " (taken at "))
                    (hours)
                    (lang.pick(" 时统计）；只显示 ", " o’clock each day); shown for groups of "))
                    (TURNOUT_MIN_HEADS)
                    (lang.pick(
                        " 人及以上的统计组，只显示区间。催填只能面向全组。",
                        " heads and more, in bands only. Reminders go to a whole group only.",
                    ))
                }
                table {
                    tbody {
                        @for group in &facts.groups {
                            @if let Some(band) = turnout.bands.get(&group.code) {
                                tr {
                                    td { (group.name) }
                                    td {
                                        span.band aria-hidden="true" {
                                            @for n in 0..4u8 {
                                                i.(if n <= *band { "on" } else { "off" }) {}
                                            }
                                        }
                                        (turnout_label(*band, lang))
                                    }
                                }
                            }
                        }
                    }
                }
                @let small = facts
                    .groups
                    .iter()
                    .filter(|g| g.headcount < TURNOUT_MIN_HEADS)
                    .count();
                @if small > 0 {
                    p.soft {
                        (lang.pick("另有 ", "Not shown: "))
                        (small)
                        (lang.pick(" 个统计组不足 ", " groups under "))
                        (TURNOUT_MIN_HEADS)
                        (lang.pick(" 人，不显示。", " heads."))
                    }
                }
            } @else {
                p {
                    (lang.pick("每天 ", "Looked at at "))
                    (hours)
                    (lang.pick(
                        " 时统计一次；第一次统计之前没有数据。",
                        " o’clock each day; nothing before the first time.",
                    ))
                }
            }
        }
    }
}

pub(in crate::web::desk) fn results_card(round: &Round, lang: Lang) -> Markup {
    let base = format!("/desk/rounds/{}", round.id);
    html! {
        div.card {
            h2 { (lang.pick("结果怎么用", "What to do with the results")) }
            ul.steps {
                li {
                    a href={ (base) "/results" } { (lang.pick("看结果", "See the results")) }
                    span.soft {
                        (lang.pick("　各单位各类问题分布", ": problems by unit and category"))
                    }
                }
                li {
                    a href={ (base) "/texts" } { (lang.pick("筛查文字意见", "Screen texts")) }
                    span.soft {
                        (lang.pick(
                            "　两人阅读，写成摘要，作为具体事例",
                            ": two people read and write summaries, which become cases",
                        ))
                    }
                }
                li {
                    a href={ (base) "/problems" } {
                        (lang.pick("整理问题清单", "Work on the lists"))
                    }
                    span.soft {
                        (lang.pick(
                            "　改表述、合并、不列入、加入明察暗访发现的问题",
                            ": reword, merge, set aside, add what inspections found",
                        ))
                    }
                }
                li {
                    a href={ (base) "/exports" } {
                        (lang.pick("导出 Word、Excel", "Export Word and Excel"))
                    }
                    span.soft {
                        (lang.pick(
                            "　盖章下发的清单、通知和各种表",
                            ": lists to seal and hand over, the letter, all tables",
                        ))
                    }
                }
                @if round.looks_back.is_some() {
                    li {
                        a href={ (base) "/compare" } { (lang.pick("回头看", "Look back")) }
                        span.soft { (lang.pick("　与上一轮对照", ": beside the round before")) }
                    }
                }
                li {
                    a href={ (base) "/keeping" } { (lang.pick("留存与销毁", "Keep and destroy")) }
                    span.soft { (lang.pick("　原文和已用填写码", ": originals and used codes")) }
                }
            }
        }
    }
}

#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
pub(in crate::web::desk) fn holds_card(session: &Session, facts: &Facts) -> Markup {
    let lang = session.lang;
    let held: Vec<_> = facts.survey.questions().iter().filter(|q| q.hold).collect();
    let begun = Form::default();
    html! {
        @if !held.is_empty() {
            div #holds.card {
                h2 { (lang.pick("存疑题目", "Held questions")) (help(Term::Held, lang)) }
                p.soft {
                    (lang.pick(
                        "这些题目涉及可能的违纪行为，只反映看法。核实之前对所有单位一律不显示；核实\
                         后对所有单位同时显示。",
                        "These questions touch possible breaches and show opinions only. Until \
                         checked they are shown to no unit; once checked, to all at once.",
                    ))
                }
                table {
                    tbody {
                        @for q in held {
                            @let waiting = is_held(q, &facts.round.holds);
                            tr {
                                td { (q.text.get(lang)) }
                                td {
                                    form
                                        method="post"
                                        action={ "/desk/rounds/" (facts.round.id) "/hold" }
                                    {
                                        (csrf(session))
                                        input type="hidden" name="question" value=(q.id);
                                        input
                                            type="hidden"
                                            name="state"
                                            value=(if waiting { "checked" } else { "held" });
                                        @if waiting {
                                            (bare(&ground(q, lang), &begun, &Mistakes::default()))
                                            button.quiet type="submit" {
                                                (lang.pick("已核实，列入", "Checked, list it"))
                                            }
                                        } @else {
                                            @if let Some(check) = facts.round.checks.get(&q.id) {
                                                span.soft {
                                                    (check.day)
                                                    " "
                                                    (session.people.of(&check.by))
                                                    (lang.pick("：", ": "))
                                                    (check.ground)
                                                }
                                                br;
                                            }
                                            (lang.pick("已列入 ", "Listed "))
                                            button.link type="submit" {
                                                (lang.pick("撤下", "Take back"))
                                            }
                                        }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// On what a held question was checked.
fn ground(question: &Question, lang: Lang) -> Input {
    let label = lang.pick("核实依据：", "Ground of the check: ");
    let label = format!("{label}{}", question.text.get(lang));
    let input = Input::new("ground", label, InputKind::Line).most(100).required();
    let example = lang.pick("核实依据，如：检查记录第6号", "Ground, such as record no. 6");
    Input { example, ..input }
}
