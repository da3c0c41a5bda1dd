//! What is said to a request, with the headers of DSP0266. It does not know the resources.

use hyper::header::{self, HeaderMap, HeaderValue, IntoHeaderName};
use hyper::{Response, StatusCode};
use serde_json::Value;

use super::Problem;

/// How long a client is asked to wait before it tries again, in seconds.
const RETRY_AFTER_S: &str = "1";

/// An answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// How it went.
    pub status: StatusCode,
    headers: HeaderMap,
    /// What is told.
    pub body: Vec<u8>,
}

impl Answer {
    /// One without a body.
    pub fn empty(status: StatusCode) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("odata-version", HeaderValue::from_static("4.0"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        let transport = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, transport);
        Self { status, headers, body: Vec::new() }
    }

    /// One that tells of a resource.
    pub fn json(status: StatusCode, shown: &Value) -> Self {
        let mut answer = Self::empty(status).with(header::CONTENT_TYPE, "application/json");
        answer.body = shown.to_string().into_bytes();
        let kind = shown["@odata.type"].as_str().and_then(|kind| kind.rsplit('.').next());
        match kind {
            Some(kind) => {
                let schema = format!("<http://redfish.dmtf.org/schemas/v1/{kind}.json>");
                answer.with(header::LINK, &format!("{schema}; rel=describedby"))
            }
            None => answer,
        }
    }

    /// One that is XML.
    pub fn xml(text: &str) -> Self {
        let mut answer = Self::empty(StatusCode::OK).with(header::CONTENT_TYPE, "application/xml");
        answer.body = text.as_bytes().to_vec();
        answer
    }

    /// One that says why not.
    pub fn problem(problem: Problem) -> Self {
        let status = problem.status();
        let answer = Self::json(status, &problem.body());
        match status {
            StatusCode::UNAUTHORIZED => {
                answer.with(header::WWW_AUTHENTICATE, "Basic realm=\"Redfish\"")
            }
            StatusCode::SERVICE_UNAVAILABLE => answer.with(header::RETRY_AFTER, RETRY_AFTER_S),
            _ => answer,
        }
    }

    /// The same with one header more.
    pub fn with(mut self, name: impl IntoHeaderName, value: &str) -> Self {
        // what can't be said in a header is left out: nothing of ours can't
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// Its head for the wire, and its body.
    pub fn into_parts(self) -> (Response<()>, Vec<u8>) {
        let mut head = Response::new(());
        *head.status_mut() = self.status;
        *head.headers_mut() = self.headers;
        (head, self.body)
    }
}
