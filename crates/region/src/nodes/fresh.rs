//! Observations that are not too old: asks for newer ones and waits for them, for a while.
//! It does not read machines itself.

use std::time::Duration;

use api::WAIT_MAX_MS;
use nodeset::NodeSet;

use crate::region::Inner;

/// How long is waited for new observations unless the caller tells, in milliseconds.
const WAIT_MS: u64 = 10_000;
/// The shortest time between two looks at the board.
const PAUSE: Duration = Duration::from_millis(20);

/// How new an observation has to be, and how long to wait for it.
#[derive(Clone, Copy)]
pub(super) struct Freshness {
    max_age_ms: Option<u64>,
    wait_ms: u64,
}

impl Freshness {
    pub(super) fn new(max_age_ms: Option<u64>, wait_ms: Option<u64>) -> Self {
        Self { max_age_ms, wait_ms: wait_ms.unwrap_or(WAIT_MS).min(WAIT_MAX_MS) }
    }
}

/// Has those nodes read again whose observation is too old, and waits for that. Answers with the
/// time since when an observation counts.
pub(super) async fn freshen(region: &Inner, nodes: &NodeSet, fresh: Freshness) -> Option<u64> {
    let since = region.now().saturating_sub(fresh.max_age_ms?);
    let mut version = region.board.version();
    let stale = region.board.unread_since(nodes, since);
    if stale.is_empty() {
        return Some(since);
    }
    region.live.look(&stale);
    let read = async {
        let mut stale = stale;
        while !stale.is_empty() && version.changed().await.is_ok() {
            stale = region.board.unread_since(&stale, since);
            if !stale.is_empty() {
                tokio::time::sleep(PAUSE).await;
            }
        }
    };
    let mut stopping = region.stopping.subscribe();
    tokio::select! {
        () = read => {}
        () = tokio::time::sleep(Duration::from_millis(fresh.wait_ms)) => {}
        _ = stopping.changed() => {}
    }
    Some(since)
}
