//! The door behind the scenes of a simulated fleet: what really happened, and what goes wrong from now on. Plain HTTP on
//! loopback, without accounts: nobody's machine is behind it.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use anyhow::Context as _;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, put};
use axum::{Json, Router};
use bmc_sim::Fleet;
use serde::{Deserialize, Serialize};

/// Where it is unless it is said.
pub const USUAL: &str = "127.0.0.1:7474";

/// What is seen of a machine from behind the scenes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Machine {
    /// Its name.
    pub name: String,
    /// Where its BMC is reached: `127.1.0.1:6230` for IPMI, a URL for Redfish.
    pub bmc: String,
    /// Whether it really is on.
    pub on: bool,
    /// How it behaves.
    pub faults: String,
    /// Datagrams or requests that reached its BMC.
    pub received: u64,
    /// Datagrams or answers that left its BMC.
    pub sent: u64,
}

/// The whole fleet in a few numbers.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Totals {
    /// How many machines there are.
    pub machines: u64,
    /// How many of them really are on.
    pub on: u64,
    /// Datagrams or requests that reached the BMCs.
    pub received: u64,
    /// Datagrams or answers that left the BMCs.
    pub sent: u64,
    /// Connections that reached the BMCs.
    pub connections: u64,
    /// TLS handshakes that were completed.
    pub handshakes: u64,
    /// How many of these took up an earlier one.
    pub resumed: u64,
}

/// Something that really happened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Happened {
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: u64,
    /// What.
    pub what: String,
}

/// What really happened to a machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct History {
    /// Oldest first.
    pub happened: Vec<Happened>,
    /// How many older ones are forgotten.
    pub forgotten: u64,
}

type Answer<T> = Result<T, (StatusCode, String)>;

/// Listens for it.
///
/// # Errors
/// When the address is taken or not on loopback.
pub fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    anyhow::ensure!(
        address.ip().is_loopback(),
        "the control door stays on loopback, not {address}"
    );
    let failed = || format!("can't listen on {address} for the control door");
    let listener = TcpListener::bind(address).with_context(failed)?;
    listener.set_nonblocking(true).with_context(failed)?;
    Ok(listener)
}

/// Serves it until it is dropped.
///
/// # Errors
/// When the listener breaks.
pub async fn serve(fleet: Arc<Fleet>, listener: TcpListener) -> anyhow::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let routes = Router::new()
        .route("/machines", get(list))
        .route("/totals", get(totals))
        .route("/machines/{name}", get(one))
        .route("/machines/{name}/history", get(history))
        .route("/machines/{name}/faults", put(set_faults))
        .route("/machines/{name}/power", put(set_power))
        .with_state(fleet);
    axum::serve(listener, routes).await.context("the control door broke")
}

async fn list(State(fleet): State<Arc<Fleet>>) -> Json<Vec<Machine>> {
    Json(fleet.names().filter_map(|name| look(&fleet, name)).collect())
}

async fn totals(State(fleet): State<Arc<Fleet>>) -> Json<Totals> {
    let mut totals = Totals::default();
    for name in fleet.names() {
        let traffic = fleet.traffic(name).unwrap_or_default();
        totals.machines += 1;
        totals.on += u64::from(fleet.is_on(name) == Some(true));
        totals.received += traffic.received;
        totals.sent += traffic.sent;
        totals.connections += traffic.connections;
        totals.handshakes += traffic.handshakes;
        totals.resumed += traffic.resumed;
    }
    Json(totals)
}

async fn one(State(fleet): State<Arc<Fleet>>, Path(name): Path<String>) -> Answer<Json<Machine>> {
    look(&fleet, &name).map(Json).ok_or_else(|| nobody(&name))
}

async fn history(
    State(fleet): State<Arc<Fleet>>,
    Path(name): Path<String>,
) -> Answer<Json<History>> {
    let (entries, forgotten) = fleet.ledger(&name).ok_or_else(|| nobody(&name))?;
    let told =
        entries.iter().map(|entry| Happened { at_ms: entry.at, what: entry.happened.to_string() });
    Ok(Json(History { happened: told.collect(), forgotten }))
}

/// The body is a change: `drop=20%,-silent`. The answer is what holds then.
async fn set_faults(
    State(fleet): State<Arc<Fleet>>,
    Path(name): Path<String>,
    change: String,
) -> Answer<String> {
    let before = fleet.faults(&name).ok_or_else(|| nobody(&name))?;
    let after = before.changed(change.trim()).map_err(|error| bad(error.to_string()))?;
    fleet.set_faults(&name, after).ok_or_else(|| nobody(&name))?;
    Ok(after.to_string())
}

/// The body is `on` or `off`: somebody pulls or plugs the machine's power.
async fn set_power(
    State(fleet): State<Arc<Fleet>>,
    Path(name): Path<String>,
    power: String,
) -> Answer<()> {
    let on = match power.trim() {
        "on" => true,
        "off" => false,
        other => return Err(bad(format!("power is on or off, not {other:?}"))),
    };
    fleet.set_power(&name, on).ok_or_else(|| nobody(&name))
}

fn look(fleet: &Fleet, name: &str) -> Option<Machine> {
    let traffic = fleet.traffic(name)?;
    Some(Machine {
        name: name.to_owned(),
        bmc: fleet.ipmi(name).map(|at| at.to_string()).or_else(|| fleet.redfish(name))?,
        on: fleet.is_on(name)?,
        faults: fleet.faults(name)?.to_string(),
        received: traffic.received,
        sent: traffic.sent,
    })
}

fn nobody(name: &str) -> (StatusCode, String) {
    (StatusCode::NOT_FOUND, format!("there is no simulated machine {name:?}"))
}

fn bad(words: String) -> (StatusCode, String) {
    (StatusCode::BAD_REQUEST, words)
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddrV4;

    use super::*;
    use crate::sim::{self, Layout, Speech, Spread};

    #[tokio::test]
    async fn redfish_machines_are_told_by_their_urls_and_the_totals_are_those_of_all() {
        let port = TcpListener::bind("127.8.0.1:0").unwrap().local_addr().unwrap().port();
        let first = SocketAddrV4::new([127, 8, 0, 1].into(), port);
        let layout = Layout::new(3, first, Spread::Addresses).unwrap().speaking(Speech::Https);
        let fleet = sim::start(&layout, true, |_| bmc_sim::Faults::default(), 1).unwrap();
        fleet.set_power("r1n02", false).unwrap();
        let fleet = State(Arc::new(fleet));
        let Json(machines) = list(fleet.clone()).await;
        assert_eq!(machines[1].bmc, format!("https://127.8.0.2:{port}"));
        let Json(totals) = totals(fleet).await;
        assert_eq!((totals.machines, totals.on, totals.received), (3, 2, 0));
    }
}
