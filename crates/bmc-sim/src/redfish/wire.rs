//! A BMC's connections: TLS and HTTP/1.1, each within a bound, and answers that come late, in part or never.
//! It does not read what is asked.

use std::future::{pending, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::body::{Body, Incoming};
use hyper::header;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::HandshakeKind;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, DuplexStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::said::{self, Break, Said};
use super::{Answer, Asked, Problem};
use crate::bmc::{Bmc, Met, Reply};
use crate::fleet::{Clock, lock};

/// How many connections a BMC has; one more is reset.
const CONNECTIONS_MAX: usize = 32;
/// The longest head of a request, in bytes.
const HEAD_MAX: usize = 16_384;
/// The longest body of a request, in bytes.
const BODY_MAX: usize = 16_384;
/// How long a TLS handshake may take, and a farewell.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long a connection may be without a request, or with a part of one.
const IDLE: Duration = Duration::from_secs(60);
/// How long nothing is accepted after it went wrong: too many files are open then.
const AGAIN: Duration = Duration::from_millis(50);

/// What requests come over.
pub trait Stream: AsyncRead + AsyncWrite + Unpin {
    /// The peer is told that the connection broke, as soon as the stream is dropped.
    fn reset(&self);
}

impl Stream for TcpStream {
    fn reset(&self) {
        let _ = self.set_zero_linger();
    }
}

impl Stream for DuplexStream {
    /// Dropping it is all that can be done.
    fn reset(&self) {}
}

impl<S: Stream> Stream for TlsStream<S> {
    fn reset(&self) {
        self.get_ref().0.reset();
    }
}

/// A BMC that is reached by Redfish.
#[derive(Clone)]
pub struct Endpoint {
    /// The BMC.
    pub bmc: Arc<Mutex<Bmc>>,
    /// The fleet's clock.
    pub clock: Clock,
    /// What takes TLS connections; without it HTTP is spoken as it is.
    pub tls: Option<TlsAcceptor>,
}

pub fn open(address: SocketAddr) -> io::Result<TcpListener> {
    let listener = std::net::TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    TcpListener::from_std(listener)
}

/// Answers until it is dropped.
pub async fn serve(endpoint: Endpoint, listener: TcpListener) {
    let endpoint = Arc::new(endpoint);
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            Some(_) = connections.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) if connections.len() < CONNECTIONS_MAX => {
                    // without it answers wait for the peer's acknowledgements
                    let _ = stream.set_nodelay(true);
                    connections.spawn(connection(Arc::clone(&endpoint), stream));
                }
                Ok((stream, _)) => stream.reset(),
                Err(_) => sleep(AGAIN).await,
            }
        }
    }
}

/// Answers on one connection until it ends.
pub async fn connection<S: Stream>(endpoint: Arc<Endpoint>, mut stream: S) {
    let met = lock(&endpoint.bmc).connection(endpoint.clock.now());
    let life = match met {
        Met::Taken(life) => life,
        Met::Reset => return stream.reset(),
        Met::Silence => {
            // what comes is swallowed until the peer gives up
            let _ = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
            return;
        }
    };
    match &endpoint.tls {
        None => talk(&endpoint, life, stream).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = timeout(HANDSHAKE, tls.accept(stream)).await {
                let kind = stream.get_ref().1.handshake_kind();
                lock(&endpoint.bmc).handshake(kind == Some(HandshakeKind::Resumed));
                talk(&endpoint, life, stream).await;
            }
        }
    }
}

async fn talk<S: Stream>(endpoint: &Endpoint, life: u64, stream: S) {
    let resets = AtomicBool::new(false);
    let service = service_fn(
        |request| -> Pin<Box<dyn Future<Output = Result<Response<Said>, Break>> + Send>> {
            Box::pin(exchange(endpoint, life, request, &resets))
        },
    );
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(IDLE).max_buf_size(HEAD_MAX);
    let mut connection = http.serve_connection(TokioIo::new(stream), service);
    let ended = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let mut stream = connection.into_parts().io.into_inner();
    if resets.load(Ordering::Relaxed) {
        stream.reset();
    } else if ended.is_ok() {
        let _ = timeout(HANDSHAKE, stream.shutdown()).await;
    }
}

async fn exchange(
    endpoint: &Endpoint,
    life: u64,
    request: Request<Incoming>,
    resets: &AtomicBool,
) -> Result<Response<Said>, Break> {
    let (head, body) = request.into_parts();
    let body = timeout(IDLE, read(body)).await.map_err(|_| Break)?;
    let Some(body) = body? else {
        let answer = Answer::problem(Problem::TooLarge).with(header::CONNECTION, "close");
        return Ok(said::whole(answer));
    };
    let asked = Asked {
        method: &head.method,
        path: head.uri.path(),
        query: head.uri.query(),
        headers: &head.headers,
        body: &body,
    };
    let reply = lock(&endpoint.bmc).request(endpoint.clock.now(), life, &asked);
    match reply {
        Reply::Whole(late, answer) => {
            wait(late).await;
            Ok(said::whole(answer))
        }
        Reply::Cut(late, answer) => {
            wait(late).await;
            said::cut(answer, &head.method)
        }
        Reply::Silence => pending().await,
        Reply::Reset => {
            resets.store(true, Ordering::Relaxed);
            Err(Break)
        }
    }
}

/// The body of a request; none if it is too long.
async fn read(mut body: Incoming) -> Result<Option<Vec<u8>>, Break> {
    let mut bytes = Vec::new();
    while let Some(frame) = poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        let frame = frame.map_err(|_| Break)?;
        let data = frame.into_data().unwrap_or_default();
        if bytes.len() + data.len() > BODY_MAX {
            return Ok(None);
        }
        bytes.extend_from_slice(&data);
    }
    Ok(Some(bytes))
}

async fn wait(late: crate::Millis) {
    if late > 0 {
        sleep(Duration::from_millis(late)).await;
    }
}
