//! The cards of a bulletin: what was issued, used and counted, by whom the box was opened, and what
//! came out.
//! Whoever adds the figures up finds that they fit.

use std::collections::BTreeMap;

use crate::app::{AuditHead, Results};
use crate::gate::ReleasedGroup;
use crate::round::{Access, ClosingSums, Day, Destruction, Postponed, Restored, Round, parse_day};
use crate::text::Lang;
use crate::unit::UnitCode;
use maud::{Markup, html};

#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
pub(super) fn closing_card(round: &Round, closing: &ClosingSums, lang: Lang) -> Markup {
    let slips = round.access == Access::Slip;
    html! {
        div.card {
            h2 { (lang.pick("截止时", "At closing")) }
            @if closing.early {
                p.mark { (lang.pick("本轮提前截止。", "This round was closed early.")) }
            }
            table {
                @if slips {
                    tr {
                        th scope="row" { (lang.pick("发放填写码", "Slips issued")) }
                        td.n { (closing.issued) }
                    }
                    tr {
                        th scope="row" { (lang.pick("已使用", "Slips used")) }
                        td.n { (closing.used) }
                    }
                    tr {
                        th scope="row" {
                            (lang.pick("其中超出单位人数", "of these beyond a unit's head count"))
                        }
                        td.n { (closing.over) }
                    }
                }
                tr {
                    th scope="row" { (lang.pick("票箱中答卷", "Ballots in the box")) }
                    td.n { (closing.ballots) }
                }
            }
            @if slips {
                p {
                    (if closing.used == closing.ballots {
                        lang.pick(
                            "已使用的填写码与答卷数一致：每码计一次。",
                            "Slips used and ballots agree: each slip counted once.",
                        )
                    } else {
                        lang.pick(
                            "已使用的填写码与答卷数不一致，请监督员核查。",
                            "Slips used and ballots differ; the trustees must look into it.",
                        )
                    })
                }
            }
            @if slips && closing.over > 0 {
                p.mark {
                    (lang.pick(
                        "有单位使用的填写码多于人数，说明备用纸条被多用，请监督员核查。",
                        "Somewhere more slips were used than there are people: spare slips were \
                         used besides the own ones. The trustees must look into it.",
                    ))
                }
            }
            @if slips {
                p.soft {
                    (lang.pick(
                        "谁手里有多余的纸条，谁就能多投几份。因此纸条要当众抽取，剩余的当众清点、销\
                         毁；本栏的发放数、已用数可与现场记录核对。",
                        "Whoever holds spare slips can cast more ballots than one. So slips are \
                         drawn before everybody, and those left over are counted and destroyed \
                         before witnesses; the figures here can be held against their record.",
                    ))
                }
            }
            p.soft { (lang.pick("票箱摘要（SHA-256）", "Digest of the box (SHA-256)")) }
            p.digest { (closing.digest) }
        }
    }
}

/// What a restore changed.
pub(super) fn restored_card(restored: &Restored, lang: Lang) -> Markup {
    html! {
        div.card {
            h2 { (lang.pick("恢复备份", "Restored from a backup")) }
            p {
                (lang.pick("本轮曾于 ", "This round was restored on "))
                (restored.day)
                (lang.pick(" 从备份恢复。备份中的答卷 ", ". Ballots in the backup: "))
                (restored.in_backup)
                (lang.pick(" 份，现有 ", "; now: "))
                (restored.now)
                @match restored.before {
                    Some(before) => {
                        (lang.pick(" 份，恢复前 ", "; before: "))
                        (before)
                        (lang.pick(" 份。", "."))
                    }
                    None => {
                        (lang.pick(
                            " 份；恢复前的数据无法读取，备份之后的答卷可能丢失。",
                            "; what was there before could not be read, and ballots after the \
                             backup may be lost.",
                        ))
                    }
                }
            }
        }
    }
}

/// What was destroyed after the opening.
pub(super) fn destruction_card(record: &Destruction, lang: Lang) -> Markup {
    html! {
        div.card {
            h2 { (lang.pick("销毁", "Destroyed")) }
            p {
                (record.day)
                (lang.pick(
                    "：填写的原文和已用填写码已销毁。",
                    ": original texts and spent codes were destroyed.",
                ))
            }
        }
    }
}

/// The head of the chain of desk actions: written down today, it shows tomorrow whether anything
/// was cut off.
pub(super) fn audit_card(head: &AuditHead, lang: Lang) -> Markup {
    html! {
        div.card {
            h2 { (lang.pick("工作台操作记录", "Record of desk actions")) }
            p {
                (lang.pick("截至 ", "Up to "))
                (head.day)
                (lang.pick("，共 ", ": "))
                (head.seq)
                (lang.pick(
                    " 条（只含工作人员的操作，不含任何填写人的行为）。最后一条的散列值：",
                    " entries (of officials only, never of a respondent). Hash of the last one:",
                ))
            }
            p.digest { (head.hash) }
        }
    }
}

pub(super) fn opening_card(results: &Results, lang: Lang) -> Markup {
    let release = &results.release;
    let over = &results.round.leftover;
    let beyond = |group: &ReleasedGroup| {
        left(group, over).is_some_and(|left| group.turnout.used + left > group.turnout.issued)
    };
    html! {
        div.card {
            h2 { (lang.pick("开箱后", "After the opening")) }
            p {
                (lang.pick(
                    "票箱和钥匙已销毁，不存在任何一份可读的答卷。",
                    "Box and keys are destroyed; no response that could be read exists.",
                ))
            }
            p.soft {
                (lang.pick(
                    "结果按公布规则第 ",
                    "Results were made by the rules of publication, version ",
                ))
                (release.gate)
                (lang.pick(
                    " 版自动生成，不能人为改动。",
                    ", by the program; nobody can change them.",
                ))
            }
            (turnout_table(results, lang))
            @for group in release.groups.iter().filter(|group| beyond(group)) {
                p.mark {
                    (group.name)
                    (lang.pick(
                        "：已用和剩余之和超过发放数，请监督员核查。",
                        ": slips used and left over are more than were issued. The trustees must \
                         look into it.",
                    ))
                }
            }
        }
    }
}

/// Slips of a group left over; a group of which a unit has not counted says so, it never says less
/// than its units.
fn left(group: &ReleasedGroup, over: &BTreeMap<UnitCode, u32>) -> Option<u32> {
    group.units.iter().map(|unit| over.get(unit)).sum()
}

fn left_over(group: &ReleasedGroup, over: &BTreeMap<UnitCode, u32>, lang: Lang) -> Markup {
    html! {
        @match left(group, over) {
            Some(count) => {
                td.n { (count) }
                td.n { (group.turnout.issued.saturating_sub(count)) }
            }
            None => { td.n colspan="2" { (lang.pick("未登记", "not noted")) } }
        }
    }
}

/// Issued, used and counted, by group.
#[expect(clippy::too_many_lines, reason = "a template, read from top to bottom")]
fn turnout_table(results: &Results, lang: Lang) -> Markup {
    let (release, over) = (&results.release, &results.round.leftover);
    let total = release.bureau.turnout;
    let slips = results.round.access == Access::Slip;
    let counted_over = !over.is_empty();
    html! {
        div .scroll
            tabindex="0"
            role="region"
            aria-label=(lang.pick("可左右滑动的表", "A table that scrolls sideways"))
        {
            table {
                (turnout_head(slips, counted_over, lang))
                tbody {
                    @for group in &release.groups {
                        tr {
                            td {
                                (group.name)
                                @if group.is_silent() {
                                    " "
                                    span.soft {
                                        (lang.pick(
                                            "（无答卷，不列清单）",
                                            "(nobody answered, no list)",
                                        ))
                                    }
                                }
                                @if group.merged {
                                    " "
                                    span.soft { (lang.pick("（合并统计）", "(merged)")) }
                                }
                            }
                            td.n { (group.turnout.headcount) }
                            @if slips {
                                td.n { (group.turnout.issued) }
                                @if counted_over { (left_over(group, over, lang)) }
                                td.n { (group.turnout.used) }
                            }
                            @for n in {
                                [
                                    group.turnout.opened,
                                    group.turnout.spoiled,
                                    group.turnout.blank,
                                    group.turnout.counted,
                                ]
                            } {
                                td.n { (n) }
                            }
                        }
                    }
                    tr {
                        th scope="row" { (lang.pick("合计", "Total")) }
                        td.n { strong { (total.headcount) } }
                        @if slips {
                            td.n { strong { (total.issued) } }
                            @if counted_over {
                                td.n { strong { (over.values().sum::<u32>()) } }
                                td.n {
                                    strong {
                                        (total.issued.saturating_sub(over.values().sum()))
                                    }
                                }
                            }
                            td.n { strong { (total.used) } }
                        }
                        @for n in [total.opened, total.spoiled, total.blank, total.counted] {
                            td.n { strong { (n) } }
                        }
                    }
                }
            }
        }
    }
}

fn turnout_head(slips: bool, counted_over: bool, lang: Lang) -> Markup {
    html! {
        thead {
            tr {
                th { (lang.pick("统计组", "Group")) }
                th.n { (lang.pick("人数", "heads")) }
                @if slips {
                    th.n { (lang.pick("发放", "issued")) }
                    @if counted_over {
                        th.n { (lang.pick("剩余销毁", "left over")) }
                        th.n { (lang.pick("发出", "handed out")) }
                    }
                    th.n { (lang.pick("已用", "used")) }
                }
                @for head in {
                    [
                        lang.pick("开箱", "opened"),
                        lang.pick("无效", "spoiled"),
                        lang.pick("空白", "blank"),
                        lang.pick("有效答卷", "valid"),
                    ]
                } {
                    th.n { (head) }
                }
            }
        }
    }
}

/// A closing day that two people put off.
pub(super) fn postponed_card(put_off: &Postponed, lang: Lang) -> Markup {
    let day = |text: &str| {
        parse_day(text).map_or_else(|_| text.to_owned(), |day| Day(day, lang).to_string())
    };
    html! {
        p.mark {
            (lang.pick("延期截止：原定 ", "Put off: the closing day was "))
            (day(&put_off.from))
            (lang.pick("，经两人同意于 ", "; two people decided on "))
            (day(&put_off.day))
            (lang.pick(" 改为 ", " that it is "))
            (day(&put_off.to))
            (lang.pick("。", "."))
        }
    }
}
