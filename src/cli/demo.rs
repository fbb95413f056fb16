//! `zicha demo`: a throwaway installation with invented data, and what one needs to look around.

use std::path::Path;
use std::sync::Arc;

use super::output::{SecretFile, say};
use super::service;
use crate::app::{App, AppError, Demo, Part, Settings};
use crate::export::{Headers, to_csv};
use crate::web::sheet;

/// Fills a fresh folder and serves it. The folder is deleted at the end.
pub(super) fn run(settings: Settings) -> Result<(), AppError> {
    let folder = std::env::temp_dir().join(format!("zicha-demo-{}", std::process::id()));
    if folder.exists() {
        std::fs::remove_dir_all(&folder)
            .map_err(|e| AppError::File(format!("cannot clear {}: {e}", folder.display())))?;
    }
    // All settings hold but those that say where data are: this is a throwaway.
    let here = settings.public_url();
    let settings = Settings {
        data: folder.clone(),
        database: None,
        opening_database: None,
        server_key: None,
        part: Part::All,
        public_url: settings.public_url.or(Some(here)),
        demo: true,
        ..settings
    };
    eprintln!("filling a throwaway demo in {} …", folder.display());
    let app = Arc::new(App::open(settings)?);
    let demo = app.fill_demo()?;
    let round = app.round(&demo.open)?;
    let marks = app.marks(&round, crate::text::Lang::Zh);
    SecretFile::create(&folder.join("slips.html"))?
        .finish(sheet::sheet(&round, &demo.slips, &marks).into_string().as_bytes())?;
    SecretFile::create(&folder.join("slips.csv"))?
        .finish(&to_csv(&sheet::table(&round, &demo.slips), Headers::Ids))?;
    let result = service::run(app, |app| print(app, &demo, &folder));
    std::fs::remove_dir_all(&folder).ok();
    result
}

fn print(app: &App, demo: &Demo, folder: &Path) {
    let base = app.settings().public_url();
    say(format_args!("\nzicha demo 演示（单位、人数、答卷全部为虚构）\n"));
    say(format_args!("  questionnaire 问卷     {base}/r/{}", demo.open));
    say(format_args!("  desk          工作台   {base}/desk"));
    say(format_args!("  bulletin      公示栏   {base}/bulletin/{}", demo.past));
    say(format_args!(
        "  unused slips  填写码   {}  ({} codes; slips.csv beside it)",
        folder.join("slips.html").display(),
        demo.slips.len()
    ));
    say(format_args!("\n  accounts 账号"));
    for account in &demo.accounts {
        say(format_args!(
            "    {:<10} {}  {} ({})",
            account.name,
            account.password,
            account.role.label(crate::text::Lang::Zh),
            account.role.as_str()
        ));
    }
    say(format_args!("\n  three things to try 试一试"));
    if let Some(slip) = demo.slips.first() {
        say(format_args!("    1. answer as an officer:  {}", slip.url));
    }
    say(format_args!("       then enter the same code again: the slip itself is the receipt"));
    say(format_args!(
        "    2. sign in as fuzeren: heat map, problem list of each unit, CSV of the released round \
         ({} ballots)",
        demo.ballots
    ));
    say(format_args!("       {base}/desk/rounds/{}/results", demo.past));
    say(format_args!(
        "    3. sign in as zhongdui (head of CS): only the own list, and only after release\n"
    ));
    say(format_args!("  Ctrl-C ends the demo and deletes its folder."));
}
