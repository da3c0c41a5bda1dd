//! Reads the journal from the beginning and then follows it. What records mean is not known here.

use std::sync::Arc;
use std::time::Duration;

use arbiter::Record;
use journal::{Entry, Journal, ReadError};
use tokio::sync::watch;

use super::AgentError;

/// Entries read at a time.
const ENTRIES_MAX: usize = 4_096;
/// Bytes read at a time.
const BYTES_MAX: usize = 16 << 20;
/// The wait before reading again what could not be read, in milliseconds.
const RETRY_MS: u64 = 500;

/// A place in the journal.
pub(super) struct Follower<J> {
    journal: Arc<J>,
    head: watch::Receiver<u64>,
    next: u64,
}

/// What a read gave.
pub(super) enum Read {
    /// These entries come next.
    Entries(Vec<Entry>),
    /// What comes next is not kept any more: start over.
    StartOver,
}

impl<J: Journal> Follower<J> {
    /// At the oldest entry that is kept.
    pub(super) async fn new(journal: Arc<J>) -> Result<Self, AgentError> {
        let next = journal.oldest().await.map_err(AgentError::Journal)?;
        Ok(Self { head: journal.head(), journal, next })
    }

    /// Whether everything that is durable was read.
    pub(super) fn is_at_head(&self) -> bool {
        self.next > *self.head.borrow()
    }

    /// Waits until there is something to read; `false` when the journal was closed.
    pub(super) async fn wait(&mut self) -> bool {
        let next = self.next;
        self.head.wait_for(|head| *head >= next).await.is_ok()
    }

    /// Reads what comes next; nothing, at the head. While the journal can't be read, nothing else can be
    /// done either: an agent that does not follow must not act.
    pub(super) async fn read(&mut self) -> Result<Read, AgentError> {
        loop {
            if self.is_at_head() {
                return Ok(Read::Entries(Vec::new()));
            }
            match self.journal.read(self.next, ENTRIES_MAX, BYTES_MAX).await {
                Ok(entries) => {
                    self.next = entries.last().map_or(self.next, |last| last.seq + 1);
                    return Ok(Read::Entries(entries));
                }
                Err(ReadError::TooOld { .. } | ReadError::Ahead { .. }) => {
                    return Ok(Read::StartOver);
                }
                Err(ReadError::Unreadable { folder, reason }) => {
                    tracing::error!(folder = %folder.display(), %reason, "can't read the journal");
                    tokio::time::sleep(Duration::from_millis(RETRY_MS)).await;
                }
                Err(error @ (ReadError::Damaged(_) | ReadError::Closed)) => {
                    return Err(AgentError::Journal(error));
                }
            }
        }
    }
}

/// The record of an entry.
pub(super) fn decode(entry: &Entry) -> Result<Record, AgentError> {
    serde_json::from_slice(&entry.payload)
        .map_err(|source| AgentError::Record { seq: entry.seq, source })
}
