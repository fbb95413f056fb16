//! Canaries: words that occur nowhere else, put into everything a phone sends, and then looked for
//! everywhere the product could have kept them.
//! Also: which files the service touches on the whole machine, and that it leaves no memory dump.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use diesel::prelude::*;

use crate::shell::Shell;
use crate::test_app::{
    Backend, UNITS, agent, all_files, backends, encode, free_port, open_beside, tool,
};

/// A word in every form in which software is wont to keep words.
fn forms(word: &str) -> Vec<Vec<u8>> {
    let bytes = word.as_bytes();
    let hex = |upper: bool| {
        bytes
            .iter()
            .map(|b| if upper { format!("{b:02X}") } else { format!("{b:02x}") })
            .collect::<String>()
            .into_bytes()
    };
    let wide = |big: bool| {
        word.encode_utf16()
            .flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() })
            .collect::<Vec<u8>>()
    };
    let escaped = word
        .encode_utf16()
        .map(|u| if u < 128 { char::from(u as u8).to_string() } else { format!("\\u{u:04x}") })
        .collect::<String>();
    let url =
        percent_encoding::utf8_percent_encode(word, percent_encoding::NON_ALPHANUMERIC).to_string();
    let mut all = vec![
        bytes.to_vec(),
        hex(false),
        hex(true),
        wide(false),
        wide(true),
        escaped.into_bytes(),
        url.to_lowercase().into_bytes(),
        url.into_bytes(),
    ];
    // Base64 at each of the three places a word may fall; the first and last letters depend on the
    // neighbours and are cut off.
    for shift in 0..3 {
        let mut padded = vec![0u8; shift];
        padded.extend(bytes);
        let text = base64(&padded);
        let start = (shift * 8).div_ceil(6);
        all.push(text.as_bytes()[start..padded.len() * 8 / 6].to_vec());
    }
    all.sort();
    all.dedup();
    all
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: Vec<u8> = bytes.iter().flat_map(|b| (0..8).rev().map(move |n| b >> n & 1)).collect();
    bits.chunks(6)
        .map(|c| {
            char::from(
                LETTERS[c.iter().fold(0usize, |n, b| n << 1 | usize::from(*b)) << (6 - c.len())],
            )
        })
        .collect()
}

/// Which words occur in some bytes, in any form.
fn hits<'a>(bytes: &[u8], words: &[&'a str]) -> Vec<&'a str> {
    words
        .iter()
        .filter(|w| forms(w).iter().any(|f| memchr::memmem::find(bytes, f).is_some()))
        .copied()
        .collect()
}

#[test]
fn the_search_finds_a_word_in_every_form() {
    let word = "记号Canary77";
    for form in forms(word) {
        let mut hay = b"before ".to_vec();
        hay.extend(&form);
        hay.extend(b" after");
        assert_eq!(hits(&hay, &[word]), [word]);
    }
    for shift in ["", "x", "xy"] {
        let text = base64(format!("{shift}{word}tail").as_bytes());
        assert_eq!(hits(text.as_bytes(), &[word]), [word], "base64 after {shift:?}");
    }
    assert!(hits(b"nothing of it", &[word]).is_empty());
}

pub(crate) struct Service {
    child: Child,
    port: u16,
    desk: u16,
}

impl Service {
    /// The service as talkative as it can be made, with everything it says in a file, and folders
    /// of its own to leave things in.
    pub(crate) fn start(zicha: &Shell, place: &Path, wrapper: &[&str]) -> Self {
        let (port, desk) = (free_port(), free_port());
        let plain = zicha.command(&[
            "serve",
            "--listen",
            &format!("127.0.0.1:{port}"),
            "--desk-listen",
            &format!("127.0.0.1:{desk}"),
        ]);
        let mut command = match wrapper.split_first() {
            None => plain,
            Some((first, rest)) => {
                let mut command = std::process::Command::new(first);
                command.args(rest).arg(plain.get_program()).args(plain.get_args());
                command
            }
        };
        for folder in ["home", "tmp", "cwd"] {
            std::fs::create_dir_all(place.join(folder)).unwrap();
        }
        let log = |name: &str| {
            Stdio::from(
                std::fs::OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(place.join(name))
                    .unwrap(),
            )
        };
        let child = command
            .env("RUST_LOG", "trace")
            .env("RUST_BACKTRACE", "full")
            .env("HOME", place.join("home"))
            .env("TMPDIR", place.join("tmp"))
            .env("XDG_CACHE_HOME", place.join("home"))
            .current_dir(place.join("cwd"))
            .stdout(log("stdout"))
            .stderr(log("stderr"))
            .spawn()
            .unwrap();
        let service = Self { child, port, desk };
        let started = Instant::now();
        while agent().get(format!("http://127.0.0.1:{desk}/desk/sign-in")).call().is_err() {
            assert!(started.elapsed() < Duration::from_secs(30), "the service did not start");
            std::thread::sleep(Duration::from_millis(30));
        }
        service
    }

    /// Sends raw bytes from an address of one's own and returns the answer.
    pub(crate) fn send(&self, from: [u8; 4], request: &[u8]) -> String {
        let socket =
            socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.bind(&SocketAddr::from((from, 0)).into()).unwrap();
        socket.connect(&SocketAddr::from(([127, 0, 0, 1], self.port)).into()).unwrap();
        let mut stream: TcpStream = socket.into();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).ok();
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn get(port: u16, path: &str) -> String {
        agent()
            .get(format!("http://127.0.0.1:{port}{path}"))
            .call()
            .unwrap()
            .into_body()
            .read_to_string()
            .unwrap()
    }

    /// Asks it to end and waits. `pid` is that of the service itself where a tracer is its parent.
    pub(crate) fn stop(mut self, pid: Option<i32>) {
        let pid = pid.unwrap_or_else(|| i32::try_from(self.child.id()).unwrap());
        rustix::process::kill_process(
            rustix::process::Pid::from_raw(pid).unwrap(),
            rustix::process::Signal::TERM,
        )
        .unwrap();
        let started = Instant::now();
        while self.child.try_wait().unwrap().is_none() {
            assert!(started.elapsed() < Duration::from_secs(20), "the service does not end");
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A bureau with an open round under trustees; codes and passphrases lie outside its data folder,
/// as paper does.
struct Bureau {
    zicha: Shell,
    paper: tempfile::TempDir,
    round: String,
    codes: Vec<String>,
}

impl Bureau {
    fn new(backend: Backend) -> Self {
        let zicha = Shell::new(backend);
        let paper = tempfile::tempdir().unwrap();
        let path = |name: &str| paper.path().join(name).to_str().unwrap().to_owned();
        std::fs::write(path("units.csv"), UNITS).unwrap();
        zicha.ok(&["units", "import", &path("units.csv")]);
        let today = zicha::round::shanghai_day(time::OffsetDateTime::now_utc()).to_string();
        let round = zicha.ok(&[
            "round", "create", "--survey", "canteen", "--title", "验", "--opens", &today,
            "--closes", &today,
        ]);
        zicha.ok(&[
            "--yes",
            "round",
            "open",
            &round,
            "--trustees",
            "3",
            "--quorum",
            "2",
            "--passphrases-out",
            &path("passphrases"),
        ]);
        zicha.ok(&[
            "slips",
            "issue",
            "--round",
            &round,
            "--format",
            "csv",
            "--out",
            &path("slips.csv"),
        ]);
        let slips = std::fs::read_to_string(path("slips.csv")).unwrap();
        let codes = slips
            .lines()
            .skip(1)
            .filter(|l| l.contains("\"CY\""))
            .map(|l| l.split("\",\"").nth(3).unwrap().replace(' ', ""))
            .collect();
        Self { zicha, paper, round, codes }
    }

    fn path(&self, name: &str) -> String {
        self.paper.path().join(name).to_str().unwrap().to_owned()
    }

    fn finish(&self) {
        self.zicha.ok(&[
            "--yes",
            "round",
            "close",
            &self.round,
            "--passphrases",
            &self.path("passphrases"),
        ]);
        self.zicha.ok(&[
            "--yes",
            "box",
            "open",
            "--round",
            &self.round,
            "--passphrases",
            &self.path("passphrases"),
        ]);
        self.zicha.ok(&["--yes", "round", "release", &self.round]);
    }
}

const TEXT: &str = "独家记号汤太凉Zq7Xw";
const SENT: [&str; 10] = [
    "CanaryAgentQ1",
    "CanaryCookieQ2",
    "CanaryRefererQ3",
    "CanaryLangQ4",
    "CanaryForwardQ5",
    "CanaryHeaderQ6",
    "CanaryPathQ7",
    "CanaryQueryQ8",
    "CanaryFieldQ9",
    "CanaryValueQ10",
];

pub(crate) fn request(method: &str, path: &str, body: &str) -> Vec<u8> {
    format!(
        "{method} {path} HTTP/1.1\r\nHost: zicha\r\nUser-Agent: {}\r\nCookie: a={}; \
         zicha={}\r\nReferer: http://x/{}\r\nAccept-Language: {}\r\nX-Forwarded-For: 10.77.1.2, \
         {}\r\nX-Real-IP: 10.77.1.3\r\nAuthorization: Basic {}\r\nX-{}: y\r\nContent-Type: \
         application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: \
         close\r\n\r\n{body}",
        SENT[0],
        SENT[1],
        SENT[1],
        SENT[2],
        SENT[3],
        SENT[4],
        SENT[5],
        SENT[5],
        body.len()
    )
    .into_bytes()
}

#[test]
fn nothing_a_phone_sends_is_found_anywhere() {
    for backend in backends() {
        let bureau = Bureau::new(backend);
        let place = tempfile::tempdir().unwrap();
        let service = Service::start(&bureau.zicha, place.path(), &[]);
        let page = format!("/r/{}", bureau.round);
        let with = |code: &str, more: &[(&str, &str)]| {
            let mut fields = vec![("code", code), ("visit_meal", "lunch"), ("visit_note", TEXT)];
            fields.extend(more);
            encode(&fields)
        };
        // Good ones from many addresses, and everything that can go wrong.
        for (n, code) in bureau.codes.iter().take(8).enumerate() {
            let answer = service.send(
                [127, 0, 77, 10 + n as u8],
                &request("POST", &format!("{page}?{}=1", SENT[7]), &with(code, &[])),
            );
            assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
        }
        let answers = everything_that_can_go_wrong(&bureau, &service, (&page, backend), &with);
        let mut words: Vec<&str> = SENT.to_vec();
        words.extend(["127.0.77.", "10.77.1."]);
        // No page of another reader, no error page but the writer's own answers, and no metric
        // holds any of it.
        for answer in &answers {
            let echoed = hits(
                answer.as_bytes(),
                &[
                    SENT[0],
                    SENT[1],
                    SENT[2],
                    SENT[3],
                    SENT[4],
                    SENT[5],
                    SENT[6],
                    SENT[7],
                    "127.0.77.",
                    "10.77.1.",
                ],
            );
            assert!(echoed.is_empty(), "{echoed:?} in an answer");
        }
        let codes: Vec<&str> = bureau.codes.iter().map(String::as_str).collect();
        words.extend(&codes);
        words.push(TEXT);
        readers_see_none(&service, &page, &words);
        assert!(
            Service::get(service.desk, "/metrics")
                .contains("zicha_submissions_total{outcome=\"stored\"}")
        );
        let found = |when: &str, words: &[&str], but: &[&str]| {
            for folder in [bureau.zicha.folder.path(), place.path()] {
                for name in all_files(folder) {
                    let found = hits(&std::fs::read(folder.join(&name)).unwrap(), words);
                    assert!(
                        found.is_empty() || but.iter().any(|b| name.starts_with(b)),
                        "{backend:?} {when}: {found:?} in {name}"
                    );
                }
            }
            if let Some(url) = &bureau.zicha.database {
                let found = hits(&everything_in(url), words);
                assert!(found.is_empty() || !but.is_empty(), "{when}: {found:?} in PostgreSQL");
            }
        };
        found("while open", &words, &[]);
        // A backup of the open round, sealed and in clear.
        let public = bureau.zicha.ok(&["backup-key", &bureau.path("backup.key")]);
        bureau.zicha.ok(&["backup", &bureau.path("backup.age"), "--to", &public]);
        let plain = crate::keeping::decrypted(
            Path::new(&bureau.path("backup.age")),
            Path::new(&bureau.path("backup.key")),
        );
        assert_eq!(hits(plain.as_bytes(), &words), Vec::<&str>::new(), "in a backup");
        service.stop(None);
        bureau.finish();
        // After the opening the detached text is in the main database and nowhere else.
        words.retain(|w| *w != TEXT);
        found("after the opening", &words, &[]);
        found("after the opening", &[TEXT], &["zicha.db"]);
        no_table_holds(&bureau, &[&words[..], &[TEXT]].concat());
        nothing_is_left_but_what_is_listed(&bureau, place.path(), backend);
    }
}

/// What the process said are events from the list, and what it left are files from the list.
fn nothing_is_left_but_what_is_listed(bureau: &Bureau, place: &Path, backend: Backend) {
    // What the process said: its address and nothing else but events from the list.
    let said = std::fs::read_to_string(place.join("stderr")).unwrap();
    for line in said.lines() {
        assert!(
            line.contains(" event=") || line.contains("public address is not https"),
            "an unknown line: {line}"
        );
    }
    if backend == Backend::Sqlite {
        assert!(said.contains("event=request_failed"), "the failure was really said: {said}");
    }
    let left: Vec<String> =
        ["home", "tmp", "cwd"].iter().flat_map(|f| all_files(&place.join(f))).collect();
    assert_eq!(left, Vec::<String>::new(), "files left outside the data folder");
    let files: BTreeSet<String> = all_files(bureau.zicha.folder.path()).into_iter().collect();
    let expected = ["server.key".to_owned(), format!("releases/{}.json", bureau.round)];
    let database: &[&str] = if backend == Backend::Sqlite {
        &["zicha.db", "zicha.db-shm", "zicha.db-wal"]
    } else {
        &[]
    };
    for file in &files {
        assert!(
            expected.contains(file) || database.contains(&file.as_str()),
            "{file} is on no list"
        );
    }
}

/// No export holds any of the words, nor the text.
fn no_table_holds(bureau: &Bureau, words: &[&str]) {
    for table in ["tally", "wide", "problems", "turnout"] {
        for format in ["csv", "json"] {
            bureau.zicha.ok(&[
                "export",
                table,
                "--round",
                &bureau.round,
                "--format",
                format,
                "--out",
                &bureau.path("table"),
            ]);
            assert_eq!(
                hits(&std::fs::read(bureau.path("table")).unwrap(), words),
                Vec::<&str>::new(),
                "{table}"
            );
        }
    }
}

/// No page and no metric holds any of the words.
fn readers_see_none(service: &Service, page: &str, words: &[&str]) {
    for (port, path) in [
        (service.desk, "/metrics"),
        (service.port, "/"),
        (service.port, page),
        (service.port, "/privacy"),
        (service.port, "/nowhere"),
    ] {
        assert_eq!(hits(Service::get(port, path).as_bytes(), words), Vec::<&str>::new(), "{path}");
    }
}

/// Makes a form with a slip's code and more fields.
type Fill = dyn Fn(&str, &[(&str, &str)]) -> String;

/// Whatever else a phone, a browser or a curious person may send, and what was answered.
fn everything_that_can_go_wrong(
    bureau: &Bureau,
    service: &Service,
    (page, backend): (&str, Backend),
    with: &Fill,
) -> Vec<String> {
    let unused = &bureau.codes[9];
    let mut answers = Vec::new();
    for (method, path, body) in [
        ("POST", page.to_owned(), with(&bureau.codes[0], &[])),
        ("POST", page.to_owned(), with(unused, &[(SENT[8], "1")])),
        ("POST", page.to_owned(), with(unused, &[("food_cold", SENT[9])])),
        ("POST", page.to_owned(), with("00000000000000000097", &[])),
        ("POST", page.to_owned(), with("12345", &[])),
        ("POST", page.to_owned(), format!("code={unused}&visit_note=%ff%fe{}", SENT[9])),
        ("POST", page.to_owned(), format!("{}={}", SENT[8], "x".repeat(300_000))),
        ("POST", format!("/r/{}", SENT[6]), with(unused, &[])),
        ("GET", format!("{page}?code={}&{}", SENT[9], SENT[7]), String::new()),
        ("GET", format!("/{}", SENT[6]), String::new()),
        ("PUT", page.to_owned(), with(unused, &[])),
    ] {
        answers.push(service.send([127, 0, 77, 99], &request(method, &path, &body)));
    }
    // The box is locked for too long, so that an error is said as loudly as it can be.
    if backend == Backend::Sqlite {
        use diesel::connection::SimpleConnection;
        let file = bureau.zicha.path(&format!("box-{}.db", bureau.round));
        let mut lock = open_beside(&file);
        lock.batch_execute("begin immediate").unwrap();
        let answer = service.send([127, 0, 77, 99], &request("POST", page, &with(unused, &[])));
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        answers.push(answer);
        lock.batch_execute("rollback").unwrap();
    }
    answers
}

/// All rows of a PostgreSQL database as text, and its write-ahead log as far as the server still
/// has it.
fn everything_in(url: &str) -> Vec<u8> {
    use diesel::sql_types::{Binary, Nullable, Text};
    let mut db = PgConnection::establish(url).unwrap();
    let mut all = Vec::new();
    let tables: Vec<String> = diesel::dsl::sql::<Text>(
        "select c.oid::regclass::text from pg_class c where relkind in ('r', 'p') and \
         (relnamespace = 'public'::regnamespace or relname in ('pg_statistic', 'pg_description'))",
    )
    .load(&mut db)
    .unwrap();
    for table in tables {
        let rows: Vec<Option<String>> =
            diesel::dsl::sql::<Nullable<Text>>(&format!("select t::text from {table} t"))
                .load(&mut db)
                .unwrap();
        rows.into_iter().flatten().for_each(|row| all.extend(row.into_bytes()));
    }
    let files: Vec<Option<Vec<u8>>> = diesel::dsl::sql::<Nullable<Binary>>(
        "select pg_read_binary_file(pg_relation_filepath(oid), 0, 1000000000, true) from pg_class \
         where relnamespace = 'public'::regnamespace and pg_relation_filepath(oid) is not null",
    )
    .load(&mut db)
    .unwrap();
    files.into_iter().flatten().for_each(|bytes| all.extend(bytes));
    if let Ok(log) = std::env::var("TEST_POSTGRES_LOG") {
        all.extend(std::fs::read(log).unwrap());
    }
    all
}

#[test]
fn the_service_writes_to_its_data_folder_and_nowhere_else_and_leaves_no_core() {
    let Some(strace) = tool("strace") else { return };
    let bureau = Bureau::new(Backend::Sqlite);
    let place = tempfile::tempdir().unwrap();
    let trace = place.path().join("trace");
    let calls = "openat,open,creat,mkdir,mkdirat,rename,renameat,renameat2,\
                 unlink,unlinkat,link,linkat,symlink,symlinkat,truncate,connect,sendto";
    let service = Service::start(
        &bureau.zicha,
        place.path(),
        &[
            &strace,
            "-f",
            "-qq",
            "-s",
            "300",
            "-e",
            &format!("trace={calls}"),
            "-o",
            trace.to_str().unwrap(),
        ],
    );
    for code in bureau.codes.iter().take(6) {
        let answer = service.send(
            [127, 0, 77, 5],
            &request(
                "POST",
                &format!("/r/{}", bureau.round),
                &encode(&[("code", code.as_str()), ("visit_meal", "lunch")]),
            ),
        );
        assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    }
    Service::get(service.port, "/privacy");
    // The traced process is the child of the tracer.
    let pids: Vec<String> = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .filter(|n| n.parse::<u32>().is_ok())
        .collect();
    let own = pids.iter().find(|pid| {
        std::fs::read_to_string(format!("/proc/{pid}/cmdline")).is_ok_and(|c| {
            c.contains(bureau.zicha.folder.path().to_str().unwrap()) && !c.contains("strace")
        })
    });
    let limits = std::fs::read_to_string(format!(
        "/proc/{}/limits",
        own.as_ref().expect("the service runs")
    ))
    .unwrap();
    let core = limits.lines().find(|l| l.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().collect::<Vec<_>>()[4..6], ["0", "0"], "{core}");
    service.stop(own.map(|pid| pid.parse().unwrap()));
    let text = std::fs::read_to_string(&trace).unwrap();
    let data = bureau.zicha.folder.path().to_str().unwrap();
    let mut written = BTreeSet::new();
    for line in text.lines().filter(|l| !l.contains(" = -1 ") && l.contains('"')) {
        let path = line.split('"').nth(1).unwrap();
        let opens = line.contains("open");
        let writes =
            !opens || ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].iter().any(|f| line.contains(f));
        if line.contains("connect(")
            || line.contains("sendto(")
            || !writes
            || path == "/dev/null"
            || path == "/dev/tty"
        {
            continue;
        }
        assert!(path.starts_with(data), "outside the data folder: {line}");
        written.insert(path[data.len()..].trim_start_matches('/').to_owned());
    }
    let of_box = format!("box-{}.db", bureau.round);
    let allowed = [
        String::new(),
        "zicha.db".into(),
        "zicha.db-wal".into(),
        "zicha.db-shm".into(),
        of_box.clone(),
        format!("{of_box}-wal"),
        format!("{of_box}-shm"),
    ];
    for path in &written {
        assert!(allowed.contains(path), "the service wrote {path}");
    }
    assert!(
        written.contains(&format!("{of_box}-wal")),
        "the trace saw the ballots being written: {written:?}"
    );
    // And it speaks to nobody: the only connections are those that came in.
    let out: Vec<&str> = text
        .lines()
        .filter(|l| l.contains("connect(") && !l.contains("AF_UNIX") && l.contains("sin_addr"))
        .collect();
    assert_eq!(out, Vec::<&str>::new(), "the service called somebody");
}
