//! The task that follows the journal and folds it in.
//! It writes nothing, and outlives a journal that can't be read for a while.

use std::collections::BTreeSet;
use std::sync::Weak;
use std::sync::atomic::Ordering;
use std::time::Duration;

use arbiter::{Change, Record, Seq};
use journal::{Entry, ReadError};

use super::Fold;
use crate::locks::{lock, write};
use crate::region::Inner;

/// The most entries of one read.
const ENTRIES_MAX: usize = 1_000;
/// The most bytes of one read.
const BYTES_MAX: usize = 8 << 20;
/// The pause after a failure.
const PAUSE: Duration = Duration::from_secs(1);
/// How old an observation may be to say that a node is there already, in milliseconds.
pub(crate) const FRESH_MS: u64 = 120_000;

/// Follows the journal as long as there is a region.
pub(crate) async fn follow(region: Weak<Inner>) {
    let Some(mut head) = region.upgrade().map(|inner| inner.log.head()) else { return };
    let mut next: Option<Seq> = None;
    loop {
        let Some(inner) = region.upgrade() else { return };
        match inner.read_on(next).await {
            Ok(Progress::At(seq)) => {
                next = Some(seq);
                continue;
            }
            Ok(Progress::End(seq)) => next = Some(seq),
            Err(Trouble::StartOver) => {
                next = None;
                continue;
            }
            Err(Trouble::Failed) => {
                drop(inner);
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        }
        drop(inner);
        if head.changed().await.is_err() {
            return;
        }
    }
}

enum Progress {
    At(Seq),
    End(Seq),
}

enum Trouble {
    StartOver,
    Failed,
}

impl Inner {
    async fn read_on(&self, next: Option<Seq>) -> Result<Progress, Trouble> {
        let from = match next {
            Some(next) => next,
            None => self.start_over().await?,
        };
        let entries = self.log.read(from, ENTRIES_MAX, BYTES_MAX).await;
        let entries = entries.map_err(|error| self.trouble(&error))?;
        let Some(last) = entries.last().map(|entry| entry.seq) else {
            self.health.caught_up.store(true, Ordering::Release);
            self.folded.send_modify(|_| {});
            return Ok(Progress::End(from));
        };
        self.fold_in(&entries)?;
        *lock(&self.health.fold_trouble) = None;
        // what was there at the start tells nothing of the disk as it is
        if self.health.caught_up.load(Ordering::Acquire) {
            self.log.grew();
        }
        self.folded.send_replace(last);
        Ok(Progress::At(last + 1))
    }

    async fn start_over(&self) -> Result<Seq, Trouble> {
        let oldest = self.log.oldest().await.map_err(|error| self.trouble(&error))?;
        self.health.caught_up.store(false, Ordering::Release);
        *write(&self.fold) = Fold::new(self.fleet().nodes());
        self.ring.reset();
        Ok(oldest)
    }

    fn fold_in(&self, entries: &[Entry]) -> Result<(), Trouble> {
        let live = self.health.caught_up.load(Ordering::Acquire);
        let is_there = |node: &str, goal, at: u64| {
            live && self.board.was_seen(node, goal, at.saturating_sub(FRESH_MS), at)
        };
        let mut touched = BTreeSet::new();
        for entry in entries {
            let record: Record = serde_json::from_slice(&entry.payload).map_err(|error| {
                let words = format!("entry {} of the journal is no record: {error}", entry.seq);
                self.stuck(words)
            })?;
            let mut fold = write(&self.fold);
            if entry.seq <= fold.ledger.seq() {
                continue;
            }
            let changes = fold.apply(entry.seq, entry.at_ms, &record, &is_there);
            if live {
                fold.tell(entry.seq, entry.at_ms, &record, &changes, &self.ring, &self.metrics);
            }
            touched.extend(changes.iter().filter_map(command));
        }
        self.watchers.wake(touched);
        Ok(())
    }

    fn trouble(&self, error: &ReadError) -> Trouble {
        match error {
            ReadError::TooOld { .. } | ReadError::Ahead { .. } => {
                tracing::error!(%error, "the journal is read anew from its beginning");
                Trouble::StartOver
            }
            ReadError::Damaged(_) | ReadError::Unreadable { .. } | ReadError::Closed => {
                self.stuck(error.to_string())
            }
        }
    }

    fn stuck(&self, words: String) -> Trouble {
        let mut trouble = lock(&self.health.fold_trouble);
        if trouble.as_ref() != Some(&words) {
            tracing::error!("{words}");
        }
        *trouble = Some(words);
        Trouble::Failed
    }
}

/// The command about which the change is news.
fn command(change: &Change) -> Option<Seq> {
    match change {
        Change::Judged { seq, .. }
        | Change::Ended { seq, .. }
        | Change::Marked { seq, .. }
        | Change::Began { seq, .. } => Some(*seq),
        Change::Repeated { .. }
        | Change::HoldChanged { .. }
        | Change::Withheld { .. }
        | Change::Led { .. } => None,
    }
}
