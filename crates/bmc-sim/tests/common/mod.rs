//! Running BMCs, and other projects' programs that ask them. What they should answer is for the tests to say.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]
#![allow(dead_code, reason = "each test uses the part that it needs")]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use bmc_sim::{BmcPlan, Fleet, Happened, Order, RedfishPlan, Took};
use ipmi::{Password, UserName};
use tokio::runtime::Runtime;

pub const USER: &str = "admin";
pub const PASSWORD: &str = "canary-sim-71d0";
/// Any port that is free.
pub const ANY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);
/// How long a test waits for what has to come.
pub const PATIENCE: Duration = Duration::from_secs(10);

const PYTHON_ENV: &str = "LASTWORD_TEST_PYTHON";

/// Running BMCs that answer while the test waits for a client.
pub struct House {
    pub fleet: Fleet,
    _runtime: Runtime,
}

impl House {
    pub fn start(plans: impl IntoIterator<Item = BmcPlan>) -> Self {
        let runtime = Runtime::new().unwrap();
        let user = UserName::new(USER).unwrap();
        let password = Password::new(PASSWORD.as_bytes()).unwrap();
        let fleet = {
            let _inside = runtime.enter();
            Fleet::start(plans, &user, &password, 7).unwrap()
        };
        Self { fleet, _runtime: runtime }
    }

    /// `n1` and so on, which speak IPMI, with their machines off.
    pub fn ipmi(faults: &[&str]) -> Self {
        Self::start(faults.iter().enumerate().map(|(place, faults)| BmcPlan {
            name: format!("n{}", place + 1),
            ipmi: Some(ANY),
            faults: faults.parse().unwrap(),
            ..BmcPlan::default()
        }))
    }

    /// `n1` and so on, which speak Redfish; whether their machines are on, and their faults.
    pub fn redfish(tls: bool, nodes: &[(bool, &str)]) -> Self {
        Self::start(nodes.iter().enumerate().map(|(place, (on, faults))| BmcPlan {
            name: format!("n{}", place + 1),
            redfish: Some(RedfishPlan { address: ANY, tls }),
            on: *on,
            faults: faults.parse().unwrap(),
            ..BmcPlan::default()
        }))
    }

    pub fn url(&self, node: &str) -> String {
        self.fleet.redfish(node).unwrap()
    }

    /// The orders that reached a machine, and what became of them.
    pub fn taken(&self, node: &str) -> Vec<(Order, Took)> {
        let (entries, forgotten) = self.fleet.ledger(node).unwrap();
        assert_eq!(forgotten, 0);
        let order = |happened| {
            let Happened::Ordered(order, took) = happened else { return None };
            Some((order, took))
        };
        entries.iter().filter_map(|entry| order(entry.happened)).collect()
    }

    pub fn orders(&self, node: &str) -> Vec<Order> {
        self.taken(node).into_iter().map(|(order, _)| order).collect()
    }

    pub fn until(&self, node: &str, on: bool) {
        wait(&format!("{node}: on is {on}"), || self.fleet.is_on(node) == Some(on));
    }
}

/// Asks until it is so.
pub fn wait(what: &str, so: impl Fn() -> bool) {
    let since = Instant::now();
    while !so() {
        assert!(since.elapsed() < PATIENCE, "it never came to that: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

/// Whether a program succeeded, and all that it printed.
pub fn told(command: &mut Command) -> (bool, String) {
    // some would trust these rather than do as they are told, and ask somebody else
    for name in ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    let Output { status, stdout, stderr } = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error} (`cargo xtask test` installs it)"));
    let text = String::from_utf8_lossy(&stdout) + String::from_utf8_lossy(&stderr);
    (status.success(), text.into_owned())
}

/// A program of the Python that has the clients.
pub fn python(program: &str) -> PathBuf {
    let python = std::env::var_os(PYTHON_ENV);
    let python =
        python.unwrap_or_else(|| panic!("{PYTHON_ENV} is not set (`cargo xtask test` does)"));
    Path::new(&python).with_file_name(program)
}
