//! Which side is further on, the database or a backup: told by the audit chain, of which every
//! change is a link.
//! Nothing that somebody did is undone without a word: what the database did since is kept and
//! named, and what does not fit together is refused.

use crate::app::Action;
use crate::round::SHANGHAI;
use crate::storage::AuditRow;
use crate::text::Refusal;

/// How two chains lie to each other.
#[derive(Debug)]
pub(super) enum Side {
    /// The database knows all that the backup knows, and did this since.
    DatabaseAhead(Vec<AuditRow>),
    /// The backup knows all that the database did, but for these links, after which everything is
    /// as before.
    BackupAhead(Vec<AuditRow>),
}

/// Compares the two chains; refused if each has deeds that the other does not know.
pub(super) fn compare(database: &[AuditRow], backup: &[AuditRow]) -> Result<Side, Refusal> {
    let same = database.iter().zip(backup).take_while(|(a, b)| a.hash == b.hash).count();
    let (ours, theirs) = (&database[same..], &backup[same..]);
    let only_reading = |links: &[AuditRow]| links.iter().all(only_reads);
    if theirs.is_empty() || (only_reading(theirs) && !only_reading(ours)) {
        return Ok(Side::DatabaseAhead(ours.to_vec()));
    }
    if only_reading(ours) {
        return Ok(Side::BackupAhead(ours.to_vec()));
    }
    let told = |links: &[AuditRow]| {
        links
            .iter()
            .filter(|link| !only_reads(link))
            .take(10)
            .map(line)
            .collect::<Vec<_>>()
            .join("\n  ")
    };
    let (here, there, from) = (told(ours), told(theirs), same + 1);
    Err(Refusal::new(
        format!(
            "数据库与备份从审计链第 {from} 条起各有对方没有的操作，恢复会丢失其中一边，未作任何改\
             动。数据库中：\n  {here}\n备份中：\n  {there}\n确要回到备份的，请恢复到空的数据目录\
             （连同服务器密钥和 custody 目录）"
        ),
        format!(
            "from link {from} of the audit chain on, the database and the backup each hold deeds \
             that the other does not know; restoring would lose one side, so nothing was changed. \
             In the database:\n  {here}\nIn the backup:\n  {there}\nTo go back to the backup on \
             purpose, restore it into an empty data folder (with the server key and the custody \
             folder)"
        ),
    ))
}

/// A deed in a line.
pub(super) fn line(link: &AuditRow) -> String {
    let moment = time::OffsetDateTime::from_unix_timestamp(link.at)
        .unwrap_or(time::OffsetDateTime::UNIX_EPOCH)
        .to_offset(SHANGHAI);
    format!(
        "{} {:02}:{:02} {} {} {}",
        moment.date(),
        moment.hour(),
        moment.minute(),
        link.account,
        link.action,
        link.subject
    )
}

/// Links put behind the end of a chain, as new ones: a chain only grows.
pub(super) fn appended(chain: &[AuditRow], links: Vec<AuditRow>) -> Vec<AuditRow> {
    let (mut seq, mut last) =
        chain.last().map_or((0, String::new()), |link| (link.seq, link.hash.clone()));
    links
        .into_iter()
        .map(|link| {
            seq += 1;
            let mut link = AuditRow { seq, ..link };
            link.hash = link.chained(&last);
            last.clone_from(&link.hash);
            link
        })
        .collect()
}

/// Whether everything is as before after a link. What this version does not know may have done
/// something.
fn only_reads(link: &AuditRow) -> bool {
    Action::parse(&link.action).is_some_and(Action::only_reads)
}
