//! Turns at whatever takes only so many exchanges at a time, first come, first served. It does not know what they are.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arbiter::Millis;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until, timeout_at};

/// A turn, which ends when it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _permit: OwnedSemaphorePermit,
    queue: Arc<Queue>,
    gap: Duration,
}

/// A queue for each name.
#[derive(Debug)]
pub(super) struct Queues {
    places: usize,
    queues: Mutex<HashMap<String, Arc<Queue>>>,
}

#[derive(Debug)]
struct Queue {
    places: Arc<Semaphore>,
    /// When the next turn may begin.
    free_at: Mutex<Instant>,
}

impl Queues {
    /// Queues that let so many in at a time, each.
    pub(super) fn new(places: usize) -> Self {
        Self { places, queues: Mutex::default() }
    }

    /// A turn under that name, at least so many milliseconds after the last one; none if there was none in time.
    pub(super) async fn turn(&self, name: &str, gap_ms: u32, deadline: Instant) -> Option<Turn> {
        let queue = self.queue(name);
        let permit = timeout_at(deadline, Arc::clone(&queue.places).acquire_owned()).await;
        let permit = permit.ok()?.ok()?;
        let gap = Duration::from_millis(Millis::from(gap_ms));
        let begins = queue.take(gap, deadline)?;
        sleep_until(begins).await;
        Some(Turn { _permit: permit, queue, gap })
    }

    fn queue(&self, name: &str) -> Arc<Queue> {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        let queue = queues.entry(name.to_owned());
        Arc::clone(queue.or_insert_with(|| Arc::new(Queue::new(self.places))))
    }

    /// Forgets the names that nobody uses.
    pub(super) fn tidy(&self) {
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        queues.retain(|_, queue| Arc::strong_count(queue) > 1 || *queue.free_at() > now);
    }
}

impl Queue {
    fn new(places: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), free_at: Mutex::new(Instant::now()) }
    }

    /// When a turn begins that is taken now; none if that is too late.
    fn take(&self, gap: Duration, deadline: Instant) -> Option<Instant> {
        let mut free_at = self.free_at();
        let begins = Instant::now().max(*free_at);
        if begins > deadline {
            return None;
        }
        *free_at = begins + gap;
        Some(begins)
    }

    fn free_at(&self) -> MutexGuard<'_, Instant> {
        self.free_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut free_at = self.queue.free_at();
        *free_at = (*free_at).max(Instant::now() + self.gap);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(10)
    }

    #[tokio::test(start_paused = true)]
    async fn a_name_has_so_many_turns_at_a_time_and_others_are_not_kept_waiting() {
        let queues = Queues::new(1);
        let first = queues.turn("pdu1", 0, soon()).await;
        assert!(first.is_some());
        assert!(queues.turn("pdu1", 0, soon()).await.is_none());
        assert!(queues.turn("pdu2", 0, soon()).await.is_some());
        queues.tidy();
        let again = queues.turn("pdu1", 0, soon()).await;
        assert!(again.is_none(), "a turn under way is not forgotten");
        drop(first);
        assert!(queues.turn("pdu1", 0, soon()).await.is_some());
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_begins_no_sooner_after_the_last_than_it_may() {
        let (queues, begun) = (Queues::new(2), Instant::now());
        let later = || Instant::now() + Duration::from_secs(10);
        let first = queues.turn("host", 500, later()).await;
        assert_eq!(begun.elapsed(), Duration::ZERO);
        let second = queues.turn("host", 500, later()).await;
        assert_eq!(begun.elapsed(), Duration::from_millis(500), "after the beginning of the first");
        drop(first);
        tokio::time::sleep(Duration::from_millis(100)).await;
        drop(second);
        queues.tidy();
        assert!(queues.turn("host", 500, soon()).await.is_none(), "no turn in time");
        let ended = Instant::now();
        assert!(queues.turn("host", 500, later()).await.is_some());
        assert_eq!(ended.elapsed(), Duration::from_millis(500), "after the end of the second");
    }
}
