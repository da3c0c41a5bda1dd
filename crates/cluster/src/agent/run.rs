//! The agent's loop: wait for one thing, hand it to the core, do what the core says.
//!
//! Nothing is decided here. Everything that the core wants on record goes through one queue, in order.

use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use arbiter::{Effect, Millis, NodeId, NoticeKind, Pacing, Record, Way};
use journal::Journal;
use nodeset::NodeSet;
use tokio::sync::mpsc::{self, UnboundedSender};
use tracing::{debug, info, warn};

use super::follow::{Follower, Read, decode};
use super::{Agent, AgentError, Answered, Sighting, Witness, record};
use crate::clock::now_ms;
use crate::driver::Job;
use crate::inventory::Inventory;
use crate::targets::{self, Target};

/// Answers taken in one pass.
const ANSWERS_MAX: usize = 4_096;
/// The lead is claimed anew so often, in milliseconds: retention stops at the newest claim.
const CLAIM_MS: Millis = 24 * 3_600_000;
/// What may still be on its way into the journal at the end is waited for so long, in milliseconds.
const LAST_RECORDS_MS: u64 = 2_000;

/// The core with what its words mean out here.
struct Running<'a, J, W> {
    shell: &'a mut Agent<J, W>,
    core: arbiter::Agent,
    targets: HashMap<NodeId, Arc<Target>>,
    /// The second ways of those nodes that have one.
    seconds: HashMap<NodeId, Arc<Target>>,
    records: UnboundedSender<Record>,
    claimed: Millis,
}

enum Happened {
    Stopped,
    Closed,
    Appended,
    Answered(Answered),
    Looked(NodeSet),
    Inventory,
    Due,
}

impl<J: Journal, W: Witness> Agent<J, W> {
    /// Runs until `stop` is ready. What was decided but is not on record then is found again at the next
    /// start.
    ///
    /// # Errors
    /// [`AgentError`] when the journal can't be followed any more.
    pub async fn run(mut self, stop: impl Future<Output = ()>) -> Result<(), AgentError> {
        let (records, received) = mpsc::unbounded_channel();
        let recorder = tokio::spawn(record::run(Arc::clone(&self.journal), received));
        let result = self.lead(records, stop).await;
        self.drivers.stop().await;
        let _ = tokio::time::timeout(Duration::from_millis(LAST_RECORDS_MS), recorder).await;
        result
    }

    /// Replays the journal, takes the lead and goes on; starts over when the journal says so.
    async fn lead(
        &mut self,
        records: UnboundedSender<Record>,
        stop: impl Future<Output = ()>,
    ) -> Result<(), AgentError> {
        let mut stop = std::pin::pin!(stop);
        loop {
            let mut follower = Follower::new(Arc::clone(&self.journal)).await?;
            let core = arbiter::Agent::new(&self.cluster, &life_name());
            let records = records.clone();
            let (targets, seconds) = (HashMap::new(), HashMap::new());
            let mut running = Running { shell: self, core, targets, seconds, records, claimed: 0 };
            running.adopt_inventory();
            if !running.catch_up(&mut follower).await? {
                continue;
            }
            running.claim();
            if running.go_on(&mut follower, stop.as_mut()).await? {
                return Ok(());
            }
            warn!("the journal no longer keeps what comes next: reading it anew");
        }
    }
}

impl<J: Journal, W: Witness> Running<'_, J, W> {
    /// Works until it is stopped (`true`) or has to start over (`false`).
    async fn go_on(
        &mut self,
        follower: &mut Follower<J>,
        mut stop: std::pin::Pin<&mut impl Future<Output = ()>>,
    ) -> Result<bool, AgentError> {
        loop {
            let happened = self.happened(follower, stop.as_mut()).await;
            if !self.catch_up(follower).await? {
                return Ok(false);
            }
            let (now, mut effects) = (self.now(), Vec::new());
            match happened {
                Happened::Stopped | Happened::Closed => return Ok(true),
                Happened::Appended => {}
                Happened::Due if now >= self.claimed + CLAIM_MS => self.claim(),
                Happened::Due => self.core.due(now, &mut effects),
                Happened::Inventory => {
                    self.adopt_inventory();
                    self.shell.drivers.renew();
                }
                Happened::Looked(nodes) => self.look(now, &nodes, &mut effects),
                Happened::Answered(answered) => self.take_answers(now, answered, &mut effects),
            }
            self.perform(now, effects);
        }
    }

    fn claim(&mut self) {
        self.claimed = self.now();
        // the recorder ends only after this
        let _ = self.records.send(self.core.claim());
    }

    async fn happened(
        &mut self,
        follower: &mut Follower<J>,
        stop: std::pin::Pin<&mut impl Future<Output = ()>>,
    ) -> Happened {
        let now = self.now();
        let claim_at = self.claimed + CLAIM_MS;
        let due = self.core.next_due().map_or(claim_at, |at| at.min(claim_at)).saturating_sub(now);
        let shell = &mut *self.shell;
        tokio::select! {
            () = stop => Happened::Stopped,
            open = follower.wait() => if open { Happened::Appended } else { Happened::Closed },
            Some(answered) = shell.answered.recv() => Happened::Answered(answered),
            Some(nodes) = shell.looks.recv() => Happened::Looked(nodes),
            Ok(()) = shell.inventory.changed() => Happened::Inventory,
            () = tokio::time::sleep(Duration::from_millis(due)) => Happened::Due,
        }
    }

    /// Folds everything that is durable. What a record leads to is done before the next one is folded, as
    /// in the simulation: nothing is sent for an older intent once a newer one was seen.
    async fn catch_up(&mut self, follower: &mut Follower<J>) -> Result<bool, AgentError> {
        loop {
            match follower.read().await? {
                Read::StartOver => return Ok(false),
                Read::Entries(entries) if entries.is_empty() => return Ok(true),
                Read::Entries(entries) => {
                    for entry in &entries {
                        let record = decode(entry)?;
                        let (now, mut effects) = (self.now().max(entry.at_ms), Vec::new());
                        self.core.fold(now, (entry.seq, entry.at_ms), &record, &mut effects);
                        log(entry.seq, &record, &self.core);
                        self.perform(now, effects);
                    }
                }
            }
        }
    }

    fn take_answers(&mut self, now: Millis, first: Answered, effects: &mut Vec<Effect>) {
        let mut next = Some(first);
        for _ in 0..ANSWERS_MAX {
            let Some(answered) = next.take() else { return };
            self.take_answer(now, answered, effects);
            next = self.shell.answered.try_recv().ok();
        }
        if let Some(answered) = next {
            self.take_answer(now, answered, effects);
        }
    }

    fn take_answer(&mut self, now: Millis, answered: Answered, effects: &mut Vec<Effect>) {
        let Answered { node, ticket, answer, exchange } = answered;
        debug!(node = self.core.ledger().name(node), ticket, ?answer, "answered");
        if let Some(exchange) = exchange {
            let name = self.core.ledger().name(node);
            self.shell.witness.exchanged(name, &exchange, &answer);
        }
        self.core.answered(now, node, ticket, answer, effects);
    }

    fn look(&mut self, now: Millis, nodes: &NodeSet, effects: &mut Vec<Effect>) {
        for name in nodes.iter() {
            if let Some(node) = self.core.ledger().id(&name) {
                self.core.look(now, node, effects);
            }
        }
    }

    /// Takes over what the inventory says now. Targets of nodes that left are kept: an open intent may
    /// still need them.
    fn adopt_inventory(&mut self) {
        let inventory: Arc<Inventory> = Arc::clone(&self.shell.inventory.borrow_and_update());
        let (now, count, mut effects) = (self.now(), inventory.nodes.len(), Vec::new());
        self.core.set_circuits(targets::limits(&inventory));
        let listed = inventory.nodes.values().map(|node| {
            let pacing: Pacing = targets::pacing(node, &inventory);
            let first_poll = targets::first_poll(now, &pacing, count);
            (Box::from(&*node.name), pacing, first_poll)
        });
        self.core.manage(now, listed, &mut effects);
        let pair =
            |(child, parent): (&Arc<str>, &Arc<str>)| (Box::from(&**child), Box::from(&**parent));
        self.core.set_parents(now, inventory.parents.iter().map(pair), &mut effects);
        for target in targets::seconds(&inventory) {
            if let Some(id) = self.core.ledger().id(&target.node) {
                self.seconds.insert(id, Arc::new(target));
            }
        }
        for target in targets::targets(&inventory) {
            if let Some(id) = self.core.ledger().id(&target.node) {
                self.targets.insert(id, Arc::new(target));
            }
        }
        self.perform(now, effects);
    }

    fn perform(&mut self, now: Millis, effects: Vec<Effect>) {
        let mut touched = BTreeSet::new();
        for effect in effects {
            match effect {
                Effect::Exchange { node, ticket, ask, way, until } => {
                    self.ask((node, way), ticket, ask, until);
                }
                Effect::Append(record) => {
                    // the recorder ends only after this
                    let _ = self.records.send(record);
                }
                Effect::Notice(notice) => match notice.kind {
                    NoticeKind::Status => drop(touched.insert(notice.node)),
                    NoticeKind::Report(report) => {
                        let name = self.core.ledger().name(notice.node);
                        warn!(node = name, ?report, "reported");
                        self.shell.witness.reported(name, &report);
                    }
                },
            }
        }
        self.show(now, &touched);
        let loads = self.core.take_loads();
        if !loads.is_empty() {
            self.shell.witness.loaded(loads);
        }
    }

    fn ask(&self, (node, way): (NodeId, Way), ticket: u32, ask: arbiter::Ask, until: Millis) {
        debug!(node = self.core.ledger().name(node), ticket, ?ask, "asking");
        let targets = match way {
            Way::First => &self.targets,
            Way::Second => &self.seconds,
        };
        match targets.get(&node) {
            Some(target) => {
                let target = Arc::clone(target);
                self.shell.drivers.ask(Job { node, ticket, ask, until, target });
            }
            None => {
                let words = format!("{} is not in the inventory", self.core.ledger().name(node));
                self.shell.drivers.answer_unreachable(node, ticket, &words);
            }
        }
    }

    fn show(&self, now: Millis, touched: &BTreeSet<NodeId>) {
        let sightings = touched.iter().filter_map(|node| {
            let (seen, progress) = self.core.status(now, *node)?;
            let name = self.core.ledger().name(*node).into();
            Some(Sighting { node: name, seen: seen.clone(), progress })
        });
        let sightings: Vec<Sighting> = sightings.collect();
        if !sightings.is_empty() {
            self.shell.witness.saw(sightings);
        }
    }

    fn now(&self) -> Millis {
        now_ms().max(self.core.ledger().now())
    }
}

/// A name that no other life of an agent has.
fn life_name() -> String {
    let mut nonce = [0; 8];
    getrandom::fill(&mut nonce).expect("the operating system has randomness");
    format!("{}-{:016x}", std::process::id(), u64::from_le_bytes(nonce))
}

fn log(seq: u64, record: &Record, core: &arbiter::Agent) {
    if !core.leads() {
        return;
    }
    match record {
        Record::Command(command) => {
            let (action, nodes) = (command.action.word(), &command.nodes);
            info!(seq, action, %nodes, by = &*command.by, door = &*command.door, "accepted");
        }
        Record::Settled { seq, outcome, nodes, .. } => info!(seq, %nodes, ?outcome, "settled"),
        Record::Fired { seq, step, nodes, .. } => info!(seq, %nodes, ?step, "on record"),
        Record::Withdrawn(withdrawn) => {
            info!(seq, nodes = %withdrawn.nodes, by = &*withdrawn.by, "withdrawn");
        }
        Record::Held(held) => info!(seq, nodes = %held.nodes, by = &*held.by, "held"),
        Record::Released(released) => {
            info!(seq, nodes = %released.nodes, by = &*released.by, "released");
        }
        Record::Led { cluster, agent } => info!(seq, cluster = &**cluster, agent = &**agent, "led"),
    }
}
