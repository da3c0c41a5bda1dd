//! What a BMC tells of its machine's power: the truth, unless a fault is in the way.

use super::{Machine, Refusal};
use crate::Millis;
use crate::fault::Span;
use crate::ledger::Happened;

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
    /// It is being reset.
    Reset,
    /// It is paused.
    Paused,
    /// Nobody knows.
    Unknown,
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
        if let Some(word) = self.transition_word(now) {
            return Ok(word);
        }
        let Span(stale) = faults.reads_stale.unwrap_or(Span(0));
        let was = self.was_on(now.saturating_sub(stale));
        let leads = self.turning.filter(|_| faults.reads_early.is_some());
        let on = leads.map_or(was, |turning| turning.to) != faults.reads_swapped.is_some();
        Ok(if on { Reading::On } else { Reading::Off })
    }

    /// What is told in place of on or off, in transition and after it.
    fn transition_word(&self, now: Millis) -> Option<Reading> {
        let faults = &self.faults;
        let to = self.turning.map_or(self.on, |turning| turning.to);
        let words = [
            (faults.reads_null, Reading::Nothing),
            (faults.shows_reset, Reading::Reset),
            (faults.shows_paused, Reading::Paused),
            (faults.shows_unknown, Reading::Unknown),
            (faults.shows_transitions, if to { Reading::TurningOn } else { Reading::TurningOff }),
        ];
        let told = |span: Option<Span>| span.is_some_and(|span| self.in_transition(now, span));
        words.into_iter().find(|(span, _)| told(*span)).map(|(_, word)| word)
    }

    fn in_transition(&self, now: Millis, Span(after): Span) -> bool {
        let shakes = |happened| matches!(happened, Happened::Power(_) | Happened::Reset);
        let last = self.ledger.entries().rfind(|entry| shakes(entry.happened));
        self.turning.is_some() || last.is_some_and(|entry| now < entry.at + after)
    }

    fn was_on(&self, then: Millis) -> bool {
        let before = self.ledger.edges().rfind(|(at, _)| *at <= then);
        let since = || self.ledger.edges().next().map_or(self.on, |(_, on)| !on);
        before.map_or_else(since, |(_, on)| on)
    }
}
