//! The files for deployment and documentation agree with the code.

use std::path::Path;

fn read(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path))
        .unwrap_or_else(|e| panic!("{path}: {e}"))
}

#[test]
fn docker_files_use_only_settings_and_commands_that_exist() {
    let known: Vec<&str> = zicha::app::SETTINGS.iter().map(|s| s.1).collect();
    for file in [
        "Dockerfile",
        "docker-compose.yml",
        "deploy/zicha.service",
        "docs/OPERATIONS.md",
        "README.md",
        "README.zh-CN.md",
    ] {
        let text = read(file);
        for word in text
            .split(|c: char| !(c.is_ascii_uppercase() || c == '_'))
            .filter(|w| w.starts_with("ZICHA_") && w.len() > 6)
        {
            assert!(known.contains(&word), "{file} names the unknown setting {word}");
        }
    }
    let docker = read("Dockerfile");
    // An empty image with this program alone, as nobody in particular, that asks itself whether it
    // is well.
    for line in [
        "FROM scratch",
        "USER 10001:10001",
        "CMD [\"/zicha\", \"health\"]",
        "ENTRYPOINT [\"/zicha\"]",
        "CMD [\"serve\"]",
        "RUN scripts/image build /out",
    ] {
        assert!(docker.contains(line), "{line}");
    }
    for copied in
        docker.lines().filter_map(|l| l.strip_prefix("COPY ")).filter(|l| !l.starts_with("--from"))
    {
        for path in copied.split_whitespace().rev().skip(1) {
            assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(path).exists(), "{path}");
        }
    }
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
    let version = read("Cargo.toml")
        .lines()
        .find_map(|l| {
            l.strip_prefix("rust-version = \"").map(|v| v.trim_end_matches('"').to_owned())
        })
        .unwrap();
    assert!(
        docker.contains(&format!("rust:{version}")),
        "the image builds with the toolchain of Cargo.toml"
    );
}

#[test]
fn the_compose_file_has_two_silent_servers_two_nodes_and_a_proxy_without_a_log() {
    let compose = read("docker-compose.yml");
    for service in [
        "  primary:",
        "  standby:",
        "  upgrade:",
        "  roles:",
        "  node1:",
        "  node2:",
        "  desk:",
        "  proxy:",
    ] {
        assert!(compose.contains(&format!("\n{service}\n")), "{service}");
    }
    // What is named in it is there, and every variable has a place in the example.
    for file in compose
        .split("./")
        .skip(1)
        .map(|rest| rest.split([':', '\n']).next().unwrap())
        .filter(|f| f.starts_with("deploy/") && *f != "deploy/tls")
    {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(file).exists(), "{file}");
    }
    let example = read(".env.example");
    for variable in compose.split("${").skip(1).map(|rest| rest.split([':', '}']).next().unwrap()) {
        assert!(example.contains(&format!("\n{variable}=")), "{variable}");
    }
    for hardening in ["read_only: true", "cap_drop: [ALL]", "no-new-privileges:true", "core: 0"] {
        assert!(compose.contains(hardening), "{hardening}");
    }
    // Nobody but the owner's one-time command has the owner's password; each part has a role of its
    // own.
    let owner = compose.matches("postgres://zicha:${POSTGRES_PASSWORD}@").count();
    assert_eq!(owner, 1, "a service runs with the owner's rights");
    for (part, role) in [("intake", "INTAKE"), ("desk", "DESK"), ("opening", "OPENING")] {
        assert!(
            compose.contains(&format!(
                "postgres://zicha_{part}:${{{role}_PASSWORD}}@primary,standby/zicha"
            )),
            "{part}"
        );
        assert!(
            read("deploy/postgres/pg_hba.conf").contains(&format!("zicha_{part}")),
            "{part} may not connect"
        );
        assert!(
            read("deploy/postgres/give-roles")
                .contains(&format!("alter role zicha_{part} password :'{part}'")),
            "{part}"
        );
    }
    // Both servers run with the same settings, and a commit waits for the standby.
    assert!(
        compose.contains("command: &postgres-command")
            && compose.contains("command: *postgres-command")
    );
    assert!(read("deploy/postgres/init.sql").contains("synchronous_standby_names = '*'"));
    assert!(
        read("deploy/postgres/follow").contains("/synchronous_standby_names/d"),
        "a promoted standby waits for nobody"
    );
    for proxy in ["deploy/nginx.conf", "deploy/nginx-nodes.conf"] {
        let text = read(proxy);
        assert!(
            text.contains("access_log off;")
                && text.contains("X-Forwarded-For \"\"")
                && !text.contains("$remote_addr"),
            "{proxy}"
        );
    }
}

#[test]
fn dashboard_and_alerts_use_only_metrics_that_exist() {
    let zicha = crate::test_app::TestApp::start(crate::test_app::Backend::Sqlite);
    let text = zicha.app.metrics_text();
    let known: Vec<&str> = text
        .lines()
        .filter_map(|l| l.strip_prefix("# TYPE "))
        .map(|l| l.split(' ').next().unwrap())
        .collect();
    for file in ["deploy/grafana/zicha.json", "deploy/zicha-alerts.yml"] {
        let words = read(file);
        let names: Vec<&str> = words
            .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .filter(|w| (w.starts_with("zicha_") || w.starts_with("process_")) && w.len() > 8)
            .collect();
        assert!(names.len() > 2);
        for name in names {
            assert!(known.contains(&name), "{file} uses the unknown metric {name}");
        }
    }
    let _: serde_json::Value = serde_json::from_str(&read("deploy/grafana/zicha.json")).unwrap();
}

#[test]
fn every_setting_is_documented() {
    for file in ["README.md", "README.zh-CN.md"] {
        let text = read(file);
        for (name, variable, _, _) in zicha::app::SETTINGS {
            assert!(
                text.contains(variable) && text.contains(&format!("`{name}`")),
                "{file} lacks {variable}"
            );
        }
        assert!(text.contains("cargo run --release -- demo") && text.contains("scripts/test"));
    }
}

#[test]
fn every_table_is_in_the_data_model() {
    let text = read("docs/DATA_MODEL.md");
    for backend in ["sqlite", "sqlite_box"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations").join(backend);
        for migration in std::fs::read_dir(folder).unwrap().flatten() {
            let sql = std::fs::read_to_string(migration.path().join("up.sql")).unwrap();
            let made = sql.split("create table ").skip(1);
            for table in made.map(|rest| rest.split_whitespace().next().unwrap()) {
                // What a migration renames at its end is another table's new form.
                let passing = sql.contains(&format!("alter table {table} rename to "));
                assert!(passing || text.contains(&format!("`{table}`")), "{table} is missing");
            }
        }
    }
}

#[test]
fn the_map_of_the_source_names_every_module() {
    for file in ["README.md", "ARCHITECTURE.md"] {
        let text = read(file);
        for entry in
            std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap().flatten()
        {
            let name = entry.file_name().to_string_lossy().trim_end_matches(".rs").to_owned();
            if !["lib", "main"].contains(&name.as_str()) {
                assert!(text.contains(&name), "{file} does not name {name}");
            }
        }
    }
}
