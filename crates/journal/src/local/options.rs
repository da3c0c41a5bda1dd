//! What an embedded journal can be told: its clock and its bounds.
//! It knows no configuration file.

use std::time::{SystemTime, UNIX_EPOCH};

/// The clock and the bounds of a [`Local`](crate::Local). The defaults suit a fleet.
#[derive(Debug, Clone)]
pub struct Options {
    /// Unix time in milliseconds; entries never run backwards even if it does.
    pub clock: fn() -> u64,
    /// The most that the database may take on disk, in bytes, apart from its write-ahead log (a few
    /// MiB more). `None`: until the disk is full.
    pub max_bytes: Option<u64>,
    /// The largest payload, in bytes; at most 256 MiB.
    pub entry_bytes_max: usize,
    /// The largest sum of payloads of one append, in bytes; at most 256 MiB.
    pub batch_bytes_max: usize,
    /// The most entries of one append.
    pub batch_entries_max: usize,
    /// How many appends may wait to be written.
    pub queue_max: usize,
    /// How many bytes of payload may wait to be written; at least one batch always may.
    pub queue_bytes_max: usize,
    /// How many appends are remembered by their request id. Each takes about 100 bytes of memory.
    pub requests_max: usize,
    /// How many bytes of the newest payloads are kept in memory for followers at the head.
    pub tail_bytes_max: usize,
    /// How many reads may go to the disk at once; more wait.
    pub readers_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: system_clock_ms,
            max_bytes: None,
            entry_bytes_max: 16 << 20,
            batch_bytes_max: 32 << 20,
            batch_entries_max: 1_000,
            queue_max: 1_024,
            queue_bytes_max: 64 << 20,
            requests_max: 65_536,
            tail_bytes_max: 4 << 20,
            readers_max: 4,
        }
    }
}

impl Options {
    /// Brings each bound to where the journal works at all.
    pub(super) fn clamped(mut self) -> Self {
        const LARGEST_BYTES: usize = 256 << 20;
        self.batch_bytes_max = self.batch_bytes_max.min(LARGEST_BYTES);
        self.entry_bytes_max = self.entry_bytes_max.min(self.batch_bytes_max);
        self.queue_max = self.queue_max.max(1);
        self.queue_bytes_max = self.queue_bytes_max.max(self.batch_bytes_max);
        self.readers_max = self.readers_max.max(1);
        self
    }
}

fn system_clock_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
