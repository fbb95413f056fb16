//! Free texts between being opened and being written: detached, shuffled, and on disk only under a
//! key that exists in memory alone.
//! Each text goes to a random bucket; buckets are shuffled one at a time. The result is a fresh
//! random order over all texts of the round, in bounded memory.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::Aead;
use chacha20poly1305::{ChaCha20Poly1305, KeyInit};
use rand::seq::SliceRandom;
use rand::{CryptoRng, RngExt};
use zeroize::{Zeroize, Zeroizing};

use crate::app::AppError;
use crate::ballot::Locked;
use crate::gate::Release;
use crate::id::RoundId;
use crate::storage::Comment;
use crate::survey::{Survey, TextField};
use crate::unit::{Group, GroupCode};

/// Buckets: as many as keep one of a million respondents' texts small.
const BUCKETS: usize = 64;
/// A bucket is written out when it holds this much.
const SPILL: usize = 64 << 10;

/// A text with the configured group it came from and its place in the survey.
pub(in crate::app) struct LooseText {
    pub group: usize,
    pub question: usize,
    /// Whether it is the "other" of a choice.
    pub other: bool,
    pub body: String,
}

/// Texts waiting to be placed.
pub(in crate::app) struct Staging {
    key: Locked<Zeroizing<[u8; 32]>>,
    folder: PathBuf,
    round: RoundId,
    buckets: Vec<Bucket>,
    sealed: u64,
}

#[derive(Default)]
struct Bucket {
    waiting: Zeroizing<Vec<u8>>,
    file: Option<File>,
}

impl Staging {
    /// An empty staging area; what a crash left of an earlier one is unreadable and is removed.
    pub fn new(data: &Path, round: &RoundId, rng: &mut impl CryptoRng) -> Result<Self, AppError> {
        remove_leftovers(data, round)?;
        let key =
            Locked::new(Zeroizing::new(rng.random())).map_err(|e| AppError::File(e.to_string()))?;
        let buckets = (0..BUCKETS).map(|_| Bucket::default()).collect();
        Ok(Self { key, folder: data.join("staging"), round: round.clone(), buckets, sealed: 0 })
    }

    /// Adds a text to a random bucket.
    pub fn add(&mut self, text: &LooseText, rng: &mut impl CryptoRng) -> Result<(), AppError> {
        let at = rng.random_range(0..BUCKETS);
        let waiting = &mut self.buckets[at].waiting;
        for number in [text.group, text.question, usize::from(text.other), text.body.len()] {
            waiting.extend(u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
        }
        waiting.extend(text.body.as_bytes());
        if waiting.len() >= SPILL { self.spill(at) } else { Ok(()) }
    }

    fn spill(&mut self, at: usize) -> Result<(), AppError> {
        let path = self.folder.join(format!("{}.{at}", self.round));
        let failed =
            |e: std::io::Error| AppError::File(format!("cannot write {}: {e}", path.display()));
        self.sealed += 1;
        let sealed = seal(&self.key, self.sealed, &self.buckets[at].waiting);
        let bucket = &mut self.buckets[at];
        bucket.waiting.zeroize();
        let file = match &mut bucket.file {
            Some(file) => file,
            none => {
                crate::app::create_private_folder(&self.folder)?;
                none.insert(crate::app::create_private(&path).map_err(failed)?)
            }
        };
        file.write_all(&self.sealed.to_le_bytes())
            .and_then(|()| file.write_all(&(sealed.len() as u64).to_le_bytes()))
            .map_err(failed)?;
        file.write_all(&sealed).map_err(failed)
    }

    /// The texts of the next bucket in random order; `None` after the last.
    pub fn take(&mut self, rng: &mut impl CryptoRng) -> Result<Option<Vec<LooseText>>, AppError> {
        let Some(mut bucket) = self.buckets.pop() else { return Ok(None) };
        let at = self.buckets.len();
        let mut bytes = Zeroizing::new(Vec::new());
        if bucket.file.take().is_some() {
            let path = self.folder.join(format!("{}.{at}", self.round));
            self.read_back(&path, &mut bytes)
                .map_err(|e| AppError::File(format!("cannot read {}: {e}", path.display())))?;
            std::fs::remove_file(&path)
                .map_err(|e| AppError::File(format!("cannot delete {}: {e}", path.display())))?;
        }
        bytes.extend_from_slice(&bucket.waiting);
        let mut texts = parse(&bytes);
        texts.shuffle(rng);
        Ok(Some(texts))
    }

    fn read_back(&self, path: &Path, bytes: &mut Vec<u8>) -> std::io::Result<()> {
        let mut file = BufReader::new(File::open(path)?);
        let mut number = [0u8; 8];
        loop {
            match file.read_exact(&mut number) {
                Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(()),
                other => other?,
            }
            let nonce = u64::from_le_bytes(number);
            file.read_exact(&mut number)?;
            let mut sealed = vec![0; usize::try_from(u64::from_le_bytes(number)).unwrap_or(0)];
            file.read_exact(&mut sealed)?;
            let plain = ChaCha20Poly1305::new((&**self.key).into())
                .decrypt((&nonce_of(nonce)).into(), sealed.as_slice())
                .map_err(|_| std::io::Error::other("the staged texts were changed"))?;
            bytes.extend_from_slice(&Zeroizing::new(plain));
        }
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // Unreadable anyway once the key is gone; the next opening tries again if this fails.
        remove_leftovers(self.folder.parent().unwrap_or(Path::new(".")), &self.round).ok();
    }
}

/// Removes staged texts that an interrupted opening left; nobody has their key.
pub(in crate::app) fn remove_leftovers(data: &Path, round: &RoundId) -> Result<(), AppError> {
    let Ok(entries) = std::fs::read_dir(data.join("staging")) else { return Ok(()) };
    for path in entries
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.file_stem().is_some_and(|s| s == round.as_str()))
    {
        match std::fs::remove_file(&path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                return Err(AppError::File(format!("cannot delete {}: {e}", path.display())));
            }
            _ => {}
        }
    }
    Ok(())
}

fn nonce_of(number: u64) -> [u8; 12] {
    let mut nonce = [0; 12];
    nonce[..8].copy_from_slice(&number.to_le_bytes());
    nonce
}

fn seal(key: &[u8; 32], number: u64, plain: &[u8]) -> Vec<u8> {
    ChaCha20Poly1305::new(key.into())
        .encrypt((&nonce_of(number)).into(), plain)
        .expect("sealing in memory cannot fail")
}

fn parse(mut bytes: &[u8]) -> Vec<LooseText> {
    let mut texts = Vec::new();
    while let Some((head, rest)) = bytes.split_at_checked(16) {
        let number = |at: usize| {
            u32::from_le_bytes(head[at..at + 4].try_into().expect("four bytes")) as usize
        };
        let (body, rest) = rest.split_at(number(12).min(rest.len()));
        texts.push(LooseText {
            group: number(0),
            question: number(4),
            other: number(8) == 1,
            body: String::from_utf8_lossy(body).into_owned(),
        });
        bytes = rest;
    }
    texts
}

/// Texts by question, whether they are an "other", and configured group.
pub(in crate::app) type TextCounts = HashMap<(usize, bool, usize), usize>;

/// Under which published group each text may be read; decided from counts alone.
pub(in crate::app) struct Places {
    part_of: Vec<usize>,
    /// Question, whether "other", and published group: read there and not pooled.
    alone: HashSet<(usize, bool, usize)>,
}

impl Places {
    pub fn new(texts: &TextCounts, survey: &Survey, groups: &[Group], release: &Release) -> Self {
        let part_of: Vec<usize> = groups
            .iter()
            .map(|g| {
                release
                    .groups
                    .iter()
                    .position(|r| r.units.contains(&g.units[0]))
                    .expect("every group is published in some part")
            })
            .collect();
        let mut counts: BTreeMap<(usize, bool, usize), usize> = BTreeMap::new();
        for ((question, other, group), count) in texts {
            *counts.entry((*question, *other, part_of[*group])).or_default() += count;
        }
        let own =
            |part: usize, count: usize| release.groups[part].turnout.counted >= 20 && count >= 5;
        let mut alone = HashSet::new();
        // The "other" texts of a group are the count of that option there, and those to a follow-up
        // how many were asked: they are always pooled.
        let everybody = |(question, other): &(usize, bool)| {
            !other && survey.questions()[*question].visible_if.is_empty()
        };
        let questions: HashSet<(usize, bool)> =
            counts.keys().map(|k| (k.0, k.1)).filter(everybody).collect();
        for (question, other) in questions {
            let parts: Vec<(usize, usize)> = counts
                .range((question, other, 0)..=(question, other, usize::MAX))
                .map(|(k, count)| (k.2, *count))
                .collect();
            let rest: Vec<usize> =
                parts.iter().filter(|(part, count)| !own(*part, *count)).map(|p| p.1).collect();
            // A rest that is too small, or all of one group, would be that group's under another
            // name: then all are pooled.
            if rest.is_empty() || (rest.len() >= 2 && rest.iter().sum::<usize>() >= 5) {
                alone.extend(
                    parts
                        .iter()
                        .filter(|(part, count)| own(*part, *count))
                        .map(|(part, _)| (question, other, *part)),
                );
            }
        }
        Self { part_of, alone }
    }

    /// A text as it is written, under a random name.
    pub fn comment(
        &self,
        text: LooseText,
        survey: &Survey,
        release: &Release,
        rng: &mut impl CryptoRng,
    ) -> Comment {
        let part = self.part_of[text.group];
        let alone = self.alone.contains(&(text.question, text.other, part));
        let question = &survey.questions()[text.question].id;
        Comment {
            id: format!("{:032x}", rng.random::<u128>()),
            group: if alone { release.groups[part].code.clone() } else { GroupCode::bureau() },
            question: TextField { question, other: text.other }.to_string(),
            body: text.body,
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn all_texts_come_back_once_in_another_order_and_no_word_reaches_the_disk() {
        let data = tempfile::tempdir().unwrap();
        let mut rng = StdRng::seed_from_u64(1);
        let round: RoundId = "abcdefgh".parse().unwrap();
        let mut staging = Staging::new(data.path(), &round, &mut rng).unwrap();
        // Enough that every bucket spills.
        let filler = "甲".repeat(500);
        for n in 0..6000 {
            staging
                .add(
                    &LooseText {
                        group: n % 7,
                        question: n % 5,
                        other: n.is_multiple_of(2),
                        body: format!("{filler}{n:05}"),
                    },
                    &mut rng,
                )
                .unwrap();
        }
        let files: Vec<PathBuf> = std::fs::read_dir(data.path().join("staging"))
            .unwrap()
            .map(|e| e.unwrap().path())
            .collect();
        assert_eq!(files.len(), BUCKETS);
        for file in &files {
            let bytes = std::fs::read(file).unwrap();
            assert!(!bytes.windows(6).any(|w| w == "甲甲".as_bytes()));
        }
        let mut order = Vec::new();
        while let Some(texts) = staging.take(&mut rng).unwrap() {
            for text in texts {
                let n: usize = text.body[text.body.len() - 5..].parse().unwrap();
                assert_eq!(
                    (text.group, text.question, text.other),
                    (n % 7, n % 5, n.is_multiple_of(2))
                );
                order.push(n);
            }
        }
        let in_place = order.iter().enumerate().filter(|(at, n)| at == *n).count();
        assert!(in_place < 10, "{in_place} texts stayed where they were");
        order.sort_unstable();
        assert_eq!(order, (0..6000).collect::<Vec<_>>());
        drop(staging);
        assert_eq!(std::fs::read_dir(data.path().join("staging")).unwrap().count(), 0);
    }
}
