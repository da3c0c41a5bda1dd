//! The newest status of every node, as its agent publishes it.
//! It does not remember older ones, and asks nobody: [`Live`] does that.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex};

use arbiter::{Goal, Load, Power, Progress, Report, Seen, Seq};
use nodeset::NodeSet;
use tokio::sync::{Notify, watch};

use crate::exchanges::{Exchange, Exchanges};
use crate::locks::lock;
use crate::tries::{Known, Tried, Tries};

/// The most reports that wait to be told; older ones are dropped and counted.
const REPORTS_MAX: usize = 10_000;

/// Whoever can ask the machines themselves. All are called from async code and must not block long.
pub trait Live: Send + Sync {
    /// Reads these nodes soon; what comes of it is published on the board.
    fn look(&self, nodes: &NodeSet);

    /// Somebody looked at these nodes and saw them in that state. What comes of it is published on the board.
    ///
    /// # Errors
    /// Those of the nodes that are not switched by people: they are read, and nothing was taken over of any.
    fn observed(&self, nodes: &NodeSet, goal: Goal, by: &str) -> Result<(), NodeSet>;

    /// Reads the inventory again and puts it to use, and tells what changed. Called on a thread of
    /// its own; may call [`crate::Region::set_fleet`].
    ///
    /// # Errors
    /// What is wrong with the inventory; nothing changed then.
    fn reload(&self) -> Result<String, String>;
}

/// What an agent tells of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// What is known of its power.
    pub seen: Seen,
    /// What its operation is doing.
    pub progress: Progress,
}

/// The newest status of every node.
#[derive(Debug, Default)]
pub struct Board {
    shelf: Mutex<Shelf>,
    changed: Notify,
    version: watch::Sender<u64>,
    pub(crate) exchanges: Exchanges,
    pub(crate) tries: Tries,
    /// How much of each circuit is used.
    loads: Mutex<HashMap<Arc<str>, Load>>,
}

#[derive(Debug, Default)]
struct Shelf {
    nodes: HashMap<Box<str>, Status>,
    /// The newest report of each node.
    reports: HashMap<Box<str>, Report>,
    news: News,
}

/// What changed since it was taken last.
#[derive(Debug, Default)]
pub(crate) struct News {
    /// Nodes whose power or step changed.
    pub(crate) nodes: HashSet<Box<str>>,
    /// Commands about whose progress there is something new.
    pub(crate) commands: BTreeSet<Seq>,
    /// What agents told beside.
    pub(crate) reports: VecDeque<(Box<str>, Report)>,
}

impl Board {
    /// A board that knows no node yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts up a node's status.
    pub fn publish(&self, node: &str, status: Status) {
        self.publish_all([(node, status)]);
    }

    /// Puts up the statuses of many nodes at once.
    pub fn publish_all<'a>(&self, statuses: impl IntoIterator<Item = (&'a str, Status)>) {
        let mut shelf = lock(&self.shelf);
        let mut news = false;
        for (node, status) in statuses {
            news |= shelf.put(node, status);
        }
        drop(shelf);
        self.version.send_modify(|version| *version += 1);
        if news {
            self.changed.notify_one();
        }
    }

    /// Tells something beside the status.
    pub fn report(&self, node: &str, report: Report) {
        let mut shelf = lock(&self.shelf);
        if shelf.news.reports.len() == REPORTS_MAX {
            shelf.news.reports.pop_front();
            tracing::warn!("more reports than can be told: the oldest was dropped");
        }
        shelf.reports.insert(node.into(), report.clone());
        shelf.news.reports.push_back((node.into(), report));
        drop(shelf);
        self.changed.notify_one();
    }

    /// Puts up how much is used of these circuits.
    pub fn publish_loads(&self, loads: impl IntoIterator<Item = Load>) {
        let mut known = lock(&self.loads);
        known.extend(loads.into_iter().map(|load| (Arc::clone(&load.limit.circuit), load)));
    }

    /// How much of that circuit is used, if anything ever was.
    pub(crate) fn load(&self, circuit: &str) -> Option<Load> {
        lock(&self.loads).get(circuit).cloned()
    }

    /// Counts an exchange with a machine. It costs next to nothing.
    pub fn exchanged(&self, exchange: &Exchange) {
        self.exchanges.count(exchange);
    }

    /// Remembers an exchange with that node's machine for a while, if it belongs to an operation or tells
    /// something new of the node's power. Called before what was concluded from it is put up.
    pub fn tried(&self, node: &str, tried: Tried<'_>) {
        let known = lock(&self.shelf).nodes.get(node).map(|status| {
            let Progress { seq, phase, .. } = status.progress;
            Known { power: status.seen.power, read: status.seen.at > 0, seq, phase }
        });
        self.tries.note(node, known, tried);
    }

    /// The node's newest status, if there is one.
    #[must_use]
    pub fn status(&self, node: &str) -> Option<Status> {
        lock(&self.shelf).nodes.get(node).cloned()
    }

    /// What was told of the node last beside its status.
    pub(crate) fn reported(&self, node: &str) -> Option<Report> {
        lock(&self.shelf).reports.get(node).cloned()
    }

    /// Forgets the nodes for which `keep` is false, unless something is being done with them.
    pub(crate) fn retain(&self, keep: impl Fn(&str) -> bool) {
        let mut shelf = lock(&self.shelf);
        shelf.nodes.retain(|name, status| status.progress.seq.is_some() || keep(name));
        let Shelf { nodes, reports, .. } = &mut *shelf;
        reports.retain(|name, _| nodes.contains_key(name));
    }

    /// Whether the node was read in that state between these times, and not otherwise since.
    pub(crate) fn was_seen(&self, node: &str, goal: Goal, since: u64, until: u64) -> bool {
        let shelf = lock(&self.shelf);
        shelf.nodes.get(node).is_some_and(|status| {
            status.seen.power.is(goal) && (since..=until).contains(&status.seen.at)
        })
    }

    /// How many of these nodes are on.
    pub(crate) fn count_on(&self, nodes: &NodeSet) -> usize {
        let shelf = lock(&self.shelf);
        let is_on = |name: &String| {
            shelf.nodes.get(name.as_str()).is_some_and(|status| status.seen.power == Power::On)
        };
        nodes.iter().filter(is_on).count()
    }

    /// Those of the nodes that were not read since that time.
    pub(crate) fn unread_since(&self, nodes: &NodeSet, since: u64) -> NodeSet {
        let shelf = lock(&self.shelf);
        let unread = |name: &String| {
            shelf.nodes.get(name.as_str()).is_none_or(|status| status.seen.at < since)
        };
        NodeSet::from_names(nodes.iter().filter(unread)).expect("the names come from a node set")
    }

    /// Looks at the statuses of those nodes, in their order.
    pub(crate) fn look_up(&self, names: &[String], mut look: impl FnMut(&str, Option<&Status>)) {
        let shelf = lock(&self.shelf);
        for name in names {
            look(name, shelf.nodes.get(name.as_str()));
        }
    }

    /// Looks at every status.
    pub(crate) fn each(&self, mut look: impl FnMut(&str, &Status)) {
        for (name, status) in &lock(&self.shelf).nodes {
            look(name, status);
        }
    }

    /// Changes whenever a status is put up.
    pub(crate) fn version(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }

    /// Comes back once there is something new.
    pub(crate) async fn news_arrived(&self) {
        self.changed.notified().await;
    }

    /// Takes what is new.
    pub(crate) fn take_news(&self) -> News {
        std::mem::take(&mut lock(&self.shelf).news)
    }
}

impl Shelf {
    /// Whether there is something new in it.
    fn put(&mut self, node: &str, status: Status) -> bool {
        let (moved, stepped) = match self.nodes.get(node) {
            None => (true, true),
            Some(old) => (moved(old, &status), stepped(&old.progress, &status.progress)),
        };
        if moved {
            self.news.nodes.insert(node.into());
        }
        if stepped {
            self.news.commands.extend(status.progress.seq);
        }
        match self.nodes.get_mut(node) {
            Some(old) => *old = status,
            None => drop(self.nodes.insert(node.into(), status)),
        }
        moved || stepped
    }
}

fn moved(old: &Status, new: &Status) -> bool {
    old.seen.power != new.seen.power
        || old.progress.phase != new.progress.phase
        || old.progress.seq != new.progress.seq
        || old.progress.attempt != new.progress.attempt
}

fn stepped(old: &Progress, new: &Progress) -> bool {
    old.seq != new.seq
        || old.phase != new.phase
        || old.attempt != new.attempt
        || old.cause != new.cause
}
