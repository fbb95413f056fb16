//! Making accounts, one or many at once, and changing whose they are and what they may do.
//! An account that an administrator has just made or changed waits until a colleague has seen its
//! owner: whoever sets passwords could else be two persons.

use std::collections::HashSet;

use crate::app::accounts::official::Official;
use crate::app::accounts::role::Role;
use crate::app::accounts::vouching::ACCOUNT_CHANGES;
use crate::app::accounts::{LONGEST_NAME, passwords};
use crate::app::deeds::link;
use crate::app::{Action, Actor, App, AppError, Permission};
use crate::id::AccountName;
use crate::storage::{AccountRow, StorageError, Transaction};
use crate::text::Refusal;
use crate::unit::{Unit, UnitCode};

/// An account to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAccount {
    /// Sign-in name as it was typed; it is made of the person's name where it is empty.
    pub name: String,
    /// Who owns it.
    pub official: Official,
    /// Role.
    pub role: Role,
    /// Units it may see.
    pub units: Vec<UnitCode>,
}

impl NewAccount {
    /// One of a role, nothing else known.
    #[must_use]
    pub fn new(name: &str, role: Role) -> Self {
        Self { name: name.to_owned(), official: Official::default(), role, units: Vec::new() }
    }
}

/// An account that was made, with the password that is shown once.
#[derive(Debug, Clone)]
pub struct MadeAccount {
    /// Sign-in name.
    pub name: AccountName,
    /// What was asked for.
    pub account: NewAccount,
    /// The first password.
    pub password: String,
}

impl AccountRow {
    /// Who owns it.
    pub(in crate::app) fn official(&self) -> Official {
        Official {
            person: self.person.clone().unwrap_or_default(),
            post: self.post.clone().unwrap_or_default(),
        }
    }
}

impl App {
    /// Adds an account; returns its password, made here if none was given.
    pub fn add_account(
        &self,
        by: &Actor,
        name: &str,
        role: Role,
        units: &[UnitCode],
        password: Option<&str>,
    ) -> Result<String, AppError> {
        let account = NewAccount { units: units.to_vec(), ..NewAccount::new(name, role) };
        self.add_account_of(by, &account, password)
    }

    /// The same, of somebody who may be known by name and post.
    pub fn add_account_of(
        &self,
        by: &Actor,
        account: &NewAccount,
        password: Option<&str>,
    ) -> Result<String, AppError> {
        by.need(Permission::Accounts)?;
        self.put_account(by.name(), account, password)
    }

    /// Adds accounts for others, all or none; their names and passwords are shown once, and they
    /// wait to be vouched for.
    pub fn add_accounts_for(
        &self,
        by: &Actor,
        accounts: Vec<NewAccount>,
    ) -> Result<Vec<MadeAccount>, AppError> {
        by.need(Permission::Accounts)?;
        let mut taken: HashSet<String> = HashSet::new();
        let mut rows = Vec::new();
        for mut account in accounts {
            let wrong = account.official.mistakes();
            if !wrong.is_empty() {
                return Err(AppError::Mistakes(wrong));
            }
            if account.name.trim().is_empty() {
                account.name = self.free_name(&account.official.person, &taken)?;
            }
            let (mut row, password) = self.new_account(&account, None)?;
            row.waits = Some(self.waits_until());
            if !taken.insert(row.name.to_string()) {
                return Err(exists(row.name.as_str()).into());
            }
            rows.push((row, MadeAccount { name: "".into(), account, password }));
        }
        let Some((last, before)) = rows.split_last() else { return Ok(Vec::new()) };
        let changes = self.account_changes_with_now(rows.len())?;
        let at = self.now().unix_timestamp();
        self.deed(by, Action::AccountAdd, last.0.name.as_str(), |tx| {
            for (row, made) in before {
                keep_account(tx, row, &made.account.units)?;
                link(tx, at, by.name(), Action::AccountAdd, row.name.as_str())?;
            }
            keep_account(tx, &last.0, &last.1.account.units)?;
            Ok(tx.set_setting(ACCOUNT_CHANGES, &changes)?)
        })?;
        Ok(rows.into_iter().map(|(row, made)| MadeAccount { name: row.name, ..made }).collect())
    }

    /// Changes whose an account is, what it may do and which units it may see. A role or an owner
    /// of the section that somebody else gives has to be vouched for anew.
    pub fn change_account(
        &self,
        by: &Actor,
        name: &AccountName,
        official: &Official,
        role: Role,
        units: &[UnitCode],
    ) -> Result<(), AppError> {
        by.need(Permission::Accounts)?;
        let mut row = self.known_account(name)?;
        let mut wrong = official.mistakes();
        wrong.extend(wrong_units(role, units, &self.units()?));
        let own = *name == by.name();
        if own && role.as_str() != row.role {
            wrong.push(
                Refusal::new(
                    "不能改变自己的角色，请由另一位系统管理员修改",
                    "nobody changes the own role; another administrator does",
                )
                .at("role"),
            );
        }
        if !wrong.is_empty() {
            return Err(AppError::Mistakes(wrong));
        }
        // Filling in a name where there was none changes nobody.
        let before = row.official().person;
        let another_owner = !before.is_empty() && before != official.person;
        let another = row.role != role.as_str() || another_owner;
        role.as_str().clone_into(&mut row.role);
        row.person = Some(official.person.clone());
        row.post = Some(official.post.clone());
        let told = another && !own;
        let waits = (told && role.runs_rounds()).then(|| self.waits_until());
        let changes = self.account_changes_with_now(1)?;
        self.deed(by, Action::AccountChanged, name.as_str(), |tx| {
            tx.change_account(&row, units)?;
            // Only ever begun here: a wait that a reset has begun meanwhile is not ended.
            if waits.is_some() {
                tx.set_waits(name, waits)?;
            }
            if told {
                tx.set_setting(ACCOUNT_CHANGES, &changes)?;
                // What it agreed to as somebody else ends.
                tx.forget_approvals_of(name)?;
                tx.end_tokens(name, None)?;
                tx.end_other_sessions(name, "")?;
            }
            Ok(())
        })
    }

    /// Adds an account where the right was proved, by a role or by a set-up link.
    pub(in crate::app) fn put_account(
        &self,
        by: &str,
        account: &NewAccount,
        password: Option<&str>,
    ) -> Result<String, AppError> {
        let (row, password) = self.new_account(account, password)?;
        self.record(by, Action::AccountAdd, row.name.as_str(), |tx| {
            keep_account(tx, &row, &account.units)
        })?;
        Ok(password)
    }

    /// An account that can be added, and its password.
    fn new_account(
        &self,
        account: &NewAccount,
        password: Option<&str>,
    ) -> Result<(AccountRow, String), AppError> {
        let name = &passwords::sign_in_name(&account.name);
        if !fits(name) {
            return Err(Refusal::new(
                "账号名应为 1 至 40 个字母、汉字、数字或 - _ .",
                "an account name has 1 to 40 letters, digits or - _ .",
            )
            .at("name")
            .into());
        }
        if let Some(wrong) = wrong_units(account.role, &account.units, &self.storage.units()?) {
            return Err(wrong.into());
        }
        let temporary = password.is_none();
        let password = match password {
            Some(given) => {
                passwords::check(given, &[name, &self.bureau_name()?])?;
                given.to_owned()
            }
            None => passwords::generate(),
        };
        let known = |text: &String| (!text.is_empty()).then(|| text.clone());
        let row = AccountRow {
            name: AccountName::from(name.as_str()),
            role: account.role.as_str().to_owned(),
            password: passwords::hash(&password)?,
            active: true,
            totp: None,
            totp_step: None,
            temporary: Some(temporary),
            waits: None,
            person: known(&account.official.person),
            post: known(&account.official.post),
        };
        if self.account_like(name)?.is_some() {
            Err(exists(name).into())
        } else {
            Ok((row, password))
        }
    }

    /// A sign-in name for a person: the name as it is spoken, and a number where that is taken.
    pub(in crate::app) fn free_name(
        &self,
        person: &str,
        taken: &HashSet<String>,
    ) -> Result<String, AppError> {
        let stem = spoken(person);
        for n in 1.. {
            let name = if n == 1 { stem.clone() } else { format!("{stem}{n}") };
            if !taken.contains(&name) && self.account_like(&name)?.is_none() {
                return Ok(name);
            }
        }
        Ok(stem)
    }
}

/// A name as it is spoken, in letters.
fn spoken(person: &str) -> String {
    use pinyin::ToPinyin;
    let letters: String = person
        .chars()
        .map(|c| c.to_pinyin().map_or_else(|| c.to_string(), |read| read.plain().to_owned()))
        .collect::<String>()
        .replace('ü', "v");
    let letters: String = passwords::sign_in_name(&letters)
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(LONGEST_NAME - 4)
        .collect();
    if letters.is_empty() { "renyuan".to_owned() } else { letters }
}

fn fits(name: &str) -> bool {
    (1..=LONGEST_NAME).contains(&name.chars().count())
        && name
            .chars()
            .all(|c| (c.is_alphanumeric() && !crate::text::is_deceptive(c)) || "-_.".contains(c))
}

/// What is wrong with the units of a role.
pub(in crate::app) fn wrong_units(
    role: Role,
    units: &[UnitCode],
    known: &[Unit],
) -> Option<Refusal> {
    let wrong = match role {
        Role::UnitHead if units.is_empty() => {
            Refusal::new("单位负责人须指定单位", "the head of a unit needs units (--unit)")
        }
        Role::Clerk | Role::Head | Role::Auditor | Role::Admin if !units.is_empty() => {
            Refusal::new(
                "只有单位负责人、局领导可以指定单位",
                "only unit_head and leader have units",
            )
        }
        _ => {
            let unknown = units.iter().find(|u| !known.iter().any(|k| &k.code == *u))?;
            Refusal::new(
                format!("没有代码为 {unknown} 的单位"),
                format!("there is no unit {unknown}"),
            )
        }
    };
    Some(wrong.at("units"))
}

fn exists(name: &str) -> Refusal {
    Refusal::new(format!("账号 {name} 已存在"), format!("account {name} exists")).at("name")
}

fn keep_account(
    tx: &mut Transaction,
    row: &AccountRow,
    units: &[UnitCode],
) -> Result<(), AppError> {
    match tx.add_account(row, units) {
        Err(StorageError::Exists) => Err(exists(row.name.as_str()).into()),
        other => Ok(other?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_name_is_the_name_as_it_is_spoken() {
        assert_eq!(spoken("张三"), "zhangsan");
        assert_eq!(spoken("Ann Lee"), "annlee");
        assert_eq!(spoken("吕刚"), "lvgang");
        assert_eq!(spoken("——"), "renyuan");
        assert!(fits(&spoken(&"张".repeat(20))));
    }
}
