//! One node's part of the ledger: what runs, what waits, what was asked lately.
//!
//! It keeps state; the rules that change it are in `decide` and `settle`.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::decide::Refusal;
use super::outcome::Outcome;
use crate::action::{Action, Goal, Steps};
use crate::{Millis, Seq};

/// How many ended or refused intents are remembered for each node. Open ones always are.
pub const INTENTS_KEPT_MAX: usize = 16;

/// A command seen from one node.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Intent {
    /// The command.
    pub seq: Seq,
    /// What became of it so far.
    pub state: IntentState,
}

/// What became of an intent so far.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum IntentState {
    /// It never began.
    Refused(Refusal),
    /// It waits for its turn.
    Waiting,
    /// It is the node's operation.
    Running,
    /// It shares the operation of an older intent.
    Joined {
        /// The older one.
        into: Seq,
    },
    /// It ended.
    Ended(Outcome),
}

impl IntentState {
    /// Whether it still awaits its outcome.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Waiting | Self::Running | Self::Joined { .. })
    }
}

/// What was confirmed last and is to be kept: by nobody but a newer intent does it end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kept {
    /// The state.
    pub goal: Goal,
    /// The intent that was confirmed.
    pub seq: Seq,
    /// When its end was put on record.
    pub since: Millis,
}

/// Until when operations may have ordered a node to go on, and off; 0 for never. What was ordered then
/// may take effect later.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Traces {
    /// On.
    pub on: Millis,
    /// Off.
    pub off: Millis,
}

impl Traces {
    /// An operation may have given its orders until then.
    pub(crate) fn note(&mut self, action: Action, until: Millis) {
        for goal in [Goal::On, Goal::Off] {
            if action.may_order(goal) {
                self.note_goal(goal, until);
            }
        }
    }

    /// The node may have been ordered there until then.
    pub(crate) fn note_goal(&mut self, goal: Goal, until: Millis) {
        let trace = match goal {
            Goal::On => &mut self.on,
            Goal::Off => &mut self.off,
        };
        *trace = until.max(*trace);
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Lane {
    /// Boxed, because most nodes have none most of the time.
    pub(super) running: Option<Box<Running>>,
    pub(super) waiting: VecDeque<Seq>,
    pub(super) newest: Seq,
    pub(super) kept: Option<Kept>,
    pub(super) traces: Traces,
    pub(super) holds: Vec<Seq>,
    pub(super) intents: Vec<Intent>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Running {
    pub(super) seq: Seq,
    pub(super) joined: Vec<Seq>,
    pub(super) started: Millis,
    pub(super) deadline: Millis,
    pub(super) steps: Steps,
    /// The newest intent for which power was seen off: those that joined later have that before them.
    pub(super) dropped_for: Seq,
}

impl Lane {
    pub(super) fn set(&mut self, seq: Seq, state: IntentState) {
        match self.intents.iter_mut().rev().find(|intent| intent.seq == seq) {
            Some(intent) => intent.state = state,
            None => self.intents.push(Intent { seq, state }),
        }
    }

    pub(super) fn open(&self) -> impl Iterator<Item = &Intent> {
        self.intents.iter().filter(|intent| intent.state.is_open())
    }

    /// Forgets the oldest closed intent when there are too many; tells which.
    pub(super) fn forget_one(&mut self) -> Option<Seq> {
        if self.intents.len() <= INTENTS_KEPT_MAX {
            return None;
        }
        let closed = self.intents.iter().filter(|intent| !intent.state.is_open()).count();
        if closed <= INTENTS_KEPT_MAX {
            return None;
        }
        let oldest = self.intents.iter().position(|intent| !intent.state.is_open())?;
        Some(self.intents.remove(oldest).seq)
    }
}
