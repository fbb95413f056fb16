//! The dependency rule: a module uses only modules to its left; diesel, actix and maud stay where
//! they belong; only the gate reveals a count.

use std::path::{Path, PathBuf};

/// Modules in story order.
const ORDER: [&str; 17] = [
    "text", "identity", "id", "survey", "unit", "round", "access", "response", "ballot", "tally",
    "gate", "problem", "export", "storage", "app", "web", "cli",
];

/// Every Rust file below a folder.
fn walk(folder: &Path, out: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            walk(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

fn sources() -> Vec<(String, PathBuf, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    files
        .into_iter()
        .filter(|p| !p.ends_with("lib.rs") && !p.ends_with("main.rs"))
        .map(|path| {
            let module = path
                .strip_prefix(&root)
                .unwrap()
                .components()
                .next()
                .unwrap()
                .as_os_str()
                .to_string_lossy()
                .trim_end_matches(".rs")
                .to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            (module, path, text)
        })
        .collect()
}

#[test]
fn modules_use_only_those_before_them() {
    for (module, path, text) in sources() {
        let place = ORDER
            .iter()
            .position(|m| *m == module)
            .unwrap_or_else(|| panic!("{module} has no place in the order"));
        for other in &ORDER[place + 1..] {
            assert!(
                !text.contains(&format!("crate::{other}::"))
                    && !text.contains(&format!("crate::{other};")),
                "{} uses {other}",
                path.display()
            );
        }
    }
}

#[test]
fn technology_stays_in_its_layer() {
    for (module, path, text) in sources() {
        let uses = |name: &str| {
            text.contains(&format!("{name}::")) || text.contains(&format!("use {name}"))
        };
        if module != "storage" {
            assert!(!uses("diesel"), "diesel in {}", path.display());
        }
        if module != "web" {
            assert!(!uses("maud"), "maud in {}", path.display());
        }
        if module != "web" && module != "cli" {
            assert!(!uses("actix_web"), "actix in {}", path.display());
        }
        if !path.ends_with("web/assets.rs") {
            assert!(!text.contains("PreEscaped"), "unescaped markup in {}", path.display());
        }
    }
}

#[test]
fn only_the_command_line_and_the_list_of_events_write_lines() {
    for (module, path, text) in sources() {
        if module != "cli" && !path.ends_with("app/event.rs") {
            for word in ["println!(", "eprintln!(", "dbg!(", "print!(", "log::", "tracing::"] {
                assert!(!text.contains(word), "{} has {word}", path.display());
            }
        }
    }
}

#[test]
fn only_tally_and_gate_see_a_raw_count() {
    for (module, path, text) in sources() {
        if !["tally", "gate"].contains(&module.as_str()) {
            assert!(!text.contains(".reveal()"), "{} reveals a count", path.display());
        }
    }
}

/// Where the application may write without a link of the audit chain, and why.
const UNTOLD: [(&str, &str); 7] = [
    ("deeds.rs", "the door itself"),
    ("approvals.rs", "a shared step writes its link with whatever became of it"),
    ("rounds/units.rs", "the units of a draft follow their table as a part of a deed that is told"),
    ("accounts/mod.rs", "a set-up link is taken before anybody has an account"),
    ("accounts/vouching.rs", "failed sign-ins are links and nothing else"),
    (
        "installation.rs",
        "facts that the service keeps for itself, such as the time at which it ran last",
    ),
    ("backup/mod.rs", "a restore replaces the chain, and tells of itself at its end"),
];

/// A deed without its link cannot be written anywhere else: the door is not open to the web or the
/// command line, and nobody goes round it.
#[test]
fn whoever_writes_goes_through_the_door_for_deeds() {
    for (module, path, text) in sources() {
        if module == "storage" {
            continue;
        }
        let may =
            module == "app" && UNTOLD.iter().any(|(file, _)| path.ends_with(format!("app/{file}")));
        assert!(
            may || !text.contains(".transaction("),
            "{} writes beside the door",
            path.display()
        );
        let chain = text.contains("append_audit");
        assert!(
            !chain || path.ends_with("app/deeds.rs"),
            "{} writes into the chain by itself",
            path.display()
        );
    }
}

/// Whoever is named by an account's name alone was not asked for a right.
#[test]
fn use_cases_take_an_actor_and_not_a_name() {
    for (module, path, text) in sources().into_iter().filter(|(module, ..)| module == "app") {
        for line in text.lines().filter(|line| line.trim_start().starts_with("pub fn ")) {
            let named = ["by: &str", "account: &str, by", "who: &str"]
                .iter()
                .any(|word| line.contains(word));
            assert!(!named, "{module} {}: {line}", path.display());
        }
    }
}

/// What has a name of its own is not spelt out again: one file knows how it is written.
#[test]
fn words_of_the_database_are_spelt_once() {
    for (word, home) in [("\"ALL\"", "unit/scope.rs"), (".other\"", "survey/text_field.rs")] {
        for (_, path, text) in sources() {
            let code = text.split("#[cfg(test)]").next().unwrap();
            assert!(
                path.ends_with(home) || path.ends_with("straight/tests.rs") || !code.contains(word),
                "{word} in {}",
                path.display()
            );
        }
    }
}

#[test]
fn files_say_what_they_are_and_stay_readable() {
    for (_, path, text) in sources() {
        assert!(text.starts_with("//! "), "{} has no opening sentence", path.display());
        assert!(
            text.lines().count() <= 420,
            "{} has {} lines",
            path.display(),
            text.lines().count()
        );
    }
}

/// A form that is described once is drawn, read, checked and compared alike everywhere.
#[test]
fn forms_of_the_desk_are_drawn_from_their_description() {
    for (_, path, text) in sources() {
        let path = path.to_string_lossy().replace('\\', "/");
        if !path.contains("/web/desk/") || path.contains("/web/desk/forms/") {
            continue;
        }
        for by_hand in ["label for=", "type=\"text\"", "type=\"password\"", "type=\"file\""] {
            assert!(!text.contains(by_hand), "{path} draws an input by hand: {by_hand}");
        }
    }
}

/// rustfmt keeps to this where it can; it touches neither templates nor long texts.
/// What clippy asks of functions it asks of tests, too, which may be longer: a hundred lines.
#[test]
fn a_test_is_read_without_losing_the_thread() {
    let mut files = Vec::new();
    walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it"), &mut files);
    for path in files {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut begun = None;
        for (n, line) in text.lines().enumerate() {
            if line.starts_with("fn ") || line.starts_with("pub fn ") {
                begun = Some(n);
            }
            if line == "}"
                && let Some(from) = begun.take()
            {
                assert!(
                    n - from <= 100,
                    "{}:{} is {} lines long",
                    path.display(),
                    from + 1,
                    n - from
                );
            }
        }
    }
}

#[test]
fn a_line_fits_a_screen() {
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches"] {
        walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    }
    for path in files {
        for (at, line) in std::fs::read_to_string(&path).unwrap().lines().enumerate() {
            // A name that is one word cannot be broken.
            let breakable = line.split_whitespace().all(|word| word.chars().count() <= 70);
            assert!(
                line.chars().count() <= 100 || !breakable,
                "{}:{} is over 100 columns",
                path.display(),
                at + 1
            );
        }
    }
}

/// zicha names the crate of the curve only to switch on its tables: that reaches the sealing only
/// while both mean the same version.
#[test]
fn the_curve_with_tables_is_the_one_that_seals() {
    let lock =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.lock")).unwrap();
    let curve = |package: &str| {
        let block = lock
            .split("[[package]]")
            .find(|b| b.contains(&format!("\nname = \"{package}\"\n")))
            .unwrap();
        block.lines().find(|line| line.contains("\"x25519-dalek")).unwrap().to_owned()
    };
    assert_eq!(curve("zicha"), curve("hpke"));
    assert_eq!(curve("zicha"), curve("x-wing"));
}
