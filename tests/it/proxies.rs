//! The proxy configurations that come with zicha, as nginx and Caddy really run them: a submission
//! goes through, and nothing of it stays.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::test_app::{Backend, TestApp, UNITS, agent, all_files, encode, free_port, survey, tool};

const WORDS: [&str; 5] =
    ["CanaryAgentP1", "CanaryRefererP2", "CanaryQueryP3", "CanaryLangP4", "记号代理五"];

struct Proxy(std::process::Child);

impl Drop for Proxy {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

fn config(name: &str) -> String {
    std::fs::read_to_string(format!("{}/deploy/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The shipped file with another address, without TLS, and in a folder of its own; every rule about
/// logs and headers stays.
fn nginx(port: u16, upstream: u16, folder: &Path) -> String {
    let text = config("nginx.conf");
    let (head, rest) = text.split_once("    server {\n        listen 80;").unwrap();
    let (_, tls) = rest.split_once("    server {\n        listen 443 ssl http2;").unwrap();
    let tls =
        tls.lines().filter(|l| !l.trim_start().starts_with("ssl_")).collect::<Vec<_>>().join("\n");
    format!("{head}    server {{\n        listen 127.0.0.1:{port};{tls}")
        .replace("user www-data;\n", "daemon off;\n")
        .replace("/run/nginx-zicha.pid", folder.join("pid").to_str().unwrap())
        .replace("127.0.0.1:8080", &format!("127.0.0.1:{upstream}"))
        .replace("    access_log off;", &format!(
            "    access_log off;\n    client_body_temp_path {0}/body; proxy_temp_path {0}/proxy; \
             fastcgi_temp_path {0}/f; uwsgi_temp_path {0}/u; scgi_temp_path {0}/s;",
            folder.display()
        ))
}

fn caddy(port: u16, upstream: u16) -> String {
    config("Caddyfile")
        .replace("survey.example.org {", &format!("http://127.0.0.1:{port} {{"))
        .replace("127.0.0.1:8080", &format!("127.0.0.1:{upstream}"))
}

fn start(name: &str, port: u16, upstream: u16, folder: &Path) -> Option<Proxy> {
    let binary = tool(name)?;
    let (file, arguments): (&str, Vec<String>) = if name == "nginx" {
        std::fs::write(folder.join("conf"), nginx(port, upstream, folder)).unwrap();
        (
            "conf",
            vec![
                "-p".into(),
                folder.display().to_string(),
                "-e".into(),
                folder.join("first-errors").display().to_string(),
                "-c".into(),
            ],
        )
    } else {
        std::fs::write(folder.join("conf"), caddy(port, upstream)).unwrap();
        ("conf", vec!["run".into(), "--adapter".into(), "caddyfile".into(), "--config".into()])
    };
    let log = |name: &str| Stdio::from(std::fs::File::create(folder.join(name)).unwrap());
    let child = Command::new(binary)
        .args(arguments)
        .arg(folder.join(file))
        .env("HOME", folder)
        .env("XDG_DATA_HOME", folder)
        .env("XDG_CONFIG_HOME", folder)
        .current_dir(folder)
        .stdout(log("stdout"))
        .stderr(log("stderr"))
        .spawn()
        .unwrap();
    let started = Instant::now();
    while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(
            started.elapsed() < Duration::from_secs(20),
            "{name}: {}",
            std::fs::read_to_string(folder.join("stderr")).unwrap()
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    Some(Proxy(child))
}

#[test]
fn a_submission_goes_through_and_no_proxy_keeps_anything_of_it() {
    let zicha = TestApp::start(Backend::Sqlite);
    zicha.import_units(UNITS);
    let round = zicha.open_round(&survey("canteen"));
    let codes = zicha.slips(&round)["CY"].clone();
    let upstream: u16 = zicha.base.rsplit(':').next().unwrap().parse().unwrap();
    for (n, name) in ["nginx", "caddy"].into_iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let port = free_port();
        let Some(proxy) = start(name, port, upstream, folder.path()) else { continue };
        let send = |path: &str, body: &str| {
            agent()
                .post(format!("http://127.0.0.1:{port}{path}"))
                .header("content-type", "application/x-www-form-urlencoded")
                .header("user-agent", WORDS[0])
                .header("referer", format!("http://x/{}", WORDS[1]))
                .header("accept-language", WORDS[3])
                .send(body.as_bytes())
                .unwrap()
                .status()
                .as_u16()
        };
        let good = encode(&[
            ("code", codes[n].as_str()),
            ("visit_meal", "lunch"),
            ("visit_note", WORDS[4]),
        ]);
        assert_eq!(send(&format!("/r/{round}?{}", WORDS[2]), &good), 303, "{name}");
        assert_eq!(send(&format!("/nowhere/{}", WORDS[2]), ""), 404, "{name}");
        assert_eq!(send(&format!("/r/{round}"), &"x".repeat(300_000)), 413, "{name}");
        drop(proxy);
        for file in all_files(folder.path()) {
            let bytes = std::fs::read(folder.path().join(&file)).unwrap();
            for word in WORDS.iter().copied().chain([codes[n].as_str(), round.as_str()]) {
                assert!(
                    memchr::memmem::find(&bytes, word.as_bytes()).is_none(),
                    "{name} kept {word} in {file}"
                );
            }
        }
    }
}

#[test]
fn what_a_proxy_passes_on_names_no_phone() {
    for name in ["nginx", "caddy"] {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free_port();
        let Some(_proxy) = start(name, port, listener.local_addr().unwrap().port(), folder.path())
        else {
            continue;
        };
        let seen = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
            let mut head = [0u8; 8192];
            let n = stream.read(&mut head).unwrap();
            stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").unwrap();
            String::from_utf8_lossy(&head[..n]).into_owned()
        });
        agent()
            .get(format!("http://127.0.0.1:{port}/"))
            .header("user-agent", WORDS[0])
            .header("accept-language", WORDS[3])
            .call()
            .unwrap();
        let head = seen.join().unwrap().to_lowercase();
        for word in ["forwarded", "x-real-ip", "canary", "user-agent: c", "\nvia: 1.1 caddy 127"] {
            assert!(!head.contains(word), "{name} passed on {word}: {head}");
        }
    }
}
