//! The second way of a node: read when the first does not answer, and ordered when the policy says so.
//!
//! Reads fall back by themselves, and say so. Orders never do: that they go to the second way is a step of its own,
//! put on record before the first of them.

use super::want::Want;
use super::{Answer, Ask, Cause, Operation, Pacing, Second, SecondIs, Trouble, Way};
use crate::action::{Order, Power, Step};
use crate::ledger::Charge;
use crate::{Millis, Seq};

impl Operation {
    /// By which way a question goes.
    pub(super) fn way_of(&self, ask: Ask) -> Way {
        match ask {
            Ask::Power => self.way,
            Ask::Boot(_) => Way::First,
            Ask::Fire(order) => self.way_of_order(order),
        }
    }

    /// Power is taken by the second way once that is on record. It is given by the way that was read.
    fn way_of_order(&self, order: Order) -> Way {
        let escalated = self.is_escalated();
        match order {
            Order::Off if escalated => Way::Second,
            Order::On if escalated => self.seen.way,
            Order::On | Order::Off | Order::Soft | Order::Reset | Order::Nmi => Way::First,
        }
    }

    pub(super) fn is_escalated(&self) -> bool {
        let charge = self.standing.charge.as_ref();
        charge.is_some_and(|charge| charge.steps.has(Step::Escalated))
    }

    /// What an answer says of the machine. That its feed is on does not say that it is; but from a machine from which
    /// power is to be taken, it can be taken then.
    pub(super) fn answer_by(&mut self, way: Way, answer: Answer, pacing: &Pacing) -> Answer {
        let feed = pacing.second.as_ref().filter(|second| second.is == SecondIs::Feed);
        let (Way::Second, Some(feed)) = (way, feed) else {
            if self.standing.charge.is_none() && matches!(answer, Answer::Power(_)) {
                self.way = Way::First;
            }
            return answer;
        };
        match answer {
            Answer::Power(Power::Off) => answer,
            Answer::Power(Power::On | Power::Unknown) | Answer::Mixed(_) => {
                let cause = feed_only(feed);
                if self.is_escalated() && self.next_order() == Some(Order::Off) {
                    return Answer::Mixed(cause);
                }
                self.way = Way::First;
                Answer::Refused(cause)
            }
            Answer::Done | Answer::Refused(_) | Answer::NotSent(_) | Answer::Lost(_) => answer,
        }
    }

    /// A read that failed is tried by the other way; by the second one at once, and then it says so.
    pub(super) fn fall_back(&mut self, now: Millis, failed: Way, pacing: &Pacing) -> bool {
        if pacing.second.is_none() {
            return false;
        }
        match failed {
            Way::First => {
                self.way = Way::Second;
                self.work.read_at = now;
                true
            }
            Way::Second => {
                self.way = Way::First;
                false
            }
        }
    }

    /// Whether the second way may still be ordered: then what the first refuses is not the end.
    pub(super) fn awaits_escalation(&self, pacing: &Pacing) -> bool {
        let second = pacing.second.as_ref();
        second.is_some_and(|second| second.escalate_ms.is_some()) && !self.is_escalated()
    }

    /// Why neither way could be read.
    pub(super) fn by_both(&self, failed: Way, cause: Cause) -> Cause {
        match &self.work.cause {
            Some(first) if failed == Way::Second && !cause.words.starts_with(&*first.words) => {
                let words = alloc::format!("{}; {}", first.words, cause.words);
                Cause { words: words.into(), ..cause }
            }
            Some(_) | None => cause,
        }
    }

    /// When an answer is given up. A read does not outlast the time at which the second way is to be ordered: the first
    /// one may be silent.
    pub(super) fn given_up_at(&self, now: Millis, ask: Ask, pacing: &Pacing) -> Millis {
        let until = now + pacing.exchange_ms;
        let second = pacing.second.as_ref().filter(|_| ask == Ask::Power && !self.is_escalated());
        let due = second.and_then(|second| {
            let charge = self.standing.charge.as_ref()?;
            Some(charge.started.saturating_add(second.escalate_ms?))
        });
        due.filter(|due| *due > now).map_or(until, |due| until.min(due))
    }

    /// The step by which orders go to the second way, if it is time for it.
    pub(super) fn escalation(&self, now: Millis, charge: &Charge, pacing: &Pacing) -> Option<Want> {
        let second = pacing.second.as_ref()?;
        let due = charge.started.saturating_add(second.escalate_ms?) <= now;
        let takes = charge.next_order() == Some(Order::Off);
        (due && takes && !self.is_escalated()).then_some(Want::Mark(charge.seq, Step::Escalated))
    }

    /// The same for an order that only the second way can carry out: its feed was read off, or the first way does not
    /// answer any more.
    pub(super) fn must_escalate(
        &self,
        now: Millis,
        order: Order,
        seq: Seq,
        pacing: &Pacing,
    ) -> Option<Want> {
        let second = pacing.second.as_ref()?;
        let charge = self.standing.charge.as_ref()?;
        if order != Order::On || self.seen.way == Way::First || self.is_escalated() {
            return None;
        }
        let after = match second.is {
            SecondIs::Feed => 0,
            SecondIs::Machine => second.escalate_ms?,
        };
        let allowed = second.escalate_ms.is_some() && charge.started.saturating_add(after) <= now;
        allowed.then_some(Want::Mark(seq, Step::Escalated))
    }

    fn next_order(&self) -> Option<Order> {
        self.standing.charge.as_ref().and_then(Charge::next_order)
    }
}

/// Why a node is unknown of which nothing but its feed answers.
fn feed_only(feed: &Second) -> Cause {
    let feed = &feed.endpoint;
    let words = alloc::format!("its feed {feed} is on, which does not say whether the machine is");
    Cause { trouble: Trouble::Passing, words: words.into() }
}
