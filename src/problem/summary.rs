//! Whether a summary repeats an original: a style of writing can be recognised, so what leaves is
//! written anew.
//! Spaces and punctuation do not count, or a comma would hide a sentence that was copied.

/// From how many letters on a repeated run is pointed out; of a short text, two thirds of it.
const RUN: usize = 12;
const SHORTEST: usize = 5;

fn longest_allowed(original: usize) -> usize {
    RUN.min((original * 2 / 3).max(SHORTEST))
}

/// The longest run of an original that a summary repeats, if it is long enough to be pointed out.
#[must_use]
pub fn copied(original: &str, summary: &str) -> Option<String> {
    let letters = |text: &str| {
        text.chars()
            .filter(|c| c.is_alphanumeric())
            .flat_map(char::to_lowercase)
            .collect::<Vec<char>>()
    };
    let (a, b) = (letters(original), letters(summary));
    // Length of the common run that ends at each place of `b`, for the place of `a` that is looked
    // at.
    let mut ends = vec![0usize; b.len() + 1];
    let (mut best, mut at) = (0, 0);
    for c in &a {
        for j in (0..b.len()).rev() {
            ends[j + 1] = if b[j] == *c { ends[j] + 1 } else { 0 };
            if ends[j + 1] > best {
                (best, at) = (ends[j + 1], j + 1);
            }
        }
    }
    (best >= longest_allowed(a.len())).then(|| b[at - best..at].iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_that_was_copied_is_found_whatever_stands_between_its_words() {
        let original = "去年冬天夜班巡查时，有两名队员在车里睡觉，被群众拍到。";
        assert_eq!(
            copied(original, "反映：夜班巡查时有两名队员在车里睡觉。").as_deref(),
            Some("夜班巡查时有两名队员在车里睡觉")
        );
        assert_eq!(
            copied(original, "夜班巡查 时、有两名 队员在 车里睡觉").map(|run| run.chars().count()),
            Some(15)
        );
        assert_eq!(copied(original, "夜间巡查有脱岗现象"), None);
        assert_eq!(copied("", "任何摘要都不重复空的原文"), None);
        assert!(
            copied("食堂太贵了没人吃", "食堂太贵了没人吃").is_some(),
            "a short text is copied as a whole"
        );
    }

    #[test]
    fn the_longest_run_is_the_longest_common_substring() {
        // Against the plain definition, on short texts of few letters.
        let texts = |seed: u32| {
            (0..16).map(|n| char::from(b'a' + ((seed >> (n % 13)) as u8 & 1))).collect::<String>()
        };
        for seed in 0..400u32 {
            let (a, b) = (texts(seed), texts(seed.wrapping_mul(2_654_435_761) >> 7));
            let plain = (0..b.len())
                .flat_map(|i| (i + 1..=b.len()).map(move |j| (i, j)))
                .filter(|(i, j)| a.contains(&b[*i..*j]))
                .map(|(i, j)| j - i)
                .max()
                .unwrap_or(0);
            assert_eq!(
                copied(&a, &b).map_or(0, |run| run.len()),
                if plain >= longest_allowed(a.len()) { plain } else { 0 },
                "{a} {b}"
            );
        }
    }
}
