//! A form as it arrives: names and their values, decoded once and wiped when they go.
//! It knows nothing of questions; a name that comes twice has two values.

use crate::survey::Survey;
use crate::text::Refusal;
use std::collections::BTreeMap;
use std::fmt;
use zeroize::Zeroize;

use super::{BLANK_FIELD, CHECK_FIELD, CODE_FIELD, PAD_FIELD};

impl Form {
    /// The form, refused if a value holds a NUL, which no database keeps.
    pub fn without_nul(self) -> Result<Self, Refusal> {
        if self.0.iter().any(|(name, values)| {
            name.contains('\0') || values.iter().any(|value| value.contains('\0'))
        }) {
            return Err(Refusal::new(
                "提交的内容含有 NUL 字符，请删去后重试",
                "what was sent holds a NUL character; take it out and try again",
            ));
        }
        Ok(self)
    }
}

/// The form's own part: fields by name, each with all its values in order.
#[derive(Clone, Default)]
pub struct Form(pub BTreeMap<String, Vec<String>>);

impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Form([redacted])")
    }
}

/// The largest form that this survey's page can send, in bytes, rounded up. The script pads every
/// form to it, so that its length tells nothing.
#[must_use]
pub fn form_size(survey: &Survey) -> usize {
    let field = |name: usize, value: usize| name + value + 2;
    let answers = survey.questions().iter().map(|q| q.kind.form_size(q.id.len()));
    // A character takes twelve bytes at most once encoded.
    let rest = field(CODE_FIELD.len(), 40 * 12)
        + field(BLANK_FIELD.len(), 1)
        + field(CHECK_FIELD.len(), 1)
        + field(PAD_FIELD.len(), 0);
    (answers.sum::<usize>() + rest).next_multiple_of(1 << 10)
}

/// Most fields a form may have; the largest survey allowed stays far below.
pub const MAX_FIELDS: usize = 8_000;

impl Form {
    /// Decodes `application/x-www-form-urlencoded` strictly: invalid UTF-8 is an error, not a
    /// replacement character.
    pub fn decode(body: &[u8]) -> Result<Self, Refusal> {
        let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (n, pair) in body.split(|b| *b == b'&').filter(|p| !p.is_empty()).enumerate() {
            if n >= MAX_FIELDS {
                return Err(Refusal::new(
                    "表单项目过多，未收到",
                    "the form has too many fields; it was not received",
                ));
            }
            let mut halves = pair.splitn(2, |b| *b == b'=');
            let name = percent(halves.next().unwrap_or_default())?;
            let value = percent(halves.next().unwrap_or_default())?;
            fields.entry(name).or_default().push(value);
        }
        Ok(Self(fields))
    }

    /// The form as it would be sent.
    #[must_use]
    pub fn encode(&self) -> String {
        let escaped = |text: &str| {
            percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC)
                .to_string()
        };
        let pairs =
            self.0.iter().flat_map(|(name, values)| values.iter().map(move |value| (name, value)));
        pairs
            .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
            .collect::<Vec<_>>()
            .join("&")
    }

    /// The first value of a field.
    #[must_use]
    pub fn first(&self, name: &str) -> &str {
        self.0.get(name).and_then(|v| v.first()).map_or("", String::as_str)
    }

    /// Whether a field has this value among its values.
    #[must_use]
    pub fn has(&self, name: &str, value: &str) -> bool {
        self.0.get(name).is_some_and(|values| values.iter().any(|v| v == value))
    }
}

impl Drop for Form {
    fn drop(&mut self) {
        for value in self.0.values_mut().flatten() {
            value.zeroize();
        }
    }
}

/// Decodes one half of a pair of `application/x-www-form-urlencoded`.
pub fn percent(bytes: &[u8]) -> Result<String, Refusal> {
    let spaced: Vec<u8> = bytes.iter().map(|b| if *b == b'+' { b' ' } else { *b }).collect();
    percent_encoding::percent_decode(&spaced)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| {
            Refusal::new(
                "提交的内容不是有效的 UTF-8 文字，未收到；请换一个浏览器重试",
                "what was sent is not valid UTF-8 and was not received; try another browser",
            )
        })
}
