//! Accounts, the audit chain and the sums of a bulletin on the command line.
//! What is shown once is shown here, and what does not hold ends with a failure.

use super::arguments::{Audit, Units};
use super::output::{Output, print_text, say, shell, write_file};
use crate::app::{App, AppError, AuditFilter, NewAccount, Official, Role};
use crate::export::{Headers, to_csv};
use crate::id::RoundId;
use crate::text::Refusal;
use crate::unit;
use crate::unit::UnitCode;
use serde_json::json;
use std::path::Path;

/// `zicha units …`.
pub(super) fn units(app: &App, command: Units) -> Result<(), AppError> {
    match command {
        Units::Import { file } => {
            let bytes = read(&file)?;
            let notes = app.understand_units(&App::unit_table(&bytes)?, None)?.notes;
            let units = app.import_units(&shell(), &bytes)?;
            for note in notes {
                eprintln!("note: {note}");
            }
            let groups = unit::groups(&units);
            say(format_args!(
                "imported {} units in {} groups, {} heads",
                units.len(),
                groups.len(),
                units.iter().map(|u| u.headcount).sum::<u32>()
            ));
            for group in groups.iter().filter(|g| g.headcount < 20) {
                eprintln!(
                    "note: group {} has {} heads; below 20 its bands are coarser and no turnout is \
                     shown while a round is open",
                    group.code, group.headcount
                );
            }
            Ok(())
        }
        Units::Export { out } => {
            let csv = unit::to_csv(&app.units()?);
            if let Some(path) = out {
                write_file(&path, &csv)
            } else {
                print_text(format_args!(
                    "{}",
                    String::from_utf8_lossy(&csv).trim_start_matches('\u{FEFF}')
                ));
                Ok(())
            }
        }
    }
}

/// `zicha account add`.
pub(super) fn add_account(
    app: &App,
    name: &str,
    role: &str,
    units: Vec<UnitCode>,
    official: &Official,
    out: Output,
) -> Result<(), AppError> {
    let role: Role = role.parse().map_err(|()| {
        let names: Vec<&str> = Role::ALL.iter().map(|r| r.1).collect();
        Refusal::new(
            format!("没有名为 {role} 的角色"),
            format!("there is no role `{role}`; there are {}", names.join(", ")),
        )
    })?;
    let mut account = NewAccount { units, ..NewAccount::new(name, role) };
    if *official != Official::default() {
        let wrong = official.mistakes();
        if !wrong.is_empty() {
            return Err(AppError::Mistakes(wrong));
        }
        account.official = official.clone();
    }
    let password = app.add_account_of(&shell(), &account, None)?;
    out.result(
        &format!("account {name} ({}): password {password} — shown only this once", role.as_str()),
        &json!({ "account": name, "role": role.as_str(), "password": password }),
    );
    Ok(())
}

/// `zicha audit …`.
pub(super) fn audit(app: &App, command: Audit, out: Output) -> Result<(), AppError> {
    match command {
        Audit::Verify { head } => {
            let chain = app.verify_audit(&shell(), head.as_deref())?;
            let last = chain.rows.last().map_or("", |row| row.hash.as_str());
            out.result(
                &format!("{} rows, intact; head {last}", chain.rows.len()),
                &json!({ "rows": chain.rows.len(), "intact": true, "head": last }),
            );
        }
        Audit::Export { out: file } => {
            let table = app.export_audit(&shell(), &AuditFilter::default())?;
            write_file(&file, &to_csv(&table, Headers::Chinese))?;
            out.result(
                &format!("{} rows in {}", table.rows.len(), file.display()),
                &json!({ "rows": table.rows.len() }),
            );
        }
    }
    Ok(())
}

/// `zicha verify`.
pub(super) fn verify(app: &App, id: &RoundId, out: Output) -> Result<(), AppError> {
    let checks = app.verify(id)?;
    if out.json {
        let list = checks.iter().map(|c| {
            json!({
                "check": c.what.en, "holds": c.holds,
                "left": c.figures.0, "right": c.figures.1,
            })
        });
        let list: Vec<_> = list.collect();
        say(format_args!("{}", json!(list)));
    } else {
        for check in &checks {
            say(format_args!(
                "{} {}  ({} / {})",
                if check.holds { "✓" } else { "✗" },
                check.what.en,
                check.figures.0,
                check.figures.1
            ));
        }
    }
    match checks.iter().filter(|c| !c.holds).count() {
        0 => Ok(()),
        wrong => Err(Refusal::new(
            format!("{wrong} 项不符"),
            format!("{wrong} of {} checks do not hold", checks.len()),
        )
        .into()),
    }
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, AppError> {
    std::fs::read(path).map_err(|e| AppError::File(format!("cannot read {}: {e}", path.display())))
}
