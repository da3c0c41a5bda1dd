//! Turns at whatever takes only so many exchanges at a time, first come, first served. It does not know what they are.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout_at};

/// A turn, which ends when it is dropped.
pub(super) type Turn = OwnedSemaphorePermit;

/// A queue for each name.
#[derive(Debug)]
pub(super) struct Queues {
    places: usize,
    queues: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl Queues {
    /// Queues that let so many in at a time, each.
    pub(super) fn new(places: usize) -> Self {
        Self { places, queues: Mutex::default() }
    }

    /// A turn under that name; none if there was none in time.
    pub(super) async fn turn(&self, name: &str, deadline: Instant) -> Option<Turn> {
        let queue = {
            let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
            let queue = queues.entry(name.to_owned());
            Arc::clone(queue.or_insert_with(|| Arc::new(Semaphore::new(self.places))))
        };
        timeout_at(deadline, queue.acquire_owned()).await.ok()?.ok()
    }

    /// Forgets the names that nobody uses.
    pub(super) fn tidy(&self) {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        queues.retain(|_, queue| Arc::strong_count(queue) > 1);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_name_has_so_many_turns_at_a_time_and_others_are_not_kept_waiting() {
        let (queues, soon) = (Queues::new(1), || Instant::now() + Duration::from_millis(10));
        let first = queues.turn("pdu1", soon()).await;
        assert!(first.is_some());
        assert!(queues.turn("pdu1", soon()).await.is_none());
        assert!(queues.turn("pdu2", soon()).await.is_some());
        queues.tidy();
        assert!(queues.turn("pdu1", soon()).await.is_none(), "a turn under way is not forgotten");
        drop(first);
        assert!(queues.turn("pdu1", soon()).await.is_some());
    }
}
