//! Connections: one enum over both backends, pooled, with the settings that durability and secrecy
//! need.
//! A connection that lacks them is refused, because a ballot acknowledged on an unsafe connection
//! could be lost.

use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::StorageError;
use super::servers::Servers;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const SQLITE_BOX: EmbeddedMigrations = embed_migrations!("migrations/sqlite_box");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// A connection to either backend.
#[derive(diesel::MultiConnection)]
pub(super) enum Db {
    Sqlite(diesel::SqliteConnection),
    Pg(diesel::PgConnection),
}

impl Db {
    /// The connection to a file. Anything else is a fault of the program, and never taken for done.
    pub(super) fn sqlite(&mut self) -> Result<&mut diesel::SqliteConnection, StorageError> {
        match self {
            Self::Sqlite(db) => Ok(db),
            Self::Pg(_) => Err(StorageError::Unavailable(
                "this is done to files, and the database is PostgreSQL".into(),
            )),
        }
    }

    /// The connection to PostgreSQL.
    pub(super) fn postgres(&mut self) -> Result<&mut diesel::PgConnection, StorageError> {
        match self {
            Self::Pg(db) => Ok(db),
            Self::Sqlite(_) => Err(StorageError::Unavailable(
                "this is done to partitions, and the database is SQLite".into(),
            )),
        }
    }
}

/// Where a database is.
#[derive(Debug, Clone)]
pub(super) enum Target {
    /// The main database, a file.
    Sqlite(String),
    /// The box of one round, a file.
    SqliteBox(String),
    /// PostgreSQL, on one server or on several of which one takes writes.
    Postgres(Arc<Servers>),
}

pub(super) type Pool = r2d2::Pool<Manager>;
pub(super) type Lease = r2d2::PooledConnection<Manager>;

impl Target {
    pub(super) fn parse(url: &str, data: &std::path::Path) -> Result<Self, StorageError> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            Ok(Self::Sqlite(path.to_owned()))
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Ok(Self::Postgres(Arc::new(Servers::parse(url, data))))
        } else {
            Err(StorageError::Unavailable(
                "the address must start with sqlite:// or postgres://".into(),
            ))
        }
    }

    /// The same database by another address, with the rights that one has.
    pub(super) fn with_other_rights(
        &self,
        url: &str,
        data: &std::path::Path,
    ) -> Result<Self, StorageError> {
        match (self, Self::parse(url, data)?) {
            (Self::Postgres(main), Self::Postgres(other)) => {
                let other = Arc::into_inner(other)
                    .ok_or_else(|| StorageError::Unavailable("the address is in use".into()))?;
                Ok(Self::Postgres(Arc::new(other.beside(main))))
            }
            _ => Err(StorageError::Unavailable(
                "an address of its own for openings is for PostgreSQL, where the database is on \
                 PostgreSQL too"
                    .into(),
            )),
        }
    }

    /// Makes the folder of a file.
    pub(super) fn prepare(&self) -> Result<(), StorageError> {
        let (Self::Sqlite(path) | Self::SqliteBox(path)) = self else { return Ok(()) };
        match std::path::Path::new(path).parent() {
            Some(folder) if !folder.as_os_str().is_empty() => std::fs::create_dir_all(folder)
                .map_err(|e| {
                    StorageError::Unavailable(format!(
                        "cannot create the folder {}: {e}",
                        folder.display()
                    ))
                }),
            _ => Ok(()),
        }
    }

    fn establish(&self) -> Result<Db, StorageError> {
        let refused = |e: diesel::ConnectionError| StorageError::Unavailable(e.to_string());
        match self {
            Self::Sqlite(path) | Self::SqliteBox(path) => {
                make_private(path)?;
                let mut db = diesel::SqliteConnection::establish(path).map_err(refused)?;
                db.batch_execute(
                    "pragma busy_timeout = 5000; pragma journal_mode = wal; \
                     pragma synchronous = full; pragma foreign_keys = on; \
                     pragma secure_delete = on; pragma trusted_schema = off;",
                )?;
                if matches!(self, Self::SqliteBox(_)) {
                    db.batch_execute(&format!("pragma wal_autocheckpoint = {BOX_LOG_PAGES}"))?;
                }
                check_sqlite(&mut db)?;
                Ok(Db::Sqlite(db))
            }
            Self::Postgres(servers) => {
                let mut db = servers.connect()?;
                check_postgres(&mut db)?;
                Ok(Db::Pg(db))
            }
        }
    }
}

/// Pages in the log of a box at which any writer copies them into the box. Intake does so sooner,
/// when nobody waits ([`super::Storage::checkpoint`]).
const BOX_LOG_PAGES: u32 = 2000;

/// Makes a missing database file readable by its owner only; its journal inherits that.
fn make_private(path: &str) -> Result<(), StorageError> {
    use std::os::unix::fs::OpenOptionsExt;
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(e) if e.kind() != std::io::ErrorKind::AlreadyExists => {
            Err(StorageError::Unavailable(format!("cannot create {path}: {e}")))
        }
        _ => Ok(()),
    }
}

/// Refuses a file on which SQLite could not have write-ahead logging or full syncing.
fn check_sqlite(db: &mut SqliteConnection) -> Result<(), StorageError> {
    use diesel::dsl::sql;
    use diesel::sql_types::{Integer, Text};
    let journal: String =
        diesel::select(sql::<Text>("(select journal_mode from pragma_journal_mode)"))
            .get_result(db)?;
    let synchronous: i32 =
        diesel::select(sql::<Integer>("(select synchronous from pragma_synchronous)"))
            .get_result(db)?;
    if journal == "wal" && synchronous == 2 {
        return Ok(());
    }
    Err(StorageError::Unavailable(format!(
        "SQLite must run with journal_mode wal and synchronous full, but has {journal} and \
         {synchronous}"
    )))
}

/// Refuses a server that would acknowledge before the disk has it, or that keeps commit times.
fn check_postgres(db: &mut PgConnection) -> Result<(), StorageError> {
    for (name, wanted) in [
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("track_commit_timestamp", "off"),
    ] {
        let value: String = diesel::select(diesel::dsl::sql::<diesel::sql_types::Text>(&format!(
            "current_setting('{name}')"
        )))
        .get_result(db)?;
        // `remote_write` would let go before the standby's disk has it.
        let stronger = name == "synchronous_commit" && value == "remote_apply";
        if value != wanted && !stronger {
            return Err(StorageError::Unavailable(format!(
                "PostgreSQL must run with {name} = {wanted}, but has {value}"
            )));
        }
    }
    check_postgres_log(db)
}

/// Refuses a server that writes what statements carry into its log: original texts would stand
/// there from the opening on.
fn check_postgres_log(db: &mut PgConnection) -> Result<(), StorageError> {
    use diesel::sql_types::Text;
    let mut setting = |name: &str| -> Result<String, StorageError> {
        // A server of an older version has no such setting.
        let value = diesel::dsl::sql::<diesel::sql_types::Nullable<Text>>(&format!(
            "current_setting('{name}', true)"
        ));
        Ok(diesel::select(value).get_result::<Option<String>>(db)?.unwrap_or_default())
    };
    let statements = setting("log_statement")?;
    let slow = setting("log_min_duration_statement")?;
    let sampled = (setting("log_min_duration_sample")?, setting("log_transaction_sample_rate")?);
    let logged = matches!(statements.as_str(), "mod" | "all")
        || slow != "-1"
        || !matches!(sampled.0.as_str(), "-1" | "")
        || !matches!(sampled.1.as_str(), "0" | "");
    let lengths =
        (setting("log_parameter_max_length")?, setting("log_parameter_max_length_on_error")?);
    if logged && lengths.0 != "0" {
        return Err(StorageError::Unavailable(format!(
            "PostgreSQL writes statements with their parameters into its log, texts of respondents \
             among them: set log_statement = none,              log_min_duration_statement = -1 \
             and no sampling, or log_parameter_max_length = 0 (now: log_statement = \
             {statements},              log_min_duration_statement = {slow}, \
             log_parameter_max_length = {})",
            lengths.0
        )));
    }
    if !matches!(lengths.1.as_str(), "0" | "") {
        return Err(StorageError::Unavailable(format!(
            "PostgreSQL writes the parameters of failed statements into its log: set \
             log_parameter_max_length_on_error = 0 (now {})",
            lengths.1
        )));
    }
    Ok(())
}

/// Makes connections for a pool.
pub(super) struct Manager {
    target: Target,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Db;
    type Error = StorageError;

    fn connect(&self) -> Result<Db, StorageError> {
        self.target.establish()
    }

    fn is_valid(&self, db: &mut Db) -> Result<(), StorageError> {
        match (db, &self.target) {
            (Db::Pg(pg), Target::Postgres(servers)) => {
                servers.writable(pg).map(drop).map_err(StorageError::Unavailable)
            }
            _ => Ok(()),
        }
    }

    fn has_broken(&self, _: &mut Db) -> bool {
        std::thread::panicking()
    }
}

pub(super) fn pool(target: Target, size: u32) -> Result<Pool, StorageError> {
    // One connection is made here, so that a wrong address is told with its cause and not as a
    // time-out.
    drop(target.establish()?);
    Ok(r2d2::Pool::builder()
        .max_size(size)
        .min_idle(Some(1))
        .connection_timeout(Duration::from_secs(5))
        .error_handler(Box::new(r2d2::NopErrorHandler))
        .build_unchecked(Manager { target }))
}

pub(super) fn lease(pool: &Pool) -> Result<Lease, StorageError> {
    pool.get().map_err(|e| StorageError::Unavailable(e.to_string()))
}

/// Refuses two addresses that lead to two databases.
pub(super) fn check_same_database(main: &mut Db, opening: &mut Db) -> Result<(), StorageError> {
    use diesel::sql_types::Text;
    let (Db::Pg(main), Db::Pg(opening)) = (main, opening) else { return Ok(()) };
    let who =
        "current_database() || ' ' || 'rounds'::regclass::oid || ' ' || pg_postmaster_start_time()";
    let name = |db: &mut PgConnection| {
        diesel::select(diesel::dsl::sql::<Text>(who)).get_result::<String>(db)
    };
    if name(main)? == name(opening)? {
        return Ok(());
    }
    Err(StorageError::Unavailable(
        "ZICHA_OPENING_DATABASE leads to another database than ZICHA_DATABASE; it must be the same \
         by another role"
            .into(),
    ))
}

/// Brings a database to the current schema; a newer one is refused.
pub(super) fn migrate(db: &mut Db, target: &Target) -> Result<(), StorageError> {
    let unavailable = |e: Box<dyn std::error::Error + Send + Sync>| {
        StorageError::Unavailable(format!("migration failed: {e}"))
    };
    match db {
        Db::Sqlite(db) => {
            let migrations =
                || if matches!(target, Target::SqliteBox(_)) { SQLITE_BOX } else { SQLITE };
            let applied = db.applied_migrations().map_err(unavailable)?;
            refuse_unknown(
                &applied.iter().map(ToString::to_string).collect::<Vec<_>>(),
                &versions::<diesel::sqlite::Sqlite>(&migrations())?,
            )?;
            if db.has_pending_migration(migrations()).map_err(unavailable)? {
                // Two processes may start at once; the second finds nothing left to do.
                db.immediate_transaction::<_, diesel::result::Error, _>(|db| {
                    db.run_pending_migrations(migrations())
                        .map(drop)
                        .map_err(diesel::result::Error::QueryBuilderError)
                })?;
            }
        }
        Db::Pg(db) => {
            // Without a statement that only an owner may run, since a node with the rights of one
            // part comes this way too.
            let applied = applied(db)?;
            let known = versions::<diesel::pg::Pg>(&POSTGRES)?;
            refuse_unknown(&applied, &known)?;
            if known.iter().all(|version| applied.contains(version)) {
                return Ok(());
            }
            if !may_change(db)? {
                return Err(StorageError::Unavailable(
                    "this version of zicha needs a newer database; let its owner bring it up to \
                     date: run any command, such as `zicha round list`, with the owner's address, \
                     then deploy/postgres/roles.sql"
                        .into(),
                ));
            }
            db.batch_execute("select pg_advisory_lock(7311642)")?;
            let done = db.run_pending_migrations(POSTGRES).map(drop).map_err(unavailable);
            db.batch_execute("select pg_advisory_unlock(7311642)")?;
            done?;
        }
    }
    Ok(())
}

/// Versions of the migrations that this program has.
fn versions<B>(known: &EmbeddedMigrations) -> Result<Vec<String>, StorageError>
where
    B: diesel::backend::Backend,
    EmbeddedMigrations: diesel::migration::MigrationSource<B>,
{
    use diesel::migration::{Migration, MigrationSource};
    let known = MigrationSource::<B>::migrations(known)
        .map_err(|e| StorageError::Unavailable(e.to_string()))?;
    Ok(known.iter().map(|m| Migration::<B>::name(m).version().to_string()).collect())
}

/// Versions of the migrations that a PostgreSQL database has seen.
fn applied(db: &mut PgConnection) -> Result<Vec<String>, StorageError> {
    use diesel::dsl::sql;
    use diesel::sql_types::{Bool, Text};
    let begun: bool =
        diesel::select(sql::<Bool>("to_regclass('__diesel_schema_migrations') is not null"))
            .get_result(db)?;
    Ok(if begun {
        sql::<Text>("select version::text from __diesel_schema_migrations").load(db)?
    } else {
        Vec::new()
    })
}

/// Whether this role owns the tables, or may make them.
fn may_change(db: &mut PgConnection) -> Result<bool, StorageError> {
    let may = "has_schema_privilege(current_schema(), 'create') and coalesce(( \
               select pg_has_role(tableowner::name, 'usage') from pg_tables \
               where schemaname = current_schema() and tablename = 'rounds'), true)";
    Ok(diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>(may)).get_result(db)?)
}

fn refuse_unknown(applied: &[String], known: &[String]) -> Result<(), StorageError> {
    if applied.iter().all(|version| known.contains(version)) {
        return Ok(());
    }
    Err(StorageError::Unavailable(
        "it was written by a newer version of zicha; use that version".into(),
    ))
}
