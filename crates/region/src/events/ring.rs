//! The newest events, bounded. Listeners read at their own pace; who is too slow is told so.
//! It knows no listener.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock};

use api::What;
use nodeset::NodeSet;
use tokio::sync::watch;

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

/// One event.
#[derive(Debug)]
pub(crate) struct Item {
    pub(crate) id: u64,
    at_ms: u64,
    nodes: NodeSet,
    what: What,
    text: OnceLock<String>,
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
        Self { state: Mutex::default(), newest, life: format!("{life:x}") }
    }

    /// Tells an event.
    pub(crate) fn push(&self, at_ms: u64, nodes: NodeSet, what: What) {
        let mut state = lock(&self.state);
        state.newest += 1;
        state.names += nodes.len();
        let id = state.newest;
        state.items.push_back(Arc::new(Item { id, at_ms, nodes, what, text: OnceLock::new() }));
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

    /// The document, cut to a scope; none if nothing of it is in there.
    pub(crate) fn text(&self, scope: Option<&NodeSet>) -> Option<String> {
        let Some(scope) = scope else {
            return Some(self.text.get_or_init(|| self.render(&self.nodes)).clone());
        };
        let nodes = self.nodes.intersection(scope);
        if nodes.is_empty() { None } else { Some(self.render(&nodes)) }
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
