//! The trait that every journal keeps, and the few types in it.
//! It says nothing about files, engines or machines.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use tokio::sync::watch;

use crate::error::{AppendError, ReadError, Refusal};

/// A position in the journal. The first entry is 1; each later one is one more.
pub type Seq = u64;

/// One entry as it was appended. A clone shares the payload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its position.
    pub seq: Seq,
    /// When it was written, in unix milliseconds. Never runs backwards along the journal.
    pub at_ms: u64,
    /// The bytes that were appended.
    pub payload: Arc<[u8]>,
}

/// Names one append, so that its retry is harmless. Drawn at random by the caller; the id alone
/// decides what is a retry, the batch that comes with it is not compared.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestId(pub [u8; 16]);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RequestId({self})")
    }
}

/// Where a batch went. All its entries lie side by side and carry the same time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Position of the first entry of the batch.
    pub first: Seq,
    /// Position of its last entry.
    pub last: Seq,
    /// The time that all of them carry, in unix milliseconds.
    pub at_ms: u64,
}

/// One ordered, durable log.
///
/// A follower takes [`head`](Journal::head), reads up to it, waits for it to change and reads on.
/// It must expect [`ReadError::TooOld`] and [`ReadError::Ahead`] at any time: both mean that it has
/// to forget what it folded and start over from [`oldest`](Journal::oldest).
pub trait Journal: Send + Sync + 'static {
    /// Appends the batch, all of it or nothing, and answers once it is durable.
    ///
    /// A retry under the same id appends nothing and gets the first answer again; ids are
    /// remembered for a bounded number of later requests. Dropping the future early does not
    /// withdraw the batch: whether it was written is then unknown.
    ///
    /// # Errors
    /// [`AppendError::Refused`] is a promise that nothing was and nothing will be written;
    /// after [`AppendError::Unknown`], retry under the same id, or read.
    fn append(
        &self,
        id: RequestId,
        batch: Vec<Vec<u8>>,
    ) -> impl Future<Output = Result<Appended, AppendError>> + Send;

    /// Reads entries in order from position `from` on: at most `max_entries`, and no more once their
    /// payloads reach `max_bytes`, but at least one if there is one. Empty at the end.
    ///
    /// # Errors
    /// [`ReadError::TooOld`] if `from` was trimmed away (0 always was), [`ReadError::Ahead`] if it
    /// is more than one past the end, [`ReadError::Damaged`] rather than a wrong entry.
    fn read(
        &self,
        from: Seq,
        max_entries: usize,
        max_bytes: usize,
    ) -> impl Future<Output = Result<Vec<Entry>, ReadError>> + Send;

    /// Follows the newest durable position; 0 in a journal that never had an entry. The sender goes
    /// away when the journal closes.
    fn head(&self) -> watch::Receiver<Seq>;

    /// The oldest position still kept; one past the head if none is.
    ///
    /// # Errors
    /// [`ReadError`] if the journal can't be asked.
    fn oldest(&self) -> impl Future<Output = Result<Seq, ReadError>> + Send;

    /// Forgets the entries below position `before` (at most all) and answers with the oldest position
    /// kept then. Appends and reads go on meanwhile.
    ///
    /// # Errors
    /// [`Refusal`] if it ended early; what it forgot until then stays forgotten.
    fn trim(&self, before: Seq) -> impl Future<Output = Result<Seq, Refusal>> + Send;

    /// Writes something durable that no reader ever sees: whether an append of a few kilobytes would
    /// be taken now.
    ///
    /// # Errors
    /// [`Refusal`], as an append would be refused.
    fn probe(&self) -> impl Future<Output = Result<(), Refusal>> + Send;

    /// Bytes in use, without the room that trimmed entries left for new ones.
    ///
    /// # Errors
    /// [`ReadError`] if the journal can't be asked.
    fn size_bytes(&self) -> impl Future<Output = Result<u64, ReadError>> + Send;
}
