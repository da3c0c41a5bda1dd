//! The embedded journal as its users hold it: opens it, checks bounds, hands work to the writer and
//! the readers. It does no disk work of its own once it is open.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};

use super::folder::Folder;
use super::options::Options;
use super::readers::Readers;
use super::shared::Shared;
use super::writer::{Append, Job, Trim, Writer};
use crate::store::{self, Format, Loaded, StoreError};
use crate::{
    AppendError, Appended, Damage, Entry, Journal, OpenError, ReadError, Refusal, RequestId, Seq,
    inspect,
};

/// How long to wait for a place in a full queue when closing.
const CLOSE_RETRY: Duration = Duration::from_millis(1);

/// The embedded journal. Dropping it writes what is queued, closes the file and frees the folder.
#[derive(Debug)]
pub struct Local {
    options: Options,
    shared: Arc<Shared>,
    readers: Readers,
    jobs: mpsc::Sender<Job>,
    /// Bytes of payload that may still be queued.
    room: Arc<Semaphore>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl Local {
    /// Opens the journal in that folder, or makes an empty one if there is none, and verifies its
    /// ends. What a crash left half-written is undone. Blocks meanwhile.
    ///
    /// # Errors
    /// [`OpenError`], which names the place and what is wrong with it; nothing was changed then.
    pub fn open(folder: impl AsRef<Path>, options: Options) -> Result<Self, OpenError> {
        let options = options.clamped();
        let folder = Folder::take(folder.as_ref())?;
        let (connection, loaded) = connect(&folder.path, &options)?;
        let readers =
            Readers::new(folder.path.clone(), folder.database.clone(), options.readers_max);
        let (jobs, queue) = mpsc::channel(options.queue_max);
        let path = folder.path.clone();
        let writer = Writer::new(folder, connection, loaded, options.clone());
        let shared = writer.shared();
        let thread = thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || writer.run(queue))
            .map_err(|source| OpenError::Folder { action: "start a writer for", path, source })?;
        let room = Arc::new(Semaphore::new(options.queue_bytes_max));
        Ok(Self { options, shared, readers, jobs, room, writer: Mutex::new(Some(thread)) })
    }

    /// Changes [`Options::max_bytes`] while the journal is open; room that is in use stays in use.
    ///
    /// # Errors
    /// [`Refusal`] if the writer can't take it on now.
    pub async fn set_max_bytes(&self, max_bytes: Option<u64>) -> Result<(), Refusal> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Limit { max_bytes, reply })?;
        answer.await.unwrap_or(Err(Refusal::Closed))
    }

    /// Writes what is queued, closes the file and frees the folder; all later calls are refused.
    /// Blocks until then.
    pub fn close(&self) {
        self.readers.close();
        let thread = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(thread) = thread else { return };
        self.stop();
        if thread.join().is_err() {
            tracing::error!("the writer of the journal had panicked");
        }
    }

    /// A full queue is drained soon, and a closed one means that the writer is gone already.
    fn stop(&self) {
        let mut job = Job::Close;
        while let Err(TrySendError::Full(again)) = self.jobs.try_send(job) {
            job = again;
            thread::sleep(CLOSE_RETRY);
        }
    }

    fn send(&self, job: Job) -> Result<(), Refusal> {
        self.jobs.try_send(job).map_err(|error| match error {
            TrySendError::Full(_) => Refusal::QueueFull,
            TrySendError::Closed(_) => Refusal::Closed,
        })
    }

    fn request(
        &self,
        id: RequestId,
        batch: Vec<Vec<u8>>,
        reply: oneshot::Sender<Result<Appended, AppendError>>,
    ) -> Result<Append, Refusal> {
        let bytes = self.measure(&batch)?;
        let permits = u32::try_from(bytes).map_err(|_too_many| Refusal::QueueFull)?;
        let room = Arc::clone(&self.room);
        let _room = room.try_acquire_many_owned(permits).map_err(|_too_many| Refusal::QueueFull)?;
        let payloads = batch.into_iter().map(Arc::from).collect();
        Ok(Append { id, payloads, bytes, reply, _room })
    }

    fn measure(&self, batch: &[Vec<u8>]) -> Result<usize, Refusal> {
        let options = &self.options;
        let largest = batch.iter().map(Vec::len).max().ok_or(Refusal::Empty)?;
        within("the number of entries", batch.len(), options.batch_entries_max)?;
        within("the size of an entry in bytes", largest, options.entry_bytes_max)?;
        let bytes = batch.iter().fold(0, |bytes: usize, entry| bytes.saturating_add(entry.len()));
        within("the size of the batch in bytes", bytes, options.batch_bytes_max)?;
        Ok(bytes)
    }

    /// `Err` inside if the position left meanwhile: it then tells the oldest that is kept.
    async fn read_disk(
        &self,
        from: Seq,
        head: Seq,
        max_entries: usize,
        max_bytes: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        let question =
            move |open: &Connection| store::range(open, from, head, max_entries, max_bytes);
        self.readers.ask(question).await?.map_err(|oldest| ReadError::TooOld { oldest })
    }
}

impl Journal for Local {
    async fn append(&self, id: RequestId, batch: Vec<Vec<u8>>) -> Result<Appended, AppendError> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Append(self.request(id, batch, reply)?))?;
        let lost = |_| AppendError::Unknown { reason: "the writer stopped".to_owned() };
        answer.await.map_err(lost)?
    }

    async fn read(
        &self,
        from: Seq,
        max_entries: usize,
        max_bytes: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        let (oldest, head) = (self.shared.oldest(), *self.shared.head.borrow());
        if from < oldest {
            return Err(ReadError::TooOld { oldest });
        }
        if from > head + 1 {
            return Err(ReadError::Ahead { from, head });
        }
        if from == head + 1 || max_entries == 0 {
            return Ok(Vec::new());
        }
        match self.shared.read(from, max_entries, max_bytes) {
            Some(entries) => Ok(entries),
            None => self.read_disk(from, head, max_entries, max_bytes).await,
        }
    }

    fn head(&self) -> watch::Receiver<Seq> {
        self.shared.head.clone()
    }

    async fn oldest(&self) -> Result<Seq, ReadError> {
        Ok(self.shared.oldest())
    }

    async fn trim(&self, before: Seq) -> Result<Seq, Refusal> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Trim(Trim { before, reply }))?;
        answer.await.unwrap_or(Err(Refusal::Closed))
    }

    async fn probe(&self) -> Result<(), Refusal> {
        let (reply, answer) = oneshot::channel();
        self.send(Job::Probe { reply })?;
        answer.await.unwrap_or(Err(Refusal::Closed))
    }

    async fn size_bytes(&self) -> Result<u64, ReadError> {
        self.readers.ask(store::size_bytes).await
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.close();
    }
}

fn connect(folder: &Path, options: &Options) -> Result<(Connection, Loaded), OpenError> {
    let unusable = |error: StoreError| match error.into_damage(folder) {
        Ok(damage) => {
            let readable = inspect::has_readable(folder);
            OpenError::Damaged(Damage { readable, ..damage })
        }
        Err(reason) => OpenError::Unusable { folder: folder.to_owned(), reason },
    };
    let file = store::file(folder);
    let mut connection =
        store::writer(folder, options.max_bytes).map_err(|error| unusable(error.into()))?;
    match store::prepare(&mut connection).map_err(unusable)? {
        Format::Known => {}
        Format::Newer(found) => {
            return Err(OpenError::Newer { file, found, known: store::FORMAT });
        }
        Format::Foreign => return Err(OpenError::NotAJournal { file }),
    }
    let loaded = store::load(&connection, options.requests_max, options.tail_bytes_max);
    Ok((connection, loaded.map_err(unusable)?))
}

fn within(what: &'static str, size: usize, max: usize) -> Result<(), Refusal> {
    if size > max { Err(Refusal::TooLarge { what, size, max }) } else { Ok(()) }
}
