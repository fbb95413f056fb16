//! The whole story with the commands alone, and what the command line says when it refuses.

use std::path::Path;

use crate::shell::Shell;
use crate::test_app::{Backend, UNITS, backends, free_port};

#[test]
fn the_story_can_be_driven_with_commands() {
    for backend in backends() {
        let zicha = Shell::new(backend);
        std::fs::write(zicha.path("units.csv"), UNITS).unwrap();
        let imported = zicha.ok(&["units", "import", &zicha.path("units.csv")]);
        assert!(imported.contains("5 units in 4 groups, 40 heads"));
        assert_eq!(zicha.ok(&["units", "export"]).lines().count(), 6);
        let today = zicha::round::shanghai_day(time::OffsetDateTime::now_utc()).to_string();
        let round = zicha.runs(&format!(
            "round create --survey self-check-short --title 第一轮 --opens {today} --closes {today}"
        ));
        opening(&zicha, &round);
        slips(&zicha, &round);
        closing(&zicha, &round);
        tables(&zicha, &round);
        assert!(zicha.ok(&["verify", "--round", &round]).lines().all(|l| l.starts_with('✓')));
        let status: serde_json::Value =
            serde_json::from_str(&zicha.ok(&["--json", "round", "status", &round])).unwrap();
        assert_eq!(
            (status["state"].as_str(), status["destroyed"].as_bool()),
            (Some("released"), Some(true))
        );
        assert!(zicha.runs("account add zhang --role clerk").contains("only this once"));
        zicha.refuses("account add zhang --role clerk", "exists");
        zicha.refuses("account add li --role boss", "no role");
        zicha.refuses("account add li --role unit_head", "--unit");
    }
}

/// A round opens once somebody says who holds the key.
fn opening(zicha: &Shell, round: &str) {
    zicha.refuses(&format!("round open {round}"), "say who holds the key");
    let open = |how: &str| format!("round open {round} {how}");
    zicha.refuses(&open("--trustees 4 --quorum 1"), "a quorum from 2");
    zicha.runs(&open("--custody server"));
    zicha.refuses(&open("--custody server"), "only a round that is draft");
}

/// Slips come as a table or as sheets; making them anew has to be meant.
fn slips(zicha: &Shell, round: &str) {
    let (table, sheets) = (zicha.path("slips.csv"), zicha.path("s.html"));
    zicha.runs(&format!("slips issue --round {round} --format csv --out {table}"));
    let slips = std::fs::read_to_string(&table).unwrap();
    assert!(
        slips.starts_with("\u{FEFF}\"round_id\",\"unit_code\",\"unit_name\",\"code\",\"url\"\r\n")
    );
    assert_eq!(slips.lines().count(), 1 + 14 + 11 + 9 + 6 + 6);
    let again = format!("slips issue --round {round} --format html --out {sheets}");
    zicha.refuses(&again, "add --yes");
    zicha.runs(&format!("--yes {again} --qr address"));
}

/// Each step is refused before its time; a refusal touches no file that exists.
fn closing(zicha: &Shell, round: &str) {
    let (table, results) = (zicha.path("slips.csv"), zicha.path("x.csv"));
    zicha.refuses(
        &format!("export wide --round {round} --out {results}"),
        "no results before the box is opened",
    );
    zicha.refuses(&format!("box open --round {round}"), "only a round that is closed");
    zicha.refuses(&format!("round close {round}"), "add --yes");
    zicha.runs(&format!("--yes round close {round}"));
    let kept = std::fs::read(&table).unwrap();
    zicha.refuses(&format!("slips issue --round {round} --format csv --out {table}"), "closed");
    assert_eq!(
        std::fs::read(&table).unwrap(),
        kept,
        "a refusal does not touch the file that exists"
    );
    let half_written = |e: std::fs::DirEntry| e.file_name().to_string_lossy().ends_with(".tmp");
    assert!(!std::fs::read_dir(zicha.folder.path()).unwrap().flatten().any(half_written));
    zicha.runs(&format!("--yes box open --round {round}"));
    zicha.refuses(&format!("box open --round {round}"), "box and keys are destroyed");
    zicha.runs(&format!("--yes round release {round}"));
}

/// Every table in the forms that it has, and a sentence where it has none.
fn tables(zicha: &Shell, round: &str) {
    let to = |table: &str, how: &str, file: &str| {
        format!("export {table} --round {round} {how} --out {}", zicha.path(file))
    };
    for table in ["tally", "wide", "problems", "turnout"] {
        let file = format!("{table}.csv");
        zicha.runs(&to(table, "", &file));
        let csv = std::fs::read(zicha.path(&file)).unwrap();
        assert!(csv.starts_with("\u{FEFF}\"".as_bytes()) && csv.ends_with(b"\"\r\n"));
    }
    zicha.runs(&to("wide", "--encoding gb18030 --unit CY", "gb.csv"));
    zicha.refuses(&to("wide", "--format docx", "x"), "no such format");
    for (table, format) in [
        ("problems", "docx"),
        ("problems", "xlsx"),
        ("tasks", "docx"),
        ("tally", "xlsx"),
        ("comments", "csv"),
    ] {
        zicha.runs(&to(table, &format!("--format {format}"), &format!("{table}.{format}")));
    }
    zicha.refuses(&to("secrets", "", "x"), "there is no table");
    zicha.refuses(&to("wide", "--unit XX", "x"), "no group XX");
}

#[test]
fn usage_errors_exit_with_two_and_help_with_zero() {
    let zicha = Shell::new(Backend::Sqlite);
    for arguments in [
        &["nonsense"][..],
        &["round"],
        &["export", "wide"],
        &["round", "status", "NOT-A-ROUND"],
        &["verify"],
    ] {
        assert_eq!(zicha.run(arguments).status.code(), Some(2), "{arguments:?}");
    }
    for arguments in [&["--help"][..], &["--version"], &["round", "--help"]] {
        assert_eq!(zicha.run(arguments).status.code(), Some(0), "{arguments:?}");
    }
    let help = zicha.ok(&["--help"]);
    for (_, variable, _, _) in zicha::app::SETTINGS {
        assert!(help.contains(variable), "{variable} is in the table");
    }
}

#[test]
fn broken_surroundings_are_one_sentence() {
    let zicha = Shell::new(Backend::Sqlite);
    zicha.refused(&["units", "import", "/nowhere/units.csv"], "cannot read");
    zicha.refused(&["--config", "/nowhere.toml", "round", "list"], "cannot read the settings file");
    zicha.refused(&["--database", "mysql://x/y", "round", "list"], "sqlite:// or postgres://");
    zicha.refused(
        &["--database", "postgres://nobody@127.0.0.1:1/none", "round", "list"],
        "database cannot be used",
    );
    zicha.refused(
        &[
            "round",
            "create",
            "--survey",
            "none",
            "--title",
            "t",
            "--opens",
            "2026-01-01",
            "--closes",
            "2026-01-02",
        ],
        "no survey or file",
    );
    zicha.refused(
        &[
            "round",
            "create",
            "--survey",
            "canteen",
            "--title",
            "t",
            "--opens",
            "2026-01-09",
            "--closes",
            "2026-01-02",
        ],
        "must not be before",
    );
    zicha.refused(
        &[
            "round",
            "create",
            "--survey",
            "canteen",
            "--title",
            "t",
            "--opens",
            "1.1.2026",
            "--closes",
            "2026-01-02",
        ],
        "write it as 2026-06-01",
    );
    zicha.refused(&["round", "status", "zzzzzzzz"], "no round zzzzzzzz");
    assert_eq!(zicha.ok(&["round", "list"]), "no rounds yet; create one with `zicha round create`");
    // The server key: made on first start, private, and never replaced.
    let key = zicha.folder.path().join("server.key");
    use std::os::unix::fs::PermissionsExt;
    assert_eq!(std::fs::metadata(&key).unwrap().permissions().mode() & 0o777, 0o600);
    let database = zicha.folder.path().join("zicha.db");
    assert_eq!(
        std::fs::metadata(&database).unwrap().permissions().mode() & 0o777,
        0o600,
        "password hashes are not for everybody"
    );
    let kept = std::fs::read(&key).unwrap();
    std::fs::write(&key, "secret").unwrap();
    zicha.refused(&["round", "list"], "64 random hexadecimal digits");
    std::fs::remove_file(&key).unwrap();
    zicha.refused(&["round", "list"], "restore the file from its backup");
    let other = Shell::new(Backend::Sqlite);
    other.ok(&["round", "list"]);
    std::fs::copy(other.folder.path().join("server.key"), &key).unwrap();
    zicha.refused(&["round", "list"], "does not belong to this database");
    std::fs::write(&key, kept).unwrap();
    zicha.ok(&["round", "list"]);
    std::fs::write(
        zicha.folder.path().join("zicha.db"),
        b"this is not a database at all, but long enough to look at",
    )
    .unwrap();
    zicha.refused(&["round", "list"], "database cannot be used");
}

#[test]
fn check_names_file_line_and_column() {
    let zicha = Shell::new(Backend::Sqlite);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let good = root.join("surveys/self-check.json");
    assert!(
        zicha
            .ok(&["check", good.to_str().unwrap()])
            .contains("ok (self-check, 7 categories, 85 questions)")
    );
    std::fs::write(
        zicha.path("bad.json"),
        std::fs::read_to_string(root.join("surveys/canteen.json"))
            .unwrap()
            .replace("\"places\": 2", "\"places\": 9"),
    )
    .unwrap();
    let output = zicha.run(&["check", good.to_str().unwrap(), &zicha.path("bad.json")]);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1));
    let line = error.lines().next().unwrap();
    let place: Vec<&str> = line
        .strip_prefix(&format!("{}:", zicha.path("bad.json")))
        .unwrap()
        .splitn(3, ':')
        .collect();
    assert!(
        place[0].parse::<u32>().unwrap() > 100
            && place[1].parse::<u32>().is_ok()
            && place[2].contains("food_order"),
        "{line}"
    );
}

#[test]
fn a_round_closes_by_itself_and_a_clock_that_jumps_back_does_not_reopen_it() {
    let zicha = Shell::new(Backend::Sqlite);
    std::fs::write(zicha.path("units.csv"), UNITS).unwrap();
    zicha.ok(&["units", "import", &zicha.path("units.csv")]);
    let now = time::OffsetDateTime::now_utc();
    let day = zicha::round::shanghai_day(now);
    let round = zicha.ok(&[
        "round",
        "create",
        "--survey",
        "canteen",
        "--title",
        "t",
        "--opens",
        &day.to_string(),
        "--closes",
        &day.to_string(),
    ]);
    zicha.ok(&["round", "open", &round, "--custody", "server"]);
    let page = format!("/r/{round}");
    zicha.serve_at(now, &page, "填写码");
    let end = (day + time::Duration::DAY)
        .with_time(time::Time::MIDNIGHT)
        .assume_offset(zicha::round::SHANGHAI);
    // In the half hour of grace the page says closed; the box is still open for forms that were.
    zicha.serve_at(end + time::Duration::minutes(5), &page, "三十分钟内提交");
    zicha.serve_at(now, &page, "三十分钟内提交");
    assert!(zicha.ok(&["round", "status", &round]).contains("state open"));
    zicha.serve_at(end + time::Duration::minutes(31), &format!("/bulletin/{round}"), "票箱摘要");
    assert!(zicha.ok(&["round", "status", &round]).contains("state closed"));
    zicha.serve_at(now, &page, "本轮已于");
}

#[test]
fn units_freeze_at_opening_and_not_before() {
    let zicha = Shell::new(Backend::Sqlite);
    let import = |heads: u32| {
        std::fs::write(
            zicha.path("units.csv"),
            format!("code,name,kind,headcount\nCY,甲,squad,{heads}\n"),
        )
        .unwrap();
        zicha.ok(&["units", "import", &zicha.path("units.csv")]);
    };
    let day = zicha::round::shanghai_day(time::OffsetDateTime::now_utc()).to_string();
    import(30);
    let round = zicha.ok(&[
        "round", "create", "--survey", "canteen", "--title", "t", "--opens", &day, "--closes", &day,
    ]);
    import(36);
    let issue = [
        "--yes",
        "slips",
        "issue",
        "--round",
        &round,
        "--format",
        "csv",
        "--out",
        &zicha.path("s.csv"),
    ];
    assert!(zicha.ok(&issue).starts_with("40 slips"), "36 heads and 10 % spare");
    import(40);
    zicha.refused(&["round", "open", &round, "--custody", "server"], "issue them again");
    assert!(zicha.ok(&issue).starts_with("44 slips"));
    zicha.ok(&["round", "open", &round, "--custody", "server"]);
    import(50);
    assert!(zicha.ok(&issue).starts_with("44 slips"), "frozen");
}

#[test]
fn a_reader_who_has_read_enough_is_no_failure() {
    let zicha = Shell::new(Backend::Sqlite);
    for arguments in [&["units", "export"][..], &["--json", "round", "list"], &["--help"]] {
        let mut child = zicha
            .command(arguments)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        // As `| head` does: nobody reads any more when the first line comes.
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_service_is_asked_whether_it_is_well() {
    let zicha = Shell::new(Backend::Sqlite);
    let port = free_port();
    let address = format!("127.0.0.1:{port}");
    zicha.refused(&["health", "--listen", &address], "nothing answers");
    let mut service = zicha
        .command(&["serve", "--listen", &address])
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let well = (0..200).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(50));
        zicha.run(&["health", "--listen", &address, "--ready"]).status.success()
    });
    assert!(well, "it never gets well");
    zicha.ok(&["health", "--listen", &address.replace("127.0.0.1", "0.0.0.0")]);
    service.kill().unwrap();
    service.wait().unwrap();
    zicha.refused(&["health", "--listen", &address, "--ready"], "nothing answers");
}

#[test]
fn a_secret_is_written_to_a_bare_name_too_and_a_second_try_is_no_riddle() {
    let zicha = Shell::new(Backend::Sqlite);
    let here = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str], key: Option<&str>| {
        let mut command = zicha.command(arguments);
        command.current_dir(here.path());
        if let Some(key) = key {
            command.env("ZICHA_SERVER_KEY", key);
        }
        command.output().unwrap()
    };
    let made = run(&["backup-key", "backup.key"], None);
    assert!(
        made.status.success() && String::from_utf8_lossy(&made.stdout).starts_with("age1"),
        "{made:?}"
    );
    assert!(here.path().join("backup.key").exists());
    let listed = run(&["round", "list"], Some("server.key"));
    assert!(listed.status.success() && here.path().join("server.key").exists(), "{listed:?}");
    assert!(run(&["round", "list"], Some("server.key")).status.success());
}

#[test]
fn an_address_that_no_phone_can_use_is_refused_before_anything_is_printed() {
    let zicha = Shell::new(Backend::Sqlite);
    std::fs::write(zicha.path("units.csv"), crate::test_app::UNITS).unwrap();
    zicha.ok(&["units", "import", &zicha.path("units.csv")]);
    let today = zicha::round::shanghai_day(time::OffsetDateTime::now_utc()).to_string();
    let round = zicha.ok(&[
        "round", "create", "--survey", "canteen", "--title", "一", "--opens", &today, "--closes",
        &today,
    ]);
    let slips = zicha.path("slips.csv");
    let issue = |url: Option<&str>| {
        let mut command = zicha.command(&[
            "--yes", "slips", "issue", "--round", &round, "--format", "csv", "--out", &slips,
        ]);
        match url {
            Some(url) => command.env("ZICHA_PUBLIC_URL", url),
            None => command.env_remove("ZICHA_PUBLIC_URL"),
        };
        let output = command.output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    for wrong in
        ["http://0.0.0.0:8080", "zicha.example.cn", "https://x.cn?a=1#x", "https://x.cn/zicha"]
    {
        let (ok, said) = issue(Some(wrong));
        assert!(!ok && said.contains("cannot be used"), "{wrong}: {said}");
    }
    let (ok, said) = issue(None);
    assert!(!ok && said.contains("no address for phones is set"), "{said}");
    assert!(issue(Some("http://127.0.0.1:8080")).0, "asked for by name");
    let (ok, said) = issue(Some(" HTTPS://Zicha.Example.CN/ "));
    assert!(ok && said.contains("the slips lead to https://zicha.example.cn"), "{said}");
    assert!(std::fs::read_to_string(&slips).unwrap().contains("https://zicha.example.cn/r/"));
    // The service was told; a command that is not told prints no other address.
    let mut server = zicha
        .command(&["serve", "--listen", "127.0.0.1:0"])
        .env("ZICHA_PUBLIC_URL", "https://told.example.cn")
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let told = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(100));
        let (ok, said) = issue(None);
        ok && said.contains("https://told.example.cn")
    });
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(told);
}

#[test]
fn every_setting_is_taken_from_variable_and_file_and_by_every_command_that_serves() {
    use zicha::app::{SETTINGS, Settings};
    let values = [
        ("database", "sqlite://x.db"),
        ("data", "elsewhere"),
        ("listen", "127.0.0.1:1234"),
        ("desk_listen", "127.0.0.1:1235"),
        ("public_url", "https://x.example.cn"),
        ("server_key", "k"),
        ("keep_originals_days", "7"),
        ("backup_recipient", "age1x"),
        ("workers", "3"),
        ("part", "desk"),
        ("opening_database", "postgres://o@h/n"),
    ];
    assert_eq!(
        SETTINGS.map(|s| s.0),
        values.map(|v| v.0),
        "a setting that this table does not try"
    );
    let told = |settings: &Settings| format!("{settings:?}");
    let plain = told(&Settings::load(None, |_| None).unwrap());
    let folder = tempfile::tempdir().unwrap();
    for ((name, variable, ..), (_, value)) in SETTINGS.into_iter().zip(values) {
        let by_variable = told(
            &Settings::load(None, |asked| (asked == variable).then(|| value.to_owned())).unwrap(),
        );
        let file = folder.path().join("zicha.toml");
        let written = if value.parse::<u32>().is_ok() {
            format!("{name} = {value}\n")
        } else {
            format!("{name} = \"{value}\"\n")
        };
        std::fs::write(&file, written).unwrap();
        let by_file = told(&Settings::load(Some(&file), |_| None).unwrap());
        assert!(by_variable != plain && by_variable == by_file, "{name}: {by_variable} {by_file}");
    }
    // What serves listens where it was told: the demo as well as the service.
    let zicha = Shell::new(Backend::Sqlite);
    for command in ["serve", "demo"] {
        let address = format!("127.0.0.1:{}", crate::test_app::free_port());
        let mut server = zicha
            .command(&[command])
            .env("ZICHA_LISTEN", &address)
            .env("ZICHA_WORKERS", "1")
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let up = (0..1_200).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(100));
            crate::test_app::agent().get(format!("http://{address}/healthz")).call().is_ok()
        });
        let id = i32::try_from(server.id()).unwrap();
        rustix::process::kill_process(
            rustix::process::Pid::from_raw(id).unwrap(),
            rustix::process::Signal::TERM,
        )
        .unwrap();
        server.wait().unwrap();
        assert!(up, "{command} does not listen on {address}");
    }
}

#[test]
fn a_box_that_two_command_lines_open_at_once_is_opened_once_and_both_end_well() {
    for backend in backends() {
        let zicha = Shell::new(backend);
        std::fs::write(zicha.path("units.csv"), UNITS).unwrap();
        zicha.ok(&["units", "import", &zicha.path("units.csv")]);
        let today = zicha::round::shanghai_day(time::OffsetDateTime::now_utc()).to_string();
        let round = zicha.ok(&[
            "round",
            "create",
            "--survey",
            "canteen",
            "--title",
            "第一轮",
            "--opens",
            &today,
            "--closes",
            &today,
        ]);
        zicha.ok(&["round", "open", &round, "--custody", "server"]);
        zicha.ok(&["--yes", "round", "close", &round]);
        let both: Vec<_> = (0..2)
            .map(|_| {
                let mut command = zicha.command(&["--yes", "box", "open", "--round", &round]);
                command
                    .stdout(std::process::Stdio::piped())
                    .stderr(std::process::Stdio::piped())
                    .spawn()
                    .unwrap()
            })
            .collect();
        let ends: Vec<_> =
            both.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
        let said: Vec<String> = ends
            .iter()
            .map(|end| {
                String::from_utf8_lossy(&[&end.stdout[..], &end.stderr].concat()).into_owned()
            })
            .collect();
        let opened = said
            .iter()
            .zip(&ends)
            .filter(|(said, end)| end.status.success() && !said.contains("elsewhere"))
            .count();
        assert_eq!(opened, 1, "{said:?}");
        // The other one waited for it, or came when it was done: either way it says what happened.
        for (said, end) in said.iter().zip(&ends) {
            assert!(end.status.success() || said.contains("box and keys are destroyed"), "{said}");
        }
        assert!(zicha.ok(&["verify", "--round", &round]).lines().all(|l| l.starts_with('✓')));
    }
}
