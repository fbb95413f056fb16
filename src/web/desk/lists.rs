//! A problem list as a page that one prints and hands over: A4 landscape, table T2, places for seal and signature.

use actix_web::web::{Data, Path, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::results::{level_tag, may_read};
use super::{Permission, enter, html_page};
use crate::app::{App, Results};
use crate::id::RoundId;
use crate::problem::ProblemList;
use crate::round::ChineseDay;
use crate::text::{Lang, Text};
use crate::web::error::WebError;

/// `GET /desk/rounds/{round}/lists/{group}`.
pub async fn show(request: HttpRequest, app: Data<App>, path: Path<(String, String)>) -> Result<HttpResponse, WebError> {
    let session = enter(&request, &app, Permission::ReadLists).await?;
    let id: RoundId = path.0.parse().map_err(|_| WebError::NothingHere)?;
    let reading = app.clone();
    let results = block(move || reading.results(&id)).await??;
    let code = &path.1;
    if !may_read(&session, &results, code) {
        let (noting, account, subject) = (app.clone(), session.account.clone(), format!("{} {code}", results.round.id));
        block(move || noting.note(&account, "list_denied", &subject)).await??;
        return Err(WebError::Forbidden);
    }
    let list = results.list(code)?;
    let body = html! {
        div.row.noprint {
            @if session.role.runs_rounds() { a href={ "/desk/rounds/" (results.round.id) "/results" } { "← 返回结果" } }
            @else { a href="/desk" { "← 返回" } }
            @if code != "ALL" { a href={ "/desk/rounds/" (results.round.id) "/groups/" (encode(code)) } { "与全局对照" } }
            a href={ "/desk/rounds/" (results.round.id) "/export/problems?format=csv&group=" (encode(code)) } { "下载 CSV" }
            span.soft { "打印时选 A4 横向。" }
        }
        (paper(&results, &list))
    };
    Ok(html_page(&session, &format!("{}问题清单", list.name), &results.marks, body))
}

/// A `+` in an address would be read as a space.
fn encode(code: &str) -> String {
    percent_encoding::utf8_percent_encode(code, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn paper(results: &Results, list: &ProblemList) -> Markup {
    let bureau = list.code == "ALL";
    let join = |texts: &[Text]| texts.iter().map(Text::zh).collect::<Vec<_>>().join("；");
    html! {
        article.paper {
            h1 { "作风纪律自查问题清单" @if bureau { "（全局汇总）" } }
            div.meta {
                span { "责任单位：" (list.name) @if list.merged { "（合并统计）" } }
                span { "自查轮次：" (results.round.title) }
                span { "填写日期：" (ChineseDay(results.round.opens)) "至" (ChineseDay(results.round.closes)) }
            }
            @if list.problems.is_empty() {
                p { "本轮没有达到列入标准的问题。没有列入不等于没有问题，请结合明察暗访和自评互评研判。" }
            } @else {
                table {
                    colgroup { @for width in ["4%", "7%", "9%", "17%", "6%", "9%", "5%", "17%", "17%", "9%"] { col width=(width); } }
                    thead { tr {
                        th { "序号" } th { "问题编号" } th { "问题类别" } th { "问题表现" } th { "问题来源" } th { "存在程度" } th { "危害程度" } th { "主要危害" } th { "原因剖析" } th { "备注" }
                    } }
                    tbody { @for (n, p) in list.problems.iter().enumerate() {
                        tr {
                            td.c { (n + 1) }
                            td.c { (p.number) }
                            td { (p.category.zh()) }
                            td { (p.statement.zh()) }
                            td.c { (p.source.label(Lang::Zh)) }
                            td.c { @if p.level.is_some() || p.unclear { (level_tag(p.level)) } }
                            td.c { (p.harm_level.as_ref().map_or("", Text::zh)) }
                            td { (join(&p.harms)) }
                            td { (join(&p.causes)) }
                            td {
                                @if p.unclear { "情况不明，需核实。" }
                                @if let Some(listed) = p.listed_in { @if p.common { "共性问题，" } (list.groups) "个统计组中有" (listed) "个列出。" }
                                @else if let Some(kind) = &p.suggested { "建议" (kind.zh()) "。" }
                            }
                        }
                    } }
                }
            }
            p.note {
                "注：1. 存在程度按突出率、存在率所在区间判定（突出问题、倾向性问题、苗头性问题），区间宽度只由作答人数决定，不公布人数。"
                @if list.merged { "2. 样本不足，合并统计，本清单送合并各单位负责人。" } @else { "2. 结果为不记名看法，列入事项须结合明察暗访等核实。" }
                "3. 追查填写人违反保密承诺。"
                @if !results.marks.is_empty() { "【" (results.marks) "】" }
            }
            div.sign { span { "政工科（盖章）：" } span { "责任单位负责人签收：" } span { "日期：　　　　年　　月　　日" } }
        }
    }
}
