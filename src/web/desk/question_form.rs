//! The form of one question of a survey: its words, its flags and how it is answered, checked as a whole survey when it is kept.
//! Options and classes are lines of text, so that a list is pasted as it comes.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::again::percent;
use super::survey_form::{Edited, answer, keep, load};
use super::{Permission, Session, conflict, enter, enter_form, refusal_text, see_other};
use crate::app::{App, AppError};
use crate::response::Form;
use crate::survey::{AnswerFile, NumberClassFile, OptionFile, OtherText, QuestionFile};
use crate::text::{Lang, Refusal, Text};
use crate::web::error::WebError;
use crate::web::page::csrf;

const KINDS: [(&str, [&str; 2]); 6] = [
    ("scale", ["量表（程度）", "scale"]),
    ("single", ["单选", "one of several"]),
    ("multi", ["多选", "some of several"]),
    ("number", ["数字", "number"]),
    ("text", ["文字", "text"]),
    ("rank", ["排序", "ranking"]),
];

fn kind(answer: &AnswerFile) -> &'static str {
    match answer {
        AnswerFile::Scale { .. } => "scale",
        AnswerFile::Single { .. } => "single",
        AnswerFile::Multi { .. } => "multi",
        AnswerFile::Number { .. } => "number",
        AnswerFile::Text { .. } => "text",
        AnswerFile::Rank { .. } => "rank",
    }
}

pub(super) fn kind_name(answer: &AnswerFile, lang: Lang) -> &'static str {
    KINDS.iter().find(|k| k.0 == kind(answer)).map_or("", |k| lang.pick(k.1[0], k.1[1]))
}

/// `GET /desk/surveys/{id}/question/{question}`.
pub async fn question(request: HttpRequest, app: Data<App>, path: Path<(String, String)>) -> Result<HttpResponse, WebError> {
    let session = enter(&request, &app, Permission::RunRounds).await?;
    let edited = load(&app, &path.0).await?;
    let question = edited.file.question_named(&path.1).ok_or(WebError::NothingHere)?;
    let form = form_of(question);
    Ok(answer(&session, &app, StatusCode::OK, &question_page(&session, &edited, &path.1, &form, &html! {})))
}

/// `POST /desk/surveys/{id}/question/{question}`.
pub async fn change(request: HttpRequest, app: Data<App>, path: Path<(String, String)>, payload: Payload) -> Result<HttpResponse, WebError> {
    let (session, form) = enter_form(&request, &app, Permission::RunRounds, payload).await?;
    let lang = session.lang;
    let mut edited = load(&app, &path.0).await?;
    let old = edited.file.question_named(&path.1).ok_or(WebError::NothingHere)?.clone();
    let seen = form.first("seen").parse().unwrap_or(0);
    let (status, said) = match read_question(&form, &old) {
        Err(wrong) => (StatusCode::UNPROCESSABLE_ENTITY, wrong.iter().map(|r| r.get(lang)).collect::<Vec<_>>().join("\n")),
        Ok(new) => {
            edited.file.replace_question(&path.1, new);
            match keep(&app, &session, &edited.file, seen).await? {
                Ok(()) => return Ok(see_other(&format!("/desk/surveys/{}/outline", percent(&path.0)))),
                Err(AppError::Changed) => (
                    StatusCode::CONFLICT,
                    lang.pick("他人刚修改了这份问卷。您填写的仍在下面；再次保存，只改这一题，不影响他人改的其他题。", "Somebody else has just changed this survey. What you typed is still below; saving again changes this question only and leaves the others as they are now.").to_owned(),
                ),
                Err(error) => (StatusCode::UNPROCESSABLE_ENTITY, refusal_text(error, lang)?),
            }
        }
    };
    let now = load(&app, &path.0).await?;
    Ok(answer(&session, &app, status, &question_page(&session, &now, &path.1, &form, &html! { div.errors role="alert" { (said) } })))
}

pub(super) fn text_inputs(id: &str, name: &str, label: &str, text: Option<&Text>, lang: Lang) -> Markup {
    html! { @for (tag, language) in [("zh-CN", lang.pick("中文", "Chinese")), ("en", lang.pick("英文", "English"))] {
        label for={ (id) "_" (tag) } { (label) span.soft { (lang.pick("（", " (")) (language) (lang.pick("）", ")")) } }
        input id={ (id) "_" (tag) } type="text" name={ (name) "_" (tag) } value=(text.and_then(|t| t.0.get(tag)).map_or("", String::as_str)) maxlength="400";
    } }
}

pub(super) fn read_text(form: &Form, name: &str) -> Option<Text> {
    let texts: BTreeMap<String, String> = ["zh-CN", "en"]
        .into_iter()
        .map(|tag| (tag.to_owned(), form.first(&format!("{name}_{tag}")).trim().to_owned()))
        .filter(|(_, text)| !text.is_empty())
        .collect();
    (!texts.is_empty()).then_some(Text(texts))
}

fn question_page(session: &Session, edited: &Edited, id: &str, form: &Form, said: &Markup) -> Markup {
    let lang = session.lang;
    let file = &edited.file;
    let field = |name: &str, label: &str, hint: &str| {
        html! { label for=(name) { (label) } @if !hint.is_empty() { p.hint { (hint) } } input id=(name) type="text" name=(name) value=(form.first(name)) maxlength="120"; }
    };
    let texts = |name: &str, label: &str, hint: &str| {
        let text = read_text(form, name);
        html! { (text_inputs(name, name, label, text.as_ref(), lang)) @if !hint.is_empty() { p.hint { (hint) } } }
    };
    let tick =
        |name: &str, label: &str| html! { label.inline { input type="checkbox" name=(name) value="yes" checked[form.has(name, "yes")]; (label) } };
    html! {
        p { a href={ "/desk/surveys/" (percent(&file.id)) "/outline" } { (lang.pick("← 返回问卷", "← Back to the survey")) } }
        h1 { (id) }
        (said)
        form method="post" action={ "/desk/surveys/" (percent(&file.id)) "/question/" (id) } {
            (csrf(session)) (conflict::seen(&edited.version.to_string()))
            div.cols {
                div.card {
                    (texts("text", lang.pick("题目", "Question"), ""))
                    (texts("hint", lang.pick("填写说明", "Hint"), lang.pick("可不填。", "May be left empty.")))
                    (texts("problem", lang.pick("问题清单中的表述", "Wording in problem lists"), lang.pick("量表题填写后才会进入问题清单。", "A scale question enters problem lists only if this is filled in.")))
                    (tick("required", lang.pick("必答", "Must be answered")))
                    (tick("core", lang.pick("短卷也问", "Part of the short form")))
                    (tick("hold", lang.pick("存疑：核实前对所有单位不显示", "Held: shown to no unit until checked")))
                    label for="suggested" { (lang.pick("建议整改类型", "Suggested rectification")) }
                    select #suggested name="suggested" { option value="" { } @for kind in &file.rectification_types { option value=(kind.id) selected[form.first("suggested") == kind.id] { (kind.label.get(lang)) } } }
                }
                div.card {
                    label for="kind" { (lang.pick("怎样作答", "How it is answered")) }
                    select #kind name="kind" { @for (name, label) in KINDS { option value=(name) selected[form.first("kind") == name] { (lang.pick(label[0], label[1])) } } }
                    label for="scale" { (lang.pick("量表", "Scale")) }
                    select #scale name="scale" { @for (name, scale) in &file.scales { option value=(name) selected[form.first("scale") == name] { (name) (lang.pick("：", ": ")) (scale.options.iter().map(|s| s.label.get(lang)).collect::<Vec<_>>().join(" / ")) } } }
                    label for="options" { (lang.pick("选项（单选、多选、排序；一行一个）", "Options (one, some, ranking; one a line)")) }
                    p.hint { (lang.pick("编号 | 中文 | 英文，后面可加 exclusive（选了就不能选别的）或 other=60（附 60 字以内的说明）。", "id | Chinese | English, then exclusive (excludes all others) or other=60 (with a text of 60 characters) if needed.")) }
                    textarea.short #options name="options" rows="8" spellcheck="false" { (form.first("options")) }
                    label for="classes" { (lang.pick("分段（数字；一行一段）", "Classes (number; one a line)")) }
                    p.hint { (lang.pick("编号 | 中文 | 英文 | 1..5", "id | Chinese | English | 1..5")) }
                    textarea.short #classes name="classes" rows="4" spellcheck="false" { (form.first("classes")) }
                    div.numbers { @for (name, label) in [("min", lang.pick("最少", "Least")), ("max", lang.pick("最多", "Most")), ("max_chars", lang.pick("字数", "Characters")), ("places", lang.pick("名次", "Places"))] { label { (label) input type="text" name=(name) value=(form.first(name)) inputmode="numeric"; } } }
                    (field("scope", lang.pick("适用单位类型", "Kinds of units"), lang.pick("留空为全部；多个用空格隔开，如 squad section。", "Empty: all. Several with spaces, such as squad section.")))
                }
            }
            div.row { button type="submit" { (lang.pick("检查并保存", "Check and save")) } a.button.quiet href={ "/desk/surveys/" (percent(&file.id)) "/outline" } { (lang.pick("取消", "Cancel")) } }
        }
    }
}

fn form_of(question: &QuestionFile) -> Form {
    let mut form = Form::default();
    let mut put = |name: &str, value: String| form.0.entry(name.to_owned()).or_default().push(value);
    for (name, text) in [("text", Some(&question.text)), ("hint", question.hint.as_ref()), ("problem", question.problem.as_ref())] {
        for (tag, words) in text.into_iter().flat_map(|t| &t.0) {
            put(&format!("{name}_{tag}"), words.clone());
        }
    }
    for (name, on) in [("required", question.required), ("core", question.core), ("hold", question.hold)] {
        if on {
            put(name, "yes".to_owned());
        }
    }
    put("suggested", question.suggested.clone().unwrap_or_default());
    put("scope", question.scope.join(" "));
    put("kind", kind(&question.answer).to_owned());
    let label = |text: &Text| format!("{} | {}", text.zh(), text.0.get("en").map_or("", String::as_str));
    let options = |options: &[OptionFile]| {
        let line = |o: &OptionFile| {
            let other = o.other_text.map_or_else(String::new, |t| format!(" | other={}", t.max_chars));
            format!("{} | {}{}{other}", o.id, label(&o.label), if o.exclusive { " | exclusive" } else { "" })
        };
        options.iter().map(line).collect::<Vec<_>>().join("\n")
    };
    match &question.answer {
        AnswerFile::Scale { scale } => put("scale", scale.clone()),
        AnswerFile::Single { options: list } => put("options", options(list)),
        AnswerFile::Multi { options: list, min, max, .. } => {
            put("options", options(list));
            put("min", min.to_string());
            put("max", max.map_or_else(String::new, |m| m.to_string()));
        }
        AnswerFile::Number { min, max, classes } => {
            put("min", min.to_string());
            put("max", max.to_string());
            put("classes", classes.iter().map(|c| format!("{} | {} | {}..{}", c.id, label(&c.label), c.from, c.to)).collect::<Vec<_>>().join("\n"));
        }
        AnswerFile::Text { max_chars } => put("max_chars", max_chars.to_string()),
        AnswerFile::Rank { options: list, places } => {
            put("options", options(list));
            put("places", places.to_string());
        }
    }
    form
}

fn read_question(form: &Form, old: &QuestionFile) -> Result<QuestionFile, Vec<Refusal>> {
    let mut wrong = Vec::new();
    let number = |name: &str, zh: &str, wrong: &mut Vec<Refusal>| -> Option<i64> {
        let text = form.first(name).trim();
        let read = text.parse().ok();
        if !text.is_empty() && read.is_none() {
            wrong.push(Refusal::new(format!("{zh}应为整数"), format!("{name}: a whole number is wanted")));
        }
        read
    };
    for (name, zh, most) in [("min", "最少", 255), ("max", "最多", 255), ("places", "名次", 255), ("max_chars", "字数", 65_535)] {
        let typed = form.first(name).trim().parse::<i64>().ok();
        if form.first("kind") != "number" && typed.is_some_and(|n| !(0..=most).contains(&n)) {
            wrong.push(Refusal::new(format!("{zh}应在 0 至 {most} 之间"), format!("{name} is from 0 to {most}")));
        }
    }
    let small = |n: i64| u8::try_from(n).unwrap_or(u8::MAX);
    let options = |wrong: &mut Vec<Refusal>| read_options(form.first("options"), wrong);
    let answer = match form.first("kind") {
        "scale" => AnswerFile::Scale { scale: form.first("scale").to_owned() },
        "single" => AnswerFile::Single { options: options(&mut wrong) },
        "multi" => {
            let max = number("max", "最多", &mut wrong).map(small);
            let min = number("min", "最少", &mut wrong).map_or(0, small);
            match &old.answer {
                // Options of a set that several questions share are changed there, not here.
                AnswerFile::Multi { option_set: Some(set), option_ids, .. } if form.first("options").trim().is_empty() => {
                    AnswerFile::Multi { options: Vec::new(), option_set: Some(set.clone()), option_ids: option_ids.clone(), min, max }
                }
                _ => AnswerFile::Multi { options: options(&mut wrong), option_set: None, option_ids: Vec::new(), min, max },
            }
        }
        "number" => AnswerFile::Number {
            min: number("min", "最少", &mut wrong).unwrap_or(0),
            max: number("max", "最多", &mut wrong).unwrap_or(0),
            classes: read_classes(form.first("classes"), &mut wrong),
        },
        "rank" => AnswerFile::Rank { options: options(&mut wrong), places: number("places", "名次", &mut wrong).map_or(1, small) },
        _ => AnswerFile::Text { max_chars: number("max_chars", "字数", &mut wrong).map_or(200, |n| u16::try_from(n).unwrap_or(u16::MAX)) },
    };
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(QuestionFile {
        text: read_text(form, "text").unwrap_or_default(),
        hint: read_text(form, "hint"),
        problem: read_text(form, "problem"),
        required: form.has("required", "yes"),
        core: form.has("core", "yes"),
        hold: form.has("hold", "yes"),
        suggested: Some(form.first("suggested").to_owned()).filter(|s| !s.is_empty()),
        scope: form.first("scope").split_whitespace().map(str::to_owned).collect(),
        answer,
        ..old.clone()
    })
}

fn labels(zh: Option<&&str>, en: Option<&&str>) -> Text {
    let texts =
        [("zh-CN", zh), ("en", en)].into_iter().filter_map(|(tag, text)| Some((tag.to_owned(), (*text?).to_owned()))).filter(|(_, t)| !t.is_empty());
    Text(texts.collect())
}

fn read_options(text: &str, wrong: &mut Vec<Refusal>) -> Vec<OptionFile> {
    let mut options = Vec::new();
    for (n, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let mut option = OptionFile { id: parts[0].to_owned(), label: labels(parts.get(1), parts.get(2)), exclusive: false, other_text: None };
        for flag in parts.iter().skip(3).filter(|f| !f.is_empty()) {
            match flag.strip_prefix("other=").map(str::parse) {
                Some(Ok(max_chars)) => option.other_text = Some(OtherText { max_chars }),
                None if *flag == "exclusive" => option.exclusive = true,
                _ => wrong.push(Refusal::new(format!("选项第 {} 行：不认识“{flag}”", n + 1), format!("option {}: `{flag}` is not known", n + 1))),
            }
        }
        options.push(option);
    }
    options
}

fn read_classes(text: &str, wrong: &mut Vec<Refusal>) -> Vec<NumberClassFile> {
    let mut classes = Vec::new();
    for (n, line) in text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()) {
        let parts: Vec<&str> = line.split('|').map(str::trim).collect();
        let span = parts.get(3).and_then(|span| span.split_once("..")).and_then(|(a, b)| Some((a.trim().parse().ok()?, b.trim().parse().ok()?)));
        match span {
            Some((from, to)) => classes.push(NumberClassFile { id: parts[0].to_owned(), label: labels(parts.get(1), parts.get(2)), from, to }),
            None => wrong.push(Refusal::new(
                format!("分段第 {} 行应写作“编号 | 中文 | 英文 | 1..5”", n + 1),
                format!("class {}: write `id | Chinese | English | 1..5`", n + 1),
            )),
        }
    }
    classes
}
