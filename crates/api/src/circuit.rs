//! Circuits: how many of their nodes may be powered on within a span, and how many are.
//! It does not say which node comes next.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// `GET /api/v1/circuits`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CircuitList {
    /// The circuits, by name.
    pub circuits: Vec<Circuit>,
}

/// A circuit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Circuit {
    /// Its name: the nodes' label `circuit`.
    pub circuit: String,
    /// Its nodes, folded.
    pub nodes: String,
    /// How many they are.
    pub count: usize,
    /// At most so many are powered on within the span.
    pub starts: u16,
    /// The span.
    pub within_ms: u64,
    /// How many were, within the span until now, or are on their way.
    pub starting: usize,
    /// How many wait for their turn.
    pub waiting: usize,
    /// What those that start draw, where there is a budget.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watts: Option<u32>,
    /// The budget.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub watts_max: Option<u32>,
}
