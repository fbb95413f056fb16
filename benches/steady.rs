//! A steady stream of submissions over real HTTP: `steady URL SLIPS.csv BODY PER_SECOND SECONDS`,
//! p50 and p99 in milliseconds.
//! A flood measures what a machine can take; this measures what a person waits.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Mutex;
use std::time::{Duration, Instant};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let [url, slips, body, rate, seconds] = &arguments[..] else {
        println!("steady URL SLIPS.csv BODY PER_SECOND SECONDS");
        return;
    };
    let (rate, seconds): (usize, usize) =
        (rate.parse().expect("a rate"), seconds.parse().expect("seconds"));
    let (host, path) = url.trim_start_matches("http://").split_once('/').expect("a path");
    let table = std::fs::read_to_string(slips).expect("slips");
    // The last ones, so that it can run after a flood that begins at the first.
    let all: Vec<&str> = table.lines().skip(1).filter_map(|l| l.split("\",\"").nth(3)).collect();
    let codes = &all[all.len().checked_sub(rate * seconds).expect("enough slips")..];
    let body = std::fs::read_to_string(body).expect("a body");
    let took = Mutex::new(Vec::new());
    let began = Instant::now();
    std::thread::scope(|scope| {
        for worker in 0..16usize {
            let (body, took) = (&body, &took);
            scope.spawn(move || {
                for (n, code) in codes.iter().enumerate().filter(|(n, _)| n % 16 == worker) {
                    let due = Duration::from_secs_f64(n as f64 / rate as f64);
                    std::thread::sleep(due.saturating_sub(began.elapsed()));
                    let form = format!("code={}&{body}", code.replace(' ', ""));
                    let started = Instant::now();
                    let mut stream = TcpStream::connect(host).expect("the service answers");
                    write!(
                        stream,
                        "POST /{path} HTTP/1.1\r\nHost: zicha\r\nConnection: \
                         close\r\nContent-Type: \
                         application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
                        form.len()
                    )
                    .expect("sent");
                    let mut answer = String::new();
                    stream.read_to_string(&mut answer).expect("answered");
                    assert!(
                        answer.starts_with("HTTP/1.1 303") && answer.contains("/received"),
                        "{answer}"
                    );
                    took.lock().expect("whole").push(started.elapsed());
                }
            });
        }
    });
    let mut took = took.into_inner().expect("whole");
    took.sort();
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!("steady_per_s {rate}\nsteady_p50_ms {:.2}\nsteady_p99_ms {:.2}", at(0.5), at(0.99));
}
