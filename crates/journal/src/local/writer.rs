//! The one thread that writes: it drains its queue into one transaction after another and answers
//! each request once its transaction is durable. It reads nothing for others.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use rusqlite::Connection;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};

use super::folder::Folder;
use super::options::Options;
use super::requests::Requests;
use super::shared::Shared;
use crate::store::{self, Batch, Loaded, State, StoreError, WriteError, Written};
use crate::{AppendError, Appended, Refusal, RequestId, Seq};

/// A transaction takes no more requests than this ...
const GROUP_REQUESTS_MAX: usize = 512;
/// ... and no further ones once it has so many bytes of payload.
const GROUP_BYTES_MAX: usize = 8 << 20;
/// How many trims may wait for one that is running.
const TRIMS_MAX: usize = 16;

/// What the writer is asked to do.
pub(super) enum Job {
    Append(Append),
    Trim(Trim),
    Probe { reply: oneshot::Sender<Result<(), Refusal>> },
    Limit { max_bytes: Option<u64>, reply: oneshot::Sender<Result<(), Refusal>> },
    Close,
}

pub(super) struct Append {
    pub(super) id: RequestId,
    pub(super) payloads: Vec<Arc<[u8]>>,
    pub(super) bytes: usize,
    pub(super) reply: oneshot::Sender<Result<Appended, AppendError>>,
    /// Room in the queue, given back when the request is answered.
    pub(super) _room: OwnedSemaphorePermit,
}

impl Append {
    /// A caller that went away does not want the answer.
    fn answer(self, answer: Result<Appended, AppendError>) {
        let _gone = self.reply.send(answer);
    }
}

pub(super) struct Trim {
    pub(super) before: Seq,
    pub(super) reply: oneshot::Sender<Result<Seq, Refusal>>,
}

pub(super) struct Writer {
    folder: Folder,
    options: Options,
    shared: Arc<Shared>,
    head: watch::Sender<Seq>,
    /// `None` after a failure, until the next attempt.
    connection: Option<Connection>,
    state: State,
    requests: Requests,
    /// The requests of a commit that failed half-way, until it is known what became of it.
    doubt: Option<HashSet<RequestId>>,
    trims: VecDeque<Trim>,
}

impl Writer {
    pub(super) fn new(
        folder: Folder,
        connection: Connection,
        loaded: Loaded,
        options: Options,
    ) -> Self {
        let (head, follower) = watch::channel(loaded.state.head);
        let shared = Shared::new(follower, loaded.state.oldest, options.tail_bytes_max);
        shared.extend(loaded.tail);
        Self {
            folder,
            shared: Arc::new(shared),
            head,
            connection: Some(connection),
            state: loaded.state,
            requests: Requests::new(options.requests_max, loaded.requests),
            options,
            doubt: None,
            trims: VecDeque::new(),
        }
    }

    pub(super) fn shared(&self) -> Arc<Shared> {
        Arc::clone(&self.shared)
    }

    /// Runs until it is told to close and then answers what is still queued.
    pub(super) fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        loop {
            let idle = self.trims.is_empty();
            let first = if idle { jobs.blocking_recv() } else { jobs.try_recv().ok() };
            if first.is_none() && (idle || jobs.is_closed()) {
                break;
            }
            let group = self.gather(first, &mut jobs);
            self.append(group);
            self.trim_some();
        }
        for trim in self.trims {
            let _gone = trim.reply.send(Err(Refusal::Closed));
        }
    }

    /// Takes what is queued: the appends for one transaction, and does the rest on the way.
    fn gather(&mut self, first: Option<Job>, jobs: &mut mpsc::Receiver<Job>) -> Vec<Append> {
        let (mut group, mut bytes) = (Vec::new(), 0);
        let mut next = first;
        while let Some(job) = next {
            match job {
                Job::Append(append) => {
                    bytes += append.bytes;
                    group.push(append);
                }
                Job::Trim(trim) => self.queue_trim(trim),
                Job::Probe { reply } => {
                    let _gone = reply.send(self.probe());
                }
                Job::Limit { max_bytes, reply } => self.limit(max_bytes, reply),
                Job::Close => jobs.close(),
            }
            let full = group.len() >= GROUP_REQUESTS_MAX || bytes >= GROUP_BYTES_MAX;
            next = if full { None } else { jobs.try_recv().ok() };
        }
        group
    }

    fn append(&mut self, mut group: Vec<Append>) {
        while !group.is_empty() {
            if let Err(reason) = self.settle() {
                return self.refuse_in_doubt(group, &reason);
            }
            let (fresh, repeated) = self.answer_known(group);
            self.commit(fresh);
            group = repeated;
        }
    }

    /// Answers the requests that were written before, and sets the second of equal ones apart.
    fn answer_known(&self, group: Vec<Append>) -> (Vec<Append>, Vec<Append>) {
        let mut ids = HashSet::new();
        let (mut fresh, mut repeated) = (Vec::new(), Vec::new());
        for append in group {
            match self.requests.get(append.id) {
                Some(answer) => append.answer(Ok(answer)),
                None if ids.insert(append.id) => fresh.push(append),
                None => repeated.push(append),
            }
        }
        (fresh, repeated)
    }

    fn commit(&mut self, group: Vec<Append>) {
        if group.is_empty() {
            return;
        }
        match self.write(&group) {
            Ok(written) => match self.folder.database.check() {
                Ok(()) => self.publish(group, written),
                Err(reason) => self.lose(group, &reason),
            },
            // What does not fit must not keep out what does.
            Err(WriteError::Undone(error)) if store::is_full(&error) && group.len() > 1 => {
                group.into_iter().for_each(|append| self.append(vec![append]));
            }
            Err(WriteError::Undone(error)) => self.refuse(group, &error),
            Err(WriteError::Unsettled(error)) => self.resolve(group, &error),
        }
    }

    fn write(&mut self, group: &[Append]) -> Result<Written, WriteError> {
        let clock = self.options.clock;
        let batches: Vec<_> = group
            .iter()
            .map(|append| Batch { id: append.id, at_ms: clock(), payloads: &append.payloads })
            .collect();
        let (state, forget) = (self.state, self.requests.floor(group.len(), self.state.head));
        store::append(self.connect()?, state, &batches, forget)
    }

    /// Makes durable entries visible: first where they are read, then to whom waits for them.
    fn publish(&mut self, group: Vec<Append>, written: Written) {
        self.state = written.state;
        self.shared.extend(written.entries);
        self.head.send_replace(self.state.head);
        for (append, answer) in group.into_iter().zip(written.answers) {
            self.requests.add(append.id, answer);
            append.answer(Ok(answer));
        }
    }

    /// They are durable in a file that nobody may ever find.
    fn lose(&mut self, group: Vec<Append>, reason: &str) {
        tracing::error!(requests = group.len(), reason, "appends went to a file that is gone");
        self.doubt = Some(group.iter().map(|append| append.id).collect());
        self.refuse_in_doubt(group, reason);
    }

    fn refuse(&mut self, group: Vec<Append>, error: &rusqlite::Error) {
        let refusal = self.refusal(error);
        tracing::warn!(requests = group.len(), %error, "appends refused");
        self.connection = None;
        group.into_iter().for_each(|append| append.answer(Err(refusal.clone().into())));
    }

    /// A commit failed half-way: finds out what became of it, if the disk lets it.
    fn resolve(&mut self, group: Vec<Append>, error: &rusqlite::Error) {
        tracing::error!(requests = group.len(), %error, "a commit failed half-way");
        self.doubt = Some(group.iter().map(|append| append.id).collect());
        if let Err(reason) = self.settle() {
            return self.refuse_in_doubt(group, &format!("{error}, then {reason}"));
        }
        let refusal = self.refusal(error);
        for append in group {
            let written = self.requests.get(append.id);
            append.answer(written.ok_or_else(|| refusal.clone().into()));
        }
    }

    /// Makes sure that the file is in its place. Ends a doubt, if there is one: commits something else
    /// and takes over what is there then.
    fn settle(&mut self) -> Result<(), String> {
        self.folder.database.check()?;
        if self.doubt.is_none() {
            return Ok(());
        }
        self.connection = None;
        let loaded = self.mended().map_err(StoreError::into_reason)?;
        tracing::info!(head = loaded.state.head, "the journal can be written again");
        self.doubt = None;
        self.state = loaded.state;
        self.requests = Requests::new(self.options.requests_max, loaded.requests);
        self.shared.trimmed(self.state.oldest);
        self.shared.extend(loaded.tail);
        self.head.send_replace(self.state.head);
        Ok(())
    }

    fn mended(&mut self) -> Result<Loaded, StoreError> {
        let Options { requests_max, tail_bytes_max, .. } = self.options;
        let connection = self.connect()?;
        store::mend(connection)?;
        store::load(connection, requests_max, tail_bytes_max)
    }

    fn refuse_in_doubt(&self, group: Vec<Append>, reason: &str) {
        let folder = self.folder.path.clone();
        let refusal = Refusal::Unwritable { folder, reason: reason.to_owned() };
        for append in group {
            let doubtful = self.doubt.as_ref().is_some_and(|ids| ids.contains(&append.id));
            let unknown = AppendError::Unknown { reason: reason.to_owned() };
            append.answer(Err(if doubtful { unknown } else { refusal.clone().into() }));
        }
    }

    fn queue_trim(&mut self, trim: Trim) {
        if self.trims.len() < TRIMS_MAX {
            self.trims.push_back(trim);
        } else {
            let _gone = trim.reply.send(Err(Refusal::QueueFull));
        }
    }

    /// Does one chunk of the first trim that waits, so that appends get their turn.
    fn trim_some(&mut self) {
        let Some(trim) = self.trims.front() else { return };
        let before = trim.before.min(self.state.head + 1);
        let result = if before > self.state.oldest { self.trim_chunk(before) } else { Ok(()) };
        if result.is_ok() && self.state.oldest < before {
            return;
        }
        if let Some(trim) = self.trims.pop_front() {
            let _gone = trim.reply.send(result.map(|()| self.state.oldest));
        }
    }

    fn trim_chunk(&mut self, before: Seq) -> Result<(), Refusal> {
        self.state = self.transact(|open, state| store::trim_some(open, state, before))?;
        self.shared.trimmed(self.state.oldest);
        Ok(())
    }

    fn probe(&mut self) -> Result<(), Refusal> {
        self.transact(store::probe)
    }

    /// Runs a transaction that appends nothing.
    fn transact<T>(
        &mut self,
        run: impl FnOnce(&mut Connection, State) -> Result<T, WriteError>,
    ) -> Result<T, Refusal> {
        let folder = self.folder.path.clone();
        self.settle().map_err(|reason| Refusal::Unwritable { folder, reason })?;
        let state = self.state;
        let done = self.connect().map_err(WriteError::Undone).and_then(|open| run(open, state));
        done.map_err(|error| match error {
            WriteError::Undone(error) => {
                self.connection = None;
                self.refusal(&error)
            }
            WriteError::Unsettled(error) => {
                self.doubt = Some(HashSet::new());
                self.refusal(&error)
            }
        })
    }

    /// A connection that is opened later gets the new limit as well.
    fn limit(&mut self, max_bytes: Option<u64>, reply: oneshot::Sender<Result<(), Refusal>>) {
        self.options.max_bytes = max_bytes;
        let _gone = reply.send(self.set_limit());
    }

    fn set_limit(&mut self) -> Result<(), Refusal> {
        let (folder, max_bytes) = (self.folder.path.clone(), self.options.max_bytes);
        let database = self.folder.database.check();
        database.map_err(|reason| Refusal::Unwritable { folder, reason })?;
        let done = self.connect().and_then(|open| store::set_max_bytes(open, max_bytes));
        done.map_err(|error| self.refusal(&error))
    }

    fn connect(&mut self) -> rusqlite::Result<&mut Connection> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => store::writer(&self.folder.path, self.options.max_bytes)?,
        };
        Ok(self.connection.insert(connection))
    }

    fn refusal(&self, error: &rusqlite::Error) -> Refusal {
        let folder = self.folder.path.clone();
        if store::is_full(error) {
            return Refusal::DiskFull { folder };
        }
        Refusal::Unwritable { folder, reason: error.to_string() }
    }
}
