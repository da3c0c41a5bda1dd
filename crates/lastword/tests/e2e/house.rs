//! The server and its callers, as a person would start them: the real program on real sockets.

use std::fmt::Write as _;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use super::fleet::PASSWORD;

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_lastword");

/// A server with its data folder and inventory.
pub struct House {
    pub dir: PathBuf,
    address: String,
    server: Option<Child>,
}

/// What a call came to.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn all(&self) -> String {
        format!("exit {}\n{}\n{}", self.code, self.out, self.err)
    }
}

/// Lines for every node's block of the inventory.
pub const QUICK: &str = "settle = \"1s\"\ntransition = \"1500ms\"\ndwell = \"100ms\"\n\
                         poll = \"5s\"\nexchange_timeout = \"4s\"\n";

impl House {
    /// Starts a server for nodes n1, n2, ... at those ports.
    pub fn start(dir: &Path, ports: &[u16], settings: &str) -> Self {
        let secret = dir.join("bmc.secret");
        fs::write(&secret, PASSWORD).expect("a secret");
        let inventory = inventory(ports, settings, &secret);
        Self::start_with(dir, &inventory)
    }

    /// Starts a server with that inventory.
    pub fn start_with(dir: &Path, inventory: &str) -> Self {
        fs::write(dir.join("inventory.toml"), inventory).expect("an inventory");
        let port = {
            let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
            listener.local_addr().expect("an address").port()
        };
        let address = format!("127.0.0.1:{port}");
        let mut house = Self { dir: dir.to_path_buf(), address, server: None };
        house.serve();
        house
    }

    /// Starts the server again, where it was.
    pub fn serve(&mut self) {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.dir.join("log"));
        let log = log.expect("a log");
        let server = Command::new(PROGRAM)
            .arg("serve")
            .arg("--inventory")
            .arg(self.dir.join("inventory.toml"))
            .arg("--data")
            .arg(self.dir.join("data"))
            .args(["--listen", &self.address])
            .env("RUST_LOG", "trace")
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log)
            .spawn()
            .expect("the server starts");
        self.server = Some(server);
        self.wait_until_ready();
    }

    /// `kill -9`.
    pub fn kill(&mut self) {
        let mut server = self.server.take().expect("a server runs");
        server.kill().expect("it can be killed");
        server.wait().expect("it was killed");
    }

    pub fn pid(&self) -> u32 {
        self.server.as_ref().expect("a server runs").id()
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn token_file(&self) -> PathBuf {
        self.dir.join("data").join("admin.token")
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.join("log")).unwrap_or_default()
    }

    /// A call that was not started yet.
    pub fn call(&self, args: &[&str]) -> Command {
        self.call_as(&self.token_file(), args)
    }

    pub fn call_as(&self, token_file: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(args)
            .env("LASTWORD_SERVER", self.url())
            .env("LASTWORD_TOKEN_FILE", token_file)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Calls and waits for the end.
    pub fn say(&self, args: &[&str]) -> Said {
        said(self.call(args).output().expect("the program runs"))
    }

    /// Calls, in the background.
    pub fn begin(&self, args: &[&str]) -> Child {
        self.call(args).spawn().expect("the program runs")
    }

    /// A token of its own for that name; the file that holds it.
    pub fn caller(&self, name: &str) -> PathBuf {
        let made = self.say(&["token", "create", name, "--role", "operator", "-o", "json"]);
        assert_eq!(made.code, 0, "{}", made.all());
        let json: serde_json::Value = serde_json::from_str(&made.out).expect("JSON");
        let file = self.dir.join(format!("{name}.token"));
        fs::write(&file, json["token"].as_str().expect("a token")).expect("a file");
        file
    }

    fn wait_until_ready(&mut self) {
        let started = Instant::now();
        loop {
            let said = self.token_file().exists().then(|| self.say(&["status", "-o", "json"]));
            if said.as_ref().is_some_and(|said| said.code == 0) {
                return;
            }
            let server = self.server.as_mut().expect("a server");
            let ended = server.try_wait().expect("it can be asked");
            assert!(
                ended.is_none() && started.elapsed() < Duration::from_secs(30),
                "the server is not ready: {:?}\n{}",
                said.map(|said| said.all()),
                self.log()
            );
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if self.server.is_some() {
            self.kill();
        }
    }
}

pub fn said(output: Output) -> Said {
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).to_string(),
        err: String::from_utf8_lossy(&output.stderr).to_string(),
    }
}

/// Waits for a call that was begun.
pub fn end(child: Child) -> Said {
    said(child.wait_with_output().expect("it ends"))
}

/// Waits until it is so.
pub fn until(what: &str, mut so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !so() {
        assert!(started.elapsed() < Duration::from_secs(30), "never: {what}");
        std::thread::sleep(Duration::from_millis(30));
    }
}

pub fn inventory(ports: &[u16], settings: &str, secret: &Path) -> String {
    let mut text = String::new();
    for (place, port) in ports.iter().enumerate() {
        let node = place + 1;
        let _ = write!(
            text,
            "[[nodes]]\nnames = \"n{node}\"\nbmc = \"127.0.0.1:{port}\"\ndriver = \"ipmi\"\n\
             credentials = \"bmc\"\nprivilege = \"administrator\"\n{settings}\n"
        );
    }
    let _ = write!(
        text,
        "[credentials.bmc]\nusername = \"admin\"\npassword = {{ file = \"{}\" }}\n",
        secret.display()
    );
    text
}
