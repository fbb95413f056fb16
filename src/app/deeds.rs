//! Deeds: everything that an official does here, each with its right and its link in the audit chain.
//! Right, deed and link are one step, so that no door can be built which forgets one of them.

use std::sync::PoisonError;

use crate::app::{Actor, App, AppError, Permission};
use crate::storage::Transaction;
use crate::text::{Lang, visible};

/// What somebody did, as the chain calls it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Signed in.
    SignIn,
    /// Failed to sign in.
    SignInFailed,
    /// Right password, wrong code.
    CodeFailed,
    /// Made an account.
    AccountAdd,
    /// Vouched for an account.
    AccountVouched,
    /// Imported units.
    UnitsImport,
    /// Saved a survey.
    SurveySaved,
    /// Dropped a survey.
    SurveyDropped,
    /// Created a round.
    RoundCreate,
    /// Changed a draft.
    RoundChange,
    /// Dropped a draft.
    RoundDrop,
    /// Began to issue slips.
    SlipsBegun,
    /// Issued slips.
    SlipsIssue,
    /// Noted slips left over.
    SlipsLeftover,
    /// Made passphrases.
    TrusteesPrepared,
    /// Trustee entered a passphrase.
    TrusteeEntered,
    /// Began to open a round.
    OpenBegun,
    /// Opened a round.
    RoundOpen,
    /// Began to close a round.
    CloseBegun,
    /// Closed a round.
    RoundClose,
    /// Noted the end of a round.
    RoundEnded,
    /// Took the day's turnout.
    TurnoutTaken,
    /// Began to open the box.
    BoxBegun,
    /// Opened the box.
    BoxOpen,
    /// Checked a held question.
    HoldChecked,
    /// Took a question back.
    HoldBack,
    /// Agreed to a release (another account follows).
    ReleaseRequested,
    /// Released results.
    RoundRelease,
    /// Released results on the command line.
    RoundReleaseShell,
    /// Agreed to hand lists over anew (another account follows).
    ListsRequested,
    /// Handed lists over anew.
    ListsIssued,
    /// Changed a problem list.
    ProblemChanged,
    /// Screened a text.
    TextScreened,
    /// Asked for destruction.
    DestroyRequested,
    /// Confirmed destruction.
    DestroyConfirmed,
    /// Destroyed originals, their time being up.
    OriginalsDestroyed,
    /// Destroyed box and key.
    BoxDestroyed,
    /// Confirmed the server's clock.
    ClockConfirmed,
    /// Named the bureau.
    BureauNamed,
    /// Asked to go on.
    ResumeRequested,
    /// Confirmed going on.
    ResumeConfirmed,
    /// Asked for voiding.
    VoidRequested,
    /// Confirmed voiding.
    VoidConfirmed,
    /// Exported.
    Export,
    /// Was refused an export.
    ExportDenied,
    /// Was refused a list.
    ListDenied,
    /// Read original texts.
    TextsRead,
    /// Loaded names.
    NamesLoaded,
    /// Exported the audit record.
    AuditExport,
    /// Began a backup.
    BackupBegun,
    /// Made a backup.
    Backup,
    /// Restored a backup.
    Restore,
    /// Turned an account off.
    AccountOff,
    /// Turned an account on.
    AccountOn,
    /// Reset a password.
    PasswordReset,
    /// Turned one-time codes on.
    SecondFactorOn,
    /// Turned one-time codes off.
    SecondFactorOff,
    /// Set the calendar.
    CalendarSet,
    /// Made an API token.
    TokenMade,
    /// Revoked an API token.
    TokenEnded,
    /// Read by API.
    ApiRead,
    /// Was refused by API.
    ApiDenied,
    /// Signed in with a recovery code.
    RecoveryUsed,
}

/// What is left behind by an action, but for the chain itself and what lives in memory or in a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Leaves {
    AsItWas,
    Changed,
}

/// All that is known of an action.
struct Row {
    action: Action,
    code: &'static str,
    right: Permission,
    leaves: Leaves,
    label: [&'static str; 2],
}

const fn row(action: Action, code: &'static str, right: Permission, leaves: Leaves, label: [&'static str; 2]) -> Row {
    Row { action, code, right, leaves, label }
}

/// In the order of [`Action`]. Deeds outside the main database, where no transaction holds deed and link together, have a link each for begun and done.
const ROWS: [Row; 63] = [
    row(Action::SignIn, "sign_in", Permission::SignedIn, Leaves::AsItWas, ["登录", "signed in"]),
    row(Action::SignInFailed, "sign_in_failed", Permission::SignedIn, Leaves::AsItWas, ["登录失败", "failed to sign in"]),
    row(Action::CodeFailed, "code_failed", Permission::SignedIn, Leaves::AsItWas, ["口令正确，动态口令错误", "right password, wrong code"]),
    row(Action::AccountAdd, "account_add", Permission::Accounts, Leaves::Changed, ["建立账号", "made an account"]),
    row(Action::AccountVouched, "account_vouched", Permission::RunRounds, Leaves::Changed, ["确认账号本人", "vouched for an account"]),
    row(Action::UnitsImport, "units_import", Permission::RunRounds, Leaves::Changed, ["导入单位", "imported units"]),
    row(Action::SurveySaved, "survey_saved", Permission::RunRounds, Leaves::Changed, ["保存问卷", "saved a survey"]),
    row(Action::SurveyDropped, "survey_dropped", Permission::RunRounds, Leaves::Changed, ["删除问卷", "dropped a survey"]),
    row(Action::RoundCreate, "round_create", Permission::RunRounds, Leaves::Changed, ["建立轮次", "created a round"]),
    row(Action::RoundChange, "round_change", Permission::RunRounds, Leaves::Changed, ["修改草稿", "changed a draft"]),
    row(Action::RoundDrop, "round_drop", Permission::RunRounds, Leaves::Changed, ["放弃草稿", "dropped a draft"]),
    row(Action::SlipsBegun, "slips_begun", Permission::RunRounds, Leaves::Changed, ["开始印发填写码", "began to issue slips"]),
    row(Action::SlipsIssue, "slips_issue", Permission::RunRounds, Leaves::Changed, ["印发填写码", "issued slips"]),
    row(Action::SlipsLeftover, "slips_leftover", Permission::RunRounds, Leaves::Changed, ["登记剩余纸条", "noted slips left over"]),
    row(Action::TrusteesPrepared, "trustees_prepared", Permission::RunRounds, Leaves::AsItWas, ["生成监督员口令", "made passphrases"]),
    row(Action::TrusteeEntered, "trustee_entered", Permission::RunRounds, Leaves::AsItWas, ["监督员输入口令", "trustee entered a passphrase"]),
    row(Action::OpenBegun, "open_begun", Permission::RunRounds, Leaves::Changed, ["开始开放轮次", "began to open a round"]),
    row(Action::RoundOpen, "round_open", Permission::RunRounds, Leaves::Changed, ["开放轮次", "opened a round"]),
    row(Action::CloseBegun, "close_begun", Permission::RunRounds, Leaves::Changed, ["开始截止", "began to close a round"]),
    row(Action::RoundClose, "round_close", Permission::RunRounds, Leaves::Changed, ["截止", "closed a round"]),
    row(Action::RoundEnded, "round_ended", Permission::Server, Leaves::Changed, ["到期，停止接收", "noted the end of a round"]),
    row(Action::TurnoutTaken, "turnout_taken", Permission::Server, Leaves::Changed, ["更新回收情况", "took the day's turnout"]),
    row(Action::BoxBegun, "box_begun", Permission::RunRounds, Leaves::Changed, ["开始开箱", "began to open the box"]),
    row(Action::BoxOpen, "box_open", Permission::RunRounds, Leaves::Changed, ["开箱", "opened the box"]),
    row(Action::HoldChecked, "hold_checked", Permission::RunRounds, Leaves::Changed, ["核实存疑题目", "checked a held question"]),
    row(Action::HoldBack, "hold_back", Permission::RunRounds, Leaves::Changed, ["撤下存疑题目", "took a question back"]),
    row(
        Action::ReleaseRequested,
        "release_requested",
        Permission::RunRounds,
        Leaves::AsItWas,
        ["同意发布（待另一账号）", "agreed to a release (another account follows)"],
    ),
    row(Action::RoundRelease, "round_release", Permission::RunRounds, Leaves::Changed, ["发布结果", "released results"]),
    row(
        Action::RoundReleaseShell,
        "round_release_shell",
        Permission::Server,
        Leaves::Changed,
        ["命令行发布结果", "released results on the command line"],
    ),
    row(
        Action::ListsRequested,
        "lists_requested",
        Permission::RunRounds,
        Leaves::AsItWas,
        ["同意重新下发清单（待另一账号）", "agreed to hand lists over anew (another account follows)"],
    ),
    row(Action::ListsIssued, "lists_issued", Permission::RunRounds, Leaves::Changed, ["重新下发清单", "handed lists over anew"]),
    row(Action::ProblemChanged, "problem_changed", Permission::RunRounds, Leaves::Changed, ["修改问题清单", "changed a problem list"]),
    row(Action::TextScreened, "text_screened", Permission::RunRounds, Leaves::Changed, ["筛查文字", "screened a text"]),
    row(Action::DestroyRequested, "destroy_requested", Permission::RunRounds, Leaves::AsItWas, ["申请销毁原文", "asked for destruction"]),
    row(Action::DestroyConfirmed, "destroy_confirmed", Permission::RunRounds, Leaves::Changed, ["确认销毁原文", "confirmed destruction"]),
    row(
        Action::OriginalsDestroyed,
        "originals_destroyed",
        Permission::Server,
        Leaves::Changed,
        ["到期销毁原文", "destroyed originals, their time being up"],
    ),
    row(Action::BoxDestroyed, "box_destroyed", Permission::Server, Leaves::Changed, ["销毁票箱和钥匙", "destroyed box and key"]),
    row(Action::ClockConfirmed, "clock_confirmed", Permission::Clock, Leaves::AsItWas, ["确认服务器时间", "confirmed the server's clock"]),
    row(Action::BureauNamed, "bureau_named", Permission::Server, Leaves::Changed, ["设置单位名称", "named the bureau"]),
    row(Action::ResumeRequested, "resume_requested", Permission::RunRounds, Leaves::AsItWas, ["申请恢复填写", "asked to go on"]),
    row(Action::ResumeConfirmed, "resume_confirmed", Permission::RunRounds, Leaves::Changed, ["确认恢复填写", "confirmed going on"]),
    row(Action::VoidRequested, "void_requested", Permission::RunRounds, Leaves::AsItWas, ["申请作废", "asked for voiding"]),
    row(Action::VoidConfirmed, "void_confirmed", Permission::RunRounds, Leaves::Changed, ["确认作废", "confirmed voiding"]),
    row(Action::Export, "export", Permission::ReadLists, Leaves::AsItWas, ["导出", "exported"]),
    row(Action::ExportDenied, "export_denied", Permission::SignedIn, Leaves::AsItWas, ["导出被拒绝", "was refused an export"]),
    row(Action::ListDenied, "list_denied", Permission::SignedIn, Leaves::AsItWas, ["查看清单被拒绝", "was refused a list"]),
    row(Action::TextsRead, "texts_read", Permission::RunRounds, Leaves::AsItWas, ["查看填写原文", "read original texts"]),
    row(Action::NamesLoaded, "names_loaded", Permission::RunRounds, Leaves::Changed, ["载入姓名表", "loaded names"]),
    row(Action::AuditExport, "audit_export", Permission::Audit, Leaves::AsItWas, ["导出审计记录", "exported the audit record"]),
    row(Action::BackupBegun, "backup_begun", Permission::Server, Leaves::AsItWas, ["开始备份", "began a backup"]),
    row(Action::Backup, "backup", Permission::Server, Leaves::AsItWas, ["备份", "made a backup"]),
    row(Action::Restore, "restore", Permission::Server, Leaves::AsItWas, ["恢复备份", "restored a backup"]),
    row(Action::AccountOff, "account_off", Permission::Accounts, Leaves::Changed, ["停用账号", "turned an account off"]),
    row(Action::AccountOn, "account_on", Permission::Accounts, Leaves::Changed, ["启用账号", "turned an account on"]),
    row(Action::PasswordReset, "password_reset", Permission::SignedIn, Leaves::Changed, ["重置口令", "reset a password"]),
    row(Action::SecondFactorOn, "second_factor_on", Permission::SignedIn, Leaves::Changed, ["启用动态口令", "turned one-time codes on"]),
    row(Action::SecondFactorOff, "second_factor_off", Permission::SignedIn, Leaves::Changed, ["取消动态口令", "turned one-time codes off"]),
    row(Action::CalendarSet, "calendar_set", Permission::RunRounds, Leaves::Changed, ["设置活动安排", "set the calendar"]),
    row(Action::TokenMade, "token_made", Permission::SignedIn, Leaves::Changed, ["建立接口令牌", "made an API token"]),
    row(Action::TokenEnded, "token_ended", Permission::SignedIn, Leaves::Changed, ["撤销接口令牌", "revoked an API token"]),
    row(Action::ApiRead, "api_read", Permission::ReadLists, Leaves::AsItWas, ["接口读取", "read by API"]),
    row(Action::ApiDenied, "api_denied", Permission::SignedIn, Leaves::AsItWas, ["接口读取被拒绝", "was refused by API"]),
    row(Action::RecoveryUsed, "recovery_used", Permission::SignedIn, Leaves::Changed, ["使用备用码登录", "signed in with a recovery code"]),
];

impl Action {
    fn row(self) -> &'static Row {
        &ROWS[self as usize]
    }

    /// All actions.
    pub fn all() -> impl Iterator<Item = Self> {
        ROWS.iter().map(|row| row.action)
    }

    /// The name in the chain.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().code
    }

    /// The action of a name in the chain, if this version knows it.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        ROWS.iter().find(|row| row.code == code).map(|row| row.action)
    }

    /// What a page calls it.
    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        let [zh, en] = self.row().label;
        lang.pick(zh, en)
    }

    /// What it takes.
    #[must_use]
    pub fn right(self) -> Permission {
        self.row().right
    }

    /// Whether everything is as before after it.
    #[must_use]
    pub fn only_reads(self) -> bool {
        self.row().leaves == Leaves::AsItWas
    }
}

/// Longest subject of a link, in characters.
const LONGEST_SUBJECT: usize = 200;
/// Refusals of one account within a minute that are links of their own.
const REFUSED: u64 = 5;

impl App {
    /// Does something that takes a right: `work` and its link of the chain are one transaction, or nothing has happened.
    pub(super) fn deed<T>(
        &self,
        by: &Actor,
        action: Action,
        subject: &str,
        work: impl FnMut(&mut Transaction) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        by.need(action.right())?;
        if matches!(by, Actor::Program(_)) && !action.only_reads() {
            return Err(AppError::Forbidden);
        }
        self.record(by.name(), action, subject, work)
    }

    /// The same where the right was proved otherwise: by a password at the door, by a set-up link, or by a second account.
    pub(super) fn record<T>(
        &self,
        name: &str,
        action: Action,
        subject: &str,
        mut work: impl FnMut(&mut Transaction) -> Result<T, AppError>,
    ) -> Result<T, AppError> {
        let at = self.now().unix_timestamp();
        self.storage.transaction(|tx| {
            let done = work(tx)?;
            link(tx, at, name, action, subject)?;
            Ok(done)
        })
    }

    /// Writes a link alone: of a reading, or of a deed outside the main database that is begun or done.
    pub(super) fn tell(&self, by: &Actor, action: Action, subject: &str) -> Result<(), AppError> {
        self.deed(by, action, subject, |_| Ok(()))
    }

    /// Refuses somebody, which is told in the chain: the first few of a minute one by one, the rest as a number, so that nobody fills it.
    pub(super) fn refuse<T>(&self, by: &Actor, action: Action, subject: &str) -> Result<T, AppError> {
        let now = self.now().unix_timestamp();
        let account = by.name();
        let more = {
            let mut refused = self.doorkeeper.refused.lock().unwrap_or_else(PoisonError::into_inner);
            let (minute, count) = refused.get(account).copied().unwrap_or((now / 60, 0));
            let (minute, count, more) = if minute == now / 60 { (minute, count + 1, 0) } else { (now / 60, 1, u64::saturating_sub(count, REFUSED)) };
            refused.insert(account.to_owned(), (minute, count));
            // Whose last refusals are long ago are forgotten, but for what is still to be told.
            refused.retain(|_, (at, n)| now / 60 - *at <= 1 || *n > REFUSED);
            if count > REFUSED {
                return Err(AppError::Forbidden);
            }
            more
        };
        if more > 0 {
            self.tell(by, action, &format!("+{more}"))?;
        }
        self.tell(by, action, subject)?;
        Err(AppError::Forbidden)
    }
}

/// Appends a link, as the last thing of a transaction.
pub(super) fn link(tx: &mut Transaction, at: i64, name: &str, action: Action, subject: &str) -> Result<(), AppError> {
    // What comes from an address may be long, and may hold what nobody sees.
    let subject: String = visible(subject).chars().take(LONGEST_SUBJECT).collect();
    Ok(tx.append_audit(at, name, action.code(), &subject)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_stands_in_its_own_row_under_a_name_of_its_own() {
        for (place, row) in ROWS.iter().enumerate() {
            assert_eq!(row.action as usize, place, "{}", row.code);
            assert_eq!(Action::parse(row.code), Some(row.action), "{} twice", row.code);
        }
    }
}
