//! A region on a temporary journal, with no agent: tests say themselves what an agent would record.

#![allow(dead_code, reason = "each test file uses its own part")]
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use api::{
    Action, Client, ClientError, Code, CommandRequest, Door, Problem, Role, Secret, TokenRequest,
};
use arbiter::{Goal, Phase, Policy, Power, Progress, Record, Seen, Settlement};
use journal::{Journal, Local, RequestId};
use nodeset::NodeSet;
use region::{Board, Fleet, FleetNode, Limits, Live, Options, Region, Status, Tls};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

pub const CLUSTER: &str = "c1";

/// Remembers what it was asked; reads nothing unless told what to find.
#[derive(Default)]
pub struct FakeLive {
    pub looked: Mutex<Vec<String>>,
    pub told: Mutex<Vec<String>>,
    pub finds: Mutex<Option<(Arc<Board>, Power)>>,
}

impl Live for FakeLive {
    fn look(&self, nodes: &NodeSet) {
        self.looked.lock().unwrap().push(nodes.to_string());
        if let Some((board, power)) = &*self.finds.lock().unwrap() {
            board.publish(&nodes.iter().next().unwrap(), idle(*power, now()));
        }
    }

    fn observed(&self, nodes: &NodeSet, goal: Goal, by: &str) -> Result<(), NodeSet> {
        let read = nodes.difference(&NodeSet::parse("n[1-4]", 10).unwrap());
        if !read.is_empty() {
            return Err(read);
        }
        self.told.lock().unwrap().push(format!("{by}: {nodes} {goal:?}"));
        Ok(())
    }

    fn reload(&self) -> Result<String, String> {
        Ok("nothing changed".to_owned())
    }
}

pub struct Site {
    pub runtime: Runtime,
    pub journal: Arc<Local>,
    pub region: Region,
    pub board: Arc<Board>,
    pub live: Arc<FakeLive>,
    pub address: SocketAddr,
    pub scheme: &'static str,
    stop: Option<oneshot::Sender<()>>,
    requests: AtomicU64,
    pub dir: Arc<TempDir>,
}

impl Site {
    pub fn new() -> Self {
        Self::at(Arc::new(TempDir::new().unwrap()), Tls::Off, |_| {})
    }

    pub fn at(dir: Arc<TempDir>, tls: Tls, change: impl FnOnce(&mut Options)) -> Self {
        region::install_crypto();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let journal =
            Arc::new(Local::open(dir.path().join("journal"), journal::Options::default()).unwrap());
        let (board, live) = (Arc::new(Board::new()), Arc::new(FakeLive::default()));
        let mut options = Options::new(dir.path());
        change(&mut options);
        let guard = runtime.enter();
        let region =
            Region::open(journal.clone(), fleet(), board.clone(), live.clone(), options).unwrap();
        drop(guard);
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let scheme = if tls == Tls::Off { "http" } else { "https" };
        let serving = region.clone();
        runtime.spawn(async move {
            let stopped = async move { drop(stopped.await) };
            serving.serve(listener, tls, stopped).await.unwrap();
        });
        let requests = AtomicU64::new(0);
        let stop = Some(stop);
        Self { runtime, journal, region, board, live, address, scheme, stop, requests, dir }
    }

    /// Stops it and starts it again on the same folder.
    pub fn restart(mut self, tls: Tls) -> Self {
        let dir = self.dir.clone();
        drop(self.stop.take());
        let journal = self.journal.clone();
        drop(self);
        journal.close();
        drop(journal);
        Self::at(dir, tls, |_| {})
    }

    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    pub fn admin_token(&self) -> String {
        std::fs::read_to_string(self.dir.path().join("admin.token")).unwrap().trim().to_owned()
    }

    pub fn admin(&self) -> Client {
        self.client(&self.admin_token())
    }

    pub fn client(&self, token: &str) -> Client {
        Client::new(&self.url(), Secret::parse(token).unwrap(), None, Door::Cli).unwrap()
    }

    pub fn user(&self, name: &str, role: Role, scope: Option<&str>) -> Client {
        let scope = scope.map(str::to_owned);
        let request = TokenRequest { name: name.to_owned(), role, scope };
        self.client(&self.admin().create_token(&request).unwrap().token)
    }

    pub fn append(&self, record: &Record) -> u64 {
        self.append_all(std::slice::from_ref(record))
    }

    pub fn append_all(&self, records: &[Record]) -> u64 {
        let mut last = 0;
        for batch in records.chunks(1_000) {
            let number = self.requests.fetch_add(1, Ordering::Relaxed) + 1;
            let id = RequestId(u128::from(number).to_be_bytes());
            let payloads = batch.iter().map(|record| serde_json::to_vec(record).unwrap()).collect();
            last = self.runtime.block_on(self.journal.append(id, payloads)).unwrap().last;
        }
        last
    }

    pub fn append_bytes(&self, payload: &[u8]) {
        let id = RequestId([0xBB; 16]);
        self.runtime.block_on(self.journal.append(id, vec![payload.to_vec()])).unwrap();
    }

    pub fn caught_up(&self) {
        self.runtime.block_on(self.region.caught_up());
    }

    pub fn folded_to(&self, seq: u64) {
        eventually("the fold is there", || {
            let ready = self.raw("GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
            let at = ready.split("\"seq\":").nth(1)?.split(',').next()?.parse::<u64>().ok()?;
            (at >= seq).then_some(())
        });
    }

    /// An agent takes the lead; its epoch.
    pub fn lead(&self) -> u64 {
        self.append(&Record::Led { cluster: CLUSTER.into(), agent: "agent-1".into() })
    }

    pub fn settle(&self, epoch: u64, seq: u64, nodes: &str, outcome: Settlement) -> u64 {
        let nodes = NodeSet::parse(nodes, 1_000).unwrap();
        let seen = *self.journal.head().borrow();
        self.append(&Record::Settled { cluster: CLUSTER.into(), epoch, seq, seen, outcome, nodes })
    }

    /// So many records, of which each is an event.
    pub fn hold_again(&self, times: usize, reason: &str) {
        let record = Record::Held(arbiter::Held {
            nodes: NodeSet::parse("n1", 1).unwrap(),
            by: "somebody".into(),
            door: "rest".into(),
            reason: reason.into(),
            for_ms: 1_000,
        });
        let last = self.append_all(&vec![record; times]);
        self.folded_to(last);
    }

    pub fn head(&self) -> u64 {
        *self.journal.head().borrow()
    }

    /// Sends those bytes and returns the whole answer.
    pub fn raw(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The status and the body of what is at that path.
    pub fn get(&self, token: &str, path: &str) -> (u16, String) {
        let head = "host: x\r\nconnection: close\r\nauthorization: Bearer";
        let answer = self.raw(&format!("GET {path} HTTP/1.1\r\n{head} {token}\r\n\r\n"));
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
    }

    /// A request with the administrator's token.
    pub fn ask(&self, method: &str, path: &str, headers: &str, body: &str) -> String {
        let token = self.admin_token();
        self.raw(&format!(
            "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
             authorization: Bearer {token}\r\n{headers}content-length: {}\r\n\r\n{body}",
            body.len()
        ))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        drop(self.stop.take());
    }
}

pub fn fleet() -> Fleet {
    fleet_with("n[1-4]")
}

/// The same fleet with other nodes in its group.
pub fn fleet_with(gpu: &str) -> Fleet {
    let node = |number: usize| {
        let mut labels = BTreeMap::new();
        labels.insert("rack".to_owned(), if number <= 20 { "r1" } else { "r2" }.to_owned());
        if number == 40 {
            labels.insert("protect".to_owned(), "true".to_owned());
        }
        let policy = match number {
            30 => Policy::Next,
            31 => Policy::Queue { limit: 2 },
            _ => Policy::Supersede,
        };
        let node =
            FleetNode { labels: labels.into(), policy, deadline_ms: 300_000, driver: "ipmi" };
        (format!("n{number}").into_boxed_str(), node)
    };
    let gpu = NodeSet::parse(gpu, 10).unwrap();
    let groups = BTreeMap::from([("gpu".to_owned(), gpu)]);
    Fleet::new(CLUSTER, (1..=40).map(node), groups, Limits::default()).unwrap()
}

pub fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

pub fn seen(power: Power, at: u64) -> Seen {
    let mut seen = Seen::default();
    seen.power = power;
    seen.at = at;
    seen.last_known = match power {
        Power::On => Some((Goal::On, at)),
        Power::Off => Some((Goal::Off, at)),
        Power::Unknown => None,
    };
    seen
}

pub fn idle(power: Power, at: u64) -> Status {
    busy(power, at, None, Phase::Idle)
}

pub fn busy(power: Power, at: u64, seq: Option<u64>, phase: Phase) -> Status {
    let attempt = u8::from(seq.is_some());
    let progress = Progress { seq, phase, attempt, next_at: None, cause: None, escalated: false };
    Status { seen: seen(power, at), progress }
}

pub fn on(nodes: &str) -> CommandRequest {
    CommandRequest::new(Action::On, nodes)
}

pub fn off(nodes: &str) -> CommandRequest {
    CommandRequest::new(Action::Off, nodes)
}

/// A key that no other request has.
pub fn key() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!("key-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

#[track_caller]
pub fn problem<T: std::fmt::Debug>(
    answer: Result<T, ClientError>,
    status: u16,
    code: Code,
) -> Problem {
    match answer {
        Err(ClientError::Problem(problem)) => {
            assert_eq!((problem.status, problem.code), (status, code), "{problem:?}");
            *problem
        }
        other => panic!("expected {code:?}, got {other:?}"),
    }
}

#[track_caller]
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    for _ in 0..400 {
        if let Some(found) = look() {
            return found;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("never: {what}");
}

pub fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}
