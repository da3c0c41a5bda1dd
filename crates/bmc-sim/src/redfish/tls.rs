//! One certificate for a whole fleet, made at its start and known to nobody else. It does not check clients.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

/// How many addresses the certificate names; with more of them it is for `localhost` and the first ones alone.
const ADDRESSES_MAX: usize = 256;

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// It can't be made.
    #[error("can't make a certificate: {0}")]
    Make(#[from] rcgen::Error),
    /// It can't be used.
    #[error("can't use the certificate that was made: {0}")]
    Use(#[from] rustls::Error),
}

/// A certificate with its key.
#[derive(Clone)]
pub struct Certificate {
    /// What clients may trust, as PEM.
    pub pem: String,
    /// What takes TLS connections with it.
    pub acceptor: TlsAcceptor,
}

impl Certificate {
    /// One for `localhost` and these addresses.
    pub fn new(addresses: impl IntoIterator<Item = IpAddr>) -> Result<Self, CertificateError> {
        let addresses: BTreeSet<IpAddr> = addresses.into_iter().collect();
        let addresses = addresses.iter().take(ADDRESSES_MAX).map(ToString::to_string);
        let names: Vec<String> = std::iter::once("localhost".to_owned()).chain(addresses).collect();
        let made = rcgen::generate_simple_self_signed(names)?;
        let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
        // chosen here and not for the whole process, which may want another one
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)?;
        config.ticketer = ring::Ticketer::new()?;
        Ok(Self { pem: made.cert.pem(), acceptor: TlsAcceptor::from(Arc::new(config)) })
    }
}
