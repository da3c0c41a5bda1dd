//! The one clock of this process. It never runs backwards and never jumps; it sets no timers.

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
    let (unix_ms, start) = *START;
    unix_ms + u64::try_from(start.elapsed().as_millis()).unwrap_or(0)
}
