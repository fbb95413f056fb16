//! The plaintext of a ballot: one layout computed from the frozen survey, used by sealing and by counting.
//! Every ballot of a round has the same size whatever was answered, so that a ciphertext's length says nothing.

use crate::response::{Answer, Response};
use crate::survey::{Kind, Survey};

/// First byte of every plaintext.
pub(super) const VERSION: u8 = 1;
pub(super) const BLANK: u8 = 0xFF;
const SMALLEST: usize = 512;

/// What each question takes in the plaintext.
#[derive(Debug, Clone)]
pub struct Layout {
    slots: Vec<Slot>,
    size: usize,
}

#[derive(Debug, Clone)]
struct Slot {
    shape: Shape,
    /// Longest "other" text in bytes, if the question has one.
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
    /// Length and bytes, after the fixed part.
    Text { bytes: usize },
}

/// A plaintext that no response of this survey can have produced.
#[derive(Debug, thiserror::Error)]
#[error("the plaintext does not fit the survey")]
pub struct BadPlaintext;

impl Layout {
    /// The layout of a survey's ballots.
    #[must_use]
    pub fn of(survey: &Survey) -> Self {
        let slots: Vec<Slot> = survey
            .questions()
            .iter()
            .map(|question| {
                let (shape, choices) = match &question.kind {
                    Kind::Scale(scale) => (Shape::One(scale.steps.len()), None),
                    Kind::Single(choices) => (Shape::One(choices.len()), Some(choices)),
                    Kind::Multi { choices, .. } => (Shape::Many { options: choices.len(), bytes: (choices.len() + 1).div_ceil(8) }, Some(choices)),
                    Kind::Number { min, max, .. } => (Shape::Number { min: *min, max: *max }, None),
                    Kind::Text { max_chars } => (Shape::Text { bytes: max_chars * 4 }, None),
                    Kind::Rank { choices, places } => (Shape::Rank { options: choices.len(), places: *places }, None),
                };
                let other = choices.and_then(|c| c.iter().find_map(|c| c.other_chars)).map(|chars| chars * 4);
                Slot { shape, other }
            })
            .collect();
        let worst: usize = 2 + slots.iter().map(Slot::worst).sum::<usize>();
        Self { slots, size: worst.next_power_of_two().max(SMALLEST) }
    }

    /// Size of every plaintext of the round in bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// How the answers stand, in the order of the questions.
    pub(super) fn shapes(&self) -> impl Iterator<Item = &Shape> {
        self.slots.iter().map(|slot| &slot.shape)
    }

    /// The plaintext of a response.
    #[must_use]
    pub fn encode(&self, response: &Response) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.size);
        out.extend([VERSION, u8::from(response.blank)]);
        for (slot, answer) in self.slots.iter().zip(&response.answers) {
            match (&slot.shape, answer) {
                (Shape::One(_), Answer::One(index)) => out.push(*index),
                (Shape::One(_), _) => out.push(BLANK),
                (Shape::Many { bytes, .. }, Answer::Many(mask)) => out.extend(&mask.to_le_bytes()[..*bytes]),
                (Shape::Many { bytes, .. }, _) => out.extend(std::iter::repeat_n(BLANK, *bytes)),
                (Shape::Number { min, .. }, Answer::Number(n)) => out.extend(n.wrapping_sub(*min).to_le_bytes()),
                (Shape::Number { .. }, _) => out.extend([BLANK; 8]),
                (Shape::Rank { places, .. }, Answer::Rank(order)) => {
                    out.extend((0..*places).map(|p| order.get(p).copied().flatten().unwrap_or(BLANK)));
                }
                (Shape::Rank { places, .. }, _) => out.extend(std::iter::repeat_n(BLANK, *places)),
                (Shape::Text { .. }, _) => {}
            }
        }
        for ((slot, answer), other) in self.slots.iter().zip(&response.answers).zip(&response.others) {
            if let Shape::Text { .. } = slot.shape {
                let text = if let Answer::Text(text) = answer { text.as_str() } else { "" };
                push_text(&mut out, text);
            }
            if slot.other.is_some() {
                push_text(&mut out, other.as_deref().unwrap_or(""));
            }
        }
        assert!(out.len() <= self.size, "the worst case bounds every response");
        out.resize(self.size, 0);
        out
    }

    /// The response of a plaintext; anything that `encode` could not have written is refused.
    pub fn decode(&self, plaintext: &[u8]) -> Result<Response, BadPlaintext> {
        if plaintext.len() != self.size {
            return Err(BadPlaintext);
        }
        let mut reader = Reader { rest: plaintext };
        if reader.byte()? != VERSION {
            return Err(BadPlaintext);
        }
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
            if let Shape::Text { bytes } = slot.shape
                && let Some(text) = reader.text(bytes)?
            {
                answers[n] = Answer::Text(text);
            }
            if let Some(bytes) = slot.other {
                others[n] = reader.text(bytes)?;
            }
        }
        let response = Response { answers, others, blank };
        let padded = reader.rest.iter().all(|b| *b == 0);
        if padded && response.blank == response.has_no_answer() { Ok(response) } else { Err(BadPlaintext) }
    }
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
    fn worst(&self) -> usize {
        let text = if let Shape::Text { bytes } = self.shape { 2 + bytes } else { 0 };
        self.shape.fixed() + text + self.other.map_or(0, |bytes| 2 + bytes)
    }
}

/// A text with its length before it.
pub(super) fn push_text(out: &mut Vec<u8>, text: &str) {
    let length = u16::try_from(text.len()).expect("texts are limited far below 64 KiB");
    out.extend(length.to_le_bytes());
    out.extend(text.as_bytes());
}

struct Reader<'a> {
    rest: &'a [u8],
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
                if (*min..=*max).contains(&number) { Ok(Answer::Number(number)) } else { Err(BadPlaintext) }
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
                    let bit = 1u64.checked_shl(u32::from(byte)).filter(|_| usize::from(byte) < *options).ok_or(BadPlaintext)?;
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

    fn text(&mut self, limit: usize) -> Result<Option<String>, BadPlaintext> {
        let length = usize::from(u16::from_le_bytes(self.take(2)?.try_into().map_err(|_| BadPlaintext)?));
        if length > limit {
            return Err(BadPlaintext);
        }
        let text = std::str::from_utf8(self.take(length)?).map_err(|_| BadPlaintext)?;
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }
}
