//! A whole house to look at: simulated racks with a few bad BMCs, the server over them, and people who fight over a
//! machine. Nothing of it is left afterwards.

mod people;

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use api::{Client, Door};
use bmc_sim::Faults;
use tokio::sync::watch;

use crate::cli::credentials;
use crate::defaults::{ADMIN_TOKEN, LISTEN};
use crate::house::{self, Settings};
use crate::sim::{self, Layout, Spread, control};

pub use people::People;

/// The address of the first simulated BMC.
const FIRST: Ipv4Addr = Ipv4Addr::new(127, 9, 0, 1);
/// How every machine behaves.
const USUAL: &str = "takes-on=3s,takes-off=2s,takes-soft=5s,lag=15ms,jitter=20ms";
/// What is wrong with the bad ones, one each.
const BAD: [&str; 8] = [
    "ignores-first=1",
    "silent",
    "drop=20%",
    "wrong-password",
    "shows-transitions=2s",
    "reads-fail=40%",
    "falls-back=5s",
    "starts-over,takes-on=6s",
];
/// One machine in so many is bad.
const BAD_SHARE: usize = 20;
/// Lines for every node of the inventory: quick, for people who watch.
const SETTINGS: &str = "settle = \"8s\"\ndwell = \"1s\"\ntransition = \"6s\"\npoll = \"5s\"";
/// How long the server may take to begin.
const BEGIN: Duration = Duration::from_secs(30);

/// A demo that runs.
#[derive(Debug)]
pub struct Demo {
    folder: Folder,
    /// The server.
    pub server: SocketAddr,
    /// Where the simulation can be changed.
    pub control: SocketAddr,
    /// The nodes.
    pub layout: Layout,
    stop: watch::Sender<bool>,
    house: std::thread::JoinHandle<anyhow::Result<()>>,
}

/// Where its files lie.
#[derive(Debug)]
enum Folder {
    /// It goes away with the demo.
    Passing(tempfile::TempDir),
    Kept(PathBuf),
}

impl Demo {
    /// Starts everything, and waits until the server answers.
    ///
    /// # Errors
    /// When something can't be started.
    pub fn start(nodes: usize, keep: Option<PathBuf>) -> anyhow::Result<Self> {
        let folder = match keep {
            Some(path) => Folder::Kept(path),
            None => Folder::Passing(tempfile::Builder::new().prefix("lastword-demo-").tempdir()?),
        };
        let port = UdpSocket::bind((FIRST, 0)).and_then(|socket| socket.local_addr())?.port();
        let layout = Layout::new(nodes, SocketAddrV4::new(FIRST, port), Spread::Addresses)?;
        let files = sim::write_files(folder.path(), &layout, SETTINGS)?;
        log_to(&folder.path().join("log"))?;
        let (doors, scenes) = (free(LISTEN)?, free(control::USUAL)?);
        let (server, control) = (doors.local_addr()?, scenes.local_addr()?);
        let settings = Settings {
            inventory: files.inventory,
            data: folder.path().join("data"),
            tls: region::Tls::Off,
            confirm_over: None,
        };
        let (stop, stopped) = watch::channel(false);
        let house = std::thread::spawn(move || run(settings, &layout, (doors, scenes), stopped));
        let demo = Self { folder, server, control, layout, stop, house };
        demo.wait_until_it_answers()?;
        Ok(demo)
    }

    /// The file with a token that may do everything.
    #[must_use]
    pub fn token_file(&self) -> PathBuf {
        self.folder.path().join("data").join(ADMIN_TOKEN)
    }

    /// The server's URL.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.server)
    }

    /// Where the web page is, with what signs in: no browser sends the part after the `#` to a server.
    ///
    /// # Errors
    /// When the token can't be read.
    pub fn page(&self) -> anyhow::Result<String> {
        let file = self.token_file();
        let token = std::fs::read_to_string(&file)
            .with_context(|| format!("can't read {}", file.display()))?;
        Ok(format!("{}{}#token={}", self.url(), region::PAGE_PATH, token.trim()))
    }

    /// Ends everything.
    ///
    /// # Errors
    /// When the server had broken.
    pub fn stop(self) -> anyhow::Result<()> {
        self.stop.send_replace(true);
        self.house.join().map_err(|_| anyhow::anyhow!("the demo's server broke"))?
    }

    fn wait_until_it_answers(&self) -> anyhow::Result<()> {
        let since = Instant::now();
        let client = Client::new(&self.url(), credentials::nobody(), None, Door::Cli)?;
        while !self.token_file().exists() || client.alive().is_err() {
            anyhow::ensure!(
                !self.house.is_finished() && since.elapsed() < BEGIN,
                "the demo's server did not start; its log: {}",
                std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
            );
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

impl Folder {
    fn path(&self) -> &Path {
        match self {
            Self::Passing(folder) => folder.path(),
            Self::Kept(path) => path,
        }
    }
}

/// The bad machines, with what is wrong with each.
pub fn bad(layout: &Layout) -> Vec<(String, &'static str)> {
    let names: Vec<String> = layout.nodes().map(|(name, _)| name).collect();
    let count = names.len() / BAD_SHARE;
    // spread over the fleet, and never the first ones: people fight over those
    let place = |number: usize| (number + 1) * names.len() / (count + 1);
    let kinds = BAD.iter().copied().cycle();
    (0..count).zip(kinds).map(|(number, bad)| (names[place(number)].clone(), bad)).collect()
}

fn run(
    settings: Settings,
    layout: &Layout,
    (doors, scenes): (TcpListener, TcpListener),
    mut stopped: watch::Receiver<bool>,
) -> anyhow::Result<()> {
    let usual: Faults = USUAL.parse()?;
    let bad = bad(layout);
    let of = |name: &str| {
        let own = bad.iter().find(|(bad, _)| bad == name);
        own.and_then(|(_, faults)| usual.changed(faults).ok()).unwrap_or(usual)
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async move {
        let fleet = Arc::new(sim::start(layout, false, of, 1)?);
        let until = async move { drop(stopped.wait_for(|stop| *stop).await) };
        tokio::select! {
            served = house::run(settings, doors, until) => served,
            broke = control::serve(fleet, scenes) => broke,
        }
    })
}

/// Listens at that address, or at any free one of this host if it is taken.
fn free(address: &str) -> anyhow::Result<TcpListener> {
    let usual: SocketAddr = address.parse()?;
    control::listen(usual).or_else(|_| control::listen(SocketAddr::new(usual.ip(), 0)))
}

/// The terminal is for the view.
fn log_to(path: &Path) -> anyhow::Result<()> {
    let file = File::create(path).with_context(|| format!("can't write {}", path.display()))?;
    house::log_to(file, false);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_machines_are_bad_and_none_of_those_that_people_fight_over() {
        let layout =
            |nodes| Layout::new(nodes, SocketAddrV4::new(FIRST, 6230), Spread::Addresses).unwrap();
        let bad_ones = bad(&layout(200));
        assert_eq!(bad_ones.len(), 10);
        assert!(bad_ones.iter().all(|(name, _)| !name.starts_with("r1n0")), "{bad_ones:?}");
        assert!(bad(&layout(3)).is_empty());
        for faults in BAD.into_iter().chain([USUAL]) {
            assert!(faults.parse::<Faults>().is_ok(), "{faults}");
        }
    }
}
