//! What the writer tells the readers: how far the journal reaches, and its newest entries.
//! It reads nothing from disk.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::{Entry, Seq};

/// Room for one more entry in the tail's books, so that small entries count as well.
const ENTRY_BYTES: usize = 64;

/// The ends of the journal and its newest entries, for whoever reads.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) head: watch::Receiver<Seq>,
    oldest: AtomicU64,
    tail: Mutex<Tail>,
}

#[derive(Debug)]
struct Tail {
    entries: VecDeque<Entry>,
    bytes: usize,
    bytes_max: usize,
}

impl Shared {
    pub(super) fn new(head: watch::Receiver<Seq>, oldest: Seq, bytes_max: usize) -> Self {
        let tail = Tail { entries: VecDeque::new(), bytes: 0, bytes_max };
        Self { head, oldest: AtomicU64::new(oldest), tail: Mutex::new(tail) }
    }

    pub(super) fn oldest(&self) -> Seq {
        self.oldest.load(Ordering::Acquire)
    }

    pub(super) fn trimmed(&self, oldest: Seq) {
        self.oldest.store(oldest, Ordering::Release);
        self.tail().drop_before(oldest);
    }

    /// Adds entries that follow those already there.
    pub(super) fn extend(&self, entries: impl IntoIterator<Item = Entry>) {
        let mut tail = self.tail();
        entries.into_iter().for_each(|entry| tail.push(entry));
    }

    /// The entries from `from` on, within the bounds; `None` if `from` is no longer in memory.
    pub(super) fn read(
        &self,
        from: Seq,
        max_entries: usize,
        max_bytes: usize,
    ) -> Option<Vec<Entry>> {
        let tail = self.tail();
        let first = tail.entries.front()?.seq;
        let skip = usize::try_from(from.checked_sub(first)?).ok()?;
        let mut bytes = 0;
        let fits = |(index, entry): &(usize, &Entry)| {
            let fits = *index == 0 || bytes < max_bytes;
            bytes += entry.payload.len();
            fits
        };
        let kept = tail.entries.iter().skip(skip).take(max_entries).enumerate().take_while(fits);
        Some(kept.map(|(_, entry)| entry.clone()).collect())
    }

    fn tail(&self) -> MutexGuard<'_, Tail> {
        self.tail.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Tail {
    fn push(&mut self, entry: Entry) {
        if self.entries.back().is_some_and(|last| last.seq >= entry.seq) {
            return;
        }
        self.bytes += weight(&entry);
        self.entries.push_back(entry);
        while self.bytes > self.bytes_max {
            self.pop();
        }
    }

    fn drop_before(&mut self, oldest: Seq) {
        while self.entries.front().is_some_and(|entry| entry.seq < oldest) {
            self.pop();
        }
    }

    fn pop(&mut self) {
        let Some(entry) = self.entries.pop_front() else { return };
        self.bytes -= weight(&entry);
    }
}

fn weight(entry: &Entry) -> usize {
    entry.payload.len() + ENTRY_BYTES
}
