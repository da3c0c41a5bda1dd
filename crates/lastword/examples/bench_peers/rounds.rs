//! Runs everybody in turns on one fleet, several times, and keeps what it cost. It compares nothing.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::ensure;

use super::fleet::{Fleet, Plan, Speech, Totals};
use super::measure::{Call, Daemon, Ran, Spent};
use super::peer::{Peer, Place, Work, ipmipower_flags};
use super::server::Server;
use super::{Bench, versions};

/// lastword lets less than that much time pass between a fired off and a fired on (`dwell`). It is waited for before "on" is measured,
/// because nobody else does so.
const DWELL: Duration = Duration::from_secs(4);
/// How long a server is left alone after its start.
const REST: Duration = Duration::from_secs(1);
/// How long powermand may take to begin.
const BEGIN: Duration = Duration::from_secs(20);

/// One measurement.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Who.
    pub peer: Peer,
    /// What.
    pub work: Work,
    /// How many machines.
    pub nodes: usize,
    /// What it cost.
    pub spent: Spent,
    /// CPU seconds of the simulator meanwhile.
    pub sim_cpu_s: f64,
    /// Datagrams or requests and answers, connections, handshakes meanwhile.
    pub traffic: Totals,
    /// How many of the machines were not there when it was over.
    pub astray: u64,
    /// What it said if it did not say that all is well.
    pub trouble: Option<String>,
}

/// Everything that was measured on one fleet.
#[derive(Debug)]
pub struct Rounds {
    /// The fleet.
    pub plan: Plan,
    /// All that could be measured.
    pub samples: Vec<Sample>,
    /// Who could not be, and why.
    pub missing: Vec<(Peer, String)>,
}

/// A peer that is ready to work.
#[derive(Debug)]
pub enum Seat {
    Server(Server),
    Powerman(Daemon, String),
    Alone,
}

/// Measures everybody on a fleet of its own.
pub fn run(bench: &Bench, plan: Plan) -> anyhow::Result<Rounds> {
    println!("\n## {}", plan.title());
    let port = bench.port(plan.speech);
    let fleet = Fleet::start(&bench.program, plan, port, &bench.scratch.join("fleet"))?;
    let mut rounds = Rounds { plan, samples: Vec::new(), missing: Vec::new() };
    let mut peers = Vec::new();
    for peer in Peer::all(plan.speech).iter().copied().filter(|peer| bench.wants(*peer)) {
        match versions::version(peer, &bench.program, bench.python.as_deref()) {
            Ok(_) => peers.push(peer),
            Err(why) => rounds.lacks(peer, why),
        }
    }
    for run in 0..bench.runs {
        // nobody comes first each time
        let step = run.min(1).min(peers.len());
        peers.rotate_left(step);
        for peer in peers.clone() {
            let nodes = if peer.is_slow() { bench.slow_nodes.min(plan.nodes) } else { plan.nodes };
            fleet.all_on()?;
            let scratch = bench.scratch.join("peer");
            fs::create_dir_all(&scratch)?;
            let python = bench.python.as_deref();
            let place = Place { fleet: &fleet, nodes, python, scratch: &scratch };
            match Seat::take(peer, &bench.program, &place) {
                Ok(seat) => turn(peer, &seat, &place, &mut rounds.samples)?,
                Err(why) => {
                    rounds.lacks(peer, format!("{why:#}"));
                    peers.retain(|other| *other != peer);
                }
            }
        }
    }
    Ok(rounds)
}

/// All works of one peer, one after the other.
fn turn(
    peer: Peer,
    seat: &Seat,
    place: &Place<'_>,
    samples: &mut Vec<Sample>,
) -> anyhow::Result<()> {
    for work in Work::ALL {
        if work == Work::On {
            if peer == Peer::Lastword { dwell() } else { std::thread::sleep(REST) }
        }
        let sample = measure(peer, work, seat, place)?;
        println!("{}", super::table::line(&sample));
        samples.push(sample);
    }
    Ok(())
}

/// Waits until lastword would not wait any more.
pub fn dwell() {
    std::thread::sleep(DWELL);
}

/// Measures one work of one peer.
pub fn measure(peer: Peer, work: Work, seat: &Seat, place: &Place<'_>) -> anyhow::Result<Sample> {
    let call = match seat {
        Seat::Server(server) => lastword(server, work),
        Seat::Powerman(_, address) => powerman(address, work, place.nodes),
        Seat::Alone => peer.call(work, place)?.expect("only servers have no call"),
    };
    let fleet = place.fleet;
    let (daemon, sim, traffic) = (seat.cpu_s(), fleet.cpu_s(), fleet.totals()?);
    let Ran { mut spent, good, said } = call.run(place.scratch)?;
    spent.cpu_s += seat.cpu_s() - daemon;
    spent.peak_kib += seat.peak_kib();
    let (sim_cpu_s, after) = (fleet.cpu_s() - sim, fleet.totals()?);
    let (all, asked) = (fleet.plan.nodes as u64, place.nodes as u64);
    let goal = if work == Work::Off { all - asked } else { all };
    let trouble = (!good).then_some(said);
    let (astray, traffic, nodes) = (after.on.abs_diff(goal), after.since(&traffic), place.nodes);
    Ok(Sample { peer, work, nodes, spent, sim_cpu_s, traffic, astray, trouble })
}

fn lastword(server: &Server, work: Work) -> Call {
    match work {
        Work::Cold | Work::Warm => server.call(&["status", "--fresh"]),
        Work::Off | Work::On => server.call(&[work.word(), "*", "-y"]),
    }
}

fn powerman(address: &str, work: Work, nodes: usize) -> Call {
    let names = format!("n[0-{}]", nodes - 1);
    let call = Call::new("powerman").args(["-h", address]);
    match work {
        Work::Cold | Work::Warm => call.args(["-q"]),
        Work::Off => call.args(["-0", &names]),
        Work::On => call.args(["-1", &names]),
    }
}

impl Seat {
    /// Makes a peer ready; the error tells why it can't be.
    pub fn take(peer: Peer, program: &Path, place: &Place<'_>) -> anyhow::Result<Self> {
        match peer {
            Peer::Lastword => {
                let folder = place.scratch.join("lastword");
                let server = Server::start(program, &place.fleet.inventory()?, &folder);
                let server = match (server, place.fleet.plan.speech) {
                    (Err(error), Speech::Redfish) if format!("{error:#}").contains("driver") => {
                        anyhow::bail!("no redfish driver yet")
                    }
                    (server, _) => server?,
                };
                std::thread::sleep(REST);
                Ok(Self::Server(server))
            }
            Peer::Powerman => start_powermand(place),
            Peer::Ipmipower
            | Peer::Ipmitool
            | Peer::FenceIpmilan
            | Peer::Pyghmi
            | Peer::Redfishpower
            | Peer::FenceRedfish
            | Peer::Redfishtool
            | Peer::Sushy => Ok(Self::Alone),
        }
    }

    /// What a server has in memory now, in KiB; 0 without one.
    pub fn resident_kib(&self) -> u64 {
        match self {
            Self::Server(server) => server.process.resident_kib(),
            Self::Powerman(daemon, _) => daemon.resident_kib(),
            Self::Alone => 0,
        }
    }

    fn cpu_s(&self) -> f64 {
        match self {
            Self::Server(server) => server.process.cpu_s(),
            Self::Powerman(daemon, _) => daemon.cpu_s(),
            Self::Alone => 0.0,
        }
    }

    fn peak_kib(&self) -> u64 {
        match self {
            Self::Server(server) => server.process.peak_kib(),
            Self::Powerman(daemon, _) => daemon.peak_kib(),
            Self::Alone => 0,
        }
    }
}

/// Its coprocess is ipmipower, told to wait until machines are where they shall be. Its device file finds hosts by a
/// pattern in which a port has no place.
fn start_powermand(place: &Place<'_>) -> anyhow::Result<Seat> {
    ensure!(place.fleet.port == 623, "it needs the BMCs at port 623, which is root's");
    let device = "/etc/powerman/ipmipower.dev";
    ensure!(Path::new(device).exists(), "{device} is not there");
    let (address, hosts) = (super::fleet::free()?.to_string(), place.ranges());
    let flags = ipmipower_flags(&hosts).join(" ");
    let text = format!(
        "include \"{device}\"\nlisten \"{address}\"\n\
         device \"ipmi\" \"ipmipower\" \"/usr/sbin/ipmipower {flags} --wait-until-on --wait-until-off |&\"\n\
         node \"n[0-{}]\" \"ipmi\" \"{hosts}\"\n",
        place.nodes - 1
    );
    let file = place.scratch.join("powerman.conf");
    fs::write(&file, text)?;
    let mut command = Command::new("powermand");
    command.arg("-f").arg("-c").arg(&file);
    let mut daemon = Daemon::start(command, place.scratch.join("powermand.log"))?;
    let begun = Instant::now();
    while std::net::TcpStream::connect(&address).is_err() {
        daemon.check()?;
        ensure!(begun.elapsed() < BEGIN, "powermand does not begin");
        std::thread::sleep(Duration::from_millis(20));
    }
    std::thread::sleep(REST);
    Ok(Seat::Powerman(daemon, address))
}

impl Totals {
    /// What was added since then.
    fn since(&self, before: &Self) -> Self {
        Self {
            on: self.on,
            received: self.received - before.received,
            sent: self.sent - before.sent,
            connections: self.connections - before.connections,
            handshakes: self.handshakes - before.handshakes,
            resumed: self.resumed - before.resumed,
        }
    }
}

impl Rounds {
    fn lacks(&mut self, peer: Peer, why: String) {
        println!("{:<28} {why}", peer.name());
        self.missing.push((peer, why));
    }
}
