//! Slip codes and the server key under which they are hashed.
//! A code proves "a member of this unit, once"; it is never stored, and its keyed hash is worthless
//! without a key that no database holds.

use std::fmt;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use rand::{CryptoRng, RngExt};
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::id::RoundId;
use crate::text::{Refusal, is_deceptive};

/// A slip's code: 18 random digits and two check digits (ISO 7064 MOD 97-10).
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct SlipCode(String);

/// Why an entered code cannot be a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodeError {
    /// Nothing was entered.
    Empty,
    /// Too few or too many digits.
    Length(usize),
    /// A character that is no digit and cannot be meant as one.
    Strange(char),
    /// The check digits do not fit: a digit is wrong or two are swapped.
    Typo,
}

impl SlipCode {
    /// A new code.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let number: u64 = rng.random_range(1..1_000_000_000_000_000_000);
        let check = 98 - (u128::from(number) * 100 % 97);
        Self(format!("{number:018}{check:02}"))
    }

    /// A code that reads well and belongs to no slip that could be drawn, for a preview.
    #[must_use]
    pub fn specimen() -> Self {
        Self(format!("{:018}98", 0))
    }

    /// Reads what is meant by what a person typed or pasted: a whole address holds its code, marks
    /// that nobody sees and signs between
    /// groups say nothing, and the letters that look like nought and one are them. The phone's
    /// script reads it the same way.
    pub fn parse(entered: &str) -> Result<Self, CodeError> {
        let unseen =
            |c: &char| is_deceptive(*c) && !c.is_control() || matches!(c, '\u{FE00}'..='\u{FE0F}');
        let plain: String = entered.nfkc().filter(|c| !unseen(c)).collect();
        let meant = plain
            .rsplit_once('#')
            .map(|(_, code)| code.trim())
            .filter(|code| code.len() == 20 && code.bytes().all(|b| b.is_ascii_digit()));
        let mut digits = String::with_capacity(20);
        for c in meant.unwrap_or(&plain).chars() {
            match c {
                '0'..='9' => digits.push(c),
                'O' | 'o' => digits.push('0'),
                'l' | 'I' | '|' => digits.push('1'),
                '-'
                | '\u{2010}'..='\u{2015}'
                | '\u{2212}'
                | '_'
                | '.'
                | ','
                | ';'
                | ':'
                | '/'
                | '#'
                | '·'
                | '•'
                | '・'
                | '、'
                | '。' => {}
                c if c.is_whitespace() => {}
                c => return Err(CodeError::Strange(c)),
            }
        }
        if digits.is_empty() {
            return Err(CodeError::Empty);
        }
        if digits.len() != 20 {
            return Err(CodeError::Length(digits.len()));
        }
        let remainder = digits.bytes().fold(0u32, |r, b| (r * 10 + u32::from(b - b'0')) % 97);
        if remainder == 1 { Ok(Self(digits)) } else { Err(CodeError::Typo) }
    }

    /// The code as it is printed: 5-5-5-5. Only slips and their table may show it.
    #[must_use]
    pub fn printed(&self) -> String {
        let d = &self.0;
        format!("{} {} {} {}", &d[..5], &d[5..10], &d[10..15], &d[15..])
    }

    /// The bare digits, for the fragment of the slip's address.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }

    /// The hash that is stored.
    #[must_use]
    pub fn hash(&self, key: &ServerKey, round: &RoundId) -> SlipHash {
        let mut mac = Hmac::<Sha256>::new_from_slice(&key.derive("zicha/slip/1"))
            .expect("any length fits HMAC");
        mac.update(round.as_str().as_bytes());
        mac.update(self.0.as_bytes());
        SlipHash(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for SlipCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SlipCode([redacted])")
    }
}

/// The keyed hash of a slip's code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SlipHash(pub [u8; 32]);

impl fmt::Debug for SlipHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SlipHash([redacted])")
    }
}

/// How many slips are printed for a unit: its heads and some spare.
#[must_use]
pub fn slips_for(headcount: u32, spare_percent: u32) -> u32 {
    headcount + (headcount * spare_percent).div_ceil(100)
}

/// The server's secret, kept in a file outside the database.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct ServerKey([u8; 32]);

impl ServerKey {
    /// A new key.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        Self(rng.random())
    }

    /// Reads the key file's 64 hexadecimal digits; short, malformed or obviously invented keys are
    /// refused.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut bytes = [0u8; 32];
        let well_formed = hex::decode_to_slice(text.trim(), &mut bytes).is_ok();
        let mut distinct = bytes.to_vec();
        distinct.sort_unstable();
        distinct.dedup();
        if !well_formed || distinct.len() < 12 {
            bytes.zeroize();
            return Err(Refusal::new(
                "服务器密钥文件应为 64 位随机十六进制字符；请从备份恢复原文件，或（尚无任何轮次时）\
                 删除该文件后重新启动以生成新密钥",
                "the server key file must hold 64 random hexadecimal digits; restore the original \
                 file from its backup, or, if there is no round yet, delete it and start again to \
                 make a new one",
            ));
        }
        Ok(Self(bytes))
    }

    /// The key as written to its file.
    #[must_use]
    pub fn to_file(&self) -> String {
        format!("{}\n", hex::encode(self.0))
    }

    /// A key for one purpose.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut out = [0; 32];
        Hkdf::<Sha256>::new(Some(b"zicha/server-key/1"), &self.0)
            .expand(purpose.as_bytes(), &mut out)
            .expect("32 bytes fit HKDF");
        out
    }

    /// What a database may keep to recognise the key; says nothing about it.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        hex::encode(&self.derive("zicha/fingerprint/1")[..8])
    }
}

impl fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    #[test]
    fn codes_are_twenty_digits_and_read_back_however_they_are_typed() {
        let mut rng = StdRng::seed_from_u64(1);
        for _ in 0..1000 {
            let code = SlipCode::random(&mut rng);
            assert_eq!(code.digits().len(), 20);
            assert_eq!(SlipCode::parse(&code.printed()), Ok(code.clone()));
            assert_eq!(SlipCode::parse(&code.printed().replace(' ', "-")), Ok(code.clone()));
        }
    }

    #[test]
    fn a_code_is_read_as_it_was_meant_and_what_cannot_be_meant_is_named() {
        let code = SlipCode::random(&mut StdRng::seed_from_u64(3));
        let (digits, printed) = (code.digits().to_owned(), code.printed());
        let wide: String =
            digits.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
        let letters = digits.replace('0', "O").replace('1', "l");
        for typed in [
            format!("https://zicha.example:8443/r/k7m2p9x4?lang=en#{digits}"),
            format!("\u{202A}{printed}\u{202C}"),
            printed.replace(' ', "\u{200B}"),
            printed.replace(' ', "，"),
            printed.replace(' ', "、") + "。",
            wide,
            letters.clone(),
            letters.to_lowercase().replace('l', "I"),
        ] {
            assert_eq!(SlipCode::parse(&typed), Ok(code.clone()), "{typed:?}");
        }
        assert_eq!(
            SlipCode::parse(&digits.replacen(&digits[4..5], "B", 1)),
            Err(CodeError::Strange('B'))
        );
        assert_eq!(SlipCode::parse("\u{200B} \u{FEFF}"), Err(CodeError::Empty));
        assert_eq!(
            SlipCode::parse("https://zicha.example/r/k7m2p9x4"),
            Err(CodeError::Strange('h'))
        );
    }

    #[test]
    fn every_single_wrong_digit_and_every_swap_of_neighbours_is_caught() {
        let code = SlipCode::random(&mut StdRng::seed_from_u64(2));
        let digits: Vec<char> = code.digits().chars().collect();
        for at in 0..20 {
            for digit in '0'..='9' {
                let mut wrong = digits.clone();
                wrong[at] = digit;
                if wrong != digits {
                    assert_eq!(
                        SlipCode::parse(&wrong.iter().collect::<String>()),
                        Err(CodeError::Typo)
                    );
                }
            }
            let mut swapped = digits.clone();
            swapped.swap(at, (at + 1) % 20);
            if at < 19 && swapped != digits {
                assert_eq!(
                    SlipCode::parse(&swapped.iter().collect::<String>()),
                    Err(CodeError::Typo)
                );
            }
        }
    }

    #[test]
    fn a_million_codes_do_not_repeat_and_use_every_digit_evenly() {
        let mut rng = StdRng::seed_from_u64(3);
        let mut seen = HashSet::new();
        let mut digits = [[0u32; 10]; 18];
        for _ in 0..1_000_000 {
            let code = SlipCode::random(&mut rng);
            for (at, b) in code.digits().bytes().take(18).enumerate() {
                digits[at][usize::from(b - b'0')] += 1;
            }
            assert!(seen.insert(code.digits().parse::<u128>().unwrap()));
        }
        for place in digits {
            let chi: f64 =
                place.iter().map(|n| (f64::from(*n) - 100_000.0).powi(2) / 100_000.0).sum();
            assert!(chi < 33.7, "chi-square {chi} with 9 degrees of freedom");
        }
    }

    #[test]
    fn weak_keys_are_refused() {
        for weak in [
            "",
            "secret",
            &"0".repeat(64),
            &"ab".repeat(32),
            &"g".repeat(64),
            &"0123456789".repeat(6),
        ] {
            assert!(ServerKey::parse(weak).is_err(), "{weak}");
        }
        let key = ServerKey::random(&mut StdRng::seed_from_u64(4));
        assert_eq!(ServerKey::parse(&key.to_file()).unwrap().fingerprint(), key.fingerprint());
    }

    #[test]
    fn secrets_print_as_redacted() {
        let mut rng = StdRng::seed_from_u64(5);
        let key = ServerKey::random(&mut rng);
        let code = SlipCode::random(&mut rng);
        let hash = code.hash(&key, &"abcdefgh".parse().unwrap());
        assert_eq!(
            format!("{key:?} {code:?} {hash:?}"),
            "ServerKey([redacted]) SlipCode([redacted]) SlipHash([redacted])"
        );
    }

    #[test]
    fn a_unit_of_thirty_six_gets_forty_slips() {
        assert_eq!(slips_for(36, 10), 40);
        assert_eq!(slips_for(3, 10), 4);
        assert_eq!(slips_for(30, 0), 30);
    }
}
