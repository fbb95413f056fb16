//! The cards of a round's page: slips, turnout, files and held questions.
//! Each says why it has nothing to show where it has nothing.

use maud::{Markup, html};

use super::round::Facts;
use crate::app::Session;
use crate::problem::is_held;
use crate::round::{Access, Round, TURNOUT_BANDS, TURNOUT_MIN_HEADS};
use crate::web::page::csrf;

pub(super) fn slips_card(session: &Session, facts: &Facts) -> Markup {
    let round = &facts.round;
    let issued = facts.issued.unwrap_or(0);
    html! {
        div.card {
            h2 { @if round.access == Access::Poster { "海报" } @else { "填写码纸条" } }
            p { @if issued == 0 { "尚未印发。" } @else { "已印发 " strong { (issued) } " 张。" } "填写码只在下载的文件里出现一次，服务器不保存。" }
            form method="post" action={ "/desk/rounds/" (round.id) "/slips" } {
                (csrf(session))
                label for="spare" { "备用比例（%）" } input #spare type="text" name="spare" value="10" inputmode="numeric";
                label for="qr" { "二维码内容" }
                select #qr name="qr" { option value="code" { "网址和填写码（扫码自动填好）" } option value="address" { "只有网址（填写码手工输入）" } }
                @if issued > 0 { label.inline { input type="checkbox" name="again" value="yes"; "作废并重印：已发出的纸条全部失效" } }
                div.row { button.quiet type="submit" { "生成打印文件" } }
            }
        }
    }
}

pub(super) fn turnout_card(facts: &Facts) -> Markup {
    let turnout = &facts.round.turnout;
    html! {
        div.card {
            h2 { "回收情况" }
            @if facts.round.access == Access::Poster { p { "海报轮次不核验填写人，没有回收情况。" } }
            @else if turnout.day.is_empty() { p { "每天更新一次，第一次更新前没有数据。" } }
            @else {
                p.soft { "截至 " (turnout.day) " 更新，每天一次；只显示 " (TURNOUT_MIN_HEADS) " 人及以上的统计组，只显示区间。催填只能面向全组。" }
                table { tbody { @for group in &facts.groups {
                    @if let Some(band) = turnout.bands.get(&group.code) {
                        tr { td { (group.name) } td { span.band aria-hidden="true" { @for n in 0..4u8 { i.(if n <= *band { "on" } else { "off" }) {} } } (TURNOUT_BANDS[usize::from(*band).min(3)]) } }
                    }
                } } }
                @let small = facts.groups.iter().filter(|g| g.headcount < TURNOUT_MIN_HEADS).count();
                @if small > 0 { p.soft { "另有 " (small) " 个统计组不足 " (TURNOUT_MIN_HEADS) " 人，不显示。" } }
            }
        }
    }
}

pub(super) fn results_card(round: &Round) -> Markup {
    let base = format!("/desk/rounds/{}", round.id);
    html! {
        div.card {
            h2 { "导出" }
            p.soft { "CSV 可直接用 Excel 或 WPS 打开。" }
            table { tbody { @for (_, id, zh) in crate::export::TableName::ALL {
                tr { td { (zh) } td { a href={ (base) "/export/" (id) "?format=csv" } { "CSV" } " · " a href={ (base) "/export/" (id) "?format=csv&headers=id" } { "CSV（英文列名）" } " · " a href={ (base) "/export/" (id) "?format=json" } { "JSON" } } }
            } } }
            p { a href={ (base) "/lists/ALL" } { "全局问题清单（打印）" } }
            p { a href={ (base) "/texts" } { "填写的原文（筛查）" } " · " a href={ (base) "/keeping" } { "留存与销毁" } }
        }
    }
}

pub(super) fn holds_card(session: &Session, facts: &Facts) -> Markup {
    let held: Vec<_> = facts.survey.questions().iter().filter(|q| q.hold).collect();
    html! {
        @if !held.is_empty() {
            div.card #holds {
                h2 { "存疑题目" }
                p.soft { "这些题目涉及可能的违纪行为，只反映看法。核实之前对所有单位一律不显示；核实后对所有单位同时显示。" }
                table { tbody { @for q in held {
                    @let waiting = is_held(q, &facts.round.holds);
                    tr { td { (q.text.zh()) } td {
                        form method="post" action={ "/desk/rounds/" (facts.round.id) "/hold" } {
                            (csrf(session))
                            input type="hidden" name="question" value=(q.id);
                            input type="hidden" name="state" value=(if waiting { "checked" } else { "held" });
                            @if waiting { button.quiet type="submit" { "已核实，列入" } } @else { "已列入 " button.link type="submit" { "撤下" } }
                        }
                    } }
                } } }
            }
        }
    }
}
