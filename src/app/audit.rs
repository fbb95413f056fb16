//! The audit chain: what officials did at the desk and on the command line, each row bound to the one before it by its hash.
//! It holds desk actions only; nothing that a respondent did can be in it. The head of each day stands on the bulletin, so that a cut is seen.

use std::sync::PoisonError;

use super::{App, AppError};
use crate::export::{Column, Table};
use crate::round::{SHANGHAI, shanghai_day};
use crate::storage::AuditRow;
use crate::text::{Lang, Refusal, visible};

/// Actions and what a page calls them.
pub const ACTIONS: [(&str, &str, &str); 58] = [
    ("sign_in", "登录", "signed in"),
    ("sign_in_failed", "登录失败", "failed to sign in"),
    ("code_failed", "口令正确，动态口令错误", "right password, wrong code"),
    ("account_add", "建立账号", "made an account"),
    ("account_vouched", "确认账号本人", "vouched for an account"),
    ("units_import", "导入单位", "imported units"),
    ("survey_saved", "保存问卷", "saved a survey"),
    ("survey_dropped", "删除问卷", "dropped a survey"),
    ("round_create", "建立轮次", "created a round"),
    ("round_change", "修改草稿", "changed a draft"),
    ("round_drop", "放弃草稿", "dropped a draft"),
    ("slips_issue", "印发填写码", "issued slips"),
    ("slips_leftover", "登记剩余纸条", "noted slips left over"),
    ("trustees_prepared", "生成监督员口令", "made passphrases"),
    ("trustee_entered", "监督员输入口令", "trustee entered a passphrase"),
    ("round_open", "开放轮次", "opened a round"),
    ("round_close", "截止", "closed a round"),
    ("round_ended", "到期，停止接收", "noted the end of a round"),
    ("turnout_taken", "更新回收情况", "took the day's turnout"),
    ("box_open", "开箱", "opened the box"),
    ("hold_checked", "核实存疑题目", "checked a held question"),
    ("hold_back", "撤下存疑题目", "took a question back"),
    ("release_requested", "同意发布（待另一账号）", "agreed to a release (another account follows)"),
    ("round_release", "发布结果", "released results"),
    ("round_release_shell", "命令行发布结果", "released results on the command line"),
    ("lists_requested", "同意重新下发清单（待另一账号）", "agreed to hand lists over anew (another account follows)"),
    ("lists_issued", "重新下发清单", "handed lists over anew"),
    ("problem_changed", "修改问题清单", "changed a problem list"),
    ("text_screened", "筛查文字", "screened a text"),
    ("destroy_requested", "申请销毁原文", "asked for destruction"),
    ("destroy_confirmed", "确认销毁原文", "confirmed destruction"),
    ("originals_destroyed", "到期销毁原文", "destroyed originals, their time being up"),
    ("box_destroyed", "销毁票箱和钥匙", "destroyed box and key"),
    ("clock_confirmed", "确认服务器时间", "confirmed the server's clock"),
    ("bureau_named", "设置单位名称", "named the bureau"),
    ("resume_requested", "申请恢复填写", "asked to go on"),
    ("resume_confirmed", "确认恢复填写", "confirmed going on"),
    ("void_requested", "申请作废", "asked for voiding"),
    ("void_confirmed", "确认作废", "confirmed voiding"),
    ("export", "导出", "exported"),
    ("export_denied", "导出被拒绝", "was refused an export"),
    ("list_denied", "查看清单被拒绝", "was refused a list"),
    ("texts_read", "查看填写原文", "read original texts"),
    ("names_loaded", "载入姓名表", "loaded names"),
    ("audit_export", "导出审计记录", "exported the audit record"),
    ("backup", "备份", "made a backup"),
    ("restore", "恢复备份", "restored a backup"),
    ("account_off", "停用账号", "turned an account off"),
    ("account_on", "启用账号", "turned an account on"),
    ("password_reset", "重置口令", "reset a password"),
    ("second_factor_on", "启用动态口令", "turned one-time codes on"),
    ("second_factor_off", "取消动态口令", "turned one-time codes off"),
    ("calendar_set", "设置活动安排", "set the calendar"),
    ("token_made", "建立接口令牌", "made an API token"),
    ("token_ended", "撤销接口令牌", "revoked an API token"),
    ("api_read", "接口读取", "read by API"),
    ("api_denied", "接口读取被拒绝", "was refused by API"),
    ("recovery_used", "使用备用码登录", "signed in with a recovery code"),
];

/// Longest subject of a link, in characters.
const LONGEST_SUBJECT: usize = 200;
/// Refusals of one account within a minute that are links of their own.
const REFUSED: u64 = 5;

/// Who acted, where the service did something by itself.
pub const SERVICE: &str = "zicha";

/// Actions after which everything is as before, but for the chain itself and what lives in memory or in a session.
const READING: [&str; 20] = [
    "sign_in",
    "sign_in_failed",
    "code_failed",
    "trustees_prepared",
    "trustee_entered",
    "release_requested",
    "lists_requested",
    "destroy_requested",
    "resume_requested",
    "void_requested",
    "export",
    "export_denied",
    "list_denied",
    "texts_read",
    "audit_export",
    "backup",
    "restore",
    "clock_confirmed",
    "api_read",
    "api_denied",
];

/// Whether an action leaves the data as they were.
#[must_use]
pub fn only_reads(action: &str) -> bool {
    READING.contains(&action)
}

/// What a page calls an action.
#[must_use]
pub fn action_label(action: &str, lang: Lang) -> &str {
    ACTIONS.iter().find(|a| a.0 == action).map_or(action, |a| lang.pick(a.1, a.2))
}

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
    pub account: String,
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

impl App {
    /// Writes a desk action into the audit chain.
    pub fn note(&self, account: &str, action: &str, subject: &str) -> Result<(), AppError> {
        debug_assert!(ACTIONS.iter().any(|a| a.0 == action), "{action} has no name");
        // What comes from an address may be long, and may hold what nobody sees.
        let subject: String = visible(subject).chars().take(LONGEST_SUBJECT).collect();
        Ok(self.storage.append_audit(self.now().unix_timestamp(), account, action, &subject)?)
    }

    /// Writes that somebody was refused into the audit chain: the first few of a minute one by one, the rest as a number, so that nobody fills it.
    pub fn note_refused(&self, account: &str, action: &str, subject: &str) -> Result<(), AppError> {
        let now = self.now().unix_timestamp();
        let more = {
            let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
            let (minute, count) = refused.get(account).copied().unwrap_or((now / 60, 0));
            let (minute, count, more) = if minute == now / 60 { (minute, count + 1, 0) } else { (now / 60, 1, u64::saturating_sub(count, REFUSED)) };
            refused.insert(account.to_owned(), (minute, count));
            // Whose last refusals are long ago are forgotten, but for what is still to be told.
            refused.retain(|_, (at, n)| now / 60 - *at <= 1 || *n > REFUSED);
            if count > REFUSED {
                return Ok(());
            }
            more
        };
        if more > 0 {
            self.note(account, action, &format!("+{more}"))?;
        }
        self.note(account, action, subject)
    }

    /// Who did this last, to `subject` or to anything.
    pub fn last_change(&self, action: &str, subject: Option<&str>) -> Result<Option<LastChange>, AppError> {
        Ok(self.storage.last_audit_of(action, subject)?.map(|row| LastChange { account: row.account, at: row.at }))
    }

    /// The audit chain, recomputed.
    pub fn audit(&self) -> Result<AuditChain, AppError> {
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

    /// The head of the chain at the end of yesterday: fixed all day, so that it can be written down.
    pub fn audit_head(&self) -> Result<Option<AuditHead>, AppError> {
        let today = shanghai_day(self.now()).midnight().assume_offset(SHANGHAI).unix_timestamp();
        let last = self.storage.last_audit_before(today)?;
        Ok(last.map(|(seq, at, hash)| AuditHead { day: day_of(at), seq, hash }))
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
            columns: columns.into_iter().map(|(id, zh)| Column::new(id, zh)).collect(),
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
    time::OffsetDateTime::from_unix_timestamp(at).ok().and_then(|t| t.to_offset(SHANGHAI).format(format).ok()).unwrap_or_default()
}

fn day_of(at: i64) -> String {
    minute_of(at).chars().take(10).collect()
}
