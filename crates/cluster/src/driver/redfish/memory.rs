//! What is known of a BMC from one exchange to the next, also while nobody talks to it. It holds no password.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use hyper::header::HeaderValue;
use tokio::time::Instant;

use super::super::breaker::Breaker;
use super::document::Reset;

/// What is known of a BMC.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) breaker: Breaker,
    pub(super) session: Option<Session>,
    /// No session is asked for before.
    pub(super) no_session_until: Option<Instant>,
    /// The last time it was not to be reached.
    pub(super) suspect: bool,
    /// By how the inventory chooses them.
    pub(super) systems: HashMap<Option<Arc<str>>, System>,
}

/// What is known of a system.
#[derive(Debug, Clone)]
pub(super) struct System {
    pub(super) path: String,
    /// Its reset action, once it was read.
    pub(super) reset: Option<Reset>,
}

/// A session. Its debug output is without its token.
#[derive(Clone)]
pub(super) struct Session {
    pub(super) token: HeaderValue,
    /// Where it is ended.
    pub(super) path: Option<String>,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("path", &self.path).finish_non_exhaustive()
    }
}
