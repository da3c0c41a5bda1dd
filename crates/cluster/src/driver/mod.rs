//! Drivers: each speaks one protocol to BMCs, one exchange at a time at each endpoint.
//!
//! A driver decides nothing. It answers every question once, and sends nothing of it after its `until`.

mod accounts;
mod breaker;
mod exchange;
mod ipmi;
mod redfish;
mod resolve;
mod traffic;

use std::sync::Arc;

use arbiter::{Answer, Ask, Cause, Millis, NodeId, Trouble};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use accounts::Accounts;

use crate::inventory::Driver;
use crate::targets::Target;
pub use exchange::Exchange;
pub use redfish::{TrustError, check_authorities};
use resolve::Turns;
pub use traffic::Traffic;

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
        let exchange = Exchange::new(job.target.endpoint.driver(), job.ask, &answer, took_ms);
        Self { node: job.node, ticket: job.ticket, answer, exchange: Some(exchange) }
    }
}

/// A cause that has nothing to do with the account.
fn plain(target: &Target, words: &str) -> Cause {
    Cause { trouble: Trouble::Passing, words: format!("{}: {words}", target.name()).into() }
}

/// A cause that says that the account is refused.
fn denied(target: &Target, words: &str) -> Cause {
    let (user, credentials) = (&target.credential.username, &target.endpoint.credentials);
    let words = format!("{}: {words} (user {user}, credentials {credentials})", target.name());
    Cause { trouble: Trouble::Denied, words: words.into() }
}

/// A cause that says that another machine than the node is behind the BMC.
fn stranger(target: &Target, found: &str, wanted: &str) -> Cause {
    let words = format!(
        "{}: this is machine {found}, but {} is to be {wanted}",
        target.name(),
        target.node
    );
    Cause { trouble: Trouble::Stranger, words: words.into() }
}

/// All drivers. The queues need no bound of their own: a node has at most one question outstanding.
#[derive(Debug)]
pub(crate) struct Drivers {
    route: Route,
    answers: UnboundedSender<Answered>,
    traffic: Arc<Traffic>,
}

/// Where questions go.
#[derive(Debug)]
enum Route {
    Engines {
        ipmi: ipmi::Engine,
        redfish: redfish::Engine,
        accounts: Arc<Accounts>,
    },
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
        let (turns, traffic) = (Arc::new(Turns::new()), Arc::<Traffic>::default());
        let accounts = Arc::<Accounts>::default();
        let share = || (answers.clone(), Arc::clone(&turns), Arc::clone(&accounts));
        let redfish = redfish::Engine::new(share(), Arc::clone(&traffic));
        let ipmi = ipmi::Engine::start(share(), Arc::clone(&traffic))?;
        let route = Route::Engines { ipmi, redfish, accounts };
        Ok((Self { route, answers, traffic }, answered))
    }

    /// Drivers whose BMCs a test plays: it takes the questions and gives the answers.
    #[cfg(test)]
    pub(crate) fn played() -> (Self, UnboundedReceiver<Answered>, Played) {
        let (answers, answered) = mpsc::unbounded_channel();
        let (sender, questions) = mpsc::unbounded_channel();
        let (route, traffic) = (Route::Test(sender), Arc::default());
        let drivers = Self { route, answers: answers.clone(), traffic };
        (drivers, answered, Played { questions, answers })
    }

    /// Asks. The answer comes later, in any case.
    pub(crate) fn ask(&self, job: Job) {
        match &self.route {
            Route::Engines { ipmi, redfish, .. } => match job.target.endpoint.driver() {
                Driver::Ipmi => ipmi.ask(job),
                Driver::Redfish => redfish.ask(job),
            },
            #[cfg(test)]
            Route::Test(test) => drop(test.send(job)),
        }
    }

    /// Answers a question for a node that no driver can reach.
    pub(crate) fn answer_unreachable(&self, node: NodeId, ticket: u32, words: &str) {
        let cause = Cause { trouble: Trouble::Passing, words: words.into() };
        let answer = Answer::NotSent(cause);
        // nobody listens any more only when the agent ends
        let _ = self.answers.send(Answered { node, ticket, answer, exchange: None });
    }

    /// The inventory changed: secrets are resolved anew, refused accounts may be tried again.
    pub(crate) fn renew(&self) {
        match &self.route {
            Route::Engines { ipmi, redfish, accounts } => {
                accounts.renew();
                ipmi.renew();
                redfish.renew();
            }
            #[cfg(test)]
            Route::Test(_) => {}
        }
    }

    /// What was sent and received so far.
    pub(crate) fn traffic(&self) -> Arc<Traffic> {
        Arc::clone(&self.traffic)
    }

    /// Closes all sessions.
    pub(crate) async fn stop(self) {
        match self.route {
            Route::Engines { ipmi, redfish, .. } => {
                tokio::join!(ipmi.stop(), redfish.stop());
            }
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
