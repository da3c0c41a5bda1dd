//! The one clock of this process. It never runs backwards and never jumps; it sets no timers.

#[cfg(test)]
use std::cell::Cell;
use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::time::Instant;

static START: LazyLock<(u64, Instant)> = LazyLock::new(|| {
    let unix = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (u64::try_from(unix.as_millis()).unwrap_or(0), Instant::now())
});

/// Milliseconds since the Unix epoch, counted steadily from the wall clock at the first call.
#[must_use]
pub fn now_ms() -> u64 {
    #[cfg(test)]
    let (unix_ms, start) = BEGUN.get().unwrap_or(*START);
    #[cfg(not(test))]
    let (unix_ms, start) = *START;
    unix_ms + u64::try_from(start.elapsed().as_millis()).unwrap_or(0)
}

#[cfg(test)]
thread_local! {
    /// When this thread's clock was begun anew, if it was.
    static BEGUN: Cell<Option<(u64, Instant)>> = const { Cell::new(None) };
}

/// Lets this thread's clock begin anew, for a simulation that is to be the same every time.
#[cfg(test)]
pub fn begin_at(unix_ms: u64) {
    BEGUN.set(Some((unix_ms, Instant::now())));
}
