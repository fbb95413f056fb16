//! zicha as its users in a terminal meet it: the binary, run as a process of its own.

use std::process::{Command, Output};

use crate::test_app::{Backend, agent, free_port, open_beside, settings};

/// A data folder and database, and the commands run on them.
pub struct Shell {
    pub folder: tempfile::TempDir,
    pub database: Option<String>,
    /// The program that is run; another version's in tests of an upgrade.
    pub program: String,
}

impl Shell {
    pub fn new(backend: Backend) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = settings(backend, folder.path()).database;
        Self::at(folder, database)
    }

    pub fn at(folder: tempfile::TempDir, database: Option<String>) -> Self {
        Self { folder, database, program: env!("CARGO_BIN_EXE_zicha").to_owned() }
    }

    /// The same place for code that calls the application itself.
    pub fn settings(&self) -> zicha::app::Settings {
        zicha::app::Settings {
            database: self.database.clone(),
            data: self.folder.path().to_owned(),
            listen: "127.0.0.1:0".into(),
            ..Default::default()
        }
    }

    /// Rows of a table of the main database.
    pub fn count(&self, table: &str) -> usize {
        use diesel::prelude::*;
        let query =
            diesel::dsl::sql::<diesel::sql_types::BigInt>(&format!("select count(*) from {table}"));
        let count: i64 = match &self.database {
            Some(url) => query.get_result(&mut PgConnection::establish(url).unwrap()).unwrap(),
            None => query.get_result(&mut open_beside(self.path("zicha.db"))).unwrap(),
        };
        usize::try_from(count).unwrap()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(["--data", self.folder.path().to_str().unwrap()]).args(arguments);
        // Slips for this machine alone, asked for by name.
        command.env("ZICHA_PUBLIC_URL", "http://127.0.0.1:8080");
        if let Some(url) = &self.database {
            command.args(["--database", url]);
        }
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs the service with its clock at `now` until `page` shows up at `path`, or fails after ten
    /// seconds.
    pub fn serve_at(&self, now: time::OffsetDateTime, path: &str, page: &str) {
        let port = free_port();
        let mut server = self
            .command(&["serve", "--listen", &format!("127.0.0.1:{port}")])
            .env("ZICHA_TEST_NOW", now.unix_timestamp().to_string())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let agent = agent();
        let shown = (0..100).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(100));
            let body = agent
                .get(format!("http://127.0.0.1:{port}{path}"))
                .call()
                .ok()
                .and_then(|r| r.into_body().read_to_string().ok());
            body.is_some_and(|b| b.contains(page))
        });
        server.kill().unwrap();
        server.wait().unwrap();
        assert!(shown, "{path} never showed {page}");
    }

    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// A command as it is typed, without blanks in any argument.
    pub fn runs(&self, line: &str) -> String {
        self.ok(&line.split_whitespace().collect::<Vec<_>>())
    }

    /// The same, refused.
    pub fn refuses(&self, line: &str, says: &str) {
        self.refused(&line.split_whitespace().collect::<Vec<_>>(), says);
    }

    /// Exit code 1 and one sentence, after warnings if there are any.
    pub fn refused(&self, arguments: &[&str], says: &str) {
        let output = self.run(arguments);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {error}");
        let sentence =
            error.lines().find(|line| !line.starts_with("warning: ")).unwrap_or_default();
        assert!(error.contains(says) && sentence.starts_with("zicha: "), "{arguments:?}: {error}");
        assert!(!error.contains("panicked"), "{error}");
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }
}
