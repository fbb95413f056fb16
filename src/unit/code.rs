//! Codes of units: taken as they are meant, and made from a name's initials where a table has none.
//! A unit that is known keeps its code, so that the same table gives the same codes again.

use std::collections::HashSet;

use pinyin::ToPinyin;
use unicode_normalization::UnicodeNormalization;

use super::Unit;
use super::scope::BUREAU;
use crate::id::typed_name;
use crate::text::is_deceptive;

typed_name! {
    /// The code of a unit, `[A-Z0-9]{1,16}`.
    UnitCode
}

typed_name! {
    /// The code of a reporting group; a unit that stands alone is a group of its own code. Where a
    /// list or a text is about the bureau as a whole, the bureau's (see [`crate::unit::Scope`]).
    GroupCode
}

/// Longest code.
const LONGEST: usize = 16;

/// A code as it was meant: without blanks and characters that nobody sees, in half width and
/// capitals.
#[must_use]
pub fn tidy_code(code: &str) -> String {
    code.nfkc()
        .filter(|c| !c.is_whitespace() && !is_deceptive(*c))
        .flat_map(char::to_uppercase)
        .collect()
}

/// A name without the blanks that spread two characters to the width of three: 政　工科.
pub(super) fn without_padding(name: &str) -> String {
    let wide = |c: Option<char>| c.is_some_and(|c| !c.is_ascii());
    let chars: Vec<char> = name.trim().chars().collect();
    let kept = |n: usize| {
        let before = chars[..n].iter().rev().find(|c| !c.is_whitespace()).copied();
        let after = chars[n..].iter().find(|c| !c.is_whitespace()).copied();
        !(chars[n].is_whitespace() && wide(before) && wide(after))
    };
    (0..chars.len()).filter(|n| kept(*n)).map(|n| chars[n]).collect()
}

/// Whether this is a code.
pub(super) fn is_code(code: &str) -> bool {
    (1..=LONGEST).contains(&code.len())
        && code != BUREAU
        && code.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// A code for a unit that has none: the one it is known by, or the initials of its name.
pub(super) fn made(name: &str, known: &[Unit], taken: &HashSet<String>) -> String {
    if let Some(unit) =
        known.iter().find(|unit| unit.name == name && !taken.contains(unit.code.as_str()))
    {
        return unit.code.to_string();
    }
    let initial = |c: char| match c.to_pinyin() {
        // In names of places it is read with a C: 长乐, 长寿, 长宁.
        Some(_) if c == '长' => Some('C'),
        Some(read) => read.plain().chars().next(),
        None => Some(c),
    };
    let letters: String = tidy_code(&name.chars().filter_map(initial).collect::<String>())
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(LONGEST - 3)
        .collect();
    let stem = if letters.is_empty() { "DW".to_owned() } else { letters };
    let free = |code: &String| {
        is_code(code)
            && !taken.contains(code)
            && known.iter().all(|unit| unit.code != code.as_str() || unit.name == name)
    };
    std::iter::once(stem.clone())
        .chain((2..100_000).map(|n| format!("{stem}{n}")))
        .find(free)
        .unwrap_or(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_taken_as_it_was_meant() {
        for typed in ["CY", "cy", "ＣＹ", "C\u{200B}Y", " c y ", "\u{FEFF}CY"] {
            assert_eq!(tidy_code(typed), "CY", "{typed:?}");
        }
        assert!(!is_code(&tidy_code("C-Y")) && !is_code(&tidy_code("队")));
    }

    #[test]
    fn a_name_that_was_spread_is_taken_together() {
        assert_eq!(without_padding("政　工科"), "政工科");
        assert_eq!(without_padding(" 财 务 科 "), "财务科");
        assert_eq!(without_padding("A 组"), "A 组");
        assert_eq!(without_padding("Squad one"), "Squad one");
    }

    #[test]
    fn initials_are_stable_and_different() {
        let mut taken = HashSet::new();
        assert_eq!(made("春江街道中队", &[], &taken), "CJJDZD");
        taken.insert("CJJDZD".to_owned());
        assert_eq!(made("城江街道中队", &[], &taken), "CJJDZD2");
        let known = Unit {
            code: "CY".into(),
            name: "春江街道中队".into(),
            kind: "squad".into(),
            headcount: 3,
            group: "CY".into(),
            group_name: String::new(),
        };
        assert_eq!(made("春江街道中队", &[known], &HashSet::new()), "CY");
        assert_eq!(made("①", &[], &HashSet::new()), "1");
        assert_eq!(made("···", &[], &HashSet::new()), "DW");
    }
}
