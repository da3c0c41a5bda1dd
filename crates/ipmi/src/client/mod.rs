//! The console's side of one BMC: opens, uses and renews a session, and carries one exchange at a time to its end.
//! It owns no socket and no timer: datagrams go in and out by method, and [`Client::deadline_ms`] says when to call back.

mod config;
mod exchange;
mod handshake;
mod outcome;
mod session;
mod step;

pub use config::Config;
pub use outcome::{Cause, Failure, Reply, Request};

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::fmt;

use crate::command::CloseSession;
use crate::packet::{Packet, PayloadType};
use crate::{Rng, Suite, lan};
use exchange::{Exchange, Phase};
use session::Session;
use step::Call;

/// Datagrams that wait for [`Client::poll_transmit`]; more are lost, as on any network.
const OUTBOX_MAX: usize = 8;
/// How long a BMC is believed that it knows only suite 3; then 17 is asked for again, as firmware gets updated.
const FALLBACK_MAX_MS: u64 = 3_600_000;

/// A sans-I/O IPMI client for one endpoint.
///
/// Drive it thus: [`start`](Self::start) an exchange, send all that [`poll_transmit`](Self::poll_transmit) gives, pass
/// what arrives to [`handle`](Self::handle) and call [`timeout`](Self::timeout) at
/// [`deadline_ms`](Self::deadline_ms), until [`poll_done`](Self::poll_done) gives the outcome.
#[derive(Debug)]
pub struct Client {
    config: Config,
    session: Option<Session>,
    exchange: Option<Exchange>,
    done: Option<Result<Reply, Failure>>,
    outbox: VecDeque<Vec<u8>>,
    /// A session that the BMC may hold open and that nobody has closed yet.
    orphan: Option<Session>,
    fallback: Option<(Suite, u64)>,
    last_tag: u8,
    next_rq_seq: u8,
    sessions_opened: u64,
    dropped: u64,
}

/// An exchange is under way, or its outcome was not fetched yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Busy;

impl Client {
    /// A client without a session.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            session: None,
            exchange: None,
            done: None,
            outbox: VecDeque::new(),
            orphan: None,
            fallback: None,
            last_tag: 0,
            next_rq_seq: 0,
            sessions_opened: 0,
            dropped: 0,
        }
    }

    /// Starts one exchange, in the open session if there is a fresh one. `now_ms` is any clock that never runs backwards.
    ///
    /// # Errors
    /// [`Busy`] when the last exchange has not ended, or its outcome was not fetched: nothing changes then.
    pub fn start(&mut self, request: Request, now_ms: u64, rng: &mut Rng<'_>) -> Result<(), Busy> {
        if self.exchange.is_some() || self.done.is_some() {
            return Err(Busy);
        }
        self.close_orphan(rng);
        let suite = self.suite(now_ms);
        self.exchange = Some(Exchange::new(request, suite, &self.config, now_ms));
        let idle_max_ms = self.config.session_idle_max_ms.into();
        match &self.session {
            Some(session) if now_ms.saturating_sub(session.heard_ms) <= idle_max_ms => {
                self.begin(now_ms, rng);
            }
            Some(_) | None => self.open(now_ms, rng),
        }
        Ok(())
    }

    /// Takes a datagram from the BMC's address. What does not belong to the exchange under way, or can't be believed, is
    /// dropped and changes nothing.
    pub fn handle(&mut self, datagram: &[u8], now_ms: u64, rng: &mut Rng<'_>) {
        let taken = match Packet::decode(datagram) {
            Ok(Packet::Plus(packet)) if packet.kind == PayloadType::Ipmi => {
                self.in_session(&packet, now_ms, rng)
            }
            Ok(Packet::Plus(packet)) => self.in_handshake(&packet, now_ms, rng),
            Ok(Packet::Plain(_)) | Err(_) => false,
        };
        self.dropped += u64::from(!taken);
    }

    /// The next datagram to send to the BMC.
    pub fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.outbox.pop_front()
    }

    /// When [`timeout`](Self::timeout) is due; `None` while no exchange is under way.
    pub fn deadline_ms(&self) -> Option<u64> {
        self.exchange.as_ref().map(Exchange::deadline_ms)
    }

    /// Retransmits, starts over or gives up, whichever is due; does nothing before [`deadline_ms`](Self::deadline_ms).
    pub fn timeout(&mut self, now_ms: u64, rng: &mut Rng<'_>) {
        if self.deadline_ms().is_some_and(|due| now_ms >= due) {
            self.overdue(now_ms, rng);
        }
    }

    /// The outcome of the exchange, once.
    pub fn poll_done(&mut self) -> Option<Result<Reply, Failure>> {
        self.done.take()
    }

    /// Ends the session, if one is open: Close Session is sent and not waited for. An exchange under way is abandoned.
    pub fn close(&mut self, rng: &mut Rng<'_>) {
        self.abandon();
        self.close_orphan(rng);
        self.orphan = self.session.take();
        self.close_orphan(rng);
    }

    /// Forgets the exchange under way and all that waits to be sent for it; answers that still come are dropped. The
    /// session stays open. Abandoning a write leaves open whether it happens.
    pub fn abandon(&mut self) {
        self.outbox.clear();
        self.done = None;
        if let Some(Exchange { phase: Phase::Handshake(attempt), .. }) = self.exchange.take() {
            self.orphan = attempt.into_orphan();
        }
    }

    /// Whether a session is open, as far as we know.
    pub fn has_session(&self) -> bool {
        self.session.is_some()
    }

    /// How many sessions were opened so far.
    pub fn sessions_opened(&self) -> u64 {
        self.sessions_opened
    }

    /// How many datagrams were dropped so far.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    fn suite(&self, now_ms: u64) -> Suite {
        match self.fallback {
            Some((suite, until_ms)) if now_ms < until_ms => suite,
            Some(_) | None => self.config.suites.first(),
        }
    }

    /// Keeps in mind that the BMC does not know the best suite; asks for that one again after a while.
    fn remember(&mut self, suite: Suite, now_ms: u64) {
        if suite == self.config.suites.first() {
            self.fallback = None;
        } else if suite != self.suite(now_ms) {
            self.fallback = Some((suite, now_ms.saturating_add(FALLBACK_MAX_MS)));
        }
    }

    fn close_orphan(&mut self, rng: &mut Rng<'_>) {
        if let Some(mut session) = self.orphan.take() {
            let call = Call::of(&CloseSession { managed_id: session.managed_id });
            let message = self.message(&call);
            self.send(session.seal(&message, rng));
        }
    }

    /// A LAN message under a sequence number of its own.
    fn message(&mut self, call: &Call) -> Vec<u8> {
        let sequence = self.next_rq_seq();
        message(call, sequence)
    }

    fn next_rq_seq(&mut self) -> u8 {
        let sequence = self.next_rq_seq;
        self.next_rq_seq = (sequence + 1) & lan::SEQUENCE_MASK;
        sequence
    }

    fn send(&mut self, datagram: Vec<u8>) {
        if self.outbox.len() < OUTBOX_MAX {
            self.outbox.push_back(datagram);
        }
    }
}

fn message(call: &Call, sequence: u8) -> Vec<u8> {
    let Call { netfn, command, data } = call;
    let (from, netfn, command) = (lan::CONSOLE, *netfn, *command);
    lan::Request { from, netfn, command, sequence, data }.encode()
}

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("start an exchange: the last one has not ended, or its outcome was not fetched")
    }
}

impl core::error::Error for Busy {}
