//! Listening: connections, their bounds, TLS, and the end.
//! It does not know what is asked.

mod bounded;
mod tls;

use std::future::Future;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::RustlsAcceptor;
use bounded::Bounded;

pub use tls::{Tls, TlsError, check_tls, install_crypto};

use crate::region::Region;
use crate::rest::router;

/// How long the headers of a request may take to arrive.
const HEADERS: Duration = Duration::from_secs(10);
/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long requests may go on after the end was asked for.
const GRACE: Duration = Duration::from_secs(5);

/// Why a region does not listen.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Tokens would go over the network for everybody to read.
    #[error(
        "refusing to listen on {0} without TLS: tokens would be readable on the network; \
         listen on 127.0.0.1, or use TLS with an own or a given certificate"
    )]
    PlainOffLoopback(SocketAddr),
    /// The certificate can't be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The system does not let it.
    #[error("can't serve: {0}")]
    Io(#[from] std::io::Error),
}

impl Region {
    /// Answers requests until `shutdown` comes back, and then those that are under way.
    ///
    /// # Errors
    /// [`ServeError`] if it may not or can't listen.
    pub async fn serve(
        &self,
        listener: TcpListener,
        tls: Tls,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<(), ServeError> {
        let address = listener.local_addr()?;
        let config = match tls {
            Tls::Off if !address.ip().is_loopback() => {
                return Err(ServeError::PlainOffLoopback(address));
            }
            Tls::Off => None,
            Tls::Own | Tls::Given { .. } => {
                Some(tls::load(tls, &self.0.options.data_dir, address.ip()).await?)
            }
        };
        let handle = Handle::new();
        let service = router(self.0.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let bounded = Bounded::new(self.0.options.connections_max);
        let mut server =
            axum_server::from_tcp(listener)?.handle(handle.clone()).first_request_timeout(HEADERS);
        server.http_builder().http1().header_read_timeout(HEADERS);
        let serving = async {
            match config {
                None => server.acceptor(bounded).serve(service).await,
                Some(config) => {
                    let acceptor = RustlsAcceptor::new(config).handshake_timeout(HANDSHAKE);
                    server.acceptor(acceptor.acceptor(bounded)).serve(service).await
                }
            }
        };
        let ending = async {
            shutdown.await;
            self.0.stopping.send_replace(true);
            handle.graceful_shutdown(Some(GRACE));
            std::future::pending::<()>().await;
        };
        tokio::select! {
            served = serving => Ok(served?),
            () = ending => Ok(()),
        }
    }
}
