//! Keys on the command line: rounds opened with trustees, passphrases entered, boxes opened.
//! Passphrases go to one file or one screen when they are made, and are never shown when they are
//! typed.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::Instant;

use serde_json::json;
use zeroize::Zeroizing;

use super::output::{Output, SecretFile, shell};
use crate::app::{Action, App, AppError, Custody, Progress, minute_of};
use crate::id::RoundId;
use crate::round::{Round, RoundState};
use crate::text::Refusal;

/// `zicha round open --custody server`.
pub(super) fn open_by_server(app: &App, id: &RoundId, out: Output) -> Result<(), AppError> {
    app.open_round(&shell(), id, Custody::Server)?;
    eprintln!(
        "opened; custody is by the server, so everything of this round is marked 试用 (trial). The \
         custody file in the data folder is needed once, at the opening: losing it loses the round"
    );
    out.result("open", &json!({ "round": id, "state": "open", "custody": "server" }));
    Ok(())
}

/// `zicha round open --trustees N --quorum M`. Passphrases are safe on disk or screen before the
/// round depends on them.
#[expect(clippy::too_many_lines, reason = "steps whose order matters, told in it")]
pub(super) fn open_by_trustees(
    app: &App,
    id: &RoundId,
    (trustees, quorum): (u8, u8),
    file: Option<&Path>,
    out: Output,
) -> Result<(), AppError> {
    if file.is_none() && out.json {
        return Err(Refusal::new(
            "使用 --json 时须用 --passphrases-out 指定口令文件",
            "with --json, give --passphrases-out FILE for the passphrases",
        )
        .into());
    }
    App::check_quorum(trustees, quorum)?;
    let terminal = std::io::stdin().is_terminal();
    if !terminal && !out.yes {
        return Err(Refusal::new(
            "没有终端，监督员无法核对口令；确认不核对即开放的，请加 --yes",
            "there is no terminal at which trustees could test their passphrases; add --yes to \
             open the round untested, or work at a terminal or the desk",
        )
        .into());
    }
    if let Some(last) = app.last_change(Action::TrusteesPrepared, Some(id.as_str()))? {
        out.confirm(&format!(
            "{} made passphrases for this round at {}: the envelopes sealed then become worthless, \
             because new ones are made now.",
            last.account,
            minute_of(last.at)
        ))?;
    }
    let pending = file.map(SecretFile::create).transpose()?;
    let (set, passphrases) = app.prepare_trustees(&shell(), id, (trustees, quorum), "")?;
    eprintln!(
        "{quorum} of {trustees} passphrases AND the custody file in the data folder are needed to \
         open the box. Fewer passphrases, or a lost custody file, and this round is lost: nobody \
         can help"
    );
    let mut text = Zeroizing::new(format!(
        "# zicha: passphrases of round {id}, set {set}, one for each trustee's sealed envelope; \
         {quorum} of {trustees} open the box.\n"
    ));
    for passphrase in &passphrases {
        text.push_str(&passphrase.printed());
        text.push('\n');
    }
    // In place before the round opens; if it then does not open, they are worthless and harmless.
    if let Some(pending) = pending {
        pending.finish(text.as_bytes())?;
    } else {
        let mut screen = std::io::stdout();
        screen
            .write_all(text.as_bytes())
            .and_then(|()| screen.flush())
            .map_err(|e| AppError::File(format!("cannot print the passphrases: {e}")))?;
    }
    let custody = if out.yes { Custody::UntestedTrustees } else { Custody::Trustees };
    if out.yes {
        eprintln!(
            "opened without a test, as --yes says: let each trustee test the sealed passphrase now \
             (`zicha box test`, or at the desk)"
        );
    } else {
        test_each(app, id)?;
    }
    app.open_round(&shell(), id, custody)?;
    out.result(
        "open",
        &json!({
            "round": id, "state": "open", "custody": "trustees",
            "trustees": trustees, "quorum": quorum,
        }),
    );
    Ok(())
}

/// Trustees type their passphrase before the round depends on it.
fn test_each(app: &App, id: &RoundId) -> Result<(), AppError> {
    eprintln!(
        "seal each passphrase into its envelope; then each trustee types the own one, from the \
         envelope"
    );
    while let Some(waiting) = app.prepared(id).filter(|waiting| waiting.tested < waiting.need) {
        let typed = ask(&format!(
            "passphrase of a trustee ({} of {} are tested; it is not shown)",
            waiting.tested, waiting.need
        ))?;
        if typed.trim().is_empty() {
            return Err(Refusal::new(
                "已取消，本轮仍是草稿，打印的口令作废",
                "cancelled; the round is still a draft, and what was printed is void",
            )
            .into());
        }
        if let Err(error) = app.test_passphrase(id, &typed) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

/// `zicha box open`.
pub(super) fn open_box(
    app: &App,
    id: &RoundId,
    passphrases: Option<&Path>,
    out: Output,
) -> Result<(), AppError> {
    let round = app.round(id)?;
    if round.state == RoundState::Closed {
        out.confirm("The box is opened once; then box and keys are destroyed.")?;
        enter(app, &round, passphrases)?;
    }
    let mut last = Instant::now();
    let opened = app.open_box(&shell(), id, &mut |progress| match progress {
        Progress::Checking => eprintln!("checking the box against the bulletin"),
        Progress::Opening { done, of, left } => {
            if done == of || last.elapsed().as_millis() > 500 {
                last = Instant::now();
                eprintln!("opened {done} of {of}, about {} s left", left.as_secs());
            }
        }
        Progress::Writing => eprintln!("writing results"),
        Progress::Destroying => eprintln!("destroying box and keys"),
        Progress::Done => {}
    });
    if let Err(error) = opened {
        // Of several that open at once one gets the turn; the others wait for it and end well.
        if !matches!(error, AppError::Refused(_)) || !opened_elsewhere(app, id)? {
            return Err(error);
        }
        out.result(
            "done: the box was opened elsewhere at the same time; results are there, box and keys \
             are gone",
            &json!({ "round": id, "state": "opened", "destroyed": true, "elsewhere": true }),
        );
        return Ok(());
    }
    out.result(
        "done: results are there, box and keys are gone",
        &json!({ "round": id, "state": "opened", "destroyed": true }),
    );
    Ok(())
}

/// Whether somebody else is opening this box, or has just done so; waits until that is over.
fn opened_elsewhere(app: &App, id: &RoundId) -> Result<bool, AppError> {
    let mut told = false;
    while app.is_being_opened(id)? {
        if !told {
            eprintln!("the box is being opened elsewhere; waiting for it to finish");
            told = true;
        }
        std::thread::sleep(std::time::Duration::from_millis(200));
    }
    let round = app.round(id)?;
    Ok(told && round.state.has_results() && round.destroyed)
}

/// `zicha box test`.
pub(super) fn test(
    app: &App,
    id: &RoundId,
    file: Option<&Path>,
    out: Output,
) -> Result<(), AppError> {
    let typed = match file {
        Some(path) => read(path)?,
        None => vec![ask("passphrase")?],
    };
    for passphrase in &typed {
        app.test_passphrase(id, passphrase)?;
    }
    out.result("fits", &json!({ "round": id, "fits": typed.len() }));
    Ok(())
}

/// Takes the trustees' passphrases for the next step, from a file or from the keyboard, one trustee
/// after the other.
pub(super) fn enter(app: &App, round: &Round, file: Option<&Path>) -> Result<(), AppError> {
    let Some((need, _)) = App::trustees(round) else { return Ok(()) };
    if let Some(path) = file {
        for passphrase in read(path)? {
            app.enter_passphrase(&shell(), &round.id, &passphrase, false)?;
        }
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        // The step itself says what is missing.
        return Ok(());
    }
    while app.gathered(&round.id) < need {
        let typed = ask(&format!(
            "passphrase of a trustee ({} of {need} are there; it is not shown)",
            app.gathered(&round.id)
        ))?;
        if typed.trim().is_empty() {
            return Err(Refusal::new("已取消", "cancelled").into());
        }
        if let Err(error) = app.enter_passphrase(&shell(), &round.id, &typed, false) {
            eprintln!("{error}");
        }
    }
    Ok(())
}

fn ask(what: &str) -> Result<Zeroizing<String>, AppError> {
    rpassword::prompt_password(format!("{what}: "))
        .map(Zeroizing::new)
        .map_err(|e| AppError::File(format!("cannot read the passphrase: {e}")))
}

/// Passphrases from a file: one a line, empty lines and `#` lines left out.
fn read(path: &Path) -> Result<Vec<Zeroizing<String>>, AppError> {
    let text = std::fs::read_to_string(path)
        .map_err(|e| AppError::File(format!("cannot read {}: {e}", path.display())))?;
    let text = Zeroizing::new(text);
    let lines = text.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#'));
    let passphrases: Vec<_> = lines.map(|l| Zeroizing::new(l.to_owned())).collect();
    if passphrases.is_empty() {
        return Err(Refusal::new(
            format!("{} 中没有口令", path.display()),
            format!("{} holds no passphrase", path.display()),
        )
        .into());
    }
    Ok(passphrases)
}
