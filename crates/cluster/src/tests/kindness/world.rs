//! A site that a seed draws: BMCs by IPMI and by Redfish, well and not, some with several nodes behind them; commands; and
//! for some seeds an outage of them all.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use arbiter::{Action, Answer, Load, Millis, Report, Settlement};
use fastrand::Rng;
use nodeset::NodeSet;
use tokio::sync::{oneshot, watch};
use tokio::time::sleep;

use super::door::{Door, Kind, Plan};
use super::network::Network;
use crate::agent::{Agent, Sighting, Witness};
use crate::clock::now_ms;
use crate::driver::{Drivers, Exchange};
use crate::inventory::Inventory;
use crate::tests::memory::{self, Memory};

/// The first BMC's address: 10.0.0.1.
const FIRST_ADDRESS: u32 = 0x0a00_0001;
/// How long commands are given, in milliseconds, and how many at most.
const BUSY_MS: Millis = 120_000;
const COMMANDS_MAX: usize = 25;
/// How long a command may take, in milliseconds.
const DEADLINE_MS: Millis = 90_000;
/// How long all are silent in an outage, in milliseconds.
const OUTAGE_MS: std::ops::Range<Millis> = 30_000..120_000;
/// For how many poll intervals the site is only looked at.
const QUIET_POLLS: Millis = 12;

/// How many BMCs a site has, and how many of them are dead or lose half of what is said.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub doors: u16,
    pub ill: u16,
}

/// A site.
pub struct World {
    pub doors: Vec<Arc<Door>>,
    /// The nodes behind each door.
    pub nodes: Vec<Vec<String>>,
    pub poll_ms: Millis,
    pub seen: Arc<Seen>,
    /// When all were silent, if they were.
    pub outage: Option<(Millis, Millis)>,
    /// Since when nothing but reading goes on.
    pub quiet_since: Millis,
    pub ended_at: Millis,
    /// How the intents ended, by sequence number.
    pub settled: Vec<(u64, Settlement)>,
    /// What each door was told last, and by which command.
    pub last: BTreeMap<usize, (u64, Action)>,
    rng: Rng,
}

/// What the agent shows.
#[derive(Default)]
pub struct Seen {
    /// When each node was read.
    pub reads: Mutex<BTreeMap<String, Vec<Millis>>>,
}

impl Witness for Seen {
    fn saw(&self, _sightings: Vec<Sighting>) {}
    fn reported(&self, _node: &str, _report: &Report) {}
    fn loaded(&self, _loads: Vec<Load>) {}
    fn exchanged(&self, node: &str, _exchange: &Exchange, answer: &Answer) {
        if matches!(answer, Answer::Power(_)) {
            let mut reads = self.reads.lock().expect("no holder panics");
            reads.entry(node.to_owned()).or_default().push(now_ms());
        }
    }
}

impl World {
    pub fn new(seed: u64, size: Size) -> Self {
        let mut rng = Rng::with_seed(seed);
        let plans: Vec<Plan> = (0..size.doors).map(|n| plan(n, size, &mut rng)).collect();
        let doors = plans.into_iter().map(|plan| Arc::new(Door::new(plan, rng.u64(..))));
        let doors: Vec<_> = doors.collect();
        let mut nodes = Vec::new();
        for number in 0..doors.len() {
            let several = if rng.u8(..4) == 0 { rng.u8(2..=4) } else { 1 };
            nodes.push((1..=several).map(|n| format!("d{number}n{n}")).collect());
        }
        let poll_ms = rng.u64(5..=40) * 1_000;
        let (seen, last) = (Arc::default(), BTreeMap::new());
        let (outage, settled) = (None, Vec::new());
        Self {
            doors,
            nodes,
            poll_ms,
            seen,
            outage,
            quiet_since: 0,
            ended_at: 0,
            settled,
            last,
            rng,
        }
    }

    /// Lets it all happen.
    pub async fn run(&mut self) {
        let journal = Memory::new();
        let inventory = Inventory::from_text("inventory.toml", &self.inventory());
        let inventory = inventory.unwrap_or_else(|error| panic!("{error}"));
        let (_kept, inventory) = watch::channel(Arc::new(inventory));
        let drivers = Drivers::simulated(Network::new(self.doors.iter().cloned()));
        let drivers = drivers.expect("it opens no socket");
        let seen = Arc::clone(&self.seen);
        let (agent, _looks) =
            Agent::with_drivers("c", Arc::clone(&journal), inventory, seen, drivers);
        let (stop, stopped) = oneshot::channel::<()>();
        let agent = tokio::spawn(agent.run(async move { drop(stopped.await) }));
        self.give_commands(&journal).await;
        sleep(Duration::from_millis(DEADLINE_MS)).await;
        if self.rng.bool() {
            self.fall_silent().await;
        }
        self.quiet_since = now_ms();
        sleep(Duration::from_millis(QUIET_POLLS * self.poll_ms)).await;
        self.ended_at = now_ms();
        drop(stop);
        agent.await.expect("it does not panic").expect("it ends well");
        self.settled = journal.settled();
    }

    async fn give_commands(&mut self, journal: &Memory) {
        let commands = self.rng.usize(1..=COMMANDS_MAX);
        for _ in 0..commands {
            sleep(Duration::from_millis(self.rng.u64(..2 * BUSY_MS / commands as u64))).await;
            let action = [Action::On, Action::Off, Action::Cycle][self.rng.usize(..3)];
            let chosen: Vec<usize> =
                (0..self.doors.len()).filter(|_| self.rng.u8(..3) == 0).collect();
            let names = chosen.iter().flat_map(|door| &self.nodes[*door]);
            let names = names.map(String::as_str).collect::<Vec<_>>().join(",");
            let nodes = NodeSet::parse(&names, 1_000).expect("they are names");
            let seq = journal.command(&memory::command(action, nodes, DEADLINE_MS));
            self.last.extend(chosen.into_iter().map(|door| (door, (seq, action))));
        }
    }

    async fn fall_silent(&mut self) {
        let began = now_ms();
        self.doors.iter().for_each(|door| door.fall_silent(began));
        sleep(Duration::from_millis(self.rng.u64(OUTAGE_MS))).await;
        let ended = now_ms();
        self.doors.iter().for_each(|door| door.speak(ended));
        self.outage = Some((began, ended));
    }

    fn inventory(&self) -> String {
        let mut text = String::from(
            "[credentials.good]\nusername = \"admin\"\npassword = \"hunter2\"\n\
             [credentials.bad]\nusername = \"admin\"\npassword = \"hunter2\"\n",
        );
        for (door, nodes) in self.doors.iter().zip(&self.nodes) {
            let (driver, scheme) = if door.is_ipmi { ("ipmi", "") } else { ("redfish", "http://") };
            let account = if door.kind == Kind::Refuses { "bad" } else { "good" };
            let (names, address, gap, poll) =
                (nodes.join(","), door.address, door.gap_ms, self.poll_ms);
            let _ = write!(
                text,
                "[[nodes]]\nnames = \"{names}\"\nbmc = \"{scheme}{address}\"\ndriver = \"{driver}\"\n\
                 credentials = \"{account}\"\npoll = \"{poll}ms\"\ngap = \"{gap}ms\"\nsettle = \"5s\"\n"
            );
        }
        text
    }
}

fn plan(number: u16, size: Size, rng: &mut Rng) -> Plan {
    let kind = match number {
        // so many that the account is left alone
        0..8 => Kind::Refuses,
        8..10 => Kind::Stubborn,
        _ if number < 10 + size.ill => [Kind::Dead, Kind::Lossy][rng.usize(..2)],
        _ => Kind::Well,
    };
    let is_ipmi = rng.bool();
    let more = match kind {
        Kind::Refuses | Kind::Stubborn => ",wrong-password",
        Kind::Lossy => ",drop=20%,cuts-short=5%,duplicate=10%",
        Kind::Well if rng.u8(..4) == 0 => ",closes-connections",
        Kind::Well | Kind::Dead => "",
    };
    let faults = format!(
        "lag={}ms,jitter={}ms,takes-on={}ms,takes-off={}ms{more}",
        rng.u64(1..200),
        rng.u64(1..100),
        rng.u64(100..6_000),
        rng.u64(100..4_000)
    );
    let gap_ms = [0, 50, 300, 1_000][rng.usize(..4)];
    let port = if is_ipmi { 623 } else { 80 };
    let address = SocketAddr::from((Ipv4Addr::from(FIRST_ADDRESS + u32::from(number)), port));
    Plan { address, kind, is_ipmi, gap_ms, on: rng.bool(), faults }
}
