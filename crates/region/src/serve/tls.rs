//! Certificates: an own one, made at the first start and used ever after, or one that is given.
//! It does not check clients: tokens do.

use std::fs;
use std::io;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use axum_server::tls_rustls::RustlsConfig;

use crate::accounts::write_private;

/// Whether connections are encrypted, and with which certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tls {
    /// Not encrypted; only on loopback.
    Off,
    /// With an own certificate in `tls/` of the data folder.
    Own,
    /// With this certificate chain and key, PEM files.
    Given {
        /// The certificate chain.
        cert: PathBuf,
        /// Its key.
        key: PathBuf,
    },
}

/// Why a certificate can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file can't be read or written.
    #[error("can't {action} {}: {reason}", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// No certificate can be made.
    #[error("can't make a certificate: {0}")]
    Make(#[from] rcgen::Error),
}

/// Chooses the cryptography of all TLS in this process. Harmless when called again.
pub fn install_crypto() {
    // an error only says that there is one already
    let _ = rustls::crypto::ring::default_provider().install_default();
}

/// Looks whether a certificate that is given can be served with. An own one is made when it is needed.
///
/// # Errors
/// [`TlsError`] if a file can't be read, or they are no certificate with its key.
pub async fn check_tls(tls: &Tls) -> Result<(), TlsError> {
    match tls {
        Tls::Off | Tls::Own => Ok(()),
        Tls::Given { .. } => {
            let nowhere = (Path::new(""), IpAddr::from([127, 0, 0, 1]));
            load(tls.clone(), nowhere.0, nowhere.1).await.map(drop)
        }
    }
}

/// The certificate and key to serve with.
pub(super) async fn load(tls: Tls, data_dir: &Path, ip: IpAddr) -> Result<RustlsConfig, TlsError> {
    install_crypto();
    let (cert, key) = match tls {
        Tls::Given { cert, key } => (cert, key),
        Tls::Off | Tls::Own => own(data_dir, ip)?,
    };
    let pem = (read(&cert)?, read(&key)?);
    let config = RustlsConfig::from_pem(pem.0, pem.1).await;
    config.map_err(|error| failed("use", &cert, &error))
}

/// The own certificate, made if there is none yet.
fn own(data_dir: &Path, ip: IpAddr) -> Result<(PathBuf, PathBuf), TlsError> {
    let folder = data_dir.join("tls");
    let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    if cert.exists() && key.exists() {
        return Ok((cert, key));
    }
    let mut names = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "::1".to_owned()];
    names.extend(host_name());
    if !ip.is_unspecified() && !ip.is_loopback() {
        names.push(ip.to_string());
    }
    let made = rcgen::generate_simple_self_signed(names)?;
    let private = |path: &Path, pem: String| {
        let words = |error: &dyn ToString| TlsError::File {
            action: "write",
            path: path.to_owned(),
            reason: error.to_string(),
        };
        write_private(path, pem.as_bytes()).map_err(|error| words(&error))
    };
    private(&key, made.signing_key.serialize_pem())?;
    private(&cert, made.cert.pem())?;
    publish(&cert)?;
    tracing::info!(path = %cert.display(), "made an own certificate: clients need it to believe us");
    Ok((cert, key))
}

/// A certificate is no secret: clients on this host read it.
fn publish(cert: &Path) -> Result<(), TlsError> {
    use std::os::unix::fs::PermissionsExt;
    let open = fs::Permissions::from_mode(0o644);
    fs::set_permissions(cert, open).map_err(|error| failed("publish", cert, &error))
}

fn host_name() -> Option<String> {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").ok()?;
    let name = name.trim();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    if name.is_empty() || !name.bytes().all(allowed) { None } else { Some(name.to_owned()) }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsError> {
    fs::read(path).map_err(|error| failed("read", path, &error))
}

fn failed(action: &'static str, path: &Path, error: &io::Error) -> TlsError {
    TlsError::File { action, path: path.to_owned(), reason: error.to_string() }
}
