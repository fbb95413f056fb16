//! Which texts to one question say nearly the same, so that screeners decide about them once.
//! Only texts to the same question are compared: nobody writes two of those, so being alike never
//! leads from one text of a person to another.

/// From which share of common pairs of letters on two texts are nearly the same, in percent.
const ALIKE: usize = 70;
/// Texts with fewer letters are the same or they are not.
const SHORT: usize = 5;

/// A text as it is compared: its letters alone, and the pairs of letters in it, in order.
struct Compared {
    letters: Vec<char>,
    pairs: Vec<(char, char)>,
}

impl Compared {
    fn of(text: &str) -> Self {
        let letters: Vec<char> =
            text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let mut pairs: Vec<(char, char)> = letters.windows(2).map(|two| (two[0], two[1])).collect();
        pairs.sort_unstable();
        Self { letters, pairs }
    }

    fn is_like(&self, other: &Self) -> bool {
        if self.letters == other.letters {
            return true;
        }
        let (short, long) =
            (self.pairs.len().min(other.pairs.len()), self.pairs.len().max(other.pairs.len()));
        if self.letters.len().min(other.letters.len()) < SHORT || short * 100 < long * ALIKE {
            return false;
        }
        // Twice the common pairs against all of both (Dice).
        200 * common(&self.pairs, &other.pairs) >= ALIKE * (self.pairs.len() + other.pairs.len())
    }
}

/// How many elements two ordered lists have in common.
fn common<T: Ord>(a: &[T], b: &[T]) -> usize {
    let (mut i, mut j, mut count) = (0, 0, 0);
    while i < a.len() && j < b.len() {
        match a[i].cmp(&b[j]) {
            std::cmp::Ordering::Less => i += 1,
            std::cmp::Ordering::Greater => j += 1,
            std::cmp::Ordering::Equal => {
                (i, j, count) = (i + 1, j + 1, count + 1);
            }
        }
    }
    count
}

/// Groups of texts that say nearly the same, by their places; each text is like the first of its
/// group. Large groups come first, single texts in their order last.
#[must_use]
pub fn alike(texts: &[&str]) -> Vec<Vec<usize>> {
    let compared: Vec<Compared> = texts.iter().map(|text| Compared::of(text)).collect();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (n, text) in compared.iter().enumerate() {
        match groups.iter_mut().find(|group| compared[group[0]].is_like(text)) {
            Some(group) => group.push(n),
            None => groups.push(vec![n]),
        }
    }
    groups.sort_by_key(|group| (std::cmp::Reverse(group.len()), group[0]));
    groups
}

/// Where a text differs from another one: the part, in bytes, between their common beginning and
/// their common end.
#[must_use]
pub fn differs(text: &str, from: &str) -> std::ops::Range<usize> {
    let (a, b): (Vec<char>, Vec<char>) = (text.chars().collect(), from.chars().collect());
    let start = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let room = a.len().min(b.len()) - start;
    let end = a.iter().rev().zip(b.iter().rev()).take(room).take_while(|(x, y)| x == y).count();
    let bytes = |n: usize| a[..n].iter().map(|c| c.len_utf8()).sum::<usize>();
    bytes(start)..bytes(a.len() - end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_say_nearly_the_same_are_one_group_and_others_are_not() {
        let texts = [
            "食堂饭菜太贵",
            "队里开会走过场，没有解决问题",
            "食堂饭菜太贵了！",
            "队里开会走过场，没解决问题。",
            "没有",
            "无",
            "没有。",
            "希望多配执法记录仪",
        ];
        assert_eq!(alike(&texts), [vec![0, 2], vec![1, 3], vec![4, 6], vec![5], vec![7]]);
        assert!(alike(&[]).is_empty());
    }

    #[test]
    fn where_two_texts_differ_is_told_by_the_part_between() {
        let (a, b) = ("三中队夜班有人睡觉", "二中队夜班常有人睡觉");
        assert_eq!(&a[differs(a, b)], "三中队夜班");
        assert_eq!(&b[differs(b, a)], "二中队夜班常");
        assert_eq!(&a[differs(a, a)], "");
        assert_eq!(&"aaa"[differs("aaa", "aa")], "a");
    }
}
