//! Every node at once, as columns: what a `snapshot` event of `GET /api/v1/events?snapshot=true` holds.
//! It is for who shows a fleet, and says less of a node than its own document does.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::hold::Hold;
use crate::words::{Action, Door};

/// Every node that the caller may see. A column has a character for each node, in the order of `nodes`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Snapshot {
    /// When it was taken.
    pub at_ms: u64,
    /// How far the journal was read.
    pub seq: u64,
    /// The cluster.
    pub cluster: String,
    /// The nodes. Expanded from left to right they are in the columns' order: an item has at most one bracket, at
    /// its end.
    pub nodes: String,
    /// How many they are.
    pub count: usize,
    /// What their BMCs said last: `1` on, `0` off, `?` unknown, `-` not read yet.
    pub power: String,
    /// How old that is, `-` if there is nothing: the place in `0-9A-Za-z` is seconds up to 10, and each further letter is
    /// a quarter older. It is at least so old.
    pub age: String,
    /// What their operations do: `.` idle, `p` pending, `d` draining, `r` reading, `q` batched, `g` gated, `l` in-line, `b` setting-boot, `f` firing, `c` confirming,
    /// `e` backing-off, `w` recording, `h` held, `s` watching, `t` returning.
    pub phase: String,
    /// How often the present order was fired: `0-9a-z`, `z` for more. Empty if none was.
    pub attempt: String,
    /// How their newest ended intents ended: `.` none remembered, `c` confirmed, `s` superseded, `x` cancelled, `f` failed,
    /// `u` uncertain; a merged one as the one that it joined. Empty if none is remembered.
    pub outcome: String,
    /// The commands that are carried out now.
    pub intents: Vec<IntentGroup>,
    /// The commands that wait for their turn.
    pub waiting: Vec<IntentGroup>,
    /// Why power is unknown: the causes of most nodes first, 100 at most.
    pub unknown_because: Vec<CauseGroup>,
    /// The live holds.
    pub holds: Vec<Hold>,
    /// What the inventory says of the nodes.
    pub labels: Vec<LabelColumn>,
    /// The nodes that are protected from disruptive commands, folded.
    pub protected: String,
}

/// A command, and the nodes on which it stands so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IntentGroup {
    /// The command.
    pub seq: u64,
    /// What was asked.
    pub action: Action,
    /// Who asked.
    pub by: String,
    /// Through which door.
    pub door: Door,
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When it was accepted.
    pub accepted_at_ms: u64,
    /// The nodes, folded.
    pub nodes: String,
    /// How many they are.
    pub count: usize,
}

/// The nodes whose power is unknown for one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CauseGroup {
    /// The cause, without the endpoint.
    pub because: String,
    /// The nodes, folded.
    pub nodes: String,
    /// How many they are.
    pub count: usize,
}

/// A label with its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LabelColumn {
    /// The label.
    pub label: String,
    /// Its values, in order; none if they are too many.
    pub values: Vec<LabelGroup>,
    /// How many values there are, if they are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<usize>,
}

/// The nodes that have one value of a label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LabelGroup {
    /// The value.
    pub value: String,
    /// The nodes, folded.
    pub nodes: String,
    /// How many they are.
    pub count: usize,
}

/// How old the readings are: an `ages` event. A reading that says what the one before said is told by nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Ages {
    /// When.
    pub at_ms: u64,
    /// How many nodes: as many as in the newest snapshot, or it is not for those.
    pub count: usize,
    /// The column `age` of a snapshot.
    pub age: String,
}
