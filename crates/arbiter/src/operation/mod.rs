//! One node driven to its goal: drain, read, fire, confirm, fire again, watch.
//!
//! `Operation::step` is the only way to change it. It talks to nobody: it says what to ask the BMC and
//! what to put on record, and is told the answers.

mod absorb;
mod pacing;
mod plan;
mod progress;
mod want;
mod words;
mod work;

#[cfg(test)]
mod tests;

use alloc::sync::Arc;
use alloc::vec::Vec;

pub use pacing::{Drift, Pacing};
pub use progress::{Phase, Progress};
use want::Want;
use work::{Ordered, Rest, Stirring, Wire, Work};

use crate::action::{Boot, Goal, Order, Power, Step};
use crate::ledger::{Standing, Traces};
use crate::record::Settlement;
use crate::{Millis, Seq};

/// One node's operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operation {
    standing: Standing,
    work: Work,
    wire: Wire,
    /// Until when an exchange of an earlier agent may be outstanding: nothing is fired before.
    draining: Option<Millis>,
    rest: Rest,
    tickets: u32,
    seen: Seen,
    last_off: Option<Millis>,
    stirring: Stirring,
    ordered: Option<Ordered>,
    learned_on_ms: u32,
    learned_off_ms: u32,
    next_poll: Option<Millis>,
    poll_errors: u8,
}

/// What an operation can be told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// The ledger changed for this node.
    Standing(Standing),
    /// An exchange ended.
    Answered {
        /// The ticket of the exchange.
        ticket: u32,
        /// What came of it.
        answer: Answer,
    },
    /// Time passed.
    Due,
    /// Somebody wants to know the power now.
    Look,
}

/// What came of an exchange with a BMC.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Answer {
    /// To a read: the state. `Unknown` means that the BMC says it is in transition.
    Power(Power),
    /// To a read: some of what powers the node is on and some is off, as the cause says. It is in no state, and every
    /// order makes sense.
    Mixed(Cause),
    /// To an order or a boot override: accepted.
    Done,
    /// The BMC said no; it did not happen.
    Refused(Cause),
    /// The question never left; it did not happen.
    NotSent(Cause),
    /// The question left, and no answer came: it may have happened, and may still.
    Lost(Cause),
}

/// Why an exchange did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cause {
    /// Whether the BMC refused the account: it is not asked again and again then.
    pub denied: bool,
    /// What happened, naming the endpoint.
    pub words: Arc<str>,
}

/// What to ask a BMC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    /// The power state.
    Power,
    /// Set the boot override and read it back.
    Boot(Boot),
    /// Carry out an order.
    Fire(Order),
}

impl Ask {
    /// Whether it may change the machine.
    #[must_use]
    pub const fn is_write(self) -> bool {
        !matches!(self, Self::Power)
    }
}

/// What an operation wants done.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum OpEffect {
    /// Ask the BMC. Nothing of it may be sent once `until` has passed.
    Exchange {
        /// To be handed back with the answer.
        ticket: u32,
        /// The question.
        ask: Ask,
        /// When the answer is given up.
        until: Millis,
    },
    /// Put a step on record; what it explains waits for the ledger to show it.
    Mark {
        /// The intent.
        seq: Seq,
        /// The step.
        step: Step,
    },
    /// Put the intent's end on record.
    Settle {
        /// The intent.
        seq: Seq,
        /// How it ended.
        outcome: Settlement,
    },
    /// Tell people.
    Report(Report),
}

/// What people should hear of, beside outcomes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Report {
    /// The node left a confirmed goal by itself within the settle window: an old command fired late.
    LateFire {
        /// The goal that it left.
        goal: Goal,
    },
    /// The node is not in the state that was last confirmed.
    Drifted {
        /// The goal that it left.
        goal: Goal,
    },
    /// The node was brought back to its goal.
    BroughtBack {
        /// The goal.
        goal: Goal,
    },
    /// Bringing the node back was given up.
    LeftThere {
        /// The goal.
        goal: Goal,
        /// The last cause.
        cause: Arc<str>,
    },
}

/// What is known of the node's power, and since when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Seen {
    /// The newest answer.
    pub power: Power,
    /// When its question was sent; 0 before the first.
    pub at: Millis,
    /// Why it is unknown.
    pub cause: Option<Cause>,
    /// The last state that was read, and when its question was sent.
    pub last_known: Option<(Goal, Millis)>,
    ticket: u32,
    mixed: bool,
}

/// The next state, and what to do once it is adopted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// The next state.
    pub next: Operation,
    /// What to do, in this order.
    pub effects: Vec<OpEffect>,
}

impl Operation {
    /// A node about which nothing is known and for which nobody can have acted before.
    #[must_use]
    pub fn new() -> Self {
        Self {
            standing: Standing::default(),
            work: Work::default(),
            wire: Wire::Quiet,
            draining: None,
            rest: Rest::Idle { drifted: false },
            tickets: 0,
            seen: Seen::default(),
            last_off: None,
            stirring: Stirring::default(),
            ordered: None,
            learned_on_ms: 0,
            learned_off_ms: 0,
            next_poll: None,
            poll_errors: 0,
        }
    }

    /// A node for which an earlier agent may have left an exchange behind: it drains before it fires,
    /// reading at most, and does not take a reading for the last word while an order against it may
    /// still take effect. `traces` tell when such orders may have been given last.
    #[must_use]
    pub fn recovered(now: Millis, traces: Traces, pacing: &Pacing) -> Self {
        let until = now + pacing.exchange_ms;
        // what was given then was under way for one exchange at most
        let stirring = Stirring::after(traces, pacing.exchange_ms + pacing.stirring_ms(0));
        Self { draining: Some(until), stirring, last_off: Some(until), ..Self::new() }
    }

    /// The one transition function.
    #[must_use]
    pub fn step(&self, now: Millis, event: Event, pacing: &Pacing) -> Transition {
        let mut next = self.clone();
        let mut effects = Vec::new();
        next.absorb(now, event, pacing, &mut effects);
        next.advance(now, pacing, &mut effects);
        Transition { next, effects }
    }

    /// When `Event::Due` is due, if at all.
    #[must_use]
    pub fn deadline(&self, now: Millis, pacing: &Pacing) -> Option<Millis> {
        match self.want(now, pacing) {
            Want::Wait(at) => Some(at),
            Want::Nothing => None,
            Want::Exchange(_)
            | Want::Mark(..)
            | Want::Settle(..)
            | Want::Again(_)
            | Want::Rest(..) => Some(now),
        }
    }

    /// What is known of the node's power.
    #[must_use]
    pub const fn seen(&self) -> &Seen {
        &self.seen
    }

    /// When the next background read is planned for.
    #[must_use]
    pub const fn next_poll(&self) -> Option<Millis> {
        self.next_poll
    }

    /// Plans the next background read for that time; `None` stops polling.
    pub fn poll_at(&mut self, at: Option<Millis>) {
        self.next_poll = at;
    }

    /// What was handed to the journal and is not seen there yet is to be handed over again. Tells
    /// whether there was anything.
    pub fn record_again(&mut self) -> bool {
        let waiting = self.work.settling || self.work.marking.is_some();
        self.work.settling = false;
        self.work.marking = None;
        waiting
    }

    /// Does what the state asks for until it has to wait.
    fn advance(&mut self, now: Millis, pacing: &Pacing, effects: &mut Vec<OpEffect>) {
        loop {
            match self.want(now, pacing) {
                Want::Wait(_) | Want::Nothing => return,
                Want::Exchange(ask) => effects.push(self.ask(now, ask, pacing)),
                Want::Again(at) => self.work.read_again(self.tickets, at),
                Want::Mark(seq, step) => {
                    self.work.marking = Some(step);
                    effects.push(OpEffect::Mark { seq, step });
                }
                Want::Settle(seq, outcome) => {
                    self.work.settling = true;
                    effects.push(OpEffect::Settle { seq, outcome });
                }
                Want::Rest(rest, report) => {
                    self.rest = rest;
                    self.work = Work::since(self.tickets);
                    effects.extend(report.map(OpEffect::Report));
                }
            }
        }
    }

    fn ask(&mut self, now: Millis, ask: Ask, pacing: &Pacing) -> OpEffect {
        self.tickets = self.tickets.wrapping_add(1);
        let (ticket, until) = (self.tickets, now + pacing.exchange_ms);
        let seq = self.standing.charge.as_ref().map(|charge| charge.seq);
        self.wire = Wire::Asked { ticket, ask, at: now, until, seq };
        if ask.is_write() {
            self.work.since = ticket;
        }
        if ask == Ask::Fire(Order::Off) {
            self.last_off = Some(now);
        }
        OpEffect::Exchange { ticket, ask, until }
    }
}

impl Default for Operation {
    fn default() -> Self {
        Self::new()
    }
}
