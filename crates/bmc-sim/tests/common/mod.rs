//! A fleet that speaks Redfish, and a plain HTTP client for it. Nothing is asserted in here but that it starts.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::net::SocketAddr;

use bmc_sim::{BmcPlan, Fleet, RedfishPlan};
use ipmi::{Password, UserName};
use tokio::runtime::Runtime;

pub const USER: &str = "admin";
pub const PASSWORD: &str = "secret";

/// Running BMCs, each with its machine.
pub struct Lab {
    pub fleet: Fleet,
    _runtime: Runtime,
}

impl Lab {
    /// BMCs by name, whether their machines are on, and their faults.
    pub fn start(tls: bool, nodes: &[(&str, bool, &str)]) -> Self {
        let plan = |(name, on, faults): &(&str, bool, &str)| BmcPlan {
            name: (*name).to_owned(),
            redfish: Some(RedfishPlan { address: SocketAddr::from(([127, 0, 0, 1], 0)), tls }),
            on: *on,
            faults: faults.parse().unwrap(),
            ..BmcPlan::default()
        };
        Self::with(nodes.iter().map(plan))
    }

    pub fn with(plans: impl IntoIterator<Item = BmcPlan>) -> Self {
        let runtime = Runtime::new().unwrap();
        let inside = runtime.enter();
        let (user, password) = (UserName::new(USER), Password::new(PASSWORD.as_bytes()));
        let fleet = Fleet::start(plans, &user.unwrap(), &password.unwrap(), 1).unwrap();
        drop(inside);
        Self { fleet, _runtime: runtime }
    }

    /// The one BMC of a lab that has one.
    pub fn url(&self) -> String {
        self.fleet.redfish(self.fleet.names().next().unwrap()).unwrap()
    }
}
