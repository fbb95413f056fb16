//! The plaintext of a ballot: one layout computed from the frozen survey, used by sealing and by
//! counting.
//! Every ballot of a round has the same size whatever was answered, so that a ciphertext's length
//! says nothing.

use crate::response::{Answer, Response};
use crate::round::BallotEdition;
use crate::survey::{Kind, Survey};

pub(super) const BLANK: u8 = 0xFF;
const SMALLEST: usize = 512;
/// What a page of a box's file takes of a ballot, and what of it is needed for the encapsulation,
/// the tag and the names beside a plaintext
/// over what stays in the searched pages.
const PAGE: usize = 4092;
const BESIDE: usize = 720;

/// What each question takes in the plaintext.
#[derive(Debug, Clone)]
pub struct Layout {
    slots: Vec<Slot>,
    edition: BallotEdition,
}

#[derive(Debug, Clone)]
struct Slot {
    shape: Shape,
    /// Longest "other" text in characters, if the question has one.
    other: Option<usize>,
}

/// How an answer stands in the plaintext.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    /// One byte; how many options there are.
    One(usize),
    /// Mask bytes, with one bit more than options so that a full mask is never all ones.
    Many { options: usize, bytes: usize },
    /// Eight bytes: distance from the smallest value.
    Number { min: i64, max: i64 },
    /// One byte a place.
    Rank { options: usize, places: usize },
    /// Length and letters, after the fixed part; the longest in characters.
    Text { chars: usize },
}

/// A plaintext that no response of this survey can have produced.
#[derive(Debug, thiserror::Error)]
#[error("the plaintext does not fit the survey")]
pub struct BadPlaintext;

/// Texts that each keep their limit, but hold so many rare characters that together they are longer
/// than a ballot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the texts are longer than a ballot")]
pub struct NoRoom {
    /// Index of the question whose text does not fit any more.
    pub question: usize,
    /// Whether it is the text of its "other" option.
    pub other: bool,
}

impl Layout {
    /// The layout of a survey's ballots.
    #[must_use]
    pub fn of(survey: &Survey, edition: BallotEdition) -> Self {
        let slots: Vec<Slot> = survey
            .questions()
            .iter()
            .map(|question| {
                let (shape, choices) = match &question.kind {
                    Kind::Scale(scale) => (Shape::One(scale.steps.len()), None),
                    Kind::Single(choices) => (Shape::One(choices.len()), Some(choices)),
                    Kind::Multi { choices, .. } => (
                        Shape::Many {
                            options: choices.len(),
                            bytes: (choices.len() + 1).div_ceil(8),
                        },
                        Some(choices),
                    ),
                    Kind::Number { min, max, .. } => (Shape::Number { min: *min, max: *max }, None),
                    Kind::Text { max_chars } => (Shape::Text { chars: *max_chars }, None),
                    Kind::Rank { choices, places } => {
                        (Shape::Rank { options: choices.len(), places: *places }, None)
                    }
                };
                let other = choices.and_then(|c| c.iter().find_map(|c| c.other_chars));
                Slot { shape, other }
            })
            .collect();
        Self { slots, edition }
    }

    /// Size of every plaintext of the round in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size_in(self.edition)
    }

    /// How this layout writes.
    #[must_use]
    pub fn edition(&self) -> BallotEdition {
        self.edition
    }

    fn size_in(&self, edition: BallotEdition) -> usize {
        let rows: usize = self.slots.iter().map(|slot| slot.worst(edition)).sum();
        // The longest text may consist of rare characters alone, whatever the others hold.
        let rare = if edition == BallotEdition::Utf16 {
            2 * self.slots.iter().map(Slot::longest).max().unwrap_or(0)
        } else {
            0
        };
        rounded(2 + rows + rare, edition)
    }

    /// How the answers stand, in the order of the questions.
    pub(super) fn shapes(&self) -> impl Iterator<Item = &Shape> {
        self.slots.iter().map(|slot| &slot.shape)
    }

    /// The plaintext of a response.
    pub fn encode(&self, response: &Response) -> Result<Vec<u8>, NoRoom> {
        let size = self.size();
        let mut out = Vec::with_capacity(size);
        out.extend([self.edition as u8, u8::from(response.blank)]);
        for (slot, answer) in self.slots.iter().zip(&response.answers) {
            match (&slot.shape, answer) {
                (Shape::One(_), Answer::One(index)) => out.push(*index),
                (Shape::One(_), _) => out.push(BLANK),
                (Shape::Many { bytes, .. }, Answer::Many(mask)) => {
                    out.extend(&mask.to_le_bytes()[..*bytes]);
                }
                (Shape::Many { bytes, .. }, _) => out.extend(std::iter::repeat_n(BLANK, *bytes)),
                (Shape::Number { min, .. }, Answer::Number(n)) => {
                    out.extend(n.wrapping_sub(*min).to_le_bytes());
                }
                (Shape::Number { .. }, _) => out.extend([BLANK; 8]),
                (Shape::Rank { places, .. }, Answer::Rank(order)) => {
                    out.extend(
                        (0..*places).map(|p| order.get(p).copied().flatten().unwrap_or(BLANK)),
                    );
                }
                (Shape::Rank { places, .. }, _) => out.extend(std::iter::repeat_n(BLANK, *places)),
                (Shape::Text { .. }, _) => {}
            }
        }
        // Room that texts not yet written need at least: their lengths.
        let mut left = 2 * self.slots.iter().map(Slot::texts).sum::<usize>();
        let mut push = |out: &mut Vec<u8>, text: &str, question: usize, other: bool| {
            left -= 2;
            if out.len() + length(text, self.edition) + left > size {
                return Err(NoRoom { question, other });
            }
            push_text(out, text, self.edition);
            Ok(())
        };
        for (n, ((slot, answer), other)) in
            self.slots.iter().zip(&response.answers).zip(&response.others).enumerate()
        {
            if let Shape::Text { .. } = slot.shape {
                let text = if let Answer::Text(text) = answer { text.as_str() } else { "" };
                push(&mut out, text, n, false)?;
            }
            if slot.other.is_some() {
                push(&mut out, other.as_deref().unwrap_or(""), n, true)?;
            }
        }
        out.resize(size, 0);
        Ok(out)
    }

    /// The response of a plaintext of any edition; anything that `encode` could not have written is
    /// refused.
    pub fn decode(&self, plaintext: &[u8]) -> Result<Response, BadPlaintext> {
        let first = plaintext.first().ok_or(BadPlaintext)?;
        let edition = BallotEdition::ALL
            .into_iter()
            .find(|edition| *edition as u8 == *first)
            .ok_or(BadPlaintext)?;
        if plaintext.len() != self.size_in(edition) {
            return Err(BadPlaintext);
        }
        let mut reader = Reader { rest: &plaintext[1..], edition };
        let blank = match reader.byte()? {
            0 => false,
            1 => true,
            _ => return Err(BadPlaintext),
        };
        let mut answers = Vec::with_capacity(self.slots.len());
        for slot in &self.slots {
            answers.push(reader.answer(&slot.shape)?);
        }
        let mut others = vec![None; self.slots.len()];
        for (n, slot) in self.slots.iter().enumerate() {
            if let Shape::Text { chars } = slot.shape
                && let Some(text) = reader.text(chars)?
            {
                answers[n] = Answer::Text(text);
            }
            if let Some(chars) = slot.other {
                others[n] = reader.text(chars)?;
            }
        }
        let response = Response { answers, others, blank };
        let padded = reader.rest.iter().all(|b| *b == 0);
        if padded && response.blank == response.has_no_answer() {
            Ok(response)
        } else {
            Err(BadPlaintext)
        }
    }
}

/// Bytes for a text of so many characters.
fn room(edition: BallotEdition, chars: usize) -> usize {
    match edition {
        BallotEdition::Utf8 => 4 * chars,
        BallotEdition::Utf16 => 2 * chars,
    }
}

/// One of few sizes. A larger one fills whole pages of the box's file together with what stands
/// beside it, so that the pages
/// that are searched hold as little of each ballot as they can, and fewer of them are written for
/// each.
fn rounded(worst: usize, edition: BallotEdition) -> usize {
    if edition == BallotEdition::Utf8 || worst <= PAGE / 2 {
        return worst.next_power_of_two().max(SMALLEST);
    }
    (worst + BESIDE).next_multiple_of(PAGE) - BESIDE
}

impl Shape {
    /// Bytes of the fixed part.
    pub(super) fn fixed(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Many { bytes, .. } => *bytes,
            Self::Number { .. } => 8,
            Self::Rank { places, .. } => *places,
            Self::Text { .. } => 0,
        }
    }
}

impl Slot {
    fn worst(&self, edition: BallotEdition) -> usize {
        let with_length = |chars: usize| 2 + room(edition, chars);
        let text = if let Shape::Text { chars } = self.shape { with_length(chars) } else { 0 };
        self.shape.fixed() + text + self.other.map_or(0, with_length)
    }

    /// Its longest text in characters.
    fn longest(&self) -> usize {
        let text = if let Shape::Text { chars } = self.shape { chars } else { 0 };
        text.max(self.other.unwrap_or(0))
    }

    /// How many texts it has.
    fn texts(&self) -> usize {
        usize::from(matches!(self.shape, Shape::Text { .. })) + usize::from(self.other.is_some())
    }
}

/// Bytes of a text with its length before it.
pub(super) fn length(text: &str, edition: BallotEdition) -> usize {
    match edition {
        BallotEdition::Utf8 => 2 + text.len(),
        BallotEdition::Utf16 => 2 + 2 * text.encode_utf16().count(),
    }
}

/// A text with its length before it: in bytes of UTF-8, or in units of UTF-16.
pub(super) fn push_text(out: &mut Vec<u8>, text: &str, edition: BallotEdition) {
    let bytes = length(text, edition) - 2;
    let units = if edition == BallotEdition::Utf8 { bytes } else { bytes / 2 };
    out.extend(u16::try_from(units).expect("texts are limited far below 64 KiB").to_le_bytes());
    match edition {
        BallotEdition::Utf8 => out.extend(text.as_bytes()),
        BallotEdition::Utf16 => text.encode_utf16().for_each(|unit| out.extend(unit.to_le_bytes())),
    }
}

struct Reader<'a> {
    rest: &'a [u8],
    edition: BallotEdition,
}

impl Reader<'_> {
    fn take(&mut self, count: usize) -> Result<&[u8], BadPlaintext> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(BadPlaintext)?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, BadPlaintext> {
        Ok(self.take(1)?[0])
    }

    fn answer(&mut self, shape: &Shape) -> Result<Answer, BadPlaintext> {
        match shape {
            Shape::One(options) => match self.byte()? {
                BLANK => Ok(Answer::Blank),
                index if usize::from(index) < *options => Ok(Answer::One(index)),
                _ => Err(BadPlaintext),
            },
            Shape::Many { options, bytes } => {
                let taken = self.take(*bytes)?;
                if taken.iter().all(|b| *b == BLANK) {
                    return Ok(Answer::Blank);
                }
                let mut mask = [0; 8];
                mask[..taken.len()].copy_from_slice(taken);
                match u64::from_le_bytes(mask) {
                    0 => Err(BadPlaintext),
                    mask if mask >> *options == 0 => Ok(Answer::Many(mask)),
                    _ => Err(BadPlaintext),
                }
            }
            Shape::Number { min, max } => {
                let taken = self.take(8)?;
                if taken.iter().all(|b| *b == BLANK) {
                    return Ok(Answer::Blank);
                }
                let distance = i64::from_le_bytes(taken.try_into().map_err(|_| BadPlaintext)?);
                let number = min.wrapping_add(distance);
                if (*min..=*max).contains(&number) {
                    Ok(Answer::Number(number))
                } else {
                    Err(BadPlaintext)
                }
            }
            Shape::Rank { options, places } => {
                let taken = self.take(*places)?.to_vec();
                let mut used = 0u64;
                let mut order = Vec::with_capacity(*places);
                for byte in taken {
                    if byte == BLANK {
                        order.push(None);
                        continue;
                    }
                    let bit = 1u64
                        .checked_shl(u32::from(byte))
                        .filter(|_| usize::from(byte) < *options)
                        .ok_or(BadPlaintext)?;
                    if used & bit != 0 {
                        return Err(BadPlaintext);
                    }
                    used |= bit;
                    order.push(Some(byte));
                }
                Ok(if used == 0 { Answer::Blank } else { Answer::Rank(order) })
            }
            Shape::Text { .. } => Ok(Answer::Blank),
        }
    }

    /// A text of at most so many characters.
    fn text(&mut self, most: usize) -> Result<Option<String>, BadPlaintext> {
        let length =
            usize::from(u16::from_le_bytes(self.take(2)?.try_into().map_err(|_| BadPlaintext)?));
        let text = match self.edition {
            BallotEdition::Utf8 => {
                std::str::from_utf8(self.take(length)?).map_err(|_| BadPlaintext)?.to_owned()
            }
            BallotEdition::Utf16 => {
                let units = self
                    .take(2 * length)?
                    .chunks_exact(2)
                    .map(|pair| u16::from_le_bytes([pair[0], pair[1]]));
                char::decode_utf16(units)
                    .collect::<Result<String, _>>()
                    .map_err(|_| BadPlaintext)?
            }
        };
        if text.chars().count() > most {
            return Err(BadPlaintext);
        }
        Ok((!text.is_empty()).then_some(text))
    }
}
