//! The agent's shell: follows the journal, asks the drivers, keeps the timers. The deciding is done by
//! `arbiter::Agent`, to which everything that happens is handed one at a time.

mod follow;
mod record;
mod run;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use arbiter::{Answer, Load, Progress, Report, Seen};
use journal::{Journal, ReadError};
use nodeset::NodeSet;
use tokio::sync::{mpsc, watch};

use crate::driver::{Answered, Drivers, Exchange, People, Traffic};
use crate::inventory::Inventory;

/// How many requests to read nodes now may wait.
const LOOKS_MAX: usize = 1_024;

/// What was seen of a node.
#[derive(Clone, Debug)]
pub struct Sighting {
    /// The node.
    pub node: Arc<str>,
    /// Its observation.
    pub seen: Seen,
    /// What its operation is doing.
    pub progress: Progress,
}

/// Who is shown what the agent sees. It must not block.
pub trait Witness: Send + Sync + 'static {
    /// These nodes' observations or progress may have changed.
    fn saw(&self, sightings: Vec<Sighting>);
    /// Something beside outcomes happened at a node.
    fn reported(&self, node: &str, report: &Report);
    /// How much of these circuits is used may have changed.
    fn loaded(&self, loads: Vec<Load>);
    /// A driver answered a question about that node. Called for every exchange, before anything is concluded
    /// from it: it must cost next to nothing.
    fn exchanged(&self, node: &str, exchange: &Exchange, answer: &Answer);
}

/// Why an agent ended.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// No socket could be opened.
    #[error("can't open a socket for the BMCs")]
    Socket(#[source] std::io::Error),
    /// The journal can't be read.
    #[error("can't follow the journal")]
    Journal(#[source] ReadError),
    /// The journal holds what this version does not know.
    #[error("record {seq} of the journal is not known to this version")]
    Record {
        /// Its place.
        seq: u64,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}

/// Asks the agent to read nodes now.
#[derive(Clone, Debug)]
pub struct Looks(mpsc::Sender<NodeSet>);

impl Looks {
    /// Reads the nodes soon. When too many requests wait already, this one is dropped: whoever asked
    /// sees the age of what there is.
    pub fn look(&self, nodes: NodeSet) {
        let _ = self.0.try_send(nodes);
    }
}

/// A cluster's agent, ready to run.
#[derive(Debug)]
pub struct Agent<J, W> {
    journal: Arc<J>,
    witness: Arc<W>,
    inventory: watch::Receiver<Arc<Inventory>>,
    looks: mpsc::Receiver<NodeSet>,
    drivers: Drivers,
    answered: mpsc::UnboundedReceiver<Answered>,
    cluster: String,
}

impl<J: Journal, W: Witness> Agent<J, W> {
    /// An agent for the cluster, and the handle by which it is asked to look. It follows the inventory.
    ///
    /// # Errors
    /// [`AgentError::Socket`].
    pub fn new(
        cluster: &str,
        journal: Arc<J>,
        inventory: watch::Receiver<Arc<Inventory>>,
        witness: Arc<W>,
    ) -> Result<(Self, Looks), AgentError> {
        let drivers = Drivers::start().map_err(AgentError::Socket)?;
        Ok(Self::with_drivers(cluster, journal, inventory, witness, drivers))
    }

    pub(crate) fn with_drivers(
        cluster: &str,
        journal: Arc<J>,
        inventory: watch::Receiver<Arc<Inventory>>,
        witness: Arc<W>,
        (drivers, answered): (Drivers, mpsc::UnboundedReceiver<Answered>),
    ) -> (Self, Looks) {
        let (sender, looks) = mpsc::channel(LOOKS_MAX);
        let cluster = cluster.to_owned();
        let agent = Self { journal, witness, inventory, looks, drivers, answered, cluster };
        (agent, Looks(sender))
    }

    /// Where people tell what they see of nodes that only they switch.
    #[must_use]
    pub fn people(&self) -> People {
        self.drivers.people()
    }

    /// Datagrams and requests exchanged with BMCs.
    #[must_use]
    pub fn traffic(&self) -> Arc<Traffic> {
        self.drivers.traffic()
    }
}
