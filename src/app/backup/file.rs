//! A backup file as it is read: decrypted, unpacked, and every row checked before anybody relies on
//! it.
//! The end is counted, so that a file that was cut short is noticed before anything changes.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::str::FromStr;

use flate2::read::GzDecoder;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::app::AppError;
use crate::id::RoundId;
use crate::storage::AuditRow;
use crate::storage::backup::{Shape, shape_named};
use crate::text::Refusal;

/// First line of a backup, inside the encryption.
#[derive(Serialize, Deserialize)]
pub(super) struct Header {
    format: String,
    version: u32,
    day: String,
    /// Fingerprint of the server key that the backup needs.
    server_key: String,
}

const FORMAT: &str = "zicha backup";

impl Header {
    /// The header of a backup made today.
    pub(super) fn new(day: time::Date, server_key: String) -> Self {
        Self { format: FORMAT.to_owned(), version: 1, day: day.to_string(), server_key }
    }
}

/// What a first reading of a backup shows.
#[derive(Default)]
pub(super) struct Seen {
    /// Rows of `rounds`.
    pub rounds: BTreeMap<RoundId, Vec<Value>>,
    pub ballots: BTreeMap<RoundId, u64>,
    /// The audit chain, oldest first.
    pub chain: Vec<AuditRow>,
}

/// A backup file with the key that reads it.
pub(super) struct Backup {
    path: std::path::PathBuf,
    identity: age::x25519::Identity,
}

/// The rows of a backup as they are read.
pub(super) struct Lines<R: Read> {
    reader: BufReader<R>,
    rows: u64,
    line: String,
    ended: bool,
}

impl Backup {
    pub(super) fn open(path: &Path, key: &Path) -> Result<Self, AppError> {
        let text = std::fs::read_to_string(key)
            .map_err(|e| AppError::File(format!("cannot read {}: {e}", key.display())))?;
        let text = zeroize::Zeroizing::new(text);
        let identity = text
            .lines()
            .map(str::trim)
            .find(|l| l.starts_with("AGE-SECRET-KEY-"))
            .and_then(|l| age::x25519::Identity::from_str(l).ok())
            .ok_or_else(|| {
                Refusal::new(
                    format!("{} 中没有备份私钥", key.display()),
                    format!("{} holds no secret key of a backup", key.display()),
                )
            })?;
        Ok(Self { path: path.to_owned(), identity })
    }

    fn damaged(&self) -> AppError {
        let shown = self.path.display();
        Refusal::new(
            format!("备份 {shown} 已损坏或不完整，未作任何改动"),
            format!("the backup {shown} is damaged or cut short; nothing was changed"),
        )
        .into()
    }

    pub(super) fn lines(&self) -> Result<Lines<impl Read + use<>>, AppError> {
        let shown = self.path.display();
        let file = std::fs::File::open(&self.path)
            .map_err(|e| AppError::File(format!("cannot read {shown}: {e}")))?;
        let decryptor = age::Decryptor::new_buffered(BufReader::new(file)).map_err(|_| {
            Refusal::new(format!("{shown} 不是备份文件"), format!("{shown} is not a backup"))
        })?;
        let plain = decryptor
            .decrypt(std::iter::once(&self.identity as &dyn age::Identity))
            .map_err(|_| {
                Refusal::new(
                    format!("这把私钥打不开备份 {shown}"),
                    format!("this key does not open the backup {shown}"),
                )
            })?;
        let mut lines = Lines {
            reader: BufReader::new(GzDecoder::new(plain)),
            rows: 0,
            line: String::new(),
            ended: false,
        };
        lines.read()?;
        Ok(lines)
    }

    pub(super) fn each(
        &self,
        row: &mut dyn FnMut(&'static Shape, &str) -> Result<(), AppError>,
    ) -> Result<(), AppError> {
        let mut lines = self.lines()?;
        while let Some((shape, json)) = lines.next_row()? {
            row(shape, &json)?;
        }
        Ok(())
    }

    /// Reads all of it, checks it and notes what it holds.
    pub(super) fn survey(&self, server_key: &str) -> Result<Seen, AppError> {
        let mut lines = self.lines()?;
        let header: Header = serde_json::from_str(&lines.line).map_err(|_| self.damaged())?;
        if header.format != FORMAT || header.version != 1 {
            return Err(Refusal::new(
                "备份由更新的版本写成，请用该版本恢复",
                "the backup was written by a newer version; use that version",
            )
            .into());
        }
        if header.server_key != server_key {
            return Err(Refusal::new(
                format!(
                    "备份需要另一把服务器密钥（{}，现有 {server_key}）；请先放好与之配套的密钥文件",
                    header.server_key
                ),
                format!(
                    "the backup needs another server key ({}, here is {server_key}); put its key \
                     file in place first",
                    header.server_key
                ),
            )
            .into());
        }
        let mut seen = Seen::default();
        loop {
            let next = lines.next_row().map_err(|_| self.damaged())?;
            let Some((shape, row)) = next else { return Ok(seen) };
            match shape.name {
                "rounds" => {
                    let (id, values) = round_of(shape, &row).map_err(|_| self.damaged())?;
                    seen.rounds.insert(id, values);
                }
                "ballots" => {
                    *seen
                        .ballots
                        .entry(round_of(shape, &row).map_err(|_| self.damaged())?.0)
                        .or_default() += 1;
                }
                other => {
                    let values: Vec<Value> =
                        serde_json::from_str(&row).map_err(|_| self.damaged())?;
                    if values.len() != shape.columns.len() {
                        return Err(self.damaged());
                    }
                    if other == "audit" {
                        seen.chain.push(audit_row(&values).ok_or_else(|| self.damaged())?);
                    }
                }
            }
        }
    }
}

impl<R: Read> Lines<R> {
    fn read(&mut self) -> Result<(), AppError> {
        self.line.clear();
        let read = self
            .reader
            .read_line(&mut self.line)
            .map_err(|e| AppError::File(format!("cannot read the backup: {e}")))?;
        if read == 0 || !self.line.ends_with('\n') {
            return Err(AppError::File("the backup is cut short".into()));
        }
        self.line.pop();
        Ok(())
    }

    /// The next row; `None` at an end that was counted.
    pub(super) fn next_row(&mut self) -> Result<Option<(&'static Shape, String)>, AppError> {
        if self.ended {
            return Ok(None);
        }
        self.read()?;
        let (table, row) = self
            .line
            .split_once('\t')
            .ok_or_else(|| AppError::File("the backup holds a malformed line".into()))?;
        if table == "end" {
            self.ended = true;
            return if row == self.rows.to_string() {
                Ok(None)
            } else {
                Err(AppError::File("the backup is cut short".into()))
            };
        }
        self.rows += 1;
        let shape = shape_named(table)
            .ok_or_else(|| AppError::File(format!("the backup holds an unknown table {table}")))?;
        Ok(Some((shape, completed(shape, row))))
    }
}

/// A row of a backup that an earlier version wrote, with the columns that have come since.
fn completed(shape: &Shape, row: &str) -> String {
    const SINCE: [(&str, &[&str]); 3] = [
        ("accounts", &["temporary", "waits", "person", "post"]),
        ("rounds", &["checks", "leftover", "reach", "postponed"]),
        ("receipts", &["paper"]),
    ];
    let Some((_, columns)) = SINCE.iter().find(|(table, _)| *table == shape.name) else {
        return row.to_owned();
    };
    match serde_json::from_str::<Vec<Value>>(row) {
        Ok(mut values) if columns.iter().any(|column| values.len() == shape.place(column)) => {
            values.resize(shape.columns.len(), Value::Null);
            Value::from(values).to_string()
        }
        _ => row.to_owned(),
    }
}

/// A link of the audit chain from its row.
fn audit_row(values: &[Value]) -> Option<AuditRow> {
    let text = |at: usize| values.get(at).and_then(Value::as_str).map(str::to_owned);
    let number = |at: usize| values.get(at).and_then(Value::as_i64);
    Some(AuditRow {
        seq: number(0)?,
        at: number(1)?,
        account: text(2)?,
        action: text(3)?,
        subject: text(4)?,
        hash: text(5)?,
    })
}

/// Which round a row belongs to, and its values.
pub(super) fn round_of(shape: &Shape, row: &str) -> Result<(RoundId, Vec<Value>), AppError> {
    let wrong = || AppError::File("the backup holds a malformed row".into());
    let values: Vec<Value> = serde_json::from_str(row).map_err(|_| wrong())?;
    let id = shape
        .round()
        .and_then(|at| values.get(at))
        .and_then(Value::as_str)
        .and_then(|t| t.parse().ok())
        .ok_or_else(wrong)?;
    if values.len() == shape.columns.len() { Ok((id, values)) } else { Err(wrong()) }
}
