//! Redfish: a task and a connection for each BMC while it is in use, and next to nothing while it is not.
//!
//! HTTP comes from hyper, TLS from rustls. It serves nothing, and there is no fallback from it to another protocol.

mod boot;
mod client;
mod document;
mod exchange;
mod identity;
mod memory;
mod quirks;
#[cfg(test)]
mod tests;
mod worker;

use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;

use super::accounts::Accounts;
use super::http::Connector;
use super::resolve::Turns;
use super::{Answered, Common, Job};
use crate::inventory::{Contact, Endpoint};
use crate::targets::Target;
use memory::Memory;
use worker::Worker;

/// How long closing all sessions may take at the end.
const STOP_MS: u64 = 2_000;

/// The driver's handle.
#[derive(Debug)]
pub(super) struct Engine(Arc<Shared>);

/// What all BMCs have in common.
#[derive(Debug)]
struct Shared {
    answers: UnboundedSender<Answered>,
    turns: Arc<Turns>,
    accounts: Arc<Accounts>,
    http: Arc<Connector>,
    doors: Mutex<HashMap<Contact, Door>>,
    stopping: AtomicBool,
    /// A worker retired.
    retired: Notify,
}

/// One BMC.
#[derive(Debug)]
struct Door {
    queue: VecDeque<Job>,
    /// How the last question got there: without the system behind it.
    way: Option<(Endpoint, Arc<Target>)>,
    /// What was known until then is outdated.
    renewed: bool,
    wake: Arc<Notify>,
    /// What is known, while no worker has it.
    memory: Option<Memory>,
}

/// What a worker is to do.
enum Next {
    /// This, with what it knows or, if so, without it.
    Job(Job, bool),
    Nothing,
    Stop,
}

impl Engine {
    pub(super) fn start(common: &Common) -> std::io::Result<Self> {
        Ok(Self::new(common))
    }

    fn new(common: &Common) -> Self {
        Self(Arc::new(Shared {
            answers: common.answers.clone(),
            turns: Arc::clone(&common.turns),
            accounts: Arc::clone(&common.accounts),
            http: Arc::clone(&common.http),
            doors: Mutex::default(),
            stopping: AtomicBool::new(false),
            retired: Notify::new(),
        }))
    }

    /// Asks, within a tokio runtime.
    pub(super) fn ask(&self, job: Job) {
        let address = job.target.endpoint.contact.clone();
        let mut doors = self.0.doors();
        let door = doors.entry(address.clone()).or_insert_with(Door::new);
        door.push(job);
        match door.memory.take() {
            None => door.wake.notify_one(),
            Some(memory) => self.work(address, door, memory),
        }
    }

    pub(super) fn renew(&self) {
        for door in self.0.doors().values_mut() {
            door.renewed = true;
        }
    }

    /// Ends the sessions that there are, also those whose connection is closed.
    pub(super) async fn stop(self) {
        self.0.stopping.store(true, Ordering::Relaxed);
        for (address, door) in self.0.doors().iter_mut() {
            door.wake.notify_one();
            if let Some(memory) = door.memory.take_if(|memory| memory.session.is_some()) {
                self.work(address.clone(), door, memory);
            }
        }
        let ended =
            tokio::time::timeout(Duration::from_millis(STOP_MS), self.0.all_retired()).await;
        if ended.is_err() {
            tracing::warn!("not all Redfish sessions were closed within {STOP_MS} ms");
        }
    }

    /// Sends a worker there.
    fn work(&self, address: Contact, door: &Door, memory: Memory) {
        let Some((_, target)) = &door.way else { return };
        let (target, wake) = (Arc::clone(target), Arc::clone(&door.wake));
        tokio::spawn(Worker::new(Arc::clone(&self.0), address, target, wake, memory).run());
    }
}

impl Door {
    fn new() -> Self {
        Self {
            queue: VecDeque::new(),
            way: None,
            renewed: false,
            wake: Arc::default(),
            memory: Some(Memory::default()),
        }
    }

    /// Takes a question. The newest target counts: the inventory may have changed since the last.
    fn push(&mut self, job: Job) {
        let way = job.target.endpoint.door();
        let same = self.way.as_ref().is_none_or(|(door, target)| {
            *door == way && target.credential == job.target.credential
        });
        self.renewed |= !same;
        self.way = Some((way, Arc::clone(&job.target)));
        self.queue.push_back(job);
    }
}

impl Shared {
    fn doors(&self) -> MutexGuard<'_, HashMap<Contact, Door>> {
        self.doors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, answered: Answered) {
        // nobody listens any more only when the agent ends
        let _ = self.answers.send(answered);
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    fn next(&self, address: &Contact) -> Next {
        if self.is_stopping() {
            return Next::Stop;
        }
        let mut doors = self.doors();
        let Some(door) = doors.get_mut(address) else { return Next::Nothing };
        match door.queue.pop_front() {
            Some(job) => Next::Job(job, std::mem::take(&mut door.renewed)),
            None => Next::Nothing,
        }
    }

    /// Takes what a worker knew; gives it back if there is something to do again.
    fn retire(&self, address: &Contact, memory: Memory) -> Option<Memory> {
        let mut doors = self.doors();
        let door = doors.entry(address.clone()).or_insert_with(Door::new);
        if !door.queue.is_empty() && !self.is_stopping() {
            return Some(memory);
        }
        door.memory = Some(memory);
        drop(doors);
        self.retired.notify_waiters();
        None
    }

    async fn all_retired(&self) {
        loop {
            let retired = self.retired.notified();
            if self.doors().values().all(|door| door.memory.is_some()) {
                return;
            }
            retired.await;
        }
    }
}
