//! One listener: where it is in the ring, what it may see, and when it is told what.
//! It keeps no events: who reads slowly loses its place, not our memory.
//!
//! One that wants snapshots is given one wherever others are told that events are missing, at the beginning,
//! and when there is another inventory. Its place is taken before the snapshot is drawn: events after it may repeat
//! what is in there, and none is missed.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;

use api::What;
use axum::body::Bytes;
use futures_util::stream::{self, Stream};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::places::Place;
use super::ring::{After, Item, frame};
use crate::accounts::Caller;
use crate::region::Shared;
use crate::snapshot::{self, Drawing};

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
    /// None for who wants events alone.
    snapshots: Option<Snapshots>,
    /// Nothing more may be told.
    ended: bool,
    _place: Place,
}

/// What a listener that wants snapshots is owed.
struct Snapshots {
    /// A snapshot that is at that place or after it.
    owed: Option<u64>,
    /// Ages, at that time.
    ages: Instant,
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
        let (snapshots, ended) = (None, false);
        Self { region, caller, place, taken, newest, stopping, snapshots, ended, _place: seat }
    }

    /// The same, with snapshots; it begins with one unless it resumes.
    pub(crate) fn with_snapshots(mut self, resumes: bool) -> Self {
        self.snapshots = Some(Snapshots { owed: None, ages: self.next_ages() });
        if !resumes {
            self.owe(0);
        }
        self
    }

    /// The events as they are sent, until the server stops or the token is deleted.
    pub(crate) fn stream(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        stream::unfold(self, |mut listener| async move {
            let event = listener.next().await?;
            Some((Ok(event), listener))
        })
    }

    async fn next(&mut self) -> Option<Bytes> {
        let silent = Instant::now() + self.region.options.silence_max;
        loop {
            let stops = self.ended || *self.stopping.borrow();
            if stops || !self.region.accounts.still_valid(&self.caller) {
                return None;
            }
            if let Some(place) = self.owed() {
                return self.snapshot(place).await;
            }
            if let Some(event) = self.take() {
                return Some(event);
            }
            if self.ended || self.owed().is_some() {
                continue;
            }
            if silent <= Instant::now() {
                return Some(Bytes::from_static(b":\n\n"));
            }
            let ages = self.snapshots.as_ref().map_or(silent, |snapshots| snapshots.ages);
            if ages <= Instant::now() {
                return self.ages().await;
            }
            tokio::select! {
                changed = self.newest.changed() => changed.ok()?,
                changed = self.stopping.changed() => changed.ok()?,
                () = sleep_until(ages.min(silent)) => {}
            }
        }
    }

    fn next_ages(&self) -> Instant {
        Instant::now() + self.region.options.ages_every
    }

    fn owed(&self) -> Option<u64> {
        self.snapshots.as_ref()?.owed
    }

    /// Owes a snapshot that is at that place or after it; false for who wants none.
    fn owe(&mut self, place: u64) -> bool {
        let Some(snapshots) = &mut self.snapshots else { return false };
        snapshots.owed = Some(place);
        true
    }

    async fn snapshot(&mut self, place: u64) -> Option<Bytes> {
        let Drawing { frame, place, .. } = tokio::select! {
            drawing = snapshot::snapshot(&self.region, &self.caller.scope, place) => drawing?,
            _ = self.stopping.changed() => return None,
        };
        self.place = place;
        self.taken.clear();
        self.snapshots = Some(Snapshots { owed: None, ages: self.next_ages() });
        Some(frame)
    }

    /// It has no id: it is no event that could be missed.
    async fn ages(&mut self) -> Option<Bytes> {
        let Drawing { frame, .. } = tokio::select! {
            drawing = snapshot::ages(&self.region, &self.caller.scope) => drawing?,
            _ = self.stopping.changed() => return None,
        };
        self.snapshots = Some(Snapshots { owed: None, ages: self.next_ages() });
        Some(frame)
    }

    /// The next event that concerns this listener, if there is one by now.
    fn take(&mut self) -> Option<Bytes> {
        loop {
            if self.taken.is_empty() {
                match self.region.ring.after(self.place, ITEMS_MAX) {
                    After::Lost(newest) => return self.lost(newest),
                    After::Items(items) if items.is_empty() => return None,
                    After::Items(items) => self.taken = items.into(),
                }
            }
            while let Some(item) = self.taken.pop_front() {
                self.place = item.id;
                if matches!(item.what(), What::Inventory { .. }) {
                    self.owe(item.id);
                    // its scope may name groups
                    match self.caller.renewed(&self.region) {
                        Some(caller) => self.caller = caller,
                        None => self.ended = true,
                    }
                }
                if let Some(frame) = self.region.ring.frame(&item, self.caller.scope.as_ref()) {
                    return Some(frame);
                }
                if self.ended || self.owed().is_some() {
                    return None;
                }
            }
        }
    }

    /// Who wants no snapshots is told that events are missing.
    fn lost(&mut self, newest: u64) -> Option<Bytes> {
        self.place = newest;
        self.region.metrics.sse_resets.inc();
        // any that the ring can follow will do
        if self.owe(0) {
            return None;
        }
        let what = What::Reset;
        let word = what.word();
        let at_ms = self.region.now();
        let event = api::Event { at_ms, nodes: String::new(), count: 0, what };
        let text = serde_json::to_string(&event).expect("events have string keys only");
        Some(frame(word, Some(&self.region.ring.id(newest)), &text))
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.region.metrics.sse_clients.dec();
    }
}
