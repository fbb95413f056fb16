//! The person and the post behind an account, as an office writes them: 张三（执法二中队中队长）.
//! Papers name people, not sign-in names; and what takes two accounts takes two people.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use crate::app::{App, AppError};
use crate::id::AccountName;
use crate::storage::AccountRow;
use crate::text::{Lang, Refusal, Rule};

/// Longest name of a person, and of a post.
const PERSON: Rule = Rule::line(20);
const POST: Rule = Rule::line(30);

/// Who owns an account.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Official {
    /// Name; empty where nobody has filled it in.
    pub person: String,
    /// Post; may be empty.
    pub post: String,
}

impl Official {
    /// From what was typed, without the blanks that an office puts into short names.
    #[must_use]
    pub fn of(person: &str, post: &str) -> Self {
        let tidy = |text: &str| text.nfc().collect::<String>().trim().to_owned();
        let person = tidy(person);
        let han = |c: char| !c.is_ascii() && c.is_alphanumeric();
        let spaced = person.chars().all(|c| han(c) || c.is_whitespace());
        let person =
            if spaced { person.chars().filter(|c| !c.is_whitespace()).collect() } else { person };
        Self { person, post: tidy(post) }
    }

    /// What is wrong with name and post.
    #[must_use]
    pub fn mistakes(&self) -> Vec<Refusal> {
        let person =
            PERSON.check(&self.person).map_err(|unfit| unfit.refusal("姓名", "name").at("person"));
        let post =
            POST.check_if_any(&self.post).map_err(|unfit| unfit.refusal("职务", "post").at("post"));
        [person, post].into_iter().filter_map(Result::err).collect()
    }

    /// Name and post as papers show them; the sign-in name where no name is filled in.
    #[must_use]
    pub fn signed(&self, account: &AccountName) -> String {
        match (self.person.as_str(), self.post.as_str()) {
            ("", _) => account.to_string(),
            (person, "") => person.to_owned(),
            (person, post) => format!("{person}（{post}）"),
        }
    }
}

/// Everybody who has or had an account, as papers and pages name them.
#[derive(Debug, Default)]
pub struct People(BTreeMap<String, String>);

impl People {
    /// Name and post of whoever owns an account.
    #[must_use]
    pub fn of<'a>(&'a self, account: &'a (impl Borrow<str> + ?Sized)) -> &'a str {
        self.0.get(account.borrow()).map_or(account.borrow(), String::as_str)
    }

    /// Several of them, as a sentence names them.
    #[must_use]
    pub fn all(&self, accounts: &[AccountName], lang: Lang) -> String {
        accounts.iter().map(|a| self.of(a)).collect::<Vec<_>>().join(lang.pick("、", ", "))
    }
}

impl App {
    /// Everybody who has or had an account.
    pub fn people(&self) -> Result<People, AppError> {
        let signed = |row: AccountRow| (row.name.to_string(), row.official().signed(&row.name));
        Ok(People(self.storage.accounts()?.into_iter().map(signed).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_official_is_written_as_an_office_writes_one() {
        let account = AccountName::from("zhangsan");
        assert_eq!(Official::of("张　三", " 中队长 ").signed(&account), "张三（中队长）");
        assert_eq!(Official::of("Ann Lee", "").signed(&account), "Ann Lee");
        assert_eq!(Official::default().signed(&account), "zhangsan");
    }

    #[test]
    fn an_official_has_a_name_and_neither_is_too_long() {
        let fields = |official: Official| {
            official.mistakes().into_iter().map(|r| r.field.unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(fields(Official::of("　", "")), ["person"]);
        assert_eq!(fields(Official::of(&"三".repeat(21), &"长".repeat(31))), ["person", "post"]);
        assert!(fields(Official::of("张三", "")).is_empty());
    }
}
