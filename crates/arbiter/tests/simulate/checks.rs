//! The promises of the design, 2.6, as named sentences about a simulated fleet.

use std::collections::{BTreeMap, BTreeSet};

use arbiter::{
    Action, Ask, Change, Goal, IntentState, Ledger, Millis, NodeId, Order, Outcome, Power, Seq,
    Step, Verdict,
};

use crate::machine::Machine;

pub type Checked = Result<(), String>;

/// What an all-seeing observer remembers.
#[derive(Default)]
pub struct Ghosts {
    ended: BTreeMap<(NodeId, Seq), u32>,
    accepted_at: BTreeMap<(NodeId, Seq), Millis>,
    once_sent: BTreeMap<(NodeId, Seq), u32>,
    in_flight: BTreeMap<NodeId, Millis>,
    held: BTreeSet<NodeId>,
}

impl Ghosts {
    pub fn intents(&self) -> usize {
        self.accepted_at.len()
    }

    /// Called for everything that the fold of the journal says.
    pub fn on_change(
        &mut self,
        now: Millis,
        truth: &Ledger,
        machines: &[Machine],
        change: &Change,
    ) -> Checked {
        match change {
            Change::Judged { node, seq, verdict: Verdict::Accepted(_) } => {
                self.accepted_at.insert((*node, *seq), now);
                Ok(())
            }
            Change::Ended { node, seq, outcome } => {
                let times = self.ended.entry((*node, *seq)).or_default();
                *times += 1;
                ensure(*times == 1, "every intent ends in exactly one outcome")?;
                self.check_event(truth, machines, *node, *seq, outcome)
            }
            Change::HoldChanged { node } => {
                self.held.insert(*node);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn check_event(
        &self,
        truth: &Ledger,
        machines: &[Machine],
        node: NodeId,
        seq: Seq,
        outcome: &Outcome,
    ) -> Checked {
        let action = truth.command(seq).map(|entry| entry.command.action);
        let machine = &machines[node.0 as usize];
        let since = self.accepted_at[&(node, seq)].saturating_sub(machine.faults.stale);
        let cycle = matches!(action, Some(Action::Cycle | Action::SoftCycle));
        ensure(
            !(cycle && *outcome == Outcome::Confirmed) || machine.was_off_since(since),
            "a confirmed cycle was off after it was accepted",
        )
    }

    /// Called when a question leaves an agent. `seen` is that agent's own fold.
    pub fn on_send(
        &mut self,
        now: Millis,
        seen: &Ledger,
        node: NodeId,
        ask: Ask,
        until: Millis,
        charged: bool,
    ) -> Checked {
        if !ask.is_write() {
            return Ok(());
        }
        let busy_until = self.in_flight.insert(node, until).unwrap_or(0);
        ensure(
            busy_until <= now,
            "at most one write is in flight, across restarts and take-overs",
        )?;
        let Some((seq, _)) = seen.running(node) else {
            return ensure(!charged, "nothing is fired for an intent that is not the running one");
        };
        let by = seen.command(seq).map(|entry| entry.command.by.clone()).unwrap_or_default();
        ensure(seen.hold_against(now, node, &by).is_none(), "nothing is fired under a hold")?;
        let step = match ask {
            Ask::Fire(Order::Reset) => Step::Reset,
            Ask::Fire(Order::Nmi) => Step::Nmi,
            _ => return Ok(()),
        };
        let on_record = seen.standing(now, node).charge.is_some_and(|c| c.steps.has(step));
        ensure(on_record, "an at-most-once step is on record before it is sent")
    }

    /// Called when a reset or an interrupt arrives at a BMC.
    pub fn on_once(&mut self, node: NodeId, seq: Seq) -> Checked {
        let times = self.once_sent.entry((node, seq)).or_default();
        *times += 1;
        ensure(*times == 1, "reset and nmi reach the BMC at most once for an intent")
    }

    /// The exchange is over; nothing of it can land any more.
    pub fn on_over(&mut self, node: NodeId, until: Millis) {
        if self.in_flight.get(&node) == Some(&until) {
            self.in_flight.remove(&node);
        }
    }

    /// Called when nothing is left to happen.
    pub fn at_end(&self, truth: &Ledger, machines: &[Machine]) -> Checked {
        for (node, name) in truth.nodes() {
            for intent in truth.intents(node) {
                ensure(!intent.state.is_open(), "no intent is lost: each has an outcome")
                    .map_err(|broken| format!("{broken} ({name}, intent {})", intent.seq))?;
            }
            let machine = &machines[node.0 as usize];
            // a BMC that lied or fires late is put right afterwards, unless a hold forbids to touch it
            if self.held.contains(&node) && (machine.faults.stale > 0 || machine.lied) {
                continue;
            }
            check_final(truth, node, machine).map_err(|broken| format!("{broken} ({name})"))?;
        }
        Ok(())
    }
}

fn check_final(truth: &Ledger, node: NodeId, machine: &Machine) -> Checked {
    let newest = truth.newest(node);
    let intent = truth.intent(node, newest);
    let Some(IntentState::Ended(outcome)) = intent.map(|intent| &intent.state) else {
        return Ok(());
    };
    if outcome.result() != &Outcome::Confirmed {
        return Ok(());
    }
    let goal = truth.command(newest).and_then(|entry| entry.command.action.goal());
    let right = match goal {
        Some(Goal::On) => machine.power == Power::On,
        Some(Goal::Off) => machine.power == Power::Off,
        None => true,
    };
    ensure(right, "the newest accepted intent decides the final state")
}

fn ensure(holds: bool, promise: &str) -> Checked {
    if holds { Ok(()) } else { Err(format!("broken: {promise}")) }
}
