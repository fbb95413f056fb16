//! No file is used by what it uses: whoever reads one can read on downwards and never comes back.
//! A folder and the files in it know each other; files beside each other must not, nor must files
//! of other folders.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Every file of `src` by the path of its module, with its text before its tests.
fn modules() -> BTreeMap<String, String> {
    fn walk(folder: &Path, root: &Path, out: &mut BTreeMap<String, String>) {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                walk(&path, root, out);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let name = path
                    .with_extension("")
                    .strip_prefix(root)
                    .unwrap()
                    .to_string_lossy()
                    .replace('/', "::");
                let text = std::fs::read_to_string(&path).unwrap();
                let text = text.split("#[cfg(test)]").next().unwrap().to_owned();
                out.insert(name.trim_end_matches("::mod").to_owned(), text);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut out = BTreeMap::new();
    walk(&root, &root, &mut out);
    out
}

/// The paths of a `use` tree.
fn leaves(tree: &str, before: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((head, rest)) = tree.split_once('{') else {
        return vec![format!("{before}{}", tree.split(" as ").next().unwrap().trim())];
    };
    let inside = rest.strip_suffix('}').unwrap_or(rest);
    let (mut depth, mut from, mut out) = (0, 0, Vec::new());
    for (at, c) in inside.char_indices().chain([(inside.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if !inside[from..at].trim().is_empty() {
                    out.extend(leaves(&inside[from..at], &format!("{before}{head}")));
                }
                from = at + 1;
            }
            _ => {}
        }
    }
    out
}

/// What a module names of this crate, as paths from its root.
fn named(module: &str, text: &str) -> Vec<String> {
    let mut paths: Vec<String> = Vec::new();
    let mut rest = String::new();
    for (n, part) in text.split("use ").enumerate() {
        match part.split_once(';') {
            Some((tree, after)) if n > 0 && !tree.contains('\n') | tree.contains('{') => {
                paths.extend(leaves(tree, ""));
                rest.push_str(after);
            }
            _ => rest.push_str(part),
        }
    }
    let inline = regex_lite::Regex::new(r"\b(?:super|crate)(?:::\w+)+").unwrap();
    paths.extend(inline.find_iter(&rest).map(|found| found.as_str().to_owned()));
    let own: Vec<&str> = module.split("::").collect();
    let whole = |path: &String| {
        let parts: Vec<&str> = path.split("::").collect();
        let up = parts.iter().take_while(|part| **part == "super").count();
        match parts[0] {
            "crate" => parts[1..].join("::"),
            "super" => [&own[..own.len() - up.min(own.len())], &parts[up..]].concat().join("::"),
            "self" => [&own[..], &parts[1..]].concat().join("::"),
            _ => [&own[..], &parts[..]].concat().join("::"),
        }
    };
    paths.iter().map(whole).collect()
}

/// The file that a path leads to: the longest part of it that is one.
fn file_of<'a>(files: &'a BTreeMap<String, String>, path: &str) -> Option<&'a str> {
    let mut path = path;
    loop {
        if let Some((name, _)) = files.get_key_value(path) {
            return Some(name);
        }
        path = path.rsplit_once("::")?.0;
    }
}

fn uses(files: &BTreeMap<String, String>) -> BTreeMap<&str, BTreeSet<&str>> {
    let kin = |a: &str, b: &str| {
        a == b || a.starts_with(&format!("{b}::")) || b.starts_with(&format!("{a}::"))
    };
    let of = |(name, text): (&String, &String)| {
        named(name, text)
            .iter()
            .filter_map(|path| file_of(files, path))
            .filter(|other| !kin(name, other))
            .collect()
    };
    files.iter().map(|file| (file.0.as_str(), of(file))).collect()
}

/// A way that leads from a file back to it, if there is one.
fn way_back<'a>(
    uses: &BTreeMap<&'a str, BTreeSet<&'a str>>,
    from: &'a str,
) -> Option<Vec<&'a str>> {
    let (mut seen, mut ways) = (BTreeSet::new(), vec![vec![from]]);
    while let Some(way) = ways.pop() {
        for next in &uses[way[way.len() - 1]] {
            if *next == from {
                return Some(way);
            }
            if seen.insert(*next) {
                ways.push([&way[..], &[*next]].concat());
            }
        }
    }
    None
}

#[test]
fn no_file_is_used_by_what_it_uses() {
    let files = modules();
    let uses = uses(&files);
    assert!(
        uses.len() > 150 && uses["web::respondent::submit"].contains("web::error"),
        "imports are read"
    );
    let circles: Vec<_> = uses.keys().filter_map(|file| way_back(&uses, file)).collect();
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn a_circle_would_be_found() {
    let text = |text: &str| text.to_owned();
    let files = BTreeMap::from([
        (text("a"), text("//! A.\nmod one;\nmod two;\n")),
        (text("a::one"), text("use super::two::{self, Thing as Other};\n")),
        (text("a::two"), text("fn f() { crate::b::deep::call() }\n")),
        (text("b"), text("pub mod deep;\n")),
        (text("b::deep"), text("use crate::a::{\n    one::X,\n};\n")),
    ]);
    assert_eq!(way_back(&uses(&files), "a::one").unwrap(), ["a::one", "a::two", "b::deep"]);
}
