//! The newest events, bounded. Listeners read at their own pace; who is too slow is told so.
//! It knows no listener.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, OnceLock};

use api::What;
use axum::body::Bytes;
use nodeset::NodeSet;
use tokio::sync::{Notify, watch};

use crate::locks::lock;

/// The most events that are kept.
const EVENTS_MAX: usize = 10_000;
/// The most node names that are kept in events, beside those of the newest event.
const NAMES_MAX: usize = 2_000_000;

/// The newest events.
#[derive(Debug)]
pub(crate) struct Ring {
    state: Mutex<State>,
    newest: watch::Sender<u64>,
    /// What is told soon, together with what happens until then.
    soon: Mutex<BTreeMap<What, Soon>>,
    gathered: Arc<Notify>,
    /// Differs from one run to the next, so that ids of an earlier one are recognised.
    life: String,
}

#[derive(Debug, Default)]
struct State {
    items: VecDeque<Arc<Item>>,
    names: usize,
    newest: u64,
    /// The newest event that is no longer kept.
    lost: u64,
}

/// The newest time, and to which nodes it happened.
type Soon = (u64, Vec<NodeSet>);

/// One event.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) id: u64,
    at_ms: u64,
    nodes: NodeSet,
    what: What,
    frame: OnceLock<Bytes>,
}

/// What comes after a place in the ring.
pub(crate) enum After {
    /// These, at most as many as asked for.
    Items(Vec<Arc<Item>>),
    /// Some that came after it are gone; this is the newest place.
    Lost(u64),
}

impl Ring {
    pub(crate) fn new(life: u64) -> Self {
        let newest = watch::Sender::new(0);
        let (soon, gathered) = (Mutex::default(), Arc::default());
        Self { state: Mutex::default(), newest, soon, gathered, life: format!("{life:x}") }
    }

    /// Tells an event soon: once for all nodes to which it happens until then.
    pub(crate) fn push_soon(&self, at_ms: u64, nodes: NodeSet, what: What) {
        let mut soon = lock(&self.soon);
        let (at, sets) = soon.entry(what).or_default();
        *at = at_ms.max(*at);
        sets.push(nodes);
        drop(soon);
        self.gathered.notify_one();
    }

    /// Notified once there is something to be told soon.
    pub(crate) fn gathered(&self) -> Arc<Notify> {
        Arc::clone(&self.gathered)
    }

    /// Tells what was to be told soon.
    pub(crate) fn push_gathered(&self) {
        for (what, (at_ms, sets)) in std::mem::take(&mut *lock(&self.soon)) {
            let names = sets.iter().flat_map(NodeSet::iter);
            let nodes = NodeSet::from_names(names).expect("the names come from node sets");
            self.push(at_ms, nodes, what);
        }
    }

    /// Tells an event.
    pub(crate) fn push(&self, at_ms: u64, nodes: NodeSet, what: What) {
        let mut state = lock(&self.state);
        state.newest += 1;
        state.names += nodes.len();
        let id = state.newest;
        state.items.push_back(Arc::new(Item { id, at_ms, nodes, what, frame: OnceLock::new() }));
        while state.items.len() > EVENTS_MAX || (state.names > NAMES_MAX && state.items.len() > 1) {
            state.drop_oldest();
        }
        drop(state);
        self.newest.send_replace(id);
    }

    /// Forgets everything: what was told may no longer hold.
    pub(crate) fn reset(&self) {
        let mut state = lock(&self.state);
        while !state.items.is_empty() {
            state.drop_oldest();
        }
        state.newest += 1;
        state.lost = state.newest;
        let newest = state.newest;
        drop(state);
        self.newest.send_replace(newest);
    }

    /// The place of the newest event; changes with every event.
    pub(crate) fn newest(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    /// The place of the newest event, at this moment.
    pub(crate) fn place_now(&self) -> u64 {
        lock(&self.state).newest
    }

    /// Whether everything is kept that came after that place.
    pub(crate) fn follows(&self, place: u64) -> bool {
        lock(&self.state).follows(place)
    }

    /// What comes after that place.
    pub(crate) fn after(&self, place: u64, items_max: usize) -> After {
        let state = lock(&self.state);
        if !state.follows(place) {
            return After::Lost(state.newest);
        }
        let skip = state.items.partition_point(|item| item.id <= place);
        After::Items(state.items.iter().skip(skip).take(items_max).cloned().collect())
    }

    /// What is sent of an event, cut to a scope; none if nothing of it is in there. Those without a scope
    /// share it.
    pub(crate) fn frame(&self, item: &Item, scope: Option<&NodeSet>) -> Option<Bytes> {
        let frame =
            |nodes: &NodeSet| frame(item.what.word(), Some(&self.id(item.id)), &item.render(nodes));
        let Some(scope) = scope else {
            return Some(item.frame.get_or_init(|| frame(&item.nodes)).clone());
        };
        let nodes = item.nodes.intersection(scope);
        if nodes.is_empty() { None } else { Some(frame(&nodes)) }
    }

    /// The text of a place.
    pub(crate) fn id(&self, place: u64) -> String {
        format!("{}-{place}", self.life)
    }

    /// The place that such a text names; none if it is of another run.
    pub(crate) fn place(&self, id: &str) -> Option<u64> {
        let (life, place) = id.split_once('-')?;
        if life == self.life { place.parse().ok() } else { None }
    }
}

impl State {
    fn follows(&self, place: u64) -> bool {
        (self.lost..=self.newest).contains(&place)
    }

    fn drop_oldest(&mut self) {
        if let Some(item) = self.items.pop_front() {
            self.names -= item.nodes.len();
            self.lost = item.id;
        }
    }
}

impl Item {
    pub(crate) const fn what(&self) -> &What {
        &self.what
    }

    fn render(&self, nodes: &NodeSet) -> String {
        let event = api::Event {
            at_ms: self.at_ms,
            nodes: nodes.to_string(),
            count: nodes.len(),
            what: self.what.clone(),
        };
        serde_json::to_string(&event).expect("events have string keys only")
    }
}

/// An event as it is sent. The data are on one line.
pub(crate) fn frame(word: &str, id: Option<&str>, data: &str) -> Bytes {
    let id = id.map(|id| format!("id: {id}\n")).unwrap_or_default();
    format!("event: {word}\n{id}data: {data}\n\n").into()
}
