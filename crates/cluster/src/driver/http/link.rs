//! One connection to one BMC: TCP, TLS, HTTP/1.1, one request at a time. It sends nothing twice, and what it is dropped
//! with is not delivered later.

use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::time::Instant;
use tokio_rustls::TlsConnector;

use super::super::Traffic;
use super::super::network::{Network, Wire};
use crate::inventory::Host;

/// The longest body of an answer that is read, in bytes.
const BODY_MAX: usize = 1 << 20;
/// The longest head of an answer that is read, in bytes.
const HEAD_MAX: usize = 64 << 10;
/// A farewell may take so long, in milliseconds.
const FAREWELL_MS: u64 = 200;

/// What a request came to when it got no answer.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::driver) enum Broken {
    /// Nothing of it left.
    NotSent(String),
    /// It left, or may have, and nothing came back.
    Lost(String),
    /// Its answer was not whole.
    Cut(String),
}

/// A request with its body.
pub(in crate::driver) type Asked = Request<Full<Bytes>>;
/// An answer with its body.
pub(in crate::driver) type Said = Response<Vec<u8>>;

/// A connection.
pub(in crate::driver) struct Link {
    sender: http1::SendRequest<Full<Bytes>>,
    connection: Option<Connection>,
    traffic: Arc<Traffic>,
    answered: Option<Instant>,
}

/// HTTP's part; it goes on only while somebody waits for something.
type Connection = Pin<Box<http1::Connection<TokioIo<Wire>, Full<Bytes>>>>;

impl Link {
    /// Connects; with a configuration for TLS over it.
    ///
    /// # Errors
    /// Why not, in words.
    pub(in crate::driver) async fn open(
        network: &Network,
        at: SocketAddr,
        host: &Host,
        tls: Option<Arc<ClientConfig>>,
        traffic: Arc<Traffic>,
    ) -> Result<Self, String> {
        let stream = network.connect(at).await.map_err(|error| refused(&error))?;
        let wire: Wire = match tls {
            None => stream,
            Some(config) => {
                let handshake = TlsConnector::from(config).connect(server_name(host)?, stream);
                Box::new(handshake.await.map_err(|error| format!("TLS: {error}"))?)
            }
        };
        let mut http = http1::Builder::new();
        // what BMCs understand and write is not always what it should be
        http.max_buf_size(HEAD_MAX)
            .title_case_headers(true)
            .ignore_invalid_headers_in_responses(true)
            .allow_obsolete_multiline_headers_in_responses(true)
            .allow_spaces_after_header_name_in_responses(true);
        let (sender, connection) =
            http.handshake(TokioIo::new(wire)).await.map_err(|error| error.to_string())?;
        Ok(Self { sender, connection: Some(Box::pin(connection)), traffic, answered: None })
    }

    /// Sends a request and waits for all of its answer.
    ///
    /// # Errors
    /// [`Broken`]; the link is of no use afterwards.
    pub(in crate::driver) async fn send(&mut self, request: Asked) -> Result<Said, Broken> {
        let Self { sender, connection, traffic, .. } = self;
        if let Err(error) = drive(connection, sender.ready()).await {
            return Err(Broken::NotSent(words(&error)));
        }
        traffic.count_sent();
        let answer = drive(connection, sender.try_send_request(request)).await;
        let answer = answer.map_err(|mut error| {
            let words = words(error.error());
            match error.take_message() {
                Some(_) => Broken::NotSent(words),
                None => Broken::Lost(words),
            }
        })?;
        traffic.count_received();
        let (head, body) = answer.into_parts();
        let body = drive(connection, read(body)).await.map_err(Broken::Cut)?;
        self.answered = Some(Instant::now());
        Ok(Response::from_parts(head, body))
    }

    /// Waits until the BMC closes it.
    pub(in crate::driver) async fn closed(&mut self) {
        if let Some(connection) = &mut self.connection {
            let _ = connection.await;
            self.connection = None;
        }
    }

    /// Whether it is of use.
    pub(in crate::driver) fn is_open(&self) -> bool {
        self.connection.is_some() && !self.sender.is_closed()
    }

    /// When the last answer came over it.
    pub(in crate::driver) const fn answered(&self) -> Option<Instant> {
        self.answered
    }

    /// Says farewell, so that the BMC need not wait for more.
    pub(in crate::driver) async fn close(self) {
        let Self { sender, connection, .. } = self;
        drop(sender);
        if let Some(connection) = connection {
            let _ = tokio::time::timeout(Duration::from_millis(FAREWELL_MS), connection).await;
        }
    }
}

/// Waits for something that needs the connection to go on meanwhile.
async fn drive<T>(connection: &mut Option<Connection>, what: impl Future<Output = T>) -> T {
    let mut what = pin!(what);
    poll_fn(|context| {
        if let Some(open) = connection
            && open.as_mut().poll(context).is_ready()
        {
            *connection = None;
        }
        what.as_mut().poll(context)
    })
    .await
}

/// All of a body, within a bound.
async fn read(mut body: Incoming) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| words(&error))?;
        let data = frame.into_data().unwrap_or_default();
        if bytes.len() + data.len() > BODY_MAX {
            return Err(format!("the answer is longer than {BODY_MAX} bytes"));
        }
        bytes.extend_from_slice(&data);
    }
    Ok(bytes)
}

fn server_name(host: &Host) -> Result<ServerName<'static>, String> {
    match host {
        Host::Ip(ip) => Ok(ServerName::IpAddress((*ip).into())),
        Host::Name(name) => {
            ServerName::try_from(name.to_string()).map_err(|_| "TLS: not a host name".to_owned())
        }
    }
}

fn refused(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::ConnectionRefused {
        return "nothing listens there".to_owned();
    }
    format!("can't connect: {error}")
}

/// hyper's error with what is behind it, which says more.
fn words(error: &hyper::Error) -> String {
    let mut source = std::error::Error::source(error);
    let mut deepest = error.to_string();
    while let Some(inner) = source {
        deepest = inner.to_string();
        source = inner.source();
    }
    if error.is_incomplete_message() {
        "the connection was closed before the answer was complete".to_owned()
    } else {
        format!("the connection broke: {deepest}")
    }
}
