//! The verdict on a command for one node. The prediction of a dry run is this very code.

use alloc::boxed::Box;

use super::holds::HoldEntry;
use super::{Ledger, NodeId};
use crate::action::Action;
use crate::matrix::{Meeting, Wish, meet};
use crate::record::{Command, Policy};
use crate::{Millis, Seq};

/// What a command will do on one node.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// It is accepted.
    Accepted(Course),
    /// It is refused and never fires.
    Refused(Refusal),
}

/// How an accepted intent begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Course {
    /// It becomes the node's operation.
    Run,
    /// It joins the operation of an older intent.
    Merge {
        /// The older one.
        into: Seq,
    },
    /// It takes the place of the running one.
    Supersede {
        /// The one that it ends.
        seq: Seq,
    },
    /// It waits for its turn.
    Wait {
        /// The running one.
        behind: Seq,
    },
}

/// Why an intent never began.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Refusal {
    /// The caller's own number is not larger than its newest for this node.
    StaleSequence {
        /// The newest number that the caller sent for this node.
        newest: u64,
    },
    /// `if_newest` named another intent than the newest.
    StaleNewest {
        /// The newest intent of the node; 0 if there is none.
        newest: Seq,
    },
    /// Somebody else holds the node.
    Held {
        /// The holder.
        holder: Box<str>,
        /// The holder's reason.
        reason: Box<str>,
        /// When the hold expires.
        until: Millis,
    },
    /// An operation runs, and this action does not end it.
    Busy {
        /// The running intent.
        seq: Seq,
    },
    /// As many wait as may.
    Full {
        /// How many may wait.
        limit: u16,
    },
}

impl Refusal {
    /// The word of the design, 2.5.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::StaleSequence { .. } | Self::StaleNewest { .. } => "stale",
            Self::Held { .. } => "held",
            Self::Busy { .. } => "busy",
            Self::Full { .. } => "full",
        }
    }
}

impl From<&HoldEntry> for Refusal {
    fn from(hold: &HoldEntry) -> Self {
        Self::Held { holder: hold.by.clone(), reason: hold.reason.clone(), until: hold.until }
    }
}

impl Ledger {
    /// What the command would do on a node that records may or may not have named yet.
    /// `at` is the time that its record would have.
    #[must_use]
    pub fn predict(&self, at: Millis, node: &str, command: &Command) -> Verdict {
        match self.id(node) {
            Some(id) => self.decide(at.max(self.now), id, command),
            None if command.if_newest.is_some_and(|seq| seq != 0) => {
                Verdict::Refused(Refusal::StaleNewest { newest: 0 })
            }
            None => Verdict::Accepted(Course::Run),
        }
    }

    /// The command that the same caller sent under the same key, if it is still remembered.
    #[must_use]
    pub fn repeated(&self, at: Millis, command: &Command) -> Option<Seq> {
        let key = command.key.as_ref()?;
        let (seq, then) = self.keys.get(&(command.by.clone(), key.clone()))?;
        (then + super::KEY_KEPT_MS > at).then_some(*seq)
    }

    pub(super) fn decide(&self, at: Millis, node: NodeId, command: &Command) -> Verdict {
        match self.refuse(at, node, command) {
            Some(refusal) => Verdict::Refused(refusal),
            None => self.course(at, node, command),
        }
    }

    fn refuse(&self, at: Millis, node: NodeId, command: &Command) -> Option<Refusal> {
        if let (Some(number), Some(newest)) = (command.sequence, self.number(node, &command.by))
            && number <= newest
        {
            return Some(Refusal::StaleSequence { newest });
        }
        let newest = self.seen(node).newest;
        if command.if_newest.is_some_and(|seq| seq != newest) {
            return Some(Refusal::StaleNewest { newest });
        }
        self.hold_against(at, node, &command.by).map(Refusal::from)
    }

    fn course(&self, at: Millis, node: NodeId, command: &Command) -> Verdict {
        let lane = self.seen(node);
        let Some(running) = &lane.running else { return Verdict::Accepted(Course::Run) };
        if command.action == Action::Nmi {
            return Verdict::Refused(Refusal::Busy { seq: running.seq });
        }
        match command.policy_for(self.name(node)) {
            Policy::Supersede => self.meet_running(at, node, command),
            Policy::Queue { limit } => wait(running.seq, lane.waiting.len(), limit),
            Policy::Next => wait(running.seq, lane.waiting.len(), 1),
        }
    }

    fn meet_running(&self, at: Millis, node: NodeId, command: &Command) -> Verdict {
        let Some(running) = &self.seen(node).running else {
            return Verdict::Accepted(Course::Run);
        };
        if running.started > at {
            // nobody's command waits for the batches of another one
            return Verdict::Accepted(Course::Supersede { seq: running.seq });
        }
        let older = &self.commands[&running.seq].command;
        let happened = older.action.event().is_some_and(|step| running.steps.has(step));
        match meet(wish(older), happened, wish(command)) {
            Meeting::Merge => Verdict::Accepted(Course::Merge { into: running.seq }),
            Meeting::Supersede => Verdict::Accepted(Course::Supersede { seq: running.seq }),
            Meeting::Busy => Verdict::Refused(Refusal::Busy { seq: running.seq }),
        }
    }

    fn number(&self, node: NodeId, by: &str) -> Option<u64> {
        self.numbers.get(by)?.get(&node).copied()
    }
}

const fn wish(command: &Command) -> Wish {
    let Command { action, boot, force_after_ms, .. } = command;
    Wish { action: *action, boot: *boot, force_after_ms: *force_after_ms }
}

fn wait(behind: Seq, waiting: usize, limit: u16) -> Verdict {
    if waiting >= usize::from(limit) {
        Verdict::Refused(Refusal::Full { limit })
    } else {
        Verdict::Accepted(Course::Wait { behind })
    }
}
