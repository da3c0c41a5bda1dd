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
