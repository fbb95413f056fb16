//! The roles of an office: who runs rounds, who reads, who looks after accounts.
//! A role is what an account is entitled to; nobody has two.

use std::str::FromStr;

use crate::text::Lang;

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// 政工科经办: runs rounds, screens, exports.
    Clerk,
    /// 政工科负责人: as the clerk, and approves releases.
    Head,
    /// 局领导: sees assigned units after release.
    Leader,
    /// 单位负责人: sees the own unit after release.
    UnitHead,
    /// 审计员: sees the audit log only.
    Auditor,
    /// 系统管理员: manages accounts, sees no results.
    Admin,
}

impl Role {
    /// All roles: name on the command line, name on a page in Chinese and English.
    pub const ALL: [(Self, &'static str, [&'static str; 2]); 6] = [
        (Self::Clerk, "clerk", ["政工科经办", "clerk of the section"]),
        (Self::Head, "head", ["政工科负责人", "head of the section"]),
        (Self::Leader, "leader", ["局领导", "bureau leader"]),
        (Self::UnitHead, "unit_head", ["单位负责人", "head of a unit"]),
        (Self::Auditor, "auditor", ["审计员", "auditor"]),
        (Self::Admin, "admin", ["系统管理员", "administrator"]),
    ];

    /// The name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::ALL.iter().find(|r| r.0 == self).map_or("", |r| r.1)
    }

    /// The name on a page.
    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        Self::ALL.iter().find(|r| r.0 == self).map_or("", |r| lang.pick(r.2[0], r.2[1]))
    }

    /// Whether it is a leader of the bureau.
    #[must_use]
    pub fn is_leader(self) -> bool {
        self == Self::Leader
    }

    /// Whether the role runs rounds.
    #[must_use]
    pub fn runs_rounds(self) -> bool {
        matches!(self, Self::Clerk | Self::Head)
    }
}

impl FromStr for Role {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.iter().find(|r| r.1 == text).map(|r| r.0).ok_or(())
    }
}
