//! What each subcommand does: read the arguments, call the application, print.

use std::path::{Path, PathBuf};

use serde_json::json;

use super::arguments::{Custody, Encoding, Format, HeaderKind, Qr, Round, SlipFormat};
use super::custody;
use super::office::read;
use super::output::{Output, SecretFile, say, shell, write_file};
use crate::app::{App, AppError, Document, FileFormat, NewRound, Wanted};
use crate::export::{Headers, TableName, to_csv};
use crate::id::RoundId;
use crate::round::Reach;
use crate::round::{RoundState, parse_typed_day, turnout_label};
use crate::survey::Survey;
use crate::text::Refusal;
use crate::unit;
use crate::unit::UnitCode;
use crate::web::sheet;

/// `zicha check FILE…`: all mistakes of all files, and what their questions would tell.
pub(super) fn check(files: &[PathBuf], units: Option<&Path>) -> Result<(), AppError> {
    let table = |file: &Path| {
        unit::read(&App::unit_table(&read(file)?)?, None, &[]).units().map_err(AppError::Mistakes)
    };
    let units = units.map(table).transpose()?.unwrap_or_default();
    let mut wrong = 0;
    for path in files {
        let shown = path.display();
        let checked = std::fs::read(path)
            .map_err(|e| AppError::File(format!("cannot be read: {e}")))
            .and_then(|bytes| App::check_survey(&bytes));
        match checked {
            Ok(survey) => {
                say(format_args!(
                    "{shown}: ok ({}, {} categories, {} questions)",
                    survey.id(),
                    survey.categories().count(),
                    survey.questions().len()
                ));
                let exposures = App::exposures(&survey, &units);
                for exposure in &exposures {
                    eprintln!(
                        "{shown}: {}: {}",
                        if exposure.refused { "refused" } else { "note" },
                        exposure.why
                    );
                }
                wrong += usize::from(exposures.iter().any(|exposure| exposure.refused));
            }
            Err(error) => {
                wrong += 1;
                for line in error.to_string().lines() {
                    eprintln!(
                        "{shown}:{}{line}",
                        if matches!(error, AppError::Mistakes(_)) { "" } else { " " }
                    );
                }
            }
        }
    }
    if wrong == 0 {
        Ok(())
    } else {
        Err(Refusal::new(
            format!("{wrong} 个文件有误"),
            format!("{wrong} of {} files have mistakes", files.len()),
        )
        .into())
    }
}

/// `zicha round …`.
pub(super) fn round(app: &App, command: Round, out: Output) -> Result<(), AppError> {
    match command {
        Round::Create { survey, title, opens, closes, units, access, looks_back } => {
            let survey = find_survey(&survey)?;
            let new = NewRound {
                survey: &survey,
                title: &title,
                opens: parse_typed_day(&opens)?,
                closes: parse_typed_day(&closes)?,
                units: &units,
                access: access.into(),
                looks_back,
            };
            let id = app.create_round(&shell(), &new)?;
            warn(app, &id)?;
            out.result(id.as_str(), &json!({ "round": id }));
        }
        Round::Open { id, custody, trustees, quorum, passphrases_out } => {
            match (custody, trustees.zip(quorum)) {
                (Some(Custody::Server), _) => {
                    warn(app, &id)?;
                    custody::open_by_server(app, &id, out)?;
                }
                (None, Some(number)) => {
                    warn(app, &id)?;
                    custody::open_by_trustees(app, &id, number, passphrases_out.as_deref(), out)?;
                }
                (None, None) => {
                    return Err(Refusal::new(
                    "请指明钥匙由谁保管：--trustees 4 --quorum 3，或 --custody server（试用）",
                    "say who holds the key: --trustees 4 --quorum 3, or --custody server (a trial)",
                )
                .into());
                }
            }
        }
        Round::Close { id, passphrases } => close(app, &id, passphrases.as_deref(), out)?,
        Round::Release { id, bulletin } => {
            let reach = Reach::parse(&bulletin).unwrap_or_default();
            if app.round(&id)?.state == RoundState::Opened {
                out.confirm(
                    "Unit heads will see their lists, and everybody what the bulletin is to show; \
                     this cannot be undone.",
                )?;
            }
            app.release_round(&shell(), &id, reach)?;
            out.result("released", &json!({ "round": id, "state": "released" }));
        }
        Round::List => list(app, out)?,
        Round::Status { id } => status(app, &id, out)?,
    }
    Ok(())
}

/// `zicha round close`.
fn close(app: &App, id: &RoundId, passphrases: Option<&Path>, out: Output) -> Result<(), AppError> {
    let before = app.round(id)?;
    if before.state == RoundState::Open && app.now() < before.ends_at() {
        out.confirm(
            "The closing day is not over: closing now cannot be undone and is shown on the \
             bulletin.",
        )?;
        custody::enter(app, &before, passphrases)?;
    }
    let round = app.close_round(&shell(), id)?;
    let sums = round.closing.ok_or_else(|| AppError::File("closing sums are missing".into()))?;
    out.result(
        &format!(
            "closed: issued {}, used {}, ballots {}\ndigest {}",
            sums.issued, sums.used, sums.ballots, sums.digest
        ),
        &json!({
            "round": id, "state": "closed",
            "issued": sums.issued, "used": sums.used, "ballots": sums.ballots,
            "digest": sums.digest, "early": sums.early, "over": sums.over,
        }),
    );
    Ok(())
}

/// `zicha round list`.
fn list(app: &App, out: Output) -> Result<(), AppError> {
    let rounds = app.rounds()?;
    let lines: Vec<String> = rounds
        .iter()
        .map(|r| {
            format!("{}  {:<9} {} – {}  {}", r.id, r.state.as_str(), r.opens, r.closes, r.title)
        })
        .collect();
    let list: Vec<_> = rounds
        .iter()
        .map(|r| {
            json!({
                "round": r.id, "state": r.state, "title": r.title,
                "opens": r.opens.to_string(), "closes": r.closes.to_string(),
            })
        })
        .collect();
    let text = if lines.is_empty() {
        "no rounds yet; create one with `zicha round create`".to_owned()
    } else {
        lines.join("\n")
    };
    out.result(&text, &json!(list));
    Ok(())
}

/// Says before a round opens what should be known of its questions and units.
fn warn(app: &App, id: &RoundId) -> Result<(), AppError> {
    for warning in app.warnings(id)? {
        eprintln!("warning: {warning}");
    }
    Ok(())
}

fn status(app: &App, id: &RoundId, out: Output) -> Result<(), AppError> {
    let round = app.round(id)?;
    let groups = unit::groups(&app.round_units(id)?);
    let mut text = format!(
        "{}  {}\nstate {}, {} – {}, access {}",
        round.id,
        round.title,
        round.state.as_str(),
        round.opens,
        round.closes,
        round.access.as_str()
    );
    if round.is_trial() {
        text.push_str("\n试用 (trial)");
    }
    for (code, band) in &round.turnout.bands {
        let name = groups.iter().find(|g| g.code == *code).map_or("", |g| g.name.as_str());
        text.push_str(&format!(
            "\nturnout at {}: {code} {name} {}",
            round.turnout.taken(crate::text::Lang::En).unwrap_or_default(),
            turnout_label(*band, crate::text::Lang::Zh)
        ));
    }
    if let Some(sums) = &round.closing {
        text.push_str(&format!(
            "\nissued {}, used {}, ballots {}\ndigest {}",
            sums.issued, sums.used, sums.ballots, sums.digest
        ));
    }
    out.result(
        &text,
        &json!({
            "round": round.id, "title": round.title, "state": round.state,
            "opens": round.opens.to_string(), "closes": round.closes.to_string(),
            "access": round.access, "trial": round.is_trial(), "turnout": round.turnout,
            "closing": round.closing, "destroyed": round.destroyed,
        }),
    );
    Ok(())
}

/// `zicha slips issue`.
#[expect(clippy::too_many_arguments, reason = "one for each option of the command")]
pub(super) fn issue_slips(
    app: &App,
    id: &RoundId,
    unit: Option<&UnitCode>,
    spare: &str,
    qr: Qr,
    format: SlipFormat,
    file: &Path,
    out: Output,
) -> Result<(), AppError> {
    let spare = spare.trim_end_matches('%').parse().map_err(|_| {
        Refusal::new(
            "备用比例应写作 10%",
            format!("`{spare}` is not a percentage; write it as 10%"),
        )
    })?;
    let state = app.round(id)?.state;
    if matches!(state, RoundState::Draft | RoundState::Open) && app.slips_issued(id)? > 0 {
        out.confirm("Slips were issued before: the new ones void them.")?;
    }
    // Neither a file that cannot be written nor a refusal may cost the slips that people hold or
    // have yet to print.
    let pending = SecretFile::create(file)?;
    let slips = app.issue_slips(&shell(), id, unit, spare, qr == Qr::Code)?;
    let round = app.round(id)?;
    let bytes = match format {
        SlipFormat::Html => sheet::sheet(&round, &slips, &app.marks(&round, crate::text::Lang::Zh))
            .into_string()
            .into_bytes(),
        SlipFormat::Csv => to_csv(&sheet::table(&round, &slips), Headers::Ids),
    };
    pending.finish(&bytes)?;
    eprintln!("the slips lead to {}", app.address_for_slips()?.as_str());
    out.result(
        &format!("{} slips in {}", slips.len(), file.display()),
        &json!({ "round": id, "slips": slips.len() }),
    );
    Ok(())
}

/// `zicha export`.
#[expect(clippy::too_many_arguments, reason = "one for each option of the command")]
pub(super) fn export(
    app: &App,
    table: &str,
    id: &RoundId,
    unit: Option<&str>,
    format: Format,
    headers: Option<HeaderKind>,
    encoding: Encoding,
    file: &Path,
) -> Result<(), AppError> {
    let document: Document = table.parse().map_err(|()| {
        let names: Vec<&str> =
            TableName::ALL.into_iter().map(TableName::as_str).chain(["letter", "report"]).collect();
        Refusal::new(
            format!("没有名为 {table} 的表"),
            format!("there is no table `{table}`; this version has {}", names.join(", ")),
        )
    })?;
    if !matches!(document, Document::Table(_)) && (format != Format::Docx || unit.is_some()) {
        return Err(Refusal::new(
            format!("{table} 是全局的 Word 文件，请用 --format docx，且不带 --unit"),
            format!("{table} is a Word file of the whole bureau: use --format docx and no --unit"),
        )
        .into());
    }
    let format = match format {
        Format::Csv => FileFormat::Csv,
        Format::Json => FileFormat::Json,
        Format::Xlsx => FileFormat::Xlsx,
        Format::Docx => FileFormat::Docx,
    };
    let headers = if headers == Some(HeaderKind::Id) { Headers::Ids } else { Headers::Chinese };
    let group = unit.map(|code| app.group_named(&shell(), id, code)).transpose()?;
    let wanted = Wanted {
        document,
        format,
        group: group.as_ref(),
        each: false,
        headers,
        gb18030: encoding == Encoding::Gb18030,
    };
    let made = app.export(&shell(), id, &wanted)?;
    write_file(file, &made.bytes)?;
    say(format_args!("{} in {}", made.name, file.display()));
    Ok(())
}

/// A shipped survey by its name, or one from a file.
fn find_survey(name: &str) -> Result<Survey, AppError> {
    if let Some(survey) = App::shipped_surveys().into_iter().find(|s| s.id() == name) {
        return Ok(survey);
    }
    if !Path::new(name).exists() {
        let names: Vec<String> = App::shipped_surveys().iter().map(|s| s.id().to_owned()).collect();
        return Err(Refusal::new(
            format!("没有名为 {name} 的问卷，也没有这个文件"),
            format!("there is no survey or file `{name}`; shipped are {}", names.join(", ")),
        )
        .into());
    }
    App::check_survey(&read(Path::new(name))?)
}
