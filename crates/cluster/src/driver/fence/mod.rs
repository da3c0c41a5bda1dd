//! Fence agents: programs that switch one device family each, started for every question. lastword says `status`, `on`,
//! `off` and nothing that they make several steps of. It does not know the devices.
//!
//! The interface is ClusterLabs' "Fence Agent API": `key=value` lines on standard input, an exit code, and metadata.

mod agent;
mod metadata;
mod outlets;
mod run;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arbiter::{Answer, Millis};
use tokio::sync::Semaphore;

use super::queues::Queues;
use super::tasks::Tasks;
use super::{Common, Job};
pub use agent::{find as find_agent, wrong_secret};
use metadata::Abilities;
use outlets::Round;

/// Agents that run at a time: each is a program with an interpreter.
const AGENTS_MAX: usize = 16;
/// A device does one thing at a time: many PDUs allow one session.
const AT_A_DEVICE_MAX: usize = 1;
/// A question is not begun with less than this share of its time left.
const TURN_SHARE: Millis = 4;

/// The driver's handle.
#[derive(Debug)]
pub(super) struct Engine {
    shared: Arc<Shared>,
    tasks: Tasks,
}

/// What all exchanges have in common.
#[derive(Debug)]
struct Shared {
    common: Common,
    agents: Semaphore,
    devices: Queues,
    /// What the agents can do, as they said, by name.
    known: Mutex<HashMap<Arc<str>, Arc<Abilities>>>,
}

impl Engine {
    pub(super) fn start(common: &Common) -> io::Result<Self> {
        let shared = Shared {
            common: common.clone(),
            agents: Semaphore::new(AGENTS_MAX),
            devices: Queues::new(AT_A_DEVICE_MAX),
            known: Mutex::default(),
        };
        Ok(Self { shared: Arc::new(shared), tasks: Tasks::default() })
    }

    /// Asks, within a tokio runtime.
    pub(super) fn ask(&self, job: Job) {
        let shared = Arc::clone(&self.shared);
        self.tasks.begin(async move {
            let answered = Round::new(&shared, &job).answered().await;
            shared.common.answer(answered);
        });
    }

    /// Agents may have been installed anew.
    pub(super) fn renew(&self) {
        self.shared.known().clear();
        self.shared.devices.tidy();
    }

    pub(super) async fn stop(self) {
        self.tasks.stop("fence").await;
    }
}

impl Shared {
    fn known(&self) -> MutexGuard<'_, HashMap<Arc<str>, Arc<Abilities>>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What came of running an agent for one outlet.
type Outcome<T> = Result<T, Answer>;
