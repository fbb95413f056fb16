//! A service as a process of its own with an open round and slips to send, for tests that do
//! something to it meanwhile.
//! At the end it counts: nothing acknowledged may be missing, and no slip spent without its ballot.

use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::shell::Shell;
use crate::test_app::{Backend, agent, encode, free_port, shell};

/// A service with an open round, and slips to send.
pub struct Running {
    pub zicha: Shell,
    pub round: String,
    pub codes: Vec<String>,
    pub port: u16,
    pub child: Mutex<Child>,
    next: AtomicUsize,
}

/// What became of the slips that were sent, by place in [`Running::codes`].
#[derive(Default)]
pub struct Sent {
    /// Acknowledged.
    pub received: Mutex<Vec<usize>>,
    /// Not answered, or asked to try again: such a one may be in the box or not.
    pub unsure: Mutex<Vec<usize>>,
}

impl Running {
    /// `wrapper` is a shell command that ends with the program and its arguments.
    pub fn start(backend: Backend, wrapper: Option<&str>) -> Self {
        Self::with_slips(backend, 6_000, wrapper)
    }

    pub fn with_slips(backend: Backend, slips: usize, wrapper: Option<&str>) -> Self {
        Self::of(Shell::new(backend), slips, wrapper)
    }

    /// In a place that may have another program.
    pub fn of(zicha: Shell, slips: usize, wrapper: Option<&str>) -> Self {
        // A unit has a hundred thousand heads at most.
        let line = |n: usize| format!("U{n},第{n}中队,squad,{}\n", 50_000.min(slips - 50_000 * n));
        let units = (0..slips.div_ceil(50_000)).map(line).collect::<Vec<_>>().concat();
        std::fs::write(zicha.path("units.csv"), format!("code,name,kind,headcount\n{units}"))
            .unwrap();
        zicha.ok(&["units", "import", &zicha.path("units.csv")]);
        let today = zicha::round::shanghai_day(time::OffsetDateTime::now_utc()).to_string();
        let round = zicha.runs(&format!(
            "round create --survey canteen --title 障 --opens {today} --closes {today}"
        ));
        zicha.runs(&format!("--yes round open {round} --custody server"));
        let slips = zicha.path("slips.csv");
        zicha.runs(&format!("slips issue --round {round} --spare 0% --format csv --out {slips}"));
        let codes = codes_of(&slips);
        let port = free_port();
        let plain = zicha.command(&["serve", "--listen", &format!("127.0.0.1:{port}")]);
        let child = start(match wrapper {
            None => plain,
            Some(shell) => {
                let mut command = Command::new("sh");
                command.args(["-c", shell, "sh"]).arg(plain.get_program()).args(plain.get_args());
                command
            }
        });
        let running =
            Self { zicha, round, codes, port, child: Mutex::new(child), next: AtomicUsize::new(0) };
        running.until_ready();
        running
    }

    /// The same service from another program, after this one was told to stop and has ended.
    pub fn restart(&self, program: &str) {
        rustix::process::kill_process(self.pid(), rustix::process::Signal::TERM).unwrap();
        self.child.lock().unwrap().wait().unwrap();
        let mut command = Command::new(program);
        command.args(self.serve().get_args());
        *self.child.lock().unwrap() = start(command);
        self.until_ready();
    }

    /// Kills the service, whatever it is doing, and starts it again.
    pub fn kill_and_start(&self) {
        let mut child = self.child.lock().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        *child = start(self.serve());
    }

    fn serve(&self) -> Command {
        self.zicha.command(&["serve", "--listen", &format!("127.0.0.1:{}", self.port)])
    }

    /// Whether there still are slips to send.
    pub fn has_slips(&self) -> bool {
        self.next.load(Ordering::Relaxed) < self.codes.len()
    }

    /// Sends slip after slip until told to stop, with a pause between two.
    pub fn keep_sending(&self, port: u16, pause: Duration, stop: &AtomicBool, sent: &Sent) {
        let agent = agent();
        while !stop.load(Ordering::Relaxed) {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            if at >= self.codes.len() {
                return;
            }
            match self.send_to(&agent, port, at) {
                (303, true) => sent.received.lock().unwrap().push(at),
                (0 | 503, _) => sent.unsure.lock().unwrap().push(at),
                (status, _) => panic!("{status} for a good slip"),
            }
            std::thread::sleep(pause);
        }
    }

    /// Sends every slip again whose fate is not known, and says how many had been stored; none may
    /// be refused.
    pub fn settle(&self, sent: &Sent) -> usize {
        let agent = agent();
        let mut stored = 0;
        for at in sent.unsure.lock().unwrap().drain(..) {
            let (status, received) = self.send(&agent, at);
            assert_eq!(status, 303, "a slip whose answer was lost");
            stored += usize::from(!received);
            sent.received.lock().unwrap().push(at);
        }
        stored
    }

    pub fn until_ready(&self) {
        let started = Instant::now();
        while !agent()
            .get(format!("http://127.0.0.1:{}/readyz", self.port))
            .call()
            .is_ok_and(|r| r.status() == 200)
        {
            assert!(started.elapsed() < Duration::from_secs(30), "the service is not ready");
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// The status of a submission with a slip of its own; 0 if it was not answered.
    pub fn send_one(&self, agent: &ureq::Agent) -> (usize, u16, bool) {
        let at = self.next.fetch_add(1, Ordering::Relaxed);
        let (status, received) = self.send(agent, at);
        (at, status, received)
    }

    pub fn send(&self, agent: &ureq::Agent, at: usize) -> (u16, bool) {
        self.send_to(agent, self.port, at)
    }

    fn send_to(&self, agent: &ureq::Agent, port: u16, at: usize) -> (u16, bool) {
        submit(agent, port, &self.round, &self.codes[at])
    }

    pub fn pid(&self) -> rustix::process::Pid {
        rustix::process::Pid::from_raw(i32::try_from(self.child.lock().unwrap().id()).unwrap())
            .unwrap()
    }

    /// Ends the service, closes the round and says how many slips were used, each with its ballot.
    pub fn used(&self) -> u64 {
        let mut child = self.child.lock().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let app = zicha::app::App::open(self.zicha.settings()).unwrap();
        let id = self.round.parse().unwrap();
        // The service closes it by itself once its last day is over.
        let closed = app.round(&id).unwrap().closing;
        let closing =
            closed.unwrap_or_else(|| app.close_round(&shell(), &id).unwrap().closing.unwrap());
        assert_eq!(closing.used, closing.ballots, "spent without ballot");
        closing.used
    }
}

/// Starts a process that says nothing here.
pub fn start(mut command: Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// The status of a submission with a slip, 0 if it was not answered; and whether it was received,
/// or had been before.
pub fn submit(agent: &ureq::Agent, port: u16, round: &str, code: &str) -> (u16, bool) {
    let sent = agent
        .post(format!("http://127.0.0.1:{port}/r/{round}"))
        .header("content-type", "application/x-www-form-urlencoded")
        .send(encode(&[("code", code), ("visit_meal", "lunch")]).as_bytes());
    match sent {
        Ok(answer) => {
            let to = answer.headers().get("location");
            (answer.status().as_u16(), to.is_some_and(|l| l.as_bytes().ends_with(b"/received")))
        }
        Err(_) => (0, false),
    }
}

/// The codes of a table of slips.
pub fn codes_of(table: &str) -> Vec<String> {
    let slips = std::fs::read_to_string(table).unwrap();
    slips.lines().skip(1).map(|line| line.split("\",\"").nth(3).unwrap().to_owned()).collect()
}
