//! From the bytes of a form straight to the plaintext of its ballot, without a map of fields and
//! without a copy of each answer.
//! It takes only what is right beyond doubt; whatever it declines goes the long way
//! (`response::read`), which knows what to say about it.

use std::collections::HashMap;

use zeroize::Zeroizing;

use super::layout::{BLANK, Layout, Shape};
use crate::access::SlipCode;
use crate::response::{BLANK_FIELD, CODE_FIELD, MAX_FIELDS, PAD_FIELD, clean, percent};
use crate::round::BallotEdition;
use crate::survey::{Condition, Kind, Survey, TextField, Wanted};

/// What a field of the form is.
#[derive(Debug, Clone, Copy)]
enum Field {
    Code,
    Blank,
    Pad,
    /// The answer of a question.
    Answer(usize),
    /// A place of a ranking, from 0.
    Place(usize, usize),
    /// The "other" text of a question.
    Other(usize),
}

/// What reading needs to know of a question.
#[derive(Debug, Clone)]
struct Plan {
    shape: Shape,
    /// Where its fixed part begins in the plaintext.
    at: usize,
    options: Vec<Vec<u8>>,
    /// Options that exclude all others.
    exclusive: u64,
    fewest: u32,
    most: u32,
    required: bool,
    /// Longest text in characters.
    chars: usize,
    /// Index of the option with a text, and its longest text in characters.
    other: Option<(u8, usize)>,
    conditions: Vec<Condition>,
}

/// The way from a form of one survey to its plaintext.
#[derive(Debug, Clone)]
pub struct Straight {
    fields: HashMap<Vec<u8>, Field>,
    plans: Vec<Plan>,
    /// End of the fixed part.
    fixed: usize,
    size: usize,
    edition: BallotEdition,
}

/// A form that was read.
pub struct StraightForm {
    /// The code on the slip.
    pub code: SlipCode,
    /// The plaintext of the ballot.
    pub plaintext: Zeroizing<Vec<u8>>,
}

/// Texts of a form while it is read: of a question and of its "other" option.
#[derive(Default, Clone)]
struct Texts {
    own: Option<Zeroizing<String>>,
    other: Option<Zeroizing<String>>,
    /// Whether a field "other" was there at all.
    seen: bool,
}

impl Straight {
    /// The way for a survey.
    #[must_use]
    pub fn of(survey: &Survey, layout: &Layout) -> Self {
        let mut fields: HashMap<Vec<u8>, Field> =
            [(CODE_FIELD, Field::Code), (BLANK_FIELD, Field::Blank), (PAD_FIELD, Field::Pad)]
                .into_iter()
                .map(|(name, field)| (name.as_bytes().to_vec(), field))
                .collect();
        let mut plans = Vec::new();
        let mut at = 2;
        for (n, (question, shape)) in survey.questions().iter().zip(layout.shapes()).enumerate() {
            let id = &question.id;
            if let Kind::Rank { places, .. } = question.kind {
                fields.extend((0..places).map(|place| {
                    (format!("{id}.{}", place + 1).into_bytes(), Field::Place(n, place))
                }));
            } else {
                fields.insert(id.clone().into_bytes(), Field::Answer(n));
            }
            let (choices, fewest, most) = match &question.kind {
                Kind::Single(choices) => (&choices[..], 0, 1),
                Kind::Multi { choices, min, max } => (&choices[..], *min, *max),
                _ => (&[][..], 0, 0),
            };
            let other = choices
                .iter()
                .enumerate()
                .find_map(|(n, c)| Some((u8::try_from(n).ok()?, c.other_chars?)));
            if other.is_some() {
                fields.insert(TextField::other(id).to_string().into_bytes(), Field::Other(n));
            }
            plans.push(Plan {
                at,
                options: question
                    .kind
                    .option_ids()
                    .into_iter()
                    .map(|id| id.as_bytes().to_vec())
                    .collect(),
                exclusive: choices
                    .iter()
                    .enumerate()
                    .filter(|(_, c)| c.exclusive)
                    .fold(0, |mask, (n, _)| mask | 1 << n),
                fewest: u32::try_from(fewest).unwrap_or(u32::MAX),
                most: u32::try_from(most).unwrap_or(u32::MAX),
                required: question.required,
                chars: if let Kind::Text { max_chars } = question.kind { max_chars } else { 0 },
                other,
                conditions: question.visible_if.clone(),
                shape: shape.clone(),
            });
            at += shape.fixed();
        }
        Self { fields, plans, fixed: at, size: layout.size(), edition: layout.edition() }
    }

    /// The plaintext of a form as it was sent; nothing if anything about it is not plain.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "one case after the other")]
    pub fn read(&self, body: &[u8]) -> Option<StraightForm> {
        let mut out = Zeroizing::new(Vec::with_capacity(self.size));
        out.resize(self.fixed, BLANK);
        out[0] = self.edition as u8;
        let mut texts: Vec<Texts> = vec![Texts::default(); self.plans.len()];
        let (mut code, mut blank) = (None, false);
        for (n, pair) in body.split(|b| *b == b'&').filter(|pair| !pair.is_empty()).enumerate() {
            if n >= MAX_FIELDS {
                return None;
            }
            let cut = memchr::memchr(b'=', pair)?;
            let (name, value) = (&pair[..cut], &pair[cut + 1..]);
            match *self.fields.get(name)? {
                Field::Code => {
                    let typed = Zeroizing::new(percent(value).ok()?);
                    if code.replace(SlipCode::parse(&typed).ok()?).is_some() {
                        return None;
                    }
                }
                Field::Blank => match value {
                    b"1" => blank = true,
                    b"" => {}
                    _ => return None,
                },
                Field::Pad => {
                    if !value.is_ascii() || memchr::memchr(b'%', value).is_some() {
                        return None;
                    }
                }
                Field::Answer(n) => self.answer(n, value, &mut out, &mut texts[n])?,
                Field::Place(n, place) => {
                    if !value.is_empty() {
                        let slot = &mut out[self.plans[n].at + place];
                        if *slot != BLANK {
                            return None;
                        }
                        *slot = self.plans[n].option(value)?;
                    }
                }
                Field::Other(n) => {
                    if std::mem::replace(&mut texts[n].seen, true) {
                        return None;
                    }
                    let (_, chars) = self.plans[n].other?;
                    texts[n].other = cleaned(value, chars)?;
                }
            }
        }
        let silent = self.finish(&mut out, &mut texts, blank)?;
        // A form without any answer is told what it may do; a blank ballot that holds an answer is
        // told to choose.
        if silent != blank {
            return None;
        }
        out[1] = u8::from(silent);
        for (plan, texts) in self.plans.iter().zip(&texts) {
            let own = matches!(plan.shape, Shape::Text { .. }).then_some(&texts.own);
            for text in own.into_iter().chain(plan.other.is_some().then_some(&texts.other)) {
                let text = text.as_deref().map_or("", String::as_str);
                // Before it is written: a buffer that had to grow would leave a copy behind.
                if out.len() + super::layout::length(text, self.edition) > self.size {
                    return None;
                }
                super::layout::push_text(&mut out, text, self.edition);
            }
        }
        out.resize(self.size, 0);
        Some(StraightForm { code: code?, plaintext: out })
    }

    /// Takes one value of a question; nothing if it is not one that the page can have sent once.
    fn answer(&self, n: usize, value: &[u8], out: &mut [u8], texts: &mut Texts) -> Option<()> {
        let plan = &self.plans[n];
        if value.is_empty() {
            return Some(());
        }
        match plan.shape {
            Shape::One(_) => {
                if out[plan.at] != BLANK {
                    return None;
                }
                out[plan.at] = plan.option(value)?;
            }
            Shape::Many { .. } => {
                let mask = plan.mask(out) | 1 << plan.option(value)?;
                plan.set_mask(out, mask);
            }
            Shape::Number { min, max } => {
                if plan.fixed(out).iter().any(|b| *b != BLANK)
                    || value.len() > 18
                    || !value
                        .iter()
                        .enumerate()
                        .all(|(n, b)| b.is_ascii_digit() || (n == 0 && *b == b'-'))
                {
                    return None;
                }
                let number: i64 = std::str::from_utf8(value).ok()?.parse().ok()?;
                if !(min..=max).contains(&number) {
                    return None;
                }
                out[plan.at..plan.at + 8].copy_from_slice(&number.wrapping_sub(min).to_le_bytes());
            }
            Shape::Text { .. } => {
                if std::mem::replace(&mut texts.seen, true) {
                    return None;
                }
                texts.own = cleaned(value, plan.chars)?;
            }
            Shape::Rank { .. } => return None,
        }
        Some(())
    }

    /// What depends on more than one field: conditions, "other" texts, how many were chosen. Says
    /// whether nothing was answered.
    fn finish(&self, out: &mut [u8], texts: &mut [Texts], wants_blank: bool) -> Option<bool> {
        let mut silent = true;
        for (plan, texts) in self.plans.iter().zip(texts) {
            let asked = plan.conditions.iter().all(|condition| self.holds(condition, out));
            if !asked {
                plan.fixed_mut(out).fill(BLANK);
                *texts = Texts::default();
                continue;
            }
            match plan.shape {
                Shape::One(_) => {
                    if let Some((index, _)) = plan.other {
                        if texts.other.is_some() && out[plan.at] == BLANK {
                            out[plan.at] = index;
                        }
                        if out[plan.at] != index {
                            texts.other = None;
                        }
                    }
                }
                Shape::Many { .. } => {
                    let mask = plan.mask(out)
                        | plan
                            .other
                            .filter(|_| texts.other.is_some())
                            .map_or(0, |(index, _)| 1 << index);
                    let count = mask.count_ones();
                    if count > plan.most
                        || (mask & plan.exclusive != 0 && count > 1)
                        || (count > 0 && count < plan.fewest)
                    {
                        return None;
                    }
                    if count > 0 {
                        plan.set_mask(out, mask);
                    }
                }
                Shape::Rank { .. } => {
                    let order = plan.fixed(out);
                    if order
                        .iter()
                        .enumerate()
                        .any(|(n, place)| *place != BLANK && order[..n].contains(place))
                    {
                        return None;
                    }
                }
                Shape::Number { .. } | Shape::Text { .. } => {}
            }
            let answered = plan.fixed(out).iter().any(|b| *b != BLANK) || texts.own.is_some();
            if plan.required && !answered && !wants_blank {
                return None;
            }
            silent &= !answered && texts.other.is_none();
        }
        Some(silent)
    }

    fn holds(&self, condition: &Condition, out: &[u8]) -> bool {
        let plan = &self.plans[condition.question];
        let fixed = plan.fixed(out);
        if fixed.iter().all(|b| *b == BLANK) {
            return false;
        }
        match (&condition.wanted, &plan.shape) {
            (Wanted::AnyOf(mask), Shape::One(_)) => mask >> fixed[0] & 1 == 1,
            (Wanted::AnyOf(mask), Shape::Many { .. }) => mask & plan.mask(out) != 0,
            (Wanted::Range(from, to), Shape::Number { min, .. }) => {
                let distance = i64::from_le_bytes(fixed.try_into().unwrap_or_default());
                (*from..=*to).contains(&min.wrapping_add(distance))
            }
            _ => false,
        }
    }
}

impl Plan {
    fn option(&self, value: &[u8]) -> Option<u8> {
        self.options.iter().position(|id| id == value).and_then(|n| u8::try_from(n).ok())
    }

    fn fixed<'a>(&self, out: &'a [u8]) -> &'a [u8] {
        &out[self.at..self.at + self.shape.fixed()]
    }

    fn fixed_mut<'a>(&self, out: &'a mut [u8]) -> &'a mut [u8] {
        &mut out[self.at..self.at + self.shape.fixed()]
    }

    /// The chosen options of a multiple choice; none if it is blank.
    fn mask(&self, out: &[u8]) -> u64 {
        let bytes = self.fixed(out);
        if bytes.iter().all(|b| *b == BLANK) {
            return 0;
        }
        let mut mask = [0; 8];
        mask[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(mask)
    }

    fn set_mask(&self, out: &mut [u8], mask: u64) {
        let bytes = self.fixed_mut(out);
        let length = bytes.len();
        bytes.copy_from_slice(&mask.to_le_bytes()[..length]);
    }
}

/// A text as it is kept; `Some(None)` if nothing of it is left, nothing if it is not plain.
#[expect(clippy::option_option, reason = "declined, empty and kept are three things")]
fn cleaned(value: &[u8], chars: usize) -> Option<Option<Zeroizing<String>>> {
    if value.is_empty() {
        return Some(None);
    }
    let text = Zeroizing::new(percent(value).ok()?);
    Some(clean(&text, chars).ok()?.map(Zeroizing::new))
}

#[cfg(test)]
mod tests;
