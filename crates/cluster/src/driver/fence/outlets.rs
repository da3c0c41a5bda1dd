//! One question for all outlets of a node: each is asked in its turn at its device, and what they say is put together.
//! A node is off when all of its outlets are, and on when all are.

use std::time::Duration;

use arbiter::{Answer, Ask, Cause, Millis, Order, Power, Trouble};
use tokio::time::Instant;

use super::super::{Answered, plain};
use super::agent::Agent;
use super::{Outcome, Shared, TURN_SHARE};
use crate::clock::now_ms;
use crate::driver::Job;
use crate::driver::queues::Turn;
use crate::inventory::{Access, Fence, Outlet};
use crate::targets::Target;

/// The answer is given so much before the core gives it up, in milliseconds: by then the agent is killed.
const MARGIN_MS: Millis = 300;

/// A question under way.
pub(super) struct Round<'a> {
    shared: &'a Shared,
    job: &'a Job,
    deadline: Instant,
    /// When the first outlet had its turn.
    begun: Option<Millis>,
}

impl<'a> Round<'a> {
    pub(super) fn new(shared: &'a Shared, job: &'a Job) -> Self {
        let left = job.until.saturating_sub(now_ms()).saturating_sub(MARGIN_MS);
        Self { shared, job, deadline: Instant::now() + Duration::from_millis(left), begun: None }
    }

    pub(super) async fn answered(mut self) -> Answered {
        let answer = self.answer().await.unwrap_or_else(|answer| answer);
        let took_ms = self.begun.map(|begun| now_ms().saturating_sub(begun));
        Answered::new(self.job, answer, took_ms)
    }

    async fn answer(&mut self) -> Outcome<Answer> {
        let target = &*self.job.target;
        let Access::Fence(fence) = &target.endpoint.access else {
            return Err(self.not_sent("it is not reached by a fence agent"));
        };
        let action = match self.job.ask {
            Ask::Power => "status",
            Ask::Fire(Order::On) => "on",
            Ask::Fire(Order::Off) => "off",
            Ask::Fire(Order::Nmi) => "diag",
            Ask::Fire(order @ (Order::Soft | Order::Reset)) => {
                return Err(refused(target, &format!("fence agents know no {}", order.word())));
            }
            Ask::Boot(_) => return Err(refused(target, "fence agents know no boot override")),
        };
        let agent = Agent::know(self.shared, target, &fence.agent, self.deadline).await?;
        agent.can(action).map_err(|words| refused(target, &words))?;
        if self.job.ask == Ask::Power {
            self.read(&agent, fence).await
        } else {
            self.order(&agent, fence, action).await
        }
    }

    async fn read(&mut self, agent: &Agent<'_>, fence: &Fence) -> Outcome<Answer> {
        let mut read = Vec::with_capacity(fence.outlets.len());
        for (place, outlet) in fence.outlets.iter().enumerate() {
            let deadline = self.share(fence.outlets.len() - place);
            let _turn = self.turn(fence, outlet, deadline).await?;
            read.push((outlet, agent.status(outlet, deadline).await?));
        }
        let all = |power| read.iter().all(|(_, is)| *is == power);
        if all(Power::On) {
            return Ok(Answer::Power(Power::On));
        }
        if all(Power::Off) {
            return Ok(Answer::Power(Power::Off));
        }
        let each = read.iter().map(|(outlet, is)| format!("{} is {}", outlet.name(), is.word()));
        let words = each.collect::<Vec<_>>().join(", ");
        Ok(Answer::Mixed(plain(&self.job.target, &words)))
    }

    /// Orders it of every outlet, whatever became of the others.
    async fn order(&mut self, agent: &Agent<'_>, fence: &Fence, action: &str) -> Outcome<Answer> {
        let mut failed = Vec::new();
        for (place, outlet) in fence.outlets.iter().enumerate() {
            let deadline = self.share(fence.outlets.len() - place);
            let ordered = match self.turn(fence, outlet, deadline).await {
                Ok(_turn) => agent.order(outlet, action, deadline).await,
                Err(answer) => Err(answer),
            };
            failed.extend(ordered.err());
        }
        Ok(together(fence.outlets.len(), failed))
    }

    /// Until when an outlet may take, of so many that are left: one that hangs leaves the others their time.
    fn share(&self, outlets: usize) -> Instant {
        let now = Instant::now();
        let left = self.deadline.saturating_duration_since(now);
        now + left / u32::try_from(outlets).unwrap_or(u32::MAX).max(1)
    }

    /// A turn at the outlet's device, if there is one in time.
    async fn turn(&mut self, fence: &Fence, outlet: &Outlet, deadline: Instant) -> Outcome<Turn> {
        let device = format!("{} {}", fence.agent, outlet.device());
        let turn = self.shared.devices.turn(&device, self.job.target.gap_ms, deadline).await;
        let now = now_ms();
        // what was begun goes on with what is left
        let needed =
            if self.begun.is_none() { self.job.target.exchange_ms / TURN_SHARE } else { 0 };
        let in_time = now + needed <= self.job.until;
        match turn.filter(|_| in_time) {
            Some(turn) => {
                self.begun.get_or_insert(now);
                Ok(turn)
            }
            None => Err(self.not_sent(&format!("{}: no turn in time", outlet.name()))),
        }
    }

    fn not_sent(&self, words: &str) -> Answer {
        Answer::NotSent(plain(&self.job.target, words))
    }
}

/// What an order came to that was not done at some of so many outlets. Done at some, it may have happened.
fn together(outlets: usize, failed: Vec<Answer>) -> Answer {
    let some_done = failed.len() < outlets;
    let some_lost = failed.iter().any(|answer| matches!(answer, Answer::Lost(_)));
    let some_refused = failed.iter().any(|answer| matches!(answer, Answer::Refused(_)));
    let mut words = Vec::new();
    let mut trouble = Trouble::Passing;
    for answer in failed {
        if let Answer::Lost(cause) | Answer::Refused(cause) | Answer::NotSent(cause) = answer {
            if cause.trouble != Trouble::Passing {
                trouble = cause.trouble;
            }
            words.push(cause.words);
        }
    }
    if words.is_empty() {
        return Answer::Done;
    }
    let cause = Cause { trouble, words: words.join("; ").into() };
    if some_lost || some_done {
        Answer::Lost(cause)
    } else if some_refused {
        Answer::Refused(cause)
    } else {
        Answer::NotSent(cause)
    }
}

fn refused(target: &Target, words: &str) -> Answer {
    Answer::Refused(plain(target, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(words: &str) -> Cause {
        Cause { trouble: Trouble::Passing, words: words.into() }
    }

    #[test]
    fn an_order_that_was_done_at_some_outlets_may_have_happened() {
        let (a, b) = (cause("a"), cause("b"));
        let not_sent = |it: &Cause| Answer::NotSent(it.clone());
        let refused = |it: &Cause| Answer::Refused(it.clone());
        let lost = |it: &Cause| Answer::Lost(it.clone());
        for (failed, expected) in [
            (vec![], Answer::Done),
            (vec![not_sent(&a)], Answer::Lost(a.clone())),
            (vec![refused(&a)], Answer::Lost(a.clone())),
            (vec![not_sent(&a), not_sent(&b)], Answer::NotSent(cause("a; b"))),
            (vec![not_sent(&a), refused(&b)], Answer::Refused(cause("a; b"))),
            (vec![not_sent(&a), lost(&b)], Answer::Lost(cause("a; b"))),
        ] {
            assert_eq!(together(2, failed), expected);
        }
    }
}
