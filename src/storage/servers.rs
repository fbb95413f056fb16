//! PostgreSQL servers behind one address: the primary and its standbys, of which one at a time
//! takes writes.
//! After a failover the old primary may come back and take writes too; what it says is out of date,
//! so it is told by its timeline and left alone.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::StorageError;

/// What the address says about the connection unless it says otherwise: a dead server is noticed
/// within seconds, not hours.
const PATIENCE: [(&str, &str); 5] = [
    ("connect_timeout", "3"),
    ("keepalives_idle", "5"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "10000"),
];

/// The servers of one address.
#[derive(Debug)]
pub(super) struct Servers {
    urls: Vec<String>,
    /// The one that answered last.
    current: AtomicUsize,
    /// The newest timeline seen; each promotion begins another.
    timeline: Arc<AtomicU32>,
    /// Where it is kept, so that a program that starts while only the old primary is up does not
    /// take it for the newest.
    kept: PathBuf,
}

impl Servers {
    /// Reads an address that may name several hosts, as libpq writes them:
    /// `postgres://USER@ONE:5432,TWO:5432/NAME`.
    pub(super) fn parse(url: &str, data: &Path) -> Self {
        let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let (user, hosts) =
            authority.rfind('@').map_or(("", authority), |at| authority.split_at(at + 1));
        let mut query = String::new();
        for (name, value) in PATIENCE.iter().filter(|(name, _)| !path.contains(&format!("{name}=")))
        {
            query.push(if path.contains('?') || !query.is_empty() { '&' } else { '?' });
            query.push_str(&format!("{name}={value}"));
        }
        let urls =
            hosts.split(',').map(|host| format!("{scheme}://{user}{host}{path}{query}")).collect();
        let kept = data.join("timeline");
        let timeline = std::fs::read_to_string(&kept)
            .ok()
            .and_then(|text| text.trim().parse().ok())
            .unwrap_or(0);
        Self {
            urls,
            current: AtomicUsize::new(0),
            timeline: Arc::new(AtomicU32::new(timeline)),
            kept,
        }
    }

    /// Other rights on the same servers: what one learns of a failover the other knows, too.
    pub(super) fn beside(self, main: &Self) -> Self {
        Self { timeline: main.timeline.clone(), ..self }
    }

    /// A connection to the server that takes writes now.
    pub(super) fn connect(&self) -> Result<PgConnection, StorageError> {
        let count = self.urls.len();
        let first = self.current.load(Ordering::Relaxed);
        let mut refused = Vec::new();
        // At first all of them are asked, so that a server which was left behind is not taken for
        // the newest.
        let mut newest: Option<(u32, usize, PgConnection)> = None;
        let all = count > 1 && self.timeline.load(Ordering::Relaxed) == 0;
        for at in (0..count).map(|n| (first + n) % count) {
            match self.connect_to(at) {
                Ok((timeline, db)) if all => {
                    if newest.as_ref().is_none_or(|(known, ..)| timeline > *known) {
                        newest = Some((timeline, at, db));
                    }
                }
                Ok((timeline, db)) => return Ok(self.chosen(timeline, at, db)),
                Err(why) => refused.push(why),
            }
        }
        match newest {
            Some((timeline, at, db)) => Ok(self.chosen(timeline, at, db)),
            None => Err(StorageError::Unavailable(refused.join("; "))),
        }
    }

    fn chosen(&self, timeline: u32, at: usize, db: PgConnection) -> PgConnection {
        if self.timeline.fetch_max(timeline, Ordering::Relaxed) < timeline && self.urls.len() > 1 {
            // Without it this process still knows; only the next one would not.
            std::fs::write(&self.kept, format!("{timeline}\n")).ok();
        }
        self.current.store(at, Ordering::Relaxed);
        db
    }

    fn connect_to(&self, at: usize) -> Result<(u32, PgConnection), String> {
        let mut db = PgConnection::establish(&self.urls[at]).map_err(|e| e.to_string())?;
        let told = |e: diesel::result::Error| e.to_string();
        db.batch_execute(
            "set client_min_messages = warning; set lock_timeout = '5s'; set statement_timeout = \
             '120s';",
        )
        .map_err(told)?;
        let timeline = self.writable(&mut db).map_err(|why| format!("server {} {why}", at + 1))?;
        Ok((timeline, db))
    }

    /// The timeline of a server that takes writes and is not left behind; else why not.
    pub(super) fn writable(&self, db: &mut PgConnection) -> Result<u32, String> {
        use diesel::sql_types::{Bool, Text};
        if self.urls.len() == 1 {
            return db.batch_execute("select 1").map(|()| 1).map_err(|e| e.to_string());
        }
        if diesel::select(diesel::dsl::sql::<Bool>("pg_is_in_recovery()"))
            .get_result(db)
            .map_err(|e| e.to_string())?
        {
            return Err("is a standby".to_owned());
        }
        // The first eight digits of the write-ahead log's file name.
        let file: String =
            diesel::select(diesel::dsl::sql::<Text>("pg_walfile_name(pg_current_wal_lsn())"))
                .get_result(db)
                .map_err(|e| e.to_string())?;
        let timeline =
            file.get(..8).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0);
        if timeline < self.timeline.load(Ordering::Relaxed) {
            return Err(
                "was primary before a failover; make it a standby of the new one".to_owned()
            );
        }
        Ok(timeline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failover_that_one_role_has_seen_is_known_to_the_other() {
        let main = Servers::parse("postgres://desk@one,two/n", Path::new("/nowhere"));
        let opening =
            Servers::parse("postgres://opening@one,two/n", Path::new("/nowhere")).beside(&main);
        main.timeline.store(7, Ordering::Relaxed);
        assert_eq!(opening.timeline.load(Ordering::Relaxed), 7);
        assert!(opening.urls[0].starts_with("postgres://opening@one/n"));
    }

    #[test]
    fn an_address_of_several_servers_becomes_one_for_each() {
        let urls = |url: &str| Servers::parse(url, Path::new("/nowhere")).urls;
        assert_eq!(
            urls(
                "postgres://zicha:pa%40ss@one:5432,two:5433/zicha?connect_timeout=9\
                 &tcp_user_timeout=1&keepalives_idle=1&keepalives_interval=1&keepalives_count=1"
            ),
            [
                "postgres://zicha:pa%40ss@one:5432/zicha?connect_timeout=9&tcp_user_timeout=1\
                 &keepalives_idle=1&keepalives_interval=1&keepalives_count=1",
                "postgres://zicha:pa%40ss@two:5433/zicha?connect_timeout=9&tcp_user_timeout=1\
                 &keepalives_idle=1&keepalives_interval=1&keepalives_count=1",
            ]
        );
        let plain = urls("postgres://h/n");
        assert!(
            plain.len() == 1
                && plain[0].starts_with("postgres://h/n?connect_timeout=3&keepalives_idle=5&"),
            "{plain:?}"
        );
        assert!(
            urls("postgres://h/n?sslmode=require")[0]
                .starts_with("postgres://h/n?sslmode=require&connect_timeout=3&")
        );
    }
}
