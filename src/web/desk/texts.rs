//! Original texts for screeners: one question at a time, in an order that says nothing, with the places marked that may tell who somebody is.
//! Only a written summary ever leaves; this page is for the two who read.

use actix_web::web::{Data, Path, Payload, Query, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use serde::Deserialize;

use super::{Permission, Session, enter, enter_form, html_page, refusal_text};
use crate::app::{App, AppError};
use crate::id::RoundId;
use crate::identity;
use crate::survey::Survey;
use crate::text::{Lang, visible};
use crate::web::error::WebError;
use crate::web::page::csrf;

/// Which question's texts.
#[derive(Deserialize)]
pub struct Which {
    question: Option<String>,
}

/// `GET /desk/rounds/{round}/texts`.
pub async fn show(request: HttpRequest, app: Data<App>, round: Path<String>, which: Query<Which>) -> Result<HttpResponse, WebError> {
    let session = enter(&request, &app, Permission::RunRounds).await?;
    let lang = session.lang;
    let id: RoundId = round.parse().map_err(|_| WebError::NothingHere)?;
    let (reading, account, question) = (app.clone(), session.account.clone(), which.into_inner().question);
    let (title, marks, body) = block(move || {
        let results = reading.results(&id)?;
        let names = reading.names()?;
        let body = match question {
            None => overview(&base(&id), &results.survey, &reading.text_counts(&id)?, names.len(), lang),
            Some(question) => {
                reading.note(&account, "texts_read", &format!("{id} {question}"))?;
                let texts: Vec<(String, String)> = reading
                    .texts(&id, &question)?
                    .into_iter()
                    .map(|t| {
                        let group = results
                            .release
                            .groups
                            .iter()
                            .find(|g| g.code == t.group)
                            .map_or_else(|| lang.pick("全局（合并）", "Bureau (pooled)").to_owned(), |g| g.name.clone());
                        (group, t.body)
                    })
                    .collect();
                list(&base(&id), &name_of(&results.survey, &question, lang), &texts, &names, lang)
            }
        };
        Ok::<_, AppError>((results.round.title.clone(), results.marks.get(lang).to_owned(), body))
    })
    .await??;
    let page = html! { (body) (names_form(&session, &round)) };
    Ok(html_page(&session, &format!("{} {title}", lang.pick("原文", "Original texts:")), &marks, page))
}

fn base(id: &RoundId) -> String {
    format!("/desk/rounds/{id}")
}

/// `POST /desk/rounds/{round}/texts`: loads the list of names.
pub async fn load_names(request: HttpRequest, app: Data<App>, round: Path<String>, payload: Payload) -> Result<HttpResponse, WebError> {
    let (session, form) = enter_form(&request, &app, Permission::RunRounds, payload).await?;
    let lang = session.lang;
    let (working, account) = (app.clone(), session.account.clone());
    let result = block(move || {
        let count = working.set_names(form.first("names"))?;
        working.note(&account, "names_loaded", &count.to_string())
    })
    .await?;
    match result {
        Ok(()) => Ok(super::see_other(&format!("/desk/rounds/{}/texts", round.as_str()))),
        Err(error) => Ok(html_page(
            &session,
            lang.pick("未能完成", "That did not work"),
            "",
            html! { h1 { (lang.pick("未能完成", "That did not work")) } div.errors role="alert" { (refusal_text(error, lang)?) } },
        )),
    }
}

/// A question's words, also of its "other" texts.
fn name_of(survey: &Survey, field: &str, lang: Lang) -> String {
    let (id, other) = field.strip_suffix(".other").map_or((field, ""), |id| (id, lang.pick("（其他）", " (other)")));
    survey.question(id).map_or_else(
        || field.to_owned(),
        |q| format!("{}{}{}{other}", survey.sections()[q.section].short_name.get(lang), lang.pick("：", ": "), q.text.get(lang)),
    )
}

fn overview(base: &str, survey: &Survey, counts: &std::collections::BTreeMap<String, u64>, names: usize, lang: Lang) -> Markup {
    html! {
        p.noprint { a href=(base) { (lang.pick("← 返回本轮", "← Back to the round")) } }
        h1 { (lang.pick("填写的原文", "Original texts")) }
        p.soft { (lang.pick("原文已与答卷分离并打乱；同一人的各段文字不会出现在一起。原文不外传，只由两名筛查人阅读并写成摘要。已载入姓名 ", "Texts are detached from responses and shuffled; one person's texts never lie together. They are not passed on: two screeners read them and write summaries. Names loaded for marking: ")) (names) (lang.pick(" 个用于标注。", ".")) }
        div.card {
            @if counts.is_empty() { p.empty { (lang.pick("没有原文：无人填写，或已销毁。", "No texts: nobody wrote any, or they are destroyed.")) } }
            @else { table {
                thead { tr { th { (lang.pick("题目", "Question")) } th.n { (lang.pick("条数", "Texts")) } } }
                tbody { @for (field, count) in counts { tr { td { a href={ (base) "/texts?question=" (field) } { (name_of(survey, field, lang)) } } td.n { (count) } } } }
            } }
        }
    }
}

fn list(base: &str, question: &str, texts: &[(String, String)], names: &[String], lang: Lang) -> Markup {
    html! {
        p.noprint { a href={ (base) "/texts" } { (lang.pick("← 全部题目", "← All questions")) } }
        h1 { (question) }
        p.soft { (lang.pick("可能暴露身份之处已标出，摘要中请一律不写。", "Places that may tell who somebody is are marked; leave them out of summaries.")) }
        div.card { @if texts.is_empty() { p.empty { (lang.pick("没有原文。", "No texts.")) } } @else { table { tbody {
            @for (group, body) in texts { tr { td { (group) } td { bdi dir="auto" { (marked(body, names, lang)) } } } }
        } } } }
    }
}

/// A text with its marks, each with a word that says what it is.
fn marked(body: &str, names: &[String], lang: Lang) -> Markup {
    let marks = identity::find(body, names);
    // The plain text before each mark begins where the last mark ended.
    let starts = std::iter::once(0).chain(marks.iter().map(|m| m.range.end));
    let last = marks.last().map_or(0, |m| m.range.end);
    html! {
        @for (mark, start) in marks.iter().zip(starts) {
            (visible(&body[start..mark.range.start]))
            mark title=(mark.kind.label(lang)) { (visible(&body[mark.range.clone()])) sup { (mark.kind.label(lang)) } }
        }
        (visible(&body[last..]))
    }
}

fn names_form(session: &Session, round: &str) -> Markup {
    let lang = session.lang;
    html! {
        div.card.noprint {
            h2 { (lang.pick("姓名标注", "Marking names")) }
            p { (lang.pick("载入本局人员姓名（一行一个，或用顿号隔开），原文中出现的会标出。名单只用于标注，替换上一次载入的。", "Load the names of the bureau's people (one a line, or separated by commas); they are marked where they occur. The list serves marking only and replaces the one before.")) }
            form method="post" action={ "/desk/rounds/" (round) "/texts" } {
                (csrf(session))
                label for="names" { (lang.pick("姓名", "Names")) } textarea #names name="names" rows="4" {}
                div.row { button.quiet type="submit" { (lang.pick("载入", "Load")) } }
            }
        }
    }
}
