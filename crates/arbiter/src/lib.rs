//! Decides: who wins on a node, what became of everybody else, and what the node's BMC is asked next.
//!
//! Everything here is plain data and functions over it. There is no I/O, no clock, no randomness and no
//! logging: time, answers and salt come in as arguments, and what is to be done goes out as values.
#![no_std]

extern crate alloc;

mod action;
mod agent;
mod circuit;
mod coalesce;
mod ledger;
mod matrix;
mod operation;
mod record;

pub use action::{Action, Boot, BootDevice, Goal, Order, Power, Step, Steps};
pub use agent::{Agent, Effect, Notice, NoticeKind};
pub use circuit::{Limit, Load};
pub use coalesce::coalesce;
pub use ledger::{
    Change, Charge, CommandEntry, Course, HoldEntry, INTENTS_KEPT_MAX, Intent, IntentState,
    KEY_KEPT_MS, Kept, Ledger, NodeId, Outcome, Refusal, Standing, Verdict,
};
pub use matrix::{Meeting, meet};
pub use operation::{
    Answer, Ask, Cause, Drift, Event, Gate, OpEffect, Operation, Pacing, Phase, Progress, Report,
    Second, SecondIs, Seen, Start, Transition, Trouble, Way,
};
pub use record::{
    Batch, Command, Held, HoldTerms, Policy, Record, Released, Settlement, Withdrawn,
};

/// A position in the journal: larger is later. The first record is 1; 0 means "none".
pub type Seq = u64;

/// Milliseconds since the Unix epoch for instants, plain milliseconds for spans.
pub type Millis = u64;
