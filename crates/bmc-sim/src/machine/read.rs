//! What a BMC tells of its machine's power: the truth, unless a fault is in the way.

use super::{Machine, Refusal};
use crate::Millis;
use crate::fault::Span;

/// What a BMC says the power is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// On.
    On,
    /// Off.
    Off,
    /// On its way to on.
    TurningOn,
    /// On its way to off.
    TurningOff,
    /// It does not say.
    Nothing,
}

impl Machine {
    /// The BMC is asked for the power.
    ///
    /// # Errors
    /// When the BMC answers with an error.
    pub fn read(&mut self, now: Millis) -> Result<Reading, Refusal> {
        self.advance(now);
        self.ledger.note_read();
        let faults = self.faults;
        if faults.reads_fail.is_some_and(|share| share.strikes(&mut self.rng)) {
            return Err(Refusal::Failed);
        }
        if faults.reads_null.is_some_and(|span| self.in_transition(now, span)) {
            return Ok(Reading::Nothing);
        }
        if faults.shows_transitions.is_some_and(|span| self.in_transition(now, span)) {
            let to = self.turning.map_or(self.on, |turning| turning.to);
            return Ok(if to { Reading::TurningOn } else { Reading::TurningOff });
        }
        let Span(stale) = faults.reads_stale.unwrap_or(Span(0));
        let on = self.was_on(now.saturating_sub(stale)) != faults.reads_swapped.is_some();
        Ok(if on { Reading::On } else { Reading::Off })
    }

    fn in_transition(&self, now: Millis, Span(after): Span) -> bool {
        let edge = self.ledger.edges().next_back();
        self.turning.is_some() || edge.is_some_and(|(at, _)| now < at + after)
    }

    fn was_on(&self, then: Millis) -> bool {
        let before = self.ledger.edges().rfind(|(at, _)| *at <= then);
        let since = || self.ledger.edges().next().map_or(self.on, |(_, on)| !on);
        before.map_or_else(since, |(_, on)| on)
    }
}
