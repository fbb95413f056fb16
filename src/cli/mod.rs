//! The command line: one subcommand per use case, exit 0 for ok, 1 for refused or failed, 2 for
//! usage.
//! It holds no rule of its own; whatever it refuses, the desk refuses too.

mod arguments;
mod commands;
mod custody;
mod demo;
mod keeping;
mod office;
mod output;
mod service;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use arguments::{Account, BoxCommand, Cli, Command, Slips};

use crate::app::{App, AppError, Official, Part, Settings};

/// Runs a command line and says how it went.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            drop(error.print());
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match dispatch(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("zicha: {error}");
            ExitCode::from(1)
        }
    }
}

fn dispatch(cli: Cli) -> Result<(), AppError> {
    service::forbid_core_dumps();
    let settings = || -> Result<Settings, AppError> {
        let mut settings = Settings::load(cli.config.as_deref(), |name| {
            std::env::var(name).ok().filter(|v| !v.is_empty())
        })?;
        settings.database = cli.place.database.clone().or(settings.database);
        settings.data = cli.place.data.clone().unwrap_or(settings.data);
        Ok(settings)
    };
    let out = output::Output { json: cli.json, yes: cli.yes };
    match cli.command {
        Command::Check { files, units } => commands::check(&files, units.as_deref()),
        Command::Schema => {
            output::print_text(format_args!("{}", crate::survey::Survey::json_schema()));
            Ok(())
        }
        Command::BackupKey { file } => {
            let public = App::make_backup_key(&file)?;
            out.result(&public, &serde_json::json!({ "public_key": public }));
            Ok(())
        }
        Command::Demo { listen, public_url } => {
            let mut settings = settings()?;
            settings.listen = listen.unwrap_or(settings.listen);
            settings.public_url = public_url.or(settings.public_url);
            demo::run(settings)
        }
        Command::Serve { listen, desk_listen, public_url } => {
            let mut settings = settings()?;
            settings.listen = listen.unwrap_or(settings.listen);
            settings.desk_listen = desk_listen.or(settings.desk_listen);
            settings.public_url = public_url.or(settings.public_url);
            service::serve(settings)
        }
        Command::Health { listen, ready } => {
            let settings = settings()?;
            let desk_only = settings.part == Part::Desk;
            service::health(
                &listen.or(settings.desk_listen.filter(|_| desk_only)).unwrap_or(settings.listen),
                ready,
            )
        }
        other => with_app(&Arc::new(App::open(settings()?)?), other, out),
    }
}

/// Commands that work on an installation.
fn with_app(app: &Arc<App>, command: Command, out: output::Output) -> Result<(), AppError> {
    match command {
        Command::Units(command) => office::units(app, command),
        Command::Round(command) => commands::round(app, command, out),
        Command::Slips(Slips::Issue { round, unit, spare, qr, format, out: file }) => {
            commands::issue_slips(app, &round, unit.as_ref(), &spare, qr, format, &file, out)
        }
        Command::Box(BoxCommand::Open { round, passphrases }) => {
            custody::open_box(app, &round, passphrases.as_deref(), out)
        }
        Command::Box(BoxCommand::Test { round, passphrases }) => {
            custody::test(app, &round, passphrases.as_deref(), out)
        }
        Command::Export { table, round, unit, format, headers, encoding, out } => {
            let unit = unit.as_deref();
            commands::export(app, &table, &round, unit, format, headers, encoding, &out)
        }
        Command::Account(Account::Add { name, role, unit, person, post }) => {
            office::add_account(app, &name, &role, unit, &Official::of(&person, &post), out)
        }
        Command::Backup { file, to } => keeping::backup(app, &file, to.as_deref(), out),
        Command::Restore { file, key } => keeping::restore(app, &file, &key, out),
        Command::Audit(command) => office::audit(app, command, out),
        Command::Clock { command } => keeping::clock(app, command.is_some(), out),
        Command::Verify { round } => office::verify(app, &round, out),
        Command::Check { .. }
        | Command::Schema
        | Command::BackupKey { .. }
        | Command::Demo { .. }
        | Command::Serve { .. }
        | Command::Health { .. } => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
