//! What can be done, as the audit chain calls it: the name of each action, its right, and what a
//! page calls it.
//! An action that is missing here cannot be done, and one that nobody does is found by a test.

use Action as A;
use Leaves as L;
use Permission as P;

use super::Permission;
use crate::text::Lang;

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
    /// Changed owner, role or units of an account.
    AccountChanged,
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
    /// Agreed to put the closing day off (another account follows).
    PostponeRequested,
    /// Put the closing day off.
    RoundPostponed,
    /// Took back an agreement.
    ApprovalWithdrawn,
    /// Confirmed that a list was received.
    ListReceived,
    /// Noted that a list was signed for on paper.
    PaperReceived,
    /// Changed a problem list.
    ProblemChanged,
    /// Deleted a row that was never handed over.
    ProblemDropped,
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

/// What is left behind by an action, but for the chain itself and what lives in memory or in a
/// session.
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

const fn row(
    action: Action,
    code: &'static str,
    right: Permission,
    leaves: Leaves,
    label: [&'static str; 2],
) -> Row {
    Row { action, code, right, leaves, label }
}

/// In the order of [`Action`]. Deeds outside the main database, where no transaction holds deed and
/// link together, have a link each for begun and done.
#[rustfmt::skip] // A table is read by its rows.
const ROWS: [Row; 70] = [
    row(A::SignIn, "sign_in", P::SignedIn, L::AsItWas, ["登录", "signed in"]),
    row(A::SignInFailed, "sign_in_failed", P::SignedIn, L::AsItWas,
        ["登录失败", "failed to sign in"]),
    row(A::CodeFailed, "code_failed", P::SignedIn, L::AsItWas,
        ["口令正确，动态口令错误", "right password, wrong code"]),
    row(A::AccountAdd, "account_add", P::Accounts, L::Changed, ["建立账号", "made an account"]),
    row(A::AccountChanged, "account_change", P::Accounts, L::Changed,
        ["修改账号", "changed an account"]),
    row(A::AccountVouched, "account_vouched", P::RunRounds, L::Changed,
        ["确认账号本人", "vouched for an account"]),
    row(A::UnitsImport, "units_import", P::RunRounds, L::Changed, ["导入单位", "imported units"]),
    row(A::SurveySaved, "survey_saved", P::RunRounds, L::Changed, ["保存问卷", "saved a survey"]),
    row(A::SurveyDropped, "survey_dropped", P::RunRounds, L::Changed,
        ["删除问卷", "dropped a survey"]),
    row(A::RoundCreate, "round_create", P::RunRounds, L::Changed, ["建立轮次", "created a round"]),
    row(A::RoundChange, "round_change", P::RunRounds, L::Changed, ["修改草稿", "changed a draft"]),
    row(A::RoundDrop, "round_drop", P::RunRounds, L::Changed, ["放弃草稿", "dropped a draft"]),
    row(A::SlipsBegun, "slips_begun", P::RunRounds, L::Changed,
        ["开始印发填写码", "began to issue slips"]),
    row(A::SlipsIssue, "slips_issue", P::RunRounds, L::Changed, ["印发填写码", "issued slips"]),
    row(A::SlipsLeftover, "slips_leftover", P::RunRounds, L::Changed,
        ["登记剩余纸条", "noted slips left over"]),
    row(A::TrusteesPrepared, "trustees_prepared", P::RunRounds, L::AsItWas,
        ["生成监督员口令", "made passphrases"]),
    row(A::TrusteeEntered, "trustee_entered", P::RunRounds, L::AsItWas,
        ["监督员输入口令", "trustee entered a passphrase"]),
    row(A::OpenBegun, "open_begun", P::RunRounds, L::Changed,
        ["开始开放轮次", "began to open a round"]),
    row(A::RoundOpen, "round_open", P::RunRounds, L::Changed, ["开放轮次", "opened a round"]),
    row(A::CloseBegun, "close_begun", P::RunRounds, L::Changed,
        ["开始截止", "began to close a round"]),
    row(A::RoundClose, "round_close", P::RunRounds, L::Changed, ["截止", "closed a round"]),
    row(A::RoundEnded, "round_ended", P::Server, L::Changed,
        ["到期，停止接收", "noted the end of a round"]),
    row(A::TurnoutTaken, "turnout_taken", P::Server, L::Changed,
        ["更新回收情况", "took the day's turnout"]),
    row(A::BoxBegun, "box_begun", P::RunRounds, L::Changed, ["开始开箱", "began to open the box"]),
    row(A::BoxOpen, "box_open", P::RunRounds, L::Changed, ["开箱", "opened the box"]),
    row(A::HoldChecked, "hold_checked", P::RunRounds, L::Changed,
        ["核实存疑题目", "checked a held question"]),
    row(A::HoldBack, "hold_back", P::RunRounds, L::Changed,
        ["撤下存疑题目", "took a question back"]),
    row(A::ReleaseRequested, "release_requested", P::RunRounds, L::AsItWas,
        ["同意发布（待另一账号）", "agreed to a release (another account follows)"]),
    row(A::RoundRelease, "round_release", P::RunRounds, L::Changed,
        ["发布结果", "released results"]),
    row(A::RoundReleaseShell, "round_release_shell", P::Server, L::Changed,
        ["命令行发布结果", "released results on the command line"]),
    row(A::ListsRequested, "lists_requested", P::RunRounds, L::AsItWas,
        ["同意重新下发清单（待另一账号）", "agreed to hand lists over anew (another account follows)"]),
    row(A::ListsIssued, "lists_issued", P::RunRounds, L::Changed,
        ["重新下发清单", "handed lists over anew"]),
    row(A::PostponeRequested, "postpone_requested", P::RunRounds, L::AsItWas,
        ["同意延期截止（待另一账号）", "agreed to put the closing day off (another account follows)"]),
    row(A::RoundPostponed, "round_postponed", P::RunRounds, L::Changed,
        ["延期截止", "put the closing day off"]),
    row(A::ApprovalWithdrawn, "approval_withdrawn", P::RunRounds, L::AsItWas,
        ["撤回同意", "took an agreement back"]),
    row(A::ListReceived, "list_received", P::ReadLists, L::Changed,
        ["签收问题清单", "confirmed that a list was received"]),
    row(A::PaperReceived, "paper_received", P::RunRounds, L::Changed,
        ["登记纸质签收", "noted receipts signed on paper"]),
    row(A::ProblemChanged, "problem_changed", P::RunRounds, L::Changed,
        ["修改问题清单", "changed a problem list"]),
    row(A::ProblemDropped, "problem_dropped", P::RunRounds, L::Changed,
        ["删除清单中的一行", "deleted a row of a list"]),
    row(A::TextScreened, "text_screened", P::RunRounds, L::Changed,
        ["筛查文字", "screened a text"]),
    row(A::DestroyRequested, "destroy_requested", P::RunRounds, L::AsItWas,
        ["申请销毁原文", "asked for destruction"]),
    row(A::DestroyConfirmed, "destroy_confirmed", P::RunRounds, L::Changed,
        ["确认销毁原文", "confirmed destruction"]),
    row(A::OriginalsDestroyed, "originals_destroyed", P::Server, L::Changed,
        ["到期销毁原文", "destroyed originals, their time being up"]),
    row(A::BoxDestroyed, "box_destroyed", P::Server, L::Changed,
        ["销毁票箱和钥匙", "destroyed box and key"]),
    row(A::ClockConfirmed, "clock_confirmed", P::Clock, L::AsItWas,
        ["确认服务器时间", "confirmed the server's clock"]),
    row(A::BureauNamed, "bureau_named", P::Server, L::Changed,
        ["设置单位名称", "named the bureau"]),
    row(A::ResumeRequested, "resume_requested", P::RunRounds, L::AsItWas,
        ["申请恢复填写", "asked to go on"]),
    row(A::ResumeConfirmed, "resume_confirmed", P::RunRounds, L::Changed,
        ["确认恢复填写", "confirmed going on"]),
    row(A::VoidRequested, "void_requested", P::RunRounds, L::AsItWas,
        ["申请作废", "asked for voiding"]),
    row(A::VoidConfirmed, "void_confirmed", P::RunRounds, L::Changed,
        ["确认作废", "confirmed voiding"]),
    row(A::Export, "export", P::ReadLists, L::AsItWas, ["导出", "exported"]),
    row(A::ExportDenied, "export_denied", P::SignedIn, L::AsItWas,
        ["导出被拒绝", "was refused an export"]),
    row(A::ListDenied, "list_denied", P::SignedIn, L::AsItWas,
        ["查看清单被拒绝", "was refused a list"]),
    row(A::TextsRead, "texts_read", P::RunRounds, L::AsItWas,
        ["查看填写原文", "read original texts"]),
    row(A::NamesLoaded, "names_loaded", P::RunRounds, L::Changed, ["载入姓名表", "loaded names"]),
    row(A::AuditExport, "audit_export", P::Audit, L::AsItWas,
        ["导出审计记录", "exported the audit record"]),
    row(A::BackupBegun, "backup_begun", P::Server, L::AsItWas, ["开始备份", "began a backup"]),
    row(A::Backup, "backup", P::Server, L::AsItWas, ["备份", "made a backup"]),
    row(A::Restore, "restore", P::Server, L::AsItWas, ["恢复备份", "restored a backup"]),
    row(A::AccountOff, "account_off", P::Accounts, L::Changed,
        ["停用账号", "turned an account off"]),
    row(A::AccountOn, "account_on", P::Accounts, L::Changed, ["启用账号", "turned an account on"]),
    row(A::PasswordReset, "password_reset", P::SignedIn, L::Changed,
        ["重置口令", "reset a password"]),
    row(A::SecondFactorOn, "second_factor_on", P::SignedIn, L::Changed,
        ["启用动态口令", "turned one-time codes on"]),
    row(A::SecondFactorOff, "second_factor_off", P::SignedIn, L::Changed,
        ["取消动态口令", "turned one-time codes off"]),
    row(A::CalendarSet, "calendar_set", P::RunRounds, L::Changed,
        ["设置活动安排", "set the calendar"]),
    row(A::TokenMade, "token_made", P::SignedIn, L::Changed, ["建立接口令牌", "made an API token"]),
    row(A::TokenEnded, "token_ended", P::SignedIn, L::Changed,
        ["撤销接口令牌", "revoked an API token"]),
    row(A::ApiRead, "api_read", P::ReadLists, L::AsItWas, ["接口读取", "read by API"]),
    row(A::ApiDenied, "api_denied", P::SignedIn, L::AsItWas,
        ["接口读取被拒绝", "was refused by API"]),
    row(A::RecoveryUsed, "recovery_used", P::SignedIn, L::Changed,
        ["使用备用码登录", "signed in with a recovery code"]),
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
