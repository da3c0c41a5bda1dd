//! lastword's own core in the simulation: the region's ledger and an agent over one journal, with every patience as it is
//! by default. It decides nothing; all of that is the arbiter's.

use std::collections::{BTreeMap, VecDeque};

use arbiter::{
    Agent, Answer, Change, Command, Ledger, Millis, NodeId, Outcome, Pacing, Policy, Record, Seq,
    Verdict, coalesce,
};
use nodeset::NodeSet;

use super::controller::{Asker, Due, EXCHANGE_MS, Effect, Question, Request};
use super::people::Told;
use crate::house::{CLUSTER, DEADLINE_MS};

/// How long a record takes to become durable, in milliseconds.
const DURABLE_MS: Millis = 5;

/// A region and an agent.
pub struct House {
    policy: Policy,
    region: Ledger,
    agent: Agent,
    seq: Seq,
    /// Which request a command in the journal is.
    requests: BTreeMap<Seq, usize>,
    /// The requests that are not durable yet, oldest first.
    coming: VecDeque<usize>,
    due: Option<Millis>,
}

impl House {
    /// One that begins to lead.
    pub fn new(policy: Policy, nodes: usize, effects: &mut Vec<Effect>) -> Self {
        let mut agent = Agent::new(CLUSTER, "simulated");
        let listed = (0..nodes).map(|node| (name(node).into(), pacing(node), None));
        agent.manage(0, listed, &mut Vec::new());
        let mut region = Ledger::new();
        for node in 0..nodes {
            region.intern(&name(node));
        }
        let claim = agent.claim();
        effects.push(Effect::Later(0, Due::Durable(Box::new(claim))));
        let (requests, coming) = (BTreeMap::new(), VecDeque::new());
        Self { policy, region, agent, seq: 0, requests, coming, due: None }
    }

    /// A request comes in at the door.
    pub fn asked(&mut self, now: Millis, request: Request, effects: &mut Vec<Effect>) {
        self.coming.push_back(request.id);
        let by = format!("caller-{}", request.by);
        let whose = (CLUSTER, by.as_str(), "simulate");
        let command = Command {
            policy: self.policy,
            ..Command::plain(request.action, one(request.node), whose, DEADLINE_MS)
        };
        append(now, Record::Command(Box::new(command)), effects);
    }

    /// A record is durable: region and agent fold it.
    pub fn durable(&mut self, now: Millis, record: &Record, effects: &mut Vec<Effect>) {
        self.seq += 1;
        if matches!(record, Record::Command(_)) {
            self.requests.extend(self.coming.pop_front().map(|request| (self.seq, request)));
        }
        let mut changes = Vec::new();
        self.region.apply(self.seq, now, record, &mut changes);
        effects.extend(changes.iter().filter_map(|change| self.tell(change)));
        let mut wanted = Vec::new();
        self.agent.fold(now, (self.seq, now), record, &mut wanted);
        self.perform(now, wanted, effects);
    }

    /// Time passed for the agent.
    pub fn due(&mut self, now: Millis, effects: &mut Vec<Effect>) {
        if self.due.is_none_or(|at| at > now) {
            return;
        }
        self.due = None;
        let mut wanted = Vec::new();
        self.agent.due(now, &mut wanted);
        self.perform(now, wanted, effects);
    }

    /// An exchange ended.
    pub fn answered(
        &mut self,
        now: Millis,
        (node, ticket): (NodeId, u32),
        answer: Answer,
        effects: &mut Vec<Effect>,
    ) {
        let mut wanted = Vec::new();
        self.agent.answered(now, node, ticket, answer, &mut wanted);
        self.perform(now, wanted, effects);
    }

    fn perform(&mut self, now: Millis, wanted: Vec<arbiter::Effect>, effects: &mut Vec<Effect>) {
        let mut records = Vec::new();
        for effect in wanted {
            match effect {
                arbiter::Effect::Exchange { node, ticket, ask, until, .. } => {
                    let asker = Asker::Operation(node, ticket);
                    let question = Question { node: node.0 as usize, asker, ask, until };
                    effects.push(Effect::Ask(question));
                }
                arbiter::Effect::Append(record) => records.push(record),
                arbiter::Effect::Notice(_) => {}
            }
        }
        for record in coalesce(records) {
            append(now, record, effects);
        }
        let due = self.agent.next_due();
        if due != self.due {
            self.due = due;
            effects.extend(due.map(|at| Effect::Later(at.max(now), Due::Operations)));
        }
    }

    /// What a change means to whoever asked.
    fn tell(&self, change: &Change) -> Option<Effect> {
        let (seq, told) = match change {
            Change::Judged { seq, verdict: Verdict::Refused(_), .. } => (seq, Told::Refused),
            Change::Ended { seq, outcome, .. } => (seq, told(outcome)),
            Change::Judged { verdict: Verdict::Accepted(_), .. }
            | Change::Repeated { .. }
            | Change::Marked { .. }
            | Change::Began { .. }
            | Change::HoldChanged { .. }
            | Change::Withheld { .. }
            | Change::Led { .. } => return None,
        };
        self.requests.get(seq).map(|request| Effect::Tell(*request, told))
    }
}

fn told(outcome: &Outcome) -> Told {
    match outcome.result() {
        Outcome::Confirmed => Told::Done,
        Outcome::Superseded { .. } | Outcome::Cancelled { .. } => Told::Superseded,
        Outcome::Failed { .. } | Outcome::Uncertain { .. } | Outcome::Merged { .. } => Told::Failed,
    }
}

fn append(now: Millis, record: Record, effects: &mut Vec<Effect>) {
    effects.push(Effect::Later(now + DURABLE_MS, Due::Durable(Box::new(record))));
}

/// As the inventory has it when it says nothing, but without background reads: no controller in here has them.
fn pacing(node: usize) -> Pacing {
    Pacing {
        endpoint: name(node).into(),
        exchange_ms: EXCHANGE_MS,
        poll_ms: None,
        salt: node as u64,
        ..Pacing::default()
    }
}

fn name(node: usize) -> String {
    format!("n{node}")
}

fn one(node: usize) -> NodeSet {
    NodeSet::from_names([name(node)]).expect("it is a name")
}
