//! A response: what one person answered, in memory only.
//! It is read from a form, checked against the frozen survey and turned into ballot bytes; it is
//! never stored, printed or logged.

mod form;

use std::collections::BTreeMap;
use std::fmt;

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroize;

use crate::survey::{Choice, Kind, Question, Survey, TextField, Wanted};
use crate::text::Refusal;
pub use form::{Form, form_size};
pub(crate) use form::{MAX_FIELDS, percent};

/// Fields of the form that are not answers.
pub const CODE_FIELD: &str = "code";
/// The tick for a deliberate blank ballot.
pub const BLANK_FIELD: &str = "blank";
/// Padding added by the script; ignored.
pub const PAD_FIELD: &str = "pad";
/// Name of the field that asks whether the code is good, and nothing else.
pub const CHECK_FIELD: &str = "check";

/// One answer.
#[derive(Clone, PartialEq, Eq)]
pub enum Answer {
    /// Not answered.
    Blank,
    /// Index of a scale step or of a single option.
    One(u8),
    /// Bit mask of chosen options.
    Many(u64),
    /// A number.
    Number(i64),
    /// Indices of the options in order; `None` for places left empty.
    Rank(Vec<Option<u8>>),
    /// A text, trimmed and not empty.
    Text(String),
}

/// The answers of one person, one for each question of the survey.
#[derive(Clone, PartialEq, Eq)]
pub struct Response {
    /// Answers in the order of the survey's questions.
    pub answers: Vec<Answer>,
    /// "Other" texts, by question; `None` where there is none.
    pub others: Vec<Option<String>>,
    /// Whether nothing was answered, on purpose.
    pub blank: bool,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Response([redacted])")
    }
}

impl Drop for Response {
    fn drop(&mut self) {
        for answer in &mut self.answers {
            match answer {
                Answer::Text(text) => text.zeroize(),
                Answer::One(n) => n.zeroize(),
                Answer::Many(n) => n.zeroize(),
                Answer::Number(n) => n.zeroize(),
                _ => {}
            }
        }
        for other in self.others.iter_mut().flatten() {
            other.zeroize();
        }
    }
}

impl Response {
    /// A response without answers.
    #[must_use]
    pub fn empty(survey: &Survey) -> Self {
        let count = survey.questions().len();
        Self { answers: vec![Answer::Blank; count], others: vec![None; count], blank: true }
    }

    /// Whether nothing at all was answered.
    #[must_use]
    pub fn has_no_answer(&self) -> bool {
        self.answers.iter().all(|a| *a == Answer::Blank) && self.others.iter().all(Option::is_none)
    }
}

/// Problems of a form, by field.
pub type FieldErrors = BTreeMap<String, Refusal>;

/// Reads all answers of a form, or says what is wrong beside each field.
pub fn read(survey: &Survey, form: &Form) -> Result<Response, FieldErrors> {
    let mut errors = FieldErrors::new();
    let mut response = Response::empty(survey);
    for name in form.0.keys() {
        if !known_field(survey, name) {
            errors.insert(
                name.clone(),
                Refusal::new(
                    "表单中有本问卷没有的题目，请刷新页面后重填",
                    "the form holds a question that is not in this survey; reload the page",
                ),
            );
        }
    }
    for (n, question) in survey.questions().iter().enumerate() {
        if !question
            .visible_if
            .iter()
            .all(|condition| holds(&condition.wanted, &response.answers[condition.question]))
        {
            // Not asked of this person: what a page without script sent for it is left out
            continue;
        }
        match read_question(question, form) {
            Ok((answer, other)) => {
                if question.required && answer == Answer::Blank && !form.has(BLANK_FIELD, "1") {
                    errors.insert(
                        question.id.clone(),
                        Refusal::new("此题必答，请作答", "this question needs an answer"),
                    );
                }
                response.answers[n] = answer;
                response.others[n] = other;
            }
            Err((field, refusal)) => {
                errors.insert(field, refusal);
            }
        }
    }
    response.blank = response.has_no_answer();
    let wants_blank = form.has(BLANK_FIELD, "1");
    if wants_blank && !response.blank {
        errors.insert(
            BLANK_FIELD.to_owned(),
            Refusal::new(
                "您勾选了“空白提交”，但又作了答；请取消勾选，或清除答案",
                "you ticked “blank ballot” but also answered; untick it or clear the answers",
            ),
        );
    }
    if errors.is_empty() { Ok(response) } else { Err(errors) }
}

/// Whether an answer is one of those that a condition wants.
fn holds(wanted: &Wanted, answer: &Answer) -> bool {
    match (wanted, answer) {
        (Wanted::AnyOf(mask), Answer::One(index)) => mask >> index & 1 == 1,
        (Wanted::AnyOf(mask), Answer::Many(chosen)) => mask & chosen != 0,
        (Wanted::Range(from, to), Answer::Number(number)) => (from..=to).contains(&number),
        _ => false,
    }
}

fn known_field(survey: &Survey, name: &str) -> bool {
    if [CODE_FIELD, BLANK_FIELD, PAD_FIELD, CHECK_FIELD].contains(&name) {
        return true;
    }
    let (id, part) = name.split_once('.').map_or((name, None), |(id, part)| (id, Some(part)));
    survey.question(id).is_some_and(|question| match (&question.kind, part) {
        (Kind::Rank { places, .. }, Some(place)) => {
            place.parse::<usize>().is_ok_and(|p| (1..=*places).contains(&p))
        }
        (Kind::Rank { .. }, None) => false,
        (Kind::Single(choices) | Kind::Multi { choices, .. }, Some("other")) => {
            choices.iter().any(|c| c.other_chars.is_some())
        }
        (_, part) => part.is_none(),
    })
}

type Read = Result<(Answer, Option<String>), (String, Refusal)>;

fn read_question(question: &Question, form: &Form) -> Read {
    let id = &question.id;
    let fail = |refusal: Refusal| Err((id.clone(), refusal));
    let given: Vec<&str> = form.0.get(id).map_or_else(Vec::new, |v| {
        v.iter().map(String::as_str).filter(|v| !v.is_empty()).collect()
    });
    match &question.kind {
        Kind::Scale(_) => one_of(&given, &question.kind.option_ids())
            .map_or_else(fail, |answer| Ok((answer, None))),
        Kind::Single(choices) => {
            let mut answer = match one_of(&given, &question.kind.option_ids()) {
                Ok(answer) => answer,
                Err(refusal) => return fail(refusal),
            };
            let other = other_text(question, choices, form)?;
            if let (Some((index, _)), Answer::Blank) = (&other, &answer) {
                answer = Answer::One(*index);
            }
            let kept =
                other.filter(|(index, _)| answer == Answer::One(*index)).map(|(_, text)| text);
            Ok((answer, kept))
        }
        Kind::Multi { choices, min, max } => {
            read_multi(question, choices, (*min, *max), &given, form)
        }
        Kind::Number { min, max, .. } => match given.as_slice() {
            [] => Ok((Answer::Blank, None)),
            [text] => match ascii_digits(text).parse::<i64>() {
                Ok(number) if (*min..=*max).contains(&number) => Ok((Answer::Number(number), None)),
                _ => fail(Refusal::new(
                    format!("请填 {min} 至 {max} 之间的整数"),
                    format!("enter a whole number from {min} to {max}"),
                )),
            },
            _ => fail(two_values()),
        },
        Kind::Text { max_chars } => match given.as_slice() {
            [] => Ok((Answer::Blank, None)),
            [text] => match clean(text, *max_chars) {
                Ok(None) => Ok((Answer::Blank, None)),
                Ok(Some(text)) => Ok((Answer::Text(text), None)),
                Err(refusal) => fail(refusal),
            },
            _ => fail(two_values()),
        },
        Kind::Rank { choices, places } => read_rank(id, choices, *places, form),
    }
}

fn read_multi(
    question: &Question,
    choices: &[Choice],
    (min, max): (usize, usize),
    given: &[&str],
    form: &Form,
) -> Read {
    let fail = |refusal: Refusal| Err((question.id.clone(), refusal));
    let mut mask = 0u64;
    for value in given {
        match choices.iter().position(|c| c.id == *value) {
            Some(index) => mask |= 1 << index,
            None => return fail(not_offered()),
        }
    }
    let other = other_text(question, choices, form)?;
    if let Some((index, _)) = other {
        mask |= 1 << index;
    }
    let count = mask.count_ones() as usize;
    let exclusive = choices.iter().enumerate().any(|(n, c)| c.exclusive && mask & (1 << n) != 0);
    if count > max {
        return fail(Refusal::new(
            format!("最多选 {max} 项，您选了 {count} 项"),
            format!("choose {max} at most; you chose {count}"),
        ));
    }
    if exclusive && count > 1 {
        return fail(Refusal::new(
            "“说不清”一类的选项不能与其他选项同时选",
            "an option such as “hard to say” cannot go with others",
        ));
    }
    if count > 0 && count < min {
        return fail(Refusal::new(
            format!("至少选 {min} 项，或一项都不选"),
            format!("choose {min} at least, or none"),
        ));
    }
    let answer = if count == 0 { Answer::Blank } else { Answer::Many(mask) };
    Ok((answer, other.map(|(_, text)| text)))
}

fn read_rank(id: &str, choices: &[Choice], places: usize, form: &Form) -> Read {
    let mut order = vec![None; places];
    for (place, slot) in order.iter_mut().enumerate() {
        let field = format!("{id}.{}", place + 1);
        let values: Vec<&String> = form
            .0
            .get(&field)
            .map_or_else(Vec::new, |v| v.iter().filter(|v| !v.is_empty()).collect());
        *slot = match values.as_slice() {
            [] => None,
            [value] => match choices.iter().position(|c| &&c.id == value) {
                Some(index) => u8::try_from(index).ok(),
                None => return Err((id.to_owned(), not_offered())),
            },
            _ => return Err((id.to_owned(), two_values())),
        };
    }
    let chosen: Vec<u8> = order.iter().flatten().copied().collect();
    let mut distinct = chosen.clone();
    distinct.sort_unstable();
    distinct.dedup();
    if distinct.len() < chosen.len() {
        return Err((
            id.to_owned(),
            Refusal::new("同一选项不能占两个位次", "an option cannot take two places"),
        ));
    }
    Ok((if chosen.is_empty() { Answer::Blank } else { Answer::Rank(order) }, None))
}

/// The "other" text of a question with the index of its option.
fn other_text(
    question: &Question,
    choices: &[Choice],
    form: &Form,
) -> Result<Option<(u8, String)>, (String, Refusal)> {
    let Some((index, max)) =
        choices.iter().enumerate().find_map(|(n, c)| c.other_chars.map(|max| (n, max)))
    else {
        return Ok(None);
    };
    let field = TextField::other(&question.id).to_string();
    let values = form.0.get(&field).map_or(&[][..], Vec::as_slice);
    match values {
        [] => Ok(None),
        [text] => match clean(text, max) {
            Ok(text) => Ok(text.map(|t| (u8::try_from(index).unwrap_or(u8::MAX), t))),
            Err(refusal) => Err((field, refusal)),
        },
        _ => Err((field, two_values())),
    }
}

fn one_of(given: &[&str], ids: &[&str]) -> Result<Answer, Refusal> {
    match given {
        [] => Ok(Answer::Blank),
        [value] => ids
            .iter()
            .position(|id| id == value)
            .and_then(|n| u8::try_from(n).ok())
            .map(Answer::One)
            .ok_or_else(not_offered),
        _ => Err(two_values()),
    }
}

fn not_offered() -> Refusal {
    Refusal::new("选了本题没有的选项，请重新选择", "that option is not offered here; choose again")
}

fn two_values() -> Refusal {
    Refusal::new("本题只能有一个答案，请重新选择", "only one answer is possible here; choose again")
}

/// A text as it is kept: NFC, line ends as `\n`, no control characters, trimmed; `None` if nothing
/// is left.
pub fn clean(text: &str, max_chars: usize) -> Result<Option<String>, Refusal> {
    let text: String = text
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .nfc()
        .filter(|c| *c == '\n' || *c == '\t' || !c.is_control())
        .collect();
    let text = text.trim();
    let count = text.chars().count();
    if count > max_chars {
        return Err(Refusal::new(
            format!("最多 {max_chars} 字，您写了 {count} 字"),
            format!("{max_chars} characters at most; you wrote {count}"),
        ));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

fn ascii_digits(text: &str) -> String {
    text.trim()
        .chars()
        .map(|c| {
            if ('０'..='９').contains(&c) {
                char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c)
            } else {
                c
            }
        })
        .collect()
}
