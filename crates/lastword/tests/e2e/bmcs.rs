//! Simulated BMCs that speak Redfish, with the manners that a test gives them, and a server for them.

use std::fmt::Write as _;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;

use bmc_sim::{BmcPlan, Happened, Order, RedfishPlan, Took, Traffic};
use ipmi::{Password, UserName};
use tokio::runtime::Runtime;

use super::fleet::PASSWORD;
use super::house::House;

/// Any port that is free.
const ANY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// BMCs n1, n2, ...
pub struct Bmcs {
    fleet: bmc_sim::Fleet,
    _runtime: Runtime,
}

impl Bmcs {
    /// One for each text of faults; all are off.
    pub fn start(tls: bool, faults: &[&str]) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let user = UserName::new("admin").expect("a name");
        let password = Password::new(PASSWORD.as_bytes()).expect("a password");
        let plans = faults.iter().enumerate().map(|(place, faults)| BmcPlan {
            name: format!("n{}", place + 1),
            redfish: Some(RedfishPlan { address: ANY, tls }),
            ipmi: Some(ANY),
            faults: faults.parse().expect("faults"),
            ..BmcPlan::default()
        });
        let fleet = {
            let _inside = runtime.enter();
            bmc_sim::Fleet::start(plans, &user, &password, 11).expect("free ports")
        };
        Self { fleet, _runtime: runtime }
    }

    pub fn url(&self, node: &str) -> String {
        self.fleet.redfish(node).expect("it speaks Redfish")
    }

    pub fn ipmi(&self, node: &str) -> SocketAddr {
        self.fleet.ipmi(node).expect("it speaks IPMI")
    }

    pub fn certificate(&self) -> &str {
        self.fleet.certificate().expect("it speaks HTTPS")
    }

    pub fn is_on(&self, node: &str) -> bool {
        self.fleet.is_on(node).expect("a machine")
    }

    pub fn set_power(&self, node: &str, on: bool) {
        self.fleet.set_power(node, on).expect("a machine");
    }

    pub fn set_faults(&self, node: &str, faults: &str) {
        self.fleet.set_faults(node, faults.parse().expect("faults")).expect("a machine");
    }

    pub fn traffic(&self, node: &str) -> Traffic {
        self.fleet.traffic(node).expect("a machine")
    }

    /// The orders that reached a machine, and what became of them.
    pub fn taken(&self, node: &str) -> Vec<(Order, Took)> {
        let order = |happened| {
            let Happened::Ordered(order, took) = happened else { return None };
            Some((order, took))
        };
        self.happened(node).into_iter().filter_map(order).collect()
    }

    pub fn orders(&self, node: &str) -> Vec<Order> {
        self.taken(node).into_iter().map(|(order, _)| order).collect()
    }

    /// When such an order reached a machine, in milliseconds.
    pub fn ordered_at(&self, node: &str, wanted: Order) -> Vec<u64> {
        let (entries, _) = self.fleet.ledger(node).expect("a machine");
        let at = |entry: &bmc_sim::Entry| {
            let is = matches!(entry.happened, Happened::Ordered(order, _) if order == wanted);
            is.then_some(entry.at)
        };
        entries.iter().filter_map(at).collect()
    }

    pub fn happened(&self, node: &str) -> Vec<Happened> {
        let (entries, forgotten) = self.fleet.ledger(node).expect("a machine");
        assert_eq!(forgotten, 0);
        entries.into_iter().map(|entry| entry.happened).collect()
    }

    /// A server for them that trusts their certificate.
    pub fn house(&self, dir: &Path, settings: &str) -> House {
        let trust = match self.fleet.certificate() {
            Some(certificate) => {
                fs::write(dir.join("ca.pem"), certificate).expect("a certificate");
                "ca_file = \"ca.pem\"\n"
            }
            None => "",
        };
        House::start_with(dir, &self.inventory(dir, &format!("{trust}{settings}")))
    }

    /// An inventory of them, with these lines for every node.
    pub fn inventory(&self, dir: &Path, settings: &str) -> String {
        fs::write(dir.join("bmc.secret"), PASSWORD).expect("a secret");
        let mut text = String::new();
        for name in self.fleet.names() {
            let url = self.url(name);
            let _ = write!(
                text,
                "[[nodes]]\nnames = \"{name}\"\nbmc = \"{url}\"\ndriver = \"redfish\"\n\
                 credentials = \"bmc\"\n{settings}\n"
            );
        }
        text.push_str(
            "[credentials.bmc]\nusername = \"admin\"\npassword = { file = \"bmc.secret\" }\n",
        );
        text
    }
}
