//! Drivers: each speaks one protocol to BMCs, one exchange at a time at each endpoint.
//!
//! A driver decides nothing. It answers every question once, and sends nothing of it after its `until`.
//! docs/drivers/README.md tells how to write one.

mod accounts;
mod breaker;
mod exchange;
mod fence;
mod http;
mod ipmi;
mod manual;
mod network;
mod people;
mod queues;
mod redfish;
mod resolve;
mod tasks;
mod traffic;
mod veil;
mod webhook;

use std::sync::Arc;

use arbiter::{Answer, Ask, Cause, Millis, NodeId, Trouble};
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};

use accounts::Accounts;

use crate::inventory::{Access, Authorization, Driver, Endpoint};
use crate::secret::Secret;
use crate::targets::Target;
#[cfg(test)]
use crate::tests::kindness;
pub use exchange::Exchange;
pub use fence::{find_agent, wrong_secret};
use http::Connector;
pub use http::{TrustError, check_authorities};
use network::Network;
pub use people::People;
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
    let account = target.credential.as_ref().zip(target.endpoint.credentials.as_ref());
    let account = account.map_or_else(String::new, |(credential, name)| {
        format!(" (user {}, credentials {name})", credential.username)
    });
    let words = format!("{}: {words}{account}", target.name());
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

/// Why a password can't be used at the endpoint, though it can be had.
#[must_use]
pub fn wrong_password(endpoint: &Endpoint, password: &Secret) -> Option<String> {
    match &endpoint.access {
        Access::Ipmi(_) => {
            ::ipmi::Password::new(password.expose().as_bytes()).err().map(|it| it.to_string())
        }
        Access::Fence(_) => wrong_secret(password).map(str::to_owned),
        Access::Webhook(webhook) if webhook.authorization == Authorization::Bearer => {
            let unfit = http::bearer(password).is_err();
            unfit.then(|| "a token with such characters fits in no header".to_owned())
        }
        Access::Redfish(_) | Access::Webhook(_) | Access::Manual => None,
    }
}

/// What the drivers share.
#[derive(Debug, Clone)]
struct Common {
    network: Network,
    answers: UnboundedSender<Answered>,
    turns: Arc<Turns>,
    accounts: Arc<Accounts>,
    traffic: Arc<Traffic>,
    http: Arc<Connector>,
    people: People,
}

impl Common {
    fn new(answers: UnboundedSender<Answered>, network: Network) -> Self {
        let (turns, traffic) = (Arc::new(Turns::new()), Arc::<Traffic>::default());
        let http = Connector::new(network.clone(), Arc::clone(&turns), Arc::clone(&traffic));
        let (accounts, people) = (Arc::default(), People::default());
        Self { network, answers, turns, accounts, traffic, http: Arc::new(http), people }
    }

    /// Hands an answer over.
    fn answer(&self, answered: Answered) {
        // nobody listens any more only when the agent ends
        let _ = self.answers.send(answered);
    }
}

/// Declares the drivers, a line each: the word of the inventory, and the module with its `Engine`.
macro_rules! drivers {
    ($($word:ident => $driver:ident),+ $(,)?) => {
        /// The engines of all drivers.
        #[derive(Debug)]
        struct Engines { $($driver: $driver::Engine),+ }

        impl Engines {
            fn start(common: &Common) -> std::io::Result<Self> {
                Ok(Self { $($driver: $driver::Engine::start(common)?),+ })
            }

            fn ask(&self, job: Job) {
                match job.target.endpoint.driver() { $(Driver::$word => self.$driver.ask(job)),+ }
            }

            fn renew(&self) {
                $(self.$driver.renew();)+
            }

            async fn stop(self) {
                tokio::join!($(self.$driver.stop()),+);
            }
        }
    };
}

drivers! {
    Ipmi => ipmi,
    Redfish => redfish,
    Fence => fence,
    Webhook => webhook,
    Manual => manual,
}

/// All drivers. The queues need no bound of their own: a node has at most one question outstanding.
#[derive(Debug)]
pub(crate) struct Drivers {
    route: Route,
    common: Common,
}

/// Where questions go.
#[derive(Debug)]
enum Route {
    Engines(Engines),
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
        Self::start_on(Network::Kernel)
    }

    /// Starts the drivers on the network of a simulation.
    #[cfg(test)]
    pub(crate) fn simulated(
        network: kindness::Network,
    ) -> std::io::Result<(Self, UnboundedReceiver<Answered>)> {
        Self::start_on(Network::Played(network))
    }

    fn start_on(network: Network) -> std::io::Result<(Self, UnboundedReceiver<Answered>)> {
        let (answers, answered) = mpsc::unbounded_channel();
        let common = Common::new(answers, network);
        let route = Route::Engines(Engines::start(&common)?);
        Ok((Self { route, common }, answered))
    }

    /// Drivers whose BMCs a test plays: it takes the questions and gives the answers.
    #[cfg(test)]
    pub(crate) fn played() -> (Self, UnboundedReceiver<Answered>, Played) {
        let (answers, answered) = mpsc::unbounded_channel();
        let (sender, questions) = mpsc::unbounded_channel();
        let (route, common) = (Route::Test(sender), Common::new(answers.clone(), Network::Kernel));
        let drivers = Self { route, common };
        (drivers, answered, Played { questions, answers })
    }

    /// Asks. The answer comes later, in any case.
    pub(crate) fn ask(&self, job: Job) {
        match &self.route {
            Route::Engines(engines) => engines.ask(job),
            #[cfg(test)]
            Route::Test(test) => drop(test.send(job)),
        }
    }

    /// Answers a question for a node that no driver can reach.
    pub(crate) fn answer_unreachable(&self, node: NodeId, ticket: u32, words: &str) {
        let cause = Cause { trouble: Trouble::Passing, words: words.into() };
        let answer = Answer::NotSent(cause);
        self.common.answer(Answered { node, ticket, answer, exchange: None });
    }

    /// The inventory changed: secrets are resolved anew, refused accounts may be tried again.
    pub(crate) fn renew(&self) {
        self.common.http.renew();
        match &self.route {
            Route::Engines(engines) => {
                self.common.accounts.renew();
                engines.renew();
            }
            #[cfg(test)]
            Route::Test(_) => {}
        }
    }

    /// What was sent and received so far.
    pub(crate) fn traffic(&self) -> Arc<Traffic> {
        Arc::clone(&self.common.traffic)
    }

    /// Where people tell what they see.
    pub(crate) fn people(&self) -> People {
        self.common.people.clone()
    }

    /// Closes all sessions.
    pub(crate) async fn stop(self) {
        match self.route {
            Route::Engines(engines) => engines.stop().await,
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
