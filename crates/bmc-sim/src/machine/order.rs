//! What a machine makes of orders. How they reach its BMC is not decided here.

use std::fmt;

use super::{Machine, Refusal, Turning};
use crate::Millis;
use crate::fault::Span;
use crate::ledger::{Happened, Took};

/// How long power stays off within a power cycle, in milliseconds.
const CYCLE_GAP_MS: Millis = 100;

/// What a BMC can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    /// Power on.
    On,
    /// Power off at once.
    Off,
    /// Power off, and on again.
    Cycle,
    /// Hard reset.
    Reset,
    /// A diagnostic interrupt.
    Nmi,
    /// Ask the operating system to shut down.
    Soft,
    /// Ask the operating system to shut down, and power on again.
    SoftCycle,
}

impl Machine {
    /// An order reaches the BMC.
    ///
    /// # Errors
    /// When the BMC says no.
    pub fn order(&mut self, now: Millis, order: Order) -> Result<(), Refusal> {
        self.advance(now);
        self.orders = self.orders.saturating_add(1);
        let taken = self.take(now, order);
        let took = taken.unwrap_or(Took::Refused);
        self.ledger.note(now, Happened::Ordered(order, took));
        match took {
            Took::Accepted => self.carry_out(now, order),
            Took::Kept => {
                let Span(late) = self.faults.fires_late.unwrap_or(Span(0));
                self.due.keep(now + late, order);
            }
            Took::Ignored | Took::Refused => {}
        }
        // without delay an order is carried out before it is answered
        self.advance(now);
        let denied = self.faults.denies_orders.is_some_and(|share| share.strikes(&mut self.rng));
        if taken.is_ok() && denied {
            return Err(Refusal::Failed);
        }
        taken.map(drop)
    }

    fn take(&mut self, now: Millis, order: Order) -> Result<Took, Refusal> {
        let faults = self.faults;
        if faults.refuses_orders.is_some_and(|share| share.strikes(&mut self.rng)) {
            return Err(Refusal::Busy);
        }
        let in_transition = faults.refuses_in_transition.is_some() && self.turning.is_some();
        let needless = self.is_needless(order);
        let too_soon = order == Order::On && self.went_off_within(now, faults.refuses_on_after_off);
        if in_transition || too_soon || (needless && faults.refuses_needless.is_some()) {
            return Err(Refusal::NotNow);
        }
        if !self.on && self.turning.is_none() && order.needs_power() {
            return Err(Refusal::NotNow);
        }
        self.stuck |= order == Order::On && self.went_off_within(now, faults.stuck_by_on_after_off);
        let ignored = self.stuck
            || faults.does_nothing.is_some()
            || faults.ignores_orders.is_some_and(|share| share.strikes(&mut self.rng))
            || faults.ignores_first.is_some_and(|first| self.orders <= first)
            || (order == Order::On && self.went_off_within(now, faults.ignores_on_after_off));
        if ignored {
            return Ok(Took::Ignored);
        }
        if needless
            && order == Order::Off
            && let Some(Span(keeps)) = faults.keeps_needless_off
        {
            self.off_kept_until = now + keeps;
            return Ok(Took::Ignored);
        }
        Ok(if faults.fires_late.is_some() { Took::Kept } else { Took::Accepted })
    }

    /// Whether the machine is there already, and stays.
    fn is_needless(&self, order: Order) -> bool {
        let goes_on = self.turning.map_or(self.on, |turning| turning.to || turning.and_on);
        match order {
            Order::On => self.on && goes_on,
            Order::Off => !self.on && !goes_on,
            Order::Cycle | Order::Reset | Order::Nmi | Order::Soft | Order::SoftCycle => false,
        }
    }

    fn went_off_within(&self, now: Millis, span: Option<Span>) -> bool {
        let Some(Span(span)) = span else { return false };
        self.off_at.is_some_and(|off| now < off + span)
    }

    pub(super) fn carry_out(&mut self, at: Millis, order: Order) {
        let Span(on) = self.faults.takes_on.unwrap_or(Span(0));
        let Span(off) = self.faults.takes_off.unwrap_or(Span(0));
        let Span(soft) = self.faults.takes_soft.unwrap_or(Span(off));
        match order {
            Order::On => self.turn(true, at + on, false),
            Order::Off => self.turn(false, at + off, false),
            Order::Cycle if self.on => self.turn(false, at + off.max(CYCLE_GAP_MS), true),
            Order::Soft if self.faults.deaf.is_none() => self.turn(false, at + soft, false),
            Order::SoftCycle if self.on && self.faults.deaf.is_none() => {
                self.turn(false, at + soft.max(CYCLE_GAP_MS), true);
            }
            Order::Reset if self.on => {
                self.ledger.note(at, Happened::Reset);
                self.boots(at);
            }
            Order::Nmi if self.on => self.ledger.note(at, Happened::Interrupted),
            Order::Cycle | Order::Soft | Order::SoftCycle | Order::Reset | Order::Nmi => {}
        }
    }

    /// Begins a transition. One to the same state goes on as it was, unless the machine starts over.
    fn turn(&mut self, to: bool, at: Millis, and_on: bool) {
        let starts_over = self.faults.starts_over.is_some();
        self.turning = match self.turning {
            Some(turning) if turning.to == to && !starts_over => {
                Some(Turning { and_on, ..turning })
            }
            None if self.on == to && !and_on => None,
            Some(_) if self.on == to && !and_on => None,
            Some(_) | None => Some(Turning { to, at, and_on }),
        };
    }
}

impl Order {
    /// Whether it makes no sense for a machine that is off.
    const fn needs_power(self) -> bool {
        match self {
            Self::Cycle | Self::Reset | Self::Nmi | Self::Soft | Self::SoftCycle => true,
            Self::On | Self::Off => false,
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::On => "power on",
            Self::Off => "power off",
            Self::Cycle => "power cycle",
            Self::Reset => "hard reset",
            Self::Nmi => "diagnostic interrupt",
            Self::Soft => "soft shutdown",
            Self::SoftCycle => "soft cycle",
        })
    }
}
