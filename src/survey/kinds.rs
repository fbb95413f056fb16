//! Kinds of units (单位类型): the words that questions' scopes and unit tables use for the same
//! thing.
//! A table says 中队, a survey says `squad`; both are matched here and nowhere else, so that no
//! item
//! is lost between them.

use unicode_normalization::UnicodeNormalization;

use super::{Question, Survey, UnitKind};
use crate::text::{Lang, Text};

/// Kinds that every survey knows unless it names its own: id, names, other words.
const USUAL: [(&str, [&str; 2], &[&str]); 3] = [
    ("squad", ["中队", "squad"], &["执法中队", "大队"]),
    ("section", ["科室", "section"], &["科", "机关科室"]),
    ("office", ["办公室（拆违办等）", "office"], &["办公室", "拆违办", "办"]),
];

/// The kind of a group whose units differ; it says nothing of what they are.
const MIXED: &str = "mixed";

/// A word as it is compared: full-width letters, case and blanks make no difference.
fn folded(word: &str) -> String {
    word.nfkc().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

fn usual(word: &str) -> Option<&'static str> {
    let word = folded(word);
    let is = |(id, names, more): &&(&str, [&str; 2], &[&str])| {
        word == *id || names.iter().chain(*more).any(|name| folded(name) == word)
    };
    USUAL.iter().find(is).map(|kind| kind.0)
}

/// The name of a kind as a page says it; other words stay as they are.
#[must_use]
pub fn kind_label(kind: &str, lang: Lang) -> &str {
    match USUAL.iter().find(|known| known.0 == kind) {
        Some((_, [zh, en], _)) => lang.pick(zh, en),
        None if kind == MIXED => lang.pick("混合", "mixed"),
        None => kind,
    }
}

/// The kinds that a new survey names to begin with.
#[must_use]
pub fn usual_kinds() -> Vec<UnitKind> {
    let kind = |(id, [zh, en], more): &(&str, [&str; 2], &[&str])| UnitKind {
        id: (*id).to_owned(),
        label: Text::both(*zh, *en),
        also: more.iter().map(|word| (*word).to_owned()).collect(),
    };
    USUAL.iter().map(kind).collect()
}

impl Survey {
    /// The kinds of units that this survey names.
    #[must_use]
    pub fn unit_kinds(&self) -> &[UnitKind] {
        &self.file.unit_kinds
    }

    /// The id of the kind that a word means; the word itself if it means none that is known.
    #[must_use]
    pub fn kind_of(&self, word: &str) -> String {
        let plain = folded(word);
        let named =
            self.file.unit_kinds.iter().find(|kind| kind.words().any(|name| folded(name) == plain));
        named
            .map(|kind| kind.id.clone())
            .or_else(|| usual(word).map(str::to_owned))
            .unwrap_or_else(|| word.trim().to_owned())
    }

    /// The name of a kind in this survey.
    #[must_use]
    pub fn kind_name<'a>(&'a self, kind: &'a str, lang: Lang) -> &'a str {
        self.file
            .unit_kinds
            .iter()
            .find(|known| known.id == kind)
            .map_or_else(|| kind_label(kind, lang), |known| known.label.get(lang))
    }

    /// Whether an item is about a group with units of these kinds: the one answer that page, list,
    /// file and look-back give.
    #[must_use]
    pub fn covers(&self, question: &Question, kinds: &[String]) -> bool {
        let scope: Vec<String> = question.scope.iter().map(|word| self.kind_of(word)).collect();
        scope.is_empty()
            || kinds.iter().any(|kind| kind == MIXED || scope.contains(&self.kind_of(kind)))
    }

    /// Every kind that some question is limited to.
    #[must_use]
    pub fn scoped_kinds(&self) -> Vec<String> {
        let mut kinds: Vec<String> =
            self.questions.iter().flat_map(|q| &q.scope).map(|word| self.kind_of(word)).collect();
        kinds.sort();
        kinds.dedup();
        kinds
    }
}

impl UnitKind {
    fn words(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.id.as_str())
            .chain(self.label.0.values().map(String::as_str))
            .chain(self.also.iter().map(String::as_str))
    }
}
