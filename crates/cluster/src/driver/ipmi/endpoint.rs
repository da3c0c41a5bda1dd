//! One BMC as the engine sees it: its queue, its client, its breaker.
//!
//! It is a state machine of its own: it sends and waits for nothing.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use arbiter::{Answer, Cause, Millis};
use ipmi::{Client, Config, Request};

use super::super::accounts::Accounts;
use super::super::breaker::Breaker;
use super::super::{Answered, Job, plain};
use super::translate;
use crate::targets::Target;

/// Where an endpoint is with getting ready.
enum Readiness {
    /// Its secrets or its name are not resolved.
    Raw,
    /// They are being resolved.
    Resolving,
    /// It can be talked to.
    Ready(SocketAddr, Box<Client>),
}

/// One BMC.
pub(super) struct Endpoint {
    target: Arc<Target>,
    readiness: Readiness,
    queue: VecDeque<Job>,
    current: Option<Job>,
    breaker: Breaker,
    unresolved: Option<Cause>,
    outdated: bool,
    used: Millis,
    /// When the last exchange ended.
    ended: Millis,
    /// Whether the question under way is which machine this is.
    asks_identity: bool,
    /// In which session, counted from 1, that was answered rightly last.
    identified: u64,
}

/// What an endpoint wants of the engine.
pub(super) enum Next {
    /// Nothing before that time.
    Wait(Option<Millis>),
    /// Its secrets and its name.
    Resolve(Arc<Target>),
}

impl Endpoint {
    pub(super) fn new(target: Arc<Target>) -> Self {
        Self {
            target,
            readiness: Readiness::Raw,
            queue: VecDeque::new(),
            current: None,
            breaker: Breaker::default(),
            unresolved: None,
            outdated: false,
            used: 0,
            ended: 0,
            asks_identity: false,
            identified: 0,
        }
    }

    /// Takes a question. The newest target counts: the inventory may have changed since the last.
    pub(super) fn push(&mut self, job: Job) {
        if self.target.endpoint != job.target.endpoint
            || self.target.credential != job.target.credential
        {
            self.renew();
        }
        if self.target.identity != job.target.identity {
            self.identified = 0;
        }
        self.target = Arc::clone(&job.target);
        self.queue.push_back(job);
    }

    /// Forgets secrets and refusals, once the exchange under way is over.
    pub(super) fn renew(&mut self) {
        self.breaker = Breaker::default();
        self.outdated = true;
    }

    /// What was resolved, or why it was not.
    pub(super) fn resolved(&mut self, resolved: Result<(SocketAddr, Config), Cause>) {
        match resolved {
            Ok((address, config)) => {
                self.readiness = Readiness::Ready(address, Box::new(Client::new(config)));
            }
            Err(cause) => {
                self.readiness = Readiness::Raw;
                self.unresolved = Some(cause);
            }
        }
    }

    pub(super) fn address(&self) -> Option<SocketAddr> {
        match &self.readiness {
            Readiness::Ready(address, _) => Some(*address),
            Readiness::Raw | Readiness::Resolving => None,
        }
    }

    pub(super) fn receive(&mut self, now: Millis, datagram: &[u8]) {
        if let Readiness::Ready(_, client) = &mut self.readiness {
            client.handle(datagram, now, &mut random);
        }
    }

    /// Brings it as far as it gets; answers and datagrams are handed over.
    pub(super) fn advance(
        &mut self,
        now: Millis,
        accounts: &Accounts,
        answers: &mut Vec<Answered>,
        out: &mut Vec<(SocketAddr, Vec<u8>)>,
    ) -> Next {
        loop {
            self.time_out(now);
            self.finish(now, accounts, answers);
            self.transmit(out);
            if self.current.is_some() {
                return Next::Wait(self.due());
            }
            self.forget_outdated(out);
            match self.begin(now, accounts, answers) {
                Begun::Started => {}
                Begun::Idle => return Next::Wait(self.close_idle(now, out)),
                Begun::Later(at) => return Next::Wait(Some(at)),
                Begun::Unresolved => return Next::Resolve(Arc::clone(&self.target)),
                Begun::Resolving => return Next::Wait(None),
            }
        }
    }

    /// Ends the session, if there is one.
    pub(super) fn close(&mut self, out: &mut Vec<(SocketAddr, Vec<u8>)>) {
        if let Readiness::Ready(_, client) = &mut self.readiness {
            client.close(&mut random);
        }
        self.transmit(out);
    }

    /// Begins anew with the secrets and the name that hold now.
    fn forget_outdated(&mut self, out: &mut Vec<(SocketAddr, Vec<u8>)>) {
        if self.outdated && !matches!(self.readiness, Readiness::Resolving) {
            self.close(out);
            self.readiness = Readiness::Raw;
            self.outdated = false;
        }
    }

    fn begin(&mut self, now: Millis, accounts: &Accounts, answers: &mut Vec<Answered>) -> Begun {
        while let Some(job) = self.queue.front() {
            if let Some(answer) = self.refusal(now, accounts, job) {
                let job = self.queue.pop_front().expect("it is at the front");
                answers.push(Answered::new(&job, answer, None));
                continue;
            }
            let free_at = self.ended + Millis::from(job.target.gap_ms);
            return match &mut self.readiness {
                Readiness::Ready(..) if now < free_at => Begun::Later(free_at.min(job.until)),
                Readiness::Raw => {
                    self.readiness = Readiness::Resolving;
                    Begun::Unresolved
                }
                Readiness::Resolving => Begun::Resolving,
                Readiness::Ready(_, client) => {
                    let known = client.has_session() && client.sessions_opened() == self.identified;
                    self.asks_identity = job.target.identity.is_some() && !known;
                    let request = if self.asks_identity {
                        Request::Guid
                    } else {
                        translate::request(job.ask)
                    };
                    if client.start(request, now, &mut random).is_err() {
                        client.abandon();
                        continue;
                    }
                    self.current = self.queue.pop_front();
                    self.used = now;
                    Begun::Started
                }
            };
        }
        self.unresolved = None;
        Begun::Idle
    }

    /// Why the question is answered without asking: its time is up, the account is to be left alone, or
    /// the endpoint could not be made ready just now.
    fn refusal(&self, now: Millis, accounts: &Accounts, job: &Job) -> Option<Answer> {
        let own = self.breaker.cause().or(self.unresolved.as_ref()).cloned();
        if let Some(cause) = own.or_else(|| accounts.cause(&job.target)) {
            return Some(Answer::NotSent(cause));
        }
        let exchange_ms = u64::from(translate::exchange_timeout_ms(&job.target));
        let too_late = now + exchange_ms > job.until;
        too_late.then(|| Answer::NotSent(plain(&job.target, "no turn in time")))
    }

    fn time_out(&mut self, now: Millis) {
        if let Readiness::Ready(_, client) = &mut self.readiness
            && client.deadline_ms().is_some_and(|due| due <= now)
        {
            client.timeout(now, &mut random);
        }
    }

    fn finish(&mut self, now: Millis, accounts: &Accounts, answers: &mut Vec<Answered>) {
        let Readiness::Ready(_, client) = &mut self.readiness else { return };
        let Some(outcome) = client.poll_done() else { return };
        let sessions = client.sessions_opened();
        self.ended = now;
        let Some(job) = self.current.take() else { return };
        if std::mem::take(&mut self.asks_identity) {
            match translate::identify(&job.target, outcome) {
                Ok(()) => {
                    self.identified = sessions;
                    self.queue.push_front(job);
                }
                Err(cause) => {
                    let answer = Answer::NotSent(cause);
                    self.breaker.note(&answer);
                    accounts.note(&job.target, &answer);
                    answers.push(Answered::new(&job, answer, Some(now.saturating_sub(self.used))));
                }
            }
            return;
        }
        let answer = translate::answer(&job.target, job.ask, outcome);
        self.breaker.note(&answer);
        accounts.note(&job.target, &answer);
        let took_ms = now.saturating_sub(self.used);
        answers.push(Answered::new(&job, answer, Some(took_ms)));
    }

    fn transmit(&mut self, out: &mut Vec<(SocketAddr, Vec<u8>)>) {
        if let Readiness::Ready(address, client) = &mut self.readiness {
            let address = *address;
            out.extend(std::iter::from_fn(|| client.poll_transmit()).map(|bytes| (address, bytes)));
        }
    }

    fn due(&self) -> Option<Millis> {
        match &self.readiness {
            Readiness::Ready(_, client) => client.deadline_ms(),
            Readiness::Raw | Readiness::Resolving => None,
        }
    }

    /// A session that nobody used for a while is closed, and what was known for it is dropped: an idle
    /// endpoint costs no timer and little memory.
    fn close_idle(&mut self, now: Millis, out: &mut Vec<(SocketAddr, Vec<u8>)>) -> Option<Millis> {
        let Readiness::Ready(..) = &self.readiness else { return None };
        let idle_at = self.used + u64::from(translate::SESSION_IDLE_MS);
        if now < idle_at {
            return Some(idle_at);
        }
        self.close(out);
        self.readiness = Readiness::Raw;
        None
    }
}

enum Begun {
    Started,
    Idle,
    Unresolved,
    Resolving,
    /// The least time between two exchanges is not over.
    Later(Millis),
}

fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the operating system has randomness");
}
