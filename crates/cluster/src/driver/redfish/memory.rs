//! What is known of a BMC from one exchange to the next, also while nobody talks to it. It holds no password.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use arbiter::Millis;
use hyper::header::HeaderValue;
use tokio::time::Instant;

use super::super::breaker::Breaker;
use super::document::Reset;
use crate::secret::Secret;

/// What is known of a BMC.
#[derive(Debug, Default)]
pub(super) struct Memory {
    pub(super) breaker: Breaker,
    /// When the last exchange ended.
    pub(super) ended: Millis,
    pub(super) session: Option<Session>,
    /// The last time no session was to be had.
    pub(super) no_session: Option<NoSession>,
    /// A log-in was refused. A service without sessions may say so to whatever comes without authentication: the second
    /// and last time the account is tried in the other way.
    pub(super) log_in_refused: bool,
    /// Basic authentication was refused when no session was to be had. It is not tried again: the password may be wrong.
    pub(super) basic_refused: bool,
    /// The last time it was not to be reached.
    pub(super) suspect: bool,
    /// By how the inventory chooses them.
    pub(super) systems: HashMap<Option<Arc<str>>, System>,
}

/// That no session was to be had.
#[derive(Debug, Clone, Copy)]
pub(super) struct NoSession {
    /// None is asked for before.
    pub(super) until: Instant,
    /// There are none at all, rather than none left.
    pub(super) is_for_good: bool,
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

impl Session {
    /// Its token, so that it can be taken out of what is told.
    pub(super) fn secret(&self) -> Option<Secret> {
        self.token.to_str().ok().map(|token| Secret::from(token.to_owned()))
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("path", &self.path).finish_non_exhaustive()
    }
}
