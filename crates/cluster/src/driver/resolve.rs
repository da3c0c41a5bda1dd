//! What may be slow before a BMC can be talked to, in turns: secrets, and the addresses of names. It keeps nothing of
//! either.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::inventory::{Address, Host};
use crate::secret::{Secret, SecretError, SecretRef};

/// Secrets that are resolved at a time, and as many names.
const RESOLVING_MAX: usize = 64;
/// A name server may take so long, in milliseconds.
const NAME_MS: u64 = 5_000;

/// Turns for what may be slow: names that nobody knows must not keep secrets waiting.
#[derive(Debug)]
pub(super) struct Turns {
    secrets: Semaphore,
    names: Semaphore,
}

impl Turns {
    pub(super) const fn new() -> Self {
        Self {
            secrets: Semaphore::const_new(RESOLVING_MAX),
            names: Semaphore::const_new(RESOLVING_MAX),
        }
    }

    /// A secret, once it has its turn.
    ///
    /// # Errors
    /// As [`SecretRef::resolve`].
    pub(super) async fn secret(
        &self,
        reference: &SecretRef,
        node: &str,
    ) -> Result<Secret, SecretError> {
        let _turn = self.secrets.acquire().await;
        reference.resolve(node).await
    }

    /// Where the host is; none if its name has no address.
    pub(super) async fn address(&self, address: &Address) -> Option<SocketAddr> {
        match &address.host {
            Host::Ip(ip) => Some(SocketAddr::new(*ip, address.port)),
            Host::Name(name) => {
                let _turn = self.names.acquire().await;
                look_up(name, address.port).await
            }
        }
    }
}

async fn look_up(name: &str, port: u16) -> Option<SocketAddr> {
    let asked = tokio::net::lookup_host((name, port));
    let answer = tokio::time::timeout(Duration::from_millis(NAME_MS), asked).await;
    answer.ok()?.ok()?.next()
}
