//! Restoring: round by round it is decided whether the backup or the database is further on.
//! All of it is read and checked before anything changes, open rounds are suspended, and nothing
//! spent is ever unspent.

use super::file::{Backup, Seen, round_of};
use super::side::{self, Side};
use crate::app::{Action, Actor, App, AppError};
use crate::id::RoundId;
use crate::round::{Restored, Round, RoundState, shanghai_day};
use crate::storage::backup::{MAIN, Shape, shape_named};
use crate::storage::{AuditRow, StorageError};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::KeptRelease;

/// What a restore did with one round.
#[derive(Debug, Clone, Serialize)]
pub struct RestoredRound {
    /// Round.
    pub round: RoundId,
    /// Title.
    pub title: String,
    /// Its state now.
    pub state: RoundState,
    /// What happened to it.
    pub how: How,
    /// Ballots in the backup.
    pub in_backup: u64,
    /// Ballots before the restore, if they could be read.
    pub before: Option<u64>,
    /// Ballots now.
    pub now: u64,
    /// Whether this node has what it takes to open the box.
    pub can_be_opened: bool,
}

/// What a restore did.
#[derive(Debug, Clone, Serialize)]
pub struct Restoration {
    /// Round by round.
    pub rounds: Vec<RestoredRound>,
    /// Deeds of the database that the backup does not know; all of them are kept. None if the
    /// backup was further on.
    pub kept: Vec<String>,
    /// Whether units, accounts, surveys and settings are the database's own.
    pub kept_database: bool,
}

/// What a restore did with one round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// The database was further on, or the backup does not know the round: left as it was.
    Kept,
    /// Taken from the backup.
    Restored,
    /// Opened since; its Release was taken back from its file, and no ballot was.
    ReleaseFromFile,
}

impl App {
    /// Restores a backup with the secret half of its key. All of it is read and checked before
    /// anything changes, and no deed of the database is undone.
    pub fn restore(&self, by: &Actor, path: &Path, key: &Path) -> Result<Restoration, AppError> {
        by.need(Action::Restore.right())?;
        let backup = Backup::open(path, key)?;
        let seen = backup.survey(&self.key.fingerprint())?;
        let chain = self.storage.audit()?;
        let side = if self.is_empty(&chain)? {
            Side::BackupAhead(Vec::new())
        } else {
            side::compare(&chain, &seen.chain)?
        };
        let ahead = matches!(side, Side::DatabaseAhead(_));
        let plan = self.plan(&seen, ahead.then_some(&chain[..]))?;
        let spent = self.restore_boxes(&backup, &plan)?;
        self.restore_tables(&backup, &plan, &seen, &side, &spent)?;
        if ahead {
            self.suspend_kept(&plan)?;
        }
        let mut report = Vec::new();
        for (id, fate) in &plan {
            let mut round = self.round(id)?;
            if round.state.has_results() && !round.destroyed && fate.how != How::Kept {
                // What the opening had still to destroy is destroyed here, whatever of it is on
                // this node.
                self.destroy(id)?;
                round = self.round(id)?;
            }
            if round.sealed && fate.how == How::Restored && self.storage.has_box(id)? {
                self.storage.seal_box(id)?;
            }
            self.changed(id);
            report.push(RestoredRound {
                title: round.title,
                state: round.state,
                how: fate.how,
                in_backup: fate.in_backup,
                before: fate.before,
                now: self.ballots(id)?.unwrap_or(0),
                can_be_opened: !matches!(
                    round.state,
                    RoundState::Open | RoundState::Suspended | RoundState::Closed
                ) || self.holds_custody(id),
                round: id.clone(),
            });
        }
        let kept = match &side {
            Side::DatabaseAhead(deeds) => deeds.iter().map(side::line).collect(),
            Side::BackupAhead(_) => Vec::new(),
        };
        // Only now: before, the chain was another one.
        self.tell(by, Action::Restore, "-")?;
        Ok(Restoration { rounds: report, kept, kept_database: ahead })
    }

    /// Whether nothing was ever done here.
    fn is_empty(&self, chain: &[AuditRow]) -> Result<bool, AppError> {
        Ok(chain.is_empty()
            && self.storage.rounds()?.is_empty()
            && self.storage.accounts()?.is_empty()
            && self.storage.units()?.is_empty())
    }

    /// Halts open rounds of a database that is further on: of their boxes nobody knows whether all
    /// of it is there.
    fn suspend_kept(&self, plan: &BTreeMap<RoundId, Fate>) -> Result<(), AppError> {
        let day = shanghai_day(self.now());
        for (id, fate) in plan.iter().filter(|(_, fate)| fate.how == How::Restored) {
            let mut round = self.round(id)?;
            let from = round.state;
            if matches!(from, RoundState::Open | RoundState::Suspended) {
                round.state = RoundState::Suspended;
                round.restored = Some(fate.note(day, self.ballots(id)?.unwrap_or(0)));
                self.storage.transaction::<_, StorageError>(|tx| tx.update_round(&round, from))?;
            }
        }
        Ok(())
    }

    /// What is to become of each round; `chain` is that of a database that is further on.
    fn plan(
        &self,
        seen: &Seen,
        chain: Option<&[AuditRow]>,
    ) -> Result<BTreeMap<RoundId, Fate>, AppError> {
        let dropped = |id: &RoundId| {
            chain.is_some_and(|links| {
                links.iter().any(|link| link.action == "round_drop" && link.subject == id.as_str())
            })
        };
        let now: BTreeMap<RoundId, Round> =
            self.storage.rounds()?.into_iter().map(|r| (r.id.clone(), r)).collect();
        let mut plan = BTreeMap::new();
        for id in now.keys().chain(seen.rounds.keys()) {
            let backed_up = seen.rounds.get(id);
            let current = now.get(id);
            if current.is_none() && dropped(id) {
                continue;
            }
            let further = current.is_some_and(|c| backed_up.is_none_or(|b| further(c, b)));
            let how = if further {
                How::Kept
            } else if backed_up.is_some_and(|b| !has_results(b)) && self.release_file(id).exists() {
                How::ReleaseFromFile
            } else {
                How::Restored
            };
            let had_box = self.storage.has_box(id)?;
            let before = self.ballots(id)?;
            // A second restore must not hide what the first one lost.
            let before = match current.and_then(|c| c.restored.as_ref()) {
                Some(earlier) => earlier.before.zip(before).map(|(a, b)| a.max(b)),
                None => before,
            };
            plan.insert(
                id.clone(),
                Fate {
                    how,
                    had_box,
                    before,
                    in_backup: seen.ballots.get(id).copied().unwrap_or(0),
                },
            );
        }
        Ok(plan)
    }

    /// Adds boxes from the backup to what is there; returns the spent slips of rounds whose box is
    /// not restored.
    fn restore_boxes(
        &self,
        backup: &Backup,
        plan: &BTreeMap<RoundId, Fate>,
    ) -> Result<Vec<(RoundId, String)>, AppError> {
        let mut spent = Vec::new();
        let mut waiting: Option<(RoundId, &'static Shape, Vec<String>)> = None;
        let flush =
            |waiting: &mut Option<(RoundId, &'static Shape, Vec<String>)>| -> Result<(), AppError> {
                if let Some((id, shape, rows)) = waiting.take() {
                    self.storage.create_box(&id)?;
                    self.storage.restore_box(&id, shape, &rows)?;
                }
                Ok(())
            };
        backup.each(&mut |shape, row| {
            if MAIN.iter().any(|s| s.name == shape.name) || shape.name == "audit" {
                return Ok(());
            }
            let (id, values) = round_of(shape, row)?;
            let Some(fate) = plan.get(&id) else { return Ok(()) };
            match fate.how {
                How::Kept => return Ok(()),
                How::ReleaseFromFile => {
                    if shape.name == "spent_slips" {
                        spent.push((id, json!([values[0], values[1]]).to_string()));
                    }
                    return Ok(());
                }
                // Slips that were issued again since are void and stay void.
                How::Restored if fate.had_box && shape.name == "slips" => return Ok(()),
                How::Restored => {}
            }
            match &mut waiting {
                Some((of, table, rows))
                    if *of == id && table.name == shape.name && rows.len() < 500 =>
                {
                    rows.push(row.to_owned());
                }
                other => {
                    flush(other)?;
                    *other = Some((id, shape, vec![row.to_owned()]));
                }
            }
            Ok(())
        })?;
        flush(&mut waiting)?;
        Ok(spent)
    }

    /// Replaces the main database; one that is further on only gets the rounds that it has lost.
    #[expect(clippy::too_many_lines, reason = "steps whose order matters, told in it")]
    fn restore_tables(
        &self,
        backup: &Backup,
        plan: &BTreeMap<RoundId, Fate>,
        seen: &Seen,
        side: &Side,
        spent: &[(RoundId, String)],
    ) -> Result<(), AppError> {
        let ahead = matches!(side, Side::DatabaseAhead(_));
        let here: BTreeSet<RoundId> = self.storage.rounds()?.into_iter().map(|r| r.id).collect();
        let stays = |id: &RoundId, fate: &Fate| {
            fate.how == How::Kept || (ahead && fate.how == How::Restored && here.contains(id))
        };
        let mut kept: BTreeSet<RoundId> =
            plan.iter().filter(|(id, fate)| stays(id, fate)).map(|(id, _)| id.clone()).collect();
        // Rounds of the backup that were dropped since.
        kept.extend(seen.rounds.keys().filter(|id| !plan.contains_key(*id)).cloned());
        let day = shanghai_day(self.now());
        let mut lines = backup.lines()?;
        let mut extra: Vec<(&'static Shape, String)> = Vec::new();
        for (id, _) in plan.iter().filter(|(_, f)| f.how == How::ReleaseFromFile) {
            let KeptRelease { release, .. } = self.release_from_file(id)?;
            extra.push((
                shape("releases"),
                json!([id, release.gate, release.to_json()]).to_string(),
            ));
        }
        extra.extend(spent.iter().map(|(_, row)| (shape("spent_codes"), row.clone())));
        if let Side::BackupAhead(tail) = side {
            let added = side::appended(&seen.chain, tail.clone());
            let row = |l: &AuditRow| {
                json!([l.seq, l.at, l.account, l.action, l.subject, l.hash]).to_string()
            };
            extra.extend(added.iter().map(|link| (shape("audit"), row(link))));
        }
        let mut extra = extra.into_iter();
        self.storage.restore_main(&kept, ahead, &mut || {
            loop {
                let next =
                    lines.next_row().map_err(|e| StorageError::Unavailable(e.to_string()))?;
                let Some((shape, row)) = next else { return Ok(extra.next()) };
                if !MAIN.iter().any(|s| s.name == shape.name) && shape.name != "audit" {
                    continue;
                }
                if shape.round().is_none() {
                    return Ok(Some((shape, row)));
                }
                let (id, values) =
                    round_of(shape, &row).map_err(|e| StorageError::Corrupt(e.to_string()))?;
                if kept.contains(&id) {
                    continue;
                }
                let row = if shape.name == "rounds" {
                    let now = self
                        .ballots(&id)
                        .map_err(|e| StorageError::Unavailable(e.to_string()))?
                        .unwrap_or(0);
                    let kept = match plan[&id].how {
                        How::ReleaseFromFile => Some(
                            self.release_from_file(&id)
                                .map_err(|e| StorageError::Corrupt(e.to_string()))?,
                        ),
                        How::Kept | How::Restored => None,
                    };
                    changed_round(shape, values, &plan[&id], kept, now, day)
                } else {
                    row
                };
                return Ok(Some((shape, row)));
            }
        })?;
        Ok(())
    }

    fn release_from_file(&self, id: &RoundId) -> Result<KeptRelease, AppError> {
        let path = self.release_file(id);
        let text = std::fs::read_to_string(&path)
            .map_err(|e| AppError::File(format!("cannot read {}: {e}", path.display())))?;
        serde_json::from_str(&text)
            .map_err(|e| AppError::File(format!("{} is damaged: {e}", path.display())))
    }

    /// Ballots in the box of a round, if there is one.
    fn ballots(&self, id: &RoundId) -> Result<Option<u64>, AppError> {
        Ok(if self.storage.has_box(id)? { Some(self.storage.ballot_count(id)?) } else { None })
    }
}

/// What becomes of a round, and the figures before.
struct Fate {
    how: How,
    had_box: bool,
    before: Option<u64>,
    in_backup: u64,
}

impl Fate {
    /// What everybody may read of it.
    fn note(&self, day: time::Date, now: u64) -> Restored {
        Restored { day: day.to_string(), in_backup: self.in_backup, before: self.before, now }
    }
}

fn shape(name: &str) -> &'static Shape {
    shape_named(name).expect("a table of ours")
}

fn text<'a>(row: &'a [Value], column: &str) -> &'a str {
    row[shape("rounds").place(column)].as_str().unwrap_or_default()
}

fn has_results(row: &[Value]) -> bool {
    text(row, "state").parse().is_ok_and(RoundState::has_results)
}

/// Whether the database is further on with a round than the backup.
fn further(now: &Round, backup: &[Value]) -> bool {
    let rank = |state: RoundState| match state {
        RoundState::Draft => 0,
        RoundState::Open | RoundState::Suspended => 1,
        RoundState::Closed => 2,
        RoundState::Opened => 3,
        RoundState::Released => 4,
        RoundState::Void => 5,
    };
    let before = text(backup, "state").parse().map_or(0, rank);
    let destroyed_since =
        now.destruction.is_some() && backup[shape("rounds").place("destruction")].is_null();
    let box_gone_since = now.destroyed && backup[shape("rounds").place("destroyed")] != json!(1);
    rank(now.state) > before || destroyed_since || (box_gone_since && now.state.has_results())
}

/// A round's row as it is restored: open ones suspended, those opened since with their Release and
/// without keys.
fn changed_round(
    shape: &Shape,
    mut row: Vec<Value>,
    fate: &Fate,
    kept: Option<KeptRelease>,
    now: u64,
    day: time::Date,
) -> String {
    let mut set = |column: &str, value: Value| row[shape.place(column)] = value;
    if let Some(kept) = kept {
        set(
            "closing",
            kept.closing
                .map_or(Value::Null, |c| json!(serde_json::to_string(&c).expect("sums are JSON"))),
        );
        set("state", json!(RoundState::Opened.as_str()));
        set("sealed", json!(1));
        set("ended", json!(1));
        set("destroyed", json!(0)); // until what is left on this node is destroyed
        set("wrapped_key", Value::Null);
        set("originals_until", json!(day.to_string()));
    } else if text(&row, "state") == RoundState::Open.as_str() {
        let mut set = |column: &str, value: Value| row[shape.place(column)] = value;
        set("state", json!(RoundState::Suspended.as_str()));
        let note = fate.note(day, now);
        set("restored", json!(serde_json::to_string(&note).expect("a note is JSON")));
    }
    Value::from(row).to_string()
}
