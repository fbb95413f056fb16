//! Boxes as files of SQLite: one each, so that destroying a box is deleting its file.
//! Emptied first: another process that still has the file open must find nothing in it either.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex, PoisonError};

use diesel::connection::SimpleConnection;

use crate::id::RoundId;
use crate::storage::StorageError;
use crate::storage::connection::{self, Lease, Target};

/// The place of a ballot by its name, in the words of SQLite; the box's own check says the same.
/// The name is taken as a number of sixteen hexadecimal digits, moved down so that it fits a signed
/// one.
pub fn place_of() -> &'static str {
    static PLACE: LazyLock<String> = LazyLock::new(|| {
        let digit = |n: u32| {
            let value = format!("instr('123456789ABCDEF', substr(hex(id), {}, 1))", n + 1);
            let value = if n == 0 { format!("({value} - 8)") } else { value };
            format!("({value} << {})", 60 - 4 * n)
        };
        (0..16).map(digit).collect::<Vec<_>>().join(" + ")
    });
    &PLACE
}

/// The connections to one box.
#[derive(Clone)]
struct Pools {
    all: connection::Pool,
    /// One that only looks up slips: were it to take turns with the one that writes, each would
    /// find its pages outdated by the other.
    slips: connection::Pool,
}

/// All boxes of a data folder.
pub(in crate::storage) struct Files {
    data: PathBuf,
    /// Pools of boxes that are in use.
    open: Mutex<HashMap<RoundId, Pools>>,
}

impl Files {
    pub(in crate::storage) fn new(data: PathBuf) -> Self {
        Self { data, open: Mutex::default() }
    }

    fn path(&self, round: &RoundId) -> PathBuf {
        self.data.join(format!("box-{round}.db"))
    }

    fn target(&self, round: &RoundId) -> Target {
        Target::SqliteBox(self.path(round).display().to_string())
    }

    pub(super) fn create(&self, round: &RoundId) -> Result<(), StorageError> {
        let target = self.target(round);
        let pool = connection::pool(target.clone(), 1)?;
        connection::migrate(&mut *connection::lease(&pool)?, &target)
    }

    pub(super) fn has(&self, round: &RoundId) -> bool {
        self.path(round).exists()
    }

    pub(super) fn destroy(&self, round: &RoundId) -> Result<(), StorageError> {
        self.forget(round);
        for suffix in ["", "-wal", "-shm"] {
            let path = format!("{}{suffix}", self.path(round).display());
            // The shared-memory index has no ballots.
            if suffix != "-shm"
                && let Ok(file) = std::fs::OpenOptions::new().write(true).open(&path)
            {
                file.set_len(0)
                    .and_then(|()| file.sync_all())
                    .map_err(|e| StorageError::Unavailable(format!("cannot empty {path}: {e}")))?;
            }
            match std::fs::remove_file(&path) {
                Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                    return Err(StorageError::Unavailable(format!("cannot delete {path}: {e}")));
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn forget(&self, round: &RoundId) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(round);
    }

    pub(super) fn seal(&self, round: &RoundId) -> Result<(), StorageError> {
        Ok(self.connection(round)?.sqlite()?.batch_execute("update seal set closed = 1")?)
    }

    pub(super) fn checkpoint(&self, round: &RoundId, pragma: &str) -> Result<(), StorageError> {
        Ok(self.connection(round)?.sqlite()?.batch_execute(pragma)?)
    }

    /// A connection to a box that exists.
    pub(in crate::storage) fn connection(&self, round: &RoundId) -> Result<Lease, StorageError> {
        connection::lease(&self.pools(round)?.all)
    }

    pub(super) fn connection_for_slips(&self, round: &RoundId) -> Result<Lease, StorageError> {
        connection::lease(&self.pools(round)?.slips)
    }

    fn pools(&self, round: &RoundId) -> Result<Pools, StorageError> {
        if !self.has(round) {
            return Err(StorageError::NotFound);
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pools) = open.get(round) {
            return Ok(pools.clone());
        }
        let target = self.target(round);
        let pools = Pools {
            all: connection::pool(target.clone(), 4)?,
            slips: connection::pool(target.clone(), 1)?,
        };
        // A box that an older version made is brought to the current shape first.
        connection::migrate(&mut *connection::lease(&pools.all)?, &target)?;
        open.insert(round.clone(), pools.clone());
        Ok(pools)
    }
}
