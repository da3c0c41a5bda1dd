//! What a state asks for next. A pure function of what was absorbed and of the time.

use super::work::{Line, Rest, Wire, Work};
use super::{Ask, Drift, Operation, Pacing, Report, words};
use crate::action::{Goal, Order, Step};
use crate::ledger::{Charge, Kept};
use crate::record::Settlement;
use crate::{Millis, Seq};

/// How often the account may be refused before an intent is given up.
const DENIED_MAX: u8 = 2;

/// How many errors in a row end the attempt to bring a node back.
const RETURN_ERRORS_MAX: u8 = 8;

/// After bringing a node back was given up, it is not tried again so long, in milliseconds: it had its budget.
const LEFT_MS: Millis = 1_800_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Want {
    /// Nothing before that time.
    Wait(Millis),
    /// Nothing at all, until an event.
    Nothing,
    /// Ask the BMC.
    Exchange(Ask),
    /// Put a step on record.
    Mark(Seq, Step),
    /// Put the end on record.
    Settle(Seq, Settlement),
    /// What was read is used up: read again, not before that time.
    Again(Millis),
    /// Stand in the line of the circuit.
    Line,
    /// Go over to another rest.
    Rest(Rest, Option<Report>),
}

impl Operation {
    pub(super) fn want(&self, now: Millis, pacing: &Pacing) -> Want {
        match &self.standing.charge {
            Some(charge) => self.want_charge(now, charge, pacing),
            None => self.want_rest(now, pacing),
        }
    }

    /// Whether somebody else's hold forbids firing now.
    pub(super) fn held(&self, now: Millis) -> bool {
        self.standing.held_until.is_some_and(|until| until > now)
    }

    fn want_charge(&self, now: Millis, charge: &Charge, pacing: &Pacing) -> Want {
        if self.work.settling || self.work.marking.is_some() {
            return Want::Nothing;
        }
        if now >= charge.deadline {
            return Want::Settle(charge.seq, words::deadline_passed(self, charge, pacing));
        }
        if let Some(until) = self.outstanding() {
            return Want::Wait(until.min(charge.deadline));
        }
        if self.work.denied >= DENIED_MAX {
            return Want::Settle(charge.seq, words::denied(self, pacing));
        }
        if let Some(until) = self.draining {
            return self.want_while_draining(now, until.min(charge.deadline));
        }
        if charge.started > now {
            return self.want_poll(now, (charge.started != Millis::MAX).then_some(charge.started));
        }
        if self.held(now) {
            let until = self.standing.held_until.unwrap_or(now).min(charge.deadline);
            return self.want_poll(now, Some(until));
        }
        if self.work.stranger {
            return Want::Settle(charge.seq, words::stranger(self, pacing));
        }
        if self.waits_in_line(pacing) {
            return self.want_poll(now, Some(charge.deadline));
        }
        let want = self.plan(now, charge, pacing);
        match want {
            Want::Wait(at) => Want::Wait(at.min(charge.deadline)),
            Want::Nothing => Want::Wait(charge.deadline),
            Want::Exchange(_)
            | Want::Mark(..)
            | Want::Settle(..)
            | Want::Again(_)
            | Want::Line
            | Want::Rest(..) => want,
        }
    }

    fn want_rest(&self, now: Millis, pacing: &Pacing) -> Want {
        if let Some(until) = self.outstanding() {
            return Want::Wait(until);
        }
        if let Some(until) = self.draining {
            return self.want_poll(now, Some(until));
        }
        match self.rest {
            Rest::Returning { goal, late } => self.want_return(now, goal, late, pacing),
            Rest::Idle { drifted: true } => self.want_enforced(now, pacing),
            Rest::Left { again_at } if again_at <= now => self.want_enforced(now, pacing),
            Rest::Idle { drifted: false } | Rest::Left { .. } | Rest::Watching { .. } => {
                self.want_poll(now, None)
            }
        }
    }

    fn want_enforced(&self, now: Millis, pacing: &Pacing) -> Want {
        let fresh = self.seen.ticket == self.tickets;
        match self.standing.kept {
            Some(Kept { goal, .. })
                if pacing.drift == Drift::Enforce && fresh && !self.held(now) =>
            {
                Want::Rest(Rest::Returning { goal, late: false }, None)
            }
            _ => self.want_poll(now, None),
        }
    }

    /// Brings the node back with the same budget and patience as an intent has.
    fn want_return(&self, now: Millis, goal: Goal, late: bool, pacing: &Pacing) -> Want {
        let given_up = self.work.denied >= DENIED_MAX
            || self.work.errors >= RETURN_ERRORS_MAX
            || self.work.stranger;
        if given_up || self.held(now) {
            let cause = words::not_returned(self, now, pacing);
            return if self.held(now) {
                Want::Rest(Rest::Idle { drifted: true }, Some(Report::LeftThere { goal, cause }))
            } else {
                left_there(now, goal, cause)
            };
        }
        if self.waits_in_line(pacing) {
            return self.want_poll(now, None);
        }
        let want = self.drive(now, goal, 0, pacing);
        let Want::Settle(_, outcome) = want else { return want };
        match outcome {
            Settlement::Confirmed => self.brought_back(now, goal, late, pacing),
            Settlement::Failed(cause) | Settlement::Uncertain(cause) => {
                left_there(now, goal, cause.as_str().into())
            }
        }
    }

    fn brought_back(&self, now: Millis, goal: Goal, late: bool, pacing: &Pacing) -> Want {
        let until = now + pacing.settle_ms;
        let rest = if late {
            Rest::Watching { goal, until, returned: true }
        } else {
            Rest::Idle { drifted: false }
        };
        Want::Rest(rest, Some(Report::BroughtBack { goal }))
    }

    /// Reads go on; whoever waits for the intent sees at once what the machine is.
    fn want_while_draining(&self, now: Millis, until: Millis) -> Want {
        if self.seen.at == 0 {
            Want::Exchange(Ask::Power)
        } else {
            self.want_poll(now, Some(until))
        }
    }

    fn want_poll(&self, now: Millis, other: Option<Millis>) -> Want {
        match self.next_poll {
            Some(at) if at <= now => Want::Exchange(Ask::Power),
            Some(at) => Want::Wait(other.map_or(at, |other| at.min(other))),
            None => other.map_or(Want::Nothing, Want::Wait),
        }
    }

    /// Whether a start waits for its turn. Meanwhile the node is read at its usual pace.
    fn waits_in_line(&self, pacing: &Pacing) -> bool {
        self.work.line == Line::Waiting && pacing.circuit.is_some()
    }

    /// Waits for other nodes. For an intent they are looked at again and again; to bring a node back, no
    /// oftener than the nodes are read anyway.
    pub(super) fn want_gate(&self, now: Millis, pacing: &Pacing) -> Want {
        let again = self.standing.charge.as_ref().map(|_| now + pacing.exchange_ms);
        self.want_poll(now, again)
    }

    fn outstanding(&self) -> Option<Millis> {
        match self.wire {
            Wire::Quiet => None,
            Wire::Asked { until, .. } => Some(until),
        }
    }

    /// A read whose question was sent after everything that it shall prove, and not long ago; or the wait
    /// for one.
    pub(super) fn fresh(&self, now: Millis, pacing: &Pacing) -> Result<crate::Power, Want> {
        let recent = now.saturating_sub(self.seen.at) <= pacing.exchange_ms
            && self.seen.at >= self.begun_at();
        if recent && self.seen.ticket > self.work.since {
            Ok(self.seen.power)
        } else if self.work.read_at > now {
            Err(Want::Wait(self.work.read_at))
        } else {
            Err(Want::Exchange(Ask::Power))
        }
    }

    /// Until when an earlier order may still take the node out of that state.
    pub(super) fn unsettled(&self, now: Millis, goal: Goal) -> Option<Millis> {
        let until = self.stirring.against(goal);
        (until > now).then_some(until)
    }

    /// The earliest time for firing that order once more.
    pub(super) fn fire_at(&self, order: Order, pacing: &Pacing) -> Millis {
        let again = match self.last_fire() {
            Some((last, at)) if last == order => {
                at + pacing.refire_ms(self.learned_ms(order), self.work.fires)
            }
            Some(_) | None => 0,
        };
        let dwelt = match (order, self.last_off) {
            (Order::On, Some(off)) => off + pacing.dwell_ms,
            _ => 0,
        };
        again.max(dwelt)
    }

    /// The last order fired for this intent, or before it and still under way: that one is waited for, and
    /// not sent again because somebody asked again.
    pub(super) fn last_fire(&self) -> Option<(Order, Millis)> {
        let earlier = || self.ordered.map(|ordered| (ordered.goal.order(), ordered.at));
        self.work.fired.or_else(earlier)
    }

    /// How long the node was seen to need for that order, in milliseconds; 0 if it was not.
    pub(super) const fn learned_ms(&self, order: Order) -> u32 {
        match order {
            Order::Off => self.learned_off_ms,
            Order::On | Order::Soft | Order::Reset | Order::Nmi => self.learned_on_ms,
        }
    }

    /// Whether that order has to wait for the circuit.
    pub(super) fn must_line_up(&self, order: Order, pacing: &Pacing) -> bool {
        order == Order::On && pacing.circuit.is_some() && self.work.line != Line::Turn
    }

    pub(super) fn work(&self) -> &Work {
        &self.work
    }
}

fn left_there(now: Millis, goal: Goal, cause: alloc::sync::Arc<str>) -> Want {
    let again_at = now + LEFT_MS;
    Want::Rest(Rest::Left { again_at }, Some(Report::LeftThere { goal, cause }))
}
