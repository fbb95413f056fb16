//! The files for deployment and documentation agree with the code.

use std::path::Path;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap_or_else(|e| panic!("{path}: {e}"))
}

#[test]
fn docker_files_use_only_settings_and_commands_that_exist() {
    let known: Vec<&str> = zicha::app::SETTINGS.iter().map(|s| s.1).collect();
    for file in ["Dockerfile", "docker-compose.yml", "README.md", "README.zh-CN.md"] {
        let text = read(file);
        for word in text.split(|c: char| !(c.is_ascii_uppercase() || c == '_')).filter(|w| w.starts_with("ZICHA_") && w.len() > 6) {
            assert!(known.contains(&word), "{file} names the unknown setting {word}");
        }
    }
    let docker = read("Dockerfile");
    assert!(docker.contains("USER ") && docker.contains("/healthz") && docker.contains("\"serve\""));
    let compose = read("docker-compose.yml");
    for setting in [
        "fsync=on",
        "synchronous_commit=on",
        "track_commit_timestamp=off",
        "log_statement=none",
        "log_min_duration_statement=-1",
        "log_parameter_max_length=0",
        "log_parameter_max_length_on_error=0",
    ] {
        assert!(compose.contains(setting), "{setting}");
    }
    let version = read("Cargo.toml").lines().find_map(|l| l.strip_prefix("rust-version = \"").map(|v| v.trim_end_matches('"').to_owned())).unwrap();
    assert!(docker.contains(&format!("rust:{version}")), "the image builds with the toolchain of Cargo.toml");
}

#[test]
fn every_setting_is_documented() {
    for file in ["README.md", "README.zh-CN.md"] {
        let text = read(file);
        for (name, variable, _, _) in zicha::app::SETTINGS {
            assert!(text.contains(variable) && text.contains(&format!("`{name}`")), "{file} lacks {variable}");
        }
        assert!(text.contains("cargo run --release -- demo") && text.contains("scripts/test"));
    }
}

#[test]
fn every_table_is_in_the_data_model() {
    let text = read("docs/DATA_MODEL.md");
    for backend in ["sqlite", "sqlite_box"] {
        let sql = read(&format!("migrations/{backend}/2026-11-24-000000_spine/up.sql"));
        for table in sql.split("create table ").skip(1).map(|t| t.split_whitespace().next().unwrap()) {
            assert!(text.contains(&format!("`{table}`")), "{table} is missing");
        }
    }
}

#[test]
fn the_map_of_the_source_names_every_module() {
    for file in ["README.md", "ARCHITECTURE.md"] {
        let text = read(file);
        for entry in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap().flatten() {
            let name = entry.file_name().to_string_lossy().trim_end_matches(".rs").to_owned();
            if !["lib", "main"].contains(&name.as_str()) {
                assert!(text.contains(&name), "{file} does not name {name}");
            }
        }
    }
}
