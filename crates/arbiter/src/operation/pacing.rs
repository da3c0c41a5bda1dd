//! How patient an operation is. Everything here is bounded, and nothing here is state.

use alloc::sync::Arc;

use crate::Millis;

/// A node that was never seen to move may need so many times the shortest wait before firing again.
const UNKNOWN_SLOWNESS: Millis = 4;

/// The wait between two reads doubles so often at most.
const REREAD_DOUBLINGS_MAX: u8 = 4;

/// What to do when a node leaves the state that was last confirmed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Drift {
    /// Report it.
    #[default]
    Observe,
    /// Report it and bring the node back.
    Enforce,
}

/// What a node's second way is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SecondIs {
    /// Another controller of the same machine: what it reads is the machine's power.
    Machine,
    /// What feeds the machine: off, the machine is off; on, nothing is known.
    Feed,
}

/// A node's second way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Second {
    /// What it is.
    pub is: SecondIs,
    /// Its endpoint's name, for causes.
    pub endpoint: Arc<str>,
    /// Orders may go to it when the first way has not done it so long after the beginning; never if none.
    pub escalate_ms: Option<Millis>,
}

/// One node's patience. Spans are in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Pacing {
    /// The endpoint's name, for causes.
    pub endpoint: Arc<str>,
    /// How long one exchange may take, waiting for its turn included.
    pub exchange_ms: Millis,
    /// The minimum gap between a fired off and a fired on.
    pub dwell_ms: Millis,
    /// How long to watch after a confirmation.
    pub settle_ms: Millis,
    /// The shortest wait before firing again; also what is assumed of an unknown node.
    pub transition_min_ms: Millis,
    /// The longest wait before firing again.
    pub transition_max_ms: Millis,
    /// The first wait between two reads after a fire; it grows up to sixteen-fold.
    pub confirm_ms: Millis,
    /// How often an order may be fired for one intent.
    pub attempts_max: u8,
    /// The longest wait after errors; the first is `confirm_ms`.
    pub backoff_max_ms: Millis,
    /// How long between background reads; `None` turns them off.
    pub poll_ms: Option<Millis>,
    /// What to do about drift.
    pub drift: Drift,
    /// The second way, if there is one.
    pub second: Option<Arc<Second>>,
    /// The circuit that limits power-ons, if one does.
    pub circuit: Option<Arc<str>>,
    /// What the node draws while it starts, in watts.
    pub start_watts: u32,
    /// Differs from node to node, so that jitter does.
    pub salt: u64,
}

impl Default for Pacing {
    fn default() -> Self {
        Self {
            endpoint: "".into(),
            exchange_ms: 10_000,
            dwell_ms: 3_000,
            settle_ms: 30_000,
            transition_min_ms: 8_000,
            transition_max_ms: 120_000,
            confirm_ms: 200,
            attempts_max: 5,
            backoff_max_ms: 30_000,
            poll_ms: Some(60_000),
            drift: Drift::Observe,
            second: None,
            circuit: None,
            start_watts: 0,
            salt: 0,
        }
    }
}

impl Pacing {
    /// The wait before firing again: twice what the node was seen to need, doubled with every fire, so
    /// that a BMC which starts over at each order is outwaited in the end.
    #[must_use]
    pub fn refire_ms(&self, learned_ms: u32, fires: u8) -> Millis {
        let base = (u64::from(learned_ms) * 2).max(self.transition_min_ms);
        let doubled = base << fires.saturating_sub(1).min(16);
        doubled.min(self.transition_max_ms.max(self.transition_min_ms))
    }

    /// How long an accepted order may still take effect: twice what the node was seen to need. Of a node that was never
    /// seen to move, more is assumed than for firing again: a too early "it is off" is worse than a late one.
    #[must_use]
    pub fn stirring_ms(&self, learned_ms: u32) -> Millis {
        let known = self.refire_ms(learned_ms, 1);
        let unknown = (self.transition_min_ms * UNKNOWN_SLOWNESS).min(self.transition_max_ms);
        if learned_ms == 0 { known.max(unknown) } else { known }
    }

    /// How long after a confirmation the node may still be brought back to it.
    #[must_use]
    pub fn may_return_until(&self, confirmed_at: Millis) -> Millis {
        match self.drift {
            Drift::Enforce => Millis::MAX,
            Drift::Observe => confirmed_at + self.settle_ms + self.transition_max_ms,
        }
    }

    /// The wait before the next read after so many reads without the goal.
    #[must_use]
    pub fn reread_ms(&self, reads: u8) -> Millis {
        self.confirm_ms << reads.saturating_sub(1).min(REREAD_DOUBLINGS_MAX)
    }

    /// The wait before the next read so long after a fire. A machine that was seen to move is read seldom
    /// before its time and often around it; any other one after a quarter of the time passed, so that
    /// whatever it needs, it is seen at most a quarter later.
    #[must_use]
    pub fn confirm_wait_ms(&self, since_fire: Millis, learned_ms: u32) -> Millis {
        let longest = self.confirm_ms << REREAD_DOUBLINGS_MAX;
        let near = Millis::from(learned_ms) * 7 / 8;
        if since_fire < near {
            since_fire.max(self.confirm_ms).min(near - since_fire)
        } else if learned_ms > 0 {
            (since_fire / 16).clamp(self.confirm_ms / 4, longest).max(1)
        } else {
            (since_fire / 4).clamp(self.confirm_ms, longest)
        }
    }

    /// The wait after so many errors in a row, with jitter of a quarter.
    #[must_use]
    pub fn backoff_ms(&self, errors: u8, ticket: u32) -> Millis {
        let full = (self.confirm_ms << errors.min(16)).min(self.backoff_max_ms);
        self.jittered(full, ticket)
    }

    /// When the next background read is due after so many errors in a row: at the node's own place in the interval, so
    /// that a fleet's reads spread over it whatever brought them together, be it a start, a command or an outage.
    #[must_use]
    pub fn next_poll_at(&self, now: Millis, errors: u8) -> Option<Millis> {
        let interval = self.poll_ms?.max(1) << errors.min(3);
        let place = self.salt % interval;
        Some(now + interval - (now + interval - place) % interval)
    }

    /// Between three quarters of the span and all of it.
    fn jittered(&self, span_ms: Millis, ticket: u32) -> Millis {
        let mixed = (self.salt ^ u64::from(ticket)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        span_ms - (span_ms / 4) * (mixed & 0xFF) / 0x100
    }
}
