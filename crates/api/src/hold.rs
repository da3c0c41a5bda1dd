//! Holds: a named, expiring "leave these nodes alone".
//! It does not say what a hold forbids: the design's 2.3 does.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::verdict::VerdictGroup;
use crate::words::Door;

/// A live hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hold {
    /// The record that placed it.
    pub seq: u64,
    /// The nodes that it still holds, folded.
    pub nodes: String,
    /// How many they are.
    pub count: usize,
    /// The holder.
    pub by: String,
    /// Through which door.
    pub door: Door,
    /// Why.
    pub reason: String,
    /// Since when.
    pub since_at_ms: u64,
    /// Until when.
    pub until_at_ms: u64,
}

/// `GET /api/v1/holds`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HoldList {
    /// The live holds, oldest first.
    pub holds: Vec<Hold>,
}

/// `POST /api/v1/holds`: a new one of the same holder takes the place of its older one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldRequest {
    /// A node set expression.
    pub nodes: String,
    /// Why.
    pub reason: String,
    /// For how long.
    pub for_ms: u64,
}

/// The answer to a hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HoldAnswer {
    /// Its position in the journal.
    pub seq: u64,
    /// The nodes that are held now, folded.
    pub nodes: String,
    /// How many they are.
    pub count: usize,
    /// The nodes that somebody else holds already.
    pub refused: Vec<VerdictGroup>,
}

/// `POST /api/v1/holds/release`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRequest {
    /// A node set expression.
    pub nodes: String,
    /// Also holds of others; for administrators.
    #[serde(default, rename = "break")]
    pub break_others: bool,
}

/// The answer to a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReleaseAnswer {
    /// Its position in the journal; none if there was nothing to release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seq: Option<u64>,
    /// The nodes on which a hold ended, folded.
    pub nodes: String,
    /// How many they are.
    pub count: usize,
    /// The nodes that others still hold.
    pub kept: Vec<KeptGroup>,
}

/// Nodes that somebody else still holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeptGroup {
    /// The nodes, folded.
    pub nodes: String,
    /// How many they are.
    pub count: usize,
    /// The holder.
    pub holder: String,
    /// The holder's reason.
    pub reason: String,
    /// When the hold expires.
    pub until_at_ms: u64,
}
