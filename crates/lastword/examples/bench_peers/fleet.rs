//! The simulated fleet that everybody is measured on: `lastword sim` of the release build, and the truth from its control
//! door. It asks no BMC for anything.

use std::fs;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::measure::Daemon;

/// The account of every simulated BMC.
pub const USER: &str = "admin";
/// Its password.
pub const PASSWORD: &str = "not-a-secret";
/// How long the simulation may take to begin, and to have its power set.
const BEGIN: Duration = Duration::from_secs(60);

/// What the BMCs speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speech {
    /// IPMI 2.0.
    Ipmi,
    /// Redfish over TLS.
    Redfish,
}

/// How a fleet is.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// What its BMCs speak.
    pub speech: Speech,
    /// How many they are.
    pub nodes: usize,
    /// How late every answer comes, as the simulator takes it.
    pub lag: &'static str,
    /// Milliseconds that an exchange takes at least, on average.
    pub round_trip_ms: f64,
}

/// Counters of the whole fleet.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
pub struct Totals {
    /// How many machines really are on.
    pub on: u64,
    /// Datagrams or requests that came in.
    pub received: u64,
    /// Datagrams or answers that went out.
    pub sent: u64,
    /// Connections.
    pub connections: u64,
    /// TLS handshakes.
    pub handshakes: u64,
    /// How many of these were short.
    pub resumed: u64,
}

/// A fleet that runs. All its machines are on at the start.
#[derive(Debug)]
pub struct Fleet {
    /// How it is.
    pub plan: Plan,
    /// The hosts of its BMCs, in the order of their names.
    pub hosts: Vec<Ipv4Addr>,
    /// The port of them all.
    pub port: u16,
    folder: PathBuf,
    control: SocketAddrV4,
    process: Daemon,
}

#[derive(Deserialize)]
struct Machine {
    name: String,
    bmc: String,
    on: bool,
}

impl Plan {
    /// How machines and BMCs behave. A transition takes a second.
    pub fn faults(&self) -> String {
        format!("takes-on=1s,takes-off=1s{}", self.lag)
    }

    /// What it is called in a heading.
    pub fn title(&self) -> String {
        let speech = match self.speech {
            Speech::Ipmi => "IPMI",
            Speech::Redfish => "Redfish over TLS",
        };
        format!("{speech}, {} machines, `{}`", super::table::thousands(self.nodes), self.faults())
    }
}

impl Fleet {
    /// Starts one, with its files in that folder.
    pub fn start(program: &Path, plan: Plan, port: u16, folder: &Path) -> anyhow::Result<Self> {
        let control = free()?;
        let (flag, first) = match plan.speech {
            Speech::Ipmi => ("--listen", Ipv4Addr::new(127, 2, 0, 1)),
            Speech::Redfish => ("--redfish", Ipv4Addr::new(127, 3, 0, 1)),
        };
        let mut command = Command::new(program);
        command.args(["sim", "--on", "--nodes", &plan.nodes.to_string(), "--dir"]).arg(folder);
        command.args(["--control", &control.to_string(), "--faults", &plan.faults()]);
        command.args([flag, &SocketAddrV4::new(first, port).to_string()]);
        if plan.speech == Speech::Redfish {
            command.arg("--tls");
        }
        fs::create_dir_all(folder)?;
        let process = Daemon::start(command, folder.join("log"))?;
        let mut fleet =
            Self { plan, hosts: Vec::new(), port, folder: folder.into(), control, process };
        let begun = Instant::now();
        while fleet.totals().is_err() {
            fleet.process.check().context("the simulated fleet did not start")?;
            anyhow::ensure!(begun.elapsed() < BEGIN, "the simulated fleet does not begin");
            std::thread::sleep(Duration::from_millis(20));
        }
        for Machine { bmc, .. } in fleet.machines()? {
            let host = bmc.trim_start_matches("https://").split(':').next().unwrap_or_default();
            fleet.hosts.push(host.parse().with_context(|| format!("no address: {bmc}"))?);
        }
        Ok(fleet)
    }

    /// What has happened until now.
    pub fn totals(&self) -> anyhow::Result<Totals> {
        self.get("/totals")
    }

    /// CPU seconds of the simulator until now.
    pub fn cpu_s(&self) -> f64 {
        self.process.cpu_s()
    }

    /// The file with the password.
    pub fn password(&self) -> PathBuf {
        self.folder.join("password")
    }

    /// The inventory of the first so many machines, with polling off: nobody else measured here polls.
    pub fn inventory(&self) -> anyhow::Result<String> {
        let text = fs::read_to_string(self.folder.join("inventory.toml"))?;
        Ok(text.replacen("credentials = \"sim\"", "credentials = \"sim\"\npoll = \"off\"", 1))
    }

    /// Sees to it that all machines are on, behind everybody's back.
    pub fn all_on(&self) -> anyhow::Result<()> {
        let begun = Instant::now();
        while self.totals()?.on < self.plan.nodes as u64 {
            for machine in self.machines()?.iter().filter(|machine| !machine.on) {
                let url = format!("http://{}/machines/{}/power", self.control, machine.name);
                ureq::put(&url).send("on")?;
            }
            if begun.elapsed() > BEGIN {
                bail!("the machines do not stay on");
            }
        }
        Ok(())
    }

    fn machines(&self) -> anyhow::Result<Vec<Machine>> {
        self.get("/machines")
    }

    fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<T> {
        let mut answer = ureq::get(format!("http://{}{path}", self.control)).call()?;
        let body = answer.body_mut().with_config().limit(64 * 1024 * 1024);
        Ok(body.read_json()?)
    }
}

/// An address on loopback where nobody listens.
pub fn free() -> anyhow::Result<SocketAddrV4> {
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    Ok(SocketAddrV4::new(Ipv4Addr::LOCALHOST, port))
}
