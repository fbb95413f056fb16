//! The promise to respondents, line by line, as far as the running configuration keeps it.
//! Every line has a name under which a test says what proves it; a line whose condition does not
//! hold gives way to the honest weaker one.

use crate::app::{App, Live};
use crate::round::Access;
use crate::survey::PrivacyCondition;
use crate::text::Text;

/// One sentence of the promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its name.
    pub id: String,
    /// The sentence.
    pub text: Text,
}

impl Line {
    /// Whether it says what is missing rather than what is kept.
    #[must_use]
    pub fn is_caveat(&self) -> bool {
        self.id.starts_with("round_")
            || ["not_yet_nobody", "server_custody", "http"].contains(&self.id.as_str())
    }
}

/// Names of all lines that [`App::promise`] and [`App::round_promise`] can say beside those of a
/// survey.
pub const LINES: [&str; 17] = [
    "nobody",
    "not_yet_nobody",
    "codes",
    "sealed",
    "trustees",
    "server_custody",
    "opening",
    "bands",
    "site",
    "device",
    "https",
    "http",
    "backups",
    "originals",
    "round_server_custody",
    "round_code_in_qr",
    "round_http",
];

fn line(id: &str, zh: impl Into<String>, en: impl Into<String>) -> Line {
    debug_assert!(LINES.contains(&id));
    Line { id: id.to_owned(), text: Text::both(zh, en) }
}

impl App {
    /// The promise of the installation. `live` are all rounds.
    #[expect(clippy::too_many_lines, reason = "a list, one entry after the other")]
    pub fn promise(&self, live: &[std::sync::Arc<Live>]) -> Vec<Line> {
        // As long as there is a key that the server holds alone, whatever state its round is in.
        let trial = live
            .iter()
            .any(|l| l.round.trial && l.round.wrapped_key.is_some() && !l.round.destroyed);
        let https = self.settings.is_https();
        let mut lines = Vec::new();
        lines.push(if https && !trial {
            line(
                "nobody",
                "任何人，不论是政工科、数据库管理员，还是偷走备份的人，都不能知道谁说了什么。",
                "Nobody, not the Political Work Section, not the database administrator, not \
                 whoever steals a backup, can find out who said what.",
            )
        } else {
            line(
                "not_yet_nobody",
                "当前的运行方式属于试用，尚不具备全部保证；不具备的，在下面写明。",
                "The way this runs now is a trial and does not give all guarantees; those that are \
                 missing are named below.",
            )
        });
        lines.push(line(
            "codes",
            "填写码不保存，只保存带密钥的散列值，用来识别是否用过。",
            "Codes are not stored; a keyed hash of each tells whether it was used.",
        ));
        lines.push(line(
            "sealed",
            "答卷一收到就加密，每份密文一样长；不保存时间、顺序、网络地址和设备信息。",
            "A response is sealed on arrival, all to the same length; no time, order, address or \
             device is kept.",
        ));
        lines.push(if trial {
            line(
                "server_custody",
                "现有试用轮次的钥匙由服务器保管：掌握服务器的人在开箱前有能力解开该轮答卷。",
                "The key of a trial round that is open now is held by the server: whoever controls \
                 the server could open its responses before the opening.",
            )
        } else {
            line(
                "trustees",
                "票箱钥匙由多名监督员分持口令，并须配合服务器上的钥匙文件；缺一不可，开箱前任何一方\
                 都打不开。",
                "The key of the box is held by several trustees with passphrases, together with a \
                 file on the server; without both nobody can open it before the opening.",
            )
        });
        lines.push(line(
            "opening",
            "截止后一次开箱：逐份解密、计入合计，随后销毁票箱和钥匙，不留存任何一份答卷。",
            "After closing the box is opened once: ballots are decrypted one by one and added to \
             counts, then box and keys are destroyed. No single response is kept.",
        ));
        lines.push(line(
            "bands",
            "各单位只公布占比区间，不公布人数；不足 5 份的合并统计。",
            "For units only bands are published, never counts; fewer than five responses are \
             merged with others.",
        ));
        lines.push(line(
            "site",
            "本网站不用 Cookie，不写访问日志，不联系任何第三方网站。",
            "This site uses no cookies, writes no access log and contacts no other site.",
        ));
        lines.push(line(
            "device",
            "手机上不留答案：只有您自己点“暂存本机”，答案（不含填写码）才暂存在这部手机上，24 小时\
             后失效，提交后清除；为了断网时也能打开，空白问卷可能存在手机上，提交后一并清除。不支持\
             脚本的浏览器，提交后请关闭页面。",
            "No answer stays on the phone: only if you tap “Keep on this phone” are your answers \
             kept there, without the code, for 24 hours at most, and cleared once you submit. The \
             empty questionnaire may be kept so that it opens without network; it is cleared as \
             well. In a browser without script, close the page after submitting.",
        ));
        lines.push(if https {
            line(
                "https",
                "传输全程加密；提交的回应一样长，旁人看不出内容。",
                "Everything is encrypted on the way; answers to a submission are equally long, so \
                 that a bystander learns nothing.",
            )
        } else {
            line(
                "http",
                "当前网址没有加密传输（http），同一网络上的人可能看到您提交的内容；正式使用必须启\
                 用 https。",
                "This address is not encrypted (http): somebody on the same network could see what \
                 you send. Real use needs https.",
            )
        });
        lines.push(line(
            "backups",
            "备份加密保存，不含服务器密钥和钥匙文件；票箱销毁后，旧备份也打不开任何答卷。",
            "Backups are encrypted and hold neither server key nor custody file; once the box is \
             destroyed, no old backup opens a response.",
        ));
        let days = self.settings.keep_originals;
        lines.push(line(
            "originals",
            format!("您写的文字与答卷分离、全部打乱；原文最迟在开箱后 {days} 天销毁。"),
            format!(
                "What you write is detached from the response and shuffled; the originals are \
                 destroyed {days} days after the opening at the latest."
            ),
        ));
        lines
    }

    /// The promises of a round's survey that hold, and what has to be said instead of those that do
    /// not.
    pub fn round_promise(&self, live: &Live) -> Vec<Line> {
        let holds = |condition: Option<PrivacyCondition>| match condition {
            None => true,
            Some(PrivacyCondition::Trustees) => !live.round.trial,
            Some(PrivacyCondition::Slips) => live.round.access == Access::Slip,
            Some(PrivacyCondition::Unlinked) => {
                live.round.access == Access::Slip && !live.round.trial
            }
        };
        let mut lines: Vec<Line> = live
            .survey
            .privacy()
            .iter()
            .filter(|l| holds(l.requires))
            .map(|l| Line { id: l.id.clone(), text: l.text.clone() })
            .collect();
        if live.round.trial {
            lines.push(line(
                "round_server_custody",
                "试用轮次：填写码保证每人只交一份，答卷收到即加密，但钥匙由服务器保管，掌握服务器的\
                 人在开箱前有能力解开，并与填写码对上；开箱后不留存任何一份答卷。",
                "Trial round: responses are sealed on arrival, but the server holds the key, so \
                 whoever controls the server could open them before the opening and tie them to \
                 codes; after it no single response exists.",
            ));
        }
        if live.round.access == Access::Slip && live.round.code_in_address {
            lines.push(line(
                "round_code_in_qr",
                "纸条的二维码含有填写码，扫码软件和浏览器的历史记录可能留有它，由此只能看出用过哪张\
                 纸条；在意的，可手工输入网址和填写码，或清除历史记录。",
                "The QR code on the slip holds the code, and a scanning app or the browser's \
                 history may keep it: it tells only which slip was used. If that matters to you, \
                 type address and code, or clear the history.",
            ));
        }
        if !self.settings.is_https() {
            lines.push(line(
                "round_http",
                "当前网址没有加密传输（http），同一网络上的人可能看到您提交的内容；正式使用必须启\
                 用 https。",
                "This address is not encrypted (http): somebody on the same network could see what \
                 you send. Real use needs https.",
            ));
        }
        lines
    }
}
