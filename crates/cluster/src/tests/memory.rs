//! A journal in memory, and what is put in there.

use std::future::{Future, ready};
use std::sync::{Arc, Mutex};

use arbiter::{Action, Command, Record, Settlement};
use journal::{AppendError, Appended, Entry, Journal, ReadError, Refusal, RequestId};
use nodeset::NodeSet;
use tokio::sync::watch;

use crate::clock::now_ms;

/// Where a record stands to another one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Before,
    After,
}

/// A journal that is durable at once.
pub struct Memory {
    entries: Mutex<Vec<Entry>>,
    /// Is in the journal together with the agent's next record, right before or right after it.
    beside: Mutex<Option<(Side, Vec<u8>)>>,
    pub head: watch::Sender<u64>,
}

impl Memory {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            entries: Mutex::default(),
            beside: Mutex::default(),
            head: watch::Sender::new(0),
        })
    }

    fn put(&self, records: Vec<Vec<u8>>) -> Appended {
        let mut entries = self.entries.lock().expect("no holder panics");
        let first = entries.len() as u64 + 1;
        for payload in records {
            let seq = entries.len() as u64 + 1;
            entries.push(Entry { seq, at_ms: now_ms(), payload: payload.into() });
        }
        let last = entries.len() as u64;
        drop(entries);
        self.head.send_replace(last);
        Appended { first, last, at_ms: now_ms() }
    }

    /// Puts a command on record; its sequence number.
    pub fn command(&self, command: &Command) -> u64 {
        self.put(vec![given(command)]).first
    }

    /// The command will be delivered in one batch with the agent's next record.
    pub fn command_beside(&self, side: Side, command: &Command) {
        *self.beside.lock().expect("no holder panics") = Some((side, given(command)));
    }

    /// The intents that ended, and how.
    pub fn settled(&self) -> Vec<(u64, Settlement)> {
        let entries = self.entries.lock().expect("no holder panics");
        let records = entries.iter().map(|entry| serde_json::from_slice(&entry.payload));
        let ends = records.filter_map(|record| match record.expect("a record") {
            Record::Settled { seq, outcome, .. } => Some((seq, outcome)),
            Record::Command(_)
            | Record::Withdrawn(_)
            | Record::Held(_)
            | Record::Released(_)
            | Record::Led { .. }
            | Record::Fired { .. } => None,
        });
        ends.collect()
    }
}

impl Journal for Memory {
    fn append(
        &self,
        _id: RequestId,
        mut batch: Vec<Vec<u8>>,
    ) -> impl Future<Output = Result<Appended, AppendError>> + Send {
        if let Some((side, record)) = self.beside.lock().expect("no holder panics").take() {
            batch.insert(if side == Side::Before { 0 } else { batch.len() }, record);
        }
        ready(Ok(self.put(batch)))
    }

    fn read(
        &self,
        from: u64,
        max_entries: usize,
        _max_bytes: usize,
    ) -> impl Future<Output = Result<Vec<Entry>, ReadError>> + Send {
        let entries = self.entries.lock().expect("no holder panics");
        let skipped = from as usize - 1;
        ready(Ok(entries.iter().skip(skipped).take(max_entries).cloned().collect()))
    }

    fn head(&self) -> watch::Receiver<u64> {
        self.head.subscribe()
    }

    fn oldest(&self) -> impl Future<Output = Result<u64, ReadError>> + Send {
        ready(Ok(1))
    }

    fn trim(&self, _before: u64) -> impl Future<Output = Result<u64, Refusal>> + Send {
        ready(Ok(1))
    }

    fn probe(&self) -> impl Future<Output = Result<(), Refusal>> + Send {
        ready(Ok(()))
    }

    fn size_bytes(&self) -> impl Future<Output = Result<u64, ReadError>> + Send {
        ready(Ok(0))
    }
}

/// A command for some nodes of the cluster `c`.
pub fn command(action: Action, nodes: NodeSet, deadline_ms: u64) -> Command {
    Command::plain(action, nodes, ("c", "ann", "test"), deadline_ms)
}

fn given(command: &Command) -> Vec<u8> {
    serde_json::to_vec(&Record::Command(command.clone().into())).expect("JSON")
}
