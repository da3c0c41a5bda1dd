//! Requests and answers on the wire: addresses, headers, time-outs, retries.
//! It does not know what the documents mean.

use std::io;
use std::thread;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq::http::{Method, Request, Response};
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body, Error};

use super::error::ClientError;
use super::secret::Secret;
use crate::problem::Problem;
use crate::words::Door;
use crate::{BASE, DOOR_HEADER, KEY_HEADER};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(5);
/// How long an answer may take beyond what the request itself asks to wait.
const ANSWER: Duration = Duration::from_secs(30);
/// How long an event stream may be silent; servers send something every 15 s.
const SILENCE: Duration = Duration::from_secs(45);
/// How long an idle connection is kept; servers close theirs a little later.
const IDLE: Duration = Duration::from_secs(5);
/// The largest answer, in bytes.
const ANSWER_BYTES_MAX: u64 = 256 << 20;
/// How often a request that may safely be sent again is sent.
const TRIES_MAX: u32 = 4;
/// The first pause between two tries; it doubles.
const PAUSE: Duration = Duration::from_millis(100);

/// A client of one server, for one token and one door.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
    server: String,
    token: Secret,
    door: Door,
}

/// One request before it is sent.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) key: Option<&'a str>,
    pub(super) wait_ms: u64,
}

impl Client {
    /// A client of the server at that address, `http://HOST:PORT` or `https://HOST:PORT`. With
    /// `ca_pem` only certificates that those issued are believed, else those of public authorities.
    ///
    /// # Errors
    /// [`ClientError::Misconfigured`] if the address or the certificates can't be read.
    pub fn new(
        server: &str,
        token: Secret,
        ca_pem: Option<&[u8]>,
        door: Door,
    ) -> Result<Self, ClientError> {
        let server = server.trim_end_matches('/').to_owned();
        if !server.starts_with("http://") && !server.starts_with("https://") {
            let words = format!("{server:?} is no server address: try http://HOST:PORT");
            return Err(ClientError::Misconfigured(words));
        }
        let roots = ca_pem.map_or(Ok(RootCerts::WebPki), roots)?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .timeout_connect(Some(CONNECT))
            .max_idle_age(IDLE)
            .user_agent(concat!("lastword/", env!("CARGO_PKG_VERSION")))
            .tls_config(TlsConfig::builder().root_certs(roots).build());
        Ok(Self { agent: config.build().new_agent(), server, token, door })
    }

    /// The server's address.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Reads a document; tried again if the connection breaks.
    pub(super) fn get<T: DeserializeOwned>(
        &self,
        path: String,
        wait_ms: u64,
    ) -> Result<T, ClientError> {
        self.again(|| {
            let ask = Ask { method: Method::GET, path: path.clone(), key: None, wait_ms };
            self.answer(self.send(&ask, None)?)
        })
    }

    /// Sends a document; tried again if the connection breaks and there is a key.
    pub(super) fn send_json<T: DeserializeOwned>(
        &self,
        ask: &Ask<'_>,
        document: Option<&impl Serialize>,
    ) -> Result<T, ClientError> {
        let body = document.map(serde_json::to_vec).transpose();
        let body = body.map_err(|error| ClientError::Misconfigured(error.to_string()))?;
        let once = || self.answer(self.send(ask, body.clone())?);
        if ask.key.is_some() { self.again(once) } else { once().map_err(Failure::into_error) }
    }

    /// Opens an event stream.
    pub(super) fn stream(&self, last_id: Option<&str>) -> Result<Response<Body>, ClientError> {
        let mut request = self
            .request(Method::GET, &format!("{BASE}/events"))
            .header("accept", "text/event-stream");
        if let Some(id) = last_id {
            request = request.header("last-event-id", id);
        }
        let request = self.built(request.body(()))?;
        let request = self.agent.configure_request(request).timeout_per_read(Some(SILENCE));
        let sent = self.agent.run(request.timeout_recv_response(Some(ANSWER)).build());
        let response = sent.map_err(|error| self.failed(&error).into_error())?;
        if response.status().as_u16() == 200 {
            return Ok(response);
        }
        Err(self.problem(response).into_error())
    }

    fn again<T>(&self, once: impl Fn() -> Result<T, Failure>) -> Result<T, ClientError> {
        let mut pause = PAUSE;
        for _ in 1..TRIES_MAX {
            match once() {
                Err(Failure::Broken(_)) => thread::sleep(pause),
                other => return other.map_err(Failure::into_error),
            }
            pause *= 2;
        }
        once().map_err(Failure::into_error)
    }

    fn send(&self, ask: &Ask<'_>, body: Option<Vec<u8>>) -> Result<Response<Body>, Failure> {
        let mut request = self.request(ask.method.clone(), &ask.path);
        if let Some(key) = ask.key {
            request = request.header(KEY_HEADER, key);
        }
        let whole = Some(ANSWER + Duration::from_millis(ask.wait_ms));
        let sent = if let Some(body) = body {
            let request = request.header("content-type", "application/json").body(body);
            let request = self.built(request).map_err(Failure::Final)?;
            self.agent.run(self.agent.configure_request(request).timeout_global(whole).build())
        } else {
            let request = self.built(request.body(())).map_err(Failure::Final)?;
            self.agent.run(self.agent.configure_request(request).timeout_global(whole).build())
        };
        sent.map_err(|error| self.failed(&error))
    }

    fn request(&self, method: Method, path: &str) -> ureq::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.server))
            .header("authorization", self.token.header())
            .header(DOOR_HEADER, self.door.word())
    }

    fn built<B>(
        &self,
        request: Result<Request<B>, ureq::http::Error>,
    ) -> Result<Request<B>, ClientError> {
        request.map_err(|error| {
            ClientError::Misconfigured(format!("can't ask {}: {error}", self.server))
        })
    }

    fn answer<T: DeserializeOwned>(&self, response: Response<Body>) -> Result<T, Failure> {
        if response.status().is_success() {
            self.document(response)
        } else {
            Err(self.problem(response))
        }
    }

    fn document<T: DeserializeOwned>(&self, response: Response<Body>) -> Result<T, Failure> {
        let body = response.into_body().into_with_config().limit(ANSWER_BYTES_MAX);
        let bytes = body.read_to_vec().map_err(|error| self.failed(&error))?;
        serde_json::from_slice(&bytes).map_err(|error| Failure::Final(self.garbled(&error)))
    }

    fn problem(&self, response: Response<Body>) -> Failure {
        let status = response.status();
        match self.document::<Problem>(response) {
            Ok(problem) => Failure::Final(ClientError::Problem(problem.into())),
            Err(Failure::Final(_)) => {
                Failure::Final(self.garbled(&format!("status {status} without a problem document")))
            }
            Err(broken @ Failure::Broken(_)) => broken,
        }
    }

    pub(super) fn garbled(&self, cause: &impl ToString) -> ClientError {
        ClientError::Garbled { server: self.server.clone(), cause: cause.to_string() }
    }

    pub(super) fn unreachable(&self, cause: &impl ToString) -> ClientError {
        ClientError::Unreachable { server: self.server.clone(), cause: cause.to_string() }
    }

    /// Tells a connection that broke, so that the request may have arrived, from one that never was.
    fn failed(&self, error: &Error) -> Failure {
        let garbled = matches!(
            error,
            Error::Protocol(_) | Error::BodyExceedsLimit(_) | Error::LargeResponseHeader(..)
        );
        let broken = if let Error::Io(cause) = error {
            cause.kind() != io::ErrorKind::ConnectionRefused
        } else {
            matches!(error, Error::BodyStalled)
        };
        if garbled {
            Failure::Final(self.garbled(&error))
        } else if broken {
            Failure::Broken(self.unreachable(&error))
        } else {
            Failure::Final(self.unreachable(&error))
        }
    }
}

/// A failure, and whether another try may help.
pub(super) enum Failure {
    Broken(ClientError),
    Final(ClientError),
}

impl Failure {
    fn into_error(self) -> ClientError {
        match self {
            Self::Broken(error) | Self::Final(error) => error,
        }
    }
}

fn roots(pem: &[u8]) -> Result<RootCerts, ClientError> {
    let bad = |words: &str| ClientError::Misconfigured(format!("the CA file {words}"));
    let mut certificates = Vec::new();
    for item in parse_pem(pem) {
        if let PemItem::Certificate(certificate) = item.map_err(|_| bad("is no PEM file"))? {
            certificates.push(certificate);
        }
    }
    if certificates.is_empty() {
        return Err(bad("holds no certificate"));
    }
    Ok(RootCerts::new_with_certs(&certificates))
}
