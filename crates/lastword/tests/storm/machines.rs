//! The thousand machines, and what is wrong with each.

use std::fmt::Write as _;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use bmc_sim::{BmcPlan, Entry, Faults, Fleet, RedfishPlan};
use ipmi::{Password, UserName};
use tokio::runtime::Runtime;

use super::fleet::PASSWORD;

/// How every machine behaves.
const USUAL: &str = "takes-on=300ms,takes-off=200ms,takes-soft=400ms";
/// What else is wrong, with one machine of so many each; the others are good.
const WRONG: [&str; 25] = [
    "silent",
    "wrong-password",
    "does-nothing",
    "ignores-first=1",
    "reads-fail=30%",
    "drop=20%",
    "duplicate=20%,reorder=20%",
    "cuts-short=20%",
    "refuses-orders=40%",
    "starts-over",
    "refuses-in-transition",
    "shows-transitions=500ms",
    "drops-sessions=3s",
    "lag=400ms",
    "jitter=300ms",
    "reads-stale=800ms",
    "falls-back=2s",
    "sessions-exhausted",
    "deaf",
    "keeps-needless-off=30s",
    "refuses-needless",
    "unavailable=30%",
    "closes-connections",
    "answers-task",
    "hides-reset-types",
];
/// One machine of so many has each fault.
const SHARE: usize = 40;

/// Every third machine is reached by Redfish: each fault comes by both protocols.
const fn by_redfish(place: usize) -> bool {
    place.is_multiple_of(3)
}

pub struct Machines {
    fleet: Fleet,
    names: Vec<String>,
    _runtime: Runtime,
}

impl Machines {
    pub fn start(nodes: usize, seed: u64) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let names: Vec<String> = (1..=nodes).map(|node| format!("n{node}")).collect();
        let any: SocketAddr = "127.0.0.1:0".parse().expect("an address");
        let usual: Faults = USUAL.parse().expect("faults");
        let redfish = RedfishPlan { address: any, tls: true };
        let plans = names.iter().enumerate().map(|(place, name)| BmcPlan {
            name: name.clone(),
            ipmi: (!by_redfish(place)).then_some(any),
            redfish: by_redfish(place).then_some(redfish),
            faults: usual.changed(WRONG.get(place % SHARE).unwrap_or(&"")).expect("faults"),
            ..BmcPlan::default()
        });
        let user = UserName::new("admin").expect("a name");
        let password = Password::new(PASSWORD.as_bytes()).expect("a password");
        let fleet = {
            let _inside = runtime.enter();
            Fleet::start(plans, &user, &password, seed).expect("free ports")
        };
        Self { fleet, names, _runtime: runtime }
    }

    pub fn names(&self) -> impl Iterator<Item = String> {
        self.names.iter().cloned()
    }

    /// An inventory of them, with these lines for every node; what it refers to is put into the folder.
    pub fn inventory(&self, folder: &Path, settings: &str) -> String {
        let certificate = self.fleet.certificate().expect("some speak HTTPS");
        fs::write(folder.join("ca.pem"), certificate).expect("a certificate");
        fs::write(folder.join("bmc.secret"), PASSWORD).expect("a secret");
        let mut text =
            format!("[defaults]\ncredentials = \"bmc\"\nca_file = \"ca.pem\"\n{settings}\n");
        for name in &self.names {
            let (driver, bmc) = match (self.fleet.ipmi(name), self.fleet.redfish(name)) {
                (None, Some(url)) => ("redfish", url),
                (Some(address), _) => ("ipmi", address.to_string()),
                (None, None) => panic!("{name} is not to be reached"),
            };
            let _ = writeln!(
                text,
                "[[nodes]]\nnames = \"{name}\"\nbmc = \"{bmc}\"\ndriver = \"{driver}\""
            );
        }
        text + "[credentials.bmc]\nusername = \"admin\"\npassword = { file = \"bmc.secret\" }\n"
    }

    pub fn is_on(&self, name: &str) -> bool {
        self.fleet.is_on(name).expect("a node")
    }

    pub fn faults(&self, name: &str) -> Faults {
        self.fleet.faults(name).expect("a node")
    }

    /// What really happened to it; nothing of it may be forgotten.
    pub fn ledger(&self, name: &str) -> Vec<Entry> {
        let (entries, forgotten) = self.fleet.ledger(name).expect("a node");
        assert_eq!(forgotten, 0, "the ledger of {name} is too short for this storm");
        entries
    }
}
