//! Drivers: each speaks one protocol to BMCs, one exchange at a time at each endpoint.
//!
//! A driver decides nothing. It answers every question once, and sends nothing of it after its `until`.

mod exchange;
mod ipmi;

use std::sync::Arc;

use arbiter::{Answer, Ask, Cause, Millis, NodeId};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use crate::inventory::Driver;
use crate::targets::Target;
pub use exchange::Exchange;
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
    /// For the figures; none if no driver had it.
    pub(crate) exchange: Option<Exchange>,
}

impl Answered {
    /// An answer to that question, which took so long since it had its turn, if it had one.
    pub(crate) fn new(job: &Job, answer: Answer, took_ms: Option<Millis>) -> Self {
        let exchange = Exchange::new(job.target.endpoint.driver, job.ask, &answer, took_ms);
        Self { node: job.node, ticket: job.ticket, answer, exchange: Some(exchange) }
    }
}

/// All drivers. The queues need no bound of their own: a node has at most one question outstanding.
#[derive(Debug)]
pub(crate) struct Drivers {
    ipmi: Route,
    answers: UnboundedSender<Answered>,
}

/// Where IPMI questions go.
#[derive(Debug)]
enum Route {
    Engine(ipmi::Engine),
    /// To a test that plays the BMCs.
    #[cfg(test)]
    Test(UnboundedSender<Job>),
}

impl Drivers {
    /// Starts the drivers; answers come out of the receiver.
    ///
    /// # Errors
    /// When no socket can be opened.
    pub(crate) fn start() -> std::io::Result<(Self, UnboundedReceiver<Answered>)> {
        let (answers, answered) = mpsc::unbounded_channel();
        let ipmi = Route::Engine(ipmi::Engine::start(answers.clone())?);
        Ok((Self { ipmi, answers }, answered))
    }

    /// Drivers whose BMCs a test plays: it takes the questions and gives the answers.
    #[cfg(test)]
    pub(crate) fn played() -> (Self, UnboundedReceiver<Answered>, Played) {
        let (answers, answered) = mpsc::unbounded_channel();
        let (sender, questions) = mpsc::unbounded_channel();
        let drivers = Self { ipmi: Route::Test(sender), answers: answers.clone() };
        (drivers, answered, Played { questions, answers })
    }

    /// Asks. The answer comes later, in any case.
    pub(crate) fn ask(&self, job: Job) {
        match (job.target.endpoint.driver, &self.ipmi) {
            (Driver::Ipmi, Route::Engine(engine)) => engine.ask(job),
            #[cfg(test)]
            (Driver::Ipmi, Route::Test(test)) => drop(test.send(job)),
        }
    }

    /// Answers a question for a node that no driver can reach.
    pub(crate) fn answer_unreachable(&self, node: NodeId, ticket: u32, words: &str) {
        let cause = Cause { denied: false, words: words.into() };
        let answer = Answer::NotSent(cause);
        // nobody listens any more only when the agent ends
        let _ = self.answers.send(Answered { node, ticket, answer, exchange: None });
    }

    /// The inventory changed: secrets are resolved anew, refused accounts may be tried again.
    pub(crate) fn renew(&self) {
        match &self.ipmi {
            Route::Engine(engine) => engine.renew(),
            #[cfg(test)]
            Route::Test(_) => {}
        }
    }

    /// What was sent and received so far.
    pub(crate) fn traffic(&self) -> Arc<Traffic> {
        match &self.ipmi {
            Route::Engine(engine) => engine.traffic(),
            #[cfg(test)]
            Route::Test(_) => Arc::default(),
        }
    }

    /// Closes all sessions.
    pub(crate) async fn stop(self) {
        match self.ipmi {
            Route::Engine(engine) => engine.stop().await,
            #[cfg(test)]
            Route::Test(_) => {}
        }
    }
}

/// The BMCs' side of played drivers.
#[cfg(test)]
pub(crate) struct Played {
    pub(crate) questions: UnboundedReceiver<Job>,
    pub(crate) answers: UnboundedSender<Answered>,
}
