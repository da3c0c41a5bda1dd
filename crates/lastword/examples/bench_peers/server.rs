//! lastword as it is used: a server of the release build, and its command line. It measures nothing by itself.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};

use super::fleet::free;
use super::measure::{Call, Daemon};

/// How long a server may take to begin.
const BEGIN: Duration = Duration::from_secs(120);

/// A server that runs on data of its own.
#[derive(Debug)]
pub struct Server {
    /// Its process.
    pub process: Daemon,
    program: PathBuf,
    folder: PathBuf,
    url: String,
}

impl Server {
    /// Starts one on that inventory, with its files in that folder, and waits until it answers. The error is what it said
    /// if it refused.
    pub fn start(program: &Path, inventory: &str, folder: &Path) -> anyhow::Result<Self> {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder)?;
        let (file, address) = (folder.join("inventory.toml"), free()?.to_string());
        let mut private = fs::OpenOptions::new();
        private.create_new(true).write(true).mode(0o600);
        private.open(&file)?.write_all(inventory.as_bytes())?;
        let mut command = Command::new(program);
        command.args(["serve", "--listen", &address, "--inventory"]).arg(&file);
        command.arg("--data").arg(folder.join("data")).env("RUST_LOG", "warn");
        let process = Daemon::start(command, folder.join("log"))?;
        let url = format!("http://{address}");
        let mut server = Self { process, program: program.into(), folder: folder.into(), url };
        let begun = Instant::now();
        while !server.answers() {
            server.process.check()?;
            ensure!(begun.elapsed() < BEGIN, "the server does not begin");
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// A call of the command line against it.
    pub fn call(&self, args: &[&str]) -> Call {
        let call = Call::new(&self.program).env("LASTWORD_SERVER", &self.url);
        call.env("LASTWORD_TOKEN_FILE", self.token()).args(args)
    }

    fn answers(&self) -> bool {
        let ready = || ureq::get(format!("{}/readyz", self.url)).call().context("not yet");
        self.token().exists() && ready().is_ok()
    }

    fn token(&self) -> PathBuf {
        self.folder.join("data/admin.token")
    }
}
