//! A unit table's bytes as rows of text: every encoding and line ending that an office's programs
//! write.
//! A row keeps the number of its line, so that whoever looks it up finds it.

use super::raw::{Raw, Spot};
use crate::text::{Refusal, unguard};

const MAX_BYTES: usize = 5 << 20;

/// The text of a file: UTF-8, UTF-16 with a mark, or GB18030.
pub fn decode(bytes: &[u8]) -> Result<String, Refusal> {
    if bytes.len() > MAX_BYTES {
        return Err(Refusal::new(
            "文件超过 5 MiB，单位表不应这么大",
            "the file is over 5 MiB; a unit table cannot be that large",
        ));
    }
    let of = |encoding: &'static encoding_rs::Encoding, bytes: &[u8]| {
        encoding
            .decode_without_bom_handling_and_without_replacement(bytes)
            .map(std::borrow::Cow::into_owned)
    };
    let text = match bytes {
        [0xFF, 0xFE, rest @ ..] => of(encoding_rs::UTF_16LE, rest),
        [0xFE, 0xFF, rest @ ..] => of(encoding_rs::UTF_16BE, rest),
        [0xEF, 0xBB, 0xBF, rest @ ..] => std::str::from_utf8(rest).ok().map(str::to_owned),
        _ => std::str::from_utf8(bytes)
            .ok()
            .map(str::to_owned)
            .or_else(|| of(encoding_rs::GB18030, bytes)),
    };
    text.ok_or_else(|| {
        Refusal::new(
            "文件不是 UTF-8、UTF-16 或 GB18030 编码，请另存为 CSV（UTF-8）",
            "the file is in none of UTF-8, UTF-16 and GB18030; save it as CSV (UTF-8)",
        )
    })
}

/// The rows of such a text, its fields separated by commas, tabs or semicolons, whichever the first
/// filled line has most of.
pub fn text_rows(text: &str) -> Result<Raw, Vec<Refusal>> {
    // One kind of line end, so that lines are counted alike.
    let text = text.trim_start_matches('\u{FEFF}').replace("\r\n", "\n").replace('\r', "\n");
    let sample: String = text.lines().filter(|line| !line.trim().is_empty()).take(5).collect();
    let delimiter = [b',', b'\t', b';']
        .into_iter()
        .max_by_key(|d| (sample.bytes().filter(|b| b == d).count(), *d == b','))
        .unwrap_or(b',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut raw = Raw { spot: Spot::Line, ..Raw::default() };
    let mut wrong = Vec::new();
    for record in reader.records() {
        match record {
            Ok(record) => {
                // The reader stands before blank lines; the row begins after them.
                let start = record.position().map_or(0, |p| usize::try_from(p.byte()).unwrap_or(0));
                let start =
                    start + text.as_bytes()[start..].iter().take_while(|b| **b == b'\n').count();
                let line = 1 + memchr::memchr_iter(b'\n', &text.as_bytes()[..start]).count() as u64;
                raw.rows.push((
                    line,
                    record.iter().map(|field| unguard(field.trim()).to_owned()).collect(),
                ));
            }
            Err(e) => {
                wrong.push(Refusal::new(format!("无法读取：{e}"), format!("cannot be read: {e}")));
            }
        }
    }
    if wrong.is_empty() { Ok(raw) } else { Err(wrong) }
}
