//! The release program over a fleet, for benches: started, asked, measured from outside, and gone when it is dropped.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use api::{Client, Door, Secret};

/// How long it may take to begin.
const BEGIN: Duration = Duration::from_secs(60);
const CLOCK_TICKS_PER_S: f64 = 100.0;

/// A server that runs until it is dropped.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// What it keeps, and what it was given.
    pub folder: PathBuf,
    child: Child,
    node: &'static str,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Server {
    /// Starts one with that inventory, whose passwords are in a file `secret` beside it; it is up once it knows that node.
    pub fn start(inventory: &str, secret: &str, node: &'static str) -> Self {
        let program = std::env::current_exe().expect("a path");
        let program = program.ancestors().nth(2).expect("a folder").join("lastword");
        let folder = std::env::temp_dir().join(format!("lastword-bench-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join("inventory.toml"), inventory).expect("an inventory");
        fs::write(folder.join("secret"), secret).expect("a secret");
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = free.local_addr().expect("an address");
        drop(free);
        let child = Command::new(program)
            .args(["serve", "--listen", &address.to_string(), "--inventory"])
            .arg(folder.join("inventory.toml"))
            .arg("--data")
            .arg(folder.join("data"))
            .env("RUST_LOG", "error")
            .stdin(Stdio::null())
            .spawn()
            .expect("the release program is built: cargo build --release -p lastword");
        let mut server = Self { address, folder, child, node };
        let started = Instant::now();
        while !server.is_up() {
            let ended = server.child.try_wait().expect("a process");
            assert_eq!(ended, None, "the server refuses to start");
            assert!(started.elapsed() < BEGIN, "the server does not start");
            std::thread::sleep(Duration::from_millis(100));
        }
        server
    }

    /// What it has in memory, in MiB, and the CPU seconds that it used.
    pub fn stat(&self) -> (f64, f64) {
        let pid = self.child.id();
        let status = fs::read_to_string(format!("/proc/{pid}/status")).expect("a process");
        let rss = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a size");
        let kib: f64 = rss.split_whitespace().next().and_then(|n| n.parse().ok()).unwrap_or(0.0);
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("a process");
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or("").split_whitespace().collect();
        let ticks: f64 = fields[11..13].iter().filter_map(|n| n.parse::<f64>().ok()).sum();
        (kib / 1024.0, ticks / CLOCK_TICKS_PER_S)
    }

    /// A client that may do everything.
    pub fn client(&self) -> Client {
        let token = fs::read_to_string(self.folder.join("data/admin.token")).expect("a token");
        let token = Secret::parse(token.trim()).expect("a token");
        Client::new(&format!("http://{}", self.address), token, None, Door::Cli).expect("a client")
    }

    fn is_up(&self) -> bool {
        self.folder.join("data/admin.token").exists() && self.client().node(self.node, None).is_ok()
    }
}
