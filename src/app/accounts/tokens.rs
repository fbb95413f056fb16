//! Tokens for programs: each reads what its owner may read, as long as the owner may, and for a set
//! time.
//! Only hashes are kept; a token is shown once, when it is made.

use crate::app::accounts::session::{digest, random_hex};
use crate::app::{Action, Actor, App, AppError, Session};
use crate::id::AccountName;
use crate::storage::TokenRow;
use crate::text::Refusal;

/// What every token begins with, so that a leaked one can be recognised.
const PREFIX: &str = "zicha_";
const MOST_DAYS: u32 = 90;
const MOST_TOKENS: usize = 20;

/// A token as its owner sees it later.
#[derive(Debug, Clone)]
pub struct Token {
    /// By which it is ended.
    pub id: String,
    /// What it is for.
    pub label: String,
    /// End, Unix seconds.
    pub ends: i64,
}

impl App {
    /// Makes a token for an account; returns it, this once.
    pub fn make_token(&self, by: &Actor, label: &str, days: u32) -> Result<String, AppError> {
        let (account, label) = (by.account()?, label.trim());
        if crate::text::Rule::line(40).check(label).is_err() {
            return Err(Refusal::new(
                "请写明令牌用途（1 至 40 字）",
                "say what the token is for (1 to 40 characters)",
            )
            .into());
        }
        if !(1..=MOST_DAYS).contains(&days) {
            return Err(Refusal::new(
                format!("有效期应为 1 至 {MOST_DAYS} 天"),
                format!("a token lasts 1 to {MOST_DAYS} days"),
            )
            .into());
        }
        let now = self.now().unix_timestamp();
        if self.storage.tokens(account, now)?.len() >= MOST_TOKENS {
            return Err(Refusal::new(
                "令牌过多，请先撤销不用的",
                "there are too many tokens; end some first",
            )
            .into());
        }
        let token = format!("{PREFIX}{}", random_hex());
        let row = TokenRow {
            hash: digest(&token),
            account: account.clone(),
            label: label.to_owned(),
            ends: now + i64::from(days) * 86_400,
        };
        self.deed(by, Action::TokenMade, label, |tx| Ok(tx.add_token(&row)?))?;
        Ok(token)
    }

    /// Tokens of an account that still work.
    pub fn tokens(&self, account: &AccountName) -> Result<Vec<Token>, AppError> {
        let rows = self.storage.tokens(account, self.now().unix_timestamp())?;
        Ok(rows
            .into_iter()
            .map(|row| Token { id: row.hash, label: row.label, ends: row.ends })
            .collect())
    }

    /// Ends a token of an account.
    pub fn end_token(&self, by: &Actor, id: &str) -> Result<(), AppError> {
        self.deed(by, Action::TokenEnded, "", |tx| {
            if tx.end_tokens(by.account()?, Some(id))? == 0 {
                return Err(Refusal::new("没有这个令牌", "there is no such token").into());
            }
            Ok(())
        })
    }

    /// Who reads with a token: its owner, with the role and units of now.
    pub fn token_session(&self, token: &str) -> Result<Option<Session>, AppError> {
        let Some(row) = self.storage.token(&digest(token))? else { return Ok(None) };
        if row.ends <= self.now().unix_timestamp() {
            return Ok(None);
        }
        self.standing_of(&row.account)
    }

    /// What an account may do now, without anybody being signed in.
    pub fn standing_of(&self, account: &AccountName) -> Result<Option<Session>, AppError> {
        let known = self.storage.account(account)?.filter(|a| a.active);
        let Some(role) = known.and_then(|a| a.role.parse().ok()) else { return Ok(None) };
        let (account, units) = (account.to_owned(), self.storage.account_units(account)?);
        Ok(Some(Session::standing(account, role, units)))
    }
}
