//! How a client reaches one BMC: who it is, what it may ask for and how long it waits. Addresses are not known here.

use crate::{Key, Password, Privilege, SuitePolicy, UserName};

/// Everything that a [`Client`](super::Client) needs to know about its BMC.
#[derive(Debug, Clone)]
pub struct Config {
    /// The BMC user.
    pub username: UserName,
    /// The user's password.
    pub password: Password,
    /// The BMC key, where one is set.
    pub kg: Option<Key>,
    /// The level that orders are given with; [`Privilege::Operator`] is enough for all that is sent here.
    pub privilege: Privilege,
    /// Which cipher suites may be used.
    pub suites: SuitePolicy,
    /// How long the first answer of an exchange is waited for; doubled with each retransmission.
    pub retransmit_ms: u32,
    /// What the doubling stops at.
    pub retransmit_max_ms: u32,
    /// How long an exchange may take in all, opening a session included.
    pub exchange_timeout_ms: u32,
    /// A session that the BMC was not heard in for longer is not used again: BMCs drop idle ones after 30 to 60 s.
    pub session_idle_max_ms: u32,
}

impl Config {
    /// The usual: administrator, best suite, 0.5 to 2 s for an answer, 10 s for an exchange, 20 s idle.
    pub fn new(username: UserName, password: Password) -> Self {
        Self {
            username,
            password,
            kg: None,
            privilege: Privilege::Administrator,
            suites: SuitePolicy::Best,
            retransmit_ms: 500,
            retransmit_max_ms: 2_000,
            exchange_timeout_ms: 10_000,
            session_idle_max_ms: 20_000,
        }
    }
}
