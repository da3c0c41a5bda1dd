//! The promises of the design, 2.6, as named sentences about a simulated fleet.

use std::collections::{BTreeMap, BTreeSet};

use arbiter::{
    Action, Change, Course, Drift, Goal, IntentState, Ledger, Millis, NodeId, Outcome, Power, Seq,
    Verdict,
};

use crate::machine::Machine;
use crate::referee::{Referee, check_newest};
use crate::sim::parent;
use crate::traffic::Traffic;

pub type Checked = Result<(), String>;

/// What an all-seeing observer remembers.
#[derive(Default)]
pub struct Ghosts {
    pub traffic: Traffic,
    pub referee: Referee,
    ended: BTreeMap<(NodeId, Seq), u32>,
    accepted_at: BTreeMap<(NodeId, Seq), Millis>,
    began_at: BTreeMap<(NodeId, Seq), Millis>,
    held: BTreeSet<NodeId>,
    pressed_at: BTreeMap<NodeId, Millis>,
}

impl Ghosts {
    pub fn intents(&self) -> usize {
        self.accepted_at.len()
    }

    /// Somebody pressed the power button of the machine itself.
    pub fn on_press(&mut self, now: Millis, node: NodeId) {
        self.pressed_at.insert(node, now);
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
            Change::Judged { node, seq, verdict: Verdict::Accepted(course) } => {
                self.accepted_at.insert((*node, *seq), now);
                if matches!(course, Course::Run | Course::Supersede { .. }) {
                    self.began_at.insert((*node, *seq), now);
                }
                Ok(())
            }
            Change::Began { node, seq, at } => {
                self.began_at.insert((*node, *seq), *at);
                Ok(())
            }
            Change::Ended { node, seq, outcome } => {
                let times = self.ended.entry((*node, *seq)).or_default();
                *times += 1;
                ensure(*times == 1, "every intent ends in exactly one outcome")?;
                self.check_event(truth, machines, *node, *seq, outcome)?;
                self.check_proof(truth, *node, *seq, outcome)
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
            !(cycle && *outcome.result() == Outcome::Confirmed) || machine.was_off_since(since),
            "a confirmed cycle was off after it was accepted",
        )
    }

    fn check_proof(&self, truth: &Ledger, node: NodeId, seq: Seq, outcome: &Outcome) -> Checked {
        let (Outcome::Confirmed, Some(entry)) = (outcome, truth.command(seq)) else {
            return Ok(());
        };
        let leader = truth.leader("c").and_then(|name| name.strip_prefix("agent-"));
        let life = leader.and_then(|number| number.parse().ok()).unwrap_or(0);
        let began = self.began_at.get(&(node, seq)).copied().unwrap_or(Millis::MAX);
        self.traffic.check_proof(node, entry.command.action, life, began)
    }

    /// Called when nothing is left to happen.
    pub fn at_end(
        &self,
        truth: &Ledger,
        machines: &[Machine],
        drift: impl Fn(NodeId) -> Drift,
    ) -> Checked {
        check_newest(&self.referee, truth)?;
        for (node, name) in truth.nodes() {
            for intent in truth.intents(node) {
                ensure(!intent.state.is_open(), "no intent is lost: each has an outcome")
                    .map_err(|broken| format!("{broken} ({name}, intent {})", intent.seq))?;
            }
            let machine = &machines[node.0 as usize];
            if self.may_differ(truth, node, machine, drift(node)) || is_gated(node, machines) {
                continue;
            }
            check_final(truth, node, machine).map_err(|broken| format!("{broken} ({name})"))?;
        }
        Ok(())
    }

    /// A BMC that lied or fires late is put right afterwards, unless a hold forbids to touch it. What a
    /// hand at the machine did later is put right where drift is not only observed.
    fn may_differ(&self, truth: &Ledger, node: NodeId, machine: &Machine, drift: Drift) -> bool {
        let held = self.held.contains(&node);
        let accepted = self.accepted_at.get(&(node, truth.newest(node))).copied().unwrap_or(0);
        let pressed = self.pressed_at.get(&node).is_some_and(|at| {
            *at + machine.faults.stale + 2 * machine.faults.lag_max + machine.transition >= accepted
        });
        let returned = drift == Drift::Enforce && !held && machine.faults.are_mild();
        held && (machine.faults.stale > 0 || machine.lied) || pressed && !returned
    }
}

/// A node that left its goal is not brought back past what it depends on, or what depends on it.
fn is_gated(node: NodeId, machines: &[Machine]) -> bool {
    let power = |node: u32| machines.get(node as usize).map(|machine| machine.power);
    let below = parent(node.0).is_some_and(|parent| power(parent) != Some(Power::On));
    let above = parent(node.0 + 1) == Some(node.0) && power(node.0 + 1) == Some(Power::On);
    below || above
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

pub fn ensure(holds: bool, promise: &str) -> Checked {
    if holds { Ok(()) } else { Err(format!("broken: {promise}")) }
}
