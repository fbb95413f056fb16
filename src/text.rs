//! Languages, localized texts and refusals.
//! Every sentence that a person may see exists in Chinese and English, and this is where the two are kept together.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language of the interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Lang {
    /// Simplified Chinese, the default everywhere.
    #[default]
    Zh,
    /// English, the second language.
    En,
}

impl Lang {
    /// Both languages, the default one first.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// The BCP 47 tag, as used in survey files and in `<html lang>`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// Reads `zh`, `zh-CN` or `en`; anything else is the default.
    #[must_use]
    pub fn from_query(value: &str) -> Self {
        if value == "en" { Self::En } else { Self::Zh }
    }

    /// The one of two literals that belongs to this language.
    #[must_use]
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// A text in the languages of its survey, keyed by language tag.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Text(pub BTreeMap<String, String>);

impl Text {
    /// A text in both languages.
    #[must_use]
    pub fn both(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self(BTreeMap::from([(Lang::Zh.tag().to_owned(), zh.into()), (Lang::En.tag().to_owned(), en.into())]))
    }

    /// The text in `lang`, or in the language that exists.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        self.0.get(lang.tag()).or_else(|| self.0.get(Lang::Zh.tag())).or_else(|| self.0.values().next()).map_or("", String::as_str)
    }

    /// The Chinese text.
    #[must_use]
    pub fn zh(&self) -> &str {
        self.get(Lang::Zh)
    }
}

/// Why something was refused and what to do about it, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The Chinese sentence.
    pub zh: String,
    /// The English sentence.
    pub en: String,
    /// Name of the form's field that it is about, if it is about one.
    pub field: Option<&'static str>,
}

impl Refusal {
    /// A refusal in both languages.
    #[must_use]
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into(), field: None }
    }

    /// The same, said beside a field.
    #[must_use]
    pub fn at(self, field: &'static str) -> Self {
        Self { field: Some(field), ..self }
    }

    /// The sentence in `lang`.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

impl std::error::Error for Refusal {}

/// The known word that is most like a word, if one is like it: an author who mistypes is told what was meant.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |word: &str| word.chars().filter(|c| !c.is_whitespace() && !is_deceptive(*c)).flat_map(char::to_lowercase).collect::<String>();
    let word = plain(word);
    known.map(|k| (strsim::normalized_damerau_levenshtein(&word, &plain(k)), k)).filter(|(like, _)| *like >= 0.5).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, k)| k)
}

/// What is said of the nearest known word.
#[must_use]
pub fn meant(nearest: Option<&str>, lang: Lang) -> String {
    nearest.map_or_else(String::new, |word| lang.pick(format!("，是否应为“{word}”"), format!(" (did you mean `{word}`?)")))
}

/// True for characters that can hide or reorder text: bidirectional controls, zero-width characters, other controls.
#[must_use]
pub fn is_deceptive(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t'
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{061C}')
}

/// The text with deceptive characters made visible as `⟨U+202E⟩`, for pages and exports.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_deceptive(c) && c != '\u{200D}' {
            out.push_str(&format!("⟨U+{:04X}⟩", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_falls_back_to_the_language_that_exists() {
        let text = Text(BTreeMap::from([("zh-CN".to_owned(), "中".to_owned())]));
        assert_eq!(text.get(Lang::En), "中");
    }

    #[test]
    fn hidden_and_reordering_characters_are_shown() {
        assert_eq!(visible("甲\u{202E}乙\u{200B}"), "甲⟨U+202E⟩乙⟨U+200B⟩");
        assert_eq!(visible("正常\n文字"), "正常\n文字");
    }
}
