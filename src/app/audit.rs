//! The audit chain: what officials did at the desk and on the command line, each row bound to the one before it by its hash.
//! It holds desk actions only; nothing that a respondent did can be in it. The head of each day stands on the bulletin, so that a cut is seen.

use super::{App, AppError};
use crate::export::{Column, Table};
use crate::round::{SHANGHAI, shanghai_day};
use crate::storage::AuditRow;
use crate::text::Refusal;

/// Actions and what a page calls them.
pub const ACTIONS: [(&str, &str); 39] = [
    ("sign_in", "登录"),
    ("account_add", "建立账号"),
    ("units_import", "导入单位"),
    ("round_create", "建立轮次"),
    ("slips_issue", "印发填写码"),
    ("trustees_prepared", "生成监督员口令"),
    ("trustee_entered", "监督员输入口令"),
    ("round_open", "开放轮次"),
    ("round_close", "截止"),
    ("box_open", "开箱"),
    ("hold_checked", "核实存疑题目"),
    ("hold_back", "撤下存疑题目"),
    ("release_requested", "同意发布（待另一账号）"),
    ("round_release", "发布结果"),
    ("destroy_requested", "申请销毁原文"),
    ("destroy_confirmed", "确认销毁原文"),
    ("resume_requested", "申请恢复填写"),
    ("resume_confirmed", "确认恢复填写"),
    ("void_requested", "申请作废"),
    ("void_confirmed", "确认作废"),
    ("export", "导出"),
    ("export_denied", "导出被拒绝"),
    ("list_denied", "查看清单被拒绝"),
    ("texts_read", "查看填写原文"),
    ("names_loaded", "载入姓名表"),
    ("audit_export", "导出审计记录"),
    ("backup", "备份"),
    ("restore", "恢复备份"),
    ("account_off", "停用账号"),
    ("account_on", "启用账号"),
    ("password_reset", "重置口令"),
    ("second_factor_on", "启用动态口令"),
    ("second_factor_off", "取消动态口令"),
    ("calendar_set", "设置活动安排"),
    ("token_made", "建立接口令牌"),
    ("token_ended", "撤销接口令牌"),
    ("api_read", "接口读取"),
    ("api_denied", "接口读取被拒绝"),
    ("recovery_used", "使用备用码登录"),
];

/// What a page calls an action.
#[must_use]
pub fn action_zh(action: &str) -> &str {
    ACTIONS.iter().find(|a| a.0 == action).map_or(action, |a| a.1)
}

/// The chain and whether it holds.
pub struct AuditChain {
    /// Rows, oldest first.
    pub rows: Vec<AuditRow>,
    /// The first place at which it does not fit.
    pub broken_at: Option<i64>,
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

impl App {
    /// Writes a desk action into the audit chain.
    pub fn note(&self, account: &str, action: &str, subject: &str) -> Result<(), AppError> {
        debug_assert!(ACTIONS.iter().any(|a| a.0 == action), "{action} has no name");
        Ok(self.storage.append_audit(self.now().unix_timestamp(), account, action, subject)?)
    }

    /// The audit chain, recomputed.
    pub fn audit(&self) -> Result<AuditChain, AppError> {
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

    /// The head of the chain at the end of yesterday: fixed all day, so that it can be written down.
    pub fn audit_head(&self) -> Result<Option<AuditHead>, AppError> {
        let today = shanghai_day(self.now()).midnight().assume_offset(SHANGHAI).unix_timestamp();
        let last = self.storage.last_audit_before(today)?;
        Ok(last.map(|row| AuditHead { day: day_of(row.at), seq: row.seq, hash: row.hash }))
    }

    /// Recomputes the chain; `head` is a hash that was written down from a bulletin and must be in it.
    pub fn verify_audit(&self, head: Option<&str>) -> Result<AuditChain, AppError> {
        let chain = self.audit()?;
        if let Some(place) = chain.broken_at {
            return Err(Refusal::new(
                format!("审计链从第 {place} 条起不完整：有记录被改动或删除"),
                format!("the audit chain is broken from row {place} on: a row was changed or removed"),
            )
            .into());
        }
        if let Some(head) = head
            && !chain.rows.iter().any(|row| row.hash == head.trim())
        {
            return Err(Refusal::new(
                "审计链中没有公示过的这个摘要：公示之后有记录被截去或重写",
                "the head from the bulletin is not in the chain: rows were cut off or rewritten after it was published",
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
        let columns = [("seq", "序号"), ("at", "时间"), ("account", "账号"), ("action", "操作"), ("subject", "对象"), ("hash", "散列值")];
        Table {
            title: "审计记录".to_owned(),
            columns: columns.into_iter().map(|(id, zh)| Column { id, zh }).collect(),
            rows: self
                .rows
                .iter()
                .filter(|row| filter.takes(row))
                .map(|row| {
                    vec![
                        row.seq.to_string(),
                        minute_of(row.at),
                        row.account.clone(),
                        action_zh(&row.action).to_owned(),
                        row.subject.clone(),
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
    time::OffsetDateTime::from_unix_timestamp(at).ok().and_then(|t| t.to_offset(SHANGHAI).format(format).ok()).unwrap_or_default()
}

fn day_of(at: i64) -> String {
    minute_of(at).chars().take(10).collect()
}
