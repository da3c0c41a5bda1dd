//! A real region on a temporary journal, and the real program as a child. There is no agent: tests say
//! themselves what one would record.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use arbiter::{Goal, Phase, Policy, Power, Progress, Record, Seen, Settlement};
use journal::{Journal, Local, RequestId};
use nodeset::NodeSet;
use region::{Board, Fleet, FleetNode, Limits, Live, Options, Region, Status, Tls};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

const CLUSTER: &str = "c1";

/// Reads no machine; people tell of n1 to n3.
struct Blind;

impl Live for Blind {
    fn look(&self, _: &NodeSet) {}

    fn observed(&self, nodes: &NodeSet, _: Goal, _: &str) -> Result<(), NodeSet> {
        let read = nodes.difference(&NodeSet::parse("n[1-3]", 10).unwrap());
        if read.is_empty() { Ok(()) } else { Err(read) }
    }

    fn reload(&self) -> Result<String, String> {
        Ok("nothing changed".to_owned())
    }
}

/// The server's side.
pub struct Site {
    runtime: Option<Runtime>,
    journal: Arc<Local>,
    board: Arc<Board>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    requests: AtomicU64,
    epoch: u64,
    dir: Arc<TempDir>,
}

/// What a call came to.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Site {
    /// Forty nodes: n1 to n39 and n40, which is protected; n30 runs one action and lets one wait.
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        Self::at(Arc::new(TempDir::new().unwrap()), listener)
    }

    fn at(dir: Arc<TempDir>, listener: TcpListener) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let place = dir.path().join("journal");
        let journal = Arc::new(Local::open(place, journal::Options::default()).unwrap());
        let board = Arc::new(Board::new());
        let guard = runtime.enter();
        let options = Options::new(dir.path());
        let region =
            Region::open(journal.clone(), fleet(), board.clone(), Arc::new(Blind), options)
                .unwrap();
        drop(guard);
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        runtime.spawn(async move {
            let stopped = async move { drop(stopped.await) };
            region.serve(listener, Tls::Off, stopped).await.unwrap();
        });
        let (runtime, stop) = (Some(runtime), Some(stop));
        let requests = AtomicU64::new(u64::try_from(now()).unwrap() << 20);
        let mut site = Self { runtime, journal, board, address, stop, requests, epoch: 0, dir };
        site.epoch = site.append(&Record::Led { cluster: CLUSTER.into(), agent: "a".into() });
        site
    }

    /// Stops the server; what runs it again at the same address.
    pub fn stop(mut self) -> impl FnOnce() -> Self {
        let (dir, address) = (self.dir.clone(), self.address);
        drop(self.stop.take());
        self.runtime.take().unwrap().shutdown_timeout(Duration::from_secs(5));
        let journal = self.journal.clone();
        drop(self);
        journal.close();
        move || {
            let listener = until("the address is free", || TcpListener::bind(address).ok());
            Self::at(dir, listener)
        }
    }

    /// No room is left for the journal.
    pub fn fill(&self) {
        let runtime = self.runtime.as_ref().unwrap();
        runtime.block_on(self.journal.set_max_bytes(Some(1))).unwrap();
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn token_file(&self) -> PathBuf {
        self.dir.path().join("admin.token")
    }

    /// What BMCs said.
    pub fn reads(&self, nodes: &str, power: Power) {
        let mut seen = Seen::default();
        (seen.power, seen.at) = (power, u64::try_from(now()).unwrap());
        let goal = if power == Power::Off { Goal::Off } else { Goal::On };
        seen.last_known = Some((goal, seen.at));
        let idle = Progress {
            seq: None,
            phase: Phase::Idle,
            attempt: 0,
            next_at: None,
            cause: None,
            escalated: false,
        };
        for node in NodeSet::parse(nodes, 1_000).unwrap().iter() {
            let status = Status { seen: seen.clone(), progress: idle.clone() };
            self.board.publish(&node, status);
        }
    }

    /// How the agent's work on a command ended.
    pub fn settle(&self, seq: u64, nodes: &str, outcome: Settlement) {
        let nodes = NodeSet::parse(nodes, 1_000).unwrap();
        let (cluster, epoch) = (CLUSTER.into(), self.epoch);
        let seen = *self.journal.head().borrow();
        self.append(&Record::Settled { cluster, epoch, seq, seen, outcome, nodes });
    }

    fn append(&self, record: &Record) -> u64 {
        let number = self.requests.fetch_add(1, Ordering::Relaxed);
        let id = RequestId(u128::from(number).to_be_bytes());
        let payload = serde_json::to_vec(record).unwrap();
        let runtime = self.runtime.as_ref().unwrap();
        runtime.block_on(self.journal.append(id, vec![payload])).unwrap().last
    }

    /// A call that was not started yet, with the token in that file.
    pub fn call_as(&self, token_file: &std::path::Path, line: &str) -> Command {
        let mut command = program(line);
        command.env("LASTWORD_SERVER", self.url()).env("LASTWORD_TOKEN_FILE", token_file);
        command
    }

    /// Calls and waits for the end.
    pub fn say(&self, line: &str) -> Said {
        said(self.call_as(&self.token_file(), line).output().unwrap())
    }

    /// A folder for files that calls read.
    pub fn folder(&self) -> &std::path::Path {
        self.dir.path()
    }

    /// Calls, in the background.
    pub fn begin(&self, line: &str) -> Child {
        self.call_as(&self.token_file(), line).spawn().unwrap()
    }

    /// Gives a command and does not wait; its number.
    pub fn given(&self, line: &str) -> u64 {
        let given = self.say(&format!("{line} --no-wait -o json"));
        assert_eq!(given.code, 0, "{given:?}");
        given.json()[0]["intent"]["seq"].as_u64().unwrap()
    }

    /// The number of the node's newest command, once it has one later than that.
    pub fn later(&self, node: &str, than: u64) -> u64 {
        until("a command is there", || {
            let log = self.say(&format!("log {node} -o json")).json();
            let seq = log["intents"].as_array()?.last()?["seq"].as_u64()?;
            (seq > than).then_some(seq)
        })
    }

    /// A token of its own for that name; the file that holds it.
    pub fn caller(&self, name: &str, role: &str) -> PathBuf {
        let made = self.say(&format!("token create {name} --role {role}"));
        assert_eq!(made.code, 0, "{made:?}");
        let file = self.dir.path().join(format!("{name}.token"));
        std::fs::write(&file, made.out).unwrap();
        file
    }
}

impl Said {
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// The program with these words, which single quotes hold together, and no environment of ours.
pub fn program(line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lastword"));
    let words = line.split('\'').enumerate().flat_map(|(index, part)| {
        let whole = index % 2 == 1;
        if whole { vec![part] } else { part.split_whitespace().collect() }
    });
    command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in ["SERVER", "CONTEXT", "TOKEN", "TOKEN_FILE", "CA_FILE"] {
        command.env_remove(format!("LASTWORD_{name}"));
    }
    for name in ["XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
        command.env_remove(name);
    }
    command.env("HOME", "/nonexistent").env("TZ", "UTC");
    command
}

pub fn said(output: Output) -> Said {
    // as a shell tells it
    let interrupted = output.status.signal().map(|signal| 128 + signal);
    Said {
        code: output.status.code().or(interrupted).unwrap_or(-1),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Waits for a call that was begun.
pub fn end(child: Child) -> Said {
    said(child.wait_with_output().unwrap())
}

/// Waits until there is one.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < Duration::from_secs(30), "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn now() -> u128 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    since.as_millis()
}

fn fleet() -> Fleet {
    let node = |number: usize| {
        let rack = if number <= 20 { "r1" } else { "r2" };
        let mut labels = BTreeMap::from([("rack".to_owned(), rack.to_owned())]);
        if number == 40 {
            labels.insert("protect".to_owned(), "true".to_owned());
        }
        let policy = if number == 30 { Policy::Next } else { Policy::Supersede };
        let node =
            FleetNode { labels: labels.into(), policy, deadline_ms: 300_000, driver: "ipmi" };
        (format!("n{number}").into_boxed_str(), node)
    };
    let groups = BTreeMap::from([("gpu".to_owned(), NodeSet::parse("n[1-4]", 10).unwrap())]);
    Fleet::new(CLUSTER, (1..=40).map(node), groups, Limits::default()).unwrap()
}
