//! One listener: where it is in the ring, what it may see, and when it is told what.
//! It keeps no events: who reads slowly loses its place, not our memory.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::response::sse;
use futures_util::stream::{self, Stream};
use tokio::sync::watch;

use super::places::Place;
use super::ring::{After, Item};
use crate::accounts::Caller;
use crate::region::Shared;

/// The longest silence: a comment is sent then.
pub(crate) const SILENCE: Duration = Duration::from_secs(15);
/// How many events are taken from the ring at once.
const ITEMS_MAX: usize = 256;

/// One listener.
pub(crate) struct Listener {
    region: Shared,
    caller: Caller,
    place: u64,
    taken: VecDeque<Arc<Item>>,
    newest: watch::Receiver<u64>,
    stopping: watch::Receiver<bool>,
    _place: Place,
}

impl Listener {
    /// A listener that resumes after that id, or begins now.
    pub(crate) fn new(region: Shared, caller: Caller, last_id: Option<&str>, seat: Place) -> Self {
        let newest = region.ring.newest();
        let now = *newest.borrow();
        // a place that can't be is told as lost
        let place = last_id.map_or(now, |id| region.ring.place(id).unwrap_or(u64::MAX));
        let stopping = region.stopping.subscribe();
        let taken = VecDeque::new();
        region.metrics.sse_clients.inc();
        Self { region, caller, place, taken, newest, stopping, _place: seat }
    }

    /// The events as they come, until the server stops or the token is deleted.
    pub(crate) fn stream(self) -> impl Stream<Item = Result<sse::Event, Infallible>> {
        stream::unfold(self, |mut listener| async move {
            let event = listener.next().await?;
            Some((Ok(event), listener))
        })
    }

    async fn next(&mut self) -> Option<sse::Event> {
        loop {
            if !self.region.accounts.still_valid(&self.caller) || *self.stopping.borrow() {
                return None;
            }
            if let Some(event) = self.take() {
                return Some(event);
            }
            tokio::select! {
                changed = self.newest.changed() => changed.ok()?,
                changed = self.stopping.changed() => changed.ok()?,
                () = tokio::time::sleep(SILENCE) => {}
            }
        }
    }

    /// The next event that concerns this listener, if there is one by now.
    fn take(&mut self) -> Option<sse::Event> {
        loop {
            if self.taken.is_empty() {
                match self.region.ring.after(self.place, ITEMS_MAX) {
                    After::Lost(newest) => return Some(self.lost(newest)),
                    After::Items(items) if items.is_empty() => return None,
                    After::Items(items) => self.taken = items.into(),
                }
            }
            while let Some(item) = self.taken.pop_front() {
                self.place = item.id;
                if let Some(text) = item.text(self.caller.scope.as_ref()) {
                    return Some(self.event(item.what().word(), text));
                }
            }
        }
    }

    fn lost(&mut self, newest: u64) -> sse::Event {
        self.place = newest;
        self.region.metrics.sse_resets.inc();
        let what = api::What::Reset;
        let word = what.word();
        let at_ms = self.region.now();
        let event = api::Event { at_ms, nodes: String::new(), count: 0, what };
        let text = serde_json::to_string(&event).expect("events have string keys only");
        self.event(word, text)
    }

    fn event(&self, word: &str, text: String) -> sse::Event {
        sse::Event::default().event(word).id(self.region.ring.id(self.place)).data(text)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.region.metrics.sse_clients.dec();
    }
}
