//! Offers the REST documents of a region as plain types, and a small blocking client for them.
//! It does not know how a region decides anything: these are the words, not the rules.
//!
//! Instants are milliseconds since the Unix epoch (`_at_ms`), spans are milliseconds (`_ms`).
//! Node sets are texts in ClusterShell's grammar; answers hold them folded.

mod circuit;
mod client;
mod command;
mod event;
mod hold;
mod node;
mod problem;
mod snapshot;
mod system;
mod token;
mod verdict;
mod words;

#[cfg(test)]
mod tests;

pub use circuit::{Circuit, CircuitList};
pub use client::{Client, ClientError, Events, LongPoll, Received, Secret, SecretError};
pub use command::{
    Batch, Command, CommandAnswer, CommandList, CommandQuery, CommandRequest, CommandSummary,
    HoldTerms, Plan, State, StateGroup, Tally, WaitQuery, WithdrawRequest, Withdrawal,
    WithdrawnGroup,
};
pub use event::{Event, EventQuery, What};
pub use hold::{Hold, HoldAnswer, HoldList, HoldRequest, KeptGroup, ReleaseAnswer, ReleaseRequest};
pub use node::{
    GroupEntry, GroupList, HeldBy, History, Intent, LastKnown, Node, NodeList, NodeQuery, Observed,
    ObservedAnswer, PastIntent, PowerGroup, ResolveQuery, Resolved, Try, TryList, Why, WhyQuery,
};
pub use problem::{Code, Problem};
pub use snapshot::{Ages, CauseGroup, IntentGroup, LabelColumn, LabelGroup, Snapshot};
pub use system::{Alive, Cluster, ClusterList, InventoryChange, Ready, Version};
pub use token::{NewToken, TokenEntry, TokenList, TokenRequest};
pub use verdict::{Outcome, OutcomeGroup, Verdict, VerdictGroup, Whose};
pub use words::{
    Action, Asked, Boot, BootDevice, Door, OnOff, Order, Phase, Policy, Power, Report, Role, TryEnd,
};

/// Where every document of this version is found.
pub const BASE: &str = "/api/v1";
/// The request header that names the door: one of [`Door`]'s words.
pub const DOOR_HEADER: &str = "lastword-door";
/// The request header that makes a retry harmless; at most [`KEY_BYTES_MAX`] visible characters.
pub const KEY_HEADER: &str = "idempotency-key";
/// The most bytes of an idempotency key.
pub const KEY_BYTES_MAX: usize = 128;
/// The most bytes of a reason.
pub const REASON_BYTES_MAX: usize = 1_024;
/// The longest that a long poll or a fresh read may take, in milliseconds.
pub const WAIT_MAX_MS: u64 = 60_000;
