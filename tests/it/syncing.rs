//! "Received" means on the disk: each reply is preceded by a sync of the box in which its ballot
//! stands.
//! Seen by the system calls of the service itself, because what is left after a power cut cannot be
//! tried here.

use crate::canary::{Service, request};
use crate::shell::Shell;
use crate::test_app::{Backend, encode, tool};

#[test]
fn a_reply_leaves_only_after_the_box_was_synced() {
    const REPLIES: usize = 100;
    let Some(strace) = tool("strace") else { return };
    let zicha = Shell::new(Backend::Sqlite);
    let paper = tempfile::tempdir().unwrap();
    let path = |name: &str| paper.path().join(name).to_str().unwrap().to_owned();
    std::fs::write(path("units.csv"), format!("code,name,kind,headcount\nCY,甲,squad,{REPLIES}\n"))
        .unwrap();
    zicha.ok(&["units", "import", &path("units.csv")]);
    let today = zicha::round::shanghai_day(time::OffsetDateTime::now_utc()).to_string();
    let round = zicha.ok(&[
        "round", "create", "--survey", "canteen", "--title", "试", "--opens", &today, "--closes",
        &today,
    ]);
    zicha.ok(&["--yes", "round", "open", &round, "--custody", "server"]);
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
    let codes: Vec<String> =
        slips.lines().skip(1).map(|l| l.split("\",\"").nth(3).unwrap().replace(' ', "")).collect();
    let place = tempfile::tempdir().unwrap();
    let trace = place.path().join("trace");
    let calls = "trace=pwrite64,fsync,fdatasync,sendto,sendmsg,write,writev";
    let wrapper = [
        &strace,
        "-f",
        "-qq",
        "-y",
        "-s",
        "20",
        "-e",
        calls,
        "-e",
        "signal=none",
        "-o",
        trace.to_str().unwrap(),
    ];
    let service = Service::start(&zicha, place.path(), &wrapper);
    for code in codes.iter().take(REPLIES) {
        let body = encode(&[("code", code.as_str()), ("visit_meal", "lunch")]);
        let answer = service.send([127, 0, 0, 1], &request("POST", &format!("/r/{round}"), &body));
        assert!(answer.starts_with("HTTP/1.1 303") && answer.contains("/received"), "{answer}");
    }
    let pid = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|e| e.file_name().to_string_lossy().parse::<i32>().ok())
        .find(|pid| {
            let command =
                std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            command.contains(zicha.folder.path().to_str().unwrap()) && !command.contains("strace")
        });
    service.stop(pid);
    let text = std::fs::read_to_string(&trace).unwrap();
    let wal = format!("box-{round}.db-wal>");
    // A call that another thread interrupts is told in two lines, of which the second has no file.
    let mut begun = std::collections::HashMap::new();
    let (mut dirty, mut synced, mut replies) = (false, false, 0);
    for line in text.lines() {
        let (pid, call) = line.split_once(' ').unwrap();
        let call = call.trim_start();
        if call.ends_with("<unfinished ...>") {
            begun.insert(pid.to_owned(), call.to_owned());
            if call.starts_with("pwrite64") && call.contains(&wal) {
                (dirty, synced) = (true, false);
            }
            continue;
        }
        let whole = if call.starts_with("<...") {
            begun.remove(pid).unwrap_or_default()
        } else {
            call.to_owned()
        };
        let to_box = whole.contains(&wal);
        if whole.starts_with("pwrite64") && to_box {
            (dirty, synced) = (true, false);
        } else if (whole.starts_with("fsync") || whole.starts_with("fdatasync")) && to_box {
            assert!(call.trim_end().ends_with("= 0"), "a sync that failed: {call}");
            synced = true;
        } else if whole.contains("HTTP/1.1 303") {
            assert!(dirty && synced, "reply {replies} left before its ballot was synced: {whole}");
            (dirty, synced) = (false, false);
            replies += 1;
        }
    }
    assert_eq!(replies, REPLIES);
}
