//! One exchange from its start to its outcome: what an answer, a refusal or silence leads to. Bytes are made elsewhere.

use super::handshake::{Handshake, Progress};
use super::session::Session;
use super::step::{Step, Verdict};
use super::{Cause, Client, Config, Failure, Reply, Request, message};
use crate::packet::Plus;
use crate::rakp::Status;
use crate::{CompletionCode, Rng, Suite, completion, lan};

/// How often a command is sent in a session from an earlier exchange before the session is taken for lost.
const WARM_SENT_MAX: u32 = 2;
/// How many transmissions must be answered with a wrong code before the code is believed to be meant.
const SUSPECT_MAX: u32 = 2;

#[derive(Debug)]
pub(super) struct Exchange {
    request: Request,
    pub(super) phase: Phase,
    suite: Suite,
    expires_ms: u64,
    due_ms: u64,
    wait_ms: u32,
    /// How often the request itself was sent and not answered by a refusal that a new try may follow.
    fired: u32,
    /// The session is from an earlier exchange.
    warm: bool,
    /// The privilege level was raised in this exchange and this session.
    raised: bool,
    suspects: u32,
    /// What to report in place of plain silence.
    hint: Option<Cause>,
}

#[derive(Debug)]
pub(super) enum Phase {
    /// Between two messages.
    Idle,
    Handshake(Handshake),
    Command {
        step: Step,
        rq_seq: u8,
        sent: u32,
    },
}

impl Exchange {
    pub(super) fn new(request: Request, suite: Suite, config: &Config, now_ms: u64) -> Self {
        Self {
            request,
            phase: Phase::Idle,
            suite,
            expires_ms: now_ms.saturating_add(config.exchange_timeout_ms.into()),
            due_ms: now_ms,
            wait_ms: config.retransmit_ms.max(1),
            fired: 0,
            warm: true,
            raised: false,
            suspects: 0,
            hint: None,
        }
    }

    pub(super) fn deadline_ms(&self) -> u64 {
        self.due_ms.min(self.expires_ms)
    }

    fn failure(&self, cause: Cause) -> Failure {
        if self.fired == 0 { Failure::NotSent(cause) } else { Failure::Lost(cause) }
    }

    /// A request that may be sent once only goes into a session that was just heard of.
    fn wants_raise(&self, session: &Session) -> bool {
        let known = if self.request.at_most_once() { self.raised } else { session.raised };
        self.request.is_write() && !known
    }

    /// What a refusal of the request itself proves.
    fn refusal(&self, step: Step, code: CompletionCode) -> Failure {
        use completion::Verdict::{Never, NotNow, Unknown};
        match (step, code.verdict()) {
            (Step::Raise, _) => self.failure(Cause::PrivilegeDenied(code)),
            (Step::BootRead, _) => Failure::Lost(Cause::ReadBack(code)),
            (_, _) if !self.request.is_write() => Failure::Refused(code),
            (_, Never) => Failure::Refused(code),
            (_, NotNow) if self.fired <= 1 => Failure::Refused(code),
            (_, NotNow | Unknown) => Failure::Lost(Cause::Inconclusive(code)),
        }
    }
}

impl Client {
    /// Opens a new session, in place of the old one if there is one.
    pub(super) fn open(&mut self, now_ms: u64, rng: &mut Rng<'_>) {
        let Some(exchange) = &mut self.exchange else { return };
        let attempt = Handshake::new(&self.config, exchange.suite, self.last_tag, rng);
        self.last_tag = attempt.tag();
        let old = core::mem::replace(&mut exchange.phase, Phase::Handshake(attempt));
        exchange.warm = false;
        exchange.raised = false;
        self.orphan = match old {
            Phase::Handshake(old) => old.into_orphan(),
            Phase::Idle | Phase::Command { .. } => self.session.take(),
        };
        self.close_orphan(rng);
        self.transmit(now_ms, rng);
    }

    /// Sends the request's first command in the open session.
    pub(super) fn begin(&mut self, now_ms: u64, rng: &mut Rng<'_>) {
        let (Some(exchange), Some(session)) = (&self.exchange, &self.session) else { return };
        let raise = exchange.wants_raise(session);
        let step = if raise { Step::Raise } else { Step::first(&exchange.request) };
        self.go(step, now_ms, rng);
    }

    /// Takes a packet of the handshake; tells whether it belonged.
    pub(super) fn in_handshake(
        &mut self,
        packet: &Plus<'_>,
        now_ms: u64,
        rng: &mut Rng<'_>,
    ) -> bool {
        let Some(exchange) = &mut self.exchange else { return false };
        let Phase::Handshake(attempt) = &mut exchange.phase else { return false };
        match attempt.handle(&self.config, packet) {
            Progress::Dropped => return false,
            Progress::Next => self.transmit(now_ms, rng),
            Progress::Up(session) => self.up(session, now_ms, rng),
            Progress::Refused(status) => self.no_session(status, now_ms, rng),
            Progress::Suspect(cause, first) => {
                exchange.hint = Some(cause);
                exchange.suspects += u32::from(first);
                return false;
            }
        }
        true
    }

    /// Takes a packet of the session; tells whether it belonged.
    pub(super) fn in_session(&mut self, packet: &Plus<'_>, now_ms: u64, rng: &mut Rng<'_>) -> bool {
        let Some(session) = &mut self.session else { return false };
        let Some(message) = session.open(packet) else { return false };
        session.heard_ms = now_ms;
        let Ok(response) = lan::Response::decode(&message) else { return false };
        let Some(exchange) = &self.exchange else { return false };
        let Phase::Command { step, rq_seq, .. } = exchange.phase else { return false };
        let call = step.call(&exchange.request, &self.config);
        let expected = (lan::CONSOLE, call.netfn, call.command, rq_seq);
        if (response.to, response.netfn, response.command, response.sequence) != expected {
            return false;
        }
        match step.answered(&exchange.request, response.completion, response.data) {
            Verdict::Go(step) => self.go(step, now_ms, rng),
            Verdict::Raised => self.raised(now_ms, rng),
            Verdict::Reply(reply) => self.finish(Ok(reply)),
            Verdict::Refused(code) => self.refused(step, code, now_ms, rng),
            Verdict::Garbled(error) => self.finish(Err(Failure::Lost(Cause::Garbled(error)))),
        }
        true
    }

    /// No answer came in time: to the last transmission, or to the exchange as a whole.
    pub(super) fn overdue(&mut self, now_ms: u64, rng: &mut Rng<'_>) {
        let Some(exchange) = &mut self.exchange else { return };
        let believed = exchange.suspects >= SUSPECT_MAX;
        if now_ms >= exchange.expires_ms || believed {
            return self.give_up(rng);
        }
        let longer_ms = exchange.wait_ms.saturating_mul(2).min(self.config.retransmit_max_ms);
        exchange.wait_ms = exchange.wait_ms.max(longer_ms);
        let start_over = match &exchange.phase {
            Phase::Idle => false,
            Phase::Handshake(attempt) => attempt.is_proving() || attempt.forgotten,
            Phase::Command { sent, .. } => exchange.warm && *sent >= WARM_SENT_MAX,
        };
        if start_over { self.open(now_ms, rng) } else { self.transmit(now_ms, rng) }
    }

    fn up(&mut self, mut session: Session, now_ms: u64, rng: &mut Rng<'_>) {
        let Some(exchange) = &mut self.exchange else { return };
        session.heard_ms = now_ms;
        exchange.hint = None;
        exchange.suspects = 0;
        let suite = exchange.suite;
        self.session = Some(session);
        self.sessions_opened += 1;
        self.remember(suite, now_ms);
        self.begin(now_ms, rng);
    }

    fn raised(&mut self, now_ms: u64, rng: &mut Rng<'_>) {
        let (Some(exchange), Some(session)) = (&mut self.exchange, &mut self.session) else {
            return;
        };
        exchange.raised = true;
        session.raised = true;
        let step = Step::first(&exchange.request);
        self.go(step, now_ms, rng);
    }

    fn no_session(&mut self, status: Status, now_ms: u64, rng: &mut Rng<'_>) {
        let Some(exchange) = &mut self.exchange else { return };
        let Phase::Handshake(attempt) = &mut exchange.phase else { return };
        if status.is_about_session() {
            attempt.forgotten = true;
            exchange.hint = Some(Cause::NoSession(status));
            return;
        }
        if status.is_about_suite() && attempt.is_opening() {
            if let Some(next) = self.config.suites.after(exchange.suite) {
                exchange.suite = next;
                return self.open(now_ms, rng);
            }
            self.fallback = None;
        }
        let cause = match status {
            _ if status.is_about_suite() => Cause::Unsupported(exchange.suite, Some(status)),
            _ if status.is_about_user() => Cause::Denied(status),
            _ => Cause::NoSession(status),
        };
        let failure = exchange.failure(cause);
        self.finish(Err(failure));
    }

    fn refused(&mut self, step: Step, code: CompletionCode, now_ms: u64, rng: &mut Rng<'_>) {
        let Some(exchange) = &mut self.exchange else { return };
        let may_retry = !exchange.raised && !exchange.request.at_most_once();
        if code == CompletionCode::PRIVILEGE && step != Step::Raise && may_retry {
            if let (Step::Main, Phase::Command { sent, .. }) = (step, &exchange.phase) {
                exchange.fired = exchange.fired.saturating_sub(*sent);
            }
            return self.go(Step::Raise, now_ms, rng);
        }
        let failure = exchange.refusal(step, code);
        self.finish(Err(failure));
    }

    fn go(&mut self, step: Step, now_ms: u64, rng: &mut Rng<'_>) {
        let rq_seq = self.next_rq_seq();
        if let Some(exchange) = &mut self.exchange {
            exchange.phase = Phase::Command { step, rq_seq, sent: 0 };
        }
        self.transmit(now_ms, rng);
    }

    /// Sends the present message, for the first time or once more.
    fn transmit(&mut self, now_ms: u64, rng: &mut Rng<'_>) {
        let Some(exchange) = &mut self.exchange else { return };
        exchange.due_ms = now_ms.saturating_add(exchange.wait_ms.into());
        let datagram = match &mut exchange.phase {
            Phase::Idle => return,
            Phase::Handshake(attempt) => attempt.transmit(),
            Phase::Command { step, rq_seq, sent } => {
                let Some(session) = &mut self.session else { return };
                if *step == Step::Main {
                    if exchange.request.at_most_once() && exchange.fired > 0 {
                        return;
                    }
                    exchange.fired += 1;
                }
                *sent += 1;
                let call = step.call(&exchange.request, &self.config);
                session.seal(&message(&call, *rq_seq), rng)
            }
        };
        self.send(datagram);
    }

    /// Ends the exchange by silence; a session that keeps silent is not used again.
    fn give_up(&mut self, rng: &mut Rng<'_>) {
        let Some(exchange) = self.exchange.take() else { return };
        let cause = exchange.hint.unwrap_or(Cause::NoAnswer);
        self.done = Some(Err(exchange.failure(cause)));
        self.orphan = match exchange.phase {
            Phase::Handshake(attempt) => attempt.into_orphan(),
            Phase::Idle | Phase::Command { .. } => self.session.take(),
        };
        self.close_orphan(rng);
    }

    fn finish(&mut self, result: Result<Reply, Failure>) {
        if let Some(Exchange { phase: Phase::Handshake(attempt), .. }) = self.exchange.take() {
            self.orphan = attempt.into_orphan();
        }
        self.done = Some(result);
    }
}
