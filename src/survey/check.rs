//! Checks a survey file and says everything that is wrong with it at once.
//! Each error names line, column and question and what to do, because the author is an official
//! with forty questions, not a programmer.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Survey;
use super::file::{QuestionFile, SurveyFile};
use super::position::Positions;
use super::report::{Report, SurveyError, SurveyErrors};
use super::rules::Checker;
use crate::text::Refusal;

/// Largest survey file: far above any real questionnaire, far below what could hurt.
pub const MAX_FILE_BYTES: usize = 1 << 20;

/// Reads and checks a definition.
pub(super) fn parse(bytes: &[u8]) -> Result<Survey, SurveyErrors> {
    let text = readable(bytes)?;
    let tree: Value = serde_json::from_str(text).map_err(|e| {
        let en = format!(
            "this is not valid JSON: {}. Check commas, quotes and brackets near this place",
            plain(&e.to_string())
        );
        single((e.line(), e.column()), "此处不是合法的 JSON，请检查附近的逗号、引号和括号", en)
    })?;
    let mut report = Report { positions: Positions::scan(text), errors: Vec::new() };
    for pointer in report.positions.repeated.clone() {
        let key = pointer.rsplit('/').next().unwrap_or_default().to_owned();
        report.add(
            &format!("{pointer}#repeated"),
            format!("同一处两次出现“{key}”，请删去一个"),
            format!("the key `{key}` occurs twice here; delete one"),
        );
    }
    let file = structure(&mut report, &tree);
    let Some(file) = file.filter(|_| report.errors.is_empty()) else { return Err(report.finish()) };
    Checker::new(&file, &mut report).run();
    if report.errors.is_empty() { Ok(Survey::assemble(file)) } else { Err(report.finish()) }
}

fn readable(bytes: &[u8]) -> Result<&str, SurveyErrors> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(single(
            (1, 1),
            format!("文件过大（{} 字节），问卷定义不得超过 1 MiB", bytes.len()),
            format!(
                "the file has {} bytes; a survey definition may have 1 MiB at most",
                bytes.len()
            ),
        ));
    }
    let bytes = bytes.strip_prefix("\u{FEFF}".as_bytes()).unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|e| {
        let line = bytes[..e.valid_up_to()].split(|b| *b == b'\n').count();
        single(
            (line, 1),
            "文件不是 UTF-8 编码，请另存为 UTF-8",
            "the file is not UTF-8 here; save it as UTF-8",
        )
    })
}

fn single(position: (usize, usize), zh: impl Into<String>, en: impl Into<String>) -> SurveyErrors {
    SurveyErrors(vec![SurveyError {
        position,
        pointer: String::new(),
        refusal: Refusal::new(zh, en),
    }])
}

/// serde's message without its own position.
fn plain(message: &str) -> String {
    message.split(" at line ").next().unwrap_or(message).to_owned()
}

/// Turns the tree into the file's types. Every question is read on its own, so that one wrong field
/// does not hide the others.
fn structure(report: &mut Report, tree: &Value) -> Option<SurveyFile> {
    let mut shell = tree.clone();
    let mut lists = Vec::new();
    if let Some(categories) = shell.get_mut("categories").and_then(Value::as_array_mut) {
        for (n, category) in categories.iter_mut().enumerate() {
            lists.push((format!("/categories/{n}/questions"), detach(category)));
        }
    }
    if let Some(closing) = shell.get_mut("closing") {
        lists.push(("/closing/questions".to_owned(), detach(closing)));
    }
    let mut read = Vec::new();
    for (pointer, questions) in lists {
        let mut list = Vec::new();
        for (n, question) in questions.into_iter().enumerate() {
            let name = question.get("id").and_then(Value::as_str).unwrap_or("?").to_owned();
            list.extend(typed::<QuestionFile>(
                report,
                &format!("{pointer}/{n}"),
                question,
                Some(&name),
            ));
        }
        read.push(list);
    }
    let mut file = typed::<SurveyFile>(report, "", shell, None)?;
    let mut read = read.into_iter();
    for category in &mut file.categories {
        category.questions = read.next().unwrap_or_default();
    }
    if let Some(closing) = &mut file.closing {
        closing.questions = read.next().unwrap_or_default();
    }
    Some(file)
}

/// Takes the questions out of a category, leaving an empty list for the shell.
fn detach(category: &mut Value) -> Vec<Value> {
    match category.get_mut("questions") {
        Some(Value::Array(questions)) => std::mem::take(questions),
        _ => Vec::new(),
    }
}

fn typed<T: DeserializeOwned>(
    report: &mut Report,
    base: &str,
    value: Value,
    question: Option<&str>,
) -> Option<T> {
    if !value.is_object() {
        report.add(
            base,
            "此处应为 { … } 形式的对象",
            "invalid type: an object `{ … }` is expected here",
        );
        return None;
    }
    serde_path_to_error::deserialize(value)
        .map_err(|e| {
            let mut pointer = base.to_owned();
            for segment in e.path() {
                use serde_path_to_error::Segment as S;
                match segment {
                    S::Seq { index } => pointer.push_str(&format!("/{index}")),
                    S::Map { key } => pointer.push_str(&format!("/{key}")),
                    S::Enum { .. } | S::Unknown => break,
                }
            }
            let why = plain(&e.inner().to_string());
            let place = question.map_or_else(String::new, |q| format!("question `{q}`: "));
            let place_zh = question.map_or_else(String::new, |q| format!("题目 {q}："));
            report.add(
                &pointer,
                format!(
                    "{place_zh}内容不符合格式（{why}），请对照 surveys/survey.schema.json 修改"
                ),
                format!("{place}{why}; compare with surveys/survey.schema.json"),
            );
        })
        .ok()
}
