//! Printed slips: an A4 sheet to be cut, folded and drawn from a box, good in black and white.
//! The sheet is the only place where codes exist in clear; it stands alone and asks nothing of any
//! server.

use maud::{DOCTYPE, Markup, html};

use super::assets::{SHEET_CSS, inline_style, qr};
use super::journey::{Key, journey};
use crate::app::PrintedSlip;
use crate::ballot::Passphrase;
use crate::export::{Column, Table};
use crate::round::{Access, Round};
use crate::text::Lang;

/// The sheet of a round's slips, or its posters.
#[must_use]
pub fn sheet(round: &Round, slips: &[PrintedSlip], marks: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                title { "填写码 " (round.title) }
                (inline_style(SHEET_CSS))
            }
            body {
                div.help {
                    @if round.access == Access::Poster {
                        p {
                            strong { "打印前请读：" }
                            "用 A4 纸按 100% 比例单面打印，每单位一张，张贴在本单位人人能看到、能扫\
                             到的地方；截止后取下销毁。"
                        }
                    } @else {
                        p {
                            strong { "打印前请读：" }
                            "用 A4 纸按 100% 比例单面打印。每单位一套，首页是封面，不与别的单位混\
                             放；沿虚线裁开，沿点线对折（折痕在二维码旁边，不压码），放入本单位的抽\
                             取箱，由队员自行抽取。不登记谁抽了哪张；剩余纸条当众清点销毁。"
                        }
                    }
                    p {
                        "本页只生成这一次，服务器上只留散列值。打印后请删除本文件。再次印发会使这些\
                         纸条全部作废。"
                        @if !marks.is_empty() { "（" (marks) "）" }
                    }
                }
                @if round.access == Access::Poster {
                    @for slip in slips { (poster(round, slip, marks)) }
                } @else {
                    @for set in slips.chunk_by(|a, b| a.unit == b.unit) {
                        (cover(round, set, marks))
                        div.slips {
                            @for slip in set { (one(round, slip, marks)) }
                        }
                    }
                }
            }
        }
    }
}

/// The first page of a unit's set: what is in it, to be counted before anybody draws.
fn cover(round: &Round, set: &[PrintedSlip], marks: &str) -> Markup {
    html! {
        div.cover {
            p.how {
                (round.title)
                @if !marks.is_empty() { "（" (marks) "）" }
            }
            h1 { (set[0].unit_name) }
            p.count {
                "纸条 "
                strong { (set.len()) }
                " 张"
            }
            ul {
                li { "印好当场装袋封口，两人在封口处签名；抽取时当众启封，封口有损的整套作废重\
                 印。" }
                li { "裁开、对折后当众清点，张数相符再放入抽取箱：实点＿＿＿＿张。" }
                li { "随机抽取，不登记：每人自抽一张，不记谁抽了哪张，不代抽、不指定。" }
                li {
                    (round.days(Lang::Zh))
                    "填写。抽到的纸条扫不开、看不清的，当场换抽一张。"
                }
                li { "抽取结束，剩余＿＿＿＿张当众销毁。" }
            }
            (journey(Key::of(round), Lang::Zh))
            p.how { "清点人：＿＿＿＿＿＿　监督人：＿＿＿＿＿＿　日期：＿＿＿年＿＿月＿＿日" }
        }
    }
}

/// Long names in smaller print, never cut.
fn length(name: &str) -> &'static str {
    match name.chars().count() {
        0..=12 => "",
        13..=30 => "long",
        _ => "longest",
    }
}

fn one(round: &Round, slip: &PrintedSlip, marks: &str) -> Markup {
    html! {
        div.slip {
            div { (qr(&slip.url)) }
            div.say {
                div.unit { (slip.unit_name) }
                div.title {
                    (round.title)
                    @if !marks.is_empty() { "（" (marks) "）" }
                }
                div.code { (slip.code.printed()) }
                div.how { "① 微信扫码，或输网址和码" }
                div.how {
                            "② " (u8::from(round.closes.month())) "月"
                            (round.closes.day()) "日截止，限用一次"
                        }
                div.address { (address(&slip.address)) }
            }
            div.promise { "不记姓名、时间和设备；答卷加密入箱，开箱后一份不留。" }
        }
    }
}

/// An address that is typed by hand: the part that names the round is never broken in two.
fn address(address: &str) -> Markup {
    html! {
        @match address.rsplit_once("/r/") {
            Some((host, round)) => { (host) wbr; span.whole { "/r/" (round) } }
            None => { (address) }
        }
    }
}

fn poster(round: &Round, slip: &PrintedSlip, marks: &str) -> Markup {
    html! {
        div.poster {
            div class={ "unit " (length(&slip.unit_name)) } { (slip.unit_name) }
            p.how { (round.title) }
            div.trial {
                "试用 · 未核验：本码全单位公用，不能保证每人只交一份"
                @if marks.contains("演示") { "（演示数据）" }
            }
            (qr(&slip.url))
            div.code { (slip.code.printed()) }
            p.how { "微信扫码，或打开 " (slip.address) " 输入上面的填写码" }
            p.how {
                (round.days(Lang::Zh))
                "。不登录、不留姓名、不记时间和设备。"
            }
        }
    }
}

/// One page for each trustee's sealed envelope. Like slips, passphrases exist in clear only here.
#[must_use]
pub fn envelopes(
    round: &Round,
    set: &str,
    passphrases: &[Passphrase],
    quorum: u8,
    marks: &str,
) -> Markup {
    let of = passphrases.len();
    html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                title { "监督员口令 " (round.title) }
                (inline_style(SHEET_CSS))
            }
            body {
                div.help {
                    p {
                        strong { "打印前请读：" }
                        "每页一份，交一位监督员当场封入信封、签名保存，不拍照、不抄录、不告知他人。\
                         打印后立即删除本文件。本页只生成这一次，服务器不保存。"
                        @if !marks.is_empty() { "（" (marks) "）" }
                    }
                }
                @for (n, passphrase) in passphrases.iter().enumerate() {
                    div.envelope {
                        p.how { (round.title) "　轮次编号 " (round.id) }
                        h1 { "票箱监督员口令" }
                        p.how {
                            "编号 "
                            strong { (set) }
                            "　第 "
                            (n + 1)
                            " 份，共 "
                            (of)
                            " 份；开箱须 "
                            (quorum)
                            " 份"
                        }
                        div.passphrase { (passphrase.printed().as_str()) }
                        p.how { "字母不分大小写，横线可不输。不含数字 0、1 和字母 i、l、o。" }
                        ul {
                            li { "凭任意 " (quorum) " 份口令，加上服务器上的钥匙文件，才能开启票\
                             箱；单独一份打不开任何东西。" }
                            li { "口令不足 " (quorum) " 份，本轮全部答卷永久作废，任何人都无法恢\
                             复。" }
                            li { "开放之前由本人在“钥匙保管”页试输一次；页面提示编号 " (set) " 已作废的，请交回销毁。" }
                            li { "填写期间可随时在“钥匙保管”页核对本口令是否有效；开箱时由本人当场\
                             输入。" }
                            li { "开箱完成后口令作废，本页可销毁。" }
                        }
                        p.how { "监督员（签名）：＿＿＿＿＿＿＿＿　　封存日期：＿＿＿＿年＿＿月＿＿\
                         日" }
                    }
                }
            }
        }
    }
}

/// The same slips as a table, for a print shop or a mail merge.
#[must_use]
pub fn table(round: &Round, slips: &[PrintedSlip]) -> Table {
    let columns = [
        ("round_id", "轮次编号"),
        ("unit_code", "单位代码"),
        ("unit_name", "单位名称"),
        ("code", "填写码"),
        ("url", "网址"),
    ];
    Table {
        title: format!("填写码_{}", round.title),
        columns: columns.into_iter().map(|(id, zh)| Column::text(id, zh)).collect(),
        rows: slips
            .iter()
            .map(|s| {
                vec![
                    round.id.to_string(),
                    s.unit.to_string(),
                    s.unit_name.clone(),
                    s.code.printed(),
                    s.url.clone(),
                ]
            })
            .collect(),
    }
}
