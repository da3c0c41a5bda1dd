//! What an operation is doing, for people: derived from its state, never used by it.

use alloc::sync::Arc;

use super::work::{Line, Rest, Wire};
use super::{Ask, Operation, Pacing};
use crate::action::{Goal, Order};
use crate::ledger::Charge;
use crate::{Millis, Seq};

/// What a node's operation is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    /// For which intent, if any.
    pub seq: Option<Seq>,
    /// Which step.
    pub phase: Phase,
    /// How often the present order was fired.
    pub attempt: u8,
    /// When something happens next, if nothing comes before.
    pub next_at: Option<Millis>,
    /// What went wrong last.
    pub cause: Option<Arc<str>>,
    /// Whether orders go to the node's second way.
    pub escalated: bool,
}

/// The steps of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Nothing is to be done.
    Idle,
    /// Waiting out an exchange that an earlier intent or agent left behind.
    Draining,
    /// Asking for the power state before deciding.
    Reading,
    /// Waiting until other nodes of its command have ended.
    Batched,
    /// Waiting for nodes that it depends on, or that depend on it.
    Gated,
    /// Waiting for a turn on its circuit.
    InLine,
    /// Setting the boot override.
    SettingBoot,
    /// Sending an order.
    Firing(Order),
    /// Fired; waiting for the machine to confirm.
    Confirming(Order),
    /// Waiting after an error.
    BackingOff,
    /// Waiting for a record to become durable.
    Recording,
    /// Somebody else holds the node.
    Held,
    /// Confirmed; watching whether it stays.
    Watching,
    /// Bringing the node back to that goal.
    Returning(Goal),
}

impl Phase {
    /// A stable word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Draining => "draining",
            Self::Reading => "reading",
            Self::Batched => "batched",
            Self::Gated => "gated",
            Self::InLine => "in-line",
            Self::SettingBoot => "setting-boot",
            Self::Firing(_) => "firing",
            Self::Confirming(_) => "confirming",
            Self::BackingOff => "backing-off",
            Self::Recording => "recording",
            Self::Held => "held",
            Self::Watching => "watching",
            Self::Returning(_) => "returning",
        }
    }

    /// The order that it is about, if any.
    #[must_use]
    pub const fn order(self) -> Option<Order> {
        match self {
            Self::Firing(order) | Self::Confirming(order) => Some(order),
            Self::Returning(goal) => Some(goal.order()),
            Self::Idle
            | Self::Draining
            | Self::Reading
            | Self::Batched
            | Self::Gated
            | Self::InLine
            | Self::SettingBoot
            | Self::BackingOff
            | Self::Recording
            | Self::Held
            | Self::Watching => None,
        }
    }
}

impl Operation {
    /// What it is doing at that time.
    #[must_use]
    pub fn progress(&self, now: Millis, pacing: &Pacing) -> Progress {
        let seq = self.standing.charge.as_ref().map(|charge| charge.seq);
        Progress {
            seq,
            phase: if seq.is_some() { self.charge_phase(now, seq) } else { self.rest_phase() },
            attempt: self.work.fires,
            next_at: self.deadline(now, pacing),
            cause: self.work.cause.as_ref().map(|cause| cause.words.clone()),
            escalated: self.is_escalated(),
        }
    }

    fn charge_phase(&self, now: Millis, seq: Option<Seq>) -> Phase {
        match self.wire {
            Wire::Asked { ask, seq: asked_for, .. } if ask.is_write() && asked_for != seq => {
                return Phase::Draining;
            }
            Wire::Asked { ask: Ask::Fire(order), .. } => return Phase::Firing(order),
            Wire::Asked { ask: Ask::Boot(_), .. } => return Phase::SettingBoot,
            Wire::Asked { ask: Ask::Power, .. } | Wire::Quiet => {}
        }
        if self.draining.is_some() {
            Phase::Draining
        } else if self.work.settling || self.work.marking.is_some() {
            Phase::Recording
        } else if self.standing.charge.as_ref().is_some_and(|charge| charge.started > now) {
            Phase::Batched
        } else if self.held(now) {
            Phase::Held
        } else if self.is_gated() {
            Phase::Gated
        } else if self.work.line == Line::Waiting {
            Phase::InLine
        } else if self.work.errors > 0 {
            Phase::BackingOff
        } else {
            self.work.fired.map_or(Phase::Reading, |(order, _)| Phase::Confirming(order))
        }
    }

    fn is_gated(&self) -> bool {
        let order = self.standing.charge.as_ref().and_then(Charge::next_order);
        order.is_some_and(|order| self.gate.bars(order))
    }

    fn rest_phase(&self) -> Phase {
        match self.rest {
            Rest::Idle { .. } | Rest::Left { .. } => Phase::Idle,
            Rest::Watching { .. } => Phase::Watching,
            Rest::Returning { goal, .. } => Phase::Returning(goal),
        }
    }
}
