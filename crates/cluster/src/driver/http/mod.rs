//! HTTP to whoever switches power: connections, whom they trust, and how many are made at a time. What a request is for
//! is not known here, and nothing is served.

mod failure;
mod link;
mod trust;

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::HeaderValue;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout, timeout_at};
use zeroize::Zeroizing;

use super::Traffic;
use super::network::Network;
use super::resolve::Turns;
use crate::inventory::{Address, Transport};
use crate::secret::Secret;
pub(super) use failure::Failure;
pub(super) use link::{Asked, Broken, Link, Said};
use trust::Trusts;
pub use trust::{TrustError, check_authorities};

/// Connections that are made at a time.
const CONNECTS_MAX: usize = 256;
/// As many to whom could not be reached the last time.
const SUSPECTS_MAX: usize = 64;
/// Connecting may take so long, TLS included, in milliseconds.
const CONNECT_MS: u64 = 5_000;

/// Makes connections.
#[derive(Debug)]
pub(super) struct Connector {
    network: Network,
    turns: Arc<Turns>,
    traffic: Arc<Traffic>,
    trusts: Trusts,
    connects: Semaphore,
    suspects: Semaphore,
}

impl Connector {
    pub(super) fn new(network: Network, turns: Arc<Turns>, traffic: Arc<Traffic>) -> Self {
        Self {
            network,
            turns,
            traffic,
            trusts: Trusts::default(),
            connects: Semaphore::new(CONNECTS_MAX),
            suspects: Semaphore::new(SUSPECTS_MAX),
        }
    }

    /// Connects, when it has its turn. Those that did not answer the last time have turns of their own, so that they
    /// keep nobody else waiting; `suspect` tells, and learns.
    ///
    /// # Errors
    /// Why not, in words.
    pub(super) async fn connect(
        &self,
        address: &Address,
        transport: &Transport,
        deadline: Instant,
        suspect: &mut bool,
    ) -> Result<Link, String> {
        let turns = if *suspect { &self.suspects } else { &self.connects };
        let Ok(Ok(_turn)) = timeout_at(deadline, turns.acquire()).await else {
            return Err("no turn to connect in time".to_owned());
        };
        let span = deadline.saturating_duration_since(Instant::now());
        let span = span.min(Duration::from_millis(CONNECT_MS));
        let opened = match timeout(span, self.open(address, transport)).await {
            Ok(opened) => opened,
            Err(_) => Err(format!("it did not answer within {} ms", span.as_millis())),
        };
        *suspect = opened.is_err();
        opened
    }

    /// Files of authorities are read anew.
    pub(super) fn renew(&self) {
        self.trusts.forget();
    }

    async fn open(&self, address: &Address, transport: &Transport) -> Result<Link, String> {
        let tls = match transport {
            Transport::Plain => None,
            Transport::Tls(trust) => {
                Some(self.trusts.config(trust).map_err(|error| error.to_string())?)
            }
        };
        let at = self.turns.address(address).await;
        let at = at.ok_or_else(|| "the host name has no address".to_owned())?;
        Link::open(&self.network, at, &address.host, tls, Arc::clone(&self.traffic)).await
    }
}

/// The host as HTTP wants it: some servers refuse a name with a port that goes without saying.
pub(super) fn host(address: &Address, transport: &Transport) -> String {
    let name = address.to_string();
    let usual = match transport {
        Transport::Plain => ":80",
        Transport::Tls(_) => ":443",
    };
    name.strip_suffix(usual).map(str::to_owned).unwrap_or(name)
}

/// Basic authentication (RFC 7617).
///
/// # Errors
/// When it fits in no header.
pub(super) fn basic(user: &str, password: &Secret) -> Result<HeaderValue, Failure> {
    let pair = Zeroizing::new(format!("{user}:{}", password.expose()));
    let basic = Zeroizing::new(format!("Basic {}", STANDARD.encode(pair.as_bytes())));
    hidden(&basic)
}

/// A value that no log shows.
///
/// # Errors
/// When it fits in no header.
pub(super) fn hidden(text: &str) -> Result<HeaderValue, Failure> {
    let mut value = HeaderValue::from_str(text)
        .map_err(|_| Failure::NotSent("user name and password fit in no header".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// A token as authentication (RFC 6750).
///
/// # Errors
/// When it fits in no header.
pub(super) fn bearer(token: &Secret) -> Result<HeaderValue, Failure> {
    hidden(&Zeroizing::new(format!("Bearer {}", token.expose())))
}
