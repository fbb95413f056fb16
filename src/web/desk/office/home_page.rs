//! The first page: what waits, rounds and their next step, lists of those who read them.
//! Everybody sees what is theirs and where to go on.

use crate::app::{AccountInfo, App, ClockDoubt, PHASES, Standing};
use crate::round::{Day, Round, RoundState};
use crate::text::Lang;
use crate::web::desk::Session;
use crate::web::page::csrf;
use maud::{Markup, html};

/// The clock waits for somebody who looks at a calendar.
pub(in crate::web::desk) fn clock_card(session: &Session, doubt: ClockDoubt) -> Markup {
    let lang = session.lang;
    html! {
        div #clock.errors role="alert" {
            p { strong { (lang.pick("请核对服务器时间", "Please check the server's clock")) } }
            p { (doubt.refusal().get(lang)) (lang.pick("。", ".")) }
            form method="post" action="/desk/clock" {
                (csrf(session))
                div.row {
                    button.quiet type="submit" {
                        (lang.pick("时间无误，恢复到期处理", "The clock is right, go on"))
                    }
                }
            }
        }
    }
}

/// Accounts that an administrator has just made or reset: a colleague says that the owner was seen.
pub(in crate::web::desk) fn waiting_card(session: &Session, waiting: &[AccountInfo]) -> Markup {
    let lang = session.lang;
    let own = waiting.iter().any(|account| account.name == session.account);
    html! {
        div #waiting.card {
            h2 { (lang.pick("请确认账号本人", "Please vouch for accounts")) }
            @if own {
                p.mark {
                    (lang.pick(
                        "您的账号由管理员新建、更改或重置过口令。政工科另一账号在本页确认之前（或满三天之\
                         前），您不能参与发布、销毁等须两人同意的步骤。不是您要求的，请立即告知\
                         政工科负责人和监督员。",
                        "An administrator made, changed or reset your account. Until another \
                         account of the section vouches for it on this page (or three days have \
                         passed) it takes no part in steps that take two people. If you did not \
                         ask for that, tell the head of the section and the trustees at once.",
                    ))
                }
            } @else {
                p.soft {
                    (lang.pick(
                        "下列账号刚由管理员新建、更改或重置口令，满三天前不能参与须两人同意的步骤。当面或\
                         电话核实是本人在用的，请点确认；不是本人的，请告知监督员。",
                        "An administrator has just made these accounts or reset their passwords; \
                         for three days they take no part in steps that take two people. If you \
                         have made sure, face to face or by telephone, that the owner uses it, say \
                         so here; if not, tell the trustees.",
                    ))
                }
                @for account in waiting {
                    form.row method="post" action="/desk/vouch" {
                        (csrf(session))
                        input type="hidden" name="name" value=(account.name);
                        span {
                            strong { (session.people.of(&account.name)) }
                            " "
                            span.soft { (account.name) }
                            " "
                            (account.role.label(lang))
                        }
                        button.quiet type="submit" { (lang.pick("已核实是本人", "Vouch for it")) }
                    }
                }
            }
        }
    }
}

/// What the first page of the section says besides its rounds.
pub(in crate::web::desk) struct Start {
    standing: Option<Standing>,
    /// Steps up to the first open round: whether done, what, and where.
    steps: Vec<(bool, &'static str, &'static str, String)>,
}

#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
pub(in crate::web::desk) fn start(
    app: &App,
    rounds: &[Round],
    lang: Lang,
) -> Result<Start, crate::app::AppError> {
    let standing = app.standing()?;
    let begun = rounds.iter().any(|r| !matches!(r.state, RoundState::Draft | RoundState::Void));
    if begun {
        return Ok(Start { standing, steps: Vec::new() });
    }
    let section = app.accounts_of_the_section()?;
    let draft = rounds.iter().rev().find(|r| r.state == RoundState::Draft);
    let issued = match draft {
        Some(round) => app.slips_issued(&round.id)? > 0,
        None => false,
    };
    let of_draft = |part: &str| {
        draft.map_or_else(
            || "/desk/rounds/new".to_owned(),
            |r| format!("/desk/rounds/{}{part}", r.id),
        )
    };
    let steps = vec![
        (
            !app.units()?.is_empty(),
            lang.pick("导入单位和人数", "Import units and head counts"),
            lang.pick(
                "上传手头的人员情况表（Excel）即可，标题、合计行不用删。",
                "Upload the table of staff that you have; titles and sums may stay.",
            ),
            "/desk/units".to_owned(),
        ),
        (
            standing.is_some(),
            lang.pick("按通知填写活动安排", "Fill in the calendar from the notice"),
            lang.pick(
                "活动名称、五个阶段的起止日期、咨询电话；问卷开头和总结报告都用它。",
                "The campaign's name, the days of its phases, whom to ask: the questionnaire and \
                 the report use them.",
            ),
            "/desk/calendar".to_owned(),
        ),
        (
            draft.is_some(),
            lang.pick("新建一轮，选定问卷和日期", "Create a round: survey and dates"),
            lang.pick(
                "自带的问卷就是通知里的七类问题，可先用手机看一遍；要改的，先复制再改。",
                "The survey that comes with zicha has the notice's seven categories; look at it \
                 on a phone first, copy it to change it.",
            ),
            "/desk/rounds/new".to_owned(),
        ),
        (
            issued,
            lang.pick("印制填写码纸条", "Print the slips"),
            lang.pick(
                "填写码只在下载的文件里出现一次，服务器不保存。",
                "Codes appear once, in the file you download; the server keeps none.",
            ),
            of_draft(""),
        ),
        (
            section >= 2,
            lang.pick("政工科有两个以上账号", "Two or more accounts for the section"),
            lang.pick(
                "发布结果、销毁原文须两人先后确认。请系统管理员用首次设置时交给他的账号登录，在“账号”页\
                 建立。",
                "Release and destruction need two people. The administrator signs in with the \
                 account from the first set-up and makes the accounts.",
            ),
            "/desk/help/section".to_owned(),
        ),
        (
            false,
            lang.pick(
                "监督员封存口令，开放本轮",
                "Trustees seal their passphrases, the round opens",
            ),
            lang.pick(
                "口令当场封入信封；开放后问卷、单位和统计组不能再改。",
                "Passphrases go into envelopes at once; survey, units and groups are frozen from \
                 then on.",
            ),
            of_draft("/custody"),
        ),
    ];
    Ok(Start { standing, steps })
}

fn standing(standing: &Standing, lang: Lang) -> Markup {
    let phase = |n: usize| lang.pick(PHASES[n].0[0], PHASES[n].0[1]);
    html! {
        div.card.standing {
            @match standing.now {
                Some((n, to)) => {
                    p {
                        strong {
                            (lang.pick("第", "Phase ")) (n + 1)
                            (lang.pick("阶段　", ": ")) (phase(n))
                        }
                        span.soft {
                            (lang.pick("（至", " (until ")) (Day(to, lang)) (lang.pick("）", ")"))
                        }
                    }
                    p { (lang.pick(PHASES[n].1[0], PHASES[n].1[1])) }
                }
                None => {
                    p { strong { (lang.pick("现在不在任何阶段内", "No phase is running now")) } }
                }
            }
            @if let Some((n, from)) = standing.next {
                p.soft {
                    (lang.pick("下一阶段：", "Next phase: "))
                    (phase(n))
                    (lang.pick("，", ", from "))
                    (Day(from, lang))
                    (lang.pick("开始。", "."))
                }
            }
            p { a href="/desk/calendar" { (lang.pick("修改安排", "Change the calendar")) } }
        }
    }
}

/// The way to the first open round. It can be left and taken up again at any step.
fn steps(start: &Start, lang: Lang) -> Markup {
    let next = start.steps.iter().position(|step| !step.0);
    html! {
        div.card {
            h2 { (lang.pick("开始使用", "Getting started")) }
            p.soft {
                (lang.pick(
                    "依次完成下面各步，随时可以离开，回来接着做。",
                    "Do the steps below in order; leave at any time and take up where you were.",
                ))
            }
            ol.start {
                @for (n, (done, what, why, to)) in start.steps.iter().enumerate() {
                    li.done[*done].now[next == Some(n)] {
                        @if *done {
                            strong { (what) }
                        } @else {
                            strong { a href=(to) { (what) } }
                        }
                        @if *done {
                            span.soft { (lang.pick("　已完成", " done")) }
                        }
                        p.soft { (why) }
                    }
                }
            }
        }
    }
}

pub(in crate::web::desk) fn section(rounds: &[Round], start: &Start, lang: Lang) -> Markup {
    html! {
        @if let Some(now) = &start.standing { (standing(now, lang)) }
        @if !start.steps.is_empty() { (steps(start, lang)) }
        div #rounds.row {
            h2 { (lang.pick("自查轮次", "Rounds")) }
            a.button href="/desk/rounds/new" { (lang.pick("新建一轮", "New round")) }
        }
        @if rounds.is_empty() {
            div.card.empty {
                p {
                    (lang.pick(
                        "还没有轮次。一轮自查的过程：新建 → 开放并印发填写码 → 队员填写 → 截止 → 开\
                         箱 → 发布问题清单。",
                        "No round yet. A round goes: create → open and print slips → officers \
                         answer → close → open the box → release the lists.",
                    ))
                }
            }
        } @else {
            div.card {
                div.scroll {
                    table {
                        thead {
                            tr {
                                th { (lang.pick("轮次", "Round")) }
                                th { (lang.pick("日期", "Dates")) }
                                th { (lang.pick("状态", "State")) }
                                th { (lang.pick("下一步", "Next step")) }
                            }
                        }
                        tbody {
                            @for round in rounds.iter().rev() {
                                tr {
                                    td {
                                        a href={ "/desk/rounds/" (round.id) } {
                                            strong { (round.title) }
                                        }
                                        br;
                                        span.soft { (round.id) }
                                    }
                                    td {
                                        (round.days(lang))
                                    }
                                    td {
                                        (round.state.label(lang))
                                        @if round.trial { (lang.pick("（试用）", " (trial)")) }
                                    }
                                    td { (next(round, lang)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What a round needs next.
fn next(round: &Round, lang: Lang) -> &'static str {
    match round.state {
        RoundState::Draft => lang.pick("开放本轮，印发填写码", "Open the round, print slips"),
        RoundState::Open if round.ended => lang.pick("等待自动截止", "Closes by itself shortly"),
        RoundState::Open => {
            lang.pick("等待填写；可看回收区间", "Officers answer; turnout in bands")
        }
        RoundState::Closed => lang.pick("组织开箱", "Open the box"),
        RoundState::Opened if !round.destroyed => lang.pick("完成销毁", "Finish the destruction"),
        RoundState::Opened => lang.pick("核实存疑题目，发布结果", "Check held questions, release"),
        RoundState::Released => lang.pick(
            "下发问题清单，督促制定整改清单",
            "Hand over the lists, see that units plan what to do",
        ),
        RoundState::Suspended => {
            lang.pick("核对恢复损失后由两人确认", "Two accounts decide after the restore")
        }
        RoundState::Void => lang.pick("无", "None"),
    }
}
