//! Desk accounts, their sessions, tokens and second factors.
//! Times stand here, and only here, because these rows are about officials at the desk and never
//! about respondents.

use diesel::prelude::*;

use super::connection::Db;
use super::schema::{account_units, accounts, api_tokens, recovery_codes, sessions};
use super::{Storage, StorageError, Transaction};
use crate::id::AccountName;
use crate::unit::UnitCode;

/// A desk account.
#[derive(Queryable, Selectable, Insertable, Clone)]
#[diesel(table_name = accounts)]
pub struct AccountRow {
    /// Sign-in name.
    pub name: AccountName,
    /// Role.
    pub role: String,
    /// Argon2id hash.
    pub password: String,
    /// May sign in.
    pub active: bool,
    /// Sealed secret of the second factor, if there is one.
    pub totp: Option<String>,
    /// Last time step of the second factor that was used.
    pub totp_step: Option<i64>,
    /// The password was given by somebody else and has to be changed; nothing is no.
    pub temporary: Option<bool>,
    /// Made or reset by another: until then (Unix seconds) it takes no part in what takes two.
    pub waits: Option<i64>,
    /// Name of the official who owns it.
    pub person: Option<String>,
    /// The official's post.
    pub post: Option<String>,
}

/// A session as stored.
#[derive(Queryable, Selectable, Clone)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    /// Account.
    pub account: AccountName,
    /// Start, Unix seconds.
    pub started: i64,
    /// Last use.
    pub seen: i64,
    /// When the password was last typed.
    pub confirmed: Option<i64>,
}

/// A token by which a program reads what its owner may read.
#[derive(Queryable, Selectable, Insertable, Clone)]
#[diesel(table_name = api_tokens)]
pub struct TokenRow {
    /// SHA-256 of the token.
    pub hash: String,
    /// Owner.
    pub account: AccountName,
    /// What it is for.
    pub label: String,
    /// End, Unix seconds.
    pub ends: i64,
}

impl Storage {
    /// An account.
    pub fn account(&self, name: &AccountName) -> Result<Option<AccountRow>, StorageError> {
        Ok(accounts::table
            .find(name)
            .select(AccountRow::as_select())
            .first(&mut *self.connection()?)
            .optional()?)
    }

    /// All accounts.
    pub fn accounts(&self) -> Result<Vec<AccountRow>, StorageError> {
        Ok(accounts::table
            .order(accounts::name)
            .select(AccountRow::as_select())
            .load(&mut *self.connection()?)?)
    }

    /// Units an account may see.
    pub fn account_units(&self, name: &AccountName) -> Result<Vec<UnitCode>, StorageError> {
        Ok(account_units::table
            .filter(account_units::account.eq(name))
            .select(account_units::unit)
            .load(&mut *self.connection()?)?)
    }

    /// Units of all accounts that have any.
    pub fn all_account_units(&self) -> Result<Vec<(AccountName, UnitCode)>, StorageError> {
        Ok(account_units::table
            .order((account_units::account, account_units::unit))
            .select((account_units::account, account_units::unit))
            .load(&mut *self.connection()?)?)
    }

    /// A session.
    pub fn session(&self, hash: &str) -> Result<Option<SessionRow>, StorageError> {
        Ok(sessions::table
            .find(hash)
            .select(SessionRow::as_select())
            .first(&mut *self.connection()?)
            .optional()?)
    }

    /// Notes that the password was typed again.
    pub fn confirm_session(&self, hash: &str, now: i64) -> Result<(), StorageError> {
        diesel::update(sessions::table.find(hash))
            .set(sessions::confirmed.eq(now))
            .execute(&mut *self.connection()?)?;
        Ok(())
    }

    /// How many recovery codes are left.
    pub fn recovery_codes_left(&self, account: &AccountName) -> Result<i64, StorageError> {
        Ok(recovery_codes::table
            .filter(recovery_codes::account.eq(account))
            .count()
            .get_result(&mut *self.connection()?)?)
    }

    /// A token by its hash.
    pub fn token(&self, hash: &str) -> Result<Option<TokenRow>, StorageError> {
        Ok(api_tokens::table
            .find(hash)
            .select(TokenRow::as_select())
            .first(&mut *self.connection()?)
            .optional()?)
    }

    /// Tokens of an account; those that have ended go.
    pub fn tokens(&self, account: &AccountName, now: i64) -> Result<Vec<TokenRow>, StorageError> {
        diesel::delete(api_tokens::table.filter(api_tokens::ends.le(now)))
            .execute(&mut *self.connection()?)?;
        let own = api_tokens::table.filter(api_tokens::account.eq(account));
        Ok(own
            .order((api_tokens::ends, api_tokens::hash))
            .select(TokenRow::as_select())
            .load(&mut *self.connection()?)?)
    }

    /// Uses up a time step; false if it, or a later one, was used before.
    pub fn use_totp_step(&self, account: &AccountName, step: i64) -> Result<bool, StorageError> {
        let fresh = accounts::table
            .find(account)
            .filter(accounts::totp_step.lt(step).or(accounts::totp_step.is_null()));
        Ok(diesel::update(fresh)
            .set(accounts::totp_step.eq(step))
            .execute(&mut *self.connection()?)?
            == 1)
    }

    /// Notes that a session was used.
    pub fn touch_session(&self, hash: &str, now: i64) -> Result<(), StorageError> {
        diesel::update(sessions::table.find(hash))
            .set(sessions::seen.eq(now))
            .execute(&mut *self.connection()?)?;
        Ok(())
    }

    /// Ends a session, and all that started before `oldest`.
    pub fn end_sessions(&self, hash: &str, oldest: i64) -> Result<(), StorageError> {
        diesel::delete(
            sessions::table.filter(sessions::hash.eq(hash).or(sessions::started.lt(oldest))),
        )
        .execute(&mut *self.connection()?)?;
        Ok(())
    }
}

impl Transaction<'_> {
    /// Adds an account with the units it may see.
    pub fn add_account(
        &mut self,
        account: &AccountRow,
        units: &[UnitCode],
    ) -> Result<(), StorageError> {
        {
            let db = &mut *self.db;
            diesel::insert_into(accounts::table).values(account).execute(db)?;
            add_units(db, &account.name, units)
        }
    }

    /// Sets who owns an account, what it may do and which units it may see.
    pub fn change_account(
        &mut self,
        account: &AccountRow,
        units: &[UnitCode],
    ) -> Result<(), StorageError> {
        let db = &mut *self.db;
        diesel::update(accounts::table.find(&account.name))
            .set((
                accounts::role.eq(&account.role),
                accounts::person.eq(&account.person),
                accounts::post.eq(&account.post),
            ))
            .execute(db)?;
        diesel::delete(account_units::table.filter(account_units::account.eq(&account.name)))
            .execute(db)?;
        add_units(db, &account.name, units)
    }

    /// Ends all sessions of an account but one.
    pub fn end_other_sessions(
        &mut self,
        account: &AccountName,
        but: &str,
    ) -> Result<(), StorageError> {
        let others =
            sessions::table.filter(sessions::account.eq(account)).filter(sessions::hash.ne(but));
        diesel::delete(others).execute(self.db)?;
        Ok(())
    }

    /// Sets a password; `temporary` if somebody else has seen it.
    pub fn set_password(
        &mut self,
        account: &AccountName,
        hash: &str,
        temporary: bool,
    ) -> Result<(), StorageError> {
        let row = (accounts::password.eq(hash), accounts::temporary.eq(temporary));
        diesel::update(accounts::table.find(account)).set(row).execute(self.db)?;
        Ok(())
    }

    /// Sets until when an account waits to be vouched for.
    pub fn set_waits(
        &mut self,
        account: &AccountName,
        until: Option<i64>,
    ) -> Result<(), StorageError> {
        diesel::update(accounts::table.find(account))
            .set(accounts::waits.eq(until))
            .execute(self.db)?;
        Ok(())
    }

    /// Lets an account sign in or not.
    pub fn set_active(&mut self, account: &AccountName, active: bool) -> Result<(), StorageError> {
        diesel::update(accounts::table.find(account))
            .set(accounts::active.eq(active))
            .execute(self.db)?;
        Ok(())
    }

    /// Sets or clears the second factor and its recovery codes.
    pub fn set_second_factor(
        &mut self,
        account: &AccountName,
        sealed: Option<&str>,
        step: i64,
        codes: &[String],
    ) -> Result<(), StorageError> {
        {
            let db = &mut *self.db;
            diesel::update(accounts::table.find(account))
                .set((accounts::totp.eq(sealed), accounts::totp_step.eq(step)))
                .execute(db)?;
            diesel::delete(recovery_codes::table.filter(recovery_codes::account.eq(account)))
                .execute(db)?;
            for code in codes {
                diesel::insert_into(recovery_codes::table)
                    .values((recovery_codes::account.eq(account), recovery_codes::hash.eq(code)))
                    .execute(db)?;
            }
            Ok(())
        }
    }

    /// Uses up a recovery code; false if there is none like it.
    pub fn take_recovery_code(
        &mut self,
        account: &AccountName,
        hash: &str,
    ) -> Result<bool, StorageError> {
        Ok(diesel::delete(recovery_codes::table.find((account, hash))).execute(self.db)? == 1)
    }

    /// Keeps a token.
    pub fn add_token(&mut self, token: &TokenRow) -> Result<(), StorageError> {
        diesel::insert_into(api_tokens::table).values(token).execute(self.db)?;
        Ok(())
    }

    /// Ends tokens of an account: the one of this hash, or all.
    pub fn end_tokens(
        &mut self,
        account: &AccountName,
        hash: Option<&str>,
    ) -> Result<usize, StorageError> {
        let own = api_tokens::table.filter(api_tokens::account.eq(account));
        Ok(match hash {
            Some(hash) => diesel::delete(own.filter(api_tokens::hash.eq(hash))).execute(self.db)?,
            None => diesel::delete(own).execute(self.db)?,
        })
    }

    /// Starts a session.
    pub fn add_session(
        &mut self,
        hash: &str,
        account: &AccountName,
        now: i64,
    ) -> Result<(), StorageError> {
        diesel::insert_into(sessions::table)
            .values((
                sessions::hash.eq(hash),
                sessions::account.eq(account),
                sessions::started.eq(now),
                sessions::seen.eq(now),
                sessions::confirmed.eq(now),
            ))
            .execute(self.db)?;
        Ok(())
    }
}

fn add_units(db: &mut Db, account: &AccountName, units: &[UnitCode]) -> Result<(), StorageError> {
    for unit in units {
        diesel::insert_into(account_units::table)
            .values((account_units::account.eq(account), account_units::unit.eq(unit)))
            .execute(db)?;
    }
    Ok(())
}
