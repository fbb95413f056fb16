//! Languages, localized texts and refusals.
//! Every sentence that a person may see exists in Chinese and English, and this is where the two
//! are kept together.

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
        Self(BTreeMap::from([
            (Lang::Zh.tag().to_owned(), zh.into()),
            (Lang::En.tag().to_owned(), en.into()),
        ]))
    }

    /// The text in `lang`, or in the language that exists.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        self.0
            .get(lang.tag())
            .or_else(|| self.0.get(Lang::Zh.tag()))
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
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

/// The known word that is most like a word, if one is like it: an author who mistypes is told what
/// was meant.
#[must_use]
pub fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let plain = |word: &str| {
        word.chars()
            .filter(|c| !c.is_whitespace() && !is_deceptive(*c))
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    let word = plain(word);
    known
        .map(|k| (strsim::normalized_damerau_levenshtein(&word, &plain(k)), k))
        .filter(|(like, _)| *like >= 0.5)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, k)| k)
}

/// What is said of the nearest known word.
#[must_use]
pub fn meant(nearest: Option<&str>, lang: Lang) -> String {
    nearest.map_or_else(String::new, |word| {
        lang.pick(format!("，是否应为“{word}”"), format!(" (did you mean `{word}`?)"))
    })
}

/// True for characters that can hide or reorder text, or that no file may hold: controls,
/// characters without width or picture, and code points that are none.
#[must_use]
pub fn is_deceptive(c: char) -> bool {
    c.is_control() && c != '\n' && c != '\t' || is_unseen(c) || is_noncharacter(c)
}

/// Characters that leave no mark, or one that looks like a blank.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}')
}

/// Code points that Unicode keeps for nothing, and the sign for what could not be read.
fn is_noncharacter(c: char) -> bool {
    let n = u32::from(c);
    n & 0xFFFE == 0xFFFE || (0xFDD0..=0xFDEF).contains(&n) || n == 0xFFFD
}

/// The one rule for every text that somebody gives, whichever door it comes through.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Longest, in characters.
    pub longest: usize,
    /// Whether it may have several lines.
    pub lines: bool,
}

/// Why a text is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// Nothing can be seen of it.
    Empty,
    /// It is too long.
    Long(usize),
    /// It holds a character that hides something or that no file may hold.
    Holds(char),
}

impl Rule {
    /// A name or title: one line.
    #[must_use]
    pub const fn line(longest: usize) -> Self {
        Self { longest, lines: false }
    }

    /// A text of several lines.
    #[must_use]
    pub const fn lines(longest: usize) -> Self {
        Self { longest, lines: true }
    }

    /// What is wrong with a text, if it may not be empty.
    pub fn check(self, text: &str) -> Result<(), Unfit> {
        if is_blank(text) { Err(Unfit::Empty) } else { self.check_if_any(text) }
    }

    /// What is wrong with a text that may be left out.
    pub fn check_if_any(self, text: &str) -> Result<(), Unfit> {
        let unfit = |c: &char| is_deceptive(*c) && *c != '\r' || !self.lines && c.is_control();
        if let Some(c) = text.chars().find(unfit) {
            return Err(Unfit::Holds(c));
        }
        let length = text.chars().count();
        if length > self.longest { Err(Unfit::Long(self.longest)) } else { Ok(()) }
    }
}

impl Unfit {
    /// The refusal of a thing of this name.
    #[must_use]
    pub fn refusal(self, zh: &str, en: &str) -> Refusal {
        match self {
            Self::Empty => Refusal::new(
                format!("{zh}为空，或只有看不见的字符，请填写"),
                format!("{en} is empty, or holds nothing that can be seen"),
            ),
            Self::Long(longest) => Refusal::new(
                format!("{zh}最多 {longest} 字，请缩短"),
                format!("{en} is longer than {longest} characters"),
            ),
            Self::Holds(c) => {
                let code = u32::from(c);
                Refusal::new(
                    format!("{zh}含有看不见或不能保存的字符 U+{code:04X}，请删去后重新输入"),
                    format!("{en} holds U+{code:04X}, which cannot be seen or kept; take it out"),
                )
            }
        }
    }
}

/// Whether nothing can be seen of a text.
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_whitespace() || is_deceptive(c) || matches!(c, '\u{FE00}'..='\u{FE0F}'))
}

/// A cell that no spreadsheet takes for a formula. Hidden characters are shown, so that none can
/// hide a leading sign.
#[must_use]
pub fn guard(cell: &str) -> String {
    let shown = visible(cell);
    let first = shown.chars().find(|c| !c.is_whitespace() && !is_deceptive(*c));
    let formula =
        matches!(first, Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠' | '|' | '%'));
    let control = shown.starts_with(['\t', '\r', '\n', '\0']);
    if (formula && shown.parse::<f64>().is_err()) || control { format!("'{shown}") } else { shown }
}

/// A cell as it was before it was guarded.
#[must_use]
pub fn unguard(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if guard(rest) == cell => rest,
        _ => cell,
    }
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
    fn a_text_is_taken_if_it_can_be_seen_and_kept() {
        let name = Rule::line(10);
        for unseen in ["", " ", "\u{3164}", "\u{2800}", "\u{AD}", "\u{200B}\u{FE0F}", "\u{3000}"] {
            assert!(name.check(unseen).is_err(), "{unseen:?}");
        }
        for (text, c) in [
            ("春江\u{FFFF}", '\u{FFFF}'),
            ("\u{FFFE}银", '\u{FFFE}'),
            ("甲\u{202E}", '\u{202E}'),
            ("甲\u{FFFD}", '\u{FFFD}'),
            ("甲\n乙", '\n'),
        ] {
            assert_eq!(name.check(text), Err(Unfit::Holds(c)), "{text:?}");
        }
        assert!(name.check("春江街道中队").is_ok() && Rule::lines(10).check("甲\r\n乙").is_ok());
        assert_eq!(name.check(&"长".repeat(11)), Err(Unfit::Long(10)));
    }

    #[test]
    fn a_guarded_cell_comes_back_as_it_was() {
        for cell in ["=HYPERLINK(\"http://x\")", "'quoted", "plain", "-3.5", "＝1", "'"] {
            assert_eq!(unguard(&guard(cell)), cell);
        }
    }

    #[test]
    fn hidden_and_reordering_characters_are_shown() {
        assert_eq!(visible("甲\u{202E}乙\u{200B}"), "甲⟨U+202E⟩乙⟨U+200B⟩");
        assert_eq!(visible("正常\n文字"), "正常\n文字");
    }
}
