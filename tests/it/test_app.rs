//! A running zicha for tests: real HTTP on a free port, its own folder, its own database on either
//! backend.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use zicha::app::{Actor, App, Custody, NewRound, Role, Session, Settings};
use zicha::id::RoundId;
use zicha::round::{Access, Reach, shanghai_day};
use zicha::survey::Survey;

/// The password of accounts that tests make: chosen by their owner, so that nothing has to be
/// changed first.
pub const PASSWORD: &str = "一句容易记住而且够长的口令";

/// A database backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// Both backends; PostgreSQL only where a server is given, and `scripts/test` always gives one.
pub fn backends() -> Vec<Backend> {
    if std::env::var("TEST_POSTGRES_URL").is_ok() {
        vec![Backend::Sqlite, Backend::Postgres]
    } else {
        vec![Backend::Sqlite]
    }
}

/// A program that some tests need. `scripts/test` installs all of them and insists; a bare `cargo
/// test` leaves those tests out.
pub fn tool(name: &str) -> Option<String> {
    let found = ["/usr/bin", "/usr/sbin", "/usr/local/bin"]
        .iter()
        .map(|f| format!("{f}/{name}"))
        .find(|p| std::path::Path::new(p).exists());
    assert!(found.is_some() || std::env::var("ZICHA_TEST_ALL").is_err(), "{name} is not installed");
    found
}

/// An answer as the browser sees it.
pub struct Page {
    pub status: u16,
    pub location: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Page {
    /// The password that a page shows this once.
    pub fn password(&self) -> String {
        let shown = self.body.split("class=\"digest\"><strong>").nth(1);
        let shown = shown.unwrap_or_else(|| panic!("no password in {}", self.body));
        shown.split('<').next().unwrap().to_owned()
    }

    pub fn assert_received(&self) {
        assert!(
            self.status == 303 && self.location.contains("/received"),
            "{} {} {}",
            self.status,
            self.location,
            self.body
        );
    }

    pub fn assert_again(&self) {
        assert!(
            self.status == 303 && self.location.contains("/again"),
            "{} {} {}",
            self.status,
            self.location,
            self.body
        );
    }

    pub fn assert_says(&self, status: u16, text: &str) {
        assert_eq!(self.status, status, "{}", self.body);
        assert!(self.body.contains(text), "no “{text}” in {}", self.body);
    }
}

pub struct TestApp {
    pub backend: Backend,
    pub app: Arc<App>,
    pub base: String,
    pub folder: tempfile::TempDir,
    agent: ureq::Agent,
}

pub fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(Duration::from_mins(1)))
        .build()
        .into()
}

/// The address of a fresh database, and settings around it.
pub fn settings(backend: Backend, folder: &std::path::Path) -> Settings {
    let database = (backend == Backend::Postgres).then(new_postgres_database);
    let listen = format!("127.0.0.1:{}", free_port());
    // Slips for this machine alone, asked for by name.
    Settings {
        database,
        data: folder.to_owned(),
        public_url: Some(format!("http://{listen}")),
        listen,
        ..Settings::default()
    }
}

/// A second program at a `SQLite` file of the service. It waits for its turn: the service's own
/// threads write there, too.
pub fn open_beside(file: impl AsRef<std::path::Path>) -> diesel::SqliteConnection {
    let mut db = diesel::SqliteConnection::establish(file.as_ref().to_str().unwrap()).unwrap();
    db.batch_execute("pragma busy_timeout = 20000").unwrap();
    db
}

pub fn new_postgres_database() -> String {
    create_postgres_database("")
}

/// A copy of a PostgreSQL database. Whoever is connected to it is cut off.
pub fn copy_database(url: &str) -> String {
    let name = url.rsplit_once('/').unwrap().1;
    let mut db = PgConnection::establish(&std::env::var("TEST_POSTGRES_URL").unwrap()).unwrap();
    let rest = format!(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity where datname = '{name}'"
    );
    while diesel::dsl::sql::<diesel::sql_types::BigInt>(&rest).get_result::<i64>(&mut db).unwrap()
        > 0
    {
        std::thread::sleep(Duration::from_millis(10));
    }
    create_postgres_database(&format!("template {name}"))
}

fn create_postgres_database(from: &str) -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("TEST_POSTGRES_URL").expect("a PostgreSQL server for tests");
    let name =
        format!("zicha_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mut db = PgConnection::establish(&server).expect("the PostgreSQL server for tests answers");
    db.batch_execute(&format!("create database {name} {from}")).unwrap();
    let (head, _) = server.rsplit_once('/').expect("an address ends with a database name");
    format!("{head}/{name}")
}

/// Whoever works on the command line.
pub fn shell() -> Actor {
    Actor::Shell("command line (system user it)".to_owned())
}

/// A clerk of this name at the desk; what takes two accounts looks the name up.
pub fn a_clerk(name: &str) -> Actor {
    Actor::Desk(Session::standing(name.into(), Role::Clerk, Vec::new()))
}

/// An account of a role, with the units it may see.
pub fn as_role(name: &str, role: Role, units: &[&str]) -> Actor {
    let units = units.iter().copied().map(Into::into).collect();
    Actor::Desk(Session::standing(name.into(), role, units))
}

/// An administrator of this name.
pub fn an_admin(name: &str) -> Actor {
    Actor::Desk(Session::standing(name.into(), Role::Admin, Vec::new()))
}

/// The same story on every database that there is.
pub fn on_both(story: impl Fn(&TestApp)) {
    for backend in backends() {
        story(&TestApp::start(backend));
    }
}

impl TestApp {
    pub fn start(backend: Backend) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings(backend, folder.path());
        let base = format!("http://{}", settings.listen);
        let app = Arc::new(App::open(settings).unwrap());
        let serving = app.clone();
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(zicha::web::serve(serving, |_| {}))
        });
        let test = Self { backend, app, base, folder, agent: agent() };
        let started = Instant::now();
        while test.try_get("/healthz").is_none() {
            assert!(started.elapsed() < Duration::from_secs(20), "the service did not start");
            std::thread::sleep(Duration::from_millis(10));
        }
        test
    }

    fn try_get(&self, path: &str) -> Option<Page> {
        self.agent.get(format!("{}{path}", self.base)).call().ok().map(page)
    }

    pub fn get(&self, path: &str) -> Page {
        self.try_get(path).unwrap_or_else(|| panic!("GET {path} was not answered"))
    }

    /// The bytes of a page as they go to a browser that takes gzip.
    pub fn get_packed(&self, path: &str) -> Vec<u8> {
        let answer = agent()
            .get(format!("{}{path}", self.base))
            .header("accept-encoding", "gzip")
            .call()
            .unwrap();
        assert_eq!(answer.headers()["content-encoding"], "gzip", "{path}");
        answer.into_body().read_to_vec().unwrap()
    }

    /// With a token of the interface for programs.
    pub fn get_as(&self, token: &str, path: &str) -> Page {
        page(
            agent()
                .get(format!("{}{path}", self.base))
                .header("authorization", format!("Bearer {token}"))
                .call()
                .unwrap(),
        )
    }

    pub fn method(&self, method: &str, path: &str, token: &str) -> u16 {
        let request =
            ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        agent()
            .run(request.header("authorization", format!("Bearer {token}")).body(()).unwrap())
            .unwrap()
            .status()
            .as_u16()
    }

    pub fn post_raw(&self, path: &str, body: &[u8]) -> Page {
        page(
            self.agent
                .post(format!("{}{path}", self.base))
                .header("content-type", "application/x-www-form-urlencoded")
                .send(body)
                .unwrap(),
        )
    }

    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.post_raw(path, encode(fields).as_bytes())
    }

    /// Sends a response with a code.
    pub fn answer(&self, round: &RoundId, code: &str, fields: &[(&str, &str)]) -> Page {
        let mut all = vec![("code", code)];
        all.extend_from_slice(fields);
        self.post(&format!("/r/{round}"), &all)
    }

    /// A desk user with a browser of his own.
    pub fn desk(&self) -> Desk {
        Desk { base: self.base.clone(), agent: agent() }
    }

    pub fn import_units(&self, table: &str) {
        self.app.import_units(&shell(), table.as_bytes()).unwrap();
    }

    /// A round that can be answered today.
    pub fn open_round(&self, survey: &Survey) -> RoundId {
        let id = self.draft(survey, Access::Slip);
        self.app.open_round(&shell(), &id, Custody::Server).unwrap();
        id
    }

    pub fn draft(&self, survey: &Survey, access: Access) -> RoundId {
        self.draft_since(survey, access, 0)
    }

    /// A draft that begins some days ago and ends today.
    pub fn draft_since(&self, survey: &Survey, access: Access, days: i64) -> RoundId {
        let today = shanghai_day(self.app.now());
        self.app
            .create_round(
                &shell(),
                &NewRound {
                    survey,
                    title: "测试轮次",
                    opens: today - time::Duration::days(days),
                    closes: today,
                    units: &[],
                    access,
                    looks_back: None,
                },
            )
            .unwrap()
    }

    /// Codes by unit.
    pub fn slips(&self, round: &RoundId) -> BTreeMap<String, Vec<String>> {
        let mut codes: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for slip in self.app.issue_slips(&shell(), round, None, 10, true).unwrap() {
            codes.entry(slip.unit.to_string()).or_default().push(slip.code.printed());
        }
        codes
    }

    /// Closes, opens the box and releases.
    pub fn finish(&self, round: &RoundId) {
        self.app.close_round(&shell(), round).unwrap();
        self.app.open_box(&shell(), round, &mut |_| {}).unwrap();
        self.app.release_round(&shell(), round, Reach::Results).unwrap();
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
}

pub struct Desk {
    base: String,
    agent: ureq::Agent,
}

impl Desk {
    pub fn get(&self, path: &str) -> Page {
        page(self.agent.get(format!("{}{path}", self.base)).call().unwrap())
    }

    /// A file as it is downloaded.
    pub fn file(&self, path: &str) -> Vec<u8> {
        let answer = self.agent.get(format!("{}{path}", self.base)).call().unwrap();
        assert_eq!(answer.status().as_u16(), 200, "{path}");
        answer.into_body().with_config().limit(50 << 20).read_to_vec().unwrap()
    }

    /// Posts a form of the page `from`: with its token and the version it shows.
    pub fn post_from(&self, from: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let body = self.get(from).body;
        let token = token(&body);
        let mut all = vec![("csrf", token.as_str())];
        let seen =
            body.split("name=\"seen\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        all.extend(seen.map(|seen| ("seen", seen)));
        all.extend_from_slice(fields);
        self.post(path, &all)
    }

    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        page(
            self.agent
                .post(format!("{}{path}", self.base))
                .header("content-type", "application/x-www-form-urlencoded")
                .send(encode(fields).as_bytes())
                .unwrap(),
        )
    }

    /// A form with a file.
    pub fn upload(&self, path: &str, fields: &[(&str, &str)], name: &str, file: &[u8]) -> Page {
        let mut body = Vec::new();
        for (field, value) in fields {
            body.extend(
                format!(
                    "--cut\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
                )
                .bytes(),
            );
        }
        body.extend(
            format!(
                "--cut\r\nContent-Disposition: form-data; name=\"file\"; \
                 filename=\"{name}\"\r\n\r\n"
            )
            .bytes(),
        );
        body.extend(file);
        body.extend(b"\r\n--cut--\r\n");
        let request = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("content-type", "multipart/form-data; boundary=cut");
        page(request.send(&body[..]).unwrap())
    }

    /// As a browser sends it that says where the form stood.
    pub fn post_as(&self, site: &str, path: &str, fields: &[(&str, &str)]) -> Page {
        let request = self
            .agent
            .post(format!("{}{path}", self.base))
            .header("content-type", "application/x-www-form-urlencoded");
        page(request.header("sec-fetch-site", site).send(encode(fields).as_bytes()).unwrap())
    }

    pub fn sign_in(&self, name: &str, password: &str) -> Page {
        self.post("/desk/sign-in", &[("name", name), ("password", password)])
    }
}

fn token(html: &str) -> String {
    let at = html
        .find("name=\"csrf\" value=\"")
        .map_or_else(|| panic!("no form token in {html}"), |n| n + 19);
    html[at..].split('"').next().unwrap().to_owned()
}

fn page(response: ureq::http::Response<ureq::Body>) -> Page {
    let mut headers: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in response.headers() {
        // Several cookies come as several headers; here each has a line.
        let all = headers.entry(name.to_string()).or_default();
        all.push_str(if all.is_empty() { "" } else { "\n" });
        all.push_str(&String::from_utf8_lossy(value.as_bytes()));
    }
    let status = response.status().as_u16();
    let location = headers.get("location").cloned().unwrap_or_default();
    let body = response.into_body().with_config().limit(50 << 20).read_to_vec().unwrap_or_default();
    Page { status, location, headers, body: String::from_utf8_lossy(&body).into_owned() }
}

/// The parts of a Word or Excel file or of an archive by name.
pub fn unpacked(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    (0..archive.len())
        .map(|n| {
            let mut part = archive.by_index(n).unwrap();
            let mut body = Vec::new();
            std::io::Read::read_to_end(&mut part, &mut body).unwrap();
            (part.name().unwrap().into_owned(), String::from_utf8_lossy(&body).into_owned())
        })
        .collect()
}

/// `application/x-www-form-urlencoded`.
pub fn encode(fields: &[(&str, &str)]) -> String {
    let part = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    fields.iter().map(|(k, v)| format!("{}={}", part(k), part(v))).collect::<Vec<_>>().join("&")
}

/// One of the shipped surveys.
pub fn survey(id: &str) -> Survey {
    App::shipped_surveys().into_iter().find(|s| s.id() == id).unwrap()
}

/// How many random cases a test tries: as many as usual, or more for a long run.
pub fn trials(usual: usize) -> usize {
    usual * std::env::var("ZICHA_TRIALS").ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}

/// A survey of these questions (as in a survey file) in one category, with the scales `agree` (five
/// steps) and `yes` (two).
pub fn survey_of(questions: &serde_json::Value) -> Survey {
    survey_with(questions, [40, 20, 30], (1, 2))
}

/// The same with other thresholds (prominent, tendency, emerging) and another scale `agree`
/// (present and prominent from).
pub fn survey_with(
    questions: &serde_json::Value,
    [prominent, tendency, emerging]: [u8; 3],
    (present_from, prominent_from): (u8, u8),
) -> Survey {
    let step = |id: &str, score: Option<u8>| {
        let label = serde_json::json!({ "zh-CN": id });
        serde_json::json!({ "id": id, "label": label, "score": score })
    };
    let file = serde_json::json!({
        "id": "odd", "version": "1", "languages": ["zh-CN"],
        "title": { "zh-CN": "试" }, "intro": { "zh-CN": "试" }, "thanks": { "zh-CN": "谢" },
        "privacy": [],
        "thresholds": { "prominent": prominent, "tendency": tendency, "emerging": emerging },
        "scales": {
            "agree": {
                "stem": { "zh-CN": "是否" },
                "present_from": present_from, "prominent_from": prominent_from,
                "options": [
                    step("general", Some(3)), step("frequent", Some(2)), step("isolated", Some(1)),
                    step("none", Some(0)), step("unsure", None),
                ],
            },
            "yes": {
                "stem": { "zh-CN": "是否" }, "present_from": 1, "prominent_from": 1,
                "options": [step("yes", Some(1)), step("no", Some(0))],
            },
        },
        "rectification_types": [],
        "categories": [
            {
                "id": "c", "name": { "zh-CN": "类" }, "short_name": { "zh-CN": "类" },
                "questions": questions,
            },
        ],
    });
    Survey::parse(file.to_string().as_bytes()).unwrap_or_else(|errors| panic!("{errors}"))
}

/// Three squads and two sections that form a group.
pub const UNITS: &str = "code,name,kind,headcount,group,group_name\n\
                         CY,春江街道中队,squad,12,,\n\
                         CF,清源街道中队,squad,10,,\n\
                         CS,长乐街道中队,squad,8,,\n\
                         BG,办公室,section,5,HQ,局机关（科室合并）\n\
                         ZG,政工科,section,5,HQ,局机关（科室合并）\n";

/// All files below a folder, by their path in it.
pub fn all_files(folder: &std::path::Path) -> Vec<String> {
    let mut out = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                out.push(entry.path().strip_prefix(folder).unwrap().display().to_string());
            }
        }
    }
    out
}

/// Files that hold some bytes.
pub fn files_with(folder: &std::path::Path, needle: &[u8]) -> Vec<String> {
    all_files(folder)
        .into_iter()
        .filter(|f| {
            std::fs::read(folder.join(f)).unwrap().windows(needle.len()).any(|w| w == needle)
        })
        .collect()
}
