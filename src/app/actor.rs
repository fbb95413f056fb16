//! Who acts, and what each may do: an account at the desk or through the interface for programs,
//! the command line, or the service by itself.
//! Every use case that changes or reads something protected takes an actor, so no door into the
//! house is without a lock.

use crate::app::accounts::role::Role;
use crate::app::{AppError, Session};
use crate::id::AccountName;

/// Who does something.
#[derive(Debug, Clone)]
pub enum Actor {
    /// An account at the desk.
    Desk(Session),
    /// A program with the token of an account. It reads, and changes nothing.
    Program(Session),
    /// Whoever works on the server's command line, by the name that the chain shows.
    Shell(String),
    /// The service by itself, as days pass.
    Service,
}

/// The name of the service in the audit chain.
const SERVICE: &str = "zicha";

/// What somebody may do. Denied unless allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permission {
    /// Being signed in.
    SignedIn,
    /// Running rounds: units, slips, moves, all results.
    RunRounds,
    /// Reading lists: one's own units after release, or all for those who run rounds.
    ReadLists,
    /// Saying that the server's clock is right.
    Clock,
    /// The audit chain.
    Audit,
    /// Accounts of others.
    Accounts,
    /// The server itself: backup, restore, what the command line does without two accounts.
    Server,
}

impl Permission {
    /// Whether an account of this role has it.
    #[must_use]
    pub fn allows(self, role: Role) -> bool {
        match self {
            Self::SignedIn => true,
            Self::RunRounds => role.runs_rounds(),
            Self::ReadLists => role.runs_rounds() || matches!(role, Role::Leader | Role::UnitHead),
            Self::Clock => role.runs_rounds() || role == Role::Admin,
            Self::Audit => role == Role::Auditor,
            Self::Accounts => role == Role::Admin,
            Self::Server => false,
        }
    }
}

impl Actor {
    /// The name that the audit chain shows.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Desk(session) | Self::Program(session) => session.account.as_str(),
            Self::Shell(name) => name,
            Self::Service => SERVICE,
        }
    }

    /// Who acts as papers show it, as it is now: name and post of an official.
    #[must_use]
    pub fn signed(&self) -> String {
        let session = self.session();
        session.map_or_else(|| self.name().to_owned(), |s| s.official.signed(&s.account))
    }

    /// Whether it may do what takes this permission.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        match self {
            Self::Desk(session) | Self::Program(session) => permission.allows(session.role),
            // Whoever has the server's files has everything; the chain says that it was done there.
            Self::Shell(_) | Self::Service => true,
        }
    }

    /// The account that acts, where it is one.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        match self {
            Self::Desk(session) | Self::Program(session) => Some(session),
            Self::Shell(_) | Self::Service => None,
        }
    }

    /// The name of the account that acts; what is about the own account is refused to others.
    pub fn account(&self) -> Result<&AccountName, AppError> {
        self.session().map(|session| &session.account).ok_or(AppError::Forbidden)
    }

    /// Refuses what it may not do.
    pub fn need(&self, permission: Permission) -> Result<(), AppError> {
        if self.may(permission) { Ok(()) } else { Err(AppError::Forbidden) }
    }
}
