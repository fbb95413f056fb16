//! What in a free text may tell who somebody is: numbers, plates, names.
//! Writers are told before they send and are never stopped; screeners see the places marked.
//! Nothing that is found is stored or logged.

use std::ops::Range;
use std::sync::LazyLock;

use regex_lite::Regex;

use crate::text::Lang;

/// A kind of identifying mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A mobile or fixed telephone number.
    Phone,
    /// An 18-digit identity number whose checksum fits.
    IdCard,
    /// A licence plate.
    Plate,
    /// An officer's number.
    Officer,
    /// A messenger or mail address.
    Contact,
    /// "I am …".
    SelfNaming,
    /// A family name before a rank.
    Titled,
    /// A day of the year.
    Date,
    /// A name from the section's list.
    Name,
}

impl Kind {
    /// What it is called.
    #[must_use]
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Phone => lang.pick("电话号码", "a telephone number"),
            Self::IdCard => lang.pick("身份证号", "an identity number"),
            Self::Plate => lang.pick("车牌号", "a licence plate"),
            Self::Officer => lang.pick("执法证号或工号", "an officer's number"),
            Self::Contact => lang.pick("微信、QQ 或邮箱", "a messenger or mail address"),
            Self::SelfNaming => lang.pick("自报身份的表述", "words that say who you are"),
            Self::Titled => lang.pick("带职务的姓名", "a name with a rank"),
            Self::Date => lang.pick("具体日期", "a date"),
            Self::Name => lang.pick("姓名", "a name"),
        }
    }
}

/// A place in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// What it is.
    pub kind: Kind,
    /// Where, in bytes of the text.
    pub range: Range<usize>,
}

/// Patterns in a notation that both this library and a browser's script understand. Digits of a
/// longer number are not a match.
pub const PATTERNS: [(Kind, &str); 8] = [
    (
        Kind::IdCard,
        r"[1-9]\d{5}[ -]?(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?\d{3}[\dXx]",
    ),
    (Kind::Phone, r"(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}[ -]\d{7,8}"),
    (
        Kind::Plate,
        concat!(
            "[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]",
            r"[A-Za-z][ ·•]?(?:[A-Za-z0-9]{5,6}|[A-Za-z0-9]{4}[挂学警港澳])",
        ),
    ),
    (
        Kind::Officer,
        r"(?:执法证号|警号|工号|胸牌号?|编号|证号|证件号)(?:是|为)?[ :：]*[A-Za-z]{0,3}\d{3,12}",
    ),
    (
        Kind::Contact,
        concat!(
            r"(?:微信|QQ|qq)号?(?:是|为)?[ :：]*[A-Za-z0-9_-]{5,20}",
            r"|[A-Za-z0-9._-]+@[A-Za-z0-9-]+\.[A-Za-z.]{2,}",
        ),
    ),
    (
        Kind::Titled,
        concat!(
            "(?:欧阳|上官|司马|诸葛|[",
            "赵钱孙李周吴郑王冯陈蒋沈韩杨朱秦许何吕张孔曹严金魏陶姜谢邹章苏潘葛范彭鲁韦马俞袁",
            "柳鲍史唐薛雷贺倪汤罗郝傅卞康余顾孟黄穆萧尹姚邵汪毛戴宋庞熊舒屈董梁杜阮蓝季贾江童",
            "郭梅林钟徐邱骆高夏蔡田樊胡凌霍万柯卢莫丁邓洪包左石崔吉龚程邢裴陆荣翁侯武刘景龙叶",
            "黎白赖卓乔谭冉温庄曾沙游涂殷聂肖丘",
            r"])[\u4e00-\u9fff]{0,2}",
            "(?:局长|副局|科长|副科|队长|中队长|大队长|所长|主任|书记|股长|组长|政委|指导员|教导员)",
        ),
    ),
    (
        Kind::Date,
        concat!(
            r"(?:(?:19|20)\d{2}年)?(?:1[0-2]|[1-9]|十[一二]?|[一二三四五六七八九])月",
            r"(?:[12]\d|3[01]|[1-9]|[一二三]?十?[一二三四五六七八九十])[日号]",
        ),
    ),
    (Kind::SelfNaming, r"(?:我|本人)(?:就是|名叫|姓名|是|叫|姓)[\u4e00-\u9fff]{1,4}"),
];

static COMPILED: LazyLock<Vec<(Kind, Regex)>> = LazyLock::new(|| {
    PATTERNS
        .iter()
        .map(|(kind, pattern)| (*kind, Regex::new(pattern).expect("the patterns are tested")))
        .collect()
});

/// All marks of a text, in its order and without overlaps. `names` are the section's own.
#[must_use]
pub fn find(text: &str, names: &[String]) -> Vec<Mark> {
    // Full-width digits and letters count as plain ones; the map leads back to the text as written.
    let mut plain = String::with_capacity(text.len());
    let mut written: Vec<usize> = Vec::with_capacity(text.len() + 1);
    for (at, c) in text.char_indices() {
        let narrow = if ('！'..='～').contains(&c) && c != '：' {
            char::from_u32(c as u32 - 0xFEE0).unwrap_or(c)
        } else {
            c
        };
        plain.push(narrow);
        written.resize(plain.len(), at);
    }
    written.push(text.len());
    let mut marks: Vec<Mark> = Vec::new();
    let mut keep = |kind: Kind, range: Range<usize>| {
        let range = written[range.start]..written[range.end];
        if !marks.iter().any(|m| m.range.start < range.end && range.start < m.range.end) {
            marks.push(Mark { kind, range });
        }
    };
    for (kind, pattern) in COMPILED.iter() {
        for found in pattern.find_iter(&plain) {
            let digit = |b: Option<&u8>| b.is_some_and(u8::is_ascii_digit);
            let bytes = plain.as_bytes();
            let numeric = matches!(kind, Kind::IdCard | Kind::Phone);
            let inside_longer = numeric
                && (digit(found.start().checked_sub(1).and_then(|n| bytes.get(n)))
                    || digit(bytes.get(found.end())));
            if !inside_longer && (*kind != Kind::IdCard || checksum_fits(found.as_str())) {
                keep(*kind, found.range());
            }
        }
    }
    for name in names.iter().filter(|n| n.chars().count() >= 2) {
        for (at, _) in plain.match_indices(name.as_str()) {
            keep(Kind::Name, at..at + name.len());
        }
    }
    marks.sort_by_key(|m| m.range.start);
    marks
}

/// GB 11643: the last character of an identity number checks the others.
fn checksum_fits(number: &str) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let characters: Vec<char> = number.chars().filter(|c| !" -".contains(*c)).collect();
    let sum: u32 =
        characters.iter().zip(WEIGHTS).filter_map(|(c, w)| c.to_digit(10).map(|d| d * w)).sum();
    let check = char::from(b"10X98765432"[sum as usize % 11]);
    characters.last().is_some_and(|last| last.to_ascii_uppercase() == check)
}

/// Reads a list of names: one a line, or separated by commas.
#[must_use]
pub fn parse_names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = text
        .split(['\n', '\r', ',', '，', '、', ';', '；', '\t'])
        .map(|n| n.trim().to_owned())
        .filter(|n| (2..=20).contains(&n.chars().count()))
        .collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Kind> {
        find(text, &["欧阳明德".into()]).into_iter().map(|m| m.kind).collect()
    }

    #[test]
    fn marks_are_found_however_they_are_written() {
        for (text, kind) in [
            ("打我电话13812345678说", Kind::Phone),
            ("138-1234-5678", Kind::Phone),
            ("＋86 １３８１２３４５６７８", Kind::Phone),
            ("值班 0571-88886666", Kind::Phone),
            ("证 11010519491231002X 。", Kind::IdCard),
            ("11010519491231002x", Kind::IdCard),
            ("车是浙A12345", Kind::Plate),
            ("浙A·D12345", Kind::Plate),
            ("粤Z1234港", Kind::Plate),
            ("警号：A012345", Kind::Officer),
            ("执法证号A012345", Kind::Officer),
            ("他的工号是 10086", Kind::Officer),
            ("加微信 abc_12345", Kind::Contact),
            ("写到 a.b@example.com", Kind::Contact),
            ("我是三中队的老李", Kind::SelfNaming),
            ("本人姓王", Kind::SelfNaming),
            ("欧阳明德常迟到", Kind::Name),
            ("上次王科长当众骂人", Kind::Titled),
            ("李副队长不在岗", Kind::Titled),
            ("3月5日那天没出勤", Kind::Date),
            ("2025年十二月二十一号", Kind::Date),
        ] {
            assert_eq!(kinds(text), [kind], "{text}");
        }
    }

    #[test]
    fn plain_words_and_other_numbers_are_left_alone() {
        for text in [
            "同一处投诉反复来，答复都是老样子。",
            "3月份查处12起，罚款20000元",
            "副队长和中队长都不在",
            "案卷编号写错",
            "11010519491231002Y",
            "110105194912310021",
            "订单 13812345678901234",
            "我觉得我们应该改",
        ] {
            assert_eq!(kinds(text), [], "{text}");
        }
    }

    #[test]
    fn a_mark_is_where_it_was_written_and_marks_do_not_overlap() {
        let text = "我叫李四，电话１３８１２３４５６７８，车浙A12345";
        let marks = find(text, &["李四".into()]);
        let shown: Vec<&str> = marks.iter().map(|m| &text[m.range.clone()]).collect();
        assert_eq!(shown, ["我叫李四", "１３８１２３４５６７８", "浙A12345"]);
        assert_eq!(parse_names("张三\n李四，王五、 张三 ,x"), ["张三", "李四", "王五"]);
    }
}
