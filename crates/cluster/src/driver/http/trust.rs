//! Whose certificates are believed: TLS configurations, one for each kind of trust, shared by all endpoints that have it,
//! so that their sessions can be resumed. It opens no connection.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use sha2::{Digest, Sha256};

use crate::inventory::{Fingerprint, Trust};

/// TLS sessions that are kept for each kind of trust, to be resumed.
const SESSIONS_MAX: usize = 16_384;

/// Why there is no TLS configuration.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// A file can't be read.
    #[error("can't read certificates from {0}: {1}")]
    File(String, rustls::pki_types::pem::Error),
    /// A file has no certificates.
    #[error("there is no certificate in {0} that could be trusted")]
    None(String),
    /// rustls does not take what it is given.
    #[error("can't set up TLS: {0}")]
    Tls(#[from] Error),
    /// It can't check certificates.
    #[error("can't set up TLS: {0}")]
    Verifier(#[from] rustls::client::VerifierBuilderError),
}

/// How many certificates in a PEM file can be trusted.
///
/// # Errors
/// [`TrustError`] when it can't be read or there is none.
pub fn check_authorities(path: &Path) -> Result<usize, TrustError> {
    roots(path).map(|roots| roots.len())
}

/// The configurations that are in use.
#[derive(Debug, Default)]
pub(super) struct Trusts(Mutex<HashMap<Trust, Arc<ClientConfig>>>);

impl Trusts {
    /// The configuration for that trust; a file is read at the first use.
    pub(super) fn config(&self, trust: &Trust) -> Result<Arc<ClientConfig>, TrustError> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = known.get(trust) {
            return Ok(Arc::clone(config));
        }
        let config = Arc::new(config(trust)?);
        known.insert(trust.clone(), Arc::clone(&config));
        Ok(config)
    }

    /// Files are read anew.
    pub(super) fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

fn config(trust: &Trust) -> Result<ClientConfig, TrustError> {
    // chosen here and not for the whole process, which may want another one
    let provider = Arc::new(ring::default_provider());
    let rule = match trust {
        Trust::Roots => Rule::Authority(authority(public_roots(), &provider)?),
        Trust::File(path) => Rule::Authority(authority(roots(path)?, &provider)?),
        Trust::Fingerprint(fingerprint) => Rule::Fingerprint(*fingerprint),
        Trust::Any => Rule::Any,
    };
    let verifier = Arc::new(Verifier { rule, provider: Arc::clone(&provider) });
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.resumption = Resumption::in_memory_sessions(SESSIONS_MAX);
    Ok(config)
}

fn public_roots() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

fn roots(path: &Path) -> Result<RootCertStore, TrustError> {
    let failed = |error| TrustError::File(path.display().to_string(), error);
    let certificates = CertificateDer::pem_file_iter(path).map_err(failed)?;
    let certificates: Vec<_> = certificates.collect::<Result<_, _>>().map_err(failed)?;
    let mut store = RootCertStore::empty();
    let (added, _) = store.add_parsable_certificates(certificates);
    if added == 0 { Err(TrustError::None(path.display().to_string())) } else { Ok(store) }
}

fn authority(
    roots: RootCertStore,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<WebPkiServerVerifier>, TrustError> {
    let roots = Arc::new(roots);
    Ok(WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(provider)).build()?)
}

/// What a certificate has to be.
#[derive(Debug)]
enum Rule {
    Authority(Arc<WebPkiServerVerifier>),
    Fingerprint(Fingerprint),
    Any,
}

#[derive(Debug)]
struct Verifier {
    rule: Rule,
    provider: Arc<CryptoProvider>,
}

/// How a signature is checked, of either version of TLS.
type Check = fn(
    &[u8],
    &CertificateDer<'_>,
    &DigitallySignedStruct,
    &WebPkiSupportedAlgorithms,
) -> Result<HandshakeSignatureValid, Error>;

impl Verifier {
    fn signed(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
        check: Check,
    ) -> Result<HandshakeSignatureValid, Error> {
        match self.rule {
            // what anybody may have signed proves nothing, and old BMCs have certificates that can't be read
            Rule::Any => Ok(HandshakeSignatureValid::assertion()),
            Rule::Authority(_) | Rule::Fingerprint(_) => {
                let known = &self.provider.signature_verification_algorithms;
                check(message, certificate, signed, known)
            }
        }
    }
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let is = Fingerprint(Sha256::digest(certificate).into());
        let refused = match &self.rule {
            Rule::Any => return Ok(ServerCertVerified::assertion()),
            Rule::Fingerprint(wanted) if *wanted == is => {
                return Ok(ServerCertVerified::assertion());
            }
            Rule::Fingerprint(_) => "it is another certificate".to_owned(),
            Rule::Authority(authority) => {
                match authority.verify_server_cert(certificate, intermediates, name, ocsp, now) {
                    Ok(verified) => return Ok(verified),
                    Err(error) => words(&error),
                }
            }
        };
        // the reader may want to pin it
        Err(Error::General(format!(
            "the certificate is not trusted: {refused}; its SHA-256 is {is}"
        )))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed(message, certificate, signed, verify_tls12_signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.signed(message, certificate, signed, verify_tls13_signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// What people know by other words.
fn words(error: &Error) -> String {
    use CertificateError as Is;
    let Error::InvalidCertificate(certificate) = error else { return error.to_string() };
    if *certificate == Is::UnknownIssuer {
        "nobody who is trusted signed it".to_owned()
    } else if matches!(certificate, Is::NotValidForName | Is::NotValidForNameContext { .. }) {
        "it is for another host".to_owned()
    } else if matches!(certificate, Is::Expired | Is::ExpiredContext { .. }) {
        "it has expired".to_owned()
    } else {
        error.to_string()
    }
}
