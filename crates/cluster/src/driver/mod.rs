//! Drivers: each speaks one protocol to BMCs, one exchange at a time at each endpoint.
//!
//! A driver decides nothing. It answers every question once, and sends nothing of it after its `until`.

mod ipmi;

use std::sync::Arc;

use arbiter::{Answer, Ask, Cause, Millis, NodeId};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use crate::inventory::Driver;
use crate::targets::Target;
pub use ipmi::Traffic;

/// A question for a node's BMC.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) node: NodeId,
    pub(crate) ticket: u32,
    pub(crate) ask: Ask,
    pub(crate) until: Millis,
    pub(crate) target: Arc<Target>,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Answered {
    pub(crate) node: NodeId,
    pub(crate) ticket: u32,
    pub(crate) answer: Answer,
}

/// All drivers. The queues need no bound of their own: a node has at most one question outstanding.
#[derive(Debug)]
pub(crate) struct Drivers {
    ipmi: ipmi::Engine,
    answers: UnboundedSender<Answered>,
}

impl Drivers {
    /// Starts the drivers; answers come out of the receiver.
    ///
    /// # Errors
    /// When no socket can be opened.
    pub(crate) fn start() -> std::io::Result<(Self, UnboundedReceiver<Answered>)> {
        let (answers, answered) = mpsc::unbounded_channel();
        let ipmi = ipmi::Engine::start(answers.clone())?;
        Ok((Self { ipmi, answers }, answered))
    }

    /// Asks. The answer comes later, in any case.
    pub(crate) fn ask(&self, job: Job) {
        match job.target.endpoint.driver {
            Driver::Ipmi => self.ipmi.ask(job),
        }
    }

    /// Answers a question for a node that no driver can reach.
    pub(crate) fn answer_unreachable(&self, node: NodeId, ticket: u32, words: &str) {
        let cause = Cause { denied: false, words: words.into() };
        let answer = Answer::NotSent(cause);
        // nobody listens any more only when the agent ends
        let _ = self.answers.send(Answered { node, ticket, answer });
    }

    /// The inventory changed: secrets are resolved anew, refused accounts may be tried again.
    pub(crate) fn renew(&self) {
        self.ipmi.renew();
    }

    /// What was sent and received so far.
    pub(crate) fn traffic(&self) -> Arc<Traffic> {
        self.ipmi.traffic()
    }

    /// Closes all sessions.
    pub(crate) async fn stop(self) {
        self.ipmi.stop().await;
    }
}
