//! What an operation learns from an event. It decides nothing; `want` does.

use alloc::vec::Vec;

use super::work::{Line, Ordered, Rest, Wire, Work};
use super::{Answer, Ask, Cause, Event, OpEffect, Operation, Pacing, Report, Trouble, Way};
use crate::action::{Goal, Order, Power, Step};
use crate::ledger::{Kept, Standing};
use crate::{Millis, Seq};

/// An exchange that ended.
struct Ended {
    ticket: u32,
    ask: Ask,
    way: Way,
    at: Millis,
    seq: Option<Seq>,
    newest: Seq,
}

impl Operation {
    pub(super) fn absorb(
        &mut self,
        now: Millis,
        event: Event,
        pacing: &Pacing,
        effects: &mut Vec<OpEffect>,
    ) {
        match event {
            Event::Standing(standing) => self.absorb_standing(now, standing, pacing),
            Event::Look => self.next_poll = Some(now),
            Event::Due => {}
            Event::Turn => self.absorb_turn(),
            Event::Gate(gate) => self.gate = gate,
            Event::Answered { ticket, answer } => {
                if let Some(ended) = self.take_exchange(|asked, _| asked == ticket) {
                    self.absorb_answer(now, &ended, answer, pacing, effects);
                }
            }
        }
        self.absorb_time(now, pacing, effects);
    }

    /// An exchange whose time has passed is lost, even if nobody says so.
    fn absorb_time(&mut self, now: Millis, pacing: &Pacing, effects: &mut Vec<OpEffect>) {
        if let Some(ended) = self.take_exchange(|_, until| until <= now) {
            let answer = Answer::Lost(super::words::no_answer(pacing));
            self.absorb_answer(now, &ended, answer, pacing, effects);
        }
        if self.held(now) {
            self.work.line = Line::Out;
        }
        // what was read while draining told people, and decides nothing
        if self.draining.take_if(|until| *until <= now).is_some() {
            self.work.since = self.tickets;
        }
    }

    fn absorb_turn(&mut self) {
        if self.work.line == Line::Waiting {
            self.work.line = Line::Turn;
        }
    }

    fn take_exchange(&mut self, ends: impl Fn(u32, Millis) -> bool) -> Option<Ended> {
        match self.wire {
            Wire::Asked { ticket, ask, way, at, until, seq, newest } if ends(ticket, until) => {
                self.wire = Wire::Quiet;
                Some(Ended { ticket, ask, way, at, seq, newest })
            }
            Wire::Asked { .. } | Wire::Quiet => None,
        }
    }

    fn absorb_standing(&mut self, now: Millis, standing: Standing, pacing: &Pacing) {
        let charged = |standing: &Standing| standing.charge.as_ref().map(|charge| charge.seq);
        let kept = |standing: &Standing| standing.kept.map(|kept| kept.seq);
        let before = (charged(&self.standing), kept(&self.standing));
        if before.0.is_some() && before.0 == charged(&standing) {
            self.absorb_marks(&standing);
        } else if before != (charged(&standing), kept(&standing)) {
            self.work = Work::since(self.tickets);
            self.rest = self.rest_after(now, &standing, pacing);
        }
        self.standing = standing;
    }

    fn absorb_marks(&mut self, standing: &Standing) {
        let (Some(charge), Some(step)) = (&standing.charge, self.work.marking) else { return };
        if charge.steps.has(step) {
            self.work.marking = None;
            self.work.marked = Some(step);
            self.work.next_half();
            if step == Step::Escalated {
                // what was read for the first way decides nothing for the second
                self.way = Way::Second;
                self.work.read_again(self.tickets, 0);
            }
        }
    }

    /// A confirmed intent is watched for a while; after any other end there is nothing to keep.
    fn rest_after(&mut self, now: Millis, standing: &Standing, pacing: &Pacing) -> Rest {
        let Some(kept) = standing.kept.filter(|_| standing.charge.is_none()) else {
            return Rest::Idle { drifted: false };
        };
        let until = kept.since + pacing.settle_ms;
        if until <= now {
            return Rest::Idle { drifted: false };
        }
        self.next_poll = Some(now + pacing.settle_ms / 4);
        Rest::Watching { goal: kept.goal, until, returned: false }
    }

    fn absorb_answer(
        &mut self,
        now: Millis,
        ended: &Ended,
        answer: Answer,
        pacing: &Pacing,
        effects: &mut Vec<OpEffect>,
    ) {
        match ended.ask {
            Ask::Power => self.absorb_read(now, ended, answer, pacing, effects),
            Ask::Boot(_) | Ask::Fire(_) => self.absorb_write(now, ended, answer, pacing),
        }
    }

    fn absorb_read(
        &mut self,
        now: Millis,
        ended: &Ended,
        answer: Answer,
        pacing: &Pacing,
        effects: &mut Vec<OpEffect>,
    ) {
        let answer = self.answer_by(ended.way, answer, pacing);
        let failed = matches!(answer, Answer::Refused(_) | Answer::NotSent(_) | Answer::Lost(_));
        // nothing is told before both ways were tried
        let again = failed && self.fall_back(now, ended.way, pacing);
        if !again {
            self.seen.at = ended.at;
            self.seen.way = ended.way;
            self.seen.mixed = matches!(answer, Answer::Mixed(_));
        }
        match answer {
            Answer::Power(power) => {
                self.seen.cause = None;
                self.absorb_state(ended, power);
                self.absorb_power(now, ended.at, power, pacing, effects);
            }
            Answer::Mixed(cause) => {
                self.seen.cause = Some(cause.clone());
                self.absorb_state(ended, Power::Unknown);
                self.work.cause = Some(cause);
                if self.standing.charge.is_none() {
                    self.absorb_rest(now, ended.at, |_| true, effects);
                }
            }
            Answer::Refused(cause) | Answer::NotSent(cause) | Answer::Lost(cause) if again => {
                self.work.stranger |= cause.trouble == Trouble::Stranger;
                self.work.cause = Some(cause);
            }
            Answer::Refused(cause) | Answer::NotSent(cause) | Answer::Lost(cause) => {
                let cause = self.by_both(ended.way, cause);
                self.seen.power = Power::Unknown;
                self.seen.cause = Some(cause.clone());
                self.poll_errors = self.poll_errors.saturating_add(1);
                self.absorb_error(now, ended.way, cause, pacing);
            }
            Answer::Done => {}
        }
        // whoever looked since this was asked is not served by it
        let looked = self.next_poll.is_some_and(|at| ended.at < at && at <= now);
        if again {
            self.next_poll = Some(now);
        } else if !looked {
            self.plan_poll(now, pacing);
        }
    }

    /// The read told something, whatever it was.
    fn absorb_state(&mut self, ended: &Ended, power: Power) {
        self.seen.power = power;
        self.seen.ticket = ended.ticket;
        self.work.covers = ended.newest;
        self.work.errors = 0;
        self.poll_errors = 0;
        self.work.reads = self.work.reads.saturating_add(1);
    }

    fn absorb_power(
        &mut self,
        now: Millis,
        asked_at: Millis,
        power: Power,
        pacing: &Pacing,
        effects: &mut Vec<OpEffect>,
    ) {
        match power {
            Power::On => self.seen.last_known = Some((Goal::On, asked_at)),
            Power::Off => self.seen.last_known = Some((Goal::Off, asked_at)),
            Power::Unknown => return self.give_turn_back(),
        }
        self.learn(asked_at, power, pacing);
        self.stirring_ended(power);
        if power == Power::On {
            self.work.line = Line::Out;
        }
        if self.standing.charge.is_none() {
            self.absorb_rest(now, asked_at, |goal| power.is_opposite(goal), effects);
        }
    }

    /// Others are not kept waiting by a node that can't be started now.
    fn give_turn_back(&mut self) {
        if self.work.line == Line::Turn {
            self.work.line = Line::Out;
        }
    }

    /// An order that is seen to have taken effect is no longer waited for.
    fn stirring_ended(&mut self, power: Power) {
        for goal in [Goal::On, Goal::Off] {
            if power.is(goal) {
                *self.stirring.toward(goal) = 0;
            }
        }
    }

    /// The first order that worked tells how long this node takes, whosever it was; it never gets shorter
    /// at once.
    fn learn(&mut self, asked_at: Millis, power: Power, pacing: &Pacing) {
        let worked = |ordered: &mut Ordered| power.is(ordered.goal);
        let Some(Ordered { goal, at, again }) = self.ordered.take_if(worked) else { return };
        let took = asked_at.saturating_sub(at);
        if again || took > pacing.transition_max_ms {
            return;
        }
        let slot = match goal {
            Goal::On => &mut self.learned_on_ms,
            Goal::Off => &mut self.learned_off_ms,
        };
        let sample = u32::try_from(took).unwrap_or(u32::MAX);
        *slot = sample.max(*slot - *slot / 8);
    }

    /// A node without an intent was read: has it left what was confirmed?
    fn absorb_rest(
        &mut self,
        now: Millis,
        asked_at: Millis,
        has_left: impl Fn(Goal) -> bool,
        effects: &mut Vec<OpEffect>,
    ) {
        let Some(Kept { goal, .. }) = self.standing.kept else { return };
        let left = has_left(goal);
        match self.rest {
            Rest::Watching { until, returned, .. } if left => {
                let report = Report::LateFire { goal };
                effects.push(OpEffect::Report(report));
                let again = returned || until < asked_at || self.held(now);
                self.rest = if again {
                    Rest::Idle { drifted: true }
                } else {
                    Rest::Returning { goal, late: true }
                };
                self.work = Work::since(self.tickets);
            }
            Rest::Watching { until, .. } if until <= asked_at => {
                self.rest = Rest::Idle { drifted: false };
            }
            Rest::Idle { drifted: false } if left => {
                effects.push(OpEffect::Report(Report::Drifted { goal }));
                self.rest = Rest::Idle { drifted: true };
            }
            Rest::Idle { drifted: true } | Rest::Left { .. } if !left => {
                self.rest = Rest::Idle { drifted: false };
            }
            Rest::Watching { .. }
            | Rest::Idle { .. }
            | Rest::Left { .. }
            | Rest::Returning { .. } => {}
        }
    }

    fn plan_poll(&mut self, now: Millis, pacing: &Pacing) {
        let background = pacing.next_poll_at(now, self.poll_errors);
        let watch = match self.rest {
            Rest::Watching { until, .. } => {
                let quarter = (pacing.settle_ms / 4).max(1);
                // the last look is at the very end of the window
                Some(now + if until > now { quarter.min(until - now) } else { quarter })
            }
            Rest::Idle { .. } | Rest::Left { .. } | Rest::Returning { .. } => None,
        };
        self.next_poll = background.into_iter().chain(watch).min();
    }

    fn absorb_write(&mut self, now: Millis, ended: &Ended, answer: Answer, pacing: &Pacing) {
        if ended.ask == Ask::Fire(Order::Off) {
            self.last_off = Some(now);
        }
        self.stir(now, ended.ask, &answer, pacing);
        self.work.since = self.tickets;
        if ended.seq != self.standing.charge.as_ref().map(|charge| charge.seq) {
            return;
        }
        match ended.ask {
            Ask::Fire(order) if order.is_at_most_once() => self.absorb_once(now, answer, pacing),
            Ask::Fire(order) => self.absorb_fire(now, (order, ended.way), answer, pacing),
            Ask::Boot(_) => self.absorb_boot(now, answer, pacing),
            Ask::Power => {}
        }
    }

    fn stir(&mut self, now: Millis, ask: Ask, answer: &Answer, pacing: &Pacing) {
        if matches!(answer, Answer::NotSent(_) | Answer::Refused(_)) {
            return;
        }
        let (toward, span) = match ask {
            Ask::Fire(Order::On) => (Goal::On, pacing.stirring_ms(self.learned_on_ms)),
            Ask::Fire(Order::Off) => (Goal::Off, pacing.stirring_ms(self.learned_off_ms)),
            Ask::Fire(Order::Soft) => (Goal::Off, pacing.transition_max_ms),
            Ask::Fire(Order::Reset | Order::Nmi) | Ask::Boot(_) | Ask::Power => return,
        };
        *self.stirring.toward(toward) = now + span;
        if ask == Ask::Fire(toward.order()) {
            let recent = |at: Millis| now <= at + pacing.transition_max_ms;
            let again = self.ordered.is_some_and(|it| it.goal == toward && recent(it.at));
            self.ordered = Some(Ordered { goal: toward, at: now, again });
        }
    }

    fn absorb_fire(
        &mut self,
        now: Millis,
        (order, way): (Order, Way),
        answer: Answer,
        pacing: &Pacing,
    ) {
        let cause = match answer {
            Answer::NotSent(cause) => return self.absorb_error(now, way, cause, pacing),
            Answer::Refused(cause) | Answer::Lost(cause) => Some(cause),
            Answer::Done | Answer::Power(_) | Answer::Mixed(_) => None,
        };
        if self.work.fired.is_some_and(|(last, _)| last != order) {
            self.work.next_half();
        }
        self.work.fires = self.work.fires.saturating_add(1);
        self.work.fired = Some((order, now));
        self.work.reads = 0;
        self.work.read_at = now;
        if cause.is_none() && self.learned_ms(order) > 0 {
            // a machine that was seen to need its time is not read at once
            self.work.read_at = now + pacing.confirm_wait_ms(0, self.learned_ms(order));
        }
        if let Some(cause) = cause {
            self.absorb_error(now, way, cause, pacing);
        }
    }

    fn absorb_once(&mut self, now: Millis, answer: Answer, pacing: &Pacing) {
        match answer {
            Answer::NotSent(cause) => self.absorb_error(now, Way::First, cause, pacing),
            Answer::Refused(_)
            | Answer::Lost(_)
            | Answer::Done
            | Answer::Power(_)
            | Answer::Mixed(_) => {
                self.work.once = Some(answer);
                self.work.read_at = now;
            }
        }
    }

    fn absorb_boot(&mut self, now: Millis, answer: Answer, pacing: &Pacing) {
        match answer {
            Answer::Done | Answer::Power(_) | Answer::Mixed(_) => self.work.boot_set = true,
            Answer::Refused(cause) | Answer::NotSent(cause) | Answer::Lost(cause) => {
                self.work.boot_tries = self.work.boot_tries.saturating_add(1);
                self.absorb_error(now, Way::First, cause, pacing);
            }
        }
    }

    fn absorb_error(&mut self, now: Millis, way: Way, cause: Cause, pacing: &Pacing) {
        match cause.trouble {
            Trouble::Passing => {}
            Trouble::Denied => self.work.denied = self.work.denied.saturating_add(1),
            // behind a wrong second way, the first one goes on, and what it was sent may still happen
            Trouble::Stranger => self.work.stranger |= way == Way::First,
        }
        self.give_turn_back();
        self.work.cause = Some(cause);
        self.work.errors = self.work.errors.saturating_add(1);
        let wait = pacing.backoff_ms(self.work.errors, self.tickets);
        self.work.read_again(self.tickets, now + wait);
    }
}
