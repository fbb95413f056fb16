//! The page of what is kept: original texts, their end, and rounds after a restore.
//! Whoever agrees sees what is agreed to.

use crate::app::SharedStep;
use crate::id::AccountName;
use crate::round::{Day, Destruction, Round, RoundState};
use crate::text::{Lang, Refusal};
use crate::web::desk::Session;
use crate::web::desk::rounds::irreversible::irreversible;
use crate::web::page::csrf;
use maud::{Markup, html};

pub(in crate::web::desk) struct Facts {
    pub(in crate::web::desk) round: Round,
    pub(in crate::web::desk) texts: u64,
    pub(in crate::web::desk) approvals: Vec<(String, AccountName)>,
    /// What would be lost unread with the originals.
    pub(in crate::web::desk) unscreened: Option<Refusal>,
}

pub(in crate::web::desk) fn page(session: &Session, facts: &Facts, error: Option<&str>) -> Markup {
    let lang = session.lang;
    let round = &facts.round;
    html! {
        p.noprint {
            a href={ "/desk/rounds/" (round.id) } { "← " (round.title) }
        }
        h1 { (lang.pick("留存与销毁", "Keeping and destroying")) }
        @if let Some(error) = error {
            div.errors role="alert" { (error) }
        }
        @if let Some(record) = &round.destruction {
            (printed_record(session, round, record))
        } @else if round.state == RoundState::Suspended {
            (suspended(session, facts))
        } @else if round.state == RoundState::Closed {
            div.card {
                h2 { (lang.pick("无法开箱时：作废", "If the box cannot be opened: void")) }
                p {
                    (lang.pick(
                        "监督员口令不足或钥匙文件丢失，票箱便永远打不开。此时可由两个账号（其中一个\
                         是政工科负责人）先后确认作废。能够开箱的，请勿作废。",
                        "Without enough passphrases or without the key file the box can never be \
                         opened. Two accounts, one of them the head's, may then void the round. \
                         Do not void a round that can be opened.",
                    ))
                }
                (irreversible(voiding(lang), &[], lang))
                (shared(session, facts, SharedStep::Void, lang.pick("本轮作废", "Void the round")))
            }
        } @else if round.state.has_results() && round.destroyed { (kept(session, facts)) } @else {
            div.card {
                p {
                    (lang.pick(
                        "开箱完成后，这里管理原文和已用填写码的留存与销毁。",
                        "After the opening, original texts and used codes are kept and destroyed \
                         here.",
                    ))
                }
            }
        }
    }
}

#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
fn kept(session: &Session, facts: &Facts) -> Markup {
    let lang = session.lang;
    let round = &facts.round;
    html! {
        div.card {
            h2 { (lang.pick("本轮尚留存", "Still kept of this round")) }
            table {
                tbody {
                    tr {
                        th scope="row" {
                            (lang.pick(
                                "填写的原文（已与答卷分离、打乱）",
                                "Original texts (detached from responses, shuffled)",
                            ))
                        }
                        td.n { (facts.texts) (lang.pick(" 条", "")) }
                    }
                    tr {
                        th scope="row" {
                            (lang.pick(
                                "已用填写码的散列值（用于提示“此前已收到”）",
                                "Hashes of used codes (to say “received before”)",
                            ))
                        }
                        td.n { (lang.pick("全部", "All")) }
                    }
                }
            }
            @if let Some(day) = round.originals_until {
                p {
                    (lang.pick("最迟于 ", "Destroyed by the system on "))
                    strong { (Day(day, lang)) }
                    (lang.pick(" 由系统自动销毁。", " at the latest."))
                }
            }
        }
        div.card {
            h2 { (lang.pick("立即销毁", "Destroy now")) }
            p {
                (lang.pick(
                    "须由两个账号先后确认，并生成可打印的销毁记录。",
                    "Two accounts confirm, and a record to print is made.",
                ))
            }
            (irreversible(
                lang.pick(
                    "销毁后：原文不可恢复，不能再筛查；已整理的摘要不受影响；再次输入用过的填写\
                     码，将只提示本轮已截止。",
                    "Afterwards the originals cannot be brought back, and nothing can be screened \
                     any more; summaries stay, and a used code is only told that the round is \
                     closed.",
                ),
                &facts.unscreened.iter().cloned().collect::<Vec<_>>(),
                lang,
            ))
            (shared(
                session,
                facts,
                SharedStep::Destroy,
                lang
                    .pick("销毁原文和已用填写码", "Destroy originals and used codes"),
            ))
        }
    }
}

#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
fn suspended(session: &Session, facts: &Facts) -> Markup {
    let lang = session.lang;
    html! {
        div.card {
            h2 { (lang.pick("本轮因恢复备份而暂停", "Suspended because a backup was restored")) }
            @if let Some(restored) = &facts.round.restored {
                table {
                    tbody {
                        tr {
                            th scope="row" { (lang.pick("恢复日期", "Restored on")) }
                            td { (restored.day) }
                        }
                        tr {
                            th scope="row" {
                                (lang.pick("备份中的答卷", "Responses in the backup"))
                            }
                            td.n { (restored.in_backup) }
                        }
                        tr {
                            th scope="row" {
                                (lang.pick(
                                    "恢复前数据库中的答卷",
                                    "Responses in the database before",
                                ))
                            }
                            td.n {
                                @if let Some(before) = restored.before { (before) } @else {
                                    (lang.pick("无法读取", "unreadable"))
                                }
                            }
                        }
                        tr {
                            th scope="row" {
                                (lang.pick("现在票箱中的答卷", "Responses in the box now"))
                            }
                            td.n { (restored.now) }
                        }
                    }
                }
                p {
                    @match restored.before {
                        Some(before) if before > restored.now => {
                            strong.error {
                                (lang.pick("缺少 ", "Missing: "))
                                (before - restored.now)
                                (lang.pick(" 份答卷。", " responses."))
                            }
                        }
                        Some(_) => { (lang.pick("没有缺少答卷。", "No response is missing.")) }
                        None => {
                            strong.error {
                                (lang.pick(
                                    "备份之后收到的答卷已丢失，份数无法得知。",
                                    "Responses received after the backup are lost; nobody can say \
                                     how many.",
                                ))
                            }
                        }
                    }
                }
            }
            p {
                (lang.pick(
                    "继续填写，即接受上述差异，并在公示栏写明；作废，则本轮不再开箱。均须两个账号先\
                     后确认，作废的其中一个须是政工科负责人。",
                    "Going on accepts this difference, and the bulletin says so; voiding means \
                     that the box is never opened. Both need two accounts, voiding the head's \
                     among them.",
                ))
            }
            (irreversible(voiding(lang), &[], lang))
            (shared(
                session,
                facts,
                SharedStep::Resume,
                lang
                    .pick("接受差异，继续填写", "Accept the difference and go on"),
            ))
            (shared(session, facts, SharedStep::Void, lang.pick("本轮作废", "Void the round")))
        }
    }
}

/// What voiding a round means.
fn voiding(lang: Lang) -> &'static str {
    lang.pick(
        "作废后票箱随即销毁，本轮再也没有结果，公示栏写明作废。",
        "The box of a void round is destroyed at once, there will never be results, and the \
         bulletin says so.",
    )
}

/// The form of a step that takes two accounts, with who has approved it.
fn shared(session: &Session, facts: &Facts, step: SharedStep, label: &str) -> Markup {
    let lang = session.lang;
    let first = facts
        .approvals
        .iter()
        .find(|(s, _)| s == step.as_str())
        .map(|(_, account)| account.as_str());
    html! {
        form method="post" action={ "/desk/rounds/" (facts.round.id) "/keeping" } {
            (csrf(session))
            input type="hidden" name="step" value=(step.as_str());
            div.row {
                @match first {
                    None => {
                        button.quiet type="submit" {
                            (label) (lang.pick("（第一人）", " (first account)"))
                        }
                        span.hint {
                            (lang.pick(
                                "提出后，须另一账号确认才执行。",
                                "Happens only when another account confirms.",
                            ))
                        }
                    }
                    Some(account) if session.account == *account => {
                        span.soft {
                            (lang.pick("您已提出“", "You asked for “"))
                            (label)
                            (lang.pick(
                                "”，请另一账号登录后确认。",
                                "”; another account has to confirm.",
                            ))
                        }
                        // A button of the form of another address.
                        button.link
                            type="submit"
                            formaction={ "/desk/rounds/" (facts.round.id) "/withdraw" }
                        { (lang.pick("撤回", "Take it back")) }
                    }
                    Some(account) => {
                        button.grave type="submit" {
                            (lang.pick("确认", "Confirm: "))
                            (label)
                            (lang.pick("（第二人）", " (second account)"))
                        }
                        span.hint {
                            (session.people.of(account))
                            (lang.pick(
                                " 已提出。确认后立即执行，不可恢复。",
                                " asked for it. It happens at once and cannot be undone.",
                            ))
                        }
                    }
                }
            }
        }
    }
}

/// The record of a destruction, for the file.
#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
fn printed_record(session: &Session, round: &Round, record: &Destruction) -> Markup {
    let lang = session.lang;
    html! {
        div.card.paper {
            h2 { (lang.pick("销毁记录", "Record of destruction")) }
            table {
                tbody {
                    tr {
                        th scope="row" { (lang.pick("轮次", "Round")) }
                        td {
                        (round.title)
                        (lang.pick("（编号 ", " (id ")) (round.id) (lang.pick("）", ")"))
                    }
                    }
                    tr {
                        th scope="row" { (lang.pick("销毁日期", "Destroyed on")) }
                        td { (record.day) }
                    }
                    tr {
                        th scope="row" { (lang.pick("销毁内容", "What was destroyed")) }
                        td {
                            (lang.pick("填写的原文 ", "Original texts: "))
                            (record.texts)
                            (lang.pick(" 条；已用填写码的散列值 ", "; hashes of used codes: "))
                            (record.codes)
                            (lang.pick(" 个", ""))
                        }
                    }
                    tr {
                        th scope="row" { (lang.pick("执行", "Done by")) }
                        td {
                            @if record.by.is_empty() {
                                (lang.pick(
                                    "到期由系统自动销毁",
                                    "the system, when the time was up",
                                ))
                            } @else {
                                (session.people.all(&record.by, lang))
                                (lang.pick("，两个账号先后确认", ", two accounts in turn"))
                            }
                        }
                    }
                    tr {
                        th scope="row" { (lang.pick("票箱和钥匙", "Box and key")) }
                        td { (lang.pick("已于开箱时销毁", "destroyed at the opening")) }
                    }
                }
            }
            p {
                (lang.pick(
                    "数据库文件随即重写，不留删除痕迹；使用 PostgreSQL 的，其预写日志待循环覆盖后消\
                     失。此前所做的备份如含原文，须按备份保管规定一并销毁。",
                    "The database file is rewritten at once and keeps no trace; PostgreSQL's \
                     write-ahead log loses it when it is recycled. Backups that hold originals \
                     have to be destroyed under the rules for backups.",
                ))
            }
            p {
                (lang.pick(
                    "经办人（签名）：＿＿＿＿＿＿＿＿　　监督人（签名）：＿＿＿＿＿＿＿＿　　日期：\
                     ＿＿＿＿年＿＿月＿＿日",
                    "Done by (signature): ________　　Witness (signature): ________　　Date: \
                     ________",
                ))
            }
        }
    }
}
