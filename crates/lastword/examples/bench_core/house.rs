//! The figures of a whole server: the release program on this machine, 100,000 idle nodes and one at work.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use api::{Action, Client, CommandRequest, Door, Secret};

use super::{bmc, row};

const CALLERS: usize = 64;
const COMMANDS_EACH: usize = 200;
const WARM_ROUNDS: usize = 200;
const CLOCK_TICKS_PER_S: f64 = 100.0;

struct Server {
    child: Child,
    dir: PathBuf,
    url: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.dir);
    }
}

/// Starts the server, measures, stops it.
pub fn run() {
    let (port, datagrams) = bmc::start();
    let server = start(port);
    let client = server.client();
    idle(&server);
    bulk(&client);
    println!("one flush of this disk: {:.2} ms", flush_ms(&server.dir));
    singles(&server);
    warm(&client, &datagrams);
}

fn start(port: u16) -> Server {
    let program = std::env::current_exe().expect("a path");
    let program = program.ancestors().nth(2).expect("a folder").join("lastword");
    let dir = std::env::temp_dir().join(format!("lastword-bench-{}", std::process::id()));
    fs::create_dir_all(&dir).expect("a folder");
    fs::write(dir.join("inventory.toml"), inventory(port)).expect("an inventory");
    fs::write(dir.join("secret"), bmc::ACCOUNT).expect("a secret");
    let listen = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listen.local_addr().expect("an address").to_string();
    drop(listen);
    let child = Command::new(program)
        .args(["serve", "--listen", &address, "--inventory"])
        .arg(dir.join("inventory.toml"))
        .arg("--data")
        .arg(dir.join("data"))
        .env("RUST_LOG", "error")
        .stdin(Stdio::null())
        .spawn()
        .expect("the release program is built: cargo build --release -p lastword");
    let server = Server { child, dir, url: format!("http://{address}") };
    let started = Instant::now();
    while !server.is_up() {
        assert!(started.elapsed() < Duration::from_secs(60), "the server does not start");
        std::thread::sleep(Duration::from_millis(100));
    }
    server
}

fn inventory(port: u16) -> String {
    let mut text = String::new();
    let _ = write!(
        text,
        "[defaults]\ndriver = \"ipmi\"\ncredentials = \"c\"\npoll = \"off\"\nsettle = \"0s\"\n\
         [[nodes]]\nnames = \"a[1-40]b[0-9]c[1-250]\"\nbmc = \"127.{{1}}.{{2}}.{{3}}\"\n\
         [[nodes]]\nnames = \"w1\"\nbmc = \"127.0.0.1:{port}\"\ntransition = \"100ms\"\n\
         [credentials.c]\nusername = \"{0}\"\npassword = {{ file = \"secret\" }}\n",
        bmc::ACCOUNT
    );
    text
}

impl Server {
    fn client(&self) -> Client {
        let token = fs::read_to_string(self.dir.join("data/admin.token")).expect("a token");
        let token = Secret::parse(token.trim()).expect("a token");
        Client::new(&self.url, token, None, Door::Cli).expect("a client")
    }

    fn is_up(&self) -> bool {
        self.dir.join("data/admin.token").exists() && self.client().node("w1", None).is_ok()
    }

    fn stat(&self) -> (f64, f64) {
        let pid = self.child.id();
        let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
        let rss = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
        let kib: f64 = rss.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0.0);
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process");
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
        let ticks: f64 = fields[11..13].iter().filter_map(|n| n.parse::<f64>().ok()).sum();
        (kib / 1024.0, ticks / CLOCK_TICKS_PER_S)
    }
}

/// What 100,000 nodes cost while nothing happens.
fn idle(server: &Server) {
    std::thread::sleep(Duration::from_secs(3));
    let (_, before) = server.stat();
    std::thread::sleep(Duration::from_secs(10));
    let (rss, after) = server.stat();
    row("100,000 idle nodes, resident", &format!("{rss:.0} MiB"), "200 MiB");
    let share = (after - before) / 10.0 * 100.0;
    row("100,000 idle nodes, polling off, share of a core", &format!("{share:.2} %"), "2 %");
}

/// One command to the whole fleet, withdrawn at once: their BMCs do not exist.
fn bulk(client: &Client) {
    let mut request = CommandRequest::new(Action::On, "a[1-40]b[0-9]c[1-250]");
    request.confirm = Some(100_000);
    let started = Instant::now();
    let answer = client.post_command(&request, "bulk").expect("it is accepted");
    let took = started.elapsed().as_secs_f64() * 1e3;
    row("one command to 100,000 nodes, accepted durably", &format!("{took:.0} ms"), "100 ms");
    let _ = client.withdraw_command(answer.seq.unwrap_or(0), "bulk-back");
    std::thread::sleep(Duration::from_secs(15));
}

fn flush_ms(dir: &Path) -> f64 {
    let mut file = File::create(dir.join("flush")).expect("a file");
    let started = Instant::now();
    for _ in 0..100 {
        file.write_all(b"0123456789").expect("room");
        file.sync_data().expect("a disk");
    }
    started.elapsed().as_secs_f64() * 10.0
}

/// 64 callers, each clicking at a node of its own: durable acceptance, with little for BMCs to do.
fn singles(server: &Server) {
    let started = Instant::now();
    std::thread::scope(|scope| {
        for caller in 0..CALLERS {
            let client = server.client();
            scope.spawn(move || {
                for turn in 0..COMMANDS_EACH {
                    let node = format!("a1b0c{}", caller + 1);
                    let request = CommandRequest::new(Action::On, node);
                    let key = format!("s{caller}-{turn}");
                    client.post_command(&request, &key).expect("it is accepted");
                }
            });
        }
    });
    let rate = (CALLERS * COMMANDS_EACH) as f64 / started.elapsed().as_secs_f64();
    row("single commands accepted durably, 64 callers", &format!("{rate:.0} /s"), "5000 /s");
}

/// From the request to the first datagram at a BMC with a warm session: more than from "accepted".
fn warm(client: &Client, datagrams: &Receiver<Instant>) {
    let mut spans = Vec::new();
    for round in 0..=WARM_ROUNDS {
        let action = if round % 2 == 0 { Action::On } else { Action::Off };
        while datagrams.try_recv().is_ok() {}
        let started = Instant::now();
        let key = format!("w{round}");
        client.post_command(&CommandRequest::new(action, "w1"), &key).expect("it is accepted");
        let first = datagrams.recv_timeout(Duration::from_secs(10)).expect("a datagram");
        if round > 0 {
            spans.push(first.duration_since(started).as_secs_f64() * 1e3);
        }
        std::thread::sleep(Duration::from_millis(350));
    }
    spans.sort_by(f64::total_cmp);
    let at = |share: usize| format!("{:.2} ms", spans[spans.len() * share / 100]);
    row("request to first datagram, warm session, p50", &at(50), "");
    row("request to first datagram, warm session, p99", &at(99), "5 ms");
}
