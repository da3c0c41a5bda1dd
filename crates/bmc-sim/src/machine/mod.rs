//! The machine behind a BMC, with its faults. It has no clock: time comes in by argument, and whatever became due since
//! the last call happens first, at its own time.

mod due;
mod order;
mod read;

#[cfg(test)]
mod tests;

use ipmi::{BootDevice, BootFlags, BootOptions, Firmware, Lifetime};

pub use order::Order;
pub use read::Reading;

use crate::Millis;
use crate::fault::{Faults, Span};
use crate::ledger::{Happened, Ledger};
use due::Due;

/// Why a BMC says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is busy.
    Busy,
    /// Not in this state.
    NotNow,
    /// It could not find out.
    Failed,
}

/// One machine.
#[derive(Debug, Clone)]
pub struct Machine {
    on: bool,
    faults: Faults,
    turning: Option<Turning>,
    due: Due,
    /// Until when a needless power-off is kept for the next power-on.
    off_kept_until: Millis,
    /// When power went off last, or was last ordered to.
    off_at: Option<Millis>,
    /// How many orders came since the faults were set.
    orders: u32,
    /// How many power-ons came to nothing since the faults were set.
    failed_on: u32,
    /// Whether nothing but a person brings it back.
    stuck: bool,
    may_fall_back: bool,
    away_until: Millis,
    boot: BootFlags,
    ledger: Ledger,
    rng: fastrand::Rng,
}

/// A transition under way.
#[derive(Debug, Clone, Copy)]
struct Turning {
    to: bool,
    at: Millis,
    /// Whether it goes on again afterwards.
    and_on: bool,
}

impl Machine {
    /// A machine that is on or off since ever. `seed` decides where chance strikes.
    #[must_use]
    pub fn new(on: bool, faults: Faults, seed: u64) -> Self {
        Self {
            on,
            faults,
            turning: None,
            due: Due::default(),
            off_kept_until: 0,
            off_at: None,
            orders: 0,
            failed_on: 0,
            stuck: false,
            may_fall_back: true,
            away_until: 0,
            boot: no_override(),
            ledger: Ledger::default(),
            rng: fastrand::Rng::with_seed(seed),
        }
    }

    /// Whether it really is on.
    pub fn is_on(&mut self, now: Millis) -> bool {
        self.advance(now);
        self.on
    }

    /// Whether its power is on the way to another state.
    pub fn is_turning(&mut self, now: Millis) -> bool {
        self.advance(now);
        self.turning.is_some()
    }

    /// What really happened to it, up to now.
    pub fn ledger(&mut self, now: Millis) -> &Ledger {
        self.advance(now);
        &self.ledger
    }

    /// How it behaves.
    #[must_use]
    pub const fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Lets it behave differently from now on. What it is to do a number of times begins to count anew.
    pub fn set_faults(&mut self, now: Millis, faults: Faults) {
        self.advance(now);
        self.faults = faults;
        self.orders = 0;
        self.failed_on = 0;
        self.may_fall_back = true;
        if let Some(Span(away)) = self.faults.reboots.take() {
            self.away_until = now + away;
            self.ledger.note(now, Happened::Rebooted);
            if self.faults.reboots_to_off.is_some() && self.on {
                self.due.keep(now + away, Order::Off);
            }
        }
    }

    /// Whether its BMC is away.
    #[must_use]
    pub const fn is_away(&self, now: Millis) -> bool {
        self.away_until > now
    }

    /// Pulls or plugs the machine's own power, as a person would: no order, and nobody is told.
    pub fn set_power(&mut self, now: Millis, on: bool) {
        self.advance(now);
        self.turning = None;
        self.stuck = false;
        if self.on != on {
            self.edge(now, on);
        }
    }

    /// The boot override.
    #[must_use]
    pub const fn boot(&self) -> BootFlags {
        self.boot
    }

    /// Changes the boot override.
    pub fn set_boot(&mut self, now: Millis, flags: BootFlags) {
        self.advance(now);
        self.ledger.note(now, Happened::BootSet);
        if self.faults.forgets_boot.is_none() {
            self.boot = flags;
        }
    }

    /// Lets come true what is due by now, each at its own time.
    fn advance(&mut self, now: Millis) {
        loop {
            let turned = self.turning.map(|turning| turning.at);
            let kept = self.due.next();
            let at = match (turned, kept) {
                (Some(turned), Some(kept)) => turned.min(kept),
                (one, other) => match one.or(other) {
                    Some(at) => at,
                    None => return,
                },
            };
            if at > now {
                return;
            }
            if turned == Some(at) {
                self.turned(at);
            } else if let Some(order) = self.due.take(at) {
                self.carry_out(at, order);
            }
        }
    }

    fn turned(&mut self, at: Millis) {
        let Some(turning) = self.turning.take() else { return };
        if turning.to && self.faults.fails_first_on.is_some_and(|first| self.failed_on < first) {
            self.failed_on += 1;
            return;
        }
        if turning.to != self.on {
            self.edge(at, turning.to);
        }
        if turning.and_on {
            let Span(takes) = self.faults.takes_on.unwrap_or(Span(0));
            self.turning = Some(Turning { to: true, at: at + takes, and_on: false });
        }
    }

    fn edge(&mut self, at: Millis, on: bool) {
        self.on = on;
        self.ledger.note(at, Happened::Power(on));
        if !on {
            self.off_at = Some(at);
            return;
        }
        self.boots(at);
        if self.off_kept_until > at {
            self.off_kept_until = 0;
            self.carry_out(at, Order::Off);
        } else if let Some(Span(after)) = self.faults.falls_back
            && std::mem::take(&mut self.may_fall_back)
        {
            self.due.keep(at + after, Order::Off);
        }
    }

    fn boots(&mut self, at: Millis) {
        if !self.boot.valid || self.boot.options.device == BootDevice::None {
            return;
        }
        self.ledger.note(at, Happened::BootedByOverride);
        if self.boot.options.lifetime == Lifetime::Once {
            self.boot = no_override();
        }
    }
}

const fn no_override() -> BootFlags {
    let options = BootOptions {
        device: BootDevice::None,
        lifetime: Lifetime::Once,
        firmware: Firmware::Legacy,
    };
    BootFlags { valid: false, options }
}
