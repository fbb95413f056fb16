//! The audit chain: what officials did at the desk and on the command line, each row bound to the
//! one before it by its hash.
//! It holds desk actions only; nothing that a respondent did can be in it. The head of each day
//! stands on the bulletin, so that a cut is seen.

use crate::app::{Action, Actor, App, AppError, Permission};
use crate::export::{Column, Table};
use crate::id::AccountName;
use crate::round::{SHANGHAI, shanghai_day};
use crate::storage::AuditRow;
use crate::text::{Lang, Refusal, visible};

/// The chain and whether it holds.
pub struct AuditChain {
    /// Rows, oldest first.
    pub rows: Vec<AuditRow>,
    /// The first place at which it does not fit.
    pub broken_at: Option<i64>,
}

/// Who did something last, and when.
#[derive(Debug, Clone)]
pub struct LastChange {
    /// Account.
    pub account: AccountName,
    /// Unix seconds.
    pub at: i64,
}

/// Which rows are asked for; empty fields ask for all.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Account.
    pub account: String,
    /// Action.
    pub action: String,
    /// First day, `YYYY-MM-DD`.
    pub from: String,
    /// Last day.
    pub to: String,
}

impl AuditFilter {
    /// Whether a row is asked for.
    #[must_use]
    pub fn takes(&self, row: &AuditRow) -> bool {
        let day = day_of(row.at);
        (self.account.is_empty() || row.account == self.account)
            && (self.action.is_empty() || row.action == self.action)
            && (self.from.is_empty() || day >= self.from)
            && (self.to.is_empty() || day <= self.to)
    }
}

/// The head of the chain at the end of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditHead {
    /// The day, Asia/Shanghai.
    pub day: String,
    /// Rows up to then.
    pub seq: i64,
    /// The hash of the last of them.
    pub hash: String,
}

/// What a page calls an action of the chain; one that this version does not know keeps its name.
#[must_use]
pub fn action_label(code: &str, lang: Lang) -> &str {
    Action::parse(code).map_or(code, |action| action.label(lang))
}

impl App {
    /// Who did this last, to `subject` or to anything.
    pub fn last_change(
        &self,
        action: Action,
        subject: Option<&str>,
    ) -> Result<Option<LastChange>, AppError> {
        Ok(self
            .storage
            .last_audit_of(action.code(), subject)?
            .map(|row| LastChange { account: row.account.as_str().into(), at: row.at }))
    }

    /// The audit chain, recomputed.
    pub fn audit(&self, by: &Actor) -> Result<AuditChain, AppError> {
        by.need(Permission::Audit)?;
        self.note_failed()?;
        let rows = self.storage.audit()?;
        let mut previous = String::new();
        let mut broken_at = None;
        for (n, row) in rows.iter().enumerate() {
            if row.seq != n as i64 + 1 || row.hash != row.chained(&previous) {
                broken_at = Some(n as i64 + 1);
                break;
            }
            previous.clone_from(&row.hash);
        }
        Ok(AuditChain { rows, broken_at })
    }

    /// The rows that are asked for, as a table to keep.
    pub fn export_audit(&self, by: &Actor, filter: &AuditFilter) -> Result<Table, AppError> {
        self.tell(by, Action::AuditExport, "-")?;
        Ok(self.audit(by)?.table(filter))
    }

    /// The head of the chain at the end of yesterday: fixed all day, so that it can be written
    /// down.
    pub fn audit_head(&self) -> Result<Option<AuditHead>, AppError> {
        let today = shanghai_day(self.now()).midnight().assume_offset(SHANGHAI).unix_timestamp();
        let last = self.storage.last_audit_before(today)?;
        Ok(last.map(|(seq, at, hash)| AuditHead { day: day_of(at), seq, hash }))
    }

    /// Recomputes the chain; `head` is a hash that was written down from a bulletin and must be in
    /// it.
    pub fn verify_audit(&self, by: &Actor, head: Option<&str>) -> Result<AuditChain, AppError> {
        let chain = self.audit(by)?;
        if let Some(place) = chain.broken_at {
            return Err(Refusal::new(
                format!("审计链从第 {place} 条起不完整：有记录被改动或删除"),
                format!(
                    "the audit chain is broken from row {place} on: a row was changed or removed"
                ),
            )
            .into());
        }
        if let Some(head) = head
            && !chain.rows.iter().any(|row| row.hash == head.trim())
        {
            return Err(Refusal::new(
                "审计链中没有公示过的这个摘要：公示之后有记录被截去或重写",
                "the head from the bulletin is not in the chain: rows were cut off or rewritten \
                 after it was published",
            )
            .into());
        }
        Ok(chain)
    }
}

impl AuditChain {
    /// Rows as a table.
    #[must_use]
    pub fn table(&self, filter: &AuditFilter) -> Table {
        Table {
            title: "审计记录".to_owned(),
            columns: vec![
                Column::count("seq", "序号"),
                Column::text("at", "时间"),
                Column::text("account", "账号"),
                Column::text("action", "操作"),
                Column::text("subject", "对象"),
                Column::text("hash", "散列值"),
            ],
            rows: self
                .rows
                .iter()
                .filter(|row| filter.takes(row))
                .map(|row| {
                    vec![
                        row.seq.to_string(),
                        minute_of(row.at),
                        visible(&row.account),
                        action_label(&row.action, Lang::Zh).to_owned(),
                        visible(&row.subject),
                        row.hash.clone(),
                    ]
                })
                .collect(),
        }
    }
}

/// A moment as an official writes it, to the minute.
#[must_use]
pub fn minute_of(at: i64) -> String {
    let format = time::macros::format_description!("[year]-[month]-[day] [hour]:[minute]");
    time::OffsetDateTime::from_unix_timestamp(at)
        .ok()
        .and_then(|t| t.to_offset(SHANGHAI).format(format).ok())
        .unwrap_or_default()
}

fn day_of(at: i64) -> String {
    minute_of(at).chars().take(10).collect()
}
