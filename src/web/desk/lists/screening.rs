//! Screening of texts: a queue per question, one text at a time, with the places marked that may tell who somebody is.
//! Two people decide: one writes a summary and chooses its row, another confirms. Only that summary ever leaves; the original never does.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, block};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use crate::app::{Actor, App, AppError, Decision, Results};
use crate::id::RoundId;
use crate::identity;
use crate::response::Form;
use crate::storage::{Screened, ScreeningState};
use crate::survey::{Survey, TextField};
use crate::text::{Lang, Refusal, visible};
use crate::web::desk::answer::{html_page, refusal_text, refused, see_other};
use crate::web::desk::office::password::percent;
use crate::web::desk::{Posted, Session};
use crate::web::error::WebError;
use crate::web::page::csrf;

/// What a page of a queue shows.
struct Queue {
    results: Results,
    question: String,
    texts: Vec<Screened>,
    names: Vec<String>,
}

/// `GET /desk/rounds/{round}/texts[?question=…&text=…]`.
pub async fn show(session: Session, request: HttpRequest, app: Data<App>, round: Path<RoundId>) -> Result<HttpResponse, WebError> {
    let lang = session.lang;
    let id = round.into_inner();
    let query = Form::decode(request.query_string().as_bytes()).unwrap_or_default();
    let question = query.first("question").to_owned();
    if question.is_empty() {
        let (reading, by) = (app.clone(), session.actor());
        let (results, progress, names) =
            block(move || Ok::<_, AppError>((reading.results(&by, &id)?, reading.screening_progress(&by, &id)?, reading.names(&by)?))).await??;
        let body = html! { (overview(&results, &progress, names.len(), lang)) (names_form(&session, &results.round.id)) };
        let title = format!("{} {}", lang.pick("筛查文字", "Screen texts:"), results.round.title);
        return Ok(html_page(&session, &title, results.marks.get(lang), body));
    }
    let queue = load(&app, &id, &question, session.actor(), true).await?;
    answer(&session, &queue, query.first("text"), None, StatusCode::OK, None)
}

/// A queue for somebody who opens it, or to whom it was shown before.
async fn load(app: &Data<App>, id: &RoundId, question: &str, by: Actor, opens: bool) -> Result<Queue, WebError> {
    let (reading, id, question) = (app.clone(), id.clone(), question.to_owned());
    Ok(block(move || {
        let results = reading.results(&by, &id)?;
        if results.survey.question(TextField::of(&question).question).is_none() {
            return Err(AppError::NotFound(Refusal::new("本问卷没有这道题", "this survey has no such question")));
        }
        let texts = if opens { reading.read_texts(&by, &id, &question)? } else { reading.screened(&by, &id, &question)? };
        Ok::<_, AppError>(Queue { results, texts, names: reading.names(&by)?, question })
    })
    .await??)
}

/// `POST /desk/rounds/{round}/names`: loads the list of names that are marked in texts.
pub async fn load_names(session: Session, app: Data<App>, round: Path<RoundId>, form: Posted) -> Result<HttpResponse, WebError> {
    let Posted(form) = form;
    let (working, by) = (app.clone(), session.actor());
    let back = format!("/desk/rounds/{round}/texts");
    match block(move || working.set_names(&by, form.first("names"))).await? {
        Ok(_) => Ok(see_other(&back)),
        Err(error) => Ok(refused(&session, &app, error, &back)?),
    }
}

/// `POST /desk/rounds/{round}/texts`: keeps a decision about a text.
pub async fn post(session: Session, app: Data<App>, round: Path<RoundId>, form: Posted) -> Result<HttpResponse, WebError> {
    let Posted(form) = form;
    let lang = session.lang;
    let id = round.into_inner();
    let base = format!("/desk/rounds/{id}/texts");
    let question = form.first("question").to_owned();
    let queue = load(&app, &id, &question, session.actor(), false).await?;
    let text = queue.texts.iter().find(|t| t.id == form.first("text")).cloned().ok_or(WebError::NothingHere)?;
    // What the screener saw: a decision that came in between is not overwritten unseen.
    let seen = Screened {
        summary: form.first("seen_summary").replace("\r\n", "\n"),
        state: ScreeningState::parse(form.first("seen_state")).ok_or(WebError::NothingHere)?,
        problem: form.first("seen_problem").to_owned(),
        first: form.first("seen_first").to_owned(),
        ..text.clone()
    };
    let decision =
        Decision { summary: form.first("summary").replace("\r\n", "\n"), problem: form.first("problem").to_owned(), anyway: form.has("anyway", "1") };
    let (working, of, by, confirming) = (app.clone(), id.clone(), session.actor(), form.first("do") == "confirm");
    let unused = form.first("do") == "unused";
    if unused && !decision.summary.trim().is_empty() && decision.summary != text.summary {
        let said = lang.pick(
            "您已写了摘要。确不采用的，请先清空摘要再点“不采用”。",
            "You have written a summary. If the text is really not used, empty it first.",
        );
        return answer(&session, &queue, &text.id, Some(&decision), StatusCode::UNPROCESSABLE_ENTITY, Some(said));
    }
    let decision = if unused { Decision::default() } else { decision };
    let (asked, decided, field) = (seen.clone(), decision.clone(), question.clone());
    let result =
        block(move || if confirming { working.confirm_screening(&by, &of, &asked) } else { working.propose(&by, &of, &field, &asked, &decided) })
            .await?;
    match result {
        Ok(()) => {
            // On to the next text that waits for this screener.
            let after = queue.texts.iter().skip_while(|t| t.id != text.id).skip(1).chain(&queue.texts);
            let next = after.into_iter().find(|t| t.id != text.id && waits_for(t, &session.account));
            let next = next.map_or_else(String::new, |t| format!("&text={}", t.id));
            Ok(see_other(&format!("{base}?question={}{next}", percent(&question))))
        }
        Err(AppError::Changed) => {
            let queue = load(&app, &id, &question, session.actor(), false).await?;
            let said = lang.pick(
                "他人刚处理了这一条；下面是现在的情况，您填写的仍在框中。",
                "Somebody else has just dealt with this text; below is how it stands now. What you typed is still in the field.",
            );
            answer(&session, &queue, &text.id, Some(&decision), StatusCode::CONFLICT, Some(said))
        }
        Err(error) => {
            let said = refusal_text(error, lang)?;
            answer(&session, &queue, &text.id, Some(&decision), StatusCode::UNPROCESSABLE_ENTITY, Some(&said))
        }
    }
}

/// Whether a text waits for this screener: nobody has dealt with it, or somebody else has proposed something.
fn waits_for(text: &Screened, account: &str) -> bool {
    match text.state {
        ScreeningState::Pending => !text.body.is_empty(),
        ScreeningState::Proposed => text.first != account,
        ScreeningState::Screened => false,
    }
}

fn answer(
    session: &Session,
    queue: &Queue,
    wanted: &str,
    typed: Option<&Decision>,
    status: StatusCode,
    error: Option<&str>,
) -> Result<HttpResponse, WebError> {
    let lang = session.lang;
    let waiting = queue.texts.iter().find(|t| waits_for(t, &session.account));
    let text = queue.texts.iter().find(|t| t.id == wanted).or(waiting);
    let body = page(session, queue, text, typed, error)?;
    let mut response = html_page(session, &name_of(&queue.results.survey, &queue.question, lang), queue.results.marks.get(lang), body);
    *response.status_mut() = status;
    Ok(response)
}

/// A question's words, also of its "other" texts.
fn name_of(survey: &Survey, field: &str, lang: Lang) -> String {
    let TextField { question: id, other } = TextField::of(field);
    let other = if other { lang.pick("（其他）", " (other)") } else { "" };
    survey.question(id).map_or_else(
        || field.to_owned(),
        |q| format!("{}{}{}{other}", survey.sections()[q.section].short_name.get(lang), lang.pick("：", ": "), q.text.get(lang)),
    )
}

fn overview(results: &Results, progress: &std::collections::BTreeMap<String, [u64; 3]>, names: usize, lang: Lang) -> Markup {
    let base = format!("/desk/rounds/{}", results.round.id);
    let place = |field: &str| results.survey.questions().iter().position(|q| q.id == TextField::of(field).question);
    let mut rows: Vec<_> = progress.iter().collect();
    rows.sort_by_key(|(field, _)| (place(field), (*field).clone()));
    html! {
        p.noprint { a href=(base) { (lang.pick("← 返回本轮", "← Back to the round")) } " · " a href={ (base) "/problems" } { (lang.pick("问题清单", "Problem lists")) } }
        h1 { (lang.pick("筛查文字", "Screen texts")) }
        p.soft { (lang.pick("原文已与答卷分离并打乱，同一人的各段文字不会出现在一起。一人写摘要、选定列入哪一行，另一人确认后，摘要才成为清单中的具体事例；原文不外传、不导出。", "Texts are detached from responses and shuffled; one person's texts never lie together. One screener writes a summary and chooses its row, another confirms it; only then is it a case in a list. Originals are not passed on and not exported.")) }
        p.soft { (lang.pick("已载入姓名 ", "Names loaded for marking: ")) (names) (lang.pick(" 个用于标注。", ".")) }
        div.card {
            @if results.round.destruction.is_some() { p.empty { (lang.pick("没有原文：已销毁。已确认的摘要仍在清单中。", "No originals: they are destroyed. Confirmed summaries stay in the lists.")) } }
            @else if rows.is_empty() { p.empty { (lang.pick("没有文字：无人填写。", "No texts: nobody wrote any.")) } }
            @else { div.scroll { table {
                thead { tr { th { (lang.pick("题目", "Question")) } th { (lang.pick("进度", "Progress")) } th.n { (lang.pick("未处理", "Open")) } th.n { (lang.pick("待确认", "To confirm")) } th.n { (lang.pick("已筛查", "Screened")) } } }
                tbody { @for (field, [pending, proposed, done]) in rows {
                    tr {
                        td { a href={ (base) "/texts?question=" (percent(field)) } { (name_of(&results.survey, field, lang)) } }
                        td { progress max=(pending + proposed + done) value=(done) aria-label=(lang.pick("已筛查", "Screened")) {} }
                        td.n { (pending) } td.n { (proposed) } td.n { (done) }
                    }
                } }
            } } }
        }
    }
}

fn page(session: &Session, queue: &Queue, text: Option<&Screened>, typed: Option<&Decision>, error: Option<&str>) -> Result<Markup, WebError> {
    let lang = session.lang;
    let base = format!("/desk/rounds/{}/texts", queue.results.round.id);
    let count = |state: ScreeningState| queue.texts.iter().filter(|t| t.state == state).count();
    let address = |t: &Screened| format!("{base}?question={}&text={}", percent(&queue.question), t.id);
    Ok(html! {
        p.noprint { a href=(base) { (lang.pick("← 全部题目", "← All questions")) } }
        h1 { (name_of(&queue.results.survey, &queue.question, lang)) }
        div.row {
            progress max=(queue.texts.len()) value=(count(ScreeningState::Screened)) aria-label=(lang.pick("已筛查", "Screened")) {}
            span.soft { (lang.pick("已筛查 ", "Screened: ")) (count(ScreeningState::Screened)) " / " (queue.texts.len()) (lang.pick("，待确认 ", ", to confirm: ")) (count(ScreeningState::Proposed)) (lang.pick("，未处理 ", ", open: ")) (count(ScreeningState::Pending)) }
        }
        @if let Some(error) = error { div.errors role="alert" { (error) } }
        @match text {
            Some(text) => { (one(session, queue, text, typed)?) }
            None => { div.card.empty { p { (lang.pick("没有等您处理的文字。", "No text waits for you.")) } } }
        }
        div.card {
            h2 { (lang.pick("全部文字", "All texts")) }
            div.scroll { table { tbody { @for t in &queue.texts { tr.now[text.is_some_and(|x| x.id == t.id)] {
                td { @if t.body.is_empty() { span.soft { (lang.pick("原文已销毁", "original destroyed")) } } @else { a href=(address(t)) { bdi dir="auto" { (visible(&t.body.chars().take(40).collect::<String>())) @if t.body.chars().count() > 40 { "…" } } } } }
                td { (state_words(t, lang)) }
            } } } } }
        }
    })
}

fn group_name(results: &Results, text: &Screened, lang: Lang) -> String {
    results
        .release
        .groups
        .iter()
        .find(|g| g.code == text.group)
        .map_or_else(|| lang.pick("全局（合并）", "Bureau (pooled)").to_owned(), |g| g.name.clone())
}

fn state_words(text: &Screened, lang: Lang) -> Markup {
    let what = if text.problem.is_empty() { lang.pick("不采用", "not used").to_owned() } else { text.problem.clone() };
    html! { @match text.state {
        ScreeningState::Pending => { span.soft { (lang.pick("未处理", "open")) } }
        ScreeningState::Proposed => { (lang.pick("待确认：", "to confirm: ")) (what) span.soft { (lang.pick("（", " (")) (text.first) (lang.pick("）", ")")) } }
        ScreeningState::Screened => { "✓ " (what) span.soft { (lang.pick("（", " (")) (text.first) (lang.pick("、", ", ")) (text.second) (lang.pick("）", ")")) } }
    } }
}

/// One text with its form. Keys: the fields come in the order in which they are filled in, and the button follows them.
fn one(session: &Session, queue: &Queue, text: &Screened, typed: Option<&Decision>) -> Result<Markup, WebError> {
    let lang = session.lang;
    let rows = queue.results.rows_for(&queue.question, &text.group)?;
    let (summary, problem) = typed.map_or((&text.summary, &text.problem), |d| (&d.summary, &d.problem));
    let others_turn = text.state == ScreeningState::Proposed && text.first == session.account;
    let hidden = || {
        html! {
            (csrf(session))
            input type="hidden" name="question" value=(queue.question);
            input type="hidden" name="text" value=(text.id);
            input type="hidden" name="seen_state" value=(text.state.as_str());
            input type="hidden" name="seen_problem" value=(text.problem);
        input type="hidden" name="seen_first" value=(text.first);
        textarea hidden name="seen_summary" { (text.summary) }
        }
    };
    let action = format!("/desk/rounds/{}/texts", queue.results.round.id);
    Ok(html! {
        div.card.standing {
            p.soft { (group_name(&queue.results, text, lang)) " · " (state_words(text, lang)) }
            @if text.body.is_empty() { p { (lang.pick("原文已销毁。", "The original is destroyed.")) } @if !text.summary.is_empty() { p { (lang.pick("摘要：", "Summary: ")) bdi { (visible(&text.summary)) } } } }
            @else {
                blockquote.original { bdi dir="auto" { (marked(&text.body, &queue.names, lang)) } }
                p.hint { (lang.pick("标出之处可能暴露身份，摘要中请一律不写。", "Marked places may tell who somebody is; leave them out of the summary.")) }
                @if text.state == ScreeningState::Proposed && !others_turn && typed.is_none() {
                    p { strong { (text.first) } (lang.pick(" 的意见：", " proposes: ")) @if text.problem.is_empty() { (lang.pick("不采用", "not to use it")) } @else { (text.problem) (lang.pick("，", ", ")) bdi { (marked(&text.summary, &queue.names, lang)) } } }
                    form method="post" action=(action) { (hidden()) input type="hidden" name="do" value="confirm"; div.row { button type="submit" autofocus { (lang.pick("确认", "Confirm")) } span.hint { (lang.pick("不同意的，在下面改写后提交，由另一人再确认。", "If you disagree, change it below; somebody else then confirms.")) } } }
                }
                @if others_turn { p { (lang.pick("您已提出意见，等待另一名筛查人确认；也可以在下面修改。", "You proposed this; another screener has to confirm it. You may still change it below.")) } }
                form method="post" action=(action) {
                    (hidden())
                    label for="summary" { (lang.pick("摘要（归纳后的情况）", "Summary in your own words")) }
                    p.hint #h-summary { (lang.pick("用自己的话归纳，不照抄原文，不写姓名、日期、地点等能认出人的细节。", "Say it in your own words: no copied sentence, no name, date or place that tells who it is.")) }
                    textarea.short #summary name="summary" rows="3" maxlength="200" aria-describedby="h-summary" autofocus[text.state == ScreeningState::Pending] { (summary) }
                    label for="problem" { (lang.pick("列为哪一行的具体事例", "A case of which row")) }
                    select #problem name="problem" { option value="" { } @for row in &rows { option value=(row.problem.number) selected[*problem == row.problem.number] { (row.problem.number) " " (row.problem.statement.get(lang)) } } }
                    @if rows.is_empty() { p.hint { (lang.pick("本组清单在这一类没有列入的问题；确有必要的，先在问题清单中手工加入一行。", "This group's list has no row in the category; add one by hand first if it is needed.")) } }
                    @if typed.is_some() { label.inline { input type="checkbox" name="anyway" value="1"; (lang.pick("已核对指出的问题，仍按此提交", "I have looked at what is pointed out and keep it")) } }
                    div.row {
                        button type="submit" name="do" value="propose" { (lang.pick("提出，交另一人确认", "Propose; another confirms")) }
                        button.quiet type="submit" name="do" value="unused" { (lang.pick("不采用", "Do not use")) }
                    }
                }
            }
        }
    })
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

fn names_form(session: &Session, round: &RoundId) -> Markup {
    let lang = session.lang;
    html! {
        div.card.noprint {
            h2 { (lang.pick("姓名标注", "Marking names")) }
            p { (lang.pick("载入本局人员姓名（一行一个，或用顿号隔开），原文中出现的会标出。名单只用于标注，替换上一次载入的。", "Load the names of the bureau's people (one a line, or separated by commas); they are marked where they occur. The list serves marking only and replaces the one before.")) }
            form method="post" action={ "/desk/rounds/" (round) "/names" } {
                (csrf(session))
                label for="names" { (lang.pick("姓名", "Names")) } textarea.short #names name="names" rows="4" {}
                div.row { button.quiet type="submit" { (lang.pick("载入", "Load")) } }
            }
        }
    }
}
