//! A small blocking client. It keeps nothing but connections, and decides nothing.

mod error;
mod events;
mod requests;
mod secret;
mod wire;

pub use error::ClientError;
pub use events::{Events, Received};
pub use secret::{Secret, SecretError};
pub use wire::Client;

/// How to wait for a command to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongPoll {
    /// For how long at most, in milliseconds.
    pub wait_ms: u64,
    /// How many intents were open when the caller looked last; the answer comes at once if that changed.
    pub open: Option<usize>,
}
