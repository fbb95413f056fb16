//! The questionnaire: one document, the same bytes for everybody who reads it in the same language and print.
//! Errors render the same document again with every answer kept.

use std::sync::{Arc, PoisonError};

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::question::{Filled, question};
use super::{PageKey, Pages, live};
use crate::app::{App, Live};
use crate::identity;
use crate::response::{BLANK_FIELD, CODE_FIELD, FieldErrors, Form, form_size};
use crate::round::{Access, ChineseDay, Phase};
use crate::survey::{Kind, Question, QuestionRole, Scale, Section};
use crate::text::{Lang, Refusal};
use crate::web::error::WebError;
use crate::web::negotiate::Prepared;
use crate::web::page::{View, respondent};

/// `GET /r/{round}`.
pub async fn show(request: HttpRequest, app: Data<App>, pages: Data<Pages>, round: Path<String>) -> Result<HttpResponse, WebError> {
    let view = View::of(&request);
    let live = match live(&app, &round).await {
        Ok(live) => live,
        Err(error) => return Ok(error.page(view)),
    };
    let key = PageKey {
        round: live.round.id.clone(),
        view,
        phase: live.round.phase(app.now()),
        marks: app.marks(&live.round),
        code_in_address: live.round.code_in_address,
        on_bulletin: live.round.closing.is_some(),
    };
    let known = pages.0.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    let page = if let Some(page) = known {
        page
    } else {
        let html = if key.phase == Phase::Answering {
            questionnaire(&app, &live, view, &Form::default(), &FieldErrors::new())
        } else {
            shut(&live, view, key.phase)
        };
        let page = Arc::new(Prepared::new(html.into_string().into_bytes()));
        pages.0.write().unwrap_or_else(PoisonError::into_inner).insert(key, page.clone());
        page
    };
    Ok(page.respond(&request, "text/html; charset=utf-8"))
}

/// Why a round cannot be answered.
fn why_shut(phase: Phase) -> Refusal {
    match phase {
        Phase::NotYet => Refusal::new("本轮问卷尚未开放", "This questionnaire is not open yet"),
        Phase::Answering => Refusal::new("本轮问卷可以填写", "This questionnaire can be answered"),
        Phase::Grace | Phase::Over => Refusal::new("本轮已截止", "This round is closed"),
        Phase::Suspended => Refusal::new("本轮暂停，恢复后会另行通知；纸条请保留", "This round is suspended; keep your slip"),
        Phase::Void => Refusal::new("本轮已作废", "This round was declared void"),
    }
}

/// The page of a round that cannot be answered.
#[must_use]
pub fn shut(live: &Live, view: View, phase: Phase) -> Markup {
    let lang = view.lang;
    let round = &live.round;
    let body = html! {
        (marks(live, lang))
        h1 { (round.title) }
        div.card {
            p.big { (why_shut(phase).get(lang)) }
            @if phase == Phase::NotYet {
                p { (lang.pick("开放日期：", "Opens: ")) (lang.pick(ChineseDay(round.opens).to_string(), round.opens.to_string())) }
            }
            @if phase == Phase::Grace {
                p { (lang.pick("截止前已打开的页面，可在三十分钟内提交。", "A page opened before the end may still be sent for thirty minutes.")) }
            }
            @if round.closing.is_some() {
                p { a href={ "/bulletin/" (round.id) (view.query()) } { (lang.pick("查看公示栏", "See the bulletin")) } }
            }
        }
    };
    respondent(view, &round.title, &format!("/r/{}", round.id), body)
}

/// The questionnaire, empty or with what was sent and what is wrong with it.
#[must_use]
pub fn questionnaire(app: &App, live: &Live, view: View, form: &Form, errors: &FieldErrors) -> Markup {
    let lang = view.lang;
    let (round, survey) = (&live.round, &live.survey);
    let filled = Filled { form, errors, lang };
    let path = format!("/r/{}", round.id);
    let body = html! {
        (marks(live, lang))
        h1 { (round.title) }
        p.soft { (survey.title().get(lang)) }
        (summary(live, errors, lang))
        p { (survey.intro().get(lang)) }
        div.card.promise {
            h2 { (lang.pick("匿名说明", "About anonymity")) }
            ul { @for line in app.round_promise(live) { li { (line.text.get(lang)) } } }
        }
        form method="post" action={ (path) (view.query()) } autocomplete="off" data-size=(form_size(survey)) data-patterns=(patterns(lang))
            data-before=(lang.pick("这段文字里好像有能认出人的内容，建议改掉（不影响提交）：", "This text may tell who somebody is; consider rewording it (you can send it all the same): ")) {
            div.card.(if errors.contains_key(CODE_FIELD) { "wrong" } else { "code" }) id={ "q-" (CODE_FIELD) } {
                label.field for="code" { (if round.access == Access::Slip { lang.pick("填写码（纸条上的 20 位数字）", "Code (20 digits on your slip)") } else { lang.pick("单位填写码（海报上的 20 位数字）", "Unit code (20 digits on the poster)") }) }
                p.hint #h-code { (lang.pick("扫描二维码打开的，会自动填好；手工输入时，空格可有可无。", "Filled in by itself if you scanned the QR code; spaces do not matter.")) }
                (filled.error(CODE_FIELD))
                input #code type="text" inputmode="numeric" name=(CODE_FIELD) value=(form.first(CODE_FIELD)) maxlength="40" autocomplete="off" spellcheck="false" aria-describedby="h-code";
            }
            @for (n, section) in survey.sections().iter().enumerate() { (section_card(live, n, section, &filled)) }
            div.card id={ "q-" (BLANK_FIELD) } {
                (filled.error(BLANK_FIELD))
                label.tick {
                    input type="checkbox" name=(BLANK_FIELD) value="1" checked[form.has(BLANK_FIELD, "1")];
                    span { (lang.pick("空白提交（不作答）：我一题都不答，只把空白答卷投入票箱", "Blank ballot: I answer nothing and put an empty ballot into the box")) }
                }
                p.hint { (lang.pick("提交后任何人都不能查看或修改这份答卷，也不能再用同一张纸条提交。", "After this nobody can look up or change the response, and the slip is used.")) }
                button.wide type="submit" { (lang.pick("提交", "Submit")) }
            }
        }
    };
    respondent(view, &round.title, &path, body)
}

/// What may tell who somebody is, for the script: name and pattern.
fn patterns(lang: Lang) -> String {
    let list: Vec<(&str, &str)> = identity::PATTERNS.iter().map(|(kind, pattern)| (kind.label(lang), *pattern)).collect();
    serde_json::to_string(&list).expect("names and patterns are JSON")
}

/// Marks of a trial round.
pub(super) fn marks(live: &Live, lang: Lang) -> Markup {
    html! {
        @if live.round.is_trial() {
            p.mark { (lang.pick("试用：", "Trial: "))
                @if live.round.trial { (lang.pick("本轮票箱的钥匙由服务器保管，没有监督员共同掌握，不具备正式轮次的全部保证。", "the key of this round's box is held by the server and not by trustees, so not all guarantees of a real round hold.")) }
                @if live.round.access == Access::Poster { (lang.pick("本轮使用单位公用填写码，不能保证每人只交一份，结果未核验。", "this round uses one open code per unit, so once-each cannot be kept and results are unverified.")) }
            }
        }
    }
}

/// What is wrong, at the top, with links to the places.
fn summary(live: &Live, errors: &FieldErrors, lang: Lang) -> Markup {
    let name = |field: &str| {
        let id = field.split('.').next().unwrap_or(field);
        match id {
            CODE_FIELD => lang.pick("填写码", "Code").to_owned(),
            BLANK_FIELD => lang.pick("提交", "Submit").to_owned(),
            _ => live
                .survey
                .question(id)
                .map_or_else(|| crate::text::visible(&id.chars().take(40).collect::<String>()), |q| q.text.get(lang).chars().take(24).collect()),
        }
    };
    html! {
        @if !errors.is_empty() {
            div.errors role="alert" {
                p { strong { (lang.pick("尚未提交，您的答案都还在。请修改以下", "Not submitted yet; all your answers are kept. Please mend ")) (errors.len()) (lang.pick("处：", " thing(s):")) } }
                ul { @for (field, refusal) in errors.iter().take(20) {
                    li { a href={ "#q-" (field.split('.').next().unwrap_or(field)) } { (name(field)) } "：" (refusal.get(lang)) }
                } }
            }
        }
    }
}

fn section_card(live: &Live, index: usize, section: &Section, filled: &Filled) -> Markup {
    let lang = filled.lang;
    let questions = &live.survey.questions()[section.questions.clone()];
    let follows_up = |q: &&Question| section.is_category && q.role != QuestionRole::Item;
    let items: Vec<&Question> = questions.iter().filter(|q| !follows_up(q)).collect();
    let more: Vec<&Question> = questions.iter().filter(follows_up).collect();
    let wrong = more.iter().any(|q| filled.errors.keys().any(|k| k.split('.').next() == Some(&q.id)));
    let answered = more.iter().any(|q| filled.form.0.iter().any(|(k, v)| k.split('.').next() == Some(&q.id) && v.iter().any(|v| !v.is_empty())));
    html! {
        section.card aria-labelledby={ "s-" (section.id) } {
            h2 id={ "s-" (section.id) } {
                @if section.is_category { (lang.pick(ordinal(section.order), format!("{}. ", section.order))) }
                (section.name.get(lang))
            }
            @let mut last = None;
            @for (n, item) in items.iter().enumerate() {
                @if let Kind::Scale(scale) = &item.kind {
                    @if last.replace(scale.id.clone()).as_deref() != Some(&scale.id) { (stem(scale, lang)) }
                }
                (question(item, &if section.is_category { format!("{}.{}", index + 1, n + 1) } else { String::new() }, filled))
            }
            @if !more.is_empty() {
                details.more open[wrong || answered] {
                    summary { (lang.pick("危害、原因、事例和建议（选填）", "Harm, causes, example and suggestion (optional)")) }
                    @for item in &more { (question(item, "", filled)) }
                }
            }
        }
    }
}

/// A scale's question, its period and the gloss of each step.
fn stem(scale: &Scale, lang: Lang) -> Markup {
    html! {
        p.stem { (scale.stem.get(lang)) }
        @if let Some(period) = &scale.reference_period { p.hint { (period.get(lang)) } }
        @if scale.steps.iter().any(|s| s.hint.is_some()) {
            dl.gloss { @for step in scale.steps.iter().filter(|s| s.hint.is_some()) {
                div { dt { (step.label.get(lang)) (lang.pick("：", ": ")) } dd { (step.hint.as_ref().map_or("", |h| h.get(lang))) } }
            } }
        }
    }
}

/// 一、二、… as an official numbers categories.
fn ordinal(n: usize) -> String {
    const DIGITS: [&str; 11] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"];
    match n {
        0..=10 => format!("{}、", DIGITS[n]),
        11..=19 => format!("十{}、", DIGITS[n - 10]),
        20..=99 => format!("{}十{}、", DIGITS[n / 10], DIGITS[n % 10]),
        _ => format!("{n}、"),
    }
}
