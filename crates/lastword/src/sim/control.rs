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
    /// Where its BMC listens for IPMI.
    pub ipmi: SocketAddr,
    /// Whether it really is on.
    pub on: bool,
    /// How it behaves.
    pub faults: String,
    /// Datagrams that reached its BMC.
    pub received: u64,
    /// Datagrams that left its BMC.
    pub sent: u64,
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
        ipmi: fleet.ipmi(name)?,
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
