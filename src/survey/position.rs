//! Where each value of a JSON text stands.
//! `serde_json` forgets positions once it has a tree, but an author with forty questions needs line
//! and column of every mistake.

use std::collections::HashMap;

/// Line and column (both from 1, the column in characters).
pub type Position = (usize, usize);

/// Positions of all values of a JSON text by JSON Pointer, and the keys that occur twice in one
/// object.
#[derive(Debug, Default)]
pub struct Positions {
    offsets: HashMap<String, usize>,
    /// Pointer of each repeated key.
    pub repeated: Vec<String>,
    text: String,
}

impl Positions {
    /// Scans a text that is already known to be well-formed JSON of bounded depth.
    #[must_use]
    pub fn scan(text: &str) -> Self {
        let mut scanner = Scanner { bytes: text.as_bytes(), at: 0, found: Self::default() };
        scanner.value(&mut String::new());
        Self { text: text.to_owned(), ..scanner.found }
    }

    /// The position of a pointer, or of its nearest ancestor.
    #[must_use]
    pub fn of(&self, pointer: &str) -> Position {
        let mut pointer = pointer;
        loop {
            if let Some(&offset) = self.offsets.get(pointer) {
                return line_column(&self.text, offset);
            }
            match pointer.rfind('/') {
                Some(cut) => pointer = &pointer[..cut],
                None => return (1, 1),
            }
        }
    }
}

fn line_column(text: &str, offset: usize) -> Position {
    let before = &text[..offset];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
    (line, column)
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    found: Positions,
}

impl Scanner<'_> {
    fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    fn space(&mut self) {
        while self.peek().is_ascii_whitespace() {
            self.at += 1;
        }
    }

    fn value(&mut self, pointer: &mut String) {
        self.space();
        self.found.offsets.insert(pointer.clone(), self.at);
        match self.peek() {
            b'{' => self.object(pointer),
            b'[' => self.array(pointer),
            b'"' => drop(self.string()),
            _ => {
                while !matches!(self.peek(), b',' | b']' | b'}' | 0) {
                    self.at += 1;
                }
            }
        }
        self.space();
    }

    fn object(&mut self, pointer: &mut String) {
        self.at += 1;
        self.space();
        while self.peek() == b'"' {
            let key_at = self.at;
            let key = self.string().replace('~', "~0").replace('/', "~1");
            self.space();
            self.at += 1; // the colon
            let length = pointer.len();
            pointer.push('/');
            pointer.push_str(&key);
            if self.found.offsets.contains_key(pointer.as_str()) {
                self.found.repeated.push(pointer.clone());
                self.found.offsets.insert(format!("{pointer}#repeated"), key_at);
            }
            self.value(pointer);
            pointer.truncate(length);
            if self.peek() == b',' {
                self.at += 1;
                self.space();
            }
        }
        self.at += 1; // the closing brace
    }

    fn array(&mut self, pointer: &mut String) {
        self.at += 1;
        self.space();
        let mut index = 0;
        while !matches!(self.peek(), b']' | 0) {
            let length = pointer.len();
            pointer.push_str(&format!("/{index}"));
            self.value(pointer);
            pointer.truncate(length);
            index += 1;
            if self.peek() == b',' {
                self.at += 1;
                self.space();
            }
        }
        self.at += 1;
    }

    fn string(&mut self) -> String {
        let start = self.at;
        self.at += 1;
        while !matches!(self.peek(), b'"' | 0) {
            self.at += if self.peek() == b'\\' { 2 } else { 1 };
        }
        self.at += 1;
        let literal = &self.bytes[start..self.at.min(self.bytes.len())];
        serde_json::from_slice(literal).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_pointer_in_lines_and_characters() {
        let positions = Positions::scan("{\n  \"题\": [1, {\"b\\\"c\": true}],\n \"e\": {}\n}");
        assert_eq!(positions.of(""), (1, 1));
        assert_eq!(positions.of("/题"), (2, 8));
        assert_eq!(positions.of("/题/1/b\"c"), (2, 21));
        assert_eq!(positions.of("/e"), (3, 7));
        assert_eq!(positions.of("/e/missing"), (3, 7), "falls back to the parent");
    }

    #[test]
    fn repeated_keys_are_reported() {
        let positions = Positions::scan(r#"{"a": 1, "b": {"c": 1, "c": 2}}"#);
        assert_eq!(positions.repeated, ["/b/c"]);
    }
}
