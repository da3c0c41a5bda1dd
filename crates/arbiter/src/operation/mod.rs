//! One node driven to its goal: drain, read, fire, confirm, fire again, watch.
//!
//! `Operation::step` is the only way to change it. It talks to nobody: it says what to ask the BMC and
//! what to put on record, and is told the answers.

mod absorb;
mod ladder;
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

pub use pacing::{Drift, Pacing, Second, SecondIs};
pub use progress::{Phase, Progress};
use want::Want;
use work::{Line, Ordered, Rest, Stirring, Wire, Work};

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
    gate: Gate,
    /// By which way the next question for the power goes.
    way: Way,
}

/// What an operation can be told.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Event {
    /// The ledger changed for this node.
    Standing(Standing),
    /// Its circuit bears one more start now: it is this node's.
    Turn,
    /// The nodes that it depends on, or that depend on it, changed.
    Gate(Gate),
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
    /// What it means for what is done next.
    pub trouble: Trouble,
    /// What happened, naming the endpoint.
    pub words: Arc<str>,
}

/// By which of its ways a node is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Way {
    /// Its BMC.
    #[default]
    First,
    /// What is there besides.
    Second,
}

/// What the cause of a failed exchange means for what is done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Trouble {
    /// It may go better next time.
    Passing,
    /// The BMC refused the account: it is not asked again and again.
    Denied,
    /// Another machine than the node is behind the BMC: nothing is fired at it.
    Stranger,
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
        /// By which way.
        way: Way,
        /// When the answer is given up.
        until: Millis,
    },
    /// Put a step on record; what it explains waits for the ledger to show it.
    Mark {
        /// The intent.
        seq: Seq,
        /// The step.
        step: Step,
        /// The newest intent that was known when the question was sent on whose answer it rests.
        seen: Seq,
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

/// Orders that have to wait for other nodes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Gate {
    /// What the node depends on is not on.
    pub bars_on: bool,
    /// What depends on the node is not off.
    pub bars_off: bool,
}

impl Gate {
    /// Whether that order has to wait.
    #[must_use]
    pub const fn bars(self, order: Order) -> bool {
        match order {
            Order::On => self.bars_on,
            Order::Off | Order::Soft => self.bars_off,
            Order::Reset | Order::Nmi => false,
        }
    }
}

/// How an operation stands with the circuit that limits power-ons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Start {
    /// It does not start its node.
    None,
    /// It waits for its turn.
    Waiting,
    /// It has its turn, and has not fired yet.
    Turn,
    /// Its power-on is under way.
    Firing,
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
    /// By which way it was asked for.
    pub way: Way,
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
            gate: Gate::default(),
            way: Way::First,
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
            | Want::Line
            | Want::Rest(..) => Some(now),
        }
    }

    /// What is known of the node's power.
    #[must_use]
    pub const fn seen(&self) -> &Seen {
        &self.seen
    }

    /// How it stands with the circuit that limits power-ons.
    #[must_use]
    pub const fn start(&self) -> Start {
        match (&self.wire, self.work.line) {
            (Wire::Asked { ask: Ask::Fire(Order::On), .. }, _) => Start::Firing,
            (Wire::Quiet | Wire::Asked { .. }, Line::Out) => Start::None,
            (Wire::Quiet | Wire::Asked { .. }, Line::Waiting) => Start::Waiting,
            (Wire::Quiet | Wire::Asked { .. }, Line::Turn) => Start::Turn,
        }
    }

    /// The orders that wait for other nodes.
    #[must_use]
    pub const fn gate(&self) -> Gate {
        self.gate
    }

    /// Whether it drives its node anywhere.
    #[must_use]
    pub const fn is_busy(&self) -> bool {
        self.is_charged() || matches!(self.rest, Rest::Returning { .. })
    }

    /// Whether it carries out an intent.
    #[must_use]
    pub const fn is_charged(&self) -> bool {
        self.standing.charge.is_some()
    }

    /// When its intent began to run; 0 without one.
    #[must_use]
    pub fn begun_at(&self) -> Millis {
        self.standing.charge.as_ref().map_or(0, |charge| charge.started)
    }

    /// Whether the node was read on since then, and nothing is on its way or asked for that takes it off.
    #[must_use]
    pub fn is_surely_on(&self, now: Millis, since: Millis) -> bool {
        self.is_surely(now, since, Goal::On) && !self.may_yet_order(Order::Off)
    }

    /// Whether the node was read off since then, and nothing is on its way that takes it on.
    #[must_use]
    pub fn is_surely_off(&self, now: Millis, since: Millis) -> bool {
        self.is_surely(now, since, Goal::Off)
    }

    /// The intent that it acts for, or acted for last; 0 if there is none.
    #[must_use]
    pub fn whose(&self) -> Seq {
        let charged = self.standing.charge.as_ref().map(|charge| charge.seq);
        charged.or(self.standing.kept.map(|kept| kept.seq)).unwrap_or(0)
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

    fn is_surely(&self, now: Millis, since: Millis, goal: Goal) -> bool {
        let writing = matches!(self.wire, Wire::Asked { ask, .. } if ask.is_write());
        self.seen.power.is(goal)
            && self.seen.at >= since
            && self.unsettled(now, goal).is_none()
            && !writing
    }

    /// Whether its intent is still going to order that, as far as it has got.
    fn may_yet_order(&self, order: Order) -> bool {
        let Some(charge) = &self.standing.charge else { return false };
        charge.next_order().is_some_and(|next| next == order)
    }

    /// Does what the state asks for until it has to wait.
    fn advance(&mut self, now: Millis, pacing: &Pacing, effects: &mut Vec<OpEffect>) {
        loop {
            match self.want(now, pacing) {
                Want::Wait(_) | Want::Nothing => return,
                Want::Exchange(ask) => effects.push(self.ask(now, ask, pacing)),
                Want::Again(at) => self.work.read_again(self.tickets, at),
                Want::Line => {
                    self.work.line = Line::Waiting;
                    return;
                }
                Want::Mark(seq, step) => {
                    self.work.marking = Some(step);
                    let seen = self.work.covers.max(seq);
                    effects.push(OpEffect::Mark { seq, step, seen });
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
        let (ticket, until) = (self.tickets, self.given_up_at(now, ask, pacing));
        let seq = self.standing.charge.as_ref().map(|charge| charge.seq);
        let newest = self.standing.charge.as_ref().map_or(0, |charge| charge.newest);
        let way = self.way_of(ask);
        self.wire = Wire::Asked { ticket, ask, way, at: now, until, seq, newest };
        if ask.is_write() {
            self.work.since = ticket;
        }
        match ask {
            Ask::Fire(Order::Off) => self.last_off = Some(now),
            Ask::Fire(Order::On) => self.work.line = Line::Out,
            Ask::Fire(Order::Soft | Order::Reset | Order::Nmi) | Ask::Boot(_) | Ask::Power => {}
        }
        OpEffect::Exchange { ticket, ask, way, until }
    }
}

impl Default for Operation {
    fn default() -> Self {
        Self::new()
    }
}
