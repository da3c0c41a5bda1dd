//! What a server says of itself.
//! It does not say anything of nodes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/v1/version`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Version {
    /// The server's version.
    pub version: String,
    /// The cluster that it speaks for.
    pub cluster: String,
    /// How many nodes it knows.
    pub nodes: usize,
    /// Above how many nodes a disruptive command needs its node count repeated.
    pub confirm_over: usize,
    /// The caller's name.
    pub you: String,
    /// The caller's role.
    pub role: crate::Role,
    /// The caller's scope, folded; every node if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// The most nodes that one request may name.
    #[serde(default)]
    pub nodes_max: usize,
}

/// `GET /api/v1/clusters`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ClusterList {
    /// The clusters, by name.
    pub clusters: Vec<Cluster>,
}

/// The nodes whose BMCs one agent can reach, and who leads there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Cluster {
    /// Its name.
    pub cluster: String,
    /// How many of its nodes the caller may see.
    pub nodes: usize,
    /// The agent that leads it; none if no agent does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    /// The record by which it took the lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub led_seq: Option<u64>,
}

/// `GET /healthz`: the server runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Alive {
    /// Always true.
    pub alive: bool,
}

/// `GET /readyz`: 200 if every answer is good, else 503.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ready {
    /// Whether all of the rest is good.
    pub ready: bool,
    /// Whether the fold has read all of the journal.
    pub caught_up: bool,
    /// Whether an agent leads the cluster.
    pub led: bool,
    /// Whether the journal took the last record.
    pub writable: bool,
    /// How far the fold is.
    pub seq: u64,
    /// How far the journal is.
    pub head: u64,
    /// What is not good, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<String>,
}

/// `POST /api/v1/inventory/reload`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InventoryChange {
    /// What changed, in words.
    pub changed: String,
}
