//! One BMC while it is in use: takes its questions one after the other, keeps the connection for a while, and goes away. It
//! is the only one that talks to its BMC.

use std::sync::Arc;
use std::time::Duration;

use arbiter::Answer;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

use super::client::Client;
use super::memory::{Memory, Session};
use super::{Next, Shared};
use crate::clock::now_ms;
use crate::driver::http::Link;
use crate::driver::{Answered, Job, plain};
use crate::inventory::Contact;
use crate::targets::Target;

/// A connection that nobody used for so long is closed, in milliseconds. BMCs have few, and close idle ones soon.
const IDLE_MS: u64 = 20_000;
/// The answer is given so much before the core gives it up: it says why. In milliseconds.
const MARGIN_MS: u64 = 100;
/// A question is not begun with less than this share of its time left.
const TURN_SHARE: u64 = 4;
/// Ending a session that is not needed any more may take so long, in milliseconds.
const LOG_OUT_MS: u64 = 1_000;

/// Who talks to a BMC.
pub(super) struct Worker {
    shared: Arc<Shared>,
    address: Contact,
    wake: Arc<Notify>,
    memory: Memory,
    link: Option<Link>,
    /// Whom the last question was for.
    target: Arc<Target>,
}

impl Worker {
    pub(super) const fn new(
        shared: Arc<Shared>,
        address: Contact,
        target: Arc<Target>,
        wake: Arc<Notify>,
        memory: Memory,
    ) -> Self {
        Self { shared, address, target, wake, memory, link: None }
    }

    /// Works until there was nothing to do for a while.
    pub(super) async fn run(mut self) {
        loop {
            match self.shared.next(&self.address) {
                Next::Job(job, renewed) => {
                    let outdated = if renewed { self.renew().await } else { None };
                    self.take(job).await;
                    if let Some(session) = outdated {
                        self.log_out(session).await;
                    }
                }
                Next::Nothing if self.rest().await => {}
                Next::Nothing | Next::Stop => match self.retire().await {
                    Some(worker) => self = worker,
                    None => return,
                },
            }
        }
    }

    /// Waits for a question; `false` when there is no reason to stay.
    async fn rest(&mut self) -> bool {
        let Some(link) = &mut self.link else { return false };
        tokio::select! {
            () = self.wake.notified() => true,
            () = link.closed() => {
                self.link = None;
                false
            }
            () = sleep(Duration::from_millis(IDLE_MS)) => false,
        }
    }

    /// Closes the connection and hands over what is known, unless there is something to do again.
    async fn retire(mut self) -> Option<Self> {
        if self.shared.is_stopping()
            && let Some(session) = self.memory.session.take()
        {
            self.log_out(session).await;
        }
        if let Some(link) = self.link.take() {
            link.close().await;
        }
        let memory = std::mem::take(&mut self.memory);
        let memory = self.shared.retire(&self.address, memory)?;
        Some(Self { memory, ..self })
    }

    /// Forgets what an older inventory led to; the session that is to be ended.
    async fn renew(&mut self) -> Option<Session> {
        let fresh = Memory { ended: self.memory.ended, ..Memory::default() };
        let memory = std::mem::replace(&mut self.memory, fresh);
        if let Some(link) = self.link.take() {
            link.close().await;
        }
        memory.session
    }

    async fn take(&mut self, job: Job) {
        let free_at = self.memory.ended + u64::from(job.target.gap_ms);
        let wait = free_at.min(job.until).saturating_sub(now_ms());
        sleep(Duration::from_millis(wait)).await;
        let begun = now_ms();
        self.target = Arc::clone(&job.target);
        let answered = match self.refusal(begun, &job) {
            Some(answer) => Answered::new(&job, answer, None),
            None => {
                let span = Duration::from_millis((job.until - begun).saturating_sub(MARGIN_MS));
                let answer = self.client(&job.target, Instant::now() + span).answer(job.ask).await;
                self.memory.breaker.note(&answer);
                self.shared.accounts.note(&job.target, &answer);
                self.memory.ended = now_ms();
                Answered::new(&job, answer, Some(now_ms().saturating_sub(begun)))
            }
        };
        self.shared.answer(answered);
    }

    /// Why the question is answered without asking.
    fn refusal(&self, now: u64, job: &Job) -> Option<Answer> {
        let own = self.memory.breaker.cause().cloned();
        if let Some(cause) = own.or_else(|| self.shared.accounts.cause(&job.target)) {
            return Some(Answer::NotSent(cause));
        }
        let too_late = now + job.target.exchange_ms / TURN_SHARE > job.until;
        too_late.then(|| Answer::NotSent(plain(&job.target, "no turn in time")))
    }

    async fn log_out(&mut self, session: Session) {
        let target = Arc::clone(&self.target);
        let deadline = Instant::now() + Duration::from_millis(LOG_OUT_MS);
        self.client(&target, deadline).log_out(session).await;
    }

    fn client<'a>(&'a mut self, target: &'a Target, deadline: Instant) -> Client<'a> {
        Client {
            shared: &self.shared,
            target,
            memory: &mut self.memory,
            link: &mut self.link,
            deadline,
            told: Vec::new(),
        }
    }
}
