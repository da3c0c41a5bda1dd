//! The journal as the region uses it: records instead of bytes, and an answer in the end.
//! It does not fold: `fold` does.

use std::sync::Arc;
use std::time::Duration;

use arbiter::{Record, Seq};
use futures_util::future::BoxFuture;
use journal::{AppendError, Appended, Entry, Journal, ReadError, Refusal, RequestId};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use crate::writable::Writable;

/// How often an append whose answer was lost is asked for again.
const TRIES_MAX: u32 = 5;
/// The pause before that.
const PAUSE: Duration = Duration::from_millis(100);

/// Any journal, behind one pointer.
pub(crate) struct Log {
    journal: Box<dyn AnyJournal>,
    writable: Writable,
}

trait AnyJournal: Send + Sync {
    fn append(
        &self,
        id: RequestId,
        batch: Vec<Vec<u8>>,
    ) -> BoxFuture<'_, Result<Appended, AppendError>>;
    fn read(
        &self,
        from: Seq,
        entries_max: usize,
        bytes_max: usize,
    ) -> BoxFuture<'_, Result<Vec<Entry>, ReadError>>;
    fn head(&self) -> watch::Receiver<Seq>;
    fn oldest(&self) -> BoxFuture<'_, Result<Seq, ReadError>>;
    fn trim(&self, before: Seq) -> BoxFuture<'_, Result<Seq, Refusal>>;
    fn probe(&self) -> BoxFuture<'_, Result<(), Refusal>>;
    fn size_bytes(&self) -> BoxFuture<'_, Result<u64, ReadError>>;
}

impl Log {
    pub(crate) fn new(journal: Arc<impl Journal>) -> Self {
        Self { journal: Box::new(journal), writable: Writable::default() }
    }

    /// Puts a record into the journal. An answer that was lost is found out by asking again.
    pub(crate) async fn append(&self, id: RequestId, record: &Record) -> Result<Seq, AppendError> {
        let payload = serde_json::to_vec(record).map_err(|error| AppendError::Unknown {
            reason: format!("the record can't be written as JSON: {error}"),
        })?;
        let mut answer = self.journal.append(id, vec![payload.clone()]).await;
        for _ in 1..TRIES_MAX {
            if !matches!(answer, Err(AppendError::Unknown { .. })) {
                break;
            }
            tokio::time::sleep(PAUSE).await;
            answer = self.journal.append(id, vec![payload.clone()]).await;
        }
        self.writable.learn(answer.as_ref().err().map(ToString::to_string));
        answer.map(|appended| appended.last)
    }

    /// Why the journal takes no records, if it takes none. It is tried out when nobody knows.
    pub(crate) async fn refused(&self) -> Option<String> {
        self.writable.refused(|| self.journal.probe()).await
    }

    /// The journal grew, so it is writable.
    pub(crate) fn grew(&self) {
        self.writable.learn(None);
    }

    pub(crate) async fn read(
        &self,
        from: Seq,
        entries_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        self.journal.read(from, entries_max, bytes_max).await
    }

    pub(crate) fn head(&self) -> watch::Receiver<Seq> {
        self.journal.head()
    }

    pub(crate) async fn oldest(&self) -> Result<Seq, ReadError> {
        self.journal.oldest().await
    }

    pub(crate) async fn trim(&self, before: Seq) -> Result<Seq, Refusal> {
        self.journal.trim(before).await
    }

    pub(crate) async fn size_bytes(&self) -> Result<u64, ReadError> {
        self.journal.size_bytes().await
    }
}

impl<J: Journal> AnyJournal for Arc<J> {
    fn append(
        &self,
        id: RequestId,
        batch: Vec<Vec<u8>>,
    ) -> BoxFuture<'_, Result<Appended, AppendError>> {
        Box::pin((**self).append(id, batch))
    }

    fn read(
        &self,
        from: Seq,
        entries_max: usize,
        bytes_max: usize,
    ) -> BoxFuture<'_, Result<Vec<Entry>, ReadError>> {
        Box::pin((**self).read(from, entries_max, bytes_max))
    }

    fn head(&self) -> watch::Receiver<Seq> {
        (**self).head()
    }

    fn oldest(&self) -> BoxFuture<'_, Result<Seq, ReadError>> {
        Box::pin((**self).oldest())
    }

    fn trim(&self, before: Seq) -> BoxFuture<'_, Result<Seq, Refusal>> {
        Box::pin((**self).trim(before))
    }

    fn probe(&self) -> BoxFuture<'_, Result<(), Refusal>> {
        Box::pin((**self).probe())
    }

    fn size_bytes(&self) -> BoxFuture<'_, Result<u64, ReadError>> {
        Box::pin((**self).size_bytes())
    }
}

/// The id of a request: the same for the same kind, caller and key; drawn at random without a key.
pub(crate) fn request_id(kind: &str, by: &str, key: Option<&str>) -> RequestId {
    let mut id = [0; 16];
    match key {
        Some(key) => {
            let digest = Sha256::digest(format!("{kind}\n{by}\n{key}"));
            id.copy_from_slice(&digest[..16]);
        }
        None => getrandom::fill(&mut id).expect("the system has random bytes"),
    }
    RequestId(id)
}
