//! How many wrong tokens are heard out. Right ones are never slowed.
//! It does not tell callers apart: a token has 256 random bits, so it only saves work.

use std::sync::Mutex;
use std::time::Instant;

use crate::locks::lock;

/// How many wrong tokens in a row are heard out.
const BURST_MAX: f64 = 20.0;
/// How many more each second.
const PER_SECOND: f64 = 5.0;

#[derive(Debug)]
pub(super) struct Throttle(Mutex<(f64, Instant)>);

impl Default for Throttle {
    fn default() -> Self {
        Self(Mutex::new((BURST_MAX, Instant::now())))
    }
}

impl Throttle {
    /// Counts a wrong token; whether it is one too many.
    pub(super) fn is_one_too_many(&self) -> bool {
        let mut state = lock(&self.0);
        let now = Instant::now();
        let earned = now.duration_since(state.1).as_secs_f64() * PER_SECOND;
        *state = ((state.0 + earned).min(BURST_MAX), now);
        if state.0 < 1.0 {
            return true;
        }
        state.0 -= 1.0;
        false
    }
}
