//! Results at a glance: the heat map of categories and groups, the bureau's items with their bounds, and the files.
//! Every figure is read from the Release; the same figures stand as a table beside each chart.

use actix_web::web::{Data, Path, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::again::ask_first;
use super::{Permission, download, enter, html_page};
use crate::app::{App, AppError, Results, Session};
use crate::export::{Headers, TableName, to_csv, to_gb18030};
use crate::gate::{BureauCell, Level};
use crate::id::RoundId;
use crate::problem::{ProblemList, is_held};
use crate::round::RoundState;
use crate::text::{Lang, Refusal};
use crate::web::error::WebError;

/// `GET /desk/rounds/{round}/results`.
pub async fn show(request: HttpRequest, app: Data<App>, round: Path<String>) -> Result<HttpResponse, WebError> {
    let session = enter(&request, &app, Permission::RunRounds).await?;
    let lang = session.lang;
    let id: RoundId = round.parse().map_err(|_| WebError::NothingHere)?;
    let reading = app.clone();
    let results = block(move || reading.results(&id)).await??;
    let lists: Vec<ProblemList> = results.release.groups.iter().map(|g| results.list(&g.code)).collect::<Result<_, _>>()?;
    let bureau = results.list("ALL")?;
    let id = &results.round.id;
    let turnout = results.release.bureau.turnout;
    let body = html! {
        p.noprint { a href={ "/desk/rounds/" (id) } { (lang.pick("← 返回本轮", "← Back to the round")) } }
        h1 { (lang.pick("结果：", "Results: ")) (results.round.title) }
        p.lead {
            (lang.pick("计入 ", "Counted: ")) strong { (turnout.counted) } (lang.pick(" 份答卷（应答 ", " responses (of ")) (turnout.headcount) (lang.pick(" 人），公布 ", " heads), published in ")) strong { (results.release.groups.len()) } (lang.pick(" 个统计组。全局列入 ", " groups. Listed for the bureau: "))
            @for level in Level::ALL { (level.label(lang)) " " strong { (bureau.count(level)) } (lang.pick(" 项", "")) @if level != Level::Emerging { (lang.pick("、", ", ")) } }
            (lang.pick("，其中共性问题 ", "; common problems among them: ")) strong { (bureau.problems.iter().filter(|p| p.common).count()) } (lang.pick(" 项。", "."))
        }
        @for group in results.release.groups.iter().filter(|g| g.merged) { p.soft { (group.name) (lang.pick("：样本不足，合并统计。", ": too few responses alone, counted together.")) } }
        div.card {
            h2 { (lang.pick("哪个单位、哪类问题最集中", "Where problems gather")) }
            p.soft { (lang.pick("每格为该统计组在该类中列入清单的题数，颜色为其中最重的程度。空格表示没有达到列入标准；这不等于没有问题。", "Each cell is the number of questions listed for the group in the category, its colour the gravest level among them. An empty cell reached no threshold, which does not mean there is no problem.")) }
            div.legend { @for level in Level::ALL { (level_tag(Some(level), lang)) } span.soft { (lang.pick("数字为列入题数", "The figure is the number of questions listed")) } }
            div.scroll { (heat_map(&results, &lists, lang)) }
        }
        div.card {
            h2 { (lang.pick("各组问题清单", "Lists by group")) }
            div.scroll { (list_table(&results, &lists, lang)) }
        }
        div.card {
            h2 { (lang.pick("全局各题", "Questions, whole bureau")) }
            p.soft { (lang.pick("突出率：回答“普遍”“较多”的占有效作答的比例（不含不清楚）。横线为未作答者全部答否或全部答是时的上下限。人数过少或接近两端的题目只公布区间或不公布。", "Prominent rate: the share of valid answers (without “don't know”) that say “general” or “frequent”. The line shows how far it could move if everybody who was silent had said no or yes. Where few answered or a figure lies near an end, only a band or nothing is published.")) }
            div.scroll { (bureau_table(&results, lang)) }
        }
    };
    Ok(html_page(&session, lang.pick("结果", "Results"), results.marks.get(lang), body))
}

/// A level as a coloured word; without one, 需核实.
pub fn level_tag(level: Option<Level>, lang: Lang) -> Markup {
    let class = match level {
        Some(Level::Prominent) => "prominent",
        Some(Level::Tendency) => "tendency",
        Some(Level::Emerging) => "emerging",
        None => "unclear",
    };
    html! { span.level.(class) { (level.map_or(lang.pick("需核实", "to check"), |l| l.label(lang))) } }
}

/// How many rows of a list fall into a category, and the gravest level among them.
fn in_category(list: &ProblemList, order: usize) -> (usize, Option<Level>) {
    let rows = list.problems.iter().filter(|p| p.category_order == order && p.level.is_some());
    (rows.clone().count(), rows.filter_map(|p| p.level).max())
}

fn heat_map(results: &Results, lists: &[ProblemList], lang: Lang) -> Markup {
    let categories: Vec<_> = results.survey.categories().collect();
    let (left, top, cell, row) = (250, 58, 112, 30);
    let width = left + cell * categories.len();
    let height = top + row * lists.len() + 4;
    html! {
        svg.heat viewBox={ "0 0 " (width) " " (height) } role="img" aria-label=(lang.pick("各统计组各类问题列入题数", "Questions listed by group and category")) xmlns="http://www.w3.org/2000/svg" {
            @for (c, category) in categories.iter().enumerate() {
                text x=(left + c * cell + cell / 2) y=(top - 14) text-anchor="middle" font-size="14" { (category.short_name.get(lang)) }
            }
            @for (r, list) in lists.iter().enumerate() {
                @let y = top + r * row;
                @let name: String = list.name.chars().take(16).collect();
                text x=(left - 12) y=(y + 20) text-anchor="end" font-size="13" { (name) @if list.name.chars().count() > 16 { "…" } }
                @for (c, category) in categories.iter().enumerate() {
                    @let (count, level) = in_category(list, category.order);
                    @let (fill, ink) = match level {
                        Some(Level::Prominent) => ("#a3271c", "#ffffff"),
                        Some(Level::Tendency) => ("#d98324", "#1b1100"),
                        Some(Level::Emerging) => ("#f0d58a", "#3a2d00"),
                        None => ("#eef2ef", "#55605a"),
                    };
                    rect x=(left + c * cell + 2) y=(y + 2) width=(cell - 4) height=(row - 4) rx="4" fill=(fill) {
                        title { (list.name) (lang.pick("，", ", ")) (category.name.get(lang)) (lang.pick("：列入 ", ": ")) (count) (lang.pick(" 题", " listed")) @if let Some(level) = level { (lang.pick("，最重为", ", gravest: ")) (level.label(lang)) } }
                    }
                    @if count > 0 { text x=(left + c * cell + cell / 2) y=(y + 20) text-anchor="middle" font-size="13" font-weight="700" fill=(ink) { (count) } }
                }
            }
        }
    }
}

fn list_table(results: &Results, lists: &[ProblemList], lang: Lang) -> Markup {
    let id = &results.round.id;
    html! {
        table {
            thead { tr { th { (lang.pick("统计组", "Group")) } th.n { (lang.pick("计入", "Counted")) } @for level in Level::ALL { th.n { (level.label(lang)) } } @for c in results.survey.categories() { th.n { (c.short_name.get(lang)) } } th { (lang.pick("打印", "Print")) } } }
            tbody { @for (list, group) in lists.iter().zip(&results.release.groups) {
                tr {
                    td { a href={ "/desk/rounds/" (id) "/groups/" (percent_encoding::utf8_percent_encode(&list.code, percent_encoding::NON_ALPHANUMERIC)) } { (list.name) } @if list.merged { " " span.soft { (lang.pick("（合并统计）", " (counted together)")) } } }
                    td.n { (group.turnout.counted) }
                    @for level in Level::ALL { td.n { (list.count(level)) } }
                    @for c in results.survey.categories() { td.n { (in_category(list, c.order).0) } }
                    td { a href={ "/desk/rounds/" (id) "/lists/" (list.code) } { (lang.pick("清单", "List")) } }
                }
            } }
        }
    }
}

fn bureau_table(results: &Results, lang: Lang) -> Markup {
    html! {
        table {
            thead { tr { th { (lang.pick("题目", "Question")) } th { (lang.pick("突出率", "Prominent")) } th.n { (lang.pick("突出", "Prominent")) } th.n { (lang.pick("存在", "Present")) } th.n { (lang.pick("有效", "Valid")) } th { (lang.pick("存在程度", "Level")) } } }
            tbody { @for (question, cell) in results.survey.questions().iter().zip(&results.release.bureau.cells) {
                @if let BureauCell::Item(item) = cell {
                    tr {
                        td { span.soft { (results.survey.sections()[question.section].short_name.get(lang)) } " " (question.text.get(lang)) }
                        @if is_held(question, &results.round.holds) { td colspan="5" { span.soft { (lang.pick("存疑，核实前不显示", "In question; not shown until checked")) } } }
                        @else {
                            td { @match &item.exact {
                                Some(e) => { (bar(e.bound_low_tenths, e.prominent * 1000 / e.valid.max(1), e.bound_high_tenths)) }
                                None => { @if let Some(band) = item.prominent { (band.label(lang)) } @else { span.soft { (lang.pick("不公布", "not published")) } } }
                            } }
                            @match &item.exact {
                                Some(e) => { td.n { (e.prominent) } td.n { (e.present) } td.n { (e.valid) } }
                                None => { td.n { "—" } td.n { "—" } td.n { "—" } }
                            }
                            td { @if item.level.is_some() { (level_tag(item.level, lang)) } @if item.unclear { " " (level_tag(None, lang)) } }
                        }
                    }
                }
            } }
        }
    }
}

/// A share with its bounds, in tenths of a percent.
fn bar(low: u32, share: u32, high: u32) -> Markup {
    let x = |tenths: u32| f64::from(tenths) * 0.16;
    html! {
        div.bar-cell {
            svg width="160" height="14" aria-hidden="true" {
                rect x="0" y="3" width="160" height="8" fill="#eef2ef" {}
                rect x="0" y="3" width=(x(share)) height="8" fill="#0b6b4f" {}
                path d={ "M" (x(low)) " 7H" (x(high)) "M" (x(low)) " 3V11M" (x(high)) " 3V11" } stroke="#1b2420" stroke-width="1" fill="none" {}
            }
            span { (share / 10) "." (share % 10) "% " span.soft { (low / 10) "–" (high.div_ceil(10)) } }
        }
    }
}

/// Whether a desk user may read results of this group of a round.
pub fn may_read(session: &Session, results: &Results, code: &str) -> bool {
    if session.role.runs_rounds() {
        return true;
    }
    results.round.state == RoundState::Released && session.units.iter().any(|u| results.group_of_unit(u) == Some(code))
}

/// `GET /desk/rounds/{round}/export/{table}`.
pub async fn export(request: HttpRequest, app: Data<App>, path: Path<(String, String)>) -> Result<HttpResponse, WebError> {
    let session = enter(&request, &app, Permission::ReadLists).await?;
    let id: RoundId = path.0.parse().map_err(|_| WebError::NothingHere)?;
    let name: TableName = path.1.parse().map_err(|()| WebError::NothingHere)?;
    let query: Vec<(String, String)> = crate::response::Form::decode(request.query_string().as_bytes())
        .map(|f| f.0.iter().filter_map(|(k, v)| v.first().map(|v| (k.clone(), v.clone()))).collect())
        .unwrap_or_default();
    let known = ["format", "headers", "group", "encoding"];
    if let Some((key, _)) = query.iter().find(|(k, _)| !known.contains(&k.as_str())) {
        let refusal =
            Refusal::new(format!("不支持的参数 {}；本系统不提供任何筛选", crate::text::visible(key)), "unknown parameter; there are no filters");
        return Err(AppError::Refused(refusal).into());
    }
    let value = |key: &str| query.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone());
    let wrong = |key: &str, known: &[&str]| value(key).is_some_and(|v| !known.contains(&v.as_str()));
    if wrong("format", &["csv", "json"]) || wrong("headers", &["zh", "id"]) || wrong("encoding", &["utf8", "gb18030"]) {
        let refusal = Refusal::new(
            "不支持的格式：format 可为 csv、json，headers 可为 zh、id，encoding 可为 utf8、gb18030",
            "unknown format: format is csv or json, headers zh or id, encoding utf8 or gb18030",
        );
        return Err(AppError::Refused(refusal).into());
    }
    if !session.confirmed {
        return Ok(ask_first(request.uri().path_and_query().map_or("", |p| p.as_str())));
    }
    let results = {
        let (reading, id) = (app.clone(), id.clone());
        block(move || reading.results(&id)).await??
    };
    let group = value("group");
    let allowed = group.as_ref().map_or(session.role.runs_rounds(), |code| may_read(&session, &results, code));
    let noting = app.clone();
    let subject = format!("{id} {} {}", name.as_str(), group.as_deref().unwrap_or("-"));
    let account = session.account.clone();
    block(move || noting.note(&account, if allowed { "export" } else { "export_denied" }, &subject)).await??;
    if !allowed {
        return Err(WebError::Forbidden);
    }
    let table = results.table(name, group.as_deref())?;
    if value("format").as_deref() == Some("json") {
        return Ok(download(&format!("{}.json", table.title), "application/json", table.to_json().into_bytes()));
    }
    let headers = if value("headers").as_deref() == Some("id") { Headers::Ids } else { Headers::Chinese };
    let csv = to_csv(&table, headers);
    if value("encoding").as_deref() == Some("gb18030") {
        return Ok(download(&format!("{}.csv", table.title), "text/csv; charset=gb18030", to_gb18030(&csv)));
    }
    Ok(download(&format!("{}.csv", table.title), "text/csv; charset=utf-8", csv))
}
