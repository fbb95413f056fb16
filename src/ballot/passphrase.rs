//! A trustee's passphrase: generated, printed once for a sealed envelope, typed again at the
//! opening.
//! Its last letter checks the others, so that a slip of the finger is told apart from a passphrase
//! of another round.

use rand::{CryptoRng, RngExt};
use zeroize::Zeroizing;

/// Letters that are not mistaken for each other on paper. Their number is a prime, so the check
/// letter catches every single slip and every swap.
const LETTERS: &[u8; 31] = b"abcdefghjkmnpqrstuvwxyz23456789";
/// Letters with the check letter: 19 random ones are 94 bits.
const LENGTH: usize = 20;

/// A passphrase in its normal form; wiped when dropped.
#[derive(Clone)]
pub struct Passphrase(Zeroizing<String>);

/// Why something is no passphrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseError {
    /// Not as long as a passphrase.
    #[error("a passphrase has 20 letters and digits; this has {0}")]
    Length(usize),
    /// The check letter does not fit.
    #[error("the passphrase is mistyped: compare it with the paper letter by letter")]
    Typo,
}

impl Passphrase {
    /// A new passphrase.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut places: Zeroizing<Vec<usize>> =
            Zeroizing::new((1..LENGTH).map(|_| rng.random_range(0..LETTERS.len())).collect());
        let check = check(&places);
        places.push(check);
        Self(Zeroizing::new(places.iter().map(|p| char::from(LETTERS[*p])).collect()))
    }

    /// Reads what was typed, forgiving of spaces, dashes, capitals and full-width letters.
    pub fn parse(typed: &str) -> Result<Self, PassphraseError> {
        let narrow = |c: char| {
            if ('！'..='～').contains(&c) {
                char::from_u32(c as u32 - 0xFEE0).unwrap_or(c)
            } else {
                c
            }
        };
        let mut letters = Zeroizing::new(String::with_capacity(typed.len()));
        letters.extend(
            typed
                .chars()
                .map(narrow)
                .filter(|c| !c.is_whitespace() && !"-‐–—－_".contains(*c))
                .map(|c| c.to_ascii_lowercase()),
        );
        let count = letters.chars().count();
        if count != LENGTH {
            return Err(PassphraseError::Length(count));
        }
        let places: Option<Vec<usize>> =
            letters.bytes().map(|b| LETTERS.iter().position(|l| *l == b)).collect();
        let places = Zeroizing::new(places.ok_or(PassphraseError::Typo)?);
        if check(&places[..LENGTH - 1]) != places[LENGTH - 1] {
            return Err(PassphraseError::Typo);
        }
        Ok(Self(letters))
    }

    /// As printed: five groups of four.
    #[must_use]
    pub fn printed(&self) -> Zeroizing<String> {
        let groups: Vec<&str> = (0..LENGTH).step_by(4).map(|at| &self.0[at..at + 4]).collect();
        Zeroizing::new(groups.join("-"))
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// The check letter's place: a sum in which every position weighs differently.
fn check(places: &[usize]) -> usize {
    places.iter().enumerate().map(|(n, place)| (n + 1) * place).sum::<usize>() % LETTERS.len()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn every_single_slip_and_every_swap_is_caught() {
        let mut rng = StdRng::seed_from_u64(3);
        for _ in 0..20 {
            let right = Passphrase::random(&mut rng);
            let text: Vec<u8> = right.as_bytes().to_vec();
            for at in 0..LENGTH {
                for letter in LETTERS {
                    let mut wrong = text.clone();
                    wrong[at] = *letter;
                    assert_eq!(
                        Passphrase::parse(std::str::from_utf8(&wrong).unwrap()).is_ok(),
                        wrong == text
                    );
                }
                if at + 1 < LENGTH {
                    let mut swapped = text.clone();
                    swapped.swap(at, at + 1);
                    // The check letter itself weighs nothing, so a swap with it may coincide; it is
                    // then the same word or a caught one.
                    assert!(
                        swapped == text
                            || at + 2 == LENGTH
                            || Passphrase::parse(std::str::from_utf8(&swapped).unwrap()).is_err()
                    );
                }
            }
        }
    }

    #[test]
    fn typing_is_forgiving() {
        let right = Passphrase::random(&mut StdRng::seed_from_u64(4));
        let typed = format!("  {} ", right.printed().to_uppercase().replace('-', " － "));
        assert_eq!(Passphrase::parse(&typed).unwrap().as_bytes(), right.as_bytes());
        assert!(matches!(Passphrase::parse("abc"), Err(PassphraseError::Length(3))));
        assert!(matches!(
            Passphrase::parse("一二三四五六七八九十一二三四五六七八九十"),
            Err(PassphraseError::Typo)
        ));
    }
}
