//! How each action is carried out, one decision at a time.

use super::want::Want;
use super::{Answer, Ask, Operation, Pacing, words};
use crate::action::{Action, Goal, Order, Power, Step};
use crate::ledger::Charge;
use crate::record::Settlement;
use crate::{Millis, Seq};

impl Operation {
    /// The next step of the intent, with no exchange outstanding and no hold in the way.
    pub(super) fn plan(&self, now: Millis, charge: &Charge, pacing: &Pacing) -> Want {
        match charge.action {
            Action::On => self.plan_on(now, charge, pacing),
            Action::Off => self.drive(now, Goal::Off, charge.seq, pacing),
            Action::Soft => self.plan_soft(now, charge, pacing),
            Action::Cycle | Action::SoftCycle => self.plan_cycle(now, charge, pacing),
            Action::Reset => self.plan_reset(now, charge, pacing),
            Action::Nmi => self.plan_nmi(now, charge, pacing),
        }
    }

    /// Fires the goal's order at a node that reads otherwise, until it reads so.
    pub(super) fn drive(&self, now: Millis, goal: Goal, seq: Seq, pacing: &Pacing) -> Want {
        if let Some(want) = self.escalates(now, pacing) {
            return want;
        }
        match self.fresh(now, pacing) {
            Err(want) => want,
            Ok(power) if power.is(goal) => self.confirm(now, goal, seq, pacing),
            Ok(Power::Unknown) if !self.seen.mixed => self.again(now, pacing),
            Ok(_) => self.fire(now, goal.order(), seq, pacing),
        }
    }

    fn escalates(&self, now: Millis, pacing: &Pacing) -> Option<Want> {
        let charge = self.standing.charge.as_ref()?;
        self.escalation(now, charge, pacing)
    }

    /// The goal was read. It counts unless an earlier order to leave it may still take effect.
    fn confirm(&self, now: Millis, goal: Goal, seq: Seq, pacing: &Pacing) -> Want {
        match self.unsettled(now, goal) {
            Some(until) => self.again_before(now, until, pacing),
            None => Want::Settle(seq, Settlement::Confirmed),
        }
    }

    fn plan_on(&self, now: Millis, charge: &Charge, pacing: &Pacing) -> Want {
        match (self.drive(now, Goal::On, charge.seq, pacing), self.boot_wanted(charge)) {
            (
                Want::Settle(_, Settlement::Confirmed) | Want::Exchange(Ask::Fire(_)) | Want::Line,
                Some(boot),
            ) => self.set_boot(charge.seq, boot, pacing),
            (want, _) => want,
        }
    }

    fn plan_soft(&self, now: Millis, charge: &Charge, pacing: &Pacing) -> Want {
        let hard = charge.force_after.is_some();
        if let Some(want) = self.escalation(now, charge, pacing).filter(|_| hard) {
            return want;
        }
        match self.fresh(now, pacing) {
            Err(want) => want,
            Ok(Power::Off) => self.confirm(now, Goal::Off, charge.seq, pacing),
            Ok(Power::Unknown) if !self.seen.mixed => self.again(now, pacing),
            Ok(Power::On | Power::Unknown) if self.is_escalated() => {
                self.fire(now, Order::Off, charge.seq, pacing)
            }
            Ok(Power::On | Power::Unknown) => self.shut_down(now, charge, pacing),
        }
    }

    fn plan_cycle(&self, now: Millis, charge: &Charge, pacing: &Pacing) -> Want {
        if charge.steps.has(Step::Dropped) {
            return self.plan_on(now, charge, pacing);
        }
        if let Some(want) = self.escalation(now, charge, pacing) {
            return want;
        }
        // a machine whose override can't be set is not powered down first
        if let (Ok(Power::On), Some(boot)) = (self.fresh(now, pacing), self.boot_wanted(charge)) {
            return self.set_boot(charge.seq, boot, pacing);
        }
        match self.fresh(now, pacing) {
            Err(want) => want,
            Ok(Power::Off) => Want::Mark(charge.seq, Step::Dropped),
            Ok(Power::Unknown) if !self.seen.mixed => self.again(now, pacing),
            Ok(Power::On | Power::Unknown)
                if charge.action == Action::SoftCycle && !self.is_escalated() =>
            {
                self.shut_down(now, charge, pacing)
            }
            Ok(Power::On | Power::Unknown) => self.fire(now, Order::Off, charge.seq, pacing),
        }
    }

    /// Asks the operating system once; goes on as `off` when its time is up, if that was asked for.
    fn shut_down(&self, now: Millis, charge: &Charge, pacing: &Pacing) -> Want {
        let force_at = charge.force_after.map(|span| charge.started + span);
        if force_at.is_some_and(|at| at <= now) {
            return self.fire(now, Order::Off, charge.seq, pacing);
        }
        let wait = || match (self.again(now, pacing), force_at) {
            (Want::Again(at), Some(force_at)) => Want::Again(at.min(force_at)),
            (want, _) => want,
        };
        match (&self.work.once, charge.steps.has(Step::Asked)) {
            (None, _) if self.gate.bars(Order::Soft) => self.want_gate(now, pacing),
            (None, false) => Want::Mark(charge.seq, Step::Asked),
            (None, true) if self.work.marked == Some(Step::Asked) => {
                Want::Exchange(Ask::Fire(Order::Soft))
            }
            (Some(Answer::Refused(cause)), _) if force_at.is_none() => {
                Want::Settle(charge.seq, words::refused(self, Order::Soft, cause, pacing))
            }
            (Some(Answer::Refused(_)), _) => self.fire(now, Order::Off, charge.seq, pacing),
            (None | Some(_), _) => wait(),
        }
    }

    /// A mark from an earlier life may mean that the order was sent: it is not sent again.
    fn plan_reset(&self, now: Millis, charge: &Charge, pacing: &Pacing) -> Want {
        if charge.steps.has(Step::Dropped) {
            return self.plan_on(now, charge, pacing);
        }
        if charge.steps.has(Step::Reset) && self.work.once.is_some() {
            return self.after_reset(now, charge, pacing);
        }
        if charge.steps.has(Step::Reset) && self.work.marked != Some(Step::Reset) {
            return Want::Settle(charge.seq, words::interrupted(Order::Reset, pacing));
        }
        match self.fresh(now, pacing) {
            Err(want) => want,
            Ok(Power::Off) => Want::Mark(charge.seq, Step::Dropped),
            Ok(Power::Unknown) if !self.seen.mixed => self.again(now, pacing),
            Ok(Power::On | Power::Unknown) => self.reset(charge, pacing),
        }
    }

    /// Resets a node that was just read on.
    fn reset(&self, charge: &Charge, pacing: &Pacing) -> Want {
        match self.boot_wanted(charge) {
            Some(boot) => self.set_boot(charge.seq, boot, pacing),
            None if charge.steps.has(Step::Reset) => Want::Exchange(Ask::Fire(Order::Reset)),
            None => Want::Mark(charge.seq, Step::Reset),
        }
    }

    fn after_reset(&self, now: Millis, charge: &Charge, pacing: &Pacing) -> Want {
        match &self.work.once {
            None | Some(Answer::Done | Answer::Power(_) | Answer::Mixed(_)) => {
                self.drive(now, Goal::On, charge.seq, pacing)
            }
            Some(answer) => self.once_failed(charge, Order::Reset, answer, pacing),
        }
    }

    /// A mark from an earlier life may mean that the order was sent: it is not sent again.
    fn plan_nmi(&self, now: Millis, charge: &Charge, pacing: &Pacing) -> Want {
        if self.work.read_at > now {
            return Want::Wait(self.work.read_at);
        }
        if !charge.steps.has(Step::Nmi) {
            return Want::Mark(charge.seq, Step::Nmi);
        }
        match &self.work.once {
            None if self.work.marked == Some(Step::Nmi) => Want::Exchange(Ask::Fire(Order::Nmi)),
            None => Want::Settle(charge.seq, words::interrupted(Order::Nmi, pacing)),
            Some(Answer::Done | Answer::Power(_) | Answer::Mixed(_)) => {
                Want::Settle(charge.seq, Settlement::Confirmed)
            }
            Some(answer) => self.once_failed(charge, Order::Nmi, answer, pacing),
        }
    }

    fn once_failed(&self, charge: &Charge, order: Order, answer: &Answer, pacing: &Pacing) -> Want {
        let outcome = match answer {
            Answer::Refused(cause) => words::refused(self, order, cause, pacing),
            Answer::Lost(cause) | Answer::NotSent(cause) => words::lost(order, cause),
            Answer::Done | Answer::Power(_) | Answer::Mixed(_) => Settlement::Confirmed,
        };
        Want::Settle(charge.seq, outcome)
    }

    fn fire(&self, now: Millis, order: Order, seq: Seq, pacing: &Pacing) -> Want {
        let fire_at = self.fire_at(order, pacing);
        if fire_at > now {
            return self.again_before(now, fire_at, pacing);
        }
        if let Some(want) = self.must_escalate(now, order, seq, pacing) {
            return want;
        }
        let same = self.work.fired.is_none_or(|(last, _)| last == order);
        if same && self.work.fires >= pacing.attempts_max {
            return Want::Settle(seq, words::out_of_attempts(self, order, pacing));
        }
        if self.gate.bars(order) {
            return self.want_gate(now, pacing);
        }
        if self.must_line_up(order, pacing) {
            return Want::Line;
        }
        Want::Exchange(Ask::Fire(order))
    }

    fn boot_wanted(&self, charge: &Charge) -> Option<crate::Boot> {
        charge.boot.filter(|_| !self.work.boot_set)
    }

    fn set_boot(&self, seq: Seq, boot: crate::Boot, pacing: &Pacing) -> Want {
        if self.work.boot_tries >= pacing.attempts_max {
            return Want::Settle(seq, words::no_boot(self, boot, pacing));
        }
        Want::Exchange(Ask::Boot(boot))
    }

    fn again(&self, now: Millis, pacing: &Pacing) -> Want {
        Want::Again(now + self.patience_ms(now, pacing))
    }

    fn again_before(&self, now: Millis, other: Millis, pacing: &Pacing) -> Want {
        Want::Again((now + self.patience_ms(now, pacing)).min(other))
    }

    fn patience_ms(&self, now: Millis, pacing: &Pacing) -> Millis {
        match self.last_fire() {
            Some((order, at)) => {
                pacing.confirm_wait_ms(now.saturating_sub(at), self.learned_ms(order))
            }
            None => pacing.reread_ms(self.work.reads),
        }
    }
}
