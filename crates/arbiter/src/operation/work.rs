//! What an operation remembers of its present pursuit, in this life of the agent only.

use super::{Answer, Ask, Cause, Way};
use crate::action::{Goal, Order, Step};
use crate::ledger::Traces;
use crate::{Millis, Seq};

/// The one exchange that may be outstanding.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Wire {
    /// None is.
    Quiet,
    /// One of ours, for the intent `seq`.
    Asked {
        ticket: u32,
        ask: Ask,
        way: Way,
        at: Millis,
        until: Millis,
        seq: Option<Seq>,
        /// The newest intent that shared the operation then.
        newest: Seq,
    },
}

/// The last on or off that was accepted, or may have been, for whichever intent, and was not seen to take
/// effect yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Ordered {
    /// Where it leads.
    pub(super) goal: Goal,
    /// When its outcome was known or given up.
    pub(super) at: Millis,
    /// It was not the first of its kind, so that it does not tell how long the node takes.
    pub(super) again: bool,
}

/// Until when orders may still take effect that were accepted, or may have been, and were not seen to: by
/// where they lead, 0 for none. So long a reading of the opposite state proves nothing: the BMC may be
/// about to leave it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Stirring {
    on: Millis,
    off: Millis,
}

impl Stirring {
    /// What operations of an earlier life may have ordered.
    pub(super) fn after(traces: Traces, reach_ms: Millis) -> Self {
        let until = |at: Millis| if at == 0 { 0 } else { at + reach_ms };
        Self { on: until(traces.on), off: until(traces.off) }
    }

    pub(super) fn toward(&mut self, goal: Goal) -> &mut Millis {
        match goal {
            Goal::On => &mut self.on,
            Goal::Off => &mut self.off,
        }
    }

    pub(super) const fn against(self, goal: Goal) -> Millis {
        match goal {
            Goal::On => self.off,
            Goal::Off => self.on,
        }
    }
}

/// What is done while there is no intent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Rest {
    /// Polling at most. `drifted`: that the node left its goal was reported.
    Idle { drifted: bool },
    /// Within the settle window. `returned`: it left once and was brought back.
    Watching { goal: Goal, until: Millis, returned: bool },
    /// Bringing it back was given up; where drift is not only observed it is tried again then.
    Left { again_at: Millis },
    /// Bringing the node back. `late`: out of the settle window's watch, not for drift.
    Returning { goal: Goal, late: bool },
}

/// The place in the line of a circuit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Line {
    /// None.
    #[default]
    Out,
    /// It waits for its turn.
    Waiting,
    /// It is its turn.
    Turn,
}

/// What was done so far for the present intent or return.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Work {
    /// Answers to tickets up to this one prove nothing.
    pub(super) since: u32,
    /// How often the present order was fired.
    pub(super) fires: u8,
    /// How often the boot override was tried and not set.
    pub(super) boot_tries: u8,
    /// The last order fired, and when its outcome was known or given up.
    pub(super) fired: Option<(Order, Millis)>,
    /// Reads since the last fire.
    pub(super) reads: u8,
    /// The newest intent that was known when the last answer's question was sent.
    pub(super) covers: Seq,
    /// No read before this.
    pub(super) read_at: Millis,
    /// Errors in a row.
    pub(super) errors: u8,
    /// How often the BMC refused the account.
    pub(super) denied: u8,
    /// Another machine is behind the BMC.
    pub(super) stranger: bool,
    /// The boot override is set and was read back.
    pub(super) boot_set: bool,
    /// Where it is in the line of its circuit.
    pub(super) line: Line,
    /// What came of the order that may be sent only once.
    pub(super) once: Option<Answer>,
    /// A step whose record the ledger has not shown yet.
    pub(super) marking: Option<Step>,
    /// The step that this very life put on record last.
    pub(super) marked: Option<Step>,
    /// The end was handed to the journal.
    pub(super) settling: bool,
    /// The last thing that went wrong.
    pub(super) cause: Option<Cause>,
}

impl Work {
    pub(super) fn since(ticket: u32) -> Self {
        Self { since: ticket, ..Self::default() }
    }

    pub(super) fn read_again(&mut self, newest: u32, at: Millis) {
        self.since = newest;
        self.read_at = at;
    }

    /// Begins to count anew, for the next half of a cycle.
    pub(super) fn next_half(&mut self) {
        self.fires = 0;
        self.fired = None;
        self.reads = 0;
    }
}
